//! A page about a run for people who discuss it: self-contained HTML that prints on A4.

mod charts;
mod numbers;
mod words;

use crate::progress::{grouped, per_second};
use crate::sources::{Kind, Source};
use crate::summary::{Cause, Counts, Spread, Summary, Tally, needed};
use numbers::{Measure, seconds, share};
use placet::Bundle;
use placet::decide::{Outcome, hexadecimal};
use placet::graph::{Output, PolicyEntry};
use placet::value::{Date, Text};
use std::time::Duration;
use words::{Words, fill};

/// The most rows of one table.
const MOST: usize = 15;
/// The most files named.
const FILES: usize = 6;
/// The most values that are told one by one.
const VALUES: usize = 12;

/// What was decided, and what came of it.
pub struct Run<'a> {
    pub bundle: &'a Bundle,
    pub summary: &'a Summary,
    pub sources: &'a [Source],
    pub on: Option<Date>,
    pub on_column: Option<&'a str>,
    pub rows: u64,
    pub taken: Duration,
    pub language: &'a str,
}

impl Run<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let words = words::of(self.language);
        let policies = &self.bundle.program().policies;
        let title = match &policies[..] {
            [one] => title(one, self.language).to_owned(),
            several => fill(words.policies, &[&several.len().to_string()]),
        };
        let mut page = Page { run: self, words, out: String::new() };
        page.add(&format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<title>{} · {}</title>\n<style>\n{}</style>\n</head>\n<body class=\"{}\">\n\
             <main>\n<header>\n<p class=\"kicker\">{}</p>\n<h1>{}</h1>\n",
            words.tag,
            escaped(&title),
            words.kicker,
            include_str!("style.css"),
            if policies.len() > 1 { "bundle" } else { "one" },
            words.kicker,
            escaped(&title),
        ));
        page.facts();
        page.add("</header>\n");
        if policies.len() > 1 {
            page.overview();
        }
        for (policy, counts) in policies.iter().zip(&self.summary.policies) {
            Section { bundle: self.bundle, policy, counts, page: &mut page, language: self.language }.write();
        }
        let footer = fill(words.footer, &[env!("CARGO_PKG_VERSION")]);
        page.add(&format!("<footer>{footer}</footer>\n</main>\n</body>\n</html>\n"));
        page.out
    }

    fn files(&self, words: &Words) -> String {
        let name = |s: &Source| if s.kind == Kind::Standard { "–".to_owned() } else { s.path.clone() };
        let mut names: Vec<String> = self.sources.iter().take(FILES).map(name).collect();
        if self.sources.len() > FILES {
            names.push(fill(words.more_files, &[&grouped(self.sources.len() - FILES)]));
        }
        names.join(", ")
    }
}

struct Page<'a> {
    run: &'a Run<'a>,
    words: &'static Words,
    out: String,
}

impl Page<'_> {
    fn add(&mut self, html: &str) {
        self.out.push_str(html);
    }

    fn facts(&mut self) {
        let (run, words) = (self.run, self.words);
        let on = match (run.on_column, run.on) {
            (Some(column), _) => fill(words.on_column, &[column]),
            (None, Some(on)) => on.to_string(),
            (None, None) => String::new(),
        };
        let rate = fill(words.rate, &[&grouped(per_second(run.rows, run.taken))]);
        let taken = format!("{} ({rate})", seconds(run.taken, words));
        self.list(&[
            (words.rows, grouped(run.rows)),
            (words.on, on),
            (words.files, run.files(words)),
            (words.taken, taken),
        ]);
    }

    fn list(&mut self, pairs: &[(&str, String)]) {
        self.add("<dl>");
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            let value = escaped(value);
            self.add(&format!("<dt>{name}</dt><dd>{value}</dd>"));
        }
        self.add("</dl>\n");
    }

    /// All policies of a bundle side by side.
    fn overview(&mut self) {
        let w = self.words;
        self.add(&format!(
            "<h3>{}</h3>\n<table><thead><tr><th>{}</th><th class=\"number\">{}</th><th class=\"number\">{}</th><th \
             class=\"bars\">{}</th></tr></thead><tbody>\n",
            w.overview, w.policy, w.names[0], w.straight, w.outcomes
        ));
        for (policy, counts) in self.run.bundle.program().policies.iter().zip(&self.run.summary.policies) {
            let all = counts.all();
            let row = format!(
                "<tr><td>{}</td><td class=\"number\">{}<span class=\"sub\">{}</span></td><td class=\"number\">{}</td><td \
                 class=\"bars\">{}</td></tr>\n",
                escaped(title(policy, self.run.language)),
                share(counts.of(Outcome::Approved), all),
                grouped(counts.of(Outcome::Approved)),
                share(counts.straight_through(), all),
                outcome_bar(counts, w),
            );
            self.add(&row);
        }
        self.add("</tbody></table>\n");
    }

    /// A table of causes, the most frequent first.
    fn causes(&mut self, heading: [&str; 2], class: &str, all: u64, rows: &[(String, u64)], others: u64) {
        let w = self.words;
        let [heading, column] = heading;
        self.add(&format!(
            "<h3>{heading}</h3>\n<table><thead><tr><th>{column}</th><th class=\"bars\"></th><th class=\"number\">{}</th><th \
             class=\"number\">{}</th></tr></thead><tbody>\n",
            w.count, w.share
        ));
        let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(1);
        for (cause, number) in rows.iter().take(MOST) {
            self.add(&format!(
                "<tr><td>{cause}</td><td class=\"bars\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                charts::bar(class, *number, most),
                grouped(number),
                share(*number, all)
            ));
        }
        self.add("</tbody></table>\n");
        let kinds = rows.len().saturating_sub(MOST);
        let left = rows.iter().skip(MOST).map(|(_, n)| n).sum::<u64>() + others;
        if left > 0 {
            let text = fill(w.more, &[&grouped(kinds), &grouped(left)]);
            self.add(&format!("<p class=\"note\">{text}</p>\n"));
        }
    }
}

/// One policy's part of the page.
struct Section<'a, 'p, 'r> {
    bundle: &'a Bundle,
    policy: &'a PolicyEntry,
    counts: &'a Counts,
    page: &'p mut Page<'r>,
    language: &'a str,
}

impl Section<'_, '_, '_> {
    fn write(&mut self) {
        let (w, policy) = (self.page.words, self.policy);
        self.page.add("<section>\n");
        if self.bundle.program().policies.len() > 1 {
            self.page.add(&format!("<h2>{}</h2>\n", escaped(title(policy, self.language))));
        }
        let cites = policy.cites.as_ref().map_or("", |c| c.in_language(self.language)).to_owned();
        self.page.list(&[
            (w.name, policy.name.to_string()),
            (w.version, policy.version.as_deref().unwrap_or("").to_owned()),
            (w.cites, cites),
            (w.graph, hexadecimal(&policy.logic_hash)),
        ]);
        self.figures();
        self.outcomes();
        self.referrals();
        self.declines();
        self.needs();
        self.awards();
        self.errors();
        self.page.add("</section>\n");
    }

    /// What everybody looks at first.
    fn figures(&mut self) {
        let (w, counts) = (self.page.words, self.counts);
        let all = counts.all();
        let of = |outcome: Outcome| (outcome.as_str(), w.names[outcome as usize], counts.of(outcome), "");
        let figures = [
            ("straight", w.straight, counts.straight_through(), w.straight_note),
            of(Outcome::Approved),
            of(Outcome::Referred),
            of(Outcome::Incomplete),
        ];
        self.page.add("<div class=\"figures\">\n");
        for (class, name, number, note) in figures {
            let note = if note.is_empty() { grouped(number) } else { note.to_owned() };
            self.page.add(&format!(
                "<div class=\"figure {class}\"><span>{name}</span><b>{}</b><span>{note}</span></div>\n",
                share(number, all)
            ));
        }
        self.page.add("</div>\n");
    }

    fn outcomes(&mut self) {
        let (w, counts) = (self.page.words, self.counts);
        let all = counts.all();
        self.page.add(&format!(
            "<div class=\"outcomes\"><h3>{}</h3>\n{}\n<table><thead><tr><th>{}</th><th class=\"number\">{}</th><th \
             class=\"number\">{}</th></tr></thead><tbody>\n",
            w.outcomes,
            outcome_bar(counts, w),
            w.outcome,
            w.count,
            w.share
        ));
        for outcome in Outcome::ALL.into_iter().filter(|o| counts.of(*o) > 0) {
            let proposed = match outcome {
                Outcome::Referred if counts.proposed > 0 => {
                    format!(" <span class=\"sub\">{}: {}</span>", w.proposes, grouped(counts.proposed))
                }
                _ => String::new(),
            };
            self.page.add(&format!(
                "<tr><td><span class=\"key {}\"></span>{} <span class=\"sub\">{}</span>{proposed}</td><td \
                 class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                outcome.as_str(),
                w.names[outcome as usize],
                w.notes[outcome as usize],
                grouped(counts.of(outcome)),
                share(counts.of(outcome), all)
            ));
        }
        self.page.add("</tbody></table></div>\n");
    }

    fn referrals(&mut self) {
        let w = self.page.words;
        let tally = &self.counts.referrals;
        if tally.total() == 0 {
            return;
        }
        let told = |(cause, proposed): &(Cause, bool)| {
            let tag = if *proposed { format!("<span class=\"tag\">{}</span>", w.proposes) } else { String::new() };
            self.cause(cause, &tag)
        };
        let rows: Vec<(String, u64)> = tally.sorted().into_iter().map(|(c, n)| (told(c), n)).collect();
        self.page.causes([w.referrals, w.cause], "referred", tally.total(), &rows, tally.others);
        self.page.add(&format!("<p class=\"note\">{}</p>\n", w.referrals_note));
    }

    fn declines(&mut self) {
        let w = self.page.words;
        let tally = &self.counts.declines;
        if tally.total() == 0 {
            return;
        }
        let rows: Vec<(String, u64)> = tally.sorted().into_iter().map(|(c, n)| (self.cause(c, ""), n)).collect();
        self.page.causes([w.declines, w.cause], "declined", tally.total(), &rows, tally.others);
    }

    fn needs(&mut self) {
        let w = self.page.words;
        let tally = &self.counts.needs;
        if tally.total() == 0 {
            return;
        }
        let rows: Vec<(String, u64)> = tally.sorted().into_iter().map(|(path, n)| (self.need(path), n)).collect();
        // Referrals that wait for findings lack facts, too.
        let all = self.counts.of(Outcome::Incomplete) + self.waiting();
        self.page.causes([w.needs, w.fact], "incomplete", all, &rows, tally.others);
        self.page.add(&format!("<p class=\"note\">{}</p>\n", w.needs_note));
    }

    /// How many referrals wait for findings.
    fn waiting(&self) -> u64 {
        let all = self.counts.referrals.sorted();
        all.iter().filter(|((cause, _), _)| *cause == Cause::Findings).map(|(_, n)| n).sum()
    }

    fn errors(&mut self) {
        let w = self.page.words;
        let tally: &Tally<String> = &self.counts.errors;
        if tally.total() == 0 {
            return;
        }
        let rows: Vec<(String, u64)> = tally.sorted().into_iter().map(|(e, n)| (marked(e), n)).collect();
        self.page.causes([w.errors, w.error], "invalid", tally.total(), &rows, tally.others);
        self.page.add(&format!("<p class=\"note\">{}</p>\n", w.errors_note));
    }

    /// A cause with its citation, and what is said of it beside.
    fn cause(&self, cause: &Cause, tag: &str) -> String {
        let w = self.page.words;
        match cause {
            Cause::Rule(name) => {
                let rule = self.policy.rules.iter().find(|r| *r.name == **name);
                let told = |text: Option<&Text>| text.map(|t| escaped(t.in_language(self.language)));
                let title = told(rule.and_then(|r| r.title.as_ref())).unwrap_or_else(|| escaped(name));
                let cites = told(rule.and_then(|r| r.cites.as_ref())).unwrap_or_default();
                format!("{title} <span class=\"cites\">{cites}{tag}</span>")
            }
            Cause::Findings => w.findings.to_owned(),
            Cause::Fault(message) => fill(w.fault, &[&marked(message)]),
            Cause::Several => format!("{} <span class=\"cites\">{tag}</span>", w.several),
        }
    }

    fn need(&self, path: &str) -> String {
        let w = self.page.words;
        let Some((fact, texts)) = needed(self.bundle, self.policy, path) else { return escaped(path) };
        let told = |text: &Text| escaped(text.in_language(self.language));
        let label = texts.and_then(|t| t.label.as_ref()).map_or_else(|| escaped(path), told);
        let by = match (&fact.held_by, &fact.judged_by) {
            (Some(holder), _) => Some(fill(w.holder, &[&told(holder)])),
            (None, Some(judge)) => Some(fill(w.judge, &[&told(judge)])),
            (None, None) => None,
        };
        format!("{label}{}", by.map(|b| format!(" <span class=\"cites\">{b}</span>")).unwrap_or_default())
    }

    fn awards(&mut self) {
        let w = self.page.words;
        if self.policy.awards.is_empty() {
            return;
        }
        self.page.add(&format!("<h3>{}</h3>\n", w.awards));
        if self.counts.awards.iter().all(|spread| spread.count() == 0) {
            return self.page.add(&format!("<p>{}</p>\n", w.no_awards));
        }
        for (award, spread) in self.policy.awards.iter().zip(&self.counts.awards).filter(|(_, s)| s.count() > 0) {
            self.award(award, spread);
        }
    }

    fn award(&mut self, award: &Output, spread: &Spread) {
        let w = self.page.words;
        let name = award.title.as_ref().map_or(&*award.name, |t| t.in_language(self.language));
        let cites = award.cites.as_ref().map(|c| escaped(c.in_language(self.language)));
        let cites = cites.map(|c| format!(" <span class=\"cites\">{c}</span>")).unwrap_or_default();
        self.page.add(&format!("<div class=\"award-block\"><h4>{}{cites}</h4>\n", escaped(name)));
        let mut values = vec![(w.awarded, grouped(spread.count()))];
        let rows: Vec<(String, u64)> = match spread {
            Spread::Words(words) => {
                let truth = |word: &str| match word {
                    "yes" => w.yes.to_owned(),
                    "no" => w.no.to_owned(),
                    other => escaped(other),
                };
                words.sorted().into_iter().map(|(word, n)| (truth(word), n)).collect()
            }
            Spread::Numbers(numbers) => {
                let measure = Measure::new(&award.ty, w);
                if measure.has_total() {
                    values.push((w.total, measure.total(numbers.sum)));
                }
                if !measure.is_date() {
                    values.push((w.mean, measure.mean(numbers.sum, numbers.count)));
                }
                if let Some(median) = numbers.median().map(|m| measure.told(m)) {
                    let is_exact = numbers.width() == 1;
                    values.push((w.median, if is_exact { median } else { fill(w.about, &[&median]) }));
                }
                let [least, most] = if measure.is_date() { [w.first, w.last] } else { [w.least, w.most] };
                values.push((least, measure.told(numbers.least)));
                values.push((most, measure.told(numbers.most)));
                let is_told_whole = numbers.width() == 1 && numbers.stretches().count() <= VALUES;
                match is_told_whole {
                    true => numbers.stretches().map(|(value, n)| (measure.told(value), n)).collect(),
                    false => Vec::new(),
                }
            }
        };
        let told = |(name, value): &(&str, String)| format!("<div><span>{name}</span>{}</div>", escaped(value));
        let told: String = values.iter().map(told).collect();
        self.page.add(&format!("<div class=\"values\">{told}</div>\n"));
        match spread {
            Spread::Numbers(numbers) if rows.is_empty() => {
                let measure = Measure::new(&award.ty, w);
                self.page.add(&charts::histogram(numbers, &measure, w, name));
            }
            _ => self.page.values(w.value, spread.count(), &rows),
        }
        self.page.add("</div>\n");
    }
}

impl Page<'_> {
    /// Values told one by one.
    fn values(&mut self, heading: &str, all: u64, rows: &[(String, u64)]) {
        let w = self.words;
        self.add(&format!(
            "<table><thead><tr><th>{heading}</th><th class=\"bars\"></th><th class=\"number\">{}</th><th \
             class=\"number\">{}</th></tr></thead><tbody>\n",
            w.count, w.share
        ));
        let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(1);
        for (value, number) in rows.iter().take(MOST) {
            self.add(&format!(
                "<tr><td>{value}</td><td class=\"bars\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>\n",
                charts::bar("award", *number, most),
                grouped(number),
                share(*number, all)
            ));
        }
        self.add("</tbody></table>\n");
    }
}

fn outcome_bar(counts: &Counts, words: &Words) -> String {
    let parts: Vec<(&str, &str, u64)> =
        Outcome::ALL.iter().map(|o| (o.as_str(), words.names[*o as usize], counts.of(*o))).collect();
    charts::parts(&parts, words.outcomes)
}

fn title<'a>(policy: &'a PolicyEntry, language: &str) -> &'a str {
    policy.title.as_ref().map_or(&*policy.name, |t| t.in_language(language))
}

/// A text that is nothing but text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The same, with what stands in back-ticks as code.
fn marked(text: &str) -> String {
    let escaped = escaped(text);
    let mut pieces = escaped.split('`');
    let mut out = pieces.next().unwrap_or("").to_owned();
    let rest: Vec<&str> = pieces.collect();
    for pair in rest.chunks(2) {
        match pair {
            [code, after] => out += &format!("<code>{code}</code>{after}"),
            [alone] => out += &format!("`{alone}"),
            _ => {}
        }
    }
    out
}
