//! The work on one stretch of rows.

use super::Batches;
use super::cells::Column;
use super::layout::Rows;
use super::results::Piece;
use crate::decide::{self, Decision, Options, Reasons, blank};
use crate::eval::range::Evaluation;
use crate::facts::{Facts, FactsError, FactsErrors};
use crate::value::Date;
use arrow_array::RecordBatch;

/// Rows that are worked on together by one core.
pub(crate) const MORSEL: usize = 1 << 15;

/// Decides a stretch of rows, from `first`.
pub(crate) fn decide(batches: &Batches, batch: &RecordBatch, first: usize, piece: &mut Piece) {
    let singles = Singles::new(batches, batch);
    for row in 0..piece.rows() {
        singles.decide(first + row, row, piece);
    }
}

/// Rows decided one at a time, as single cases are.
struct Singles<'a> {
    batches: &'a Batches,
    rows: Rows<'a>,
    on: Option<Column<'a>>,
    options: Options,
}

impl<'a> Singles<'a> {
    fn new(batches: &'a Batches, batch: &'a RecordBatch) -> Singles<'a> {
        let asked = &batches.options;
        let column = |at: Option<usize>| at.and_then(|at| Column::new(&**batch.column(at)));
        let rows = Rows {
            graph: &batches.bundle.program().graph,
            bound: batches.layout.bind(batch),
            id: column(batches.layout.id),
            complete: asked.complete,
        };
        let options = Options {
            attested: asked.attested,
            reasons: if asked.standings { Reasons::All } else { Reasons::Deciding },
            show: asked.show.iter().map(|s| s.as_str().into()).collect(),
            language: asked.language.as_str().into(),
        };
        Singles { batches, rows, on: column(batches.layout.on), options }
    }

    /// Decides a row of the batch and puts the decisions into a row of the piece.
    fn decide(&self, row: usize, into: usize, piece: &mut Piece) {
        let facts = self.rows.facts(row);
        let (facts, on) = match (facts, self.on(row)) {
            (Ok(facts), Ok(on)) => (Ok(facts), on),
            (Err(errors), Ok(on)) => (Err(errors), on),
            (Ok(_), Err(error)) => (Err(error.into()), self.batches.on),
            (Err(mut errors), Err(error)) => {
                errors.0.push(error);
                (Err(errors), self.batches.on)
            }
        };
        let outputs = &self.batches.outputs.policies;
        for ((decision, output), piece) in self.decisions(&facts, on).iter().zip(outputs).zip(&mut piece.policies) {
            piece.put(output, row - into, into, decision);
        }
    }

    fn decisions(&self, facts: &Result<Facts, FactsErrors>, on: Date) -> Vec<Decision> {
        let bundle = &self.batches.bundle;
        let policies = self.batches.chosen.iter().map(|at| &bundle.program().policies[*at]);
        match facts {
            Ok(facts) => {
                let evaluation = Evaluation::new(bundle.engine(), facts, on, self.options.attested);
                policies.map(|p| decide::decide(p, &evaluation, &self.options)).collect()
            }
            Err(errors) => {
                let error: std::sync::Arc<str> = errors.to_string().into();
                policies.map(|p| Decision { error: Some(error.clone()), ..blank(p, on, None) }).collect()
            }
        }
    }

    /// The day that a row is decided for.
    fn on(&self, row: usize) -> Result<Date, FactsError> {
        let Some(column) = &self.on else { return Ok(self.batches.on) };
        let name = || self.batches.options.on_column.clone().unwrap_or_default();
        if column.is_null(row) {
            return Err(FactsError::new("the day to decide for", "nothing").of(name()));
        }
        let days = column.day(row).map_err(|e| e.of(name()))?;
        Date::from_days(days).ok_or_else(|| FactsError::new("the day to decide for", "no day").of(name()))
    }
}
