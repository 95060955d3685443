//! The fields of a policy's form.

use crate::facts::{describe, mantissa, most_members, shown_scale};
use crate::graph::{FactId, Graph, PolicyEntry, Program};
use crate::value::{EntityId, Kind, Text, Type};
use serde::Serialize;

/// Lists within lists, at most.
const DEEPEST: usize = 8;

/// What a person fills in of one fact.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// The fact's name.
    pub name: Box<str>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Box<str>>,
    /// The question to put.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<Box<str>>,
    /// Who can supply it without asking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Box<str>>,
    /// Who has to judge it; nobody else is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<Box<str>>,
    /// Whether it is printed only if asked for.
    pub sensitive: bool,
    /// Whether *none* is an answer.
    pub optional: bool,
    /// What it accepts, in the language's words.
    pub accepts: String,
    /// What kind of field.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum FieldKind {
    /// Yes or no.
    Truth,
    /// A date.
    Date {
        /// The first day that is accepted, if the policy says.
        #[serde(skip_serializing_if = "Option::is_none")]
        low: Option<String>,
        /// The last.
        #[serde(skip_serializing_if = "Option::is_none")]
        high: Option<String>,
    },
    /// A number, a percentage, an amount, or a count of time.
    Number {
        /// What it measures: `number`, `percentage`, `money`, or `days`, `months`, `years`.
        measures: &'static str,
        /// Digits after the point.
        decimals: u8,
        /// The smallest value that is accepted, if the policy says.
        #[serde(skip_serializing_if = "Option::is_none")]
        low: Option<String>,
        /// The largest.
        #[serde(skip_serializing_if = "Option::is_none")]
        high: Option<String>,
        /// Of an amount.
        #[serde(skip_serializing_if = "Option::is_none")]
        currency: Option<String>,
        /// Of an amount for a period: `day`, `week`, `month`, `year`.
        #[serde(skip_serializing_if = "Option::is_none")]
        per: Option<&'static str>,
    },
    /// A text.
    Text,
    /// One of several words.
    Choice {
        /// The words.
        choices: Vec<Box<str>>,
    },
    /// Records, each with its own fields.
    List {
        /// What a record is.
        entity: Box<str>,
        /// How many, at most.
        most: usize,
        /// The fields of each.
        fields: Vec<Field>,
    },
}

/// The fields of a policy: the facts that its rules and awards rest on, in the order in which the policy declares them.
pub fn fields(program: &Program, policy: &PolicyEntry, language: &str) -> Vec<Field> {
    of_owner(program, policy, None, language, 0)
}

fn of_owner(
    program: &Program,
    policy: &PolicyEntry,
    owner: Option<EntityId>,
    language: &str,
    depth: usize,
) -> Vec<Field> {
    let graph = &program.graph;
    let used = policy.facts.iter().filter(|t| t.used && graph.fact(t.fact).owner == owner);
    used.map(|texts| {
        let fact = graph.fact(texts.fact);
        let read = |text: Option<&Text>| text.map(|t| t.in_language(language).into());
        Field {
            name: fact.name.clone(),
            label: read(texts.label.as_ref()),
            ask: read(texts.ask.as_ref()),
            held_by: read(fact.held_by.as_ref()),
            judged_by: read(fact.judged_by.as_ref()),
            sensitive: fact.sensitive,
            optional: fact.ty.optional,
            accepts: describe(graph, &fact.ty),
            kind: match fact.ty.kind {
                Kind::List(entity) => FieldKind::List {
                    entity: graph.entities.get(entity.0 as usize).map_or("", |e| &*e.name).into(),
                    most: most_members(&fact.ty),
                    fields: match depth < DEEPEST {
                        true => of_owner(program, policy, Some(entity), language, depth + 1),
                        false => Vec::new(),
                    },
                },
                _ => simple(graph, texts.fact),
            },
        }
    })
    .collect()
}

fn simple(graph: &Graph, fact: FactId) -> FieldKind {
    let ty: &Type = &graph.fact(fact).ty;
    let (low, high) = (ty.low.map(|v| mantissa(ty, v)), ty.high.map(|v| mantissa(ty, v)));
    let number = |measures, currency, per| FieldKind::Number {
        measures,
        decimals: shown_scale(ty),
        low: low.clone(),
        high: high.clone(),
        currency,
        per,
    };
    match ty.kind {
        Kind::Truth => FieldKind::Truth,
        Kind::Date => FieldKind::Date { low, high },
        Kind::Text | Kind::List(_) => FieldKind::Text,
        Kind::Enum(id) => {
            FieldKind::Choice { choices: graph.enums.get(id.0 as usize).map(|e| e.values.clone()).unwrap_or_default() }
        }
        Kind::Number => number("number", None, None),
        Kind::Percentage => number("percentage", None, None),
        Kind::Count(unit) => number(unit.word(), None, None),
        Kind::Money { currency, per } => number("money", Some(currency.to_string()), per.map(|p| p.word())),
    }
}
