//! Applicants' data on real policies: every way in leads to the same decision, and what does not count says why.

use placet::decide::{Decision, Options, Outcome, decide};
use placet::eval::range::{Engine, Evaluation};
use placet::facts::{Facts, Member, Names, csv, json};
use placet::graph::Program;
use placet::graph::from_model::lower;
use placet::source::Sources;
use placet::value::Date;
use placet::{model, syntax};

const ALLOWANCE: &str = r#"
policy family_allowance "家庭津贴", en "Family allowance"
  declines are automatic
entity person
  fact age: years from 0 to 150
    held by "Population register"
  fact income: money in CNY per month from 0
    held by "Tax authority", zh "税务局" fresh for 30 days
end
fact registered_here: yes or no
  label "本市户籍", en "Registered in the city"
  ask "Is your household registered in the city?"
  held by "Population register" fresh for 30 days
fact household: list of person at most 8
fact 津贴上限: money in CNY or none
fact share: percentage with 1 decimals from 0 to 100
define total as sum of income over household
require resident registered_here
require poor
  total is at most 2_000 CNY per month
award amount: money in CNY or none as
  if 津贴上限 is none then 300.50 CNY else 津贴上限
report adults: whole number as count of household where age is at least 18
report own_share: percentage with 1 decimals as share
"#;

fn program(text: &str) -> Program {
    let mut sources = Sources::default();
    let id = sources.add("policy.placet", text);
    let (file, found) = syntax::parse(id, text);
    assert!(found.is_empty(), "{found:?}");
    let (model, found) = model::check(&sources, &[&file], &|_| None);
    let model = model.unwrap_or_else(|| panic!("{found:?}"));
    let (program, found) = lower(&sources, &[model]);
    program.unwrap_or_else(|| panic!("{found:?}"))
}

fn on() -> Date {
    Date::new(2026, 3, 2).expect("a date")
}

fn decided(program: &Program, facts: &Facts, attested: bool) -> Decision {
    let engine = Engine::new(program.clone());
    let evaluation = Evaluation::new(&engine, facts, on(), attested);
    decide(&program.policies[0], &evaluation, &Options { attested, ..Options::default() })
}

#[test]
fn every_way_in_leads_to_the_same_facts() {
    let program = program(ALLOWANCE);
    let graph = &program.graph;
    let names = Names::new(graph);
    let text = r#"{"id": "a7", "registered_here": true, "津贴上限": null, "share": 12.5,
        "household": [{"age": 40, "income": "1999.99"}, {"age": 3, "income": 0.01}]}"#;
    let from_json = json::read_case(graph, &names, text).expect("a valid case");

    let cases = "id,registered_here,津贴上限,share\na7,yes,none,12.5\n";
    let members = "case,age,income\na7,40,1999.99\na7,3,0.01\n";
    let list = csv::ListFile {
        list: "household".to_owned(),
        reader: Box::new(members.as_bytes()),
        key: "case".to_owned(),
        case_key: "id".to_owned(),
        empty_is_none: Vec::new(),
    };
    let options = csv::Options { lists: vec![list], ..csv::Options::default() };
    let rows: Vec<_> = csv::rows(graph, &names, cases.as_bytes(), options).expect("good headings").collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].facts.as_ref(), Ok(&from_json));

    let person = |age: i32, income: &str| Member::new().set("age", age).set("income", income);
    let told = Facts::pending(graph)
        .with_id("a7")
        .set(graph, "registered_here", true)
        .and_then(|f| f.set(graph, "津贴上限", None::<i64>))
        .and_then(|f| f.set(graph, "share", "12.5"))
        .and_then(|f| f.set(graph, "household", vec![person(40, "1999.99"), person(3, "0.01")]));
    assert_eq!(told, Ok(from_json.clone()));

    let decision = serde_json::to_value(decided(&program, &from_json, false)).expect("JSON");
    assert_eq!(decision["outcome"], "approved");
    assert_eq!(decision["case"], "a7");
    assert_eq!(decision["awards"]["amount"], "300.50");
    assert_eq!(decision["reports"]["adults"], "1");
    assert_eq!(decision["reports"]["own_share"], "12.5");
}

#[test]
fn what_does_not_count_is_needed_and_says_why() {
    let program = program(ALLOWANCE);
    let needs = |text: &str, attested: bool| {
        let facts = Facts::from_json(&program.graph, text).unwrap_or_else(|e| panic!("{e}"));
        let decision = decided(&program, &facts, attested);
        let mut told: Vec<String> = decision.needs.iter().map(|n| format!("{}: {}", n.fact, n.why)).collect();
        told.sort();
        (decision.outcome, told)
    };
    let rest = r#""津贴上限": 5, "share": 1"#;
    let (outcome, told) = needs(
        &format!(
            r#"{{"registered_here": {{"value": true, "source": "Applicant", "observed": "2026-03-01"}},
                "household": [{{"age": 40, "income": {{"value": 5, "source": "税务局", "observed": "2026-01-30"}}}},
                              {{"age": 3, "income": {{"sources": [
                                  {{"value": 0, "source": "Tax authority", "observed": "2026-03-01"}},
                                  {{"value": 1, "source": "税务局", "observed": "2026-03-20"}}]}}}}], {rest}}}"#
        ),
        false,
    );
    assert_eq!(outcome, Outcome::Incomplete);
    assert_eq!(
        told,
        [
            "household[0].income: observed 2026-01-30, and an observation counts for 30 days",
            "household[1].income: `Tax authority` and `税务局` disagree",
            "registered_here: told by `Applicant`, but held by `Population register`",
        ]
    );
    let bare = format!(r#"{{"registered_here": true, "household": [], {rest}}}"#);
    assert_eq!(needs(&bare, false), (Outcome::Approved, Vec::new()));
    let (outcome, told) = needs(&bare, true);
    assert_eq!(outcome, Outcome::Incomplete);
    assert!(told.contains(&"household: told without a source, and only attested facts count".to_owned()), "{told:?}");
}

#[test]
fn complete_closes_what_is_missing_and_not_what_does_not_count() {
    let program = program(ALLOWANCE);
    let outcome = |text: &str| {
        let facts = Facts::from_json(&program.graph, text).unwrap_or_else(|e| panic!("{e}")).complete();
        decided(&program, &facts, false).outcome
    };
    assert_eq!(outcome(r#"{"registered_here": true, "津贴上限": 5}"#), Outcome::Referred);
    assert_eq!(
        outcome(r#"{"registered_here": {"value": true, "source": "Applicant"}, "household": [], "津贴上限": 5}"#),
        Outcome::Incomplete
    );
}

#[test]
fn the_schema_describes_the_whole_policy() {
    let program = program(ALLOWANCE);
    let schema = placet::schema::facts(&program, "en");
    assert_eq!(schema["title"], "Family allowance");
    assert_eq!(schema["properties"]["registered_here"]["title"], "Registered in the city");
    assert_eq!(
        schema["properties"]["registered_here"]["description"],
        "Is your household registered in the city?\naccepts yes or no\nheld by Population register\nfresh for 30 days"
    );
    assert_eq!(schema["$defs"]["value:household"]["maxItems"], 8);
    assert!(schema["$defs"]["value:津贴上限"].is_object());
    let types = placet::schema::typescript(&program, "en");
    assert!(types.contains("\"津贴上限\"?: Fact<Decimal>;"), "{types}");
    assert!(types.contains("\"own_share\"?: Told<string>;"), "{types}");
    assert_eq!(csv::header(&program.graph, &Names::new(&program.graph)), "id,registered_here,津贴上限,share");
}
