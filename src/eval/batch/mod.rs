//! The batch evaluator: many cases at once, column by column.
//!
//! A [`Program`] is lowered from the graph for a set of roots. It makes one vector after another over a chunk of rows that fits the
//! cache. It knows points only: a row of which a fact it reads is not given, or where something fails, is *given up*, and sets
//! decide it (*semantics 1, Batches*).

mod kernels;
mod lower;
mod plan;
mod program;
mod run;

pub use kernels::Lane;
pub use lower::{Widths, lower};
pub use program::{Input, Program, Width};
pub use run::{Chunk, Lanes, Mask, Numbers, Outcome, Runner, ScopeRows};

/// Whether any value lies outside two ends.
pub fn any_outside<T: Lane>(values: &[T], low: T, high: T) -> bool {
    kernels::Simd::default().any_outside(values, low, high)
}

/// Writes a value wherever a mask is as wanted.
pub fn put<T: Copy + Send + Sync>(values: &mut [T], mask: &[u8], wanted: bool, value: T) {
    kernels::Simd::default().put(values, mask, wanted, value);
}
