//! Arithmetic on mantissas at scales.
//!
//! Where a true result leaves `i128`, the nearest end of `i128` stands for it: it is past [`super::LIMIT`] with the right sign, so
//! that a single value is seen to be a fault and a range is clipped on the right side. Operands are at most
//! [`super::LIMIT`] in mantissa and have at most [`super::MAX_SCALE`] decimals.

use super::Direction;
use std::cmp::Ordering;

/// Powers of ten that an `i128` holds.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < 39 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// 10 to the power of `n`; past 38 the end of `i128`.
#[inline]
pub const fn power_of_ten(n: u32) -> i128 {
    if n < 39 { POWERS[n as usize] } else { i128::MAX }
}

/// A mantissa with `places` more decimals.
#[inline]
pub fn lengthen(mantissa: i128, places: u8) -> i128 {
    if places == 0 { mantissa } else { mantissa.saturating_mul(power_of_ten(places.into())) }
}

/// The greatest mantissa at scale `to` that is not above the value.
#[inline]
pub fn floor_to(mantissa: i128, from: u8, to: u8) -> i128 {
    match from.checked_sub(to) {
        Some(0) => mantissa,
        Some(places) => mantissa.div_euclid(power_of_ten(places.into())),
        None => lengthen(mantissa, to - from),
    }
}

/// The smallest mantissa at scale `to` that is not below the value.
#[inline]
pub fn ceil_to(mantissa: i128, from: u8, to: u8) -> i128 {
    -floor_to(mantissa.saturating_neg(), from, to).max(-i128::MAX)
}

/// Two values compared exactly across scales.
#[inline]
pub fn compare(a: i128, a_scale: u8, b: i128, b_scale: u8) -> Ordering {
    match a_scale.cmp(&b_scale) {
        Ordering::Equal => a.cmp(&b),
        Ordering::Less => lengthen(a, b_scale - a_scale).cmp(&b),
        Ordering::Greater => a.cmp(&lengthen(b, a_scale - b_scale)),
    }
}

/// A quotient rounded once to multiples of `step` (a positive mantissa at the result's scale):
/// `numerator / denominator` at `shift` decimals more than these mantissas have by themselves. The denominator is not 0.
#[inline]
pub fn divide(numerator: i128, denominator: i128, shift: i32, step: i64, direction: Direction) -> i128 {
    let negative = (numerator < 0) != (denominator < 0);
    let up = power_of_ten(shift.max(0) as u32) as u128;
    let down = (power_of_ten(shift.min(0).unsigned_abs()) as u128).saturating_mul(step.unsigned_abs().into());
    let (above, below) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let (quotient, rest) = match (above.checked_mul(up), below.checked_mul(down)) {
        (Some(above), Some(below)) => {
            let rest = above % below;
            (above / below, Rest { is_zero: rest == 0, to_half: rest.cmp(&(below - rest)) })
        }
        _ => divide_wide(multiply_wide(above, up), multiply_wide(below, down)),
    };
    let away = match direction {
        _ if rest.is_zero => false,
        Direction::Down => negative,
        Direction::Up => !negative,
        Direction::HalfUp => rest.to_half != Ordering::Less,
        Direction::HalfEven => match rest.to_half {
            Ordering::Less => false,
            Ordering::Equal => quotient % 2 == 1,
            Ordering::Greater => true,
        },
    };
    let size = quotient.saturating_add(away.into()).saturating_mul(step.unsigned_abs().into());
    let size = i128::try_from(size).unwrap_or(i128::MAX);
    if negative { -size } else { size }
}

/// What a division leaves: nothing, or how it compares with half the divisor.
struct Rest {
    is_zero: bool,
    to_half: Ordering,
}

/// A number of 256 bits: high and low half.
type Wide = (u128, u128);

fn multiply_wide(a: u128, b: u128) -> Wide {
    const HALF: u128 = u64::MAX as u128;
    let (a1, a0, b1, b0) = (a >> 64, a & HALF, b >> 64, b & HALF);
    let low = a0 * b0;
    let (mid, carried) = (a1 * b0 + (low >> 64)).overflowing_add(a0 * b1);
    (a1 * b1 + (mid >> 64) + (u128::from(carried) << 64), mid << 64 | low & HALF)
}

fn subtract_wide(a: Wide, b: Wide) -> Wide {
    let (low, borrowed) = a.1.overflowing_sub(b.1);
    (a.0.wrapping_sub(b.0).wrapping_sub(borrowed.into()), low)
}

/// Long division bit by bit, for what 128 bits do not hold. The quotient stops at the end of `u128`.
fn divide_wide(above: Wide, below: Wide) -> (u128, Rest) {
    let (mut rest, mut quotient) = ((0u128, 0u128), (0u128, 0u128));
    for bit in (0..256).rev() {
        let next = if bit >= 128 { above.0 >> (bit - 128) } else { above.1 >> bit } & 1;
        // The rest is below the divisor, and divisors are below 2^255, so that no bit is lost here.
        rest = (rest.0 << 1 | rest.1 >> 127, rest.1 << 1 | next);
        quotient = (quotient.0 << 1 | quotient.1 >> 127, quotient.1 << 1);
        if rest >= below {
            rest = subtract_wide(rest, below);
            quotient.1 |= 1;
        }
    }
    let quotient = if quotient.0 == 0 { quotient.1 } else { u128::MAX };
    (quotient, Rest { is_zero: rest == (0, 0), to_half: rest.cmp(&subtract_wide(below, rest)) })
}
