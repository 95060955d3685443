//! What to say where two kinds do not go together, and how to bring them together.

use super::check::{Checker, bare_words};
use super::typed::Flex;
use super::types::unit_of_money;
use super::{Expr, ExprKind};
use crate::diagnostic::{Code, Diagnostic};
use crate::op::Shape;
use crate::source::Span;
use crate::value::{Kind, Period};

impl Checker<'_> {
    /// A value of one kind where another is needed; `against` is what it is compared with or added to.
    pub fn mismatch(&self, e: &Expr, flex: Flex, wanted: Kind, against: Option<Span>) -> Diagnostic {
        let found = e.shape.kind;
        let wanted_words = match wanted {
            Kind::Number => "a plain number".to_owned(),
            _ => self.kind_words(Shape::new(wanted, 0)),
        };
        let found_words = self.kind_words(e.shape);
        let here = self.words(e.span);
        let message = match against {
            Some(other) => format!("{here} is {found_words}, but {} is {wanted_words}", self.words(other)),
            None => format!("{here} is {found_words}, but {wanted_words} is needed here"),
        };
        let code = match (found, wanted) {
            (Kind::Money { .. }, Kind::Money { .. }) => Code::WrongCurrency,
            (Kind::Money { .. }, Kind::Number) | (Kind::Number, Kind::Money { .. }) => Code::WrongCurrency,
            (Kind::Count(_), Kind::Count(_) | Kind::Number) | (Kind::Number, Kind::Count(_)) => Code::WrongUnit,
            _ => Code::WrongType,
        };
        let diagnostic = Diagnostic::new(code, e.span, message);
        match self.way_out(e, flex, wanted, against) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn way_out(&self, e: &Expr, flex: Flex, wanted: Kind, against: Option<Span>) -> Option<String> {
        let text = bare_words(self.sources, e.span);
        let whole = if text.contains(' ') && !text.starts_with('(') { format!("({text})") } else { text.clone() };
        Some(match (e.shape.kind, wanted) {
            (Kind::Money { currency: a, .. }, Kind::Money { currency: b, .. })
                if a != b && matches!(e.kind, ExprKind::Const(_)) =>
            {
                format!("currencies never mix: write an amount in {b}")
            }
            (Kind::Money { currency: a, .. }, Kind::Money { currency: b, .. }) if a != b => format!(
                "currencies never mix: multiply by a rate of exchange and say so, `{whole} as number with {} decimals * rate as money in {b}`",
                e.shape.scale
            ),
            (Kind::Money { per: from, .. }, Kind::Money { per: to, .. }) => {
                let unit = unit_of_money(wanted);
                match between(from, to) {
                    Some(step) => format!("write the change of period out: `{whole} {step} as money in {unit}`"),
                    None if from.is_none() || to.is_none() => {
                        format!("if that is what the law means, say so: `{text} as money in {unit}`")
                    }
                    None => format!(
                        "write the change of period out, as the law counts it: `{whole} * … as money in {unit}`"
                    ),
                }
            }
            (Kind::Number, Kind::Money { .. }) => format!("write `{text} as money in {}`", unit_of_money(wanted)),
            (Kind::Money { .. }, Kind::Number) => {
                let amount = against.map_or_else(|| "the number".into(), |other| self.words(other));
                format!("say what {amount} counts, or write `{text} as number with {} decimals`", e.shape.scale)
            }
            (Kind::Count(a), Kind::Count(b)) => format!(
                "units of time never mix: count both in {}, or in {}, with `{} from … to …`",
                a.word(),
                b.word(),
                b.word()
            ),
            (Kind::Number, Kind::Count(unit)) if e.shape.scale == 0 => format!("write `{whole} {}`", unit.word()),
            (Kind::Count(_), Kind::Number) => format!("write `{text} as whole number`"),
            (Kind::Number, Kind::Percentage) if flex == Flex::Bare => format!("write `{text}%`"),
            (Kind::Number, Kind::Percentage) => format!("write `{text} as percentage with … decimals`"),
            (Kind::Percentage, Kind::Number) => format!("write `{text} as number with {} decimals`", e.shape.scale),
            (Kind::Number, Kind::Date) if flex == Flex::Bare && text.len() == 4 => {
                format!("write a whole date, such as `{text}-01-01`, or compare `year of …`")
            }
            (Kind::Text, Kind::Enum(_)) => "write the bare word, without quotes".into(),
            (Kind::Enum(_), Kind::Text) => "put the text in quotes".into(),
            (_, Kind::Truth) if flex == Flex::Fixed => format!("write a condition: `{text} is …`"),
            _ => return None,
        })
    }
}

/// The factor from one period to another that no law disputes.
fn between(from: Option<Period>, to: Option<Period>) -> Option<&'static str> {
    Some(match (from?, to?) {
        (Period::Year, Period::Month) => "/ 12",
        (Period::Month, Period::Year) => "* 12",
        (Period::Week, Period::Year) => "* 52",
        (Period::Year, Period::Week) => "/ 52",
        (Period::Week, Period::Day) => "/ 7",
        (Period::Day, Period::Week) => "* 7",
        _ => return None,
    })
}
