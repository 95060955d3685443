//! Tables whose rows stand in a CSV file beside the policy: the first line holds the headings, every cell is written as in
//! the policy. All places are the file's name in the policy; messages name the line.

use super::check::{Checker, FileCell};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};
use crate::syntax::ast::{self, Body, CellTest, DeclarationKind, Expr, ExprKind, HitPolicy, RoundTo};
use std::borrow::Cow;

/// A table's headings and rows, and the lines of the file that these come from (none if they stand in the policy).
pub(super) struct Rows<'t> {
    pub headings: Cow<'t, [Expr]>,
    pub rows: Cow<'t, [ast::Row]>,
    pub lines: Vec<Line>,
}

/// A line of a CSV file: its number and its cells.
pub(super) type Line = (u32, Vec<String>);

impl Checker<'_> {
    /// The headings and rows of a table: written out, or from a file.
    pub fn rows<'t>(&mut self, table: &'t ast::Table) -> Option<Rows<'t>> {
        let Some(file) = &table.file else {
            let (headings, rows) = (Cow::Borrowed(&table.headings[..]), Cow::Borrowed(&table.rows[..]));
            return Some(Rows { headings, rows, lines: Vec::new() });
        };
        let Some(text) = (self.tables)(&file.value) else {
            let message = format!("the file `{}` cannot be read", file.value);
            return self.error_help(
                Code::UnknownFile,
                file.span,
                message,
                "put it beside the policy, encoded in UTF-8",
            );
        };
        let mut lines = split(text.trim_start_matches('\u{feff}')).into_iter();
        let head = lines.next().map(|(_, cells)| cells).unwrap_or_default();
        let lines: Vec<Line> = lines.collect();
        for (number, cells) in &lines {
            if cells.len() != head.len() {
                let (found, wanted) = (cells.len(), head.len());
                let count = if found == 1 { "1 cell".to_owned() } else { format!("{found} cells") };
                let message =
                    format!("line {number} of `{}` has {count}; its first line has {wanted} headings", file.value);
                let help = "write `any` where a heading does not matter, and put quotes around a cell with commas";
                return self.error_help(Code::TableShape, file.span, message, help);
            }
        }
        let marginal = matches!(table.hit, HitPolicy::Marginal(_));
        let parsed = self.parsed(&head, &lines, marginal, file)?;
        let headings = if marginal { Vec::new() } else { parsed.headings };
        Some(Rows { headings: Cow::Owned(headings), rows: Cow::Owned(parsed.rows), lines })
    }

    /// Says which cell is checked next, if its row comes from a file.
    pub fn at_cell(&mut self, line: Option<&Line>, column: usize, span: Span) {
        self.cell = line.map(|(number, cells)| FileCell {
            span,
            line: *number,
            text: cells.get(column).cloned().unwrap_or_default(),
        });
    }

    /// Reads the cells by the parser, as the table they would be if they stood in the policy.
    fn parsed(&mut self, head: &[String], lines: &[Line], marginal: bool, file: &ast::Str) -> Option<ast::Table> {
        let mut text = String::from("define rows by table\n");
        let mut row = |cells: &[String]| {
            for cell in cells {
                // A bar or line break inside a cell would end it; neither can stand in one.
                let cell: String =
                    cell.chars().map(|c| if matches!(c, '|' | '\n' | '\r') { '\u{fffd}' } else { c }).collect();
                text.push_str("| ");
                text.push_str(if cell.is_empty() { "any" } else { &cell });
                text.push(' ');
            }
            text.push_str("|\n");
        };
        if marginal {
            row(&["threshold".into(), "rate".into()]);
        } else {
            row(head);
        }
        lines.iter().for_each(|(_, cells)| row(cells));
        let (parsed, found) = crate::syntax::parse(SourceId(0), &text);
        let line_of = |at: u32| {
            let row = text.get(..at as usize).map_or(0, |before| before.matches('\n').count());
            row.checked_sub(2).and_then(|row| lines.get(row)).map_or(1, |(number, _)| *number)
        };
        for diagnostic in &found {
            let message =
                format!("line {} of `{}`: {}", line_of(diagnostic.span.start), file.value, diagnostic.message);
            let mut told = Diagnostic::new(diagnostic.code, file.span, message);
            told.help = diagnostic.help.clone();
            self.report::<()>(told);
        }
        if !found.is_empty() {
            return None;
        }
        let declaration = parsed.declarations.into_iter().next()?;
        let DeclarationKind::Define { body: Body::Table(mut table), .. } = declaration.kind else { return None };
        for heading in &mut table.headings {
            place(heading, file.span);
        }
        for row in &mut table.rows {
            row.span = file.span;
            place(&mut row.value, file.span);
            for cell in &mut row.cells {
                cell.span = file.span;
                for test in &mut cell.tests {
                    match test {
                        CellTest::Is(a)
                        | CellTest::AtLeast(a)
                        | CellTest::AtMost(a)
                        | CellTest::MoreThan(a)
                        | CellTest::LessThan(a) => place(a, file.span),
                        CellTest::To(a, b) => {
                            place(a, file.span);
                            place(b, file.span);
                        }
                        CellTest::IsNone(span) => *span = file.span,
                    }
                }
            }
        }
        Some(*table)
    }
}

/// The lines of a CSV text that are not empty, with their numbers. Cells may stand in quotes, a quote inside doubled.
fn split(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let (mut number, mut begun) = (1, 1);
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    loop {
        match chars.next() {
            Some('"') if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            Some('"') if quoted => quoted = false,
            Some('"') if cell.trim().is_empty() => {
                cell.clear();
                quoted = true;
            }
            Some(',') if !quoted => cells.push(std::mem::take(&mut cell).trim().to_owned()),
            end @ (Some('\n') | None) if !quoted || end.is_none() => {
                cells.push(std::mem::take(&mut cell).trim().to_owned());
                let line = std::mem::take(&mut cells);
                if line.iter().any(|c| !c.is_empty()) {
                    lines.push((begun, line));
                }
                if end.is_none() {
                    return lines;
                }
                number += 1;
                begun = number;
            }
            Some(c) => {
                number += u32::from(c == '\n');
                cell.push(c);
            }
            None => return lines,
        }
    }
}

/// Gives an expression, and all in it, another place. The parser bounds its depth.
fn place(e: &mut Expr, span: Span) {
    e.span = span;
    match &mut e.kind {
        ExprKind::Name(_)
        | ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Text(_)
        | ExprKind::YesNo(_)
        | ExprKind::None
        | ExprKind::DecisionDate => {}
        ExprKind::Money { currency, .. } => currency.span = span,
        ExprKind::Date(date) => date.span = span,
        ExprKind::OnDate(name, a) => {
            name.span = span;
            place(a, span);
        }
        ExprKind::As(a, ty) => {
            ty.span = span;
            place(a, span);
        }
        ExprKind::Rounded(a, to, _) => {
            if let RoundTo::Multiple(step) = to {
                place(step, span);
            }
            place(a, span);
        }
        ExprKind::Paren(a)
        | ExprKind::WithUnit(a, _)
        | ExprKind::Negate(a)
        | ExprKind::Not(a)
        | ExprKind::IsKnown(a, _)
        | ExprKind::IsNone(a, _)
        | ExprKind::PartOf(_, a) => place(a, span),
        ExprKind::Binary(_, a, b)
        | ExprKind::KnownElse(a, b)
        | ExprKind::ButAtLeast(a, b)
        | ExprKind::ButAtMost(a, b)
        | ExprKind::TimeFromTo(_, a, b) => [a, b].into_iter().for_each(|e| place(e, span)),
        ExprKind::Between(a, b, c) | ExprKind::If(a, b, c) | ExprKind::MakeDate(a, b, c) => {
            [a, b, c].into_iter().for_each(|e| place(e, span));
        }
        ExprKind::OneOf { value, options, .. } => {
            place(value, span);
            options.iter_mut().for_each(|e| place(e, span));
        }
        ExprKind::Within { value, length, of, .. } => [value, length, of].into_iter().for_each(|e| place(e, span)),
        ExprKind::Group(_, items) => {
            for item in items {
                item.span = span;
                place(&mut item.condition, span);
            }
        }
        ExprKind::LargerOf(all) | ExprKind::SmallerOf(all) => all.iter_mut().for_each(|e| place(e, span)),
        ExprKind::Count { list, filter } => {
            list.span = span;
            filter.iter_mut().for_each(|e| place(e, span));
        }
        ExprKind::Fold { value, list, filter, if_none, .. } => {
            list.span = span;
            place(value, span);
            filter.iter_mut().chain(if_none).for_each(|e| place(e, span));
        }
        ExprKind::Satisfies { list, condition, .. } => {
            list.span = span;
            place(condition, span);
        }
        ExprKind::DaysCovered { list, from, to, filter, within_from, within_to } => {
            list.span = span;
            [from, to, within_from, within_to].into_iter().for_each(|e| place(e, span));
            filter.iter_mut().for_each(|e| place(e, span));
        }
    }
}
