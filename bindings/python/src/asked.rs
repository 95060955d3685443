//! What is asked of a batch: keyword arguments.

use crate::read;
use placet::Date;
use placet::columns::BatchOptions;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

/// More threads than any machine has cores are a slip; starting them would take for ever.
const MOST_THREADS: usize = 1_024;

/// What is asked of a batch, as keyword arguments name it.
pub struct Asked<'py> {
    pub on: Option<Bound<'py, PyAny>>,
    pub options: BatchOptions,
    pub lists: Option<Bound<'py, PyDict>>,
    pub threads: usize,
    pub progress: Option<Bound<'py, PyAny>>,
}

impl<'py> Asked<'py> {
    /// From the keyword arguments, whose names and defaults are those of `decide_batch`.
    pub fn new(on: Option<Bound<'py, PyAny>>, keywords: Option<&Bound<'py, PyDict>>) -> PyResult<Asked<'py>> {
        let mut asked = Asked { on, options: BatchOptions::default(), lists: None, threads: 0, progress: None };
        let options = &mut asked.options;
        for (name, value) in keywords.into_iter().flat_map(|k| k.iter()) {
            let name = name.extract::<String>()?;
            let argument = Argument { name: &name, value: &value };
            match &*name {
                "id" => options.id = argument.read()?,
                "on_column" => options.on_column = argument.read()?,
                "carry" => options.carry = argument.names()?,
                "other_columns" => options.other_columns = argument.read()?,
                "attested" => options.attested = argument.read()?,
                "complete" => options.complete = argument.read()?,
                "none_where_null" => options.none_where_null = argument.names()?,
                "minor_units" => options.minor_units = argument.names()?,
                "possible" => options.possible = argument.read()?,
                "needs" => options.needs = argument.read()?,
                "standings" => options.standings = argument.read()?,
                "show" => options.show = argument.names()?,
                "language" => options.language = argument.read()?,
                "lists" => asked.lists = argument.read()?,
                "threads" => asked.threads = argument.threads()?,
                "progress" => asked.progress = argument.read()?,
                other => {
                    return Err(PyTypeError::new_err(format!(
                        "decide_batch() got an unexpected keyword argument '{other}'"
                    )));
                }
            }
        }
        Ok(asked)
    }

    /// What speaks of columns says nothing of cases that have none.
    pub fn without_columns(&self) -> PyResult<()> {
        let BatchOptions { id, on_column, carry, other_columns, minor_units, .. } = &self.options;
        let told = [
            ("id", id.is_some()),
            ("on_column", on_column.is_some()),
            ("carry", !carry.is_empty()),
            ("other_columns", *other_columns),
            ("minor_units", !minor_units.is_empty()),
        ];
        told.iter().find(|(_, told)| *told).map_or(Ok(()), |(name, _)| {
            let text =
                format!("`{name}` goes with a table of Arrow columns: make these rows one, for instance with polars");
            Err(PyTypeError::new_err(text))
        })
    }

    pub fn day(&self) -> PyResult<Date> {
        match (&self.on, &self.options.on_column) {
            (Some(on), None) => read::date(on),
            // Every row tells its own.
            (None, Some(_)) => Ok(Date::MIN),
            _ => Err(PyTypeError::new_err(
                "say with `on` for which day to decide, or with `on_column` which column tells it",
            )),
        }
    }
}

/// A keyword argument.
pub struct Argument<'a, 'py> {
    pub name: &'a str,
    pub value: &'a Bound<'py, PyAny>,
}

impl<'a, 'py> Argument<'a, 'py> {
    fn read<T: FromPyObject<'a, 'py>>(&self) -> PyResult<T> {
        self.value.extract().map_err(|error: T::Error| self.wrong(error.into()))
    }

    /// How many threads; 0 for as many as there are cores.
    fn threads(&self) -> PyResult<usize> {
        let threads = self.read::<Option<usize>>()?.unwrap_or(0);
        if threads > MOST_THREADS {
            return Err(PyValueError::new_err(format!("argument 'threads': at most {MOST_THREADS}, found {threads}")));
        }
        Ok(threads)
    }

    /// Names, or a single one.
    pub fn names(&self) -> PyResult<Vec<String>> {
        if let Ok(name) = self.value.cast::<PyString>() {
            return Ok(vec![name.extract()?]);
        }
        let names = self.value.try_iter().and_then(|names| names.map(|name| name?.extract::<String>()).collect());
        names.map_err(|error| self.wrong(error))
    }

    /// The same error, with the argument's name.
    fn wrong(&self, error: PyErr) -> PyErr {
        let py = self.value.py();
        PyErr::from_type(error.get_type(py), format!("argument '{}': {}", self.name, error.value(py)))
    }
}
