//! Progress on long work, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{IsTerminal, Read};

/// Files shorter than this are read before anybody looks.
const LONG: u64 = 1 << 20;

/// How far a file has been read; hidden where standard error is no terminal.
pub fn reading(file: &File, quiet: bool) -> ProgressBar {
    let length = file.metadata().map_or(0, |m| m.len());
    let bar = ProgressBar::new(length);
    if quiet || length < LONG || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        return bar;
    }
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(8));
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %  {eta} left") {
        bar.set_style(style);
        bar.set_message("deciding");
    }
    bar
}

/// A reader that moves the bar on.
pub fn through<R: Read>(reader: R, bar: &ProgressBar) -> impl Read + use<R> {
    bar.wrap_read(reader)
}
