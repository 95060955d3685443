//! Nodes as text, one a line: for tests and for whoever looks into the engine.

use super::{Const, Fold, Graph, NodeId, NodeKind, Program, ScopeId};
use crate::op::{Quantifier, Shape};
use crate::value::{Body, Kind, Set, Truth, format_decimal};
use std::fmt::Write;

impl Program {
    /// The whole graph and the policies' roots.
    pub fn dump(&self) -> String {
        let mut out = String::new();
        for (i, node) in self.graph.nodes.iter().enumerate() {
            let scope = match node.scope {
                ScopeId::CASE => String::new(),
                scope => format!(" in {}", self.graph.scope_words(scope)),
            };
            let set = set_words(&node.set, node.shape);
            let _ = writeln!(out, "n{i} = {}{scope}  # {set}", self.graph.node_words(NodeId(i as u32)));
        }
        for policy in &self.policies {
            let _ = writeln!(out, "policy {}", policy.name);
            if let Some(clause) = &policy.applies {
                let _ = writeln!(out, "  applies n{}", clause.node.0);
            }
            for rule in &policy.rules {
                let _ = writeln!(out, "  {:?} {} n{}", rule.kind, rule.name, rule.trigger.0);
            }
            for output in policy.awards.iter().chain(&policy.reports) {
                let _ = writeln!(out, "  {} n{}", output.name, output.node.0);
            }
            for promise in &policy.promises {
                let _ = writeln!(out, "  promise n{}", promise.node.0);
            }
        }
        out
    }
}

impl Graph {
    /// The lists around a scope: `household.benefits`.
    pub(super) fn scope_words(&self, scope: ScopeId) -> String {
        let around: Vec<ScopeId> = self.around(scope).filter(|s| *s != ScopeId::CASE).collect();
        let names = around.iter().rev().map(|s| &*self.fact(self.scopes[s.0 as usize].list).name);
        names.collect::<Vec<_>>().join(".")
    }

    fn node_words(&self, id: NodeId) -> String {
        let list = |all: &[NodeId]| all.iter().map(|n| format!("n{}", n.0)).collect::<Vec<_>>().join(" ");
        let pairs = |all: &[(NodeId, NodeId)]| {
            all.iter().map(|(c, v)| format!("n{}: n{}", c.0, v.0)).collect::<Vec<_>>().join(", ")
        };
        let proved = |holds: bool, word: &'static str| if holds { word } else { "" };
        let node = self.node(id);
        match &node.kind {
            NodeKind::Const(value) => self.constant_words(*value, node.shape),
            NodeKind::Fact(fact, _) => self.fact(*fact).name.to_string(),
            NodeKind::Known(fact, _) => format!("{} is known", self.fact(*fact).name),
            NodeKind::DecisionDate => "decision date".to_owned(),
            NodeKind::Op(op, args) => format!("{op:?} {}", list(args)),
            NodeKind::Not(a) => format!("not n{}", a.0),
            NodeKind::Group(quantifier, items) => format!("{} {}", quantifier_words(*quantifier), list(items)),
            NodeKind::If(c, a, b) => format!("if n{} then n{} else n{}", c.0, a.0, b.0),
            NodeKind::OnDay(day, entries) => {
                let entries: Vec<String> = entries.iter().map(|(day, n)| format!("{day}: n{}", n.0)).collect();
                format!("on n{} {{{}}}", day.0, entries.join(", "))
            }
            NodeKind::Exceptions { base, cases, exclusive } => {
                format!("n{} except {{{}}}{}", base.0, pairs(cases), proved(*exclusive, " exclusive"))
            }
            NodeKind::Table { hit, rows, exclusive, complete } => format!(
                "{hit:?} table {{{}}}{}{}",
                pairs(rows),
                proved(*exclusive, " exclusive"),
                proved(*complete, " complete")
            ),
            NodeKind::Fold { scope, filter, fold } => {
                let filter = filter.map_or(String::new(), |f| format!(" where n{}", f.0));
                let (inside, outside) = fold.operands();
                let what = match fold {
                    Fold::Count => "count".to_owned(),
                    Fold::Sum(_) => "sum".to_owned(),
                    Fold::Largest(..) => "largest".to_owned(),
                    Fold::Smallest(..) => "smallest".to_owned(),
                    Fold::Satisfies(quantifier, _) => quantifier_words(*quantifier),
                    Fold::DaysCovered { .. } => "days covered".to_owned(),
                };
                let operands = list(&[inside, outside].concat());
                format!("{what} {operands} over {}{filter}", self.scope_words(*scope))
            }
        }
    }

    fn constant_words(&self, value: Const, shape: Shape) -> String {
        match value {
            Const::Truth(value) => if value { "yes" } else { "no" }.to_owned(),
            Const::Mantissa(mantissa) => format_decimal(mantissa, shape.scale),
            Const::Choice(choice) => match shape.kind {
                Kind::Enum(id) => self.enums[id.0 as usize].values[choice as usize].to_string(),
                _ => choice.to_string(),
            },
            Const::Text(text) => format!("{:?}", self.texts[text as usize]),
            Const::None => "none".to_owned(),
            Const::Fault => "fault".to_owned(),
        }
    }
}

fn quantifier_words(quantifier: Quantifier) -> String {
    match quantifier {
        Quantifier::All => "all of".to_owned(),
        Quantifier::Any => "any of".to_owned(),
        Quantifier::None => "none of".to_owned(),
        Quantifier::AtLeast(n) => format!("at least {n} of"),
    }
}

fn set_words(set: &Set, shape: Shape) -> String {
    let mut words = Vec::new();
    match set.body {
        Body::Nothing => {}
        Body::Truth(truth) => {
            words.push(if truth == Truth::OPEN { "yes or no".to_owned() } else { format!("{truth:?}") })
        }
        Body::Interval(low, high) if low == high => words.push(format_decimal(low, shape.scale)),
        Body::Interval(low, high) => {
            words.push(format!("{} to {}", format_decimal(low, shape.scale), format_decimal(high, shape.scale)));
        }
        Body::Choices(choices) => words.push(format!("{} choices", choices.len())),
        Body::Text(_) => words.push("one text".to_owned()),
        Body::AnyText => words.push("any text".to_owned()),
    }
    words.extend(set.none.then(|| "none".to_owned()));
    words.extend(set.fault.then(|| "fault".to_owned()));
    words.join(", ")
}
