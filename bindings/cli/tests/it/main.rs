//! The command as a user meets it: what it prints, where, and how it ends.

mod check;
mod decide;
mod explain;
#[cfg(feature = "columnar")]
mod files;
mod new;
mod replay;
mod report;
mod test;

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const ALLOWANCE: &str = include_str!("../policies/allowance.placet");
const APPLICANTS: &str = include_str!("../policies/applicants.jsonl");

/// A folder of its own for one test.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(TempDir::new().expect("a folder"))
    }

    /// With the allowance and its applicants.
    fn with_allowance() -> Desk {
        Desk::new().put("allowance.placet", ALLOWANCE).put("applicants.jsonl", APPLICANTS)
    }

    fn put(self, name: &str, text: &str) -> Desk {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs `placet` with words separated by blanks.
    fn run(&self, arguments: &str) -> Ran {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &str, input: &str) -> Ran {
        let mut command = Command::cargo_bin("placet").expect("the command");
        let command = command.current_dir(self.path()).args(arguments.split_whitespace()).write_stdin(input);
        let output = command.output().expect("it runs");
        Ran {
            code: output.status.code().expect("it ends"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

/// What came of a run.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn ends(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "standard output:\n{}\nstandard error:\n{}", self.out, self.err);
        self
    }
}

/// A decision's hash depends on how graphs are written; what is tested here does not.
fn without_hash(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\"graph\":") {
        let end = rest[at..].find(',').map_or(rest.len(), |e| at + e + 1);
        out.push_str(&rest[..at]);
        rest = rest[end..].trim_start();
    }
    out + rest
}
