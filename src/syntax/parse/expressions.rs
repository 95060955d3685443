//! Expressions: the grammar gives flat lists of operands and operators, the order in which they bind is climbed here.
//!
//! Tightest first: unary minus; `* /` and `of`; `+ -`, `plus`, `minus`; `rounded`, `but at least`, `if known else`, `as`
//! (each takes the whole sum before it); comparison; `not`; `and`, `or`; `implies`.

use super::types::unit_of;
use super::{Builder, Cursor, MAX_OPERATORS, Node, Rule};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, RoundTo};
use crate::value::Direction;

fn expr(kind: ExprKind, span: Span) -> Expr {
    Expr { kind, span }
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)), span)
}

impl<'t> Builder<'t> {
    /// The next child as an expression.
    pub(super) fn take_expr(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let node = self.take(cursor)?;
        self.expression(node)
    }

    pub(super) fn boxed(&mut self, cursor: &mut Cursor<'t>) -> Option<Box<Expr>> {
        Some(Box::new(self.take_expr(cursor)?))
    }

    /// An `expr`, `bare`, `sum` or `dated`.
    fn expression(&mut self, node: Node<'t>) -> Option<Expr> {
        let around = self.operators;
        let mut cursor = Cursor::new(node);
        let result = self.implication(&mut cursor);
        self.operators = around;
        result
    }

    /// Counts an operator, which is a level of the tree.
    fn operator(&mut self, span: Span) -> Option<()> {
        self.operators += 1;
        if self.operators > MAX_OPERATORS {
            if self.operators == MAX_OPERATORS + 1 {
                let message = format!("more than {MAX_OPERATORS} operators in one expression");
                self.error(Code::TooDeep, span, message, "give parts of it names with `define`, or write a table");
            }
            return None;
        }
        Some(())
    }

    fn implication(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.junction(cursor)?;
        let mut count = 0;
        while let Some(node) = self.take_if(cursor, Rule::kw_implies) {
            let span = self.span(&node);
            self.operator(span)?;
            count += 1;
            if count == 2 {
                let help = "put parentheses around one pair: `a implies (b implies c)`";
                self.error(Code::MixedAndOr, span, "two `implies` in a row", help);
            }
            let right = self.junction(cursor)?;
            left = binary(BinaryOp::Implies, left, right);
        }
        Some(left)
    }

    fn junction(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.negation(cursor)?;
        let (mut first, mut mixed): (Option<(Rule, Span)>, bool) = (None, false);
        while let Some(rule @ (Rule::kw_and | Rule::kw_or)) = cursor.peek() {
            let node = self.take(cursor)?;
            let span = self.span(&node);
            self.operator(span)?;
            match first {
                Some((other, place)) if other != rule && !mixed => {
                    mixed = true;
                    let (here, there) = (node.as_str(), self.file_text(place));
                    let message = "`and` and `or` are mixed: put parentheses around one pair";
                    let help = format!(
                        "`(a {there} b) {here} c` and `a {there} (b {here} c)` are different laws; write the one meant"
                    );
                    let trouble = crate::diagnostic::Diagnostic::new(Code::MixedAndOr, span, message);
                    self.diagnostics.push(trouble.help(help).label(place, "the other one"));
                }
                None => first = Some((rule, span)),
                _ => {}
            }
            let right = self.negation(cursor)?;
            let op = if rule == Rule::kw_and { BinaryOp::And } else { BinaryOp::Or };
            left = binary(op, left, right);
        }
        Some(left)
    }

    fn file_text(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    fn negation(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut places = Vec::new();
        while let Some(node) = self.take_if(cursor, Rule::kw_not) {
            let span = self.span(&node);
            self.operator(span)?;
            places.push(span);
        }
        let mut inner = self.compared(cursor)?;
        for place in places.into_iter().rev() {
            let span = place.to(inner.span);
            inner = expr(ExprKind::Not(Box::new(inner)), span);
        }
        Some(inner)
    }

    fn compared(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.adjusted(cursor)?;
        let mut count = 0;
        loop {
            let start = match &cursor.next {
                Some(node) if is_comparison(node.as_rule()) => self.span(node),
                _ => return Some(left),
            };
            self.operator(start)?;
            count += 1;
            if count == 2 {
                let help = "write two comparisons joined by `and`, or `is between A and B`";
                self.error(Code::ChainedComparison, start, "two comparisons in a row", help);
                return None;
            }
            left = self.comparison(left, cursor)?;
        }
    }

    fn comparison(&mut self, left: Expr, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let sign = self.take(cursor)?;
        let from = left.span;
        let op = match sign.as_rule() {
            Rule::kw_starts_with => BinaryOp::StartsWith,
            Rule::comparison_sign => match sign.as_str() {
                "=" => BinaryOp::Is,
                "<>" => BinaryOp::IsNot,
                "<" => BinaryOp::LessThan,
                "<=" => BinaryOp::AtMost,
                ">" => BinaryOp::MoreThan,
                _ => BinaryOp::AtLeast,
            },
            _ => match cursor.peek()? {
                Rule::kw_not => {
                    self.take(cursor)?;
                    match cursor.peek()? {
                        Rule::one_of => return self.one_of(left, true, cursor),
                        Rule::kw_known => return self.known(left, true, cursor),
                        _ => BinaryOp::IsNot,
                    }
                }
                Rule::one_of => return self.one_of(left, false, cursor),
                Rule::kw_known => return self.known(left, false, cursor),
                Rule::kw_unknown => return self.known(left, true, cursor),
                Rule::between => {
                    let mut inner = Cursor::new(self.take(cursor)?);
                    self.skip(&mut inner, Rule::kw_between);
                    let low = self.boxed(&mut inner)?;
                    self.skip(&mut inner, Rule::kw_and);
                    let high = self.boxed(&mut inner)?;
                    let span = from.to(high.span);
                    return Some(expr(ExprKind::Between(Box::new(left), low, high), span));
                }
                Rule::within => {
                    let mut inner = Cursor::new(self.take(cursor)?);
                    self.skip(&mut inner, Rule::kw_within);
                    let length = self.boxed(&mut inner)?;
                    let after = self.take(&mut inner)?.as_rule() == Rule::kw_after;
                    let of = self.boxed(&mut inner)?;
                    let span = from.to(of.span);
                    return Some(expr(ExprKind::Within { value: Box::new(left), length, after, of }, span));
                }
                rule => match worded(rule) {
                    Some(op) => {
                        self.take(cursor)?;
                        op
                    }
                    None => BinaryOp::Is,
                },
            },
        };
        let right = self.adjusted(cursor)?;
        if let (BinaryOp::Is | BinaryOp::IsNot, ExprKind::None) = (op, &right.kind) {
            let span = from.to(right.span);
            return Some(expr(ExprKind::IsNone(Box::new(left), op == BinaryOp::IsNot), span));
        }
        Some(binary(op, left, right))
    }

    fn one_of(&mut self, left: Expr, negated: bool, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut inner = Cursor::new(self.take(cursor)?);
        let mut options = Vec::new();
        // `one of`, or the comma before each further one.
        while self.take(&mut inner).is_some() {
            options.push(self.take_expr(&mut inner)?);
        }
        let span = self.since(left.span.start as usize);
        Some(expr(ExprKind::OneOf { value: Box::new(left), options, negated }, span))
    }

    fn known(&mut self, left: Expr, negated: bool, cursor: &mut Cursor<'t>) -> Option<Expr> {
        self.take(cursor)?;
        let span = self.since(left.span.start as usize);
        Some(expr(ExprKind::IsKnown(Box::new(left), negated), span))
    }

    /// A sum with what is said of the whole of it: `rounded …`, `but at least …`, `if known else …`, `as …`.
    fn adjusted(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.sum(cursor)?;
        while let Some(rule @ (Rule::rounded | Rule::but | Rule::known_else | Rule::converted)) = cursor.peek() {
            let start = left.span.start as usize;
            let node = self.take(cursor)?;
            self.operator(self.span(&node))?;
            let mut inner = Cursor::new(node);
            let keyword = self.take(&mut inner)?;
            let value = Box::new(left);
            let kind = match rule {
                Rule::rounded => self.rounded(value, &mut inner)?,
                Rule::known_else => ExprKind::KnownElse(value, self.boxed(&mut inner)?),
                Rule::converted => {
                    let ty = self.take(&mut inner)?;
                    ExprKind::As(value, Box::new(self.type_base(ty)?))
                }
                _ if keyword.as_rule() == Rule::kw_but_at_least => ExprKind::ButAtLeast(value, self.boxed(&mut inner)?),
                _ => ExprKind::ButAtMost(value, self.boxed(&mut inner)?),
            };
            left = expr(kind, self.since(start));
        }
        Some(left)
    }

    fn rounded(&mut self, value: Box<Expr>, inner: &mut Cursor<'t>) -> Option<ExprKind> {
        let mut direction = Direction::HalfEven;
        let mut said = None;
        let mut to = None;
        while let Some(node) = self.take(inner) {
            match node.as_rule() {
                Rule::kw_to => {}
                Rule::kw_whole => to = Some(RoundTo::Whole),
                Rule::number if inner.peek() == Some(Rule::kw_decimals) => {
                    let decimals = self.whole(&node, "decimals");
                    to = Some(RoundTo::Decimals(decimals.min(255) as u8));
                    self.take(inner)?;
                }
                Rule::number => to = Some(RoundTo::Multiple(Box::new(self.number(node, inner)?))),
                rule => {
                    let this = match rule {
                        Rule::kw_up => Direction::Up,
                        Rule::kw_down => Direction::Down,
                        _ => Direction::HalfUp,
                    };
                    if said.replace(this).is_some() {
                        let help = "write one of `rounded up`, `rounded down`, or `halves up` at the end";
                        self.error(Code::RepeatedClause, self.span(&node), "two ways to round", help);
                    }
                    direction = this;
                }
            }
        }
        Some(ExprKind::Rounded(value, to?, direction))
    }

    fn sum(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.product(cursor)?;
        while let Some(op) = cursor.next.as_ref().and_then(additive) {
            let node = self.take(cursor)?;
            self.operator(self.span(&node))?;
            let right = self.product(cursor)?;
            left = binary(op, left, right);
        }
        Some(left)
    }

    fn product(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut left = self.signed(cursor)?;
        while let Some(op) = cursor.next.as_ref().and_then(multiplicative) {
            let node = self.take(cursor)?;
            self.operator(self.span(&node))?;
            let right = self.signed(cursor)?;
            left = binary(op, left, right);
        }
        Some(left)
    }

    fn signed(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let mut places = Vec::new();
        while let Some(node) = self.take_if(cursor, Rule::minus) {
            let span = self.span(&node);
            self.operator(span)?;
            places.push(span);
        }
        if let Some(node) = cursor.next.as_ref().filter(|n| n.as_rule() == Rule::kw_not) {
            let help = "`not` turns a condition round, `-` a number; write one of them";
            self.error(Code::Unexpected, self.span(node), "`not` after `-`", help);
            return None;
        }
        let mut inner = self.operand(cursor)?;
        for place in places.into_iter().rev() {
            let span = place.to(inner.span);
            inner = expr(ExprKind::Negate(Box::new(inner)), span);
        }
        Some(inner)
    }
}

fn is_comparison(rule: Rule) -> bool {
    matches!(rule, Rule::kw_is | Rule::comparison_sign | Rule::kw_starts_with)
}

fn worded(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::kw_at_least => BinaryOp::AtLeast,
        Rule::kw_at_most => BinaryOp::AtMost,
        Rule::kw_more_than => BinaryOp::MoreThan,
        Rule::kw_less_than => BinaryOp::LessThan,
        Rule::kw_before => BinaryOp::Before,
        Rule::kw_after => BinaryOp::After,
        Rule::kw_on_or_before => BinaryOp::OnOrBefore,
        Rule::kw_on_or_after => BinaryOp::OnOrAfter,
        _ => return None,
    })
}

fn additive(node: &Node<'_>) -> Option<BinaryOp> {
    match node.as_rule() {
        Rule::kw_plus => Some(BinaryOp::Plus),
        Rule::kw_minus => Some(BinaryOp::Minus),
        Rule::sign => match node.as_str() {
            "+" => Some(BinaryOp::Add),
            "-" => Some(BinaryOp::Subtract),
            _ => None,
        },
        _ => None,
    }
}

fn multiplicative(node: &Node<'_>) -> Option<BinaryOp> {
    match node.as_rule() {
        Rule::kw_of => Some(BinaryOp::Of),
        Rule::sign => match node.as_str() {
            "*" => Some(BinaryOp::Multiply),
            "/" => Some(BinaryOp::Divide),
            _ => None,
        },
        _ => None,
    }
}

/// The unit that a counted operand ends with.
pub(super) fn counted(cursor: &Cursor<'_>) -> Option<crate::value::Unit> {
    cursor.peek().and_then(unit_of)
}
