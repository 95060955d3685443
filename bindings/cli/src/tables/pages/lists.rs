//! Columns of lists of words: most rows have none, and the words are few.

use super::{ColumnChunk, Pages, Squeezer, Words, levels, put_word};
use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ListArray};
use parquet::basic::Encoding;
use parquet::schema::types::ColumnDescPtr;
use std::collections::HashMap;

/// So many words have keys; where there are more, they are written out.
const MOST: usize = 1 << 14;

/// Where a word that was met before is looked for first.
const SLOTS: usize = 1 << 8;

/// A column of lists.
pub struct Lists {
    pages: Pages,
    words: Words,
    keys: HashMap<Box<str>, u16>,
    /// Words by a few of their bytes, with their keys.
    met: Vec<(Box<str>, u16)>,
}

impl Lists {
    pub fn new(column: ColumnDescPtr) -> Lists {
        let met = vec![(Box::default(), 0); SLOTS];
        Lists { pages: Pages::new(column, true), words: Words::default(), keys: HashMap::new(), met }
    }

    pub fn write(&mut self, array: &ListArray, squeezer: &mut Squeezer) -> Result<(), Failure> {
        let rows = array.len();
        let most = self.pages.column.max_def_level() as u8;
        let mut data = Vec::new();
        if array.null_count() == rows {
            levels::put(&mut data, |out| levels::put_run(out, rows, 0));
            levels::put(&mut data, |out| levels::put_run(out, rows, 0));
            return self.pages.data(data, rows, rows, Encoding::PLAIN, squeezer);
        }
        let (mut repeated, mut defined) = (Vec::with_capacity(rows * 2), Vec::with_capacity(rows * 2));
        let (texts, offsets) = (array.values().as_string::<i32>(), array.value_offsets());
        let mut words = Vec::new();
        let mut next = 0;
        let mut put = |row: usize, repeated: &mut Vec<u8>, defined: &mut Vec<u8>| {
            // Rows without a list on the way.
            repeated.resize(repeated.len() + row - next, 0);
            defined.resize(defined.len() + row - next, 0);
            next = row + 1;
            if row == rows {
                return;
            }
            let members = offsets[row] as usize..offsets[row + 1] as usize;
            repeated.push(0);
            repeated.resize(repeated.len() + members.len().saturating_sub(1), 1);
            match members.is_empty() {
                true => defined.push(1),
                false => defined.resize(defined.len() + members.len(), most),
            }
            words.extend(members.map(|member| texts.value(member)));
        };
        match array.nulls() {
            Some(nulls) => nulls.valid_indices().for_each(|row| put(row, &mut repeated, &mut defined)),
            None => (0..rows).for_each(|row| put(row, &mut repeated, &mut defined)),
        }
        put(rows, &mut repeated, &mut defined);
        levels::put(&mut data, |out| levels::put_levels(out, &repeated, 1));
        levels::put(&mut data, |out| levels::put_levels(out, &defined, levels::width(most.into())));
        let keys: Option<Vec<u16>> = words.iter().map(|word| self.key(word)).collect();
        let encoding = match keys {
            Some(keys) if !keys.is_empty() => {
                let width = levels::width(self.words.count - 1);
                data.push(width as u8);
                levels::put_packed_numbers(&mut data, &keys, width);
                Encoding::RLE_DICTIONARY
            }
            _ => {
                words.iter().for_each(|word| put_word(&mut data, word));
                Encoding::PLAIN
            }
        };
        self.pages.data(data, rows, defined.len(), encoding, squeezer)
    }

    /// The key of a word; none if there are too many words.
    fn key(&mut self, word: &str) -> Option<u16> {
        let sum = word.bytes().rev().take(8).fold(word.len(), |sum, byte| sum.wrapping_mul(31) + usize::from(byte));
        let slot = &mut self.met[sum % SLOTS];
        if *slot.0 == *word && !word.is_empty() {
            return Some(slot.1);
        }
        let key = match self.keys.get(word) {
            Some(key) => *key,
            None if self.words.count == MOST => return None,
            None => {
                let key = self.words.count as u16;
                self.words.push(word);
                self.keys.insert(word.into(), key);
                key
            }
        };
        *slot = (word.into(), key);
        Some(key)
    }

    pub fn close(self, squeezer: &mut Squeezer) -> Result<ColumnChunk, Failure> {
        self.pages.close(Some(self.words), None, squeezer)
    }
}
