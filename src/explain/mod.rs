//! Why a case is decided as it is: a tree of steps as data, and the same as text in the reader's language.
//!
//! An explanation goes from the outcome to the rules, from each rule to its paragraphs, from each paragraph to the
//! definitions it rests on, and from those to the facts, with who said so and when.

mod build;
mod path;
mod phrases;
mod text;

pub use build::{Asked, explain};
pub use path::picture;

use crate::decide::{Decision, FaultNote, Need, Outcome, Outcomes, ReasonKind, Standing, ToldValue};
use crate::graph::PolicyEntry;
use crate::op::Quantifier;
use crate::phrases::Phrases;
use crate::value::{Date, Kind, Text};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Why a case is decided as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The language it is told in.
    pub language: Box<str>,
    /// The policy's name.
    pub policy: Arc<str>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Box<str>>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Arc<str>>,
    /// The law it speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cites: Option<Box<str>>,
    /// The decision date.
    pub on: Date,
    /// The case's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Arc<str>>,
    /// What is decided.
    #[serde(serialize_with = "outcome_word")]
    pub outcome: Outcome,
    /// A decline that a person is asked to confirm.
    #[serde(skip_serializing_if = "is_false")]
    pub proposed: bool,
    /// False for a referral that waits for findings.
    #[serde(skip_serializing_if = "is_true")]
    pub settled: bool,
    /// Outcomes still possible; told where there are several.
    #[serde(skip_serializing_if = "is_one", serialize_with = "outcome_words")]
    pub possible: Outcomes,
    /// Whom the policy concerns, and its rules in source order.
    pub rules: Vec<RuleStep>,
    /// What is awarded, where approval is possible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<ValueStep>,
    /// Reported values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ValueStep>,
    /// Facts that still matter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// Computations that failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultNote>,
    /// What is wrong with the facts or the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Arc<str>>,
}

impl Explanation {
    /// A decision as it stands, without steps: where nothing could be evaluated.
    pub fn undecided(policy: &PolicyEntry, decision: Decision, asked: &Asked) -> Explanation {
        let read = |text: Option<&Text>| text.map(|t| t.in_language(&asked.language).into());
        Explanation {
            language: asked.language.clone(),
            policy: decision.policy,
            title: read(policy.title.as_ref()),
            version: decision.version,
            cites: read(policy.cites.as_ref()),
            on: decision.on,
            case: decision.case,
            outcome: decision.outcome,
            proposed: decision.proposed,
            settled: decision.settled,
            possible: decision.possible,
            rules: Vec::new(),
            awards: Vec::new(),
            reports: Vec::new(),
            needs: decision.needs,
            faults: decision.faults,
            error: decision.error,
        }
    }
}

/// A rule's part in the answer.
#[derive(Clone, Debug, Serialize)]
pub struct RuleStep {
    /// Its name.
    pub rule: Arc<str>,
    /// What kind of rule.
    #[serde(serialize_with = "kind_word")]
    pub kind: ReasonKind,
    /// How it stands.
    #[serde(serialize_with = "standing_word")]
    pub standing: Standing,
    /// Whether it is the deciding rule.
    #[serde(skip_serializing_if = "is_false")]
    pub deciding: bool,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Arc<str>>,
    /// Its message, where it is breached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// Its citation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cites: Option<Arc<str>>,
    /// When it has effect at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applies: Option<ClauseStep>,
    /// What must, or must not, hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<ClauseStep>,
    /// What waives it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<ClauseStep>,
}

/// A condition or a paragraph of one.
#[derive(Clone, Debug, Serialize)]
pub struct ClauseStep {
    /// The citation down to this paragraph.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<Box<str>>,
    /// Its own label, without parentheses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Box<str>>,
    /// How it stands.
    #[serde(serialize_with = "standing_word")]
    pub standing: Standing,
    /// The author's words.
    pub words: Box<str>,
    /// How the parts make the whole; absent at a leaf.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "quantifier_word")]
    pub quantifier: Option<Quantifier>,
    /// The paragraphs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ClauseStep>,
    /// Of a leaf: the definitions and facts it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<ValueStep>,
}

/// What a [`ValueStep`] speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ValueKind {
    Fact,
    List,
    Definition,
    Parameter,
    Award,
    Report,
}

/// A value and where it comes from.
#[derive(Clone, Debug, Serialize)]
pub struct ValueStep {
    /// What it is.
    pub kind: ValueKind,
    /// Its name; of a member's fact `household[0].income`.
    pub name: Box<str>,
    /// Its title or label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Box<str>>,
    /// Its citations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Box<str>>,
    /// What is known of it.
    pub value: Known,
    /// Whether its computation may fail, depending on what is not known.
    #[serde(skip_serializing_if = "is_false")]
    pub may_fail: bool,
    /// What it measures, for telling it with its unit.
    #[serde(skip)]
    pub measures: Kind,
    /// Who says so, and when it was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceStep>,
    /// Whether its derivation was told before, and is left out here.
    #[serde(skip_serializing_if = "is_false")]
    pub told_before: bool,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<ValueStep>,
}

/// What is known of a value.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// The value, or between what it lies.
    Told(ToldValue),
    /// How many members a list has.
    Members(usize),
    /// It is known, sensitive, and was not asked for.
    Hidden,
    /// Not known, and why.
    Pending(Box<str>),
    /// It will never come.
    Closed,
}

/// Who says so, and when it was seen.
#[derive(Clone, Debug, Serialize)]
pub struct SourceStep {
    /// The register or person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// The day it was observed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Date>,
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

fn is_true(flag: &bool) -> bool {
    *flag
}

fn is_one(possible: &Outcomes) -> bool {
    possible.len() < 2
}

fn outcome_word<S: Serializer>(outcome: &Outcome, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(outcome.as_str())
}

fn outcome_words<S: Serializer>(outcomes: &Outcomes, s: S) -> Result<S::Ok, S::Error> {
    s.collect_seq(outcomes.iter().map(Outcome::as_str))
}

fn kind_word<S: Serializer>(kind: &ReasonKind, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(kind.as_str())
}

fn standing_word<S: Serializer>(standing: &Standing, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(standing.as_str())
}

fn quantifier_word<S: Serializer>(quantifier: &Option<Quantifier>, s: S) -> Result<S::Ok, S::Error> {
    match quantifier {
        Some(quantifier) => s.serialize_str(&Phrases::of("en").quantifier(*quantifier)),
        None => s.serialize_none(),
    }
}
