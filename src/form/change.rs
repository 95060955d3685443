//! What would change a no: for each rule that stands against a case, the nearest other value of one fact, or the nearest later
//! day, with which the rule need no longer do so, all else being as it is. What is not known may still decide otherwise.

use crate::decide::{Roots, rank_of, result};
use crate::eval::range::Evaluation;
use crate::facts::{Input, Resolved, resolve, value_of};
use crate::graph::{FactId, NodeId, PolicyEntry, Program};
use crate::phrases::Phrases;
use crate::value::{Body, Choices, Date, Kind, Set, Truth, Value};
use serde::Serialize;
use std::sync::Arc;

/// How many years ahead a later day is looked for.
const YEARS_AHEAD: i64 = 120;

/// One change that would take a rule out of the way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The rule.
    pub rule: Arc<str>,
    /// Its title; its name where it has none.
    pub title: Arc<str>,
    /// The fact that would have to be otherwise; absent: the day of the decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fact: Option<Arc<str>>,
    /// What the fact is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Arc<str>>,
    /// Who holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<Arc<str>>,
    /// What it would have to be: one of these.
    pub to: Vec<Instead>,
    /// Whether this change alone would make approval possible.
    pub alone: bool,
}

/// A value that a fact would have to have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Instead {
    /// The value, as a decision tells it.
    pub value: Value,
    /// The same in words.
    pub text: String,
}

/// The changes that would take breached requirements and met exclusions out of the way, in the order of the rules; facts whose
/// values are not to be shown are left out. Empty where no rule stands against the case.
pub fn changes(program: &Program, policy: &PolicyEntry, evaluation: &Evaluation, language: &str) -> Vec<Change> {
    let graph = &program.graph;
    let look = Look { program, policy, evaluation, phrases: Phrases::of(language) };
    let mut all = Vec::new();
    let against = policy.rules.iter().filter(|r| rank_of(r.kind) == 1 && evaluation.truth(r.trigger) == Truth::MET);
    for rule in against {
        let title = rule.title.as_ref().map_or_else(|| rule.name.clone(), |t| t.shared(language));
        let later = look.later(rule.trigger);
        all.extend(later.map(|(day, alone)| Change {
            rule: rule.name.clone(),
            title: title.clone(),
            fact: None,
            label: None,
            held_by: None,
            to: vec![Instead { value: Value::Date(day), text: day.to_string() }],
            alone,
        }));
        let facts = graph.facts_of(&graph.reached(&[rule.trigger]));
        let declared = policy.facts.iter().filter(|t| facts.contains(&t.fact));
        for texts in declared {
            let fact = graph.fact(texts.fact);
            let sets = look.instead(texts.fact, rule.trigger);
            if fact.owner.is_some() || fact.sensitive || sets.is_empty() {
                continue;
            }
            let alone = sets.iter().any(|(_, set)| look.approvable(Some((texts.fact, *set)), look.today()));
            let text = |value: &Value| look.phrases.value(value, fact.ty.kind);
            all.push(Change {
                rule: rule.name.clone(),
                title: title.clone(),
                fact: Some(Arc::from(&*fact.name)),
                label: texts.label.as_ref().map(|t| t.shared(language)),
                held_by: fact.held_by.as_ref().map(|t| t.shared(language)),
                to: sets.into_iter().map(|(value, _)| Instead { text: text(&value), value }).collect(),
                alone,
            });
        }
    }
    all
}

struct Look<'a, 'b> {
    program: &'a Program,
    policy: &'a PolicyEntry,
    evaluation: &'a Evaluation<'b>,
    phrases: &'static Phrases,
}

impl Look<'_, '_> {
    fn today(&self) -> (i64, i64) {
        (self.evaluation.on().days(), self.evaluation.on().days())
    }

    /// How a rule's trigger would stand.
    fn trigger(&self, rule: NodeId, fact: Option<(FactId, Set)>, days: (i64, i64)) -> Truth {
        self.evaluation.supposing(fact, days).truth(rule)
    }

    fn approvable(&self, fact: Option<(FactId, Set)>, days: (i64, i64)) -> bool {
        let supposed = self.evaluation.supposing(fact, days);
        Roots::new(self.policy, |n| supposed.truth(n), |n| result(&supposed, n)).results().can_approve()
    }

    /// The nearest later day on which the rule would not stand in the way, and whether that alone makes approval possible.
    fn later(&self, rule: NodeId) -> Option<(Date, bool)> {
        let from = self.evaluation.on().days() + 1;
        let last = self.policy.in_force.1.unwrap_or(Date::MAX).days();
        let until = last.min(from + YEARS_AHEAD * 366);
        let day = nearest(from, until, |low, high| self.trigger(rule, None, (low, high)))?;
        Some((Date::from_days(day)?, self.approvable(None, (day, day))))
    }

    /// Other values of a fact with which the rule would not stand in the way, with their sets.
    fn instead(&self, id: FactId, rule: NodeId) -> Vec<(Value, Set)> {
        let graph = &self.program.graph;
        let fact = graph.fact(id);
        let state = self.evaluation.facts().state(graph, id);
        let resolved = match fact.owner {
            None => resolve(fact, state, self.evaluation.on(), self.evaluation.attested()),
            Some(_) => return Vec::new(),
        };
        let Resolved::Given(now) = resolved else { return Vec::new() };
        let trigger_with = |set: Set| self.trigger(rule, Some((id, set)), self.today());
        let mut inputs: Vec<(Input, Set)> = Vec::new();
        if fact.ty.optional && *now != Input::None {
            inputs.push((Input::None, Set::NONE));
        }
        match (now, fact.ty.kind) {
            (Input::Truth(value), _) => inputs.push((Input::Truth(!value), Set::yes_or_no(!value))),
            (Input::Choice(now), Kind::Enum(of)) => {
                let count = graph.enums.get(of.0 as usize).map_or(0, |e| e.values.len());
                let others = (0..count).filter_map(|v| u8::try_from(v).ok()).filter(|v| v != now);
                inputs.extend(others.map(|v| (Input::Choice(v), Set::of(Body::Choices(Choices::one(v))))));
            }
            (Input::Mantissa(now), _) => {
                let (low, high) = fact.ty.bounds();
                let interval = |low: i64, high: i64| trigger_with(Set::interval(low.into(), high.into()));
                let above = nearest(now.saturating_add(1), high, interval);
                let below = nearest(-now.saturating_sub(1), -low, |low, high| interval(-high, -low)).map(|v| -v);
                let points = below.into_iter().chain(above);
                inputs.extend(points.map(|v| (Input::Mantissa(v), Set::point(v.into()))));
            }
            _ => {}
        }
        let kept = inputs.into_iter().filter(|(_, set)| trigger_with(*set).can_be_not_met());
        kept.filter_map(|(input, set)| Some((value_of(graph, &fact.ty, &input)?, set))).collect()
    }
}

/// The smallest number between two ends with which a trigger need not be met. Sets of several values may say that too much is
/// possible: what the search comes to is tried once more, by itself.
fn nearest(low: i64, high: i64, trigger: impl Fn(i64, i64) -> Truth) -> Option<i64> {
    let possible = |low, high| trigger(low, high).can_be_not_met();
    let (mut low, mut end) = (low, high);
    if low > end || !possible(low, end) {
        return None;
    }
    while low < end {
        let middle = low + (end - low) / 2;
        match possible(low, middle) {
            true => end = middle,
            false => low = middle + 1,
        }
    }
    possible(low, low).then_some(low)
}
