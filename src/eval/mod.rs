//! Evaluators over the decision graph.

#[cfg(feature = "arrow")]
pub mod batch;
#[cfg(feature = "arrow")]
pub mod parallel;
pub mod range;
pub mod value;
