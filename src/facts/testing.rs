//! Graphs of facts alone, for the tests of this room.

use crate::graph::{Entity, Enum, Fact, FactId, Graph};
use crate::value::{Currency, EntityId, EnumId, Kind, Type, Unit};

/// A fact of the case without clauses.
pub(crate) fn fact(name: &str, ty: Type) -> Fact {
    Fact {
        name: name.into(),
        owner: None,
        place: 0,
        ty,
        held_by: None,
        fresh_for: None,
        judged_by: None,
        sensitive: false,
    }
}

/// A graph of facts; places follow their order.
pub(crate) fn graph_of(mut facts: Vec<Fact>) -> Graph {
    let owners = facts.iter().filter_map(|f| f.owner).map(|e| e.0 + 1).max().unwrap_or(0);
    let mut entities: Vec<Entity> =
        (0..owners).map(|e| Entity { name: format!("entity_{e}").into(), facts: Vec::new() }).collect();
    let mut places = vec![0; owners as usize + 1];
    for (index, fact) in facts.iter_mut().enumerate() {
        let owner = fact.owner.map_or(0, |e| e.0 as usize + 1);
        fact.place = places[owner];
        places[owner] += 1;
        if let Some(entity) = fact.owner {
            entities[entity.0 as usize].facts.push(FactId(index as u32));
        }
    }
    Graph { enums: Vec::new(), entities, facts, scopes: Vec::new(), texts: Vec::new(), nodes: Vec::new() }
}

/// A graph with a fact of every type, and a household whose persons have jobs.
pub(crate) fn every_type() -> Graph {
    let money = Kind::Money { currency: Currency::parse("CNY").expect("a currency"), per: None };
    let (person, job) = (EntityId(0), EntityId(1));
    let of = |entity, mut f: Fact| {
        f.owner = Some(entity);
        f
    };
    let mut income = fact("income", Type { low: Some(0), high: Some(10_000_000), ..Type::new(money, 2) });
    income.held_by =
        Some(crate::value::Text { default: "Tax authority".into(), others: vec![("zh".into(), "税务局".into())] });
    income.fresh_for = Some(30);
    let mut secret = fact("diagnosis", Type::new(Kind::Enum(EnumId(0)), 0));
    secret.sensitive = true;
    let facts = vec![
        fact("registered", Type::new(Kind::Truth, 0)),
        income,
        fact("rate", Type::new(Kind::Percentage, 3)),
        fact("birth_date", Type::new(Kind::Date, 0)),
        fact("name", Type::new(Kind::Text, 0)),
        fact("region", Type::new(Kind::Enum(EnumId(0)), 0)),
        fact("cap", Type { optional: true, ..Type::new(money, 2) }),
        fact("stay", Type { low: Some(0), ..Type::new(Kind::Count(Unit::Months), 0) }),
        secret,
        fact("household", Type { high: Some(3), ..Type::new(Kind::List(person), 0) }),
        of(person, fact("age", Type { low: Some(0), high: Some(150), ..Type::new(Kind::Count(Unit::Years), 0) })),
        of(person, fact("jobs", Type::new(Kind::List(job), 0))),
        of(job, fact("pay", Type::new(money, 2))),
    ];
    let mut graph = graph_of(facts);
    graph.entities[0].name = "person".into();
    graph.entities[1].name = "job".into();
    let values = ["north", "south", "south_west"].map(Into::into).to_vec();
    graph.enums.push(Enum { values, ordered: false });
    graph
}
