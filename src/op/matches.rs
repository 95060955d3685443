//! The sets of comparisons and of [`super::Op::Matches`]: exact over all combinations of their operands' values.
//!
//! A combination that meets some test exists if some test's *widest* form (bounds chosen for it) takes in a value. One that
//! meets no test exists if the tests' *narrowest* forms (bounds chosen against them) together leave out a value.

use super::{Operand, Test};
use crate::value::arithmetic::{ceil_to, compare, floor_to};
use crate::value::{Body, Choices, Truth};

/// The values of a truth or an enumeration as choices (no is 0, yes is 1).
fn choices(body: Body) -> Choices {
    match body {
        Body::Choices(choices) => choices,
        Body::Truth(truth) => {
            let one = |holds: bool, value| if holds { Choices::one(value) } else { Choices::default() };
            one(truth.can_be_not_met(), 0).union(one(truth.can_be_met(), 1))
        }
        _ => Choices::default(),
    }
}

fn truth(can_be_met: bool, can_be_not_met: bool) -> Truth {
    Truth::from_bits(u8::from(can_be_met) | u8::from(can_be_not_met) << 1)
}

/// `x is y`, of operands that have values.
pub(super) fn equal(a: &Operand, b: &Operand) -> Truth {
    match (a.set.body, b.set.body) {
        (Body::Interval(..), Body::Interval(..)) => truth(can_be_equal(a, b), !are_surely_equal(a, b)),
        (Body::Text(a), Body::Text(b)) => Truth::of(a == b),
        (Body::Text(_) | Body::AnyText, Body::Text(_) | Body::AnyText) => Truth::OPEN,
        (a, b) => {
            let (a, b) = (choices(a), choices(b));
            truth(!a.intersect(b).is_empty(), a.union(b).len() > 1)
        }
    }
}

/// Whether some value of the one is a value of the other: one on the coarser of the two grids.
fn can_be_equal(a: &Operand, b: &Operand) -> bool {
    let scale = a.shape.scale.min(b.shape.scale);
    let on_grid = |o: &Operand| {
        let (low, high) = o.set.ends()?;
        Some((ceil_to(low, o.shape.scale, scale), floor_to(high, o.shape.scale, scale)))
    };
    match (on_grid(a), on_grid(b)) {
        (Some((a, b)), Some((c, d))) => a.max(c) <= b.min(d),
        _ => false,
    }
}

fn are_surely_equal(a: &Operand, b: &Operand) -> bool {
    match (a.set.ends(), b.set.ends()) {
        (Some((a_low, a_high)), Some((b_low, b_high))) => {
            a_low == a_high && b_low == b_high && compare(a_low, a.shape.scale, b_low, b.shape.scale).is_eq()
        }
        _ => false,
    }
}

/// `x is less than y` (or at most, if `or_equal`), of operands that have values.
pub(super) fn less(a: &Operand, b: &Operand, or_equal: bool) -> Truth {
    let (low, high) = match (a.set.body, b.set.body) {
        (Body::Interval(a_low, a_high), Body::Interval(b_low, b_high)) => {
            let order = |x, y| compare(x, a.shape.scale, y, b.shape.scale);
            (order(a_low, b_high), order(a_high, b_low))
        }
        (x, y) => match (choices(x), choices(y)) {
            (x, y) if x.is_empty() || y.is_empty() => return Truth::NOTHING,
            (x, y) => (x.first().cmp(&y.last()), x.last().cmp(&y.first())),
        },
    };
    if or_equal { truth(low.is_le(), high.is_gt()) } else { truth(low.is_lt(), high.is_ge()) }
}

/// Whether any test can hold, and whether none can, for the values (*none* aside) of the first operand; all bounds have
/// values.
pub(super) fn matches(tests: &[Test], value: &Operand, bounds: &[Operand]) -> Truth {
    match value.set.body {
        Body::Nothing => Truth::NOTHING,
        Body::Interval(low, high) => numbers(tests, value, (low, high), bounds),
        Body::Truth(_) | Body::Choices(_) => enumerated(tests, choices(value.set.body), bounds),
        Body::Text(_) | Body::AnyText => {
            let each = || bounds.iter().map(|b| equal(value, b));
            truth(each().any(Truth::can_be_met), each().all(Truth::can_be_not_met))
        }
    }
}

/// The tests with their bounds, those of [`Test::IsNone`] left out.
fn pairs<'a>(tests: &'a [Test], mut bounds: &'a [Operand]) -> impl Iterator<Item = (Test, &'a Operand, &'a Operand)> {
    tests.iter().filter_map(move |test| {
        let (own, others) = bounds.split_at_checked(test.bounds())?;
        bounds = others;
        Some((*test, own.first()?, own.last()?))
    })
}

fn numbers(tests: &[Test], value: &Operand, (low, high): (i128, i128), bounds: &[Operand]) -> Truth {
    let mut can_be_met = false;
    let mut narrow = Narrow { low, high, parts: Vec::new(), covers: false };
    for (test, first, last) in pairs(tests, bounds) {
        let (Some((a, b)), Some((c, d))) = (first.set.ends(), last.set.ends()) else { continue };
        let up = |mantissa| ceil_to(mantissa, first.shape.scale, value.shape.scale);
        let down = |mantissa| floor_to(mantissa, last.shape.scale, value.shape.scale);
        let ((wide_low, wide_high), (narrow_low, narrow_high)) = match test {
            Test::IsNone => continue,
            Test::Is => {
                can_be_met |= can_be_equal(value, first);
                // No value equals the bound whatever it is, unless it is one value only.
                ((1, 0), if a == b { (up(a), down(a)) } else { (1, 0) })
            }
            Test::To => ((up(a), down(d)), (up(b), down(c))),
            Test::AtLeast => ((up(a), i128::MAX), (up(b), i128::MAX)),
            Test::AtMost => ((i128::MIN, down(d)), (i128::MIN, down(c))),
            Test::MoreThan => {
                let above = |mantissa| down(mantissa).saturating_add(1);
                ((above(a), i128::MAX), (above(b), i128::MAX))
            }
            Test::LessThan => {
                let below = |mantissa| up(mantissa).saturating_sub(1);
                ((i128::MIN, below(d)), (i128::MIN, below(c)))
            }
        };
        can_be_met |= wide_low.max(low) <= wide_high.min(high);
        narrow.add(narrow_low, narrow_high);
    }
    truth(can_be_met, !narrow.cover())
}

/// Whether intervals of mantissas together cover one.
struct Narrow {
    low: i128,
    high: i128,
    parts: Vec<(i128, i128)>,
    covers: bool,
}

impl Narrow {
    fn add(&mut self, low: i128, high: i128) {
        if low <= self.low && self.high <= high {
            self.covers = true;
        } else if low <= high && !self.covers && self.low < self.high {
            self.parts.push((low, high));
        }
    }

    fn cover(mut self) -> bool {
        if self.covers {
            return true;
        }
        self.parts.sort_unstable();
        let mut next = self.low;
        for (low, high) in self.parts {
            if low > next {
                return false;
            }
            next = next.max(high.saturating_add(1));
        }
        next > self.high
    }
}

fn enumerated(tests: &[Test], values: Choices, bounds: &[Operand]) -> Truth {
    let (mut can_be_met, mut surely) = (false, Choices::default());
    let between = |low: u8, high: u8| (low..=high).fold(Choices::default(), |set, v| set.union(Choices::one(v)));
    for (test, first, last) in pairs(tests, bounds) {
        let (first, last) = (choices(first.set.body), choices(last.set.body));
        let (Some(a), Some(b), Some(c), Some(d)) = (first.first(), first.last(), last.first(), last.last()) else {
            continue;
        };
        let (wide, narrow) = match test {
            Test::IsNone => continue,
            Test::Is => (first, if a == b { first } else { Choices::default() }),
            Test::To => (between(a, d), between(b, c)),
            Test::AtLeast => (between(a, u8::MAX), between(b, u8::MAX)),
            Test::AtMost => (between(0, d), between(0, c)),
            Test::MoreThan => {
                let above = |v| between(v, u8::MAX).without(Choices::one(v));
                (above(a), above(b))
            }
            Test::LessThan => {
                let below = |v| between(0, v).without(Choices::one(v));
                (below(d), below(c))
            }
        };
        can_be_met |= !values.intersect(wide).is_empty();
        surely = surely.union(narrow);
    }
    truth(can_be_met, !values.without(surely).is_empty())
}
