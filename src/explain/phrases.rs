//! Standings, quantifiers and units in words.

use crate::decide::{Outcome, ReasonKind, Standing};
use crate::op::Quantifier;
use crate::phrases::{Phrases, fill};

impl Phrases {
    /// What is decided.
    pub fn outcome(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Approved => self.approved,
            Outcome::Declined => self.declined,
            Outcome::Referred => self.referred,
            Outcome::Incomplete => self.incomplete,
            Outcome::NotApplicable => self.not_applicable,
            Outcome::Invalid => self.invalid,
        }
    }

    /// What a rule's standing means for the case.
    pub fn standing(&self, kind: ReasonKind, standing: Standing) -> &'static str {
        match (standing, kind) {
            (Standing::Met, ReasonKind::Require) => self.holds,
            (Standing::Met, ReasonKind::Exclude) => self.excluded,
            (Standing::Met, ReasonKind::Refer) => self.to_a_person,
            (Standing::Met, ReasonKind::Applies) => self.concerned,
            (Standing::NotMet, ReasonKind::Require) => self.does_not_hold,
            (Standing::NotMet, ReasonKind::Exclude) => self.not_excluded,
            (Standing::NotMet, ReasonKind::Refer) => self.not_to_a_person,
            (Standing::NotMet, ReasonKind::Applies) => self.not_concerned,
            (Standing::Open, _) => self.open,
            (Standing::Faulty, _) => self.faulty,
            (Standing::Waived, _) => self.waived,
            (Standing::NotApplicable, _) => self.rule_not_applicable,
            (Standing::NotInForce, _) => self.not_in_force,
        }
    }

    /// `all of`, `any of`, …
    pub fn quantifier(&self, quantifier: Quantifier) -> String {
        match quantifier {
            Quantifier::All => self.all_of.to_owned(),
            Quantifier::Any => self.any_of.to_owned(),
            Quantifier::None => self.none_of.to_owned(),
            Quantifier::AtLeast(n) => fill(self.at_least, &[&n.to_string()]),
        }
    }
}
