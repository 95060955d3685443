//! Many cases at once: Arrow record batches in, Arrow record batches out (*semantics 1, Batches*).
//!
//! A batch gives, row by row, exactly what single decisions give. A [`Batches`] is prepared once for a schema and decides any number
//! of batches of it, on all cores of the current rayon pool.
//!
//! ```
//! # #[cfg(feature = "compile")] {
//! use arrow_array::{cast::AsArray, Int64Array, RecordBatch, types::Int8Type};
//! use placet::columns::{BatchOptions, Batches};
//! use placet::{Date, Policy};
//! use std::sync::Arc;
//!
//! let policy = Policy::compile("policy pass declines are automatic fact age: whole number require child age is less than 18")?;
//! let ages = Int64Array::from(vec![Some(12), Some(40), None]);
//! let cases = RecordBatch::try_from_iter([("age", Arc::new(ages) as _)])?;
//!
//! let on = Date::new(2026, 3, 2).ok_or("no such day")?;
//! let batches = Batches::new(policy.bundle(), &cases.schema(), on, BatchOptions::default())?;
//! let decisions = batches.decide(&cases)?;
//! let outcomes = decisions["outcome"].as_dictionary::<Int8Type>().downcast_dict::<arrow_array::StringArray>().ok_or("texts")?;
//! assert_eq!(outcomes.into_iter().flatten().collect::<Vec<_>>(), ["approved", "declined", "incomplete"]);
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Columns in
//!
//! A column is named as its fact. Whole numbers, decimals, dates, texts and truth values are taken in any of their physical forms, plain,
//! as views, or dictionary-encoded; a binary float only for a whole number. `X.source` and `X.observed` beside `X` say who told it
//! and when it was observed. A list of records is a list of structs. Null is pending, unless [`BatchOptions::none_where_null`] says
//! that for this column it means *none*. A fact without a column is pending in every row.
//!
//! # Columns out
//!
//! In a bundle of several policies each name has its policy's before it: `old_age_allowance.outcome`. Dictionaries have keys of 8 bits, or
//! of 16 where there are more than 127 words.
//!
//! | column | type | null |
//! |---|---|---|
//! | the case's name and the columns carried | as they came | as they came |
//! | `outcome` | text, dictionary-encoded | never |
//! | `proposed` | `declined`, dictionary-encoded | where no decline is proposed |
//! | `settled` | truth | never; false for a referral that waits for findings |
//! | `rule` | text, dictionary-encoded: the deciding rule | where no rule alone decides |
//! | `cites` | text, dictionary-encoded: its citation | as `rule` |
//! | `possible` | list of texts: the possible outcomes | where there is only one |
//! | `needs` | list of texts: the facts that still matter | where there are none |
//! | an award or report, by its name | its own: whole number, decimal, date, truth, text | where it is *none*, open, or not told |
//! | `faults` | list of texts: computations that failed, with the rule | where there are none |
//! | `error` | text: what is wrong with the row | of a valid row |
//! | `standing.RULE`, on request | text, dictionary-encoded | of an invalid row |
//! | `value.NAME`, on request | as an award | where it is *none* or open |

mod cases;
mod cells;
mod gather;
mod layout;
mod lists;
mod load;
mod open;
mod outputs;
mod results;
mod stream;
mod taken;
mod vectors;
mod work;

pub use gather::Gathered;
pub use stream::Decisions;

use crate::eval::parallel;
use crate::facts::FactsErrors;
use crate::policy::{Bundle, Policy};
use crate::value::Date;
use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use layout::Layout;
use outputs::Outputs;
use std::ops::ControlFlow;
use vectors::Vectors;

/// What a batch should hold, and how its columns count.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// The column that names the case; absent: `id`, unless a fact is called so.
    pub id: Option<String>,
    /// The column of the decision date; where it is null the row is invalid. Absent: one day for all.
    pub on_column: Option<String>,
    /// Columns that go through to the results as they are.
    pub carry: Vec<String>,
    /// Columns that tell no fact are passed over; else they are an error, lest a fact be misspelt.
    pub other_columns: bool,
    /// Bare values do not count: only those told with a source do.
    pub attested: bool,
    /// What is missing will never come.
    pub complete: bool,
    /// Facts for which null means *none*; of members `household.cap`.
    pub none_where_null: Vec<String>,
    /// Columns of whole numbers that count the smallest unit of their fact: cents.
    pub minor_units: Vec<String>,
    /// Whether to tell the possible outcomes.
    pub possible: bool,
    /// Whether to tell the facts that still matter.
    pub needs: bool,
    /// Whether to tell the standing of every rule.
    pub standings: bool,
    /// Definitions of the case whose values to tell.
    pub show: Vec<String>,
    /// The reader's language; empty: the policy's own.
    pub language: String,
}

impl Default for BatchOptions {
    fn default() -> Self {
        BatchOptions {
            id: None,
            on_column: None,
            carry: Vec::new(),
            other_columns: false,
            attested: false,
            complete: false,
            none_where_null: Vec::new(),
            minor_units: Vec::new(),
            possible: true,
            needs: true,
            standings: false,
            show: Vec::new(),
            language: String::new(),
        }
    }
}

impl Policy {
    /// The decisions on every row of a batch, for a day; see [`crate::columns`] for the columns.
    ///
    /// # Errors
    /// Columns that cannot be used. What is wrong with a row is told in the row.
    pub fn decide_batch(&self, batch: &RecordBatch, on: Date) -> Result<RecordBatch, BatchError> {
        Batches::of_policy(self, &batch.schema(), on, BatchOptions::default())?.decide(batch)
    }
}

/// Why a batch cannot be decided as a whole.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// Columns that cannot be used: each with what was expected, what was found, and what to do about it.
    #[error("{0}")]
    Columns(FactsErrors),
    /// A name asked for that no policy declares.
    #[error("`{name}`: no definition of the case is called so{}", near.as_ref().map(|n| format!("; did you mean `{n}`?")).unwrap_or_default())]
    Show {
        /// The name.
        name: String,
        /// One that is declared.
        near: Option<String>,
    },
    /// A name that two columns of the decisions would have.
    #[error(
        "two columns of the decisions would be called `{0}`: what is carried, an award or a report needs another name"
    )]
    Twice(String),
    /// A batch of another schema than the one prepared for.
    #[error("the batch has other columns than it was prepared for: {0}")]
    Schema(String),
    /// What was asked to go on said stop.
    #[error("stopped before all rows were decided")]
    Stopped,
    /// A reader failed, or results that Arrow does not take.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// Told how many more rows are decided; may stop the work. Called from any thread.
pub type Progress<'a> = &'a (dyn Fn(u64) -> ControlFlow<()> + Sync);

/// Policies made ready to decide batches of one schema.
#[derive(Clone, Debug)]
pub struct Batches {
    bundle: Bundle,
    /// The policies decided, by their places in the bundle.
    chosen: Vec<usize>,
    on: Date,
    options: BatchOptions,
    layout: Layout,
    input: SchemaRef,
    outputs: Outputs,
    /// Absent where vectors suit no policy.
    vectors: Option<Vectors>,
    pool: work::Pool,
}

impl Batches {
    /// Readies all policies of a bundle for batches of a schema, to be decided for a day (or for the day that each row tells,
    /// [`BatchOptions::on_column`]).
    ///
    /// # Errors
    /// Columns that cannot be used, names that are not declared.
    pub fn new(bundle: &Bundle, schema: &Schema, on: Date, options: BatchOptions) -> Result<Batches, BatchError> {
        let all = (0..bundle.program().policies.len()).collect();
        Batches::of(bundle, all, schema, on, options)
    }

    /// Readies one policy, whatever else is in its bundle.
    ///
    /// # Errors
    /// Columns that cannot be used, names that are not declared.
    pub fn of_policy(policy: &Policy, schema: &Schema, on: Date, options: BatchOptions) -> Result<Batches, BatchError> {
        Batches::of(policy.bundle(), vec![policy.index()], schema, on, options)
    }

    fn of(
        bundle: &Bundle,
        chosen: Vec<usize>,
        schema: &Schema,
        on: Date,
        options: BatchOptions,
    ) -> Result<Batches, BatchError> {
        let layout = Layout::new(&bundle.program().graph, bundle.names(), schema, &options)?;
        let outputs = Outputs::new(bundle, &chosen, schema, &layout, &options)?;
        let vectors = Vectors::new(bundle, &chosen, &outputs.policies, &layout, on, &options);
        let input = SchemaRef::new(schema.clone());
        let pool = work::Pool::default();
        Ok(Batches { bundle: bundle.clone(), chosen, on, options, layout, input, outputs, vectors, pool })
    }

    /// The columns of the results.
    pub fn schema(&self) -> SchemaRef {
        self.outputs.schema()
    }

    /// The columns that are read or carried, by their places: whoever reads a file may leave out the others, and ready itself
    /// for what is left.
    pub fn columns(&self) -> Vec<usize> {
        (0..self.input.fields().len()).filter(|at| self.layout.uses(*at)).collect()
    }

    /// The decisions on every row, in the order of the rows.
    ///
    /// # Errors
    /// If the batch is of another schema. What is wrong with a row is told in the row.
    pub fn decide(&self, batch: &RecordBatch) -> Result<RecordBatch, BatchError> {
        let all = self.decide_all(std::slice::from_ref(batch), &|_| ControlFlow::Continue(()))?;
        Ok(concat_batches(&self.schema(), &all)?)
    }

    /// The decisions on all rows of several batches, in the order of the rows, in batches of at most 32,768 rows: as they come
    /// from the cores, without being copied together.
    ///
    /// # Errors
    /// If a batch is of another schema, or `progress` says stop.
    pub fn decide_all(&self, batches: &[RecordBatch], progress: Progress) -> Result<Vec<RecordBatch>, BatchError> {
        for batch in batches {
            self.is_of_schema(batch)?;
        }
        let stretches = batches.iter().flat_map(|batch| {
            let rows = batch.num_rows();
            let firsts = (0..rows.max(1)).step_by(work::MORSEL);
            firsts.map(move |first| (batch, first..(first + work::MORSEL).min(rows)))
        });
        parallel::map(stretches.collect(), |(batch, rows)| {
            let decided = work::decide(self, batch, rows.clone())?;
            match progress(rows.len() as u64) {
                ControlFlow::Continue(()) => Ok(decided),
                ControlFlow::Break(()) => Err(BatchError::Stopped),
            }
        })
    }

    /// The decisions on all that a reader holds, batch by batch, in order; only a few batches are held at a time, and while these
    /// are decided the next are read.
    pub fn stream<R>(&self, reader: R) -> Decisions<R>
    where
        R: Iterator<Item = Result<RecordBatch, ArrowError>> + Send,
    {
        Decisions::new(self.clone(), reader)
    }

    fn is_of_schema(&self, batch: &RecordBatch) -> Result<(), BatchError> {
        let schema = batch.schema();
        let (own, other) = (self.input.fields(), schema.fields());
        if own.len() != other.len() {
            return Err(BatchError::Schema(format!("{} in place of {}", other.len(), own.len())));
        }
        let differ = own.iter().zip(other).find(|(a, b)| a.name() != b.name() || a.data_type() != b.data_type());
        match differ {
            Some((a, b)) => {
                let words = |f: &arrow_schema::Field| format!("`{}` ({})", f.name(), f.data_type());
                Err(BatchError::Schema(format!("{} in place of {}", words(b), words(a))))
            }
            None => Ok(()),
        }
    }
}
