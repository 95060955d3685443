//! Comments and blank lines, which are not in the tree, by their place in the text.

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// First byte, the `#`.
    pub start: u32,
    /// As written, without blanks at its end.
    pub text: Box<str>,
    /// The byte that says what it belongs to: the first of the next token if the comment has its line to itself, else the
    /// last of the token before it.
    pub anchor: u32,
    /// Whether it has its line to itself.
    pub own_line: bool,
}

/// What of a text is not in its tree. The default holds nothing: for trees that come from no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trivia {
    /// In order.
    pub comments: Vec<Comment>,
    /// First bytes of tokens and comments that have a blank line before them.
    blanks: Vec<u32>,
    /// First bytes of all tokens.
    tokens: Vec<u32>,
}

impl Trivia {
    /// The comments and blank lines of a text.
    pub fn of(text: &str) -> Trivia {
        let mut trivia = Trivia::default();
        let mut own_lines_waiting = 0;
        let (mut at, mut last_token_end) = (0, 0);
        let (mut newlines, mut anything_on_line) = (0, false);
        while let Some(c) = text[at..].chars().next() {
            if c == '\n' {
                newlines += 1;
                anything_on_line = false;
            }
            if c.is_whitespace() || c == '\u{FEFF}' {
                at += c.len_utf8();
                continue;
            }
            if newlines > 1 {
                trivia.blanks.push(at as u32);
            }
            newlines = 0;
            if c == '#' {
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
                let own_line = !anything_on_line;
                let anchor = if own_line { u32::MAX } else { last_token_end as u32 - 1 };
                let comment = text[at..end].trim_end().into();
                trivia.comments.push(Comment { start: at as u32, text: comment, anchor, own_line });
                at = end;
                continue;
            }
            for comment in &mut trivia.comments[own_lines_waiting..] {
                if comment.own_line {
                    comment.anchor = at as u32;
                }
            }
            own_lines_waiting = trivia.comments.len();
            trivia.tokens.push(at as u32);
            at += token_length(&text[at..], c);
            last_token_end = at;
            anything_on_line = true;
        }
        trivia
    }

    /// Whether a blank line stands before the token or comment at a place.
    pub(super) fn blank_before(&self, place: u32) -> bool {
        self.blanks.binary_search(&place).is_ok()
    }

    /// The place of the token so many tokens before the one at a place.
    pub(super) fn back(&self, place: u32, tokens: usize) -> u32 {
        match self.tokens.binary_search(&place) {
            Ok(at) => self.tokens[at.saturating_sub(tokens)],
            Err(_) => place,
        }
    }
}

/// How long the token at the beginning of a text is. Numbers, words and texts are whole, all else is single signs.
pub(super) fn token_length(rest: &str, first: char) -> usize {
    if let '"' | '“' = first {
        let closing = if first == '"' { '"' } else { '”' };
        let mut escaped = false;
        for (i, c) in rest.char_indices().skip(1) {
            match c {
                '\n' => return i,
                c if c == closing && !escaped => return i + c.len_utf8(),
                _ => escaped = c == '\\' && !escaped,
            }
        }
        return rest.len();
    }
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    if in_word(first) {
        return rest.find(|c| !in_word(c)).unwrap_or(rest.len());
    }
    first.len_utf8()
}
