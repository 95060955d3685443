//! All cores: the one place that knows rayon. Work runs in the caller's pool, or in the global one that the first call starts.

use rayon::prelude::*;
use std::ops::ControlFlow;

/// Does every piece of work, in any order; stops soon after one says so.
pub fn each<T: Send>(pieces: Vec<T>, work: impl Fn(T) -> ControlFlow<()> + Sync) -> ControlFlow<()> {
    match pieces.into_par_iter().try_for_each(|piece| match work(piece) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(()),
    }) {
        Ok(()) => ControlFlow::Continue(()),
        Err(()) => ControlFlow::Break(()),
    }
}

/// Does two things at once.
pub fn both<A: Send, B: Send>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B + Send) -> (A, B) {
    rayon::join(a, b)
}
