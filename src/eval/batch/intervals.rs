//! A program for rows of which some facts are not given.
//!
//! A node's set in such a row is an interval, and a program makes its two ends: for a condition whether it is met for certain and
//! whether it can be met at all. What depends on one fact alone is its static set where that fact is open, and what points say of
//! it elsewhere; only what several facts meet in needs both ends. Rows in which a set may be more than an interval (*none*, a
//! fault, some words of an enumeration) are given up. What a node's set is says [`crate::graph::sets`].

use super::kernels::{Binary, Cmp, Join};
use super::lower::{Lowering, Widths, entry, operands, plans};
use super::plan::{Linear, Plan, fits, only_value};
use super::program::{Below, Ends, Input, Interval, Nones, Operand, Program, Step, Values, Vector, Width};
use crate::graph::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{Hit, Op, Quantifier};
use crate::value::{Body, Kind, Set};
use std::collections::{BTreeMap, HashMap};

/// What a node's set hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Depends {
    /// Nothing: it is a constant.
    Nothing,
    /// What differs from row to row, but is never open: the day, and facts of which null means *none*.
    Given,
    /// Facts of which no column tells: open in every row.
    Absent,
    /// One fact that may be open in a row.
    One(FactId),
    /// Several of these.
    Several,
}

impl Depends {
    fn and(self, other: Depends) -> Depends {
        match (self, other) {
            (Depends::Nothing, any) | (any, Depends::Nothing) => any,
            (a, b) if a == b => a,
            _ => Depends::Several,
        }
    }
}

/// The program that makes the ends of the roots' sets, and of all that decides which facts they still need.
pub fn lower_open(graph: &Graph, roots: &[NodeId], widths: Widths, can_be_none: &dyn Fn(FactId) -> bool) -> Program {
    let (plans, needed) = plans(graph, roots);
    let mut lowering = Intervals {
        points: Lowering::new(graph, widths, can_be_none),
        depends: HashMap::new(),
        intervals: HashMap::new(),
        below: BTreeMap::new(),
    };
    for id in needed {
        lowering.node(id, &plans[&id]);
    }
    roots.iter().for_each(|root| _ = lowering.interval(*root));
    let Intervals { points, intervals, below, .. } = lowering;
    let intervals = intervals.into_iter().filter_map(|(id, found)| Some((id, found?))).collect();
    points.finish(HashMap::new(), intervals, below, &[])
}

struct Intervals<'a> {
    points: Lowering<'a>,
    depends: HashMap<NodeId, Depends>,
    /// Absent where a program cannot make them.
    intervals: HashMap<NodeId, Option<Interval>>,
    below: BTreeMap<NodeId, Below>,
}

impl Intervals<'_> {
    fn graph(&self) -> &Graph {
        self.points.graph
    }

    fn node(&mut self, id: NodeId, plan: &Plan) {
        let depends = self.depends_on(id, plan);
        if let Depends::One(fact) = depends {
            self.points.input(Input::IsOpen(fact));
        }
        self.depends.insert(id, depends);
        match depends {
            Depends::Nothing | Depends::Given | Depends::One(_) => {
                if let Some(value) = self.points.node(id, plan) {
                    self.points.values.insert(id, value);
                }
            }
            Depends::Absent => {}
            Depends::Several => {
                let found = self.several(id, plan);
                self.intervals.insert(id, found);
                if found.is_none() {
                    // Sets are worked out from those of its operands.
                    for operand in self.graph().node(id).kind.operands() {
                        self.interval(operand);
                    }
                }
            }
        }
        let set = self.graph().node(id).set;
        let is_made = self.intervals.get(&id).is_some_and(Option::is_some);
        let below = match (depends, plan) {
            (Depends::Nothing | Depends::Given, _) => Below::Nothing,
            (Depends::One(fact), _) => Below::Fact(fact, set),
            (Depends::Absent, _) => Below::Always(set),
            (_, Plan::Plain) => Below::Operands,
            _ if is_made => Below::Terms(operands(self.graph(), id, plan)),
            _ => Below::Operands,
        };
        self.below.insert(id, below);
    }

    fn depends_on(&self, id: NodeId, plan: &Plan) -> Depends {
        match (plan, &self.graph().node(id).kind) {
            (Plan::Plain, NodeKind::Fact(fact, _) | NodeKind::Known(fact, _)) => {
                match ((self.points.widths)(*fact), (self.points.can_be_none)(*fact)) {
                    (None, _) => Depends::Absent,
                    (_, true) => Depends::Given,
                    _ => Depends::One(*fact),
                }
            }
            (Plan::Plain, NodeKind::DecisionDate) => Depends::Given,
            _ => operands(self.graph(), id, plan)
                .iter()
                .map(|o| self.depends.get(o).copied().unwrap_or(Depends::Several))
                .fold(Depends::Nothing, Depends::and),
        }
    }

    /// Both ends of a node's set; rows in which it is no interval are given up.
    fn interval(&mut self, id: NodeId) -> Option<Interval> {
        if let Some(known) = self.intervals.get(&id) {
            return *known;
        }
        let found = self.of_few(id);
        self.intervals.insert(id, found);
        found
    }

    fn of_few(&mut self, id: NodeId) -> Option<Interval> {
        let set = self.graph().node(id).set;
        let ends = ends(&set);
        match *self.depends.get(&id)? {
            Depends::Several => None,
            Depends::Absent => {
                let (low, high) = ends?;
                Some(Interval { low: Values::Const(low), high: Values::Const(high) })
            }
            Depends::Nothing | Depends::Given => Some(Interval::point(self.point(id)?)),
            Depends::One(fact) => {
                let value = self.point(id)?;
                let place = self.points.input(Input::IsOpen(fact));
                let mask = Vector { width: Width::Byte, place, scope: ScopeId::CASE };
                let Some((low, high)) = ends else {
                    self.points.give_up_where(mask);
                    return Some(Interval::point(value));
                };
                Some(Interval {
                    low: self.where_open(id, mask, value, low),
                    high: self.where_open(id, mask, value, high),
                })
            }
        }
    }

    /// A node's values where it has to have one.
    fn point(&mut self, id: NodeId) -> Option<Values> {
        let value = *self.points.values.get(&id)?;
        match value.none {
            Nones::Never => {}
            Nones::Always => return None,
            Nones::Where(mask) => self.points.give_up_where(mask),
        }
        Some(value.values)
    }

    /// An end of a static set where a fact is open, else the values.
    fn where_open(&mut self, id: NodeId, mask: Vector, values: Values, end: i64) -> Values {
        if matches!(values, Values::Const(value) if value == end) {
            return values;
        }
        let mut a = self.vector(values, self.points.width(id));
        let (low, high) = a.width.ends();
        if !(low..=high).contains(&end) {
            a = self.points.to(a, Width::Long);
        }
        let d = self.points.make(a.width, ScopeId::CASE);
        self.points.steps.push(Step::Where { d, mask, a, value: end });
        Values::Vector(d)
    }

    fn vector(&mut self, values: Values, width: Width) -> Vector {
        match values {
            Values::Vector(vector) => vector,
            Values::Const(value) => self.points.fill(width, value, ScopeId::CASE),
        }
    }

    fn long(&mut self, values: Values) -> Vector {
        let vector = self.vector(values, Width::Long);
        self.points.to(vector, Width::Long)
    }

    /// What several facts meet in.
    fn several(&mut self, id: NodeId, plan: &Plan) -> Option<Interval> {
        match plan {
            Plan::Const(value) => Some(Interval::point(Values::Const(*value))),
            Plan::None | Plan::Lookup { .. } => None,
            Plan::Ranges { heading, ranges, .. } => {
                let heading = self.interval(*heading)?;
                Some(self.within(heading, ranges))
            }
            Plan::Linear(sum) if !sum.has_both_signs => {
                let [low, high] = self.both_sums(sum)?;
                Some(self.both(low, high, |s, terms| {
                    let d = s.points.make(Width::Long, ScopeId::CASE);
                    s.points.steps.push(Step::Linear { d, terms, constant: sum.constant });
                    d
                }))
            }
            Plan::Compare(op, sum) if !sum.has_both_signs && self.has_one_grid(id, op) => self.compare_sum(op, sum),
            // What stands on both sides of a sum counts as two facts in sets.
            Plan::Linear(_) | Plan::Compare(..) => None,
            Plan::Plain => self.plain(id),
        }
    }

    /// Equality looks at the coarser of two grids.
    fn has_one_grid(&self, id: NodeId, op: &Op) -> bool {
        let scales = self.graph().node(id).kind.operands();
        let mut scales = scales.iter().map(|n| self.graph().node(*n).shape.scale);
        let first = scales.next();
        *op != Op::Equal || scales.all(|s| Some(s) == first)
    }

    /// Both ends by the same steps, once if they are the same.
    fn both<T: PartialEq>(&mut self, low: T, high: T, mut make: impl FnMut(&mut Self, T) -> Vector) -> Interval {
        let is_point = low == high;
        let low = make(self, low);
        let high = if is_point { low } else { make(self, high) };
        Interval { low: Values::Vector(low), high: Values::Vector(high) }
    }

    fn plain(&mut self, id: NodeId) -> Option<Interval> {
        let node = self.points.graph.node(id);
        match &node.kind {
            NodeKind::Op(op, args) => self.operation(id, op, args),
            NodeKind::Not(a) => {
                let a = self.interval(*a)?;
                Some(Interval { low: self.not(a.high), high: self.not(a.low) })
            }
            NodeKind::Group(quantifier, items) => self.group(*quantifier, items),
            NodeKind::If(condition, then, otherwise) => {
                let start = self.interval(*otherwise)?;
                let (condition, then) = (self.interval(*condition)?, self.interval(*then)?);
                let joined = self.join_where(id, condition.high, then, start)?;
                let made = self.instead(id, condition.low, then, joined)?;
                self.sound(id, made)
            }
            NodeKind::OnDay(day, entries) => match only_value(&self.graph().node(*day).set) {
                Some(day) => self.interval(entry(entries, day)?),
                None => {
                    let days = self.interval(*day)?;
                    let (first, rest) = entries.split_first()?;
                    let early = self.within(days, &[(i64::MIN, i64::from(first.0) - 1)]);
                    self.give_up(early.high);
                    let mut all = self.interval(first.1)?;
                    for (from, entry) in rest {
                        let mask = self.within(days, &[((*from).into(), i64::MAX)]);
                        let entry = self.interval(*entry)?;
                        all = self.instead(id, mask.low, entry, all)?;
                    }
                    Some(all)
                }
            },
            NodeKind::Exceptions { base, cases, exclusive } => {
                let start = self.interval(*base)?;
                self.rows(id, start, cases, *exclusive, true)
            }
            NodeKind::Table { hit: Hit::Unique, rows, exclusive, complete } => {
                self.rows(id, empty(node.shape.kind), rows, *exclusive, *complete)
            }
            NodeKind::Table { hit: Hit::First, rows, complete: true, .. } => {
                let mut all = empty(node.shape.kind);
                for (condition, value) in rows.iter().rev() {
                    let (condition, value) = (self.interval(*condition)?, self.interval(*value)?);
                    let joined = self.join_where(id, condition.high, value, all)?;
                    all = self.instead(id, condition.low, value, joined)?;
                }
                self.sound(id, all)
            }
            _ => None,
        }
    }

    /// Rows of which a certain one leaves no other, else all that can match and what there is to start with.
    fn rows(
        &mut self,
        id: NodeId,
        start: Interval,
        rows: &[(NodeId, NodeId)],
        exclusive: bool,
        complete: bool,
    ) -> Option<Interval> {
        let mut all = start;
        let mut read = Vec::new();
        for (condition, value) in rows {
            let (condition, value) = (self.interval(*condition)?, self.interval(*value)?);
            all = self.join_where(id, condition.high, value, all)?;
            read.push((condition, value));
        }
        for (condition, value) in &read {
            all = self.instead(id, condition.low, *value, all)?;
        }
        if !exclusive {
            let masks = read.iter().map(|(c, _)| self.vector(c.high, Width::Byte)).collect();
            self.points.steps.push(Step::AtMostOne { masks });
        }
        if !complete {
            let some = read.iter().fold(Values::Const(0), |all, (c, _)| self.join(Join::Or, all, c.low));
            let none = self.not(some);
            self.give_up(none);
        }
        self.sound(id, all)
    }

    /// Some words of an enumeration are an interval only if they are one word.
    fn sound(&mut self, id: NodeId, made: Interval) -> Option<Interval> {
        if matches!(self.graph().node(id).shape.kind, Kind::Enum(_)) && !made.is_point() {
            let differs = self.compare(Cmp::Less, made.low, made.high);
            self.give_up(differs);
        }
        Some(made)
    }

    /// A value's ends joined to others where a mask is set.
    fn join_where(&mut self, id: NodeId, mask: Values, value: Interval, all: Interval) -> Option<Interval> {
        if mask == Values::Const(0) {
            return Some(all);
        }
        if self.graph().node(id).shape.kind == Kind::Truth {
            let breaks = self.join(Join::AndNot, mask, value.low);
            let low = self.join(Join::AndNot, all.low, breaks);
            let adds = self.join(Join::And, mask, value.high);
            return Some(Interval { low, high: self.join(Join::Or, all.high, adds) });
        }
        let joined = Interval {
            low: self.binary(Binary::Smaller, value.low, all.low),
            high: self.binary(Binary::Larger, value.high, all.high),
        };
        self.instead(id, mask, joined, all)
    }

    /// A value's ends where a mask is set, else others.
    fn instead(&mut self, id: NodeId, mask: Values, value: Interval, all: Interval) -> Option<Interval> {
        let mask = match mask {
            Values::Const(0) => return Some(all),
            Values::Const(_) => return Some(value),
            Values::Vector(mask) => mask,
        };
        let is_truth = self.graph().node(id).shape.kind == Kind::Truth;
        let width = if is_truth { Width::Byte } else { Width::Long };
        let mut select = |value: Values, all: Values| {
            if value == all {
                return value;
            }
            let [a, b] = [value, all].map(|values| {
                let vector = self.vector(values, width);
                self.points.to(vector, width)
            });
            let d = self.points.make(width, ScopeId::CASE);
            self.points.steps.push(Step::Select { d, mask, a, b });
            Values::Vector(d)
        };
        Some(Interval { low: select(value.low, all.low), high: select(value.high, all.high) })
    }

    fn binary(&mut self, op: Binary, a: Values, b: Values) -> Values {
        match (op, a, b) {
            (_, a, b) if a == b && op != Binary::Multiply => a,
            (Binary::Smaller, other, Values::Const(i64::MAX)) | (Binary::Larger, other, Values::Const(i64::MIN)) => {
                other
            }
            _ => {
                let (a, b) = (self.long(a), self.long(b));
                let d = self.points.make(Width::Long, ScopeId::CASE);
                self.points.steps.push(Step::Binary { op, d, a, b });
                Values::Vector(d)
            }
        }
    }

    fn not(&mut self, a: Values) -> Values {
        match a {
            Values::Const(value) => Values::Const(1 - value),
            Values::Vector(a) => Values::Vector(self.points.not(a)),
        }
    }

    fn join(&mut self, join: Join, a: Values, b: Values) -> Values {
        let decided = match (join, a, b) {
            (Join::And, Values::Const(1), other) | (Join::And, other, Values::Const(1)) => Some(other),
            (Join::Or, Values::Const(0), other) | (Join::Or, other, Values::Const(0)) => Some(other),
            (Join::AndNot, other, Values::Const(0)) => Some(other),
            (Join::And, Values::Const(_), _) | (Join::And, _, Values::Const(_)) => Some(Values::Const(0)),
            (Join::Or, Values::Const(_), _) | (Join::Or, _, Values::Const(_)) => Some(Values::Const(1)),
            (Join::AndNot, Values::Const(0), _) | (Join::AndNot, _, Values::Const(_)) => Some(Values::Const(0)),
            (Join::AndNot, Values::Const(_), other) => return self.not(other),
            _ => None,
        };
        decided.unwrap_or_else(|| {
            let (a, b) = (self.vector(a, Width::Byte), self.vector(b, Width::Byte));
            Values::Vector(self.points.join(join, a, b))
        })
    }

    fn give_up(&mut self, mask: Values) {
        if mask != Values::Const(0) {
            let mask = self.vector(mask, Width::Byte);
            self.points.give_up_where(mask);
        }
    }

    /// Where a value lies between two ends.
    fn between(&mut self, values: Values, low: i64, high: i64) -> Values {
        match values {
            Values::Const(value) => Values::Const((low <= value && value <= high).into()),
            Values::Vector(_) if (low, high) == (i64::MIN, i64::MAX) => Values::Const(1),
            Values::Vector(a) => Values::Vector(self.points.in_range(a, low, high, ScopeId::CASE)),
        }
    }

    /// Whether an interval lies in one of some ranges that do not touch each other, and whether it meets one.
    fn within(&mut self, of: Interval, ranges: &[(i64, i64)]) -> Interval {
        let (mut certain, mut possible) = (Values::Const(0), Values::Const(0));
        for (low, high) in ranges {
            if of.is_point() {
                let own = self.between(of.low, *low, *high);
                certain = self.join(Join::Or, certain, own);
                possible = certain;
                continue;
            }
            let (starts, ends) = (self.between(of.low, *low, i64::MAX), self.between(of.high, i64::MIN, *high));
            let whole = self.join(Join::And, starts, ends);
            certain = self.join(Join::Or, certain, whole);
            let (reaches, begins) = (self.between(of.high, *low, i64::MAX), self.between(of.low, i64::MIN, *high));
            let meets = self.join(Join::And, reaches, begins);
            possible = self.join(Join::Or, possible, meets);
        }
        Interval { low: certain, high: possible }
    }

    /// The terms that make a sum's lower end, and those of its upper.
    #[allow(clippy::type_complexity)]
    fn both_sums(&mut self, sum: &Linear) -> Option<[Box<[(Vector, i64)]>; 2]> {
        let (mut low, mut high) = (Vec::new(), Vec::new());
        for (id, factor) in &sum.terms {
            let of = self.interval(*id)?;
            let least = self.long(of.low);
            let most = if of.is_point() { least } else { self.long(of.high) };
            let (least, most) = if *factor < 0 { (most, least) } else { (least, most) };
            low.push((least, *factor));
            high.push((most, *factor));
        }
        Some([low.into(), high.into()])
    }

    fn compare_sum(&mut self, op: &Op, sum: &Linear) -> Option<Interval> {
        if let ([(a, p), (b, q)], 0) = (&*sum.terms, sum.constant)
            && p.unsigned_abs() == 1
            && *p == -*q
        {
            let (a, b) = if *p > 0 { (*a, *b) } else { (*b, *a) };
            let (a, b) = (self.interval(a)?, self.interval(b)?);
            return Some(self.comparison(op, a, b));
        }
        let [low, high] = self.both_sums(sum)?;
        let test = |s: &mut Self, cmp: Cmp, terms: &[(Vector, i64)], sign: i64| {
            let (of_sum, d) = (s.points.make(Width::Long, ScopeId::CASE), s.points.make(Width::Byte, ScopeId::CASE));
            let terms = terms.iter().map(|(v, factor)| (*v, sign * factor)).collect();
            s.points.steps.push(Step::LinearCompare { cmp, d, sum: of_sum, terms, constant: sign * sum.constant });
            Values::Vector(d)
        };
        let cmp = if *op == Op::Less { Cmp::Less } else { Cmp::AtMost };
        let possible = test(self, cmp, &low, 1);
        let certain = if low == high { possible } else { test(self, cmp, &high, 1) };
        if *op != Op::Equal {
            return Some(Interval { low: certain, high: possible });
        }
        // The sum is at most zero as well as at least.
        let (starts, ends) = (test(self, Cmp::AtMost, &high, -1), test(self, Cmp::AtMost, &low, -1));
        Some(Interval { low: self.join(Join::And, certain, ends), high: self.join(Join::And, possible, starts) })
    }

    fn compare(&mut self, cmp: Cmp, a: Values, b: Values) -> Values {
        let width = |v: Values| if let Values::Vector(v) = v { v.width } else { Width::Byte };
        let holds =
            |v: Values, width: Width| !matches!(v, Values::Const(c) if c < width.ends().0 || width.ends().1 < c);
        let mut both = width(a).max(width(b));
        if !holds(a, both) || !holds(b, both) {
            both = Width::Long;
        }
        let [a, b] = [a, b].map(|values| {
            let vector = self.vector(values, both);
            self.points.to(vector, both)
        });
        let d = self.points.make(Width::Byte, ScopeId::CASE);
        self.points.steps.push(Step::Compare { cmp, d, a, b });
        Values::Vector(d)
    }

    fn comparison(&mut self, op: &Op, a: Interval, b: Interval) -> Interval {
        let cmp = match op {
            Op::Less => Cmp::Less,
            Op::AtMost => Cmp::AtMost,
            _ => {
                let (below, above) =
                    (self.compare(Cmp::AtMost, a.low, b.high), self.compare(Cmp::AtMost, b.low, a.high));
                let (starts, ends) =
                    (self.compare(Cmp::AtMost, a.high, b.low), self.compare(Cmp::AtMost, b.high, a.low));
                let (low, high) = (self.join(Join::And, starts, ends), self.join(Join::And, below, above));
                return Interval { low, high };
            }
        };
        let possible = self.compare(cmp, a.low, b.high);
        let is_point = a.is_point() && b.is_point();
        Interval { low: if is_point { possible } else { self.compare(cmp, a.high, b.low) }, high: possible }
    }

    fn group(&mut self, quantifier: Quantifier, items: &[NodeId]) -> Option<Interval> {
        let items = items.iter().map(|item| self.interval(*item)).collect::<Option<Vec<_>>>()?;
        let mut fold = |join: Join, end: &dyn Fn(&Interval) -> Values| {
            let start = Values::Const((join == Join::And).into());
            items.iter().fold(start, |all, item| self.join(join, all, end(item)))
        };
        Some(match quantifier {
            Quantifier::All => Interval { low: fold(Join::And, &|i| i.low), high: fold(Join::And, &|i| i.high) },
            Quantifier::Any => Interval { low: fold(Join::Or, &|i| i.low), high: fold(Join::Or, &|i| i.high) },
            Quantifier::None => {
                let (low, high) = (fold(Join::Or, &|i| i.low), fold(Join::Or, &|i| i.high));
                Interval { low: self.not(high), high: self.not(low) }
            }
            Quantifier::AtLeast(least) => {
                if items.len() > usize::from(u8::MAX) {
                    return None;
                }
                let mut end = |end: &dyn Fn(&Interval) -> Values| {
                    let masks = items.iter().map(|i| self.vector(end(i), Width::Byte)).collect();
                    let d = self.points.make(Width::Byte, ScopeId::CASE);
                    self.points.steps.push(Step::AtLeast { d, masks, least });
                    Values::Vector(d)
                };
                Interval { low: end(&|i| i.low), high: end(&|i| i.high) }
            }
        })
    }

    fn operation(&mut self, id: NodeId, op: &Op, args: &[NodeId]) -> Option<Interval> {
        let node = self.points.graph.node(id);
        match (op, args) {
            (Op::Equal | Op::Less | Op::AtMost, [a, b]) if self.points.is_alike(*a, *b) => {
                let (a, b) = (self.interval(*a)?, self.interval(*b)?);
                Some(self.comparison(op, a, b))
            }
            (Op::YearsFrom(_) | Op::MonthsFrom, [a, b])
                if self.points.in_calendar(*a) && self.points.in_calendar(*b) =>
            {
                let (from, to) = (self.interval(*a)?, self.interval(*b)?);
                Some(self.both((from.high, to.low), (from.low, to.high), |s, (from, to)| s.count(op, from, to)))
            }
            (Op::Larger | Op::Smaller, all) if node.shape.kind.is_numeric() && fits(&node.set) => {
                let scale = |n: &NodeId| self.graph().node(*n).shape.scale;
                if all.iter().any(|n| scale(n) != node.shape.scale || !fits(&self.graph().node(*n).set)) {
                    return self.by_ranges(id, args);
                }
                let op = if *op == Op::Larger { Binary::Larger } else { Binary::Smaller };
                let mut found: Option<Interval> = None;
                for node in all {
                    let own = self.interval(*node)?;
                    found = Some(match found {
                        None => own,
                        Some(all) => Interval {
                            low: self.binary(op, own.low, all.low),
                            high: self.binary(op, own.high, all.high),
                        },
                    });
                }
                found
            }
            _ => self.by_ranges(id, args),
        }
    }

    /// Whole years or months between days, which may have been made wide.
    fn count(&mut self, op: &Op, from: Values, to: Values) -> Vector {
        let [from, to] = [from, to].map(|days| {
            let vector = self.vector(days, Width::Int);
            self.points.to(vector, Width::Int)
        });
        self.points.count(op, from, to)
    }

    /// Any strict operator by its range rule, row by row.
    fn by_ranges(&mut self, id: NodeId, args: &[NodeId]) -> Option<Interval> {
        let node = self.points.graph.node(id);
        let is_told = |n: &NodeId| {
            let node = self.graph().node(*n);
            node.shape.kind != Kind::Text && fits(&node.set)
        };
        if !args.iter().all(is_told) || !fits(&node.set) || node.shape.kind == Kind::Text {
            return None;
        }
        let operand = |values: Values| match values {
            Values::Const(value) => Operand::Const(value.into()),
            Values::Vector(vector) => Operand::Vector(vector),
        };
        let mut operands = Vec::new();
        for arg in args {
            let of = match only_value(&self.graph().node(*arg).set) {
                Some(value) => Interval::point(Values::Const(value)),
                None => self.interval(*arg)?,
            };
            operands.push((operand(of.low), operand(of.high)));
        }
        let width = match self.points.width(id) {
            Width::Byte => Width::Byte,
            _ => Width::Long,
        };
        let (low, high) = (self.points.make(width, ScopeId::CASE), self.points.make(width, ScopeId::CASE));
        self.points.steps.push(Step::Range { node: id, low, high, args: operands.into() });
        Some(Interval { low: Values::Vector(low), high: Values::Vector(high) })
    }
}

/// The ends of a set that is an interval.
pub(super) fn ends(set: &Set) -> Option<Ends> {
    if set.none || set.fault {
        return None;
    }
    match set.body {
        Body::Interval(low, high) => Some((i64::try_from(low).ok()?, i64::try_from(high).ok()?)),
        Body::Truth(truth) => Some(((!truth.can_be_not_met()).into(), truth.can_be_met().into())),
        Body::Choices(choices) => {
            let (first, last) = (choices.first()?, choices.last()?);
            (u32::from(last - first) + 1 == choices.len()).then(|| (first.into(), last.into()))
        }
        Body::Text(_) | Body::AnyText | Body::Nothing => None,
    }
}

/// What leaves every set as it is when they are joined.
fn empty(kind: Kind) -> Interval {
    let (low, high) = if kind == Kind::Truth { (1, 0) } else { (i64::MAX, i64::MIN) };
    Interval { low: Values::Const(low), high: Values::Const(high) }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;
    use crate::eval::batch::{lower::width_of, order};

    /// What ordinary policies say of ordinary facts: nothing of it is left to sets, row by row.
    #[test]
    fn ordinary_policies_are_intervals() {
        let text = "policy p
            fact born: date from 1900-01-01 to 2030-01-01
            fact size: whole number from 1 to 12
            fact income: money in EUR from 0 to 1_000_000
            fact cost: money in EUR from 0 to 1_000_000
            fact job: one of idle, half, full
            fact away: yes or no
            define age as years from born to decision date
            define limit: money in EUR by table
              | size      | limit |
              | 1         | 1_800 |
              | 2 to 4    | 2_450 |
              | 5 or more | 5_200 |
            define share as if away then income / 2 rounded to 0 decimals else income
            define help as limit - cost but at least 0
              except when age is at least 65: 100 EUR
            require grown_up age is at least 18 and not away
            require poor income - 20% of cost is at most limit
            exclude rich when share is more than limit
            refer odd when at least 2 of { (a) job is full (b) cost is more than income (c) size is more than 8 }
            award paid: money in EUR as help";
        let bundle = crate::Bundle::compile(&[("p.placet", text)], &|_| None).expect("it compiles");
        let graph = &bundle.program().graph;
        let policy = &bundle.program().policies[0];
        let rules = policy.rules.iter().map(|r| r.trigger);
        let roots: Vec<NodeId> = rules.chain(policy.awards.iter().map(|a| a.node)).collect();
        let width = |fact: FactId| Some(width_of(graph.fact(fact).ty.kind));
        let program = lower_open(graph, &roots, &width, &|_| false);
        let left = order(graph, &roots, Some(&program)).expect("no lists and no texts");
        assert!(left.is_empty(), "{:?}", left.iter().map(|n| graph.node(*n)).collect::<Vec<_>>());
    }
}
