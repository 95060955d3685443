//! An award's or report's own table: which applicants come to it at all.

use crate::graph::{Graph, NodeId, NodeKind, PolicyEntry};
use crate::op::Op;

/// Who comes to a table that is the value of an award or report.
pub(super) struct Reach {
    /// What holds of all of them: the policy's `applies when`, and its own.
    pub given: Vec<NodeId>,
    /// Whoever meets one of these is never awarded anything; empty for a report.
    pub kept_out: Vec<NodeId>,
}

/// Who comes to a table, if it is the value of one of a policy's awards or reports.
pub(super) fn reach(graph: &Graph, policy: &PolicyEntry, table: NodeId) -> Option<Reach> {
    let outputs = policy.awards.iter().map(|o| (true, o)).chain(policy.reports.iter().map(|o| (false, o)));
    for (is_award, output) in outputs {
        let versions: Vec<NodeId> = match &graph.node(output.node).kind {
            NodeKind::OnDay(_, entries) => entries.iter().map(|(_, value)| *value).collect(),
            _ => vec![output.node],
        };
        for version in versions {
            let (applies, value) = match graph.node(version).kind {
                NodeKind::If(applies, value, _) => (Some(applies), value),
                _ => (None, version),
            };
            if unconverted(graph, value) == table {
                let given = policy.applies.iter().map(|c| c.node).chain(applies).collect();
                let kept_out = policy.rules.iter().filter(|_| is_award).map(|r| r.trigger).collect();
                return Some(Reach { given, kept_out });
            }
        }
    }
    None
}

/// The value before it took the declared type's form.
fn unconverted(graph: &Graph, mut node: NodeId) -> NodeId {
    while let NodeKind::Op(Op::As, operands) = &graph.node(node).kind {
        match operands.first() {
            Some(operand) => node = *operand,
            None => break,
        }
    }
    node
}
