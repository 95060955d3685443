//! What came of many cases, for whoever runs them.

use comfy_table::{CellAlignment, Table, presets};
use placet::decide::{Decision, Outcome};
use std::collections::BTreeMap;

/// Counts of outcomes and of what stood in the way.
#[derive(Default)]
pub struct Summary {
    policies: Vec<Of>,
}

#[derive(Default)]
struct Of {
    policy: String,
    outcomes: BTreeMap<Outcome, u64>,
    proposed: u64,
    unsettled: u64,
    referrals: BTreeMap<String, u64>,
    declines: BTreeMap<String, u64>,
    needs: BTreeMap<String, u64>,
    errors: BTreeMap<String, u64>,
}

/// The most causes told under one heading.
const MOST: usize = 12;

impl Summary {
    /// Counts one decision, which must tell its deciding reason.
    pub fn add(&mut self, decision: &Decision) {
        let at = match self.policies.iter().position(|p| p.policy == *decision.policy) {
            Some(at) => at,
            None => {
                self.policies.push(Of { policy: decision.policy.to_string(), ..Of::default() });
                self.policies.len() - 1
            }
        };
        self.policies[at].add(decision);
    }

    /// Tells it on standard error.
    pub fn print(&self) {
        for of in &self.policies {
            if self.policies.len() > 1 {
                anstream::eprintln!("\n{}", of.policy);
            }
            of.print();
        }
    }
}

impl Of {
    fn add(&mut self, decision: &Decision) {
        *self.outcomes.entry(decision.outcome).or_default() += 1;
        self.proposed += u64::from(decision.proposed);
        self.unsettled += u64::from(!decision.settled);
        for need in &decision.needs {
            let member = need.fact.split('[').next().unwrap_or(&need.fact);
            let fact = match need.fact.rsplit_once('.') {
                Some((_, last)) if member.len() < need.fact.len() => format!("{member}.{last}"),
                _ => need.fact.to_string(),
            };
            let holder = need.held_by.as_ref().map(|h| format!(", held by {h}"));
            let judge = need.judged_by.as_ref().map(|j| format!(", to be judged by {j}"));
            let by = holder.or(judge).unwrap_or_default();
            *self.needs.entry(format!("{}{by}", named(need.label.as_deref(), &fact))).or_default() += 1;
        }
        match decision.outcome {
            Outcome::Referred => *self.referrals.entry(cause(decision)).or_default() += 1,
            Outcome::Declined => *self.declines.entry(cause(decision)).or_default() += 1,
            Outcome::Invalid => {
                let error = decision.error.as_deref().unwrap_or("");
                *self.errors.entry(kind_of_error(error)).or_default() += 1;
            }
            _ => {}
        }
    }

    fn print(&self) {
        let all: u64 = self.outcomes.values().sum();
        if let (1, Some((outcome, _))) = (all, self.outcomes.first_key_value()) {
            let note = if self.proposed > 0 { ", with a decline to confirm" } else { "" };
            anstream::eprintln!("{}{note}", outcome.in_language("en").to_lowercase());
            return self.print_causes();
        }
        let mut table = plain();
        for outcome in Outcome::ALL {
            let number = self.outcomes.get(&outcome).copied().unwrap_or(0);
            if number > 0 {
                let note = match outcome {
                    Outcome::Referred if self.proposed > 0 => format!("{} with a decline to confirm", self.proposed),
                    _ => String::new(),
                };
                let word = outcome.in_language("en").to_lowercase();
                table.add_row([word, number.to_string(), share(number, all), note]);
            }
        }
        let settled = [Outcome::Approved, Outcome::Declined, Outcome::NotApplicable];
        let straight: u64 = settled.iter().filter_map(|o| self.outcomes.get(o)).sum();
        let note = "decided without a person or a question".to_owned();
        table.add_row(["straight through".to_owned(), straight.to_string(), share(straight, all), note]);
        print_table(&table);
        self.print_causes();
    }

    fn print_causes(&self) {
        causes("referred because", &self.referrals);
        causes("declined because", &self.declines);
        causes("needed", &self.needs);
        causes("invalid because", &self.errors);
    }
}

/// Why a person must look, or why it is a decline.
fn cause(decision: &Decision) -> String {
    if let Some(reason) = decision.reasons.iter().find(|r| r.deciding) {
        return named(reason.title.as_deref(), &reason.rule);
    }
    if !decision.settled {
        return "findings that a person must make".to_owned();
    }
    match decision.faults.first() {
        Some(fault) => format!("could not be computed: {}", fault.message),
        None => "several rules together".to_owned(),
    }
}

/// An error without the row it was found in.
fn kind_of_error(error: &str) -> String {
    let first = error.lines().next().unwrap_or("");
    match first.strip_prefix("row ").and_then(|rest| rest.split_once([',', ':'])) {
        Some((_, rest)) => rest.trim_start().to_owned(),
        None => first.to_owned(),
    }
}

fn named(title: Option<&str>, name: &str) -> String {
    title.map_or_else(|| name.to_owned(), |t| format!("{t} ({name})"))
}

fn causes(heading: &str, counts: &BTreeMap<String, u64>) {
    if counts.is_empty() {
        return;
    }
    let mut sorted: Vec<(&String, &u64)> = counts.iter().collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let mut table = plain();
    for (cause, number) in sorted.iter().take(MOST) {
        table.add_row([number.to_string(), cause.to_string()]);
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
