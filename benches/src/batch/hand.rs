//! The same rules written by hand: plain loops over columns, a chunk at a time, which the compiler vectorises as far as the
//! machine it builds for allows.

use super::{Checked, Run};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type, Int64Type, UInt8Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use rayon::prelude::*;

/// Rows of a chunk: what is worked out of them stays in the nearest cache.
const CHUNK: usize = 1024;
const LIMITS: [i64; 9] = [180_000, 180_000, 245_000, 297_500, 350_000, 395_000, 438_000, 479_000, 520_000];
/// 2026-01-15, `FIXED_DAY` of `generate.py`.
const DAY: i32 = 20_468;

type Bytes = [u8; CHUNK];

/// Decides by hand.
pub fn run(run: &Run) {
    let data = &run.data;
    let (outcomes, reasons) = (vec![9u8; data.rows], vec![9u8; data.rows]);
    let engine = format!("Rust by hand, {}", built_for());
    let cells = std::cell::RefCell::new((outcomes, reasons));
    let call = || {
        let (outcomes, reasons) = &mut *cells.borrow_mut();
        decide(run, outcomes, reasons);
    };
    run.measure(&engine, data.rows, call, |()| {
        let (outcomes, reasons) = &mut *cells.borrow_mut();
        let rows = outcomes.iter().zip(&*reasons).zip(data.outcomes.iter().zip(&data.reasons));
        let mismatches = rows.filter(|((a, b), (c, d))| a != c || b != d).count();
        // The next call has to write all of it again.
        outcomes.fill(9);
        reasons.fill(9);
        Checked { mismatches, ..Checked::default() }
    });
}

/// What the compiler was allowed to use.
fn built_for() -> &'static str {
    if cfg!(target_feature = "avx512f") {
        "AVX-512"
    } else if cfg!(target_feature = "avx2") {
        "AVX2"
    } else {
        "baseline"
    }
}

fn decide(run: &Run, outcomes: &mut [u8], reasons: &mut [u8]) {
    let mut pieces = Vec::new();
    let (mut out, mut why) = (outcomes, reasons);
    for batch in &run.data.batches {
        let (own_out, rest_out) = out.split_at_mut(batch.num_rows());
        let (own_why, rest_why) = why.split_at_mut(batch.num_rows());
        pieces.push((batch, own_out, own_why));
        (out, why) = (rest_out, rest_why);
    }
    let is_households = run.data.name == "b";
    pieces.into_par_iter().for_each(|(batch, out, why)| match is_households {
        true => households(batch, out, why),
        false => applicants(batch, out, why),
    });
}

/// A column's values, and the bits that tell where they are known.
struct Column<'a, T> {
    values: &'a [T],
    bits: Option<(&'a [u8], usize)>,
}

impl<'a, T: Copy> Column<'a, T> {
    fn new(array: &'a ArrayRef, values: &'a [T]) -> Self {
        Column { values, bits: array.nulls().map(|n| (n.validity(), n.offset())) }
    }

    fn chunk(&self, at: usize) -> &'a [T] {
        &self.values[at..(at + CHUNK).min(self.values.len())]
    }

    /// One byte a row: 1 where it is known.
    fn known(&self, at: usize) -> Bytes {
        bits(self.bits, at, self.values.len())
    }
}

fn bits(bits: Option<(&[u8], usize)>, at: usize, rows: usize) -> Bytes {
    let mut out = [1u8; CHUNK];
    let Some((bits, offset)) = bits else { return out };
    assert!(offset % 8 == 0 && at % 8 == 0, "chunks begin with a byte");
    let bytes = &bits[(offset + at) / 8..];
    let end = CHUNK.min(rows - at).div_ceil(8);
    for (eight, byte) in out.chunks_exact_mut(8).zip(&bytes[..end]) {
        for (place, bit) in eight.iter_mut().enumerate() {
            *bit = byte >> place & 1;
        }
    }
    out
}

/// Year, month and day as one number, and months and days apart: Neri and Schneider's way.
#[inline(always)]
fn civil(days: i32) -> (i32, i32, i32) {
    let n = (days.wrapping_add(12_699_422) as u32).wrapping_mul(4).wrapping_add(3);
    let century = n / 146_097;
    let of_century = n % 146_097 / 4;
    let p = 2_939_745u64 * u64::from(of_century * 4 + 3);
    let year = (p >> 32) as u32;
    let of_year = (p as u32) / 2_939_745 / 4;
    let m = 2_141 * of_year + 197_913;
    let (month, day) = (m >> 16, (m & 0xffff) / 2_141);
    let january = u32::from(of_year >= 306);
    let year = (100 * century + year + january) as i32 - 32_800;
    (year, (month - 12 * january) as i32, day as i32 + 1)
}

fn primitive<'a, T: arrow_array::ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Column<'a, T::Native> {
    let array = batch.column_by_name(name).expect("a column");
    Column::new(array, array.as_primitive::<T>().values())
}

fn coded<'a>(batch: &'a RecordBatch, name: &str) -> Column<'a, i8> {
    let array = batch.column_by_name(name).expect("a column");
    Column::new(array, array.as_dictionary::<Int8Type>().keys().values())
}

/// Policy A.
fn applicants(batch: &RecordBatch, outcomes: &mut [u8], reasons: &mut [u8]) {
    let (residency, employment, region) =
        (coded(batch, "residency"), coded(batch, "employment"), coded(batch, "region"));
    let birth = primitive::<Date32Type>(batch, "birth_date");
    let decision = batch.column_by_name("decision_date").map(|_| primitive::<Date32Type>(batch, "decision_date"));
    let graduation = primitive::<Date32Type>(batch, "graduation_date");
    let size = primitive::<UInt8Type>(batch, "household_size");
    let gross = primitive::<Int64Type>(batch, "gross_income");
    let earned = primitive::<Int64Type>(batch, "earned_income");
    let deductions = primitive::<Int64Type>(batch, "deductions");
    let assets = primitive::<Int64Type>(batch, "assets");
    let arrears = primitive::<UInt8Type>(batch, "arrears_count");
    let awarded = primitive::<UInt8Type>(batch, "prior_award_months");
    let sanctioned = batch.column_by_name("sanctioned").expect("a column");
    let sanctions = sanctioned.as_boolean().values();
    let sanctioned_known = sanctioned.nulls().map(|n| (n.validity(), n.offset()));

    let rows = batch.num_rows();
    for at in (0..rows).step_by(CHUNK) {
        let len = CHUNK.min(rows - at);
        let mut broken = [0u8; CHUNK];
        let mut is_open = [0u8; CHUNK];
        let mut rule = |number: u8, known: &Bytes, breaks: &Bytes| {
            for i in 0..CHUNK {
                is_open[i] |= 1 ^ known[i];
                let hit = (known[i] & breaks[i]).wrapping_neg();
                broken[i] = (number & hit) | (broken[i] & !hit);
            }
        };
        macro_rules! each {
            (|$i:ident| $test:expr) => {{
                let mut out = [0u8; CHUNK];
                for ($i, out) in out[..len].iter_mut().enumerate() {
                    *out = u8::from($test);
                }
                out
            }};
        }
        let both = |a: &Bytes, b: &Bytes| {
            let mut out = *a;
            out.iter_mut().zip(b).for_each(|(a, b)| *a &= b);
            out
        };

        // The dates first: three conversions a row, and what is compared of them.
        let (b, g) = (birth.chunk(at), graduation.chunk(at));
        let mut years = [0i32; CHUNK];
        let mut months = [0i32; CHUNK];
        let fixed = [DAY; CHUNK];
        let d = decision.as_ref().map_or(&fixed[..len], |d| d.chunk(at));
        for i in 0..len {
            let (ey, em, ed) = civil(d[i]);
            let (by, bm, bd) = civil(b[i]);
            let (gy, gm, gd) = civil(g[i]);
            years[i] = (ey - by) * 10_000 + (em - bm) * 100 + (ed - bd);
            months[i] = (ey - gy) * 12 + (em - gm) - i32::from(ed < gd);
        }
        let day_known = decision.as_ref().map_or([1; CHUNK], |d| d.known(at));
        let age_known = both(&birth.known(at), &day_known);
        let months_known = both(&graduation.known(at), &day_known);
        let (gross_known, earned_known, size_known) = (gross.known(at), earned.known(at), size.known(at));
        let (gr, ea, de, si) = (gross.chunk(at), earned.chunk(at), deductions.chunk(at), size.chunk(at));

        // From the last to the first, so that the first one broken stays.
        let incomes_known = both(&both(&gross_known, &earned_known), &both(&deductions.known(at), &size_known));
        rule(9, &incomes_known, &each!(|i| 5 * gr[i] - ea[i] - 5 * de[i] > 5 * LIMITS[usize::from(si[i].min(8))]));
        let worth = assets.chunk(at);
        rule(8, &assets.known(at), &each!(|i| worth[i] > 2_500_000));
        // Seven is broken if both sides are, and open only if neither holds.
        let (job, job_known) = (employment.chunk(at), employment.known(at));
        let without = each!(|i| job[i] == 2 || job[i] == 4);
        let recent = each!(|i| months[i] <= 36);
        let mut seven_known = [0u8; CHUNK];
        let mut seven = [0u8; CHUNK];
        for i in 0..CHUNK {
            let holds = (without[i] & job_known[i]) | (recent[i] & months_known[i]);
            seven_known[i] = holds | (job_known[i] & months_known[i]);
            seven[i] = 1 ^ holds;
        }
        rule(7, &seven_known, &seven);
        let past = awarded.chunk(at);
        rule(6, &awarded.known(at), &each!(|i| past[i] >= 24));
        let place = region.chunk(at);
        rule(5, &region.known(at), &each!(|i| place[i] > 2));
        rule(4, &age_known, &each!(|i| years[i] >= 670_000));
        rule(3, &age_known, &each!(|i| years[i] < 180_000));
        let under = bits(Some((sanctions.values(), sanctions.offset())), at, rows);
        rule(2, &bits(sanctioned_known, at, rows), &under);
        let status = residency.chunk(at);
        rule(1, &residency.known(at), &each!(|i| status[i] > 1));

        let (declined, decline_open) = (broken, is_open);
        (broken, is_open) = ([0; CHUNK], [0; CHUNK]);
        let mut rule = |number: u8, known: &Bytes, breaks: &Bytes| {
            for i in 0..CHUNK {
                is_open[i] |= 1 ^ known[i];
                let hit = (known[i] & breaks[i]).wrapping_neg();
                broken[i] = (number & hit) | (broken[i] & !hit);
            }
        };
        let owed = arrears.chunk(at);
        rule(12, &arrears.known(at), &each!(|i| owed[i] > 2));
        rule(11, &size_known, &each!(|i| si[i] > 8));
        rule(10, &both(&earned_known, &gross_known), &each!(|i| ea[i] > gr[i]));

        let (out, why) = (&mut outcomes[at..at + len], &mut reasons[at..at + len]);
        for i in 0..len {
            let (deny, refer) = (declined[i], broken[i]);
            let refer_or_open = if refer > 0 { refer } else { is_open[i] * 99 };
            let rest = if decline_open[i] > 0 { 99 } else { refer_or_open };
            let reason = if deny > 0 { deny } else { rest };
            why[i] = reason;
            out[i] = if deny > 0 { 1 } else { u8::from(reason == 99) * 3 + u8::from(reason > 0 && reason < 99) * 2 };
        }
    }
}

/// Policy B.
fn households(batch: &RecordBatch, outcomes: &mut [u8], reasons: &mut [u8]) {
    let list = batch.column_by_name("members").expect("a column").as_list::<i32>();
    let members = list.values().as_struct();
    let ages = members.column_by_name("age").expect("a column").as_primitive::<UInt8Type>().values();
    let incomes = members.column_by_name("income").expect("a column").as_primitive::<Int64Type>().values();
    let students = members.column_by_name("is_student").expect("a column").as_boolean();
    for (row, ends) in list.value_offsets().windows(2).enumerate() {
        let (mut total, mut adults, mut children, mut student, mut high) = (0i64, 0i64, 0i64, false, false);
        for at in ends[0] as usize..ends[1] as usize {
            let (age, income) = (ages[at], incomes[at]);
            let adult = age >= 18;
            total += if adult { income } else { 0 };
            adults += i64::from(adult);
            children += i64::from(!adult);
            student |= adult & (age <= 24) & students.value(at);
            high |= income > 300_000;
        }
        let limit = 200_000 + 45_000 * children + if student { 15_000 } else { 0 };
        let reason = match () {
            () if total > limit => 1,
            () if high => 2,
            () if adults == 0 => 3,
            () if children > 3 => 4,
            () => 0,
        };
        reasons[row] = reason;
        outcomes[row] = [0, 1, 1, 2, 2][usize::from(reason)];
    }
}

/// Reads every byte of the columns: what no engine can do without.
pub fn touch(run: &Run) {
    let columns: Vec<_> = run.data.batches.iter().flat_map(|b| b.columns()[1..].iter().map(|c| c.to_data())).collect();
    let sum = |bytes: &[u8]| {
        let (words, rest) = bytes.as_chunks::<8>();
        let words = words.iter().fold(0u64, |all, word| all.wrapping_add(u64::from_le_bytes(*word)));
        rest.iter().fold(words, |all, byte| all.wrapping_add((*byte).into()))
    };
    let call = || -> u64 {
        let of = |data: &arrow_data::ArrayData| {
            let nulls = data.nulls().map_or(0, |n| sum(n.validity()));
            data.buffers().iter().map(|b| sum(b)).fold(nulls, u64::wrapping_add)
        };
        columns.par_iter().map(of).reduce(|| 0, u64::wrapping_add)
    };
    let expected = call();
    run.measure("reading the columns", run.data.rows, call, |sum| Checked {
        mismatches: usize::from(sum != expected),
        ..Checked::default()
    });
}
