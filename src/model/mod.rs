//! The policy model: one policy with every name resolved, every operator typed and every scale fixed.
//!
//! A model holds what one policy sees: its own declarations and those brought in by `use`. What the language writes in
//! several ways is one thing here: `x is at least y` is `y is at most x`, `and` is a group, parentheses are gone.
//!
//! [`check`] makes it in passes: collect declarations, resolve types, order definitions, check each, then scenarios and
//! lints. An erroneous part is reported once and silences what follows from it; a model comes only without errors.

mod arithmetic;
mod branches;
mod check;
mod collect;
mod comparisons;
mod csv;
mod declarations;
mod expressions;
mod folds;
mod lint;
mod literals;
mod messages;
mod mismatch;
mod order;
mod periods;
mod scenarios;
mod scope;
mod tables;
#[cfg(test)]
mod tests;
mod typed;
mod types;
mod walk;

pub use check::check;
pub use scenarios::check_scenarios;

use crate::op::{Hit, Op, Quantifier, RuleKind, Shape, Test};
use crate::source::Span;
use crate::value::{Date, EntityId, LeapRule, Message, Text, Type};

/// A fact, by its place in [`Model::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u32);

/// A definition or parameter, by its place in [`Model::defines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefineId(pub u32);

/// A policy.
#[derive(Clone, Debug)]
pub struct Model {
    /// Its name.
    pub name: Box<str>,
    /// `policy`'s place.
    pub span: Span,
    /// Its title.
    pub title: Option<Text>,
    /// `version`.
    pub version: Option<Box<str>>,
    /// `cites`.
    pub cites: Option<Text>,
    /// When it can decide at all.
    pub in_force: InForce,
    /// `declines are automatic`.
    pub declines_automatic: bool,
    /// `applies when`.
    pub applies: Option<Expr>,
    /// `law as of`; the decision date if absent.
    pub law_as_of: Option<Expr>,
    /// `leap birthdays fall on`.
    pub leap: LeapRule,
    /// Enumerations.
    pub enums: Vec<Enum>,
    /// Entities.
    pub entities: Vec<Entity>,
    /// Facts, the policy's own and those of entities.
    pub facts: Vec<Fact>,
    /// Definitions and parameters, the policy's own and those of entities; each stands after those it rests on.
    pub defines: Vec<Define>,
    /// Rules in source order. One declared again for another period stands once a period.
    pub rules: Vec<Rule>,
    /// Awards in source order.
    pub awards: Vec<Output>,
    /// Reports in source order.
    pub reports: Vec<Output>,
    /// Promises, the policy's own and those of entities.
    pub promises: Vec<Promise>,
    /// Guarantees.
    pub guarantees: Vec<Guarantee>,
    /// Scenarios.
    pub scenarios: Vec<Scenario>,
}

/// `in force from D until D`, both included; an absent end is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct InForce {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
}

/// An enumeration. Two declared with the same values in the same order are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enum {
    /// The values.
    pub values: Vec<Box<str>>,
    /// Written with `<`.
    pub ordered: bool,
}

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Its name.
    pub name: Box<str>,
    /// Its title.
    pub title: Option<Text>,
    /// Its facts, in source order.
    pub facts: Vec<FactId>,
    /// Its definitions.
    pub defines: Vec<DefineId>,
    /// Where its name stands.
    pub span: Span,
}

/// A fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: Box<str>,
    /// The entity it belongs to; the policy's own if absent.
    pub owner: Option<EntityId>,
    /// Its type.
    pub ty: Type,
    /// `label`, else the title.
    pub label: Option<Text>,
    /// `ask`.
    pub ask: Option<Text>,
    /// `held by`.
    pub held_by: Option<Text>,
    /// `fresh for`, in days.
    pub fresh_for: Option<u32>,
    /// `judged by`.
    pub judged_by: Option<Text>,
    /// `sensitive`.
    pub sensitive: bool,
    /// Where its name stands.
    pub span: Span,
}

/// A definition or parameter.
#[derive(Clone, Debug)]
pub struct Define {
    /// Its name.
    pub name: Box<str>,
    /// The entity it belongs to; the policy's own if absent.
    pub owner: Option<EntityId>,
    /// `parameter`.
    pub is_parameter: bool,
    /// What its values are.
    pub shape: Shape,
    /// Its title.
    pub title: Option<Text>,
    /// Its periods, in order of time, never overlapping. A day outside all of them has no value: a fault.
    pub versions: Vec<Version>,
    /// Where its name stands.
    pub span: Span,
}

/// A definition's value in one period.
#[derive(Clone, Debug)]
pub struct Version {
    /// The period, in the law's date.
    pub in_force: InForce,
    /// The value; absent for `unrecorded`.
    pub value: Option<Expr>,
    /// `cites`.
    pub cites: Option<Text>,
    /// Where it stands.
    pub span: Span,
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: Box<str>,
    /// What it does.
    pub kind: RuleKind,
    /// Its title.
    pub title: Option<Text>,
    /// `cites`.
    pub cites: Option<Text>,
    /// When it has effect, in the law's date.
    pub in_force: InForce,
    /// `applies when`.
    pub applies: Option<Expr>,
    /// What must, or must not, hold.
    pub condition: Expr,
    /// What waives it.
    pub unless: Vec<Unless>,
    /// `otherwise` or `because`.
    pub message: Option<Message<Expr>>,
    /// Where its name stands.
    pub span: Span,
}

/// `unless COND`.
#[derive(Clone, Debug)]
pub struct Unless {
    /// What waives the rule.
    pub condition: Expr,
    /// `cites`.
    pub cites: Option<Text>,
}

/// An award or report.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its name.
    pub name: Box<str>,
    /// Its title.
    pub title: Option<Text>,
    /// `cites`.
    pub cites: Option<Text>,
    /// Its declared type; every version's value has this kind and at most this scale.
    pub ty: Type,
    /// `applies when`, one a version; where it is not met there is none.
    pub versions: Vec<OutputVersion>,
    /// Where its name stands.
    pub span: Span,
}

/// An award's or report's value in one period; outside all of them there is none.
#[derive(Clone, Debug)]
pub struct OutputVersion {
    /// The period, in the law's date.
    pub in_force: InForce,
    /// `applies when`.
    pub applies: Option<Expr>,
    /// The value.
    pub value: Expr,
}

/// What the data must satisfy.
#[derive(Clone, Debug)]
pub struct Promise {
    /// What is promised.
    pub title: Text,
    /// The entity it is about; the whole case if absent.
    pub owner: Option<EntityId>,
    /// The condition; of an entity, over one member at level 1.
    pub condition: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A property of every applicant.
#[derive(Clone, Debug)]
pub struct Guarantee {
    /// What is guaranteed.
    pub title: Text,
    /// The condition.
    pub condition: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A typed expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What.
    pub kind: ExprKind,
    /// Its values.
    pub shape: Shape,
    /// Where it stands.
    pub span: Span,
}

/// A constant, at its expression's scale.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Const {
    /// Yes or no.
    Truth(bool),
    /// A number, amount, count or date.
    Mantissa(i128),
    /// An enumeration's value.
    Choice(u8),
    /// A text.
    Text(Box<str>),
    /// *None*.
    None,
}

/// How many folds enclose the binding of a member: 0 is the policy itself, 1 the member of the outermost fold around the
/// expression. In an entity's definition or promise, level 1 is the member that it is about.
pub type Level = u8;

/// Typed expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A constant.
    Const(Const),
    /// A fact of the policy (level 0) or of a member.
    Fact(FactId, Level),
    /// `FACT is known`
    FactKnown(FactId, Level),
    /// A definition or parameter of the policy (level 0) or of a member.
    Define(DefineId, Level),
    /// `NAME on D`: the version of that day, and all it rests on at that day.
    DefineOn(DefineId, Box<Expr>),
    /// `PARAMETER is known`: whether there is a recorded figure on the law's date.
    ParameterKnown(DefineId),
    /// `decision date`
    DecisionDate,
    /// `approved`, `declined`, `referred`; in guarantees only.
    Outcome(OutcomeWord),
    /// An award or report by its place; in guarantees only.
    Award(u32),
    /// See [`ExprKind::Award`].
    Report(u32),
    /// A strict operator.
    Op(Op, Vec<Expr>),
    /// `not`
    Not(Box<Expr>),
    /// `all of { … }`, and every `and`, `or`.
    Group(Quantifier, Vec<Item>),
    /// `if C then A else B`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A value with exceptions at one level; those that override an exception are in its value.
    Exceptions(Box<Expr>, Vec<Exception>),
    /// A decision table.
    Table(Box<Table>),
    /// A fold over a list.
    Fold(Box<Fold>),
}

/// Outcomes a guarantee can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum OutcomeWord {
    Approved,
    Declined,
    Referred,
}

/// An item of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// `(a)`, without parentheses.
    pub label: Option<Box<str>>,
    /// `cites`.
    pub cites: Option<Text>,
    /// The condition.
    pub condition: Expr,
}

/// An exception.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// When it applies.
    pub condition: Expr,
    /// The value then, perhaps with exceptions of its own.
    pub value: Expr,
    /// `cites`.
    pub cites: Option<Text>,
    /// Where it stands.
    pub span: Span,
}

/// A decision table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// How matching rows make the value.
    pub hit: Hit,
    /// What the cells test.
    pub headings: Vec<Expr>,
    /// The rows.
    pub rows: Vec<Row>,
    /// An award's own table need cover only the applicants whom the rules let through.
    pub need_not_cover: bool,
    /// Where it stands.
    pub span: Span,
}

/// A table's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One a heading.
    pub cells: Vec<Cell>,
    /// The value, at the table's scale (of a count table, unused).
    pub value: Expr,
    /// `cites`.
    pub cites: Option<Text>,
    /// Where it stands.
    pub span: Span,
}

/// A cell: any of the tests holds; no tests: `any`.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The tests.
    pub tests: Vec<Test>,
    /// Their bounds, in order.
    pub bounds: Vec<Expr>,
}

/// What a fold makes of the members.
#[derive(Clone, Debug, PartialEq)]
pub enum FoldKind {
    /// How many members.
    Count,
    /// The sum of the value.
    Sum(Expr),
    /// The largest value; `if any else`.
    Largest(Expr, Option<Expr>),
    /// The smallest value; `if any else`.
    Smallest(Expr, Option<Expr>),
    /// Whether the condition holds for all, any, none, at least so many members.
    Satisfies(Quantifier, Expr),
    /// Distinct days covered.
    DaysCovered {
        /// First day of a member's stretch.
        from: Expr,
        /// Last day, included.
        to: Expr,
        /// First day that counts; not of a member.
        within_from: Expr,
        /// Last day that counts; not of a member.
        within_to: Expr,
    },
}

/// A fold over a list. Inside its filter and value, members of this list are one level deeper than the fold; outside of
/// them (`if any else`, `within`) they are not.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// The list: a fact of the policy or of an enclosing member.
    pub list: FactId,
    /// Whose list it is.
    pub level: Level,
    /// The level of its members: the number of folds around the fold, plus one.
    pub member: Level,
    /// `where`
    pub filter: Option<Expr>,
    /// What it makes.
    pub kind: FoldKind,
}

/// A scenario, its values checked against the facts.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its title.
    pub title: Text,
    /// `on`.
    pub on: Date,
    /// `given`.
    pub given: Vec<Given>,
    /// `closed`.
    pub closed: Vec<FactId>,
    /// `complete`.
    pub complete: bool,
    /// `expect`.
    pub expect: Expectation,
    /// Where it stands.
    pub span: Span,
}

/// A fact's value in a scenario.
#[derive(Clone, Debug)]
pub struct Given {
    /// The fact.
    pub fact: FactId,
    /// Its value.
    pub value: GivenValue,
    /// Who says so.
    pub source: Option<Box<str>>,
    /// When it was observed.
    pub observed: Option<Date>,
}

/// A value, or records.
#[derive(Clone, Debug)]
pub enum GivenValue {
    /// A value at the fact's scale; it may break the fact's range, which makes the case invalid.
    Value(Const),
    /// Records.
    List(Vec<Vec<Given>>),
}

/// What a scenario expects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The outcome.
    pub outcome: crate::syntax::ast::ExpectedOutcome,
    /// The rules that give the reason.
    pub because: Vec<Box<str>>,
    /// Exactly the facts still needed; of members as `household.income`.
    pub needing: Option<Vec<Box<str>>>,
    /// Awards, reports and definitions with their values.
    pub with: Vec<ExpectedValue>,
    /// Where it stands.
    pub span: Span,
    /// Where the outcome's words stand, which `--update` rewrites.
    pub outcome_span: Span,
}

/// A value that a scenario expects.
#[derive(Clone, Debug)]
pub struct ExpectedValue {
    /// The award, report or definition.
    pub name: Box<str>,
    /// Its value.
    pub value: Const,
    /// What kind of value it has.
    pub shape: Shape,
    /// The value as the author has written it: `1_200.50 CNY`.
    pub written: Box<str>,
}
