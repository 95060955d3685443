//! Counting decisions that come as columns.

use super::{Cause, Counts, Spread, Summary, kind_of_error, spread::truth_word, without_places};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int8Type, Int16Type, Int64Type};
use arrow_array::{Array, ArrayRef, ListArray, RecordBatch, StringArray};
use arrow_schema::DataType;
use placet::Bundle;
use placet::decide::Outcome;
use placet::graph::PolicyEntry;

impl Summary {
    /// Counts the decisions of a batch: the columns of [`placet::columns`].
    pub fn add_batch(&mut self, bundle: &Bundle, batch: &RecordBatch) {
        let policies = &bundle.program().policies;
        let several = policies.len() > 1;
        for (counts, policy) in self.policies.iter_mut().zip(policies) {
            let before = if several { format!("{}.", policy.name) } else { String::new() };
            let column = |name: &str| batch.column_by_name(&format!("{before}{name}"));
            if let Some(decided) = Decided::new(&column) {
                counts.add_columns(policy, &decided, &column);
            }
        }
    }
}

/// The columns of one policy's decisions that tell why.
struct Decided<'a> {
    /// Places in [`Outcome::ALL`].
    outcomes: &'a [i8],
    proposed: &'a dyn Array,
    settled: &'a arrow_array::BooleanArray,
    rules: &'a arrow_array::DictionaryArray<Int16Type>,
    names: &'a StringArray,
    needs: &'a ListArray,
    faults: &'a ListArray,
    errors: &'a StringArray,
}

impl<'a> Decided<'a> {
    fn new(column: &impl Fn(&str) -> Option<&'a ArrayRef>) -> Option<Decided<'a>> {
        let rules = column("rule")?.as_dictionary_opt::<Int16Type>()?;
        Some(Decided {
            outcomes: column("outcome")?.as_dictionary_opt::<Int8Type>()?.keys().values(),
            proposed: &**column("proposed")?,
            settled: column("settled")?.as_boolean_opt()?,
            rules,
            names: rules.values().as_string_opt()?,
            needs: column("needs")?.as_list_opt()?,
            faults: column("faults")?.as_list_opt()?,
            errors: column("error")?.as_string_opt()?,
        })
    }

    /// Why a row without a deciding rule must be looked at.
    fn cause(&self, row: usize) -> Cause {
        if !self.settled.value(row) {
            return Cause::Findings;
        }
        let told = texts(self.faults, row);
        let first = told.iter().find_map(|(texts, range)| range.clone().next().map(|at| texts.value(at)));
        match first {
            // What stands before it is the rule that waits for it.
            Some(fault) => Cause::Fault(fault.split_once(": ").map_or(fault, |(_, message)| message).to_owned()),
            None => Cause::Several,
        }
    }
}

/// The texts of a row of a list: all of them, and which are the row's.
fn texts(list: &ListArray, row: usize) -> Option<(&StringArray, std::ops::Range<usize>)> {
    let offsets = list.value_offsets();
    let range = offsets[row] as usize..offsets[row + 1] as usize;
    if list.is_null(row) { None } else { list.values().as_string_opt().map(|texts| (texts, range)) }
}

impl Counts {
    fn add_columns<'a>(
        &mut self,
        policy: &PolicyEntry,
        decided: &Decided<'a>,
        column: &impl Fn(&str) -> Option<&'a ArrayRef>,
    ) {
        // Outcome, whether a decline is proposed, and rule: counted by their keys first, by their names after.
        let rules = decided.names.len() + 1;
        let mut counts = vec![0u64; 16 * rules];
        let mut count = |outcome: i8, rule: Option<i16>, proposed: bool| {
            let rule = rule.map_or(rules - 1, |key| key as usize);
            counts[(outcome as usize & 7) * 2 * rules + usize::from(proposed) * rules + rule] += 1;
        };
        let rows = decided.outcomes.iter().zip(decided.rules.keys());
        match decided.proposed.nulls().filter(|_| decided.proposed.null_count() < decided.proposed.len()) {
            Some(proposed) => {
                rows.zip(proposed).for_each(|((outcome, rule), proposed)| count(*outcome, rule, proposed));
            }
            // Where declines are automatic, none is proposed.
            None => {
                let all = decided.proposed.null_count() == 0;
                rows.for_each(|(outcome, rule)| count(*outcome, rule, all));
            }
        }
        for (place, times) in counts.into_iter().enumerate().filter(|(_, times)| *times > 0) {
            let (outcome, proposed, rule) = (place / (2 * rules), place / rules % 2 == 1, place % rules);
            let Some(outcome) = Outcome::ALL.get(outcome) else { continue };
            self.outcomes[*outcome as usize] += times;
            self.proposed += if proposed { times } else { 0 };
            let name = (rule < decided.names.len()).then(|| Cause::Rule(decided.names.value(rule).to_owned()));
            match (outcome, name) {
                (Outcome::Referred, Some(cause)) => self.referrals.add((cause, proposed), times),
                (Outcome::Declined, Some(cause)) => self.declines.add(cause, times),
                _ => {}
            }
        }
        self.add_rare(decided);
        for (award, spread) in policy.awards.iter().zip(&mut self.awards) {
            if let Some(values) = column(&award.name) {
                spread.add_column(values, decided.outcomes);
            }
        }
    }

    /// What only some rows have.
    fn add_rare(&mut self, decided: &Decided) {
        let row_causes = decided.rules.keys().nulls().map(|n| n.inner().clone());
        let mut without_rule = |row: usize| match Outcome::ALL.get(decided.outcomes[row] as usize) {
            Some(Outcome::Referred) => {
                self.referrals.add((decided.cause(row), !decided.proposed.is_null(row)), 1);
            }
            Some(Outcome::Declined) => self.declines.add(decided.cause(row), 1),
            Some(Outcome::Invalid) => self.errors.add(kind_of_error(decided.errors.value(row)), 1),
            _ => {}
        };
        if let Some(valid) = row_causes {
            (0..decided.outcomes.len()).filter(|row| !valid.value(*row)).for_each(&mut without_rule);
        }
        if decided.needs.null_count() < decided.needs.len() {
            for row in 0..decided.needs.len() {
                if let Some((texts, range)) = texts(decided.needs, row) {
                    range.for_each(|at| self.needs.add(without_places(texts.value(at)), 1));
                }
            }
        }
    }
}

impl Spread {
    /// Counts the values of rows that are approved.
    fn add_column(&mut self, values: &ArrayRef, outcomes: &[i8]) {
        let approved = Outcome::Approved as i8;
        let rows = || (0..values.len()).filter(|row| outcomes[*row] == approved && values.is_valid(*row));
        match (self, values.data_type()) {
            (Spread::Numbers(n), DataType::Int64) => {
                let own = values.as_primitive::<Int64Type>();
                runs(rows().map(|row| own.value(row).into()), n);
            }
            (Spread::Numbers(n), DataType::Decimal128(..)) => {
                let own = values.as_primitive::<Decimal128Type>();
                runs(rows().map(|row| own.value(row)), n);
            }
            (Spread::Numbers(n), DataType::Date32) => {
                let own = values.as_primitive::<Date32Type>();
                runs(rows().map(|row| own.value(row).into()), n);
            }
            (Spread::Words(words), DataType::Boolean) => {
                let own = values.as_boolean();
                let yes = rows().filter(|row| own.value(*row)).count() as u64;
                let no = rows().count() as u64 - yes;
                for (truth, times) in [(true, yes), (false, no)].into_iter().filter(|(_, times)| *times > 0) {
                    words.add(truth_word(truth).to_owned(), times);
                }
            }
            (Spread::Words(words), DataType::Dictionary(..)) => {
                let Some(own) = values.as_dictionary_opt::<Int16Type>() else { return };
                let Some(names) = own.values().as_string_opt::<i32>() else { return };
                let mut counts = vec![0u64; names.len()];
                rows().for_each(|row| counts[own.keys().value(row) as usize] += 1);
                for (key, times) in counts.into_iter().enumerate().filter(|(_, times)| *times > 0) {
                    words.add(names.value(key).to_owned(), times);
                }
            }
            (Spread::Words(words), DataType::Utf8) => {
                let own = values.as_string::<i32>();
                rows().for_each(|row| words.add(own.value(row).to_owned(), 1));
            }
            _ => {}
        }
    }
}

/// Counts numbers, those that follow one another together: a scheme mostly has few different ones.
fn runs(mut numbers: impl Iterator<Item = i128>, into: &mut super::Numbers) {
    let Some(mut last) = numbers.next() else { return };
    let mut times = 1;
    for number in numbers {
        if number == last {
            times += 1;
        } else {
            into.add(last, times);
            (last, times) = (number, 1);
        }
    }
    into.add(last, times);
}
