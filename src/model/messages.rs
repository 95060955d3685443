//! Messages that show values: `"Your income is {income}."`; `{{` and `}}` stand for the braces themselves.

use super::Expr;
use super::check::Checker;
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{Message, Part};

impl Checker<'_> {
    /// A message, its values resolved.
    pub fn message(&mut self, written: &ast::Text) -> Option<Message<Expr>> {
        let default = self.message_parts(&written.default);
        let mut others = Vec::with_capacity(written.others.len());
        let mut failed = false;
        for (tag, text) in &written.others {
            match self.message_parts(text) {
                Some(parts) => others.push((tag.text.clone(), parts)),
                None => failed = true,
            }
        }
        if failed { None } else { Some(Message { default: default?, others }) }
    }

    fn message_parts(&mut self, written: &ast::Str) -> Option<Vec<Part<Expr>>> {
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut rest = &*written.value;
        let mut failed = false;
        // Where in the source the search for the next brace goes on; escapes make texts longer there.
        let mut at = written.span.start as usize;
        while let Some(brace) = rest.find(['{', '}']) {
            words.push_str(&rest[..brace]);
            let open = rest.as_bytes()[brace] == b'{';
            let tail = &rest[brace + 1..];
            if tail.starts_with(if open { '{' } else { '}' }) {
                words.push(if open { '{' } else { '}' });
                rest = &tail[1..];
                continue;
            }
            if !open {
                words.push('}');
                rest = tail;
                continue;
            }
            let Some(end) = tail.find('}') else {
                let message = "this `{` is never closed";
                let help = "write `{name}` to show a value, or `{{` for the brace itself";
                return self.error_help(Code::UnclosedText, written.span, message, help);
            };
            let name = tail[..end].trim();
            let span = self.place_of(&rest[brace..brace + end + 2], written.span, &mut at);
            rest = &tail[end + 1..];
            if name.is_empty() {
                let help = "write the name of a fact or definition, or `{{` for the brace itself";
                self.error_help::<()>(Code::WrongPlace, span, "`{}` names nothing", help);
                failed = true;
                continue;
            }
            if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                let help = "give the value a name with `define`, and write that name between the braces";
                self.error_help::<()>(Code::WrongPlace, span, format!("`{name}` is not one name"), help);
                failed = true;
                continue;
            }
            match self.name(name, span, None) {
                Some(typed) => {
                    if !words.is_empty() {
                        parts.push(Part::Words(std::mem::take(&mut words).into()));
                    }
                    parts.push(Part::Value(typed.expr));
                }
                None => failed = true,
            }
        }
        words.push_str(rest);
        if !words.is_empty() {
            parts.push(Part::Words(words.into()));
        }
        if failed { None } else { Some(parts) }
    }

    /// Where `{name}` stands in the source, after `at`; the whole text if escapes hide it.
    fn place_of(&self, braced: &str, text: Span, at: &mut usize) -> Span {
        let source = &self.sources.get(text.source).text;
        match source.get(*at..text.end as usize).and_then(|t| t.find(braced)) {
            Some(found) => {
                let start = *at + found;
                *at = start + braced.len();
                Span::new(text.source, start + 1, start + braced.len() - 1)
            }
            None => text,
        }
    }
}
