//! Random syntax trees: every choice is read off a string of bytes, so that proptest can generate and shrink them. When
//! the bytes run out, every choice is the first and simplest, so that generation ends.
//!
//! The trees are those that a text can have: where an operand of looser binding stands, it is in parentheses.

use placet::source::{SourceId, Span};
use placet::syntax::ast::*;
use placet::value::{Direction, LeapRule, Period, Unit};

pub struct Choices<'a> {
    bytes: &'a [u8],
}

const NOWHERE: Span = Span { source: SourceId(0), start: 0, end: 0 };
const NAMES: [&str; 11] = ["income", "age", "n_1", "年龄", "label", "version", "_x", "Größe", "report", "type", "fact"];
const LABELS: [&str; 5] = ["a", "ii", "1", "一", "2b"];
const TEXTS: [&str; 6] = ["words", "", "say \"so\"", "back\\slash", "出生日期 # no comment", "{age} | (a)"];
const NUMBERS: [&str; 5] = ["0", "1", "16_000.50", "007", "3.25"];

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: NOWHERE }
}

fn paren(inner: Expr) -> Expr {
    expr(ExprKind::Paren(Box::new(inner)))
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

/// What an expression begins with.
fn first(e: &Expr) -> &ExprKind {
    match &e.kind {
        ExprKind::Binary(_, e, _)
        | ExprKind::Between(e, ..)
        | ExprKind::OneOf { value: e, .. }
        | ExprKind::Within { value: e, .. }
        | ExprKind::IsKnown(e, _)
        | ExprKind::IsNone(e, _)
        | ExprKind::KnownElse(e, _)
        | ExprKind::ButAtLeast(e, _)
        | ExprKind::ButAtMost(e, _)
        | ExprKind::Rounded(e, ..)
        | ExprKind::As(e, _)
        | ExprKind::WithUnit(e, _) => first(e),
        kind => kind,
    }
}

/// A condition where something stands before it that a sign or text would be read together with.
fn standing_alone(e: Expr) -> Expr {
    if matches!(first(&e), ExprKind::Negate(_) | ExprKind::Text(_)) { paren(e) } else { e }
}

impl<'a> Choices<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Choices { bytes }
    }

    /// One of so many.
    pub fn below(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first as usize % count
    }

    pub fn chance(&mut self) -> bool {
        self.below(2) == 1
    }

    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance().then(|| make(self))
    }

    fn several<T>(&mut self, least: usize, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = least + self.below(most - least + 1);
        (0..count).map(|_| make(self)).collect()
    }

    pub fn ident(&mut self) -> Ident {
        Ident { text: self.pick(&NAMES).into(), span: NOWHERE }
    }

    fn str(&mut self) -> Str {
        Str { value: self.pick(&TEXTS).into(), span: NOWHERE }
    }

    pub fn text(&mut self) -> Text {
        let default = self.str();
        let language = |c: &mut Self| Ident { text: c.pick(&["zh", "fr", "zh-Hant"]).into(), span: NOWHERE };
        Text { default, others: self.several(0, 2, |c| (language(c), c.str())) }
    }

    pub fn date(&mut self) -> DateLiteral {
        let year = self.pick(&[2024, 1, 9999]);
        DateLiteral { year, month: 1 + self.below(12) as u8, day: 1 + self.below(31) as u8, span: NOWHERE }
    }

    fn boxed(&mut self, make: impl FnOnce(&mut Self) -> Expr) -> Box<Expr> {
        Box::new(make(self))
    }

    fn unit(&mut self) -> Unit {
        self.pick(&[Unit::Days, Unit::Months, Unit::Years])
    }

    fn period(&mut self) -> Option<Period> {
        self.pick(&[None, Some(Period::Day), Some(Period::Week), Some(Period::Month), Some(Period::Year)])
    }

    fn currency(&mut self) -> Ident {
        Ident { text: self.pick(&["CNY", "USD"]).into(), span: NOWHERE }
    }

    fn number(&mut self) -> Expr {
        expr(ExprKind::Number(self.pick(&NUMBERS).into()))
    }

    /// A literal.
    fn literal(&mut self) -> Expr {
        let kind = match self.below(8) {
            0 => return self.number(),
            1 => ExprKind::Percent(self.pick(&NUMBERS).into()),
            2 => ExprKind::Money { number: self.pick(&NUMBERS).into(), currency: self.currency(), per: self.period() },
            3 => ExprKind::Date(self.date()),
            4 => ExprKind::Text(self.pick(&TEXTS).into()),
            5 => ExprKind::YesNo(self.chance()),
            6 => ExprKind::None,
            _ => ExprKind::WithUnit(Box::new(self.number()), self.unit()),
        };
        expr(kind)
    }

    fn name(&mut self) -> Expr {
        expr(ExprKind::Name(self.pick(&NAMES).into()))
    }

    /// An operand that nothing after it can be read together with.
    fn closed(&mut self, depth: usize) -> Expr {
        if depth == 0 {
            return if self.chance() { self.literal() } else { self.name() };
        }
        let d = depth - 1;
        let kind = match self.below(11) {
            0 | 1 => return self.name(),
            2 | 3 => return self.literal(),
            4 => return paren(self.expr(d)),
            5 => ExprKind::DecisionDate,
            6 => ExprKind::OnDate(self.ident(), {
                let paren = |c: &mut Self| paren(c.expr(d));
                let kind = self.below(3);
                self.boxed(|c| match kind {
                    0 => expr(ExprKind::Date(c.date())),
                    1 => expr(ExprKind::DecisionDate),
                    _ => paren(c),
                })
            }),
            7 => {
                let value = if self.chance() { self.name() } else { paren(self.expr(d)) };
                ExprKind::WithUnit(Box::new(value), self.unit())
            }
            8 => ExprKind::Group(self.quantifier(), self.several(1, 3, |c| c.item(d))),
            9 => {
                let values = self.several(1, 3, |c| c.value(d, true));
                if self.chance() { ExprKind::LargerOf(values) } else { ExprKind::SmallerOf(values) }
            }
            _ => ExprKind::MakeDate(
                self.boxed(|c| c.value(d, true)),
                self.boxed(|c| c.value(d, true)),
                self.boxed(|c| c.value(d, true)),
            ),
        };
        expr(kind)
    }

    fn quantifier(&mut self) -> Quantifier {
        self.pick(&[Quantifier::All, Quantifier::Any, Quantifier::None, Quantifier::AtLeast(2)])
    }

    fn item(&mut self, depth: usize) -> Item {
        let label = self.maybe(|c| Ident { text: c.pick(&LABELS).into(), span: NOWHERE });
        let mut condition = standing_alone(self.expr(depth));
        if label.is_none() && !matches!(first(&condition), ExprKind::Name(_)) {
            condition = self.name();
        }
        Item { span: NOWHERE, label, condition, cites: self.maybe(Self::text) }
    }

    fn dated(&mut self, depth: usize) -> Expr {
        let mut left = self.closed(depth);
        for _ in 0..self.below(3) {
            let op = self.pick(&[BinaryOp::Plus, BinaryOp::Minus]);
            left = binary(op, left, self.closed(depth));
        }
        left
    }

    fn factor(&mut self, depth: usize) -> Expr {
        let d = depth.saturating_sub(1);

        match self.below(6) {
            1 if depth > 0 => {
                let from = self.boxed(|c| c.sum(d));
                expr(ExprKind::TimeFromTo(self.unit(), from, self.boxed(|c| c.dated(d))))
            }
            2 if depth > 0 => {
                let part = self.pick(&[DatePart::Year, DatePart::Month, DatePart::Day]);
                expr(ExprKind::PartOf(part, self.boxed(|c| c.dated(d))))
            }
            3 => expr(ExprKind::Negate(Box::new(self.closed(depth)))),
            _ => self.closed(depth),
        }
    }

    fn sum(&mut self, depth: usize) -> Expr {
        if self.below(4) == 3 {
            return self.dated(depth);
        }
        let mut left = self.product(depth);
        for _ in 0..self.below(3) {
            let op = self.pick(&[BinaryOp::Add, BinaryOp::Subtract]);
            left = binary(op, left, self.product(depth));
        }
        left
    }

    fn product(&mut self, depth: usize) -> Expr {
        let mut left = self.factor(depth);
        for _ in 0..self.below(3) {
            let op = self.pick(&[BinaryOp::Multiply, BinaryOp::Divide, BinaryOp::Of]);
            left = binary(op, left, self.factor(depth));
        }
        left
    }

    /// A sum and, where they may stand, `rounded` and the like after it.
    fn value(&mut self, depth: usize, adjusted: bool) -> Expr {
        let mut left = self.sum(depth);
        if !adjusted {
            return left;
        }
        for _ in 0..self.below(3) {
            let value = Box::new(left);
            left = expr(match self.below(5) {
                0 => ExprKind::ButAtLeast(value, self.boxed(|c| c.sum(depth))),
                1 => ExprKind::ButAtMost(value, self.boxed(|c| c.sum(depth))),
                2 => ExprKind::KnownElse(value, self.boxed(|c| c.sum(depth))),
                3 => {
                    let to = match self.below(3) {
                        0 => RoundTo::Whole,
                        1 => RoundTo::Decimals(self.below(4) as u8),
                        _ => RoundTo::Multiple(Box::new(self.number())),
                    };
                    let way = self.pick(&[Direction::HalfEven, Direction::HalfUp, Direction::Down, Direction::Up]);
                    ExprKind::Rounded(value, to, way)
                }
                _ => {
                    let mut ty = self.ty(0);
                    if let TypeExprKind::OneOf { .. } | TypeExprKind::List { .. } = ty.kind {
                        ty.kind = TypeExprKind::WholeNumber;
                    }
                    (ty.from, ty.to, ty.optional) = (None, None, false);
                    ExprKind::As(value, Box::new(ty))
                }
            });
        }
        left
    }

    fn comparison(&mut self, depth: usize, adjusted: bool) -> Expr {
        let left = self.value(depth, adjusted);
        let value = Box::new(left.clone());
        let kind = match self.below(8) {
            0 => return left,
            1 => ExprKind::Between(value, self.boxed(|c| c.sum(depth)), self.boxed(|c| c.sum(depth))),
            2 => ExprKind::OneOf { value, options: self.several(1, 3, |c| c.sum(depth)), negated: self.chance() },
            3 => {
                let length = self.boxed(|c| c.sum(depth));
                ExprKind::Within { value, length, after: self.chance(), of: self.boxed(|c| c.sum(depth)) }
            }
            4 => ExprKind::IsKnown(value, self.chance()),
            5 => ExprKind::IsNone(value, self.chance()),
            _ => {
                use BinaryOp::*;
                let op = self.pick(&[
                    Is, IsNot, AtLeast, AtMost, MoreThan, LessThan, Before, After, OnOrBefore, OnOrAfter, StartsWith,
                ]);
                let mut right = self.value(depth, adjusted);
                if let (Is, ExprKind::Group(Quantifier::AtLeast(_), _)) = (op, first(&right)) {
                    // `x is at least 2 of …` is a comparison.
                    right = paren(right);
                }
                match (op, &right.kind) {
                    (Is | IsNot, ExprKind::None) => ExprKind::IsNone(value, op == IsNot),
                    _ => ExprKind::Binary(op, value, Box::new(right)),
                }
            }
        };
        expr(kind)
    }

    fn negation(&mut self, depth: usize, adjusted: bool) -> Expr {
        let inner = self.comparison(depth, adjusted);
        if self.below(4) == 3 { expr(ExprKind::Not(Box::new(inner))) } else { inner }
    }

    fn junction(&mut self, depth: usize, adjusted: bool) -> Expr {
        let mut left = self.negation(depth, adjusted);
        let op = self.pick(&[BinaryOp::And, BinaryOp::Or]);
        for _ in 0..self.below(3) {
            left = binary(op, left, self.negation(depth, adjusted));
        }
        left
    }

    fn implication(&mut self, depth: usize, adjusted: bool) -> Expr {
        let left = self.junction(depth, adjusted);
        if self.below(6) == 5 { binary(BinaryOp::Implies, left, self.junction(depth, adjusted)) } else { left }
    }

    /// What may follow `where`, `satisfies` and `else`.
    fn bare(&mut self, depth: usize) -> Expr {
        if self.below(4) == 3 { self.open(depth) } else { self.implication(depth, false) }
    }

    /// Any expression.
    pub fn expr(&mut self, depth: usize) -> Expr {
        if self.below(4) == 3 { self.open(depth) } else { self.implication(depth, true) }
    }

    /// A form that goes on as far as it can.
    fn open(&mut self, depth: usize) -> Expr {
        let Some(d) = depth.checked_sub(1) else { return self.literal() };
        let kind = match self.below(5) {
            0 => ExprKind::If(self.boxed(|c| c.expr(d)), self.boxed(|c| c.expr(d)), self.boxed(|c| c.bare(d))),
            1 => ExprKind::Count { list: self.ident(), filter: self.maybe(|c| Box::new(c.bare(d))) },
            2 => ExprKind::Fold {
                fold: self.pick(&[FoldKind::Sum, FoldKind::Largest, FoldKind::Smallest]),
                value: self.boxed(|c| c.expr(d)),
                list: self.ident(),
                filter: self.maybe(|c| Box::new(c.implication(d, false))),
                if_none: self.maybe(|c| Box::new(c.sum(d))),
            },
            3 => ExprKind::Satisfies {
                quantifier: self.quantifier(),
                list: self.ident(),
                condition: self.boxed(|c| c.bare(d)),
            },
            _ => ExprKind::DaysCovered {
                list: self.ident(),
                from: self.boxed(|c| c.sum(d)),
                to: self.boxed(|c| c.sum(d)),
                filter: self.maybe(|c| Box::new(c.implication(d, false))),
                within_from: self.boxed(|c| c.sum(d)),
                within_to: self.boxed(|c| c.sum(d)),
            },
        };
        expr(kind)
    }

    pub fn ty(&mut self, depth: usize) -> TypeExpr {
        let kind = match self.below(10) {
            0 => TypeExprKind::YesOrNo,
            1 => TypeExprKind::WholeNumber,
            2 => TypeExprKind::Number(self.below(5) as u8),
            3 => TypeExprKind::Percentage(self.below(3) as u8),
            4 => TypeExprKind::Money { currency: self.currency(), per: self.period() },
            5 => TypeExprKind::Count(self.unit()),
            6 => TypeExprKind::Date,
            7 => TypeExprKind::Text,
            8 => {
                let values = self.several(2, 4, Self::ident);
                TypeExprKind::OneOf { values, ordered: self.chance() }
            }
            _ if self.chance() => TypeExprKind::List { entity: self.ident(), at_most: self.pick(&[None, Some(3)]) },
            _ => TypeExprKind::Named(self.ident()),
        };
        let from = self.maybe(|c| Box::new(c.sum(depth)));
        let to = self.maybe(|c| Box::new(c.sum(depth)));
        TypeExpr { span: NOWHERE, kind, from, to, optional: self.chance() }
    }

    fn exceptions(&mut self, depth: usize) -> Vec<Exception> {
        self.several(0, 2, |c| Exception {
            span: NOWHERE,
            condition: c.expr(depth),
            value: c.expr(depth),
            cites: c.maybe(Self::text),
            exceptions: if depth > 0 { c.exceptions(depth - 1) } else { Vec::new() },
        })
    }

    fn body(&mut self) -> Body {
        if self.chance() {
            return Body::Table(Box::new(self.table()));
        }
        Body::As { value: self.expr(3), exceptions: self.exceptions(2) }
    }

    pub fn table(&mut self) -> Table {
        let hit = match self.below(7) {
            0 => HitPolicy::Unique,
            1 => HitPolicy::First,
            2 => HitPolicy::Sum,
            3 => HitPolicy::Largest,
            4 => HitPolicy::Smallest,
            5 => HitPolicy::Count,
            _ => HitPolicy::Marginal(self.expr(1)),
        };
        let mut table = Table { span: NOWHERE, hit, headings: Vec::new(), result: None, rows: Vec::new(), file: None };
        if self.below(6) == 5 {
            table.file = Some(self.str());
            return table;
        }
        table.result = Some(self.ident());
        let marginal = matches!(table.hit, HitPolicy::Marginal(_));
        if !marginal {
            table.headings = self.several(1, 3, |c| c.value(1, true));
        }
        let columns = table.headings.len();
        table.rows = self.several(1, 3, |c| Row {
            span: NOWHERE,
            cells: match marginal {
                true => vec![Cell { span: NOWHERE, tests: vec![CellTest::Is(c.name())], dated: false }],
                false => (0..columns).map(|_| c.cell()).collect(),
            },
            value: c.expr(2),
            cites: c.maybe(Self::text),
        });
        table
    }

    fn cell(&mut self) -> Cell {
        let test = |c: &mut Self| match c.below(7) {
            0 => match c.expr_without_commas() {
                Expr { kind: ExprKind::None, span } => CellTest::IsNone(span),
                other => CellTest::Is(other),
            },
            1 => CellTest::To(c.value(1, true), c.value(1, true)),
            2 => CellTest::AtLeast(c.value(1, true)),
            3 => CellTest::AtMost(c.value(1, true)),
            4 => CellTest::MoreThan(c.value(1, true)),
            5 => CellTest::LessThan(c.value(1, true)),
            _ => CellTest::IsNone(NOWHERE),
        };
        let tests = self.several(0, 3, test);
        let undated = |t: &CellTest| match t {
            CellTest::AtLeast(b) | CellTest::AtMost(b) | CellTest::MoreThan(b) | CellTest::LessThan(b) => {
                !matches!(b.kind, ExprKind::Date(_))
            }
            _ => false,
        };
        let dated = tests.iter().any(undated) && self.below(2) == 0;
        Cell { span: NOWHERE, tests, dated }
    }

    fn expr_without_commas(&mut self) -> Expr {
        self.value(2, true)
    }

    fn constant(&mut self) -> Expr {
        match self.below(3) {
            0 => self.literal(),
            1 => self.name(),
            _ => expr(ExprKind::Negate(Box::new(self.number()))),
        }
    }

    fn given(&mut self, depth: usize) -> Given {
        let value = if depth > 0 && self.chance() {
            GivenValue::List(self.several(0, 2, |c| c.several(0, 2, |c| c.given(depth - 1))), NOWHERE)
        } else {
            GivenValue::Value(self.constant())
        };
        Given { fact: self.ident(), value, source: self.maybe(Self::str), observed: self.maybe(Self::date) }
    }

    fn scenario(&mut self) -> Scenario {
        use ExpectedOutcome::*;
        let expect = |c: &mut Self| Expectation {
            span: NOWHERE,
            outcome: c.pick(&[Approved, Declined, Referred, Incomplete, NotApplicable, Invalid]),
            outcome_span: NOWHERE,
            because: c.several(0, 2, Self::ident),
            needing: c.several(0, 2, |c| Ident { text: c.pick(&["age", "household.income"]).into(), span: NOWHERE }),
            with: c.several(0, 2, |c| (c.ident(), c.constant())),
        };
        Scenario {
            on: self.maybe(Self::date),
            given: self.several(0, 4, |c| c.given(2)),
            closed: self.several(0, 2, Self::ident),
            complete: self.chance(),
            expect: self.maybe(expect),
        }
    }

    fn unless(&mut self) -> Vec<Unless> {
        self.several(0, 2, |c| Unless { span: NOWHERE, condition: c.expr(2), cites: c.maybe(Self::text) })
    }

    pub fn declaration(&mut self, member: bool) -> Declaration {
        let kind = match if member { self.below(3) } else { self.below(15) } {
            0 => DeclarationKind::Fact(Box::new(Fact {
                ty: self.ty(1),
                label: self.maybe(Self::text),
                ask: self.maybe(Self::text),
                held_by: self.maybe(Self::text),
                fresh_for: self.maybe(|c| (c.below(40) as u32, NOWHERE)),
                judged_by: self.maybe(Self::text),
                sensitive: self.chance(),
            })),
            1 => DeclarationKind::Define { ty: self.maybe(|c| c.ty(1)), body: self.body() },
            2 => DeclarationKind::Promise { condition: self.expr(3) },
            3 => DeclarationKind::Guarantee { condition: self.expr(3) },
            4 => DeclarationKind::Require {
                condition: standing_alone(self.expr(4)),
                unless: self.unless(),
                message: self.maybe(Self::text),
            },
            5 => DeclarationKind::Exclude {
                condition: self.expr(3),
                unless: self.unless(),
                message: self.maybe(Self::text),
            },
            6 => DeclarationKind::Refer {
                condition: self.expr(3),
                even_when_declined: self.chance(),
                unless: self.unless(),
                message: self.maybe(Self::text),
            },
            7 => DeclarationKind::Award { ty: self.ty(1), body: self.body() },
            8 => DeclarationKind::Report { ty: self.ty(1), body: self.body() },
            9 => DeclarationKind::Scenario(Box::new(self.scenario())),
            10 => DeclarationKind::Parameter {
                ty: self.ty(1),
                entries: self.several(1, 3, |c| ParameterEntry {
                    span: NOWHERE,
                    from: c.date(),
                    value: match c.below(3) {
                        0 => ParameterValue::Value(c.expr(2)),
                        1 => ParameterValue::Unrecorded,
                        _ => ParameterValue::Table(Box::new(c.table())),
                    },
                    cites: c.maybe(Self::text),
                }),
            },
            11 => DeclarationKind::Type { ty: self.ty(1) },
            12 => DeclarationKind::Entity { members: self.several(0, 3, |c| c.declaration(true)) },
            13 => DeclarationKind::Use { file: self.str() },
            _ => DeclarationKind::Policy {
                version: self.maybe(Self::str),
                declines_automatic: self.maybe(Self::chance),
                law_as_of: self.maybe(|c| c.bare(2)),
                leap: self.maybe(|c| c.pick(&[LeapRule::March1, LeapRule::February28])),
            },
        };
        use DeclarationKind as K;
        let is_use = matches!(kind, K::Use { .. });
        let titled = matches!(kind, K::Promise { .. } | K::Guarantee { .. } | K::Scenario(_));
        let is_scenario = matches!(kind, K::Scenario(_));
        let in_force = |c: &mut Self| match c.below(3) {
            0 => InForce { span: NOWHERE, from: Some(c.date()), until: None },
            1 => InForce { span: NOWHERE, from: Some(c.date()), until: Some(c.date()) },
            _ => InForce { span: NOWHERE, from: None, until: Some(c.date()) },
        };
        Declaration {
            span: NOWHERE,
            keyword: NOWHERE,
            name: (!titled && !is_use).then(|| self.ident()),
            title: if is_use {
                None
            } else if titled {
                Some(self.text())
            } else {
                self.maybe(Self::text)
            },
            cites: if is_use { None } else { self.maybe(Self::text) },
            in_force: if is_use || is_scenario { None } else { self.maybe(in_force) },
            applies: if is_use || is_scenario { None } else { self.maybe(|c| c.bare(2)) },
            marks: Vec::new(),
            kind,
        }
    }

    pub fn file(&mut self) -> File {
        File {
            source: SourceId(0),
            declarations: self.several(1, 4, |c| c.declaration(false)),
            unread: Unread::default(),
        }
    }
}
