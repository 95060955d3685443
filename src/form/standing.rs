//! Where a person stands, and what to ask next.

use crate::decide::{self, Decision, Need, Options, Outcome, Reason, ReasonKind, Reasons, ToldValue, rank_of};
use crate::eval::range::Evaluation;
use crate::facts::{Resolved, resolve, value_of};
use crate::graph::{PolicyEntry, Program};
use crate::phrases::{Phrases, fill};
use crate::value::Value;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// How a page that tells the standing may colour it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Approved.
    Approved,
    /// Nothing stands against it so far.
    Open,
    /// A rule stands against it.
    Against,
    /// A person has to look.
    Person,
    /// The policy does not concern the case.
    Apart,
    /// The answers cannot be used as they are.
    Invalid,
}

/// Where a person stands, in the reader's language.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// What is decided.
    #[serde(serialize_with = "word")]
    pub outcome: Outcome,
    /// How it may be coloured.
    pub tone: Tone,
    /// Whether more answers can still change it.
    pub open: bool,
    /// One sentence.
    pub headline: &'static str,
    /// What follows, if there is more to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The rules that stand in the way or call a person.
    pub because: Vec<Because>,
    /// Awards, where approval is possible: title and value in words.
    pub awards: Vec<Given>,
    /// Facts that still matter and are asked of the person, in a sensible order: what can end the matter soonest comes first.
    pub ask: Vec<Arc<str>>,
    /// Facts that still matter and that somebody else holds or has to judge.
    pub elsewhere: Vec<Held>,
    /// Facts that a source has supplied: nobody is asked.
    pub supplied: Vec<Given>,
}

/// A rule that stands in the way, or calls a person.
#[derive(Clone, Debug, Serialize)]
pub struct Because {
    /// Its name.
    pub rule: Arc<str>,
    /// Its title; its name where it has none.
    pub title: Arc<str>,
    /// Its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// Its citation, down to the paragraph that settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cites: Option<Arc<str>>,
    /// Whether it alone decides.
    pub deciding: bool,
}

/// A value in words, by name.
#[derive(Clone, Debug, Serialize)]
pub struct Given {
    /// The award or fact.
    pub name: Arc<str>,
    /// Its title or label.
    pub title: Arc<str>,
    /// The value in words; absent where it is not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Who supplied it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
}

/// A fact that comes from elsewhere.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// The fact.
    pub fact: Arc<str>,
    /// What it is called.
    pub title: Arc<str>,
    /// Who holds it, or has to judge it.
    pub by: Arc<str>,
    /// Whether it has to be judged.
    pub judged: bool,
}

fn word<S: Serializer>(outcome: &Outcome, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(outcome.as_str())
}

/// Where a case stands under a policy.
///
/// What a register holds is not asked of the person unless `ask_all` is set; what somebody has to judge never is.
pub fn standing(
    program: &Program,
    policy: &PolicyEntry,
    evaluation: &Evaluation,
    language: &str,
    ask_all: bool,
) -> Standing {
    let options =
        Options { attested: evaluation.attested(), reasons: Reasons::All, show: Vec::new(), language: language.into() };
    let decision = decide::decide(policy, evaluation, &options);
    let phrases = Phrases::of(language);
    let (tone, headline) = headline(&decision, phrases);
    let needs = ordered(policy, &decision);
    let is_elsewhere = |need: &&&Need| need.judged_by.is_some() || (need.held_by.is_some() && !ask_all);
    let elsewhere: Vec<Held> = needs.iter().filter(is_elsewhere).filter_map(|need| held(need)).collect();
    let ask: Vec<Arc<str>> = needs.iter().filter(|n| !is_elsewhere(n)).map(|n| n.fact.clone()).collect();
    let note = match (&decision.error, tone) {
        (Some(error), _) => Some(error.to_string()),
        (None, Tone::Open | Tone::Against) if decision.outcome == Outcome::Incomplete && ask.is_empty() => {
            Some(phrases.form_elsewhere.to_owned())
        }
        _ if decision.proposed => Some(phrases.proposed.to_owned()),
        _ if !decision.settled => Some(phrases.unsettled.to_owned()),
        _ if decision.outcome == Outcome::Referred && decision.reasons.iter().all(|r| !r.deciding) => {
            (!decision.faults.is_empty()).then(|| phrases.fault_refers.to_owned())
        }
        _ => None,
    };
    Standing {
        outcome: decision.outcome,
        tone,
        open: decision.outcome == Outcome::Incomplete,
        headline,
        note,
        because: decision.reasons.iter().filter(|r| stands_out(r)).map(because).collect(),
        awards: awards(program, policy, &decision, phrases),
        ask,
        elsewhere,
        supplied: supplied(program, policy, evaluation, language),
    }
}

fn headline(decision: &Decision, phrases: &Phrases) -> (Tone, &'static str) {
    let approvable = decision.possible.contains(Outcome::Approved);
    match decision.outcome {
        Outcome::Approved => (Tone::Approved, phrases.form_approved),
        Outcome::Declined => (Tone::Against, phrases.form_against),
        Outcome::Referred if decision.proposed => (Tone::Against, phrases.form_against),
        Outcome::Referred => (Tone::Person, phrases.form_person),
        Outcome::NotApplicable => (Tone::Apart, phrases.form_apart),
        Outcome::Invalid => (Tone::Invalid, phrases.form_invalid),
        Outcome::Incomplete if approvable => (Tone::Open, phrases.form_open),
        Outcome::Incomplete => (Tone::Against, phrases.form_stands_against),
    }
}

/// Whether a rule has a part in a no or a referral. A message stands only where a rule is breached.
fn stands_out(reason: &Reason) -> bool {
    let breached = match reason.kind {
        ReasonKind::Require => reason.standing == decide::Standing::NotMet,
        ReasonKind::Exclude | ReasonKind::Refer => reason.standing == decide::Standing::Met,
        ReasonKind::Applies => reason.deciding,
    };
    breached || reason.standing == decide::Standing::Faulty
}

fn because(reason: &Reason) -> Because {
    Because {
        rule: reason.rule.clone(),
        title: reason.title.clone().unwrap_or_else(|| reason.rule.clone()),
        message: reason.message.clone(),
        cites: reason.paragraph.clone().or_else(|| reason.cites.clone()),
        deciding: reason.deciding,
    }
}

fn held(need: &Need) -> Option<Held> {
    let judged = need.judged_by.is_some();
    let by = need.judged_by.clone().or_else(|| need.held_by.clone())?;
    let title = need.label.clone().unwrap_or_else(|| need.fact.clone());
    Some(Held { fact: need.fact.clone(), title, by, judged })
}

/// Needs in the order to ask in: whom the policy concerns, rules that can end the matter, rules that call a person, awards; each
/// in source order.
fn ordered<'a>(policy: &PolicyEntry, decision: &'a Decision) -> Vec<&'a Need> {
    let place = |name: &Arc<str>| -> (u8, usize) {
        let rule = policy.rules.iter().position(|r| r.name == *name);
        match rule {
            Some(at) if rank_of(policy.rules[at].kind) == 1 => (1, at),
            Some(at) => (2, at),
            None if policy.awards.iter().any(|a| a.name == *name) => (3, 0),
            None => (0, 0),
        }
    };
    let mut needs: Vec<&Need> = decision.needs.iter().collect();
    needs.sort_by_key(|need| need.rules.iter().map(place).min().unwrap_or((3, 0)));
    needs
}

/// Awards in words, where they are settled.
fn awards(program: &Program, policy: &PolicyEntry, decision: &Decision, phrases: &Phrases) -> Vec<Given> {
    if !decision.possible.contains(Outcome::Approved) {
        return Vec::new();
    }
    let told = decision.awards.iter();
    told.filter_map(|told| {
        let award = policy.awards.iter().find(|a| a.name == told.name)?;
        let kind = program.graph.node(award.node).shape.kind;
        let value = |v: &Value| phrases.value(v, kind);
        let text = match &told.value {
            ToldValue::Value(v) => value(v),
            ToldValue::Range(from, to) => fill(phrases.range, &[&value(from), &value(to)]),
            _ => return None,
        };
        let title = told.title.clone().unwrap_or_else(|| told.name.clone());
        Some(Given { name: told.name.clone(), title, text: Some(text), source: None })
    })
    .collect()
}

/// Facts of the case that count and that came with a source.
fn supplied(program: &Program, policy: &PolicyEntry, evaluation: &Evaluation, language: &str) -> Vec<Given> {
    let graph = &program.graph;
    let phrases = Phrases::of(language);
    let case = policy.facts.iter().filter(|t| t.used && graph.fact(t.fact).owner.is_none());
    case.filter_map(|texts| {
        let fact = graph.fact(texts.fact);
        let state = evaluation.facts().state(graph, texts.fact);
        let crate::facts::State::Attested(told) = state else { return None };
        let Resolved::Given(input) = resolve(fact, state, evaluation.on(), evaluation.attested()) else { return None };
        let source = told.iter().find(|t| std::ptr::eq(&t.value, input)).and_then(|t| t.source.clone());
        let value = value_of(graph, &fact.ty, input).filter(|_| !fact.sensitive);
        let title = texts.label.as_ref().map_or_else(|| Arc::from(&*fact.name), |t| t.shared(language));
        let text = value.map(|v| phrases.value(&v, fact.ty.kind));
        Some(Given { name: Arc::from(&*fact.name), title, text, source })
    })
    .collect()
}
