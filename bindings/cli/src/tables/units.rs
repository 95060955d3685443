//! Units decoded, decided and encoded on all cores, written in order.

use super::decode::Desk;
use super::read::{Unit, Units};
use super::write::{Encoded, Encoder, Form, Sink};
use crate::args::Decide;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sources::Source;
use crate::summary::Summary;
use placet::Bundle;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::slice;
use std::sync::mpsc::{self, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many units each core may be ahead of the writing.
const AHEAD: usize = 2;

/// How many rows are decided at a time: what the engine takes for one piece of work.
const TOGETHER: usize = 1 << 15;

/// What came of a unit, by its number.
type Done = (usize, Result<(Encoded, Summary), Failure>);

/// Decides all that files hold.
pub fn run(
    bundle: &Bundle,
    a: &Decide,
    sources: &[Source],
    form: Form,
    progress: &Progress,
    is_told: bool,
) -> Result<Summary, Failure> {
    let (units, schema, carried) = Units::new(bundle, a, sources, progress)?;
    let (mut sink, encoder) = Sink::open(form, a.out.as_deref(), &schema, carried)?;
    let cores = rayon::current_num_threads();
    let queue = Queue {
        state: Mutex::new(State { units, taken: 0, written: 0, is_over: false }),
        moved: Condvar::new(),
        ahead: cores * AHEAD,
    };
    let mut summary = Summary::new(bundle);
    let (send, receive) = mpsc::channel();
    let worker = Worker { bundle, queue: &queue, encoder: &encoder, progress, is_told };
    let written: Result<(), Failure> = thread::scope(|scope| {
        for _ in 0..cores {
            let send = send.clone();
            scope.spawn(move || worker.work(&send));
        }
        drop(send);
        let mut early: BTreeMap<usize, (Encoded, Summary)> = BTreeMap::new();
        let mut next = 0;
        let mut write = |(number, done): Done| -> Result<(), Failure> {
            early.insert(number, done?);
            while let Some((encoded, counts)) = early.remove(&next) {
                sink.append(encoded)?;
                summary.merge(counts);
                next += 1;
                queue.written(next);
            }
            Ok(())
        };
        let ended = receive.iter().try_for_each(&mut write);
        queue.stop();
        ended
    });
    written?;
    sink.done()?;
    Ok(summary)
}

/// The units, handed out one by one, not too far ahead of the writing.
struct Queue<'a> {
    state: Mutex<State<'a>>,
    moved: Condvar,
    ahead: usize,
}

struct State<'a> {
    units: Units<'a>,
    taken: usize,
    written: usize,
    is_over: bool,
}

impl<'a> Queue<'a> {
    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next unit and its number; waits while too many are not written yet.
    fn next(&self) -> Option<(usize, Result<Unit, Failure>)> {
        let mut state = self.state();
        while !state.is_over && state.taken >= state.written + self.ahead {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_over {
            return None;
        }
        let unit = state.units.next();
        let number = state.taken;
        state.taken += 1;
        state.is_over = !matches!(unit, Ok(Some(_)));
        unit.transpose().map(|unit| (number, unit))
    }

    fn written(&self, units: usize) {
        self.state().written = units;
        self.moved.notify_all();
    }

    fn stop(&self) {
        self.state().is_over = true;
        self.moved.notify_all();
    }
}

#[derive(Clone, Copy)]
struct Worker<'a> {
    bundle: &'a Bundle,
    queue: &'a Queue<'a>,
    encoder: &'a Encoder,
    progress: &'a Progress,
    /// Whether somebody sees the summary.
    is_told: bool,
}

impl Worker<'_> {
    fn work(&self, send: &Sender<Done>) {
        // The cores are busy with units already: each decides its own by itself.
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        let alone = alone.map_err(|e| Failure::Internal(e.to_string()));
        let desk = Desk::new().map_err(|e| Failure::Internal(e.to_string()));
        let (alone, desk) = match alone.and_then(|alone| Ok((alone, desk?))) {
            Ok(ready) => ready,
            Err(failure) => {
                // Nobody to tell is somebody who has ended for another reason.
                let _ = send.send((0, Err(failure)));
                return;
            }
        };
        alone.install(|| {
            while let Some((number, unit)) = self.queue.next() {
                let done = unit.and_then(|unit| self.unit(number, unit, &desk));
                if send.send((number, done)).is_err() {
                    return;
                }
            }
        });
    }

    fn unit(&self, number: usize, unit: Unit, desk: &Desk) -> Result<(Encoded, Summary), Failure> {
        let mut summary = Summary::new(self.bundle);
        let mut encoded = self.encoder.unit(number)?;
        let (file, bytes) = (unit.file.clone(), unit.bytes);
        for batch in unit.batches(desk)? {
            let batch = batch?;
            let moved = |rows| {
                self.progress.decided(rows);
                ControlFlow::Continue(())
            };
            // What was just decided is encoded while the cache still has it.
            for first in (0..batch.num_rows()).step_by(TOGETHER) {
                let part = batch.slice(first, TOGETHER.min(batch.num_rows() - first));
                let decided = file.batches.decide_all(slice::from_ref(&part), &moved);
                for decided in decided.map_err(|e| super::unusable(&file.path, &e))? {
                    match self.is_told {
                        true => summary.add_batch(self.bundle, &decided),
                        false => summary.add_invalid(self.bundle, &decided),
                    }
                    encoded.write(decided)?;
                }
            }
        }
        self.progress.read(bytes);
        Ok((encoded.finish()?, summary))
    }
}
