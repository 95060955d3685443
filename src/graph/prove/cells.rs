//! Variables and the cells that the tests on them cut them into.

use crate::graph::{Const, Graph, NodeId};
use crate::value::arithmetic::floor_to;
use crate::value::{Body, Choices, Set, TextId, Truth};
use std::cmp::Ordering;

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A node's value.
    Value(NodeId),
    /// How two nodes compare, the one with the lower number first.
    Pair(NodeId, NodeId),
}

/// A variable and its cells, in order.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    pub key: Key,
    pub cells: Vec<Cell>,
}

/// Values on which every test comes out the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cell {
    /// These values.
    Values(Set),
    /// The first node compares so with the second.
    Compare(Ordering),
    /// One of the two is none.
    NoValue,
}

impl Cell {
    /// The values, of a node's cell.
    pub fn set(&self) -> Option<Set> {
        match self {
            Cell::Values(set) => Some(*set),
            _ => None,
        }
    }
}

/// Where the standing of a test changes: from which cell on it stands how.
pub(super) type Runs = Vec<(u32, Truth)>;

/// The standings of a test over a range of cells.
pub(super) fn over(runs: &Runs, (from, to): (u32, u32)) -> Truth {
    let first = runs.partition_point(|(cell, _)| *cell <= from).saturating_sub(1);
    let within = runs[first.min(runs.len())..].iter().take_while(|(cell, _)| *cell < to);
    within.fold(Truth::NOTHING, |all, (_, truth)| all.or_possibly(*truth))
}

/// The runs of a test whose standing on each cell is known.
pub(super) fn runs(standings: impl Iterator<Item = (u32, Truth)>) -> Runs {
    let mut runs: Runs = Vec::new();
    for (cell, truth) in standings {
        if runs.last().is_none_or(|(_, last)| *last != truth) {
            runs.push((cell, truth));
        }
    }
    runs
}

impl Variable {
    /// The node whose values it stands for.
    pub fn node(&self) -> Option<NodeId> {
        match self.key {
            Key::Value(node) => Some(node),
            Key::Pair(..) => None,
        }
    }

    /// How two nodes can compare.
    pub fn pair(graph: &Graph, a: NodeId, b: NodeId) -> Variable {
        let (of_a, of_b) = (graph.node(a).set, graph.node(b).set);
        let mut cells = vec![Cell::Compare(Ordering::Equal)];
        if a != b {
            cells.insert(0, Cell::Compare(Ordering::Less));
            cells.push(Cell::Compare(Ordering::Greater));
        }
        if of_a.none || of_b.none {
            cells.push(Cell::NoValue);
        }
        Variable { key: Key::Pair(a, b), cells }
    }

    /// A node's values, cut where these numbers begin, or at these texts.
    pub fn value(graph: &Graph, node: NodeId, starts: &mut Vec<i128>, texts: &mut Vec<u32>) -> Variable {
        let set = graph.node(node).set;
        let mut cells: Vec<Set> = Vec::new();
        match set.body {
            Body::Nothing => {}
            Body::Truth(truth) => {
                cells.extend(truth.can_be_met().then(|| Set::yes_or_no(true)));
                cells.extend(truth.can_be_not_met().then(|| Set::yes_or_no(false)));
            }
            Body::Interval(low, high) => {
                starts.sort_unstable();
                starts.dedup();
                let mut from = low;
                for start in starts.iter().filter(|s| (low + 1..=high).contains(*s)) {
                    cells.push(Set::interval(from, start - 1));
                    from = *start;
                }
                cells.push(Set::interval(from, high));
            }
            Body::Choices(choices) => cells.extend(choices.iter().map(|c| Set::of(Body::Choices(Choices::one(c))))),
            Body::Text(text) => cells.push(Set::of(Body::Text(text))),
            Body::AnyText => {
                texts.sort_unstable();
                texts.dedup();
                cells.extend(texts.iter().map(|t| Set::of(Body::Text(TextId(*t)))));
                cells.push(Set::of(Body::AnyText));
            }
        }
        cells.extend(set.none.then_some(Set::NONE));
        Variable { key: Key::Value(node), cells: cells.into_iter().map(Cell::Values).collect() }
    }

    /// The cell that a number is in, or would be in.
    pub fn cell_of(&self, number: i128) -> u32 {
        let below = |c: &Cell| matches!(c.set().and_then(|s| s.ends()), Some((_, high)) if high < number);
        self.cells.partition_point(below) as u32
    }
}

/// The first numbers of the cells that a constant makes, at the scale of what is tested: its whole part, and the next.
pub(super) fn starts(value: Const, scale: u8, to: u8) -> Option<[i128; 2]> {
    let Const::Mantissa(mantissa) = value else { return None };
    let whole = floor_to(mantissa, scale, to);
    Some([whole, whole.saturating_add(1)])
}
