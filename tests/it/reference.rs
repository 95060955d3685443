//! The oracle: one world, every pending fact settled, walked over the model's trees with big integers. Written to be
//! obviously right, not fast; calendar counts alone come from the engine, where the calendar is tested by itself.

use num_bigint::BigInt;
use placet::model::{
    Cell, Const, Expr, ExprKind, FactId, Fold, FoldKind, InForce, Level, Model, Output, Table, Version,
};
use placet::op::{self, Hit, Op, Operand, Quantifier, RuleKind, Shape, Test};
use placet::value::{Body, Date, Direction, EntityId, Kind, LIMIT, Rounding, Set};
use std::collections::BTreeMap;

/// A value, or what stands in its place.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Fault,
    None,
    Truth(bool),
    Number(BigInt),
    Choice(u8),
    Text(String),
}

/// What a world says of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    Closed,
    Value(Value),
    List(Vec<Record>),
}

/// Facts by name.
pub type Record = BTreeMap<String, Told>;

/// How a world ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Ending {
    /// One of `not_applicable`, `referred`, `declined`, `approved`; a decline that a person confirms is `declined` here. `invalid`
    /// if a promise is broken: nothing else is said of such data.
    pub outcome: &'static str,
    /// The standing of each rule, in the words of the decision's JSON.
    pub standings: Vec<&'static str>,
    pub awards: Vec<Value>,
    pub reports: Vec<Value>,
}

pub struct World<'a> {
    pub model: &'a Model,
    pub on: Date,
    pub facts: &'a Record,
}

#[derive(Clone)]
struct Env<'a> {
    members: Vec<&'a Record>,
    law: Option<BigInt>,
}

impl<'a> World<'a> {
    pub fn end(&self) -> Ending {
        let model = self.model;
        let env = Env { members: Vec::new(), law: None };
        let applies = self.optional(&env, model.applies.as_ref());
        let standings: Vec<&'static str> = model.rules.iter().map(|rule| self.standing(&env, rule)).collect();
        let breached: Vec<Option<bool>> = model.rules.iter().map(|rule| self.breached(&env, rule)).collect();
        let awards: Vec<Value> = model.awards.iter().map(|a| self.output(&env, a)).collect();
        let reports = model.reports.iter().map(|r| self.output(&env, r)).collect();
        // Every settling of the faulty conditions, one by one.
        let mut endings = Vec::new();
        let faulty: Vec<usize> = (0..breached.len()).filter(|i| breached[*i].is_none()).collect();
        for settling in 0..1u32 << (faulty.len() + 1) {
            let settled = |i: usize| {
                breached[i].unwrap_or_else(|| settling >> faulty.iter().position(|f| *f == i).unwrap() & 1 == 1)
            };
            let met = |fits: &dyn Fn(RuleKind) -> bool| {
                model.rules.iter().enumerate().any(|(i, r)| fits(r.kind) && settled(i))
            };
            let applies = applies.unwrap_or(settling >> faulty.len() & 1 == 1);
            endings.push(if !applies {
                "not_applicable"
            } else if met(&|k| k == RuleKind::ReferEvenWhenDeclined) {
                "referred"
            } else if met(&|k| matches!(k, RuleKind::Require | RuleKind::Exclude)) {
                "declined"
            } else if met(&|k| k == RuleKind::Refer) || awards.contains(&Value::Fault) {
                "referred"
            } else {
                "approved"
            });
        }
        let outcome = if self.breaks_a_promise() {
            "invalid"
        } else if endings.iter().all(|e| *e == endings[0]) {
            endings[0]
        } else {
            "referred"
        };
        Ending { outcome, standings, awards, reports }
    }

    /// Whether a promise is broken, by the case or by a member of any of its lists; one of which a fault leaves it open is not.
    fn breaks_a_promise(&self) -> bool {
        self.model.promises.iter().any(|promise| {
            let members: Vec<Vec<&'a Record>> = match promise.owner {
                None => vec![Vec::new()],
                Some(entity) => self.records(entity).into_iter().map(|record| vec![record]).collect(),
            };
            members
                .into_iter()
                .any(|members| self.truth(&Env { members, law: None }, &promise.condition) == Some(false))
        })
    }

    /// The records of an entity in the case's own lists.
    fn records(&self, entity: EntityId) -> Vec<&'a Record> {
        let lists = self.model.facts.iter().filter(|f| f.owner.is_none() && f.ty.kind == Kind::List(entity));
        let told = lists.filter_map(|list| match self.facts.get(&*list.name) {
            Some(Told::List(records)) => Some(records),
            _ => None,
        });
        told.flatten().collect()
    }

    fn optional(&self, env: &Env<'a>, condition: Option<&Expr>) -> Option<bool> {
        condition.map_or(Some(true), |c| self.truth(env, c))
    }

    fn law(&self, env: &Env<'a>) -> Value {
        match (&env.law, &self.model.law_as_of) {
            (Some(day), _) => Value::Number(day.clone()),
            (None, Some(expr)) => {
                let today = Env { members: Vec::new(), law: Some(BigInt::from(self.on.days())) };
                self.eval(&today, expr)
            }
            (None, None) => Value::Number(BigInt::from(self.on.days())),
        }
    }

    /// Whether a period holds on the law's date; unknown if that date is a fault.
    fn in_force(&self, env: &Env<'a>, period: InForce) -> Option<bool> {
        if period == InForce::default() {
            return Some(true);
        }
        let Value::Number(day) = self.law(env) else { return None };
        let after_start = period.from.is_none_or(|d| day >= BigInt::from(d.days()));
        Some(after_start && period.until.is_none_or(|d| day <= BigInt::from(d.days())))
    }

    fn standing(&self, env: &Env<'a>, rule: &placet::model::Rule) -> &'static str {
        match self.in_force(env, rule.in_force) {
            Some(false) => return "not_in_force",
            None => return "faulty",
            Some(true) => {}
        }
        match self.optional(env, rule.applies.as_ref()) {
            Some(false) => return "not_applicable",
            None => return "faulty",
            Some(true) => {}
        }
        let condition = self.truth(env, &rule.condition);
        let unless = self.any(rule.unless.iter().map(|u| self.truth(env, &u.condition)));
        let fine = rule.kind == RuleKind::Require;
        if condition == Some(fine) {
            return if fine { "met" } else { "not_met" };
        }
        match (condition, unless) {
            (_, Some(true)) => "waived",
            (Some(_), Some(false)) => {
                if fine {
                    "not_met"
                } else {
                    "met"
                }
            }
            _ => "faulty",
        }
    }

    fn breached(&self, env: &Env<'a>, rule: &placet::model::Rule) -> Option<bool> {
        let condition = self.truth(env, &rule.condition);
        let against = if rule.kind == RuleKind::Require { condition.map(|c| !c) } else { condition };
        let unless = self.any(rule.unless.iter().map(|u| self.truth(env, &u.condition)));
        self.all([
            self.in_force(env, rule.in_force),
            self.optional(env, rule.applies.as_ref()),
            against,
            unless.map(|u| !u),
        ])
    }

    fn any(&self, items: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
        self.all(items.into_iter().map(|i| i.map(|t| !t))).map(|t| !t)
    }

    fn all(&self, items: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
        let items: Vec<_> = items.into_iter().collect();
        if items.contains(&Some(false)) {
            Some(false)
        } else if items.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    fn quantify(&self, quantifier: Quantifier, items: Vec<Option<bool>>) -> Option<bool> {
        match quantifier {
            Quantifier::All => self.all(items),
            Quantifier::Any => self.any(items),
            Quantifier::None => self.any(items).map(|t| !t),
            Quantifier::AtLeast(n) => {
                let met = items.iter().filter(|i| **i == Some(true)).count();
                let could_be = items.iter().filter(|i| **i != Some(false)).count();
                if met >= n as usize {
                    Some(true)
                } else if could_be < n as usize {
                    Some(false)
                } else {
                    None
                }
            }
        }
    }

    fn output(&self, env: &Env<'a>, output: &Output) -> Value {
        for version in &output.versions {
            match self.in_force(env, version.in_force) {
                Some(false) => continue,
                None => return Value::Fault,
                Some(true) => {}
            }
            return match self.optional(env, version.applies.as_ref()) {
                Some(true) => {
                    let value = self.eval(env, &version.value);
                    within_calendar(rescale(value, version.value.shape.scale, output.ty.scale), output.ty.kind)
                }
                Some(false) => Value::None,
                None => Value::Fault,
            };
        }
        Value::None
    }

    fn truth(&self, env: &Env<'a>, condition: &Expr) -> Option<bool> {
        match self.eval(env, condition) {
            Value::Truth(truth) => Some(truth),
            _ => None,
        }
    }

    fn told(&self, env: &Env<'a>, fact: FactId, level: Level) -> &'a Told {
        let record = if level == 0 { self.facts } else { env.members[level as usize - 1] };
        record.get(&*self.model.facts[fact.0 as usize].name).unwrap_or(&Told::Closed)
    }

    fn eval(&self, env: &Env<'a>, expr: &Expr) -> Value {
        let truth = |t: Option<bool>| t.map_or(Value::Fault, Value::Truth);
        match &expr.kind {
            ExprKind::Const(value) => constant(value),
            ExprKind::Fact(fact, level) => match self.told(env, *fact, *level) {
                Told::Value(value) => value.clone(),
                _ => Value::Fault,
            },
            ExprKind::FactKnown(fact, level) => Value::Truth(!matches!(self.told(env, *fact, *level), Told::Closed)),
            ExprKind::Define(define, level) => {
                let members = if *level == 0 { Vec::new() } else { vec![env.members[*level as usize - 1]] };
                let inner = Env { members, law: env.law.clone() };
                self.version(&inner, &self.model.defines[define.0 as usize].versions, expr.shape)
            }
            ExprKind::DefineOn(define, day) => match self.eval(env, day) {
                Value::Number(day) => {
                    let inner = Env { members: Vec::new(), law: Some(day) };
                    self.version(&inner, &self.model.defines[define.0 as usize].versions, expr.shape)
                }
                _ => Value::Fault,
            },
            ExprKind::ParameterKnown(define) => {
                let versions = &self.model.defines[define.0 as usize].versions;
                let Value::Number(_) = self.law(env) else { return Value::Fault };
                Value::Truth(versions.iter().any(|v| v.value.is_some() && self.in_force(env, v.in_force) == Some(true)))
            }
            ExprKind::DecisionDate => Value::Number(BigInt::from(self.on.days())),
            ExprKind::Op(op, args) => {
                let shapes: Vec<Shape> = args.iter().map(|a| a.shape).collect();
                operate(op, expr.shape, args.iter().map(|a| self.eval(env, a)).collect(), &shapes)
            }
            ExprKind::Not(condition) => truth(self.truth(env, condition).map(|t| !t)),
            ExprKind::Group(quantifier, items) => {
                truth(self.quantify(*quantifier, items.iter().map(|i| self.truth(env, &i.condition)).collect()))
            }
            ExprKind::If(condition, then, otherwise) => match self.truth(env, condition) {
                Some(true) => rescale(self.eval(env, then), then.shape.scale, expr.shape.scale),
                Some(false) => rescale(self.eval(env, otherwise), otherwise.shape.scale, expr.shape.scale),
                None => Value::Fault,
            },
            ExprKind::Exceptions(base, exceptions) => {
                let mut values: Vec<Value> = Vec::new();
                for exception in exceptions {
                    match self.truth(env, &exception.condition) {
                        Some(true) => {
                            let value = self.eval(env, &exception.value);
                            values.push(rescale(value, exception.value.shape.scale, expr.shape.scale));
                        }
                        Some(false) => {}
                        None => return Value::Fault,
                    }
                }
                match values.first() {
                    None => rescale(self.eval(env, base), base.shape.scale, expr.shape.scale),
                    Some(first) if values.iter().all(|v| v == first) => first.clone(),
                    Some(_) => Value::Fault,
                }
            }
            ExprKind::Table(table) => self.table(env, table, expr.shape),
            ExprKind::Fold(fold) => self.fold(env, fold, expr.shape),
            ExprKind::Outcome(_) | ExprKind::Award(_) | ExprKind::Report(_) => Value::Fault,
        }
    }

    fn version(&self, env: &Env<'a>, versions: &[Version], shape: Shape) -> Value {
        for version in versions {
            match self.in_force(env, version.in_force) {
                Some(true) => {
                    return match &version.value {
                        Some(value) => rescale(self.eval(env, value), value.shape.scale, shape.scale),
                        None => Value::Fault,
                    };
                }
                Some(false) => {}
                None => return Value::Fault,
            }
        }
        Value::Fault
    }

    fn table(&self, env: &Env<'a>, table: &Table, shape: Shape) -> Value {
        let mut matching = Vec::new();
        for row in &table.rows {
            let cells = row.cells.iter().zip(&table.headings);
            match self.all(cells.map(|(cell, heading)| self.cell(env, cell, heading))) {
                Some(true) if table.hit == Hit::Count => matching.push(Value::Number(BigInt::from(1))),
                Some(true) => matching.push(rescale(self.eval(env, &row.value), row.value.shape.scale, shape.scale)),
                Some(false) => {}
                None => return Value::Fault,
            }
            if table.hit == Hit::First && !matching.is_empty() {
                break;
            }
        }
        match table.hit {
            Hit::Unique if matching.len() != 1 => Value::Fault,
            Hit::Unique | Hit::First => matching.into_iter().next().unwrap_or(Value::Fault),
            Hit::Count => Value::Number(BigInt::from(matching.len())),
            Hit::Sum => add_up(matching),
            Hit::Largest => extreme(true, matching).unwrap_or(Value::Fault),
            Hit::Smallest => extreme(false, matching).unwrap_or(Value::Fault),
        }
    }

    fn cell(&self, env: &Env<'a>, cell: &Cell, heading: &Expr) -> Option<bool> {
        if cell.tests.is_empty() {
            return Some(true);
        }
        let mut values = vec![self.eval(env, heading)];
        values.extend(cell.bounds.iter().map(|b| self.eval(env, b)));
        let mut shapes = vec![heading.shape];
        shapes.extend(cell.bounds.iter().map(|b| b.shape));
        match matches(&cell.tests, &values, &shapes) {
            Value::Truth(truth) => Some(truth),
            _ => None,
        }
    }

    fn fold(&self, env: &Env<'a>, fold: &Fold, shape: Shape) -> Value {
        let Told::List(records) = self.told(env, fold.list, fold.level) else { return Value::Fault };
        let mut inside = Vec::new();
        let mut counting = Vec::new();
        for record in records {
            let mut member = env.clone();
            member.members.truncate(fold.member as usize - 1);
            member.members.push(record);
            counting.push(self.optional(&member, fold.filter.as_ref()));
            inside.push(member);
        }
        if let FoldKind::Satisfies(quantifier, condition) = &fold.kind {
            let each = inside.iter().map(|member| self.truth(member, condition)).collect();
            return self.quantify(*quantifier, each).map_or(Value::Fault, Value::Truth);
        }
        if counting.contains(&None) {
            return Value::Fault;
        }
        let members: Vec<&Env> =
            inside.iter().zip(&counting).filter(|(_, c)| **c == Some(true)).map(|(m, _)| m).collect();
        let values = |value: &Expr| -> Vec<Value> {
            members.iter().map(|m| rescale(self.eval(m, value), value.shape.scale, shape.scale)).collect()
        };
        let or_else = |found: Option<Value>, otherwise: &Option<Expr>| match (found, otherwise) {
            (Some(value), _) => value,
            (None, Some(other)) => rescale(self.eval(env, other), other.shape.scale, shape.scale),
            (None, None) => Value::Fault,
        };
        match &fold.kind {
            FoldKind::Count => Value::Number(BigInt::from(members.len())),
            FoldKind::Sum(value) => add_up(values(value)),
            FoldKind::Largest(value, otherwise) => or_else(extreme(true, values(value)), otherwise),
            FoldKind::Smallest(value, otherwise) => or_else(extreme(false, values(value)), otherwise),
            FoldKind::DaysCovered { from, to, within_from, within_to } => {
                let (Value::Number(first), Value::Number(last)) =
                    (self.eval(env, within_from), self.eval(env, within_to))
                else {
                    return Value::Fault;
                };
                let mut stretches = Vec::new();
                for member in &members {
                    match (self.eval(member, from), self.eval(member, to)) {
                        (Value::Number(a), Value::Number(b)) => stretches.push((a, b)),
                        _ => return Value::Fault,
                    }
                }
                let mut days = 0;
                let mut day = first;
                while day <= last {
                    days += u32::from(stretches.iter().any(|(a, b)| *a <= day && day <= *b));
                    day += 1;
                }
                Value::Number(BigInt::from(days))
            }
            FoldKind::Satisfies(..) => Value::Fault,
        }
    }
}

fn constant(value: &Const) -> Value {
    match value {
        Const::Truth(truth) => Value::Truth(*truth),
        Const::Mantissa(mantissa) => Value::Number(BigInt::from(*mantissa)),
        Const::Choice(choice) => Value::Choice(*choice),
        Const::Text(text) => Value::Text(text.to_string()),
        Const::None => Value::None,
    }
}

fn power(scale: u8) -> BigInt {
    BigInt::from(10).pow(scale.into())
}

fn rescale(value: Value, from: u8, to: u8) -> Value {
    match value {
        Value::Number(mantissa) if from < to => limited(mantissa * power(to - from)),
        other => other,
    }
}

/// A date that is told must be in the calendar; one on the way need not.
fn within_calendar(value: Value, kind: Kind) -> Value {
    match value {
        Value::Number(day) if kind == Kind::Date => {
            let fits = day >= BigInt::from(Date::MIN.days()) && day <= BigInt::from(Date::MAX.days());
            if fits { Value::Number(day) } else { Value::Fault }
        }
        other => other,
    }
}

fn limited(mantissa: BigInt) -> Value {
    let limit = BigInt::from(LIMIT);
    if mantissa > limit || mantissa < -limit { Value::Fault } else { Value::Number(mantissa) }
}

fn add_up(values: Vec<Value>) -> Value {
    let mut sum = BigInt::from(0);
    for value in values {
        match value {
            Value::Number(mantissa) => sum += mantissa,
            _ => return Value::Fault,
        }
    }
    limited(sum)
}

/// The largest or smallest; absent of none.
fn extreme(largest: bool, values: Vec<Value>) -> Option<Value> {
    let mut best: Option<Value> = None;
    for value in values {
        let better = match (&value, &best) {
            (Value::Fault | Value::None, _) => return Some(Value::Fault),
            (_, None) => true,
            (Value::Number(a), Some(Value::Number(b))) => {
                if largest {
                    a > b
                } else {
                    a < b
                }
            }
            (Value::Choice(a), Some(Value::Choice(b))) => {
                if largest {
                    a > b
                } else {
                    a < b
                }
            }
            _ => false,
        };
        if better {
            best = Some(value);
        }
    }
    best
}

/// A quotient of integers, rounded.
fn divide(numerator: BigInt, denominator: BigInt, direction: Direction) -> BigInt {
    let (n, d) = if denominator < BigInt::from(0) { (-numerator, -denominator) } else { (numerator, denominator) };
    let zero = BigInt::from(0);
    let mut floor = &n / &d;
    let mut rest = &n % &d;
    if rest < zero {
        floor -= 1;
        rest += &d;
    }
    let twice = &rest * 2;
    let up = match direction {
        Direction::Down => false,
        Direction::Up => rest > zero,
        Direction::HalfEven => twice > d || (twice == d && &floor % 2 != zero),
        Direction::HalfUp => twice > d || (twice == d && n >= zero),
    };
    if up { floor + 1 } else { floor }
}

fn round(numerator: BigInt, denominator: BigInt, rounding: &Rounding) -> Value {
    let steps = divide(numerator * power(rounding.scale), denominator * rounding.step, rounding.direction);
    limited(steps * rounding.step)
}

/// Two values of one kind, brought to one scale.
fn compare(a: &Value, a_shape: Shape, b: &Value, b_shape: Shape) -> Option<std::cmp::Ordering> {
    let scale = a_shape.scale.max(b_shape.scale);
    Some(match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            (x * power(scale - a_shape.scale)).cmp(&(y * power(scale - b_shape.scale)))
        }
        (Value::Choice(x), Value::Choice(y)) => x.cmp(y),
        (Value::Truth(x), Value::Truth(y)) => x.cmp(y),
        (Value::Text(x), Value::Text(y)) => x.cmp(y),
        _ => return None,
    })
}

fn matches(tests: &[Test], values: &[Value], shapes: &[Shape]) -> Value {
    if values.contains(&Value::Fault) || values[1..].contains(&Value::None) {
        return Value::Fault;
    }
    let mut at = 1;
    let mut met = false;
    for test in tests {
        let bound = |i: usize| compare(&values[0], shapes[0], &values[at + i], shapes[at + i]);
        met |= match test {
            Test::IsNone => values[0] == Value::None,
            _ if values[0] == Value::None => false,
            Test::Is => bound(0).is_some_and(|o| o.is_eq()),
            Test::To => bound(0).is_some_and(|o| o.is_ge()) && bound(1).is_some_and(|o| o.is_le()),
            Test::AtLeast => bound(0).is_some_and(|o| o.is_ge()),
            Test::AtMost => bound(0).is_some_and(|o| o.is_le()),
            Test::MoreThan => bound(0).is_some_and(|o| o.is_gt()),
            Test::LessThan => bound(0).is_some_and(|o| o.is_lt()),
        };
        at += test.bounds();
    }
    Value::Truth(met)
}

fn operate(op: &Op, shape: Shape, values: Vec<Value>, shapes: &[Shape]) -> Value {
    if values.contains(&Value::Fault) {
        return Value::Fault;
    }
    match op {
        Op::IsNone => return Value::Truth(values[0] == Value::None),
        Op::Matches(tests) => return matches(tests, &values, shapes),
        _ if values.contains(&Value::None) => return Value::Fault,
        _ => {}
    }
    let number = |i: usize| match &values[i] {
        Value::Number(mantissa) => mantissa.clone(),
        other => panic!("{op:?} over {other:?}"),
    };
    let at = |i: usize, scale: u8| number(i) * power(scale - shapes[i].scale);
    let order = |i: usize, j: usize| compare(&values[i], shapes[i], &values[j], shapes[j]).expect("values of one kind");
    match op {
        Op::Negate => limited(-number(0)),
        Op::Add => limited(at(0, shape.scale) + at(1, shape.scale)),
        Op::Subtract => limited(at(0, shape.scale) - at(1, shape.scale)),
        Op::Multiply => limited(number(0) * number(1)),
        Op::Divide | Op::DivideRounded(_) => {
            let (n, d) = (number(0) * power(shapes[1].scale), number(1) * power(shapes[0].scale));
            if d == BigInt::from(0) {
                return Value::Fault;
            }
            match op {
                Op::DivideRounded(rounding) => round(n, d, rounding),
                _ => limited(divide(n * power(12), d, Direction::HalfEven)),
            }
        }
        Op::Round(rounding) => round(number(0), power(shapes[0].scale), rounding),
        Op::As if shape.kind.is_numeric() => rescale(values[0].clone(), shapes[0].scale, shape.scale),
        Op::As => values[0].clone(),
        Op::Larger | Op::Smaller => {
            let scaled = (0..values.len()).map(|i| rescale(values[i].clone(), shapes[i].scale, shape.scale)).collect();
            extreme(*op == Op::Larger, scaled).expect("operands")
        }
        Op::Marginal => {
            let x = |i: usize| (number(i), power(shapes[i].scale));
            let less = |a: &(BigInt, BigInt), b: &(BigInt, BigInt)| &a.0 * &b.1 < &b.0 * &a.1;
            let mut sum = (BigInt::from(0), BigInt::from(1));
            for i in (1..values.len()).step_by(2) {
                let mut top = x(0);
                if i + 2 < values.len() && less(&x(i + 2), &top) {
                    top = x(i + 2);
                }
                let from = x(i);
                if less(&from, &top) {
                    let rate = x(i + 1);
                    let slice = (&top.0 * &from.1 - &from.0 * &top.1) * rate.0;
                    let below = top.1 * from.1 * rate.1;
                    sum = (sum.0 * &below + slice * &sum.1, sum.1 * below);
                }
            }
            let mantissa = sum.0 * power(shape.scale);
            assert_eq!(&mantissa % &sum.1, BigInt::from(0), "a marginal table is exact at its scale");
            limited(mantissa / sum.1)
        }
        Op::Equal => Value::Truth(order(0, 1).is_eq()),
        Op::Less => Value::Truth(order(0, 1).is_lt()),
        Op::AtMost => Value::Truth(order(0, 1).is_le()),
        Op::StartsWith => match (&values[0], &values[1]) {
            (Value::Text(text), Value::Text(start)) => Value::Truth(text.starts_with(start.as_str())),
            other => panic!("starts with over {other:?}"),
        },
        _ => calendar(op, shape, &values, shapes),
    }
}

/// Calendar operators, as the engine counts them.
fn calendar(op: &Op, shape: Shape, values: &[Value], shapes: &[Shape]) -> Value {
    struct NoTexts;
    impl op::Texts for NoTexts {
        fn text(&self, _: placet::value::TextId) -> &str {
            ""
        }
    }
    let operand = |(value, shape): (&Value, &Shape)| match value {
        Value::Number(mantissa) => {
            Operand { set: Set::point(i128::try_from(mantissa).expect("within limits")), shape: *shape }
        }
        other => panic!("{op:?} over {other:?}"),
    };
    let operands: Vec<Operand> = values.iter().zip(shapes).map(operand).collect();
    match op::range(op, shape, &operands, &NoTexts).body {
        Body::Interval(low, high) => {
            assert_eq!(low, high, "a point goes to a point");
            Value::Number(BigInt::from(low))
        }
        Body::Nothing => Value::Fault,
        other => panic!("{op:?} made {other:?} of {:?}", shape.kind == Kind::Date),
    }
}
