//! The outcome alone, at the speed of the value evaluator.

use super::Outcome;
use crate::eval::value::{Plan, Prepared, Registers, Runner, Verdict};
use crate::facts::Facts;
use crate::graph::{Graph, PolicyEntry};
use crate::value::Date;

/// What a decision comes to, without reasons and awards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    /// The outcome.
    pub outcome: Outcome,
    /// Whether it is a decline that a person is asked to confirm.
    pub proposed: bool,
    /// The deciding rule, by its place among the policy's rules; absent where no rule alone decides.
    pub deciding: Option<usize>,
}

/// Decides one case after another in brief, with room of its own to work in.
#[derive(Debug, Default)]
pub(crate) struct Briefs {
    registers: Registers,
    prepared: Prepared,
}

impl Briefs {
    /// What the program of a policy comes to; absent where only a whole decision can tell.
    pub fn brief(
        &mut self,
        graph: &Graph,
        policy: &PolicyEntry,
        plan: &Plan,
        facts: &Facts,
        on: Date,
    ) -> Option<Brief> {
        if super::refusal(policy, on).is_some() {
            return None;
        }
        self.prepared.fill(graph, facts);
        let mut runner = Runner::resume(graph, plan, std::mem::take(&mut self.registers));
        let verdict = runner.verdict(&self.prepared, on);
        self.registers = runner.registers();
        verdict.map(|verdict| Brief::of(policy, verdict))
    }
}

impl Brief {
    /// What a verdict means under a policy.
    pub fn of(policy: &PolicyEntry, verdict: Verdict) -> Brief {
        let (outcome, proposed, deciding) = match verdict {
            Verdict::NotApplicable => (Outcome::NotApplicable, false, None),
            Verdict::Approved => (Outcome::Approved, false, None),
            Verdict::Referred(rule) => (Outcome::Referred, false, Some(rule as usize)),
            Verdict::Declined(rule) if policy.declines_automatic => (Outcome::Declined, false, Some(rule as usize)),
            Verdict::Declined(rule) => (Outcome::Referred, true, Some(rule as usize)),
        };
        Brief { outcome, proposed, deciding }
    }
}
