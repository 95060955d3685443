//! What is decided of a stretch of rows, before it becomes columns.

use super::lists::Lists;
use super::outputs::{Form, PolicyOutput, ValueOutput};
use crate::decide::{Decision, Outcome, Standing, Told, ToldValue};
use crate::eval::batch::{Blend, steps};
use crate::value::Value;
use std::ops::Range;
use std::sync::Arc;

/// What is said beside the outcome, as bits.
pub(crate) const PROPOSED: u8 = 1;
pub(crate) const UNSETTLED: u8 = 2;
/// A key that stands for null.
pub(crate) const NO_KEY: i16 = -1;

/// Keys of words, in the fewest bytes that their number allows.
pub(crate) enum Keys {
    Narrow(Vec<i8>),
    Wide(Vec<i16>),
}

impl Keys {
    /// Whether so many words have keys of one byte. Not one more, though it would have a key: some readers want to count them in a byte.
    pub fn are_narrow(words: usize) -> bool {
        words <= i8::MAX as usize
    }

    /// Of so many words, with room for so many rows.
    pub fn new(words: usize, rows: usize) -> Keys {
        match Keys::are_narrow(words) {
            true => Keys::Narrow(Vec::with_capacity(rows)),
            false => Keys::Wide(Vec::with_capacity(rows)),
        }
    }

    /// Adds nulls until there are so many rows.
    fn extend_to(&mut self, rows: usize) {
        match self {
            Keys::Narrow(keys) => keys.resize(rows, NO_KEY as i8),
            Keys::Wide(keys) => keys.resize(rows, NO_KEY),
        }
    }

    /// Puts keys into their rows.
    pub fn set_each(&mut self, each: impl Iterator<Item = (usize, i16)>) {
        match self {
            Keys::Narrow(keys) => each.for_each(|(row, key)| keys[row] = key as i8),
            Keys::Wide(keys) => each.for_each(|(row, key)| keys[row] = key),
        }
    }

    /// Writes for each key of a stretch of rows the value of the last step that it reaches, `first` where it is below them all.
    pub fn write_steps<T: Blend>(
        &self,
        rows: Range<usize>,
        into: &mut [T],
        first: T,
        each: impl Iterator<Item = (i16, T)>,
    ) {
        match self {
            Keys::Narrow(keys) => {
                let each: Vec<(i8, T)> = each.map(|(key, value)| (key as i8, value)).collect();
                steps(into, &keys[rows], first, &each);
            }
            Keys::Wide(keys) => steps(into, &keys[rows], first, &each.collect::<Vec<_>>()),
        }
    }

    /// Puts a key into its row.
    pub fn set(&mut self, row: usize, key: i16) {
        match self {
            Keys::Narrow(keys) => keys[row] = key as i8,
            Keys::Wide(keys) => keys[row] = key,
        }
    }
}

/// The results of one policy over a stretch of rows.
pub(crate) struct Results {
    /// The outcome's place in [`crate::decide::Outcome::ALL`].
    pub outcomes: Vec<i8>,
    /// [`PROPOSED`] and [`UNSETTLED`]; absent where the policy never says so.
    pub flags: Option<Vec<u8>>,
    /// The deciding rule.
    pub rules: Keys,
    /// Its citation; absent where no rule has one.
    pub cites: Option<Keys>,
    pub values: Vec<Values>,
    /// The standing of each rule by name.
    pub standings: Vec<Vec<i8>>,
    pub rare: Rare,
}

/// What few rows have, each by its row.
#[derive(Default)]
pub(crate) struct Rare {
    pub possible: Lists,
    pub needs: Lists,
    pub faults: Lists,
    pub errors: Vec<(usize, Arc<str>)>,
}

/// Values of an award, a report or a definition.
pub(crate) struct Values {
    pub cells: ValueCells,
    /// Whether there is a value: 1, else 0.
    pub given: Vec<u8>,
}

/// One kind of values.
pub(crate) enum ValueCells {
    Whole(Vec<i64>),
    /// Mantissas at the column's scale.
    Decimal(Vec<i128>),
    Day(Vec<i32>),
    Truth(Vec<u8>),
    /// Of an enumeration's words.
    Choice(Keys),
    Text(Vec<Option<Arc<str>>>),
}

impl Results {
    /// For so many rows, of which nothing is decided yet.
    pub fn new(output: &PolicyOutput, rows: usize) -> Results {
        let mut results = Results::with_room(output, rows);
        results.extend_to(rows);
        results
    }

    /// With room for so many rows.
    pub fn with_room(output: &PolicyOutput, rows: usize) -> Results {
        Results {
            outcomes: Vec::with_capacity(rows),
            flags: output.has_flags().then(|| Vec::with_capacity(rows)),
            rules: Keys::new(output.names.len(), rows),
            cites: output.has_cites().then(|| Keys::new(output.cites.len(), rows)),
            values: output.values().map(|v| Values::new(v, rows)).collect(),
            standings: output.standings.iter().map(|_| Vec::with_capacity(rows)).collect(),
            rare: Rare::default(),
        }
    }

    /// Adds rows of which nothing is decided yet until there are so many: by and by, so that they are in the cache when they are
    /// written.
    pub fn extend_to(&mut self, rows: usize) {
        self.outcomes.resize(rows, Outcome::Invalid as i8);
        self.flags.iter_mut().for_each(|flags| flags.resize(rows, 0));
        self.rules.extend_to(rows);
        self.cites.iter_mut().for_each(|cites| cites.extend_to(rows));
        self.values.iter_mut().for_each(|values| values.extend_to(rows));
        self.standings.iter_mut().for_each(|standings| standings.resize(rows, NO_KEY as i8));
    }

    /// Puts a single decision into its row.
    pub fn put(&mut self, output: &PolicyOutput, row: usize, decision: &Decision) {
        self.outcomes[row] = decision.outcome as i8;
        if let Some(flags) = &mut self.flags {
            flags[row] = if decision.proposed { PROPOSED } else { 0 } | if decision.settled { 0 } else { UNSETTLED };
        }
        let reason = decision.reasons.iter().find(|r| r.deciding);
        self.rules.set(row, reason.map_or(NO_KEY, |r| output.rule_key(&r.rule)));
        if let Some(cites) = &mut self.cites {
            cites.set(row, reason.and_then(|r| r.cites.as_deref()).map_or(NO_KEY, |c| output.cite_key(c)));
        }
        self.values.iter_mut().for_each(|v| v.given[row] = 0);
        for told in decision.awards.iter().chain(&decision.reports).chain(&decision.values) {
            for (values, slot) in output.values().zip(&mut self.values).filter(|(v, _)| *v.told == *told.name) {
                slot.put(&values.words, row, told);
            }
        }
        for (name, slot) in output.standings.iter().zip(&mut self.standings) {
            let reason = decision.reasons.iter().find(|r| *r.rule == **name);
            slot[row] = reason.map_or(NO_KEY as i8, |r| standing_key(r.standing));
        }
        let Rare { possible, needs, faults, .. } = &mut self.rare;
        if output.tells.possible && decision.possible.len() > 1 {
            let list = possible.list(decision.possible.iter().map(Outcome::as_str));
            possible.give(row, list);
        }
        if output.tells.needs && !decision.needs.is_empty() {
            let list = needs.list(decision.needs.iter().map(|need| &*need.fact));
            needs.give(row, list);
        }
        if !decision.faults.is_empty() {
            let all: Vec<String> = decision.faults.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect();
            let list = faults.list(all.iter().map(|fault| &**fault));
            faults.give(row, list);
        }
        if let Some(error) = &decision.error {
            self.rare.errors.push((row, error.clone()));
        }
    }
}

impl Values {
    fn new(of: &ValueOutput, rows: usize) -> Values {
        let cells = match of.form {
            Form::Whole => ValueCells::Whole(Vec::with_capacity(rows)),
            Form::Decimal(..) => ValueCells::Decimal(Vec::with_capacity(rows)),
            Form::Day => ValueCells::Day(Vec::with_capacity(rows)),
            Form::Truth => ValueCells::Truth(Vec::with_capacity(rows)),
            Form::Choice => ValueCells::Choice(Keys::new(of.words.len(), rows)),
            Form::Text => ValueCells::Text(Vec::with_capacity(rows)),
        };
        Values { cells, given: Vec::with_capacity(rows) }
    }

    fn extend_to(&mut self, rows: usize) {
        self.given.resize(rows, 0);
        match &mut self.cells {
            ValueCells::Whole(v) => v.resize(rows, 0),
            ValueCells::Decimal(v) => v.resize(rows, 0),
            ValueCells::Day(v) => v.resize(rows, 0),
            ValueCells::Truth(v) => v.resize(rows, 0),
            ValueCells::Choice(v) => v.extend_to(rows),
            ValueCells::Text(v) => v.resize(rows, None),
        }
    }

    fn put(&mut self, words: &[Arc<str>], row: usize, told: &Told) {
        let ToldValue::Value(value) = &told.value else { return };
        self.given[row] = 1;
        match (&mut self.cells, value) {
            (ValueCells::Whole(v), Value::Number { mantissa, .. }) => v[row] = *mantissa as i64,
            (ValueCells::Decimal(v), Value::Number { mantissa, .. }) => v[row] = *mantissa,
            (ValueCells::Day(v), Value::Date(date)) => v[row] = date.days() as i32,
            (ValueCells::Truth(v), Value::Truth(value)) => v[row] = (*value).into(),
            (ValueCells::Choice(v), Value::Choice(word)) => {
                v.set(row, words.iter().position(|w| w == word).map_or(NO_KEY, |k| k as i16));
            }
            (ValueCells::Text(v), Value::Text(text)) => v[row] = Some(text.clone()),
            _ => self.given[row] = 0,
        }
    }
}

/// The order in which standings are keys.
pub(crate) const STANDINGS: [Standing; 7] = [
    Standing::Met,
    Standing::NotMet,
    Standing::Open,
    Standing::Faulty,
    Standing::Waived,
    Standing::NotApplicable,
    Standing::NotInForce,
];

/// A standing as a key.
pub(crate) fn standing_key(standing: Standing) -> i8 {
    STANDINGS.iter().position(|s| *s == standing).map_or(-1, |k| k as i8)
}
