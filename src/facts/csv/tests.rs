use super::*;
use crate::facts::testing::every_type;
use proptest::prelude::*;

fn lists<'a>(members: &'a str) -> Options<'a> {
    let file = ListFile {
        list: "household".to_owned(),
        reader: Box::new(members.as_bytes()),
        key: "case_id".to_owned(),
        case_key: "id".to_owned(),
        empty_is_none: Vec::new(),
    };
    Options { empty_is_none: vec!["cap".to_owned()], lists: vec![file] }
}

fn read(cases: &str, options: Options<'_>) -> Vec<String> {
    let graph = every_type();
    let names = Names::new(&graph);
    match rows(&graph, &names, cases.as_bytes(), options) {
        Err(errors) => vec![errors.to_string()],
        Ok(rows) => rows
            .map(|row| match &row.facts {
                Ok(facts) => format!("{} {}", row.number, facts.to_json(&graph)),
                Err(errors) => format!("{} {}: {errors}", row.number, row.id.as_deref().unwrap_or("?")),
            })
            .collect(),
    }
}

#[test]
fn rows_are_cases_and_bad_ones_stay() {
    let cases = "\u{feff}id,registered,income,income.source,income.observed,birth_date,name,region,cap\n\
        a,yes,12.5,Tax authority,2026-02-20,1946-03-01,\"Wang, 伟\",south,\n\
        b,1,,Tax authority,,,,,none\n\
        c,perhaps,12.345,,,1.3.1946,,suoth,5\n\
        d,no\n";
    let options = Options { empty_is_none: vec!["cap".to_owned()], lists: Vec::new() };
    assert_eq!(
        read(cases, options),
        [
            r#"2 {"birth_date":"1946-03-01","cap":null,"id":"a","income":{"observed":"2026-02-20","source":"Tax authority","value":"12.50"},"name":"Wang, 伟","region":"south","registered":true}"#,
            r#"3 {"cap":null,"id":"b","registered":true}"#,
            "4 c: row 4, `registered`: expected yes or no, found `perhaps`\n\
             row 4, `income`: expected an amount in CNY with at most 2 decimals, from 0.00 to 100000.00, found `12.345`; it has \
             more decimals than that: round it before it comes in\n\
             row 4, `birth_date`: expected a date such as `2024-02-29`, found `1.3.1946`; write the year first: `2024-02-29`\n\
             row 4, `region`: expected one of `north`, `south`, `south_west`, found `suoth`; did you mean `south`?",
            "5 d: row 5: expected 9 cells, as many as there are headings, found 2",
        ]
    );
}

#[test]
fn yes_and_no_come_in_several_words() {
    let told = |word: &str| read(&format!("registered\n{word}\n"), Options::default()).remove(0);
    for word in ["yes", "Yes", "true", "TRUE", "1", "是", " 是 "] {
        assert_eq!(told(word), r#"2 {"registered":true}"#, "{word}");
    }
    for word in ["no", "false", "0", "否"] {
        assert_eq!(told(word), r#"2 {"registered":false}"#, "{word}");
    }
    assert_eq!(told("不是"), "2 ?: row 2, `registered`: expected yes or no, found `不是`");
}

#[test]
fn rows_swallowed_by_an_open_quotation_mark_are_told() {
    let none = || Options { empty_is_none: Vec::new(), lists: Vec::new() };
    let open = "2 ?: row 2: expected a second quotation mark after the first, found the end of the file";
    for cases in ["id,name\na,\"Wang\nb,Li\n", "id,name\na,\"Wang\nb,Li", "id,name\na,\""] {
        assert_eq!(read(cases, none()), [open], "{cases}");
    }
    assert_eq!(
        read("id,\"name\na,Wang\n", none()),
        ["expected a first row with the names of facts, found a quotation mark without a second one"]
    );
    assert_eq!(
        read("id\na\n", lists("case_id,age\na,3\na,\"4\n")),
        [
            r#"2 {"household":[{"age":"3"}],"id":"a"}"#,
            "3 ?: row 3, `household`: expected a second quotation mark after the first, found the end of the file",
        ]
    );
    // What is closed may go over several lines, and end with the file.
    assert_eq!(read("name\n\"Wang\n伟\"", none()), [r#"2 {"name":"Wang\n伟"}"#]);
    assert_eq!(read("name\n", none()), Vec::<String>::new());
    assert_eq!(read("\n\n", none()), ["expected a first row with the names of facts, found an empty file"]);
}

#[test]
fn members_come_from_their_own_file() {
    let members = "case_id,age,age.source\n\
        a,30,Register\n\
        b,3,\n\
        a,2,\n\
        x,1,\n\
        c,200,\n\
        ,1,\n";
    assert_eq!(
        read("id,stay\na,1\nb,1\nc,1\nd,1\n,1\n", lists(members)),
        [
            r#"2 {"household":[{"age":{"source":"Register","value":"30"}},{"age":"2"}],"id":"a","stay":"1"}"#,
            r#"3 {"household":[{"age":"3"}],"id":"b","stay":"1"}"#,
            "4 c: row 6, `household[0].age`: expected a whole number of years, from 0 to 150, found `200`; it is out of the \
             declared range",
            r#"5 {"household":[],"id":"d","stay":"1"}"#,
            r#"6 {"stay":"1"}"#,
            "7 ?: row 7, `household`: expected a key that says whose member it is, found an empty cell",
            "5 ?: row 5, `household`: expected a key that a case bears, found `x`",
        ]
    );
}

#[test]
fn headings_are_checked_before_rows() {
    let none = Options::default;
    assert_eq!(read("", none()), ["expected a first row with the names of facts, found an empty file"]);
    assert_eq!(
        read("incme,household,stay.source,stay.sauce\n", none()),
        ["expected the name of a fact as heading of a column, found `incme`; did you mean `income`?\n\
          `household`: expected the members of a list in a file of their own, found a column\n\
          expected the name of a fact as heading of a column, found `stay.sauce`; no policy here declares it\n\
          `stay.source`: expected a column `stay` beside it, found none"]
    );
    assert_eq!(
        read("stay,stay\n1,2\n", lists("age\n")),
        ["`stay`: expected one column, found a second one\n\
          `household`: expected a column `id` in the file of the cases, found none"]
    );
    assert_eq!(
        read("id\n", lists("case_id,aeg\n")),
        [
            "`household`: expected the name of a fact of `person` as heading of a column, found `aeg`; did you mean `age`?"
        ]
    );
    assert_eq!(
        read("id;stay\na;1\n", none()),
        [
            "expected the name of a fact as heading of a column, found `id;stay`; cells are divided by commas, not by `;`"
        ]
    );
    assert_eq!(
        read("number,stay\na,1\n", none()),
        [
            "expected the name of a fact as heading of a column, found `number`; no policy here declares it; a column that \
          names the cases is headed `id`"
        ]
    );
    let wrong = Options { empty_is_none: vec!["stay".to_owned()], lists: Vec::new() };
    assert_eq!(
        read("stay\n", wrong),
        ["`stay`: expected a fact that may be none, if empty cells are to mean none, found one that may not"]
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(
        bytes in any::<Vec<u8>>(),
        words in proptest::collection::vec(
            prop_oneof![Just(","), Just("\n"), Just("\""), Just("a"), Just("1.50"), Just("none"), Just("2024-02-30")], 0..60),
    ) {
        let graph = every_type();
        let names = Names::new(&graph);
        let text = format!("id,stay,income,income.observed,birth_date\n{}", words.concat());
        let members = format!("case_id,age\n{}", words.concat());
        for cases in [&bytes[..], text.as_bytes()] {
            if let Ok(rows) = rows(&graph, &names, cases, lists(&members)) {
                prop_assert!(rows.count() <= cases.len() + members.len());
            }
        }
    }
}
