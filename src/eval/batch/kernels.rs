//! Loops over whole vectors.
//!
//! Each is a plain loop that LLVM turns into vector instructions, compiled for several generations of processors; which one runs is
//! found out when it runs, so that a build for any x86-64 uses what the machine has. Masks are one byte a row, 0 or 1: as many rows
//! fit a register as bytes do, and writing one costs less than packing bits.

use crate::value::LeapRule;
use crate::value::calendar::years_from;
use pulp::{Arch, NullaryFnOnce};
use std::sync::LazyLock;

/// How two vectors compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cmp {
    Less,
    AtMost,
    Equal,
}

/// What is made of two vectors of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Multiply,
    Larger,
    Smaller,
}

/// What is made of two masks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Join {
    And,
    AndNot,
    Or,
}

/// A lane: what a vector is made of.
pub trait Lane: Copy + PartialOrd + Default + Send + Sync {
    /// As 64 bits.
    fn long(self) -> i64;
    /// From 64 bits that fit.
    fn of(value: i64) -> Self;
}

macro_rules! lanes {
    ($($lane:ty),*) => {
        $(impl Lane for $lane {
            #[inline(always)]
            fn long(self) -> i64 {
                self.into()
            }
            #[inline(always)]
            fn of(value: i64) -> Self {
                value as $lane
            }
        })*
    };
}
lanes!(u8, i32, i64);

/// What can be chosen between by a mask without a branch.
pub trait Blend: Copy + Send + Sync {
    /// This where the mask is 1, `other` where it is 0.
    fn blend(self, other: Self, mask: u8) -> Self;
}

macro_rules! blend {
    ($($lane:ty),*) => {
        $(impl Blend for $lane {
            #[inline(always)]
            fn blend(self, other: Self, mask: u8) -> Self {
                let all = (mask as $lane).wrapping_neg();
                (self & all) | (other & !all)
            }
        })*
    };
}
blend!(u8, i8, i16, i32, i64);

/// A key of a word: below zero for none.
pub trait Key: Copy + PartialOrd + Default + Send + Sync {}
impl Key for i8 {}
impl Key for i16 {}

/// What the machine at hand can do: found out once, since kernels are called for every few thousand rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Simd(Arch);

impl Default for Simd {
    fn default() -> Simd {
        static HERE: LazyLock<Arch> = LazyLock::new(Arch::new);
        Simd(*HERE)
    }
}

/// A loop that is inlined whole into each generation's own function: only there is it made of that generation's instructions.
struct Inlined<F>(F);

impl<R, F: FnMut() -> R> NullaryFnOnce for Inlined<F> {
    type Output = R;

    #[inline(always)]
    fn call(mut self) -> R {
        (self.0)()
    }
}

impl Simd {
    #[inline(always)]
    fn run<R>(self, work: impl FnMut() -> R) -> R {
        self.0.dispatch(Inlined(work))
    }
}

/// `d[i] = f(a[i])`, inlined into each generation's own copy of the loop.
macro_rules! map {
    ($simd:expr, $d:expr, $a:expr, |$x:ident| $value:expr) => {{
        let (d, a) = ($d, $a);
        $simd.run(
            #[inline(always)]
            || {
                let n = d.len();
                let a = &a[..n];
                for i in 0..n {
                    let $x = a[i];
                    d[i] = $value;
                }
            },
        )
    }};
    ($simd:expr, $d:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $value:expr) => {{
        let (d, a, b) = ($d, $a, $b);
        $simd.run(
            #[inline(always)]
            || {
                let n = d.len();
                let (a, b) = (&a[..n], &b[..n]);
                for i in 0..n {
                    let ($x, $y) = (a[i], b[i]);
                    d[i] = $value;
                }
            },
        )
    }};
}

impl Simd {
    /// Whether each value lies between two, both included (or not, if `outside`).
    pub fn in_range<T: Lane>(self, d: &mut [u8], a: &[T], low: i64, high: i64, outside: bool, ends: (i64, i64)) {
        let flip = u8::from(outside);
        // A bound at or past the end of the lane needs no test.
        match (low <= ends.0, high >= ends.1) {
            (true, true) => d.fill(1 ^ flip),
            (true, false) => {
                let high = T::of(high);
                map!(self, d, a, |x| u8::from(x <= high) ^ flip)
            }
            (false, true) => {
                let low = T::of(low);
                map!(self, d, a, |x| u8::from(x >= low) ^ flip)
            }
            (false, false) => {
                let (low, high) = (T::of(low), T::of(high));
                map!(self, d, a, |x| u8::from((x >= low) & (x <= high)) ^ flip)
            }
        }
    }

    /// How two vectors compare, row by row.
    pub fn compare<T: Lane>(self, cmp: Cmp, d: &mut [u8], a: &[T], b: &[T]) {
        match cmp {
            Cmp::Less => map!(self, d, a, b, |x, y| u8::from(x < y)),
            Cmp::AtMost => map!(self, d, a, b, |x, y| u8::from(x <= y)),
            Cmp::Equal => map!(self, d, a, b, |x, y| u8::from(x == y)),
        }
    }

    /// Numbers made of two vectors.
    pub fn binary(self, op: Binary, d: &mut [i64], a: &[i64], b: &[i64]) {
        match op {
            Binary::Multiply => map!(self, d, a, b, |x, y| x.wrapping_mul(y)),
            Binary::Larger => map!(self, d, a, b, |x, y| if x > y { x } else { y }),
            Binary::Smaller => map!(self, d, a, b, |x, y| if x < y { x } else { y }),
        }
    }

    /// A mask made of two.
    pub fn join(self, join: Join, d: &mut [u8], a: &[u8], b: &[u8]) {
        match join {
            Join::And => map!(self, d, a, b, |x, y| x & y),
            Join::AndNot => map!(self, d, a, b, |x, y| x & (y ^ 1)),
            Join::Or => map!(self, d, a, b, |x, y| x | y),
        }
    }

    /// Adds a mask to another.
    pub fn or_into(self, d: &mut [u8], a: &[u8]) {
        self.run(
            #[inline(always)]
            || d.iter_mut().zip(a).for_each(|(d, a)| *d |= *a),
        );
    }

    /// Adds the rows that a mask leaves out to another.
    pub fn or_not_into(self, d: &mut [u8], a: &[u8]) {
        self.run(
            #[inline(always)]
            || d.iter_mut().zip(a).for_each(|(d, a)| *d |= *a ^ 1),
        );
    }

    /// The other way round.
    pub fn not(self, d: &mut [u8], a: &[u8]) {
        map!(self, d, a, |x| x ^ 1);
    }

    /// Whether any row of a mask is set.
    pub fn any(self, a: &[u8]) -> bool {
        self.run(
            #[inline(always)]
            || a.iter().fold(0, |all, x| all | *x) != 0,
        )
    }

    /// The first where the mask is set, else the second.
    pub fn select<T: Blend>(self, d: &mut [T], mask: &[u8], a: &[T], b: &[T]) {
        self.run(
            #[inline(always)]
            || {
                let n = d.len();
                let (mask, a, b) = (&mask[..n], &a[..n], &b[..n]);
                for i in 0..n {
                    d[i] = a[i].blend(b[i], mask[i]);
                }
            },
        );
    }

    /// One value where a mask is set, else those of a vector.
    pub fn select_one<T: Blend>(self, d: &mut [T], mask: &[u8], value: T, a: &[T]) {
        map!(self, d, mask, a, |m, x| value.blend(x, m));
    }

    /// Writes one value wherever a mask is as wanted.
    pub fn put<T: Blend>(self, d: &mut [T], mask: &[u8], wanted: bool, value: T) {
        let flip = u8::from(!wanted);
        self.run(
            #[inline(always)]
            || {
                let n = d.len();
                let mask = &mask[..n];
                for i in 0..n {
                    d[i] = value.blend(d[i], mask[i] ^ flip);
                }
            },
        );
    }

    /// The same of four masks, one after the other, over one value, or over what is there if absent: each is read and written once.
    pub fn put_four<T: Blend>(self, d: &mut [T], over: Option<T>, four: &[(&[u8], bool, T); 4]) {
        let masks = four.map(|(mask, ..)| mask);
        let flips = four.map(|(_, wanted, _)| u8::from(!wanted));
        let values = four.map(|(.., value)| value);
        let (over, is_over) = (over.unwrap_or(values[0]), u8::from(over.is_some()));
        self.run(
            #[inline(always)]
            || {
                let n = d.len();
                let [one, two, three, last] = masks.map(|mask| &mask[..n]);
                for i in 0..n {
                    let mut value = values[0].blend(over.blend(d[i], is_over), one[i] ^ flips[0]);
                    value = values[1].blend(value, two[i] ^ flips[1]);
                    value = values[2].blend(value, three[i] ^ flips[2]);
                    d[i] = values[3].blend(value, last[i] ^ flips[3]);
                }
            },
        );
    }

    /// For each key the value of the last step that it reaches: steps rise, and `first` is below them all.
    pub fn steps<K: Key, T: Blend>(self, d: &mut [T], keys: &[K], first: T, steps: &[(K, T)]) {
        let Some(((from, value), rest)) = steps.split_first() else { return d.fill(first) };
        map!(self, &mut *d, keys, |key| value.blend(first, u8::from(key >= *from)));
        for (from, value) in rest {
            self.run(
                #[inline(always)]
                || d.iter_mut().zip(keys).for_each(|(d, key)| *d = value.blend(*d, u8::from(*key >= *from))),
            );
        }
    }

    /// One bit an item, eight to a byte, the first lowest.
    pub fn bits<T: Copy + Send + Sync>(self, items: &[T], is_set: impl Fn(T) -> bool + Copy + Send + Sync) -> Vec<u8> {
        let mut out = vec![0; items.len().div_ceil(8)];
        let into = &mut out[..];
        self.run(
            #[inline(always)]
            || {
                let mut mask = [0u8; 64];
                for (items, out) in items.chunks(64).zip(into.chunks_mut(8)) {
                    mask[items.len()..].fill(0);
                    for (mask, item) in mask.iter_mut().zip(items) {
                        *mask = is_set(*item).into();
                    }
                    pack(&mask, out);
                }
            },
        );
        out
    }

    /// Which keys are no key (below zero), as bits that are not set; these become the first key. Absent where all are keys.
    pub fn key_bits<T: Key>(self, keys: &mut [T]) -> Option<Vec<u8>> {
        let none = T::default();
        let has_others = self.run(
            #[inline(always)]
            || keys.iter().fold(false, |any, key| any | (*key < none)),
        );
        has_others.then(|| {
            let bits = self.bits(keys, |key| key >= none);
            self.run(
                #[inline(always)]
                || keys.iter_mut().for_each(|key| *key = if *key < none { none } else { *key }),
            );
            bits
        })
    }

    /// One byte a bit, of words that hold 64.
    pub fn bytes(self, bytes: &mut [u8], mut words: impl Iterator<Item = u64>, flip: bool) {
        let flip = u8::from(flip);
        self.run(
            #[inline(always)]
            || {
                for (bytes, word) in bytes.chunks_mut(64).zip(&mut words) {
                    for (eight, byte) in bytes.chunks_mut(8).zip(word.to_le_bytes()) {
                        for (i, out) in eight.iter_mut().enumerate() {
                            *out = (byte >> i & 1) ^ flip;
                        }
                    }
                }
            },
        );
    }

    /// Sets a bit of each row's word where a mask is set.
    pub fn set_bit(self, words: &mut [u64], mask: &[u8], bit: usize) {
        self.run(
            #[inline(always)]
            || words.iter_mut().zip(mask).for_each(|(word, mask)| *word |= u64::from(*mask) << (bit % 64)),
        );
    }

    /// Offsets of what few rows have: where each one's ends, and nothing in the rows between.
    pub fn offsets(self, rows: usize, ends: &[(u32, i32)]) -> Vec<i32> {
        // Written in stretches of this length, past what is asked for: how far it is to the next row cannot be foreseen.
        const STRETCH: usize = 64;
        let mut offsets: Vec<i32> = Vec::with_capacity(rows + 1 + STRETCH);
        let into = &mut offsets;
        self.run(
            #[inline(always)]
            || {
                let mut last = 0;
                let past = (rows as u32, 0);
                for (row, end) in ends.iter().chain([&past]) {
                    let row = *row as usize;
                    while into.len() <= row {
                        into.extend_from_slice(&[last; STRETCH]);
                    }
                    into.truncate(row + 1);
                    last = *end;
                }
            },
        );
        offsets
    }

    /// The same values in another width that holds them.
    pub fn convert<A: Lane, D: Lane>(self, d: &mut [D], a: &[A]) {
        map!(self, d, a, |x| D::of(x.long()));
    }

    /// One value times a factor, added to what is there.
    pub fn add_times<T: Lane>(self, d: &mut [i64], a: &[T], factor: i64) {
        self.run(
            #[inline(always)]
            || d.iter_mut().zip(a).for_each(|(d, a)| *d = d.wrapping_add(a.long().wrapping_mul(factor))),
        );
    }

    /// A sum of up to four products with constants, and a constant.
    pub fn linear(self, d: &mut [i64], terms: &[(&[i64], i64)], constant: i64) {
        match terms {
            [] => d.fill(constant),
            [(a, p)] => {
                let p = *p;
                map!(self, d, a, |x| constant.wrapping_add(x.wrapping_mul(p)))
            }
            [(a, p), (b, q)] => {
                let (p, q) = (*p, *q);
                map!(self, d, a, b, |x, y| constant.wrapping_add(x.wrapping_mul(p)).wrapping_add(y.wrapping_mul(q)))
            }
            [(a, p), (b, q), (c, r)] => self.run(
                #[inline(always)]
                || sum_of_three(d, (a, *p), (b, *q), (c, *r), constant),
            ),
            [first, second, third, fourth] => self.run(
                #[inline(always)]
                || sum_of_four(d, [*first, *second, *third, *fourth], constant),
            ),
            [first, second, third, fourth, rest @ ..] => {
                self.linear(d, &[*first, *second, *third, *fourth], constant);
                rest.iter().for_each(|(a, factor)| self.add_times(d, a, *factor));
            }
        }
    }

    /// Whether a sum of products with constants is at most (below, or equal to) zero, without storing the sum.
    pub fn linear_compare(self, cmp: Cmp, d: &mut [u8], terms: &[(&[i64], i64)], constant: i64, sum: &mut [i64]) {
        match terms {
            [(a, p), (b, q)] => {
                let (p, q) = (*p, *q);
                let two = |x: i64, y: i64| constant.wrapping_add(x.wrapping_mul(p)).wrapping_add(y.wrapping_mul(q));
                match cmp {
                    Cmp::Less => map!(self, d, a, b, |x, y| u8::from(two(x, y) < 0)),
                    Cmp::AtMost => map!(self, d, a, b, |x, y| u8::from(two(x, y) <= 0)),
                    Cmp::Equal => map!(self, d, a, b, |x, y| u8::from(two(x, y) == 0)),
                }
            }
            [a, b, c, e] if cmp == Cmp::AtMost => self.run(
                #[inline(always)]
                || four_at_most(d, [*a, *b, *c, *e], constant),
            ),
            _ => {
                self.linear(sum, terms, constant);
                let sum = &*sum;
                match cmp {
                    Cmp::Less => map!(self, d, sum, |x| u8::from(x < 0)),
                    Cmp::AtMost => map!(self, d, sum, |x| u8::from(x <= 0)),
                    Cmp::Equal => map!(self, d, sum, |x| u8::from(x == 0)),
                }
            }
        }
    }

    /// Kleene's `and` (or `or`) of standings over independent conditions, as [`crate::value::Truth::and`] has it.
    pub fn truths(self, d: &mut [u8], a: &[u8], is_and: bool) {
        let (met, not_met) = if is_and { (1, 2) } else { (2, 1) };
        self.run(
            #[inline(always)]
            || {
                let n = d.len();
                let a = &a[..n];
                for i in 0..n {
                    let (x, y) = (d[i], a[i]);
                    // A standing that is not "not met" leaves the other's fault in the way; bits 0 and 1 change places for `or`.
                    let passes = |t: u8| ((t & met != 0) as u8) | (t >> 2 & 1);
                    let faulty = ((x >> 2 & 1) & passes(y)) | ((y >> 2 & 1) & passes(x));
                    let all = (x & y & met) | ((x | y) & not_met) | faulty << 2;
                    d[i] = all & (u8::from((x != 0) & (y != 0))).wrapping_neg();
                }
            },
        );
    }

    /// Standings as bits of where a condition is met for certain, and where it can be.
    pub fn standings(self, d: &mut [u8], certain: &[u8], possible: &[u8]) {
        map!(self, d, certain, possible, |c, p| p | (c ^ 1) << 1);
    }

    /// Dates as keys that keep their order: `(12 * year + month) * 32 + day`, all from zero.
    pub fn date_keys(self, d: &mut [i32], a: &[i32], ends: Option<(i64, i64)>) {
        let within = |(low, high): (i64, i64)| i64::from(EVEN_LEAPS.0) <= low && high <= i64::from(EVEN_LEAPS.1);
        let ends = ends.or_else(|| self.ends(a).map(|(low, high)| (low.into(), high.into())));
        if ends.is_none_or(within) {
            map!(self, d, a, |x| date_key_between_odd_centuries(x));
        } else {
            map!(self, d, a, |x| date_key(x));
        }
    }

    /// Whether keys lie so far apart (or not, if `outside`).
    pub fn keys_apart(self, d: &mut [u8], from: &[i32], to: &[i32], (low, high): (i32, i32), outside: bool) {
        let flip = u8::from(outside);
        map!(self, d, from, to, |x, y| u8::from((y - x >= low) & (y - x <= high)) ^ flip);
    }

    /// Whole months between dates by their keys; swapped dates give the negative.
    pub fn months(self, d: &mut [i32], from: &[i32], to: &[i32]) {
        map!(self, d, from, to, |x, y| if x <= y { (y - x) >> 5 } else { -((x - y) >> 5) });
    }

    /// Whole years between dates by their keys, birthdays on 29 February falling on 1 March.
    pub fn years(self, d: &mut [i32], from: &[i32], to: &[i32]) {
        map!(self, d, from, to, |x, y| {
            let months = (if x <= y { y - x } else { x - y } >> 5) as u32;
            // Exact for all months of the calendar: 43,691 / 2^19 is a twelfth and 1 / 1,572,864 more.
            let years = ((u64::from(months) * 43_691) >> 19) as i32;
            if x <= y { years } else { -years }
        });
    }

    /// The same, birthdays on 29 February falling on 28 February.
    pub fn years_february_28(self, d: &mut [i32], from: &[i32], to: &[i32]) {
        map!(self, d, from, to, |x, y| years_from(x.into(), y.into(), LeapRule::February28) as i32);
    }

    /// The value of each row in a table that begins at `first`; rows past it get the last. A table of 256 that begins at 0 is for bytes.
    pub fn lookup<T: Lane>(self, d: &mut [i64], a: &[T], first: i64, table: &[i64]) {
        if let Ok(whole) = <&[i64; 256]>::try_from(table)
            && first == 0
        {
            return d.iter_mut().zip(a).for_each(|(d, a)| *d = whole[usize::from(a.long() as u8)]);
        }
        let last = table.len() - 1;
        for (d, a) in d.iter_mut().zip(a) {
            let at = usize::try_from(a.long().wrapping_sub(first)).unwrap_or(last).min(last);
            *d = table[at];
        }
    }

    /// The smallest and the largest value.
    pub fn ends<T: Lane>(self, a: &[T]) -> Option<(T, T)> {
        let first = *a.first()?;
        Some(self.run(
            #[inline(always)]
            || {
                a.iter().fold((first, first), |(least, most), x| {
                    (if *x < least { *x } else { least }, if *x > most { *x } else { most })
                })
            },
        ))
    }

    /// Writes one value wherever a vector has another.
    pub fn put_where<T: Blend>(self, d: &mut [T], a: &[u8], wanted: u8, value: T) {
        self.run(
            #[inline(always)]
            || {
                let n = d.len();
                let a = &a[..n];
                for i in 0..n {
                    d[i] = value.blend(d[i], u8::from(a[i] == wanted));
                }
            },
        );
    }

    /// One of two values by a mask.
    pub fn choose<T: Blend>(self, d: &mut [T], mask: &[u8], set: T, not_set: T) {
        map!(self, d, mask, |m| set.blend(not_set, m));
    }
}

/// One bit a byte.
#[inline(always)]
fn pack(mask: &[u8; 64], out: &mut [u8]) {
    for (out, eight) in out.iter_mut().zip(mask.as_chunks::<8>().0) {
        // Each byte's bit moves to its own place in the highest byte.
        *out = (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
    }
}

type Term<'a> = (&'a [i64], i64);

/// Some rows' values, and of bits; one value where the bit is set, or past the end. None of the generations' loops: their own gathers take
/// longer.
pub fn gather<T: Lane + Blend>(
    (values, set): (&mut [T], &mut [u8]),
    from: &[T],
    bits: &[u64],
    rows: &[u32],
    where_set: T,
) {
    let n = rows.len();
    let (values, set) = (&mut values[..n], &mut set[..n]);
    for i in 0..n {
        let row = rows[i] as usize;
        // Told this way, there is no branch.
        let word = if row / 64 < bits.len() { bits[row / 64] } else { 0 };
        let value = if row < from.len() { from[row] } else { where_set };
        set[i] = (word >> (row % 64)) as u8 & 1;
        values[i] = where_set.blend(value, set[i]);
    }
}

/// Whether each value is at most (or at least, if `least`) a bound, for each byte its own. None of the generations' loops: reading a table
/// gains nothing by their gathers.
pub(super) fn bounded(d: &mut [u8], x: &[i64], a: &[u8], bounds: &[i64; 256], least: bool) {
    let rows = d.iter_mut().zip(x.iter().zip(a));
    match least {
        false => rows.for_each(|(d, (x, a))| *d = u8::from(*x <= bounds[usize::from(*a)])),
        true => rows.for_each(|(d, (x, a))| *d = u8::from(*x >= bounds[usize::from(*a)])),
    }
}

#[inline(always)]
fn sum_of_three(d: &mut [i64], (a, p): Term, (b, q): Term, (c, r): Term, constant: i64) {
    let n = d.len();
    let (a, b, c) = (&a[..n], &b[..n], &c[..n]);
    for i in 0..n {
        let first = constant.wrapping_add(a[i].wrapping_mul(p));
        d[i] = first.wrapping_add(b[i].wrapping_mul(q)).wrapping_add(c[i].wrapping_mul(r));
    }
}

#[inline(always)]
fn sum_of_four(d: &mut [i64], [(a, p), (b, q), (c, r), (e, s)]: [Term; 4], constant: i64) {
    let n = d.len();
    let (a, b, c, e) = (&a[..n], &b[..n], &c[..n], &e[..n]);
    for i in 0..n {
        let first = constant.wrapping_add(a[i].wrapping_mul(p)).wrapping_add(b[i].wrapping_mul(q));
        d[i] = first.wrapping_add(c[i].wrapping_mul(r)).wrapping_add(e[i].wrapping_mul(s));
    }
}

#[inline(always)]
fn four_at_most(d: &mut [u8], [(a, p), (b, q), (c, r), (e, s)]: [Term; 4], constant: i64) {
    let n = d.len();
    let (a, b, c, e) = (&a[..n], &b[..n], &c[..n], &e[..n]);
    for i in 0..n {
        let first = constant.wrapping_add(a[i].wrapping_mul(p)).wrapping_add(b[i].wrapping_mul(q));
        d[i] = u8::from(first.wrapping_add(c[i].wrapping_mul(r)).wrapping_add(e[i].wrapping_mul(s)) <= 0);
    }
}

/// Days from 1 March of the year -400 to 1970-01-01, so that every date of the calendar counts from zero up.
const SHIFT: i32 = 719_468 + 146_097;

/// The key of a date by Neri and Schneider's algorithm (see [`crate::value::calendar::civil`]), divisions as multiplications that are exact for
/// the years -400 to 9999, which tests run through. The year begins in March here, with month 3.
#[inline(always)]
pub(super) fn date_key(days: i32) -> i32 {
    let n = (days.wrapping_add(SHIFT) as u32).wrapping_mul(4) | 3;
    let century = ((u64::from(n) * 15_051_803) >> 41) as u32;
    let of_century = n.wrapping_sub(century.wrapping_mul(146_097)) | 3;
    let p = u64::from(of_century) * 2_939_745;
    let year = (p >> 32) as u32;
    let of_year = ((u64::from(p as u32) * 23_937_024) >> 48) as u32;
    let m = 2_141u32.wrapping_mul(of_year).wrapping_add(197_913);
    let month = m >> 16;
    let day = ((u64::from(m & 0xffff) * 2_006_056) >> 32) as u32;
    // January and February are months 13 and 14 of the year before, which the sum of months puts right.
    let months = century.wrapping_mul(100).wrapping_add(year).wrapping_mul(12).wrapping_add(month);
    (months.wrapping_mul(32).wrapping_add(day)) as i32
}

/// 1900-03-01 and 2100-02-28, between which every fourth year leaps.
const EVEN_LEAPS: (i32, i32) = (-25_508, 47_540);

/// The same key between [`EVEN_LEAPS`], where most dates of living people lie: in 32 bits, and without the centuries. The quotient by a
/// year's 365.25 days is one too small at most, which tests run through.
#[inline(always)]
fn date_key_between_odd_centuries(days: i32) -> i32 {
    let n = days.wrapping_sub(EVEN_LEAPS.0) as u32;
    let begins = |year: u32| year.wrapping_mul(1_461) >> 2;
    let year = n.wrapping_mul(45_933) >> 24;
    let next = begins(year + 1);
    let is_next = u32::from(n >= next);
    let of_year = n.wrapping_sub(if n >= next { next } else { begins(year) });
    let m = 2_141u32.wrapping_mul(of_year).wrapping_add(197_913);
    let day = (m & 0xffff).wrapping_mul(62_690) >> 27;
    let months = (2_300 + year + is_next).wrapping_mul(12).wrapping_add(m >> 16);
    (months.wrapping_mul(32).wrapping_add(day)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Date;
    use crate::value::calendar::civil;

    #[test]
    fn keys_are_dates() {
        for days in Date::MIN.days()..=Date::MAX.days() {
            let (year, month, day) = civil(days);
            let key = (12 * (year + 400) + month) * 32 + day - 1;
            assert_eq!(i64::from(date_key(days as i32)), key, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn short_keys_are_keys() {
        let day = |year, month, day| crate::value::calendar::day_number(year, month, day) as i32;
        assert_eq!(EVEN_LEAPS, (day(1900, 3, 1), day(2100, 2, 28)));
        assert!((EVEN_LEAPS.0..=EVEN_LEAPS.1).all(|days| date_key_between_odd_centuries(days) == date_key(days)));
    }

    #[test]
    fn keys_apart_are_periods() {
        let day = |month: i32, day: i32| (12 * 400 + month) * 32 + day;
        let keys: Vec<i32> = (0..40).flat_map(|m| [0, 1, 14, 27, 30].map(|d| day(m, d))).collect();
        for (from, to) in keys.iter().flat_map(|f| keys.iter().map(|t| (*f, *t))) {
            let (mut months, mut years) = ([0], [0]);
            Simd::default().months(&mut months, &[from], &[to]);
            Simd::default().years(&mut years, &[from], &[to]);
            for (found, of) in [(months[0], 1), (years[0], 12)] {
                for (low, high) in [(-2, 3), (0, 0), (1, 1), (-1, -1), (2, 40), (-40, -3)] {
                    let ends = (super::super::lower::keys_from(low, of), super::super::lower::keys_to(high, of));
                    let mut is_within = [0];
                    Simd::default().keys_apart(&mut is_within, &[from], &[to], ends, false);
                    let expected = (low..=high).contains(&i64::from(found));
                    assert_eq!(is_within[0] == 1, expected, "{from} {to} {low} {high} by {of}");
                }
            }
        }
    }

    #[test]
    fn years_are_twelve_months() {
        let months: Vec<i32> = (0..12 * 10_400).map(|m| m << 5).collect();
        let mut years = vec![0; months.len()];
        Simd::default().years(&mut years, &vec![0; months.len()], &months);
        assert!(years.iter().enumerate().all(|(m, y)| *y == m as i32 / 12));
    }
}
