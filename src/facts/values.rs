//! Facts from values of a caller's language: dictionaries, lists, dates and decimals as they are, with no JSON text between.
//!
//! What is accepted, and what is said where it is not, is as in [`json`](super::json).

use super::error::{FactsError, FactsErrors, Found, show};
use super::read::{self, Trouble};
use super::resolve::inherit;
use super::{Attested, Facts, Input, MOST_ERRORS, Names, Record, Row, State, describe};
use crate::graph::{FactId, Graph};
use crate::value::{Date, EntityId, Kind};
use std::borrow::Cow;
use std::sync::Arc;

/// Lists within lists, at most; types nest less deeply than this.
const DEEPEST: usize = 64;
/// Sources of one fact, at most.
const MOST_SOURCES: usize = 100;

/// A value of the caller's language.
pub trait Foreign: Clone {
    /// What it is.
    fn look(&self) -> Look<'_>;
    /// Goes through the members of an object, by name.
    fn members(&self, each: impl FnMut(&str, &Self));
    /// Goes through the items of a list.
    fn items(&self, each: impl FnMut(&Self));
}

/// What a caller's value is. There are no binary floats: a door tells them as something else, with what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub enum Look<'a> {
    /// Nothing is told.
    Nothing,
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Whole(i64),
    /// A number by its digits: `12.50`.
    Digits(Cow<'a, str>),
    /// A calendar date.
    Date(Date),
    /// A text, which is read by its fact's type.
    Text(Cow<'a, str>),
    /// Members by name.
    Object,
    /// Items in a row.
    List,
    /// Nothing that facts are read from.
    Other {
        /// What it is, in words.
        what: Cow<'a, str>,
        /// What to write instead.
        help: Option<&'static str>,
    },
}

impl Look<'_> {
    /// What was written, or what it is in words.
    fn written(&self) -> Result<Cow<'_, str>, &str> {
        match self {
            Look::Truth(value) => Ok(if *value { "true" } else { "false" }.into()),
            Look::Whole(value) => Ok(value.to_string().into()),
            Look::Date(value) => Ok(value.to_string().into()),
            Look::Digits(text) | Look::Text(text) => Ok(Cow::Borrowed(text)),
            Look::Nothing => Err("nothing"),
            Look::Object => Err("an object"),
            Look::List => Err("a list"),
            Look::Other { what, .. } => Err(what),
        }
    }

    /// The same in one piece, for errors.
    fn shown(&self) -> String {
        self.written().map_or_else(ToOwned::to_owned, |written| show(&written))
    }

    fn help(&self) -> Option<&'static str> {
        match self {
            Look::Other { help, .. } => *help,
            _ => None,
        }
    }
}

/// The facts of one case: an object of facts by name.
///
/// # Errors
/// All that is wrong with them: which fact, what was expected, what was found.
pub fn read_case<V: Foreign>(graph: &Graph, names: &Names, case: &V) -> Result<Facts, FactsErrors> {
    read_row(graph, names, 0, case).facts
}

/// One case of many, which is kept with its errors where it breaks the schema.
pub fn read_row<V: Foreign>(graph: &Graph, names: &Names, number: u64, case: &V) -> Row {
    let mut facts = Facts { states: vec![State::Pending; names.facts(None).len()], ..Facts::default() };
    let mut reader = Reader { graph, names, errors: Vec::new(), path: Vec::new() };
    match case.look() {
        Look::Object => reader.object(None, case, &mut facts.states, &mut facts.id),
        look => reader.misfit("the facts of one case, by their names", &look, String::new()),
    }
    match reader.errors.is_empty() {
        true => Row { number, id: None, facts: Ok(facts) },
        false => Row { number, id: facts.id, facts: Err(FactsErrors(reader.errors)) },
    }
}

/// What is told of a fact in an attested object.
enum Told {
    Nothing,
    Closed,
    Bare(Input),
    Values(Vec<Attested>),
}

/// Reads one case and collects what is wrong with it.
struct Reader<'g> {
    graph: &'g Graph,
    names: &'g Names,
    errors: Vec<FactsError>,
    /// The lists, and their members, that are being read.
    path: Vec<(FactId, usize)>,
}

impl Reader<'_> {
    /// The members of a case, or of a record.
    #[inline]
    fn object<V: Foreign>(
        &mut self,
        owner: Option<EntityId>,
        object: &V,
        states: &mut [State],
        id: &mut Option<Box<str>>,
    ) {
        object.members(|name, value| match self.names.find(self.graph, owner, name) {
            Some(fact) => {
                if let Some(slot) = states.get_mut(self.graph.fact(fact).place as usize) {
                    *slot = self.state(fact, value);
                }
            }
            None if name == "id" => *id = self.id(value),
            None => self.unknown(owner, name),
        });
    }

    /// The case's own name. A member's is read alike, and not kept.
    fn id<V: Foreign>(&mut self, value: &V) -> Option<Box<str>> {
        match value.look() {
            Look::Nothing => None,
            Look::Text(text) | Look::Digits(text) => Some(text.into()),
            Look::Whole(number) => Some(number.to_string().into()),
            look => {
                let place = self.place("id");
                self.misfit("the case's own name, a text or a number", &look, place);
                None
            }
        }
    }

    /// What is told of a fact.
    #[inline]
    fn state<V: Foreign>(&mut self, fact: FactId, value: &V) -> State {
        match value.look() {
            Look::Nothing if self.graph.fact(fact).ty.optional => State::Given(Input::None),
            Look::Nothing => State::Pending,
            Look::Object => match self.told(fact, value, true) {
                Told::Nothing => State::Pending,
                Told::Closed => State::Closed,
                Told::Bare(input) => State::Given(input),
                Told::Values(values) => State::Attested(values.into()),
            },
            look => self.input(fact, value, &look).map_or(State::Pending, State::Given),
        }
    }

    /// A bare value, which is neither nothing nor an object.
    #[inline]
    fn input<V: Foreign>(&mut self, fact: FactId, value: &V, look: &Look) -> Option<Input> {
        let graph = self.graph;
        let ty = &graph.fact(fact).ty;
        let read = match (look, ty.kind) {
            (Look::Truth(value), Kind::Truth) => Ok(Input::Truth(*value)),
            (Look::Whole(value), _) => read::whole(ty, *value).map(Input::Mantissa),
            (Look::Date(day), Kind::Date) => read::ranged(ty, day.days().into()).map(Input::Mantissa),
            (Look::Digits(digits), kind) if kind.is_numeric() && kind != Kind::Date => {
                read::number(ty, digits).map(Input::Mantissa)
            }
            (Look::Text(text), _) => read::text(graph, ty, text),
            (Look::List, Kind::List(entity)) => return self.records(fact, entity, value),
            _ => Err(Trouble::Form),
        };
        match read {
            Ok(input) => Some(input),
            Err(trouble) => self.wrong(fact, look, trouble),
        }
    }

    /// The members of a list.
    fn records<V: Foreign>(&mut self, fact: FactId, entity: EntityId, list: &V) -> Option<Input> {
        let graph = self.graph;
        let most = describe::most_members(&graph.fact(fact).ty);
        let mut records: Vec<Record> = Vec::new();
        let mut count = 0;
        list.items(|item| {
            count += 1;
            if count > most || self.path.len() >= DEEPEST {
                return;
            }
            let mut record = Record { states: vec![State::Pending; self.names.facts(Some(entity)).len()] };
            self.path.push((fact, count - 1));
            match item.look() {
                Look::Object => self.object(Some(entity), item, &mut record.states, &mut None),
                look => {
                    let name = graph.entities.get(entity.0 as usize).map_or("record", |e| &*e.name);
                    let place = self.own_place();
                    self.misfit(&format!("the facts of a `{name}`, by their names"), &look, place);
                }
            }
            self.path.pop();
            records.push(record);
        });
        if count > most || self.path.len() >= DEEPEST {
            let error = FactsError::new(describe(graph, &graph.fact(fact).ty), format!("{count} of them"));
            self.report(error.of(self.place(&graph.fact(fact).name)));
            return None;
        }
        Some(Input::List(records.into()))
    }

    /// `{"value": …}`, `{"sources": […]}` or `{"closed": true}`; the latter two only where it is not itself a source.
    fn told<V: Foreign>(&mut self, fact: FactId, object: &V, outermost: bool) -> Told {
        let place = self.place(&self.graph.fact(fact).name);
        let (mut value, mut source, mut observed, mut sources, mut closed) = (None, None, None, None, None);
        let mut wrong: Option<String> = None;
        object.members(|name, member| {
            let slot = match name {
                "value" => &mut value,
                "source" => &mut source,
                "observed" => &mut observed,
                "sources" if outermost => &mut sources,
                "closed" if outermost => &mut closed,
                _ => {
                    wrong.get_or_insert_with(|| show(name));
                    return;
                }
            };
            *slot = Some(member.clone());
        });
        let dated = source.is_some() || observed.is_some();
        match (value, sources, closed) {
            (Some(value), None, None) if wrong.is_none() => self.value_with_source(fact, &value, source, observed),
            (None, Some(sources), None) if wrong.is_none() && !dated => self.sources(fact, &sources),
            (None, None, Some(closed)) if wrong.is_none() && !dated => match closed.look() {
                Look::Truth(true) => Told::Closed,
                look => {
                    self.misfit("`{\"closed\": true}`", &look, place);
                    Told::Nothing
                }
            },
            _ => {
                let expected = match outermost {
                    true => "`value` with `source` and `observed`, or `sources`, or `closed` alone",
                    false => "`value` with `source` and `observed`",
                };
                let error = FactsError::new(expected, wrong.unwrap_or_else(|| "another combination".to_owned()));
                self.report(error.of(place));
                Told::Nothing
            }
        }
    }

    /// Several values, each with its source.
    fn sources<V: Foreign>(&mut self, fact: FactId, list: &V) -> Told {
        let place = self.place(&self.graph.fact(fact).name);
        let look = list.look();
        if look != Look::List {
            self.misfit(&format!("a list of at most {MOST_SOURCES} sources"), &look, place);
            return Told::Nothing;
        }
        let mut values = Vec::new();
        let mut count = 0;
        list.items(|item| {
            count += 1;
            match item.look() {
                _ if count > MOST_SOURCES => {}
                Look::Object => match self.told(fact, item, false) {
                    Told::Values(told) => values.extend(told),
                    Told::Bare(value) => values.push(Attested { value, source: None, observed: None }),
                    Told::Nothing | Told::Closed => {}
                },
                look => self.misfit("a source as `{\"value\": …, \"source\": …}`", &look, place.clone()),
            }
        });
        if count > MOST_SOURCES {
            let expected = format!("a list of at most {MOST_SOURCES} sources");
            self.report(FactsError::new(expected, format!("{count} of them")).of(place));
        }
        if values.is_empty() { Told::Nothing } else { Told::Values(values) }
    }

    fn value_with_source<V: Foreign>(
        &mut self,
        fact: FactId,
        value: &V,
        source: Option<V>,
        observed: Option<V>,
    ) -> Told {
        let place = self.place(&self.graph.fact(fact).name);
        let source: Option<Arc<str>> = source.and_then(|source| match source.look() {
            Look::Nothing => None,
            Look::Text(name) if name.len() <= super::LONGEST_TEXT => Some(name.into()),
            look => {
                self.misfit("the name of who told it, a text", &look, format!("{place}.source"));
                None
            }
        });
        let observed = observed.and_then(|observed| match observed.look() {
            Look::Nothing => None,
            Look::Date(day) => Some(day),
            look => {
                let day = look.written().ok().and_then(|text| Date::parse(&text));
                if day.is_none() {
                    let expected = "the day it was observed, such as `2024-02-29`";
                    self.misfit(expected, &look, format!("{place}.observed"));
                }
                day
            }
        });
        let input = match value.look() {
            Look::Nothing => self.graph.fact(fact).ty.optional.then_some(Input::None),
            look => self.input(fact, value, &look),
        };
        match input {
            None => Told::Nothing,
            Some(value) if source.is_none() && observed.is_none() => Told::Bare(value),
            Some(mut value) => {
                if let Input::List(records) = &value {
                    let mut records = records.to_vec();
                    inherit(&mut records, source.as_ref(), observed);
                    value = Input::List(records.into());
                }
                Told::Values(vec![Attested { value, source, observed }])
            }
        }
    }

    /// Where a member of what is being read stands: `household[0].income`.
    fn place(&self, name: &str) -> String {
        let lists = self.path.iter().map(|(list, index)| format!("{}[{index}].", self.graph.fact(*list).name));
        lists.collect::<String>() + name
    }

    /// Where the record that is being read stands: `household[0]`.
    fn own_place(&self) -> String {
        self.place("").trim_end_matches('.').to_owned()
    }

    fn report(&mut self, error: FactsError) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    /// Something stands where something else belongs. An empty place is the case itself.
    #[cold]
    fn misfit(&mut self, expected: &str, look: &Look, place: String) {
        let mut error = FactsError::new(expected, look.shown());
        error.help = look.help().map(ToOwned::to_owned);
        self.report(if place.is_empty() { error } else { error.of(place) });
    }

    /// A value does not fit its fact's type.
    #[cold]
    fn wrong(&mut self, fact: FactId, look: &Look, trouble: Trouble) -> Option<Input> {
        let fact = self.graph.fact(fact);
        let place = self.place(&fact.name);
        match look.written() {
            Ok(written) => {
                self.report(FactsError::value(self.graph, fact, Found::Written(&written), trouble).of(place));
            }
            Err(_) => self.misfit(&describe(self.graph, &fact.ty), look, place),
        }
        None
    }

    #[cold]
    fn unknown(&mut self, owner: Option<EntityId>, name: &str) {
        let facts = self.names.facts(owner).iter().map(|f| &*self.graph.fact(*f).name);
        let entity = owner.and_then(|e| self.graph.entities.get(e.0 as usize)).map(|e| &*e.name);
        let error = FactsError::unknown(name, entity, facts);
        let place = self.own_place();
        self.report(if place.is_empty() { error } else { error.of(place) });
    }
}

#[cfg(test)]
mod tests;
