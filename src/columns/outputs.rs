//! Which columns the results have, and how buffers become them.

use super::layout::Layout;
use super::lists::{Lists, list_of_texts, texts_of_few};
use super::results::{Keys, NO_KEY, PROPOSED, Results, STANDINGS, UNSETTLED, ValueCells, Values};
use super::{BatchError, BatchOptions, work};
use crate::decide::{Outcome, Standing};
use crate::eval::batch::{self, Key};
use crate::graph::{Graph, NodeId, PolicyEntry, ScopeId};
use crate::op::Shape;
use crate::policy::Bundle;
use crate::value::{Kind, Text};
use arrow_array::types::{Int8Type, Int16Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int8Array, Int16Array, Int64Array,
    RecordBatch, RecordBatchOptions, StringArray, new_null_array,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The columns of all policies' results.
#[derive(Clone, Debug)]
pub(crate) struct Outputs {
    pub policies: Vec<PolicyOutput>,
    carried: Vec<usize>,
    schema: SchemaRef,
    /// What columns that say nothing share, for as many rows as are decided together: nulls, and *settled* in every row.
    no_lists: ArrayRef,
    no_errors: ArrayRef,
    no_words: ArrayRef,
    all_settled: ArrayRef,
}

/// The columns of one policy's results.
#[derive(Clone, Debug)]
pub(crate) struct PolicyOutput {
    prefix: String,
    /// What the deciding rule can be called, the policy's own clause among them.
    pub names: Vec<Arc<str>>,
    pub cites: Vec<Arc<str>>,
    pub awards: Vec<ValueOutput>,
    pub reports: Vec<ValueOutput>,
    pub shown: Vec<ValueOutput>,
    /// Rules by name whose standings are told.
    pub standings: Vec<Arc<str>>,
    pub tells: Tells,
    /// Whether declines are proposed to a person, and whether findings are waited for.
    proposes: bool,
    pub judges: bool,
    words: Words,
}

/// What keys stand for: made once, so that all batches share them.
#[derive(Clone, Debug)]
struct Words {
    outcomes: ArrayRef,
    declined: ArrayRef,
    standings: ArrayRef,
    names: ArrayRef,
    cites: ArrayRef,
}

/// What is told on request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tells {
    pub possible: bool,
    pub needs: bool,
}

/// The column of an award, a report or a definition.
#[derive(Clone, Debug)]
pub(crate) struct ValueOutput {
    /// Its name in a decision.
    pub told: Arc<str>,
    column: String,
    pub node: NodeId,
    pub form: Form,
    /// The words of an enumeration.
    pub words: Arc<[Arc<str>]>,
    keyed: ArrayRef,
}

/// What a column of values holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    Whole,
    /// Digits in all, and after the point.
    Decimal(u8, i8),
    Day,
    Truth,
    /// Words of an enumeration.
    Choice,
    Text,
}

/// What the policy's own clause is called among the rules.
pub(crate) const APPLIES: &str = "applies when";

impl Outputs {
    /// The columns of a bundle's results.
    pub fn new(
        bundle: &Bundle,
        chosen: &[usize],
        input: &Schema,
        layout: &Layout,
        options: &BatchOptions,
    ) -> Result<Outputs, BatchError> {
        let program = bundle.program();
        let several = chosen.len() > 1;
        let entries = || chosen.iter().map(|at| &program.policies[*at]);
        let own = |policy: &PolicyEntry| {
            let prefix = if several { format!("{}.", policy.name) } else { String::new() };
            PolicyOutput::new(&program.graph, policy, prefix, options)
        };
        let policies: Vec<PolicyOutput> = entries().map(own).collect();
        for name in &options.show {
            if !policies.iter().any(|p| p.shown.iter().any(|s| *s.told == **name)) {
                let known = entries().flat_map(|p| p.defines.iter().map(|d| &*d.name));
                let near = crate::diagnostic::closest(name, known).map(str::to_owned);
                return Err(BatchError::Show { name: name.clone(), near });
            }
        }
        let mut fields: Vec<Field> = layout.carried.iter().map(|at| input.field(*at).clone()).collect();
        policies.iter().for_each(|p| p.fields(&mut fields));
        let mut met = BTreeSet::new();
        if let Some(field) = fields.iter().find(|field| !met.insert(field.name().as_str())) {
            return Err(BatchError::Twice(field.name().clone()));
        }
        let schema = SchemaRef::new(Schema::new(fields));
        let nothing = |form: &DataType| new_null_array(form, work::MORSEL);
        Ok(Outputs {
            policies,
            carried: layout.carried.clone(),
            schema,
            no_lists: nothing(&list_of_texts()),
            no_errors: nothing(&DataType::Utf8),
            no_words: nothing(&texts_by_key(0)),
            all_settled: Arc::new(BooleanArray::new(BooleanBuffer::new_set(work::MORSEL), None)),
        })
    }

    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// The results of a stretch of rows, from `first`, as columns; those carried before them.
    pub fn assemble(
        &self,
        batch: &RecordBatch,
        first: usize,
        results: Vec<Results>,
    ) -> Result<RecordBatch, BatchError> {
        let rows = results.first().map_or(0, |r| r.outcomes.len());
        let mut columns: Vec<ArrayRef> = self.carried.iter().map(|at| batch.column(*at).slice(first, rows)).collect();
        for (output, results) in self.policies.iter().zip(results) {
            output.assemble(results, self, &mut columns)?;
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }
}

impl PolicyOutput {
    fn new(graph: &Graph, policy: &PolicyEntry, prefix: String, options: &BatchOptions) -> PolicyOutput {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut cites: Vec<Arc<str>> = Vec::new();
        let add = |all: &mut Vec<Arc<str>>, text: Arc<str>| {
            if !all.contains(&text) {
                all.push(text);
            }
        };
        let cited = |text: &Text| text.shared(&options.language);
        for rule in &policy.rules {
            add(&mut names, rule.name.clone());
            rule.cites.iter().for_each(|c| add(&mut cites, cited(c)));
        }
        if let Some(applies) = &policy.applies {
            add(&mut names, APPLIES.into());
            applies.cites.as_ref().or(policy.cites.as_ref()).into_iter().for_each(|c| add(&mut cites, cited(c)));
        }
        let output = |name: &Arc<str>, column: String, node: NodeId| {
            let shape = graph.node(node).shape;
            let words: Arc<[Arc<str>]> = match shape.kind {
                Kind::Enum(id) => graph.enums[id.0 as usize].values.iter().map(|w| Arc::from(&**w)).collect(),
                _ => [].into(),
            };
            let keyed = texts(words.iter().map(|w| &**w));
            ValueOutput { told: name.clone(), column, node, form: form(graph, node, shape), words, keyed }
        };
        let told = |o: &crate::graph::Output| output(&o.name, format!("{prefix}{}", o.name), o.node);
        let mut shown = Vec::new();
        for define in policy.defines.iter().filter(|d| options.show.iter().any(|s| **s == *d.name)) {
            if graph.node(define.node).scope == ScopeId::CASE {
                let name: Arc<str> = define.name.as_ref().into();
                shown.push(output(&name, format!("{prefix}value.{name}"), define.node));
            }
        }
        PolicyOutput {
            awards: policy.awards.iter().map(told).collect(),
            reports: policy.reports.iter().map(told).collect(),
            shown,
            standings: if options.standings { names.clone() } else { Vec::new() },
            tells: Tells { possible: options.possible, needs: options.needs },
            proposes: !policy.declines_automatic,
            judges: graph.facts.iter().any(|f| f.judged_by.is_some()),
            words: Words {
                outcomes: texts(Outcome::ALL.iter().map(|o| o.as_str())),
                declined: texts([Outcome::Declined.as_str()].into_iter()),
                standings: texts(STANDINGS.iter().map(|s: &Standing| s.as_str())),
                names: texts(names.iter().map(|n| &**n)),
                cites: texts(cites.iter().map(|c| &**c)),
            },
            prefix,
            names,
            cites,
        }
    }

    /// All values in the order of their columns.
    pub fn values(&self) -> impl Iterator<Item = &ValueOutput> {
        self.awards.iter().chain(&self.reports).chain(&self.shown)
    }

    /// The key of a rule's name.
    pub fn rule_key(&self, name: &str) -> i16 {
        self.names.iter().position(|n| **n == *name).map_or(NO_KEY, |k| k as i16)
    }

    /// The key of a citation.
    pub fn cite_key(&self, cites: &str) -> i16 {
        self.cites.iter().position(|c| **c == *cites).map_or(NO_KEY, |k| k as i16)
    }

    fn fields(&self, all: &mut Vec<Field>) {
        let mut add = |name: &str, form: DataType, nullable: bool| {
            all.push(Field::new(format!("{}{name}", self.prefix), form, nullable));
        };
        add("outcome", texts_by_key(Outcome::ALL.len()), false);
        add("proposed", texts_by_key(1), true);
        add("settled", DataType::Boolean, false);
        add("rule", texts_by_key(self.names.len()), true);
        add("cites", texts_by_key(self.cites.len()), true);
        if self.tells.possible {
            add("possible", list_of_texts(), true);
        }
        if self.tells.needs {
            add("needs", list_of_texts(), true);
        }
        add("faults", list_of_texts(), true);
        add("error", DataType::Utf8, true);
        for rule in &self.standings {
            add(&format!("standing.{rule}"), texts_by_key(STANDINGS.len()), true);
        }
        all.extend(self.values().map(|v| Field::new(&v.column, v.data_type(), true)));
    }

    /// Whether a decline can be proposed, or a referral wait for findings.
    pub fn has_flags(&self) -> bool {
        self.proposes || self.judges
    }

    /// Whether any rule cites anything.
    pub fn has_cites(&self) -> bool {
        !self.cites.is_empty()
    }

    fn assemble(&self, results: Results, outputs: &Outputs, columns: &mut Vec<ArrayRef>) -> Result<(), BatchError> {
        let rows = results.outcomes.len();
        let words = &self.words;
        columns.push(narrow(results.outcomes, None, &words.outcomes)?);
        let nothing = |of: &ArrayRef| of.slice(0, rows);
        let flags = results.flags.unwrap_or_default();
        let flagged = |flag: u8| bits(&flags, |f| f & flag != 0);
        columns.push(match self.proposes {
            true => narrow(vec![0; rows], Some(NullBuffer::new(flagged(PROPOSED))), &words.declined)?,
            false => nothing(&outputs.no_words),
        });
        columns.push(match self.judges {
            true => Arc::new(BooleanArray::new(!&flagged(UNSETTLED), None)),
            false => nothing(&outputs.all_settled),
        });
        columns.push(keyed(results.rules, &words.names)?);
        columns.push(match results.cites {
            Some(cites) => keyed(cites, &words.cites)?,
            None => nothing(&outputs.no_words),
        });
        let rare = results.rare;
        let lists = |lists: Lists| if lists.is_empty() { Ok(nothing(&outputs.no_lists)) } else { lists.assemble(rows) };
        if self.tells.possible {
            columns.push(lists(rare.possible)?);
        }
        if self.tells.needs {
            columns.push(lists(rare.needs)?);
        }
        columns.push(lists(rare.faults)?);
        columns.push(match rare.errors.is_empty() {
            true => nothing(&outputs.no_errors),
            false => {
                let mut errors = rare.errors;
                errors.sort_unstable_by_key(|(row, _)| *row);
                texts_of_few(rows, &errors)?
            }
        });
        for keys in results.standings {
            columns.push(keyed(Keys::Narrow(keys), &words.standings)?);
        }
        for (values, output) in results.values.into_iter().zip(self.values()) {
            columns.push(output.assemble(values)?);
        }
        Ok(())
    }
}

impl ValueOutput {
    fn assemble(&self, values: Values) -> Result<ArrayRef, BatchError> {
        let nulls = Some(NullBuffer::new(bits(&values.given, |g| g != 0))).filter(|n| n.null_count() > 0);
        Ok(match values.cells {
            ValueCells::Whole(v) => Arc::new(Int64Array::new(v.into(), nulls)),
            ValueCells::Decimal(v) => {
                let (precision, scale) = match self.form {
                    Form::Decimal(precision, scale) => (precision, scale),
                    _ => (38, 0),
                };
                Arc::new(Decimal128Array::new(v.into(), nulls).with_precision_and_scale(precision, scale)?)
            }
            ValueCells::Day(v) => Arc::new(Date32Array::new(v.into(), nulls)),
            ValueCells::Truth(v) => Arc::new(BooleanArray::new(bits(&v, |t| t != 0), nulls)),
            ValueCells::Choice(mut keys) => {
                let not_given = values.given.iter().enumerate().filter(|(_, given)| **given == 0);
                not_given.for_each(|(row, _)| keys.set(row, NO_KEY));
                keyed(keys, &self.keyed)?
            }
            ValueCells::Text(v) => Arc::new(v.iter().map(|t| t.as_deref()).collect::<StringArray>()),
        })
    }
}

impl ValueOutput {
    fn data_type(&self) -> DataType {
        match self.form {
            Form::Whole => DataType::Int64,
            Form::Decimal(precision, scale) => DataType::Decimal128(precision, scale),
            Form::Day => DataType::Date32,
            Form::Truth => DataType::Boolean,
            Form::Choice => texts_by_key(self.words.len()),
            Form::Text => DataType::Utf8,
        }
    }
}

/// What holds a node's values: whole numbers where all fit 64 bits, else decimals as wide as its range asks.
fn form(graph: &Graph, node: NodeId, shape: Shape) -> Form {
    let most = graph.node(node).set.ends().map_or(i128::MAX, |(low, high)| high.max(low.saturating_neg()));
    let scale = if shape.kind == Kind::Percentage { shape.scale.saturating_sub(2) } else { shape.scale };
    match shape.kind {
        Kind::Date => Form::Day,
        Kind::Truth => Form::Truth,
        Kind::Enum(_) => Form::Choice,
        Kind::Text | Kind::List(_) => Form::Text,
        _ if scale == 0 && most < i128::from(i64::MAX) => Form::Whole,
        _ if most < 10i128.pow(18) => Form::Decimal(18, scale as i8),
        _ => Form::Decimal(38, scale as i8),
    }
}

/// The type of a column of so many different texts.
fn texts_by_key(words: usize) -> DataType {
    let keys = if Keys::are_narrow(words) { DataType::Int8 } else { DataType::Int16 };
    DataType::Dictionary(Box::new(keys), Box::new(DataType::Utf8))
}

fn texts<'a>(words: impl Iterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

/// Keys of texts, below zero for null.
fn keyed(keys: Keys, words: &ArrayRef) -> Result<ArrayRef, BatchError> {
    // Arrow looks twice at a key that is out of range, even under a null.
    fn nulls<T: Key>(keys: &mut [T]) -> Option<NullBuffer> {
        let bits = batch::key_bits(keys)?;
        Some(NullBuffer::new(BooleanBuffer::new(Buffer::from_vec(bits), 0, keys.len())))
    }
    Ok(match keys {
        Keys::Narrow(mut keys) => {
            let nulls = nulls(&mut keys);
            narrow(keys, nulls, words)?
        }
        Keys::Wide(mut keys) => {
            let nulls = nulls(&mut keys);
            let keys = Int16Array::new(keys.into(), nulls);
            Arc::new(DictionaryArray::<Int16Type>::try_new(keys, words.clone())?)
        }
    })
}

/// Keys of one byte, each of them a key of the words.
fn narrow(keys: Vec<i8>, nulls: Option<NullBuffer>, words: &ArrayRef) -> Result<ArrayRef, BatchError> {
    let keys = Int8Array::new(keys.into(), nulls);
    Ok(Arc::new(DictionaryArray::<Int8Type>::try_new(keys, words.clone())?))
}

/// One bit an item.
fn bits<T: Copy + Send + Sync>(items: &[T], is_set: impl Fn(T) -> bool + Copy + Send + Sync) -> BooleanBuffer {
    BooleanBuffer::new(Buffer::from_vec(batch::bits(items, is_set)), 0, items.len())
}
