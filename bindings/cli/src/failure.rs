//! Why a command did not end well, and the exit code that says so.

use crate::args::ErrorFormat;
use std::io::ErrorKind;

/// Why a command did not end well.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A check, test or replay failed, and has said so already.
    #[error("")]
    Failed,
    /// The call itself makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The data cannot be used.
    #[error("{0}")]
    Data(String),
    /// Data were bad, and it has been said already.
    #[error("")]
    DataTold,
    /// Whoever reads the output has gone: nothing is wrong, and nobody is left to tell.
    #[error("")]
    Gone,
    /// Trouble of our own: a disk that is full, something that should not happen.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    /// The exit code of a call that makes no sense.
    pub const USAGE: u8 = 2;

    /// The exit code: 1 check or test failed, 2 usage, 3 data, 4 internal.
    pub fn code(&self) -> u8 {
        match self {
            Failure::Gone => 0,
            Failure::Failed => 1,
            Failure::Usage(_) => Failure::USAGE,
            Failure::Data(_) | Failure::DataTold => 3,
            Failure::Internal(_) => 4,
        }
    }

    /// A failure to read or write a file.
    pub fn io(doing: &str, path: &str, error: &std::io::Error) -> Failure {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            ErrorKind::IsADirectory => "it is a folder".to_owned(),
            ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
            ErrorKind::StorageFull => "the disk is full".to_owned(),
            _ => error.to_string(),
        };
        let text = format!("cannot {doing} `{path}`: {reason}");
        match error.kind() {
            ErrorKind::BrokenPipe => Failure::Gone,
            ErrorKind::InvalidData => Failure::Data(text),
            // Another path, or other rights, would have done.
            ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::AlreadyExists
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
            | ErrorKind::ReadOnlyFilesystem => Failure::Usage(text),
            _ => Failure::Internal(text),
        }
    }

    /// A failure to write decisions to a file, of whatever a writer between tells of it.
    pub fn written(path: &str, error: &(dyn std::error::Error + 'static)) -> Failure {
        let causes = std::iter::successors(Some(error), |error| error.source());
        match causes.filter_map(|cause| cause.downcast_ref()).next() {
            Some(io) => Failure::io("write", path, io),
            None => Failure::Usage(format!("cannot write `{path}`: {error}")),
        }
    }

    /// Tells it on standard error.
    pub fn print(&self, format: ErrorFormat) {
        let text = self.to_string();
        if text.is_empty() {
            return;
        }
        match format {
            ErrorFormat::Json => {
                let kind = match self.code() {
                    1 => "failed",
                    2 => "usage",
                    3 => "data",
                    _ => "internal",
                };
                anstream::eprintln!("{}", serde_json::json!({"severity": "error", "kind": kind, "message": text}));
            }
            ErrorFormat::Plain => anstream::eprintln!("error: {text}"),
            ErrorFormat::Human => {
                let style = anstyle::AnsiColor::Red.on_default().bold();
                anstream::eprintln!("{style}error{style:#}: {text}");
            }
        }
    }
}
