//! An interrupted run leaves no half-written file behind.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files that are being written beside their final places.
static BEGUN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// The exit code of an interrupted run, as shells tell it.
const INTERRUPTED: i32 = 130;

/// From here on an interruption removes what has been begun, and ends the command.
pub fn watch() {
    // Where no handler can be set the system ends the command itself: then a file beside the final place may stay.
    let _ = ctrlc::set_handler(|| {
        let begun = begun_files();
        begun.iter().for_each(|path| drop(fs::remove_file(path)));
        // The files stay locked, so that none is finished between here and the end.
        std::process::exit(INTERRUPTED);
    });
}

/// Says that a file is being written.
pub fn begun(path: &Path) {
    begun_files().insert(path.to_owned());
}

/// Puts a written file in its final place, at once or not at all.
pub fn place(path: &Path, target: &Path) -> io::Result<()> {
    let mut begun = begun_files();
    fs::rename(path, target)?;
    begun.remove(path);
    Ok(())
}

/// Removes a file that was not finished.
pub fn give_up(path: &Path) {
    if begun_files().remove(path) {
        // It was there; if it is no longer, that is as well.
        let _ = fs::remove_file(path);
    }
}

fn begun_files() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}
