//! Periods: `in force from … until …`, and declarations of one name in several of them.

use super::InForce;
use super::check::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast;
use crate::value::Date;

/// A declaration and when it is in force.
#[derive(Clone, Copy)]
pub(super) struct Dated<'a> {
    pub declaration: &'a ast::Declaration,
    pub in_force: InForce,
}

impl InForce {
    /// Whether the period covers a day.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// Whether the period has no ends.
    pub fn is_always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}

impl<'a> Checker<'a> {
    /// A declaration with its period.
    pub fn dated(&mut self, declaration: &'a ast::Declaration) -> Dated<'a> {
        let in_force = declaration.in_force.as_ref().map_or_else(InForce::default, |c| self.period(c));
        Dated { declaration, in_force }
    }

    /// The period of a clause; one whose dates do not exist counts as open there.
    pub fn period(&mut self, clause: &ast::InForce) -> InForce {
        let from = clause.from.and_then(|d| self.date(&d));
        let until = clause.until.and_then(|d| self.date(&d));
        if let (Some(from), Some(until)) = (from, until)
            && from > until
        {
            let message = format!("this period ends on {until}, before it begins on {from}");
            self.error::<()>(Code::BadRange, clause.span, message);
        }
        InForce { from, until }
    }

    /// Sorts declarations of one name by time and reports those that overlap.
    pub fn check_periods(&mut self, what: &str, group: &mut [Dated<'a>]) {
        if group.len() < 2 {
            return;
        }
        group.sort_by_key(|d| (d.in_force.from, d.in_force.until.unwrap_or(Date::MAX)));
        for i in 1..group.len() {
            let (before, after) = (group[i - 1], group[i]);
            let gap = match (before.in_force.until, after.in_force.from) {
                (Some(until), Some(from)) => until < from,
                _ => false,
            };
            if gap {
                continue;
            }
            let (mut first, mut second) = (before.declaration, after.declaration);
            if (second.span.source, second.span.start) < (first.span.source, first.span.start) {
                std::mem::swap(&mut first, &mut second);
            }
            let Some(name) = &second.name else { continue };
            let first_place = first.name.as_ref().map_or(first.span, |n| n.span);
            let dated = first.in_force.is_some() || second.in_force.is_some();
            let diagnostic = if dated {
                let day = after.in_force.from.or(before.in_force.from);
                let on = day.map_or_else(|| "on the same days".to_owned(), |d| format!("on {d}"));
                Diagnostic::new(
                    Code::OverlappingPeriods,
                    name.span,
                    format!("two declarations of {what} `{}` are in force {on}", name.text),
                )
                .help("end the earlier one the day before with `in force from … until …`")
            } else {
                Diagnostic::new(Code::Duplicate, name.span, format!("{what} `{}` is declared twice", name.text))
                    .help("rename one, or give each its own period with `in force from … until …`")
            };
            self.report::<()>(diagnostic.label(first_place, "the other one"));
        }
    }
}
