//! From facts back to what is written: a fact's value in words, a case as JSON.

use super::describe::shown_scale;
use super::{Attested, Facts, Input, Record, State};
use crate::graph::{FactId, Graph};
use crate::value::{Date, EntityId, Kind, Type, Value};
use serde_json::{Map, Value as Json, json};

/// A fact's value, ready to be printed; of a list nothing, as it has no one value.
pub fn value_of(graph: &Graph, ty: &Type, input: &Input) -> Option<Value> {
    match (input, ty.kind) {
        (Input::None, _) => Some(Value::None),
        (Input::Truth(value), _) => Some(Value::Truth(*value)),
        (Input::Mantissa(days), Kind::Date) => Date::from_days(*days).map(Value::Date),
        (Input::Mantissa(value), _) => Some(Value::Number { mantissa: (*value).into(), scale: shown_scale(ty) }),
        (Input::Choice(place), Kind::Enum(id)) => {
            let values = &graph.enums.get(id.0 as usize)?.values;
            Some(Value::Choice((&**values.get(*place as usize)?).into()))
        }
        (Input::Text(text), _) => Some(Value::Text(text.clone())),
        (Input::Choice(_) | Input::List(_), _) => None,
    }
}

impl Facts {
    /// The case as JSON that reads back as the same facts: what a record of a decision keeps. `complete` is not in it.
    pub fn to_json(&self, graph: &Graph) -> Json {
        let mut out = Map::new();
        if let Some(id) = &self.id {
            out.insert("id".to_owned(), json!(id));
        }
        members(graph, None, &self.states, &mut out);
        Json::Object(out)
    }
}

fn members(graph: &Graph, owner: Option<EntityId>, states: &[State], out: &mut Map<String, Json>) {
    for (index, fact) in graph.facts.iter().enumerate().filter(|(_, f)| f.owner == owner) {
        let id = FactId(index as u32);
        let json = match states.get(fact.place as usize) {
            None | Some(State::Pending) => continue,
            Some(State::Closed) => json!({ "closed": true }),
            Some(State::Given(input)) => value(graph, id, input),
            Some(State::Attested(told)) => match &told[..] {
                [one] => attested(graph, id, one),
                several => {
                    json!({ "sources": several.iter().map(|one| attested(graph, id, one)).collect::<Vec<_>>() })
                }
            },
        };
        out.insert(fact.name.to_string(), json);
    }
}

fn attested(graph: &Graph, fact: FactId, told: &Attested) -> Json {
    let mut out = Map::new();
    out.insert("value".to_owned(), value(graph, fact, &told.value));
    if let Some(source) = &told.source {
        out.insert("source".to_owned(), json!(&**source));
    }
    if let Some(day) = told.observed {
        out.insert("observed".to_owned(), json!(day.to_string()));
    }
    Json::Object(out)
}

fn value(graph: &Graph, fact: FactId, input: &Input) -> Json {
    let ty = &graph.fact(fact).ty;
    match (input, ty.kind) {
        (Input::List(records), Kind::List(entity)) => {
            let record = |r: &Record| {
                let mut out = Map::new();
                members(graph, Some(entity), &r.states, &mut out);
                Json::Object(out)
            };
            records.iter().map(record).collect()
        }
        _ => value_of(graph, ty, input).map_or(Json::Null, |v| json!(v)),
    }
}
