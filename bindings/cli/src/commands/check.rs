//! `placet check POLICY…`

use crate::args::{Check, ErrorFormat};
use crate::failure::Failure;
use crate::{draw, files, load};
use placet::Bundle;
use placet::graph::Program;

/// Checks every bundle and tells what is wrong.
pub fn run(a: &Check, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    let mut groups = Vec::new();
    let (mut errors, mut warnings) = (0, 0);
    let mut checked = Vec::new();
    for path in &a.policies {
        match load::is_compiled(path) {
            true => checked.push(load::bundle(path, format)?),
            false => groups.extend(load::groups(path)?),
        }
    }
    for group in &groups {
        let compilation = load::compile(group)?;
        let told: Vec<_> =
            compilation.diagnostics.iter().filter(|d| !quiet || a.deny_warnings || d.is_error()).collect();
        draw::diagnostics(told, &compilation.sources, format);
        let errors_here = compilation.diagnostics.iter().filter(|d| d.is_error()).count();
        errors += errors_here;
        warnings += compilation.diagnostics.len() - errors_here;
        checked.extend(compilation.program.map(Bundle::new));
    }
    if errors > 0 || (a.deny_warnings && warnings > 0) {
        if !quiet && format == ErrorFormat::Human {
            anstream::eprintln!("{}", counts(errors, warnings));
        }
        return Err(Failure::Failed);
    }
    if let Some(out) = &a.out {
        match &checked[..] {
            [bundle] => files::write_bytes(out, &bundle.to_compiled())?,
            several => {
                let text = format!("`--out` takes one policy or one folder, and these are {} bundles", several.len());
                return Err(Failure::Usage(text));
            }
        }
    }
    if !quiet && format != ErrorFormat::Json {
        for bundle in &checked {
            tell(bundle.program())?;
        }
        if warnings > 0 && format == ErrorFormat::Human {
            anstream::eprintln!("{}", counts(errors, warnings));
        }
    }
    Ok(())
}

/// A policy a line: its name, its title, its size, its hash.
fn tell(program: &Program) -> Result<(), Failure> {
    for policy in &program.policies {
        let title = policy.title.as_ref().map(|t| format!(" \"{}\"", t.default)).unwrap_or_default();
        let version = policy.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
        let facts = policy.facts.iter().filter(|f| f.used).count();
        let hash = placet::decide::hexadecimal(&policy.logic_hash[..6]);
        let parts = [
            count(policy.rules.len(), "rule"),
            count(policy.awards.len(), "award"),
            count(policy.reports.len(), "report"),
            count(facts, "fact"),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|p| !p.starts_with("0 ")).collect();
        say!("{}{title}{version}: {}; graph {hash}", policy.name, parts.join(", "));
    }
    Ok(())
}

fn counts(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, w) => count(w, "warning"),
        (e, 0) => count(e, "error"),
        (e, w) => format!("{}, {}", count(e, "error"), count(w, "warning")),
    }
}

/// `1 rule`, `2 rules`
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
