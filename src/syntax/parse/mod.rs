//! From text to syntax tree, by the grammar in `grammar/`. The text is cut at declarations first (`scan`), so that every
//! broken declaration gives its own diagnostic and the others still come out.
//!
//! Bounds, so that no text can exhaust the stack: [`MAX_SIZE`], [`MAX_NESTING`], and [`MAX_OPERATORS`] in one expression
//! together with those around it. A tree is therefore never more than some hundreds of levels deep.

mod declarations;
mod errors;
mod expressions;
#[cfg(any(test, target_family = "wasm"))]
mod interpret;
mod operands;
mod scan;
mod scenarios;
mod slips;
mod tables;
mod tokens;
mod types;
mod unread;
mod vocabulary;

pub use scan::MAX_NESTING;
pub use tokens::{Token, TokenKind, keywords, tokens};

use super::ast::{Declaration, DeclarationKind, File, Ident, Str, Text, Unread};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};
use grammar::Rule;
#[cfg(not(target_family = "wasm"))]
use pest::Parser;
use pest::iterators::{Pair, Pairs};
use scan::{Segment, SegmentKind};

/// The largest file, in bytes.
pub const MAX_SIZE: usize = 4 << 20;
/// The most operators in one expression, with those of the expressions around it.
pub const MAX_OPERATORS: usize = 256;

#[allow(missing_docs)]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/keywords.pest"]
    #[grammar = "../grammar/policy.pest"]
    #[allow(dead_code)]
    pub(super) struct PolicyParser;
}

/// What a text is by a rule of the grammar.
#[cfg(not(target_family = "wasm"))]
fn parsed(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, pest::error::Error<Rule>> {
    grammar::PolicyParser::parse(rule, text)
}
#[cfg(target_family = "wasm")]
use interpret::parse as parsed;

/// The tree of a file, and what is wrong with it. Declarations that could be read are in the tree even if others could
/// not.
pub fn parse(source: SourceId, text: &str) -> (File, Vec<Diagnostic>) {
    let mut file = File { source, declarations: Vec::new(), unread: Unread::default() };
    if text.len() > MAX_SIZE {
        let message = format!("a file of {} bytes; at most {MAX_SIZE} are taken", text.len());
        let trouble = Diagnostic::new(Code::TooLarge, Span::new(source, 0, 0), message);
        return (file, vec![trouble.help("divide the policy into several files and join them with `use`")]);
    }
    let mut builder = Builder { source, text, base: 0, end: 0, operators: 0, diagnostics: Vec::new() };
    // The entity that is open, and whether it could be read.
    let mut entity: Option<Option<Declaration>> = None;
    for segment in scan::scan(source, text) {
        match segment.kind {
            SegmentKind::Stray => {
                builder.stray(&segment);
                unread::note(&text[segment.start..segment.end], &mut file.unread);
            }
            SegmentKind::Declaration => {
                let stretch = segment.start..segment.end;
                let declaration = builder.segment(segment, Rule::one);
                if declaration.is_none() {
                    unread::note(&text[stretch], &mut file.unread);
                }
                let is_member = matches!(
                    declaration.as_ref().map(|d| &d.kind),
                    Some(DeclarationKind::Fact(_) | DeclarationKind::Define { .. } | DeclarationKind::Promise { .. })
                );
                match (&mut entity, declaration) {
                    (Some(None), Some(member)) if is_member => file.unread.names.extend(member.name.map(|n| n.text)),
                    (Some(Some(head)), Some(member)) if is_member => add_member(head, member),
                    (_, declaration) => {
                        if let Some(Some(Some(done))) = (declaration.is_some()).then(|| entity.take()) {
                            file.declarations.push(done);
                        }
                        file.declarations.extend(declaration);
                    }
                }
            }
            SegmentKind::EntityHead => {
                file.declarations.extend(entity.take().flatten());
                let stretch = segment.start..segment.end;
                let head = builder.segment(segment, Rule::entity_head);
                if head.is_none() {
                    unread::note(&text[stretch], &mut file.unread);
                }
                entity = Some(head);
            }
            SegmentKind::EntityEnd => {
                if let Some(Some(mut done)) = entity.take() {
                    done.span.end = segment.end as u32;
                    file.declarations.push(done);
                }
            }
        }
    }
    file.declarations.extend(entity.take().flatten());
    (file, builder.diagnostics)
}

fn add_member(entity: &mut Declaration, member: Declaration) {
    entity.span.end = member.span.end;
    if let DeclarationKind::Entity { members } = &mut entity.kind {
        members.push(member);
    }
}

type Node<'t> = Pair<'t, Rule>;

/// Turns what the grammar found into the tree, one declaration at a time.
struct Builder<'t> {
    source: SourceId,
    text: &'t str,
    /// Where the present declaration starts in the file; the grammar counts from there.
    base: usize,
    /// Where the last token taken ends, since the grammar's own spans may include blanks and comments after it.
    end: usize,
    /// Operators of the expressions that are being built.
    operators: usize,
    diagnostics: Vec<Diagnostic>,
}

/// The children of a grammar node, one ahead.
struct Cursor<'t> {
    pairs: Pairs<'t, Rule>,
    next: Option<Node<'t>>,
}

impl<'t> Cursor<'t> {
    fn new(node: Node<'t>) -> Self {
        let mut pairs = node.into_inner();
        let next = pairs.next();
        Cursor { pairs, next }
    }

    /// The rule of the next child.
    fn peek(&self) -> Option<Rule> {
        self.next.as_ref().map(|n| n.as_rule())
    }
}

impl<'t> Builder<'t> {
    fn segment(&mut self, segment: Segment, rule: Rule) -> Option<Declaration> {
        if let Some(trouble) = segment.trouble {
            self.diagnostics.push(trouble);
            return None;
        }
        let text = self.text.get(segment.start..segment.end)?;
        self.base = segment.start;
        self.end = segment.start;
        self.operators = 0;
        match parsed(rule, text) {
            Ok(mut pairs) => {
                let mut top = Cursor::new(pairs.next()?);
                if rule == Rule::entity_head {
                    return self.entity_head(top);
                }
                let node = self.take(&mut top)?;
                self.declaration(node)
            }
            Err(error) => {
                let trouble = errors::explain(self.source, text, segment.start, &error);
                self.diagnostics.push(trouble);
                None
            }
        }
    }

    /// Text before the first declaration, or after an entity's end.
    fn stray(&mut self, segment: &Segment) {
        let text = self.text.get(segment.start..segment.end).unwrap_or("");
        if let Some(trouble) = errors::stray(self.source, text, segment.start) {
            self.diagnostics.push(segment.trouble.clone().unwrap_or(trouble));
        }
    }

    /// The next child, if there is one.
    fn take(&mut self, cursor: &mut Cursor<'t>) -> Option<Node<'t>> {
        let node = cursor.next.take()?;
        cursor.next = cursor.pairs.next();
        self.end = self.base + node.as_span().end();
        Some(node)
    }

    /// The next child, if it is of this rule.
    fn take_if(&mut self, cursor: &mut Cursor<'t>, rule: Rule) -> Option<Node<'t>> {
        if cursor.peek() == Some(rule) { self.take(cursor) } else { None }
    }

    /// Passes over a keyword or sign that says nothing more.
    fn skip(&mut self, cursor: &mut Cursor<'t>, rule: Rule) -> bool {
        self.take_if(cursor, rule).is_some()
    }

    fn start(&self, node: &Node<'t>) -> usize {
        self.base + node.as_span().start()
    }

    /// The place of a single token.
    fn span(&self, node: &Node<'t>) -> Span {
        let span = node.as_span();
        Span::new(self.source, self.base + span.start(), self.base + span.end())
    }

    /// From a place to the end of the last token taken.
    fn since(&self, start: usize) -> Span {
        Span::new(self.source, start, self.end.max(start))
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.diagnostics.push(Diagnostic::new(code, span, message).help(help));
    }

    fn ident(&self, node: &Node<'t>) -> Ident {
        Ident { text: node.as_str().into(), span: self.span(node) }
    }

    /// The next child as a name.
    fn take_ident(&mut self, cursor: &mut Cursor<'t>) -> Option<Ident> {
        let node = self.take(cursor)?;
        Some(self.ident(&node))
    }

    fn str(&mut self, node: &Node<'t>) -> Str {
        let span = self.span(node);
        Str { value: self.unescape(node.as_str(), span).into(), span }
    }

    fn take_str(&mut self, cursor: &mut Cursor<'t>) -> Option<Str> {
        let node = self.take(cursor)?;
        Some(self.str(&node))
    }

    /// The text between the quotation marks, with `\"` and `\\` read.
    fn unescape(&mut self, quoted: &str, span: Span) -> String {
        let mut chars = quoted.chars();
        chars.next();
        chars.next_back();
        let inner = chars.as_str();
        if !inner.contains('\\') {
            return inner.to_owned();
        }
        let mut out = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            match if c == '\\' { chars.next() } else { Some(c) } {
                Some(next) => {
                    if c == '\\' && !matches!(next, '"' | '\\' | '“' | '”') {
                        let message = format!("`\\{next}` means nothing in a text");
                        self.error(
                            Code::BadLiteral,
                            span,
                            message,
                            "write `\\\\` for a backslash, `\\\"` for a quotation mark",
                        );
                    }
                    out.push(next);
                }
                None => out.push(c),
            }
        }
        out
    }

    /// `"…", zh "…"`
    fn words(&mut self, node: Node<'t>) -> Option<Text> {
        let mut inner = Cursor::new(node);
        let default = self.take_str(&mut inner)?;
        let mut others = Vec::new();
        while self.skip(&mut inner, Rule::comma) {
            let language = self.take_ident(&mut inner)?;
            others.push((language, self.take_str(&mut inner)?));
        }
        Some(Text { default, others })
    }

    fn take_words(&mut self, cursor: &mut Cursor<'t>) -> Option<Text> {
        let node = self.take(cursor)?;
        self.words(node)
    }
}
