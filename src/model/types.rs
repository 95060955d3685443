//! Types: from what is written to kinds, decimals and ranges, and back to words.

use super::check::Checker;
use super::literals::{Constants, nearest};
use super::{Const, Entity, Enum};
use crate::diagnostic::{Code, Diagnostic, instead};
use crate::op::Shape;
use crate::source::Span;
use crate::syntax::ast::{self, TypeExprKind};
use crate::value::{Choices, Currency, EnumId, Kind, MAX_SCALE, Type};

/// Declared ranges keep within this, so that every fact fits an `i64`.
const LARGEST_END: i128 = 10_i128.pow(18);

/// The most members a list may be declared to have.
const MOST_MEMBERS: u32 = 1_000_000;

/// What a value is, for a sentence: "a number with 2 decimals", "money in CNY per month".
pub(super) fn kind_words(shape: Shape, enums: &[Enum], entities: &[Entity]) -> String {
    let decimals = |n: u8| match n {
        0 => "a whole number".to_owned(),
        1 => "a number with 1 decimal".to_owned(),
        n => format!("a number with {n} decimals"),
    };
    match shape.kind {
        Kind::Truth => "yes or no".into(),
        Kind::Number => decimals(shape.scale),
        Kind::Percentage => "a percentage".into(),
        Kind::Money { .. } => format!("money in {}", unit_of_money(shape.kind)),
        Kind::Count(unit) => format!("a number of {}", unit.word()),
        Kind::Date => "a date".into(),
        Kind::Text => "a text".into(),
        Kind::Enum(id) => {
            let values = enums.get(id.0 as usize).map_or(&[][..], |e| &e.values);
            format!("one of {}", super::literals::listed(values))
        }
        Kind::List(id) => entities.get(id.0 as usize).map_or("a list".into(), |e| format!("a list of `{}`", e.name)),
    }
}

/// `CNY per month`
pub(super) fn unit_of_money(kind: Kind) -> String {
    match kind {
        Kind::Money { currency, per: Some(per) } => format!("{currency} per {}", per.word()),
        Kind::Money { currency, per: None } => currency.to_string(),
        _ => String::new(),
    }
}

/// The types that words of spreadsheets and programs stand for.
const MEANT_TYPES: &[(&str, &str)] = &[
    ("boolean bool yes_no truth", "write `yes or no`"),
    ("integer int count", "write `whole number`"),
    ("number decimal float double", "write `number with 2 decimals`"),
    ("string str char varchar", "write `text`"),
    ("money amount currency", "write `money in CNY`"),
    ("percent", "write `percentage`"),
    ("datetime timestamp day", "write `date`"),
    ("enum", "write `one of a, b, c`"),
    ("list array", "write `list of ENTITY at most 12`"),
];

impl<'a> Checker<'a> {
    /// What a value is, for a sentence.
    pub fn kind_words(&self, shape: Shape) -> String {
        kind_words(shape, &self.enums, &self.entities)
    }

    /// Resolves declared types and the types of all facts.
    pub fn resolve_types(&mut self) {
        for at in 0..self.types.len() {
            if self.types[at].resolved.is_none() {
                let written = self.types[at].written;
                let resolved = self.resolve_chain(written, Some(at));
                self.types[at].resolved = Some(resolved);
            }
        }
        for at in 0..self.fact_declarations.len() {
            let ast::DeclarationKind::Fact(fact) = &self.fact_declarations[at].kind else { continue };
            let ty = self.resolve_type(&fact.ty);
            if let Some(ty) = ty {
                self.facts[at].ty = ty;
                if matches!(ty.kind, Kind::List(_)) && ty.optional {
                    let help = "a list without members says as much; leave `or none` out";
                    self.error_help::<()>(Code::WrongType, fact.ty.span, "a list cannot be `or none`", help);
                }
            }
            self.fact_types.push(ty);
        }
        self.check_entity_cycles();
    }

    /// The type that is written; nothing, and reported, if there is something wrong with it.
    pub fn resolve_type(&mut self, written: &ast::TypeExpr) -> Option<Type> {
        self.resolve_chain(written, None)
    }

    /// Follows names of types, then applies ranges and `or none` from the innermost outward. `from` is the declared
    /// type being resolved.
    fn resolve_chain(&mut self, written: &ast::TypeExpr, from: Option<usize>) -> Option<Type> {
        let TypeExprKind::Named(name) = &written.kind else {
            let ty = self.base_type(written)?;
            return self.with_range(ty, written);
        };
        let Some(&at) = self.type_names.get(&*name.text) else {
            return self.unknown_type(name);
        };
        let at = at as usize;
        self.types[at].used = true;
        if self.types[at].resolved.is_none() {
            self.resolve_named(at, from)?;
        }
        let ty = self.types[at].resolved.flatten()?;
        self.with_range(ty, written)
    }

    /// Resolves a declared type that refers to others not resolved yet, without recursion.
    fn resolve_named(&mut self, start: usize, from: Option<usize>) -> Option<()> {
        let mut chain: Vec<usize> = from.into_iter().collect();
        let mut on_the_way: crate::table::Seen<usize> = from.into_iter().collect();
        let mut at = start;
        loop {
            if !on_the_way.insert(at) {
                return self.type_cycle(&chain, at);
            }
            chain.push(at);
            let TypeExprKind::Named(name) = &self.types[at].written.kind else { break };
            match self.type_names.get(&*name.text) {
                Some(next) if self.types[*next as usize].resolved.is_none() => at = *next as usize,
                _ => break,
            }
        }
        for at in chain.into_iter().skip(from.iter().len()).rev() {
            let written = self.types[at].written;
            let resolved = self.resolve_chain(written, Some(at));
            self.types[at].resolved = Some(resolved);
        }
        Some(())
    }

    fn type_cycle(&mut self, chain: &[usize], at: usize) -> Option<()> {
        let from = chain.iter().position(|c| *c == at).unwrap_or(0);
        let mut words: Vec<String> = chain[from..].iter().map(|c| format!("`{}`", self.types[*c].name.text)).collect();
        words.push(words[0].clone());
        for at in chain {
            self.types[*at].resolved = Some(None);
        }
        let message = format!("a type rests on itself: {}", words.join(" → "));
        self.error_help(Code::Cycle, self.types[at].name.span, message, "write one of them out")
    }

    fn unknown_type<T>(&mut self, name: &ast::Ident) -> Option<T> {
        if self.may_be_unread(&name.text) {
            return None;
        }
        let (message, help) = if self.entity_names.contains_key(&*name.text) {
            let message = format!("`{}` is an entity; a fact holds a list of them", name.text);
            (message, Some(format!("write `list of {}`", name.text)))
        } else {
            let near = nearest(self.diagnostics.len(), &name.text, self.type_names.keys().copied());
            let help = match (near, instead(&name.text.to_lowercase(), MEANT_TYPES)) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, Some(meant)) => meant.to_owned(),
                (None, None) => {
                    "declare it with `type NAME: …`, or write the type out: `whole number`, `money in CNY`, `date` …"
                        .into()
                }
            };
            (format!("there is no type `{}`", name.text), Some(help))
        };
        let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message);
        diagnostic.help = help;
        self.report(diagnostic)
    }

    fn base_type(&mut self, written: &ast::TypeExpr) -> Option<Type> {
        let ty = match &written.kind {
            TypeExprKind::YesOrNo => Type::new(Kind::Truth, 0),
            TypeExprKind::WholeNumber => Type::new(Kind::Number, 0),
            TypeExprKind::Number(decimals) => {
                self.decimals_fit(*decimals, MAX_SCALE, written.span)?;
                Type::new(Kind::Number, *decimals)
            }
            TypeExprKind::Percentage(decimals) => {
                self.decimals_fit(*decimals, MAX_SCALE - 2, written.span)?;
                Type::new(Kind::Percentage, *decimals + 2)
            }
            TypeExprKind::Money { currency, per } => {
                let currency = self.currency(currency)?;
                Type::new(Kind::Money { currency, per: *per }, currency.decimals())
            }
            TypeExprKind::Count(unit) => Type::new(Kind::Count(*unit), 0),
            TypeExprKind::Date => Type::new(Kind::Date, 0),
            TypeExprKind::Text => Type::new(Kind::Text, 0),
            TypeExprKind::OneOf { values, ordered } => Type::new(Kind::Enum(self.enumeration(values, *ordered)?), 0),
            TypeExprKind::List { entity, at_most } => {
                let Some(&id) = self.entity_names.get(&*entity.text) else {
                    if self.may_be_unread(&entity.text) {
                        return None;
                    }
                    let near = nearest(self.diagnostics.len(), &entity.text, self.entity_names.keys().copied());
                    let near = near.map(|n| format!("did you mean `{n}`?"));
                    let help = near.unwrap_or_else(|| format!("declare it: `entity {} … end`", entity.text));
                    let message = format!("there is no entity `{}`", entity.text);
                    return self.error_help(Code::UnknownName, entity.span, message, help);
                };
                if let Some(used) = self.used_entities.get_mut(id.0 as usize) {
                    *used = true;
                }
                if let Some(most) = at_most
                    && (*most == 0 || *most > MOST_MEMBERS)
                {
                    let message = format!("a list of at most {most} members; from 1 to {MOST_MEMBERS} can be said");
                    return self.error(Code::BadRange, written.span, message);
                }
                Type { high: at_most.map(i64::from), ..Type::new(Kind::List(id), 0) }
            }
            TypeExprKind::Named(name) => return self.unknown_type(name),
        };
        Some(ty)
    }

    fn decimals_fit(&mut self, decimals: u8, most: u8, span: Span) -> Option<()> {
        if decimals <= most {
            return Some(());
        }
        self.error(Code::TooManyDecimals, span, format!("{decimals} decimals; the most is {most}"))
    }

    /// The currency of a code; reported if there is none.
    pub fn currency(&mut self, code: &ast::Ident) -> Option<Currency> {
        if let Some(currency) = Currency::parse(&code.text) {
            return Some(currency);
        }
        let upper = code.text.to_uppercase();
        let near = Currency::parse(&upper).map(|_| upper.clone());
        let near = near.or_else(|| nearest(self.diagnostics.len(), &upper, Currency::codes()).map(str::to_owned));
        let help = near
            .map_or("write the three letters of ISO 4217, such as `CNY`".into(), |n| format!("did you mean `{n}`?"));
        self.error_help(Code::WrongCurrency, code.span, format!("`{}` is not a currency", code.text), help)
    }

    fn enumeration(&mut self, values: &[ast::Ident], ordered: bool) -> Option<EnumId> {
        let mut seen = crate::table::Table::new();
        for value in values {
            if let Some(first) = seen.insert(&*value.text, value.span) {
                let diagnostic =
                    Diagnostic::new(Code::Duplicate, value.span, format!("`{}` stands twice in this list", value.text))
                        .label(first, "first here")
                        .help("leave one of them out");
                return self.report(diagnostic);
            }
        }
        if let (Some(first), Some(last)) = (values.first(), values.last())
            && values.len() > Choices::MOST
        {
            let message = format!("{} values; `one of` takes at most {}", values.len(), Choices::MOST);
            return self.error_help(Code::TooLarge, first.span.to(last.span), message, "use `text` instead");
        }
        let values: Vec<Box<str>> = values.iter().map(|v| v.text.clone()).collect();
        let next = EnumId(self.enums.len() as u32);
        let id = *self.enum_ids.or_insert_with((values.clone(), ordered), || next);
        if id == next {
            self.enums.push(Enum { values, ordered });
        }
        Some(id)
    }

    fn with_range(&mut self, mut ty: Type, written: &ast::TypeExpr) -> Option<Type> {
        ty.optional |= written.optional;
        if written.from.is_none() && written.to.is_none() {
            return Some(ty);
        }
        let shape = Shape::new(ty.kind, ty.scale);
        if !ty.kind.is_numeric() {
            let message = format!("a range has no meaning for {}", self.kind_words(shape));
            return self.error_help(Code::BadRange, written.span, message, "leave `from … to …` out");
        }
        let low = written.from.as_ref().map(|e| self.range_end(e, shape));
        let high = written.to.as_ref().map(|e| self.range_end(e, shape));
        if let Some(low) = low {
            ty.low = Some(low?);
        }
        if let Some(high) = high {
            ty.high = Some(high?);
        }
        let (low, high) = ty.bounds();
        if low > high {
            let shown = |m: i64| super::literals::shown(&Const::Mantissa(m.into()), shape, &self.enums);
            let message = format!("this range ends at {}, before it begins at {}", shown(high), shown(low));
            return self.error_help(Code::BadRange, written.span, message, "write the smaller end first");
        }
        Some(ty)
    }

    fn range_end(&mut self, e: &ast::Expr, shape: Shape) -> Option<i64> {
        let (sources, told) = (self.sources, self.diagnostics.len());
        let constants = Constants { sources, enums: &self.enums, entities: &self.entities, told };
        match constants.read(e, shape) {
            Ok(Const::Mantissa(m)) if m.abs() <= LARGEST_END => i64::try_from(m).ok(),
            Ok(_) => {
                let message = format!("{} is too large for the end of a range", self.words(e.span));
                self.error_help(Code::BadRange, e.span, message, "fewer than 19 digits, decimals included, can be held")
            }
            Err(diagnostic) => self.report(diagnostic),
        }
    }
}
