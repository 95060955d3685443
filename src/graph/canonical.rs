//! The canonical order of a graph: what policies refer to, operands first, in the order in which they are referred to.

use super::{Const, Graph, NodeId, NodeKind, Program, Scope, ScopeId};
use std::collections::{BTreeSet, HashMap};

/// Drops what no policy refers to and numbers the rest in canonical order. Returned is each node's new number.
pub(super) fn compact(program: &mut Program) -> Vec<Option<NodeId>> {
    let mut all: Vec<NodeId> = Vec::new();
    for policy in &program.policies {
        all.extend(policy.roots());
        all.extend(policy.nodes());
    }
    let order = program.graph.reached(&all);
    let mut moved: Vec<Option<NodeId>> = vec![None; program.graph.nodes.len()];
    for (new, old) in order.iter().enumerate() {
        moved[old.0 as usize] = Some(NodeId(new as u32));
    }
    let mut renumber = Renumber::default();
    let graph = &mut program.graph;
    let mut nodes = Vec::with_capacity(order.len());
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
    }
    graph.nodes = nodes;
    graph.texts = renumber.texts;
    graph.scopes.truncate(1);
    graph.scopes.append(&mut renumber.scopes);
    for place in program.policies.iter_mut().flat_map(|p| p.nodes_mut()) {
        *place = moved[place.0 as usize].unwrap_or(*place);
    }
    moved
}

/// New numbers for scopes and texts, in order of first use; scopes after those around them.
#[derive(Default)]
struct Renumber {
    new_scope: HashMap<ScopeId, ScopeId>,
    scopes: Vec<Scope>,
    new_text: HashMap<u32, u32>,
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
        *self.new_text.entry(old).or_insert_with(|| {
            self.texts.push(graph.texts[old as usize].clone());
            self.texts.len() as u32 - 1
        })
    }
}

impl Graph {
    /// The nodes that some nodes rest on, and these themselves: operands first, otherwise in the order given.
    pub fn reached(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.nodes.len()];
        for root in roots {
            let mut stack = vec![(*root, false)];
            while let Some((node, finished)) = stack.pop() {
                if finished {
                    order.push(node);
                } else if !std::mem::replace(&mut seen[node.0 as usize], true) {
                    stack.push((node, true));
                    stack.extend(self.node(node).kind.operands().into_iter().rev().map(|n| (n, false)));
                }
            }
        }
        order
    }

    /// The facts that some nodes speak of: their own, and the lists whose members they go through.
    pub fn facts_of(&self, nodes: &[NodeId]) -> BTreeSet<super::FactId> {
        let mut facts = BTreeSet::new();
        let lists = |scope: ScopeId| self.around(scope).filter(|s| *s != ScopeId::CASE);
        for node in nodes {
            match self.node(*node).kind {
                NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => {
                    facts.insert(fact);
                    facts.extend(lists(scope).map(|s| self.scopes[s.0 as usize].list));
                }
                NodeKind::Fold { scope, .. } => facts.extend(lists(scope).map(|s| self.scopes[s.0 as usize].list)),
                _ => {}
            }
        }
        facts
    }
}
