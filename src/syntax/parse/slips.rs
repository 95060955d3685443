//! Slips of those who write statutes, spreadsheets or programs: the words and signs that they would use, and what is written here.

use super::Rule;
use super::scan::word_end;
use super::vocabulary::VOCABULARY;

/// What to write instead of a word or sign that is usual elsewhere.
pub(super) fn help(before: &str, rest: &str, found: &str, rules: &[Rule]) -> Option<String> {
    let expects = |rule: Rule| rules.contains(&rule);
    let after_value = expects(Rule::operator) || expects(Rule::kw_is);
    let next = &rest[found.len().min(rest.len())..];
    by_sign(before, found, next, rules)
        .or_else(|| dates(rest, rules))
        .or_else(|| capitals(before, found))
        .or_else(|| articles(before, found, after_value))
        .or_else(|| if after_value { comparisons(before, found, next) } else { None })
        .or_else(|| by_place(before, found, rules))
}

fn by_sign(before: &str, found: &str, next: &str, rules: &[Rule]) -> Option<String> {
    let expects = |rule: Rule| rules.contains(&rule);
    let sign = found.chars().next()?;
    let ends = next.is_empty() || next.starts_with(char::is_whitespace);
    let possessive = before.ends_with(char::is_alphanumeric) && next.starts_with('s');
    let said = match sign {
        '.' if expects(Rule::item) && before.ends_with(|c: char| c.is_alphanumeric()) => labels(last_word(before)),
        '.' | '。' if ends => format!("take the `{sign}` out: a declaration ends where the next one begins"),
        '；' => "take the `；` out: a declaration ends where the next one begins".to_owned(),
        '.' if next.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
            "a fact is called by its own name alone; of members one says `sum of income over household` or `any of household \
             satisfies …`"
                .to_owned()
        }
        ',' if next.starts_with(|c: char| c.is_ascii_digit()) && before.ends_with(|c: char| c.is_ascii_digit()) => {
            "write a point before decimals, as in `12.50`, and `_` between thousands, as in `1_580`".to_owned()
        }
        '\'' | '’' if possessive => "write the name alone: `age`, not `applicant's age`".to_owned(),
        '«' | '»' | '„' | '‚' | '‹' | '「' | '『' | '＂' => {
            "texts stand between double quotation marks: `\"…\"` or `“…”`".to_owned()
        }
        '£' | '€' | '$' | '¥' | '￥' | '₹' => {
            "a currency is written by its three letters, behind the amount: `16_000 GBP`".to_owned()
        }
        '、' => "write `,`".to_owned(),
        '｜' => "write `|`, the narrow bar".to_owned(),
        '＝' => "write `is`".to_owned(),
        '－' => "write `-`".to_owned(),
        '–' | '—' | '~' | '～' if expects(Rule::bar) => "write `to` for a range, as in `0 to 79`".to_owned(),
        '/' if next.starts_with(['/', '*']) => "a comment begins with `#`".to_owned(),
        '`' => "take it out: a policy's text stands in its file as it is".to_owned(),
        ':' if last_word(before) == "of" => "write `{` and the conditions, each with its label, and `}`".to_owned(),
        ':' | '=' if first_word(before) == "scenario" => "write the value behind the name: `age 66, region north`".to_owned(),
        '(' if matches!(last_word(before), "max" | "min" | "maximum" | "minimum") => {
            "write `larger of (a, b)` or `smaller of (a, b)`; of a list `largest income over household`".to_owned()
        }
        ':' if !expects(Rule::colon) => "take the `:` out here".to_owned(),
        '|' if before.trim_end().ends_with('+') => "write `or more`, as in `80 or more`".to_owned(),
        '|' if before.trim_end().ends_with("--") => "take this line out: nothing stands between the headings and the rows".to_owned(),
        c if c.is_numeric() && !c.is_ascii() => "write numbers in the digits `0` to `9`".to_owned(),
        '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}' => format!(
            "an invisible sign stands here (U+{:04X}), perhaps copied along: delete it and write the blank anew",
            sign as u32
        ),
        _ => return None,
    };
    Some(said)
}

fn labels(label: &str) -> String {
    format!("write the label in parentheses: `({label}) …`")
}

/// A day in another order or in words.
fn dates(rest: &str, rules: &[Rule]) -> Option<String> {
    let only_a_date = rules.contains(&Rule::date) && !rules.contains(&Rule::sum) && !rules.contains(&Rule::expr);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (_, after) = rest.split_at(digits);
    let like_a_date = digits > 0 && (only_a_date || after.starts_with(['/', '.']) && rules.contains(&Rule::date));
    // The parser may have taken `01.01` for a number, and stopped at the second point.
    let second_point = rest.starts_with('.') && after.len() > 4 && rest[1..5].bytes().all(|b| b.is_ascii_digit());
    (only_a_date || like_a_date || second_point)
        .then(|| "a date is written as year, month and day: `2024-01-31`".to_owned())
}

/// `AND`, `Is`: words of the language are written small.
fn capitals(before: &str, found: &str) -> Option<String> {
    [found, last_word(before)].into_iter().find_map(|word| {
        let small = word.to_lowercase();
        let shouted = word.chars().all(char::is_uppercase) && word.len() > 1;
        (shouted && VOCABULARY.is_reserved(&small)).then(|| format!("write `{small}`, in small letters"))
    })
}

/// `the income`, `either a or b`: what English has and the language has not.
fn articles(before: &str, found: &str, after_value: bool) -> Option<String> {
    let superfluous = |word: &str| matches!(word, "the" | "his" | "her" | "their" | "such" | "said");
    let last = last_word(before);
    if superfluous(found) {
        return Some(format!("leave `{found}` out: names stand without articles"));
    }
    match last {
        _ if !after_value => None,
        word if superfluous(word) => Some(format!("leave `{word}` out: names stand without articles")),
        "either" => Some("leave `either` out: `A or B`".to_owned()),
        "both" => Some("leave `both` out: `A and B`".to_owned()),
        "neither" => Some("write `not A and not B`".to_owned()),
        "every" | "each" => Some("write `all of LIST satisfy …`".to_owned()),
        "cite" => Some("write `cites`".to_owned()),
        "has" | "have" | "had" => {
            Some(format!("a condition is a fact's name alone, as in `registered_here`: leave `{last}` out"))
        }
        _ => None,
    }
}

/// What statutes compare with.
fn comparisons(before: &str, found: &str, next: &str) -> Option<String> {
    let last = last_word(before);
    let earlier = last_word(before.trim_end().strip_suffix(last).unwrap_or(before));
    let negated = matches!(earlier, "not" | "no");
    let next_word = {
        let next = next.trim_start();
        &next[..word_end(next, 0)]
    };
    let more = matches!(last, "greater" | "more" | "larger" | "higher" | "older" | "later" | "longer" | "bigger");
    let less = matches!(last, "less" | "fewer" | "lower" | "smaller" | "younger" | "earlier" | "shorter");
    let said = match found {
        "than" if more && negated => "write `is at most`",
        "than" if less && negated => "write `is at least`",
        "than" if more => "write `is more than`, or `is after` of dates",
        "than" if less => "write `is less than`, or `is before` of dates",
        "more" | "greater" | "later" | "older" if last == "no" => "write `is at most`",
        "less" | "fewer" | "earlier" | "younger" if last == "no" => "write `is at least`",
        "more" | "less" if next_word == "than" => return Some(format!("write `is {found} than`")),
        "least" | "most" if last == "at" => return Some(format!("write `is at {found}`")),
        "at" if matches!(next_word, "least" | "most") => return Some(format!("write `is at {next_word}`")),
        "exceed" | "exceeds" | "exceeding" | "over" | "above" => "write `is more than`",
        "under" | "below" => "write `is less than`",
        "equals" | "equal" | "be" | "are" | "was" | "were" => "write `is`",
        "to" if last == "equal" => "write `is` alone",
        "shall" | "must" | "should" | "may" | "will" | "can" => {
            return Some(format!("say what is the case, without `{found}`: `age is at least 66`"));
        }
        "isn" | "aren" | "wasn" => "write `is not`",
        "has" | "have" | "had" | "does" | "do" => "say what is the case by a name and `is`: `age is at least 66`",
        "provided" => "write `and`, or a rule of its own",
        "except" => "write `unless`",
        "percent" | "per" if found == "percent" || next_word == "cent" => "write `%`, as in `20% of income`",
        "old" if matches!(last, "years" | "months" | "days") => "leave `old` out: `age is at least 66`",
        "in" => "write `is one of`, as in `region is one of north, south`",
        _ => return None,
    };
    Some(said.to_owned())
}

fn by_place(before: &str, found: &str, rules: &[Rule]) -> Option<String> {
    let expects = |rule: Rule| rules.contains(&rule);
    let keyword = first_word(before);
    let line = before.rsplit('\n').next().unwrap_or(before);
    let said = match found {
        "promise" | "guarantee" | "scenario" if expects(Rule::EOI) || expects(Rule::expect) => {
            return Some(format!("`{found}` is followed by a text in quotation marks, and has no name"));
        }
        "yes" | "no" if expects(Rule::ty) || expects(Rule::type_base) || expects(Rule::kw_yes_or_no) => {
            "write `yes or no`"
        }
        "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine" | "ten"
            if expects(Rule::number) =>
        {
            "write numbers in digits"
        }
        "," if line.contains("one of (") => "write the values without parentheses: `is one of north, south`",
        "when" if keyword == "require" => "write the condition alone; `applies when` says whom a rule concerns",
        "" if expects(Rule::bar) => "end every row with `|`",
        _ if expects(Rule::comma) && line.contains("one of") && matches!(keyword, "fact" | "type") => {
            "write commas between all values: `one of north, south, east`; a value is one word, or several joined by `_`"
        }
        "with" | "who" | "whose" | "having" if expects(Rule::where_) || expects(Rule::kw_where) => "write `where`",
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
    Some(said.to_owned())
}

/// The word that a declaration begins with.
fn first_word(before: &str) -> &str {
    let before = before.trim_start();
    &before[..word_end(before, 0)]
}

/// The word that a text ends with; nothing if it ends with a sign.
fn last_word(before: &str) -> &str {
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
        ("require r age shall be at least 66", "without `shall`"),
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
