use super::*;
use crate::facts::Row;
use crate::facts::testing::every_type;
use proptest::prelude::*;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

fn read(text: &str) -> Result<Facts, FactsErrors> {
    Facts::from_json(&every_type(), text)
}

fn errors(text: &str) -> String {
    read(text).map_or_else(|e| e.to_string(), |facts| panic!("`{text}` reads as {facts:?}"))
}

#[test]
fn every_shape_reads_and_reads_back() {
    let graph = every_type();
    let text = r#"{
        "id": 17, "registered": true, "rate": 12.5, "birth_date": "1946-03-01", "name": "Zo\u00eb \"Z\"", "region": "south_west",
        "cap": null, "stay": {"closed": true},
        "income": {"sources": [{"value": "12.50", "source": "Tax authority", "observed": "2026-02-20"}, {"value": 12.5}]},
        "household": {"value": [{"id": "a", "age": 30, "jobs": [{"pay": 1e3}, {}]}, {"age": {"value": 3, "source": "Nursery"}}],
                      "source": "Population register"}
    }"#;
    let facts = read(text).expect("a valid case");
    assert_eq!(facts.id.as_deref(), Some("17"));
    assert_eq!(facts.states[0], State::Given(Input::Truth(true)));
    assert_eq!(facts.states[2], State::Given(Input::Mantissa(125)));
    assert_eq!(facts.states[4], State::Given(Input::Text("Zoë \"Z\"".into())));
    assert_eq!(facts.states[6], State::Given(Input::None));
    assert_eq!(facts.states[7], State::Closed);
    assert_eq!(facts.states[8], State::Pending);
    let State::Attested(told) = &facts.states[9] else { panic!("a list with its source") };
    let Input::List(records) = &told[0].value else { panic!("a list") };
    assert_eq!(records.len(), 2);
    let source = |state: &State| match state {
        State::Attested(told) => told[0].source.clone(),
        _ => None,
    };
    assert_eq!(source(&records[0].states[0]).as_deref(), Some("Population register"));
    assert_eq!(source(&records[1].states[0]).as_deref(), Some("Nursery"));
    let again = read(&facts.to_json(&graph).to_string()).expect("what was written reads");
    assert_eq!(again, facts);
}

#[test]
fn values_that_do_not_fit_say_what_does() {
    let cases = [
        (r#"{"registered": 1}"#, "`registered`: expected yes or no, found `1`"),
        (
            r#"{"income": 12.345}"#,
            "`income`: expected an amount in CNY with at most 2 decimals, from 0.00 to 100000.00, found `12.345`; it has more \
             decimals than that: round it before it comes in",
        ),
        (
            r#"{"income": "1,200"}"#,
            "`income`: expected an amount in CNY with at most 2 decimals, from 0.00 to 100000.00, found `1,200`; write digits \
             and a point, without thousands separators, units or signs of currency",
        ),
        (
            r#"{"income": -1}"#,
            "`income`: expected an amount in CNY with at most 2 decimals, from 0.00 to 100000.00, found `-1`; it is out of the \
             declared range",
        ),
        (
            r#"{"birth_date": "2023-02-29"}"#,
            "`birth_date`: expected a date such as `2024-02-29`, found `2023-02-29`; the calendar has no such day",
        ),
        (
            r#"{"birth_date": "1.3.1946"}"#,
            "`birth_date`: expected a date such as `2024-02-29`, found `1.3.1946`; write the year first: `2024-02-29`",
        ),
        (r#"{"name": 7}"#, "`name`: expected a text, found `7`; a text stands in quotes"),
        (
            r#"{"region": "suoth"}"#,
            "`region`: expected one of `north`, `south`, `south_west`, found `suoth`; did you mean `south`?",
        ),
        (
            r#"{"cap": 1e300}"#,
            "`cap`: expected an amount in CNY with at most 2 decimals, or none, found `1e300`; without a declared range it has \
             at most 15 digits, decimals included",
        ),
        (
            r#"{"diagnosis": "flu"}"#,
            "`diagnosis`: expected one of `north`, `south`, `south_west`, found a value that is not shown",
        ),
        (
            r#"{"household": [{}, {"age": 200}]}"#,
            "`household[1].age`: expected a whole number of years, from 0 to 150, found `200`; it is out of the declared range",
        ),
        (r#"{"household": [{}, {}, {}, {}]}"#, "`household`: expected a list of `person`, at most 3, found 4 of them"),
        (
            r#"{"household": [{"jobs": [3]}]}"#,
            "`household[0].jobs[0]`: expected an object with the facts of a `job`, found a number",
        ),
        (r#"{"household": "none"}"#, "`household`: expected a list of `person`, at most 3, found `none`"),
        (r#"{"incme": 1}"#, "expected the name of a fact, found `incme`; did you mean `income`?"),
        (
            r#"{"household": [{"shoe_size": 1}]}"#,
            "`household[0]`: expected the name of a fact of `person`, found `shoe_size`; no policy here declares it",
        ),
        (r#"{"rate": 1, "rate": 1}"#, "`rate`: expected one value, found the member a second time"),
        (
            r#"{"stay": {"valeu": 1}}"#,
            "`stay`: expected `value` with `source` and `observed`, or `sources`, or `closed` alone, found `valeu`",
        ),
        (
            r#"{"stay": {"value": 1, "closed": true}}"#,
            "`stay`: expected `value` with `source` and `observed`, or `sources`, or `closed` alone, found another combination",
        ),
        (r#"{"stay": {"closed": false}}"#, "`stay`: expected `{\"closed\": true}`, found `false`"),
        (
            r#"{"stay": {"value": 1, "source": "A", "observed": "today"}}"#,
            "`stay.observed`: expected the day it was observed, such as `2024-02-29`, found `today`",
        ),
        ("[]", "expected a JSON object with the facts of one case, found a list"),
        ("", "expected a JSON object with the facts of one case, found nothing"),
        (
            "{\"stay\": 1,\n}",
            "expected a JSON object with the facts of one case, found a text that is not JSON; in line 2, column 1, \
             the comma before this bracket is one too many: take it out",
        ),
        (r#"{"name": "\ud800"}"#, "`name`: expected a text, found a text with an escape that is no letter"),
    ];
    for (text, expected) in cases {
        assert_eq!(errors(text), expected, "for {text}");
    }
}

#[test]
fn several_errors_are_told_at_once() {
    let all = errors(r#"{"registered": "maybe", "nane": "A", "stay": 1.5}"#);
    assert_eq!(
        all.lines().collect::<Vec<_>>(),
        [
            "`registered`: expected yes or no, found `maybe`",
            "expected the name of a fact, found `nane`; did you mean `name`?",
            "`stay`: expected a whole number of months, from 0, found `1.5`; it has decimals: round it before it comes in",
        ]
    );
}

#[test]
fn a_bad_line_leaves_the_others() {
    let graph = every_type();
    let names = Names::new(&graph);
    let text = "\u{feff}{\"id\": \"a\", \"stay\": 1}\n\n{\"id\": \"b\", \"stay\": -1}\n{\"stay\": \n{\"id\": \"c\"}";
    let rows: Vec<Row> = lines(&graph, &names, text.as_bytes()).collect();
    let told: Vec<String> = rows.iter().map(summary).collect();
    assert_eq!(
        told,
        [
            "1 a: fine",
            "3 b: row 3, `stay`: expected a whole number of months, from 0, found `-1`; it is out of the declared range",
            "4 : row 4: expected a JSON object with the facts of one case, found a text that is not JSON; in line 1, column 9, \
             the text ends where a value should come: it was cut off, or the value is missing",
            "5 c: fine",
        ]
    );
    let text = "[{\"id\": \"a\"}, {\"stay\": -1}, 7, {\"id\": ";
    let rows: Vec<String> = array(&graph, &names, text).map(|r| summary(&r)).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0], "1 a: fine");
    assert_eq!(rows[2], "3 : row 3: expected a JSON object with the facts of one case, found a number");
    assert!(
        rows[3].starts_with("4 : row 4: expected a JSON array of cases, found a text that is not JSON"),
        "{}",
        rows[3]
    );
}

fn summary(row: &Row) -> String {
    let facts = row.facts.as_ref().map_or_else(ToString::to_string, |_| "fine".to_owned());
    format!("{} {}: {facts}", row.number, row.id.as_deref().unwrap_or(""))
}

#[test]
fn hostile_depth_is_no_trouble() {
    let deep = format!("{{\"name\": {}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(errors(&deep), "`name`: expected a text, found a list");
}

/// JSON that is nearly a case.
fn nearly() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just(":"),
        Just("\"value\""),
        Just("\"sources\""),
        Just("\"source\""),
        Just("\"closed\""),
        Just("\"observed\""),
        Just("true"),
        Just("null"),
        Just("\"2024-02-29\""),
        Just("\"income\""),
        Just("\"household\""),
        Just("\"jobs\""),
        Just("\"name\""),
        Just("-1.50e2"),
        Just("\"\\ud800\""),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", nearly in nearly(), bytes in any::<Vec<u8>>()) {
        let graph = every_type();
        let names = Names::new(&graph);
        let _ = read_case(&graph, &names, &text);
        let _ = read_case(&graph, &names, &nearly);
        let _ = read_case(&graph, &names, &format!("{{\"household\":{nearly}}}"));
        let _ = read_case(&graph, &names, &format!("{{\"stay\":{nearly}}}"));
        prop_assert!(lines(&graph, &names, &bytes[..]).count() <= bytes.len());
        let _ = array(&graph, &names, &nearly).count();
    }

    /// Where the quick way through an object answers, it sees what the thorough way sees.
    #[test]
    fn the_quick_way_is_exact(nearly in nearly(), value in "[-+.0-9eE\"\\\\a-z\\[\\]é\u{1}]{0,12}") {
        for text in [format!("{{{nearly}}}"), nearly, format!("{{\"name\" : {value}}}"), format!("{{\"a\":\"{value}\"}}")] {
            let (mut quickly, mut thoroughly) = (Vec::new(), Vec::new());
            let is_plain = quick::members(&text, |key, value| quickly.push((key.to_owned(), value.to_owned())));
            let read = members(&text, &mut |key, value| thoroughly.push((key.to_owned(), value.to_owned())));
            if is_plain {
                prop_assert!(read.is_ok(), "{}", text);
                prop_assert_eq!(quickly, thoroughly);
            }
        }
    }

    /// Objects, arrays and errors are what `serde_json` makes of the same text.
    #[test]
    fn the_thorough_way_agrees_with_serde_json(
        nearly in nearly(),
        value in "[-+.0-9eE\"\\\\/bfnrtu{}\\[\\],: \n\u{1}\u{e9}]{0,16}",
        escape in "(\\\\u[dD][89a-fA-F][0-9]{2}|\\\\[unq]|\\\\u00e9|a){0,3}",
    ) {
        let texts = [
            format!("{{{nearly}}}"),
            format!("{{\"a\" : {value}}}"),
            format!("{{\"{escape}\":{value}"),
            format!("[{value}]"),
            format!("[{value},{{\"{escape}\": {nearly}}}"),
            format!("[1, \"{escape}\", {{\"b\":[{value}]}}]"),
            nearly,
            value,
            format!("\"{escape}\""),
        ];
        for text in texts {
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let read = members(&text, &mut |key, value| ours.push((key.to_owned(), value.to_owned())));
            let mut json = serde_json::Deserializer::from_str(&text);
            let expected = json.deserialize_map(Oracle(&mut theirs)).and_then(|()| json.end());
            prop_assert_eq!(told(read, &text), expected.err().map(|e| theirs_told(e, &text)), "{}", text);
            prop_assert_eq!(&ours, &theirs, "{}", text);
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            let read = elements(&text, &mut |value| ours.push((String::new(), value.to_owned())));
            let mut json = serde_json::Deserializer::from_str(&text);
            let expected = json.deserialize_seq(Oracle(&mut theirs)).and_then(|()| json.end());
            prop_assert_eq!(told(read, &text), expected.err().map(|e| theirs_told(e, &text)), "{}", text);
            prop_assert_eq!(&ours, &theirs, "{}", text);
            if let Ok(raw) = serde_json::from_str::<&RawValue>(&text) {
                prop_assert_eq!(unquote(raw.get()).map(|t| t.into_owned()), serde_json::from_str::<String>(raw.get()).ok());
            }
        }
    }

    /// What is written by `to_json` reads as the same facts.
    #[test]
    fn cases_read_back(
        income in proptest::option::of(0i64..=10_000_000),
        rate in -1_000_000i64..1_000_000,
        day in Date::MIN.days()..=Date::MAX.days(),
        name in "\\PC{0,20}",
        region in 0u8..3,
        ages in proptest::collection::vec(proptest::option::of(0i64..=150), 0..=3),
    ) {
        let graph = every_type();
        let given = |v| State::Given(Input::Mantissa(v));
        let mut facts = Facts::pending(&graph);
        facts.states[1] = income.map_or(State::Closed, given);
        facts.states[2] = given(rate);
        facts.states[3] = given(day);
        facts.states[4] = State::Given(Input::Text(name.into()));
        facts.states[5] = State::Given(Input::Choice(region));
        let member = |age: Option<i64>| Record { states: vec![age.map_or(State::Pending, given), State::Pending] };
        facts.states[9] = State::Given(Input::List(ages.into_iter().map(member).collect()));
        prop_assert_eq!(Facts::from_json(&graph, &facts.to_json(&graph).to_string()), Ok(facts));
    }
}

/// An error as `serde_json` would tell it. Of a number by itself it reads the value, too, and tells more kinds of errors.
fn told(read: Result<(), NotJson>, text: &str) -> Option<String> {
    match read.err()? {
        _ if is_number(text) => Some("a number".to_owned()),
        NotJson::Kind => Some("another kind".to_owned()),
        NotJson::Text(reason, at) => {
            let before = &text.as_bytes()[..at.min(text.len())];
            let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            let line = 1 + before.iter().filter(|b| **b == b'\n').count();
            Some(format!("{reason} at line {line} column {}", before.len() - line_start))
        }
    }
}

fn is_number(text: &str) -> bool {
    text.trim_start().starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

fn theirs_told(error: serde_json::Error, text: &str) -> String {
    if is_number(text) {
        "a number".to_owned()
    } else if error.is_data() {
        "another kind".to_owned()
    } else {
        let told = error.to_string();
        let (reason, place) = told.split_once(" at line ").expect("a place");
        let ours = match reason {
            "EOF while parsing a value" => {
                "the text ends where a value should come: it was cut off, or the value is missing"
            }
            "EOF while parsing an object" => {
                "the text ends before the closing `}`: it was cut off, or the bracket is missing"
            }
            "EOF while parsing a list" => {
                "the text ends before the closing `]`: it was cut off, or the bracket is missing"
            }
            "EOF while parsing a string" => {
                "the text ends within quotation marks: it was cut off, or the second mark is missing"
            }
            "trailing comma" => "the comma before this bracket is one too many: take it out",
            "key must be a string" => "a name should come here, in double quotation marks: `\"age\"`",
            "expected `,` or `}`" => "a comma or the closing `}` should come here",
            "expected `,` or `]`" => "a comma or the closing `]` should come here",
            "expected `:`" => "a colon should come here, between a name and its value",
            "trailing characters" => "more follows after the closing bracket: take it out",
            "control character (\\u0000-\\u001F) found while parsing a string" => {
                "a line break, a tab or the like stands within quotation marks: write `\\n`, `\\t`, or close the marks before it"
            }
            "lone leading surrogate in hex escape" | "unexpected end of hex escape" => {
                "this escape is half a letter: write both halves, or the letter itself"
            }
            "invalid escape" => "no such escape: for a backslash write two",
            "expected ident" => "no such word: write `true`, `false`, `null`, or a text in double quotation marks",
            "invalid number" => "no such number: write digits and a point, without leading zeros, such as `12.5`",
            "expected value" => {
                "a value should come here: a number, `true`, `false`, `null`, or a text in double quotation marks"
            }
            other => other,
        };
        format!("{ours} at line {place}")
    }
}

/// Collects what `serde_json` sees.
struct Oracle<'a>(&'a mut Vec<(String, String)>);

impl<'de> Visitor<'de> for Oracle<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            self.0.push((key, map.next_value::<&RawValue>()?.get().to_owned()));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element::<&RawValue>()? {
            self.0.push((String::new(), value.get().to_owned()));
        }
        Ok(())
    }
}
