//! The graph as a whole, from text.

use super::from_model::{Lowered, Options, lower_with};
use super::{NodeKind, Program, artefact};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Sources;
use crate::{model, syntax};

fn lower_all(texts: &[&str], optimize: bool) -> (Option<Lowered>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut models = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let id = sources.add(format!("{i}.placet"), *text);
        let (file, found) = syntax::parse(id, text);
        assert!(found.is_empty(), "{found:?}");
        let (model, found) = model::check(&sources, &[file], &|_| None);
        let errors: Vec<_> = found.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        models.extend(model);
    }
    lower_with(&sources, &models, Options { optimize })
}

fn program(texts: &[&str]) -> Program {
    let (lowered, found) = lower_all(texts, true);
    lowered.unwrap_or_else(|| panic!("{found:?}")).program
}

fn found(text: &str) -> Vec<(Code, String, Vec<(String, String)>)> {
    lower_all(&[text], true).1.into_iter().map(|d| (d.code, d.message, d.example)).collect()
}

const ALLOWANCE: &str = r#"
policy allowance "Allowance"
  in force from 2024-01-01
fact birth_date: date
fact region: one of mainland, alaska, hawaii
define age as years from birth_date to decision date
require old_enough age is at least 80
award amount: money in CNY
  by table
  | age         | region           | amount |
  | 80 to 89    | mainland         | 200    |
  | 90 or more  | mainland         | 300    |
  | any         | alaska, hawaii   | 500    |
"#;

#[test]
fn the_first_policy() {
    let p = program(&[ALLOWANCE]);
    println!("{}", p.dump());
    let tables: Vec<_> = p
        .graph
        .nodes
        .iter()
        .filter_map(|n| match n.kind {
            NodeKind::Table { exclusive, complete, .. } => Some((exclusive, complete)),
            _ => None,
        })
        .collect();
    assert_eq!(tables, [(true, false)]);
    let again = artefact::load(&artefact::save(&p)).unwrap();
    assert_eq!(artefact::save(&again), artefact::save(&p));
}

#[test]
fn gaps_and_overlaps_have_examples() {
    let text = ALLOWANCE.replace("award amount: money in CNY", "define x: money in CNY");
    println!("{:?}", found(&text));
    println!("{:?}", found(&text.replace("90 or more", "89 or more")));
}

#[test]
fn try_files() {
    let Ok(files) = std::env::var("TRY") else { return };
    let mut sources = Sources::default();
    let mut models = Vec::new();
    for policy in files.split(';') {
        let mut parsed = Vec::new();
        let mut csv = String::new();
        for f in policy.split(',') {
            let text = std::fs::read_to_string(f).unwrap();
            csv = f.rsplit_once('/').unwrap().0.to_owned();
            let id = sources.add(f, &*text);
            let (file, found) = syntax::parse(id, &text);
            for d in &found { println!("{:?} {} {:?}", d.code, d.message, sources.position(d.span.source, d.span.start)); }
            parsed.push(file);
        }
        let (model, found) = model::check(&sources, &parsed, &|n| std::fs::read_to_string(format!("{csv}/{n}")).ok());
        for d in &found { println!("{:?} {} {:?}", d.code, d.message, sources.position(d.span.source, d.span.start)); }
        models.extend(model);
    }
    let start = std::time::Instant::now();
    let (lowered, found) = lower_with(&sources, &models, Options { optimize: std::env::var("PLAIN").is_err() });
    println!("lowered in {:?}", start.elapsed());
    for d in &found { println!("{:?} {} {:?} {:?}", d.code, d.message, d.example, sources.position(d.span.source, d.span.start)); }
    let Some(lowered) = lowered else { return };
    let p = lowered.program;
    println!("{} nodes", p.graph.nodes.len());
    if std::env::var("DUMP").is_ok() { println!("{}", p.dump()); }
    let again = artefact::load(&artefact::save(&p)).unwrap();
    assert_eq!(artefact::save(&again), artefact::save(&p));
    std::fs::write("/tmp/try.svg", super::draw::svg(&p, 0, "en")).unwrap();
    std::fs::write("/tmp/try.dot", super::draw::dot(&p, 0, "en")).unwrap();
    std::fs::write("/tmp/try.mmd", super::draw::mermaid(&p, 0, "en")).unwrap();
}
