//! What stands between operators: literals, names, parentheses and the forms that begin with a word.

use super::expressions::counted;
use super::types::unit_of;
use super::{Builder, Cursor, Node, Rule};
use crate::source::Span;
use crate::syntax::ast::{DatePart, Expr, ExprKind, FoldKind, Item, Quantifier};

impl<'t> Builder<'t> {
    pub(super) fn operand(&mut self, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let node = self.take(cursor)?;
        let span = self.span(&node);
        let kind = match node.as_rule() {
            Rule::name => return self.name(node, cursor),
            Rule::number => return self.number(node, cursor),
            Rule::date => ExprKind::Date(self.date(&node)),
            Rule::text => ExprKind::Text(self.unescape(node.as_str(), span).into()),
            Rule::kw_yes => ExprKind::YesNo(true),
            Rule::kw_no => ExprKind::YesNo(false),
            Rule::kw_none => ExprKind::None,
            Rule::kw_decision_date => ExprKind::DecisionDate,
            Rule::parens => {
                let inner = self.parens(node)?;
                return Some(self.with_unit(inner, cursor));
            }
            _ => return self.form(node),
        };
        Some(Expr { kind, span })
    }

    fn parens(&mut self, node: Node<'t>) -> Option<Expr> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        self.skip(&mut inner, Rule::lparen);
        let value = self.boxed(&mut inner)?;
        self.skip(&mut inner, Rule::rparen);
        Some(Expr { kind: ExprKind::Paren(value), span: self.since(start) })
    }

    /// A name, `NAME on D`, `NAME months`.
    fn name(&mut self, node: Node<'t>, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let span = self.span(&node);
        if let Some(on) = self.take_if(cursor, Rule::on_day) {
            let mut inner = Cursor::new(on);
            self.skip(&mut inner, Rule::kw_on);
            let day = self.operand(&mut inner)?;
            let kind = ExprKind::OnDate(self.ident(&node), Box::new(day));
            return Some(Expr { kind, span: self.since(span.start as usize) });
        }
        let name = Expr { kind: ExprKind::Name(node.as_str().into()), span };
        Some(self.with_unit(name, cursor))
    }

    /// A number and what it counts: `%`, a currency, a unit.
    pub(super) fn number(&mut self, node: Node<'t>, cursor: &mut Cursor<'t>) -> Option<Expr> {
        let span = self.span(&node);
        let start = span.start as usize;
        match cursor.peek() {
            Some(Rule::percent) => {
                self.take(cursor)?;
                Some(Expr { kind: ExprKind::Percent(node.as_str().into()), span: self.since(start) })
            }
            Some(Rule::currency) => {
                let currency = self.take_ident(cursor)?;
                let per = self.take_per(cursor);
                let kind = ExprKind::Money { number: node.as_str().into(), currency, per };
                Some(Expr { kind, span: self.since(start) })
            }
            _ => {
                let number = Expr { kind: ExprKind::Number(node.as_str().into()), span };
                Some(self.with_unit(number, cursor))
            }
        }
    }

    fn with_unit(&mut self, value: Expr, cursor: &mut Cursor<'t>) -> Expr {
        let Some(unit) = counted(cursor) else { return value };
        self.take(cursor);
        let span = self.since(value.span.start as usize);
        Expr { kind: ExprKind::WithUnit(Box::new(value), unit), span }
    }

    fn form(&mut self, node: Node<'t>) -> Option<Expr> {
        let (rule, start) = (node.as_rule(), self.start(&node));
        let mut inner = Cursor::new(node);
        let keyword = self.take(&mut inner)?.as_rule();
        let kind = match rule {
            Rule::conditional => {
                let condition = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_then);
                let then = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_else);
                ExprKind::If(condition, then, self.boxed(&mut inner)?)
            }
            Rule::group => self.group(keyword, &mut inner)?,
            Rule::larger | Rule::make_date => {
                let mut values = Vec::new();
                // The parenthesis, or the comma before each further one.
                while self.take(&mut inner).is_some() && inner.peek().is_some() {
                    values.push(self.take_expr(&mut inner)?);
                }
                match (rule, keyword) {
                    (Rule::make_date, _) => {
                        let mut parts = values.into_iter().map(Box::new);
                        ExprKind::MakeDate(parts.next()?, parts.next()?, parts.next()?)
                    }
                    (_, Rule::kw_larger_of) => ExprKind::LargerOf(values),
                    _ => ExprKind::SmallerOf(values),
                }
            }
            Rule::count => {
                let list = self.take_ident(&mut inner)?;
                ExprKind::Count { list, filter: self.filter(&mut inner) }
            }
            Rule::fold => {
                let fold = match keyword {
                    Rule::kw_sum_of => FoldKind::Sum,
                    Rule::kw_largest => FoldKind::Largest,
                    _ => FoldKind::Smallest,
                };
                let value = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_over);
                let list = self.take_ident(&mut inner)?;
                let filter = self.filter(&mut inner);
                let mut if_none = None;
                if let Some(node) = self.take_if(&mut inner, Rule::if_any) {
                    let mut tail = Cursor::new(node);
                    self.skip(&mut tail, Rule::kw_if_any_else);
                    if_none = Some(self.boxed(&mut tail)?);
                }
                ExprKind::Fold { fold, value, list, filter, if_none }
            }
            Rule::covered => {
                let list = self.take_ident(&mut inner)?;
                self.skip(&mut inner, Rule::kw_from);
                let from = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_to);
                let to = self.boxed(&mut inner)?;
                let filter = self.filter(&mut inner);
                self.skip(&mut inner, Rule::kw_within);
                let within_from = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_to);
                let within_to = self.boxed(&mut inner)?;
                ExprKind::DaysCovered { list, from, to, filter, within_from, within_to }
            }
            Rule::time => {
                let from = self.boxed(&mut inner)?;
                self.skip(&mut inner, Rule::kw_to);
                ExprKind::TimeFromTo(unit_of(keyword)?, from, self.boxed(&mut inner)?)
            }
            _ => {
                let part = match keyword {
                    Rule::kw_year_of => DatePart::Year,
                    Rule::kw_month_of => DatePart::Month,
                    _ => DatePart::Day,
                };
                ExprKind::PartOf(part, self.boxed(&mut inner)?)
            }
        };
        Some(Expr { kind, span: self.since(start) })
    }

    /// `where COND`, if it comes next.
    fn filter(&mut self, cursor: &mut Cursor<'t>) -> Option<Box<Expr>> {
        let node = self.take_if(cursor, Rule::where_)?;
        let mut inner = Cursor::new(node);
        self.skip(&mut inner, Rule::kw_where);
        self.boxed(&mut inner)
    }

    fn group(&mut self, keyword: Rule, inner: &mut Cursor<'t>) -> Option<ExprKind> {
        let quantifier = match keyword {
            Rule::kw_all_of => Quantifier::All,
            Rule::kw_any_of => Quantifier::Any,
            Rule::kw_none_of => Quantifier::None,
            _ => {
                let count = self.take(inner)?;
                let count = self.whole(&count, "of");
                self.skip(inner, Rule::kw_of);
                Quantifier::AtLeast(count)
            }
        };
        if !self.skip(inner, Rule::lbrace) {
            let list = self.take_ident(inner)?;
            self.skip(inner, Rule::kw_satisfies);
            return Some(ExprKind::Satisfies { quantifier, list, condition: self.boxed(inner)? });
        }
        let mut items = Vec::new();
        while let Some(node) = self.take_if(inner, Rule::item) {
            items.push(self.item(node)?);
        }
        self.skip(inner, Rule::rbrace);
        Some(ExprKind::Group(quantifier, items))
    }

    fn item(&mut self, node: Node<'t>) -> Option<Item> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        let mut label = None;
        if let Some(node) = self.take_if(&mut inner, Rule::item_label) {
            let mut parts = Cursor::new(node);
            self.skip(&mut parts, Rule::lparen);
            label = Some(self.take_ident(&mut parts)?);
        }
        let condition = self.take_expr(&mut inner)?;
        let cites = self.take_cites(&mut inner);
        Some(Item { span: Span::new(self.source, start, self.end), label, condition, cites })
    }
}
