//! Whether conditions exclude each other, and whether always one of them holds: by exact enumeration of cells.
//!
//! Every node that the conditions test is a variable; the constants it is tested against cut its static set into cells on
//! which every test comes out the same. Boxes of cells are split until each is decided. Variables count as independent, so
//! what is proved holds; what is refuted may rest on a combination that no applicant can have, which whoever reports it
//! has to try out. Faults are left out: a faulty condition spoils its table anyway.

#[cfg(feature = "compile")]
mod always;
mod cells;
mod conditions;
mod judge;
mod order;

use self::cells::{Cell, Key, Variable};
use self::conditions::Formula;
use super::{Graph, NodeId};
use crate::value::{Set, Truth};
use std::cmp::Ordering;

#[cfg(feature = "compile")]
pub use self::always::always;

/// How much work a proof may be: tests evaluated and ranges copied.
const BUDGET: usize = 2_000_000;
/// How many counterexamples are sought.
const MOST_EXAMPLES: usize = 6;

/// What came of a proof.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// It holds.
    Proved,
    /// It does not hold if the nodes are independent of each other: examples, and no others for the rest are known.
    Refuted(Vec<Example>),
    /// It is too much work.
    Undecided,
}

/// Sets of values of some nodes that show the trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Nodes and values, whichever of these they take.
    pub values: Vec<(NodeId, Set)>,
    /// The conditions that hold, by their places: two that overlap; none for a gap.
    pub met: Vec<usize>,
    /// How nodes compare that are not tested against constants.
    pub compares: Vec<(NodeId, NodeId, Ordering)>,
}

/// Conditions over the same variables, ready to be proved about.
pub struct Conditions<'a> {
    graph: &'a Graph,
    variables: Vec<Variable>,
    formulas: Vec<Formula>,
    /// The formula of each condition.
    all: Vec<usize>,
    /// Formulas that hold for valid data.
    given: Vec<usize>,
    too_large: bool,
}

/// Cells that are left of each variable, from the first to before the second, and the conditions that can still matter.
struct Open {
    ranges: Vec<(u32, u32)>,
    alive: Vec<u32>,
}

/// What is to be proved.
#[derive(Clone, Copy, PartialEq)]
enum Question<'q> {
    /// No two conditions are met together, unless they are alike in this.
    Exclusive(&'q [u32]),
    /// Some condition is met.
    Complete,
}

/// How a box stands.
enum Verdict {
    /// Nothing wrong within it.
    Fine,
    /// All of it shows the trouble, by these conditions.
    Trouble(Vec<usize>),
    /// It has to be split at this variable.
    Split(usize),
}

impl<'a> Conditions<'a> {
    /// Conditions of a graph whose static sets are filled; `given` are promises about the same data.
    pub fn new(graph: &'a Graph, conditions: &[NodeId], given: &[NodeId]) -> Conditions<'a> {
        let mut out = Conditions::empty(graph);
        conditions::read(&mut out, conditions, given);
        out
    }

    fn empty(graph: &'a Graph) -> Conditions<'a> {
        let (variables, formulas) = (Vec::new(), Vec::new());
        Conditions { graph, variables, formulas, all: Vec::new(), given: Vec::new(), too_large: false }
    }

    /// Whether no two conditions can be met together; two with the same number of `alike` may.
    pub fn exclusive(&self, alike: &[u32]) -> Proof {
        self.prove(Question::Exclusive(alike))
    }

    /// Whether always one of the conditions is met.
    pub fn complete(&self) -> Proof {
        self.prove(Question::Complete)
    }

    /// Whether a condition can be met by itself.
    #[cfg(feature = "compile")]
    pub fn can_be_met(&self, condition: usize) -> bool {
        let mut work = BUDGET / 10;
        let whole: Vec<(u32, u32)> = self.variables.iter().map(|v| (0, v.cells.len() as u32)).collect();
        self.truth(self.all[condition], &whole, &mut work).is_none_or(|t| t.can_be_met())
    }

    fn prove(&self, question: Question) -> Proof {
        if self.too_large {
            return Proof::Undecided;
        }
        let mut work = BUDGET;
        let mut examples = Vec::new();
        let ranges = self.variables.iter().map(|v| (0, v.cells.len() as u32)).collect();
        let mut open = vec![Open { ranges, alive: (0..self.all.len() as u32).collect() }];
        while let Some(mut area) = open.pop() {
            match self.judge(&mut area, question, &mut work) {
                None => return if examples.is_empty() { Proof::Undecided } else { Proof::Refuted(examples) },
                Some(Verdict::Fine) => {}
                Some(Verdict::Trouble(met)) => {
                    examples.push(self.example(&area.ranges, met));
                    if examples.len() >= MOST_EXAMPLES {
                        break;
                    }
                }
                Some(Verdict::Split(variable)) => {
                    let (from, to) = area.ranges[variable];
                    let middle = from + (to - from) / 2;
                    let mut upper = Open { ranges: area.ranges.clone(), alive: area.alive.clone() };
                    upper.ranges[variable].0 = middle;
                    area.ranges[variable].1 = middle;
                    open.push(upper);
                    open.push(area);
                }
            }
        }
        if examples.is_empty() { Proof::Proved } else { Proof::Refuted(examples) }
    }

    /// How a box stands; none if the work is used up.
    fn judge(&self, area: &mut Open, question: Question, work: &mut usize) -> Option<Verdict> {
        *work = work.checked_sub(area.ranges.len() + 1)?;
        for given in &self.given {
            if self.truth(*given, &area.ranges, work)? == Truth::NOT_MET {
                return Some(Verdict::Fine);
            }
        }
        let mut truths = Vec::with_capacity(area.alive.len());
        for condition in &area.alive {
            truths.push(self.truth(self.all[*condition as usize], &area.ranges, work)?);
        }
        let is_complete = question == Question::Complete;
        let matters = |t: &Truth| if is_complete { t.can_be_not_met() && *t != Truth::NOT_MET } else { t.can_be_met() };
        let holds: Vec<usize> =
            area.alive.iter().zip(&truths).filter(|(_, t)| **t == Truth::MET).map(|(c, _)| *c as usize).collect();
        if is_complete && truths.iter().any(|t| !t.can_be_not_met()) {
            return Some(Verdict::Fine);
        }
        let mut kept = truths.iter().map(matters);
        area.alive.retain(|_| kept.next().unwrap_or(false));
        let trouble = match question {
            Question::Complete => area.alive.is_empty().then(Vec::new),
            Question::Exclusive(alike) => {
                let alike = |c: usize| alike.get(c).copied().unwrap_or(u32::MAX - c as u32);
                let first = area.alive.first().map(|c| alike(*c as usize));
                if area.alive.iter().all(|c| Some(alike(*c as usize)) == first) {
                    return Some(Verdict::Fine);
                }
                let pair = holds.iter().skip(1).find(|c| alike(**c) != alike(holds[0]));
                pair.map(|other| vec![holds[0], *other])
            }
        };
        // What is undecided decides next: of a trouble, whether valid data can have it.
        let undecided = match &trouble {
            Some(_) => self.given.iter().find_map(|f| self.undecided(*f, &area.ranges)),
            None => area.alive.iter().find_map(|c| self.undecided(self.all[*c as usize], &area.ranges)),
        };
        Some(match (undecided, trouble) {
            (Some(variable), _) => Verdict::Split(variable),
            (None, Some(met)) => Verdict::Trouble(met),
            // Only tests that no cell decides are left: they could go either way.
            (None, None) if is_complete => Verdict::Trouble(Vec::new()),
            (None, None) => Verdict::Trouble(area.alive.iter().take(2).map(|c| *c as usize).collect()),
        })
    }

    /// The standings of a formula over a box; none if the work is used up.
    fn truth(&self, formula: usize, ranges: &[(u32, u32)], work: &mut usize) -> Option<Truth> {
        *work = work.checked_sub(1)?;
        Some(match &self.formulas[formula] {
            Formula::Const(truth) => *truth,
            Formula::Atom { variable, runs, .. } => cells::over(runs, ranges[*variable]),
            Formula::Not(inner) => self.truth(*inner, ranges, work)?.negate(),
            Formula::Group(quantifier, items) => {
                let mut truths = Vec::with_capacity(items.len());
                for item in items {
                    truths.push(self.truth(*item, ranges, work)?);
                }
                quantifier.fold(truths)
            }
        })
    }

    /// A variable that a formula still depends on and that has several cells left.
    fn undecided(&self, formula: usize, ranges: &[(u32, u32)]) -> Option<usize> {
        match &self.formulas[formula] {
            Formula::Const(_) => None,
            Formula::Atom { variable, runs, .. } => {
                let (from, to) = ranges[*variable];
                let open = to - from > 1 && cells::over(runs, (from, to)).bits().count_ones() > 1;
                open.then_some(*variable)
            }
            Formula::Not(inner) => self.undecided(*inner, ranges),
            Formula::Group(_, items) => items.iter().find_map(|i| self.undecided(*i, ranges)),
        }
    }

    fn example(&self, ranges: &[(u32, u32)], met: Vec<usize>) -> Example {
        let mut example = Example { values: Vec::new(), met, compares: Vec::new() };
        for (variable, (from, to)) in self.variables.iter().zip(ranges) {
            let all = (*from, *to) == (0, variable.cells.len() as u32);
            let cell = variable.cells.get(*from as usize).filter(|_| !all || variable.cells.len() == 1);
            match (variable.key, cell) {
                (Key::Value(node), Some(Cell::Values(set))) => example.values.push((node, *set)),
                (Key::Pair(a, b), Some(Cell::Compare(found))) => example.compares.push((a, b, *found)),
                _ => {}
            }
        }
        example
    }
}
