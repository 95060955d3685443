//! The work on one stretch of rows.

use super::BatchError;
use super::Batches;
use super::cells::Column;
use super::layout::{BoundFact, Rows};
use super::load::{Sources, Stage, Taken};
use super::open::{OpenPolicy, Places};
use super::results::Results;
use super::vectors::{Vectors, left};
use crate::decide::{Options, Table};
use crate::facts::FactsError;
use crate::value::Date;
use arrow_array::RecordBatch;
use std::ops::Range;

/// Rows that are worked on together by one core.
pub(crate) const MORSEL: usize = 1 << 15;

/// Rows that go through a program together: few enough for their vectors to stay in the cache.
const CHUNK: usize = 4_096;

/// Decides a stretch of rows.
pub(crate) fn decide(batches: &Batches, batch: &RecordBatch, rows: Range<usize>) -> Result<RecordBatch, BatchError> {
    let outputs = &batches.outputs;
    let mut results: Vec<Results> = outputs.policies.iter().map(|p| Results::new(p, rows.len())).collect();
    let singles = Singles::new(batches, batch);
    let all: Vec<usize> = (0..results.len()).collect();
    match &batches.vectors {
        None => rows.clone().enumerate().for_each(|(into, row)| singles.decide(row, into, &all, &mut results)),
        Some(vectors) => {
            let on = batches.layout.on.as_ref();
            let on = on.and_then(|t| Some(BoundFact::alone(t, Column::new(&**batch.column(t.column))?)));
            let graph = &batches.bundle.program().graph;
            let sources = Sources::new(graph, &singles.rows.bound, on, batches.on, batches.options.attested);
            let mut work = Work {
                vectors,
                sources: &sources,
                singles: &singles,
                places: vec![Places::new(); results.len()],
                taken: Taken::default(),
                table: Table::default(),
                results,
            };
            let (mut runner, mut stage) = (vectors.runner(), Stage::default());
            let mut left = vec![Vec::new(); work.results.len()];
            for first in rows.clone().step_by(CHUNK) {
                let chunk = first..(first + CHUNK).min(rows.end);
                sources.fill(&mut stage, chunk.clone());
                let into = first - rows.start;
                vectors.decide(&mut runner, &sources, &stage, &mut work.results, into, &mut left);
                work.left(&stage, chunk, into, &left);
            }
            work.decide_open(rows.start);
            results = work.results;
        }
    }
    outputs.assemble(batch, rows.start, results)
}

/// How many open rows at least are decided by sets together.
const TOGETHER: usize = 1_024;

/// The work on what points have left.
struct Work<'a> {
    vectors: &'a Vectors,
    sources: &'a Sources<'a>,
    singles: &'a Singles<'a>,
    results: Vec<Results>,
    /// By policy: rows taken aside, and where they stand in the results.
    places: Vec<Places>,
    taken: Taken,
    table: Table,
}

impl Work<'_> {
    /// Takes open rows aside, and decides those that only a single case tells.
    fn left(&mut self, stage: &Stage, chunk: Range<usize>, into: usize, left: &[Vec<u8>]) {
        let mut any = vec![0u8; chunk.len()];
        left.iter().for_each(|l| any.iter_mut().zip(l).for_each(|(any, l)| *any |= l));
        let (mut singles, mut rows) = (Vec::new(), Vec::new());
        for at in marked(&any) {
            let row = chunk.start + at;
            let is = |p: &usize, wanted: u8| left[*p][at] == wanted;
            let mut open = (0..left.len()).filter(|p| is(p, left::OPEN)).peekable();
            singles.clear();
            singles.extend((0..left.len()).filter(|p| left[*p][at] & left::SINGLE != 0));
            if open.peek().is_some() {
                if self.sources.is_unclear(stage, at) {
                    singles.extend(open);
                } else {
                    let place = (self.taken.rows + rows.len(), into + at);
                    open.for_each(|p| self.places[p].push(place));
                    rows.push(at);
                }
            }
            if !singles.is_empty() {
                self.singles.decide(row, into + at, &singles, &mut self.results);
            }
        }
        self.sources.take(stage, &rows, &mut self.taken);
        if self.taken.rows >= TOGETHER {
            self.decide_open(chunk.start - into);
        }
    }

    /// Decides the rows taken aside; `start` is where the results begin in the batch.
    fn decide_open(&mut self, start: usize) {
        if self.taken.rows == 0 {
            return;
        }
        let taken = std::mem::take(&mut self.taken);
        let graph = self.vectors.graph();
        let columns = self.vectors.open().columns(graph, self.sources, &taken);
        let batches = self.singles.batches;
        for at in 0..self.results.len() {
            let places = std::mem::take(&mut self.places[at]);
            let policy = OpenPolicy {
                graph,
                entry: &batches.bundle.program().policies[batches.chosen[at]],
                vectors: self.vectors.policy(at),
                sources: self.sources,
                taken: &taken,
                columns: &columns,
            };
            let tells = batches.outputs.policies[at].tells;
            let back = policy.decide(&places, tells, &mut self.results[at], &mut self.table);
            for (_, into) in back {
                self.singles.decide(start + into, into, &[at], &mut self.results);
            }
        }
    }
}

/// The places of what is not 0. Most are, so that eight are looked at together.
fn marked(bytes: &[u8]) -> impl Iterator<Item = usize> + '_ {
    let eights = bytes.chunks(8).enumerate().filter(|(_, eight)| **eight != [0; 8][..eight.len()]);
    eights.flat_map(|(at, eight)| eight.iter().enumerate().filter(|(_, b)| **b != 0).map(move |(i, _)| at * 8 + i))
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
        let options = asked.of_single();
        let on = column(batches.layout.on.as_ref().map(|t| t.column));
        Singles { batches, rows, on, options }
    }

    /// Decides a row of the batch by some policies and puts the decisions into a row of the results.
    fn decide(&self, row: usize, into: usize, policies: &[usize], results: &mut [Results]) {
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
        for (at, decision) in policies.iter().zip(self.batches.decisions(facts.as_ref(), on, policies, &self.options)) {
            results[*at].put(&self.batches.outputs.policies[*at], into, &decision);
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
