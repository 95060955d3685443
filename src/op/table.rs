//! The table of operators: their words in the language, and which shapes they take and give.

use super::{Op, Part, Shape, Test};
use crate::value::{Kind, MAX_SCALE, QUOTIENT_SCALE, Rounding, Unit};
use thiserror::Error;

/// Why operands do not suit an operator.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ShapeError {
    /// More or fewer than it takes.
    #[error("`{words}` does not take {found} operands")]
    Number {
        /// The operator's words.
        words: &'static str,
        /// How many there are.
        found: usize,
    },
    /// Kinds that it does not take, or not together.
    #[error("`{words}` does not take operands of these kinds")]
    Kinds {
        /// The operator's words.
        words: &'static str,
    },
    /// More decimals than a node may have.
    #[error("the result of `{words}` has {scale} decimals, {MAX_SCALE} are the most: round an operand")]
    Decimals {
        /// The operator's words.
        words: &'static str,
        /// How many decimals there are.
        scale: u8,
    },
    /// A step to round to that is not positive.
    #[error("`rounded` needs a step above zero")]
    Step,
    /// The shape stated is not the one that the operator gives.
    #[error("`{words}` does not give a value of the kind, decimals or optionality stated")]
    Stated {
        /// The operator's words.
        words: &'static str,
    },
}

impl Op {
    /// Its words in the language, for messages and drawings.
    pub fn words(&self) -> &'static str {
        match self {
            Op::Negate | Op::Subtract => "-",
            Op::Add => "+",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::DivideRounded(_) => "/ … rounded",
            Op::Round(_) => "rounded",
            Op::Larger => "larger of",
            Op::Smaller => "smaller of",
            Op::As => "as",
            Op::Marginal => "by marginal table",
            Op::Equal => "is",
            Op::Less => "is less than",
            Op::AtMost => "is at most",
            Op::Matches(_) => "is one of",
            Op::IsNone => "is none",
            Op::StartsWith => "starts with",
            Op::YearsFrom(_) => "years from",
            Op::MonthsFrom => "months from",
            Op::DaysFrom => "days from",
            Op::PlusDays | Op::PlusMonths | Op::PlusYears(_) => "plus",
            Op::Part(Part::Year) => "year of",
            Op::Part(Part::Month) => "month of",
            Op::Part(Part::Day) => "day of",
            Op::MakeDate => "date",
        }
    }
}

/// What an operator gives for operands of these shapes. [`Op::As`] gives its operand's shape without *none*; what it really gives is
/// stated with it, see [`check`]. Whether an enumeration that is compared has an order is for its owner to check.
pub fn result(op: &Op, args: &[Shape]) -> Result<Shape, ShapeError> {
    use Kind::{Count, Date, Enum, Number, Percentage, Text};
    let words = op.words();
    let kinds = || ShapeError::Kinds { words };
    let needs = |holds: bool| if holds { Ok(()) } else { Err(kinds()) };
    needs(args.iter().all(|a| a.is_sound()))?;
    let scale = args.iter().map(|a| a.scale).max().unwrap_or(0);
    let whole = |shape: &Shape, kind: Kind| shape.kind == kind && shape.scale == 0;
    let found = match (op, args) {
        (Op::Negate, [a]) => {
            needs(is_amount(a.kind))?;
            Shape::new(a.kind, a.scale)
        }
        (Op::Add | Op::Subtract, [a, b]) => {
            needs(is_amount(a.kind) && a.kind == b.kind)?;
            Shape::new(a.kind, scale)
        }
        (Op::Multiply, [a, b]) => {
            Shape::new(product(a.kind, b.kind).ok_or_else(kinds)?, a.scale.saturating_add(b.scale))
        }
        (Op::Divide, [a, b]) => Shape::new(quotient(a.kind, b.kind).ok_or_else(kinds)?, QUOTIENT_SCALE),
        (Op::DivideRounded(rounding), [a, b]) => {
            Shape::new(quotient(a.kind, b.kind).ok_or_else(kinds)?, rounded(rounding)?)
        }
        (Op::Round(rounding), [a]) => {
            needs(is_amount(a.kind))?;
            Shape::new(a.kind, rounded(rounding)?)
        }
        (Op::Larger | Op::Smaller, [a, rest @ ..]) => {
            needs(has_order(a.kind) && rest.iter().all(|b| b.kind == a.kind))?;
            Shape::new(a.kind, scale)
        }
        (Op::As, [a]) => Shape::new(a.kind, a.scale),
        (Op::Marginal, [a, slices @ ..]) if slices.len() >= 2 && slices.len() % 2 == 0 => {
            let (mut base, mut rates) = (a.scale, 0);
            for slice in slices.chunks_exact(2) {
                needs(is_amount(a.kind) && slice[0].kind == a.kind && matches!(slice[1].kind, Number | Percentage))?;
                base = base.max(slice[0].scale);
                rates = rates.max(slice[1].scale);
            }
            Shape::new(a.kind, base.saturating_add(rates))
        }
        (Op::Equal, [a, b]) => {
            needs(a.kind == b.kind)?;
            Shape::TRUTH
        }
        (Op::Less | Op::AtMost, [a, b]) => {
            needs(a.kind == b.kind && has_order(a.kind))?;
            Shape::TRUTH
        }
        (Op::Matches(tests), [a, bounds @ ..]) if bounds.len() == tests.iter().map(|t| t.bounds()).sum::<usize>() => {
            let plain = tests.iter().all(|t| matches!(t, Test::Is | Test::IsNone));
            needs(bounds.iter().all(|b| b.kind == a.kind) && (plain || has_order(a.kind)))?;
            Shape::TRUTH
        }
        (Op::IsNone, [_]) => Shape::TRUTH,
        (Op::StartsWith, [a, b]) => {
            needs(a.kind == Text && b.kind == Text)?;
            Shape::TRUTH
        }
        (Op::YearsFrom(_) | Op::MonthsFrom | Op::DaysFrom, [a, b]) => {
            needs(a.kind == Date && b.kind == Date)?;
            Shape::new(Count(unit(op)), 0)
        }
        (Op::PlusDays | Op::PlusMonths | Op::PlusYears(_), [a, b]) => {
            needs(a.kind == Date && whole(b, Count(unit(op))))?;
            Shape::new(Date, 0)
        }
        (Op::Part(_), [a]) => {
            needs(a.kind == Date)?;
            Shape::new(Number, 0)
        }
        (Op::MakeDate, [_, _, _]) => {
            needs(args.iter().all(|a| whole(a, Number)))?;
            Shape::new(Date, 0)
        }
        _ => return Err(ShapeError::Number { words, found: args.len() }),
    };
    if found.scale > MAX_SCALE {
        return Err(ShapeError::Decimals { words, scale: found.scale });
    }
    return Ok(found);

    fn has_order(kind: Kind) -> bool {
        kind.is_numeric() || matches!(kind, Enum(_))
    }
}

/// Whether an operator gives the shape stated for operands of these shapes. [`Op::As`] turns numbers, percentages, money and
/// counts into each other and adds decimals, but never takes any away.
pub fn check(op: &Op, stated: Shape, args: &[Shape]) -> Result<(), ShapeError> {
    let found = result(op, args)?;
    let suits = match op {
        Op::As => {
            let kind = found.kind == stated.kind || is_amount(found.kind) && is_amount(stated.kind);
            kind && stated.is_sound() && stated.scale >= found.scale && !stated.optional
        }
        _ => found == stated,
    };
    if suits { Ok(()) } else { Err(ShapeError::Stated { words: op.words() }) }
}

impl Shape {
    /// Whether its kind can have such decimals, and is one that operators take.
    pub fn is_sound(&self) -> bool {
        match self.kind {
            Kind::List(_) => false,
            kind if is_amount(kind) => self.scale <= MAX_SCALE,
            _ => self.scale == 0,
        }
    }
}

/// Numbers, percentages, money and counts: what can be added up.
fn is_amount(kind: Kind) -> bool {
    kind.is_numeric() && kind != Kind::Date
}

/// A percentage of something is such a thing; so many times something is too. Counts multiply as plain numbers only.
fn product(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Percentage, other) | (other, Kind::Percentage) if is_amount(other) => Some(other),
        (Kind::Number, other) | (other, Kind::Number) if is_amount(other) => Some(other),
        _ => None,
    }
}

/// Things of one kind give a number; else the divisor is a number or a percentage.
fn quotient(a: Kind, b: Kind) -> Option<Kind> {
    match (a, b) {
        _ if a == b && is_amount(a) => Some(Kind::Number),
        (other, Kind::Number | Kind::Percentage) if is_amount(other) => Some(other),
        _ => None,
    }
}

fn rounded(rounding: &Rounding) -> Result<u8, ShapeError> {
    if rounding.step > 0 { Ok(rounding.scale) } else { Err(ShapeError::Step) }
}

fn unit(op: &Op) -> Unit {
    match op {
        Op::YearsFrom(_) | Op::PlusYears(_) => Unit::Years,
        Op::MonthsFrom | Op::PlusMonths => Unit::Months,
        _ => Unit::Days,
    }
}
