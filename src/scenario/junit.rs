//! Results as JUnit XML, for continuous integration.

use super::Outcome;
use crate::source::Sources;
use std::fmt::Write;

/// A whole file from the suites of several bundles.
pub fn junit_file(suites: &[String]) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n{}</testsuites>\n", suites.concat())
}

/// One suite a policy, one case a scenario.
pub fn junit(outcomes: &[Outcome], sources: &Sources) -> String {
    let mut policies: Vec<&str> = Vec::new();
    for outcome in outcomes {
        if !policies.contains(&&*outcome.policy) {
            policies.push(&outcome.policy);
        }
    }
    let failures = |of: &[&Outcome]| of.iter().filter(|o| !o.passed()).count();
    let mut out = String::new();
    for policy in policies {
        let suite: Vec<&Outcome> = outcomes.iter().filter(|o| *o.policy == *policy).collect();
        let (tests, failed) = (suite.len(), failures(&suite));
        let name = escape(policy);
        let _ = writeln!(out, "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\">");
        for outcome in suite {
            let file = escape(&sources.get(outcome.span.source).name);
            let line = sources.position(outcome.span.source, outcome.span.start).line;
            let title = escape(&outcome.title);
            let head = format!("    <testcase classname=\"{name}\" name=\"{title}\" file=\"{file}\" line=\"{line}\"");
            if outcome.passed() {
                let _ = writeln!(out, "{head}/>");
                continue;
            }
            let _ = writeln!(out, "{head}>");
            for d in &outcome.differences {
                let message = format!("{}: expected {}, found {}", d.what, d.expected, d.found);
                let _ = writeln!(out, "      <failure message=\"{}\"/>", escape(&message));
            }
            out.push_str("    </testcase>\n");
        }
        out.push_str("  </testsuite>\n");
    }
    out
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            // XML has no way to write the other control characters.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
