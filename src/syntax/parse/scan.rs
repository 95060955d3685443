//! One pass over the text before the grammar sees it: cuts it at declarations, so that each broken one gives its own
//! message, and refuses what is nested too deeply for a recursive parser. It reads every byte once and looks at most one
//! word ahead.

use super::Rule;
use super::vocabulary::{Class, VOCABULARY};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};

/// The deepest nesting: brackets of every kind, and `if`, `where`, `sum of` … without brackets.
pub const MAX_NESTING: usize = 64;

/// A stretch of text for the grammar, or the end of an entity.
#[derive(Debug)]
pub(super) struct Segment {
    pub kind: SegmentKind,
    pub start: usize,
    pub end: usize,
    /// What the scan found wrong; the grammar need not look then.
    pub trouble: Option<Diagnostic>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SegmentKind {
    /// Text before any declaration.
    Stray,
    Declaration,
    /// `entity NAME "Title"` up to its first member.
    EntityHead,
    /// The word `end`.
    EntityEnd,
}

/// What stood before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A name, literal or closing bracket: an expression can end here.
    Operand,
    Number,
    Word(Class),
    /// `years`, `sum` … that may open a form.
    OpensWith,
    Comma,
    /// The end of a table's cell, perhaps of the table.
    Bar,
    Sign,
}

struct Open {
    bracket: char,
    at: usize,
    /// How many `if`, `where` … are open inside it.
    words: usize,
}

struct Scanner<'t> {
    text: &'t str,
    source: SourceId,
    at: usize,
    before: Before,
    line_start: bool,
    open: Vec<Open>,
    /// `if`, `where` … open in all brackets together.
    words: usize,
    segments: Vec<Segment>,
    /// The entity that is open, by the place of its keyword.
    entity: Option<usize>,
    /// Whether the present declaration is a `require`.
    in_requirement: bool,
    trouble: Option<Diagnostic>,
}

/// The text's segments, in order.
pub(super) fn scan(source: SourceId, text: &str) -> Vec<Segment> {
    let mut scanner = Scanner {
        text,
        source,
        at: 0,
        before: Before::Nothing,
        line_start: true,
        open: vec![Open { bracket: ' ', at: 0, words: 0 }],
        words: 0,
        segments: vec![Segment { kind: SegmentKind::Stray, start: 0, end: 0, trouble: None }],
        entity: None,
        in_requirement: false,
        trouble: None,
    };
    scanner.run();
    scanner.segments
}

impl Scanner<'_> {
    fn run(&mut self) {
        if self.text.starts_with('\u{FEFF}') {
            self.at = '\u{FEFF}'.len_utf8();
            self.segments[0].start = self.at;
        }
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.line_start = true;
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    self.at = bytes[self.at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |n| self.at + n);
                    continue;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.wide(),
                b'0'..=b'9' => self.number(),
                b'"' => self.quoted('"'),
                b'(' | b'[' | b'{' => self.opens(byte as char, 1),
                b')' | b']' | b'}' => self.closes(byte as char, 1),
                b'|' | b':' => {
                    self.release();
                    self.step(1, if byte == b'|' { Before::Bar } else { Before::Sign });
                }
                b',' => self.step(1, Before::Comma),
                b'%' => self.step(1, Before::Operand),
                _ => self.step(1, Before::Sign),
            }
            self.line_start = false;
        }
        self.finish(self.text.len());
        if let Some(at) = self.entity.take() {
            self.never_ended(at);
        }
    }

    fn step(&mut self, length: usize, before: Before) {
        self.at += length;
        self.before = before;
    }

    /// A word, or a sign or blank outside ASCII.
    fn wide(&mut self) {
        let end = word_end(self.text, self.at);
        if end > self.at {
            return self.word(end);
        }
        let Some(c) = self.text[self.at..].chars().next() else { return };
        match c {
            '“' => self.quoted('”'),
            '（' => self.opens('(', c.len_utf8()),
            '）' => self.closes(')', c.len_utf8()),
            '：' => {
                self.release();
                self.step(c.len_utf8(), Before::Sign);
            }
            '，' => self.step(c.len_utf8(), Before::Comma),
            c if c.is_whitespace() => self.at += c.len_utf8(),
            c => self.step(c.len_utf8(), Before::Sign),
        }
    }

    fn number(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let in_number = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'.';
        let length = rest.iter().position(|b| !in_number(b)).unwrap_or(rest.len());
        self.step(length.max(1), Before::Number);
        self.thousands();
    }

    /// `1,580`: elsewhere a thousand, here two values.
    fn thousands(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let group = rest.first() == Some(&b',') && rest.len() > 3 && rest[1..4].iter().all(u8::is_ascii_digit);
        if group && !rest.get(4).is_some_and(|b| b.is_ascii_digit() || *b == b'_') {
            let span = Span::new(self.source, self.at, self.at + 4);
            let help = "write `_` between thousands, as in `1_580`; between two values put a blank after the comma";
            self.report(Diagnostic::new(Code::BadLiteral, span, "a comma inside a number").help(help));
        }
    }

    fn quoted(&mut self, closing: char) {
        let start = self.at;
        let mut chars = self.text[start..].char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next();
                }
                '\n' => break,
                c if c == closing => return self.step(i + c.len_utf8(), Before::Operand),
                _ => {}
            }
        }
        let length = self.text[start..].find('\n').unwrap_or(self.text.len() - start);
        let span = Span::new(self.source, start, start + length);
        let trouble = Diagnostic::new(Code::UnclosedText, span, "a text that is not closed on its line");
        let line = self.text[..start].rsplit('\n').next().unwrap_or("");
        let help = if line.contains('„') {
            "texts stand between double quotation marks: `\"…\"` or `“…”`".to_owned()
        } else {
            format!("write `{closing}` at its end; for a quotation mark inside a text write `\\\"`")
        };
        self.report(trouble.help(help));
        self.step(length, Before::Operand);
    }

    fn report(&mut self, trouble: Diagnostic) {
        self.trouble.get_or_insert(trouble);
    }

    fn opens(&mut self, bracket: char, length: usize) {
        // Where an expression has ended, a parenthesis is the label of the next item.
        if bracket == '(' && matches!(self.before, Before::Operand | Before::Number | Before::Word(Class::Ends)) {
            self.release();
        }
        self.open.push(Open { bracket, at: self.at, words: 0 });
        self.deeper();
        self.step(length, Before::Sign);
    }

    fn closes(&mut self, bracket: char, length: usize) {
        let opening = match bracket {
            ')' => '(',
            ']' => '[',
            _ => '{',
        };
        let span = Span::new(self.source, self.at, self.at + length);
        match self.open.last() {
            Some(open) if open.bracket == opening => {
                self.words -= open.words;
                self.open.pop();
            }
            Some(open) if self.open.len() > 1 => {
                let other = Span::new(self.source, open.at, open.at + 1);
                let message = format!("`{bracket}` found where `{}` is still open", open.bracket);
                let trouble = Diagnostic::new(Code::UnclosedText, span, message);
                let line = self.text[..self.at].rsplit('\n').next().unwrap_or("").trim();
                let is_label =
                    bracket == ')' && (1..=4).contains(&line.len()) && line.chars().all(char::is_alphanumeric);
                let help = match is_label {
                    true => format!("write the label in parentheses: `({line}) …`"),
                    false => format!("close it with `{}` first", pair(open.bracket)),
                };
                let trouble = trouble.label(other, "opened here").help(help);
                self.report(trouble);
            }
            _ => {
                let trouble = Diagnostic::new(Code::UnclosedText, span, format!("`{bracket}` closes nothing"));
                self.report(trouble.help(format!("take it out, or write `{opening}` where it should begin")));
            }
        }
        self.step(length, Before::Operand);
    }

    /// The words open inside the present bracket are over.
    fn release(&mut self) {
        if let Some(open) = self.open.last_mut() {
            self.words -= open.words;
            open.words = 0;
        }
    }

    fn opens_by_word(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.words += 1;
            self.words += 1;
        }
        self.deeper();
    }

    fn deeper(&mut self) {
        if self.open.len() - 1 + self.words > MAX_NESTING {
            let span = Span::new(self.source, self.at, self.at + 1);
            let message = format!("nested more than {MAX_NESTING} deep");
            let help = "give the inner parts names with `define`, or write a table";
            self.report(Diagnostic::new(Code::TooDeep, span, message).help(help));
        }
    }

    fn word(&mut self, end: usize) {
        let word = &self.text[self.at..end];
        let class = VOCABULARY.class(word);
        let before = match class {
            None => Before::Operand,
            Some(Class::Declaration(rule)) if self.begins(rule, end) => return self.begin(rule, end),
            Some(Class::End) if self.ends_entity(end) => return self.end_entity(end),
            Some(Class::Declaration(_) | Class::End) => Before::Operand,
            Some(Class::If) if self.after_operand() => Before::Word(Class::If),
            Some(class @ (Class::If | Class::Opens)) => {
                self.opens_by_word();
                Before::Word(class)
            }
            Some(Class::OpensWith) if self.before == Before::Number => Before::Operand,
            Some(Class::OpensWith) => Before::OpensWith,
            Some(Class::Joins) => {
                if self.before == Before::OpensWith {
                    self.opens_by_word();
                }
                Before::Word(Class::Joins)
            }
            Some(Class::Clause) => {
                self.release();
                Before::Word(Class::Clause)
            }
            Some(class) => Before::Word(class),
        };
        self.step(end - self.at, before);
    }

    /// Whether an expression, and so a declaration, can end with what stood before.
    fn after_operand(&self) -> bool {
        matches!(
            self.before,
            Before::Operand | Before::Number | Before::OpensWith | Before::Word(Class::Ends | Class::Date)
        )
    }

    /// Whether a word that can begin a declaration does so here: what follows must be its name, and where the word could
    /// be a name itself, also what follows the name. `report days`, or `report` at the end of a line, is a value where one can
    /// stand: inside brackets, after an operator, and in a `require`, whose condition follows without a word.
    fn begins(&self, rule: Rule, end: usize) -> bool {
        let rest = self.text[end..].trim_start();
        let may_be_over =
            self.after_operand() || matches!(self.before, Before::Nothing | Before::Bar | Before::Word(Class::Loose));
        let fresh = self.line_start && may_be_over && self.open.len() == 1;
        if !self.line_start && !may_be_over {
            return false;
        }
        if matches!(rule, Rule::kw_promise | Rule::kw_guarantee | Rule::kw_scenario | Rule::kw_use) {
            return rest.starts_with(['"', '“']);
        }
        let name = &rest[..word_end(rest, 0)];
        let after = rest[name.len()..].trim_start();
        let colon = after.starts_with([':', '：']);
        if name.is_empty() {
            return fresh && rest.starts_with([':', '：', '"', '“']);
        }
        let on_another_line = self.text[end..self.text.len() - rest.len()].contains('\n');
        let may_be_value = on_another_line || VOCABULARY.is_unit(name);
        let may_be_name = !VOCABULARY.is_reserved(name) && !after.starts_with(',');
        match rule {
            Rule::kw_type | Rule::kw_fact | Rule::kw_parameter | Rule::kw_award | Rule::kw_report => {
                let is_next = on_another_line && matches!(VOCABULARY.class(name), Some(Class::Declaration(_)));
                let is_value = |looks_so| looks_so && self.in_requirement;
                colon && !is_value(is_next) || fresh && may_be_name && !is_value(may_be_value)
            }
            _ => {
                let no_value_can_stand = may_be_over && self.open.len() == 1;
                colon || may_be_name && (no_value_can_stand || !may_be_value)
            }
        }
    }

    fn begin(&mut self, rule: Rule, end: usize) {
        self.finish(self.at);
        let member = matches!(rule, Rule::kw_fact | Rule::kw_define | Rule::kw_promise);
        if !member && let Some(at) = self.entity.take() {
            self.never_ended(at);
        }
        let kind = if rule == Rule::kw_entity { SegmentKind::EntityHead } else { SegmentKind::Declaration };
        if kind == SegmentKind::EntityHead {
            self.entity = Some(self.at);
        }
        self.segments.push(Segment { kind, start: self.at, end, trouble: None });
        self.in_requirement = rule == Rule::kw_require;
        self.at = end;
        if !matches!(rule, Rule::kw_promise | Rule::kw_guarantee | Rule::kw_scenario | Rule::kw_use) {
            // The name, which may look like a word of the language.
            let rest = &self.text[end..];
            let blank = rest.len() - rest.trim_start().len();
            self.at = word_end(self.text, end + blank).max(end);
        }
        self.before = Before::Operand;
    }

    /// Closes the present segment at `end`.
    fn finish(&mut self, end: usize) {
        if let Some(open) = self.open.get(1) {
            let span = Span::new(self.source, open.at, open.at + 1);
            let trouble = Diagnostic::new(Code::UnclosedText, span, format!("`{}` is never closed", open.bracket));
            let help = format!("write `{}` where it should end", pair(open.bracket));
            self.report(trouble.help(help));
        }
        self.open.truncate(1);
        self.release();
        self.words = 0;
        let trouble = self.trouble.take();
        if let Some(last) = self.segments.last_mut() {
            last.end = end;
            last.trouble = trouble;
        }
    }

    fn ends_entity(&self, end: usize) -> bool {
        let over = match self.before {
            // After a bar `end` may be a cell's value: then no declaration follows, nor the end of the text.
            Before::Bar => {
                let rest = skip_trivia(&self.text[end..]);
                let class = VOCABULARY.class(&rest[..word_end(rest, 0)]);
                rest.is_empty() || matches!(class, Some(Class::Declaration(_)))
            }
            _ => self.after_operand(),
        };
        self.entity.is_some() && self.open.len() == 1 && over
    }

    fn end_entity(&mut self, end: usize) {
        self.finish(self.at);
        self.entity = None;
        self.segments.push(Segment { kind: SegmentKind::EntityEnd, start: self.at, end, trouble: None });
        // What follows up to the next declaration belongs to nothing.
        self.segments.push(Segment { kind: SegmentKind::Stray, start: end, end, trouble: None });
        self.at = end;
        self.before = Before::Nothing;
    }

    fn never_ended(&mut self, at: usize) {
        let span = Span::new(self.source, at, word_end(self.text, at));
        let trouble = Diagnostic::new(Code::UnclosedText, span, "an entity that is never closed");
        let trouble = trouble.help("write `end` after its last fact or definition");
        if let Some(head) = self.segments.iter_mut().rev().find(|s| s.start == at) {
            head.trouble.get_or_insert(trouble);
        }
    }
}

fn pair(opening: char) -> char {
    match opening {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}

/// A text without the blanks and comments at its beginning.
pub(super) fn skip_trivia(text: &str) -> &str {
    let mut rest = text.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').map_or("", |end| rest[end..].trim_start());
    }
    rest
}

/// Where the word that starts at `at` ends; `at` itself if there is none.
pub(super) fn word_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while let Some(&byte) = bytes.get(end) {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            end += 1;
        } else if byte < 0x80 {
            break;
        } else {
            match text[end..].chars().next() {
                Some(c) if c.is_alphanumeric() => end += c.len_utf8(),
                _ => break,
            }
        }
    }
    end
}
