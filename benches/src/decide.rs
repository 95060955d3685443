//! One decision: Winter Heating Support in Placet beside the same rules in datalogic-rs and by hand, in one run, answers
//! compared case by case first.

mod measure;
mod population;

use bumpalo::Bump;
use datalogic_rs::{DataValue, Engine};
use measure::Contender;
use placet::decide::{Options, Reasons};
use placet::eval::value::{Plan, Prepared, Runner, Verdict};
use placet::facts::json::read_case;
use placet::{Bundle, Policy};
use population::{Applicant, applicants, json_logic_rule};
use std::hint::black_box;

const CASES: usize = 10_000;

fn number(verdict: Verdict) -> u32 {
    match verdict {
        Verdict::Approved => 0,
        Verdict::Referred(place) | Verdict::Declined(place) => place + 1,
        Verdict::NotApplicable => u32::MAX,
    }
}

fn main() {
    let policy = Policy::compile(include_str!("heating.placet")).expect("the policy compiles");
    let bundle: &Bundle = policy.bundle();
    let graph = &bundle.program().graph;
    let plan = Plan::new(graph, policy.entry()).expect("a program");
    let mut runner = Runner::new(graph, &plan);

    let people: Vec<Applicant> = applicants(CASES);
    let texts: Vec<String> = people.iter().map(Applicant::facts).collect();
    let facts: Vec<_> = texts.iter().map(|t| read_case(graph, bundle.names(), t).expect("valid facts")).collect();
    let prepared: Vec<_> = facts.iter().map(|f| Prepared::new(graph, f)).collect();

    let engine = Engine::new();
    let rule = engine.compile(json_logic_rule().as_str()).expect("the rule compiles");
    let logic_texts: Vec<String> = people.iter().map(Applicant::json_logic).collect();
    let arena: &'static Bump = Box::leak(Box::new(Bump::new()));
    let logic_data: Vec<&'static DataValue<'static>> = logic_texts
        .iter()
        .map(|t| &*arena.alloc(DataValue::from_str(arena.alloc_str(t), arena).expect("valid JSON")))
        .collect();

    // Every case, every engine, before anything is timed.
    let mut session = engine.session();
    let mut decided_by = [0u32; 13];
    for (i, person) in people.iter().enumerate() {
        let expected = person.by_hand();
        decided_by[expected as usize] += 1;
        let ours = runner.verdict(&prepared[i], person.decision_date).map(number);
        assert_eq!(ours, Some(expected), "{}", texts[i]);
        let theirs = session.eval_borrowed(&rule, logic_texts[i].as_str()).expect("a result").as_i64();
        assert_eq!(theirs, Some(expected.into()), "{}", logic_texts[i]);
        session.reset();
    }
    println!("{CASES} cases, decided by rule (0: approved): {decided_by:?}");

    let text_bytes = texts.iter().map(String::len).sum::<usize>() / CASES;
    println!("{text_bytes} bytes of JSON a case; {} steps in the program", plan.len());
    let mut json_runner = Runner::new(graph, &plan);
    let mut in_place = Prepared::default();
    let all = Options { reasons: Reasons::All, ..Options::default() };
    let mut scratch = Bump::new();
    let mut contenders = vec![
        Contender {
            name: "by hand, prepared",
            run: Box::new(|| {
                for person in &people {
                    black_box(person.by_hand());
                }
            }),
        },
        Contender {
            name: "Placet, outcome from prepared facts",
            run: Box::new(|| {
                for (case, person) in prepared.iter().zip(&people) {
                    black_box(runner.verdict(case, person.decision_date));
                }
            }),
        },
        Contender {
            name: "datalogic-rs, from prepared data",
            run: Box::new(|| {
                for data in &logic_data {
                    let data: &DataValue = data;
                    black_box(engine.evaluate(&rule, data, &scratch).expect("a result").as_i64());
                    scratch.reset();
                }
            }),
        },
        Contender {
            name: "Placet, outcome and deciding rule from JSON text",
            run: Box::new(|| {
                for (text, person) in texts.iter().zip(&people) {
                    let facts = read_case(graph, bundle.names(), text).expect("valid facts");
                    in_place.fill(graph, &facts);
                    let verdict = json_runner.verdict(&in_place, person.decision_date);
                    let rule = match verdict {
                        Some(Verdict::Declined(place) | Verdict::Referred(place)) => {
                            Some(&policy.entry().rules[place as usize])
                        }
                        _ => None,
                    };
                    black_box((verdict, rule.map(|r| (&r.name, &r.title, &r.cites))));
                }
            }),
        },
        Contender {
            name: "datalogic-rs, from JSON text",
            run: Box::new(|| {
                for text in &logic_texts {
                    black_box(session.eval_borrowed(&rule, text.as_str()).expect("a result").as_i64());
                    session.reset();
                }
            }),
        },
        Contender {
            name: "Placet, whole decision with all reasons, from JSON text",
            run: Box::new(|| {
                for (text, person) in texts.iter().zip(&people) {
                    let facts = read_case(graph, bundle.names(), text).expect("valid facts");
                    black_box(policy.decide_with(&facts, person.decision_date, &all));
                }
            }),
        },
    ];
    let times = measure::rounds(&mut contenders, CASES, 15);
    println!("{:<58} {:>8} {:>8} {:>8}", "ns a decision", "min", "median", "max");
    for (contender, (min, median, max)) in contenders.iter().zip(&times) {
        println!("{:<58} {min:>8.1} {median:>8.1} {max:>8.1}", contender.name);
    }
    println!("datalogic-rs / Placet, prepared:  {:.1}", times[2].1 / times[1].1);
    println!("datalogic-rs / Placet, from JSON: {:.2}", times[4].1 / times[3].1);
}
