//! Declarations, their clauses and tails.

use super::{Builder, Cursor, Node, Rule};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{
    Body, DateLiteral, Declaration, DeclarationKind, Exception, Expr, Fact, InForce, Mark, ParameterEntry,
    ParameterValue, Text, TypeExpr, Unless,
};
use crate::value::LeapRule;

/// The clauses that any declaration may have.
#[derive(Default)]
struct Common {
    cites: Option<Text>,
    in_force: Option<InForce>,
    applies: Option<Expr>,
    marks: Vec<(Mark, Span)>,
}

impl<'t> Builder<'t> {
    pub(super) fn declaration(&mut self, node: Node<'t>) -> Option<Declaration> {
        let (rule, start) = (node.as_rule(), self.start(&node));
        let mut cursor = Cursor::new(node);
        let keyword = self.take(&mut cursor)?;
        let keyword = self.span(&keyword);
        let mut name = None;
        if let Some(node) = self.take_if(&mut cursor, Rule::name) {
            name = Some(self.ident(&node));
        }
        let mut ty = None;
        // Of a promise or guarantee the colon stands after the clauses, before the condition.
        if self.skip(&mut cursor, Rule::colon) {
            let node = self.take(&mut cursor)?;
            ty = Some(self.ty(node)?);
        }
        let mut title = None;
        if let Some(node) = self.take_if(&mut cursor, Rule::words) {
            title = self.words(node);
        }
        let mut common = Common::default();
        let kind = match rule {
            Rule::policy => self.policy(&mut cursor, &mut common)?,
            Rule::use_file => DeclarationKind::Use { file: self.take_str(&mut cursor)? },
            Rule::type_declaration => {
                self.clauses(&mut cursor, &mut common)?;
                DeclarationKind::Type { ty: ty? }
            }
            Rule::fact => self.fact(&mut cursor, &mut common, ty?)?,
            Rule::parameter => {
                self.clauses(&mut cursor, &mut common)?;
                let mut entries = Vec::new();
                while let Some(node) = self.take_if(&mut cursor, Rule::entry) {
                    entries.push(self.entry(node)?);
                }
                DeclarationKind::Parameter { ty: ty?, entries }
            }
            Rule::define | Rule::award | Rule::report => {
                self.clauses(&mut cursor, &mut common)?;
                let body = self.body(&mut cursor)?;
                match rule {
                    Rule::define => DeclarationKind::Define { ty, body },
                    Rule::award => DeclarationKind::Award { ty: ty?, body },
                    _ => DeclarationKind::Report { ty: ty?, body },
                }
            }
            Rule::require | Rule::exclude | Rule::refer => self.rule(rule, &mut cursor, &mut common)?,
            Rule::promise | Rule::guarantee => {
                self.clauses(&mut cursor, &mut common)?;
                self.skip(&mut cursor, Rule::colon);
                let condition = self.take_expr(&mut cursor)?;
                match rule {
                    Rule::promise => DeclarationKind::Promise { condition },
                    _ => DeclarationKind::Guarantee { condition },
                }
            }
            _ => {
                let (scenario, cites) = self.scenario(&mut cursor, &mut common.marks)?;
                common.cites = cites;
                DeclarationKind::Scenario(Box::new(scenario))
            }
        };
        let Common { cites, in_force, applies, marks } = common;
        Some(Declaration { span: self.since(start), keyword, name, title, cites, in_force, applies, marks, kind })
    }

    pub(super) fn entity_head(&mut self, mut cursor: Cursor<'t>) -> Option<Declaration> {
        let keyword = self.take(&mut cursor)?;
        let keyword = self.span(&keyword);
        let name = Some(self.take_ident(&mut cursor)?);
        let mut title = None;
        if let Some(node) = self.take_if(&mut cursor, Rule::words) {
            title = self.words(node);
        }
        let mut common = Common::default();
        self.clauses(&mut cursor, &mut common)?;
        let Common { cites, in_force, applies, marks } = common;
        let kind = DeclarationKind::Entity { members: Vec::new() };
        let span = self.since(keyword.start as usize);
        Some(Declaration { span, keyword, name, title, cites, in_force, applies, marks, kind })
    }

    /// Says so if a clause stands for the second time.
    fn once<T>(&mut self, slot: &mut Option<T>, value: T, span: Span) {
        if slot.is_some() {
            let message =
                format!("`{}` is said twice", self.text.get(span.start as usize..span.end as usize).unwrap_or(""));
            self.error(Code::RepeatedClause, span, message, "keep one of the two");
        }
        *slot = Some(value);
    }

    /// The common clauses, as many as there are.
    fn clauses(&mut self, cursor: &mut Cursor<'t>, common: &mut Common) -> Option<()> {
        while self.clause(cursor, common)? {}
        Some(())
    }

    /// One of the common clauses, if it comes next.
    fn clause(&mut self, cursor: &mut Cursor<'t>, common: &mut Common) -> Option<bool> {
        let Some(rule @ (Rule::cites | Rule::in_force | Rule::applies)) = cursor.peek() else { return Some(false) };
        let node = self.take(cursor)?;
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        let keyword = self.take(&mut inner)?;
        let keyword = self.span(&keyword);
        match rule {
            Rule::cites => {
                let text = self.take_words(&mut inner)?;
                self.once(&mut common.cites, text, keyword);
            }
            Rule::in_force => {
                let (mut from, mut until) = (None, None);
                while let Some(node) = self.take(&mut inner) {
                    let date = Some(self.take_date(&mut inner)?);
                    if node.as_rule() == Rule::kw_from { from = date } else { until = date }
                }
                let in_force = InForce { span: self.since(start), from, until };
                self.once(&mut common.in_force, in_force, keyword);
            }
            _ => {
                let condition = self.take_expr(&mut inner)?;
                self.once(&mut common.applies, condition, keyword);
            }
        }
        Some(true)
    }

    pub(super) fn take_date(&mut self, cursor: &mut Cursor<'t>) -> Option<DateLiteral> {
        let node = self.take(cursor)?;
        Some(self.date(&node))
    }

    fn policy(&mut self, cursor: &mut Cursor<'t>, common: &mut Common) -> Option<DeclarationKind> {
        let (mut version, mut declines_automatic, mut law_as_of, mut leap) = (None, None, None, None);
        loop {
            if self.clause(cursor, common)? {
                continue;
            }
            let Some(node) = self.take(cursor) else { break };
            let (rule, start) = (node.as_rule(), self.start(&node));
            let mut inner = Cursor::new(node);
            let keyword = self.take(&mut inner)?;
            let keyword = self.span(&keyword);
            match rule {
                Rule::version => {
                    let text = self.take_str(&mut inner)?;
                    self.once(&mut version, text, keyword);
                }
                Rule::law => {
                    let date = self.take_expr(&mut inner)?;
                    self.once(&mut law_as_of, date, keyword);
                }
                Rule::declines => {
                    let automatic = self.take(&mut inner)?.as_rule() == Rule::kw_automatic;
                    self.once(&mut declines_automatic, automatic, keyword);
                    common.marks.push((Mark::Declines, self.since(start)));
                }
                _ => {
                    let february = self.take(&mut inner)?.as_rule() == Rule::kw_february_28;
                    let rule = if february { LeapRule::February28 } else { LeapRule::March1 };
                    self.once(&mut leap, rule, keyword);
                    common.marks.push((Mark::Leap, self.since(start)));
                }
            }
        }
        Some(DeclarationKind::Policy { version, declines_automatic, law_as_of, leap })
    }

    fn fact(&mut self, cursor: &mut Cursor<'t>, common: &mut Common, ty: TypeExpr) -> Option<DeclarationKind> {
        let mut fact =
            Fact { ty, label: None, ask: None, held_by: None, fresh_for: None, judged_by: None, sensitive: false };
        loop {
            if self.clause(cursor, common)? {
                continue;
            }
            let Some(node) = self.take(cursor) else { break };
            let (rule, start) = (node.as_rule(), self.start(&node));
            if rule == Rule::kw_sensitive {
                let mut seen = fact.sensitive.then_some(());
                self.once(&mut seen, (), self.span(&node));
                fact.sensitive = true;
                common.marks.push((Mark::Sensitive, self.span(&node)));
                continue;
            }
            let mut inner = Cursor::new(node);
            let keyword = self.take(&mut inner)?;
            let keyword = self.span(&keyword);
            if rule == Rule::fresh_for {
                let days = self.take(&mut inner)?;
                let days = self.whole(&days, "days");
                self.take(&mut inner);
                let span = self.since(start);
                self.once(&mut fact.fresh_for, (days, span), keyword);
                continue;
            }
            let text = self.take_words(&mut inner)?;
            let slot = match rule {
                Rule::label => &mut fact.label,
                Rule::ask => &mut fact.ask,
                Rule::held_by => &mut fact.held_by,
                _ => &mut fact.judged_by,
            };
            self.once(slot, text, keyword);
        }
        Some(DeclarationKind::Fact(Box::new(fact)))
    }

    fn entry(&mut self, node: Node<'t>) -> Option<ParameterEntry> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        self.skip(&mut inner, Rule::kw_from);
        let from = self.take_date(&mut inner)?;
        let value = if self.skip(&mut inner, Rule::colon) {
            if self.skip(&mut inner, Rule::kw_unrecorded) {
                ParameterValue::Unrecorded
            } else {
                ParameterValue::Value(self.take_expr(&mut inner)?)
            }
        } else {
            let table = self.take(&mut inner)?;
            ParameterValue::Table(Box::new(self.table(table)?))
        };
        let cites = self.take_cites(&mut inner);
        Some(ParameterEntry { span: self.since(start), from, value, cites })
    }

    /// `cites "…"` at the end of a row, an item, an exception, an entry.
    pub(super) fn take_cites(&mut self, cursor: &mut Cursor<'t>) -> Option<Text> {
        let node = self.take_if(cursor, Rule::cites)?;
        let mut inner = Cursor::new(node);
        self.skip(&mut inner, Rule::kw_cites);
        self.take_words(&mut inner)
    }

    fn body(&mut self, cursor: &mut Cursor<'t>) -> Option<Body> {
        if !self.skip(cursor, Rule::kw_as) {
            let table = self.take(cursor)?;
            return Some(Body::Table(Box::new(self.table(table)?)));
        }
        let value = self.take_expr(cursor)?;
        let mut exceptions = Vec::new();
        while let Some(node) = self.take_if(cursor, Rule::exception) {
            exceptions.push(self.exception(node)?);
        }
        Some(Body::As { value, exceptions })
    }

    fn exception(&mut self, node: Node<'t>) -> Option<Exception> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        self.skip(&mut inner, Rule::kw_except_when);
        let condition = self.take_expr(&mut inner)?;
        self.skip(&mut inner, Rule::colon);
        let value = self.take_expr(&mut inner)?;
        let cites = self.take_cites(&mut inner);
        let mut exceptions = Vec::new();
        self.skip(&mut inner, Rule::lbrace);
        while let Some(node) = self.take_if(&mut inner, Rule::exception) {
            exceptions.push(self.exception(node)?);
        }
        self.skip(&mut inner, Rule::rbrace);
        Some(Exception { span: self.since(start), condition, value, cites, exceptions })
    }

    fn rule(&mut self, rule: Rule, cursor: &mut Cursor<'t>, common: &mut Common) -> Option<DeclarationKind> {
        self.clauses(cursor, common)?;
        self.skip(cursor, Rule::kw_when);
        let condition = self.take_expr(cursor)?;
        let (mut unless, mut message, mut even_when_declined) = (Vec::new(), None, false);
        while let Some(node) = self.take(cursor) {
            let (tail, start) = (node.as_rule(), self.start(&node));
            if tail == Rule::kw_even_when_declined {
                even_when_declined = true;
                common.marks.push((Mark::EvenWhenDeclined, self.span(&node)));
                continue;
            }
            let mut inner = Cursor::new(node);
            let keyword = self.take(&mut inner)?;
            let keyword = self.span(&keyword);
            if tail == Rule::unless {
                let condition = self.take_expr(&mut inner)?;
                let cites = self.take_cites(&mut inner);
                unless.push(Unless { span: self.since(start), condition, cites });
            } else {
                let text = self.take_words(&mut inner)?;
                self.once(&mut message, text, keyword);
            }
        }
        Some(match rule {
            Rule::require => DeclarationKind::Require { condition, unless, message },
            Rule::exclude => DeclarationKind::Exclude { condition, unless, message },
            _ => DeclarationKind::Refer { condition, even_when_declined, unless, message },
        })
    }
}
