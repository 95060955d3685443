//! Operators on sets against the operators on every combination of single values.

use placet::op::{Op, Operand, Part, Point, Quantifier, Shape, Test, check, range, result, scalar};
use placet::value::{
    Body, Choices, Currency, Date, Direction, EnumId, Kind, LIMIT, LeapRule, Rounding, Set, TextId, Truth, Unit,
};
use proptest::prelude::*;

/// What an operand can be in one combination.
#[derive(Clone, Copy)]
enum Possible {
    Value(i128),
    None,
    Fault,
}

fn texts() -> Vec<Box<str>> {
    ["", "a", "ab", "b", "abc", "z"].map(Box::from).to_vec()
}

/// Everything a set contains; of any text, all that the tests know.
fn possible(set: &Set) -> Vec<Possible> {
    let mut all: Vec<Possible> = match set.body {
        Body::Nothing => Vec::new(),
        Body::Truth(t) => {
            let no = t.can_be_not_met().then_some(0);
            no.into_iter().chain(t.can_be_met().then_some(1)).map(Possible::Value).collect()
        }
        Body::Interval(low, high) => (low..=high).map(Possible::Value).collect(),
        Body::Choices(c) => c.iter().map(|v| Possible::Value(v.into())).collect(),
        Body::Text(id) => vec![Possible::Value(id.0.into())],
        Body::AnyText => (0..texts().len() as i128).map(Possible::Value).collect(),
    };
    all.extend(set.none.then_some(Possible::None));
    all.extend(set.fault.then_some(Possible::Fault));
    all
}

/// One value as a set.
fn point(shape: Shape, value: i128) -> Set {
    match shape.kind {
        Kind::Truth => Set::yes_or_no(value == 1),
        Kind::Enum(_) => Set::of(Body::Choices(Choices::one(value as u8))),
        Kind::Text => Set::of(Body::Text(TextId(value as u32))),
        _ => Set::point(value),
    }
}

/// The join of the operator's results over all combinations.
fn by_force(op: &Op, shape: Shape, args: &[Operand]) -> Set {
    let all: Vec<Vec<Possible>> = args.iter().map(|a| possible(&a.set)).collect();
    let texts = texts();
    let mut found = Set::EMPTY;
    let mut at = vec![0; args.len()];
    if all.iter().any(Vec::is_empty) {
        return Set::EMPTY;
    }
    let (mut low, mut high) = (i128::MAX, i128::MIN);
    loop {
        let chosen: Vec<Possible> = at.iter().zip(&all).map(|(i, a)| a[*i]).collect();
        let points: Option<Vec<Point>> = chosen
            .iter()
            .zip(args)
            .map(|(p, a)| match p {
                Possible::Value(v) => Some(Point { value: Some(*v), shape: a.shape }),
                Possible::None => Some(Point { value: None, shape: a.shape }),
                Possible::Fault => None,
            })
            .collect();
        match points.and_then(|points| scalar(op, shape, &points, &texts)) {
            None => found.fault = true,
            Some(value) if shape.kind.is_numeric() => (low, high) = (low.min(value), high.max(value)),
            Some(value) => found = found.join(&point(shape, value)),
        }
        let Some(next) = (0..at.len()).find(|i| at[*i] + 1 < all[*i].len()) else { break };
        at[next] += 1;
        at[..next].fill(0);
    }
    found.join(&Set::interval(low, high))
}

fn holds_all(outer: &Set, inner: &Set) -> bool {
    outer.join(inner) == *outer
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![Direction::HalfEven, Direction::HalfUp, Direction::Down, Direction::Up])
}

fn rounding() -> impl Strategy<Value = Rounding> {
    (prop::sample::select(vec![1i64, 2, 5, 10, 25]), 0u8..3, direction())
        .prop_map(|(step, scale, direction)| Rounding { step, scale, direction })
}

fn leap() -> impl Strategy<Value = LeapRule> {
    prop::sample::select(vec![LeapRule::March1, LeapRule::February28])
}

/// Sometimes *none*, sometimes a fault, sometimes no value at all.
fn spoil(set: impl Strategy<Value = Set>) -> impl Strategy<Value = Set> {
    (set, 0u8..20).prop_map(|(set, dice)| match dice {
        0 => Set { none: true, ..set },
        1 => Set { fault: true, ..set },
        2 => Set::NONE,
        3 => Set::FAULT,
        _ => set,
    })
}

fn numbers(low: i128, high: i128, wide: i128) -> impl Strategy<Value = Set> {
    spoil((low..=high, 0..=wide).prop_map(|(low, width)| Set::interval(low, low + width)))
}

fn number() -> impl Strategy<Value = Operand> {
    (numbers(-12, 12, 5), 0u8..3)
        .prop_map(|(set, scale)| Operand { set, shape: Shape { optional: true, ..Shape::new(Kind::Number, scale) } })
}

fn count(unit: Unit, far: i128, wide: i128) -> impl Strategy<Value = Operand> {
    numbers(-far, far, wide).prop_map(move |set| Operand { set, shape: Shape::new(Kind::Count(unit), 0) })
}

fn day(year: i32, month: u8, day: u8) -> i128 {
    Date::new(year, month, day).expect("a date").days().into()
}

/// Stretches of days, many of them about the ends of February.
fn days(wide: i128) -> impl Strategy<Value = Operand> {
    let near = prop::sample::select(vec![
        day(2024, 2, 25),
        day(2023, 2, 25),
        day(2020, 2, 25),
        day(1900, 2, 25),
        day(1896, 2, 25),
        day(2000, 12, 29),
        day(2001, 1, 29),
    ]);
    let start = prop_oneof![(near, 0..6i128).prop_map(|(d, n)| d + n), day(1890, 1, 1)..day(2030, 1, 1)];
    spoil((start, 0..=wide).prop_map(|(low, width)| Set::interval(low, low + width)))
        .prop_map(|set| Operand { set, shape: Shape::new(Kind::Date, 0) })
}

const GRADES: Kind = Kind::Enum(EnumId(0));

fn grade() -> impl Strategy<Value = Operand> {
    let set = (1u8..32).prop_map(|bits| {
        let values = (0..5).filter(|v| bits >> v & 1 == 1);
        Set::of(Body::Choices(values.fold(Choices::default(), |c, v| c.union(Choices::one(v)))))
    });
    spoil(set).prop_map(|set| Operand { set, shape: Shape::new(GRADES, 0) })
}

fn yes_or_no() -> impl Strategy<Value = Operand> {
    let set = (1u8..4).prop_map(|bits| Set::truth(Truth::from_bits(bits)));
    spoil(set).prop_map(|set| Operand { set, shape: Shape::TRUTH })
}

fn text() -> impl Strategy<Value = Operand> {
    let set = prop_oneof![(0u32..4).prop_map(|t| Set::of(Body::Text(TextId(t)))), Just(Set::of(Body::AnyText))];
    spoil(set).prop_map(|set| Operand { set, shape: Shape::new(Kind::Text, 0) })
}

type Case = (Op, Vec<Operand>);

fn one(op: impl Strategy<Value = Op>, a: impl Strategy<Value = Operand>) -> impl Strategy<Value = Case> {
    (op, a).prop_map(|(op, a)| (op, vec![a]))
}

fn two(
    op: impl Strategy<Value = Op>,
    a: impl Strategy<Value = Operand>,
    b: impl Strategy<Value = Operand>,
) -> impl Strategy<Value = Case> {
    (op, a, b).prop_map(|(op, a, b)| (op, vec![a, b]))
}

fn arithmetic() -> impl Strategy<Value = Case> {
    let binary = prop_oneof![
        prop::sample::select(vec![Op::Add, Op::Subtract, Op::Multiply, Op::Divide, Op::Larger, Op::Smaller]),
        rounding().prop_map(Op::DivideRounded),
    ];
    prop_oneof![
        one(Just(Op::Negate), number()),
        one(rounding().prop_map(Op::Round), number()),
        two(binary, number(), number()),
        (prop::sample::select(vec![Op::Larger, Op::Smaller]), prop::collection::vec(number(), 1..4)),
        (prop::sample::select(vec![Op::Larger, Op::Smaller]), prop::collection::vec(grade(), 1..4)),
        (prop::sample::select(vec![Op::Larger, Op::Smaller]), prop::collection::vec(days(9), 1..4)),
    ]
}

fn comparisons() -> impl Strategy<Value = Case> {
    let ordered = || prop::sample::select(vec![Op::Equal, Op::Less, Op::AtMost]);
    let is = || Just(Op::Equal);
    let none = || Just(Op::IsNone);
    prop_oneof![
        two(ordered(), number(), number()),
        two(ordered(), days(5), days(5)),
        two(ordered(), grade(), grade()),
        two(is(), yes_or_no(), yes_or_no()),
        two(is(), text(), text()),
        two(Just(Op::StartsWith), text(), text()),
        one(none(), number()),
        one(none(), text()),
        one(none(), yes_or_no()),
        one(Just(Op::As), grade()),
        one(Just(Op::As), text()),
        one(Just(Op::As), yes_or_no()),
    ]
}

fn tests(all: Vec<Test>) -> impl Strategy<Value = Vec<Test>> {
    prop::collection::vec(prop::sample::select(all), 0..4)
}

fn membership() -> impl Strategy<Value = Case> {
    use Test::{AtLeast, AtMost, Is, IsNone, LessThan, MoreThan, To};
    let every = || vec![Is, To, To, AtLeast, AtMost, MoreThan, LessThan, IsNone];
    fn of(
        tests: impl Strategy<Value = Vec<Test>>,
        operand: impl Strategy<Value = Operand>,
        bound: impl Strategy<Value = Operand> + Clone,
    ) -> impl Strategy<Value = Case> {
        (tests, operand).prop_flat_map(move |(tests, value)| {
            let bounds = tests.iter().map(|t| t.bounds()).sum::<usize>();
            prop::collection::vec(bound.clone(), bounds).prop_map(move |bounds| {
                let args = std::iter::once(value).chain(bounds).collect();
                (Op::Matches(tests.clone().into()), args)
            })
        })
    }
    // Bounds are mostly constants, sometimes a narrow range; many together would be too many combinations.
    let bound = (-12i128..12, prop::sample::select(vec![0i128, 0, 0, 1, 2]), 0u8..2, 0u8..40).prop_map(
        |(low, width, scale, dice)| {
            let set = if dice == 0 { Set::NONE } else { Set::interval(low, low + width) };
            Operand { set, shape: Shape::new(Kind::Number, scale) }
        },
    );
    let marked = |low: u32| Operand { set: Set::of(Body::Text(TextId(low))), shape: Shape::new(Kind::Text, 0) };
    let texts = prop_oneof![(0u32..4).prop_map(marked), Just(marked(0)).boxed(), text()].boxed();
    prop_oneof![
        3 => of(tests(every()), number(), bound.boxed()),
        1 => of(tests(every()), grade(), grade().boxed()),
        1 => of(tests(vec![Is, IsNone]), yes_or_no(), yes_or_no().boxed()),
        1 => of(tests(vec![Is, IsNone]), text(), texts),
    ]
}

fn calendar() -> impl Strategy<Value = Case> {
    let from = prop_oneof![
        Just(Op::MonthsFrom),
        Just(Op::DaysFrom),
        leap().prop_map(Op::YearsFrom),
        leap().prop_map(Op::YearsFrom)
    ];
    let whole =
        |low, high, wide| numbers(low, high, wide).prop_map(|set| Operand { set, shape: Shape::new(Kind::Number, 0) });
    prop_oneof![
        two(from, days(12), days(12)),
        two(Just(Op::PlusDays), days(9), count(Unit::Days, 40, 9)),
        two(Just(Op::PlusMonths), days(9), count(Unit::Months, 40, 5)),
        two(leap().prop_map(Op::PlusYears), days(9), count(Unit::Years, 9, 5)),
        one(prop::sample::select(vec![Part::Year, Part::Month, Part::Day]).prop_map(Op::Part), days(130)),
        (whole(1894, 1906, 9), whole(-1, 13, 3), whole(-1, 33, 4)).prop_map(|(y, m, d)| (Op::MakeDate, vec![y, m, d])),
        (whole(1895, 1898, 9), whole(2, 2, 1), whole(28, 29, 1)).prop_map(|(y, m, d)| (Op::MakeDate, vec![y, m, d])),
    ]
}

/// Thresholds that do not change places.
fn marginal() -> impl Strategy<Value = Case> {
    let slice = (0i128..6, 0i128..3, -5i128..12, 0i128..3);
    let all = (number(), -10i128..4, prop::collection::vec(slice, 1..4), 0u8..2, 0u8..3);
    all.prop_map(|(value, start, slices, scale, rates)| {
        let mut args = vec![value];
        let mut low = start;
        for (gap, width, rate, spread) in slices {
            low += gap;
            let operand =
                |kind, scale, low, high| Operand { set: Set::interval(low, high), shape: Shape::new(kind, scale) };
            args.push(operand(Kind::Number, scale, low, low + width));
            args.push(operand(Kind::Percentage, rates, rate, rate + spread));
            low += width;
        }
        (Op::Marginal, args)
    })
}

fn is_exact((op, args): &Case) -> Result<(), TestCaseError> {
    let shapes: Vec<Shape> = args.iter().map(|a| a.shape).collect();
    let shape = result(op, &shapes).map_err(|e| TestCaseError::fail(e.to_string()))?;
    prop_assert_eq!(range(op, shape, args, &texts()), by_force(op, shape, args));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic_on_sets_is_the_hull(case in arithmetic()) { is_exact(&case)?; }

    #[test]
    fn comparisons_on_sets_are_exact(case in comparisons()) { is_exact(&case)?; }

    #[test]
    fn membership_of_sets_is_exact(case in membership()) { is_exact(&case)?; }

    #[test]
    fn calendar_on_sets_is_the_hull(case in calendar()) { is_exact(&case)?; }

    #[test]
    fn marginal_tables_on_sets_are_the_hull(case in marginal()) { is_exact(&case)?; }

    #[test]
    fn marginal_tables_in_any_order_are_contained(
        value in number(),
        slices in prop::collection::vec((number(), number()), 1..3),
    ) {
        let args: Vec<Operand> = std::iter::once(value).chain(slices.into_iter().flat_map(|(t, r)| [t, r])).collect();
        let shapes: Vec<Shape> = args.iter().map(|a| a.shape).collect();
        let shape = result(&Op::Marginal, &shapes).expect("numbers");
        let set = range(&Op::Marginal, shape, &args, &texts());
        prop_assert!(holds_all(&set, &by_force(&Op::Marginal, shape, &args)));
    }

    #[test]
    fn conversion_adds_decimals(a in number(), more in 0u8..4) {
        let money = Kind::Money { currency: Currency::parse("CNY").expect("in use"), per: None };
        let shape = Shape::new(money, a.shape.scale + more);
        prop_assert!(check(&Op::As, shape, &[a.shape]).is_ok());
        prop_assert_eq!(range(&Op::As, shape, &[a], &texts()), by_force(&Op::As, shape, &[a]));
    }

    /// At and past the limit: no panic, and whatever a single combination gives is in the set.
    #[test]
    fn nothing_overflows(
        op in prop_oneof![
            prop::sample::select(vec![
                Op::Negate, Op::Add, Op::Subtract, Op::Multiply, Op::Divide, Op::Larger, Op::Smaller, Op::Equal, Op::Less,
                Op::AtMost, Op::Matches([Test::To, Test::MoreThan].into()), Op::Marginal, Op::MonthsFrom, Op::DaysFrom,
                Op::PlusDays, Op::PlusMonths, Op::Part(Part::Year), Op::Part(Part::Month), Op::Part(Part::Day), Op::MakeDate,
            ]),
            leap().prop_map(Op::YearsFrom),
            leap().prop_map(Op::PlusYears),
            rounding().prop_map(Op::DivideRounded),
            rounding().prop_map(Op::Round),
        ],
        ends in prop::collection::vec((any::<i128>(), any::<i128>(), 0u32..37, 0u8..=18, any::<[u64; 4]>()), 5),
    ) {
        let date = Shape::new(Kind::Date, 0);
        let counted = |unit| Shape::new(Kind::Count(unit), 0);
        let number = Shape::new(Kind::Number, 0);
        let shapes: Vec<Shape> = match op {
            Op::MonthsFrom | Op::DaysFrom | Op::YearsFrom(_) => vec![date, date],
            Op::PlusDays => vec![date, counted(Unit::Days)],
            Op::PlusMonths => vec![date, counted(Unit::Months)],
            Op::PlusYears(_) => vec![date, counted(Unit::Years)],
            Op::Part(_) => vec![date],
            Op::MakeDate => vec![number; 3],
            _ => {
                let operands = match op {
                    Op::Negate | Op::Round(_) => 1,
                    Op::Matches(_) => 4,
                    Op::Marginal => 5,
                    _ => 2,
                };
                ends.iter().take(operands).map(|e| Shape::new(Kind::Number, e.3 / 2)).collect()
            }
        };
        let shape = result(&op, &shapes).expect("suits");
        let args: Vec<Operand> = shapes.iter().zip(&ends).map(|(shape, (a, b, size, ..))| {
            let size = 10i128.pow(*size) + 1;
            Operand { set: Set::interval((a % size).min(b % size), (a % size).max(b % size)), shape: *shape }
        }).collect();
        let set = range(&op, shape, &args, &texts());
        for at in 0..4 {
            let points: Vec<Point> = args.iter().zip(&ends).map(|(arg, (.., picks))| {
                let (low, high) = arg.set.ends().expect("numbers");
                let value = match at {
                    0 => low,
                    1 => high,
                    _ => low + (i128::from(picks[at]) << 62).rem_euclid(high - low + 1),
                };
                Point { value: Some(value), shape: arg.shape }
            }).collect();
            let found = scalar(&op, shape, &points, &texts());
            let found = found.map_or(Set::FAULT, |value| point(shape, value));
            prop_assert!(holds_all(&set, &found), "{op:?} {args:?}: {points:?} gives {found:?}, not in {set:?}");
        }
    }

    #[test]
    fn quantifiers_follow_kleene(items in prop::collection::vec(0u8..8, 0..6), n in 0u32..7) {
        let items: Vec<Truth> = items.into_iter().map(Truth::from_bits).collect();
        for quantifier in [Quantifier::All, Quantifier::Any, Quantifier::None, Quantifier::AtLeast(n)] {
            let mut bits = 0;
            for world in 0..3u32.pow(items.len() as u32) {
                let standings: Vec<u8> =
                    (0..items.len() as u32).map(|i| 1 << (world / 3u32.pow(i) % 3)).collect();
                if standings.iter().zip(&items).any(|(s, t)| t.bits() & s == 0) {
                    continue;
                }
                let are = |bit: u8| standings.iter().filter(|s| **s == bit).count() as u32;
                let (met, not_met, faulty) = (are(1), are(2), are(4));
                bits |= match quantifier {
                    Quantifier::All if not_met > 0 => 2,
                    Quantifier::Any if met > 0 => 1,
                    Quantifier::None if met > 0 => 2,
                    Quantifier::AtLeast(n) if met >= n => 1,
                    Quantifier::AtLeast(n) if met + faulty < n => 2,
                    Quantifier::AtLeast(_) => 4,
                    _ if faulty > 0 => 4,
                    Quantifier::Any => 2,
                    _ => 1,
                };
            }
            prop_assert_eq!(quantifier.fold(items.clone()), Truth::from_bits(bits), "{:?} of {:?}", quantifier, items);
        }
    }
}

#[test]
fn a_result_past_the_limit_is_a_fault_and_clipped() {
    let shape = Shape::new(Kind::Number, 0);
    let operand = |low, high| Operand { set: Set::interval(low, high), shape };
    let times = |a, b| range(&Op::Multiply, shape, &[a, b], &texts());
    assert_eq!(times(operand(1, LIMIT), operand(2, 2)), Set::interval(2, LIMIT).or_fault(true));
    assert_eq!(times(operand(LIMIT, LIMIT), operand(2, LIMIT)), Set::FAULT);
    assert_eq!(times(operand(-LIMIT, LIMIT), operand(1, 1)), Set::interval(-LIMIT, LIMIT));
}

#[test]
fn shapes_that_do_not_suit_are_refused() {
    let money = |code, per| Kind::Money { currency: Currency::parse(code).expect("in use"), per };
    let shape = Shape::new;
    let suits = |op: Op, a: Shape, b: Shape| result(&op, &[a, b]);
    let cny = shape(money("CNY", None), 2);
    assert_eq!(suits(Op::Add, cny, shape(money("CNY", None), 4)), Ok(shape(money("CNY", None), 4)));
    assert!(suits(Op::Add, cny, shape(money("USD", None), 2)).is_err());
    assert!(suits(Op::Multiply, cny, cny).is_err());
    assert_eq!(suits(Op::Multiply, shape(Kind::Percentage, 3), cny), Ok(shape(money("CNY", None), 5)));
    assert_eq!(suits(Op::Divide, cny, cny), Ok(shape(Kind::Number, 12)));
    assert!(suits(Op::Divide, shape(Kind::Number, 0), cny).is_err());
    assert!(suits(Op::Multiply, shape(Kind::Number, 10), shape(Kind::Number, 9)).is_err());
    assert!(suits(Op::Equal, shape(Kind::Percentage, 2), shape(Kind::Number, 2)).is_err());
    assert!(suits(Op::Less, shape(Kind::Text, 0), shape(Kind::Text, 0)).is_err());
    assert!(suits(Op::PlusMonths, shape(Kind::Date, 0), shape(Kind::Count(Unit::Days), 0)).is_err());
    let never = Rounding { step: 0, scale: 0, direction: Direction::Down };
    assert!(result(&Op::Round(never), &[cny]).is_err());
    assert!(result(&Op::Negate, &[Shape::new(Kind::Number, 255)]).is_err());
    assert!(check(&Op::As, shape(Kind::Number, 1), &[cny]).is_err());
    assert!(check(&Op::Negate, shape(Kind::Number, 2), &[cny]).is_err());
}

#[test]
fn currencies_have_their_decimals() {
    let codes: Vec<&str> = Currency::codes().collect();
    let decimals = |code: &str| Currency::parse(code).map(Currency::decimals);
    assert!(codes.iter().all(|c| c.len() == 3 && decimals(c).is_some()));
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), codes.len());
    assert_eq!(
        [decimals("CNY"), decimals("JPY"), decimals("KWD"), decimals("cny"), decimals("")].to_vec(),
        [Some(2), Some(0), Some(3), None, None]
    );
}
