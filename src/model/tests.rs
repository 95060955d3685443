//! The whole policy of the language page, and its model.

use super::*;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

/// Parses and checks one policy.
pub(super) fn checked(text: &str) -> (Option<Model>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("policy.placet", text);
    let (file, mut diagnostics) = crate::syntax::parse(id, text);
    assert!(diagnostics.is_empty(), "{}", shown(&sources, &diagnostics));
    let (model, found) = check(&sources, &[file], &|_| None);
    diagnostics.extend(found);
    (model, diagnostics)
}

fn shown(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let at = sources.position(d.span.source, d.span.start);
        let help = d.help.as_ref().map(|h| format!("\n    = {h}")).unwrap_or_default();
        format!("{} {}:{} {}{help}", d.code.as_str(), at.line, at.column, d.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

const ALLOWANCE: &str = include_str!("../../tests/policies/old_age_allowance.placet");

#[test]
fn a_whole_policy() {
    let (model, diagnostics) = checked(ALLOWANCE);
    assert_eq!(diagnostics, []);
    let model = model.expect("no errors");
    assert_eq!((model.facts.len(), model.rules.len(), model.awards.len(), model.scenarios.len()), (4, 4, 1, 2));
}

#[test]
fn bare_numbers_in_a_product_take_the_unit_of_the_result() {
    let (model, diagnostics) = checked(
        "policy p fact size: whole number from 1 to 20
         define limit: money in USD by table | size | limit | | 1 | 1_580 | | 2 or more | 1_580 + 557 * (size - 1) |
         report limit_told: money in USD as limit",
    );
    assert_eq!(diagnostics, []);
    assert!(model.is_some());
}

#[test]
fn a_value_that_was_asked_for_is_no_longer_none() {
    let (model, diagnostics) = checked(
        "policy p fact cap: money in USD or none fact income: money in USD
         define capped: money in USD as if cap is none then income else cap
         define floor: money in USD as income except when cap is not none and income is more than 5: cap
         report a: money in USD as smaller of (capped, floor)",
    );
    assert_eq!(diagnostics, []);
    assert!(model.is_some());
    let (model, diagnostics) =
        checked("policy p fact cap: money in USD or none report a: money in USD as if cap is none then cap else 3");
    assert_eq!(diagnostics.len(), 1);
    assert!(model.is_none());
}
