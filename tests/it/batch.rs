//! A batch gives, row by row, exactly what single decisions give (*semantics 1, Batches*).

use crate::arrow::{columns, expected, has_columns, told};
use crate::random::{self, Tape, Telling};
use arrow_array::cast::AsArray;
use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal256Array, Float64Array, Int32Array, Int64Array, ListArray, RecordBatch,
    StringArray, StructArray, UInt8Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema};
use placet::columns::{BatchError, BatchOptions, Batches};
use placet::decide::{Options, Reasons};
use placet::facts::json::read_case;
use placet::value::Date;
use placet::{Bundle, Decision, Policy};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const DAYS: [&str; 4] = ["2023-02-28", "2024-02-29", "2021-12-31", "2024-07-01"];

/// A random policy, if it compiles.
fn policy(tape: &mut Tape) -> Option<(Bundle, String)> {
    let text = random::policy(tape);
    Some((Bundle::compile(&[("random.placet", &text)], &|_| None).ok()?, text))
}

/// Random cases without closed facts, which columns cannot tell one by one.
fn cases(tape: &mut Tape, count: usize) -> Vec<Map<String, Value>> {
    let mut case = || {
        let world = random::world(tape);
        let mut tellings = random::tellings(tape);
        // Most rows of a register are full.
        let is_full = tape.pick(3) > 0;
        for telling in tellings.facts.iter_mut().chain(&mut tellings.members) {
            if is_full || *telling == Telling::Closed {
                *telling = Telling::Given;
            }
        }
        serde_json::from_str(&tellings.to_json(&world)).unwrap()
    };
    (0..count).map(|_| case()).collect()
}

fn single(bundle: &Bundle, case: &Map<String, Value>, on: Date, options: &BatchOptions) -> Vec<Decision> {
    let text = Value::Object(case.clone()).to_string();
    let mut facts = read_case(&bundle.program().graph, bundle.names(), &text).unwrap();
    facts.complete = options.complete;
    let options = Options { reasons: Reasons::All, attested: options.attested, ..Options::default() };
    bundle.decide(&facts, on, &options)
}

/// Every row of a batch against its single decision; `days`: the day of each row, told in a column.
pub fn compare(
    bundle: &Bundle,
    text: &str,
    cases: &[Map<String, Value>],
    days: &[Date],
    options: BatchOptions,
    tape: &mut Tape,
) {
    let graph = &bundle.program().graph;
    let (mut batch, none_where_null) = columns(graph, bundle.names(), cases, tape);
    let on_column = days.windows(2).any(|d| d[0] != d[1]).then(|| "decided on".to_owned());
    if let Some(name) = &on_column {
        batch = with_days(&batch, name, days);
    }
    let options = BatchOptions { none_where_null: none_where_null.clone(), on_column, ..options };
    let batches = Batches::new(bundle, &batch.schema(), days[0], options.clone()).unwrap();
    let results = batches.decide(&batch).unwrap();
    assert_eq!(results.num_rows(), cases.len());
    assert_eq!(results.schema(), batches.schema());
    let several = bundle.policies().count() > 1;
    for (row, (case, on)) in cases.iter().zip(days).enumerate() {
        // Null means one thing in a column: *none*, or not told.
        let mut case = case.clone();
        for name in &none_where_null {
            match name.split_once('.') {
                None => _ = case.entry(name.clone()).or_insert(Value::Null),
                Some((list, name)) => {
                    for member in case.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                        member.as_object_mut().unwrap().entry(name).or_insert(Value::Null);
                    }
                }
            }
        }
        for decision in single(bundle, &case, *on, &options) {
            let prefix = if several { format!("{}.", decision.policy) } else { String::new() };
            let expected = expected(&decision, options.standings);
            let told = told(&results, &prefix, row);
            assert_eq!(told, expected, "row {row} on {on}: {}\n{text}", Value::Object(case.clone()));
        }
    }
    slices(&batches, &batch, &results);
}

fn with_days(batch: &RecordBatch, name: &str, days: &[Date]) -> RecordBatch {
    let days = Date32Array::from_iter_values(days.iter().map(|d| d.days() as i32));
    let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
    fields.push(Arc::new(Field::new(name, DataType::Date32, true)));
    let mut all = batch.columns().to_vec();
    all.push(Arc::new(days));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), all).unwrap()
}

/// Where a batch begins and ends does not matter.
fn slices(batches: &Batches, batch: &RecordBatch, results: &RecordBatch) {
    let half = batch.num_rows() / 2;
    for (first, count) in [(0, half), (half, batch.num_rows() - half)] {
        let part = batches.decide(&batch.slice(first, count)).unwrap();
        for row in 0..count {
            assert_eq!(told(&part, "", row), told(results, "", first + row));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn batch_is_single(numbers in proptest::collection::vec(any::<u16>(), 0..900), seed in proptest::collection::vec(any::<u16>(), 4_000)) {
        let mut tape = Tape::new(&numbers);
        let on = Date::parse(DAYS[tape.pick(DAYS.len())]).unwrap();
        let options = BatchOptions { complete: tape.pick(6) == 1, standings: tape.pick(2) == 1, ..BatchOptions::default() };
        let days_differ = tape.pick(4) == 1;
        let Some((bundle, text)) = policy(&mut tape) else { return Err(TestCaseError::reject("does not compile")) };
        let mut tape = Tape::new(&seed);
        let cases = cases(&mut tape, 24);
        let mut day = || if days_differ { Date::parse(DAYS[tape.pick(DAYS.len())]).unwrap() } else { on };
        let days: Vec<Date> = cases.iter().map(|_| day()).collect();
        compare(&bundle, &text, &cases, &days, options, &mut tape);
    }
}

const WIDE: &str = "policy wide declines are automatic applies when region is not elsewhere
    fact region: one of here, there, elsewhere
    fact born: date from 1900-01-01 to 2026-12-31 held by \"Register\" fresh for 30 days
    fact pay: money in EUR from 0 to 100_000
    fact cap: money in EUR or none
    fact hardship: yes or no judged by \"Office\"
    define age as years from born to decision date
    require grown cites \"s. 1\" age is at least 18
    require poor cites \"s. 2\" pay is at most 2_000.50 unless hardship
    refer odd when pay is more than 90_000 even when declined
    award amount: money in EUR as if cap is none then pay else smaller of (pay, cap)
    report band: one of low, high as if pay is less than 1_000 then low else high";

/// Rows enough for several stretches, of which few are open.
fn rows(count: usize) -> Vec<Map<String, Value>> {
    let case = |i: usize| {
        let mut case = Map::new();
        let region = ["here", "there", "elsewhere"][i % 3];
        case.insert("region".into(), json!(region));
        case.insert("born".into(), json!(Date::from_days(10_000 - (i as i64 * 37) % 20_000).unwrap().to_string()));
        case.insert("pay".into(), json!(format!("{}.{:02}", (i * 7_919) % 4_000, i % 100)));
        case.insert("cap".into(), if i.is_multiple_of(5) { Value::Null } else { json!((i % 3_000).to_string()) });
        case.insert("hardship".into(), json!(i.is_multiple_of(7)));
        for (place, name) in ["region", "born", "pay", "hardship"].into_iter().enumerate() {
            if i % 31 == place {
                case.remove(name);
            }
        }
        case
    };
    (0..count).map(case).collect()
}

fn day() -> Date {
    Date::new(2026, 3, 2).unwrap()
}

/// Chunks, stretches and blocks of open rows leave no trace, nor does the number of cores.
#[test]
fn long_batches_are_single() {
    let bundle = Bundle::compile(&[("wide.placet", WIDE)], &|_| None).unwrap();
    let cases = rows(40_000);
    let days = vec![day(); cases.len()];
    for (standings, choices) in [(false, [7, 7, 7, 7]), (true, [1, 3, 5, 2])] {
        let options = BatchOptions { standings, ..BatchOptions::default() };
        compare(&bundle, WIDE, &cases, &days, options, &mut Tape::new(&choices));
    }
    let (batch, none_where_null) = columns(&bundle.program().graph, bundle.names(), &cases, &mut Tape::new(&[7]));
    let options = BatchOptions { none_where_null, ..BatchOptions::default() };
    let batches = Batches::new(&bundle, &batch.schema(), day(), options).unwrap();
    let all: Vec<RecordBatch> = [1, 2, 3]
        .map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| batches.decide(&batch).unwrap())
        })
        .into();
    assert!(all.iter().all(|results| *results == all[0]));
    let streamed: Vec<RecordBatch> =
        batches.stream((0..8).map(|i| Ok(batch.slice(i * 5_000, 5_000)))).map(Result::unwrap).collect();
    assert_eq!(arrow_select::concat::concat_batches(&batches.schema(), &streamed).unwrap(), all[0]);
}

/// A value that breaks the schema leaves its row invalid, with what a single case is told, and no other row.
#[test]
fn bad_rows_are_kept_with_their_error() {
    let bundle = Bundle::compile(&[("wide.placet", WIDE)], &|_| None).unwrap();
    let text = |values: [&str; 4]| Arc::new(StringArray::from_iter_values(values)) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("region", text(["here", "hree", "there", "here"])),
        ("born", Arc::new(Date32Array::from_iter_values([0, 0, -99_999, 0])) as ArrayRef),
        ("pay", Arc::new(Float64Array::from_iter_values([1.0, 1.0, 1.0, 1.0])) as ArrayRef),
    ]);
    let schema = batch.unwrap().schema();
    let refused = Batches::new(&bundle, &schema, day(), BatchOptions::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "`pay`: expected an amount in EUR with at most 2 decimals, from 0.00 to 100000.00, found values of type Float64; \
         cast it to a decimal: a binary float does not hold amounts exactly"
    );
    let batch = RecordBatch::try_from_iter([
        ("region", text(["here", "hree", "there", "here"])),
        ("born", Arc::new(Date32Array::from_iter_values([0, 0, -99_999, 0])) as ArrayRef),
        ("pay", Arc::new(Int64Array::from_iter_values([1, 1, 1, 100_001])) as ArrayRef),
    ])
    .unwrap();
    let policy = bundle.policies().next().unwrap();
    let results = policy.decide_batch(&batch, day()).unwrap();
    let told: Vec<Value> = (0..4).map(|row| told(&results, "", row)).collect();
    assert_eq!(told[0]["outcome"], "incomplete");
    let cases = [
        json!({"region": "hree", "born": "1970-01-01", "pay": 1}),
        json!({"region": "there", "born": "1696-03-18", "pay": 1}),
        json!({"region": "here", "born": "1970-01-01", "pay": 100_001}),
    ];
    for (told, case) in told[1..].iter().zip(cases) {
        let error = policy.facts_from_json(&case.to_string()).unwrap_err();
        assert_eq!((&told["outcome"], &told["error"]), (&json!("invalid"), &json!(error.to_string())));
    }
}

/// A declared range that lies past what a column's type can hold leaves no row in it.
#[test]
fn ranges_past_a_columns_type_are_kept() {
    let text = "policy p declines are automatic fact pay: whole number from 300 to 5_000_000_000 require r pay is at least 300";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let policy = bundle.policies().next().unwrap();
    for pay in [
        Arc::new(UInt8Array::from_iter_values([50, 255])) as ArrayRef,
        Arc::new(Int32Array::from_iter_values([50, -1])),
    ] {
        let results = policy.decide_batch(&RecordBatch::try_from_iter([("pay", pay)]).unwrap(), day()).unwrap();
        assert!((0..2).all(|row| told(&results, "", row)["outcome"] == "invalid"));
    }
}

/// What is wrong with a value is told as it is; what only looks too long is taken.
#[test]
fn values_that_cannot_be_used_say_why() {
    let text = "policy p fact n: whole number fact d: date fact pay: money in EUR require r n is at least 1";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let errors = |name: &str, column: ArrayRef| -> Vec<Option<String>> {
        let batch = RecordBatch::try_from_iter([(name, column)]).unwrap();
        let results = bundle.policies().next().unwrap().decide_batch(&batch, day()).unwrap();
        let error = |text: Option<&str>| text.and_then(|t| Some(t.split_once("found ")?.1.to_owned()));
        results["error"].as_string::<i32>().iter().map(error).collect()
    };
    let told = |text: &str| Some(text.to_owned());
    let floats = Float64Array::from(vec![f64::NAN, f64::INFINITY, 1e300, 1.5, -0.0]);
    let no_number = "a binary float that is no number";
    assert_eq!(
        errors("n", Arc::new(floats)),
        [
            told(no_number),
            told(no_number),
            told("a binary float too large to be exact"),
            told("`1.5`; it has decimals: round it before it comes in"),
            None
        ]
    );
    let days = Date32Array::from(vec![-719_163, -719_162, 2_932_896, 2_932_897]);
    let outside = told("a day outside the years 1 to 9999; a date is of the years 1 to 9999");
    assert_eq!(errors("d", Arc::new(days)), [outside.clone(), None, None, outside]);
    // 12.50, 0, 10^20, ten thousand million and very little more, and very little less than nothing, at a scale of fifty: the first has
    // 51 digits, all but three of them zeros after the point.
    let ten = |power| arrow_buffer::i256::from_i128(10).wrapping_pow(power);
    let one = arrow_buffer::i256::ONE;
    let more = ten(60).wrapping_add(one);
    let less = ten(45).wrapping_add(one).wrapping_neg();
    let twelve = ten(48).wrapping_mul(arrow_buffer::i256::from_i128(1250));
    let long = vec![twelve, arrow_buffer::i256::ZERO, ten(70), more, less];
    let long = Decimal256Array::from(long).with_precision_and_scale(76, 50).unwrap();
    let large =
        told("`100000000000000000000.00`; without a declared range it has at most 15 digits, decimals included");
    let help = "it has more decimals than that: round it before it comes in";
    let more = told(&format!("`10000000000.{}…`; {help}", "0".repeat(28)));
    let less = told(&format!("`-0.00001{}…`; {help}", "0".repeat(32)));
    assert_eq!(errors("pay", Arc::new(long)), [None, None, large, more, less]);
}

/// What stands under a member that is null is not read.
#[test]
fn a_null_member_is_one_error() {
    let text =
        "policy p entity person fact sex: one of f, m end fact people: list of person require r count of people is 1";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let sex: ArrayRef = Arc::new(StringArray::from(vec!["f", ""]));
    let fields = Fields::from(vec![Field::new("sex", DataType::Utf8, true)]);
    let people = StructArray::new(fields, vec![sex], Some(vec![true, false].into()));
    let item = Arc::new(Field::new("item", people.data_type().clone(), true));
    let lists = ListArray::new(item, OffsetBuffer::from_lengths([1, 1]), Arc::new(people), None);
    let batch = RecordBatch::try_from_iter([("people", Arc::new(lists) as ArrayRef)]).unwrap();
    let results = bundle.policies().next().unwrap().decide_batch(&batch, day()).unwrap();
    let errors: Vec<_> = results["error"].as_string::<i32>().iter().collect();
    assert_eq!(errors, [None, Some("`people[0]`: expected a record, found null")]);
}

/// No two columns of the decisions have one name: whoever reads them by name would get either.
#[test]
fn no_two_columns_are_called_alike() {
    let text = "policy p fact age: whole number require r age is at least 1 award rule: whole number as 1";
    let award = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let plain = Bundle::compile(&[("p.placet", &text.replace("award rule", "award paid"))], &|_| None).unwrap();
    let column = || Arc::new(Int64Array::from_iter_values([1])) as ArrayRef;
    let schema = |names: [&str; 2]| RecordBatch::try_from_iter(names.map(|name| (name, column()))).unwrap().schema();
    for (bundle, names, carry, twice) in [
        (&award, ["age", "x"], "x", Some("rule")),
        (&plain, ["age", "paid"], "paid", Some("paid")),
        (&plain, ["outcome", "age"], "outcome", Some("outcome")),
        (&plain, ["x", "x"], "x", Some("x")),
        (&plain, ["age", "x"], "x", None),
    ] {
        let options = BatchOptions { carry: vec![carry.to_owned()], ..BatchOptions::default() };
        match (Batches::new(bundle, &schema(names), day(), options), twice) {
            (Err(BatchError::Twice(name)), Some(twice)) => assert_eq!(name, twice),
            (ready, twice) => assert!(ready.is_ok() && twice.is_none(), "{names:?}"),
        }
    }
}

/// Whole numbers count the smallest unit only where that is said.
#[test]
fn cents_are_cents_where_it_is_said() {
    let bundle =
        Bundle::compile(&[("p.placet", "policy p fact pay: money in EUR report paid: money in EUR as pay")], &|_| None);
    let bundle = bundle.unwrap();
    let batch =
        RecordBatch::try_from_iter([("pay", Arc::new(Int64Array::from_iter_values([250])) as ArrayRef)]).unwrap();
    let paid = |minor_units: Vec<String>| {
        let options = BatchOptions { minor_units, ..BatchOptions::default() };
        let results = Batches::new(&bundle, &batch.schema(), day(), options).unwrap().decide(&batch).unwrap();
        told(&results, "", 0)["paid"].clone()
    };
    assert_eq!((paid(vec![]), paid(vec!["pay".into()])), (json!("250.00"), json!("2.50")));
}

/// Policies that are decided together are decided as alone.
#[test]
fn a_bundle_is_its_policies() {
    let other = WIDE.replace("policy wide", "policy other").replace("at least 18", "at least 40");
    let bundle = Bundle::compile(&[("a.placet", WIDE), ("b.placet", &other)], &|_| None).unwrap();
    let cases = rows(3_000);
    compare(&bundle, "two policies", &cases, &vec![day(); cases.len()], BatchOptions::default(), &mut Tape::new(&[7]));
}

/// A source that may not tell a fact, and an observation too old, leave it pending in a column as they do in a case.
#[test]
fn provenance_counts() {
    let bundle = Bundle::compile(&[("wide.placet", WIDE)], &|_| None).unwrap();
    let mut cases = rows(500);
    for (i, case) in cases.iter_mut().enumerate() {
        let Some(born) = case.get("born").cloned() else { continue };
        let source = ["Register", "Neighbour"][usize::from(i.is_multiple_of(3))];
        let observed = Date::from_days(day().days() - i as i64 % 60).unwrap().to_string();
        case.insert("born".into(), json!({"value": born, "source": source, "observed": observed}));
    }
    for attested in [false, true] {
        let options = BatchOptions { attested, standings: true, ..BatchOptions::default() };
        compare(&bundle, WIDE, &cases, &vec![day(); cases.len()], options.clone(), &mut Tape::new(&[7]));
        let days: Vec<Date> = (0..500).map(|i| Date::from_days(day().days() - i % 40).unwrap()).collect();
        compare(&bundle, WIDE, &cases, &days, options, &mut Tape::new(&[7]));
    }
}

/// A column that tells no fact is an error that names the nearest, unless it is carried or passed over.
#[test]
fn columns_are_named_as_facts() {
    let bundle = Bundle::compile(&[("wide.placet", WIDE)], &|_| None).unwrap();
    let column = || Arc::new(Int64Array::from_iter_values([1])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([("pya", column()), ("number", column())]).unwrap();
    let ready = |options: BatchOptions| Batches::new(&bundle, &batch.schema(), day(), options);
    assert_eq!(
        ready(BatchOptions::default()).unwrap_err().to_string(),
        "`pya`: expected the name of a fact, found `pya`; did you mean `pay`?\n\
         `number`: expected the name of a fact, found `number`; leave the column out, name it among those to carry, or allow \
         other columns"
    );
    let carried = BatchOptions { carry: vec!["pya".into(), "number".into()], ..BatchOptions::default() };
    let results = ready(carried).unwrap().decide(&batch).unwrap();
    assert_eq!(results.column(1), batch.column(1));
    assert!(ready(BatchOptions { other_columns: true, ..BatchOptions::default() }).is_ok());
}

/// A policy's cases, each with its day.
type Group = (Policy, Vec<Date>, Vec<Map<String, Value>>);

/// The real cases of the rule packs, as far as columns can tell them.
#[test]
fn packs_in_batches() {
    let mut groups: Vec<Group> = Vec::new();
    for (policy, on, facts) in crate::packs::published() {
        let is_readable = policy.facts_from_json(&facts.to_string()).is_ok();
        let Value::Object(facts) = facts else { continue };
        if !is_readable || !facts.values().all(has_columns) {
            continue;
        }
        match groups.iter_mut().find(|(p, ..)| p.name() == policy.name()) {
            Some((_, days, cases)) => (days.push(on), cases.push(facts)),
            None => (groups.push((policy, vec![on], vec![facts])), ()),
        };
    }
    let compared: usize = groups.iter().map(|(_, _, cases)| cases.len()).sum();
    assert!(compared > 100, "only {compared} cases");
    for (policy, days, cases) in groups {
        let options = BatchOptions { standings: true, ..BatchOptions::default() };
        compare(policy.bundle(), policy.name(), &cases, &days, options, &mut Tape::new(&[7]));
    }
}

/// A waiver that never holds is not part of what a rule comes to, and yet of how it stands: a need asks for that.
#[test]
fn a_waiver_that_never_holds_hides_no_need() {
    let text = "policy p fact a: whole number require r a is at least 3 unless not (2 is more than 1)";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let cases = [Map::new(), Map::from_iter([("a".to_owned(), json!(4))])];
    compare(&bundle, text, &cases, &[day(); 2], BatchOptions::default(), &mut Tape::new(&[7]));
}

/// A null that means *none* tells something of its row: what a missing fact leaves open beside it differs from row to row.
#[test]
fn none_is_given_beside_what_is_missing() {
    let text = "policy p fact t: yes or no fact q: whole number from 0 to 9 or none require r any of { (a) (q is none) (b) t }";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let case = |q: Value| Map::from_iter([("q".to_owned(), q)]);
    let cases = [case(Value::Null), case(json!(4))];
    let options = BatchOptions { standings: true, ..BatchOptions::default() };
    compare(&bundle, text, &cases, &[day(); 2], options, &mut Tape::new(&[7]));
}

/// A limit out of a table by a column of bytes, on either side of a comparison.
#[test]
fn limits_out_of_tables_are_limits() {
    let text = "policy p declines are automatic
fact size: whole number from 1 to 9
fact pay: whole number from 0 to 1_000
fact debt: whole number from 0 to 1_000
define limit: whole number
  by table
  | size      | limit |
  | 1         | 100   |
  | 2         | 140   |
  | 3         | 175   |
  | 4 or more | 200   |
require most pay is at most limit
require less pay is less than limit
require twice limit is at most 2 * pay
require thrice 3 * pay is less than limit
require net pay - debt is at most limit
require apart limit - pay is more than debt
require same pay is limit";
    let bundle = Bundle::compile(&[("p.placet", text)], &|_| None).unwrap();
    let limits = [100, 140, 175, 200, 200, 200, 200, 200, 200];
    let near = |limit: i64| [limit - 1, limit, limit + 1, limit / 2, limit / 2 + 1, limit / 3, limit / 3 + 1];
    let people: Vec<(u8, i64)> =
        (1..).zip(limits).flat_map(|(size, limit)| near(limit).map(|pay| (size, pay))).collect();
    let debt = |row: usize| (row as i64 * 31) % 90;
    let whole = |values: Vec<Option<i64>>| Arc::new(Int64Array::from(values)) as ArrayRef;
    let is_told = |row: usize, at: usize| !(row + at).is_multiple_of(11);
    let told = |at: usize, value: &dyn Fn(usize) -> i64| -> Vec<Option<i64>> {
        (0..people.len()).map(|row| is_told(row, at).then(|| value(row))).collect()
    };
    let sizes: UInt8Array = told(0, &|row| people[row].0.into()).into_iter().map(|s| s.map(|s| s as u8)).collect();
    let (pays, debts) = (told(1, &|row| people[row].1), told(2, &debt));
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("size", Arc::new(sizes) as ArrayRef, true),
        ("pay", whole(pays.clone()), true),
        ("debt", whole(debts.clone()), true),
    ])
    .unwrap();
    let options = BatchOptions { standings: true, ..BatchOptions::default() };
    let results = Batches::new(&bundle, &batch.schema(), day(), options.clone()).unwrap().decide(&batch).unwrap();
    for (row, (size, _)) in people.iter().enumerate() {
        let size = is_told(row, 0).then(|| i64::from(*size));
        let facts = [("size", size), ("pay", pays[row]), ("debt", debts[row])];
        let case = facts.iter().filter_map(|(name, v)| Some(((*name).to_owned(), json!((*v)?)))).collect();
        let decision = &single(&bundle, &case, day(), &options)[0];
        assert_eq!(crate::arrow::told(&results, "", row), expected(decision, true), "{case:?}");
    }
}

/// More facts asked for than a word has bits, and more rules than a byte has keys.
#[test]
fn large_policies_are_single() {
    let facts: String = (0..70).map(|n| format!("fact f{n}: yes or no\n")).collect();
    let rules: String = (0..140).map(|n| format!("require r{n} f{}\n", n % 70)).collect();
    let text = format!("policy p declines are automatic\n{facts}{rules}");
    let bundle = Bundle::compile(&[("p.placet", &text)], &|_| None).unwrap();
    let cases: Vec<Map<String, Value>> = (0..300usize)
        .map(|row| {
            let told = (0..70).filter(|n| !(row * 7 + n * 13).is_multiple_of(1 + row % 40));
            told.map(|n| (format!("f{n}"), json!(row % 9 != 1 || n != row % 70))).collect()
        })
        .collect();
    let days = vec![day(); cases.len()];
    compare(&bundle, &text, &cases, &days, BatchOptions::default(), &mut Tape::new(&[7]));
    let (batch, _) = columns(&bundle.program().graph, bundle.names(), &cases, &mut Tape::new(&[7]));
    let of = |text: &str| {
        let policy = Policy::compile(text).unwrap();
        let schema = Batches::new(policy.bundle(), &batch.schema(), day(), BatchOptions::default()).unwrap().schema();
        schema.field_with_name("rule").unwrap().data_type().clone()
    };
    let by = |keys: DataType| DataType::Dictionary(Box::new(keys), Box::new(DataType::Utf8));
    assert_eq!(of(&text), by(DataType::Int16));
    let few: String = rules.lines().take(127).map(|rule| format!("{rule}\n")).collect();
    assert_eq!(of(&format!("policy p declines are automatic\n{facts}{few}")), by(DataType::Int8));
}
