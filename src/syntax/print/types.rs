//! Types and the small words.

use super::expressions::flat;
use super::{WIDTH, display_width, quoted};
use crate::syntax::ast::{DateLiteral, InForce, Text, TypeExpr, TypeExprKind};
use crate::value::Period;

pub(super) fn date(date: &DateLiteral) -> String {
    format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
}

/// `"…", zh "…"`
pub(super) fn text(text: &Text) -> String {
    let mut out = quoted(&text.default.value);
    for (language, other) in &text.others {
        out.push_str(&format!(", {} {}", language.text, quoted(&other.value)));
    }
    out
}

pub(super) fn per(per: Option<Period>) -> String {
    per.map(|p| format!(" per {}", p.word())).unwrap_or_default()
}

pub(super) fn in_force(period: &InForce) -> String {
    let mut out = "in force".to_owned();
    if let Some(from) = &period.from {
        out.push_str(&format!(" from {}", date(from)));
    }
    if let Some(until) = &period.until {
        out.push_str(&format!(" until {}", date(until)));
    }
    out
}

fn decimals(count: u8) -> String {
    format!(" with {count} decimals")
}

/// A type that begins at a column; the values of a wide enumeration go on in further lines.
pub(super) fn ty_within(written: &TypeExpr, column: usize, indent: usize) -> String {
    let flat = ty(written);
    let TypeExprKind::OneOf { values, ordered } = &written.kind else { return flat };
    if column + display_width(&flat) <= WIDTH || written.from.is_some() || written.to.is_some() {
        return flat;
    }
    let mut out = "one of".to_owned();
    let mut used = column + out.len();
    for (i, value) in values.iter().enumerate() {
        let sign = match (i + 1 == values.len(), ordered) {
            (true, _) => "",
            (false, true) => " <",
            (false, false) => ",",
        };
        let width = display_width(&value.text) + sign.len();
        if used + 1 + width > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            used = indent + width;
        } else {
            out.push(' ');
            used += 1 + width;
        }
        out.push_str(&value.text);
        out.push_str(sign);
    }
    out + &tail(written)
}

/// What stands after a type's own words: its range, and `or none`.
fn tail(ty: &TypeExpr) -> String {
    let from = ty.from.as_ref().map(|from| format!(" from {}", flat(from)));
    let to = ty.to.as_ref().map(|to| format!(" to {}", flat(to)));
    let none = if ty.optional { " or none" } else { "" };
    from.unwrap_or_default() + &to.unwrap_or_default() + none
}

pub(super) fn ty(ty: &TypeExpr) -> String {
    let own = match &ty.kind {
        TypeExprKind::YesOrNo => "yes or no".to_owned(),
        TypeExprKind::WholeNumber => "whole number".to_owned(),
        TypeExprKind::Number(count) => format!("number{}", decimals(*count)),
        TypeExprKind::Percentage(0) => "percentage".to_owned(),
        TypeExprKind::Percentage(count) => format!("percentage{}", decimals(*count)),
        TypeExprKind::Money { currency, per: period } => format!("money in {}{}", currency.text, per(*period)),
        TypeExprKind::Count(unit) => unit.word().to_owned(),
        TypeExprKind::Date => "date".to_owned(),
        TypeExprKind::Text => "text".to_owned(),
        TypeExprKind::OneOf { values, ordered } => {
            let words: Vec<&str> = values.iter().map(|v| &*v.text).collect();
            format!("one of {}", words.join(if *ordered { " < " } else { ", " }))
        }
        TypeExprKind::List { entity, at_most } => {
            let most = at_most.map(|n| format!(" at most {n}")).unwrap_or_default();
            format!("list of {}{most}", entity.text)
        }
        TypeExprKind::Named(name) => name.text.to_string(),
    };
    own + &tail(ty)
}
