//! Everything users rely on, through the public face.
mod syntax;
