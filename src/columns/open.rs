//! Rows that points leave open: decided by sets, many at a time.

use super::load::Sources;
use super::results::{PROPOSED, Results, UNSETTLED, ValueCells, Values, standing_key};
use super::taken::Taken;
use super::vectors::{PolicyVectors, clauses, is_plain};
use crate::decide::{Forced, Outcome, Outcomes, Roots, Standing, forced, rank_of, standing, within_calendar};
use crate::eval::batch::{
    Buffers, Chunk, Columns, Lanes, Program, Reach, Runner, ScopeRows, Sets, Widths, any_of, facts_below, lower_open,
    order, put_where, set_bit,
};
use crate::graph::{FactId, Graph, NodeId, PolicyEntry};
use crate::value::{Body, Kind, Set, Truth};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of one policy that are taken aside: where each stands among them, and where in the results.
pub(crate) type Places = Vec<(u32, u32)>;

/// What decides rows by sets: a program for as many nodes as it can make, the graph for the others.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    program: Arc<Program>,
    /// What the program leaves to the graph, operands first.
    rest: Arc<[NodeId]>,
    /// All nodes, for rows that the program gives up.
    all: Arc<[NodeId]>,
    /// The facts that it reads.
    pub facts: BTreeSet<FactId>,
    /// Whether it suits each policy.
    pub suits: Vec<bool>,
}

impl Open {
    /// The nodes below the policies' roots; a policy that looks into lists or texts is left to single cases.
    pub fn new(
        graph: &Graph,
        policies: &[PolicyVectors],
        widths: Widths,
        can_be_none: &dyn Fn(FactId) -> bool,
    ) -> Open {
        let suits: Vec<bool> = policies.iter().map(|p| order(graph, &p.open_roots(), None).is_some()).collect();
        let roots: Vec<NodeId> =
            policies.iter().zip(&suits).filter(|(_, suits)| **suits).flat_map(|(p, _)| p.open_roots()).collect();
        let program = lower_open(graph, &roots, widths, can_be_none);
        let nodes = |program| order(graph, &roots, program).unwrap_or_default().into();
        Open {
            rest: nodes(Some(&program)),
            all: nodes(None),
            facts: facts_below(graph, &roots).into_iter().map(|(fact, _)| fact).collect(),
            program: Arc::new(program),
            suits,
        }
    }

    /// A runner for its program.
    pub fn runner<'a>(&'a self, graph: &'a Graph, buffers: Buffers) -> Runner<'a> {
        Runner::new(graph, &self.program, buffers)
    }

    /// The vectors that the program reads, over rows taken aside.
    pub fn inputs<'t>(&self, sources: &Sources, taken: &'t Taken) -> Vec<Lanes<'t>> {
        self.program.inputs().iter().map(|input| sources.taken_lanes(taken, *input)).collect()
    }

    /// The sets of all nodes over rows taken aside: what the program has made, and the rest.
    pub fn columns<'g>(
        &self,
        graph: &'g Graph,
        sources: &Sources,
        taken: &Taken,
        made: Option<(&'g Runner<'g>, Chunk<'g>)>,
    ) -> Columns<'g> {
        let order = if made.is_some() { &self.rest } else { &self.all };
        Columns::evaluate(graph, order, taken.rows, |id| sources.sets(taken, id), made)
    }

    /// The rows of a chunk of rows taken aside.
    pub fn scopes(graph: &Graph, taken: &Taken) -> Vec<ScopeRows> {
        let mut scopes = vec![ScopeRows::default(); graph.scopes.len()];
        scopes[0].rows = taken.rows;
        scopes
    }
}

/// One policy over the rows taken aside.
pub(crate) struct OpenPolicy<'a> {
    pub graph: &'a Graph,
    pub entry: &'a PolicyEntry,
    pub vectors: &'a PolicyVectors,
    pub sources: &'a Sources<'a>,
    pub taken: &'a Taken,
    pub columns: &'a Columns<'a>,
}

/// The standings of a policy's roots, as bits by row.
struct Standings<'a> {
    applies: Option<Cow<'a, [u8]>>,
    ranks: [Vec<u8>; 3],
    triggers: Vec<Cow<'a, [u8]>>,
    /// By rank: the place of the first rule that triggers for sure, past all rules if none does.
    first: [Vec<i16>; 3],
    /// Where there is more to say than columns hold; empty if nowhere.
    back: Vec<u8>,
}

impl Standings<'_> {
    /// What [`Roots::of_key`] takes, by row.
    fn keys(&self, awards_work: Option<&[u8]>) -> Vec<u16> {
        let mut keys = vec![0u16; self.ranks[0].len()];
        let all =
            [self.applies.as_deref(), Some(&self.ranks[0]), Some(&self.ranks[1]), Some(&self.ranks[2]), awards_work];
        for (at, truths) in all.into_iter().enumerate() {
            match truths {
                Some(truths) => keys.iter_mut().zip(truths).for_each(|(key, t)| *key |= u16::from(*t) << (3 * at)),
                None => keys.iter_mut().for_each(|key| *key |= u16::from(Truth::MET.bits()) << (3 * at)),
            }
        }
        keys
    }
}

/// What is said of a row by sets.
#[derive(Clone, Copy)]
struct Said {
    outcome: Outcome,
    possible: Outcomes,
    proposed: bool,
    can_approve: bool,
    could_approve: bool,
    is_applicable: bool,
    /// By rank: nothing where the first rule that triggers can be what decides alone, else all bits of a number that is no rule.
    ranks: [i16; 3],
    /// Whether the policy's own clause decides.
    by_clause: bool,
}

/// What has been said of roots that stand alike: there are not many combinations, and most rows share a few.
#[derive(Default)]
pub(crate) struct Table {
    /// By key: one past the place in `said`.
    places: Vec<u32>,
    said: Vec<Said>,
}

impl Table {
    /// The place of what is said; `key` is of [`Roots::of_key`].
    fn say(&mut self, key: u32, awards_open: bool, declines_automatic: bool) -> u32 {
        if self.places.is_empty() {
            self.places = vec![0; 1 << 17];
        }
        let place = &mut self.places[(key << 2 | u32::from(awards_open) << 1 | u32::from(declines_automatic)) as usize];
        if *place == 0 {
            self.said.push(say(&Roots::of_key(key), awards_open, declines_automatic));
            *place = self.said.len() as u32;
        }
        *place - 1
    }
}

fn say(roots: &Roots, awards_open: bool, declines_automatic: bool) -> Said {
    let results = roots.results();
    let possible = results.outcomes(declines_automatic);
    let can_approve = possible.contains(Outcome::Approved);
    let outcome = match possible.only() {
        Some(only) if !(awards_open && can_approve) => only,
        _ => Outcome::Incomplete,
    };
    let proposed = outcome == Outcome::Referred && results.only_declines();
    let forced = forced(declines_automatic, roots, (outcome, proposed, true));
    let ranks = if let Forced::ByRank(ranks) = forced { ranks } else { [false; 3] };
    Said {
        outcome,
        possible,
        proposed,
        can_approve,
        could_approve: roots.without_faults().results().can_approve(),
        is_applicable: possible.only() != Some(Outcome::NotApplicable),
        ranks: ranks.map(|counts| if counts { 0 } else { i16::MAX }),
        by_clause: forced == Forced::Applies,
    }
}

impl OpenPolicy<'_> {
    /// Decides rows; gives those back of which there is more to say than columns hold.
    pub fn decide(
        &self,
        places: &Places,
        tells: super::outputs::Tells,
        results: &mut Results,
        table: &mut Table,
    ) -> Places {
        let awards: Vec<Told> = self.vectors.awards.iter().map(|n| self.told(*n, true)).collect();
        let reports: Vec<Told> = self.vectors.reports.iter().map(|n| self.told(*n, true)).collect();
        let shown: Vec<Told> = self.vectors.shown.iter().map(|n| self.told(*n, false)).collect();
        let all = self.standings(awards.iter().chain(&reports));
        let awards_work = self.awards_work(&awards);
        let open_awards: Vec<Vec<u8>> = self.vectors.awards.iter().map(|n| self.columns.settled(*n)).collect();
        let keys = all.keys(awards_work.as_deref());
        let mut back = Places::new();
        let mut said: Vec<(u32, u32, u32)> = Vec::with_capacity(places.len());
        for (row, into) in places {
            let at = *row as usize;
            if all.back.get(at).is_some_and(|back| *back != 0) {
                back.push((*row, *into));
                continue;
            }
            let awards_open = open_awards.iter().any(|settled| settled[at] == 0);
            said.push((*row, *into, table.say(keys[at].into(), awards_open, self.entry.declines_automatic)));
        }
        // One column after the other, each without a branch: what is said of a row cannot be foreseen.
        let said = || said.iter().map(|(row, into, said)| (*row as usize, *into as usize, &table.said[*said as usize]));
        said().for_each(|(_, to, said)| results.outcomes[to] = said.outcome as i8);
        if let Some(flags) = &mut results.flags {
            said().for_each(|(_, to, said)| flags[to] = if said.proposed { PROPOSED } else { 0 });
        }
        let (rules, clause) = self.vectors.keys();
        let decides = |(at, to, said): (usize, usize, &Said)| {
            let of = |rank: usize| all.first[rank][at] | said.ranks[rank];
            let rule = (of(0).min(of(1)).min(of(2)) as usize).min(rules.len() - 1);
            (to, if said.by_clause { clause } else { rules[rule] })
        };
        results.rules.set_each(said().map(decides).map(|(to, keys)| (to, keys.0)));
        if let Some(cites) = &mut results.cites {
            cites.set_each(said().map(decides).map(|(to, keys)| (to, keys.1)));
        }
        if !results.values.is_empty() {
            for (at, to, said) in said() {
                let awards = awards.iter().map(|told| (told, said.could_approve));
                let reports = reports.iter().map(|told| (told, said.is_applicable));
                let shown = shown.iter().map(|told| (told, true));
                for ((told, is_told), values) in awards.chain(reports).chain(shown).zip(&mut results.values) {
                    told.write(at, is_told, values, to);
                }
            }
        }
        let mut incomplete: Vec<(usize, usize, &Said)> = Vec::new();
        if tells.possible || tells.needs || self.vectors.judges {
            incomplete.extend(said());
            let mut kept = 0;
            for at in 0..incomplete.len() {
                incomplete[kept] = incomplete[at];
                kept += usize::from(incomplete[at].2.outcome == Outcome::Incomplete);
            }
            incomplete.truncate(kept);
        }
        if tells.possible {
            let (lists, mut known) = (&mut results.rare.possible, [None; 1 << Outcome::ALL.len()]);
            for (_, to, said) in incomplete.iter().filter(|(_, _, said)| said.possible.len() > 1) {
                let make = || lists.list(said.possible.iter().map(Outcome::as_str));
                let list = *known[said.possible.bits()].get_or_insert_with(make);
                lists.give(*to, list);
            }
        }
        self.write_standings(places, results);
        if !incomplete.is_empty() && (tells.needs || self.vectors.judges) {
            self.needs(&incomplete, &all, tells.needs, results);
        }
        back
    }

    /// What is told of a node; `as_result`: a date outside the calendar is a fault.
    fn told(&self, node: NodeId, as_result: bool) -> Told<'_> {
        Told { sets: self.columns.of(node), kind: self.graph.node(node).shape.kind, as_result }
    }

    /// The standings of all roots over all rows.
    fn standings<'t>(&self, results: impl Iterator<Item = &'t Told<'t>>) -> Standings<'_> {
        let rows = self.columns.rows;
        let mut ranks = [(); 3].map(|()| vec![Truth::NOT_MET.bits(); rows]);
        let mut first = [(); 3].map(|()| vec![i16::MAX; rows]);
        let mut back = Vec::new();
        let mut give_back = |all: &[u8], is_back: &dyn Fn(u8) -> bool| {
            back.resize(rows, 0);
            back.iter_mut().zip(all).for_each(|(back, t)| *back |= u8::from(is_back(*t)));
        };
        let mut triggers = Vec::with_capacity(self.entry.rules.len());
        for rule in &self.entry.rules {
            let truths = self.columns.truths(rule.trigger);
            any_of(&mut ranks[usize::from(rank_of(rule.kind))], &truths);
            if truths.iter().fold(0, |all, t| all | t) & Truth::FAULTY.bits() != 0 {
                give_back(&truths, &|t| t == Truth::FAULTY.bits());
            }
            triggers.push(truths);
        }
        for (at, (rule, truths)) in self.entry.rules.iter().zip(&triggers).enumerate().rev() {
            let first = &mut first[usize::from(rank_of(rule.kind))];
            put_where(first, truths, Truth::MET.bits(), at as i16);
        }
        for promise in &self.entry.promises {
            give_back(&self.columns.truths(promise.node), &|t| t == Truth::NOT_MET.bits());
        }
        let applies = self.entry.applies.as_ref().map(|c| self.columns.truths(c.node));
        if let Some(applies) = &applies {
            give_back(applies, &|t| Truth::from_bits(t).can_be_faulty());
        }
        for told in results.filter(|told| told.may_fail()) {
            let fails: Vec<u8> = (0..rows).map(|row| u8::from(told.get(row) == Set::FAULT)).collect();
            give_back(&fails, &|fails| fails != 0);
        }
        Standings { applies, ranks, triggers, first, back }
    }

    /// Whether every award can be worked out, as bits by row; absent if each can in every row.
    fn awards_work(&self, awards: &[Told]) -> Option<Vec<u8>> {
        if !awards.iter().any(Told::may_fail) {
            return None;
        }
        let works = |told: &Told, row: usize| {
            let set = told.get(row);
            let works = set.body != Body::Nothing || set.none;
            Truth::from_bits(u8::from(works) | u8::from(set.fault) << 2)
        };
        let all = |row: usize| awards.iter().map(|told| works(told, row)).fold(Truth::MET, Truth::and);
        Some((0..self.columns.rows).map(|row| all(row).bits()).collect())
    }

    /// The standing of each rule by name.
    fn write_standings(&self, places: &Places, results: &mut Results) {
        for (at, (versions, keys)) in self.vectors.standings.iter().zip(&mut results.standings).enumerate() {
            let by_bits = |bits: [Standing; 3]| -> [i8; 8] {
                std::array::from_fn(|t| {
                    standing_key(match Truth::from_bits(t as u8) {
                        Truth::MET => bits[0],
                        Truth::NOT_MET => bits[1],
                        Truth::FAULTY => bits[2],
                        _ => Standing::Open,
                    })
                })
            };
            let plain = by_bits([Standing::Met, Standing::NotMet, Standing::Faulty]);
            let of = match (&self.entry.applies, &versions[..]) {
                (Some(applies), _) if self.vectors.applies_standing == Some(at) => Some(applies.node),
                (_, [rule]) if is_plain(rule) => Some(rule.condition.node),
                _ => None,
            };
            if let Some(node) = of {
                let truths = self.columns.truths(node);
                let key = |row: u32| plain[usize::from(truths[row as usize] & 7)];
                places.iter().for_each(|(row, into)| keys[*into as usize] = key(*row));
                continue;
            }
            let nodes = versions.iter().flat_map(clauses);
            let truths: BTreeMap<NodeId, Cow<[u8]>> = nodes.map(|n| (n, self.columns.truths(n))).collect();
            for (row, into) in places {
                let truth = |n: NodeId| Truth::from_bits(truths[&n][*row as usize]);
                let mut all = versions.iter().map(|rule| standing(rule, truth));
                keys[*into as usize] =
                    standing_key(all.find(|s| *s != Standing::NotInForce).unwrap_or(Standing::NotInForce));
            }
        }
    }

    /// The facts that still matter in rows that are incomplete; a row that waits for findings alone is for a person.
    fn needs(&self, rows: &[(usize, usize, &Said)], all: &Standings, is_told: bool, results: &mut Results) {
        let mut reach = Reach::new(self.graph, self.columns);
        let count = self.columns.rows;
        let (mut asks, mut approvable) = (vec![0u8; count], vec![0u8; count]);
        for (row, _, said) in rows {
            asks[*row] = 1;
            approvable[*row] = said.can_approve.into();
        }
        if let Some(applies) = &self.entry.applies {
            reach.start(applies.node, &asks);
        }
        for (rule, triggers) in self.entry.rules.iter().zip(&all.triggers) {
            let mut open = asks.clone();
            let settled_by = match rank_of(rule.kind) {
                0 => &[][..],
                1 => &all.ranks[..1],
                _ => &all.ranks[..2],
            };
            for settled in settled_by {
                open.iter_mut().zip(settled).for_each(|(open, t)| *open &= u8::from(*t != Truth::MET.bits()));
            }
            let is_open = |t: u8| t & t.wrapping_sub(1) != 0;
            open.iter_mut().zip(&**triggers).for_each(|(open, t)| *open &= u8::from(is_open(*t)));
            if !is_plain(rule) {
                let clauses = clauses(rule).map(|n| (n, self.columns.truths(n)));
                let truths: BTreeMap<NodeId, Cow<[u8]>> = clauses.collect();
                for (row, open) in open.iter_mut().enumerate().filter(|(_, open)| **open != 0) {
                    let standing = standing(rule, |n| Truth::from_bits(truths[&n][row]));
                    *open = u8::from(standing == Standing::Open);
                }
            } else {
                let condition = self.columns.truths(rule.condition.node);
                open.iter_mut().zip(&*condition).for_each(|(open, t)| *open &= u8::from(is_open(*t)));
            }
            reach.start(rule.trigger, &open);
        }
        self.vectors.awards.iter().for_each(|n| reach.start(*n, &approvable));
        let facts = reach.facts();
        let mut asked: Vec<(&str, bool, Vec<u8>)> = Vec::new();
        for told in &self.entry.facts {
            let Some(mut needed) = facts.get(&told.fact).cloned() else { continue };
            if let Some(pending) = self.sources.pending(self.taken, told.fact) {
                needed.resize(pending.len(), 0);
                needed.iter_mut().zip(pending).for_each(|(needed, pending)| *needed &= pending);
            }
            let fact = self.graph.fact(told.fact);
            if needed.contains(&1) {
                asked.push((&fact.name, fact.judged_by.is_some(), needed));
            }
        }
        // Most rows ask for the same few facts: what has been found for these is kept, by the facts as bits where there are not more.
        let mut patterns = vec![0u64; count];
        for (at, (_, _, needed)) in asked.iter().enumerate() {
            set_bit(&mut patterns, needed, at);
        }
        let mut known = [(0, None); 256];
        for (row, into, ..) in rows {
            let pattern = patterns[*row];
            let known = &mut known[(pattern.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize];
            if known.0 != pattern || asked.len() > 64 {
                let own = || asked.iter().filter(|(_, _, needed)| needed[*row] != 0);
                let ask = |_: &_| Ask {
                    is_for_a_person: own().all(|(_, is_judged, _)| *is_judged),
                    list: results.rare.needs.list(own().map(|(name, ..)| *name)),
                };
                *known = (pattern, own().next().map(ask));
            }
            let Some(ask) = known.1 else { continue };
            if ask.is_for_a_person {
                results.outcomes[*into] = Outcome::Referred as i8;
                results.flags.iter_mut().for_each(|flags| flags[*into] = UNSETTLED);
            }
            if is_told {
                results.rare.needs.give(*into, ask.list);
            }
        }
    }
}

/// What some facts that are asked for mean for a row.
#[derive(Clone, Copy)]
struct Ask {
    /// Whether it waits for a person's findings alone.
    is_for_a_person: bool,
    /// The list of their names.
    list: u32,
}

/// An award, a report or a definition over the rows taken aside.
struct Told<'a> {
    sets: Cow<'a, Sets>,
    kind: Kind,
    as_result: bool,
}

impl Told<'_> {
    fn get(&self, row: usize) -> Set {
        let set = self.sets.get(row);
        if self.as_result { within_calendar(set, self.kind) } else { set }
    }

    /// Writes a row's value, if there is exactly one and it is told.
    fn write(&self, row: usize, is_told: bool, values: &mut Values, to: usize) {
        let set = self.get(row);
        let value = one_value(&set).filter(|_| is_told && set.is_settled());
        values.given[to] = value.is_some().into();
        let Some(value) = value else { return };
        match &mut values.cells {
            ValueCells::Whole(v) => v[to] = value as i64,
            ValueCells::Decimal(v) => v[to] = value,
            ValueCells::Day(v) => v[to] = value as i32,
            ValueCells::Truth(v) => v[to] = value as u8,
            ValueCells::Choice(v) => v.set(to, value as i16),
            ValueCells::Text(_) => debug_assert_ne!(self.kind, Kind::Text),
        }
    }

    /// Whether any row's set may be a fault, or nothing.
    fn may_fail(&self) -> bool {
        self.kind == Kind::Date || matches!(*self.sets, Sets::Mixed(_) | Sets::Same(_) | Sets::Truths(_))
    }
}

/// The one value of a settled set; absent for *none* and for a fault.
fn one_value(set: &Set) -> Option<i128> {
    match set.body {
        Body::Interval(value, _) => Some(value),
        Body::Truth(truth) => Some(truth.can_be_met().into()),
        Body::Choices(choices) => choices.first().map(i128::from),
        _ => None,
    }
}
