//! Types, dates and whole numbers as written.

use super::{Builder, Cursor, Node, Rule};
use crate::diagnostic::Code;
use crate::syntax::ast::{DateLiteral, TypeExpr, TypeExprKind};
use crate::value::{Period, Unit};

impl<'t> Builder<'t> {
    /// `TYPE [from A] [to B] [or none]`
    pub(super) fn ty(&mut self, node: Node<'t>) -> Option<TypeExpr> {
        let start = self.start(&node);
        let mut cursor = Cursor::new(node);
        let base = self.take(&mut cursor)?;
        let mut ty = self.type_base(base)?;
        if self.skip(&mut cursor, Rule::kw_from) {
            ty.from = Some(Box::new(self.take_expr(&mut cursor)?));
        }
        if self.skip(&mut cursor, Rule::kw_to) {
            ty.to = Some(Box::new(self.take_expr(&mut cursor)?));
        }
        ty.optional = self.skip(&mut cursor, Rule::kw_or_none);
        ty.span = self.since(start);
        Some(ty)
    }

    pub(super) fn type_base(&mut self, node: Node<'t>) -> Option<TypeExpr> {
        let start = self.start(&node);
        let mut cursor = Cursor::new(node);
        let first = self.take(&mut cursor)?;
        let kind = match first.as_rule() {
            Rule::kw_yes_or_no => TypeExprKind::YesOrNo,
            Rule::kw_whole_number => TypeExprKind::WholeNumber,
            Rule::kw_number => TypeExprKind::Number(self.with_decimals(&mut cursor)),
            Rule::kw_percentage => TypeExprKind::Percentage(self.with_decimals(&mut cursor)),
            Rule::kw_money_in => {
                let currency = self.take_ident(&mut cursor)?;
                TypeExprKind::Money { currency, per: self.take_per(&mut cursor) }
            }
            Rule::kw_date => TypeExprKind::Date,
            Rule::kw_text => TypeExprKind::Text,
            Rule::kw_list_of => {
                let entity = self.take_ident(&mut cursor)?;
                let mut at_most = None;
                if self.skip(&mut cursor, Rule::kw_at_most) {
                    let most = self.take(&mut cursor)?;
                    at_most = Some(self.whole(&most, "members"));
                }
                TypeExprKind::List { entity, at_most }
            }
            Rule::kw_one_of => {
                let mut values = vec![self.take_ident(&mut cursor)?];
                let ordered = cursor.peek() == Some(Rule::less);
                while self.take(&mut cursor).is_some() {
                    values.push(self.take_ident(&mut cursor)?);
                }
                TypeExprKind::OneOf { values, ordered }
            }
            Rule::name => TypeExprKind::Named(self.ident(&first)),
            rule => TypeExprKind::Count(unit_of(rule)?),
        };
        Some(TypeExpr { span: self.since(start), kind, from: None, to: None, optional: false })
    }

    fn with_decimals(&mut self, cursor: &mut Cursor<'t>) -> u8 {
        if !self.skip(cursor, Rule::kw_with) {
            return 0;
        }
        let decimals = self.take(cursor).map_or(0, |node| self.whole(&node, "decimals"));
        self.skip(cursor, Rule::kw_decimals);
        decimals.min(255) as u8
    }

    /// `per month`, if it comes next.
    pub(super) fn take_per(&mut self, cursor: &mut Cursor<'t>) -> Option<Period> {
        if !self.skip(cursor, Rule::kw_per) {
            return None;
        }
        Some(match self.take(cursor)?.as_rule() {
            Rule::kw_days => Period::Day,
            Rule::kw_week => Period::Week,
            Rule::kw_months => Period::Month,
            _ => Period::Year,
        })
    }

    /// A count in the language's own clauses.
    pub(super) fn whole(&mut self, node: &Node<'t>, of_what: &str) -> u32 {
        let written = node.as_str();
        let value = written.replace('_', "").parse().ok().filter(|n| *n <= 1_000_000);
        if value.is_none() {
            let message = format!("`{written}` {of_what}");
            self.error(Code::BadLiteral, self.span(node), message, "write a whole number up to 1_000_000");
        }
        value.unwrap_or(0)
    }

    pub(super) fn date(&mut self, node: &Node<'t>) -> DateLiteral {
        let (written, span) = (node.as_str(), self.span(node));
        let mut parts = written.split('-').map(|p| p.parse::<u16>().unwrap_or(0));
        let mut next = || parts.next().unwrap_or(0);
        let (year, month, day) = (next(), next(), next());
        if written.len() != "2024-01-31".len() {
            let message = format!("`{written}` is not how a date is written");
            let right = format!("write `{year:04}-{month:02}-{day:02}`, or blanks around `-` to subtract");
            self.error(Code::BadLiteral, span, message, right);
        }
        DateLiteral { year: year.into(), month: month.min(99) as u8, day: day.min(99) as u8, span }
    }
}

/// The unit of a keyword.
pub(super) fn unit_of(rule: Rule) -> Option<Unit> {
    match rule {
        Rule::kw_days | Rule::kw_days_from => Some(Unit::Days),
        Rule::kw_months | Rule::kw_months_from => Some(Unit::Months),
        Rule::kw_years | Rule::kw_years_from => Some(Unit::Years),
        _ => None,
    }
}
