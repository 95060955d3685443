//! The generated people, and what is expected of them.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_ipc::reader::FileReader;
use std::fs::File;

/// Columns in memory.
pub struct Data {
    pub name: String,
    pub batches: Vec<RecordBatch>,
    pub rows: usize,
    /// Outcomes and reasons as `generate.py` numbers them.
    pub outcomes: Vec<u8>,
    pub reasons: Vec<u8>,
}

impl Data {
    /// Policy `a`, the same for one day, or `b`.
    pub fn read(folder: &str, name: &str) -> Data {
        let table = name.split('_').next().expect("a name");
        let mut batches = read(&format!("{folder}/{table}.arrow"));
        if name == "a_on_a_day" {
            let at = batches[0].schema().index_of("decision_date").expect("a column");
            batches.iter_mut().for_each(|batch| drop(batch.remove_column(at)));
        }
        let expected = read(&format!("{folder}/{name}.expected.arrow"));
        let all = |column: &str| -> Vec<u8> {
            let values = expected.iter().flat_map(|b| b[column].as_primitive::<UInt8Type>().values().iter());
            values.copied().collect()
        };
        let (outcomes, reasons) = (all("outcome"), all("reason"));
        let rows = batches.iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, outcomes.len(), "as many rows as are expected");
        Data { name: name.to_owned(), batches, rows, outcomes, reasons }
    }
}

fn read(path: &str) -> Vec<RecordBatch> {
    let file = File::open(path).unwrap_or_else(|e| panic!("{path}: {e}; run benches/batch/run.sh"));
    let reader = FileReader::try_new(file, None).expect("an Arrow file");
    reader.map(|batch| batch.expect("a batch")).collect()
}
