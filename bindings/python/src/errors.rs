//! What is raised, with what is wrong as data. The classes themselves are Python's, in `placet/_errors.py`.

use crate::record::record;
use placet::compile::Compilation;
use placet::facts::FactsErrors;
use placet::source::Sources;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use serde_json::Value as Json;

record! {
    /// A stretch of a policy's text.
    Place {
        /// The file's name.
        file: String,
        /// Where it begins: line and column in characters, both from 1.
        start: (u32, u32),
        /// Where it ends, the column one past the last character.
        end: (u32, u32),
    }
}

record! {
    /// One thing that is wrong, or doubtful, in a policy's text.
    Diagnostic {
        /// The stable code, such as `N01`.
        code: String,
        /// `error` or `warning`.
        severity: String,
        /// What is wrong.
        message: String,
        /// Where.
        place: Py<Place>,
        /// What to write instead.
        help: Option<String>,
        /// An input that shows the trouble, by name; empty where there is none.
        example: Vec<(String, String)>,
        /// All of it as it is drawn under the lines of the text.
        drawn: String,
    }
}

record! {
    /// One thing that is wrong with the facts of a case, or with the columns of a table.
    Trouble {
        /// The fact, of a member `household[0].income`; `None` where the case as a whole is wrong.
        fact: Option<String>,
        /// What is accepted there.
        expected: String,
        /// What was found; values of sensitive facts are not shown.
        found: String,
        /// What to do about it.
        help: Option<String>,
    }
}

/// The diagnostics of a compilation, errors first.
pub fn diagnostics(py: Python<'_>, found: &[placet::Diagnostic], sources: &Sources) -> PyResult<Vec<Py<Diagnostic>>> {
    let all = found.iter().map(|one| {
        let json = one.to_json(sources);
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let position = |value: &Json| {
            let number = |name: &str| value[name].as_u64().unwrap_or_default() as u32;
            (number("line"), number("column"))
        };
        let place = &json["place"];
        let place =
            Place { file: text(&place["file"]), start: position(&place["start"]), end: position(&place["end"]) };
        let diagnostic = Diagnostic {
            code: text(&json["code"]),
            severity: text(&json["severity"]),
            message: one.message.clone(),
            place: Py::new(py, place)?,
            help: one.help.clone(),
            example: one.example.clone(),
            drawn: placet_cli::draw::uncoloured(one, sources),
        };
        Py::new(py, diagnostic)
    });
    all.collect()
}

/// Raises `PolicyError`: the message is all errors as they are drawn.
pub fn policy_error(py: Python<'_>, compilation: &Compilation) -> PyResult<PyErr> {
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|d| d.is_error()).cloned().collect();
    let found = diagnostics(py, &errors, &compilation.sources)?;
    let drawn: Vec<&str> = found.iter().map(|d| d.get().drawn.as_str()).collect();
    raise(py, "PolicyError", &drawn.join("\n\n"), found)
}

/// Raises `FactsError` with all that is wrong with a case.
pub fn facts_error(py: Python<'_>, errors: &FactsErrors) -> PyResult<PyErr> {
    let troubles = errors.0.iter().map(|e| {
        let (fact, expected, found, help) = (e.fact.clone(), e.expected.clone(), e.found.clone(), e.help.clone());
        Py::new(py, Trouble { fact, expected, found, help })
    });
    raise(py, "FactsError", &errors.to_string(), troubles.collect::<PyResult<Vec<_>>>()?)
}

/// Raises `ArtefactError`.
pub fn artefact_error(py: Python<'_>, error: &placet::ArtefactError) -> PyResult<PyErr> {
    let class = py.import("placet._errors")?.getattr("ArtefactError")?;
    Ok(PyErr::from_value(class.call1((error.to_string(),))?))
}

fn raise<T: pyo3::PyClass>(py: Python<'_>, class: &str, message: &str, what: Vec<Py<T>>) -> PyResult<PyErr> {
    let class = py.import("placet._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call1((message, PyTuple::new(py, what)?))?))
}
