//! What the columns of a CSV hold, and a row's cells as facts.

use crate::facts::error::{FactsError, FactsErrors, Found, show};
use crate::facts::read;
use crate::facts::{Attested, Input, Names, State};
use crate::graph::{FactId, Graph};
use crate::value::{Date, EntityId, Kind};
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Column {
    /// A fact's values.
    Value(FactId),
    /// Who told a fact.
    Source(FactId),
    /// When a fact was observed.
    Observed(FactId),
    /// The case's own name.
    Id,
    /// Only a key by which list files are joined.
    Key,
}

/// What the headings stand for. `keys` are columns that need not be facts.
pub(super) fn read(
    graph: &Graph,
    names: &Names,
    owner: Option<EntityId>,
    head: &[String],
    keys: &[&str],
) -> (Vec<Column>, Vec<FactsError>) {
    let mut columns: Vec<Column> = Vec::new();
    let mut errors = Vec::new();
    for name in head {
        let found = match names.find(graph, owner, name) {
            Some(fact) => Some(Column::Value(fact)),
            None => provenance(graph, names, owner, name),
        };
        let column = match found {
            Some(Column::Value(fact)) if matches!(graph.fact(fact).ty.kind, Kind::List(_)) => {
                let error = FactsError::new("the members of a list in a file of their own", "a column");
                errors.push(error.of(&**name));
                Column::Key
            }
            Some(column) => column,
            None if name == "id" => Column::Id,
            None if keys.contains(&&**name) => Column::Key,
            None => {
                let facts = names.facts(owner).iter().map(|f| &*graph.fact(*f).name);
                let entity = owner.and_then(|e| graph.entities.get(e.0 as usize)).map(|e| &*e.name);
                let mut error = FactsError::unknown(name, entity, facts);
                error.expected += " as heading of a column";
                if let Some(sign) = [';', '\t'].into_iter().find(|sign| name.contains(*sign)) {
                    let sign = if sign == '\t' { "tabulators" } else { "`;`" };
                    error = error.help(format!("cells are divided by commas, not by {sign}"));
                } else if columns.is_empty() && owner.is_none() && !head.iter().any(|name| name == "id") {
                    // Perhaps the number of the case, unless it is a fact misspelt.
                    let help = error.help.take().unwrap_or_default();
                    let misspelt = help.ends_with('?');
                    let and = if misspelt { "" } else { "; a column that names the cases is headed `id`" };
                    error = error.help(format!("{help}{and}"));
                }
                errors.push(error);
                Column::Key
            }
        };
        if column != Column::Key && columns.contains(&column) {
            errors.push(FactsError::new("one column", "a second one").of(&**name));
        }
        columns.push(column);
    }
    for (column, name) in columns.iter().zip(head) {
        if let Column::Source(fact) | Column::Observed(fact) = column
            && !columns.contains(&Column::Value(*fact))
        {
            let value = &graph.fact(*fact).name;
            errors.push(FactsError::new(format!("a column `{value}` beside it"), "none").of(&**name));
        }
    }
    (columns, errors)
}

fn provenance(graph: &Graph, names: &Names, owner: Option<EntityId>, name: &str) -> Option<Column> {
    let (fact, part) = name.rsplit_once('.')?;
    let fact = names.find(graph, owner, fact)?;
    match part {
        "source" => Some(Column::Source(fact)),
        "observed" => Some(Column::Observed(fact)),
        _ => None,
    }
}

/// The facts for which an empty cell is *none*.
pub(super) fn empty_is_none(
    graph: &Graph,
    names: &Names,
    owner: Option<EntityId>,
    wanted: &[String],
) -> Result<Vec<FactId>, FactsErrors> {
    let mut found = Vec::new();
    for name in wanted {
        match names.find(graph, owner, name) {
            Some(fact) if graph.fact(fact).ty.optional => found.push(fact),
            Some(_) => {
                let error =
                    FactsError::new("a fact that may be none, if empty cells are to mean none", "one that may not");
                return Err(error.of(&**name).into());
            }
            None => {
                let facts = names.facts(owner).iter().map(|f| &*graph.fact(*f).name);
                return Err(FactsError::unknown(name, None, facts).into());
            }
        }
    }
    Ok(found)
}

/// How a row's cells become facts.
pub(super) struct Cells<'a> {
    pub graph: &'a Graph,
    pub columns: Vec<Column>,
    pub empty_is_none: Vec<FactId>,
    /// How many cells a row has.
    pub width: usize,
}

impl Cells<'_> {
    /// Puts a row's cells into their places; gives the case's own name.
    pub fn read(
        &self,
        record: &csv::ByteRecord,
        states: &mut [State],
        errors: &mut Vec<FactsError>,
    ) -> Option<Box<str>> {
        if record.len() != self.width {
            let expected = format!("{} cells, as many as there are headings", self.width);
            errors.push(FactsError::new(expected, format!("{}", record.len())));
        }
        let mut id = None;
        for (column, cell) in self.columns.iter().zip(record) {
            let Ok(text) = std::str::from_utf8(cell) else {
                let error = FactsError::new("text in UTF-8", "other bytes");
                let fact = match column {
                    Column::Value(fact) | Column::Source(fact) | Column::Observed(fact) => Some(fact),
                    Column::Id | Column::Key => None,
                };
                errors.push(fact.map_or(error.clone(), |f| error.of(&*self.graph.fact(*f).name)));
                continue;
            };
            match column {
                Column::Value(fact) => {
                    if let Some(input) = self.value(*fact, text, errors)
                        && let Some(slot) = states.get_mut(self.graph.fact(*fact).place as usize)
                    {
                        *slot = State::Given(input);
                    }
                }
                Column::Id if !text.trim().is_empty() => id = Some(text.trim().into()),
                _ => {}
            }
        }
        for (column, cell) in self.columns.iter().zip(record) {
            let text = std::str::from_utf8(cell).unwrap_or("").trim();
            if !text.is_empty() {
                self.vouch(*column, text, states, errors);
            }
        }
        id
    }

    fn value(&self, id: FactId, text: &str, errors: &mut Vec<FactsError>) -> Option<Input> {
        if text.trim().is_empty() {
            return self.empty_is_none.contains(&id).then_some(Input::None);
        }
        let fact = self.graph.fact(id);
        match read::text(self.graph, &fact.ty, text) {
            Ok(input) => Some(input),
            Err(trouble) => {
                errors.push(FactsError::value(self.graph, fact, Found::Written(text), trouble).of(&*fact.name));
                None
            }
        }
    }

    /// Adds who told a value, or when it was observed.
    fn vouch(&self, column: Column, text: &str, states: &mut [State], errors: &mut Vec<FactsError>) {
        let (id, source, observed): (FactId, Option<Arc<str>>, Option<Date>) = match column {
            Column::Source(fact) => (fact, Some(text.into()), None),
            Column::Observed(fact) => match Date::parse(text) {
                Some(day) => (fact, None, Some(day)),
                None => {
                    let error = FactsError::new("the day it was observed, such as `2024-02-29`", show(text));
                    errors.push(error.of(format!("{}.observed", self.graph.fact(fact).name)));
                    return;
                }
            },
            Column::Value(_) | Column::Id | Column::Key => return,
        };
        let Some(slot) = states.get_mut(self.graph.fact(id).place as usize) else { return };
        *slot = match std::mem::take(slot) {
            State::Given(value) => State::Attested(Box::new([Attested { value, source, observed }])),
            State::Attested(mut told) => {
                for one in &mut told {
                    one.source = one.source.take().or(source.clone());
                    one.observed = one.observed.or(observed);
                }
                State::Attested(told)
            }
            other => other,
        };
    }
}
