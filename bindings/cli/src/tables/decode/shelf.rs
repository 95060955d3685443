//! Buffers that are used again: memory that was just written is still in the cache, and nobody has to ask the system for it.

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
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

/// What the values of columns stand in, also while somebody reads them.
#[derive(Clone, Default)]
pub struct Values(Arc<Mutex<Vec<Buffer>>>);

impl Values {
    /// Room for so many values: that of a column nobody reads any more, or new.
    pub fn room<T: ArrowNativeType>(&self, rows: usize) -> Vec<T> {
        let mut all = self.all();
        for at in (0..all.len()).rev().filter(|at| all[*at].strong_count() == 1).collect::<Vec<_>>() {
            match all.swap_remove(at).into_vec() {
                Ok(mut values) if values.capacity() >= rows => {
                    values.clear();
                    return values;
                }
                // Too small for what is read now.
                Ok(_) => {}
                // Of another width.
                Err(buffer) => all.push(buffer),
            }
        }
        Vec::with_capacity(rows)
    }

    /// Values as columns have them.
    pub fn lend<T: ArrowNativeType>(&self, values: Vec<T>) -> ScalarBuffer<T> {
        let buffer = Buffer::from_vec(values);
        self.all().push(buffer.clone());
        buffer.into()
    }

    fn all(&self) -> MutexGuard<'_, Vec<Buffer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
