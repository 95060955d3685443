//! Which files of facts there are.

use crate::failure::Failure;
use std::fs;
use std::path::Path;

/// A file of facts.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub kind: Kind,
    pub bytes: u64,
}

/// What a file of facts holds, told by its ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One case in JSON, or an array of them.
    Json,
    /// A case in JSON a line.
    Lines,
    Csv,
    /// JSON on standard input.
    Standard,
    Parquet,
    /// Arrow's file or stream; its first bytes tell which.
    Arrow,
}

impl Kind {
    fn of(path: &str) -> Option<Kind> {
        if path == "-" {
            return Some(Kind::Standard);
        }
        let (_, ending) = path.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "json" => Kind::Json,
            "jsonl" | "ndjson" => Kind::Lines,
            "csv" => Kind::Csv,
            "parquet" | "pq" => Kind::Parquet,
            "arrow" | "arrows" | "feather" | "ipc" => Kind::Arrow,
            _ => return None,
        })
    }

    /// Whether it comes in columns, not in rows.
    pub fn is_columnar(self) -> bool {
        matches!(self, Kind::Parquet | Kind::Arrow)
    }
}

/// The files behind paths: files as they are, of folders all files of facts in them and below, in order of their names.
pub fn find(paths: &[String]) -> Result<Vec<Source>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if Path::new(path).is_dir() {
            let before = all.len();
            folder(Path::new(path), &mut all)?;
            if all.len() == before {
                return Err(Failure::Usage(format!("the folder `{path}` holds no file of facts: {}", endings())));
            }
        } else {
            all.push(file(path)?);
        }
    }
    let columnar = all.iter().filter(|s| s.kind.is_columnar()).count();
    if columnar > 0 && columnar < all.len() {
        let text = "facts come in columns (Parquet, Arrow) or in rows (JSON, CSV), not both in one call";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(all)
}

fn file(path: &str) -> Result<Source, Failure> {
    let kind = Kind::of(path);
    let kind = kind.ok_or_else(|| Failure::Usage(format!("`{path}` is no file of facts: {}", endings())))?;
    let bytes = match kind {
        Kind::Standard => 0,
        _ => fs::metadata(path).map_err(|e| Failure::io("read", path, &e))?.len(),
    };
    Ok(Source { path: path.to_owned(), kind, bytes })
}

fn endings() -> &'static str {
    "take one that ends in `.json`, `.jsonl`, `.csv`, `.parquet`, `.arrow`, `.feather`, `.ipc` or `.arrows`"
}

fn folder(path: &Path, all: &mut Vec<Source>) -> Result<(), Failure> {
    let shown = path.to_string_lossy();
    let failure = |e: std::io::Error| Failure::io("read", &shown, &e);
    let mut entries = fs::read_dir(path).map_err(failure)?.collect::<Result<Vec<_>, _>>().map_err(failure)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        // Writers of many files leave notes and unfinished parts under such names.
        let is_aside = name.to_string_lossy().starts_with(['.', '_']);
        let path = entry.path();
        let told = path.to_string_lossy();
        // A link to a folder is not followed, so that none is met twice.
        if entry.file_type().map_err(failure)?.is_dir() {
            if !is_aside {
                folder(&path, all)?;
            }
        } else if !is_aside && Kind::of(&told).is_some() {
            all.push(file(&told)?);
        }
    }
    Ok(())
}
