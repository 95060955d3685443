//! A batch gives, row by row, exactly what single decisions give (*semantics 1, Batches*).

use crate::arrow::{columns, expected, told};
use crate::random::{self, Tape, Telling};
use arrow_array::RecordBatch;
use placet::columns::{BatchOptions, Batches};
use placet::decide::{Options, Reasons};
use placet::facts::json;
use placet::value::Date;
use placet::{Bundle, Decision};
use proptest::prelude::*;
use serde_json::{Map, Value};

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
    let mut facts = json::read_case(&bundle.program().graph, bundle.names(), &text).unwrap();
    facts.complete = options.complete;
    let options = Options { reasons: Reasons::All, attested: options.attested, ..Options::default() };
    bundle.decide(&facts, on, &options)
}

/// Every row of a batch against its single decision.
fn compare(
    bundle: &Bundle,
    text: &str,
    cases: &[Map<String, Value>],
    on: Date,
    options: BatchOptions,
    tape: &mut Tape,
) {
    let graph = &bundle.program().graph;
    let (batch, none_where_null) = columns(graph, bundle.names(), cases, tape);
    let options = BatchOptions { none_where_null: none_where_null.clone(), ..options };
    let batches = Batches::new(bundle, &batch.schema(), on, options.clone()).unwrap();
    let results = batches.decide(&batch).unwrap();
    assert_eq!(results.num_rows(), cases.len());
    assert_eq!(results.schema(), batches.schema());
    let several = bundle.policies().count() > 1;
    for (row, case) in cases.iter().enumerate() {
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
        for decision in single(bundle, &case, on, &options) {
            let prefix = if several { format!("{}.", decision.policy) } else { String::new() };
            let expected = expected(&decision, options.standings);
            assert_eq!(told(&results, &prefix, row), expected, "row {row}: {}\n{text}", Value::Object(case.clone()));
        }
    }
    slices(&batches, &batch, &results);
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
        let Some((bundle, text)) = policy(&mut tape) else { return Err(TestCaseError::reject("does not compile")) };
        let mut tape = Tape::new(&seed);
        let cases = cases(&mut tape, 24);
        compare(&bundle, &text, &cases, on, options, &mut tape);
    }
}
