//! Decision tables: their shape, what their cells test, and what their rows yield.

use super::check::Checker;
use super::collect::texts;
use super::csv::{Line, Rows};
use super::typed::{Flex, Typed, constant, convert};
use super::{Cell, Const, Expr, ExprKind, Row, Table};
use crate::diagnostic::Code;
use crate::op::{Hit, Op, Shape, Test};
use crate::syntax::ast::{self, CellTest, HitPolicy};
use crate::value::{Kind, Type};

impl Checker<'_> {
    /// A table's value, held to a type if there is one.
    pub fn table(&mut self, table: &ast::Table, ty: Option<&Type>, what: &str, need_not_cover: bool) -> Option<Typed> {
        let Rows { headings, rows, lines } = self.rows(table)?;
        if rows.is_empty() {
            let help = "write one row at least: `| any | … |`";
            return self.error_help(Code::TableShape, table.span, "this table has no rows", help);
        }
        let hit = match &table.hit {
            HitPolicy::Marginal(value) => return self.marginal(table, value, &rows, ty, what),
            HitPolicy::Unique => Hit::Unique,
            HitPolicy::First => Hit::First,
            HitPolicy::Sum => Hit::Sum,
            HitPolicy::Largest => Hit::Largest,
            HitPolicy::Smallest => Hit::Smallest,
            HitPolicy::Count => Hit::Count,
        };
        let headings: Vec<Option<Expr>> = headings.iter().map(|h| self.heading(h)).collect();
        let mut cells = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            cells.push(self.cells(row, &headings, lines.get(at)));
        }
        // What follows such a row is gone before the graph could show that nothing reaches it.
        let last = rows.iter().position(|r| r.cells.iter().all(|c| c.tests.is_empty()));
        if hit == Hit::First
            && let Some(next) = last.and_then(|at| rows.get(at + 1))
        {
            let message = "the rows above match everything that this row matches";
            let help = "a row that says `any` in every column is the last of a `by first match table`";
            self.error_help::<()>(Code::UnreachableRow, next.span, message, help);
        }
        let values = self.row_values(&rows, &lines, hit, ty, what);
        let headings: Option<Vec<Expr>> = headings.into_iter().collect();
        let cells: Option<Vec<Vec<Cell>>> = cells.into_iter().collect();
        let (values, shape, flex) = values?;
        let rows = rows.iter().zip(cells?).zip(values).map(|((written, cells), value)| Row {
            cells,
            value,
            cites: texts(&written.cites),
            span: written.span,
        });
        let rows = rows.collect();
        let kind = Table { hit, headings: headings?, rows, need_not_cover, span: table.span };
        let expr = Expr { kind: ExprKind::Table(Box::new(kind)), shape, span: table.span };
        match ty {
            Some(ty) if hit == Hit::Count => {
                let expr = self.fit(Typed { expr, flex }, ty, what)?;
                Some(Typed { expr, flex: Flex::Fixed })
            }
            _ => Some(Typed { expr, flex }),
        }
    }

    fn heading(&mut self, heading: &ast::Expr) -> Option<Expr> {
        let typed = self.check(heading, None)?;
        self.strict(&typed)?;
        Some(typed.expr)
    }

    /// The cells of a row, one a heading.
    fn cells(&mut self, row: &ast::Row, headings: &[Option<Expr>], line: Option<&Line>) -> Option<Vec<Cell>> {
        if row.cells.len() != headings.len() {
            return self.cell_count(row, headings.len());
        }
        let mut cells = Vec::with_capacity(row.cells.len());
        for (column, (cell, heading)) in row.cells.iter().zip(headings).enumerate() {
            self.at_cell(line, column, row.span);
            cells.push(self.cell(cell, heading.as_ref()));
        }
        self.cell = None;
        cells.into_iter().collect()
    }

    fn cell_count<T>(&mut self, row: &ast::Row, headings: usize) -> Option<T> {
        let (found, wanted) = (row.cells.len() + 1, headings + 1);
        let cells = if found == 1 { "cell" } else { "cells" };
        let message = format!("this row has {found} {cells}; the table has {wanted} headings");
        let help = if found < wanted { "write `any` where a heading does not matter" } else { "leave the surplus out" };
        self.error_help(Code::TableShape, row.span, message, help)
    }

    fn cell(&mut self, cell: &ast::Cell, heading: Option<&Expr>) -> Option<Cell> {
        let mut tests = Vec::with_capacity(cell.tests.len());
        let mut bounds = Vec::new();
        let mut failed = false;
        for test in &cell.tests {
            let (test, ends): (Test, Vec<&ast::Expr>) = match test {
                CellTest::Is(a) => (Test::Is, vec![a]),
                CellTest::To(a, b) => (Test::To, vec![a, b]),
                CellTest::AtLeast(a) => (Test::AtLeast, vec![a]),
                CellTest::AtMost(a) => (Test::AtMost, vec![a]),
                CellTest::MoreThan(a) => (Test::MoreThan, vec![a]),
                CellTest::LessThan(a) => (Test::LessThan, vec![a]),
                CellTest::IsNone(span) => {
                    if let Some(heading) = heading
                        && !heading.shape.optional
                    {
                        let message =
                            format!("{} is never none: its type does not say `or none`", self.words(heading.span));
                        return self.error(Code::WrongType, *span, message);
                    }
                    tests.push(Test::IsNone);
                    continue;
                }
            };
            tests.push(test);
            let before = bounds.len();
            for end in ends {
                match self.bound(end, heading, test) {
                    Some(e) => bounds.push(e),
                    None => failed = true,
                }
            }
            if let [low, high] = &bounds[before..]
                && self.ends_in_order(low, high).is_none()
            {
                failed = true;
            }
        }
        if failed { None } else { Some(Cell { tests, bounds }) }
    }

    fn bound(&mut self, end: &ast::Expr, heading: Option<&Expr>, test: Test) -> Option<Expr> {
        if heading.is_none() && self.is_open_word(end) {
            // What the heading would have told.
            return None;
        }
        let kind = heading.map(|h| h.shape.kind);
        let typed = self.check(end, kind)?;
        self.strict(&typed)?;
        let heading = heading?;
        let against = self.cell.is_none().then_some(heading.span);
        let e = self.coerce(typed, heading.shape.kind, against)?;
        if test != Test::Is {
            self.ordered(heading)?;
        }
        Some(e)
    }

    /// The values of all rows at one kind and scale.
    fn row_values(
        &mut self,
        rows: &[ast::Row],
        lines: &[Line],
        hit: Hit,
        ty: Option<&Type>,
        what: &str,
    ) -> Option<(Vec<Expr>, Shape, Flex)> {
        if hit == Hit::Count {
            // What stands in the last column of a count table is only a remark; it must mean something all the same.
            let written: Vec<&ast::Expr> = rows.iter().map(|r| &r.value).collect();
            let checked = self.beside(&written, None);
            let shape = Shape::new(Kind::Number, 0);
            let one = |r: &ast::Row| constant(Const::Mantissa(1), shape, r.value.span);
            let failed = checked.iter().any(Option::is_none);
            return if failed { None } else { Some((rows.iter().map(one).collect(), shape, Flex::Fixed)) };
        }
        let (values, shape, flex) = match ty {
            Some(ty) => {
                let mut values = Vec::with_capacity(rows.len());
                for (at, row) in rows.iter().enumerate() {
                    self.at_cell(lines.get(at), row.cells.len(), row.span);
                    values.push(self.value_of(&row.value, ty, what));
                }
                self.cell = None;
                let values: Vec<Expr> = values.into_iter().collect::<Option<_>>()?;
                let optional = values.iter().any(|v| v.shape.optional);
                (values, Shape { kind: ty.kind, scale: ty.scale, optional }, Flex::Fixed)
            }
            None => {
                let written: Vec<&ast::Expr> = rows.iter().map(|r| &r.value).collect();
                let values: Option<Vec<Typed>> = self.beside(&written, None).into_iter().collect();
                self.unify(values?)?
            }
        };
        let folds = match hit {
            Hit::Sum => shape.kind != Kind::Date && shape.kind.is_numeric(),
            Hit::Largest | Hit::Smallest => match shape.kind {
                Kind::Enum(id) => self.enums[id.0 as usize].ordered,
                kind => kind.is_numeric(),
            },
            _ => true,
        };
        if let (false, Some(first)) = (folds, values.first()) {
            let words = self.kind_words(shape);
            if hit == Hit::Sum {
                let message =
                    format!("the rows of a `by sum table` are added up; {} is {words}", self.words(first.span));
                return self.error(Code::WrongType, first.span, message);
            }
            let first = first.clone();
            return self.no_order(&first);
        }
        if let (Hit::Sum | Hit::Largest | Hit::Smallest, Some(none)) =
            (hit, values.iter().find(|v| matches!(v.kind, ExprKind::Const(Const::None))))
        {
            let span = none.span;
            let message = "`none` cannot be added up or compared with other rows";
            return self.error_help(
                Code::NoneAsValue,
                span,
                message,
                "leave the row out, or use `by first match table`",
            );
        }
        let strict = matches!(hit, Hit::Sum | Hit::Largest | Hit::Smallest);
        let shape = Shape { optional: shape.optional && !strict, ..shape };
        Some((values, shape, flex))
    }

    /// `by marginal table of X`: thresholds and the rate of the part above each.
    fn marginal(
        &mut self,
        table: &ast::Table,
        value: &ast::Expr,
        rows: &[ast::Row],
        ty: Option<&Type>,
        what: &str,
    ) -> Option<Typed> {
        let value = self.check(value, ty.map(|t| t.kind));
        let mut thresholds = Vec::with_capacity(rows.len());
        let mut rates = Vec::with_capacity(rows.len());
        for row in rows {
            let [cell] = &row.cells[..] else { return self.cell_count(row, 1) };
            let [CellTest::Is(threshold)] = &cell.tests[..] else {
                let message = "a marginal table has one threshold in each row";
                let help = "write the amount from which the rate applies, such as `10_000`";
                return self.error_help(Code::TableShape, cell.span, message, help);
            };
            thresholds.push(self.check(threshold, None));
            rates.push(self.check(&row.value, None));
        }
        let value = value?;
        self.strict(&value)?;
        if !matches!(value.kind(), Kind::Number | Kind::Money { .. }) {
            let shape = value.expr.shape;
            let message = format!("{} is {}; it has no slices", self.words(value.expr.span), self.kind_words(shape));
            let help = "a marginal table takes an amount of money or a number";
            return self.error_help(Code::WrongType, value.expr.span, message, help);
        }
        let mut all = vec![value];
        all.extend(thresholds.into_iter().collect::<Option<Vec<_>>>()?);
        let rates = rates.into_iter().collect::<Option<Vec<Typed>>>()?;
        for part in all.iter().chain(&rates) {
            self.strict(part)?;
        }
        let (amounts, amount, flex) = self.unify(all)?;
        let (rates, rate, _) = self.unify(rates)?;
        if !matches!(rate.kind, Kind::Percentage | Kind::Number) {
            let span = rates.first().map_or(table.span, |r| r.span);
            let message = format!("{} is {}; a rate is needed here", self.words(span), self.kind_words(rate));
            return self.error_help(Code::WrongType, span, message, "write a percentage, such as `10%`");
        }
        self.ascending(&amounts[1..])?;
        let scale = amount.scale + rate.scale;
        self.scale_fits(scale, table.span, amounts[0].span)?;
        let mut amounts = amounts.into_iter().map(|e| convert(e, amount.kind, amount.scale));
        let mut operands: Vec<Expr> = amounts.next().into_iter().collect();
        for (threshold, rate) in amounts.zip(rates) {
            operands.push(threshold);
            operands.push(rate);
        }
        let typed = Typed::op(Op::Marginal, operands, Shape::new(amount.kind, scale), table.span);
        let typed = typed.bare_if(flex == Flex::Bare);
        let Some(ty) = ty else { return Some(typed) };
        if scale > ty.scale && typed.kind() == ty.kind {
            let message = format!("what this table yields has {scale} decimals, but {what} can hold {}", ty.scale);
            let help = format!(
                "give the table to a `define` without a type, and round that: `as NAME rounded to {}`",
                if ty.scale == 0 { "whole".to_owned() } else { format!("{} decimals", ty.scale) }
            );
            return self.error_help(Code::TooManyDecimals, table.span, message, help);
        }
        let expr = self.fit(typed, ty, what)?;
        Some(Typed { expr, flex: Flex::Fixed })
    }

    /// Constant thresholds must ascend.
    fn ascending(&mut self, thresholds: &[Expr]) -> Option<()> {
        for pair in thresholds.windows(2) {
            let [a, b] = pair else { continue };
            if let (ExprKind::Const(Const::Mantissa(low)), ExprKind::Const(Const::Mantissa(high))) = (&a.kind, &b.kind)
                && low >= high
            {
                let message = format!("the threshold {} does not lie above {}", self.words(b.span), self.words(a.span));
                return self.error_help(
                    Code::Unordered,
                    b.span,
                    message,
                    "write the thresholds from the lowest to the highest",
                );
            }
        }
        Some(())
    }
}
