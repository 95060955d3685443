//! `placet decide POLICY --facts FILE --on DATE`

use super::cases::{self, Many};
use super::record::Record;
use super::summary::Summary;
use crate::args::{Decide, ErrorFormat, WhichReasons};
use crate::failure::Failure;
use crate::files::Out;
use crate::load;
use placet::Bundle;
use placet::decide::{Decision, Options, Outcome, Reasons, blank};
use placet::facts::{Facts, FactsErrors, Row};
use placet::value::Date;

/// Decides every case.
pub fn run(a: &Decide, format: ErrorFormat, quiet: bool) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    known_names(&bundle, &a.show)?;
    let mut work = Work {
        bundle: &bundle,
        asked: a,
        out: Out::open(a.out.as_deref())?,
        record: a.record.as_deref().map(|path| Out::open(Some(path))).transpose()?,
        summary: Summary::default(),
        some_invalid: false,
    };
    cases::each(&bundle, &a.cases, quiet, |many, row| work.case(many, row))?;
    let Work { out, record, summary, some_invalid, .. } = work;
    out.done()?;
    record.map(Out::done).transpose()?;
    if !quiet {
        summary.print();
    }
    if some_invalid { Err(Failure::DataTold) } else { Ok(()) }
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
    out: Out,
    record: Option<Out>,
    summary: Summary,
    some_invalid: bool,
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
        let decisions = decisions(self.bundle, row.id.as_deref(), &facts, asked.cases.on, &options);
        for decision in &decisions {
            self.some_invalid |= decision.outcome == Outcome::Invalid;
            if let Some(out) = &mut self.record {
                let record = Record::new(self.bundle, facts.as_ref().ok(), &options, reasons, decision);
                out.line(&json(&record.map_err(internal)?)?)?;
            }
        }
        match (many, &decisions[..]) {
            (Many::One, [decision]) => self.out.line(&pretty(decision)?)?,
            (Many::One, several) => self.out.line(&pretty(several)?)?,
            (Many::Several, several) => several.iter().try_for_each(|d| self.out.line(&json(d)?))?,
        }
        // The summary speaks of causes, which were perhaps not asked for.
        let told = match (options.reasons, &facts) {
            (Reasons::None, Ok(_)) => {
                let options = Options { reasons: Reasons::Deciding, ..options };
                super::decide::decisions(self.bundle, row.id.as_deref(), &facts, asked.cases.on, &options)
            }
            _ => decisions,
        };
        told.iter().for_each(|d| self.summary.add(d));
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
