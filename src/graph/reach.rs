//! What nodes rest on.

use super::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::table::Seen;

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
    pub(crate) fn facts_of(&self, nodes: &[NodeId]) -> Seen<FactId> {
        let mut facts = Seen::new();
        let lists = |scope: ScopeId| self.around(scope).filter(|s| *s != ScopeId::CASE);
        for node in nodes {
            match self.node(*node).kind {
                NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => {
                    facts.insert(fact);
                    lists(scope).for_each(|s| {
                        facts.insert(self.scopes[s.0 as usize].list);
                    });
                }
                NodeKind::Fold { scope, .. } => lists(scope).for_each(|s| {
                    facts.insert(self.scopes[s.0 as usize].list);
                }),
                _ => {}
            }
        }
        facts
    }
}
