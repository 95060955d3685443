//! Everything users rely on, through the public face.

mod arbitrary;
#[cfg(feature = "arrow")]
mod arrow;
mod artefact;
#[cfg(feature = "arrow")]
mod batch;
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
