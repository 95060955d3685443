//! Policies.

use crate::asked::{Argument, Asked};
use crate::batch::{self, Batch, Deciders, Stream};
use crate::bundle::Bundle;
use crate::decision::{Decision, loads};
use crate::errors::{self, Diagnostic};
use crate::read;
use placet::compile::compile;
use placet::decide::{Options, Reasons};
use placet::facts::Facts;
use placet::graph::draw;
use placet::value::Date;
use placet::{Briefs, schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

/// One policy, ready to decide. May be shared between threads and pickled.
#[pyclass(frozen, module = "placet")]
pub struct Policy {
    pub policy: placet::Policy,
    warnings: Vec<Py<Diagnostic>>,
    briefs: Mutex<Briefs>,
}

impl Policy {
    pub fn new(policy: placet::Policy, warnings: Vec<Py<Diagnostic>>) -> Policy {
        let briefs = Mutex::new(Briefs::new(&policy));
        Policy { policy, warnings, briefs }
    }

    /// The only policy of a bundle.
    fn only(bundle: Bundle) -> PyResult<Policy> {
        let mut policies = bundle.bundle.policies();
        match (policies.next(), policies.next()) {
            (Some(policy), None) => Ok(Policy::new(policy, bundle.warnings)),
            _ => {
                let names: Vec<String> = bundle.bundle.policies().map(|p| format!("`{}`", p.name())).collect();
                let names = names.join(", ");
                Err(PyValueError::new_err(format!(
                    "there are several policies: {names}; read them with `placet.Bundle`"
                )))
            }
        }
    }
}

/// What was asked of decisions.
pub fn options(
    policies: impl Iterator<Item = placet::Policy>,
    language: &str,
    reasons: &str,
    show: Option<&Bound<'_, PyAny>>,
    attested: bool,
) -> PyResult<Options> {
    let show = show.map_or(Ok(Vec::new()), |value| Argument { name: "show", value }.names())?;
    let reasons = match reasons {
        "all" => Reasons::All,
        "deciding" => Reasons::Deciding,
        "none" => Reasons::None,
        other => {
            return Err(PyValueError::new_err(format!("`reasons` is `all`, `deciding` or `none`; found `{other}`")));
        }
    };
    if !show.is_empty() {
        let known: Vec<String> =
            policies.flat_map(|p| p.entry().defines.iter().map(|d| d.name.to_string()).collect::<Vec<_>>()).collect();
        if let Some(name) = show.iter().find(|name| !known.contains(name)) {
            let near = placet::diagnostic::closest(name, known.iter().map(String::as_str));
            let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(PyValueError::new_err(format!("`show`: no definition or parameter is called `{name}`{help}")));
        }
    }
    let show = show.into_iter().map(Into::into).collect();
    Ok(Options { attested, reasons, show, language: language.into() })
}

/// The facts of one case, and the day.
pub fn case(
    bundle: &placet::Bundle,
    facts: &Bound<'_, PyAny>,
    on: &Bound<'_, PyAny>,
    complete: bool,
) -> PyResult<(Facts, Date)> {
    let on = read::date(on)?;
    match read::case(bundle, facts)? {
        Ok(mut facts) => {
            facts.complete = complete;
            Ok((facts, on))
        }
        Err(errors) => Err(errors::facts_error(facts.py(), &errors)?),
    }
}

/// What facts, decisions or both look like, for other programs.
pub fn described<'py>(
    py: Python<'py>,
    bundle: &placet::Bundle,
    of: &str,
    language: &str,
) -> PyResult<Bound<'py, PyAny>> {
    match of {
        "facts" => loads(py, &schema::facts(bundle.program(), language).to_string()),
        "decisions" => loads(py, &schema::decisions(bundle.program(), language).to_string()),
        other => Err(PyValueError::new_err(format!("`of` is `facts` or `decisions`; found `{other}`"))),
    }
}

#[pymethods]
impl Policy {
    /// Reads a policy from a file: its text (`.placet`), or a compiled one (`.placetc`). What it uses is read from beside it.
    ///
    /// Raises `PolicyError` with all that is wrong with the text, `ArtefactError` for a compiled policy that is damaged, and
    /// `OSError` where there is no such file.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf) -> PyResult<Policy> {
        Policy::only(Bundle::read(py, &path)?)
    }

    /// Compiles a policy from its text. `name` is the file's name in diagnostics.
    ///
    /// Raises `PolicyError` with all that is wrong with it.
    #[staticmethod]
    #[pyo3(signature = (text, *, name="policy.placet"))]
    fn from_text(py: Python<'_>, text: &str, name: &str) -> PyResult<Policy> {
        let compilation = py.detach(|| compile(&[(name, text)], &|_| None));
        Policy::only(Bundle::compiled(py, compilation)?)
    }

    /// Loads what `to_compiled` has written. Nothing in it is trusted.
    ///
    /// Raises `ArtefactError` if the bytes are damaged, of another format or semantics, or no policy at all.
    #[staticmethod]
    fn from_compiled(artefact: &Bound<'_, PyAny>) -> PyResult<Policy> {
        Policy::only(Bundle::loaded_from(artefact)?)
    }

    /// The compiled artefact: the same bytes on every platform, for `from_compiled` and `placet decide`.
    fn to_compiled<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.policy.to_compiled())
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.policy.name()
    }

    /// Its title in the policy's own language, or `None`.
    #[getter]
    fn title(&self) -> Option<&str> {
        self.policy.entry().title.as_ref().map(|t| t.in_language(""))
    }

    /// Its version, or `None`.
    #[getter]
    fn version(&self) -> Option<&str> {
        self.policy.entry().version.as_deref()
    }

    /// The hash of its logic, hexadecimal: the same rules have the same hash, however they are laid out.
    #[getter]
    fn graph(&self) -> String {
        placet::decide::hexadecimal(&self.policy.entry().logic_hash)
    }

    /// The facts that a case may tell, and what each accepts, in words.
    #[getter]
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let graph = &self.policy.bundle().program().graph;
        let out = PyDict::new(py);
        for (_, fact) in graph.case_facts() {
            out.set_item(&*fact.name, placet::facts::describe(graph, &fact.ty))?;
        }
        Ok(out)
    }

    /// What is doubtful in its text, as the compiler told it.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.warnings)
    }

    /// Decides one case.
    ///
    /// `facts` is a mapping or a dataclass of facts by name: `bool`, `int`, `Decimal`, `date`, `str` (read by the fact's type), a
    /// list of such mappings for a list, `None` for what is not known; left out is not known either. With its source and day:
    /// `{"value": 12, "source": "Register", "observed": date(2026, 2, 20)}`, several of these under `{"sources": [...]}`, and
    /// `{"closed": True}` for what will never come. `id` names the case. Amounts are in their currency's unit, percentages in per
    /// cent. Binary floats are refused: they are not exact.
    ///
    /// `on` is the decision date. `language` is that of titles, labels and messages; `reasons` tells of `all` rules, of the
    /// `deciding` one or of `none`; `show` names definitions whose values to tell; with `attested` bare values do not count; with
    /// `complete` what is missing will never come.
    ///
    /// Raises `FactsError` with all that is wrong with the facts. What a decision says is never raised.
    #[pyo3(
        signature = (facts, on, *, language="", reasons="all", show=None, attested=false, complete=false),
        text_signature = "($self, facts, on, *, language='', reasons='all', show=(), attested=False, complete=False)"
    )]
    #[allow(clippy::too_many_arguments)]
    fn decide(
        &self,
        facts: &Bound<'_, PyAny>,
        on: &Bound<'_, PyAny>,
        language: &str,
        reasons: &str,
        show: Option<&Bound<'_, PyAny>>,
        attested: bool,
        complete: bool,
    ) -> PyResult<Decision> {
        let (facts, on) = case(self.policy.bundle(), facts, on, complete)?;
        let options = options(std::iter::once(self.policy.clone()), language, reasons, show, attested)?;
        // Another thread that is at it leaves this one to the whole decision.
        let briefs = self.briefs.try_lock().ok().filter(|_| !attested);
        let brief = briefs.and_then(|mut briefs| briefs.quick(&facts, on));
        Ok(Decision { policy: self.policy.clone(), facts, on, options, brief, whole: OnceLock::new() })
    }

    /// Decides every row of a table, on all cores and without holding the interpreter. The decisions come in the order of the
    /// rows, as columns; a row whose facts cannot be used is `invalid`, and says why.
    ///
    /// `data` is anything that offers Arrow columns (polars, pandas, pyarrow, duckdb, a record-batch reader), a dict of columns,
    /// or a list of dicts as `decide` takes them. A column is named as its fact; null is not known. `X.source` and `X.observed`
    /// beside `X` say who told it and when. A list of records is a column of lists of structs, or a second table:
    /// `lists={"household": (members, "application")}` names its column with the key, and a third name that of the cases.
    ///
    /// Keyword arguments: `on_column` names a column with each row's day, in place of `on`; `id` the column that names the case;
    /// `carry` columns that go through as they are; `other_columns=True` passes over columns that tell no fact; `attested`,
    /// `complete`, `show`, `language` as for `decide`; `none_where_null` names facts for which null means *none*; `minor_units` columns
    /// of whole numbers that count cents; `possible`, `needs` (both `True`) and `standings` ask for these columns; `threads` is how many
    /// to work in (all that the process may use); `progress` is called now and then with how many rows are done, of how many.
    ///
    /// Raises `FactsError` for columns that cannot be used, and `KeyboardInterrupt` on Ctrl-C.
    #[pyo3(
        signature = (data, on=None, **keywords),
        text_signature = "($self, data, on=None, *, on_column=None, id=None, carry=(), other_columns=False, attested=False, \
            complete=False, none_where_null=(), minor_units=(), possible=True, needs=True, standings=False, show=(), language='', \
            lists=None, threads=None, progress=None)"
    )]
    fn decide_batch<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        on: Option<Bound<'py, PyAny>>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Batch> {
        batch::decide(Deciders::One(&self.policy), data, Asked::new(on, keywords)?)
    }

    /// Decides a reader's batches as they are asked for, in bounded memory. Arguments are those of `decide_batch`, without `lists`
    /// and `progress`. The result can be read once: `pyarrow.RecordBatchReader.from_stream(stream)`.
    #[pyo3(
        signature = (data, on=None, **keywords),
        text_signature = "($self, data, on=None, *, on_column=None, id=None, carry=(), other_columns=False, attested=False, \
            complete=False, none_where_null=(), minor_units=(), possible=True, needs=True, standings=False, show=(), language='', \
            threads=None)"
    )]
    fn decide_stream<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        on: Option<Bound<'py, PyAny>>,
        keywords: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Stream> {
        batch::stream(Deciders::One(&self.policy), data, Asked::new(on, keywords)?)
    }

    /// The JSON Schema (2020-12) of its `facts` or `decisions`.
    #[pyo3(signature = (of="facts", *, language=""))]
    fn schema<'py>(&self, py: Python<'py>, of: &str, language: &str) -> PyResult<Bound<'py, PyAny>> {
        described(py, self.policy.bundle(), of, language)
    }

    /// Its graph as a picture: `svg`, `mermaid` or `dot`.
    #[pyo3(signature = (format="svg", *, language=""))]
    fn draw(&self, format: &str, language: &str) -> PyResult<String> {
        let (program, index) = (self.policy.bundle().program(), self.policy.index());
        match format {
            "svg" => Ok(draw::svg(program, index, language)),
            "mermaid" => Ok(draw::mermaid(program, index, language)),
            "dot" => Ok(draw::dot(program, index, language)),
            other => Err(PyValueError::new_err(format!("`format` is `svg`, `mermaid` or `dot`; found `{other}`"))),
        }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        let (py, policy) = (slf.py(), slf.get());
        let restore = py.import("placet._placet")?.getattr("_restore")?;
        (restore, (policy.to_compiled(py), policy.policy.index())).into_pyobject(py)
    }

    fn __repr__(&self) -> String {
        let version = self.version().map(|version| format!(" {version}")).unwrap_or_default();
        format!("<Policy {}{version} {}>", self.name(), &self.graph()[..12])
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("placet._html")?.call_method1("policy", (slf,))
    }
}

/// A policy that was pickled.
#[pyfunction]
pub fn _restore(py: Python<'_>, artefact: &[u8], index: usize) -> PyResult<Policy> {
    let bundle = Bundle::loaded(py, artefact)?;
    let policy = bundle.bundle.policies().nth(index);
    policy
        .map(|policy| Policy::new(policy, Vec::new()))
        .ok_or_else(|| PyValueError::new_err("the bundle has no such policy"))
}
