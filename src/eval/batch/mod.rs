//! The batch evaluator: many cases at once, column by column.
//!
//! A [`Program`] is lowered from the graph for a set of roots. It makes one vector after another over a chunk of rows that fits the
//! cache. It knows points only: a row of which a fact it reads is not given, or where something fails, is *given up*, and sets
//! decide it (*semantics 1, Batches*).

mod intervals;
mod kernels;
mod lower;
mod plan;
mod program;
mod reach;
mod run;
mod sets;

pub use intervals::lower_open;
pub use kernels::{Blend, Lane};
pub use lower::{Widths, lower};
pub use program::{Input, Program, Width};
pub use reach::Reach;
pub use run::{Buffers, Chunk, Lanes, Mask, Numbers, Outcome, Runner, ScopeRows};
pub use sets::{Columns, Sets, facts_below, order};

/// Whether any value lies outside two ends.
pub fn any_outside<T: Lane>(values: &[T], low: T, high: T) -> bool {
    kernels::Simd::default().any_outside(values, low, high)
}

/// Writes a value wherever a mask is as wanted.
pub fn put<T: Blend>(values: &mut [T], mask: &[u8], wanted: bool, value: T) {
    kernels::Simd::default().put(values, mask, wanted, value);
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
