//! A fact's type in the language's words.

use crate::graph::Graph;
use crate::value::{Date, Kind, Type, format_decimal};

/// What a fact of this type accepts: "an amount in CNY with at most 2 decimals, from 0.00 to 100000.00".
pub fn describe(graph: &Graph, ty: &Type) -> String {
    let mut out = match ty.kind {
        Kind::Truth => "yes or no".to_owned(),
        Kind::Number if ty.scale == 0 => "a whole number".to_owned(),
        Kind::Number => format!("a number with {}", decimals(ty.scale)),
        Kind::Percentage => format!("a percentage (12 stands for 12 %) with {}", decimals(shown_scale(ty))),
        Kind::Money { currency, per } => {
            let per = per.map(|p| format!(" per {}", p.word())).unwrap_or_default();
            format!("an amount in {currency}{per} with {}", decimals(ty.scale))
        }
        Kind::Count(unit) => format!("a whole number of {}", unit.word()),
        Kind::Date => "a date such as `2024-02-29`".to_owned(),
        Kind::Text => "a text".to_owned(),
        Kind::Enum(id) => {
            let values = graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default();
            let mut words: Vec<String> = values.iter().take(12).map(|v| format!("`{v}`")).collect();
            if values.len() > words.len() {
                words.push("…".to_owned());
            }
            format!("one of {}", words.join(", "))
        }
        Kind::List(id) => {
            let entity = graph.entities.get(id.0 as usize).map_or("", |e| &*e.name);
            format!("a list of `{entity}`, at most {}", most_members(ty))
        }
    };
    if ty.kind.is_numeric() {
        match (ty.low, ty.high) {
            (Some(low), Some(high)) => out += &format!(", from {} to {}", mantissa(ty, low), mantissa(ty, high)),
            (Some(low), None) => out += &format!(", from {}", mantissa(ty, low)),
            (None, Some(high)) => out += &format!(", up to {}", mantissa(ty, high)),
            (None, None) => {}
        }
    }
    if ty.optional {
        out += ", or none";
    }
    out
}

/// How many decimals a value is read and written with: a percentage in per cent.
pub(crate) fn shown_scale(ty: &Type) -> u8 {
    match ty.kind {
        Kind::Percentage => ty.scale.saturating_sub(2),
        _ => ty.scale,
    }
}

/// The most members a list of this type may have.
pub(crate) fn most_members(ty: &Type) -> usize {
    ty.high.map_or(super::MOST_MEMBERS, |high| usize::try_from(high).unwrap_or(0))
}

/// A mantissa of this type as it is written.
pub(crate) fn mantissa(ty: &Type, value: i64) -> String {
    match ty.kind {
        Kind::Date => Date::from_days(value).map(|d| d.to_string()).unwrap_or_default(),
        _ => format_decimal(value.into(), shown_scale(ty)),
    }
}

fn decimals(count: u8) -> String {
    match count {
        0 => "no decimals".to_owned(),
        1 => "at most 1 decimal".to_owned(),
        n => format!("at most {n} decimals"),
    }
}
