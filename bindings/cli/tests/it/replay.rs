use super::Desk;
use insta::assert_snapshot;

#[test]
fn recorded_decisions_come_again_to_the_byte() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl --reasons all -q")
        .ends(3);
    let ran = desk.run("replay allowance.placet record.jsonl").ends(0);
    assert_snapshot!(ran.err, @"");
}

#[test]
fn what_has_changed_is_told() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl -q").ends(3);
    let changed = super::ALLOWANCE.replace("| 300 + supplement", "| 350 + supplement");
    let desk = desk.put("allowance.placet", &changed);
    let ran = desk.run("replay allowance.placet record.jsonl").ends(1);
    assert_snapshot!(ran.out, @"");
    assert_snapshot!(ran.err, @"");
}

#[test]
fn a_changed_record_is_found_out() {
    let desk = Desk::with_allowance();
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --record record.jsonl -q").ends(3);
    let forged = desk.read("record.jsonl").replace("\"400.00\"", "\"900.00\"");
    let ran = desk.put("record.jsonl", &forged).run("replay allowance.placet record.jsonl").ends(1);
    assert_snapshot!(ran.out, @"");
    let ran = Desk::with_allowance().run("replay allowance.placet applicants.jsonl").ends(3);
    assert!(ran.err.contains("line 1: this is no recorded decision"), "{}", ran.err);
}
