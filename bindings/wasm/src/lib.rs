//! The door to JavaScript: convert, call, convert.
//!
//! Everything crosses as text or bytes; `js/` makes objects and errors of it. No function here panics on any input, and every
//! error is a JSON text `{"code", …}`.

#[cfg(feature = "compile")]
mod drafting;
mod program;
mod trouble;

#[cfg(feature = "compile")]
pub use drafting::*;
pub use program::*;
