//! Everything users rely on, through the public face.

mod facts;
mod laws;
mod numbers;
mod ops;
mod random;
mod reference;
mod syntax;
