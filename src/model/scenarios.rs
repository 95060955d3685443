//! Scenarios: names and values checked against a policy's facts, rules, awards and reports.

use super::check::{bare_words, words};
use super::collect::{keyword, text};
use super::literals::{Constants, date, nearest};
use super::{Const, Expectation, ExpectedValue, Fact, FactId, Given, GivenValue, Model, Scenario};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::Shape;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, DeclarationKind};
use crate::table::{Seen, Table};
use crate::value::{Date, Kind};

/// How deeply lists of records may stand in one another.
const MOST_NESTING: usize = 64;

/// The scenarios of a `*_test.placet` file, which holds nothing else but `use`.
pub fn check_scenarios(sources: &Sources, model: &Model, file: &ast::File) -> (Vec<Scenario>, Vec<Diagnostic>) {
    let mut checker = Scenarios::new(sources, model);
    let mut scenarios = Vec::new();
    for declaration in &file.declarations {
        match declaration.kind {
            DeclarationKind::Scenario(_) => scenarios.extend(checker.scenario(declaration)),
            DeclarationKind::Use { .. } => {}
            _ => {
                let message = format!("{} may not stand in a file of scenarios", keyword(&declaration.kind));
                let help = "a file whose name ends in `_test.placet` holds `use` and scenarios";
                checker.report(Diagnostic::new(Code::WrongPlace, declaration.keyword, message).help(help));
            }
        }
    }
    (scenarios, checker.diagnostics)
}

/// The scenarios that stand in the policy itself.
pub(super) fn check_declared(
    sources: &Sources,
    model: &Model,
    declarations: &[&ast::Declaration],
) -> (Vec<Scenario>, Vec<Diagnostic>) {
    if declarations.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let mut checker = Scenarios::new(sources, model);
    let scenarios = declarations.iter().filter_map(|d| checker.scenario(d)).collect();
    (scenarios, checker.diagnostics)
}

struct Scenarios<'m> {
    sources: &'m Sources,
    model: &'m Model,
    /// Facts of the policy, then of each entity.
    facts: Vec<Table<&'m str, FactId>>,
    rules: Seen<&'m str>,
    /// What `with` can speak of.
    values: Table<&'m str, Shape>,
    diagnostics: Vec<Diagnostic>,
}

impl<'m> Scenarios<'m> {
    fn new(sources: &'m Sources, model: &'m Model) -> Self {
        let mut facts = vec![Table::new(); model.entities.len() + 1];
        for (at, fact) in model.facts.iter().enumerate() {
            let owner = fact.owner.map_or(0, |e| e.0 as usize + 1);
            facts[owner].insert(&*fact.name, FactId(at as u32));
        }
        let outputs = model.awards.iter().chain(&model.reports);
        let outputs = outputs.map(|o| (&*o.name, Shape { optional: true, ..Shape::new(o.ty.kind, o.ty.scale) }));
        let defines = model.defines.iter().filter(|d| d.owner.is_none()).map(|d| (&*d.name, d.shape));
        Scenarios {
            sources,
            model,
            facts,
            rules: model.rules.iter().map(|r| &*r.name).collect(),
            values: outputs.chain(defines).collect(),
            diagnostics: Vec::new(),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn fact(&self, id: FactId) -> &'m Fact {
        &self.model.facts[id.0 as usize]
    }

    fn date(&mut self, written: &ast::DateLiteral) -> Option<Date> {
        date(written).map_err(|d| self.report(d)).ok()
    }

    fn scenario(&mut self, declaration: &ast::Declaration) -> Option<Scenario> {
        let DeclarationKind::Scenario(written) = &declaration.kind else { return None };
        let before = self.diagnostics.len();
        let on = match &written.on {
            Some(on) => self.date(on),
            None => {
                let message = "a scenario needs the day of the decision";
                let diagnostic = Diagnostic::new(Code::Unexpected, declaration.keyword, message);
                self.report(diagnostic.help("add `on 2024-03-01`, with a day on which the policy is in force"));
                None
            }
        };
        let given = self.given(&written.given, 0, 0);
        let closed: Vec<FactId> = written.closed.iter().filter_map(|name| self.closed(name)).collect();
        for name in &written.closed {
            if written.given.iter().any(|g| g.fact.text == name.text) {
                let message = format!("`{}` is both given and closed", name.text);
                self.report(Diagnostic::new(Code::Duplicate, name.span, message));
            }
        }
        let expect = match &written.expect {
            Some(expect) => Some(self.expectation(expect)),
            None => {
                let message = "this scenario does not say what to expect";
                let diagnostic = Diagnostic::new(Code::Unexpected, declaration.keyword, message);
                self.report(diagnostic.help("add `expect approved`, or another outcome"));
                None
            }
        };
        if self.diagnostics.len() > before {
            return None;
        }
        Some(Scenario {
            title: declaration.title.as_ref().map(text).unwrap_or_default(),
            on: on?,
            given,
            closed,
            complete: written.complete,
            expect: expect?,
            span: declaration.span,
        })
    }

    /// A fact that will never come; of members only all facts that are missing can be closed.
    fn closed(&mut self, name: &ast::Ident) -> Option<FactId> {
        if name.text.contains('.') {
            let message = format!("`{}` is a fact of members; only facts of the case itself can be closed", name.text);
            let help = "write `complete`: whatever is missing will never come, of members too";
            self.report(Diagnostic::new(Code::WrongPlace, name.span, message).help(help));
            return None;
        }
        self.named_fact(name, 0)
    }

    /// A fact of the policy (owner 0) or of an entity.
    fn named_fact(&mut self, name: &ast::Ident, owner: usize) -> Option<FactId> {
        if let Some(id) = self.facts.get(owner).and_then(|f| f.get(&*name.text)) {
            return Some(*id);
        }
        let whose = match owner.checked_sub(1).and_then(|e| self.model.entities.get(e)) {
            Some(entity) => format!("`{}` has no fact", entity.name),
            None => "there is no fact".into(),
        };
        let message = format!("{whose} `{}`", name.text);
        let known = self.values.contains_key(&*name.text);
        let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
        let candidates = self.facts.get(owner).into_iter().flat_map(|f| f.keys().copied());
        if let Some(near) = nearest(self.diagnostics.len(), &name.text, candidates) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if known && owner == 0 {
            diagnostic = diagnostic.help("it is worked out: give the facts that it rests on");
        }
        self.report(diagnostic);
        None
    }

    fn given(&mut self, written: &[ast::Given], owner: usize, depth: usize) -> Vec<Given> {
        let mut seen: Table<&str, Span> = Table::new();
        let mut given = Vec::with_capacity(written.len());
        for one in written {
            if let Some(first) = seen.insert(&one.fact.text, one.fact.span) {
                let message = format!("`{}` is given twice", one.fact.text);
                let diagnostic = Diagnostic::new(Code::Duplicate, one.fact.span, message);
                self.report(diagnostic.label(first, "first here"));
                continue;
            }
            let observed = one.observed.as_ref().map(|d| self.date(d));
            let Some(fact) = self.named_fact(&one.fact, owner) else { continue };
            let Some(value) = self.given_value(&one.value, fact, depth) else { continue };
            let source = one.source.as_ref().map(|s| s.value.clone());
            given.push(Given { fact, value, source, observed: observed.flatten() });
        }
        given
    }

    fn given_value(&mut self, written: &ast::GivenValue, id: FactId, depth: usize) -> Option<GivenValue> {
        let fact = self.fact(id);
        match (written, fact.ty.kind) {
            (ast::GivenValue::List(records, span), Kind::List(entity)) => {
                if depth >= MOST_NESTING {
                    let message = format!("lists stand in one another more than {MOST_NESTING} deep");
                    self.report(Diagnostic::new(Code::TooDeep, *span, message));
                    return None;
                }
                let owner = entity.0 as usize + 1;
                Some(GivenValue::List(records.iter().map(|r| self.given(r, owner, depth + 1)).collect()))
            }
            (ast::GivenValue::List(_, span), _) => {
                let message = format!("`{}` is not a list; one value is needed", fact.name);
                self.report(Diagnostic::new(Code::WrongType, *span, message));
                None
            }
            (ast::GivenValue::Value(e), Kind::List(entity)) => {
                let entity = &self.model.entities[entity.0 as usize];
                let first = entity.facts.first().map_or("…", |f| &self.fact(*f).name);
                let message = format!("{} is not a list; `{}` holds records", words(self.sources, e.span), fact.name);
                let help = format!("write the members: `{} [{{{first} …}}, {{{first} …}}]`", fact.name);
                self.report(Diagnostic::new(Code::WrongType, e.span, message).help(help));
                None
            }
            (ast::GivenValue::Value(e), kind) => {
                let shape = Shape { kind, scale: fact.ty.scale, optional: fact.ty.optional };
                self.constant(e, shape).map(GivenValue::Value)
            }
        }
    }

    fn constant(&mut self, e: &ast::Expr, shape: Shape) -> Option<Const> {
        let (sources, model) = (self.sources, self.model);
        let told = self.diagnostics.len();
        let constants = Constants { sources, enums: &model.enums, entities: &model.entities, told };
        constants.read(e, shape).map_err(|d| self.report(d)).ok()
    }

    fn expectation(&mut self, written: &ast::Expectation) -> Expectation {
        for rule in &written.because {
            let policy = &*rule.text == "applies" && self.model.applies.is_some();
            if !self.rules.contains(&*rule.text) && !policy {
                let mut diagnostic =
                    Diagnostic::new(Code::UnknownName, rule.span, format!("there is no rule `{}`", rule.text));
                if let Some(near) = nearest(self.diagnostics.len(), &rule.text, self.rules.iter().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                self.report(diagnostic);
            }
        }
        for need in &written.needing {
            self.need(need);
        }
        let mut with = Vec::with_capacity(written.with.len());
        for (name, value) in &written.with {
            let Some(shape) = self.values.get(&*name.text).copied() else {
                let message = format!("there is no award, report or definition `{}`", name.text);
                let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
                if let Some(near) = nearest(self.diagnostics.len(), &name.text, self.values.keys().copied()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
                self.report(diagnostic);
                continue;
            };
            let written = bare_words(self.sources, value.span).into();
            if let Some(value) = self.constant(value, shape) {
                with.push(ExpectedValue { name: name.text.clone(), value, shape, written });
            }
        }
        let names = |all: &[ast::Ident]| all.iter().map(|n| n.text.clone()).collect::<Vec<_>>();
        Expectation {
            outcome: written.outcome,
            because: names(&written.because),
            needing: (!written.needing.is_empty()).then(|| names(&written.needing)),
            with,
            span: written.span,
            outcome_span: written.outcome_span,
        }
    }

    /// `household.income`: each part a fact of what the part before holds.
    fn need(&mut self, need: &ast::Ident) {
        let mut owner = 0;
        let mut parts = need.text.split('.').peekable();
        while let Some(part) = parts.next() {
            let name = ast::Ident { text: part.into(), span: need.span };
            let Some(id) = self.named_fact(&name, owner) else { return };
            match self.fact(id).ty.kind {
                Kind::List(entity) => owner = entity.0 as usize + 1,
                _ if parts.peek().is_some() => {
                    let message = format!("`{part}` holds no records, so `{}` names nothing", need.text);
                    self.report(Diagnostic::new(Code::UnknownName, need.span, message));
                    return;
                }
                _ => {}
            }
        }
    }
}
