//! The counts on standard error, for whoever runs the command.

use super::{Cause, Counts, Summary, Tally, needed};
use comfy_table::{CellAlignment, Table, presets};
use placet::Bundle;
use placet::decide::Outcome;
use placet::graph::PolicyEntry;

/// The most causes told under one heading.
const MOST: usize = 12;

impl Summary {
    /// Tells it on standard error; titles and labels in a language.
    pub fn print(&self, bundle: &Bundle, language: &str) {
        for (counts, policy) in self.policies.iter().zip(&bundle.program().policies) {
            if counts.all() == 0 {
                continue;
            }
            if self.policies.len() > 1 {
                anstream::eprintln!("\n{}", policy.name);
            }
            Told { bundle, policy, language }.print(counts);
        }
    }
}

/// Whose words are told, and in which language.
struct Told<'a> {
    bundle: &'a Bundle,
    policy: &'a PolicyEntry,
    language: &'a str,
}

impl Told<'_> {
    fn print(&self, counts: &Counts) {
        let all = counts.all();
        let number = |outcome: &Outcome| counts.of(*outcome);
        if let (1, Some(outcome)) = (all, Outcome::ALL.iter().find(|o| number(o) > 0)) {
            let note = if counts.proposed > 0 { ", with a decline to confirm" } else { "" };
            anstream::eprintln!("{}{note}", outcome.in_language("en").to_lowercase());
            return self.print_causes(counts);
        }
        let mut table = plain();
        for outcome in Outcome::ALL.iter().filter(|o| number(o) > 0) {
            let note = match outcome {
                Outcome::Referred if counts.proposed > 0 => format!("{} with a decline to confirm", counts.proposed),
                _ => String::new(),
            };
            let word = outcome.in_language("en").to_lowercase();
            table.add_row([word, number(outcome).to_string(), share(number(outcome), all), note]);
        }
        let straight = counts.straight_through();
        let note = "decided without a person or a question".to_owned();
        table.add_row(["straight through".to_owned(), straight.to_string(), share(straight, all), note]);
        print_table(&table);
        self.print_causes(counts);
    }

    fn print_causes(&self, counts: &Counts) {
        let mut referrals = Tally { others: counts.referrals.others, ..Tally::default() };
        for ((cause, _), times) in counts.referrals.sorted() {
            referrals.add(self.cause(cause), times);
        }
        causes("referred because", &referrals, String::clone);
        causes("declined because", &counts.declines, |c| self.cause(c));
        causes("needed", &counts.needs, |path| self.need(path));
        causes("invalid because", &counts.errors, String::clone);
    }

    fn cause(&self, cause: &Cause) -> String {
        match cause {
            Cause::Rule(name) => {
                let rule = self.policy.rules.iter().find(|r| *r.name == **name);
                let title = rule.and_then(|r| r.title.as_ref()).map(|t| t.in_language(self.language));
                named(title, name)
            }
            Cause::Findings => "findings that a person must make".to_owned(),
            Cause::Fault(message) => format!("could not be computed: {message}"),
            Cause::Several => "several rules together".to_owned(),
        }
    }

    fn need(&self, path: &str) -> String {
        let Some((fact, texts)) = needed(self.bundle, self.policy, path) else { return path.to_owned() };
        let label = texts.and_then(|t| t.label.as_ref()).map(|t| t.in_language(self.language));
        let holder = fact.held_by.as_ref().map(|h| format!(", held by {}", h.in_language(self.language)));
        let judge = fact.judged_by.as_ref().map(|j| format!(", to be judged by {}", j.in_language(self.language)));
        format!("{}{}", named(label, path), holder.or(judge).unwrap_or_default())
    }
}

fn named(title: Option<&str>, name: &str) -> String {
    title.map_or_else(|| name.to_owned(), |t| format!("{t} ({name})"))
}

fn causes<T: Ord + Clone>(heading: &str, counts: &Tally<T>, words: impl Fn(&T) -> String) {
    let sorted = counts.sorted();
    if sorted.is_empty() {
        return;
    }
    let mut table = plain();
    for (cause, number) in sorted.iter().take(MOST) {
        table.add_row([number.to_string(), words(cause)]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    anstream::eprintln!("{heading}");
    for line in table.to_string().lines() {
        anstream::eprintln!("  {}", line.trim_end());
    }
    if sorted.len() > MOST {
        anstream::eprintln!("   and {} more", sorted.len() - MOST);
    }
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table
}

fn print_table(table: &Table) {
    let mut table = table.clone();
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for line in table.to_string().lines() {
        anstream::eprintln!("{}", line.trim_end());
    }
}

/// A share in per cent with one decimal, rounded half up.
pub fn share(part: u64, all: u64) -> String {
    let thousandths = (u128::from(part) * 2000 + u128::from(all)).checked_div(u128::from(all) * 2).unwrap_or(0);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}
