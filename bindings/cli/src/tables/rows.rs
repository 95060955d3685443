//! Cases in rows, decisions in columns.

use super::options;
use super::write::{Form, Sink};
use crate::args::Decide;
use crate::commands::cases;
use crate::commands::decide::decisions;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sources::Source;
use crate::summary::Summary;
use placet::Bundle;
use placet::columns::Gathered;
use placet::decide::{Decision, Options, Reasons};
use placet::facts::Row;
use placet::value::Date;
use rayon::prelude::*;

/// How many rows are held, decided and written together.
const TOGETHER: usize = 1 << 15;

/// Decides every row.
pub fn run(
    bundle: &Bundle,
    a: &Decide,
    sources: &[Source],
    form: Form,
    progress: &Progress,
) -> Result<Summary, Failure> {
    let asked = options(a);
    let gathered = Gathered::new(bundle, &asked).map_err(|e| super::unusable("--show", &e))?;
    let (mut sink, encoder) = Sink::open(form, a.out.as_deref(), &gathered.schema(), 0)?;
    let mut work = Work {
        bundle,
        on: a.on.ok_or_else(|| Failure::Usage("say for which day: `--on YYYY-MM-DD`".to_owned()))?,
        complete: asked.complete,
        options: Options {
            attested: asked.attested,
            reasons: if asked.standings { Reasons::All } else { Reasons::Deciding },
            show: asked.show.iter().map(|s| s.as_str().into()).collect(),
            language: asked.language.as_str().into(),
        },
        rows: Vec::new(),
        summary: Summary::new(bundle),
    };
    let mut number = 0;
    let mut write = |work: &mut Work| -> Result<(), Failure> {
        let decided = work.decide();
        progress.decided(decided.len() as u64);
        let mut unit = encoder.unit(number)?;
        number += 1;
        unit.write(gathered.batch(&decided).map_err(|e| Failure::Internal(e.to_string()))?)?;
        sink.append(unit.finish()?)
    };
    cases::each(bundle, &a.cases, sources, progress, |_, row| {
        work.rows.push(row);
        if work.rows.len() == TOGETHER { write(&mut work) } else { Ok(()) }
    })?;
    if !work.rows.is_empty() {
        write(&mut work)?;
    }
    sink.done()?;
    Ok(work.summary)
}

struct Work<'a> {
    bundle: &'a Bundle,
    on: Date,
    complete: bool,
    options: Options,
    rows: Vec<Row>,
    summary: Summary,
}

impl Work<'_> {
    /// The decisions on the rows held, which are held no longer.
    fn decide(&mut self) -> Vec<Vec<Decision>> {
        let (bundle, options, on, complete) = (self.bundle, &self.options, self.on, self.complete);
        let one = |row: Row| {
            let facts = row.facts.map(|mut facts| {
                facts.complete |= complete;
                facts
            });
            decisions(bundle, row.id.as_deref(), &facts, on, options)
        };
        let decided: Vec<_> = std::mem::take(&mut self.rows).into_par_iter().map(one).collect();
        decided.iter().for_each(|d| self.summary.add(bundle, d));
        decided
    }
}
