//! Folds over lists: inside, names mean those of one and the same member.

use super::check::Checker;
use super::typed::{Flex, Typed};
use super::{ExprKind, Fold, FoldKind, Level};
use crate::diagnostic::Code;
use crate::op::Shape;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{EntityId, Kind, Unit};

impl Checker<'_> {
    /// Checks with a member of a list in scope.
    fn inside<T>(&mut self, member: EntityId, f: impl FnOnce(&mut Self) -> T) -> T {
        self.frames.push(member);
        let result = f(self);
        self.frames.pop();
        result
    }

    /// The list, and the filter if there is one: nothing if either is erroneous.
    fn over(&mut self, list: &ast::Ident, filter: Option<&ast::Expr>) -> Option<(Fold, EntityId)> {
        let (fact, level, member) = self.list(list)?;
        let filter = match filter {
            Some(condition) => Some(self.inside(member, |c| c.condition(condition))?),
            None => None,
        };
        let place = self.frames.len() as Level + 1;
        Some((Fold { list: fact, level, member: place, filter, kind: FoldKind::Count }, member))
    }

    /// `count of household [where COND]`
    pub fn count(&mut self, list: &ast::Ident, filter: Option<&ast::Expr>, span: Span) -> Option<Typed> {
        let (fold, _) = self.over(list, filter)?;
        Some(folded(fold, FoldKind::Count, Shape::new(Kind::Number, 0), span))
    }

    /// `sum of`, `largest`, `smallest`
    #[allow(clippy::too_many_arguments)]
    pub fn fold(
        &mut self,
        kind: ast::FoldKind,
        value: &ast::Expr,
        list: &ast::Ident,
        filter: Option<&ast::Expr>,
        if_none: Option<&ast::Expr>,
        want: Option<Kind>,
        span: Span,
    ) -> Option<Typed> {
        let other = if_none.map(|e| self.check(e, want));
        let (_, _, member) = self.list(list)?;
        let value = self.inside(member, |c| c.check(value, want));
        let (fold, _) = self.over(list, filter)?;
        let value = value?;
        self.strict(&value)?;
        if !value.kind().is_numeric() {
            let word = match kind {
                ast::FoldKind::Sum => "summed up",
                _ => "compared in size",
            };
            let message = format!(
                "{} is {}; it cannot be {word}",
                self.words(value.expr.span),
                self.kind_words(value.expr.shape)
            );
            let help = "to ask about members, write `any of … satisfies …` or `count of … where …`";
            return self.error_help(Code::WrongType, value.expr.span, message, help);
        }
        if kind == ast::FoldKind::Sum {
            if value.kind() == Kind::Date {
                return self.error(Code::WrongType, value.expr.span, "dates cannot be summed up");
            }
            if let Some(other) = if_none {
                let help = "leave `if any else` out, or write `if count of … is 0 then … else …`";
                return self.error_help(
                    Code::RepeatedClause,
                    other.span,
                    "the sum over no members is 0 in any case",
                    help,
                );
            }
            let shape = Shape::new(value.kind(), value.expr.shape.scale);
            let bare = value.flex == Flex::Bare;
            return Some(folded(fold, FoldKind::Sum(value.expr), shape, span).bare_if(bare));
        }
        let mut parts = vec![value];
        if let Some(other) = other {
            parts.push(other?);
        }
        let (values, mut shape, flex) = self.unify(parts)?;
        let mut values = values.into_iter();
        let (value, other) = (values.next()?, values.next());
        shape.optional = other.as_ref().is_some_and(|o| o.shape.optional);
        let kind = match kind {
            ast::FoldKind::Largest => FoldKind::Largest(value, other),
            _ => FoldKind::Smallest(value, other),
        };
        let mut typed = folded(fold, kind, shape, span);
        typed.flex = flex;
        Some(typed)
    }

    /// `any of household satisfies COND`
    pub fn satisfies(
        &mut self,
        quantifier: ast::Quantifier,
        list: &ast::Ident,
        condition: &ast::Expr,
        span: Span,
    ) -> Option<Typed> {
        let (fold, member) = self.over(list, None)?;
        let condition = self.inside(member, |c| c.condition(condition));
        let quantifier = self.quantifier(quantifier, None, span)?;
        Some(folded(fold, FoldKind::Satisfies(quantifier, condition?), Shape::TRUTH, span))
    }

    /// `days covered by LIST from STARTED to ENDED [where COND] within A to B`
    pub fn days_covered(
        &mut self,
        list: &ast::Ident,
        dates: [&ast::Expr; 4],
        filter: Option<&ast::Expr>,
        span: Span,
    ) -> Option<Typed> {
        let [from, to, within_from, within_to] = dates;
        let within_from = self.of_kind(within_from, Kind::Date);
        let within_to = self.of_kind(within_to, Kind::Date);
        let (fold, member) = self.over(list, filter)?;
        let from = self.inside(member, |c| c.of_kind(from, Kind::Date));
        let to = self.inside(member, |c| c.of_kind(to, Kind::Date));
        let (within_from, within_to) = (within_from?, within_to?);
        self.ends_in_order(&within_from, &within_to)?;
        let kind = FoldKind::DaysCovered { from: from?, to: to?, within_from, within_to };
        Some(folded(fold, kind, Shape::new(Kind::Count(Unit::Days), 0), span))
    }
}

fn folded(fold: Fold, kind: FoldKind, shape: Shape, span: Span) -> Typed {
    Typed::fixed(ExprKind::Fold(Box::new(Fold { kind, ..fold })), shape, span)
}
