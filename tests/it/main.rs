//! Everything users rely on, through the public face.

mod facts;
mod numbers;
mod ops;
mod syntax;
