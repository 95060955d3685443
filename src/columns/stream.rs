//! Decisions on whatever a reader holds, with bounded memory.

use super::{BatchError, Batches};
use crate::eval::parallel;
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// How many rows are read before they are decided together: enough for all cores, few enough for their memory.
const TOGETHER: usize = 1 << 18;

/// The decisions on the batches of a reader, in order. An error ends it.
pub struct Decisions<R> {
    batches: Batches,
    reader: R,
    read: Vec<RecordBatch>,
    decided: VecDeque<RecordBatch>,
    /// What ended the reading.
    end: Option<Option<ArrowError>>,
    is_over: bool,
}

impl<R: Iterator<Item = Result<RecordBatch, ArrowError>> + Send> Decisions<R> {
    pub(super) fn new(batches: Batches, reader: R) -> Self {
        Decisions { batches, reader, read: Vec::new(), decided: VecDeque::new(), end: None, is_over: false }
    }

    fn advance(&mut self) -> Result<(), BatchError> {
        if self.read.is_empty() && self.end.is_none() {
            self.read = read(&mut self.reader, &mut self.end);
        }
        let now = std::mem::take(&mut self.read);
        let (batches, reader, end) = (&self.batches, &mut self.reader, &mut self.end);
        let (decided, next) = parallel::both(
            || batches.decide_all(&now, &|_| ControlFlow::Continue(())),
            || if end.is_none() { read(reader, end) } else { Vec::new() },
        );
        self.read = next;
        self.decided = decided?.into();
        Ok(())
    }
}

fn read<R>(reader: &mut R, end: &mut Option<Option<ArrowError>>) -> Vec<RecordBatch>
where
    R: Iterator<Item = Result<RecordBatch, ArrowError>>,
{
    let (mut batches, mut rows) = (Vec::new(), 0);
    while rows < TOGETHER {
        match reader.next() {
            Some(Ok(batch)) => {
                rows += batch.num_rows();
                batches.push(batch);
            }
            Some(Err(error)) => {
                *end = Some(Some(error));
                break;
            }
            None => {
                *end = Some(None);
                break;
            }
        }
    }
    batches
}

impl<R: Iterator<Item = Result<RecordBatch, ArrowError>> + Send> Iterator for Decisions<R> {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.decided.pop_front() {
                return Some(Ok(batch));
            }
            if self.is_over {
                return None;
            }
            if self.read.is_empty()
                && let Some(end) = &mut self.end
            {
                self.is_over = true;
                return end.take().map(Err);
            }
            if let Err(error) = self.advance() {
                self.is_over = true;
                return Some(Err(ArrowError::ExternalError(Box::new(error))));
            }
        }
    }
}

impl<R: Iterator<Item = Result<RecordBatch, ArrowError>> + Send> RecordBatchReader for Decisions<R> {
    fn schema(&self) -> SchemaRef {
        self.batches.schema()
    }
}
