//! `placet new NAME`

use crate::args::New;
use crate::failure::Failure;
use crate::files;
use std::fs;
use std::path::Path;

const POLICY: &str = include_str!("new/policy.placet");
const FACTS: &str = include_str!("new/facts.jsonl");

/// Makes a folder with a policy that passes, and facts to try it on.
pub fn run(a: &New, quiet: bool) -> Result<(), Failure> {
    let folder = a.name.trim_end_matches('/');
    let last = folder.rsplit('/').next().unwrap_or(folder);
    let name: String = last.chars().map(|c| if c == '-' || c == ' ' || c == '.' { '_' } else { c }).collect();
    let begins = name.chars().next().is_some_and(char::is_alphabetic);
    if !begins || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        let text = format!("`{last}` cannot be a policy's name: take letters, digits and `_`, a letter first");
        return Err(Failure::Usage(text));
    }
    if Path::new(folder).exists() {
        return Err(Failure::Usage(format!("`{folder}` is there already: choose another name, or remove it")));
    }
    fs::create_dir_all(folder).map_err(|e| Failure::io("make", folder, &e))?;
    let title = name.replace('_', " ");
    let title: String = title
        .chars()
        .enumerate()
        .flat_map(|(i, c)| if i == 0 { c.to_uppercase().collect() } else { vec![c] })
        .collect();
    let policy = POLICY.replace("NAME", &name).replace("TITLE", &title);
    files::write(&format!("{folder}/{name}.placet"), &policy)?;
    files::write(&format!("{folder}/applicants.jsonl"), FACTS)?;
    if !quiet {
        let plain = folder.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c));
        let quote = |path: String| if plain { path } else { format!("'{}'", path.replace('\'', r"'\''")) };
        let (all, facts) = (quote(folder.to_owned()), quote(format!("{folder}/applicants.jsonl")));
        say!("made {folder}/{name}.placet and {folder}/applicants.jsonl; now try");
        say!("  placet check {all}");
        say!("  placet test {all} -v");
        say!("  placet decide {all} --facts {facts} --on 2026-03-02");
        say!("  placet explain {all} --facts {facts} --on 2026-03-02 --case bo");
    }
    Ok(())
}
