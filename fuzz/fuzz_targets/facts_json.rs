//! Any text is facts of a case or is refused; facts are decided.
#![no_main]

use libfuzzer_sys::fuzz_target;
use placet::{Date, Policy};
use std::sync::LazyLock;

const TEXT: &str = r#"
policy p "P"
type band: one of low < middle < high
entity person
  fact born: date
  fact income: money in EUR per month or none
end
fact household: list of person at most 4
fact share: percentage with 1 decimals
fact score: number with 2 decimals from 0 to 1
fact level: band
fact name: text
fact here: yes or no held by "Register" fresh for 30 days
require a "A" here and level is at least middle
require b "B" any of household satisfies born is before decision date
exclude c "C" when name is "x" or score is more than 0.5
refer d "D" when share is at least 50%
award e: money in EUR per month as sum of (income if known else 0) over household where income is not none
"#;

static POLICY: LazyLock<Policy> = LazyLock::new(|| match Policy::compile(TEXT) {
    Ok(policy) => policy,
    Err(error) => panic!("{error}"),
});

fuzz_target!(|text: &str| {
    if let (Ok(facts), Some(on)) = (POLICY.facts_from_json(text), Date::new(2026, 3, 2)) {
        POLICY.decide(&facts, on);
    }
});
