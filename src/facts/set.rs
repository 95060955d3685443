//! Facts told by a program, one by one.

use super::error::{FactsError, Found};
use super::read::{self, Trouble};
use super::resolve::inherit;
use super::{Attested, Facts, Input, Record, State, describe};
use crate::graph::{Fact, Graph};
use crate::value::{Date, EntityId, Kind};

/// What a program may tell of a fact: a truth value, a whole number, a date, a text that is read by the fact's type
/// (`"12.50"`, `"1946-03-01"`, `"yes"`), members of a list, or nothing. Binary floating point is not among them: amounts
/// with decimals are texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Nothing: pending, or *none* where the type has it.
    Nothing,
    /// Yes or no.
    Truth(bool),
    /// A whole number of the type's unit: 200 for 200.00.
    Whole(i64),
    /// A calendar date.
    Date(Date),
    /// Read by the fact's type.
    Text(String),
    /// Members of a list.
    Members(Vec<Member>),
}

/// A member of a list, as a program tells it.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Member {
    facts: Vec<(String, Saying)>,
}

/// What is said of a fact.
#[derive(Clone, Debug, PartialEq)]
enum Saying {
    Told(Answer),
    Closed,
    Attested { answer: Answer, source: String, observed: Option<Date> },
}

impl Member {
    /// A member of which nothing is told yet.
    pub fn new() -> Member {
        Member::default()
    }

    /// Tells a fact.
    pub fn set(mut self, name: &str, answer: impl Into<Answer>) -> Member {
        self.facts.push((name.to_owned(), Saying::Told(answer.into())));
        self
    }

    /// States that no value of a fact will ever come.
    pub fn close(mut self, name: &str) -> Member {
        self.facts.push((name.to_owned(), Saying::Closed));
        self
    }

    /// Tells a fact with its source and the day it was observed; see [`Facts::attest`].
    pub fn attest(
        mut self,
        name: &str,
        answer: impl Into<Answer>,
        source: &str,
        observed: impl Into<Option<Date>>,
    ) -> Member {
        let saying = Saying::Attested { answer: answer.into(), source: source.to_owned(), observed: observed.into() };
        self.facts.push((name.to_owned(), saying));
        self
    }
}

impl Facts {
    /// Tells a fact; what was told of it before no longer counts.
    pub fn set(self, graph: &Graph, name: &str, answer: impl Into<Answer>) -> Result<Facts, FactsError> {
        self.say(graph, name, Saying::Told(answer.into()))
    }

    /// States that no value of a fact will ever come.
    pub fn close(self, graph: &Graph, name: &str) -> Result<Facts, FactsError> {
        self.say(graph, name, Saying::Closed)
    }

    /// Tells a fact with its source and the day it was observed. Told so more than once, all sources count, and those
    /// that disagree leave the fact pending.
    pub fn attest(
        self,
        graph: &Graph,
        name: &str,
        answer: impl Into<Answer>,
        source: &str,
        observed: impl Into<Option<Date>>,
    ) -> Result<Facts, FactsError> {
        let saying = Saying::Attested { answer: answer.into(), source: source.to_owned(), observed: observed.into() };
        self.say(graph, name, saying)
    }

    /// States that what is missing will never come.
    pub fn complete(mut self) -> Facts {
        self.complete = true;
        self
    }

    /// Gives the case its own name.
    pub fn with_id(mut self, id: &str) -> Facts {
        self.id = Some(id.into());
        self
    }

    fn say(mut self, graph: &Graph, name: &str, saying: Saying) -> Result<Facts, FactsError> {
        say(graph, None, &mut self.states, "", name, saying)?;
        Ok(self)
    }
}

/// Puts what is said of a fact into its place.
fn say(
    graph: &Graph,
    owner: Option<EntityId>,
    states: &mut Vec<State>,
    before: &str,
    name: &str,
    saying: Saying,
) -> Result<(), FactsError> {
    let own = || graph.facts.iter().filter(|f| f.owner == owner);
    let path = format!("{before}{name}");
    let Some(fact) = own().find(|f| *f.name == *name) else {
        let entity = owner.and_then(|e| graph.entities.get(e.0 as usize)).map(|e| &*e.name);
        let error = FactsError::unknown(name, entity, own().map(|f| &*f.name));
        return Err(if before.is_empty() { error } else { error.of(before.trim_end_matches('.')) });
    };
    let place = fact.place as usize;
    if states.len() <= place {
        states.resize(place + 1, State::Pending);
    }
    let state = &mut states[place];
    *state = match saying {
        Saying::Closed => State::Closed,
        Saying::Told(answer) => input(graph, fact, &path, answer)?.map_or(State::Pending, State::Given),
        Saying::Attested { answer, source, observed } => {
            let Some(mut value) = input(graph, fact, &path, answer)? else { return Ok(()) };
            let source = Some(source.into());
            if let Input::List(records) = &value {
                let mut records = records.to_vec();
                inherit(&mut records, source.as_ref(), observed);
                value = Input::List(records.into());
            }
            let told = Attested { value, source, observed };
            match std::mem::take(state) {
                State::Attested(before) => State::Attested(before.into_iter().chain([told]).collect()),
                _ => State::Attested(Box::new([told])),
            }
        }
    };
    Ok(())
}

fn input(graph: &Graph, fact: &Fact, path: &str, answer: Answer) -> Result<Option<Input>, FactsError> {
    let ty = &fact.ty;
    let wrong = |found: Found<'_>, trouble| FactsError::value(graph, fact, found, trouble).of(path);
    let read = match (answer, ty.kind) {
        (Answer::Nothing, _) => return Ok(ty.optional.then_some(Input::None)),
        (Answer::Truth(value), Kind::Truth) => Ok(Input::Truth(value)),
        (Answer::Truth(value), _) => Err(wrong(Found::Written(if value { "true" } else { "false" }), Trouble::Form)),
        (Answer::Whole(value), _) => read::whole(ty, value)
            .map(Input::Mantissa)
            .map_err(|trouble| wrong(Found::Written(&value.to_string()), trouble)),
        (Answer::Date(date), Kind::Date) => read::ranged(ty, date.days().into())
            .map(Input::Mantissa)
            .map_err(|trouble| wrong(Found::Written(&date.to_string()), trouble)),
        (Answer::Date(date), _) => Err(wrong(Found::Written(&date.to_string()), Trouble::Form)),
        (Answer::Text(text), _) => {
            read::text(graph, ty, &text).map_err(|trouble| wrong(Found::Written(&text), trouble))
        }
        (Answer::Members(members), Kind::List(entity)) => return records(graph, fact, path, entity, members).map(Some),
        (Answer::Members(_), _) => Err(wrong(Found::Thing("a list"), Trouble::Form)),
    };
    read.map(Some)
}

fn records(
    graph: &Graph,
    fact: &Fact,
    path: &str,
    entity: EntityId,
    members: Vec<Member>,
) -> Result<Input, FactsError> {
    if members.len() > describe::most_members(&fact.ty) {
        let found = format!("{} of them", members.len());
        return Err(FactsError::new(describe::describe(graph, &fact.ty), found).of(path));
    }
    let count = graph.facts.iter().filter(|f| f.owner == Some(entity)).count();
    let record = |(index, member): (usize, Member)| {
        let mut states = vec![State::Pending; count];
        for (name, saying) in member.facts {
            say(graph, Some(entity), &mut states, &format!("{path}[{index}]."), &name, saying)?;
        }
        Ok(Record { states })
    };
    let records: Result<Vec<Record>, FactsError> = members.into_iter().enumerate().map(record).collect();
    Ok(Input::List(records?.into()))
}

macro_rules! answers {
    ($($from:ty => |$value:ident| $answer:expr;)*) => {
        $(impl From<$from> for Answer {
            fn from($value: $from) -> Answer {
                $answer
            }
        })*
    };
}

answers! {
    bool => |value| Answer::Truth(value);
    i64 => |value| Answer::Whole(value);
    i32 => |value| Answer::Whole(value.into());
    u32 => |value| Answer::Whole(value.into());
    &str => |text| Answer::Text(text.to_owned());
    String => |text| Answer::Text(text);
    Date => |date| Answer::Date(date);
    Vec<Member> => |members| Answer::Members(members);
}

impl<T: Into<Answer>> From<Option<T>> for Answer {
    fn from(answer: Option<T>) -> Answer {
        answer.map_or(Answer::Nothing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::testing::every_type;

    fn tell(graph: &Graph) -> Result<Facts, FactsError> {
        let born = Date::new(1946, 3, 1);
        let jobs = vec![Member::new().set("pay", "8.20"), Member::new().close("pay")];
        Facts::pending(graph)
            .with_id("17")
            .set(graph, "registered", true)?
            .attest(graph, "income", 200, "Tax authority", born)?
            .attest(graph, "income", "200.5", "Bank", None)?
            .set(graph, "birth_date", born)?
            .set(graph, "cap", None::<i64>)?
            .set(graph, "household", vec![Member::new().set("age", 30).set("jobs", jobs)])?
            .close(graph, "stay")
    }

    #[test]
    fn a_program_tells_what_json_tells() {
        let graph = every_type();
        let json = r#"{"id": "17", "registered": true, "birth_date": "1946-03-01", "cap": null, "stay": {"closed": true},
            "income": {"sources": [{"value": 200, "source": "Tax authority", "observed": "1946-03-01"},
                                   {"value": 200.5, "source": "Bank"}]},
            "household": [{"age": 30, "jobs": [{"pay": 8.2}, {"pay": {"closed": true}}]}]}"#;
        assert_eq!(tell(&graph), Ok(Facts::from_json(&graph, json).expect("a valid case")));
    }

    #[test]
    fn errors_name_the_fact() {
        let graph = every_type();
        let tell = |name: &str, answer: Answer| {
            let told = Facts::pending(&graph).set(&graph, name, answer);
            told.map_or_else(|e| e.to_string(), |_| "fine".to_owned())
        };
        assert_eq!(tell("nmae", true.into()), "expected the name of a fact, found `nmae`; did you mean `name`?");
        assert_eq!(tell("name", true.into()), "`name`: expected a text, found `true`; a text stands in quotes");
        assert_eq!(tell("name", 5.into()), "`name`: expected a text, found `5`; a text stands in quotes");
        let members = vec![Member::new(), Member::new().set("jobs", vec![Member::new().set("pay", "x")])];
        assert_eq!(
            tell("household", members.into()),
            "`household[1].jobs[0].pay`: expected an amount in CNY with at most 2 decimals, found `x`; write digits and a \
             point, without thousands separators, units or signs of currency"
        );
    }
}
