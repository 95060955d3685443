//! Decision tables.

use super::{Builder, Cursor, Node, Rule};
use crate::diagnostic::Code;
use crate::source::Span;
use crate::syntax::ast::{BinaryOp, Cell, CellTest, Expr, ExprKind, HitPolicy, Ident, Row, Table};

/// A row before it is known which of its cells is the last.
struct RawRow<'t> {
    cells: Vec<Node<'t>>,
    cites: Option<crate::syntax::ast::Text>,
    span: Span,
}

/// The words of a bound that suit dates alone.
const DATE_WORDS: [Rule; 4] = [Rule::kw_before, Rule::kw_after, Rule::kw_or_later, Rule::kw_or_earlier];

/// Whether a test's bound is a date as anybody can see.
fn has_plain_date(test: &CellTest) -> bool {
    match test {
        CellTest::AtLeast(b) | CellTest::AtMost(b) | CellTest::MoreThan(b) | CellTest::LessThan(b) => {
            matches!(b.kind, ExprKind::Date(_))
        }
        _ => true,
    }
}

impl<'t> Builder<'t> {
    pub(super) fn table(&mut self, node: Node<'t>) -> Option<Table> {
        let start = self.start(&node);
        let mut cursor = Cursor::new(node);
        let hit = match self.take(&mut cursor)?.as_rule() {
            Rule::kw_by_table => HitPolicy::Unique,
            Rule::kw_by_first_match_table => HitPolicy::First,
            Rule::kw_by_sum_table => HitPolicy::Sum,
            Rule::kw_by_largest_table => HitPolicy::Largest,
            Rule::kw_by_smallest_table => HitPolicy::Smallest,
            Rule::kw_by_count_table => HitPolicy::Count,
            _ => HitPolicy::Marginal(self.take_expr(&mut cursor)?),
        };
        let mut table =
            Table { span: self.since(start), hit, headings: Vec::new(), result: None, rows: Vec::new(), file: None };
        if self.skip(&mut cursor, Rule::kw_from) {
            table.file = Some(self.take_str(&mut cursor)?);
            table.span = self.since(start);
            return Some(table);
        }
        let header = self.take(&mut cursor)?;
        let header = self.raw_row(header)?;
        let columns = header.cells.len();
        self.header(header, &mut table)?;
        let mut last_end = self.end;
        while let Some(node) = self.take(&mut cursor) {
            let row = self.raw_row(node)?;
            let between = self.text.get(last_end..row.span.start as usize).unwrap_or("\n");
            if row.cells.len() != columns && !between.contains('\n') {
                let span = Span::new(self.source, last_end.saturating_sub(1), row.span.start as usize + 1);
                let help = "write `any` where the value does not matter, or begin the next row on a new line";
                self.error(Code::Unexpected, span, "an empty cell", help);
            }
            last_end = self.end;
            table.rows.push(self.row(row)?);
        }
        table.span = self.since(start);
        Some(table)
    }

    fn raw_row(&mut self, node: Node<'t>) -> Option<RawRow<'t>> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        let mut cells = Vec::with_capacity(8);
        let mut cites = None;
        let mut end = start;
        while let Some(rule) = inner.peek() {
            match rule {
                Rule::cites => cites = self.take_cites(&mut inner),
                Rule::cell => cells.push(self.take(&mut inner)?),
                _ => {
                    self.take(&mut inner)?;
                    end = self.end;
                }
            }
        }
        Some(RawRow { cells, cites, span: Span::new(self.source, start, end) })
    }

    fn header(&mut self, row: RawRow<'t>, table: &mut Table) -> Option<()> {
        let end = self.end;
        let marginal = matches!(table.hit, HitPolicy::Marginal(_));
        let count = row.cells.len();
        for (i, cell) in row.cells.into_iter().enumerate() {
            let mut inner = Cursor::new(cell);
            if self.skip(&mut inner, Rule::kw_from) {
                if !marginal || i + 1 == count {
                    let span = self.since(self.end.saturating_sub(1));
                    let help = "only `by marginal table of X` has a column `from`, and it is the first of two";
                    self.error(Code::Unexpected, span, "a column `from` in a table that is not marginal", help);
                }
                continue;
            }
            let heading = self.one_value(inner, "a heading")?;
            if i + 1 < count {
                if marginal {
                    let help = "a marginal table has the columns `from` and `rate`";
                    self.error(Code::Unexpected, heading.span, "expected the column `from`", help);
                }
                table.headings.push(heading);
                continue;
            }
            match heading.kind {
                ExprKind::Name(text) => table.result = Some(Ident { text, span: heading.span }),
                _ => {
                    let help = "write one word there, such as `amount`: the last column holds the table's value";
                    self.error(Code::Unexpected, heading.span, "the last heading is not a name", help);
                }
            }
        }
        if marginal {
            table.headings.clear();
        }
        self.end = end;
        Some(())
    }

    fn row(&mut self, row: RawRow<'t>) -> Option<Row> {
        let end = self.end;
        let mut nodes = row.cells;
        let last = nodes.pop()?;
        let mut cells = Vec::with_capacity(nodes.len());
        for node in nodes {
            cells.push(self.cell(node)?);
        }
        let value = self.one_value(Cursor::new(last), "the last column")?;
        self.end = end;
        Some(Row { span: row.span, cells, value, cites: row.cites })
    }

    fn cell(&mut self, node: Node<'t>) -> Option<Cell> {
        let start = self.start(&node);
        let mut inner = Cursor::new(node);
        let (mut tests, mut dated) = (Vec::new(), false);
        while let Some(node) = self.take(&mut inner) {
            match node.as_rule() {
                Rule::test => {
                    let mut words = node.clone().into_inner();
                    let of_dates = words.any(|w| DATE_WORDS.contains(&w.as_rule()));
                    let test = self.test(node)?;
                    if let CellTest::Is(value) = &test
                        && let ExprKind::Binary(BinaryOp::Subtract, low, high) = &value.kind
                        && let (ExprKind::Number(low), ExprKind::Number(high)) = (&low.kind, &high.kind)
                    {
                        let help = format!("write `{low} to {high}` for a range");
                        self.error(Code::Unexpected, value.span, "a difference of two numbers in a cell", help);
                    }
                    dated |= of_dates && !has_plain_date(&test);
                    tests.push(test);
                }
                Rule::kw_from => {
                    let help = "write a value, several with commas, `A to B`, `N or more`, or `any`";
                    self.error(Code::Unexpected, self.span(&node), "`from` in a cell", help);
                }
                _ => {}
            }
        }
        Some(Cell { span: self.since(start), tests, dated })
    }

    fn test(&mut self, node: Node<'t>) -> Option<CellTest> {
        let mut inner = Cursor::new(node);
        if inner.peek() != Some(Rule::expr) {
            let sign = self.take(&mut inner)?;
            let bound = self.take_expr(&mut inner)?;
            return Some(match (sign.as_rule(), sign.as_str()) {
                (Rule::kw_more_than | Rule::kw_after, _) | (_, ">") => CellTest::MoreThan(bound),
                (Rule::kw_less_than | Rule::kw_before, _) | (_, "<") => CellTest::LessThan(bound),
                (_, ">=") => CellTest::AtLeast(bound),
                (_, "<=") => CellTest::AtMost(bound),
                (_, "=") => CellTest::Is(bound),
                _ => {
                    let help = "list the values that are meant, or write two rows";
                    self.error(Code::Unexpected, self.span(&sign), "`<>` in a cell", help);
                    return None;
                }
            });
        }
        let value = self.take_expr(&mut inner)?;
        Some(match self.take(&mut inner).map(|n| n.as_rule()) {
            Some(Rule::kw_to) => CellTest::To(value, self.take_expr(&mut inner)?),
            Some(Rule::kw_or_more | Rule::kw_or_later) => CellTest::AtLeast(value),
            Some(Rule::kw_or_less | Rule::kw_or_earlier) => CellTest::AtMost(value),
            _ if value.kind == ExprKind::None => CellTest::IsNone(value.span),
            _ => CellTest::Is(value),
        })
    }

    /// A heading, or the value at the end of a row: one expression.
    fn one_value(&mut self, mut cell: Cursor<'t>, place: &str) -> Option<Expr> {
        let first = self.take(&mut cell)?;
        let span = self.span(&first);
        let mut value = None;
        if first.as_rule() == Rule::test && cell.peek().is_none() {
            value = match self.test(first)? {
                CellTest::Is(value) => Some(value),
                CellTest::IsNone(span) => Some(Expr { kind: ExprKind::None, span }),
                _ => None,
            };
        }
        if value.is_none() {
            let help = "tests such as `A to B` stand in the columns before the last, which holds the table's value";
            self.error(Code::Unexpected, span, format!("{place} holds one value, not a test or several values"), help);
        }
        value
    }
}
