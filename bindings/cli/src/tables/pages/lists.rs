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
        let (texts, offsets) = (array.values().as_string::<i32>(), array.value_offsets());
        let members = |row: usize| offsets[row] as usize..offsets[row + 1] as usize;
        let valid = || {
            let nulls = array.nulls().map(|nulls| nulls.valid_indices());
            let all = if nulls.is_none() { 0..rows } else { 0..0 };
            nulls.into_iter().flatten().chain(all)
        };
        // Of a row without a list, or with an empty one, there is a level all the same.
        let (mut count, mut keys, mut have_keys) = (rows, Vec::new(), true);
        let at_most = rows + (offsets[rows] - offsets[0]) as usize;
        let (mut repeated, mut defined) = (vec![0; at_most], vec![0; at_most]);
        for row in valid() {
            let members = members(row);
            let first = row + count - rows;
            if members.is_empty() {
                defined[first] = 1;
                continue;
            }
            defined[first..first + members.len()].fill(most);
            repeated[first + 1..first + members.len()].fill(1);
            count += members.len() - 1;
            for member in members {
                let key = if have_keys { self.key(texts.value(member)) } else { None };
                have_keys = key.is_some();
                keys.extend(key);
            }
        }
        repeated.truncate(count);
        defined.truncate(count);
        levels::put(&mut data, |out| levels::put_levels(out, &repeated, 1));
        levels::put(&mut data, |out| levels::put_levels(out, &defined, levels::width(most.into())));
        let encoding = match have_keys && !keys.is_empty() {
            true => {
                let width = levels::width(self.words.count - 1);
                data.push(width as u8);
                levels::put_packed_numbers(&mut data, &keys, width);
                Encoding::RLE_DICTIONARY
            }
            false => {
                valid().flat_map(members).for_each(|member| put_word(&mut data, texts.value(member)));
                Encoding::PLAIN
            }
        };
        self.pages.data(data, rows, count, encoding, squeezer)
    }

    /// The key of a word; none if there are too many words.
    fn key(&mut self, word: &str) -> Option<u16> {
        // Words that differ mostly end differently, or are not equally long.
        let mut end = [0; 8];
        match word.as_bytes().last_chunk() {
            Some(last) => end = *last,
            None => end[..word.len()].copy_from_slice(word.as_bytes()),
        }
        let sum = (u64::from_le_bytes(end) ^ word.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let slot = &mut self.met[(sum >> 32) as usize % SLOTS];
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
