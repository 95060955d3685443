//! Decisions and explanations as Python reads them.

use crate::read::Types;
use crate::record::record;
use placet::decide::{Options, ToldValue};
use placet::eval::range::Evaluation;
use placet::explain::{self, Asked};
use placet::facts::Facts;
use placet::value::{Date, Value};
use placet::{Brief, Outcome, Policy};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::{Arc, OnceLock};

record! {
    /// A rule's part in a decision, in the reader's language.
    Reason {
        /// The rule's name; `applies when` for the policy's own clause.
        rule: String,
        /// `applies`, `require`, `exclude` or `refer`.
        kind: &'static str,
        /// `met`, `not_met`, `open`, `faulty`, `waived`, `not_applicable` or `not_in_force`.
        standing: &'static str,
        /// Whether it is the deciding rule.
        deciding: bool,
        /// Its title.
        title: Option<String>,
        /// Its message with values put in, where the rule is breached.
        message: Option<String>,
        /// The citation.
        cites: Option<String>,
        /// The citation down to the paragraph that settled it.
        paragraph: Option<String>,
    }
}

record! {
    /// A fact that still matters.
    Need {
        /// The fact; of a member `household[0].income`.
        fact: String,
        /// Its label.
        label: Option<String>,
        /// The question to put.
        ask: Option<String>,
        /// Who can supply it without asking.
        held_by: Option<String>,
        /// Who has to judge it.
        judged_by: Option<String>,
        /// Why it is not known.
        why: String,
        /// The rules and awards that wait for it.
        rules: Vec<String>,
    }
}

record! {
    /// A computation that failed.
    Fault {
        /// The rule, award or report it spoils.
        rule: String,
        /// What failed, in words.
        message: String,
    }
}

record! {
    /// A value that is not known for sure. All that is absent is `None`; of any text all but `faulty` is.
    Open {
        /// The least it can be.
        low: Option<Py<PyAny>>,
        /// The most it can be.
        high: Option<Py<PyAny>>,
        /// All that it can be, where these are few.
        one_of: Option<Vec<Py<PyAny>>>,
        /// Whether its computation failed, or may fail.
        faulty: bool,
    }
}

/// The answer to one case. Its attributes are the members that a decision has as JSON, through every door; `to_dict` gives
/// these.
///
/// Reading the outcome is cheap; the first other attribute works out the rest, from the facts as they were given.
#[pyclass(frozen, module = "placet")]
pub struct Decision {
    pub policy: Policy,
    pub facts: Facts,
    pub on: Date,
    pub options: Options,
    /// The outcome, where it was found without the rest.
    pub brief: Option<Brief>,
    pub whole: OnceLock<placet::Decision>,
}

impl Decision {
    fn whole(&self, py: Python<'_>) -> &placet::Decision {
        self.whole.get_or_init(|| py.detach(|| self.policy.decide_with(&self.facts, self.on, &self.options)))
    }

    fn outcome_of(&self, py: Python<'_>) -> Outcome {
        self.brief.map_or_else(|| self.whole(py).outcome, |brief| brief.outcome)
    }

    fn is_proposed(&self, py: Python<'_>) -> bool {
        self.brief.map_or_else(|| self.whole(py).proposed, |brief| brief.proposed)
    }
}

#[pymethods]
impl Decision {
    /// The policy's name.
    #[getter]
    fn policy(&self) -> &str {
        self.policy.name()
    }

    /// The policy's version, or `None`.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.policy.entry().version.as_deref()
    }

    /// The hash of the policy's logic, hexadecimal.
    #[getter]
    fn graph(&self) -> String {
        placet::decide::hexadecimal(&self.policy.entry().logic_hash)
    }

    /// The decision date.
    #[getter]
    fn on<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Types::date(py, self.on)
    }

    /// The case's own name, the member `id` of its facts, or `None`.
    #[getter]
    fn case(&self) -> Option<&str> {
        self.facts.id.as_deref()
    }

    /// `approved`, `declined`, `referred`, `incomplete`, `not_applicable` or `invalid`.
    #[getter]
    fn outcome<'py>(&self, py: Python<'py>) -> &Bound<'py, pyo3::types::PyString> {
        outcome_word(py, self.outcome_of(py))
    }

    /// `declined`, where a person is asked to confirm a decline; else `None`.
    #[getter]
    fn proposed(&self, py: Python<'_>) -> Option<&'static str> {
        self.is_proposed(py).then(|| Outcome::Declined.as_str())
    }

    /// False for a referral that waits for a finding only a person can make.
    #[getter]
    fn settled(&self, py: Python<'_>) -> bool {
        self.whole(py).settled
    }

    /// The outcomes that are still possible; the outcome alone, where nothing is open.
    #[getter]
    fn possible<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.whole(py).possible.iter().map(Outcome::as_str).collect::<Vec<_>>())
    }

    /// What is awarded, by name: `Decimal` with all decimals of its type, `int` where it has none, `date`, `bool`, `str`, `None`
    /// for *none*, or `Open` where it is not known for sure. Empty where approval is not possible.
    #[getter]
    fn awards<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        values(py, &self.whole(py).awards)
    }

    /// Reported values by name, as in `awards`.
    #[getter]
    fn reports<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        values(py, &self.whole(py).reports)
    }

    /// The definitions asked for with `show`, by name, as in `awards`; of a list's members `household[0].share`.
    #[getter]
    fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        values(py, &self.whole(py).values)
    }

    /// Each rule's part in the answer, in the order of the policy's text.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let reasons = self.whole(py).reasons.iter().map(|r| Reason {
            rule: r.rule.to_string(),
            kind: r.kind.as_str(),
            standing: r.standing.as_str(),
            deciding: r.deciding,
            title: text(&r.title),
            message: text(&r.message),
            cites: text(&r.cites),
            paragraph: text(&r.paragraph),
        });
        tuple(py, reasons)
    }

    /// The facts that still matter, all at once.
    #[getter]
    fn needs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let needs = self.whole(py).needs.iter().map(|n| Need {
            fact: n.fact.to_string(),
            label: text(&n.label),
            ask: text(&n.ask),
            held_by: text(&n.held_by),
            judged_by: text(&n.judged_by),
            why: n.why.to_string(),
            rules: n.rules.iter().map(ToString::to_string).collect(),
        });
        tuple(py, needs)
    }

    /// Computations that failed.
    #[getter]
    fn faults<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let faults = self.whole(py).faults.iter();
        tuple(py, faults.map(|f| Fault { rule: f.rule.to_string(), message: f.message.to_string() }))
    }

    /// Why nothing was decided, where the outcome is `invalid`; else `None`.
    #[getter]
    fn error(&self, py: Python<'_>) -> Option<&str> {
        self.whole(py).error.as_deref()
    }

    /// Why it is decided so, step by step from the outcome to the facts. `language` is that of titles, labels and messages
    /// (`en`, `zh`, …), by default the decision's. Values of sensitive facts are told only with `sensitive=True`.
    #[pyo3(signature = (*, language=None, sensitive=false))]
    fn explain(&self, py: Python<'_>, language: Option<&str>, sensitive: bool) -> Explanation {
        let language = language.map_or_else(|| self.options.language.clone(), Into::into);
        let explanation = py.detach(|| {
            let evaluation =
                Evaluation::new(self.policy.bundle().engine(), &self.facts, self.on, self.options.attested);
            explain::explain(self.policy.entry(), &evaluation, &Asked { language, sensitive })
        });
        Explanation(explanation)
    }

    /// The decision as a JSON text, the same through every door.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        json(self.whole(py))
    }

    /// The decision as JSON has it: decimals and dates as texts, absent members left out.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loads(py, &self.to_json(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let case = self.case().map(|case| format!(" case={case:?}")).unwrap_or_default();
        let proposed = if self.is_proposed(py) { ", decline proposed" } else { "" };
        let mut out = format!(
            "<Decision {}{case} on {}: {}{proposed}",
            self.policy.name(),
            self.on,
            self.outcome_of(py).as_str()
        );
        for (name, value) in self.awards(py)?.iter() {
            let value = if value.is_instance_of::<Open>() { value.repr()? } else { value.str()? };
            out += &format!(", {name} {value}");
        }
        let needs: Vec<&str> = self.whole(py).needs.iter().map(|n| &*n.fact).collect();
        if !needs.is_empty() {
            out += &format!(", needs {}", needs.join(", "));
        }
        if let Some(error) = self.error(py) {
            out += &format!(", {error}");
        }
        Ok(out + ">")
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("placet._html")?.call_method1("decision", (slf,))
    }

    fn __eq__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> bool {
        let other = other.cast::<Decision>().ok();
        other.is_some_and(|other| slf.get().whole(slf.py()) == other.get().whole(slf.py()))
    }
}

/// Why a case is decided as it is. `str()` of it is the text to read.
#[pyclass(frozen, module = "placet")]
pub struct Explanation(explain::Explanation);

#[pymethods]
impl Explanation {
    /// The language it is told in.
    #[getter]
    fn language(&self) -> &str {
        &self.0.language
    }

    /// The tree of steps as JSON has it: the rules, their paragraphs, the definitions these rest on, and the facts with
    /// their sources.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        loads(py, &json(&self.0)?)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let case = self.0.case.as_deref().map(|case| format!(" case={case:?}")).unwrap_or_default();
        format!("<Explanation {}{case} on {}: {}>", self.0.policy, self.0.on, self.0.outcome.as_str())
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("placet._html")?.call_method1("explanation", (slf,))
    }
}

/// The word of an outcome, always the same object.
fn outcome_word<'py>(py: Python<'py>, outcome: Outcome) -> &'py Bound<'py, pyo3::types::PyString> {
    match outcome {
        Outcome::Approved => pyo3::intern!(py, "approved"),
        Outcome::Declined => pyo3::intern!(py, "declined"),
        Outcome::Referred => pyo3::intern!(py, "referred"),
        Outcome::Incomplete => pyo3::intern!(py, "incomplete"),
        Outcome::NotApplicable => pyo3::intern!(py, "not_applicable"),
        Outcome::Invalid => pyo3::intern!(py, "invalid"),
    }
}

fn text(text: &Option<Arc<str>>) -> Option<String> {
    text.as_deref().map(ToOwned::to_owned)
}

fn tuple<'py, T>(py: Python<'py>, items: impl Iterator<Item = T>) -> PyResult<Bound<'py, PyTuple>>
where
    T: pyo3::PyClass + Into<pyo3::PyClassInitializer<T>>,
{
    PyTuple::new(py, items.map(|item| Py::new(py, item)).collect::<PyResult<Vec<_>>>()?)
}

fn values<'py>(py: Python<'py>, told: &[placet::Told]) -> PyResult<Bound<'py, PyDict>> {
    let out = PyDict::new(py);
    for one in told {
        out.set_item(&*one.name, told_value(py, &one.value)?)?;
    }
    Ok(out)
}

fn told_value<'py>(py: Python<'py>, told: &ToldValue) -> PyResult<Bound<'py, PyAny>> {
    let open = Open { low: None, high: None, one_of: None, faulty: false };
    let one = |value: &Value| value_of(py, value).map(Bound::unbind);
    let open = match told {
        ToldValue::Value(value) => return value_of(py, value),
        ToldValue::Range(low, high) => Open { low: Some(one(low)?), high: Some(one(high)?), ..open },
        ToldValue::OneOf(values) => Open { one_of: Some(values.iter().map(one).collect::<PyResult<_>>()?), ..open },
        ToldValue::Any => open,
        ToldValue::Faulty => Open { faulty: true, ..open },
    };
    Py::new(py, open)?.into_bound_py_any(py)
}

fn value_of<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::None => Ok(py.None().into_bound(py)),
        Value::Truth(truth) => truth.into_bound_py_any(py),
        Value::Number { mantissa, scale: 0 } => mantissa.into_bound_py_any(py),
        Value::Number { .. } => Types::of(py)?.decimal.bind(py).call1((value.to_string(),)),
        Value::Date(date) => Types::date(py, *date),
        Value::Choice(text) | Value::Text(text) => text.into_bound_py_any(py),
    }
}

fn json<T: serde::Serialize>(value: &T) -> PyResult<String> {
    serde_json::to_string(value).map_err(|e| pyo3::exceptions::PyRuntimeError::new_err(e.to_string()))
}

/// A JSON text as Python's own values, members in their order.
pub fn loads<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (text,))
}
