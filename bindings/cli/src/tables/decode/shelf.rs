//! Buffers that are used again: memory that was just written is still in the cache, and nobody has to ask the system for it.

use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many buffers are kept at most.
const KEPT: usize = 32;

/// Buffers that nobody uses now. What is lent comes back when its last reader is done.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Vec<Vec<u8>>>>);

/// A buffer on loan, of which so many bytes mean something.
struct Lent {
    buffer: Vec<u8>,
    length: usize,
    shelf: Shelf,
}

impl Shelf {
    /// A buffer of so many bytes or more, whatever they are.
    pub fn take(&self, length: usize) -> Vec<u8> {
        let mut buffer = self.kept().pop().unwrap_or_default();
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        buffer
    }

    /// Lends the first bytes of a buffer to whoever reads them.
    pub fn lend(&self, buffer: Vec<u8>, length: usize) -> Bytes {
        let length = length.min(buffer.len());
        Bytes::from_owner(Lent { buffer, length, shelf: self.clone() })
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut kept = self.shelf.kept();
        if kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.buffer));
        }
    }
}
