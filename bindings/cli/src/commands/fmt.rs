//! `placet fmt [PATH…]`

use super::check::count;
use crate::args::{ErrorFormat, Fmt};
use crate::failure::Failure;
use crate::{draw, files, load};
use placet::source::Sources;
use std::io::Read;

/// Lays every file out, or says which would change.
pub fn run(a: &Fmt, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    if a.paths == ["-"] {
        return standard_input(format);
    }
    let mut paths = Vec::new();
    for path in &a.paths {
        paths.extend(load::all_files(path)?);
    }
    let (mut changed, mut broken) = (0, 0);
    for path in &paths {
        let text = files::read(path)?;
        let Some(laid_out) = laid_out(path, &text, format) else {
            broken += 1;
            continue;
        };
        if laid_out == text {
            continue;
        }
        changed += 1;
        if a.diff {
            show(path, &text, &laid_out)?;
        } else if a.check {
            say!("{path} is not laid out");
        } else {
            files::write(path, &laid_out)?;
        }
    }
    let changes_nothing = a.check || a.diff;
    if !quiet {
        let what = if changes_nothing { "to lay out" } else { "laid out" };
        anstream::eprintln!("{changed} of {} {what}", count(paths.len(), "file"));
    }
    if broken > 0 || (a.check && changed > 0) { Err(Failure::Failed) } else { Ok(()) }
}

fn standard_input(format: ErrorFormat) -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|e| Failure::io("read", "standard input", &e))?;
    let laid_out = laid_out("standard input", &text, format).ok_or(Failure::Failed)?;
    let mut out = files::Out::open(None)?;
    out.bytes(laid_out.as_bytes())?;
    out.done()
}

/// The text laid out; what cannot be parsed is told, and left as it is.
fn laid_out(path: &str, text: &str, format: ErrorFormat) -> Option<String> {
    match placet::syntax::format(text) {
        Ok(laid_out) => Some(laid_out),
        Err(found) => {
            let mut sources = Sources::default();
            sources.add(path, text);
            draw::diagnostics(&found, &sources, format);
            None
        }
    }
}

/// The lines that would change, as a unified diff of whole stretches.
fn show(path: &str, before: &str, after: &str) -> Result<(), Failure> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let red = anstyle::AnsiColor::Red.on_default();
    let green = anstyle::AnsiColor::Green.on_default();
    say!("--- {path}\n+++ {path}");
    for hunk in hunks(&old, &new) {
        say!("@@ -{} +{} @@", place(hunk.old.clone()), place(hunk.new.clone()));
        for line in &old[hunk.old] {
            say!("{red}-{line}{red:#}");
        }
        for line in &new[hunk.new] {
            say!("{green}+{line}{green:#}");
        }
    }
    Ok(())
}

fn place(lines: std::ops::Range<usize>) -> String {
    let start = if lines.is_empty() { lines.start } else { lines.start + 1 };
    format!("{start},{}", lines.len())
}

struct Hunk {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

/// Stretches that differ. After a difference the nearest pair of equal lines is taken for the end of it: exact enough for
/// layouts, which keep the order of what they lay out.
fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let mut hunks = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let rest = (old.len() - i) + (new.len() - j);
        let meet = (1..=rest).find_map(|skip| {
            let pairs = (0..=skip).map(|k| (i + k, j + skip - k));
            pairs.into_iter().find(|(a, b)| *a < old.len() && *b < new.len() && old[*a] == new[*b])
        });
        let (end_old, end_new) = meet.unwrap_or((old.len(), new.len()));
        hunks.push(Hunk { old: i..end_old, new: j..end_new });
        (i, j) = (end_old, end_new);
    }
    hunks
}
