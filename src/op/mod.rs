//! The operators: strict functions of their operands. Non-strict things (`if`, connectives, tables, exceptions, folds) are
//! nodes of the graph.
//!
//! A strict operator is faulty if an operand is, and if an operand is *none* ([`Op::IsNone`] and [`Op::Matches`] aside).
//!
//! An operator is a row here: its words and shapes in `table`, its value for single values in `scalar`, its set for sets
//! in `range`. The kernels both stand on are in [`crate::value::arithmetic`], [`crate::value::calendar`] and `date`.

mod date;
mod marginal;
mod matches;
mod range;
mod scalar;
mod table;

pub use range::{Operand, range};
pub use scalar::{Point, Texts, scalar};
pub use table::{ShapeError, check, result};

use crate::value::{Kind, LeapRule, Rounding, Truth};
use crate::wire::wire;

/// What a node's (or expression's) values are: kind, scale of the mantissa, whether *none* can be among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// What it measures.
    pub kind: Kind,
    /// Digits after the point of the mantissa; 0 where it has no meaning.
    pub scale: u8,
    /// Whether *none* can be among the values.
    pub optional: bool,
}

wire!(struct Shape { kind, scale, optional });

impl Shape {
    /// A condition.
    pub const TRUTH: Shape = Shape { kind: Kind::Truth, scale: 0, optional: false };

    /// A shape without *none*.
    pub const fn new(kind: Kind, scale: u8) -> Shape {
        Shape { kind, scale, optional: false }
    }
}

/// One test of a value against bounds, with how many bounds it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// Equal to the bound.
    Is,
    /// From the first bound to the second, both included.
    To,
    /// At least the bound.
    AtLeast,
    /// At most the bound.
    AtMost,
    /// More than the bound.
    MoreThan,
    /// Less than the bound.
    LessThan,
    /// *None*; takes no bound.
    IsNone,
}

wire!(enum Test { 0 Is, 1 To, 2 AtLeast, 3 AtMost, 4 MoreThan, 5 LessThan, 6 IsNone });

impl Test {
    /// How many bounds the test takes.
    pub fn bounds(self) -> usize {
        match self {
            Test::To => 2,
            Test::IsNone => 0,
            _ => 1,
        }
    }
}

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Part {
    Year,
    Month,
    Day,
}

wire!(enum Part { 0 Year, 1 Month, 2 Day });

/// Strict operators.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// `-x`
    Negate,
    /// `x + y`, at the larger scale.
    Add,
    /// `x - y`, at the larger scale.
    Subtract,
    /// `x * y`, `x of y`; the scales add up.
    Multiply,
    /// `x / y`, to 12 decimals, halves to even.
    Divide,
    /// `x / y rounded …`: the exact quotient, rounded once.
    DivideRounded(Rounding),
    /// `x rounded …`
    Round(Rounding),
    /// The larger of all operands, at the largest scale.
    Larger,
    /// The smaller of all operands, at the largest scale.
    Smaller,
    /// The same value under another kind or with more decimals; *none* is a fault.
    As,
    /// `by marginal table`: operands are the value, then threshold and rate of each slice, thresholds ascending. The
    /// rate of each slice applies to the part of the value above its threshold and below the next.
    Marginal,
    /// `x is y`
    Equal,
    /// `x is less than y`
    Less,
    /// `x is at most y`
    AtMost,
    /// Whether any of the tests holds for the first operand; the others are their bounds, in order. *None* meets
    /// [`Test::IsNone`] and no other test.
    Matches(Box<[Test]>),
    /// `x is none`
    IsNone,
    /// `x starts with y`
    StartsWith,
    /// Whole years from the first date to the second.
    YearsFrom(LeapRule),
    /// Whole months from the first date to the second.
    MonthsFrom,
    /// Days from the first date to the second.
    DaysFrom,
    /// The date some days later (or earlier).
    PlusDays,
    /// The date some months later, clamped to the month's end.
    PlusMonths,
    /// The date some years later, with the rule for 29 February.
    PlusYears(LeapRule),
    /// The year, month or day of a date.
    Part(Part),
    /// `date (Y, M, D)`
    MakeDate,
}

wire!(enum Op {
    0 Negate,
    1 Add,
    2 Subtract,
    3 Multiply,
    4 Divide,
    5 DivideRounded(rounding),
    6 Round(rounding),
    7 Larger,
    8 Smaller,
    9 As,
    10 Marginal,
    11 Equal,
    12 Less,
    13 AtMost,
    14 Matches(tests),
    15 IsNone,
    16 StartsWith,
    17 YearsFrom(leap),
    18 MonthsFrom,
    19 DaysFrom,
    20 PlusDays,
    21 PlusMonths,
    22 PlusYears(leap),
    23 Part(part),
    24 MakeDate,
});

/// How matching rows make a table's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hit {
    /// Exactly one must match.
    Unique,
    /// The first that matches.
    First,
    /// The sum of all that match; 0 if none.
    Sum,
    /// The largest of all that match.
    Largest,
    /// The smallest of all that match.
    Smallest,
    /// How many match.
    Count,
}

wire!(enum Hit { 0 Unique, 1 First, 2 Sum, 3 Largest, 4 Smallest, 5 Count });

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuleKind {
    /// Must hold.
    Require,
    /// Must not hold.
    Exclude,
    /// A person must look before anybody is approved.
    Refer,
    /// A person must look before anything is decided.
    ReferEvenWhenDeclined,
}

wire!(enum RuleKind { 0 Require, 1 Exclude, 2 Refer, 3 ReferEvenWhenDeclined });

/// A quantity over items or members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// All of them.
    All,
    /// Any of them.
    Any,
    /// None of them.
    None,
    /// At least so many of them.
    AtLeast(u32),
}

wire!(enum Quantifier { 0 All, 1 Any, 2 None, 3 AtLeast(count) });

impl Quantifier {
    /// Kleene's quantifier over independent conditions, with faulty as the third value; the order never matters.
    pub fn fold(self, items: impl IntoIterator<Item = Truth>) -> Truth {
        match self {
            Quantifier::All => items.into_iter().fold(Truth::MET, Truth::and),
            Quantifier::Any => items.into_iter().fold(Truth::NOT_MET, Truth::or),
            Quantifier::None => items.into_iter().fold(Truth::NOT_MET, Truth::or).negate(),
            Quantifier::AtLeast(n) => at_least(n, items),
        }
    }
}

/// Met where at least `n` are met, not met where fewer than `n` could be, faulty between; over all combinations.
fn at_least(n: u32, items: impl IntoIterator<Item = Truth>) -> Truth {
    let (mut can_be_met, mut only_met, mut never_not_met, mut faulty, mut met_or_not) = (0, 0, 0, 0, 0);
    for item in items {
        if item == Truth::NOTHING {
            return Truth::NOTHING;
        }
        can_be_met += u32::from(item.can_be_met());
        only_met += u32::from(item == Truth::MET);
        never_not_met += u32::from(!item.can_be_not_met());
        faulty += u32::from(item.can_be_faulty());
        met_or_not += u32::from(item == Truth::OPEN);
    }
    let met = can_be_met >= n;
    let not_met = never_not_met < n;
    // The most that can be faulty are; of the others as many are met as keep the count below `n`.
    let between = faulty > 0 && only_met < n && only_met + met_or_not.min(n - 1 - only_met) + faulty >= n;
    Truth::from_bits(u8::from(met) | u8::from(not_met) << 1 | u8::from(between) << 2)
}
