//! The way one case takes through its policy's picture.

use crate::decide::{self, Decision, Options, Outcome, ReasonKind, Reasons, Standing};
use crate::eval::range::Evaluation;
use crate::facts::{Resolved, resolve};
use crate::graph::draw::{Drawn, svg_marked};
use crate::graph::{FactId, NodeId, PolicyEntry};
use crate::op::RuleKind;
use crate::table::Seen;
use std::collections::BTreeSet;

/// The picture of a policy as SVG with the path that a case took: which facts are known, how each rule stands, what it comes to.
pub fn picture(evaluation: &Evaluation, policy: usize, language: &str) -> String {
    let program = &evaluation.engine().program;
    let Some(entry) = program.policies.get(policy) else { return String::new() };
    let options =
        Options { attested: evaluation.attested(), reasons: Reasons::All, show: Vec::new(), language: language.into() };
    let decision = decide::decide(entry, evaluation, &options);
    let way = Way::new(evaluation, entry, &decision);
    svg_marked(program, policy, language, &|drawn| way.mark(drawn))
}

struct Way<'a, 'b> {
    evaluation: &'a Evaluation<'b>,
    policy: &'a PolicyEntry,
    decision: &'a Decision,
    /// What the rules and awards that count rest on.
    counts: BTreeSet<NodeId>,
    /// The facts among it.
    facts: Seen<FactId>,
}

impl<'a, 'b> Way<'a, 'b> {
    fn new(evaluation: &'a Evaluation<'b>, policy: &'a PolicyEntry, decision: &'a Decision) -> Self {
        let graph = evaluation.engine().graph();
        let mut way = Way { evaluation, policy, decision, counts: BTreeSet::new(), facts: Seen::new() };
        let rules = (0..policy.rules.len()).filter(|place| way.rule_counts(*place));
        let mut roots: Vec<NodeId> = rules.map(|place| policy.rules[place].trigger).collect();
        roots.extend(policy.applies.as_ref().map(|c| c.node));
        if way.awards_count() {
            roots.extend(policy.awards.iter().map(|a| a.node));
        }
        let reached = graph.reached(&roots);
        way.facts = graph.facts_of(&reached);
        way.counts = reached.into_iter().collect();
        way
    }

    fn awards_count(&self) -> bool {
        !self.decision.awards.is_empty()
    }

    /// Whether a rule has a part in the answer: those that decide, if any do; else all that apply.
    fn rule_counts(&self, place: usize) -> bool {
        let decides = self.decision.reasons.iter().any(|r| r.deciding);
        match self.standing(place) {
            None | Some((Standing::NotInForce | Standing::NotApplicable, _)) => false,
            Some((_, deciding)) => deciding || !decides,
        }
    }

    fn standing(&self, place: usize) -> Option<(Standing, bool)> {
        let rule = self.policy.rules.get(place)?;
        let standing = decide::standing(rule, |n| self.evaluation.truth(n));
        let reason = self.decision.reasons.iter().find(|r| r.rule == rule.name && r.standing == standing)?;
        Some((reason.standing, reason.deciding))
    }

    fn mark(&self, drawn: Drawn<'_>) -> Option<&'static str> {
        let graph = self.evaluation.engine().graph();
        let mark = match drawn {
            Drawn::Fact(id) => {
                let fact = graph.fact(id);
                let used = self.facts.contains(&id);
                let known = fact.owner.is_some() || {
                    let state = self.evaluation.facts().state(graph, id);
                    let resolved = resolve(fact, state, self.evaluation.on(), self.evaluation.attested());
                    matches!(resolved, Resolved::Given(_))
                };
                match (used, known) {
                    (true, true) => "on known",
                    (true, false) => "on missing",
                    (false, _) => "off",
                }
            }
            Drawn::Value(node) => {
                let output = self.policy.awards.iter().any(|a| a.node == node);
                if self.counts.contains(&node) || (output && self.awards_count()) { "on" } else { "off" }
            }
            Drawn::Applies => match self.decision.reasons.iter().find(|r| r.kind == ReasonKind::Applies) {
                Some(reason) if reason.standing == Standing::Met => "on fine",
                Some(reason) if reason.standing == Standing::NotMet => "on against",
                _ => "on missing",
            },
            Drawn::Rule(place) => {
                let require = self.policy.rules.get(place).is_some_and(|r| r.kind == RuleKind::Require);
                let decline = self.policy.rules.get(place).is_some_and(|r| decide::rank_of(r.kind) == 1);
                let counts = self.rule_counts(place);
                match self.standing(place)?.0 {
                    Standing::NotInForce | Standing::NotApplicable => "off",
                    Standing::Open if counts => "on missing",
                    Standing::Faulty if counts => "on person",
                    Standing::Waived if counts => "on fine",
                    Standing::Open | Standing::Faulty | Standing::Waived => "off",
                    standing => match (standing == Standing::Met) == require {
                        true if counts => "on fine",
                        true => "off fine",
                        false if decline && counts => "on against",
                        false if decline => "off against",
                        false if counts => "on person",
                        false => "off person",
                    },
                }
            }
            Drawn::Outcome(words) => {
                let told = match self.decision.outcome {
                    Outcome::Referred if self.decision.proposed => "decline proposed",
                    outcome => &outcome.as_str().replace('_', " "),
                };
                if told == words { "on" } else { "off" }
            }
        };
        Some(mark)
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::picture;
    use crate::eval::range::Evaluation;
    use crate::{Date, Policy};

    #[test]
    fn a_case_lights_its_own_way() {
        let text = "policy p \"P\" fact age: whole number from 0 to 130 fact here: yes or no fact spare: yes or no\n\
            require old \"Old enough\" age is at least 80\nrequire local \"Local\" here\nrefer odd \"Odd\" when spare";
        let policy = Policy::compile(text).unwrap();
        let picture_of = |facts: &str| {
            let facts = policy.facts_from_json(facts).unwrap();
            picture(&Evaluation::new(policy.bundle().engine(), &facts, Date::new(2026, 3, 2).unwrap(), false), 0, "en")
        };
        let boxed = |svg: &str, class: &str, title: &str| {
            let group = svg.split("<g class=\"").skip(1).find(|g| g.contains(&format!("<title>{title}")));
            group.is_some_and(|g| g.starts_with(&format!("{class}\"")))
        };
        let no = picture_of(r#"{"age": 12}"#);
        assert!(boxed(&no, "require on against", "Old enough") && boxed(&no, "require off", "Local"), "{no}");
        assert!(boxed(&no, "fact on known", "age") && boxed(&no, "fact off", "here"));
        assert!(boxed(&no, "outcome on", "decline proposed") && boxed(&no, "outcome off", "referred"));
        let open = picture_of(r#"{"age": 84}"#);
        assert!(boxed(&open, "require on fine", "Old enough") && boxed(&open, "require on missing", "Local"), "{open}");
        assert!(boxed(&open, "fact on missing", "here"));
    }
}
