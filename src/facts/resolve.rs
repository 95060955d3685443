//! What a told value is worth on a day: `held by`, `fresh for`, and sources that disagree (*semantics 1, Facts*).

use super::{Attested, Input, Record, State};
use crate::graph::Fact;
use crate::phrases::{Phrases, fill};
use crate::value::{Date, Text, Unit};
use std::fmt;
use std::sync::Arc;

/// What is known of a fact on a day.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolved<'a> {
    /// Nothing yet, and why.
    Pending(Why<'a>),
    /// No value will ever come.
    Closed,
    /// This value.
    Given(&'a Input),
}

/// Why a fact is not known.
#[derive(Clone, Debug, PartialEq)]
pub enum Why<'a> {
    /// Nothing was told.
    NotTold,
    /// Its source may not supply it.
    WrongSource {
        /// Who told it, if that was said.
        source: Option<&'a str>,
        /// Who can.
        held_by: &'a Text,
    },
    /// It was observed too long ago.
    Stale {
        /// When.
        observed: Date,
        /// For how many days an observation counts.
        days: u32,
    },
    /// Observations count for some days, and it was not said when this one was made.
    NotDated {
        /// For how many days an observation counts.
        days: u32,
    },
    /// Sources that count disagree.
    Disagree {
        /// Who told it, in the order told.
        sources: Vec<Option<&'a str>>,
    },
    /// A bare value, where only attested ones count.
    NotAttested,
}

/// What is known of a fact on a day. With `attested_only` a value without a source does not count.
///
/// A bare value counts as it is. An attested one counts if its source is the one that the fact is `held by` (in any of its
/// languages), and if its observation is at most `fresh for` days older than the decision date; one after it is fresh. Of
/// several sources those that count must agree. [`Facts::complete`](super::Facts::complete) is the caller's to apply: it closes facts that are
/// [`Why::NotTold`], not those of which something was told that does not count.
pub fn resolve<'a>(fact: &'a Fact, state: &'a State, on: Date, attested_only: bool) -> Resolved<'a> {
    match state {
        State::Pending => Resolved::Pending(Why::NotTold),
        State::Closed => Resolved::Closed,
        State::Given(_) if attested_only => Resolved::Pending(Why::NotAttested),
        State::Given(input) => Resolved::Given(input),
        State::Attested(told) => attested(fact, told, on, attested_only),
    }
}

fn attested<'a>(fact: &'a Fact, told: &'a [Attested], on: Date, attested_only: bool) -> Resolved<'a> {
    let mut counting: Vec<&Attested> = Vec::new();
    let mut first_why = None;
    for one in told {
        match discount(fact, one, on, attested_only) {
            None => counting.push(one),
            Some(why) => {
                first_why.get_or_insert(why);
            }
        }
    }
    match counting.split_first() {
        None => Resolved::Pending(first_why.unwrap_or(Why::NotTold)),
        Some((first, others)) if others.iter().all(|o| same(&first.value, &o.value)) => Resolved::Given(&first.value),
        Some(_) => {
            let sources = counting.iter().map(|one| one.source.as_deref()).collect();
            Resolved::Pending(Why::Disagree { sources })
        }
    }
}

/// Whether a value counts that was told with its source or day.
#[cfg(feature = "arrow")]
pub(crate) fn counts(fact: &Fact, source: Option<&str>, observed: Option<Date>, on: Date, attested_only: bool) -> bool {
    why_not(fact, source, observed, on, attested_only).is_none()
}

/// Why an attested value does not count, if it does not.
fn discount<'a>(fact: &'a Fact, told: &'a Attested, on: Date, attested_only: bool) -> Option<Why<'a>> {
    why_not(fact, told.source.as_deref(), told.observed, on, attested_only)
}

fn why_not<'a>(
    fact: &'a Fact,
    source: Option<&'a str>,
    observed: Option<Date>,
    on: Date,
    attested_only: bool,
) -> Option<Why<'a>> {
    if attested_only && source.is_none() {
        return Some(Why::NotAttested);
    }
    if let Some(held_by) = &fact.held_by {
        let is_holder = |s: &str| *held_by.default == *s || held_by.others.iter().any(|(_, name)| **name == *s);
        if !source.is_some_and(is_holder) {
            return Some(Why::WrongSource { source, held_by });
        }
    }
    let days = fact.fresh_for?;
    match observed {
        None => Some(Why::NotDated { days }),
        Some(observed) if on.days() - observed.days() > days.into() => Some(Why::Stale { observed, days }),
        Some(_) => None,
    }
}

/// Whether two values are the same, whoever told their parts.
fn same(a: &Input, b: &Input) -> bool {
    match (a, b) {
        (Input::List(a), Input::List(b)) => {
            let alike = |(a, b): (&Record, &Record)| {
                a.states.len() == b.states.len() && a.states.iter().zip(&b.states).all(|(a, b)| same_state(a, b))
            };
            a.len() == b.len() && a.iter().zip(b.iter()).all(alike)
        }
        (a, b) => a == b,
    }
}

fn same_state(a: &State, b: &State) -> bool {
    match (only(a), only(b)) {
        (Some(a), Some(b)) => same(a, b),
        _ => a == b,
    }
}

/// The only value told.
fn only(state: &State) -> Option<&Input> {
    match state {
        State::Given(input) => Some(input),
        State::Attested(told) => match &**told {
            [one] => Some(&one.value),
            _ => None,
        },
        State::Pending | State::Closed => None,
    }
}

/// Gives the members' bare values the source and day of the list that they came with: who vouches for a list vouches for
/// what stands in it. Members' own attestations stay as they are.
pub(crate) fn inherit(records: &mut [Record], source: Option<&Arc<str>>, observed: Option<Date>) {
    for state in records.iter_mut().flat_map(|r| &mut r.states) {
        if let State::Given(input) = state {
            let mut value = std::mem::replace(input, Input::None);
            if let Input::List(inner) = &value {
                let mut inner: Vec<Record> = inner.to_vec();
                inherit(&mut inner, source, observed);
                value = Input::List(inner.into());
            }
            *state = State::Attested(Box::new([Attested { value, source: source.cloned(), observed }]));
        }
    }
}

impl Why<'_> {
    /// The reason in a reader's language.
    pub fn in_language(&self, language: &str) -> String {
        let p = Phrases::of(language);
        let name = |source: &Option<&str>| source.map_or(p.unnamed_source.to_owned(), |s| format!("`{s}`"));
        let days = |days: &u32| match (*days, p.one_day) {
            (1, one) => one.to_owned(),
            (days, _) => p.count(&days.to_string(), Unit::Days),
        };
        match self {
            Why::NotTold => p.not_told.to_owned(),
            Why::WrongSource { source, held_by } => {
                fill(p.wrong_source, &[&name(source), &format!("`{}`", held_by.in_language(language))])
            }
            Why::Stale { observed, days: most } => fill(p.stale, &[&observed.to_string(), &days(most)]),
            Why::NotDated { days: most } => fill(p.not_dated, &[&days(most)]),
            Why::Disagree { sources } => {
                let all: Vec<String> = sources.iter().map(name).collect();
                fill(p.disagree, &[&all.join(p.and)])
            }
            Why::NotAttested => p.not_attested.to_owned(),
        }
    }
}

impl fmt::Display for Why<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::every_type;

    fn told(value: i64, source: Option<&str>, observed: Option<&str>) -> Attested {
        let observed = observed.map(|d| Date::parse(d).expect("a date"));
        Attested { value: Input::Mantissa(value), source: source.map(Into::into), observed }
    }

    #[test]
    fn sources_and_days_are_enforced() {
        let graph = every_type();
        let income = &graph.facts[1];
        let on = Date::new(2026, 3, 2).expect("a date");
        let tell = |told: Vec<Attested>| {
            let state = State::Attested(told.into());
            match resolve(income, &state, on, false) {
                Resolved::Pending(why) => why.to_string(),
                Resolved::Given(input) => format!("{input:?}"),
                Resolved::Closed => "closed".to_owned(),
            }
        };
        let (tax, zh) = (Some("Tax authority"), Some("税务局"));
        assert_eq!(tell(vec![told(5, tax, Some("2026-01-31"))]), "Mantissa(5)");
        assert_eq!(tell(vec![told(5, zh, Some("2026-03-09"))]), "Mantissa(5)");
        assert_eq!(
            tell(vec![told(5, tax, Some("2026-01-30"))]),
            "observed 2026-01-30, and an observation counts for 30 days"
        );
        assert_eq!(
            tell(vec![told(5, tax, None)]),
            "told without the day it was observed, and an observation counts for 30 days"
        );
        assert_eq!(
            tell(vec![told(5, Some("Bank"), Some("2026-03-01"))]),
            "told by `Bank`, but held by `Tax authority`"
        );
        let (a, b) = (told(5, tax, Some("2026-03-01")), told(6, zh, Some("2026-03-01")));
        assert_eq!(tell(vec![a.clone(), b]), "`Tax authority` and `税务局` disagree");
        assert_eq!(tell(vec![told(6, Some("Bank"), None), a.clone(), a]), "Mantissa(5)");
    }

    #[test]
    fn bare_values_count_unless_only_attested_ones_do() {
        let graph = every_type();
        let on = Date::new(2026, 3, 2).expect("a date");
        let state = State::Given(Input::Mantissa(5));
        assert_eq!(resolve(&graph.facts[1], &state, on, false), Resolved::Given(&Input::Mantissa(5)));
        assert_eq!(resolve(&graph.facts[1], &state, on, true), Resolved::Pending(Why::NotAttested));
        let unnamed = State::Attested(Box::new([told(5, None, None)]));
        assert_eq!(resolve(&graph.facts[7], &unnamed, on, false), Resolved::Given(&Input::Mantissa(5)));
        assert_eq!(resolve(&graph.facts[7], &unnamed, on, true), Resolved::Pending(Why::NotAttested));
    }
}
