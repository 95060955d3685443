//! Many cases: one a line, or the items of an array. What is wrong with one leaves the others as they are.

use super::members::elements;
use super::read_row;
use crate::facts::{FactsError, FactsErrors, LONGEST_CASE, Names, Row};
use crate::graph::Graph;
use std::io::BufRead;

/// The cases of JSON lines, in order; blank lines are passed over. A reader that fails gives one more row, with the error.
pub fn lines<'g, R: BufRead + 'g>(graph: &'g Graph, names: &'g Names, reader: R) -> impl Iterator<Item = Row> + 'g {
    let mut lines = Lines { reader, number: 0, buffer: Vec::new(), has_failed: false };
    std::iter::from_fn(move || {
        loop {
            if let Err(error) = lines.advance()? {
                return Some(broken(lines.number, error));
            }
            match std::str::from_utf8(&lines.buffer) {
                Err(_) => return Some(broken(lines.number, FactsError::new("text in UTF-8", "other bytes"))),
                Ok(text) => {
                    let text = if lines.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
                    if !text.trim().is_empty() {
                        return Some(row(graph, names, lines.number, text));
                    }
                }
            }
        }
    })
}

/// The cases of a JSON array, in order. Where the text stops being JSON, the cases before count, and a last row tells the
/// error.
pub fn array<'g>(graph: &'g Graph, names: &'g Names, text: &'g str) -> impl Iterator<Item = Row> + 'g {
    let mut items = Vec::new();
    let parsed = elements(text, &mut |item| items.push(item));
    let after = items.len() as u64 + 1;
    let last = parsed.err().map(|error| broken(after, error.told("a JSON array of cases", text)));
    let rows = items.into_iter().zip(1..).map(|(item, number)| row(graph, names, number, item));
    rows.chain(last)
}

fn row(graph: &Graph, names: &Names, number: u64, text: &str) -> Row {
    let (id, facts) = read_row(graph, names, text);
    let id = facts.as_ref().map_or(id, |f| f.id.clone());
    let facts = facts.map_err(|mut errors| {
        errors.0.iter_mut().for_each(|e| e.row = Some(number));
        errors
    });
    Row { number, id, facts }
}

fn broken(number: u64, mut error: FactsError) -> Row {
    error.row = Some(number);
    Row { number, id: None, facts: Err(FactsErrors(vec![error])) }
}

struct Lines<R> {
    reader: R,
    /// Of the line read last, from 1.
    number: u64,
    buffer: Vec<u8>,
    has_failed: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads the next line. A longer one than a case may be is passed over, and is an error.
    fn advance(&mut self) -> Option<Result<(), FactsError>> {
        self.buffer.clear();
        let mut length = 0;
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) if !self.has_failed => available,
                Ok(_) => return None,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) if self.has_failed => return None,
                Err(error) => {
                    self.has_failed = true;
                    self.number += 1;
                    return Some(Err(FactsError::new("a file that can be read", error.to_string())));
                }
            };
            let end = available.iter().position(|b| *b == b'\n');
            let piece = &available[..end.unwrap_or(available.len())];
            if available.is_empty() && length == 0 {
                return None;
            }
            length += piece.len();
            if length <= LONGEST_CASE {
                self.buffer.extend_from_slice(piece);
            }
            let is_last = end.is_some() || available.is_empty();
            let used = piece.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if is_last {
                break;
            }
        }
        self.number += 1;
        if length > LONGEST_CASE {
            let expected = format!("a line of at most {LONGEST_CASE} bytes");
            return Some(Err(FactsError::new(expected, format!("{length} bytes"))));
        }
        Some(Ok(()))
    }
}
