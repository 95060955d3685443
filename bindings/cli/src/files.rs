//! Reading files whole and writing them all at once.

use crate::failure::Failure;
use crate::interrupt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

/// So many bytes are brought to the disk while more come: at the end little is left to wait for.
const BEHIND: usize = 1 << 22;

/// A file's text.
pub fn read(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|e| Failure::io("read", path, &e))
}

/// A file's bytes.
pub fn read_bytes(path: &str) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|e| Failure::io("read", path, &e))
}

/// Refuses to write over what the same call reads, and to write two things to one file: what was there before would be lost.
pub fn apart<'a>(read: impl IntoIterator<Item = &'a str>, written: &[&str]) -> Result<(), Failure> {
    let read: Vec<PathBuf> = read.into_iter().filter_map(stands).collect();
    let mut met: Vec<PathBuf> = Vec::new();
    for path in written {
        let Some(place) = stands(path) else { continue };
        if read.contains(&place) {
            return Err(Failure::Usage(format!("`{path}` is read by this call: write to another file")));
        }
        if met.contains(&place) {
            return Err(Failure::Usage(format!("`{path}` would be written twice: write to two files")));
        }
        met.push(place);
    }
    Ok(())
}

/// Refuses a file whose ending promises another form than what is written there. A device or a pipe may be called anything.
pub fn ends_in(option: &str, path: Option<&str>, endings: &[&str]) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let ending = Path::new(path).extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let is_special = || fs::metadata(path).is_ok_and(|found| !found.is_file());
    if ending.is_some_and(|ending| endings.contains(&&*ending)) || is_special() {
        return Ok(());
    }
    let (last, others) = endings.split_last().unwrap_or((&"", &[]));
    let others: Vec<String> = others.iter().map(|ending| format!("`.{ending}`")).collect();
    let known = if others.is_empty() { String::new() } else { format!("{} or ", others.join(", ")) };
    Err(Failure::Usage(format!(
        "`{option} {path}`: the ending says which form is written; take a file that ends in {known}`.{last}`"
    )))
}

/// Where a file stands or will stand, however it is written; absent for a device or a pipe, and where there is no such folder.
fn stands(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    match fs::canonicalize(path) {
        Ok(found) => found.is_file().then_some(found),
        Err(_) => {
            let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some(fs::canonicalize(folder).ok()?.join(path.file_name()?))
        }
    }
}

/// Where results go: standard output, or a file that appears only when it is whole.
pub enum Out {
    /// Standard output.
    Standard(BufWriter<io::Stdout>),
    /// A file being written beside its final place.
    File {
        /// What is being written.
        file: BufWriter<File>,
        /// Where it is being written.
        beside: PathBuf,
        /// Where it will stand.
        path: PathBuf,
        /// What brings it to the disk meanwhile.
        sync: Syncing,
    },
    /// A device or a pipe, which is written as it is: a file in its place would take it from everybody.
    Special {
        /// What is being written.
        file: BufWriter<File>,
        /// Where it stands.
        path: PathBuf,
    },
}

/// Brings a file to the disk while it is written.
#[derive(Default)]
pub struct Syncing {
    /// How much was written since.
    bytes: usize,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Syncing {
    /// Takes note of bytes written; begins anew when they are many and nothing is on its way.
    fn written(&mut self, bytes: usize, file: &File) -> io::Result<()> {
        self.bytes += bytes;
        if self.bytes < BEHIND || self.running.as_ref().is_some_and(|running| !running.is_finished()) {
            return Ok(());
        }
        self.wait()?;
        self.bytes = 0;
        let file = file.try_clone()?;
        self.running = Some(thread::Builder::new().spawn(move || file.sync_data())?);
        Ok(())
    }

    /// Waits for what is on its way. What went wrong there is told nowhere else.
    fn wait(&mut self) -> io::Result<()> {
        let ended = self.running.take().map(JoinHandle::join);
        ended.map_or(Ok(()), |ended| ended.unwrap_or_else(|_| Err(io::Error::other("a thread ended before its time"))))
    }
}

impl Out {
    /// Opens it.
    pub fn open(path: Option<&str>) -> Result<Out, Failure> {
        let Some(path) = path else { return Ok(Out::Standard(BufWriter::new(io::stdout()))) };
        let target = Path::new(path);
        if fs::metadata(target).is_ok_and(|found| !found.is_file()) {
            let file = File::options().write(true).open(target).map_err(|e| Failure::io("write", path, &e))?;
            return Ok(Out::Special { file: BufWriter::new(file), path: target.to_owned() });
        }
        let name = target.file_name().and_then(|n| n.to_str());
        let name = name.ok_or_else(|| Failure::Usage(format!("`{path}` names no file")))?;
        let beside = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let file = File::create(&beside).map_err(|e| Failure::io("write", path, &e))?;
        interrupt::begun(&beside);
        Ok(Out::File { file: BufWriter::new(file), beside, path: target.to_owned(), sync: Syncing::default() })
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        writeln!(self, "{text}").map_err(|e| self.failure(&e))
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.write_all(bytes).map_err(|e| self.failure(&e))
    }

    /// Says that it is whole.
    pub fn done(mut self) -> Result<(), Failure> {
        let ended = match &mut self {
            Out::Standard(out) => out.flush(),
            Out::Special { file, .. } => file.flush(),
            Out::File { file, beside, path, sync } => file
                .flush()
                .and_then(|()| sync.wait())
                .and_then(|()| file.get_ref().sync_all())
                .and_then(|()| interrupt::place(beside, path)),
        };
        ended.map_err(|e| self.failure(&e))
    }

    /// A failure to write to it.
    pub fn failure(&self, error: &io::Error) -> Failure {
        match self {
            Out::Standard(_) => Failure::io("write", "standard output", error),
            Out::File { path, .. } | Out::Special { path, .. } => Failure::io("write", &path.to_string_lossy(), error),
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Standard(out) => out.write(bytes),
            Out::File { file, sync, .. } => {
                let written = file.write(bytes)?;
                sync.written(written, file.get_ref())?;
                Ok(written)
            }
            Out::Special { file, .. } => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Standard(out) => out.flush(),
            Out::File { file, .. } | Out::Special { file, .. } => file.flush(),
        }
    }
}

/// What was never finished leaves nothing behind.
impl Drop for Out {
    fn drop(&mut self) {
        if let Out::File { beside, .. } = self {
            interrupt::give_up(beside);
        }
    }
}

/// Says a line on standard output; see `say!`.
pub fn say(line: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(anstream::stdout(), "{line}").map_err(|e| Failure::io("write", "standard output", &e))
}

/// Writes a file whole.
pub fn write(path: &str, text: &str) -> Result<(), Failure> {
    write_bytes(path, text.as_bytes())
}

/// Writes a file of bytes whole.
pub fn write_bytes(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let mut out = Out::open(Some(path))?;
    out.bytes(bytes)?;
    out.done()
}
