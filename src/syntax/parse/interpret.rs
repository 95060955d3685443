//! The grammar read as data and followed step by step, where the program is downloaded before it runs: as code it is a fifth of
//! the module, and no quicker there. What it finds is the same, trees and errors alike, as the test below holds it to.
//!
//! The subset of pest's notation that `grammar/` is written in, without stacks and tags.

use super::grammar::Rule;
use crate::table::Table;
use pest::error::Error;
use pest::iterators::Pairs;
use pest::{Atomicity, ParseResult, ParserState, unicode};
use std::sync::LazyLock;

type State<'t> = Box<ParserState<'t, Rule>>;

/// What a text is by a rule.
pub(super) fn parse(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Error<Rule>> {
    pest::state(text, |state| GRAMMAR.rule(rule, state))
}

/// Read once.
static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let texts = [include_str!("../../../grammar/keywords.pest"), include_str!("../../../grammar/policy.pest")];
    Grammar::read(&texts)
});

/// How a rule's matches are kept, and whether blanks may stand inside them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Normal,
    Silent,
    Atomic,
    CompoundAtomic,
    Blank,
}

enum Step {
    Text(Box<str>),
    Range(char, char),
    Class(fn(char) -> bool),
    Any,
    Start,
    End,
    Rule(Rule),
    Ahead(bool, Box<Step>),
    All(Vec<Step>),
    First(Vec<Step>),
    Optional(Box<Step>),
    Repeat(Box<Step>),
    /// Everything up to one of a few signs.
    Until(Box<[char]>),
}

struct Grammar {
    /// By the rule's number.
    rules: Vec<Option<(Mode, Step)>>,
    blank: Rule,
}

impl Grammar {
    fn read(texts: &[&'static str]) -> Grammar {
        let names: Table<String, Rule> = Rule::all_rules().iter().map(|r| (format!("{r:?}"), *r)).collect();
        let mut rules: Vec<Option<(Mode, Step)>> = Vec::new();
        // The end of the input has a number too, and no name here.
        rules.resize_with(names.len() + 1, || None);
        for text in texts {
            let mut reader = Reader { rest: text, names: &names };
            while let Some((rule, mode, step)) = reader.definition() {
                if let Some(place) = rules.get_mut(rule as usize) {
                    *place = Some((mode, step));
                }
            }
        }
        Grammar { rules, blank: Rule::WHITESPACE }
    }

    fn rule<'t>(&self, rule: Rule, state: State<'t>) -> ParseResult<State<'t>> {
        let Some(Some((mode, step))) = self.rules.get(rule as usize) else { return Err(state) };
        let atomic = |state: State<'t>| state.atomic(Atomicity::Atomic, |s| self.step(step, s));
        match mode {
            Mode::Normal => state.rule(rule, |s| self.step(step, s)),
            Mode::Silent => self.step(step, state),
            Mode::Atomic => state.rule(rule, atomic),
            Mode::CompoundAtomic => state.atomic(Atomicity::CompoundAtomic, |s| s.rule(rule, |s| self.step(step, s))),
            Mode::Blank => atomic(state),
        }
    }

    /// Blanks between two steps, outside of atomic rules.
    fn skip<'t>(&self, state: State<'t>) -> ParseResult<State<'t>> {
        match state.atomicity() {
            Atomicity::NonAtomic => state.repeat(|s| self.rule(self.blank, s)),
            _ => Ok(state),
        }
    }

    fn step<'t>(&self, step: &Step, state: State<'t>) -> ParseResult<State<'t>> {
        match step {
            Step::Text(text) => state.match_string(text),
            Step::Range(from, to) => state.match_range(*from..*to),
            Step::Class(class) => state.match_char_by(class),
            Step::Any => state.skip(1),
            Step::Start => state.start_of_input(),
            Step::End => state.rule(Rule::EOI, |s| s.end_of_input()),
            Step::Rule(rule) => self.rule(*rule, state),
            Step::Ahead(wanted, step) => state.lookahead(*wanted, |s| self.step(step, s)),
            Step::Optional(step) => state.optional(|s| self.step(step, s)),
            Step::All(steps) => state.sequence(|state| {
                let mut state = state;
                for (i, step) in steps.iter().enumerate() {
                    let ready = if i > 0 { self.skip(state)? } else { state };
                    state = self.step(step, ready)?;
                }
                Ok(state)
            }),
            Step::First(steps) => {
                let mut state = state;
                for step in steps {
                    match self.step(step, state) {
                        Ok(found) => return Ok(found),
                        Err(back) => state = back,
                    }
                }
                Err(state)
            }
            Step::Repeat(step) if state.atomicity() != Atomicity::NonAtomic => state.repeat(|s| self.step(step, s)),
            Step::Repeat(step) => state.sequence(|s| {
                s.optional(|s| {
                    let more = |s: State<'t>| s.sequence(|s| self.skip(s).and_then(|s| self.step(step, s)));
                    self.step(step, s).and_then(|s| s.repeat(more))
                })
            }),
            Step::Until(signs) => state.repeat(|s| s.match_char_by(|c| !signs.contains(&c))),
        }
    }
}

/// Reads pest's notation. Whether it is well formed was seen when the crate was compiled.
struct Reader<'n> {
    rest: &'static str,
    names: &'n Table<String, Rule>,
}

impl Reader<'_> {
    fn blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix("//") {
                Some(comment) => self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest),
                None => return,
            }
        }
    }

    /// Passes a sign, if it comes next.
    fn sign(&mut self, sign: char) -> bool {
        self.blank();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn word(&mut self) -> &'static str {
        self.blank();
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn definition(&mut self) -> Option<(Rule, Mode, Step)> {
        let name = self.word();
        let rule = *self.names.get(name)?;
        self.sign('=');
        let mode = match () {
            () if self.sign('@') => Mode::Atomic,
            () if self.sign('$') => Mode::CompoundAtomic,
            () if self.sign('_') => {
                if rule == Rule::WHITESPACE {
                    Mode::Blank
                } else {
                    Mode::Silent
                }
            }
            () => Mode::Normal,
        };
        self.sign('{');
        let step = self.choice();
        self.sign('}');
        Some((rule, mode, step))
    }

    fn choice(&mut self) -> Step {
        self.sign('|');
        let mut all = vec![self.sequence()];
        while self.sign('|') {
            all.push(self.sequence());
        }
        one_or(all, Step::First)
    }

    fn sequence(&mut self) -> Step {
        let mut all = Vec::new();
        self.term(&mut all);
        while self.sign('~') {
            self.term(&mut all);
        }
        one_or(all, Step::All)
    }

    /// A term, or the several that a counted one stands for.
    fn term(&mut self, all: &mut Vec<Step>) {
        let ahead = match () {
            () if self.sign('!') => Some(false),
            () if self.sign('&') => Some(true),
            () => None,
        };
        if let Some(wanted) = ahead {
            let mut steps = Vec::new();
            self.term(&mut steps);
            return all.push(Step::Ahead(wanted, Box::new(one_or(steps, Step::All))));
        }
        let from = self.rest;
        let step = self.atom();
        if self.sign('*') {
            all.push(repeated(step));
        } else if self.sign('+') {
            let again = self.again(from);
            all.extend([step, repeated(again)]);
        } else if self.sign('?') {
            all.push(Step::Optional(Box::new(step)));
        } else if self.sign('{') {
            let least: usize = self.word().parse().unwrap_or(1);
            let most = if self.sign(',') { self.word().parse().unwrap_or(least) } else { least };
            self.sign('}');
            all.push(step);
            for count in 1..most {
                let step = self.again(from);
                all.push(if count < least { step } else { Step::Optional(Box::new(step)) });
            }
        } else {
            all.push(step);
        }
    }

    /// The same atom once more.
    fn again(&mut self, from: &'static str) -> Step {
        Reader { rest: from, names: self.names }.atom()
    }

    fn atom(&mut self) -> Step {
        if self.sign('(') {
            let step = self.choice();
            self.sign(')');
            return step;
        }
        if self.rest.starts_with('"') {
            return Step::Text(self.quoted('"').into());
        }
        if self.rest.starts_with('\'') {
            let from = self.quoted('\'').chars().next().unwrap_or('\0');
            self.sign('.');
            self.sign('.');
            self.blank();
            return Step::Range(from, self.quoted('\'').chars().next().unwrap_or('\0'));
        }
        let name = self.word();
        let (lower, upper, digit) = (Step::Range('a', 'z'), Step::Range('A', 'Z'), Step::Range('0', '9'));
        match name {
            "ANY" => Step::Any,
            "SOI" => Step::Start,
            "EOI" => Step::End,
            "ASCII_DIGIT" => digit,
            "ASCII_ALPHA_UPPER" => upper,
            "ASCII_ALPHA" => Step::First(vec![lower, upper]),
            "ASCII_ALPHANUMERIC" => Step::First(vec![lower, upper, digit]),
            "XID_START" => Step::Class(unicode::XID_START),
            "XID_CONTINUE" => Step::Class(unicode::XID_CONTINUE),
            _ => self.names.get(name).map_or(Step::First(Vec::new()), |rule| Step::Rule(*rule)),
        }
    }

    /// What stands in quotation marks, its escapes read.
    fn quoted(&mut self, mark: char) -> String {
        let mut out = String::new();
        let mut signs = self.rest.char_indices().skip(1);
        while let Some((at, sign)) = signs.next() {
            match sign {
                _ if sign == mark => {
                    self.rest = &self.rest[at + 1..];
                    break;
                }
                '\\' => match signs.next().map(|(_, c)| c) {
                    Some('n') => out.push('\n'),
                    Some('t') => out.push('\t'),
                    Some('r') => out.push('\r'),
                    Some('u') => {
                        let digits: String = signs.by_ref().map(|(_, c)| c).skip(1).take_while(|c| *c != '}').collect();
                        out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                    }
                    other => out.extend(other),
                },
                _ => out.push(sign),
            }
        }
        out
    }
}

fn one_or(mut steps: Vec<Step>, several: fn(Vec<Step>) -> Step) -> Step {
    match steps.len() {
        1 => steps.remove(0),
        _ => several(steps),
    }
}

/// A repetition; one of anything but a few signs is a search for them.
fn repeated(step: Step) -> Step {
    let until = match &step {
        Step::All(steps) => match &steps[..] {
            [Step::Ahead(false, signs), Step::Any] => one_sign_each(signs),
            _ => None,
        },
        _ => None,
    };
    until.map_or_else(|| Step::Repeat(Box::new(step)), Step::Until)
}

/// The signs that a step chooses between, if it is nothing else.
fn one_sign_each(step: &Step) -> Option<Box<[char]>> {
    let sign = |step: &Step| match step {
        Step::Text(text) if text.chars().count() == 1 => text.chars().next(),
        _ => None,
    };
    match step {
        Step::First(steps) => steps.iter().map(sign).collect(),
        step => sign(step).map(|c| [c].into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, parse};
    use crate::syntax::parse::grammar::PolicyParser;
    use crate::syntax::parse::scan::{SegmentKind, scan};
    use pest::Parser;
    use pest::iterators::Pairs;

    fn told(pairs: Pairs<'_, Rule>) -> Vec<(Rule, usize, usize)> {
        pairs.flatten().map(|p| (p.as_rule(), p.as_span().start(), p.as_span().end())).collect()
    }

    fn agree(rule: Rule, text: &str) {
        let compiled = PolicyParser::parse(rule, text).map(told);
        assert_eq!(parse(rule, text).map(told), compiled, "{rule:?} of {text}");
    }

    /// Both ways through the grammar find the same: in whole declarations, and in the same ones cut off or with a piece missing.
    #[test]
    fn the_grammar_means_the_same_as_data_and_as_code() {
        let texts = [
            include_str!("../../../rules/us/snap/snap.placet"),
            include_str!("../../../rules/us/snap/gross_income_check.placet"),
            include_str!("../../../rules/gb/statutory_maternity_pay/statutory_maternity_pay.placet"),
            include_str!("../../../rules/cn/shenzhen/old_age_allowance.placet"),
            include_str!("../../../rules/cn/shenzhen/talent_subsidy.placet"),
            include_str!("../../../rules/fr/allocations_familiales/allocations_familiales.placet"),
            include_str!("../../../rules/dmn/lending/lending.placet"),
            include_str!("../../../rules/dmn/tables/comparisons.placet"),
            include_str!("../../../grammar/README.md"),
        ];
        for text in texts {
            for segment in scan(crate::source::SourceId(0), text) {
                let piece = &text[segment.start..segment.end];
                let rule = if segment.kind == SegmentKind::EntityHead { Rule::entity_head } else { Rule::one };
                agree(rule, piece);
                for cut in (1..piece.len()).step_by(41).filter(|i| piece.is_char_boundary(*i)) {
                    agree(rule, &piece[..cut]);
                    let after = (cut + 7..piece.len()).find(|i| piece.is_char_boundary(*i)).unwrap_or(piece.len());
                    agree(rule, &format!("{}{}", &piece[..cut], &piece[after..]));
                }
            }
        }
    }
}
