//! Scenarios.

use super::{Builder, Cursor, Node, Rule};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{
    Expectation, ExpectedOutcome, Expr, ExprKind, Given, GivenValue, Ident, Mark, Scenario, Text,
};

impl<'t> Builder<'t> {
    pub(super) fn scenario(
        &mut self,
        cursor: &mut Cursor<'t>,
        marks: &mut Vec<(Mark, Span)>,
    ) -> Option<(Scenario, Option<Text>)> {
        let mut scenario = Scenario { on: None, given: Vec::new(), closed: Vec::new(), complete: false, expect: None };
        let mut cites = None;
        while let Some(rule) = cursor.peek() {
            if rule == Rule::cites {
                cites = self.take_cites(cursor);
                continue;
            }
            let node = self.take(cursor)?;
            if rule == Rule::kw_complete {
                scenario.complete = true;
                marks.push((Mark::Complete, self.span(&node)));
                continue;
            }
            let (start, place) = (self.start(&node), self.span(&node));
            let mut inner = Cursor::new(node);
            self.take(&mut inner)?;
            match rule {
                Rule::on_date => {
                    let date = self.take_date(&mut inner)?;
                    if scenario.on.replace(date).is_some() {
                        self.error(Code::RepeatedClause, place, "`on` is said twice", "keep one of the two");
                    }
                }
                Rule::given => scenario.given.extend(self.told_list(&mut inner)?),
                Rule::closed => scenario.closed.extend(self.idents(&mut inner)?),
                _ => {
                    let mut expect = self.expect(&mut inner)?;
                    expect.span = self.since(start);
                    if scenario.expect.replace(expect).is_some() {
                        self.error(
                            Code::RepeatedClause,
                            place,
                            "`expect` is said twice",
                            "keep one, or write two scenarios",
                        );
                    }
                }
            }
        }
        Some((scenario, cites))
    }

    /// Names separated by commas.
    fn idents(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Ident>> {
        let mut idents = vec![self.take_ident(cursor)?];
        while self.skip(cursor, Rule::comma) {
            idents.push(self.take_ident(cursor)?);
        }
        Some(idents)
    }

    fn told_list(&mut self, cursor: &mut Cursor<'t>) -> Option<Vec<Given>> {
        let mut list = Vec::new();
        while let Some(node) = self.take(cursor) {
            if node.as_rule() == Rule::told {
                list.push(self.told(node)?);
            }
        }
        Some(list)
    }

    fn told(&mut self, node: Node<'t>) -> Option<Given> {
        let mut inner = Cursor::new(node);
        let fact = self.take_ident(&mut inner)?;
        let value = self.take(&mut inner)?;
        let value = if value.as_rule() == Rule::records {
            let start = self.start(&value);
            let mut list = Cursor::new(value);
            let mut records = Vec::new();
            while let Some(node) = self.take(&mut list) {
                if node.as_rule() == Rule::record {
                    records.push(self.told_list(&mut Cursor::new(node))?);
                }
            }
            GivenValue::List(records, self.since(start))
        } else {
            GivenValue::Value(self.constant(value)?)
        };
        let mut source = None;
        if self.skip(&mut inner, Rule::kw_from) {
            source = Some(self.take_str(&mut inner)?);
        }
        let mut observed = None;
        if self.skip(&mut inner, Rule::kw_observed) {
            observed = Some(self.take_date(&mut inner)?);
        }
        Some(Given { fact, value, source, observed })
    }

    fn constant(&mut self, node: Node<'t>) -> Option<Expr> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        let negative = self.skip(&mut inner, Rule::minus);
        let value = self.operand(&mut inner)?;
        if !negative {
            return Some(value);
        }
        Some(Expr { kind: ExprKind::Negate(Box::new(value)), span: self.since(start) })
    }

    fn expect(&mut self, inner: &mut Cursor<'t>) -> Option<Expectation> {
        let outcome = self.take(inner)?;
        let outcome_span = self.span(&outcome);
        let outcome = match outcome.as_rule() {
            Rule::kw_approved => ExpectedOutcome::Approved,
            Rule::kw_declined => ExpectedOutcome::Declined,
            Rule::kw_referred => ExpectedOutcome::Referred,
            Rule::kw_incomplete => ExpectedOutcome::Incomplete,
            Rule::kw_not_applicable => ExpectedOutcome::NotApplicable,
            _ => ExpectedOutcome::Invalid,
        };
        let mut expect = Expectation {
            span: outcome_span,
            outcome,
            outcome_span,
            because: Vec::new(),
            needing: Vec::new(),
            with: Vec::new(),
        };
        while let Some(node) = self.take(inner) {
            let rule = node.as_rule();
            let mut part = Cursor::new(node);
            self.take(&mut part)?;
            match rule {
                Rule::rules => expect.because.extend(self.idents(&mut part)?),
                Rule::needing => expect.needing.extend(self.idents(&mut part)?),
                _ => loop {
                    let name = self.take_ident(&mut part)?;
                    let value = self.take(&mut part)?;
                    expect.with.push((name, self.constant(value)?));
                    if !self.skip(&mut part, Rule::comma) {
                        break;
                    }
                },
            }
        }
        Some(expect)
    }
}
