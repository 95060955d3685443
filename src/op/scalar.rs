//! Operators on single values.

use super::{Op, Shape, Test, date, marginal};
use crate::value::arithmetic::{compare, divide, lengthen};
use crate::value::{Direction, LIMIT, QUOTIENT_SCALE, TextId};
use std::cmp::Ordering;

/// One value of an operand: a mantissa, 0 or 1 for a truth, the place of an enumeration's value, [`TextId`]'s number of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The value; absent: *none*.
    pub value: Option<i128>,
    /// What it is a value of.
    pub shape: Shape,
}

/// What texts say.
pub trait Texts {
    /// The text behind an id; the empty one if there is no such text.
    fn text(&self, id: TextId) -> &str;
}

impl Texts for Vec<Box<str>> {
    fn text(&self, id: TextId) -> &str {
        self.get(id.0 as usize).map_or("", |t| t)
    }
}

/// The value of an operator whose operands are not faulty; `None` is a fault.
#[inline]
pub fn scalar(op: &Op, result: Shape, args: &[Point], texts: &dyn Texts) -> Option<i128> {
    match (op, args) {
        (Op::IsNone, [a]) => Some(a.value.is_none().into()),
        (Op::Matches(tests), [a, bounds @ ..]) => matches(tests, a, bounds).map(i128::from),
        (Op::Larger, args) => extreme(args, result.scale, i128::max),
        (Op::Smaller, args) => extreme(args, result.scale, i128::min),
        (Op::Marginal, [value, slices @ ..]) => marginal::scalar(result.scale, value, slices),
        (Op::MakeDate, [y, m, d]) => date::make(y.value?, m.value?, d.value?).and_then(within),
        (op, [a]) => unary(op, result.scale, (a.value?, a.shape.scale)).and_then(within),
        (op, [a, b]) => {
            let (a, b) = ((a.value?, a.shape.scale), (b.value?, b.shape.scale));
            match op {
                Op::StartsWith => Some(starts_with(a.0, b.0, texts).into()),
                _ => binary(op, result.scale, a, b).and_then(within),
            }
        }
        _ => None,
    }
}

/// A mantissa and its scale.
pub(super) type Number = (i128, u8);

/// A mantissa that is no fault.
#[inline]
pub(super) fn within(mantissa: i128) -> Option<i128> {
    (-LIMIT..=LIMIT).contains(&mantissa).then_some(mantissa)
}

/// Operators of one operand, not yet held to the limit. Each rises or falls throughout, the month and day of a date aside.
#[inline]
pub(super) fn unary(op: &Op, scale: u8, (a, a_scale): Number) -> Option<i128> {
    Some(match op {
        Op::Negate => a.saturating_neg(),
        Op::Round(r) => divide(a, 1, i32::from(r.scale) - i32::from(a_scale), r.step, r.direction),
        Op::As => lengthen(a, scale.saturating_sub(a_scale)),
        Op::Part(part) => date::part(*part, a),
        _ => return None,
    })
}

/// Operators of two operands, not yet held to the limit; no value where there is none at all. Each rises or falls
/// throughout in either operand while the other stays, and while a divisor keeps its sign.
#[inline]
pub(super) fn binary(op: &Op, scale: u8, (a, a_scale): Number, (b, b_scale): Number) -> Option<i128> {
    let aligned = || (lengthen(a, scale.saturating_sub(a_scale)), lengthen(b, scale.saturating_sub(b_scale)));
    let order = || compare(a, a_scale, b, b_scale);
    let shift = |scale: u8| i32::from(scale) + i32::from(b_scale) - i32::from(a_scale);
    Some(match op {
        Op::Add => {
            let (a, b) = aligned();
            a.saturating_add(b)
        }
        Op::Subtract => {
            let (a, b) = aligned();
            a.saturating_sub(b)
        }
        Op::Multiply => a.saturating_mul(b),
        Op::Divide | Op::DivideRounded(_) if b == 0 => return None,
        Op::Divide => divide(a, b, shift(QUOTIENT_SCALE), 1, Direction::HalfEven),
        Op::DivideRounded(r) => divide(a, b, shift(r.scale), r.step, r.direction),
        Op::Equal => order().is_eq().into(),
        Op::Less => order().is_lt().into(),
        Op::AtMost => order().is_le().into(),
        Op::DaysFrom => b.saturating_sub(a),
        Op::MonthsFrom => date::months_from(a, b),
        Op::YearsFrom(leap) => date::years_from(a, b, *leap),
        Op::PlusDays => a.saturating_add(b),
        Op::PlusMonths => date::plus_months(a, b),
        Op::PlusYears(leap) => date::plus_years(a, b, *leap),
        _ => return None,
    })
}

fn extreme(args: &[Point], scale: u8, choose: fn(i128, i128) -> i128) -> Option<i128> {
    let (first, rest) = args.split_first()?;
    let value = |p: &Point| Some(lengthen(p.value?, scale.saturating_sub(p.shape.scale)));
    let found = rest.iter().try_fold(value(first)?, |best, p| Some(choose(best, value(p)?)));
    found.and_then(within)
}

fn matches(tests: &[Test], value: &Point, mut bounds: &[Point]) -> Option<bool> {
    if bounds.iter().any(|b| b.value.is_none()) {
        return None;
    }
    let mut holds = false;
    for test in tests {
        let (own, others) = bounds.split_at_checked(test.bounds())?;
        bounds = others;
        holds |= match value.value {
            None => *test == Test::IsNone,
            Some(value_is) => {
                let order = |at: usize| {
                    let bound = own.get(at)?;
                    Some(compare(value_is, value.shape.scale, bound.value?, bound.shape.scale))
                };
                match test {
                    Test::IsNone => false,
                    Test::Is => order(0)? == Ordering::Equal,
                    Test::To => order(0)? != Ordering::Less && order(1)? != Ordering::Greater,
                    Test::AtLeast => order(0)? != Ordering::Less,
                    Test::AtMost => order(0)? != Ordering::Greater,
                    Test::MoreThan => order(0)? == Ordering::Greater,
                    Test::LessThan => order(0)? == Ordering::Less,
                }
            }
        };
    }
    Some(holds)
}

fn starts_with(text: i128, start: i128, texts: &dyn Texts) -> bool {
    let say = |id: i128| texts.text(TextId(u32::try_from(id).unwrap_or(u32::MAX)));
    say(text).starts_with(say(start))
}
