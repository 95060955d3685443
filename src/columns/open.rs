//! Rows that points leave open: decided by sets, many at a time.

use super::load::{Sources, Taken};
use super::results::{NO_KEY, PROPOSED, Results, UNSETTLED, ValueCells, standing_key};
use super::vectors::PolicyVectors;
use crate::decide::{Deciding, Outcome, Roots, Standing, Table, deciding, rank_of, standing, within_calendar};
use crate::eval::batch::{Columns, Reach, any_of, order};
use crate::graph::{Graph, NodeId, PolicyEntry};
use crate::op::Texts;
use crate::value::{Body, Kind, Set, Truth};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rows of one policy that are taken aside: where each stands in the results, by the place at which it was taken.
pub(crate) type Places = Vec<(usize, usize)>;

/// What decides rows by sets: the nodes of all policies it suits.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    order: Arc<[NodeId]>,
    /// Whether it suits each policy.
    pub suits: Vec<bool>,
}

impl Open {
    /// The nodes below the policies' roots; a policy that looks into lists or texts is left to single cases.
    pub fn new(graph: &Graph, policies: &[PolicyVectors]) -> Open {
        let suits: Vec<bool> = policies.iter().map(|p| order(graph, &p.open_roots()).is_some()).collect();
        let roots: Vec<NodeId> =
            policies.iter().zip(&suits).filter(|(_, suits)| **suits).flat_map(|(p, _)| p.open_roots()).collect();
        Open { order: order(graph, &roots).unwrap_or_default().into(), suits }
    }

    /// The sets of all nodes over the rows taken aside.
    pub fn columns<'g>(&self, graph: &'g Graph, sources: &Sources, taken: &Taken) -> Columns<'g> {
        let texts: &dyn Texts = &graph.texts;
        Columns::evaluate(graph, &self.order, taken.rows, |id| sources.sets(taken, id), texts)
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
    /// Where some trigger can only fail; empty if nowhere.
    faulty: Vec<u8>,
}

/// What is said of a row by sets.
struct Said {
    outcome: Outcome,
    proposed: bool,
    can_approve: bool,
    could_approve: bool,
    is_applicable: bool,
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
        let all = self.standings();
        let promises: Vec<_> = self.entry.promises.iter().map(|p| self.columns.truths(p.node)).collect();
        let (mut back, mut incomplete) = (Places::new(), Vec::new());
        for (row, into) in places {
            let roots = self.roots(*row, &all);
            let broken = promises.iter().any(|p| Truth::from_bits(p[*row]) == Truth::NOT_MET);
            let failed = roots.applies.can_be_faulty() || all.faulty.get(*row).is_some_and(|f| *f != 0);
            let fails = |n: &NodeId| self.result(*n, *row) == Set::FAULT;
            if broken || failed || self.vectors.awards.iter().chain(&self.vectors.reports).any(fails) {
                back.push((*row, *into));
                continue;
            }
            let said = self.say(*row, &roots, table);
            if said.outcome == Outcome::Incomplete {
                incomplete.push((*row, *into, said.can_approve));
                let possible = table.results(&roots).outcomes(self.entry.declines_automatic);
                if tells.possible && possible.len() > 1 {
                    results.rare.possible.push((*into, possible));
                }
            }
            self.write(*row, *into, &roots, &all, &said, results);
        }
        self.write_standings(places, results);
        if !incomplete.is_empty() && (tells.needs || self.vectors.judges) {
            self.needs(&incomplete, &all, tells.needs, results);
        }
        back
    }

    /// The standings of all roots over all rows.
    fn standings(&self) -> Standings<'_> {
        let rows = self.columns.rows;
        let mut ranks = [(); 3].map(|()| vec![Truth::NOT_MET.bits(); rows]);
        let mut faulty = Vec::new();
        let mut triggers = Vec::with_capacity(self.entry.rules.len());
        for rule in &self.entry.rules {
            let truths = self.columns.truths(rule.trigger);
            any_of(&mut ranks[usize::from(rank_of(rule.kind))], &truths);
            if truths.contains(&Truth::FAULTY.bits()) {
                faulty.resize(rows, 0);
                let is_faulty = |t: &u8| u8::from(*t == Truth::FAULTY.bits());
                faulty.iter_mut().zip(&*truths).for_each(|(f, t)| *f |= is_faulty(t));
            }
            triggers.push(truths);
        }
        let applies = self.entry.applies.as_ref().map(|c| self.columns.truths(c.node));
        Standings { applies, ranks, triggers, faulty }
    }

    /// The standings of a row's roots, without those of its rules.
    fn roots(&self, row: usize, all: &Standings) -> Roots {
        let award = |node: &NodeId| {
            let set = self.result(*node, row);
            let works = set.body != Body::Nothing || set.none;
            Truth::from_bits(u8::from(works) | u8::from(set.fault) << 2)
        };
        let [first_referral, decline, referral] = [0, 1, 2].map(|rank| Truth::from_bits(all.ranks[rank][row]));
        Roots {
            applies: all.applies.as_ref().map_or(Truth::MET, |a| Truth::from_bits(a[row])),
            first_referral,
            decline,
            referral,
            awards: self.vectors.awards.iter().map(award).fold(Truth::MET, Truth::and),
            triggers: Vec::new(),
        }
    }

    /// The set of an award or report: a date outside the calendar is a fault.
    fn result(&self, id: NodeId, row: usize) -> Set {
        within_calendar(self.columns.of(id).get(row), self.graph.node(id).shape.kind)
    }

    fn say(&self, row: usize, roots: &Roots, table: &mut Table) -> Said {
        let results = table.results(roots);
        let possible = results.outcomes(self.entry.declines_automatic);
        let can_approve = possible.contains(Outcome::Approved);
        let is_open = |n: &NodeId| !self.result(*n, row).is_settled();
        let awards_open = can_approve && self.vectors.awards.iter().any(is_open);
        let outcome = match possible.only() {
            Some(only) if !awards_open => only,
            _ => Outcome::Incomplete,
        };
        Said {
            outcome,
            proposed: outcome == Outcome::Referred && results.only_declines(),
            can_approve,
            could_approve: table.results(&roots.without_faults()).can_approve(),
            is_applicable: possible.only() != Some(Outcome::NotApplicable),
        }
    }

    fn write(&self, row: usize, into: usize, roots: &Roots, all: &Standings, said: &Said, results: &mut Results) {
        results.outcomes[into] = said.outcome as i8;
        if let Some(flags) = results.flags.get_mut(into) {
            *flags = if said.proposed { PROPOSED } else { 0 };
        }
        let is_met = |at: usize| all.triggers[at][row] == Truth::MET.bits();
        let (key, cites) = match deciding(self.entry, roots, is_met, (said.outcome, said.proposed, true)) {
            Some(Deciding::Rule(at)) => self.vectors.keys[at],
            Some(Deciding::Applies) => self.vectors.applies.map_or((NO_KEY, NO_KEY), |(_, v)| (v.key, v.cites)),
            None => (NO_KEY, NO_KEY),
        };
        results.rules[into] = key;
        results.cites.get_mut(into).into_iter().for_each(|c| *c = cites);
        let awards = self.vectors.awards.iter().map(|n| (n, said.could_approve, self.result(*n, row)));
        let reports = self.vectors.reports.iter().map(|n| (n, said.is_applicable, self.result(*n, row)));
        let shown = self.vectors.shown.iter().map(|n| (n, true, self.columns.of(*n).get(row)));
        for ((node, is_told, set), values) in awards.chain(reports).chain(shown).zip(&mut results.values) {
            let kind = self.graph.node(*node).shape.kind;
            let value = one_value(&set).filter(|_| is_told && set.is_settled());
            values.given[into] = value.is_some().into();
            let Some(value) = value else { continue };
            match &mut values.cells {
                ValueCells::Whole(v) => v[into] = value as i64,
                ValueCells::Decimal(v) => v[into] = value,
                ValueCells::Day(v) => v[into] = value as i32,
                ValueCells::Truth(v) => v[into] = value as u8,
                ValueCells::Choice(v) => v[into] = value as i16,
                ValueCells::Text(_) => debug_assert_ne!(kind, Kind::Text),
            }
        }
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
                // With nothing but its condition, a rule stands as that does.
                (_, [rule]) if rule.in_force.is_none() && rule.applies.is_none() && rule.unless.is_empty() => {
                    Some(rule.condition.node)
                }
                _ => None,
            };
            if let Some(node) = of {
                let truths = self.columns.truths(node);
                places.iter().for_each(|(row, into)| keys[*into] = plain[usize::from(truths[*row] & 7)]);
                continue;
            }
            for (row, into) in places {
                let truth = |n: NodeId| Truth::from_bits(self.columns.of(n).truth(*row));
                let mut all = versions.iter().map(|rule| standing(rule, truth));
                keys[*into] = standing_key(all.find(|s| *s != Standing::NotInForce).unwrap_or(Standing::NotInForce));
            }
        }
    }

    /// The facts that still matter in rows that are incomplete; a row that waits for findings alone is for a person.
    fn needs(&self, rows: &[(usize, usize, bool)], all: &Standings, is_told: bool, results: &mut Results) {
        let mut reach = Reach::new(self.graph, self.columns);
        let count = self.columns.rows;
        let mut masks: BTreeMap<NodeId, Vec<u8>> = BTreeMap::new();
        let mut start = |node: NodeId, row: usize| masks.entry(node).or_insert_with(|| vec![0; count])[row] = 1;
        for (row, _, can_approve) in rows {
            let roots = self.roots(*row, all);
            let truth = |n: NodeId| Truth::from_bits(self.columns.of(n).truth(*row));
            if let Some(applies) = self.entry.applies.as_ref().filter(|c| !truth(c.node).is_settled()) {
                start(applies.node, *row);
            }
            for (rule, triggers) in self.entry.rules.iter().zip(&all.triggers) {
                if !Truth::from_bits(triggers[*row]).is_settled()
                    && roots.can_reach(rule.kind)
                    && standing(rule, truth) == Standing::Open
                {
                    start(rule.trigger, *row);
                }
            }
            if *can_approve {
                self.vectors.awards.iter().for_each(|n| start(*n, *row));
            }
        }
        masks.iter().for_each(|(node, rows)| reach.start(*node, rows));
        let facts = reach.facts();
        let in_order: Vec<_> = self.entry.facts.iter().filter_map(|t| Some((t.fact, facts.get(&t.fact)?))).collect();
        for (row, into, ..) in rows {
            let needed = in_order
                .iter()
                .filter(|(fact, rows)| rows[*row] != 0 && self.sources.is_pending(self.taken, *fact, *row));
            let facts = needed.map(|(fact, _)| *fact).collect::<Vec<_>>();
            let is_judged = |f: &crate::graph::FactId| self.graph.fact(*f).judged_by.is_some();
            if !facts.is_empty() && facts.iter().all(is_judged) {
                results.outcomes[*into] = Outcome::Referred as i8;
                results.flags[*into] = UNSETTLED;
            }
            if is_told && !facts.is_empty() {
                let names = facts.iter().map(|f| Arc::from(&*self.graph.fact(*f).name));
                results.rare.needs.push((*into, names.collect()));
            }
        }
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
