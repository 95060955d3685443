//! From the graph to a program over vectors.
//!
//! The program is exact for rows of which every fact it reads is given: such a row's values are points, and where something can
//! fail the row is given up instead. What is given up is decided by sets, whose answer is the same.

use super::kernels::{Binary, Cmp, Join};
use super::plan::{Linear, MISSING, Plan, fits, only_value, plan};
use super::program::{Below, Input, Interval, Nones, Operand, Place, Program, Step, Value, Values, Vector, Width};
use crate::graph::{FactId, Fold, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{Hit, Op, Quantifier};
use crate::value::{Date, Kind, LeapRule};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// In what width a fact's values are handed in; absent for one that no column tells.
pub type Widths<'a> = &'a dyn Fn(FactId) -> Option<Width>;

/// The program that makes the roots' vectors, as far as it can: roots for which it cannot are left out.
///
/// `can_be_none` tells of which facts null means *none*; `graph` has its static sets narrowed to the days that are decided for.
pub fn lower(graph: &Graph, groups: &[Vec<NodeId>], widths: Widths, can_be_none: &dyn Fn(FactId) -> bool) -> Program {
    let roots = groups.concat();
    let (plans, needed) = plans(graph, &roots);
    let mut lowering = Lowering::new(graph, widths, can_be_none);
    let mut steps = HashMap::new();
    for id in needed {
        if let Some(value) = lowering.node(id, &plans[&id]) {
            lowering.values.insert(id, value);
        }
        steps.insert(id, lowering.steps.len());
    }
    let made = |group: &Vec<NodeId>| group.iter().filter_map(|r| steps.get(r)).copied().max().unwrap_or(0);
    let groups: Vec<(usize, &[NodeId])> = groups.iter().map(|group| (made(group), &group[..])).collect();
    let roots = roots.iter().filter_map(|r| Some((*r, *lowering.values.get(r)?))).collect();
    lowering.finish(roots, HashMap::new(), BTreeMap::new(), &groups)
}

/// The plan of every node that the roots need, and these nodes, operands first.
pub(super) fn plans(graph: &Graph, roots: &[NodeId]) -> (HashMap<NodeId, Plan>, Vec<NodeId>) {
    let uses = uses(graph, roots);
    let mut waiting: BTreeSet<NodeId> = roots.iter().copied().collect();
    let mut plans = HashMap::new();
    let mut order = Vec::new();
    while let Some(id) = waiting.pop_last() {
        let made = plan(graph, id, &|n| uses.get(&n).copied().unwrap_or(0));
        waiting.extend(operands(graph, id, &made));
        plans.insert(id, made);
        order.push(id);
    }
    order.reverse();
    (plans, order)
}

/// How many nodes below the roots use a node, itself counted if it is a root.
fn uses(graph: &Graph, roots: &[NodeId]) -> HashMap<NodeId, u32> {
    let mut uses: HashMap<NodeId, u32> = HashMap::new();
    let mut waiting: BTreeSet<NodeId> = roots.iter().copied().collect();
    waiting.iter().for_each(|root| _ = uses.insert(*root, 1));
    while let Some(id) = waiting.pop_last() {
        for operand in graph.node(id).kind.operands() {
            *uses.entry(operand).or_default() += 1;
            waiting.insert(operand);
        }
    }
    uses
}

/// The nodes that a plan reads.
pub(super) fn operands(graph: &Graph, id: NodeId, plan: &Plan) -> Vec<NodeId> {
    match plan {
        Plan::Const(_) | Plan::None => Vec::new(),
        Plan::Ranges { heading, .. } | Plan::Lookup { heading, .. } => vec![*heading],
        Plan::Linear(sum) | Plan::Compare(_, sum) => sum.terms.iter().map(|(n, _)| *n).collect(),
        Plan::Plain => match &graph.node(id).kind {
            NodeKind::OnDay(day, entries) => match only_value(&graph.node(*day).set) {
                Some(day) => entry(entries, day).into_iter().collect(),
                None => graph.node(id).kind.operands(),
            },
            kind => kind.operands(),
        },
    }
}

/// The entry in force on a day.
pub(super) fn entry(entries: &[(i32, NodeId)], day: i64) -> Option<NodeId> {
    entries.iter().rev().find(|(from, _)| i64::from(*from) <= day).map(|(_, node)| *node)
}

pub(super) struct Lowering<'a> {
    pub graph: &'a Graph,
    pub widths: Widths<'a>,
    pub can_be_none: &'a dyn Fn(FactId) -> bool,
    pub steps: Vec<Step>,
    inputs: Vec<Input>,
    pub values: HashMap<NodeId, Value>,
    made: [u32; 3],
    /// What has been made of a vector already: the same in another width, date keys, spread over members.
    others: HashMap<(Other, Vector), Vector>,
    /// The steps that look a byte up in a table without gaps, by the vectors that they make.
    lookups: HashMap<Vector, usize>,
    /// Masks by which rows have been given up.
    given_up: BTreeSet<(Place, ScopeId)>,
    facts: BTreeSet<(FactId, ScopeId)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Other {
    Width(Width),
    DateKeys,
    Spread(ScopeId),
}

impl std::hash::Hash for Vector {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.width, self.place, self.scope).hash(state);
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |p: &Place| match p {
            Place::Input(at) => (0, *at),
            Place::Made(at) => (1, *at),
        };
        key(self).cmp(&key(other))
    }
}

impl<'a> Lowering<'a> {
    pub fn new(graph: &'a Graph, widths: Widths<'a>, can_be_none: &'a dyn Fn(FactId) -> bool) -> Lowering<'a> {
        Lowering {
            graph,
            widths,
            can_be_none,
            steps: Vec::new(),
            inputs: Vec::new(),
            values: HashMap::new(),
            made: [0; 3],
            others: HashMap::new(),
            lookups: HashMap::new(),
            given_up: BTreeSet::new(),
            facts: BTreeSet::new(),
        }
    }

    /// The program of all steps.
    pub fn finish(
        self,
        roots: HashMap<NodeId, Value>,
        intervals: HashMap<NodeId, Interval>,
        below: BTreeMap<NodeId, Below>,
        groups: &[(usize, &[NodeId])],
    ) -> Program {
        Program::new(self.steps, self.inputs, roots, intervals, below, self.facts.into_iter().collect(), groups)
    }

    pub fn node(&mut self, id: NodeId, plan: &Plan) -> Option<Value> {
        let node = self.graph.node(id);
        let scope = node.scope;
        match plan {
            Plan::Const(value) => Some(Value { values: Values::Const(*value), none: Nones::Never }),
            Plan::None => Some(Value { values: Values::Const(0), none: Nones::Always }),
            Plan::Ranges { heading, ranges, none } => self.ranges(*heading, ranges, *none, scope),
            Plan::Lookup { heading, first, table } => {
                let a = self.plain(*heading, scope)?;
                let d = self.make(Width::Long, scope);
                let has_gaps = table.contains(&MISSING);
                let (mut first, mut table) = (*first, table.clone());
                if a.width == Width::Byte && first >= 0 {
                    // Every byte has its place: no bounds to look at.
                    let at = |byte: i64| usize::try_from(byte - first).ok().and_then(|at| table.get(at));
                    let last = table[table.len() - 1];
                    table = (0..256).map(|byte| at(byte).copied().unwrap_or(last)).collect();
                    first = 0;
                }
                if table.len() == 256 && !has_gaps {
                    self.lookups.insert(d, self.steps.len());
                }
                self.steps.push(Step::Lookup { d, a, first, table });
                if has_gaps {
                    let mask = self.in_range(d, MISSING, MISSING, scope);
                    self.give_up_where(mask);
                }
                self.narrowed(id, d)
            }
            Plan::Linear(sum) => {
                let d = self.linear(sum, scope)?;
                self.narrowed(id, d)
            }
            Plan::Compare(op, sum) => self.compare_sum(cmp_of(op), sum, scope),
            Plan::Plain => self.plain_node(id, scope),
        }
    }

    fn plain_node(&mut self, id: NodeId, scope: ScopeId) -> Option<Value> {
        let node = self.graph.node(id);
        match &node.kind {
            NodeKind::Const(_) => None,
            NodeKind::Fact(fact, of) => self.fact(*fact, *of),
            NodeKind::Known(fact, of) => {
                (self.widths)(*fact)?;
                self.facts.insert((*fact, *of));
                Some(Value { values: Values::Const(1), none: Nones::Never })
            }
            NodeKind::DecisionDate => {
                let place = self.input(Input::DecisionDate);
                Some(of_vector(Vector { width: Width::Int, place, scope: ScopeId::CASE }))
            }
            NodeKind::Op(op, args) => self.operation(id, op, args, scope),
            NodeKind::Not(a) => {
                let a = self.mask(*a, scope)?;
                Some(of_vector(self.not(a)))
            }
            NodeKind::Group(quantifier, items) => self.group(*quantifier, items, scope),
            NodeKind::If(condition, then, otherwise) => {
                let mask = self.mask(*condition, scope)?;
                let (then, otherwise) = (self.value(*then, scope)?, self.value(*otherwise, scope)?);
                self.select(mask, then, otherwise, id)
            }
            NodeKind::OnDay(day, entries) => self.on_day(id, *day, entries, scope),
            NodeKind::Exceptions { base, cases, exclusive } => {
                let conditions = self.masks(cases.iter().map(|(c, _)| *c), scope)?;
                if !exclusive && cases.len() > 1 {
                    self.steps.push(Step::AtMostOne { masks: conditions.clone().into() });
                }
                let mut value = self.value(*base, scope)?;
                for (mask, (_, node)) in conditions.into_iter().zip(cases) {
                    let case = self.value(*node, scope)?;
                    value = self.select(mask, case, value, id)?;
                }
                Some(value)
            }
            NodeKind::Table { hit, rows, exclusive, complete } => {
                self.table(id, *hit, rows, *exclusive, *complete, scope)
            }
            NodeKind::Fold { scope: members, filter, fold } => self.fold(id, *members, *filter, fold, scope),
        }
    }

    pub fn input(&mut self, input: Input) -> Place {
        let at = self.inputs.iter().position(|i| *i == input).unwrap_or_else(|| {
            self.inputs.push(input);
            self.inputs.len() - 1
        });
        Place::Input(at as u32)
    }

    fn fact(&mut self, fact: FactId, of: ScopeId) -> Option<Value> {
        let width = (self.widths)(fact)?;
        let place = self.input(Input::Fact(fact, of));
        let vector = Vector { width, place, scope: of };
        let none = if (self.can_be_none)(fact) {
            let place = self.input(Input::IsNone(fact, of));
            Nones::Where(Vector { width: Width::Byte, place, scope: of })
        } else {
            self.facts.insert((fact, of));
            Nones::Never
        };
        Some(Value { values: Values::Vector(vector), none })
    }

    pub fn make(&mut self, width: Width, scope: ScopeId) -> Vector {
        let made = &mut self.made[width as usize];
        *made += 1;
        Vector { width, place: Place::Made(*made - 1), scope }
    }

    /// A node's value as rows of a scope see it.
    fn value(&mut self, id: NodeId, scope: ScopeId) -> Option<Value> {
        let mut value = *self.values.get(&id)?;
        if let Values::Vector(v) = &mut value.values {
            *v = self.seen_from(*v, scope)?;
        }
        if let Nones::Where(v) = &mut value.none {
            *v = self.seen_from(*v, scope)?;
        }
        Some(value)
    }

    /// A vector of this scope, or of one around it, once a row of this one.
    fn seen_from(&mut self, vector: Vector, scope: ScopeId) -> Option<Vector> {
        if vector.scope == scope {
            return Some(vector);
        }
        if scope == ScopeId::CASE {
            return None;
        }
        if let Some(known) = self.others.get(&(Other::Spread(scope), vector)) {
            return Some(*known);
        }
        let outer = self.seen_from(vector, self.graph.scopes[scope.0 as usize].parent)?;
        let d = self.make(vector.width, scope);
        self.steps.push(Step::Spread { d, a: outer });
        self.others.insert((Other::Spread(scope), vector), d);
        Some(d)
    }

    /// A node's values where it has to have one: rows where it is *none* are given up.
    fn plain(&mut self, id: NodeId, scope: ScopeId) -> Option<Vector> {
        let value = self.value(id, scope)?;
        match value.none {
            Nones::Never => {}
            Nones::Always => return None,
            Nones::Where(mask) => self.give_up_where(mask),
        }
        match value.values {
            Values::Vector(vector) => Some(vector),
            Values::Const(value) => Some(self.fill(self.width(id), value, scope)),
        }
    }

    /// The width of a node's values where it says nothing else.
    pub fn width(&self, id: NodeId) -> Width {
        width_of(self.graph.node(id).shape.kind)
    }

    pub fn fill(&mut self, width: Width, value: i64, scope: ScopeId) -> Vector {
        let d = self.make(width, scope);
        self.steps.push(Step::Fill { d, value });
        d
    }

    fn mask(&mut self, id: NodeId, scope: ScopeId) -> Option<Vector> {
        self.plain(id, scope)
    }

    fn masks(&mut self, ids: impl Iterator<Item = NodeId>, scope: ScopeId) -> Option<Vec<Vector>> {
        ids.map(|id| self.mask(id, scope)).collect()
    }

    fn long(&mut self, id: NodeId, scope: ScopeId) -> Option<Vector> {
        let vector = self.plain(id, scope)?;
        Some(self.to(vector, Width::Long))
    }

    pub fn to(&mut self, a: Vector, width: Width) -> Vector {
        if a.width == width {
            return a;
        }
        if let Some(known) = self.others.get(&(Other::Width(width), a)) {
            return *known;
        }
        let d = self.make(width, a.scope);
        self.steps.push(Step::Convert { d, a });
        self.others.insert((Other::Width(width), a), d);
        d
    }

    /// Numbers stay wide; dates, truth values and enumerations have a width of their own.
    fn narrowed(&mut self, id: NodeId, made: Vector) -> Option<Value> {
        let width = self.width(id);
        if width == Width::Int && !fits_int(self.graph, id) {
            return None;
        }
        Some(of_vector(self.to(made, width)))
    }

    pub fn give_up_where(&mut self, mask: Vector) {
        if self.given_up.insert((mask.place, mask.scope)) {
            self.steps.push(Step::GiveUpWhere { mask });
        }
    }

    pub fn in_range(&mut self, a: Vector, low: i64, high: i64, scope: ScopeId) -> Vector {
        let d = self.make(Width::Byte, scope);
        self.steps.push(Step::InRange { d, a, low, high, outside: false });
        d
    }

    pub fn join(&mut self, join: Join, a: Vector, b: Vector) -> Vector {
        let d = self.make(Width::Byte, a.scope);
        self.steps.push(Step::Join { join, d, a, b });
        d
    }

    pub fn not(&mut self, a: Vector) -> Vector {
        let d = self.make(Width::Byte, a.scope);
        let made = self.steps.iter().rev().find(|step| step.makes(a));
        let negated = made.and_then(|step| step.negated(d));
        self.steps.push(negated.unwrap_or(Step::Not { d, a }));
        d
    }

    fn ranges(&mut self, heading: NodeId, ranges: &[(i64, i64)], none: Option<bool>, scope: ScopeId) -> Option<Value> {
        if let Some(met) = self.apart(heading, ranges, scope) {
            return Some(of_vector(met));
        }
        let value = self.value(heading, scope)?;
        let Values::Vector(a) = value.values else { return None };
        let mut met = match ranges {
            [] => self.fill(Width::Byte, 0, scope),
            [(low, high), rest @ ..] => {
                let mut met = self.in_range(a, *low, *high, scope);
                for (low, high) in rest {
                    let other = self.in_range(a, *low, *high, scope);
                    met = self.join(Join::Or, met, other);
                }
                met
            }
        };
        match (value.none, none) {
            (Nones::Never, _) => {}
            (Nones::Always, _) => return None,
            (Nones::Where(mask), None) => self.give_up_where(mask),
            (Nones::Where(mask), Some(true)) => met = self.join(Join::Or, met, mask),
            (Nones::Where(mask), Some(false)) => met = self.join(Join::AndNot, met, mask),
        }
        Some(of_vector(met))
    }

    /// A range of whole years or months is how far the keys of their dates lie apart.
    fn apart(&mut self, heading: NodeId, ranges: &[(i64, i64)], scope: ScopeId) -> Option<Vector> {
        let NodeKind::Op(op @ (Op::YearsFrom(LeapRule::March1) | Op::MonthsFrom), args) =
            &self.graph.node(heading).kind
        else {
            return None;
        };
        let ([a, b], [(low, high)]) = (&**args, ranges) else { return None };
        if !self.in_calendar(*a) || !self.in_calendar(*b) {
            return None;
        }
        let months = if *op == Op::MonthsFrom { 1 } else { 12 };
        let (low, high) = (keys_from(*low, months), keys_to(*high, months));
        let (from, to) = (self.plain(*a, scope)?, self.plain(*b, scope)?);
        let (from, to) = (self.date_keys(from), self.date_keys(to));
        let d = self.make(Width::Byte, scope);
        self.steps.push(Step::KeysApart { d, from, to, low, high, outside: false });
        Some(d)
    }

    fn terms(&mut self, sum: &Linear, scope: ScopeId) -> Option<Box<[(Vector, i64)]>> {
        sum.terms.iter().map(|(id, factor)| Some((self.long(*id, scope)?, *factor))).collect()
    }

    fn linear(&mut self, sum: &Linear, scope: ScopeId) -> Option<Vector> {
        let terms = self.terms(sum, scope)?;
        let d = self.make(Width::Long, scope);
        self.steps.push(Step::Linear { d, terms, constant: sum.constant });
        Some(d)
    }

    fn compare_sum(&mut self, cmp: Cmp, sum: &Linear, scope: ScopeId) -> Option<Value> {
        if let ([(a, p), (b, q)], 0) = (&*sum.terms, sum.constant)
            && p.unsigned_abs() == 1
            && *p == -*q
        {
            let (a, b) = if *p > 0 { (*a, *b) } else { (*b, *a) };
            let (a, b) = (self.plain(a, scope)?, self.plain(b, scope)?);
            let width = a.width.max(b.width);
            let (a, b) = (self.to(a, width), self.to(b, width));
            let d = self.make(Width::Byte, scope);
            self.steps.push(Step::Compare { cmp, d, a, b });
            return Some(of_vector(d));
        }
        let terms = self.terms(sum, scope)?;
        let (sum_of, d) = (self.make(Width::Long, scope), self.make(Width::Byte, scope));
        let step = match self.looked_up(&terms, sum.constant) {
            Some((terms, a, table)) => Step::LookupCompare { cmp, d, sum: sum_of, terms, a, table },
            None => Step::LinearCompare { cmp, d, sum: sum_of, terms, constant: sum.constant },
        };
        self.steps.push(step);
        Some(of_vector(d))
    }

    /// A sum of which one term is looked up in a table by bytes: the other terms, the bytes, and the table of that term and the constant.
    fn looked_up(&self, terms: &[(Vector, i64)], constant: i64) -> Option<(Box<[(Vector, i64)]>, Vector, Box<[i64]>)> {
        let (at, step) = terms.iter().enumerate().find_map(|(at, (v, _))| Some((at, self.lookups.get(v)?)))?;
        let Step::Lookup { a, first: 0, table, .. } = &self.steps[*step] else { return None };
        let factor = terms[at].1;
        let table = table.iter().map(|value| value.wrapping_mul(factor).wrapping_add(constant)).collect();
        let others = terms.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, term)| *term).collect();
        (a.width == Width::Byte && a.scope == terms[at].0.scope).then_some((others, *a, table))
    }

    fn operation(&mut self, id: NodeId, op: &Op, args: &[NodeId], scope: ScopeId) -> Option<Value> {
        let node = self.graph.node(id);
        match (op, args) {
            (Op::IsNone, [a]) => Some(match self.value(*a, scope)?.none {
                Nones::Never => Value { values: Values::Const(0), none: Nones::Never },
                Nones::Always => Value { values: Values::Const(1), none: Nones::Never },
                Nones::Where(mask) => of_vector(mask),
            }),
            (Op::YearsFrom(_) | Op::MonthsFrom, [a, b]) => self.calendar(op, *a, *b, scope),
            (Op::Equal | Op::Less | Op::AtMost, [a, b]) if self.is_alike(*a, *b) => {
                let (a, b) = (self.plain(*a, scope)?, self.plain(*b, scope)?);
                let d = self.make(Width::Byte, scope);
                self.steps.push(Step::Compare { cmp: cmp_of(op), d, a, b });
                Some(of_vector(d))
            }
            (Op::Larger | Op::Smaller, all) if node.shape.kind.is_numeric() && fits(&node.set) => {
                self.extreme_of(id, op, all, scope)
            }
            (Op::Multiply, [a, b]) if fits(&node.set) => {
                let (a, b) = (self.long(*a, scope)?, self.long(*b, scope)?);
                let d = self.make(Width::Long, scope);
                self.steps.push(Step::Binary { op: Binary::Multiply, d, a, b });
                self.narrowed(id, d)
            }
            _ => self.operator(id, args, scope),
        }
    }

    /// Whether two nodes have values of one width that compare as they are.
    pub fn is_alike(&self, a: NodeId, b: NodeId) -> bool {
        let kinds = [a, b].map(|n| self.graph.node(n).shape.kind);
        matches!(kinds, [Kind::Truth, Kind::Truth] | [Kind::Enum(_), Kind::Enum(_)] | [Kind::Date, Kind::Date])
    }

    fn calendar(&mut self, op: &Op, a: NodeId, b: NodeId, scope: ScopeId) -> Option<Value> {
        let (from, to) = (self.plain(a, scope)?, self.plain(b, scope)?);
        let is_keyed = *op != Op::YearsFrom(LeapRule::February28);
        if is_keyed && (!self.in_calendar(a) || !self.in_calendar(b)) {
            return None;
        }
        Some(of_vector(self.count(op, from, to)))
    }

    /// Whole years or months between days.
    pub fn count(&mut self, op: &Op, from: Vector, to: Vector) -> Vector {
        let d = self.make(Width::Int, from.scope);
        if *op == Op::YearsFrom(LeapRule::February28) {
            self.steps.push(Step::YearsFebruary28 { d, from, to });
            return d;
        }
        let (from, to) = (self.date_keys(from), self.date_keys(to));
        self.steps.push(match op {
            Op::MonthsFrom => Step::Months { d, from, to },
            _ => Step::Years { d, from, to },
        });
        d
    }

    /// Whether a date never leaves the years 1 to 9999.
    pub fn in_calendar(&self, id: NodeId) -> bool {
        let within = |(low, high): (i128, i128)| low >= Date::MIN.days().into() && high <= Date::MAX.days().into();
        self.graph.node(id).set.ends().is_some_and(within)
    }

    pub fn date_keys(&mut self, a: Vector) -> Vector {
        if let Some(known) = self.others.get(&(Other::DateKeys, a)) {
            return *known;
        }
        let d = self.make(Width::Int, a.scope);
        self.steps.push(Step::DateKeys { d, a });
        self.others.insert((Other::DateKeys, a), d);
        d
    }

    fn extreme_of(&mut self, id: NodeId, op: &Op, all: &[NodeId], scope: ScopeId) -> Option<Value> {
        let scale = self.graph.node(id).shape.scale;
        let mut found: Option<Vector> = None;
        for node in all {
            let own = self.graph.node(*node);
            if !fits(&own.set) {
                return None;
            }
            let by = i64::try_from(crate::value::arithmetic::power_of_ten((scale - own.shape.scale).into())).ok()?;
            let mut a = self.long(*node, scope)?;
            if by != 1 {
                let widest = own.set.ends().map_or(0, |(l, h)| l.unsigned_abs().max(h.unsigned_abs()));
                if widest.checked_mul(by.unsigned_abs().into()).is_none_or(|w| w >= 1 << 62) {
                    return None;
                }
                let d = self.make(Width::Long, scope);
                self.steps.push(Step::Linear { d, terms: [(a, by)].into(), constant: 0 });
                a = d;
            }
            found = Some(match found {
                None => a,
                Some(b) => {
                    let op = if *op == Op::Larger { Binary::Larger } else { Binary::Smaller };
                    let d = self.make(Width::Long, scope);
                    self.steps.push(Step::Binary { op, d, a, b });
                    d
                }
            });
        }
        self.narrowed(id, found?)
    }

    /// Any strict operator by its scalar function, row by row.
    fn operator(&mut self, id: NodeId, args: &[NodeId], scope: ScopeId) -> Option<Value> {
        let mut operands = Vec::new();
        for arg in args {
            let node = self.graph.node(*arg);
            // Texts other than the policy's own have no number here by which two could be told apart.
            if node.shape.kind == Kind::Text || !fits(&node.set) {
                return None;
            }
            operands.push(match only_value(&node.set) {
                Some(value) => Operand::Const(value.into()),
                None => Operand::Vector(self.plain(*arg, scope)?),
            });
        }
        if self.width(id) == Width::Int && !fits_int(self.graph, id) {
            return None;
        }
        let d = self.make(self.width(id), scope);
        self.steps.push(Step::Operator { node: id, d, args: operands.into() });
        Some(of_vector(d))
    }

    fn group(&mut self, quantifier: Quantifier, items: &[NodeId], scope: ScopeId) -> Option<Value> {
        let masks = self.masks(items.iter().copied(), scope)?;
        let join = match quantifier {
            Quantifier::All => Join::And,
            Quantifier::Any | Quantifier::None => Join::Or,
            Quantifier::AtLeast(least) => {
                let d = self.make(Width::Byte, scope);
                if masks.len() > usize::from(u8::MAX) {
                    return None;
                }
                self.steps.push(Step::AtLeast { d, masks: masks.into(), least });
                return Some(of_vector(d));
            }
        };
        let all = masks.into_iter().reduce(|a, b| self.join(join, a, b));
        let all = all.unwrap_or_else(|| self.fill(Width::Byte, (join == Join::And).into(), scope));
        Some(of_vector(if quantifier == Quantifier::None { self.not(all) } else { all }))
    }

    /// The first where the mask is set, else the second.
    fn select(&mut self, mask: Vector, then: Value, otherwise: Value, id: NodeId) -> Option<Value> {
        let scope = mask.scope;
        let none = match (then.none, otherwise.none) {
            (Nones::Never, Nones::Never) => Nones::Never,
            (Nones::Always, Nones::Always) => Nones::Always,
            (Nones::Always, Nones::Never) => Nones::Where(mask),
            (Nones::Never, Nones::Always) => Nones::Where(self.not(mask)),
            (then, otherwise) => {
                let mut vector = |none: Nones| match none {
                    Nones::Where(vector) => vector,
                    Nones::Never => self.fill(Width::Byte, 0, scope),
                    Nones::Always => self.fill(Width::Byte, 1, scope),
                };
                let (a, b) = (vector(then), vector(otherwise));
                let d = self.make(Width::Byte, scope);
                self.steps.push(Step::Select { d, mask, a, b });
                Nones::Where(d)
            }
        };
        let values = match (then.values, otherwise.values) {
            (Values::Const(a), Values::Const(b)) if a == b => Values::Const(a),
            (then, otherwise) => {
                let own = |v: &Values| if let Values::Vector(v) = v { Some(v.width) } else { None };
                let mut width = own(&then).into_iter().chain(own(&otherwise)).max().unwrap_or(self.width(id));
                for value in [&then, &otherwise] {
                    let (low, high) = width.ends();
                    if let Values::Const(value) = value
                        && !(low..=high).contains(value)
                    {
                        width = Width::Long;
                    }
                }
                let mut vector = |values: Values| match values {
                    Values::Vector(vector) => self.to(vector, width),
                    Values::Const(value) => self.fill(width, value, scope),
                };
                let (a, b) = (vector(then), vector(otherwise));
                let d = self.make(width, scope);
                self.steps.push(Step::Select { d, mask, a, b });
                Values::Vector(d)
            }
        };
        Some(Value { values, none })
    }

    fn on_day(&mut self, id: NodeId, day: NodeId, entries: &[(i32, NodeId)], scope: ScopeId) -> Option<Value> {
        if let Some(day) = only_value(&self.graph.node(day).set) {
            return self.value(entry(entries, day)?, scope);
        }
        let days = self.plain(day, scope)?;
        let (first, rest) = entries.split_first()?;
        let early = self.in_range(days, i64::MIN, i64::from(first.0) - 1, scope);
        self.give_up_where(early);
        let mut value = self.value(first.1, scope)?;
        for (from, entry) in rest {
            let mask = self.in_range(days, (*from).into(), i64::MAX, scope);
            let entry = self.value(*entry, scope)?;
            value = self.select(mask, entry, value, id)?;
        }
        Some(value)
    }

    fn table(
        &mut self,
        id: NodeId,
        hit: Hit,
        rows: &[(NodeId, NodeId)],
        exclusive: bool,
        complete: bool,
        scope: ScopeId,
    ) -> Option<Value> {
        let masks = self.masks(rows.iter().map(|(c, _)| *c), scope)?;
        match hit {
            Hit::Unique | Hit::First => {
                if hit == Hit::Unique && !exclusive {
                    self.steps.push(Step::AtMostOne { masks: masks.clone().into() });
                }
                let mut all = masks.iter().zip(rows).rev();
                let (last, (_, value)) = all.next()?;
                if !complete {
                    let some = masks.iter().copied().reduce(|a, b| self.join(Join::Or, a, b)).unwrap_or(*last);
                    self.steps.push(Step::GiveUpUnless { mask: some });
                }
                let mut value = self.value(*value, scope)?;
                for (mask, (_, node)) in all {
                    let row = self.value(*node, scope)?;
                    value = self.select(*mask, row, value, id)?;
                }
                Some(value)
            }
            Hit::Sum | Hit::Count | Hit::Largest | Hit::Smallest => None,
        }
    }

    fn fold(
        &mut self,
        id: NodeId,
        members: ScopeId,
        filter: Option<NodeId>,
        fold: &Fold,
        scope: ScopeId,
    ) -> Option<Value> {
        let of = self.graph.scopes[members.0 as usize];
        // Members are those of a list of the scope itself: else each would stand once for every member of another list.
        if of.parent != scope || of.owner != scope {
            return None;
        }
        (self.widths)(of.list)?;
        self.facts.insert((of.list, of.owner));
        let filter = match filter {
            Some(condition) => Some(self.mask(condition, members)?),
            None => None,
        };
        match *fold {
            Fold::Count => {
                let d = self.make(Width::Long, scope);
                self.steps.push(Step::Count { d, of: members, masks: filter.into_iter().collect() });
                Some(of_vector(d))
            }
            Fold::Sum(value) if fits(&self.graph.node(id).set) => {
                let mut a = self.long(value, members)?;
                if let Some(mask) = filter {
                    let b = self.fill(Width::Long, 0, members);
                    let d = self.make(Width::Long, members);
                    self.steps.push(Step::Select { d, mask, a, b });
                    a = d;
                }
                let d = self.make(Width::Long, scope);
                self.steps.push(Step::Sum { d, of: members, a });
                Some(of_vector(d))
            }
            Fold::Satisfies(quantifier, condition) => {
                let mut mask = self.mask(condition, members)?;
                if quantifier == Quantifier::All {
                    mask = self.not(mask);
                }
                let masks = [mask].into_iter().chain(filter).collect();
                let count = self.make(Width::Long, scope);
                self.steps.push(Step::Count { d: count, of: members, masks });
                let (low, high) = match quantifier {
                    Quantifier::Any => (1, i64::MAX),
                    Quantifier::AtLeast(least) => (least.into(), i64::MAX),
                    Quantifier::All | Quantifier::None => (i64::MIN, 0),
                };
                Some(of_vector(self.in_range(count, low, high, scope)))
            }
            Fold::Largest(value, otherwise) | Fold::Smallest(value, otherwise) if fits(&self.graph.node(value).set) => {
                let largest = matches!(fold, Fold::Largest(..));
                let a = self.long(value, members)?;
                let (d, found) = (self.make(Width::Long, scope), self.make(Width::Byte, scope));
                self.steps.push(Step::Extreme { d, found, of: members, a, mask: filter, largest });
                let extreme = self.narrowed(id, d)?;
                match otherwise {
                    None => {
                        self.steps.push(Step::GiveUpUnless { mask: found });
                        Some(extreme)
                    }
                    Some(other) => {
                        let other = self.value(other, scope)?;
                        self.select(found, extreme, other, id)
                    }
                }
            }
            _ => None,
        }
    }
}

/// How a comparison compares.
pub(super) fn cmp_of(op: &Op) -> Cmp {
    match op {
        Op::Equal => Cmp::Equal,
        Op::Less => Cmp::Less,
        _ => Cmp::AtMost,
    }
}

/// How far apart the keys of two dates lie at least if so many whole periods do; keys count 32 days a month.
pub(super) fn keys_from(periods: i64, months: i64) -> i32 {
    // Swapped dates give the negative: up to one period back still counts as none.
    let keys = match periods {
        1.. => periods.saturating_mul(32 * months),
        _ => periods.saturating_sub(1).saturating_mul(32 * months).saturating_add(1),
    };
    keys.clamp((-i32::MAX).into(), i32::MAX.into()) as i32
}

/// How far they lie apart at most.
pub(super) fn keys_to(periods: i64, months: i64) -> i32 {
    -keys_from(periods.saturating_neg(), months)
}

fn of_vector(vector: Vector) -> Value {
    Value { values: Values::Vector(vector), none: Nones::Never }
}

/// The width of a kind's values where a program makes them.
pub(super) fn width_of(kind: Kind) -> Width {
    match kind {
        Kind::Truth | Kind::Enum(_) => Width::Byte,
        Kind::Date | Kind::Text => Width::Int,
        _ => Width::Long,
    }
}

fn fits_int(graph: &Graph, id: NodeId) -> bool {
    let within = |(low, high): (i128, i128)| low >= i32::MIN.into() && high <= i32::MAX.into();
    graph.node(id).set.ends().is_none_or(within)
}
