//! The physical forms of a column: what producers send for the same values, read without a copy.
//!
//! polars sends views and large lists, pandas floats for whole numbers with nulls, pyarrow plain arrays: a fact is read the same
//! from each. A value is read here one at a time, with what is wrong with it; the batch evaluator reads whole chunks of those
//! forms that need no check but a range.

use crate::facts::error::{FactsError, Found, show};
use crate::facts::read::{self, Trouble};
use crate::facts::{Input, describe};
use crate::graph::{Fact, Graph};
use crate::value::{Kind, Type, format_decimal};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray};
use arrow_buffer::{ArrowNativeType, NullBuffer, i256};
use arrow_schema::{DataType, TimeUnit};
use std::ops::Range;

/// A column of one batch, or of all members of its lists.
#[derive(Clone)]
pub(crate) struct Column<'a> {
    pub cells: Cells<'a>,
    nulls: Option<&'a NullBuffer>,
}

/// Values in one of their forms. What stands under a null means nothing.
#[derive(Clone)]
pub(crate) enum Cells<'a> {
    /// Nothing but nulls.
    Nothing,
    Truths(&'a BooleanArray),
    Whole(Whole<'a>),
    /// Mantissas at a scale.
    Decimals(Decimals<'a>, i8),
    /// Binary floats, from producers that have no whole numbers with nulls.
    Floats(Floats<'a>),
    /// Day numbers.
    Days(&'a [i32]),
    /// Ticks of a clock, so many a day.
    Ticks(&'a [i64], i64),
    Texts(Texts<'a>),
    /// Keys into values.
    Coded(Whole<'a>, Box<Column<'a>>),
    Lists(Lists<'a>),
    Records,
}

/// Whole numbers of any width.
#[derive(Clone, Copy)]
pub(crate) enum Whole<'a> {
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    I64(&'a [i64]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
    U64(&'a [u64]),
}

/// Decimals of any width.
#[derive(Clone, Copy)]
pub(crate) enum Decimals<'a> {
    D32(&'a [i32]),
    D64(&'a [i64]),
    D128(&'a [i128]),
    D256(&'a [i256]),
}

/// Binary floats of either width.
#[derive(Clone, Copy)]
pub(crate) enum Floats<'a> {
    Single(&'a [f32]),
    Double(&'a [f64]),
}

/// Texts with offsets of either width, or as views.
#[derive(Clone, Copy)]
pub(crate) enum Texts<'a> {
    Small(&'a arrow_array::StringArray),
    Large(&'a arrow_array::LargeStringArray),
    Views(&'a arrow_array::StringViewArray),
}

/// Lists of records: where each row's members stand among all of them.
#[derive(Clone, Copy)]
pub(crate) struct Lists<'a> {
    pub offsets: Offsets<'a>,
    pub members: &'a ArrayRef,
}

/// Where the members of a row stand.
#[derive(Clone, Copy)]
pub(crate) enum Offsets<'a> {
    Small(&'a [i32]),
    Large(&'a [i64]),
    /// So many each.
    Fixed(usize),
}

impl Whole<'_> {
    pub fn get(&self, row: usize) -> i128 {
        match self {
            Whole::I8(v) => v[row].into(),
            Whole::I16(v) => v[row].into(),
            Whole::I32(v) => v[row].into(),
            Whole::I64(v) => v[row].into(),
            Whole::U8(v) => v[row].into(),
            Whole::U16(v) => v[row].into(),
            Whole::U32(v) => v[row].into(),
            Whole::U64(v) => v[row].into(),
        }
    }
}

impl<'a> Texts<'a> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Texts::Small(a) => a.len(),
            Texts::Large(a) => a.len(),
            Texts::Views(a) => a.len(),
        }
    }

    pub fn get(&self, row: usize) -> &'a str {
        match self {
            Texts::Small(a) => a.value(row),
            Texts::Large(a) => a.value(row),
            Texts::Views(a) => a.value(row),
        }
    }
}

impl Offsets<'_> {
    /// Where the members of a row stand.
    pub fn range(&self, row: usize) -> Range<usize> {
        match self {
            Offsets::Small(o) => o[row].as_usize()..o[row + 1].as_usize(),
            Offsets::Large(o) => o[row].as_usize()..o[row + 1].as_usize(),
            Offsets::Fixed(size) => row * size..(row + 1) * size,
        }
    }
}

/// What a value was found to be, for an error.
enum Wrong {
    Written(String, Trouble),
    Thing(&'static str, Trouble),
}

impl<'a> Column<'a> {
    /// An array's values; absent for a form that [`suits`] has not let through.
    pub fn new(array: &'a dyn Array) -> Option<Column<'a>> {
        fn slice<T: ArrowPrimitiveType>(array: &dyn Array) -> &[T::Native] {
            array.as_primitive::<T>().values()
        }
        let a = array;
        let cells = match a.data_type() {
            DataType::Null => Cells::Nothing,
            DataType::Boolean => Cells::Truths(a.as_boolean()),
            DataType::Float32 => Cells::Floats(Floats::Single(slice::<Float32Type>(a))),
            DataType::Float64 => Cells::Floats(Floats::Double(slice::<Float64Type>(a))),
            DataType::Decimal32(_, scale) => Cells::Decimals(Decimals::D32(slice::<Decimal32Type>(a)), *scale),
            DataType::Decimal64(_, scale) => Cells::Decimals(Decimals::D64(slice::<Decimal64Type>(a)), *scale),
            DataType::Decimal128(_, scale) => Cells::Decimals(Decimals::D128(slice::<Decimal128Type>(a)), *scale),
            DataType::Decimal256(_, scale) => Cells::Decimals(Decimals::D256(slice::<Decimal256Type>(a)), *scale),
            DataType::Date32 => Cells::Days(slice::<Date32Type>(a)),
            DataType::Date64 => Cells::Ticks(slice::<Date64Type>(a), per_day(TimeUnit::Millisecond)),
            DataType::Timestamp(unit, None) => {
                let ticks = match unit {
                    TimeUnit::Second => slice::<TimestampSecondType>(a),
                    TimeUnit::Millisecond => slice::<TimestampMillisecondType>(a),
                    TimeUnit::Microsecond => slice::<TimestampMicrosecondType>(a),
                    TimeUnit::Nanosecond => slice::<TimestampNanosecondType>(a),
                };
                Cells::Ticks(ticks, per_day(*unit))
            }
            DataType::Utf8 => Cells::Texts(Texts::Small(a.as_string())),
            DataType::LargeUtf8 => Cells::Texts(Texts::Large(a.as_string())),
            DataType::Utf8View => Cells::Texts(Texts::Views(a.as_string_view())),
            DataType::Dictionary(..) => {
                let dictionary = a.as_any_dictionary_opt()?;
                let keys = whole(dictionary.keys())?;
                Cells::Coded(keys, Box::new(Column::new(&**dictionary.values())?))
            }
            DataType::List(_) => {
                let list = a.as_list::<i32>();
                Cells::Lists(Lists { offsets: Offsets::Small(list.value_offsets()), members: list.values() })
            }
            DataType::LargeList(_) => {
                let list = a.as_list::<i64>();
                Cells::Lists(Lists { offsets: Offsets::Large(list.value_offsets()), members: list.values() })
            }
            DataType::FixedSizeList(_, size) => {
                let list = a.as_fixed_size_list();
                Cells::Lists(Lists { offsets: Offsets::Fixed(usize::try_from(*size).ok()?), members: list.values() })
            }
            DataType::Struct(_) => Cells::Records,
            _ => Cells::Whole(whole(a)?),
        };
        Some(Column { cells, nulls: a.nulls() })
    }

    /// Whether nothing is told in a row.
    pub fn is_null(&self, row: usize) -> bool {
        if self.nulls.is_some_and(|n| n.is_null(row)) {
            return true;
        }
        match &self.cells {
            Cells::Nothing => true,
            Cells::Coded(keys, values) => usize::try_from(keys.get(row)).map_or(true, |key| values.is_null(key)),
            _ => false,
        }
    }

    /// A mantissa of a type in a row that is not null and holds no text; absent if something is wrong with it.
    pub fn mantissa(&self, ty: &Type, row: usize, is_minor: bool) -> Option<i64> {
        match &self.cells {
            Cells::Truths(truths) => (ty.kind == Kind::Truth).then(|| truths.value(row).into()),
            Cells::Coded(keys, values) => values.mantissa(ty, usize::try_from(keys.get(row)).ok()?, is_minor),
            cells => cells.mantissa(ty, row, is_minor).ok(),
        }
    }

    /// Whether any row may be null, by its own bits or by a dictionary's.
    pub fn has_nulls(&self) -> bool {
        let own = self.nulls.is_some_and(|n| n.null_count() > 0);
        own || match &self.cells {
            Cells::Nothing => true,
            Cells::Coded(_, values) => values.has_nulls(),
            _ => false,
        }
    }

    /// The bits of the rows that are not null, where these bits tell all.
    pub fn nulls(&self) -> Option<&'a NullBuffer> {
        self.nulls
    }

    /// A text; absent for null.
    pub fn text(&self, row: usize) -> Option<&'a str> {
        match &self.cells {
            _ if self.is_null(row) => None,
            Cells::Texts(texts) => Some(texts.get(row)),
            Cells::Coded(keys, values) => values.text(usize::try_from(keys.get(row)).ok()?),
            _ => None,
        }
    }

    /// The value of a fact in a row that is not null. Lists are read by their owner.
    pub fn read(&self, graph: &Graph, fact: &Fact, row: usize, is_minor: bool) -> Result<Input, FactsError> {
        let input = match &self.cells {
            Cells::Coded(keys, values) => {
                let key = usize::try_from(keys.get(row)).unwrap_or(usize::MAX);
                return values.read(graph, fact, key, is_minor);
            }
            Cells::Texts(texts) => {
                let text = texts.get(row);
                read::text(graph, &fact.ty, text).map_err(|t| Wrong::Written(text.to_owned(), t))
            }
            Cells::Truths(truths) if fact.ty.kind == Kind::Truth => Ok(Input::Truth(truths.value(row))),
            Cells::Truths(_) => Err(Wrong::Thing("yes or no", Trouble::Form)),
            Cells::Lists(_) => Err(Wrong::Thing("a list", Trouble::Form)),
            Cells::Records => Err(Wrong::Thing("a record", Trouble::Form)),
            Cells::Nothing => Err(Wrong::Thing("nothing", Trouble::Form)),
            cells => cells.mantissa(&fact.ty, row, is_minor).map(Input::Mantissa),
        };
        input.map_err(|wrong| match wrong {
            Wrong::Written(text, trouble) => FactsError::value(graph, fact, Found::Written(&text), trouble),
            Wrong::Thing(words, trouble) => FactsError::value(graph, fact, Found::Thing(words), trouble),
        })
    }

    /// A day in a row that is not null.
    pub fn day(&self, row: usize) -> Result<i64, FactsError> {
        const EXPECTED: &str = "a date such as `2024-02-29`";
        let ty = Type::new(Kind::Date, 0);
        match &self.cells {
            Cells::Coded(keys, values) => values.day(usize::try_from(keys.get(row)).unwrap_or(usize::MAX)),
            Cells::Texts(texts) => crate::value::Date::parse(texts.get(row).trim())
                .map(crate::value::Date::days)
                .ok_or_else(|| FactsError::new(EXPECTED, show(texts.get(row)))),
            cells => cells.mantissa(&ty, row, false).map_err(|wrong| match wrong {
                Wrong::Written(text, _) => FactsError::new(EXPECTED, show(&text)),
                Wrong::Thing(words, _) => FactsError::new(EXPECTED, words),
            }),
        }
    }
}

impl Cells<'_> {
    /// A mantissa of a type, from a number or day.
    fn mantissa(&self, ty: &Type, row: usize, is_minor: bool) -> Result<i64, Wrong> {
        let scale = describe::shown_scale(ty);
        match self {
            Cells::Days(days) if ty.kind == Kind::Date => day(ty, days[row].into()),
            Cells::Ticks(ticks, per_day) if ty.kind == Kind::Date => {
                if ticks[row].rem_euclid(*per_day) != 0 {
                    return Err(Wrong::Thing("a date with a time of day", Trouble::Form));
                }
                day(ty, ticks[row].div_euclid(*per_day))
            }
            Cells::Whole(values) => number(ty, values.get(row), if is_minor { scale } else { 0 }),
            Cells::Decimals(values, from) => {
                let (value, from) = match values {
                    Decimals::D32(v) => (v[row].into(), *from),
                    Decimals::D64(v) => (v[row].into(), *from),
                    Decimals::D128(v) => (v[row], *from),
                    Decimals::D256(v) => narrowed(v[row], *from, scale)?,
                };
                match u8::try_from(from) {
                    Ok(from) => number(ty, value, from),
                    Err(_) => {
                        let power = 10i128.checked_pow(from.unsigned_abs().into());
                        let value = power.and_then(|p| value.checked_mul(p));
                        number(ty, value.ok_or(Wrong::Thing("a number of more than 38 digits", Trouble::Range))?, 0)
                    }
                }
            }
            Cells::Floats(floats) => number(ty, floats.whole(row)?, 0),
            _ => Err(Wrong::Thing("a value of another kind", Trouble::Form)),
        }
    }
}

impl Floats<'_> {
    /// A float without a fraction as a whole number; else how it is written. Beyond 2^53 a float no longer tells every
    /// whole number apart, and is refused.
    fn whole(&self, row: usize) -> Result<i128, Wrong> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        let value = match self {
            Floats::Single(v) => f64::from(v[row]),
            Floats::Double(v) => v[row],
        };
        if !value.is_finite() {
            return Err(Wrong::Thing("a binary float that is no number", Trouble::Form));
        }
        match (value.fract() == 0.0, value.abs() <= EXACT) {
            (true, true) => Ok(value as i128),
            (true, false) => Err(Wrong::Thing("a binary float too large to be exact", Trouble::Form)),
            (false, _) => Err(Wrong::Written(value.to_string(), Trouble::Decimals)),
        }
    }
}

/// A decimal of 256 bits without zeros that its type has no place for, and its scale; it may be too long all the same.
fn narrowed(mut value: i256, mut from: i8, scale: u8) -> Result<(i128, i8), Wrong> {
    let ten = i256::from_i128(10);
    while from > 0 && from.unsigned_abs() > scale && value.wrapping_rem(ten) == i256::ZERO {
        value = value.wrapping_div(ten);
        from -= 1;
    }
    match value.to_i128() {
        Some(value) => Ok((value, from)),
        // Whatever else it is, it is told as shorter numbers are.
        None if from > 0 && from.unsigned_abs() > scale => {
            let decimals = usize::from(from.unsigned_abs());
            let mut digits = format!("{:0>1$}", value.wrapping_abs().to_string(), decimals + 1);
            digits.insert(digits.len() - decimals, '.');
            let sign = if value.is_negative() { "-" } else { "" };
            Err(Wrong::Written(format!("{sign}{digits}"), Trouble::Decimals))
        }
        None => Err(Wrong::Thing("a number of more than 38 digits", Trouble::Range)),
    }
}

/// A day number, held to the type.
fn day(ty: &Type, days: i64) -> Result<i64, Wrong> {
    read::ranged(ty, days.into()).map_err(|trouble| match crate::value::Date::from_days(days) {
        Some(date) => Wrong::Written(date.to_string(), trouble),
        None => Wrong::Thing("a day outside the years 1 to 9999", trouble),
    })
}

/// A number at a scale as a mantissa, held to the type.
fn number(ty: &Type, value: i128, from: u8) -> Result<i64, Wrong> {
    shifted(ty, value, from).map_err(|trouble| Wrong::Written(format_decimal(value, from), trouble))
}

/// A number at a scale as a mantissa of the type.
fn shifted(ty: &Type, value: i128, from: u8) -> Result<i64, Trouble> {
    if ty.kind == Kind::Date || !ty.kind.is_numeric() {
        return Err(Trouble::Form);
    }
    let scale = describe::shown_scale(ty);
    if from <= scale {
        let power = 10i128.checked_pow(u32::from(scale - from)).ok_or(Trouble::Range)?;
        return read::ranged(ty, value.checked_mul(power).ok_or(Trouble::Range)?);
    }
    // What does not fit its digits any more is zero, or has decimals too many.
    let power = 10i128.checked_pow(u32::from(from - scale)).filter(|p| value % p == 0).ok_or(Trouble::Decimals)?;
    read::ranged(ty, value / power)
}

fn per_day(unit: TimeUnit) -> i64 {
    86_400
        * match unit {
            TimeUnit::Second => 1,
            TimeUnit::Millisecond => 1_000,
            TimeUnit::Microsecond => 1_000_000,
            TimeUnit::Nanosecond => 1_000_000_000,
        }
}

fn whole(array: &dyn Array) -> Option<Whole<'_>> {
    Some(match array.data_type() {
        DataType::Int8 => Whole::I8(array.as_primitive::<Int8Type>().values()),
        DataType::Int16 => Whole::I16(array.as_primitive::<Int16Type>().values()),
        DataType::Int32 => Whole::I32(array.as_primitive::<Int32Type>().values()),
        DataType::Int64 => Whole::I64(array.as_primitive::<Int64Type>().values()),
        DataType::UInt8 => Whole::U8(array.as_primitive::<UInt8Type>().values()),
        DataType::UInt16 => Whole::U16(array.as_primitive::<UInt16Type>().values()),
        DataType::UInt32 => Whole::U32(array.as_primitive::<UInt32Type>().values()),
        DataType::UInt64 => Whole::U64(array.as_primitive::<UInt64Type>().values()),
        _ => return None,
    })
}

/// Whether a form can hold a fact's values; if not, what to do about it.
pub(crate) fn suits(ty: &Type, form: &DataType) -> Result<(), String> {
    let is_text = matches!(form, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let fits = match (ty.kind, form) {
        (_, DataType::Null) => true,
        (_, DataType::Dictionary(_, values)) => return suits(ty, values),
        (Kind::List(_), DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _)) => {
            return match f.data_type() {
                DataType::Struct(_) | DataType::Null => Ok(()),
                _ => Err("each member is a struct with the facts of its entity".to_owned()),
            };
        }
        (Kind::List(_), _) => return Err("send a list of structs, one a member".to_owned()),
        (Kind::Truth, DataType::Boolean) => true,
        (Kind::Truth, form) if !is_text => {
            return Err(format!("cast it to boolean; {form} does not say which of its values are yes"));
        }
        (Kind::Date, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None)) => true,
        (Kind::Date, DataType::Timestamp(_, Some(_))) => {
            return Err("cast it to a date: which day a time falls on depends on the zone".to_owned());
        }
        (Kind::Number | Kind::Percentage | Kind::Money { .. } | Kind::Count(_), form) => match form {
            DataType::Float32 | DataType::Float64 if describe::shown_scale(ty) > 0 => {
                return Err("cast it to a decimal: a binary float does not hold amounts exactly".to_owned());
            }
            DataType::Float16 => false,
            _ => form.is_numeric() || is_text,
        },
        _ => is_text,
    };
    if fits || (is_text && ty.kind != Kind::Text) { Ok(()) } else { Err("cast the column to such values".to_owned()) }
}
