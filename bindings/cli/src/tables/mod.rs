//! Decisions in columns: Parquet and Arrow files in and out, CSV and JSON Lines out; of any number of rows, with bounded memory.
//!
//! Files are cut into units of some ten thousand rows. Every core takes the next unit, decodes it, decides it and encodes the
//! decisions; one thread writes them in the order of the units.

mod decode;
mod pages;
mod read;
mod rows;
mod text;
mod units;
mod write;

use crate::args::Decide;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sources::Source;
use crate::summary::Summary;
use placet::Bundle;
use placet::columns::{BatchError, BatchOptions};
use write::Form;

/// Decides all that files hold, and writes the decisions as columns. Where nobody is told of them, decisions on columns are counted
/// only as far as they are invalid.
pub fn run(
    bundle: &Bundle,
    a: &Decide,
    sources: &[Source],
    progress: &Progress,
    is_told: bool,
) -> Result<Summary, Failure> {
    if a.record.is_some() {
        return Err(Failure::Usage("`--record` goes with whole decisions, from rows to JSON".to_owned()));
    }
    if a.reasons.is_some() {
        let text = "`--reasons` goes with whole decisions; columns tell the deciding rule, and with `--standings` all";
        return Err(Failure::Usage(text.to_owned()));
    }
    let form = Form::of(a.out.as_deref());
    if a.out.is_none() && form.is_binary() {
        return Err(Failure::Usage("say where to: `--out FILE`".to_owned()));
    }
    if sources.iter().any(|s| s.kind.is_columnar()) {
        let of_csv = !a.cases.list.is_empty() || !a.cases.empty_is_none.is_empty();
        if of_csv {
            return Err(Failure::Usage("`--list` and `--empty-is-none` go with facts from a `.csv` file".to_owned()));
        }
        units::run(bundle, a, sources, form, progress, is_told)
    } else {
        a.columns.refuse_for_rows()?;
        rows::run(bundle, a, sources, form, progress)
    }
}

/// What the engine is asked for.
fn options(a: &Decide) -> BatchOptions {
    BatchOptions {
        id: a.columns.id.clone(),
        on_column: a.columns.on_column.clone(),
        carry: a.columns.carry.clone(),
        other_columns: a.columns.other_columns,
        attested: a.cases.attested,
        complete: a.cases.complete,
        none_where_null: a.columns.none_where_null.clone(),
        minor_units: a.columns.minor_units.clone(),
        standings: a.columns.standings,
        show: a.show.clone(),
        language: a.cases.language.clone(),
        ..BatchOptions::default()
    }
}

/// Why columns cannot be used, by the file they stand in.
fn unusable(path: &str, error: &BatchError) -> Failure {
    match error {
        BatchError::Columns(errors) => {
            let lines: Vec<String> = errors.0.iter().map(|e| format!("`{path}`: {e}")).collect();
            Failure::Data(lines.join("\n"))
        }
        BatchError::Show { .. } => Failure::Usage(format!("`--show`: {error}")),
        BatchError::Twice(_) => Failure::Usage(error.to_string()),
        _ => Failure::Data(format!("`{path}`: {error}")),
    }
}
