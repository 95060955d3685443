//! Errors as the texts that `js/errors.js` reads.

use placet::{ArtefactError, FactsError, FactsErrors};
use serde_json::{Value, json};

/// An error for the caller.
pub(crate) type Trouble = String;

/// A call that makes no sense.
pub(crate) fn usage(message: impl Into<String>) -> Trouble {
    json!({ "code": "usage", "message": message.into() }).to_string()
}

/// All that is wrong with a case.
pub(crate) fn facts(errors: &FactsErrors) -> Trouble {
    let all: Vec<Value> = errors.0.iter().map(fact).collect();
    json!({ "code": "facts", "message": errors.to_string(), "errors": all }).to_string()
}

/// One thing that is wrong with a case, or with a row of many.
pub(crate) fn fact(error: &FactsError) -> Value {
    let mut out = json!({ "expected": error.expected, "found": error.found });
    let optional = [("fact", &error.fact), ("help", &error.help)];
    for (key, text) in optional {
        if let Some(text) = text {
            out[key] = json!(text);
        }
    }
    if let Some(row) = error.row {
        out["row"] = json!(row);
    }
    out
}

/// Bytes that are no compiled policy.
pub(crate) fn artefact(error: &ArtefactError) -> Trouble {
    json!({ "code": "artefact", "message": error.to_string() }).to_string()
}

/// What is wrong with a policy's text.
#[cfg(feature = "compile")]
pub(crate) fn policy(message: &str, diagnostics: Value) -> Trouble {
    json!({ "code": "policy", "message": message, "diagnostics": diagnostics }).to_string()
}

/// Something as JSON text.
pub(crate) fn text(value: &impl serde::Serialize) -> Result<String, Trouble> {
    serde_json::to_string(value).map_err(|e| json!({ "code": "internal", "message": e.to_string() }).to_string())
}
