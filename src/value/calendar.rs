//! The calendar and the statute's counts of time, on day numbers (0 = 1970-01-01).
//!
//! Conversions to day numbers follow Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". Everything here runs on `i64` and holds
//! for day numbers and counts up to 10^15 either way, far past the years 1 to 9999 that a [`super::Date`] is held to; the
//! operators carry on from there by whole eras of 400 years.

use super::LeapRule;

/// The days of 400 years, after which the calendar repeats.
pub const ERA: i64 = 146_097;

/// Whether a year has 366 days.
#[inline]
pub const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The number of days of a month, 1 to 12.
#[inline]
pub const fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + is_leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day number of a date in any year.
#[inline]
pub const fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let year = year - (month <= 2) as i64;
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA + day_of_era - 719_468
}

/// Days from 1 March of the year -32,800 to 1970-01-01: the quick way counts from there and has no signs.
const QUICK_SHIFT: i64 = 719_468 + 82 * ERA;

/// Year, month and day of a day number.
///
/// Within 30,000 years of the present by Neri and Schneider, "Euclidean affine functions and their application to calendar
/// algorithms" (2023), which needs no division that the machine has to carry out; beyond by Hinnant.
#[inline]
pub const fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days.wrapping_add(QUICK_SHIFT);
    if shifted < 0 || shifted >= 1 << 25 {
        return civil_of_any(days);
    }
    let n = shifted as u32 * 4 + 3;
    let (century, of_century) = (n / 146_097, n % 146_097 / 4);
    let p = 2_939_745 * (of_century as u64 * 4 + 3);
    let (year, of_year) = ((p >> 32) as u32, (p as u32) / 2_939_745 / 4);
    let m = 2_141 * of_year + 197_913;
    let (month, day) = (m >> 16, (m & 0xffff) / 2_141);
    let january = of_year >= 306;
    let year = 100 * century as i64 + year as i64 - 82 * 400 + january as i64;
    (year, if january { month as i64 - 12 } else { month as i64 }, day as i64 + 1)
}

const fn civil_of_any(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(ERA);
    let day_of_era = days.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + (month <= 2) as i64, month, day)
}

/// Whole months from one day to another; swapped days give the negative.
#[inline]
pub fn months_from(from: i64, to: i64) -> i64 {
    if from <= to { whole_months(from, to) } else { -whole_months(to, from) }
}

/// Whole years from one day to another; swapped days give the negative.
#[inline]
pub fn years_from(from: i64, to: i64, leap: LeapRule) -> i64 {
    if from <= to { whole_years(from, to, leap) } else { -whole_years(to, from, leap) }
}

/// The day some months later (or earlier), clamped to the month's end.
#[inline]
pub fn plus_months(day: i64, months: i64) -> i64 {
    let (year, month, day) = civil(day);
    let month = year * 12 + month - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    day_number(year, month, day.min(month_length(year, month)))
}

/// The day some years later (or earlier). From a 29 February to a common year it is the birthday by the leap clause; going
/// back it is always 28 February. So `years_from(d, plus_years(d, n)) == n` whichever the clause and the direction: who was
/// born on 1 March has not completed the year on 29 February.
#[inline]
pub fn plus_years(day: i64, years: i64, leap: LeapRule) -> i64 {
    anniversary(day, years, direction(years < 0, leap))
}

/// The leap clause that holds for a step in years, see [`plus_years`].
#[inline]
pub(crate) fn direction(back: bool, leap: LeapRule) -> LeapRule {
    if back { LeapRule::February28 } else { leap }
}

/// The same month and day so many years on, a missing 29 February by the clause.
#[inline]
pub(crate) fn anniversary(day: i64, years: i64, leap: LeapRule) -> i64 {
    let (year, month, day) = civil(day);
    let year = year + years;
    match leap {
        _ if (month, day) != (2, 29) || is_leap(year) => day_number(year, month, day),
        LeapRule::March1 => day_number(year, 3, 1),
        LeapRule::February28 => day_number(year, 2, 28),
    }
}

/// Month numbers' difference, less one if the day number of the second is smaller.
#[inline]
pub(crate) fn whole_months(from: i64, to: i64) -> i64 {
    let (year, month, day) = civil(from);
    let (to_year, to_month, to_day) = civil(to);
    (to_year - year) * 12 + to_month - month - i64::from(to_day < day)
}

/// Years' difference, less one if the birthday in the second's year is still to come.
#[inline]
pub(crate) fn whole_years(from: i64, to: i64, leap: LeapRule) -> i64 {
    let (year, month, day) = civil(from);
    let (to_year, to_month, to_day) = civil(to);
    let early = leap == LeapRule::February28 && (month, day) == (2, 29) && !is_leap(to_year);
    to_year - year - i64::from((to_month, to_day) < (month, day - i64::from(early)))
}
