//! Parquet's hybrid of runs, as it is written: of levels and of keys.

use arrow_array::{Array, ArrayRef};

/// So many eights of alike and more are told as a run; a shorter one costs more than it saves.
const RUN: usize = 3;

/// Levels, with their length before them.
pub fn put(out: &mut Vec<u8>, levels: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    levels(out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// Which rows of an array have a value.
pub fn put_nulls(out: &mut Vec<u8>, array: &ArrayRef) {
    let rows = array.len();
    match array.nulls().filter(|n| n.null_count() > 0) {
        None => put_run(out, rows, 1),
        Some(nulls) if nulls.null_count() == rows => put_run(out, rows, 0),
        // The bits of an array stand in the very order that Parquet wants them in.
        Some(nulls) => {
            let bits = nulls.inner().sliced();
            put_number(out, rows.div_ceil(8) << 1 | 1);
            out.extend_from_slice(&bits.as_slice()[..rows.div_ceil(8)]);
        }
    }
}

/// The same value so many times; of a byte at most.
pub fn put_run(out: &mut Vec<u8>, times: usize, value: u8) {
    put_number(out, times << 1);
    out.push(value);
}

/// Levels of a byte at most, by runs where many are alike.
pub fn put_levels(out: &mut Vec<u8>, levels: &[u8], width: u32) {
    let (eights, _) = levels.as_chunks::<8>();
    // What is not told yet, and what is looked at: both begin at an eight.
    let (mut told, mut at) = (0, 0);
    while at < eights.len() {
        let alike = u64::from_le_bytes([eights[at][0]; 8]);
        let run = eights[at..].iter().take_while(|eight| u64::from_le_bytes(**eight) == alike).count();
        if run >= RUN {
            put_packed_bytes(out, &levels[told * 8..at * 8], width);
            put_run(out, run * 8, eights[at][0]);
            told = at + run;
        }
        at += run.max(1);
    }
    put_packed_bytes(out, &levels[told * 8..], width);
}

/// Numbers of sixteen bits at most, packed at a width.
pub fn put_packed_numbers(out: &mut Vec<u8>, numbers: &[u16], width: u32) {
    if width <= 8 {
        let short: Vec<u8> = numbers.iter().map(|number| *number as u8).collect();
        return put_packed_bytes(out, &short, width);
    }
    if numbers.is_empty() {
        return;
    }
    put_number(out, numbers.len().div_ceil(8) << 1 | 1);
    for eight in numbers.chunks(8) {
        let eight = eight.iter().enumerate();
        let packed = eight.fold(0u128, |all, (at, &key)| all | u128::from(key) << (at as u32 * width));
        out.extend_from_slice(&packed.to_le_bytes()[..width as usize]);
    }
}

/// Numbers of a byte at most, packed at a width.
pub fn put_packed_bytes(out: &mut Vec<u8>, numbers: &[u8], width: u32) {
    if numbers.is_empty() {
        return;
    }
    put_number(out, numbers.len().div_ceil(8) << 1 | 1);
    let (eights, last) = numbers.as_chunks::<8>();
    let length = width as usize;
    let (start, bytes) = (out.len(), eights.len() * length);
    // A whole word is written for every eight; the next begins where the numbers of this one end.
    out.resize(start + bytes + 8, 0);
    for (at, eight) in eights.iter().enumerate() {
        let place = start + at * length;
        out[place..place + 8].copy_from_slice(&packed(*eight, width).to_le_bytes());
    }
    out.truncate(start + bytes);
    if !last.is_empty() {
        let mut eight = [0; 8];
        eight[..last.len()].copy_from_slice(last);
        out.extend_from_slice(&packed(eight, width).to_le_bytes()[..length]);
    }
}

/// Eight numbers pushed together: twos first, then fours, then all.
fn packed(eight: [u8; 8], width: u32) -> u64 {
    let join = |numbers: u64, lane: u32, bits: u32, every: u64| {
        let low = (u64::MAX >> (64 - bits)) * every;
        (numbers & low) | (numbers >> (lane - bits)) & (low << bits)
    };
    let twos = join(u64::from_le_bytes(eight), 8, width, 0x0001_0001_0001_0001);
    let fours = join(twos, 16, 2 * width, 0x0000_0001_0000_0001);
    join(fours, 32, 4 * width, 1)
}

/// A number in sevens of bits, the lowest first.
pub fn put_number(out: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// The bits that a number needs; one at least.
pub fn width(most: usize) -> u32 {
    usize::BITS - most.max(1).leading_zeros()
}
