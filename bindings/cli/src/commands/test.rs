//! `placet test [PATH…]`

use super::check::count;
use crate::args::{ErrorFormat, Test};
use crate::failure::Failure;
use crate::summary::share;
use crate::{draw, files, load};
use comfy_table::{CellAlignment, Table, presets};
use placet::Bundle;
use placet::compile::Compilation;
use placet::model::Scenario;
use placet::scenario::{self, Coverage, Covered, Edit, Outcome, Point, Tested};
use placet::source::Sources;
use regex_lite::Regex;

/// Runs the scenarios of every bundle.
pub fn run(a: &Test, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    let only = a.run.as_deref().map(Regex::new).transpose();
    let only = only.map_err(|e| Failure::Usage(format!("`--run` takes a regular expression: {e}")))?;
    let mut total = Total::default();
    for path in &a.paths {
        for group in load::groups(path)? {
            // Of a folder that is tested through one of its test files, only that file's scenarios are run.
            let only_file = path.ends_with("_test.placet").then_some(path.as_str());
            let compilation = load::compile(&group)?;
            total.bundle(a, compilation, only.as_ref(), only_file, format, quiet)?;
        }
    }
    if let Some(path) = &a.junit {
        files::write(path, &total.junit.finish())?;
    }
    total.end(a, quiet)
}

#[derive(Default)]
struct Total {
    passed: usize,
    failed: usize,
    updated: usize,
    has_errors: bool,
    covered: Vec<Covered>,
    junit: Suites,
}

/// JUnit suites of several bundles, each with places in its own files.
#[derive(Default)]
struct Suites(Vec<String>);

impl Suites {
    fn finish(&self) -> String {
        scenario::junit_file(&self.0)
    }
}

impl Total {
    fn bundle(
        &mut self,
        a: &Test,
        compilation: Compilation,
        only: Option<&Regex>,
        only_file: Option<&str>,
        format: ErrorFormat,
        quiet: bool,
    ) -> Result<(), Failure> {
        let Compilation { sources, diagnostics, program, tables, models, scenarios } = compilation;
        let errors: Vec<_> = diagnostics.into_iter().filter(|d| d.is_error()).collect();
        draw::diagnostics(&errors, &sources, format);
        let Some(program) = program else {
            self.has_errors = true;
            return Ok(());
        };
        let bundle = Bundle::new(program);
        let mut edits: Vec<Edit> = Vec::new();
        let mut outcomes: Vec<Outcome> = Vec::new();
        for ((at, model), policy) in models.iter().enumerate().zip(bundle.policies()) {
            let from_tests = scenarios.iter().filter(|(of, _)| *of == at).map(|(_, s)| s);
            let wanted = |s: &&Scenario| {
                only.is_none_or(|r| r.is_match(&s.title.default))
                    && only_file.is_none_or(|f| sources.get(s.span.source).name == f)
            };
            let tested = Tested { policy: &policy, model, tables: &tables };
            let mut coverage = Coverage::default();
            for scenario in model.scenarios.iter().chain(from_tests).filter(wanted) {
                let outcome = scenario::run(tested, scenario, &mut coverage);
                if a.update {
                    edits.extend(scenario::update(model, scenario, &outcome));
                }
                self.tell(a, &outcome, &sources, format, quiet)?;
                outcomes.push(outcome);
            }
            let entry = policy.entry();
            let covered = coverage.all(entry, model, &tables);
            if a.coverage && !quiet {
                tell_coverage(&entry.name, &covered, &sources)?;
            }
            self.covered.extend(covered);
        }
        for (path, text) in scenario::apply(&sources, &edits) {
            files::write(&path, &text)?;
        }
        self.junit.0.push(scenario::junit(&outcomes, &sources));
        Ok(())
    }

    fn tell(
        &mut self,
        a: &Test,
        outcome: &Outcome,
        sources: &Sources,
        format: ErrorFormat,
        quiet: bool,
    ) -> Result<(), Failure> {
        let place = sources.position(outcome.span.source, outcome.span.start);
        let file = &sources.get(outcome.span.source).name;
        let (title, policy) = (&outcome.title, &outcome.policy);
        if outcome.passed() {
            self.passed += 1;
            if a.verbose && !quiet {
                let style = anstyle::AnsiColor::Green.on_default();
                say!("{style}pass{style:#} {policy}: {title}");
            }
            return Ok(());
        }
        if a.update {
            self.updated += 1;
            say!("updated {file}:{}: {title}", place.line);
            return Ok(());
        }
        self.failed += 1;
        if format == ErrorFormat::Json {
            let differences = outcome.differences.iter();
            let differences: Vec<_> = differences
                .map(|d| serde_json::json!({"what": d.what, "expected": d.expected, "found": d.found}))
                .collect();
            let told = serde_json::json!({
                "severity": "error", "kind": "scenario", "policy": policy, "scenario": title,
                "file": file, "line": place.line, "differences": differences,
            });
            anstream::eprintln!("{told}");
            return Ok(());
        }
        let style = anstyle::AnsiColor::Red.on_default().bold();
        say!("{style}FAIL{style:#} {policy}: {title} ({file}:{})", place.line);
        for d in &outcome.differences {
            say!("  {}", d.what);
            say!("    expected  {}", d.expected);
            say!("    found     {}", d.found);
        }
        Ok(())
    }

    fn end(self, a: &Test, quiet: bool) -> Result<(), Failure> {
        let run = self.passed + self.failed + self.updated;
        let (tried, all) = self.covered.iter().fold((0, 0), |(tried, all), c| {
            let tried_here = c.tried.len() as u64;
            (tried + tried_here, all + tried_here + c.untried.len() as u64)
        });
        if !quiet {
            let mut parts = vec![count(run, "scenario"), format!("{} passed", self.passed)];
            if self.failed > 0 {
                parts.push(format!("{} failed", self.failed));
            }
            if self.updated > 0 {
                parts.push(format!("{} updated", self.updated));
            }
            if a.coverage || a.threshold.is_some() {
                parts.push(format!("{} covered", share(tried, all.max(1))));
            }
            anstream::eprintln!("{}", parts.join(", "));
            if self.updated > 0 {
                anstream::eprintln!("read what was updated before you keep it: an expectation is what the law says");
            }
        }
        if run == 0 && a.run.is_some() && !self.has_errors {
            return Err(Failure::Usage("no scenario's title matches `--run`".to_owned()));
        }
        // The share is compared exactly: 79.99 % is less than 80 %.
        let too_little = a.threshold.filter(|wanted| u128::from(tried) * 100 < u128::from(*wanted) * u128::from(all));
        if let Some(wanted) = too_little {
            anstream::eprintln!("less than {wanted} % covered; `--coverage` tells what is left to try");
        }
        match self.failed > 0 || self.has_errors || too_little.is_some() {
            true => Err(Failure::Failed),
            false => Ok(()),
        }
    }
}

fn tell_coverage(policy: &str, covered: &[Covered], sources: &Sources) -> Result<(), Failure> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    for point in Point::ALL {
        let of: Vec<&Covered> = covered.iter().filter(|c| c.point == point).collect();
        let tried: usize = of.iter().map(|c| c.tried.len()).sum();
        let all: usize = tried + of.iter().map(|c| c.untried.len()).sum::<usize>();
        if all > 0 {
            let share = share(tried as u64, all as u64);
            table.add_row([point.as_str().to_owned(), format!("{tried} of {all}"), share]);
        }
    }
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    say!("\ncoverage of {policy}");
    for line in table.to_string().lines() {
        say!(" {}", line.trim_end());
    }
    let untried: Vec<&Covered> = covered.iter().filter(|c| !c.untried.is_empty()).collect();
    if !untried.is_empty() {
        say!("not tried");
    }
    for c in untried {
        let place = c.span.map(|s| {
            let line = sources.position(s.source, s.start).line;
            format!(" ({}:{line})", sources.get(s.source).name)
        });
        let which = if c.which.is_empty() { String::new() } else { format!(", {}", c.which) };
        let untried = c.untried.join(" or ").replace('_', " ");
        say!("  {}{which}: {untried}{}", c.of, place.unwrap_or_default());
    }
    Ok(())
}
