//! Why: standings, citations down to the paragraph, messages.

use super::outcome::{Roots, breach, rank_of, standing};
use super::told::told_value;
use super::{Decision, Options, Outcome, Reason, ReasonKind, Reasons, Standing, ToldValue};
use crate::eval::range::{CASE, PlaceId, Places};
use crate::graph::{Clause, NodeId, NodeKind, PolicyEntry, Rule};
use crate::op::{Quantifier, RuleKind};
use crate::phrases::Phrases;
use crate::table::Seen;
use crate::value::{Message, Part, Text, Truth};
use std::sync::Arc;

/// The reasons asked for, in source order, the policy's own `applies when` first.
pub(super) fn reasons(
    policy: &PolicyEntry,
    places: &Places,
    roots: &Roots,
    decision: &Decision,
    options: &Options,
) -> Vec<Reason> {
    if options.reasons == Reasons::None {
        return Vec::new();
    }
    let deciding = deciding(policy, roots, (decision.outcome, decision.proposed, decision.settled));
    let mut all = Vec::with_capacity(policy.rules.len() + 1);
    if let Some(applies) = &policy.applies
        && (options.reasons == Reasons::All || deciding == Some(Deciding::Applies))
    {
        all.push(of_applies(policy, applies, places, roots, deciding == Some(Deciding::Applies), options));
    }
    for (i, rule) in policy.rules.iter().enumerate() {
        let decides = deciding == Some(Deciding::Rule(i));
        if options.reasons == Reasons::All || decides {
            all.push(of_rule(policy, rule, places, decides, &options.language));
        }
    }
    // A rule declared for several periods is told once, by the version in force.
    if all.iter().any(|r| r.standing == Standing::NotInForce) {
        let in_force: Seen<Arc<str>> =
            all.iter().filter(|r| r.standing != Standing::NotInForce).map(|r| r.rule.clone()).collect();
        let mut told = Seen::new();
        all.retain(|r| {
            r.standing != Standing::NotInForce || (!in_force.contains(&r.rule) && told.insert(r.rule.clone()))
        });
    }
    all
}

/// What alone forces an outcome.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deciding {
    /// The policy's own `applies when`.
    Applies,
    /// A rule, by its place.
    Rule(usize),
}

/// Where to look for what alone forces an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forced {
    /// Nothing does alone.
    No,
    /// The policy's own `applies when`.
    Applies,
    /// The first rule that triggers, in source order, of these ranks.
    ByRank([bool; 3]),
}

/// Which rules can force an outcome alone.
pub(crate) fn forced(
    declines_automatic: bool,
    roots: &Roots,
    (outcome, proposed, settled): (Outcome, bool, bool),
) -> Forced {
    match outcome {
        Outcome::NotApplicable => Forced::Applies,
        Outcome::Declined => Forced::ByRank([false, true, false]),
        Outcome::Referred if !settled || roots.applies != Truth::MET => Forced::No,
        Outcome::Referred if proposed => Forced::ByRank([false, true, false]),
        Outcome::Referred if roots.first_referral == Truth::MET => Forced::ByRank([true, false, false]),
        Outcome::Referred => {
            let refers = roots.decline == Truth::NOT_MET || !declines_automatic;
            Forced::ByRank([refers, !declines_automatic, refers])
        }
        _ => Forced::No,
    }
}

/// The first rule in source order whose standing alone forces the outcome.
fn deciding(policy: &PolicyEntry, roots: &Roots, of: (Outcome, bool, bool)) -> Option<Deciding> {
    match forced(policy.declines_automatic, roots, of) {
        Forced::No => None,
        Forced::Applies => Some(Deciding::Applies),
        Forced::ByRank(ranks) => {
            let mut rules = policy.rules.iter().zip(&roots.triggers);
            let first = rules.position(|(r, t)| ranks[usize::from(rank_of(r.kind))] && *t == Truth::MET);
            first.map(Deciding::Rule)
        }
    }
}

fn of_applies(
    policy: &PolicyEntry,
    applies: &Clause,
    places: &Places,
    roots: &Roots,
    deciding: bool,
    options: &Options,
) -> Reason {
    let standing = match roots.applies {
        Truth::MET => Standing::Met,
        Truth::NOT_MET => Standing::NotMet,
        Truth::FAULTY => Standing::Faulty,
        _ => Standing::Open,
    };
    let language = &options.language;
    Reason {
        rule: "applies when".into(),
        kind: ReasonKind::Applies,
        standing,
        deciding,
        title: None,
        message: None,
        cites: read(applies.cites.as_ref().or(policy.cites.as_ref()), language),
        paragraph: paragraph(applies.cites.as_ref().or(policy.cites.as_ref()), applies, places, language),
    }
}

fn of_rule(policy: &PolicyEntry, rule: &Rule, places: &Places, deciding: bool, language: &str) -> Reason {
    let truth = |n: NodeId| places.evaluation.truth(n);
    let standing = standing(rule, truth);
    let cites = rule.cites.as_ref();
    let paragraph = match standing {
        Standing::Met | Standing::NotMet => paragraph(cites, &rule.condition, places, language),
        Standing::Waived => {
            let waiver = rule.unless.iter().find(|c| truth(c.node) == Truth::MET);
            waiver.and_then(|c| paragraph(cites, c, places, language))
        }
        _ => None,
    };
    let breached = standing == breach(rule.kind);
    let message = rule.message.as_ref().filter(|_| breached);
    Reason {
        rule: rule.name.clone(),
        kind: match rule.kind {
            RuleKind::Require => ReasonKind::Require,
            RuleKind::Exclude => ReasonKind::Exclude,
            RuleKind::Refer | RuleKind::ReferEvenWhenDeclined => ReasonKind::Refer,
        },
        standing,
        deciding,
        title: read(rule.title.as_ref(), language),
        message: message.map(|m| self::message(policy, places, m, language).into()),
        cites: read(cites, language),
        paragraph,
    }
}

fn read(text: Option<&Text>, language: &str) -> Option<Arc<str>> {
    text.map(|t| t.shared(language))
}

/// The parts of a clause that settled it, from the outside in, as far as one part alone does.
pub(crate) fn settling_path(clause: &Clause, truth: impl Fn(NodeId) -> Truth) -> Vec<&Clause> {
    let mut path = vec![clause];
    let mut at = clause;
    loop {
        let wanted = match (at.quantifier, truth(at.node)) {
            (Some(Quantifier::All), Truth::NOT_MET) => Truth::NOT_MET,
            (Some(Quantifier::Any), Truth::MET) | (Some(Quantifier::None), Truth::NOT_MET) => Truth::MET,
            _ => return path,
        };
        match at.parts.iter().find(|part| truth(part.node) == wanted) {
            Some(part) => path.push(part),
            None => return path,
        }
        at = path[path.len() - 1];
    }
}

/// The citation down to the labelled paragraph: `s. 4(1)(b)(ii)`. Absent where it says no more than the rule's own.
fn paragraph(cites: Option<&Text>, clause: &Clause, places: &Places, language: &str) -> Option<Arc<str>> {
    if clause.parts.is_empty() && clause.label.is_none() && clause.cites.is_none() {
        return None;
    }
    let mut text: Option<String> = None;
    for part in settling_path(clause, |n| places.evaluation.truth(n)) {
        match (&part.cites, &part.label) {
            (Some(own), _) => text = Some(own.in_language(language).to_owned()),
            (None, Some(label)) => {
                let text = text.get_or_insert_with(|| cites.map_or("", |t| t.in_language(language)).to_owned());
                text.push_str(&format!("({label})"));
            }
            (None, None) => {}
        }
    }
    text.filter(|t| Some(t.as_str()) != cites.map(|c| c.in_language(language))).map(Into::into)
}

/// A message with its values put in; sensitive facts are told as their labels only.
pub(crate) fn message(policy: &PolicyEntry, places: &Places, message: &Message<NodeId>, language: &str) -> String {
    let mut out = String::new();
    for part in message.in_language(language) {
        match part {
            Part::Words(words) => out.push_str(words),
            Part::Value(node) => out.push_str(&shown(policy, places, CASE, *node, language)),
        }
    }
    out
}

/// A node's value in words.
fn shown(policy: &PolicyEntry, places: &Places, place: PlaceId, node: NodeId, language: &str) -> String {
    let graph = places.evaluation.engine().graph();
    let (set, _) = places.set(place, node);
    let declared = &graph.node(node);
    if let NodeKind::Fact(fact, _) = declared.kind
        && graph.fact(fact).sensitive
    {
        let texts = policy.facts.iter().find(|t| t.fact == fact).and_then(|t| t.label.as_ref());
        let label = texts.map_or(&*graph.fact(fact).name, |t| t.in_language(language));
        return format!("[{label}]");
    }
    let unit = |value: &crate::value::Value| Phrases::of(language).value(value, declared.shape.kind);
    match told_value(places.evaluation, set, declared.shape) {
        ToldValue::Value(value) => unit(&value),
        ToldValue::Range(from, to) => format!("{}–{}", unit(&from), unit(&to)),
        ToldValue::OneOf(values) => values.iter().map(unit).collect::<Vec<_>>().join(" / "),
        ToldValue::Any | ToldValue::Faulty => "?".to_owned(),
    }
}
