//! Which facts still matter.
//!
//! From the open rules, and the open awards where approval is possible, downward through nodes whose set is not settled,
//! leaving out branches, rows and members that are excluded (*semantics 1, Outcome*). A rule that can no longer change
//! what the case ends in, because a rule of higher rank has settled it, asks for nothing.

use super::outcome::Roots;
use super::{Need, Standing, standing};
use crate::eval::range::{CASE, PlaceId, Places};
use crate::facts::{Resolved, Why, resolve};
use crate::graph::{FactId, Fold, NodeId, NodeKind, PolicyEntry, ScopeId};
use crate::op::Hit;
use crate::table::{Seen, Table};
use crate::value::Truth;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// What the policy's own clause is called among the rules.
const APPLIES: &str = "applies when";

/// All needs of a case, in the order of the policy's facts, with the rules and awards that wait for each.
pub(super) fn needs(
    policy: &PolicyEntry,
    places: &Places,
    roots: &Roots,
    approval_possible: bool,
    language: &str,
) -> Vec<Need> {
    let truth = |n: NodeId| places.evaluation.truth(n);
    let mut waiting: Table<(FactId, PlaceId), Vec<Arc<str>>> = Table::new();
    let mut add = |name: &Arc<str>, nodes: &[NodeId]| {
        for need in needed(places, nodes).iter() {
            waiting.or_insert_with(*need, Vec::new).push(name.clone());
        }
    };
    if let Some(applies) = policy.applies.as_ref().filter(|c| !truth(c.node).is_settled()) {
        add(&APPLIES.into(), &[applies.node]);
    }
    for (rule, trigger) in policy.rules.iter().zip(&roots.triggers) {
        let open = !trigger.is_settled() && standing(rule, truth) == Standing::Open;
        if open && roots.can_reach(rule.kind) {
            add(&rule.name, &[rule.trigger]);
        }
    }
    if approval_possible {
        for award in &policy.awards {
            add(&award.name, &[award.node]);
        }
    }
    // Different members of a pending list, or of one list in several scopes, are told under one path.
    let mut needs: Vec<(FactId, String, Need)> = Vec::new();
    let mut waiting = waiting.into_entries();
    waiting.sort_unstable_by_key(|(need, _)| *need);
    for ((fact, place), rules) in waiting {
        let (place, told, path) = places.path(place, fact);
        match needs.iter_mut().find(|(_, p, _)| *p == path) {
            Some((_, _, need)) => {
                need.rules.extend(rules.into_iter().filter(|r| !need.rules.contains(r)).collect::<Vec<_>>())
            }
            None => {
                let need = describe(policy, places, place, told, &path, rules, language);
                needs.push((told, path, need));
            }
        }
    }
    // In the policy's own order: in a bundle the graph's facts are ordered by all policies together.
    needs.sort_by_key(|(told, _, _)| policy.facts.iter().position(|t| t.fact == *told).unwrap_or(usize::MAX));
    needs.into_iter().map(|(_, _, need)| need).collect()
}

fn describe(
    policy: &PolicyEntry,
    places: &Places,
    place: PlaceId,
    told: FactId,
    path: &str,
    rules: Vec<Arc<str>>,
    language: &str,
) -> Need {
    let evaluation = places.evaluation;
    let declared = evaluation.engine().graph().fact(told);
    let texts = policy.facts.iter().find(|t| t.fact == told);
    let text = |t: &crate::value::Text| t.shared(language);
    let why = match resolve(declared, places.state(place, told), evaluation.on(), evaluation.attested()) {
        Resolved::Pending(why) => why,
        _ => Why::NotTold,
    };
    Need {
        fact: path.into(),
        label: texts.and_then(|t| t.label.as_ref()).map(text),
        ask: texts.and_then(|t| t.ask.as_ref()).map(text),
        held_by: declared.held_by.as_ref().map(text),
        judged_by: declared.judged_by.as_ref().map(text),
        why: why.in_language(language).into(),
        rules,
    }
}

/// The pending facts that can still reach any of the nodes, each with the place it belongs to.
pub(crate) fn needed(places: &Places, roots: &[NodeId]) -> Seen<(FactId, PlaceId)> {
    let mut walk = Walk { places, queue: BinaryHeap::new(), queued: Seen::new(), found: Seen::new() };
    for root in roots {
        walk.reach(CASE, *root);
    }
    // Operands stand before their users: going downward meets every node once, however many use it.
    while let Some((node, place)) = walk.queue.pop() {
        walk.visit(place, node);
    }
    walk.found
}

struct Walk<'a, 'b> {
    places: &'a Places<'b>,
    queue: BinaryHeap<(NodeId, PlaceId)>,
    queued: Seen<(NodeId, PlaceId)>,
    found: Seen<(FactId, PlaceId)>,
}

impl Walk<'_, '_> {
    fn reach(&mut self, from: PlaceId, node: NodeId) {
        let (set, home) = self.places.set(from, node);
        if !set.is_settled() && self.queued.insert((node, home)) {
            self.queue.push((node, home));
        }
    }

    fn truth(&self, from: PlaceId, node: NodeId) -> Truth {
        self.places.set(from, node).0.as_truth()
    }

    fn visit(&mut self, place: PlaceId, id: NodeId) {
        let graph = self.places.evaluation.engine().graph();
        match &graph.node(id).kind {
            NodeKind::Const(_) | NodeKind::DecisionDate => {}
            NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => {
                let home = self.places.around(place, *scope);
                if self.places.is_pending(home, *fact) {
                    self.found.insert((*fact, home));
                }
            }
            NodeKind::Op(_, operands) | NodeKind::Group(_, operands) => {
                operands.iter().for_each(|n| self.reach(place, *n));
            }
            NodeKind::Not(operand) => self.reach(place, *operand),
            NodeKind::If(condition, then, otherwise) => {
                let truth = self.truth(place, *condition);
                self.reach(place, *condition);
                if truth.can_be_met() {
                    self.reach(place, *then);
                }
                if truth.can_be_not_met() {
                    self.reach(place, *otherwise);
                }
            }
            NodeKind::OnDay(day, entries) => {
                self.reach(place, *day);
                let ends = self.places.set(place, *day).0.ends();
                for (i, (from, value)) in entries.iter().enumerate() {
                    let next = entries.get(i + 1).map(|(next, _)| i128::from(*next));
                    let meets = |(low, high)| i128::from(*from) <= high && next.is_none_or(|next| low < next);
                    if ends.is_some_and(meets) {
                        self.reach(place, *value);
                    }
                }
            }
            NodeKind::Exceptions { base, cases, .. } => {
                if cases.iter().all(|(c, _)| self.truth(place, *c).can_be_not_met()) {
                    self.reach(place, *base);
                }
                self.rows(place, cases, false);
            }
            NodeKind::Table { hit, rows, .. } => self.rows(place, rows, *hit == Hit::First),
            NodeKind::Fold { scope, filter, fold } => self.fold(place, *scope, *filter, fold),
        }
    }

    /// Conditions of rows, and the values of those that can match; `ordered`: nothing behind a certain match matters.
    fn rows(&mut self, place: PlaceId, rows: &[(NodeId, NodeId)], ordered: bool) {
        for (condition, value) in rows {
            let truth = self.truth(place, *condition);
            self.reach(place, *condition);
            if truth.can_be_met() {
                self.reach(place, *value);
            }
            if ordered && !truth.can_be_not_met() {
                break;
            }
        }
    }

    fn fold(&mut self, place: PlaceId, scope: ScopeId, filter: Option<NodeId>, fold: &Fold) {
        let graph = self.places.evaluation.engine().graph();
        let of = graph.scopes[scope.0 as usize];
        let owner = self.places.around(place, of.owner);
        if self.places.is_pending(owner, of.list) {
            self.found.insert((of.list, owner));
        }
        let of_member: Vec<NodeId> = match *fold {
            Fold::Count => Vec::new(),
            Fold::Sum(v) | Fold::Satisfies(_, v) | Fold::Largest(v, _) | Fold::Smallest(v, _) => vec![v],
            Fold::DaysCovered { from, to, within_from, within_to } => {
                self.reach(place, within_from);
                self.reach(place, within_to);
                vec![from, to]
            }
        };
        let mut some_certain = false;
        for member in self.places.members(place, scope).to_vec() {
            let counts = filter.map_or(Truth::MET, |f| self.truth(member, f));
            some_certain |= counts == Truth::MET && self.places.get(member).index.is_some();
            filter.iter().for_each(|f| self.reach(member, *f));
            if counts.can_be_met() {
                of_member.iter().for_each(|v| self.reach(member, *v));
            }
        }
        if let Fold::Largest(_, Some(otherwise)) | Fold::Smallest(_, Some(otherwise)) = *fold
            && !some_certain
        {
            self.reach(place, otherwise);
        }
    }
}
