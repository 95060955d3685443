//! A form's fields, standings and changes, on one small policy.

use super::{Field, FieldKind, Standing, Tone, changes, fields, standing};
use crate::eval::range::Evaluation;
use crate::value::Date;
use crate::{Facts, Policy};

const POLICY: &str = r#"
policy rent_help "Help with rent", zh "租房补助"
  in force from 2024-01-01
  applies when renting
fact renting: yes or no label "Renting", zh "租房" ask "Do you rent your home?", zh "您是否租房?"
fact birth_date: date from 1900-01-01 to 2100-12-31 label "Date of birth" held by "Population register"
fact income: money in EUR per month from 0 to 100_000 ask "What do you earn?"
fact status: one of working, studying, other ask "What do you do?"
fact grace: yes or no label "Hardship" judged by "Case worker"
fact secret: yes or no ask "A secret" sensitive
fact people: list of person at most 4 ask "Who lives with you?"
entity person
  fact years_old: whole number from 0 to 130 ask "How old?"
end
fact unused: date
define age as years from birth_date to decision date
award amount: money in EUR "Help", zh "补助金额" as if count of people is more than 1 then 200 else 100
require poor "Little income", zh "收入低" cites "s. 2" income is at most 1_000
  unless grace
  otherwise "You earn {income}.", zh "您的收入为{income}。"
require grown_up "Of age" cites "s. 1" age is at least 18
require occupied "Working or studying" status is one of working, studying
exclude known_secret when secret
refer crowd "Many people" when count of people is more than 3
"#;

fn at(text: &str, language: &str, ask_all: bool) -> Standing {
    let policy = Policy::compile(POLICY).unwrap();
    let facts: Facts = policy.facts_from_json(text).unwrap();
    let on = Date::new(2026, 3, 2).unwrap();
    let evaluation = Evaluation::new(policy.bundle().engine(), &facts, on, false);
    standing(policy.bundle().program(), policy.entry(), &evaluation, language, ask_all)
}

fn asked(standing: &Standing) -> Vec<&str> {
    standing.ask.iter().map(|a| &**a).collect()
}

#[test]
fn fields_say_what_to_fill_in_and_leave_out_what_nothing_rests_on() {
    let policy = Policy::compile(POLICY).unwrap();
    let all = fields(policy.bundle().program(), policy.entry(), "zh");
    let names: Vec<&str> = all.iter().map(|f| &*f.name).collect();
    assert_eq!(names, ["renting", "birth_date", "income", "status", "grace", "secret", "people"]);
    let field = |name: &str| -> &Field { all.iter().find(|f| *f.name == *name).unwrap() };
    assert_eq!(field("renting").ask.as_deref(), Some("您是否租房?"));
    assert_eq!(field("birth_date").held_by.as_deref(), Some("Population register"));
    assert_eq!(field("grace").judged_by.as_deref(), Some("Case worker"));
    assert!(field("secret").sensitive);
    let FieldKind::Number { measures, decimals, high, currency, per, .. } = &field("income").kind else { panic!() };
    assert_eq!((*measures, *decimals, high.as_deref()), ("money", 2, Some("100000.00")));
    assert_eq!((currency.as_deref(), *per), (Some("EUR"), Some("month")));
    let FieldKind::Choice { choices } = &field("status").kind else { panic!() };
    assert_eq!(choices.len(), 3);
    let FieldKind::List { entity, most, fields } = &field("people").kind else { panic!() };
    assert_eq!((&**entity, *most), ("person", 4));
    // Nothing rests on how old they are.
    assert!(fields.is_empty());
    let FieldKind::Date { low, .. } = &field("birth_date").kind else { panic!() };
    assert_eq!(low.as_deref(), Some("1900-01-01"));
}

#[test]
fn what_ends_the_matter_soonest_is_asked_first_and_registers_are_not_asked_for() {
    let nothing = at("{}", "en", false);
    assert_eq!((nothing.tone, nothing.open), (Tone::Open, true));
    // Whom it concerns, then rules in source order, then awards.
    assert_eq!(asked(&nothing), ["renting", "income", "status", "secret", "people"]);
    let elsewhere: Vec<_> = nothing.elsewhere.iter().map(|h| (&*h.fact, &*h.by, h.judged)).collect();
    assert_eq!(elsewhere, [("grace", "Case worker", true), ("birth_date", "Population register", false)]);
    assert_eq!(asked(&at("{}", "en", true)), ["renting", "income", "birth_date", "status", "secret", "people"]);
    assert_eq!(nothing.awards[0].text.as_deref(), Some("from 100.00 EUR to 200.00 EUR"));
}

#[test]
fn each_answer_tells_where_one_stands() {
    let apart = at(r#"{"renting": false}"#, "en", false);
    assert_eq!((apart.tone, apart.headline), (Tone::Apart, "This does not concern you"));
    assert!(apart.ask.is_empty() && !apart.open);
    let against = at(r#"{"renting": true, "status": "other"}"#, "zh", false);
    assert_eq!(against.tone, Tone::Against);
    assert_eq!(&*against.because[0].title, "Working or studying");
    // A waiver is for a person to judge, and everything else is answered: the person is asked nothing more.
    let rich = r#"{"renting": true, "income": 2000, "status": "other", "secret": false, "people": [], "birth_date": "2000-01-01"}"#;
    let rich = at(rich, "zh", false);
    assert_eq!(rich.because.iter().map(|b| &*b.rule).collect::<Vec<_>>(), ["occupied"]);
    let fine = r#"{"renting": true, "income": 900, "status": "working", "secret": false, "people": [],
        "birth_date": {"value": "2000-01-01", "source": "Population register"}}"#;
    let fine = at(fine, "en", false);
    assert_eq!((fine.tone, fine.open), (Tone::Approved, false));
    assert_eq!(fine.awards[0].text.as_deref(), Some("100.00 EUR"));
    assert_eq!(fine.supplied[0].source.as_deref(), Some("Population register"));
    assert_eq!(fine.supplied[0].text.as_deref(), Some("2000-01-01"));
    let person = r#"{"renting": true, "income": 900, "status": "working", "secret": false, "birth_date": "2000-01-01",
        "people": [{}, {}, {}, {}]}"#;
    assert_eq!(at(person, "en", false).tone, Tone::Person);
    let register =
        at(r#"{"renting": true, "income": 900, "status": "working", "secret": false, "people": []}"#, "en", false);
    assert_eq!(register.note.as_deref(), Some("Nothing more is asked of you. What is missing comes from others."));
}

#[test]
fn a_no_names_the_nearest_change_for_each_rule_and_whether_it_is_enough() {
    let policy = Policy::compile(POLICY).unwrap();
    let told = |text: &str| -> Vec<String> {
        let facts = policy.facts_from_json(text).unwrap();
        let on = Date::new(2026, 3, 2).unwrap();
        let evaluation = Evaluation::new(policy.bundle().engine(), &facts, on, false);
        let all = changes(policy.bundle().program(), policy.entry(), &evaluation, "en");
        all.iter()
            .map(|c| {
                let to: Vec<&str> = c.to.iter().map(|t| &*t.text).collect();
                let alone = if c.alone { " alone" } else { "" };
                format!("{} {} {}{alone}", c.rule, c.fact.as_deref().unwrap_or("later"), to.join(" / "))
            })
            .collect()
    };
    let rest = r#""renting": true, "secret": false, "people": []"#;
    let young = told(&format!(r#"{{{rest}, "income": 900, "status": "working", "birth_date": "2010-05-01"}}"#));
    assert_eq!(young, ["grown_up later 2028-05-01 alone", "grown_up birth_date 2008-03-02 alone"]);
    let two = told(&format!(
        r#"{{{rest}, "income": 1000.01, "status": "other", "birth_date": "2000-05-01", "grace": false}}"#
    ));
    assert_eq!(two, ["poor income 1000.00 EUR per month", "poor grace yes", "occupied status working / studying"]);
    // What is not known may still decide otherwise.
    let unknown = told(r#"{"renting": true, "status": "other"}"#);
    assert_eq!(unknown, ["occupied status working / studying alone"]);
    // What is not shown is not told here either.
    assert_eq!(told(r#"{"renting": true, "secret": true}"#), [""; 0]);
    assert_eq!(told(r#"{"renting": true}"#), [""; 0]);
}
