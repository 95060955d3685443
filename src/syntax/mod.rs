//! From text to a syntax tree and back. Only `parse` knows pest.

pub mod ast;
