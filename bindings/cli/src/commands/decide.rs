//! `placet decide POLICY --facts FILE --on DATE`

use super::cases::{self, Many};
use super::record::Record;
use crate::args::{Columns, Decide, ErrorFormat, WhichReasons};
use crate::failure::Failure;
use crate::files::{self, Out};
use crate::load;
use crate::progress::{Progress, Shown};
use crate::report::Run;
use crate::sources::{self, Source};
use crate::summary::Summary;
use placet::Bundle;
use placet::decide::{Decision, Options, Reasons, blank};
use placet::facts::{Facts, FactsErrors, Row};
use placet::value::Date;

/// The endings of files of JSON, a decision a line.
const LINES: [&str; 3] = ["jsonl", "ndjson", "json"];
/// The endings of files of columns.
const COLUMNS: [&str; 7] = ["parquet", "pq", "arrow", "arrows", "feather", "ipc", "csv"];

/// Decides every case.
pub fn run(a: &Decide, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    known_names(&bundle, &a.show)?;
    let sources = sources::find(&a.cases.facts)?;
    let written: Vec<&str> = [&a.out, &a.report, &a.record].into_iter().filter_map(Option::as_deref).collect();
    let members = a.cases.list.iter().filter_map(|list| cases::path_of_list(list));
    let read = sources.iter().map(|source| source.path.as_str()).chain(members).chain([a.policy.as_str()]);
    files::apart(read, &written)?;
    files::ends_in("--out", a.out.as_deref(), &[&LINES[..], &COLUMNS].concat())?;
    files::ends_in("--report", a.report.as_deref(), &["html", "htm"])?;
    files::ends_in("--record", a.record.as_deref(), &LINES)?;
    let shown = match (a.progress, quiet) {
        (true, _) => Shown::Always,
        (false, true) => Shown::Never,
        (false, false) => Shown::OnTerminal,
    };
    let report = a.report.as_deref().map(|path| Out::open(Some(path))).transpose()?;
    let progress = Progress::new(sources.iter().map(|s| s.bytes).sum(), shown);
    let summary = match in_columns(a, &sources) {
        true => tables(&bundle, a, &sources, &progress, !quiet || report.is_some())?,
        false => rows(&bundle, a, &sources, &progress)?,
    };
    progress.done();
    if let Some(mut out) = report {
        let run = Run {
            bundle: &bundle,
            summary: &summary,
            sources: &sources,
            on: a.on,
            on_column: a.columns.on_column.as_deref(),
            rows: progress.rows(),
            taken: progress.taken(),
            language: &a.cases.language,
        };
        out.bytes(run.html().as_bytes())?;
        out.done()?;
    }
    if !quiet {
        summary.print(&bundle, &a.cases.language);
    }
    if summary.some_invalid() { Err(Failure::DataTold) } else { Ok(()) }
}

/// Whether facts come in columns, or decisions are to.
fn in_columns(a: &Decide, sources: &[Source]) -> bool {
    let ending = a.out.as_deref().and_then(|out| out.rsplit_once('.')).map(|(_, e)| e.to_ascii_lowercase());
    sources.iter().any(|s| s.kind.is_columnar()) || ending.is_some_and(|e| COLUMNS.contains(&&*e))
}

#[cfg(feature = "columnar")]
fn tables(
    bundle: &Bundle,
    a: &Decide,
    sources: &[Source],
    progress: &Progress,
    is_told: bool,
) -> Result<Summary, Failure> {
    crate::tables::run(bundle, a, sources, progress, is_told)
}

#[cfg(not(feature = "columnar"))]
fn tables(_: &Bundle, _: &Decide, _: &[Source], _: &Progress, _: bool) -> Result<Summary, Failure> {
    Err(Failure::Usage("this command was built without columns: it takes JSON and CSV, and gives JSON".to_owned()))
}

/// Rows in, whole decisions out.
fn rows(bundle: &Bundle, a: &Decide, sources: &[Source], progress: &Progress) -> Result<Summary, Failure> {
    a.columns.refuse_for_rows()?;
    if a.columns.standings {
        let text = "`--standings` goes with decisions in columns; of whole decisions ask `--reasons all`";
        return Err(Failure::Usage(text.to_owned()));
    }
    let mut work = Work {
        bundle,
        asked: a,
        on: a.on.ok_or_else(|| Failure::Usage("say for which day: `--on YYYY-MM-DD`".to_owned()))?,
        out: Out::open(a.out.as_deref())?,
        record: a.record.as_deref().map(|path| Out::open(Some(path))).transpose()?,
        summary: Summary::new(bundle),
    };
    cases::each(bundle, &a.cases, sources, progress, |many, row| {
        progress.decided(1);
        work.case(many, row)
    })?;
    let Work { out, record, summary, .. } = work;
    out.done()?;
    record.map(Out::done).transpose()?;
    Ok(summary)
}

impl Columns {
    /// What only columns have makes no sense for rows.
    pub fn refuse_for_rows(&self) -> Result<(), Failure> {
        let options = [
            ("--id", self.id.is_some()),
            ("--on-column", self.on_column.is_some()),
            ("--carry", !self.carry.is_empty()),
            ("--none-where-null", !self.none_where_null.is_empty()),
            ("--minor-units", !self.minor_units.is_empty()),
            ("--other-columns", self.other_columns),
        ];
        match options.iter().find(|(_, is_asked)| *is_asked) {
            Some((option, _)) => Err(Failure::Usage(format!("`{option}` goes with facts from Parquet or Arrow files"))),
            None => Ok(()),
        }
    }
}

/// `--show` takes names that some policy declares.
fn known_names(bundle: &Bundle, show: &[String]) -> Result<(), Failure> {
    let mut known = bundle.program().policies.iter().flat_map(|p| p.defines.iter().map(|d| &*d.name));
    for name in show {
        if !known.clone().any(|k| k == name) {
            let near = placet::diagnostic::closest(name, &mut known);
            let help = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            return Err(Failure::Usage(format!("`--show {name}`: no definition or parameter is called so{help}")));
        }
    }
    Ok(())
}

struct Work<'a> {
    bundle: &'a Bundle,
    asked: &'a Decide,
    on: Date,
    out: Out,
    record: Option<Out>,
    summary: Summary,
}

impl Work<'_> {
    fn case(&mut self, many: Many, row: Row) -> Result<(), Failure> {
        let asked = self.asked;
        let default = if many == Many::One { WhichReasons::All } else { WhichReasons::Deciding };
        let reasons = asked.reasons.unwrap_or(default);
        let options = Options {
            attested: asked.cases.attested,
            reasons: reasons.as_reasons(),
            show: asked.show.iter().map(|s| s.as_str().into()).collect(),
            language: asked.cases.language.as_str().into(),
        };
        let facts = row.facts.map(|mut facts| {
            facts.complete |= asked.cases.complete;
            facts
        });
        let decided = decisions(self.bundle, row.id.as_deref(), &facts, self.on, &options);
        for decision in &decided {
            if let Some(out) = &mut self.record {
                let record = Record::new(self.bundle, facts.as_ref().ok(), &options, reasons, decision);
                out.line(&json(&record.map_err(internal)?)?)?;
            }
        }
        match (many, &decided[..]) {
            (Many::One, [decision]) => self.out.line(&pretty(decision)?)?,
            (Many::One, several) => self.out.line(&pretty(several)?)?,
            (Many::Several, several) => several.iter().try_for_each(|d| self.out.line(&json(d)?))?,
        }
        // The summary speaks of causes, which were perhaps not asked for.
        let told = match (options.reasons, &facts) {
            (Reasons::None, Ok(_)) => {
                let options = Options { reasons: Reasons::Deciding, ..options };
                decisions(self.bundle, row.id.as_deref(), &facts, self.on, &options)
            }
            _ => decided,
        };
        self.summary.add(self.bundle, &told);
        Ok(())
    }
}

/// A decision a policy; of facts that cannot be used, an invalid one.
pub fn decisions(
    bundle: &Bundle,
    id: Option<&str>,
    facts: &Result<Facts, FactsErrors>,
    on: Date,
    options: &Options,
) -> Vec<Decision> {
    match facts {
        Ok(facts) => bundle.decide(facts, on, options),
        Err(errors) => bundle
            .policies()
            .map(|policy| Decision { error: Some(errors.to_string().into()), ..blank(policy.entry(), on, id) })
            .collect(),
    }
}

fn pretty<T: serde::Serialize + ?Sized>(value: &T) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(internal)
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(internal)
}

fn internal(error: serde_json::Error) -> Failure {
    Failure::Internal(format!("a decision cannot be written as JSON: {error}"))
}
