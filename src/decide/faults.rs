//! What failed, where it stands in the way.

use super::FaultNote;
use super::outcome::Roots;
use super::told::result;
use crate::eval::range::{CASE, PlaceId, Places};
use crate::graph::{Const, Define, NodeId, NodeKind, PolicyEntry};
use crate::op::Op;
use crate::phrases::{Phrases, fill};
use crate::table::Seen;
use crate::value::{Set, Truth};

/// The computations that failed, where they stand in the way: under rules that are faulty, and under awards where approval
/// was possible.
pub(super) fn faults(
    policy: &PolicyEntry,
    places: &Places,
    roots: &Roots,
    awards: &[Set],
    could_approve: bool,
    language: &str,
) -> Vec<FaultNote> {
    let mut notes: Vec<FaultNote> = Vec::new();
    let mut add = |name: &str, node: NodeId| {
        if !places.evaluation.set(node).fault {
            let message = Phrases::of(language).outside_calendar.into();
            notes.push(FaultNote { rule: name.into(), message });
            return;
        }
        for message in origins(policy, places, node, language) {
            let note = FaultNote { rule: name.into(), message: message.into() };
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    };
    if let Some(applies) = policy.applies.as_ref().filter(|_| roots.applies.can_be_faulty()) {
        add("applies when", applies.node);
    }
    for (rule, trigger) in policy.rules.iter().zip(&roots.triggers) {
        if *trigger == Truth::FAULTY {
            add(&rule.name, rule.trigger);
        }
    }
    for (award, set) in policy.awards.iter().zip(awards) {
        if set.fault && set.is_settled() && could_approve {
            add(&award.name, award.node);
        }
    }
    for report in &policy.reports {
        let set = result(places.evaluation, report.node);
        if set.fault && set.is_settled() {
            add(&report.name, report.node);
        }
    }
    notes
}

/// Walks down from a faulty node to the operations that failed on operands that had not, in the order in which they stand:
/// how nodes are numbered, which folding changes, makes no difference. Neither does it which of its nodes a definition keeps:
/// a failure is told with the last definition on the way down to it.
fn origins(policy: &PolicyEntry, places: &Places, root: NodeId, language: &str) -> Vec<String> {
    let graph = places.evaluation.engine().graph();
    let mut waiting = vec![(root, CASE, None)];
    let mut seen = Seen::new();
    let mut found = Vec::new();
    while let Some((id, place, around)) = waiting.pop() {
        if !seen.insert((id, place)) {
            continue;
        }
        let define = policy.defines.iter().find(|d| d.node == id).or(around);
        let node = graph.node(id);
        let mut faulty_operands = Vec::new();
        let mut visit = |from: PlaceId, operand: NodeId| {
            let (set, home) = places.set(from, operand);
            if set.fault {
                faulty_operands.push((operand, home));
            }
        };
        match &node.kind {
            NodeKind::Fold { scope, .. } => {
                let members = places.members(place, *scope);
                for operand in node.kind.operands() {
                    if graph.node(operand).scope == *scope {
                        members.iter().for_each(|m| visit(*m, operand));
                    } else {
                        visit(place, operand);
                    }
                }
            }
            kind => taken(places, place, kind).into_iter().for_each(|operand| visit(place, operand)),
        }
        // An entry without a figure is told as the parameter's, which has a name.
        let unrecorded = |(n, _): &(NodeId, PlaceId)| matches!(graph.node(*n).kind, NodeKind::Const(Const::Fault));
        if faulty_operands.iter().all(unrecorded) {
            let text = what_failed(define, places, place, id, language);
            if !found.contains(&text) {
                found.push(text);
            }
        } else {
            waiting.extend(faulty_operands.into_iter().rev().map(|(operand, home)| (operand, home, define)));
        }
    }
    found
}

/// A node's operands without the branches, rows and entries that are excluded: what fails there spoils nothing.
fn taken(places: &Places, place: PlaceId, kind: &NodeKind) -> Vec<NodeId> {
    let truth = |n: NodeId| places.set(place, n).0.as_truth();
    let rows = |rows: &[(NodeId, NodeId)]| {
        rows.iter().flat_map(|(c, v)| [Some(*c), truth(*c).can_be_met().then_some(*v)]).flatten().collect::<Vec<_>>()
    };
    match kind {
        NodeKind::If(condition, then, otherwise) => {
            let then = truth(*condition).can_be_met().then_some(*then);
            let otherwise = truth(*condition).can_be_not_met().then_some(*otherwise);
            [Some(*condition), then, otherwise].into_iter().flatten().collect()
        }
        NodeKind::OnDay(day, entries) => {
            let ends = places.set(place, *day).0.ends();
            let in_force = entries.iter().enumerate().filter(|(i, (from, _))| {
                let next = entries.get(i + 1).map(|(next, _)| i128::from(*next));
                ends.is_some_and(|(low, high)| i128::from(*from) <= high && next.is_none_or(|next| low < next))
            });
            [*day].into_iter().chain(in_force.map(|(_, (_, value))| *value)).collect()
        }
        NodeKind::Exceptions { base, cases, .. } => {
            let base = cases.iter().all(|(c, _)| truth(*c).can_be_not_met()).then_some(*base);
            base.into_iter().chain(rows(cases)).collect()
        }
        NodeKind::Table { rows: all, .. } => rows(all),
        kind => kind.operands(),
    }
}

/// What failed, in words, and in which definition.
fn what_failed(define: Option<&Define>, places: &Places, place: PlaceId, id: NodeId, language: &str) -> String {
    let graph = places.evaluation.engine().graph();
    let node = graph.node(id);
    let p = Phrases::of(language);
    let what = match &node.kind {
        NodeKind::Fact(fact, scope) => {
            let (_, _, path) = places.path(places.around(place, *scope), *fact);
            return fill(p.will_not_be_known, &[&format!("`{path}`")]);
        }
        NodeKind::Const(Const::Fault) => p.not_recorded,
        NodeKind::Op(Op::Divide | Op::DivideRounded(_), operands)
            if operands
                .get(1)
                .is_some_and(|d| places.set(place, *d).0.ends().is_some_and(|(l, h)| l <= 0 && h >= 0)) =>
        {
            p.division_by_zero
        }
        NodeKind::Op(_, operands) if operands.iter().any(|n| places.set(place, *n).0.none) => p.none_as_value,
        NodeKind::Op(Op::MakeDate, _) => p.no_such_date,
        NodeKind::Op(..) => p.beyond_limits,
        NodeKind::OnDay(..) => p.not_recorded,
        NodeKind::Exceptions { .. } => p.exceptions_clash,
        NodeKind::Table { rows, .. } => {
            let met = rows.iter().filter(|(c, _)| places.set(place, *c).0.as_truth().can_be_met()).count();
            if met == 0 { p.no_row } else { p.several_rows }
        }
        NodeKind::Fold { .. } => p.no_members,
        _ => p.it_failed,
    };
    match define {
        Some(define) => {
            let title = define.title.as_ref().map(|t| fill(p.brackets, &[t.in_language(language)]));
            fill(p.failed_in, &[what, &format!("`{}`{}", define.name, title.unwrap_or_default())])
        }
        None => what.to_owned(),
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use crate::Policy;
    use crate::value::Date;

    #[test]
    fn what_fails_in_an_excluded_branch_is_no_fault_of_the_award() {
        let policy = Policy::compile(
            "policy p fact floor: money in USD or none
             parameter figure: money in USD from 2020-01-01: unrecorded from 2021-01-01: 5 from 2022-01-01: unrecorded
             define least: money in USD as figure except when floor is not none: floor
             award amount: money in USD as if floor is none then least else floor",
        );
        let policy = policy.unwrap();
        let facts = policy.facts_from_json(r#"{"floor": null}"#).unwrap();
        let faults = policy.decide(&facts, Date::new(2022, 6, 1).unwrap()).faults;
        let told: Vec<&str> = faults.iter().map(|f| &*f.message).collect();
        assert_eq!(told, ["no figure is recorded for that day, in `figure`"]);
        let faults = policy.decide(&facts, Date::new(2021, 6, 1).unwrap()).faults;
        assert_eq!(faults, []);
    }

    #[test]
    fn a_failure_is_told_in_the_definition_around_it_however_that_folds() {
        let policy = Policy::compile(
            "policy p fact hours: whole number from 0 to 60 fact pay: money in USD fact bonus: money in USD or none
             define idle as any of { (a) 3 is more than 3 (b) bonus is at least 4 }
             define rate as 1 USD + pay / hours
             refer slack when idle
             require fair rate is at least 7 USD",
        );
        let policy = policy.unwrap();
        let facts = policy.facts_from_json(r#"{"hours": 0, "pay": 100, "bonus": null}"#).unwrap();
        let faults = policy.decide(&facts, Date::new(2022, 6, 1).unwrap()).faults;
        let told: Vec<(&str, &str)> = faults.iter().map(|f| (&*f.rule, &*f.message)).collect();
        assert_eq!(told, [("slack", "none used as a value, in `idle`"), ("fair", "a division by zero, in `rate`")]);
    }

    #[test]
    fn a_failure_of_constants_is_told_as_any_other() {
        let policy = Policy::compile(
            "policy p fact pay: money in USD define share as (1 USD / 900 USD) rounded to 2 decimals
             require fair pay is at least (1 USD / share) rounded to 2 decimals",
        );
        let policy = policy.unwrap();
        let facts = policy.facts_from_json(r#"{"pay": 1}"#).unwrap();
        let faults = policy.decide(&facts, Date::new(2022, 6, 1).unwrap()).faults;
        assert_eq!(faults.iter().map(|f| &*f.message).collect::<Vec<_>>(), ["a division by zero"]);
    }
}
