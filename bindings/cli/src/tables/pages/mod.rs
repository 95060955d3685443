//! Columns of Parquet made page by page, where it is known beforehand what they look like.
//!
//! Outcomes, rules and standings come as keys of the policy's own words, and Parquet stores keys of words: they are packed as they
//! are, where a general writer would look every word up again. Lists of words are mostly null and of few words; carried whole numbers
//! are mostly keys of registers, of which one is little more than the one before. A column that nobody has anything in is told in a
//! few bytes.

mod deltas;
mod keys;
mod levels;
mod lists;
#[cfg(test)]
mod tests;

use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_schema::{DataType, Field};
use bytes::Bytes;
use deltas::Deltas;
use keys::Keys;
use lists::Lists;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use std::io::Write;
use zstd::bulk::Compressor;

/// How hard a general writer squeezes pages: as little as it can.
pub const LEVEL: i32 = 1;
/// How hard the pages made here are squeezed, less than by any level above zero: they are packed already. A general writer's level
/// would take a sixteenth off a file and a sixtieth more of all time.
const OWN_LEVEL: i32 = -1;

/// A column of a row group in the making.
pub enum ColumnWriter {
    /// Whatever it holds; one writer a leaf.
    Any(Vec<ArrowColumnWriter>),
    /// Keys of words.
    Keys(Box<Keys>),
    /// Lists of words.
    Lists(Box<Lists>),
    /// Yes or no, in every row.
    Truths(Box<Pages>),
    /// Whole numbers, one after the other.
    Deltas(Box<Deltas>),
    /// Nothing but nulls so far; a writer for the case that something comes.
    Nothing { rows: usize, column: ColumnDescPtr, writer: Box<ArrowColumnWriter> },
}

/// A column of a row group, ready to be written.
pub enum ColumnChunk {
    Any(Box<ArrowColumnChunk>),
    Made(Bytes, Box<ColumnCloseResult>),
}

/// What squeezes pages; it serves all columns of a row group.
pub struct Squeezer(Compressor<'static>);

impl Squeezer {
    pub fn new() -> Result<Squeezer, Failure> {
        Compressor::new(OWN_LEVEL).map(Squeezer).map_err(|e| failure(&e))
    }
}

impl ColumnWriter {
    /// For a field of one leaf, carried or of the engine's own.
    pub fn new(field: &Field, is_carried: bool, column: ColumnDescPtr, writer: ArrowColumnWriter) -> ColumnWriter {
        match field.data_type() {
            _ if !ColumnWriter::makes(field, is_carried) => match field.data_type() {
                DataType::Utf8 if !is_carried => ColumnWriter::Nothing { rows: 0, column, writer: Box::new(writer) },
                _ => ColumnWriter::Any(vec![writer]),
            },
            DataType::Dictionary(..) => ColumnWriter::Keys(Box::new(Keys::new(column))),
            DataType::List(_) => ColumnWriter::Lists(Box::new(Lists::new(column))),
            DataType::Boolean => ColumnWriter::Truths(Box::new(Pages::new(column, true))),
            whole => ColumnWriter::Deltas(Box::new(Deltas::new(column, whole.is_signed_integer()))),
        }
    }

    /// Whether the pages of a field are made here, and never by a general writer.
    pub fn makes(field: &Field, is_carried: bool) -> bool {
        match field.data_type() {
            whole if is_carried => whole.is_integer(),
            DataType::Dictionary(_, words) => **words == DataType::Utf8,
            DataType::List(item) => *item.data_type() == DataType::Utf8 && !item.is_nullable() && field.is_nullable(),
            other => *other == DataType::Boolean && !field.is_nullable(),
        }
    }

    /// Adds rows.
    pub fn write(&mut self, field: &Field, array: &ArrayRef, squeezer: &mut Squeezer) -> Result<(), Failure> {
        match self {
            ColumnWriter::Any(writers) => {
                let leaves = compute_leaves(field, array).map_err(|e| failure(&e))?;
                leaves.iter().zip(writers).try_for_each(|(leaf, writer)| writer.write(leaf)).map_err(|e| failure(&e))
            }
            ColumnWriter::Keys(keys) => keys.write(array, squeezer),
            ColumnWriter::Lists(lists) => lists.write(array.as_list(), squeezer),
            ColumnWriter::Truths(pages) => {
                // The bits of an array stand in the very order that Parquet wants them in.
                let bits = array.as_boolean().values().sliced();
                let data = bits.as_slice()[..array.len().div_ceil(8)].to_vec();
                pages.data(data, array.len(), array.len(), Encoding::PLAIN, squeezer)
            }
            ColumnWriter::Deltas(deltas) => deltas.write(array, squeezer),
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
                    self.write(field, &new_null_array(field.data_type(), rows), squeezer)?;
                }
                self.write(field, array, squeezer)
            }
        }
    }

    /// Ends the column; one chunk a leaf.
    pub fn close(self, squeezer: &mut Squeezer) -> Result<Vec<ColumnChunk>, Failure> {
        Ok(vec![match self {
            ColumnWriter::Any(writers) => {
                let close = |w: ArrowColumnWriter| {
                    w.close().map(|chunk| ColumnChunk::Any(Box::new(chunk))).map_err(|e| failure(&e))
                };
                return writers.into_iter().map(close).collect();
            }
            ColumnWriter::Keys(keys) => keys.close(squeezer)?,
            ColumnWriter::Lists(lists) => lists.close(squeezer)?,
            ColumnWriter::Truths(pages) => pages.close(None, None, squeezer)?,
            ColumnWriter::Deltas(deltas) => deltas.close(squeezer)?,
            ColumnWriter::Nothing { rows, column, .. } => {
                let mut pages = Pages::new(column, false);
                let mut data = Vec::new();
                levels::put(&mut data, |out| levels::put_run(out, rows, 0));
                pages.data(data, rows, rows, Encoding::PLAIN, squeezer)?;
                pages.close(None, None, squeezer)?
            }
        }])
    }
}

impl ColumnChunk {
    /// Writes it as the next of a row group.
    pub fn append<W: Write + Send>(self, group: &mut SerializedRowGroupWriter<'_, W>) -> parquet::errors::Result<()> {
        match self {
            ColumnChunk::Any(chunk) => chunk.append_to_row_group(group),
            ColumnChunk::Made(bytes, close) => group.append_column(&bytes, *close),
        }
    }
}

/// The pages of a column.
pub struct Pages {
    column: ColumnDescPtr,
    /// Whether they are worth squeezing.
    are_squeezed: bool,
    made: Vec<CompressedPage>,
    rows: usize,
    values: usize,
    encodings: Vec<Encoding>,
}

/// The words that keys stand for, as a page has them.
#[derive(Default)]
pub struct Words {
    bytes: Vec<u8>,
    count: usize,
}

impl Words {
    /// Adds a word.
    fn push(&mut self, word: &str) {
        put_word(&mut self.bytes, word);
        self.count += 1;
    }
}

impl Pages {
    fn new(column: ColumnDescPtr, are_squeezed: bool) -> Pages {
        let encodings = vec![Encoding::RLE];
        Pages { column, are_squeezed, made: Vec::new(), rows: 0, values: 0, encodings }
    }

    /// Adds a page of data, of so many rows and of so many values, null or not.
    fn data(
        &mut self,
        data: Vec<u8>,
        rows: usize,
        values: usize,
        encoding: Encoding,
        squeezer: &mut Squeezer,
    ) -> Result<(), Failure> {
        self.encoded(encoding);
        (self.rows, self.values) = (self.rows + rows, self.values + values);
        let (buf, bytes) = self.squeezed(data, squeezer)?;
        let page = Page::DataPage {
            buf,
            num_values: values as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.made.push(CompressedPage::new(page, bytes));
        Ok(())
    }

    fn encoded(&mut self, encoding: Encoding) {
        if !self.encodings.contains(&encoding) {
            self.encodings.push(encoding);
        }
    }

    /// A page's bytes as they are stored, and how many they were.
    fn squeezed(&self, data: Vec<u8>, squeezer: &mut Squeezer) -> Result<(Bytes, usize), Failure> {
        let bytes = data.len();
        let stored = match self.are_squeezed {
            true => squeezer.0.compress(&data).map_err(|e| failure(&e))?,
            false => data,
        };
        Ok((stored.into(), bytes))
    }

    /// Ends the column. The words come first, although they are known last.
    fn close(
        mut self,
        words: Option<Words>,
        statistics: Option<Statistics>,
        squeezer: &mut Squeezer,
    ) -> Result<ColumnChunk, Failure> {
        let mut sink = TrackedWrite::new(Vec::new());
        let mut unsqueezed = 0;
        let words = words.filter(|words| words.count > 0);
        let has_words = words.is_some();
        if let Some(words) = words {
            self.encoded(Encoding::PLAIN);
            let (buf, bytes) = self.squeezed(words.bytes, squeezer)?;
            let num_values = words.count as u32;
            let page = Page::DictionaryPage { buf, num_values, encoding: Encoding::PLAIN, is_sorted: false };
            self.made.insert(0, CompressedPage::new(page, bytes));
        }
        let mut first = None;
        for (at, page) in self.made.into_iter().enumerate() {
            if at == usize::from(has_words) {
                first = Some(sink.bytes_written());
            }
            let written = SerializedPageWriter::new(&mut sink).write_page(page).map_err(|e| failure(&e))?;
            unsqueezed += written.uncompressed_size;
        }
        let bytes = sink.into_inner().map_err(|e| failure(&e))?;
        let compression = match self.are_squeezed {
            true => Compression::ZSTD(ZstdLevel::try_new(LEVEL).map_err(|e| failure(&e))?),
            false => Compression::UNCOMPRESSED,
        };
        let mut metadata = ColumnChunkMetaData::builder(self.column)
            .set_compression(compression)
            .set_encodings(self.encodings)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(unsqueezed as i64)
            .set_num_values(self.values as i64)
            .set_data_page_offset(first.unwrap_or(0) as i64)
            .set_dictionary_page_offset(has_words.then_some(0));
        if let Some(statistics) = statistics {
            metadata = metadata.set_statistics(statistics);
        }
        let close = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata: metadata.build().map_err(|e| failure(&e))?,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        Ok(ColumnChunk::Made(bytes.into(), Box::new(close)))
    }
}

/// A word as Parquet stores it: its length, and its bytes.
fn put_word(out: &mut Vec<u8>, word: &str) {
    out.extend_from_slice(&(word.len() as u32).to_le_bytes());
    out.extend_from_slice(word.as_bytes());
}

fn failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("the decisions cannot be written: {error}"))
}
