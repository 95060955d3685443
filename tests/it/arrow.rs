//! Cases in JSON as Arrow columns, in whatever physical form a tape says, and decisions read back out of columns.

use crate::random::Tape;
use arrow_array::builder::{BooleanBuilder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int8Type, Int16Type, Int32Type, UInt32Type};
use arrow_array::*;
use arrow_buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field, Fields};
use placet::facts::Names;
use placet::graph::{FactId, Graph};
use placet::value::{Date, EntityId, Kind, parse_decimal};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Whether a case can be told in columns: closed facts and several sources cannot.
pub fn has_columns(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            !members.contains_key("closed") && !members.contains_key("sources") && members.values().all(has_columns)
        }
        Value::Array(items) => items.iter().all(has_columns),
        _ => true,
    }
}

/// The cases as columns, and the names of those where null is *none*. Closed facts and several sources have no columns.
pub fn columns(
    graph: &Graph,
    names: &Names,
    cases: &[Map<String, Value>],
    tape: &mut Tape,
) -> (RecordBatch, Vec<String>) {
    let mut maker = Maker { graph, names, none_where_null: Vec::new() };
    let all: Vec<Option<&Map<String, Value>>> = cases.iter().map(Some).collect();
    let fields = maker.owner(None, "", &all, tape);
    let options = RecordBatchOptions::new().with_row_count(Some(cases.len()));
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = fields.into_iter().unzip();
    let schema = Arc::new(arrow_schema::Schema::new(fields));
    (RecordBatch::try_new_with_options(schema, arrays, &options).unwrap(), maker.none_where_null)
}

struct Maker<'a> {
    graph: &'a Graph,
    names: &'a Names,
    none_where_null: Vec<String>,
}

impl Maker<'_> {
    fn owner(
        &mut self,
        owner: Option<EntityId>,
        before: &str,
        records: &[Option<&Map<String, Value>>],
        tape: &mut Tape,
    ) -> Vec<(Field, ArrayRef)> {
        let mut out = Vec::new();
        for id in self.names.facts(owner) {
            let fact = self.graph.fact(*id);
            let told: Vec<Option<&Value>> = records.iter().map(|r| r.and_then(|r| r.get(&*fact.name))).collect();
            // A column that tells nothing may as well be missing.
            if told.iter().all(Option::is_none) && tape.pick(2) == 0 {
                continue;
            }
            if told.iter().flatten().any(|v| v.is_object()) {
                let part = |key: &str| -> Vec<Option<String>> {
                    let text = |v: &Value| v.get(key).map(|v| v.as_str().unwrap().to_owned());
                    told.iter().map(|v| v.and_then(text)).collect()
                };
                for key in ["source", "observed"] {
                    let array: ArrayRef = Arc::new(StringArray::from(part(key)));
                    out.push((Field::new(format!("{}.{key}", fact.name), DataType::Utf8, true), array));
                }
            }
            let value = |v: &&'_ Value| v.is_object();
            let told: Vec<Option<Value>> =
                told.iter().map(|v| v.map(|v| if value(&v) { v["value"].clone() } else { v.clone() })).collect();
            let array = self.array(*id, &format!("{before}{}", fact.name), &told, tape);
            out.push((Field::new(&*fact.name, array.data_type().clone(), true), array));
        }
        out
    }

    fn array(&mut self, id: FactId, path: &str, told: &[Option<Value>], tape: &mut Tape) -> ArrayRef {
        let fact = self.graph.fact(id);
        if fact.ty.optional && told.iter().flatten().any(Value::is_null) {
            // Null can mean one thing only in a column.
            self.none_where_null.push(path.to_owned());
        }
        let given: Vec<Option<&Value>> = told.iter().map(|v| v.as_ref().filter(|v| !v.is_null())).collect();
        let scale = if fact.ty.kind == Kind::Percentage { fact.ty.scale - 2 } else { fact.ty.scale };
        let words = || given.iter().map(|v| v.map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)));
        match fact.ty.kind {
            Kind::List(entity) => self.list(entity, path, told, tape),
            Kind::Truth if given.iter().flatten().all(|v| v.is_boolean()) && tape.pick(4) > 0 => {
                let mut builder = BooleanBuilder::new();
                given.iter().for_each(|v| builder.append_option(v.map(|v| v.as_bool().unwrap())));
                Arc::new(builder.finish())
            }
            Kind::Date if words().flatten().all(|t| Date::parse(&t).is_some()) => {
                let days: Vec<Option<i32>> =
                    words().map(|t| t.map(|t| Date::parse(&t).unwrap().days() as i32)).collect();
                match tape.pick(4) {
                    0 => Arc::new(Date64Array::from_iter(days.iter().map(|d| d.map(|d| i64::from(d) * 86_400_000)))),
                    1 => {
                        Arc::new(TimestampSecondArray::from_iter(days.iter().map(|d| d.map(|d| i64::from(d) * 86_400))))
                    }
                    2 => texts(words().collect(), tape),
                    _ => Arc::new(Date32Array::from(days)),
                }
            }
            Kind::Text | Kind::Enum(_) | Kind::Truth | Kind::Date => texts(words().collect(), tape),
            _ if words().flatten().any(|t| parse_decimal(&t, scale).is_err()) => texts(words().collect(), tape),
            _ => {
                let mantissas: Vec<Option<i64>> =
                    words().map(|t| t.map(|t| parse_decimal(&t, scale).unwrap() as i64)).collect();
                let whole = scale == 0;
                let small = mantissas.iter().flatten().all(|m| i8::try_from(*m).is_ok());
                let natural = mantissas.iter().flatten().all(|m| u32::try_from(*m).is_ok());
                match tape.pick(8) {
                    0 if whole => Arc::new(Float64Array::from_iter(mantissas.iter().map(|m| m.map(|m| m as f64)))),
                    1 if whole && small => Arc::new(Int8Array::from_iter(mantissas.iter().map(|m| m.map(|m| m as i8)))),
                    2 if whole && natural => {
                        Arc::new(UInt32Array::from_iter(mantissas.iter().map(|m| m.map(|m| m as u32))))
                    }
                    0..5 if whole => Arc::new(Int64Array::from(mantissas)),
                    5 => texts(words().collect(), tape),
                    6 => Arc::new(
                        Decimal128Array::from_iter(mantissas.iter().map(|m| m.map(|m| i128::from(m) * 1_000)))
                            .with_precision_and_scale(38, scale as i8 + 3)
                            .unwrap(),
                    ),
                    _ => Arc::new(Decimal64Array::from(mantissas).with_precision_and_scale(18, scale as i8).unwrap()),
                }
            }
        }
    }

    fn list(&mut self, entity: EntityId, path: &str, told: &[Option<Value>], tape: &mut Tape) -> ArrayRef {
        let members = |v: &Option<Value>| v.as_ref().and_then(|v| v.as_array().cloned());
        let lists: Vec<Option<Vec<Value>>> = told.iter().map(members).collect();
        let flat: Vec<Value> = lists.iter().flatten().flatten().cloned().collect();
        let records: Vec<Option<&Map<String, Value>>> = flat.iter().map(|v| v.as_object()).collect();
        let inner = self.owner(Some(entity), &format!("{path}."), &records, tape);
        let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = inner.into_iter().unzip();
        let fields = Fields::from(fields);
        let values: ArrayRef = match arrays.is_empty() {
            true => Arc::new(StructArray::new_empty_fields(flat.len(), None)),
            false => Arc::new(StructArray::new(fields, arrays, None)),
        };
        let nulls = NullBuffer::from_iter(lists.iter().map(Option::is_some));
        let field = Arc::new(Field::new_list_field(values.data_type().clone(), true));
        let lengths = lists.iter().map(|l| l.as_ref().map_or(0, Vec::len));
        if tape.pick(2) == 0 {
            return Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), values, Some(nulls)));
        }
        let mut offsets = vec![0i64];
        lengths.for_each(|l| offsets.push(offsets.last().unwrap() + l as i64));
        Arc::new(LargeListArray::new(field, OffsetBuffer::new(ScalarBuffer::from(offsets)), values, Some(nulls)))
    }
}

fn texts(words: Vec<Option<String>>, tape: &mut Tape) -> ArrayRef {
    match tape.pick(5) {
        0 => Arc::new(StringViewArray::from_iter(words)),
        1 => Arc::new(LargeStringArray::from(words)),
        2 => {
            let mut builder = StringDictionaryBuilder::<UInt32Type>::new();
            words.iter().for_each(|w| builder.append_option(w.as_deref()));
            Arc::new(builder.finish())
        }
        3 => {
            let mut builder = StringDictionaryBuilder::<Int32Type>::new();
            // A value that no row has.
            builder.append_value("elsewhere");
            words.iter().for_each(|w| builder.append_option(w.as_deref()));
            let all = builder.finish();
            Arc::new(all.slice(1, words.len()))
        }
        _ => Arc::new(StringArray::from(words)),
    }
}

/// A row of results in the shape that [`expected`] gives a decision.
pub fn told(results: &RecordBatch, prefix: &str, row: usize) -> Value {
    let mut out = Map::new();
    for (field, array) in results.schema().fields().iter().zip(results.columns()) {
        let Some(name) = field.name().strip_prefix(prefix) else { continue };
        if array.is_null(row) || array.logical_nulls().is_some_and(|n| n.is_null(row)) {
            continue;
        }
        out.insert(name.to_owned(), cell(array, row));
    }
    Value::Object(out)
}

fn cell(array: &ArrayRef, row: usize) -> Value {
    match array.data_type() {
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::Int64 => json!(array.as_primitive::<types::Int64Type>().value(row).to_string()),
        DataType::Date32 => {
            json!(Date::from_days(array.as_primitive::<types::Date32Type>().value(row).into()).unwrap().to_string())
        }
        DataType::Decimal128(_, scale) => {
            let mantissa = array.as_primitive::<types::Decimal128Type>().value(row);
            json!(placet::value::format_decimal(mantissa, *scale as u8))
        }
        DataType::Dictionary(keys, _) if **keys == DataType::Int8 => {
            let array = array.as_dictionary::<Int8Type>();
            cell(array.values(), array.keys().value(row) as usize)
        }
        DataType::Dictionary(..) => {
            let array = array.as_dictionary::<Int16Type>();
            cell(array.values(), array.keys().value(row) as usize)
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|i| cell(&items, i)).collect()
        }
        other => panic!("a result of type {other}"),
    }
}

/// What the columns have to say of a single decision.
pub fn expected(decision: &placet::Decision, standings: bool) -> Value {
    let mut out = Map::new();
    let json = serde_json::to_value(decision).unwrap();
    for key in ["outcome", "proposed", "possible", "error"] {
        if let Some(value) = json.get(key) {
            out.insert(key.to_owned(), value.clone());
        }
    }
    out.insert("settled".to_owned(), json!(decision.settled));
    if let Some(reason) = decision.reasons.iter().find(|r| r.deciding) {
        out.insert("rule".to_owned(), json!(&*reason.rule));
        reason.cites.iter().for_each(|c| _ = out.insert("cites".to_owned(), json!(&**c)));
    }
    if !decision.needs.is_empty() {
        out.insert("needs".to_owned(), decision.needs.iter().map(|n| json!(&*n.fact)).collect());
    }
    if !decision.faults.is_empty() {
        let faults = decision.faults.iter().map(|f| json!(format!("{}: {}", f.rule, f.message)));
        out.insert("faults".to_owned(), faults.collect());
    }
    for told in decision.awards.iter().chain(&decision.reports) {
        match serde_json::to_value(&told.value).unwrap() {
            Value::Null | Value::Object(_) => {}
            value => _ = out.insert(told.name.to_string(), value),
        }
    }
    if standings {
        for reason in &decision.reasons {
            out.insert(format!("standing.{}", reason.rule), json!(reason.standing.as_str()));
        }
    }
    Value::Object(out)
}
