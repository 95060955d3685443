//! A rules engine for deciding applications by law, from data that offices already hold.
//!
//! A [`Policy`] is compiled from its text, or several together to a [`Bundle`]. What is told of one applicant are [`Facts`]: each
//! fact is given, pending or closed. Deciding cannot fail: it gives a [`Decision`] with its [`Outcome`], the reasons, the
//! needs (facts that still matter) and the awards.
//!
//! ```
//! # #[cfg(feature = "compile")] {
//! use placet::{Date, Outcome, Policy};
//!
//! let policy = Policy::compile(
//!     r#"
//!     policy pass "Museum pass"
//!       declines are automatic
//!     fact age: whole number from 0 to 130
//!     fact student: yes or no ask "Do you study?"
//!     require young_or_student "Under 18 or a student"
//!       age is less than 18 or student
//!     "#,
//! )?;
//! let on = Date::new(2026, 3, 2).ok_or("no such day")?;
//!
//! // Nobody is asked for what cannot change the outcome.
//! let child = policy.facts().set("age", 12)?;
//! assert_eq!(policy.decide(&child, on).outcome, Outcome::Approved);
//!
//! let adult = policy.facts().set("age", 30)?;
//! let decision = policy.decide(&adult, on);
//! assert_eq!(decision.outcome, Outcome::Incomplete);
//! assert_eq!(decision.needs[0].ask.as_deref(), Some("Do you study?"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In reading order: `syntax` (text to a tree), `model` (names and types), [`graph`] (what is decided with, and its compiled artefact),
//! [`facts`], [`eval`] (sets of possible values), [`decide`], [`explain`]. Beside them `scenario` runs the tests that drafters write,
//! and [`schema`] describes facts and decisions to other programs. `ARCHITECTURE.md` has the picture.
//!
//! Without the feature `compile` there is neither parser nor model: compiled policies are loaded ([`Policy::from_compiled`]) and
//! decide all the same. The engine has no clock, reads no file and no environment, and uses no binary floating point.

mod brief;
#[cfg(feature = "arrow")]
pub mod columns;
#[cfg(feature = "compile")]
pub mod compile;
pub mod decide;
pub mod diagnostic;
pub mod eval;
pub mod explain;
pub mod facts;
pub mod form;
pub mod graph;
#[cfg(feature = "compile")]
pub mod model;
#[doc(hidden)]
pub mod op;
mod phrases;
mod policy;
#[cfg(feature = "compile")]
pub mod scenario;
pub mod schema;
pub mod source;
#[cfg(feature = "compile")]
pub mod syntax;
#[cfg_attr(not(feature = "compile"), allow(dead_code))]
mod table;
pub mod value;
mod wire;

pub use brief::{Brief, Briefs};
#[cfg(feature = "arrow")]
pub use columns::{BatchError, BatchOptions, Batches};
pub use decide::{Decision, FaultNote, Need, Options, Outcome, Outcomes, Reason, ReasonKind, Reasons, Standing};
pub use decide::{Told, ToldValue};
pub use diagnostic::{Code, Diagnostic, Severity};
pub use explain::Explanation;
pub use facts::{Answer, Facts, FactsError, FactsErrors, Member};
pub use graph::artefact::ArtefactError;
#[cfg(feature = "compile")]
pub use policy::CompileError;
pub use policy::{Bundle, FactsBuilder, Policy};
pub use source::Sources;
pub use value::{Date, Value};

/// The README's examples are tests.
#[cfg(all(doctest, feature = "compile"))]
#[doc = include_str!("../README.md")]
struct Readme;
