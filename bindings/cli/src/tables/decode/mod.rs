//! Flat columns of Parquet decoded for deciding: keys of texts as they stand in the file, numbers in the width that is asked for,
//! gaps as bits. It knows the encodings that nearly all columns of registers have, and gives every other column to the general
//! reader.

mod column;
mod forms;
mod pages;
mod runs;
mod shelf;
mod source;
#[cfg(test)]
mod tests;

use arrow_array::types::*;
use arrow_array::{ArrowPrimitiveType, RecordBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use column::{Column, Decode};
use forms::{Form, Keys, Made, Numbers, Stored, Truths};
use pages::{Pages, Unpacker};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Encoding, Type};
use parquet::errors::Result;
use parquet::file::metadata::ColumnChunkMetaData;
use shelf::Shelf;
use source::Source;
use std::collections::VecDeque;
use std::fs::File;
use std::sync::{Arc, Mutex};

/// Row groups of fewer rows come faster several at a time from the general reader.
const FEW: i64 = 1 << 13;

/// What is read of a file.
pub struct Asked {
    pub metadata: ArrowReaderMetadata,
    /// The columns, by their places in the file's schema.
    pub columns: Vec<usize>,
    /// Their schema.
    pub schema: SchemaRef,
    /// How many rows are decoded at a time.
    pub rows: usize,
}

/// What a core decodes with, one row group after the other.
#[derive(Clone)]
pub struct Desk {
    unpacker: Unpacker,
    read: Shelf,
    values: shelf::Values,
}

impl Desk {
    pub fn new() -> Result<Desk> {
        Ok(Desk { unpacker: Unpacker::new()?, read: Shelf::default(), values: shelf::Values::default() })
    }
}

/// Rows of row groups, some at a time.
pub struct Rows {
    asked: Arc<Asked>,
    desk: Desk,
    file: Arc<Mutex<File>>,
    /// Row groups to come: how many rows are left out, and how many are read.
    groups: VecDeque<(usize, usize, usize)>,
    group: Option<Group>,
}

/// A row group being read.
struct Group {
    at: usize,
    /// How many rows are left out.
    first: usize,
    rows: usize,
    left: usize,
    columns: Vec<Way>,
}

/// Where a column comes from.
enum Way {
    /// It has not been asked for yet.
    Closed,
    Own(Box<dyn Decode>),
    /// The general reader of this column alone.
    Other(Box<ParquetRecordBatchReader>),
}

impl Asked {
    /// The rows of some row groups; of a single one only so many after so many others.
    pub fn rows(
        self: &Arc<Self>,
        file: File,
        groups: Vec<usize>,
        stretch: Option<(usize, usize)>,
        desk: &Desk,
    ) -> Result<Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>> {
        let metadata = self.metadata.metadata();
        let are_small = groups.len() > 1 && groups.iter().all(|at| metadata.row_group(*at).num_rows() < FEW);
        let has_own = |at: &usize| self.columns.iter().any(|column| self.own(*at, *column).is_some());
        if are_small || !groups.iter().any(has_own) {
            return Ok(Box::new(self.general(file, groups, &self.columns, stretch)?));
        }
        Ok(Box::new(self.own_rows(file, groups, stretch, desk)))
    }

    /// The rows of row groups with columns that are read here.
    fn own_rows(
        self: &Arc<Self>,
        file: File,
        groups: Vec<usize>,
        stretch: Option<(usize, usize)>,
        desk: &Desk,
    ) -> Rows {
        let metadata = self.metadata.metadata();
        let of_group = |at: usize| {
            let rows = usize::try_from(metadata.row_group(at).num_rows()).unwrap_or(0);
            let (first, rows) = stretch.unwrap_or((0, rows));
            (at, first, rows)
        };
        let groups = groups.into_iter().map(of_group).filter(|(.., rows)| *rows > 0).collect();
        Rows { asked: self.clone(), desk: desk.clone(), file: Arc::new(Mutex::new(file)), groups, group: None }
    }

    /// The general reader of some columns.
    fn general(
        &self,
        file: File,
        groups: Vec<usize>,
        columns: &[usize],
        stretch: Option<(usize, usize)>,
    ) -> Result<ParquetRecordBatchReader> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(groups)
            .with_projection(mask)
            .with_batch_size(self.rows);
        if let Some((first, rows)) = stretch {
            builder = builder.with_offset(first).with_limit(rows);
        }
        builder.build()
    }

    /// A column in a row group and how it is opened, if it may be read here.
    fn own(&self, group: usize, column: usize) -> Option<(&ColumnChunkMetaData, Opener)> {
        let schema = self.metadata.parquet_schema();
        let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == column)?;
        let is_flat = schema.get_column_root(leaf).is_primitive() && schema.column(leaf).max_rep_level() == 0;
        let chunk = self.metadata.metadata().row_group(group).column(leaf);
        let opener = opener(chunk, self.metadata.schema().field(column).data_type());
        opener.filter(|_| is_flat).map(|opener| (chunk, opener))
    }
}

impl Rows {
    /// Opens a column of a row group.
    fn open(&self, group: &Group, column: usize) -> Result<Way> {
        // What cannot be opened the general reader may read, or say what is wrong with it.
        if let Some(Ok(mut own)) = self.column(group.at, column) {
            own.skip(group.first)?;
            return Ok(Way::Own(own));
        }
        let file = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner).try_clone()?;
        let stretch = Some((group.first, group.rows));
        Ok(Way::Other(Box::new(self.asked.general(file, vec![group.at], &[column], stretch)?)))
    }

    /// Opens a column of a row group, if it may be read here.
    fn column(&self, group: usize, column: usize) -> Option<Result<Box<dyn Decode>>> {
        let metadata = &self.asked.metadata;
        let (chunk, opener) = self.asked.own(group, column)?;
        let rows = usize::try_from(metadata.metadata().row_group(group).num_rows()).unwrap_or(0);
        let (start, length) = chunk.byte_range();
        let source = Source::new(self.file.clone(), start + length, &self.desk.read);
        let open = |pages| {
            let is_optional = chunk.column_descr().max_def_level() > 0;
            opener(pages, is_optional, metadata.schema().field(column).data_type())
        };
        Some(Pages::new(source, chunk, rows, &self.desk.unpacker).and_then(open))
    }

    fn batch(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        let mut group = match self.group.take() {
            Some(group) => group,
            None => match self.groups.pop_front() {
                Some((at, first, rows)) => {
                    let columns = self.asked.columns.iter().map(|_| Way::Closed).collect();
                    Group { at, first, rows, left: rows, columns }
                }
                None => return Ok(None),
            },
        };
        let rows = group.left.min(self.asked.rows);
        group.left -= rows;
        let missing = || ArrowError::ParquetError("a column ends before its rows".to_owned());
        let mut columns = Vec::with_capacity(group.columns.len());
        for (place, column) in self.asked.columns.iter().enumerate() {
            // One column after the other: what the one was unpacked to serves the next.
            let mut way = match std::mem::replace(&mut group.columns[place], Way::Closed) {
                Way::Closed => self.open(&group, *column)?,
                open => open,
            };
            columns.push(match &mut way {
                Way::Own(column) => column.read(rows, &self.desk.values)?,
                Way::Other(reader) => {
                    let other = reader.next().transpose()?.filter(|batch| batch.num_rows() == rows);
                    other.ok_or_else(missing)?.column(0).clone()
                }
                Way::Closed => return Err(missing()),
            });
            if group.left > 0 {
                group.columns[place] = way;
            }
        }
        if group.left > 0 {
            self.group = Some(group);
        }
        RecordBatch::try_new(self.asked.schema.clone(), columns).map(Some)
    }
}

impl Iterator for Rows {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}

/// How a column of a row group is opened, if it may be read here.
fn opener(chunk: &ColumnChunkMetaData, data_type: &DataType) -> Option<Opener> {
    let keys = [Encoding::RLE_DICTIONARY, Encoding::PLAIN_DICTIONARY];
    let is_key = |encoding: Encoding| keys.contains(&encoding);
    let is_known = |encoding: Encoding| is_key(encoding) || [Encoding::PLAIN, Encoding::RLE].contains(&encoding);
    if !chunk.encodings().all(is_known) {
        return None;
    }
    // Where a dictionary grew too large, keys give way to texts: only what is told of the pages says so.
    let of_pages = chunk.page_encoding_stats_mask();
    let are_keys = of_pages.is_some_and(|pages| pages.encodings().all(is_key));
    Some(match (chunk.column_type(), data_type) {
        (Type::BOOLEAN, DataType::Boolean) => |pages, is_optional, _| boxed(pages, is_optional, Truths),
        (Type::BYTE_ARRAY, DataType::Dictionary(keys, words)) if **words == DataType::Utf8 && are_keys => {
            match **keys {
                DataType::Int8 => texts::<Int8Type>,
                DataType::Int16 => texts::<Int16Type>,
                DataType::Int32 => texts::<Int32Type>,
                DataType::UInt8 => texts::<UInt8Type>,
                DataType::UInt16 => texts::<UInt16Type>,
                DataType::UInt32 => texts::<UInt32Type>,
                _ => return None,
            }
        }
        (Type::INT32, DataType::Int8) => numbers::<i32, Int8Type>,
        (Type::INT32, DataType::Int16) => numbers::<i32, Int16Type>,
        (Type::INT32, DataType::Int32) => numbers::<i32, Int32Type>,
        (Type::INT32, DataType::UInt8) => numbers::<i32, UInt8Type>,
        (Type::INT32, DataType::UInt16) => numbers::<i32, UInt16Type>,
        (Type::INT32, DataType::UInt32) => numbers::<i32, UInt32Type>,
        (Type::INT32, DataType::Date32) => numbers::<i32, Date32Type>,
        (Type::INT32, DataType::Decimal128(..)) => numbers::<i32, Decimal128Type>,
        (Type::INT64, DataType::Int64) => numbers::<i64, Int64Type>,
        (Type::INT64, DataType::UInt64) => numbers::<i64, UInt64Type>,
        (Type::INT64, DataType::Decimal128(..)) => numbers::<i64, Decimal128Type>,
        (Type::INT64, DataType::Timestamp(TimeUnit::Second, _)) => numbers::<i64, TimestampSecondType>,
        (Type::INT64, DataType::Timestamp(TimeUnit::Millisecond, _)) => numbers::<i64, TimestampMillisecondType>,
        (Type::INT64, DataType::Timestamp(TimeUnit::Microsecond, _)) => numbers::<i64, TimestampMicrosecondType>,
        (Type::INT64, DataType::Timestamp(TimeUnit::Nanosecond, _)) => numbers::<i64, TimestampNanosecondType>,
        (Type::FLOAT, DataType::Float32) => numbers::<f32, Float32Type>,
        (Type::DOUBLE, DataType::Float64) => numbers::<f64, Float64Type>,
        _ => return None,
    })
}

type Opener = fn(Pages, bool, &DataType) -> Result<Box<dyn Decode>>;

fn numbers<P, T>(pages: Pages, is_optional: bool, data_type: &DataType) -> Result<Box<dyn Decode>>
where
    P: Stored + 'static,
    T: ArrowPrimitiveType,
    T::Native: Made<P>,
{
    boxed(pages, is_optional, Numbers::<P, T>::new(data_type))
}

fn texts<K: ArrowDictionaryKeyType>(pages: Pages, is_optional: bool, _: &DataType) -> Result<Box<dyn Decode>> {
    boxed(pages, is_optional, Keys::<K>::new())
}

fn boxed<F: Form + 'static>(pages: Pages, is_optional: bool, form: F) -> Result<Box<dyn Decode>> {
    Ok(Box::new(Column::open(pages, is_optional, form)?))
}
