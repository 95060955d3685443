//! Bounds that are the same for everybody on a day: figures with their history, and what is computed from them. Where a
//! value's bounds keep one order on every day, the places between them are its cells.

use crate::graph::{Const, Graph, NodeId, NodeKind};
use crate::op::{self, Operand, Shape};
use crate::table::Table;
use crate::value::arithmetic::{ceil_to, compare, floor_to};
use crate::value::{Body, Set};
use std::cmp::Ordering;

/// How deeply a bound may be computed.
const MOST_DEPTH: usize = 8;
/// How many bounds and days are put in order.
const MOST_BOUNDS: usize = 64;
const MOST_STEPS: usize = 512;

/// The cells between the bounds of a value.
pub(super) struct Order {
    /// The cells' values, on the last day on which there are any.
    pub cells: Vec<Set>,
    /// Each cell's place: even between two bounds, odd at one.
    places: Vec<usize>,
    /// Each bound's place among the bounds.
    pub bounds: Table<NodeId, usize>,
}

impl Order {
    /// How the values of a cell compare with a bound; none for a cell of no values, or another bound.
    pub fn compare(&self, cell: usize, bound: NodeId) -> Option<Ordering> {
        let (place, bound) = (self.places.get(cell)?, self.bounds.get(&bound)?);
        Some(place.cmp(&(bound * 2 + 1)))
    }
}

/// A bound's history: from each day on its mantissa, or that it has none.
#[derive(Clone)]
struct History {
    day: Option<NodeId>,
    steps: Vec<(i32, Option<i128>)>,
    scale: u8,
}

impl History {
    fn on(&self, day: i32) -> Option<i128> {
        let after = self.steps.partition_point(|(from, _)| *from <= day);
        self.steps.get(after.checked_sub(1)?)?.1
    }
}

/// Whether a node is the same for everybody on a day.
pub(super) fn is_bound(graph: &Graph, node: NodeId) -> bool {
    history(graph, node, 0).is_some()
}

fn history(graph: &Graph, node: NodeId, depth: usize) -> Option<History> {
    let of = graph.node(node);
    let scale = of.shape.scale;
    match &of.kind {
        NodeKind::Const(Const::Mantissa(m)) => Some(History { day: None, steps: vec![(i32::MIN, Some(*m))], scale }),
        NodeKind::OnDay(day, entries) if of.shape.kind.is_numeric() && entries.len() <= MOST_STEPS => {
            let step = |(from, entry): &(i32, NodeId)| match graph.node(*entry).kind {
                NodeKind::Const(Const::Mantissa(m)) => Some((*from, Some(m))),
                NodeKind::Const(Const::Fault | Const::None) => Some((*from, None)),
                _ => None,
            };
            let steps = entries.iter().map(step).collect::<Option<_>>()?;
            Some(History { day: Some(*day), steps, scale })
        }
        NodeKind::Op(op, args) if of.shape.kind.is_numeric() && depth < MOST_DEPTH && args.len() <= 4 => {
            let parts: Vec<History> = args.iter().map(|a| history(graph, *a, depth + 1)).collect::<Option<_>>()?;
            let day = same_day(&parts)?;
            let computed = |from: i32| {
                let operand = |(arg, part): (&NodeId, &History)| {
                    Some(Operand { set: Set::point(part.on(from)?), shape: graph.node(*arg).shape })
                };
                let operands: Vec<Operand> = args.iter().zip(&parts).map(operand).collect::<Option<_>>()?;
                let set = op::range(op, of.shape, &operands, &graph.texts);
                set.ends().filter(|_| set.is_settled()).map(|(value, _)| value)
            };
            let steps = days(&parts)?.into_iter().map(|from| (from, computed(from))).collect();
            Some(History { day, steps, scale })
        }
        _ => None,
    }
}

/// The one day that all histories are about; none if there are several.
fn same_day(all: &[History]) -> Option<Option<NodeId>> {
    let mut days = all.iter().filter_map(|h| h.day);
    let first = days.next();
    days.all(|d| Some(d) == first).then_some(first)
}

/// All days on which some history changes.
fn days(all: &[History]) -> Option<Vec<i32>> {
    let mut days: Vec<i32> = all.iter().flat_map(|h| h.steps.iter().map(|(from, _)| *from)).collect();
    days.push(i32::MIN);
    days.sort_unstable();
    days.dedup();
    (days.len() <= MOST_STEPS).then_some(days)
}

/// The cells of a value between constants and other bounds, if these keep one order.
pub(super) fn order(graph: &Graph, value: NodeId, constants: &[(Const, Shape)], bounds: &[NodeId]) -> Option<Order> {
    let of = graph.node(value);
    let Body::Interval(low, high) = of.set.body else { return None };
    let constant = |(value, shape): &(Const, Shape)| match value {
        Const::Mantissa(m) => {
            Some((None, History { day: None, steps: vec![(i32::MIN, Some(*m))], scale: shape.scale }))
        }
        _ => None,
    };
    let mut all: Vec<(Option<NodeId>, History)> = constants.iter().map(constant).collect::<Option<_>>()?;
    for bound in bounds {
        all.push((Some(*bound), history(graph, *bound, 0)?));
    }
    let histories: Vec<History> = all.iter().map(|(_, h)| h.clone()).collect();
    let day = same_day(&histories)?;
    let days = lived(graph, day, days(&histories)?);
    let mut sorted: Vec<History> = Vec::new();
    for (_, history) in &all {
        insert(&mut sorted, history, &days)?;
    }
    let place = |history: &History| sorted.iter().position(|other| same(history, other, &days));
    let mut out = Order { cells: Vec::new(), places: Vec::new(), bounds: Table::new() };
    for (node, history) in &all {
        if let Some(node) = node {
            out.bounds.insert(*node, place(history)?);
        }
    }
    for at in 0..=2 * sorted.len() {
        let on = |day: &i32| between(&sorted, at, *day, (low, high), of.shape.scale);
        if let Some(set) = days.iter().rev().find_map(on) {
            out.cells.push(set);
            out.places.push(at);
        }
    }
    if of.set.none {
        out.cells.push(Set::NONE);
        out.places.push(usize::MAX);
    }
    Some(out)
}

/// The days from which on histories change, as far as the day can be among them.
fn lived(graph: &Graph, day: Option<NodeId>, days: Vec<i32>) -> Vec<i32> {
    let Some((first, last)) = day.and_then(|d| graph.node(d).set.ends()) else { return days };
    let ends = days.iter().skip(1).map(|d| i128::from(*d)).chain([i128::MAX]);
    days.iter().zip(ends).filter(|(from, end)| i128::from(**from) <= last && *end > first).map(|(d, _)| *d).collect()
}

/// Puts a bound among the others; none if it does not keep its place.
fn insert(sorted: &mut Vec<History>, history: &History, days: &[i32]) -> Option<()> {
    if sorted.iter().any(|other| same(history, other, days)) {
        return Some(());
    }
    let orders: Vec<Option<Ordering>> = sorted.iter().map(|o| compared(history, o, days)).collect::<Option<_>>()?;
    let place = orders.iter().rposition(|o| *o == Some(Ordering::Greater)).map_or(0, |at| at + 1);
    let fits = !orders.contains(&Some(Ordering::Equal)) && !orders[..place].contains(&Some(Ordering::Less));
    sorted.insert(place, history.clone());
    (fits && sorted.len() <= MOST_BOUNDS).then_some(())
}

/// Whether two bounds are the same on all days.
fn same(a: &History, b: &History, days: &[i32]) -> bool {
    days.iter().all(|day| match (a.on(*day), b.on(*day)) {
        (Some(x), Some(y)) => compare(x, a.scale, y, b.scale).is_eq(),
        (x, y) => x == y,
    })
}

/// How two bounds compare on all days on which both have a value, if there are any; none if that changes.
fn compared(a: &History, b: &History, days: &[i32]) -> Option<Option<Ordering>> {
    let on = |day: &i32| Some(compare(a.on(*day)?, a.scale, b.on(*day)?, b.scale));
    let mut orders = days.iter().filter_map(on);
    let first = orders.next();
    orders.all(|o| Some(o) == first).then_some(first)
}

/// The values at a place among the bounds on a day, if there are any. A bound without a value that day bounds nothing:
/// whatever is tested against it is faulty.
fn between(sorted: &[History], at: usize, day: i32, (low, high): (i128, i128), scale: u8) -> Option<Set> {
    let (from, to) = if at % 2 == 1 {
        let bound = &sorted[at / 2];
        let value = bound.on(day)?;
        (ceil_to(value, bound.scale, scale), floor_to(value, bound.scale, scale))
    } else {
        let below = sorted[..at / 2].iter().rev().find_map(|b| Some(floor_to(b.on(day)?, b.scale, scale) + 1));
        let above = sorted[at / 2..].iter().find_map(|b| Some(ceil_to(b.on(day)?, b.scale, scale) - 1));
        (below.unwrap_or(low), above.unwrap_or(high))
    };
    let (from, to) = (from.max(low), to.min(high));
    (from <= to).then(|| Set::interval(from, to))
}
