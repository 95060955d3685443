//! What a value measures.

use super::{Currency, Unit};
use crate::wire::wire;

/// An enumeration, by its place in the graph's (or model's) table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub u32);

/// A kind of record in a list, by its place in the graph's (or model's) table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u32);

wire!(number EnumId, EntityId);

/// The time an amount is for: `per month`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
}

wire!(enum Period { 0 Day, 1 Week, 2 Month, 3 Year });

impl Period {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Year => "year",
        }
    }
}

/// What a value measures, without its scale and range. Values of two kinds never mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `yes or no`; also every condition.
    Truth,
    /// A pure number.
    Number,
    /// A percentage. Its mantissa at scale `n + 2` is a fraction of one: 12.5 % is 125 at scale 3. It is read and
    /// written in per cent, with `n` decimals.
    Percentage,
    /// An amount of money, perhaps per period.
    Money {
        /// The currency.
        currency: Currency,
        /// The period it is for, if any.
        per: Option<Period>,
    },
    /// A whole count of days, months or years.
    Count(Unit),
    /// A calendar date; its mantissa is the day number, 0 = 1970-01-01.
    Date,
    /// A text, compared whole.
    Text,
    /// One of an enumeration's values; its mantissa is the place in the list.
    Enum(EnumId),
    /// Records.
    List(EntityId),
}

wire!(enum Kind {
    0 Truth,
    1 Number,
    2 Percentage,
    3 Money { currency, per },
    4 Count(unit),
    5 Date,
    6 Text,
    7 Enum(id),
    8 List(entity),
});

impl Kind {
    /// Whether its values are mantissas: numbers, percentages, money, counts and dates.
    pub fn is_numeric(self) -> bool {
        matches!(self, Kind::Number | Kind::Percentage | Kind::Money { .. } | Kind::Count(_) | Kind::Date)
    }
}

/// A declared type: kind, decimals, range, and whether *none* is among its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What it measures.
    pub kind: Kind,
    /// Digits after the point of the mantissa (for a percentage of `n` decimals, `n + 2`); 0 where it has no meaning.
    pub scale: u8,
    /// Smallest mantissa, if declared; for a list unused.
    pub low: Option<i64>,
    /// Largest mantissa, if declared; for a list the most members (`at most N`).
    pub high: Option<i64>,
    /// `TYPE or none`.
    pub optional: bool,
}

wire!(struct Type { kind, scale, low, high, optional });

impl Type {
    /// A type without range.
    pub fn new(kind: Kind, scale: u8) -> Self {
        Type { kind, scale, low: None, high: None, optional: false }
    }

    /// The smallest and largest mantissa a fact of this type may have: the declared ends, else fewer than 15 digits
    /// for numbers and the calendar 0001-01-01 to 9999-12-31 for dates.
    pub fn bounds(&self) -> (i64, i64) {
        let (low, high) = match self.kind {
            Kind::Date => (super::Date::MIN.days(), super::Date::MAX.days()),
            _ => (1 - 10_i64.pow(15), 10_i64.pow(15) - 1),
        };
        (self.low.unwrap_or(low), self.high.unwrap_or(high))
    }
}
