//! The work on one stretch of rows.

use super::Batches;
use super::cells::Column;
use super::layout::{BoundFact, Rows};
use super::load::{Sources, Stage};
use super::results::Piece;
use crate::decide::{self, Decision, Options, Reasons, blank};
use crate::eval::range::Evaluation;
use crate::facts::{Facts, FactsError, FactsErrors};
use crate::value::Date;
use arrow_array::RecordBatch;

/// Rows that are worked on together by one core.
pub(crate) const MORSEL: usize = 1 << 15;

/// Rows that go through a program together: few enough for their vectors to stay in the cache.
const CHUNK: usize = 4_096;

/// Decides a stretch of rows, from `first`.
pub(crate) fn decide(batches: &Batches, batch: &RecordBatch, first: usize, piece: &mut Piece) {
    let singles = Singles::new(batches, batch);
    let all: Vec<usize> = (0..piece.policies.len()).collect();
    let Some(vectors) = &batches.vectors else {
        return (0..piece.rows()).for_each(|row| singles.decide(first + row, row, &all, piece));
    };
    let on = batches.layout.on.as_ref();
    let on = on.and_then(|t| Some(BoundFact::alone(t, Column::new(&**batch.column(t.column))?)));
    let graph = &batches.bundle.program().graph;
    let sources = Sources::new(graph, &singles.rows.bound, on, batches.on, batches.options.attested);
    let (mut runner, mut stage) = (vectors.runner(), Stage::default());
    let mut left = vec![Vec::new(); piece.policies.len()];
    let rows = piece.rows();
    for from in (0..rows).step_by(CHUNK) {
        let to = (from + CHUNK).min(rows);
        sources.fill(&mut stage, first + from..first + to);
        let outputs = &batches.outputs.policies;
        vectors.decide(&mut runner, &sources, &stage, outputs, &mut piece.policies, from, &mut left);
        for row in 0..to - from {
            let open: Vec<usize> = all.iter().copied().filter(|p| left[*p][row] != 0).collect();
            if !open.is_empty() {
                singles.decide(first + from + row, from + row, &open, piece);
            }
        }
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
        let on = column(batches.layout.on.as_ref().map(|t| t.column));
        Singles { batches, rows, on, options }
    }

    /// Decides a row of the batch by some policies and puts the decisions into a row of the piece.
    fn decide(&self, row: usize, into: usize, policies: &[usize], piece: &mut Piece) {
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
        for (at, decision) in policies.iter().zip(self.decisions(&facts, on, policies)) {
            piece.policies[*at].put(&self.batches.outputs.policies[*at], row - into, into, &decision);
        }
    }

    fn decisions(&self, facts: &Result<Facts, FactsErrors>, on: Date, policies: &[usize]) -> Vec<Decision> {
        let bundle = &self.batches.bundle;
        let policies = policies.iter().map(|at| &bundle.program().policies[self.batches.chosen[*at]]);
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
