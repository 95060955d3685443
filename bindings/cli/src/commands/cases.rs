//! Cases from files: one object, an array, lines, or CSV with further files for lists.

use crate::args::Cases;
use crate::failure::Failure;
use crate::files;
use crate::progress::Progress;
use crate::sources::{Kind, Source};
use placet::Bundle;
use placet::facts::csv::{ListFile, Options};
use placet::facts::{FactsErrors, Row, csv, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

/// Whether one case came alone or several came in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// One object.
    One,
    /// Lines, rows, or items of an array.
    Several,
}

/// Goes through the cases in order, file by file. `each` gets every row, also those that are nothing but errors.
pub fn each(
    bundle: &Bundle,
    cases: &Cases,
    sources: &[Source],
    progress: &Progress,
    mut each: impl FnMut(Many, Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let of_csv = !cases.list.is_empty() || !cases.empty_is_none.is_empty();
    if of_csv && sources.iter().any(|s| s.kind != Kind::Csv) {
        return Err(Failure::Usage("`--list` and `--empty-is-none` go with facts from a `.csv` file".to_owned()));
    }
    if !cases.list.is_empty() && sources.len() > 1 {
        return Err(Failure::Usage("`--list` goes with one file of cases".to_owned()));
    }
    // A case alone is told at length, unless it is one of several files.
    let mut each = |many: Many, row| each(if sources.len() > 1 { Many::Several } else { many }, row);
    let (graph, names) = (&bundle.program().graph, bundle.names());
    for source in sources {
        let path = source.path.as_str();
        match source.kind {
            Kind::Csv => {
                let lists = cases.list.iter().map(|text| list_file(text, path)).collect::<Result<_, _>>()?;
                let options = Options { empty_is_none: cases.empty_is_none.clone(), lists };
                let rows = csv::rows(graph, names, open(path, progress)?, options);
                rows.map_err(|e| unusable(path, &e))?.try_for_each(|row| each(Many::Several, row))?;
            }
            Kind::Lines => {
                let mut rows = json::lines(graph, names, open(path, progress)?);
                rows.try_for_each(|row| each(Many::Several, row))?;
            }
            Kind::Json => texts(bundle, &files::read(path)?, &mut each)?,
            Kind::Standard => {
                let mut text = String::new();
                let read = std::io::stdin().read_to_string(&mut text);
                read.map_err(|e| Failure::io("read", "standard input", &e))?;
                texts(bundle, &text, &mut each)?;
            }
            Kind::Parquet | Kind::Arrow => {
                return Err(Failure::Usage(format!("`{path}`: take the case as JSON or CSV to have it explained")));
            }
        }
    }
    Ok(())
}

/// JSON of which the first character tells whether it is one case or several; objects that follow one another are lines.
fn texts(bundle: &Bundle, text: &str, each: &mut impl FnMut(Many, Row) -> Result<(), Failure>) -> Result<(), Failure> {
    let (graph, names) = (&bundle.program().graph, bundle.names());
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('[') {
        return json::array(graph, names, text).try_for_each(|row| each(Many::Several, row));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&serde_json::value::RawValue>();
    let is_one = !matches!((values.next(), values.next()), (Some(Ok(_)), Some(Ok(_))));
    if is_one {
        let facts = json::read_case(graph, names, text);
        let id = facts.as_ref().ok().and_then(|f| f.id.clone());
        return each(Many::One, Row { number: 1, id, facts });
    }
    json::lines(graph, names, text.as_bytes()).try_for_each(|row| each(Many::Several, row))
}

fn open(path: &str, progress: &Progress) -> Result<impl BufRead + use<>, Failure> {
    let file = File::open(path).map_err(|e| Failure::io("read", path, &e))?;
    Ok(BufReader::with_capacity(1 << 16, progress.through(file)))
}

fn unusable(path: &str, errors: &FactsErrors) -> Failure {
    let lines: Vec<String> = errors.0.iter().map(|e| format!("`{path}`: {e}")).collect();
    Failure::Data(lines.join("\n"))
}

/// `household=members.csv:key` or `household=members.csv:key=column`
fn list_file<'a>(text: &str, cases: &str) -> Result<ListFile<'a>, Failure> {
    let wrong = || {
        Failure::Usage(format!("`--list {text}`: write `LIST=FILE:KEY`, such as `household=members.csv:application`"))
    };
    let (list, path, key) = parts_of_list(text).ok_or_else(wrong)?;
    if list.is_empty() || path.is_empty() || key.is_empty() {
        return Err(wrong());
    }
    let (key, case_key) = match key.split_once('=') {
        Some((key, column)) => (key.to_owned(), column.to_owned()),
        None if has_column(cases, key)? => (key.to_owned(), key.to_owned()),
        None => (key.to_owned(), "id".to_owned()),
    };
    let file = File::open(path).map_err(|e| Failure::io("read", path, &e))?;
    let reader = Box::new(BufReader::new(file));
    Ok(ListFile { list: list.to_owned(), reader, key, case_key, empty_is_none: Vec::new() })
}

/// The file of `household=members.csv:key`.
pub fn path_of_list(text: &str) -> Option<&str> {
    parts_of_list(text).map(|(_, path, _)| path)
}

fn parts_of_list(text: &str) -> Option<(&str, &str, &str)> {
    let (list, rest) = text.split_once('=')?;
    let (path, key) = rest.rsplit_once(':')?;
    Some((list, path, key))
}

/// Whether a CSV has a column of a name.
fn has_column(path: &str, name: &str) -> Result<bool, Failure> {
    let failure = |e: std::io::Error| Failure::io("read", path, &e);
    let mut head = String::new();
    BufReader::new(File::open(path).map_err(failure)?).read_line(&mut head).map_err(failure)?;
    let head = head.trim_start_matches('\u{feff}');
    Ok(head.split(',').any(|cell| cell.trim().trim_matches('"') == name))
}
