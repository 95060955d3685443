//! Values that depend on conditions: `if`, `if known else`, exceptions; and the bodies of declarations.

use super::check::Checker;
use super::collect::texts;
use super::typed::{Typed, present};
use super::{Exception, Expr, ExprKind};
use crate::op::Shape;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{Kind, Type};

impl Checker<'_> {
    /// `if C then A else B`
    pub fn if_then_else(
        &mut self,
        condition: &ast::Expr,
        a: &ast::Expr,
        b: &ast::Expr,
        want: Option<Kind>,
        span: Span,
    ) -> Option<Typed> {
        let written = condition;
        let condition = self.condition(written);
        let branches: Option<Vec<Typed>> = self.beside(&[a, b], want).into_iter().collect();
        let branches = branches?.into_iter().zip([(a, true), (b, false)]);
        let branches = branches.map(|(typed, (value, met))| narrowed(written, met, value, typed)).collect();
        let (values, shape, flex) = self.unify(branches)?;
        let mut values = values.into_iter();
        let (a, b) = (values.next()?, values.next()?);
        let kind = ExprKind::If(Box::new(condition?), Box::new(a), Box::new(b));
        Some(Typed { expr: Expr { kind, shape, span }, flex })
    }

    /// `X if known else E`
    pub fn known_else(
        &mut self,
        value: &ast::Expr,
        other: &ast::Expr,
        want: Option<Kind>,
        span: Span,
    ) -> Option<Typed> {
        let known = self.known(value);
        let known = Expr { kind: known?, shape: Shape::TRUTH, span: value.span };
        let branches: Option<Vec<Typed>> = self.beside(&[value, other], want).into_iter().collect();
        let (values, shape, flex) = self.unify(branches?)?;
        let mut values = values.into_iter();
        let (a, b) = (values.next()?, values.next()?);
        let kind = ExprKind::If(Box::new(known), Box::new(a), Box::new(b));
        Some(Typed { expr: Expr { kind, shape, span }, flex })
    }

    /// A branch's value, held to a declared type. A name that the branch's condition has asked for is taken to be there:
    /// `if cap is none then income else cap`.
    pub fn value_where(
        &mut self,
        condition: &ast::Expr,
        met: bool,
        value: &ast::Expr,
        ty: &Type,
        what: &str,
    ) -> Option<Expr> {
        match &value.kind {
            ast::ExprKind::Name(name) if rules_out_none(condition, met, name) => {
                let typed = self.check(value, Some(ty.kind))?;
                self.fit(narrowed(condition, met, value, typed), ty, what)
            }
            _ => self.value_of(value, ty, what),
        }
    }

    /// The value of a definition, award or report, held to its type if it has one.
    pub fn body(&mut self, body: &ast::Body, ty: Option<&Type>, what: &str, need_not_cover: bool) -> Option<Typed> {
        match (body, ty) {
            (ast::Body::As { value, exceptions }, Some(ty)) => {
                let expr = self.excepted_of(value, exceptions, ty, what)?;
                Some(Typed { expr, flex: super::typed::Flex::Fixed })
            }
            (ast::Body::As { value, exceptions }, None) => self.excepted(value, exceptions, None),
            (ast::Body::Table(table), ty) => self.table(table, ty, what, need_not_cover),
        }
    }

    /// A value with exceptions, of a declared type.
    fn excepted_of(&mut self, value: &ast::Expr, exceptions: &[ast::Exception], ty: &Type, what: &str) -> Option<Expr> {
        let base = self.value_of(value, ty, what);
        if exceptions.is_empty() {
            return base;
        }
        let mut cases = Vec::with_capacity(exceptions.len());
        for written in exceptions {
            let condition = self.condition(&written.condition);
            let value = self.nested(written.span, |c| match written.exceptions.is_empty() {
                true => c.value_where(&written.condition, true, &written.value, ty, what),
                false => c.excepted_of(&written.value, &written.exceptions, ty, what),
            });
            cases.push(exception(written, condition, value));
        }
        let (base, cases) = (base?, cases.into_iter().collect::<Option<Vec<_>>>()?);
        let optional = base.shape.optional || cases.iter().any(|c| c.value.shape.optional);
        let shape = Shape { kind: ty.kind, scale: ty.scale, optional };
        let span = base.span;
        Some(Expr { kind: ExprKind::Exceptions(Box::new(base), cases), shape, span })
    }

    /// A value with exceptions, brought to one kind and scale.
    fn excepted(&mut self, value: &ast::Expr, exceptions: &[ast::Exception], want: Option<Kind>) -> Option<Typed> {
        if exceptions.is_empty() {
            return self.check(value, want);
        }
        let base = self.check(value, want);
        let want = base.as_ref().map(Typed::kind);
        let mut conditions = Vec::with_capacity(exceptions.len());
        let mut values = vec![base];
        for written in exceptions {
            conditions.push(self.condition(&written.condition));
            let value = self.nested(written.span, |c| c.excepted(&written.value, &written.exceptions, want));
            values.push(value.map(|typed| narrowed(&written.condition, true, &written.value, typed)));
        }
        let span = value.span;
        let values: Option<Vec<Typed>> = values.into_iter().collect();
        let (values, shape, flex) = self.unify(values?)?;
        let mut values = values.into_iter();
        let base = values.next()?;
        let cases = exceptions.iter().zip(conditions).zip(values);
        let cases: Option<Vec<_>> = cases.map(|((w, c), v)| exception(w, c, Some(v))).collect();
        let expr = Expr { kind: ExprKind::Exceptions(Box::new(base), cases?), shape, span };
        Some(Typed { expr, flex })
    }
}

/// A branch's value, there for sure if the condition has asked for it.
fn narrowed(condition: &ast::Expr, met: bool, value: &ast::Expr, typed: Typed) -> Typed {
    match (&value.kind, &typed.expr.kind) {
        (ast::ExprKind::Name(name), ExprKind::Fact(..) | ExprKind::Define(..))
            if rules_out_none(condition, met, name) =>
        {
            Typed { expr: present(typed.expr), flex: typed.flex }
        }
        _ => typed,
    }
}

/// Whether a condition that is met, or not met, says that a name is not *none*.
fn rules_out_none(condition: &ast::Expr, met: bool, name: &str) -> bool {
    match &condition.kind {
        ast::ExprKind::Paren(inner) => rules_out_none(inner, met, name),
        ast::ExprKind::Not(inner) => rules_out_none(inner, !met, name),
        ast::ExprKind::IsNone(asked, negated) => {
            *negated == met && matches!(&asked.kind, ast::ExprKind::Name(n) if **n == *name)
        }
        ast::ExprKind::Binary(ast::BinaryOp::And, a, b) if met => {
            rules_out_none(a, met, name) || rules_out_none(b, met, name)
        }
        ast::ExprKind::Binary(ast::BinaryOp::Or, a, b) if !met => {
            rules_out_none(a, met, name) || rules_out_none(b, met, name)
        }
        _ => false,
    }
}

fn exception(written: &ast::Exception, condition: Option<Expr>, value: Option<Expr>) -> Option<Exception> {
    Some(Exception { condition: condition?, value: value?, cites: texts(&written.cites), span: written.span })
}
