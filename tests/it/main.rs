//! Everything users rely on, through the public face.

mod numbers;
mod ops;
mod syntax;
