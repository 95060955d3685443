//! What was expected against what came.

use crate::decide::{Decision, Outcome, Reason, ReasonKind, Standing, Told, ToldValue};
use crate::model::{Const, Expectation, ExpectedValue, Model, Scenario};
use crate::op::Shape;
use crate::source::Span;
use crate::syntax::ast::ExpectedOutcome;
use crate::value::{Date, Kind, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// One thing that came otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What of the expectation: `outcome`, `because`, `needing`, or the name of a value.
    pub what: Box<str>,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub found: String,
    /// Where the expectation stands.
    pub span: Span,
}

/// Everything in which a decision differs from what its scenario expects.
pub(super) fn differences(model: &Model, scenario: &Scenario, decision: &Decision) -> Vec<Difference> {
    let expect = &scenario.expect;
    let mut all = Vec::new();
    let mut differ = |what: &str, expected: String, found: String| {
        all.push(Difference { what: what.into(), expected, found, span: expect.span });
    };
    if !fits(expect.outcome, decision) {
        differ("outcome", expect.outcome.words().to_owned(), told_outcome(decision));
    }
    let missing: Vec<&str> = expect.because.iter().map(|r| &**r).filter(|r| !gives_reason(decision, r)).collect();
    if !missing.is_empty() {
        let found = missing.iter().map(|rule| told_standing(decision, rule)).collect::<Vec<_>>();
        differ("because", list(missing.iter().copied()), found.join(", "));
    }
    if let Some(needing) = &expect.needing {
        let wanted: BTreeSet<String> = needing.iter().map(|n| n.to_string()).collect();
        let needed = needs(decision);
        if wanted != needed.iter().cloned().collect() {
            let mut found = if needed.is_empty() { "nothing".to_owned() } else { needed.join(", ") };
            let more: Vec<&str> = needed.iter().filter(|n| !wanted.contains(*n)).map(String::as_str).collect();
            let less: Vec<&str> = wanted.iter().filter(|n| !needed.contains(n)).map(String::as_str).collect();
            let apart = [("not expected: ", more), ("expected in vain: ", less)];
            let apart = apart.into_iter().filter(|(_, names)| !names.is_empty());
            let apart: Vec<String> = apart.map(|(what, names)| format!("{what}{}", names.join(", "))).collect();
            found += &format!(" ({})", apart.join("; "));
            differ("needing", list(needing.iter().map(|n| &**n)), found);
        }
    }
    for ExpectedValue { name, value, shape, .. } in &expect.with {
        let wanted = value_of(model, value, *shape);
        let found = value_named(decision, name);
        let same = match found {
            Some(ToldValue::Value(found)) => same_value(&wanted, found),
            Some(_) => false,
            None => wanted == Value::None && decision.outcome != Outcome::Invalid,
        };
        if !same {
            let found = found.map_or_else(|| "no value".to_owned(), told);
            differ(name, wanted.to_string(), found);
        }
    }
    all
}

/// The definitions whose values an expectation speaks of.
pub(super) fn definitions(model: &Model, expect: &Expectation) -> Vec<Box<str>> {
    let is_output = |name: &str| model.awards.iter().chain(&model.reports).any(|o| *o.name == *name);
    expect.with.iter().map(|expected| expected.name.clone()).filter(|name| !is_output(name)).collect()
}

/// Whether an outcome is the one expected. A decline that a person has to confirm may be expected as *declined* or as
/// *referred*: it is both.
fn fits(expected: ExpectedOutcome, decision: &Decision) -> bool {
    match expected {
        ExpectedOutcome::Approved => decision.outcome == Outcome::Approved,
        ExpectedOutcome::Declined => decision.outcome == Outcome::Declined || decision.proposed,
        ExpectedOutcome::Referred => decision.outcome == Outcome::Referred,
        ExpectedOutcome::Incomplete => decision.outcome == Outcome::Incomplete,
        ExpectedOutcome::NotApplicable => decision.outcome == Outcome::NotApplicable,
        ExpectedOutcome::Invalid => decision.outcome == Outcome::Invalid,
    }
}

/// The language's words for an outcome that came.
pub(super) fn outcome_words(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::NotApplicable => "not applicable",
        outcome => outcome.as_str(),
    }
}

/// The outcome with what explains it in a few words.
fn told_outcome(decision: &Decision) -> String {
    let word = outcome_words(decision);
    let against: Vec<&str> = reasons_against(decision).map(|r| &*r.rule).collect();
    let mut text = word.to_owned();
    if decision.proposed {
        text += ", a decline to be confirmed";
    }
    if !against.is_empty() {
        text += &format!(", because {}", list(against.into_iter()));
    }
    if !decision.needs.is_empty() {
        text += &format!(", needing {}", needs(decision).join(", "));
    }
    if let Some(fault) = decision.faults.first() {
        text += &format!(", with a fault in `{}`: {}", fault.rule, fault.message);
    }
    if let Some(error) = &decision.error {
        text += &format!(": {error}");
    }
    text
}

/// The rules that stand against an approval: breached, or not computable.
pub(super) fn reasons_against(decision: &Decision) -> impl Iterator<Item = &Reason> {
    decision.reasons.iter().filter(|r| stands_against(r))
}

fn stands_against(reason: &Reason) -> bool {
    match reason.standing {
        Standing::Faulty => true,
        Standing::Met => matches!(reason.kind, ReasonKind::Exclude | ReasonKind::Refer),
        Standing::NotMet => matches!(reason.kind, ReasonKind::Require | ReasonKind::Applies),
        _ => false,
    }
}

/// Whether a rule gives the reason: for an approval by speaking for it, else by standing against it.
pub(super) fn gives_reason(decision: &Decision, rule: &str) -> bool {
    let of_rule = decision.reasons.iter().filter(|r| *r.rule == *rule);
    let for_it = |r: &Reason| {
        let settled = matches!(r.standing, Standing::Met | Standing::NotMet | Standing::Waived);
        settled && !stands_against(r)
    };
    let fits = |r: &Reason| if decision.outcome == Outcome::Approved { for_it(r) } else { stands_against(r) };
    of_rule.into_iter().any(fits)
}

fn told_standing(decision: &Decision, rule: &str) -> String {
    let standing = decision.reasons.iter().find(|r| *r.rule == *rule).map(|r| r.standing.as_str().replace('_', " "));
    format!("{rule} is {}", standing.as_deref().unwrap_or("not told"))
}

/// The facts needed, members without their numbers, each once.
pub(super) fn needs(decision: &Decision) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for need in &decision.needs {
        let mut name = String::new();
        let mut within = false;
        for c in need.fact.chars() {
            match c {
                '[' => within = true,
                ']' => within = false,
                c if !within => name.push(c),
                _ => {}
            }
        }
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// An award, report or definition by its name.
pub(super) fn value_named<'a>(decision: &'a Decision, name: &str) -> Option<&'a ToldValue> {
    let all = decision.awards.iter().chain(&decision.reports).chain(&decision.values);
    all.into_iter().find(|t: &&Told| *t.name == *name).map(|t| &t.value)
}

fn told(value: &ToldValue) -> String {
    match value {
        ToldValue::Value(value) => value.to_string(),
        ToldValue::Range(from, to) => format!("from {from} to {to}"),
        ToldValue::OneOf(values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("one of {}", values.join(", "))
        }
        ToldValue::Any => "not known".to_owned(),
        ToldValue::Faulty => "cannot be computed".to_owned(),
    }
}

/// A constant of the model as a value that can be printed.
pub(super) fn value_of(model: &Model, value: &Const, shape: Shape) -> Value {
    match value {
        Const::None => Value::None,
        Const::Truth(value) => Value::Truth(*value),
        Const::Text(text) => Value::Text(Arc::from(&**text)),
        Const::Choice(place) => Value::Choice(choice(model, shape.kind, *place).into()),
        Const::Mantissa(mantissa) => match shape.kind {
            Kind::Date => match i64::try_from(*mantissa).ok().and_then(Date::from_days) {
                Some(date) => Value::Date(date),
                None => Value::Number { mantissa: *mantissa, scale: 0 },
            },
            Kind::Percentage => Value::Number { mantissa: *mantissa, scale: shape.scale.saturating_sub(2) },
            _ => Value::Number { mantissa: *mantissa, scale: shape.scale },
        },
    }
}

/// The word of an enumeration's value.
pub(super) fn choice(model: &Model, kind: Kind, place: u8) -> &str {
    let values = match kind {
        Kind::Enum(id) => model.enums.get(id.0 as usize).map(|e| &e.values),
        _ => None,
    };
    values.and_then(|v| v.get(place as usize)).map_or("", |word| word)
}

/// Equality across scales: 200 is 200.00.
fn same_value(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number { mantissa: m, scale: s }, Value::Number { mantissa: n, scale: t }) => {
            let lift = |value: i128, by: u8| 10i128.checked_pow(by.into()).and_then(|f| value.checked_mul(f));
            let common = (*s).max(*t);
            lift(*m, common - s).is_some_and(|m| lift(*n, common - t) == Some(m))
        }
        (a, b) => a == b,
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
