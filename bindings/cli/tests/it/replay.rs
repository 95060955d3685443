use super::Desk;
use insta::assert_snapshot;

#[test]
fn recorded_decisions_come_again_to_the_byte() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl --reasons all -q")
        .ends(3);
    let ran = desk.run("replay allowance.placet record.jsonl").ends(0);
    assert_snapshot!(ran.err, @"5 of 5 decisions came out the same to the byte; 1 passed over: the facts could not be used then either");
}

#[test]
fn what_has_changed_is_told() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl -q").ends(3);
    let changed = super::ALLOWANCE.replace("| 300 + supplement", "| 350 + supplement");
    let desk = desk.put("allowance.placet", &changed);
    let ran = desk.run("replay allowance.placet record.jsonl").ends(1);
    assert_snapshot!(ran.out, @r#"
    line 1, old_age_allowance: `awards.monthly_amount` was "400.00", is "450.00"; the policy has changed since
    line 2, old_age_allowance: the same answer, in other bytes; the policy has changed since
    line 3, old_age_allowance: the same answer, in other bytes; the policy has changed since
    line 5, old_age_allowance: the same answer, in other bytes; the policy has changed since
    line 6, old_age_allowance: `awards.monthly_amount` was "300.00", is "350.00"; the policy has changed since
    "#);
    assert_snapshot!(ran.err, @"0 of 5 decisions came out the same to the byte; 1 passed over: the facts could not be used then either");
}

#[test]
fn a_changed_record_is_found_out() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl -q").ends(3);
    let forged = desk.read("record.jsonl").replace("\"400.00\"", "\"900.00\"");
    let ran = desk.put("record.jsonl", &forged).run("replay allowance.placet record.jsonl").ends(1);
    assert_snapshot!(ran.out, @r#"line 1, old_age_allowance: `awards.monthly_amount` was "900.00", is "400.00""#);
    let ran = Desk::with_allowance().run("replay allowance.placet applicants.jsonl").ends(3);
    assert!(ran.err.contains("line 1: this is no recorded decision"), "{}", ran.err);
}
