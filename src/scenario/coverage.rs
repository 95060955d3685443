//! What scenarios have tried of a policy: rules, conditions, exceptions, table rows.

use crate::decide::{Standing, standing};
use crate::eval::range::{CASE, Evaluation, Places};
use crate::graph::TablePlace;
use crate::graph::{Clause, NodeId, PolicyEntry};
use crate::model::Model;
use crate::source::Span;
use crate::value::Truth;
use std::collections::{BTreeMap, BTreeSet};

/// A row or exception: its condition, once for each scope that its definition is used in.
struct Row {
    point: Point,
    of: Box<str>,
    number: usize,
    conditions: Vec<NodeId>,
}

/// What scenarios have tried of one policy.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    met: BTreeSet<NodeId>,
    not_met: BTreeSet<NodeId>,
    standings: BTreeSet<(usize, &'static str)>,
}

/// A kind of thing to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Point {
    Rule,
    Condition,
    Exception,
    Row,
}

impl Point {
    /// All of them.
    pub const ALL: [Point; 4] = [Point::Rule, Point::Condition, Point::Exception, Point::Row];

    /// The word for several.
    pub fn as_str(self) -> &'static str {
        match self {
            Point::Rule => "rules",
            Point::Condition => "conditions",
            Point::Exception => "exceptions",
            Point::Row => "table rows",
        }
    }
}

/// A thing to try, and what of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// What kind of thing.
    pub point: Point,
    /// The rule, definition, award or report it belongs to.
    pub of: Box<str>,
    /// Which: a condition's words, a row's or exception's number.
    pub which: Box<str>,
    /// Where it stands, if that is known.
    pub span: Option<Span>,
    /// What was tried of it.
    pub tried: Vec<&'static str>,
    /// What was not.
    pub untried: Vec<&'static str>,
}

impl Coverage {
    /// Adds what one case has tried.
    pub fn record(&mut self, policy: &PolicyEntry, tables: &[TablePlace], evaluation: &Evaluation) {
        let places = evaluation.places();
        for (i, rule) in policy.rules.iter().enumerate() {
            let found = standing(rule, |n| evaluation.truth(n));
            self.standings.insert((i, found.as_str()));
            self.clause(&places, &rule.condition);
            rule.unless.iter().chain(&rule.applies).for_each(|c| self.clause(&places, c));
        }
        policy.applies.iter().for_each(|c| self.clause(&places, c));
        for condition in tables.iter().flat_map(|t| &t.rows).filter_map(|r| r.condition) {
            self.node(&places, condition);
        }
    }

    fn clause(&mut self, places: &Places, clause: &Clause) {
        self.node(places, clause.node);
        clause.parts.iter().for_each(|part| self.clause(places, part));
    }

    /// Notes how a condition of the case, or of any member, came out.
    fn node(&mut self, places: &Places, node: NodeId) {
        let scope = places.evaluation.engine().graph().node(node).scope;
        let homes = places.of_scope(scope).filter(|p| *p == CASE || places.get(*p).index.is_some());
        for place in homes {
            match places.set(place, node).0.as_truth() {
                Truth::MET => self.met.insert(node),
                Truth::NOT_MET => self.not_met.insert(node),
                _ => false,
            };
        }
    }

    /// Everything there is to try in a policy. `model` is the one it was compiled from.
    pub fn all(&self, policy: &PolicyEntry, model: &Model, tables: &[TablePlace]) -> Vec<Covered> {
        let mut all = Vec::new();
        for (i, rule) in policy.rules.iter().enumerate() {
            let span = model.rules.get(i).filter(|r| *r.name == *rule.name).map(|r| r.span);
            let wanted = [Standing::Met, Standing::NotMet].map(Standing::as_str);
            let (tried, untried) = wanted.into_iter().partition(|s| self.standings.contains(&(i, *s)));
            all.push(Covered {
                point: Point::Rule,
                of: rule.name.as_ref().into(),
                which: "".into(),
                span,
                tried,
                untried,
            });
            let mut seen = BTreeSet::new();
            // A rule that is one condition is tried with it.
            if rule.condition.quantifier.is_some() || rule.applies.is_some() || !rule.unless.is_empty() {
                self.conditions(&mut all, &mut seen, &rule.name, &rule.condition, span);
            }
            rule.applies.iter().chain(&rule.unless).for_each(|c| {
                self.conditions(&mut all, &mut seen, &rule.name, c, span);
            });
        }
        let mut rows: BTreeMap<Span, Row> = BTreeMap::new();
        for table in tables {
            let Some(of) = owner(model, table.span) else { continue };
            let point = if table.hit.is_some() { Point::Row } else { Point::Exception };
            for (i, row) in table.rows.iter().enumerate() {
                let Some(condition) = row.condition else { continue };
                let new = || Row { point, of: of.into(), number: i + 1, conditions: Vec::new() };
                rows.entry(row.span).or_insert_with(new).conditions.push(condition);
            }
        }
        for (span, row) in rows {
            let word = if row.point == Point::Row { "row" } else { "exception" };
            let was_met = row.conditions.iter().any(|n| self.met.contains(n));
            let (tried, untried) = if was_met { (vec!["applied"], vec![]) } else { (vec![], vec!["applied"]) };
            let which = format!("{word} {}", row.number).into();
            all.push(Covered { point: row.point, of: row.of, which, span: Some(span), tried, untried });
        }
        all
    }

    fn conditions(
        &self,
        all: &mut Vec<Covered>,
        seen: &mut BTreeSet<NodeId>,
        rule: &str,
        clause: &Clause,
        span: Option<Span>,
    ) {
        if clause.quantifier.is_some() {
            clause.parts.iter().for_each(|part| self.conditions(all, seen, rule, part, span));
        } else if seen.insert(clause.node) {
            let ways = [("met", &self.met), ("not met", &self.not_met)];
            let (tried, untried): (Vec<_>, Vec<_>) = ways.into_iter().partition(|(_, s)| s.contains(&clause.node));
            let words = clause.words.split_whitespace().collect::<Vec<_>>().join(" ");
            all.push(Covered {
                point: Point::Condition,
                of: rule.into(),
                which: words.into(),
                span,
                tried: tried.into_iter().map(|(word, _)| word).collect(),
                untried: untried.into_iter().map(|(word, _)| word).collect(),
            });
        }
    }
}

/// The definition, award or report that a place stands in.
fn owner(model: &Model, place: Span) -> Option<&str> {
    let holds = |span: Span| span.source == place.source && span.start <= place.start && place.end <= span.end;
    let define = model.defines.iter().find(|d| d.versions.iter().any(|v| holds(v.span)));
    let outputs = || model.awards.iter().chain(&model.reports);
    let output = || outputs().find(|o| o.versions.iter().any(|v| holds(v.value.span)));
    define.map(|d| &*d.name).or_else(|| output().map(|o| &*o.name))
}
