//! What is allowed but likely not meant. Lints that need ranges are the graph's.

use super::check::{Checker, bare_words};
use super::walk::{self, Child};
use super::{Model, Version};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{self, BinaryOp, DeclarationKind, ExprKind};
use crate::value::{Date, Unit};

/// A figure whose last entry is this much older than the policy itself is called old.
const OLD_AFTER_YEARS: i32 = 2;

impl Checker<'_> {
    /// Warnings; only about the policy's own file, since others serve several policies.
    pub fn lint(&mut self, files: &[&ast::File], model: &Model) {
        self.unused(model);
        self.old_parameters(files, model);
        if let Some(own) = files.first() {
            for declaration in &own.declarations {
                self.months_at_most(declaration);
                if let DeclarationKind::Entity { members } = &declaration.kind {
                    members.iter().for_each(|m| self.months_at_most(m));
                }
            }
        }
    }

    fn unused(&mut self, model: &Model) {
        let mut found = Vec::new();
        for (fact, used) in model.facts.iter().zip(&self.used_facts) {
            if !used && fact.span.source == self.own {
                let message = format!("nothing uses the fact `{}`", fact.name);
                let help = "leave it out: whoever fills in the form need not be asked";
                found.push(Diagnostic::new(Code::UnusedFact, fact.span, message).help(help));
            }
        }
        for (group, used) in self.define_groups.iter().zip(&self.used_defines) {
            if !used && group.name.span.source == self.own {
                let what = if group.is_parameter { "parameter" } else { "definition" };
                let message = format!("nothing uses the {what} `{}`", group.name.text);
                let diagnostic = Diagnostic::new(Code::UnusedName, group.name.span, message);
                found.push(diagnostic.help("leave it out, or tell its value with `report`"));
            }
        }
        for declared in &self.types {
            if !declared.used && declared.name.span.source == self.own {
                let message = format!("nothing uses the type `{}`", declared.name.text);
                found.push(Diagnostic::new(Code::UnusedName, declared.name.span, message).help("leave it out"));
            }
        }
        for (entity, used) in model.entities.iter().zip(&self.used_entities) {
            if !used && entity.span.source == self.own {
                let message = format!("no list holds the entity `{}`", entity.name);
                let help = format!("declare one: `fact NAME: list of {}`", entity.name);
                found.push(Diagnostic::new(Code::UnusedName, entity.span, message).help(help));
            }
        }
        found.sort_by_key(|d| d.span);
        self.diagnostics.extend(found);
    }

    /// Figures that look forgotten, measured against the policy's own dates and never against a clock.
    fn old_parameters(&mut self, files: &[&ast::File], model: &Model) {
        let versions = || model.defines.iter().filter(|d| d.is_parameter).flat_map(|d| &d.versions);
        let entries = versions().filter_map(|v| v.in_force.from);
        let scenarios = model.scenarios.iter().map(|s| s.on);
        let own = files.first().map_or(&[][..], |f| &f.declarations);
        let declared = own.iter().filter_map(|d| d.in_force.as_ref()?.from);
        let declared = declared.filter_map(|d| Date::new(d.year, d.month, d.day));
        let Some(latest) = entries.chain(scenarios).chain(declared).max() else { return };
        let (year, month, day) = latest.parts();
        let Some(limit) = Date::new(year - OLD_AFTER_YEARS, month, day.min(28)) else { return };
        let mut found = Vec::new();
        for define in model.defines.iter().filter(|d| d.is_parameter && d.span.source == self.own) {
            let Some(Version { in_force, value: Some(value), span, .. }) = define.versions.last() else { continue };
            let ended = matches!(value.kind, super::ExprKind::Const(super::Const::None));
            if let Some(from) = in_force.from
                && from < limit
                && !ended
            {
                let message = format!(
                    "the last entry of `{}` is of {from}; other dates of this policy run to {latest}",
                    define.name
                );
                let help = "see whether it still holds: if so, repeat it from a later day with what confirms it; \
                            if nobody knows, write `unrecorded` from then on";
                found.push(Diagnostic::new(Code::OldParameter, *span, message).help(help));
            }
        }
        found.sort_by_key(|d| d.span);
        self.diagnostics.extend(found);
    }

    /// `months from A to B is at most 24` holds for 24 months and 30 days too.
    fn months_at_most(&mut self, declaration: &ast::Declaration) {
        let mut left = Vec::new();
        walk::declaration(declaration, &mut |e| left.push(e));
        while let Some(e) = left.pop() {
            if let ExprKind::Binary(BinaryOp::AtMost, a, b) = &e.kind
                && let ExprKind::TimeFromTo(Unit::Months, from, to) = &strip(a).kind
                && let ExprKind::Number(_) | ExprKind::WithUnit(..) = &strip(b).kind
            {
                let [from, to, limit] = [from, to, b].map(|e| bare_words(self.sources, e.span));
                let limit = limit.trim_end_matches("months").trim();
                let message =
                    format!("only whole months count here, so {limit} months and 30 days are still at most {limit}");
                let help = format!("if the last day counts, write `{from} is within {limit} months before {to}`");
                self.diagnostics.push(Diagnostic::new(Code::MonthsAtMost, e.span, message).help(help));
            }
            walk::children(e, &mut |child| match child {
                Child::Same(e) | Child::Member(_, e) => left.push(e),
            });
        }
    }
}

fn strip(e: &ast::Expr) -> &ast::Expr {
    let mut e = e;
    while let ExprKind::Paren(inner) = &e.kind {
        e = inner;
    }
    e
}
