//! Decisions made one at a time, gathered into the columns of a batch: for doors whose cases come in rows.

use super::layout::Layout;
use super::outputs::Outputs;
use super::results::Results;
use super::{BatchError, BatchOptions, Batches, work};
use crate::decide::Decision;
use crate::policy::Bundle;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use std::sync::Arc;

/// The columns of a bundle's decisions, ready to be filled from single decisions.
///
/// They are those of [`crate::columns`], after a column `id` of the cases' own names (unless a fact is called so). Decisions have to
/// tell the deciding rule, or all rules where [`BatchOptions::standings`] are asked for.
#[derive(Clone, Debug)]
pub struct Gathered {
    outputs: Outputs,
    input: SchemaRef,
}

impl Gathered {
    /// Readies the columns. Of the options those count that say what is told.
    ///
    /// # Errors
    /// Names that are not declared.
    pub fn new(bundle: &Bundle, options: &BatchOptions) -> Result<Gathered, BatchError> {
        let input = SchemaRef::new(Batches::schema_of_cases(bundle));
        let told = BatchOptions {
            possible: options.possible,
            needs: options.needs,
            standings: options.standings,
            show: options.show.clone(),
            language: options.language.clone(),
            ..BatchOptions::default()
        };
        let layout = Layout::new(&bundle.program().graph, bundle.names(), &input, &told)?;
        let all: Vec<usize> = (0..bundle.program().policies.len()).collect();
        let outputs = Outputs::new(bundle, &all, &input, &layout, &told)?;
        Ok(Gathered { outputs, input })
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.outputs.schema()
    }

    /// A row for each case: its decisions, one a policy in the bundle's order.
    ///
    /// # Errors
    /// Results that Arrow does not take.
    pub fn batch(&self, cases: &[Vec<Decision>]) -> Result<RecordBatch, BatchError> {
        let stretches: Result<Vec<RecordBatch>, BatchError> =
            cases.chunks(work::MORSEL).map(|cases| self.stretch(cases)).collect();
        Ok(concat_batches(&self.schema(), &stretches?)?)
    }

    fn stretch(&self, cases: &[Vec<Decision>]) -> Result<RecordBatch, BatchError> {
        let mut results: Vec<Results> = self.outputs.policies.iter().map(|p| Results::new(p, cases.len())).collect();
        results.iter_mut().for_each(|results| results.extend_to(cases.len()));
        for (row, decisions) in cases.iter().enumerate() {
            for ((decision, output), results) in decisions.iter().zip(&self.outputs.policies).zip(&mut results) {
                results.put(output, row, decision);
            }
        }
        let name = |decisions: &Vec<Decision>| decisions.first().and_then(|d| d.case.clone());
        let columns = self.input.fields().iter().map(|_| {
            let names: StringArray = cases.iter().map(name).collect();
            Arc::new(names) as ArrayRef
        });
        let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(cases.len()));
        let named = RecordBatch::try_new_with_options(self.input.clone(), columns.collect(), &options)?;
        self.outputs.assemble(&named, 0, results)
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;
    use crate::decide::Options;
    use crate::{Date, Policy};
    use arrow_array::{Int64Array, StringArray};

    #[test]
    fn decisions_gathered_are_those_of_a_batch() {
        let text = "policy p fact age: whole number fact b: yes or no require r age is less than 18 require s b award n: \
                    whole number as age + 1 define twice as age * 2";
        let policy = Policy::compile(text).unwrap();
        let bundle = policy.bundle();
        let on = Date::new(2026, 3, 2).unwrap();
        let ages = [Some(12), Some(40), None];
        let names = ["x", "y", "z"];
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("id", Arc::new(StringArray::from_iter_values(names)) as ArrayRef, true),
            ("age", Arc::new(Int64Array::from_iter(ages)) as ArrayRef, true),
        ])
        .unwrap();
        let asked = BatchOptions { standings: true, show: vec!["twice".into()], ..BatchOptions::default() };
        let expected = Batches::new(bundle, &batch.schema(), on, asked.clone()).unwrap().decide(&batch).unwrap();
        let options = Options { show: vec!["twice".into()], ..Options::default() };
        let cases: Vec<Vec<Decision>> = names
            .iter()
            .zip(ages)
            .map(|(name, age)| {
                let mut facts = bundle.facts();
                facts.id = Some((*name).into());
                if let Some(age) = age {
                    facts = facts.set(&bundle.program().graph, "age", age).unwrap();
                }
                bundle.decide(&facts, on, &options)
            })
            .collect();
        let gathered = Gathered::new(bundle, &asked).unwrap();
        assert_eq!(gathered.schema(), expected.schema());
        assert_eq!(gathered.batch(&cases).unwrap(), expected);
    }

    #[test]
    fn a_fact_called_id_names_no_case() {
        let policy = Policy::compile("policy p fact id: whole number require r id is more than 3").unwrap();
        let gathered = Gathered::new(policy.bundle(), &BatchOptions::default()).unwrap();
        assert!(gathered.schema().index_of("id").is_err());
        assert_eq!(gathered.batch(&[]).unwrap().num_rows(), 0);
    }
}
