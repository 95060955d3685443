//! Columns of keys of a few words.

use super::{ColumnChunk, Pages, Squeezer, Words, levels};
use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use parquet::basic::Encoding;
use parquet::schema::types::ColumnDescPtr;

/// A column of keys. Its pages are not squeezed: packed keys leave little to squeeze.
pub struct Keys {
    pages: Pages,
    /// The words, once they are known; the same in every batch.
    words: Option<ArrayRef>,
}

impl Keys {
    pub fn new(column: ColumnDescPtr) -> Keys {
        Keys { pages: Pages::new(column, false), words: None }
    }

    pub fn write(&mut self, array: &ArrayRef, squeezer: &mut Squeezer) -> Result<(), Failure> {
        let coded = array.as_any_dictionary();
        match &self.words {
            None => self.words = Some(coded.values().clone()),
            Some(words) if words.to_data().ptr_eq(&coded.values().to_data()) || words == coded.values() => {}
            Some(_) => return Err(Failure::Internal("a column's words differ from batch to batch".to_owned())),
        }
        let rows = array.len();
        let mut data = Vec::with_capacity(rows / 2 + 64);
        if self.pages.column.max_def_level() > 0 {
            levels::put(&mut data, |out| levels::put_nulls(out, array));
        }
        let most = coded.values().len().saturating_sub(1);
        let encoding = match coded.values().len() {
            0 => Encoding::PLAIN,
            _ => {
                let width = levels::width(most);
                data.push(width as u8);
                put_keys(&mut data, array, width)?;
                Encoding::RLE_DICTIONARY
            }
        };
        self.pages.data(data, rows, rows, encoding, squeezer)
    }

    pub fn close(self, squeezer: &mut Squeezer) -> Result<ColumnChunk, Failure> {
        let mut words = Words::default();
        if let Some(own) = &self.words {
            own.as_string::<i32>().iter().for_each(|word| words.push(word.unwrap_or_default()));
        }
        self.pages.close(Some(words), None, squeezer)
    }
}

/// The keys of the rows that are not null, packed at a width.
fn put_keys(out: &mut Vec<u8>, array: &ArrayRef, width: u32) -> Result<(), Failure> {
    let keys = array.as_any_dictionary().keys();
    let nulls = array.nulls().filter(|n| n.null_count() > 0);
    match keys.data_type() {
        DataType::Int8 => {
            let keys = told(keys.as_primitive::<Int8Type>().values(), nulls, |key| key as u8);
            levels::put_packed_bytes(out, &keys, width);
        }
        DataType::Int16 => {
            let keys = told(keys.as_primitive::<Int16Type>().values(), nulls, |key| key as u16);
            levels::put_packed_numbers(out, &keys, width);
        }
        other => return Err(Failure::Internal(format!("keys of type {other} are not expected"))),
    }
    Ok(())
}

/// The keys of the rows that are not null.
fn told<K: Copy, U: Copy + Default>(keys: &[K], nulls: Option<&NullBuffer>, of: impl Fn(K) -> U) -> Vec<U> {
    let Some(nulls) = nulls else { return keys.iter().map(|key| of(*key)).collect() };
    let mut told = vec![U::default(); keys.len()];
    let mut next = 0;
    for (keys, valid) in keys.chunks(64).zip(nulls.inner().bit_chunks().iter_padded()) {
        // Without a branch: which rows have a key nobody can guess.
        for (at, key) in keys.iter().enumerate() {
            told[next] = of(*key);
            next += (valid >> at & 1) as usize;
        }
    }
    told.truncate(next);
    told
}
