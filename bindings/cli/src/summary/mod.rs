//! What came of many cases: counted while they are decided, told when they are done.

#[cfg(feature = "columnar")]
mod columns;
mod print;
mod spread;

pub use print::share;
pub use spread::{Numbers, Spread};

use placet::Bundle;
use placet::decide::{Decision, Outcome, ToldValue};
use placet::graph::{Fact, FactTexts, PolicyEntry};
use placet::value::Kind;
use std::collections::BTreeMap;

/// The most different causes of one kind that are kept apart, so that a run of any length takes bounded memory.
const MOST_KEPT: usize = 10_000;

/// Counts for each policy of a bundle, in its order.
#[derive(Clone, Debug)]
pub struct Summary {
    pub policies: Vec<Counts>,
}

/// Counts of one policy's outcomes and of what stood in the way.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// By the outcome's place in [`Outcome::ALL`].
    outcomes: [u64; 6],
    /// Referrals that propose a decline.
    pub proposed: u64,
    pub referrals: Tally<(Cause, bool)>,
    pub declines: Tally<Cause>,
    /// By fact, of members `household.income`.
    pub needs: Tally<String>,
    /// By what is wrong, whatever the row.
    pub errors: Tally<String>,
    /// Of each award, the values that were approved.
    pub awards: Vec<Spread>,
}

/// Why a person must look, or why it is a decline.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A rule, by its name.
    Rule(String),
    /// Findings that a person must make.
    Findings,
    /// A computation that failed.
    Fault(String),
    /// Several rules together.
    Several,
}

/// How often each of several things was met.
#[derive(Clone, Debug)]
pub struct Tally<T> {
    counts: BTreeMap<T, u64>,
    /// Met after too many others to be kept apart.
    pub others: u64,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Tally { counts: BTreeMap::new(), others: 0 }
    }
}

impl<T: Ord + Clone> Tally<T> {
    /// Counts something so many times.
    pub fn add(&mut self, what: T, times: u64) {
        if let Some(count) = self.counts.get_mut(&what) {
            *count += times;
        } else if self.counts.len() < MOST_KEPT {
            self.counts.insert(what, times);
        } else {
            self.others += times;
        }
    }

    #[cfg(feature = "columnar")]
    fn merge(&mut self, other: Tally<T>) {
        other.counts.into_iter().for_each(|(what, times)| self.add(what, times));
        self.others += other.others;
    }

    /// The most frequent first.
    pub fn sorted(&self) -> Vec<(&T, u64)> {
        let mut all: Vec<(&T, u64)> = self.counts.iter().map(|(what, times)| (what, *times)).collect();
        all.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        all
    }

    /// How many things were counted.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }
}

impl Summary {
    /// Nothing counted yet.
    pub fn new(bundle: &Bundle) -> Summary {
        let counts = |p: &PolicyEntry| Counts {
            awards: p.awards.iter().map(|a| Spread::new(a.ty.kind.is_numeric())).collect(),
            ..Counts::default()
        };
        Summary { policies: bundle.program().policies.iter().map(counts).collect() }
    }

    /// Counts a case's decisions, one a policy; they must tell their deciding reasons.
    pub fn add(&mut self, bundle: &Bundle, decisions: &[Decision]) {
        let policies = &bundle.program().policies;
        for ((counts, policy), decision) in self.policies.iter_mut().zip(policies).zip(decisions) {
            counts.add(policy, decision);
        }
    }

    /// Adds what was counted elsewhere.
    #[cfg(feature = "columnar")]
    pub fn merge(&mut self, other: Summary) {
        for (own, other) in self.policies.iter_mut().zip(other.policies) {
            own.merge(other);
        }
    }

    /// Whether some row could not be used.
    pub fn some_invalid(&self) -> bool {
        self.policies.iter().any(|p| p.of(Outcome::Invalid) > 0)
    }
}

impl Counts {
    /// How many ended so.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes[outcome as usize]
    }

    /// How many cases there were.
    pub fn all(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// How many were decided without a person or a question.
    pub fn straight_through(&self) -> u64 {
        [Outcome::Approved, Outcome::Declined, Outcome::NotApplicable].iter().map(|o| self.of(*o)).sum()
    }

    fn add(&mut self, policy: &PolicyEntry, decision: &Decision) {
        self.outcomes[decision.outcome as usize] += 1;
        self.proposed += u64::from(decision.proposed);
        for need in &decision.needs {
            self.needs.add(without_places(&need.fact), 1);
        }
        match decision.outcome {
            Outcome::Referred => self.referrals.add((cause(decision), decision.proposed), 1),
            Outcome::Declined => self.declines.add(cause(decision), 1),
            Outcome::Invalid => self.errors.add(kind_of_error(decision.error.as_deref().unwrap_or("")), 1),
            Outcome::Approved => {
                for (award, spread) in policy.awards.iter().zip(&mut self.awards) {
                    let told = decision.awards.iter().find(|t| *t.name == *award.name);
                    if let Some(ToldValue::Value(value)) = told.map(|t| &t.value) {
                        spread.add_value(value);
                    }
                }
            }
            _ => {}
        }
    }

    #[cfg(feature = "columnar")]
    fn merge(&mut self, other: Counts) {
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(own, other)| *own += other);
        self.proposed += other.proposed;
        self.referrals.merge(other.referrals);
        self.declines.merge(other.declines);
        self.needs.merge(other.needs);
        self.errors.merge(other.errors);
        self.awards.iter_mut().zip(other.awards).for_each(|(own, other)| own.merge(other));
    }
}

fn cause(decision: &Decision) -> Cause {
    if let Some(reason) = decision.reasons.iter().find(|r| r.deciding) {
        return Cause::Rule(reason.rule.to_string());
    }
    match decision.faults.first() {
        _ if !decision.settled => Cause::Findings,
        Some(fault) => Cause::Fault(fault.message.to_string()),
        None => Cause::Several,
    }
}

/// `household.income` of `household[3].income`.
fn without_places(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    out + rest
}

/// An error without the row it was found in.
fn kind_of_error(error: &str) -> String {
    let first = error.lines().next().unwrap_or("");
    match first.strip_prefix("row ").and_then(|rest| rest.split_once([',', ':'])) {
        Some((_, rest)) => rest.trim_start().to_owned(),
        None => first.to_owned(),
    }
}

/// A fact behind a need's name, and what people read about it.
pub fn needed<'a>(
    bundle: &'a Bundle,
    policy: &'a PolicyEntry,
    path: &str,
) -> Option<(&'a Fact, Option<&'a FactTexts>)> {
    let graph = &bundle.program().graph;
    let mut owner = None;
    let mut found = None;
    for part in path.split('.') {
        let id = bundle.names().find(graph, owner, part)?;
        let fact = graph.fact(id);
        if let Kind::List(entity) = fact.ty.kind {
            owner = Some(entity);
        }
        found = Some((fact, policy.facts.iter().find(|t| t.fact == id)));
    }
    found
}
