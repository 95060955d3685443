//! Policy texts: checking, formatting, scenarios, and what an editor asks for.

use crate::program::Program;
use crate::trouble::{self, Trouble, usage};
use placet::Bundle;
use placet::compile::{Compilation, compile_with_tests};
use placet::model::Model;
use placet::scenario::{self, Coverage, Tested};
use placet::source::{Sources, Span};
use placet::syntax::{self, TokenKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wasm_bindgen::prelude::wasm_bindgen;

/// Files that were compiled together.
#[wasm_bindgen]
pub struct Checked {
    compilation: Compilation,
    bundle: Option<Bundle>,
}

/// Compiles files, given as a JSON array of names with texts. Those that end in `_test.placet` hold scenarios; those that do not
/// end in `.placet` are tables that policies name.
#[wasm_bindgen]
pub fn check(files: &str) -> Result<Checked, Trouble> {
    let files: Vec<(String, String)> =
        serde_json::from_str(files).map_err(|e| usage(format!("files are a JSON array of names with texts: {e}")))?;
    let of = |wanted: &dyn Fn(&str) -> bool| -> Vec<(&str, &str)> {
        files.iter().filter(|(name, _)| wanted(name)).map(|(name, text)| (&**name, &**text)).collect()
    };
    let is_test = |name: &str| name.ends_with("_test.placet");
    let policies = of(&|name| name.ends_with(".placet") && !is_test(name));
    let read = |name: &str| files.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone());
    let mut compilation = compile_with_tests(&policies, &of(&is_test), &read);
    let bundle = compilation.program.take().map(Bundle::new);
    Ok(Checked { compilation, bundle })
}

/// A policy's text as it should look.
#[wasm_bindgen]
pub fn format(text: &str) -> Result<String, Trouble> {
    syntax::format(text).map_err(|diagnostics| {
        let mut sources = Sources::default();
        sources.add("policy.placet", text);
        trouble::policy("the text cannot be read", told(&sources, &diagnostics))
    })
}

/// The tokens of a text: first unit, one past the last, kind; units are those of JavaScript's strings.
#[wasm_bindgen]
pub fn tokens(text: &str) -> Vec<u32> {
    let mut units = Units::new(text);
    let mut out = Vec::new();
    for token in syntax::tokens(text) {
        let kind = TokenKind::ALL.iter().position(|k| *k == token.kind).unwrap_or(0);
        out.extend([units.at(token.start), units.at(token.end), kind as u32]);
    }
    out
}

/// The kinds of tokens, by place, and the phrases of the language.
#[wasm_bindgen]
pub fn vocabulary() -> Result<String, Trouble> {
    let kinds: Vec<&str> = TokenKind::ALL.iter().map(|k| k.as_str()).collect();
    trouble::text(&json!({ "kinds": kinds, "keywords": syntax::keywords() }))
}

/// Counts a text's UTF-16 units, going forward.
struct Units<'t> {
    text: &'t str,
    byte: usize,
    units: u32,
}

impl<'t> Units<'t> {
    fn new(text: &'t str) -> Self {
        Units { text, byte: 0, units: 0 }
    }

    fn at(&mut self, byte: usize) -> u32 {
        let byte = self.text.floor_char_boundary(byte);
        if byte < self.byte {
            *self = Units::new(self.text);
        }
        self.units += self.text[self.byte..byte].chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        self.byte = byte;
        self.units
    }
}

fn units(sources: &Sources, span: Span) -> [u32; 2] {
    let mut units = Units::new(&sources.get(span.source).text);
    [units.at(span.start as usize), units.at(span.end as usize)]
}

/// Diagnostics as JSON, their places in units of JavaScript's strings too.
fn told(sources: &Sources, diagnostics: &[placet::Diagnostic]) -> Value {
    let one = |d: &placet::Diagnostic| {
        let mut out = d.to_json(sources);
        out["place"]["units"] = json!(units(sources, d.span));
        for (label, told) in d.labels.iter().enumerate() {
            out["labels"][label]["place"]["units"] = json!(units(sources, told.span));
        }
        out
    };
    diagnostics.iter().map(one).collect()
}

#[wasm_bindgen]
impl Checked {
    /// Everything that was found.
    pub fn diagnostics(&self) -> Result<String, Trouble> {
        trouble::text(&told(&self.compilation.sources, &self.compilation.diagnostics))
    }

    /// The program, or an error that holds the diagnostics.
    pub fn program(&self) -> Result<Program, Trouble> {
        match &self.bundle {
            Some(bundle) => Ok(Program::new(bundle.clone())),
            None => {
                let found = &self.compilation.diagnostics;
                let errors: Vec<_> = found.iter().filter(|d| d.is_error()).collect();
                let first = errors.first().map_or("the policy cannot be compiled", |d| &d.message);
                let message = match errors.len() {
                    0 | 1 => first.to_owned(),
                    n => format!("{first} (and {} more)", n - 1),
                };
                Err(trouble::policy(&message, told(&self.compilation.sources, found)))
            }
        }
    }

    /// The names that are declared. Of texts that are broken those that can be read, by their words alone.
    pub fn names(&self, language: &str) -> Result<String, Trouble> {
        let mut all: Vec<Value> = self.compilation.models.iter().flat_map(|m| names(m, language)).collect();
        if all.is_empty() {
            let mut seen = BTreeSet::new();
            for (_, source) in self.compilation.sources.iter() {
                let declared = syntax::tokens(&source.text).into_iter().filter(|t| t.kind == TokenKind::Declared);
                for name in declared.filter_map(|t| source.text.get(t.start..t.end)).filter(|name| seen.insert(*name)) {
                    all.push(json!({ "kind": "declared", "name": name, "title": null }));
                }
            }
        }
        trouble::text(&all)
    }

    /// Runs all scenarios; what they tried of each policy.
    pub fn scenarios(&self) -> Result<String, Trouble> {
        let Some(bundle) = &self.bundle else { return self.program().map(|_| String::new()) };
        let Compilation { sources, models, tables, scenarios, .. } = &self.compilation;
        let (mut outcomes, mut covered) = (Vec::new(), Vec::new());
        for ((at, model), policy) in models.iter().enumerate().zip(bundle.policies()) {
            let tested = Tested { policy: &policy, model, tables };
            let mut coverage = Coverage::default();
            let from_tests = scenarios.iter().filter(|(of, _)| *of == at).map(|(_, s)| s);
            for scenario in model.scenarios.iter().chain(from_tests) {
                let outcome = scenario::run(tested, scenario, &mut coverage);
                let differences = outcome.differences.iter();
                outcomes.push(json!({
                    "policy": outcome.policy,
                    "title": outcome.title,
                    "on": scenario.on,
                    "passed": outcome.passed(),
                    "place": place(sources, outcome.span),
                    "differences": differences
                        .map(|d| json!({ "what": d.what, "expected": d.expected, "found": d.found }))
                        .collect::<Vec<_>>(),
                    "facts": scenario::case(model, scenario),
                    "complete": scenario.complete,
                    "outcome": outcome.decision.outcome.as_str(),
                }));
            }
            covered.extend(coverage.all(policy.entry(), model, tables).into_iter().map(|c| {
                json!({
                    "policy": model.name,
                    "point": c.point.as_str(),
                    "of": c.of,
                    "which": c.which,
                    "place": c.span.map(|span| place(sources, span)),
                    "tried": c.tried,
                    "untried": c.untried,
                })
            }));
        }
        trouble::text(&json!({ "scenarios": outcomes, "coverage": covered }))
    }
}

fn place(sources: &Sources, span: Span) -> Value {
    json!({
        "file": sources.get(span.source).name,
        "line": sources.position(span.source, span.start).line,
        "units": units(sources, span),
    })
}

/// What completion offers.
fn names(model: &Model, language: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut add = |kind: &str, name: &str, title: Option<&placet::value::Text>| {
        all.push(json!({ "kind": kind, "name": name, "title": title.map(|t| t.in_language(language)) }));
    };
    add("policy", &model.name, model.title.as_ref());
    model.facts.iter().for_each(|f| add("fact", &f.name, f.label.as_ref()));
    model.defines.iter().for_each(|d| add("define", &d.name, d.title.as_ref()));
    model.rules.iter().for_each(|r| add("rule", &r.name, r.title.as_ref()));
    model.awards.iter().for_each(|a| add("award", &a.name, a.title.as_ref()));
    model.reports.iter().for_each(|r| add("report", &r.name, r.title.as_ref()));
    model.entities.iter().for_each(|e| add("entity", &e.name, None));
    model.enums.iter().flat_map(|e| &e.values).for_each(|v| add("value", v, None));
    all
}
