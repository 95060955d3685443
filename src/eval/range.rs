//! The range evaluator: one case, known or not, as sets of possible values.
//!
//! It serves everything that asks "what if": incomplete data, what still matters, what a value could become.

use crate::facts::{Facts, Input, Resolved, State, resolve};
use crate::graph::sets::{Case, Frame, Layout, Leaf, Members, Sets, evaluate};
use crate::graph::{FactId, Graph, NodeId, Program, ScopeId};
use crate::table::Table;
use crate::value::{Body, Choices, Date, Kind, Set, TextId, Truth};
use std::sync::Arc;

/// A program made ready to evaluate.
#[derive(Debug)]
pub struct Engine {
    /// The program.
    pub program: Program,
    /// Where nodes stand.
    pub layout: Layout,
}

impl Engine {
    /// Readies a program that has been built or loaded.
    pub fn new(program: Program) -> Engine {
        let layout = Layout::new(&program.graph);
        Engine { program, layout }
    }

    /// The graph.
    pub fn graph(&self) -> &Graph {
        &self.program.graph
    }
}

/// The case itself, or one member of a list, among the [`Evaluation::places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(pub usize);

/// The case itself.
pub const CASE: PlaceId = PlaceId(0);

/// The case or a member: its node sets, what is told of it, and where it stands.
#[derive(Debug)]
pub struct Place<'a> {
    /// Node sets.
    frame: &'a Frame,
    /// What is told of its facts; absent for the members of a pending list.
    pub states: Option<&'a [State]>,
    /// The same, resolved.
    leaves: Option<&'a [Leaf]>,
    /// The place around it.
    pub outer: Option<PlaceId>,
    /// Its number in the list, from 0; absent for the case and for the members of a pending list.
    pub index: Option<usize>,
}

/// One case, evaluated.
pub struct Evaluation<'a> {
    engine: &'a Engine,
    facts: &'a Facts,
    on: Date,
    attested: bool,
    case: Case,
    sets: Sets,
}

/// One case, evaluated, with all its places laid out.
pub struct Places<'a> {
    /// What was evaluated.
    pub evaluation: &'a Evaluation<'a>,
    places: Vec<Place<'a>>,
    members: Table<(PlaceId, ScopeId), Vec<PlaceId>>,
}

impl<'a> Evaluation<'a> {
    /// Evaluates a case on a decision date; `attested`: bare values do not count.
    pub fn new(engine: &'a Engine, facts: &'a Facts, on: Date, attested: bool) -> Self {
        let graph = engine.graph();
        let mut binding = Binding { graph, on, attested, complete: facts.complete, texts: Vec::new() };
        let leaves = graph.case_facts().map(|(id, fact)| {
            let state = facts.states.get(fact.place as usize).unwrap_or(&State::Pending);
            binding.leaf(id, state)
        });
        let leaves = leaves.collect();
        let case = Case { leaves, days: (on.days(), on.days()), texts: binding.texts };
        let sets = evaluate(graph, &engine.layout, &case);
        Evaluation { engine, facts, on, attested, case, sets }
    }

    /// The same case, with a fact of its own having any value of a set, over a stretch of decision dates: "what if". What was
    /// observed keeps the age it has on the decision date.
    pub fn supposing(&self, fact: Option<(FactId, Set)>, days: (i64, i64)) -> Evaluation<'a> {
        let graph = self.engine.graph();
        let mut case = Case { days, ..self.case.clone() };
        if let Some((fact, set)) = fact
            && let Some(leaf) = case.leaves.get_mut(graph.fact(fact).place as usize)
        {
            *leaf = Leaf::Given(set);
        }
        let sets = evaluate(graph, &self.engine.layout, &case);
        Evaluation { case, sets, ..*self }
    }

    /// The engine that evaluated it.
    pub fn engine(&self) -> &'a Engine {
        self.engine
    }

    /// The facts it was evaluated on.
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// The decision date.
    pub fn on(&self) -> Date {
        self.on
    }

    /// Whether bare values do not count.
    pub fn attested(&self) -> bool {
        self.attested
    }

    /// The set of a node of the case.
    pub fn set(&self, node: NodeId) -> Set {
        self.sets.of(self.engine.graph(), &self.engine.layout, node)
    }

    /// The standings of a condition of the case.
    pub fn truth(&self, node: NodeId) -> Truth {
        self.set(node).as_truth()
    }

    /// The text behind an id.
    pub fn text(&self, id: TextId) -> &str {
        let constants = &self.engine.graph().texts;
        match constants.get(id.0 as usize) {
            Some(text) => text,
            None => self.case.texts.get(id.0 as usize - constants.len()).map_or("", |t| t),
        }
    }

    /// The case and all members that a fold has visited.
    pub fn places(&'a self) -> Places<'a> {
        let root = Place {
            frame: self.sets.root(),
            states: Some(&self.facts.states),
            leaves: Some(&self.case.leaves),
            outer: None,
            index: None,
        };
        let mut all = Places { evaluation: self, places: vec![root], members: Table::new() };
        let graph = self.engine.graph();
        let mut next = 0;
        while next < all.places.len() {
            let place = PlaceId(next);
            let scope = all.scope(place);
            let below = graph.scopes.iter().enumerate().skip(1).filter(|(_, s)| s.parent == scope);
            for (child, _) in below {
                all.add_members(place, ScopeId(child as u32));
            }
            next += 1;
        }
        all
    }
}

impl<'a> Places<'a> {
    fn add_members(&mut self, place: PlaceId, scope: ScopeId) {
        let evaluation = self.evaluation;
        let of = evaluation.engine.graph().scopes[scope.0 as usize];
        let owner = self.around(place, of.owner);
        let position = evaluation.engine.graph().fact(of.list).place as usize;
        let states = self.get(owner).states.and_then(|s| s.get(position));
        let leaves = match self.get(owner).leaves.and_then(|l| l.get(position)) {
            Some(Leaf::Members(records)) => records.as_slice(),
            _ => &[],
        };
        let records = states.and_then(|s| records(evaluation, of.list, s)).unwrap_or(&[]);
        let frame: &'a Frame = self.get(place).frame;
        let mut found = Vec::new();
        match frame.members(&evaluation.engine.layout, scope) {
            Members::Known(frames) => {
                for (i, frame) in frames.iter().enumerate() {
                    found.push(PlaceId(self.places.len()));
                    self.places.push(Place {
                        frame,
                        states: records.get(i).map(|r| r.states.as_slice()),
                        leaves: leaves.get(i).map(Vec::as_slice),
                        outer: Some(place),
                        index: Some(i),
                    });
                }
            }
            Members::Unknown(frame, _) => {
                found.push(PlaceId(self.places.len()));
                self.places.push(Place { frame, states: None, leaves: None, outer: Some(place), index: None });
            }
            Members::Faulty | Members::Unvisited => {}
        }
        self.members.insert((place, scope), found);
    }

    /// A place.
    pub fn get(&self, place: PlaceId) -> &Place<'a> {
        &self.places[place.0]
    }

    /// Which scope a place belongs to.
    pub fn scope(&self, place: PlaceId) -> ScopeId {
        self.get(place).frame.scope()
    }

    /// The members of a scope below a place; of a pending list one that stands for all.
    pub fn members(&self, place: PlaceId, scope: ScopeId) -> &[PlaceId] {
        self.members.get(&(place, scope)).map_or(&[], Vec::as_slice)
    }

    /// All places of a scope.
    pub fn of_scope(&self, scope: ScopeId) -> impl Iterator<Item = PlaceId> + '_ {
        (0..self.places.len()).map(PlaceId).filter(move |p| self.scope(*p) == scope)
    }

    /// Whether a place is the case or one of its members, not one that stands for whatever members a pending list may have.
    pub fn is_there(&self, place: PlaceId) -> bool {
        let Place { outer, index, .. } = self.get(place);
        outer.is_none_or(|outer| index.is_some() && self.is_there(outer))
    }

    /// The place of a scope that is this one or around it.
    pub fn around(&self, place: PlaceId, scope: ScopeId) -> PlaceId {
        let mut at = place;
        while self.scope(at) != scope {
            match self.get(at).outer {
                Some(outer) => at = outer,
                None => return CASE,
            }
        }
        at
    }

    /// The set of a node as seen from a place, and the place that the node belongs to.
    pub fn set(&self, place: PlaceId, node: NodeId) -> (Set, PlaceId) {
        let engine = self.evaluation.engine;
        let home = self.around(place, engine.graph().node(node).scope);
        (self.get(home).frame.of(&engine.layout, node), home)
    }

    /// What is told of a fact at a place of its own scope.
    pub fn state(&self, place: PlaceId, fact: FactId) -> &'a State {
        let position = self.evaluation.engine.graph().fact(fact).place as usize;
        self.get(place).states.and_then(|s| s.get(position)).unwrap_or(&State::Pending)
    }

    /// Whether a fact is still awaited at a place of its own scope.
    pub fn is_pending(&self, place: PlaceId, fact: FactId) -> bool {
        let position = self.evaluation.engine.graph().fact(fact).place as usize;
        match self.get(place).leaves {
            Some(leaves) => leaves.get(position).is_none_or(|l| *l == Leaf::Pending),
            None => true,
        }
    }

    /// A name told of a member: `household[0].name`.
    pub fn path_of(&self, place: PlaceId, name: &str) -> String {
        let graph = self.evaluation.engine.graph();
        let mut steps = vec![name.to_owned()];
        let mut at = place;
        while self.scope(at) != ScopeId::CASE {
            let of = graph.scopes[self.scope(at).0 as usize];
            let list = &graph.fact(of.list).name;
            steps.push(self.get(at).index.map_or_else(|| list.to_string(), |i| format!("{list}[{i}]")));
            at = self.around(at, of.owner);
        }
        steps.reverse();
        steps.join(".")
    }

    /// Where a fact is told, and its path, `household[0].income`; a fact of a member of a pending list is told as the list.
    pub fn path(&self, place: PlaceId, fact: FactId) -> (PlaceId, FactId, String) {
        let graph = self.evaluation.engine.graph();
        let mut steps = Vec::new();
        let (mut at, mut told) = (place, (place, fact));
        steps.push(graph.fact(fact).name.to_string());
        while self.scope(at) != ScopeId::CASE {
            let of = graph.scopes[self.scope(at).0 as usize];
            let list = &graph.fact(of.list).name;
            let owner = self.around(at, of.owner);
            match self.get(at).index {
                Some(i) => steps.push(format!("{list}[{i}]")),
                None => {
                    steps.clear();
                    steps.push(list.to_string());
                    told = (owner, of.list);
                }
            }
            at = owner;
        }
        steps.reverse();
        (told.0, told.1, steps.join("."))
    }
}

/// The records of a list, if they count.
fn records<'a>(evaluation: &Evaluation<'a>, list: FactId, state: &'a State) -> Option<&'a [crate::facts::Record]> {
    match resolve(evaluation.engine.graph().fact(list), state, evaluation.on, evaluation.attested) {
        Resolved::Given(Input::List(records)) => Some(records),
        _ => None,
    }
}

struct Binding<'a> {
    graph: &'a Graph,
    on: Date,
    attested: bool,
    complete: bool,
    texts: Vec<Arc<str>>,
}

impl Binding<'_> {
    fn leaf(&mut self, fact: FactId, state: &State) -> Leaf {
        match resolve(self.graph.fact(fact), state, self.on, self.attested) {
            Resolved::Pending(_) if self.complete && matches!(state, State::Pending) => Leaf::Closed,
            Resolved::Pending(_) => Leaf::Pending,
            Resolved::Closed => Leaf::Closed,
            Resolved::Given(Input::List(records)) => {
                let Kind::List(entity) = self.graph.fact(fact).ty.kind else { return Leaf::Pending };
                let facts = &self.graph.entities[entity.0 as usize].facts;
                let record = |r: &crate::facts::Record, binding: &mut Self| {
                    let states = facts.iter().enumerate();
                    states.map(|(i, f)| binding.leaf(*f, r.states.get(i).unwrap_or(&State::Pending))).collect()
                };
                Leaf::Members(records.iter().map(|r| record(r, self)).collect())
            }
            Resolved::Given(value) => Leaf::Given(self.set(value)),
        }
    }

    fn set(&mut self, value: &Input) -> Set {
        match value {
            Input::None => Set::NONE,
            Input::Truth(value) => Set::yes_or_no(*value),
            Input::Mantissa(mantissa) => Set::point((*mantissa).into()),
            Input::Choice(value) => Set::of(Body::Choices(Choices::one(*value))),
            Input::Text(text) => Set::of(Body::Text(self.text(text))),
            Input::List(_) => Set::EMPTY,
        }
    }

    fn text(&mut self, text: &Arc<str>) -> TextId {
        let constants = &self.graph.texts;
        let constant = constants.iter().position(|t| **t == **text);
        let own = || self.texts.iter().position(|t| t == text).map(|i| i + constants.len());
        let id = constant.or_else(own).unwrap_or_else(|| {
            self.texts.push(text.clone());
            constants.len() + self.texts.len() - 1
        });
        TextId(id as u32)
    }
}
