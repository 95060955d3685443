//! Sets over many rows: what a program leaves of rows that are open, node by node, as columns of sets.
//!
//! A node's set in a row is what [`crate::graph::sets`] says it is; nothing is folded or narrowed here. What a program has made stands
//! beside what goes through the very same rules row by row.

use super::kernels::Simd;
use super::program::{Below, Program};
use super::run::{Chunk, Lanes, Numbers, Runner, set_of};
use crate::graph::sets::combine;
use crate::graph::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{Quantifier, Texts};
use crate::value::{Body, Choices, Kind, Set, Truth};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// One node's sets, a row each.
#[derive(Clone, Debug)]
pub enum Sets {
    /// The same set in all rows.
    Same(Set),
    /// Standings as bits.
    Truths(Vec<u8>),
    /// Intervals of mantissas, without *none* and *fault*.
    Spans(Vec<i64>, Vec<i64>),
    /// Some of the first 64 values of an enumeration, at least one; without *none* and *fault*.
    Choices(Vec<u64>),
    /// Anything.
    Mixed(Vec<Set>),
}

impl From<(Vec<i64>, Vec<i64>)> for Sets {
    fn from((low, high): (Vec<i64>, Vec<i64>)) -> Self {
        Sets::Spans(low, high)
    }
}

impl Sets {
    /// The set of a row.
    #[inline]
    pub fn get(&self, row: usize) -> Set {
        match self {
            Sets::Same(set) => *set,
            Sets::Truths(v) => Set::truth(Truth::from_bits(v[row])),
            Sets::Spans(low, high) => Set::interval(low[row].into(), high[row].into()),
            Sets::Choices(v) => Set::of(Body::Choices(Choices::of_bits(v[row]))),
            Sets::Mixed(v) => v[row],
        }
    }

    /// The standings of a row, as bits.
    #[inline]
    pub fn truth(&self, row: usize) -> u8 {
        match self {
            Sets::Truths(v) => v[row],
            other => other.get(row).as_truth().bits(),
        }
    }

    /// The same sets in the column that suits them best.
    fn best(sets: Vec<Set>) -> Sets {
        let plain = |s: &Set| !s.none && !s.fault;
        let narrow =
            |s: &Set| plain(s) && s.ends().is_some_and(|(l, h)| i64::try_from(l).is_ok() && i64::try_from(h).is_ok());
        if sets.iter().all(narrow) {
            let ends = sets.iter().filter_map(Set::ends).map(|(l, h)| (l as i64, h as i64));
            let (low, high) = ends.unzip();
            return Sets::Spans(low, high);
        }
        if sets.iter().all(|s| !s.none && matches!(s.body, Body::Truth(_)) || *s == Set::FAULT) {
            return Sets::Truths(sets.iter().map(|s| s.as_truth().bits()).collect());
        }
        let bits = |s: &Set| match s.body {
            Body::Choices(choices) if plain(s) => choices.to_bits(),
            _ => None,
        };
        match sets.iter().map(bits).collect() {
            Some(all) => Sets::Choices(all),
            None => Sets::Mixed(sets),
        }
    }
}

/// The sets of nodes over some rows: those whose ends a program has made, and others that are worked out of them.
pub struct Columns<'a> {
    graph: &'a Graph,
    /// How many rows.
    pub rows: usize,
    made: Option<(&'a Runner<'a>, Chunk<'a>)>,
    sets: HashMap<NodeId, Sets>,
    simd: Simd,
}

impl<'a> Columns<'a> {
    /// Evaluates nodes, operands first; `leaf` supplies the sets of facts and days, `made` what a program has made of the same rows.
    pub fn evaluate(
        graph: &'a Graph,
        order: &[NodeId],
        rows: usize,
        leaf: impl Fn(NodeId) -> Sets,
        made: Option<(&'a Runner<'a>, Chunk<'a>)>,
    ) -> Columns<'a> {
        let (texts, sets): (&dyn Texts, _) = (&graph.texts, HashMap::with_capacity(order.len()));
        let mut columns = Columns { graph, rows, made, sets, simd: Simd::default() };
        for id in order {
            let sets = match graph.node(*id).kind {
                NodeKind::Fact(..) | NodeKind::Known(..) | NodeKind::DecisionDate => leaf(*id),
                _ => columns.node(*id, texts),
            };
            columns.sets.insert(*id, sets);
        }
        columns
    }

    /// A node's sets.
    pub fn of(&self, id: NodeId) -> Cow<'_, Sets> {
        if let Some(sets) = self.sets.get(&id) {
            return Cow::Borrowed(sets);
        }
        let Some((low, high)) = self.ends_made(id) else {
            // Nothing but facts that are open in every row.
            return Cow::Owned(Sets::Same(self.graph.node(id).set));
        };
        Cow::Owned(match (self.graph.node(id).shape.kind, low, high) {
            (kind, Numbers::All(low), Numbers::All(high)) => Sets::Same(set_of(kind, low, high)),
            (Kind::Truth, ..) => Sets::Truths(self.truths(id).into_owned()),
            (kind @ Kind::Enum(_), low, high) => {
                Sets::best((0..self.rows).map(|row| set_of(kind, low.get(row), high.get(row))).collect())
            }
            (_, low, high) => Sets::Spans(low.longs(self.rows), high.longs(self.rows)),
        })
    }

    fn ends_made(&self, id: NodeId) -> Option<(Numbers<'_>, Numbers<'_>)> {
        let (runner, chunk) = self.made?;
        runner.ends(id, chunk)
    }

    /// What a node hangs on, as the program has it.
    pub(super) fn below(&self, id: NodeId) -> Option<&Below> {
        self.made.filter(|_| !self.sets.contains_key(&id)).and_then(|(runner, _)| runner.below(id))
    }

    /// The standings of a condition, as bits by row.
    pub fn truths(&self, id: NodeId) -> Cow<'_, [u8]> {
        match (self.sets.get(&id), self.ends_made(id)) {
            (Some(Sets::Truths(v)), _) => v.into(),
            (None, Some((Numbers::Rows(Lanes::Bytes(certain)), Numbers::Rows(Lanes::Bytes(possible))))) => {
                let mut truths = vec![0; self.rows];
                self.simd.standings(&mut truths, certain, possible);
                truths.into()
            }
            (None, Some((certain, possible))) => {
                let truth = |row| set_of(Kind::Truth, certain.get(row), possible.get(row)).as_truth().bits();
                (0..self.rows).map(truth).collect()
            }
            _ => match &*self.of(id) {
                Sets::Same(set) => vec![set.as_truth().bits(); self.rows].into(),
                other => (0..self.rows).map(|row| other.truth(row)).collect(),
            },
        }
    }

    /// Whether exactly one thing is possible, by row: 1, else 0.
    pub fn settled(&self, id: NodeId) -> Vec<u8> {
        let mut settled = vec![1; self.rows];
        if let Some(open) = self.unsettled(id, &settled) {
            settled = open;
            settled.iter_mut().for_each(|open| *open ^= 1);
        }
        settled
    }

    /// The rows among some where more than one thing is possible, or nothing; absent if there are none.
    pub(super) fn unsettled(&self, id: NodeId, rows: &[u8]) -> Option<Vec<u8>> {
        let all = |is_settled: bool| if is_settled { None } else { Some(rows.to_vec()) };
        fn differ<T: PartialEq>(rows: &[u8], low: &[T], high: &[T]) -> Vec<u8> {
            rows.iter().zip(low.iter().zip(high)).map(|(row, (l, h))| row & u8::from(l != h)).collect()
        }
        let open: Vec<u8> = match (self.below(id), self.ends_made(id)) {
            (Some(Below::Nothing), _) => return None,
            (Some(Below::Fact(fact, set)), _) if !set.is_settled() => {
                let open = self.made.map_or(&[][..], |(runner, chunk)| runner.is_open(*fact, chunk));
                rows.iter().zip(open).map(|(row, open)| row & open).collect()
            }
            (Some(Below::Fact(_, set) | Below::Always(set)), _) => return all(set.is_settled()),
            (Some(_), Some((Numbers::Rows(Lanes::Bytes(low)), Numbers::Rows(Lanes::Bytes(high))))) => {
                differ(rows, low, high)
            }
            (Some(_), Some((low, high))) => {
                let differ = |(at, row): (usize, &u8)| row & u8::from(low.get(at) != high.get(at));
                rows.iter().enumerate().map(differ).collect()
            }
            _ => {
                let of = self.of(id);
                let is_open: &dyn Fn(usize) -> bool = match &*of {
                    Sets::Same(set) => return all(set.is_settled()),
                    Sets::Truths(v) => &|row| v[row] & v[row].wrapping_sub(1) != 0 || v[row] == 0,
                    Sets::Spans(low, high) => &|row| low[row] != high[row],
                    Sets::Choices(v) => &|row| v[row] & v[row].wrapping_sub(1) != 0,
                    Sets::Mixed(v) => &|row| !v[row].is_settled(),
                };
                rows.iter().enumerate().map(|(at, row)| row & u8::from(is_open(at))).collect()
            }
        };
        self.simd.any(&open).then_some(open)
    }

    fn node(&self, id: NodeId, texts: &dyn Texts) -> Sets {
        if let Some(sets) = self.quick(id) {
            return sets;
        }
        let operands: HashMap<NodeId, Cow<Sets>> =
            self.graph.node(id).kind.operands().into_iter().map(|o| (o, self.of(o))).collect();
        let of = |row: usize| combine(self.graph, id, |n| operands[&n].get(row), texts);
        if operands.values().all(|o| matches!(**o, Sets::Same(_))) {
            return Sets::Same(of(0));
        }
        Sets::best((0..self.rows).map(of).collect())
    }

    /// A node's sets by loops over whole vectors, if it joins conditions.
    fn quick(&self, id: NodeId) -> Option<Sets> {
        match &self.graph.node(id).kind {
            NodeKind::Not(a) => {
                let a = self.truths(*a);
                Some(Sets::Truths(a.iter().map(|t| (t & 1) << 1 | (t & 2) >> 1 | t & 4).collect()))
            }
            NodeKind::Group(quantifier, items) => self.group(*quantifier, items),
            _ => None,
        }
    }

    fn group(&self, quantifier: Quantifier, items: &[NodeId]) -> Option<Sets> {
        let is_and = match quantifier {
            Quantifier::All => true,
            Quantifier::Any | Quantifier::None => false,
            Quantifier::AtLeast(_) => return None,
        };
        let start = if is_and { Truth::MET } else { Truth::NOT_MET };
        let mut all = vec![start.bits(); self.rows];
        for item in items {
            self.simd.truths(&mut all, &self.truths(*item), is_and);
        }
        if quantifier == Quantifier::None {
            all.iter_mut().for_each(|t| *t = (*t & 1) << 1 | (*t & 2) >> 1 | *t & 4);
        }
        Some(Sets::Truths(all))
    }
}

/// The nodes below some roots, operands first, without what a program knows; absent where one of them belongs to a member of a list,
/// or speaks of texts.
pub fn order(graph: &Graph, roots: &[NodeId], program: Option<&Program>) -> Option<Vec<NodeId>> {
    let mut waiting: BTreeSet<NodeId> = roots.iter().copied().collect();
    let mut order = Vec::new();
    while let Some(id) = waiting.pop_last() {
        if program.is_some_and(|p| p.knows(id)) {
            continue;
        }
        let node = graph.node(id);
        if matches!(node.kind, NodeKind::Fold { .. }) || node.shape.kind == Kind::Text {
            return None;
        }
        waiting.extend(node.kind.operands());
        order.push(id);
    }
    order.reverse();
    Some(order)
}

/// The facts that nodes depend on, each with its scope.
pub fn facts_below(graph: &Graph, roots: &[NodeId]) -> BTreeSet<(FactId, ScopeId)> {
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<NodeId> = roots.iter().copied().collect();
    let mut waiting = seen.clone();
    while let Some(id) = waiting.pop_last() {
        match &graph.node(id).kind {
            NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => _ = found.insert((*fact, *scope)),
            NodeKind::Fold { scope, .. } => {
                let of = graph.scopes[scope.0 as usize];
                found.insert((of.list, of.owner));
            }
            _ => {}
        }
        for operand in graph.node(id).kind.operands() {
            if seen.insert(operand) {
                waiting.insert(operand);
            }
        }
    }
    found
}
