//! From tests to cells, and how each test stands on each cell.

use super::cells::{self, Cell, Key, Runs, Variable};
use super::conditions::{Argument, Draft, Formula};
use super::order::{self, Order};
use crate::graph::{Const, Graph, NodeId};
use crate::op::{self, Op, Operand, Shape, Texts};
use crate::table::Table;
use crate::value::{Body, Set, TextId, Truth};

/// What a node's value is tested against.
#[derive(Default)]
struct Cuts {
    starts: Vec<i128>,
    texts: Vec<u32>,
    constants: Vec<(Const, Shape)>,
    /// Values that are the same for everybody on a day.
    bounds: Vec<NodeId>,
}

/// Cuts the variables into cells and judges every test on every cell.
pub(super) fn finish(graph: &Graph, drafts: Vec<Draft>) -> (Vec<Variable>, Vec<Formula>) {
    let mut cuts: Table<NodeId, Cuts> = Table::new();
    let mut known = Table::new();
    for draft in &drafts {
        match draft {
            Draft::Test { value, args, .. } => {
                cuts.or_insert_with(*value, Cuts::default).add(args, graph.node(*value).shape.scale)
            }
            Draft::Compare { a, b, .. } => {
                if let Some((value, bound)) = sides(graph, *a, *b, &mut known) {
                    cuts.or_insert_with(value, Cuts::default).bounds.push(bound);
                }
            }
            _ => {}
        }
    }
    let mut orders: Table<NodeId, Order> = Table::new();
    for (node, cuts) in cuts.iter().filter(|(_, c)| !c.bounds.is_empty()) {
        if let Some(order) = order::order(graph, *node, &cuts.constants, &cuts.bounds) {
            orders.insert(*node, order);
        }
    }
    let key = |draft: &Draft| match *draft {
        Draft::Truth(value) | Draft::Test { value, .. } => Some(Key::Value(value)),
        Draft::Compare { a, b, .. } => {
            let has = |x: NodeId, y: NodeId| orders.get(&x).is_some_and(|o| o.bounds.contains_key(&y));
            Some(match (has(a, b), has(b, a)) {
                (true, _) => Key::Value(a),
                (_, true) => Key::Value(b),
                _ => Key::Pair(a.min(b), a.max(b)),
            })
        }
        _ => None,
    };
    let keys: Vec<Option<Key>> = drafts.iter().map(key).collect();
    let mut variables: Vec<Variable> = Vec::new();
    let mut places: Table<Key, usize> = Table::new();
    for key in keys.iter().flatten() {
        places.or_insert_with(*key, || {
            variables.push(match key {
                Key::Pair(a, b) => Variable::pair(graph, *a, *b),
                Key::Value(node) => match orders.get(node) {
                    Some(order) => {
                        Variable { key: *key, cells: order.cells.iter().copied().map(Cell::Values).collect() }
                    }
                    None => {
                        let Cuts { mut starts, mut texts, .. } =
                            cuts.get_mut(node).map(std::mem::take).unwrap_or_default();
                        Variable::value(graph, *node, &mut starts, &mut texts)
                    }
                },
            });
            variables.len() - 1
        });
    }
    let formula = |(draft, key): (Draft, Option<Key>)| match (draft, key.and_then(|k| places.get(&k).copied())) {
        (Draft::Const(truth), _) => Formula::Const(truth),
        (Draft::Not(a), _) => Formula::Not(a),
        (Draft::Group(quantifier, items), _) => Formula::Group(quantifier, items),
        (draft, Some(variable)) => {
            let of = &variables[variable];
            let runs = draft.runs(graph, of, of.node().and_then(|n| orders.get(&n)));
            if runs.is_empty() { Formula::Const(Truth::FAULTY) } else { Formula::Atom { variable, runs } }
        }
        (_, None) => Formula::Const(Truth::OPEN),
    };
    let formulas = drafts.into_iter().zip(keys).map(formula).collect();
    (variables, formulas)
}

/// Of two nodes that are compared, the one that differs from case to case, and the one that depends on the day alone.
fn sides(graph: &Graph, a: NodeId, b: NodeId, known: &mut Table<NodeId, bool>) -> Option<(NodeId, NodeId)> {
    let mut is_bound = |n: NodeId| *known.or_insert_with(n, || order::is_bound(graph, n));
    match (is_bound(a), is_bound(b)) {
        (false, true) => Some((a, b)),
        (true, false) => Some((b, a)),
        _ => None,
    }
}

impl Cuts {
    fn add(&mut self, args: &[Argument], scale: u8) {
        for argument in args {
            match argument {
                Argument::Const(Const::Text(text), _) => self.texts.push(*text),
                Argument::Const(constant, shape) => {
                    self.starts.extend(cells::starts(*constant, shape.scale, scale).into_iter().flatten());
                    self.constants.push((*constant, *shape));
                }
                Argument::Value => {}
            }
        }
    }
}

impl Draft {
    /// How the test stands on which cells.
    fn runs(&self, graph: &Graph, variable: &Variable, order: Option<&Order>) -> Runs {
        let every = variable.cells.iter().enumerate().map(|(i, c)| (i as u32, c));
        match self {
            Draft::Compare { a, b, met, no_value } => {
                let flipped = variable.node() == Some(*b) || (variable.node().is_none() && a > b);
                let bound = if flipped { a } else { b };
                cells::runs(every.map(|(i, cell)| {
                    let found = match (cell, order) {
                        (Cell::Compare(found), _) => Some(*found),
                        (Cell::Values(_), Some(order)) => order.compare(i as usize, *bound),
                        _ => None,
                    };
                    let truth = match found {
                        Some(found) => Truth::of(met(if flipped { found.reverse() } else { found })),
                        None => *no_value,
                    };
                    (i, truth)
                }))
            }
            Draft::Truth(_) => {
                cells::runs(every.map(|(i, cell)| (i, cell.set().map_or(Truth::OPEN, |s| s.as_truth()))))
            }
            Draft::Test { value, op, args } => {
                let shape = graph.node(*value).shape;
                let judge = |cell: &Cell| test(graph, op, args, cell, shape);
                if order.is_some() || !shape.kind.is_numeric() {
                    return cells::runs(every.map(|(i, c)| (i, judge(c))));
                }
                // Between its own bounds a test on numbers cannot change.
                let mut places: Vec<u32> = vec![0];
                for argument in args {
                    let Argument::Const(constant, of) = argument else { continue };
                    let starts = cells::starts(*constant, of.scale, shape.scale).into_iter().flatten();
                    places.extend(starts.map(|s| variable.cell_of(s)));
                }
                let none = variable.cells.iter().position(|c| c.set() == Some(Set::NONE));
                places.extend(none.map(|n| n as u32));
                places.sort_unstable();
                places.dedup();
                let cell = |i: &u32| variable.cells.get(*i as usize).map(|c| (*i, judge(c)));
                cells::runs(places.iter().filter_map(cell))
            }
            _ => Vec::new(),
        }
    }
}

/// How a test stands on a cell: on any of its values.
fn test(graph: &Graph, op: &Op, args: &[Argument], cell: &Cell, shape: Shape) -> Truth {
    let Some(set) = cell.set() else { return Truth::OPEN };
    let sample = match set.body {
        Body::Interval(low, _) => Set { body: Body::Interval(low, low), ..set },
        Body::AnyText => Set::of(Body::Text(TextId(u32::MAX))),
        _ => set,
    };
    let operand = |a: &Argument| match a {
        Argument::Value => Operand { set: sample, shape },
        Argument::Const(value, shape) => Operand { set: value.set(), shape: *shape },
    };
    let operands: Vec<Operand> = args.iter().map(operand).collect();
    op::range(op, Shape::TRUTH, &operands, &OtherText(&graph.texts)).as_truth()
}

/// Texts of constants, and one that is none of them.
struct OtherText<'a>(&'a Vec<Box<str>>);

impl Texts for OtherText<'_> {
    fn text(&self, id: TextId) -> &str {
        if id.0 == u32::MAX { "\u{0}" } else { self.0.text(id) }
    }
}
