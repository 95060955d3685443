//! Everything users rely on, through the public face.

mod arbitrary;
mod artefact;
mod facts;
mod front_page;
mod laws;
mod numbers;
mod ops;
mod packs;
mod pages;
mod random;
mod reference;
mod syntax;
mod tidy;
