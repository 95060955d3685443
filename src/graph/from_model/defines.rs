//! Definitions: what they depend on, and one instance for each member and law's date they are used with.

use super::{At, OfModel};
use crate::graph::{Const, NodeId, ScopeId};
use crate::model::{Define, DefineId, Expr, ExprKind, FoldKind, InForce, Level, Model};
use crate::op::Shape;
use crate::table::Table;

/// What a definition's value depends on besides the case, and which definitions it names.
#[derive(Clone, Debug, Default)]
pub(super) struct Needs {
    /// On the member that it is about.
    pub member: bool,
    /// On the law's date.
    pub law: bool,
    /// Definitions named of the case, or of the very member it is about, on the same law's date.
    pub same: Vec<DefineId>,
    /// Whether it has been looked at.
    done: bool,
}

/// A definition used with a member's scope and a law's date, where it depends on them.
pub(super) type Instance = (DefineId, ScopeId, Option<NodeId>);

/// Definitions lowered so far.
#[derive(Default)]
pub(super) struct Instances {
    nodes: Table<Instance, NodeId>,
    /// In the order in which they were made.
    pub made: Vec<(Instance, NodeId)>,
}

/// The expressions directly within an expression.
pub(super) fn parts(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Const(_)
        | ExprKind::Fact(..)
        | ExprKind::FactKnown(..)
        | ExprKind::Define(..)
        | ExprKind::ParameterKnown(_)
        | ExprKind::DecisionDate
        | ExprKind::Outcome(_)
        | ExprKind::Award(_)
        | ExprKind::Report(_) => Vec::new(),
        ExprKind::DefineOn(_, day) => vec![day],
        ExprKind::Op(_, args) => args.iter().collect(),
        ExprKind::Not(a) => vec![a],
        ExprKind::Group(_, items) => items.iter().map(|i| &i.condition).collect(),
        ExprKind::If(c, a, b) => vec![c, a, b],
        ExprKind::Exceptions(base, cases) => {
            std::iter::once(&**base).chain(cases.iter().flat_map(|c| [&c.condition, &c.value])).collect()
        }
        ExprKind::Table(table) => {
            let rows = table.rows.iter().flat_map(|r| r.cells.iter().flat_map(|c| &c.bounds).chain([&r.value]));
            table.headings.iter().chain(rows).collect()
        }
        ExprKind::Fold(fold) => {
            let mut all: Vec<&Expr> = fold.filter.iter().collect();
            match &fold.kind {
                FoldKind::Count => {}
                FoldKind::Sum(v) | FoldKind::Satisfies(_, v) => all.push(v),
                FoldKind::Largest(v, other) | FoldKind::Smallest(v, other) => all.extend([v].into_iter().chain(other)),
                FoldKind::DaysCovered { from, to, within_from, within_to } => {
                    all.extend([from, to, within_from, within_to]);
                }
            }
            all
        }
    }
}

/// An expression and all within it, without recursion.
pub(super) fn all_parts(e: &Expr) -> impl Iterator<Item = &Expr> {
    let mut stack = vec![e];
    std::iter::from_fn(move || {
        let next = stack.pop()?;
        stack.extend(parts(next));
        Some(next)
    })
}

/// What every definition of a model depends on.
pub(super) fn needs(model: &Model) -> Vec<Needs> {
    let mut all: Vec<Needs> = vec![Needs::default(); model.defines.len()];
    let named: Vec<Vec<(DefineId, Level)>> = model.defines.iter().map(named).collect();
    for first in 0..all.len() {
        // Each definition twice on the stack: when it is reached, and when all that it names is done.
        let mut stack = vec![(first, false)];
        let mut entered = crate::table::Seen::new();
        while let Some((at, finished)) = stack.pop() {
            if all[at].done {
                continue;
            }
            if finished {
                all[at] = own_needs(model, &model.defines[at], &named[at], &all);
            } else if entered.insert(at) {
                stack.push((at, true));
                stack.extend(named[at].iter().map(|(d, _)| (d.0 as usize, false)));
            }
        }
    }
    all
}

/// The definitions that a definition names on its own law's date.
fn named(define: &Define) -> Vec<(DefineId, Level)> {
    let expressions = define.versions.iter().filter_map(|v| v.value.as_ref()).flat_map(all_parts);
    let mut all: Vec<_> = expressions
        .filter_map(|e| match e.kind {
            ExprKind::Define(d, level) => Some((d, level)),
            _ => None,
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn own_needs(model: &Model, define: &Define, named: &[(DefineId, Level)], all: &[Needs]) -> Needs {
    let own: Level = u8::from(define.owner.is_some());
    let expressions = || define.versions.iter().filter_map(|v| v.value.as_ref()).flat_map(all_parts);
    let is_about_member = |e: &Expr| match &e.kind {
        ExprKind::Fact(_, level) | ExprKind::FactKnown(_, level) => *level == 1,
        ExprKind::Fold(fold) => fold.level == 1,
        _ => false,
    };
    let of_member = named.iter().any(|(d, level)| *level == 1 && all[d.0 as usize].member);
    let dated = define.versions.len() != 1 || define.versions.iter().any(|v| v.in_force != InForce::default());
    let of_law = named.iter().any(|(d, _)| all[d.0 as usize].law);
    let is_same = |(d, level): &&(DefineId, Level)| {
        *level == 0 || (*level == own && model.defines[d.0 as usize].owner == define.owner)
    };
    Needs {
        member: own == 1 && (of_member || expressions().any(is_about_member)),
        law: dated || of_law || expressions().any(|e| matches!(e.kind, ExprKind::ParameterKnown(_))),
        same: named.iter().filter(is_same).map(|(d, _)| *d).collect(),
        done: true,
    }
}

/// The entries of a value's history: from each period's first day its node; `gap` before, between and after.
pub(super) fn timeline(periods: &[(InForce, NodeId)], gap: NodeId) -> Vec<(i32, NodeId)> {
    let mut entries: Vec<(i32, NodeId)> = vec![(i32::MIN, gap)];
    for (period, node) in periods {
        let from = period.from.map_or(i32::MIN, |d| d.days() as i32);
        entries.retain(|(day, _)| *day < from);
        entries.push((from, *node));
        if let Some(until) = period.until {
            entries.push((until.days() as i32 + 1, gap));
        }
    }
    entries
}

impl OfModel<'_, '_> {
    fn instance(&self, define: DefineId, scope: ScopeId, law: NodeId) -> Instance {
        let needs = &self.needs[define.0 as usize];
        (define, if needs.member { scope } else { ScopeId::CASE }, needs.law.then_some(law))
    }

    /// The node of a definition about a member of `scope` (for the policy's own: the case) on a law's date.
    ///
    /// What it names in turn is lowered first, from a stack of our own: chains of definitions may be long.
    pub(super) fn define(&mut self, define: DefineId, scope: ScopeId, law: NodeId) -> NodeId {
        let mut stack = vec![(define, 0)];
        while let Some((at, next)) = stack.last_mut() {
            let (at, place) = (*at, *next);
            let key = self.instance(at, scope, law);
            if self.instances.nodes.contains_key(&key) {
                stack.pop();
                continue;
            }
            *next += 1;
            if let Some(inner) = self.needs[at.0 as usize].same.get(place).copied() {
                if stack.len() <= self.needs.len() {
                    stack.push((inner, 0));
                }
                continue;
            }
            stack.pop();
            let node = self.define_body(at, key.1, law);
            self.instances.nodes.insert(key, node);
            self.instances.made.push((key, node));
        }
        let key = self.instance(define, scope, law);
        self.instances.nodes.get(&key).copied().unwrap_or(NodeId(0))
    }

    fn define_body(&mut self, id: DefineId, scope: ScopeId, law: NodeId) -> NodeId {
        let model = self.model;
        let define = &model.defines[id.0 as usize];
        let shape = self.names.shape(define.shape);
        let env = if define.owner.is_some() { vec![ScopeId::CASE, scope] } else { vec![ScopeId::CASE] };
        let at = At { env, law };
        let mut periods = Vec::new();
        for version in &define.versions {
            let node = match &version.value {
                Some(value) => {
                    let node = self.expr(value, &at);
                    self.low.build.coerce(node, shape)
                }
                None => self.low.build.constant(Const::Fault, shape),
            };
            periods.push((version.in_force, node));
        }
        if let [(InForce { from: None, until: None }, node)] = periods[..] {
            return node;
        }
        let gap = self.low.build.constant(Const::Fault, shape);
        self.low.build.on_day(law, timeline(&periods, gap), shape)
    }

    /// Whether a parameter has a recorded figure on the law's date; before its first entry it has none.
    pub(super) fn parameter_known(&mut self, id: DefineId, law: NodeId) -> NodeId {
        let model = self.model;
        let versions = &model.defines[id.0 as usize].versions;
        let truth = |of: &mut Self, v: bool| of.low.build.truth(v);
        let periods: Vec<_> = versions.iter().map(|v| (v.in_force, truth(self, v.value.is_some()))).collect();
        let gap = self.low.build.truth(false);
        self.low.build.on_day(law, timeline(&periods, gap), Shape::TRUTH)
    }
}
