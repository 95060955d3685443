//! Static sets, and which tables are exclusive and complete: recomputed whenever a program is made or loaded.
//!
//! Each policy is judged over its own days in force and under its own promises, so that what is proved of a policy does
//! not depend on what else is in the bundle; a node that several policies share keeps what holds for all of them.

use super::prove::{Conditions, Proof};
use super::{Graph, NodeId, NodeKind, PolicyEntry, Program, sets};
use crate::op::Hit;
use crate::value::{Date, Set};

/// What is proved of a table or of exceptions.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Proved {
    exclusive: bool,
    complete: bool,
}

impl PolicyEntry {
    /// First and last day it can decide on, as day numbers.
    pub fn days(&self) -> (i64, i64) {
        (self.in_force.0.unwrap_or(Date::MIN).days(), self.in_force.1.unwrap_or(Date::MAX).days())
    }
}

/// Fills static sets and proofs; `besides` are nodes that a policy, by its place, does not refer to.
pub(super) fn settle(program: &mut Program, besides: &[(usize, NodeId)]) {
    let graph = &mut program.graph;
    let mut proved: Vec<Option<Proved>> = vec![None; graph.nodes.len()];
    for node in 0..proved.len() {
        set_proved(graph, node, Proved { exclusive: false, complete: false });
    }
    let all_of = |at: usize, policy: &PolicyEntry| -> Vec<NodeId> {
        policy.nodes().into_iter().chain(besides.iter().filter(|(of, _)| *of == at).map(|(_, node)| *node)).collect()
    };
    let reached: Vec<Vec<NodeId>> =
        program.policies.iter().enumerate().map(|(at, p)| graph.reached(&all_of(at, p))).collect();
    let mut days: Vec<(i64, i64)> = program.policies.iter().map(PolicyEntry::days).collect();
    days.sort_unstable();
    days.dedup();
    for day in &days {
        sets::fill_static_sets(graph, *day);
        for (policy, nodes) in program.policies.iter().zip(&reached) {
            if policy.days() == *day {
                prove(graph, policy, nodes, &mut proved);
            }
        }
    }
    for (node, proved) in proved.iter().enumerate() {
        if let Some(proved) = proved {
            set_proved(graph, node, *proved);
        }
    }
    let mut joined = vec![Set::EMPTY; graph.nodes.len()];
    for day in &days {
        sets::fill_static_sets(graph, *day);
        if days.len() == 1 {
            return;
        }
        let of_day = program.policies.iter().zip(&reached).filter(|(p, _)| p.days() == *day);
        for node in of_day.flat_map(|(_, nodes)| nodes) {
            let place = &mut joined[node.0 as usize];
            *place = place.join(&graph.node(*node).set);
        }
    }
    for (node, set) in graph.nodes.iter_mut().zip(joined) {
        node.set = set;
    }
}

fn set_proved(graph: &mut Graph, node: usize, proved: Proved) {
    match &mut graph.nodes[node].kind {
        NodeKind::Table { exclusive, complete, .. } => (*exclusive, *complete) = (proved.exclusive, proved.complete),
        NodeKind::Exceptions { exclusive, .. } => *exclusive = proved.exclusive,
        _ => {}
    }
}

fn prove(graph: &Graph, policy: &PolicyEntry, nodes: &[NodeId], proved: &mut [Option<Proved>]) {
    for node in nodes {
        let place = &mut proved[node.0 as usize];
        if *place == Some(Proved { exclusive: false, complete: false }) {
            continue;
        }
        if let Some((conditions, alike, hit)) = subject(graph, *node) {
            let conditions = Conditions::new(graph, &conditions, &promises(graph, policy, *node));
            let wants_exclusive = matches!(hit, None | Some(Hit::Unique));
            let wants_complete = matches!(hit, Some(Hit::Unique | Hit::First | Hit::Largest | Hit::Smallest));
            let before = place.unwrap_or(Proved { exclusive: true, complete: true });
            *place = Some(Proved {
                exclusive: before.exclusive && wants_exclusive && conditions.exclusive(&alike) == Proof::Proved,
                complete: before.complete && wants_complete && conditions.complete() == Proof::Proved,
            });
        }
    }
}

/// The conditions of a table or of exceptions; which of them are alike, because they lead to the same value; and how a
/// table's rows make its value.
pub(super) fn subject(graph: &Graph, node: NodeId) -> Option<(Vec<NodeId>, Vec<u32>, Option<Hit>)> {
    match &graph.node(node).kind {
        NodeKind::Table { hit, rows, .. } => Some((rows.iter().map(|(c, _)| *c).collect(), Vec::new(), Some(*hit))),
        NodeKind::Exceptions { cases, .. } => {
            Some((cases.iter().map(|(c, _)| *c).collect(), cases.iter().map(|(_, v)| v.0).collect(), None))
        }
        _ => None,
    }
}

/// The promises of a policy about what a node is about.
pub(super) fn promises(graph: &Graph, policy: &PolicyEntry, node: NodeId) -> Vec<NodeId> {
    let scope = graph.node(node).scope;
    let about = |p: &NodeId| graph.encloses(graph.node(*p).scope, scope);
    policy.promises.iter().map(|p| p.node).filter(about).collect()
}
