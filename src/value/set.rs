//! Sets of possible values: what evaluation works on (*semantics 1, Values as sets*).

use super::Choices;

/// A text of one case: an index into the graph's texts, or past them into the case's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextId(pub u32);

/// The possible standings of a condition, as bits: *can be met*, *can be not met*, *can be faulty*.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Truth(u8);

impl Truth {
    /// No possibility at all.
    pub const NOTHING: Truth = Truth(0);
    /// Met for sure.
    pub const MET: Truth = Truth(1);
    /// Not met for sure.
    pub const NOT_MET: Truth = Truth(2);
    /// Faulty for sure.
    pub const FAULTY: Truth = Truth(4);
    /// Met or not met.
    pub const OPEN: Truth = Truth(3);

    /// From bits: 1 can be met, 2 can be not met, 4 can be faulty.
    pub const fn from_bits(bits: u8) -> Truth {
        Truth(bits & 7)
    }
    /// The bits.
    pub const fn bits(self) -> u8 {
        self.0
    }
    /// A plain truth value.
    pub const fn of(value: bool) -> Truth {
        if value { Truth::MET } else { Truth::NOT_MET }
    }
    /// Whether it can be met.
    pub const fn can_be_met(self) -> bool {
        self.0 & 1 != 0
    }
    /// Whether it can be not met.
    pub const fn can_be_not_met(self) -> bool {
        self.0 & 2 != 0
    }
    /// Whether it can be faulty.
    pub const fn can_be_faulty(self) -> bool {
        self.0 & 4 != 0
    }
    /// Whether only one standing is possible.
    pub const fn is_settled(self) -> bool {
        self.0.count_ones() == 1
    }
    /// Either's possibilities.
    pub const fn or_possibly(self, other: Truth) -> Truth {
        Truth(self.0 | other.0)
    }
    /// Kleene's `not`, with faulty as the third value.
    pub const fn negate(self) -> Truth {
        Truth((self.0 & 1) << 1 | (self.0 & 2) >> 1 | self.0 & 4)
    }
    /// Kleene's `and` over independent conditions.
    ///
    /// | and | met | not met | faulty |
    /// |---|---|---|---|
    /// | **met** | met | not met | faulty |
    /// | **not met** | not met | not met | not met |
    /// | **faulty** | faulty | not met | faulty |
    pub const fn and(self, other: Truth) -> Truth {
        if self.0 == 0 || other.0 == 0 {
            return Truth::NOTHING;
        }
        let met = self.0 & other.0 & 1;
        let not_met = (self.0 | other.0) & 2;
        let faulty = (self.0 & 4 != 0 && other.0 & 5 != 0) || (other.0 & 4 != 0 && self.0 & 5 != 0);
        Truth(met | not_met | (faulty as u8) << 2)
    }
    /// Kleene's `or` over independent conditions.
    pub const fn or(self, other: Truth) -> Truth {
        self.negate().and(other.negate()).negate()
    }
}

impl std::fmt::Debug for Truth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = [(1, "met"), (2, "not met"), (4, "faulty")];
        let found: Vec<_> = names.iter().filter(|(b, _)| self.0 & b != 0).map(|(_, n)| *n).collect();
        write!(f, "{{{}}}", found.join(", "))
    }
}

/// The values proper in a [`Set`], *none* and *fault* aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// No value: only *none* or *fault* is possible.
    Nothing,
    /// Of a condition: met, not met or both. The faulty bit is never set here; it is [`Set::fault`].
    Truth(Truth),
    /// Of a number, amount, count or date: all mantissas from the first to the second at the node's scale.
    Interval(i128, i128),
    /// Of an enumeration.
    Choices(Choices),
    /// Of a text: this one.
    Text(TextId),
    /// Of a text: any.
    AnyText,
}

/// The set of values a node can have in one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Set {
    /// Values proper.
    pub body: Body,
    /// Whether *none* is possible.
    pub none: bool,
    /// Whether the computation can fail.
    pub fault: bool,
}

impl Set {
    /// Nothing but a fault.
    pub const FAULT: Set = Set { body: Body::Nothing, none: false, fault: true };
    /// Nothing but *none*.
    pub const NONE: Set = Set { body: Body::Nothing, none: true, fault: false };
    /// The empty set: what no world leads to.
    pub const EMPTY: Set = Set { body: Body::Nothing, none: false, fault: false };

    /// A set of values proper.
    pub const fn of(body: Body) -> Set {
        Set { body, none: false, fault: false }
    }
    /// One mantissa.
    pub const fn point(mantissa: i128) -> Set {
        Set::of(Body::Interval(mantissa, mantissa))
    }
    /// All mantissas between two; empty if they are the wrong way round.
    pub const fn interval(low: i128, high: i128) -> Set {
        if low <= high { Set::of(Body::Interval(low, high)) } else { Set::EMPTY }
    }
    /// A condition's standings.
    pub const fn truth(truth: Truth) -> Set {
        let values = Truth::from_bits(truth.bits() & 3);
        let body = if values.bits() == 0 { Body::Nothing } else { Body::Truth(values) };
        Set { body, none: false, fault: truth.can_be_faulty() }
    }
    /// A plain truth value.
    pub const fn yes_or_no(value: bool) -> Set {
        Set::truth(Truth::of(value))
    }
    /// The standings of a condition; *none* where a condition is needed is a fault.
    pub const fn as_truth(&self) -> Truth {
        let values = match self.body {
            Body::Truth(t) => t.bits() & 3,
            _ => 0,
        };
        Truth::from_bits(values | ((self.fault || self.none) as u8) << 2)
    }
    /// The same set with *fault* added if `fault`.
    pub const fn or_fault(mut self, fault: bool) -> Set {
        self.fault |= fault;
        self
    }
    /// Whether nothing is possible.
    pub fn is_empty(&self) -> bool {
        self.body == Body::Nothing && !self.none && !self.fault
    }
    /// Whether exactly one thing is possible: one value, *none*, or a fault.
    pub fn is_settled(&self) -> bool {
        let values = match self.body {
            Body::Nothing => 0,
            Body::Truth(t) => t.bits().count_ones(),
            Body::Interval(low, high) => 1 + u32::from(low != high),
            Body::Choices(c) => c.len(),
            Body::Text(_) => 1,
            Body::AnyText => 2,
        };
        values + u32::from(self.none) + u32::from(self.fault) == 1
    }
    /// The ends, if it has numeric values.
    pub const fn ends(&self) -> Option<(i128, i128)> {
        match self.body {
            Body::Interval(low, high) => Some((low, high)),
            _ => None,
        }
    }
    /// The smallest set that contains both.
    pub fn join(&self, other: &Set) -> Set {
        let body = match (self.body, other.body) {
            (Body::Nothing, b) | (b, Body::Nothing) => b,
            (Body::Truth(a), Body::Truth(b)) => Body::Truth(a.or_possibly(b)),
            (Body::Interval(a, b), Body::Interval(c, d)) => Body::Interval(a.min(c), b.max(d)),
            (Body::Choices(a), Body::Choices(b)) => Body::Choices(a.union(b)),
            (Body::Text(a), Body::Text(b)) if a == b => Body::Text(a),
            (Body::Text(_) | Body::AnyText, Body::Text(_) | Body::AnyText) => Body::AnyText,
            (a, b) => unreachable!("sets of different kinds: {a:?} and {b:?}"),
        };
        Set { body, none: self.none || other.none, fault: self.fault || other.fault }
    }
}
