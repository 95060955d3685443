//! From text to a syntax tree and back. Only `parse` knows pest.

pub mod ast;
mod parse;
mod print;
mod trivia;

pub use parse::{MAX_NESTING, MAX_OPERATORS, MAX_SIZE, Token, TokenKind, keywords, parse, tokens};
pub use print::{WIDTH, format, print};
pub use trivia::{Comment, Trivia};
