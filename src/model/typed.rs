//! Bringing values to one kind and scale: literals take the unit of their context, everything else must have it.

use super::check::Checker;
use super::literals::{shown, widen};
use super::{Const, Exception, Expr, ExprKind, FoldKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::{Hit, Op, Shape};
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{Kind, Type};

/// Whether an expression's kind is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flex {
    /// It is.
    Fixed,
    /// Made of bare numbers alone: it takes the unit of its context.
    Bare,
    /// `none` alone: it can be of any kind.
    None,
}

/// An expression, checked as far as it can be without its context.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub expr: Expr,
    pub flex: Flex,
}

impl Typed {
    pub fn fixed(kind: ExprKind, shape: Shape, span: Span) -> Typed {
        Typed { expr: Expr { kind, shape, span }, flex: Flex::Fixed }
    }

    pub fn op(op: Op, operands: Vec<Expr>, shape: Shape, span: Span) -> Typed {
        Typed::fixed(ExprKind::Op(op, operands), shape, span)
    }

    pub fn bare_if(mut self, bare: bool) -> Typed {
        if bare {
            self.flex = Flex::Bare;
        }
        self
    }

    pub fn kind(&self) -> Kind {
        self.expr.shape.kind
    }
}

/// The same value with another kind and at least as many decimals. Where *none* can come through it still does.
pub(super) fn convert(mut e: Expr, kind: Kind, scale: u8) -> Expr {
    if e.shape.kind == kind && e.shape.scale == scale {
        return e;
    }
    let (was, span, optional) = (e.shape, e.span, e.shape.optional);
    let from = was.scale;
    e.shape = Shape { kind, scale, optional };
    match e.kind {
        ExprKind::Const(Const::Mantissa(m)) if widen(m, from, scale).is_some() => {
            e.kind = ExprKind::Const(Const::Mantissa(widen(m, from, scale).unwrap_or(m)));
            e
        }
        ExprKind::Const(Const::None) => e,
        ExprKind::If(c, a, b) => {
            e.kind = ExprKind::If(c, Box::new(convert(*a, kind, scale)), Box::new(convert(*b, kind, scale)));
            e
        }
        ExprKind::Exceptions(base, cases) => {
            let cases = cases.into_iter().map(|c| Exception { value: convert(c.value, kind, scale), ..c }).collect();
            e.kind = ExprKind::Exceptions(Box::new(convert(*base, kind, scale)), cases);
            e
        }
        ExprKind::Table(mut table) if table.hit != Hit::Count => {
            for row in &mut table.rows {
                let shape = Shape::new(kind, scale);
                let value = std::mem::replace(&mut row.value, constant(Const::None, shape, span));
                row.value = convert(value, kind, scale);
            }
            e.kind = ExprKind::Table(table);
            e
        }
        ExprKind::Fold(mut fold) if optional => {
            let both = |value, other: Option<Expr>| {
                (convert(value, kind, scale), other.map(|other| convert(other, kind, scale)))
            };
            fold.kind = match fold.kind {
                FoldKind::Largest(value, other) => {
                    let (value, other) = both(value, other);
                    FoldKind::Largest(value, other)
                }
                FoldKind::Smallest(value, other) => {
                    let (value, other) = both(value, other);
                    FoldKind::Smallest(value, other)
                }
                other => other,
            };
            e.kind = ExprKind::Fold(fold);
            e
        }
        inner => {
            let inner = Expr { kind: inner, shape: was, span };
            as_is(inner, kind, scale, optional)
        }
    }
}

/// [`Op::As`] around a value; *none* is kept by a branch of its own, because the operator is strict.
fn as_is(mut inner: Expr, kind: Kind, scale: u8, optional: bool) -> Expr {
    let span = inner.span;
    let shape = Shape::new(kind, scale);
    if !optional {
        // Several conversions in a row are one.
        if let ExprKind::Op(Op::As, operands) = &mut inner.kind
            && let Some(operand) = operands.pop()
        {
            inner = operand;
        }
        return Expr { kind: ExprKind::Op(Op::As, vec![inner]), shape, span };
    }
    let test = Expr { kind: ExprKind::Op(Op::IsNone, vec![inner.clone()]), shape: Shape::TRUTH, span };
    let value = Expr { kind: ExprKind::Op(Op::As, vec![inner]), shape, span };
    let optional = Shape { optional: true, ..shape };
    let none = constant(Const::None, optional, span);
    Expr { kind: ExprKind::If(Box::new(test), Box::new(none), Box::new(value)), shape: optional, span }
}

/// A value that is there: none is a fault from here on.
pub(super) fn present(e: Expr) -> Expr {
    if !e.shape.optional {
        return e;
    }
    let (shape, span) = (Shape { optional: false, ..e.shape }, e.span);
    Expr { kind: ExprKind::Op(Op::As, vec![e]), shape, span }
}

fn of_percentage(e: &Expr) -> bool {
    matches!(&e.kind, ExprKind::Op(Op::Multiply, operands) if operands.iter().any(|o| o.shape.kind == Kind::Percentage))
}

/// A constant expression.
pub(super) fn constant(value: Const, shape: Shape, span: Span) -> Expr {
    Expr { kind: ExprKind::Const(value), shape, span }
}

impl Checker<'_> {
    /// Whether a value can be taken as of a kind; reported, naming what it is compared with, if not. The scale stays.
    pub fn coerce(&mut self, typed: Typed, kind: Kind, against: Option<Span>) -> Option<Expr> {
        let mut e = typed.expr;
        match typed.flex {
            Flex::None => {
                e.shape.kind = kind;
                Some(e)
            }
            Flex::Fixed if e.shape.kind == kind => Some(e),
            Flex::Bare if e.shape.kind == kind => Some(e),
            Flex::Bare if matches!(kind, Kind::Money { .. }) => {
                let scale = e.shape.scale;
                Some(convert(e, kind, scale))
            }
            // `rate * 0.5` can be a percentage again, a number alone cannot.
            Flex::Bare if kind == Kind::Percentage && of_percentage(&e) => {
                let scale = e.shape.scale;
                Some(convert(e, kind, scale))
            }
            Flex::Bare if matches!(kind, Kind::Count(_)) => {
                if e.shape.scale > 0 {
                    let Kind::Count(unit) = kind else { return None };
                    let message = format!("{} has decimals, but {} are counted whole", self.words(e.span), unit.word());
                    let help = format!("write a whole number of {}, or count in a smaller unit", unit.word());
                    return self.error_help(Code::TooManyDecimals, e.span, message, help);
                }
                Some(convert(e, kind, 0))
            }
            _ => {
                let diagnostic = self.mismatch(&e, typed.flex, kind, against);
                self.report(diagnostic)
            }
        }
    }

    /// Brings several values to one kind and scale. Bare numbers and `none` take the kind of the others.
    pub fn unify(&mut self, parts: Vec<Typed>) -> Option<(Vec<Expr>, Shape, Flex)> {
        let lead = parts.iter().find(|p| p.flex == Flex::Fixed).or_else(|| parts.iter().find(|p| p.flex == Flex::Bare));
        let lead = lead.or(parts.first())?;
        let (kind, flex, against) = (lead.kind(), lead.flex, lead.expr.span);
        let optional = parts.iter().any(|p| p.expr.shape.optional);
        let mut failed = false;
        let mut exprs = Vec::with_capacity(parts.len());
        for part in parts {
            match self.coerce(part, kind, Some(against)) {
                Some(e) => exprs.push(e),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let scale = exprs.iter().map(|e| e.shape.scale).max().unwrap_or(0);
        let exprs = exprs.into_iter().map(|e| convert(e, kind, scale)).collect();
        Some((exprs, Shape { kind, scale, optional }, flex))
    }

    /// Checks a value against a declared type and gives it the type's kind and scale. Branches are held to it one by
    /// one, so that trouble is told at the branch that makes it.
    pub fn value_of(&mut self, e: &ast::Expr, ty: &Type, what: &str) -> Option<Expr> {
        match &e.kind {
            ast::ExprKind::Paren(inner) => self.nested(e.span, |c| c.value_of(inner, ty, what)),
            ast::ExprKind::If(written, a, b) => {
                let condition = self.condition(written);
                let a = self.nested(e.span, |c| c.value_where(written, true, a, ty, what));
                let b = self.nested(e.span, |c| c.value_where(written, false, b, ty, what));
                let (a, b) = (a?, b?);
                let optional = a.shape.optional || b.shape.optional;
                let shape = Shape { kind: ty.kind, scale: ty.scale, optional };
                let kind = ExprKind::If(Box::new(condition?), Box::new(a), Box::new(b));
                Some(Expr { kind, shape, span: e.span })
            }
            _ => {
                let typed = self.check(e, Some(ty.kind))?;
                self.fit(typed, ty, what)
            }
        }
    }

    /// Holds a value to a declared type: its kind, its decimals, its range, and whether it can be none.
    pub fn fit(&mut self, typed: Typed, ty: &Type, what: &str) -> Option<Expr> {
        let e = self.coerce(typed, ty.kind, None)?;
        if let ExprKind::Const(Const::None) = e.kind
            && !ty.optional
        {
            let message = format!("{what} cannot be none: its type does not say so");
            return self.error_help(Code::NoneAsValue, e.span, message, "add `or none` to the type");
        }
        if e.shape.optional && !ty.optional {
            let message = format!("{} can be none, but the type of {what} does not say so", self.words(e.span));
            let help = "add `or none` to the type, or say what holds then: `if … is none then … else …`";
            return self.error_help(Code::NoneAsValue, e.span, message, help);
        }
        if e.shape.scale > ty.scale {
            let (found, wanted) = (Shape { optional: false, ..e.shape }, Shape::new(ty.kind, ty.scale));
            return self.too_fine(&e, found, wanted, what);
        }
        if let ExprKind::Const(Const::Mantissa(m)) = &e.kind {
            let m = widen(*m, e.shape.scale, ty.scale)?;
            let outside = ty.low.is_some_and(|low| m < low.into()) || ty.high.is_some_and(|high| m > high.into());
            if outside {
                return self.outside(&e, ty, what);
            }
        }
        Some(convert(e, ty.kind, ty.scale))
    }

    fn too_fine<T>(&mut self, e: &Expr, found: Shape, wanted: Shape, what: &str) -> Option<T> {
        let decimals = |shape: Shape| match shape.kind {
            Kind::Percentage => shape.scale.saturating_sub(2),
            _ => shape.scale,
        };
        let count = |n: u8| match n {
            0 => "no decimals".to_owned(),
            1 => "1 decimal".to_owned(),
            n => format!("{n} decimals"),
        };
        let has = count(decimals(found));
        let can = count(decimals(wanted));
        let message = format!("{} has {has}, but {what} can hold {can}", self.words(e.span));
        if let ExprKind::Const(_) = e.kind {
            return self.error_help(Code::TooManyDecimals, e.span, message, "write it with fewer decimals");
        }
        let to = if decimals(wanted) == 0 { "whole".to_owned() } else { count(decimals(wanted)) };
        let help = format!("say how to round: add `rounded to {to}`, `rounded down to {to}` or `rounded up to {to}`");
        self.error_help(Code::TooManyDecimals, e.span, message, help)
    }

    fn outside<T>(&mut self, e: &Expr, ty: &Type, what: &str) -> Option<T> {
        let shape = Shape::new(ty.kind, ty.scale);
        let end = |m: i64| shown(&Const::Mantissa(m.into()), shape, &self.enums);
        let range = match (ty.low, ty.high) {
            (Some(low), Some(high)) => format!("from {} to {}", end(low), end(high)),
            (Some(low), None) => format!("from {}", end(low)),
            (None, Some(high)) => format!("to {}", end(high)),
            (None, None) => return None,
        };
        let message = format!("{} is outside the range of {what}: {range}", self.words(e.span));
        self.error(Code::OutOfRange, e.span, message)
    }

    /// A value for a strict operator: `none` itself is refused.
    pub fn strict(&mut self, typed: &Typed) -> Option<()> {
        if typed.flex != Flex::None {
            return Some(());
        }
        let message = "`none` is used where a value is needed";
        let help = "to ask whether there is one, write `is none` or `is not none`";
        self.report(Diagnostic::new(Code::NoneAsValue, typed.expr.span, message).help(help))
    }
}
