//! Expressions to nodes.

use super::defines::parts;
use super::{At, OfModel};
use crate::diagnostic::{Code, Diagnostic};
use crate::graph::{Const, Fold, NodeId, NodeKind, RowPlace, Scope, ScopeId, TablePlace};
use crate::model::{self, Expr, ExprKind, FoldKind};
use crate::op::{Hit, Op, Quantifier, Shape};

/// How deeply expressions may stand within each other, definitions on other days and lists within lists included.
const MOST_NESTED: usize = 400;

impl OfModel<'_, '_> {
    /// The node of an expression.
    pub(super) fn expr(&mut self, e: &Expr, at: &At) -> NodeId {
        if self.depth >= MOST_NESTED || self.low.build.is_full() {
            self.too_deep(e);
            return self.low.build.constant(Const::Fault, self.names.shape(e.shape));
        }
        self.depth += 1;
        let node = self.dispatch(e, at);
        self.depth -= 1;
        node
    }

    fn too_deep(&mut self, e: &Expr) {
        if self.depth >= MOST_NESTED {
            let found = "this rests on too many others within each other";
            let help = format!("at most {MOST_NESTED} may stand within each other: give a part a name by `define`");
            self.low.report(Diagnostic::new(Code::TooDeep, e.span, found).help(help));
        }
    }

    fn dispatch(&mut self, e: &Expr, at: &At) -> NodeId {
        let shape = self.names.shape(e.shape);
        match &e.kind {
            ExprKind::Const(value) => self.constant(value, shape),
            ExprKind::Fact(fact, level) => self.leaf(NodeKind::Fact(self.names.fact(*fact), at.scope(*level)), shape),
            ExprKind::FactKnown(fact, level) => {
                self.leaf(NodeKind::Known(self.names.fact(*fact), at.scope(*level)), shape)
            }
            ExprKind::Define(define, level) => self.define(*define, at.scope(*level), at.law),
            ExprKind::DefineOn(define, day) => {
                let law = self.expr(day, at);
                self.define(*define, ScopeId::CASE, law)
            }
            ExprKind::ParameterKnown(define) => self.parameter_known(*define, at.law),
            ExprKind::DecisionDate => self.leaf(NodeKind::DecisionDate, shape),
            ExprKind::Outcome(_) | ExprKind::Award(_) | ExprKind::Report(_) => match &self.results {
                Some(results) => results.of(&e.kind),
                None => self.low.build.constant(Const::Fault, shape),
            },
            ExprKind::Op(op, args) => {
                let args = self.exprs(args, at);
                if let (Op::Divide | Op::DivideRounded(_), [_, divisor]) = (op, &args[..])
                    && !self.guarded
                {
                    self.low.divisors.push((*divisor, e.span));
                }
                self.low.build.op(op.clone(), args, shape)
            }
            ExprKind::Not(a) => {
                let a = self.expr(a, at);
                self.low.build.not(a)
            }
            ExprKind::Group(quantifier, items) => self.group(*quantifier, items, at),
            ExprKind::If(c, a, b) => self.choose(c, a, b, shape, at),
            ExprKind::Exceptions(base, cases) => self.exceptions(e, base, cases, at),
            ExprKind::Table(table) => self.table(table, shape, at),
            ExprKind::Fold(fold) => self.fold(fold, shape, at),
        }
    }

    fn leaf(&mut self, kind: NodeKind, shape: Shape) -> NodeId {
        self.low.build.add(kind, shape)
    }

    fn exprs(&mut self, all: &[Expr], at: &At) -> Vec<NodeId> {
        all.iter().map(|e| self.expr(e, at)).collect()
    }

    fn constant(&mut self, value: &model::Const, shape: Shape) -> NodeId {
        let value = match value {
            model::Const::Truth(value) => Const::Truth(*value),
            model::Const::Mantissa(mantissa) => Const::Mantissa(*mantissa),
            model::Const::Choice(value) => Const::Choice(*value),
            model::Const::Text(text) => self.low.build.text(text),
            model::Const::None => Const::None,
        };
        self.low.build.constant(value, shape)
    }

    fn group(&mut self, quantifier: Quantifier, items: &[model::Item], at: &At) -> NodeId {
        let items = items.iter().map(|i| self.expr(&i.condition, at)).collect();
        self.low.build.group(quantifier, items)
    }

    /// An expression's node at the scale of the value it is part of.
    fn part(&mut self, e: &Expr, shape: Shape, at: &At) -> NodeId {
        let node = self.expr(e, at);
        self.low.build.coerce(node, shape)
    }

    fn choose(&mut self, c: &Expr, a: &Expr, b: &Expr, shape: Shape, at: &At) -> NodeId {
        let c = self.expr(c, at);
        let guarded = std::mem::replace(&mut self.guarded, true);
        let a = self.part(a, shape, at);
        let b = self.part(b, shape, at);
        self.guarded = guarded;
        self.low.build.choose(c, a, b, shape)
    }

    fn exceptions(&mut self, e: &Expr, base: &Expr, cases: &[model::Exception], at: &At) -> NodeId {
        let shape = self.names.shape(e.shape);
        let base = self.part(base, shape, at);
        let (mut nodes, mut places) = (Vec::new(), Vec::new());
        for case in cases {
            let condition = self.expr(&case.condition, at);
            let guarded = std::mem::replace(&mut self.guarded, true);
            let value = self.part(&case.value, shape, at);
            self.guarded = guarded;
            places.push(RowPlace { span: case.span, condition: Some(condition), value: Some(value) });
            nodes.push((condition, value));
        }
        let node = self.low.build.exceptions(base, nodes, shape);
        let place =
            TablePlace { node, span: e.span, hit: None, need_not_cover: false, headings: Vec::new(), rows: places };
        self.low.places.push(place);
        node
    }

    fn table(&mut self, table: &model::Table, shape: Shape, at: &At) -> NodeId {
        let headings = self.exprs(&table.headings, at);
        let (mut nodes, mut places) = (Vec::new(), Vec::new());
        for row in &table.rows {
            let mut tests = Vec::new();
            for (heading, cell) in headings.iter().zip(&row.cells) {
                if !cell.tests.is_empty() {
                    let mut args = vec![*heading];
                    args.extend(self.exprs(&cell.bounds, at));
                    tests.push(self.low.build.op(Op::Matches(cell.tests.clone().into()), args, Shape::TRUTH));
                }
            }
            let condition = match tests[..] {
                [only] => only,
                _ => self.low.build.group(Quantifier::All, tests),
            };
            let value = if table.hit == Hit::Count { condition } else { self.part(&row.value, shape, at) };
            places.push(RowPlace { span: row.span, condition: Some(condition), value: Some(value) });
            nodes.push((condition, value));
        }
        let node = self.low.build.table(table.hit, nodes, shape);
        let headings = table.headings.iter().map(|h| h.span).zip(headings).collect();
        self.low.places.push(TablePlace {
            node,
            span: table.span,
            hit: Some(table.hit),
            need_not_cover: table.need_not_cover,
            headings,
            rows: places,
        });
        node
    }

    fn fold(&mut self, fold: &model::Fold, shape: Shape, at: &At) -> NodeId {
        let owner = at.scope(fold.level);
        let mut within: Vec<&Expr> = fold.filter.iter().collect();
        match &fold.kind {
            FoldKind::Count => {}
            FoldKind::Sum(v) | FoldKind::Satisfies(_, v) => within.push(v),
            FoldKind::Largest(v, other) | FoldKind::Smallest(v, other) => within.extend([v].into_iter().chain(other)),
            FoldKind::DaysCovered { from, to, within_from, within_to } => {
                within.extend([from, to, within_from, within_to]);
            }
        }
        let parent = self.needed(owner, within, at);
        let scope = self.low.build.scope(Scope { parent, list: self.names.fact(fold.list), owner });
        let mut env = at.env.clone();
        env.resize(fold.member as usize, ScopeId::CASE);
        env.push(scope);
        let inner = At { env, law: at.law };
        let filter = fold.filter.as_ref().map(|f| self.expr(f, &inner));
        let made = match &fold.kind {
            FoldKind::Count => Fold::Count,
            FoldKind::Sum(v) => Fold::Sum(self.part(v, shape, &inner)),
            FoldKind::Largest(v, other) => {
                let value = self.part(v, shape, &inner);
                Fold::Largest(value, other.as_ref().map(|o| self.part(o, shape, at)))
            }
            FoldKind::Smallest(v, other) => {
                let value = self.part(v, shape, &inner);
                Fold::Smallest(value, other.as_ref().map(|o| self.part(o, shape, at)))
            }
            FoldKind::Satisfies(quantifier, v) => Fold::Satisfies(*quantifier, self.expr(v, &inner)),
            FoldKind::DaysCovered { from, to, within_from, within_to } => Fold::DaysCovered {
                from: self.expr(from, &inner),
                to: self.expr(to, &inner),
                within_from: self.expr(within_from, at),
                within_to: self.expr(within_to, at),
            },
        };
        self.low.build.fold(scope, filter, made, shape)
    }

    /// The innermost scope that these expressions, within a fold at `at`, need besides the fold's own members.
    fn needed(&self, owner: ScopeId, expressions: Vec<&Expr>, at: &At) -> ScopeId {
        let graph = &self.low.build.graph;
        let mut deepest = owner;
        let mut need = |scope: Option<ScopeId>| {
            if let Some(scope) = scope {
                deepest = graph.deeper(deepest, scope).unwrap_or(deepest);
            }
        };
        let law = Some(graph.node(at.law).scope);
        let mut stack = expressions;
        while let Some(e) = stack.pop() {
            match &e.kind {
                ExprKind::Fact(_, level) | ExprKind::FactKnown(_, level) => need(at.outer(*level)),
                ExprKind::Fold(fold) => need(at.outer(fold.level)),
                ExprKind::ParameterKnown(_) => need(law),
                ExprKind::Define(define, level) => {
                    let needs = &self.needs[define.0 as usize];
                    need(at.outer(*level).filter(|_| needs.member));
                    need(law.filter(|_| needs.law));
                }
                _ => {}
            }
            stack.extend(parts(e));
        }
        deepest
    }
}
