//! What is wrong with an applicant's data, in words for whoever supplied them.

use super::describe::describe;
use super::read::Trouble;
use crate::diagnostic::closest;
use crate::graph::{Fact, Graph};
use crate::value::Kind;

/// One thing that is wrong with the facts of a case.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}, found {found}{}", place(self.row, self.fact.as_deref()), tail(self.help.as_deref()))]
pub struct FactsError {
    /// Of CSV and JSONL the line the case begins on (a CSV's header is line 1), of a JSON array the item, from 1.
    pub row: Option<u64>,
    /// The fact, of a member `household[0].income`; absent where the case as a whole is wrong.
    pub fact: Option<String>,
    /// What is accepted there, in the language's words.
    pub expected: String,
    /// What was found, shortened; the values of `sensitive` facts are not shown.
    pub found: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// All that is wrong with the facts of a case; one error at least.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentence(.0))]
pub struct FactsErrors(pub Vec<FactsError>);

impl From<FactsError> for FactsErrors {
    fn from(error: FactsError) -> Self {
        FactsErrors(vec![error])
    }
}

fn place(row: Option<u64>, fact: Option<&str>) -> String {
    match (row, fact) {
        (Some(row), Some(fact)) => format!("row {row}, `{fact}`: "),
        (Some(row), None) => format!("row {row}: "),
        (None, Some(fact)) => format!("`{fact}`: "),
        (None, None) => String::new(),
    }
}

fn tail(help: Option<&str>) -> String {
    help.map(|h| format!("; {h}")).unwrap_or_default()
}

fn sentence(errors: &[FactsError]) -> String {
    let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
    all.join("\n")
}

impl FactsError {
    /// An error without row, fact and help.
    pub(crate) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        FactsError { row: None, fact: None, expected: expected.into(), found: found.into(), help: None }
    }

    /// Names the fact.
    pub(crate) fn of(mut self, path: impl Into<String>) -> Self {
        self.fact = Some(path.into());
        self
    }

    /// Says what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A value that does not fit its fact's type. `found` is what was written, as it is to be shown.
    pub(crate) fn value(graph: &Graph, fact: &Fact, found: Found<'_>, trouble: Trouble) -> Self {
        let ty = &fact.ty;
        let word = match found {
            Found::Written(text) => Some(text),
            Found::Thing(_) => None,
        };
        let mut error = FactsError::new(describe(graph, ty), if fact.sensitive { HIDDEN.into() } else { found.show() });
        let help = match trouble {
            Trouble::Form => match (ty.kind, word) {
                (Kind::Number | Kind::Percentage | Kind::Money { .. } | Kind::Count(_), Some(_)) => {
                    Some(DIGITS.to_owned())
                }
                (Kind::Date, Some(_)) => Some("write the year first: `2024-02-29`".to_owned()),
                (Kind::Text, Some(_)) => Some("a text stands in quotes".to_owned()),
                _ => None,
            },
            Trouble::NoSuchDay => Some("the calendar has no such day".to_owned()),
            // `1.234,50` has no decimals too many: it is written otherwise.
            Trouble::Decimals if word.is_some_and(|w| w.contains([',', ' ', '\''])) => Some(DIGITS.to_owned()),
            Trouble::Decimals if ty.scale == 0 => Some("it has decimals: round it before it comes in".to_owned()),
            Trouble::Decimals => Some("it has more decimals than that: round it before it comes in".to_owned()),
            Trouble::Range if ty.low.is_some() || ty.high.is_some() => {
                Some("it is out of the declared range".to_owned())
            }
            Trouble::Range if ty.kind == Kind::Date => Some("a date is of the years 1 to 9999".to_owned()),
            Trouble::Range => Some("without a declared range it has at most 15 digits, decimals included".to_owned()),
            Trouble::Word => match (ty.kind, word) {
                (Kind::Enum(id), Some(word)) if !fact.sensitive => {
                    let values = graph.enums.get(id.0 as usize).map(|e| &e.values[..]).unwrap_or_default();
                    closest(word, values.iter().map(|v| &**v)).map(|near| format!("did you mean `{near}`?"))
                }
                _ => None,
            },
            Trouble::Long => Some(format!("a text has at most {} bytes", super::LONGEST_TEXT)),
        };
        error.help = help;
        error
    }

    /// A name that is no fact's.
    pub(crate) fn unknown<'a>(name: &str, owner: Option<&str>, known: impl IntoIterator<Item = &'a str>) -> Self {
        let expected = match owner {
            Some(entity) => format!("the name of a fact of `{entity}`"),
            None => "the name of a fact".to_owned(),
        };
        let error = FactsError::new(expected, show(name));
        match closest(name, known) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("no policy here declares it"),
        }
    }
}

const DIGITS: &str = "write digits and a point, without thousands separators, units or signs of currency";
const HIDDEN: &str = "a value that is not shown";

/// What was found in place of a value.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    /// Something written, shown in back-ticks.
    Written(&'a str),
    /// Something told in words: `a list`.
    Thing(&'static str),
}

impl Found<'_> {
    fn show(self) -> String {
        match self {
            Found::Written(text) => show(text),
            Found::Thing(words) => words.to_owned(),
        }
    }
}

/// A text from outside in back-ticks, shortened, on one line.
pub(crate) fn show(text: &str) -> String {
    const MOST: usize = 40;
    if text.is_empty() {
        return "an empty text".to_owned();
    }
    let mut short: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}
