//! Trying out whether an applicant can be as a refuted proof says: facts are sought that lead to the example's values, and
//! the graph is evaluated over them. Only what really behaves so is told as an error.

use crate::graph::places::TablePlace;
use crate::graph::prove::Example;
use crate::graph::sets::{self, Case, Frame, Layout, Leaf, Members};
use crate::graph::{Const, FactId, Fold, Graph, Node, NodeId, NodeKind, PolicyEntry, Program, ScopeId};
use crate::op::{Op, Quantifier, Shape};
use crate::source::Span;
use crate::table::Table;
use crate::value::{Body, Choices, Date, Kind, Set, TextId, Truth, Unit, format_decimal};
use std::cmp::Ordering;

/// How a value is called: by a name of the policy, or by the author's words at a place.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Known(Box<str>),
    At(Span),
}

/// A table or exceptions under one policy.
pub(super) struct Place<'a> {
    pub program: &'a Program,
    pub policy: &'a PolicyEntry,
    pub place: &'a TablePlace,
    pub conditions: &'a [NodeId],
    /// What holds of all data that come to it: promises, and whom the policy concerns.
    pub given: &'a [NodeId],
}

/// Facts being sought.
struct Trial<'a> {
    graph: &'a Graph,
    day: i64,
    facts: Table<(FactId, ScopeId), Set>,
    /// Whether lists of which nothing is sought are empty, instead of not told.
    others_empty: bool,
}

impl Place<'_> {
    /// The row or exception with a condition.
    pub fn row(&self, condition: usize) -> Option<Span> {
        let node = self.conditions.get(condition)?;
        self.place.rows.iter().find(|r| r.condition == Some(*node)).map(|r| r.span)
    }

    /// Names and values of a real input that behaves as the example says, if one is found.
    pub fn real(&self, example: &Example) -> Option<Vec<(Name, String)>> {
        self.days().into_iter().find_map(|day| {
            let mut trial = self.trial(day, example, |_| true);
            for (a, b, order) in &example.compares {
                trial.aim_beside(*a, *b, *order);
            }
            [false, true].into_iter().find_map(|others_empty| {
                trial.others_empty = others_empty;
                self.evaluated(&trial, |of| self.told(example, of))
            })
        })
    }

    /// Whether a gap may be one though no real input is found: nothing settles it once its headings are as the example says.
    pub fn may_be_gap(&self, example: &Example) -> bool {
        let of_headings = |node| self.place.headings.iter().any(|(_, heading)| *heading == node);
        let is_open = |of: &dyn Fn(NodeId) -> Set| {
            let may_lack = |c: &NodeId| of(*c).as_truth().can_be_not_met();
            (!self.is_broken(of) && self.conditions.iter().all(may_lack)).then_some(())
        };
        self.days().into_iter().any(|day| {
            let trial = self.trial(day, example, of_headings);
            self.evaluated(&trial, is_open).is_some()
        })
    }

    /// Days to try.
    fn days(&self) -> [i64; 3] {
        let (first, last) = self.policy.days();
        [Date::new(2024, 1, 1).map_or(first, Date::days).clamp(first, last), first, last]
    }

    /// Facts that lead to those values of an example that are asked for.
    fn trial(&self, day: i64, example: &Example, is_asked: impl Fn(NodeId) -> bool) -> Trial<'_> {
        let graph = &self.program.graph;
        let mut trial = Trial { graph, day, facts: Table::new(), others_empty: false };
        for (node, set) in example.values.iter().filter(|(node, _)| is_asked(*node)) {
            trial.aim(*node, choose(set, &graph.node(*node).set), 0);
        }
        trial
    }

    /// What is seen in the sets of nodes, where the table stands, of the graph evaluated over the facts found.
    fn evaluated<T>(&self, trial: &Trial, see: impl FnOnce(&dyn Fn(NodeId) -> Set) -> Option<T>) -> Option<T> {
        let graph = trial.graph;
        let layout = Layout::new(graph);
        let case = Case {
            leaves: trial.leaves(ScopeId::CASE, graph.case_facts().map(|(f, _)| f).collect()),
            days: (trial.day, trial.day),
            texts: vec!["…".into()],
        };
        let sets = sets::evaluate(graph, &layout, &case);
        let scope = graph.node(self.place.node).scope;
        let mut frames = vec![sets.root()];
        let inward: Vec<ScopeId> = graph.around(scope).filter(|s| *s != ScopeId::CASE).collect();
        for scope in inward.iter().rev() {
            match frames.last()?.members(&layout, *scope) {
                Members::Known(members) => frames.push(members.first()?),
                _ => return None,
            }
        }
        see(&|node| {
            let scope = graph.node(node).scope;
            let frame: Option<&&Frame> = frames.iter().find(|f| f.scope() == scope);
            frame.map_or(Set::EMPTY, |f| f.of(&layout, node))
        })
    }

    /// Whether something does not hold that holds of all data that come to the table.
    fn is_broken(&self, of: &dyn Fn(NodeId) -> Set) -> bool {
        self.given.iter().any(|given| of(*given).as_truth() == Truth::NOT_MET)
    }

    /// The values of what the table asks, if the conditions come out as the example says.
    fn told(&self, example: &Example, of: &dyn Fn(NodeId) -> Set) -> Option<Vec<(Name, String)>> {
        let graph = &self.program.graph;
        let behaves = if example.met.is_empty() {
            self.conditions.iter().all(|c| of(*c).as_truth() == Truth::NOT_MET)
        } else {
            example.met.iter().all(|c| of(self.conditions[*c]).as_truth() == Truth::MET)
        };
        if !behaves || self.is_broken(of) {
            return None;
        }
        let mut told = Vec::new();
        let asked = self.place.headings.iter().map(|(s, n)| (Some(*s), *n));
        let tested = example.values.iter().map(|(n, _)| (None, *n));
        let compared = example.compares.iter().flat_map(|(a, b, _)| [(None, *a), (None, *b)]);
        for (span, node) in asked.chain(tested).chain(compared) {
            let set = of(node);
            let Some(name) = self.name(node).or(span.map(Name::At)) else { continue };
            let seen = told.iter().any(|(n, _)| *n == node);
            if set.is_settled() && !set.fault && !seen && !matches!(graph.node(node).kind, NodeKind::Const(_)) {
                told.push((node, (name, describe(graph, graph.node(node).shape, &set))));
            }
        }
        Some(told.into_iter().map(|(_, t)| t).collect())
    }

    fn name(&self, node: NodeId) -> Option<Name> {
        let graph = &self.program.graph;
        match graph.node(node).kind {
            NodeKind::Fact(fact, _) => Some(Name::Known(graph.fact(fact).name.clone())),
            NodeKind::DecisionDate => Some(Name::Known("decision date".into())),
            _ => self.policy.defines.iter().find(|d| d.node == node).map(|d| Name::Known(d.name.clone())),
        }
    }
}

impl Trial<'_> {
    /// The states of a record's facts: those sought are given, lists of which something is sought have one member.
    fn leaves(&self, scope: ScopeId, facts: Vec<FactId>) -> Vec<Leaf> {
        facts
            .iter()
            .map(|fact| {
                if let Some(set) = self.facts.get(&(*fact, scope)) {
                    return Leaf::Given(*set);
                }
                let Kind::List(entity) = self.graph.fact(*fact).ty.kind else { return Leaf::Pending };
                let members = self.graph.scopes.iter().enumerate().skip(1);
                let is_list = |s: &crate::graph::Scope| s.list == *fact && s.owner == scope;
                let inner: Vec<ScopeId> = members.filter(|(_, s)| is_list(s)).map(|(i, _)| ScopeId(i as u32)).collect();
                // Of several scopes over one list, the one with facts sought counts.
                let sought = inner.iter().find(|s| self.facts.keys().any(|(_, of)| self.graph.encloses(**s, *of)));
                let Some(inner) = sought else {
                    return if self.others_empty { Leaf::Members(Vec::new()) } else { Leaf::Pending };
                };
                let facts = self.graph.entities[entity.0 as usize].facts.clone();
                Leaf::Members(vec![self.leaves(*inner, facts)])
            })
            .collect()
    }

    /// Seeks facts that give a node a value; what cannot be turned round is left to chance.
    fn aim(&mut self, node: NodeId, value: Set, depth: usize) {
        if depth > 32 {
            return;
        }
        let graph = self.graph;
        match &graph.node(node).kind {
            NodeKind::Fact(fact, scope) => {
                let other = Body::Text(TextId(graph.texts.len() as u32));
                let body = if value.body == Body::AnyText { other } else { value.body };
                let (value, whole) = (Set { body, ..value }, graph.whole_type(*fact));
                if whole.body == Body::AnyText || whole.join(&value) == whole {
                    self.facts.or_insert_with((*fact, *scope), || value);
                }
            }
            NodeKind::DecisionDate => {}
            NodeKind::Not(a) => {
                let negated = Set::truth(value.as_truth().negate());
                self.aim(*a, negated, depth + 1);
            }
            NodeKind::Op(op, args) => {
                let Some(goal) = value.ends().map(|(low, _)| low) else {
                    if let (Op::As, [a]) = (op, &args[..]) {
                        self.aim(*a, value, depth + 1);
                    }
                    return;
                };
                self.aim_number(node, op, args, goal, depth);
            }
            // A list of one member comes to what the member comes to.
            NodeKind::Fold { filter: None, fold, .. } => match fold {
                Fold::Sum(of) | Fold::Largest(of, _) | Fold::Smallest(of, _) => self.aim(*of, value, depth + 1),
                Fold::Satisfies(Quantifier::All | Quantifier::Any, of) => self.aim(*of, value, depth + 1),
                _ => {}
            },
            _ => {}
        }
    }

    fn aim_number(&mut self, node: NodeId, op: &Op, args: &[NodeId], goal: i128, depth: usize) {
        let scale = self.graph.node(node).shape.scale;
        match (op, args) {
            (Op::As, [a]) => self.aim_at(*a, Some(goal), scale, depth),
            (Op::Negate, [a]) => self.aim_at(*a, goal.checked_neg(), scale, depth),
            (Op::Add | Op::Subtract, [a, b]) => {
                let sign = if *op == Op::Add { 1 } else { -1 };
                let (of_a, of_b) = (self.settled(*a, scale), self.settled(*b, scale));
                match (of_a, of_b) {
                    (_, Some(b)) => self.aim_at(*a, goal.checked_sub(sign * b), scale, depth),
                    (Some(a), None) => {
                        self.aim_at(*b, goal.checked_sub(a).and_then(|d| d.checked_mul(sign)), scale, depth)
                    }
                    (None, None) => {
                        let least = self.graph.node(*b).set;
                        self.aim(*b, choose(&least, &least), depth + 1);
                        if let Some(b) = self.settled(*b, scale) {
                            self.aim_at(*a, goal.checked_sub(sign * b), scale, depth);
                        }
                    }
                }
            }
            (Op::YearsFrom(_) | Op::MonthsFrom | Op::DaysFrom, [a, b]) => {
                let unit = match op {
                    Op::YearsFrom(_) => Unit::Years,
                    Op::MonthsFrom => Unit::Months,
                    _ => Unit::Days,
                };
                match (self.settled(*a, 0), self.settled(*b, 0)) {
                    (Some(from), None) => self.aim_at(*b, later(from, unit, goal), 0, depth),
                    (None, Some(to)) => self.aim_at(*a, later(to, unit, -goal), 0, depth),
                    (None, None) => {
                        let today = i128::from(self.day);
                        self.aim_at(*b, Some(today), 0, depth);
                        self.aim_at(*a, later(today, unit, -goal), 0, depth);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// Seeks facts with which one node compares so with another.
    fn aim_beside(&mut self, a: NodeId, b: NodeId, order: Ordering) {
        let (of_a, of_b) = (self.graph.node(a), self.graph.node(b));
        let scale = of_a.shape.scale.max(of_b.shape.scale);
        if self.settled(a, scale).is_none() && self.settled(b, scale).is_none() {
            self.aim(b, choose(&of_b.set, &of_b.set), 0);
        }
        let step = |of: &Node| 10_i128.pow(u32::from(scale - of.shape.scale));
        if let Some(other) = self.settled(b, scale) {
            self.aim_at(a, other.checked_add(step(of_a) * order as i128), scale, 0);
        } else if let Some(other) = self.settled(a, scale) {
            self.aim_at(b, other.checked_sub(step(of_b) * order as i128), scale, 0);
        }
    }

    fn aim_at(&mut self, node: NodeId, value: Option<i128>, scale: u8, depth: usize) {
        let to = self.graph.node(node).shape.scale;
        let unit = 10_i128.pow(u32::from(to.abs_diff(scale)));
        let value = value.and_then(|v| match to >= scale {
            true => v.checked_mul(unit),
            false => (v % unit == 0).then_some(v / unit),
        });
        if let Some(value) = value {
            self.aim(node, Set::point(value), depth + 1);
        }
    }

    /// The value of a node that is settled already, at a scale no smaller than its own.
    fn settled(&self, node: NodeId, scale: u8) -> Option<i128> {
        let of = self.graph.node(node);
        let value = match &of.kind {
            NodeKind::Const(Const::Mantissa(value)) => *value,
            NodeKind::DecisionDate => i128::from(self.day),
            NodeKind::Fact(fact, scope) => self.facts.get(&(*fact, *scope))?.ends()?.0,
            NodeKind::OnDay(day, entries) => {
                let day = match self.graph.node(*day).kind {
                    NodeKind::DecisionDate => i128::from(self.day),
                    NodeKind::Fact(fact, scope) => self.facts.get(&(fact, scope))?.ends()?.0,
                    _ => return None,
                };
                let (_, entry) = entries.iter().rev().find(|(from, _)| i128::from(*from) <= day)?;
                match self.graph.node(*entry).kind {
                    NodeKind::Const(Const::Mantissa(value)) => value,
                    _ => return None,
                }
            }
            _ => return None,
        };
        value.checked_mul(10_i128.pow(u32::from(scale.checked_sub(of.shape.scale)?)))
    }
}

/// The day some units after another (before, if negative), clamped to the month's end.
fn later(day: i128, unit: Unit, count: i128) -> Option<i128> {
    let date = Date::from_days(i64::try_from(day).ok()?)?;
    let months = match unit {
        Unit::Days => return day.checked_add(count),
        Unit::Months => count,
        Unit::Years => count.checked_mul(12)?,
    };
    let (year, month, day) = date.parts();
    let month = i128::from(year) * 12 + i128::from(month) - 1 + months;
    let (year, month) = (i32::try_from(month.div_euclid(12)).ok()?, month.rem_euclid(12) as u8 + 1);
    let last = (1..=day).rev().find_map(|d| Date::new(year, month, d))?;
    Some(last.days().into())
}

/// One value of a cell: the one nearest to where another cell begins, or to 0.
fn choose(cell: &Set, whole: &Set) -> Set {
    match (cell.body, whole.body) {
        (Body::Interval(low, high), Body::Interval(first, last)) => {
            let value = if (low, high) == (first, last) {
                0.clamp(low, high)
            } else if low == first {
                high
            } else {
                low
            };
            Set::point(value)
        }
        (Body::Choices(choices), _) => choices.first().map_or(*cell, |c| Set::of(Body::Choices(Choices::one(c)))),
        (Body::Truth(truth), _) => Set::yes_or_no(truth.can_be_met()),
        _ => Set { fault: false, ..*cell },
    }
}

/// A value in the words of the language.
fn describe(graph: &Graph, shape: Shape, set: &Set) -> String {
    match set.body {
        Body::Nothing => "none".to_owned(),
        Body::Truth(truth) => if truth == Truth::MET { "yes" } else { "no" }.to_owned(),
        Body::Choices(choices) => match (shape.kind, choices.first()) {
            (Kind::Enum(id), Some(value)) => graph.enums[id.0 as usize].values[value as usize].to_string(),
            _ => String::new(),
        },
        Body::Text(text) => graph.texts.get(text.0 as usize).map_or("\"…\"".to_owned(), |t| format!("\"{t}\"")),
        Body::AnyText => "any other text".to_owned(),
        Body::Interval(value, _) => match shape.kind {
            Kind::Date => i64::try_from(value).ok().and_then(Date::from_days).map_or(String::new(), |d| d.to_string()),
            Kind::Percentage => format!("{}%", format_decimal(value, shape.scale.saturating_sub(2))),
            Kind::Money { currency, per } => {
                let per = per.map_or(String::new(), |p| format!(" per {}", p.word()));
                format!("{} {currency}{per}", format_decimal(value, shape.scale))
            }
            _ => format_decimal(value, shape.scale),
        },
    }
}
