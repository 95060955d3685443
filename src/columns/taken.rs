//! Rows taken aside: what is open in them is decided apart from the chunks they come from.

use super::load::{Leaf, Sources, Stage};
use crate::eval::batch::{self, Blend, Input, Lane, Lanes, Sets, Width};
use crate::graph::{FactId, NodeId, NodeKind, ScopeId};
use crate::value::{Body, Choices, Kind, Set, Truth};
use std::collections::BTreeSet;

/// Rows taken aside, of several chunks.
#[derive(Default)]
pub(crate) struct Taken {
    leaves: Vec<TakenLeaf>,
    /// How many.
    pub rows: usize,
}

/// A column of the rows taken aside, in its own width.
#[derive(Default)]
struct TakenLeaf {
    bytes: Vec<u8>,
    ints: Vec<i32>,
    longs: Vec<i64>,
    /// Where nothing counts that was told: 1, else 0.
    open: Vec<u8>,
}

impl TakenLeaf {
    fn get(&self, row: usize, width: Width) -> Option<i64> {
        let value = || match width {
            Width::Byte => self.bytes[row].into(),
            Width::Int => self.ints[row].into(),
            Width::Long => self.longs[row],
        };
        (self.open[row] == 0).then(value)
    }
}

impl Taken {
    /// Takes none any more, and keeps the room.
    pub fn clear(&mut self) {
        for leaf in &mut self.leaves {
            leaf.bytes.clear();
            leaf.ints.clear();
            leaf.longs.clear();
            leaf.open.clear();
        }
        self.rows = 0;
    }

    /// Some of the rows.
    pub fn only(&self, rows: &[usize]) -> Taken {
        fn picked<T: Copy>(values: &[T], rows: &[usize]) -> Vec<T> {
            rows.iter().filter_map(|row| values.get(*row)).copied().collect()
        }
        let leaf = |leaf: &TakenLeaf| TakenLeaf {
            bytes: picked(&leaf.bytes, rows),
            ints: picked(&leaf.ints, rows),
            longs: picked(&leaf.longs, rows),
            open: picked(&leaf.open, rows),
        };
        Taken { leaves: self.leaves.iter().map(leaf).collect(), rows: rows.len() }
    }
}

/// Adds some rows' values, and where they are open. What stands there means nothing: the type's first value does no harm.
fn gather<T: Lane + Blend>(
    values: &mut Vec<T>,
    opens: &mut Vec<u8>,
    from: &[T],
    open: &[u64],
    rows: &[u32],
    first: i64,
) {
    let first = T::of(if first == i64::MIN { 0 } else { first });
    let taken = values.len();
    values.resize(taken + rows.len(), first);
    opens.resize(taken + rows.len(), 0);
    // Without a branch: which fact of a row is missing cannot be foreseen.
    batch::gather((&mut values[taken..], &mut opens[taken..]), from, open, rows, first);
}

impl Sources<'_> {
    /// The leaves of the case that tell some facts, and the decision dates.
    pub fn leaves_of(&self, facts: &BTreeSet<FactId>) -> Vec<usize> {
        let is_read = |leaf: &Leaf| leaf.fact.is_none_or(|(id, _)| facts.contains(&id));
        (0..self.leaves.len()).filter(|at| self.leaves[*at].list == 0 && is_read(&self.leaves[*at])).collect()
    }

    /// Takes rows of a chunk aside.
    pub fn take(&self, stage: &Stage, leaves: &[usize], rows: &[u32], into: &mut Taken) {
        into.leaves.resize_with(self.leaves.len(), TakenLeaf::default);
        for at in leaves {
            let (leaf, taken, open) = (&self.leaves[*at], &mut into.leaves[*at], &stage.open[*at]);
            match self.own_lanes(stage, *at, leaf) {
                Lanes::Bytes(v) => gather(&mut taken.bytes, &mut taken.open, v, open, rows, leaf.ends.0),
                Lanes::Ints(v) => gather(&mut taken.ints, &mut taken.open, v, open, rows, leaf.ends.0),
                Lanes::Longs(v) => gather(&mut taken.longs, &mut taken.open, v, open, rows, leaf.ends.0),
            }
        }
        into.rows += rows.len();
    }

    /// The vector of a program's input over the rows taken aside.
    pub fn taken_lanes<'s>(&self, taken: &'s Taken, input: Input) -> Lanes<'s> {
        let at = match input {
            Input::DecisionDate => self.on,
            Input::Fact(fact, _) | Input::IsNone(fact, _) | Input::IsOpen(fact) => self.find(fact, ScopeId::CASE),
        };
        let Some(at) = at else { return Lanes::Bytes(&[]) };
        let own = &taken.leaves[at];
        match (input, self.leaves[at].width) {
            (Input::IsNone(..) | Input::IsOpen(_), _) => Lanes::Bytes(&own.open),
            (_, Width::Byte) => Lanes::Bytes(&own.bytes),
            (_, Width::Int) => Lanes::Ints(&own.ints),
            (_, Width::Long) => Lanes::Longs(&own.longs),
        }
    }

    /// The sets of a fact, a *known*, or the decision date over the rows taken aside.
    pub fn sets(&self, taken: &Taken, id: NodeId) -> Sets {
        let (fact, is_known) = match self.graph.node(id).kind {
            NodeKind::Fact(fact, _) => (fact, false),
            NodeKind::Known(fact, _) => (fact, true),
            _ => {
                let Some(at) = self.on else { return Sets::Same(Set::point(self.day.days().into())) };
                let days: Vec<i64> = taken.leaves[at].ints.iter().map(|d| (*d).into()).collect();
                return Sets::Spans(days.clone(), days);
            }
        };
        let whole = self.graph.whole_type(fact);
        let Some(at) = self.find(fact, ScopeId::CASE) else {
            return Sets::Same(if is_known { Set::truth(Truth::OPEN) } else { whole });
        };
        let (leaf, own) = (&self.leaves[at], &taken.leaves[at]);
        if is_known {
            let of_open = if leaf.can_be_none { Truth::MET } else { Truth::OPEN };
            let bits = |open: &u8| if *open != 0 { of_open } else { Truth::MET }.bits();
            return Sets::Truths(own.open.iter().map(bits).collect());
        }
        let of_open = if leaf.can_be_none { Set::NONE } else { whole };
        let values = || (0..taken.rows).map(|row| own.get(row, leaf.width));
        let is_plain = !own.open.contains(&1) || !of_open.none;
        match self.graph.fact(fact).ty.kind {
            Kind::Truth if is_plain => {
                let bits = |v: Option<i64>| v.map_or(Truth::OPEN, |v| Truth::of(v != 0)).bits();
                Sets::Truths(values().map(bits).collect())
            }
            Kind::Enum(id) if self.graph.enums[id.0 as usize].values.len() <= 64 && is_plain => {
                let all = u64::MAX >> (64 - self.graph.enums[id.0 as usize].values.len().max(1));
                Sets::Choices(values().map(|v| v.map_or(all, |v| 1 << v)).collect())
            }
            kind if kind.is_numeric() && is_plain => {
                let (low, high) = self.graph.fact(fact).ty.bounds();
                values().map(|v| v.map_or((low, high), |v| (v, v))).unzip::<_, _, Vec<_>, Vec<_>>().into()
            }
            kind => {
                let given = |v: i64| match kind {
                    Kind::Truth => Set::yes_or_no(v != 0),
                    Kind::Enum(_) => Set::of(Body::Choices(Choices::one(v as u8))),
                    _ => Set::point(v.into()),
                };
                Sets::Mixed(values().map(|v| v.map_or(of_open, given)).collect())
            }
        }
    }

    /// In which rows taken aside a fact is pending: 1, else 0; absent if in all.
    pub fn pending<'t>(&self, taken: &'t Taken, fact: FactId) -> Option<&'t [u8]> {
        let at = self.find(fact, ScopeId::CASE)?;
        Some(if self.leaves[at].can_be_none { &[] } else { &taken.leaves[at].open })
    }
}
