//! Whether one condition always holds: what somebody guarantees. Unlike the proofs about tables, which whoever loads a program makes anew,
//! this one is the compiler's own business: it sees through tables and choices, and splits first what decides soonest.

use super::cells::{self, Cell, Variable};
use super::conditions::{self, Draft, Formula, Reader};
use super::{Conditions, Example, MOST_EXAMPLES, Proof};
use crate::graph::sets::{self, Case, Layout, Leaf};
use crate::graph::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{Hit, Op, Quantifier};
use crate::value::Truth;

/// How much work a proof may be: it is done at every key press of somebody who writes a policy.
const WORK: usize = 500_000;
/// How deep tables and choices within each other are seen through.
const MOST_NESTED: u32 = 12;
/// The most rows of a first-match table that is seen through: each speaks of all before it.
const MOST_ROWS: usize = 200;

/// How a formula stands over a box, and what to split if it is undecided.
struct Survey {
    truth: Truth,
    /// How many tests are undecided, and the variable of one in the part with the fewest.
    undecided: Option<(usize, usize)>,
}

/// Whether a condition of the case holds of all data that keep promises, on all days of some.
pub fn always(graph: &Graph, condition: NodeId, given: &[NodeId], days: (i64, i64)) -> Proof {
    let mut all = Conditions::empty(graph);
    conditions::read_through(&mut all, &[condition], given);
    if all.too_large {
        return Proof::Undecided;
    }
    let inside = Inside { graph, layout: Layout::new(graph), condition, days };
    let mut examples = Vec::new();
    match all.seek(&inside, &mut examples) {
        _ if !examples.is_empty() => Proof::Refuted(examples),
        Some(()) => Proof::Proved,
        None => Proof::Undecided,
    }
}

impl Conditions<'_> {
    /// Seeks data for which the first condition does not hold; none if the work is used up.
    fn seek(&self, inside: &Inside, examples: &mut Vec<Example>) -> Option<()> {
        let mut work = WORK;
        let mut open: Vec<Vec<(u32, u32)>> = vec![self.variables.iter().map(|v| (0, v.cells.len() as u32)).collect()];
        while let Some(ranges) = open.pop() {
            work = work.checked_sub(ranges.len() + 1)?;
            let found = self.survey(self.all[0], &ranges, &mut work)?;
            if !found.truth.can_be_not_met() {
                continue;
            }
            let mut undecided = found.undecided;
            let mut is_broken = false;
            for given in &self.given {
                let given = self.survey(*given, &ranges, &mut work)?;
                is_broken |= given.truth == Truth::NOT_MET;
                undecided = undecided.or(given.undecided);
            }
            match undecided {
                _ if is_broken => {}
                Some((_, variable)) => {
                    let (from, to) = ranges[variable];
                    let middle = from + (to - from) / 2;
                    let with = |range: (u32, u32)| {
                        let mut ranges = ranges.clone();
                        ranges[variable] = range;
                        ranges
                    };
                    open.extend([with((middle, to)), with((from, middle))]);
                }
                None if inside.holds(&self.variables, &ranges) => {
                    work = work.checked_sub(inside.graph.nodes.len())?;
                }
                None => {
                    examples.push(self.example(&ranges, Vec::new()));
                    if examples.len() >= MOST_EXAMPLES {
                        return Some(());
                    }
                }
            }
        }
        Some(())
    }

    fn survey(&self, formula: usize, ranges: &[(u32, u32)], work: &mut usize) -> Option<Survey> {
        *work = work.checked_sub(1)?;
        let is_decided = |truth: Truth| truth.bits().count_ones() <= 1;
        Some(match &self.formulas[formula] {
            Formula::Const(truth) => Survey { truth: *truth, undecided: None },
            Formula::Atom { variable, runs } => {
                let (from, to) = ranges[*variable];
                let truth = cells::over(runs, (from, to));
                let can_be_split = to - from > 1 && !is_decided(truth);
                Survey { truth, undecided: can_be_split.then_some((1, *variable)) }
            }
            Formula::Not(inner) => {
                let inner = self.survey(*inner, ranges, work)?;
                Survey { truth: inner.truth.negate(), undecided: inner.undecided }
            }
            Formula::Group(quantifier, items) => {
                let mut truths = Vec::with_capacity(items.len());
                let (mut count, mut least) = (0, None::<(usize, usize)>);
                for item in items {
                    let item = self.survey(*item, ranges, work)?;
                    truths.push(item.truth);
                    if let Some((own, _)) = item.undecided {
                        count += own;
                        least = least.filter(|(least, _)| *least <= own).or(item.undecided);
                    }
                }
                let truth = quantifier.fold(truths);
                let undecided = least.filter(|_| !is_decided(truth)).map(|(_, variable)| (count, variable));
                Survey { truth, undecided }
            }
        })
    }
}

/// A condition over cases whose facts are within a box.
struct Inside<'a> {
    graph: &'a Graph,
    layout: Layout,
    condition: NodeId,
    days: (i64, i64),
}

impl Inside<'_> {
    /// Whether it holds of them all: what rules demand of facts bounds what is worked out of them.
    fn holds(&self, variables: &[Variable], ranges: &[(u32, u32)]) -> bool {
        let facts: Vec<FactId> = self.graph.case_facts().map(|(fact, _)| fact).collect();
        let mut case = Case::pending(self.graph, self.days);
        for (variable, (from, to)) in variables.iter().zip(ranges) {
            let fact = variable.node().and_then(|node| match self.graph.node(node).kind {
                NodeKind::Fact(fact, ScopeId::CASE) => facts.iter().position(|f| *f == fact),
                _ => None,
            });
            let cells = variable.cells[*from as usize..*to as usize].iter().filter_map(Cell::set);
            if let (Some(place), Some(set)) = (fact, cells.reduce(|all, set| all.join(&set))) {
                case.leaves[place] = Leaf::Given(set);
            }
        }
        let sets = sets::evaluate(self.graph, &self.layout, &case);
        !sets.of(self.graph, &self.layout, self.condition).as_truth().can_be_not_met()
    }
}

impl Reader<'_> {
    /// What a test on a node comes to, by the branches, rows or exceptions that can give its value; absent for other nodes. Where none or
    /// several give it, it fails: then nothing is guaranteed, and any standing will do.
    pub fn through(&mut self, node: NodeId, test: &mut dyn FnMut(&mut Reader, NodeId) -> usize) -> Option<usize> {
        let depth = self.depth_through.filter(|depth| *depth < MOST_NESTED && !self.too_large)?;
        let graph = self.graph;
        self.depth_through = Some(depth + 1);
        let found = match &graph.node(node).kind {
            NodeKind::If(condition, then, otherwise) => {
                let condition = self.condition(*condition);
                let (then, otherwise) = (test(self, *then), test(self, *otherwise));
                Some(self.choice(condition, then, otherwise))
            }
            NodeKind::Table { hit: hit @ (Hit::Unique | Hit::First), rows, .. }
                if *hit == Hit::Unique || rows.len() <= MOST_ROWS =>
            {
                let (mut before, mut any) = (Vec::new(), Vec::new());
                for (condition, value) in rows {
                    let condition = self.condition(*condition);
                    let mut all = vec![condition, test(self, *value)];
                    if *hit == Hit::First && !before.is_empty() {
                        all.push(self.push(Draft::Group(Quantifier::None, before.clone())));
                    }
                    any.push(self.push(Draft::Group(Quantifier::All, all)));
                    before.push(condition);
                }
                Some(self.push(Draft::Group(Quantifier::Any, any)))
            }
            NodeKind::Exceptions { base, cases, .. } => {
                let (mut applying, mut any) = (Vec::new(), Vec::new());
                for (condition, value) in cases {
                    let condition = self.condition(*condition);
                    let value = test(self, *value);
                    any.push(self.push(Draft::Group(Quantifier::All, vec![condition, value])));
                    applying.push(condition);
                }
                let none = self.push(Draft::Group(Quantifier::None, applying));
                let base = test(self, *base);
                any.push(self.push(Draft::Group(Quantifier::All, vec![none, base])));
                Some(self.push(Draft::Group(Quantifier::Any, any)))
            }
            NodeKind::Op(Op::As, operands) if graph.node(node).shape.kind.is_numeric() => {
                operands.first().map(|operand| test(self, *operand))
            }
            _ => None,
        };
        self.depth_through = Some(depth);
        found
    }

    /// A comparison with the smaller or larger of several values: one with any or all of these.
    pub fn bounds(&mut self, op: &Op, a: NodeId, b: NodeId) -> Option<usize> {
        let depth = self.depth_through.filter(|depth| *depth < MOST_NESTED && *op != Op::Equal)?;
        let graph = self.graph;
        let parts = |node: NodeId| match &graph.node(node).kind {
            NodeKind::Op(Op::Smaller, parts) => Some((true, parts)),
            NodeKind::Op(Op::Larger, parts) => Some((false, parts)),
            _ => None,
        };
        self.depth_through = Some(depth + 1);
        let mut all = |is_any: bool, pairs: Vec<(NodeId, NodeId)>| {
            let items = pairs.into_iter().map(|(a, b)| self.comparison(op, a, b)).collect();
            self.push(Draft::Group(if is_any { Quantifier::Any } else { Quantifier::All }, items))
        };
        let found = match (parts(a), parts(b)) {
            (Some((is_smaller, parts)), _) => Some(all(is_smaller, parts.iter().map(|part| (*part, b)).collect())),
            (_, Some((is_smaller, parts))) => Some(all(!is_smaller, parts.iter().map(|part| (a, *part)).collect())),
            _ => None,
        };
        self.depth_through = Some(depth);
        found
    }
}
