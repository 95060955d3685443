//! Bundles: policies that are decided together.

use crate::asked::Asked;
use crate::batch::{self, Batch, Deciders, Stream};
use crate::decision::Decision;
use crate::errors::{self, Diagnostic};
use crate::policy::{Policy, case, described, options};
use placet::compile::{Compilation, compile};
use placet_cli::load;
use pyo3::exceptions::{PyFileNotFoundError, PyIndexError, PyKeyError, PyOSError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMemoryView, PyTuple};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Policies that are decided together. A sequence of policies, that are found by name too.
#[pyclass(frozen, module = "placet")]
pub struct Bundle {
    pub bundle: placet::Bundle,
    pub warnings: Vec<Py<Diagnostic>>,
}

impl Bundle {
    pub fn compiled(py: Python<'_>, compilation: Compilation) -> PyResult<Bundle> {
        if compilation.program.is_none() {
            return Err(errors::policy_error(py, &compilation)?);
        }
        let warnings = errors::diagnostics(py, &compilation.diagnostics, &compilation.sources)?;
        let program = compilation.program.expect("looked at above");
        Ok(Bundle { bundle: placet::Bundle::new(program), warnings })
    }

    /// Loads an artefact that any object with a buffer holds.
    pub fn loaded_from(artefact: &Bound<'_, PyAny>) -> PyResult<Bundle> {
        match artefact.cast::<PyBytes>() {
            Ok(bytes) => Bundle::loaded(artefact.py(), bytes.as_bytes()),
            Err(_) => {
                let bytes = PyMemoryView::from(artefact)?.call_method0("tobytes")?;
                Bundle::loaded(artefact.py(), bytes.cast::<PyBytes>()?.as_bytes())
            }
        }
    }

    /// Loads an artefact.
    pub fn loaded(py: Python<'_>, artefact: &[u8]) -> PyResult<Bundle> {
        match py.detach(|| placet::Bundle::from_compiled(artefact)) {
            Ok(bundle) => Ok(Bundle { bundle, warnings: Vec::new() }),
            Err(error) => Err(errors::artefact_error(py, &error)?),
        }
    }

    pub fn read(py: Python<'_>, path: &PathBuf) -> PyResult<Bundle> {
        let shown = path.display().to_string();
        if !path.exists() {
            return Err(PyFileNotFoundError::new_err(format!("there is no file or folder `{shown}`")));
        }
        if load::is_compiled(&shown) {
            return Bundle::loaded(py, &std::fs::read(path)?);
        }
        let compilation = py.detach(|| {
            let mut group = load::group(&shown)?;
            group.tests.clear();
            load::compile(&group)
        });
        Bundle::compiled(py, compilation.map_err(|e| PyOSError::new_err(e.to_string()))?)
    }
}

#[pymethods]
impl Bundle {
    /// Reads the policies of a folder, or of one file: texts (`.placet`) or a compiled bundle (`.placetc`).
    ///
    /// Raises `PolicyError` with all that is wrong with the texts, `ArtefactError` for a compiled bundle that is damaged, and
    /// `OSError` where there is no such file or folder.
    #[staticmethod]
    fn from_file(py: Python<'_>, path: PathBuf) -> PyResult<Bundle> {
        Bundle::read(py, &path)
    }

    /// Compiles policies from their texts, by file name.
    ///
    /// Raises `PolicyError` with all that is wrong with them.
    #[staticmethod]
    fn from_texts(py: Python<'_>, texts: &Bound<'_, PyDict>) -> PyResult<Bundle> {
        let texts: Vec<(String, String)> =
            texts.iter().map(|(n, t)| Ok((n.extract()?, t.extract()?))).collect::<PyResult<_>>()?;
        let files: Vec<(&str, &str)> = texts.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        let compilation = py.detach(|| compile(&files, &|_| None));
        Bundle::compiled(py, compilation)
    }

    /// Loads what `to_compiled` has written. Nothing in it is trusted.
    ///
    /// Raises `ArtefactError` if the bytes are damaged, of another format or semantics, or no policies at all.
    #[staticmethod]
    fn from_compiled(artefact: &Bound<'_, PyAny>) -> PyResult<Bundle> {
        Bundle::loaded_from(artefact)
    }

    /// The compiled artefact: the same bytes on every platform.
    fn to_compiled<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.bundle.to_compiled())
    }

    /// What is doubtful in the texts, as the compiler told it.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.warnings)
    }

    /// Decides one case by all policies over one evaluation. Facts and options are those of `Policy.decide`.
    ///
    /// Raises `FactsError` with all that is wrong with the facts.
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
    ) -> PyResult<Vec<Decision>> {
        let py = facts.py();
        let (facts, on) = case(&self.bundle, facts, on, complete)?;
        let options = options(self.bundle.policies(), language, reasons, show, attested)?;
        let decisions = py.detach(|| self.bundle.decide(&facts, on, &options));
        let decided = self.bundle.policies().zip(decisions).map(|(policy, decision)| Decision {
            policy,
            facts: facts.clone(),
            on,
            options: options.clone(),
            brief: None,
            whole: OnceLock::from(decision),
        });
        Ok(decided.collect())
    }

    /// Decides every row of a table by all policies, on all cores and without holding the interpreter. The decisions come in the order of the
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
        batch::decide(Deciders::All(&self.bundle), data, Asked::new(on, keywords)?)
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
        batch::stream(Deciders::All(&self.bundle), data, Asked::new(on, keywords)?)
    }

    /// The JSON Schema (2020-12) of the `facts` or `decisions`.
    #[pyo3(signature = (of="facts", *, language=""))]
    fn schema<'py>(&self, py: Python<'py>, of: &str, language: &str) -> PyResult<Bound<'py, PyAny>> {
        described(py, &self.bundle, of, language)
    }

    fn __len__(&self) -> usize {
        self.bundle.program().policies.len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let policies: Vec<Policy> = self.bundle.policies().map(|policy| Policy::new(policy, Vec::new())).collect();
        Ok(policies.into_pyobject(py)?.try_iter()?.into_any())
    }

    fn __getitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<Policy> {
        if let Ok(name) = key.extract::<String>() {
            let known: Vec<String> = self.bundle.policies().map(|p| format!("`{}`", p.name())).collect();
            let missing =
                || PyKeyError::new_err(format!("no policy is called `{name}`; there are {}", known.join(", ")));
            return self.bundle.policy(&name).map(|policy| Policy::new(policy, Vec::new())).ok_or_else(missing);
        }
        let index: isize = key.extract()?;
        let at = if index < 0 { index + self.__len__() as isize } else { index };
        let policy = usize::try_from(at).ok().and_then(|at| self.bundle.policies().nth(at));
        policy
            .map(|policy| Policy::new(policy, Vec::new()))
            .ok_or_else(|| PyIndexError::new_err(format!("there are {} policies; found {index}", self.__len__())))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        (slf.getattr("from_compiled")?, (slf.get().to_compiled(slf.py()),)).into_pyobject(slf.py())
    }

    fn __repr__(&self) -> String {
        let names: Vec<String> = self.bundle.policies().map(|p| p.name().to_owned()).collect();
        format!("<Bundle of {}>", names.join(", "))
    }
}
