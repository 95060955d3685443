//! The syntax tree: what the author wrote, with its places. Nothing is resolved, typed or simplified here.
//!
//! The signs `=`, `<` … are read into the same nodes as their words, because the formatter writes words. Parentheses are
//! kept. Comments are not in the tree; `trivia` holds them by place.

use crate::source::{SourceId, Span};
use crate::value::{Direction, LeapRule, Period, Unit};

/// One file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Which.
    pub source: SourceId,
    /// Its declarations, in order.
    pub declarations: Vec<Declaration>,
    /// What could not be read.
    pub unread: Unread,
}

/// What the declarations that could not be read would have declared. That they cannot be read is told already; what speaks
/// of their names need not be told too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unread {
    /// The names.
    pub names: Vec<Box<str>>,
    /// Whether one was the `policy`.
    pub policy: bool,
    /// Whether one was a `use`, so that any name may be missing.
    pub any: bool,
}

impl Unread {
    /// Whether nothing was left unread.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.policy && !self.any
    }
}

/// A name or word with its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ident {
    /// As written.
    pub text: Box<str>,
    /// Where.
    pub span: Span,
}

/// A quoted text, unescaped (`\"` and `\\`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Str {
    /// Without the quotes.
    pub value: Box<str>,
    /// With the quotes.
    pub span: Span,
}

/// A text a person reads: `"Date of birth", zh "出生日期"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What stands first.
    pub default: Str,
    /// Others, by language tag.
    pub others: Vec<(Ident, Str)>,
}

/// A declaration: what all have in common, and its own part.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// From its keyword to its end.
    pub span: Span,
    /// Just the keyword.
    pub keyword: Span,
    /// The name; absent for `promise`, `guarantee`, `scenario`, `use`.
    pub name: Option<Ident>,
    /// `"Title"`; of a promise, guarantee or scenario what stands in its place; absent for `use`.
    pub title: Option<Text>,
    /// `cites "…"`.
    pub cites: Option<Text>,
    /// `in force from D [until D]`.
    pub in_force: Option<InForce>,
    /// `applies when COND`.
    pub applies: Option<Expr>,
    /// Where the clauses stand that have no place of their own in the tree; the formatter needs them for comments.
    pub marks: Vec<(Mark, Span)>,
    /// The rest.
    pub kind: DeclarationKind,
}

/// A clause that is a mere yes or no in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// `declines are …`
    Declines,
    /// `leap birthdays fall on …`
    Leap,
    /// `sensitive`
    Sensitive,
    /// `even when declined`
    EvenWhenDeclined,
    /// `complete`
    Complete,
}

/// `in force from D [until D]`, both included; `in force until D` alone is taken too.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The clause.
    pub span: Span,
    /// First day.
    pub from: Option<DateLiteral>,
    /// Last day.
    pub until: Option<DateLiteral>,
}

/// A date as written; whether it exists is checked later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateLiteral {
    /// Year.
    pub year: i32,
    /// Month.
    pub month: u8,
    /// Day.
    pub day: u8,
    /// Where.
    pub span: Span,
}

/// What each kind of declaration has of its own.
#[derive(Clone, Debug, PartialEq)]
pub enum DeclarationKind {
    /// `policy NAME "Title"`.
    Policy {
        /// `version "…"`.
        version: Option<Str>,
        /// `declines are automatic` (true) or `referred` (false).
        declines_automatic: Option<bool>,
        /// `law as of EXPR`.
        law_as_of: Option<Expr>,
        /// `leap birthdays fall on …`.
        leap: Option<LeapRule>,
    },
    /// `use "FILE"`.
    Use {
        /// The file's name.
        file: Str,
    },
    /// `type NAME: TYPE`.
    Type {
        /// The type.
        ty: TypeExpr,
    },
    /// `fact NAME: TYPE`.
    Fact(Box<Fact>),
    /// `entity NAME … end`.
    Entity {
        /// Facts, definitions and promises.
        members: Vec<Declaration>,
    },
    /// `parameter NAME: TYPE` with dated entries.
    Parameter {
        /// The type.
        ty: TypeExpr,
        /// The history.
        entries: Vec<ParameterEntry>,
    },
    /// `define NAME [: TYPE] as EXPR` or `by table`.
    Define {
        /// The declared type.
        ty: Option<TypeExpr>,
        /// Its value.
        body: Body,
    },
    /// `require NAME COND`.
    Require {
        /// What must hold.
        condition: Expr,
        /// `unless COND`, each waives it.
        unless: Vec<Unless>,
        /// `otherwise "message"`.
        message: Option<Text>,
    },
    /// `exclude NAME when COND`.
    Exclude {
        /// What must not hold.
        condition: Expr,
        /// `unless COND`.
        unless: Vec<Unless>,
        /// `because "message"`.
        message: Option<Text>,
    },
    /// `refer NAME when COND`.
    Refer {
        /// When a person must look.
        condition: Expr,
        /// `even when declined`.
        even_when_declined: bool,
        /// `unless COND`.
        unless: Vec<Unless>,
        /// `because "message"`.
        message: Option<Text>,
    },
    /// `award NAME: TYPE …`.
    Award {
        /// The type.
        ty: TypeExpr,
        /// Its value.
        body: Body,
    },
    /// `report NAME: TYPE …`.
    Report {
        /// The type.
        ty: TypeExpr,
        /// Its value.
        body: Body,
    },
    /// `promise "…": COND`.
    Promise {
        /// What the data satisfy.
        condition: Expr,
    },
    /// `guarantee "…": COND`.
    Guarantee {
        /// What holds of every applicant.
        condition: Expr,
    },
    /// `scenario "…"`.
    Scenario(Box<Scenario>),
}

/// A fact's own clauses.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The type.
    pub ty: TypeExpr,
    /// `label "…"`.
    pub label: Option<Text>,
    /// `ask "…"`.
    pub ask: Option<Text>,
    /// `held by "REGISTER"`.
    pub held_by: Option<Text>,
    /// `fresh for N days`.
    pub fresh_for: Option<(u32, Span)>,
    /// `judged by "OFFICE"`.
    pub judged_by: Option<Text>,
    /// `sensitive`.
    pub sensitive: bool,
}

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeExpr {
    /// Where.
    pub span: Span,
    /// Which.
    pub kind: TypeExprKind,
    /// `from A`.
    pub from: Option<Box<Expr>>,
    /// `to B`.
    pub to: Option<Box<Expr>>,
    /// `or none`.
    pub optional: bool,
}

/// The types.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExprKind {
    /// `yes or no`
    YesOrNo,
    /// `whole number`
    WholeNumber,
    /// `number with N decimals`
    Number(u8),
    /// `percentage with N decimals`; 0 without the clause
    Percentage(u8),
    /// `money in CNY [per month]`
    Money {
        /// Three letters.
        currency: Ident,
        /// `per month`
        per: Option<Period>,
    },
    /// `days`, `months`, `years`
    Count(Unit),
    /// `date`
    Date,
    /// `text`
    Text,
    /// `one of a, b, c`, ordered with `<`
    OneOf {
        /// The values.
        values: Vec<Ident>,
        /// Written with `<`.
        ordered: bool,
    },
    /// `list of ENTITY [at most N]`
    List {
        /// The entity.
        entity: Ident,
        /// The most members.
        at_most: Option<u32>,
    },
    /// A `type` declared elsewhere.
    Named(Ident),
}

/// The value of a define, award or report.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// `as EXPR` with exceptions.
    As {
        /// The base value.
        value: Expr,
        /// `except when COND: EXPR`.
        exceptions: Vec<Exception>,
    },
    /// `by … table`.
    Table(Box<Table>),
}

/// `except when COND: EXPR`, with those that override it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exception {
    /// All of it.
    pub span: Span,
    /// When it applies.
    pub condition: Expr,
    /// The value then.
    pub value: Expr,
    /// `cites "…"`.
    pub cites: Option<Text>,
    /// Those in braces that override this one.
    pub exceptions: Vec<Exception>,
}

/// `unless COND`.
#[derive(Clone, Debug, PartialEq)]
pub struct Unless {
    /// All of it.
    pub span: Span,
    /// What waives the rule.
    pub condition: Expr,
    /// `cites "…"`.
    pub cites: Option<Text>,
}

/// `from D: VALUE` or `from D by table`.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterEntry {
    /// All of it.
    pub span: Span,
    /// First day.
    pub from: DateLiteral,
    /// The figure.
    pub value: ParameterValue,
    /// `cites "…"`.
    pub cites: Option<Text>,
}

/// A parameter's figure from a day on.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// A value; `none` is among the literals.
    Value(Expr),
    /// A table.
    Table(Box<Table>),
    /// `unrecorded`: not known here.
    Unrecorded,
}

/// How a table's matching rows make its value.
#[derive(Clone, Debug, PartialEq)]
pub enum HitPolicy {
    /// `by table`: exactly one matches.
    Unique,
    /// `by first match table`
    First,
    /// `by sum table`
    Sum,
    /// `by largest table`
    Largest,
    /// `by smallest table`
    Smallest,
    /// `by count table`
    Count,
    /// `by marginal table of X`, columns `from` and `rate`
    Marginal(Expr),
}

/// A decision table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// From `by` to the last bar.
    pub span: Span,
    /// How rows make the value.
    pub hit: HitPolicy,
    /// What the cells of each column but the last test. Of a marginal table: empty.
    pub headings: Vec<Expr>,
    /// The last heading, which names the result (of a marginal table, `rate`).
    pub result: Option<Ident>,
    /// The rows; empty if they come from a file.
    pub rows: Vec<Row>,
    /// `from "limits.csv"`.
    pub file: Option<Str>,
}

/// A table's row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// From the first bar to the last.
    pub span: Span,
    /// One a heading; of a marginal table one cell with one value, the threshold.
    pub cells: Vec<Cell>,
    /// The last cell.
    pub value: Expr,
    /// `cites "…"` after the last bar.
    pub cites: Option<Text>,
}

/// A cell: tests separated by commas, any of which may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Where.
    pub span: Span,
    /// The tests; empty for `any`.
    pub tests: Vec<CellTest>,
    /// Whether a bound that is not plainly a date has the words of dates: `month_start or later`. The formatter keeps them.
    pub dated: bool,
}

/// One test on a heading's value.
#[derive(Clone, Debug, PartialEq)]
pub enum CellTest {
    /// `V`: equal.
    Is(Expr),
    /// `A to B`, both included.
    To(Expr, Expr),
    /// `N or more`; also `D or later`.
    AtLeast(Expr),
    /// `N or less`; also `D or earlier`.
    AtMost(Expr),
    /// `more than N`; also `after D`.
    MoreThan(Expr),
    /// `less than N`; also `before D`.
    LessThan(Expr),
    /// `none`.
    IsNone(Span),
}

/// A scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// `on DATE`.
    pub on: Option<DateLiteral>,
    /// `given fact value, …`.
    pub given: Vec<Given>,
    /// `closed fact, …`: facts that will never come.
    pub closed: Vec<Ident>,
    /// `complete`: all that is missing will never come.
    pub complete: bool,
    /// `expect …`.
    pub expect: Option<Expectation>,
}

/// `fact value [from "SOURCE"] [observed DATE]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Given {
    /// The fact.
    pub fact: Ident,
    /// Its value.
    pub value: GivenValue,
    /// `from "SOURCE"`.
    pub source: Option<Str>,
    /// `observed DATE`.
    pub observed: Option<DateLiteral>,
}

/// A fact's value in a scenario.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenValue {
    /// A constant; a bare word is an enumeration's value.
    Value(Expr),
    /// `[{age 30, income 100 CNY}, {age 3}]`
    List(Vec<Vec<Given>>, Span),
}

/// `expect OUTCOME because … needing … with …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// All of it.
    pub span: Span,
    /// `approved`, `declined`, `referred`, `incomplete`, `not applicable`, `invalid`.
    pub outcome: ExpectedOutcome,
    /// Where the outcome's words stand, which `--update` rewrites.
    pub outcome_span: Span,
    /// `because RULE, …`.
    pub because: Vec<Ident>,
    /// `needing FACT, …`; members as `household.income`.
    pub needing: Vec<Ident>,
    /// `with NAME value, …`.
    pub with: Vec<(Ident, Expr)>,
}

/// The outcomes a scenario can expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ExpectedOutcome {
    Approved,
    Declined,
    Referred,
    Incomplete,
    NotApplicable,
    Invalid,
}

impl ExpectedOutcome {
    /// The words of the language.
    pub fn words(self) -> &'static str {
        match self {
            ExpectedOutcome::Approved => "approved",
            ExpectedOutcome::Declined => "declined",
            ExpectedOutcome::Referred => "referred",
            ExpectedOutcome::Incomplete => "incomplete",
            ExpectedOutcome::NotApplicable => "not applicable",
            ExpectedOutcome::Invalid => "invalid",
        }
    }
}

/// An expression or condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What.
    pub kind: ExprKind,
    /// Where.
    pub span: Span,
}

/// Two-sided operators. The first eight compute, the others are conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `30% of X`
    Of,
    /// `D plus 6 months`
    Plus,
    /// `D minus 1 years`
    Minus,
    Is,
    IsNot,
    AtLeast,
    AtMost,
    MoreThan,
    LessThan,
    Before,
    After,
    OnOrBefore,
    OnOrAfter,
    StartsWith,
    And,
    Or,
    Implies,
}

/// Over all items of a braced group, or members of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `all of`
    All,
    /// `any of`
    Any,
    /// `none of`
    None,
    /// `at least N of`
    AtLeast(u32),
}

/// A labelled item of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// From its label to its end.
    pub span: Span,
    /// `(a)`, without the parentheses.
    pub label: Option<Ident>,
    /// The condition.
    pub condition: Expr,
    /// `cites "…"`.
    pub cites: Option<Text>,
}

/// What to round to.
#[derive(Clone, Debug, PartialEq)]
pub enum RoundTo {
    /// `to N decimals`
    Decimals(u8),
    /// `to whole`
    Whole,
    /// `to 10`, `to 0.05`, `to 5 CNY`: multiples of a literal.
    Multiple(Box<Expr>),
}

/// A part of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum DatePart {
    Year,
    Month,
    Day,
}

/// Folds that need a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum FoldKind {
    Sum,
    Largest,
    Smallest,
}

/// Expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A name, or a bare word of an enumeration.
    Name(Box<str>),
    /// A number as written, digits and separators: `16_000.50`.
    Number(Box<str>),
    /// `30%`
    Percent(Box<str>),
    /// `200 CNY per month`
    Money {
        /// As written.
        number: Box<str>,
        /// Three letters.
        currency: Ident,
        /// `per month`
        per: Option<Period>,
    },
    /// `2024-02-29`
    Date(DateLiteral),
    /// `"…"`
    Text(Box<str>),
    /// `yes`, `no`
    YesNo(bool),
    /// `none`
    None,
    /// `decision date`
    DecisionDate,
    /// `( … )`
    Paren(Box<Expr>),
    /// `6 months`, `waiting_time months`
    WithUnit(Box<Expr>, Unit),
    /// `NAME on D`
    OnDate(Ident, Box<Expr>),
    /// `-X`
    Negate(Box<Expr>),
    /// `not COND`
    Not(Box<Expr>),
    /// `A op B`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `X is between A and B`
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `X is [not] one of a, b, c`
    OneOf {
        /// X
        value: Box<Expr>,
        /// a, b, c
        options: Vec<Expr>,
        /// `is not one of`
        negated: bool,
    },
    /// `D is within 24 months before D2`
    Within {
        /// D
        value: Box<Expr>,
        /// 24 months
        length: Box<Expr>,
        /// `after` instead of `before`
        after: bool,
        /// D2
        of: Box<Expr>,
    },
    /// `X is known`; negated: `is unknown`
    IsKnown(Box<Expr>, bool),
    /// `X is none`; negated: `is not none`
    IsNone(Box<Expr>, bool),
    /// `if C then A else B`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `X if known else E`
    KnownElse(Box<Expr>, Box<Expr>),
    /// `all of { (a) … (b) … }`
    Group(Quantifier, Vec<Item>),
    /// `larger of (a, b)`
    LargerOf(Vec<Expr>),
    /// `smaller of (a, b)`
    SmallerOf(Vec<Expr>),
    /// `X but at least A`
    ButAtLeast(Box<Expr>, Box<Expr>),
    /// `X but at most B`
    ButAtMost(Box<Expr>, Box<Expr>),
    /// `X rounded [down|up] to …`
    Rounded(Box<Expr>, RoundTo, Direction),
    /// `X as TYPE`
    As(Box<Expr>, Box<TypeExpr>),
    /// `years from D1 to D2`
    TimeFromTo(Unit, Box<Expr>, Box<Expr>),
    /// `year of D`
    PartOf(DatePart, Box<Expr>),
    /// `date (Y, M, D)`
    MakeDate(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `count of household [where COND]`
    Count {
        /// The list.
        list: Ident,
        /// `where`
        filter: Option<Box<Expr>>,
    },
    /// `sum of income over household [where COND] [if any else E]`
    Fold {
        /// Sum, largest, smallest.
        fold: FoldKind,
        /// Of each member.
        value: Box<Expr>,
        /// The list.
        list: Ident,
        /// `where`
        filter: Option<Box<Expr>>,
        /// `if any else E`
        if_none: Option<Box<Expr>>,
    },
    /// `any of household satisfies COND`
    Satisfies {
        /// All, any, none, at least N.
        quantifier: Quantifier,
        /// The list.
        list: Ident,
        /// Of each member.
        condition: Box<Expr>,
    },
    /// `days covered by LIST from STARTED to ENDED [where COND] within A to B`
    DaysCovered {
        /// The list.
        list: Ident,
        /// First day of each member's stretch.
        from: Box<Expr>,
        /// Last day, included.
        to: Box<Expr>,
        /// `where`
        filter: Option<Box<Expr>>,
        /// First day that counts.
        within_from: Box<Expr>,
        /// Last day that counts.
        within_to: Box<Expr>,
    },
}
