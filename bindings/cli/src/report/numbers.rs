//! Numbers as people read them.

use super::words::{Words, fill};
use crate::progress::grouped;
use placet::value::{Date, Kind, Period, Type, Unit, format_decimal};
use std::time::Duration;

/// How the values of an award are told: decimals, and what they measure.
pub struct Measure<'a> {
    kind: Kind,
    scale: u8,
    words: &'a Words,
}

impl Measure<'_> {
    /// Of a type, in a language.
    pub fn new<'a>(ty: &Type, words: &'a Words) -> Measure<'a> {
        let scale = if ty.kind == Kind::Percentage { ty.scale.saturating_sub(2) } else { ty.scale };
        Measure { kind: ty.kind, scale, words }
    }

    /// A value with what it measures.
    pub fn told(&self, mantissa: i128) -> String {
        let number = self.number(mantissa, self.scale);
        match self.unit() {
            unit if unit.is_empty() => number,
            unit => format!("{number} {unit}"),
        }
    }

    /// A value at an axis: without decimals that are all nought.
    pub fn short(&self, mantissa: i128) -> String {
        let (mut mantissa, mut scale) = (mantissa, self.scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        self.number(mantissa, scale)
    }

    /// What it measures.
    pub fn unit(&self) -> String {
        let w = self.words;
        match self.kind {
            Kind::Percentage => "%".to_owned(),
            Kind::Money { currency, per: None } => currency.to_string(),
            Kind::Money { currency, per: Some(period) } => {
                let [day, week, month, year] = w.per;
                let per = match period {
                    Period::Day => day,
                    Period::Week => week,
                    Period::Month => month,
                    Period::Year => year,
                };
                format!("{currency} {per}")
            }
            Kind::Count(unit) => {
                let [days, months, years] = w.units;
                let unit = match unit {
                    Unit::Days => days,
                    Unit::Months => months,
                    Unit::Years => years,
                };
                unit.to_owned()
            }
            _ => String::new(),
        }
    }

    /// Whether values add up to something.
    pub fn has_total(&self) -> bool {
        matches!(self.kind, Kind::Money { .. } | Kind::Number | Kind::Count(_))
    }

    /// Whether values lie on a scale that is a calendar.
    pub fn is_date(&self) -> bool {
        self.kind == Kind::Date
    }

    /// A total; in Chinese also in ten thousands or hundred millions, where it is large.
    pub fn total(&self, mantissa: i128) -> String {
        let told = self.told(mantissa);
        let whole = mantissa / 10i128.pow(self.scale.into());
        let large = [(100_000_000, "亿"), (10_000, "万")].into_iter().find(|(size, _)| whole.abs() >= *size);
        match large {
            Some((size, word)) if self.words.tag == "zh" => {
                let hundredths = whole * 100 / size;
                let short = format_decimal(hundredths, 2);
                format!("{told}（{} {word}）", fill(self.words.about, &[&short]))
            }
            _ => told,
        }
    }

    /// A mean, rounded half away from nought to the decimals of its values.
    pub fn mean(&self, sum: i128, count: u64) -> String {
        let count = i128::from(count.max(1));
        let half = if sum < 0 { -count / 2 } else { count / 2 };
        self.told((sum + half) / count)
    }

    fn number(&self, mantissa: i128, scale: u8) -> String {
        if self.kind == Kind::Date {
            let date = i64::try_from(mantissa).ok().and_then(Date::from_days);
            return date.map_or_else(String::new, |d| d.to_string());
        }
        let text = format_decimal(mantissa, scale);
        let (whole, decimals) = text.split_once('.').map_or((&*text, None), |(whole, d)| (whole, Some(d)));
        // `-0.50` has its sign before a nought that a number would not keep.
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("−", digits));
        let decimals = decimals.map(|d| format!(".{d}")).unwrap_or_default();
        format!("{sign}{}{decimals}", grouped(digits))
    }
}

/// A share in per cent; what is there at all is never told as nothing.
pub fn share(part: u64, all: u64) -> String {
    match part {
        0 => crate::summary::share(0, all),
        _ if u128::from(part) * 2000 < u128::from(all) => "< 0.1 %".to_owned(),
        _ => crate::summary::share(part, all),
    }
}

/// A stretch of time in seconds, as exactly as anybody cares.
pub fn seconds(taken: Duration, words: &Words) -> String {
    let millis = i128::try_from(taken.as_millis()).unwrap_or(i128::MAX);
    let text = match millis {
        0..10_000 => format_decimal(millis / 10, 2),
        10_000..100_000 => format_decimal(millis / 100, 1),
        _ => grouped(millis / 1000),
    };
    fill(words.seconds, &[&text])
}

/// A step of 1, 2 or 5 tens that cuts a range into no more than so many stretches, no finer than values are known.
pub fn step(range: i128, stretches: i128, finest: i128) -> i128 {
    let mut ten = finest.max(1);
    loop {
        for step in [ten, 2 * ten, 5 * ten] {
            if range / step < stretches {
                return step;
            }
        }
        ten *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;
    use placet::value::Currency;

    #[test]
    fn amounts_are_told_with_their_unit() {
        let currency = Currency::parse("CNY").expect("a currency");
        let money = Type::new(Kind::Money { currency, per: Some(Period::Month) }, 2);
        let measure = Measure::new(&money, words::of("en"));
        assert_eq!(measure.told(123_456_700), "1,234,567.00 CNY a month");
        assert_eq!(measure.told(-50), "−0.50 CNY a month");
        assert_eq!([measure.short(20_000), measure.short(20_050)], ["200", "200.5"]);
        assert_eq!(measure.mean(1_001, 2), "5.01 CNY a month");
        let chinese = Measure::new(&money, words::of("zh-Hans"));
        assert_eq!(chinese.total(1_234_500_000_000), "12,345,000,000.00 CNY 每月（约 123.45 亿）");
        assert_eq!(chinese.total(100), "1.00 CNY 每月");
    }

    #[test]
    fn a_small_share_is_not_nothing() {
        assert_eq!(
            [share(0, 9), share(1, 2000), share(1, 2001), share(9, 9)],
            ["0.0 %", "0.1 %", "< 0.1 %", "100.0 %"]
        );
    }

    #[test]
    fn steps_are_round() {
        assert_eq!([step(100, 20, 1), step(99, 20, 1), step(0, 20, 1), step(1_000_000, 24, 100)], [10, 5, 1, 50_000]);
        assert_eq!(step(90, 20, 100), 100);
    }
}
