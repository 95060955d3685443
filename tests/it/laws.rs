//! The laws of *semantics 1*, each by its name, over random policies and random facts.

use crate::random::{self, SCHEMA, Tape, Telling, Tellings};
use crate::reference::{Ending, Record, Told, Value, World};
use num_bigint::BigInt;
use placet::Bundle;
use placet::compile::{Compilation, compile};
use placet::decide::{Decision, Options, Outcome, Standing, ToldValue, decide};
use placet::diagnostic::Diagnostic;
use placet::eval::range::Evaluation;
use placet::eval::value::{Plan, Prepared, Runner, Verdict};
use placet::facts::{Facts, json};
use placet::graph::from_model;
use placet::model::Model;
use placet::op::RuleKind;
use placet::value::{Date, format_decimal};
use proptest::prelude::*;

const DAYS: [&str; 4] = ["2023-02-28", "2024-02-29", "2021-12-31", "2024-07-01"];

struct Subject {
    bundle: Bundle,
    model: Model,
    text: String,
}

/// A random policy that compiles; random text may clash with the checker in ways that are not a law's concern.
fn subject(tape: &mut Tape) -> Option<Subject> {
    let text = random::policy(tape);
    let Compilation { program, mut models, diagnostics, sources, .. } = compile(&[("random.placet", &text)], &|_| None);
    let Some(program) = program else {
        // Constant conditions, impossible literals, gaps and clashes are what random text runs into.
        let expected = ["R02", "R03", "R04", "T04", "T05", "T07"];
        let unexpected = diagnostics.iter().filter(|d| d.is_error() && !expected.contains(&d.code.as_str()));
        let tell = |d: &Diagnostic| format!("{} {}: {}", d.code.as_str(), d.message, sources.text(d.span));
        let told: Vec<String> = unexpected.map(tell).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
        return None;
    };
    Some(Subject { bundle: Bundle::new(program), model: models.remove(0), text })
}

impl Subject {
    fn facts(&self, world: &Record, tellings: &Tellings) -> Facts {
        let text = tellings.to_json(world);
        json::read_case(&self.bundle.program().graph, self.bundle.names(), &text)
            .unwrap_or_else(|e| panic!("{text}\n{e:?}"))
    }

    fn decide(&self, facts: &Facts, on: Date) -> Decision {
        self.bundle.decide(facts, on, &Options::default()).remove(0)
    }

    fn end(&self, world: &Record, on: Date) -> Ending {
        World { model: &self.model, on, facts: world }.end()
    }

    /// The outcome of a world's ending in the decision's words.
    fn outcome(&self, ending: &Ending) -> Outcome {
        match ending.outcome {
            "not_applicable" => Outcome::NotApplicable,
            "referred" => Outcome::Referred,
            "declined" if self.model.declines_automatic => Outcome::Declined,
            "declined" => Outcome::Referred,
            "invalid" => Outcome::Invalid,
            _ => Outcome::Approved,
        }
    }
}

fn mantissa(value: &placet::value::Value) -> Option<BigInt> {
    match value {
        placet::value::Value::Number { mantissa, .. } => Some(BigInt::from(*mantissa)),
        placet::value::Value::Date(date) => Some(BigInt::from(date.days())),
        _ => None,
    }
}

/// Whether what was told of a value leaves room for what it turned out to be.
fn allows(told: Option<&ToldValue>, value: &Value) -> bool {
    match (told, value) {
        (None, value) => *value == Value::None,
        (Some(ToldValue::Value(told)), Value::Number(m)) => mantissa(told).as_ref() == Some(m),
        (Some(ToldValue::Range(from, to)), Value::Number(m)) => {
            mantissa(from).is_some_and(|f| f <= *m) && mantissa(to).is_some_and(|t| *m <= t)
        }
        (Some(ToldValue::Faulty), _) => true,
        (Some(ToldValue::OneOf(values)), Value::None) => values.contains(&placet::value::Value::None),
        (Some(_), _) => false,
    }
}

fn standing(word: &str) -> Standing {
    let all = [
        Standing::Met,
        Standing::NotMet,
        Standing::Faulty,
        Standing::Waived,
        Standing::NotApplicable,
        Standing::NotInForce,
    ];
    all.into_iter().find(|s| s.as_str() == word).expect("a standing")
}

fn tape() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), 0..600)
}

fn on(tape: &mut Tape) -> Date {
    Date::parse(DAYS[tape.pick(DAYS.len())]).unwrap()
}

/// What each test draws: a policy, a world, how it is told, and a day.
fn draw(numbers: &[u16]) -> Option<(Subject, Record, Tellings, Date)> {
    let mut tape = Tape::new(numbers);
    // Facts first, so that a shorter policy keeps them while shrinking.
    let world = random::world(&mut tape);
    let tellings = random::tellings(&mut tape);
    let on = on(&mut tape);
    subject(&mut tape).map(|s| (s, world, tellings, on))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    /// Reference = sets at a point = value evaluator: one world, everything given or closed.
    #[test]
    fn evaluators_agree_on_a_world(numbers in tape()) {
        let Some((subject, world, mut tellings, on)) = draw(&numbers) else { return Ok(()) };
        for telling in tellings.facts.iter_mut().chain(&mut tellings.members) {
            if *telling == Telling::Pending { *telling = Telling::Given }
        }
        let facts = subject.facts(&world, &tellings);
        let decision = subject.decide(&facts, on);
        let ending = subject.end(&tellings.settle(&world), on);
        prop_assert_eq!(decision.outcome, subject.outcome(&ending), "{}\n{:?}\n{:#?}", subject.text, tellings.to_json(&world), decision);
        prop_assert_eq!(decision.proposed, decision.outcome == Outcome::Referred && ending.outcome == "declined");
        prop_assert_eq!(decision.error.is_some(), ending.outcome == "invalid");
        for (reason, word) in decision.reasons.iter().filter(|r| &*r.rule != "applies when").zip(&ending.standings) {
            prop_assert_eq!(reason.standing, standing(word), "{}\n{}", subject.text, reason.rule);
        }
        if decision.outcome == Outcome::Approved {
            for (award, value) in subject.model.awards.iter().zip(&ending.awards) {
                let told = decision.awards.iter().find(|t| *t.name == *award.name).map(|t| &t.value);
                prop_assert!(allows(told, value) && told != Some(&ToldValue::Faulty), "{}\n{:?} {:?}", subject.text, told, value);
            }
        }
        let graph = &subject.bundle.program().graph;
        let policy = &subject.bundle.program().policies[0];
        let Some(plan) = Plan::new(graph, policy) else {
            // Members' promises are left to the range evaluator.
            prop_assert!(subject.model.promises.iter().any(|p| p.owner.is_some()), "{}", subject.text);
            return Ok(());
        };
        let mut runner = Runner::new(graph, &plan);
        if let Some(verdict) = runner.verdict(&Prepared::new(graph, &facts), on) {
            let kind = |place: u32| policy.rules[place as usize].kind;
            let (outcome, proposed) = match verdict {
                Verdict::NotApplicable => (Outcome::NotApplicable, false),
                Verdict::Approved => (Outcome::Approved, false),
                Verdict::Referred(place) => {
                    prop_assert!(matches!(kind(place), RuleKind::Refer | RuleKind::ReferEvenWhenDeclined));
                    (Outcome::Referred, false)
                }
                Verdict::Declined(_) if policy.declines_automatic => (Outcome::Declined, false),
                Verdict::Declined(_) => (Outcome::Referred, true),
            };
            prop_assert_eq!((outcome, proposed), (decision.outcome, decision.proposed), "{}\n{}", subject.text, tellings.to_json(&world));
            if verdict == Verdict::Approved {
                for (place, (award, value)) in policy.awards.iter().zip(&ending.awards).enumerate() {
                    let expected = match value { Value::Number(m) => Some(m.clone()), _ => None };
                    prop_assert_eq!(runner.award(place).map(BigInt::from), expected, "{}\n{}", subject.text, award.name);
                }
            }
        } else {
            let everything_given = tellings.facts.iter().chain(&tellings.members).all(|t| *t == Telling::Given);
            let faulty = ending.standings.contains(&"faulty") || ending.awards.contains(&Value::Fault);
            // Where nothing is closed or faulty, giving up has to have a reason in the policy's text.
            let left_out = ["days covered", "starts with", "at least 1 of people", "except when", "tabled", "rate", "/", "(q "];
            prop_assert!(!everything_given || faulty || left_out.iter().any(|w| subject.text.contains(w)), "{}", subject.text);
        }
    }

    /// Soundness: no completion of the pending facts that keeps the promises contradicts what was said.
    #[test]
    fn soundness(numbers in tape()) {
        let Some((subject, world, tellings, on)) = draw(&numbers) else { return Ok(()) };
        let decision = subject.decide(&subject.facts(&world, &tellings), on);
        // The world drawn is one completion; others differ in what is pending.
        let mut other = Tape::new(&numbers[numbers.len() / 2..]);
        for _ in 0..6 {
            let mut completion = random::world(&mut other);
            for ((name, ..), telling) in SCHEMA.iter().zip(&tellings.facts) {
                let drawn = completion[*name].clone();
                let kept = merge(&world[*name], &drawn, *telling, &tellings);
                completion.insert(name.to_string(), kept);
            }
            let ending = subject.end(&tellings.settle(&completion), on);
            let context = || format!("{}\n{}\n{ending:?}\n{decision:#?}", subject.text, tellings.to_json(&world));
            // Data that break a promise are no case: nothing is said of them, and once it is broken no completion mends it.
            prop_assert!(decision.outcome != Outcome::Invalid || ending.outcome == "invalid", "{}", context());
            if ending.outcome == "invalid" {
                continue;
            }
            prop_assert!(decision.possible.contains(subject.outcome(&ending)), "{}", context());
            for (reason, word) in decision.reasons.iter().filter(|r| &*r.rule != "applies when").zip(&ending.standings) {
                prop_assert!(reason.standing == Standing::Open || reason.standing == standing(word), "{} {}", reason.rule, context());
            }
            if ending.outcome == "approved" {
                for (award, value) in subject.model.awards.iter().zip(&ending.awards) {
                    let told = decision.awards.iter().find(|t| *t.name == *award.name).map(|t| &t.value);
                    prop_assert!(allows(told, value), "{} {told:?} {value:?} {}", award.name, context());
                }
            }
        }
    }

    /// Growth: one more given or closed fact never adds a possible outcome, with one more given needs only shrink, and what
    /// breaks a promise goes on breaking it, unless a fault leaves that open.
    #[test]
    fn growth(numbers in tape()) {
        let Some((subject, world, mut tellings, on)) = draw(&numbers) else { return Ok(()) };
        let mut before = subject.decide(&subject.facts(&world, &tellings), on);
        let pending: Vec<usize> = (0..SCHEMA.len()).filter(|i| tellings.facts[*i] == Telling::Pending).collect();
        for fact in pending {
            tellings.facts[fact] = if fact % 3 == 2 { Telling::Closed } else { Telling::Given };
            let after = subject.decide(&subject.facts(&world, &tellings), on);
            let context = || format!("{}\n{}\n{before:#?}\n{after:#?}", subject.text, tellings.to_json(&world));
            // A closed fact that is used is a fault, and faults refer: that way alone something can be added.
            let with_closed = SCHEMA[fact].0 == "people" && tellings.members.contains(&Telling::Closed);
            let closed = tellings.facts[fact] == Telling::Closed || with_closed;
            if before.outcome == Outcome::Invalid && !closed {
                prop_assert_eq!(after.outcome, Outcome::Invalid, "{}", context());
            }
            let allowed = if closed { before.possible.with(Outcome::Referred) } else { before.possible };
            prop_assert!(before.outcome == Outcome::Invalid || after.possible.is_subset(allowed), "{}", context());
            // So it can reopen what a value would have settled, and with it what is asked for.
            for need in after.needs.iter().filter(|_| !closed) {
                let list = need.fact.split('[').next().unwrap_or_default();
                prop_assert!(before.needs.iter().any(|b| b.fact == need.fact || &*b.fact == list), "{} {}", need.fact, context());
            }
            before = after;
        }
    }

    /// Needs: supplying all of them, and nothing else, settles the case.
    #[test]
    fn needs(numbers in tape()) {
        let Some((subject, world, mut tellings, on)) = draw(&numbers) else { return Ok(()) };
        for _ in 0..3 {
            let decision = subject.decide(&subject.facts(&world, &tellings), on);
            if decision.outcome != Outcome::Incomplete {
                return Ok(());
            }
            prop_assert!(!decision.needs.is_empty(), "{}\n{}\n{decision:#?}", subject.text, tellings.to_json(&world));
            for need in &decision.needs {
                match need.fact.split_once('[') {
                    None => {
                        let fact = SCHEMA.iter().position(|(name, ..)| **name == *need.fact).expect("a fact of the schema");
                        prop_assert_eq!(tellings.facts[fact], Telling::Pending);
                        tellings.facts[fact] = Telling::Given;
                    }
                    Some(_) => tellings.members.iter_mut().filter(|t| **t == Telling::Pending).for_each(|t| *t = Telling::Given),
                }
            }
        }
        let decision = subject.decide(&subject.facts(&world, &tellings), on);
        prop_assert!(decision.outcome != Outcome::Incomplete, "{}\n{}\n{decision:#?}", subject.text, tellings.to_json(&world));
    }

    /// At least Kleene: what three-valued logic decides is decided, and alike. In the reference a fault behaves as Kleene's third
    /// value, so a world in which everything pending is a fault is three-valued logic.
    #[test]
    fn at_least_kleene(numbers in tape()) {
        let Some((subject, world, mut tellings, on)) = draw(&numbers) else { return Ok(()) };
        if subject.text.contains("known") {
            return Ok(());
        }
        let decision = subject.decide(&subject.facts(&world, &tellings), on);
        for telling in tellings.facts.iter_mut().chain(&mut tellings.members) {
            if *telling == Telling::Pending { *telling = Telling::Closed }
        }
        let kleene = subject.end(&tellings.settle(&world), on);
        prop_assert!(kleene.outcome != "invalid" || decision.outcome == Outcome::Invalid, "{}\n{decision:#?}", subject.text);
        for (reason, word) in decision.reasons.iter().filter(|r| &*r.rule != "applies when").zip(&kleene.standings) {
            // Met or waived is one truth to three-valued logic: the rule stands in nobody's way.
            let harmless = *word == "waived" && matches!(reason.standing, Standing::Open | Standing::Met | Standing::NotMet);
            let decided = reason.standing == standing(word) || harmless;
            prop_assert!(*word == "faulty" || decided, "{} {}\n{}", reason.rule, word, subject.text);
        }
    }

    /// Optimised = unoptimised: folding constants changes no answer.
    #[test]
    fn optimised_as_unoptimised(numbers in tape()) {
        let Some((subject, world, tellings, on)) = draw(&numbers) else { return Ok(()) };
        let compilation = compile(&[("random.placet", &subject.text)], &|_| None);
        let plain = from_model::lower_with(&compilation.sources, &compilation.models, from_model::Options { optimize: false });
        // Unfolded constants can keep a proof from being found: then there is no plain program to compare with.
        let Some(plain) = plain.0 else { return Ok(()) };
        let plain = Bundle::new(plain.program);
        let facts = subject.facts(&world, &tellings);
        let mut decision = plain.decide(&facts, on, &Options::default()).remove(0);
        let expected = subject.decide(&facts, on);
        decision.graph = expected.graph.clone();
        prop_assert_eq!(decision, expected, "{}", subject.text);
    }

    /// What does not hold of somebody is not proved of everybody.
    #[test]
    fn guarantees_hold(numbers in tape()) {
        let Some((subject, world, mut tellings, on)) = draw(&numbers) else { return Ok(()) };
        tellings.facts.iter_mut().chain(&mut tellings.members).for_each(|telling| *telling = Telling::Given);
        let names = ["condition_0", "condition_1", "number_0", "number_1", "number_2", "tabled"];
        let shown = names.iter().filter(|name| subject.text.contains(&format!("define {name}")));
        let options = Options { show: shown.map(|name| (*name).into()).collect(), ..Options::default() };
        let decision = subject.bundle.decide(&subject.facts(&world, &tellings), on, &options).remove(0);
        let outcome = match decision.outcome {
            Outcome::Approved => "approved",
            Outcome::Declined => "declined",
            Outcome::Referred if decision.faults.is_empty() => "referred",
            _ => return Ok(()),
        };
        let outputs = decision.awards.iter().chain(&decision.reports);
        let mut text = subject.text.clone() + "\n";
        let mut starts = Vec::new();
        for told in decision.values.iter().chain(outputs) {
            let name = &told.name;
            let wrong = match &told.value {
                ToldValue::Value(placet::value::Value::Truth(true)) => vec![format!("not {name}")],
                ToldValue::Value(placet::value::Value::Truth(false)) => vec![format!("{name}")],
                // A literal has at most 18 digits.
                ToldValue::Value(placet::value::Value::Number { mantissa, scale }) if mantissa.abs() < 10i128.pow(18) => {
                    let unit = if subject.text.contains(&format!("{name}: money")) { " CNY" } else { "" };
                    let value = format_decimal(*mantissa, *scale) + unit;
                    let signs = ["is more than", "is less than", "is not"];
                    signs.iter().map(|sign| format!("{name} {sign} {value}")).collect()
                }
                _ => Vec::new(),
            };
            for wrong in wrong {
                starts.push((text.len(), wrong.clone()));
                text += &format!("guarantee \"wrong\": {outcome} implies {wrong}\n");
            }
        }
        let found = compile(&[("random.placet", &text)], &|_| None).diagnostics;
        for (start, wrong) in starts {
            let within = start..start + text[start..].find('\n').unwrap_or(0);
            let is_told = found.iter().any(|d| within.contains(&(d.span.start as usize)));
            prop_assert!(is_told, "{}\n{}\n{:?}", text, wrong, found);
        }
    }

    /// A saved and loaded program decides the same, and has the same bytes and hash.
    #[test]
    fn artefacts_decide_alike(numbers in tape()) {
        let Some((subject, world, tellings, on)) = draw(&numbers) else { return Ok(()) };
        let bytes = subject.bundle.to_compiled();
        let loaded = Bundle::from_compiled(&bytes).expect("what was saved loads");
        prop_assert_eq!(&loaded.to_compiled(), &bytes);
        let facts = subject.facts(&world, &tellings);
        prop_assert_eq!(loaded.decide(&facts, on, &Options::default()), subject.bundle.decide(&facts, on, &Options::default()));
    }

    /// Attested values that count are worth what bare ones are.
    #[test]
    fn attested_as_bare(numbers in tape()) {
        let Some((subject, world, tellings, on)) = draw(&numbers) else { return Ok(()) };
        let facts = subject.facts(&world, &tellings);
        let mut attested = facts.clone();
        for state in &mut attested.states {
            if let placet::facts::State::Given(input) = state {
                let value = placet::facts::Attested { value: input.clone(), source: Some("Register".into()), observed: Some(on) };
                *state = placet::facts::State::Attested([value].into());
            }
        }
        let program = subject.bundle.program();
        let evaluation = Evaluation::new(subject.bundle.engine(), &attested, on, false);
        prop_assert_eq!(decide(&program.policies[0], &evaluation, &Options::default()), subject.decide(&facts, on));
    }
}

/// A completion's value of a fact: what is told stays, what is pending is drawn anew.
fn merge(told: &Told, drawn: &Told, telling: Telling, tellings: &Tellings) -> Told {
    match (told, telling) {
        (_, Telling::Pending) => drawn.clone(),
        (Told::List(records), Telling::Given) => {
            let Told::List(fresh) = drawn else { return told.clone() };
            let mut place = 0;
            let mut merged = records.clone();
            for (i, record) in merged.iter_mut().enumerate() {
                for name in random::MEMBER_NAMES {
                    let pending = tellings.members[place % tellings.members.len()] == Telling::Pending;
                    if let (true, Some(other)) = (pending, fresh.get(i % fresh.len().max(1))) {
                        record.insert(name.to_string(), other[name].clone());
                    }
                    place += 1;
                }
            }
            Told::List(merged)
        }
        _ => told.clone(),
    }
}

/// The printed form of a mantissa is read back as the same mantissa; JSON is how worlds reach the engine here.
#[test]
fn printed_mantissas_come_back() {
    for (mantissa, scale) in [(-1_000, 2), (0, 2), (7, 3), (123_456, 0)] {
        assert_eq!(placet::value::parse_decimal(&format_decimal(mantissa, scale), scale), Ok(mantissa));
    }
}
