//! An explanation as text.

use super::{ClauseStep, Explanation, Known, RuleStep, ValueStep};
use crate::decide::{Need, Outcome, ReasonKind, Standing, ToldValue};
use crate::phrases::{Phrases, fill};
use crate::value::Kind;
use std::fmt::{self, Write};

/// The most members or steps of one kind that are told under one heading.
const MOST: usize = 24;

/// Told in the language the explanation was asked for in.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut page = Page { phrases: Phrases::of(&self.language), out: String::new() };
        page.head(self);
        page.rules(self);
        page.values(page.phrases.awards, &self.awards);
        page.values(page.phrases.reports, &self.reports);
        page.needs(self);
        page.faults(self);
        f.write_str(page.out.trim_end())
    }
}

struct Page {
    phrases: &'static Phrases,
    out: String,
}

impl Page {
    fn line(&mut self, depth: usize, text: &str) {
        let margin = "  ".repeat(depth);
        for line in text.lines() {
            // Writing into a `String` cannot fail.
            let _ = writeln!(self.out, "{margin}{}", line.trim_end());
        }
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.line(0, text);
    }

    fn brackets(&self, text: &str) -> String {
        fill(self.phrases.brackets, &[text])
    }

    fn listed(&self, items: impl Iterator<Item = String>) -> String {
        items.collect::<Vec<_>>().join(self.phrases.comma)
    }

    fn head(&mut self, e: &Explanation) {
        let p = self.phrases;
        let about = [e.version.as_ref().map(|v| fill(p.version, &[v])), e.cites.as_ref().map(|c| c.to_string())];
        let about = self.listed(about.into_iter().flatten());
        let title = e.title.as_deref().unwrap_or(&e.policy);
        let about = if about.is_empty() { about } else { self.brackets(&about) };
        self.line(0, &format!("{title}{about}"));
        if let Some(case) = &e.case {
            self.line(0, &fill(p.case, &[case]));
        }
        self.line(0, &fill(p.decided_on, &[&e.on.to_string()]));
        self.heading(p.outcome(e.outcome));
        if e.proposed {
            self.line(0, p.proposed);
        }
        if !e.settled {
            self.line(0, p.unsettled);
        }
        if e.possible.len() > 1 {
            let possible = self.listed(e.possible.iter().map(|o| short(p.outcome(o)).to_owned()));
            self.line(0, &fill(p.possible, &[&possible]));
        }
        if let Some(error) = &e.error {
            self.line(0, error);
        }
        let decides = e.rules.iter().any(|r| r.deciding);
        if e.outcome == Outcome::Referred && e.settled && !decides && !e.faults.is_empty() {
            self.line(0, p.fault_refers);
        }
        for rule in e.rules.iter().filter(|r| r.deciding) {
            let cites = rule.cites.as_deref().map(|c| self.brackets(c)).unwrap_or_default();
            let name = rule.title.as_deref().unwrap_or(&rule.rule);
            self.line(0, &format!("{}{}{name}{cites}", p.deciding, p.colon));
            if let Some(message) = &rule.message {
                self.line(1, message);
            }
        }
    }

    fn rules(&mut self, e: &Explanation) {
        if e.rules.is_empty() {
            return;
        }
        self.heading(self.phrases.rules);
        self.line(1, self.phrases.legend);
        for rule in &e.rules {
            self.rule(rule);
        }
    }

    fn rule(&mut self, rule: &RuleStep) {
        let p = self.phrases;
        let cites = rule.cites.as_deref().map(|c| self.brackets(c)).unwrap_or_default();
        let name = match (rule.kind, rule.title.as_deref()) {
            (ReasonKind::Applies, _) => p.applies_when,
            (_, title) => title.unwrap_or(&rule.rule),
        };
        let mark = rule_mark(rule.kind, rule.standing);
        self.line(1, &format!("{mark} {name}{cites}{}{}", p.colon, p.standing(rule.kind, rule.standing)));
        if let Some(message) = rule.message.as_deref().filter(|_| !rule.deciding) {
            self.line(3, message);
        }
        if let Some(applies) = &rule.applies {
            self.led(p.applies_when, applies);
        }
        if let Some(condition) = &rule.condition {
            self.clause(3, condition, "");
        }
        for unless in &rule.unless {
            self.led(p.unless, unless);
        }
    }

    fn led(&mut self, word: &str, clause: &ClauseStep) {
        self.clause(3, clause, &format!("{word} "));
    }

    fn clause(&mut self, depth: usize, clause: &ClauseStep, lead: &str) {
        let mark = clause_mark(clause.standing);
        let label = clause.label.as_deref().map(|l| format!("({l}) ")).unwrap_or_default();
        match clause.quantifier {
            Some(quantifier) => {
                let words = self.phrases.quantifier(quantifier);
                self.line(depth, &format!("{mark} {lead}{label}{words}"));
                for part in &clause.parts {
                    self.clause(depth + 1, part, "");
                }
            }
            None => {
                // What the author broke over lines is told on one.
                let words = clause.words.split_whitespace().collect::<Vec<_>>().join(" ");
                self.line(depth, &format!("{mark} {lead}{label}{words}"));
                self.steps(depth + 2, &clause.rests_on);
            }
        }
    }

    fn steps(&mut self, depth: usize, steps: &[ValueStep]) {
        for step in steps.iter().take(MOST) {
            self.step(depth, step);
        }
        if steps.len() > MOST {
            self.line(depth, &fill(self.phrases.more, &[&(steps.len() - MOST).to_string()]));
        }
    }

    fn step(&mut self, depth: usize, step: &ValueStep) {
        let p = self.phrases;
        let name = match &step.title {
            Some(title) => format!("{title}{}", self.brackets(&step.name)),
            None => step.name.to_string(),
        };
        let sources = step.sources.iter().flat_map(|s| {
            let source = s.source.as_ref().map(|s| fill(p.source, &[s]));
            let observed = s.observed.as_ref().map(|o| fill(p.observed, &[&o.to_string()]));
            [source, observed].into_iter().flatten()
        });
        let mut notes: Vec<String> = step.cites.iter().map(|c| c.to_string()).collect();
        notes.extend(sources);
        if step.told_before && !matches!(step.value, Known::Hidden) {
            notes.push(p.above.to_owned());
        }
        if step.may_fail {
            notes.insert(0, p.may_fail.to_owned());
        }
        let notes = if notes.is_empty() { String::new() } else { self.brackets(&notes.join(p.comma)) };
        self.line(depth, &format!("{name}{}{}{notes}", p.colon, self.known(step)));
        self.steps(depth + 1, &step.rests_on);
    }

    fn known(&self, step: &ValueStep) -> String {
        let p = self.phrases;
        match &step.value {
            Known::Told(told) => self.told(told, step.measures),
            Known::Members(count) => fill(p.members, &[&count.to_string()]),
            Known::Hidden => p.hidden.to_owned(),
            Known::Pending(why) => format!("{}{}", p.not_known, self.brackets(why)),
            Known::Closed => p.closed.to_owned(),
        }
    }

    fn told(&self, told: &ToldValue, kind: Kind) -> String {
        let p = self.phrases;
        match told {
            ToldValue::Value(value) => p.value(value, kind),
            ToldValue::Range(from, to) => fill(p.range, &[&p.value(from, kind), &p.value(to, kind)]),
            ToldValue::OneOf(values) => {
                let values = self.listed(values.iter().map(|v| p.value(v, kind)));
                fill(p.one_of, &[&values])
            }
            ToldValue::Any => p.not_known.to_owned(),
            ToldValue::Faulty => p.failed.to_owned(),
        }
    }

    fn values(&mut self, heading: &str, values: &[ValueStep]) {
        if !values.is_empty() {
            self.heading(heading);
            for value in values {
                self.step(1, value);
            }
        }
    }

    fn needs(&mut self, e: &Explanation) {
        if e.needs.is_empty() {
            return;
        }
        self.heading(self.phrases.missing);
        for need in &e.needs {
            self.need(need, e);
        }
    }

    fn need(&mut self, need: &Need, e: &Explanation) {
        let p = self.phrases;
        let name = match &need.label {
            Some(label) => format!("{label}{}", self.brackets(&need.fact)),
            None => need.fact.to_string(),
        };
        self.line(1, &format!("? {name}{}{}", p.colon, need.why));
        if let Some(holder) = &need.held_by {
            self.line(3, &fill(p.held_by, &[holder]));
        }
        if let Some(judge) = &need.judged_by {
            self.line(3, &fill(p.judged_by, &[judge]));
        }
        if let Some(question) = &need.ask {
            self.line(3, &fill(p.ask, &[question]));
        }
        if !need.rules.is_empty() {
            let titles = self.listed(need.rules.iter().map(|r| title_of(e, r).to_owned()));
            self.line(3, &fill(p.decides, &[&titles]));
        }
    }

    fn faults(&mut self, e: &Explanation) {
        if e.faults.is_empty() {
            return;
        }
        self.heading(self.phrases.faults);
        for fault in &e.faults {
            let text = format!("! {}{}{}", title_of(e, &fault.rule), self.phrases.colon, fault.message);
            self.line(1, &text);
        }
    }
}

/// What a rule, award or report is called by people.
fn title_of<'a>(e: &'a Explanation, name: &'a str) -> &'a str {
    let rule = e.rules.iter().find(|r| *r.rule == *name).and_then(|r| r.title.as_deref());
    let value = || e.awards.iter().chain(&e.reports).find(|v| *v.name == *name).and_then(|v| v.title.as_deref());
    rule.or_else(value).unwrap_or(name)
}

/// The part of an outcome's words before what they add.
fn short(words: &str) -> &str {
    words.split([':', '：']).next().unwrap_or(words)
}

/// In favour, against, open, faulty, without effect.
fn rule_mark(kind: ReasonKind, standing: Standing) -> char {
    match (standing, kind) {
        (Standing::Met, ReasonKind::Require | ReasonKind::Applies) => '✓',
        (Standing::NotMet, ReasonKind::Require | ReasonKind::Applies) => '✗',
        (Standing::Met, ReasonKind::Exclude | ReasonKind::Refer) => '✗',
        (Standing::NotMet, ReasonKind::Exclude | ReasonKind::Refer) => '✓',
        (Standing::Waived, _) => '✓',
        (Standing::Open, _) => '?',
        (Standing::Faulty, _) => '!',
        (Standing::NotApplicable | Standing::NotInForce, _) => '–',
    }
}

/// Met, not met, open, faulty.
fn clause_mark(standing: Standing) -> char {
    match standing {
        Standing::Met => '●',
        Standing::NotMet => '○',
        Standing::Faulty => '!',
        _ => '?',
    }
}

impl Outcome {
    /// The outcome in a reader's language, in a few words.
    pub fn in_language(self, language: &str) -> &'static str {
        short(Phrases::of(language).outcome(self))
    }
}
