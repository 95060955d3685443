//! Expressions: on one line where that fits, else broken where they bind least.

use super::types::{date, per, text, ty};
use super::{Printer, Range, display_width, quoted};
use crate::syntax::ast::{BinaryOp, DatePart, Expr, ExprKind, FoldKind, Item, Quantifier, RoundTo};
use crate::value::Direction;

fn word(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Of => "of",
        BinaryOp::Plus => "plus",
        BinaryOp::Minus => "minus",
        BinaryOp::Is => "is",
        BinaryOp::IsNot => "is not",
        BinaryOp::AtLeast => "is at least",
        BinaryOp::AtMost => "is at most",
        BinaryOp::MoreThan => "is more than",
        BinaryOp::LessThan => "is less than",
        BinaryOp::Before => "is before",
        BinaryOp::After => "is after",
        BinaryOp::OnOrBefore => "is on or before",
        BinaryOp::OnOrAfter => "is on or after",
        BinaryOp::StartsWith => "starts with",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
        BinaryOp::Implies => "implies",
    }
}

fn quantifier(q: Quantifier) -> String {
    match q {
        Quantifier::All => "all of".to_owned(),
        Quantifier::Any => "any of".to_owned(),
        Quantifier::None => "none of".to_owned(),
        Quantifier::AtLeast(n) => format!("at least {n} of"),
    }
}

fn satisfy(q: Quantifier) -> &'static str {
    match q {
        Quantifier::Any | Quantifier::None => "satisfies",
        Quantifier::All | Quantifier::AtLeast(_) => "satisfy",
    }
}

/// The whole expression on one line.
pub(super) fn flat(expr: &Expr) -> String {
    let mut out = String::new();
    put(expr, &mut out);
    out
}

fn list(values: &[Expr]) -> String {
    values.iter().map(flat).collect::<Vec<_>>().join(", ")
}

fn put(expr: &Expr, out: &mut String) {
    let mut add = |parts: &[Part]| {
        for part in parts {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Value(value) => put(value, out),
            }
        }
    };
    use Part::{Value as V, Words as W};
    match &expr.kind {
        ExprKind::Name(name) | ExprKind::Number(name) => add(&[W(name)]),
        ExprKind::Percent(number) => add(&[W(number), W("%")]),
        ExprKind::Money { number, currency, per: period } => {
            add(&[W(number), W(" "), W(&currency.text), W(&per(*period))]);
        }
        ExprKind::Date(literal) => add(&[W(&date(literal))]),
        ExprKind::Text(text) => add(&[W(&quoted(text))]),
        ExprKind::YesNo(yes) => add(&[W(if *yes { "yes" } else { "no" })]),
        ExprKind::None => add(&[W("none")]),
        ExprKind::DecisionDate => add(&[W("decision date")]),
        ExprKind::Paren(inner) => add(&[W("("), V(inner), W(")")]),
        ExprKind::WithUnit(value, unit) => add(&[V(value), W(" "), W(unit.word())]),
        ExprKind::OnDate(name, day) => add(&[W(&name.text), W(" on "), V(day)]),
        ExprKind::Negate(inner) => add(&[W("-"), V(inner)]),
        ExprKind::Not(inner) => add(&[W("not "), V(inner)]),
        ExprKind::Binary(op, left, right) => add(&[V(left), W(" "), W(word(*op)), W(" "), V(right)]),
        ExprKind::Between(value, low, high) => add(&[V(value), W(" is between "), V(low), W(" and "), V(high)]),
        ExprKind::OneOf { value, options, negated } => {
            add(&[V(value), W(if *negated { " is not one of " } else { " is one of " }), W(&list(options))]);
        }
        ExprKind::Within { value, length, after, of } => {
            add(&[V(value), W(" is within "), V(length), W(if *after { " after " } else { " before " }), V(of)]);
        }
        ExprKind::IsKnown(value, negated) => add(&[V(value), W(if *negated { " is unknown" } else { " is known" })]),
        ExprKind::IsNone(value, negated) => add(&[V(value), W(if *negated { " is not none" } else { " is none" })]),
        ExprKind::If(condition, then, otherwise) => {
            add(&[W("if "), V(condition), W(" then "), V(then), W(" else "), V(otherwise)]);
        }
        ExprKind::KnownElse(value, otherwise) => add(&[V(value), W(" if known else "), V(otherwise)]),
        ExprKind::Group(q, items) => {
            add(&[W(&quantifier(*q)), W(" { ")]);
            for item in items {
                let label = item.label.as_ref().map(|l| format!("({}) ", l.text)).unwrap_or_default();
                let cites = item.cites.as_ref().map(|c| format!("cites {} ", text(c))).unwrap_or_default();
                add(&[W(&label), V(&item.condition), W(" "), W(&cites)]);
            }
            add(&[W("}")]);
        }
        ExprKind::LargerOf(values) => add(&[W("larger of ("), W(&list(values)), W(")")]),
        ExprKind::SmallerOf(values) => add(&[W("smaller of ("), W(&list(values)), W(")")]),
        ExprKind::ButAtLeast(value, bound) => add(&[V(value), W(" but at least "), V(bound)]),
        ExprKind::ButAtMost(value, bound) => add(&[V(value), W(" but at most "), V(bound)]),
        ExprKind::Rounded(value, to, direction) => {
            add(&[V(value), W(&rounded(to, *direction))]);
        }
        ExprKind::As(value, target) => add(&[V(value), W(" as "), W(&ty(target))]),
        ExprKind::TimeFromTo(unit, from, to) => add(&[W(unit.word()), W(" from "), V(from), W(" to "), V(to)]),
        ExprKind::PartOf(part, of) => {
            let part = match part {
                DatePart::Year => "year of ",
                DatePart::Month => "month of ",
                DatePart::Day => "day of ",
            };
            add(&[W(part), V(of)]);
        }
        ExprKind::MakeDate(year, month, day) => {
            add(&[W("date ("), V(year), W(", "), V(month), W(", "), V(day), W(")")]);
        }
        ExprKind::Count { list, filter } => {
            add(&[W("count of "), W(&list.text)]);
            if let Some(filter) = filter {
                add(&[W(" where "), V(filter)]);
            }
        }
        ExprKind::Fold { fold, value, list, filter, if_none } => {
            add(&[W(fold_word(*fold)), V(value), W(" over "), W(&list.text)]);
            if let Some(filter) = filter {
                add(&[W(" where "), V(filter)]);
            }
            if let Some(if_none) = if_none {
                add(&[W(" if any else "), V(if_none)]);
            }
        }
        ExprKind::Satisfies { quantifier: q, list, condition } => {
            add(&[W(&quantifier(*q)), W(" "), W(&list.text), W(" "), W(satisfy(*q)), W(" "), V(condition)]);
        }
        ExprKind::DaysCovered { list, from, to, filter, within_from, within_to } => {
            add(&[W("days covered by "), W(&list.text), W(" from "), V(from), W(" to "), V(to)]);
            if let Some(filter) = filter {
                add(&[W(" where "), V(filter)]);
            }
            add(&[W(" within "), V(within_from), W(" to "), V(within_to)]);
        }
    }
}

fn rounded(to: &RoundTo, direction: Direction) -> String {
    let way = match direction {
        Direction::Down => " down",
        Direction::Up => " up",
        Direction::HalfEven | Direction::HalfUp => "",
    };
    let to = match to {
        RoundTo::Decimals(count) => format!("{count} decimals"),
        RoundTo::Whole => "whole".to_owned(),
        RoundTo::Multiple(step) => flat(step),
    };
    let halves = if direction == Direction::HalfUp { " halves up" } else { "" };
    format!(" rounded{way} to {to}{halves}")
}

enum Part<'a> {
    Words(&'a str),
    Value(&'a Expr),
}

fn fold_word(fold: FoldKind) -> &'static str {
    match fold {
        FoldKind::Sum => "sum of ",
        FoldKind::Largest => "largest ",
        FoldKind::Smallest => "smallest ",
    }
}

/// Whether an expression has a braced group where [`Printer::expr`] breaks lines.
fn has_group(expr: &Expr) -> bool {
    any_group(expr, &|_| true)
}

/// Whether such a group holds this place of the source, so that comments there are printed with its items.
pub(super) fn group_at(expr: &Expr, place: u32) -> bool {
    any_group(expr, &|group| (group.span.start..group.span.end).contains(&place))
}

fn any_group(expr: &Expr, test: &dyn Fn(&Expr) -> bool) -> bool {
    let any = |e: &Expr| any_group(e, test);
    match &expr.kind {
        ExprKind::Group(..) => test(expr),
        ExprKind::Paren(e) | ExprKind::Not(e) | ExprKind::Satisfies { condition: e, .. } => any(e),
        ExprKind::If(a, b, c) => any(a) || any(b) || any(c),
        ExprKind::Binary(_, a, b) => any(a) || any(b),
        ExprKind::Count { filter, .. } => filter.as_deref().is_some_and(any),
        _ => false,
    }
}

/// Whether all of the expression will be on the line on which it begins, at this column.
pub(super) fn on_one_line(expr: &Expr, column: usize) -> bool {
    !has_group(expr) && column + display_width(&flat(expr)) <= super::WIDTH
}

/// How tightly an operator binds, for breaking chains of equals.
fn level(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Plus | BinaryOp::Minus => 1,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Of => 2,
        BinaryOp::And => 3,
        BinaryOp::Or => 4,
        BinaryOp::Implies => 5,
        _ => 6,
    }
}

impl Printer<'_> {
    /// The expression, its further lines at `indent`.
    pub(super) fn expr(&mut self, expr: &Expr, indent: usize) {
        if on_one_line(expr, self.column()) {
            return self.write(&flat(expr));
        }
        match &expr.kind {
            ExprKind::Group(q, items) => self.group(*q, items, expr.span.into(), indent),
            ExprKind::Paren(inner) => {
                self.write("(");
                self.expr(inner, indent + 1);
                self.write(")");
            }
            ExprKind::Not(inner) => {
                self.write("not ");
                self.expr(inner, indent);
            }
            ExprKind::If(condition, then, otherwise) => {
                self.write("if ");
                self.expr(condition, indent + 2);
                self.write(" then ");
                self.expr(then, indent + 2);
                self.indent(indent);
                self.write("else ");
                self.expr(otherwise, indent);
            }
            ExprKind::Satisfies { quantifier: q, list, condition } => {
                self.write(&format!("{} {} {}", quantifier(*q), list.text, satisfy(*q)));
                self.inner(condition, indent);
            }
            ExprKind::Count { list, filter: Some(filter) } => {
                self.write(&format!("count of {} where", list.text));
                self.inner(filter, indent);
            }
            ExprKind::Fold { fold, value, list, filter, if_none } => {
                self.write(fold_word(*fold));
                self.expr(value, indent + 2);
                self.write(&format!(" over {}", list.text));
                if let Some(filter) = filter {
                    self.indent(indent + 2);
                    self.write("where ");
                    self.expr(filter, indent + 4);
                }
                if let Some(if_none) = if_none {
                    self.indent(indent + 2);
                    self.write("if any else ");
                    self.expr(if_none, indent + 4);
                }
            }
            ExprKind::Binary(op, left, right) => self.chain(*op, left, right, indent),
            ExprKind::OneOf { value, options, negated } => {
                self.write(&flat(value));
                self.write(if *negated { " is not one of " } else { " is one of " });
                let options: Vec<String> = options.iter().map(flat).collect();
                self.wrapped(&options, indent + 2);
            }
            ExprKind::ButAtLeast(value, bound) => self.adjusted(value, "but at least ", bound, indent),
            ExprKind::ButAtMost(value, bound) => self.adjusted(value, "but at most ", bound, indent),
            ExprKind::KnownElse(value, bound) => self.adjusted(value, "if known else ", bound, indent),
            ExprKind::Rounded(value, to, direction) => {
                self.expr(value, indent);
                self.write(&rounded(to, *direction));
            }
            ExprKind::As(value, target) => {
                self.expr(value, indent);
                self.write(&format!(" as {}", ty(target)));
            }
            ExprKind::DaysCovered { list, from, to, filter, within_from, within_to } => {
                self.write(&format!("days covered by {} from {} to {}", list.text, flat(from), flat(to)));
                if let Some(filter) = filter {
                    self.indent(indent + 2);
                    self.write("where ");
                    self.expr(filter, indent + 4);
                }
                self.indent(indent + 2);
                self.write(&format!("within {} to {}", flat(within_from), flat(within_to)));
            }
            _ => self.write(&flat(expr)),
        }
    }

    /// A condition that may go to a line of its own.
    fn inner(&mut self, condition: &Expr, indent: usize) {
        if has_group(condition) || on_one_line(condition, self.column() + 1) {
            self.write(" ");
            self.expr(condition, indent);
        } else {
            self.indent(indent + 2);
            self.expr(condition, indent + 2);
        }
    }

    fn adjusted(&mut self, value: &Expr, words: &str, bound: &Expr, indent: usize) {
        self.expr(value, indent);
        self.indent(indent + 2);
        self.write(words);
        self.expr(bound, indent + 4);
    }

    /// A chain of operators of one level, each on a line that it begins.
    fn chain(&mut self, op: BinaryOp, left: &Expr, right: &Expr, indent: usize) {
        let mut links = vec![(op, right)];
        let mut first = left;
        while let ExprKind::Binary(inner, left, right) = &first.kind {
            if level(*inner) != level(op) || level(op) == 6 {
                break;
            }
            links.push((*inner, right));
            first = left;
        }
        let conditions = matches!(level(op), 3..=5);
        let more = if conditions { indent } else { indent + 2 };
        self.expr(first, indent);
        for (op, operand) in links.into_iter().rev() {
            let text = format!("{} ", word(op));
            let beside = level(op) == 6 && has_group(first) || has_group(operand) && !conditions;
            if beside
                || level(op) == 6 && self.column() + 1 + text.len() + display_width(&flat(operand)) <= super::WIDTH
            {
                self.write(" ");
            } else {
                self.indent(more);
            }
            self.write(&text);
            self.expr(operand, more);
        }
    }

    /// Pieces separated by commas, on as many lines as they need.
    pub(super) fn wrapped(&mut self, pieces: &[String], indent: usize) {
        for (i, piece) in pieces.iter().enumerate() {
            let last = i + 1 == pieces.len();
            if i > 0 {
                if self.column() + 1 + display_width(piece) + usize::from(!last) > super::WIDTH {
                    self.indent(indent);
                } else {
                    self.write(" ");
                }
            }
            self.write(piece);
            if !last {
                self.write(",");
            }
        }
    }

    fn group(&mut self, q: Quantifier, items: &[Item], range: Range, indent: usize) {
        self.write(&format!("{} {{", quantifier(q)));
        if let Some(first) = items.first() {
            self.finish(Range(range.0, first.span.start));
            let label = |item: &Item| item.label.as_ref().map_or(0, |l| display_width(&l.text) + 3);
            let width = items.iter().map(label).max().unwrap_or(0);
            for item in items {
                self.item(item, width, indent + 2);
            }
            self.leftovers(range, indent + 2);
        }
        self.indent(indent);
        self.write("}");
    }

    fn item(&mut self, item: &Item, width: usize, indent: usize) {
        self.begin(item.span.into(), indent, &[&item.condition], false);
        if let Some(label) = &item.label {
            let written = format!("({})", label.text);
            let blanks = width.saturating_sub(display_width(&written)).max(1);
            self.write(&written);
            self.write(&" ".repeat(blanks));
        }
        let deeper = if matches!(item.condition.kind, ExprKind::Group(..)) { indent } else { indent + 2 };
        self.expr(&item.condition, deeper);
        if let Some(cites) = &item.cites {
            let cites = format!(" cites {}", text(cites));
            if self.fits(&cites) {
                self.write(&cites);
            } else {
                self.indent(indent + 2);
                self.write(cites.trim_start());
            }
        }
        self.finish(Range(item.span.start, item.span.end));
    }
}
