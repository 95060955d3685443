//! Conditions as people read them.
//!
//! A clause is a tree; in an artefact its lines stand one after another, so that reading one never recurses further than
//! [`Clause::MOST_NESTED`].

use super::NodeId;
use crate::op::Quantifier;
use crate::value::Text;
use serde::{Deserialize, Serialize};

/// A condition as a person reads it: paragraphs and, at the leaves, the author's words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Vec<Line>", try_from = "Vec<Line>")]
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
#[derive(Clone, Serialize, Deserialize)]
struct Line {
    node: NodeId,
    label: Option<Box<str>>,
    cites: Option<Text>,
    words: Box<str>,
    quantifier: Option<Quantifier>,
    parts: u32,
}

impl Clause {
    /// How deeply paragraphs may stand within each other.
    pub const MOST_NESTED: usize = 128;

    fn lines(self, out: &mut Vec<Line>) {
        let Clause { node, label, cites, words, quantifier, parts } = self;
        out.push(Line { node, label, cites, words, quantifier, parts: parts.len() as u32 });
        for part in parts {
            part.lines(out);
        }
    }

    fn read(lines: &mut std::vec::IntoIter<Line>, depth: usize) -> Result<Clause, &'static str> {
        let line = lines.next().ok_or("a paragraph is missing")?;
        if depth > Clause::MOST_NESTED {
            return Err("paragraphs are nested too deeply");
        }
        let parts = (0..line.parts).map(|_| Clause::read(lines, depth + 1)).collect::<Result<_, _>>()?;
        let Line { node, label, cites, words, quantifier, .. } = line;
        Ok(Clause { node, label, cites, words, quantifier, parts })
    }
}

impl From<Clause> for Vec<Line> {
    fn from(clause: Clause) -> Vec<Line> {
        let mut out = Vec::new();
        clause.lines(&mut out);
        out
    }
}

impl TryFrom<Vec<Line>> for Clause {
    type Error = &'static str;

    fn try_from(lines: Vec<Line>) -> Result<Clause, &'static str> {
        let mut lines = lines.into_iter();
        let clause = Clause::read(&mut lines, 0)?;
        if lines.next().is_some() { Err("a paragraph belongs to no condition") } else { Ok(clause) }
    }
}
