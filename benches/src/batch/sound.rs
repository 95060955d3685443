//! Whether a decision over gaps is right: every way of filling them must end in it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type, Int64Type, UInt8Type};
use arrow_array::{Array, RecordBatch};
use placet::value::Date;

/// One applicant's facts as numbers, in the order of the columns from the first that is a fact.
type Facts = Vec<Option<i64>>;

const NAMES: [&str; 14] = [
    "residency",
    "employment",
    "region",
    "birth_date",
    "decision_date",
    "graduation_date",
    "household_size",
    "gross_income",
    "earned_income",
    "deductions",
    "assets",
    "arrears_count",
    "sanctioned",
    "prior_award_months",
];
/// `FIXED_DAY` of `generate.py`.
const DAY: &str = "2026-01-15";

/// Whether every completion of a row of policy A ends in an outcome. The values tried stand on both sides of every figure in
/// the policy, at the ends of every range, and at what the row's other facts compare with.
pub fn is_sound(data: &str, batch: &RecordBatch, row: usize, outcome: u8) -> bool {
    if data == "b" {
        // No gaps, so nothing to decide more of.
        return false;
    }
    let facts: Facts = NAMES.iter().map(|name| fact(batch, name, row)).collect();
    let gaps: Vec<usize> = (0..facts.len()).filter(|at| facts[*at].is_none()).collect();
    let values: Vec<Vec<i64>> = gaps.iter().map(|at| candidates(*at, &facts)).collect();
    let mut places = vec![0; gaps.len()];
    loop {
        let mut whole: Vec<i64> = facts.iter().map(|f| f.unwrap_or(0)).collect();
        for (gap, (values, place)) in gaps.iter().zip(values.iter().zip(&places)) {
            whole[*gap] = values[*place];
        }
        if decide(&whole) != outcome {
            return false;
        }
        // The next combination.
        let mut at = 0;
        loop {
            if at == places.len() {
                return true;
            }
            places[at] += 1;
            if places[at] < values[at].len() {
                break;
            }
            places[at] = 0;
            at += 1;
        }
    }
}

fn fact(batch: &RecordBatch, name: &str, row: usize) -> Option<i64> {
    let Some(column) = batch.column_by_name(name) else {
        return Date::parse(DAY).map(Date::days);
    };
    if column.is_null(row) {
        return None;
    }
    Some(match name {
        "residency" | "employment" | "region" => column.as_dictionary::<Int8Type>().keys().value(row).into(),
        "birth_date" | "decision_date" | "graduation_date" => column.as_primitive::<Date32Type>().value(row).into(),
        "sanctioned" => column.as_boolean().value(row).into(),
        "household_size" | "arrears_count" | "prior_award_months" => {
            column.as_primitive::<UInt8Type>().value(row).into()
        }
        _ => column.as_primitive::<Int64Type>().value(row),
    })
}

fn candidates(at: usize, facts: &Facts) -> Vec<i64> {
    let day = |text: &str| Date::parse(text).expect("a date").days();
    let around =
        |values: &[i64]| -> Vec<i64> { values.iter().flat_map(|v| [v - 1, *v, v + 1]).filter(|v| *v >= 0).collect() };
    let known = |name: &str| facts[NAMES.iter().position(|n| *n == name).expect("a fact")].unwrap_or(0);
    match NAMES[at] {
        "residency" | "region" => (0..4).collect(),
        "employment" => (0..5).collect(),
        "sanctioned" => vec![0, 1],
        "household_size" => (1..=12).collect(),
        "arrears_count" => (0..=4).chain([100]).collect(),
        "prior_award_months" => vec![0, 23, 24, 600],
        "assets" => around(&[0, 2_500_000, 10_000_000_000]).into_iter().filter(|v| *v <= 10_000_000_000).collect(),
        "gross_income" | "earned_income" | "deductions" => {
            let all = [0, known("gross_income"), known("earned_income"), 180_000, 520_000, 650_000, 100_000_000];
            around(&all).into_iter().filter(|v| *v <= 100_000_000).collect()
        }
        // Every half year of three centuries: all ages, and all distances.
        _ => (0..600).map(|n| day("1800-01-01") + n * 183).collect(),
    }
}

/// The outcome of one applicant, from the words of the policy.
fn decide(f: &[i64]) -> u8 {
    const LIMITS: [i64; 8] = [180_000, 245_000, 297_500, 350_000, 395_000, 438_000, 479_000, 520_000];
    let parts = |days: i64| Date::from_days(days).expect("within the calendar").parts();
    let (by, bm, bd) = parts(f[3]);
    let (ey, em, ed) = parts(f[4]);
    let (gy, gm, gd) = parts(f[5]);
    let age = ey - by - i32::from((em, ed) < (bm, bd));
    let months = (ey - gy) * 12 + i32::from(em) - i32::from(gm) - i32::from(ed < gd);
    let limit = LIMITS[f[6].min(8) as usize - 1];
    let declined = f[0] > 1
        || f[12] != 0
        || age < 18
        || age >= 67
        || f[2] > 2
        || f[13] >= 24
        || !(f[1] == 2 || f[1] == 4 || months <= 36)
        || f[10] > 2_500_000
        || 5 * f[7] - f[8] - 5 * f[9] > 5 * limit;
    let referred = f[8] > f[7] || f[6] > 8 || f[11] > 2;
    if declined { 1 } else { u8::from(referred) * 2 }
}
