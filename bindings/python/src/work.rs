//! Work on all cores, with the interpreter let go of.

use crate::asked::Asked;
use crate::errors;
use placet::columns::BatchError;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often Ctrl-C is looked for and progress is told.
const MOMENT: Duration = Duration::from_millis(50);

/// Works on all cores with the interpreter let go of. This thread waits, looks for Ctrl-C and tells progress.
pub fn work<T: Send>(
    py: Python<'_>,
    asked: &Asked<'_>,
    rows: u64,
    task: impl FnOnce(&(dyn Fn(u64) -> ControlFlow<()> + Sync)) -> Result<T, BatchError> + Send,
) -> PyResult<T> {
    let pool = pool(asked.threads)?;
    let (done, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let count = |more: u64| {
        done.fetch_add(more, Ordering::Relaxed);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let progress = asked.progress.as_ref().filter(|p| !p.is_none()).map(|p| p.clone().unbind());
    let mut interrupted = None;
    let result = py.detach(|| {
        let (send, receive) = channel();
        pool.in_place_scope(|scope| {
            scope.spawn(|_| {
                // Whoever waits is there until the end.
                let _ = send.send(task(&count));
            });
            loop {
                match receive.recv_timeout(MOMENT) {
                    Ok(result) => return Some(result),
                    Err(RecvTimeoutError::Disconnected) => return None,
                    Err(RecvTimeoutError::Timeout) if interrupted.is_some() => {}
                    Err(RecvTimeoutError::Timeout) => {
                        let told = Python::attach(|py| {
                            py.check_signals()?;
                            tell(py, progress.as_ref(), done.load(Ordering::Relaxed), rows)
                        });
                        if let Err(error) = told {
                            stop.store(true, Ordering::Relaxed);
                            interrupted = Some(error);
                        }
                    }
                }
            }
        })
    });
    match (interrupted, result) {
        (Some(error), _) => Err(error),
        (None, Some(Ok(value))) => {
            tell(py, progress.as_ref(), rows, rows)?;
            Ok(value)
        }
        (None, Some(Err(error))) => Err(raised(py, error)),
        (None, None) => Err(pyo3::exceptions::PyRuntimeError::new_err("a thread ended before its work was done")),
    }
}

fn tell(py: Python<'_>, progress: Option<&Py<PyAny>>, done: u64, rows: u64) -> PyResult<()> {
    progress.map_or(Ok(()), |progress| progress.call1(py, (done, rows)).map(|_| ()))
}

/// The threads to work in; 0 for as many as the machine lets this process have. Kept for the next call. A process that was
/// forked has none of its parent's threads, and gets its own.
pub fn pool(threads: usize) -> PyResult<Arc<ThreadPool>> {
    static KEPT: Mutex<Option<(u32, usize, Arc<ThreadPool>)>> = Mutex::new(None);
    let process = std::process::id();
    let build = || -> PyResult<Arc<ThreadPool>> {
        let built = ThreadPoolBuilder::new().num_threads(threads).thread_name(|n| format!("placet-{n}")).build();
        Ok(Arc::new(built.map_err(|e| pyo3::exceptions::PyRuntimeError::new_err(e.to_string()))?))
    };
    // Somebody else is at it; or was, when this process was forked, and will never be done.
    let Ok(mut kept) = KEPT.try_lock() else { return build() };
    match kept.take() {
        Some((of, count, pool)) if (of, count) == (process, threads) => {
            *kept = Some((of, count, pool.clone()));
            return Ok(pool);
        }
        // Nobody would be there to let go of the parent's threads.
        Some((of, _, pool)) if of != process => std::mem::forget(pool),
        _ => {}
    }
    let pool = build()?;
    *kept = Some((process, threads, pool.clone()));
    Ok(pool)
}

/// What is raised for a batch that cannot be decided as a whole.
pub fn raised(py: Python<'_>, error: BatchError) -> PyErr {
    match error {
        BatchError::Columns(errors) => errors::facts_error(py, &errors).unwrap_or_else(|error| error),
        BatchError::Arrow(error) => crate::arrow::failed(&error),
        BatchError::Show { .. } => PyValueError::new_err(format!("`show`: {error}")),
        error => PyValueError::new_err(error.to_string()),
    }
}
