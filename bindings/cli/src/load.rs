//! From a path to policies.

use crate::args::ErrorFormat;
use crate::failure::Failure;
use crate::{draw, files};
use placet::Bundle;
use placet::compile::{Compilation, compile_with_tests};
use std::fs;
use std::io::Read;
use std::path::Path;

/// The files of one bundle.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Policies and what they use.
    pub policies: Vec<String>,
    /// Test files.
    pub tests: Vec<String>,
}

/// Whether a file is a compiled policy, by its ending or by what it begins with.
pub fn is_compiled(path: &str) -> bool {
    let begins = || {
        let mut first = [0; 4];
        fs::File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == *b"PLCT"
    };
    path.ends_with(".placetc") || !path.ends_with(".placet") && begins()
}

fn is_test(path: &str) -> bool {
    path.ends_with("_test.placet")
}

/// The files of a policy or of a folder of policies.
pub fn group(path: &str) -> Result<Group, Failure> {
    let kind = fs::metadata(path).map_err(|e| Failure::io("read", path, &e))?;
    if kind.is_dir() {
        let group = folder(path)?;
        return match group.policies.is_empty() {
            true => {
                Err(Failure::Usage(format!("the folder `{path}` holds no policy: no file in it ends in `.placet`")))
            }
            false => Ok(group),
        };
    }
    let path = slashes(path);
    if is_test(&path) {
        let folder = folder(parent(&path))?;
        return Ok(Group { policies: folder.policies, tests: vec![path] });
    }
    let test = path.strip_suffix(".placet").map(|stem| format!("{stem}_test.placet"));
    let tests = test.into_iter().filter(|t| Path::new(t).is_file()).collect();
    Ok(Group { policies: vec![path], tests })
}

/// The groups of a path: those of every folder below it, if it is a folder without policies of its own.
pub fn groups(path: &str) -> Result<Vec<Group>, Failure> {
    let kind = fs::metadata(path).map_err(|e| Failure::io("read", path, &e))?;
    if !kind.is_dir() {
        return Ok(vec![group(path)?]);
    }
    let mut found = Vec::new();
    for folder_path in folders(path)? {
        let group = folder(&folder_path)?;
        if !group.policies.is_empty() {
            found.push(group);
        }
    }
    match found.is_empty() {
        true => Err(Failure::Usage(format!("no file below `{path}` ends in `.placet`"))),
        false => Ok(found),
    }
}

/// The policy files right in a folder, in order of their names.
fn folder(path: &str) -> Result<Group, Failure> {
    let mut group = Group::default();
    for (name, is_folder) in entries(path)? {
        if !is_folder && name.ends_with(".placet") {
            if is_test(&name) { group.tests.push(name) } else { group.policies.push(name) }
        }
    }
    Ok(group)
}

/// A folder and all below it, in order of their names; hidden ones and build results aside.
fn folders(path: &str) -> Result<Vec<String>, Failure> {
    let mut all = vec![slashes(path)];
    let mut next = 0;
    while let Some(folder) = all.get(next).cloned() {
        next += 1;
        for (name, is_folder) in entries(&folder)? {
            let last = name.rsplit('/').next().unwrap_or(&name);
            if is_folder && !last.starts_with('.') && !matches!(last, "target" | "node_modules") {
                all.push(name);
            }
        }
    }
    all.sort();
    Ok(all)
}

/// All policy files of a path, test files among them.
pub fn all_files(path: &str) -> Result<Vec<String>, Failure> {
    let kind = fs::metadata(path).map_err(|e| Failure::io("read", path, &e))?;
    if !kind.is_dir() {
        return Ok(vec![slashes(path)]);
    }
    let mut all = Vec::new();
    for group in groups(path)? {
        all.extend(group.policies);
        all.extend(group.tests);
    }
    Ok(all)
}

fn entries(path: &str) -> Result<Vec<(String, bool)>, Failure> {
    let failure = |e: std::io::Error| Failure::io("read", path, &e);
    let mut all = Vec::new();
    for entry in fs::read_dir(path).map_err(failure)? {
        let entry = entry.map_err(failure)?;
        // A link to a folder is not followed, so that none is met twice.
        let is_folder = entry.file_type().map_err(failure)?.is_dir();
        if let Some(name) = entry.file_name().to_str() {
            all.push((if path == "." { name.to_owned() } else { join(path, name) }, is_folder));
        }
    }
    all.sort();
    Ok(all)
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", slashes(folder).trim_end_matches('/'))
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

fn texts(paths: &[String]) -> Result<Vec<(&str, String)>, Failure> {
    paths.iter().map(|p| Ok((p.as_str(), files::read(p)?))).collect()
}

/// Compiles the files of a group.
pub fn compile(group: &Group) -> Result<Compilation, Failure> {
    let policies = texts(&group.policies)?;
    let tests = texts(&group.tests)?;
    let policies: Vec<(&str, &str)> = policies.iter().map(|(n, t)| (*n, t.as_str())).collect();
    let tests: Vec<(&str, &str)> = tests.iter().map(|(n, t)| (*n, t.as_str())).collect();
    Ok(compile_with_tests(&policies, &tests, &|name| fs::read_to_string(name).ok()))
}

/// The policies behind a path: a file, a folder, or a compiled artefact. What is wrong with them is told; warnings are
/// `placet check`'s business.
pub fn bundle(path: &str, format: ErrorFormat) -> Result<Bundle, Failure> {
    if is_compiled(path) {
        let bytes = files::read_bytes(path)?;
        return Bundle::from_compiled(&bytes).map_err(|e| Failure::Data(format!("cannot load `{path}`: {e}")));
    }
    let mut group = group(path)?;
    group.tests.clear();
    let compilation = compile(&group)?;
    match compilation.program {
        Some(program) => Ok(Bundle::new(program)),
        None => {
            let errors: Vec<_> = compilation.diagnostics.into_iter().filter(|d| d.is_error()).collect();
            draw::diagnostics(&errors, &compilation.sources, format);
            Err(Failure::Failed)
        }
    }
}
