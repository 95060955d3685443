//! Cases that are no columns: lines of JSON, a caller's dictionaries. Their decisions are columns all the same.

use super::results::Results;
use super::work::MORSEL;
use super::{BatchError, BatchOptions, Batches, Progress};
use crate::decide::{self, Decision, Options, Reasons, blank};
use crate::eval::parallel;
use crate::eval::range::Evaluation;
use crate::facts::{Facts, FactsErrors, Row};
use crate::policy::Bundle;
use crate::value::Date;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{DataType, Field, Schema};
use std::ops::ControlFlow;
use std::sync::Arc;

impl Batches {
    /// The schema to ready policies with for [`Batches::decide_cases`]: the cases' own names, unless a fact is called `id`.
    pub fn schema_of_cases(bundle: &Bundle) -> Schema {
        let graph = &bundle.program().graph;
        let own = bundle.names().find(graph, None, "id").is_none().then(|| Field::new("id", DataType::Utf8, true));
        Schema::new(own.into_iter().collect::<Vec<_>>())
    }

    /// The decisions on cases that are no columns, in their order, in batches as [`Batches::decide_all`] gives them. A case that
    /// breaks the schema is `invalid`.
    ///
    /// # Errors
    /// If `self` was readied for another schema than [`Batches::schema_of_cases`], or `progress` says stop.
    pub fn decide_cases(&self, cases: &[Row], progress: Progress) -> Result<Vec<RecordBatch>, BatchError> {
        let schema = Arc::new(Batches::schema_of_cases(&self.bundle));
        let options = self.options.of_single();
        let all: Vec<usize> = (0..self.chosen.len()).collect();
        let mut stretches: Vec<&[Row]> = cases.chunks(MORSEL).collect();
        if stretches.is_empty() {
            stretches.push(&[]);
        }
        parallel::map(stretches, |cases| {
            let named = |row: &Row| row.facts.as_ref().map_or_else(|_| row.id.clone(), |facts| facts.id.clone());
            let names = || -> ArrayRef { Arc::new(cases.iter().map(named).collect::<StringArray>()) };
            let columns = schema.fields().iter().map(|_| names()).collect();
            let counted = RecordBatchOptions::new().with_row_count(Some(cases.len()));
            let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &counted)?;
            self.is_of_schema(&batch)?;
            let outputs = &self.outputs.policies;
            let mut results: Vec<Results> = outputs.iter().map(|p| Results::new(p, cases.len())).collect();
            for (row, case) in cases.iter().enumerate() {
                let completed = case.facts.as_ref().map(|facts| {
                    let complete = facts.complete || self.options.complete;
                    Facts { complete, ..facts.clone() }
                });
                let facts = completed.as_ref().map_err(|errors| *errors);
                let decisions = self.decisions(facts, self.on, &all, &options);
                for ((decision, output), results) in decisions.iter().zip(outputs).zip(&mut results) {
                    results.put(output, row, decision);
                }
            }
            if let ControlFlow::Break(()) = progress(cases.len() as u64) {
                return Err(BatchError::Stopped);
            }
            self.outputs.assemble(&batch, 0, results)
        })
    }

    /// The decisions of some of the policies on one case; of facts that cannot be used, invalid ones.
    pub(super) fn decisions(
        &self,
        facts: Result<&Facts, &FactsErrors>,
        on: Date,
        policies: &[usize],
        options: &Options,
    ) -> Vec<Decision> {
        let policies = policies.iter().map(|at| &self.bundle.program().policies[self.chosen[*at]]);
        match facts {
            Ok(facts) => {
                let evaluation = Evaluation::new(self.bundle.engine(), facts, on, options.attested);
                policies.map(|p| decide::decide(p, &evaluation, options)).collect()
            }
            Err(errors) => {
                let error: Arc<str> = errors.to_string().into();
                policies.map(|p| Decision { error: Some(error.clone()), ..blank(p, on, None) }).collect()
            }
        }
    }
}

impl BatchOptions {
    /// What a single decision is asked for a row of a batch.
    pub(super) fn of_single(&self) -> Options {
        Options {
            attested: self.attested,
            reasons: if self.standings { Reasons::All } else { Reasons::Deciding },
            show: self.show.iter().map(|s| s.as_str().into()).collect(),
            language: self.language.as_str().into(),
        }
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::facts::json;
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int8Type;

    #[test]
    fn cases_are_decided_in_order_and_none_is_dropped() {
        let policy = Policy::compile(
            r#"
            policy pass "Museum pass"
              declines are automatic
            fact age: whole number from 0 to 130
            require child "A child" age is less than 18
            "#,
        )
        .expect("the policy compiles");
        let bundle = policy.bundle();
        let lines = "{\"id\": \"a\", \"age\": 5}\n{\"age\": 40}\n{\"id\": 3, \"age\": 4000}\n{}\n";
        let cases: Vec<Row> = json::lines(&bundle.program().graph, bundle.names(), lines.as_bytes()).collect();
        let on = Date::new(2026, 3, 2).expect("a day");
        let schema = Batches::schema_of_cases(bundle);
        let batches = Batches::new(bundle, &schema, on, BatchOptions::default()).expect("the schema suits");
        let results = batches.decide_cases(&cases, &|_| ControlFlow::Continue(())).expect("results").remove(0);
        let outcomes = results["outcome"].as_dictionary::<Int8Type>().downcast_dict::<StringArray>().expect("texts");
        let outcomes: Vec<_> = outcomes.into_iter().flatten().collect();
        assert_eq!(outcomes, ["approved", "declined", "invalid", "incomplete"]);
        let names: Vec<_> = results["id"].as_string::<i32>().iter().collect();
        assert_eq!(names, [Some("a"), None, Some("3"), None]);
        let stopped = batches.decide_cases(&cases, &|_| ControlFlow::Break(()));
        assert!(matches!(stopped, Err(BatchError::Stopped)));
    }
}
