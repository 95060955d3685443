//! The loop that runs a program over a chunk.

use super::intervals;
use super::kernels::{Lane, Simd};
use super::program::{Below, Input, Nones, Operand, Place, Program, Step, Value, Values, Vector, Width};
use crate::graph::{FactId, Graph, NodeId, NodeKind, ScopeId};
use crate::op::{self, Point};
use crate::value::{Body, Choices, Kind, Set, Truth};
use std::ops::Range;

/// A vector handed in.
#[derive(Clone, Copy, Debug)]
pub enum Lanes<'a> {
    /// Truth values, places in an enumeration, small whole numbers.
    Bytes(&'a [u8]),
    /// Day numbers, numbers of texts, whole numbers.
    Ints(&'a [i32]),
    /// Mantissas.
    Longs(&'a [i64]),
}

/// The rows of a scope in a chunk.
#[derive(Clone, Debug, Default)]
pub struct ScopeRows {
    /// How many.
    pub rows: usize,
    /// Of members: where those of each row of the scope around it begin, and past the last; without meaning for the case.
    pub offsets: Vec<u32>,
}

/// A stretch of rows as a program reads it.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// In the order of [`Program::inputs`].
    pub inputs: &'a [Lanes<'a>],
    /// The smallest and largest value of each input, where it is known; of all rows, whether they count or not.
    pub ends: &'a [Option<(i64, i64)>],
    /// By scope.
    pub scopes: &'a [ScopeRows],
}

impl Chunk<'_> {
    fn ends(&self, vector: Vector) -> Option<(i64, i64)> {
        match vector.place {
            Place::Input(at) => self.ends.get(at as usize).copied().flatten(),
            Place::Made(_) => None,
        }
    }
}

/// The vectors that a program makes, kept from one run to the next.
#[derive(Debug, Default)]
pub struct Buffers {
    bytes: Vec<Vec<u8>>,
    ints: Vec<Vec<i32>>,
    longs: Vec<Vec<i64>>,
    given_up: Vec<Vec<u8>>,
    running: Vec<i64>,
}

/// Runs one program on one chunk after another.
pub struct Runner<'a> {
    graph: &'a Graph,
    program: &'a Program,
    simd: Simd,
    buffers: Buffers,
}

/// What a mask says of all rows.
#[derive(Clone, Copy, Debug)]
pub enum Mask<'a> {
    /// The same of all.
    All(bool),
    /// 1 where it is set.
    Rows(&'a [u8]),
}

/// A root's values.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// The values proper.
    pub values: Numbers<'a>,
    /// Where it is *none*.
    pub none: Mask<'a>,
}

/// Values of any width.
#[derive(Clone, Copy, Debug)]
pub enum Numbers<'a> {
    /// The same in all rows.
    All(i64),
    /// One a row.
    Rows(Lanes<'a>),
}

impl Numbers<'_> {
    /// The value of a row.
    pub fn get(&self, row: usize) -> i64 {
        match self {
            Numbers::All(value) => *value,
            Numbers::Rows(Lanes::Bytes(v)) => v[row].into(),
            Numbers::Rows(Lanes::Ints(v)) => v[row].into(),
            Numbers::Rows(Lanes::Longs(v)) => v[row],
        }
    }

    /// All of them, as wide as they can be.
    pub(super) fn longs(&self, rows: usize) -> Vec<i64> {
        match self {
            Numbers::All(value) => vec![*value; rows],
            Numbers::Rows(Lanes::Bytes(v)) => v.iter().map(|v| (*v).into()).collect(),
            Numbers::Rows(Lanes::Ints(v)) => v.iter().map(|v| (*v).into()).collect(),
            Numbers::Rows(Lanes::Longs(v)) => v.to_vec(),
        }
    }
}

impl Mask<'_> {
    /// What it says of a row.
    pub fn get(&self, row: usize) -> bool {
        match self {
            Mask::All(value) => *value,
            Mask::Rows(v) => v[row] != 0,
        }
    }
}

impl<'a> Runner<'a> {
    /// Runs a program in vectors that another may have left.
    pub fn new(graph: &'a Graph, program: &'a Program, mut buffers: Buffers) -> Runner<'a> {
        let [bytes, ints, longs] = program.made;
        buffers.bytes.resize_with(bytes, Vec::new);
        buffers.ints.resize_with(ints, Vec::new);
        buffers.longs.resize_with(longs, Vec::new);
        buffers.given_up.resize_with(graph.scopes.len(), Vec::new);
        Runner { graph, program, simd: Simd::default(), buffers }
    }

    /// Leaves its vectors to another.
    pub fn into_buffers(self) -> Buffers {
        self.buffers
    }

    /// Makes all vectors of a chunk; hands over each group of roots when it is made. Its vectors then make room for others.
    pub fn run(&mut self, chunk: Chunk, mut made: impl FnMut(&Self, usize)) {
        for (mask, scope) in self.buffers.given_up.iter_mut().zip(chunk.scopes) {
            mask.clear();
            mask.resize(scope.rows, 0);
        }
        let program = self.program;
        let mut from = 0;
        for (steps, group) in &program.groups {
            self.steps(from..*steps, chunk);
            from = *steps;
            made(self, *group);
        }
        self.steps(from..program.steps.len(), chunk);
    }

    fn steps(&mut self, steps: Range<usize>, chunk: Chunk) {
        let program = self.program;
        for step in &program.steps[steps] {
            self.step(step, chunk);
        }
        // A row is given up with any of its members; scopes stand behind the ones around them.
        for at in (1..self.graph.scopes.len()).rev() {
            let members = std::mem::take(&mut self.buffers.given_up[at]);
            if self.simd.any(&members) {
                let outer = &mut self.buffers.given_up[self.graph.scopes[at].parent.0 as usize];
                for (row, range) in chunk.scopes[at].offsets.windows(2).enumerate() {
                    outer[row] |= members[range[0] as usize..range[1] as usize].iter().fold(0, |all, m| all | m);
                }
            }
            self.buffers.given_up[at] = members;
        }
    }

    /// The rows whose results do not count: 1, else 0; absent if there are none.
    pub fn given_up(&self) -> Option<&[u8]> {
        Some(&self.buffers.given_up[0][..]).filter(|given_up| self.simd.any(given_up))
    }

    /// A root's values, if the program makes them.
    pub fn outcome<'b>(&'b self, root: NodeId, chunk: Chunk<'b>) -> Option<Outcome<'b>> {
        let Value { values, none } = self.program.roots.get(&root)?;
        let values = match values {
            Values::Const(value) => Numbers::All(*value),
            Values::Vector(vector) => Numbers::Rows(self.lanes(*vector, chunk)),
        };
        let none = match none {
            Nones::Never => Mask::All(false),
            Nones::Always => Mask::All(true),
            Nones::Where(mask) => Mask::Rows(self.mask(*mask, chunk)),
        };
        Some(Outcome { values, none })
    }

    /// The ends of a node's sets, if the program makes them.
    pub(super) fn ends<'b>(&'b self, id: NodeId, chunk: Chunk<'b>) -> Option<(Numbers<'b>, Numbers<'b>)> {
        let numbers = |values: Values| match values {
            Values::Const(value) => Numbers::All(value),
            Values::Vector(vector) => Numbers::Rows(self.lanes(vector, chunk)),
        };
        let ends = self.program.intervals.get(&id)?;
        Some((numbers(ends.low), numbers(ends.high)))
    }

    /// What an unsettled node hangs on, if the program knows.
    pub(super) fn below(&self, id: NodeId) -> Option<&Below> {
        self.program.below.get(&id)
    }

    /// Where a fact is open: 1, else 0.
    pub(super) fn is_open<'b>(&self, fact: FactId, chunk: Chunk<'b>) -> &'b [u8] {
        let at = self.program.inputs.iter().position(|i| *i == Input::IsOpen(fact));
        match at.map(|at| chunk.inputs[at]) {
            Some(Lanes::Bytes(open)) => open,
            _ => &[],
        }
    }

    /// A root that is a condition, as a mask.
    pub fn condition<'b>(&'b self, root: NodeId, chunk: Chunk<'b>) -> Option<Mask<'b>> {
        match self.outcome(root, chunk)?.values {
            Numbers::All(value) => Some(Mask::All(value != 0)),
            Numbers::Rows(Lanes::Bytes(mask)) => Some(Mask::Rows(mask)),
            Numbers::Rows(_) => None,
        }
    }

    fn lanes<'b>(&'b self, vector: Vector, chunk: Chunk<'b>) -> Lanes<'b> {
        match (vector.place, vector.width) {
            (Place::Input(at), _) => chunk.inputs[at as usize],
            (Place::Made(at), Width::Byte) => Lanes::Bytes(&self.buffers.bytes[at as usize]),
            (Place::Made(at), Width::Int) => Lanes::Ints(&self.buffers.ints[at as usize]),
            (Place::Made(at), Width::Long) => Lanes::Longs(&self.buffers.longs[at as usize]),
        }
    }

    fn mask<'b>(&'b self, vector: Vector, chunk: Chunk<'b>) -> &'b [u8] {
        match self.lanes(vector, chunk) {
            Lanes::Bytes(v) => v,
            _ => &[],
        }
    }

    fn ints<'b>(&'b self, vector: Vector, chunk: Chunk<'b>) -> &'b [i32] {
        match self.lanes(vector, chunk) {
            Lanes::Ints(v) => v,
            _ => &[],
        }
    }

    fn longs<'b>(&'b self, vector: Vector, chunk: Chunk<'b>) -> &'b [i64] {
        match self.lanes(vector, chunk) {
            Lanes::Longs(v) => v,
            _ => &[],
        }
    }

    /// Makes a mask: takes its vector out, so that others can be read meanwhile.
    fn make_mask(&mut self, d: Vector, chunk: Chunk, make: impl FnOnce(&Self, &mut [u8])) {
        let Place::Made(at) = d.place else { return };
        let mut vector = std::mem::take(&mut self.buffers.bytes[at as usize]);
        vector.resize(chunk.scopes[d.scope.0 as usize].rows, 0);
        make(self, &mut vector);
        self.buffers.bytes[at as usize] = vector;
    }

    fn make_ints(&mut self, d: Vector, chunk: Chunk, make: impl FnOnce(&Self, &mut [i32])) {
        let Place::Made(at) = d.place else { return };
        let mut vector = std::mem::take(&mut self.buffers.ints[at as usize]);
        vector.resize(chunk.scopes[d.scope.0 as usize].rows, 0);
        make(self, &mut vector);
        self.buffers.ints[at as usize] = vector;
    }

    fn make_longs(&mut self, d: Vector, chunk: Chunk, make: impl FnOnce(&Self, &mut [i64])) {
        let Place::Made(at) = d.place else { return };
        let mut vector = std::mem::take(&mut self.buffers.longs[at as usize]);
        vector.resize(chunk.scopes[d.scope.0 as usize].rows, 0);
        make(self, &mut vector);
        self.buffers.longs[at as usize] = vector;
    }

    /// Makes a mask with the help of a vector for a sum.
    fn compare_sum(&mut self, d: Vector, sum: Vector, chunk: Chunk, make: impl FnOnce(&Self, &mut [u8], &mut [i64])) {
        let Place::Made(at) = sum.place else { return };
        let mut scratch = std::mem::take(&mut self.buffers.longs[at as usize]);
        scratch.resize(chunk.scopes[d.scope.0 as usize].rows, 0);
        self.make_mask(d, chunk, |s, d| make(s, d, &mut scratch));
        self.buffers.longs[at as usize] = scratch;
    }

    fn step(&mut self, step: &Step, chunk: Chunk) {
        let simd = self.simd;
        match step {
            Step::Fill { d, value } => match d.width {
                Width::Byte => self.make_mask(*d, chunk, |_, d| d.fill(*value as u8)),
                Width::Int => self.make_ints(*d, chunk, |_, d| d.fill(*value as i32)),
                Width::Long => self.make_longs(*d, chunk, |_, d| d.fill(*value)),
            },
            Step::Convert { d, a } => match d.width {
                Width::Byte => self.make_mask(*d, chunk, |s, d| convert(simd, d, s.lanes(*a, chunk))),
                Width::Int => self.make_ints(*d, chunk, |s, d| convert(simd, d, s.lanes(*a, chunk))),
                Width::Long => self.make_longs(*d, chunk, |s, d| convert(simd, d, s.lanes(*a, chunk))),
            },
            Step::InRange { d, a, low, high, outside } => self.make_mask(*d, chunk, |s, d| {
                let ends = chunk.ends(*a).unwrap_or(a.width.ends());
                if *low > ends.1 || *high < ends.0 {
                    return d.fill((*outside).into());
                }
                match s.lanes(*a, chunk) {
                    Lanes::Bytes(v) => simd.in_range(d, v, *low, *high, *outside, ends),
                    Lanes::Ints(v) => simd.in_range(d, v, *low, *high, *outside, ends),
                    Lanes::Longs(v) => simd.in_range(d, v, *low, *high, *outside, ends),
                }
            }),
            Step::Compare { cmp, d, a, b } => {
                self.make_mask(*d, chunk, |s, d| match (s.lanes(*a, chunk), s.lanes(*b, chunk)) {
                    (Lanes::Bytes(a), Lanes::Bytes(b)) => simd.compare(*cmp, d, a, b),
                    (Lanes::Ints(a), Lanes::Ints(b)) => simd.compare(*cmp, d, a, b),
                    (Lanes::Longs(a), Lanes::Longs(b)) => simd.compare(*cmp, d, a, b),
                    _ => {}
                });
            }
            Step::Binary { op, d, a, b } => {
                self.make_longs(*d, chunk, |s, d| simd.binary(*op, d, s.longs(*a, chunk), s.longs(*b, chunk)));
            }
            Step::Linear { d, terms, constant } => self.make_longs(*d, chunk, |s, d| {
                s.with_terms(terms, chunk, |terms| simd.linear(d, terms, *constant));
            }),
            Step::LinearCompare { cmp, d, sum, terms, constant } => {
                self.compare_sum(*d, *sum, chunk, |s, d, sum| {
                    s.with_terms(terms, chunk, |terms| simd.linear_compare(*cmp, d, terms, *constant, sum));
                });
            }
            Step::LookupCompare { cmp, d, sum, terms, a, table } => {
                self.compare_sum(*d, *sum, chunk, |s, d, sum| {
                    let (a, table) = (s.mask(*a, chunk), table[..].as_array().unwrap_or(&[0; 256]));
                    s.with_terms(terms, chunk, |terms| simd.lookup_compare(*cmp, d, terms, a, table, sum));
                });
            }
            Step::Join { join, d, a, b } => {
                self.make_mask(*d, chunk, |s, d| simd.join(*join, d, s.mask(*a, chunk), s.mask(*b, chunk)));
            }
            Step::Not { d, a } => self.make_mask(*d, chunk, |s, d| simd.not(d, s.mask(*a, chunk))),
            Step::Select { d, mask, a, b } => match d.width {
                Width::Byte => self.make_mask(*d, chunk, |s, d| {
                    simd.select(d, s.mask(*mask, chunk), s.mask(*a, chunk), s.mask(*b, chunk));
                }),
                Width::Int => self.make_ints(*d, chunk, |s, d| {
                    simd.select(d, s.mask(*mask, chunk), s.ints(*a, chunk), s.ints(*b, chunk));
                }),
                Width::Long => self.make_longs(*d, chunk, |s, d| {
                    simd.select(d, s.mask(*mask, chunk), s.longs(*a, chunk), s.longs(*b, chunk));
                }),
            },
            Step::Where { d, mask, a, value } => match d.width {
                Width::Byte => self.make_mask(*d, chunk, |s, d| {
                    simd.select_one(d, s.mask(*mask, chunk), *value as u8, s.mask(*a, chunk));
                }),
                Width::Int => self.make_ints(*d, chunk, |s, d| {
                    simd.select_one(d, s.mask(*mask, chunk), *value as i32, s.ints(*a, chunk));
                }),
                Width::Long => self.make_longs(*d, chunk, |s, d| {
                    simd.select_one(d, s.mask(*mask, chunk), *value, s.longs(*a, chunk));
                }),
            },
            Step::DateKeys { d, a } => {
                self.make_ints(*d, chunk, |s, d| simd.date_keys(d, s.ints(*a, chunk), chunk.ends(*a)));
            }
            Step::KeysApart { d, from, to, low, high, outside } => self.make_mask(*d, chunk, |s, d| {
                simd.keys_apart(d, s.ints(*from, chunk), s.ints(*to, chunk), (*low, *high), *outside);
            }),
            Step::Months { d, from, to } => {
                self.make_ints(*d, chunk, |s, d| simd.months(d, s.ints(*from, chunk), s.ints(*to, chunk)));
            }
            Step::Years { d, from, to } => {
                self.make_ints(*d, chunk, |s, d| simd.years(d, s.ints(*from, chunk), s.ints(*to, chunk)));
            }
            Step::YearsFebruary28 { d, from, to } => {
                self.make_ints(*d, chunk, |s, d| simd.years_february_28(d, s.ints(*from, chunk), s.ints(*to, chunk)));
            }
            Step::Lookup { d, a, first, table } => {
                self.make_longs(*d, chunk, |s, d| match s.lanes(*a, chunk) {
                    Lanes::Bytes(v) => simd.lookup(d, v, *first, table),
                    Lanes::Ints(v) => simd.lookup(d, v, *first, table),
                    Lanes::Longs(v) => simd.lookup(d, v, *first, table),
                });
            }
            Step::Range { node, low, high, args } => self.range(*node, (*low, *high), args, chunk),
            Step::Operator { node, d, args } => self.operator(*node, *d, args, chunk),
            Step::AtLeast { d, masks, least } => self.make_mask(*d, chunk, |s, d| {
                d.fill(0);
                masks.iter().for_each(|m| d.iter_mut().zip(s.mask(*m, chunk)).for_each(|(d, m)| *d += *m));
                d.iter_mut().for_each(|d| *d = u8::from(u32::from(*d) >= *least));
            }),
            Step::AtMostOne { masks } => {
                let Some(first) = masks.first() else { return };
                let scope = first.scope.0 as usize;
                let mut given_up = std::mem::take(&mut self.buffers.given_up[scope]);
                let mut seen = vec![0; chunk.scopes[scope].rows];
                for mask in masks {
                    for ((g, seen), m) in given_up.iter_mut().zip(&mut seen).zip(self.mask(*mask, chunk)) {
                        *g |= *seen & *m;
                        *seen |= *m;
                    }
                }
                self.buffers.given_up[scope] = given_up;
            }
            Step::GiveUpWhere { mask } => {
                let scope = mask.scope.0 as usize;
                let mut given_up = std::mem::take(&mut self.buffers.given_up[scope]);
                simd.or_into(&mut given_up, self.mask(*mask, chunk));
                self.buffers.given_up[scope] = given_up;
            }
            Step::GiveUpUnless { mask } => {
                let scope = mask.scope.0 as usize;
                let mut given_up = std::mem::take(&mut self.buffers.given_up[scope]);
                simd.or_not_into(&mut given_up, self.mask(*mask, chunk));
                self.buffers.given_up[scope] = given_up;
            }
            Step::Spread { d, a } => {
                let offsets = &chunk.scopes[d.scope.0 as usize].offsets;
                match d.width {
                    Width::Byte => self.make_mask(*d, chunk, |s, d| spread(d, s.mask(*a, chunk), offsets)),
                    Width::Int => self.make_ints(*d, chunk, |s, d| spread(d, s.ints(*a, chunk), offsets)),
                    Width::Long => self.make_longs(*d, chunk, |s, d| spread(d, s.longs(*a, chunk), offsets)),
                }
            }
            Step::Count { d, of, masks } => self.count(*d, *of, masks, chunk),
            Step::Sum { d, of, a } => {
                let mut running = std::mem::take(&mut self.buffers.running);
                running_sum(&mut running, self.longs(*a, chunk).iter().copied());
                self.differences(*d, *of, &running, chunk);
                self.buffers.running = running;
            }
            Step::Extreme { d, found, of, a, mask, largest } => {
                self.extreme(*d, *found, *of, *a, *mask, *largest, chunk)
            }
        }
    }

    fn with_terms(&self, terms: &[(Vector, i64)], chunk: Chunk, make: impl FnOnce(&[(&[i64], i64)])) {
        let term = |(vector, factor): &(Vector, i64)| (self.longs(*vector, chunk), *factor);
        match terms {
            [a] => make(&[term(a)]),
            [a, b] => make(&[term(a), term(b)]),
            [a, b, c] => make(&[term(a), term(b), term(c)]),
            [a, b, c, d] => make(&[term(a), term(b), term(c), term(d)]),
            all => make(&all.iter().map(term).collect::<Vec<_>>()),
        }
    }

    /// A strict operator row by row; rows where it fails are given up.
    fn operator(&mut self, node: NodeId, d: Vector, args: &[Operand], chunk: Chunk) {
        let declared = self.graph.node(node);
        let NodeKind::Op(op, ids) = &declared.kind else { return };
        let scope = d.scope.0 as usize;
        let mut given_up = std::mem::take(&mut self.buffers.given_up[scope]);
        let operands: Vec<(Result<i128, Lanes>, op::Shape)> = args
            .iter()
            .zip(ids)
            .map(|(arg, id)| {
                let value = match arg {
                    Operand::Const(value) => Ok(*value),
                    Operand::Vector(vector) => Err(self.lanes(*vector, chunk)),
                };
                (value, self.graph.node(*id).shape)
            })
            .collect();
        let mut points: Vec<Point> = operands.iter().map(|(_, shape)| Point { value: None, shape: *shape }).collect();
        let mut values = vec![0i64; given_up.len()];
        for (row, (value, given_up)) in values.iter_mut().zip(&mut given_up).enumerate() {
            for (point, (operand, _)) in points.iter_mut().zip(&operands) {
                point.value = Some(match operand {
                    Ok(value) => *value,
                    Err(lanes) => Numbers::Rows(*lanes).get(row).into(),
                });
            }
            let found = op::scalar(op, declared.shape, &points, &self.graph.texts);
            let (low, high) = d.width.ends();
            match found.and_then(|v| i64::try_from(v).ok()).filter(|v| low <= *v && *v <= high) {
                Some(found) => *value = found,
                None => *given_up = 1,
            }
        }
        drop(operands);
        self.buffers.given_up[scope] = given_up;
        match d.width {
            Width::Byte => self.make_mask(d, chunk, |_, d| convert(Simd::default(), d, Lanes::Longs(&values))),
            Width::Int => self.make_ints(d, chunk, |_, d| convert(Simd::default(), d, Lanes::Longs(&values))),
            Width::Long => self.make_longs(d, chunk, |_, d| d.copy_from_slice(&values)),
        }
    }

    /// A strict operator over intervals, row by row; rows where its set is no interval are given up.
    fn range(&mut self, node: NodeId, (low, high): (Vector, Vector), args: &[(Operand, Operand)], chunk: Chunk) {
        let declared = self.graph.node(node);
        let NodeKind::Op(op, ids) = &declared.kind else { return };
        let mut given_up = std::mem::take(&mut self.buffers.given_up[0]);
        let mut ends = (vec![0i64; given_up.len()], vec![0i64; given_up.len()]);
        let numbers = |operand: &Operand| match operand {
            Operand::Const(value) => Numbers::All(*value as i64),
            Operand::Vector(vector) => Numbers::Rows(self.lanes(*vector, chunk)),
        };
        let both: Vec<(Numbers, Numbers)> = args.iter().map(|(low, high)| (numbers(low), numbers(high))).collect();
        let mut operands: Vec<op::Operand> =
            ids.iter().map(|id| op::Operand { set: Set::EMPTY, shape: self.graph.node(*id).shape }).collect();
        let (least, most) = low.width.ends();
        for (row, given_up) in given_up.iter_mut().enumerate() {
            for (operand, (low, high)) in operands.iter_mut().zip(&both) {
                operand.set = set_of(operand.shape.kind, low.get(row), high.get(row));
            }
            let set = op::range(op, declared.shape, &operands, &self.graph.texts);
            match intervals::ends(&set).filter(|(low, high)| least <= *low && *high <= most) {
                Some(found) => (ends.0[row], ends.1[row]) = found,
                None => *given_up = 1,
            }
        }
        self.buffers.given_up[0] = given_up;
        for (d, values) in [(low, ends.0), (high, ends.1)] {
            match d.width {
                Width::Byte => self.make_mask(d, chunk, |_, d| convert(Simd::default(), d, Lanes::Longs(&values))),
                _ => self.make_longs(d, chunk, |_, d| d.copy_from_slice(&values)),
            }
        }
    }

    /// How many members all masks let through.
    fn count(&mut self, d: Vector, of: ScopeId, masks: &[Vector], chunk: Chunk) {
        let mut running = std::mem::take(&mut self.buffers.running);
        let masks: Vec<&[u8]> = masks.iter().map(|m| self.mask(*m, chunk)).collect();
        match masks[..] {
            [] => running_sum(&mut running, (0..chunk.scopes[of.0 as usize].rows).map(|_| 1)),
            [a] => running_sum(&mut running, a.iter().map(|a| i64::from(*a))),
            [a, b, ..] => running_sum(&mut running, a.iter().zip(b).map(|(a, b)| i64::from(a & b))),
        }
        self.differences(d, of, &running, chunk);
        self.buffers.running = running;
    }

    /// From the running sum over all members to each row's own.
    fn differences(&mut self, d: Vector, of: ScopeId, running: &[i64], chunk: Chunk) {
        let offsets = &chunk.scopes[of.0 as usize].offsets;
        self.make_longs(d, chunk, |_, d| {
            let mut before = running[offsets.first().map_or(0, |o| *o as usize)];
            for (d, past) in d.iter_mut().zip(&offsets[1..]) {
                let next = running[*past as usize];
                *d = next.wrapping_sub(before);
                before = next;
            }
        });
    }

    #[allow(clippy::too_many_arguments)]
    fn extreme(
        &mut self,
        d: Vector,
        found: Vector,
        of: ScopeId,
        a: Vector,
        mask: Option<Vector>,
        largest: bool,
        chunk: Chunk,
    ) {
        let offsets = &chunk.scopes[of.0 as usize].offsets;
        let best = |s: &Self, range: &[u32]| {
            let range = range[0] as usize..range[1] as usize;
            let values = &s.longs(a, chunk)[range.clone()];
            let counts = mask.map(|m| &s.mask(m, chunk)[range]);
            let counted = values.iter().enumerate().filter(|(i, _)| counts.is_none_or(|c| c[*i] != 0)).map(|(_, v)| *v);
            if largest { counted.max() } else { counted.min() }
        };
        self.make_longs(d, chunk, |s, d| {
            d.iter_mut().zip(offsets.windows(2)).for_each(|(d, range)| *d = best(s, range).unwrap_or(0));
        });
        self.make_mask(found, chunk, |s, found| {
            found.iter_mut().zip(offsets.windows(2)).for_each(|(f, range)| *f = best(s, range).is_some().into());
        });
    }
}

/// Sums of the first so many: one more than there are values. Differences are exact even where a sum wraps around.
fn running_sum(running: &mut Vec<i64>, values: impl Iterator<Item = i64>) {
    running.clear();
    running.push(0);
    let mut sum = 0i64;
    running.extend(values.map(|value| {
        sum = sum.wrapping_add(value);
        sum
    }));
}

/// The set of all values of a kind between two.
pub(super) fn set_of(kind: Kind, low: i64, high: i64) -> Set {
    match kind {
        Kind::Truth => Set::truth(Truth::from_bits((high as u8 & 1) | ((low as u8 & 1) ^ 1) << 1)),
        Kind::Enum(_) => {
            let words = (low..=high).map(|word| Choices::one(word as u8));
            Set::of(Body::Choices(words.fold(Choices::default(), Choices::union)))
        }
        _ => Set::interval(low.into(), high.into()),
    }
}

fn convert<D: Lane>(simd: Simd, d: &mut [D], a: Lanes) {
    match a {
        Lanes::Bytes(a) => simd.convert(d, a),
        Lanes::Ints(a) => simd.convert(d, a),
        Lanes::Longs(a) => simd.convert(d, a),
    }
}

fn spread<T: Copy>(d: &mut [T], a: &[T], offsets: &[u32]) {
    for (value, range) in a.iter().zip(offsets.windows(2)) {
        d[range[0] as usize..range[1] as usize].fill(*value);
    }
}
