//! What the grammar did not find, in the language's words: what was expected there, what was found, what to write.

use super::Rule;
use super::scan::{skip_trivia, word_end};
use super::slips;
use super::vocabulary::{Class, VOCABULARY};
use crate::diagnostic::{Code, Diagnostic, closest};
use crate::source::{SourceId, Span};
use pest::error::{Error, ErrorVariant, InputLocation};

/// The diagnostic for a declaration that the grammar does not take; `text` starts at byte `base` of the file.
pub(super) fn explain(source: SourceId, text: &str, base: usize, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
    };
    let rules: &[Rule] = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    };
    let mut expected = expectations(rules);
    if rules == [Rule::date] {
        expected = vec!["a date such as `2024-01-31`".to_owned()];
    }
    let found = token(&text[at..]);
    let (span, what) = if found.is_empty() {
        let end = trim_trivia(&text[..at]).len();
        (Span::new(source, base + last_token(&text[..end]), base + end), "the end of the declaration".to_owned())
    } else {
        (Span::new(source, base + at, base + at + found.len()), format!("`{found}`"))
    };
    let message = match expected.as_slice() {
        [] => format!("{what} cannot stand here"),
        list => format!("expected {}, found {what}", one_of(list)),
    };
    let mut diagnostic = Diagnostic::new(Code::Unexpected, span, message);
    diagnostic.help = help(&text[..at], &text[at..], found, rules);
    diagnostic
}

/// The diagnostic for text that belongs to no declaration, if there is any.
pub(super) fn stray(source: SourceId, text: &str, base: usize) -> Option<Diagnostic> {
    let at = text.len() - skip_trivia(text).len();
    let found = token(&text[at..]);
    if found.is_empty() {
        return None;
    }
    let span = Span::new(source, base + at, base + at + found.len());
    let message = format!("expected a declaration, found `{found}`");
    let words: Vec<&str> = VOCABULARY.declarations().collect();
    let help = match closest(found, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if words.contains(&found) => format!("`{found}` is followed by a name, or by a text in quotation marks"),
        None => {
            format!("a declaration begins with {}", one_of(&words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>()))
        }
    };
    Some(Diagnostic::new(Code::Unexpected, span, message).help(help))
}

/// The token at the beginning of a text: a word, a number, a text up to its end, or one sign.
fn token(rest: &str) -> &str {
    let end = word_end(rest, 0);
    if end > 0 {
        return &rest[..end];
    }
    let Some(first) = rest.chars().next() else { return "" };
    if matches!(first, '"' | '“') {
        let closing = if first == '"' { '"' } else { '”' };
        let inner = &rest[first.len_utf8()..];
        let end = inner.find(closing).map_or(inner.len(), |n| n + closing.len_utf8());
        return &rest[..first.len_utf8() + end];
    }
    for sign in ["==", "&&", "||", "!=", "=>", "->", "<=", ">=", "<>"] {
        if rest.starts_with(sign) {
            return sign;
        }
    }
    &rest[..first.len_utf8()]
}

/// A text without the blanks and comments at its end.
fn trim_trivia(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let line = text.rfind('\n').map_or(0, |n| n + 1);
        let mut quoted = false;
        let mut escaped = false;
        let comment = text[line..].char_indices().find(|(_, c)| {
            let is_comment = *c == '#' && !quoted;
            if matches!(c, '"' | '“' | '”') && !escaped {
                quoted = !quoted;
            }
            escaped = *c == '\\' && !escaped;
            is_comment
        });
        match comment {
            Some((at, _)) => text = text[..line + at].trim_end(),
            None => return text,
        }
    }
}

/// Where the last word or sign of a text starts.
fn last_token(text: &str) -> usize {
    let word = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    if word < text.len() { word } else { text.char_indices().next_back().map_or(0, |(at, _)| at) }
}

fn one_of(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

/// What a rule that was tried would have been, to a reader.
fn described(rule: Rule) -> Option<String> {
    use Rule::*;
    let said = match rule {
        expr | bare | condition => "a condition or value",
        sum | dated | date | number | literal | parens | constant | minus | conditional | larger | count | fold
        | covered | time | part | make_date | kw_yes | kw_no | kw_none | kw_decision_date => "a value",
        group | kw_all_of | kw_any_of | kw_none_of | kw_not => "a condition",
        ty | parameter_ty | type_base | kw_yes_or_no | kw_whole_number | kw_number | kw_percentage | kw_money_in
        | kw_text | kw_list_of => "a type, such as `date` or `whole number`",
        name | path => "a name",
        words | text => "a text in quotation marks",
        language => "a language such as `zh`",
        currency => "a currency such as `CNY`",
        colon => "`:`",
        comma => "`,`",
        bar | row => "`|`",
        lparen => "`(`",
        rparen => "`)`",
        lbrace | record => "`{`",
        rbrace => "`}`",
        lbracket | records => "`[`",
        rbracket => "`]`",
        cell | test | anything => "a cell: a value, `A to B`, `N or more` or `any`",
        item => "a condition with its label, such as `(a) …`",
        told => "a fact and its value",
        table => "`by table`",
        operator | kw_is | comparison_sign | kw_starts_with | sign | kw_of | kw_plus | kw_minus | kw_and | kw_or
        | kw_implies | rounded | kw_rounded | but | kw_but_at_least | kw_but_at_most | known_else
        | kw_if_known_else | converted | kw_on | kw_days | kw_months | kw_years | on_day | percent | per => {
            "an operator"
        }
        a_clause | cites | in_force | applies | version | declines | law | leap | label | ask | held_by | fresh_for
        | judged_by | kw_cites | kw_in_force | kw_applies_when | kw_version | kw_declines_are | kw_law_as_of
        | kw_leap_birthdays | kw_label | kw_ask | kw_held_by | kw_fresh_for | kw_judged_by | kw_sensitive => "a clause",
        on_date | given | closed | kw_complete | expect | kw_given | kw_closed | kw_expect => {
            "`on`, `given`, `closed`, `complete` or `expect`"
        }
        exception => "`except when`",
        unless => "`unless`",
        otherwise => "`otherwise`",
        because | rules => "`because`",
        needing => "`needing`",
        with => "`with`",
        entry => "`from` and a date",
        where_ => "`where`",
        if_any => "`if any else`",
        EOI => "the next declaration",
        other => return VOCABULARY.phrase(other).map(|phrase| format!("`{phrase}`")),
    };
    Some(said.to_owned())
}

/// What was expected, without repetition, the more telling first.
fn expectations(rules: &[Rule]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for rule in rules {
        if let Some(words) = described(*rule).filter(|w| !out.contains(w)) {
            out.push(words);
        }
    }
    let any_value = out.iter().any(|w| w == "a value" || w == "a condition or value");
    if any_value {
        // A name, text or parenthesis is a value too; say it once.
        out.retain(|w| !matches!(w.as_str(), "a name" | "a text in quotation marks" | "`(`" | "a condition" | "`not`"));
    }
    let weak = |w: &str| match w {
        "an operator" => 1,
        "a clause" => 2,
        "the next declaration" => 3,
        _ => 0,
    };
    out.sort_by_key(|w| weak(w));
    if out.len() > 6 {
        out.truncate(6);
    }
    out
}

/// What to write instead, where the slip is one of the frequent ones.
fn help(before: &str, rest: &str, found: &str, rules: &[Rule]) -> Option<String> {
    if let Some(slip) = slips::help(before, rest, found, rules) {
        return Some(slip);
    }
    let expects = |rule: Rule| rules.contains(&rule);
    let operators = expects(Rule::operator) || expects(Rule::kw_is);
    let previous = Some(slips::last_word(before)).filter(|word| !word.is_empty());
    let by_sign = match found {
        "==" | "=" if operators || found == "==" => "write `is`",
        "&&" | "&" => "write `and`",
        "||" => "write `or`; a cell for which any value will do holds `any`",
        "!=" => "write `is not`",
        "!" => "write `not`",
        "=>" | "->" => "write `implies` between conditions, `>=` or `is at least` to compare",
        ";" => "take the `;` out: a declaration ends where the next one begins",
        "≥" => "write `is at least`",
        "≤" => "write `is at most`",
        "≠" => "write `is not`",
        "×" => "write `*`",
        "÷" => "write `/`",
        "'" | "‘" | "’" => "texts stand between double quotation marks: `\"…\"`",
        "−" | "–" | "—" => "write `-`, or `minus` between dates",
        "{" if !expects(Rule::lbrace) => {
            "braces stand after `all of`, `any of`, `none of`, `at least N of` and exceptions"
        }
        "?" => "write `if C then A else B`",
        "at" if previous == VOCABULARY.phrase(Rule::kw_is) => "write `is at least` or `is at most`",
        "but" => "write `but at least` or `but at most`",
        _ => "",
    };
    if !by_sign.is_empty() {
        return Some(by_sign.to_owned());
    }
    if (expects(Rule::name) || expects(Rule::path)) && VOCABULARY.is_reserved(found) && !expects(Rule::number) {
        return Some(format!(
            "`{found}` is a word of the language and cannot be a name; try `{found}_` or a longer name"
        ));
    }
    let keyword = match VOCABULARY.class(slips::first_word(before)) {
        Some(Class::Declaration(rule)) => Some(rule),
        _ => None,
    };
    let by_place = if expects(Rule::colon) && typed(keyword) {
        "write `:` and a type after the name, as in `fact birth_date: date`"
    } else if expects(Rule::kw_when) {
        "write `when` before the condition"
    } else if expects(Rule::kw_else) || expects(Rule::kw_then) {
        "a conditional value has three parts: `if C then A else B`"
    } else if expects(Rule::kw_with)
        && before.trim_end().ends_with(VOCABULARY.phrase(Rule::kw_number).unwrap_or("number"))
    {
        "say how many decimals: `number with 2 decimals`; without any it is `whole number`"
    } else if expects(Rule::kw_over) {
        "name the list: `sum of income over household`"
    } else if expects(Rule::kw_satisfies) {
        "write `{` and the conditions, or a list and `satisfies`"
    } else if previous.is_some_and(|word| VOCABULARY.needs_of(word)) && operators {
        return previous.map(|word| format!("write `{word} of`"));
    } else if keyword == Some(Rule::kw_exclude) && VOCABULARY.phrase(Rule::kw_otherwise) == Some(found) {
        "the message of `exclude` and `refer` begins with `because`"
    } else if keyword == Some(Rule::kw_require) && VOCABULARY.phrase(Rule::kw_because) == Some(found) {
        "the message of `require` begins with `otherwise`"
    } else if found.starts_with(|c: char| c.is_ascii_digit()) && found.contains(|c: char| c.is_alphabetic()) {
        "a name does not begin with a digit, and nothing but `%` stands right behind a number"
    } else if expects(Rule::currency) {
        "a currency has three capital letters"
    } else if (expects(Rule::text) || expects(Rule::words)) && rules.len() == 1 {
        "texts stand between double quotation marks: `\"…\"`"
    } else if found == "between" && !expects(Rule::between) {
        "write `not x is between A and B`"
    } else {
        ""
    };
    if !by_place.is_empty() {
        return Some(by_place.to_owned());
    }
    let words: Vec<&str> = rules.iter().filter_map(|r| keyword_of(*r)).collect();
    if let Some(word) =
        closest(found, words.iter().copied().chain(VOCABULARY.declarations())).filter(|_| found.len() > 2)
    {
        return Some(format!("did you mean `{word}`?"));
    }
    if typed(keyword)
        && let Some(word) = previous.and_then(|w| closest(w, type_words()))
    {
        return Some(format!("did you mean `{word}`?"));
    }
    if let Some(clause) = clause(found) {
        return Some(match keyword {
            Some(Rule::kw_fact | Rule::kw_policy | Rule::kw_scenario) | None => {
                format!("the clause is written `{clause}`, and comes after the type and title")
            }
            Some(_) => format!(
                "`{found}` may not stand here; clauses come before the body, and some belong to a fact or the policy alone"
            ),
        });
    }
    if operators && (found.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '"' || c == '(')) {
        return Some("write an operator such as `and`, `is` or `+` between the two values".to_owned());
    }
    if rest.starts_with('|') && expects(Rule::cell) {
        return Some("a cell for which any value will do holds `any`".to_owned());
    }
    None
}

/// The words with which types begin that are followed by others.
fn type_words() -> impl Iterator<Item = &'static str> {
    use Rule::*;
    let first = |rule: &Rule| VOCABULARY.phrase(*rule).and_then(|phrase| phrase.split(' ').next());
    [kw_money_in, kw_number, kw_percentage, kw_whole_number, kw_list_of]
        .iter()
        .filter_map(first)
        .collect::<Vec<_>>()
        .into_iter()
}

fn typed(keyword: Option<Rule>) -> bool {
    matches!(keyword, Some(Rule::kw_fact | Rule::kw_type | Rule::kw_parameter | Rule::kw_award | Rule::kw_report))
}

/// The clause that begins with a word.
fn clause(word: &str) -> Option<&'static str> {
    use Rule::*;
    let clauses = [
        kw_cites,
        kw_in_force,
        kw_applies_when,
        kw_version,
        kw_declines_are,
        kw_law_as_of,
        kw_label,
        kw_ask,
        kw_held_by,
        kw_fresh_for,
        kw_judged_by,
        kw_sensitive,
    ];
    clauses.iter().filter_map(|r| VOCABULARY.phrase(*r)).find(|p| p.split(' ').next() == Some(word))
}

/// The first word of a rule that begins with a keyword.
fn keyword_of(rule: Rule) -> Option<&'static str> {
    use Rule::*;
    let keyword = match rule {
        cites => kw_cites,
        in_force => kw_in_force,
        applies => kw_applies_when,
        version => kw_version,
        declines => kw_declines_are,
        law => kw_law_as_of,
        leap => kw_leap_birthdays,
        label => kw_label,
        ask => kw_ask,
        held_by => kw_held_by,
        fresh_for => kw_fresh_for,
        judged_by => kw_judged_by,
        exception => kw_except_when,
        unless => kw_unless,
        otherwise => kw_otherwise,
        because | rules => kw_because,
        needing => kw_needing,
        with => kw_with,
        given => kw_given,
        closed => kw_closed,
        expect => kw_expect,
        rounded => kw_rounded,
        where_ => kw_where,
        between => kw_between,
        within => kw_within,
        other => other,
    };
    VOCABULARY.phrase(keyword)?.split(' ').next()
}
