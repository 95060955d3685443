//! Rules engine for deciding applications from data that offices already hold.

#[cfg(feature = "compile")]
pub mod compile;
pub mod decide;
pub mod diagnostic;
pub mod eval;
pub mod explain;
pub mod facts;
pub mod graph;
#[cfg(feature = "compile")]
pub mod model;
pub mod op;
mod phrases;
mod policy;
#[cfg(feature = "compile")]
pub mod scenario;
pub mod schema;
pub mod source;
#[cfg(feature = "compile")]
pub mod syntax;
pub mod value;

#[cfg(feature = "compile")]
pub use policy::CompileError;
pub use policy::{Bundle, FactsBuilder, Policy};

/// The README's examples are tests.
#[cfg(all(doctest, feature = "compile"))]
#[doc = include_str!("../README.md")]
struct Readme;
