//! The formatter: one way to write each tree. No options; keeps comments and single blank lines between declarations,
//! aligns tables, writes words for signs, keeps to [`WIDTH`] columns where it can.
//!
//! Everything is printed in units: stretches of the source that begin a line of their own. A comment belongs to the unit
//! that its neighbour on the line, or the token after it, is part of; so it follows its clause when clauses are put in
//! order.

mod declarations;
mod expressions;
mod tables;
mod types;

use super::ast::{Expr, File};
use super::trivia::Trivia;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// The columns that lines keep to where they can.
pub const WIDTH: usize = 100;

/// A policy's text in its one form.
///
/// # Errors
/// What is wrong with the text; a text that cannot be read in full is not formatted.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (file, diagnostics) = super::parse(SourceId(0), text);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    Ok(print(&file, &Trivia::of(text)))
}

/// The text of a tree, with its comments and blank lines.
pub fn print(file: &File, trivia: &Trivia) -> String {
    let printed = vec![false; trivia.comments.len()];
    let mut printer = Printer { out: String::new(), line: 0, trivia, printed, first_open: 0 };
    for declaration in &file.declarations {
        printer.declaration(declaration, 0);
    }
    printer.rest(u32::MAX, 0);
    printer.out
}

struct Printer<'a> {
    out: String,
    /// Where in `out` the present line starts.
    line: usize,
    trivia: &'a Trivia,
    /// Which comments have been printed.
    printed: Vec<bool>,
    /// Comments before this one all have been.
    first_open: usize,
}

/// A stretch of the source: first byte, one past the last.
#[derive(Clone, Copy)]
struct Range(u32, u32);

impl From<Span> for Range {
    fn from(span: Span) -> Self {
        Range(span.start, span.end)
    }
}

impl Range {
    fn to(self, span: Span) -> Range {
        Range(self.0.min(span.start), self.1.max(span.end))
    }
}

impl Printer<'_> {
    fn write(&mut self, text: &str) {
        if let Some(end) = text.rfind('\n') {
            self.line = self.out.len() + end + 1;
        }
        self.out.push_str(text);
    }

    /// Ends the present line.
    fn newline(&mut self) {
        if self.out.len() > self.line {
            self.out.push('\n');
        }
        self.line = self.out.len();
    }

    /// Begins a line.
    fn indent(&mut self, indent: usize) {
        self.newline();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// Columns used on the present line.
    fn column(&self) -> usize {
        display_width(&self.out[self.line..])
    }

    fn fits(&self, text: &str) -> bool {
        self.column() + display_width(text) <= WIDTH
    }

    /// Begins a unit: the comments before it and within it, a blank line if one is kept, its line. Comments within groups
    /// of the expressions `values` are left to the groups' items.
    fn begin(&mut self, range: Range, indent: usize, values: &[&Expr], keep_blank: bool) {
        self.newline();
        for i in self.first_open..self.trivia.comments.len() {
            let comment = &self.trivia.comments[i];
            if comment.start >= range.1 {
                break;
            }
            let at = comment.anchor;
            let before = comment.own_line && at == range.0;
            let within = at >= range.0 && at < range.1 && !values.iter().any(|v| expressions::group_at(v, at));
            if before || within {
                self.own_line(i, indent, keep_blank);
            }
        }
        if keep_blank {
            self.blank(range.0);
        }
        self.indent(indent);
    }

    /// A blank line, if the source has one before this place.
    fn blank(&mut self, place: u32) {
        if self.trivia.blank_before(place) && !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.newline();
            self.out.push('\n');
            self.line = self.out.len();
        }
    }

    fn own_line(&mut self, comment: usize, indent: usize, keep_blank: bool) {
        if std::mem::replace(&mut self.printed[comment], true) {
            return;
        }
        let trivia = self.trivia;
        let comment = &trivia.comments[comment];
        self.newline();
        if keep_blank {
            self.blank(comment.start);
        }
        self.indent(indent);
        self.write(&comment.text);
        self.newline();
    }

    /// Ends a unit's line: the comments that stood after its last token, or after any within `range`.
    fn finish(&mut self, range: Range) {
        let trivia = self.trivia;
        let mut separated = false;
        for (i, comment) in trivia.comments.iter().enumerate().skip(self.first_open) {
            if comment.anchor >= range.1 && comment.start >= range.1 {
                break;
            }
            let here = !comment.own_line && comment.anchor >= range.0 && comment.anchor < range.1;
            if here && !self.printed[i] {
                self.printed[i] = true;
                self.write(if separated { " " } else { "  " });
                self.write(&comment.text);
                separated = true;
            }
        }
        self.newline();
    }

    /// What no unit has claimed of the comments within a range, on lines of their own.
    fn leftovers(&mut self, range: Range, indent: usize) {
        for i in self.first_open..self.trivia.comments.len() {
            let comment = &self.trivia.comments[i];
            if comment.start >= range.1 {
                break;
            }
            if comment.start >= range.0 {
                self.own_line(i, indent, false);
            }
        }
    }

    /// What no unit has claimed of the comments before a place, on lines of their own.
    fn rest(&mut self, end: u32, indent: usize) {
        for i in self.first_open..self.trivia.comments.len() {
            if self.trivia.comments[i].start >= end {
                break;
            }
            self.own_line(i, indent, true);
        }
        while self.printed.get(self.first_open) == Some(&true) {
            self.first_open += 1;
        }
        self.newline();
    }
}

/// How many columns a text takes: two for the characters of Chinese, Japanese and Korean, none for combining marks.
pub(super) fn display_width(text: &str) -> usize {
    let width = |c: char| match c as u32 {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFE30..=0xFE6F => 2,
        0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x1F300..=0x1F64F | 0x1F900..=0x1F9FF | 0x20000..=0x3FFFD => 2,
        _ => 1,
    };
    if text.is_ascii() { text.len() } else { text.chars().map(width).sum() }
}

/// A text between quotation marks.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, display_width, format};

    #[test]
    fn wide_types_titles_and_lists_of_records_go_on_in_further_lines() {
        let record =
            "{age 35, weekly_hours 40, employment_income 2_000, self_employment_income 0, unearned_income 0, tips 0}";
        let states: Vec<String> = (0..60).map(|n| format!("S{n}")).collect();
        let text = format!(
            "fact state: one of {}\ndefine limit: money in USD \"{}\" as 5\n\nscenario \"s\"\n  on 2024-01-01\n  \
             given state S1, members [{record}, {record}], limit 3\n  expect approved\n",
            states.join(", "),
            "a title of some length ".repeat(4),
        );
        let once = format(&text).unwrap();
        assert!(once.lines().all(|line| display_width(line) <= WIDTH), "{once}");
        assert_eq!(once.matches("\n      {age 35").count(), 2, "{once}");
        assert!(once.contains("\n    ], limit 3\n"), "{once}");
        assert_eq!(format(&once).unwrap(), once);
    }
}
