//! Operators on sets: the smallest set that contains the results for all combinations of the operands' values.

use super::date::{self, clip};
use super::scalar::{Texts, binary, unary};
use super::{Op, Part, Shape, Test, marginal, matches};
use crate::value::arithmetic::lengthen;
use crate::value::{Body, Choices, Set, Truth};

/// The possible values of an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operand {
    /// The set.
    pub set: Set,
    /// What it is a set of.
    pub shape: Shape,
}

/// The set of an operator over its operands' sets, taken as independent.
#[inline]
pub fn range(op: &Op, result: Shape, args: &[Operand], texts: &dyn Texts) -> Set {
    if args.iter().any(|a| a.set.is_empty()) {
        return Set::EMPTY;
    }
    match (op, args) {
        (Op::IsNone, [a]) => {
            let has_value = a.set.body != Body::Nothing;
            Set::truth(Truth::from_bits(u8::from(a.set.none) | u8::from(has_value) << 1)).or_fault(a.set.fault)
        }
        (Op::Matches(tests), [value, bounds @ ..]) => {
            let fault = value.set.fault || bounds.iter().any(is_faulty);
            if bounds.iter().any(|b| b.set.body == Body::Nothing) {
                return Set::FAULT;
            }
            let of_none = Truth::of(tests.contains(&Test::IsNone));
            let of_values = matches::matches(tests, value, bounds);
            Set::truth(if value.set.none { of_values.or_possibly(of_none) } else { of_values }).or_fault(fault)
        }
        _ => {
            let fault = args.iter().any(is_faulty);
            if args.iter().any(|a| a.set.body == Body::Nothing) {
                return Set::FAULT;
            }
            values(op, result, args, texts).or_fault(fault)
        }
    }
}

fn is_faulty(operand: &Operand) -> bool {
    operand.set.fault || operand.set.none
}

/// The set of a strict operator over operands that all have values, whose own faults and *none* are left out.
#[inline]
fn values(op: &Op, result: Shape, args: &[Operand], texts: &dyn Texts) -> Set {
    match (op, args) {
        (Op::Larger | Op::Smaller, args) => extreme(op, result.scale, args),
        (Op::Equal, [a, b]) => Set::truth(matches::equal(a, b)),
        (Op::Less, [a, b]) => Set::truth(matches::less(a, b, false)),
        (Op::AtMost, [a, b]) => Set::truth(matches::less(a, b, true)),
        (Op::StartsWith, [a, b]) => Set::truth(starts_with(a, b, texts)),
        (Op::Marginal, [value, slices @ ..]) => marginal::range(result.scale, value, slices).unwrap_or(Set::FAULT),
        (Op::As, [a]) if a.set.ends().is_none() => Set::of(a.set.body),
        (op, [a]) => a.set.ends().map_or(Set::FAULT, |ends| of_one(op, result.scale, ends, a.shape.scale)),
        (Op::MakeDate, [y, m, d]) => match (y.set.ends(), m.set.ends(), d.set.ends()) {
            (Some(years), Some(months), Some(days)) => date::make_of(years, months, days),
            _ => Set::FAULT,
        },
        (op, [a, b]) => match (a.set.ends(), b.set.ends()) {
            (Some(a_ends), Some(b_ends)) => of_two(op, result.scale, (a_ends, a.shape.scale), (b_ends, b.shape.scale)),
            _ => Set::FAULT,
        },
        _ => Set::FAULT,
    }
}

type Ends = (i128, i128);

#[inline]
fn of_one(op: &Op, scale: u8, (low, high): Ends, own: u8) -> Set {
    let (low, high) = match op {
        Op::Part(Part::Month) => date::months_of(low, high),
        Op::Part(Part::Day) => date::days_of(low, high),
        _ => match (unary(op, scale, (low, own)), unary(op, scale, (high, own))) {
            (Some(a), Some(b)) => (a.min(b), a.max(b)),
            _ => return Set::FAULT,
        },
    };
    clip(low, high)
}

/// Operators of two numbers or dates rise or fall throughout in either, so that the ends lie in corners.
#[inline]
fn of_two(op: &Op, scale: u8, (a, a_scale): (Ends, u8), (b, b_scale): (Ends, u8)) -> Set {
    let corner = |a, b| binary(op, scale, (a, a_scale), (b, b_scale));
    if a.0 == a.1 && b.0 == b.1 {
        return match corner(a.0, b.0) {
            Some(value) => self::clip(value, value),
            None => Set::FAULT,
        };
    }
    let clip = |low: Option<i128>, high: Option<i128>| match (low, high) {
        (Some(low), Some(high)) => clip(low, high),
        _ => Set::FAULT,
    };
    let corners = |b: Ends| {
        let all = [corner(a.0, b.0), corner(a.0, b.1), corner(a.1, b.0), corner(a.1, b.1)];
        clip(all.into_iter().min().flatten(), all.into_iter().max().flatten())
    };
    match op {
        Op::Add | Op::PlusDays | Op::PlusMonths | Op::PlusYears(_) => clip(corner(a.0, b.0), corner(a.1, b.1)),
        Op::Subtract => clip(corner(a.0, b.1), corner(a.1, b.0)),
        Op::DaysFrom | Op::MonthsFrom | Op::YearsFrom(_) => clip(corner(a.1, b.0), corner(a.0, b.1)),
        Op::Divide | Op::DivideRounded(_) if b.0 <= 0 && b.1 >= 0 => {
            let below = if b.0 < 0 { corners((b.0, -1)) } else { Set::EMPTY };
            let above = if b.1 > 0 { corners((1, b.1)) } else { Set::EMPTY };
            below.join(&above).or_fault(true)
        }
        _ => corners(b),
    }
}

fn extreme(op: &Op, scale: u8, args: &[Operand]) -> Set {
    let is_larger = *op == Op::Larger;
    let choose = if is_larger { Ord::max } else { <i128 as Ord>::min };
    let ends = |a: &Operand| {
        let (low, high) = a.set.ends()?;
        let places = scale.saturating_sub(a.shape.scale);
        Some((lengthen(low, places), lengthen(high, places)))
    };
    let choices = |a: &Operand| match a.set.body {
        Body::Choices(choices) => Some(choices),
        _ => None,
    };
    if let Some(all) = args.iter().map(ends).reduce(|a, b| {
        let ((a, b), (c, d)) = (a?, b?);
        Some((choose(a, c), choose(b, d)))
    }) && let Some((low, high)) = all
    {
        return clip(low, high);
    }
    // A value comes out if some operand can have it and every other can stay on its right side.
    let Some(all) = args.iter().map(choices).collect::<Option<Vec<_>>>() else { return Set::FAULT };
    let firsts = all.iter().filter_map(|c| c.first());
    let lasts = all.iter().filter_map(|c| c.last());
    let (low, high) = if is_larger { (firsts.max(), None) } else { (None, lasts.min()) };
    let is_possible = |v: &u8| low.is_none_or(|low| *v >= low) && high.is_none_or(|high| *v <= high);
    let any = all.iter().fold(Choices::default(), |a, b| a.union(*b));
    let found = any.iter().filter(is_possible).fold(Choices::default(), |set, v| set.union(Choices::one(v)));
    Set::of(if found.is_empty() { Body::Nothing } else { Body::Choices(found) })
}

fn starts_with(text: &Operand, start: &Operand, texts: &dyn Texts) -> Truth {
    match (text.set.body, start.set.body) {
        (Body::Text(text), Body::Text(start)) => Truth::of(texts.text(text).starts_with(texts.text(start))),
        (_, Body::Text(start)) if texts.text(start).is_empty() => Truth::MET,
        _ => Truth::OPEN,
    }
}
