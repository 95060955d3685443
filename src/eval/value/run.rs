//! The loop that runs a program.

use super::{Arithmetic, Cmp, MISSING, NONE, Plan, Prepared, Reg, Step, TODAY, Verdict};
use crate::graph::Graph;
use crate::op::{self, Point};
use crate::value::calendar::{months_from, years_from};
use crate::value::{Date, LeapRule};

/// Registers as an array of the size that a `u16` can name: no index can be out of bounds.
type Narrow = Box<[i64; 1 << 16]>;

/// What a program computes in.
#[derive(Debug)]
pub struct Registers {
    narrow: Narrow,
    wide: Vec<i128>,
}

impl Registers {
    /// Registers for a program.
    pub fn new(plan: &Plan) -> Registers {
        let narrow = vec![0; 1 << 16].into_boxed_slice().try_into().expect("of that length");
        Registers { narrow, wide: vec![0; plan.wide] }
    }
}

/// Runs a policy's program on one case after another, in registers of its own.
pub struct Runner<'a> {
    graph: &'a Graph,
    plan: &'a Plan,
    registers: Registers,
}

impl<'a> Runner<'a> {
    /// Registers for a program.
    pub fn new(graph: &'a Graph, plan: &'a Plan) -> Runner<'a> {
        Runner { graph, plan, registers: Registers::new(plan) }
    }

    /// What the program comes to; absent where the range evaluator has to decide.
    #[inline]
    pub fn verdict(&mut self, case: &Prepared, on: Date) -> Option<Verdict> {
        self.plan.verdict(self.graph, &mut self.registers, case, on)
    }

    /// The mantissa of an award after an approval, at its declared scale; absent for *none*.
    pub fn award(&self, place: usize) -> Option<i128> {
        let Registers { narrow, wide } = &self.registers;
        match self.plan.awards.get(place)? {
            Reg::Narrow(r) if narrow[*r as usize] == NONE => None,
            Reg::Narrow(r) => Some(narrow[*r as usize].into()),
            Reg::Wide(r) => wide.get(*r as usize).copied(),
        }
    }
}

impl Plan {
    /// What the program comes to; absent where the range evaluator has to decide. The registers are this plan's.
    #[inline]
    pub fn verdict(&self, graph: &Graph, registers: &mut Registers, case: &Prepared, on: Date) -> Option<Verdict> {
        registers.narrow[TODAY as usize] = on.days();
        let count = case.values.len();
        registers.narrow[1..=count].copy_from_slice(&case.values);
        let code = if case.is_partial { &self.careful } else { &self.fast };
        self.run(graph, registers, code, case)
    }

    fn run(&self, graph: &Graph, registers: &mut Registers, code: &[Step], case: &Prepared) -> Option<Verdict> {
        let plan = self;
        let Registers { narrow, wide } = registers;
        let r = &mut **narrow;
        let mut pc = 0usize;
        loop {
            let step = code.get(pc)?;
            pc += 1;
            match *step {
                Step::Compare { cmp, a, b, to } => {
                    if compare(cmp, r[a as usize], r[b as usize]) {
                        pc = to as usize;
                    }
                }
                Step::CompareConst { cmp, a, to, b } => {
                    if compare(cmp, r[a as usize], b) {
                        pc = to as usize;
                    }
                }
                Step::InRange { inside, a, to, range } => {
                    let (low, high) = *plan.ranges.get(range as usize)?;
                    let value = r[a as usize];
                    if (low <= value && value <= high) == inside {
                        pc = to as usize;
                    }
                }
                Step::InMask { inside, a, to, mask } => {
                    let value = r[a as usize];
                    if ((0..64).contains(&value) && mask >> value & 1 == 1) == inside {
                        pc = to as usize;
                    }
                }
                Step::Jump { to } => pc = to as usize,
                Step::Given { a } => {
                    if r[a as usize] == MISSING {
                        return None;
                    }
                }
                Step::Const { d, value } => r[d as usize] = value,
                Step::Copy { d, a } => r[d as usize] = r[a as usize],
                Step::CopyWide { d, a } => *wide.get_mut(d as usize)? = *wide.get(a as usize)?,
                Step::Widen { d, a } => *wide.get_mut(d as usize)? = r[a as usize].into(),
                Step::Scale { d, a, by } => r[d as usize] = r[a as usize].wrapping_mul(by),
                Step::Negate { d, a } => r[d as usize] = r[a as usize].wrapping_neg(),
                Step::Arithmetic { op, d, a, b } => {
                    r[d as usize] = arithmetic(op, r[a as usize], r[b as usize]);
                }
                Step::Lookup { d, a, table } => {
                    let (first, values) = plan.lookups.get(table as usize)?;
                    let at = usize::try_from(r[a as usize].wrapping_sub(*first)).ok()?;
                    let value = *values.get(at)?;
                    if value == MISSING {
                        return None;
                    }
                    r[d as usize] = value;
                }
                Step::OnDay { d, day, table } => {
                    let day = r[day as usize];
                    let entries = plan.days.get(table as usize)?;
                    let (_, value) = entries.iter().rev().find(|(from, _)| *from <= day)?;
                    if *value == MISSING {
                        return None;
                    }
                    r[d as usize] = *value;
                }
                Step::Operator { operator } => {
                    let operator = plan.operators.get(operator as usize)?;
                    let value = operate(graph, operator, r, wide)?;
                    match operator.result {
                        Reg::Narrow(d) => r[d as usize] = i64::try_from(value).ok()?,
                        Reg::Wide(d) => *wide.get_mut(d as usize)? = value,
                    }
                }
                Step::AddWide { d, a } => {
                    let sum = wide.get(d as usize)?.checked_add(*wide.get(a as usize)?)?;
                    if sum.unsigned_abs() > crate::value::LIMIT.unsigned_abs() {
                        return None;
                    }
                    *wide.get_mut(d as usize)? = sum;
                }
                Step::Members { list, state, base, stride, past } => {
                    r[state as usize] = 0;
                    if !load(r, case, list, state, base, stride)? {
                        pc = past as usize;
                    }
                }
                Step::NextMember { list, state, base, stride, again } => {
                    r[state as usize] += 1;
                    if load(r, case, list, state, base, stride)? {
                        pc = again as usize;
                    }
                }
                Step::Give { verdict } => return plan.verdicts.get(verdict as usize).copied(),
                Step::GiveUp => return None,
            }
        }
    }
}

/// Loads the facts of the member that a loop has come to; false past the last.
fn load(r: &mut [i64; 1 << 16], case: &Prepared, list: u16, state: u16, base: u16, stride: u16) -> Option<bool> {
    let (count, values) = case.lists.get(usize::try_from(r[list as usize]).ok()?)?;
    let at = usize::try_from(r[state as usize]).ok()?;
    if at >= *count {
        return Some(false);
    }
    let (base, stride) = (base as usize, stride as usize);
    let member = values.get(at * stride..(at + 1) * stride)?;
    r.get_mut(base..base + stride)?.copy_from_slice(member);
    Some(true)
}

#[inline(always)]
fn compare(cmp: Cmp, a: i64, b: i64) -> bool {
    match cmp {
        Cmp::Less => a < b,
        Cmp::AtMost => a <= b,
        Cmp::Equal => a == b,
        Cmp::NotEqual => a != b,
        Cmp::AtLeast => a >= b,
        Cmp::More => a > b,
    }
}

#[inline(always)]
fn arithmetic(op: Arithmetic, a: i64, b: i64) -> i64 {
    match op {
        Arithmetic::Add => a.wrapping_add(b),
        Arithmetic::Subtract => a.wrapping_sub(b),
        Arithmetic::Multiply => a.wrapping_mul(b),
        Arithmetic::Larger => a.max(b),
        Arithmetic::Smaller => a.min(b),
        Arithmetic::Months => months_from(a, b),
        Arithmetic::Years => years_from(a, b, LeapRule::March1),
        Arithmetic::YearsFebruary28 => years_from(a, b, LeapRule::February28),
    }
}

/// A strict operator by its scalar function; absent for a fault.
fn operate(graph: &Graph, operator: &super::Operator, narrow: &[i64; 1 << 16], wide: &[i128]) -> Option<i128> {
    let node = graph.node(operator.node);
    let crate::graph::NodeKind::Op(op, operands) = &node.kind else { return None };
    let scalar = |(register, operand): (&Reg, &crate::graph::NodeId)| {
        let value = match register {
            Reg::Narrow(r) => Some(narrow[*r as usize]).filter(|v| *v != NONE).map(i128::from),
            Reg::Wide(r) => wide.get(*r as usize).copied(),
        };
        Point { value, shape: graph.node(*operand).shape }
    };
    let mut all = operator.operands.iter().zip(operands).map(scalar);
    match operator.operands.len() {
        1 => op::scalar(op, node.shape, &[all.next()?], &graph.texts),
        2 => op::scalar(op, node.shape, &[all.next()?, all.next()?], &graph.texts),
        3 => op::scalar(op, node.shape, &[all.next()?, all.next()?, all.next()?], &graph.texts),
        _ => op::scalar(op, node.shape, &all.collect::<Vec<_>>(), &graph.texts),
    }
}
