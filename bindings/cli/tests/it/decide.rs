use super::{Desk, without_hash};
use insta::assert_snapshot;

#[test]
fn many_cases_give_a_decision_a_line_in_order_and_a_summary() {
    let desk = Desk::with_allowance();
    let ran = desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02").ends(3);
    assert_snapshot!(without_hash(&ran.out), @"");
    assert_snapshot!(ran.err, @"");
}

#[test]
fn one_case_is_told_at_length() {
    let desk = Desk::with_allowance().put("one.json", "{\"id\": 7, \"birth_date\": \"1999-01-01\"}");
    let ran = desk.run("decide allowance.placet --facts one.json --on 2026-03-02 --show age --language zh").ends(0);
    assert_snapshot!(without_hash(&ran.out), @"");
    assert_snapshot!(ran.err, @"");
    let ran = desk.run("decide allowance.placet --facts one.json --on 2020-03-02 -q").ends(3);
    assert!(ran.out.contains("is in force from 2024-01-01"), "{}", ran.out);
}

#[test]
fn an_array_and_lines_on_standard_input_are_many() {
    let desk = Desk::with_allowance();
    let cases = "{\"id\": \"a\"}\n{\"id\": \"b\"}\n";
    let lines = desk.run_with("decide allowance.placet --facts - --on 2026-03-02", cases).ends(0);
    let desk = desk.put("array.json", "[{\"id\": \"a\"}, {\"id\": \"b\"}]");
    let array = desk.run("decide allowance.placet --facts array.json --on 2026-03-02").ends(0);
    assert_eq!(lines.out, array.out);
    assert_eq!(lines.out.lines().count(), 2);
}

#[test]
fn csv_takes_lists_from_a_second_file() {
    let desk = Desk::with_allowance()
        .put("cases.csv", "id,birth_date,registered_here,alive,name_match,diagnosis,savings\nada,1936-01-01,yes,yes,1,severe,10\nbo,1936-01-01,yes,yes,1,none_known,x\n")
        .put("members.csv", "case,income\nada,60000\nada,50000\nzoe,1\n");
    let ran = desk
        .run("decide allowance.placet --facts cases.csv --list household=members.csv:case --on 2026-03-02 --show household_income --reasons none")
        .ends(3);
    assert_snapshot!(without_hash(&ran.out), @"");
    let ran =
        desk.run("decide allowance.placet --facts cases.csv --list household=members.csv --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"");
}

#[test]
fn a_folder_decides_every_policy_over_one_case() {
    let desk = Desk::new()
        .put("both/one.placet", "policy one use \"facts.placet\" require r a")
        .put("both/two.placet", "policy two use \"facts.placet\" refer s when not a")
        .put("both/facts.placet", "fact a: yes or no label \"A\"")
        .put("both/two_test.placet", "use \"two.placet\" scenario \"s\" on 2026-01-01 given a yes expect approved")
        .put("cases.jsonl", "{\"a\": true}\n{\"a\": false}\n")
        .put("case.json", "{\"a\": true}");
    let ran = desk.run("decide both --facts cases.jsonl --on 2026-01-01 --reasons none").ends(0);
    assert_snapshot!(without_hash(&ran.out), @"");
    assert_snapshot!(ran.err, @"");
    let ran = desk.run("decide both --facts case.json --on 2026-01-01").ends(0);
    let told: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(told.as_array().map(Vec::len), Some(2));
    desk.run("test both").ends(0);
}

#[test]
fn a_file_of_results_appears_whole_or_not_at_all() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --out out.jsonl").ends(3);
    assert_eq!(desk.read("out.jsonl").lines().count(), 6);
    assert_eq!(desk.names(), ["allowance.placet", "applicants.jsonl", "out.jsonl"]);
    let desk = desk.put("cases.csv", "id,wage\nx,1\n");
    let ran = desk.run("decide allowance.placet --facts cases.csv --on 2026-03-02 --out csv.jsonl").ends(3);
    assert_snapshot!(ran.err, @"");
    assert_eq!(desk.names(), ["allowance.placet", "applicants.jsonl", "cases.csv", "out.jsonl"]);
}

#[test]
fn what_is_asked_for_must_exist() {
    let desk = Desk::with_allowance();
    let ran = desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --show agee").ends(2);
    assert_snapshot!(ran.err, @"");
    let ran = desk.run("decide allowance.placet --facts applicants.txt --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"");
    let ran = desk.run("decide allowance.placet --facts nowhere.json --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"");
    desk.run("decide allowance.placet --facts applicants.jsonl").ends(2);
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-02-30").ends(2);
}
