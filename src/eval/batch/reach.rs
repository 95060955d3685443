//! Which facts can still reach which rows: needs, over many rows at once.
//!
//! The walk of [`crate::decide`] from open roots downward through nodes that are not settled, as masks: operands stand before their users, so
//! that going downward meets every node once.

use super::program::Below;
use super::sets::{Columns, Sets};
use crate::graph::{FactId, Graph, NodeId, NodeKind};
use crate::op::Hit;
use std::collections::BTreeMap;

/// Masks of rows by node, on their way down.
pub struct Reach<'a, 'c> {
    graph: &'a Graph,
    columns: &'c Columns<'a>,
    waiting: BTreeMap<NodeId, Vec<u8>>,
    found: BTreeMap<FactId, Vec<u8>>,
}

impl<'a, 'c> Reach<'a, 'c> {
    /// Nothing is reached yet.
    pub fn new(graph: &'a Graph, columns: &'c Columns<'a>) -> Self {
        Reach { graph, columns, waiting: BTreeMap::new(), found: BTreeMap::new() }
    }

    /// Starts from a root in the rows of a mask.
    pub fn start(&mut self, root: NodeId, rows: &[u8]) {
        self.reach(root, rows);
    }

    /// The facts that matter, each with its rows; whether they are pending there is the caller's to tell.
    pub fn facts(mut self) -> BTreeMap<FactId, Vec<u8>> {
        while let Some((id, rows)) = self.waiting.pop_last() {
            self.visit(id, rows);
        }
        self.found
    }

    fn reach(&mut self, id: NodeId, rows: &[u8]) {
        if let Some(open) = self.columns.unsettled(id, rows) {
            add(self.waiting.entry(id).or_default(), open);
        }
    }

    fn visit(&mut self, id: NodeId, rows: Vec<u8>) {
        match self.columns.below(id) {
            Some(Below::Nothing) => return,
            Some(Below::Fact(fact, _)) => return add(self.found.entry(*fact).or_default(), rows),
            Some(Below::Terms(terms)) => return terms.iter().for_each(|n| self.reach(*n, &rows)),
            Some(Below::Always(_) | Below::Operands) | None => {}
        }
        if let NodeKind::Fact(fact, _) | NodeKind::Known(fact, _) = self.graph.node(id).kind {
            return add(self.found.entry(fact).or_default(), rows);
        }
        let rows = &rows[..];
        match &self.graph.node(id).kind {
            NodeKind::Const(_) | NodeKind::DecisionDate | NodeKind::Fold { .. } => {}
            NodeKind::Fact(..) | NodeKind::Known(..) => {}
            NodeKind::Op(_, operands) | NodeKind::Group(_, operands) => {
                operands.iter().for_each(|n| self.reach(*n, rows))
            }
            NodeKind::Not(operand) => self.reach(*operand, rows),
            NodeKind::If(condition, then, otherwise) => {
                let truths = self.columns.truths(*condition);
                self.reach(*condition, rows);
                self.reach(*then, &where_bit(rows, &truths, 1));
                self.reach(*otherwise, &where_bit(rows, &truths, 2));
            }
            NodeKind::OnDay(day, entries) => {
                self.reach(*day, rows);
                for (i, (from, value)) in entries.iter().enumerate() {
                    let next = entries.get(i + 1).map(|(next, _)| i128::from(*next));
                    let days = self.columns.of(*day);
                    let meets = |row: usize| {
                        let ends = days.get(row).ends();
                        ends.is_some_and(|(l, h)| i128::from(*from) <= h && next.is_none_or(|next| l < next))
                    };
                    let mask: Vec<u8> = match &*days {
                        Sets::Same(_) if meets(0) => rows.to_vec(),
                        Sets::Same(_) => continue,
                        _ => rows.iter().enumerate().map(|(row, r)| r & u8::from(meets(row))).collect(),
                    };
                    self.reach(*value, &mask);
                }
            }
            NodeKind::Exceptions { base, cases, .. } => {
                let mut of_base = rows.to_vec();
                for (condition, _) in cases {
                    of_base = where_bit(&of_base, &self.columns.truths(*condition), 2);
                }
                self.reach(*base, &of_base);
                self.rows(rows, cases, false);
            }
            NodeKind::Table { hit, rows: of_table, .. } => self.rows(rows, of_table, *hit == Hit::First),
        }
    }

    /// Conditions of rows of a table, and the values of those that can match; `ordered`: nothing behind a certain match matters.
    fn rows(&mut self, rows: &[u8], of_table: &[(NodeId, NodeId)], ordered: bool) {
        let mut rows = rows.to_vec();
        for (condition, value) in of_table {
            let truths = self.columns.truths(*condition);
            self.reach(*condition, &rows);
            self.reach(*value, &where_bit(&rows, &truths, 1));
            if ordered {
                rows = where_bit(&rows, &truths, 2);
            }
        }
    }
}

fn where_bit(rows: &[u8], truths: &[u8], bit: u8) -> Vec<u8> {
    rows.iter().zip(truths).map(|(r, t)| r & u8::from(t & bit != 0)).collect()
}

fn add(all: &mut Vec<u8>, rows: Vec<u8>) {
    if all.is_empty() {
        *all = rows;
    } else {
        all.iter_mut().zip(&rows).for_each(|(all, r)| *all |= r);
    }
}
