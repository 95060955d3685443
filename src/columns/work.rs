//! The work on one stretch of rows.

use super::BatchError;
use super::Batches;
use super::cells::Column;
use super::layout::{BoundFact, Rows};
use super::load::{Sources, Stage, rows_of, sums_before};
use super::open::{Open, OpenPolicy, Places, Table};
use super::results::Results;
use super::taken::Taken;
use super::vectors::{Left, Vectors};
use crate::decide::Options;
use crate::eval::batch::{Buffers, Chunk, Columns};
use crate::facts::FactsError;
use crate::value::Date;
use arrow_array::RecordBatch;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// Rows that are worked on together by one core.
pub(crate) const MORSEL: usize = 1 << 15;

/// What one piece of work needs room for, kept for the next.
#[derive(Default)]
struct Scratch {
    stage: Stage,
    points: Buffers,
    open: Buffers,
    taken: Taken,
    table: Table,
}

/// Room that no piece of work uses now: at most as much as cores have worked at once.
#[derive(Clone, Default)]
pub(crate) struct Pool(Arc<Mutex<Vec<Scratch>>>);

impl Pool {
    fn take(&self) -> Scratch {
        self.0.lock().map(|mut all| all.pop()).ok().flatten().unwrap_or_default()
    }

    fn give_back(&self, scratch: Scratch) {
        if let Ok(mut all) = self.0.lock() {
            all.push(scratch);
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pool")
    }
}

/// Decides a stretch of rows.
pub(crate) fn decide(batches: &Batches, batch: &RecordBatch, rows: Range<usize>) -> Result<RecordBatch, BatchError> {
    let outputs = &batches.outputs;
    let mut results: Vec<Results> = outputs.policies.iter().map(|p| Results::new(p, rows.len())).collect();
    let singles = Singles::new(batches, batch);
    let all: Vec<usize> = (0..results.len()).collect();
    match &batches.vectors {
        None => {
            results.iter_mut().for_each(|results| results.extend_to(rows.len()));
            rows.clone().enumerate().for_each(|(into, row)| singles.decide(row, into, &all, &mut results));
        }
        Some(vectors) => {
            let on = batches.layout.on.as_ref();
            let on = on.and_then(|t| Some(BoundFact::alone(t, Column::new(&**batch.column(t.column))?)));
            let graph = &batches.bundle.program().graph;
            let sources = Sources::new(graph, &singles.rows.bound, on, batches.on, batches.options.attested);
            let Scratch { mut stage, points, open, taken, table } = batches.pool.take();
            let mut work = Work {
                vectors,
                sources: &sources,
                singles: &singles,
                leaves: sources.leaves_of(&vectors.open().facts),
                places: vec![Places::new(); results.len()],
                taken,
                buffers: open,
                table,
                results,
            };
            let mut runner = vectors.runner(points);
            let mut left = vec![Left::default(); work.results.len()];
            let at_once = sources.rows_at_once(vectors.row_bytes());
            for first in rows.clone().step_by(at_once) {
                let chunk = first..(first + at_once).min(rows.end);
                sources.fill(&mut stage, chunk.clone());
                let into = first - rows.start;
                work.results.iter_mut().for_each(|results| results.extend_to(into + chunk.len()));
                vectors.decide(&mut runner, &sources, &stage, &mut work.results, into, &mut left);
                work.left(&stage, chunk, into, &left);
            }
            work.decide_open(rows.start);
            let (points, open) = (runner.into_buffers(), work.buffers);
            batches.pool.give_back(Scratch { stage, points, open, taken: work.taken, table: work.table });
            results = work.results;
        }
    }
    outputs.assemble(batch, rows.start, results)
}

/// How many open rows at least are decided by sets together.
const TOGETHER: usize = 4_096;

/// The work on what points have left.
struct Work<'a> {
    vectors: &'a Vectors,
    sources: &'a Sources<'a>,
    singles: &'a Singles<'a>,
    results: Vec<Results>,
    /// The columns of which rows are taken aside.
    leaves: Vec<usize>,
    /// By policy: rows taken aside, and where they stand in the results.
    places: Vec<Places>,
    taken: Taken,
    buffers: Buffers,
    table: Table,
}

impl Work<'_> {
    /// Takes open rows aside, and decides those that only a single case tells.
    fn left(&mut self, stage: &Stage, chunk: Range<usize>, into: usize, left: &[Left]) {
        let all = |bits: fn(&Left) -> &[u64]| {
            let mut all = vec![0u64; chunk.len().div_ceil(64)];
            left.iter().for_each(|left| all.iter_mut().zip(bits(left)).for_each(|(all, own)| *all |= own));
            all
        };
        let open = all(|left| &left.open);
        let rows = rows_of(&open);
        for (places, left) in self.places.iter_mut().zip(left) {
            let first = self.taken.rows as u32;
            let all = rows.iter().zip(first..).map(|(row, taken)| (taken, into as u32 + row));
            if left.open == open {
                places.extend(all);
            } else {
                let row = |place: &(u32, u32)| place.1 as usize - into;
                places.extend(all.filter(|place| left.open[row(place) / 64] >> (row(place) % 64) & 1 == 1));
            }
        }
        self.sources.take(stage, &self.leaves, &rows, &mut self.taken);
        for row in rows_of(&all(|left| &left.single)) {
            let row = row as usize;
            let is_single = |p: &usize| left[*p].single[row / 64] >> (row % 64) & 1 == 1;
            let policies: Vec<usize> = (0..left.len()).filter(is_single).collect();
            self.singles.decide(chunk.start + row, into + row, &policies, &mut self.results);
        }
        if self.taken.rows >= TOGETHER {
            self.decide_open(chunk.start - into);
        }
    }

    /// Decides the rows taken aside; `start` is where the results begin in the batch.
    fn decide_open(&mut self, start: usize) {
        if self.taken.rows == 0 {
            return;
        }
        let mut taken = std::mem::take(&mut self.taken);
        let places: Vec<Places> = self.places.iter_mut().map(std::mem::take).collect();
        let (graph, open) = (self.vectors.graph(), self.vectors.open());
        let mut runner = open.runner(graph, std::mem::take(&mut self.buffers));
        let (inputs, scopes) = (open.inputs(self.sources, &taken), Open::scopes(graph, &taken));
        let chunk = Chunk { inputs: &inputs, ends: &[], scopes: &scopes };
        runner.run(chunk, |_, _| {});
        {
            let columns = open.columns(graph, self.sources, &taken, Some((&runner, chunk)));
            match runner.given_up() {
                None => self.decide_taken(&taken, &columns, &places, start),
                Some(given_up) => {
                    self.decide_taken(&taken, &columns, &split(&places, given_up, false), start);
                    let again: Vec<usize> = (0..taken.rows).filter(|row| given_up[*row] != 0).collect();
                    let taken = taken.only(&again);
                    let columns = open.columns(graph, self.sources, &taken, None);
                    self.decide_taken(&taken, &columns, &split(&places, given_up, true), start);
                }
            }
        }
        self.buffers = runner.into_buffers();
        taken.clear();
        self.taken = taken;
    }

    fn decide_taken(&mut self, taken: &Taken, columns: &Columns, places: &[Places], start: usize) {
        let batches = self.singles.batches;
        for (at, places) in places.iter().enumerate().filter(|(_, places)| !places.is_empty()) {
            let policy = OpenPolicy {
                graph: self.vectors.graph(),
                entry: &batches.bundle.program().policies[batches.chosen[at]],
                vectors: self.vectors.policy(at),
                sources: self.sources,
                taken,
                columns,
            };
            let tells = batches.outputs.policies[at].tells;
            let back = policy.decide(places, tells, &mut self.results[at], &mut self.table);
            for (_, into) in back {
                self.singles.decide(start + into as usize, into as usize, &[at], &mut self.results);
            }
        }
    }
}

/// The rows that have been given up, by their places among those alone; or the others.
fn split(places: &[Places], given_up: &[u8], wanted: bool) -> Vec<Places> {
    let among = sums_before(given_up.iter().map(|given_up| (*given_up).into()));
    let own = |(row, into): &(u32, u32)| {
        let is_given_up = given_up[*row as usize] != 0;
        (is_given_up == wanted).then(|| (if wanted { among[*row as usize] } else { *row }, *into))
    };
    places.iter().map(|places| places.iter().filter_map(own).collect()).collect()
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
