//! Many cases at once: any table in, a table out.

use crate::arrow::{self, Reader};
use crate::errors;
use crate::lists::{Members, Trouble};
use crate::read;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use placet::columns::{BatchError, BatchOptions, Batches};
use placet::facts::Row;
use placet::{Bundle, Date, Policy};
use pyo3::exceptions::{PyKeyError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyMapping, PyString, PyTuple};
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often Ctrl-C is looked for and progress is told.
const MOMENT: Duration = Duration::from_millis(50);
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
            match &*name.extract::<String>()? {
                "id" => options.id = value.extract()?,
                "on_column" => options.on_column = value.extract()?,
                "carry" => options.carry = names(&value)?,
                "other_columns" => options.other_columns = value.extract()?,
                "attested" => options.attested = value.extract()?,
                "complete" => options.complete = value.extract()?,
                "none_where_null" => options.none_where_null = names(&value)?,
                "minor_units" => options.minor_units = names(&value)?,
                "possible" => options.possible = value.extract()?,
                "needs" => options.needs = value.extract()?,
                "standings" => options.standings = value.extract()?,
                "show" => options.show = names(&value)?,
                "language" => options.language = value.extract()?,
                "lists" => asked.lists = value.extract()?,
                "threads" => asked.threads = value.extract::<Option<usize>>()?.unwrap_or(0),
                "progress" => asked.progress = value.extract()?,
                other => {
                    return Err(PyTypeError::new_err(format!(
                        "decide_batch() got an unexpected keyword argument '{other}'"
                    )));
                }
            }
        }
        Ok(asked)
    }

    fn day(&self) -> PyResult<Date> {
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

/// Names, or a single one.
fn names(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    match value.cast::<PyString>() {
        Ok(name) => Ok(vec![name.extract()?]),
        Err(_) => value.try_iter()?.map(|name| name?.extract()).collect(),
    }
}

/// Cases, in either form.
enum Data {
    Columns(SchemaRef, Vec<RecordBatch>),
    Cases(Vec<Row>),
}

impl Data {
    fn read(bundle: &Bundle, data: &Bound<'_, PyAny>) -> PyResult<Data> {
        if let Some(reader) = arrow::reader(data)? {
            return all(data.py(), reader).map(|(schema, batches)| Data::Columns(schema, batches));
        }
        if let Ok(columns) = data.cast::<PyMapping>() {
            return Data::of_columns(bundle, columns);
        }
        if data.is_instance_of::<PyString>() {
            return Err(no_table(data)?);
        }
        let Ok(rows) = data.try_iter() else { return Err(no_table(data)?) };
        let cases: PyResult<Vec<Row>> = rows.enumerate().map(|(at, row)| case(bundle, at, &row?)).collect();
        cases.map(Data::Cases)
    }

    /// Columns by name: Arrow's as they are, others row by row.
    fn of_columns(bundle: &Bundle, columns: &Bound<'_, PyMapping>) -> PyResult<Data> {
        let py = columns.py();
        let pairs: Vec<(String, Bound<'_, PyAny>)> = columns.items()?.extract()?;
        let mut arrays: Vec<(String, ArrayRef)> = Vec::new();
        for (name, column) in &pairs {
            let Some(pieces) = arrow::column(column)? else { break };
            let pieces: Vec<&dyn Array> = pieces.iter().map(|piece| &**piece).collect();
            let array = match pieces[..] {
                [] => break,
                _ => arrow_select::concat::concat(&pieces).map_err(|e| arrow::failed(&e))?,
            };
            arrays.push((name.clone(), array));
        }
        if arrays.len() == pairs.len() && !pairs.is_empty() {
            let fields: Vec<Field> = arrays.iter().map(|(n, a)| Field::new(n, a.data_type().clone(), true)).collect();
            let schema = SchemaRef::new(Schema::new(fields));
            let columns = arrays.into_iter().map(|(_, array)| array).collect();
            let batch = RecordBatch::try_new(schema.clone(), columns).map_err(|e| arrow::failed(&e))?;
            return Ok(Data::Columns(schema, vec![batch]));
        }
        let values = pairs.iter().map(|(name, column)| {
            let plain = pyo3::intern!(py, "tolist");
            let items = if column.hasattr(plain)? { column.call_method0(plain)? } else { column.clone() };
            let items: Vec<Bound<'_, PyAny>> = items.try_iter()?.collect::<PyResult<_>>()?;
            Ok((name, items))
        });
        let values: Vec<_> = values.collect::<PyResult<_>>()?;
        let rows = values.first().map_or(0, |(_, items)| items.len());
        if let Some((name, items)) = values.iter().find(|(_, items)| items.len() != rows) {
            let text = format!("`{name}` has {} values, `{}` has {rows}", items.len(), values[0].0);
            return Err(PyValueError::new_err(text));
        }
        let row = |at: usize| {
            let row = PyDict::new(py);
            values.iter().try_for_each(|(name, items)| row.set_item(name, &items[at]))?;
            case(bundle, at, &row)
        };
        (0..rows).map(row).collect::<PyResult<Vec<_>>>().map(Data::Cases)
    }
}

fn no_table(data: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let found = data.get_type().name()?;
    Ok(PyTypeError::new_err(format!(
        "a table is anything that offers Arrow columns (polars, pandas, pyarrow, duckdb), a dict of columns or a list of dicts; \
         found an object of type `{found}`"
    )))
}

fn case(bundle: &Bundle, at: usize, row: &Bound<'_, PyAny>) -> PyResult<Row> {
    let facts = read::case(bundle, row)?;
    let id = row.cast::<PyDict>().ok().and_then(|row| row.get_item("id").ok().flatten());
    let id = id.filter(|_| facts.is_err()).map(|id| id.to_string().into());
    Ok(Row { number: at as u64, id, facts })
}

/// All that a reader gives. The interpreter is let go of: a reader that is Python's takes it by itself.
fn all(py: Python<'_>, reader: Reader) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let schema = reader.schema();
    let batches = py.detach(|| reader.collect::<Result<Vec<_>, ArrowError>>());
    Ok((schema, batches.map_err(|e| arrow::failed(&e))?))
}

/// Decides a table.
pub fn decide(deciders: Deciders, data: &Bound<'_, PyAny>, mut asked: Asked<'_>) -> PyResult<Batch> {
    let py = data.py();
    let on = asked.day()?;
    let (schema, results) = match joined(py, Data::read(deciders.bundle(), data)?, &mut asked)? {
        Data::Columns(schema, batches) => {
            let ready = deciders.batches(&schema, on, asked.options.clone()).map_err(|e| raised(py, e))?;
            let rows = batches.iter().map(RecordBatch::num_rows).sum::<usize>() as u64;
            let results = work(py, &asked, rows, |progress| ready.decide_all(&batches, progress))?;
            (ready.schema(), results)
        }
        Data::Cases(cases) => {
            let schema = Batches::schema_of_cases(deciders.bundle());
            let ready = deciders.batches(&schema, on, asked.options.clone()).map_err(|e| raised(py, e))?;
            let results = work(py, &asked, cases.len() as u64, |progress| ready.decide_cases(&cases, progress))?;
            (ready.schema(), vec![results])
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

/// The cases with the members of their lists.
fn joined(py: Python<'_>, data: Data, asked: &mut Asked<'_>) -> PyResult<Data> {
    let Some(lists) = asked.lists.take() else { return Ok(data) };
    let Data::Columns(mut schema, mut batches) = data else {
        return Err(PyTypeError::new_err("`lists` goes with a table; the dicts of a list hold their own lists"));
    };
    for (list, told) in lists.iter() {
        let list: String = list.extract()?;
        let wrong = || {
            PyTypeError::new_err(format!(
                "`lists`: write `{{\"{list}\": (table, \"key\")}}`, or with the cases' key third"
            ))
        };
        let told = told.cast::<PyTuple>().map_err(|_| wrong())?;
        let (table, key, case_key) = match told.len() {
            2 => (told.get_item(0)?, told.get_item(1)?.extract::<String>()?, None),
            3 => (told.get_item(0)?, told.get_item(1)?.extract()?, Some(told.get_item(2)?.extract::<String>()?)),
            _ => return Err(wrong()),
        };
        let case_key =
            case_key.unwrap_or_else(|| if schema.index_of(&key).is_ok() { key.clone() } else { "id".to_owned() });
        let Some(reader) = arrow::reader(&table)? else { return Err(no_table(&table)?) };
        let (of_members, members) = all(py, reader)?;
        let result = Members::new(&list, &of_members, &members, &key, &case_key)
            .and_then(|members| members.join(&schema, &batches));
        (schema, batches) = result.map_err(|trouble| match trouble {
            Trouble::Said(text) => PyValueError::new_err(text),
            Trouble::Arrow(error) => arrow::failed(&error),
        })?;
        // The key tells no fact, but whose the decision is.
        if !asked.options.carry.contains(&case_key) {
            asked.options.carry.push(case_key);
        }
    }
    Ok(Data::Columns(schema, batches))
}

/// Works on all cores with the interpreter let go of. This thread waits, looks for Ctrl-C and tells progress.
fn work<T: Send>(
    py: Python<'_>,
    asked: &Asked<'_>,
    rows: u64,
    task: impl FnOnce(&(dyn Fn(u64) -> ControlFlow<()> + Sync)) -> Result<T, BatchError> + Send,
) -> PyResult<T> {
    let pool = pool(asked.threads)?;
    let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let count = |more: u64| {
        done.fetch_add(more, Ordering::Relaxed);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let progress = asked.progress.as_ref().filter(|p| !p.is_none()).map(|p| p.clone().unbind());
    let mut interrupted = None;
    let result = py.detach(|| {
        let (send, receive) = channel();
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                // Whoever waits is there until the end.
                let _ = send.send(task(&count));
            });
            loop {
                match receive.recv_timeout(MOMENT) {
                    Ok(result) => return Some(result),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) if interrupted.is_some() => {}
                    Err(RecvTimeoutError::Timeout) => {
                        let told = Python::attach(|py| {
                            py.check_signals()?;
                            tell(py, progress.as_ref(), done.load(Ordering::Relaxed), rows)
                        });
                        if let Err(error) = told {
                            stop.store(true, Ordering::Relaxed);
                            interrupted = Some(error);
                        }
                    }
                }
            }
        })
    });
    match (interrupted, result) {
        (Some(error), _) => Err(error),
        (None, Some(Ok(value))) => {
            tell(py, progress.as_ref(), rows, rows)?;
            Ok(value)
        }
        (None, Some(Err(error))) => Err(raised(py, error)),
        (None, None) => Err(pyo3::exceptions::PyRuntimeError::new_err("a thread ended before its work was done")),
    }
}

fn tell(py: Python<'_>, progress: Option<&Py<PyAny>>, done: u64, rows: u64) -> PyResult<()> {
    progress.map_or(Ok(()), |progress| progress.call1(py, (done, rows)).map(|_| ()))
}

/// The threads to work in; 0 for as many as the machine lets this process have. Kept for the next call. A process that was
/// forked has none of its parent's threads, and gets its own.
fn pool(threads: usize) -> PyResult<Arc<ThreadPool>> {
    static KEPT: Mutex<Option<(u32, usize, Arc<ThreadPool>)>> = Mutex::new(None);
    let process = std::process::id();
    let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match kept.take() {
        Some((of, count, pool)) if (of, count) == (process, threads) => {
            *kept = Some((of, count, pool.clone()));
            return Ok(pool);
        }
        // Nobody would be there to let go of the parent's threads.
        Some((of, _, pool)) if of != process => std::mem::forget(pool),
        _ => {}
    }
    let built = ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("placet-{n}")).build();
    let pool = Arc::new(built.map_err(|e| pyo3::exceptions::PyRuntimeError::new_err(e.to_string()))?);
    *kept = Some((process, threads, pool.clone()));
    Ok(pool)
}

fn raised(py: Python<'_>, error: BatchError) -> PyErr {
    match error {
        BatchError::Columns(errors) => errors::facts_error(py, &errors).unwrap_or_else(|error| error),
        BatchError::Show { .. } => PyValueError::new_err(format!("`show`: {error}")),
        error => PyValueError::new_err(error.to_string()),
    }
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
            for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
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
        let decided = self.pool.install(|| ready.decide_all(&batches, &|_| ControlFlow::Continue(())));
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
