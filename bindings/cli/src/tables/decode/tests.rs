//! What is decoded here is held to what the general reader says of the same file.

use super::runs::{Piece, Runs};
use super::{Asked, Desk};
use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Decimal128Array, DictionaryArray, ListArray, PrimitiveArray, RecordBatch,
    StringArray,
};
use arrow_select::concat::concat;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use proptest::prelude::*;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

/// How a column comes about.
#[derive(Clone, Debug)]
struct Draw {
    seed: u64,
    /// How many different values there are.
    distinct: u64,
    /// How many rows on average are alike.
    alike: u64,
    /// How many rows of a thousand have no value.
    gaps: u64,
    has_dictionary: bool,
}

/// How a file comes about.
#[derive(Clone, Debug)]
struct Shape {
    rows: usize,
    group: usize,
    page: usize,
    batch: usize,
    is_second: bool,
    compression: u8,
    /// Rows left out and rows read of the first group, in hundredths.
    stretch: Option<(usize, usize)>,
}

fn draw() -> impl Strategy<Value = Draw> {
    let gaps = prop_oneof![Just(0), Just(4), Just(300), Just(990), Just(1000)];
    let distinct = prop_oneof![Just(1u64), 2..9u64, 100..400u64, Just(u64::MAX)];
    (any::<u64>(), distinct, 1..40u64, gaps, any::<bool>())
        .prop_map(|(seed, distinct, alike, gaps, has_dictionary)| Draw { seed, distinct, alike, gaps, has_dictionary })
}

fn shape() -> impl Strategy<Value = Shape> {
    let stretch = proptest::option::of((0..100usize, 1..100usize));
    let pages = prop_oneof![Just(7usize), Just(64), Just(500), Just(20_000)];
    (1..25_000usize, 9_000..20_000usize, pages, 100..9_000usize, any::<bool>(), 0..6u8, stretch).prop_map(
        |(rows, group, page, batch, is_second, compression, stretch)| Shape {
            rows,
            group,
            page,
            batch,
            is_second,
            compression,
            stretch,
        },
    )
}

/// Numbers of a draw.
fn numbers(draw: &Draw, rows: usize) -> Vec<Option<i64>> {
    let mut state = draw.seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 24) ^ (state << 40)
    };
    let mut value = 0;
    let mut number = || {
        if next() % draw.alike == 0 {
            value = (next() % draw.distinct) as i64;
        }
        (next() % 1000 >= draw.gaps).then_some(value)
    };
    (0..rows).map(|_| number()).collect()
}

fn whole<T: ArrowPrimitiveType>(numbers: &[Option<i64>], of: impl Fn(i64) -> T::Native) -> ArrayRef {
    Arc::new(numbers.iter().map(|n| n.map(&of)).collect::<PrimitiveArray<T>>())
}

/// One column of every kind that is read here.
fn columns(draw: &Draw, rows: usize) -> Vec<(&'static str, ArrayRef, bool)> {
    let n = numbers(draw, rows);
    let texts = || n.iter().map(|n| n.map(|n| format!("text {}", n % 90)));
    let words: StringArray = (0..90).map(|n| Some(format!("wort {n}"))).collect();
    let keys: PrimitiveArray<Int8Type> = n.iter().map(|n| n.map(|n| (n.unsigned_abs() % 90) as i8)).collect();
    let amounts: Decimal128Array = n.iter().map(|n| n.map(|n| i128::from(n % 10_000))).collect();
    let amounts = |digits| Arc::new(amounts.clone().with_precision_and_scale(digits, 2).expect("a scale")) as ArrayRef;
    let days = |n: i64| n as i32;
    vec![
        ("i8", whole::<Int8Type>(&n, |n| n as i8), true),
        ("i16", whole::<Int16Type>(&n, |n| n as i16), true),
        ("i32", whole::<Int32Type>(&n, |n| n as i32), true),
        ("i64", whole::<Int64Type>(&n, |n| n), true),
        ("u8", whole::<UInt8Type>(&n, |n| n as u8), true),
        ("u16", whole::<UInt16Type>(&n, |n| n as u16), true),
        ("u32", whole::<UInt32Type>(&n, |n| n as u32), true),
        ("u64", whole::<UInt64Type>(&n, |n| n as u64), true),
        ("f32", whole::<Float32Type>(&n, |n| n as f32), true),
        ("f64", whole::<Float64Type>(&n, |n| n as f64), true),
        ("day", whole::<Date32Type>(&n, days), true),
        ("s", whole::<TimestampSecondType>(&n, |n| n), true),
        ("ms", whole::<TimestampMillisecondType>(&n, |n| n), true),
        ("us", whole::<TimestampMicrosecondType>(&n, |n| n), true),
        ("ns", whole::<TimestampNanosecondType>(&n, |n| n), true),
        ("small_amount", amounts(6), true),
        ("amount", amounts(15), true),
        ("truth", Arc::new(n.iter().map(|n| n.map(|n| n % 2 == 1)).collect::<BooleanArray>()), true),
        ("told", Arc::new(BooleanArray::from_iter(n.iter().map(|n| Some(n.is_some())))), true),
        ("key", Arc::new(DictionaryArray::try_new(keys, Arc::new(words)).expect("keys")), draw.has_dictionary),
        ("text", Arc::new(texts().collect::<StringArray>()), false),
        (
            "list",
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>(
                n.iter().map(|n| n.map(|n| (0..n % 3).map(|i| Some(i as i32)).collect::<Vec<_>>())),
            )),
            false,
        ),
    ]
}

fn write(shape: &Shape, batch: &RecordBatch, draws: &[(&'static str, bool)]) -> File {
    let compression = match shape.compression {
        0 => Compression::UNCOMPRESSED,
        1 => Compression::SNAPPY,
        2 => Compression::GZIP(GzipLevel::default()),
        3 => Compression::LZ4_RAW,
        _ => Compression::ZSTD(ZstdLevel::default()),
    };
    let version = if shape.is_second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 };
    let mut properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(shape.group))
        .set_data_page_row_count_limit(shape.page)
        .set_write_batch_size(shape.page.min(1_024))
        .set_writer_version(version)
        .set_compression(compression);
    for (name, has_dictionary) in draws {
        let path = ColumnPath::from(*name);
        properties = properties.set_column_dictionary_enabled(path.clone(), *has_dictionary);
        // The second version would pack steps.
        if !has_dictionary && *name != "text" && !name.starts_with("t") {
            properties = properties.set_column_encoding(path, Encoding::PLAIN);
        }
    }
    let mut file = tempfile::tempfile().expect("a file");
    let mut writer = ArrowWriter::try_new(&mut file, batch.schema(), Some(properties.build())).expect("a writer");
    writer.write(batch).expect("rows");
    writer.close().expect("an end");
    file
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn columns_are_what_the_general_reader_reads(draw in draw(), shape in shape()) {
        let columns = columns(&draw, shape.rows);
        let fields = columns.iter().map(|(name, array, _)| (*name, array.clone(), *name != "told"));
        let batch = RecordBatch::try_from_iter_with_nullable(fields).expect("rows");
        let draws: Vec<_> = columns.iter().map(|(name, ..)| (*name, draw.has_dictionary)).collect();
        let file = write(&shape, &batch, &draws);
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).expect("Parquet");
        let schema = metadata.schema().clone();
        let all: Vec<usize> = (0..columns.len()).collect();
        let asked = Arc::new(Asked { metadata, columns: all.clone(), schema, rows: shape.batch });
        for (at, (name, _, is_own)) in columns.iter().enumerate() {
            prop_assert_eq!(asked.own(0, at).is_some(), *is_own, "{}", name);
        }
        let file = || file.try_clone().expect("a handle");
        let groups: Vec<usize> = (0..asked.metadata.metadata().num_row_groups()).collect();
        let first = asked.metadata.metadata().row_group(0).num_rows() as usize;
        let (groups, stretch) = match shape.stretch {
            Some((skipped, rows)) => {
                let skipped = first * skipped / 100;
                (vec![0], Some((skipped, (first * rows / 100).clamp(1, first - skipped))))
            }
            None => (groups, None),
        };
        let desk = Desk::new().expect("a desk");
        let read = || -> Vec<RecordBatch> {
            let rows = asked.rows(file(), groups.clone(), stretch, &desk).expect("rows");
            rows.map(|batch| batch.expect("rows")).collect()
        };
        // What is held stays as it is; what nobody holds leaves its room to the next.
        let held = read();
        drop(read());
        let again = read();
        let general = asked.general(file(), groups.clone(), &all, stretch).expect("a reader");
        let general = together(general.map(|batch| batch.expect("rows")).collect());
        for read in [held, again] {
            for (own, other) in together(read).iter().zip(&general) {
                prop_assert_eq!(own, other);
            }
        }
    }

    #[test]
    fn damaged_pages_are_errors_or_other_rows(draw in draw(), shape in shape(), hits in prop::collection::vec(any::<(u64, u8)>(), 1..6)) {
        let columns = columns(&draw, shape.rows.min(3_000));
        let columns = columns.into_iter().filter(|(.., is_own)| *is_own);
        let (fields, draws): (Vec<_>, Vec<_>) =
            columns.map(|(name, array, _)| ((name, array, name != "told"), (name, draw.has_dictionary))).unzip();
        let batch = RecordBatch::try_from_iter_with_nullable(fields).expect("rows");
        // Not squeezed: else nearly all that is damaged would be noticed before it comes here.
        let file = write(&Shape { compression: 0, ..shape.clone() }, &batch, &draws);
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).expect("Parquet");
        let chunks = metadata.metadata().row_group(0).columns();
        let end = chunks.iter().map(|chunk| chunk.byte_range().0 + chunk.byte_range().1).max().unwrap_or(0);
        let mut handle = file.try_clone().expect("a handle");
        for (at, byte) in hits {
            handle.seek(SeekFrom::Start(4 + at % (end - 4))).expect("a place");
            handle.write_all(&[byte]).expect("a byte");
        }
        let schema = metadata.schema().clone();
        let asked = Arc::new(Asked { metadata, columns: (0..batch.num_columns()).collect(), schema, rows: shape.batch });
        let rows = asked.own_rows(file, vec![0], None, &Desk::new().expect("a desk"));
        let read = rows.take_while(|batch| batch.is_ok()).map(|batch| batch.map_or(0, |b| b.num_rows())).sum::<usize>();
        prop_assert!(read <= batch.num_rows());
    }

    #[test]
    fn runs_are_what_was_packed(width in 1..33usize, seed in any::<u64>(), steps in prop::collection::vec((1..700usize, any::<bool>()), 1..30)) {
        let most = u32::MAX >> (32 - width);
        let (mut data, mut numbers, mut state) = (Vec::new(), Vec::new(), seed | 1);
        for (count, is_run) in &steps {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
            let value = (state >> 32) as u32 & most;
            if *is_run {
                put_number(&mut data, count << 1);
                data.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8)]);
                numbers.extend(std::iter::repeat_n(value, *count));
                continue;
            }
            let packed: Vec<u32> = (0..count.div_ceil(8) * 8).map(|i| (value ^ (i as u32 * 77)) & most).collect();
            put_number(&mut data, (packed.len() / 8) << 1 | 1);
            for eight in packed.chunks(8) {
                let mut bits = vec![0u8; width];
                for (at, bit) in (0..8 * width).map(|bit| (bit, eight[bit / width] >> (bit % width) & 1)) {
                    bits[at / 8] |= (bit as u8) << (at % 8);
                }
                data.extend_from_slice(&bits);
            }
            numbers.extend(packed);
        }
        let mut runs = Runs::new(data.into(), width).expect("runs");
        let mut at = 0;
        for (step, (count, is_skip)) in steps.iter().cycle().enumerate() {
            let count = (*count).min(numbers.len() - at);
            if count == 0 {
                break;
            }
            if *is_skip && step % 3 == 0 {
                runs.skip(count).expect("numbers");
                at += count;
                continue;
            }
            let expected = &numbers[at..at + count];
            at += match runs.next(count).expect("numbers") {
                Piece::Same(value, times) => {
                    prop_assert!(times > 0 && expected[..times].iter().all(|n| *n == value));
                    times
                }
                Piece::Each(each) => {
                    prop_assert_eq!(each, &expected[..each.len()]);
                    each.len()
                }
            };
        }
        prop_assert_eq!(at, numbers.len());
        prop_assert!(runs.next(1).is_err());
    }
}

fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The columns of all batches, with values in place of keys: the same texts may have other keys.
fn together(batches: Vec<RecordBatch>) -> Vec<ArrayRef> {
    let plain = |array: &ArrayRef| match array.as_any_dictionary_opt() {
        Some(coded) => arrow_select::take::take(coded.values(), coded.keys(), None).expect("values"),
        None => array.clone(),
    };
    let column = |at: usize| {
        let parts: Vec<ArrayRef> = batches.iter().map(|batch| plain(batch.column(at))).collect();
        concat(&parts.iter().map(|part| &**part).collect::<Vec<&dyn Array>>()).expect("one column")
    };
    (0..batches[0].num_columns()).map(column).collect()
}
