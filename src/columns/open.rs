//! Rows that points leave open: decided by sets, many at a time.

use super::load::{Sources, Taken};
use super::results::{NO_KEY, PROPOSED, Results, UNSETTLED, ValueCells, standing_key};
use super::vectors::PolicyVectors;
use crate::decide::{Deciding, Outcome, Roots, Standing, Table, deciding, standing};
use crate::eval::batch::{Columns, Reach, order};
use crate::graph::{Graph, NodeId, PolicyEntry};
use crate::op::{RuleKind, Texts};
use crate::value::{Body, Date, Kind, Set, Truth};
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
        let suits: Vec<bool> = policies.iter().map(|p| order(graph, &p.roots()).is_some()).collect();
        let roots: Vec<NodeId> =
            policies.iter().zip(&suits).filter(|(_, suits)| **suits).flat_map(|(p, _)| p.roots()).collect();
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
    pub fn decide(&self, places: &Places, tells: super::outputs::Tells, results: &mut Results, table: &mut Table) -> Places {
        let rows = self.columns.rows;
        let truths = |id: NodeId| self.columns.of(id).truths(rows);
        let triggers: Vec<Vec<u8>> = self.entry.rules.iter().map(|r| truths(r.trigger)).collect();
        let applies = self.entry.applies.as_ref().map(|c| truths(c.node));
        let promises: Vec<Vec<u8>> = self.entry.promises.iter().map(|p| truths(p.node)).collect();
        let (mut back, mut incomplete) = (Places::new(), Vec::new());
        for (row, into) in places {
            let roots = self.roots(*row, &triggers, applies.as_deref());
            let broken = promises.iter().any(|p| Truth::from_bits(p[*row]) == Truth::NOT_MET);
            let failed = roots.applies.can_be_faulty() || roots.triggers.contains(&Truth::FAULTY);
            let told = self.vectors.awards.iter().chain(&self.vectors.reports);
            if broken || failed || told.into_iter().any(|n| { let s = self.result(*n, *row); s.fault && s.is_settled() }) {
                back.push((*row, *into));
                continue;
            }
            let said = self.say(*row, &roots, table);
            if said.outcome == Outcome::Incomplete {
                incomplete.push((*row, *into, roots.clone(), said.can_approve));
            }
            if tells.possible && said.outcome == Outcome::Incomplete {
                let possible = table.results(&roots).outcomes(self.entry.declines_automatic);
                if possible.len() > 1 {
                    results.rare.possible.push((*into, possible));
                }
            }
            self.write(*row, *into, &roots, &said, results);
        }
        if !incomplete.is_empty() && (tells.needs || self.vectors.judges) {
            self.needs(&incomplete, tells.needs, results);
        }
        back
    }

    fn roots(&self, row: usize, triggers: &[Vec<u8>], applies: Option<&[u8]>) -> Roots {
        let mut ranks = [Truth::NOT_MET; 3];
        let mut all = Vec::with_capacity(triggers.len());
        for (rule, truths) in self.entry.rules.iter().zip(triggers) {
            let truth = Truth::from_bits(truths[row]);
            let rank = match rule.kind {
                RuleKind::ReferEvenWhenDeclined => 0,
                RuleKind::Require | RuleKind::Exclude => 1,
                RuleKind::Refer => 2,
            };
            if truth != Truth::NOT_MET {
                ranks[rank] = ranks[rank].or(truth);
            }
            all.push(truth);
        }
        let award = |node: &NodeId| {
            let set = self.result(*node, row);
            let works = set.body != Body::Nothing || set.none;
            Truth::from_bits(u8::from(works) | u8::from(set.fault) << 2)
        };
        Roots {
            applies: applies.map_or(Truth::MET, |a| Truth::from_bits(a[row])),
            first_referral: ranks[0],
            decline: ranks[1],
            referral: ranks[2],
            awards: self.vectors.awards.iter().map(award).fold(Truth::MET, Truth::and),
            triggers: all,
        }
    }

    /// The set of an award or report: a date outside the calendar is a fault.
    fn result(&self, id: NodeId, row: usize) -> Set {
        let set = self.columns.of(id).get(row);
        match set.body {
            Body::Interval(low, high) if self.graph.node(id).shape.kind == Kind::Date => {
                let (first, last) = (Date::MIN.days().into(), Date::MAX.days().into());
                let within = Set::interval(low.max(first), high.min(last));
                Set { none: set.none, ..within }.or_fault(set.fault || low < first || high > last)
            }
            _ => set,
        }
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

    fn write(&self, row: usize, into: usize, roots: &Roots, said: &Said, results: &mut Results) {
        results.outcomes[into] = said.outcome as i8;
        if let Some(flags) = results.flags.get_mut(into) {
            *flags = if said.proposed { PROPOSED } else { 0 };
        }
        let (key, cites) = match deciding(self.entry, roots, said.outcome, said.proposed, true) {
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
        for (at, (versions, keys)) in self.vectors.standings.iter().zip(&mut results.standings).enumerate() {
            let truth = |n: NodeId| Truth::from_bits(self.columns.of(n).truth(row));
            keys[into] = standing_key(if self.vectors.applies_standing == Some(at) {
                match roots.applies {
                    Truth::MET => Standing::Met,
                    Truth::NOT_MET => Standing::NotMet,
                    Truth::FAULTY => Standing::Faulty,
                    _ => Standing::Open,
                }
            } else {
                let mut all = versions.iter().map(|rule| standing(rule, truth));
                all.find(|s| *s != Standing::NotInForce).unwrap_or(Standing::NotInForce)
            });
        }
    }

    /// The facts that still matter in rows that are incomplete; a row that waits for findings alone is for a person.
    fn needs(&self, rows: &[(usize, usize, Roots, bool)], is_told: bool, results: &mut Results) {
        let mut reach = Reach::new(self.graph, self.columns);
        let count = self.columns.rows;
        let mut masks: BTreeMap<NodeId, Vec<u8>> = BTreeMap::new();
        let mut start = |node: NodeId, row: usize| masks.entry(node).or_insert_with(|| vec![0; count])[row] = 1;
        for (row, _, roots, can_approve) in rows {
            let truth = |n: NodeId| Truth::from_bits(self.columns.of(n).truth(*row));
            if let Some(applies) = self.entry.applies.as_ref().filter(|c| !truth(c.node).is_settled()) {
                start(applies.node, *row);
            }
            for (rule, trigger) in self.entry.rules.iter().zip(&roots.triggers) {
                if !trigger.is_settled() && roots.can_reach(rule.kind) && standing(rule, truth) == Standing::Open {
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
            let needed = in_order.iter().filter(|(fact, rows)| {
                rows[*row] != 0 && self.sources.is_pending(self.taken, *fact, *row)
            });
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
