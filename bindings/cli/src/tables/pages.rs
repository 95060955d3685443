//! Columns of Parquet that hold keys of a few words, page by page.
//!
//! Outcomes, rules and standings come as keys of the policy's own words, and Parquet stores keys of words: they are packed as they
//! are, where a general writer would look every word up again. A column that nobody has anything in is told in a few bytes.

use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type};
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use std::io::Write;

/// A column of a row group in the making.
pub enum ColumnWriter {
    /// Whatever it holds; one writer a leaf.
    Any(Vec<ArrowColumnWriter>),
    /// Keys of words.
    Keys(Box<Keys>),
    /// Nothing but nulls so far; a writer for the case that something comes.
    Nothing { rows: usize, column: ColumnDescPtr, writer: Box<ArrowColumnWriter> },
}

/// A column of a row group, ready to be written.
pub enum ColumnChunk {
    Any(Box<ArrowColumnChunk>),
    Made(Bytes, Box<ColumnCloseResult>),
}

impl ColumnWriter {
    /// For a field of the engine's own; else [`ColumnWriter::Any`] is right.
    pub fn own(field: &Field, column: ColumnDescPtr, writer: ArrowColumnWriter) -> ColumnWriter {
        match field.data_type() {
            DataType::Dictionary(_, words) if **words == DataType::Utf8 => {
                ColumnWriter::Keys(Box::new(Keys::new(column)))
            }
            DataType::List(_) | DataType::Utf8 => ColumnWriter::Nothing { rows: 0, column, writer: Box::new(writer) },
            _ => ColumnWriter::Any(vec![writer]),
        }
    }

    /// Adds rows.
    pub fn write(&mut self, field: &Field, array: &ArrayRef) -> Result<(), Failure> {
        match self {
            ColumnWriter::Any(writers) => {
                let leaves = compute_leaves(field, array).map_err(|e| failure(&e))?;
                leaves.iter().zip(writers).try_for_each(|(leaf, writer)| writer.write(leaf)).map_err(|e| failure(&e))
            }
            ColumnWriter::Keys(keys) => keys.write(array),
            ColumnWriter::Nothing { rows, .. } if array.null_count() == array.len() => {
                *rows += array.len();
                Ok(())
            }
            ColumnWriter::Nothing { .. } => {
                let Self::Nothing { rows, writer, .. } = std::mem::replace(self, Self::Any(Vec::new())) else {
                    return Ok(());
                };
                *self = ColumnWriter::Any(vec![*writer]);
                if rows > 0 {
                    self.write(field, &new_null_array(field.data_type(), rows))?;
                }
                self.write(field, array)
            }
        }
    }

    /// Ends the column; one chunk a leaf.
    pub fn close(self) -> Result<Vec<ColumnChunk>, Failure> {
        match self {
            ColumnWriter::Any(writers) => {
                let close = |w: ArrowColumnWriter| {
                    w.close().map(|chunk| ColumnChunk::Any(Box::new(chunk))).map_err(|e| failure(&e))
                };
                writers.into_iter().map(close).collect()
            }
            ColumnWriter::Keys(keys) => Ok(vec![keys.pages.close()?]),
            ColumnWriter::Nothing { rows, column, .. } => {
                let mut pages = Pages::new(column);
                let levels = [pages.column.max_rep_level(), pages.column.max_def_level()];
                let mut data = Vec::new();
                levels
                    .into_iter()
                    .filter(|most| *most > 0)
                    .for_each(|_| put_levels(&mut data, |out| put_run(out, rows, 0)));
                pages.data(data, rows, Encoding::PLAIN)?;
                Ok(vec![pages.close()?])
            }
        }
    }
}

impl ColumnChunk {
    /// Writes it as the next of a row group.
    pub fn append<W: Write + Send>(self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<(), Failure> {
        match self {
            ColumnChunk::Any(chunk) => chunk.append_to_row_group(group),
            ColumnChunk::Made(bytes, close) => group.append_column(&bytes, *close),
        }
        .map_err(|e| failure(&e))
    }
}

/// A column of keys.
pub struct Keys {
    pages: Pages,
    /// The words, once they are known; the same in every batch.
    words: Option<ArrayRef>,
}

impl Keys {
    fn new(column: ColumnDescPtr) -> Keys {
        Keys { pages: Pages::new(column), words: None }
    }

    fn write(&mut self, array: &ArrayRef) -> Result<(), Failure> {
        let coded = array.as_any_dictionary();
        match &self.words {
            None => {
                self.pages.words(coded.values())?;
                self.words = Some(coded.values().clone());
            }
            Some(words) if words.to_data().ptr_eq(&coded.values().to_data()) || words == coded.values() => {}
            Some(_) => return Err(Failure::Internal("a column's words differ from batch to batch".to_owned())),
        }
        let rows = array.len();
        let mut data = Vec::with_capacity(rows / 2 + 64);
        if self.pages.column.max_def_level() > 0 {
            put_levels(&mut data, |out| match array.nulls().filter(|n| n.null_count() > 0) {
                None => put_run(out, rows, 1),
                Some(nulls) if nulls.null_count() == rows => put_run(out, rows, 0),
                // The bits of an array stand in the very order that Parquet wants them in.
                Some(nulls) => {
                    let bits = nulls.inner().sliced();
                    put_packed(out, rows.div_ceil(8), &bits.as_slice()[..rows.div_ceil(8)]);
                }
            });
        }
        let most = coded.values().len().saturating_sub(1);
        match coded.values().len() {
            0 => self.pages.data(data, rows, Encoding::PLAIN),
            _ => {
                let width = usize::BITS - most.max(1).leading_zeros();
                data.push(width as u8);
                put_keys(&mut data, array, width)?;
                self.pages.data(data, rows, Encoding::RLE_DICTIONARY)
            }
        }
    }
}

/// The pages of a column, not compressed: packed keys leave little to squeeze.
struct Pages {
    column: ColumnDescPtr,
    sink: TrackedWrite<Vec<u8>>,
    /// Where the data begin, if words stand before them.
    words: Option<usize>,
    rows: usize,
    encodings: Vec<Encoding>,
}

impl Pages {
    fn new(column: ColumnDescPtr) -> Pages {
        let encodings = vec![Encoding::RLE];
        Pages { column, sink: TrackedWrite::new(Vec::new()), words: None, rows: 0, encodings }
    }

    /// The words that keys stand for.
    fn words(&mut self, words: &ArrayRef) -> Result<(), Failure> {
        let words = words.as_string::<i32>();
        if words.is_empty() {
            return Ok(());
        }
        let mut data = Vec::new();
        for word in words.iter().map(Option::unwrap_or_default) {
            data.extend_from_slice(&(word.len() as u32).to_le_bytes());
            data.extend_from_slice(word.as_bytes());
        }
        let page = Page::DictionaryPage {
            buf: data.into(),
            num_values: words.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        self.page(page)?;
        self.words = Some(self.sink.bytes_written());
        self.encodings.push(Encoding::PLAIN);
        Ok(())
    }

    fn data(&mut self, data: Vec<u8>, rows: usize, encoding: Encoding) -> Result<(), Failure> {
        if !self.encodings.contains(&encoding) {
            self.encodings.push(encoding);
        }
        self.rows += rows;
        self.page(Page::DataPage {
            buf: data.into(),
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })
    }

    fn page(&mut self, page: Page) -> Result<(), Failure> {
        let bytes = page.buffer().len();
        let written = SerializedPageWriter::new(&mut self.sink).write_page(CompressedPage::new(page, bytes));
        written.map(drop).map_err(|e| failure(&e))
    }

    fn close(self) -> Result<ColumnChunk, Failure> {
        let bytes = self.sink.into_inner().map_err(|e| failure(&e))?;
        let metadata = ColumnChunkMetaData::builder(self.column)
            .set_compression(Compression::UNCOMPRESSED)
            .set_encodings(self.encodings)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(bytes.len() as i64)
            .set_num_values(self.rows as i64)
            .set_data_page_offset(self.words.unwrap_or(0) as i64)
            .set_dictionary_page_offset(self.words.map(|_| 0))
            .build()
            .map_err(|e| failure(&e))?;
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(ColumnChunk::Made(bytes.into(), Box::new(close)))
    }
}

/// Levels, with their length before them.
fn put_levels(out: &mut Vec<u8>, levels: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    levels(out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// The same value so many times; of a bit.
fn put_run(out: &mut Vec<u8>, times: usize, value: u8) {
    put_number(out, times << 1);
    out.push(value);
}

/// Eights of values, packed.
fn put_packed(out: &mut Vec<u8>, eights: usize, packed: &[u8]) {
    put_number(out, eights << 1 | 1);
    out.extend_from_slice(packed);
}

/// A number in sevens of bits, the lowest first.
fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The keys of the rows that are not null, packed at a width.
fn put_keys(out: &mut Vec<u8>, array: &ArrayRef, width: u32) -> Result<(), Failure> {
    let coded = array.as_any_dictionary();
    let valid: Vec<u16> = match (coded.keys().data_type(), array.nulls().filter(|n| n.null_count() > 0)) {
        (DataType::Int8, None) => coded.keys().as_primitive::<Int8Type>().values().iter().map(|k| *k as u16).collect(),
        (DataType::Int16, None) => {
            coded.keys().as_primitive::<Int16Type>().values().iter().map(|k| *k as u16).collect()
        }
        (DataType::Int8, Some(nulls)) => {
            let keys = coded.keys().as_primitive::<Int8Type>().values();
            nulls.valid_indices().map(|row| keys[row] as u16).collect()
        }
        (DataType::Int16, Some(nulls)) => {
            let keys = coded.keys().as_primitive::<Int16Type>().values();
            nulls.valid_indices().map(|row| keys[row] as u16).collect()
        }
        (other, _) => return Err(Failure::Internal(format!("keys of type {other} are not expected"))),
    };
    if valid.is_empty() {
        return Ok(());
    }
    put_number(out, valid.len().div_ceil(8) << 1 | 1);
    for eight in valid.chunks(8) {
        let packed =
            eight.iter().enumerate().fold(0u128, |all, (at, key)| all | u128::from(*key) << (at as u32 * width));
        out.extend_from_slice(&packed.to_le_bytes()[..width as usize]);
    }
    Ok(())
}

fn failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("the decisions cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::super::write::{Form, Sink};
    use arrow_array::types::{ArrowDictionaryKeyType, Int8Type, Int16Type};
    use arrow_array::{Array, ArrayRef, DictionaryArray, ListArray, PrimitiveArray, RecordBatch, StringArray};
    use arrow_select::concat::concat_batches;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use std::fs::File;
    use std::sync::Arc;

    /// Keys of so many words, with gaps of a pattern.
    fn coded<K: ArrowDictionaryKeyType>(words: usize, rows: usize, gap: impl Fn(usize) -> bool) -> ArrayRef
    where
        K::Native: TryFrom<usize>,
    {
        let key = |row: usize| K::Native::try_from(row * 7 % words.max(1)).ok().filter(|_| !gap(row));
        let keys: PrimitiveArray<K> = (0..rows).map(key).collect();
        let values: StringArray = (0..words).map(|n| Some(format!("word {n}"))).collect();
        Arc::new(DictionaryArray::try_new(keys, Arc::new(values)).expect("keys of words"))
    }

    #[test]
    fn keys_and_columns_of_nothing_are_read_as_they_were() {
        let rows = 1003;
        let lists = ListArray::from_iter_primitive::<Int16Type, _, _>((0..rows).map(|_| None::<Vec<Option<i16>>>));
        let late: StringArray = (0..rows).map(|row| (row > 900).then_some("late")).collect();
        let columns: Vec<(String, ArrayRef)> = [
            coded::<Int8Type>(6, rows, |_| false),
            coded::<Int8Type>(1, rows, |row| row % 2 == 0),
            coded::<Int16Type>(0, rows, |_| true),
            coded::<Int16Type>(5, rows, |_| true),
            coded::<Int16Type>(700, rows, |row| row % 5 == 1),
            Arc::new(lists),
            Arc::new(late),
        ]
        .into_iter()
        .enumerate()
        .map(|(n, array)| (format!("c{n}"), array))
        .collect();
        let all =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true))).expect("rows");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.parquet");
        let (mut sink, encoder) = Sink::open(Form::Parquet, path.to_str(), &all.schema(), 0).expect("a file");
        // Two row groups, of batches that begin anywhere.
        for (number, stretches) in [[(0, 13), (13, 500)], [(513, 400), (913, 90)]].into_iter().enumerate() {
            let mut unit = encoder.unit(number).expect("a unit");
            stretches.into_iter().for_each(|(at, rows)| unit.write(all.slice(at, rows)).expect("rows"));
            sink.append(unit.finish().expect("its end")).expect("it is written");
        }
        sink.done().expect("it is whole");
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("a file")).expect("Parquet");
        let schema = reader.schema().clone();
        let read: Vec<_> = reader.build().expect("a reader").map(|b| b.expect("rows")).collect();
        let read = concat_batches(&schema, &read).expect("one batch");
        for (own, expected) in read.columns().iter().zip(all.columns()) {
            let plain = |array: &ArrayRef| match arrow_array::cast::AsArray::as_any_dictionary_opt(array) {
                Some(coded) => arrow_select::take::take(coded.values(), coded.keys(), None).expect("values"),
                None => array.clone(),
            };
            assert_eq!(&plain(own), &plain(expected));
            assert_eq!(own.null_count(), expected.null_count());
        }
    }
}
