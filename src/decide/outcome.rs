//! Possible results of a case from the standings of its roots.

use super::{Outcome, Outcomes, Standing};
use crate::graph::{NodeId, PolicyEntry, Rule};
use crate::op::{Quantifier, RuleKind};
use crate::value::{Set, Truth};

/// What a world can end in. A decline stands apart from a referral here, whoever has to confirm it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Results(u8);

const NOT_APPLICABLE: u8 = 1;
const REFERRED: u8 = 2;
const DECLINED: u8 = 4;
const APPROVED: u8 = 8;

impl Results {
    /// As outcomes; a decline that a person has to confirm is a referral.
    pub fn outcomes(self, declines_automatic: bool) -> Outcomes {
        let declined = if declines_automatic { Outcome::Declined } else { Outcome::Referred };
        let each = [
            (NOT_APPLICABLE, Outcome::NotApplicable),
            (REFERRED, Outcome::Referred),
            (DECLINED, declined),
            (APPROVED, Outcome::Approved),
        ];
        let possible = each.iter().filter(|(bit, _)| self.0 & bit != 0);
        possible.fold(Outcomes::default(), |all, (_, outcome)| all.with(*outcome))
    }

    /// Whether some world ends in an approval.
    pub fn can_approve(self) -> bool {
        self.0 & APPROVED != 0
    }

    /// Whether every world ends in a decline.
    pub fn only_declines(self) -> bool {
        self.0 == DECLINED
    }
}

/// The standings of a policy's roots, rules of one rank taken together.
#[derive(Clone, Debug)]
pub(crate) struct Roots {
    /// The policy's `applies when`.
    pub applies: Truth,
    /// Whether a `refer … even when declined` is met.
    pub first_referral: Truth,
    /// Whether a requirement is breached or an exclusion met.
    pub decline: Truth,
    /// Whether another `refer` is met.
    pub referral: Truth,
    /// Whether every award can be worked out: met, or faulty.
    pub awards: Truth,
    /// The trigger of each rule.
    pub triggers: Vec<Truth>,
}

impl Roots {
    /// From the sets of the roots.
    pub fn new(policy: &PolicyEntry, truth: impl Fn(NodeId) -> Truth, set: impl Fn(NodeId) -> Set) -> Roots {
        let triggers: Vec<Truth> = policy.rules.iter().map(|r| truth(r.trigger)).collect();
        let any = |rank: u8| {
            let of_rank = policy.rules.iter().zip(&triggers).filter(|(r, _)| rank_of(r.kind) == rank);
            Quantifier::Any.fold(of_rank.map(|(_, t)| *t))
        };
        let award = |set: Set| {
            let works = set.body != crate::value::Body::Nothing || set.none;
            Truth::from_bits(u8::from(works) | u8::from(set.fault) << 2)
        };
        Roots {
            applies: policy.applies.as_ref().map_or(Truth::MET, |c| truth(c.node)),
            first_referral: any(0),
            decline: any(1),
            referral: any(2),
            awards: Quantifier::All.fold(policy.awards.iter().map(|a| award(set(a.node)))),
            triggers,
        }
    }

    /// The same ranks with every fault settled in all ways: what a person may come to where a computation failed.
    pub fn without_faults(&self) -> Roots {
        let settle = |t: Truth| {
            if t.can_be_faulty() { Truth::from_bits(t.bits() & 3).or_possibly(Truth::OPEN) } else { t }
        };
        Roots {
            applies: settle(self.applies),
            first_referral: settle(self.first_referral),
            decline: settle(self.decline),
            referral: settle(self.referral),
            awards: Truth::MET,
            triggers: Vec::new(),
        }
    }

    /// All standings but the triggers' as one number below `1 << 15`.
    #[cfg(feature = "arrow")]
    pub fn of_key(key: u32) -> Roots {
        let truth = |at: u32| Truth::from_bits((key >> (3 * at) & 7) as u8);
        Roots {
            applies: truth(0),
            first_referral: truth(1),
            decline: truth(2),
            referral: truth(3),
            awards: truth(4),
            triggers: Vec::new(),
        }
    }

    /// The results of all combinations of the roots' standings.
    pub fn results(&self) -> Results {
        let mut all = 0;
        for applies in standings(self.applies) {
            for first_referral in standings(self.first_referral) {
                for decline in standings(self.decline) {
                    for referral in standings(self.referral) {
                        for awards in standings(self.awards) {
                            all |= world([applies, first_referral, decline, referral], awards);
                        }
                    }
                }
            }
        }
        Results(all)
    }

    /// Whether a rule can still change what the case ends in: no rule of a higher rank has settled it.
    pub fn can_reach(&self, kind: RuleKind) -> bool {
        let settled = |t: Truth| t == Truth::MET;
        match rank_of(kind) {
            0 => true,
            1 => !settled(self.first_referral),
            _ => !settled(self.first_referral) && !settled(self.decline),
        }
    }
}

/// The order in which rules settle a case.
pub(crate) fn rank_of(kind: RuleKind) -> u8 {
    match kind {
        RuleKind::ReferEvenWhenDeclined => 0,
        RuleKind::Require | RuleKind::Exclude => 1,
        RuleKind::Refer => 2,
    }
}

fn standings(truth: Truth) -> impl Iterator<Item = Truth> {
    [Truth::MET, Truth::NOT_MET, Truth::FAULTY].into_iter().filter(move |t| truth.bits() & t.bits() != 0)
}

/// One world: with faulty conditions the result to which every settling of them leads, else a referral.
fn world(conditions: [Truth; 4], awards: Truth) -> u8 {
    let ways = |t: Truth| match t {
        Truth::MET => [true, true],
        Truth::NOT_MET => [false, false],
        _ => [true, false],
    };
    let [applies, first_referral, decline, referral] = conditions.map(ways);
    let mut results = 0;
    for settling in 0..16 {
        let choose = |way: [bool; 2], bit: usize| way[settling >> bit & 1];
        results |= if !choose(applies, 0) {
            NOT_APPLICABLE
        } else if choose(first_referral, 1) {
            REFERRED
        } else if choose(decline, 2) {
            DECLINED
        } else if choose(referral, 3) || awards == Truth::FAULTY {
            REFERRED
        } else {
            APPROVED
        };
    }
    if results.count_ones() == 1 { results } else { REFERRED }
}

/// A rule's standing: open where more than one is possible.
pub(crate) fn standing(rule: &Rule, truth: impl Fn(NodeId) -> Truth) -> Standing {
    let in_force = rule.in_force.map_or(Truth::MET, &truth);
    let applies = rule.applies.as_ref().map_or(Truth::MET, |c| truth(c.node));
    let condition = truth(rule.condition.node);
    let unless = Quantifier::Any.fold(rule.unless.iter().map(|c| truth(c.node)));
    if [in_force, applies, condition, unless].iter().all(|t| t.is_settled()) {
        return one_standing(rule.kind, in_force, applies, condition, unless);
    }
    let mut only = None;
    for in_force in standings(in_force) {
        for applies in standings(applies) {
            for condition in standings(condition) {
                for unless in standings(unless) {
                    let found = one_standing(rule.kind, in_force, applies, condition, unless);
                    if only.is_some_and(|o| o != found) {
                        return Standing::Open;
                    }
                    only = Some(found);
                }
            }
        }
    }
    only.unwrap_or(Standing::Faulty)
}

fn one_standing(kind: RuleKind, in_force: Truth, applies: Truth, condition: Truth, unless: Truth) -> Standing {
    match (in_force, applies) {
        (Truth::NOT_MET, _) => return Standing::NotInForce,
        (Truth::MET, Truth::NOT_MET) => return Standing::NotApplicable,
        (Truth::MET, Truth::MET) => {}
        _ => return Standing::Faulty,
    }
    let (fine, harmless) = match kind {
        RuleKind::Require => (Truth::MET, Standing::Met),
        _ => (Truth::NOT_MET, Standing::NotMet),
    };
    match unless {
        _ if condition == fine => harmless,
        Truth::MET => Standing::Waived,
        Truth::NOT_MET if condition != Truth::FAULTY => breach(kind),
        _ => Standing::Faulty,
    }
}

/// The standing that stands in the applicant's way (for a referral: that calls a person).
pub(crate) fn breach(kind: RuleKind) -> Standing {
    if kind == RuleKind::Require { Standing::NotMet } else { Standing::Met }
}
