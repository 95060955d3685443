//! All cores: the one place that knows rayon. Work runs in the caller's pool, or in the global one that the first call starts.

use rayon::prelude::*;

/// What comes of every piece of work, in their order; stops soon after one fails.
pub fn map<T: Send, R: Send, E: Send>(
    pieces: Vec<T>,
    work: impl Fn(T) -> Result<R, E> + Sync + Send,
) -> Result<Vec<R>, E> {
    pieces.into_par_iter().map(work).collect()
}

/// Does two things at once.
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}
