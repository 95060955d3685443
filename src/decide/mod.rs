//! From the roots' sets to an answer: outcome, standings, needs, awards (*semantics 1, Outcome*).

mod decision;
mod faults;
mod needs;
mod outcome;
mod reasons;
mod told;

pub use decision::{Decision, FaultNote, Need, Outcome, Outcomes, Reason, ReasonKind, Standing, Told, ToldValue};
pub(crate) use outcome::{Roots, rank_of, standing};
#[cfg(feature = "arrow")]
pub(crate) use reasons::{Forced, forced};
#[cfg(feature = "arrow")]
pub(crate) use told::within_calendar;
pub(crate) use told::{result, told_value};

use crate::eval::range::{Evaluation, PlaceId, Places};
use crate::graph::{Output, PolicyEntry};
use crate::value::{Date, Set, Truth};
use std::sync::Arc;

/// Which rules a decision tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reasons {
    /// None.
    None,
    /// The deciding rule, if one rule alone decides.
    Deciding,
    /// All.
    #[default]
    All,
}

/// What a decision should hold, and how told values count.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Bare values do not count: only those told with a source do.
    pub attested: bool,
    /// Which rules to tell of.
    pub reasons: Reasons,
    /// Definitions whose values to tell.
    pub show: Vec<Box<str>>,
    /// The reader's language; empty: the policy's own.
    pub language: Box<str>,
}

/// The decision of one policy on an evaluated case.
pub fn decide(policy: &PolicyEntry, evaluation: &Evaluation, options: &Options) -> Decision {
    let mut decision = blank(policy, evaluation.on(), evaluation.facts().id.as_deref());
    if let Some(error) = refusal(policy, evaluation.on()) {
        decision.error = Some(error.into());
        return decision;
    }
    let places = evaluation.places();
    if let Some(error) = broken_promise(policy, &places, &options.language) {
        decision.error = Some(error.into());
        return decision;
    }
    fill(&mut decision, policy, &places, options);
    decision
}

/// A decision that holds nothing yet: invalid, until something is decided.
pub fn blank(policy: &PolicyEntry, on: Date, case: Option<&str>) -> Decision {
    Decision {
        policy: policy.name.clone(),
        version: policy.version.clone(),
        graph: hexadecimal(&policy.logic_hash).into(),
        on,
        case: case.map(Arc::from),
        outcome: Outcome::Invalid,
        proposed: false,
        settled: true,
        possible: Outcomes::default(),
        awards: Vec::new(),
        reports: Vec::new(),
        reasons: Vec::new(),
        needs: Vec::new(),
        faults: Vec::new(),
        values: Vec::new(),
        error: None,
    }
}

/// Whether a policy can decide on a day.
pub fn is_in_force(policy: &PolicyEntry, on: Date) -> bool {
    let (from, until) = policy.in_force;
    from.is_none_or(|from| from <= on) && until.is_none_or(|until| on <= until)
}

/// Why a policy cannot decide on a day, if it cannot.
pub fn refusal(policy: &PolicyEntry, on: Date) -> Option<String> {
    let (from, until) = policy.in_force;
    if from.is_some_and(|from| on < from) {
        return Some(format!("`{}` is in force from {}; it cannot decide on {on}", policy.name, from?));
    }
    if until.is_some_and(|until| on > until) {
        return Some(format!("`{}` was in force until {}; it cannot decide on {on}", policy.name, until?));
    }
    None
}

fn broken_promise(policy: &PolicyEntry, places: &Places, language: &str) -> Option<String> {
    let graph = places.evaluation.engine().graph();
    policy.promises.iter().find_map(|promise| {
        let scope = graph.node(promise.node).scope;
        let breaks = |p: &PlaceId| places.set(*p, promise.node).0.as_truth() == Truth::NOT_MET;
        let broken = places.of_scope(scope).find(|p| places.is_there(*p) && breaks(p))?;
        let member = places.get(broken).index.map(|_| {
            let path = places.path_of(broken, "");
            format!(" by `{}`", path.trim_end_matches('.'))
        });
        Some(format!("the promise \"{}\" is broken{}", promise.title.in_language(language), member.unwrap_or_default()))
    })
}

fn fill(decision: &mut Decision, policy: &PolicyEntry, places: &Places, options: &Options) {
    let evaluation = places.evaluation;
    let graph = evaluation.engine().graph();
    let language = &*options.language;
    let roots = Roots::new(policy, |n| evaluation.truth(n), |n| told::result(evaluation, n));
    let results = roots.results();
    decision.possible = results.outcomes(policy.declines_automatic);
    let awards: Vec<Set> = policy.awards.iter().map(|a| told::result(evaluation, a.node)).collect();
    let approval_possible = decision.possible.contains(Outcome::Approved);
    let awards_open = approval_possible && awards.iter().any(|set| !set.is_settled());
    decision.outcome = match decision.possible.only() {
        Some(only) if !awards_open => only,
        _ => Outcome::Incomplete,
    };
    decision.proposed = decision.outcome == Outcome::Referred && results.only_declines();
    // Where a fault stands in the way, whoever decides is told the awards all the same.
    let could_approve = roots.without_faults().results().can_approve();
    if could_approve {
        decision.awards = tell(&policy.awards, places, language);
    }
    if decision.possible.only() != Some(Outcome::NotApplicable) {
        decision.reports = tell(&policy.reports, places, language);
    }
    if decision.outcome == Outcome::Incomplete {
        decision.needs = needs::needs(policy, places, &roots, approval_possible, language);
        let needs = &decision.needs;
        if !needs.is_empty() && needs.iter().all(|n| n.judged_by.is_some()) {
            decision.outcome = Outcome::Referred;
            decision.settled = false;
        }
    }
    decision.faults = faults::faults(policy, places, &roots, &awards, could_approve, language);
    decision.reasons = reasons::reasons(policy, places, &roots, decision, options);
    for name in &options.show {
        for define in policy.defines.iter().filter(|d| *d.name == **name) {
            let node = graph.node(define.node);
            for place in places.of_scope(node.scope) {
                let (set, _) = places.set(place, define.node);
                let value = told_value(evaluation, set, node.shape);
                let name: Arc<str> = match places.get(place).index {
                    Some(_) => places.path_of(place, &define.name).into(),
                    None => define.name.as_ref().into(),
                };
                let title = define.title.as_ref().map(|t| t.shared(language));
                decision.values.push(Told { name, title, value });
            }
        }
    }
}

/// What is known of awards or reports; those that do not apply are left out.
fn tell(outputs: &[Output], places: &Places, language: &str) -> Vec<Told> {
    let evaluation = places.evaluation;
    let tell = |output: &Output| {
        let set = told::result(evaluation, output.node);
        let shape = evaluation.engine().graph().node(output.node).shape;
        let told = Told {
            name: output.name.clone(),
            title: output.title.as_ref().map(|t| t.shared(language)),
            value: told_value(evaluation, set, shape),
        };
        (set != Set::NONE).then_some(told)
    };
    outputs.iter().filter_map(tell).collect()
}

/// Bytes as lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.map(|d| char::from(DIGITS[usize::from(d)])).collect()
}
