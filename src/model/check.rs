//! The way from syntax trees to a model.

use super::periods::Dated;
use super::{Define, Entity, Enum, Fact, InForce, Model};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::Shape;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast;
use crate::table::{Seen, Table};
use crate::value::{EntityId, EnumId, LeapRule, Type};

/// Checks one policy: `files` are its own file and those it uses; `tables` gives the text of a CSV file beside the policy.
///
/// All errors and warnings are told; a model comes only without errors.
pub fn check(
    sources: &Sources,
    files: &[&ast::File],
    tables: &dyn Fn(&str) -> Option<String>,
) -> (Option<Model>, Vec<Diagnostic>) {
    let mut checker = Checker::new(sources, tables);
    checker.collect(files);
    let unread = files.iter().any(|f| !f.unread.is_empty());
    if checker.policy.is_none() {
        // A file of names for others to use: what it lacks is declared where it is used.
        return (None, checker.diagnostics);
    }
    checker.resolve_types();
    checker.order_defines();
    checker.check_defines();
    let mut model = checker.check_rest();
    let scenarios = std::mem::take(&mut checker.scenarios);
    if checker.errors_in_names || unread {
        // Without all names every scenario would complain about what is already told, and much would seem unused.
        return (None, checker.diagnostics);
    }
    let (scenarios, found) = super::scenarios::check_declared(sources, &model, &scenarios);
    model.scenarios = scenarios;
    checker.diagnostics.extend(found);
    let failed = checker.diagnostics.iter().any(Diagnostic::is_error);
    if !failed {
        checker.lint(files, &model);
    }
    (if failed { None } else { Some(model) }, checker.diagnostics)
}

/// What a name in an expression stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Fact(u32),
    /// By its place in [`Checker::define_groups`].
    Define(u32),
    Award(u32),
    Report(u32),
}

/// All declarations of one definition or parameter.
pub(super) struct DefineGroup<'a> {
    pub name: &'a ast::Ident,
    pub owner: Option<EntityId>,
    pub is_parameter: bool,
    pub declarations: Vec<Dated<'a>>,
}

/// All declarations of one award or report.
pub(super) struct OutputGroup<'a> {
    pub name: &'a ast::Ident,
    pub declarations: Vec<Dated<'a>>,
}

/// A cell of a table's CSV file: in the policy only the file's name has a place.
pub(super) struct FileCell {
    pub span: Span,
    pub line: u32,
    pub text: String,
}

/// A declared type and, once resolved, what it is.
pub(super) struct TypeDeclaration<'a> {
    pub name: &'a ast::Ident,
    pub written: &'a ast::TypeExpr,
    pub resolved: Option<Option<Type>>,
    pub used: bool,
}

/// Everything known so far about the policy being checked.
pub(super) struct Checker<'a> {
    pub sources: &'a Sources,
    pub tables: &'a dyn Fn(&str) -> Option<String>,
    pub diagnostics: Vec<Diagnostic>,
    /// The policy's own file; others are used by it.
    pub own: SourceId,

    pub policy: Option<&'a ast::Declaration>,
    pub types: Vec<TypeDeclaration<'a>>,
    pub type_names: Table<&'a str, u32>,
    pub enums: Vec<Enum>,
    pub enum_ids: Table<(Vec<Box<str>>, bool), EnumId>,
    pub entities: Vec<Entity>,
    pub entity_names: Table<&'a str, EntityId>,
    pub facts: Vec<Fact>,
    /// As [`Checker::facts`]; none where the type is erroneous.
    pub fact_types: Vec<Option<Type>>,
    pub fact_declarations: Vec<&'a ast::Declaration>,
    pub define_groups: Vec<DefineGroup<'a>>,
    pub awards: Vec<OutputGroup<'a>>,
    pub reports: Vec<OutputGroup<'a>>,
    /// As awards and reports: the shape a guarantee sees.
    pub award_shapes: Vec<Option<Shape>>,
    pub report_shapes: Vec<Option<Shape>>,
    pub rules: Vec<Dated<'a>>,
    pub rule_names: Table<&'a str, Vec<u32>>,
    pub promises: Vec<(Option<EntityId>, &'a ast::Declaration)>,
    pub guarantees: Vec<&'a ast::Declaration>,
    pub scenarios: Vec<&'a ast::Declaration>,

    /// Names of the policy's own values, with the place of their first declaration.
    pub names: Table<&'a str, (Symbol, Span)>,
    /// Names of each entity's values.
    pub members: Vec<Table<&'a str, (Symbol, Span)>>,
    /// Groups in an order in which each stands after those it rests on.
    pub order: Vec<u32>,
    /// Each group's place in that order, which is its id in the model.
    pub define_ids: Vec<u32>,
    /// Each group's shape; none while it is not checked or where it is erroneous.
    pub define_shapes: Vec<Option<Shape>>,
    pub defines: Vec<Define>,

    pub leap: LeapRule,
    /// Members of folds around the expression being checked, outermost first.
    pub frames: Vec<EntityId>,
    pub depth: u32,
    /// The cell of a table's CSV file that is being checked.
    pub cell: Option<FileCell>,
    pub in_guarantee: bool,
    pub used_facts: Vec<bool>,
    pub used_defines: Vec<bool>,
    pub used_entities: Vec<bool>,
    /// Names whose declarations could not be read, which is told.
    pub unread: Seen<&'a str>,
    /// Whether any name may be among them.
    pub all_unread: bool,
    /// Unknown words that are told already, with the place of their diagnostic.
    pub unknown: Table<String, usize>,
    /// What was suggested for an unknown word, so that a word used a thousand times is looked up once.
    pub suggestions: Table<String, Option<String>>,
    /// Whether names are missing or doubled, so that scenarios cannot be checked.
    pub errors_in_names: bool,
}

impl<'a> Checker<'a> {
    fn new(sources: &'a Sources, tables: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Checker {
            sources,
            tables,
            diagnostics: Vec::new(),
            own: SourceId(0),
            policy: None,
            types: Vec::new(),
            type_names: Table::new(),
            enums: Vec::new(),
            enum_ids: Table::new(),
            entities: Vec::new(),
            entity_names: Table::new(),
            facts: Vec::new(),
            fact_types: Vec::new(),
            fact_declarations: Vec::new(),
            define_groups: Vec::new(),
            awards: Vec::new(),
            reports: Vec::new(),
            award_shapes: Vec::new(),
            report_shapes: Vec::new(),
            rules: Vec::new(),
            rule_names: Table::new(),
            promises: Vec::new(),
            guarantees: Vec::new(),
            scenarios: Vec::new(),
            names: Table::new(),
            members: Vec::new(),
            order: Vec::new(),
            define_ids: Vec::new(),
            define_shapes: Vec::new(),
            defines: Vec::new(),
            leap: LeapRule::default(),
            frames: Vec::new(),
            depth: 0,
            cell: None,
            in_guarantee: false,
            used_facts: Vec::new(),
            used_defines: Vec::new(),
            used_entities: Vec::new(),
            unread: Seen::new(),
            all_unread: false,
            unknown: Table::new(),
            suggestions: Table::new(),
            errors_in_names: false,
        }
    }

    /// Reports, and yields nothing: `return self.report(…)` ends the check of an erroneous part.
    pub fn report<T>(&mut self, mut diagnostic: Diagnostic) -> Option<T> {
        if let Some(cell) = &self.cell {
            let file = self.sources.text(cell.span).trim_matches('"');
            diagnostic.message = format!("line {} of `{file}`: {}", cell.line, diagnostic.message);
        }
        self.diagnostics.push(diagnostic);
        None
    }

    /// Reports with a code and a message alone.
    pub fn error<T>(&mut self, code: Code, span: Span, message: impl Into<String>) -> Option<T> {
        self.report(Diagnostic::new(code, span, message))
    }

    /// Reports with what to write instead.
    pub fn error_help<T>(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<T> {
        self.report(Diagnostic::new(code, span, message).help(help))
    }

    /// The author's words at a place, on one line and not too long, in back-ticks.
    pub fn words(&self, span: Span) -> String {
        match &self.cell {
            Some(cell) if cell.span == span => format!("`{}`", cell.text),
            _ => words(self.sources, span),
        }
    }

    /// Whether a name that nothing declares may stand in what could not be read.
    pub fn may_be_unread(&self, name: &str) -> bool {
        self.all_unread || self.unread.contains(name)
    }

    /// Runs a check with other members in scope.
    pub fn with_frames<T>(&mut self, frames: Vec<EntityId>, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.frames, frames);
        let result = f(self);
        self.frames = outer;
        result
    }

    /// The policy's own period.
    pub fn policy_period(&mut self) -> InForce {
        let clause = self.policy.and_then(|p| p.in_force.as_ref());
        clause.map_or_else(InForce::default, |c| self.period(c))
    }
}

/// The author's words at a place, on one line and not too long, in back-ticks.
pub(super) fn words(sources: &Sources, span: Span) -> String {
    format!("`{}`", bare_words(sources, span))
}

/// The author's words at a place, on one line and not too long.
pub(super) fn bare_words(sources: &Sources, span: Span) -> String {
    const MOST: usize = 60;
    let line: Vec<&str> = sources.text(span).split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(MOST) {
        Some((at, _)) => format!("{} …", line[..at].trim_end()),
        None => line,
    }
}
