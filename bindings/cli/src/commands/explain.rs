//! `placet explain POLICY --facts FILE --on DATE`

use super::cases;
use crate::args::{ErrorFormat, Explain, ExplainFormat};
use crate::failure::Failure;
use crate::files::Out;
use crate::progress::{Progress, Shown};
use crate::{load, sources};
use placet::decide::blank;
use placet::eval::range::Evaluation;
use placet::explain::{Asked, Explanation, explain};

/// Explains every case, or the one asked for.
pub fn run(a: &Explain, format: ErrorFormat) -> Result<(), Failure> {
    let bundle = load::bundle(&a.policy, format)?;
    let asked = Asked { language: a.cases.language.as_str().into(), sensitive: a.sensitive };
    let mut out = Out::open(None)?;
    let mut told = 0;
    let mut some_invalid = false;
    let files = sources::find(&a.cases.facts)?;
    cases::each(&bundle, &a.cases, &files, &Progress::new(0, Shown::Never), |_, row| {
        let id = row.facts.as_ref().map_or(row.id.clone(), |f| f.id.clone());
        if a.case.as_deref().is_some_and(|wanted| id.as_deref() != Some(wanted)) {
            return Ok(());
        }
        let facts = row.facts.map(|mut facts| {
            facts.complete |= a.cases.complete;
            facts
        });
        let evaluation = facts.as_ref().map(|f| Evaluation::new(bundle.engine(), f, a.on, a.cases.attested));
        for policy in bundle.policies() {
            let explanation = match &evaluation {
                Ok(evaluation) => explain(policy.entry(), evaluation, &asked),
                Err(errors) => {
                    some_invalid = true;
                    let mut decision = blank(policy.entry(), a.on, id.as_deref());
                    decision.error = Some(errors.to_string().into());
                    Explanation::undecided(policy.entry(), decision, &asked)
                }
            };
            match a.format {
                ExplainFormat::Json => {
                    let text = serde_json::to_string(&explanation);
                    out.line(&text.map_err(|e| Failure::Internal(e.to_string()))?)?;
                }
                ExplainFormat::Text => {
                    if told > 0 {
                        out.line(&format!("\n{}\n", "─".repeat(60)))?;
                    }
                    out.line(&explanation.to_string())?;
                }
            }
            told += 1;
        }
        Ok(())
    })?;
    out.done()?;
    match &a.case {
        Some(wanted) if told == 0 => {
            Err(Failure::Data(format!("no case in `{}` has the id `{wanted}`", a.cases.facts.join("`, `"))))
        }
        _ if some_invalid => Err(Failure::DataTold),
        _ => Ok(()),
    }
}
