//! Walking syntax trees without recursion, so that no length of a sum or chain of conditions matters.

use crate::syntax::ast::{self, CellTest, ExprKind, GivenValue, HitPolicy, ParameterValue, RoundTo};

/// An expression inside another one.
pub(super) enum Child<'e> {
    /// Under the same members.
    Same(&'e ast::Expr),
    /// Under one more: a member of this list.
    Member(&'e ast::Ident, &'e ast::Expr),
}

/// Calls `f` for each expression directly inside `e`.
pub(super) fn children<'e>(e: &'e ast::Expr, f: &mut dyn FnMut(Child<'e>)) {
    use Child::{Member, Same};
    match &e.kind {
        ExprKind::Name(_)
        | ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money { .. }
        | ExprKind::Date(_)
        | ExprKind::Text(_)
        | ExprKind::YesNo(_)
        | ExprKind::None
        | ExprKind::DecisionDate => {}
        ExprKind::Paren(a)
        | ExprKind::WithUnit(a, _)
        | ExprKind::OnDate(_, a)
        | ExprKind::Negate(a)
        | ExprKind::Not(a)
        | ExprKind::IsKnown(a, _)
        | ExprKind::IsNone(a, _)
        | ExprKind::As(a, _)
        | ExprKind::PartOf(_, a) => f(Same(a)),
        ExprKind::Binary(_, a, b)
        | ExprKind::KnownElse(a, b)
        | ExprKind::ButAtLeast(a, b)
        | ExprKind::ButAtMost(a, b)
        | ExprKind::TimeFromTo(_, a, b) => {
            f(Same(a));
            f(Same(b));
        }
        ExprKind::Between(a, b, c) | ExprKind::If(a, b, c) | ExprKind::MakeDate(a, b, c) => {
            f(Same(a));
            f(Same(b));
            f(Same(c));
        }
        ExprKind::OneOf { value, options, .. } => {
            f(Same(value));
            options.iter().for_each(|o| f(Same(o)));
        }
        ExprKind::Within { value, length, of, .. } => {
            f(Same(value));
            f(Same(length));
            f(Same(of));
        }
        ExprKind::Group(_, items) => items.iter().for_each(|i| f(Same(&i.condition))),
        ExprKind::LargerOf(all) | ExprKind::SmallerOf(all) => all.iter().for_each(|o| f(Same(o))),
        ExprKind::Rounded(a, to, _) => {
            f(Same(a));
            if let RoundTo::Multiple(step) = to {
                f(Same(step));
            }
        }
        ExprKind::Count { list, filter } => filter.iter().for_each(|c| f(Member(list, c))),
        ExprKind::Fold { value, list, filter, if_none, .. } => {
            f(Member(list, value));
            filter.iter().for_each(|c| f(Member(list, c)));
            if_none.iter().for_each(|c| f(Same(c)));
        }
        ExprKind::Satisfies { list, condition, .. } => f(Member(list, condition)),
        ExprKind::DaysCovered { list, from, to, filter, within_from, within_to } => {
            f(Member(list, from));
            f(Member(list, to));
            filter.iter().for_each(|c| f(Member(list, c)));
            f(Same(within_from));
            f(Same(within_to));
        }
    }
}

/// Calls `f` for each expression directly in a definition's, award's or report's value.
pub(super) fn body<'e>(body: &'e ast::Body, f: &mut dyn FnMut(&'e ast::Expr)) {
    match body {
        ast::Body::As { value, exceptions: all } => {
            f(value);
            exceptions(all, f);
        }
        ast::Body::Table(t) => table(t, f),
    }
}

fn exceptions<'e>(all: &'e [ast::Exception], f: &mut dyn FnMut(&'e ast::Expr)) {
    let mut left: Vec<&ast::Exception> = all.iter().collect();
    while let Some(exception) = left.pop() {
        f(&exception.condition);
        f(&exception.value);
        left.extend(&exception.exceptions);
    }
}

/// Calls `f` for each expression directly in a table.
pub(super) fn table<'e>(table: &'e ast::Table, f: &mut dyn FnMut(&'e ast::Expr)) {
    if let HitPolicy::Marginal(value) = &table.hit {
        f(value);
    }
    table.headings.iter().for_each(&mut *f);
    for row in &table.rows {
        f(&row.value);
        for test in row.cells.iter().flat_map(|c| &c.tests) {
            match test {
                CellTest::Is(a)
                | CellTest::AtLeast(a)
                | CellTest::AtMost(a)
                | CellTest::MoreThan(a)
                | CellTest::LessThan(a) => f(a),
                CellTest::To(a, b) => {
                    f(a);
                    f(b);
                }
                CellTest::IsNone(_) => {}
            }
        }
    }
}

/// Calls `f` for each expression directly in a declaration, those of an entity's members aside.
pub(super) fn declaration<'e>(declaration: &'e ast::Declaration, f: &mut dyn FnMut(&'e ast::Expr)) {
    use ast::DeclarationKind as Kind;
    declaration.applies.iter().for_each(&mut *f);
    match &declaration.kind {
        Kind::Use { .. } | Kind::Type { .. } | Kind::Fact(_) | Kind::Entity { .. } => {}
        Kind::Policy { law_as_of, .. } => law_as_of.iter().for_each(f),
        Kind::Parameter { entries, .. } => {
            for entry in entries {
                match &entry.value {
                    ParameterValue::Value(value) => f(value),
                    ParameterValue::Table(t) => table(t, f),
                    ParameterValue::Unrecorded => {}
                }
            }
        }
        Kind::Define { body: b, .. } | Kind::Award { body: b, .. } | Kind::Report { body: b, .. } => body(b, f),
        Kind::Require { condition, unless, .. }
        | Kind::Exclude { condition, unless, .. }
        | Kind::Refer { condition, unless, .. } => {
            f(condition);
            unless.iter().for_each(|u| f(&u.condition));
        }
        Kind::Promise { condition } | Kind::Guarantee { condition } => f(condition),
        Kind::Scenario(scenario) => {
            for given in &scenario.given {
                if let GivenValue::Value(value) = &given.value {
                    f(value);
                }
            }
        }
    }
}
