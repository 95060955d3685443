//! TypeScript types.

use super::{facts_of, reading};
use crate::decide::Outcome;
use crate::graph::{Graph, Output, PolicyEntry, Program};
use crate::value::{EntityId, Kind, Type};
use std::fmt::Write;

/// What stands in every file: how facts are told, and what decisions have in common.
const COMMON: &str = r#"/** An exact number: digits as text, or a number. */
export type Decimal = string | number;
/** A day as `YYYY-MM-DD`. */
export type Day = string;
/** A value with who says so, and when it was observed. */
export interface Attested<T> {
  value: T | null;
  source?: string | null;
  observed?: Day | null;
}
/** What is told of a fact. */
export type Fact<T> = T | null | Attested<T> | { sources: Attested<T>[] } | { closed: true };
/** What is known of an award or report. */
export type Told<T> = T | null | { from: T | null; to: T | null } | { one_of: (T | null)[] } | { any: true } | { faulty: true };
/** A rule's part in a decision. */
export interface Reason {
  rule: string;
  kind: "applies" | "require" | "exclude" | "refer";
  standing: "met" | "not_met" | "open" | "faulty" | "waived" | "not_applicable" | "not_in_force";
  deciding?: true;
  title?: string;
  message?: string;
  cites?: string;
  paragraph?: string;
}
/** A fact that still matters. */
export interface Need {
  fact: string;
  label?: string;
  ask?: string;
  held_by?: string;
  judged_by?: string;
  why: string;
  rules: string[];
}
"#;

/// The types of a program's facts and decisions; comments in a language, or in the first that stands.
pub fn typescript(program: &Program, language: &str) -> String {
    let graph = &program.graph;
    let members = type_names(graph.entities.iter().map(|e| &*e.name), "Member");
    let decisions = type_names(program.policies.iter().map(|p| &*p.name), "Decision");
    let mut out = COMMON.to_owned();
    let outcomes: Vec<String> = Outcome::ALL.iter().map(|o| quoted(o.as_str())).collect();
    let _ = writeln!(out, "export type Outcome = {};", outcomes.join(" | "));
    for (index, entity) in graph.entities.iter().enumerate() {
        comment(&mut out, "", &format!("A member of a list of `{}`.", entity.name));
        record(&mut out, program, Some(EntityId(index as u32)), &members[index], &members, language);
    }
    comment(&mut out, "", "The facts of a case.");
    record(&mut out, program, None, "Facts", &members, language);
    for (policy, name) in program.policies.iter().zip(&decisions) {
        decision(&mut out, graph, policy, name, language);
    }
    let _ = writeln!(out, "export type Decision = {};", decisions.join(" | "));
    out
}

fn record(
    out: &mut String,
    program: &Program,
    owner: Option<EntityId>,
    name: &str,
    members: &[String],
    language: &str,
) {
    let _ = writeln!(out, "export interface {name} {{\n  id?: string | number | null;");
    for (id, fact) in facts_of(&program.graph, owner) {
        let (label, description) = reading(program, id, language);
        let text = label.map_or_else(|| description.clone(), |label| format!("{label}. {description}"));
        comment(out, "  ", &text);
        let ty = match fact.ty.kind {
            Kind::List(entity) => format!("{}[]", members.get(entity.0 as usize).map_or("never", |n| &**n)),
            _ => type_of(&program.graph, &fact.ty, "Decimal", " | \"yes\" | \"no\""),
        };
        let _ = writeln!(out, "  {}?: Fact<{ty}>;", quoted(&fact.name));
    }
    out.push_str("}\n");
}

fn decision(out: &mut String, graph: &Graph, policy: &PolicyEntry, name: &str, language: &str) {
    let title = policy.title.as_ref().map_or(&*policy.name, |t| t.in_language(language));
    comment(out, "", &format!("A decision by: {title}"));
    let _ = writeln!(out, "export interface {name} {{\n  policy: {};", quoted(&policy.name));
    out.push_str("  version?: string;\n  graph: string;\n  on: Day;\n  case?: string;\n  outcome: Outcome;\n");
    out.push_str("  proposed?: \"declined\";\n  settled?: false;\n  possible?: Outcome[];\n");
    outputs(out, graph, "awards", &policy.awards, language);
    outputs(out, graph, "reports", &policy.reports, language);
    out.push_str("  reasons?: Reason[];\n  needs?: Need[];\n  faults?: { rule: string; message: string }[];\n");
    out.push_str("  values?: Record<string, Told<string | boolean>>;\n  error?: string;\n}\n");
}

fn outputs(out: &mut String, graph: &Graph, name: &str, outputs: &[Output], language: &str) {
    if outputs.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {name}?: {{");
    for output in outputs {
        if let Some(title) = &output.title {
            comment(out, "    ", title.in_language(language));
        }
        let ty = type_of(graph, &output.ty, "string", "");
        let _ = writeln!(out, "    {}?: Told<{ty}>;", quoted(&output.name));
    }
    out.push_str("  };\n");
}

fn type_of(graph: &Graph, ty: &Type, number: &str, more_truth: &str) -> String {
    match ty.kind {
        Kind::Truth => format!("boolean{more_truth}"),
        Kind::Date => "Day".to_owned(),
        Kind::Text => "string".to_owned(),
        Kind::Enum(id) => {
            let values = graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default();
            values.iter().map(|v| quoted(v)).collect::<Vec<_>>().join(" | ")
        }
        Kind::List(_) => "never".to_owned(),
        _ => number.to_owned(),
    }
}

/// `birth_parent` is `BirthParentMember`; names that would be the same get a number.
fn type_names<'a>(names: impl Iterator<Item = &'a str>, ending: &str) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let part = |part: &str| {
            let mut letters = part.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        };
        let base = name.split('_').map(part).collect::<String>() + ending;
        let numbered = (2..).map(|n| format!("{base}{n}"));
        let free = std::iter::once(base.clone()).chain(numbered).find(|n| !taken.contains(n));
        taken.extend(free);
    }
    taken
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}

fn comment(out: &mut String, before: &str, text: &str) {
    let text = text.replace("*/", "* /").replace(['\n', '\r'], " ");
    let _ = writeln!(out, "{before}/** {text} */");
}
