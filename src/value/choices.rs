//! A set of enumeration values.

/// A set of values of one enumeration, as bits; an enumeration has at most [`Choices::MOST`] values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Choices([u64; 4]);

impl Choices {
    /// The most values an enumeration may have.
    pub const MOST: usize = 256;

    /// The set of one value.
    pub fn one(value: u8) -> Self {
        let mut words = [0; 4];
        words[value as usize / 64] = 1 << (value % 64);
        Choices(words)
    }

    /// Some of the first 64 values, as bits.
    pub fn of_bits(bits: u64) -> Self {
        Choices([bits, 0, 0, 0])
    }

    /// The values as bits, if all are among the first 64.
    pub fn to_bits(self) -> Option<u64> {
        (self.0[1..] == [0; 3]).then_some(self.0[0])
    }

    /// The first `count` values.
    pub fn all(count: usize) -> Self {
        (0..count.min(Self::MOST)).fold(Self::default(), |s, v| s.union(Self::one(v as u8)))
    }

    /// Values of either.
    pub fn union(self, other: Self) -> Self {
        Choices(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Values of both.
    pub fn intersect(self, other: Self) -> Self {
        Choices(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// Values of the first that are not in the second.
    pub fn without(self, other: Self) -> Self {
        Choices(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// Whether the value is in the set.
    pub fn contains(self, value: u8) -> bool {
        self.0[value as usize / 64] >> (value % 64) & 1 == 1
    }

    /// Whether there is no value.
    pub fn is_empty(self) -> bool {
        self.0 == [0; 4]
    }

    /// How many values.
    pub fn len(self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }

    /// The values, in the order of the enumeration.
    pub fn iter(self) -> impl Iterator<Item = u8> {
        (0..=255u8).filter(move |v| self.contains(*v))
    }

    /// The first value in the order of the enumeration.
    pub fn first(self) -> Option<u8> {
        let word = self.0.iter().position(|w| *w != 0)?;
        Some((word * 64) as u8 + self.0[word].trailing_zeros() as u8)
    }

    /// The last value in the order of the enumeration.
    pub fn last(self) -> Option<u8> {
        let word = self.0.iter().rposition(|w| *w != 0)?;
        Some((word * 64) as u8 + 63 - self.0[word].leading_zeros() as u8)
    }
}
