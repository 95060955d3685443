//! The bytes of one column, read a megabyte at a time.

use super::shelf::Shelf;
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at once.
const WINDOW: usize = 1 << 20;
/// How much of it is looked at for what a page begins with.
const HEAD: usize = 1 << 8;

/// A stretch of a file. Pages come out of what has been read ahead, without a copy and mostly without asking the system.
#[derive(Clone)]
pub struct Source(Arc<Inner>);

struct Inner {
    file: Arc<Mutex<File>>,
    end: u64,
    shelf: Shelf,
    /// What was read last, and where it stands.
    read: Mutex<(u64, Bytes)>,
}

impl Source {
    /// The bytes of a file up to an end, in buffers of a shelf.
    pub fn new(file: Arc<Mutex<File>>, end: u64, shelf: &Shelf) -> Source {
        Source(Arc::new(Inner { file, end, shelf: shelf.clone(), read: Mutex::default() }))
    }

    /// So many bytes from a place, or as many as there are.
    fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let left = self.0.end.saturating_sub(start);
        let length = usize::try_from(left).map_or(length, |left| left.min(length));
        let mut read = self.0.read.lock().unwrap_or_else(PoisonError::into_inner);
        let held = start.checked_sub(read.0).and_then(|at| usize::try_from(at).ok());
        let held = held.and_then(|at| read.1.get(at..).map(|_| read.1.slice(at..))).unwrap_or_default();
        if held.len() >= length {
            return Ok(held.slice(..length));
        }
        // A page that begins in what has been read is not read again from its start.
        let most = WINDOW.max(length);
        let wanted = usize::try_from(left).map_or(most, |left| left.min(most));
        let mut buffer = self.0.shelf.take(wanted);
        buffer[..held.len()].copy_from_slice(&held);
        let mut file = self.0.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(start + held.len() as u64))?;
        let filled = fill(&mut file, &mut buffer[..wanted], held.len())?;
        let buffer = self.0.shelf.lend(buffer, filled);
        *read = (start, buffer.clone());
        Ok(buffer.slice(..length.min(buffer.len())))
    }
}

/// Reads on behind what a buffer has; tells how much it has then. Only at a file's end it is not full.
fn fill(file: &mut File, buffer: &mut [u8], mut filled: usize) -> io::Result<usize> {
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
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
