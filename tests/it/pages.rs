//! The pages of `tests/spec`: prose, a fence with a policy, fences with facts (one JSON object a line) and what is decided of
//! each. Every case goes through every way to a decision. `PLACET_UPDATE=1 cargo test --test it pages` writes what is decided
//! into the pages, to be read before it is believed.

use placet::compile::compile;
use placet::decide::{Decision, Options, Outcome, Standing, ToldValue};
use placet::eval::value::{Plan, Prepared, Runner, Verdict};
use placet::facts::json::read_case;
use placet::value::{Date, Value};
use placet::{Brief, Briefs, Bundle};
use std::fmt::Write;
use std::path::Path;

/// A decision in a line, as the pages write it.
fn line(decision: &Decision) -> String {
    let mut out = decision.outcome.as_str().to_owned();
    if decision.proposed {
        out.push_str(", decline proposed");
    }
    if !decision.settled {
        out.push_str(", waiting for findings");
    }
    if decision.possible.len() > 1 {
        let possible: Vec<_> = decision.possible.iter().map(Outcome::as_str).collect();
        write!(out, "; possible: {}", possible.join(", ")).unwrap();
    }
    let shown = |reason: &placet::decide::Reason| {
        let text = reason.paragraph.as_ref().or(reason.cites.as_ref());
        let deciding = if reason.deciding { "!" } else { "" };
        text.map_or(format!("{}{deciding}", reason.rule), |t| format!("{}{deciding} [{t}]", reason.rule))
    };
    for standing in [
        Standing::NotMet,
        Standing::Met,
        Standing::Open,
        Standing::Faulty,
        Standing::Waived,
        Standing::NotApplicable,
        Standing::NotInForce,
    ] {
        let rules: Vec<_> = decision.reasons.iter().filter(|r| r.standing == standing).map(shown).collect();
        if !rules.is_empty() {
            write!(out, "; {}: {}", standing.as_str(), rules.join(", ")).unwrap();
        }
    }
    for told in decision.awards.iter().chain(&decision.reports).chain(&decision.values) {
        write!(out, "; {} = {}", told.name, value(&told.value)).unwrap();
    }
    if !decision.needs.is_empty() {
        let needs: Vec<String> = decision.needs.iter().map(|n| format!("{} ({})", n.fact, n.why)).collect();
        write!(out, "; needs: {}", needs.join(", ")).unwrap();
    }
    for fault in &decision.faults {
        write!(out, "; fault in {}: {}", fault.rule, fault.message).unwrap();
    }
    if let Some(error) = &decision.error {
        write!(out, "; {error}").unwrap();
    }
    out
}

fn value(told: &ToldValue) -> String {
    let list = |values: &[Value]| values.iter().map(Value::to_string).collect::<Vec<_>>().join(" or ");
    match told {
        ToldValue::Value(value) => value.to_string(),
        ToldValue::Range(from, to) => format!("{from} to {to}"),
        ToldValue::OneOf(values) => list(values),
        ToldValue::Any => "anything".to_owned(),
        ToldValue::Faulty => "faulty".to_owned(),
    }
}

/// Every way to a decision, which must agree.
fn decide(bundle: &Bundle, loaded: &Bundle, text: &str, on: Date, options: &Options) -> String {
    let graph = &bundle.program().graph;
    let facts = match read_case(graph, bundle.names(), text) {
        Ok(facts) => facts,
        Err(errors) => return format!("invalid; {errors}"),
    };
    let decisions = bundle.decide(&facts, on, options);
    assert_eq!(loaded.decide(&facts, on, options), decisions, "a loaded artefact decides alike: {text}");
    for (policy, decision) in bundle.policies().zip(&decisions) {
        assert_eq!(&policy.decide_with(&facts, on, options), decision, "alone as in the bundle: {text}");
        let brief = Briefs::new(&policy).decide(&facts, on, options.attested);
        let rules = &policy.entry().rules;
        let deciding = decision.reasons.iter().find(|r| r.deciding).map(|r| &r.rule);
        let long = Brief {
            outcome: decision.outcome,
            proposed: decision.proposed,
            settled: decision.settled,
            rule: deciding.and_then(|name| rules.iter().position(|r| r.name == *name)),
        };
        assert_eq!(brief, long, "briefly as at length: {text}");
        let plan = Plan::new(graph, policy.entry());
        let verdict = plan.and_then(|plan| {
            let able = decision.outcome != Outcome::Invalid && !options.attested;
            able.then(|| Runner::new(graph, &plan).verdict(&Prepared::new(graph, &facts), on)).flatten()
        });
        match verdict {
            None => {}
            Some(Verdict::NotApplicable) => assert_eq!(decision.outcome, Outcome::NotApplicable, "{text}"),
            Some(Verdict::Approved) => assert_eq!(decision.outcome, Outcome::Approved, "{text}"),
            Some(Verdict::Referred(_)) => {
                assert!(decision.outcome == Outcome::Referred && !decision.proposed, "{text}")
            }
            Some(Verdict::Declined(place)) => {
                assert!(decision.outcome == Outcome::Declined || decision.proposed, "{text}");
                let deciding = decision.reasons.iter().find(|r| r.deciding).map(|r| r.rule.clone());
                assert_eq!(deciding, Some(policy.entry().rules[place as usize].name.clone()), "{text}");
            }
        }
    }
    decisions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Runs a page and returns it with its expectations as they are now.
fn page(name: &str, text: &str) -> String {
    let mut out = String::new();
    let mut compiled: Option<(Bundle, Bundle)> = None;
    let mut decided = String::new();
    let mut lines = text.lines();
    while let Some(first) = lines.next() {
        out.push_str(first);
        out.push('\n');
        let Some(info) = first.strip_prefix("```").filter(|i| !i.is_empty()) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|l| *l != "```").collect();
        let body = body.join("\n");
        let mut words = info.split_whitespace();
        let kept = match words.next().unwrap_or_default() {
            "placet" => {
                let compilation = compile(&[("page.placet", &body)], &|_| None);
                let told: Vec<String> = compilation
                    .diagnostics
                    .iter()
                    .filter(|d| d.is_error())
                    .map(|d| format!("{} {}", d.code.as_str(), d.message))
                    .collect();
                let program = compilation.program.unwrap_or_else(|| panic!("{name}: {}", told.join("\n")));
                let bundle = Bundle::new(program);
                let loaded = Bundle::from_compiled(&bundle.to_compiled()).expect("what was saved loads");
                compiled = Some((bundle, loaded));
                body
            }
            "facts" => {
                let (bundle, loaded) = compiled.as_ref().unwrap_or_else(|| panic!("{name}: facts before a policy"));
                let mut options = Options::default();
                let mut on = None;
                while let Some(word) = words.next() {
                    match word {
                        "on" => on = words.next().and_then(Date::parse),
                        "attested" => options.attested = true,
                        "show" => options.show = words.next().unwrap_or_default().split(',').map(Into::into).collect(),
                        "in" => options.language = words.next().unwrap_or_default().into(),
                        other => panic!("{name}: `{other}` beside `facts`"),
                    }
                }
                let on = on.unwrap_or_else(|| panic!("{name}: facts need `on DATE`"));
                let all: Vec<String> = body.lines().map(|case| decide(bundle, loaded, case, on, &options)).collect();
                decided = all.join("\n");
                body
            }
            "decisions" => std::mem::take(&mut decided),
            _ => body,
        };
        out.push_str(&kept);
        out.push_str("\n```\n");
    }
    out
}

#[test]
fn pages_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    assert!(names.len() > 5, "the pages are there");
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let now = page(&name, &text);
        if std::env::var_os("PLACET_UPDATE").is_some() {
            std::fs::write(&path, now).unwrap();
        } else {
            assert!(now == text, "{name} says otherwise:\n{}", difference(&text, &now));
        }
    }
}

fn difference(expected: &str, found: &str) -> String {
    let lines = expected.lines().zip(found.lines()).filter(|(a, b)| a != b);
    lines.map(|(a, b)| format!("- {a}\n+ {b}\n")).collect()
}
