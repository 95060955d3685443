use super::{ALLOWANCE, Desk};
use insta::assert_snapshot;

/// The allowance, with expectations that do not hold.
fn failing() -> Desk {
    let text = ALLOWANCE
        .replace("expect approved with monthly_amount 200 CNY", "expect approved with monthly_amount 250 CNY, age 79")
        .replace("expect declined because old_enough", "expect approved")
        .replace("needing registered_here, alive,", "needing alive,");
    Desk::new().put("allowance.placet", &text)
}

#[test]
fn scenarios_pass_quietly_unless_asked() {
    let desk = Desk::with_allowance();
    let ran = desk.run("test allowance.placet").ends(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", "3 scenarios, 3 passed\n"));
    let ran = desk.run("test -v -r young").ends(0);
    assert_eq!(ran.out, "pass old_age_allowance: too young\n");
    desk.run("test -r nothing_like_it").ends(2);
    desk.run("test -r (").ends(2);
}

#[test]
fn a_difference_tells_what_was_expected_and_what_came() {
    let ran = failing().run("test allowance.placet").ends(1);
    assert_snapshot!(ran.out, @"");
    assert_snapshot!(ran.err, @"");
}

#[test]
fn update_rewrites_expectations_and_nothing_else() {
    let desk = failing();
    let ran = desk.run("test allowance.placet --update").ends(0);
    assert_snapshot!(ran.out, @"");
    let text = desk.read("allowance.placet");
    let scenarios = &text[text.find("scenario").expect("scenarios")..];
    assert_snapshot!(scenarios, @"");
    assert_eq!(text.split("scenario").next(), ALLOWANCE.split("scenario").next());
    desk.run("test allowance.placet").ends(0);
}

#[test]
fn coverage_names_what_was_never_tried() {
    let desk = Desk::with_allowance();
    let ran = desk.run("test allowance.placet --coverage --threshold 90").ends(1);
    assert_snapshot!(ran.out, @"");
    assert_snapshot!(ran.err, @"");
    desk.run("test allowance.placet --threshold 30").ends(0);
}

#[test]
fn results_go_to_a_file_for_other_programs() {
    let desk = failing();
    desk.run("test allowance.placet --junit results.xml").ends(1);
    assert_snapshot!(desk.read("results.xml"), @"");
}

#[test]
fn test_files_are_found_beside_their_policy() {
    let desk = Desk::with_allowance().put(
        "allowance_test.placet",
        "use \"allowance.placet\"\nscenario \"gone\"\n  on 2026-03-02\n  given alive no\n  expect declined because deceased\n",
    );
    assert_eq!(desk.run("test allowance.placet").ends(1).err, "4 scenarios, 3 passed, 1 failed\n");
    assert_eq!(desk.run("test allowance_test.placet -r gone").ends(1).err, "1 scenario, 0 passed, 1 failed\n");
    let ran = desk.run("test allowance_test.placet").ends(1);
    assert_snapshot!(ran.out, @"");
}
