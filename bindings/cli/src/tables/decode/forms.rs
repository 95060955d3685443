//! What the values of columns are made into: numbers in the width that is asked for, keys of texts, truths.

use super::shelf;
use arrow_array::types::ArrowDictionaryKeyType;
use arrow_array::{ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, PrimitiveArray, StringArray};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::DataType;
use parquet::errors::{ParquetError, Result};
use std::marker::PhantomData;
use std::sync::Arc;

/// How values stand in a file, and what becomes of them.
pub trait Form: Send {
    /// What stands in a row.
    type Value: Copy + Default + Send;

    /// How values stand in a page without a dictionary.
    const PLAIN: Plain;

    /// Adds plain values, where they have bytes of their own.
    fn plain(_bytes: &[u8], _into: &mut Vec<Self::Value>) {}

    /// What the keys of a dictionary of so many words stand for.
    fn words(&mut self, bytes: &[u8], count: usize) -> Result<Words<Self::Value>>;

    /// What keys stand for before there is a dictionary.
    fn own_words() -> Words<Self::Value> {
        Words::All(Vec::new())
    }

    /// The value behind a short word.
    fn long(short: i32) -> Self::Value;

    /// Room for so many values.
    fn room(_shelf: &shelf::Values, rows: usize) -> Vec<Self::Value> {
        Vec::with_capacity(rows)
    }

    /// The array of some rows.
    fn array(&self, values: Vec<Self::Value>, nulls: Option<NullBuffer>, shelf: &shelf::Values) -> Result<ArrayRef>;
}

/// What keys stand for.
pub enum Words<V> {
    All(Vec<V>),
    /// Many long numbers that are short ones: half as many bytes stay in the cache where all would not.
    Short(Vec<i32>),
    /// So many that are short words themselves.
    Keys(usize),
}

/// How many words are worth keeping short.
const MANY: usize = 1 << 13;

/// How values stand in a page without a dictionary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// So many bytes each.
    Bytes(usize),
    /// A bit each: a key of no or yes.
    Bits,
    /// Such a page is not read here.
    Never,
}

/// Numbers of one width in the file and another in memory.
pub struct Numbers<P, T> {
    data_type: DataType,
    types: PhantomData<fn() -> (P, T)>,
}

impl<P, T> Numbers<P, T> {
    pub fn new(data_type: &DataType) -> Numbers<P, T> {
        Numbers { data_type: data_type.clone(), types: PhantomData }
    }
}

/// A number as files have it.
pub trait Stored: Copy {
    const BYTES: usize;

    fn read(bytes: &[u8]) -> Self;

    /// Numbers as shorter ones, if all of them are.
    fn shorts(_bytes: &[u8]) -> Option<Vec<i32>> {
        None
    }

    /// The number that a shorter one was.
    fn long(_short: i32) -> Option<Self> {
        None
    }
}

/// A number that comes from one of a file, as Parquet narrows and widens them.
pub trait Made<P> {
    fn made(stored: P) -> Self;
}

macro_rules! stored {
    ($($from:ty => $($to:ty)* $(, $short:ty)?;)*) => {$(
        impl Stored for $from {
            const BYTES: usize = size_of::<$from>();

            fn read(bytes: &[u8]) -> Self {
                let mut own = [0; size_of::<$from>()];
                own.copy_from_slice(bytes);
                <$from>::from_le_bytes(own)
            }
            $(
                fn shorts(bytes: &[u8]) -> Option<Vec<i32>> {
                    let mut lost = 0;
                    let short = |bytes: &[u8]| {
                        let (own, short) = (Self::read(bytes), Self::read(bytes) as $short);
                        lost |= own ^ Self::from(short);
                        short
                    };
                    let shorts = bytes.chunks_exact(Self::BYTES).map(short).collect();
                    (lost == 0).then_some(shorts)
                }

                fn long(short: i32) -> Option<Self> {
                    Some(short.into())
                }
            )?
        }
        $(impl Made<$from> for $to {
            fn made(stored: $from) -> $to {
                stored as $to
            }
        })*
    )*};
}

stored! {
    i32 => i8 i16 i32 i64 i128 u8 u16 u32;
    i64 => i64 u64 i128, i32;
    f32 => f32;
    f64 => f64;
}

impl<P: Stored, T: ArrowPrimitiveType> Form for Numbers<P, T>
where
    T::Native: Made<P>,
{
    type Value = T::Native;

    const PLAIN: Plain = Plain::Bytes(P::BYTES);

    fn plain(bytes: &[u8], into: &mut Vec<T::Native>) {
        into.extend(bytes.chunks_exact(P::BYTES).map(|bytes| T::Native::made(P::read(bytes))));
    }

    fn words(&mut self, bytes: &[u8], count: usize) -> Result<Words<T::Native>> {
        let length = count.checked_mul(P::BYTES);
        let bytes = length.and_then(|length| bytes.get(..length)).ok_or_else(|| wrong("a dictionary is cut short"))?;
        if count >= MANY
            && let Some(shorts) = P::shorts(bytes)
        {
            return Ok(Words::Short(shorts));
        }
        let mut words = Vec::with_capacity(count);
        Self::plain(bytes, &mut words);
        Ok(Words::All(words))
    }

    fn long(short: i32) -> T::Native {
        P::long(short).map_or_else(T::Native::default, T::Native::made)
    }

    fn room(shelf: &shelf::Values, rows: usize) -> Vec<T::Native> {
        shelf.room(rows)
    }

    fn array(&self, values: Vec<T::Native>, nulls: Option<NullBuffer>, shelf: &shelf::Values) -> Result<ArrayRef> {
        let array = PrimitiveArray::<T>::try_new(shelf.lend(values), nulls)?;
        Ok(Arc::new(array.with_data_type(self.data_type.clone())))
    }
}

/// Keys of texts.
pub struct Keys<K> {
    texts: ArrayRef,
    keys: PhantomData<fn() -> K>,
}

impl<K> Keys<K> {
    pub fn new() -> Keys<K> {
        Keys { texts: Arc::new(StringArray::new_null(0)), keys: PhantomData }
    }
}

impl<K: ArrowDictionaryKeyType> Form for Keys<K> {
    type Value = K::Native;

    const PLAIN: Plain = Plain::Never;

    fn words(&mut self, bytes: &[u8], count: usize) -> Result<Words<K::Native>> {
        let (mut texts, mut ends, mut rest) = (Vec::with_capacity(bytes.len()), vec![0], bytes);
        for _ in 0..count {
            let short = || wrong("a dictionary is cut short");
            let (length, behind) = rest.split_first_chunk().ok_or_else(short)?;
            let (text, behind) = behind.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
            texts.extend_from_slice(text);
            ends.push(i32::try_from(texts.len()).map_err(|_| wrong("a dictionary is too large"))?);
            rest = behind;
        }
        self.texts = Arc::new(StringArray::try_new(OffsetBuffer::new(ends.into()), texts.into(), None)?);
        match K::Native::from_usize(count.saturating_sub(1)) {
            Some(_) => Ok(Words::Keys(count)),
            None => Err(wrong("a dictionary has more words than keys")),
        }
    }

    fn long(key: i32) -> K::Native {
        K::Native::usize_as(key as usize)
    }

    fn room(shelf: &shelf::Values, rows: usize) -> Vec<K::Native> {
        shelf.room(rows)
    }

    fn array(&self, values: Vec<K::Native>, nulls: Option<NullBuffer>, shelf: &shelf::Values) -> Result<ArrayRef> {
        let keys = PrimitiveArray::<K>::try_new(shelf.lend(values), nulls)?;
        Ok(Arc::new(DictionaryArray::try_new(keys, self.texts.clone())?))
    }
}

/// Yes and no.
pub struct Truths;

impl Form for Truths {
    type Value = bool;

    const PLAIN: Plain = Plain::Bits;

    fn words(&mut self, _bytes: &[u8], _count: usize) -> Result<Words<bool>> {
        Err(wrong("truths have no dictionary"))
    }

    fn own_words() -> Words<bool> {
        Words::Keys(2)
    }

    fn long(key: i32) -> bool {
        key != 0
    }

    fn array(&self, values: Vec<bool>, nulls: Option<NullBuffer>, _: &shelf::Values) -> Result<ArrayRef> {
        Ok(Arc::new(BooleanArray::new(BooleanBuffer::from(values), nulls)))
    }
}

fn wrong(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}
