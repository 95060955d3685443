//! JSON Schema, draft 2020-12.

use super::{facts_of, reading};
use crate::decide::{Outcome, ReasonKind, Standing};
use crate::facts::{LONGEST_TEXT, MOST_MEMBERS, describe};
use crate::graph::{FactId, Graph, Output, PolicyEntry, Program};
use crate::value::{EntityId, Kind, Type, format_decimal};
use serde_json::{Map, Value as Json, json};

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of one case's facts, for all policies of a program; labels in a language, or in the first that stands.
pub fn facts(program: &Program, language: &str) -> Json {
    let graph = &program.graph;
    let mut defs = Map::new();
    defs.insert("source".to_owned(), json!({ "type": ["string", "null"], "description": "who says so" }));
    defs.insert(
        "observed".to_owned(),
        json!({ "type": ["string", "null"], "format": "date", "pattern": DATE, "description": "the day it was observed" }),
    );
    defs.insert(
        "closed".to_owned(),
        json!({
            "description": "no value will ever come",
            "type": "object",
            "properties": { "closed": { "const": true } },
            "required": ["closed"],
            "additionalProperties": false,
        }),
    );
    let mut root = record(program, None, language, &mut defs);
    for entity in 0..graph.entities.len() as u32 {
        let id = EntityId(entity);
        let schema = record(program, Some(id), language, &mut defs);
        defs.insert(entity_key(graph, id), schema);
    }
    if let Some(object) = root.as_object_mut() {
        object.insert("$schema".to_owned(), DRAFT.into());
        object.insert("$defs".to_owned(), defs.into());
        if let [policy] = &program.policies[..] {
            object.insert("title".to_owned(), title(policy, language).into());
        }
    }
    root
}

fn title(policy: &PolicyEntry, language: &str) -> String {
    policy.title.as_ref().map_or_else(|| policy.name.to_string(), |t| t.in_language(language).to_owned())
}

/// The facts of the case, or of a member of a list.
fn record(program: &Program, owner: Option<EntityId>, language: &str, defs: &mut Map<String, Json>) -> Json {
    let graph = &program.graph;
    let mut properties = Map::new();
    properties.insert("id".to_owned(), json!({ "type": ["string", "number", "null"] }));
    for (id, fact) in facts_of(graph, owner) {
        let before = owner.map(|e| format!("{}.", graph.entities[e.0 as usize].name)).unwrap_or_default();
        let (value, attested) = (format!("value:{before}{}", fact.name), format!("attested:{before}{}", fact.name));
        defs.insert(value.clone(), fact_value(graph, &fact.ty));
        defs.insert(attested.clone(), attested_schema(&value));
        properties.insert(fact.name.to_string(), fact_schema(program, id, language, &value, &attested));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn fact_schema(program: &Program, id: FactId, language: &str, value: &str, attested: &str) -> Json {
    let (label, description) = reading(program, id, language);
    let mut out = json!({
        "description": description,
        "anyOf": [
            reference(value),
            { "type": "null" },
            reference(attested),
            {
                "type": "object",
                "properties": { "sources": { "type": "array", "items": reference(attested), "maxItems": 100 } },
                "required": ["sources"],
                "additionalProperties": false,
            },
            reference("closed"),
        ],
    });
    if let Some(label) = label {
        out["title"] = label.into();
    }
    out
}

fn attested_schema(value: &str) -> Json {
    json!({
        "type": "object",
        "properties": {
            "value": { "anyOf": [reference(value), { "type": "null" }] },
            "source": reference("source"),
            "observed": reference("observed"),
        },
        "required": ["value"],
        "additionalProperties": false,
    })
}

fn entity_key(graph: &Graph, id: EntityId) -> String {
    format!("entity:{}", graph.entities.get(id.0 as usize).map_or("", |e| &*e.name))
}

/// A reference to one of the definitions; names in any script are percent-encoded, as the address is a URI.
fn reference(key: &str) -> Json {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b':' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let path: String = key.bytes().map(encode).collect();
    json!({ "$ref": format!("#/$defs/{path}") })
}

const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// A bare value of a fact.
fn fact_value(graph: &Graph, ty: &Type) -> Json {
    match ty.kind {
        Kind::Truth => json!({ "enum": [true, false, "yes", "no"] }),
        Kind::Date => json!({ "type": "string", "format": "date", "pattern": DATE }),
        Kind::Text => json!({ "type": "string", "maxLength": LONGEST_TEXT }),
        Kind::Enum(id) => json!({ "enum": graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default() }),
        Kind::List(entity) => {
            let most = ty.high.and_then(|high| usize::try_from(high).ok()).unwrap_or(MOST_MEMBERS);
            json!({ "type": "array", "items": reference(&entity_key(graph, entity)), "maxItems": most })
        }
        _ => {
            let scale = shown(ty);
            let (low, high) = ty.bounds();
            let mut number = json!({ "type": if scale == 0 { "integer" } else { "number" } });
            for (key, bound) in [("minimum", low), ("maximum", high)] {
                if let Some(bound) = exact(bound, scale) {
                    number[key] = bound;
                }
            }
            json!({ "anyOf": [number, { "type": "string", "pattern": decimal(low < 0, scale, false) }] })
        }
    }
}

/// A percentage is written in per cent.
fn shown(ty: &Type) -> u8 {
    if ty.kind == Kind::Percentage { ty.scale.saturating_sub(2) } else { ty.scale }
}

/// The bound as a JSON number, if readers that keep 15 digits read it exactly.
fn exact(mantissa: i64, scale: u8) -> Option<Json> {
    if mantissa.unsigned_abs() >= 10u64.pow(15) {
        return None;
    }
    let text = format_decimal(mantissa.into(), scale);
    let whole = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    serde_json::from_str(whole).ok()
}

/// A decimal as text, with at most or with exactly so many decimals.
fn decimal(is_signed: bool, scale: u8, is_full: bool) -> String {
    let sign = if is_signed { "-?" } else { "" };
    match (scale, is_full) {
        (0, _) => format!("^{sign}[0-9]+$"),
        (n, true) => format!("^{sign}[0-9]+\\.[0-9]{{{n}}}$"),
        (n, false) => format!("^{sign}[0-9]+(\\.[0-9]{{1,{n}}})?$"),
    }
}

/// The schema of a decision, of any policy of a program.
pub fn decisions(program: &Program, language: &str) -> Json {
    let texts = |words: Vec<&str>| json!({ "enum": words });
    let outcomes: Vec<&str> = Outcome::ALL.iter().map(|o| o.as_str()).collect();
    let defs = json!({
        "outcome": texts(outcomes),
        "reason": object(&[
            ("rule", true, json!({ "type": "string" })),
            ("kind", true, texts(REASON_KINDS.iter().map(|k| k.as_str()).collect())),
            ("standing", true, texts(STANDINGS.iter().map(|s| s.as_str()).collect())),
            ("deciding", false, json!({ "const": true })),
            ("title", false, json!({ "type": "string" })),
            ("message", false, json!({ "type": "string" })),
            ("cites", false, json!({ "type": "string" })),
            ("paragraph", false, json!({ "type": "string" })),
        ]),
        "need": object(&[
            ("fact", true, json!({ "type": "string" })),
            ("label", false, json!({ "type": "string" })),
            ("ask", false, json!({ "type": "string" })),
            ("held_by", false, json!({ "type": "string" })),
            ("judged_by", false, json!({ "type": "string" })),
            ("why", true, json!({ "type": "string" })),
            ("rules", true, json!({ "type": "array", "items": { "type": "string" } })),
        ]),
        "fault": object(&[
            ("rule", true, json!({ "type": "string" })),
            ("message", true, json!({ "type": "string" })),
        ]),
    });
    let all: Vec<Json> = program.policies.iter().map(|p| decision(&program.graph, p, language)).collect();
    json!({ "$schema": DRAFT, "anyOf": all, "$defs": defs })
}

const REASON_KINDS: [ReasonKind; 4] =
    [ReasonKind::Applies, ReasonKind::Require, ReasonKind::Exclude, ReasonKind::Refer];

const STANDINGS: [Standing; 7] = [
    Standing::Met,
    Standing::NotMet,
    Standing::Open,
    Standing::Faulty,
    Standing::Waived,
    Standing::NotApplicable,
    Standing::NotInForce,
];

fn decision(graph: &Graph, policy: &PolicyEntry, language: &str) -> Json {
    let list = |key: &str| json!({ "type": "array", "items": reference(key) });
    let mut out = object(&[
        ("policy", true, json!({ "const": policy.name })),
        ("version", false, json!({ "type": "string" })),
        ("graph", true, json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })),
        ("on", true, json!({ "type": "string", "format": "date", "pattern": DATE })),
        ("case", false, json!({ "type": "string" })),
        ("outcome", true, reference("outcome")),
        ("proposed", false, json!({ "const": Outcome::Declined.as_str() })),
        ("settled", false, json!({ "const": false })),
        ("possible", false, list("outcome")),
        ("awards", false, outputs(graph, &policy.awards, language)),
        ("reports", false, outputs(graph, &policy.reports, language)),
        ("reasons", false, list("reason")),
        ("needs", false, list("need")),
        ("faults", false, list("fault")),
        ("values", false, json!({ "type": "object" })),
        ("error", false, json!({ "type": "string" })),
    ]);
    out["title"] = title(policy, language).into();
    out
}

/// Awards or reports: each a value, or what is known of it.
fn outputs(graph: &Graph, outputs: &[Output], language: &str) -> Json {
    let mut properties = Map::new();
    for output in outputs {
        let value = told_value(graph, &output.ty);
        let flag = |key: &str| object(&[(key, true, json!({ "const": true }))]);
        let mut schema = json!({
            "description": describe(graph, &output.ty),
            "anyOf": [
                value.clone(),
                object(&[("from", true, value.clone()), ("to", true, value.clone())]),
                object(&[("one_of", true, json!({ "type": "array", "items": value }))]),
                flag("any"),
                flag("faulty"),
            ],
        });
        if let Some(title) = &output.title {
            schema["title"] = title.in_language(language).into();
        }
        properties.insert(output.name.to_string(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A value as a decision tells it; an award that does not apply is null.
fn told_value(graph: &Graph, ty: &Type) -> Json {
    let value = match ty.kind {
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date", "pattern": DATE }),
        Kind::Text => json!({ "type": "string" }),
        Kind::Enum(id) => json!({ "enum": graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default() }),
        _ => json!({ "type": "string", "pattern": decimal(true, shown(ty), true) }),
    };
    json!({ "anyOf": [value, { "type": "null" }] })
}

/// An object of these members, required or not, and no others.
fn object(members: &[(&str, bool, Json)]) -> Json {
    let required: Vec<&str> = members.iter().filter(|(_, required, _)| *required).map(|(name, ..)| *name).collect();
    let properties: Map<String, Json> =
        members.iter().map(|(name, _, schema)| ((*name).to_owned(), schema.clone())).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}
