//! Sets over many rows: what is left open by points, node by node, as columns of sets.
//!
//! A node's set in a row is what [`crate::graph::sets`] says it is; nothing is folded or narrowed here. The commonest sets have columns of
//! their own with loops over whole vectors; whatever they cannot hold goes through the very same rules row by row.

use super::kernels::Simd;
use super::program::{Below, Program};
use super::run::{Chunk, Lanes, Numbers, Runner, set_of};
use super::plan::{fits, only_value, ranges_of};
use crate::graph::sets::combine;
use crate::graph::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{Hit, Op, Quantifier, Test, Texts};
use crate::value::arithmetic::power_of_ten;
use crate::value::calendar::years_from;
use crate::value::{Body, Choices, Date, Kind, LeapRule, Set, Truth};
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

/// The lower or upper ends of intervals, by row.
type Ends<'a> = Cow<'a, [i64]>;

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
        match (self.below(id), self.ends_made(id)) {
            (Some(Below::Nothing), _) => return vec![1; self.rows],
            (Some(Below::Fact(fact, set)), _) if !set.is_settled() => {
                let open = self.made.map_or(&[][..], |(runner, chunk)| runner.is_open(*fact, chunk));
                return open.iter().map(|open| open ^ 1).collect();
            }
            (Some(Below::Fact(_, set) | Below::Always(set)), _) => return vec![set.is_settled().into(); self.rows],
            (Some(_), Some((Numbers::Rows(Lanes::Bytes(low)), Numbers::Rows(Lanes::Bytes(high))))) => {
                return low.iter().zip(high).map(|(l, h)| u8::from(l == h)).collect();
            }
            (Some(_), Some((low, high))) => {
                return (0..self.rows).map(|row| u8::from(low.get(row) == high.get(row))).collect();
            }
            _ => {}
        }
        match &*self.of(id) {
            Sets::Same(set) => vec![set.is_settled().into(); self.rows],
            Sets::Truths(v) => v.iter().map(|t| u8::from(t & t.wrapping_sub(1) == 0 && *t != 0)).collect(),
            Sets::Spans(low, high) => low.iter().zip(high).map(|(l, h)| u8::from(l == h)).collect(),
            Sets::Choices(v) => v.iter().map(|c| u8::from(c & c.wrapping_sub(1) == 0)).collect(),
            Sets::Mixed(v) => v.iter().map(|s| s.is_settled().into()).collect(),
        }
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

    /// A node's sets by loops over whole vectors, if there is such a loop for its operands' columns.
    fn quick(&self, id: NodeId) -> Option<Sets> {
        let node = self.graph.node(id);
        match &node.kind {
            NodeKind::Not(a) => {
                let a = self.truths(*a);
                Some(Sets::Truths(a.iter().map(|t| (t & 1) << 1 | (t & 2) >> 1 | t & 4).collect()))
            }
            NodeKind::Group(quantifier, items) => self.group(*quantifier, items),
            NodeKind::Op(Op::Matches(tests), args) => self.matches(tests, args),
            NodeKind::Op(op @ (Op::Less | Op::AtMost | Op::Equal), args) => self.compare(op, args),
            NodeKind::Op(op, args) => self.arithmetic(id, op, args),
            NodeKind::Table { hit: Hit::Unique, rows, exclusive: true, complete: true } => self.unique(rows),
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

    /// The ends of plain intervals, times a power of ten.
    fn ends(&self, id: NodeId, times: i64) -> Option<(Ends<'_>, Ends<'_>)> {
        let longer = |ends: &[i64]| ends.iter().map(|end| end * times).collect();
        match self.of(id) {
            Cow::Borrowed(Sets::Spans(low, high)) if times == 1 => Some((low.into(), high.into())),
            Cow::Owned(Sets::Spans(low, high)) if times == 1 => Some((low.into(), high.into())),
            Cow::Borrowed(Sets::Spans(low, high)) => Some((longer(low), longer(high))),
            Cow::Owned(Sets::Spans(low, high)) => Some((longer(&low), longer(&high))),
            Cow::Borrowed(&Sets::Same(set)) | Cow::Owned(Sets::Same(set)) if !set.none && !set.fault => {
                let (low, high) = set.ends()?;
                let same = |end: i128| Some(vec![i64::try_from(end).ok()?.checked_mul(times)?; self.rows].into());
                Some((same(low)?, same(high)?))
            }
            _ => None,
        }
    }

    /// By what mantissas of a scale are multiplied to stand at another; absent if they may not fit any more.
    fn times(&self, id: NodeId, to: u8) -> Option<i64> {
        let node = self.graph.node(id);
        let times = i64::try_from(power_of_ten(to.checked_sub(node.shape.scale)?.into())).ok()?;
        let (low, high) = node.set.ends()?;
        let widest = low.checked_abs()?.max(high.checked_abs()?);
        (widest.checked_mul(times.into())? < 1 << 61).then_some(times)
    }

    fn compare(&self, op: &Op, args: &[NodeId]) -> Option<Sets> {
        let [a, b] = *args else { return None };
        let scales = [a, b].map(|n| self.graph.node(n).shape.scale);
        if *op == Op::Equal && scales[0] != scales[1] {
            // Equality looks at the coarser of two grids.
            return None;
        }
        let scale = scales[0].max(scales[1]);
        let (a_low, a_high) = self.ends(a, self.times(a, scale)?)?;
        let (b_low, b_high) = self.ends(b, self.times(b, scale)?)?;
        let mut truths = vec![0; self.rows];
        let ends = (&*a_low, &*a_high, &*b_low, &*b_high);
        match op {
            Op::Less => self.simd.spans(&mut truths, ends, |a, b, c, d| (a < d, b >= c)),
            Op::AtMost => self.simd.spans(&mut truths, ends, |a, b, c, d| (a <= d, b > c)),
            _ => self
                .simd
                .spans(&mut truths, ends, |a, b, c, d| (a.max(c) <= b.min(d), !((a == b) & (c == d) & (a == c)))),
        }
        Some(Sets::Truths(truths))
    }

    /// Tests against constants: met if the set meets their ranges, not met if it leaves them.
    fn matches(&self, tests: &[Test], args: &[NodeId]) -> Option<Sets> {
        let (heading, bounds) = args.split_first()?;
        let constant = |bound: NodeId| match &*self.of(bound) {
            Sets::Same(set) => only_value(set).map(i128::from),
            _ => None,
        };
        let ranges = ranges_of(self.graph, *heading, tests, bounds, constant)?;
        let row: Vec<u8> = match &*self.of(*heading) {
            Sets::Spans(low, high) => {
                // Bit 0 gathers where some range is met, bit 1 where some range holds all: the latter the other way round.
                let mut truths = vec![0; self.rows];
                for (l, h) in ranges {
                    let mut own = vec![0; self.rows];
                    self.simd.spans(&mut own, (low, high, low, high), |a, b, _, _| {
                        ((a <= h) & (b >= l), (a >= l) & (b <= h))
                    });
                    self.simd.or_into(&mut truths, &own);
                }
                truths.iter_mut().for_each(|t| *t ^= 2);
                truths
            }
            Sets::Choices(v) => {
                let inside = (0..64).filter(|c| ranges.iter().any(|(l, h)| l <= c && c <= h));
                let mask = inside.fold(0u64, |all, c| all | 1 << c);
                v.iter().map(|c| u8::from(c & mask != 0) | u8::from(c & !mask != 0) << 1).collect()
            }
            _ => return None,
        };
        Some(Sets::Truths(row))
    }

    fn arithmetic(&self, id: NodeId, op: &Op, args: &[NodeId]) -> Option<Sets> {
        let node = self.graph.node(id);
        if !fits(&node.set) {
            return None;
        }
        let [a, b] = *args else { return None };
        let rows = 0..self.rows;
        match op {
            Op::Add | Op::Subtract => {
                let (a_low, a_high) = self.ends(a, self.times(a, node.shape.scale)?)?;
                let (b_low, b_high) = self.ends(b, self.times(b, node.shape.scale)?)?;
                let sum = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a + b).collect();
                let difference = |a: &[i64], b: &[i64]| a.iter().zip(b).map(|(a, b)| a - b).collect();
                Some(match op {
                    Op::Add => Sets::Spans(sum(&a_low, &b_low), sum(&a_high, &b_high)),
                    _ => Sets::Spans(difference(&a_low, &b_high), difference(&a_high, &b_low)),
                })
            }
            Op::Multiply => {
                let ((a_low, a_high), (b_low, b_high)) = (self.ends(a, 1)?, self.ends(b, 1)?);
                let row = |row: usize| {
                    let (a, b) = ([a_low[row], a_high[row]], [b_low[row], b_high[row]]);
                    let all = [a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]];
                    (all[0].min(all[1]).min(all[2]).min(all[3]), all[0].max(all[1]).max(all[2]).max(all[3]))
                };
                let (low, high) = rows.map(row).unzip();
                Some(Sets::Spans(low, high))
            }
            Op::DaysFrom | Op::MonthsFrom | Op::YearsFrom(_) => self.calendar(op, a, b),
            _ => None,
        }
    }

    /// Counts of time rise with the later date and fall with the earlier.
    fn calendar(&self, op: &Op, a: NodeId, b: NodeId) -> Option<Sets> {
        let within = |(low, high): (Ends, Ends)| {
            let fits = low.iter().all(|d| *d >= Date::MIN.days()) && high.iter().all(|d| *d <= Date::MAX.days());
            let ints = |days: &[i64]| days.iter().map(|d| *d as i32).collect::<Vec<i32>>();
            fits.then(|| (ints(&low), ints(&high)))
        };
        let (a_low, a_high) = within(self.ends(a, 1)?)?;
        let (b_low, b_high) = within(self.ends(b, 1)?)?;
        let count = |from: &[i32], to: &[i32]| -> Vec<i64> {
            let each = |count: fn(i64, i64) -> i64| {
                from.iter().zip(to).map(|(f, t)| count((*f).into(), (*t).into())).collect()
            };
            let keyed = |simd: Simd, years: bool| {
                let (mut f, mut t, mut d) = (vec![0; from.len()], vec![0; to.len()], vec![0; to.len()]);
                simd.date_keys(&mut f, from, None);
                simd.date_keys(&mut t, to, None);
                if years {
                    simd.years(&mut d, &f, &t)
                } else {
                    simd.months(&mut d, &f, &t)
                }
                d.into_iter().map(i64::from).collect()
            };
            match op {
                Op::DaysFrom => each(|from, to| to - from),
                Op::MonthsFrom => keyed(self.simd, false),
                Op::YearsFrom(LeapRule::March1) => keyed(self.simd, true),
                _ => each(|from, to| years_from(from, to, LeapRule::February28)),
            }
        };
        Some(Sets::Spans(count(&a_high, &b_low), count(&a_low, &b_high)))
    }

    /// A table of which always exactly one row matches: the row that must, or all that can.
    fn unique(&self, table: &[(NodeId, NodeId)]) -> Option<Sets> {
        let (mut low, mut high) = (vec![i64::MAX; self.rows], vec![i64::MIN; self.rows]);
        let mut certain = vec![0u8; self.rows];
        for (condition, value) in table {
            let truths = self.truths(*condition);
            let (from, to) = self.ends(*value, 1)?;
            if truths.iter().any(|t| t & 4 != 0) {
                return None;
            }
            let ends = from.iter().zip(&*to).zip(&*truths);
            for ((((from, to), truth), (low, high)), certain) in
                ends.zip(low.iter_mut().zip(&mut high)).zip(&mut certain)
            {
                // Rows that exclude each other: one that must match leaves no other.
                let (is_open, is_certain) = (truth & 1 != 0, *truth == 1);
                let (old_low, old_high) = if is_certain { (i64::MAX, i64::MIN) } else { (*low, *high) };
                let counts = is_open & (is_certain | (*certain == 0));
                *low = if counts { old_low.min(*from) } else { old_low };
                *high = if counts { old_high.max(*to) } else { old_high };
                *certain += u8::from(is_certain);
            }
        }
        let is_sound = certain.iter().all(|c| *c < 2) && low.iter().zip(&high).all(|(l, h)| l <= h);
        is_sound.then_some(Sets::Spans(low, high))
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
