//! Columns as text: CSV, and a JSON object a line.

use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_schema::{DataType, SchemaRef, TimeUnit};
use placet::value::{Date, format_decimal};
use serde_json::Value;

/// What stands between the items of a list in a cell.
const BETWEEN: &str = "; ";

/// Decisions as CSV. What is not there is an empty cell; the items of a list stand in one.
#[derive(Debug)]
pub struct Csv {
    names: Vec<String>,
}

/// Decisions as JSON. What is not there is left out. Decimals are texts, so that nobody reads them as binary floats.
#[derive(Debug)]
pub struct Lines {
    /// Names as they stand in JSON, quoted.
    names: Vec<String>,
}

impl Csv {
    /// For columns of a schema.
    pub fn new(schema: &SchemaRef) -> Result<Csv, Failure> {
        writable(schema, "CSV")?;
        Ok(Csv { names: schema.fields().iter().map(|f| f.name().clone()).collect() })
    }

    /// The heading.
    pub fn head(&self) -> Result<Vec<u8>, Failure> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&self.names).map_err(|e| failure(&e))?;
        writer.into_inner().map_err(|e| failure(&e))
    }

    /// Adds rows.
    pub fn write(&self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), Failure> {
        let cells: Vec<Cells> = batch.columns().iter().map(Cells::new).collect();
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(bytes);
        for row in 0..batch.num_rows() {
            for cell in &cells {
                writer.write_field(cell.text(row)).map_err(|e| failure(&e))?;
            }
            writer.write_record(None::<&[u8]>).map_err(|e| failure(&e))?;
        }
        writer.flush().map_err(|e| failure(&e))
    }
}

impl Lines {
    /// For columns of a schema.
    pub fn new(schema: &SchemaRef) -> Result<Lines, Failure> {
        writable(schema, "JSON")?;
        Ok(Lines { names: schema.fields().iter().map(|f| Value::from(f.name().as_str()).to_string()).collect() })
    }

    /// Adds rows.
    pub fn write(&self, batch: &RecordBatch, bytes: &mut Vec<u8>) -> Result<(), Failure> {
        let cells: Vec<Cells> = batch.columns().iter().map(Cells::new).collect();
        for row in 0..batch.num_rows() {
            let mut is_first = true;
            bytes.push(b'{');
            for (name, cell) in self.names.iter().zip(&cells) {
                let value = cell.json(row);
                if value.is_null() {
                    continue;
                }
                if !std::mem::take(&mut is_first) {
                    bytes.push(b',');
                }
                bytes.extend_from_slice(name.as_bytes());
                bytes.push(b':');
                serde_json::to_writer(&mut *bytes, &value).map_err(|e| failure(&e))?;
            }
            bytes.extend_from_slice(b"}\n");
        }
        Ok(())
    }
}

/// Columns of records and bytes have no text.
fn writable(schema: &SchemaRef, into: &str) -> Result<(), Failure> {
    match schema.fields().iter().find(|f| !has_text(f.data_type())) {
        None => Ok(()),
        Some(field) => Err(Failure::Usage(format!(
            "`{}` ({}) cannot be written as {into}: do not carry it, or write Parquet or Arrow",
            field.name(),
            field.data_type()
        ))),
    }
}

fn has_text(ty: &DataType) -> bool {
    match ty {
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        DataType::Float32 | DataType::Float64 => true,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => true,
        DataType::Dictionary(_, values) => has_text(values),
        DataType::List(item) | DataType::LargeList(item) => has_text(item.data_type()),
        ty => ty.is_integer(),
    }
}

/// A column ready to be told cell by cell.
struct Cells<'a> {
    array: &'a ArrayRef,
    /// The values of a dictionary, told once.
    coded: Option<Vec<Value>>,
}

impl<'a> Cells<'a> {
    fn new(array: &'a ArrayRef) -> Cells<'a> {
        let coded = array.as_any_dictionary_opt().map(|coded| {
            let values = coded.values();
            (0..values.len()).map(|at| value(values, at)).collect()
        });
        Cells { array, coded }
    }

    fn json(&self, row: usize) -> Value {
        match (&self.coded, self.array.as_any_dictionary_opt()) {
            (Some(values), Some(coded)) if coded.keys().is_valid(row) => {
                let key = whole(coded.keys(), row).and_then(|v| v.as_u64()).and_then(|k| usize::try_from(k).ok());
                key.and_then(|key| values.get(key)).cloned().unwrap_or(Value::Null)
            }
            (Some(_), _) => Value::Null,
            (None, _) => value(self.array, row),
        }
    }

    fn text(&self, row: usize) -> String {
        cell(&self.json(row))
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(BETWEEN),
        other => other.to_string(),
    }
}

/// A value as JSON has it.
fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    let items = |items: ArrayRef| Value::Array((0..items.len()).map(|at| value(&items, at)).collect());
    let decimal = |mantissa: i128, scale: i8| match u8::try_from(scale) {
        Ok(scale) => format_decimal(mantissa, scale).into(),
        Err(_) => format!("{mantissa}{}", "0".repeat(scale.unsigned_abs().into())).into(),
    };
    match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Date32 => day(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => time(array.as_primitive::<Date64Type>().value(row), 1_000),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => time(array.as_primitive::<TimestampSecondType>().value(row), 1),
            TimeUnit::Millisecond => time(array.as_primitive::<TimestampMillisecondType>().value(row), 1_000),
            TimeUnit::Microsecond => time(array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000),
            TimeUnit::Nanosecond => time(array.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000),
        },
        DataType::Decimal32(_, scale) => decimal(array.as_primitive::<Decimal32Type>().value(row).into(), *scale),
        DataType::Decimal64(_, scale) => decimal(array.as_primitive::<Decimal64Type>().value(row).into(), *scale),
        DataType::Decimal128(_, scale) => decimal(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::List(_) => items(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => items(array.as_list::<i64>().value(row)),
        _ => whole(array.as_ref(), row).unwrap_or(Value::Null),
    }
}

fn whole(array: &dyn Array, row: usize) -> Option<Value> {
    fn get<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<Value>
    where
        T::Native: Into<Value>,
    {
        array.as_primitive_opt::<T>().map(|values| values.value(row).into())
    }
    match array.data_type() {
        DataType::Int8 => get::<Int8Type>(array, row),
        DataType::Int16 => get::<Int16Type>(array, row),
        DataType::Int32 => get::<Int32Type>(array, row),
        DataType::Int64 => get::<Int64Type>(array, row),
        DataType::UInt8 => get::<UInt8Type>(array, row),
        DataType::UInt16 => get::<UInt16Type>(array, row),
        DataType::UInt32 => get::<UInt32Type>(array, row),
        DataType::UInt64 => get::<UInt64Type>(array, row),
        _ => None,
    }
}

/// A day as it is written; one outside the calendar as its number.
fn day(days: i64) -> Value {
    Date::from_days(days).map_or_else(|| days.into(), |date| date.to_string().into())
}

/// A point in time, to the second.
fn time(ticks: i64, per_second: i64) -> Value {
    let seconds = ticks.div_euclid(per_second);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    match Date::from_days(days) {
        Some(date) => format!("{date}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60).into(),
        None => ticks.into(),
    }
}

fn failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::Internal(format!("decisions cannot be written as text: {error}"))
}
