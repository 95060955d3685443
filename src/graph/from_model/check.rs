//! What the finished graph shows about the text: gaps and overlaps of tables, exceptions that clash, rules without effect.

use super::clauses::words;
use super::guarantees::Guaranteed;
use super::{example, own_table};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::places::TablePlace;
use crate::graph::prove::{Conditions, Proof, always};
use crate::graph::settle::{promises, subject};
use crate::graph::{NodeId, NodeKind, PolicyEntry, Program};
use crate::model::Model;
use crate::op::{Hit, RuleKind};
use crate::source::{Sources, Span};
use crate::table::Seen;
use crate::value::Truth;

/// The most rows of a first-match table for which it is asked whether those before them leave anything over.
const MOST_ROWS: usize = 200;

/// Everything that the graph shows, each place once.
pub(super) fn check(
    sources: &Sources,
    models: &[Model],
    program: &Program,
    places: &[TablePlace],
    divisors: &[(NodeId, Span)],
    guaranteed: &[Guaranteed],
) -> Vec<Diagnostic> {
    let mut check = Check { sources, program, found: Vec::new(), told: Seen::new() };
    for policy in &program.policies {
        let reached: Seen<NodeId> = program.graph.reached(&policy.nodes()).into_iter().collect();
        for place in places.iter().filter(|p| reached.contains(&p.node)) {
            check.table(policy, place);
        }
    }
    for (model, policy) in models.iter().zip(&program.policies) {
        check.rules(model, policy);
    }
    for (divisor, span) in divisors {
        check.divisor(*divisor, *span);
    }
    for guaranteed in guaranteed {
        check.guaranteed(guaranteed);
    }
    check.found
}

struct Check<'a> {
    sources: &'a Sources,
    program: &'a Program,
    found: Vec<Diagnostic>,
    told: Seen<(Code, Span)>,
}

impl Check<'_> {
    fn tell(&mut self, diagnostic: Diagnostic) {
        if self.told.insert((diagnostic.code, diagnostic.span)) {
            self.found.push(diagnostic);
        }
    }

    fn table(&mut self, policy: &PolicyEntry, place: &TablePlace) {
        let graph = &self.program.graph;
        let Some((nodes, alike, hit)) = subject(graph, place.node) else { return };
        let own = own_table::reach(graph, policy, place.node);
        let others = || self.program.policies.iter().any(|p| own_table::reach(graph, p, place.node).is_some());
        if own.is_none() && others() {
            // Another policy's award or report: only that policy says who comes to it.
            return;
        }
        let mut given = promises(graph, policy, place.node);
        given.extend(own.iter().flat_map(|own| &own.given));
        let conditions = Conditions::new(graph, &nodes, &given);
        self.reach(place, hit, &nodes, &given);
        let (exclusive, complete) = match &graph.node(place.node).kind {
            NodeKind::Table { exclusive, complete, .. } => (*exclusive, *complete),
            NodeKind::Exceptions { exclusive, .. } => (*exclusive, true),
            _ => return,
        };
        let wants_exclusive = matches!(hit, None | Some(Hit::Unique));
        let wants_complete = matches!(hit, Some(Hit::Unique | Hit::First | Hit::Largest | Hit::Smallest));
        let at = example::Place { program: self.program, policy, place, conditions: &nodes, given: &given };
        if wants_exclusive && !exclusive {
            match conditions.exclusive(&alike) {
                Proof::Proved => {}
                Proof::Undecided => self.overlap(&at, None),
                Proof::Refuted(examples) => {
                    let real = examples.iter().find_map(|e| Some((e, at.real(e)?)));
                    self.overlap(&at, real);
                }
            }
        }
        if wants_complete && !complete {
            match conditions.complete() {
                Proof::Proved => {}
                Proof::Undecided | Proof::Refuted(_) if place.need_not_cover => {
                    // Only whoever the rules let through has to find a row.
                    let kept_out = own.iter().flat_map(|own| own.kept_out.iter().copied());
                    let conditions: Vec<NodeId> = nodes.iter().copied().chain(kept_out).collect();
                    let at = example::Place { conditions: &conditions, ..at };
                    match Conditions::new(graph, &conditions, &given).complete() {
                        Proof::Proved => {}
                        Proof::Undecided => self.gap(&at, None),
                        Proof::Refuted(examples) => {
                            let real = examples.iter().find_map(|e| at.real(e));
                            if real.is_some() || examples.iter().any(|e| at.may_be_gap(e)) {
                                self.gap(&at, real);
                            }
                        }
                    }
                }
                Proof::Undecided => self.gap(&at, None),
                Proof::Refuted(examples) => self.gap(&at, examples.iter().find_map(|e| at.real(e))),
            }
        }
    }

    /// Whether a guarantee holds of everybody; else of whom not.
    fn guaranteed(&mut self, guaranteed: &Guaranteed) {
        let (graph, policy) = (&self.program.graph, &self.program.policies[guaranteed.policy]);
        let (place, conditions) = (guaranteed.place(), [guaranteed.node]);
        let given = promises(graph, policy, guaranteed.node);
        let examples = match always(graph, guaranteed.node, &given, policy.days()) {
            Proof::Proved => return,
            Proof::Undecided => Vec::new(),
            Proof::Refuted(examples) => examples,
        };
        let at =
            example::Place { program: self.program, policy, place: &place, conditions: &conditions, given: &given };
        let Some(values) = examples.iter().find_map(|e| at.real(e)) else {
            let found = "this guarantee could not be proved, and nobody was found for whom it does not hold";
            let help = "what two computed values have to do with each other is not seen: say it of the facts and definitions that rules \
                        test, or bound what is awarded by `but at most …`";
            return self.tell(Diagnostic::new(Code::GuaranteeUndecided, guaranteed.span, found).help(help));
        };
        let values = self.named(&values);
        let found = match &values[..] {
            [] => "this guarantee does not hold".to_owned(),
            values => format!("this guarantee does not hold for {}", list(values)),
        };
        let help = "change the rules or what is guaranteed; if it cannot happen, declare the range of the fact, or let the data promise it";
        let mut trouble = Diagnostic::new(Code::GuaranteeBroken, guaranteed.span, found).help(help);
        trouble.example = values;
        self.tell(trouble);
    }

    fn named(&self, values: &[(example::Name, String)]) -> Vec<(String, String)> {
        let name = |name: &example::Name| match name {
            example::Name::Known(name) => name.to_string(),
            example::Name::At(span) => words(self.sources.text(*span)),
        };
        values.iter().map(|(n, v)| (name(n), v.clone())).collect()
    }

    fn gap(&mut self, at: &example::Place, real: Option<Vec<(example::Name, String)>>) {
        let span = at.place.span;
        match real {
            Some(values) => {
                let values = self.named(&values);
                let found = format!("no row of this table matches {}", list(&values));
                let help =
                    "add a row for it, or let a row say `any`; if it cannot happen, declare the range of the fact";
                let mut trouble = Diagnostic::new(Code::TableGap, span, found).help(help);
                trouble.example = values;
                self.tell(trouble);
            }
            None => {
                let found = match at.place.need_not_cover {
                    true => "it cannot be decided whether a row of this table matches whomever the rules let through",
                    false => "it cannot be decided whether always a row of this table matches",
                };
                let help = "an input that no row matches is a fault, and such a case is referred to a person; \
                            a last row that says `any` in a `by first match table` covers the rest";
                self.tell(Diagnostic::new(Code::TableUndecided, span, found).help(help));
            }
        }
    }

    fn overlap(
        &mut self,
        at: &example::Place,
        real: Option<(&crate::graph::prove::Example, Vec<(example::Name, String)>)>,
    ) {
        let (is_table, span) = (at.place.hit.is_some(), at.place.span);
        let Some((example, values)) = real else {
            let trouble = if is_table {
                let found = "it cannot be decided whether two rows of this table can match together";
                Diagnostic::new(Code::TableUndecided, span, found).help(
                    "where two rows match the case is referred to a person; `by first match table` takes the first",
                )
            } else {
                let found = "it cannot be decided whether two of these exceptions can apply together";
                Diagnostic::new(Code::ExceptionUndecided, span, found).help(
                    "where two apply with different values the case is referred to a person; \
                     an exception in braces under another overrides it",
                )
            };
            return self.tell(trouble);
        };
        let values = self.named(&values);
        let rows: Vec<Span> = example.met.iter().filter_map(|c| at.row(*c)).collect();
        let here = rows.last().copied().unwrap_or(span);
        let mut trouble = if is_table {
            let found = format!("two rows of this table match {}", list(&values));
            Diagnostic::new(Code::TableOverlap, here, found)
                .help("change one so that only one of them matches, or write `by first match table`")
        } else {
            let found = format!("two exceptions with different values apply together to {}", list(&values));
            Diagnostic::new(Code::ExceptionClash, here, found).help(
                "say in one of the conditions what tells them apart, \
                 or put the narrower one in braces under the other, which it then overrides",
            )
        };
        if let [first, _] = rows[..] {
            trouble = trouble.label(first, if is_table { "this row matches it too" } else { "this one applies too" });
        }
        trouble.example = values;
        self.tell(trouble);
    }

    /// Rows and exceptions that nothing reaches.
    fn reach(&mut self, place: &TablePlace, hit: Option<Hit>, nodes: &[NodeId], given: &[NodeId]) {
        let graph = &self.program.graph;
        for (i, row) in place.rows.iter().enumerate() {
            let met = row.condition.map_or(Truth::NOT_MET, |c| graph.node(c).set.as_truth());
            let never =
                row.condition.is_none_or(|c| !met.can_be_met() || !Conditions::new(graph, &[c], given).can_be_met(0));
            let found = match (never, hit) {
                (true, Some(_)) => "no input matches this row",
                (true, None) => "this exception never applies",
                (false, Some(Hit::First)) if i > 0 && i < MOST_ROWS => {
                    let before: Vec<NodeId> = place.rows[..i].iter().filter_map(|r| r.condition).collect();
                    let own = row.condition.filter(|c| nodes.contains(c));
                    let given: Vec<NodeId> = given.iter().copied().chain(own).collect();
                    if Conditions::new(graph, &before, &given).complete() != Proof::Proved {
                        continue;
                    }
                    "the rows above match everything that this row matches"
                }
                _ => continue,
            };
            self.tell(Diagnostic::new(Code::UnreachableRow, row.span, found));
        }
    }

    fn rules(&mut self, model: &Model, policy: &PolicyEntry) {
        for (of_model, rule) in model.rules.iter().zip(&policy.rules) {
            let trigger = self.program.graph.node(rule.trigger).set.as_truth();
            let name = &rule.name;
            if trigger == Truth::NOT_MET {
                let (found, help) = match rule.kind {
                    RuleKind::Require => (
                        format!("the requirement `{name}` can never fail"),
                        "whatever the facts, its condition holds: check the bounds, or leave the rule out",
                    ),
                    RuleKind::Exclude => (
                        format!("the exclusion `{name}` can never apply"),
                        "whatever the facts, its condition does not hold: check the bounds, or leave the rule out",
                    ),
                    RuleKind::Refer | RuleKind::ReferEvenWhenDeclined => (
                        format!("`{name}` never refers anybody"),
                        "whatever the facts, its condition does not hold: check the bounds, or leave the rule out",
                    ),
                };
                self.tell(Diagnostic::new(Code::AlwaysMet, of_model.span, found).help(help));
            }
            if trigger == Truth::MET {
                let found = format!("`{name}` stands against everybody, so that nobody is ever approved");
                self.tell(Diagnostic::new(Code::NeverApproved, of_model.span, found).help("check its condition"));
            }
        }
    }

    /// Only what is divided by a bare fact is told: a computed divisor may be guarded by what the engine does not see.
    fn divisor(&mut self, divisor: NodeId, span: Span) {
        let node = self.program.graph.node(divisor);
        let NodeKind::Fact(fact, _) = node.kind else { return };
        if matches!(node.set.ends(), Some((low, high)) if low <= 0 && high >= 0) {
            let name = &self.program.graph.fact(fact).name;
            let found = format!("this divides by `{name}`, which may be 0");
            let help = format!(
                "a division by 0 refers the case to a person; declare `{name}` with a range that leaves 0 out, such as \
                 `from 1`, or write `if {name} is 0 then …`"
            );
            self.tell(Diagnostic::new(Code::MayFault, span, found).help(help));
        }
    }
}

/// Names and values in a row: "`age` 79, `region` alaska".
fn list(values: &[(String, String)]) -> String {
    match values {
        [] => "the same input".to_owned(),
        _ => values.iter().map(|(n, v)| format!("`{n}` {v}")).collect::<Vec<_>>().join(", "),
    }
}
