//! Folds over the members of a list, known or not (*semantics 1, Lists*).

use super::rows::{Member, extreme, sum};
use super::{Leaf, Members, Run, Surroundings};
use crate::graph::{Fold, NodeId, ScopeId};
use crate::op::Quantifier;
use crate::value::{Set, Truth};

/// The set of a fold whose members are all evaluated.
pub(super) fn fold(run: &Run, here: &Surroundings, scope: ScopeId, filter: Option<NodeId>, fold: &Fold) -> Set {
    let outside = |n: NodeId| here.set(run.graph, run.layout, n);
    let members = here.frame.members(run.layout, scope);
    if let Members::Faulty = members {
        return Set::FAULT;
    }
    let each = |value: Option<NodeId>| each(run, here, members, scope, filter, value);
    match *fold {
        Fold::Count => sum(each(None)),
        Fold::Sum(value) => sum(each(Some(value))),
        Fold::Largest(value, otherwise) => extreme(true, each(Some(value)), otherwise.map_or(Set::FAULT, outside)),
        Fold::Smallest(value, otherwise) => extreme(false, each(Some(value)), otherwise.map_or(Set::FAULT, outside)),
        Fold::Satisfies(quantifier, condition) => {
            let all = each(Some(condition));
            Set::truth(
                quantifier.fold(all.flat_map(|m| std::iter::repeat_n(satisfies(quantifier, &m), m.copies as usize))),
            )
        }
        Fold::DaysCovered { from, to, within_from, within_to } => {
            let stretches = each(Some(from)).zip(each(Some(to)));
            days_covered(stretches, outside(within_from), outside(within_to))
        }
    }
}

/// The members with whether they count and one of their values.
fn each<'a>(
    run: &'a Run,
    here: &'a Surroundings,
    members: &'a Members,
    scope: ScopeId,
    filter: Option<NodeId>,
    value: Option<NodeId>,
) -> impl Iterator<Item = Member> + 'a {
    let of = run.graph.scopes[scope.0 as usize];
    let (frames, copies, exists) = match members {
        Members::Known(frames) => (frames.as_slice(), 1, Truth::MET),
        Members::Unknown(frame, most) => (std::slice::from_ref(&**frame), *most, Truth::OPEN),
        Members::Faulty | Members::Unvisited => (&[][..], 0, Truth::NOT_MET),
    };
    let records = match here.leaf(run.graph, of.list, of.owner) {
        Leaf::Members(records) => records.as_slice(),
        _ => &[],
    };
    frames.iter().enumerate().filter(move |_| copies > 0).map(move |(i, frame)| {
        let inside = here.inner(frame, records.get(i).map(Vec::as_slice));
        let set = |n: NodeId| inside.set(run.graph, run.layout, n);
        let counts = filter.map_or(Truth::MET, |f| set(f).as_truth());
        Member { present: exists.and(counts), value: value.map_or(Set::point(1), set), copies }
    })
}

/// One member's part in a quantifier: one that does not count never stands in its way.
fn satisfies(quantifier: Quantifier, member: &Member) -> Truth {
    let condition = member.value.as_truth();
    match quantifier {
        Quantifier::All => member.present.negate().or(condition),
        Quantifier::Any | Quantifier::None | Quantifier::AtLeast(_) => member.present.and(condition),
    }
}

/// Days of the union of stretches within a window. Fewest: every certain stretch as short as it can be; most: every possible
/// one as long as it can be.
fn days_covered(stretches: impl Iterator<Item = (Member, Member)>, window_from: Set, window_to: Set) -> Set {
    let mut fault = window_from.fault || window_from.none || window_to.fault || window_to.none;
    let (mut shortest, mut longest) = (Vec::new(), Vec::new());
    for (from, to) in stretches {
        let present = from.present;
        if from.is_faulty() || to.is_faulty() {
            return Set::FAULT;
        }
        let broken = |s: &Set| s.fault || s.none;
        fault |= present.can_be_faulty() || (present.can_be_met() && (broken(&from.value) || broken(&to.value)));
        if !present.can_be_met() {
            continue;
        }
        let (Some(first), Some(last)) = (from.value.ends(), to.value.ends()) else { continue };
        longest.push((first.0, last.1));
        if present == Truth::MET {
            shortest.push((first.1, last.0));
        }
    }
    let (Some(first), Some(last)) = (window_from.ends(), window_to.ends()) else { return Set::FAULT };
    Set::interval(union(shortest, first.1, last.0), union(longest, first.0, last.1)).or_fault(fault)
}

/// The number of distinct days of all stretches (ends included) from `first` to `last`.
fn union(mut stretches: Vec<(i128, i128)>, first: i128, last: i128) -> i128 {
    stretches.sort_unstable();
    let mut days = 0;
    let mut next = first;
    for (from, to) in stretches {
        let (from, to) = (from.max(next), to.min(last));
        if from <= to {
            days += to - from + 1;
            next = to + 1;
        }
    }
    days
}
