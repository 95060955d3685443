//! Arithmetic: what may be computed with what, and how many decimals come out.

use super::check::{Checker, bare_words};
use super::typed::{Flex, Typed, constant, convert, present};
use super::{Const, Expr, ExprKind};
use crate::diagnostic::Code;
use crate::op::{Op, Shape};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind as Ast, RoundTo};
use crate::value::{Direction, Kind, MAX_SCALE, QUOTIENT_SCALE, Rounding, Unit};

/// The most operators in one sum or product; longer ones can be given names.
const MOST_OPERATORS: usize = 256;

impl Checker<'_> {
    /// `a + b - c …`: operators from left to right, however long, without recursion.
    pub fn chain(&mut self, e: &ast::Expr) -> Option<Typed> {
        use BinaryOp::*;
        let mut steps = Vec::new();
        let mut left = e;
        while let Ast::Binary(op @ (Add | Subtract | Multiply | Divide | Plus | Minus), a, b) = &left.kind {
            steps.push((*op, &**b, left.span));
            left = a;
        }
        if steps.len() > MOST_OPERATORS {
            let message = format!("{} operators in a row; the most is {MOST_OPERATORS}", steps.len());
            return self.error_help(Code::TooDeep, e.span, message, "give a part of it a name with `define`");
        }
        let mut value = self.check(left, None);
        for (op, right, span) in steps.into_iter().rev() {
            let right = self.check(right, None);
            value = match (value, right) {
                (Some(a), Some(b)) => self.arithmetic(op, a, b, span),
                _ => None,
            };
        }
        value
    }

    fn arithmetic(&mut self, op: BinaryOp, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        let (left, right) = (self.strict(&a), self.strict(&b));
        left.and(right)?;
        match op {
            BinaryOp::Plus | BinaryOp::Minus => self.shift_date(op == BinaryOp::Minus, a, b, span),
            BinaryOp::Multiply => self.product(a, b, span),
            BinaryOp::Divide => self.quotient(a, b, span),
            _ => self.sum(op == BinaryOp::Subtract, a, b, span),
        }
    }

    fn sum(&mut self, minus: bool, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        match (a.kind(), b.kind(), minus) {
            (Kind::Date, Kind::Date, true) => {
                let (from, to) = (b.expr.span, a.expr.span);
                let (from, to) = (bare_words(self.sources, from), bare_words(self.sources, to));
                let help = format!("say what to count: `days from {from} to {to}`");
                return self.error_help(Code::WrongType, span, "dates cannot be subtracted", help);
            }
            (Kind::Date, _, _) | (_, Kind::Date, _) => {
                let sign = if minus { "minus" } else { "plus" };
                let help = format!("write `DATE {sign} 6 months` (or `days`, `years`)");
                return self.error_help(Code::WrongType, span, "a date cannot be computed with by `+` or `-`", help);
            }
            _ => {}
        }
        self.computable(&a, "added or subtracted")?;
        self.computable(&b, "added or subtracted")?;
        let bare = a.flex == Flex::Bare && b.flex == Flex::Bare;
        let (a, b) = self.pair(a, b)?;
        let shape = Shape::new(a.shape.kind, a.shape.scale.max(b.shape.scale));
        let op = if minus { Op::Subtract } else { Op::Add };
        Some(Typed::op(op, vec![a, b], shape, span).bare_if(bare))
    }

    /// Two values of one kind; bare numbers take the other's. Their scales may differ.
    pub fn pair(&mut self, a: Typed, b: Typed) -> Option<(Expr, Expr)> {
        let (first, second) = (a.expr.span, b.expr.span);
        let lead = if a.flex == Flex::Fixed || b.flex != Flex::Fixed { a.kind() } else { b.kind() };
        let a = self.coerce(a, lead, Some(second))?;
        let b = self.coerce(b, lead, Some(first))?;
        Some((a, b))
    }

    fn computable(&mut self, typed: &Typed, how: &str) -> Option<()> {
        if matches!(typed.kind(), Kind::Number | Kind::Percentage | Kind::Money { .. } | Kind::Count(_)) {
            return Some(());
        }
        let shape = typed.expr.shape;
        let message = format!("{} is {}; it cannot be {how}", self.words(typed.expr.span), self.kind_words(shape));
        if shape.kind == Kind::Truth {
            let help = "to count conditions, write `if … then 1 else 0`";
            return self.error_help(Code::WrongType, typed.expr.span, message, help);
        }
        self.error(Code::WrongType, typed.expr.span, message)
    }

    fn shift_date(&mut self, minus: bool, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        let word = if minus { "minus" } else { "plus" };
        if a.kind() != Kind::Date {
            let message =
                format!("`{word}` moves a date; {} is {}", self.words(a.expr.span), self.kind_words(a.expr.shape));
            let help = format!("write `{}` to compute with numbers", if minus { "-" } else { "+" });
            return self.error_help(Code::WrongType, span, message, help);
        }
        let Kind::Count(unit) = b.kind() else {
            let words = bare_words(self.sources, b.expr.span);
            let message = format!("by what is the date to be moved? `{words}` is {}", self.kind_words(b.expr.shape));
            let help = format!("write `{word} {words} days`, `{word} {words} months` or `{word} {words} years`");
            let help = if b.kind() == Kind::Number { help } else { format!("write `{word} 6 months`") };
            return self.error_help(Code::WrongUnit, b.expr.span, message, help);
        };
        Some(self.moved(a.expr, b.expr, unit, minus, span))
    }

    /// A date some time later, or earlier.
    pub fn moved(&self, date: Expr, length: Expr, unit: Unit, minus: bool, span: Span) -> Typed {
        let op = match unit {
            Unit::Days => Op::PlusDays,
            Unit::Months => Op::PlusMonths,
            Unit::Years => Op::PlusYears(self.leap),
        };
        let length = if minus { negated(length) } else { length };
        Typed::op(op, vec![date, length], Shape::new(Kind::Date, 0), span)
    }

    fn product(&mut self, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        self.computable(&a, "multiplied")?;
        self.computable(&b, "multiplied")?;
        let kind = match (a.kind(), b.kind()) {
            (kind, Kind::Percentage) | (Kind::Percentage, kind) => kind,
            (kind, Kind::Number) | (Kind::Number, kind) => kind,
            (Kind::Money { .. }, Kind::Money { .. }) => {
                return self.error(Code::WrongCurrency, span, "money cannot be multiplied by money");
            }
            _ => {
                let count = if let Kind::Count(_) = b.kind() { &b } else { &a };
                let help = format!("write `({} as whole number)`", bare_words(self.sources, count.expr.span));
                let message = format!(
                    "{} is {}; only plain numbers multiply",
                    self.words(count.expr.span),
                    self.kind_words(count.expr.shape)
                );
                return self.error_help(Code::WrongUnit, count.expr.span, message, help);
            }
        };
        let scale = a.expr.shape.scale + b.expr.shape.scale;
        if let Kind::Count(unit) = kind
            && scale > 0
        {
            let count = if let Kind::Count(_) = a.kind() { &a } else { &b };
            return self.not_whole(count.expr.span, unit, span);
        }
        let larger = if a.expr.shape.scale >= b.expr.shape.scale { a.expr.span } else { b.expr.span };
        self.scale_fits(scale, span, larger)?;
        // `30% * 1000` waits for its unit, and so do `2 * 3` and `557 * (household_size - 1)`.
        let unitless = |kind| matches!(kind, Kind::Number | Kind::Percentage);
        let bare = match (a.flex, b.flex) {
            (Flex::Bare, Flex::Bare) => true,
            (Flex::Bare, _) => unitless(b.kind()),
            (_, Flex::Bare) => unitless(a.kind()),
            _ => false,
        };
        let kind = if bare { Kind::Number } else { kind };
        let shape = Shape::new(kind, scale);
        Some(Typed::op(Op::Multiply, vec![a.expr, b.expr], shape, span).bare_if(bare))
    }

    fn not_whole<T>(&mut self, count: Span, unit: Unit, span: Span) -> Option<T> {
        let message = format!("{} would not be a whole number of {}", self.words(span), unit.word());
        let help = format!("compute with the plain number: `({} as whole number)`", bare_words(self.sources, count));
        self.error_help(Code::WrongUnit, span, message, help)
    }

    /// `30% of X`
    pub fn percent_of(&mut self, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Typed> {
        let (a, b) = (self.check(a, None), self.check(b, None));
        let (a, b) = (a?, b?);
        let (left, right) = (self.strict(&a), self.strict(&b));
        left.and(right)?;
        if a.kind() != Kind::Percentage {
            let words = bare_words(self.sources, a.expr.span);
            let message = format!("`of` takes a percentage; `{words}` is {}", self.kind_words(a.expr.shape));
            let help =
                if a.flex == Flex::Bare { format!("write `{words}% of …`") } else { "write `*` to multiply".into() };
            return self.error_help(Code::WrongType, a.expr.span, message, help);
        }
        self.product(a, b, span)
    }

    fn quotient(&mut self, a: Typed, b: Typed, span: Span) -> Option<Typed> {
        self.computable(&a, "divided")?;
        self.computable(&b, "divided by")?;
        if let ExprKind::Const(Const::Mantissa(0)) = b.expr.kind {
            return self.error(Code::OutOfRange, b.expr.span, "nothing can be divided by 0");
        }
        let bare = a.flex == Flex::Bare && b.flex == Flex::Bare;
        let kind = match (a.kind(), b.kind()) {
            (Kind::Count(unit), Kind::Number | Kind::Percentage) => return self.not_whole(a.expr.span, unit, span),
            (kind, Kind::Number) => kind,
            (kind @ (Kind::Number | Kind::Money { .. }), Kind::Percentage) => kind,
            (x, y) if x == y => Kind::Number,
            (Kind::Number | Kind::Percentage, other) if a.flex == Flex::Bare => {
                // A bare number over an amount or count is of the same unit.
                let operands = vec![self.coerce(a, other, Some(b.expr.span))?, b.expr];
                return Some(Typed::op(Op::Divide, operands, Shape::new(Kind::Number, QUOTIENT_SCALE), span));
            }
            (Kind::Money { .. }, Kind::Money { .. }) | (Kind::Count(_), Kind::Count(_)) => {
                let diagnostic = self.mismatch(&a.expr, a.flex, b.kind(), Some(b.expr.span));
                return self.report(diagnostic);
            }
            (_, Kind::Count(_)) => {
                let words = bare_words(self.sources, b.expr.span);
                let message = format!("`{words}` is {}; divide by a plain number", self.kind_words(b.expr.shape));
                return self.error_help(
                    Code::WrongUnit,
                    b.expr.span,
                    message,
                    format!("write `({words} as whole number)`"),
                );
            }
            _ => {
                let message = format!(
                    "{} is {}; it cannot be divided by {}",
                    self.words(a.expr.span),
                    self.kind_words(a.expr.shape),
                    self.kind_words(b.expr.shape)
                );
                let help = format!("write `({} as number with … decimals)`", bare_words(self.sources, b.expr.span));
                return self.error_help(Code::WrongType, span, message, help);
            }
        };
        let shape = Shape::new(kind, QUOTIENT_SCALE);
        Some(Typed::op(Op::Divide, vec![a.expr, b.expr], shape, span).bare_if(bare))
    }

    /// `-X`
    pub fn negate(&mut self, inner: &ast::Expr, span: Span) -> Option<Typed> {
        let typed = self.check(inner, None)?;
        self.strict(&typed)?;
        self.computable(&typed, "made negative")?;
        let flex = typed.flex;
        let mut expr = negated(typed.expr);
        expr.span = span;
        Some(Typed { expr, flex })
    }

    /// `larger of (…)`, `smaller of (…)`, `but at least`, `but at most`.
    pub fn larger_smaller(&mut self, op: Op, all: Vec<&ast::Expr>, span: Span) -> Option<Typed> {
        let parts: Vec<Option<Typed>> = all.into_iter().map(|e| self.check(e, None)).collect();
        let parts: Option<Vec<Typed>> = parts.into_iter().collect();
        let parts = parts?;
        for part in &parts {
            self.strict(part)?;
            if !part.kind().is_numeric() {
                return self.no_order(&part.expr);
            }
        }
        let lead = parts.iter().find(|p| p.flex == Flex::Fixed).or(parts.first())?;
        let (kind, against, bare) = (lead.kind(), lead.expr.span, lead.flex == Flex::Bare);
        let exprs: Vec<Option<Expr>> = parts.into_iter().map(|p| self.coerce(p, kind, Some(against))).collect();
        let exprs: Option<Vec<Expr>> = exprs.into_iter().collect();
        let exprs = exprs?;
        let scale = exprs.iter().map(|e| e.shape.scale).max().unwrap_or(0);
        Some(Typed::op(op, exprs, Shape::new(kind, scale), span).bare_if(bare))
    }

    /// Reports a value that has no order.
    pub fn no_order<T>(&mut self, e: &Expr) -> Option<T> {
        let message = format!("{} is {}, which has no order", self.words(e.span), self.kind_words(e.shape));
        if let Kind::Enum(id) = e.shape.kind {
            let values = self.enums[id.0 as usize].values.iter().take(3).map(|v| &**v).collect::<Vec<_>>();
            let help = format!("if there is one, write it into the type: `one of {} …`", values.join(" < "));
            return self.error_help(Code::NotComparable, e.span, message, help);
        }
        self.error_help(Code::NotComparable, e.span, message, "ask `is` or `is one of`")
    }

    /// `X rounded …`
    pub fn rounded(&mut self, inner: &ast::Expr, to: &RoundTo, direction: Direction, span: Span) -> Option<Typed> {
        let typed = self.check(inner, None)?;
        self.strict(&typed)?;
        self.computable(&typed, "rounded")?;
        let kind = typed.kind();
        let percent = if kind == Kind::Percentage { 2 } else { 0 };
        let (step, scale) = match to {
            RoundTo::Decimals(decimals) => (1, decimals.saturating_add(percent)),
            RoundTo::Whole => (1, percent),
            RoundTo::Multiple(step) => self.step(step, kind)?,
        };
        if scale > MAX_SCALE {
            let message = format!("{scale} decimals; the most is {MAX_SCALE}");
            return self.error(Code::TooManyDecimals, span, message);
        }
        if let Kind::Count(unit) = kind
            && scale > 0
        {
            let message = format!("{} is counted in whole {} already", self.words(inner.span), unit.word());
            return self.error_help(Code::WrongUnit, span, message, "leave the rounding out");
        }
        let rounding = Rounding { step, scale, direction };
        let shape = Shape::new(kind, scale);
        let flex = typed.flex;
        let mut expr = round(typed.expr, rounding, shape);
        expr.span = span;
        Some(Typed { expr, flex })
    }

    /// The step of `rounded to 10`, `to 0.05`, `to 5 CNY`.
    fn step(&mut self, step: &ast::Expr, kind: Kind) -> Option<(i64, u8)> {
        let (m, scale) = match (&step.kind, kind) {
            (Ast::Number(written), Kind::Percentage) => {
                let (m, scale) = self.number(written, step.span)?;
                (m, scale + 2)
            }
            (Ast::Number(written), _) => self.number(written, step.span)?,
            (Ast::Percent(written), Kind::Percentage) => {
                let (m, scale) = self.number(written, step.span)?;
                (m, scale + 2)
            }
            (Ast::Money { number, currency, per }, _) => {
                let (m, scale) = self.number(number, step.span)?;
                let found = Kind::Money { currency: self.currency(currency)?, per: *per };
                let e = constant(Const::Mantissa(m), Shape::new(found, scale), step.span);
                self.coerce(Typed { expr: e, flex: Flex::Fixed }, kind, None)?;
                (m, scale)
            }
            (Ast::WithUnit(..), Kind::Count(_)) => match self.of_kind(step, kind)?.kind {
                ExprKind::Const(Const::Mantissa(m)) => (m, 0),
                _ => return self.no_step(step),
            },
            _ => return self.no_step(step),
        };
        match i64::try_from(m) {
            Ok(m) if m > 0 => Some((m, scale)),
            _ => {
                let message = format!("nothing can be rounded to multiples of {}", self.words(step.span));
                self.error(Code::OutOfRange, step.span, message)
            }
        }
    }

    fn no_step<T>(&mut self, step: &ast::Expr) -> Option<T> {
        let message = format!("{} is no step to round to", self.words(step.span));
        let help = "write a literal of the same unit: `rounded to 10`, `rounded to 0.05`, `rounded to 5 CNY`";
        self.error_help(Code::WrongType, step.span, message, help)
    }

    /// `X as TYPE`
    pub fn as_type(&mut self, inner: &ast::Expr, written: &ast::TypeExpr, span: Span) -> Option<Typed> {
        let typed = self.check(inner, None);
        let ty = self.resolve_type(written)?;
        let typed = typed?;
        self.strict(&typed)?;
        if written.from.is_some() || written.to.is_some() || written.optional {
            let message = "`as` changes what a value measures, not which values there are";
            let help = "leave the range and `or none` out here";
            return self.error_help(Code::RepeatedClause, written.span, message, help);
        }
        let (found, kind) = (typed.expr.shape, ty.kind);
        let convertible = |k| matches!(k, Kind::Percentage | Kind::Money { .. } | Kind::Count(_));
        let possible = match (found.kind, kind) {
            (Kind::Number, Kind::Number) => true,
            (Kind::Number, k) | (k, Kind::Number) => convertible(k),
            (Kind::Money { .. }, Kind::Money { .. }) | (Kind::Count(_), Kind::Count(_)) => true,
            (a, b) => a == Kind::Percentage && b == Kind::Percentage,
        };
        if !possible {
            if found.kind == kind && typed.flex == Flex::Fixed {
                return Some(typed);
            }
            let to = self.kind_words(Shape::new(kind, ty.scale));
            let message =
                format!("{} is {}; it cannot be turned into {to}", self.words(inner.span), self.kind_words(found));
            return self.error(Code::WrongType, span, message);
        }
        match (found.kind, kind) {
            (Kind::Money { currency: a, .. }, Kind::Money { currency: b, .. }) if a != b => {
                let diagnostic = self.mismatch(&typed.expr, typed.flex, kind, None);
                return self.report(diagnostic);
            }
            (Kind::Count(a), Kind::Count(b)) if a != b => {
                let diagnostic = self.mismatch(&typed.expr, typed.flex, kind, None);
                return self.report(diagnostic);
            }
            _ => {}
        }
        // Amounts keep what decimals they have until they are rounded; other types say how many they hold.
        let scale = if let Kind::Money { .. } = kind { found.scale.max(ty.scale) } else { ty.scale };
        if found.scale > scale {
            let (has, can) = (found.scale, scale);
            let message =
                format!("{} has {has} decimals; {} can hold {can}", self.words(inner.span), self.words(written.span));
            let to = if can == 0 { "whole".to_owned() } else { format!("{can} decimals") };
            let to = if found.kind == Kind::Percentage && can >= 2 { format!("{} decimals", can - 2) } else { to };
            let help = format!(
                "say how to round: `{} rounded to {to} as {}`",
                bare_words(self.sources, inner.span),
                bare_words(self.sources, written.span)
            );
            return self.error_help(Code::TooManyDecimals, span, message, help);
        }
        let mut e = convert(present(typed.expr), kind, scale);
        e.span = span;
        Some(Typed { expr: e, flex: Flex::Fixed })
    }
}

/// `-x`; of a constant, the constant.
pub(super) fn negated(e: Expr) -> Expr {
    let (shape, span) = (Shape { optional: false, ..e.shape }, e.span);
    match e.kind {
        ExprKind::Const(Const::Mantissa(m)) => constant(Const::Mantissa(-m), shape, span),
        kind => {
            let inner = Expr { kind, ..e };
            Expr { kind: ExprKind::Op(Op::Negate, vec![inner]), shape, span }
        }
    }
}

/// A value rounded. Directly over a quotient the exact quotient is rounded, once; a change of what it measures (`as`) in
/// between changes nothing about that.
fn round(e: Expr, rounding: Rounding, shape: Shape) -> Expr {
    let span = e.span;
    match e.kind {
        ExprKind::Op(Op::Divide, operands) => {
            Expr { kind: ExprKind::Op(Op::DivideRounded(rounding), operands), shape, span }
        }
        ExprKind::Op(Op::As, mut operands)
            if operands.len() == 1
                && operands
                    .iter()
                    .all(|o| matches!(o.kind, ExprKind::Op(Op::Divide, _)) && o.shape.scale == e.shape.scale) =>
        {
            let inner = operands.remove(0);
            let shape_inside = Shape { scale: rounding.scale, ..inner.shape };
            let inner = round(inner, rounding, shape_inside);
            Expr { kind: ExprKind::Op(Op::As, vec![inner]), shape, span }
        }
        kind => {
            let inner = Expr { kind, shape: e.shape, span };
            Expr { kind: ExprKind::Op(Op::Round(rounding), vec![inner]), shape, span }
        }
    }
}
