//! Evaluators over the decision graph.

pub mod range;
pub mod value;
