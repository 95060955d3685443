//! The shortest answer, for whoever decides one case after another and reads no more than this.

use crate::Policy;
use crate::decide::{self, Decision, Options, Outcome, Reasons};
use crate::eval::range::Evaluation;
use crate::eval::value::{Plan, Prepared, Registers, Verdict};
use crate::facts::Facts;
use crate::value::Date;

/// A decision's outcome and deciding rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    /// What is decided.
    pub outcome: Outcome,
    /// A decline that a person is asked to confirm.
    pub proposed: bool,
    /// False for a referral that waits for findings.
    pub settled: bool,
    /// The rule that alone decides, by its place among the policy's rules.
    pub rule: Option<usize>,
}

/// Decides the cases of one policy briefly. Most go through the value evaluator; the others take the long way, to the same
/// answer.
#[derive(Debug)]
pub struct Briefs {
    policy: Policy,
    program: Option<(Plan, Registers)>,
    prepared: Prepared,
    /// For each rule the first of its name: one declared again for another period is the same rule to its readers.
    first: Vec<usize>,
}

impl Briefs {
    /// Readies a policy.
    pub fn new(policy: &Policy) -> Briefs {
        let entry = policy.entry();
        // What is promised of the data is looked at by whole decisions only.
        let plan = entry.promises.is_empty().then(|| Plan::new(&policy.bundle().program().graph, entry)).flatten();
        let program = plan.map(|plan| {
            let registers = Registers::new(&plan);
            (plan, registers)
        });
        let rules = &entry.rules;
        let first =
            rules.iter().enumerate().map(|(i, rule)| rules.iter().position(|r| r.name == rule.name).unwrap_or(i));
        Briefs { policy: policy.clone(), program, prepared: Prepared::default(), first: first.collect() }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The brief decision on one case; `attested`: bare values do not count.
    pub fn decide(&mut self, facts: &Facts, on: Date, attested: bool) -> Brief {
        let quick = if attested { None } else { self.quick(facts, on) };
        quick.unwrap_or_else(|| {
            let options = Options { attested, reasons: Reasons::Deciding, ..Options::default() };
            let evaluation = Evaluation::new(self.policy.bundle().engine(), facts, on, attested);
            self.of_decision(&decide::decide(self.policy.entry(), &evaluation, &options))
        })
    }

    /// The brief decision on a case of which everything that matters is given, with all bare values counting; absent where only a
    /// whole decision can tell.
    pub fn quick(&mut self, facts: &Facts, on: Date) -> Option<Brief> {
        let (plan, registers) = self.program.as_mut()?;
        if !decide::is_in_force(self.policy.entry(), on) {
            return None;
        }
        let graph = &self.policy.bundle().program().graph;
        self.prepared.fill(graph, facts);
        let verdict = plan.verdict(graph, registers, &self.prepared, on)?;
        Some(self.of_verdict(verdict))
    }

    fn of_verdict(&self, verdict: Verdict) -> Brief {
        let automatic = self.policy.entry().declines_automatic;
        let (outcome, rule) = match verdict {
            Verdict::NotApplicable => (Outcome::NotApplicable, None),
            Verdict::Declined(rule) if automatic => (Outcome::Declined, self.first.get(rule as usize).copied()),
            Verdict::Declined(rule) | Verdict::Referred(rule) => {
                (Outcome::Referred, self.first.get(rule as usize).copied())
            }
            Verdict::Approved => (Outcome::Approved, None),
        };
        let proposed = matches!(verdict, Verdict::Declined(_)) && !automatic;
        Brief { outcome, proposed, settled: true, rule }
    }

    fn of_decision(&self, decision: &Decision) -> Brief {
        let rules = &self.policy.entry().rules;
        let deciding = decision.reasons.iter().find(|r| r.deciding);
        let rule = deciding.and_then(|reason| rules.iter().position(|r| r.name == reason.rule));
        Brief { outcome: decision.outcome, proposed: decision.proposed, settled: decision.settled, rule }
    }
}
