//! From text to a syntax tree and back. Only `parse` knows pest.

pub mod ast;
mod parse;

pub use parse::{MAX_NESTING, MAX_OPERATORS, MAX_SIZE, parse};
