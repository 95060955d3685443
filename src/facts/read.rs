//! From what is written to a fact's value: the one place where types are checked at the door.

use super::describe::shown_scale;
use super::{Input, LONGEST_TEXT};
use crate::graph::Graph;
use crate::value::{Date, DecimalError, EnumId, Kind, Type, parse_decimal};

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Not of this type at all.
    Form,
    /// A date that the calendar does not have.
    NoSuchDay,
    /// More decimals than the type holds.
    Decimals,
    /// Out of the declared range, or of what the engine takes.
    Range,
    /// A word that the enumeration does not have.
    Word,
    /// A text longer than the engine takes.
    Long,
}

/// A value written as text. The word `none` is *none* where the type has it, of a text aside.
#[inline]
pub(crate) fn text(graph: &Graph, ty: &Type, text: &str) -> Result<Input, Trouble> {
    if ty.optional && ty.kind != Kind::Text && text.trim() == "none" {
        return Ok(Input::None);
    }
    match ty.kind {
        Kind::Text if text.len() > LONGEST_TEXT => Err(Trouble::Long),
        Kind::Text => Ok(Input::Text(text.into())),
        _ => code(graph, ty, text).map(|code| coded(ty, code)),
    }
}

/// A value written as text, as a number that [`coded`] takes; of all types but texts and lists.
#[inline]
pub(crate) fn code(graph: &Graph, ty: &Type, text: &str) -> Result<i64, Trouble> {
    match ty.kind {
        Kind::Truth => truth(text).map(i64::from),
        Kind::Enum(id) => choice(graph, id, text).map(i64::from),
        Kind::Date => day(ty, text),
        Kind::Text | Kind::List(_) => Err(Trouble::Form),
        _ => number(ty, text.trim()),
    }
}

/// The value that [`code`] read.
#[inline]
pub(crate) fn coded(ty: &Type, code: i64) -> Input {
    match ty.kind {
        Kind::Truth => Input::Truth(code != 0),
        Kind::Enum(_) => Input::Choice(code as u8),
        _ => Input::Mantissa(code),
    }
}

fn truth(text: &str) -> Result<bool, Trouble> {
    let word = text.trim();
    let is = |words: [&str; 4]| words.iter().any(|w| word.eq_ignore_ascii_case(w));
    if is(["yes", "true", "1", "是"]) {
        Ok(true)
    } else if is(["no", "false", "0", "否"]) {
        Ok(false)
    } else {
        Err(Trouble::Form)
    }
}

#[inline]
fn choice(graph: &Graph, id: EnumId, text: &str) -> Result<u8, Trouble> {
    let values = graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default();
    let place = values.iter().position(|v| **v == *text).or_else(|| values.iter().position(|v| **v == *text.trim()));
    place.and_then(|p| u8::try_from(p).ok()).ok_or(Trouble::Word)
}

#[inline]
fn day(ty: &Type, text: &str) -> Result<i64, Trouble> {
    match Date::parse(text).or_else(|| Date::parse(text.trim())) {
        Some(date) => ranged(ty, date.days().into()),
        None => Err(date_trouble(text.trim())),
    }
}

/// A number, percentage, amount or count, as digits.
#[inline]
pub(crate) fn number(ty: &Type, text: &str) -> Result<i64, Trouble> {
    let scale = shown_scale(ty);
    let (low, high) = ty.bounds();
    match quick(text.as_bytes(), scale) {
        Some(mantissa) if low <= mantissa && mantissa <= high => Ok(mantissa),
        Some(_) => Err(Trouble::Range),
        None => match parse_decimal(text, scale) {
            Ok(mantissa) => ranged(ty, mantissa),
            Err(DecimalError::NotANumber) => Err(Trouble::Form),
            Err(DecimalError::TooManyDecimals) => Err(Trouble::Decimals),
            Err(DecimalError::TooLarge) => Err(Trouble::Range),
        },
    }
}

/// A whole number, for any type that counts or measures.
pub(crate) fn whole(ty: &Type, value: i64) -> Result<i64, Trouble> {
    if ty.kind == Kind::Date || !ty.kind.is_numeric() {
        return Err(Trouble::Form);
    }
    let power = 10i128.checked_pow(shown_scale(ty).into()).ok_or(Trouble::Range)?;
    ranged(ty, i128::from(value).checked_mul(power).ok_or(Trouble::Range)?)
}

/// A mantissa held to the type's range.
#[inline]
pub(crate) fn ranged(ty: &Type, mantissa: i128) -> Result<i64, Trouble> {
    let (low, high) = ty.bounds();
    match i64::try_from(mantissa) {
        Ok(value) if low <= value && value <= high => Ok(value),
        _ => Err(Trouble::Range),
    }
}

/// The mantissa of plain digits that fit `i64` for sure; anything else goes the thorough way.
#[inline]
fn quick(bytes: &[u8], scale: u8) -> Option<i64> {
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0i64;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 => point = Some(at),
            _ => return None,
        }
    }
    let decimals = point.map_or(0, |p| digits.len() - p - 1);
    let missing = usize::from(scale).checked_sub(decimals)?;
    if (point.is_some() && decimals == 0) || digits.len() + missing > 18 {
        return None;
    }
    let value = value * 10i64.pow(missing as u32);
    Some(if negative { -value } else { value })
}

/// Whether it looks like a date that does not exist, or like no date at all.
fn date_trouble(text: &str) -> Trouble {
    let mut parts = text.split('-');
    let mut digits =
        |count: usize| parts.next().is_some_and(|p| p.len() == count && p.bytes().all(|b| b.is_ascii_digit()));
    if digits(4) && digits(2) && digits(2) && parts.next().is_none() { Trouble::NoSuchDay } else { Trouble::Form }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::format_decimal;
    use proptest::prelude::*;

    proptest! {
        /// The quick way and the thorough way agree wherever the quick way answers.
        #[test]
        fn quick_numbers_are_exact(text in "-?[0-9]{0,20}(\\.[0-9]{0,6})?", scale in 0u8..8) {
            if let Some(quick) = quick(text.as_bytes(), scale) {
                prop_assert_eq!(Ok(i128::from(quick)), parse_decimal(&text, scale));
            }
        }

        /// No digit is lost between text and mantissa.
        #[test]
        fn decimals_keep_every_digit(mantissa in -999_999_999_999_999i64..=999_999_999_999_999, scale in 0u8..=12) {
            let ty = Type::new(Kind::Number, scale);
            let written = format_decimal(mantissa.into(), scale);
            prop_assert_eq!(number(&ty, &written), Ok(mantissa));
            let point = if scale == 0 { "." } else { "" };
            prop_assert_eq!(number(&ty, &format!("{written}{point}1")), Err(Trouble::Decimals));
        }
    }

    #[test]
    fn percentages_are_written_in_per_cent() {
        let ty = Type::new(Kind::Percentage, 3);
        assert_eq!(number(&ty, "12.5"), Ok(125));
        assert_eq!(whole(&ty, 12), Ok(120));
        assert_eq!(number(&ty, "12.55"), Err(Trouble::Decimals));
    }
}
