//! What is made here is read by the general reader.

use crate::tables::write::{Form, Sink};
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, DictionaryArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field};
use arrow_select::concat::concat_batches;
use arrow_select::take::take;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::statistics::Statistics;
use proptest::prelude::*;
use std::fs::File;
use std::sync::Arc;

/// Keys of so many words, with gaps of a pattern.
fn coded<K: ArrowDictionaryKeyType>(words: usize, rows: usize, gap: impl Fn(usize) -> bool) -> ArrayRef
where
    K::Native: TryFrom<usize>,
{
    let key = |row: usize| K::Native::try_from(row * 7 % words.max(1)).ok().filter(|_| !gap(row));
    let keys: PrimitiveArray<K> = (0..rows).map(key).collect();
    let values: StringArray = (0..words).map(|n| Some(format!("word {n}"))).collect();
    Arc::new(DictionaryArray::try_new(keys, Arc::new(values)).expect("keys of words"))
}

/// Lists of words, of a number of members for each row; none at all where it is absent.
fn lists(words: usize, members: impl Iterator<Item = Option<usize>>) -> ArrayRef {
    let field = Arc::new(Field::new_list_field(DataType::Utf8, false));
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(field);
    let mut next = 0;
    for count in members {
        (0..count.unwrap_or(0)).for_each(|_| {
            next += 7;
            lists.values().append_value(format!("word {}", next % words.max(1)));
        });
        lists.append(count.is_some());
    }
    Arc::new(lists.finish())
}

/// Writes a batch in row groups of stretches, and reads it.
fn through(all: &RecordBatch, carried: usize, groups: &[Vec<(usize, usize)>]) -> (RecordBatch, ParquetMetaData) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made.parquet");
    let (mut sink, encoder) = Sink::open(Form::Parquet, path.to_str(), &all.schema(), carried).expect("a file");
    for (number, stretches) in groups.iter().enumerate() {
        let mut unit = encoder.unit(number).expect("a unit");
        stretches.iter().for_each(|(at, rows)| unit.write(all.slice(*at, *rows)).expect("rows"));
        sink.append(unit.finish().expect("its end")).expect("it is written");
    }
    sink.done().expect("it is whole");
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("a file")).expect("Parquet");
    let (schema, metadata) = (reader.schema().clone(), reader.metadata().as_ref().clone());
    let read: Vec<_> = reader.build().expect("a reader").map(|b| b.expect("rows")).collect();
    (concat_batches(&schema, &read).expect("one batch"), metadata)
}

fn assert_same(read: &RecordBatch, all: &RecordBatch) {
    for ((own, expected), field) in read.columns().iter().zip(all.columns()).zip(all.schema().fields()) {
        let plain = |array: &ArrayRef| match array.as_any_dictionary_opt() {
            Some(coded) => take(coded.values(), coded.keys(), None).expect("values"),
            None => array.clone(),
        };
        assert_eq!(&plain(own), &plain(expected), "{}", field.name());
        assert_eq!(own.null_count(), expected.null_count(), "{}", field.name());
    }
}

/// Two row groups, of batches that begin anywhere.
fn groups(rows: usize, cuts: [usize; 3]) -> Vec<Vec<(usize, usize)>> {
    let mut cuts = cuts.map(|cut| cut % rows);
    cuts.sort_unstable();
    let [a, b, c] = cuts;
    vec![vec![(0, a), (a, b - a)], vec![(b, c - b), (c, rows - c)]]
}

#[test]
fn keys_and_columns_of_nothing_are_read_as_they_were() {
    let rows = 1003;
    let late: StringArray = (0..rows).map(|row| (row > 900).then_some("late")).collect();
    let columns = [
        coded::<Int8Type>(6, rows, |_| false),
        coded::<Int8Type>(1, rows, |row| row % 2 == 0),
        coded::<Int16Type>(0, rows, |_| true),
        coded::<Int16Type>(5, rows, |_| true),
        coded::<Int16Type>(700, rows, |row| row % 5 == 1),
        lists(0, (0..rows).map(|_| None)),
        // More words than have keys.
        lists(usize::MAX, (0..rows).map(|row| Some(row % 60))),
        Arc::new(late),
        Arc::new(StringArray::new_null(rows)),
    ];
    let columns = columns.into_iter().enumerate().map(|(n, array)| (format!("c{n}"), array, true));
    let all = RecordBatch::try_from_iter_with_nullable(columns).expect("rows");
    let (read, _) = through(&all, 0, &groups(rows, [13, 513, 913]));
    assert_same(&read, &all);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn lists_and_truths_are_read_as_they_were(
        members in prop::collection::vec((1..90usize, prop::option::weighted(0.6, 0..4usize)), 1..60),
        words in 1..40usize,
        cuts in any::<[usize; 3]>(),
    ) {
        let rows: Vec<_> = members.iter().flat_map(|(times, count)| std::iter::repeat_n(*count, *times)).collect();
        let truths: BooleanArray = rows.iter().map(|count| Some(count.is_some())).collect();
        let columns = [("lists", lists(words, rows.iter().copied()), true), ("truths", Arc::new(truths) as ArrayRef, false)];
        let all = RecordBatch::try_from_iter_with_nullable(columns).expect("rows");
        let (read, _) = through(&all, 0, &groups(rows.len(), cuts));
        assert_same(&read, &all);
    }

    #[test]
    fn keys_of_any_width_are_read_as_they_were(
        words in 1..600usize,
        rows in 2..1500usize,
        gaps in 1..9usize,
        cuts in any::<[usize; 3]>(),
    ) {
        let columns = [
            ("short", coded::<Int8Type>(words.min(60), rows, |_| false)),
            ("short with gaps", coded::<Int8Type>(words.min(60), rows, |row| row % gaps == 0)),
            ("long", coded::<Int16Type>(words, rows, |_| false)),
            ("long with gaps", coded::<Int16Type>(words, rows, |row| row % 70 < gaps)),
        ];
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        let all = RecordBatch::try_from_iter_with_nullable(columns).expect("rows");
        let (read, _) = through(&all, 0, &groups(rows, cuts));
        assert_same(&read, &all);
    }

    #[test]
    fn carried_numbers_are_read_as_they_were(
        numbers in prop::collection::vec(prop::option::weighted(0.9, any::<i64>()), 1..600),
        spread in 0..64u32,
        cuts in any::<[usize; 3]>(),
    ) {
        let numbers: Vec<_> = numbers.iter().map(|n| n.map(|n| n >> spread)).collect();
        fn whole<T: ArrowPrimitiveType>(numbers: &[Option<i64>], of: impl Fn(i64) -> T::Native) -> ArrayRef {
            Arc::new(numbers.iter().map(|n| n.map(&of)).collect::<PrimitiveArray<T>>())
        }
        let columns = [
            ("i8", whole::<Int8Type>(&numbers, |n| n as i8)),
            ("i16", whole::<Int16Type>(&numbers, |n| n as i16)),
            ("i32", whole::<Int32Type>(&numbers, |n| n as i32)),
            ("i64", whole::<Int64Type>(&numbers, |n| n)),
            ("u8", whole::<UInt8Type>(&numbers, |n| n as u8)),
            ("u16", whole::<UInt16Type>(&numbers, |n| n as u16)),
            ("u32", whole::<UInt32Type>(&numbers, |n| n as u32)),
            ("u64", whole::<UInt64Type>(&numbers, |n| n as u64)),
        ];
        let columns = columns.into_iter().map(|(name, array)| (name, array, true));
        let all = RecordBatch::try_from_iter_with_nullable(columns).expect("rows");
        let groups = groups(numbers.len(), cuts);
        let (read, metadata) = through(&all, 8, &groups);
        assert_same(&read, &all);
        let mut at = 0;
        for (group, stretches) in metadata.row_groups().iter().zip(&groups) {
            let rows: usize = stretches.iter().map(|(_, rows)| rows).sum();
            let own: Vec<i64> = numbers[at..at + rows].iter().copied().flatten().collect();
            at += rows;
            let Some(Statistics::Int64(signed)) = group.column(3).statistics() else { panic!("no statistics") };
            prop_assert_eq!(signed.min_opt(), own.iter().min());
            prop_assert_eq!(signed.max_opt(), own.iter().max());
            prop_assert_eq!(signed.null_count_opt(), Some((rows - own.len()) as u64));
            let Some(Statistics::Int32(unsigned)) = group.column(6).statistics() else { panic!("no statistics") };
            prop_assert_eq!(unsigned.min_opt().map(|v| *v as u32), own.iter().map(|v| *v as u32).min());
            prop_assert_eq!(unsigned.max_opt().map(|v| *v as u32), own.iter().map(|v| *v as u32).max());
        }
    }
}
