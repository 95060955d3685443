//! Counting decisions that come as columns.

use super::{Cause, Counts, Spread, Summary, kind_of_error, spread::truth_word, without_places};
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Int8Type, Int16Type, Int64Type};
use arrow_array::{AnyDictionaryArray, Array, ArrayRef, ListArray, RecordBatch, StringArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use placet::Bundle;
use placet::decide::Outcome;
use placet::graph::PolicyEntry;
use std::collections::BTreeMap;

impl Summary {
    /// Counts the decisions of a batch: the columns of [`placet::columns`].
    pub fn add_batch(&mut self, bundle: &Bundle, batch: &RecordBatch) {
        for (counts, policy, column) in self.columns(bundle, batch) {
            if let Some(decided) = Decided::new(&column) {
                counts.add_columns(policy, &decided, &column);
            }
        }
    }

    /// Counts only the rows of a batch that could not be used: all that is asked of a summary that nobody sees.
    pub fn add_invalid(&mut self, bundle: &Bundle, batch: &RecordBatch) {
        for (counts, _, column) in self.columns(bundle, batch) {
            if let Some(outcomes) = column("outcome").and_then(|column| column.as_dictionary_opt::<Int8Type>()) {
                let invalid = outcomes.keys().values().iter().filter(|key| **key == Outcome::Invalid as i8).count();
                counts.outcomes[Outcome::Invalid as usize] += invalid as u64;
            }
        }
    }

    /// Each policy's counts, and its columns by their names.
    fn columns<'a>(
        &'a mut self,
        bundle: &'a Bundle,
        batch: &'a RecordBatch,
    ) -> impl Iterator<Item = (&'a mut Counts, &'a PolicyEntry, impl Fn(&str) -> Option<&'a ArrayRef>)> {
        let policies = &bundle.program().policies;
        let several = policies.len() > 1;
        self.policies.iter_mut().zip(policies).map(move |(counts, policy)| {
            let before = if several { format!("{}.", policy.name) } else { String::new() };
            (counts, policy, move |name: &str| batch.column_by_name(&format!("{before}{name}")))
        })
    }
}

/// The columns of one policy's decisions that tell why.
struct Decided<'a> {
    /// Places in [`Outcome::ALL`].
    outcomes: &'a [i8],
    proposed: &'a dyn Array,
    settled: &'a arrow_array::BooleanArray,
    rules: &'a dyn AnyDictionaryArray,
    names: &'a StringArray,
    needs: &'a ListArray,
    faults: &'a ListArray,
    errors: &'a StringArray,
}

impl<'a> Decided<'a> {
    fn new(column: &impl Fn(&str) -> Option<&'a ArrayRef>) -> Option<Decided<'a>> {
        let rules = column("rule")?.as_any_dictionary_opt()?;
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

    /// How often each outcome comes with a proposed decline or without, and with each rule or, at the end, none.
    fn counts(&self, rules: usize) -> Vec<u64> {
        let keys = self.rules.keys();
        match keys.as_primitive_opt::<Int8Type>() {
            Some(narrow) => self.counts_by(narrow.values(), keys.nulls(), rules),
            None => self.counts_by(keys.as_primitive::<Int16Type>().values(), keys.nulls(), rules),
        }
    }

    fn counts_by<T: Copy + Into<i32>>(&self, keys: &[T], told: Option<&NullBuffer>, rules: usize) -> Vec<u64> {
        let words = |nulls: Option<&NullBuffer>, otherwise: u64| -> Vec<u64> {
            match nulls {
                Some(nulls) => nulls.inner().bit_chunks().iter_padded().collect(),
                None => vec![otherwise; self.outcomes.len().div_ceil(64)],
            }
        };
        let told = words(told, u64::MAX);
        // Where declines are automatic, none is proposed: a column of nothing.
        let proposed = match self.proposed.null_count() == self.proposed.len() {
            true => words(None, 0),
            false => words(self.proposed.nulls(), u64::MAX),
        };
        let none = rules as u32 - 1;
        // Neighbours are counted apart: the same count twice in a row would wait for itself.
        let mut counts = [vec![0u64; 16 * rules], vec![0u64; 16 * rules]];
        let rows = self.outcomes.chunks(64).zip(keys.chunks(64));
        for ((outcomes, keys), (told, proposed)) in rows.zip(told.into_iter().zip(proposed)) {
            let mut places = [0u32; 64];
            for (at, (place, (outcome, key))) in places.iter_mut().zip(outcomes.iter().zip(keys)).enumerate() {
                // A mask in place of a branch: which rows have a rule nobody can guess.
                let mask = ((told >> at & 1) as u32).wrapping_neg();
                let key: i32 = (*key).into();
                let rule = (key as u32 & mask) | (none & !mask);
                let outcome = (*outcome as u32 & 7) << 1 | (proposed >> at & 1) as u32;
                *place = outcome * (none + 1) + rule;
            }
            for pair in places[..outcomes.len()].chunks(2) {
                pair.iter().zip(&mut counts).for_each(|(place, counts)| counts[*place as usize] += 1);
            }
        }
        let [even, odd] = counts;
        even.into_iter().zip(odd).map(|(even, odd)| even + odd).collect()
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
        let counts = decided.counts(rules);
        let without_rule: u64 = counts.iter().skip(rules - 1).step_by(rules).sum();
        let approved = Outcome::Approved as usize * 2 * rules;
        let is_rare = without_rule > counts[approved + rules - 1];
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
        if is_rare {
            self.add_without_rule(decided);
        }
        self.add_needs(decided.needs);
        for (award, spread) in policy.awards.iter().zip(&mut self.awards) {
            if let Some(values) = column(&award.name) {
                spread.add_column(values, decided.outcomes);
            }
        }
    }

    /// Rows that no rule alone decides.
    fn add_without_rule(&mut self, decided: &Decided) {
        let Some(valid) = decided.rules.keys().nulls() else { return };
        let approved = Outcome::Approved as i8;
        for row in (!valid.inner()).set_indices().filter(|row| decided.outcomes[*row] != approved) {
            match Outcome::ALL.get(decided.outcomes[row] as usize) {
                Some(Outcome::Referred) => {
                    self.referrals.add((decided.cause(row), !decided.proposed.is_null(row)), 1);
                }
                Some(Outcome::Declined) => self.declines.add(decided.cause(row), 1),
                Some(Outcome::Invalid) => self.errors.add(kind_of_error(decided.errors.value(row)), 1),
                _ => {}
            }
        }
    }

    /// Facts that still matter: few different ones, counted by their texts first.
    fn add_needs(&mut self, needs: &ListArray) {
        let Some(all) = needs.values().as_string_opt::<i32>() else { return };
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        let mut count = |row: usize| {
            let ends = &needs.value_offsets()[row..row + 2];
            (ends[0]..ends[1]).for_each(|at| *counts.entry(all.value(at as usize)).or_default() += 1);
        };
        match needs.nulls() {
            Some(nulls) => nulls.valid_indices().for_each(&mut count),
            None => (0..needs.len()).for_each(&mut count),
        }
        counts.into_iter().for_each(|(need, times)| self.needs.add(without_places(need), times));
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
                let own = values.as_any_dictionary();
                let Some(names) = own.values().as_string_opt::<i32>() else { return };
                if names.is_empty() {
                    return;
                }
                let (mut counts, keys) = (vec![0u64; names.len()], own.normalized_keys());
                rows().for_each(|row| counts[keys[row]] += 1);
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
