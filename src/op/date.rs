//! The calendar for any day number an operator can meet, and the sets of what has no single slope.
//!
//! The calendar repeats after an era of 400 years: a day is split into whole eras and a day of the first one, which the
//! kernels of [`crate::value::calendar`] take.

use super::Part;
use super::scalar::within;
use crate::value::calendar::{
    ERA, anniversary, civil, day_number, direction, is_leap, month_length, whole_months, whole_years,
};
use crate::value::{self, LIMIT, LeapRule, Set};

/// Days up to here either way go to the kernels as they are.
const NEAR: i128 = 10_i128.pow(12);

fn near(a: i128, b: i128) -> Option<(i64, i64)> {
    let fits = |n: i128| (-NEAR..=NEAR).contains(&n);
    (fits(a) && fits(b)).then_some((a as i64, b as i64))
}

/// Whole eras, and what is left.
fn split(number: i128, era: i64) -> (i128, i64) {
    (number.div_euclid(era.into()), number.rem_euclid(era.into()) as i64)
}

fn join(eras: i128, days: i64) -> i128 {
    eras.saturating_mul(ERA.into()).saturating_add(days.into())
}

/// See [`value::calendar::months_from`].
#[inline]
pub(super) fn months_from(from: i128, to: i128) -> i128 {
    match near(from, to) {
        Some((from, to)) => value::calendar::months_from(from, to).into(),
        None => apart(from, to, 4_800, whole_months),
    }
}

/// See [`value::calendar::years_from`].
#[inline]
pub(super) fn years_from(from: i128, to: i128, leap: LeapRule) -> i128 {
    match near(from, to) {
        Some((from, to)) => value::calendar::years_from(from, to, leap).into(),
        None => apart(from, to, 400, |from, to| whole_years(from, to, leap)),
    }
}

fn apart(from: i128, to: i128, an_era: i128, count: impl Fn(i64, i64) -> i64) -> i128 {
    let (from, to, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    let ((from_era, from), (to_era, to)) = (split(from, ERA), split(to, ERA));
    sign * ((to_era - from_era) * an_era + i128::from(count(from, to)))
}

/// See [`value::calendar::plus_months`].
#[inline]
pub(super) fn plus_months(day: i128, months: i128) -> i128 {
    match near(day, months) {
        Some((day, months)) => value::calendar::plus_months(day, months).into(),
        None => {
            let ((era, day), (eras, months)) = (split(day, ERA), split(months, 4_800));
            join(era.saturating_add(eras), value::calendar::plus_months(day, months))
        }
    }
}

/// See [`value::calendar::plus_years`].
#[inline]
pub(super) fn plus_years(day: i128, years: i128, leap: LeapRule) -> i128 {
    match near(day, years) {
        Some((day, years)) => value::calendar::plus_years(day, years, leap).into(),
        None => {
            let leap = direction(years < 0, leap);
            let ((era, day), (eras, years)) = (split(day, ERA), split(years, 400));
            join(era.saturating_add(eras), anniversary(day, years, leap))
        }
    }
}

/// A part of a date.
#[inline]
pub(super) fn part(part: Part, day: i128) -> i128 {
    let (era, day) = split(day, ERA);
    let (year, month, day) = civil(day);
    match part {
        Part::Year => era.saturating_mul(400).saturating_add(year.into()),
        Part::Month => month.into(),
        Part::Day => day.into(),
    }
}

/// A date of any year, if it is one.
pub(super) fn make(year: i128, month: i128, day: i128) -> Option<i128> {
    let (era, year) = split(year, 400);
    let month = i64::try_from(month).ok().filter(|m| (1..=12).contains(m))?;
    let day = i64::try_from(day).ok().filter(|d| (1..=month_length(year, month)).contains(d))?;
    Some(join(era, day_number(year, month, day)))
}

/// The months of all days between two.
pub(super) fn months_of(low: i128, high: i128) -> (i128, i128) {
    let month = |day| part(Part::Month, day);
    if part(Part::Year, low) == part(Part::Year, high) { (month(low), month(high)) } else { (1, 12) }
}

/// The days of the month of all days between two.
pub(super) fn days_of(low: i128, high: i128) -> (i128, i128) {
    let (mut first, mut least, mut most) = (low, 31, 1);
    for _ in 0..3 {
        let (year, month, day) = civil(split(first, ERA).1);
        let last = (first + i128::from(month_length(year, month) - day)).min(high);
        least = least.min(day.into());
        most = most.max(part(Part::Day, last));
        if last == high {
            return (least, most);
        }
        first = last + 1;
    }
    // Of the two months that lie whole between the first and the last, one has 31 days.
    (1, 31)
}

/// All dates made of a year, a month and a day between two each.
pub(super) fn make_of(years: (i128, i128), months: (i128, i128), days: (i128, i128)) -> Set {
    // Years past these lie past the limit of days.
    const YEARS: i128 = LIMIT / 300;
    let (from, to) = (years.0.max(-YEARS), years.1.min(YEARS));
    let inner = (months.0.max(1) as i64, months.1.min(12) as i64, days.0.max(1), days.1.min(31));
    let (month, last_month, day, last_day) = inner;
    let is_clipped =
        (from, to) != years || (i128::from(month), i128::from(last_month)) != months || (day, last_day) != days;
    if from > to || months.0.max(1) > months.1.min(12) || day > last_day {
        return Set::FAULT;
    }
    let length = |year: i128, month: i64| i128::from(month_length(split(year, 400).1, month));
    let on = |year: i128, month: i64, day: i128| {
        let (era, year) = split(year, 400);
        join(era, day_number(year, month, day as i64))
    };
    // A 29 February is at most eight years away, and every other day that a month can have comes each year.
    let first = (0..9)
        .map(|n| from + n)
        .take_while(|y| *y <= to)
        .find_map(|year| (month..=last_month).find(|m| day <= length(year, *m)).map(|m| on(year, m, day)));
    let last = (0..9).map(|n| to - n).take_while(|y| *y >= from).find_map(|year| {
        let fits = (month..=last_month).rev().find(|m| day <= length(year, *m));
        fits.map(|m| on(year, m, last_day.min(length(year, m))))
    });
    let common = if is_leap(split(from, 400).1) && from < to { from + 1 } else { from };
    let is_unreal = (month..=last_month).any(|m| last_day > length(common, m));
    match (first, last) {
        (Some(first), Some(last)) => clip(first, last).or_fault(is_clipped || is_unreal),
        _ => Set::FAULT,
    }
}

/// An interval held to the limit: what lies past it is a fault.
pub(super) fn clip(low: i128, high: i128) -> Set {
    let is_past = within(low).is_none() || within(high).is_none();
    Set::interval(low.max(-LIMIT), high.min(LIMIT)).or_fault(is_past)
}
