//! Many cases at once: any table in, a table out.

use crate::arrow::{self, Reader};
use crate::asked::Asked;
use crate::sound;
use crate::table::{Data, joined, no_table};
use crate::work::{pool, raised, work};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use placet::columns::{BatchError, BatchOptions, Batches};
use placet::{Bundle, Date, Policy};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyTuple};
use rayon::ThreadPool;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

/// How many rows of a stream are decided together.
const TOGETHER: usize = 1 << 18;

/// Who decides: a bundle, or one of its policies.
pub enum Deciders<'a> {
    All(&'a Bundle),
    One(&'a Policy),
}

impl Deciders<'_> {
    fn bundle(&self) -> &Bundle {
        match self {
            Deciders::All(bundle) => bundle,
            Deciders::One(policy) => policy.bundle(),
        }
    }

    fn batches(&self, schema: &Schema, on: Date, options: BatchOptions) -> Result<Batches, BatchError> {
        match self {
            Deciders::All(bundle) => Batches::new(bundle, schema, on, options),
            Deciders::One(policy) => Batches::of_policy(policy, schema, on, options),
        }
    }
}

/// Decides a table.
pub fn decide(deciders: Deciders, data: &Bound<'_, PyAny>, mut asked: Asked<'_>) -> PyResult<Batch> {
    let py = data.py();
    let on = asked.day()?;
    let (schema, results) = match joined(py, Data::read(deciders.bundle(), data, &mut asked.options)?, &mut asked)? {
        Data::Columns(schema, batches) => {
            let ready = deciders.batches(&schema, on, asked.options.clone()).map_err(|e| raised(py, e))?;
            let rows = batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
            let results = work(py, &asked, rows, |progress| {
                sound::columns(&batches, &ready.columns())?;
                ready.decide_all(&batches, progress)
            })?;
            (ready.schema(), results)
        }
        Data::Cases(cases) => {
            asked.without_columns()?;
            let schema = Batches::schema_of_cases(deciders.bundle());
            let ready = deciders.batches(&schema, on, asked.options.clone()).map_err(|e| raised(py, e))?;
            let results = work(py, &asked, cases.len() as u64, |progress| ready.decide_cases(&cases, progress))?;
            (ready.schema(), results)
        }
    };
    Ok(Batch { schema, batches: results })
}

/// Decides a reader's batches as they are asked for.
pub fn stream(deciders: Deciders, data: &Bound<'_, PyAny>, asked: Asked<'_>) -> PyResult<Stream> {
    let py = data.py();
    let on = asked.day()?;
    if asked.lists.is_some() || asked.progress.is_some() {
        return Err(PyTypeError::new_err(
            "a stream has no end to wait for: `lists` and `progress` go with `decide_batch`",
        ));
    }
    let Some(reader) = arrow::reader(data)? else { return Err(no_table(data)?) };
    let ready = deciders.batches(&reader.schema(), on, asked.options).map_err(|e| raised(py, e))?;
    let schema = ready.schema();
    let decided = Decided { reader, ready, pool: pool(asked.threads)?, waiting: VecDeque::new() };
    Ok(Stream { schema, decided: Mutex::new(Some(decided)) })
}

/// The decisions on a table, row by row in its order. An Arrow table: `polars.DataFrame(batch)`, `pyarrow.table(batch)`,
/// `pandas.DataFrame.from_arrow(batch)` and `duckdb.sql("from batch")` read it as it is.
#[pyclass(frozen, module = "placet")]
pub struct Batch {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

#[pymethods]
impl Batch {
    /// The names of its columns.
    #[getter]
    fn columns<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.schema.fields().iter().map(|field| field.name().as_str()))
    }

    /// How many rows have which word in a column of words: `outcome`, `rule`, `cites`, `standing.…`. Most first; rows that have
    /// none count under `None`.
    #[pyo3(signature = (column="outcome"))]
    fn summary<'py>(&self, py: Python<'py>, column: &str) -> PyResult<Bound<'py, PyDict>> {
        let missing = || PyKeyError::new_err(format!("no column of words is called `{column}`"));
        let at = self.schema.index_of(column).map_err(|_| missing())?;
        if !matches!(self.schema.field(at).data_type(), DataType::Dictionary(_, words) if **words == DataType::Utf8) {
            return Err(missing());
        }
        let mut counts: Vec<(Option<String>, u64)> = Vec::new();
        for batch in &self.batches {
            let dictionary = batch.column(at).as_any_dictionary();
            let words = dictionary.values().as_string::<i32>();
            let mut of_batch = vec![0u64; words.len() + 1];
            // Where there are no words there are no keys either, and no row has one.
            let keys = if words.is_empty() { vec![0; dictionary.len()] } else { dictionary.normalized_keys() };
            for (row, key) in keys.into_iter().enumerate() {
                of_batch[if dictionary.is_null(row) { words.len() } else { key }] += 1;
            }
            for (key, count) in of_batch.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                let word = (key < words.len()).then(|| words.value(key).to_owned());
                match counts.iter_mut().find(|(known, _)| *known == word) {
                    Some((_, sum)) => *sum += count,
                    None => counts.push((word, count)),
                }
            }
        }
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let out = PyDict::new(py);
        counts.into_iter().try_for_each(|(word, count)| out.set_item(word, count))?;
        Ok(out)
    }

    /// The same as a `polars.DataFrame`.
    fn to_polars<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("polars")?.call_method1("DataFrame", (slf,))
    }

    /// The same as a `pyarrow.Table`.
    fn to_pyarrow<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("pyarrow")?.call_method1("table", (slf,))
    }

    /// The same as a `pandas.DataFrame`, by way of pyarrow.
    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Batch::to_pyarrow(slf)?.call_method0("to_pandas")
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer answer with its own schema.
        let _ = requested_schema;
        let batches: Vec<Result<RecordBatch, ArrowError>> = self.batches.iter().cloned().map(Ok).collect();
        arrow::stream_capsule(py, Box::new(RecordBatchIterator::new(batches, self.schema.clone())))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema_capsule(py, &self.schema)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    fn __repr__(&self) -> String {
        let columns: Vec<&str> = self.schema.fields().iter().map(|field| field.name().as_str()).collect();
        format!("<Batch of {} decisions: {}>", self.__len__(), columns.join(", "))
    }

    fn _repr_html_<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("placet._html")?.call_method1("batch", (slf,))
    }
}

/// Decisions on a reader's batches, worked out as they are asked for. An Arrow stream that can be read once.
#[pyclass(frozen, module = "placet")]
pub struct Stream {
    schema: SchemaRef,
    decided: Mutex<Option<Decided>>,
}

#[pymethods]
impl Stream {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // The protocol lets a producer answer with its own schema.
        let _ = requested_schema;
        let decided = self.decided.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let decided = decided.ok_or_else(|| PyValueError::new_err("the stream has been read before"))?;
        arrow::stream_capsule(py, Box::new(decided))
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema_capsule(py, &self.schema)
    }
}

/// A reader of decisions. The cases are read by whoever reads the decisions, never by the threads that decide: these hold no
/// interpreter, and whoever waits for them may.
struct Decided {
    reader: Reader,
    ready: Batches,
    pool: Arc<ThreadPool>,
    waiting: VecDeque<RecordBatch>,
}

impl Decided {
    fn advance(&mut self) -> Result<(), ArrowError> {
        let (mut batches, mut rows) = (Vec::new(), 0);
        while rows < TOGETHER {
            let Some(batch) = self.reader.next() else { break };
            let batch = batch?;
            rows += batch.num_rows();
            batches.push(batch);
        }
        let ready = &self.ready;
        let decided = self.pool.install(|| {
            sound::columns(&batches, &ready.columns())?;
            ready.decide_all(&batches, &|_| ControlFlow::Continue(()))
        });
        self.waiting = decided.map_err(|error| ArrowError::ExternalError(Box::new(error)))?.into();
        Ok(())
    }
}

impl Iterator for Decided {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.waiting.is_empty()
            && let Err(error) = self.advance()
        {
            return Some(Err(error));
        }
        self.waiting.pop_front().map(Ok)
    }
}

impl RecordBatchReader for Decided {
    fn schema(&self) -> SchemaRef {
        self.ready.schema()
    }
}
