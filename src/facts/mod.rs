//! What is told of one applicant: given, pending and closed facts, with their sources.

use crate::graph::{FactId, Graph};
use crate::value::Date;
use std::sync::Arc;

/// One applicant's facts against one program's schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The case's own name, told again in its decision.
    pub id: Option<Box<str>>,
    /// All that is missing will never come.
    pub complete: bool,
    /// The case's own facts, by place.
    pub states: Vec<State>,
}

/// What is told of one fact.
#[derive(Clone, Debug, PartialEq, Default)]
pub enum State {
    /// Nothing yet.
    #[default]
    Pending,
    /// No value will ever come.
    Closed,
    /// A bare value.
    Given(Input),
    /// Values with their sources; those that disagree leave the fact pending.
    Attested(Box<[Attested]>),
}

/// A value, who says so, and when it was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Attested {
    /// The value.
    pub value: Input,
    /// The register or person.
    pub source: Option<Arc<str>>,
    /// The day it was observed.
    pub observed: Option<Date>,
}

/// A fact's value, valid for its type: within its range, at its scale.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// *None*.
    None,
    /// Yes or no.
    Truth(bool),
    /// A mantissa at the type's scale; a date's day number.
    Mantissa(i64),
    /// An enumeration's value.
    Choice(u8),
    /// A text.
    Text(Arc<str>),
    /// Records.
    List(Arc<[Record]>),
}

/// A member of a list.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Record {
    /// Its facts, by place.
    pub states: Vec<State>,
}

impl Facts {
    /// A case of which nothing is told yet.
    pub fn pending(graph: &Graph) -> Facts {
        Facts { states: vec![State::Pending; graph.case_facts().count()], ..Facts::default() }
    }

    /// What is told of one of the case's own facts.
    pub fn state(&self, graph: &Graph, fact: FactId) -> &State {
        &self.states[graph.fact(fact).place as usize]
    }
}
