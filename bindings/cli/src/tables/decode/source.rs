//! The bytes of one column, read some hundred kilobytes at a time.

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at once.
const WINDOW: usize = 1 << 18;
/// How much of it is looked at for what a page begins with.
const HEAD: usize = 1 << 8;

/// A stretch of a file. Pages come out of what has been read ahead, without a copy and mostly without asking the system.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    file: Arc<Mutex<File>>,
    end: u64,
    /// What was read last, and where it stands.
    read: Mutex<(u64, Bytes)>,
}

impl Source {
    /// The bytes of a file up to an end.
    pub fn new(file: Arc<Mutex<File>>, end: u64) -> Source {
        Source(Arc::new(Inner { file, end, read: Mutex::default() }))
    }

    /// So many bytes from a place, or as many as there are.
    fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let left = self.0.end.saturating_sub(start);
        let length = usize::try_from(left).map_or(length, |left| left.min(length));
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        let held = start.checked_sub(read.0).and_then(|at| usize::try_from(at).ok());
        if let Some(at) = held
            && at + length <= read.1.len()
        {
            return Ok(read.1.slice(at..at + length));
        }
        let most = WINDOW.max(length);
        let wanted = usize::try_from(left).map_or(most, |left| left.min(most));
        let mut buffer = Vec::with_capacity(wanted);
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start))?;
        Read::by_ref(&mut *file).take(wanted as u64).read_to_end(&mut buffer)?;
        let buffer = Bytes::from(buffer);
        *read = (start, buffer.clone());
        Ok(buffer.slice(..length.min(buffer.len())))
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.0.end
    }
}

impl ChunkReader for Source {
    type T = BufReader<Reading>;

    fn get_read(&self, start: u64) -> Result<BufReader<Reading>> {
        // Heads of pages are read byte by byte.
        Ok(BufReader::with_capacity(HEAD, Reading { source: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.bytes(start, length)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(format!("{length} bytes are wanted and {} are left", bytes.len())));
        }
        Ok(bytes)
    }
}

/// Reads on from a place.
pub struct Reading {
    source: Source,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.source.bytes(self.at, buffer.len())?;
        buffer[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}
