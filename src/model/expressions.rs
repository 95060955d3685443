//! Expressions: from what is written to typed ones.

use super::check::Checker;
use super::typed::{Flex, Typed, constant};
use super::{Const, Expr, ExprKind, Item};
use crate::diagnostic::Code;
use crate::op::{Op, Part, Quantifier, Shape};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast};
use crate::value::{Kind, Unit};

/// How deeply expressions may stand in one another; the parser allows less in parentheses and braces.
const MOST_NESTING: u32 = 150;

impl Checker<'_> {
    /// Checks one level deeper; past the engine's limit it is reported instead.
    pub fn nested<T>(&mut self, span: Span, f: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MOST_NESTING {
            let message = format!("expressions stand in one another more than {MOST_NESTING} deep here");
            return self.error_help(Code::TooDeep, span, message, "give a part of it a name with `define`");
        }
        self.depth += 1;
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Checks an expression. `want` is the kind its context expects, for bare words.
    pub fn check(&mut self, e: &ast::Expr, want: Option<Kind>) -> Option<Typed> {
        self.nested(e.span, |c| c.check_kind(e, want))
    }

    fn check_kind(&mut self, e: &ast::Expr, want: Option<Kind>) -> Option<Typed> {
        let span = e.span;
        match &e.kind {
            Ast::Name(word) => self.name(word, span, want),
            Ast::Number(_)
            | Ast::Percent(_)
            | Ast::Money { .. }
            | Ast::Date(_)
            | Ast::Text(_)
            | Ast::YesNo(_)
            | Ast::None
            | Ast::DecisionDate => self.literal(e, want),
            Ast::Paren(inner) => self.check(inner, want),
            Ast::WithUnit(inner, unit) => self.with_unit(inner, *unit, span),
            Ast::OnDate(name, day) => self.on_date(name, day, span),
            Ast::Negate(inner) => self.negate(inner, span),
            Ast::Not(inner) => {
                let inner = self.condition(inner)?;
                Some(Typed::fixed(ExprKind::Not(Box::new(inner)), Shape::TRUTH, span))
            }
            Ast::Binary(op, a, b) => self.binary(e, *op, a, b),
            Ast::Between(value, low, high) => self.between(value, low, high, span),
            Ast::OneOf { value, options, negated } => self.one_of(value, options, *negated, span),
            Ast::Within { value, length, after, of } => self.within(value, length, *after, of, span),
            Ast::IsKnown(inner, negated) => {
                let kind = self.known(inner)?;
                Some(negate_if(*negated, Typed::fixed(kind, Shape::TRUTH, span)))
            }
            Ast::IsNone(inner, negated) => self.is_none(inner, *negated, span),
            Ast::If(condition, a, b) => self.if_then_else(condition, a, b, want, span),
            Ast::KnownElse(value, other) => self.known_else(value, other, want, span),
            Ast::Group(quantifier, items) => self.group(*quantifier, items, span),
            Ast::LargerOf(all) => self.larger_smaller(Op::Larger, all.iter().collect(), span),
            Ast::SmallerOf(all) => self.larger_smaller(Op::Smaller, all.iter().collect(), span),
            Ast::ButAtLeast(a, b) => self.larger_smaller(Op::Larger, vec![a, b], span),
            Ast::ButAtMost(a, b) => self.larger_smaller(Op::Smaller, vec![a, b], span),
            Ast::Rounded(inner, to, direction) => self.rounded(inner, to, *direction, span),
            Ast::As(inner, ty) => self.as_type(inner, ty, span),
            Ast::TimeFromTo(unit, a, b) => self.time_from_to(*unit, a, b, span),
            Ast::PartOf(part, inner) => {
                let date = self.of_kind(inner, Kind::Date)?;
                let part = match part {
                    ast::DatePart::Year => Part::Year,
                    ast::DatePart::Month => Part::Month,
                    ast::DatePart::Day => Part::Day,
                };
                Some(Typed::op(Op::Part(part), vec![date], Shape::new(Kind::Number, 0), span))
            }
            Ast::MakeDate(year, month, day) => {
                let parts: Vec<_> = [year, month, day].into_iter().map(|p| self.whole_number(p)).collect();
                let parts: Option<Vec<Expr>> = parts.into_iter().collect();
                Some(Typed::op(Op::MakeDate, parts?, Shape::new(Kind::Date, 0), span))
            }
            Ast::Count { list, filter } => self.count(list, filter.as_deref(), span),
            Ast::Fold { fold, value, list, filter, if_none } => {
                self.fold(*fold, value, list, filter.as_deref(), if_none.as_deref(), want, span)
            }
            Ast::Satisfies { quantifier, list, condition } => self.satisfies(*quantifier, list, condition, span),
            Ast::DaysCovered { list, from, to, filter, within_from, within_to } => {
                self.days_covered(list, [from, to, within_from, within_to], filter.as_deref(), span)
            }
        }
    }

    fn literal(&mut self, e: &ast::Expr, want: Option<Kind>) -> Option<Typed> {
        let span = e.span;
        let fixed = |value, kind, scale| {
            Some(Typed { expr: constant(value, Shape::new(kind, scale), span), flex: Flex::Fixed })
        };
        match &e.kind {
            Ast::Number(written) => {
                let (m, scale) = self.number(written, span)?;
                let expr = constant(Const::Mantissa(m), Shape::new(Kind::Number, scale), span);
                Some(Typed { expr, flex: Flex::Bare })
            }
            Ast::Percent(written) => {
                let (m, scale) = self.number(written, span)?;
                self.scale_fits(scale + 2, span, span)?;
                fixed(Const::Mantissa(m), Kind::Percentage, scale + 2)
            }
            Ast::Money { number, currency, per } => {
                let currency = self.currency(currency);
                let (m, scale) = self.number(number, span)?;
                fixed(Const::Mantissa(m), Kind::Money { currency: currency?, per: *per }, scale)
            }
            Ast::Date(written) => {
                let date = self.date(written)?;
                fixed(Const::Mantissa(date.days().into()), Kind::Date, 0)
            }
            Ast::Text(text) => fixed(Const::Text(text.clone()), Kind::Text, 0),
            Ast::YesNo(value) => fixed(Const::Truth(*value), Kind::Truth, 0),
            Ast::None => {
                let kind = want.unwrap_or(Kind::Number);
                let shape = Shape { kind, scale: 0, optional: true };
                Some(Typed { expr: constant(Const::None, shape, span), flex: Flex::None })
            }
            _ => Some(Typed::fixed(ExprKind::DecisionDate, Shape::new(Kind::Date, 0), span)),
        }
    }

    /// A condition; reported if it is something else.
    pub fn condition(&mut self, e: &ast::Expr) -> Option<Expr> {
        let typed = self.check(e, Some(Kind::Truth))?;
        self.as_condition(typed)
    }

    /// Takes a value as a condition; reported if it is something else.
    pub fn as_condition(&mut self, typed: Typed) -> Option<Expr> {
        self.strict(&typed)?;
        if typed.kind() == Kind::Truth {
            return Some(typed.expr);
        }
        let shape = typed.expr.shape;
        let words = self.words(typed.expr.span);
        let message = format!("{words} is {}; a condition is needed here", self.kind_words(shape));
        let inner = words.trim_matches('`');
        let help = match shape.kind {
            Kind::Enum(_) | Kind::Text => format!("say what it must be: `{inner} is …`"),
            Kind::Date => format!("compare it: `{inner} is on or before …`"),
            _ => format!("compare it: `{inner} is at least …`"),
        };
        self.error_help(Code::WrongType, typed.expr.span, message, help)
    }

    /// A value of a kind, for a strict operator.
    pub fn of_kind(&mut self, e: &ast::Expr, kind: Kind) -> Option<Expr> {
        let typed = self.check(e, Some(kind))?;
        self.strict(&typed)?;
        self.coerce(typed, kind, None)
    }

    /// A whole number, for a strict operator.
    pub fn whole_number(&mut self, e: &ast::Expr) -> Option<Expr> {
        let number = self.of_kind(e, Kind::Number)?;
        if number.shape.scale > 0 {
            let message = format!("{} has decimals; a whole number is needed here", self.words(e.span));
            return self.error_help(Code::TooManyDecimals, e.span, message, "add `rounded to whole`");
        }
        Some(number)
    }

    fn binary(&mut self, e: &ast::Expr, op: BinaryOp, a: &ast::Expr, b: &ast::Expr) -> Option<Typed> {
        use BinaryOp::*;
        match op {
            Add | Subtract | Multiply | Divide | Plus | Minus => self.chain(e),
            Of => self.percent_of(a, b, e.span),
            And => self.connective(Quantifier::All, And, e),
            Or => self.connective(Quantifier::Any, Or, e),
            Implies => {
                let (a, b) = (self.condition(a), self.condition(b));
                let (a, b) = (a?, b?);
                let span = a.span;
                let not = Expr { kind: ExprKind::Not(Box::new(a)), shape: Shape::TRUTH, span };
                Some(Typed::fixed(ExprKind::Group(Quantifier::Any, vec![item(not), item(b)]), Shape::TRUTH, e.span))
            }
            Is | IsNot | AtLeast | AtMost | MoreThan | LessThan | Before | After | OnOrBefore | OnOrAfter
            | StartsWith => self.comparison(op, a, b, e.span),
        }
    }

    /// `a and b and c …`: one group, however long.
    fn connective(&mut self, quantifier: Quantifier, op: BinaryOp, e: &ast::Expr) -> Option<Typed> {
        let mut parts = Vec::new();
        let mut left = e;
        while let Ast::Binary(found, a, b) = &left.kind {
            if *found != op {
                break;
            }
            parts.push(&**b);
            left = a;
        }
        parts.push(left);
        let items: Vec<Option<Expr>> = parts.into_iter().rev().map(|p| self.condition(p)).collect();
        let items: Option<Vec<Expr>> = items.into_iter().collect();
        let items = items?.into_iter().map(item).collect();
        Some(Typed::fixed(ExprKind::Group(quantifier, items), Shape::TRUTH, e.span))
    }

    fn group(&mut self, quantifier: ast::Quantifier, items: &[ast::Item], span: Span) -> Option<Typed> {
        let mut seen = crate::table::Seen::new();
        let mut checked = Vec::with_capacity(items.len());
        let mut failed = false;
        for written in items {
            if let Some(label) = &written.label
                && !seen.insert(&*label.text)
            {
                let message = format!("`({})` stands twice in this list", label.text);
                self.error_help::<()>(Code::Duplicate, label.span, message, "give each item a label of its own");
            }
            match self.condition(&written.condition) {
                Some(condition) => checked.push(Item {
                    label: written.label.as_ref().map(|l| l.text.clone()),
                    cites: super::collect::texts(&written.cites),
                    condition,
                }),
                None => failed = true,
            }
        }
        let quantifier = self.quantifier(quantifier, Some(items.len()), span);
        if failed {
            return None;
        }
        Some(Typed::fixed(ExprKind::Group(quantifier?, checked), Shape::TRUTH, span))
    }

    /// A quantity over items; reported if it asks for more than there are.
    pub fn quantifier(&mut self, written: ast::Quantifier, items: Option<usize>, span: Span) -> Option<Quantifier> {
        Some(match written {
            ast::Quantifier::All => Quantifier::All,
            ast::Quantifier::Any => Quantifier::Any,
            ast::Quantifier::None => Quantifier::None,
            ast::Quantifier::AtLeast(0) => {
                return self.error(Code::OutOfRange, span, "`at least 0 of` holds always: ask for 1 or more");
            }
            ast::Quantifier::AtLeast(n) => {
                if let Some(items) = items
                    && n as usize > items
                {
                    let message = format!("`at least {n} of` {items} items can never hold");
                    return self.error(Code::OutOfRange, span, message);
                }
                Quantifier::AtLeast(n)
            }
        })
    }

    fn with_unit(&mut self, inner: &ast::Expr, unit: Unit, span: Span) -> Option<Typed> {
        let typed = self.check(inner, None)?;
        self.strict(&typed)?;
        let shape = typed.expr.shape;
        match shape.kind {
            Kind::Number if shape.scale == 0 => {
                let mut e = super::typed::convert(typed.expr, Kind::Count(unit), 0);
                e.span = span;
                Some(Typed { expr: e, flex: Flex::Fixed })
            }
            Kind::Number => {
                let message = format!("{} has decimals; {} are counted whole", self.words(inner.span), unit.word());
                self.error_help(Code::TooManyDecimals, inner.span, message, "count in a smaller unit, or round first")
            }
            Kind::Count(found) => {
                let message = format!(
                    "{} is in {} already; it cannot be in {}",
                    self.words(inner.span),
                    found.word(),
                    unit.word()
                );
                let help = if found == unit {
                    format!("leave `{}` out", unit.word())
                } else {
                    "units of time never mix".into()
                };
                self.error_help(Code::WrongUnit, span, message, help)
            }
            _ => {
                let message = format!("{} is {}, not a whole number", self.words(inner.span), self.kind_words(shape));
                self.error(Code::WrongType, inner.span, message)
            }
        }
    }

    fn time_from_to(&mut self, unit: Unit, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Typed> {
        let (from, to) = (self.of_kind(a, Kind::Date), self.of_kind(b, Kind::Date));
        let op = match unit {
            Unit::Years => Op::YearsFrom(self.leap),
            Unit::Months => Op::MonthsFrom,
            Unit::Days => Op::DaysFrom,
        };
        Some(Typed::op(op, vec![from?, to?], Shape::new(Kind::Count(unit), 0), span))
    }

    fn is_none(&mut self, inner: &ast::Expr, negated: bool, span: Span) -> Option<Typed> {
        let typed = self.check(inner, None)?;
        if !typed.expr.shape.optional {
            let message = format!("{} is never none: its type does not say `or none`", self.words(inner.span));
            let help = "for a value that is not told, ask `is known`; otherwise leave the question out";
            return self.error_help(Code::WrongType, span, message, help);
        }
        Some(negate_if(negated, Typed::op(Op::IsNone, vec![typed.expr], Shape::TRUTH, span)))
    }
}

/// A condition without label.
pub(super) fn item(condition: Expr) -> Item {
    Item { label: None, cites: None, condition }
}

/// `not` around a condition, where `is not` was written.
pub(super) fn negate_if(negated: bool, typed: Typed) -> Typed {
    if !negated {
        return typed;
    }
    let span = typed.expr.span;
    Typed::fixed(ExprKind::Not(Box::new(typed.expr)), Shape::TRUTH, span)
}
