//! A program over vectors: steps in order, each making one vector of others.

use super::kernels::{Binary, Cmp, Join};
use crate::graph::{FactId, NodeId, ScopeId};
use crate::value::Set;
use std::collections::{BTreeMap, HashMap, HashSet};

/// How wide the values of a vector are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Width {
    /// Truth values (0 or 1), places in an enumeration, small whole numbers.
    Byte,
    /// Day numbers, numbers of texts, whole numbers.
    Int,
    /// Mantissas.
    Long,
}

impl Width {
    /// The smallest and largest value.
    pub(super) fn ends(self) -> (i64, i64) {
        match self {
            Width::Byte => (0, u8::MAX.into()),
            Width::Int => (i32::MIN.into(), i32::MAX.into()),
            Width::Long => (i64::MIN, i64::MAX),
        }
    }
}

/// What a program reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The values of a fact, of the case or of the members of a scope.
    Fact(FactId, ScopeId),
    /// Where a fact is *none*: 1, else 0.
    IsNone(FactId, ScopeId),
    /// Where a fact of the case is open: 1, else 0.
    IsOpen(FactId),
    /// The decision dates.
    DecisionDate,
}

/// A vector: its values' width, where it stands, and whose rows it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Vector {
    pub width: Width,
    pub place: Place,
    pub scope: ScopeId,
}

/// Where a vector stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// Among the program's inputs.
    Input(u32),
    /// Among the vectors of its width that the program makes.
    Made(u32),
}

/// An operand of a step that goes through the operators' own scalar functions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand {
    Const(i128),
    Vector(Vector),
}

/// Makes one vector, or gives rows up.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Fill {
        d: Vector,
        value: i64,
    },
    Convert {
        d: Vector,
        a: Vector,
    },
    InRange {
        d: Vector,
        a: Vector,
        low: i64,
        high: i64,
        outside: bool,
    },
    Compare {
        cmp: Cmp,
        d: Vector,
        a: Vector,
        b: Vector,
    },
    Binary {
        op: Binary,
        d: Vector,
        a: Vector,
        b: Vector,
    },
    Linear {
        d: Vector,
        terms: Box<[(Vector, i64)]>,
        constant: i64,
    },
    LinearCompare {
        cmp: Cmp,
        d: Vector,
        sum: Vector,
        terms: Box<[(Vector, i64)]>,
        constant: i64,
    },
    /// The same of a sum to which a table adds what stands at a byte.
    LookupCompare {
        cmp: Cmp,
        d: Vector,
        sum: Vector,
        terms: Box<[(Vector, i64)]>,
        a: Vector,
        table: Box<[i64]>,
    },
    Join {
        join: Join,
        d: Vector,
        a: Vector,
        b: Vector,
    },
    Not {
        d: Vector,
        a: Vector,
    },
    Select {
        d: Vector,
        mask: Vector,
        a: Vector,
        b: Vector,
    },
    /// One value where a mask is set, else those of a vector.
    Where {
        d: Vector,
        mask: Vector,
        a: Vector,
        value: i64,
    },
    DateKeys {
        d: Vector,
        a: Vector,
    },
    /// Whether the keys of two dates lie so far apart.
    KeysApart {
        d: Vector,
        from: Vector,
        to: Vector,
        low: i32,
        high: i32,
        outside: bool,
    },
    Months {
        d: Vector,
        from: Vector,
        to: Vector,
    },
    Years {
        d: Vector,
        from: Vector,
        to: Vector,
    },
    YearsFebruary28 {
        d: Vector,
        from: Vector,
        to: Vector,
    },
    Lookup {
        d: Vector,
        a: Vector,
        first: i64,
        table: Box<[i64]>,
    },
    /// A strict operator, row by row; a row where it fails is given up.
    Operator {
        node: NodeId,
        d: Vector,
        args: Box<[Operand]>,
    },
    /// The same of intervals by the operator's range rule; a row whose set is no interval is given up.
    Range {
        node: NodeId,
        low: Vector,
        high: Vector,
        args: Box<[(Operand, Operand)]>,
    },
    /// Counts of set masks, all at most as many as fit.
    AtLeast {
        d: Vector,
        masks: Box<[Vector]>,
        least: u32,
    },
    /// Gives up the rows where more than one mask is set.
    AtMostOne {
        masks: Box<[Vector]>,
    },
    GiveUpWhere {
        mask: Vector,
    },
    GiveUpUnless {
        mask: Vector,
    },
    /// The values of the rows around a scope, once a member.
    Spread {
        d: Vector,
        a: Vector,
    },
    /// How many members a mask lets through.
    Count {
        d: Vector,
        of: ScopeId,
        masks: Box<[Vector]>,
    },
    Sum {
        d: Vector,
        of: ScopeId,
        a: Vector,
    },
    /// The largest or smallest among those that a mask lets through, and whether there is one.
    Extreme {
        d: Vector,
        found: Vector,
        of: ScopeId,
        a: Vector,
        mask: Option<Vector>,
        largest: bool,
    },
}

/// A node's values while a program runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub values: Values,
    pub none: Nones,
}

impl Value {
    fn vectors(&self) -> impl Iterator<Item = Vector> + use<> {
        let none = if let Nones::Where(mask) = self.none { Some(mask) } else { None };
        self.values.vector().into_iter().chain(none)
    }
}

/// The values proper; without meaning where *none*.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Values {
    Const(i64),
    Vector(Vector),
}

impl Values {
    fn vector(&self) -> Option<Vector> {
        if let Values::Vector(v) = self { Some(*v) } else { None }
    }
}

/// Where a node is *none*.
#[derive(Clone, Copy, Debug)]
pub(super) enum Nones {
    Never,
    Always,
    Where(Vector),
}

/// The smallest and the largest value of a set that is an interval; a condition counts as 0 where it is not met, 1 where it is.
pub(super) type Ends = (i64, i64);

/// The ends of a node's sets while a program runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Interval {
    pub low: Values,
    pub high: Values,
}

impl Interval {
    /// Both ends are the same.
    pub fn point(values: Values) -> Interval {
        Interval { low: values, high: values }
    }

    pub fn is_point(&self) -> bool {
        self.low == self.high
    }
}

/// What an unsettled node's set hangs on.
#[derive(Clone, Debug)]
pub(super) enum Below {
    /// Nothing that could be open.
    Nothing,
    /// One fact: where it is open, the set is this.
    Fact(FactId, Set),
    /// Facts that are open in every row: the set is this.
    Always(Set),
    /// These nodes.
    Terms(Vec<NodeId>),
    /// Its operands in the graph.
    Operands,
}

/// A program, and where its results stand.
#[derive(Clone, Debug)]
pub struct Program {
    pub(super) steps: Vec<Step>,
    pub(super) inputs: Vec<Input>,
    pub(super) roots: HashMap<NodeId, Value>,
    /// The ends of sets, where facts may be open.
    pub(super) intervals: HashMap<NodeId, Interval>,
    /// Of a program with intervals: what each node that it knows of hangs on.
    pub(super) below: BTreeMap<NodeId, Below>,
    /// Groups of roots in the order in which they are made: after how many steps, and the group's place. Nobody reads a group's
    /// vectors later.
    pub(super) groups: Vec<(usize, usize)>,
    /// How many vectors of each width it makes at a time.
    pub(super) made: [usize; 3],
    /// Facts that must be given; a row where one is not is given up by whoever runs the program.
    facts: Vec<(FactId, ScopeId)>,
}

impl Program {
    pub(super) fn new(
        steps: Vec<Step>,
        inputs: Vec<Input>,
        roots: HashMap<NodeId, Value>,
        intervals: HashMap<NodeId, Interval>,
        below: BTreeMap<NodeId, Below>,
        facts: Vec<(FactId, ScopeId)>,
        groups: &[(usize, &[NodeId])],
    ) -> Program {
        let mut in_order: Vec<(usize, usize)> = groups.iter().map(|(steps, _)| *steps).zip(0..).collect();
        in_order.sort_unstable();
        let mut program = Program { steps, inputs, roots, intervals, below, groups: in_order, made: [0; 3], facts };
        program.leave_out_unread();
        program.reuse(groups);
        program
    }

    /// What it reads, in the order in which it is handed in.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How many bytes it makes of each row at a time.
    pub fn row_bytes(&self) -> usize {
        let [bytes, ints, longs] = self.made;
        bytes + 4 * ints + 8 * longs
    }

    /// Whether it makes a root's values.
    pub fn makes(&self, root: NodeId) -> bool {
        self.roots.contains_key(&root)
    }

    /// Whether it makes the ends of a node's sets, or knows them.
    pub fn knows(&self, id: NodeId) -> bool {
        match self.below.get(&id) {
            Some(Below::Always(_)) => true,
            _ => self.intervals.contains_key(&id),
        }
    }

    /// Facts that must be given in a row for its results to count.
    pub fn facts(&self) -> &[(FactId, ScopeId)] {
        &self.facts
    }

    /// The vectors of the ends of sets, which are read when all is done.
    fn ends(&self) -> impl Iterator<Item = Vector> + '_ {
        self.intervals.values().flat_map(|i| [i.low.vector(), i.high.vector()]).flatten()
    }

    /// Leaves out steps whose vectors nobody reads: others have taken them in.
    fn leave_out_unread(&mut self) {
        let kept = self.roots.values().flat_map(Value::vectors).chain(self.ends());
        let mut read: HashSet<(Width, Place)> = kept.map(|v| (v.width, v.place)).collect();
        let mut is_read = vec![false; self.steps.len()];
        for (step, is_read) in self.steps.iter().zip(&mut is_read).rev() {
            let (reads, makes) = step.clone().vectors();
            *is_read = step.can_give_up() || makes.iter().any(|v| read.contains(&(v.width, v.place)));
            if *is_read {
                read.extend(reads.iter().map(|v| (v.width, v.place)));
            }
        }
        for (steps, _) in &mut self.groups {
            *steps = is_read[..*steps].iter().filter(|is_read| **is_read).count();
        }
        let mut is_read = is_read.into_iter();
        self.steps.retain(|_| is_read.next().unwrap_or_default());
    }

    /// Lets vectors that are no longer read make room for later ones, so that few of them keep the cache busy.
    fn reuse(&mut self, groups: &[(usize, &[NodeId])]) {
        let key = |v: &Vector| match v.place {
            Place::Made(at) => Some((v.width, at)),
            Place::Input(_) => None,
        };
        let mut last: HashMap<(Width, u32), usize> = HashMap::new();
        for (at, step) in self.steps.iter().enumerate() {
            let (reads, makes) = step.clone().vectors();
            reads.iter().chain(&makes).filter_map(key).for_each(|v| _ = last.insert(v, at));
        }
        for (steps, group) in &self.groups {
            let values = groups[*group].1.iter().filter_map(|root| self.roots.get(root));
            for vector in values.flat_map(Value::vectors).filter_map(|v| key(&v)) {
                let last = last.entry(vector).or_default();
                *last = (*last).max(steps.saturating_sub(1));
            }
        }
        self.ends().filter_map(|v| key(&v)).for_each(|v| _ = last.remove(&v));
        let mut done: Vec<Vec<(Width, u32)>> = vec![Vec::new(); self.steps.len()];
        let mut all: Vec<((Width, u32), usize)> = last.into_iter().collect();
        all.sort_unstable();
        all.into_iter().for_each(|(vector, at)| done[at].push(vector));
        let mut free: [Vec<u32>; 3] = Default::default();
        let mut now: HashMap<(Width, u32), u32> = HashMap::new();
        let mut made = [0; 3];
        for at in 0..self.steps.len() {
            let (_, makes) = self.steps[at].clone().vectors();
            for (width, old) in makes.iter().filter_map(key) {
                now.entry((width, old)).or_insert_with(|| {
                    free[width as usize].pop().unwrap_or_else(|| {
                        made[width as usize] += 1;
                        made[width as usize] as u32 - 1
                    })
                });
            }
            self.steps[at].rename(&now);
            for vector in &done[at] {
                free[vector.0 as usize].extend(now.get(vector));
            }
        }
        for value in self.roots.values_mut() {
            if let Values::Vector(v) = &mut value.values {
                rename(v, &now);
            }
            if let Nones::Where(mask) = &mut value.none {
                rename(mask, &now);
            }
        }
        for ends in self.intervals.values_mut() {
            for values in [&mut ends.low, &mut ends.high] {
                if let Values::Vector(v) = values {
                    rename(v, &now);
                }
            }
        }
        self.made = made;
    }
}

fn rename(vector: &mut Vector, now: &HashMap<(Width, u32), u32>) {
    if let Place::Made(at) = &mut vector.place
        && let Some(new) = now.get(&(vector.width, *at))
    {
        *at = *new;
    }
}

impl Step {
    /// Whether it may give rows up, whatever becomes of its vector.
    fn can_give_up(&self) -> bool {
        matches!(
            self,
            Step::Operator { .. }
                | Step::Range { .. }
                | Step::AtMostOne { .. }
                | Step::GiveUpWhere { .. }
                | Step::GiveUpUnless { .. }
        )
    }

    /// The other way round, at no more cost.
    pub fn negated(&self, to: Vector) -> Option<Step> {
        let mut step = self.clone();
        match &mut step {
            Step::InRange { d, outside, .. } | Step::KeysApart { d, outside, .. } => {
                *outside ^= true;
                *d = to;
            }
            Step::Compare { cmp, d, a, b } if *cmp != Cmp::Equal => {
                *cmp = if *cmp == Cmp::Less { Cmp::AtMost } else { Cmp::Less };
                std::mem::swap(a, b);
                *d = to;
            }
            _ => return None,
        }
        Some(step)
    }

    /// Whether it makes a vector.
    pub fn makes(&self, vector: Vector) -> bool {
        let (_, makes) = self.clone().vectors();
        makes.contains(&vector)
    }

    /// The vectors that it reads and makes.
    fn vectors(mut self) -> (Vec<Vector>, Vec<Vector>) {
        let (mut reads, mut makes) = (Vec::new(), Vec::new());
        self.each(&mut |vector, is_made| if is_made { makes.push(*vector) } else { reads.push(*vector) });
        (reads, makes)
    }

    fn rename(&mut self, now: &HashMap<(Width, u32), u32>) {
        self.each(&mut |vector, _| rename(vector, now));
    }

    /// Goes through its vectors, telling which it makes.
    fn each(&mut self, f: &mut impl FnMut(&mut Vector, bool)) {
        match self {
            Step::Fill { d, .. } => f(d, true),
            Step::Convert { d, a }
            | Step::InRange { d, a, .. }
            | Step::Not { d, a }
            | Step::DateKeys { d, a }
            | Step::Lookup { d, a, .. }
            | Step::Spread { d, a }
            | Step::Sum { d, a, .. } => {
                f(a, false);
                f(d, true);
            }
            Step::Compare { d, a, b, .. } | Step::Binary { d, a, b, .. } | Step::Join { d, a, b, .. } => {
                f(a, false);
                f(b, false);
                f(d, true);
            }
            Step::KeysApart { d, from, to, .. }
            | Step::Months { d, from, to }
            | Step::Years { d, from, to }
            | Step::YearsFebruary28 { d, from, to } => {
                f(from, false);
                f(to, false);
                f(d, true);
            }
            Step::Linear { d, terms, .. } => {
                terms.iter_mut().for_each(|(v, _)| f(v, false));
                f(d, true);
            }
            Step::LinearCompare { d, sum, terms, .. } => {
                terms.iter_mut().for_each(|(v, _)| f(v, false));
                f(sum, true);
                f(d, true);
            }
            Step::LookupCompare { d, sum, terms, a, .. } => {
                terms.iter_mut().for_each(|(v, _)| f(v, false));
                f(a, false);
                f(sum, true);
                f(d, true);
            }
            Step::Select { d, mask, a, b } => {
                [mask, a, b].into_iter().for_each(|v| f(v, false));
                f(d, true);
            }
            Step::Where { d, mask, a, .. } => {
                [mask, a].into_iter().for_each(|v| f(v, false));
                f(d, true);
            }
            Step::Range { low, high, args, .. } => {
                for arg in args.iter_mut().flat_map(|(low, high)| [low, high]) {
                    if let Operand::Vector(v) = arg {
                        f(v, false);
                    }
                }
                f(low, true);
                f(high, true);
            }
            Step::Operator { d, args, .. } => {
                for arg in args {
                    if let Operand::Vector(v) = arg {
                        f(v, false);
                    }
                }
                f(d, true);
            }
            Step::AtLeast { d, masks, .. } | Step::Count { d, masks, .. } => {
                masks.iter_mut().for_each(|v| f(v, false));
                f(d, true);
            }
            Step::AtMostOne { masks } => masks.iter_mut().for_each(|v| f(v, false)),
            Step::GiveUpWhere { mask } | Step::GiveUpUnless { mask } => f(mask, false),
            Step::Extreme { d, found, a, mask, .. } => {
                f(a, false);
                mask.iter_mut().for_each(|v| f(v, false));
                f(d, true);
                f(found, true);
            }
        }
    }
}
