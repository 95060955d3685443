//! What is told of one applicant: given, pending and closed facts, with their sources.
//!
//! Data come in by [`Facts::set`], [`json`], or [`csv`]; all of them check a value against its fact's type at the door, so
//! that an [`Input`] is always valid for its fact. What a value is worth on a day is [`resolve()`]'s business.

#[cfg(feature = "csv")]
pub mod csv;
pub(crate) mod describe;
pub(crate) mod error;
pub mod json;
mod names;
pub(crate) mod read;
mod resolve;
mod set;
#[cfg(test)]
pub(crate) mod testing;
pub mod values;
mod write;

pub use describe::describe;
pub(crate) use describe::{mantissa, most_members, shown_scale};
pub use error::{FactsError, FactsErrors};
pub use names::Names;
pub use resolve::{Resolved, Why, resolve};
#[cfg(feature = "arrow")]
pub(crate) use resolve::{counts, inherit};
pub use set::{Answer, Member};
pub use write::value_of;

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

/// One case of many: a line of JSONL, a row of CSV, an item of a JSON array. A row that breaks the schema is kept, with its
/// errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Of CSV and JSONL the line it begins on, of a JSON array the item; from 1.
    pub number: u64,
    /// The case's own name, as far as it could be read.
    pub id: Option<Box<str>>,
    /// Its facts, or all that is wrong with them.
    pub facts: Result<Facts, FactsErrors>,
}

/// The most members of a list whose type states no `at most`.
pub const MOST_MEMBERS: usize = 1_000;
/// The most bytes of one text.
pub const LONGEST_TEXT: usize = 64 * 1024;
/// The most bytes of one case in JSON.
pub const LONGEST_CASE: usize = 16 * 1024 * 1024;
/// The most errors told of one case.
pub(crate) const MOST_ERRORS: usize = 50;
