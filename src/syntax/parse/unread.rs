//! What a declaration that could not be read would have declared, so that its users are not told that it is missing.

use super::Rule;
use super::scan::word_end;
use super::vocabulary::{Class, VOCABULARY};
use crate::diagnostic::closest;
use crate::syntax::ast::Unread;

/// Notes the names after keywords, perhaps misspelt, at the beginning of a broken stretch of text and of its further lines: it
/// may have swallowed other declarations.
pub(super) fn note(text: &str, unread: &mut Unread) {
    for line in text.lines() {
        let line = line.trim_start();
        let (word, rest) = line.split_at(word_end(line, 0));
        let declares = |word: &str| match VOCABULARY.class(word) {
            Some(Class::Declaration(rule)) => Some(rule),
            _ => None,
        };
        let meant = match declares(word) {
            Some(rule) => Some(rule),
            None if VOCABULARY.class(word).is_none() => closest(word, VOCABULARY.declarations()).and_then(declares),
            None => None,
        };
        match meant {
            None | Some(Rule::kw_scenario) => {}
            Some(Rule::kw_policy) => unread.policy = true,
            Some(Rule::kw_use) => unread.any = true,
            Some(_) => {
                let name = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &name[..word_end(name, 0)];
                if !name.is_empty() {
                    unread.names.push(name.into());
                }
            }
        }
    }
}
