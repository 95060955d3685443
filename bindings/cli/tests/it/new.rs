use super::Desk;
use insta::assert_snapshot;

#[test]
fn a_new_policy_passes_everything() {
    let desk = Desk::new();
    let ran = desk.run("new care-allowance").ends(0);
    assert_snapshot!(ran.out, @r#"
    made care-allowance/care_allowance.placet and care-allowance/applicants.jsonl; now try
      placet check care-allowance
      placet test care-allowance -v
      placet decide care-allowance --facts care-allowance/applicants.jsonl --on 2026-03-02
      placet explain care-allowance --facts care-allowance/applicants.jsonl --on 2026-03-02 --case bo
    "#);
    desk.run("check care-allowance --deny-warnings").ends(0);
    desk.run("test care-allowance").ends(0);
    desk.run("fmt care-allowance --check").ends(0);
    let ran = desk.run("decide care-allowance --facts care-allowance/applicants.jsonl --on 2026-03-02").ends(0);
    assert_eq!(ran.out.lines().count(), 3);
    desk.run("explain care-allowance --facts care-allowance/applicants.jsonl --on 2026-03-02 --case bo").ends(0);
    for format in ["dot", "mermaid", "svg", "text"] {
        assert!(!desk.run(&format!("graph care-allowance --format {format}")).ends(0).out.is_empty());
    }
    for of in ["facts", "decisions"] {
        let schema = desk.run(&format!("schema care-allowance --of {of}")).ends(0).out;
        serde_json::from_str::<serde_json::Value>(&schema).expect("JSON");
    }
    assert!(desk.run("schema care-allowance --format typescript").ends(0).out.contains("birth_date"));
    assert!(desk.run("completions bash").ends(0).out.contains("placet"));
}

#[test]
fn what_to_try_next_can_be_copied_into_a_shell() {
    let ran = Desk::new().run("new R&D/care").ends(0);
    assert!(ran.out.contains("placet decide 'R&D/care' --facts 'R&D/care/applicants.jsonl' --on"), "{}", ran.out);
}

#[test]
fn nothing_is_overwritten() {
    let desk = Desk::new().put("there/x.txt", "");
    let ran = desk.run("new there").ends(2);
    assert_snapshot!(ran.err, @"error: `there` is there already: choose another name, or remove it");
    let ran = desk.run("new 9lives").ends(2);
    assert_snapshot!(ran.err, @"error: `9lives` cannot be a policy's name: take letters, digits and `_`, a letter first");
}
