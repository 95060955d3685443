//! A second table for a list: its rows become the members of the case whose key they bear.

use crate::sound;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, ListArray, RecordBatch, StructArray, UInt32Array};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::Arc;

/// What a case and its members are joined by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Whole(i128),
    Text(String),
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Key::Whole(number) => write!(f, "{number}"),
            Key::Text(text) => f.write_str(text),
        }
    }
}

/// The members of a list, by key.
pub struct Members {
    /// The list's name.
    list: String,
    /// The column of the cases that holds the key.
    case_key: String,
    records: StructArray,
    rows: HashMap<Key, Vec<u32>>,
}

/// Why two tables cannot be joined.
pub enum Trouble {
    /// In words.
    Said(String),
    /// Arrow takes it amiss.
    Arrow(ArrowError),
}

impl From<ArrowError> for Trouble {
    fn from(error: ArrowError) -> Trouble {
        Trouble::Arrow(error)
    }
}

impl Members {
    /// Readies a table of members. `key` is its column with the key, `case_key` that of the cases.
    pub fn new(
        list: &str,
        schema: &SchemaRef,
        batches: &[RecordBatch],
        key: &str,
        case_key: &str,
    ) -> Result<Members, Trouble> {
        let Ok(at) = schema.index_of(key) else {
            return Err(Trouble::Said(format!("`lists`: the table of `{list}` has no column `{key}`")));
        };
        // All are copied together, whether or not they are used later.
        let all: Vec<usize> = (0..schema.fields().len()).collect();
        sound::columns(batches, &all)?;
        let mut table = arrow_select::concat::concat_batches(schema, batches)?;
        let keys = table.remove_column(at);
        let mut rows: HashMap<Key, Vec<u32>> = HashMap::new();
        for (row, found) in keys_of(&keys, key)?.into_iter().enumerate() {
            let Some(found) = found else {
                return Err(Trouble::Said(format!("`lists`: row {row} of the table of `{list}` has no `{key}`")));
            };
            rows.entry(found).or_default().push(row as u32);
        }
        Ok(Members { list: list.to_owned(), case_key: case_key.to_owned(), records: table.into(), rows })
    }

    /// The cases with their members in a column named as the list. A case whose key no member bears has an empty list, one
    /// without a key a list of which nothing is told. Every member has to find its case.
    pub fn join(&self, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<(SchemaRef, Vec<RecordBatch>), Trouble> {
        let list = &self.list;
        let Ok(at) = schema.index_of(&self.case_key) else {
            let name = &self.case_key;
            return Err(Trouble::Said(format!(
                "`lists`: the cases have no column `{name}` for the members of `{list}`"
            )));
        };
        if schema.index_of(list).is_ok() {
            return Err(Trouble::Said(format!("`lists`: the cases have a column `{list}` of their own")));
        }
        let item = Arc::new(Field::new("item", self.records.data_type().clone(), true));
        let field = Field::new(list, DataType::List(item.clone()), true);
        let fields = schema.fields().iter().cloned().chain([Arc::new(field)]);
        let joined = SchemaRef::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()));
        let mut claimed: HashMap<&Key, ()> = HashMap::new();
        let mut out = Vec::new();
        sound::columns(batches, &[at])?;
        for batch in batches {
            let (mut members, mut lengths, mut known) = (Vec::new(), Vec::new(), Vec::new());
            for key in keys_of(batch.column(at), &self.case_key)? {
                let found = key.as_ref().and_then(|key| self.rows.get_key_value(key));
                if let Some((key, rows)) = found {
                    claimed.insert(key, ());
                    members.extend_from_slice(rows);
                }
                lengths.push(found.map_or(0, |(_, rows)| rows.len()));
                known.push(key.is_some());
            }
            let offsets = OffsetBuffer::from_lengths(lengths);
            let lists =
                ListArray::try_new(item.clone(), offsets, self.records(members)?, Some(NullBuffer::from(known)))?;
            let columns = batch.columns().iter().cloned().chain([Arc::new(lists) as ArrayRef]).collect();
            out.push(RecordBatch::try_new(joined.clone(), columns)?);
        }
        if let Some(stray) =
            self.rows.iter().filter(|(key, _)| !claimed.contains_key(key)).min_by_key(|(_, rows)| rows[0])
        {
            let (key, row) = (stray.0, stray.1[0]);
            let name = &self.case_key;
            return Err(Trouble::Said(format!(
                "`lists`: no case has the `{name}` {key} of row {row} of the table of `{list}`"
            )));
        }
        Ok((joined, out))
    }

    /// Some of the members, in an order; where they stand so already they are not copied.
    fn records(&self, rows: Vec<u32>) -> Result<ArrayRef, ArrowError> {
        let first = rows.first().copied().unwrap_or(0);
        if rows.iter().zip(first..).all(|(row, expected)| *row == expected) {
            return Ok(Arc::new(self.records.slice(first as usize, rows.len())));
        }
        arrow_select::take::take(&self.records, &UInt32Array::from(rows), None)
    }
}

/// A column's values as keys.
fn keys_of(column: &ArrayRef, name: &str) -> Result<Vec<Option<Key>>, Trouble> {
    fn whole<T: ArrowPrimitiveType>(column: &ArrayRef) -> Vec<Option<Key>>
    where
        T::Native: Into<i128>,
    {
        column.as_primitive::<T>().iter().map(|value| value.map(|v| Key::Whole(v.into()))).collect()
    }
    fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<Key>> {
        values.map(|value| value.map(|v| Key::Text(v.to_owned()))).collect()
    }
    Ok(match column.data_type() {
        DataType::Int8 => whole::<Int8Type>(column),
        DataType::Int16 => whole::<Int16Type>(column),
        DataType::Int32 => whole::<Int32Type>(column),
        DataType::Int64 => whole::<Int64Type>(column),
        DataType::UInt8 => whole::<UInt8Type>(column),
        DataType::UInt16 => whole::<UInt16Type>(column),
        DataType::UInt32 => whole::<UInt32Type>(column),
        DataType::UInt64 => whole::<UInt64Type>(column),
        DataType::Utf8 => text(column.as_string::<i32>().iter()),
        DataType::LargeUtf8 => text(column.as_string::<i64>().iter()),
        DataType::Utf8View => text(column.as_string_view().iter()),
        DataType::Dictionary(_, _) => {
            let dictionary = column.as_any_dictionary();
            if dictionary.values().is_empty() {
                // No row has a key that leads anywhere.
                return Ok(vec![None; column.len()]);
            }
            let (keys, words) = (dictionary.normalized_keys(), keys_of(dictionary.values(), name)?);
            let key = |(row, key): (usize, usize)| if column.is_null(row) { None } else { words[key].clone() };
            keys.into_iter().enumerate().map(key).collect()
        }
        other => {
            return Err(Trouble::Said(format!(
                "`lists`: `{name}` is a whole number or a text; found values of type {other}"
            )));
        }
    })
}
