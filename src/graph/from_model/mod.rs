//! From policy models to one program.

mod check;
mod clauses;
mod defines;
mod example;
mod expr;
mod facts;
mod guarantees;
mod own_table;

use self::defines::{Instances, Needs, timeline};
use self::facts::Names;
use self::guarantees::{Guaranteed, Results};
use super::build::Builder;
use super::places::TablePlace;
use super::{
    Citation, Const, Define, Enum, FactId, FactTexts, Fold, NodeId, NodeKind, Output, PolicyEntry, Program, Promise,
    Rule,
};
use super::{Scope, ScopeId};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{self, InForce, Level, Model};
use crate::op::{Quantifier, RuleKind, Shape};
use crate::source::{Sources, Span};
use crate::table::Table;
use crate::value::{EntityId, EnumId, Kind};

/// How to lower.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether constants fold. Without it the graph is what the author wrote; tests compare the two.
    pub optimize: bool,
}

/// A program, and where its tables stand in the text.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// The program.
    pub program: Program,
    /// Its tables and exceptions, in the order of the text within each policy.
    pub places: Vec<TablePlace>,
}

/// Lowers models, one at least, into one program. There is none if a diagnostic is an error.
pub fn lower(sources: &Sources, models: &[Model]) -> (Option<Program>, Vec<Diagnostic>) {
    let (lowered, diagnostics) = lower_with(sources, models, Options { optimize: true });
    (lowered.map(|l| l.program), diagnostics)
}

/// [`lower`], with options, and with the places of tables.
pub fn lower_with(sources: &Sources, models: &[Model], options: Options) -> (Option<Lowered>, Vec<Diagnostic>) {
    let mut low = Lowering {
        sources,
        build: Builder::new(options.optimize),
        enums: Table::new(),
        facts: Table::new(),
        places: Vec::new(),
        divisors: Vec::new(),
        guaranteed: Vec::new(),
        diagnostics: Vec::new(),
    };
    let mut policies = Vec::new();
    for (at, model) in models.iter().enumerate() {
        policies.push(low.policy(at, model));
        if low.build.is_full() {
            let found = "these policies are larger than the engine takes";
            let help = format!(
                "a bundle may have {} computations, and {} lists within each other",
                super::MOST_NODES,
                super::MOST_NESTED_LISTS
            );
            low.diagnostics.push(Diagnostic::new(Code::TooLarge, model.span, found).help(help));
            break;
        }
    }
    if models.is_empty() || low.diagnostics.iter().any(Diagnostic::is_error) {
        return (None, low.diagnostics);
    }
    let mut program = Program { graph: low.build.graph, policies };
    let besides: Vec<NodeId> = low.guaranteed.iter().map(|g| g.node).collect();
    let (moved, extent) = super::canonical::compact(&mut program, &besides);
    let guaranteed: Vec<Guaranteed> = low.guaranteed.into_iter().filter_map(|g| g.renumbered(&moved)).collect();
    let places: Vec<TablePlace> = low.places.into_iter().filter_map(|p| p.renumbered(&moved)).collect();
    let follow = |(divisor, span): &(NodeId, Span)| Some((moved[divisor.0 as usize]?, *span));
    let divisors: Vec<(NodeId, Span)> = low.divisors.iter().filter_map(follow).collect();
    for policy in &mut program.policies {
        let reached = program.graph.reached(&policy.roots());
        let facts = program.graph.facts_of(&reached);
        policy.facts.iter_mut().for_each(|f| f.used = facts.contains(&f.fact));
    }
    super::settle::settle(&mut program, &guaranteed.iter().map(|g| (g.policy, g.node)).collect::<Vec<_>>());
    let mut diagnostics = low.diagnostics;
    diagnostics.extend(check::check(sources, models, &program, &places, &divisors, &guaranteed));
    if diagnostics.iter().any(Diagnostic::is_error) {
        return (None, diagnostics);
    }
    extent.cut(&mut program.graph);
    for at in 0..program.policies.len() {
        let (logic, texts) = super::hash::hashes(&program, at);
        let policy = &mut program.policies[at];
        (policy.logic_hash, policy.texts_hash) = (logic, texts);
    }
    (Some(Lowered { program, places }), diagnostics)
}

/// The state of lowering a bundle.
struct Lowering<'a> {
    sources: &'a Sources,
    build: Builder,
    enums: Table<Enum, EnumId>,
    facts: Table<Box<str>, (FactId, Span)>,
    places: Vec<TablePlace>,
    /// What is divided by where no condition stands guard, and where.
    divisors: Vec<(NodeId, Span)>,
    guaranteed: Vec<Guaranteed>,
    diagnostics: Vec<Diagnostic>,
}

/// The state of lowering one model.
struct OfModel<'a, 'l> {
    model: &'a Model,
    names: Names,
    needs: Vec<Needs>,
    instances: Instances,
    depth: usize,
    /// Whether the expression stands under a condition.
    guarded: bool,
    /// What comes out, once it is known.
    results: Option<Results>,
    low: &'l mut Lowering<'a>,
}

/// Where an expression stands: the scopes of its levels, and the law's date.
#[derive(Clone, Debug)]
struct At {
    env: Vec<ScopeId>,
    law: NodeId,
}

impl At {
    /// The scope of a level.
    fn scope(&self, level: Level) -> ScopeId {
        self.outer(level).unwrap_or(ScopeId::CASE)
    }

    /// The scope of a level, if it is not one of a fold further in.
    fn outer(&self, level: Level) -> Option<ScopeId> {
        self.env.get(level as usize).copied()
    }
}

impl<'a> Lowering<'a> {
    /// Reports a trouble once.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn policy(&mut self, place: usize, model: &'a Model) -> PolicyEntry {
        let names = self.names(model);
        let (needs, instances) = (defines::needs(model), Instances::default());
        let mut of = OfModel { model, names, needs, instances, depth: 0, guarded: false, results: None, low: self };
        let today = of.low.build.add(NodeKind::DecisionDate, Shape::new(Kind::Date, 0));
        let law = match &model.law_as_of {
            Some(day) => of.expr(day, &At { env: vec![ScopeId::CASE], law: today }),
            None => today,
        };
        let at = At { env: vec![ScopeId::CASE], law };
        let applies = model.applies.as_ref().map(|a| of.clause(a, None, None, &at));
        let rules = model.rules.iter().map(|r| of.rule(r, &at)).collect();
        let awards = model.awards.iter().map(|o| of.output(o, &at)).collect();
        let reports = model.reports.iter().map(|o| of.output(o, &at)).collect();
        let promises = model.promises.iter().flat_map(|p| of.promise(p, law)).collect();
        let defines = of.defines(law);
        let facts = model.facts.iter().enumerate().map(|(i, f)| FactTexts {
            fact: of.names.fact(model::FactId(i as u32)),
            label: f.label.clone(),
            ask: f.ask.clone(),
            used: false,
        });
        let entry = PolicyEntry {
            name: model.name.clone().into(),
            title: model.title.clone(),
            version: model.version.clone().map(Into::into),
            cites: model.cites.clone(),
            in_force: (model.in_force.from, model.in_force.until),
            declines_automatic: model.declines_automatic,
            leap: model.leap,
            applies,
            rules,
            awards,
            reports,
            defines,
            promises,
            guarantees: model.guarantees.iter().map(|g| g.title.clone()).collect(),
            facts: facts.collect(),
            logic_hash: [0; 32],
            texts_hash: [0; 32],
        };
        of.guarantees(place, &entry, &at);
        entry
    }
}

impl OfModel<'_, '_> {
    fn rule(&mut self, rule: &model::Rule, at: &At) -> Rule {
        let in_force = self.in_force(rule.in_force, at.law);
        let applies = rule.applies.as_ref().map(|a| self.clause(a, None, None, at));
        let condition = self.clause(&rule.condition, None, rule.cites.clone(), at);
        let unless: Vec<_> = rule.unless.iter().map(|u| self.clause(&u.condition, None, u.cites.clone(), at)).collect();
        let waived: Vec<NodeId> = unless.iter().map(|u| u.node).collect();
        let build = &mut self.low.build;
        let breached = if rule.kind == RuleKind::Require {
            let fine = std::iter::once(condition.node).chain(waived).collect();
            let fine = build.group(Quantifier::Any, fine);
            vec![build.not(fine)]
        } else if waived.is_empty() {
            vec![condition.node]
        } else {
            let waived = build.group(Quantifier::Any, waived);
            vec![condition.node, build.not(waived)]
        };
        let parts = in_force.into_iter().chain(applies.as_ref().map(|a| a.node)).chain(breached).collect();
        let trigger = build.group(Quantifier::All, parts);
        let message = rule.message.as_ref().map(|m| m.map(|e| self.expr(e, at)));
        let (name, title, cites) = (rule.name.clone(), rule.title.clone(), rule.cites.clone());
        Rule {
            name: name.into(),
            kind: rule.kind,
            title,
            cites,
            in_force,
            applies,
            condition,
            unless,
            trigger,
            message,
        }
    }

    /// Whether the law's date is within a period; absent if it always is.
    fn in_force(&mut self, period: InForce, law: NodeId) -> Option<NodeId> {
        if period == InForce::default() {
            return None;
        }
        let (yes, no) = (self.low.build.truth(true), self.low.build.truth(false));
        Some(self.low.build.on_day(law, timeline(&[(period, yes)], no), Shape::TRUTH))
    }

    fn output(&mut self, output: &model::Output, at: &At) -> Output {
        let ty = self.names.ty(output.ty);
        let dated = output.versions.iter().any(|v| v.in_force != InForce::default());
        let optional = ty.optional || dated || output.versions.iter().any(|v| v.applies.is_some());
        let shape = Shape { kind: ty.kind, scale: ty.scale, optional };
        let none = self.low.build.constant(Const::None, shape);
        let mut periods = Vec::new();
        for version in &output.versions {
            let value = self.expr(&version.value, at);
            let value = self.low.build.coerce(value, shape);
            let value = match &version.applies {
                Some(applies) => {
                    let applies = self.expr(applies, at);
                    self.low.build.choose(applies, value, none, shape)
                }
                None => value,
            };
            periods.push((version.in_force, value));
        }
        let node = match periods[..] {
            [(_, only)] if !dated => only,
            _ => self.low.build.on_day(at.law, timeline(&periods, none), shape),
        };
        Output { name: output.name.clone().into(), title: output.title.clone(), cites: output.cites.clone(), ty, node }
    }

    /// A promise of the case, or of the members of every list of its entity. One that says nothing of the member itself is
    /// still kept or broken by members alone: whoever has none breaks nothing.
    fn promise(&mut self, promise: &model::Promise, law: NodeId) -> Vec<Promise> {
        let scopes = match promise.owner {
            None => vec![ScopeId::CASE],
            Some(entity) => self.scopes_of(self.names.entity(entity)),
        };
        let mut all: Vec<Promise> = Vec::new();
        for scope in scopes {
            let mut node = self.expr(&promise.condition, &At { env: vec![ScopeId::CASE, scope], law });
            if self.low.build.graph.node(node).scope != scope {
                let each = Fold::Satisfies(Quantifier::All, node);
                node = self.low.build.fold(scope, None, each, Shape::TRUTH);
            }
            if all.iter().all(|p| p.node != node) {
                all.push(Promise { title: promise.title.clone(), node });
            }
        }
        all
    }

    /// The scopes of the members of an entity: of every list of the policy's, and of lists within lists.
    fn scopes_of(&mut self, entity: EntityId) -> Vec<ScopeId> {
        let lists: Vec<(FactId, EntityId)> = (0..self.model.facts.len())
            .filter_map(|i| {
                let fact = self.names.fact(model::FactId(i as u32));
                match self.low.build.graph.fact(fact).ty.kind {
                    Kind::List(of) => Some((fact, of)),
                    _ => None,
                }
            })
            .collect();
        let mut found = Vec::new();
        let mut open: Vec<(ScopeId, Option<EntityId>)> = vec![(ScopeId::CASE, None)];
        while let Some((owner, of_owner)) = open.pop() {
            for (list, of) in &lists {
                if self.low.build.is_full() {
                    return found;
                }
                if self.low.build.graph.fact(*list).owner == of_owner && self.leads_to(*of, entity, &lists) {
                    let scope = self.low.build.scope(Scope { parent: owner, list: *list, owner });
                    if *of == entity {
                        found.push(scope);
                    }
                    open.push((scope, Some(*of)));
                }
            }
        }
        found
    }

    /// Whether records of one kind hold, at whatever depth, records of another.
    fn leads_to(&self, from: EntityId, to: EntityId, lists: &[(FactId, EntityId)]) -> bool {
        let mut seen = vec![from];
        let mut next = 0;
        while let Some(at) = seen.get(next).copied() {
            let inner = lists.iter().filter(|(l, _)| self.low.build.graph.fact(*l).owner == Some(at));
            for (_, of) in inner {
                if !seen.contains(of) {
                    seen.push(*of);
                }
            }
            next += 1;
        }
        seen.contains(&to)
    }

    /// The definitions as they are on the law's date: the policy's own all, those of entities where they are used.
    fn defines(&mut self, law: NodeId) -> Vec<Define> {
        let model = self.model;
        for (i, define) in model.defines.iter().enumerate() {
            if define.owner.is_none() {
                self.define(model::DefineId(i as u32), ScopeId::CASE, law);
            }
        }
        let is_current = |of: &Option<NodeId>| of.is_none_or(|day| day == law);
        let mut made: Vec<_> = self.instances.made.iter().filter(|((_, _, day), _)| is_current(day)).collect();
        made.sort_by_key(|((define, ..), _)| *define);
        made.into_iter()
            .map(|((define, ..), node)| {
                let define = &model.defines[define.0 as usize];
                Define {
                    name: define.name.clone(),
                    title: define.title.clone(),
                    cites: define.versions.iter().filter_map(citation).collect(),
                    is_parameter: define.is_parameter,
                    node: *node,
                }
            })
            .collect()
    }
}

/// Where the law of a period is, if that is said.
fn citation(version: &model::Version) -> Option<Citation> {
    let InForce { from, until } = version.in_force;
    Some(Citation { in_force: (from, until), text: version.cites.clone()? })
}
