//! The Rust batch on an Arrow file's columns: `POLICY FILE ROUNDS needs|none`. Prints the seconds of each round as JSON.

use arrow_ipc::reader::FileReader;
use placet::columns::{BatchOptions, Batches};
use placet::{Date, Policy};
use std::fs::{File, read_to_string};
use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, policy, file, rounds, needs] = &arguments[..] else { return Err("POLICY FILE ROUNDS needs|none".into()) };
    let policy = Policy::compile(&read_to_string(policy)?)?;
    let reader = FileReader::try_new(File::open(file)?, None)?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    let options = BatchOptions {
        on_column: Some("decision_date".to_owned()),
        minor_units: ["gross_income", "earned_income", "deductions", "assets"].map(str::to_owned).to_vec(),
        possible: needs == "needs",
        needs: needs == "needs",
        ..BatchOptions::default()
    };
    let decide = || -> Result<f64, placet::BatchError> {
        let start = Instant::now();
        let ready = Batches::of_policy(&policy, &schema, Date::MIN, options.clone())?;
        black_box(ready.decide_all(&batches, &|_| ControlFlow::Continue(()))?);
        Ok(start.elapsed().as_secs_f64())
    };
    // The first run starts the threads.
    decide()?;
    let seconds = (0..rounds.parse()?).map(|_| decide()).collect::<Result<Vec<f64>, _>>()?;
    println!("{}", serde_json::to_string(&seconds)?);
    Ok(())
}
