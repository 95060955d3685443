//! Compiled policies: deciding, explaining, forms.

use crate::trouble::{self, Trouble, usage};
use placet::decide::blank;
use placet::eval::range::Evaluation;
use placet::explain::{Asked, Explanation, explain};
use placet::facts::json::read_case;
use placet::graph::Output;
use placet::{Briefs, Bundle, Date, Decision, Facts, Options, Policy, Reasons, Told, ToldValue, form};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::sync::Arc;

/// Bare values do not count.
const ATTESTED: u32 = 1;
/// What is missing will never come.
const COMPLETE: u32 = 2;
/// Values of sensitive facts are told.
const SENSITIVE: u32 = 4;
/// What registers hold is asked of the person too.
const ASK_ALL: u32 = 8;

/// What most calls take.
pub(crate) struct Call<'a> {
    /// The policy's place in the bundle.
    pub policy: usize,
    /// One case, or lines of them.
    pub facts: &'a str,
    pub on: &'a str,
    pub language: &'a str,
    pub flags: u32,
}

/// A bundle of compiled policies.
pub(crate) struct Program {
    pub bundle: Bundle,
    /// Ready when first asked for.
    briefs: Vec<Option<Briefs>>,
}

/// A date's day number, 0 = 1970-01-01.
pub(crate) fn day(text: &str) -> Result<i64, Trouble> {
    Ok(date(text)?.days())
}

fn date(text: &str) -> Result<Date, Trouble> {
    Date::parse(text).ok_or_else(|| usage(format!("`{text}` is no date such as `2024-02-29`")))
}

fn options(call: &Call, reasons: &str, show: &str) -> Result<Options, Trouble> {
    let reasons = match reasons {
        "none" => Reasons::None,
        "deciding" => Reasons::Deciding,
        "all" => Reasons::All,
        other => return Err(usage(format!("`reasons` is `none`, `deciding` or `all`, not `{other}`"))),
    };
    let show = show.split('\n').filter(|name| !name.is_empty()).map(Into::into).collect();
    Ok(Options { attested: call.flags & ATTESTED != 0, reasons, show, language: call.language.into() })
}

impl Program {
    pub(crate) fn new(bundle: Bundle) -> Program {
        let briefs = bundle.policies().map(|_| None).collect();
        Program { bundle, briefs }
    }

    /// Nothing in the artefact is trusted.
    pub(crate) fn load(bytes: &[u8]) -> Result<Program, Trouble> {
        Bundle::from_compiled(bytes).map(Program::new).map_err(|e| trouble::artefact(&e))
    }

    pub(crate) fn one(&self, policy: usize) -> Result<Policy, Trouble> {
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
    pub(crate) fn evaluated(
        &self,
        call: &Call,
        then: &mut dyn FnMut(&Policy, &Evaluation) -> Result<String, Trouble>,
    ) -> Result<String, Trouble> {
        let (policy, on) = (self.one(call.policy)?, date(call.on)?);
        let facts = self.facts(call.facts, call.flags)?;
        then(&policy, &Evaluation::new(self.bundle.engine(), &facts, on, call.flags & ATTESTED != 0))
    }

    pub(crate) fn policies(&self, language: &str) -> Result<String, Trouble> {
        let policies: Vec<Policy> = self.bundle.policies().collect();
        trouble::text(&policies.iter().map(|policy| About::of(policy, language)).collect::<Vec<_>>())
    }

    pub(crate) fn decide(&self, call: &Call, reasons: &str, show: &str) -> Result<String, Trouble> {
        let (policy, on) = (self.one(call.policy)?, date(call.on)?);
        let options = options(call, reasons, show)?;
        trouble::text(&policy.decide_with(&self.facts(call.facts, call.flags)?, on, &options))
    }

    pub(crate) fn decide_all(&self, call: &Call, reasons: &str, show: &str) -> Result<String, Trouble> {
        let options = options(call, reasons, show)?;
        trouble::text(&self.bundle.decide(&self.facts(call.facts, call.flags)?, date(call.on)?, &options))
    }

    /// The outcome and the deciding rule in one number: the outcome's place, 8 if a decline is proposed, 16 if it waits for
    /// findings, and the rule's place plus one from bit 8 on. `on` is a day number.
    pub(crate) fn brief(&mut self, policy: usize, facts: &str, on: i32, flags: u32) -> Result<u32, Trouble> {
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

    pub(crate) fn batch(&self, call: &Call) -> Result<String, Trouble> {
        let (policy, on) = (self.one(call.policy)?, date(call.on)?);
        let options = options(call, "deciding", "")?;
        let graph = &self.bundle.program().graph;
        let mut columns = Columns::new(&policy);
        for row in call.facts.lines() {
            let decision = match read_case(graph, self.bundle.names(), row) {
                Ok(mut facts) => {
                    facts.complete |= call.flags & COMPLETE != 0;
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
        trouble::text(&columns)
    }

    pub(crate) fn explain(&self, call: &Call, as_text: bool) -> Result<String, Trouble> {
        self.evaluated(call, &mut |policy, evaluation| {
            let asked = Asked { language: call.language.into(), sensitive: call.flags & SENSITIVE != 0 };
            let explanation: Explanation = explain(policy.entry(), evaluation, &asked);
            if as_text { Ok(explanation.to_string()) } else { trouble::text(&explanation) }
        })
    }

    pub(crate) fn fields(&self, policy: usize, language: &str) -> Result<String, Trouble> {
        trouble::text(&form::fields(self.bundle.program(), self.one(policy)?.entry(), language))
    }

    pub(crate) fn standing(&self, call: &Call) -> Result<String, Trouble> {
        self.evaluated(call, &mut |policy, evaluation| {
            let ask_all = call.flags & ASK_ALL != 0;
            let program = self.bundle.program();
            trouble::text(&form::standing(program, policy.entry(), evaluation, call.language, ask_all))
        })
    }

    pub(crate) fn changes(&self, call: &Call) -> Result<String, Trouble> {
        self.evaluated(call, &mut |policy, evaluation| {
            trouble::text(&form::changes(self.bundle.program(), policy.entry(), evaluation, call.language))
        })
    }

    pub(crate) fn sample(&self) -> Result<String, Trouble> {
        trouble::text(&placet::schema::sample(&self.bundle.program().graph))
    }
}

/// What a policy says of itself.
#[derive(Serialize)]
struct About<'a> {
    name: &'a str,
    title: Option<&'a str>,
    version: Option<&'a str>,
    cites: Option<&'a str>,
    from: Option<Date>,
    until: Option<Date>,
    rules: Vec<&'a str>,
    graph: String,
}

impl<'a> About<'a> {
    fn of(policy: &'a Policy, language: &str) -> Self {
        let entry = policy.entry();
        let (from, until) = entry.in_force;
        About {
            name: &entry.name,
            title: entry.title.as_ref().map(|t| t.in_language(language)),
            version: entry.version.as_deref(),
            cites: entry.cites.as_ref().map(|t| t.in_language(language)),
            from,
            until,
            rules: entry.rules.iter().map(|r| &*r.name).collect(),
            graph: placet::decide::hexadecimal(&entry.logic_hash).to_string(),
        }
    }
}

/// Decisions as columns.
#[derive(Serialize)]
struct Columns {
    outcome: Vec<&'static str>,
    proposed: Vec<bool>,
    rule: Vec<Option<Arc<str>>>,
    needs: Vec<Vec<Arc<str>>>,
    error: Vec<Option<Arc<str>>>,
    awards: Named,
    reports: Named,
}

/// Columns by name.
struct Named(Vec<(Arc<str>, Vec<Option<ToldValue>>)>);

impl Named {
    fn new(outputs: &[Output]) -> Self {
        Named(outputs.iter().map(|o| (o.name.clone(), Vec::new())).collect())
    }

    fn add(&mut self, told: Vec<Told>) {
        for (name, values) in &mut self.0 {
            values.push(told.iter().find(|t| t.name == *name).map(|t| t.value.clone()));
        }
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.0.len()))?;
        for (name, values) in &self.0 {
            map.serialize_entry(&**name, values)?;
        }
        map.end()
    }
}

impl Columns {
    fn new(policy: &Policy) -> Columns {
        Columns {
            outcome: Vec::new(),
            proposed: Vec::new(),
            rule: Vec::new(),
            needs: Vec::new(),
            error: Vec::new(),
            awards: Named::new(&policy.entry().awards),
            reports: Named::new(&policy.entry().reports),
        }
    }

    fn add(&mut self, decision: Decision) {
        self.outcome.push(decision.outcome.as_str());
        self.proposed.push(decision.proposed);
        self.rule.push(decision.reasons.into_iter().find(|r| r.deciding).map(|r| r.rule));
        self.needs.push(decision.needs.into_iter().map(|n| n.fact).collect());
        self.error.push(decision.error);
        self.awards.add(decision.awards);
        self.reports.add(decision.reports);
    }
}
