//! Exceptions and tables: what follows from which rows can match (*semantics 1, Values as sets*).
//!
//! Rows match independently of each other. A row is *unavoidable* if it can be met and never not met: where no fault
//! intervenes it is met.

use crate::op::Hit;
use crate::value::{Body, Choices, LIMIT, Set, Truth};

/// Whether a row can only be met, faults aside.
fn unavoidable(condition: Truth) -> bool {
    condition.can_be_met() && !condition.can_be_not_met()
}

/// The base if no exception applies; those that apply together must agree.
pub(super) fn exceptions(base: Set, cases: impl Iterator<Item = (Truth, Set)>, exclusive: bool) -> Set {
    let cases: Vec<(Truth, Set)> = cases.filter(|(c, _)| *c != Truth::NOT_MET).collect();
    if cases.iter().any(|(c, _)| *c == Truth::FAULTY) {
        return Set::FAULT;
    }
    let mut agreed: Option<Set> = None;
    for (_, value) in cases.iter().filter(|(c, _)| unavoidable(*c)) {
        agreed = Some(agreed.map_or(*value, |others| intersect(&others, value)));
    }
    let mut out = match agreed {
        Some(agreed) => agreed,
        None => cases.iter().filter(|(c, _)| c.can_be_met()).fold(base, |all, (_, value)| all.join(value)),
    };
    let possible = || cases.iter().filter(|(c, _)| c.can_be_met()).map(|(_, v)| v);
    out.fault |= cases.iter().any(|(c, v)| c.can_be_faulty() || (c.can_be_met() && v.fault));
    let mut others = possible();
    let agree = others.next().is_none_or(|first| first.is_settled() && others.all(|v| v == first));
    out.or_fault(possible().count() > 1 && !agree && !exclusive)
}

/// The values in both, *fault* aside.
fn intersect(a: &Set, b: &Set) -> Set {
    let body = match (a.body, b.body) {
        (Body::Truth(x), Body::Truth(y)) if x.bits() & y.bits() != 0 => {
            Body::Truth(Truth::from_bits(x.bits() & y.bits()))
        }
        (Body::Interval(l, h), Body::Interval(m, i)) if l.max(m) <= h.min(i) => Body::Interval(l.max(m), h.min(i)),
        (Body::Choices(x), Body::Choices(y)) if !x.intersect(y).is_empty() => Body::Choices(x.intersect(y)),
        (Body::Text(x), Body::Text(y)) if x == y => Body::Text(x),
        (Body::AnyText, Body::Text(x)) | (Body::Text(x), Body::AnyText) => Body::Text(x),
        (Body::AnyText, Body::AnyText) => Body::AnyText,
        _ => Body::Nothing,
    };
    Set { body, none: a.none && b.none, fault: false }
}

/// A table's set.
pub(super) fn table(hit: Hit, rows: impl Iterator<Item = (Truth, Set)>, exclusive: bool, complete: bool) -> Set {
    let member = |(present, value): (Truth, Set)| Member { present, value, copies: 1 };
    match hit {
        Hit::Unique => unique(rows, exclusive, complete),
        Hit::First => first(rows, complete),
        Hit::Sum => sum(rows.map(member)),
        Hit::Count => sum(rows.map(|(condition, _)| member((condition, Set::point(1))))),
        Hit::Largest | Hit::Smallest => {
            let if_none = if complete { Set::EMPTY } else { Set::FAULT };
            extreme(hit == Hit::Largest, rows.map(member), if_none)
        }
    }
}

fn unique(rows: impl Iterator<Item = (Truth, Set)>, exclusive: bool, complete: bool) -> Set {
    let (mut certain, mut open, mut fault) = (0, 0, false);
    let (mut of_certain, mut of_open) = (Set::EMPTY, Set::EMPTY);
    for (condition, value) in rows {
        fault |= condition.can_be_faulty();
        if condition == Truth::FAULTY {
            return Set::FAULT;
        } else if unavoidable(condition) {
            certain += 1;
            of_certain = value;
        } else if condition.can_be_met() {
            open += 1;
            of_open = of_open.join(&value);
        }
    }
    let out = match certain {
        0 => of_open.or_fault(!complete || (open > 1 && !exclusive)),
        1 => of_certain.or_fault(open > 0 && !exclusive),
        _ => Set::FAULT,
    };
    out.or_fault(fault)
}

fn first(rows: impl Iterator<Item = (Truth, Set)>, complete: bool) -> Set {
    let mut out = Set::EMPTY;
    for (condition, value) in rows {
        out.fault |= condition.can_be_faulty();
        if condition.can_be_met() {
            out = out.join(&value);
        }
        if !condition.can_be_not_met() {
            return out;
        }
    }
    out.or_fault(!complete)
}

/// A row or member that may count.
pub(super) struct Member {
    /// Whether it counts.
    pub present: Truth,
    /// Its value.
    pub value: Set,
    /// Of the members of a pending list: how many there can be; each may also be absent.
    pub copies: u32,
}

impl Member {
    fn can_be_faulty(&self) -> bool {
        self.present.can_be_faulty() || (self.present.can_be_met() && (self.value.fault || self.value.none))
    }

    /// Whether nothing but a fault can come of it.
    pub fn is_faulty(&self) -> bool {
        !self.present.can_be_not_met() && (!self.present.can_be_met() || self.value.body == Body::Nothing)
    }
}

/// The sum of all that count; 0 of none.
pub(super) fn sum(members: impl Iterator<Item = Member>) -> Set {
    let (mut low, mut high, mut fault) = (0i128, 0i128, false);
    for member in members {
        if member.is_faulty() {
            return Set::FAULT;
        }
        fault |= member.can_be_faulty();
        let Some((from, to)) = member.value.ends().filter(|_| member.present.can_be_met()) else { continue };
        // Ends stay within 36 digits and lists within four: the products and sums of an `i128` are exact here.
        let copies = i128::from(member.copies);
        let (from, to) =
            if unavoidable(member.present) { (from, to) } else { (from.min(0) * copies, to.max(0) * copies) };
        low = low.saturating_add(from);
        high = high.saturating_add(to);
    }
    if low > LIMIT || high < -LIMIT {
        return Set::FAULT;
    }
    fault |= low < -LIMIT || high > LIMIT;
    Set::interval(low.max(-LIMIT), high.min(LIMIT)).or_fault(fault)
}

/// The largest (or smallest) of all that count; `if_none` where none does.
pub(super) fn extreme(largest: bool, members: impl Iterator<Item = Member>, if_none: Set) -> Set {
    let (mut out, mut some_certain, mut bound) = (Set::EMPTY, false, None::<i128>);
    for member in members {
        if member.is_faulty() {
            return Set::FAULT;
        }
        out.fault |= member.can_be_faulty();
        if !member.present.can_be_met() {
            continue;
        }
        let values = Set { none: false, fault: false, ..member.value };
        out = out.join(&values);
        if unavoidable(member.present) {
            some_certain = true;
            // The result is at least (at most) what every certain member has at least (at most).
            if let Some((low, high)) = ends(&values) {
                let end = if largest { low } else { high };
                bound = Some(bound.map_or(end, |b| if largest { b.max(end) } else { b.min(end) }));
            }
        }
    }
    let out = bound.map_or(out, |bound| clip(out, largest, bound));
    if some_certain { out } else { out.join(&if_none) }
}

fn ends(set: &Set) -> Option<(i128, i128)> {
    match set.body {
        Body::Choices(c) => Some((c.first()?.into(), c.last()?.into())),
        _ => set.ends(),
    }
}

/// The set without the values below (above) a bound.
fn clip(set: Set, largest: bool, bound: i128) -> Set {
    let keep = |v: u8| if largest { i128::from(v) >= bound } else { i128::from(v) <= bound };
    let body = match set.body {
        Body::Interval(low, high) if largest => Body::Interval(low.max(bound), high),
        Body::Interval(low, high) => Body::Interval(low, high.min(bound)),
        Body::Choices(c) => {
            Body::Choices(c.iter().filter(|v| keep(*v)).fold(Choices::default(), |all, v| all.union(Choices::one(v))))
        }
        other => other,
    };
    Set { body, ..set }
}
