//! How an award's values lie, in bounded memory.

use placet::value::Value;
use std::collections::BTreeMap;

/// The most values that are kept apart; past it numbers are taken together in tens.
const MOST: usize = 4096;

/// The values of one award.
#[derive(Clone, Debug)]
pub enum Spread {
    /// Numbers, amounts, percentages, counts, dates: as mantissas.
    Numbers(Numbers),
    /// Words, texts, truth values.
    Words(super::Tally<String>),
}

/// How often numbers were met.
#[derive(Clone, Debug)]
pub struct Numbers {
    /// By the number divided by the width, downward.
    counts: BTreeMap<i128, u64>,
    /// A power of ten.
    width: i128,
    pub count: u64,
    pub sum: i128,
    pub least: i128,
    pub most: i128,
}

impl Spread {
    /// Nothing yet.
    pub fn new(is_numeric: bool) -> Spread {
        match is_numeric {
            true => Spread::Numbers(Numbers::default()),
            false => Spread::Words(super::Tally::default()),
        }
    }

    /// Counts a value.
    pub fn add_value(&mut self, value: &Value) {
        match (self, value) {
            (Spread::Numbers(numbers), Value::Number { mantissa, .. }) => numbers.add(*mantissa, 1),
            (Spread::Numbers(numbers), Value::Date(date)) => numbers.add(date.days().into(), 1),
            (Spread::Words(words), Value::Choice(word) | Value::Text(word)) => words.add(word.to_string(), 1),
            (Spread::Words(words), Value::Truth(truth)) => words.add(truth_word(*truth).to_owned(), 1),
            _ => {}
        }
    }

    /// How many values there were.
    pub fn count(&self) -> u64 {
        match self {
            Spread::Numbers(numbers) => numbers.count,
            Spread::Words(words) => words.total(),
        }
    }

    #[cfg(feature = "columnar")]
    pub(super) fn merge(&mut self, other: Spread) {
        match (self, other) {
            (Spread::Numbers(own), Spread::Numbers(other)) => own.merge(other),
            (Spread::Words(own), Spread::Words(other)) => own.merge(other),
            _ => {}
        }
    }
}

/// `yes` and `no` stand for truth values among words.
pub fn truth_word(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

impl Default for Numbers {
    fn default() -> Self {
        Numbers { counts: BTreeMap::new(), width: 1, count: 0, sum: 0, least: i128::MAX, most: i128::MIN }
    }
}

impl Numbers {
    /// Counts a number so many times.
    pub fn add(&mut self, number: i128, times: u64) {
        self.count += times;
        self.sum += number * i128::from(times);
        self.least = self.least.min(number);
        self.most = self.most.max(number);
        self.put(number.div_euclid(self.width), times);
    }

    fn put(&mut self, place: i128, times: u64) {
        *self.counts.entry(place).or_default() += times;
        while self.counts.len() > MOST {
            self.widen();
        }
    }

    fn widen(&mut self) {
        self.width *= 10;
        for (place, times) in std::mem::take(&mut self.counts) {
            *self.counts.entry(place.div_euclid(10)).or_default() += times;
        }
    }

    #[cfg(feature = "columnar")]
    fn merge(&mut self, other: Numbers) {
        while self.width < other.width {
            self.widen();
        }
        self.count += other.count;
        self.sum += other.sum;
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        for (place, times) in other.counts {
            self.put((place * other.width).div_euclid(self.width), times);
        }
    }

    /// The values, or stretches of values, from the smallest: where each begins, and how many it has.
    pub fn stretches(&self) -> impl DoubleEndedIterator<Item = (i128, u64)> + '_ {
        self.counts.iter().map(|(place, times)| (place * self.width, *times))
    }

    /// How wide the stretches are; 1 if every value is known by itself.
    pub fn width(&self) -> i128 {
        self.width
    }

    /// The number that half of all do not exceed, as exactly as it is known.
    pub fn median(&self) -> Option<i128> {
        let mut left = self.count.div_ceil(2);
        self.stretches().find_map(|(from, times)| match left <= times {
            true => Some(from.clamp(self.least, self.most)),
            false => {
                left -= times;
                None
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_are_kept_apart_and_many_together() {
        let mut few = Numbers::default();
        [300, 100, 300].iter().for_each(|n| few.add(*n, 1));
        assert_eq!(few.stretches().collect::<Vec<_>>(), [(100, 1), (300, 2)]);
        assert_eq!((few.width(), few.median(), few.sum, few.least, few.most), (1, Some(300), 700, 100, 300));
        let mut many = Numbers::default();
        (-50_000..50_000).for_each(|n| many.add(n, 1));
        assert_eq!(many.width(), 100);
        assert_eq!(many.stretches().next(), Some((-50_000, 100)));
        assert_eq!(many.stretches().map(|(_, n)| n).sum::<u64>(), 100_000);
        assert_eq!((many.median(), many.sum), (Some(-100), -50_000));
    }

    #[cfg(feature = "columnar")]
    #[test]
    fn counting_in_parts_counts_the_same() {
        let (mut whole, mut parts) = (Numbers::default(), Numbers::default());
        (0..10_000).for_each(|n| whole.add(n * 7, 1));
        for part in 0..4 {
            let mut own = Numbers::default();
            (part * 2500..(part + 1) * 2500).for_each(|n| own.add(n * 7, 1));
            parts.merge(own);
        }
        assert_eq!(whole.stretches().collect::<Vec<_>>(), parts.stretches().collect::<Vec<_>>());
        assert_eq!((whole.width(), whole.count, whole.sum), (parts.width(), parts.count, parts.sum));
    }
}
