//! Definitions, rules, awards, promises: each declaration's parts checked and put together.

use super::check::{Checker, OutputGroup};
use super::collect::{text, texts};
use super::periods::Dated;
use super::typed::{Flex, Typed, constant, convert};
use super::{
    Const, Define, DefineId, Expr, ExprKind, Guarantee, InForce, Model, Output, OutputVersion, Promise, Rule, Unless,
    Version,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::{RuleKind, Shape};
use crate::source::Span;
use crate::syntax::ast::{self, DeclarationKind as Kind};
use crate::value::{Date, EntityId, Kind as ValueKind, Type};

/// A version of a definition before its kind is settled.
struct Draft<'a> {
    in_force: InForce,
    value: Option<Typed>,
    cites: Option<&'a ast::Text>,
    span: Span,
}

impl<'a> Checker<'a> {
    /// Checks all definitions and parameters, each after those it rests on.
    pub fn check_defines(&mut self) {
        for at in 0..self.order.len() {
            let group = self.order[at] as usize;
            let define = self.check_define(group);
            self.defines.push(define);
        }
        self.errors_in_names |= self.define_shapes.iter().any(Option::is_none);
        self.errors_in_names |= self.fact_types.iter().any(Option::is_none);
        for at in 0..self.define_groups.len() {
            if let Some(owner) = self.define_groups[at].owner {
                self.entities[owner.0 as usize].defines.push(DefineId(self.define_ids[at]));
            }
        }
    }

    fn check_define(&mut self, group: usize) -> Define {
        let (name, owner) = (self.define_groups[group].name, self.define_groups[group].owner);
        let is_parameter = self.define_groups[group].is_parameter;
        let declarations = self.define_groups[group].declarations.clone();
        let what = format!("`{}`", name.text);
        let frames: Vec<EntityId> = owner.into_iter().collect();
        let (shape, versions) = self.with_frames(frames, |c| c.versions(&declarations, &what)).unzip();
        self.define_shapes[group] = shape;
        Define {
            name: name.text.clone(),
            owner,
            is_parameter,
            shape: shape.unwrap_or(Shape::TRUTH),
            title: declarations.iter().find_map(|d| texts(&d.declaration.title)),
            versions: versions.unwrap_or_default(),
            span: name.span,
        }
    }

    fn versions(&mut self, declarations: &[Dated<'a>], what: &str) -> Option<(Shape, Vec<Version>)> {
        let ty = self.common_type(declarations, what)?;
        let mut drafts = Vec::new();
        let mut failed = false;
        for dated in declarations {
            match &dated.declaration.kind {
                Kind::Parameter { entries, .. } => {
                    failed |= self.entries(dated.declaration, entries, ty.as_ref(), what, &mut drafts).is_none();
                }
                Kind::Define { body, .. } => match self.body(body, ty.as_ref(), what, false) {
                    None => failed = true,
                    value => drafts.push(Draft {
                        in_force: dated.in_force,
                        value,
                        cites: dated.declaration.cites.as_ref(),
                        span: dated.declaration.span,
                    }),
                },
                _ => {}
            }
        }
        if failed {
            // With a declared type, what uses the name can be checked all the same.
            self.errors_in_names = true;
            return ty.map(|ty| (Shape { kind: ty.kind, scale: ty.scale, optional: ty.optional }, Vec::new()));
        }
        let values: Vec<Typed> = drafts.iter().filter_map(|d| d.value.clone()).collect();
        let shape = match ty {
            Some(ty) => Shape { kind: ty.kind, scale: ty.scale, optional: ty.optional },
            None => {
                let (_, shape, flex) = self.unify(values)?;
                if flex == Flex::None {
                    let span = drafts.first().map(|d| d.span)?;
                    let message = format!("{what} is none and nothing else");
                    let help = "say of which type it is: `define NAME: TYPE or none as none`";
                    return self.error_help(Code::NoneAsValue, span, message, help);
                }
                shape
            }
        };
        let versions = drafts.into_iter().map(|draft| {
            let value = match draft.value {
                Some(typed) => Some(convert(self.coerce(typed, shape.kind, None)?, shape.kind, shape.scale)),
                None => None,
            };
            Some(Version { in_force: draft.in_force, value, cites: draft.cites.map(text), span: draft.span })
        });
        let versions: Option<Vec<Version>> = versions.collect();
        Some((shape, versions?))
    }

    /// The type of a name's declarations, which must agree; nothing inside if none of them says one.
    fn common_type(&mut self, declarations: &[Dated<'a>], what: &str) -> Option<Option<Type>> {
        let mut first: Option<(Type, Span)> = None;
        for dated in declarations {
            let Some(written) = Self::declared_type(dated.declaration) else { continue };
            let ty = self.resolve_type(written)?;
            if let ValueKind::List(_) = ty.kind {
                let message = format!("{what} cannot be a list; only facts hold lists");
                let help = "say what of the members counts: `sum of … over …`, `count of … where …`";
                return self.error_help(Code::WrongType, written.span, message, help);
            }
            match first {
                None => first = Some((ty, written.span)),
                Some((other, place)) => {
                    let same = (ty.kind, ty.scale, ty.optional) == (other.kind, other.scale, other.optional);
                    if !same {
                        let message = format!("{what} has another type in another period");
                        let diagnostic = Diagnostic::new(Code::WrongType, written.span, message)
                            .label(place, "the other type")
                            .help("give all periods one type");
                        return self.report(diagnostic);
                    }
                }
            }
        }
        Some(first.map(|(ty, _)| ty))
    }

    /// The history of a parameter.
    fn entries(
        &mut self,
        declaration: &'a ast::Declaration,
        entries: &'a [ast::ParameterEntry],
        ty: Option<&Type>,
        what: &str,
        drafts: &mut Vec<Draft<'a>>,
    ) -> Option<()> {
        let mut failed = false;
        let mut before: Option<(Date, Span)> = None;
        for entry in entries {
            let value = match &entry.value {
                ast::ParameterValue::Unrecorded => Some(None),
                ast::ParameterValue::Value(value) => match ty {
                    Some(ty) => self.value_of(value, ty, what).map(|expr| Some(Typed { expr, flex: Flex::Fixed })),
                    None => self.check(value, None).map(Some),
                },
                ast::ParameterValue::Table(table) => self.table(table, ty, what, false).map(Some),
            };
            let from = self.date(&entry.from);
            if let (Some(from), Some((last, place))) = (from, before)
                && from <= last
            {
                let message = if from == last {
                    format!("two entries of {what} begin on {from}")
                } else {
                    format!("the entry of {from} stands after that of {last}")
                };
                let diagnostic = Diagnostic::new(Code::Unordered, entry.span, message)
                    .label(place, "the entry before")
                    .help("write the entries in order of time, the oldest first");
                self.report::<()>(diagnostic);
                failed = true;
            }
            before = from.map(|from| (from, entry.span)).or(before);
            let (Some(from), Some(value)) = (from, value) else {
                failed = true;
                continue;
            };
            if let Some(last) = drafts.last_mut() {
                last.in_force.until = Date::from_days(from.days() - 1);
            }
            drafts.push(Draft {
                in_force: InForce { from: Some(from), until: None },
                value,
                cites: entry.cites.as_ref().or(declaration.cites.as_ref()),
                span: entry.span,
            });
        }
        if entries.is_empty() {
            let help = "write its history: `from 2024-01-01: …`";
            return self.error_help(Code::Unordered, declaration.span, format!("{what} has no entries"), help);
        }
        if failed { None } else { Some(()) }
    }

    /// Everything but definitions and scenarios. Erroneous parts leave harmless ones in their place, so that names stay;
    /// the model is then not given to anybody.
    pub fn check_rest(&mut self) -> Model {
        let awards = self.outputs(true);
        let reports = self.outputs(false);
        let policy = self.policy;
        let (mut applies, mut law_as_of, mut version, mut automatic) = (None, None, None, false);
        if let Some(policy) = policy {
            applies = policy.applies.as_ref().and_then(|e| self.condition(e));
            if let Kind::Policy { version: v, declines_automatic, law_as_of: law, .. } = &policy.kind {
                version = v.as_ref().map(|v| v.value.clone());
                automatic = declines_automatic.unwrap_or(false);
                if let Some(law) = law {
                    self.check_law_date(law);
                    law_as_of = self.of_kind(law, ValueKind::Date);
                }
            }
        }
        let in_force = self.policy_period();
        let rules = std::mem::take(&mut self.rules);
        let checked = rules.iter().map(|dated| self.rule(dated)).collect();
        self.rules = rules;
        let promises = self.check_promises();
        let guarantees = self.check_guarantees();
        Model {
            name: policy.and_then(|p| p.name.as_ref()).map_or_else(Default::default, |n| n.text.clone()),
            span: policy.map_or(Span::new(self.own, 0, 0), |p| p.name.as_ref().map_or(p.keyword, |n| n.span)),
            title: policy.and_then(|p| texts(&p.title)),
            version,
            cites: policy.and_then(|p| texts(&p.cites)),
            in_force,
            declines_automatic: automatic,
            applies,
            law_as_of,
            leap: self.leap,
            enums: std::mem::take(&mut self.enums),
            entities: std::mem::take(&mut self.entities),
            facts: std::mem::take(&mut self.facts),
            defines: std::mem::take(&mut self.defines),
            rules: checked,
            awards,
            reports,
            promises,
            guarantees,
            scenarios: Vec::new(),
        }
    }

    fn rule(&mut self, dated: &Dated<'a>) -> Rule {
        let declaration = dated.declaration;
        let name = declaration.name.as_ref();
        let applies = declaration.applies.as_ref().and_then(|e| self.condition(e));
        let (kind, condition, unless, message) = match &declaration.kind {
            Kind::Require { condition, unless, message } => (RuleKind::Require, condition, unless, message),
            Kind::Exclude { condition, unless, message } => (RuleKind::Exclude, condition, unless, message),
            Kind::Refer { condition, even_when_declined, unless, message } => {
                let kind = if *even_when_declined { RuleKind::ReferEvenWhenDeclined } else { RuleKind::Refer };
                (kind, condition, unless, message)
            }
            _ => return harmless_rule(declaration),
        };
        let condition = self.condition(condition).unwrap_or_else(|| harmless(declaration.span));
        let unless = unless.iter().filter_map(|written| {
            Some(Unless { condition: self.condition(&written.condition)?, cites: texts(&written.cites) })
        });
        let unless = unless.collect();
        Rule {
            name: name.map_or_else(Default::default, |n| n.text.clone()),
            kind,
            title: texts(&declaration.title),
            cites: texts(&declaration.cites),
            in_force: dated.in_force,
            applies,
            condition,
            unless,
            message: message.as_ref().and_then(|m| self.message(m)),
            span: name.map_or(declaration.keyword, |n| n.span),
        }
    }

    fn outputs(&mut self, award: bool) -> Vec<Output> {
        let groups = std::mem::take(if award { &mut self.awards } else { &mut self.reports });
        let mut outputs = Vec::with_capacity(groups.len());
        for group in &groups {
            let (output, shape) = self.output(group);
            let shapes = if award { &mut self.award_shapes } else { &mut self.report_shapes };
            shapes.push(shape);
            outputs.push(output);
        }
        *(if award { &mut self.awards } else { &mut self.reports }) = groups;
        outputs
    }

    fn output(&mut self, group: &OutputGroup<'a>) -> (Output, Option<Shape>) {
        let what = format!("`{}`", group.name.text);
        let ty = self.common_type(&group.declarations, &what).flatten();
        self.errors_in_names |= ty.is_none();
        let mut versions = Vec::with_capacity(group.declarations.len());
        let mut can_be_none = false;
        for dated in &group.declarations {
            let declaration = dated.declaration;
            can_be_none |= declaration.applies.is_some() || !dated.in_force.is_always();
            let applies = declaration.applies.as_ref().and_then(|e| self.condition(e));
            let (Kind::Award { body, .. } | Kind::Report { body, .. }) = &declaration.kind else { continue };
            let Some(ty) = &ty else { continue };
            let need_not_cover = matches!(declaration.kind, Kind::Award { .. });
            if let Some(value) = self.body(body, Some(ty), &what, need_not_cover) {
                versions.push(OutputVersion { in_force: dated.in_force, applies, value: value.expr });
            }
        }
        let first = group.declarations.first().map(|d| d.declaration);
        let output = Output {
            name: group.name.text.clone(),
            title: group.declarations.iter().find_map(|d| texts(&d.declaration.title)),
            cites: first.and_then(|d| texts(&d.cites)),
            ty: ty.unwrap_or(Type::new(ValueKind::Truth, 0)),
            versions,
            span: group.name.span,
        };
        let shape = ty.map(|ty| Shape { kind: ty.kind, scale: ty.scale, optional: ty.optional || can_be_none });
        (output, shape)
    }

    fn check_promises(&mut self) -> Vec<Promise> {
        let mut promises = Vec::new();
        for (owner, declaration) in std::mem::take(&mut self.promises) {
            let Kind::Promise { condition } = &declaration.kind else { continue };
            let frames: Vec<EntityId> = owner.into_iter().collect();
            if let Some(condition) = self.with_frames(frames, |c| c.condition(condition)) {
                let title = declaration.title.as_ref().map(text).unwrap_or_default();
                promises.push(Promise { title, owner, condition, span: declaration.span });
            }
        }
        promises
    }

    fn check_guarantees(&mut self) -> Vec<Guarantee> {
        self.in_guarantee = true;
        let mut guarantees = Vec::new();
        for declaration in std::mem::take(&mut self.guarantees) {
            let Kind::Guarantee { condition } = &declaration.kind else { continue };
            if let Some(condition) = self.condition(condition) {
                let title = declaration.title.as_ref().map(text).unwrap_or_default();
                guarantees.push(Guarantee { title, condition, span: declaration.span });
            }
        }
        self.in_guarantee = false;
        guarantees
    }
}

fn harmless(span: Span) -> Expr {
    constant(Const::Truth(true), Shape::TRUTH, span)
}

fn harmless_rule(declaration: &ast::Declaration) -> Rule {
    Rule {
        name: Default::default(),
        kind: RuleKind::Require,
        title: None,
        cites: None,
        in_force: InForce::default(),
        applies: None,
        condition: Expr { kind: ExprKind::Const(Const::Truth(true)), shape: Shape::TRUTH, span: declaration.span },
        unless: Vec::new(),
        message: None,
        span: declaration.span,
    }
}
