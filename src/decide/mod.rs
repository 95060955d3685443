//! From the roots' sets to an answer: outcome, standings, needs, awards.

mod decision;

pub use decision::{Decision, FaultNote, Need, Outcome, Outcomes, Reason, ReasonKind, Standing, Told, ToldValue};
