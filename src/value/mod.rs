//! Values: what they measure, exact decimals, dates, sets of possible values, texts in several languages.
//!
//! Every number is a mantissa with a scale fixed when compiling: 12.50 at scale 2 is the mantissa 1250. Facts are `i64`
//! mantissas, computations run on `i128` and are faulty past [`LIMIT`] (*semantics 1, Numbers*).

pub mod arithmetic;
pub mod calendar;
mod choices;
mod currency;
mod date;
mod decimal;
mod kind;
mod set;
mod text;

pub use choices::Choices;
pub use currency::Currency;
pub use date::{Date, LeapRule, Unit};
pub use decimal::{DecimalError, Direction, LIMIT, MAX_SCALE, QUOTIENT_SCALE, Rounding, format_decimal, parse_decimal};
pub use kind::{EntityId, EnumId, Kind, Period, Type};
pub use set::{Body, Set, TextId, Truth};
pub use text::{Message, Part, Text};

use std::sync::Arc;

/// One value of a fact, an award, a report or a definition, ready to be printed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// There is none: no cap, no earlier award.
    None,
    /// Yes or no.
    Truth(bool),
    /// A number, percentage (in per cent), amount or count.
    Number {
        /// The digits, as a whole number.
        mantissa: i128,
        /// How many of them stand after the point.
        scale: u8,
    },
    /// A calendar date.
    Date(Date),
    /// A value of an enumeration, by its word.
    Choice(Arc<str>),
    /// A text.
    Text(Arc<str>),
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::None => f.write_str("none"),
            Value::Truth(value) => f.write_str(if *value { "yes" } else { "no" }),
            Value::Number { mantissa, scale } => f.write_str(&format_decimal(*mantissa, *scale)),
            Value::Date(date) => date.fmt(f),
            Value::Choice(text) | Value::Text(text) => f.write_str(text),
        }
    }
}

/// As JSON: *none* is null, truth a boolean, everything else a string, so that no amount passes through a binary float.
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::None => s.serialize_unit(),
            Value::Truth(value) => s.serialize_bool(*value),
            _ => s.collect_str(self),
        }
    }
}
