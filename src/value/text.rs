//! Texts a person reads, in several languages.

use crate::wire::wire;
use std::sync::Arc;

/// A text in the policy's own language and perhaps in others.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Text {
    /// What stands first.
    pub default: Arc<str>,
    /// Others, by language tag (`zh`, `en`), in the order written.
    pub others: Vec<(Box<str>, Arc<str>)>,
}

wire!(struct Text { default, others });

impl Text {
    /// The text in a language, else the first one. `zh-Hant` falls back to `zh`.
    pub fn in_language(&self, language: &str) -> &str {
        pick(&self.others, language).unwrap_or(&self.default)
    }

    /// The same, to be kept: no letter is copied.
    pub fn shared(&self, language: &str) -> Arc<str> {
        pick(&self.others, language).unwrap_or(&self.default).clone()
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text { default: text.into(), others: Vec::new() }
    }
}

/// A piece of a message: words, or a value to be put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<V> {
    /// Words.
    Words(Box<str>),
    /// `{name}`: the value, in whatever form the stage holds values.
    Value(V),
}

wire!(enum Part<V> { 0 Words(words), 1 Value(value) });

/// A message that may show values, in several languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message<V> {
    /// What stands first.
    pub default: Vec<Part<V>>,
    /// Others, by language tag.
    pub others: Vec<(Box<str>, Vec<Part<V>>)>,
}

wire!(struct Message<V> { default, others });

impl<V> Message<V> {
    /// The message in a language, else the first one.
    pub fn in_language(&self, language: &str) -> &[Part<V>] {
        pick(&self.others, language).unwrap_or(&self.default)
    }

    /// All values shown, in every language.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        let all = std::iter::once(&self.default).chain(self.others.iter().map(|(_, p)| p));
        all.flatten().filter_map(|p| match p {
            Part::Value(v) => Some(v),
            Part::Words(_) => None,
        })
    }

    /// The places of all values shown, in every language.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        let all = std::iter::once(&mut self.default).chain(self.others.iter_mut().map(|(_, p)| p));
        all.flatten().filter_map(|p| match p {
            Part::Value(v) => Some(v),
            Part::Words(_) => None,
        })
    }

    /// The same message with other values.
    pub fn map<W>(&self, mut f: impl FnMut(&V) -> W) -> Message<W> {
        let mut parts = |parts: &[Part<V>]| -> Vec<Part<W>> {
            let one = |p: &Part<V>| match p {
                Part::Words(w) => Part::Words(w.clone()),
                Part::Value(v) => Part::Value(f(v)),
            };
            parts.iter().map(one).collect()
        };
        Message {
            default: parts(&self.default),
            others: self.others.iter().map(|(l, p)| (l.clone(), parts(p))).collect(),
        }
    }
}

fn pick<'a, T>(others: &'a [(Box<str>, T)], language: &str) -> Option<&'a T> {
    let exact = others.iter().find(|(l, _)| l.eq_ignore_ascii_case(language));
    let base = language.split(['-', '_']).next().unwrap_or(language);
    exact.or_else(|| others.iter().find(|(l, _)| l.eq_ignore_ascii_case(base))).map(|(_, t)| t)
}
