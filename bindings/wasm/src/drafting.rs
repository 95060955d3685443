//! For those who write policies, and their editors: layout, words, scenarios, pictures, schemas.

use crate::compile::{Checked, Units, told, units};
use crate::door::{answer, of_program};
use crate::exports::exports;
use crate::program::{Call, Program};
use crate::trouble::{self, Trouble, usage};
use placet::compile::Compilation;
use placet::model::Model;
use placet::scenario::{self, Coverage, Tested};
use placet::source::{Sources, Span};
use placet::syntax::{self, TokenKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

exports! {
    /// A policy's text as it should look.
    format() => answer(&mut |_, [text, ..]| Ok(formatted(text)?.into_bytes()));
    /// The tokens of a text: first unit, one past the last, kind (`u32`, little-endian); units are those of JavaScript's strings.
    tokens() => answer(&mut |_, [text, ..]| Ok(tokens_of(text)));
    /// The kinds of tokens, by place, and the phrases of the language.
    vocabulary() => answer(&mut |_, _| {
        let kinds: Vec<&str> = TokenKind::ALL.iter().map(|k| k.as_str()).collect();
        Ok(trouble::text(&json!({ "kinds": kinds, "keywords": syntax::keywords() }))?.into_bytes())
    });
    /// The names that what was compiled last declares.
    names() => answer(&mut |door, [language, ..]| Ok(declared(door.drafts.checked()?, language)?.into_bytes()));
    /// Runs all scenarios of what was compiled last; what they tried of each policy.
    scenarios() => answer(&mut |door, _| Ok(scenarios_of(door.drafts.checked()?)?.into_bytes()));
    /// The TypeScript types of the bundle's facts and decisions.
    typescript(program: u32) => of_program(program, &mut |p, [language, ..]| {
        Ok(placet::schema::typescript(p.bundle.program(), language))
    });
    /// The JSON Schema of facts or of decisions.
    schema(program: u32, of_decisions: bool) => of_program(program, &mut |p, [language, ..]| {
        let of = if of_decisions { placet::schema::decisions } else { placet::schema::facts };
        // Bounds with decimals are numbers that only `serde_json` writes.
        Ok(of(p.bundle.program(), language).to_string())
    });
    /// A policy as a picture.
    graph(program: u32, policy: usize) => of_program(program, &mut |p, [format, language, ..]| drawn(p, policy, format, language));
    /// The picture of a policy with the path that a case took.
    picture(program: u32, policy: usize, flags: u32) => of_program(program, &mut |p, [facts, on, language, ..]| {
        p.evaluated(&Call { policy, facts, on, language, flags }, &mut |_, evaluation| {
            Ok(placet::explain::picture(evaluation, policy, language))
        })
    });
}

fn formatted(text: &str) -> Result<String, Trouble> {
    syntax::format(text).map_err(|diagnostics| {
        let mut sources = Sources::default();
        sources.add("policy.placet", text);
        trouble::policy("the text cannot be read", &told(&sources, &diagnostics))
    })
}

fn tokens_of(text: &str) -> Vec<u8> {
    let mut units = Units::new(text);
    let mut out = Vec::new();
    for token in syntax::tokens(text) {
        let kind = TokenKind::ALL.iter().position(|k| *k == token.kind).unwrap_or(0);
        out.extend([units.at(token.start), units.at(token.end), kind as u32].map(u32::to_le_bytes).as_flattened());
    }
    out
}

fn drawn(program: &Program, policy: usize, format: &str, language: &str) -> Result<String, Trouble> {
    use placet::graph::draw;
    program.one(policy)?;
    let program = program.bundle.program();
    match format {
        "svg" => Ok(draw::svg(program, policy, language)),
        "mermaid" => Ok(draw::mermaid(program, policy, language)),
        "dot" => Ok(draw::dot(program, policy, language)),
        "text" => Ok(program.dump()),
        other => Err(usage(format!("a graph is `svg`, `mermaid`, `dot` or `text`, not `{other}`"))),
    }
}

/// The names that are declared. Of texts that are broken those that can be read, by their words alone.
fn declared(checked: &Checked, language: &str) -> Result<String, Trouble> {
    let mut all: Vec<Value> = checked.compilation.models.iter().flat_map(|m| offered(m, language)).collect();
    if all.is_empty() {
        let mut seen = BTreeSet::new();
        for (_, source) in checked.compilation.sources.iter() {
            let declared = syntax::tokens(&source.text).into_iter().filter(|t| t.kind == TokenKind::Declared);
            for name in declared.filter_map(|t| source.text.get(t.start..t.end)).filter(|name| seen.insert(*name)) {
                all.push(json!({ "kind": "declared", "name": name, "title": null }));
            }
        }
    }
    trouble::text(&all)
}

/// Runs all scenarios; what they tried of each policy.
fn scenarios_of(checked: &Checked) -> Result<String, Trouble> {
    let bundle = checked.program()?;
    let Compilation { sources, models, tables, scenarios, .. } = &checked.compilation;
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

fn place(sources: &Sources, span: Span) -> Value {
    json!({
        "file": sources.get(span.source).name,
        "line": sources.position(span.source, span.start).line,
        "units": units(sources, span),
    })
}

/// What completion offers.
fn offered(model: &Model, language: &str) -> Vec<Value> {
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
