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
