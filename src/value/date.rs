//! Calendar dates (proleptic Gregorian) as day numbers.
//!
//! Computations run on plain day numbers (see [`super::calendar`]) that may leave the years 1 to 9999; only a [`Date`] is
//! held to them.

use super::calendar::{civil, day_number, month_length};
use crate::wire::{Put, Reader, Take, wire};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A unit of whole counts of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Unit {
    Days,
    Months,
    Years,
}

wire!(enum Unit { 0 Days, 1 Months, 2 Years });

impl Unit {
    /// The word of the language.
    pub fn word(self) -> &'static str {
        match self {
            Unit::Days => "days",
            Unit::Months => "months",
            Unit::Years => "years",
        }
    }
}

/// Where a birthday on 29 February falls in a common year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum LeapRule {
    /// On 1 March, the default.
    #[default]
    March1,
    /// On 28 February.
    February28,
}

wire!(enum LeapRule { 0 March1, 1 February28 });

/// A calendar date from 0001-01-01 to 9999-12-31.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(i32);

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date(-719_162);
    /// 9999-12-31.
    pub const MAX: Date = Date(2_932_896);

    /// The date, if it exists.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        let fits = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1;
        let fits = fits && i64::from(day) <= month_length(year.into(), month.into());
        fits.then(|| Date(day_number(year.into(), month.into(), day.into()) as i32))
    }

    /// The date of a day number, 0 = 1970-01-01, if it is within the calendar.
    pub fn from_days(days: i64) -> Option<Date> {
        (Date::MIN.days()..=Date::MAX.days()).contains(&days).then_some(Date(days as i32))
    }

    /// The day number, 0 = 1970-01-01.
    pub fn days(self) -> i64 {
        self.0.into()
    }

    /// Year, month, day.
    pub fn parts(self) -> (i32, u8, u8) {
        let (year, month, day) = civil(self.days());
        (year as i32, month as u8, day as u8)
    }

    /// From `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Date> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0i32, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
        };
        Date::new(number(0..4)?, number(5..7)? as u8, number(8..10)? as u8)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Date::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a date")))
    }
}

impl Put for Date {
    fn put(&self, out: &mut Vec<u8>) {
        self.to_string().as_str().put(out);
    }
}

impl Take for Date {
    fn take(from: &mut Reader) -> Self {
        Date::parse(&Box::<str>::take(from)).unwrap_or_else(|| {
            from.fail();
            Date::MIN
        })
    }
}
