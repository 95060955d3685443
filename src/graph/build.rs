//! Building a graph: every node once, constants folded.
//!
//! Folding may change no root's set, so only constants fold: a comparison that a fact's range decides stays, because a
//! closed fact makes it faulty.

use super::{Const, Entity, Fact, FactId, Fold, Graph, Node, NodeId, NodeKind, Scope, ScopeId};
use super::{MOST_NESTED_LISTS, MOST_NODES};
use crate::op::{self, Hit, Op, Operand, Quantifier, Shape};
use crate::table::Table;
use crate::value::{Body, Set, Truth};

/// A graph under construction.
pub struct Builder {
    /// What stands so far.
    pub graph: Graph,
    optimize: bool,
    index: Table<(NodeKind, Shape), NodeId>,
    scopes: Table<Scope, ScopeId>,
    texts: Table<Box<str>, u32>,
    full: bool,
}

impl Builder {
    /// An empty graph; without `optimize`, constants do not fold.
    pub fn new(optimize: bool) -> Builder {
        let case = Scope { parent: ScopeId::CASE, list: FactId(0), owner: ScopeId::CASE };
        let graph = Graph {
            enums: Vec::new(),
            entities: Vec::new(),
            facts: Vec::new(),
            scopes: vec![case],
            texts: Vec::new(),
            nodes: Vec::new(),
        };
        Builder { graph, optimize, index: Table::new(), scopes: Table::new(), texts: Table::new(), full: false }
    }

    /// Whether the graph has outgrown [`MOST_NODES`] or [`MOST_NESTED_LISTS`]; nothing is added any more.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Adds a fact and returns its id.
    pub fn fact(&mut self, fact: Fact) -> FactId {
        self.graph.facts.push(fact);
        FactId(self.graph.facts.len() as u32 - 1)
    }

    /// Adds a kind of record.
    pub fn entity(&mut self, entity: Entity) {
        self.graph.entities.push(entity);
    }

    /// The scope of the members of a list.
    pub fn scope(&mut self, scope: Scope) -> ScopeId {
        if let Some(id) = self.scopes.get(&scope) {
            return *id;
        }
        if self.graph.depth(scope.parent) >= MOST_NESTED_LISTS || self.graph.scopes.len() >= MOST_NODES {
            self.full = true;
            return scope.parent;
        }
        let id = ScopeId(self.graph.scopes.len() as u32);
        self.graph.scopes.push(scope);
        self.scopes.insert(scope, id);
        id
    }

    /// The constant for a text.
    pub fn text(&mut self, text: &str) -> Const {
        if let Some(id) = self.texts.get(text) {
            return Const::Text(*id);
        }
        let id = self.graph.texts.len() as u32;
        self.graph.texts.push(text.into());
        self.texts.insert(text.into(), id);
        Const::Text(id)
    }

    /// The node of a kind and shape; an existing one if there is one.
    pub fn add(&mut self, kind: NodeKind, shape: Shape) -> NodeId {
        let key = (kind, shape);
        if let Some(id) = self.index.get(&key) {
            return *id;
        }
        if self.graph.nodes.len() >= MOST_NODES {
            self.full = true;
        }
        let scope = if self.full { ScopeId::CASE } else { self.graph.scope_of(&key.0).unwrap_or(ScopeId::CASE) };
        if self.full && !self.graph.nodes.is_empty() {
            return NodeId(0);
        }
        let id = NodeId(self.graph.nodes.len() as u32);
        self.graph.nodes.push(Node { kind: key.0.clone(), shape, scope, set: Set::EMPTY });
        self.index.insert(key, id);
        id
    }

    /// A constant.
    pub fn constant(&mut self, value: Const, shape: Shape) -> NodeId {
        self.add(NodeKind::Const(value), shape)
    }

    /// Yes or no.
    pub fn truth(&mut self, value: bool) -> NodeId {
        self.constant(Const::Truth(value), Shape::TRUTH)
    }

    fn const_of(&self, node: NodeId) -> Option<Const> {
        match self.graph.node(node).kind {
            NodeKind::Const(value) if self.optimize => Some(value),
            _ => None,
        }
    }

    /// What a constant condition comes to.
    fn truth_of(&self, node: NodeId) -> Option<Truth> {
        match self.const_of(node)? {
            Const::Truth(value) => Some(Truth::of(value)),
            Const::Fault | Const::None => Some(Truth::FAULTY),
            _ => None,
        }
    }

    fn truth_const(&mut self, truth: Truth) -> NodeId {
        let value = match truth {
            Truth::MET => Const::Truth(true),
            Truth::NOT_MET => Const::Truth(false),
            _ => Const::Fault,
        };
        self.constant(value, Shape::TRUTH)
    }

    /// A strict operator.
    pub fn op(&mut self, op: Op, args: Vec<NodeId>, shape: Shape) -> NodeId {
        debug_assert!(
            self.full
                || op::check(&op, shape, &args.iter().map(|a| self.graph.node(*a).shape).collect::<Vec<_>>()).is_ok(),
            "{op:?} of {:?} stated as {shape:?}",
            args.iter().map(|a| self.graph.node(*a).shape).collect::<Vec<_>>()
        );
        if let Some(value) = self.fold_op(&op, &args, shape) {
            return self.constant(value, shape);
        }
        self.add(NodeKind::Op(op, args.into()), shape)
    }

    /// What a strict operator over constants comes to. What fails is left as it is: a decision tells which operator failed.
    fn fold_op(&self, op: &Op, args: &[NodeId], shape: Shape) -> Option<Const> {
        let operand = |n: &NodeId| {
            let set = self.const_of(*n)?.set();
            Some(Operand { set, shape: self.graph.node(*n).shape })
        };
        let operands: Vec<Operand> = args.iter().map(operand).collect::<Option<_>>()?;
        set_constant(&op::range(op, shape, &operands, &self.graph.texts))
    }

    /// The value at another scale or kind; *none* stays what it is where the shape allows it.
    pub fn coerce(&mut self, node: NodeId, shape: Shape) -> NodeId {
        let of = self.graph.node(node).shape;
        if (of.kind, of.scale) == (shape.kind, shape.scale) {
            return node;
        }
        match self.graph.node(node).kind {
            NodeKind::Const(Const::None | Const::Fault) => {
                let NodeKind::Const(value) = self.graph.node(node).kind else { return node };
                self.constant(value, shape)
            }
            _ => {
                let plain = Shape { optional: false, ..shape };
                let value = self.op(Op::As, vec![node], plain);
                if !(shape.optional && of.optional) {
                    return value;
                }
                let is_none = self.op(Op::IsNone, vec![node], Shape::TRUTH);
                let none = self.constant(Const::None, shape);
                self.choose(is_none, none, value, shape)
            }
        }
    }

    /// Kleene's not.
    pub fn not(&mut self, node: NodeId) -> NodeId {
        match self.truth_of(node) {
            Some(truth) => self.truth_const(truth.negate()),
            None => self.add(NodeKind::Not(node), Shape::TRUTH),
        }
    }

    /// Kleene's all of, any of, none of, at least so many of.
    pub fn group(&mut self, quantifier: Quantifier, items: Vec<NodeId>) -> NodeId {
        if !self.optimize {
            return self.add(NodeKind::Group(quantifier, items.into()), Shape::TRUTH);
        }
        let truths: Vec<Option<Truth>> = items.iter().map(|n| self.truth_of(*n)).collect();
        if let Some(all) = truths.iter().copied().collect::<Option<Vec<_>>>() {
            return self.truth_const(quantifier.fold(all));
        }
        let met = truths.iter().filter(|t| **t == Some(Truth::MET)).count() as u32;
        let not_met = truths.contains(&Some(Truth::NOT_MET));
        let quantifier = match quantifier {
            Quantifier::All if not_met => return self.truth(false),
            Quantifier::Any if met > 0 => return self.truth(true),
            Quantifier::None if met > 0 => return self.truth(false),
            Quantifier::AtLeast(n) if met >= n => return self.truth(true),
            Quantifier::AtLeast(n) => Quantifier::AtLeast(n - met),
            other => other,
        };
        let is_open = |t: &Option<Truth>| t.is_none_or(|t| t == Truth::FAULTY);
        let open: Vec<NodeId> = items.iter().zip(&truths).filter(|(_, t)| is_open(t)).map(|(n, _)| *n).collect();
        match quantifier {
            Quantifier::AtLeast(n) if n as usize > open.len() => self.truth(false),
            Quantifier::All | Quantifier::Any if open.len() == 1 && !self.graph.node(open[0]).shape.optional => open[0],
            _ => self.add(NodeKind::Group(quantifier, open.into()), Shape::TRUTH),
        }
    }

    /// `if C then A else B`; both at the shape's scale.
    pub fn choose(&mut self, condition: NodeId, then: NodeId, otherwise: NodeId, shape: Shape) -> NodeId {
        match self.truth_of(condition) {
            Some(Truth::MET) => then,
            Some(Truth::NOT_MET) => otherwise,
            Some(_) => self.constant(Const::Fault, shape),
            None => self.add(NodeKind::If(condition, then, otherwise), shape),
        }
    }

    /// The entry in force on a day; neighbours that are the same become one.
    pub fn on_day(&mut self, day: NodeId, mut entries: Vec<(i32, NodeId)>, shape: Shape) -> NodeId {
        if self.optimize {
            entries.dedup_by(|next, before| next.1 == before.1);
        }
        let known = match self.const_of(day) {
            Some(Const::Mantissa(day)) => Some(entries.iter().rev().find(|(from, _)| i128::from(*from) <= day)),
            Some(_) => Some(None),
            None => None,
        };
        match known {
            Some(Some((_, entry))) => *entry,
            Some(None) => self.constant(Const::Fault, shape),
            None => self.add(NodeKind::OnDay(day, entries.into()), shape),
        }
    }

    /// A value with exceptions; all at the shape's scale.
    pub fn exceptions(&mut self, base: NodeId, mut cases: Vec<(NodeId, NodeId)>, shape: Shape) -> NodeId {
        cases.retain(|(c, _)| self.truth_of(*c) != Some(Truth::NOT_MET));
        match cases.as_slice() {
            [] if self.optimize => base,
            [(c, value)] if self.truth_of(*c) == Some(Truth::MET) => *value,
            _ => self.add(NodeKind::Exceptions { base, cases: cases.into(), exclusive: false }, shape),
        }
    }

    /// A table; its values at the shape's scale.
    pub fn table(&mut self, hit: Hit, mut rows: Vec<(NodeId, NodeId)>, shape: Shape) -> NodeId {
        rows.retain(|(c, _)| self.truth_of(*c) != Some(Truth::NOT_MET));
        let first_is_met = rows.first().is_some_and(|(c, _)| self.truth_of(*c) == Some(Truth::MET));
        match (hit, rows.as_slice()) {
            (Hit::First, [(_, value), ..]) | (Hit::Unique, [(_, value)]) if first_is_met => *value,
            _ => {
                let rows = rows.into();
                self.add(NodeKind::Table { hit, rows, exclusive: false, complete: false }, shape)
            }
        }
    }

    /// A fold over the members of a scope.
    pub fn fold(&mut self, scope: ScopeId, filter: Option<NodeId>, fold: Fold, shape: Shape) -> NodeId {
        self.add(NodeKind::Fold { scope, filter, fold }, shape)
    }
}

/// The constant of a set with one value; a fault is none.
fn set_constant(set: &Set) -> Option<Const> {
    if !set.is_settled() {
        return None;
    }
    match set.body {
        Body::Truth(truth) => Some(Const::Truth(truth == Truth::MET)),
        Body::Interval(value, _) => Some(Const::Mantissa(value)),
        Body::Choices(choices) => choices.first().map(Const::Choice),
        Body::Text(text) => Some(Const::Text(text.0)),
        Body::AnyText => None,
        Body::Nothing => set.none.then_some(Const::None),
    }
}
