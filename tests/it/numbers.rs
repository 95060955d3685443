//! Arithmetic and the calendar on single values, against `rust_decimal` and `jiff`.

use jiff::{Span, civil};
use placet::op::{Op, Point, Shape, scalar};
use placet::value::calendar::{day_number, months_from, plus_months, plus_years, years_from};
use placet::value::{Date, Direction, Kind, LIMIT, LeapRule, Rounding, calendar, format_decimal, parse_decimal};
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

fn number(value: i128, scale: u8) -> Point {
    Point { value: Some(value), shape: Shape::new(Kind::Number, scale) }
}

fn run(op: &Op, args: &[Point]) -> Option<Decimal> {
    let shapes: Vec<Shape> = args.iter().map(|a| a.shape).collect();
    let shape = placet::op::result(op, &shapes).expect("numbers");
    let mantissa = scalar(op, shape, args, &Vec::new())?;
    Some(Decimal::from_i128_with_scale(mantissa, shape.scale.into()))
}

fn strategy(direction: Direction) -> RoundingStrategy {
    match direction {
        Direction::HalfEven => RoundingStrategy::MidpointNearestEven,
        Direction::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Direction::Down => RoundingStrategy::ToNegativeInfinity,
        Direction::Up => RoundingStrategy::ToPositiveInfinity,
    }
}

const DIRECTIONS: [Direction; 4] = [Direction::HalfEven, Direction::HalfUp, Direction::Down, Direction::Up];
const CLAUSES: [LeapRule; 2] = [LeapRule::March1, LeapRule::February28];

fn date(day: i64) -> civil::Date {
    let (year, month, day) = Date::from_days(day).expect("in the calendar").parts();
    civil::date(year as i16, month as i8, day as i8)
}

fn number_of(date: civil::Date) -> i64 {
    day_number(date.year().into(), date.month().into(), date.day().into())
}

fn days() -> impl Strategy<Value = i64> {
    let all = Date::MIN.days() + 50_000..Date::MAX.days() - 50_000;
    let leap = (100i32..2_400).prop_map(|y| Date::new(y * 4, 2, 28).expect("a date").days());
    prop_oneof![all, (leap, 0i64..3).prop_map(|(d, n)| d + n)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic_agrees_with_decimals(
        a in -1_000_000i128..1_000_000, b in -100_000i128..100_000, a_scale in 0u8..4, b_scale in 0u8..3, to in 0u8..4,
    ) {
        let args = [number(a, a_scale), number(b, b_scale)];
        let (x, y) = (Decimal::from_i128_with_scale(a, a_scale.into()), Decimal::from_i128_with_scale(b, b_scale.into()));
        prop_assert_eq!(run(&Op::Add, &args), Some(x + y));
        prop_assert_eq!(run(&Op::Subtract, &args), Some(x - y));
        prop_assert_eq!(run(&Op::Multiply, &args), Some(x * y));
        prop_assert_eq!(run(&Op::Larger, &args), Some(x.max(y)));
        let quotient = x.checked_div(y);
        prop_assert_eq!(run(&Op::Divide, &args), quotient.map(|q| q.round_dp(12)));
        for direction in DIRECTIONS {
            let rounding = Rounding { step: 1, scale: to, direction };
            let round = |d: Decimal| d.round_dp_with_strategy(to.into(), strategy(direction));
            prop_assert_eq!(run(&Op::Round(rounding), &args[..1]), Some(round(x)));
            prop_assert_eq!(run(&Op::DivideRounded(rounding), &args), quotient.map(round));
            let tens = Rounding { step: 10, scale: 0, direction };
            let ten = Decimal::from(10);
            let whole = (x / ten).round_dp_with_strategy(0, strategy(direction)) * ten;
            prop_assert_eq!(run(&Op::Round(tens), &args[..1]), Some(whole));
        }
        prop_assert_eq!(parse_decimal(&format_decimal(a, a_scale), a_scale), Ok(a));
    }

    /// What 128 bits do not hold is divided as what they do.
    #[test]
    fn wide_quotients_are_the_narrow_ones(
        a in -10i128.pow(12)..10i128.pow(12), b in 1i128..10i128.pow(12), by in 10i128.pow(16)..10i128.pow(24), step in 1i64..1_000,
    ) {
        for direction in DIRECTIONS {
            let op = Op::DivideRounded(Rounding { step, scale: 12, direction });
            let narrow = run(&op, &[number(a, 0), number(b, 0)]);
            prop_assert_eq!(run(&op, &[number(a * by, 0), number(b * by, 0)]), narrow);
        }
    }

    #[test]
    fn dates_move_as_in_the_oracle(day in days(), months in -1_500i64..1_500, years in -130i64..130) {
        let moved = |span: Span| number_of(date(day).checked_add(span).expect("in the calendar"));
        prop_assert_eq!(plus_months(day, months), moved(Span::new().months(months)));
        let clamped = moved(Span::new().years(years));
        let (_, month, number) = calendar::civil(day);
        let leaps = (month, number) == (2, 29) && years > 0 && !date(clamped).in_leap_year();
        prop_assert_eq!(plus_years(day, years, LeapRule::February28), clamped);
        prop_assert_eq!(plus_years(day, years, LeapRule::March1), clamped + i64::from(leaps));
    }

    #[test]
    fn age_and_anniversary_agree(day in days(), years in -130i64..130, later in 0i64..50_000) {
        for leap in CLAUSES {
            prop_assert_eq!(years_from(day, plus_years(day, years, leap), leap), years);
            let age = years_from(day, day + later, leap);
            prop_assert!(plus_years(day, age, leap) <= day + later && day + later < plus_years(day, age + 1, leap));
            prop_assert_eq!(years_from(day + later, day, leap), -age);
        }
    }

    #[test]
    fn months_are_counted_by_day_numbers(day in days(), later in 0i64..50_000) {
        let (from, to) = (date(day), date(day + later));
        let first = number_of(from.first_of_month());
        let span = date(first).until((jiff::Unit::Month, to.first_of_month())).expect("in the calendar");
        let months = i64::from(span.get_months()) - i64::from(to.day() < from.day());
        prop_assert_eq!(months_from(day, day + later), months);
        prop_assert_eq!(months_from(day + later, day), -months);
    }

    /// The calendar repeats after 400 years, also where the near kernels do not reach.
    #[test]
    fn far_dates_are_as_near_ones(day in days(), other in days(), eras in 10i128.pow(9)..10i128.pow(30), n in -5_000i64..5_000) {
        let shape = Shape::new(Kind::Date, 0);
        let at = |day: i64| Point { value: Some(i128::from(day)), shape };
        let far = |day: i64| Point { value: Some(i128::from(day) + eras * 146_097), shape };
        let years = Shape::new(Kind::Count(placet::value::Unit::Years), 0);
        let months = Shape::new(Kind::Count(placet::value::Unit::Months), 0);
        let get = |op: &Op, shape, args: &[Point]| scalar(op, shape, args, &Vec::new());
        for leap in CLAUSES {
            let op = Op::YearsFrom(leap);
            prop_assert_eq!(get(&op, years, &[far(day), far(other)]), get(&op, years, &[at(day), at(other)]));
            let n = Point { value: Some(n.into()), shape: years };
            let near = get(&Op::PlusYears(leap), shape, &[at(day), n]);
            prop_assert_eq!(get(&Op::PlusYears(leap), shape, &[far(day), n]), near.map(|d| d + eras * 146_097));
            // By as many years as eras have, and back.
            let on = Point { value: Some(eras * 400), shape: years };
            prop_assert_eq!(get(&Op::PlusYears(leap), shape, &[at(day), on]), far(day).value);
            prop_assert_eq!(get(&op, years, &[far(day), at(day)]), Some(-eras * 400));
        }
        prop_assert_eq!(get(&Op::MonthsFrom, months, &[far(day), far(other)]), get(&Op::MonthsFrom, months, &[at(day), at(other)]));
        let n = Point { value: Some(n.into()), shape: months };
        let near = get(&Op::PlusMonths, shape, &[at(day), n]);
        prop_assert_eq!(get(&Op::PlusMonths, shape, &[far(day), n]), near.map(|d| d + eras * 146_097));
    }
}

#[test]
fn every_day_of_the_calendar_is_the_oracles() {
    let mut day = Date::MIN.days();
    for expected in civil::date(1, 1, 1).series(Span::new().days(1)) {
        let (year, month, number) = Date::from_days(day).expect("in the calendar").parts();
        assert_eq!((year, month, number), (expected.year().into(), expected.month() as u8, expected.day() as u8));
        assert_eq!(Date::new(year, month, number).map(Date::days), Some(day));
        day += 1;
    }
    assert_eq!(day, Date::MAX.days() + 1);
    assert!(Date::new(2023, 2, 29).is_none() && Date::new(2024, 2, 30).is_none() && Date::new(0, 12, 31).is_none());
    assert!(Date::parse("2024-02-29").is_some() && Date::parse("2024-2-29").is_none());
}

#[test]
fn leap_birthdays_follow_the_clause() {
    let day = |y, m, d| day_number(y, m, d);
    let born = day(2004, 2, 29);
    let (march, february) = (LeapRule::March1, LeapRule::February28);
    assert_eq!(years_from(born, day(2022, 2, 28), march), 17);
    assert_eq!(years_from(born, day(2022, 3, 1), march), 18);
    assert_eq!(years_from(born, day(2022, 2, 27), february), 17);
    assert_eq!(years_from(born, day(2022, 2, 28), february), 18);
    assert_eq!(years_from(born, day(2024, 2, 28), february), 19);
    assert_eq!(plus_years(born, 18, march), day(2022, 3, 1));
    assert_eq!(plus_years(born, 18, february), day(2022, 2, 28));
    assert_eq!(plus_years(born, 20, march), day(2024, 2, 29));
    assert_eq!(plus_years(born, -1, march), day(2003, 2, 28));
}

#[test]
fn halves_and_the_limit() {
    let round = |value, direction| run(&Op::Round(Rounding { step: 1, scale: 0, direction }), &[number(value, 1)]);
    assert_eq!(round(25, Direction::HalfEven), Some(Decimal::from(2)));
    assert_eq!(round(-25, Direction::HalfUp), Some(Decimal::from(-3)));
    assert_eq!(round(-21, Direction::Down), Some(Decimal::from(-3)));
    assert_eq!(round(-29, Direction::Up), Some(Decimal::from(-2)));
    let raw = |op: &Op, a, b| scalar(op, Shape::new(Kind::Number, 0), &[number(a, 0), number(b, 0)], &Vec::new());
    assert_eq!(raw(&Op::Add, LIMIT - 1, 1), Some(LIMIT));
    assert_eq!(raw(&Op::Add, LIMIT, 1), None);
    assert_eq!(raw(&Op::Multiply, LIMIT, -LIMIT), None);
    assert_eq!(raw(&Op::Divide, 1, 0), None);
}
