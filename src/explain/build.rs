//! From an evaluated case to the tree of steps.

use super::{ClauseStep, Explanation, Known, RuleStep, SourceStep, ValueKind, ValueStep};
use crate::decide::{self, Options, Reason, ReasonKind, Reasons, Standing, ToldValue, standing, told_value};
use crate::eval::range::{CASE, Evaluation, PlaceId, Places};
use crate::facts::{Resolved, State, resolve};
use crate::graph::{
    Citation, Clause, Define, FactId, Fold, Graph, NodeId, NodeKind, Output, PolicyEntry, Rule, ScopeId,
};
use crate::op::{Hit, Quantifier, RuleKind};
use crate::table::{Seen, Table};
use crate::value::{Kind, Set, Text, Truth};

/// How many definitions deep a derivation is told; what lies deeper is told by its value alone.
const DEEPEST: usize = 24;

/// How an explanation is wanted.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The reader's language; empty: the policy's own.
    pub language: Box<str>,
    /// Whether the values of sensitive facts are told.
    pub sensitive: bool,
}

/// Explains one policy's decision on an evaluated case.
pub fn explain(policy: &PolicyEntry, evaluation: &Evaluation, asked: &Asked) -> Explanation {
    let options = Options {
        attested: evaluation.attested(),
        reasons: Reasons::All,
        show: Vec::new(),
        language: asked.language.clone(),
    };
    let decision = decide::decide(policy, evaluation, &options);
    let places = evaluation.places();
    let mut builder = Builder::new(policy, &places, asked);
    let rules = decision.reasons.iter().map(|reason| builder.rule(reason)).collect();
    let awards = builder.outputs(&policy.awards, &decision.awards, ValueKind::Award);
    let reports = builder.outputs(&policy.reports, &decision.reports, ValueKind::Report);
    Explanation { rules, awards, reports, ..Explanation::undecided(policy, decision, asked) }
}

struct Builder<'a, 'b> {
    policy: &'a PolicyEntry,
    places: &'a Places<'b>,
    asked: &'a Asked,
    /// Definitions by what they compute.
    defines: Table<NodeId, Vec<&'a Define>>,
    /// Whose derivation has been told.
    told: Seen<(NodeId, PlaceId)>,
}

/// What a value rests on directly.
enum Part<'a> {
    Define(&'a Define, PlaceId),
    Fact(FactId, PlaceId),
    /// A list, the members that a fold went through, its filter, and what it looked at in those that count.
    List(FactId, PlaceId, Vec<PlaceId>, Option<NodeId>, Vec<NodeId>),
}

impl<'a> Builder<'a, '_> {
    fn new<'b>(policy: &'a PolicyEntry, places: &'a Places<'b>, asked: &'a Asked) -> Builder<'a, 'b> {
        let mut defines: Table<NodeId, Vec<&Define>> = Table::new();
        for define in &policy.defines {
            defines.or_insert_with(define.node, Vec::new).push(define);
        }
        Builder { policy, places, asked, defines, told: Seen::new() }
    }

    fn graph(&self) -> &'a Graph {
        self.places.evaluation.engine().graph()
    }

    fn truth(&self, node: NodeId) -> Truth {
        self.places.evaluation.truth(node)
    }

    fn read(&self, text: Option<&Text>) -> Option<Box<str>> {
        text.map(|t| t.in_language(&self.asked.language).into())
    }

    fn rule(&mut self, reason: &Reason) -> RuleStep {
        let mut step = RuleStep {
            rule: reason.rule.clone(),
            kind: reason.kind,
            standing: reason.standing,
            deciding: reason.deciding,
            title: reason.title.clone(),
            message: reason.message.clone(),
            cites: reason.cites.clone(),
            applies: None,
            condition: None,
            unless: Vec::new(),
        };
        let policy = self.policy;
        if reason.kind == ReasonKind::Applies {
            step.condition = policy.applies.as_ref().map(|clause| self.clause(clause, reason.cites.as_deref()));
            return step;
        }
        let is_told = |r: &&Rule| *r.name == *reason.rule && standing(r, |n| self.truth(n)) == reason.standing;
        let Some(rule) = policy.rules.iter().find(is_told) else { return step };
        if reason.standing == Standing::NotInForce {
            return step;
        }
        let cites = reason.cites.as_deref();
        let applies = rule.applies.as_ref().filter(|c| self.truth(c.node) != Truth::MET);
        step.applies = applies.map(|clause| self.clause(clause, cites));
        if reason.standing == Standing::NotApplicable {
            return step;
        }
        step.condition = Some(self.clause(&rule.condition, cites));
        // What would waive a rule that stands in nobody's way is of no interest.
        let harmless = if rule.kind == RuleKind::Require { Truth::MET } else { Truth::NOT_MET };
        if self.truth(rule.condition.node) != harmless {
            step.unless = rule.unless.iter().map(|clause| self.clause(clause, cites)).collect();
        }
        step
    }

    /// A clause with its paragraphs; the parser bounds how deep they nest.
    fn clause(&mut self, clause: &'a Clause, above: Option<&str>) -> ClauseStep {
        let own = self.read(clause.cites.as_ref());
        let paragraph: Option<Box<str>> = match (own, &clause.label) {
            (Some(own), _) => Some(own),
            (None, Some(label)) => Some(format!("{}({label})", above.unwrap_or("")).into()),
            (None, None) => None,
        };
        let cites = paragraph.as_deref().or(above);
        let parts: Vec<ClauseStep> = clause.parts.iter().map(|part| self.clause(part, cites)).collect();
        let rests_on = match clause.quantifier {
            Some(_) => Vec::new(),
            None => self.rests_on(clause.node, CASE, &clause.words, 0),
        };
        ClauseStep {
            label: clause.label.clone(),
            standing: match self.truth(clause.node) {
                Truth::MET => Standing::Met,
                Truth::NOT_MET => Standing::NotMet,
                Truth::FAULTY => Standing::Faulty,
                _ => Standing::Open,
            },
            words: clause.words.clone(),
            quantifier: clause.quantifier,
            parts,
            rests_on,
            paragraph,
        }
    }

    /// The awards or reports that a decision tells of.
    fn outputs(&mut self, outputs: &'a [Output], told: &[decide::Told], kind: ValueKind) -> Vec<ValueStep> {
        let told = outputs.iter().filter(|o| told.iter().any(|t| *t.name == *o.name));
        told.map(|o| self.output(o, kind)).collect()
    }

    fn output(&mut self, output: &'a Output, kind: ValueKind) -> ValueStep {
        let (value, may_fail) = self.told_value(output.node, CASE);
        ValueStep {
            kind,
            name: output.name.as_ref().into(),
            title: self.read(output.title.as_ref()),
            cites: self.read(output.cites.as_ref()).into_iter().collect(),
            value: Known::Told(value),
            may_fail,
            measures: self.graph().node(output.node).shape.kind,
            sources: Vec::new(),
            told_before: false,
            rests_on: self.rests_on(output.node, CASE, "", 0),
        }
    }

    /// What is known of a value, and whether its computation may fail besides.
    fn told_value(&self, node: NodeId, place: PlaceId) -> (ToldValue, bool) {
        let (set, _) = self.places.set(place, node);
        let may_fail = set.fault && !set.is_settled();
        let set = if may_fail { Set { fault: false, ..set } } else { set };
        (told_value(self.places.evaluation, set, self.graph().node(node).shape), may_fail)
    }

    /// The definitions and facts that a node rests on directly, each with what it rests on in turn. `words` are the
    /// author's, where they are at hand.
    fn rests_on(&mut self, node: NodeId, place: PlaceId, words: &str, depth: usize) -> Vec<ValueStep> {
        if depth > DEEPEST {
            return Vec::new();
        }
        let mut steps: Vec<ValueStep> = Vec::new();
        for part in self.parts(node, place, words) {
            let step = match part {
                Part::Define(define, at) => self.define(define, at, depth),
                Part::Fact(fact, at) => self.fact(fact, at),
                Part::List(list, at, members, filter, looked_at) => {
                    let mut step = self.fact(list, at);
                    step.rests_on = self.members(&members, filter, &looked_at, depth + 1);
                    step
                }
            };
            // Two folds over one list are told under one heading.
            match steps.iter_mut().find(|s| s.name == step.name && s.kind == step.kind) {
                Some(same) => {
                    let new = step.rests_on.into_iter();
                    let new: Vec<_> = new.filter(|s| same.rests_on.iter().all(|o| o.name != s.name)).collect();
                    same.rests_on.extend(new);
                }
                None => steps.push(step),
            }
        }
        steps
    }

    /// Walks down from a node as far as the next names, through the branches and rows that can apply.
    fn parts(&self, root: NodeId, place: PlaceId, words: &str) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut seen = Seen::new();
        let mut stack = vec![(root, place)];
        while let Some((id, from)) = stack.pop() {
            let (_, at) = self.places.set(from, id);
            if !seen.insert((id, at)) {
                continue;
            }
            if let Some(define) = self.named(id, words).filter(|_| id != root || self.is_word(id, words)) {
                parts.push(Part::Define(define, at));
                continue;
            }
            let mut next: Vec<(NodeId, PlaceId)> = Vec::new();
            match &self.graph().node(id).kind {
                NodeKind::Fact(fact, scope) | NodeKind::Known(fact, scope) => {
                    parts.push(Part::Fact(*fact, self.places.around(at, *scope)));
                }
                NodeKind::Fold { scope, filter, fold } => {
                    let (part, outside) = self.fold(at, *scope, *filter, fold);
                    parts.push(part);
                    next.extend(outside.into_iter().map(|n| (n, at)));
                }
                kind => next.extend(self.that_matter(kind, at).into_iter().map(|n| (n, at))),
            }
            stack.extend(next.into_iter().rev());
        }
        parts
    }

    /// The definition that a node is the value of. Constants and bare facts are shared by all who write them: they are
    /// taken for a definition only where the author names it.
    fn named(&self, id: NodeId, words: &str) -> Option<&'a Define> {
        let candidates = self.defines.get(&id)?;
        let written = candidates.iter().find(|d| mentions(words, &d.name));
        let shared = matches!(self.graph().node(id).kind, NodeKind::Const(_) | NodeKind::Fact(..));
        match written {
            Some(define) => Some(define),
            None if shared => None,
            None => candidates.first().copied(),
        }
    }

    /// Whether a clause is just a definition's name.
    fn is_word(&self, id: NodeId, words: &str) -> bool {
        self.defines.get(&id).is_some_and(|all| all.iter().any(|d| mentions(words, &d.name)))
    }

    /// The operands through which a node got its value.
    fn that_matter(&self, kind: &NodeKind, at: PlaceId) -> Vec<NodeId> {
        let truth = |n: NodeId| self.places.set(at, n).0.as_truth();
        let rows = |rows: &[(NodeId, NodeId)]| {
            let can: Vec<_> = rows.iter().filter(|(c, _)| truth(*c) != Truth::NOT_MET).collect();
            let none = can.is_empty();
            let mut nodes: Vec<NodeId> = can.into_iter().flat_map(|(c, v)| [*c, *v]).collect();
            if none {
                nodes.extend(rows.iter().map(|(c, _)| *c));
            }
            (nodes, none)
        };
        match kind {
            NodeKind::Group(quantifier, items) => {
                // One item alone settles it; what the others are is of no interest.
                let alone = match quantifier {
                    Quantifier::All => Truth::NOT_MET,
                    Quantifier::Any | Quantifier::None => Truth::MET,
                    Quantifier::AtLeast(_) => Truth::NOTHING,
                };
                let settling: Vec<NodeId> = items.iter().copied().filter(|n| truth(*n) == alone).collect();
                if settling.is_empty() { items.to_vec() } else { settling }
            }
            NodeKind::If(condition, then, otherwise) => match truth(*condition) {
                Truth::MET => vec![*condition, *then],
                Truth::NOT_MET => vec![*condition, *otherwise],
                _ => vec![*condition, *then, *otherwise],
            },
            NodeKind::OnDay(day, entries) => {
                let ends = self.places.set(at, *day).0.ends();
                let meets = |i: usize, from: i32| {
                    let next = entries.get(i + 1).map(|(next, _)| i128::from(*next));
                    ends.is_some_and(|(low, high)| i128::from(from) <= high && next.is_none_or(|n| low < n))
                };
                let in_force = entries.iter().enumerate().filter(|(i, (from, _))| meets(*i, *from));
                std::iter::once(*day).chain(in_force.map(|(_, (_, value))| *value)).collect()
            }
            NodeKind::Exceptions { base, cases, .. } => {
                let (mut nodes, none) = rows(cases);
                if none || cases.iter().all(|(c, _)| truth(*c).can_be_not_met()) {
                    nodes.push(*base);
                }
                nodes
            }
            NodeKind::Table { rows: all, hit: Hit::First, .. } => {
                // That the rows above do not match is why the one does that is taken; those below have no part in it.
                let last = all.iter().position(|(c, _)| truth(*c) == Truth::MET).map_or(all.len(), |at| at + 1);
                let of_row = |(c, v): &(NodeId, NodeId)| {
                    let value = (truth(*c) != Truth::NOT_MET).then_some(*v);
                    std::iter::once(*c).chain(value).collect::<Vec<_>>()
                };
                all[..last].iter().flat_map(of_row).collect()
            }
            NodeKind::Table { rows: all, .. } => rows(all).0,
            kind => kind.operands(),
        }
    }

    /// A fold as a part, and what it uses outside its members.
    fn fold(&self, at: PlaceId, scope: ScopeId, filter: Option<NodeId>, fold: &Fold) -> (Part<'a>, Vec<NodeId>) {
        let of = self.graph().scopes[scope.0 as usize];
        let members = self.places.members(at, scope).to_vec();
        let mut inside = Vec::new();
        let mut outside = Vec::new();
        match *fold {
            Fold::Count => {}
            Fold::Sum(v) | Fold::Satisfies(_, v) => inside.push(v),
            Fold::Largest(v, other) | Fold::Smallest(v, other) => {
                inside.push(v);
                outside.extend(other.filter(|_| members.is_empty()));
            }
            Fold::DaysCovered { from, to, within_from, within_to } => {
                inside.extend([from, to]);
                outside.extend([within_from, within_to]);
            }
        }
        (Part::List(of.list, self.places.around(at, of.owner), members, filter, inside), outside)
    }

    fn define(&mut self, define: &'a Define, at: PlaceId, depth: usize) -> ValueStep {
        let told_before = !self.told.insert((define.node, at));
        let rests_on = if told_before { Vec::new() } else { self.rests_on(define.node, at, "", depth + 1) };
        let name = match self.places.get(at).index {
            Some(_) => self.places.path_of(at, &define.name),
            None => define.name.to_string(),
        };
        let alias = match self.graph().node(define.node).kind {
            NodeKind::Fact(fact, _) => self.hides(fact),
            _ => false,
        };
        let (told, may_fail) = self.told_value(define.node, at);
        ValueStep {
            kind: if define.is_parameter { ValueKind::Parameter } else { ValueKind::Definition },
            name: name.into(),
            title: self.read(define.title.as_ref()),
            cites: self.citations(define, at),
            value: if alias { Known::Hidden } else { Known::Told(told) },
            may_fail,
            measures: self.graph().node(define.node).shape.kind,
            sources: Vec::new(),
            told_before: told_before && has_derivation(self.graph(), define.node),
            rests_on,
        }
    }

    /// The citations of the periods that the law's date, so far as it is known, may be in.
    fn citations(&self, define: &Define, at: PlaceId) -> Vec<Box<str>> {
        // A value that differs between periods knows the law's date; of one that does not, each period stands for it.
        let days = match self.graph().node(define.node).kind {
            NodeKind::OnDay(day, _) => self.places.set(at, day).0.ends(),
            _ => None,
        };
        let mut all: Vec<Box<str>> = Vec::new();
        for Citation { in_force: (from, until), text } in &define.cites {
            let apart = days.is_some_and(|(first, last)| {
                from.is_some_and(|from| i128::from(from.days()) > last)
                    || until.is_some_and(|until| i128::from(until.days()) < first)
            });
            if let Some(text) = self.read(Some(text)).filter(|text| !apart && !all.contains(text)) {
                all.push(text);
            }
        }
        all
    }

    fn hides(&self, fact: FactId) -> bool {
        self.graph().fact(fact).sensitive && !self.asked.sensitive
    }

    fn fact(&self, fact: FactId, at: PlaceId) -> ValueStep {
        let declared = self.graph().fact(fact);
        let (_, told, name) = self.places.path(at, fact);
        let mut step = ValueStep {
            kind: if matches!(declared.ty.kind, Kind::List(_)) { ValueKind::List } else { ValueKind::Fact },
            name: name.into(),
            title: self.label(told),
            cites: Vec::new(),
            value: Known::Closed,
            may_fail: false,
            measures: declared.ty.kind,
            sources: Vec::new(),
            told_before: false,
            rests_on: Vec::new(),
        };
        let evaluation = self.places.evaluation;
        let state = self.places.state(at, fact);
        match resolve(declared, state, evaluation.on(), evaluation.attested()) {
            Resolved::Pending(_) if !self.places.is_pending(at, fact) => {}
            Resolved::Pending(why) => step.value = Known::Pending(why.in_language(&self.asked.language).into()),
            Resolved::Closed => {}
            Resolved::Given(input) => {
                step.value = match input {
                    crate::facts::Input::List(records) => Known::Members(records.len()),
                    _ if self.hides(fact) => Known::Hidden,
                    input => match crate::facts::value_of(self.graph(), &declared.ty, input) {
                        Some(value) => Known::Told(ToldValue::Value(value)),
                        None => Known::Told(ToldValue::Any),
                    },
                };
                if let State::Attested(told) = state {
                    let counting = told.iter().filter(|t| std::ptr::eq(&t.value, input));
                    let named = counting.filter(|t| t.source.is_some() || t.observed.is_some());
                    step.sources =
                        named.map(|t| SourceStep { source: t.source.clone(), observed: t.observed }).collect();
                }
            }
        }
        step
    }

    fn label(&self, fact: FactId) -> Option<Box<str>> {
        let texts = self.policy.facts.iter().find(|t| t.fact == fact)?;
        self.read(texts.label.as_ref())
    }

    /// What a fold looked at in each member: its filter, and of members that count the values.
    fn members(
        &mut self,
        members: &[PlaceId],
        filter: Option<NodeId>,
        looked_at: &[NodeId],
        depth: usize,
    ) -> Vec<ValueStep> {
        let mut steps: Vec<ValueStep> = Vec::new();
        for member in members.iter().filter(|m| self.places.get(**m).index.is_some()) {
            let counts = filter.map_or(Truth::MET, |f| self.places.set(*member, f).0.as_truth());
            let values = looked_at.iter().filter(|_| counts != Truth::NOT_MET);
            for node in filter.iter().chain(values) {
                steps.extend(self.rests_on_member(*node, *member, depth));
            }
        }
        let mut names = Seen::new();
        steps.retain(|s| names.insert(s.name.clone()));
        steps
    }

    /// What a node of a member rests on, the node's own name included.
    fn rests_on_member(&mut self, node: NodeId, member: PlaceId, depth: usize) -> Vec<ValueStep> {
        match self.named(node, "") {
            Some(define) if depth <= DEEPEST => {
                let (_, at) = self.places.set(member, node);
                vec![self.define(define, at, depth)]
            }
            _ => self.rests_on(node, member, "", depth),
        }
    }
}

/// Whether words hold a name as a whole word.
fn mentions(words: &str, name: &str) -> bool {
    words.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

/// Whether a definition's value has anything behind it.
fn has_derivation(graph: &Graph, node: NodeId) -> bool {
    !matches!(graph.node(node).kind, NodeKind::Const(_) | NodeKind::DecisionDate)
}
