use super::*;
use crate::facts::json;
use crate::facts::testing::every_type;
use serde_json::Value as Json;

/// JSON as a caller's language; numbers keep their digits only as far as a double does, so the tests write short ones.
impl Foreign for Json {
    fn look(&self) -> Look<'_> {
        match self {
            Json::Null => Look::Nothing,
            Json::Bool(value) => Look::Truth(*value),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Look::Whole(whole),
                None => Look::Digits(number.to_string().into()),
            },
            Json::String(text) => Date::parse(text).map_or(Look::Text(text.into()), Look::Date),
            Json::Array(_) => Look::List,
            Json::Object(_) => Look::Object,
        }
    }

    fn members(&self, mut each: impl FnMut(&str, &Self)) {
        self.as_object().into_iter().flatten().for_each(|(name, value)| each(name, value));
    }

    fn items(&self, mut each: impl FnMut(&Self)) {
        self.as_array().into_iter().flatten().for_each(&mut each);
    }
}

fn both(text: &str) -> (Result<Facts, FactsErrors>, Result<Facts, FactsErrors>) {
    let graph = every_type();
    let value: Json = serde_json::from_str(text).expect("JSON");
    (read_case(&graph, &Names::new(&graph), &value), Facts::from_json(&graph, text))
}

#[test]
fn values_say_what_json_says() {
    for text in [
        "{}",
        r#"{"id": "17", "registered": true, "rate": 12.5, "birth_date": "1946-03-01", "name": "Zoë", "region": "south_west",
            "cap": null, "stay": {"closed": true}, "income": 12}"#,
        r#"{"id": 17, "income": {"sources": [{"value": "12.50", "source": "Tax authority", "observed": "2026-02-20"},
            {"value": 12.5}]}, "cap": {"value": null, "source": "Bank"}, "rate": {"value": 3}, "name": {"value": null}}"#,
        r#"{"household": {"value": [{"id": "a", "age": 30, "jobs": [{"pay": 1000}, {}]}, {"age": {"value": 3, "source": "Nursery"}}],
            "source": "Population register"}}"#,
        r#"{"registered": "yes", "stay": 3, "cap": "none", "income": "0.50"}"#,
    ] {
        let (values, json) = both(text);
        assert!(json.is_ok(), "{text}");
        assert_eq!(values, json, "{text}");
    }
}

#[test]
fn errors_are_those_of_json() {
    for text in [
        r#"{"registered": 1, "income": 12.345, "stay": -1, "birth_date": 5, "name": 5, "region": "soth", "diagnosis": "soth"}"#,
        r#"{"nmae": 1, "household": [{"aeg": 1}, {"age": 200, "jobs": [{"pay": "x"}]}]}"#,
        r#"{"income": {"value": 1, "closed": true}, "rate": {"sources": []}, "stay": {"source": "X"}, "cap": {"vlaue": 1}}"#,
        r#"{"income": {"value": 1, "observed": "soon"}, "rate": {"value": 1, "source": "X", "sources": []}}"#,
        r#"{"household": [{}, {}, {}, {}], "registered": "perhaps", "birth_date": "2023-02-29"}"#,
        r#"{"income": [], "household": {"value": {}}, "name": {"value": []}}"#,
    ] {
        let (values, json) = both(text);
        let told = |read: Result<Facts, FactsErrors>| {
            let mut all: Vec<String> = read.expect_err(text).0.iter().map(ToString::to_string).collect();
            all.sort();
            all
        };
        assert_eq!(told(values), told(json), "{text}");
    }
}

#[test]
fn what_is_no_value_says_what_to_write() {
    #[derive(Clone)]
    struct Floats;
    impl Foreign for Floats {
        fn look(&self) -> Look<'_> {
            Look::Other { what: "a binary float".into(), help: Some("write it as a text") }
        }
        fn members(&self, _: impl FnMut(&str, &Self)) {}
        fn items(&self, _: impl FnMut(&Self)) {}
    }
    #[derive(Clone)]
    struct Case;
    impl Foreign for Case {
        fn look(&self) -> Look<'_> {
            Look::Object
        }
        fn members(&self, mut each: impl FnMut(&str, &Self)) {
            each("household", self);
        }
        fn items(&self, _: impl FnMut(&Self)) {}
    }
    let graph = every_type();
    let names = Names::new(&graph);
    let error = read_case(&graph, &names, &Floats).expect_err("no case");
    let expected = "expected the facts of one case, by their names, found a binary float; write it as a text";
    assert_eq!(error.to_string(), expected);
    let error = read_case(&graph, &names, &Case).expect_err("an object within itself");
    assert!(error.to_string().starts_with("`household`: expected `value` with"), "{error}");
    assert_eq!(json::read_case(&graph, &names, "{}").expect("nothing told"), Facts::pending(&graph));
}
