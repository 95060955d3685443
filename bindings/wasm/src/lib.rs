//! The door to JavaScript: convert, call, convert.
//!
//! Everything crosses as text or bytes; `js/` makes objects and errors of it. No function here panics on any input, and every
//! error is a JSON text `{"code", …}`. There is no `unsafe` code and no generator of bindings, whose code would be loaded, too: what
//! `js/module.js` calls are functions of numbers, and texts cross through a buffer. (The attribute that keeps the name of an exported
//! function is called unsafe because two functions must not bear one name; the linker refuses that here.)

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
