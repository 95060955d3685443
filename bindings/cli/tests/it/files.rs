//! Files of columns: every form in and out, many files at once, bad rows, and runs that are interrupted.

use super::Desk;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_select::concat::concat_batches;
use insta::assert_snapshot;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const PASS: &str = r#"
policy pass "Museum pass"
  version "1" declines are automatic
fact birth_date: date
fact savings: money in EUR from 0 to 1_000_000 label "Savings" held by "Bank"
fact kind: one of student, worker or none
define age as years from birth_date to decision date
require young "Under 30" cites "s. 1" age is less than 30
require poor "Little property" cites "s. 2" savings is at most 5_000
refer odd "A student of nought" cites "s. 3" when age is less than 5 and kind is student
award price: money in EUR "Price" cites "s. 4" as if kind is student then 10 else 20
"#;

/// Rows of the pass, some with gaps, one that is bad.
fn applicants(from: usize, rows: usize) -> RecordBatch {
    let numbers = || from..from + rows;
    let ids: StringArray = numbers().map(|i| Some(format!("n{i}"))).collect();
    let births: Date32Array = numbers().map(|i| (i % 11 > 0).then_some((i * 397 % 19_000) as i32)).collect();
    let savings: Int64Array =
        numbers().map(|i| (i % 13 > 0).then_some(if i == 7 { -5 } else { i as i64 * 700 % 900_000 })).collect();
    let kinds: StringArray = numbers().map(|i| [Some("student"), Some("worker"), None][i % 3]).collect();
    let columns: [(&str, ArrayRef); 4] = [
        ("id", Arc::new(ids)),
        ("birth_date", Arc::new(births)),
        ("savings", Arc::new(savings)),
        ("kind", Arc::new(kinds)),
    ];
    RecordBatch::try_from_iter(columns).expect("a batch")
}

/// The same as CSV; cents as amounts.
fn as_csv(batch: &RecordBatch) -> String {
    use arrow_array::types::{Date32Type, Int64Type};
    let mut out = "id,birth_date,savings,kind\n".to_owned();
    let texts = |at: usize| batch.column(at).as_string::<i32>().iter();
    let births = batch.column(1).as_primitive::<Date32Type>().iter();
    let savings = batch.column(2).as_primitive::<Int64Type>().iter();
    for (((id, birth), saved), kind) in texts(0).zip(births).zip(savings).zip(texts(3)) {
        let birth = birth.map(|d| placet::Date::from_days(d.into()).expect("a day").to_string());
        let saved = saved.map(|c| placet::value::format_decimal(c.into(), 2));
        let cells = [id.unwrap_or(""), &birth.unwrap_or_default(), &saved.unwrap_or_default(), kind.unwrap_or("")];
        out += &(cells.join(",") + "\n");
    }
    out
}

fn put_parquet(path: &Path, batch: &RecordBatch, group: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group)).build();
    let file = File::create(path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("rows");
    writer.close().expect("an end");
}

/// Decisions by the case's name, of columns told as JSON.
fn by_case(lines: &str) -> BTreeMap<String, serde_json::Value> {
    let each = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    each.map(|v| (v["id"].as_str().unwrap_or("").to_owned(), v)).collect()
}

fn desk() -> Desk {
    Desk::new().put("pass.placet", PASS)
}

const COLUMNS: &str = "--minor-units savings --none-where-null kind";
const ROWS: &str = "--empty-is-none kind";

#[test]
fn every_form_in_and_out_tells_the_same_decisions() {
    let batch = applicants(0, 300);
    let desk = desk().put("cases.csv", &as_csv(&batch));
    put_parquet(&desk.path().join("cases.parquet"), &batch, 70);
    for name in ["cases.arrow", "cases.feather"] {
        let file = File::create(desk.path().join(name)).expect("a file");
        let mut writer = FileWriter::try_new(file, &batch.schema()).expect("a writer");
        writer.write(&batch.slice(0, 120)).expect("rows");
        writer.write(&batch.slice(120, 180)).expect("rows");
        writer.finish().expect("an end");
    }
    let file = File::create(desk.path().join("cases.arrows")).expect("a file");
    let mut writer = StreamWriter::try_new(file, &batch.schema()).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.finish().expect("an end");

    let ran =
        desk.run(&format!("decide pass.placet --facts cases.parquet --on 2026-03-02 {COLUMNS} --standings -q")).ends(3);
    let expected = by_case(&ran.out);
    assert_eq!(expected.len(), 300);
    let outcomes = |all: &BTreeMap<String, serde_json::Value>| {
        let mut counts = BTreeMap::new();
        all.values().for_each(|v| *counts.entry(v["outcome"].as_str().unwrap_or("").to_owned()).or_insert(0) += 1);
        counts
    };
    assert_eq!(outcomes(&expected).values().sum::<i32>(), 300);
    assert_eq!(outcomes(&expected).get("invalid"), Some(&1));
    assert!(outcomes(&expected).len() > 4, "{:?}", outcomes(&expected));

    // Single decisions, from rows.
    let single = desk.run(&format!("decide pass.placet --facts cases.csv --on 2026-03-02 {ROWS} -q")).ends(3);
    for line in single.out.lines() {
        let whole: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let columns = &expected[whole["case"].as_str().expect("a case")];
        assert_eq!(whole["outcome"], columns["outcome"], "{whole} {columns}");
        let needs: Vec<_> = whole["needs"].as_array().into_iter().flatten().map(|n| n["fact"].clone()).collect();
        assert_eq!(columns["needs"].as_array().cloned().unwrap_or_default(), needs);
        if whole["awards"]["price"].is_string() {
            assert_eq!(whole["awards"]["price"], columns["price"]);
        }
    }

    let baseline = desk.decided("cases.parquet", &format!("{COLUMNS} --standings"), "out.parquet");
    assert_eq!(baseline.num_rows(), 300);
    let ids: StringArray = (0..300).map(|i| Some(format!("n{i}"))).collect();
    assert_eq!(&baseline["id"], &(Arc::new(ids) as ArrayRef), "in the order of the rows");
    for row in 0..300 {
        let told = &expected[&format!("n{row}")];
        for column in ["outcome", "rule", "cites", "proposed", "standing.young", "standing.odd"] {
            assert_eq!(told[column].as_str(), coded(&baseline, column, row), "{row} {column}");
        }
    }
    for facts in ["cases.parquet", "cases.arrow", "cases.feather", "cases.arrows", "cases.csv"] {
        let options = format!("{} --standings", if facts == "cases.csv" { ROWS } else { COLUMNS });
        for out in ["out.parquet", "out.arrow", "out.feather", "out.arrows"] {
            let decided = desk.decided(facts, &options, out);
            assert_eq!(decided.schema().fields(), baseline.schema().fields(), "{facts} {out}");
            for (field, (own, expected)) in
                baseline.schema().fields().iter().zip(decided.columns().iter().zip(baseline.columns()))
            {
                // Of a row of CSV it is told where it stands.
                let same = field.name() == "error" && facts == "cases.csv" || own == expected;
                assert!(same, "{facts} {out} {}", field.name());
            }
        }
        let run = format!("decide pass.placet --facts {facts} --on 2026-03-02 {options} -q --out out.csv");
        desk.run(&run).ends(3);
        let mut rows = csv::Reader::from_path(desk.path().join("out.csv")).expect("CSV");
        let names = rows.headers().expect("a heading").clone();
        let columns: Vec<_> = baseline.schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), columns);
        let at = |name: &str| names.iter().position(|n| n == name).expect("a column");
        let mut count = 0;
        for row in rows.records().map(|r| r.expect("a row")) {
            let told = &expected[&row[at("id")]];
            for column in ["outcome", "rule", "cites", "price"] {
                assert_eq!(told[column].as_str().unwrap_or(""), &row[at(column)], "{facts} {column}");
            }
            let needs: Vec<&str> = told["needs"].as_array().into_iter().flatten().filter_map(|n| n.as_str()).collect();
            assert_eq!(needs.join("; "), &row[at("needs")]);
            count += 1;
        }
        assert_eq!(count, 300);
    }
}

#[test]
fn a_folder_of_files_is_one_run_in_the_order_of_names() {
    let desk = desk().put("cases/_SUCCESS", "").put("cases/notes.txt", "").put("cases/b/.hidden.parquet", "");
    put_parquet(&desk.path().join("cases/a.parquet"), &applicants(0, 50), 20);
    put_parquet(&desk.path().join("cases/b/c.parquet"), &applicants(50, 60), 1000);
    put_parquet(&desk.path().join("cases/d.pq"), &applicants(110, 40), 7);
    put_parquet(&desk.path().join("whole.parquet"), &applicants(0, 150), 150);
    let parts = desk.decided("cases", COLUMNS, "out.parquet");
    let whole = desk.decided("whole.parquet", COLUMNS, "out.parquet");
    assert_eq!(parts, whole);
    let listed = desk.decided("cases/a.parquet cases/b/c.parquet cases/d.pq", COLUMNS, "out.arrow");
    assert_eq!(listed, whole);

    let desk = desk.put("rows/1.csv", &as_csv(&applicants(0, 3))).put("rows/2.jsonl", "{\"id\": \"x\"}\n{}");
    let desk = desk.put("rows/3.json", "{\"id\": \"y\"}");
    let ran = desk.run("decide pass.placet --facts rows --on 2026-03-02 --reasons none").ends(0);
    assert_eq!(ran.out.lines().count(), 6);
    let mixed = desk.run("decide pass.placet --facts rows cases --on 2026-03-02").ends(2);
    assert_snapshot!(mixed.err, @"error: facts come in columns (Parquet, Arrow) or in rows (JSON, CSV), not both in one call");
    std::fs::create_dir(desk.path().join("none")).expect("a folder");
    let none = desk.run("decide pass.placet --facts none --on 2026-03-02").ends(2);
    assert_snapshot!(none.err, @"error: the folder `none` holds no file of facts: take one that ends in `.json`, `.jsonl`, `.csv`, `.parquet`, `.arrow`, `.feather`, `.ipc` or `.arrows`");
}

#[test]
fn a_large_row_group_is_cut_for_all_cores() {
    let desk = desk();
    let rows = 2 * (1 << 17) + 5;
    let whole = applicants(0, rows);
    put_parquet(&desk.path().join("one.parquet"), &whole, rows);
    let decided = desk.decided("one.parquet", COLUMNS, "out.parquet");
    assert_eq!(&decided["id"], &whole["id"], "every row, in order");
    let file = File::open(desk.path().join("out.parquet")).expect("a file");
    let written = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    assert_eq!(written.metadata().num_row_groups(), 2);
}

#[test]
fn bad_rows_are_counted_kept_and_told() {
    let desk = desk();
    put_parquet(&desk.path().join("cases.parquet"), &applicants(0, 9), 100);
    let ran = desk.run(&format!("decide pass.placet --facts cases.parquet --on 2026-03-02 {COLUMNS}")).ends(3);
    assert_snapshot!(ran.out, @r#"
    {"id":"n0","outcome":"incomplete","settled":true,"possible":["approved","declined","referred"],"needs":["birth_date","savings"],"price":"10.00"}
    {"id":"n1","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n2","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n3","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n4","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n5","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n6","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    {"id":"n7","outcome":"invalid","settled":true,"error":"`savings`: expected an amount in EUR with at most 2 decimals, from 0.00 to 1000000.00, found `-0.05`; it is out of the declared range"}
    {"id":"n8","outcome":"declined","settled":true,"rule":"young","cites":"s. 1"}
    "#);
    assert_snapshot!(ran.err, @r#"
     declined          7  77.8 %
     incomplete        1  11.1 %
     invalid           1  11.1 %
     straight through  7  77.8 %  decided without a person or a question
    declined because
       7  Under 30 (young)
    needed
       1  birth_date
       1  Savings (savings), held by Bank
    invalid because
       1  `savings`: expected an amount in EUR with at most 2 decimals, from 0.00 to 1000000.00, found `-0.05`; it is out of the declared range
    "#);
}

#[test]
fn what_is_read_and_what_goes_through_can_be_said() {
    let desk = desk();
    let batch = applicants(0, 4);
    let mut columns: Vec<(String, ArrayRef)> = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(f, c)| (f.name().replace("id", "number"), c.clone()))
        .collect();
    let regions = arrow_array::DictionaryArray::<arrow_array::types::Int32Type>::from_iter(["x", "y", "x", "z"]);
    columns.push(("region".to_owned(), Arc::new(regions)));
    let days = Date32Array::from(vec![Some(20_000), Some(12_000), None, Some(20_500)]);
    columns.push(("day".to_owned(), Arc::new(days)));
    let batch = RecordBatch::try_from_iter(columns).expect("a batch");
    put_parquet(&desk.path().join("cases.parquet"), &batch, 100);
    let ran = desk.run("decide pass.placet --facts cases.parquet --on 2026-03-02").ends(3);
    assert_snapshot!(ran.err, @r#"
    error: `cases.parquet`: `number`: expected the name of a fact, found `number`; leave the column out, name it among those to carry, or allow other columns
    `cases.parquet`: `region`: expected the name of a fact, found `region`; leave the column out, name it among those to carry, or allow other columns
    `cases.parquet`: `day`: expected the name of a fact, found `day`; leave the column out, name it among those to carry, or allow other columns
    "#);
    let asked = "--id number --on-column day --carry region --standings --show age --minor-units savings";
    let ran = desk.run(&format!("decide pass.placet --facts cases.parquet {asked} -q")).ends(3);
    assert_snapshot!(ran.out, @r#"
    {"number":"n0","region":"x","outcome":"incomplete","settled":true,"possible":["approved","declined","referred"],"needs":["birth_date","savings"],"standing.young":"open","standing.poor":"open","standing.odd":"open","price":"10.00"}
    {"number":"n1","region":"y","outcome":"declined","settled":true,"rule":"young","cites":"s. 1","standing.young":"not_met","standing.poor":"met","standing.odd":"not_met","value.age":31}
    {"number":"n2","region":"x","outcome":"invalid","settled":true,"error":"`day`: expected the day to decide for, found nothing"}
    {"number":"n3","region":"z","outcome":"declined","settled":true,"rule":"young","cites":"s. 1","standing.young":"not_met","standing.poor":"met","standing.odd":"not_met","value.age":52}
    "#);
    desk.run(&format!("decide pass.placet --facts cases.parquet {asked} -q --out out.arrow")).ends(3);
    desk.run(&format!("decide pass.placet --facts cases.parquet {asked} -q --other-columns --on 2026-03-02")).ends(2);
    let ran =
        desk.run("decide pass.placet --facts cases.parquet --other-columns --on 2026-03-02 --reasons all").ends(2);
    assert_snapshot!(ran.err, @"error: `--reasons` goes with whole decisions; columns tell the deciding rule, and with `--standings` all");
    desk.run("decide pass.placet --facts cases.parquet --on 2026-03-02 --carry outcome --other-columns").ends(3);
    let desk = desk.put("one.json", "{}");
    let ran = desk.run("decide pass.placet --facts one.json --on 2026-03-02 --carry region").ends(2);
    assert_snapshot!(ran.err, @"error: `--carry` goes with facts from Parquet or Arrow files");
    let ran = desk.run("decide pass.placet --facts one.json").ends(2);
    assert!(ran.err.contains("--on"), "{}", ran.err);
    let ran = desk.run("explain pass.placet --facts cases.parquet --on 2026-03-02").ends(2);
    assert_snapshot!(ran.err, @"error: `cases.parquet`: take the case as JSON or CSV to have it explained");
}

#[test]
fn what_is_read_is_not_written_over() {
    let desk = desk().put("cases.jsonl", "{\"id\": \"a\"}\n");
    put_parquet(&desk.path().join("cases.parquet"), &applicants(0, 10), 10);
    let before = std::fs::read(desk.path().join("cases.parquet")).expect("a file");
    for (arguments, message) in [
        ("--facts cases.parquet --out cases.parquet", "`cases.parquet` is read by this call: write to another file"),
        (
            "--facts cases.parquet --out ./cases.parquet",
            "`./cases.parquet` is read by this call: write to another file",
        ),
        ("--facts . --out cases.parquet", "facts come in columns"),
        ("--facts cases.jsonl --out cases.jsonl", "`cases.jsonl` is read by this call: write to another file"),
        ("--facts cases.jsonl --record pass.placet", "`pass.placet` is read by this call: write to another file"),
        ("--facts cases.jsonl --out r.html --report r.html", "`r.html` would be written twice: write to two files"),
        (
            "--facts cases.jsonl --out r.jsonl --record ./r.jsonl",
            "`./r.jsonl` would be written twice: write to two files",
        ),
    ] {
        let ran = desk.run(&format!("decide pass.placet --on 2026-03-02 {arguments}")).ends(2);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
    assert_eq!(std::fs::read(desk.path().join("cases.parquet")).expect("a file"), before);
    assert_eq!(desk.names(), ["cases.jsonl", "cases.parquet", "pass.placet"]);
    // A device may be named as often as one likes.
    desk.run("decide pass.placet --on 2026-03-02 --facts cases.jsonl --out /dev/null --record /dev/null -q").ends(0);
}

#[test]
fn two_columns_of_the_decisions_do_not_share_a_name() {
    let desk = desk().put("cases.jsonl", "{\"birth_date\": \"2000-01-01\"}\n").put(
        "twice.placet",
        "policy twice fact birth_date: date require born birth_date is before 2001-01-01 award outcome: whole number as 1",
    );
    put_parquet(&desk.path().join("cases.parquet"), &applicants(0, 10), 10);
    for facts in ["cases.jsonl", "cases.parquet --other-columns"] {
        let ran = desk.run(&format!("decide twice.placet --on 2026-03-02 --out out.csv --facts {facts}")).ends(2);
        assert!(ran.err.contains("two columns of the decisions would be called `outcome`"), "{}", ran.err);
    }
}

#[test]
fn a_file_that_is_damaged_leaves_nothing_behind() {
    let desk = desk().put("cases.parquet", "PAR1, it says").put("cases.arrow", "ARROW1 too");
    for facts in ["cases.parquet", "cases.arrow"] {
        let ran = desk.run(&format!("decide pass.placet --facts {facts} --on 2026-03-02 --out out.parquet")).ends(3);
        assert!(ran.err.starts_with(&format!("error: cannot read `{facts}`: ")), "{}", ran.err);
    }
    // The first files are decided before the last is found to be damaged.
    put_parquet(&desk.path().join("a.parquet"), &applicants(0, 100), 10);
    desk.run("decide pass.placet --facts a.parquet cases.parquet --on 2026-03-02 --out out.parquet --report r.html")
        .ends(3);
    assert_eq!(desk.names(), ["a.parquet", "cases.arrow", "cases.parquet", "pass.placet"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_half_written_file() {
    let desk = desk();
    let fifo = desk.path().join("cases.jsonl");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    for (out, signal) in [("out.jsonl", "-INT"), ("out.parquet", "-INT"), ("out.parquet", "-TERM")] {
        let mut run = Command::new(assert_cmd::cargo::cargo_bin("placet"))
            .args(["decide", "pass.placet", "--facts", "cases.jsonl", "--on", "2026-03-02", "--out", out])
            .current_dir(desk.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        // Somebody who writes for ever; the run is in the midst of it once it has begun a file.
        let mut pipe = File::options().write(true).open(&fifo).expect("a pipe");
        std::io::Write::write_all(&mut pipe, b"{\"id\": 1}\n").expect("a line");
        while !desk.names().iter().any(|n| n.starts_with(&format!(".{out}."))) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(Command::new("kill").args([signal, &run.id().to_string()]).status().expect("kill").success());
        assert_eq!(run.wait().expect("it ends").code(), Some(130));
        assert_eq!(desk.names(), ["cases.jsonl", "pass.placet"]);
    }
}

#[test]
fn progress_is_told_in_lines_where_there_is_no_terminal() {
    let desk = desk();
    put_parquet(&desk.path().join("cases.parquet"), &applicants(10, 30), 100);
    let run = format!("decide pass.placet --facts cases.parquet --on 2026-03-02 {COLUMNS}");
    let ran = desk.run(&format!("{run} --progress --out out.csv")).ends(0);
    assert!(ran.err.starts_with("30 rows, "), "{}", ran.err);
    let ran = desk.run(&format!("{run} --out out.csv -q")).ends(0);
    assert_eq!(ran.err, "");
}

impl Desk {
    /// The decisions on files, through a file.
    #[track_caller]
    fn decided(&self, facts: &str, options: &str, out: &str) -> RecordBatch {
        let run = format!("decide pass.placet --facts {facts} --on 2026-03-02 {options} -q --out {out}");
        // Some row is bad, and nothing else is.
        assert_eq!(self.run(&run).ends(3).err, "");
        let path = self.path().join(out);
        let file = || File::open(&path).expect("a file");
        let (schema, batches): (_, Vec<_>) = match out {
            "out.parquet" => {
                let reader = ParquetRecordBatchReaderBuilder::try_new(file()).expect("Parquet");
                (reader.schema().clone(), reader.build().expect("a reader").collect())
            }
            "out.arrows" => {
                let reader = StreamReader::try_new(file(), None).expect("Arrow");
                (reader.schema(), reader.collect())
            }
            _ => {
                let reader = FileReader::try_new(file(), None).expect("Arrow");
                (reader.schema(), reader.collect())
            }
        };
        concat_batches(&schema, &batches.into_iter().map(|b| b.expect("rows")).collect::<Vec<_>>()).expect("one batch")
    }
}

/// A text of a dictionary.
fn coded<'a>(batch: &'a RecordBatch, column: &str, row: usize) -> Option<&'a str> {
    let array = batch[column].as_any_dictionary();
    // Where all is null, there may be no values to have keys of.
    array.keys().is_valid(row).then(|| array.values().as_string::<i32>().value(array.normalized_keys()[row]))
}
