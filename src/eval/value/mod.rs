//! The value evaluator: one case of which everything that matters is given, as a flat program that settles the outcome early.
//!
//! A [`Plan`] is compiled from the graph for one policy. Its program goes through the rules by rank and in source order and stops
//! at the first that settles the case; shared nodes are computed once. It knows points only: at a fault, at a fact that is not
//! given, at anything it was not compiled for, it gives up, and the range evaluator, whose answers are the same, decides. Values
//! whose static set fits run unchecked on `i64`; others on `i128` through the operators' own scalar functions.

mod emit;
mod prepare;
mod run;

pub use prepare::Prepared;
pub use run::{Registers, Runner};

use crate::graph::{Graph, NodeId, PolicyEntry};

/// A register: a narrow value, or a wide one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reg {
    Narrow(u16),
    Wide(u16),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cmp {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    More,
}

impl Cmp {
    fn negate(self) -> Cmp {
        match self {
            Cmp::Less => Cmp::AtLeast,
            Cmp::AtMost => Cmp::More,
            Cmp::Equal => Cmp::NotEqual,
            Cmp::NotEqual => Cmp::Equal,
            Cmp::AtLeast => Cmp::Less,
            Cmp::More => Cmp::AtMost,
        }
    }
}

/// Two-sided narrow arithmetic; the static sets have shown that nothing overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Larger,
    Smaller,
    Months,
    Years,
    YearsFebruary28,
}

/// A step of the program. Jumps are taken where the test holds.
#[derive(Clone, Copy, Debug)]
enum Step {
    Compare {
        cmp: Cmp,
        a: u16,
        b: u16,
        to: u32,
    },
    CompareConst {
        cmp: Cmp,
        a: u16,
        to: u32,
        b: i64,
    },
    InRange {
        inside: bool,
        a: u16,
        to: u32,
        range: u32,
    },
    InMask {
        inside: bool,
        a: u16,
        to: u32,
        mask: u64,
    },
    Jump {
        to: u32,
    },
    /// Gives up unless the fact in the register is given.
    Given {
        a: u16,
    },
    Const {
        d: u16,
        value: i64,
    },
    Copy {
        d: u16,
        a: u16,
    },
    CopyWide {
        d: u16,
        a: u16,
    },
    Widen {
        d: u16,
        a: u16,
    },
    Scale {
        d: u16,
        a: u16,
        by: i64,
    },
    Negate {
        d: u16,
        a: u16,
    },
    Arithmetic {
        op: Arithmetic,
        d: u16,
        a: u16,
        b: u16,
    },
    /// A table whose rows are values of one small whole number: direct lookup.
    Lookup {
        d: u16,
        a: u16,
        table: u32,
    },
    /// The constant in force on a day.
    OnDay {
        d: u16,
        day: u16,
        table: u32,
    },
    /// Any other strict operator, by its scalar function.
    Operator {
        operator: u32,
    },
    /// Adds two wide values.
    AddWide {
        d: u16,
        a: u16,
    },
    /// Begins a loop over a list: with its first member, or past the loop if there is none.
    Members {
        list: u16,
        state: u16,
        base: u16,
        stride: u16,
        past: u32,
    },
    /// The next member, if there is one.
    NextMember {
        list: u16,
        state: u16,
        base: u16,
        stride: u16,
        again: u32,
    },
    Give {
        verdict: u32,
    },
    GiveUp,
}

/// A strict operator that has no step of its own.
#[derive(Clone, Debug)]
struct Operator {
    node: NodeId,
    operands: Box<[Reg]>,
    result: Reg,
}

/// What a program comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The policy does not concern the case.
    NotApplicable,
    /// A `refer` is met, by its place among the rules.
    Referred(u32),
    /// A rule stands against it, by its place among the rules.
    Declined(u32),
    /// Approved.
    Approved,
}

/// A policy's program.
#[derive(Clone, Debug)]
pub struct Plan {
    /// With and without the test that each fact is given.
    careful: Vec<Step>,
    fast: Vec<Step>,
    ranges: Vec<(i64, i64)>,
    /// First value of the heading, and the results; [`MISSING`] where no row matches.
    lookups: Vec<(i64, Box<[i64]>)>,
    /// First days, ascending, with constants.
    days: Vec<Box<[(i64, i64)]>>,
    operators: Vec<Operator>,
    verdicts: Vec<Verdict>,
    awards: Vec<Reg>,
    narrow: usize,
    wide: usize,
}

/// Stands for a value that is not given, in a register.
const MISSING: i64 = i64::MIN;

/// Stands for *none*, in a register.
const NONE: i64 = i64::MIN + 1;

/// The register of the decision date; the case's own facts follow.
const TODAY: u16 = 0;

impl Plan {
    /// The program of a policy; absent where it would be too large.
    pub fn new(graph: &Graph, policy: &PolicyEntry) -> Option<Plan> {
        emit::plan(graph, policy)
    }

    /// How many steps the program has.
    pub fn len(&self) -> usize {
        self.fast.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.fast.is_empty()
    }
}
