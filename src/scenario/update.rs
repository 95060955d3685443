//! Rewriting expectations in the source text, as `--update` does.

use super::Outcome;
use super::compare::{gives_reason, needs, outcome_words, reasons_against, value_named};
use crate::decide::{self, Decision, ToldValue};
use crate::model::{Expectation, ExpectedValue, Model, Scenario};
use crate::op::Shape;
use crate::source::{Sources, Span};
use crate::value::{Kind, Value};
use std::collections::BTreeMap;

/// A piece of a file and what is to stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where.
    pub span: Span,
    /// What is to stand there.
    pub text: String,
}

/// The edit that makes a scenario expect what came; absent where it already does.
pub fn update(model: &Model, scenario: &Scenario, outcome: &Outcome) -> Option<Edit> {
    if outcome.passed() {
        return None;
    }
    Some(Edit { span: scenario.expect.span, text: expectation(model, &scenario.expect, &outcome.decision) })
}

/// The texts of the files that edits change, by name.
pub fn apply(sources: &Sources, edits: &[Edit]) -> BTreeMap<String, String> {
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span));
    edits.dedup_by_key(|e| e.span);
    // From the end of each file, so that earlier places stay where they are.
    for edit in edits {
        let source = sources.get(edit.span.source);
        let text = changed.entry(source.name.clone()).or_insert_with(|| source.text.clone());
        let range = edit.span.start as usize..edit.span.end as usize;
        if text.get(range.clone()).is_some() {
            text.replace_range(range, &edit.text);
        }
    }
    changed
}

/// The clause with what came: the outcome, and of the rest whatever the author asked about.
fn expectation(model: &Model, expect: &Expectation, decision: &Decision) -> String {
    // A decline to be confirmed is expected as one: that says more than that a person looks.
    let outcome = if decision.proposed { "declined" } else { outcome_words(decision) };
    let mut text = format!("expect {outcome}");
    if !expect.because.is_empty() {
        let kept = expect.because.iter().all(|r| gives_reason(decision, r));
        let rules: Vec<&str> = match kept {
            true => expect.because.iter().map(|r| &**r).collect(),
            false => reasons_against(decision).map(|r| &*r.rule).filter(|r| *r != "applies when").collect(),
        };
        if !rules.is_empty() {
            text += &format!(" because {}", rules.join(", "));
        }
    }
    let needed = needs(decision);
    if !needed.is_empty() && (expect.needing.is_some() || decision.outcome == decide::Outcome::Incomplete) {
        text += &format!(" needing {}", needed.join(", "));
    }
    let values: Vec<String> = expect
        .with
        .iter()
        .filter_map(|ExpectedValue { name, shape, written, .. }| {
            let value = match value_named(decision, name) {
                Some(ToldValue::Value(value)) => value.clone(),
                None if decision.outcome == decide::Outcome::Approved => Value::None,
                _ => return None,
            };
            let told = as_written(&value, written);
            Some(format!("{name} {}", told.unwrap_or_else(|| literal(&value, shape_of(model, name).unwrap_or(*shape)))))
        })
        .collect();
    if !values.is_empty() {
        text += &format!(" with {}", values.join(", "));
    }
    text
}

fn shape_of(model: &Model, name: &str) -> Option<Shape> {
    let output = model.awards.iter().chain(&model.reports).find(|o| *o.name == *name)?;
    Some(Shape { kind: output.ty.kind, scale: output.ty.scale, optional: output.ty.optional })
}

/// A number in the author's way: with the unit written before, with as many decimals at least, and with thousands set apart if they were.
/// Absent where no number stood before, or none comes now.
fn as_written(value: &Value, written: &str) -> Option<String> {
    let Value::Number { .. } = value else { return None };
    if !written.trim_start_matches('-').starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (number, unit) = written.split_at(written.rfind(|c: char| c.is_ascii_digit())? + 1);
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let text = value.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let kept = fraction.trim_end_matches('0').len().max(decimals.min(fraction.len()));
    let mut out = if number.contains('_') { apart(whole) } else { whole.to_owned() };
    if kept > 0 {
        out += &format!(".{}", &fraction[..kept]);
    }
    Some(out + unit)
}

/// Digits with `_` between thousands.
fn apart(whole: &str) -> String {
    let mut out = String::new();
    for (at, c) in whole.char_indices() {
        let left = whole.len() - at;
        if left.is_multiple_of(3) && out.ends_with(|c: char| c.is_ascii_digit()) {
            out.push('_');
        }
        out.push(c);
    }
    out
}

/// A value as the language writes it. A period is left out: the number takes it from what it is compared with.
fn literal(value: &Value, shape: Shape) -> String {
    match (value, shape.kind) {
        (Value::Number { .. }, Kind::Money { currency, per: None }) => format!("{} {currency}", plain(value)),
        (Value::Number { .. }, Kind::Percentage) => format!("{}%", plain(value)),
        (Value::Number { .. }, _) => plain(value),
        (Value::Text(text), _) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        _ => value.to_string(),
    }
}

/// Without zeros at the end of the decimals.
fn plain(value: &Value) -> String {
    let text = value.to_string();
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
