//! What a recorded decision holds: everything it takes to decide again.

use crate::args::WhichReasons;
use placet::Bundle;
use placet::decide::{Decision, Options, Reasons};
use placet::facts::Facts;
use placet::value::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One decision and what it was decided on.
#[derive(Serialize, Deserialize)]
pub struct Record {
    /// The form of this record.
    pub record: u32,
    /// The policy's name.
    pub policy: String,
    /// The logic that decided, as a hash.
    pub graph: String,
    /// The decision date.
    pub on: Date,
    /// Whether what was missing would never come.
    pub complete: bool,
    /// Whether bare values did not count.
    pub attested: bool,
    /// Which rules were told of.
    pub reasons: WhichReasons,
    /// Definitions told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub show: Vec<Box<str>>,
    /// The reader's language.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub language: Box<str>,
    /// The facts; null where they could not be used.
    pub facts: Option<Box<RawValue>>,
    /// The decision, as it was printed on a line.
    pub decision: Box<RawValue>,
}

/// The form written now.
pub const FORM: u32 = 1;

impl WhichReasons {
    /// For the engine.
    pub fn as_reasons(self) -> Reasons {
        match self {
            WhichReasons::None => Reasons::None,
            WhichReasons::Deciding => Reasons::Deciding,
            WhichReasons::All => Reasons::All,
        }
    }
}

impl Record {
    /// A record of a decision.
    pub fn new(
        bundle: &Bundle,
        facts: Option<&Facts>,
        options: &Options,
        reasons: WhichReasons,
        decision: &Decision,
    ) -> serde_json::Result<Record> {
        let told = facts.map(|f| serde_json::value::to_raw_value(&f.to_json(&bundle.program().graph)));
        Ok(Record {
            record: FORM,
            policy: decision.policy.to_string(),
            graph: decision.graph.to_string(),
            on: decision.on,
            complete: facts.is_some_and(|f| f.complete),
            attested: options.attested,
            reasons,
            show: options.show.clone(),
            language: options.language.clone(),
            facts: told.transpose()?,
            decision: serde_json::value::to_raw_value(decision)?,
        })
    }

    /// The options it was decided with.
    pub fn options(&self) -> Options {
        Options {
            attested: self.attested,
            reasons: self.reasons.as_reasons(),
            show: self.show.clone(),
            language: self.language.clone(),
        }
    }
}
