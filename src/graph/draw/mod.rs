//! A policy as a picture that its drafter recognises: facts with their holders, definitions, rules by kind, outcomes.

mod dot;
mod layout;
mod mermaid;
mod svg;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::{svg, svg_marked};

use super::{Clause, FactId, NodeId, NodeKind, PolicyEntry, Program, ScopeId};
use crate::op::RuleKind;
use crate::table::Table;
use crate::value::Text;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Fact,
    Define,
    Parameter,
    Applies,
    Require,
    Exclude,
    Refer,
    Award,
    Report,
    Outcome,
}

impl Class {
    /// The word above the title; also the class in the SVG.
    fn word(self) -> &'static str {
        match self {
            Class::Fact => "fact",
            Class::Define => "define",
            Class::Parameter => "parameter",
            Class::Applies => "applies",
            Class::Require => "require",
            Class::Exclude => "exclude",
            Class::Refer => "refer",
            Class::Award => "award",
            Class::Report => "report",
            Class::Outcome => "outcome",
        }
    }

    /// Whether it stands in the column of the rules.
    fn is_rule(self) -> bool {
        !matches!(self, Class::Fact | Class::Define | Class::Parameter | Class::Outcome)
    }
}

/// What a box stands for, to whoever marks the boxes of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn<'a> {
    /// A fact, of the case or of members.
    Fact(FactId),
    /// A definition or parameter, an award or a report, by its node.
    Value(NodeId),
    /// The policy's `applies when`.
    Applies,
    /// A rule, by its place in the policy.
    Rule(usize),
    /// The outcome that is drawn under these words.
    Outcome(&'a str),
}

/// What a box stands for, kept with it.
#[derive(Clone, Copy, Debug)]
enum Of {
    Fact(FactId),
    Value(NodeId),
    Applies,
    Rule(usize),
    Outcome,
}

/// A box.
#[derive(Clone, Debug)]
struct Item {
    of: Of,
    class: Class,
    /// The word above the title, where it says more than the class.
    caption: String,
    title: String,
    /// What stands below the title: conditions, holders.
    lines: Vec<String>,
    /// Citations, where there are any.
    cites: Option<String>,
}

/// Boxes, and which of them lead to which.
#[derive(Clone, Debug)]
struct Drawing {
    title: String,
    items: Vec<Item>,
    edges: BTreeSet<(usize, usize)>,
}

/// The policy at a place of the program, in a language.
fn drawing(program: &Program, policy: usize, language: &str) -> Option<Drawing> {
    let policy = program.policies.get(policy)?;
    let title = words(&policy.title, language).unwrap_or_else(|| policy.name.to_string());
    let mut of = Drafting {
        program,
        policy,
        language,
        drawing: Drawing { title, items: Vec::new(), edges: BTreeSet::new() },
        facts: BTreeMap::new(),
        defines: Table::new(),
        stops: Table::new(),
    };
    of.definitions();
    of.rules();
    of.outputs();
    of.drop_unused();
    Some(of.drawing)
}

fn words(text: &Option<Text>, language: &str) -> Option<String> {
    text.as_ref().map(|t| t.in_language(language).to_owned())
}

struct Drafting<'a> {
    program: &'a Program,
    policy: &'a PolicyEntry,
    language: &'a str,
    drawing: Drawing,
    facts: BTreeMap<FactId, usize>,
    /// By name: instances of one definition for several lists are one box.
    defines: Table<&'a str, usize>,
    /// The boxes of definitions' nodes.
    stops: Table<NodeId, usize>,
}

impl Item {
    fn drawn(&self) -> Drawn<'_> {
        match self.of {
            Of::Fact(fact) => Drawn::Fact(fact),
            Of::Value(node) => Drawn::Value(node),
            Of::Applies => Drawn::Applies,
            Of::Rule(place) => Drawn::Rule(place),
            Of::Outcome => Drawn::Outcome(&self.title),
        }
    }
}

impl<'a> Drafting<'a> {
    fn item(&mut self, item: Item) -> usize {
        self.drawing.items.push(item);
        self.drawing.items.len() - 1
    }

    fn definitions(&mut self) {
        let policy = self.policy;
        for define in &policy.defines {
            // A constant's or fact's node stands for itself wherever it is used.
            if matches!(self.program.graph.node(define.node).kind, NodeKind::Const(_) | NodeKind::Fact(..)) {
                continue;
            }
            let class = if define.is_parameter { Class::Parameter } else { Class::Define };
            let title = words(&define.title, self.language).unwrap_or_else(|| define.name.to_string());
            let named = (title != *define.name).then(|| define.name.to_string());
            let mut all: Vec<&str> = Vec::new();
            for text in define.cites.iter().map(|c| c.text.in_language(self.language)) {
                if !all.contains(&text) {
                    all.push(text);
                }
            }
            let cites = (!all.is_empty()).then(|| all.join("; "));
            let item = match self.defines.get(&*define.name) {
                Some(item) => *item,
                None => {
                    let lines = named.into_iter().collect();
                    self.item(Item {
                        of: Of::Value(define.node),
                        class,
                        caption: class.word().to_owned(),
                        title,
                        lines,
                        cites,
                    })
                }
            };
            self.defines.insert(&define.name, item);
            self.stops.or_insert_with(define.node, || item);
        }
        for define in &policy.defines {
            if let Some(item) = self.stops.get(&define.node).copied() {
                let operands = self.program.graph.node(define.node).kind.operands();
                self.link_lists(define.node, item);
                self.link(operands, item);
            }
        }
    }

    fn rules(&mut self) {
        let policy = self.policy;
        if let Some(applies) = &policy.applies {
            let lines = self.condition(applies);
            let title = "Whom it concerns".to_owned();
            let item = self.item(Item {
                of: Of::Applies,
                class: Class::Applies,
                caption: "applies when".to_owned(),
                title,
                lines,
                cites: None,
            });
            self.link(vec![applies.node], item);
            self.outcome(item, "not applicable", "");
        }
        for (place, rule) in policy.rules.iter().enumerate() {
            let (class, caption) = match rule.kind {
                RuleKind::Require => (Class::Require, "require"),
                RuleKind::Exclude => (Class::Exclude, "exclude"),
                RuleKind::Refer => (Class::Refer, "refer"),
                RuleKind::ReferEvenWhenDeclined => (Class::Refer, "refer even when declined"),
            };
            let mut lines = self.condition(&rule.condition);
            for (word, clause) in
                rule.unless.iter().map(|u| ("unless", u)).chain(rule.applies.iter().map(|a| ("applies when", a)))
            {
                let condition = self.condition(clause).join(" ");
                lines.push(format!("{word} {condition}"));
            }
            let title = words(&rule.title, self.language).unwrap_or_else(|| rule.name.to_string());
            let cites = words(&rule.cites, self.language);
            let of = Of::Rule(place);
            let item = self.item(Item { of, class, caption: caption.to_owned(), title, lines, cites });
            self.link(vec![rule.trigger], item);
            match class {
                Class::Refer => self.outcome(item, "referred", "to a person"),
                _ if policy.declines_automatic => self.outcome(item, "declined", ""),
                _ => self.outcome(item, "decline proposed", "a person confirms it"),
            }
        }
    }

    fn outputs(&mut self) {
        let policy = self.policy;
        let awards = policy.awards.iter().map(|a| (Class::Award, a));
        for (class, output) in awards.chain(policy.reports.iter().map(|r| (Class::Report, r))) {
            let title = words(&output.title, self.language).unwrap_or_else(|| output.name.to_string());
            let lines = (title != *output.name).then(|| output.name.to_string()).into_iter().collect();
            let cites = words(&output.cites, self.language);
            let of = Of::Value(output.node);
            let item = self.item(Item { of, class, caption: class.word().to_owned(), title, lines, cites });
            self.link(vec![output.node], item);
            if class == Class::Award {
                self.outcome(item, "approved", "");
            }
        }
    }

    /// Leads a rule to an outcome.
    fn outcome(&mut self, from: usize, title: &str, line: &str) {
        let known = self.drawing.items.iter().position(|i| i.class == Class::Outcome && i.title == title);
        let outcome = known.unwrap_or_else(|| {
            let lines = if line.is_empty() { Vec::new() } else { vec![line.to_owned()] };
            self.item(Item {
                of: Of::Outcome,
                class: Class::Outcome,
                caption: String::new(),
                title: title.to_owned(),
                lines,
                cites: None,
            })
        });
        self.drawing.edges.insert((from, outcome));
    }

    /// A condition in the author's words, the items of a braced group one a line.
    fn condition(&self, clause: &Clause) -> Vec<String> {
        let is_list = clause.words.contains('{') || clause.parts.iter().any(|p| p.label.is_some());
        if clause.parts.is_empty() || !is_list {
            return vec![clause.words.to_string()];
        }
        let line = |p: &Clause| match &p.label {
            Some(label) => format!("({label}) {}", p.words),
            None => p.words.to_string(),
        };
        let how = match clause.quantifier {
            Some(crate::op::Quantifier::Any) => "any of".to_owned(),
            Some(crate::op::Quantifier::None) => "none of".to_owned(),
            Some(crate::op::Quantifier::AtLeast(n)) => format!("at least {n} of"),
            _ => "all of".to_owned(),
        };
        std::iter::once(how).chain(clause.parts.iter().map(line)).collect()
    }

    /// Leads to a box the boxes and facts that some nodes rest on, through nodes that have no box of their own.
    fn link(&mut self, nodes: Vec<NodeId>, to: usize) {
        let mut seen = BTreeSet::new();
        let mut stack = nodes;
        while let Some(node) = stack.pop() {
            if !seen.insert(node) {
                continue;
            }
            match self.stops.get(&node) {
                Some(from) if *from != to => {
                    self.drawing.edges.insert((*from, to));
                }
                _ => {
                    self.link_lists(node, to);
                    stack.extend(self.program.graph.node(node).kind.operands());
                }
            }
        }
    }

    /// Leads to a box the facts that a node itself speaks of.
    fn link_lists(&mut self, node: NodeId, to: usize) {
        let (fact, around) = match self.program.graph.node(node).kind {
            NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => (fact, scope),
            NodeKind::Fold { scope, .. } => {
                let of = self.program.graph.scopes[scope.0 as usize];
                (of.list, of.owner)
            }
            _ => return,
        };
        let from = self.fact(fact, around);
        self.drawing.edges.insert((from, to));
    }

    fn fact(&mut self, id: FactId, scope: ScopeId) -> usize {
        if let Some(item) = self.facts.get(&id) {
            return *item;
        }
        let graph = &self.program.graph;
        let fact = graph.fact(id);
        let path = match scope {
            ScopeId::CASE => fact.name.to_string(),
            scope => format!("{}.{}", graph.scope_words(scope), fact.name),
        };
        let texts = self.policy.facts.iter().find(|t| t.fact == id);
        let title = texts.and_then(|t| words(&t.label, self.language)).unwrap_or_else(|| path.clone());
        let mut lines = Vec::new();
        lines.extend((title != path).then_some(path));
        lines.extend(words(&fact.held_by, self.language).map(|h| format!("held by {h}")));
        lines.extend(fact.fresh_for.map(|days| format!("fresh for {days} days")));
        lines.extend(words(&fact.judged_by, self.language).map(|j| format!("judged by {j}")));
        let of = Of::Fact(id);
        let item = self.item(Item { of, class: Class::Fact, caption: "fact".to_owned(), title, lines, cites: None });
        self.facts.insert(id, item);
        item
    }

    /// Leaves out definitions that lead to nothing drawn, and facts that led to them alone.
    fn drop_unused(&mut self) {
        let drawing = &mut self.drawing;
        let mut keep: Vec<bool> =
            drawing.items.iter().map(|i| i.class.is_rule() || i.class == Class::Outcome).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for (from, to) in &drawing.edges {
                if keep[*to] && !keep[*from] {
                    keep[*from] = true;
                    changed = true;
                }
            }
        }
        let mut place = vec![0; keep.len()];
        let mut next = 0;
        for (i, kept) in keep.iter().enumerate() {
            place[i] = next;
            next += usize::from(*kept);
        }
        let mut kept = keep.iter();
        drawing.items.retain(|_| kept.next().copied().unwrap_or(false));
        let both = |(a, b): &(usize, usize)| keep[*a] && keep[*b];
        drawing.edges = drawing.edges.iter().filter(|e| both(e)).map(|(a, b)| (place[*a], place[*b])).collect();
    }
}
