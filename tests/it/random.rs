//! Random policies and random facts, drawn from a tape of numbers so that proptest can shrink both.

use crate::reference::{Record, Told, Value};
use num_bigint::BigInt;
use placet::value::{Date, format_decimal};
use std::fmt::Write;

/// Choices, one after another; past the end always the first.
pub struct Tape<'a> {
    numbers: &'a [u16],
    at: usize,
}

impl<'a> Tape<'a> {
    pub fn new(numbers: &'a [u16]) -> Self {
        Tape { numbers, at: 0 }
    }

    /// One of `n`.
    pub fn pick(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % n
    }

    fn one_of<'b>(&mut self, words: &[&'b str]) -> &'b str {
        words[self.pick(words.len())]
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        // Ends and their neighbours come up often: that is where mistakes live.
        match self.pick(4) {
            0 => low,
            1 => high,
            _ => low + (self.pick(1 << 16) as i64 * 7_919) % (high - low + 1),
        }
    }
}

/// How a fact of the schema is drawn.
#[derive(Clone, Copy)]
pub enum Draw {
    /// Mantissas from, to, scale, as printed in JSON.
    Number(i64, i64, u8),
    Truth,
    Choice(&'static [&'static str]),
    Date(&'static str, &'static str),
    Text,
    OrNone(i64, i64),
    People,
}

pub const SCHEMA: &[(&str, &str, Draw)] = &[
    ("a", "whole number from -5 to 20", Draw::Number(-5, 20, 0)),
    ("b", "whole number", Draw::Number(-999_999_999_999_999, 999_999_999_999_999, 0)),
    ("m", "money in CNY from 0 to 1000", Draw::Number(0, 100_000, 2)),
    ("n", "number with 2 decimals from -10 to 10", Draw::Number(-1_000, 1_000, 2)),
    ("p", "percentage with 1 decimals from 0 to 100", Draw::Number(0, 1_000, 1)),
    ("t", "yes or no", Draw::Truth),
    ("u", "yes or no", Draw::Truth),
    ("c", "one of red, green, blue", Draw::Choice(&["red", "green", "blue"])),
    ("o", "one of low < mid < high", Draw::Choice(&["low", "mid", "high"])),
    ("d", "date from 2020-01-01 to 2024-12-31", Draw::Date("2020-01-01", "2024-12-31")),
    ("e", "date", Draw::Date("0001-01-01", "9999-12-31")),
    ("x", "text", Draw::Text),
    ("q", "whole number from 0 to 9 or none", Draw::OrNone(0, 9)),
    ("people", "list of person at most 3", Draw::People),
];

pub const MEMBER_NAMES: [&str; 5] = ["years_old", "pay", "works", "since", "till"];

const MEMBER: &[(&str, &str, Draw)] = &[
    ("years_old", "whole number from 0 to 100", Draw::Number(0, 100, 0)),
    ("pay", "money in CNY from 0 to 500", Draw::Number(0, 50_000, 2)),
    ("works", "yes or no", Draw::Truth),
    ("since", "date from 2023-01-01 to 2023-03-01", Draw::Date("2023-01-01", "2023-03-01")),
    ("till", "date from 2023-01-01 to 2023-03-01", Draw::Date("2023-01-01", "2023-03-01")),
];

/// Writes a policy.
struct Writer<'a, 'b> {
    tape: &'a mut Tape<'b>,
    /// Names of definitions of numbers and of conditions that may be used.
    numbers: Vec<String>,
    conditions: Vec<String>,
    in_member: bool,
}

/// The text of a random policy over [`SCHEMA`].
pub fn policy(tape: &mut Tape) -> String {
    let mut text = String::from("policy random\n  version \"1\"\n");
    if tape.pick(3) == 1 {
        text.push_str("  declines are automatic\n");
    }
    let mut w = Writer { tape, numbers: Vec::new(), conditions: Vec::new(), in_member: false };
    if w.tape.pick(3) == 1 {
        writeln!(text, "  applies when {}", w.condition(2)).unwrap();
    }
    text.push_str("entity person\n");
    for (name, ty, _) in MEMBER {
        writeln!(text, "  fact {name}: {ty}").unwrap();
    }
    text.push_str("  define adult as years_old is at least 18\n");
    for i in 0..w.promises() {
        writeln!(text, "  promise \"member_{i}\": {}", w.member_promise()).unwrap();
    }
    text.push_str("end\n");
    for (name, ty, _) in SCHEMA {
        writeln!(text, "fact {name}: {ty}").unwrap();
    }
    text.push_str("parameter rate: number with 2 decimals\n  from 2022-01-01: 0.25\n  from 2023-07-01: 0.5\n");
    for i in 0..w.tape.pick(4) {
        let name = format!("number_{i}");
        writeln!(text, "define {name} as {}{}", w.number(2), w.exceptions(Writer::number)).unwrap();
        w.numbers.push(name);
    }
    for i in 0..w.tape.pick(3) {
        let name = format!("condition_{i}");
        writeln!(text, "define {name} as {}", w.condition(2)).unwrap();
        w.conditions.push(name);
    }
    if w.tape.pick(2) == 1 {
        let hit =
            w.tape.one_of(&["by table", "by first match table", "by sum table", "by largest table", "by count table"]);
        let kind = if hit == "by count table" { "whole number" } else { "number with 2 decimals" };
        writeln!(text, "define tabled: {kind} {hit}\n  | a | c | tabled |").unwrap();
        let bound = w.tape.between(-4, 19);
        for (cell, choice) in [
            (format!("less than {bound}"), "any"),
            (format!("{bound} or more"), "red, green"),
            (format!("{bound} or more"), w.tape.one_of(&["blue", "any"])),
        ] {
            writeln!(text, "  | {cell} | {choice} | {} |", w.tape.between(-3, 30)).unwrap();
        }
        w.numbers.push("tabled".to_owned());
    }
    for i in 0..1 + w.tape.pick(5) {
        match w.tape.pick(4) {
            0 | 1 => writeln!(text, "require rule_{i} {}{}", w.condition(3), w.unless()).unwrap(),
            2 => writeln!(text, "exclude rule_{i} when {}{}", w.condition(3), w.unless()).unwrap(),
            _ => {
                let even = w.tape.one_of(&["", " even when declined"]);
                writeln!(text, "refer rule_{i} when {}{even}", w.condition(2)).unwrap();
            }
        }
    }
    for i in 0..w.tape.pick(3) {
        let rounding = "rounded to 2 decimals";
        match w.tape.pick(4) {
            3 => writeln!(text, "award award_{i}: date as {}", w.date(1)).unwrap(),
            _ => writeln!(text, "award award_{i}: number with 2 decimals as ({}) {rounding}", w.number(3)).unwrap(),
        }
    }
    for i in 0..w.tape.pick(3) {
        match w.tape.pick(2) {
            0 => writeln!(text, "report report_{i}: number with 2 decimals as ({}) rounded to 2 decimals", w.number(3)),
            _ => writeln!(text, "report report_{i}: money in CNY as ({}) rounded to 2 decimals", w.money(2)),
        }
        .unwrap();
    }
    for i in 0..w.promises() {
        writeln!(text, "promise \"case_{i}\": {}", w.promise()).unwrap();
    }
    text
}

impl Writer<'_, '_> {
    /// How many promises there are: none more often than not, so that most cases are decided.
    fn promises(&mut self) -> usize {
        [0, 0, 1, 2][self.tape.pick(4)]
    }

    /// What is promised: something that data often keep, about values that tables test or about anything.
    fn promise(&mut self) -> String {
        match self.tape.pick(5) {
            0 => format!("a is at least {}", self.tape.between(-5, 0)),
            1 => format!("not (({}) and ({}))", self.condition(0), self.condition(0)),
            2 => format!("((c is {}) implies ({}))", self.tape.one_of(&["red", "blue"]), self.condition(1)),
            3 => self.condition(2),
            _ => format!("any of {{ (a) {} (b) {} (c) {} }}", self.condition(1), self.condition(1), self.condition(2)),
        }
    }

    fn member_promise(&mut self) -> String {
        let was = std::mem::replace(&mut self.in_member, true);
        let promise = match self.tape.pick(5) {
            0 => "till is on or after since".to_owned(),
            1 => format!("(works implies (years_old is at least {}))", self.tape.between(0, 30)),
            2 => format!("(pay is at most {} CNY)", self.tape.between(250, 500)),
            3 => format!("((m - pay) is at most {} CNY)", self.tape.between(200, 500)),
            _ => self.promise(),
        };
        self.in_member = was;
        promise
    }

    fn unless(&mut self) -> String {
        match self.tape.pick(4) {
            1 => format!("\n  unless {}", self.condition(2)),
            _ => String::new(),
        }
    }

    fn exceptions(&mut self, value: fn(&mut Self, usize) -> String) -> String {
        match self.tape.pick(4) {
            1 => format!("\n  except when {}: {}", self.condition(1), value(self, 1)),
            2 => {
                let (a, b, c) = (self.condition(1), value(self, 1), self.condition(1));
                format!("\n  except when {a}: {b}\n  except when {c}: {}", value(self, 1))
            }
            _ => String::new(),
        }
    }

    /// A pure number with at most 12 decimals.
    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            let leaves = if self.in_member { ["years_old", "3", "a"] } else { ["a", "n", "3"] };
            return match self.tape.pick(6) {
                0..3 => leaves[self.tape.pick(3)].to_owned(),
                3 => "b".to_owned(),
                4 if !self.numbers.is_empty() => self.numbers[self.tape.pick(self.numbers.len())].clone(),
                4 => "rate".to_owned(),
                _ => format!("{}", self.tape.between(-20, 40)),
            };
        }
        let d = depth - 1;
        match self.tape.pick(16) {
            0 | 1 => self.number(0),
            2 => format!("({} + {})", self.number(d), self.number(d)),
            3 => format!("({} - {})", self.number(d), self.number(d)),
            4 => format!("(({} * {}) rounded to 2 decimals)", self.number(0), self.number(0)),
            5 => format!("(({} / {}) rounded down to whole)", self.number(0), self.number(0)),
            6 => format!("(({} / {}) rounded to 2 decimals)", self.money(0), self.money(0)),
            7 => format!("larger of ({}, {})", self.number(d), self.number(d)),
            8 => format!("({} but at most {})", self.number(d), self.number(d)),
            9 => format!("(if {} then {} else {})", self.condition(d), self.number(d), self.number(d)),
            10 => format!(
                "({} rounded {}to {})",
                self.number(d),
                self.tape.one_of(&["", "down ", "up "]),
                self.tape.one_of(&["whole", "5", "0.25"])
            ),
            11 => format!("(-{})", self.number(d)),
            12 => "(a if known else 7)".to_owned(),
            13 if !self.in_member => match self.tape.pick(3) {
                0 => "count of people".to_owned(),
                1 => format!("(count of people where {})", self.member_condition(d)),
                _ => format!("(largest years_old over people where {} if any else -1)", self.member_condition(d)),
            },
            14 => format!(
                "(({}) as whole number)",
                self.tape.one_of(&[
                    "years from d to decision date",
                    "months from d to e",
                    "days from e to d",
                    "years from e to decision date",
                ])
            ),
            _ => self.tape.one_of(&["year of d", "month of e", "rate on d", "rate"]).to_owned(),
        }
    }

    fn money(&mut self, depth: usize) -> String {
        if depth == 0 {
            let leaf = if self.in_member { "pay" } else { "m" };
            return match self.tape.pick(3) {
                0 | 1 => leaf.to_owned(),
                _ => format!("{}.50 CNY", self.tape.between(0, 900)),
            };
        }
        let d = depth - 1;
        match self.tape.pick(8) {
            0 => self.money(0),
            1 => format!("({} + {})", self.money(d), self.money(d)),
            2 => format!("({} - {})", self.money(d), self.money(d)),
            3 => format!("(30% of {})", self.money(d)),
            4 => format!("(p of {})", self.money(d)),
            5 if !self.in_member => format!("(sum of pay over people where {})", self.member_condition(d)),
            6 => format!("(({} / {}) rounded to 2 decimals)", self.money(0), self.number(0)),
            _ => format!("({} but at least {})", self.money(d), self.money(0)),
        }
    }

    fn date(&mut self, depth: usize) -> String {
        match self.tape.pick(if depth == 0 { 4 } else { 8 }) {
            0 => "d".to_owned(),
            1 => "e".to_owned(),
            2 => "decision date".to_owned(),
            3 => "2022-02-28".to_owned(),
            4 => format!("({} plus {} months)", self.date(0), self.tape.between(-30, 30)),
            5 => format!("({} minus {} years)", self.date(0), self.tape.between(0, 5)),
            6 => format!("({} plus {} days)", self.date(0), self.tape.between(-400, 400)),
            _ => format!("smaller of ({}, {})", self.date(0), self.date(0)),
        }
    }

    fn member_condition(&mut self, depth: usize) -> String {
        let was = std::mem::replace(&mut self.in_member, true);
        let condition = match self.tape.pick(3) {
            0 => "adult".to_owned(),
            _ => self.condition(depth),
        };
        self.in_member = was;
        format!("({condition})")
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.tape.pick(4) {
                0 => "t".to_owned(),
                1 => "u".to_owned(),
                2 if self.in_member => "works".to_owned(),
                2 if !self.conditions.is_empty() => self.conditions[self.tape.pick(self.conditions.len())].clone(),
                _ => format!("a is at least {}", self.tape.between(-5, 20)),
            };
        }
        let d = depth - 1;
        let comparison = ["is at least", "is at most", "is more than", "is less than", "is", "is not"];
        match self.tape.pick(18) {
            0 => self.condition(0),
            1 => format!("({} and {})", self.condition(d), self.condition(d)),
            2 => format!("({} or {})", self.condition(d), self.condition(d)),
            3 => format!("not ({})", self.condition(d)),
            4 => format!("(({}) implies ({}))", self.condition(d), self.condition(d)),
            5 => format!("({} {} {})", self.number(d), self.tape.one_of(&comparison), self.number(d)),
            6 => format!("({} {} {})", self.money(d), self.tape.one_of(&comparison), self.money(d)),
            7 => format!(
                "({} {} {})",
                self.date(d),
                self.tape.one_of(&["is before", "is after", "is on or before", "is"]),
                self.date(d)
            ),
            8 => format!("(c is {})", self.tape.one_of(&["red", "one of red, blue", "not green"])),
            9 => format!("(o is {})", self.tape.one_of(&["at least mid", "less than high", "between low and mid"])),
            10 => format!("(x is {})", self.tape.one_of(&["\"left\"", "one of \"left\", \"right\""])),
            11 => format!(
                "({} is between {} and {})",
                self.number(d),
                self.tape.between(-5, 5),
                self.tape.one_of(&["a", "n", "12"])
            ),
            12 => self
                .tape
                .one_of(&[
                    "(q is none)",
                    "(q is at least 4)",
                    "(a is known)",
                    "(m is unknown)",
                    "(x starts with \"le\")",
                ])
                .to_owned(),
            13 => format!("(d is within {} months before {})", self.tape.between(0, 30), self.date(0)),
            14 => {
                let n = self.tape.pick(3) + 1;
                format!(
                    "at least {n} of {{ (a) {} (b) {} (c) {} }}",
                    self.condition(d),
                    self.condition(d),
                    self.condition(d)
                )
            }
            15 if !self.in_member => {
                let quantifier = self.tape.one_of(&["any of", "all of", "none of"]);
                format!("({quantifier} people satisfies {})", self.member_condition(d))
            }
            16 if !self.in_member => {
                "(days covered by people from since to till within 2023-01-15 to 2023-02-20 is at least 20)".to_owned()
            }
            _ => format!("any of {{ (a) {} (b) {} }}", self.condition(d), self.condition(d)),
        }
    }
}

/// A value of a fact, as the reference takes it.
pub fn value(tape: &mut Tape, draw: Draw) -> Told {
    match draw {
        Draw::Number(low, high, _) => Told::Value(Value::Number(BigInt::from(tape.between(low, high)))),
        Draw::Truth => Told::Value(Value::Truth(tape.pick(2) == 1)),
        Draw::Choice(words) => Told::Value(Value::Choice(tape.pick(words.len()) as u8)),
        Draw::Date(from, to) => {
            let days = |text| Date::parse(text).unwrap().days();
            Told::Value(Value::Number(BigInt::from(tape.between(days(from), days(to)))))
        }
        Draw::Text => Told::Value(Value::Text(tape.one_of(&["left", "right", "lean", ""]).to_owned())),
        Draw::OrNone(low, high) => match tape.pick(3) {
            0 => Told::Value(Value::None),
            _ => Told::Value(Value::Number(BigInt::from(tape.between(low, high)))),
        },
        Draw::People => {
            let member = |tape: &mut Tape| -> Record {
                MEMBER.iter().map(|(name, _, draw)| (name.to_string(), value(tape, *draw))).collect()
            };
            let count = tape.pick(4);
            Told::List((0..count).map(|_| member(tape)).collect())
        }
    }
}

/// A whole world.
pub fn world(tape: &mut Tape) -> Record {
    SCHEMA.iter().map(|(name, _, draw)| (name.to_string(), value(tape, *draw))).collect()
}

/// How a fact is told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Telling {
    Given,
    Pending,
    Closed,
}

/// How each fact of the schema is told, and each fact of each member of a given list.
#[derive(Clone, Debug)]
pub struct Tellings {
    pub facts: Vec<Telling>,
    pub members: Vec<Telling>,
}

pub fn tellings(tape: &mut Tape) -> Tellings {
    let mut telling = || match tape.pick(5) {
        0..3 => Telling::Given,
        3 => Telling::Pending,
        _ => Telling::Closed,
    };
    Tellings { facts: SCHEMA.iter().map(|_| telling()).collect(), members: (0..15).map(|_| telling()).collect() }
}

impl Tellings {
    fn member(&self, place: usize) -> Telling {
        self.members[place % self.members.len()]
    }

    /// What a world comes to when it is told like this and everything pending then arrives.
    pub fn settle(&self, world: &Record) -> Record {
        let told = |telling: Telling, told: &Told| if telling == Telling::Closed { Told::Closed } else { told.clone() };
        let mut settled = Record::new();
        for ((name, ..), telling) in SCHEMA.iter().zip(&self.facts) {
            let value = match (&world[*name], telling) {
                (Told::List(records), Telling::Given) => Told::List(
                    records
                        .iter()
                        .enumerate()
                        .map(|(i, record)| {
                            let facts = MEMBER.iter().enumerate();
                            facts
                                .map(|(j, (name, ..))| {
                                    (name.to_string(), told(self.member(i * MEMBER.len() + j), &record[*name]))
                                })
                                .collect()
                        })
                        .collect(),
                ),
                (value, telling) => told(*telling, value),
            };
            settled.insert(name.to_string(), value);
        }
        settled
    }

    /// The facts as JSON.
    pub fn to_json(&self, world: &Record) -> String {
        let mut parts = Vec::new();
        for ((name, _, draw), telling) in SCHEMA.iter().zip(&self.facts) {
            match telling {
                Telling::Given => parts.push(format!("\"{name}\": {}", self.json(&world[*name], *draw))),
                Telling::Closed => parts.push(format!("\"{name}\": {{\"closed\": true}}")),
                Telling::Pending => {}
            }
        }
        format!("{{{}}}", parts.join(", "))
    }

    fn json(&self, told: &Told, draw: Draw) -> String {
        match (told, draw) {
            (Told::List(records), _) => {
                let member = |(i, record): (usize, &Record)| {
                    let mut parts = Vec::new();
                    for (j, (name, _, draw)) in MEMBER.iter().enumerate() {
                        match self.member(i * MEMBER.len() + j) {
                            Telling::Given => parts.push(format!("\"{name}\": {}", self.json(&record[*name], *draw))),
                            Telling::Closed => parts.push(format!("\"{name}\": {{\"closed\": true}}")),
                            Telling::Pending => {}
                        }
                    }
                    format!("{{{}}}", parts.join(", "))
                };
                format!("[{}]", records.iter().enumerate().map(member).collect::<Vec<_>>().join(", "))
            }
            (Told::Value(Value::None), _) => "null".to_owned(),
            (Told::Value(Value::Truth(truth)), _) => truth.to_string(),
            (Told::Value(Value::Text(text)), _) => format!("\"{text}\""),
            (Told::Value(Value::Choice(choice)), Draw::Choice(words)) => format!("\"{}\"", words[*choice as usize]),
            (Told::Value(Value::Number(days)), Draw::Date(..)) => {
                format!("\"{}\"", Date::from_days(i64::try_from(days).unwrap()).unwrap())
            }
            (Told::Value(Value::Number(mantissa)), Draw::Number(_, _, scale)) => {
                format_decimal(i128::try_from(mantissa).unwrap(), scale)
            }
            (Told::Value(Value::Number(mantissa)), _) => mantissa.to_string(),
            other => panic!("nothing to print: {:?}", other.0),
        }
    }
}
