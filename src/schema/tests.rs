use super::*;
use crate::decide::{Outcome, Standing};
use crate::facts::Facts;
use crate::facts::testing::every_type;
use crate::graph::{NodeId, Output, PolicyEntry};
use crate::value::{LeapRule, Type};
use serde_json::Value as Json;

fn program() -> Program {
    let graph = every_type();
    let label = |text: &str| Text { default: text.into(), others: vec![("zh".into(), "出生日期".into())] };
    let birth = graph.facts.iter().position(|f| &*f.name == "birth_date").expect("a fact");
    let award = Output {
        name: "monthly_amount".into(),
        title: Some("Monthly amount".into()),
        cites: None,
        ty: graph.facts[1].ty,
        node: NodeId(0),
    };
    let band = Output { name: "band".into(), ty: Type::new(graph.facts[5].ty.kind, 0), ..award.clone() };
    let policy = PolicyEntry {
        name: "old_age_allowance".into(),
        title: Some("Old-age allowance".into()),
        version: None,
        cites: None,
        in_force: (None, None),
        declines_automatic: false,
        leap: LeapRule::March1,
        applies: None,
        rules: Vec::new(),
        awards: vec![award],
        reports: vec![band],
        defines: Vec::new(),
        promises: Vec::new(),
        guarantees: Vec::new(),
        facts: vec![FactTexts {
            fact: FactId(birth as u32),
            label: Some(label("Date of birth")),
            ask: Some("When were you born?".into()),
            used: true,
        }],
        logic_hash: [0; 32],
        texts_hash: [0; 32],
    };
    Program { graph, policies: vec![policy] }
}

/// Whether a value fits a schema, as far as the keywords go that these schemas use; patterns and formats aside.
fn fits(root: &Json, schema: &Json, value: &Json) -> bool {
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(n) if n.is_i64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let is_type = |ty: &Json| ty == kind || (ty == "number" && kind == "integer");
    let each = |keyword: &str| schema[keyword].as_array().cloned().unwrap_or_default();
    let ends = (schema["minimum"].as_i64(), schema["maximum"].as_i64(), value.as_i64());
    let followed = match schema["$ref"].as_str() {
        Some(address) => fits(root, root.pointer(&address[1..]).unwrap_or_else(|| panic!("no {address}")), value),
        None => true,
    };
    let members = value.as_object().is_none_or(|object| {
        let own = |name: &String| schema["properties"].get(name);
        let is_closed = schema["additionalProperties"] == false;
        each("required").iter().all(|name| object.contains_key(name.as_str().expect("a name")))
            && object.iter().all(|(name, value)| own(name).map_or(!is_closed, |schema| fits(root, schema, value)))
    });
    let items = value.as_array().is_none_or(|items| {
        schema["maxItems"].as_u64().is_none_or(|most| items.len() as u64 <= most)
            && schema.get("items").is_none_or(|schema| items.iter().all(|item| fits(root, schema, item)))
    });
    let any = schema.get("anyOf").is_none_or(|_| each("anyOf").iter().any(|schema| fits(root, schema, value)));
    followed
        && members
        && items
        && any
        && schema.get("type").is_none_or(|ty| ty.as_array().map_or(is_type(ty), |all| all.iter().any(is_type)))
        && schema.get("enum").is_none_or(|_| each("enum").contains(value))
        && schema.get("const").is_none_or(|only| only == value)
        && ends.0.zip(ends.2).is_none_or(|(low, value)| low <= value)
        && ends.1.zip(ends.2).is_none_or(|(high, value)| value <= high)
}

#[test]
fn the_facts_schema_and_the_reader_agree() {
    let program = program();
    let schema = facts(&program, "en");
    let accepted = [
        r#"{}"#,
        r#"{"id": 7, "registered": true, "income": 12.5, "rate": "12.5", "birth_date": "1946-03-01", "name": "Zoë"}"#,
        r#"{"registered": "yes", "income": "100000.00", "region": "south_west", "cap": null, "stay": {"closed": true}}"#,
        r#"{"stay": {"value": 3, "source": "Register", "observed": "2026-02-20"}, "rate": {"value": null}}"#,
        r#"{"stay": {"sources": [{"value": 3, "source": "A"}, {"value": "4"}]}}"#,
        r#"{"household": [{"id": 1, "age": 30, "jobs": [{"pay": 1000}, {}]}, {}]}"#,
        r#"{"household": {"value": [{"age": {"value": 3}}], "source": "Register"}}"#,
    ];
    let refused = [
        r#"[]"#,
        r#"{"incme": 1}"#,
        r#"{"registered": 1}"#,
        r#"{"income": -1}"#,
        r#"{"income": 100001}"#,
        r#"{"stay": 1.5}"#,
        r#"{"name": 5}"#,
        r#"{"region": "suoth"}"#,
        r#"{"stay": {"closed": false}}"#,
        r#"{"stay": {"valeu": 1}}"#,
        r#"{"stay": {"value": 1, "closed": true}}"#,
        r#"{"household": [{}, {}, {}, {}]}"#,
        r#"{"household": [{"age": 200}]}"#,
        r#"{"household": [{"shoe_size": 40}]}"#,
        r#"{"household": {"age": 30}}"#,
    ];
    for (texts, expected) in [(&accepted[..], true), (&refused[..], false)] {
        for text in texts {
            let value: Json = serde_json::from_str(text).expect("JSON");
            assert_eq!(fits(&schema, &schema, &value), expected, "schema on {text}");
            assert_eq!(Facts::from_json(&program.graph, text).is_ok(), expected, "reader on {text}");
        }
    }
    let empty = serde_json::to_value(sample(&program.graph)).unwrap();
    assert!(fits(&schema, &schema, &empty), "{empty}");
    assert!(Facts::from_json(&program.graph, &empty.to_string()).is_ok(), "{empty}");
}

#[test]
fn labels_and_limits_are_told() {
    let schema = facts(&program(), "zh");
    assert_eq!(schema["title"], "Old-age allowance");
    assert_eq!(schema["properties"]["birth_date"]["title"], "出生日期");
    assert_eq!(
        schema["properties"]["birth_date"]["description"],
        "When were you born?\naccepts a date such as `2024-02-29`"
    );
    let income = &schema["$defs"]["value:income"]["anyOf"];
    assert_eq!(income[0], serde_json::json!({ "type": "number", "minimum": 0, "maximum": 100000 }));
    assert_eq!(income[1]["pattern"], "^[0-9]+(\\.[0-9]{1,2})?$");
}

#[test]
fn decisions_have_the_shape_of_the_schema() {
    let schema = decisions(&program(), "en");
    let mut decision = serde_json::json!({
        "policy": "old_age_allowance", "graph": "0", "on": "2026-03-02", "outcome": "incomplete", "case": "a",
        "possible": ["approved", "declined"],
        "awards": { "monthly_amount": { "from": "200.00", "to": "500.00" } },
        "reports": { "band": { "one_of": ["north", "south"] } },
        "reasons": [{ "rule": "r", "kind": "require", "standing": "not_in_force" }],
        "needs": [{ "fact": "stay", "why": "not told", "rules": ["r"] }],
    });
    assert!(fits(&schema, &schema, &decision));
    decision["reports"]["band"] = "west".into();
    assert!(!fits(&schema, &schema, &decision));
}

#[test]
fn typescript_names_everything() {
    let text = typescript(&program(), "zh");
    let words = Outcome::ALL.iter().map(|o| o.as_str());
    let standings = [Standing::Met, Standing::NotMet, Standing::Waived, Standing::NotApplicable, Standing::NotInForce];
    for word in words.chain(standings.iter().map(|s| s.as_str())) {
        assert!(text.contains(&format!("\"{word}\"")), "{word} is missing");
    }
    for line in [
        "  /** 出生日期. When were you born? accepts a date such as `2024-02-29` */\n  \"birth_date\"?: Fact<Day>;",
        "  \"household\"?: Fact<PersonMember[]>;",
        "export interface PersonMember {",
        "  \"region\"?: Fact<\"north\" | \"south\" | \"south_west\">;",
        "    \"monthly_amount\"?: Told<string>;",
        "export type Decision = OldAgeAllowanceDecision;",
    ] {
        assert!(text.contains(line), "{line}\nis missing in\n{text}");
    }
}
