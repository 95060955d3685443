//! Enumerations, entities and facts of one model, merged with those of the policies before it.

use super::{Diagnostic, Lowering};
use crate::diagnostic::Code;
use crate::graph::{Entity, Enum, Fact, FactId};
use crate::model::{self, Model};
use crate::op::Shape;
use crate::value::{EntityId, EnumId, Kind, Text, Type};

/// From a model's numbers to the graph's.
#[derive(Default)]
pub(super) struct Names {
    enums: Vec<EnumId>,
    entities: Vec<EntityId>,
    facts: Vec<FactId>,
}

impl Names {
    pub(super) fn fact(&self, fact: model::FactId) -> FactId {
        self.facts[fact.0 as usize]
    }

    pub(super) fn entity(&self, entity: EntityId) -> EntityId {
        self.entities[entity.0 as usize]
    }

    pub(super) fn kind(&self, kind: Kind) -> Kind {
        match kind {
            Kind::Enum(id) => Kind::Enum(self.enums[id.0 as usize]),
            Kind::List(id) => Kind::List(self.entities[id.0 as usize]),
            other => other,
        }
    }

    pub(super) fn shape(&self, shape: Shape) -> Shape {
        Shape { kind: self.kind(shape.kind), ..shape }
    }

    pub(super) fn ty(&self, ty: Type) -> Type {
        Type { kind: self.kind(ty.kind), ..ty }
    }
}

impl Lowering<'_> {
    /// Enters a model's enumerations, entities and facts into the graph.
    pub(super) fn names(&mut self, model: &Model) -> Names {
        let mut names = Names::default();
        for of_model in &model.enums {
            let of_graph = Enum { values: of_model.values.clone(), ordered: of_model.ordered };
            let id = self.merge_enum(of_graph);
            names.enums.push(id);
        }
        names.entities = vec![EntityId(u32::MAX); model.entities.len()];
        names.facts = vec![FactId(u32::MAX); model.facts.len()];
        self.entities(model, &mut names);
        for (i, fact) in model.facts.iter().enumerate() {
            if fact.owner.is_none() {
                names.facts[i] = self.case_fact(fact, &names);
            }
        }
        names
    }

    fn merge_enum(&mut self, of_graph: Enum) -> EnumId {
        let enums = &mut self.build.graph.enums;
        let next = EnumId(enums.len() as u32);
        *self.enums.or_insert_with(of_graph.clone(), || {
            enums.push(of_graph);
            next
        })
    }

    /// Entities in an order in which every list's entity comes before the entity that has the list.
    fn entities(&mut self, model: &Model, names: &mut Names) {
        let of_list = |f: &model::FactId| match model.facts[f.0 as usize].ty.kind {
            Kind::List(entity) => Some(entity.0 as usize),
            _ => None,
        };
        let mut entered = vec![false; model.entities.len()];
        for first in 0..model.entities.len() {
            let mut stack = vec![first];
            while let Some(&at) = stack.last() {
                let inner = model.entities[at].facts.iter().filter_map(of_list);
                let waiting: Vec<usize> = inner.filter(|e| !entered[*e] && !stack.contains(e)).collect();
                if waiting.is_empty() || entered[at] {
                    stack.pop();
                    if !std::mem::replace(&mut entered[at], true) {
                        self.merge_entity(model, at, names);
                    }
                } else {
                    stack.extend(waiting);
                }
            }
        }
    }

    /// An entity with the same name and the same facts in two policies is one.
    fn merge_entity(&mut self, model: &Model, at: usize, names: &mut Names) {
        let entity = &model.entities[at];
        let facts: Vec<Fact> = entity.facts.iter().map(|f| self.fact(&model.facts[f.0 as usize], names)).collect();
        let graph = &self.build.graph;
        let same = |e: &&Entity| {
            e.name == entity.name
                && e.facts.len() == facts.len()
                && e.facts.iter().zip(&facts).all(|(a, b)| {
                    let a = graph.fact(*a);
                    a.name == b.name && differs(a, b).is_none()
                })
        };
        let id = match graph.entities.iter().position(|e| same(&e)) {
            Some(known) => EntityId(known as u32),
            None => {
                let id = EntityId(graph.entities.len() as u32);
                let enter = |(place, f): (usize, Fact)| Fact { owner: Some(id), place: place as u32, ..f };
                let facts = facts.into_iter().enumerate().map(enter).map(|f| self.build.fact(f)).collect();
                self.build.entity(Entity { name: entity.name.clone(), facts });
                id
            }
        };
        names.entities[at] = id;
        for (of_model, of_graph) in entity.facts.iter().zip(&self.build.graph.entities[id.0 as usize].facts) {
            names.facts[of_model.0 as usize] = *of_graph;
        }
    }

    /// In a bundle a name stands for one fact.
    fn case_fact(&mut self, fact: &model::Fact, names: &Names) -> FactId {
        let entered = self.fact(fact, names);
        if let Some((known, first)) = self.facts.get(&fact.name).copied() {
            let other = self.build.graph.fact(known);
            if let Some(what) = differs(other, &entered) {
                let found = format!("two policies declare the fact `{}` with {what}", fact.name);
                let trouble = Diagnostic::new(Code::DifferentInBundle, fact.span, found)
                    .label(first, "declared here first")
                    .help("declare it once, in a file that both bring in by `use`, or give one of them another name");
                self.report(trouble);
            }
            return known;
        }
        let place = self.facts.len() as u32;
        let id = self.build.fact(Fact { place, ..entered });
        self.facts.insert(fact.name.clone(), (id, fact.span));
        id
    }

    fn fact(&self, fact: &model::Fact, names: &Names) -> Fact {
        Fact {
            name: fact.name.clone(),
            owner: None,
            place: 0,
            ty: names.ty(fact.ty),
            held_by: fact.held_by.clone(),
            fresh_for: fact.fresh_for,
            judged_by: fact.judged_by.clone(),
            sensitive: fact.sensitive,
        }
    }
}

/// In what two declarations of a fact differ, in words.
fn differs(a: &Fact, b: &Fact) -> Option<&'static str> {
    let words = |t: &Option<Text>| t.as_ref().map(|t| t.default.clone());
    match (a.ty.kind, b.ty.kind) {
        (Kind::List(x), Kind::List(y)) if x != y => return Some("records of different kinds"),
        (x, y) if x != y => return Some("different types"),
        _ if a.ty != b.ty => return Some("different ranges or decimals"),
        _ => {}
    }
    if words(&a.held_by) != words(&b.held_by) {
        Some("different holders (`held by`)")
    } else if a.fresh_for != b.fresh_for {
        Some("different times for which it is fresh (`fresh for`)")
    } else if words(&a.judged_by) != words(&b.judged_by) {
        Some("different offices that judge it (`judged by`)")
    } else if a.sensitive != b.sensitive {
        Some("and without `sensitive`")
    } else {
        None
    }
}
