//! Comparisons: both sides of one kind, bare numbers and bare words taking the other side's.

use super::check::Checker;
use super::expressions::negate_if;
use super::typed::{Typed, present};
use super::{Const, Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::{Op, Shape, Test};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp};
use crate::value::{Kind, Unit};

impl Checker<'_> {
    /// Checks expressions that stand beside one another, single unknown words last: they take the list of the others.
    pub fn beside(&mut self, all: &[&ast::Expr], want: Option<Kind>) -> Vec<Option<Typed>> {
        let mut want = want.filter(|k| *k != Kind::Truth);
        let mut checked: Vec<Option<Typed>> = all.iter().map(|_| None).collect();
        // Words that some list has come after those that none has: beside what failed nobody can say what they mean.
        let turns: Vec<u8> = all.iter().map(|e| self.turn(e)).collect();
        for turn in 0..3 {
            if turn > 0 && self.lacks_a_list(all, &checked, &turns, turn) {
                break;
            }
            for (at, e) in all.iter().enumerate() {
                if turns[at] == turn {
                    checked[at] = self.check(e, want);
                    if let (None, Some(kind @ (Kind::Enum(_) | Kind::Text))) =
                        (want, checked[at].as_ref().map(Typed::kind))
                    {
                        want = Some(kind);
                    }
                }
            }
        }
        checked
    }

    /// When an expression is checked: what is no open word first, then words that no list has, then the others.
    fn turn(&self, e: &ast::Expr) -> u8 {
        let known = |word: &str| self.enums.iter().any(|list| list.values.iter().any(|v| **v == *word));
        self.open_word(e).map_or(0, |word| if known(word) { 2 } else { 1 })
    }

    /// Whether one of those before failed, or a word is a name whose declaration could not be read.
    fn lacks_a_list(&self, all: &[&ast::Expr], checked: &[Option<Typed>], turns: &[u8], turn: u8) -> bool {
        let failed = checked.iter().zip(turns).any(|(checked, of)| *of < turn && checked.is_none());
        failed || all.iter().any(|e| self.open_word(e).is_some_and(|word| self.may_be_unread(word)))
    }

    /// `A is …  B`, all two-sided forms.
    pub fn comparison(&mut self, op: BinaryOp, a: &ast::Expr, b: &ast::Expr, span: Span) -> Option<Typed> {
        let mut sides = self.beside(&[a, b], None).into_iter();
        let (a, b) = (sides.next().flatten(), sides.next().flatten());
        let (a, b) = (a?, b?);
        let (left, right) = (self.strict(&a), self.strict(&b));
        left.and(right)?;
        if op == BinaryOp::StartsWith {
            let (a, b) = (self.coerce(a, Kind::Text, None), self.coerce(b, Kind::Text, None));
            return Some(Typed::op(Op::StartsWith, vec![a?, b?], Shape::TRUTH, span));
        }
        let (a, b) = self.pair(a, b)?;
        let dates = matches!(op, BinaryOp::Before | BinaryOp::After | BinaryOp::OnOrBefore | BinaryOp::OnOrAfter);
        if dates && a.shape.kind != Kind::Date {
            let (found, meant) = match op {
                BinaryOp::Before => ("is before", "is less than"),
                BinaryOp::After => ("is after", "is more than"),
                BinaryOp::OnOrBefore => ("is on or before", "is at most"),
                _ => ("is on or after", "is at least"),
            };
            let message = format!("`{found}` compares dates; {} is {}", self.words(a.span), self.kind_words(a.shape));
            return self.error_help(Code::WrongType, span, message, format!("write `{meant}`"));
        }
        if matches!(op, BinaryOp::Is | BinaryOp::IsNot) {
            let equal = equal(a, b, span);
            return Some(negate_if(op == BinaryOp::IsNot, equal));
        }
        self.ordered(&a)?;
        let (op, operands) = match op {
            BinaryOp::AtLeast | BinaryOp::OnOrAfter => (Op::AtMost, vec![b, a]),
            BinaryOp::AtMost | BinaryOp::OnOrBefore => (Op::AtMost, vec![a, b]),
            BinaryOp::MoreThan | BinaryOp::After => (Op::Less, vec![b, a]),
            _ => (Op::Less, vec![a, b]),
        };
        Some(Typed::op(op, operands, Shape::TRUTH, span))
    }

    /// Reports a value that has no order.
    pub fn ordered(&mut self, e: &Expr) -> Option<()> {
        let has_order = match e.shape.kind {
            Kind::Enum(id) => self.enums[id.0 as usize].ordered,
            kind => kind.is_numeric(),
        };
        if has_order { Some(()) } else { self.no_order(e) }
    }

    /// `X is between A and B`
    pub fn between(&mut self, value: &ast::Expr, low: &ast::Expr, high: &ast::Expr, span: Span) -> Option<Typed> {
        let parts: Option<Vec<Typed>> = self.beside(&[value, low, high], None).into_iter().collect();
        let mut parts = parts?.into_iter();
        let (value, low, high) = (parts.next()?, parts.next()?, parts.next()?);
        for part in [&value, &low, &high] {
            self.strict(part)?;
        }
        let (value, low, high) = self.three(value, low, high)?;
        self.ordered(&value)?;
        self.ends_in_order(&low, &high)?;
        Some(matches(value, [Test::To].into(), vec![low, high], span))
    }

    /// A value and two bounds of one kind; a bare value takes the bounds'.
    fn three(&mut self, value: Typed, low: Typed, high: Typed) -> Option<(Expr, Expr, Expr)> {
        use super::typed::Flex;
        let lead = [&value, &low, &high].into_iter().find(|p| p.flex == Flex::Fixed).unwrap_or(&value);
        let (kind, against) = (lead.kind(), lead.expr.span);
        let value = self.coerce(value, kind, Some(against));
        let low = self.coerce(low, kind, Some(against));
        let high = self.coerce(high, kind, Some(against));
        Some((value?, low?, high?))
    }

    /// Reports constant ends that are the wrong way round.
    pub fn ends_in_order(&mut self, low: &Expr, high: &Expr) -> Option<()> {
        let wrong = match (&low.kind, &high.kind) {
            (ExprKind::Const(Const::Mantissa(a)), ExprKind::Const(Const::Mantissa(b))) => {
                let scale = low.shape.scale.max(high.shape.scale);
                super::literals::widen(*a, low.shape.scale, scale) > super::literals::widen(*b, high.shape.scale, scale)
            }
            (ExprKind::Const(Const::Choice(a)), ExprKind::Const(Const::Choice(b))) => a > b,
            _ => false,
        };
        if !wrong {
            return Some(());
        }
        let message = format!("nothing is between {} and {}", self.words(low.span), self.words(high.span));
        self.report(Diagnostic::new(Code::BadRange, low.span, message).help("write the smaller end first"))
    }

    /// `X is one of a, b, c`
    pub fn one_of(&mut self, value: &ast::Expr, options: &[ast::Expr], negated: bool, span: Span) -> Option<Typed> {
        let mut all = vec![value];
        all.extend(options);
        let parts: Option<Vec<Typed>> = self.beside(&all, None).into_iter().collect();
        let mut parts = parts?.into_iter();
        let value = parts.next()?;
        self.strict(&value)?;
        let (kind, against) = (value.kind(), value.expr.span);
        let mut bounds = Vec::with_capacity(options.len());
        let mut failed = false;
        for part in parts {
            let part = self.strict(&part).and_then(|()| self.coerce(part, kind, Some(against)));
            match part {
                Some(e) => bounds.push(e),
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        let tests = vec![Test::Is; bounds.len()].into_boxed_slice();
        Some(negate_if(negated, matches(value.expr, tests, bounds, span)))
    }

    /// `D is within 24 months before D2`
    pub fn within(
        &mut self,
        value: &ast::Expr,
        length: &ast::Expr,
        after: bool,
        of: &ast::Expr,
        span: Span,
    ) -> Option<Typed> {
        let value = self.of_kind(value, Kind::Date);
        let length = self.check(length, None);
        let of = self.of_kind(of, Kind::Date);
        let (value, length, of) = (value?, length?, of?);
        self.strict(&length)?;
        let Kind::Count(unit) = length.kind() else {
            let words = self.words(length.expr.span);
            let message = format!("within how much time? {words} is {}", self.kind_words(length.expr.shape));
            let words = words.trim_matches('`');
            let help = format!("write `within {words} {}` (or `days`, `years`)", Unit::Months.word());
            return self.error_help(Code::WrongUnit, length.expr.span, message, help);
        };
        let moved = self.moved(of.clone(), length.expr, unit, !after, span).expr;
        let bounds = if after { vec![of, moved] } else { vec![moved, of] };
        Some(matches(value, [Test::To].into(), bounds, span))
    }
}

/// `a is b`; of conditions that are never none, the condition itself or its opposite.
fn equal(a: Expr, b: Expr, span: Span) -> Typed {
    let plain = |e: &Expr| e.shape.kind == Kind::Truth && !e.shape.optional;
    match (&a.kind, &b.kind) {
        (_, ExprKind::Const(Const::Truth(value))) if plain(&a) => {
            let value = *value;
            negate_if(!value, Typed::fixed(a.kind, Shape::TRUTH, span))
        }
        (ExprKind::Const(Const::Truth(value)), _) if plain(&b) => {
            let value = *value;
            negate_if(!value, Typed::fixed(b.kind, Shape::TRUTH, span))
        }
        _ => Typed::op(Op::Equal, vec![a, b], Shape::TRUTH, span),
    }
}

/// Whether a value passes one of several tests. As a condition of its own, none is a fault.
fn matches(value: Expr, tests: Box<[Test]>, bounds: Vec<Expr>, span: Span) -> Typed {
    let mut operands = vec![present(value)];
    operands.extend(bounds);
    Typed::op(Op::Matches(tests), operands, Shape::TRUTH, span)
}
