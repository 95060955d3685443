//! The rule packs under `rules/` decide their cases as the law, the authority or the standard says they should.
//!
//! Every folder with a `cases.jsonl` is a pack. A case is decided by its policy alone and again within the folder's bundle,
//! and both must say the same. What a case may expect is told in `rules/README.md`.

use placet::compile::compile_with_tests;
use placet::decide::{Decision, Options, Outcome, Reasons};
use placet::scenario::{Coverage, Tested};
use placet::value::Date;
use placet::{Bundle, Policy};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_case_of_every_pack_comes_out() {
    let mut folders = Vec::new();
    folders_with_cases(&rules(), &mut folders);
    assert!(folders.len() >= 3, "the packs are missing");
    let mut wrong = Vec::new();
    for folder in folders {
        run(&folder, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} cases came out otherwise:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_scenario_of_every_pack_passes_and_every_file_is_laid_out() {
    let mut wrong = Vec::new();
    let all = files_below(&rules(), "placet");
    for file in &all {
        let text = fs::read_to_string(file).unwrap();
        if placet::syntax::format(&text).ok().as_deref() != Some(text.as_str()) {
            wrong.push(format!("{} is not laid out: run `placet fmt`", file.display()));
        }
    }
    let folders: BTreeSet<&Path> = all.iter().filter_map(|f| f.parent()).collect();
    for folder in folders {
        let is_test = |f: &&PathBuf| f.parent() == Some(folder) && f.to_string_lossy().ends_with("_test.placet");
        let (policies, tests) = (read(&policies_in(folder)), read(all.iter().filter(is_test)));
        let compiled =
            compile_with_tests(&borrowed(&policies), &borrowed(&tests), &|name| fs::read_to_string(name).ok());
        let Some(program) = compiled.program else {
            panic!("{} does not compile: {:?}", folder.display(), compiled.diagnostics)
        };
        for (at, policy) in Bundle::new(program).policies().enumerate() {
            let model = &compiled.models[at];
            let tested = Tested { policy: &policy, model, tables: &compiled.tables };
            let of_tests = compiled.scenarios.iter().filter(|(of, _)| *of == at).map(|(_, s)| s);
            for scenario in model.scenarios.iter().chain(of_tests) {
                let outcome = placet::scenario::run(tested, scenario, &mut Coverage::default());
                wrong
                    .extend(outcome.differences.iter().map(|d| format!("{}: {}: {d:?}", policy.name(), outcome.title)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each `placet decide POLICY --facts SAMPLE --on DATE` in a pack's README runs, and shows more than one kind of answer.
#[test]
fn the_commands_in_the_readmes_decide_their_samples() {
    let mut commands = Vec::new();
    for readme in files_below(&rules(), "md") {
        let text = fs::read_to_string(&readme).unwrap().replace("\\\n", " ");
        commands.extend(text.lines().filter(|l| l.contains("--facts rules/")).map(str::to_owned));
    }
    assert!(commands.len() >= 6, "the READMEs' commands are missing");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().collect();
        let after = |flag: &str| words.iter().position(|w| *w == flag).and_then(|at| words.get(at + 1)).copied();
        let (Some(file), Some(on)) = (after("--facts"), after("--on").and_then(Date::parse)) else {
            panic!("which facts, on which day? {command}")
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let policy = compile_file(&root.join(words[2]));
        let decide = |line: &String| policy.facts_from_json(line).map(|facts| policy.decide(&facts, on).outcome);
        let told: Vec<_> = lines(&root.join(file)).iter().map(decide).collect();
        assert!(told.len() >= 8, "{command}: {} applicants show little", told.len());
        assert!(told.iter().filter(|o| o.is_err()).count() <= 2, "{command}: {told:?}");
        let outcomes: BTreeSet<Outcome> = told.into_iter().flatten().collect();
        for outcome in [Outcome::Approved, Outcome::Incomplete] {
            assert!(outcomes.contains(&outcome), "{command}: nobody is {}", outcome.as_str());
        }
    }
}

/// The lending pack's README shows the table of DMN test 0004 as published, and what the compiler says of it.
#[test]
fn the_gap_in_the_published_lending_table_is_found_when_compiling() {
    let readme = fs::read_to_string(rules().join("dmn/README.md")).unwrap();
    let text = readme.split("```placet\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let Err(error) = Policy::compile(text) else { panic!("the gap at 130 went unseen") };
    let told: Vec<(&str, &str)> = error.diagnostics.iter().map(|d| (d.code.as_str(), d.message.as_str())).collect();
    let message = "no row of this table matches `existing_customer` no, `score` 130";
    assert_eq!(told, [("R02", message)]);
    assert!(readme.contains(message), "the README tells it otherwise");
}

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

fn folders_with_cases(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("cases.jsonl").exists() {
        found.push(folder.to_owned());
    }
    for entry in entries(folder).into_iter().filter(|e| e.is_dir()) {
        folders_with_cases(&entry, found);
    }
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in entries(folder) {
        if entry.is_dir() {
            found.extend(files_below(&entry, ending));
        } else if entry.extension().is_some_and(|e| e == ending) {
            found.push(entry);
        }
    }
    found
}

fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect()
}

fn declares_policy(file: &Path) -> bool {
    let text = fs::read_to_string(file).unwrap();
    text.lines().any(|l| l.starts_with("policy "))
}

fn policies_in(folder: &Path) -> Vec<PathBuf> {
    let is_policy = |f: &PathBuf| f.extension().is_some_and(|e| e == "placet") && declares_policy(f);
    entries(folder).into_iter().filter(is_policy).collect()
}

fn read<'a>(files: impl IntoIterator<Item = &'a PathBuf>) -> Vec<(String, String)> {
    let read = |f: &PathBuf| (f.to_string_lossy().into_owned(), fs::read_to_string(f).unwrap());
    files.into_iter().map(read).collect()
}

fn borrowed(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect()
}

fn compile(files: &[PathBuf]) -> Bundle {
    let named = read(files);
    let named = borrowed(&named);
    Bundle::compile(&named, &|name| fs::read_to_string(name).ok()).unwrap_or_else(|error| {
        let told: Vec<String> = error.diagnostics.iter().map(|d| format!("  {d:?}")).collect();
        panic!("{} does not compile:\n{}", files[0].display(), told.join("\n"))
    })
}

fn compile_file(file: &Path) -> Policy {
    let bundle = compile(&[file.to_owned()]);
    bundle.policies().next().unwrap()
}

/// The published cases of all packs: the policy, the day, and the facts.
#[cfg(feature = "arrow")]
pub fn published() -> Vec<(Policy, Date, Value)> {
    let (mut folders, mut found) = (Vec::new(), Vec::new());
    folders_with_cases(&rules(), &mut folders);
    for folder in folders {
        let alone: Vec<Policy> = policies_in(&folder).iter().map(|f| compile_file(f)).collect();
        for line in lines(&folder.join("cases.jsonl")) {
            let case: Value = serde_json::from_str(&line).unwrap();
            let name = case["policy"].as_str().unwrap_or_else(|| alone[0].name());
            let policy = alone.iter().find(|p| p.name() == name).unwrap();
            let on = case["on"].as_str().and_then(Date::parse).unwrap();
            if case["complete"] != true {
                found.push((policy.clone(), on, case["facts"].clone()));
            }
        }
    }
    found
}

fn run(folder: &Path, wrong: &mut Vec<String>) {
    let files = policies_in(folder);
    let together = compile(&files);
    let alone: Vec<Policy> = files.iter().map(|f| compile_file(f)).collect();
    for line in lines(&folder.join("cases.jsonl")) {
        let case: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{}: {e}: {line}", folder.display()));
        let id = case["id"].as_str().unwrap_or("a case without id");
        let place = format!("{} {id}", folder.strip_prefix(rules()).unwrap_or(folder).display());
        let name = case["policy"].as_str().unwrap_or_else(|| alone[0].name());
        let Some(single) = alone.iter().find(|p| p.name() == name) else {
            wrong.push(format!("{place}: no policy `{name}` in this folder"));
            continue;
        };
        let told = [single.clone(), together.policy(name).unwrap()].map(|policy| decide(&policy, &case));
        if without_hash(&told[0]) != without_hash(&told[1]) {
            let (alone, bundled) = (told[0].as_object().unwrap(), &told[1]);
            let other = alone.iter().filter(|(key, value)| *key != "graph" && bundled[key.as_str()] != **value);
            let other: Vec<_> =
                other.map(|(key, value)| format!("{key} {value} / {}", bundled[key.as_str()])).collect();
            wrong.push(format!("{place}: alone / in the bundle: {}", other.join(", ")));
        }
        wrong.extend(differences(&case["expect"], &told[0]).into_iter().map(|d| format!("{place}: {d}")));
    }
}

/// The decision as every door tells it.
fn decide(policy: &Policy, case: &Value) -> Value {
    let on = case["on"].as_str().and_then(Date::parse).unwrap_or_else(|| panic!("on which day? {case}"));
    let decision: Result<Decision, String> =
        policy.facts_from_json(&case["facts"].to_string()).map_err(|e| e.to_string()).map(|mut facts| {
            facts.complete = case["complete"].as_bool().unwrap_or(false);
            let show = match &case["expect"]["values"] {
                Value::Object(values) => values.keys().map(|k| k.as_str().into()).collect(),
                _ => Vec::new(),
            };
            policy.decide_with(&facts, on, &Options { reasons: Reasons::All, show, ..Options::default() })
        });
    match decision {
        Ok(decision) => serde_json::to_value(&decision).unwrap(),
        Err(error) => serde_json::json!({"outcome": "invalid", "error": error}),
    }
}

fn without_hash(decision: &Value) -> Value {
    let mut decision = decision.clone();
    if let Some(members) = decision.as_object_mut() {
        members.remove("graph");
    }
    decision
}

fn texts(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn differences(expect: &Value, told: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, expected: &Value, got: &Value| {
        if expected != got {
            found.push(format!("{what} expected {expected}, got {got}"));
        }
    };
    let Some(expected) = expect.as_object() else { return vec!["nothing is expected".into()] };
    for (key, value) in expected {
        match key.as_str() {
            "outcome" => {
                let why = if told["outcome"] == "invalid" { &told["error"] } else { &Value::Null };
                compare(&format!("outcome {why}"), value, &told["outcome"]);
            }
            "proposed" => compare("proposed", value, &Value::from(told["proposed"] == "declined")),
            "settled" => compare("settled", value, &Value::from(told["settled"] != false)),
            "reasons" => {
                let breached = told["reasons"].as_array().into_iter().flatten().filter(|r| is_breached(r));
                let breached: BTreeSet<&str> = breached.filter_map(|r| r["rule"].as_str()).collect();
                compare("breached", &Value::from_iter(texts(value)), &Value::from_iter(breached));
            }
            "needs" => {
                let needs = told["needs"].as_array().into_iter().flatten();
                let needs: BTreeSet<&str> = needs.filter_map(|n| n["fact"].as_str()).collect();
                compare("needs", &Value::from_iter(texts(value)), &Value::from_iter(needs));
            }
            "possible" => {
                let possible = &told["possible"];
                compare("possible", &Value::from_iter(texts(value)), &Value::from_iter(texts(possible)));
            }
            "awards" | "reports" | "values" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    compare(&format!("{key}.{name}"), value, &told[key.as_str()][name]);
                }
            }
            other => compare("the case", &Value::Null, &Value::from(format!("does not know `{other}`"))),
        }
    }
    found
}

fn is_breached(reason: &Value) -> bool {
    let standing = if reason["kind"] == "require" { "not_met" } else { "met" };
    reason["kind"] != "applies" && reason["standing"] == standing
}
