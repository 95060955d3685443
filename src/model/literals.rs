//! Literals: numbers, amounts, dates, and constants of a known type.

use super::check::{Checker, bare_words};
use super::types::{kind_words, unit_of_money};
use super::{Const, Entity, Enum};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::op::Shape;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, ExprKind};
use crate::value::{Date, Kind, MAX_SCALE, format_decimal, parse_decimal};

/// The most digits a number may be written with.
const MOST_DIGITS: usize = 18;

/// Mantissa and scale of a number as written.
pub(super) fn number(written: &str, span: Span) -> Result<(i128, u8), Diagnostic> {
    let digits: String = written.chars().filter(|c| *c != '_').collect();
    let scale = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let length = digits.chars().filter(char::is_ascii_digit).count();
    if length > MOST_DIGITS {
        let message = format!("`{written}` has {length} digits; a number has at most {MOST_DIGITS}");
        return Err(Diagnostic::new(Code::BadLiteral, span, message));
    }
    let mantissa = parse_decimal(&digits, scale as u8);
    mantissa
        .map(|m| (m, scale as u8))
        .map_err(|_| Diagnostic::new(Code::BadLiteral, span, format!("`{written}` is not a number")))
}

/// The date that a literal writes, if it exists.
pub(super) fn date(written: &ast::DateLiteral) -> Result<Date, Diagnostic> {
    let (year, month, day) = (written.year, written.month, written.day);
    if let Some(date) = Date::new(year, month, day) {
        return Ok(date);
    }
    let shown = format!("`{year:04}-{month:02}-{day:02}` does not exist");
    let reason = if !(1..=9999).contains(&year) {
        "years run from 0001 to 9999".to_owned()
    } else if !(1..=12).contains(&month) {
        "months run from 01 to 12; a date is written year-month-day".to_owned()
    } else {
        let last = (28..=31).rev().find(|last| Date::new(year, month, *last).is_some()).unwrap_or(28);
        format!("that month has {last} days")
    };
    Err(Diagnostic::new(Code::BadLiteral, written.span, format!("{shown}: {reason}")))
}

/// A mantissa at a larger scale; nothing past the largest that fits.
pub(super) fn widen(mantissa: i128, from: u8, to: u8) -> Option<i128> {
    mantissa.checked_mul(10_i128.checked_pow(u32::from(to.checked_sub(from)?))?)
}

/// A mantissa at another scale, if no digit but zeros is lost.
pub(super) fn rescale(mantissa: i128, from: u8, to: u8) -> Option<i128> {
    if to >= from {
        return widen(mantissa, from, to);
    }
    let step = 10_i128.checked_pow(u32::from(from - to))?;
    (mantissa % step == 0).then(|| mantissa / step)
}

/// A constant as an author would write it.
pub(super) fn shown(value: &Const, shape: Shape, enums: &[Enum]) -> String {
    match value {
        Const::Truth(true) => "yes".into(),
        Const::Truth(false) => "no".into(),
        Const::None => "none".into(),
        Const::Text(text) => format!("\"{text}\""),
        Const::Choice(value) => match shape.kind {
            Kind::Enum(id) => enums
                .get(id.0 as usize)
                .and_then(|e| e.values.get(*value as usize))
                .map_or_else(String::new, |v| v.to_string()),
            _ => String::new(),
        },
        Const::Mantissa(m) => match shape.kind {
            Kind::Date => i64::try_from(*m).ok().and_then(Date::from_days).map_or_else(String::new, |d| d.to_string()),
            Kind::Percentage => format!("{}%", format_decimal(*m, shape.scale.saturating_sub(2))),
            Kind::Money { .. } => format!("{} {}", format_decimal(*m, shape.scale), unit_of_money(shape.kind)),
            Kind::Count(unit) => format!("{m} {}", unit.word()),
            _ => format_decimal(*m, shape.scale),
        },
    }
}

/// Reads constants of a known type: ends of ranges, values in scenarios.
pub(super) struct Constants<'m> {
    pub sources: &'m Sources,
    pub enums: &'m [Enum],
    pub entities: &'m [Entity],
    /// How many diagnostics are told already.
    pub told: usize,
}

impl Constants<'_> {
    /// The constant, at the shape's scale. A bare number takes the shape's unit; for a percentage it is per cent.
    pub fn read(&self, e: &ast::Expr, shape: Shape) -> Result<Const, Diagnostic> {
        let mut negative = false;
        let mut inner = e;
        loop {
            inner = match &inner.kind {
                ExprKind::Paren(a) => a,
                ExprKind::Negate(a) => {
                    negative = !negative;
                    a
                }
                _ => break,
            };
        }
        if negative && !matches!(inner.kind, ExprKind::Number(_) | ExprKind::Percent(_) | ExprKind::Money { .. }) {
            return Err(self.wrong(e, shape));
        }
        let sign = |m: i128| if negative { -m } else { m };
        match (&inner.kind, shape.kind) {
            (ExprKind::None, _) if shape.optional => Ok(Const::None),
            (ExprKind::None, _) => {
                let message =
                    format!("`none` is no value here: {} is needed", kind_words(shape, self.enums, self.entities));
                Err(Diagnostic::new(Code::NoneAsValue, e.span, message).help("add `or none` to the type"))
            }
            (ExprKind::YesNo(value), Kind::Truth) => Ok(Const::Truth(*value)),
            (ExprKind::Text(text), Kind::Text) => Ok(Const::Text(text.clone())),
            (ExprKind::Date(literal), Kind::Date) => Ok(Const::Mantissa(date(literal)?.days().into())),
            (ExprKind::Name(word), Kind::Enum(id)) => self.choice(word, e.span, id.0),
            (ExprKind::Number(written), Kind::Percentage) => {
                let (m, scale) = number(written, inner.span)?;
                self.fitted(sign(m), scale + 2, e.span, shape)
            }
            (ExprKind::Number(written), Kind::Number | Kind::Money { .. } | Kind::Count(_)) => {
                let (m, scale) = number(written, inner.span)?;
                self.fitted(sign(m), scale, e.span, shape)
            }
            (ExprKind::Percent(written), Kind::Percentage) => {
                let (m, scale) = number(written, inner.span)?;
                self.fitted(sign(m), scale + 2, e.span, shape)
            }
            (ExprKind::Money { number: written, currency, per }, Kind::Money { currency: wanted, per: wanted_per }) => {
                if &*currency.text != wanted.code() || per.is_some_and(|p| Some(p) != wanted_per) {
                    let found = bare_words(self.sources, inner.span);
                    let wanted = kind_words(shape, self.enums, self.entities);
                    let message =
                        format!("`{found}` is in another currency or for another period; {wanted} is needed here");
                    return Err(Diagnostic::new(Code::WrongCurrency, e.span, message));
                }
                let (m, scale) = number(written, inner.span)?;
                self.fitted(sign(m), scale, e.span, shape)
            }
            (ExprKind::WithUnit(a, unit), Kind::Count(wanted)) => match &a.kind {
                ExprKind::Number(written) if *unit == wanted => {
                    let (m, scale) = number(written, a.span)?;
                    self.fitted(sign(m), scale, e.span, shape)
                }
                ExprKind::Number(_) => {
                    let found = bare_words(self.sources, inner.span);
                    let message = format!("`{found}` where {} are needed", wanted.word());
                    Err(Diagnostic::new(Code::WrongUnit, e.span, message)
                        .help(format!("write it in {}", wanted.word())))
                }
                _ => Err(self.wrong(e, shape)),
            },
            _ => Err(self.wrong(e, shape)),
        }
    }

    fn choice(&self, word: &str, span: Span, id: u32) -> Result<Const, Diagnostic> {
        let values = &self.enums[id as usize].values;
        if let Some(at) = values.iter().position(|v| **v == *word) {
            return Ok(Const::Choice(at as u8));
        }
        Err(unknown_choice(self.told, word, span, values))
    }

    fn fitted(&self, mantissa: i128, scale: u8, span: Span, shape: Shape) -> Result<Const, Diagnostic> {
        if let Some(m) = rescale(mantissa, scale, shape.scale) {
            return Ok(Const::Mantissa(m));
        }
        let found = bare_words(self.sources, span);
        let most = if shape.kind == Kind::Percentage { shape.scale.saturating_sub(2) } else { shape.scale };
        let most = match most {
            0 => "a whole number is needed here".to_owned(),
            1 => "1 is the most here".to_owned(),
            n => format!("{n} are the most here"),
        };
        Err(Diagnostic::new(Code::TooManyDecimals, span, format!("`{found}` has too many decimals: {most}")))
    }

    fn wrong(&self, e: &ast::Expr, shape: Shape) -> Diagnostic {
        let wanted = kind_words(shape, self.enums, self.entities);
        let found = bare_words(self.sources, e.span);
        let diagnostic = Diagnostic::new(Code::WrongType, e.span, format!("`{found}` is not {wanted}"));
        match (&e.kind, shape.kind) {
            (ExprKind::Text(_), Kind::Enum(_)) => diagnostic.help("write the bare word, without quotes"),
            (ExprKind::Name(_), Kind::Text) => diagnostic.help("put the text in quotes"),
            (_, Kind::Date) => diagnostic.help("write a date as year-month-day: `2024-03-01`"),
            (_, Kind::Truth) => diagnostic.help("write `yes` or `no`"),
            _ => diagnostic.help("write a literal here, not something to be worked out"),
        }
    }
}

/// The nearest of many words, in a fixed order whatever order they come in. Where `told` diagnostics are told already
/// the trouble is another than spelling, and the search is spared.
pub(super) fn nearest<'c>(told: usize, word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    const MOST: usize = 100;
    if told > MOST {
        return None;
    }
    let mut candidates: Vec<&str> = candidates.collect();
    candidates.sort_unstable();
    closest(word, candidates)
}

/// A word that an enumeration does not have.
pub(super) fn unknown_choice(told: usize, word: &str, span: Span, values: &[Box<str>]) -> Diagnostic {
    let message = format!("`{word}` is not one of {}", listed(values));
    let near = nearest(told, word, values.iter().map(|v| &**v));
    let diagnostic = Diagnostic::new(Code::UnknownName, span, message);
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// The values of an enumeration, the first few of many.
pub(super) fn listed(values: &[Box<str>]) -> String {
    const MOST: usize = 6;
    let shown: Vec<String> = values.iter().take(MOST).map(|v| format!("`{v}`")).collect();
    let more = if values.len() > MOST { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

impl Checker<'_> {
    /// The date of a literal; reported if it does not exist.
    pub fn date(&mut self, written: &ast::DateLiteral) -> Option<Date> {
        date(written).map_or_else(|d| self.report(d), Some)
    }

    /// Mantissa and scale of a number as written; reported if it has too many digits.
    pub fn number(&mut self, written: &str, span: Span) -> Option<(i128, u8)> {
        number(written, span).map_or_else(|d| self.report(d), Some)
    }

    /// Reports a scale past the engine's most.
    pub fn scale_fits(&mut self, scale: u8, span: Span, larger: Span) -> Option<()> {
        if scale <= MAX_SCALE {
            return Some(());
        }
        let message = format!("{} has {scale} decimals; the most is {MAX_SCALE}", self.words(span));
        let part = bare_words(self.sources, larger);
        let part = if part.ends_with('…') { "…".into() } else { part };
        let help = format!("round a part of it first: `({part} rounded to 6 decimals)`");
        self.error_help(Code::TooManyDecimals, span, message, help)
    }
}
