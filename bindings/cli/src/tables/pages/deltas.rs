//! Carried whole numbers, as little bits as the steps between them need (Parquet's `DELTA_BINARY_PACKED`).

use super::{ColumnChunk, Pages, Squeezer, levels};
use crate::failure::Failure;
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_schema::DataType;
use parquet::basic::{Encoding, Type};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// Steps that share their smallest.
const BLOCK: usize = 128;
/// Steps that share a width.
const MINI: usize = 32;

/// A column of whole numbers.
pub struct Deltas {
    pages: Pages,
    is_signed: bool,
    nulls: usize,
    /// The smallest and largest; turned over, where they have no sign.
    ends: Option<(i64, i64)>,
}

impl Deltas {
    pub fn new(column: ColumnDescPtr, is_signed: bool) -> Deltas {
        Deltas { pages: Pages::new(column, true), is_signed, nulls: 0, ends: None }
    }

    pub fn write(&mut self, array: &ArrayRef, squeezer: &mut Squeezer) -> Result<(), Failure> {
        let rows = array.len();
        let mut data = Vec::new();
        if self.pages.column.max_def_level() > 0 {
            levels::put(&mut data, |out| levels::put_nulls(out, array));
        }
        self.nulls += array.null_count();
        match array.data_type() {
            DataType::Int8 => self.put::<Int8Type, i32>(array, &mut data, i32::from),
            DataType::Int16 => self.put::<Int16Type, i32>(array, &mut data, i32::from),
            DataType::Int32 => self.put::<Int32Type, i32>(array, &mut data, |v| v),
            DataType::Int64 => self.put::<Int64Type, i64>(array, &mut data, |v| v),
            DataType::UInt8 => self.put::<UInt8Type, i32>(array, &mut data, i32::from),
            DataType::UInt16 => self.put::<UInt16Type, i32>(array, &mut data, i32::from),
            // By their bits: so Parquet has them.
            DataType::UInt32 => self.put::<UInt32Type, i32>(array, &mut data, |v| v as i32),
            DataType::UInt64 => self.put::<UInt64Type, i64>(array, &mut data, |v| v as i64),
            other => return Err(Failure::Internal(format!("steps between values of type {other} are not expected"))),
        }
        self.pages.data(data, rows, rows, Encoding::DELTA_BINARY_PACKED, squeezer)
    }

    fn put<T: ArrowPrimitiveType, W: Whole>(
        &mut self,
        array: &ArrayRef,
        data: &mut Vec<u8>,
        of: impl Fn(T::Native) -> W,
    ) {
        let all = array.as_primitive::<T>().values();
        let values: Vec<W> = match array.nulls().filter(|n| n.null_count() > 0) {
            None => all.iter().map(|v| of(*v)).collect(),
            Some(nulls) => nulls.valid_indices().map(|row| of(all[row])).collect(),
        };
        let ends = match self.is_signed {
            true => (values.iter().copied().min(), values.iter().copied().max()),
            false => (values.iter().map(|v| v.turned()).min(), values.iter().map(|v| v.turned()).max()),
        };
        if let (Some(low), Some(high)) = ends {
            let (low, high) = (low.wide(), high.wide());
            self.ends = Some(self.ends.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
        }
        steps(data, &values);
    }

    pub fn close(self, squeezer: &mut Squeezer) -> Result<ColumnChunk, Failure> {
        let (low, high) = self.ends.unzip();
        let nulls = Some(self.nulls as u64);
        let (long, short) = match self.is_signed {
            true => (0, 0),
            false => (i64::MIN, i32::MIN),
        };
        let statistics = match self.pages.column.physical_type() {
            Type::INT64 => Statistics::int64(low.map(|v| v ^ long), high.map(|v| v ^ long), None, nulls, false),
            _ => {
                let of = |v| v as i32 ^ short;
                Statistics::int32(low.map(of), high.map(of), None, nulls, false)
            }
        };
        self.pages.close(None, Some(statistics), squeezer)
    }
}

/// A number as files have it. Steps go over the end and on from the start.
trait Whole: Copy + Default + Ord {
    fn minus(self, other: Self) -> Self;

    /// Without a sign the upper half comes last: turned over, all are in order.
    fn turned(self) -> Self;

    fn wide(self) -> i64;

    fn bits(self) -> u64;
}

macro_rules! whole {
    ($($type:ident $unsigned:ident)*) => {$(
        impl Whole for $type {
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            fn turned(self) -> Self {
                self ^ $type::MIN
            }

            fn wide(self) -> i64 {
                self.into()
            }

            fn bits(self) -> u64 {
                (self as $unsigned).into()
            }
        }
    )*};
}

whole!(i32 u32 i64 u64);

/// The first number, then steps in blocks.
fn steps<W: Whole>(out: &mut Vec<u8>, values: &[W]) {
    levels::put_number(out, BLOCK);
    levels::put_number(out, BLOCK / MINI);
    levels::put_number(out, values.len());
    put_signed(out, values.first().map_or(0, |first| first.wide()));
    let mut steps = [W::default(); BLOCK];
    for first in (1..values.len()).step_by(BLOCK) {
        let block = &values[first - 1..(first + BLOCK).min(values.len())];
        let steps = &mut steps[..block.len() - 1];
        for (step, pair) in steps.iter_mut().zip(block.windows(2)) {
            *step = pair[1].minus(pair[0]);
        }
        let least = steps.iter().copied().min().unwrap_or_default();
        put_signed(out, least.wide());
        let widths = out.len();
        out.extend_from_slice(&[0; BLOCK / MINI]);
        for (at, mini) in steps.chunks(MINI).enumerate() {
            let width = 64 - mini.iter().fold(0, |all, step| all | step.minus(least).bits()).leading_zeros();
            if width > 0 {
                out[widths + at] = width as u8;
                put_packed(out, mini.iter().map(|step| step.minus(least).bits()), width);
            }
        }
    }
}

/// Steps packed at a width, up to the end of their share of a block.
fn put_packed(out: &mut Vec<u8>, steps: impl Iterator<Item = u64>, width: u32) {
    let end = out.len() + MINI * width as usize / 8;
    let (mut held, mut bits) = (0u128, 0);
    for step in steps {
        held |= u128::from(step) << bits;
        bits += width;
        if bits >= 64 {
            out.extend_from_slice(&(held as u64).to_le_bytes());
            (held, bits) = (held >> 64, bits - 64);
        }
    }
    out.extend_from_slice(&held.to_le_bytes()[..bits.div_ceil(8) as usize]);
    out.resize(end, 0);
}

/// A number that may be negative: the sign in the lowest bit.
fn put_signed(out: &mut Vec<u8>, number: i64) {
    let mut folded = ((number << 1) ^ (number >> 63)) as u64;
    while folded >= 0x80 {
        out.push(folded as u8 | 0x80);
        folded >>= 7;
    }
    out.push(folded as u8);
}
