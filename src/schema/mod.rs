//! What a program asks for and what it answers, for other programs: JSON Schema and TypeScript.
//!
//! A case that a facts schema accepts is accepted by [`facts::json`](crate::facts::json), ranges of dates, decimals written as
//! JSON numbers, and texts of many bytes aside, which the schema can only describe.

mod json;
mod typescript;

pub use json::{decisions, facts};
pub use typescript::typescript;

use crate::graph::{Fact, FactId, FactTexts, Graph, Program};
use crate::value::{EntityId, Kind, Text};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// An empty form, to be serialized: a case that names every fact and tells nothing, lists with one member of which nothing is told.
pub fn sample(graph: &Graph) -> impl Serialize + '_ {
    Sample { graph, owner: None, depth: 0 }
}

struct Sample<'a> {
    graph: &'a Graph,
    owner: Option<EntityId>,
    depth: usize,
}

impl Serialize for Sample<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        for (_, fact) in facts_of(self.graph, self.owner) {
            match fact.ty.kind {
                Kind::List(entity) if self.depth < DEEPEST => {
                    let member = Sample { graph: self.graph, owner: Some(entity), depth: self.depth + 1 };
                    map.serialize_entry(&*fact.name, &[member])?;
                }
                _ => map.serialize_entry(&*fact.name, &())?,
            }
        }
        map.end()
    }
}

/// Lists within lists, at most.
const DEEPEST: usize = 64;

/// The facts of the case, or of an entity, in the graph's order.
fn facts_of(graph: &Graph, owner: Option<EntityId>) -> impl Iterator<Item = (FactId, &Fact)> {
    let all = graph.facts.iter().enumerate().map(|(index, fact)| (FactId(index as u32), fact));
    all.filter(move |(_, fact)| fact.owner == owner)
}

/// What the policies say of a fact; the first that has a label counts.
fn texts_of(program: &Program, fact: FactId) -> Option<&FactTexts> {
    let mut all = program.policies.iter().flat_map(|p| &p.facts).filter(|t| t.fact == fact);
    let first = all.clone().next();
    all.find(|t| t.label.is_some()).or(first)
}

/// What people read about a fact: its label, and then its question, what it accepts, who holds it, in a language.
fn reading(program: &Program, id: FactId, language: &str) -> (Option<String>, String) {
    let fact = program.graph.fact(id);
    let texts = texts_of(program, id);
    let label = texts.and_then(|t| t.label.as_ref()).map(|t| t.in_language(language).to_owned());
    let mut lines: Vec<String> = Vec::new();
    lines.extend(texts.and_then(|t| t.ask.as_ref()).map(|t| t.in_language(language).to_owned()));
    lines.push(format!("accepts {}", crate::facts::describe(&program.graph, &fact.ty)));
    let name = |text: &Text| text.in_language(language).to_owned();
    lines.extend(fact.held_by.as_ref().map(|t| format!("held by {}", name(t))));
    lines.extend(fact.fresh_for.map(|days| format!("fresh for {days} days")));
    lines.extend(fact.judged_by.as_ref().map(|t| format!("judged by {}", name(t))));
    (label, lines.join("\n"))
}

#[cfg(test)]
mod tests;
