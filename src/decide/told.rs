//! From sets to values that can be printed.

use super::ToldValue;
use crate::eval::range::Evaluation;
use crate::graph::NodeId;
use crate::op::Shape;
use crate::value::{Body, Date, Kind, Set, Truth, Value};
use std::sync::Arc;

/// The set of an award or report.
pub(crate) fn result(evaluation: &Evaluation, node: NodeId) -> Set {
    within_calendar(evaluation.set(node), evaluation.engine().graph().node(node).shape.kind)
}

/// The set of a result: dates on the way may leave the years 1 to 9999, a result may not.
pub(crate) fn within_calendar(set: Set, kind: Kind) -> Set {
    match set.body {
        Body::Interval(low, high) if kind == Kind::Date => {
            let (first, last) = (Date::MIN.days().into(), Date::MAX.days().into());
            let within = Set::interval(low.max(first), high.min(last));
            Set { none: set.none, ..within }.or_fault(set.fault || low < first || high > last)
        }
        _ => set,
    }
}

/// What is known of a value, ready to be printed.
pub(crate) fn told_value(evaluation: &Evaluation, set: Set, shape: Shape) -> ToldValue {
    if set.fault {
        return ToldValue::Faulty;
    }
    let mut values: Vec<Value> = if set.none { vec![Value::None] } else { Vec::new() };
    match set.body {
        Body::Nothing => {}
        Body::Truth(truth) => {
            values.extend(
                [(Truth::MET, true), (Truth::NOT_MET, false)]
                    .iter()
                    .filter_map(|(t, value)| (truth.bits() & t.bits() != 0).then_some(Value::Truth(*value))),
            );
        }
        Body::Interval(low, high) if low == high => values.push(number(low, shape)),
        Body::Interval(low, high) if values.is_empty() => {
            return ToldValue::Range(number(low, shape), number(high, shape));
        }
        Body::Choices(choices) => {
            let words = match shape.kind {
                Kind::Enum(id) => evaluation.engine().graph().enums.get(id.0 as usize).map(|e| &e.values),
                _ => None,
            };
            let word = |v: u8| words.and_then(|w| w.get(v as usize)).map_or("", |w| w);
            values.extend(choices.iter().map(|v| Value::Choice(word(v).into())));
        }
        Body::Text(id) => values.push(Value::Text(Arc::from(evaluation.text(id)))),
        Body::Interval(..) | Body::AnyText => return ToldValue::Any,
    }
    match values.len() {
        1 => ToldValue::Value(values.remove(0)),
        _ => ToldValue::OneOf(values),
    }
}

/// A mantissa as a value of its kind: a percentage in per cent, a date within the calendar.
fn number(mantissa: i128, shape: Shape) -> Value {
    match shape.kind {
        Kind::Date => {
            let days = mantissa.clamp(Date::MIN.days().into(), Date::MAX.days().into());
            Value::Date(Date::from_days(days as i64).unwrap_or(Date::MAX))
        }
        Kind::Percentage => Value::Number { mantissa, scale: shape.scale.saturating_sub(2) },
        _ => Value::Number { mantissa, scale: shape.scale },
    }
}
