//! The sets of values that nodes can have in one case: *semantics 1, Values as sets*, over the whole graph.
//!
//! This is the one place where the meaning of a node is a set. The compiler uses it for static sets (everything pending), the
//! range evaluator for cases. Nodes of the case are evaluated once, nodes of a scope once a member; a fold makes the members'
//! nodes catch up to its own place in the order, so every node of every member is evaluated exactly once. What no fold asks for
//! (a promise) is evaluated at the end.

mod folds;
mod rows;

use super::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{self, Operand, Texts};
use crate::value::{Set, TextId, Truth};
use std::sync::Arc;

/// The most members a list without `at most` has.
pub const MOST_MEMBERS: u32 = 1_000;

/// What is told of one fact, as evaluation sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaf {
    /// A value.
    Given(Set),
    /// Nothing yet.
    Pending,
    /// No value will ever come.
    Closed,
    /// The records of a list, each with its facts by place.
    Members(Vec<Vec<Leaf>>),
}

/// One case as evaluation sees it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The case's own facts, by place.
    pub leaves: Vec<Leaf>,
    /// First and last decision date, as day numbers.
    pub days: (i64, i64),
    /// Texts that no constant of the graph speaks of.
    pub texts: Vec<Arc<str>>,
}

impl Case {
    /// A case of which nothing is known, over a range of days.
    pub fn pending(graph: &Graph, days: (i64, i64)) -> Case {
        Case { leaves: vec![Leaf::Pending; graph.case_facts().count()], days, texts: Vec::new() }
    }
}

/// Where nodes stand within their scopes.
#[derive(Clone, Debug)]
pub struct Layout {
    /// A node's place among the nodes of its scope.
    place: Vec<u32>,
    /// The nodes of each scope, operands first.
    nodes: Vec<Vec<NodeId>>,
    /// A scope's place among the children of its parent.
    child: Vec<u32>,
    /// The scopes below each scope.
    children: Vec<Vec<ScopeId>>,
    /// Of those the scopes whose last nodes no fold asks for: promises of members.
    left_over: Vec<Vec<ScopeId>>,
}

impl Layout {
    /// The layout of a graph whose nodes know their scopes.
    pub fn new(graph: &Graph) -> Layout {
        let scopes = graph.scopes.len();
        let mut layout = Layout {
            place: Vec::with_capacity(graph.nodes.len()),
            nodes: vec![Vec::new(); scopes],
            child: vec![0; scopes],
            children: vec![Vec::new(); scopes],
            left_over: vec![Vec::new(); scopes],
        };
        let mut asked_for = vec![0; scopes];
        for (i, node) in graph.nodes.iter().enumerate() {
            let of_scope = &mut layout.nodes[node.scope.0 as usize];
            layout.place.push(of_scope.len() as u32);
            of_scope.push(NodeId(i as u32));
            if let NodeKind::Fold { scope, .. } = node.kind {
                asked_for[scope.0 as usize] = i as u32;
            }
        }
        for (i, scope) in graph.scopes.iter().enumerate().skip(1) {
            let siblings = &mut layout.children[scope.parent.0 as usize];
            layout.child[i] = siblings.len() as u32;
            siblings.push(ScopeId(i as u32));
        }
        // A scope stands after its parent.
        for (i, scope) in graph.scopes.iter().enumerate().skip(1).rev() {
            let last = layout.nodes[i].last().is_some_and(|node| node.0 >= asked_for[i]);
            if last || !layout.left_over[i].is_empty() {
                layout.left_over[scope.parent.0 as usize].push(ScopeId(i as u32));
            }
        }
        layout
    }
}

/// The sets of one scope's nodes, for the case or for one member.
#[derive(Clone, Debug)]
pub struct Frame {
    scope: ScopeId,
    sets: Vec<Set>,
    children: Vec<Members>,
}

/// The members of a list in one case.
#[derive(Clone, Debug)]
pub enum Members {
    /// No fold has asked for them yet.
    Unvisited,
    /// The list is closed: using it is a fault.
    Faulty,
    /// These.
    Known(Vec<Frame>),
    /// The list is pending: so many of these at most, each with all its facts pending.
    Unknown(Box<Frame>, u32),
}

/// A frame and the frames around it.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    frame: &'a Frame,
    leaves: Option<&'a [Leaf]>,
    outer: Option<&'a Surroundings<'a>>,
}

/// All node sets of one case.
#[derive(Clone, Debug)]
pub struct Sets {
    root: Frame,
}

/// Evaluates a graph over one case.
pub fn evaluate(graph: &Graph, layout: &Layout, case: &Case) -> Sets {
    let run = Run { graph, layout, case };
    let mut root = run.frame(ScopeId::CASE);
    run.advance(&mut root, Some(&case.leaves), None, graph.nodes.len() as u32);
    Sets { root }
}

/// Fills [`super::Node::set`]: everything pending, on any of the days.
pub fn fill_static_sets(graph: &mut Graph, days: (i64, i64)) {
    let layout = Layout::new(graph);
    let sets = evaluate(graph, &layout, &Case::pending(graph, days));
    let mut filled = vec![Set::EMPTY; graph.nodes.len()];
    let mut frames = vec![&sets.root];
    while let Some(frame) = frames.pop() {
        for (node, set) in layout.nodes[frame.scope.0 as usize].iter().zip(&frame.sets) {
            filled[node.0 as usize] = *set;
        }
        for members in &frame.children {
            if let Members::Unknown(frame, _) = members {
                frames.push(frame);
            }
        }
    }
    for (node, set) in graph.nodes.iter_mut().zip(filled) {
        node.set = set;
    }
}

impl Sets {
    /// The case's own frame.
    pub fn root(&self) -> &Frame {
        &self.root
    }

    /// The set of a node of the case.
    pub fn of(&self, graph: &Graph, layout: &Layout, node: NodeId) -> Set {
        debug_assert_eq!(graph.node(node).scope, ScopeId::CASE);
        self.root.sets[layout.place[node.0 as usize] as usize]
    }
}

impl Frame {
    /// The set of a node of this frame's scope.
    pub fn of(&self, layout: &Layout, node: NodeId) -> Set {
        self.sets.get(layout.place[node.0 as usize] as usize).copied().unwrap_or(Set::EMPTY)
    }

    /// The members of a scope directly below this one.
    pub fn members(&self, layout: &Layout, scope: ScopeId) -> &Members {
        &self.children[layout.child[scope.0 as usize] as usize]
    }

    /// Which scope it belongs to.
    pub fn scope(&self) -> ScopeId {
        self.scope
    }
}

impl<'a> Surroundings<'a> {
    /// The case's own frame, with its facts.
    pub fn of_case(sets: &'a Sets, case: &'a Case) -> Self {
        Surroundings { frame: &sets.root, leaves: Some(&case.leaves), outer: None }
    }

    /// A member's frame within these; `leaves` absent for the members of a pending list.
    pub fn inner(&'a self, frame: &'a Frame, leaves: Option<&'a [Leaf]>) -> Surroundings<'a> {
        Surroundings { frame, leaves, outer: Some(self) }
    }

    /// The frame of a scope that is this one's or around it.
    pub fn frame(&self, scope: ScopeId) -> Option<&'a Frame> {
        Some(self.at(scope)?.frame)
    }

    /// The set of a node that belongs to this scope or one around it.
    pub fn set(&self, graph: &Graph, layout: &Layout, node: NodeId) -> Set {
        self.frame(graph.node(node).scope).map_or(Set::EMPTY, |f| f.of(layout, node))
    }

    /// What is told of a fact of a scope.
    pub fn leaf(&self, graph: &Graph, fact: FactId, scope: ScopeId) -> &'a Leaf {
        let leaves = self.at(scope).and_then(|s| s.leaves);
        leaves.and_then(|l| l.get(graph.fact(fact).place as usize)).unwrap_or(&Leaf::Pending)
    }

    fn at(&self, scope: ScopeId) -> Option<&Surroundings<'a>> {
        if self.frame.scope == scope { Some(self) } else { self.outer?.at(scope) }
    }
}

struct Run<'a> {
    graph: &'a Graph,
    layout: &'a Layout,
    case: &'a Case,
}

impl Texts for Run<'_> {
    fn text(&self, id: TextId) -> &str {
        let constants = &self.graph.texts;
        match constants.get(id.0 as usize) {
            Some(text) => text,
            None => self.case.texts.get(id.0 as usize - constants.len()).map_or("", |t| t),
        }
    }
}

impl Run<'_> {
    fn frame(&self, scope: ScopeId) -> Frame {
        Frame {
            scope,
            sets: Vec::with_capacity(self.layout.nodes[scope.0 as usize].len()),
            children: self.layout.children[scope.0 as usize].iter().map(|_| Members::Unvisited).collect(),
        }
    }

    /// Evaluates the frame's nodes that stand before `limit` in the graph and have not been evaluated yet.
    fn advance(&self, frame: &mut Frame, leaves: Option<&[Leaf]>, outer: Option<&Surroundings>, limit: u32) {
        let nodes = &self.layout.nodes[frame.scope.0 as usize];
        while let Some(node) = nodes.get(frame.sets.len()).filter(|n| n.0 < limit) {
            if let NodeKind::Fold { scope, .. } = self.graph.node(*node).kind {
                self.advance_members(frame, leaves, outer, scope, node.0);
            }
            let here = Surroundings { frame, leaves, outer };
            let set = self.node(*node, &here);
            frame.sets.push(set);
        }
        if limit as usize == self.graph.nodes.len() {
            for scope in &self.layout.left_over[frame.scope.0 as usize] {
                self.advance_members(frame, leaves, outer, *scope, limit);
            }
        }
    }

    /// Brings the members of `scope` up to the fold at `limit`.
    fn advance_members(
        &self,
        frame: &mut Frame,
        leaves: Option<&[Leaf]>,
        outer: Option<&Surroundings>,
        scope: ScopeId,
        limit: u32,
    ) {
        let child = self.layout.child[scope.0 as usize] as usize;
        let mut members = std::mem::replace(&mut frame.children[child], Members::Unvisited);
        let here = Surroundings { frame, leaves, outer };
        let of = self.graph.scopes[scope.0 as usize];
        let leaf = here.leaf(self.graph, of.list, of.owner);
        if let Members::Unvisited = members {
            members = match leaf {
                Leaf::Closed => Members::Faulty,
                Leaf::Members(records) => Members::Known(records.iter().map(|_| self.frame(scope)).collect()),
                Leaf::Pending | Leaf::Given(_) => {
                    let most = self.graph.fact(of.list).ty.high.map_or(MOST_MEMBERS, |n| n as u32);
                    Members::Unknown(Box::new(self.frame(scope)), most)
                }
            };
        }
        match (&mut members, leaf) {
            (Members::Known(frames), Leaf::Members(records)) => {
                for (member, record) in frames.iter_mut().zip(records) {
                    self.advance(member, Some(record), Some(&here), limit);
                }
            }
            (Members::Unknown(member, _), _) => self.advance(member, None, Some(&here), limit),
            _ => {}
        }
        frame.children[child] = members;
    }

    fn node(&self, id: NodeId, here: &Surroundings) -> Set {
        match &self.graph.node(id).kind {
            NodeKind::Fact(fact, scope) => match here.leaf(self.graph, *fact, *scope) {
                Leaf::Given(value) => *value,
                Leaf::Pending | Leaf::Members(_) => self.graph.whole_type(*fact),
                Leaf::Closed => Set::FAULT,
            },
            NodeKind::Known(fact, scope) => Set::truth(match here.leaf(self.graph, *fact, *scope) {
                Leaf::Given(_) | Leaf::Members(_) => Truth::MET,
                Leaf::Pending => Truth::OPEN,
                Leaf::Closed => Truth::NOT_MET,
            }),
            NodeKind::DecisionDate => Set::interval(self.case.days.0.into(), self.case.days.1.into()),
            NodeKind::Fold { scope, filter, fold } => folds::fold(self, here, *scope, *filter, fold),
            _ => combine(self.graph, id, |n| here.set(self.graph, self.layout, n), self),
        }
    }
}

/// The set of a node that is made of nodes alone: no fact, no day, no fold.
#[inline]
pub(crate) fn combine(graph: &Graph, id: NodeId, set: impl Fn(NodeId) -> Set, texts: &dyn Texts) -> Set {
    let node = graph.node(id);
    match &node.kind {
        NodeKind::Const(value) => value.set(),
        NodeKind::Op(op, args) => {
            let operand = |n: &NodeId| Operand { set: set(*n), shape: graph.node(*n).shape };
            match &**args {
                [a] => op::range(op, node.shape, &[operand(a)], texts),
                [a, b] => op::range(op, node.shape, &[operand(a), operand(b)], texts),
                [a, b, c] => op::range(op, node.shape, &[operand(a), operand(b), operand(c)], texts),
                all => op::range(op, node.shape, &all.iter().map(operand).collect::<Vec<_>>(), texts),
            }
        }
        NodeKind::Not(a) => Set::truth(set(*a).as_truth().negate()),
        NodeKind::Group(quantifier, items) => Set::truth(quantifier.fold(items.iter().map(|n| set(*n).as_truth()))),
        NodeKind::If(condition, then, otherwise) => {
            let truth = set(*condition).as_truth();
            let mut out = Set::EMPTY.or_fault(truth.can_be_faulty());
            if truth.can_be_met() {
                out = out.join(&set(*then));
            }
            if truth.can_be_not_met() {
                out = out.join(&set(*otherwise));
            }
            out
        }
        NodeKind::OnDay(day, entries) => on_day(set(*day), entries, set),
        NodeKind::Exceptions { base, cases, exclusive } => {
            let cases = cases.iter().map(|(c, v)| (set(*c).as_truth(), set(*v)));
            rows::exceptions(set(*base), cases, *exclusive)
        }
        NodeKind::Table { hit, rows, exclusive, complete } => {
            let rows = rows.iter().map(|(c, v)| (set(*c).as_truth(), set(*v)));
            rows::table(*hit, rows, *exclusive, *complete)
        }
        NodeKind::Fact(..) | NodeKind::Known(..) | NodeKind::DecisionDate | NodeKind::Fold { .. } => Set::EMPTY,
    }
}

/// Joins the entries in force on any of the days; a day before the first entry has none.
fn on_day(day: Set, entries: &[(i32, NodeId)], set: impl Fn(NodeId) -> Set) -> Set {
    let mut out = Set::EMPTY.or_fault(day.fault || day.none);
    let Some((low, high)) = day.ends() else { return out };
    out.fault |= entries.first().is_none_or(|(from, _)| low < i128::from(*from));
    for (i, (from, value)) in entries.iter().enumerate() {
        let ends_before = entries.get(i + 1).map(|(next, _)| i128::from(*next));
        if i128::from(*from) <= high && ends_before.is_none_or(|next| low < next) {
            out = out.join(&set(*value));
        }
    }
    out
}
