//! Texts that few rows have, and lists of them.

use super::BatchError;
use crate::eval::batch;
use arrow_array::{ArrayRef, ListArray, StringArray};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field};
use std::ops::Range;
use std::sync::Arc;

/// Lists of texts that few rows have; rows that have the same list share it.
#[derive(Default)]
pub(crate) struct Lists {
    /// A row, and the place of its list.
    rows: Vec<(u32, u32)>,
    lists: Vec<List>,
    text: String,
    /// Where each item ends, counted from the beginning of its list.
    ends: Vec<u32>,
}

struct List {
    text: Range<usize>,
    items: Range<usize>,
}

impl Lists {
    /// Makes a list; rows get it by the place that this gives.
    pub fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a str>) -> u32 {
        let (text, first) = (self.text.len(), self.ends.len());
        for item in items {
            self.text.push_str(item);
            self.ends.push((self.text.len() - text) as u32);
        }
        self.lists.push(List { text: text..self.text.len(), items: first..self.ends.len() });
        self.lists.len() as u32 - 1
    }

    /// Gives a row, which has none yet, a list.
    pub fn give(&mut self, row: usize, list: u32) {
        self.rows.push((row as u32, list));
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The column of so many rows, null for those that have no list.
    pub fn assemble(mut self, rows: usize) -> Result<ArrayRef, BatchError> {
        // Rows are not decided in their order.
        self.rows.sort_unstable();
        let own = || self.rows.iter().map(|(row, list)| (*row, &self.lists[*list as usize]));
        let items: usize = own().map(|(_, list)| list.items.len()).sum();
        let bytes: usize = own().map(|(_, list)| list.text.len()).sum();
        let (mut text, mut item_ends) = (String::with_capacity(bytes), Vec::with_capacity(items + 1));
        item_ends.push(0);
        let give = |(row, list): (u32, &List)| {
            let before = text.len();
            text.push_str(&self.text[list.text.clone()]);
            item_ends.extend(self.ends[list.items.clone()].iter().map(|end| (before + *end as usize) as i32));
            (row, item_ends.len() as i32 - 1)
        };
        let given: Vec<(u32, i32)> = own().map(give).collect();
        let (offsets, nulls) = ends(rows, &given);
        let item_ends = OffsetBuffer::new(ScalarBuffer::from(item_ends));
        let values = Arc::new(StringArray::try_new(item_ends, Buffer::from(text.into_bytes()), None)?);
        Ok(Arc::new(ListArray::try_new(item(), offsets, values, Some(nulls))?))
    }
}

/// The type of a column of lists.
pub(crate) fn list_of_texts() -> DataType {
    DataType::List(item())
}

fn item() -> Arc<Field> {
    Arc::new(Field::new_list_field(DataType::Utf8, false))
}

/// A text for the few rows that have one, in the order of the rows; null for the others.
pub(crate) fn texts_of_few(rows: usize, given: &[(usize, Arc<str>)]) -> Result<ArrayRef, BatchError> {
    let mut text = String::new();
    let give = |(row, own): &(usize, Arc<str>)| {
        text.push_str(own);
        (*row as u32, text.len() as i32)
    };
    let given: Vec<(u32, i32)> = given.iter().map(give).collect();
    let (offsets, nulls) = ends(rows, &given);
    Ok(Arc::new(StringArray::try_new(offsets, Buffer::from(text.into_bytes()), Some(nulls))?))
}

/// Where what few rows have ends, in the order of the rows; the others have nothing, and are null.
fn ends(rows: usize, given: &[(u32, i32)]) -> (OffsetBuffer<i32>, NullBuffer) {
    let mut valid = vec![0u8; rows.div_ceil(8)];
    given.iter().for_each(|(row, _)| valid[*row as usize / 8] |= 1 << (row % 8));
    let nulls = NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(valid), 0, rows));
    (OffsetBuffer::new(ScalarBuffer::from(batch::offsets(rows, given))), nulls)
}
