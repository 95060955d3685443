use super::Desk;
use insta::assert_snapshot;

fn explain(more: &str) -> String {
    let call = format!("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 {more}");
    Desk::with_allowance().run(&call).ends(0).out
}

#[test]
fn an_approval() {
    assert_snapshot!(explain("--case ada"), @"");
}

#[test]
fn a_decline_to_confirm() {
    assert_snapshot!(explain("--case cy"), @"");
}

#[test]
fn an_incomplete_case_in_chinese() {
    assert_snapshot!(explain("--case bo --language zh"), @"");
}

#[test]
fn a_computation_that_fails_in_chinese() {
    assert_snapshot!(explain("--case fu --language zh"), @"");
}

#[test]
fn sensitive_facts_are_shown_only_when_asked_for() {
    assert!(!explain("--case ada").contains("severe"));
    assert!(!explain("--case ada --format json").contains("severe"));
    assert!(explain("--case ada --sensitive").contains("Diagnosis (diagnosis): severe"));
}

#[test]
fn the_tree_is_data_too() {
    let told: serde_json::Value = serde_json::from_str(&explain("--case bo --format json")).expect("JSON");
    let resources = &told["rules"][2];
    assert_eq!(resources["standing"], "open");
    assert_eq!(resources["condition"]["parts"][1]["parts"][0]["paragraph"], "Art. 4(b)(i)");
    let savings = &resources["condition"]["parts"][0]["rests_on"][0];
    assert_eq!(savings["value"]["pending"], "not told");
    assert_eq!(told["needs"][0]["rules"][0], "resident");
}

#[test]
fn facts_that_cannot_be_used_and_cases_that_are_not_there() {
    let desk = Desk::with_allowance();
    let ran = desk.run("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 --case di").ends(3);
    assert_snapshot!(ran.out, @"");
    let ran = desk.run("explain allowance.placet --facts applicants.jsonl --on 2026-03-02 --case zoe").ends(3);
    assert_snapshot!(ran.err, @"");
}
