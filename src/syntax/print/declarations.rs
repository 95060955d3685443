//! Declarations: the head, the clauses in their order, the body, the tails.

use super::expressions::{flat, on_one_line};
use super::types::{date, in_force, text, ty_within};
use super::{Printer, Range, WIDTH, display_width, quoted};
use crate::source::Span;
use crate::syntax::ast::{
    Body, Declaration, DeclarationKind, Exception, Expr, ExprKind, Fact, Given, GivenValue, Ident, Mark,
    ParameterEntry, ParameterValue, Scenario, Text, Unless,
};
use crate::value::LeapRule;

/// Columns used on the last line of a head.
fn last_width(head: &str, indent: usize) -> usize {
    head.rsplit_once('\n').map_or(indent + display_width(head), |(_, last)| display_width(last))
}

fn text_end(text: &Text) -> u32 {
    text.others.last().map_or(text.default.span.end, |(_, other)| other.span.end)
}

fn keyword(kind: &DeclarationKind) -> &'static str {
    match kind {
        DeclarationKind::Policy { .. } => "policy",
        DeclarationKind::Use { .. } => "use",
        DeclarationKind::Type { .. } => "type",
        DeclarationKind::Fact(_) => "fact",
        DeclarationKind::Entity { .. } => "entity",
        DeclarationKind::Parameter { .. } => "parameter",
        DeclarationKind::Define { .. } => "define",
        DeclarationKind::Require { .. } => "require",
        DeclarationKind::Exclude { .. } => "exclude",
        DeclarationKind::Refer { .. } => "refer",
        DeclarationKind::Award { .. } => "award",
        DeclarationKind::Report { .. } => "report",
        DeclarationKind::Promise { .. } => "promise",
        DeclarationKind::Guarantee { .. } => "guarantee",
        DeclarationKind::Scenario(_) => "scenario",
    }
}

fn declared_type(kind: &DeclarationKind) -> Option<&crate::syntax::ast::TypeExpr> {
    match kind {
        DeclarationKind::Type { ty }
        | DeclarationKind::Parameter { ty, .. }
        | DeclarationKind::Award { ty, .. }
        | DeclarationKind::Report { ty, .. } => Some(ty),
        DeclarationKind::Fact(fact) => Some(&fact.ty),
        DeclarationKind::Define { ty, .. } => ty.as_ref(),
        _ => None,
    }
}

impl Printer<'_> {
    pub(super) fn declaration(&mut self, d: &Declaration, indent: usize) {
        let mut head = keyword(&d.kind).to_owned();
        let mut range = Range(d.span.start, d.keyword.end.max(d.span.start));
        if let Some(name) = &d.name {
            head.push_str(&format!(" {}", name.text));
            range = range.to(name.span);
        }
        if let Some(declared) = declared_type(&d.kind) {
            head.push_str(": ");
            head.push_str(&ty_within(declared, indent + display_width(&head), indent + 4));
            range = range.to(declared.span);
        }
        if let Some(written) = &d.title {
            let title = text(written);
            let wide = last_width(&head, indent) + 1 + display_width(&title) > WIDTH;
            head.push_str(&if wide { format!("\n{:1$}", "", indent + 2) } else { " ".to_owned() });
            head.push_str(&title);
            range.1 = range.1.max(text_end(written));
        }
        if let DeclarationKind::Use { file } = &d.kind {
            head.push_str(&format!(" {}", quoted(&file.value)));
            range = range.to(file.span);
        }
        // Where the law is cited stands at the head, if there is room; of a policy among its other clauses.
        let in_head = |c: &&Text| {
            let room = last_width(&head, indent) + " cites ".len() + display_width(&text(c)) <= WIDTH;
            room && !matches!(d.kind, DeclarationKind::Policy { .. })
        };
        let cites_in_head = d.cites.as_ref().filter(in_head);
        if let Some(cites) = cites_in_head {
            head.push_str(&format!(" cites {}", text(cites)));
            range.1 = range.1.max(text_end(cites));
        }
        let clauses_follow =
            d.in_force.is_some() || d.applies.is_some() || d.cites.is_some() && cites_in_head.is_none();
        // A short body stands on the same line.
        let short = short_body(&d.kind).filter(|_| !clauses_follow);
        let fits = |(joint, value): &(&str, &Expr)| on_one_line(value, last_width(&head, indent) + joint.len());
        if let Some((joint, value)) = short.filter(fits) {
            let range = Range(range.0, value.span.end);
            self.begin(range, indent, &[], true);
            self.write(&head);
            self.write(joint);
            self.write(&flat(value));
            self.finish(range);
            self.tails(d, indent + 2);
            return self.rest(d.span.end, indent);
        }
        self.begin(range, indent, &[], true);
        self.write(&head);
        if clauses_follow || !matches!(d.kind, DeclarationKind::Promise { .. } | DeclarationKind::Guarantee { .. }) {
            self.finish(range);
        }
        self.clauses(d, cites_in_head.is_some(), indent + 2);
        self.body(d, indent + 2);
        self.tails(d, indent + 2);
        let is_entity = matches!(d.kind, DeclarationKind::Entity { .. });
        // What is left stands where it would stand before the next declaration.
        self.rest(d.span.end, if is_entity { indent + 2 } else { indent });
        if is_entity {
            self.indent(indent);
            self.write("end");
            self.finish(Range(d.span.end.saturating_sub(1), d.span.end));
        }
    }

    fn marked(&self, d: &Declaration, mark: Mark) -> Range {
        let found = d.marks.iter().find(|(m, _)| *m == mark);
        found.map_or(Range(d.span.start, d.span.start), |(_, span)| Range::from(*span))
    }

    /// A clause of words alone.
    fn plain(&mut self, range: Range, indent: usize, words: &str) {
        self.begin(range, indent, &[], false);
        self.write(words);
        self.finish(range);
    }

    /// A clause with a text: its keyword has so many words.
    fn said(&mut self, keyword: &str, value: &Text, indent: usize) {
        self.said_with(keyword, value, "", 0, indent);
    }

    fn said_with(&mut self, keyword: &str, value: &Text, after: &str, after_end: u32, indent: usize) {
        let start = self.trivia.back(value.default.span.start, keyword.split(' ').count());
        let range = Range(start, text_end(value).max(after_end));
        self.begin(range, indent, &[], false);
        self.write(keyword);
        self.write(" ");
        let mut pieces = vec![quoted(&value.default.value)];
        pieces
            .extend(value.others.iter().map(|(language, other)| format!("{} {}", language.text, quoted(&other.value))));
        self.wrapped(&pieces, indent + 2);
        self.write(after);
        self.finish(range);
    }

    /// A clause with a condition or value.
    fn asked(&mut self, keyword: &str, value: &Expr, indent: usize) {
        let range = Range(self.trivia.back(value.span.start, keyword.split(' ').count()), value.span.end);
        self.unit_with(range, keyword, value, indent);
    }

    /// A line that begins with a keyword and goes on with an expression.
    fn unit_with(&mut self, range: Range, keyword: &str, value: &Expr, indent: usize) {
        self.begin(range, indent, &[value], false);
        self.write(keyword);
        if !keyword.is_empty() {
            self.write(" ");
        }
        self.expr(value, if keyword.is_empty() { indent } else { hang(value, indent) });
        self.finish(range);
    }

    fn clauses(&mut self, d: &Declaration, cites_done: bool, indent: usize) {
        if let DeclarationKind::Policy { version: Some(version), .. } = &d.kind {
            let range = Range(self.trivia.back(version.span.start, 1), version.span.end);
            self.plain(range, indent, &format!("version {}", quoted(&version.value)));
        }
        if let Some(period) = &d.in_force {
            self.plain(period.span.into(), indent, &in_force(period));
        }
        if let Some(cites) = d.cites.as_ref().filter(|_| !cites_done) {
            self.said("cites", cites, indent);
        }
        if let Some(applies) = &d.applies {
            self.asked("applies when", applies, indent);
        }
        match &d.kind {
            DeclarationKind::Policy { declines_automatic, law_as_of, leap, .. } => {
                if let Some(automatic) = declines_automatic {
                    let how = if *automatic { "declines are automatic" } else { "declines are referred" };
                    self.plain(self.marked(d, Mark::Declines), indent, how);
                }
                if let Some(day) = law_as_of {
                    self.asked("law as of", day, indent);
                }
                if let Some(rule) = leap {
                    let day = match rule {
                        LeapRule::February28 => "leap birthdays fall on 28 February",
                        LeapRule::March1 => "leap birthdays fall on 1 March",
                    };
                    self.plain(self.marked(d, Mark::Leap), indent, day);
                }
            }
            DeclarationKind::Fact(fact) => self.fact(d, fact, indent),
            _ => {}
        }
    }

    fn fact(&mut self, d: &Declaration, fact: &Fact, indent: usize) {
        if let Some(label) = &fact.label {
            self.said("label", label, indent);
        }
        if let Some(ask) = &fact.ask {
            self.said("ask", ask, indent);
        }
        let fresh = fact.fresh_for.map(|(days, span)| (format!("fresh for {days} days"), span));
        match (&fact.held_by, fresh) {
            (Some(held_by), Some((fresh, span))) => {
                self.said_with("held by", held_by, &format!(" {fresh}"), span.end, indent);
            }
            (Some(held_by), None) => self.said("held by", held_by, indent),
            (None, Some((fresh, span))) => self.plain(span.into(), indent, &fresh),
            (None, None) => {}
        }
        if let Some(judged_by) = &fact.judged_by {
            self.said("judged by", judged_by, indent);
        }
        if fact.sensitive {
            self.plain(self.marked(d, Mark::Sensitive), indent, "sensitive");
        }
    }

    fn body(&mut self, d: &Declaration, indent: usize) {
        match &d.kind {
            DeclarationKind::Entity { members } => {
                for member in members {
                    self.declaration(member, indent);
                }
            }
            DeclarationKind::Parameter { entries, .. } => {
                for entry in entries {
                    self.entry(entry, indent);
                }
            }
            DeclarationKind::Define { body, .. }
            | DeclarationKind::Award { body, .. }
            | DeclarationKind::Report { body, .. } => match body {
                Body::As { value, .. } => self.asked("as", value, indent),
                Body::Table(table) => {
                    self.begin_table(table, indent);
                    self.table(table, indent);
                }
            },
            DeclarationKind::Require { condition, .. } => self.unit_with(condition.span.into(), "", condition, indent),
            DeclarationKind::Exclude { condition, .. } | DeclarationKind::Refer { condition, .. } => {
                self.asked("when", condition, indent);
            }
            DeclarationKind::Promise { condition } | DeclarationKind::Guarantee { condition } => {
                let range = Range(self.trivia.back(condition.span.start, 1), condition.span.end);
                if self.out.len() > self.line {
                    self.write(":");
                    self.finish(range_of_sign(range));
                    self.unit_with(condition.span.into(), "", condition, indent);
                } else {
                    self.unit_with(range, ":", condition, indent);
                }
            }
            DeclarationKind::Scenario(scenario) => self.scenario(d, scenario, indent),
            DeclarationKind::Policy { .. }
            | DeclarationKind::Use { .. }
            | DeclarationKind::Type { .. }
            | DeclarationKind::Fact(_) => {}
        }
    }

    fn entry(&mut self, entry: &ParameterEntry, indent: usize) {
        let from = format!("from {}", date(&entry.from));
        match &entry.value {
            ParameterValue::Value(value) => {
                self.begin(entry.span.into(), indent, &[value], false);
                self.write(&format!("{from}: "));
                self.expr(value, indent + 2);
            }
            ParameterValue::Unrecorded => {
                self.begin(entry.span.into(), indent, &[], false);
                self.write(&format!("{from}: unrecorded"));
            }
            ParameterValue::Table(table) => {
                self.begin(Range(entry.span.start, entry.from.span.end), indent, &[], false);
                self.write(&format!("{from} "));
                self.table(table, indent);
            }
        }
        self.cites_after(entry.cites.as_ref(), indent + 2);
        self.finish(entry.span.into());
    }

    /// `cites "…"` at the end of a line.
    fn cites_after(&mut self, cites: Option<&Text>, indent: usize) {
        let Some(cites) = cites else { return };
        let cites = format!(" cites {}", text(cites));
        if self.fits(&cites) && self.out.len() > self.line {
            self.write(&cites);
        } else {
            self.indent(indent);
            self.write(cites.trim_start());
        }
    }

    fn tails(&mut self, d: &Declaration, indent: usize) {
        match &d.kind {
            DeclarationKind::Define { body: Body::As { exceptions, .. }, .. }
            | DeclarationKind::Award { body: Body::As { exceptions, .. }, .. }
            | DeclarationKind::Report { body: Body::As { exceptions, .. }, .. } => self.exceptions(exceptions, indent),
            DeclarationKind::Require { unless, message, .. } => {
                self.unless(unless, indent);
                if let Some(message) = message {
                    self.said("otherwise", message, indent);
                }
            }
            DeclarationKind::Exclude { unless, message, .. } => {
                self.unless(unless, indent);
                if let Some(message) = message {
                    self.said("because", message, indent);
                }
            }
            DeclarationKind::Refer { even_when_declined, unless, message, .. } => {
                if *even_when_declined {
                    self.plain(self.marked(d, Mark::EvenWhenDeclined), indent, "even when declined");
                }
                self.unless(unless, indent);
                if let Some(message) = message {
                    self.said("because", message, indent);
                }
            }
            _ => {}
        }
    }

    fn unless(&mut self, list: &[Unless], indent: usize) {
        for unless in list {
            self.begin(unless.span.into(), indent, &[&unless.condition], false);
            self.write("unless ");
            self.expr(&unless.condition, hang(&unless.condition, indent));
            self.cites_after(unless.cites.as_ref(), indent + 2);
            self.finish(unless.span.into());
        }
    }

    fn exceptions(&mut self, list: &[Exception], indent: usize) {
        for exception in list {
            let start = exception.exceptions.first().map_or(exception.span.end, |e| e.span.start);
            let range = Range(exception.span.start, start);
            self.begin(range, indent, &[&exception.condition, &exception.value], false);
            self.write("except when ");
            self.expr(&exception.condition, hang(&exception.condition, indent));
            self.write(":");
            if on_one_line(&exception.value, self.column() + 1) {
                self.write(" ");
            } else {
                self.indent(indent + 4);
            }
            self.expr(&exception.value, indent + 4);
            self.cites_after(exception.cites.as_ref(), indent + 2);
            if exception.exceptions.is_empty() {
                self.finish(range);
                continue;
            }
            self.write(" {");
            self.finish(range);
            self.exceptions(&exception.exceptions, indent + 2);
            self.leftovers(exception.span.into(), indent + 2);
            self.indent(indent);
            self.write("}");
            self.finish(exception.span.into());
        }
    }

    fn scenario(&mut self, d: &Declaration, scenario: &Scenario, indent: usize) {
        if let Some(on) = &scenario.on {
            let range = Range(self.trivia.back(on.span.start, 1), on.span.end);
            self.plain(range, indent, &format!("on {}", date(on)));
        }
        if let Some(first) = scenario.given.first() {
            let start = self.trivia.back(first.fact.span.start, 1);
            let end = scenario.given.iter().map(given_end).max().unwrap_or(start);
            self.begin(Range(start, end), indent, &[], false);
            self.write("given ");
            self.givens(&scenario.given, indent + 2);
            self.finish(Range(start, end));
        }
        if let (Some(first), Some(last)) = (scenario.closed.first(), scenario.closed.last()) {
            let range = Range(self.trivia.back(first.span.start, 1), last.span.end);
            self.pieces("closed ", &words(&scenario.closed), range, indent);
        }
        if scenario.complete {
            self.plain(self.marked(d, Mark::Complete), indent, "complete");
        }
        let Some(expect) = &scenario.expect else { return };
        let outcome = expect.outcome.words();
        self.begin(expect.span.into(), indent, &[], false);
        self.write(&format!("expect {outcome}"));
        let mut parts = Vec::new();
        if !expect.because.is_empty() {
            parts.push(("because ", words(&expect.because)));
        }
        if !expect.needing.is_empty() {
            parts.push(("needing ", words(&expect.needing)));
        }
        if !expect.with.is_empty() {
            let values: Vec<String> = expect.with.iter().map(|(n, v)| format!("{} {}", n.text, flat(v))).collect();
            parts.push(("with ", values));
        }
        for (words, pieces) in parts {
            let list = pieces.join(", ");
            if self.column() + 1 + words.len() + display_width(&list) <= WIDTH {
                self.write(&format!(" {words}{list}"));
            } else {
                self.indent(indent + 2);
                self.write(words);
                self.wrapped(&pieces, indent + 4);
            }
        }
        self.finish(expect.span.into());
    }

    /// What is told, wrapped; a list that is too wide has one record a line.
    fn givens(&mut self, told: &[Given], indent: usize) {
        for (i, one) in told.iter().enumerate() {
            let (piece, last) = (given(one), i + 1 == told.len());
            let width = display_width(&piece) + usize::from(!last);
            let records = match &one.value {
                GivenValue::List(records, _) if indent + width > WIDTH => records,
                _ => {
                    if i > 0 && self.column() + 1 + width > WIDTH {
                        self.indent(indent);
                    } else if i > 0 {
                        self.write(" ");
                    }
                    self.write(&piece);
                    self.write(if last { "" } else { "," });
                    continue;
                }
            };
            if i > 0 {
                self.indent(indent);
            }
            self.write(&format!("{} [", one.fact.text));
            for (j, record) in records.iter().enumerate() {
                self.indent(indent + 2);
                self.write("{");
                self.givens(record, indent + 4);
                self.write(if j + 1 == records.len() { "}" } else { "}," });
            }
            self.indent(indent);
            self.write("]");
            self.write(&source(one));
            self.write(if last { "" } else { "," });
        }
    }

    fn pieces(&mut self, keyword: &str, pieces: &[String], range: Range, indent: usize) {
        self.begin(range, indent, &[], false);
        self.write(keyword);
        self.wrapped(pieces, indent + 2);
        self.finish(range);
    }
}

/// The value that may stand on the line of its declaration, and what joins them.
fn short_body(kind: &DeclarationKind) -> Option<(&'static str, &Expr)> {
    match kind {
        DeclarationKind::Define { body: Body::As { value, .. }, .. }
        | DeclarationKind::Award { body: Body::As { value, .. }, .. }
        | DeclarationKind::Report { body: Body::As { value, .. }, .. } => Some((" as ", value)),
        DeclarationKind::Promise { condition } | DeclarationKind::Guarantee { condition } => Some((": ", condition)),
        _ => None,
    }
}

/// Where the further lines of an expression begin that follows a keyword: a group's items are set in by themselves.
fn hang(value: &Expr, indent: usize) -> usize {
    if matches!(value.kind, ExprKind::Group(..)) { indent } else { indent + 2 }
}

fn words(names: &[Ident]) -> Vec<String> {
    names.iter().map(|n| n.text.to_string()).collect()
}

fn range_of_sign(range: Range) -> Range {
    Range(range.0, range.0 + 1)
}

fn given(given: &Given) -> String {
    let mut out = format!("{} ", given.fact.text);
    match &given.value {
        GivenValue::Value(value) => out.push_str(&flat(value)),
        GivenValue::List(records, _) => {
            let record = |r: &Vec<Given>| format!("{{{}}}", r.iter().map(self::given).collect::<Vec<_>>().join(", "));
            out.push_str(&format!("[{}]", records.iter().map(record).collect::<Vec<_>>().join(", ")));
        }
    }
    out.push_str(&source(given));
    out
}

fn source(given: &Given) -> String {
    let source = given.source.as_ref().map(|source| format!(" from {}", quoted(&source.value)));
    let day = given.observed.as_ref().map(|day| format!(" observed {}", date(day)));
    source.unwrap_or_default() + &day.unwrap_or_default()
}

fn given_end(given: &Given) -> u32 {
    let value = match &given.value {
        GivenValue::Value(value) => value.span,
        GivenValue::List(_, span) => *span,
    };
    let source = given.source.as_ref().map_or(value, |s| s.span);
    let observed: Span = given.observed.map_or(source, |d| d.span);
    value.end.max(source.end).max(observed.end)
}
