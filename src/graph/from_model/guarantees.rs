//! What is guaranteed of every applicant: as conditions over rules, awards and reports, which the checker proves or refutes. They are no
//! part of a program.

use super::{At, OfModel};
use crate::graph::places::TablePlace;
use crate::graph::{NodeId, PolicyEntry};
use crate::model::{ExprKind, OutcomeWord};
use crate::op::{Quantifier, RuleKind};
use crate::source::Span;

/// A guarantee.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guaranteed {
    /// The place of its policy.
    pub policy: usize,
    /// What must hold of every applicant.
    pub node: NodeId,
    /// Where it stands.
    pub span: Span,
}

/// What comes out of a policy, as nodes. An outcome is what `expect` means by its word; computations that fail are left out.
#[derive(Clone, Debug)]
pub(super) struct Results {
    approved: NodeId,
    declined: NodeId,
    referred: NodeId,
    awards: Vec<NodeId>,
    reports: Vec<NodeId>,
}

impl Guaranteed {
    /// Follows the node to its new number.
    pub fn renumbered(mut self, moved: &[Option<NodeId>]) -> Option<Guaranteed> {
        self.node = moved.get(self.node.0 as usize).copied().flatten()?;
        Some(self)
    }

    /// As a table without rows, for which an input is sought that it does not match.
    pub fn place(&self) -> TablePlace {
        let (node, span) = (self.node, self.span);
        TablePlace { node, span, hit: None, need_not_cover: false, headings: Vec::new(), rows: Vec::new() }
    }
}

impl Results {
    /// The node behind an outcome, an award or a report.
    pub fn of(&self, kind: &ExprKind) -> NodeId {
        match kind {
            ExprKind::Award(at) => self.awards[*at as usize],
            ExprKind::Report(at) => self.reports[*at as usize],
            ExprKind::Outcome(OutcomeWord::Declined) => self.declined,
            ExprKind::Outcome(OutcomeWord::Referred) => self.referred,
            _ => self.approved,
        }
    }
}

impl OfModel<'_, '_> {
    /// Lowers what a policy guarantees.
    pub(super) fn guarantees(&mut self, policy: usize, entry: &PolicyEntry, at: &At) {
        if self.model.guarantees.is_empty() {
            return;
        }
        self.results = Some(self.results_of(entry));
        // What stands in guarantees alone is checked with them.
        let (places, divisors) = (self.low.places.len(), self.low.divisors.len());
        for guarantee in &self.model.guarantees {
            let node = self.expr(&guarantee.condition, at);
            self.low.guaranteed.push(Guaranteed { policy, node, span: guarantee.span });
        }
        self.low.places.truncate(places);
        self.low.divisors.truncate(divisors);
    }

    fn results_of(&mut self, entry: &PolicyEntry) -> Results {
        let build = &mut self.low.build;
        let mut any_of = |kinds: &[RuleKind]| {
            let triggers = entry.rules.iter().filter(|r| kinds.contains(&r.kind)).map(|r| r.trigger).collect();
            build.group(Quantifier::Any, triggers)
        };
        let first_referral = any_of(&[RuleKind::ReferEvenWhenDeclined]);
        let decline = any_of(&[RuleKind::Require, RuleKind::Exclude]);
        let referral = any_of(&[RuleKind::Refer]);
        let applies = entry.applies.as_ref().map(|a| a.node);
        let mut not = |node: NodeId| build.not(node);
        let (no_first, no_decline, no_referral) = (not(first_referral), not(decline), not(referral));
        let mut all_of = |parts: &[NodeId]| {
            let parts = applies.into_iter().chain(parts.iter().copied()).collect();
            build.group(Quantifier::All, parts)
        };
        let approved = all_of(&[no_first, no_decline, no_referral]);
        let declined = all_of(&[no_first, decline]);
        let only_referred = all_of(&[no_decline, referral]);
        let first = all_of(&[first_referral]);
        // A decline that a person has to confirm is both.
        let confirmed = (!entry.declines_automatic).then_some(declined);
        let referred = build.group(Quantifier::Any, [first, only_referred].into_iter().chain(confirmed).collect());
        Results {
            approved,
            declined,
            referred,
            awards: entry.awards.iter().map(|o| o.node).collect(),
            reports: entry.reports.iter().map(|o| o.node).collect(),
        }
    }
}
