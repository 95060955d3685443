//! Scenarios: the tests that drafters write, run through the same doors as everybody's data.

mod compare;
mod coverage;
mod facts;
mod junit;
mod update;

pub use compare::Difference;
pub use coverage::{Coverage, Covered, Point};
pub use facts::case;
pub use junit::{junit, junit_file};
pub use update::{Edit, apply, update};

use crate::Policy;
use crate::decide::{self, Decision, Options, Reasons};
use crate::eval::range::Evaluation;
use crate::graph::TablePlace;
use crate::model::{Model, Scenario};
use crate::source::Span;

/// What came of one scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The policy's name.
    pub policy: Box<str>,
    /// The scenario's title.
    pub title: Box<str>,
    /// Where it stands.
    pub span: Span,
    /// Where what came differs from what was expected; empty: it passed.
    pub differences: Vec<Difference>,
    /// What came.
    pub decision: Decision,
}

impl Outcome {
    /// Whether what came is what was expected.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// A policy, what it was compiled from, and where its tables stand in the text.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What it was compiled from.
    pub model: &'a Model,
    /// Where tables and exceptions stand.
    pub tables: &'a [TablePlace],
}

/// Runs one scenario of a policy. What it covers is added to `coverage`.
pub fn run(tested: Tested, scenario: &Scenario, coverage: &mut Coverage) -> Outcome {
    let model = tested.model;
    let decision = decide(tested, scenario, coverage);
    Outcome {
        policy: model.name.clone(),
        title: scenario.title.default.as_ref().into(),
        span: scenario.span,
        differences: compare::differences(model, scenario, &decision),
        decision,
    }
}

fn decide(tested: Tested, scenario: &Scenario, coverage: &mut Coverage) -> Decision {
    let Tested { policy, model, tables } = tested;
    let entry = policy.entry();
    let told = facts::facts(policy, model, scenario);
    match told {
        Ok(facts) => {
            let evaluation = Evaluation::new(policy.bundle().engine(), &facts, scenario.on, false);
            let show = compare::definitions(model, &scenario.expect);
            let options = Options { reasons: Reasons::All, show, ..Options::default() };
            let decision = decide::decide(entry, &evaluation, &options);
            if decision.outcome != decide::Outcome::Invalid {
                coverage.record(entry, tables, &evaluation);
            }
            decision
        }
        Err(errors) => {
            let mut decision = decide::blank(entry, scenario.on, None);
            decision.error = Some(errors.to_string().into());
            decision
        }
    }
}
