//! Mermaid.

use super::{Class, Program, drawing};

/// A policy for Mermaid; empty if there is no such policy.
pub fn mermaid(program: &Program, policy: usize, language: &str) -> String {
    let Some(drawing) = drawing(program, policy, language) else { return String::new() };
    let mut out = format!("---\ntitle: {}\n---\nflowchart LR\n", json(&drawing.title));
    for (i, item) in drawing.items.iter().enumerate() {
        let caption = if item.caption.is_empty() { None } else { Some(format!("<i>{}</i>", escaped(&item.caption))) };
        let title = format!("<b>{}</b>", escaped(&item.title));
        let rest = item.lines.iter().chain(&item.cites).map(|l| escaped(l));
        let label = caption.into_iter().chain([title]).chain(rest).collect::<Vec<_>>().join("<br/>");
        let (open, close) = match item.class {
            Class::Fact => ("[/", "/]"),
            Class::Outcome => ("([", "])"),
            Class::Define | Class::Parameter => ("(", ")"),
            _ => ("[", "]"),
        };
        out.push_str(&format!("  n{i}{open}\"{label}\"{close}:::{}\n", item.class.word()));
    }
    for (from, to) in &drawing.edges {
        out.push_str(&format!("  n{from} --> n{to}\n"));
    }
    out.push_str(STYLES);
    out
}

const STYLES: &str = "  classDef fact fill:#eef2f7,stroke:#60708a,color:#1c2430
  classDef define fill:#ffffff,stroke:#888888,color:#222222
  classDef parameter fill:#ffffff,stroke:#888888,color:#222222,stroke-dasharray:4 3
  classDef applies fill:#ececec,stroke:#666666,color:#222222
  classDef require fill:#e3f0e6,stroke:#3c7a4c,color:#183020
  classDef exclude fill:#f8e3e0,stroke:#a5483c,color:#3a1512
  classDef refer fill:#fbf0d6,stroke:#9a7420,color:#3a2c08
  classDef award fill:#e4e9fa,stroke:#4a5fb0,color:#182048
  classDef report fill:#e4e9fa,stroke:#4a5fb0,color:#182048
  classDef outcome fill:#dddddd,stroke:#444444,color:#111111
";

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Mermaid's own way of writing signs that its syntax uses.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
