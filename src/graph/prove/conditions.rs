//! From condition nodes to formulas over variables.

use super::cells::Runs;
use super::{Conditions, judge};
use crate::graph::{Const, Graph, NodeId, NodeKind};
use crate::op::{Op, Quantifier, Shape, Test};
use crate::table::{Seen, Table};
use crate::value::{Body, Truth};
use std::cmp::Ordering;

/// How large the formulas of one table may become, and how deep.
const MOST_FORMULAS: usize = 200_000;
const MOST_DEPTH: usize = 64;

/// A condition over variables.
#[derive(Clone, Debug)]
pub(super) enum Formula {
    Const(Truth),
    Atom { variable: usize, runs: Runs },
    Not(usize),
    Group(Quantifier, Vec<usize>),
}

/// A test before the cells are known.
pub(super) enum Draft {
    Const(Truth),
    /// A truth's own value.
    Truth(NodeId),
    /// A strict operator on one value and constants.
    Test {
        value: NodeId,
        op: Op,
        args: Vec<Argument>,
    },
    /// How the first compares with the second, and how it stands if one is none.
    Compare {
        a: NodeId,
        b: NodeId,
        met: fn(Ordering) -> bool,
        no_value: Truth,
    },
    Not(usize),
    Group(Quantifier, Vec<usize>),
}

#[derive(Clone, Copy)]
pub(super) enum Argument {
    Value,
    Const(Const, Shape),
}

/// Reads conditions and promises into `out`. Of the promises those count that speak of a value that a condition tests.
pub(super) fn read(out: &mut Conditions, conditions: &[NodeId], given: &[NodeId]) {
    let reader = Reader::new(out.graph);
    read_by(reader, out, conditions, given);
}

/// The same, a test on what a table or a choice gives becoming conditions on how it comes to give that.
#[cfg(feature = "compile")]
pub(super) fn read_through(out: &mut Conditions, conditions: &[NodeId], given: &[NodeId]) {
    let reader = Reader { depth_through: Some(0), ..Reader::new(out.graph) };
    read_by(reader, out, conditions, given);
}

fn read_by(mut reader: Reader, out: &mut Conditions, conditions: &[NodeId], given: &[NodeId]) {
    let all: Vec<usize> = conditions.iter().map(|c| reader.condition(*c)).collect();
    let tested: Seen<NodeId> = reader.drafts.iter().flat_map(Draft::values).collect();
    let mut promised = Vec::new();
    for promise in given {
        let before = reader.drafts.len();
        let formula = reader.condition(*promise);
        if reader.drafts[before..].iter().flat_map(Draft::values).any(|v| tested.contains(&v)) {
            promised.push(formula);
        }
    }
    out.too_large = reader.too_large || reader.depth.iter().any(|d| *d > MOST_DEPTH);
    (out.all, out.given) = (all, promised);
    if !out.too_large {
        let graph = out.graph;
        (out.variables, out.formulas) = judge::finish(graph, reader.drafts);
    }
}

pub(super) struct Reader<'a> {
    pub graph: &'a Graph,
    drafts: Vec<Draft>,
    depth: Vec<usize>,
    known: Table<NodeId, usize>,
    pub too_large: bool,
    /// How many tables and choices that are seen through lie around what is read; absent if none is.
    #[cfg(feature = "compile")]
    pub depth_through: Option<u32>,
}

impl Draft {
    /// The nodes whose values it tests.
    fn values(&self) -> Vec<NodeId> {
        match *self {
            Draft::Truth(value) | Draft::Test { value, .. } => vec![value],
            Draft::Compare { a, b, .. } => vec![a, b],
            _ => Vec::new(),
        }
    }
}

impl<'a> Reader<'a> {
    fn new(graph: &'a Graph) -> Reader<'a> {
        Reader {
            graph,
            drafts: Vec::new(),
            depth: Vec::new(),
            known: Table::new(),
            too_large: false,
            #[cfg(feature = "compile")]
            depth_through: None,
        }
    }

    pub fn push(&mut self, draft: Draft) -> usize {
        let depth = match &draft {
            Draft::Not(a) => self.depth[*a] + 1,
            Draft::Group(_, items) => items.iter().map(|i| self.depth[*i] + 1).max().unwrap_or(0),
            _ => 0,
        };
        self.depth.push(depth);
        self.drafts.push(draft);
        self.too_large |= self.drafts.len() > MOST_FORMULAS;
        self.drafts.len() - 1
    }

    /// The draft of a condition; what it is made of is read first, without recursion.
    pub fn condition(&mut self, root: NodeId) -> usize {
        let mut stack = vec![root];
        while let Some(node) = stack.last().copied() {
            if self.known.contains_key(&node) || self.too_large {
                stack.pop();
                continue;
            }
            let inner = if self.decided(node).is_some() { Vec::new() } else { self.connected(node) };
            let waiting: Vec<NodeId> = inner.into_iter().filter(|n| !self.known.contains_key(n)).collect();
            if waiting.is_empty() {
                let draft = self.draft(node);
                self.known.insert(node, draft);
                stack.pop();
            } else {
                stack.extend(waiting);
            }
        }
        match self.known.get(&root) {
            Some(draft) => *draft,
            None => self.push(Draft::Const(Truth::OPEN)),
        }
    }

    /// The standing of a condition that its static set decides, faults aside.
    fn decided(&self, node: NodeId) -> Option<Truth> {
        match self.graph.node(node).set.body {
            Body::Truth(truth) if truth != Truth::OPEN => Some(truth),
            Body::Nothing => Some(Truth::FAULTY),
            _ => None,
        }
    }

    /// The conditions that a connective connects.
    fn connected(&self, node: NodeId) -> Vec<NodeId> {
        match &self.graph.node(node).kind {
            NodeKind::Not(_) | NodeKind::Group(..) | NodeKind::If(..) => self.graph.node(node).kind.operands(),
            _ => Vec::new(),
        }
    }

    fn draft(&mut self, node: NodeId) -> usize {
        if let Some(truth) = self.decided(node) {
            return self.push(Draft::Const(truth));
        }
        let known = |n: &NodeId| self.known.get(n).copied().unwrap_or(0);
        match &self.graph.node(node).kind {
            NodeKind::Not(a) => {
                let a = known(a);
                self.push(Draft::Not(a))
            }
            NodeKind::Group(quantifier, items) => {
                let items = items.iter().map(known).collect();
                self.push(Draft::Group(*quantifier, items))
            }
            NodeKind::If(c, a, b) => {
                let (c, a, b) = (known(c), known(a), known(b));
                self.choice(c, a, b)
            }
            NodeKind::Op(Op::Matches(tests), args) => self.matches(tests, args),
            NodeKind::Op(op @ (Op::Equal | Op::Less | Op::AtMost), args) => match args[..] {
                [a, b] => self.comparison(op, a, b),
                _ => self.push(Draft::Truth(node)),
            },
            NodeKind::Op(Op::IsNone, args) if args.len() == 1 => {
                self.tested(args[0], Op::IsNone, vec![Argument::Value])
            }
            _ => self.value(node),
        }
    }

    /// A truth that no connective connects.
    fn value(&mut self, node: NodeId) -> usize {
        #[cfg(feature = "compile")]
        if let Some(draft) = self.through(node, &mut |reader, value| reader.condition(value)) {
            return draft;
        }
        self.push(Draft::Truth(node))
    }

    /// A strict operator on one value and constants.
    fn tested(&mut self, value: NodeId, op: Op, args: Vec<Argument>) -> usize {
        #[cfg(feature = "compile")]
        if let Some(draft) = self.through(value, &mut |reader, value| reader.tested(value, op.clone(), args.clone())) {
            return draft;
        }
        self.push(Draft::Test { value, op, args })
    }

    /// If a condition holds this, else that.
    pub fn choice(&mut self, condition: usize, then: usize, otherwise: usize) -> usize {
        let not = self.push(Draft::Not(condition));
        let then = self.push(Draft::Group(Quantifier::All, vec![condition, then]));
        let otherwise = self.push(Draft::Group(Quantifier::All, vec![not, otherwise]));
        self.push(Draft::Group(Quantifier::Any, vec![then, otherwise]))
    }

    fn constant(&self, node: NodeId) -> Option<Argument> {
        let of = self.graph.node(node);
        match of.kind {
            NodeKind::Const(value @ (Const::Truth(_) | Const::Mantissa(_) | Const::Choice(_) | Const::Text(_))) => {
                Some(Argument::Const(value, of.shape))
            }
            _ => None,
        }
    }

    pub fn comparison(&mut self, op: &Op, a: NodeId, b: NodeId) -> usize {
        let met: fn(Ordering) -> bool = match op {
            Op::Equal => Ordering::is_eq,
            Op::Less => Ordering::is_lt,
            _ => Ordering::is_le,
        };
        match (self.constant(a), self.constant(b)) {
            (None, Some(b)) => self.tested(a, op.clone(), vec![Argument::Value, b]),
            (Some(a), None) => self.tested(b, op.clone(), vec![a, Argument::Value]),
            _ => {
                #[cfg(feature = "compile")]
                if let Some(draft) = self.bounds(op, a, b) {
                    return draft;
                }
                self.push(Draft::Compare { a, b, met, no_value: Truth::FAULTY })
            }
        }
    }

    /// Any of the tests; those against constants together.
    fn matches(&mut self, tests: &[Test], args: &[NodeId]) -> usize {
        let Some((value, mut bounds)) = args.split_first() else { return self.push(Draft::Const(Truth::NOT_MET)) };
        let (mut constant, mut of_constant, mut any) = (Vec::new(), vec![Argument::Value], Vec::new());
        for test in tests {
            let (own, rest) = bounds.split_at(test.bounds().min(bounds.len()));
            bounds = rest;
            match own.iter().map(|b| self.constant(*b)).collect::<Option<Vec<_>>>() {
                Some(own) => {
                    constant.push(*test);
                    of_constant.extend(own);
                }
                None => any.push(self.bounded(*value, *test, own)),
            }
        }
        if !constant.is_empty() {
            let op = Op::Matches(constant.into());
            any.push(self.tested(*value, op, of_constant));
        }
        match any[..] {
            [only] => only,
            _ => self.push(Draft::Group(Quantifier::Any, any)),
        }
    }

    /// A test of which a bound is no constant.
    fn bounded(&mut self, value: NodeId, test: Test, bounds: &[NodeId]) -> usize {
        let met: fn(Ordering) -> bool = match (test, bounds) {
            (Test::To, [low, high]) => {
                let low = self.bounded(value, Test::AtLeast, &[*low]);
                let high = self.bounded(value, Test::AtMost, &[*high]);
                return self.push(Draft::Group(Quantifier::All, vec![low, high]));
            }
            (Test::Is, _) => Ordering::is_eq,
            (Test::AtLeast, _) => Ordering::is_ge,
            (Test::AtMost, _) => Ordering::is_le,
            (Test::MoreThan, _) => Ordering::is_gt,
            _ => Ordering::is_lt,
        };
        let Some(bound) = bounds.first() else { return self.push(Draft::Const(Truth::OPEN)) };
        match self.constant(*bound) {
            Some(bound) => self.tested(value, Op::Matches([test].into()), vec![Argument::Value, bound]),
            None => {
                let no_value = Truth::NOT_MET.or_possibly(Truth::FAULTY);
                self.push(Draft::Compare { a: value, b: *bound, met, no_value })
            }
        }
    }
}
