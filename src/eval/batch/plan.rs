//! What becomes of each node, decided from the roots down: which operands it needs as vectors, and which it takes in.

use crate::graph::{Const, Graph, NodeId, NodeKind};
use crate::op::{self, Hit, Op, Point, Test};
use crate::value::arithmetic::{ceil_to, floor_to, power_of_ten};
use crate::value::{Body, Kind, Set};

/// The most values of a heading that is looked up directly.
const MOST_LOOKUPS: i128 = 4_096;
/// The most terms of a sum that is made at once.
const MOST_TERMS: usize = 16;
/// Mantissas within this need no check in sums on `i64`.
const NARROW: i128 = 1 << 62;

/// A sum of nodes times factors, and a constant, at the scale of what it stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Linear {
    pub terms: Vec<(NodeId, i64)>,
    pub constant: i64,
    /// Whether something has been added as well as taken away.
    pub has_both_signs: bool,
}

/// How a node's vector is made.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// One value, whatever the facts.
    Const(i64),
    /// *None*, whatever the facts.
    None,
    /// Met where the heading lies in one of the ranges; `none`: also where it is *none* (absent: *none* is a fault there).
    Ranges { heading: NodeId, ranges: Vec<(i64, i64)>, none: Option<bool> },
    /// A table over one heading with few values, constants throughout.
    Lookup { heading: NodeId, first: i64, table: Box<[i64]> },
    /// A sum of products with constants.
    Linear(Linear),
    /// Whether a sum is at most, less than, or equal to zero.
    Compare(Op, Linear),
    /// As the node says, of its operands.
    Plain,
}

/// Stands for a row that no line of a table matches.
pub(super) const MISSING: i64 = i64::MIN;

/// The value that a set leaves, if it is one: a mantissa, 0 or 1, a place in an enumeration, the number of a text.
pub(super) fn only_value(set: &Set) -> Option<i64> {
    if set.fault || set.none || !set.is_settled() {
        return None;
    }
    match set.body {
        Body::Interval(value, _) => i64::try_from(value).ok(),
        Body::Truth(truth) => Some(truth.can_be_met().into()),
        Body::Choices(choices) => choices.first().map(i64::from),
        Body::Text(text) => Some(text.0.into()),
        Body::Nothing | Body::AnyText => None,
    }
}

/// Whether all values of a set fit 64 bits with room for a sum.
pub(super) fn fits(set: &Set) -> bool {
    match set.body {
        Body::Interval(low, high) => -NARROW < low && high < NARROW,
        _ => true,
    }
}

/// How a node's vector is made; `uses` tells how many nodes use a node.
pub(super) fn plan(graph: &Graph, id: NodeId, uses: &dyn Fn(NodeId) -> u32) -> Plan {
    let node = graph.node(id);
    if let Some(value) = only_value(&node.set) {
        return Plan::Const(value);
    }
    if node.set == Set::NONE {
        return Plan::None;
    }
    match &node.kind {
        NodeKind::Op(Op::Matches(tests), args) => matches(graph, tests, args),
        NodeKind::Op(op @ (Op::Equal | Op::Less | Op::AtMost), args) => comparison(graph, op, args, uses),
        NodeKind::Op(Op::Add | Op::Subtract | Op::Negate | Op::As | Op::Multiply, _) => linear(graph, id, uses),
        NodeKind::Table { hit: Hit::Unique, rows, exclusive: true, .. }
        | NodeKind::Table { hit: Hit::First, rows, .. } => lookup(graph, rows),
        _ => Plan::Plain,
    }
}

/// A constant node's value, whatever it measures.
fn constant(graph: &Graph, id: NodeId) -> Option<i128> {
    match graph.node(id).kind {
        NodeKind::Const(Const::Mantissa(mantissa)) => Some(mantissa),
        NodeKind::Const(Const::None | Const::Fault) => None,
        _ => only_value(&graph.node(id).set).map(i128::from),
    }
}

fn matches(graph: &Graph, tests: &[Test], args: &[NodeId]) -> Plan {
    let Some((heading, bounds)) = args.split_first() else { return Plan::Plain };
    match ranges(graph, *heading, tests, bounds) {
        Some(ranges) => {
            let none = Some(tests.contains(&Test::IsNone));
            through(graph, Plan::Ranges { heading: *heading, ranges, none })
        }
        None => Plan::Plain,
    }
}

/// The ranges of the heading's values for which some test holds, if all bounds are constants.
fn ranges(graph: &Graph, heading: NodeId, tests: &[Test], bounds: &[NodeId]) -> Option<Vec<(i64, i64)>> {
    let scale = graph.node(heading).shape.scale;
    let mut bounds = bounds.iter();
    let mut ranges = Vec::new();
    for test in tests {
        let mut bound = || {
            let id = *bounds.next()?;
            Some((constant(graph, id)?, graph.node(id).shape.scale))
        };
        let up = |(mantissa, from): (i128, u8)| i64::try_from(ceil_to(mantissa, from, scale)).ok();
        let down = |(mantissa, from): (i128, u8)| i64::try_from(floor_to(mantissa, from, scale)).ok();
        let range = match test {
            Test::IsNone => continue,
            Test::Is => {
                let bound = bound()?;
                (up(bound)?, down(bound)?)
            }
            Test::To => (up(bound()?)?, down(bound()?)?),
            Test::AtLeast => (up(bound()?)?, i64::MAX),
            Test::AtMost => (i64::MIN, down(bound()?)?),
            Test::MoreThan => (down(bound()?)?.checked_add(1)?, i64::MAX),
            Test::LessThan => (i64::MIN, up(bound()?)?.checked_sub(1)?),
        };
        if range.0 <= range.1 {
            ranges.push(range);
        }
    }
    Some(joined(ranges))
}

/// The same values in as few ranges as can be.
fn joined(mut ranges: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    ranges.sort_unstable();
    let mut out: Vec<(i64, i64)> = Vec::new();
    for (low, high) in ranges {
        match out.last_mut() {
            Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
            _ => out.push((low, high)),
        }
    }
    out
}

/// A comparison with a constant is a range; of two sums it is one sum against zero.
fn comparison(graph: &Graph, op: &Op, args: &[NodeId], uses: &dyn Fn(NodeId) -> u32) -> Plan {
    let [a, b] = *args else { return Plan::Plain };
    let test = |other: NodeId, test: Test, heading: NodeId| {
        let ranges = ranges(graph, heading, &[test], &[other])?;
        Some(through(graph, Plan::Ranges { heading, ranges, none: None }))
    };
    let (of_a, of_b) = match op {
        Op::Equal => (Test::Is, Test::Is),
        Op::Less => (Test::LessThan, Test::MoreThan),
        _ => (Test::AtMost, Test::AtLeast),
    };
    if let Some(plan) = test(b, of_a, a).or_else(|| test(a, of_b, b)) {
        return plan;
    }
    let (left, right) = (graph.node(a), graph.node(b));
    if !left.shape.kind.is_numeric() || left.shape.kind == Kind::Date {
        return Plan::Plain;
    }
    let scale = left.shape.scale.max(right.shape.scale);
    let mut sum = Sum::new(graph, uses);
    let by = |from: u8| power_of_ten((scale - from).into());
    let whole = sum.add(a, by(left.shape.scale), true).and_then(|()| sum.add(b, -by(right.shape.scale), true));
    match whole.and_then(|()| sum.finish(true)) {
        Some(linear) => Plan::Compare(op.clone(), linear),
        None => Plan::Plain,
    }
}

fn linear(graph: &Graph, id: NodeId, uses: &dyn Fn(NodeId) -> u32) -> Plan {
    let node = graph.node(id);
    if node.set.none || !fits(&node.set) {
        return Plan::Plain;
    }
    let mut sum = Sum::new(graph, uses);
    match sum.expand(id, 1).and_then(|()| sum.finish(false)) {
        Some(linear) => Plan::Linear(linear),
        None => Plan::Plain,
    }
}

/// A sum in the making.
struct Sum<'a> {
    graph: &'a Graph,
    uses: &'a dyn Fn(NodeId) -> u32,
    terms: Vec<(NodeId, i128)>,
    constant: i128,
    has_both_signs: bool,
}

impl<'a> Sum<'a> {
    fn new(graph: &'a Graph, uses: &'a dyn Fn(NodeId) -> u32) -> Sum<'a> {
        Sum { graph, uses, terms: Vec::new(), constant: 0, has_both_signs: false }
    }

    /// Adds a node times a factor: what it is made of, if nobody else needs it.
    fn add(&mut self, id: NodeId, factor: i128, is_first: bool) -> Option<()> {
        let node = self.graph.node(id);
        if !fits(&node.set) || self.terms.len() > MOST_TERMS {
            return None;
        }
        if let Some(value) = only_value(&node.set) {
            self.constant = self.constant.checked_add(factor.checked_mul(value.into())?)?;
            return Some(());
        }
        let is_sum = matches!(node.kind, NodeKind::Op(Op::Add | Op::Subtract | Op::Negate | Op::As | Op::Multiply, _));
        let is_own = (self.uses)(id) <= 1 + u32::from(is_first);
        if is_sum && is_own {
            let (terms, constant) = (self.terms.len(), self.constant);
            if self.expand(id, factor).is_some() {
                return Some(());
            }
            self.terms.truncate(terms);
            self.constant = constant;
        }
        match self.terms.iter_mut().find(|(n, _)| *n == id) {
            Some((_, all)) => {
                self.has_both_signs |= (*all < 0) != (factor < 0);
                *all = all.checked_add(factor)?;
            }
            None => self.terms.push((id, factor)),
        }
        Some(())
    }

    /// Adds what a node is made of.
    fn expand(&mut self, id: NodeId, factor: i128) -> Option<()> {
        let node = self.graph.node(id);
        let scale = |n: NodeId| self.graph.node(n).shape.scale;
        let by = |n: NodeId| Some(power_of_ten(node.shape.scale.checked_sub(scale(n))?.into()));
        match &node.kind {
            NodeKind::Op(Op::Add, args) => {
                let [a, b] = **args else { return None };
                let (p, q) = (factor.checked_mul(by(a)?)?, factor.checked_mul(by(b)?)?);
                self.add(a, p, false)?;
                self.add(b, q, false)
            }
            NodeKind::Op(Op::Subtract, args) => {
                let [a, b] = **args else { return None };
                let (p, q) = (factor.checked_mul(by(a)?)?, factor.checked_mul(by(b)?)?);
                self.add(a, p, false)?;
                self.add(b, q.checked_neg()?, false)
            }
            NodeKind::Op(Op::Negate, args) => self.add(*args.first()?, factor.checked_neg()?, false),
            NodeKind::Op(Op::As, args) => {
                let a = *args.first()?;
                if !self.graph.node(a).shape.kind.is_numeric() {
                    return None;
                }
                let p = factor.checked_mul(by(a)?)?;
                self.add(a, p, false)
            }
            NodeKind::Op(Op::Multiply, args) => {
                let [a, b] = **args else { return None };
                let (of, times) = match (constant(self.graph, a), constant(self.graph, b)) {
                    (_, Some(times)) => (a, times),
                    (Some(times), _) => (b, times),
                    _ => return None,
                };
                self.add(of, factor.checked_mul(times)?, false)
            }
            _ => None,
        }
    }

    /// The sum, if nothing in it can overflow; `of_sign_only` lets a common divisor go.
    fn finish(mut self, of_sign_only: bool) -> Option<Linear> {
        // What cancels out still has to be given, and may fail.
        if self.terms.iter().any(|(_, factor)| *factor == 0) {
            return None;
        }
        if of_sign_only {
            let divisor = self.terms.iter().fold(self.constant, |d, (_, f)| greatest_common_divisor(d, *f)).max(1);
            self.terms.iter_mut().for_each(|(_, f)| *f /= divisor);
            self.constant /= divisor;
        }
        let widest = |id: NodeId| {
            let (low, high) = self.graph.node(id).set.ends()?;
            Some(low.checked_abs()?.max(high.checked_abs()?))
        };
        let mut most = self.constant.checked_abs()?;
        for (id, factor) in &self.terms {
            most = most.checked_add(widest(*id)?.checked_mul(factor.checked_abs()?)?)?;
        }
        if most >= NARROW {
            return None;
        }
        let narrow = |(id, factor): &(NodeId, i128)| Some((*id, i64::try_from(*factor).ok()?));
        let terms = self.terms.iter().map(narrow).collect::<Option<_>>()?;
        let constant = i64::try_from(self.constant).ok()?;
        Some(Linear { terms, constant, has_both_signs: self.has_both_signs })
    }
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// A range of an age at a fixed day is a range of birth dates: where the heading only rises or falls with one date, its ranges are
/// those of the date.
fn through(graph: &Graph, plan: Plan) -> Plan {
    let Plan::Ranges { heading, ranges, none } = &plan else { return plan };
    let node = graph.node(*heading);
    let NodeKind::Op(op @ (Op::YearsFrom(_) | Op::MonthsFrom | Op::DaysFrom), args) = &node.kind else { return plan };
    let [from, to] = **args else { return plan };
    let (leaf, at, falls) = match (constant(graph, from), constant(graph, to)) {
        (None, Some(to)) => (from, to, true),
        (Some(from), None) => (to, from, false),
        _ => return plan,
    };
    let of_leaf = graph.node(leaf);
    let Some((low, high)) = of_leaf.set.ends() else { return plan };
    let (Ok(low), Ok(high)) = (i64::try_from(low), i64::try_from(high)) else { return plan };
    if node.set.fault || node.set.none || of_leaf.set.none || high - low > 1 << 40 {
        return plan;
    }
    let value = |day: i64| {
        let point = |value: i128, id: NodeId| Point { value: Some(value), shape: graph.node(id).shape };
        let (a, b) = if falls { (i128::from(day), at) } else { (at, day.into()) };
        op::scalar(op, node.shape, &[point(a, from), point(b, to)], &graph.texts)
    };
    // The first day from which on a condition holds, one past the last if it never does.
    let first = |holds: &dyn Fn(i128) -> bool| {
        let (mut from, mut to) = (low, high + 1);
        while from < to {
            let middle = from + (to - from) / 2;
            if value(middle).is_some_and(holds) { to = middle } else { from = middle + 1 }
        }
        from
    };
    let days = |(lowest, highest): &(i64, i64)| {
        let (lowest, highest) = (i128::from(*lowest), i128::from(*highest));
        let (from, past) = if falls {
            (first(&|v| v <= highest), first(&|v| v < lowest))
        } else {
            (first(&|v| v >= lowest), first(&|v| v > highest))
        };
        (from < past)
            .then(|| (if from == low { i64::MIN } else { from }, if past > high { i64::MAX } else { past - 1 }))
    };
    let ranges = ranges.iter().filter_map(days).collect();
    Plan::Ranges { heading: leaf, ranges: joined(ranges), none: *none }
}

/// A table over one heading with few values, constants throughout.
fn lookup(graph: &Graph, rows: &[(NodeId, NodeId)]) -> Plan {
    let found = || {
        let mut heading = None;
        let mut parts = Vec::new();
        for (condition, value) in rows {
            let node = graph.node(*condition);
            let value = i64::try_from(constant(graph, *value)?).ok()?;
            if let Some(always) = only_value(&node.set) {
                parts.push((if always == 1 { vec![(i64::MIN, i64::MAX)] } else { Vec::new() }, value));
                continue;
            }
            let NodeKind::Op(Op::Matches(tests), args) = &node.kind else { return None };
            let (of, bounds) = args.split_first()?;
            if *heading.get_or_insert(*of) != *of {
                return None;
            }
            parts.push((ranges(graph, *of, tests, bounds)?, value));
        }
        let heading = heading?;
        let set = graph.node(heading).set;
        let (low, high) = match set.body {
            Body::Interval(low, high) => (low, high),
            Body::Choices(choices) => (choices.first()?.into(), choices.last()?.into()),
            _ => return None,
        };
        if set.none || high - low >= MOST_LOOKUPS {
            return None;
        }
        let (low, high) = (i64::try_from(low).ok()?, i64::try_from(high).ok()?);
        let result = |value: i64| {
            let row = parts.iter().find(|(ranges, _)| ranges.iter().any(|(l, h)| *l <= value && value <= *h));
            row.map_or(MISSING, |(_, result)| *result)
        };
        Some(Plan::Lookup { heading, first: low, table: (low..=high).map(result).collect() })
    };
    found().unwrap_or(Plan::Plain)
}
