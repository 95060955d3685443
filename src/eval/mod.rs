//! Evaluators over the decision graph.

#[cfg(feature = "arrow")]
pub mod parallel;
#[cfg(feature = "arrow")]
pub mod batch;
pub mod range;
pub mod value;
