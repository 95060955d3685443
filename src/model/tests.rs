//! The whole policy of the language page, and its model.

use super::*;
use crate::diagnostic::Diagnostic;
use crate::source::Sources;

const FACTS: &str = r#"policy p "P"
type region: one of mainland, alaska, hawaii
type band: one of low < middle < high
entity person
  fact years_old: years from 0 to 130
  fact pay: money in CNY
  fact started: date
  fact ended: date
  fact jobs: list of job at most 3
  define adult as years_old is at least 18
end
entity job
  fact wage: money in CNY per month
end
fact age: years from 0 to 130
fact waiting: months
fact count: whole number from 0 to 100
fact ratio: number with 2 decimals from 0 to 1
fact share: percentage with 1 decimals from 0 to 100
fact income: money in CNY
fact euros: money in EUR
fact monthly: money in CNY per month
fact yearly: money in CNY per year
fact born: date
fact moved: date
fact name: text
fact place: region
fact level: band
fact resident: yes or no
fact student: yes or no
fact cap: money in CNY or none
fact household: list of person at most 10
parameter limit: money in CNY
  from 2023-01-01: 1_000
  from 2024-01-01: 1_100
"#;

/// Parses and checks one policy.
fn checked(text: &str) -> (Option<Model>, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let id = sources.add("policy.placet", text);
    let (file, unread) = crate::syntax::parse(id, text);
    assert!(unread.is_empty(), "{}\n{text}", shown(&sources, &unread));
    let tables = |name: &str| match name {
        "limits.csv" => Some("place,amount\nmainland,100\n\"alaska, hawaii\",\"1_000\"\n".to_owned()),
        "bad.csv" => Some("place,amount\nmainland,100\nmars,200\n".to_owned()),
        "short.csv" => Some("place,amount\nmainland\n".to_owned()),
        _ => None,
    };
    let (model, found) = check(&sources, &[&file], &tables);
    (model, found, sources)
}

fn shown(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let place = sources.text(d.span).lines().next().unwrap_or("").trim_end();
        let help = d.help.as_ref().map(|h| format!("\n  = {h}")).unwrap_or_default();
        format!("{} at {place}\n  {}{help}", d.code.as_str(), d.message)
    };
    diagnostics.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Every message, with what brings it about: pieces of policy that stand after [`FACTS`] (or whole ones, which begin with
/// `policy`), and what is said. `UPDATE=1 cargo test` writes down what is said now; read it aloud before committing.
#[test]
fn messages() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/src/model/tests/messages.txt");
    let text = std::fs::read_to_string(page).expect("the page of messages");
    let update = std::env::var_os("UPDATE").is_some();
    let mut now = String::new();
    for piece in text.split("====\n").filter(|p| !p.trim().is_empty()) {
        let (snippet, said) = piece.split_once("----\n").expect("two parts");
        let whole = snippet.starts_with("policy");
        let text = if whole { snippet.to_owned() } else { format!("{FACTS}{snippet}") };
        let (model, mut found, sources) = checked(&text);
        assert_eq!(model.is_none(), found.iter().any(Diagnostic::is_error), "{snippet}");
        found.retain(|d| whole || d.is_error());
        let says = shown(&sources, &found);
        assert!(update || said.trim() == says, "{snippet}says\n{says}");
        now.push_str(&format!("{snippet}----\n{says}\n====\n"));
    }
    if update {
        std::fs::write(page, &now).expect("a page that can be written");
    }
}

#[test]
fn a_whole_policy() {
    let (model, diagnostics, _) = checked(include_str!("../../tests/policies/old_age_allowance.placet"));
    assert_eq!(diagnostics, []);
    let model = model.expect("no errors");
    assert_eq!((model.facts.len(), model.rules.len(), model.awards.len(), model.scenarios.len()), (4, 4, 1, 2));
}

#[test]
fn bare_numbers_in_a_product_take_the_unit_of_the_result() {
    let (model, diagnostics, _) = checked(
        "policy p fact size: whole number from 1 to 20
         define limit: money in USD by table | size | limit | | 1 | 1_580 | | 2 or more | 1_580 + 557 * (size - 1) |
         report limit_told: money in USD as limit",
    );
    assert_eq!(diagnostics, []);
    assert!(model.is_some());
}

#[test]
fn a_value_that_was_asked_for_is_no_longer_none() {
    let (model, diagnostics, _) = checked(
        "policy p fact cap: money in USD or none fact income: money in USD
         define capped: money in USD as if cap is none then income else cap
         define floor: money in USD as income except when cap is not none and income is more than 5: cap
         report a: money in USD as smaller of (capped, floor)",
    );
    assert_eq!(diagnostics, []);
    assert!(model.is_some());
    let (model, diagnostics, _) =
        checked("policy p fact cap: money in USD or none report a: money in USD as if cap is none then cap else 3");
    assert_eq!(diagnostics.len(), 1);
    assert!(model.is_none());
}

/// An expression as nested lists, operands in order, scales and kinds only where they change.
fn plain(e: &Expr, model: &Model) -> String {
    let all = |es: &[Expr]| es.iter().map(|e| plain(e, model)).collect::<Vec<_>>().join(" ");
    match &e.kind {
        ExprKind::Const(value) => literals::shown(value, e.shape, &model.enums),
        ExprKind::Fact(id, 0) => model.facts[id.0 as usize].name.to_string(),
        ExprKind::Fact(id, level) => format!("{}^{level}", model.facts[id.0 as usize].name),
        ExprKind::FactKnown(id, _) => format!("(known {})", model.facts[id.0 as usize].name),
        ExprKind::Define(id, 0) => model.defines[id.0 as usize].name.to_string(),
        ExprKind::Define(id, level) => format!("{}^{level}", model.defines[id.0 as usize].name),
        ExprKind::DefineOn(id, day) => format!("({} on {})", model.defines[id.0 as usize].name, plain(day, model)),
        ExprKind::ParameterKnown(id) => format!("(known {})", model.defines[id.0 as usize].name),
        ExprKind::DecisionDate => "today".into(),
        ExprKind::Outcome(outcome) => format!("{outcome:?}"),
        ExprKind::Award(at) => format!("award{at}"),
        ExprKind::Report(at) => format!("report{at}"),
        ExprKind::Op(Op::As, es) => {
            let ty = types::kind_words(e.shape, &model.enums, &model.entities);
            format!("(as {ty}/{} {})", e.shape.scale, all(es))
        }
        ExprKind::Op(Op::DivideRounded(r), es) => format!("(divide to {}/{} {})", r.step, r.scale, all(es)),
        ExprKind::Op(Op::Round(r), es) => format!("(round to {}/{} {})", r.step, r.scale, all(es)),
        ExprKind::Op(op, es) => format!("({op:?} {})", all(es)),
        ExprKind::Not(a) => format!("(not {})", plain(a, model)),
        ExprKind::Group(q, items) => {
            let items: Vec<_> = items.iter().map(|i| plain(&i.condition, model)).collect();
            format!("({q:?} {})", items.join(" "))
        }
        ExprKind::If(c, a, b) => format!("(if {} {} {})", plain(c, model), plain(a, model), plain(b, model)),
        ExprKind::Exceptions(base, cases) => {
            let case = |c: &Exception| format!(" [{} {}]", plain(&c.condition, model), plain(&c.value, model));
            format!("(base {}{})", plain(base, model), cases.iter().map(case).collect::<String>())
        }
        ExprKind::Table(table) => {
            let cell = |c: &Cell| format!("{:?}{{{}}}", c.tests, all(&c.bounds));
            let row = |r: &Row| {
                let cells: Vec<_> = r.cells.iter().map(cell).collect();
                format!(" [{} {}]", cells.join(" "), plain(&r.value, model))
            };
            format!("({:?} {}{})", table.hit, all(&table.headings), table.rows.iter().map(row).collect::<String>())
        }
        ExprKind::Fold(fold) => {
            let filter = fold.filter.as_ref().map(|f| format!(" where {}", plain(f, model))).unwrap_or_default();
            let kind = match &fold.kind {
                FoldKind::Count => "count".into(),
                FoldKind::Sum(v) => format!("sum {}", plain(v, model)),
                FoldKind::Largest(v, o) => {
                    format!("largest {} {:?}", plain(v, model), o.as_ref().map(|o| plain(o, model)))
                }
                FoldKind::Smallest(v, o) => {
                    format!("smallest {} {:?}", plain(v, model), o.as_ref().map(|o| plain(o, model)))
                }
                FoldKind::Satisfies(q, c) => format!("{q:?} {}", plain(c, model)),
                FoldKind::DaysCovered { from, to, within_from, within_to } => format!(
                    "days {} {} in {} {}",
                    plain(from, model),
                    plain(to, model),
                    plain(within_from, model),
                    plain(within_to, model)
                ),
            };
            format!("({kind} over {}^{}→{}{filter})", model.facts[fold.list.0 as usize].name, fold.level, fold.member)
        }
    }
}

/// What is written in several ways is one thing in the model.
#[test]
fn forms() {
    let cases = [
        ("age is at least 18", "(AtMost 18 years age)"),
        ("age is more than 18", "(Less 18 years age)"),
        ("born is on or before moved", "(AtMost born moved)"),
        ("place is not alaska", "(not (Equal place alaska))"),
        ("alaska is place", "(Equal alaska place)"),
        ("level is at least middle", "(AtMost middle level)"),
        ("resident is no", "(not resident)"),
        ("resident and student and age is 3", "(All resident student (Equal age 3 years))"),
        ("resident implies student", "(Any (not resident) student)"),
        ("place is not one of alaska, hawaii", "(not (Matches([Is, Is]) place alaska hawaii))"),
        ("cap is between 1 and 2", "(Matches([To]) (as money in CNY/2 cap) 1 CNY 2 CNY)"),
        ("born is within 6 months before moved", "(Matches([To]) born (PlusMonths moved -6 months) moved)"),
        (
            "born is within count days after moved",
            "(Matches([To]) born moved (PlusDays moved (as a number of days/0 count)))",
        ),
        ("born minus 1 years", "(PlusYears(March1) born -1 years)"),
        ("income is unknown", "(not (known income))"),
        ("cap is not none", "(not (IsNone cap))"),
        ("2 * 3 + income", "(Add (as money in CNY/0 (Multiply 2 3)) income)"),
        ("30% of 1_000 + income", "(Add (as money in CNY/2 (Multiply 30% 1000)) income)"),
        ("income * 0.25", "(Multiply income 0.25)"),
        ("income but at least 5.5 but at most limit", "(Smaller (Larger income 5.5 CNY) limit)"),
        ("(income / 7) rounded down to 2 decimals", "(divide to 1/2 income 7)"),
        (
            "yearly / 12 as money in CNY per month rounded to 2 decimals",
            "(as money in CNY per month/2 (divide to 1/2 yearly 12))",
        ),
        ("yearly / 12 + 1 rounded to 0.05", "(round to 5/2 (Add (Divide yearly 12) 1 CNY per year))"),
        ("share rounded to 5", "(round to 5/2 share)"),
        ("if resident then 5 else income", "(if resident 5.00 CNY income)"),
        ("if resident then cap else 5.125", "(if resident (if (IsNone cap) none (as money in CNY/3 cap)) 5.125 CNY)"),
        ("if cap is none then 0 else cap", "(if (IsNone cap) 0.00 CNY (as money in CNY/2 cap))"),
        ("share * 0.5 * count", "(Multiply (Multiply share 0.5) count)"),
        ("if resident then none else 5 CNY", "(if resident none 5 CNY)"),
        ("income if known else 0", "(if (known income) income 0.00 CNY)"),
        ("limit on 2023-06-01", "(limit on 2023-06-01)"),
        ("-(5)", "-5"),
        ("count of household where adult", "(count over household^0→1 where adult^1)"),
        ("sum of pay over household where age is 3", "(sum pay^1 over household^0→1 where (Equal age 3 years))"),
        (
            "any of household satisfies (all of jobs satisfies wage is at least monthly)",
            "(Any (All (AtMost monthly wage^2) over jobs^1→2) over household^0→1)",
        ),
        ("largest pay over household if any else none", "(largest pay^1 Some(\"none\") over household^0→1)"),
        (
            "days covered by household from started to ended within moved to decision date",
            "(days started^1 ended^1 in moved today over household^0→1)",
        ),
    ];
    for (written, expected) in cases {
        let (model, found, sources) = checked(&format!("{FACTS}define result as {written}"));
        let model = model.unwrap_or_else(|| panic!("{written}\n{}", shown(&sources, &found)));
        let result = model.defines.iter().find(|d| &*d.name == "result").expect("declared");
        let value = result.versions[0].value.as_ref().expect("a value");
        assert_eq!(plain(value, &model), expected, "{written}");
    }
}

/// Bodies held to a type, tables, exceptions, dated figures.
#[test]
fn bodies() {
    let cases = [
        (
            "define result: money in CNY as 5\n except when resident: 6.5 { except when student: 7 }",
            "(base 5.00 CNY [resident (base 6.50 CNY [student 7.00 CNY])])",
        ),
        (
            "define result: money in CNY as if cap is none then 0 else cap",
            "(if (IsNone cap) 0.00 CNY (as money in CNY/2 cap))",
        ),
        (
            "define result by table\n| age | place | v |\n| 1 to 4, 80 or more | any | 5 CNY |\n| less than 1 | alaska | none |",
            "(Unique age place [[To, AtLeast]{1 years 4 years 80 years} []{} 5 CNY] [[LessThan]{1 years} [Is]{alaska} none])",
        ),
        (
            "define result by marginal table of income\n| from | rate |\n| 0 | 10% |\n| 99.5 | 12.5% |",
            "(Marginal income 0.00 CNY 10.0% 99.50 CNY 12.5%)",
        ),
        ("define result by count table\n| age | v |\n| 3 | yes |", "(Count age [[Is]{3 years} 1])"),
        (
            "define result by table from \"limits.csv\"",
            "(Unique place [[Is]{mainland} 100] [[Is, Is]{alaska hawaii} 1000])",
        ),
        ("parameter result: money in CNY\n from 2023-01-01: 1_365", "1365.00 CNY"),
    ];
    for (written, expected) in cases {
        let (model, found, sources) = checked(&format!("{FACTS}{written}"));
        let model = model.unwrap_or_else(|| panic!("{written}\n{}", shown(&sources, &found)));
        let result = model.defines.iter().find(|d| &*d.name == "result").expect("declared");
        let value = result.versions[0].value.as_ref().expect("a value");
        assert_eq!(plain(value, &model), expected, "{written}");
        assert_eq!((value.shape.kind, value.shape.scale), (result.shape.kind, result.shape.scale), "{written}");
    }
}

/// A parameter's entry holds until the day before the next; definitions stand after those they rest on.
#[test]
fn periods_and_order() {
    let text = format!("{FACTS}define late as early + limit\ndefine early as income\n");
    let (model, ..) = checked(&text);
    let model = model.expect("no errors");
    let limit = model.defines.iter().find(|d| &*d.name == "limit").expect("declared");
    let periods: Vec<_> = limit.versions.iter().map(|v| (v.in_force.from, v.in_force.until)).collect();
    let day = |text| crate::value::Date::parse(text);
    assert_eq!(periods, [(day("2023-01-01"), day("2023-12-31")), (day("2024-01-01"), None)]);
    let place = |name| model.defines.iter().position(|d| &*d.name == name);
    assert!(place("early") < place("late") && place("limit") < place("late"));
}

/// A used file brings in names, and nothing that decides.
#[test]
fn used_files() {
    let mut sources = Sources::default();
    let mut file = |name: &str, text: &str| {
        let id = sources.add(name, text);
        crate::syntax::parse(id, text).0
    };
    let own = file("own.placet", "policy p \"P\"\nuse \"shared.placet\"\nrequire r income is at least floor\n");
    let text = "fact income: money in CNY\nfact unused: date\nparameter floor: money in CNY\n  from 2020-01-01: 5\n";
    let shared = file("shared.placet", text);
    let bad = file("bad.placet", "require s yes\npolicy q \"Q\"\n");
    let test = file(
        "p_test.placet",
        "use \"own.placet\"\nscenario \"s\" on 2024-01-01 given income 3 expect declined\nfact x: date\n",
    );
    let (model, found) = check(&sources, &[&own, &shared], &|_| None);
    assert_eq!(found, []);
    let (scenarios, found) = check_scenarios(&sources, &model.expect("no errors"), &test);
    assert_eq!((scenarios.len(), shown(&sources, &found)), (1, "N07 at fact\n  a `fact` may not stand in a file of scenarios\n  = a file whose name ends in `_test.placet` holds `use` and scenarios".into()));
    let (model, found) = check(&sources, &[&own, &shared, &bad], &|_| None);
    let codes: Vec<_> = found.iter().map(|d| d.code.as_str()).collect();
    assert_eq!((model.is_none(), codes), (true, vec!["N07", "N07"]));
    let (model, found) = check(&sources, &[&shared], &|_| None);
    assert_eq!((model.is_none(), found[0].code.as_str()), (true, "N06"));
}

/// However long a text, checking neither recurses without bound nor takes quadratic time.
#[test]
fn long_policies() {
    let mut text = String::from("policy p \"P\"\nfact n: whole number\ndefine d0 as n\n");
    for i in 1..5_000 {
        text.push_str(&format!("define d{i} as d{} + 1\nrequire r{i} d{i} is at least {i}\n", i - 1));
    }
    let (model, found, _) = checked(&text);
    assert_eq!((found.len(), model.expect("no errors").rules.len()), (0, 4_999));
    let cyclic = text.replace("define d0 as n", "define d0 as d4999");
    assert_eq!(checked(&cyclic).1.iter().filter(|d| d.code == crate::diagnostic::Code::Cycle).count(), 1);
}
