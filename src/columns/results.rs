//! What is decided of a stretch of rows, before it becomes columns.

use super::outputs::{Form, PolicyOutput};
use crate::decide::{Decision, Outcome, Outcomes, Standing, Told, ToldValue};
use crate::value::Value;
use std::ops::Range;
use std::sync::Arc;

/// What is said beside the outcome, as bits.
pub(crate) const PROPOSED: u8 = 1;
pub(crate) const UNSETTLED: u8 = 2;
/// A key that stands for null.
pub(crate) const NO_KEY: i16 = -1;

/// The results of one policy over a stretch of rows.
pub(crate) struct Results {
    /// The outcome's place in [`crate::decide::Outcome::ALL`].
    pub outcomes: Vec<i8>,
    /// [`PROPOSED`] and [`UNSETTLED`]; empty where the policy never says so.
    pub flags: Vec<u8>,
    /// The deciding rule and its citation, as keys.
    pub rules: Vec<i16>,
    pub cites: Vec<i16>,
    pub values: Vec<Values>,
    /// The standing of each rule by name.
    pub standings: Vec<Vec<i8>>,
    pub rare: Rare,
}

/// What few rows have, each by its row.
#[derive(Default)]
pub(crate) struct Rare {
    pub possible: Vec<(usize, Outcomes)>,
    /// Which stretch of `needed` each row has.
    pub needs: Vec<(usize, Range<usize>)>,
    /// Facts, by their places among `words`.
    pub needed: Vec<u32>,
    pub words: Vec<Box<str>>,
    pub faults: Vec<(usize, Vec<String>)>,
    pub errors: Vec<(usize, Arc<str>)>,
}

impl Rare {
    /// The place of a fact's name among the words.
    pub fn word(&mut self, name: &str) -> u32 {
        let known = self.words.iter().position(|w| **w == *name);
        known.unwrap_or_else(|| {
            self.words.push(name.into());
            self.words.len() - 1
        }) as u32
    }

    /// Puts all into the order of their rows, in which they are not decided.
    pub fn sort(&mut self) {
        self.possible.sort_unstable_by_key(|(row, _)| *row);
        self.needs.sort_unstable_by_key(|(row, _)| *row);
        self.faults.sort_unstable_by_key(|(row, _)| *row);
        self.errors.sort_unstable_by_key(|(row, _)| *row);
    }
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
    /// Keys of an enumeration's words.
    Choice(Vec<i16>),
    Text(Vec<Option<Arc<str>>>),
}

impl Results {
    /// For so many rows, of which nothing is decided yet.
    pub fn new(output: &PolicyOutput, rows: usize) -> Results {
        Results {
            outcomes: vec![Outcome::Invalid as i8; rows],
            flags: vec![0; if output.has_flags() { rows } else { 0 }],
            rules: vec![NO_KEY; rows],
            cites: vec![NO_KEY; if output.has_cites() { rows } else { 0 }],
            values: output.values().map(|v| Values::new(v.form, rows)).collect(),
            standings: output.standings.iter().map(|_| vec![NO_KEY as i8; rows]).collect(),
            rare: Rare::default(),
        }
    }

    /// Puts a single decision into its row.
    pub fn put(&mut self, output: &PolicyOutput, row: usize, decision: &Decision) {
        self.outcomes[row] = decision.outcome as i8;
        if let Some(flags) = self.flags.get_mut(row) {
            *flags = if decision.proposed { PROPOSED } else { 0 } | if decision.settled { 0 } else { UNSETTLED };
        }
        let reason = decision.reasons.iter().find(|r| r.deciding);
        self.rules[row] = reason.map_or(NO_KEY, |r| output.rule_key(&r.rule));
        if let Some(cites) = self.cites.get_mut(row) {
            *cites = reason.and_then(|r| r.cites.as_deref()).map_or(NO_KEY, |c| output.cite_key(c));
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
        if output.tells.possible && decision.possible.len() > 1 {
            self.rare.possible.push((row, decision.possible));
        }
        if output.tells.needs && !decision.needs.is_empty() {
            let first = self.rare.needed.len();
            for need in &decision.needs {
                let word = self.rare.word(&need.fact);
                self.rare.needed.push(word);
            }
            self.rare.needs.push((row, first..self.rare.needed.len()));
        }
        if !decision.faults.is_empty() {
            let faults = decision.faults.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect();
            self.rare.faults.push((row, faults));
        }
        if let Some(error) = &decision.error {
            self.rare.errors.push((row, error.clone()));
        }
    }
}

impl Values {
    fn new(form: Form, rows: usize) -> Values {
        let cells = match form {
            Form::Whole => ValueCells::Whole(vec![0; rows]),
            Form::Decimal(..) => ValueCells::Decimal(vec![0; rows]),
            Form::Day => ValueCells::Day(vec![0; rows]),
            Form::Truth => ValueCells::Truth(vec![0; rows]),
            Form::Choice => ValueCells::Choice(vec![NO_KEY; rows]),
            Form::Text => ValueCells::Text(vec![None; rows]),
        };
        Values { cells, given: vec![0; rows] }
    }
}

impl Values {
    fn put(&mut self, words: &[Arc<str>], row: usize, told: &Told) {
        let ToldValue::Value(value) = &told.value else { return };
        self.given[row] = 1;
        match (&mut self.cells, value) {
            (ValueCells::Whole(v), Value::Number { mantissa, .. }) => v[row] = *mantissa as i64,
            (ValueCells::Decimal(v), Value::Number { mantissa, .. }) => v[row] = *mantissa,
            (ValueCells::Day(v), Value::Date(date)) => v[row] = date.days() as i32,
            (ValueCells::Truth(v), Value::Truth(value)) => v[row] = (*value).into(),
            (ValueCells::Choice(v), Value::Choice(word)) => {
                v[row] = words.iter().position(|w| w == word).map_or(NO_KEY, |k| k as i16);
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
