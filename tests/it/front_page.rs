//! What the front page shows of its policy is what comes out. Its Rust example is a doctest, and its command is tried by
//! `test.sh`.

use placet::eval::range::Evaluation;
use placet::explain::{Asked, explain};
use placet::{Date, Policy};

const PAGE: &str = include_str!("../../README.md");

fn fence(kind: &str) -> &'static str {
    let (_, after) = PAGE.split_once(&format!("```{kind}\n")).expect("a fence");
    after.split_once("```").expect("a closing fence").0
}

#[test]
fn the_explanation_on_the_front_page_is_what_comes_out() {
    let policy = Policy::compile(fence("placet")).unwrap_or_else(|error| panic!("{error}"));
    let facts = policy.facts_from_json(r#"{"birth_date": "1930-01-01", "alive": true}"#).unwrap();
    let on = Date::parse("2026-03-02").unwrap();
    let evaluation = Evaluation::new(policy.bundle().engine(), &facts, on, false);
    let text = explain(policy.entry(), &evaluation, &Asked::default()).to_string();
    assert!(text.contains(fence("text").trim_end()), "{text}");
}
