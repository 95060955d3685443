//! In which order definitions are checked, and those that rest on themselves.

use super::check::{Checker, Symbol};
use super::walk::{self, Child};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{self, DeclarationKind, ExprKind};
use crate::value::{EntityId, Kind};
use std::rc::Rc;

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

impl Checker<'_> {
    /// Orders definitions so that each stands after those it rests on; reports cycles.
    pub fn order_defines(&mut self) {
        let count = self.define_groups.len();
        let mut states = vec![State::New; count];
        self.define_shapes = vec![None; count];
        for start in 0..count {
            if states[start] != State::New {
                continue;
            }
            states[start] = State::Open;
            let mut path = vec![(start, self.rests_on(start), 0)];
            while let Some((group, below, next)) = path.last_mut() {
                let Some(&target) = below.get(*next) else {
                    states[*group] = State::Done;
                    self.order.push(*group as u32);
                    path.pop();
                    continue;
                };
                *next += 1;
                match states[target] {
                    State::Done => {}
                    State::New => {
                        states[target] = State::Open;
                        path.push((target, self.rests_on(target), 0));
                    }
                    State::Open => {
                        let from = path.iter().position(|(g, ..)| *g == target).unwrap_or(0);
                        let chain: Vec<usize> = path[from..].iter().map(|(g, ..)| *g).collect();
                        self.report_cycle(&chain);
                    }
                }
            }
        }
        self.define_ids = vec![0; count];
        for (id, group) in self.order.iter().enumerate() {
            self.define_ids[*group as usize] = id as u32;
        }
    }

    fn report_cycle(&mut self, chain: &[usize]) {
        // Told from the one that stands first, so that the message does not depend on where the search began.
        let first = (0..chain.len()).min_by_key(|i| self.define_groups[chain[*i]].name.span).unwrap_or(0);
        let names: Vec<&ast::Ident> =
            chain[first..].iter().chain(&chain[..first]).map(|g| self.define_groups[*g].name).collect();
        let start = names[0];
        let mut words: Vec<String> = names.iter().map(|n| format!("`{}`", n.text)).collect();
        words.push(format!("`{}`", start.text));
        let message = format!("`{}` rests on itself: {}", start.text, words.join(" → "));
        let mut diagnostic = Diagnostic::new(Code::Cycle, start.span, message)
            .help("work one of them out from facts alone, or from figures of another day with `NAME on DATE`");
        if names.len() == 1 {
            diagnostic.help = Some("work it out from facts or other definitions".into());
        }
        for (at, name) in names.iter().enumerate().skip(1) {
            let next = names.get(at + 1).unwrap_or(&start);
            diagnostic = diagnostic.label(name.span, format!("rests on `{}`", next.text));
        }
        self.report::<()>(diagnostic);
    }

    /// The definitions whose names a definition uses.
    fn rests_on(&self, group: usize) -> Vec<usize> {
        let group = &self.define_groups[group];
        let frames: Vec<EntityId> = group.owner.into_iter().collect();
        let mut roots = Vec::new();
        for dated in &group.declarations {
            walk::declaration(dated.declaration, &mut |e| roots.push(e));
        }
        self.defines_in(&roots, frames)
    }

    /// The definitions whose names expressions use, each once.
    pub fn defines_in(&self, roots: &[&ast::Expr], frames: Vec<EntityId>) -> Vec<usize> {
        let frames = Rc::new(frames);
        let mut left: Vec<(&ast::Expr, Rc<Vec<EntityId>>)> = roots.iter().rev().map(|e| (*e, frames.clone())).collect();
        let mut found = Vec::new();
        while let Some((e, frames)) = left.pop() {
            let name = match &e.kind {
                ExprKind::Name(name) => Some(&**name),
                ExprKind::OnDate(name, _) => Some(&*name.text),
                _ => None,
            };
            if let Some(Symbol::Define(group)) = name.and_then(|n| self.find(n, &frames)) {
                found.push(group as usize);
            }
            walk::children(e, &mut |child| match child {
                Child::Same(e) => left.push((e, frames.clone())),
                Child::Member(list, e) => {
                    let mut inner = (*frames).clone();
                    if let Some(Symbol::Fact(fact)) = self.find(&list.text, &frames)
                        && let Some(ty) = self.fact_types[fact as usize]
                        && let Kind::List(entity) = ty.kind
                    {
                        inner.push(entity);
                    }
                    left.push((e, Rc::new(inner)));
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What a name stands for under some members, innermost first.
    pub fn find(&self, name: &str, frames: &[EntityId]) -> Option<Symbol> {
        let member = frames.iter().rev().find_map(|e| self.members[e.0 as usize].get(name));
        member.or_else(|| self.names.get(name)).map(|(symbol, _)| *symbol)
    }

    /// `law as of` cannot rest on what depends on the law's date itself.
    pub fn check_law_date(&mut self, law_as_of: &ast::Expr) {
        let mut seen = vec![false; self.define_groups.len()];
        let mut left: Vec<(usize, Option<usize>)> = Vec::new();
        let mut came_from: Vec<Option<usize>> = vec![None; self.define_groups.len()];
        let first = self.names_outside_dates(&[law_as_of]);
        left.extend(first.into_iter().map(|g| (g, None)));
        while let Some((group, from)) = left.pop() {
            if std::mem::replace(&mut seen[group], true) {
                continue;
            }
            came_from[group] = from;
            let declared = &self.define_groups[group];
            let dated = declared.is_parameter || declared.declarations.iter().any(|d| !d.in_force.is_always());
            if dated {
                let mut chain = vec![format!("`{}`", declared.name.text)];
                let mut at = from;
                while let Some(group) = at {
                    chain.push(format!("`{}`", self.define_groups[group].name.text));
                    at = came_from[group];
                }
                chain.push("`law as of`".into());
                chain.reverse();
                let message =
                    format!("the law's date rests on what itself depends on the law's date: {}", chain.join(" → "));
                let help = format!("name the day: `{} on decision date`", declared.name.text);
                self.error_help::<()>(Code::Cycle, law_as_of.span, message, help);
                return;
            }
            let mut roots = Vec::new();
            for dated in &declared.declarations {
                walk::declaration(dated.declaration, &mut |e| roots.push(e));
            }
            left.extend(self.names_outside_dates(&roots).into_iter().map(|g| (g, Some(group))));
        }
    }

    /// Definitions named other than by `NAME on DATE`.
    fn names_outside_dates(&self, roots: &[&ast::Expr]) -> Vec<usize> {
        let mut left: Vec<&ast::Expr> = roots.to_vec();
        let mut found = Vec::new();
        while let Some(e) = left.pop() {
            if let ExprKind::Name(name) = &e.kind
                && let Some(Symbol::Define(group)) = self.find(name, &[])
            {
                found.push(group as usize);
            }
            walk::children(e, &mut |child| match child {
                Child::Same(e) | Child::Member(_, e) => left.push(e),
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Entities that contain themselves, perhaps by way of others.
    pub fn check_entity_cycles(&mut self) {
        let count = self.entities.len();
        let below: Vec<Vec<usize>> = self.entities.iter().map(|e| self.lists_of(e)).collect();
        let mut states = vec![State::New; count];
        for start in 0..count {
            if states[start] != State::New {
                continue;
            }
            states[start] = State::Open;
            let mut path = vec![(start, 0)];
            while let Some((entity, next)) = path.last_mut() {
                let Some(&target) = below[*entity].get(*next) else {
                    states[*entity] = State::Done;
                    path.pop();
                    continue;
                };
                *next += 1;
                match states[target] {
                    State::Done => {}
                    State::New => {
                        states[target] = State::Open;
                        path.push((target, 0));
                    }
                    State::Open => {
                        let from = path.iter().position(|(e, _)| *e == target).unwrap_or(0);
                        let mut words: Vec<String> =
                            path[from..].iter().map(|(e, _)| format!("`{}`", self.entities[*e].name)).collect();
                        words.push(words[0].clone());
                        let message = format!("an entity contains itself: {}", words.join(" → "));
                        let help =
                            "let a fact of the case hold the second list, and tell members apart by a fact of theirs";
                        self.error_help::<()>(Code::Cycle, self.entities[target].span, message, help);
                    }
                }
            }
        }
    }

    fn lists_of(&self, entity: &super::Entity) -> Vec<usize> {
        let types = entity.facts.iter().filter_map(|f| self.fact_types[f.0 as usize]);
        let lists = types.filter_map(|ty| match ty.kind {
            Kind::List(inner) => Some(inner.0 as usize),
            _ => None,
        });
        lists.collect()
    }

    /// Whether a declaration has a type of its own.
    pub fn declared_type(declaration: &ast::Declaration) -> Option<&ast::TypeExpr> {
        match &declaration.kind {
            DeclarationKind::Define { ty, .. } => ty.as_ref(),
            DeclarationKind::Parameter { ty, .. }
            | DeclarationKind::Award { ty, .. }
            | DeclarationKind::Report { ty, .. } => Some(ty),
            _ => None,
        }
    }
}
