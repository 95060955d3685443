use super::{Desk, without_hash};
use insta::assert_snapshot;

#[test]
fn many_cases_give_a_decision_a_line_in_order_and_a_summary() {
    let desk = Desk::with_allowance();
    let ran = desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02").ends(3);
    assert_snapshot!(without_hash(&ran.out), @r#"
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"ada","outcome":"approved","awards":{"monthly_amount":"400.00"}}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"bo","outcome":"incomplete","possible":["approved","referred"],"awards":{"monthly_amount":{"from":"200.00","to":"300.00"}},"needs":[{"fact":"registered_here","label":"Household registered in the city","ask":"Is your household registered in the city?","held_by":"Population register","why":"observed 2025-02-20, and an observation counts for 30 days","rules":["resident"]},{"fact":"diagnosis","label":"Diagnosis","why":"not told","rules":["monthly_amount"]},{"fact":"savings","label":"Savings","why":"not told","rules":["resources"]},{"fact":"household","label":"Household","why":"not told","rules":["resources"]}]}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"cy","outcome":"referred","proposed":"declined","reasons":[{"rule":"old_enough","kind":"require","standing":"not_met","deciding":true,"title":"Aged 80 or over","message":"The allowance starts at the age of 80; the applicant is 63 years.","cites":"Art. 3(1)"}]}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"di","outcome":"invalid","error":"row 4, `birth_date`: expected a date such as `2024-02-29`, found `1940-02-30`; the calendar has no such day\nrow 4, `registered_here`: expected yes or no, found `maybe`\nrow 4: expected the name of a fact, found `wage`; no policy here declares it"}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"ed","outcome":"referred","reasons":[{"rule":"unsure_who","kind":"refer","standing":"met","deciding":true,"title":"The registers may speak of two people"}]}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"fu","outcome":"referred","awards":{"monthly_amount":"300.00"},"faults":[{"rule":"resources","message":"`household[1].income` will not be known"}]}
    "#);
    assert_snapshot!(ran.err, @r#"
     approved              1  16.7 %
     referred to a person  3  50.0 %  1 with a decline to confirm
     incomplete            1  16.7 %
     invalid               1  16.7 %
     straight through      1  16.7 %  decided without a person or a question
    referred because
       1  Aged 80 or over (old_enough)
       1  The registers may speak of two people (unsure_who)
       1  could not be computed: `household[1].income` will not be known
    needed
       1  Diagnosis (diagnosis)
       1  Household (household)
       1  Household registered in the city (registered_here), held by Population register
       1  Savings (savings)
    invalid because
       1  `birth_date`: expected a date such as `2024-02-29`, found `1940-02-30`; the calendar has no such day
    "#);
}

#[test]
fn one_case_is_told_at_length() {
    let desk = Desk::with_allowance().put("one.json", "{\"id\": 7, \"birth_date\": \"1999-01-01\"}");
    let ran = desk.run("decide allowance.placet --facts one.json --on 2026-03-02 --show age --language zh").ends(0);
    assert_snapshot!(without_hash(&ran.out), @r#"
    {
      "policy": "old_age_allowance",
      "version": "2024.1",
      "on": "2026-03-02",
      "case": "7",
      "outcome": "referred",
      "reasons": [
        {
          "rule": "old_enough",
          "kind": "require",
          "standing": "not_met",
          "deciding": true,
          "title": "年满八十周岁",
          "message": "年满八十周岁方可领取，申请人现年27年。",
          "cites": "第三条第一款"
        },
        {
          "rule": "resident",
          "kind": "require",
          "standing": "open",
          "title": "本市户籍",
          "cites": "第三条第二款"
        },
        {
          "rule": "resources",
          "kind": "require",
          "standing": "open",
          "title": "家庭资源",
          "cites": "第四条"
        },
        {
          "rule": "deceased",
          "kind": "exclude",
          "standing": "open",
          "title": "已故",
          "cites": "第九条"
        },
        {
          "rule": "unsure_who",
          "kind": "refer",
          "standing": "open",
          "title": "登记可能指向两个人"
        }
      ],
      "values": {
        "age": "27"
      }
    }
    "#);
    assert_snapshot!(ran.err, @r#"
    referred to a person
    referred because
       1  年满八十周岁 (old_enough)
    "#);
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
    assert_snapshot!(without_hash(&ran.out), @r#"
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"ada","outcome":"referred","proposed":"declined","values":{"household_income":"110000.00"}}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","case":"bo","outcome":"invalid","error":"row 3, `savings`: expected an amount in CNY with at most 2 decimals, from 0.00 to 100000000.00, found `x`; write digits and a point, without thousands separators, units or signs of currency"}
    {"policy":"old_age_allowance","version":"2024.1","on":"2026-03-02","outcome":"invalid","error":"row 4, `household`: expected a key that a case bears, found `zoe`"}
    "#);
    let ran =
        desk.run("decide allowance.placet --facts cases.csv --list household=members.csv --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"error: `--list household=members.csv`: write `LIST=FILE:KEY`, such as `household=members.csv:application`");
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
    assert_snapshot!(without_hash(&ran.out), @r#"
    {"policy":"one","on":"2026-01-01","outcome":"approved"}
    {"policy":"two","on":"2026-01-01","outcome":"approved"}
    {"policy":"one","on":"2026-01-01","outcome":"referred","proposed":"declined"}
    {"policy":"two","on":"2026-01-01","outcome":"referred"}
    "#);
    assert_snapshot!(ran.err, @r#"

    one
     approved              1  50.0 %
     referred to a person  1  50.0 %  1 with a decline to confirm
     straight through      1  50.0 %  decided without a person or a question
    referred because
       1  r

    two
     approved              1  50.0 %
     referred to a person  1  50.0 %
     straight through      1  50.0 %  decided without a person or a question
    referred because
       1  s
    "#);
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
    assert_snapshot!(ran.err, @"error: `cases.csv`: expected the name of a fact as heading of a column, found `wage`; no policy here declares it");
    assert_eq!(desk.names(), ["allowance.placet", "applicants.jsonl", "cases.csv", "out.jsonl"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;

    let desk = Desk::with_allowance();
    let pipe = desk.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let read = pipe.clone();
    let reader = std::thread::spawn(move || std::fs::read_to_string(read).expect("what was written"));
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --out pipe").ends(3);
    assert_eq!(reader.join().expect("it reads").lines().count(), 6);
    assert!(pipe.metadata().expect("still there").file_type().is_fifo());
}

#[test]
fn what_is_asked_for_must_exist() {
    let desk = Desk::with_allowance();
    let ran = desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 --show agee").ends(2);
    assert_snapshot!(ran.err, @"error: `--show agee`: no definition or parameter is called so; did you mean `age`?");
    let ran = desk.run("decide allowance.placet --facts applicants.txt --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"error: `applicants.txt` is no file of facts: take one that ends in `.json`, `.jsonl`, `.csv`, `.parquet`, `.arrow`, `.feather`, `.ipc` or `.arrows`");
    let ran = desk.run("decide allowance.placet --facts nowhere.json --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"error: cannot read `nowhere.json`: there is no such file or folder");
    desk.run("decide allowance.placet --facts applicants.jsonl").ends(2);
    desk.run("decide allowance.placet --facts applicants.jsonl --on 2026-02-30").ends(2);
}

#[test]
fn a_file_of_an_unknown_ending_is_refused_with_those_that_are_known() {
    let desk = Desk::with_allowance();
    let decide = |options: &str| {
        let run = format!("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 -q {options}");
        desk.run(&run).ends(2).err
    };
    let before = desk.names();
    assert_eq!(
        decide("--out x.xlsx"),
        "error: `--out x.xlsx`: the ending says which form is written; take a file that ends in `.jsonl`, `.ndjson`, `.json`, \
         `.parquet`, `.pq`, `.arrow`, `.arrows`, `.feather`, `.ipc` or `.csv`\n"
    );
    assert!(decide("--out decisions").contains("`--out decisions`: the ending says"));
    assert!(decide("--report run.pdf").contains("`.html` or `.htm`"));
    assert!(decide("--record record.parquet").contains("`.jsonl`, `.ndjson` or `.json`"));
    assert_eq!(desk.names(), before, "nothing was written");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_wrong_usage_and_is_told_with_the_file() {
    let desk = Desk::with_allowance();
    let forms = ["jsonl", "json", "csv", "parquet", "arrow", "arrows"];
    for form in forms.into_iter().filter(|form| cfg!(feature = "columnar") || form.starts_with("json")) {
        let name = format!("full.{form}");
        std::os::unix::fs::symlink("/dev/full", desk.path().join(&name)).expect("a link");
        let ran =
            desk.run(&format!("decide allowance.placet --facts applicants.jsonl --on 2026-03-02 -q --out {name}"));
        assert_eq!(ran.ends(4).err, format!("error: cannot write `{name}`: the disk is full\n"));
    }
    let ran = desk.run("check allowance.placet -q --out full.jsonl").ends(4);
    assert_eq!(ran.err, "error: cannot write `full.jsonl`: the disk is full\n");
    let command = assert_cmd::cargo::cargo_bin("placet");
    for arguments in [&["check", "allowance.placet"][..], &["test", "-v", "allowance.placet"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("the device");
        let ran = std::process::Command::new(&command).args(arguments).current_dir(desk.path()).stdout(full).output();
        let ran = ran.expect("it runs");
        assert_eq!(ran.status.code(), Some(4));
        let said = String::from_utf8(ran.stderr).expect("UTF-8");
        assert!(said.ends_with("error: cannot write `standard output`: the disk is full\n"), "{said}");
    }
    // What another name mends is the caller's, as it was.
    let ran = desk.run("check allowance.placet -q --out nowhere/allowance.placetc").ends(2);
    assert!(ran.err.contains("there is no such file or folder"), "{}", ran.err);
}
