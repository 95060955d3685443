//! The policies in Placet.

use super::sound::is_sound;
use super::{Checked, Run};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use placet::columns::{BatchOptions, Batches};
use placet::{Bundle, Date, Policy};
use std::ops::ControlFlow;
use std::time::Instant;

const HEATING: &str = include_str!("../../batch/heating.placet");
const HEATING_ON_A_DAY: &str = include_str!("../../batch/heating_on_a_day.placet");
const HOUSEHOLDS: &str = include_str!("../../batch/households.placet");
const AMOUNTS: [&str; 4] = ["gross_income", "earned_income", "deductions", "assets"];

/// The day for which all are decided where the day is no column: `FIXED_DAY` of `generate.py`.
fn day() -> Date {
    Date::parse("2026-01-15").expect("a day")
}

fn options(data: &str) -> BatchOptions {
    BatchOptions {
        id: Some("row".to_owned()),
        minor_units: match data {
            "b" => vec!["members.income".to_owned()],
            _ => AMOUNTS.map(str::to_owned).to_vec(),
        },
        possible: false,
        needs: false,
        ..BatchOptions::default()
    }
}

fn decided(batches: &Batches, input: &[RecordBatch]) -> Vec<RecordBatch> {
    batches.decide_all(input, &|_| ControlFlow::Continue(())).expect("decisions")
}

/// The policy of the data, telling more and more.
pub fn policies(run: &Run) {
    let data = &run.data;
    let text = match &*data.name {
        "a" => HEATING,
        "a_on_a_day" => HEATING_ON_A_DAY,
        _ => HOUSEHOLDS,
    };
    let policy = Policy::compile(text).expect("the policy compiles");
    let plain = options(&data.name);
    let needs = BatchOptions { needs: true, ..plain.clone() };
    let standings = BatchOptions { standings: true, ..needs.clone() };
    let possible = BatchOptions { possible: true, ..standings.clone() };
    let told = [
        ("Placet", plain),
        ("Placet, with needs", needs),
        ("Placet, with needs and all standings", standings),
        ("Placet, with possible outcomes too", possible),
    ];
    for (engine, options) in told {
        let schema = data.batches[0].schema();
        let batches = Batches::new(policy.bundle(), &schema, day(), options).expect("columns that suit");
        run.measure(engine, data.rows, || decided(&batches, &data.batches), |results| check(run, &policy, &results));
    }
}

/// Compares every row, by the key that it carries.
fn check(run: &Run, policy: &Policy, results: &[RecordBatch]) -> Checked {
    let data = &run.data;
    let rules = &policy.entry().rules;
    let mut found = Checked::default();
    let mut seen = 0;
    let starts: Vec<usize> =
        data.batches.iter().scan(0, |at, b| Some(std::mem::replace(at, *at + b.num_rows()))).collect();
    for batch in results {
        let keys = batch["row"].as_primitive::<UInt32Type>().values();
        let outcomes = batch["outcome"].as_dictionary::<Int8Type>().keys().values();
        let names = batch["rule"].as_dictionary::<Int8Type>();
        let words = names.values().as_string::<i32>();
        let numbers: Vec<u8> =
            words.iter().map(|w| rules.iter().position(|r| Some(&*r.name) == w).map_or(0, |p| p as u8 + 1)).collect();
        for (place, key) in keys.iter().enumerate() {
            let row = *key as usize;
            seen += usize::from(row == seen);
            let rule = if names.keys().is_null(place) { 0 } else { numbers[names.keys().value(place) as usize] };
            let (outcome, reason) = (data.outcomes[row], data.reasons[row]);
            let reason = if reason == 99 { 0 } else { reason };
            if (outcomes[place] as u8, rule) == (outcome, reason) {
                continue;
            }
            if outcome == 3 {
                found.decided_more += 1;
                let input = starts.partition_point(|start| *start <= row) - 1;
                let (batch, row) = (&data.batches[input], row - starts[input]);
                found.unsound += usize::from(!is_sound(&data.name, batch, row, outcomes[place] as u8));
            } else {
                found.mismatches += 1;
            }
        }
    }
    found.mismatches += data.rows - seen;
    found
}

/// A hundred policies with figures of their own over the same facts: decided together, and one after the other.
pub fn bundle(run: &Run) {
    const POLICIES: u32 = 100;
    let (facts, rules) = parts();
    let policies: Vec<(String, String)> = (0..POLICIES).map(|n| (format!("p{n}.placet"), variant(&rules, n))).collect();
    let mut files: Vec<(&str, &str)> = policies.iter().map(|(name, text)| (&**name, &**text)).collect();
    files.push(("facts.placet", &facts));
    let bundle = Bundle::compile(&files, &|_| None).expect("the policies compile");
    // More than the cache holds, or reading the facts again and again would cost nothing.
    let first = &run.data.batches[..run.data.batches.len().min(8)];
    let rows: usize = first.iter().map(RecordBatch::num_rows).sum();
    let schema = first[0].schema();
    let ready = |policy: &Policy| Batches::of_policy(policy, &schema, day(), options("a")).expect("columns that suit");
    let alone: Vec<Batches> = bundle.policies().map(|p| ready(&p)).collect();
    let together = Batches::new(&bundle, &schema, day(), options("a")).expect("columns that suit");
    let passes = || alone.iter().map(|batches| decided(batches, first)).collect::<Vec<_>>();
    let expected = passes();
    decided(&together, first);
    let mut ratios = Vec::new();
    for _ in 0..run.calls {
        let start = Instant::now();
        let one = decided(&together, first);
        let one_pass = start.elapsed();
        let start = Instant::now();
        let hundred = passes();
        let hundred_passes = start.elapsed();
        assert_eq!(hundred, expected);
        for (n, own) in expected.iter().enumerate() {
            for (one, own) in one.iter().zip(own) {
                for column in ["outcome", "rule"] {
                    assert_eq!(&one[&*format!("p{n}.{column}")], &own[column], "policy {n}");
                }
            }
        }
        ratios.push((one_pass.as_secs_f64(), hundred_passes.as_secs_f64()));
    }
    let per = |seconds: f64| seconds * 1e9 / rows as f64 / f64::from(POLICIES);
    for (engine, pick) in [("one bundle of 100 policies", 0), ("100 passes, one a policy", 1)] {
        let times: Vec<String> = ratios
            .iter()
            .map(|(one, hundred)| format!("{:.3}", per(if pick == 0 { *one } else { *hundred })))
            .collect();
        println!(
            "{{\"engine\":\"{engine}\",\"data\":\"a\",\"threads\":{},\"rows\":{rows},\"ns\":[{}],\"mismatches\":0}}",
            run.threads,
            times.join(",")
        );
    }
}

/// The facts by themselves, and the rest of the policy.
fn parts() -> (String, String) {
    let is_fact = |line: &&str| line.starts_with("fact ");
    let facts: Vec<&str> = HEATING.lines().filter(is_fact).collect();
    let rest: Vec<&str> = HEATING.lines().filter(|l| !is_fact(l)).collect();
    let rest = rest.join("\n").replacen("declines are automatic", "declines are automatic\nuse \"facts.placet\"", 1);
    (facts.join("\n"), rest)
}

/// A policy with ages and limits of its own.
fn variant(rules: &str, n: u32) -> String {
    let figure = |text: String, from: &str, to: String| {
        assert!(text.contains(from), "`{from}` stands in the policy");
        text.replace(from, &to)
    };
    let text = figure(rules.to_owned(), "winter_heating_support", format!("p{n}"));
    let text = figure(text, "at least 18", format!("at least {}", 16 + n % 10));
    let text = figure(text, "at most 25_000", format!("at most {}", 20_000 + 100 * n));
    let text = figure(text, "less than 24", format!("less than {}", 12 + n % 24));
    figure(text, "5_200", (5_200 + n).to_string())
}

/// All rows by calls of a hundred thousand each, of a million, and so on: every call over rows that the cache does not hold yet.
pub fn rows(run: &Run) {
    let policy = Policy::compile(HEATING).expect("the policy compiles");
    let schema = run.data.batches[0].schema();
    let batches = Batches::new(policy.bundle(), &schema, day(), options("a")).expect("columns that suit");
    let mut rows = 100_000;
    while rows <= run.data.rows {
        let calls = calls_of(rows, &run.data.batches);
        let engine = format!("Placet, {rows} rows");
        run.measure(
            &engine,
            run.data.rows,
            || calls.iter().map(|input| decided(&batches, input)).collect::<Vec<_>>(),
            |results| {
                let told: usize = results.iter().flatten().map(RecordBatch::num_rows).sum();
                Checked { mismatches: run.data.rows - told, ..Checked::default() }
            },
        );
        rows *= 10;
    }
}

/// Batches cut into what calls of so many rows take.
fn calls_of(rows: usize, batches: &[RecordBatch]) -> Vec<Vec<RecordBatch>> {
    let mut calls = vec![Vec::new()];
    let mut room = rows;
    for batch in batches {
        let mut at = 0;
        while at < batch.num_rows() {
            if room == 0 {
                calls.push(Vec::new());
                room = rows;
            }
            let taken = room.min(batch.num_rows() - at);
            calls.last_mut().expect("there is a first").push(batch.slice(at, taken));
            (at, room) = (at + taken, room - taken);
        }
    }
    calls
}
