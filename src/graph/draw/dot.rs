//! Graphviz.

use super::{Class, Program, drawing};

/// A policy for Graphviz; empty if there is no such policy.
pub fn dot(program: &Program, policy: usize, language: &str) -> String {
    let Some(drawing) = drawing(program, policy, language) else { return String::new() };
    let mut out = format!("digraph policy {{\n  label={};\n  labelloc=t;\n  rankdir=LR;\n", quoted(&drawing.title));
    out.push_str(
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\", fontsize=11];\n",
    );
    for (i, item) in drawing.items.iter().enumerate() {
        let caption = if item.caption.is_empty() { Vec::new() } else { vec![item.caption.clone()] };
        let lines = caption.iter().chain([&item.title]).chain(&item.lines).chain(&item.cites);
        let label = lines.map(|l| escaped(l)).collect::<Vec<_>>().join("\\n");
        out.push_str(&format!("  n{i} [label=\"{label}\"{}];\n", style(item.class)));
    }
    for (from, to) in &drawing.edges {
        out.push_str(&format!("  n{from} -> n{to};\n"));
    }
    let rules: Vec<String> =
        (0..drawing.items.len()).filter(|i| drawing.items[*i].class.is_rule()).map(|i| format!("n{i}")).collect();
    out.push_str(&format!("  {{ rank=same; {} }}\n}}\n", rules.join("; ")));
    out
}

fn style(class: Class) -> &'static str {
    match class {
        Class::Fact => ", shape=note, style=filled, fillcolor=\"#eef2f7\"",
        Class::Define => ", fillcolor=\"#ffffff\"",
        Class::Parameter => ", style=\"rounded,filled,dashed\"",
        Class::Applies => ", fillcolor=\"#ececec\"",
        Class::Require => ", fillcolor=\"#e3f0e6\"",
        Class::Exclude => ", fillcolor=\"#f8e3e0\"",
        Class::Refer => ", fillcolor=\"#fbf0d6\"",
        Class::Award | Class::Report => ", fillcolor=\"#e4e9fa\"",
        Class::Outcome => ", shape=ellipse, style=filled, fillcolor=\"#dddddd\"",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}
