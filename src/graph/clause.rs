//! Conditions as people read them.
//!
//! A clause is a tree; in an artefact its lines stand one after another, so that reading one never recurses further than
//! [`Clause::MOST_NESTED`].

use super::NodeId;
use crate::op::Quantifier;
use crate::value::Text;
use crate::wire::{Put, Reader, Take, wire};

/// A condition as a person reads it: paragraphs and, at the leaves, the author's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Its truth.
    pub node: NodeId,
    /// `(a)`, without parentheses.
    pub label: Option<Box<str>>,
    /// `cites`.
    pub cites: Option<Text>,
    /// The author's words.
    pub words: Box<str>,
    /// How the parts make the whole; absent at a leaf.
    pub quantifier: Option<Quantifier>,
    /// The parts.
    pub parts: Vec<Clause>,
}

/// A clause without its parts, and how many follow.
struct Line {
    node: NodeId,
    label: Option<Box<str>>,
    cites: Option<Text>,
    words: Box<str>,
    quantifier: Option<Quantifier>,
    parts: u32,
}

wire!(struct Line { node, label, cites, words, quantifier, parts });

impl Clause {
    /// How deeply paragraphs may stand within each other.
    pub const MOST_NESTED: usize = 128;

    /// Itself and all its parts.
    fn count(&self) -> usize {
        1 + self.parts.iter().map(Clause::count).sum::<usize>()
    }

    fn put_lines(&self, out: &mut Vec<u8>) {
        let Clause { node, label, cites, words, quantifier, parts } = self;
        (node, label, cites, words, quantifier, parts.len() as u32).put(out);
        parts.iter().for_each(|part| part.put_lines(out));
    }

    fn read(lines: &mut std::vec::IntoIter<Line>, depth: usize) -> Option<Clause> {
        let line = lines.next().filter(|_| depth <= Clause::MOST_NESTED)?;
        let parts = (0..line.parts).map(|_| Clause::read(lines, depth + 1)).collect::<Option<_>>()?;
        let Line { node, label, cites, words, quantifier, .. } = line;
        Some(Clause { node, label, cites, words, quantifier, parts })
    }
}

impl Put for Clause {
    fn put(&self, out: &mut Vec<u8>) {
        self.count().put(out);
        self.put_lines(out);
    }
}

impl Take for Clause {
    fn take(from: &mut Reader) -> Self {
        let mut lines = Vec::take(from).into_iter();
        let read = Clause::read(&mut lines, 0).filter(|_| lines.as_slice().is_empty());
        read.unwrap_or_else(|| {
            from.fail();
            let (label, cites, quantifier) = Default::default();
            Clause { node: NodeId(0), label, cites, words: "".into(), quantifier, parts: Vec::new() }
        })
    }
}
