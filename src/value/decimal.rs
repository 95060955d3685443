//! Exact decimals: mantissas at a scale.

use crate::wire::wire;

/// A computation whose mantissa is past this is a fault.
pub const LIMIT: i128 = 10_i128.pow(36);
/// The most decimals a node may have.
pub const MAX_SCALE: u8 = 18;
/// The decimals of a quotient.
pub const QUOTIENT_SCALE: u8 = 12;

/// Which way to round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the nearest, halves to the even neighbour.
    HalfEven,
    /// To the nearest, halves away from zero (`halves up`).
    HalfUp,
    /// Toward minus infinity.
    Down,
    /// Toward plus infinity.
    Up,
}

wire!(enum Direction { 0 HalfEven, 1 HalfUp, 2 Down, 3 Up });

/// Rounding to multiples of a step: `step` at the result's scale (1 for `to 2 decimals` at scale 2; 10 at scale 0 for
/// `to 10`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rounding {
    /// The step, a positive mantissa at `scale`.
    pub step: i64,
    /// The result's scale.
    pub scale: u8,
    /// Which way.
    pub direction: Direction,
}

wire!(struct Rounding { step, scale, direction });

/// What is wrong with a text that should be a decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalError {
    /// Not a number at all.
    NotANumber,
    /// More decimals than the scale holds (zeros at the end aside).
    TooManyDecimals,
    /// More digits than fit.
    TooLarge,
}

/// The mantissa of a decimal text (`-12.50`, also `1e3` as JSON allows) at a scale. Exact: digits past the scale are an
/// error unless they are zeros.
pub fn parse_decimal(text: &str, scale: u8) -> Result<i128, DecimalError> {
    use DecimalError::{NotANumber, TooLarge, TooManyDecimals};
    let (number, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().map_err(|_| NotANumber)?),
        None => (text, 0),
    };
    let (negative, digits) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if whole.is_empty() || fraction.is_empty() {
        return Err(NotANumber);
    }
    let mut mantissa = 0i128;
    let mut places = i64::from(scale) + i64::from(exponent) + whole.len() as i64;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(NotANumber);
        }
        let digit = i128::from(byte - b'0');
        if places > 0 {
            mantissa = mantissa.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or(TooLarge)?;
        } else if digit != 0 {
            return Err(TooManyDecimals);
        }
        places -= 1;
    }
    while places > 0 && mantissa != 0 {
        mantissa = mantissa.checked_mul(10).ok_or(TooLarge)?;
        places -= 1;
    }
    Ok(if negative { -mantissa } else { mantissa })
}

/// A mantissa at a scale as text, with all its decimals: 1250 at scale 2 is `12.50`.
pub fn format_decimal(mantissa: i128, scale: u8) -> String {
    let digits = format!("{:0width$}", mantissa.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    let sign = if mantissa < 0 { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}
