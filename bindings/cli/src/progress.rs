//! Progress on long work: how much of the files has been read, how many rows are decided, and how fast.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write as _;
use std::io::{IsTerminal, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Files shorter than this are read before anybody looks.
const LONG: u64 = 1 << 20;
/// How often a line is printed where there is no terminal to draw on.
const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// When progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Never.
    Never,
    /// On a terminal, for long work.
    OnTerminal,
    /// Always; where standard error is no terminal, as lines.
    Always,
}

/// How far the work has come. Cheap to clone; moved on from any thread.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    rows: Arc<AtomicU64>,
    started: Instant,
    /// When the last line was printed, where lines are.
    lines: Option<Arc<Mutex<Instant>>>,
}

impl Progress {
    /// On so many bytes of files.
    pub fn new(bytes: u64, shown: Shown) -> Progress {
        let is_terminal = std::io::stderr().is_terminal();
        let is_drawn = is_terminal && (shown == Shown::Always || (shown == Shown::OnTerminal && bytes >= LONG));
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        let rows = Arc::new(AtomicU64::new(0));
        let started = Instant::now();
        if is_drawn {
            let counted = rows.clone();
            let told = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                // A bar that cannot be drawn is not drawn.
                let _ = out.write_str(&rows_and_rate(counted.load(Ordering::Relaxed), started));
            };
            if let Ok(style) = ProgressStyle::with_template("deciding {bar:30} {percent:>3} %  {rows}  {eta} left") {
                bar.set_style(style.with_key("rows", told));
            }
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
        }
        let lines = (shown == Shown::Always && !is_terminal).then(|| Arc::new(Mutex::new(started)));
        Progress { bar, rows, started, lines }
    }

    /// So many more bytes have been read.
    #[cfg(feature = "columnar")]
    pub fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    /// A reader that moves it on.
    pub fn through<R: Read>(&self, reader: R) -> impl Read + use<R> {
        self.bar.wrap_read(reader)
    }

    /// So many more rows are decided.
    pub fn decided(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
        let Some(last) = &self.lines else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= BETWEEN_LINES {
            *last = Instant::now();
            let mut line = rows_and_rate(self.rows(), self.started);
            if let Some(percent) = (self.bar.position() * 100).checked_div(self.bar.length().unwrap_or(0)) {
                // Writing to a text does not fail.
                let _ = write!(line, ", {percent} %, {} s left", self.bar.eta().as_secs());
            }
            anstream::eprintln!("{line}");
        }
    }

    /// How many rows are decided.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// How long it has taken so far.
    pub fn taken(&self) -> Duration {
        self.started.elapsed()
    }

    /// Takes it off the screen, and tells at last where lines are printed.
    pub fn done(&self) {
        self.bar.finish_and_clear();
        if self.lines.is_some() {
            anstream::eprintln!("{}", rows_and_rate(self.rows(), self.started));
        }
    }
}

fn rows_and_rate(rows: u64, started: Instant) -> String {
    format!("{} rows, {} a second", grouped(rows), grouped(per_second(rows, started.elapsed())))
}

/// Rows a second.
pub fn per_second(rows: u64, taken: Duration) -> u64 {
    let rate = u128::from(rows) * 1_000_000 / taken.as_micros().max(1);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

/// A number with its digits in groups of three.
pub fn grouped(number: impl ToString) -> String {
    let text = number.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("−", digits));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_threes() {
        assert_eq!(
            [0, 12, 123, 1234, 123_456, -1_234_567].map(grouped),
            ["0", "12", "123", "1,234", "123,456", "−1,234,567"]
        );
    }
}
