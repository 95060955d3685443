//! Slips of those who write statutes, spreadsheets or programs: the words and signs that they would use, and what is written here.

use super::Rule;
use super::scan::word_end;
use super::vocabulary::VOCABULARY;
use crate::diagnostic::instead;

const TEXTS: &str = "texts stand between double quotation marks: `\"…\"` or `“…”`";
const DIGITS: &str = "write numbers in the digits `0` to `9`";
const OWN_NAME: &str = "a fact is called by its own name alone; of members one says `sum of income over household` or `any of household satisfies …`";
const DATE: &str = "a date is written as year, month and day: `2024-01-31`";
const CASE: &str = "say what is the case, as in `age is at least 66`";

/// Signs, and what to write instead.
const SIGNS: &[(&str, &str)] = &[
    ("« » „ ‚ ‹ 「 『 ＂", TEXTS),
    ("£ € $ ¥ ￥ ₹", "a currency is written by its three letters, behind the amount: `16_000 GBP`"),
    ("；", "take the `；` out: a declaration ends where the next one begins"),
    ("、", "write `,`"),
    ("｜", "write `|`, the narrow bar"),
    ("＝", "write `is`"),
    ("－", "write `-`"),
    ("`", "take it out: a policy's text stands in its file as it is"),
];

/// Words of English that nothing is written for, and why.
const SUPERFLUOUS: &[(&str, &str)] = &[
    ("the his her their such said", "names stand without articles"),
    ("either", "`A or B`"),
    ("both", "`A and B`"),
    ("has have had", "a condition is a fact's name alone, as in `registered_here`"),
];

/// Where an operator is expected: the words that statutes have, and what to write instead.
const OPERATORS: &[(&str, &str)] = &[
    ("exceed exceeds exceeding over above", "write `is more than`"),
    ("under below", "write `is less than`"),
    ("equals equal be are was were", "write `is`"),
    ("isn aren wasn", "write `is not`"),
    ("does do has have had", CASE),
    ("provided", "write `and`, or a rule of its own"),
    ("except", "write `unless`"),
    ("percent", "write `%`, as in `20% of income`"),
    ("in", "write `is one of`, as in `region is one of north, south`"),
];

/// The same of the word before, which was taken for a name.
const TAKEN_FOR_NAMES: &[(&str, &str)] = &[
    ("neither", "write `not A and not B`"),
    ("every each", "write `all of LIST satisfy …`"),
    ("cite", "write `cites`"),
];

/// What to write instead of a word or sign that is usual elsewhere.
pub(super) fn help(before: &str, rest: &str, found: &str, rules: &[Rule]) -> Option<String> {
    let expects = |rule: Rule| rules.contains(&rule);
    let after_value = expects(Rule::operator) || expects(Rule::kw_is);
    let next = rest.get(found.len()..).unwrap_or_default();
    let last = last_word(before);
    sign(before, found, next, rules)
        .or_else(|| date(rest, rules))
        .map(str::to_owned)
        .or_else(|| told_of_a_word(before, found, rules))
        .or_else(|| capitals([found, last]))
        .or_else(|| {
            superfluous(if after_value { last } else { "" }).or_else(|| superfluous(found).filter(|_| !after_value))
        })
        .or_else(|| {
            let said = if after_value { comparison(before, last, found, next) } else { None };
            said.or_else(|| place(before, found, rules)).map(str::to_owned)
        })
}

fn sign(before: &str, found: &str, next: &str, rules: &[Rule]) -> Option<&'static str> {
    let expects = |rule: Rule| rules.contains(&rule);
    let sign = found.chars().next()?;
    let ends = next.is_empty() || next.starts_with(char::is_whitespace);
    let written = before.trim_end();
    let said = match sign {
        '。' => "take the `。` out: a declaration ends where the next one begins",
        '.' if ends && !expects(Rule::item) => "take the `.` out: a declaration ends where the next one begins",
        '.' if next.starts_with(|c: char| c.is_alphabetic() || c == '_') => OWN_NAME,
        ',' if next.starts_with(|c: char| c.is_ascii_digit()) && before.ends_with(|c: char| c.is_ascii_digit()) => {
            "write a point before decimals, as in `12.50`, and `_` between thousands, as in `1_580`"
        }
        '\'' | '’' if before.ends_with(char::is_alphanumeric) && next.starts_with('s') => {
            "write the name alone: `age`, not `applicant's age`"
        }
        ';' if expects(Rule::bar) => "cells are divided by `|`, in a CSV file by commas",
        '–' | '—' | '~' | '～' if expects(Rule::bar) => "write `to` for a range, as in `0 to 79`",
        '/' if next.starts_with(['/', '*']) => "a comment begins with `#`",
        ':' if last_word(before) == "of" => "write `{` and the conditions, each with its label, and `}`",
        ':' | '=' if first_word(before) == "scenario" => "write the value behind the name: `age 66, region north`",
        ':' if !expects(Rule::colon) => "take the `:` out here",
        '(' if matches!(last_word(before), "max" | "min") => {
            "write `larger of (a, b)` or `smaller of (a, b)`; of a list `largest income over household`"
        }
        '|' if written.ends_with('+') => "write `or more`, as in `80 or more`",
        '|' if written.ends_with("--") => "take this line out: nothing stands between the headings and the rows",
        c if c.is_numeric() && !c.is_ascii() => DIGITS,
        _ => return instead(sign.encode_utf8(&mut [0; 4]), SIGNS),
    };
    Some(said)
}

/// A day in another order or in words. The parser may have taken `01.01` for a number, and stopped at the second point.
fn date(rest: &str, rules: &[Rule]) -> Option<&'static str> {
    let second_point = rest.starts_with('.') && rest.len() > 5 && rest.as_bytes()[1..5].iter().all(u8::is_ascii_digit);
    let only_a_date = rules == [Rule::date] && rest.starts_with(|c: char| c.is_ascii_digit());
    (only_a_date || second_point).then_some(DATE)
}

/// What needs the word in the answer.
fn told_of_a_word(before: &str, found: &str, rules: &[Rule]) -> Option<String> {
    let sign = found.chars().next()?;
    if matches!(sign, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}') {
        let code = u32::from(sign);
        return Some(format!(
            "an invisible sign stands here (U+{code:04X}), perhaps copied along: delete it and write the blank anew"
        ));
    }
    if sign == '.' && rules.contains(&Rule::item) {
        return Some(format!("write the label in parentheses: `({}) …`", last_word(before)));
    }
    let titled = matches!(found, "promise" | "guarantee" | "scenario");
    (titled && (rules.contains(&Rule::EOI) || rules.contains(&Rule::expect)))
        .then(|| format!("`{found}` is followed by a text in quotation marks, and has no name"))
}

/// `AND`, `OR`: words of the language are written small.
fn capitals(words: [&str; 2]) -> Option<String> {
    let shouted = |word: &&str| word.len() > 1 && word.chars().all(char::is_uppercase);
    let small = words.into_iter().filter(shouted).map(str::to_lowercase).find(|small| VOCABULARY.is_reserved(small))?;
    Some(format!("write `{small}`, in small letters"))
}

fn superfluous(word: &str) -> Option<String> {
    instead(word, SUPERFLUOUS).map(|why| format!("leave `{word}` out: {why}"))
}

/// What statutes compare with.
fn comparison(before: &str, last: &str, found: &str, next: &str) -> Option<&'static str> {
    let is_one_of = |words: &str| words.split(' ').any(|word| word == last || word == found && last == "no");
    let negated = last == "no" || matches!(last_word(before.trim_end().trim_end_matches(last)), "not" | "no");
    let next = first_word(next);
    let (more, less) = (
        is_one_of("greater more larger higher older later longer bigger"),
        is_one_of("less fewer lower smaller younger earlier shorter"),
    );
    let said = match found {
        _ if found == "than" || last == "no" => match (more, less, negated) {
            (true, _, true) => "write `is at most`",
            (_, true, true) => "write `is at least`",
            (true, ..) => "write `is more than`, or `is after` of dates",
            (_, true, _) => "write `is less than`, or `is before` of dates",
            _ => return None,
        },
        "more" if next == "than" => "write `is more than`",
        "less" if next == "than" => "write `is less than`",
        "at" if next == "least" => "write `is at least`",
        "at" if next == "most" => "write `is at most`",
        "to" if last == "equal" => "write `is` alone",
        "shall" | "must" | "should" | "may" | "will" | "can" => CASE,
        "old" if matches!(last, "years" | "months" | "days") => "leave `old` out: `age is at least 66`",
        _ => return instead(found, OPERATORS).or_else(|| instead(last, TAKEN_FOR_NAMES)),
    };
    Some(said)
}

fn place(before: &str, found: &str, rules: &[Rule]) -> Option<&'static str> {
    let expects = |rule: Rule| rules.contains(&rule);
    let keyword = first_word(before);
    let line = before.rsplit('\n').next().unwrap_or(before);
    let one_of = line.contains("one of");
    let said = match found {
        "yes" | "no" if expects(Rule::type_base) || expects(Rule::kw_yes_or_no) => "write `yes or no`",
        "one" | "two" | "three" | "four" | "five" if expects(Rule::number) => DIGITS,
        "," if line.contains("one of (") => "write the values without parentheses: `is one of north, south`",
        "when" if keyword == "require" => "write the condition alone; `applies when` says whom a rule concerns",
        "" if expects(Rule::bar) => "end every row with `|`",
        "with" | "who" | "whose" | "having" if expects(Rule::where_) || expects(Rule::kw_where) => "write `where`",
        _ if one_of && expects(Rule::comma) && matches!(keyword, "fact" | "type") => {
            "write commas between all values: `one of north, south, east`; a value is one word, or several joined by `_`"
        }
        _ if expects(Rule::kw_before) && expects(Rule::kw_after) && before.contains("within") => {
            "say before or after which day: `is within 24 months before decision date`"
        }
        _ if expects(Rule::kw_days) && line.contains("fresh for") => "count in days: `fresh for 30 days`",
        _ if expects(Rule::kw_to) && ["years from", "months from", "days from"].iter().any(|w| line.contains(w)) => {
            "say up to which day: `years from birth_date to decision date`"
        }
        _ if expects(Rule::kw_as) && keyword == "define" && !expects(Rule::kw_is) => {
            "what a definition is worth stands after `as`: `define age as …`"
        }
        _ if keyword == "parameter"
            && expects(Rule::kw_from)
            && found.starts_with(|c: char| c == '=' || c.is_ascii_digit()) =>
        {
            "say from which day on: `from 2024-01-01: 16_000`"
        }
        _ => return None,
    };
    Some(said)
}

/// The word that a declaration begins with.
pub(super) fn first_word(text: &str) -> &str {
    let text = text.trim_start();
    &text[..word_end(text, 0)]
}

/// The word that a text ends with; nothing if it ends with a sign.
pub(super) fn last_word(before: &str) -> &str {
    let before = before.trim_end();
    let start = before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    &before[start..]
}

#[cfg(test)]
mod tests {
    use crate::source::SourceId;
    use crate::syntax::parse;

    /// What is written, and what it is answered with.
    const SLIPS: &[(&str, &str)] = &[
        ("require r age shall be at least 66", "say what is the case"),
        ("require r age is not less than 66", "`is at least`"),
        ("require r age is no more than 66", "`is at most`"),
        ("require r age is greater than 66", "`is more than`"),
        ("require r savings exceed 5", "`is more than`"),
        ("require r age at least 66", "`is at least`"),
        ("require r age is equal to 66", "write `is` alone"),
        ("require r age is at least 66 years old", "leave `old` out"),
        ("require r age is at least 66 provided that here", "write `and`, or a rule of its own"),
        ("require r age is at least 66 except where here", "write `unless`"),
        ("require r the income is at least 5", "leave `the` out"),
        ("require r either here or there", "leave `either` out"),
        ("require r applicant's age is at least 5", "write the name alone"),
        ("require r applicant.age is at least 5", "by its own name alone"),
        ("require r here AND there", "write `and`, in small letters"),
        ("require r region isn't north", "write `is not`"),
        ("require r region in north, south", "write `is one of`"),
        ("require r region is one of (north, south)", "without parentheses"),
        ("require r has residence", "leave `has` out"),
        ("require r when here", "write the condition alone"),
        ("require r age is at least 66.", "take the `.` out"),
        ("require r age is at least 66。", "take the `。` out"),
        ("require r \u{AB}Aged\u{BB} here", "double quotation marks"),
        ("require r \u{201E}Aged\u{201C} here", "double quotation marks"),
        ("require r age\u{200B} is 5", "an invisible sign stands here (U+200B)"),
        ("require r all of {\n 1. here\n 2. there }", "in parentheses: `(1) …`"),
        ("require r all of {\n a) here\n b) there }", "in parentheses: `(a) …`"),
        ("require r moved is within 2 months of decision date", "before or after which day"),
        ("require r years from born is at least 66", "up to which day"),
        ("require r income is 2000,50", "a point before decimals"),
        ("require r income is £5", "three letters, behind the amount"),
        ("require r income is 20 percent of 5", "write `%`"),
        ("fact here: yes/no", "write `yes or no`"),
        ("fact region: one of north, south or east", "commas between all values"),
        ("fact region: one of north、south", "write `,`"),
        ("fact age: date held by \"R\" fresh for 1 month", "count in days"),
        ("// remark", "a comment begins with `#`"),
        ("parameter limit: money in GBP 16_000", "from which day on"),
        ("parameter limit: money in GBP from 01.01.2024: 5", "year, month and day"),
        ("scenario \"s\" on 1/4/2025", "year, month and day"),
        ("scenario \"s\" on 1 April 2025", "year, month and day"),
        ("scenario \"s\" on 2025-04-01 given age: 5", "the value behind the name"),
        ("define a = 5", "stands after `as`"),
        ("define a as max(b, c)", "`larger of (a, b)`"),
        ("define a as count of members with income is 5", "write `where`"),
        ("define a by table | age | v | | 80+ | 3 |", "write `or more`"),
        ("define a by table | age; v | | 1; 3 |", "cells are divided by `|`"),
        ("define a by table | age | v | | 0-79 | 3 |", "write `0 to 79`"),
        ("define a by table | age | v | |---|---| | 1 | 3 |", "take this line out"),
        ("define a by table | age | v | | 1 | 3", "end every row"),
        ("fact here: date promise born \"b\": here", "and has no name"),
    ];

    #[test]
    fn what_lawyers_would_write_is_answered_with_what_to_write() {
        for (written, answer) in SLIPS {
            let (_, found) = parse(SourceId(0), &format!("policy p \"P\"\n{written}\n"));
            let helps: Vec<&str> = found.iter().filter_map(|d| d.help.as_deref()).collect();
            assert!(helps.len() == 1 && helps[0].contains(answer), "{written}: {found:#?}");
        }
    }
}
