//! From the graph to a policy's program.
//!
//! Conditions become jumps: `branch(node, wanted, label)` jumps where the condition stands as wanted and falls through
//! otherwise. Values go to registers; a node that every way to a place has computed is not computed there again.

use super::{Arithmetic, Cmp, MISSING, NONE, Operator, Plan, Reg, Step, TODAY, Verdict};
use crate::graph::{Const, FactId, Fold, Graph, NodeId, NodeKind, PolicyEntry, ScopeId};
use crate::op::{Hit, Op, Quantifier, RuleKind, Test};
use crate::value::arithmetic::{ceil_to, floor_to, power_of_ten};
use crate::value::{Body, Date, Kind, LeapRule, Set};

/// The most steps of a program.
const MOST_STEPS: usize = 1 << 20;
/// The most values of a heading that is looked up directly.
const MOST_LOOKUPS: i128 = 4_096;
/// Mantissas within this need no check in sums and differences on `i64`.
const NARROW: i128 = 1 << 62;

/// A place in the program that is not known yet.
#[derive(Clone, Copy)]
struct Label(usize);

struct Emitter<'a> {
    graph: &'a Graph,
    plan: Plan,
    code: Vec<Step>,
    careful: bool,
    /// Where each label stands, and the steps that wait to know.
    labels: Vec<Option<u32>>,
    /// The register of each node that has been given one.
    registers: Vec<Option<Reg>>,
    /// Nodes computed (facts tested) on every way to here.
    ready: Vec<bool>,
    /// The first register of the facts of each scope.
    bases: Vec<u16>,
    next_narrow: usize,
    next_wide: usize,
}

pub(super) fn plan(graph: &Graph, policy: &PolicyEntry) -> Option<Plan> {
    // A member's promise would need a loop before everything else; such policies are left to the range evaluator.
    if policy.promises.iter().any(|p| graph.node(p.node).scope != ScopeId::CASE) {
        return None;
    }
    let plan = Plan {
        careful: Vec::new(),
        fast: Vec::new(),
        ranges: Vec::new(),
        lookups: Vec::new(),
        days: Vec::new(),
        operators: Vec::new(),
        verdicts: vec![Verdict::NotApplicable, Verdict::Approved],
        awards: Vec::new(),
        narrow: 0,
        wide: 0,
    };
    let facts = graph.case_facts().count();
    let mut emitter = Emitter {
        graph,
        plan,
        code: Vec::new(),
        careful: false,
        labels: Vec::new(),
        registers: vec![None; graph.nodes.len()],
        ready: Vec::new(),
        bases: vec![1],
        next_narrow: 1 + facts,
        next_wide: 0,
    };
    for scope in &graph.scopes[1..] {
        let Kind::List(entity) = graph.fact(scope.list).ty.kind else { return None };
        emitter.bases.push(u16::try_from(emitter.next_narrow).ok()?);
        emitter.next_narrow += graph.entities[entity.0 as usize].facts.len();
    }
    for careful in [false, true] {
        emitter.careful = careful;
        emitter.policy(policy)?;
        let code = emitter.finish()?;
        if careful { emitter.plan.careful = code } else { emitter.plan.fast = code }
    }
    emitter.plan.narrow = emitter.next_narrow;
    emitter.plan.wide = emitter.next_wide;
    (emitter.next_narrow <= usize::from(u16::MAX)).then_some(emitter.plan)
}

impl Emitter<'_> {
    fn policy(&mut self, policy: &PolicyEntry) -> Option<()> {
        self.ready = vec![false; self.graph.nodes.len()];
        let give_up = self.label();
        for promise in &policy.promises {
            self.branch(promise.node, false, give_up)?;
        }
        if let Some(applies) = &policy.applies {
            let not_applicable = self.label();
            let past = self.label();
            self.branch(applies.node, false, not_applicable)?;
            self.step(Step::Jump { to: past.0 as u32 });
            self.bind(not_applicable);
            self.give(0);
            self.bind(past);
        }
        let mut endings = Vec::new();
        for rank in 0..3 {
            for (place, rule) in policy.rules.iter().enumerate() {
                let (of_rank, verdict) = match rule.kind {
                    RuleKind::ReferEvenWhenDeclined => (0, Verdict::Referred(place as u32)),
                    RuleKind::Require | RuleKind::Exclude => (1, Verdict::Declined(place as u32)),
                    RuleKind::Refer => (2, Verdict::Referred(place as u32)),
                };
                if of_rank == rank {
                    let ending = self.label();
                    self.branch(rule.trigger, true, ending)?;
                    endings.push((ending, verdict));
                }
            }
        }
        let mut awards = Vec::new();
        for award in &policy.awards {
            let register = self.value(award.node)?;
            if self.graph.node(award.node).shape.kind == Kind::Date {
                self.within_calendar(register);
            }
            awards.push(register);
        }
        self.plan.awards = awards;
        self.give(1);
        for (ending, verdict) in endings {
            self.bind(ending);
            let known = self.plan.verdicts.iter().position(|v| *v == verdict);
            let verdict = known.unwrap_or_else(|| {
                self.plan.verdicts.push(verdict);
                self.plan.verdicts.len() - 1
            });
            self.give(verdict);
        }
        self.bind(give_up);
        self.step(Step::GiveUp);
        Some(())
    }

    /// Gives up on a date that no calendar tells; *none* may pass.
    fn within_calendar(&mut self, register: Reg) {
        let Reg::Narrow(a) = register else { return self.step(Step::GiveUp) };
        let fine = self.label();
        self.step(Step::CompareConst { cmp: Cmp::Equal, a, to: fine.0 as u32, b: NONE });
        self.in_range((Date::MIN.days(), Date::MAX.days()), true, a, fine.0 as u32);
        self.step(Step::GiveUp);
        self.bind(fine);
    }

    /// The finished program, labels put in.
    fn finish(&mut self) -> Option<Vec<Step>> {
        if self.code.len() > MOST_STEPS {
            return None;
        }
        let labels = std::mem::take(&mut self.labels);
        let mut code = std::mem::take(&mut self.code);
        for step in &mut code {
            match step {
                Step::Compare { to, .. }
                | Step::CompareConst { to, .. }
                | Step::InRange { to, .. }
                | Step::InMask { to, .. }
                | Step::Jump { to }
                | Step::Members { past: to, .. }
                | Step::NextMember { again: to, .. } => *to = (*labels.get(*to as usize)?)?,
                _ => {}
            }
        }
        Some(code)
    }

    fn step(&mut self, step: Step) {
        self.code.push(step);
    }

    fn give(&mut self, verdict: usize) {
        self.step(Step::Give { verdict: verdict as u32 });
    }

    fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    fn bind(&mut self, label: Label) {
        self.labels[label.0] = Some(self.code.len() as u32);
    }

    fn new_narrow(&mut self) -> Option<u16> {
        self.next_narrow += 1;
        u16::try_from(self.next_narrow - 1).ok().filter(|r| *r < u16::MAX)
    }

    /// A register that is wide or narrow as the static set asks.
    fn new_register(&mut self, node: NodeId) -> Option<Reg> {
        if fits(&self.graph.node(node).set) {
            return self.new_narrow().map(Reg::Narrow);
        }
        self.next_wide += 1;
        u16::try_from(self.next_wide - 1).ok().map(Reg::Wide)
    }

    fn copy(&mut self, to: Reg, from: Reg) {
        match (to, from) {
            (to, from) if to == from => {}
            (Reg::Narrow(d), Reg::Narrow(a)) => self.step(Step::Copy { d, a }),
            (Reg::Wide(d), Reg::Wide(a)) => self.step(Step::CopyWide { d, a }),
            (Reg::Wide(d), Reg::Narrow(a)) => self.step(Step::Widen { d, a }),
            // A narrow node takes no wide operand through unless something has made it smaller: not compiled.
            (Reg::Narrow(_), Reg::Wide(_)) => self.step(Step::GiveUp),
        }
    }

    /// Emits code whose computed nodes count only within it: other ways lead past it.
    fn aside<T>(&mut self, emit: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let ready = self.ready.clone();
        let done = emit(self);
        self.ready = ready;
        done
    }

    /// One way to a value among several: where the condition is met, the value and then `done`; else on at `next`.
    fn way(&mut self, condition: Option<NodeId>, value: NodeId, to: Reg, next: Label, done: Label) -> Option<()> {
        self.aside(|e| {
            if let Some(condition) = condition {
                e.branch(condition, false, next)?;
            }
            let from = e.value(value)?;
            e.copy(to, from);
            Some(())
        })?;
        self.step(Step::Jump { to: done.0 as u32 });
        self.bind(next);
        Some(())
    }

    /// Jumps to `to` where the condition stands as wanted.
    fn branch(&mut self, id: NodeId, wanted: bool, to: Label) -> Option<()> {
        if self.code.len() > MOST_STEPS {
            return None;
        }
        if self.ready[id.0 as usize]
            && let Some(Reg::Narrow(a)) = self.registers[id.0 as usize]
        {
            self.step(Step::CompareConst { cmp: Cmp::Equal, a, to: to.0 as u32, b: wanted.into() });
            return Some(());
        }
        match &self.graph.node(id).kind {
            NodeKind::Const(Const::Truth(value)) => {
                if *value == wanted {
                    self.step(Step::Jump { to: to.0 as u32 });
                }
            }
            NodeKind::Not(operand) => self.branch(*operand, !wanted, to)?,
            NodeKind::Group(Quantifier::All, items) => self.all(items, true, wanted, to)?,
            NodeKind::Group(Quantifier::Any, items) => self.all(items, false, !wanted, to)?,
            NodeKind::Group(Quantifier::None, items) => self.all(items, false, wanted, to)?,
            NodeKind::Op(op @ (Op::Equal | Op::Less | Op::AtMost), args) => {
                self.comparison(id, op, args, wanted, to)?
            }
            NodeKind::Op(Op::Matches(tests), args) => self.matches(id, tests, args, wanted, to)?,
            NodeKind::Op(Op::IsNone, args) => {
                let Reg::Narrow(a) = self.value(*args.first()?)? else { return self.unsupported() };
                let cmp = if wanted { Cmp::Equal } else { Cmp::NotEqual };
                self.step(Step::CompareConst { cmp, a, to: to.0 as u32, b: NONE });
            }
            NodeKind::Known(fact, scope) => {
                // A given fact is known; of any other the range evaluator tells.
                let a = self.fact_register(*fact, *scope)?;
                if self.careful {
                    self.step(Step::Given { a });
                }
                if wanted {
                    self.step(Step::Jump { to: to.0 as u32 });
                }
            }
            _ => {
                let Reg::Narrow(a) = self.value(id)? else { return self.unsupported() };
                self.truth_only(id, a);
                self.step(Step::CompareConst { cmp: Cmp::Equal, a, to: to.0 as u32, b: wanted.into() });
            }
        }
        Some(())
    }

    /// Gives up where a condition turns out to be *none*.
    fn truth_only(&mut self, id: NodeId, a: u16) {
        if self.graph.node(id).set.none {
            let fine = self.label();
            self.step(Step::CompareConst { cmp: Cmp::NotEqual, a, to: fine.0 as u32, b: NONE });
            self.step(Step::GiveUp);
            self.bind(fine);
        }
    }

    /// Jumps where "all items stand as `each`" is `wanted`.
    fn all(&mut self, items: &[NodeId], each: bool, wanted: bool, to: Label) -> Option<()> {
        if !wanted {
            for item in items {
                self.branch(*item, !each, to)?;
            }
            return Some(());
        }
        let past = self.label();
        self.aside(|e| {
            let Some((last, others)) = items.split_last() else {
                e.step(Step::Jump { to: to.0 as u32 });
                return Some(());
            };
            for item in others {
                e.branch(*item, !each, past)?;
            }
            e.branch(*last, each, to)
        })?;
        self.bind(past);
        Some(())
    }

    fn unsupported<T: Default>(&mut self) -> Option<T> {
        self.step(Step::GiveUp);
        Some(T::default())
    }

    fn comparison(&mut self, id: NodeId, op: &Op, args: &[NodeId], wanted: bool, to: Label) -> Option<()> {
        let cmp = match op {
            Op::Equal => Cmp::Equal,
            Op::Less => Cmp::Less,
            _ => Cmp::AtMost,
        };
        let cmp = if wanted { cmp } else { cmp.negate() };
        let [a, b] = *args else { return None };
        let (left, right) = (self.graph.node(a), self.graph.node(b));
        let scale = left.shape.scale.max(right.shape.scale);
        let constant = |id: NodeId| self.constant(id).and_then(|c| scaled(c, self.graph.node(id).shape.scale, scale));
        let (a_const, b_const) = (constant(a), constant(b));
        let to = to.0 as u32;
        if let (Some(b), true) = (b_const, left.shape.scale == scale)
            && let Reg::Narrow(a) = self.plain(a)?
        {
            self.step(Step::CompareConst { cmp, a, to, b });
            return Some(());
        }
        if let (Some(a), true) = (a_const, right.shape.scale == scale)
            && let Reg::Narrow(b) = self.plain(b)?
        {
            let cmp = match cmp {
                Cmp::Less => Cmp::More,
                Cmp::AtMost => Cmp::AtLeast,
                Cmp::AtLeast => Cmp::AtMost,
                Cmp::More => Cmp::Less,
                same => same,
            };
            self.step(Step::CompareConst { cmp, a: b, to, b: a });
            return Some(());
        }
        match (self.scaled_plain(a, scale)?, self.scaled_plain(b, scale)?) {
            (Some(a), Some(b)) => self.step(Step::Compare { cmp, a, b, to }),
            _ => {
                let Reg::Narrow(a) = self.operator(id, args)? else { return self.unsupported() };
                self.step(Step::CompareConst { cmp: Cmp::Equal, a, to, b: wanted.into() });
            }
        }
        Some(())
    }

    /// Jumps where the tests hold (or not), if their bounds are constants; else through the operator.
    fn matches(&mut self, id: NodeId, tests: &[Test], args: &[NodeId], wanted: bool, to: Label) -> Option<()> {
        let (heading, bounds) = args.split_first()?;
        if let Some(ranges) = self.constant_ranges(*heading, tests, bounds) {
            let Reg::Narrow(a) = self.value(*heading)? else { return self.unsupported() };
            let target = to.0 as u32;
            let mask = ranges.iter().all(|(low, high)| *low >= 0 && *high < 64 && *low <= *high);
            if mask && ranges.len() != 1 {
                let bits = |(low, high): &(i64, i64)| (*low..=*high).fold(0u64, |bits, v| bits | 1 << v);
                let mask = ranges.iter().fold(0, |all, r| all | bits(r));
                self.step(Step::InMask { inside: wanted, a, to: target, mask });
            } else if let [range] = ranges[..] {
                self.in_range(range, wanted, a, target);
            } else if wanted {
                for range in ranges {
                    self.in_range(range, true, a, target);
                }
            } else {
                let past = self.label();
                for range in ranges {
                    self.in_range(range, true, a, past.0 as u32);
                }
                self.step(Step::Jump { to: target });
                self.bind(past);
            }
            return Some(());
        }
        let Reg::Narrow(a) = self.operator(id, args)? else { return self.unsupported() };
        self.step(Step::CompareConst { cmp: Cmp::Equal, a, to: to.0 as u32, b: wanted.into() });
        Some(())
    }

    fn in_range(&mut self, (low, high): (i64, i64), inside: bool, a: u16, to: u32) {
        let (cmp, b) = match (low, high) {
            (low, high) if low == high => (Cmp::Equal, low),
            (LOWEST, high) if low > NONE => (Cmp::AtMost, high),
            (low, i64::MAX) => (Cmp::AtLeast, low),
            _ => {
                let range = self.plan.ranges.len() as u32;
                self.plan.ranges.push((low, high));
                self.step(Step::InRange { inside, a, to, range });
                return;
            }
        };
        let cmp = if inside { cmp } else { cmp.negate() };
        self.step(Step::CompareConst { cmp, a, to, b });
    }

    /// Tests with constant bounds as stretches of the heading's mantissas.
    fn constant_ranges(&self, heading: NodeId, tests: &[Test], bounds: &[NodeId]) -> Option<Vec<(i64, i64)>> {
        let node = self.graph.node(heading);
        let optional = node.set.none;
        let mut bounds = bounds.iter();
        let mut ranges = Vec::new();
        for test in tests {
            let mut bound = || {
                let id = *bounds.next()?;
                Some((self.constant(id)?, self.graph.node(id).shape.scale))
            };
            let scale = node.shape.scale;
            let up = |(mantissa, from): (i128, u8)| i64::try_from(ceil_to(mantissa, from, scale)).ok();
            let down = |(mantissa, from): (i128, u8)| i64::try_from(floor_to(mantissa, from, scale)).ok();
            let range = match test {
                Test::IsNone => (NONE, NONE),
                Test::Is => {
                    let bound = bound()?;
                    (up(bound)?, down(bound)?)
                }
                Test::To => (up(bound()?)?, down(bound()?)?),
                Test::AtLeast => (up(bound()?)?, i64::MAX),
                Test::AtMost => (LOWEST, down(bound()?)?),
                Test::MoreThan => (down(bound()?)?.checked_add(1)?, i64::MAX),
                Test::LessThan => (LOWEST, up(bound()?)?.checked_sub(1)?),
            };
            if range.0 <= range.1 {
                ranges.push(range);
            }
        }
        // `at most` alone reaches down to *none* in a register; such headings keep both ends.
        let open = ranges.iter().any(|(low, high)| *low == LOWEST && *high != i64::MAX);
        if ranges.is_empty() || (optional && open) { None } else { Some(ranges) }
    }

    /// The mantissa of a constant node: also an enumeration's value, a text's number, a truth value.
    fn constant(&self, id: NodeId) -> Option<i128> {
        match self.graph.node(id).kind {
            NodeKind::Const(Const::Mantissa(mantissa)) => Some(mantissa),
            NodeKind::Const(Const::Choice(value)) => Some(value.into()),
            NodeKind::Const(Const::Text(text)) => Some(text.into()),
            NodeKind::Const(Const::Truth(value)) => Some(value.into()),
            _ => None,
        }
    }

    fn fact_register(&self, fact: FactId, scope: ScopeId) -> Option<u16> {
        let base = *self.bases.get(scope.0 as usize)?;
        u16::try_from(usize::from(base) + self.graph.fact(fact).place as usize).ok()
    }

    /// The register of a node's value; gives up on the way where the value is *none*.
    fn plain(&mut self, id: NodeId) -> Option<Reg> {
        let register = self.value(id)?;
        if let (Reg::Narrow(a), true) = (register, self.graph.node(id).set.none) {
            self.truth_only(id, a);
        }
        Some(register)
    }

    /// The same at a larger scale; absent if it does not fit.
    fn scaled_plain(&mut self, id: NodeId, scale: u8) -> Option<Option<u16>> {
        let Reg::Narrow(a) = self.plain(id)? else { return Some(None) };
        let node = self.graph.node(id);
        let by = power_of_ten((scale - node.shape.scale).into());
        let ends = node.set.ends().unwrap_or((0, 0));
        let widest = ends.0.unsigned_abs().max(ends.1.unsigned_abs());
        if by == 1 {
            return Some(Some(a));
        }
        let fits = widest.checked_mul(by.unsigned_abs()).is_some_and(|w| w < NARROW.unsigned_abs());
        let Ok(by) = i64::try_from(by) else { return Some(None) };
        if !fits {
            return Some(None);
        }
        let d = self.new_narrow()?;
        self.step(Step::Scale { d, a, by });
        Some(Some(d))
    }

    /// Computes a node; its register afterwards.
    fn value(&mut self, id: NodeId) -> Option<Reg> {
        if self.code.len() > MOST_STEPS {
            return None;
        }
        let at = id.0 as usize;
        if let (true, Some(register)) = (self.ready[at], self.registers[at]) {
            return Some(register);
        }
        let node = self.graph.node(id);
        let register = match &node.kind {
            NodeKind::Fact(fact, scope) => {
                let a = self.fact_register(*fact, *scope)?;
                if self.careful {
                    self.step(Step::Given { a });
                }
                Reg::Narrow(a)
            }
            NodeKind::DecisionDate => Reg::Narrow(TODAY),
            _ => {
                let register = match self.registers[at] {
                    Some(register) => register,
                    None => self.new_register(id)?,
                };
                self.compute(id, register)?;
                register
            }
        };
        self.registers[at] = Some(register);
        self.ready[at] = true;
        Some(register)
    }

    fn compute(&mut self, id: NodeId, to: Reg) -> Option<()> {
        let node = self.graph.node(id);
        match &node.kind {
            NodeKind::Const(Const::None) => match to {
                Reg::Narrow(d) => self.step(Step::Const { d, value: NONE }),
                Reg::Wide(_) => self.step(Step::GiveUp),
            },
            NodeKind::Const(Const::Fault) => self.step(Step::GiveUp),
            NodeKind::Const(_) => match (to, self.constant(id).map(i64::try_from)) {
                (Reg::Narrow(d), Some(Ok(value))) => self.step(Step::Const { d, value }),
                (Reg::Wide(d), Some(Ok(value))) => {
                    let a = self.new_narrow()?;
                    self.step(Step::Const { d: a, value });
                    self.step(Step::Widen { d, a });
                }
                _ => self.step(Step::GiveUp),
            },
            NodeKind::Op(op, args) => self.operation(id, op, args, to)?,
            NodeKind::If(condition, then, otherwise) => {
                let (other, done) = (self.label(), self.label());
                self.way(Some(*condition), *then, to, other, done)?;
                self.aside(|e| {
                    let from = e.value(*otherwise)?;
                    e.copy(to, from);
                    Some(())
                })?;
                self.bind(done);
            }
            NodeKind::OnDay(day, entries) => self.on_day(*day, entries, to)?,
            NodeKind::Exceptions { base, cases, exclusive } => self.exceptions(*base, cases, *exclusive, to)?,
            NodeKind::Table { hit, rows, exclusive, .. } => self.table(*hit, rows, *exclusive, to)?,
            NodeKind::Fold { scope, filter, fold } => self.fold(*scope, *filter, fold, to)?,
            NodeKind::Group(Quantifier::AtLeast(n), items) => {
                let Reg::Narrow(d) = to else { return None };
                let count = self.new_narrow()?;
                let one = self.new_narrow()?;
                self.step(Step::Const { d: count, value: 0 });
                self.step(Step::Const { d: one, value: 1 });
                for item in items {
                    let past = self.label();
                    self.aside(|e| e.branch(*item, false, past))?;
                    self.step(Step::Arithmetic { op: Arithmetic::Add, d: count, a: count, b: one });
                    self.bind(past);
                }
                let done = self.label();
                self.step(Step::Const { d, value: 1 });
                self.step(Step::CompareConst { cmp: Cmp::AtLeast, a: count, to: done.0 as u32, b: (*n).into() });
                self.step(Step::Const { d, value: 0 });
                self.bind(done);
            }
            _ => self.truth_value(id, to)?,
        }
        Some(())
    }

    /// A condition as 0 or 1.
    fn truth_value(&mut self, id: NodeId, to: Reg) -> Option<()> {
        let Reg::Narrow(d) = to else { return self.unsupported() };
        let (no, done) = (self.label(), self.label());
        self.aside(|e| e.branch(id, false, no))?;
        self.step(Step::Const { d, value: 1 });
        self.step(Step::Jump { to: done.0 as u32 });
        self.bind(no);
        self.step(Step::Const { d, value: 0 });
        self.bind(done);
        Some(())
    }

    fn operation(&mut self, id: NodeId, op: &Op, args: &[NodeId], to: Reg) -> Option<()> {
        let node = self.graph.node(id);
        let simple = match op {
            Op::Add => Some(Arithmetic::Add),
            Op::Subtract => Some(Arithmetic::Subtract),
            Op::Multiply => Some(Arithmetic::Multiply),
            Op::Larger => Some(Arithmetic::Larger),
            Op::Smaller => Some(Arithmetic::Smaller),
            Op::MonthsFrom => Some(Arithmetic::Months),
            Op::YearsFrom(LeapRule::March1) => Some(Arithmetic::Years),
            Op::YearsFrom(LeapRule::February28) => Some(Arithmetic::YearsFebruary28),
            Op::DaysFrom => Some(Arithmetic::Subtract),
            Op::PlusDays => Some(Arithmetic::Add),
            _ => None,
        };
        let Reg::Narrow(d) = to else { return self.generic(id, args, to) };
        match (op, simple) {
            (Op::Equal | Op::Less | Op::AtMost | Op::Matches(_) | Op::IsNone, _) => self.truth_value(id, to),
            (Op::Negate, _) => match self.plain(*args.first()?)? {
                Reg::Narrow(a) => {
                    self.step(Step::Negate { d, a });
                    Some(())
                }
                Reg::Wide(_) => self.generic(id, args, to),
            },
            (Op::As, _) => match self.scaled_plain(*args.first()?, node.shape.scale.max(self.scale(args[0])))? {
                Some(a) => {
                    self.step(Step::Copy { d, a });
                    Some(())
                }
                None => self.generic(id, args, to),
            },
            (_, Some(simple)) if self.sets_fit(args) => {
                let (first, others) = args.split_first()?;
                // Products add their scales up; everything else meets at the result's, dates and counts at 0.
                let scale = |e: &Self, n: NodeId| match op {
                    Op::Multiply => e.scale(n),
                    _ => e.scale(n).max(node.shape.scale),
                };
                let at = scale(self, *first);
                let Some(mut a) = self.scaled_plain(*first, at)? else { return self.generic(id, args, to) };
                for other in others {
                    let at = scale(self, *other);
                    let Some(b) = self.scaled_plain(*other, at)? else { return self.generic(id, args, to) };
                    let (a_of, b_of) = if *op == Op::DaysFrom { (b, a) } else { (a, b) };
                    self.step(Step::Arithmetic { op: simple, d, a: a_of, b: b_of });
                    a = d;
                }
                if others.is_empty() {
                    self.step(Step::Copy { d, a });
                }
                Some(())
            }
            _ => self.generic(id, args, to),
        }
    }

    fn scale(&self, id: NodeId) -> u8 {
        self.graph.node(id).shape.scale
    }

    fn sets_fit(&self, args: &[NodeId]) -> bool {
        args.iter().all(|n| fits(&self.graph.node(*n).set))
    }

    /// A strict operator in a register of its own.
    fn operator(&mut self, id: NodeId, args: &[NodeId]) -> Option<Reg> {
        let register = self.new_register(id)?;
        self.generic(id, args, register)?;
        Some(register)
    }

    fn generic(&mut self, id: NodeId, args: &[NodeId], to: Reg) -> Option<()> {
        if matches!(self.graph.node(id).kind, NodeKind::Op(Op::StartsWith, _)) {
            return self.unsupported();
        }
        let mut operands = Vec::with_capacity(args.len());
        for arg in args {
            operands.push(self.value(*arg)?);
        }
        let operator = self.plan.operators.len() as u32;
        self.plan.operators.push(Operator { node: id, operands: operands.into(), result: to });
        self.step(Step::Operator { operator });
        Some(())
    }

    fn on_day(&mut self, day: NodeId, entries: &[(i32, NodeId)], to: Reg) -> Option<()> {
        let Reg::Narrow(day) = self.plain(day)? else { return self.unsupported() };
        let constant = |(from, value): &(i32, NodeId)| {
            let fault = matches!(self.graph.node(*value).kind, NodeKind::Const(Const::Fault));
            let none = matches!(self.graph.node(*value).kind, NodeKind::Const(Const::None));
            let mantissa = match (fault, none) {
                (true, _) => Some(MISSING),
                (_, true) => Some(NONE),
                _ => self.constant(*value).and_then(|c| i64::try_from(c).ok()),
            };
            mantissa.map(|m| (i64::from(*from), m))
        };
        let constants: Option<Box<[(i64, i64)]>> = entries.iter().map(constant).collect();
        if let (Some(constants), Reg::Narrow(d)) = (constants, to) {
            let table = self.plan.days.len() as u32;
            self.plan.days.push(constants);
            self.step(Step::OnDay { d, day, table });
            return Some(());
        }
        let done = self.label();
        for (from, value) in entries.iter().rev() {
            let earlier = self.label();
            self.step(Step::CompareConst { cmp: Cmp::Less, a: day, to: earlier.0 as u32, b: (*from).into() });
            self.way(None, *value, to, earlier, done)?;
        }
        self.step(Step::GiveUp);
        self.bind(done);
        Some(())
    }

    fn exceptions(&mut self, base: NodeId, cases: &[(NodeId, NodeId)], exclusive: bool, to: Reg) -> Option<()> {
        let done = self.label();
        if !exclusive && cases.len() > 1 {
            // Two that apply may still agree: rare enough to be left to the range evaluator.
            self.at_most_one(cases)?;
        }
        for (condition, value) in cases {
            let next = self.label();
            self.way(Some(*condition), *value, to, next, done)?;
        }
        self.aside(|e| {
            let from = e.value(base)?;
            e.copy(to, from);
            Some(())
        })?;
        self.bind(done);
        Some(())
    }

    /// Gives up where two of the conditions are met.
    fn at_most_one(&mut self, cases: &[(NodeId, NodeId)]) -> Option<()> {
        let found = self.new_narrow()?;
        self.step(Step::Const { d: found, value: 0 });
        for (condition, _) in cases {
            let (next, first) = (self.label(), self.label());
            self.aside(|e| e.branch(*condition, false, next))?;
            self.step(Step::CompareConst { cmp: Cmp::Equal, a: found, to: first.0 as u32, b: 0 });
            self.step(Step::GiveUp);
            self.bind(first);
            self.step(Step::Const { d: found, value: 1 });
            self.bind(next);
        }
        Some(())
    }

    fn table(&mut self, hit: Hit, rows: &[(NodeId, NodeId)], exclusive: bool, to: Reg) -> Option<()> {
        match hit {
            Hit::Unique if !exclusive => self.at_most_one(rows)?,
            Hit::Unique | Hit::First => {}
            Hit::Sum | Hit::Count => return self.sum_rows(hit, rows, to),
            Hit::Largest | Hit::Smallest => return self.extreme_rows(hit == Hit::Largest, rows, to),
        }
        if let Reg::Narrow(d) = to
            && let Some((heading, first, values)) = self.lookup(rows)
        {
            let Reg::Narrow(a) = self.plain(heading)? else { return self.unsupported() };
            let table = self.plan.lookups.len() as u32;
            self.plan.lookups.push((first, values));
            self.step(Step::Lookup { d, a, table });
            return Some(());
        }
        let done = self.label();
        for (condition, value) in rows {
            let next = self.label();
            self.way(Some(*condition), *value, to, next, done)?;
        }
        self.step(Step::GiveUp);
        self.bind(done);
        Some(())
    }

    /// A table over one heading with few values, constants throughout: the heading, its first value, the results.
    fn lookup(&self, rows: &[(NodeId, NodeId)]) -> Option<(NodeId, i64, Box<[i64]>)> {
        let mut heading = None;
        let mut parts = Vec::new();
        for (condition, value) in rows {
            let NodeKind::Op(Op::Matches(tests), args) = &self.graph.node(*condition).kind else { return None };
            let (of, bounds) = args.split_first()?;
            if *heading.get_or_insert(*of) != *of {
                return None;
            }
            let ranges = self.constant_ranges(*of, tests, bounds)?;
            parts.push((ranges, i64::try_from(self.constant(*value)?).ok()?));
        }
        let heading = heading?;
        let set = self.graph.node(heading).set;
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
        Some((heading, low, (low..=high).map(result).collect()))
    }

    fn sum_rows(&mut self, hit: Hit, rows: &[(NodeId, NodeId)], to: Reg) -> Option<()> {
        let one = self.begin_sum(to)?;
        for (condition, value) in rows {
            let next = self.label();
            self.aside(|e| {
                e.branch(*condition, false, next)?;
                let from = if hit == Hit::Count { Reg::Narrow(one) } else { e.plain(*value)? };
                e.add(to, from)
            })?;
            self.bind(next);
        }
        Some(())
    }

    /// Sets a sum to 0; the register of a 1.
    fn begin_sum(&mut self, to: Reg) -> Option<u16> {
        let one = self.new_narrow()?;
        self.step(Step::Const { d: one, value: 0 });
        self.copy(to, Reg::Narrow(one));
        self.step(Step::Const { d: one, value: 1 });
        Some(one)
    }

    fn add(&mut self, to: Reg, from: Reg) -> Option<()> {
        match (to, from) {
            (Reg::Narrow(d), Reg::Narrow(b)) => self.step(Step::Arithmetic { op: Arithmetic::Add, d, a: d, b }),
            (Reg::Wide(d), Reg::Wide(a)) => self.step(Step::AddWide { d, a }),
            (Reg::Wide(d), Reg::Narrow(a)) => {
                self.next_wide += 1;
                let wide = u16::try_from(self.next_wide - 1).ok()?;
                self.step(Step::Widen { d: wide, a });
                self.step(Step::AddWide { d, a: wide });
            }
            (Reg::Narrow(_), Reg::Wide(_)) => self.step(Step::GiveUp),
        }
        Some(())
    }

    fn extreme_rows(&mut self, largest: bool, rows: &[(NodeId, NodeId)], to: Reg) -> Option<()> {
        let found = self.new_narrow()?;
        self.step(Step::Const { d: found, value: 0 });
        for (condition, value) in rows {
            let next = self.label();
            self.aside(|e| {
                e.branch(*condition, false, next)?;
                let from = e.plain(*value)?;
                e.better(largest, to, from, found)
            })?;
            self.bind(next);
        }
        let fine = self.label();
        self.step(Step::CompareConst { cmp: Cmp::Equal, a: found, to: fine.0 as u32, b: 1 });
        self.step(Step::GiveUp);
        self.bind(fine);
        Some(())
    }

    /// Keeps the larger (or smaller) of what was found and a value.
    fn better(&mut self, largest: bool, to: Reg, from: Reg, found: u16) -> Option<()> {
        let (Reg::Narrow(d), Reg::Narrow(b)) = (to, from) else { return self.unsupported() };
        let (first, done) = (self.label(), self.label());
        self.step(Step::CompareConst { cmp: Cmp::Equal, a: found, to: first.0 as u32, b: 0 });
        let op = if largest { Arithmetic::Larger } else { Arithmetic::Smaller };
        self.step(Step::Arithmetic { op, d, a: d, b });
        self.step(Step::Jump { to: done.0 as u32 });
        self.bind(first);
        self.step(Step::Copy { d, a: b });
        self.step(Step::Const { d: found, value: 1 });
        self.bind(done);
        Some(())
    }

    fn fold(&mut self, scope: ScopeId, filter: Option<NodeId>, fold: &Fold, to: Reg) -> Option<()> {
        if matches!(fold, Fold::DaysCovered { .. } | Fold::Satisfies(Quantifier::AtLeast(_), _)) {
            return self.unsupported();
        }
        let of = self.graph.scopes[scope.0 as usize];
        let Kind::List(entity) = self.graph.fact(of.list).ty.kind else { return None };
        let stride = u16::try_from(self.graph.entities[entity.0 as usize].facts.len()).ok()?;
        let list = self.fact_register(of.list, of.owner)?;
        if self.careful {
            self.step(Step::Given { a: list });
        }
        let (state, base) = (self.new_narrow()?, *self.bases.get(scope.0 as usize)?);
        let found = self.new_narrow()?;
        let (again, past, next, early) = (self.label(), self.label(), self.label(), self.label());
        let one = match fold {
            Fold::Satisfies(..) => None,
            _ => Some(self.begin_sum(if matches!(fold, Fold::Count | Fold::Sum(_)) {
                to
            } else {
                Reg::Narrow(found)
            })?),
        };
        self.step(Step::Members { list, state, base, stride, past: past.0 as u32 });
        self.bind(again);
        self.aside(|e| {
            if let Some(filter) = filter {
                e.branch(filter, false, next)?;
            }
            match *fold {
                Fold::Count => e.add(to, Reg::Narrow(one?)),
                Fold::Sum(value) => {
                    let from = e.plain(value)?;
                    e.add(to, from)
                }
                Fold::Largest(value, _) | Fold::Smallest(value, _) => {
                    let from = e.plain(value)?;
                    e.better(matches!(fold, Fold::Largest(..)), to, from, found)
                }
                Fold::Satisfies(quantifier, condition) => e.branch(condition, quantifier != Quantifier::All, early),
                Fold::DaysCovered { .. } => None,
            }
        })?;
        self.bind(next);
        self.step(Step::NextMember { list, state, base, stride, again: again.0 as u32 });
        self.bind(past);
        match *fold {
            Fold::Largest(_, otherwise) | Fold::Smallest(_, otherwise) => {
                let fine = self.label();
                self.step(Step::CompareConst { cmp: Cmp::Equal, a: found, to: fine.0 as u32, b: 1 });
                match otherwise {
                    Some(other) => {
                        self.aside(|e| {
                            let from = e.value(other)?;
                            e.copy(to, from);
                            Some(())
                        })?;
                    }
                    None => self.step(Step::GiveUp),
                }
                self.bind(fine);
            }
            Fold::Satisfies(quantifier, _) => {
                let Reg::Narrow(d) = to else { return None };
                let done = self.label();
                let undisturbed = i64::from(quantifier != Quantifier::Any);
                self.step(Step::Const { d, value: undisturbed });
                self.step(Step::Jump { to: done.0 as u32 });
                self.bind(early);
                self.step(Step::Const { d, value: 1 - undisturbed });
                self.bind(done);
                return Some(());
            }
            _ => {}
        }
        self.bind(early);
        Some(())
    }
}

/// The lowest value proper in a register.
const LOWEST: i64 = i64::MIN + 2;

/// Whether all values of a set fit a narrow register with room for one sum.
fn fits(set: &Set) -> bool {
    match set.body {
        Body::Interval(low, high) => -NARROW < low && high < NARROW,
        _ => true,
    }
}

/// A constant at a larger scale.
fn scaled(mantissa: i128, from: u8, to: u8) -> Option<i64> {
    let by = power_of_ten((to - from).into());
    i64::try_from(mantissa.checked_mul(by)?).ok()
}
