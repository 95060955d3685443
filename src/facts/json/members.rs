//! Objects and arrays taken apart into slices of their text, and what is wrong with a text that is not JSON.
//!
//! What is an error, and the places named, are those of `serde_json`, as the tests hold them to; but that crate speaks to
//! programmers, and makes numbers, values and input streams, which a program that is downloaded before it runs need not carry.

use super::super::error::FactsError;
use super::kind_of;
use std::borrow::Cow;

// What is wrong, and what to do about it. What `serde_json` tells in one way has one name.
const ENDS_BEFORE_VALUE: &str = "the text ends where a value should come: it was cut off, or the value is missing";
const ENDS_IN_OBJECT: &str = "the text ends before the closing `}`: it was cut off, or the bracket is missing";
const ENDS_IN_LIST: &str = "the text ends before the closing `]`: it was cut off, or the bracket is missing";
const ENDS_IN_TEXT: &str = "the text ends within quotation marks: it was cut off, or the second mark is missing";
const COMMA_TOO_MANY: &str = "the comma before this bracket is one too many: take it out";
const NO_NAME: &str = "a name should come here, in double quotation marks: `\"age\"`";
const NO_COMMA_IN_OBJECT: &str = "a comma or the closing `}` should come here";
const NO_COMMA_IN_LIST: &str = "a comma or the closing `]` should come here";
const LINE_BREAK_IN_TEXT: &str =
    "a line break, a tab or the like stands within quotation marks: write `\\n`, `\\t`, or close the marks before it";
const HALF_A_LETTER: &str = "this escape is half a letter: write both halves, or the letter itself";
const NO_ESCAPE: &str = "no such escape: for a backslash write two";
const NO_WORD: &str = "no such word: write `true`, `false`, `null`, or a text in double quotation marks";
const NO_NUMBER: &str = "no such number: write digits and a point, without leading zeros, such as `12.5`";

/// Why a text is not the JSON that is needed.
#[derive(Debug, PartialEq)]
pub(super) enum NotJson {
    /// It is JSON of another kind.
    Kind,
    /// It is no JSON: what is wrong and what to do about it, and how many bytes stand up to there.
    Text(&'static str, usize),
}

impl NotJson {
    pub(super) fn told(&self, expected: &str, text: &str) -> FactsError {
        match self {
            _ if text.trim().is_empty() => FactsError::new(expected, "nothing"),
            NotJson::Kind => FactsError::new(expected, kind_of(text.trim_start())),
            NotJson::Text(reason, at) => {
                let before = &text.as_bytes()[..(*at).min(text.len())];
                let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
                let line = 1 + before.iter().filter(|b| **b == b'\n').count();
                let column = before.len() - line_start;
                FactsError::new(expected, "a text that is not JSON")
                    .help(format!("in line {line}, column {column}, {reason}"))
            }
        }
    }
}

/// Calls `each` with the members of a JSON object; values as they are written.
pub(super) fn members<'a>(text: &'a str, each: &mut dyn FnMut(&str, &'a str)) -> Result<(), NotJson> {
    let mut scan = Scan::new(text, 0);
    scan.open(b'{')?;
    let mut first = true;
    loop {
        match (scan.ahead(), first) {
            (Some(b'}'), _) => break,
            (Some(b','), false) => {
                scan.at += 1;
                match scan.ahead() {
                    Some(b'"') => {}
                    Some(b'}') => return scan.ahead_is(COMMA_TOO_MANY),
                    Some(_) => return scan.ahead_is(NO_NAME),
                    None => return scan.ahead_is(ENDS_BEFORE_VALUE),
                }
            }
            (Some(b'"'), true) => {}
            (Some(_), true) => return scan.ahead_is(NO_NAME),
            (Some(_), false) => return scan.ahead_is(NO_COMMA_IN_OBJECT),
            (None, _) => return scan.ahead_is(ENDS_IN_OBJECT),
        }
        first = false;
        let key = scan.name()?;
        scan.colon()?;
        each(&key, scan.value()?);
    }
    scan.close()
}

/// Calls `each` with the elements of a JSON array, as they are written.
pub(super) fn elements<'a>(text: &'a str, each: &mut dyn FnMut(&'a str)) -> Result<(), NotJson> {
    let mut scan = Scan::new(text, 0);
    scan.open(b'[')?;
    let mut first = true;
    loop {
        match (scan.ahead(), first) {
            (Some(b']'), _) => break,
            (Some(b','), false) => {
                scan.at += 1;
                match scan.ahead() {
                    Some(b']') => return scan.ahead_is(COMMA_TOO_MANY),
                    Some(_) => {}
                    None => return scan.ahead_is(ENDS_BEFORE_VALUE),
                }
            }
            (Some(_), true) => {}
            (Some(_), false) => return scan.ahead_is(NO_COMMA_IN_LIST),
            (None, _) => return scan.ahead_is(ENDS_IN_LIST),
        }
        first = false;
        each(scan.value()?);
    }
    scan.close()
}

/// The value that begins at a byte, as it is written.
pub(super) fn value(text: &str, at: usize) -> Option<&str> {
    Scan::new(text, at).value().ok()
}

/// A JSON text that is well formed, without quotes and escapes; the slice itself where nothing is escaped. Absent where an
/// escape is no letter, or the text is no text.
pub(super) fn unquote(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.as_bytes().contains(&b'\\') {
        Scan::new(raw, 0).name().ok().map(|text| Cow::Owned(text.into_owned()))
    } else {
        Some(Cow::Borrowed(inner))
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

type Checked = Result<(), NotJson>;

impl<'a> Scan<'a> {
    fn new(text: &'a str, at: usize) -> Self {
        Scan { text, at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// The next byte that is no blank.
    fn ahead(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
        self.peek()
    }

    /// The error that ends with the byte read last.
    fn behind_is<T>(&self, reason: &'static str) -> Result<T, NotJson> {
        Err(NotJson::Text(reason, self.at))
    }

    /// The error that ends with the byte that comes next.
    fn ahead_is<T>(&self, reason: &'static str) -> Result<T, NotJson> {
        Err(NotJson::Text(reason, self.at + 1))
    }

    fn open(&mut self, bracket: u8) -> Checked {
        match self.ahead() {
            Some(found) if found == bracket => {
                self.at += 1;
                Ok(())
            }
            Some(b'{' | b'[') => Err(NotJson::Kind),
            Some(b'"') => self.name().and(Err(NotJson::Kind)),
            _ => self.value().and(Err(NotJson::Kind)),
        }
    }

    /// The closing bracket, and nothing after it.
    fn close(&mut self) -> Checked {
        self.at += 1;
        if self.ahead().is_some() {
            self.ahead_is("more follows after the closing bracket: take it out")
        } else {
            Ok(())
        }
    }

    fn colon(&mut self) -> Checked {
        match self.ahead() {
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => self.ahead_is("a colon should come here, between a name and its value"),
            None => self.ahead_is(ENDS_IN_OBJECT),
        }
    }

    /// A text, read.
    fn name(&mut self) -> Result<Cow<'a, str>, NotJson> {
        self.at += 1;
        let (mut start, mut read) = (self.at, String::new());
        loop {
            match self.next() {
                None => return self.behind_is(ENDS_IN_TEXT),
                Some(b'"') => break,
                Some(b'\\') => {
                    read += self.text.get(start..self.at - 1).unwrap_or("");
                    read.push(self.escaped()?);
                    start = self.at;
                }
                Some(..b' ') => return self.behind_is(LINE_BREAK_IN_TEXT),
                Some(_) => {}
            }
        }
        let rest = self.text.get(start..self.at - 1).unwrap_or("");
        if read.is_empty() { Ok(Cow::Borrowed(rest)) } else { Ok(Cow::Owned(read + rest)) }
    }

    /// What an escape stands for.
    fn escaped(&mut self) -> Result<char, NotJson> {
        Ok(match self.next() {
            Some(sign @ (b'"' | b'\\' | b'/')) => sign.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hexadecimal()?;
                let code = match first {
                    0xDC00..0xE000 => return self.behind_is(HALF_A_LETTER),
                    0xD800..0xDC00 => {
                        for sign in [b'\\', b'u'] {
                            match self.next() {
                                None => return self.behind_is(ENDS_IN_TEXT),
                                Some(found) if found == sign => {}
                                Some(_) => return self.behind_is(HALF_A_LETTER),
                            }
                        }
                        match self.hexadecimal()? {
                            second @ 0xDC00..0xE000 => 0x10000 + ((first - 0xD800) << 10 | (second - 0xDC00)),
                            _ => return self.behind_is(HALF_A_LETTER),
                        }
                    }
                    code => code,
                };
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(_) => return self.behind_is(NO_ESCAPE),
            None => return self.behind_is(ENDS_IN_TEXT),
        })
    }

    fn hexadecimal(&mut self) -> Result<u32, NotJson> {
        let Some(digits) = self.text.as_bytes().get(self.at..self.at + 4) else {
            self.at = self.text.len();
            return self.behind_is(ENDS_IN_TEXT);
        };
        self.at += 4;
        let digit = |code: u32, byte: &u8| Some(code << 4 | char::from(*byte).to_digit(16)?);
        digits.iter().try_fold(0, digit).map_or_else(|| self.behind_is(NO_ESCAPE), Ok)
    }

    /// Goes past a text; an escape only has to look like one.
    fn skip_text(&mut self) -> Checked {
        self.at += 1;
        loop {
            match self.next() {
                None => return self.behind_is(ENDS_IN_TEXT),
                Some(b'"') => return Ok(()),
                Some(b'\\') => match self.next() {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
                    Some(b'u') => {
                        self.hexadecimal()?;
                    }
                    Some(_) => return self.behind_is(NO_ESCAPE),
                    None => return self.behind_is(ENDS_IN_TEXT),
                },
                Some(..b' ') => {
                    self.at -= 1;
                    return self.behind_is(LINE_BREAK_IN_TEXT);
                }
                Some(_) => {}
            }
        }
    }

    fn word(&mut self, word: &str) -> Checked {
        for sign in word.bytes() {
            match self.next() {
                None => return self.behind_is(ENDS_BEFORE_VALUE),
                Some(found) if found == sign => {}
                Some(_) => return self.behind_is(NO_WORD),
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Checked {
        self.at += usize::from(self.peek() == Some(b'-'));
        match self.next() {
            Some(b'0') if matches!(self.peek(), Some(b'0'..=b'9')) => return self.ahead_is(NO_NUMBER),
            Some(b'0') => {}
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return self.behind_is(NO_NUMBER),
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return self.ahead_is(NO_NUMBER);
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            let Some(b'0'..=b'9') = self.next() else {
                return self.behind_is(NO_NUMBER);
            };
            self.digits();
        }
        Ok(())
    }

    /// A value as it is written. What nests in it takes memory, not depth of calls.
    fn value(&mut self) -> Result<&'a str, NotJson> {
        self.ahead();
        let (start, mut around) = (self.at, Vec::new());
        loop {
            let opens = match self.ahead() {
                None => return self.ahead_is(ENDS_BEFORE_VALUE),
                Some(b'n') => self.word("null").map(|()| false)?,
                Some(b't') => self.word("true").map(|()| false)?,
                Some(b'f') => self.word("false").map(|()| false)?,
                Some(b'-' | b'0'..=b'9') => self.number().map(|()| false)?,
                Some(b'"') => self.skip_text().map(|()| false)?,
                Some(bracket @ (b'{' | b'[')) => {
                    self.at += 1;
                    around.push(bracket);
                    true
                }
                Some(_) => return self.ahead_is(
                    "a value should come here: a number, `true`, `false`, `null`, or a text in double quotation marks",
                ),
            };
            let mut after_value = !opens;
            // Closes what ends here, up to where another value follows.
            let inside = loop {
                let Some(inside) = around.last().copied() else {
                    return Ok(self.text.get(start..self.at).unwrap_or(""));
                };
                match (self.ahead(), inside) {
                    (Some(b','), _) if after_value => {
                        self.at += 1;
                        break inside;
                    }
                    (Some(b']'), b'[') | (Some(b'}'), b'{') => {}
                    (Some(_), _) if !after_value => break inside,
                    (Some(_), b'[') => return self.ahead_is(NO_COMMA_IN_LIST),
                    (Some(_), _) => return self.ahead_is(NO_COMMA_IN_OBJECT),
                    (None, b'[') => return self.ahead_is(ENDS_IN_LIST),
                    (None, _) => return self.ahead_is(ENDS_IN_OBJECT),
                }
                self.at += 1;
                around.pop();
                after_value = true;
            };
            if inside == b'{' {
                match self.ahead() {
                    Some(b'"') => self.skip_text()?,
                    Some(_) => return self.ahead_is(NO_NAME),
                    None => return self.ahead_is(ENDS_IN_OBJECT),
                }
                self.colon()?;
            }
        }
    }
}
