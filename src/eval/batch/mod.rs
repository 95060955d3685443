//! The batch evaluator: many cases at once, column by column.
//!
//! A [`Program`] is lowered from the graph for a set of roots. It makes one vector after another over a chunk of rows that fits the
//! cache: points ([`lower`]), or both ends of sets where facts are open ([`lower_open`]). A row that it cannot tell, since a fact that it
//! reads is not given or something fails, is *given up*, and the next decides it: [`Columns`] of sets, or a single case
//! (*semantics 1, Batches*).

mod intervals;
mod kernels;
mod lower;
mod plan;
mod program;
mod reach;
mod run;
mod sets;

pub use intervals::lower_open;
pub use kernels::{Blend, Key, Lane, gather};
pub use lower::{Widths, lower};
pub use program::{Input, Program, Width};
pub use reach::Reach;
pub use run::{Buffers, Chunk, Lanes, Mask, Numbers, Outcome, Runner, ScopeRows};
pub use sets::{Columns, Sets, facts_below, order};

/// The smallest and the largest value.
pub fn ends<T: Lane>(values: &[T]) -> Option<(T, T)> {
    kernels::Simd::default().ends(values)
}

/// Which keys are no key (below zero), as bits that are not set; these become the first key. Absent where all are keys.
pub fn key_bits<T: Key>(keys: &mut [T]) -> Option<Vec<u8>> {
    kernels::Simd::default().key_bits(keys)
}

/// Writes a value wherever a mask is as wanted.
pub fn put<T: Blend>(values: &mut [T], mask: &[u8], wanted: bool, value: T) {
    kernels::Simd::default().put(values, mask, wanted, value);
}

/// Sets a bit, of 64 the so manieth, of each row's word where a mask is set.
pub fn set_bit(words: &mut [u64], mask: &[u8], bit: usize) {
    kernels::Simd::default().set_bit(words, mask, bit);
}

/// Offsets of what few rows have: where each one's ends, and nothing in the rows between.
pub fn offsets(rows: usize, ends: &[(u32, i32)]) -> Vec<i32> {
    kernels::Simd::default().offsets(rows, ends)
}

/// Writes values wherever masks are as wanted, one mask after the other, and `first` where none is.
pub fn choose_each<T: Blend>(into: &mut [T], first: T, masks: &[(&[u8], bool, T)]) {
    let simd = kernels::Simd::default();
    let (fours, rest) = masks.as_chunks::<4>();
    match fours {
        [four, more @ ..] => {
            simd.put_four(into, Some(first), four);
            more.iter().for_each(|four| simd.put_four(into, None, four));
        }
        [] => into.fill(first),
    }
    rest.iter().for_each(|(mask, wanted, value)| simd.put(into, mask, *wanted, *value));
}

/// For each key the value of the last step that it reaches: steps rise, and `first` is below them all.
pub fn steps<K: Key, T: Blend>(into: &mut [T], keys: &[K], first: T, steps: &[(K, T)]) {
    kernels::Simd::default().steps(into, keys, first, steps);
}

/// Writes one value wherever a vector has another.
pub fn put_where<T: Blend>(values: &mut [T], of: &[u8], wanted: u8, value: T) {
    kernels::Simd::default().put_where(values, of, wanted, value);
}

/// One of two values by a mask.
pub fn choose<T: Blend>(values: &mut [T], mask: &[u8], set: T, not_set: T) {
    kernels::Simd::default().choose(values, mask, set, not_set);
}

/// One bit an item, eight to a byte, the first lowest.
pub fn bits<T: Copy + Send + Sync>(items: &[T], is_set: impl Fn(T) -> bool + Copy + Send + Sync) -> Vec<u8> {
    kernels::Simd::default().bits(items, is_set)
}

/// One byte a bit, of words that hold 64.
pub fn bytes(bytes: &mut [u8], words: impl Iterator<Item = u64>, flip: bool) {
    kernels::Simd::default().bytes(bytes, words, flip);
}

/// Kleene's `or` of standings, as bits, over independent conditions.
pub fn any_of(all: &mut [u8], truths: &[u8]) {
    kernels::Simd::default().truths(all, truths, false);
}
