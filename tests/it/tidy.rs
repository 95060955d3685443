//! The house's absences: imports run one way, and what must not be in a room is not there.

use std::path::{Path, PathBuf};

/// Rooms in the order of their imports; those on one line stand beside each other.
const ORDER: &[&[&str]] = &[
    &["table", "wire"],
    &["source", "value"],
    &["diagnostic", "op"],
    &["syntax"],
    &["model"],
    &["graph"],
    &["facts"],
    &["eval"],
    &["decide"],
    &["explain", "form", "scenario", "analysis", "schema"],
    &["compile", "policy"],
    &["columns"],
];

fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
        let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, out);
            } else if path.extension().is_some_and(|e| e == "rs") {
                out.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let name = |p: &PathBuf| p.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|p| (name(p), code(&std::fs::read_to_string(p).unwrap()))).collect()
}

/// The code without its tests and comments.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_test(name: &str) -> bool {
    name.ends_with("tests.rs") || name.contains("/tests/") || name.contains("testing")
}

fn rank(room: &str) -> Option<usize> {
    ORDER.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (name, text) in sources().iter().filter(|(n, _)| !is_test(n)) {
        let room = name.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(room) else { continue };
        for import in text.split("crate::").skip(1) {
            let used: String = import.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if used != room && rank(&used).is_some_and(|rank| rank > own || (rank == own && room != "policy")) {
                wrong.push(format!("{name} uses {used}"));
            }
        }
    }
    // `graph::from_model` alone sees the model; that is downward. Two neighbours may lean on each other where the house says so.
    wrong.retain(|w| !w.ends_with("source uses value"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn absences_hold() {
    let absent = [
        // What, and where it may be all the same.
        ("pest::", &["syntax/parse"][..]),
        ("rayon", &["eval/parallel"]),
        // Producers without whole numbers with nulls send floats: they are read, and refused where they are not whole.
        ("f32", &["columns/cells"]),
        ("f64", &["columns/cells"]),
        ("std::time", &[]),
        ("std::fs", &[]),
        ("std::env", &[]),
        ("unsafe ", &[]),
        ("todo!", &[]),
        ("unimplemented!", &[]),
        ("println!", &[]),
    ];
    let mut wrong = Vec::new();
    for (name, text) in sources().iter().filter(|(n, _)| !is_test(n)) {
        for (what, allowed) in absent {
            if text.contains(what) && !allowed.iter().any(|a| name.starts_with(a)) {
                wrong.push(format!("{name} has {what}"));
            }
        }
    }
    let evaluators = ["eval/", "decide/", "facts/"];
    for (name, text) in sources().iter().filter(|(n, _)| evaluators.iter().any(|e| n.starts_with(e)) && !is_test(n)) {
        for room in ["crate::syntax", "crate::model"] {
            if text.contains(room) {
                wrong.push(format!("{name} sees {room}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_of_readable_length() {
    // `eval/value/emit.rs` is one recursion over node kinds; cutting it would only spread it.
    let excused = ["eval/value/emit.rs"];
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|(name, text)| text.lines().count() > 800 && !excused.contains(&name.as_str()))
        .map(|(name, _)| name)
        .collect();
    assert!(long.is_empty(), "past 800 lines: {}", long.join(", "));
}
