//! Errors as the texts that `js/errors.js` reads.

use crate::json;
use placet::{ArtefactError, FactsError, FactsErrors};
use serde::Serialize;

/// An error for the caller.
pub(crate) type Trouble = String;

#[derive(Serialize)]
struct Told<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fact<'a>>,
}

/// One thing that is wrong with a case.
#[derive(Serialize)]
struct Fact<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<&'a str>,
    expected: &'a str,
    found: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl<'a> Fact<'a> {
    fn of(error: &'a FactsError) -> Self {
        let FactsError { row, fact, expected, found, help } = error;
        Fact { row: *row, fact: fact.as_deref(), expected, found, help: help.as_deref() }
    }
}

fn told(code: &'static str, message: &str, errors: Vec<Fact>) -> Trouble {
    json::text(&Told { code, message, errors }).unwrap_or_default()
}

/// A call that makes no sense.
pub(crate) fn usage(message: impl AsRef<str>) -> Trouble {
    told("usage", message.as_ref(), Vec::new())
}

/// All that is wrong with a case.
pub(crate) fn facts(errors: &FactsErrors) -> Trouble {
    told("facts", &errors.to_string(), errors.0.iter().map(Fact::of).collect())
}

/// Bytes that are no compiled policy.
pub(crate) fn artefact(error: &ArtefactError) -> Trouble {
    told("artefact", &error.to_string(), Vec::new())
}

/// What is wrong with a policy's text.
#[cfg(feature = "compile")]
pub(crate) fn policy(message: &str, diagnostics: &[impl Serialize]) -> Trouble {
    #[derive(Serialize)]
    struct Told<'a, D> {
        code: &'static str,
        message: &'a str,
        diagnostics: &'a [D],
    }
    json::text(&Told { code: "policy", message, diagnostics }).unwrap_or_default()
}

/// Something as JSON text.
pub(crate) fn text(value: &impl Serialize) -> Result<String, Trouble> {
    json::text(value).ok_or_else(|| told("internal", "there is no JSON text of it", Vec::new()))
}
