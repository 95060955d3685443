//! `placet graph POLICY`

use crate::args::{ErrorFormat, Graph, GraphFormat};
use crate::failure::Failure;
use crate::files::Out;
use crate::load;
use placet::graph::draw;

/// Draws the graph of one policy, or lists its nodes.
pub fn run(a: &Graph, format: ErrorFormat) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    let policy = match &a.of {
        Some(name) => bundle.policy(name),
        None => bundle.policies().next(),
    };
    let names: Vec<String> = bundle.policies().map(|p| format!("`{}`", p.name())).collect();
    let Some(policy) = policy.filter(|_| a.of.is_some() || names.len() == 1 || a.format == GraphFormat::Text) else {
        let text = format!("say with `--of` which policy to draw: {}", names.join(", "));
        return Err(Failure::Usage(text));
    };
    let program = bundle.program();
    let text = match a.format {
        GraphFormat::Dot => draw::dot(program, policy.index(), &a.language),
        GraphFormat::Mermaid => draw::mermaid(program, policy.index(), &a.language),
        GraphFormat::Svg => draw::svg(program, policy.index(), &a.language),
        GraphFormat::Text => program.dump(),
    };
    let mut out = Out::open(a.out.as_deref())?;
    out.line(text.trim_end())?;
    out.done()
}
