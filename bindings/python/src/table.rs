//! Cases as they come: Arrow columns, columns of Python's values, dicts in a row.

use crate::arrow::{self, Reader};
use crate::asked::Asked;
use crate::lists::{Members, Trouble};
use crate::{read, sound};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, Field, Schema, SchemaRef};
use placet::Bundle;
use placet::columns::BatchOptions;
use placet::facts::Row;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyTuple};

/// Cases, in either form.
pub enum Data {
    Columns(SchemaRef, Vec<RecordBatch>),
    Cases(Vec<Row>),
}

impl Data {
    pub fn read(bundle: &Bundle, data: &Bound<'_, PyAny>, options: &mut BatchOptions) -> PyResult<Data> {
        if let Some(reader) = arrow::reader(data)? {
            return all(data.py(), reader).map(|(schema, batches)| Data::Columns(schema, batches));
        }
        if let Ok(columns) = data.cast::<PyMapping>() {
            return Data::of_columns(bundle, columns, options);
        }
        if data.is_instance_of::<PyString>() || data.hasattr("collect")? {
            return Err(no_table(data)?);
        }
        let Ok(rows) = data.try_iter() else { return Err(no_table(data)?) };
        let cases: PyResult<Vec<Row>> = rows.enumerate().map(|(at, row)| case(bundle, at, &row?)).collect();
        cases.map(Data::Cases)
    }

    /// Columns by name: Arrow's as they are, others row by row. Here as there null is not known unless it is said to mean *none*.
    fn of_columns(bundle: &Bundle, columns: &Bound<'_, PyMapping>, options: &mut BatchOptions) -> PyResult<Data> {
        let py = columns.py();
        let pairs: Vec<(String, Bound<'_, PyAny>)> = columns.items()?.extract()?;
        let mut arrays: Vec<(String, ArrayRef)> = Vec::new();
        for (name, column) in &pairs {
            let Some(pieces) = arrow::column(name, column)? else { break };
            let pieces: Vec<&dyn Array> = pieces.iter().map(|piece| &**piece).collect();
            if pieces.len() > 1 {
                // They are copied together.
                let checked = pieces.iter().try_for_each(|piece| sound::column(name, *piece));
                checked.map_err(|e| arrow::failed(&e))?;
            }
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
            // As plain numbers, moments and stretches of time would have lost their units.
            let of_time = column.getattr("dtype").and_then(|d| d.getattr("kind")?.extract::<String>());
            let is_timed = of_time.is_ok_and(|kind| matches!(&*kind, "m" | "M"));
            let items = if column.hasattr(plain)? && !is_timed { column.call_method0(plain)? } else { column.clone() };
            let Some(items) = items.try_iter().ok().filter(|_| !column.is_instance_of::<PyString>()) else {
                let text = format!("`{name}` is one value, not a column; one case is decided by `decide`");
                return Err(PyTypeError::new_err(text));
            };
            let items: Vec<Bound<'_, PyAny>> = items.collect::<PyResult<_>>()?;
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
            let told =
                |name: &String, value: &Bound<'_, PyAny>| !value.is_none() || options.none_where_null.contains(name);
            let told = values.iter().filter(|(name, items)| told(name, &items[at]));
            told.into_iter().try_for_each(|(name, items)| row.set_item(name, &items[at]))?;
            case(bundle, at, &row)
        };
        let cases = (0..rows).map(row).collect::<PyResult<Vec<_>>>()?;
        options.none_where_null.retain(|named| values.iter().all(|(name, _)| *name != named));
        Ok(Data::Cases(cases))
    }
}

pub fn no_table(data: &Bound<'_, PyAny>) -> PyResult<PyErr> {
    let found = data.get_type().name()?;
    let help = if data.hasattr("collect")? { "; `.collect()` it first" } else { "" };
    Ok(PyTypeError::new_err(format!(
        "a table is anything that offers Arrow columns (polars, pandas, pyarrow, duckdb), a dict of columns or a list of dicts; \
         found an object of type `{found}`{help}"
    )))
}

fn case(bundle: &Bundle, at: usize, row: &Bound<'_, PyAny>) -> PyResult<Row> {
    read::row(bundle, at as u64, row)
}

/// All that a reader gives. The interpreter is let go of: a reader that is Python's takes it by itself.
fn all(py: Python<'_>, reader: Reader) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let schema = reader.schema();
    let batches = py.detach(|| reader.collect::<Result<Vec<_>, ArrowError>>());
    Ok((schema, batches.map_err(|e| arrow::failed(&e))?))
}

/// The cases with the members of their lists.
pub fn joined(py: Python<'_>, data: Data, asked: &mut Asked<'_>) -> PyResult<Data> {
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
