//! Conditions as people read them: paragraphs, and at the leaves the author's words.

use super::{At, OfModel};
use crate::graph::Clause;
use crate::model::{Expr, ExprKind, Item};
use crate::source::Span;
use crate::value::Text;

impl OfModel<'_, '_> {
    /// The clause of a condition, with its node.
    pub(super) fn clause(&mut self, e: &Expr, label: Option<Box<str>>, cites: Option<Text>, at: &At) -> Clause {
        let words = words(self.low.sources.text(e.span)).into();
        match &e.kind {
            ExprKind::Group(quantifier, items) if self.depth < Clause::MOST_NESTED && !self.is_implication(items) => {
                self.depth += 1;
                let one = |i: &Item| self.clause(&i.condition, i.label.clone(), i.cites.clone(), at);
                let parts: Vec<Clause> = items.iter().map(one).collect();
                self.depth -= 1;
                let node = self.low.build.group(*quantifier, parts.iter().map(|p| p.node).collect());
                Clause { node, label, cites, words, quantifier: Some(*quantifier), parts }
            }
            _ => {
                let node = self.expr(e, at);
                Clause { node, label, cites, words, quantifier: None, parts: Vec::new() }
            }
        }
    }

    /// `a implies b` is a group of `not a` and `b`, whose `not` nobody wrote.
    fn is_implication(&self, items: &[Item]) -> bool {
        let [Item { condition: a, .. }, Item { condition: b, .. }] = items else { return false };
        let between = Span { start: a.span.end, end: b.span.start, ..a.span };
        matches!(a.kind, ExprKind::Not(_)) && words(self.low.sources.text(between)).contains("implies")
    }
}

/// The author's words on one line, without comments.
pub(super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut comment, mut escaped) = (false, false, false);
    for c in text.chars() {
        if comment {
            comment = c != '\n';
            continue;
        }
        match c {
            '#' if !quoted => comment = true,
            c if !quoted && c.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            c => {
                quoted ^= c == '"' && !escaped;
                escaped = quoted && c == '\\' && !escaped;
                out.push(c);
            }
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_stand_on_one_line() {
        let text = "age is  at least 18 # adults\n  and name is \"a  # \\\"b\"  ";
        assert_eq!(words(text), "age is at least 18 and name is \"a  # \\\"b\"");
    }
}
