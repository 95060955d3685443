//! Facts as registers.

use super::{MISSING, NONE};
use crate::facts::{Facts, Input, Record, State};
use crate::graph::{FactId, Graph};
use crate::value::Kind;
use std::sync::Arc;

/// One case's facts as a program reads them.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    /// The case's own facts, by place: mantissa, place in the enumeration, 0 or 1, number of a text or list.
    pub(super) values: Vec<i64>,
    /// Lists: how many members, and all their facts by place.
    pub(super) lists: Vec<(usize, Box<[i64]>)>,
    /// Whether any fact is not given.
    pub(super) is_partial: bool,
    texts: Vec<Arc<str>>,
}

impl Prepared {
    /// From facts. Facts that come with a source count as not given here: whether they count depends on the date.
    pub fn new(graph: &Graph, facts: &Facts) -> Prepared {
        let mut prepared = Prepared::default();
        prepared.fill(graph, facts);
        prepared
    }

    /// The same, in place: a loop over many cases allocates nothing for those without lists.
    pub fn fill(&mut self, graph: &Graph, facts: &Facts) {
        let mut values = std::mem::take(&mut self.values);
        values.clear();
        self.lists.clear();
        self.texts.clear();
        self.is_partial = false;
        for (place, state) in facts.states.iter().enumerate() {
            let value = self.value(graph, None, place, state);
            values.push(value);
        }
        self.values = values;
    }

    fn value(&mut self, graph: &Graph, facts: Option<&[FactId]>, place: usize, state: &State) -> i64 {
        match state {
            State::Given(Input::Mantissa(mantissa)) => *mantissa,
            State::Given(Input::Truth(value)) => (*value).into(),
            State::Given(Input::Choice(value)) => (*value).into(),
            State::Given(Input::None) => NONE,
            State::Given(Input::Text(text)) => self.text(graph, text),
            State::Given(Input::List(records)) => self.list(graph, facts, place, records),
            State::Pending | State::Closed | State::Attested(_) => {
                self.is_partial = true;
                MISSING
            }
        }
    }

    fn text(&mut self, graph: &Graph, text: &Arc<str>) -> i64 {
        if let Some(constant) = graph.texts.iter().position(|t| **t == **text) {
            return constant as i64;
        }
        let own = self.texts.iter().position(|t| t == text).unwrap_or_else(|| {
            self.texts.push(text.clone());
            self.texts.len() - 1
        });
        (graph.texts.len() + own) as i64
    }

    fn list(&mut self, graph: &Graph, facts: Option<&[FactId]>, place: usize, records: &[Record]) -> i64 {
        let fact = match facts {
            Some(of_entity) => of_entity.get(place).map(|f| graph.fact(*f)),
            None => graph.case_facts().map(|(_, f)| f).find(|f| f.place as usize == place),
        };
        let Some(Kind::List(entity)) = fact.map(|f| f.ty.kind) else {
            self.is_partial = true;
            return MISSING;
        };
        let of_entity = &graph.entities[entity.0 as usize].facts;
        let mut values = Vec::with_capacity(records.len() * of_entity.len());
        for record in records {
            for place in 0..of_entity.len() {
                let state = record.states.get(place).unwrap_or(&State::Pending);
                let value = self.value(graph, Some(of_entity), place, state);
                values.push(value);
            }
        }
        self.lists.push((records.len(), values.into()));
        self.lists.len() as i64 - 1
    }
}
