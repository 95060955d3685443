//! The two hashes of a policy: of its logic, and of what people read.
//!
//! The logic hash covers what the policy's roots reach, in canonical order and numbered for itself, so that it does not
//! depend on what else is in the bundle: facts by name and type, enumerations by their words, texts by their content.

use super::{Clause, Const, Enum, Fact, Fold, Graph, NodeId, NodeKind, PolicyEntry, Program, ScopeId};
use crate::op::Shape;
use crate::table::Table;
use crate::value::{Kind, Message, Part, Text, Type};
use crate::wire::Put;
use sha2::{Digest, Sha256};

/// The number of the rules by which nodes have meaning; every decision names it.
pub const SEMANTICS: u32 = 1;

/// The logic hash and the texts hash of a policy.
pub(super) fn hashes(program: &Program, policy: usize) -> ([u8; 32], [u8; 32]) {
    (logic(&program.graph, &program.policies[policy]), texts(&program.policies[policy]))
}

/// Bytes into a hash; each piece says how long it is, so that no two inputs look alike.
struct Hasher(Sha256);

impl Hasher {
    fn put(&mut self, value: &impl Put) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        self.piece(&bytes);
    }

    fn piece(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &Text) {
        self.put(text);
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

fn logic(graph: &Graph, policy: &PolicyEntry) -> [u8; 32] {
    let mut out = Hasher(Sha256::new());
    out.put(&("placet logic", SEMANTICS));
    out.put(&(policy.in_force, policy.declines_automatic, policy.leap));
    let order = graph.reached(&policy.roots());
    let mut names = Names { graph, nodes: Table::new() };
    for (i, node) in order.iter().enumerate() {
        names.nodes.insert(*node, i as u32);
        names.node(*node, &mut out);
    }
    out.put(&policy.applies.as_ref().map(|a| names.number(a.node)));
    for rule in &policy.rules {
        out.put(&(rule.kind, names.number(rule.trigger)));
    }
    for (which, outputs) in [("award", &policy.awards), ("report", &policy.reports)] {
        for output in outputs {
            out.put(&(which, &output.name, names.number(output.node)));
            names.ty(&output.ty, &mut out);
        }
    }
    for promise in &policy.promises {
        out.put(&("promise", names.number(promise.node)));
    }
    out.finish()
}

/// Names that do not depend on the bundle.
struct Names<'a> {
    graph: &'a Graph,
    nodes: Table<NodeId, u32>,
}

impl Names<'_> {
    fn number(&self, node: NodeId) -> u32 {
        self.nodes.get(&node).copied().unwrap_or(u32::MAX)
    }

    fn node(&self, id: NodeId, out: &mut Hasher) {
        let node = self.graph.node(id);
        self.shape(node.shape, out);
        let operands: Vec<u32> = node.kind.operands().into_iter().map(|n| self.number(n)).collect();
        match &node.kind {
            NodeKind::Const(Const::Text(text)) => out.put(&("text", &self.graph.texts[*text as usize])),
            NodeKind::Const(value) => out.put(&("constant", value)),
            NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => {
                out.put(&if matches!(node.kind, NodeKind::Fact(..)) { "fact" } else { "known" });
                self.scope(*scope, out);
                self.fact(self.graph.fact(*fact), out);
            }
            NodeKind::DecisionDate => out.put(&"decision date"),
            NodeKind::Op(op, _) => out.put(&("operator", op)),
            NodeKind::Not(_) => out.put(&"not"),
            NodeKind::Group(quantifier, _) => out.put(&("group", quantifier)),
            NodeKind::If(..) => out.put(&"if"),
            NodeKind::OnDay(_, entries) => {
                out.put(&("on day", entries.iter().map(|(day, _)| *day).collect::<Vec<_>>()));
            }
            NodeKind::Exceptions { .. } => out.put(&"exceptions"),
            NodeKind::Table { hit, .. } => out.put(&("table", hit)),
            NodeKind::Fold { scope, filter, fold } => {
                let (inside, outside) = fold.operands();
                let (what, quantifier) = match fold {
                    Fold::Count => ("count", None),
                    Fold::Sum(_) => ("sum", None),
                    Fold::Largest(..) => ("largest", None),
                    Fold::Smallest(..) => ("smallest", None),
                    Fold::Satisfies(quantifier, _) => ("satisfies", Some(*quantifier)),
                    Fold::DaysCovered { .. } => ("days covered", None),
                };
                out.put(&("fold", what, quantifier, filter.is_some(), inside.len(), outside.len()));
                self.scope(*scope, out);
            }
        }
        out.put(&operands);
    }

    /// A scope as the names of the lists around it, and whose list each is.
    fn scope(&self, scope: ScopeId, out: &mut Hasher) {
        let around: Vec<ScopeId> = self.graph.around(scope).collect();
        out.put(&around.len());
        for at in &around[..around.len() - 1] {
            let of = self.graph.scopes[at.0 as usize];
            let owner = self.graph.depth(of.owner);
            out.put(&(&self.graph.fact(of.list).name, owner));
        }
    }

    fn fact(&self, fact: &Fact, out: &mut Hasher) {
        let words = |t: &Option<Text>| t.as_ref().map(|t| t.default.clone());
        let owner = fact.owner.map(|e| &self.graph.entities[e.0 as usize].name);
        out.put(&(&fact.name, owner, words(&fact.held_by), fact.fresh_for, words(&fact.judged_by)));
        self.ty(&fact.ty, out);
    }

    fn ty(&self, ty: &Type, out: &mut Hasher) {
        out.put(&(ty.scale, ty.low, ty.high, ty.optional));
        self.kind(ty.kind, out);
    }

    fn shape(&self, shape: Shape, out: &mut Hasher) {
        out.put(&(shape.scale, shape.optional));
        self.kind(shape.kind, out);
    }

    fn kind(&self, kind: Kind, out: &mut Hasher) {
        match kind {
            Kind::Enum(id) => {
                let Enum { values, ordered } = &self.graph.enums[id.0 as usize];
                out.put(&("one of", values, ordered));
            }
            Kind::List(id) => out.put(&("list of", &self.graph.entities[id.0 as usize].name)),
            other => out.put(&other),
        }
    }
}

fn texts(policy: &PolicyEntry) -> [u8; 32] {
    let mut out = Hasher(Sha256::new());
    out.put(&("placet texts", &policy.name, &policy.title, &policy.version, &policy.cites));
    if let Some(applies) = &policy.applies {
        clause(applies, &mut out);
    }
    for rule in &policy.rules {
        out.put(&(&rule.name, &rule.title, &rule.cites));
        for part in rule.applies.iter().chain([&rule.condition]).chain(&rule.unless) {
            clause(part, &mut out);
        }
        out.put(&rule.message.as_ref().map(words));
    }
    for output in policy.awards.iter().chain(&policy.reports) {
        out.put(&(&output.name, &output.title, &output.cites));
    }
    for define in &policy.defines {
        out.put(&(&define.name, &define.title, &define.cites));
    }
    policy.promises.iter().for_each(|p| out.text(&p.title));
    policy.guarantees.iter().for_each(|g| out.text(g));
    for fact in &policy.facts {
        out.put(&(&fact.label, &fact.ask));
    }
    out.finish()
}

fn clause(clause: &Clause, out: &mut Hasher) {
    let mut stack = vec![clause];
    while let Some(at) = stack.pop() {
        out.put(&(&at.label, &at.cites, &at.words, at.parts.len()));
        stack.extend(&at.parts);
    }
}

/// A message with the values' places alone.
fn words(message: &Message<NodeId>) -> Vec<(&str, Vec<Option<&str>>)> {
    fn shown(part: &Part<NodeId>) -> Option<&str> {
        match part {
            Part::Words(words) => Some(words),
            Part::Value(_) => None,
        }
    }
    fn parts(parts: &[Part<NodeId>]) -> Vec<Option<&str>> {
        parts.iter().map(shown).collect()
    }
    let others = message.others.iter().map(|(language, p)| (&**language, parts(p)));
    std::iter::once(("", parts(&message.default))).chain(others).collect()
}
