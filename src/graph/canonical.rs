//! The canonical order of a graph: what policies refer to, operands first, in the order in which they are referred to.

use super::{Clause, Const, Fold, Graph, NodeId, NodeKind, PolicyEntry, Program, Scope, ScopeId};
use crate::table::Table;

/// How much of a graph policies refer to: it comes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    nodes: usize,
    texts: usize,
    scopes: usize,
}

impl Extent {
    /// Takes away what comes after it.
    pub fn cut(self, graph: &mut Graph) {
        graph.nodes.truncate(self.nodes);
        graph.texts.truncate(self.texts);
        graph.scopes.truncate(self.scopes);
    }
}

/// Drops what neither policies nor some nodes besides refer to, and numbers the rest in canonical order, those nodes last. Returned are
/// each node's new number, and what policies refer to.
pub(super) fn compact(program: &mut Program, besides: &[NodeId]) -> (Vec<Option<NodeId>>, Extent) {
    let mut all: Vec<NodeId> = Vec::new();
    for policy in &program.policies {
        all.extend(policy.roots());
        all.extend(policy.nodes());
    }
    let own = program.graph.reached(&all).len();
    all.extend(besides);
    let order = program.graph.reached(&all);
    let mut moved: Vec<Option<NodeId>> = vec![None; program.graph.nodes.len()];
    for (new, old) in order.iter().enumerate() {
        moved[old.0 as usize] = Some(NodeId(new as u32));
    }
    let mut renumber = Renumber::default();
    let graph = &mut program.graph;
    let mut nodes = Vec::with_capacity(order.len());
    let mut extent = Extent { nodes: own, texts: 0, scopes: 1 };
    for old in &order {
        let mut node = graph.node(*old).clone();
        for operand in node.kind.operands_mut() {
            *operand = moved[operand.0 as usize].unwrap_or(*operand);
        }
        match &mut node.kind {
            NodeKind::Const(Const::Text(text)) => *text = renumber.text(graph, *text),
            NodeKind::Fact(_, scope) | NodeKind::Known(_, scope) | NodeKind::Fold { scope, .. } => {
                *scope = renumber.scope(graph, *scope);
            }
            _ => {}
        }
        node.scope = renumber.scope(graph, node.scope);
        nodes.push(node);
        if nodes.len() == own {
            // The case itself is a scope, too.
            (extent.texts, extent.scopes) = (renumber.texts.len(), renumber.scopes.len() + 1);
        }
    }
    graph.nodes = nodes;
    graph.texts = renumber.texts;
    graph.scopes.truncate(1);
    graph.scopes.append(&mut renumber.scopes);
    for place in program.policies.iter_mut().flat_map(|p| p.nodes_mut()) {
        *place = moved[place.0 as usize].unwrap_or(*place);
    }
    (moved, extent)
}

/// New numbers for scopes and texts, in order of first use; scopes after those around them.
#[derive(Default)]
struct Renumber {
    new_scope: Table<ScopeId, ScopeId>,
    scopes: Vec<Scope>,
    new_text: Table<u32, u32>,
    texts: Vec<Box<str>>,
}

impl Renumber {
    fn scope(&mut self, graph: &Graph, old: ScopeId) -> ScopeId {
        let mut inside_out: Vec<ScopeId> = graph.around(old).filter(|s| *s != ScopeId::CASE).collect();
        let mut known = ScopeId::CASE;
        while let Some(scope) = inside_out.pop() {
            known = match self.new_scope.get(&scope) {
                Some(new) => *new,
                None => {
                    let of = graph.scopes[scope.0 as usize];
                    let owner = self.new_scope.get(&of.owner).copied().unwrap_or(ScopeId::CASE);
                    self.scopes.push(Scope { parent: known, list: of.list, owner });
                    let new = ScopeId(self.scopes.len() as u32);
                    self.new_scope.insert(scope, new);
                    new
                }
            };
        }
        known
    }

    fn text(&mut self, graph: &Graph, old: u32) -> u32 {
        *self.new_text.or_insert_with(old, || {
            self.texts.push(graph.texts[old as usize].clone());
            self.texts.len() as u32 - 1
        })
    }
}

impl Fold {
    fn nodes_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            Fold::Count => Vec::new(),
            Fold::Sum(v) | Fold::Satisfies(_, v) => vec![v],
            Fold::Largest(v, other) | Fold::Smallest(v, other) => std::iter::once(v).chain(other).collect(),
            Fold::DaysCovered { from, to, within_from, within_to } => vec![from, to, within_from, within_to],
        }
    }
}

impl NodeKind {
    /// The places of the nodes it uses, in the order of [`NodeKind::operands`].
    fn operands_mut(&mut self) -> Vec<&mut NodeId> {
        fn pairs(pairs: &mut [(NodeId, NodeId)]) -> impl Iterator<Item = &mut NodeId> {
            pairs.iter_mut().flat_map(|(c, v)| [c, v])
        }
        match self {
            NodeKind::Const(_) | NodeKind::Fact(..) | NodeKind::Known(..) | NodeKind::DecisionDate => Vec::new(),
            NodeKind::Op(_, args) | NodeKind::Group(_, args) => args.iter_mut().collect(),
            NodeKind::Not(a) => vec![a],
            NodeKind::If(c, a, b) => vec![c, a, b],
            NodeKind::OnDay(day, entries) => std::iter::once(day).chain(entries.iter_mut().map(|(_, n)| n)).collect(),
            NodeKind::Exceptions { base, cases, .. } => std::iter::once(base).chain(pairs(cases)).collect(),
            NodeKind::Table { rows, .. } => pairs(rows).collect(),
            NodeKind::Fold { filter, fold, .. } => filter.iter_mut().chain(fold.nodes_mut()).collect(),
        }
    }
}

impl Clause {
    /// The places of its nodes, parts first.
    fn nodes_mut<'a>(&'a mut self, all: &mut Vec<&'a mut NodeId>) {
        for part in &mut self.parts {
            part.nodes_mut(all);
        }
        all.push(&mut self.node);
    }
}

impl PolicyEntry {
    /// The places of all nodes it refers to.
    fn nodes_mut(&mut self) -> Vec<&mut NodeId> {
        let mut all = Vec::new();
        if let Some(applies) = &mut self.applies {
            applies.nodes_mut(&mut all);
        }
        for rule in &mut self.rules {
            all.extend(rule.in_force.as_mut());
            for clause in rule.applies.iter_mut().chain([&mut rule.condition]).chain(&mut rule.unless) {
                clause.nodes_mut(&mut all);
            }
            all.push(&mut rule.trigger);
            all.extend(rule.message.iter_mut().flat_map(|m| m.values_mut()));
        }
        all.extend(self.awards.iter_mut().chain(&mut self.reports).map(|o| &mut o.node));
        all.extend(self.promises.iter_mut().map(|p| &mut p.node));
        all.extend(self.defines.iter_mut().map(|d| &mut d.node));
        all
    }
}
