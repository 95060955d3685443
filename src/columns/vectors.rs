//! Policies as programs over vectors, and what their vectors say of rows.

use super::load::{Bits, Sources, Stage};
use super::open::Open;
use super::outputs::{PolicyOutput, ValueOutput};
use super::results::{Keys, NO_KEY, PROPOSED, Results, ValueCells, standing_key};
use super::{BatchOptions, layout::Layout};
use crate::decide::{Outcome, Standing, refusal};
use crate::eval::batch::{
    Blend, Buffers, Chunk, Lanes, Mask, Numbers, Program, Runner, choose, choose_each, facts_below, lower, put,
};
use crate::graph::{FactId, Graph, NodeId, PolicyEntry, Rule, ScopeId, sets::fill_static_sets};
use crate::op::RuleKind;
use crate::policy::Bundle;
use crate::value::{Date, Kind};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

/// What decides rows by vectors: a graph narrowed to the day, and a program for all policies it suits.
#[derive(Clone, Debug)]
pub(crate) struct Vectors {
    graph: Arc<Graph>,
    program: Arc<Program>,
    policies: Vec<PolicyVectors>,
    open: Open,
}

/// The rows of a chunk that points leave to others, as bits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Left {
    /// Sets have to decide them.
    pub open: Bits,
    /// Only a single case tells: something is wrong with them, or they are not for this policy.
    pub single: Bits,
}

/// One policy's part.
#[derive(Clone, Debug)]
pub(crate) struct PolicyVectors {
    /// Whether the program makes all of its roots.
    is_made: bool,
    /// Whether it decides on the day at all, and has nothing that only single cases tell.
    is_fit: bool,
    /// Whether any finding is waited for.
    pub judges: bool,
    /// The keys of each rule's name and citation, in source order; behind them those of no rule.
    keys: Vec<(i16, i16)>,
    /// Rules by rank and in source order, with their keys: the first that triggers decides.
    rules: Vec<RuleVectors>,
    /// What is said beside each rule, from its key on; absent where versions of a rule differ in it.
    steps: Option<Vec<Verdict>>,
    pub applies: Option<(NodeId, Verdict)>,
    promises: Vec<NodeId>,
    /// What rules' standings are made of, whether they are told or not: a need asks for them.
    clauses: Vec<NodeId>,
    /// By name: the rules whose standings are told.
    pub standings: Vec<Vec<Rule>>,
    /// The key of a policy's own clause among the standings.
    pub applies_standing: Option<usize>,
    pub awards: Vec<NodeId>,
    /// Reports and definitions: told whatever is decided, the former only where the policy concerns a case.
    pub reports: Vec<NodeId>,
    pub shown: Vec<NodeId>,
    /// Those among them that may leave the calendar.
    dates: BTreeSet<NodeId>,
    /// Facts that must be given.
    facts: Vec<(FactId, ScopeId)>,
    in_force: (Option<Date>, Option<Date>),
}

#[derive(Clone, Debug)]
struct RuleVectors {
    trigger: NodeId,
    verdict: Verdict,
}

/// What is said of a row that a rule decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    outcome: i8,
    flags: u8,
    pub key: i16,
    pub cites: i16,
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
        let program = bundle.program();
        let mut graph = program.graph.clone();
        if layout.on.is_none() {
            fill_static_sets(&mut graph, (on.days(), on.days()));
        }
        let told_facts = layout.told();
        let widths = |fact: FactId| told_facts.get(&fact).map(|t| t.width);
        let can_be_none = |fact: FactId| {
            told_facts.get(&fact).is_some_and(|t| t.null_is_none && !t.is_attested() && !options.attested)
        };
        let mut policies: Vec<PolicyVectors> = chosen
            .iter()
            .zip(outputs)
            .map(|(at, output)| PolicyVectors::new(&program.policies[*at], output, options))
            .collect();
        for (policy, at) in policies.iter_mut().zip(chosen) {
            let refused = layout.on.is_none() && refusal(&program.policies[*at], on).is_some();
            policy.is_fit = !refused && policy.suits(&graph);
        }
        let groups = |policies: &[PolicyVectors], has_program: fn(&PolicyVectors) -> bool| -> Vec<Vec<NodeId>> {
            policies.iter().map(|p| if has_program(p) { p.roots() } else { Vec::new() }).collect()
        };
        let first = lower(&graph, &groups(&policies, |p| p.is_fit), &widths, &can_be_none);
        policies.iter_mut().for_each(|p| p.is_made = p.is_fit && p.roots().iter().all(|r| first.makes(*r)));
        let program = lower(&graph, &groups(&policies, |p| p.is_made), &widths, &can_be_none);
        let read: BTreeSet<(FactId, ScopeId)> = program.facts().iter().copied().collect();
        for policy in &mut policies {
            let told = policy.awards.iter().chain(&policy.reports).chain(&policy.shown);
            policy.dates = told.copied().filter(|n| may_leave_calendar(&graph, *n)).collect();
            // A fact that only a decided comparison reads need not be given, but if it is closed, using it is a fault.
            let below = facts_below(&graph, &policy.roots());
            let closes = options.complete && below.iter().any(|(fact, _)| !told_facts.contains_key(fact));
            policy.facts = below.into_iter().filter(|f| options.complete || read.contains(f)).collect();
            policy.is_made &= !closes;
        }
        let mut open = Open::new(&graph, &policies, &widths, &can_be_none);
        for (suits, policy) in open.suits.iter_mut().zip(&policies) {
            // What is missing may be closed, which is no set of open values.
            *suits &= policy.is_fit && !options.complete;
        }
        if !policies.iter().zip(&open.suits).any(|(p, suits)| p.is_made || *suits) {
            return None;
        }
        Some(Vectors { graph: Arc::new(graph), program: Arc::new(program), policies, open })
    }

    /// What decides open rows.
    pub fn open(&self) -> &Open {
        &self.open
    }

    /// The graph, its static sets narrowed to the day.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// How many bytes its program makes of each row at a time.
    pub fn row_bytes(&self) -> usize {
        self.program.row_bytes()
    }

    /// One policy's part.
    pub fn policy(&self, at: usize) -> &PolicyVectors {
        &self.policies[at]
    }

    /// A runner for its program.
    pub fn runner(&self, buffers: Buffers) -> Runner<'_> {
        Runner::new(&self.graph, &self.program, buffers)
    }

    /// Decides a chunk of rows, which stand in the results from `from` on; marks those that are left to others, by policy.
    pub fn decide(
        &self,
        runner: &mut Runner,
        sources: &Sources,
        stage: &Stage,
        results: &mut [Results],
        from: usize,
        left: &mut [Left],
    ) {
        let inputs: Vec<Lanes> = self.program.inputs().iter().map(|i| sources.lanes(stage, *i)).collect();
        let ends: Vec<_> = self.program.inputs().iter().map(|i| sources.ends(stage, *i)).collect();
        let chunk = Chunk { inputs: &inputs, ends: &ends, scopes: sources.scopes(stage) };
        let rows = from..from + chunk.scopes[0].rows;
        let all = all_bits(rows.len());
        // Policies mostly read the same facts.
        let mut not_given: Option<(&[(FactId, ScopeId)], Bits)> = None;
        runner.run(chunk, |runner, at| {
            let (policy, Left { open, single }) = (&self.policies[at], &mut left[at]);
            single.clear();
            single.resize(all.len(), 0);
            open.clear();
            if policy.is_made {
                if not_given.as_ref().is_none_or(|(facts, _)| *facts != policy.facts) {
                    let mut bits = vec![0; all.len()];
                    let rows = |(fact, scope): &(FactId, ScopeId)| sources.open_rows(stage, *fact, *scope);
                    policy.facts.iter().filter_map(rows).for_each(|own| add_bits(&mut bits, own));
                    not_given = Some((&policy.facts, bits));
                }
                open.extend(not_given.iter().flat_map(|(_, bits)| bits));
                policy.open(runner, chunk, open);
                policy.write(runner, chunk, &mut results[at], rows.clone());
            } else {
                open.extend(&all);
            }
            policy.single(sources, stage, single);
            let unclear = if self.open.suits[at] { sources.unclear(stage) } else { all.clone() };
            for (at, (open, single)) in open.iter_mut().zip(single).enumerate() {
                *single |= *open & unclear.get(at).copied().unwrap_or(0);
                // Bits past the last row mean nothing.
                *single &= all[at];
                *open &= all[at] & !*single;
            }
        });
    }
}

/// So many rows, all set.
fn all_bits(rows: usize) -> Bits {
    let mut bits = vec![u64::MAX; rows.div_ceil(64)];
    if let Some(last) = bits.last_mut().filter(|_| !rows.is_multiple_of(64)) {
        *last >>= 64 - rows % 64;
    }
    bits
}

/// Adds the rows of which a test holds to others.
fn add_where<T: Copy + Send + Sync>(bits: &mut [u64], items: &[T], test: impl Fn(T) -> bool + Copy + Send + Sync) {
    let own = crate::eval::batch::bits(items, test);
    for (word, eight) in bits.iter_mut().zip(own.chunks(8)) {
        let mut bytes = [0; 8];
        bytes[..eight.len()].copy_from_slice(eight);
        *word |= u64::from_le_bytes(bytes);
    }
}

fn add_bits(bits: &mut [u64], others: &[u64]) {
    bits.iter_mut().zip(others).for_each(|(word, other)| *word |= other);
}

impl PolicyVectors {
    fn new(policy: &PolicyEntry, output: &PolicyOutput, options: &BatchOptions) -> PolicyVectors {
        let declined = match policy.declines_automatic {
            true => (Outcome::Declined as i8, 0),
            false => (Outcome::Referred as i8, PROPOSED),
        };
        let keys = |rule: &Rule| {
            let cites = rule.cites.as_ref().map_or(NO_KEY, |c| output.cite_key(&c.shared(&options.language)));
            (output.rule_key(&rule.name), cites)
        };
        let mut rules = Vec::new();
        for rank in 0..3 {
            for rule in &policy.rules {
                let (of_rank, (outcome, flags)) = match rule.kind {
                    RuleKind::ReferEvenWhenDeclined => (0, (Outcome::Referred as i8, 0)),
                    RuleKind::Require | RuleKind::Exclude => (1, declined),
                    RuleKind::Refer => (2, (Outcome::Referred as i8, 0)),
                };
                if of_rank == rank {
                    let (key, cites) = keys(rule);
                    rules.push(RuleVectors { trigger: rule.trigger, verdict: Verdict { outcome, flags, key, cites } });
                }
            }
        }
        let applies = policy.applies.as_ref().map(|clause| {
            let cites = clause.cites.as_ref().or(policy.cites.as_ref());
            let cites = cites.map_or(NO_KEY, |c| output.cite_key(&c.shared(&options.language)));
            let (outcome, key) = (Outcome::NotApplicable as i8, output.rule_key(super::outputs::APPLIES));
            (clause.node, Verdict { outcome, flags: 0, key, cites })
        });
        let verdicts = rules.iter().map(|r| r.verdict).chain(applies.map(|(_, verdict)| verdict));
        let steps = steps(verdicts.collect());
        let named = |name: &Arc<str>| policy.rules.iter().filter(|r| r.name == *name).cloned().collect();
        let applies_standing = output.standings.iter().position(|n| **n == *super::outputs::APPLIES);
        let nodes = |values: &[ValueOutput]| values.iter().map(|v| v.node).collect();
        PolicyVectors {
            is_made: false,
            is_fit: false,
            judges: output.judges,
            keys: policy.rules.iter().map(keys).chain([(NO_KEY, NO_KEY)]).collect(),
            rules,
            steps,
            applies,
            promises: policy.promises.iter().map(|p| p.node).collect(),
            clauses: policy.rules.iter().flat_map(clauses).collect(),
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

    /// The keys of the name and the citation of each rule, in source order, behind them those of no rule; and of the policy's own clause.
    pub fn keys(&self) -> (&[(i16, i16)], (i16, i16)) {
        (&self.keys, self.applies.map_or((NO_KEY, NO_KEY), |(_, verdict)| (verdict.key, verdict.cites)))
    }

    /// All nodes that the results ask for.
    pub fn roots(&self) -> Vec<NodeId> {
        let of_rules = self.rules.iter().map(|r| r.trigger);
        let of_standings = self.standings.iter().flatten().flat_map(clauses);
        let others = self.promises.iter().chain(&self.awards).chain(&self.reports).chain(&self.shown).copied();
        self.applies.iter().map(|(n, ..)| *n).chain(of_rules).chain(of_standings).chain(others).collect()
    }

    /// All nodes that are asked for where rows are open.
    pub fn open_roots(&self) -> Vec<NodeId> {
        self.roots().into_iter().chain(self.clauses.iter().copied()).collect()
    }

    /// A member's promise would have to be told of the member, and texts have no vectors: such policies are left to single cases.
    fn suits(&self, graph: &Graph) -> bool {
        let told = self.awards.iter().chain(&self.reports).chain(&self.shown);
        self.promises.iter().all(|p| graph.node(*p).scope == ScopeId::CASE)
            && told.clone().all(|n| graph.node(*n).shape.kind != Kind::Text)
    }

    /// Marks the rows that points do not decide, though all facts are given.
    fn open(&self, runner: &Runner, chunk: Chunk, open: &mut [u64]) {
        let is_set = |mask: u8| mask != 0;
        if let Some(given_up) = runner.given_up() {
            add_where(open, given_up, is_set);
        }
        for promise in &self.promises {
            match runner.condition(*promise, chunk) {
                Some(Mask::All(true)) => {}
                Some(Mask::Rows(kept)) => add_where(open, kept, |kept| kept == 0),
                _ => open.copy_from_slice(&all_bits(chunk.scopes[0].rows)),
            }
        }
        // A result outside the calendar is a fault.
        for node in self.awards.iter().chain(&self.reports).chain(&self.shown) {
            let Some(found) = runner.outcome(*node, chunk).filter(|_| self.dates.contains(node)) else { continue };
            let within = Date::MIN.days()..=Date::MAX.days();
            let is_out: Vec<bool> =
                (0..chunk.scopes[0].rows).map(|row| !within.contains(&found.values.get(row))).collect();
            add_where(open, &is_out, |is_out| is_out);
        }
    }

    /// Marks the rows of which only a single case tells.
    fn single(&self, sources: &Sources, stage: &Stage, single: &mut [u64]) {
        if !self.is_fit {
            return single.copy_from_slice(&all_bits(sources.scopes(stage)[0].rows));
        }
        if let Some(wrong) = sources.wrong(stage) {
            add_where(single, wrong, |wrong| wrong != 0);
        }
        add_bits(single, sources.dateless(stage).unwrap_or_default());
        if let Some(days) = sources.days(stage) {
            let (from, until) = self.in_force;
            let from = from.unwrap_or(Date::MIN).days() as i32;
            let until = until.unwrap_or(Date::MAX).days() as i32;
            add_where(single, days, move |day| (day < from) | (day > until));
        }
    }

    /// Writes what vectors say of all rows; what they say of rows left to others is written over.
    fn write(&self, runner: &Runner, chunk: Chunk, results: &mut Results, rows: Range<usize>) {
        let Results { outcomes, flags, rules, cites, values, standings, .. } = results;
        let outcomes = &mut outcomes[rows.clone()];
        let mut verdict = Verdict { outcome: Outcome::Approved as i8, flags: 0, key: NO_KEY, cites: NO_KEY };
        // The first rule that triggers decides: written from the last, the first has the last word.
        let mut masks: Vec<(&[u8], bool, Verdict)> = Vec::new();
        let rules_of = self.rules.iter().rev().map(|rule| (rule.trigger, true, rule.verdict));
        for (node, wanted, own) in rules_of.chain(self.applies.map(|(node, own)| (node, false, own))) {
            match runner.condition(node, chunk) {
                Some(Mask::Rows(mask)) => masks.push((mask, wanted, own)),
                Some(Mask::All(is)) if is == wanted => {
                    masks.clear();
                    verdict = own;
                }
                _ => {}
            }
        }
        fn put<T: Blend>(into: &mut [T], first: Verdict, masks: &[(&[u8], bool, Verdict)], of: fn(&Verdict) -> T) {
            let own: Vec<(&[u8], bool, T)> =
                masks.iter().map(|(mask, wanted, own)| (*mask, *wanted, of(own))).collect();
            choose_each(into, of(&first), &own);
        }
        match rules {
            Keys::Narrow(keys) => put(&mut keys[rows.clone()], verdict, &masks, |v| v.key as i8),
            Keys::Wide(keys) => put(&mut keys[rows.clone()], verdict, &masks, |v| v.key),
        }
        match cites {
            Some(Keys::Narrow(keys)) => put(&mut keys[rows.clone()], verdict, &masks, |v| v.cites as i8),
            Some(Keys::Wide(keys)) => put(&mut keys[rows.clone()], verdict, &masks, |v| v.cites),
            None => {}
        }
        match &self.steps {
            Some(steps) => {
                let outcomes_of = steps.iter().map(|v| (v.key, v.outcome));
                rules.write_steps(rows.clone(), outcomes, Outcome::Approved as i8, outcomes_of);
                if let Some(flags) = flags {
                    let flags_of = steps.iter().map(|v| (v.key, v.flags));
                    rules.write_steps(rows.clone(), &mut flags[rows.clone()], 0, flags_of);
                }
            }
            None => {
                put(outcomes, verdict, &masks, |v| v.outcome);
                if let Some(flags) = flags {
                    put(&mut flags[rows.clone()], verdict, &masks, |v| v.flags);
                }
            }
        }
        let mut values = values.iter_mut();
        for (of, nodes) in [(Of::Award, &self.awards), (Of::Report, &self.reports), (Of::Shown, &self.shown)] {
            for (node, into) in nodes.iter().zip(&mut values) {
                let Some(found) = runner.outcome(*node, chunk) else { continue };
                let told = |i: usize| match of {
                    Of::Award => outcomes[i] == Outcome::Approved as i8,
                    Of::Report => outcomes[i] != Outcome::NotApplicable as i8,
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
                    ValueCells::Choice(Keys::Narrow(v)) => copy(&mut v[rows.clone()], found.values, |x| x as i8),
                    ValueCells::Choice(Keys::Wide(v)) => copy(&mut v[rows.clone()], found.values, |x| x as i16),
                    ValueCells::Text(_) => {}
                }
            }
        }
        for (at, (versions, into)) in self.standings.iter().zip(standings).enumerate() {
            let into = &mut into[rows.clone()];
            match &self.applies {
                Some((node, ..)) if self.applies_standing == Some(at) => {
                    let met = runner.condition(*node, chunk);
                    into.fill(standing_key(Standing::NotMet));
                    met.into_iter().for_each(|m| put_where(m, true, into, standing_key(Standing::Met)));
                }
                _ => tell_standings(runner, chunk, versions, into),
            }
        }
    }
}

/// Verdicts by key, each that differs in more than keys from the one before; absent where one key has several.
fn steps(mut verdicts: Vec<Verdict>) -> Option<Vec<Verdict>> {
    let said = |v: &Verdict| (v.outcome, v.flags);
    verdicts.sort_by_key(|v| v.key);
    let differ = |(one, next): (&Verdict, &Verdict)| one.key == next.key && said(one) != said(next);
    if verdicts.iter().zip(verdicts.iter().skip(1)).any(differ) {
        return None;
    }
    verdicts.dedup_by(|next, before| said(next) == said(before));
    Some(verdicts)
}

/// Whether a rule has nothing but its condition: it stands as that does.
pub(crate) fn is_plain(rule: &Rule) -> bool {
    rule.in_force.is_none() && rule.applies.is_none() && rule.unless.is_empty()
}

/// The nodes that a rule's standing is made of.
pub(crate) fn clauses(rule: &Rule) -> impl Iterator<Item = NodeId> + '_ {
    let clauses = rule.applies.iter().chain([&rule.condition]).chain(&rule.unless);
    clauses.map(|c| c.node).chain(rule.in_force)
}

#[derive(Clone, Copy)]
enum Of {
    Award,
    Report,
    Shown,
}

/// The standing of a rule, of several by the one in force.
fn tell_standings(runner: &Runner, chunk: Chunk, versions: &[Rule], into: &mut [i8]) {
    if let [rule] = versions
        && is_plain(rule)
        && let Some(Mask::Rows(met)) = runner.condition(rule.condition.node, chunk)
    {
        return choose(into, met, standing_key(Standing::Met), standing_key(Standing::NotMet));
    }
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
fn put_where<T: Blend>(mask: Mask, wanted: bool, into: &mut [T], value: T) {
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
