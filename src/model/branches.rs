//! Values that depend on conditions: `if`, `if known else`, exceptions; and the bodies of declarations.

use super::check::Checker;
use super::collect::texts;
use super::typed::Typed;
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
        let condition = self.condition(condition);
        let branches: Option<Vec<Typed>> = self.beside(&[a, b], want).into_iter().collect();
        let (values, shape, flex) = self.unify(branches?)?;
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
            let value = self.nested(written.span, |c| c.excepted_of(&written.value, &written.exceptions, ty, what));
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
            values.push(self.nested(written.span, |c| c.excepted(&written.value, &written.exceptions, want)));
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

fn exception(written: &ast::Exception, condition: Option<Expr>, value: Option<Expr>) -> Option<Exception> {
    Some(Exception { condition: condition?, value: value?, cites: texts(&written.cites), span: written.span })
}
