use super::Desk;
use insta::assert_snapshot;

const BROKEN: &str = "policy broken
fact age: years from 0 to 130
fact student: yes or no
fact resident: yes or no
require grown
  age is at least 18 and resident or studnet
";

#[test]
fn trouble_is_drawn_where_it_stands() {
    let ran = Desk::new().put("broken.placet", BROKEN).run("check broken.placet").ends(1);
    assert_eq!(ran.out, "");
    assert_snapshot!(ran.err, @r#"
    error[S02]: `and` and `or` are mixed: put parentheses around one pair
     --> broken.placet:6:35
      |
    6 |   age is at least 18 and resident or studnet
      |                      ---          ^^
      |                      |
      |                      the other one
      |
      = help: `(a and b) or c` and `a and (b or c)` are different laws; write the one meant

    error[N01]: nothing here is called `studnet`
     --> broken.placet:6:38
      |
    6 |   age is at least 18 and resident or studnet
      |                                      ^^^^^^^
      |
      = help: did you mean `student`?

    2 errors
    "#);
}

#[test]
fn programs_get_a_line_each() {
    let desk = Desk::new().put("broken.placet", BROKEN);
    let ran = desk.run("check broken.placet --error-format plain").ends(1);
    assert_snapshot!(ran.err, @r#"
    broken.placet:6:35: error[S02]: `and` and `or` are mixed: put parentheses around one pair; help: `(a and b) or c` and `a and (b or c)` are different laws; write the one meant
    broken.placet:6:38: error[N01]: nothing here is called `studnet`; help: did you mean `student`?
    "#);
    let ran = desk.run("validate broken.placet --error-format json").ends(1);
    for line in ran.err.lines() {
        let told: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(told["place"]["file"], "broken.placet");
        assert!(told["code"].is_string() && told["message"].is_string());
    }
}

#[test]
fn colours_are_for_terminals() {
    let desk = Desk::new().put("broken.placet", BROKEN);
    assert!(!desk.run("check broken.placet").err.contains('\u{1b}'));
    assert!(desk.run("check broken.placet --color always").err.contains('\u{1b}'));
}

#[test]
fn what_is_sound_is_told_in_a_line() {
    let desk = Desk::with_allowance();
    let ran = desk.run("check allowance.placet").ends(0);
    let told = ran.out.split("; graph").next().expect("a line");
    assert_snapshot!(told, @r#"old_age_allowance "Old-age allowance" 2024.1: 5 rules, 1 award, 8 facts"#);
    assert!(ran.err.contains("warning[W"), "{}", ran.err);
    assert_eq!(desk.run("check allowance.placet -q").ends(0).err, "");
    desk.run("check allowance.placet --deny-warnings").ends(1);
}

#[test]
fn a_compiled_policy_decides_like_its_text() {
    let desk = Desk::with_allowance();
    desk.run("check allowance.placet --out allowance.placetc -q").ends(0);
    let of_text = desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02").ends(3);
    let compiled = desk.run("decide allowance.placetc --facts applicants.jsonl --on 2026-03-02").ends(3);
    assert_eq!(of_text.out, compiled.out);
    // Whatever its name.
    desk.run("check allowance.placet --out allowance.compiled -q").ends(0);
    let named = desk.run("decide allowance.compiled --facts applicants.jsonl --on 2026-03-02").ends(3);
    assert_eq!(of_text.out, named.out);
    let damaged = desk.put("damaged.placetc", "no artefact").run("check damaged.placetc").ends(3);
    assert!(damaged.err.starts_with("error: cannot load `damaged.placetc`: "), "{}", damaged.err);
}

#[test]
fn files_that_are_used_stand_beside_the_policy_and_may_use_each_other() {
    let desk = Desk::new()
        .put("a/main.placet", "policy p use \"../shared/one.placet\" require grown one")
        .put("shared/one.placet", "use \"two.placet\" fact x: yes or no define one as x and two")
        .put("shared/two.placet", "use \"one.placet\" fact y: yes or no define two as y or x");
    desk.run("check a/main.placet").ends(0);
    let ran = desk.put("b/main.placet", "policy p use \"nowhere.placet\"").run("check b/main.placet").ends(1);
    assert_snapshot!(ran.err, @r#"
    error[N05]: the file `nowhere.placet` cannot be read
     --> b/main.placet:1:14
      |
    1 | policy p use "nowhere.placet"
      |              ^^^^^^^^^^^^^^^^
      |
      = help: name a file beside this one, with its ending `.placet`

    1 error
    "#);
}

#[test]
fn calls_that_make_no_sense_say_so() {
    let desk = Desk::new().put("empty/readme.txt", "");
    let ran = desk.run("check nowhere.placet").ends(2);
    assert_snapshot!(ran.err, @"error: cannot read `nowhere.placet`: there is no such file or folder");
    let ran = desk.run("check empty").ends(2);
    assert_snapshot!(ran.err, @"error: no file below `empty` ends in `.placet`");
    desk.run("chekc").ends(2);
    desk.run("--help").ends(0);
}

#[test]
fn layout_is_one_and_stays() {
    let desk = Desk::new().put("p.placet", "policy p\nfact a:yes or no # why\nrequire r a\n");
    let ran = desk.run("fmt p.placet --check").ends(1);
    assert_eq!(ran.out, "p.placet is not laid out\n");
    let ran = desk.run("fmt p.placet --diff").ends(0);
    assert_snapshot!(ran.out, @r#"
    --- p.placet
    +++ p.placet
    @@ -2,2 +2,3 @@
    -fact a:yes or no # why
    -require r a
    +fact a: yes or no  # why
    +require r
    +  a
    "#);
    desk.run("format p.placet").ends(0);
    assert_snapshot!(desk.read("p.placet"), @r#"
    policy p
    fact a: yes or no  # why
    require r
      a
    "#);
    desk.run("fmt p.placet --check").ends(0);
    let piped = desk.run_with("fmt -", "policy p fact a: yes or no require r a").ends(0);
    assert!(piped.out.starts_with("policy p\n"));
}
