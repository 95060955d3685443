//! The members of a list from a file of their own.

use super::columns::{self, Cells};
use super::{Ended, failed, headings, numbered, read, reader_of};
use crate::facts::error::{FactsError, FactsErrors, show};
use crate::facts::{Input, Names, Record, Row, State, describe};
use crate::graph::{FactId, Graph};
use crate::value::Kind;
use std::collections::{HashMap, VecDeque};
use std::io::Read;
use std::sync::Arc;

/// A CSV with a row for each member of a list. The members of a case are the rows whose key is the case's; a case whose key
/// no row bears has an empty list, and one without a key a list of which nothing is told.
pub struct ListFile<'a> {
    /// The list, a fact of the case.
    pub list: String,
    /// The file.
    pub reader: Box<dyn Read + 'a>,
    /// The column of this file that holds the case's key.
    pub key: String,
    /// The column of the cases that holds it.
    pub case_key: String,
    /// Facts of members for which an empty cell is *none*.
    pub empty_is_none: Vec<String>,
}

/// A list file, read and ordered by key.
pub(super) struct Join {
    pub list: FactId,
    name: Box<str>,
    /// What the list's type accepts, for errors.
    accepts: String,
    most: usize,
    /// The column of the cases that holds the key.
    case_key: usize,
    groups: HashMap<Box<str>, Group>,
    /// Rows that have no key, then those whose key no case has borne, in the file's order.
    rest: VecDeque<(Box<str>, u64)>,
    strays: VecDeque<Row>,
}

/// The members of one key.
#[derive(Default)]
struct Group {
    records: Vec<Record>,
    /// Replaces the records once they are asked for: cases that share a key share the members.
    shared: Option<Arc<[Record]>>,
    errors: Vec<FactsError>,
    is_claimed: bool,
}

impl Join {
    pub fn read(graph: &Graph, names: &Names, file: ListFile<'_>, cases: &[String]) -> Result<Join, FactsErrors> {
        let fact = names.find(graph, None, &file.list);
        let Some((list, Kind::List(entity))) = fact.map(|f| (f, graph.fact(f).ty.kind)) else {
            let is_list = |f: &&FactId| matches!(graph.fact(**f).ty.kind, Kind::List(_));
            let lists = names.facts(None).iter().filter(is_list).map(|f| &*graph.fact(*f).name);
            let mut error = FactsError::unknown(&file.list, None, lists);
            error.expected = "the name of a fact that is a list".to_owned();
            return Err(error.into());
        };
        let Some(case_key) = cases.iter().position(|name| *name == file.case_key) else {
            let error = FactsError::new(format!("a column `{}` in the file of the cases", file.case_key), "none");
            return Err(error.of(&*file.list).into());
        };
        let mut table = reader_of(file.reader);
        let named = |mut errors: FactsErrors| {
            for error in &mut errors.0 {
                let inner = error.fact.take().map(|f| format!(".{f}")).unwrap_or_default();
                error.fact = Some(format!("{}{inner}", file.list));
            }
            errors
        };
        let head = headings(&mut table).map_err(named)?;
        let Some(key) = head.iter().position(|name| *name == file.key) else {
            let error = FactsError::new(format!("a column `{}` in the file of its members", file.key), "none");
            return Err(error.of(&*file.list).into());
        };
        let (columns, errors) = columns::read(graph, names, Some(entity), &head, &[&file.key]);
        if !errors.is_empty() {
            return Err(named(FactsErrors(errors)));
        }
        let empty_is_none = columns::empty_is_none(graph, names, Some(entity), &file.empty_is_none).map_err(named)?;
        let ty = &graph.fact(list).ty;
        let mut join = Join {
            list,
            name: graph.fact(list).name.clone(),
            accepts: describe::describe(graph, ty),
            most: describe::most_members(ty),
            case_key,
            groups: HashMap::new(),
            rest: VecDeque::new(),
            strays: VecDeque::new(),
        };
        let cells = Cells { graph, columns, empty_is_none, width: head.len() };
        join.gather(&cells, &mut table, key, names.facts(Some(entity)).len());
        Ok(join)
    }

    fn gather<R: Read>(&mut self, cells: &Cells<'_>, table: &mut csv::Reader<Ended<R>>, key: usize, count: usize) {
        let mut record = csv::ByteRecord::new();
        loop {
            let is_row = read(table, &mut record);
            let line = record.position().map_or(0, csv::Position::line);
            match is_row {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => return self.strays.push_back(failed(line, vec![error.of(&*self.name)])),
            }
            let mut states = vec![State::Pending; count];
            let mut errors = Vec::new();
            cells.read(&record, &mut states, &mut errors);
            let key = record.get(key).and_then(|cell| std::str::from_utf8(cell).ok()).map_or("", str::trim);
            if key.is_empty() {
                let error = FactsError::new("a key that says whose member it is", "an empty cell").of(&*self.name);
                self.strays.push_back(failed(line, vec![error]));
                continue;
            }
            let group = match self.groups.get_mut(key) {
                Some(group) => group,
                None => {
                    self.rest.push_back((key.into(), line));
                    self.groups.entry(key.into()).or_default()
                }
            };
            for error in &mut errors {
                let inner = error.fact.take().map(|f| format!(".{f}")).unwrap_or_default();
                error.fact = Some(format!("{}[{}]{inner}", self.name, group.records.len()));
            }
            group.errors.extend(numbered(line, errors));
            group.errors.truncate(crate::facts::MOST_ERRORS);
            group.records.push(Record { states });
        }
    }

    /// The members of a case.
    pub fn members(&mut self, case: &csv::ByteRecord, errors: &mut Vec<FactsError>) -> State {
        let cell = case.get(self.case_key).and_then(|cell| std::str::from_utf8(cell).ok());
        let Some(key) = cell.map(str::trim).filter(|key| !key.is_empty()) else { return State::Pending };
        let Some(group) = self.groups.get_mut(key) else { return State::Given(Input::List([].into())) };
        group.is_claimed = true;
        let records = group.shared.get_or_insert_with(|| std::mem::take(&mut group.records).into());
        if records.len() > self.most {
            errors.push(FactsError::new(&*self.accepts, format!("{} of them", records.len())).of(&*self.name));
        }
        errors.extend(group.errors.iter().cloned());
        State::Given(Input::List(records.clone()))
    }

    /// The next row that belongs to no case.
    pub fn unclaimed(&mut self) -> Option<Row> {
        if let Some(stray) = self.strays.pop_front() {
            return Some(stray);
        }
        while let Some((key, line)) = self.rest.pop_front() {
            if self.groups.get(&key).is_some_and(|group| !group.is_claimed) {
                let error = FactsError::new("a key that a case bears", show(&key)).of(&*self.name);
                return Some(failed(line, vec![error]));
            }
        }
        None
    }
}
