//! Parquet's hybrid of runs: small numbers, either one value so many times, or packed in as many bits as the largest needs.

use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use std::ops::Range;

/// Numbers packed together at most in one go.
const PACKED: usize = 512;
/// A packed number is read with this many bytes at once.
const READ: usize = 8;

/// Numbers of one width, read from their first to their last.
pub struct Runs {
    data: Bytes,
    /// Where the next run begins.
    at: usize,
    width: usize,
    run: Run,
    unpacked: Box<[u32; PACKED]>,
    /// Which of the unpacked numbers have not been read yet.
    ready: Range<usize>,
}

enum Run {
    Same {
        value: u32,
        left: usize,
    },
    /// Numbers that are not unpacked yet, from `start` on: whole eights.
    Packed {
        start: usize,
        left: usize,
    },
}

/// Some numbers in a row.
pub enum Piece<'a> {
    Same(u32, usize),
    Each(&'a [u32]),
}

impl Runs {
    /// Runs with their headers.
    pub fn new(data: Bytes, width: usize) -> Result<Runs> {
        if width > 32 {
            return Err(ParquetError::General(format!("keys of {width} bits are not known")));
        }
        // Where all are alike no bit is spent on them.
        let left = if width == 0 { usize::MAX } else { 0 };
        Ok(Runs::of(data, 0, width, Run::Same { value: 0, left }))
    }

    /// Packed numbers that stand by themselves.
    pub fn packed(data: Bytes, width: usize) -> Runs {
        let (end, left) = (data.len(), data.len() * 8 / width);
        Runs::of(data, end, width, Run::Packed { start: 0, left })
    }

    fn of(data: Bytes, at: usize, width: usize, run: Run) -> Runs {
        Runs { data, at, width, run, unpacked: Box::new([0; PACKED]), ready: 0..0 }
    }

    /// The next piece, of at most so many numbers.
    pub fn next(&mut self, most: usize) -> Result<Piece<'_>> {
        while self.ready.is_empty() {
            match &mut self.run {
                Run::Same { left: 0, .. } | Run::Packed { left: 0, .. } => self.run = self.head()?,
                Run::Same { value, left } => {
                    let taken = most.min(*left);
                    *left -= taken;
                    return Ok(Piece::Same(*value, taken));
                }
                Run::Packed { start, left } => {
                    let taken = PACKED.min(*left);
                    unpack(&self.data[*start..], self.width, taken.div_ceil(8), &mut self.unpacked[..]);
                    (*start, *left) = (*start + taken / 8 * self.width, *left - taken);
                    self.ready = 0..taken;
                }
            }
        }
        let first = self.ready.start;
        self.ready.start = self.ready.end.min(first + most);
        Ok(Piece::Each(&self.unpacked[first..self.ready.start]))
    }

    /// The next numbers, as many as there is room for.
    pub fn fill(&mut self, mut into: &mut [u32]) -> Result<()> {
        while !into.is_empty() {
            let filled = match self.next(into.len())? {
                Piece::Same(value, times) => {
                    into[..times].fill(value);
                    times
                }
                Piece::Each(numbers) => {
                    into[..numbers.len()].copy_from_slice(numbers);
                    numbers.len()
                }
            };
            into = &mut into[filled..];
        }
        Ok(())
    }

    /// Passes over numbers.
    pub fn skip(&mut self, mut count: usize) -> Result<()> {
        let ready = count.min(self.ready.len());
        self.ready.start += ready;
        count -= ready;
        while count > 0 {
            match &mut self.run {
                Run::Same { left: 0, .. } | Run::Packed { left: 0, .. } => self.run = self.head()?,
                Run::Same { left, .. } => {
                    let passed = count.min(*left);
                    (*left, count) = (*left - passed, count - passed);
                }
                Run::Packed { start, left } if count >= 8 => {
                    // The last eight may be cut short.
                    let passed = (count / 8 * 8).min(*left);
                    (*start, *left, count) = (*start + passed / 8 * self.width, *left - passed, count - passed);
                }
                Run::Packed { .. } => {
                    self.next(0)?;
                    let ready = count.min(self.ready.len());
                    self.ready.start += ready;
                    count -= ready;
                }
            }
        }
        Ok(())
    }

    /// So many numbers of one bit, as bits.
    pub fn bits(mut self, count: usize) -> Result<BooleanBuffer> {
        let mut bits = BooleanBufferBuilder::new(count);
        while bits.len() < count {
            let wanted = count - bits.len();
            match self.head()? {
                Run::Same { value, left } => bits.append_n(left.min(wanted), value != 0),
                Run::Packed { start, left, .. } => {
                    bits.append_packed_range(start * 8..start * 8 + left.min(wanted), &self.data);
                }
            }
        }
        Ok(bits.build())
    }

    /// Reads what a run begins with.
    fn head(&mut self) -> Result<Run> {
        let first = *self.data.get(self.at).ok_or_else(ended)?;
        self.at += 1;
        let mut number = u64::from(first & 0x7f);
        if first >= 0x80 {
            for shift in (7..35).step_by(7) {
                let byte = *self.data.get(self.at).ok_or_else(ended)?;
                self.at += 1;
                number |= u64::from(byte & 0x7f) << shift;
                if byte < 0x80 {
                    break;
                }
            }
        }
        let count = (number >> 1) as usize;
        if number & 1 == 0 {
            let end = self.at + self.width.div_ceil(8);
            let bytes = self.data.get(self.at..end).ok_or_else(ended)?;
            self.at = end;
            let mut value = [0; 4];
            value[..bytes.len()].copy_from_slice(bytes);
            return Ok(Run::Same { value: u32::from_le_bytes(value), left: count });
        }
        // Some writers leave out the end of the last eight, which nobody reads.
        let bytes = (count * self.width).min(self.data.len() - self.at);
        let start = self.at;
        self.at += bytes;
        Ok(Run::Packed { start, left: (count * 8).min(bytes * 8 / self.width) })
    }
}

fn ended() -> ParquetError {
    ParquetError::EOF("a page ends before its values".to_owned())
}

/// Unpacks groups of eight numbers.
fn unpack(data: &[u8], width: usize, groups: usize, into: &mut [u32]) {
    // Of the last groups there may be too few bytes to read them as all others.
    let safe = match data.len() >= groups * width + READ {
        true => groups,
        false => data.len().saturating_sub(READ) / width,
    };
    let (quick, slow) = into[..groups * 8].split_at_mut(safe * 8);
    eights(data, width, quick);
    for (at, eight) in slow.chunks_exact_mut(8).enumerate() {
        let mut padded = [0; 32 + READ];
        let rest = data.get((safe + at) * width..).unwrap_or_default();
        let length = rest.len().min(width);
        padded[..length].copy_from_slice(&rest[..length]);
        eights(&padded, width, eight);
    }
}

/// Unpacks groups behind whose bytes there are [`READ`] more.
fn eights(data: &[u8], width: usize, into: &mut [u32]) {
    macro_rules! by_width {
        ($($width:literal)*) => {
            match width {
                $($width => eights_of::<$width>(data, into),)*
                // Checked when the runs were opened.
                _ => {}
            }
        };
    }
    by_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
}

fn eights_of<const WIDTH: usize>(data: &[u8], into: &mut [u32]) {
    let mask = u32::MAX >> (32 - WIDTH);
    for (group, eight) in into.chunks_exact_mut(8).enumerate() {
        let bytes = &data[group * WIDTH..][..WIDTH + READ];
        for (at, number) in eight.iter_mut().enumerate() {
            let bit = at * WIDTH;
            let mut word = [0; READ];
            word.copy_from_slice(&bytes[bit / 8..bit / 8 + READ]);
            *number = (u64::from_le_bytes(word) >> (bit % 8)) as u32 & mask;
        }
    }
}
