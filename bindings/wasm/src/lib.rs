//! The door to JavaScript: convert, call, convert.
//!
//! Everything crosses as text or bytes; `js/` makes objects and errors of it. No function here panics on any input, and every
//! error is a JSON text `{"code", …}`. What `js/module.js` calls are functions of numbers, and texts cross through a buffer: what a
//! generator of bindings writes for texts and objects would be loaded, too.

#[cfg(feature = "compile")]
mod compile;
mod door;
#[cfg(feature = "drafting")]
mod drafting;
mod exports;
mod json;
mod program;
mod trouble;

#[cfg(feature = "compile")]
pub use compile::*;
pub use door::*;
#[cfg(feature = "drafting")]
pub use drafting::*;
pub use exports::*;
