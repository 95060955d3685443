//! Tables, with their columns aligned.

use super::expressions::flat;
use super::{Printer, Range, display_width, quoted, types};
use crate::syntax::ast::{Cell, CellTest, Expr, ExprKind, HitPolicy, Table};

/// Ends a cell's row of bars.
fn row_text(cells: &[String], widths: &[usize]) -> String {
    let mut out = String::from("|");
    for (cell, width) in cells.iter().zip(widths) {
        let blanks = width.saturating_sub(display_width(cell));
        out.push_str(&format!(" {cell}{} |", " ".repeat(blanks)));
    }
    out
}

fn test(test: &CellTest, dated: bool) -> String {
    let is_date = |e: &Expr| dated || matches!(e.kind, ExprKind::Date(_));
    match test {
        CellTest::Is(value) => flat(value),
        CellTest::To(low, high) => format!("{} to {}", flat(low), flat(high)),
        CellTest::AtLeast(bound) => format!("{} or {}", flat(bound), if is_date(bound) { "later" } else { "more" }),
        CellTest::AtMost(bound) => format!("{} or {}", flat(bound), if is_date(bound) { "earlier" } else { "less" }),
        CellTest::MoreThan(bound) => format!("{} {}", if is_date(bound) { "after" } else { "more than" }, flat(bound)),
        CellTest::LessThan(bound) => format!("{} {}", if is_date(bound) { "before" } else { "less than" }, flat(bound)),
        CellTest::IsNone(_) => "none".to_owned(),
    }
}

fn cell(cell: &Cell) -> String {
    if cell.tests.is_empty() {
        return "any".to_owned();
    }
    cell.tests.iter().map(|t| test(t, cell.dated)).collect::<Vec<_>>().join(", ")
}

impl Printer<'_> {
    /// Begins the line of `by table`.
    pub(super) fn begin_table(&mut self, table: &Table, indent: usize) {
        let end =
            if table.file.is_some() { table.span.end } else { self.trivia.back(self.header_place(table).0, 1) + 1 };
        self.begin(Range(table.span.start, end), indent, &[], false);
    }

    /// The header's first bar, and where its last one ends: it has no place of its own in the tree.
    fn header_place(&self, table: &Table) -> (u32, u32) {
        let end = table.rows.first().map_or(table.span.end, |row| self.trivia.back(row.span.start, 1) + 1);
        let result = table.result.as_ref().map_or(end, |r| r.span.start);
        let first = table.headings.first().map_or(result, |h| h.span.start);
        // Of a marginal table `from` and its bar stand before the result.
        let before = if let HitPolicy::Marginal(_) = table.hit { 3 } else { 1 };
        (self.trivia.back(first, before), end)
    }

    /// `by table` and its rows; the line has begun.
    pub(super) fn table(&mut self, table: &Table, indent: usize) {
        let hit = match &table.hit {
            HitPolicy::Unique => "by table".to_owned(),
            HitPolicy::First => "by first match table".to_owned(),
            HitPolicy::Sum => "by sum table".to_owned(),
            HitPolicy::Largest => "by largest table".to_owned(),
            HitPolicy::Smallest => "by smallest table".to_owned(),
            HitPolicy::Count => "by count table".to_owned(),
            HitPolicy::Marginal(of) => format!("by marginal table of {}", flat(of)),
        };
        self.write(&hit);
        if let Some(file) = &table.file {
            self.write(&format!(" from {}", quoted(&file.value)));
            return self.finish(table.span.into());
        }
        let mut header: Vec<String> = table.headings.iter().map(flat).collect();
        if let HitPolicy::Marginal(_) = table.hit {
            header.push("from".to_owned());
        }
        header.extend(table.result.iter().map(|r| r.text.to_string()));
        let mut rows: Vec<Vec<String>> = vec![header];
        for row in &table.rows {
            rows.push(row.cells.iter().map(cell).chain([flat(&row.value)]).collect());
        }
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| display_width(c)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let (header, end) = self.header_place(table);
        self.finish(Range(table.span.start, header));
        self.begin(Range(header, end), indent, &[], false);
        self.write(&row_text(&rows[0], &widths));
        self.finish(Range(header, end));
        for (row, cells) in table.rows.iter().zip(&rows[1..]) {
            let mut range = Range::from(row.span);
            if let Some(cites) = &row.cites {
                range = range.to(cites.default.span);
                for (_, other) in &cites.others {
                    range = range.to(other.span);
                }
            }
            self.begin(range, indent, &[], false);
            self.write(&row_text(cells, &widths));
            if let Some(cites) = &row.cites {
                self.write(&format!(" cites {}", types::text(cites)));
            }
            self.finish(range);
        }
    }
}
