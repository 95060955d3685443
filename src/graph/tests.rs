//! The graph as a whole, from text.

use super::from_model::{Lowered, Options, lower_with};
use super::{NodeKind, Program, artefact};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Sources;
use crate::{model, syntax};

fn lower_all(texts: &[&str], optimize: bool) -> (Option<Lowered>, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let mut models = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let id = sources.add(format!("{i}.placet"), *text);
        let (file, found) = syntax::parse(id, text);
        assert!(found.is_empty(), "{found:?}");
        let (model, found) = model::check(&sources, &[&file], &|_| None);
        let errors: Vec<_> = found.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        models.extend(model);
    }
    lower_with(&sources, &models, Options { optimize })
}

fn program(texts: &[&str]) -> Program {
    let (lowered, found) = lower_all(texts, true);
    lowered.unwrap_or_else(|| panic!("{found:?}")).program
}

/// Code, message and example of a diagnostic.
type Found = (Code, String, Vec<(String, String)>);

fn found(text: &str) -> Vec<Found> {
    lower_all(&[text], true).1.into_iter().map(|d| (d.code, d.message, d.example)).collect()
}

const ALLOWANCE: &str = r#"
policy allowance "Allowance"
  in force from 2024-01-01
fact birth_date: date
fact region: one of mainland, alaska, hawaii
define age as years from birth_date to decision date
require old_enough age is at least 80
award amount: money in CNY
  by table
  | age         | region           | amount |
  | 80 to 89    | mainland         | 200    |
  | 90 or more  | mainland         | 300    |
  | any         | alaska, hawaii   | 500    |
"#;

#[test]
fn rows_told_apart_by_headings_are_exclusive() {
    let program = program(&[ALLOWANCE]);
    let proved = program.graph.nodes.iter().find_map(|n| match n.kind {
        NodeKind::Table { exclusive, complete, .. } => Some((exclusive, complete)),
        _ => None,
    });
    assert_eq!(proved, Some((true, false)), "{}", program.dump());
}

#[test]
fn gaps_and_overlaps_come_with_an_input_that_shows_them() {
    let text = ALLOWANCE.replace("award amount: money in CNY", "define x: money in CNY");
    let example = |age: &str| vec![("age".into(), age.into()), ("region".into(), "mainland".into())];
    let gap = (Code::TableGap, "no row of this table matches `age` 79, `region` mainland".to_owned(), example("79"));
    assert_eq!(found(&text), std::slice::from_ref(&gap));
    let overlap =
        (Code::TableOverlap, "two rows of this table match `age` 89, `region` mainland".to_owned(), example("89"));
    assert_eq!(found(&text.replace("90 or more", "89 or more")), [overlap, gap]);
}

/// Exceptions on both sides of a bound that is no constant exclude each other; a table over them is complete.
#[test]
fn comparisons_of_two_facts_are_told_apart() {
    let text = r#"
policy p
fact a: whole number
fact b: whole number
define x as 0
  except when a is less than b: 1
  except when a is at least b: 2
define y: whole number by table
  | a           | y |
  | less than b | 1 |
  | b           | 2 |
  | more than b | 3 |
report z: whole number as x + y
"#;
    assert_eq!(found(text), []);
    let clash = found(&text.replace("a is less than b: 1", "a is at most b: 1"));
    let same = |name: &str| (name.to_owned(), "0".to_owned());
    let told = "two exceptions with different values apply together to `a` 0, `b` 0".to_owned();
    assert_eq!(clash, [(Code::ExceptionClash, told, vec![same("a"), same("b")])]);
}

/// Figures that keep their order through their history cut a value like constants do.
#[test]
fn figures_that_keep_their_order_bound_rows() {
    let text = r#"
policy p
  in force from 2022-01-01
parameter low: money in EUR
  from 2020-01-01: 900
  from 2023-01-01: 950
parameter high: money in EUR
  from 2020-01-01: 500
  from 2021-01-01: 1_000
fact income: money in EUR from 0
define band: whole number by table
  | income                | band |
  | less than low         | 1    |
  | low to high           | 2    |
  | more than high        | 3    |
define half: whole number by first match table
  | income                | half |
  | low / 2 or more       | 2    |
  | any                   | 1    |
report both: whole number as band + half
"#;
    assert_eq!(found(text), []);
    let gap = found(&text.replace("| low to high           | 2    |\n", ""));
    let told = "no row of this table matches `income` 950.00 EUR".to_owned();
    assert_eq!(gap, [(Code::TableGap, told, vec![("income".to_owned(), "950.00 EUR".to_owned())])]);
    // Before 2021 the second figure is below the first.
    let crossed = found(&text.replace("  in force from 2022-01-01\n", "  in force from 2020-06-01\n"));
    assert_eq!(crossed.iter().map(|d| d.0).collect::<Vec<_>>(), [Code::TableOverlap]);
}

/// A sum over one list inside a fold over another stands outside of it if it needs nothing of the member.
#[test]
fn folds_hang_under_the_innermost_scope_they_need() {
    let text = r#"
policy p
entity vehicle
  fact worth: money in CNY from 0 to 1_000_000
end
entity person
  fact income: money in CNY from 0 to 1_000_000
  fact own: list of vehicle at most 3
  define mine as sum of worth over own
end
fact household: list of person at most 5
fact vehicles: list of vehicle at most 5
require some any of household satisfies income is more than sum of worth over vehicles
require other any of household satisfies income is more than mine
"#;
    let program = program(&[text]);
    let scopes: Vec<_> = program.graph.scopes.iter().skip(1).map(|s| program.graph.depth(s.parent)).collect();
    let mut depths = scopes.clone();
    depths.sort_unstable();
    assert_eq!(depths, [0, 0, 1], "{}", program.dump());
    let again = artefact::load(&artefact::save(&program)).expect("it is sound");
    assert_eq!(again.dump(), program.dump());
}

/// What else is in the bundle changes neither a policy's hash nor what is proved of it.
#[test]
fn the_logic_hash_knows_nothing_of_the_bundle() {
    let other = r#"
policy other
  in force from 2020-01-01
fact region: one of mainland, alaska, hawaii
fact zone: one of x, y
require there region is alaska and zone is x
"#;
    let alone = program(&[ALLOWANCE]);
    let together = program(&[other, ALLOWANCE]);
    assert_eq!(alone.policies[0].logic_hash, together.policies[1].logic_hash);
    let titled = program(&[&ALLOWANCE.replace("\"Allowance\"", "\"Another title\"")]);
    assert_eq!(alone.policies[0].logic_hash, titled.policies[0].logic_hash);
    assert_ne!(alone.policies[0].texts_hash, titled.policies[0].texts_hash);
    let older = program(&[&ALLOWANCE.replace("at least 80", "at least 81")]);
    assert_ne!(alone.policies[0].logic_hash, older.policies[0].logic_hash);
}

#[test]
fn facts_of_a_bundle_are_declared_alike() {
    let other = "policy other\nfact birth_date: date held by \"Register\"\nrequire r birth_date is before 2000-01-01";
    let (lowered, found) = lower_all(&[ALLOWANCE, other], true);
    assert!(lowered.is_none());
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::DifferentInBundle]);
}

/// Drawings name what the drafter wrote, and are well-formed whatever stands in the texts.
#[test]
fn drawings_show_titles_and_words() {
    let text = ALLOWANCE.replace("require old_enough", "require old_enough \"<80 & \\\"more\\\"\" cites \"Art. 3\"");
    let program = program(&[&text]);
    let svg = super::draw::svg(&program, 0, "en");
    for words in ["&lt;80 &amp; &quot;more&quot;", "age is at least 80", "Art. 3", "birth_date", "decline proposed"] {
        assert!(svg.contains(words), "{words} in {svg}");
    }
    assert!(super::draw::dot(&program, 0, "en").contains("<80 & \\\"more\\\""));
    assert!(super::draw::mermaid(&program, 0, "en").contains("#lt;80 #amp; #quot;more#quot;"));
}

#[test]
fn an_awards_table_need_cover_only_whom_the_rules_let_through_and_a_reports_whom_it_concerns() {
    assert_eq!(found(ALLOWANCE), []);
    let gap = |text: &str| {
        let found = found(text);
        found.first().map(|(code, message, _)| (*code, message.clone()))
    };
    let below = ALLOWANCE.replace("at least 80", "at least 79");
    let told = "no row of this table matches `age` 79, `region` mainland";
    assert_eq!(gap(&below), Some((Code::TableGap, told.to_owned())));
    let report = ALLOWANCE.replace("award amount", "report amount");
    assert_eq!(gap(&report), Some((Code::TableGap, told.to_owned())));
    let concerned = report.replace("money in CNY", "money in CNY applies when age is at least 80");
    assert_eq!(gap(&concerned), None);
}

/// A list among the rules hides no gap of an award's table: where no example can be made the gap is told as undecided.
#[test]
fn lists_among_the_rules_hide_no_gap() {
    let with = |rule: &str| {
        format!(
            "policy p
            entity person fact income: money in EUR from 0 to 5_000 fact years_old: whole number from 0 to 120 end
            fact age: whole number from 18 to 120
            fact other: whole number from 0 to 120
            fact people: list of person at most 3
            require rule {rule}
            award amount: money in EUR
              by table
              | age        | amount |
              | 18 to 78   | 100    |
              | 80 or more | 200    |"
        )
    };
    let gap = |text: &str| {
        let found = found(text).into_iter();
        found.map(|(code, message, _)| (code, message)).collect::<Vec<_>>()
    };
    for rule in [
        "(sum of income over people) is at most 2_000",
        "(sum of income over people) is at least 100",
        "(largest years_old over people if any else 0) is less than 50",
        "(count of people where years_old is less than 18) is at most 2",
        "none of people satisfies income is more than 2_000",
    ] {
        let told = "no row of this table matches `age` 79".to_owned();
        assert_eq!(gap(&with(rule)), [(Code::TableGap, told)], "{rule}");
    }
    let undecided = with("any of people satisfies years_old is at least 18");
    let told = "it cannot be decided whether a row of this table matches whomever the rules let through".to_owned();
    assert_eq!(gap(&undecided), [(Code::TableUndecided, told)]);
    assert_eq!(gap(&undecided.replace("18 to 78", "18 to 79")), []);
    // Whoever is in the gap is kept out, as is seen where the table's facts are given.
    assert_eq!(gap(&with("age + other is at most 78").replace("80 or more", "200 or more").replace("120", "300")), []);
}

/// Whatever the checker makes of operators is what the table of operators says, so that artefacts load.
#[test]
fn operators_are_stated_as_the_table_has_them() {
    let p = program(&[r#"
policy mixed "Mixed"
  in force from 2024-01-01
fact score: number with 2 decimals from 0 to 100
fact whole: whole number from 1 to 9
fact rate: percentage with 1 decimals from 0 to 100
fact income: money in CNY from 0 to 1_000_000
fact monthly: money in CNY per month from 0 to 1_000
fact cap: money in CNY or none
fact born: date
fact kind: one of a < b < c
fact word: text
report r1: number with 5 decimals as 30% of score
report r2: number with 5 decimals as score * rate
report r3: percentage with 4 decimals as rate * rate
report r4: money in CNY as rate * income rounded to 2 decimals
report r5: money in CNY as income / 3 rounded down to 2 decimals
report r6: money in CNY as income / 5 rounded to 2 decimals
report r7: number with 12 decimals as income / 5 CNY
report r8: money in CNY as income / rate rounded up to 10
report r9: money in CNY as income - (monthly * 12 as money in CNY) but at least 0
report r10: date as born plus 18 years
report r11: date as born minus (whole as months)
report r12: years as years from born to decision date
report r13: whole number as year of born + whole
report r14: date as date (2024, whole, 1)
report r15: number with 12 decimals as rate / 10%
define tax
  by marginal table of income
  | from   | rate |
  | 0      | 0%   |
  | 10_000 | 10%  |
report r16: money in CNY as tax rounded to 2 decimals
require a kind is at least b
require b kind is one of a, c
require c word starts with "x" or word is "y"
require d cap is none
require e income is between 10 CNY and 20.5 CNY
require f larger of (score, whole) is more than 5
require g decision date is within 24 months before born
require h -score is at least whole * 2.5
"#]);
    let again = artefact::load(&artefact::save(&p)).unwrap();
    assert_eq!(artefact::save(&again), artefact::save(&p));
}

/// Of a policy with these declarations added: each guarantee that is not proved, by its code, with the applicant for whom it does not hold.
fn unproved(guarantees: &str) -> Vec<(Code, Vec<(String, String)>)> {
    let text = format!(
        r#"
policy grant declines are automatic
fact age: whole number from 0 to 120
fact region: one of north, south, east
fact income: money in EUR from 0 to 1_000_000
fact weeks: whole number from 0 to 52
fact days: whole number from 0 to 364
promise "days fill weeks": weeks is less than 52 or days is at least 358
define band: one of none_left, low, high
  by first match table
  | income          | band      |
  | more than 9_000 | none_left |
  | 4_000 or more   | high      |
  | any             | low       |
require grown age is at least 18
exclude rich when band is none_left
exclude far when region is east
refer old_southerner when region is south and age is more than 65
award amount: money in EUR as smaller of (500 EUR, 600 EUR - income / 100 rounded to 2 decimals) but at least 0 EUR
award least: money in EUR as smaller of (amount_of_weeks, income)
define amount_of_weeks as weeks * 20 EUR
{guarantees}"#
    );
    let is_of_guarantee = |d: &Diagnostic| matches!(d.code, Code::GuaranteeBroken | Code::GuaranteeUndecided);
    lower_all(&[&text], true).1.into_iter().filter(is_of_guarantee).map(|d| (d.code, d.example)).collect()
}

#[test]
fn what_rules_and_tables_bring_about_is_proved() {
    let proved = r#"
guarantee "grown up": approved implies age is at least 16
guarantee "seen through the table": approved implies income is at most 9_000
guarantee "the band says how much": band is high implies income is at least 4_000
guarantee "minors are told no": age is less than 18 implies declined
guarantee "a person looks in the south alone": referred implies region is south
guarantee "the outcomes": approved or declined or referred
guarantee "no two": not (approved and referred)
guarantee "bounded by what rules demand": approved implies income + amount is at most 9_500
guarantee "a computed floor": approved implies amount is at least 500
guarantee "the smaller is no larger": least is at most amount_of_weeks
guarantee "promised": weeks is 52 implies days is more than 300"#;
    assert_eq!(unproved(proved), []);
}

#[test]
fn a_guarantee_that_does_not_hold_is_told_with_somebody_for_whom() {
    let told = |example: &[(String, String)], name: &str| {
        example.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let broken = unproved(r#"guarantee "of age in some countries": approved implies age is at least 21"#);
    let [(Code::GuaranteeBroken, example)] = &broken[..] else { panic!("{broken:?}") };
    assert_eq!(told(example, "age"), "18");
    let broken = unproved(r#"guarantee "only minors are declined": declined implies age is less than 18"#);
    let [(Code::GuaranteeBroken, example)] = &broken[..] else { panic!("{broken:?}") };
    assert!(told(example, "age").parse::<u8>().is_ok_and(|age| age >= 18), "{example:?}");
    // Days and weeks are tied to each other only where 52 weeks are full.
    let broken = unproved(r#"guarantee "not promised": weeks is 51 implies days is more than 300"#);
    let [(Code::GuaranteeBroken, example)] = &broken[..] else { panic!("{broken:?}") };
    assert_eq!(told(example, "weeks"), "51");
    assert!(told(example, "days").parse::<u16>().is_ok_and(|days| days <= 300), "{example:?}");
}

#[test]
fn what_is_not_seen_is_said_to_be_unproved() {
    let open = [(Code::GuaranteeUndecided, Vec::new())];
    assert_eq!(unproved(r#"guarantee "the square": weeks * weeks is at least weeks"#), open);
    // It does not hold, but nobody was found for whom.
    assert_eq!(unproved(r#"guarantee "income counts too": least is at least amount_of_weeks"#), open);
}

#[test]
fn guarantees_are_no_part_of_the_program() {
    let plain = program(&[ALLOWANCE]);
    let promised = format!(
        "{ALLOWANCE}guarantee \"nobody below 70\": approved implies age is at least 70 and years from birth_date to 2024-01-01 is at most 10_000"
    );
    let guaranteed = program(&[&promised]);
    assert_eq!(guaranteed.dump(), plain.dump());
    assert_eq!(guaranteed.policies[0].logic_hash, plain.policies[0].logic_hash);
}
