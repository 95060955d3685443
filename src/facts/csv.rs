//! Facts from CSV: a row a case, a column a fact; lists from further files, joined by a key.
//!
//! Headings are the names of facts; `income.source` and `income.observed` tell where the value of `income` comes from. A
//! column `id` is the case's own name, unless a fact is called so. An empty cell is nothing told, unless the caller says
//! that for its column it is *none*. The word `none` is *none* where the type has it. Yes and no are `yes`, `no`, `true`,
//! `false`, `1`, `0`, `是`, `否`.

mod columns;
mod lists;

pub use lists::ListFile;

use super::error::{FactsError, FactsErrors};
use super::{Facts, Names, Row, State};
use crate::graph::{FactId, Graph};
use columns::Cells;
use lists::Join;
use std::io::Read;

/// How a CSV of cases is read.
#[derive(Default)]
pub struct Options<'a> {
    /// Facts for which an empty cell is *none*.
    pub empty_is_none: Vec<String>,
    /// Where the members of lists come from.
    pub lists: Vec<ListFile<'a>>,
}

/// The cases of a CSV, in order. A row that does not fit the facts is an error of its own, and the next go on. Rows of list
/// files whose key no case bears come last, as errors.
///
/// # Errors
/// Headings that are no facts, and list files that cannot be joined.
pub fn rows<'a, R: Read + 'a>(
    graph: &'a Graph,
    names: &'a Names,
    reader: R,
    options: Options<'_>,
) -> Result<impl Iterator<Item = Row> + 'a, FactsErrors> {
    let mut table = reader_of(reader);
    let head = headings(&mut table)?;
    let keys: Vec<&str> = options.lists.iter().map(|l| &*l.case_key).collect();
    let (columns, mut errors) = columns::read(graph, names, None, &head, &keys);
    let empty_is_none = columns::empty_is_none(graph, names, None, &options.empty_is_none).unwrap_or_else(|mut e| {
        errors.append(&mut e.0);
        Vec::new()
    });
    let mut joins: Vec<Join> = Vec::new();
    for list in options.lists {
        match Join::read(graph, names, list, &head) {
            Ok(join) if joins.iter().any(|j| j.list == join.list) => {
                let fact = &graph.fact(join.list).name;
                errors.push(FactsError::new("one file for each list", "a second one").of(&**fact));
            }
            Ok(join) => joins.push(join),
            Err(mut more) => errors.append(&mut more.0),
        }
    }
    if !errors.is_empty() {
        return Err(FactsErrors(errors));
    }
    let cells = Cells { graph, columns, empty_is_none, width: head.len() };
    let mut cases = Cases { cells, joins, table, names, record: csv::ByteRecord::new(), is_over: false };
    Ok(std::iter::from_fn(move || cases.next()))
}

/// Cases one after the other.
struct Cases<'a, R> {
    cells: Cells<'a>,
    joins: Vec<Join>,
    table: csv::Reader<Ended<R>>,
    names: &'a Names,
    record: csv::ByteRecord,
    is_over: bool,
}

impl<R: Read> Cases<'_, R> {
    fn next(&mut self) -> Option<Row> {
        if !self.is_over {
            match read(&mut self.table, &mut self.record) {
                Ok(true) => return Some(self.row()),
                Ok(false) => self.is_over = true,
                Err(error) => {
                    self.is_over = true;
                    return Some(failed(self.record.position().map_or(0, csv::Position::line), vec![error]));
                }
            }
        }
        self.joins.iter_mut().find_map(Join::unclaimed)
    }

    fn row(&mut self) -> Row {
        let number = self.record.position().map_or(0, csv::Position::line);
        let mut states = vec![State::Pending; self.names.facts(None).len()];
        let mut errors = Vec::new();
        let id = self.cells.read(&self.record, &mut states, &mut errors);
        for join in &mut self.joins {
            if let Some(slot) = states.get_mut(self.cells.graph.fact(join.list).place as usize) {
                *slot = join.members(&self.record, &mut errors);
            }
        }
        let facts = if errors.is_empty() {
            Ok(Facts { id: id.clone(), complete: false, states })
        } else {
            Err(FactsErrors(numbered(number, errors)))
        };
        Row { number, id, facts }
    }
}

/// A row that is nothing but errors.
fn failed(number: u64, errors: Vec<FactsError>) -> Row {
    Row { number, id: None, facts: Err(FactsErrors(numbered(number, errors))) }
}

/// The errors, with their row where they name none.
fn numbered(number: u64, mut errors: Vec<FactsError>) -> Vec<FactsError> {
    errors.truncate(super::MOST_ERRORS);
    errors.iter_mut().for_each(|e| {
        e.row.get_or_insert(number);
    });
    errors
}

/// What is read after the end of a file: as a row of its own, unless a quotation mark is still open there.
const END: &[u8] = b"\n\x03\n";

/// A file, and [`END`].
type Ended<R> = std::io::Chain<R, &'static [u8]>;

fn reader_of<R: Read>(reader: R) -> csv::Reader<Ended<R>> {
    csv::ReaderBuilder::new().flexible(true).has_headers(true).from_reader(reader.chain(END))
}

/// The next row; false after the last. The rows that a quotation mark without a second one has swallowed are not lost in silence.
fn read<R: Read>(table: &mut csv::Reader<Ended<R>>, record: &mut csv::ByteRecord) -> Result<bool, FactsError> {
    let is_row = table.read_byte_record(record);
    let is_row = is_row.map_err(|error| FactsError::new("a file that can be read", error.to_string()))?;
    if is_open(record) {
        return Err(FactsError::new("a second quotation mark after the first", "the end of the file"));
    }
    Ok(is_row && !is_end(record))
}

/// Whether a row is what stands after the last.
fn is_end(record: &csv::ByteRecord) -> bool {
    record.len() == 1 && record.get(0) == Some(END.trim_ascii())
}

/// Whether the end of the file was read as part of a cell.
fn is_open(record: &csv::ByteRecord) -> bool {
    record.iter().next_back().is_some_and(|cell| cell.ends_with(END))
}

/// The headings, without the mark that some programs put before the first.
fn headings<R: Read>(table: &mut csv::Reader<Ended<R>>) -> Result<Vec<String>, FactsErrors> {
    let expected = "a first row with the names of facts";
    match table.byte_headers() {
        Err(error) => Err(FactsError::new(expected, error.to_string()).into()),
        Ok(row) if is_open(row) => Err(FactsError::new(expected, "a quotation mark without a second one").into()),
        Ok(row) if row.is_empty() || is_end(row) => Err(FactsError::new(expected, "an empty file").into()),
        Ok(row) => {
            let names: Result<Vec<String>, _> = row.iter().map(|cell| String::from_utf8(cell.to_vec())).collect();
            let mut names = names.map_err(|_| FactsError::new("text in UTF-8", "other bytes in the first row"))?;
            for name in &mut names {
                *name = name.trim_start_matches('\u{feff}').trim().to_owned();
            }
            Ok(names)
        }
    }
}

/// The headings of a CSV in which the case's own facts can be told; those of lists come from further files.
pub fn header(graph: &Graph, names: &Names) -> String {
    let is_cell = |fact: &&FactId| !matches!(graph.fact(**fact).ty.kind, crate::value::Kind::List(_));
    let facts = names.facts(None).iter().filter(is_cell).map(|f| graph.fact(*f).name.to_string());
    let id = names.find(graph, None, "id").is_none().then(|| "id".to_owned());
    id.into_iter().chain(facts).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests;
