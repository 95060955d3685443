//! Facts from JSON, JSON lines and JSON arrays.
//!
//! A case is an object of facts by name. A fact is told as a bare value; with its source and day as
//! `{"value": 12, "source": "Register", "observed": "2026-02-20"}`; by several as `{"sources": [{"value": …}, …]}`; or
//! `{"closed": true}` where no value will ever come. `null` is nothing told, or *none* where the type has it. Amounts are
//! numbers or texts (`12.5`, `"12.50"`), and no digit of them passes through a binary float. The member `id` is the case's
//! own name, unless a fact is called so.
//!
//! Values stay slices of the text until their fact's type is known, so reading makes no tree and is not recursive in the
//! text: what nests is bounded by the types.

mod lines;
mod members;
mod quick;

pub use lines::{array, lines};

use super::error::{FactsError, FactsErrors, Found, show};
use super::read::{self, Trouble};
use super::resolve::inherit;
use super::{Attested, Facts, Input, LONGEST_CASE, MOST_ERRORS, Names, Record, State, describe};
use crate::graph::{FactId, Graph};
use crate::value::{Date, EntityId, Kind, Type};
use members::{NotJson, elements, members, unquote};
use std::borrow::Cow;
use std::sync::Arc;

/// Lists within lists, at most; types nest less deeply than this.
const DEEPEST: usize = 64;
/// Sources of one fact, at most.
const MOST_SOURCES: usize = 100;

impl Facts {
    /// The facts of one case; see [`json`](self). Where many cases come, make the [`Names`] once and use [`read_case`].
    pub fn from_json(graph: &Graph, text: &str) -> Result<Facts, FactsErrors> {
        read_case(graph, &Names::new(graph), text)
    }
}

/// The facts of one case from a JSON object.
pub fn read_case(graph: &Graph, names: &Names, text: &str) -> Result<Facts, FactsErrors> {
    read_row(graph, names, text).1
}

/// The case's own name as far as it can be read, and the facts or what is wrong with them.
fn read_row(graph: &Graph, names: &Names, text: &str) -> (Option<Box<str>>, Result<Facts, FactsErrors>) {
    let mut facts = Facts { states: vec![State::Pending; names.facts(None).len()], ..Facts::default() };
    let mut reader = Reader { graph, names, errors: Vec::new(), path: Vec::new() };
    if text.len() > LONGEST_CASE {
        let found = format!("{} bytes", text.len());
        reader.report(FactsError::new(format!("a case of at most {LONGEST_CASE} bytes"), found));
    } else if let Err(error) = reader.object(None, text, &mut facts.states, &mut facts.id) {
        reader.report(error.told("a JSON object with the facts of one case", text));
    }
    if reader.errors.is_empty() { (None, Ok(facts)) } else { (facts.id, Err(FactsErrors(reader.errors))) }
}

/// What a piece of JSON is, in words.
fn kind_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
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
    fn object(
        &mut self,
        owner: Option<EntityId>,
        raw: &str,
        states: &mut [State],
        id: &mut Option<Box<str>>,
    ) -> Result<(), NotJson> {
        let errors = self.errors.len();
        let mut seen = Seen::default();
        if quick::members(raw, |key, value| self.member(owner, key, value, states, &mut seen, id)) {
            return Ok(());
        }
        self.errors.truncate(errors);
        states.fill(State::Pending);
        *id = None;
        let mut seen = Seen::default();
        members(raw, &mut |key, value| self.member(owner, key, value, states, &mut seen, id))
    }

    #[inline]
    fn member(
        &mut self,
        owner: Option<EntityId>,
        key: &str,
        value: &str,
        states: &mut [State],
        seen: &mut Seen,
        id: &mut Option<Box<str>>,
    ) {
        let Some(fact) = self.names.find(self.graph, owner, key) else {
            return if key == "id" { self.id(value, id) } else { self.unknown(owner, key) };
        };
        let place = self.graph.fact(fact).place as usize;
        if !seen.insert(place) {
            return self.twice("one value", key);
        }
        if let Some(slot) = states.get_mut(place) {
            self.state(fact, value, slot);
        }
    }

    /// The case's own name. A member's is read alike, and not kept.
    fn id(&mut self, value: &str, id: &mut Option<Box<str>>) {
        if id.is_some() {
            return self.twice("one name of the case", "id");
        }
        *id = match value.as_bytes().first() {
            Some(b'"') => unquote(value).map(|text| text.into()),
            Some(b'0'..=b'9' | b'-') => Some(value.into()),
            Some(b'n') => None,
            _ => {
                let error = FactsError::new("the case's own name, a text or a number", kind_of(value));
                self.report(error.of(self.place("id")));
                None
            }
        };
    }

    /// Puts what is told of a fact into its place, which is still pending.
    #[inline]
    fn state(&mut self, fact: FactId, raw: &str, slot: &mut State) {
        let ty = &self.graph.fact(fact).ty;
        match raw.as_bytes().first() {
            Some(b'n') if ty.optional => *slot = State::Given(Input::None),
            Some(b'n') => {}
            Some(b'{') => match self.told(fact, raw, true) {
                Told::Nothing => {}
                Told::Closed => *slot = State::Closed,
                Told::Bare(input) => *slot = State::Given(input),
                Told::Values(values) => *slot = State::Attested(values.into()),
            },
            first => match self.code(ty, first, raw) {
                Some(code) => *slot = State::Given(read::coded(ty, code)),
                None => {
                    if let Some(input) = self.input(fact, raw) {
                        *slot = State::Given(input);
                    }
                }
            },
        }
    }

    /// What comes most: a plain value that fits, of a type that needs no memory of its own.
    #[inline]
    fn code(&self, ty: &Type, first: Option<&u8>, raw: &str) -> Option<i64> {
        match (first?, ty.kind) {
            (b'"', _) if !raw.as_bytes().contains(&b'\\') => {
                read::code(self.graph, ty, raw.get(1..raw.len() - 1)?).ok()
            }
            (b't', Kind::Truth) => Some(1),
            (b'f', Kind::Truth) => Some(0),
            (b'-' | b'0'..=b'9', kind) if kind.is_numeric() && kind != Kind::Date => read::number(ty, raw).ok(),
            _ => None,
        }
    }

    /// A bare value, which is neither null nor an object.
    fn input(&mut self, fact: FactId, raw: &str) -> Option<Input> {
        let graph = self.graph;
        let ty = &graph.fact(fact).ty;
        let first = raw.as_bytes().first().copied().unwrap_or(0);
        let read = match (first, ty.kind) {
            (b'[', Kind::List(entity)) => return self.records(fact, entity, raw),
            (b'"', _) => match unquote(raw) {
                Some(text) => {
                    return match read::text(graph, ty, &text) {
                        Ok(input) => Some(input),
                        Err(trouble) => self.wrong(fact, Found::Written(&text), trouble),
                    };
                }
                None => Err(Trouble::Form),
            },
            (b't', Kind::Truth) => Ok(Input::Truth(true)),
            (b'f', Kind::Truth) => Ok(Input::Truth(false)),
            (b'-' | b'0'..=b'9', kind) if kind.is_numeric() && kind != Kind::Date => {
                read::number(ty, raw).map(Input::Mantissa)
            }
            _ => Err(Trouble::Form),
        };
        match read {
            Ok(input) => Some(input),
            Err(trouble) => {
                let found = match first {
                    b'-' | b'0'..=b'9' | b't' | b'f' => Found::Written(raw),
                    b'"' => Found::Thing("a text with an escape that is no letter"),
                    _ => Found::Thing(kind_of(raw)),
                };
                self.wrong(fact, found, trouble)
            }
        }
    }

    /// The members of a list.
    fn records(&mut self, fact: FactId, entity: EntityId, raw: &str) -> Option<Input> {
        let most = describe::most_members(&self.graph.fact(fact).ty);
        let mut records: Vec<Record> = Vec::new();
        let mut count = 0;
        let parsed = elements(raw, &mut |raw| {
            count += 1;
            if count > most || self.path.len() >= DEEPEST {
                return;
            }
            let mut record = Record { states: vec![State::Pending; self.names.facts(Some(entity)).len()] };
            self.path.push((fact, count - 1));
            if raw.starts_with('{') {
                let read = self.object(Some(entity), raw, &mut record.states, &mut None);
                if let Err(error) = read {
                    let place = self.own_place();
                    self.report(error.told("a record", raw).of(place));
                }
            } else {
                let name = self.graph.entities.get(entity.0 as usize).map_or("record", |e| &*e.name);
                let error = FactsError::new(format!("an object with the facts of a `{name}`"), kind_of(raw));
                let place = self.own_place();
                self.report(error.of(place));
            }
            self.path.pop();
            records.push(record);
        });
        if count > most || self.path.len() >= DEEPEST || parsed.is_err() {
            let error = FactsError::new(describe(self.graph, &self.graph.fact(fact).ty), format!("{count} of them"));
            self.report(error.of(self.place(&self.graph.fact(fact).name)));
            return None;
        }
        Some(Input::List(records.into()))
    }

    /// `{"value": …}`, `{"sources": […]}` or `{"closed": true}`; the latter two only where it is not itself a source.
    fn told(&mut self, fact: FactId, raw: &str, outermost: bool) -> Told {
        let graph = self.graph;
        let name = &graph.fact(fact).name;
        let (mut value, mut source, mut observed, mut sources, mut closed) = (None, None, None, None, None);
        let mut wrong: Option<String> = None;
        let parsed = members(raw, &mut |key, raw| {
            let slot = match key {
                "value" => &mut value,
                "source" => &mut source,
                "observed" => &mut observed,
                "sources" if outermost => &mut sources,
                "closed" if outermost => &mut closed,
                _ => {
                    wrong.get_or_insert_with(|| show(key));
                    return;
                }
            };
            if slot.replace(raw.to_owned()).is_some() {
                wrong.get_or_insert_with(|| format!("{} twice", show(key)));
            }
        });
        let alone = usize::from(value.is_some()) + usize::from(sources.is_some()) + usize::from(closed.is_some()) == 1;
        let alone = alone && (value.is_some() || (source.is_none() && observed.is_none()));
        if parsed.is_err() || wrong.is_some() || !alone {
            let expected = match outermost {
                true => "`value` with `source` and `observed`, or `sources`, or `closed` alone",
                false => "`value` with `source` and `observed`",
            };
            let error = FactsError::new(expected, wrong.unwrap_or_else(|| "another combination".to_owned()));
            self.report(error.of(self.place(name)));
            return Told::Nothing;
        }
        if let Some(closed) = closed {
            return match &*closed {
                "true" => Told::Closed,
                _ => {
                    let error = FactsError::new("`{\"closed\": true}`", show(&closed));
                    self.report(error.of(self.place(name)));
                    Told::Nothing
                }
            };
        }
        if let Some(sources) = sources {
            return self.sources(fact, &sources);
        }
        self.value_with_source(fact, &value.unwrap_or_default(), source.as_deref(), observed.as_deref())
    }

    /// Several values, each with its source.
    fn sources(&mut self, fact: FactId, raw: &str) -> Told {
        let place = self.place(&self.graph.fact(fact).name);
        let mut values = Vec::new();
        let mut count = 0;
        let parsed = elements(raw, &mut |raw| {
            count += 1;
            if count > MOST_SOURCES {
                return;
            }
            if !raw.starts_with('{') {
                let error = FactsError::new("a source as `{\"value\": …, \"source\": …}`", kind_of(raw));
                return self.report(error.of(place.clone()));
            }
            match self.told(fact, raw, false) {
                Told::Values(told) => values.extend(told),
                Told::Bare(value) => values.push(Attested { value, source: None, observed: None }),
                Told::Nothing | Told::Closed => {}
            }
        });
        if parsed.is_err() || count > MOST_SOURCES {
            let found = if parsed.is_err() { kind_of(raw).to_owned() } else { format!("{count} of them") };
            self.report(FactsError::new(format!("a list of at most {MOST_SOURCES} sources"), found).of(place));
        }
        if values.is_empty() { Told::Nothing } else { Told::Values(values) }
    }

    fn value_with_source(&mut self, fact: FactId, raw: &str, source: Option<&str>, observed: Option<&str>) -> Told {
        let (graph, place) = (self.graph, self.place(&self.graph.fact(fact).name));
        let source: Option<Arc<str>> = match source {
            None | Some("null") => None,
            Some(raw) => {
                let text = unquote(raw).filter(|t| t.len() <= super::LONGEST_TEXT);
                if text.is_none() {
                    let error = FactsError::new("the name of who told it, a text", kind_of(raw));
                    self.report(error.of(format!("{place}.source")));
                }
                text.map(|t| t.into())
            }
        };
        let observed = match observed {
            None | Some("null") => None,
            Some(raw) => {
                let text = unquote(raw).unwrap_or(Cow::Borrowed(raw));
                let day = Date::parse(&text);
                if day.is_none() {
                    let error = FactsError::new("the day it was observed, such as `2024-02-29`", show(&text));
                    self.report(error.of(format!("{place}.observed")));
                }
                day
            }
        };
        let input = match raw.as_bytes().first() {
            Some(b'n') if graph.fact(fact).ty.optional => Some(Input::None),
            Some(b'n') => None,
            Some(b'{') => self.wrong(fact, Found::Thing("an object"), Trouble::Form),
            _ => self.input(fact, raw),
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
        let mut out = String::new();
        for (list, index) in &self.path {
            out += &format!("{}[{index}].", self.graph.fact(*list).name);
        }
        out + name
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

    #[cold]
    fn wrong(&mut self, fact: FactId, found: Found<'_>, trouble: Trouble) -> Option<Input> {
        let fact = self.graph.fact(fact);
        let place = self.place(&fact.name);
        self.report(FactsError::value(self.graph, fact, found, trouble).of(place));
        None
    }

    #[cold]
    fn twice(&mut self, what: &str, key: &str) {
        let place = self.place(key);
        self.report(FactsError::new(what, "the member a second time").of(place));
    }

    #[cold]
    fn unknown(&mut self, owner: Option<EntityId>, key: &str) {
        let facts = self.names.facts(owner).iter().map(|f| &*self.graph.fact(*f).name);
        let entity = owner.and_then(|e| self.graph.entities.get(e.0 as usize)).map(|e| &*e.name);
        let error = FactsError::unknown(key, entity, facts);
        let place = self.own_place();
        self.report(if place.is_empty() { error } else { error.of(place) });
    }
}

/// Places that have been told already.
#[derive(Default)]
struct Seen {
    few: u64,
    many: Vec<u64>,
}

impl Seen {
    /// Whether the place is new.
    #[inline]
    fn insert(&mut self, place: usize) -> bool {
        let word = if place < 64 {
            &mut self.few
        } else {
            let at = place / 64 - 1;
            if self.many.len() <= at {
                self.many.resize(at + 1, 0);
            }
            &mut self.many[at]
        };
        let bit = 1 << (place % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests;
