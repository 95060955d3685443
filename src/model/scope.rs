//! Names in expressions: members of lists first, then the policy's; bare words of enumerations before both.

use super::check::{Checker, Symbol};
use super::literals::listed;
use super::typed::{Flex, Typed, constant};
use super::{Const, DefineId, ExprKind, FactId, Level, OutcomeWord};
use crate::diagnostic::{Code, Diagnostic, Label, closest, instead};
use crate::op::Shape;
use crate::source::Span;
use crate::syntax::ast;
use crate::value::{EntityId, Kind};

/// A name that is missing is told once, with so many further places.
const MOST_PLACES: usize = 5;

/// What to write instead of words that English and programs have for values.
const MEANT_VALUES: &[(&str, &str)] = &[
    (
        "true false",
        "a condition stands by itself, as in `registered_here` or `not registered_here`; its values are `yes` and `no`",
    ),
    ("today now current_date", "write `decision date`: the day for which the case is decided"),
    ("null nil empty nothing", "write `none` where there is none, `is unknown` of what will never be told"),
    (
        "one two three four five six seven eight nine ten eighteen twenty thirty forty fifty sixty seventy eighty ninety hundred",
        "write numbers in digits",
    ),
];

impl Checker<'_> {
    /// What a name stands for, and whose it is.
    pub fn lookup(&mut self, name: &str, span: Span) -> Option<(Symbol, Level)> {
        for at in (0..self.frames.len()).rev() {
            let entity = self.frames[at];
            let Some((symbol, _)) = self.members[entity.0 as usize].get(name) else { continue };
            let symbol = *symbol;
            let other =
                self.frames[..at].iter().find(|e| **e != entity && self.members[e.0 as usize].contains_key(name));
            if let Some(other) = other {
                let names = [entity, *other].map(|e| self.entities[e.0 as usize].name.clone());
                let message = format!("`{name}` could be of `{}` or of `{}`", names[0], names[1]);
                return self.error_help(Code::AmbiguousWord, span, message, "rename one of the two");
            }
            return Some((symbol, at as Level + 1));
        }
        self.names.get(name).map(|(symbol, _)| (*symbol, 0))
    }

    /// Whether a word names a value here, without complaint.
    pub fn is_name(&self, word: &str) -> bool {
        self.find(word, &self.frames).is_some()
    }

    /// The single word that an expression is, if it names nothing here: it waits for the kind of its context.
    pub fn open_word<'e>(&self, e: &'e ast::Expr) -> Option<&'e str> {
        let mut e = e;
        while let ast::ExprKind::Paren(inner) = &e.kind {
            e = inner;
        }
        match &e.kind {
            ast::ExprKind::Name(word) if !self.is_name(word) => Some(word),
            _ => None,
        }
    }

    /// Whether an expression is such a word.
    pub fn is_open_word(&self, e: &ast::Expr) -> bool {
        self.open_word(e).is_some()
    }

    /// A name or bare word.
    pub fn name(&mut self, word: &str, span: Span, want: Option<Kind>) -> Option<Typed> {
        if let Some(Kind::Enum(id)) = want
            && let Some(value) = self.enums[id.0 as usize].values.iter().position(|v| **v == *word)
        {
            if self.is_name(word) {
                let place = self.find_place(word);
                let message = format!(
                    "`{word}` is a value of this list and also a name: one of {}",
                    listed(&self.enums[id.0 as usize].values)
                );
                let mut diagnostic = Diagnostic::new(Code::AmbiguousWord, span, message)
                    .help(format!("rename what is declared as `{word}`"));
                if let Some(place) = place {
                    diagnostic = diagnostic.label(place, "declared here");
                }
                return self.report(diagnostic);
            }
            let shape = Shape::new(Kind::Enum(id), 0);
            let expr = constant(Const::Choice(value as u8), shape, span);
            return Some(Typed { expr, flex: Flex::Fixed });
        }
        let outcome = match word {
            "approved" => Some(OutcomeWord::Approved),
            "declined" => Some(OutcomeWord::Declined),
            "referred" => Some(OutcomeWord::Referred),
            _ => None,
        };
        if let Some(outcome) = outcome
            && self.in_guarantee
        {
            if self.is_name(word) {
                let message = format!("`{word}` is an outcome and also a name");
                let help = format!("rename what is declared as `{word}`");
                return self.error_help(Code::AmbiguousWord, span, message, help);
            }
            return Some(Typed::fixed(ExprKind::Outcome(outcome), Shape::TRUTH, span));
        }
        if !self.is_name(word) {
            return self.unknown(word, span, want);
        }
        let (symbol, level) = self.lookup(word, span)?;
        let (kind, shape) = self.reference(symbol, level, word, span)?;
        if let Kind::List(_) = shape.kind {
            let message = format!("`{word}` is a list; a single value is needed here");
            let help = format!("write what of its members counts: `count of {word}`, `sum of … over {word}`");
            return self.error_help(Code::WrongType, span, message, help);
        }
        Some(Typed::fixed(kind, shape, span))
    }

    fn find_place(&self, word: &str) -> Option<Span> {
        let member = self.frames.iter().rev().find_map(|e| self.members[e.0 as usize].get(word));
        member.or_else(|| self.names.get(word)).map(|(_, place)| *place)
    }

    /// The expression behind a symbol; nothing if its declaration is erroneous, which is told there.
    fn reference(&mut self, symbol: Symbol, level: Level, word: &str, span: Span) -> Option<(ExprKind, Shape)> {
        match symbol {
            Symbol::Fact(id) => {
                self.used_facts[id as usize] = true;
                let ty = self.fact_types[id as usize]?;
                let shape = Shape { kind: ty.kind, scale: ty.scale, optional: ty.optional };
                Some((ExprKind::Fact(FactId(id), level), shape))
            }
            Symbol::Define(group) => {
                self.used_defines[group as usize] = true;
                let shape = self.define_shapes[group as usize]?;
                Some((ExprKind::Define(DefineId(self.define_ids[group as usize]), level), shape))
            }
            Symbol::Award(at) if self.in_guarantee => {
                self.award_shapes[at as usize].map(|shape| (ExprKind::Award(at), shape))
            }
            Symbol::Report(at) if self.in_guarantee => {
                self.report_shapes[at as usize].map(|shape| (ExprKind::Report(at), shape))
            }
            Symbol::Award(_) | Symbol::Report(_) => {
                let what = if matches!(symbol, Symbol::Award(_)) { "an award" } else { "a report" };
                let message = format!("`{word}` is {what}; only guarantees and scenarios may speak of it");
                let help = "put what both need into a `define` and use that";
                self.error_help(Code::WrongPlace, span, message, help)
            }
        }
    }

    fn unknown(&mut self, word: &str, span: Span, want: Option<Kind>) -> Option<Typed> {
        if self.may_be_unread(word) {
            return None;
        }
        if self.rule_names.contains_key(word) {
            let message = format!("`{word}` is a rule; a condition cannot speak of rules");
            let help = "put the condition that both need into a `define` and use that";
            return self.error_help(Code::WrongPlace, span, message, help);
        }
        if matches!(word, "approved" | "declined" | "referred") {
            let message = format!("`{word}` is an outcome; only guarantees may speak of it");
            let help = "name the facts that it depends on instead";
            return self.error_help(Code::WrongPlace, span, message, help);
        }
        if let Some(entity) = self.members.iter().position(|m| m.contains_key(word)) {
            let entity = &self.entities[entity].name;
            let message = format!("`{word}` belongs to each `{entity}`; which one is not said here");
            let help = format!("speak of a list: `sum of {word} over …`, `any of … satisfies {word} …`");
            return self.error_help(Code::WrongPlace, span, message, help);
        }
        if let Some(Kind::Enum(id)) = want {
            let values = self.enums[id.0 as usize].values.clone();
            let mut diagnostic = super::literals::unknown_choice(self.diagnostics.len(), word, span, &values);
            if diagnostic.help.is_none()
                && let Some(near) = self.suggestion(word)
            {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            return self.report(diagnostic);
        }
        if let Some(list) = self.enums.iter().find(|e| e.values.iter().any(|v| **v == *word)) {
            let message = format!("`{word}` only means something where one of {} is expected", listed(&list.values));
            let help = format!(
                "compare it with a fact of that type, `… is {word}`; one of several is `… is one of {word}, …`; \
                 a definition names the type: `define …: TYPE as {word}`"
            );
            return self.error_help(Code::UnknownName, span, message, help);
        }
        if let Some(first) = self.unknown.get(word).copied() {
            if let Some(first) = self.diagnostics.get_mut(first)
                && first.labels.len() < MOST_PLACES
            {
                first.labels.push(Label { span, message: "also here".into() });
            }
            return None;
        }
        self.unknown.insert(word.to_owned(), self.diagnostics.len());
        let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("nothing here is called `{word}`"));
        diagnostic.help = Some(match self.suggestion(word) {
            Some(near) => format!("did you mean `{near}`?"),
            None if want == Some(Kind::Text) => "put a text in quotes".into(),
            None if let Some(meant) = instead(&word.to_lowercase(), MEANT_VALUES) => meant.into(),
            None => format!(
                "declare it: `fact {word}: …` for what the data hold, `define {word} as …` for what is worked out"
            ),
        });
        self.report(diagnostic)
    }

    /// The nearest name in scope.
    fn suggestion(&mut self, word: &str) -> Option<String> {
        if let Some(known) = self.suggestions.get(word) {
            return known.clone();
        }
        // A policy with very many unknown words has another trouble than spelling.
        if self.suggestions.len() > 50 {
            return None;
        }
        let members = self.frames.iter().flat_map(|e| self.members[e.0 as usize].iter());
        let mut candidates: Vec<(Span, &str)> =
            members.chain(self.names.iter()).map(|(n, (_, place))| (*place, *n)).collect();
        candidates.sort();
        let near = closest(word, candidates.into_iter().map(|(_, n)| n)).map(str::to_owned);
        self.suggestions.insert(word.to_owned(), near.clone());
        near
    }

    /// A list that a fold goes over: the fact, whose it is, and what its members are.
    pub fn list(&mut self, name: &ast::Ident) -> Option<(FactId, Level, EntityId)> {
        let word = &*name.text;
        if !self.is_name(word) {
            self.unknown(word, name.span, None);
            return None;
        }
        let (symbol, level) = self.lookup(word, name.span)?;
        let (kind, shape) = self.reference(symbol, level, word, name.span)?;
        match (kind, shape.kind) {
            (ExprKind::Fact(id, level), Kind::List(entity)) => Some((id, level, entity)),
            _ => {
                let message = format!("`{word}` is {}, not a list", self.kind_words(shape));
                let help = "only a fact of type `list of …` has members";
                self.error_help(Code::WrongType, name.span, message, help)
            }
        }
    }

    /// `NAME on D`: the policy's own definitions and parameters have a value of each day.
    pub fn on_date(&mut self, name: &ast::Ident, day: &ast::Expr, span: Span) -> Option<Typed> {
        let date = self.of_kind(day, Kind::Date);
        if !self.is_name(&name.text) {
            self.unknown(&name.text, name.span, None);
            return None;
        }
        let (symbol, level) = self.lookup(&name.text, name.span)?;
        let (kind, shape) = self.reference(symbol, level, &name.text, name.span)?;
        match kind {
            ExprKind::Define(id, 0) => {
                let kind = ExprKind::DefineOn(id, Box::new(date?));
                Some(Typed::fixed(kind, shape, span))
            }
            _ => {
                let message = format!("`{}` has no value of another day", name.text);
                let help = "`NAME on DATE` asks for a parameter, or for a definition of the policy itself";
                self.error_help(Code::WrongPlace, name.span, message, help)
            }
        }
    }

    /// `X is known`: facts and parameters only.
    pub fn known(&mut self, e: &ast::Expr) -> Option<ExprKind> {
        let mut inner = e;
        while let ast::ExprKind::Paren(a) = &inner.kind {
            inner = a;
        }
        if let ast::ExprKind::Name(word) = &inner.kind {
            if !self.is_name(word) {
                self.unknown(word, inner.span, None);
                return None;
            }
            let (symbol, level) = self.lookup(word, inner.span)?;
            let (kind, _) = self.reference(symbol, level, word, inner.span)?;
            let parameter = matches!(symbol, Symbol::Define(g) if self.define_groups[g as usize].is_parameter);
            match kind {
                ExprKind::Fact(id, level) => return Some(ExprKind::FactKnown(id, level)),
                ExprKind::Define(id, _) if parameter => return Some(ExprKind::ParameterKnown(id)),
                _ => {}
            }
        }
        let message =
            format!("only facts and parameters may be asked `is known`; {} is worked out", self.words(e.span));
        self.error_help(Code::WrongPlace, e.span, message, "ask it of the facts that it rests on")
    }
}
