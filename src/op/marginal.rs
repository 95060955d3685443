//! Marginal tables: each rate applies to the slice of a value between its threshold and the next.

use super::scalar::{Point, within};
use super::{Operand, date};
use crate::value::arithmetic::{ceil_to, floor_to, lengthen};
use crate::value::{LIMIT, Set};

/// A slice: its threshold at the common scale of value and thresholds, and its rate at that of the rates.
#[derive(Clone, Copy)]
struct Slice {
    threshold: i128,
    rate: i128,
}

/// A computation that has left `i128`.
struct Overflow;

/// The part of the value above a slice's threshold and below the next, at the slice's rate. A slice whose next threshold is
/// the lower one is empty.
fn part(value: i128, slice: Slice, next: Option<i128>) -> Result<i128, Overflow> {
    let width = next.map_or(value, |n| value.min(n)).saturating_sub(slice.threshold).max(0);
    width.checked_mul(slice.rate).ok_or(Overflow)
}

/// The scales: that of value and thresholds together, and that of the rates.
fn scales(value: u8, thresholds: impl Iterator<Item = u8>, result: u8) -> (u8, u8) {
    let base = thresholds.fold(value, u8::max);
    (base, result.saturating_sub(base))
}

pub(super) fn scalar(scale: u8, value: &Point, slices: &[Point]) -> Option<i128> {
    let thresholds = slices.iter().step_by(2).map(|t| t.shape.scale);
    let (base, rates) = scales(value.shape.scale, thresholds, scale);
    let at = |p: &Point, scale: u8| Some(lengthen(p.value?, scale.saturating_sub(p.shape.scale)));
    let x = at(value, base)?;
    let mut sum = 0i128;
    let mut rest = slices;
    while let [threshold, rate, others @ ..] = rest {
        let slice = Slice { threshold: at(threshold, base)?, rate: at(rate, rates)? };
        let next = match others.first() {
            Some(next) => Some(at(next, base)?),
            None => None,
        };
        sum = sum.checked_add(part(x, slice, next).ok()?)?;
        rest = others;
    }
    within(sum)
}

/// The set over all combinations: exact unless two thresholds can change places.
///
/// With thresholds ascending the sum is that of `(rate - rate before) * (value above threshold)`: it rises with every rate, and
/// each threshold moves it one way only, whatever the value. So each end of the set belongs to one choice of rates and
/// thresholds, and over the value it is straight between thresholds.
pub(super) fn range(scale: u8, value: &Operand, slices: &[Operand]) -> Option<Set> {
    let thresholds = slices.iter().step_by(2).map(|t| t.shape.scale);
    let (base, rates) = scales(value.shape.scale, thresholds, scale);
    let ends = |o: &Operand, scale: u8| {
        let (low, high) = o.set.ends()?;
        let places = scale.saturating_sub(o.shape.scale);
        Some((lengthen(low, places), lengthen(high, places)))
    };
    let pair = |s: &[Operand]| Some((ends(s.first()?, base)?, ends(s.get(1)?, rates)?));
    let slices: Vec<_> = slices.chunks_exact(2).map(pair).collect::<Option<_>>()?;
    let ascend = slices.windows(2).all(|w| w[0].0.1 <= w[1].0.0);
    let found = if ascend {
        let low = chosen(&slices, |rate| rate.0, |threshold, rises| if rises { threshold.1 } else { threshold.0 });
        let high = chosen(&slices, |rate| rate.1, |threshold, rises| if rises { threshold.0 } else { threshold.1 });
        extremes(value, base, &low).and_then(|(least, _)| Ok((least, extremes(value, base, &high)?.1)))
    } else {
        sums(ends(value, base)?, &slices)
    };
    Some(match found {
        Ok((low, high)) => date::clip(low, high),
        Err(Overflow) => Set::interval(-LIMIT, LIMIT).or_fault(true),
    })
}

type Ends = (i128, i128);

/// The slices with one rate and one threshold each, the threshold by whether the rate rises there.
fn chosen(slices: &[(Ends, Ends)], rate: fn(Ends) -> i128, threshold: fn(Ends, bool) -> i128) -> Vec<Slice> {
    let mut before = 0;
    let choose = |(thresholds, rates): &(Ends, Ends)| {
        let rate = rate(*rates);
        let rises = rate > std::mem::replace(&mut before, rate);
        Slice { threshold: threshold(*thresholds, rises), rate }
    };
    slices.iter().map(choose).collect()
}

/// The least and the greatest sum over the values of an interval, thresholds ascending.
fn extremes(value: &Operand, base: u8, slices: &[Slice]) -> Result<Ends, Overflow> {
    let (low, high) = value.set.ends().ok_or(Overflow)?;
    let places = base.saturating_sub(value.shape.scale);
    let mut found: Option<Ends> = None;
    let mut take = |sum: i128| found = Some(found.map_or((sum, sum), |(a, b)| (a.min(sum), b.max(sum))));
    if slices.first().is_none_or(|s| lengthen(low, places) <= s.threshold) {
        take(0);
    }
    let mut below = 0i128;
    for (at, slice) in slices.iter().enumerate() {
        let next = slices.get(at + 1).map(|s| s.threshold);
        // The values that lie in the slice, on their own grid.
        let from = ceil_to(slice.threshold, base, value.shape.scale).max(low);
        let to = next.map_or(high, |n| floor_to(n, base, value.shape.scale).min(high));
        if from <= to {
            for mantissa in [from, to] {
                let sum = part(lengthen(mantissa, places), *slice, next)?;
                take(below.checked_add(sum).ok_or(Overflow)?);
            }
        }
        match next {
            Some(n) if n <= lengthen(high, places) => {
                below = below.checked_add(part(n, *slice, next)?).ok_or(Overflow)?;
            }
            _ => break,
        }
    }
    found.ok_or(Overflow)
}

/// Ends that no sum passes where thresholds may stand in any order: the sum of what each slice can give.
fn sums(value: Ends, slices: &[(Ends, Ends)]) -> Result<Ends, Overflow> {
    let (mut low, mut high) = (0i128, 0i128);
    for (at, (threshold, rate)) in slices.iter().enumerate() {
        let next = slices.get(at + 1).map(|s| s.0);
        let width = |value: i128, threshold, next| part(value, Slice { threshold, rate: 1 }, next);
        let widths = [width(value.0, threshold.1, next.map(|n| n.0))?, width(value.1, threshold.0, next.map(|n| n.1))?];
        let mut ends: Option<Ends> = None;
        for w in widths {
            for r in [rate.0, rate.1] {
                let product = w.checked_mul(r).ok_or(Overflow)?;
                ends = Some(ends.map_or((product, product), |(a, b)| (a.min(product), b.max(product))));
            }
        }
        let (least, most) = ends.unwrap_or((0, 0));
        low = low.checked_add(least).ok_or(Overflow)?;
        high = high.checked_add(most).ok_or(Overflow)?;
    }
    Ok((low, high))
}
