//! Whether columns hold what their types promise. Not every producer sees to it (pyarrow hands on the texts of a file as they are), and
//! to read as text what is none, or past the end of a buffer, has no meaning in Rust.
//!
//! Sound columns pass in one go without a branch a row, as far as their form allows; only where that fails are rows looked at one by one,
//! to tell which is unsound. What stands under a null may be what it likes, as long as nothing is read beyond a buffer.

use arrow_array::array::AnyDictionaryArray;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, GenericStringArray, OffsetSizeTrait, RecordBatch, StringViewArray};
use arrow_buffer::Buffer;
use arrow_schema::{ArrowError, DataType};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use simdutf8::basic::from_utf8;
use std::ops::Range;

/// Rows of a column that are checked together by one core: few enough to be looked at twice without coming from memory twice.
const TOGETHER: usize = 1 << 13;

/// Nothing, or what is unsound, in words.
type Checked = Result<(), String>;

/// Checks the columns of batches, by their places, on all cores of the current pool.
pub fn columns(batches: &[RecordBatch], used: &[usize]) -> Result<(), ArrowError> {
    let mut tasks: Vec<(&RecordBatch, usize, Range<usize>)> = Vec::new();
    for batch in batches {
        for at in used {
            let rows = batch.num_rows();
            match batch.column(*at).data_type() {
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                    // Without a row a dictionary has its words all the same.
                    let firsts = (0..rows.max(1)).step_by(TOGETHER);
                    tasks.extend(firsts.map(|first| (batch, *at, first..(first + TOGETHER).min(rows))));
                }
                kind if is_plain(kind) => {}
                _ => tasks.push((batch, *at, 0..rows)),
            }
        }
    }
    tasks.into_par_iter().try_for_each(|(batch, at, rows)| {
        let column = batch.column(at);
        let stretch = column.slice(rows.start, rows.len());
        let checked = match stretch.as_any_dictionary_opt() {
            // What all stretches share is checked with the first.
            Some(coded) if rows.start > 0 => keys(coded, rows.start),
            _ => array(&*stretch, rows.start),
        };
        checked.map_err(|wrong| unsound(batch.schema_ref().field(at).name(), &wrong))
    })
}

/// Checks an array; `name` is what it is called.
pub fn column(name: &str, column: &dyn Array) -> Result<(), ArrowError> {
    array(column, 0).map_err(|wrong| unsound(name, &wrong))
}

fn unsound(name: &str, wrong: &str) -> ArrowError {
    ArrowError::CDataInterface(format!("`{name}`: {wrong}"))
}

/// Whether every pattern of bits is a value.
fn is_plain(kind: &DataType) -> bool {
    kind.is_primitive() || matches!(kind, DataType::Boolean | DataType::Null)
}

/// Checks an array whose first row is so far down in its column.
fn array(array: &dyn Array, first: usize) -> Checked {
    match array.data_type() {
        kind if is_plain(kind) => Ok(()),
        DataType::Utf8 => texts::<i32>(array.as_string(), first),
        DataType::LargeUtf8 => texts::<i64>(array.as_string(), first),
        DataType::Utf8View => views(array.as_string_view(), first),
        DataType::Dictionary(..) => {
            let coded = array.as_any_dictionary();
            keys(coded, first)?;
            self::array(&**coded.values(), 0).map_err(|wrong| format!("its dictionary: {wrong}"))
        }
        DataType::List(_) => members(array.as_list::<i32>().value_offsets(), &**array.as_list::<i32>().values()),
        DataType::LargeList(_) => members(array.as_list::<i64>().value_offsets(), &**array.as_list::<i64>().values()),
        DataType::FixedSizeList(..) => self::array(&**array.as_fixed_size_list().values(), 0),
        DataType::Struct(fields) => fields.iter().zip(array.as_struct().columns()).try_for_each(|(field, column)| {
            self::array(&**column, 0).map_err(|wrong| format!("`{}`: {wrong}", field.name()))
        }),
        _ => array.to_data().validate_full().map_err(|error| error.to_string()),
    }
}

/// Offsets never fall, and stay within so many values; the stretch of these that they use.
fn stretch<O: OffsetSizeTrait>(offsets: &[O], count: usize) -> Result<Range<usize>, String> {
    let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return Ok(0..0) };
    let falls = offsets.iter().zip(&offsets[1..]).fold(false, |falls, (from, to)| falls | (to < from));
    match (first.to_usize(), last.to_usize()) {
        (Some(first), Some(last)) if !falls && last <= count => Ok(first..last),
        _ => Err("its offsets fall, or run past the end of what they point into".to_owned()),
    }
}

fn members<O: OffsetSizeTrait>(offsets: &[O], values: &dyn Array) -> Checked {
    let used = stretch(offsets, values.len())?;
    array(&*values.slice(used.start, used.len()), 0)
}

fn texts<O: OffsetSizeTrait>(array: &GenericStringArray<O>, first: usize) -> Checked {
    let (offsets, bytes) = (array.value_offsets(), array.value_data());
    let used = stretch(offsets, bytes.len())?;
    let whole = &bytes[used.clone()];
    // A text that begins within a letter is none, though the whole may be.
    let is_split = |at: &O| whole.get(at.as_usize() - used.start).is_some_and(|byte| is_within_letter(*byte));
    if whole.is_ascii() || from_utf8(whole).is_ok() && !offsets.iter().any(is_split) {
        return Ok(());
    }
    one_by_one(array, first, |row| from_utf8(&bytes[offsets[row].as_usize()..offsets[row + 1].as_usize()]).is_ok())
}

/// What a view points to, if its text does not stand in itself: a buffer's number, and the place in it.
fn far(view: u128) -> Option<(usize, Range<usize>)> {
    let (length, number, place) = (view as u32 as usize, (view >> 64) as u32 as usize, (view >> 96) as usize);
    (length > INLINE).then_some((number, place..place + length))
}

/// Up to so many bytes stand in a view itself, after the 32 bits of its length.
const INLINE: usize = 12;
/// The bits that no byte of an ASCII text in a view has.
const BEYOND_ASCII: u128 = 0x8080_8080_8080_8080_8080_8080_0000_0000;

fn views(array: &StringViewArray, first: usize) -> Checked {
    let (views, buffers) = (array.views(), array.data_buffers());
    let all = views.iter().fold((0, 0), |(lengths, bits), view| {
        // The uppermost bit is set if the length is past 12, whichever way.
        (lengths | *view as u32 | (INLINE as u32).wrapping_sub(*view as u32), bits | view)
    });
    if all.0 >> 31 == 0 && all.1 & BEYOND_ASCII == 0
        || are_texts::<true>(views, buffers)
        || are_texts::<false>(views, buffers)
    {
        return Ok(());
    }
    one_by_one(array, first, |row| match far(views[row]) {
        Some((number, place)) => {
            buffers.get(number).and_then(|buffer| buffer.get(place)).is_some_and(|bytes| from_utf8(bytes).is_ok())
        }
        None => from_utf8(inline_bytes(&views[row].to_le_bytes())).is_ok(),
    })
}

/// Whether all views hold texts, or lead to some; to ASCII, where that is asked. Those that follow one another in a buffer are looked at
/// together.
fn are_texts<const ASCII: bool>(views: &[u128], buffers: &[Buffer]) -> bool {
    let at = |(number, place): (usize, Range<usize>)| buffers.get(number).and_then(|buffer| buffer.get(place));
    let is_text = |bytes: &[u8]| if ASCII { bytes.is_ascii() } else { from_utf8(bytes).is_ok() };
    // A text that begins within a letter is none, though it may be together with what stands before it.
    let is_split = |bytes: &[u8]| bytes.first().is_some_and(|byte| is_within_letter(*byte));
    let (mut inline, mut together) = (0, (0, 0..0));
    for view in views {
        match far(*view) {
            None => inline |= view,
            Some((number, place)) if (number, place.start) == (together.0, together.1.end) => {
                if !ASCII && at((number, place.clone())).is_none_or(is_split) {
                    return false;
                }
                together.1.end = place.end;
            }
            Some(next) => {
                let before = std::mem::replace(&mut together, next);
                if !before.1.is_empty() && !at(before).is_some_and(is_text) {
                    return false;
                }
            }
        }
    }
    let is_inline_text = |view: &u128| far(*view).is_some() || from_utf8(inline_bytes(&view.to_le_bytes())).is_ok();
    (together.1.is_empty() || at(together).is_some_and(is_text))
        && (inline & BEYOND_ASCII == 0 || !ASCII && views.iter().all(is_inline_text))
}

/// The text that a view which is not [`far`] holds itself.
fn inline_bytes(view: &[u8; 16]) -> &[u8] {
    &view[4..][..usize::from(view[0])]
}

/// Whether a byte of UTF-8 goes on with a letter that has begun before.
fn is_within_letter(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

/// The first row that is not null and holds no text.
fn one_by_one(array: &dyn Array, first: usize, is_text: impl Fn(usize) -> bool) -> Checked {
    match (0..array.len()).find(|row| array.is_valid(*row) && !is_text(*row)) {
        Some(row) => Err(format!("row {} holds no text in UTF-8", first + row)),
        None => Ok(()),
    }
}

/// Whether the keys of a dictionary lead to its values.
fn keys(coded: &dyn AnyDictionaryArray, first: usize) -> Checked {
    let (keys, count) = (coded.keys(), coded.values().len());
    match keys.data_type() {
        DataType::Int8 => within::<Int8Type>(keys, count, first),
        DataType::Int16 => within::<Int16Type>(keys, count, first),
        DataType::Int32 => within::<Int32Type>(keys, count, first),
        DataType::Int64 => within::<Int64Type>(keys, count, first),
        DataType::UInt8 => within::<UInt8Type>(keys, count, first),
        DataType::UInt16 => within::<UInt16Type>(keys, count, first),
        DataType::UInt32 => within::<UInt32Type>(keys, count, first),
        _ => within::<UInt64Type>(keys, count, first),
    }
}

/// Whether keys are those of so many values.
fn within<K: ArrowDictionaryKeyType>(keys: &dyn Array, count: usize, first: usize) -> Checked
where
    K::Native: Ord + Into<i128>,
{
    let keys = keys.as_primitive::<K>();
    let values = keys.values();
    let Some(some) = values.first() else { return Ok(()) };
    let (least, most) = values.iter().fold((*some, *some), |(least, most), key| (least.min(*key), most.max(*key)));
    let leads_out = |key: K::Native| !(0..count as i128).contains(&key.into());
    if !leads_out(least) && !leads_out(most) {
        return Ok(());
    }
    match (0..keys.len()).find(|row| keys.is_valid(*row) && leads_out(values[*row])) {
        Some(row) => {
            let key: i128 = values[row].into();
            Err(format!("row {} has the key {key} in a dictionary of {count}", first + row))
        }
        None => Ok(()),
    }
}
