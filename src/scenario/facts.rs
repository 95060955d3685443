//! What a scenario tells of its applicant, as JSON, so that it comes in by the same door as everybody's data.

use crate::Policy;
use crate::facts::{Facts, FactsErrors};
use crate::model::{Const, Fact, Given, GivenValue, Model, Scenario};
use crate::value::{Date, Kind, Type, format_decimal};
use serde_json::{Map, Value as Json, json};

/// What a scenario tells, as the JSON that any door takes. `complete` is not in it.
pub fn case(model: &Model, scenario: &Scenario) -> Json {
    let mut told = record(model, &scenario.given);
    for id in &scenario.closed {
        if let Some(fact) = model.facts.get(id.0 as usize) {
            told.insert(fact.name.to_string(), json!({"closed": true}));
        }
    }
    Json::Object(told)
}

/// A scenario's facts, or what is wrong with them.
pub(super) fn facts(policy: &Policy, model: &Model, scenario: &Scenario) -> Result<Facts, FactsErrors> {
    let mut facts = policy.facts_from_json(&case(model, scenario).to_string())?;
    facts.complete = scenario.complete;
    Ok(facts)
}

fn record(model: &Model, given: &[Given]) -> Map<String, Json> {
    let mut told = Map::new();
    for one in given {
        if let Some(fact) = model.facts.get(one.fact.0 as usize) {
            tell(&mut told, &fact.name, attested(model, fact, one));
        }
    }
    told
}

/// A fact given twice has two sources.
fn tell(told: &mut Map<String, Json>, name: &str, value: Json) {
    match told.get_mut(name) {
        None => {
            told.insert(name.to_owned(), value);
        }
        Some(before) => match before.get_mut("sources").and_then(Json::as_array_mut) {
            Some(sources) => sources.push(with_source(value)),
            None => *before = json!({"sources": [with_source(before.take()), with_source(value)]}),
        },
    }
}

fn with_source(value: Json) -> Json {
    if value.is_object() { value } else { json!({ "value": value }) }
}

fn attested(model: &Model, fact: &Fact, given: &Given) -> Json {
    let value = match &given.value {
        GivenValue::Value(value) => constant(model, &fact.ty, value),
        GivenValue::List(records) => records.iter().map(|r| Json::Object(record(model, r))).collect(),
    };
    if given.source.is_none() && given.observed.is_none() {
        return value;
    }
    let mut told = json!({"value": value});
    if let Some(source) = &given.source {
        told["source"] = Json::from(&**source);
    }
    if let Some(observed) = given.observed {
        told["observed"] = Json::from(observed.to_string());
    }
    told
}

fn constant(model: &Model, ty: &Type, value: &Const) -> Json {
    match value {
        Const::None => Json::Null,
        Const::Truth(value) => Json::Bool(*value),
        Const::Text(text) => Json::from(&**text),
        Const::Choice(place) => Json::from(super::compare::choice(model, ty.kind, *place)),
        Const::Mantissa(mantissa) => match ty.kind {
            Kind::Date => {
                let date = i64::try_from(*mantissa).ok().and_then(Date::from_days);
                date.map_or_else(|| Json::from(mantissa.to_string()), |d| Json::from(d.to_string()))
            }
            Kind::Percentage => Json::from(format_decimal(*mantissa, ty.scale.saturating_sub(2))),
            _ => Json::from(format_decimal(*mantissa, ty.scale)),
        },
    }
}
