//! Timing several ways of doing the same work in turns, so that a noisy machine is noisy for all of them.

use std::time::Instant;

/// A way of doing the work once over.
pub struct Contender<'a> {
    pub name: &'a str,
    pub run: Box<dyn FnMut() + 'a>,
}

/// Nanoseconds an item for each contender: smallest, median and largest of the rounds.
pub fn rounds(contenders: &mut [Contender], items: usize, rounds: usize) -> Vec<(f64, f64, f64)> {
    let mut times = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let start = Instant::now();
            (contender.run)();
            let taken = start.elapsed().as_secs_f64() * 1e9 / items as f64;
            // The first round warms caches and allocators up.
            if round > 0 {
                times.push(taken);
            }
        }
    }
    times
        .into_iter()
        .map(|mut t| {
            t.sort_by(f64::total_cmp);
            (t[0], t[t.len() / 2], t[t.len() - 1])
        })
        .collect()
}
