//! Compiled policies: deciding, explaining, forms.

use crate::trouble::{self, Trouble, usage};
use placet::decide::{ToldValue, blank};
use placet::eval::range::Evaluation;
use placet::explain::{Asked, Explanation, explain};
use placet::facts::json::read_case;
use placet::{Briefs, Bundle, Date, Decision, Facts, Options, Outcome, Policy, Reasons, form};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// Bare values do not count.
const ATTESTED: u32 = 1;
/// What is missing will never come.
const COMPLETE: u32 = 2;
/// Values of sensitive facts are told.
const SENSITIVE: u32 = 4;
/// What registers hold is asked of the person too.
const ASK_ALL: u32 = 8;

/// A bundle of compiled policies.
#[wasm_bindgen]
pub struct Program {
    pub(crate) bundle: Bundle,
    /// Ready when first asked for.
    briefs: Vec<Option<Briefs>>,
}

/// A date's day number, 0 = 1970-01-01.
#[wasm_bindgen]
pub fn day(text: &str) -> Result<i32, Trouble> {
    Ok(date(text)?.days() as i32)
}

fn date(text: &str) -> Result<Date, Trouble> {
    Date::parse(text).ok_or_else(|| usage(format!("`{text}` is no date such as `2024-02-29`")))
}

impl Program {
    pub(crate) fn new(bundle: Bundle) -> Program {
        let briefs = bundle.policies().map(|_| None).collect();
        Program { bundle, briefs }
    }

    fn one(&self, policy: usize) -> Result<Policy, Trouble> {
        self.bundle.policies().nth(policy).ok_or_else(|| usage("there is no such policy in the bundle"))
    }

    fn facts(&self, text: &str, flags: u32) -> Result<Facts, Trouble> {
        let graph = &self.bundle.program().graph;
        let facts = read_case(graph, self.bundle.names(), text);
        let mut facts = facts.map_err(|errors| trouble::facts(&errors))?;
        facts.complete |= flags & COMPLETE != 0;
        Ok(facts)
    }

    /// Evaluates a case for whoever needs more than a decision.
    fn evaluated<T>(
        &self,
        policy: usize,
        facts: &str,
        on: &str,
        flags: u32,
        then: impl FnOnce(&Policy, &Evaluation) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let (policy, on) = (self.one(policy)?, date(on)?);
        let facts = self.facts(facts, flags)?;
        then(&policy, &Evaluation::new(self.bundle.engine(), &facts, on, flags & ATTESTED != 0))
    }
}

fn options(reasons: &str, show: &str, language: &str, flags: u32) -> Result<Options, Trouble> {
    let reasons = match reasons {
        "none" => Reasons::None,
        "deciding" => Reasons::Deciding,
        "all" => Reasons::All,
        other => return Err(usage(format!("`reasons` is `none`, `deciding` or `all`, not `{other}`"))),
    };
    let show = show.split('\n').filter(|name| !name.is_empty()).map(Into::into).collect();
    Ok(Options { attested: flags & ATTESTED != 0, reasons, show, language: language.into() })
}

#[wasm_bindgen]
impl Program {
    /// Loads a compiled artefact; nothing in it is trusted.
    pub fn load(bytes: &[u8]) -> Result<Program, Trouble> {
        Bundle::from_compiled(bytes).map(Program::new).map_err(|e| trouble::artefact(&e))
    }

    /// The compiled artefact.
    pub fn save(&self) -> Vec<u8> {
        self.bundle.to_compiled()
    }

    /// Names, titles and rules of the policies.
    pub fn policies(&self, language: &str) -> Result<String, Trouble> {
        let read = |text: Option<&placet::value::Text>| text.map(|t| t.in_language(language).to_owned());
        let one = |policy: Policy| {
            let entry = policy.entry();
            let (from, until) = entry.in_force;
            json!({
                "name": entry.name,
                "title": read(entry.title.as_ref()),
                "version": entry.version,
                "cites": read(entry.cites.as_ref()),
                "from": from,
                "until": until,
                "rules": entry.rules.iter().map(|r| &*r.name).collect::<Vec<_>>(),
                "graph": placet::decide::hexadecimal(&entry.logic_hash),
            })
        };
        trouble::text(&self.bundle.policies().map(one).collect::<Vec<_>>())
    }

    /// The decision of one policy as JSON.
    #[allow(clippy::too_many_arguments)]
    pub fn decide(
        &self,
        policy: usize,
        facts: &str,
        on: &str,
        reasons: &str,
        show: &str,
        language: &str,
        flags: u32,
    ) -> Result<String, Trouble> {
        let (policy, on) = (self.one(policy)?, date(on)?);
        let options = options(reasons, show, language, flags)?;
        trouble::text(&policy.decide_with(&self.facts(facts, flags)?, on, &options))
    }

    /// The decisions of all policies as a JSON array.
    pub fn decide_all(
        &self,
        facts: &str,
        on: &str,
        reasons: &str,
        show: &str,
        language: &str,
        flags: u32,
    ) -> Result<String, Trouble> {
        let options = options(reasons, show, language, flags)?;
        trouble::text(&self.bundle.decide(&self.facts(facts, flags)?, date(on)?, &options))
    }

    /// The outcome and the deciding rule in one number: the outcome's place, 8 if a decline is proposed, 16 if it waits for
    /// findings, and the rule's place plus one from bit 8 on. `on` is a day number.
    pub fn brief(&mut self, policy: usize, facts: &str, on: i32, flags: u32) -> Result<u32, Trouble> {
        let on = Date::from_days(on.into()).ok_or_else(|| usage("no such day"))?;
        let facts = self.facts(facts, flags)?;
        if self.briefs.get(policy).is_none_or(Option::is_none) {
            let ready = Briefs::new(&self.one(policy)?);
            if let Some(place) = self.briefs.get_mut(policy) {
                *place = Some(ready);
            }
        }
        let Some(Some(briefs)) = self.briefs.get_mut(policy) else { return Err(usage("there is no such policy")) };
        let brief = briefs.decide(&facts, on, flags & ATTESTED != 0);
        let rule = brief.rule.map_or(0, |place| place as u32 + 1);
        Ok(brief.outcome as u32 | u32::from(brief.proposed) << 3 | u32::from(!brief.settled) << 4 | rule << 8)
    }

    /// Decides JSON lines; the results as columns.
    pub fn batch(&self, policy: usize, rows: &str, on: &str, language: &str, flags: u32) -> Result<String, Trouble> {
        let (policy, on) = (self.one(policy)?, date(on)?);
        let options = options("deciding", "", language, flags)?;
        let graph = &self.bundle.program().graph;
        let mut columns = Columns::new(&policy);
        for row in rows.lines() {
            let decision = match read_case(graph, self.bundle.names(), row) {
                Ok(mut facts) => {
                    facts.complete |= flags & COMPLETE != 0;
                    policy.decide_with(&facts, on, &options)
                }
                Err(errors) => {
                    let mut decision = blank(policy.entry(), on, None);
                    decision.error = Some(errors.to_string().into());
                    decision
                }
            };
            columns.add(decision);
        }
        trouble::text(&columns.finish())
    }

    /// Why a case is decided as it is: the tree as JSON, or as text.
    pub fn explain(
        &self,
        policy: usize,
        facts: &str,
        on: &str,
        language: &str,
        flags: u32,
        as_text: bool,
    ) -> Result<String, Trouble> {
        self.evaluated(policy, facts, on, flags, |policy, evaluation| {
            let asked = Asked { language: language.into(), sensitive: flags & SENSITIVE != 0 };
            let explanation: Explanation = explain(policy.entry(), evaluation, &asked);
            if as_text { Ok(explanation.to_string()) } else { trouble::text(&explanation) }
        })
    }

    /// The fields of a policy's form.
    pub fn fields(&self, policy: usize, language: &str) -> Result<String, Trouble> {
        trouble::text(&form::fields(self.bundle.program(), self.one(policy)?.entry(), language))
    }

    /// Where a person stands, and what to ask next.
    pub fn standing(
        &self,
        policy: usize,
        facts: &str,
        on: &str,
        language: &str,
        flags: u32,
    ) -> Result<String, Trouble> {
        self.evaluated(policy, facts, on, flags, |policy, evaluation| {
            let ask_all = flags & ASK_ALL != 0;
            let program = self.bundle.program();
            trouble::text(&form::standing(program, policy.entry(), evaluation, language, ask_all))
        })
    }

    /// What would change a no.
    pub fn changes(&self, policy: usize, facts: &str, on: &str, language: &str, flags: u32) -> Result<String, Trouble> {
        self.evaluated(policy, facts, on, flags, |policy, evaluation| {
            trouble::text(&form::changes(self.bundle.program(), policy.entry(), evaluation, language))
        })
    }

    /// The TypeScript types of the bundle's facts and decisions.
    #[cfg(feature = "compile")]
    pub fn typescript(&self, language: &str) -> String {
        placet::schema::typescript(self.bundle.program(), language)
    }

    /// The JSON Schema of facts or of decisions.
    #[cfg(feature = "compile")]
    pub fn schema(&self, of_decisions: bool, language: &str) -> Result<String, Trouble> {
        let program = self.bundle.program();
        trouble::text(&match of_decisions {
            true => placet::schema::decisions(program, language),
            false => placet::schema::facts(program, language),
        })
    }

    /// A case that names every fact and tells nothing.
    pub fn sample(&self) -> Result<String, Trouble> {
        trouble::text(&placet::schema::sample(&self.bundle.program().graph))
    }

    /// A policy as a picture.
    #[cfg(feature = "compile")]
    pub fn graph(&self, policy: usize, format: &str, language: &str) -> Result<String, Trouble> {
        use placet::graph::draw;
        self.one(policy)?;
        let program = self.bundle.program();
        match format {
            "svg" => Ok(draw::svg(program, policy, language)),
            "mermaid" => Ok(draw::mermaid(program, policy, language)),
            "dot" => Ok(draw::dot(program, policy, language)),
            "text" => Ok(program.dump()),
            other => Err(usage(format!("a graph is `svg`, `mermaid`, `dot` or `text`, not `{other}`"))),
        }
    }

    /// The picture of a policy with the path that a case took.
    #[cfg(feature = "compile")]
    pub fn picture(&self, policy: usize, facts: &str, on: &str, language: &str, flags: u32) -> Result<String, Trouble> {
        self.evaluated(policy, facts, on, flags, |_, evaluation| {
            Ok(placet::explain::picture(evaluation, policy, language))
        })
    }
}

/// Decisions as columns.
struct Columns {
    outcome: Vec<&'static str>,
    proposed: Vec<bool>,
    rule: Vec<Value>,
    needs: Vec<Value>,
    error: Vec<Value>,
    awards: Vec<(String, Vec<Value>)>,
    reports: Vec<(String, Vec<Value>)>,
}

impl Columns {
    fn new(policy: &Policy) -> Columns {
        let named = |outputs: &[placet::graph::Output]| {
            outputs.iter().map(|o| (o.name.to_string(), Vec::new())).collect::<Vec<_>>()
        };
        Columns {
            outcome: Vec::new(),
            proposed: Vec::new(),
            rule: Vec::new(),
            needs: Vec::new(),
            error: Vec::new(),
            awards: named(&policy.entry().awards),
            reports: named(&policy.entry().reports),
        }
    }

    fn add(&mut self, decision: Decision) {
        let outcome: Outcome = decision.outcome;
        self.outcome.push(outcome.as_str());
        self.proposed.push(decision.proposed);
        let rule = decision.reasons.iter().find(|r| r.deciding).map(|r| r.rule.clone());
        self.rule.push(json!(rule));
        self.needs.push(json!(decision.needs.iter().map(|n| &*n.fact).collect::<Vec<_>>()));
        self.error.push(json!(decision.error));
        for (columns, told) in [(&mut self.awards, &decision.awards), (&mut self.reports, &decision.reports)] {
            for (name, values) in columns {
                let value: Option<&ToldValue> = told.iter().find(|t| *t.name == **name).map(|t| &t.value);
                values.push(value.map_or(Value::Null, |v| json!(v)));
            }
        }
    }

    fn finish(self) -> Value {
        let object = |columns: Vec<(String, Vec<Value>)>| {
            Value::Object(columns.into_iter().map(|(name, values)| (name, Value::Array(values))).collect::<Map<_, _>>())
        };
        json!({
            "outcome": self.outcome,
            "proposed": self.proposed,
            "rule": self.rule,
            "needs": self.needs,
            "error": self.error,
            "awards": object(self.awards),
            "reports": object(self.reports),
        })
    }
}
