//! Pages of a column, unpacked.

use super::shelf::Shelf;
use super::source::Source;
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use std::sync::{Arc, Mutex, PoisonError};
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

/// A page that says that it is larger is unpacked bit by bit: it may be damaged, and nothing is set aside for it.
const MOST: usize = 1 << 26;

/// What unpacks zstd for all columns, one page after the other: to make one takes longer than many a page.
#[derive(Clone)]
pub struct Unpacker {
    zstd: Arc<Mutex<Decompressor<'static>>>,
    unpacked: Shelf,
}

/// The pages of a column.
pub struct Pages {
    reader: SerializedPageReader<Source>,
    /// Absent where pages come out of the reader as they are.
    unpacker: Option<Unpacker>,
    /// The next page, where it has been looked at: packed. The reader's own way to look ahead panics at a damaged header.
    ahead: Option<Page>,
}

impl Unpacker {
    pub fn new() -> Result<Unpacker> {
        Ok(Unpacker { zstd: Arc::new(Mutex::new(Decompressor::new()?)), unpacked: Shelf::default() })
    }

    /// Unpacks what stands behind a prefix.
    fn unpack(&self, packed: &Bytes, prefix: usize) -> Result<Bytes> {
        let (before, packed) = packed.split_at_checked(prefix).ok_or_else(|| wrong("a page ends before its levels"))?;
        if packed.is_empty() {
            return Ok(Bytes::copy_from_slice(before));
        }
        let length = get_frame_content_size(packed).ok().flatten().and_then(|length| usize::try_from(length).ok());
        if let Some(length) = length.filter(|length| *length <= MOST) {
            let mut unpacked = self.unpacked.take(prefix + length);
            unpacked[..prefix].copy_from_slice(before);
            let mut zstd = self.zstd.lock().unwrap_or_else(PoisonError::into_inner);
            let told = zstd.decompress_to_buffer(packed, &mut unpacked[prefix..]);
            let unpacked = self.unpacked.lend(unpacked, prefix + length);
            if told.is_ok_and(|told| told == length) {
                return Ok(unpacked);
            }
        }
        // Frames that do not tell their length, or several of them.
        let unpacked = zstd::stream::decode_all(packed)?;
        Ok(if before.is_empty() { unpacked.into() } else { [before, &unpacked].concat().into() })
    }
}

impl Pages {
    pub fn new(source: Source, chunk: &ColumnChunkMetaData, rows: usize, unpacker: &Unpacker) -> Result<Pages> {
        let source = Arc::new(source);
        let Compression::ZSTD(_) = chunk.compression() else {
            return Ok(Pages {
                reader: SerializedPageReader::new(source, chunk, rows, None)?,
                unpacker: None,
                ahead: None,
            });
        };
        // The reader leaves alone what it takes for unpacked.
        let chunk = chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        let reader = SerializedPageReader::new(source, &chunk, rows, None)?;
        Ok(Pages { reader, unpacker: Some(unpacker.clone()), ahead: None })
    }

    /// The next page.
    pub fn next(&mut self) -> Result<Page> {
        let page = match self.ahead.take() {
            Some(page) => Some(page),
            None => self.reader.get_next_page()?,
        };
        let mut page = page.ok_or_else(|| wrong("a column ends before its rows"))?;
        if let Some(unpacker) = &self.unpacker {
            match &mut page {
                Page::DictionaryPage { buf, .. } | Page::DataPage { buf, .. } => *buf = unpacker.unpack(buf, 0)?,
                Page::DataPageV2 { buf, is_compressed: true, def_levels_byte_len, rep_levels_byte_len, .. } => {
                    let levels = rep_levels_byte_len.saturating_add(*def_levels_byte_len);
                    *buf = unpacker.unpack(buf, levels as usize)?;
                }
                Page::DataPageV2 { .. } => {}
            }
        }
        Ok(page)
    }

    /// The next page as it is packed; absent at the column's end.
    pub fn peek(&mut self) -> Result<Option<&Page>> {
        if self.ahead.is_none() {
            self.ahead = self.reader.get_next_page()?;
        }
        Ok(self.ahead.as_ref())
    }

    /// Passes over the page that has been looked at.
    pub fn skip(&mut self) {
        self.ahead = None;
    }
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::EOF(what.to_owned())
}
