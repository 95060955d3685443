//! Text to tree and back.

use crate::arbitrary::Choices;
use placet::compile::compile;
use placet::diagnostic::{Code, Diagnostic};
use placet::source::SourceId;
use placet::syntax::ast::{CellTest, Declaration, DeclarationKind, Expr, ExprKind, File, Quantifier};
use placet::syntax::{MAX_NESTING, MAX_OPERATORS, MAX_SIZE, Trivia, format, parse, print};
use proptest::prelude::*;

fn parsed(text: &str) -> (File, Vec<Diagnostic>) {
    parse(SourceId(0), text)
}

/// The tree of a text that has nothing wrong.
fn tree(text: &str) -> File {
    let (file, diagnostics) = parsed(text);
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    file
}

fn one(text: &str) -> Declaration {
    tree(text).declarations.into_iter().next().expect("a declaration")
}

/// The condition of `require x COND`.
fn condition(text: &str) -> Expr {
    match one(&format!("require x {text}")).kind {
        DeclarationKind::Require { condition, .. } => condition,
        other => panic!("{other:?}"),
    }
}

fn troubles(text: &str) -> Vec<(Code, String, String)> {
    let with_place = |d: &Diagnostic| text[d.span.start as usize..d.span.end as usize].to_owned();
    parsed(text)
        .1
        .iter()
        .map(|d| (d.code, with_place(d), format!("{} / {}", d.message, d.help.as_deref().unwrap_or(""))))
        .collect()
}

/// A fully bracketed form of an expression, to see how it was read.
fn shape(e: &Expr) -> String {
    use ExprKind::*;
    let two = |name: &str, a: &Expr, b: &Expr| format!("({} {name} {})", shape(a), shape(b));
    match &e.kind {
        Name(n) | Number(n) => n.to_string(),
        Percent(n) => format!("{n}%"),
        Paren(e) => format!("[{}]", shape(e)),
        Not(e) => format!("(not {})", shape(e)),
        Negate(e) => format!("(- {})", shape(e)),
        Binary(op, a, b) => two(&format!("{op:?}"), a, b),
        ButAtLeast(a, b) => two("floor", a, b),
        ButAtMost(a, b) => two("cap", a, b),
        KnownElse(a, b) => two("known-else", a, b),
        Rounded(a, ..) => format!("(round {})", shape(a)),
        As(a, _) => format!("(as {})", shape(a)),
        WithUnit(a, u) => format!("({} {})", shape(a), u.word()),
        If(a, b, c) => format!("(if {} {} {})", shape(a), shape(b), shape(c)),
        Count { list, filter } => format!("(count {} {})", list.text, filter.as_deref().map(shape).unwrap_or_default()),
        Satisfies { list, condition, .. } => format!("(each {} {})", list.text, shape(condition)),
        TimeFromTo(_, a, b) => two("to", a, b),
        Between(a, b, c) => format!("(between {} {} {})", shape(a), shape(b), shape(c)),
        IsNone(a, no) => format!("(none {no} {})", shape(a)),
        IsKnown(a, no) => format!("(known {no} {})", shape(a)),
        other => format!("{other:?}"),
    }
}

const WHOLE: &str = include_str!("syntax/whole.placet");
const FORMS: &str = include_str!("syntax/forms.placet");

const PIECES: [&str; 12] = ["", "(", "}", "\"", " if ", " and ", "|", ":", " 1,580 ", "# ", " define x ", "é"];

#[test]
fn the_whole_example_is_read() {
    let file = tree(WHOLE);
    assert_eq!(file.declarations.len(), 14);
    let policy = &file.declarations[0];
    assert_eq!(policy.title.as_ref().map(|t| &*t.default.value), Some("Old-age allowance"));
    assert!(matches!(policy.kind, DeclarationKind::Policy { declines_automatic: Some(false), .. }));
}

#[test]
fn every_form_of_the_language_is_read() {
    tree(FORMS);
}

#[test]
fn operators_bind_as_the_reference_says() {
    let cases = [
        ("a + b * c - d is at least e", "(((a Add (b Multiply c)) Subtract d) AtLeast e)"),
        ("not a is b and c", "((not (a Is b)) And c)"),
        ("a and b implies c or d", "((a And b) Implies (c Or d))"),
        ("30% of a + b < c", "(((30% Of a) Add b) LessThan c)"),
        ("- a * b is 1", "(((- a) Multiply b) Is 1)"),
        ("a + b rounded to 2 decimals is 3", "((round (a Add b)) Is 3)"),
        ("a rounded to whole but at least 5 > c", "(((round a) floor 5) MoreThan c)"),
        ("x if known else 0 + 1 but at most 3 = 2", "(((x known-else (0 Add 1)) cap 3) Is 2)"),
        ("if a then b else c + 1 rounded to whole is 5", "((round (if a b (c Add 1))) Is 5)"),
        ("count of l where a is b and c but at most 6", "((count l ((a Is b) And c)) cap 6)"),
        ("days from a to b + 1 is 3", "(((a to b) Add 1) Is 3)"),
        ("days from a to b plus 1 days is 3 days", "((a to (b Plus (1 days))) Is (3 days))"),
        ("all of l satisfy x is none or y is not none", "(each l ((none false x) Or (none true y)))"),
        ("a is between 1 and 2 and b is unknown", "((between a 1 2) And (known true b))"),
        ("(a) is b", "([a] Is b)"),
        ("wait months is 6", "((wait months) Is 6)"),
    ];
    for (text, expected) in cases {
        assert_eq!(shape(&condition(text)), expected, "{text}");
    }
}

#[test]
fn labels_are_told_from_parentheses() {
    let group = condition(
        "all of { (a) (b) is c (b) not x (一) y （ii） any of { p (q) } (3) z cites \"s. 1\" (x) cites \"s. 2\" }",
    );
    let ExprKind::Group(Quantifier::All, items) = group.kind else { panic!("{group:?}") };
    let labels: Vec<_> = items.iter().map(|i| i.label.as_ref().map(|l| &*l.text)).collect();
    assert_eq!(labels, [Some("a"), Some("b"), Some("一"), Some("ii"), Some("3"), None]);
    assert_eq!(shape(&items[0].condition), "([b] Is c)");
}

#[test]
fn cells_are_tests() {
    let text =
        "define x: whole number by table | a | b | v | | any | 1, 3 to 5, 7 or more | 2 | | less than 3 | none | 5 |";
    let DeclarationKind::Define { body: placet::syntax::ast::Body::Table(table), .. } =
        parsed(text).0.declarations[0].kind.clone()
    else {
        panic!()
    };
    assert_eq!(table.headings.len(), 2);
    assert!(table.rows[0].cells[0].tests.is_empty());
    assert!(matches!(table.rows[0].cells[1].tests[..], [CellTest::Is(_), CellTest::To(..), CellTest::AtLeast(_)]));
    assert!(matches!(table.rows[1].cells[1].tests[..], [CellTest::IsNone(_)]));
}

#[test]
fn words_of_the_language_are_names_where_they_cannot_be_mistaken() {
    tree("fact label: date fact report: yes or no fact type: one of award, fact entity stay fact start: date fact end: date
        promise \"p\": end is on or after start end
        require x report and label is decision date
        require y type is award unless report is no
        define count as year of label define year as count + 1 define policy as day");
    let (file, _) = parsed("entity e define x as end end fact y: date");
    assert_eq!(file.declarations.len(), 2);
}

#[test]
fn each_broken_declaration_gives_one_message_and_the_others_come_out() {
    let text = "fact a date\nfact b: date\nrequire c \"C\"\n  b is == 3\nexclude d b is 3\ndefine e as (1 + 2\ndefine f as 3\n";
    let found = troubles(text);
    let places: Vec<_> = found.iter().map(|(c, place, _)| (*c, place.as_str())).collect();
    assert_eq!(
        places,
        [(Code::Unexpected, "date"), (Code::Unexpected, "=="), (Code::Unexpected, "b"), (Code::UnclosedText, "(")],
        "{found:#?}"
    );
    assert_eq!(parsed(text).0.declarations.len(), 2);
}

#[test]
fn frequent_slips_are_named() {
    let cases = [
        ("fact age whole number", "write `:` and a type"),
        ("require x a == 3", "write `is`"),
        ("require x a && b", "write `and`"),
        ("require x a || b", "write `or`"),
        ("require x a != b", "write `is not`"),
        ("define x as 3;", "take the `;` out"),
        ("fact a: date label \"x", "quotation mark"),
        ("define x as if a then b", "if C then A else B"),
        ("exclude x a is 3", "write `when`"),
        ("require x a and b or c", "put parentheses around one pair"),
        ("require x 1 is less than a is less than 5", "is between"),
        ("define x as larger of (a, b", "`)`"),
        ("fact a: number", "number with 2 decimals"),
        ("reqiure x a", "did you mean `require`"),
        ("define x as 1,580", "`1_580`"),
        ("define x as 2024-1-1", "2024-01-01"),
        ("fact if: date", "cannot be a name"),
        ("define x as a b", "operator"),
        ("fact a: date held buy \"x\"", "written `held by`"),
        ("fact a: monye in CNY", "did you mean `money`"),
        ("require x a is at leest 5", "`is at least`"),
        ("define x as sum income over l", "write `sum of`"),
        ("exclude x when a otherwise \"no\"", "`because`"),
        ("define x as 16k", "begin with a digit"),
    ];
    for (text, help) in cases {
        let found = troubles(text);
        assert!(found.iter().any(|(_, _, said)| said.contains(help)), "{text}\n{found:#?}");
        for (_, _, said) in found {
            assert!(!said.contains("kw_") && !said.contains("EOI") && !said.contains("type_base"), "{said}");
        }
    }
}

/// A tree without its places.
fn without_places(file: &File) -> String {
    let text = format!("{file:?}");
    let mut out = String::new();
    let mut pieces = text.split("Span { source: SourceId(0), start: ");
    out.push_str(pieces.next().unwrap_or(""));
    for piece in pieces {
        out.push_str(piece.split_once('}').map_or("", |(_, rest)| rest));
    }
    out
}

fn formatted(text: &str) -> String {
    format(text).unwrap_or_else(|d| panic!("{text}\n{d:#?}"))
}

#[test]
fn formatting_keeps_the_tree_and_is_idempotent() {
    for text in [WHOLE, FORMS] {
        let once = formatted(text);
        assert_eq!(formatted(&once), once);
        assert_eq!(without_places(&tree(&once)), without_places(&tree(text)), "{once}");
    }
}

#[test]
fn the_whole_example_is_as_the_formatter_writes_it() {
    // The design page's own blanks before a comment and in a column aside.
    let squeezed = |text: &str| text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    assert_eq!(squeezed(&formatted(WHOLE)), squeezed(WHOLE));
}

#[test]
fn comments_stay_with_what_they_are_about() {
    let text = r#"# about the file

# about the policy
policy p # why p
  declines are referred # the default
  version "1" # first
fact a: yes or no held by "R" # who
  # how it is called
  label "A"

require r # head
  all of { # all
    # the first
    (a) a # one
    (ii) a } # end
  otherwise "no"
define x: whole number by table # hit
  # columns
  | a | v | # header
  # row one
  | yes | 1 | # row
  | no | 2 |
# last
"#;
    let expected = r#"# about the file

# about the policy
policy p  # why p
  version "1"  # first
  declines are referred  # the default
fact a: yes or no
  # how it is called
  label "A"
  held by "R"  # who

require r  # head
  all of {  # all
    # the first
    (a)  a  # one
    (ii) a
  }  # end
  otherwise "no"
define x: whole number
  by table  # hit
  # columns
  | a   | v |  # header
  # row one
  | yes | 1 |  # row
  | no  | 2 |
# last
"#;
    assert_eq!(formatted(text), expected);
    assert_eq!(formatted(expected), expected);
}

/// A fact may be called like a keyword that begins a declaration: where the formatter breaks lines it stays a fact.
#[test]
fn names_like_keywords_are_values_on_lines_of_their_own() {
    let typed = ["type", "fact", "parameter", "award", "report"];
    let others = ["policy", "entity", "define", "require", "exclude", "refer"];
    for name in typed.into_iter().chain(others) {
        let mut texts = vec![
            format!("require x all of {{ {name} days is 3 days b\n{name}\nc }} define y as b"),
            format!("require x (all of {{ (a) {name} months is wait (b) {name} (c) {name} }})"),
            format!("promise \"p\" in force from 2024-01-01: {name} years is 3 years"),
            format!("require x \"t\" ({name} day) is 1 fact b: date"),
        ];
        if typed.contains(&name) {
            texts.push(format!("require x {name} days is 3 days"));
            texts.push(format!("require x {name}\nfact b: date"));
            texts.push(format!("require x \"t\" {name} award b: date as c report d: date as e"));
            texts.push(format!("require x {name}\n\n# next\npromise \"p\": b policy q use \"r\""));
        }
        for text in texts {
            let once = formatted(&text);
            assert_eq!(without_places(&tree(&once)), without_places(&tree(&text)), "{text}\n{once}");
            assert_eq!(formatted(&once), once);
        }
    }
}

fn without_marks(declarations: &mut [Declaration]) {
    for declaration in declarations {
        declaration.marks.clear();
        if let DeclarationKind::Entity { members } = &mut declaration.kind {
            without_marks(members);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_as_the_same_tree(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let file = Choices::new(&bytes).file();
        let text = print(&file, &Trivia::default());
        let (mut read, diagnostics) = parsed(&text);
        prop_assert!(diagnostics.is_empty(), "{}\n{:#?}", text, diagnostics);
        without_marks(&mut read.declarations);
        prop_assert_eq!(without_places(&read), without_places(&file), "{}", text);
        prop_assert_eq!(formatted(&text), text);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_texts_give_diagnostics_and_never_a_panic(cuts in proptest::collection::vec((0..FORMS.len(), 0..40usize, 0..PIECES.len()), 1..6)) {
        let mut text = FORMS.to_owned();
        for (at, length, piece) in cuts {
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end.max(start), PIECES[piece]);
        }
        for diagnostic in parsed(&text).1 {
            let (start, end) = (diagnostic.span.start as usize, diagnostic.span.end as usize);
            prop_assert!(text.get(start..end).is_some(), "{:?}", diagnostic);
            for word in ["kw_", "EOI", "_of_", "rule"] {
                prop_assert!(!diagnostic.message.contains(word) || text.contains(word), "{:?}", diagnostic);
            }
        }
    }

    #[test]
    fn no_comment_is_lost(places in proptest::collection::vec((0..FORMS.len(), any::<bool>()), 1..8)) {
        let mut text = FORMS.to_owned();
        for (i, (at, own_line)) in places.iter().enumerate() {
            // At the ends of lines: no text goes over one.
            let start = text.floor_char_boundary(*at);
            let Some(blank) = text[start..].find('\n').map(|n| start + n) else { continue };
            text.insert_str(blank, &if *own_line { format!("\n  # mark {i};") } else { format!("  # mark {i};") });
        }
        let once = formatted(&text);
        for mark in text.split("# ").skip(1).filter_map(|t| t.split_once(';')).map(|(mark, _)| format!("# {mark};")) {
            prop_assert_eq!(once.matches(&mark).count(), 1, "{}\n{}", mark, once);
        }
        prop_assert_eq!(formatted(&once), once);
    }
}

/// Every construct that nests, so many deep: what stands before the innermost, the innermost, what stands after it.
fn nested(depth: usize) -> Vec<String> {
    let around = |open: &str, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    let conditions = [
        around("(", "a", ")"),
        around("not (", "a", ")"),
        around("-(", "a", ")"),
        around("all of { (a) ", "a", " }"),
        around("all of { a ", "a", " }"),
        around("larger of (1, ", "a", ", 2)"),
        around("date (1, ", "a", ", 2)"),
        around("if a then ", "b", " else c"),
        around("if ", "b", " then b else c"),
        around("if a then b else ", "b", ""),
        around("count of l where ", "b", ""),
        around("any of l satisfies ", "b", ""),
        around("sum of ", "b", " over l"),
        around("largest ", "b", " over l where c if any else 0"),
        around("years from ", "a", " to b"),
        around("years from a to ", "b", ""),
        around("year of ", "a", ""),
        around("days covered by l from ", "a", " to b within c to d"),
        around("days covered by l from a to b within c to ", "d", ""),
        around("a is between (", "b", ") and 3"),
        around("a is one of 1, (", "b", "), 3"),
        around("a is within 3 days before (", "b", ")"),
        around("(a + b rounded to whole but at least (", "b", "))"),
        around("a if known else (", "b", ")"),
        around("limit on (", "b", ")"),
    ];
    let mut texts: Vec<String> = conditions.iter().map(|c| format!("require x \"X\" {c}")).collect();
    texts.push(format!("define x as 1 {}", around("except when a: 2 {", "except when a: 2", "}")));
    texts.push(format!("scenario \"s\" given {}", around("l [{", "l 1", "}]")));
    texts.push(format!("define x as 1 by table {}", around("(", "a", ")")));
    texts
}

#[test]
fn nesting_costs_no_more_than_its_length() {
    // Brackets within brackets count twice, so a depth that all forms reach. Work that doubled with each level would
    // not end.
    for (shallow, deep) in nested(12).iter().zip(nested(24)) {
        let (few, many) = (parsed(shallow), parsed(&deep));
        assert_eq!(few.1.is_empty(), many.1.is_empty(), "{deep}\n{:#?}", many.1);
    }
}

#[test]
fn nesting_up_to_the_limit_fits_the_stack_of_a_thread() {
    let one = |text: &str| {
        let (file, diagnostics) = parsed(text);
        diagnostics
            .is_empty()
            .then(|| assert_eq!(without_places(&tree(&formatted(text))), without_places(&file)))
            .is_some()
    };
    let read = nested(MAX_NESTING / 2).iter().chain(&nested(MAX_NESTING)).filter(|t| one(t)).count();
    assert!(read >= nested(1).len());
}

#[test]
fn nesting_past_the_limit_is_refused() {
    // The first `if` after a title is not counted.
    for text in nested(MAX_NESTING + 2).into_iter().chain(nested(3000)) {
        let found = troubles(&text);
        assert!(found.iter().any(|(code, ..)| *code == Code::TooDeep), "{}\n{found:#?}", &text[..200]);
    }
    for (open, inner) in
        [("not ", "a"), ("-", "a"), ("a + ", "a"), ("a and ", "b"), ("a rounded to whole but at least ", "1")]
    {
        let found = troubles(&format!("require x \"X\" {}{inner}", open.repeat(MAX_OPERATORS + 1)));
        assert!(found.iter().any(|(code, ..)| *code == Code::TooDeep), "{open}\n{found:#?}");
        assert!(found.len() == 1, "{found:#?}");
        tree(&format!("require x \"X\" {}{inner}", open.repeat(MAX_OPERATORS / 2)));
    }
    let long = format!("# {}", "x".repeat(MAX_SIZE));
    assert_eq!(troubles(&long)[0].0, Code::TooLarge);
}

#[test]
fn many_items_side_by_side_are_not_nested() {
    let item = "(a) if b then c is if d then e else f else any of l satisfies g is years from h to i ";
    tree(&format!("require x all of {{ {} }}", item.repeat(200)));
    tree(&format!("define x: date by table | a | b | {}", "| if a then b else c | largest d over e |".repeat(200)));
    tree(&format!("parameter x: months {}", "from 2024-01-01: if a then 3 months else y ".repeat(200)));
    tree(&format!("define x as 1 {}", "except when any of l satisfies b: if c then d else e ".repeat(200)));
}

#[test]
fn every_example_of_the_reference_is_read_and_keeps_its_form() {
    let reference = include_str!("../../grammar/README.md");
    let mut count = 0;
    let mut rest = reference;
    while let Some((_, after)) = rest.split_once("```placet") {
        let (kind, after) = after.split_once('\n').expect("a line");
        let (example, after) = after.split_once("```").expect("a closing fence");
        rest = after;
        count += 1;
        let once = formatted(example);
        assert_eq!(without_places(&tree(&once)), without_places(&tree(example)));
        // A whole policy compiles; all that a fragment may lack are the policy and the names it uses.
        let text = match kind {
            "-fragment" if !example.trim_start().starts_with("policy") => format!("policy p \"P\"\n{example}"),
            _ => example.to_owned(),
        };
        let found = compile(&[("example.placet", &text)], &|_| None).diagnostics;
        let lacking = |code| kind == "-fragment" && matches!(code, Code::UnknownName | Code::UnknownFile);
        let errors: Vec<_> = found.iter().filter(|d| d.is_error() && !lacking(d.code)).collect();
        assert!(errors.is_empty(), "{text}\n{errors:#?}");
    }
    assert_eq!(count, reference.matches("```").count() / 2);
}

#[test]
fn the_formatter_keeps_the_words_of_dates_in_cells() {
    let text = "define x: yes or no\n  by first match table\n  | d            | x   |\n  | before y     | yes |\n  \
                | y or earlier | yes |\n  | 5 or more    | no  |\n  | more than y  | no  |\n";
    assert_eq!(placet::syntax::format(text).unwrap(), text);
}
