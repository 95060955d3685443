//! The decision graph: an arena of pure, typed, hash-consed nodes, and the policies whose roots stand in it.
//!
//! Nothing downstream of the graph looks at syntax; nothing upstream of it evaluates. Operands stand before the nodes that
//! use them. A node belongs to the innermost *scope* it depends on: the case itself, or a member of a list.

pub mod artefact;
#[cfg(feature = "compile")]
mod build;
#[cfg(feature = "compile")]
mod canonical;
mod clause;
pub mod draw;
pub mod dump;
#[cfg(feature = "compile")]
pub mod from_model;
pub mod hash;
mod places;
mod prove;
mod reach;
mod scopes;
pub mod sets;
mod settle;
#[cfg(all(test, feature = "compile"))]
mod tests;
mod validate;

pub use clause::Clause;
pub use places::{RowPlace, TablePlace};

use crate::op::{Hit, Op, Quantifier, RuleKind, Shape};
use crate::value::{Choices, Date, EntityId, LeapRule, Message, Set, Text, Type};
use crate::wire::wire;
use std::sync::Arc;

/// A node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// A fact, by its place in [`Graph::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u32);

/// A scope, by its place in [`Graph::scopes`]; [`ScopeId::CASE`] is the case itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

wire!(number NodeId, FactId, ScopeId);

impl ScopeId {
    /// The case itself.
    pub const CASE: ScopeId = ScopeId(0);
}

/// The most nodes a graph may have.
pub const MOST_NODES: usize = 1_000_000;
/// How many lists may stand within each other.
pub const MOST_NESTED_LISTS: usize = 16;

/// The nodes, and what they speak about.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Enumerations: their values and whether these are ordered.
    pub enums: Vec<Enum>,
    /// Kinds of records.
    pub entities: Vec<Entity>,
    /// Facts of the case and of members.
    pub facts: Vec<Fact>,
    /// Scopes; the first is the case.
    pub scopes: Vec<Scope>,
    /// Texts that constants speak of; [`crate::value::TextId`]s below their number stand for them.
    pub texts: Vec<Box<str>>,
    /// The nodes, operands first.
    pub nodes: Vec<Node>,
}

wire!(struct Graph { enums, entities, facts, scopes, texts, nodes });

/// An enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    /// The values, in order.
    pub values: Vec<Box<str>>,
    /// Whether they have an order.
    pub ordered: bool,
}

wire!(struct Enum { values, ordered });

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub name: Box<str>,
    /// Its facts.
    pub facts: Vec<FactId>,
}

wire!(struct Entity { name, facts });

/// A fact. In a bundle a name stands for one fact, which all policies declare alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its name.
    pub name: Box<str>,
    /// The entity it belongs to; the case's own if absent.
    pub owner: Option<EntityId>,
    /// Its place among its owner's facts (for the case's own: among those).
    pub place: u32,
    /// Its type.
    pub ty: Type,
    /// Who can supply it without asking; only these sources count for attested values.
    pub held_by: Option<Text>,
    /// For how many days an observation counts.
    pub fresh_for: Option<u32>,
    /// Who has to judge it.
    pub judged_by: Option<Text>,
    /// Never printed unless asked for.
    pub sensitive: bool,
}

wire!(struct Fact { name, owner, place, ty, held_by, fresh_for, judged_by, sensitive });

/// Where nodes are evaluated: once a case, or once a member of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The scope around it (itself, for the case).
    pub parent: ScopeId,
    /// The list whose members it goes through; without meaning for the case.
    pub list: FactId,
    /// Whose list it is: the parent or one of its ancestors.
    pub owner: ScopeId,
}

wire!(struct Scope { parent, list, owner });

/// A node: what it computes, what its values are, and where it belongs.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it computes.
    pub kind: NodeKind,
    /// What its values are.
    pub shape: Shape,
    /// The innermost scope it depends on.
    pub scope: ScopeId,
    /// The set over all facts pending and all days in force of its policies; recomputed by the loader.
    pub set: Set,
}

wire!(struct Node { kind, shape; scope: ScopeId::CASE, set: Set::EMPTY });

/// A constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// Yes or no.
    Truth(bool),
    /// A mantissa at the node's scale; a date's day number.
    Mantissa(i128),
    /// An enumeration's value.
    Choice(u8),
    /// A text of [`Graph::texts`].
    Text(u32),
    /// *None*.
    None,
    /// A computation that has failed: an unrecorded figure.
    Fault,
}

wire!(enum Const { 0 Truth(value), 1 Mantissa(value), 2 Choice(value), 3 Text(text), 4 None, 5 Fault });

impl Const {
    /// The set of this one value.
    pub fn set(self) -> Set {
        use crate::value::{Body, TextId};
        match self {
            Const::Truth(value) => Set::yes_or_no(value),
            Const::Mantissa(mantissa) => Set::point(mantissa),
            Const::Choice(value) => Set::of(Body::Choices(Choices::one(value))),
            Const::Text(text) => Set::of(Body::Text(TextId(text))),
            Const::None => Set::NONE,
            Const::Fault => Set::FAULT,
        }
    }
}

/// What a node computes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// A constant.
    Const(Const),
    /// The value of a fact: of the case, or of the member of a scope.
    Fact(FactId, ScopeId),
    /// Whether a fact is known.
    Known(FactId, ScopeId),
    /// The decision date.
    DecisionDate,
    /// A strict operator.
    Op(Op, Box<[NodeId]>),
    /// Kleene's not.
    Not(NodeId),
    /// Kleene's all of, any of, none of, at least so many of.
    Group(Quantifier, Box<[NodeId]>),
    /// `if C then A else B`
    If(NodeId, NodeId, NodeId),
    /// The entry in force on a day: entries by first day, ascending; an entry holds until the next begins. A day before
    /// the first has no value: a fault.
    OnDay(NodeId, Box<[(i32, NodeId)]>),
    /// A value with exceptions: the base if none applies; those that apply must agree.
    Exceptions {
        /// The value if none applies.
        base: NodeId,
        /// Conditions and values.
        cases: Box<[(NodeId, NodeId)]>,
        /// Whether no two can apply together; recomputed by the loader.
        exclusive: bool,
    },
    /// A table: conditions of the rows and their values (of a count table, the conditions again).
    Table {
        /// How matching rows make the value.
        hit: Hit,
        /// Conditions and values.
        rows: Box<[(NodeId, NodeId)]>,
        /// Whether no two rows can match together; recomputed by the loader.
        exclusive: bool,
        /// Whether always some row matches; recomputed by the loader.
        complete: bool,
    },
    /// A fold over the members of a scope.
    Fold {
        /// The scope of its members.
        scope: ScopeId,
        /// Which members count; absent: all.
        filter: Option<NodeId>,
        /// What it makes of them.
        fold: Fold,
    },
}

wire!(enum NodeKind {
    0 Const(value),
    1 Fact(fact, scope),
    2 Known(fact, scope),
    3 DecisionDate,
    4 Op(op, args),
    5 Not(operand),
    6 Group(quantifier, items),
    7 If(condition, then, otherwise),
    8 OnDay(day, entries),
    9 Exceptions { base, cases; exclusive },
    10 Table { hit, rows; exclusive, complete },
    11 Fold { scope, filter, fold },
});

/// What a fold makes of the members that its filter lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// How many.
    Count,
    /// The sum; 0 of none.
    Sum(NodeId),
    /// The largest; of none the second, else a fault.
    Largest(NodeId, Option<NodeId>),
    /// The smallest; of none the second, else a fault.
    Smallest(NodeId, Option<NodeId>),
    /// Kleene's quantifier over a condition of each.
    Satisfies(Quantifier, NodeId),
    /// Distinct days of the union of stretches, clipped to a window.
    DaysCovered {
        /// First day of a member's stretch.
        from: NodeId,
        /// Last day, included.
        to: NodeId,
        /// First day that counts; not of a member.
        within_from: NodeId,
        /// Last day that counts; not of a member.
        within_to: NodeId,
    },
}

wire!(enum Fold {
    0 Count,
    1 Sum(value),
    2 Largest(value, other),
    3 Smallest(value, other),
    4 Satisfies(quantifier, condition),
    5 DaysCovered { from, to, within_from, within_to },
});

impl NodeKind {
    /// The nodes it uses, those of members included, in a fixed order.
    pub fn operands(&self) -> Vec<NodeId> {
        match self {
            NodeKind::Const(_) | NodeKind::Fact(..) | NodeKind::Known(..) | NodeKind::DecisionDate => Vec::new(),
            NodeKind::Op(_, args) | NodeKind::Group(_, args) => args.to_vec(),
            NodeKind::Not(a) => vec![*a],
            NodeKind::If(c, a, b) => vec![*c, *a, *b],
            NodeKind::OnDay(day, entries) => std::iter::once(*day).chain(entries.iter().map(|(_, n)| *n)).collect(),
            NodeKind::Exceptions { base, cases, .. } => {
                std::iter::once(*base).chain(cases.iter().flat_map(|(c, v)| [*c, *v])).collect()
            }
            NodeKind::Table { rows, .. } => rows.iter().flat_map(|(c, v)| [*c, *v]).collect(),
            NodeKind::Fold { filter, fold, .. } => {
                let mut all: Vec<NodeId> = filter.iter().copied().collect();
                match *fold {
                    Fold::Count => {}
                    Fold::Sum(v) | Fold::Satisfies(_, v) => all.push(v),
                    Fold::Largest(v, other) | Fold::Smallest(v, other) => {
                        all.push(v);
                        all.extend(other);
                    }
                    Fold::DaysCovered { from, to, within_from, within_to } => {
                        all.extend([from, to, within_from, within_to]);
                    }
                }
                all
            }
        }
    }
}

/// A compiled bundle: the graph and the policies that stand in it, one at least.
#[derive(Clone, Debug)]
pub struct Program {
    /// The shared graph.
    pub graph: Graph,
    /// The policies.
    pub policies: Vec<PolicyEntry>,
}

wire!(struct Program { graph, policies });

/// A policy in a program: roots in the graph, and what people read.
#[derive(Clone, Debug)]
pub struct PolicyEntry {
    /// Its name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Text>,
    /// `version`.
    pub version: Option<Arc<str>>,
    /// `cites`.
    pub cites: Option<Text>,
    /// First and last day it can decide on (decision dates).
    pub in_force: (Option<Date>, Option<Date>),
    /// Whether a decline is final without a person.
    pub declines_automatic: bool,
    /// How anniversaries of 29 February are counted (already in the nodes; told to people).
    pub leap: LeapRule,
    /// Whom it concerns at all.
    pub applies: Option<Clause>,
    /// Rules in source order; one declared again for another period stands once a period.
    pub rules: Vec<Rule>,
    /// Awards in source order.
    pub awards: Vec<Output>,
    /// Reports in source order.
    pub reports: Vec<Output>,
    /// Definitions and parameters of the policy and of its entities, for explanations and `--show`.
    pub defines: Vec<Define>,
    /// What the data must satisfy.
    pub promises: Vec<Promise>,
    /// Guarantees, kept as text until they are proved.
    pub guarantees: Vec<Text>,
    /// Labels and questions of the facts it uses or declares, in source order.
    pub facts: Vec<FactTexts>,
    /// The logic hash: SHA-256 over the canonical form of what its roots reach, and the semantics number.
    pub logic_hash: [u8; 32],
    /// SHA-256 over titles, citations, messages, labels.
    pub texts_hash: [u8; 32],
}

wire!(struct PolicyEntry {
    name, title, version, cites, in_force, declines_automatic, leap, applies, rules, awards, reports, defines, promises, guarantees,
    facts, logic_hash, texts_hash
});

/// What people read about a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct FactTexts {
    /// The fact.
    pub fact: FactId,
    /// `label`.
    pub label: Option<Text>,
    /// `ask`.
    pub ask: Option<Text>,
    /// Whether the policy's roots reach it.
    pub used: bool,
}

wire!(struct FactTexts { fact, label, ask, used });

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Arc<str>,
    /// What it does.
    pub kind: RuleKind,
    /// Its title.
    pub title: Option<Text>,
    /// `cites`.
    pub cites: Option<Text>,
    /// Whether it is in force (a condition on the law's date); absent: always.
    pub in_force: Option<NodeId>,
    /// `applies when`.
    pub applies: Option<Clause>,
    /// What must, or must not, hold.
    pub condition: Clause,
    /// What waives it.
    pub unless: Vec<Clause>,
    /// The root: in force, applicable, and *breached*: a requirement not met, an exclusion or referral met, not waived.
    pub trigger: NodeId,
    /// `otherwise` or `because`.
    pub message: Option<Message<NodeId>>,
}

wire!(struct Rule { name, kind, title, cites, in_force, applies, condition, unless, trigger, message });

/// An award or report.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Text>,
    /// `cites`.
    pub cites: Option<Text>,
    /// Its declared type.
    pub ty: Type,
    /// Its value, at the type's scale; *none* where it does not apply.
    pub node: NodeId,
}

wire!(struct Output { name, title, cites, ty, node });

/// A definition or parameter.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: Box<str>,
    /// Its title.
    pub title: Option<Text>,
    /// Citations, with the law's days for which each holds.
    pub cites: Vec<Citation>,
    /// Whether it is a parameter.
    pub is_parameter: bool,
    /// Its value; of an entity's definition, in this scope of its use.
    pub node: NodeId,
}

wire!(struct Define { name, title, cites, is_parameter, node });

/// Where the law is of what a definition says in one period.
#[derive(Clone, Debug)]
pub struct Citation {
    /// The first and last of the law's days; either end may be open.
    pub in_force: (Option<Date>, Option<Date>),
    /// `cites`.
    pub text: Text,
}

wire!(struct Citation { in_force, text });

/// What the data must satisfy: a condition that is true or open for valid data.
#[derive(Clone, Debug)]
pub struct Promise {
    /// What is promised.
    pub title: Text,
    /// The condition, of the case, or of a member (its node's scope).
    pub node: NodeId,
}

wire!(struct Promise { title, node });

impl Graph {
    /// The node behind an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The fact behind an id.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    /// The case's own facts, in order of their places.
    pub fn case_facts(&self) -> impl Iterator<Item = (FactId, &Fact)> {
        let all = self.facts.iter().enumerate().map(|(i, f)| (FactId(i as u32), f));
        all.filter(|(_, f)| f.owner.is_none())
    }

    /// The whole type of a fact as a set: what a pending fact can be.
    pub fn whole_type(&self, fact: FactId) -> Set {
        let ty = self.fact(fact).ty;
        let mut set = self.whole_kind(&ty);
        set.none = ty.optional;
        set
    }

    fn whole_kind(&self, ty: &Type) -> Set {
        use crate::value::{Body, Kind, Truth};
        match ty.kind {
            Kind::Truth => Set::truth(Truth::OPEN),
            Kind::Text => Set::of(Body::AnyText),
            Kind::Enum(id) => Set::of(Body::Choices(Choices::all(self.enums[id.0 as usize].values.len()))),
            Kind::List(_) => Set::EMPTY,
            _ => {
                let (low, high) = ty.bounds();
                Set::interval(low.into(), high.into())
            }
        }
    }
}
