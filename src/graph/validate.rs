//! What every program keeps, checked of one that was loaded. Scopes of nodes are recomputed on the way.

use super::sets::MOST_MEMBERS;
use super::{Clause, Const, Fold, Graph, NodeId, NodeKind, Output, PolicyEntry, Program, ScopeId};
use super::{MOST_NESTED_LISTS, MOST_NODES};
use crate::op::{self, Hit, Shape};
use crate::table::Seen;
use crate::value::{Choices, Date, EntityId, Kind, LIMIT, MAX_SCALE, Type, Unit};

/// The most policies of a bundle.
const MOST_POLICIES: usize = 1_000;
/// The most nodes times policies: each policy is judged over its own days.
const MOST_WORK: usize = 100_000_000;
/// Declared ranges end here.
const MOST_MANTISSA: i64 = 10_i64.pow(18);

type Checked = Result<(), String>;

fn ensure(holds: bool, rule: &str) -> Checked {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

/// Checks a program and fills its nodes' scopes.
pub(super) fn validate(program: &mut Program) -> Checked {
    let graph = &mut program.graph;
    ensure(graph.nodes.len() <= MOST_NODES, "it has too many nodes")?;
    ensure((1..=MOST_POLICIES).contains(&program.policies.len()), "it has no policy, or too many")?;
    ensure(graph.nodes.len() * program.policies.len() <= MOST_WORK, "it has too many nodes for so many policies")?;
    tables(graph)?;
    facts(graph)?;
    scopes(graph)?;
    for place in 0..graph.nodes.len() {
        let node = &graph.nodes[place];
        ensure(node.kind.operands().iter().all(|n| (n.0 as usize) < place), "a node stands before what it uses")?;
        shape(graph, node.shape)?;
        kind(graph, &node.kind, node.shape).map_err(|rule| format!("{rule} (node {place})"))?;
        let scope = graph.scope_of(&node.kind).ok_or("a node uses members of lists that it does not stand in")?;
        graph.nodes[place].scope = scope;
    }
    program.policies.iter().try_for_each(|p| policy(&program.graph, p))
}

fn tables(graph: &Graph) -> Checked {
    let sized = |e: &super::Enum| (1..=Choices::MOST).contains(&e.values.len());
    ensure(graph.enums.iter().all(sized), "an enumeration has no values, or too many")?;
    let mut texts = Seen::new();
    ensure(graph.texts.iter().all(|t| texts.insert(t)), "a text stands twice")?;
    ensure(graph.texts.len() <= MOST_NODES, "it has too many texts")
}

fn facts(graph: &Graph) -> Checked {
    ensure(graph.facts.len() <= MOST_NODES && graph.entities.len() <= MOST_NODES, "it has too many facts")?;
    let mut names = Seen::new();
    let mut case_facts = 0;
    for (i, fact) in graph.facts.iter().enumerate() {
        of_type(graph, &fact.ty)?;
        ensure(names.insert((fact.owner, &fact.name)), "a fact's name stands twice")?;
        match fact.owner {
            None => {
                ensure(fact.place == case_facts, "a fact has another's place")?;
                case_facts += 1;
            }
            Some(owner) => {
                let entity = graph.entities.get(owner.0 as usize).ok_or("a fact belongs to no entity")?;
                let own = entity.facts.get(fact.place as usize).is_some_and(|f| f.0 as usize == i);
                ensure(own, "an entity's fact has another's place")?;
                // Entities stand after those they contain, so none contains itself.
                let inner = |id: EntityId| id.0 < owner.0;
                ensure(!matches!(fact.ty.kind, Kind::List(id) if !inner(id)), "an entity contains itself")?;
            }
        }
    }
    let members: usize = graph.entities.iter().map(|e| e.facts.len()).sum();
    ensure(members == graph.facts.len() - case_facts as usize, "an entity names a fact that is not its own")
}

fn of_type(graph: &Graph, ty: &Type) -> Checked {
    if let Kind::List(entity) = ty.kind {
        let most = ty.high.unwrap_or(MOST_MEMBERS.into());
        ensure((entity.0 as usize) < graph.entities.len(), "a list is of no entity")?;
        return ensure((0..=i64::from(MOST_MEMBERS)).contains(&most) && !ty.optional, "a list is too long");
    }
    shape(graph, Shape::new(ty.kind, ty.scale))?;
    let (low, high) = ty.bounds();
    ensure(
        low <= high && low >= -MOST_MANTISSA && high <= MOST_MANTISSA,
        "a range is the wrong way round or too large",
    )?;
    let dates = low >= Date::MIN.days() && high <= Date::MAX.days();
    ensure(ty.kind != Kind::Date || dates, "a range of dates leaves the calendar")
}

fn shape(graph: &Graph, shape: Shape) -> Checked {
    match shape.kind {
        Kind::Enum(id) => ensure((id.0 as usize) < graph.enums.len(), "a value is of no enumeration")?,
        Kind::List(_) => return Err("a node is a list".to_owned()),
        _ => {}
    }
    let scaled = matches!(shape.kind, Kind::Number | Kind::Percentage | Kind::Money { .. } | Kind::Count(_));
    ensure(shape.scale <= if scaled { MAX_SCALE } else { 0 }, "a value has too many decimals")
}

/// Whose members stand in a scope.
fn entity_of(graph: &Graph, scope: ScopeId) -> Option<EntityId> {
    if scope == ScopeId::CASE {
        return None;
    }
    match graph.facts[graph.scopes[scope.0 as usize].list.0 as usize].ty.kind {
        Kind::List(entity) => Some(entity),
        _ => None,
    }
}

fn scopes(graph: &Graph) -> Checked {
    ensure(graph.scopes.len() <= MOST_NODES, "it has too many scopes")?;
    let case = graph.scopes.first().ok_or("it has no scope of the case")?;
    ensure(case.parent == ScopeId::CASE && case.owner == ScopeId::CASE, "the case stands within a list")?;
    for (i, scope) in graph.scopes.iter().enumerate().skip(1) {
        let before = |s: ScopeId| (s.0 as usize) < i;
        ensure(before(scope.parent) && before(scope.owner), "a scope stands before those around it")?;
        ensure(graph.depth(scope.parent) < MOST_NESTED_LISTS, "too many lists stand within each other")?;
        ensure(graph.encloses(scope.owner, scope.parent), "a list is of a record that it does not stand in")?;
        let list = graph.facts.get(scope.list.0 as usize).ok_or("a scope is over no fact")?;
        ensure(matches!(list.ty.kind, Kind::List(_)), "a scope is over a fact that is no list")?;
        ensure(list.owner == entity_of(graph, scope.owner), "a scope is over a list of another record")?;
    }
    Ok(())
}

fn kind(graph: &Graph, kind: &NodeKind, stated: Shape) -> Checked {
    let of = |n: &NodeId| graph.node(*n).shape;
    let is_truth = |n: &NodeId| of(n).kind == Kind::Truth;
    let fits = |n: &NodeId| (of(n).kind, of(n).scale) == (stated.kind, stated.scale);
    let condition = stated == Shape::TRUTH;
    let amount = stated.kind.is_numeric() && stated.kind != Kind::Date;
    let ordered = stated.kind.is_numeric() || matches!(stated.kind, Kind::Enum(_));
    let fact = |fact: super::FactId, scope: ScopeId| {
        let fact = graph.facts.get(fact.0 as usize).ok_or("a node is of no fact")?;
        ensure((scope.0 as usize) < graph.scopes.len(), "a node is of no scope")?;
        ensure(fact.owner == entity_of(graph, scope), "a fact is asked of another record").map(|()| fact)
    };
    let shapes = "a node's operands are not of the kinds it takes";
    match kind {
        NodeKind::Const(value) => ensure(constant(graph, *value, stated), "a constant is not of its kind"),
        NodeKind::Fact(id, scope) => {
            let ty = fact(*id, *scope)?.ty;
            let shape = Shape { kind: ty.kind, scale: ty.scale, optional: ty.optional };
            ensure(shape == stated, "a fact's node is of another kind")
        }
        NodeKind::Known(id, scope) => fact(*id, *scope).and(ensure(condition, shapes)),
        NodeKind::DecisionDate => ensure(stated == Shape::new(Kind::Date, 0), shapes),
        NodeKind::Op(op, args) => {
            let args: Vec<Shape> = args.iter().map(of).collect();
            op::check(op, stated, &args).map_err(|e| e.to_string())
        }
        NodeKind::Not(a) => ensure(condition && is_truth(a), shapes),
        NodeKind::Group(_, items) => ensure(condition && items.iter().all(is_truth), shapes),
        NodeKind::If(c, a, b) => ensure(is_truth(c) && fits(a) && fits(b), shapes),
        NodeKind::OnDay(day, entries) => {
            let ascending = entries.windows(2).all(|w| w[0].0 < w[1].0);
            ensure(ascending, "dated entries are not in order")?;
            ensure(of(day).kind == Kind::Date && entries.iter().all(|(_, n)| fits(n)), shapes)
        }
        NodeKind::Exceptions { base, cases, .. } => {
            ensure(fits(base) && cases.iter().all(|(c, v)| is_truth(c) && fits(v)), shapes)
        }
        NodeKind::Table { hit, rows, .. } => {
            let right = match hit {
                Hit::Count => stated == Shape::new(stated.kind, 0) && amount,
                Hit::Sum => amount,
                Hit::Largest | Hit::Smallest => ordered,
                Hit::Unique | Hit::First => true,
            };
            let value = |v: &NodeId| fits(v) || (*hit == Hit::Count && is_truth(v));
            ensure(right && rows.iter().all(|(c, v)| is_truth(c) && value(v)), shapes)
        }
        NodeKind::Fold { scope, filter, fold } => {
            ensure((1..graph.scopes.len()).contains(&(scope.0 as usize)), "a fold is over no list")?;
            let is_date = |n: &NodeId| of(n).kind == Kind::Date;
            let right = match fold {
                Fold::Count => amount && stated.scale == 0,
                Fold::Sum(v) => amount && fits(v),
                Fold::Largest(v, other) | Fold::Smallest(v, other) => ordered && fits(v) && other.iter().all(fits),
                Fold::Satisfies(_, v) => condition && is_truth(v),
                Fold::DaysCovered { from, to, within_from, within_to } => {
                    stated == Shape::new(Kind::Count(Unit::Days), 0)
                        && [from, to, within_from, within_to].into_iter().all(is_date)
                }
            };
            ensure(right && filter.iter().all(is_truth), shapes)
        }
    }
}

fn constant(graph: &Graph, value: Const, shape: Shape) -> bool {
    match (value, shape.kind) {
        (Const::None | Const::Fault, _) | (Const::Truth(_), Kind::Truth) => true,
        (Const::Mantissa(m), kind) => kind.is_numeric() && (-LIMIT..=LIMIT).contains(&m),
        (Const::Choice(c), Kind::Enum(id)) => (c as usize) < graph.enums[id.0 as usize].values.len(),
        (Const::Text(t), Kind::Text) => (t as usize) < graph.texts.len(),
        _ => false,
    }
}

fn policy(graph: &Graph, policy: &PolicyEntry) -> Checked {
    ensure(
        policy.nodes().iter().all(|n| (n.0 as usize) < graph.nodes.len()),
        "a policy names a node that is not there",
    )?;
    let ordered = !matches!(policy.in_force, (Some(from), Some(until)) if from > until);
    ensure(ordered, "a policy's period is the wrong way round")?;
    let about_case = |n: NodeId| graph.node(n).scope == ScopeId::CASE;
    let condition = |n: NodeId| about_case(n) && graph.node(n).shape.kind == Kind::Truth;
    let holds = "a rule is no condition of the case";
    policy.applies.iter().try_for_each(|c| clause(&condition, c))?;
    for rule in &policy.rules {
        ensure(rule.in_force.iter().chain([&rule.trigger]).all(|n| condition(*n)), holds)?;
        rule.applies.iter().chain([&rule.condition]).chain(&rule.unless).try_for_each(|c| clause(&condition, c))?;
        let mut shown = rule.message.iter().flat_map(|m| m.values());
        ensure(shown.all(|n| about_case(*n)), "a message shows a value of a record")?;
    }
    let output = |o: &Output| {
        of_type(graph, &o.ty)?;
        let shape = graph.node(o.node).shape;
        let fits = (shape.kind, shape.scale) == (o.ty.kind, o.ty.scale) && about_case(o.node);
        ensure(fits, "an award or report is of another type")
    };
    policy.awards.iter().chain(&policy.reports).try_for_each(output)?;
    let promised = policy.promises.iter().all(|p| graph.node(p.node).shape.kind == Kind::Truth);
    ensure(promised, "a promise is no condition")?;
    ensure(policy.facts.iter().all(|f| (f.fact.0 as usize) < graph.facts.len()), "a text is about no fact")
}

fn clause(condition: &impl Fn(NodeId) -> bool, root: &Clause) -> Checked {
    let mut stack = vec![root];
    while let Some(at) = stack.pop() {
        ensure(condition(at.node), "a paragraph is no condition of the case")?;
        stack.extend(&at.parts);
    }
    Ok(())
}
