//! Policies as programs over vectors, and what their vectors say of rows.

use super::load::{Sources, Stage};
use super::outputs::{PolicyOutput, ValueOutput};
use super::results::{NO_KEY, PolicyPiece, PROPOSED, ValueCells, standing_key};
use super::{BatchOptions, layout::Layout};
use crate::decide::{Outcome, Standing, refusal};
use crate::eval::batch::{Chunk, Lanes, Mask, Numbers, Program, Runner, lower, put};
use crate::graph::{FactId, Graph, NodeId, NodeKind, PolicyEntry, Rule, ScopeId, sets::fill_static_sets};
use crate::op::RuleKind;
use crate::policy::Bundle;
use crate::value::{Date, Kind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What decides rows by vectors: a graph narrowed to the day, and a program for all policies it suits.
#[derive(Clone, Debug)]
pub(crate) struct Vectors {
    graph: Arc<Graph>,
    program: Arc<Program>,
    policies: Vec<Option<PolicyVectors>>,
}

/// One policy's part.
#[derive(Clone, Debug)]
struct PolicyVectors {
    /// Rules by rank and in source order, with their keys: the first that triggers decides.
    rules: Vec<RuleVectors>,
    applies: Option<(NodeId, i16, i16)>,
    promises: Vec<NodeId>,
    /// By name: the rules whose standings are told.
    standings: Vec<Vec<Rule>>,
    /// The key of a policy's own clause among the standings.
    applies_standing: Option<usize>,
    awards: Vec<NodeId>,
    /// Reports and definitions: told whatever is decided, the former only where the policy concerns a case.
    reports: Vec<NodeId>,
    shown: Vec<NodeId>,
    /// Those among them that may leave the calendar.
    dates: BTreeSet<NodeId>,
    /// Facts that must be given.
    facts: Vec<(FactId, ScopeId)>,
    in_force: (Option<Date>, Option<Date>),
}

#[derive(Clone, Debug)]
struct RuleVectors {
    trigger: NodeId,
    verdict: u8,
    key: i16,
    cites: i16,
}

impl Vectors {
    /// Programs for the chosen policies; absent where not even one suits.
    pub fn new(
        bundle: &Bundle,
        chosen: &[usize],
        outputs: &[PolicyOutput],
        layout: &Layout,
        on: Date,
        options: &BatchOptions,
    ) -> Option<Vectors> {
        if options.complete && layout.case.facts.iter().any(Option::is_none) {
            // Facts without a column are closed; closed facts are for sets.
            return None;
        }
        let program = bundle.program();
        let mut graph = program.graph.clone();
        if layout.on.is_none() {
            fill_static_sets(&mut graph, (on.days(), on.days()));
        }
        let told = layout.told();
        let widths = |fact: FactId| told.get(&fact).map(|t| t.width);
        let can_be_none = |fact: FactId| {
            told.get(&fact).is_some_and(|t| t.null_is_none && !t.is_attested() && !options.attested)
        };
        let policies: Vec<PolicyVectors> = chosen
            .iter()
            .zip(outputs)
            .map(|(at, output)| PolicyVectors::new(&program.policies[*at], output, options))
            .collect();
        let refused = |at: &usize| layout.on.is_none() && refusal(&program.policies[*at], on).is_some();
        let all: Vec<NodeId> = policies.iter().flat_map(PolicyVectors::roots).collect();
        let first = lower(&graph, &all, &widths, &can_be_none);
        let suits = |p: &PolicyVectors| p.roots().iter().all(|r| first.makes(*r)) && p.suits(&graph);
        let mut policies: Vec<Option<PolicyVectors>> =
            policies.into_iter().zip(chosen).map(|(p, at)| (suits(&p) && !refused(at)).then_some(p)).collect();
        let roots: Vec<NodeId> = policies.iter().flatten().flat_map(PolicyVectors::roots).collect();
        if policies.iter().all(Option::is_none) {
            return None;
        }
        let program = lower(&graph, &roots, &widths, &can_be_none);
        let read: BTreeSet<(FactId, ScopeId)> = program.facts().iter().copied().collect();
        for policy in policies.iter_mut().flatten() {
            let told = policy.awards.iter().chain(&policy.reports).chain(&policy.shown);
            policy.dates = told.copied().filter(|n| may_leave_calendar(&graph, *n)).collect();
            // A fact that only a decided comparison reads need not be given, but if it is closed, using it is a fault.
            let below = facts_below(&graph, &policy.roots());
            policy.facts = below.into_iter().filter(|f| options.complete || read.contains(f)).collect();
        }
        Some(Vectors { graph: Arc::new(graph), program: Arc::new(program), policies })
    }

    /// A runner for its program.
    pub fn runner(&self) -> Runner<'_> {
        Runner::new(&self.graph, &self.program)
    }

    /// Decides a chunk of rows; marks those that are left to others, by policy. `from` and on count within the piece.
    pub fn decide(
        &self,
        runner: &mut Runner,
        sources: &Sources,
        stage: &Stage,
        outputs: &[PolicyOutput],
        pieces: &mut [PolicyPiece],
        from: usize,
        left: &mut [Vec<u8>],
    ) {
        let inputs: Vec<Lanes> = self.program.inputs().iter().map(|i| sources.lanes(stage, *i)).collect();
        let chunk = Chunk { inputs: &inputs, scopes: sources.scopes(stage) };
        runner.run(chunk);
        for (at, policy) in self.policies.iter().enumerate() {
            let rows = from..from + chunk.scopes[0].rows;
            let Some(policy) = policy else {
                left[at].clear();
                left[at].resize(rows.len(), 1);
                continue;
            };
            policy.left(runner, sources, stage, chunk, &mut left[at]);
            policy.write(runner, chunk, &outputs[at], &mut pieces[at], rows);
        }
    }
}

impl PolicyVectors {
    fn new(policy: &PolicyEntry, output: &PolicyOutput, options: &BatchOptions) -> PolicyVectors {
        let declined = match policy.declines_automatic {
            true => Outcome::Declined as u8,
            false => Outcome::Referred as u8 | PROPOSED,
        };
        let mut rules = Vec::new();
        for rank in 0..3 {
            for rule in &policy.rules {
                let (of_rank, verdict) = match rule.kind {
                    RuleKind::ReferEvenWhenDeclined => (0, Outcome::Referred as u8),
                    RuleKind::Require | RuleKind::Exclude => (1, declined),
                    RuleKind::Refer => (2, Outcome::Referred as u8),
                };
                if of_rank == rank {
                    let cites = rule.cites.as_ref().map_or(NO_KEY, |c| output.cite_key(&c.shared(&options.language)));
                    let key = output.rule_key(&rule.name);
                    rules.push(RuleVectors { trigger: rule.trigger, verdict, key, cites });
                }
            }
        }
        let applies = policy.applies.as_ref().map(|clause| {
            let cites = clause.cites.as_ref().or(policy.cites.as_ref());
            let cites = cites.map_or(NO_KEY, |c| output.cite_key(&c.shared(&options.language)));
            (clause.node, output.rule_key(super::outputs::APPLIES), cites)
        });
        let named = |name: &Arc<str>| policy.rules.iter().filter(|r| r.name == *name).cloned().collect();
        let applies_standing = output.standings.iter().position(|n| **n == *super::outputs::APPLIES);
        let nodes = |values: &[ValueOutput]| values.iter().map(|v| v.node).collect();
        PolicyVectors {
            rules,
            applies,
            promises: policy.promises.iter().map(|p| p.node).collect(),
            standings: output.standings.iter().map(named).collect(),
            applies_standing: applies_standing.filter(|_| policy.applies.is_some()),
            awards: nodes(&output.awards),
            reports: nodes(&output.reports),
            shown: nodes(&output.shown),
            dates: BTreeSet::new(),
            facts: Vec::new(),
            in_force: policy.in_force,
        }
    }

    fn roots(&self) -> Vec<NodeId> {
        let of_rules = self.rules.iter().map(|r| r.trigger);
        let of_standings = self.standings.iter().flatten().flat_map(|rule| {
            let clauses = rule.applies.iter().chain([&rule.condition]).chain(&rule.unless);
            clauses.map(|c| c.node).chain(rule.in_force)
        });
        let others = self.promises.iter().chain(&self.awards).chain(&self.reports).chain(&self.shown).copied();
        self.applies.iter().map(|(n, ..)| *n).chain(of_rules).chain(of_standings).chain(others).collect()
    }

    /// A member's promise would have to be told of the member, and texts have no vectors: such policies are left to single cases.
    fn suits(&self, graph: &Graph) -> bool {
        let told = self.awards.iter().chain(&self.reports).chain(&self.shown);
        self.promises.iter().all(|p| graph.node(*p).scope == ScopeId::CASE)
            && told.clone().all(|n| graph.node(*n).shape.kind != Kind::Text)
    }

    /// The rows that vectors do not decide.
    fn left(&self, runner: &Runner, sources: &Sources, stage: &Stage, chunk: Chunk, left: &mut Vec<u8>) {
        left.clear();
        left.extend_from_slice(runner.given_up());
        let mut add = |rows: &[u8]| left.iter_mut().zip(rows).for_each(|(l, r)| *l |= *r);
        sources.wrong(stage).into_iter().for_each(&mut add);
        sources.dateless(stage).into_iter().for_each(&mut add);
        for (fact, scope) in &self.facts {
            sources.open_rows(stage, *fact, *scope).into_iter().for_each(&mut add);
        }
        for promise in &self.promises {
            match runner.condition(*promise, chunk) {
                Some(Mask::All(true)) => {}
                Some(Mask::Rows(kept)) => left.iter_mut().zip(kept).for_each(|(l, k)| *l |= k ^ 1),
                _ => left.fill(1),
            }
        }
        // A result outside the calendar is a fault.
        for node in self.awards.iter().chain(&self.reports).chain(&self.shown) {
            let Some(found) = runner.outcome(*node, chunk).filter(|_| self.dates.contains(node)) else { continue };
            let within = Date::MIN.days()..=Date::MAX.days();
            left.iter_mut().enumerate().for_each(|(i, l)| *l |= u8::from(!within.contains(&found.values.get(i))));
        }
        if let Some(days) = sources.days(stage) {
            let (from, until) = self.in_force;
            let from = from.unwrap_or(Date::MIN).days() as i32;
            let until = until.unwrap_or(Date::MAX).days() as i32;
            left.iter_mut().zip(days).for_each(|(l, day)| *l |= u8::from(*day < from) | u8::from(*day > until));
        }
    }

    /// Writes what vectors say of all rows; what they say of rows left to others is written over.
    fn write(
        &self,
        runner: &Runner,
        chunk: Chunk,
        output: &PolicyOutput,
        piece: &mut PolicyPiece,
        rows: std::ops::Range<usize>,
    ) {
        piece.verdicts[rows.clone()].fill(Outcome::Approved as u8);
        let mut write = |mask: Option<Mask>, wanted: bool, verdict: u8, key: i16, cites: i16| {
            let Some(mask) = mask else { return };
            put_where(mask, wanted, &mut piece.verdicts[rows.clone()], verdict);
            put_where(mask, wanted, &mut piece.rules[rows.clone()], key);
            put_where(mask, wanted, &mut piece.cites[rows.clone()], cites);
        };
        for rule in self.rules.iter().rev() {
            write(runner.condition(rule.trigger, chunk), true, rule.verdict, rule.key, rule.cites);
        }
        if let Some((node, key, cites)) = self.applies {
            write(runner.condition(node, chunk), false, Outcome::NotApplicable as u8, key, cites);
        }
        let mut values = output.values().zip(&mut piece.values);
        for (of, nodes) in [(Of::Award, &self.awards), (Of::Report, &self.reports), (Of::Shown, &self.shown)] {
            for (node, (_, into)) in nodes.iter().zip(&mut values) {
                let Some(found) = runner.outcome(*node, chunk) else { continue };
                let told = |i: usize| match of {
                    Of::Award => piece.verdicts[rows.start + i] == Outcome::Approved as u8,
                    Of::Report => piece.verdicts[rows.start + i] != Outcome::NotApplicable as u8,
                    Of::Shown => true,
                };
                for (i, given) in into.given[rows.clone()].iter_mut().enumerate() {
                    *given = u8::from(told(i) && !found.none.get(i));
                }
                match &mut into.cells {
                    ValueCells::Whole(v) => copy(&mut v[rows.clone()], found.values, |x| x),
                    ValueCells::Decimal(v) => copy(&mut v[rows.clone()], found.values, i128::from),
                    ValueCells::Day(v) => copy(&mut v[rows.clone()], found.values, |x| x as i32),
                    ValueCells::Truth(v) => copy(&mut v[rows.clone()], found.values, |x| x as u8),
                    ValueCells::Choice(v) => copy(&mut v[rows.clone()], found.values, |x| x as i16),
                    ValueCells::Text(_) => {}
                }
            }
        }
        for (at, (versions, into)) in self.standings.iter().zip(&mut piece.standings).enumerate() {
            let into = &mut into[rows.clone()];
            match &self.applies {
                Some((node, ..)) if self.applies_standing == Some(at) => {
                    let met = runner.condition(*node, chunk);
                    into.fill(standing_key(Standing::NotMet));
                    met.into_iter().for_each(|m| put_where(m, true, into, standing_key(Standing::Met)));
                }
                _ => standings(runner, chunk, versions, into),
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Of {
    Award,
    Report,
    Shown,
}

/// The standing of a rule, of several by the one in force.
fn standings(runner: &Runner, chunk: Chunk, versions: &[Rule], into: &mut [i8]) {
    into.fill(standing_key(Standing::NotInForce));
    let mut own = vec![0i8; into.len()];
    for rule in versions {
        let (harmless, breach) = match rule.kind {
            RuleKind::Require => (Standing::Met, Standing::NotMet),
            _ => (Standing::NotMet, Standing::Met),
        };
        let condition = runner.condition(rule.condition.node, chunk);
        let is_require = rule.kind == RuleKind::Require;
        own.fill(standing_key(if is_require { breach } else { harmless }));
        let of_met = standing_key(if is_require { harmless } else { breach });
        condition.into_iter().for_each(|m| put_where(m, true, &mut own, of_met));
        for unless in &rule.unless {
            let Some(waived) = runner.condition(unless.node, chunk) else { continue };
            let breach = standing_key(breach);
            for (_, own) in own.iter_mut().enumerate().filter(|(i, own)| **own == breach && waived.get(*i)) {
                *own = standing_key(Standing::Waived);
            }
        }
        if let Some(applies) = &rule.applies
            && let Some(mask) = runner.condition(applies.node, chunk)
        {
            put_where(mask, false, &mut own, standing_key(Standing::NotApplicable));
        }
        match rule.in_force.map(|n| runner.condition(n, chunk)) {
            None | Some(Some(Mask::All(true))) => into.copy_from_slice(&own),
            Some(Some(Mask::Rows(mask))) => {
                for ((into, own), mask) in into.iter_mut().zip(&own).zip(mask) {
                    *into = if *mask != 0 { *own } else { *into };
                }
            }
            _ => {}
        }
    }
}

/// Writes a value wherever a mask is as wanted.
fn put_where<T: Copy + Send + Sync>(mask: Mask, wanted: bool, into: &mut [T], value: T) {
    match mask {
        Mask::All(is) if is == wanted => into.fill(value),
        Mask::All(_) => {}
        Mask::Rows(mask) => put(into, mask, wanted, value),
    }
}

fn copy<T>(into: &mut [T], values: Numbers, of: impl Fn(i64) -> T) {
    into.iter_mut().enumerate().for_each(|(row, into)| *into = of(values.get(row)));
}

fn may_leave_calendar(graph: &Graph, id: NodeId) -> bool {
    let within = |(low, high): (i128, i128)| low >= Date::MIN.days().into() && high <= Date::MAX.days().into();
    graph.node(id).shape.kind == Kind::Date && !graph.node(id).set.ends().is_some_and(within)
}

/// The facts that nodes depend on, each with its scope.
fn facts_below(graph: &Graph, roots: &[NodeId]) -> BTreeSet<(FactId, ScopeId)> {
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<NodeId> = roots.iter().copied().collect();
    let mut waiting = seen.clone();
    while let Some(id) = waiting.pop_last() {
        match &graph.node(id).kind {
            NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => _ = found.insert((*fact, *scope)),
            NodeKind::Fold { scope, .. } => {
                let of = graph.scopes[scope.0 as usize];
                found.insert((of.list, of.owner));
            }
            _ => {}
        }
        for operand in graph.node(id).kind.operands() {
            if seen.insert(operand) {
                waiting.insert(operand);
            }
        }
    }
    found
}
