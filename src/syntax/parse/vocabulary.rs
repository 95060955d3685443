//! What the words of `grammar/keywords.pest` are to the parts of the parser that are not the grammar: how a rule reads in
//! a message, and what kind of word the scanner has before it. Nothing here spells a word.

use super::Rule;
use crate::table::Table;
use std::sync::LazyLock;

/// What the scanner needs to know of a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    /// Begins a declaration.
    Declaration(Rule),
    /// Ends an entity.
    End,
    /// `if`: nests, unless it follows a value (`if known`).
    If,
    /// `where`, `largest` …: what follows nests.
    Opens,
    /// `years`, `sum` …: nests if `from`, `of` or `covered` follows.
    OpensWith,
    /// `from`, `of`, `covered`.
    Joins,
    /// Begins a clause or tail: no expression goes on over it.
    Clause,
    /// May end a declaration: `no`, `known`, `decimals` …; also `label` and others after which there is a text or they are
    /// names.
    Ends,
    /// `date`: may end a declaration, and a parenthesis after it is no label.
    Date,
    /// Something must follow it.
    Leads,
    /// Something must follow it, unless it is a name here.
    Loose,
}

/// The vocabulary, read off the grammar's own text.
pub(super) struct Vocabulary {
    phrases: Table<Rule, String>,
    words: Table<&'static str, Class>,
    reserved: Vec<&'static str>,
    units: Vec<&'static str>,
}

/// Read once.
pub(super) static VOCABULARY: LazyLock<Vocabulary> =
    LazyLock::new(|| Vocabulary::read(include_str!("../../../grammar/keywords.pest")));

impl Vocabulary {
    fn read(grammar: &'static str) -> Self {
        let rules: Table<String, Rule> = Rule::all_rules().iter().map(|r| (format!("{r:?}"), *r)).collect();
        let mut read =
            Vocabulary { phrases: Table::new(), words: Table::new(), reserved: Vec::new(), units: Vec::new() };
        let mut in_reserved = false;
        for line in grammar.lines().filter(|l| !l.starts_with("//")) {
            in_reserved = (in_reserved || line.starts_with("reserved")) && line != "}";
            if in_reserved {
                read.reserved.extend(quoted(line));
            }
            let Some((name, body)) = line.split_once('=') else { continue };
            let Some(rule) = rules.get(name.trim()) else { continue };
            let body = body.split('!').next().unwrap_or(body);
            for (i, spelling) in body.split('|').enumerate() {
                let words: Vec<&str> = quoted(spelling).collect();
                if matches!(rule, Rule::kw_days | Rule::kw_months | Rule::kw_years) {
                    read.units.extend(&words);
                }
                if i == 0 && !words.is_empty() {
                    read.phrases.insert(*rule, words.join(" "));
                }
                for (j, word) in words.iter().enumerate() {
                    let class = match (j, class_of(*rule)) {
                        (0, class) => class,
                        (1, Class::OpensWith) => Class::Joins,
                        _ => Class::Leads,
                    };
                    let known = read.words.or_insert_with(word, || class);
                    if rank(class) < rank(*known) {
                        *known = class;
                    }
                }
            }
        }
        let leads = read.words.iter().filter(|(_, class)| **class == Class::Leads).map(|(word, _)| *word);
        let loose: Vec<&str> = leads.filter(|word| !read.reserved.contains(word)).collect();
        for word in loose {
            read.words.insert(word, Class::Loose);
        }
        read
    }

    /// The words of a keyword's rule, as the language spells them first.
    pub(super) fn phrase(&self, rule: Rule) -> Option<&str> {
        self.phrases.get(&rule).map(String::as_str)
    }

    /// What a word is, if it is one of the language.
    pub(super) fn class(&self, word: &str) -> Option<Class> {
        self.words.get(word).copied()
    }

    /// Whether the word can never be a name.
    pub(super) fn is_reserved(&self, word: &str) -> bool {
        self.reserved.contains(&word)
    }

    /// Whether the word says what a value before it counts: `days`.
    pub(super) fn is_unit(&self, word: &str) -> bool {
        self.units.contains(&word)
    }

    /// Whether a word begins a form whose second word is `of`: `sum of`.
    pub(super) fn needs_of(&self, word: &str) -> bool {
        use Rule::*;
        let forms = [kw_sum_of, kw_count_of, kw_all_of, kw_any_of, kw_none_of, kw_larger_of, kw_smaller_of];
        forms.iter().any(|f| self.phrase(*f).and_then(|p| p.split(' ').next()) == Some(word))
    }

    /// The words that begin declarations, in the order of the grammar's alternatives.
    pub(super) fn declarations(&self) -> impl Iterator<Item = &str> {
        Rule::all_rules()
            .iter()
            .filter(|r| matches!(class_of(**r), Class::Declaration(_)))
            .filter_map(|r| self.phrase(*r))
    }
}

/// The texts in quotes on a line of the grammar.
fn quoted(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split('"').skip(1).step_by(2)
}

/// What the first word of a keyword's rule is to the scanner.
fn class_of(rule: Rule) -> Class {
    use Rule::*;
    match rule {
        kw_policy | kw_use | kw_type | kw_fact | kw_entity | kw_parameter | kw_define | kw_require | kw_exclude
        | kw_refer | kw_award | kw_report | kw_promise | kw_scenario | kw_guarantee => Class::Declaration(rule),
        kw_end => Class::End,
        kw_if => Class::If,
        kw_where | kw_satisfies | kw_largest | kw_smallest => Class::Opens,
        kw_days | kw_months | kw_years | kw_years_from | kw_months_from | kw_days_from | kw_year_of | kw_month_of
        | kw_day_of | kw_sum_of | kw_days_covered_by => Class::OpensWith,
        kw_date => Class::Date,
        kw_unless | kw_otherwise | kw_because | kw_except_when | kw_cites | kw_when => Class::Clause,
        kw_yes | kw_no | kw_none | kw_known | kw_unknown | kw_text | kw_number | kw_percentage | kw_decimals
        | kw_week | kw_label | kw_ask | kw_version | kw_sensitive | kw_up | kw_whole | kw_unrecorded => Class::Ends,
        _ => Class::Leads,
    }
}

/// A word that stands in several phrases is what is first here.
fn rank(class: Class) -> u8 {
    match class {
        Class::Declaration(_) | Class::End => 0,
        Class::If | Class::Opens => 1,
        Class::OpensWith => 2,
        Class::Joins => 3,
        Class::Clause => 4,
        Class::Ends | Class::Date => 5,
        Class::Leads | Class::Loose => 6,
    }
}
