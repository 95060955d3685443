//! `placet replay POLICY RECORD`

use super::check::count;
use super::record::{FORM, Record};
use crate::args::{ErrorFormat, Replay};
use crate::failure::Failure;
use crate::load;
use placet::Bundle;
use placet::facts::json::read_case;
use serde_json::Value;
use serde_json::error::Category;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// How many differences of two decisions are told.
const MOST_DIFFERENCES: usize = 8;

/// A path to a part of a decision, and what stood and stands there.
type Difference<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// What came of deciding again.
enum Came {
    Same,
    /// Its facts could not be used then, and are not recorded.
    NoFacts,
    Different(String),
}

/// Decides every record again and compares the bytes.
pub fn run(a: &Replay, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    let file = File::open(&a.record).map_err(|e| Failure::io("read", &a.record, &e))?;
    let (mut same, mut without, mut different) = (0, 0, 0);
    for (number, line) in (1..).zip(BufReader::new(file).lines()) {
        let line = line.map_err(|e| Failure::io("read", &a.record, &e))?;
        if line.trim().is_empty() {
            continue;
        }
        let record: Record = serde_json::from_str(&line).map_err(|e| {
            let why = match e.classify() {
                Category::Eof => "it ends too early".to_owned(),
                Category::Data => "it is JSON, but holds other things".to_owned(),
                Category::Syntax | Category::Io => format!("at column {} it is no JSON", e.column()),
            };
            let help = "it is what `placet decide --record` writes, one a line";
            Failure::Data(format!("`{}`, line {number}: this is no recorded decision: {why}; {help}", a.record))
        })?;
        match again(&bundle, &record).map_err(|e| Failure::Data(format!("`{}`, line {number}: {e}", a.record)))? {
            Came::Same => same += 1,
            Came::NoFacts => without += 1,
            Came::Different(why) => {
                different += 1;
                say!("line {number}, {}: {why}", record.policy);
            }
        }
    }
    if !quiet {
        let told = match without {
            0 => String::new(),
            n => format!("; {n} passed over: the facts could not be used then either"),
        };
        let all = count(same + different, "decision");
        anstream::eprintln!("{same} of {all} came out the same to the byte{told}");
    }
    if different > 0 { Err(Failure::Failed) } else { Ok(()) }
}

fn again(bundle: &Bundle, record: &Record) -> Result<Came, String> {
    if record.record != FORM {
        return Err(format!("this record is of form {}; this version reads form {FORM}", record.record));
    }
    let Some(facts) = &record.facts else { return Ok(Came::NoFacts) };
    let Some(policy) = bundle.policy(&record.policy) else {
        return Err(format!("it was decided by the policy `{}`, which is not here", record.policy));
    };
    let mut facts = match read_case(&bundle.program().graph, bundle.names(), facts.get()) {
        Ok(facts) => facts,
        Err(errors) => return Ok(Came::Different(format!("its facts can no longer be used: {errors}"))),
    };
    facts.complete = record.complete;
    let decision = policy.decide_with(&facts, record.on, &record.options());
    let now = serde_json::to_string(&decision).map_err(|e| e.to_string())?;
    let then = compact(record.decision.get());
    if now == then {
        return Ok(Came::Same);
    }
    let changed = if *decision.graph == *record.graph { "" } else { "; the policy has changed since" };
    Ok(Came::Different(format!("{}{changed}", difference(&then, &now))))
}

/// Where two decisions differ.
fn difference(then: &str, now: &str) -> String {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let (then, now) = (read(then), read(now));
    let mut each = Vec::new();
    apart(String::new(), Some(&then), Some(&now), &mut each);
    each.retain(|(path, ..)| path != "graph");
    let told = |value: &Option<&Value>| {
        let text = value.map_or_else(|| "nothing".to_owned(), ToString::to_string);
        if text.chars().count() > 80 { text.chars().take(79).chain(['…']).collect() } else { text }
    };
    let most = each.len().saturating_sub(MOST_DIFFERENCES);
    let more = (most > 0).then(|| format!("{most} more"));
    let first = each.iter().take(MOST_DIFFERENCES);
    let each: Vec<String> =
        first.map(|(k, a, b)| format!("`{k}` was {}, is {}", told(a), told(b))).chain(more).collect();
    match each.is_empty() {
        true => "the same answer, in other bytes".to_owned(),
        false => each.join("; "),
    }
}

/// The innermost parts of two values that differ, and what each of them has there.
fn apart<'a>(path: String, then: Option<&'a Value>, now: Option<&'a Value>, out: &mut Vec<Difference<'a>>) {
    match (then, now) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            for key in a.keys().chain(b.keys().filter(|key| !a.contains_key(*key))) {
                let inner = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                apart(inner, a.get(key), b.get(key), out);
            }
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
            (0..).zip(a.iter().zip(b)).for_each(|(at, (a, b))| apart(format!("{path}[{at}]"), Some(a), Some(b), out));
        }
        _ if then != now => out.push((path, then, now)),
        _ => {}
    }
}

/// JSON without the blanks between its parts, so that a record may have been laid out for people.
fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_text, mut escaped) = (false, false);
    for c in text.chars() {
        if in_text {
            in_text = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if c.is_ascii_whitespace() {
            continue;
        } else {
            in_text = c == '"';
        }
        out.push(c);
    }
    out
}
