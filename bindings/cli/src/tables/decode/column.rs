//! A column of a row group, from its pages to arrays: keys and levels as runs, values in the width that is asked for.

use super::forms::{Form, Plain, Words};
use super::pages::Pages;
use super::runs::{Piece, Runs};
use super::shelf;
use arrow_array::ArrayRef;
use arrow_buffer::{BooleanBuffer, NullBuffer, NullBufferBuilder};
use bytes::{Buf, Bytes};
use parquet::basic::Encoding;
use parquet::column::page::Page;
use parquet::errors::{ParquetError, Result};

/// So many rows with gaps are looked up together.
const ROWS: usize = 512;

/// A column that is read from its first row to its last.
pub trait Decode {
    /// The next rows, their values where others were before.
    fn read(&mut self, rows: usize, shelf: &shelf::Values) -> Result<ArrayRef>;

    /// Passes over rows.
    fn skip(&mut self, rows: usize) -> Result<()>;
}

/// A column of one form.
pub struct Column<F: Form> {
    pages: Pages,
    is_optional: bool,
    form: F,
    /// What keys stand for.
    words: Words<F::Value>,
    page: Open,
}

/// What is left of a page.
struct Open {
    rows: usize,
    /// Which of its rows have a value, and the first that is left; absent where all have.
    valid: Option<(BooleanBuffer, usize)>,
    values: Values,
}

enum Values {
    Keys(Runs),
    /// So many bytes each.
    Plain(Bytes, usize),
    None,
}

impl<F: Form> Column<F> {
    /// Opens a column; reads its dictionary, if it begins with one.
    pub fn open(pages: Pages, is_optional: bool, form: F) -> Result<Column<F>> {
        let mut column = Column { pages, is_optional, form, words: F::own_words(), page: Open::ended() };
        if matches!(column.pages.peek()?, Some(Page::DictionaryPage { .. })) {
            column.next_page()?;
        }
        Ok(column)
    }

    /// Goes on to rows: to a page that has some.
    fn advance(&mut self) -> Result<()> {
        while self.page.rows == 0 {
            self.next_page()?;
        }
        Ok(())
    }

    fn next_page(&mut self) -> Result<()> {
        match self.pages.next()? {
            Page::DictionaryPage { buf, num_values, .. } => self.words = self.form.words(&buf, num_values as usize)?,
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let (levels, values) = match self.is_optional {
                    true if def_level_encoding != Encoding::RLE => return Err(unexpected(def_level_encoding)),
                    true => {
                        let length = buf.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes) as usize);
                        let end = length.checked_add(4).filter(|end| *end <= buf.len()).ok_or_else(ended)?;
                        (Some(buf.slice(4..end)), buf.slice(end..))
                    }
                    false => (None, buf),
                };
                self.page = Open::new::<F>(num_values as usize, levels, values, encoding)?;
            }
            Page::DataPageV2 {
                buf, num_values, num_nulls, encoding, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let start = rep_levels_byte_len as usize;
                let end = start.saturating_add(def_levels_byte_len as usize);
                if end > buf.len() {
                    return Err(ended());
                }
                let levels = (self.is_optional && num_nulls > 0).then(|| buf.slice(start..end));
                self.page = Open::new::<F>(num_values as usize, levels, buf.slice(end..), encoding)?;
            }
        }
        Ok(())
    }
}

impl Open {
    /// A page that has been read.
    fn ended() -> Open {
        Open { rows: 0, valid: None, values: Values::None }
    }

    fn new<F: Form>(rows: usize, levels: Option<Bytes>, values: Bytes, encoding: Encoding) -> Result<Open> {
        let bits = levels.map(|levels| Runs::new(levels, 1)?.bits(rows)).transpose()?;
        let valid = bits.filter(|bits| bits.count_set_bits() < rows).map(|bits| (bits, 0));
        let values = match encoding {
            // A page without a value may end here.
            _ if values.is_empty() => Values::None,
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                Values::Keys(Runs::new(values.slice(1..), values[0].into())?)
            }
            Encoding::PLAIN if F::PLAIN == Plain::Bits => Values::Keys(Runs::packed(values, 1)),
            Encoding::RLE if F::PLAIN == Plain::Bits && values.len() >= 4 => {
                Values::Keys(Runs::new(values.slice(4..), 1)?)
            }
            Encoding::PLAIN if let Plain::Bytes(width) = F::PLAIN => Values::Plain(values, width),
            other => return Err(unexpected(other)),
        };
        Ok(Open { rows, valid, values })
    }
}

impl<F: Form> Decode for Column<F> {
    fn read(&mut self, rows: usize, shelf: &shelf::Values) -> Result<ArrayRef> {
        let mut values = F::room(shelf, rows);
        let mut nulls = NullBufferBuilder::new(rows);
        // Where all rows are of one page, its gaps are the column's.
        let mut whole = None;
        while values.len() < rows {
            self.advance()?;
            let page = &mut self.page;
            let taken = page.rows.min(rows - values.len());
            match &mut page.valid {
                None => {
                    page.values.read::<F>(&self.words, taken, &mut values)?;
                    nulls.append_n_non_nulls(taken);
                }
                Some((valid, at)) => {
                    let valid = NullBuffer::new(valid.slice(*at, taken));
                    *at += taken;
                    page.values.read_between::<F>(&self.words, &valid, &mut values)?;
                    match taken == rows {
                        true => whole = Some(valid),
                        false => nulls.append_buffer(&valid),
                    }
                }
            }
            page.rows -= taken;
            if page.rows == 0 {
                // The next page is unpacked to where this one was.
                *page = Open::ended();
            }
        }
        let whole = whole.filter(|valid| valid.null_count() > 0);
        self.form.array(values, whole.or_else(|| nulls.finish()), shelf)
    }

    fn skip(&mut self, mut rows: usize) -> Result<()> {
        while rows > 0 {
            if self.page.rows == 0 {
                // Whole pages are not even unpacked.
                let next = self.pages.peek()?.ok_or_else(ended)?;
                let held = next.num_values() as usize;
                if !next.is_data_page() {
                    self.next_page()?;
                    continue;
                }
                if held <= rows {
                    self.pages.skip();
                    rows -= held;
                    continue;
                }
            }
            self.advance()?;
            let page = &mut self.page;
            let passed = page.rows.min(rows);
            let told = match &mut page.valid {
                None => passed,
                Some((valid, at)) => {
                    *at += passed;
                    valid.slice(*at - passed, passed).count_set_bits()
                }
            };
            page.values.skip(told)?;
            page.rows -= passed;
            rows -= passed;
        }
        Ok(())
    }
}

impl Values {
    /// Adds so many values.
    fn read<F: Form>(&mut self, words: &Words<F::Value>, mut count: usize, into: &mut Vec<F::Value>) -> Result<()> {
        match self {
            Values::None if count == 0 => {}
            Values::None => return Err(ended()),
            Values::Plain(bytes, width) => {
                let length = count * *width;
                if bytes.len() < length {
                    return Err(ended());
                }
                F::plain(&bytes.split_to(length), into);
            }
            Values::Keys(runs) => {
                while count > 0 {
                    match runs.next(count)? {
                        Piece::Same(key, times) => {
                            into.extend(std::iter::repeat_n(words.one(key, F::long)?, times));
                            count -= times;
                        }
                        Piece::Each(keys) => {
                            words.put(keys, F::long, into)?;
                            count -= keys.len();
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds values with gaps between them. Nothing of meaning stands in a gap.
    fn read_between<F: Form>(
        &mut self,
        words: &Words<F::Value>,
        valid: &NullBuffer,
        into: &mut Vec<F::Value>,
    ) -> Result<()> {
        let first = into.len();
        let runs = match self {
            Values::Keys(runs) if valid.null_count() < valid.len() => runs,
            other => {
                for (start, end) in valid.valid_slices() {
                    into.resize(first + start, F::Value::default());
                    other.read::<F>(words, end - start, into)?;
                }
                into.resize(first + valid.len(), F::Value::default());
                return Ok(());
            }
        };
        // Keys are moved to their rows before they are looked up: many short loops take longer than one more copy. In a gap is
        // the key that another row had, or the first.
        words.one(0, F::long)?;
        let mut keys = [0; ROWS];
        let mut begun = 0;
        for (mut start, end) in valid.valid_slices() {
            while start < end {
                while start >= begun + ROWS {
                    words.put(&keys, F::long, into)?;
                    begun += ROWS;
                }
                let stop = end.min(begun + ROWS);
                runs.fill(&mut keys[start - begun..stop - begun])?;
                start = stop;
            }
        }
        while begun < valid.len() {
            let rows = ROWS.min(valid.len() - begun);
            words.put(&keys[..rows], F::long, into)?;
            begun += rows;
        }
        Ok(())
    }

    fn skip(&mut self, count: usize) -> Result<()> {
        match self {
            Values::None if count == 0 => Ok(()),
            Values::None => Err(ended()),
            Values::Plain(bytes, width) if bytes.len() < count * *width => Err(ended()),
            Values::Plain(bytes, width) => {
                bytes.advance(count * *width);
                Ok(())
            }
            Values::Keys(runs) => runs.skip(count),
        }
    }
}

impl<V: Copy + Default> Words<V> {
    /// What a key stands for.
    fn one(&self, key: u32, long: impl Fn(i32) -> V) -> Result<V> {
        let place = key as usize;
        match self {
            Words::All(words) => words.get(place).copied(),
            Words::Short(words) => words.get(place).map(|short| long(*short)),
            Words::Keys(words) => (place < *words).then(|| long(key as i32)),
        }
        .ok_or_else(unknown)
    }

    /// Adds what keys stand for.
    fn put(&self, keys: &[u32], long: impl Fn(i32) -> V, into: &mut Vec<V>) -> Result<()> {
        let are_known = match self {
            Words::All(words) => look_up(keys, words, |word| word, into),
            Words::Short(words) => look_up(keys, words, long, into),
            Words::Keys(words) => {
                into.extend(keys.iter().map(|key| long(*key as i32)));
                // All bits together are mostly enough to see that no key is too large.
                let is_known = |most: u32| (most as usize) < *words;
                is_known(keys.iter().fold(0, |all, key| all | key)) || keys.iter().copied().max().is_none_or(is_known)
            }
        };
        if are_known { Ok(()) } else { Err(unknown()) }
    }
}

/// Adds what keys stand for; tells whether all stand for something.
fn look_up<W: Copy, V: Copy + Default>(keys: &[u32], words: &[W], value: impl Fn(W) -> V, into: &mut Vec<V>) -> bool {
    let mut are_known = true;
    into.extend(keys.iter().map(|key| match words.get(*key as usize) {
        Some(word) => value(*word),
        None => {
            are_known = false;
            V::default()
        }
    }));
    are_known
}

fn unknown() -> ParquetError {
    ParquetError::General("a key stands for no value".to_owned())
}

fn unexpected(encoding: Encoding) -> ParquetError {
    ParquetError::NYI(format!("a page of encoding {encoding} is not expected"))
}

fn ended() -> ParquetError {
    ParquetError::EOF("a column ends before its rows".to_owned())
}
