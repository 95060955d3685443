//! From files to a program: parse, follow `use`, check, lower. The core reads no files itself; whoever calls it does.

use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{Program, TablePlace, from_model};
use crate::model::{self, Model, Scenario};
use crate::source::{SourceId, Sources};
use crate::syntax::ast::{DeclarationKind, File};
use crate::syntax::parse;

/// What came of a compilation.
#[derive(Debug)]
pub struct Compilation {
    /// The files, for places in diagnostics.
    pub sources: Sources,
    /// Everything found, errors first, then by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The program, if there is no error.
    pub program: Option<Program>,
    /// Where the program's tables and exceptions stand in the text.
    pub tables: Vec<TablePlace>,
    /// The policies' models, as far as they could be checked; in the order of the program's policies.
    pub models: Vec<Model>,
    /// Scenarios from test files, each with the place of its policy's model.
    pub scenarios: Vec<(usize, Scenario)>,
}

impl Compilation {
    /// Whether anything stands in the way of a program.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads a file by its name; absent: there is none.
pub type Read<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Compiles a bundle. `files` are names with texts, policies and the parts they use alike; `read` supplies what `use` and
/// `by table from` name and `files` does not hold. Names are paths with `/`; a name in a file is relative to that file.
pub fn compile(files: &[(&str, &str)], read: Read) -> Compilation {
    compile_with_tests(files, &[], read)
}

/// As [`compile`], with test files whose scenarios are checked against the policy that they `use`.
pub fn compile_with_tests(files: &[(&str, &str)], tests: &[(&str, &str)], read: Read) -> Compilation {
    let mut loader = Loader { sources: Sources::default(), parsed: Vec::new(), diagnostics: Vec::new(), read };
    for (name, text) in files.iter().chain(tests) {
        loader.add(name, text);
    }
    let declares = |file: &File| file.declarations.iter().any(|d| matches!(d.kind, DeclarationKind::Policy { .. }));
    let mut roots: Vec<usize> =
        (0..files.len().min(loader.parsed.len())).filter(|i| declares(&loader.parsed[*i])).collect();
    if roots.is_empty() && !files.is_empty() {
        roots.push(0);
    }
    let mut models: Vec<(usize, Model)> = Vec::new();
    for &root in &roots {
        let parts = loader.closure(root);
        let files: Vec<&File> = parts.iter().map(|i| &loader.parsed[*i]).collect();
        let base = loader.sources.get(SourceId(root as u32)).name.clone();
        let tables = |name: &str| (loader.read)(&resolve(&base, name));
        let (model, found) = model::check(&loader.sources, &files, &tables);
        loader.diagnostics.extend(found);
        models.extend(model.map(|m| (root, m)));
    }
    let mut scenarios = Vec::new();
    for test in files.len()..files.len() + tests.len() {
        let uses = loader.closure(test);
        match models.iter().position(|(root, _)| uses.contains(root)) {
            // What is wrong with the policy is told; the scenarios are checked once it is mended.
            None if uses.iter().any(|part| roots.contains(part)) => {}
            Some(at) => {
                let (found, diagnostics) = model::check_scenarios(&loader.sources, &models[at].1, &loader.parsed[test]);
                loader.diagnostics.extend(diagnostics);
                scenarios.extend(found.into_iter().map(|s| (at, s)));
            }
            None => {
                let span = crate::source::Span::new(SourceId(test as u32), 0, 0);
                let message = "these scenarios belong to no policy";
                let help = "begin the file with `use \"….placet\"`, naming the policy's file";
                loader.diagnostics.push(Diagnostic::new(Code::NoPolicy, span, message).help(help));
            }
        }
    }
    let models: Vec<Model> = models.into_iter().map(|(_, m)| m).collect();
    let mut program = None;
    let mut tables = Vec::new();
    if !loader.diagnostics.iter().any(Diagnostic::is_error) {
        let (lowered, found) = from_model::lower_with(&loader.sources, &models, from_model::Options { optimize: true });
        loader.diagnostics.extend(found);
        if let Some(lowered) = lowered.filter(|_| !loader.diagnostics.iter().any(Diagnostic::is_error)) {
            program = Some(lowered.program);
            tables = lowered.places;
        }
    }
    let mut diagnostics = loader.diagnostics;
    diagnostics.sort_by_key(|d| (std::cmp::Reverse(d.severity), d.span, d.code));
    diagnostics.dedup();
    Compilation { sources: loader.sources, diagnostics, program, tables, models, scenarios }
}

struct Loader<'a> {
    sources: Sources,
    /// By source id.
    parsed: Vec<File>,
    diagnostics: Vec<Diagnostic>,
    read: Read<'a>,
}

impl Loader<'_> {
    fn add(&mut self, name: &str, text: &str) -> usize {
        let id = self.sources.add(name, text);
        let (file, found) = parse(id, text);
        self.diagnostics.extend(found);
        self.parsed.push(file);
        self.parsed.len() - 1
    }

    /// A file and all it uses, itself first, each once.
    fn closure(&mut self, root: usize) -> Vec<usize> {
        let mut parts = vec![root];
        let mut next = 0;
        while let Some(part) = parts.get(next).copied() {
            next += 1;
            let base = self.sources.get(SourceId(part as u32)).name.clone();
            let uses = self.parsed[part].declarations.iter().filter_map(|d| match &d.kind {
                DeclarationKind::Use { file } => Some(file.clone()),
                _ => None,
            });
            for file in uses.collect::<Vec<_>>() {
                let name = resolve(&base, &file.value);
                let found = match self.sources.find(&name) {
                    Some(id) => Some(id.0 as usize),
                    None => (self.read)(&name).map(|text| self.add(&name, &text)),
                };
                match found {
                    Some(used) if !parts.contains(&used) => parts.push(used),
                    Some(_) => {}
                    None => {
                        self.parsed[part].unread.any = true;
                        let message = format!("the file `{}` cannot be read", file.value);
                        let help = "name a file beside this one, with its ending `.placet`";
                        let diagnostic = Diagnostic::new(Code::UnknownFile, file.span, message).help(help);
                        if !self.diagnostics.contains(&diagnostic) {
                            self.diagnostics.push(diagnostic);
                        }
                    }
                }
            }
        }
        parts
    }
}

/// A name in a file, as seen from where the file stands: `a/b.placet` and `../c.placet` make `c.placet`.
fn resolve(base: &str, name: &str) -> String {
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = if name.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    steps.retain(|s| !s.is_empty() && *s != ".");
    for step in name.split('/') {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|s| *s != "..") => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    let root = if name.starts_with('/') || (folder.starts_with('/') && !name.starts_with('/')) { "/" } else { "" };
    format!("{root}{}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{compile_with_tests, resolve};

    const POLICY: &str = r#"policy p "Winter payment"
  in force from 2024-01-01
fact savings: money in GBP from 0
fact region: one of north, south
fact members: list of person at most 9
entity person
  fact income: money in GBP
end
parameter limit: money in GBP
  from 2024-01-01: 16_000
define total as sum of income over members
require old "Not rich" savings is less than limit
require here region is north
require poor total is less than 2_000
promise "members have some income": none of members satisfies income is 0
award amount: money in GBP
  by table
  | region | amount |
  | north  | 200    |
  | south  | 300    |
scenario "ok"
  on 2025-01-01
  given savings 10, region north, members [{income 10}]
  expect approved with amount 200
"#;

    /// A slip in one declaration is told once: nothing that speaks of what it declares is told to be missing, nothing that only
    /// it speaks of to be unused, and its scenarios wait.
    #[test]
    fn what_cannot_be_read_is_told_once() {
        let slips = [
            ("savings: money", "savings: mony"),
            ("one of north, south", "one of north south"),
            ("in force from", "in force since"),
            ("policy p", "polcy p"),
            ("entity person", "entity person of the household"),
            ("fact income", "facts income"),
            ("end\n", ""),
            ("limit: money in GBP\n", "limit: money in £\n"),
            ("define total as", "define total ="),
            ("require old", "requir old"),
            ("savings is less than limit", "savings shall be less than limit"),
            ("satisfies income is 0", "have income"),
            ("amount: money in GBP\n", "amount\n"),
            ("fact savings", "use household.placet\nfact savings"),
            ("fact savings", "use \"household.placet\"\ndefine twice as sums * 2\nfact savings"),
        ];
        let check = |text: &str| {
            let test =
                "use \"p.placet\"\nscenario \"too\" on 2025-01-01 given savings 10 expect incomplete because old";
            compile_with_tests(&[("p.placet", text)], &[("p_test.placet", test)], &|_| None)
        };
        assert!(check(POLICY).diagnostics.is_empty(), "{:?}", check(POLICY).diagnostics);
        for (right, wrong) in slips {
            assert!(POLICY.contains(right), "{right}");
            let found = check(&POLICY.replacen(right, wrong, 1)).diagnostics;
            assert!(found.len() == 1 && found[0].is_error(), "{wrong}: {found:#?}");
        }
    }

    #[test]
    fn names_are_relative_to_the_file_that_uses_them() {
        assert_eq!(resolve("cn/allowance.placet", "common.placet"), "cn/common.placet");
        assert_eq!(resolve("cn/allowance.placet", "../shared/x.placet"), "shared/x.placet");
        assert_eq!(resolve("/a/b.placet", "c.placet"), "/a/c.placet");
        assert_eq!(resolve("b.placet", "./c.placet"), "c.placet");
    }
}
