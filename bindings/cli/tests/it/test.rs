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
    assert_snapshot!(ran.out, @r#"
    FAIL old_age_allowance: turned 80 yesterday (allowance.placet:75)
      monthly_amount
        expected  250.00
        found     200.00
      age
        expected  79
        found     80
    FAIL old_age_allowance: too young (allowance.placet:81)
      outcome
        expected  approved
        found     referred, a decline to be confirmed, because old_enough
    FAIL old_age_allowance: age alone does not settle it (allowance.placet:87)
      needing
        expected  alive, name_match, diagnosis, savings, household
        found     registered_here, alive, name_match, diagnosis, savings, household (not expected: registered_here)
    "#);
    assert_snapshot!(ran.err, @"3 scenarios, 0 passed, 3 failed");
}

#[test]
fn update_rewrites_expectations_and_nothing_else() {
    let desk = failing();
    let ran = desk.run("test allowance.placet --update").ends(0);
    assert_snapshot!(ran.out, @r#"
    updated allowance.placet:75: turned 80 yesterday
    updated allowance.placet:81: too young
    updated allowance.placet:87: age alone does not settle it
    "#);
    let text = desk.read("allowance.placet");
    let scenarios = &text[text.find("scenario").expect("scenarios")..];
    assert_snapshot!(scenarios, @r#"
    scenario "turned 80 yesterday"
      on 2026-03-02
      given birth_date 1946-03-01, registered_here yes, alive yes, name_match 1, diagnosis none_known, savings 100,
        household [{income 100, member_age 80}]
      expect approved with monthly_amount 200 CNY, age 80

    scenario "too young"
      on 2026-03-02
      given birth_date 1960-03-01, registered_here yes, alive yes, name_match 1, diagnosis none_known, savings 100,
        household [{income 100, member_age 66}]
      expect declined

    scenario "age alone does not settle it"
      on 2026-03-02
      given birth_date 1930-01-01
      expect incomplete needing registered_here, alive, name_match, diagnosis, savings, household
    "#);
    assert_eq!(text.split("scenario").next(), ALLOWANCE.split("scenario").next());
    desk.run("test allowance.placet").ends(0);
}

#[test]
fn update_keeps_the_way_numbers_are_written() {
    let policy = r#"
policy aid "Aid"
  in force from 2024-01-01
fact stay: whole number from 0 to 100
require there "There" stay is at least 0
award monthly: money in EUR per month as 346.95 EUR per month
award whole: money in EUR as stay * 1_000 EUR
award share: percentage with 1 decimal as 12.5%
report wait: days as stay days
report even: money in EUR as 200 EUR
report bare: number with 2 decimals as 1234567.5
report less: number with 2 decimals as 0 - 1234.5

scenario "as written"
  on 2026-03-02
  given stay 12
  expect approved with WHAT
"#;
    let update = |what: &str| {
        let desk = Desk::new().put("aid.placet", &policy.replace("WHAT", what));
        desk.run("test aid.placet --update").ends(0);
        desk.run("test aid.placet").ends(0);
        let text = desk.read("aid.placet");
        text[text.find("with monthly").expect("values") + 5..].trim_end().to_owned()
    };
    let before = "monthly 347.25 EUR, whole 1_000 EUR, share 12%, wait 5 days, even 199.90 EUR, bare 1, less -1_000.0";
    let after = "monthly 346.95 EUR, whole 12_000 EUR, share 12.5%, wait 12 days, even 200.00 EUR, bare 1234567.5, less -1_234.5";
    assert_eq!(update(before), after);
    let before = "monthly 347 EUR per month, whole 5, share 1, wait 5, even 1_000.5 EUR, bare 1_0, less -5";
    let after = "monthly 346.95 EUR per month, whole 12000, share 12.5, wait 12, even 200.0 EUR, bare 1_234_567.5, less -1234.5";
    assert_eq!(update(before), after);
}

#[test]
fn coverage_names_what_was_never_tried() {
    let desk = Desk::with_allowance();
    let ran = desk.run("test allowance.placet --coverage --threshold 90").ends(1);
    assert_snapshot!(ran.out, @r#"

    coverage of old_age_allowance
      rules       6 of 10  60.0 %
      conditions   4 of 8  50.0 %
      exceptions   0 of 1   0.0 %
      table rows   2 of 3  66.7 %
    not tried
      resident: not met (allowance.placet:47)
      resources: not met (allowance.placet:50)
      resources, savings is at most savings_limit: not met (allowance.placet:50)
      resources, household_income is less than 100_000 CNY: not met (allowance.placet:50)
      resources, income_share is less than 20_000 CNY: not met (allowance.placet:50)
      resources, age is at least 100: met (allowance.placet:50)
      deceased: met (allowance.placet:61)
      unsure_who: met (allowance.placet:64)
      supplement, exception 1: applied (allowance.placet:40)
      monthly_amount, row 3: applied (allowance.placet:73)
    "#);
    assert_snapshot!(ran.err, @r#"
    3 scenarios, 3 passed, 54.5 % covered
    less than 90 % covered; `--coverage` tells what is left to try
    "#);
    desk.run("test allowance.placet --threshold 30").ends(0);
}

#[test]
fn results_go_to_a_file_for_other_programs() {
    let desk = failing();
    desk.run("test allowance.placet --junit results.xml").ends(1);
    assert_snapshot!(desk.read("results.xml"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="old_age_allowance" tests="3" failures="3">
        <testcase classname="old_age_allowance" name="turned 80 yesterday" file="allowance.placet" line="75">
          <failure message="monthly_amount: expected 250.00, found 200.00"/>
          <failure message="age: expected 79, found 80"/>
        </testcase>
        <testcase classname="old_age_allowance" name="too young" file="allowance.placet" line="81">
          <failure message="outcome: expected approved, found referred, a decline to be confirmed, because old_enough"/>
        </testcase>
        <testcase classname="old_age_allowance" name="age alone does not settle it" file="allowance.placet" line="87">
          <failure message="needing: expected alive, name_match, diagnosis, savings, household, found registered_here, alive, name_match, diagnosis, savings, household (not expected: registered_here)"/>
        </testcase>
      </testsuite>
    </testsuites>
    "#);
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
    assert_snapshot!(ran.out, @r#"
    FAIL old_age_allowance: gone (allowance_test.placet:2)
      outcome
        expected  declined
        found     referred, because deceased
    "#);
}
