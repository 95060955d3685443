//! What the pieces of a text are, for whoever colours or completes it: the grammar's own tokens.
//!
//! A declaration that the grammar reads is told as the grammar read it, so that `label` is a word of the language in one place
//! and a name in another. One that is broken is told word by word.

use super::grammar::Rule;
use super::scan::{self, SegmentKind};
use super::vocabulary::VOCABULARY;
use crate::source::SourceId;
use crate::syntax::trivia::{Trivia, token_length};

/// What kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A comment, to the end of its line.
    Comment,
    /// The word that begins a declaration.
    Declaration,
    /// Another word of the language.
    Keyword,
    /// A name that is declared here.
    Declared,
    /// A name that is used.
    Name,
    /// A text in quotation marks.
    Text,
    /// A number, a date, a percentage sign, a currency.
    Number,
}

impl TokenKind {
    /// All of them.
    pub const ALL: [TokenKind; 7] = [
        TokenKind::Comment,
        TokenKind::Declaration,
        TokenKind::Keyword,
        TokenKind::Declared,
        TokenKind::Name,
        TokenKind::Text,
        TokenKind::Number,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Comment => "comment",
            TokenKind::Declaration => "declaration",
            TokenKind::Keyword => "keyword",
            TokenKind::Declared => "declared",
            TokenKind::Name => "name",
            TokenKind::Text => "text",
            TokenKind::Number => "number",
        }
    }
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is.
    pub kind: TokenKind,
}

/// The tokens of a text, in order; signs and blanks are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut all: Vec<Token> = Vec::new();
    let comments = Trivia::of(text).comments.into_iter().map(|c| {
        let start = c.start as usize;
        Token { start, end: start + c.text.len(), kind: TokenKind::Comment }
    });
    all.extend(comments);
    if text.len() <= super::MAX_SIZE {
        for segment in scan::scan(SourceId(0), text) {
            let Some(piece) = text.get(segment.start..segment.end) else { continue };
            let rule = match segment.kind {
                SegmentKind::Declaration => Some(Rule::one),
                SegmentKind::EntityHead => Some(Rule::entity_head),
                SegmentKind::EntityEnd | SegmentKind::Stray => None,
            };
            let rule = rule.filter(|_| segment.trouble.is_none());
            match rule.and_then(|rule| super::parsed(rule, piece).ok()) {
                Some(pairs) => read(pairs, segment.start, &mut all),
                None => guess(piece, segment.start, &mut all),
            }
        }
    }
    all.sort_by_key(|t| t.start);
    all
}

/// The phrases of the language, as it spells them first, in alphabetical order.
pub fn keywords() -> Vec<&'static str> {
    let mut all: Vec<&str> = Rule::all_rules().iter().filter_map(|r| VOCABULARY.phrase(*r)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Tokens as the grammar read them.
fn read(pairs: pest::iterators::Pairs<'_, Rule>, base: usize, all: &mut Vec<Token>) {
    let mut begins = true;
    let mut declared = false;
    for pair in pairs.flatten() {
        let kind = match pair.as_rule() {
            Rule::text => TokenKind::Text,
            Rule::number | Rule::date | Rule::percent | Rule::currency => TokenKind::Number,
            Rule::name | Rule::path if std::mem::take(&mut declared) => TokenKind::Declared,
            Rule::name | Rule::path => TokenKind::Name,
            Rule::language => TokenKind::Keyword,
            rule if VOCABULARY.phrase(rule).is_some() => {
                declared = std::mem::take(&mut begins);
                if declared { TokenKind::Declaration } else { TokenKind::Keyword }
            }
            _ => continue,
        };
        if kind != TokenKind::Declaration {
            declared = false;
        }
        let span = pair.as_span();
        // The grammar's span of a phrase may hold blanks behind it.
        let length = span.as_str().trim_end().len();
        let start = base + span.start();
        all.push(Token { start, end: start + length, kind });
    }
}

/// Tokens word by word.
fn guess(piece: &str, base: usize, all: &mut Vec<Token>) {
    let mut at = 0;
    let mut begins = true;
    while let Some(first) = piece[at..].chars().next() {
        if first == '#' {
            at += piece[at..].find('\n').unwrap_or(piece.len() - at);
            continue;
        }
        let length = token_length(&piece[at..], first);
        let word = &piece[at..at + length];
        let kind = match first {
            '"' | '“' => Some(TokenKind::Text),
            c if c.is_ascii_digit() => Some(TokenKind::Number),
            c if c.is_alphanumeric() || c == '_' => match VOCABULARY.class(word) {
                Some(_) if begins => Some(TokenKind::Declaration),
                Some(_) => Some(TokenKind::Keyword),
                None => Some(TokenKind::Name),
            },
            _ => None,
        };
        if let Some(kind) = kind {
            begins = false;
            all.push(Token { start: base + at, end: base + at + length, kind });
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, keywords, tokens};

    fn told(text: &str) -> Vec<(&str, &'static str)> {
        tokens(text).into_iter().map(|t| (&text[t.start..t.end], t.kind.as_str())).collect()
    }

    #[test]
    fn a_word_is_what_the_grammar_takes_it_for() {
        let text =
            "# why\nfact version: date or none label \"Day\", zh \"日\"\nrequire r version is on or before 2024-01-01";
        assert_eq!(
            told(text),
            [
                ("# why", "comment"),
                ("fact", "declaration"),
                ("version", "declared"),
                ("date", "keyword"),
                ("or none", "keyword"),
                ("label", "keyword"),
                ("\"Day\"", "text"),
                ("zh", "keyword"),
                ("\"日\"", "text"),
                ("require", "declaration"),
                ("r", "declared"),
                ("version", "name"),
                ("is", "keyword"),
                ("on or before", "keyword"),
                ("2024-01-01", "number"),
            ]
        );
    }

    #[test]
    fn what_is_broken_is_told_word_by_word() {
        let text = "require is is 5 \"open\nfact a: yes or no";
        assert_eq!(told(text)[..3], [("require", "declaration"), ("is", "keyword"), ("is", "keyword")]);
        assert_eq!(told(text)[5], ("fact", "declaration"));
        assert!(keywords().contains(&"on or before") && keywords().contains(&"policy"));
        assert_eq!(TokenKind::ALL.len(), 7);
    }

    #[test]
    fn tokens_do_not_overlap_whatever_the_text() {
        let text = include_str!("../../../rules/gb/statutory_maternity_pay/statutory_maternity_pay.placet");
        for cut in (0..text.len()).step_by(97).filter(|i| text.is_char_boundary(*i)) {
            let piece = format!("{}{}", &text[..cut], &text[(cut + 40).min(text.len())..]);
            let all = tokens(&piece);
            assert!(all.windows(2).all(|w| w[0].end <= w[1].start), "{all:?}");
        }
    }
}
