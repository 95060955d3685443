//! What is decided of many rows, before it becomes columns: plain buffers that are filled piece by piece.

use super::outputs::{Form, PolicyOutput};
use crate::decide::{Decision, Outcomes, Standing, Told, ToldValue};
use crate::value::Value;
use std::sync::Arc;

/// Bits beside the outcome in a verdict.
pub(crate) const PROPOSED: u8 = 8;
pub(crate) const UNSETTLED: u8 = 16;
/// A key that stands for null.
pub(crate) const NO_KEY: i16 = -1;

/// The results of all policies over the rows of one batch.
pub(crate) struct Results {
    pub policies: Vec<PolicyResults>,
    pub rows: usize,
}

/// The results of one policy.
pub(crate) struct PolicyResults {
    /// The outcome's place in [`crate::decide::Outcome::ALL`], with [`PROPOSED`] and [`UNSETTLED`].
    pub verdicts: Vec<u8>,
    /// The deciding rule and its citation, as keys.
    pub rules: Vec<i16>,
    pub cites: Vec<i16>,
    pub values: Vec<Values>,
    /// The standing of each rule by name.
    pub standings: Vec<Vec<i8>>,
    /// What few rows have, one entry a piece in the order of the rows.
    pub rare: Vec<Rare>,
}

/// What few rows have, each by its row in the batch.
#[derive(Default)]
pub(crate) struct Rare {
    pub possible: Vec<(usize, Outcomes)>,
    pub needs: Vec<(usize, Vec<Arc<str>>)>,
    pub faults: Vec<(usize, Vec<String>)>,
    pub errors: Vec<(usize, Arc<str>)>,
}

/// Values of an award, a report or a definition.
pub(crate) struct Values {
    pub cells: ValueCells<Vec<i64>, Vec<i128>, Vec<i32>, Vec<u8>, Vec<i16>, Vec<Option<Arc<str>>>>,
    /// Whether there is a value: 1, else 0.
    pub given: Vec<u8>,
}

/// One kind of buffers.
pub(crate) enum ValueCells<W, M, D, T, C, S> {
    Whole(W),
    /// Mantissas at the column's scale.
    Decimal(M),
    Day(D),
    Truth(T),
    /// Keys of an enumeration's words.
    Choice(C),
    Text(S),
}

/// A stretch of rows of the results.
#[derive(Default)]
pub(crate) struct Piece<'a> {
    pub policies: Vec<PolicyPiece<'a>>,
}

/// A stretch of rows of one policy's results.
pub(crate) struct PolicyPiece<'a> {
    pub verdicts: &'a mut [u8],
    pub rules: &'a mut [i16],
    pub cites: &'a mut [i16],
    pub values: Vec<ValuesPiece<'a>>,
    pub standings: Vec<&'a mut [i8]>,
    pub rare: &'a mut Rare,
}

/// A stretch of values.
pub(crate) struct ValuesPiece<'a> {
    pub cells: ValueCells<
        &'a mut [i64],
        &'a mut [i128],
        &'a mut [i32],
        &'a mut [u8],
        &'a mut [i16],
        &'a mut [Option<Arc<str>>],
    >,
    pub given: &'a mut [u8],
}

impl Results {
    /// The results cut into stretches of so many rows.
    pub fn pieces(&mut self, size: usize) -> Vec<(usize, Piece<'_>)> {
        let count = self.rows.div_ceil(size);
        let mut pieces: Vec<(usize, Piece)> =
            (0..count).map(|i| (i * size, Piece::default())).collect();
        for policy in &mut self.policies {
            for (piece, (_, into)) in policy.pieces(size).zip(&mut pieces) {
                into.policies.push(piece);
            }
        }
        pieces
    }
}

impl PolicyResults {
    pub fn new(output: &PolicyOutput, rows: usize, pieces: usize) -> PolicyResults {
        PolicyResults {
            verdicts: vec![0; rows],
            rules: vec![NO_KEY; rows],
            cites: vec![NO_KEY; rows],
            values: output.values().map(|v| Values::new(v.form, rows)).collect(),
            standings: output.standings.iter().map(|_| vec![0; rows]).collect(),
            rare: (0..pieces).map(|_| Rare::default()).collect(),
        }
    }

    fn pieces(&mut self, size: usize) -> impl Iterator<Item = PolicyPiece<'_>> {
        let mut values: Vec<_> = self.values.iter_mut().map(|v| v.pieces(size)).collect();
        let mut standings: Vec<_> = self.standings.iter_mut().map(|s| s.chunks_mut(size)).collect();
        let own = self.verdicts.chunks_mut(size).zip(self.rules.chunks_mut(size)).zip(self.cites.chunks_mut(size));
        own.zip(&mut self.rare).map(move |(((verdicts, rules), cites), rare)| PolicyPiece {
            verdicts,
            rules,
            cites,
            values: values.iter_mut().filter_map(Iterator::next).collect(),
            standings: standings.iter_mut().filter_map(Iterator::next).collect(),
            rare,
        })
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

    fn pieces(&mut self, size: usize) -> Box<dyn Iterator<Item = ValuesPiece<'_>> + '_> {
        let given = self.given.chunks_mut(size);
        macro_rules! each {
            ($cells:expr, $kind:ident) => {
                Box::new(
                    $cells
                        .chunks_mut(size)
                        .zip(given)
                        .map(|(cells, given)| ValuesPiece { cells: ValueCells::$kind(cells), given }),
                )
            };
        }
        match &mut self.cells {
            ValueCells::Whole(v) => each!(v, Whole),
            ValueCells::Decimal(v) => each!(v, Decimal),
            ValueCells::Day(v) => each!(v, Day),
            ValueCells::Truth(v) => each!(v, Truth),
            ValueCells::Choice(v) => each!(v, Choice),
            ValueCells::Text(v) => each!(v, Text),
        }
    }
}

impl Piece<'_> {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.policies.first().map_or(0, |p| p.verdicts.len())
    }
}

impl PolicyPiece<'_> {
    /// Puts a single decision into its row; `row` counts from the piece's first.
    pub fn put(&mut self, output: &PolicyOutput, first: usize, row: usize, decision: &Decision) {
        self.verdicts[row] = decision.outcome as u8
            | if decision.proposed { PROPOSED } else { 0 }
            | if decision.settled { 0 } else { UNSETTLED };
        (self.rules[row], self.cites[row]) = (NO_KEY, NO_KEY);
        self.values.iter_mut().for_each(|v| v.given[row] = 0);
        if let Some(reason) = decision.reasons.iter().find(|r| r.deciding) {
            self.rules[row] = output.rule_key(&reason.rule);
            self.cites[row] = reason.cites.as_deref().map_or(NO_KEY, |c| output.cite_key(c));
        }
        let told = decision.awards.iter().chain(&decision.reports).chain(&decision.values);
        for told in told {
            for (values, slot) in output.values().zip(&mut self.values).filter(|(v, _)| *v.told == *told.name) {
                slot.put(&values.words, row, told);
            }
        }
        for (name, slot) in output.standings.iter().zip(&mut self.standings) {
            let reason = decision.reasons.iter().find(|r| *r.rule == **name);
            slot[row] = reason.map_or(-1, |r| standing_key(r.standing));
        }
        let at = first + row;
        if output.tells.possible && decision.possible.len() > 1 {
            self.rare.possible.push((at, decision.possible));
        }
        if output.tells.needs && !decision.needs.is_empty() {
            self.rare.needs.push((at, decision.needs.iter().map(|n| n.fact.clone()).collect()));
        }
        if !decision.faults.is_empty() {
            let faults = decision.faults.iter().map(|f| format!("{}: {}", f.rule, f.message)).collect();
            self.rare.faults.push((at, faults));
        }
        if let Some(error) = &decision.error {
            self.rare.errors.push((at, error.clone()));
        }
    }
}

impl ValuesPiece<'_> {
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
