//! First pass: what is declared, by name, and what stands in a wrong place.

use super::check::{Checker, DefineGroup, OutputGroup, Symbol, TypeDeclaration};
use super::{Entity, Fact, FactId};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{self, DeclarationKind as Kind};
use crate::value::{EntityId, Text, Type};

/// The word a declaration begins with, with its article.
pub(super) fn keyword(kind: &Kind) -> &'static str {
    match kind {
        Kind::Policy { .. } => "a `policy`",
        Kind::Use { .. } => "a `use`",
        Kind::Type { .. } => "a `type`",
        Kind::Fact(_) => "a `fact`",
        Kind::Entity { .. } => "an `entity`",
        Kind::Parameter { .. } => "a `parameter`",
        Kind::Define { .. } => "a `define`",
        Kind::Require { .. } => "a `require`",
        Kind::Exclude { .. } => "an `exclude`",
        Kind::Refer { .. } => "a `refer`",
        Kind::Award { .. } => "an `award`",
        Kind::Report { .. } => "a `report`",
        Kind::Promise { .. } => "a `promise`",
        Kind::Guarantee { .. } => "a `guarantee`",
        Kind::Scenario(_) => "a `scenario`",
    }
}

/// A text for people.
pub(super) fn text(written: &ast::Text) -> Text {
    let others = written.others.iter().map(|(tag, s)| (tag.text.clone(), s.value.clone().into())).collect();
    Text { default: written.default.value.clone().into(), others }
}

/// A text for people, if there is one.
pub(super) fn texts(written: &Option<ast::Text>) -> Option<Text> {
    written.as_ref().map(text)
}

impl<'a> Checker<'a> {
    /// Takes up all declarations.
    pub fn collect(&mut self, files: &[&'a ast::File]) {
        if let Some(first) = files.first() {
            self.own = first.source;
        }
        for file in files {
            for name in &file.unread.names {
                self.unread.insert(name);
            }
            self.all_unread |= file.unread.any;
        }
        for (place, file) in files.iter().enumerate() {
            for declaration in &file.declarations {
                self.collect_declaration(declaration, place == 0);
            }
        }
        match self.policy {
            // That there is one which cannot be read is told already.
            None if files.first().is_some_and(|f| f.unread.policy) => {}
            None => {
                let place = Span::new(self.own, 0, 0);
                let help = "begin the file with `policy NAME \"Title\"`";
                self.error_help::<()>(Code::NoPolicy, place, "this file declares no policy", help);
            }
            Some(policy) => {
                if let Kind::Policy { leap: Some(leap), .. } = policy.kind {
                    self.leap = leap;
                }
            }
        }
        self.check_member_names();
        self.check_groups();
        self.used_facts = vec![false; self.facts.len()];
        self.used_defines = vec![false; self.define_groups.len()];
        self.used_entities = vec![false; self.entities.len()];
    }

    fn collect_declaration(&mut self, declaration: &'a ast::Declaration, own: bool) {
        if let Kind::Use { .. } = declaration.kind {
            return;
        }
        self.check_clauses(declaration);
        let shared = matches!(
            declaration.kind,
            Kind::Type { .. }
                | Kind::Fact(_)
                | Kind::Entity { .. }
                | Kind::Parameter { .. }
                | Kind::Define { .. }
                | Kind::Promise { .. }
        );
        if !own && !shared {
            let message = format!("{} may not stand in a file that is used", keyword(&declaration.kind));
            let help = "a used file brings in types, facts, entities, parameters, definitions and promises";
            self.error_help::<()>(Code::WrongPlace, declaration.keyword, message, help);
            return;
        }
        match &declaration.kind {
            Kind::Policy { .. } => self.collect_policy(declaration),
            Kind::Use { .. } => {}
            Kind::Type { ty } => self.collect_type(declaration, ty),
            Kind::Fact(fact) => self.collect_fact(declaration, fact, None),
            Kind::Entity { members } => self.collect_entity(declaration, members),
            Kind::Parameter { .. } | Kind::Define { .. } => self.collect_define(declaration, None),
            Kind::Require { .. } | Kind::Exclude { .. } | Kind::Refer { .. } => {
                let dated = self.dated(declaration);
                if let Some(name) = &declaration.name {
                    self.rule_names.or_insert_with(&name.text, Vec::new).push(self.rules.len() as u32);
                }
                self.rules.push(dated);
            }
            Kind::Award { .. } | Kind::Report { .. } => self.collect_output(declaration),
            Kind::Promise { .. } => self.promises.push((None, declaration)),
            Kind::Guarantee { .. } => self.guarantees.push(declaration),
            Kind::Scenario(_) => self.scenarios.push(declaration),
        }
    }

    /// Clauses that every declaration can syntactically have, where they mean nothing.
    fn check_clauses(&mut self, declaration: &ast::Declaration) {
        let kind = &declaration.kind;
        let rule = matches!(kind, Kind::Require { .. } | Kind::Exclude { .. } | Kind::Refer { .. });
        let output = matches!(kind, Kind::Award { .. } | Kind::Report { .. });
        let policy = matches!(kind, Kind::Policy { .. });
        if let Some(clause) = &declaration.in_force
            && !(rule || output || policy || matches!(kind, Kind::Define { .. }))
        {
            let message = format!("{} has no period of its own", keyword(kind));
            let help = if matches!(kind, Kind::Parameter { .. }) {
                "date its entries instead: `from 2024-01-01: …`"
            } else {
                "leave `in force` out; policies, definitions, rules, awards and reports may have it"
            };
            self.error_help::<()>(Code::RepeatedClause, clause.span, message, help);
        }
        if let Some(condition) = &declaration.applies
            && !(rule || output || policy)
        {
            let message = format!("`applies when` has no meaning in {}", keyword(kind));
            let help = if matches!(kind, Kind::Define { .. }) {
                "write the condition into the value: `if … then … else …` or `except when …`"
            } else {
                "leave it out; policies, rules, awards and reports may have it"
            };
            self.error_help::<()>(Code::RepeatedClause, condition.span, message, help);
        }
    }

    fn collect_policy(&mut self, declaration: &'a ast::Declaration) {
        match self.policy {
            None => self.policy = Some(declaration),
            Some(first) => {
                let diagnostic =
                    Diagnostic::new(Code::NoPolicy, declaration.keyword, "this file declares a second policy")
                        .label(first.keyword, "the first one")
                        .help("give each policy a file of its own; a folder of files is a bundle, decided together");
                self.report::<()>(diagnostic);
            }
        }
    }

    fn collect_type(&mut self, declaration: &'a ast::Declaration, written: &'a ast::TypeExpr) {
        let Some(name) = &declaration.name else { return };
        if let Some(first) = self.type_names.get(&*name.text) {
            let first = self.types[*first as usize].name.span;
            return self.declared_twice(name, first);
        }
        self.type_names.insert(&name.text, self.types.len() as u32);
        self.types.push(TypeDeclaration { name, written, resolved: None, used: false });
    }

    fn collect_fact(&mut self, declaration: &'a ast::Declaration, fact: &ast::Fact, owner: Option<EntityId>) {
        let Some(name) = &declaration.name else { return };
        let id = self.facts.len() as u32;
        if !self.declare(name, Symbol::Fact(id), owner) {
            return;
        }
        self.facts.push(Fact {
            name: name.text.clone(),
            owner,
            ty: Type::new(crate::value::Kind::Truth, 0),
            label: texts(&fact.label).or_else(|| texts(&declaration.title)),
            ask: texts(&fact.ask),
            held_by: texts(&fact.held_by),
            fresh_for: fact.fresh_for.map(|(days, _)| days),
            judged_by: texts(&fact.judged_by),
            sensitive: fact.sensitive,
            span: name.span,
        });
        self.fact_declarations.push(declaration);
        if let Some(owner) = owner {
            self.entities[owner.0 as usize].facts.push(FactId(id));
        }
    }

    fn collect_entity(&mut self, declaration: &'a ast::Declaration, members: &'a [ast::Declaration]) {
        let Some(name) = &declaration.name else { return };
        if let Some(first) = self.entity_names.get(&*name.text) {
            let first = self.entities[first.0 as usize].span;
            return self.declared_twice(name, first);
        }
        let id = EntityId(self.entities.len() as u32);
        self.entity_names.insert(&name.text, id);
        self.members.push(Default::default());
        self.entities.push(Entity {
            name: name.text.clone(),
            title: texts(&declaration.title),
            facts: Vec::new(),
            defines: Vec::new(),
            span: name.span,
        });
        for member in members {
            self.check_clauses(member);
            match &member.kind {
                Kind::Fact(fact) => self.collect_fact(member, fact, Some(id)),
                Kind::Define { .. } => self.collect_define(member, Some(id)),
                Kind::Promise { .. } => self.promises.push((Some(id), member)),
                other => {
                    let message = format!("{} may not stand in an entity", keyword(other));
                    let help = "an entity holds facts, definitions and promises; put everything else after its `end`";
                    self.error_help::<()>(Code::WrongPlace, member.keyword, message, help);
                }
            }
        }
    }

    fn collect_define(&mut self, declaration: &'a ast::Declaration, owner: Option<EntityId>) {
        let Some(name) = &declaration.name else { return };
        let is_parameter = matches!(declaration.kind, Kind::Parameter { .. });
        let dated = self.dated(declaration);
        let known = match owner {
            Some(owner) => self.members[owner.0 as usize].get(&*name.text),
            None => self.names.get(&*name.text),
        };
        if let Some((Symbol::Define(group), _)) = known
            && !is_parameter
            && !self.define_groups[*group as usize].is_parameter
        {
            self.define_groups[*group as usize].declarations.push(dated);
            return;
        }
        let id = self.define_groups.len() as u32;
        if self.declare(name, Symbol::Define(id), owner) {
            self.define_groups.push(DefineGroup { name, owner, is_parameter, declarations: vec![dated] });
        }
    }

    fn collect_output(&mut self, declaration: &'a ast::Declaration) {
        let Some(name) = &declaration.name else { return };
        let dated = self.dated(declaration);
        let is_award = matches!(declaration.kind, Kind::Award { .. });
        let known = self.names.get(&*name.text).map(|(symbol, _)| *symbol);
        match known {
            Some(Symbol::Award(at)) if is_award => return self.awards[at as usize].declarations.push(dated),
            Some(Symbol::Report(at)) if !is_award => return self.reports[at as usize].declarations.push(dated),
            _ => {}
        }
        let place = if is_award { self.awards.len() } else { self.reports.len() } as u32;
        let symbol = if is_award { Symbol::Award(place) } else { Symbol::Report(place) };
        if self.declare(name, symbol, None) {
            let groups = if is_award { &mut self.awards } else { &mut self.reports };
            groups.push(OutputGroup { name, declarations: vec![dated] });
        }
    }

    /// Takes up a value's name; false, and reported, if it is taken.
    fn declare(&mut self, name: &'a ast::Ident, symbol: Symbol, owner: Option<EntityId>) -> bool {
        let names = match owner {
            Some(owner) => &mut self.members[owner.0 as usize],
            None => &mut self.names,
        };
        if let Some((_, first)) = names.get(&*name.text) {
            let first = *first;
            self.declared_twice(name, first);
            return false;
        }
        names.insert(&name.text, (symbol, name.span));
        true
    }

    fn declared_twice(&mut self, name: &ast::Ident, first: Span) {
        self.errors_in_names = true;
        let diagnostic = Diagnostic::new(Code::Duplicate, name.span, format!("`{}` is declared twice", name.text))
            .label(first, "first declared here")
            .help("rename one of them, or leave one out if they are the same");
        self.report::<()>(diagnostic);
    }

    /// A name that both the member and the policy bear.
    fn check_member_names(&mut self) {
        let mut clashes = Vec::new();
        for (entity, members) in self.entities.iter().zip(&self.members) {
            for (name, (_, place)) in members.iter() {
                if let Some((_, other)) = self.names.get(name) {
                    clashes.push((
                        *place,
                        *other,
                        format!("both `{}` and the policy bear the name `{name}`", entity.name),
                    ));
                }
            }
        }
        clashes.sort_by_key(|(place, ..)| *place);
        for (place, other, message) in clashes {
            let diagnostic = Diagnostic::new(Code::Duplicate, place, message)
                .label(other, "the policy's")
                .help("rename one: inside a condition about members nobody could tell which is meant");
            self.report::<()>(diagnostic);
        }
    }

    /// Declarations of one name in several periods.
    fn check_groups(&mut self) {
        let mut defines = std::mem::take(&mut self.define_groups);
        for group in &mut defines {
            self.check_periods("the definition", &mut group.declarations);
        }
        self.define_groups = defines;
        let (mut awards, mut reports) = (std::mem::take(&mut self.awards), std::mem::take(&mut self.reports));
        for group in &mut awards {
            self.check_periods("the award", &mut group.declarations);
        }
        for group in &mut reports {
            self.check_periods("the report", &mut group.declarations);
        }
        (self.awards, self.reports) = (awards, reports);
        let mut names: Vec<_> =
            self.rule_names.iter().map(|(_, places)| places).filter(|places| places.len() > 1).cloned().collect();
        names.sort();
        for places in names {
            let mut group: Vec<_> = places.iter().map(|p| self.rules[*p as usize]).collect();
            let first = group[0].declaration;
            for other in &group[1..] {
                if keyword(&other.declaration.kind) != keyword(&first.kind)
                    && let (Some(name), Some(first)) = (&other.declaration.name, &first.name)
                {
                    self.declared_twice(name, first.span);
                }
            }
            group.retain(|d| keyword(&d.declaration.kind) == keyword(&first.kind));
            self.check_periods("the rule", &mut group);
        }
    }
}
