//! The answer to one case, as data. Its JSON form is the same through every door.

use crate::value::{Date, Value};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Everything holds for every possible value of what is not known.
    Approved,
    /// A rule stands against it, and declines are automatic.
    Declined,
    /// A person has to decide.
    Referred,
    /// Facts are missing that still matter.
    Incomplete,
    /// The policy does not concern this case.
    NotApplicable,
    /// The facts break the schema, or the call was refused; nothing was decided.
    Invalid,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 6] = [
        Outcome::Approved,
        Outcome::Declined,
        Outcome::Referred,
        Outcome::Incomplete,
        Outcome::NotApplicable,
        Outcome::Invalid,
    ];

    /// The word in JSON: `approved`, `not_applicable`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Approved => "approved",
            Outcome::Declined => "declined",
            Outcome::Referred => "referred",
            Outcome::Incomplete => "incomplete",
            Outcome::NotApplicable => "not_applicable",
            Outcome::Invalid => "invalid",
        }
    }
}

/// A set of outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Outcomes(u8);

impl Outcomes {
    /// The set with one more.
    pub fn with(self, outcome: Outcome) -> Self {
        Outcomes(self.0 | 1 << outcome as u8)
    }
    /// Whether it is among them.
    pub fn contains(self, outcome: Outcome) -> bool {
        self.0 >> outcome as u8 & 1 == 1
    }
    /// In the order of [`Outcome::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Outcome> {
        Outcome::ALL.into_iter().filter(move |o| self.contains(*o))
    }
    /// As bits, by their places in [`Outcome::ALL`].
    #[cfg(feature = "arrow")]
    pub(crate) fn bits(self) -> usize {
        self.0.into()
    }
    /// How many.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// The only one, if there is one only.
    pub fn only(self) -> Option<Outcome> {
        if self.len() == 1 { self.iter().next() } else { None }
    }
    /// Whether all of them are in `other` too.
    pub fn is_subset(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Standing {
    Met,
    NotMet,
    /// It depends on facts that are not known.
    Open,
    /// A computation failed.
    Faulty,
    /// Breached, but an `unless` is met.
    Waived,
    NotApplicable,
    NotInForce,
}

impl Standing {
    /// The word in JSON: `met`, `not_met`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Met => "met",
            Standing::NotMet => "not_met",
            Standing::Open => "open",
            Standing::Faulty => "faulty",
            Standing::Waived => "waived",
            Standing::NotApplicable => "not_applicable",
            Standing::NotInForce => "not_in_force",
        }
    }
}

/// What kind of rule a reason speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReasonKind {
    /// The policy's `applies when`.
    Applies,
    /// `require`
    Require,
    /// `exclude`
    Exclude,
    /// `refer`, also `even when declined`
    Refer,
}

impl ReasonKind {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonKind::Applies => "applies",
            ReasonKind::Require => "require",
            ReasonKind::Exclude => "exclude",
            ReasonKind::Refer => "refer",
        }
    }
}

/// A rule's part in the answer, in the reader's language.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule's name; `applies when` for the policy's own clause.
    pub rule: Arc<str>,
    /// What kind of rule.
    pub kind: ReasonKind,
    /// How it stands.
    pub standing: Standing,
    /// Whether it is the deciding rule.
    pub deciding: bool,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// Its message, with values put in; only where the rule is breached.
    pub message: Option<Arc<str>>,
    /// The citation.
    pub cites: Option<Arc<str>>,
    /// The citation down to the labelled paragraph that settled it: `s. 4(1)(b)(ii)`.
    pub paragraph: Option<Arc<str>>,
}

/// A fact that still matters.
#[derive(Clone, Debug, PartialEq)]
pub struct Need {
    /// The fact; of a member `household[0].income`.
    pub fact: Arc<str>,
    /// Its label.
    pub label: Option<Arc<str>>,
    /// The question to put.
    pub ask: Option<Arc<str>>,
    /// Who can supply it without asking.
    pub held_by: Option<Arc<str>>,
    /// Who has to judge it.
    pub judged_by: Option<Arc<str>>,
    /// Why it is not known: `not told`, or why a told value did not count.
    pub why: Arc<str>,
    /// The rules and awards that wait for it.
    pub rules: Vec<Arc<str>>,
}

/// A computation that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultNote {
    /// The rule, award or report it spoils.
    pub rule: Arc<str>,
    /// What failed, in words.
    pub message: Arc<str>,
}

/// A value told by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The award, report or definition.
    pub name: Arc<str>,
    /// Its title.
    pub title: Option<Arc<str>>,
    /// What is known of it.
    pub value: ToldValue,
}

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub enum ToldValue {
    /// All.
    Value(Value),
    /// It lies between two, both possible.
    Range(Value, Value),
    /// It is one of several.
    OneOf(Vec<Value>),
    /// Nothing: any text.
    Any,
    /// Its computation failed, or may fail.
    Faulty,
}

/// The answer to one case.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The policy's name.
    pub policy: Arc<str>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// The logic hash, hexadecimal.
    pub graph: Arc<str>,
    /// The decision date.
    pub on: Date,
    /// The case's own name, if it has one.
    pub case: Option<Arc<str>>,
    /// What is decided.
    pub outcome: Outcome,
    /// The decline that a person is asked to confirm.
    pub proposed: bool,
    /// False for a referral that waits for findings.
    pub settled: bool,
    /// The possible outcomes, told where there are several.
    pub possible: Outcomes,
    /// Awards; told where approval is possible, or would be but for a fault.
    pub awards: Vec<Told>,
    /// Reports.
    pub reports: Vec<Told>,
    /// Rules and how they stand.
    pub reasons: Vec<Reason>,
    /// Facts that still matter, all at once.
    pub needs: Vec<Need>,
    /// Computations that failed.
    pub faults: Vec<FaultNote>,
    /// Definitions asked for.
    pub values: Vec<Told>,
    /// What is wrong with the facts or the call.
    pub error: Option<Arc<str>>,
}

struct Object<'a>(&'a [Told]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|t| (&*t.name, &t.value)))
    }
}

impl Serialize for ToldValue {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            ToldValue::Value(value) => return value.serialize(s),
            _ => s.serialize_map(None)?,
        };
        match self {
            ToldValue::Range(from, to) => {
                map.serialize_entry("from", from)?;
                map.serialize_entry("to", to)?;
            }
            ToldValue::OneOf(values) => map.serialize_entry("one_of", values)?,
            ToldValue::Any => map.serialize_entry("any", &true)?,
            ToldValue::Faulty | ToldValue::Value(_) => map.serialize_entry("faulty", &true)?,
        }
        map.end()
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("rule", &*self.rule)?;
        map.serialize_entry("kind", self.kind.as_str())?;
        map.serialize_entry("standing", self.standing.as_str())?;
        if self.deciding {
            map.serialize_entry("deciding", &true)?;
        }
        for (key, text) in
            [("title", &self.title), ("message", &self.message), ("cites", &self.cites), ("paragraph", &self.paragraph)]
        {
            if let Some(text) = text {
                map.serialize_entry(key, &**text)?;
            }
        }
        map.end()
    }
}

impl Serialize for Need {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("fact", &*self.fact)?;
        let texts =
            [("label", &self.label), ("ask", &self.ask), ("held_by", &self.held_by), ("judged_by", &self.judged_by)];
        for (key, text) in texts {
            if let Some(text) = text {
                map.serialize_entry(key, &**text)?;
            }
        }
        map.serialize_entry("why", &*self.why)?;
        map.serialize_entry("rules", &self.rules.iter().map(|r| &**r).collect::<Vec<_>>())?;
        map.end()
    }
}

impl Serialize for FaultNote {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(2))?;
        map.serialize_entry("rule", &*self.rule)?;
        map.serialize_entry("message", &*self.message)?;
        map.end()
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("policy", &*self.policy)?;
        if let Some(version) = &self.version {
            map.serialize_entry("version", &**version)?;
        }
        map.serialize_entry("graph", &*self.graph)?;
        map.serialize_entry("on", &self.on)?;
        if let Some(case) = &self.case {
            map.serialize_entry("case", &**case)?;
        }
        map.serialize_entry("outcome", self.outcome.as_str())?;
        if self.proposed {
            map.serialize_entry("proposed", Outcome::Declined.as_str())?;
        }
        if !self.settled {
            map.serialize_entry("settled", &false)?;
        }
        if self.possible.len() > 1 {
            map.serialize_entry("possible", &self.possible.iter().map(Outcome::as_str).collect::<Vec<_>>())?;
        }
        if !self.awards.is_empty() {
            map.serialize_entry("awards", &Object(&self.awards))?;
        }
        if !self.reports.is_empty() {
            map.serialize_entry("reports", &Object(&self.reports))?;
        }
        if !self.reasons.is_empty() {
            map.serialize_entry("reasons", &self.reasons)?;
        }
        if !self.needs.is_empty() {
            map.serialize_entry("needs", &self.needs)?;
        }
        if !self.faults.is_empty() {
            map.serialize_entry("faults", &self.faults)?;
        }
        if !self.values.is_empty() {
            map.serialize_entry("values", &Object(&self.values))?;
        }
        if let Some(error) = &self.error {
            map.serialize_entry("error", &**error)?;
        }
        map.end()
    }
}
