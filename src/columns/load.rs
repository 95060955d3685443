//! Columns as the batch evaluator's vectors, chunk by chunk: in place where they lie right, else converted; and all that is wrong
//! with them on the way.

use super::cells::{Cells, Column, Decimals, Lists, Whole};
use super::layout::{Bound, BoundFact};
use crate::eval::batch::{self, Input, Lane, Lanes, ScopeRows, Width};
use crate::facts::{counts, describe, read};
use crate::graph::{Fact, FactId, Graph, ScopeId};
use crate::value::{Date, Kind, Type};
use arrow_array::{Array, StructArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use std::ops::Range;

/// The number of a text that is none of the policies' own.
const OTHER_TEXT: i32 = i32::MAX;

/// What the vectors of a chunk may take: what a core's own cache holds today, for not all of them are needed at once.
const CACHE: usize = 1 << 21;

/// In what width a fact's values are handed in from columns of a type.
pub(crate) fn width(ty: &Type, form: &DataType, is_minor: bool) -> Width {
    let is_plain = describe::shown_scale(ty) == 0 || is_minor;
    match (ty.kind, form) {
        (Kind::Truth | Kind::Enum(_), _) => Width::Byte,
        (Kind::Date | Kind::Text, _) => Width::Int,
        (_, DataType::UInt8) if is_plain => Width::Byte,
        (_, DataType::Int8 | DataType::Int16 | DataType::UInt16 | DataType::Int32) if is_plain => Width::Int,
        _ => Width::Long,
    }
}

/// All columns of one batch.
pub(crate) struct Sources<'a> {
    pub(super) graph: &'a Graph,
    pub(super) leaves: Vec<Leaf<'a>>,
    /// The case first, then lists, each behind the one around it.
    lists: Vec<List<'a>>,
    /// Where the members of each scope stand among the lists.
    of_scope: Vec<Option<usize>>,
    /// By list and fact: its leaf.
    of_fact: Vec<Vec<Option<usize>>>,
    pub(super) on: Option<usize>,
    pub(super) day: Date,
    attested: bool,
}

/// A fact's column.
pub(super) struct Leaf<'a> {
    pub fact: Option<(FactId, &'a Fact)>,
    bound: BoundFact<'a>,
    /// Whose rows it has.
    pub list: usize,
    pub width: Width,
    form: Form,
    /// The smallest and largest value.
    pub ends: (i64, i64),
    /// Null is *none*.
    pub can_be_none: bool,
    /// Where it is open, only a single case tells what it is.
    is_unclear: bool,
}

/// How a column becomes a vector.
enum Form {
    /// It lies right.
    InPlace,
    /// Keys of a dictionary, by what each value stands for; 256 stands for none.
    Keys { codes: Vec<u16>, are_places: bool },
    /// Value by value.
    Converted,
}

/// The case, or a list.
struct List<'a> {
    /// The list around it.
    outer: usize,
    fact: FactId,
    lists: Option<Lists<'a>>,
    records: Option<&'a StructArray>,
}

/// Rows as bits, 64 to a word; empty for none at all.
pub(crate) type Bits = Vec<u64>;

/// The rows whose bits are set, in order.
pub(crate) fn rows_of(bits: &[u64]) -> Vec<u32> {
    let mut rows = Vec::new();
    for (at, word) in bits.iter().enumerate() {
        let mut rest = *word;
        while rest != 0 {
            rows.push(at as u32 * 64 + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    rows
}

/// For each number the sum of those before it.
pub(crate) fn sums_before(numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let before = numbers.scan(0, |sum, number| {
        let before = *sum;
        *sum += number;
        Some(before)
    });
    before.collect()
}

fn is_set(bits: &[u64], row: usize) -> bool {
    bits.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
}

/// The vectors of one chunk, kept for the next.
#[derive(Default)]
pub(crate) struct Stage {
    rows: usize,
    ranges: Vec<Range<usize>>,
    scopes: Vec<ScopeRows>,
    bytes: Vec<Vec<u8>>,
    ints: Vec<Vec<i32>>,
    longs: Vec<Vec<i64>>,
    /// By leaf: the smallest and largest value, where they have been looked for.
    ends: Vec<Option<(i64, i64)>>,
    /// By list: rows that something is wrong with.
    wrong: Vec<Vec<u8>>,
    is_wrong: Vec<bool>,
    /// By leaf: rows where nothing counts that was told, as bits; empty where everything does.
    pub(super) open: Vec<Bits>,
    /// The same by row of the case, of members' facts.
    open_cases: Vec<Bits>,
    /// By leaf: the same as bytes, where *none* is asked for.
    none: Vec<Vec<u8>>,
    empty: Vec<u8>,
}

impl<'a> Sources<'a> {
    pub fn new(
        graph: &'a Graph,
        bound: &Bound<'a>,
        on: Option<BoundFact<'a>>,
        day: Date,
        attested: bool,
    ) -> Sources<'a> {
        let case = List { outer: 0, fact: FactId(u32::MAX), lists: None, records: None };
        let mut sources = Sources {
            graph,
            leaves: Vec::new(),
            lists: vec![case],
            of_scope: Vec::new(),
            of_fact: Vec::new(),
            on: None,
            day,
            attested,
        };
        sources.add(bound, 0, on.is_some());
        if let Some(on) = on {
            let ty = Type::new(Kind::Date, 0);
            let form = if matches!(on.column.cells, Cells::Days(_)) { Form::InPlace } else { Form::Converted };
            sources.on = Some(sources.leaves.len());
            let (width, ends) = (Width::Int, ty.bounds());
            let (can_be_none, is_unclear) = (false, false);
            sources.leaves.push(Leaf { fact: None, bound: on, list: 0, width, form, ends, can_be_none, is_unclear });
        }
        sources.of_scope = vec![Some(0)];
        for scope in &graph.scopes[1..] {
            let outer = sources.of_scope[scope.owner.0 as usize].filter(|_| scope.owner == scope.parent);
            let find = |outer| sources.lists.iter().position(|l| l.outer == outer && l.fact == scope.list);
            let found = outer.and_then(find);
            sources.of_scope.push(found);
        }
        sources.of_fact = vec![vec![None; graph.facts.len()]; sources.lists.len()];
        for (at, leaf) in sources.leaves.iter().enumerate() {
            if let Some((fact, _)) = leaf.fact {
                sources.of_fact[leaf.list][fact.0 as usize] = Some(at);
            }
        }
        sources
    }

    fn add(&mut self, bound: &Bound<'a>, list: usize, days_differ: bool) {
        for bound in bound.facts.iter().flatten() {
            let id = bound.told.fact;
            let fact = self.graph.fact(id);
            if let (Kind::List(_), Cells::Lists(lists), Some(members)) =
                (fact.ty.kind, &bound.column.cells, &bound.members)
            {
                self.lists.push(List { outer: list, fact: id, lists: Some(*lists), records: members.records });
                let own = self.lists.len() - 1;
                self.add(members, own, days_differ);
            }
            let width = bound.told.width;
            let (form, ends) = form(self.graph, fact, bound, width);
            let may_not_count = bound.told.is_attested() || self.attested;
            self.leaves.push(Leaf {
                fact: Some((id, fact)),
                bound: bound.clone(),
                list,
                width,
                form,
                ends,
                can_be_none: bound.told.null_is_none && !may_not_count,
                is_unclear: may_not_count && (bound.told.null_is_none || days_differ),
            });
        }
    }

    /// Fills a stage with a stretch of rows.
    pub fn fill(&self, stage: &mut Stage, rows: Range<usize>) {
        stage.rows = rows.len();
        stage.ranges.clear();
        stage.scopes.clear();
        stage.wrong.resize_with(self.lists.len(), Vec::new);
        stage.is_wrong = vec![false; self.lists.len()];
        let mut offsets: Vec<Vec<u32>> = Vec::with_capacity(self.lists.len());
        for (at, list) in self.lists.iter().enumerate() {
            let range = if at == 0 { rows.clone() } else { stage.ranges[list.outer].clone() };
            let (range, own) = match &list.lists {
                None => (range, Vec::new()),
                Some(lists) => members(lists, range),
            };
            stage.wrong[at].clear();
            stage.wrong[at].resize(range.len(), 0);
            stage.ranges.push(range);
            offsets.push(own);
        }
        for own in &self.of_scope {
            stage.scopes.push(match own {
                Some(at) => ScopeRows { rows: stage.ranges[*at].len(), offsets: offsets[*at].clone() },
                None => ScopeRows { rows: 0, offsets: vec![0; stage.rows + 1] },
            });
        }
        stage.ends.clear();
        stage.ends.resize(self.leaves.len(), None);
        for buffers in [&mut stage.bytes, &mut stage.none] {
            buffers.resize_with(self.leaves.len(), Vec::new);
        }
        for buffers in [&mut stage.open, &mut stage.open_cases] {
            buffers.resize_with(self.leaves.len(), Vec::new);
        }
        stage.ints.resize_with(self.leaves.len(), Vec::new);
        stage.longs.resize_with(self.leaves.len(), Vec::new);
        for (at, leaf) in self.leaves.iter().enumerate() {
            self.leaf(stage, at, leaf);
        }
        self.gather(stage, &offsets);
        let most = stage.ranges.iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        stage.empty.clear();
        stage.empty.resize(most, 0);
    }

    /// Reads one column, and finds what is wrong with it.
    fn leaf(&self, stage: &mut Stage, at: usize, leaf: &Leaf) {
        let range = stage.ranges[leaf.list].clone();
        let open = &mut stage.open[at];
        open.clear();
        let wrong = &mut stage.wrong[leaf.list];
        stage.is_wrong[leaf.list] |= self.open(leaf, range.clone(), open, wrong);
        if leaf.can_be_none {
            stage.none[at].clear();
            stage.none[at].resize(range.len(), 0);
            batch::bytes(&mut stage.none[at], open.iter().copied(), false);
        }
        let is_wrong = match (&leaf.form, leaf.width) {
            (Form::InPlace, _) => {
                let lanes = lanes_of(&leaf.bound.column.cells, range.clone());
                self.check(leaf, lanes, open, wrong, &mut stage.ends[at])
            }
            (Form::Keys { codes, are_places }, _) => {
                keys(&leaf.bound.column.cells, range.clone(), codes, *are_places, &mut stage.bytes[at], open, wrong)
            }
            (Form::Converted, Width::Byte) => {
                self.convert(leaf, range.clone(), &mut stage.bytes[at], open, wrong, &mut stage.ends[at])
            }
            (Form::Converted, Width::Int) => {
                self.convert(leaf, range.clone(), &mut stage.ints[at], open, wrong, &mut stage.ends[at])
            }
            (Form::Converted, Width::Long) => {
                self.convert(leaf, range.clone(), &mut stage.longs[at], open, wrong, &mut stage.ends[at])
            }
        };
        stage.is_wrong[leaf.list] |= is_wrong;
        if let Some((_, fact)) = leaf.fact
            && let (Kind::List(_), Cells::Lists(lists)) = (fact.ty.kind, &leaf.bound.column.cells)
        {
            let most = describe::most_members(&fact.ty);
            for (row, wrong) in range.zip(&mut stage.wrong[leaf.list]) {
                if lists.offsets.range(row).len() > most {
                    *wrong = 1;
                    stage.is_wrong[leaf.list] = true;
                }
            }
        }
    }

    /// Rows where nothing counts that was told; whether something is wrong with how it was told.
    fn open(&self, leaf: &Leaf, range: Range<usize>, open: &mut Bits, wrong: &mut [u8]) -> bool {
        let column = &leaf.bound.column;
        match (&column.cells, column.nulls()) {
            (Cells::Nothing, _) => open.resize(range.len().div_ceil(64), u64::MAX),
            (Cells::Coded(_, values), _) if values.has_nulls() => {
                open.resize(range.len().div_ceil(64), 0);
                for (at, _) in range.clone().enumerate().filter(|(_, row)| column.is_null(*row)) {
                    open[at / 64] |= 1 << (at % 64);
                }
            }
            (_, Some(nulls)) if nulls.null_count() > 0 => invert(nulls, range.clone(), open),
            _ => {}
        }
        let Some((_, fact)) = leaf.fact else { return false };
        if !leaf.bound.told.is_attested() && !self.attested {
            return false;
        }
        open.resize(range.len().div_ceil(64), 0);
        let mut is_wrong = false;
        for ((at, row), wrong) in range.enumerate().zip(wrong) {
            // What a list's source says of its members is not told column by column: such rows are read as single cases.
            let is_list = matches!(fact.ty.kind, Kind::List(_));
            let counts = match leaf.bound.provenance(row) {
                Some((None, None)) => !self.attested,
                Some((source, observed)) => counts(fact, source, observed, self.day, self.attested),
                None => {
                    (*wrong, is_wrong) = (1, true);
                    false
                }
            };
            open[at / 64] |= u64::from(!counts || is_list || leaf.is_unclear) << (at % 64);
        }
        is_wrong
    }

    /// Marks the rows whose values lie outside the type's range.
    fn check(&self, leaf: &Leaf, lanes: Lanes, open: &[u64], wrong: &mut [u8], found: &mut Option<(i64, i64)>) -> bool {
        match lanes {
            Lanes::Bytes(v) => outside(v, leaf.ends, open, wrong, found),
            Lanes::Ints(v) => outside(v, leaf.ends, open, wrong, found),
            Lanes::Longs(v) => outside(v, leaf.ends, open, wrong, found),
        }
    }

    fn convert<T: Lane>(
        &self,
        leaf: &Leaf,
        range: Range<usize>,
        values: &mut Vec<T>,
        open: &[u64],
        wrong: &mut [u8],
        found: &mut Option<(i64, i64)>,
    ) -> bool {
        values.clear();
        if let Some((_, fact)) = leaf.fact
            && matches!(fact.ty.kind, Kind::List(_))
        {
            return false;
        }
        if quick(leaf, range.clone(), values) {
            return outside(values, leaf.ends, open, wrong, found);
        }
        let mut any = false;
        for (i, row) in range.enumerate() {
            let is_open = is_set(open, i) || leaf.bound.column.is_null(row);
            let value = if is_open { Some(0) } else { self.value(leaf, row) };
            wrong[i] |= u8::from(value.is_none());
            any |= value.is_none();
            values.push(T::of(value.unwrap_or(0)));
        }
        any
    }

    /// A value that is not null; absent if something is wrong with it, or only a single case can tell.
    fn value(&self, leaf: &Leaf, row: usize) -> Option<i64> {
        let column = &leaf.bound.column;
        let Some((_, fact)) = leaf.fact else { return column.day(row).ok() };
        match column.text(row) {
            Some(text) if fact.ty.kind == Kind::Text => {
                let known = self.graph.texts.iter().position(|t| **t == *text).map_or(OTHER_TEXT, |at| at as i32);
                (text.len() <= crate::facts::LONGEST_TEXT).then_some(known.into())
            }
            Some(text) => read::code(self.graph, &fact.ty, text).ok(),
            None => column.mantissa(&fact.ty, row, leaf.bound.told.is_minor),
        }
    }

    /// What is wrong with members is wrong with the case.
    fn gather(&self, stage: &mut Stage, offsets: &[Vec<u32>]) {
        for (at, list) in self.lists.iter().enumerate().skip(1).rev() {
            if let Some(records) = list.records.filter(|r| r.null_count() > 0) {
                for (wrong, row) in stage.wrong[at].iter_mut().zip(stage.ranges[at].clone()) {
                    *wrong |= u8::from(records.is_null(row));
                }
                stage.is_wrong[at] = true;
            }
            if stage.is_wrong[at] {
                let members = std::mem::take(&mut stage.wrong[at]);
                outward(&members, &offsets[at], &mut stage.wrong[list.outer]);
                stage.is_wrong[list.outer] = true;
                stage.wrong[at] = members;
            }
        }
        // A row of the case is given up with an open fact of any of its members.
        for (at, leaf) in self.leaves.iter().enumerate().filter(|(_, l)| l.list > 0) {
            let (mut list, mut open) = (leaf.list, stage.open[at].clone());
            while list > 0 && !open.is_empty() {
                let outer = self.lists[list].outer;
                let mut of_outer = vec![0; stage.ranges[outer].len().div_ceil(64)];
                for (row, range) in offsets[list].windows(2).enumerate() {
                    let any = (range[0]..range[1]).any(|member| is_set(&open, member as usize));
                    of_outer[row / 64] |= u64::from(any) << (row % 64);
                }
                (list, open) = (outer, of_outer);
            }
            stage.open_cases[at] = open;
        }
    }

    /// The rows of which only a single case can tell what is open in them, as bits; empty if there are none.
    pub fn unclear(&self, stage: &Stage) -> Bits {
        let mut all = Bits::new();
        for (leaf, open) in self.leaves.iter().zip(&stage.open).filter(|(l, _)| l.is_unclear && l.list == 0) {
            debug_assert!(leaf.fact.is_some());
            all.resize(all.len().max(open.len()), 0);
            all.iter_mut().zip(open).for_each(|(all, word)| *all |= word);
        }
        all
    }

    /// How many rows are worked on together: as many as fit a core's own cache with the bytes that a program makes of each, and few
    /// where each may have many members.
    pub fn rows_at_once(&self, made: usize) -> usize {
        const FEWEST: usize = 1_024;
        if self.lists.len() > 1 {
            return 4 * FEWEST;
        }
        let bytes = |leaf: &Leaf| match leaf.width {
            Width::Byte => 1,
            Width::Int => 4,
            Width::Long => 8,
        };
        let read: usize = self.leaves.iter().map(bytes).sum();
        let rows = CACHE / (read + made).max(1);
        (rows / FEWEST).clamp(1, 16) * FEWEST
    }

    /// The rows of each scope.
    pub fn scopes<'s>(&self, stage: &'s Stage) -> &'s [ScopeRows] {
        &stage.scopes
    }

    /// The vector of a program's input.
    pub fn lanes<'s>(&'s self, stage: &'s Stage, input: Input) -> Lanes<'s> {
        let at = match input {
            Input::DecisionDate => self.on,
            Input::Fact(fact, scope) => self.find(fact, scope),
            // Only rows taken aside are asked for what is open in them.
            Input::IsOpen(_) => None,
            Input::IsNone(fact, scope) => {
                let found = self.find(fact, scope).map(|at| &stage.none[at]).filter(|o| !o.is_empty());
                return Lanes::Bytes(found.unwrap_or(&stage.empty));
            }
        };
        let Some(at) = at else { return Lanes::Bytes(&stage.empty) };
        self.own_lanes(stage, at, &self.leaves[at])
    }

    /// The smallest and largest value of a program's input in a chunk, where they have been looked for.
    pub fn ends(&self, stage: &Stage, input: Input) -> Option<(i64, i64)> {
        match input {
            Input::DecisionDate => stage.ends[self.on?],
            Input::Fact(fact, scope) => stage.ends[self.find(fact, scope)?],
            Input::IsNone(..) | Input::IsOpen(_) => None,
        }
    }

    pub(super) fn own_lanes<'s>(&'s self, stage: &'s Stage, at: usize, leaf: &'s Leaf<'a>) -> Lanes<'s> {
        match (&leaf.form, leaf.width) {
            (Form::InPlace, _) => lanes_of(&leaf.bound.column.cells, stage.ranges[leaf.list].clone()),
            (_, Width::Byte) => Lanes::Bytes(&stage.bytes[at]),
            (_, Width::Int) => Lanes::Ints(&stage.ints[at]),
            (_, Width::Long) => Lanes::Longs(&stage.longs[at]),
        }
    }

    pub(super) fn find(&self, fact: FactId, scope: ScopeId) -> Option<usize> {
        let list = self.of_scope[scope.0 as usize]?;
        self.of_fact[list][fact.0 as usize]
    }

    /// The rows of the case that something is wrong with, if there are any.
    pub fn wrong<'s>(&self, stage: &'s Stage) -> Option<&'s [u8]> {
        stage.is_wrong[0].then_some(&stage.wrong[0][..])
    }

    /// The rows of the case where a fact is open, as bits, if there are any.
    pub fn open_rows<'s>(&self, stage: &'s Stage, fact: FactId, scope: ScopeId) -> Option<&'s [u64]> {
        let at = self.find(fact, scope)?;
        let open = if self.leaves[at].list == 0 { &stage.open[at] } else { &stage.open_cases[at] };
        Some(&open[..]).filter(|o| !o.is_empty())
    }

    /// The days that rows are decided for; absent where they are the same for all.
    pub fn days<'s>(&'s self, stage: &'s Stage) -> Option<&'s [i32]> {
        self.on?;
        match self.lanes(stage, Input::DecisionDate) {
            Lanes::Ints(days) => Some(days),
            _ => None,
        }
    }

    /// The rows without a decision date, as bits, if there are any.
    pub fn dateless<'s>(&self, stage: &'s Stage) -> Option<&'s [u64]> {
        self.on.map(|at| &stage.open[at][..]).filter(|o| !o.is_empty())
    }
}

/// Marks the rows whose values lie outside two ends; whether there are any. Tells which ends the values have, rows that do not count among
/// them.
fn outside<T: Lane>(
    values: &[T],
    (low, high): (i64, i64),
    open: &[u64],
    wrong: &mut [u8],
    found: &mut Option<(i64, i64)>,
) -> bool {
    if (low, high) == (i64::MIN, i64::MAX) {
        return false;
    }
    let ends = batch::ends(values).map(|(least, most)| (least.long(), most.long()));
    *found = ends;
    if ends.is_none_or(|(least, most)| low <= least && most <= high) {
        return false;
    }
    let mut any = false;
    for (i, (value, wrong)) in values.iter().zip(wrong).enumerate() {
        let value = value.long();
        // What stands under a null means nothing.
        if !(low..=high).contains(&value) && !is_set(open, i) {
            *wrong = 1;
            any = true;
        }
    }
    any
}

/// Where members of a stretch of rows stand, and where those of each row begin.
fn members(lists: &Lists, rows: Range<usize>) -> (Range<usize>, Vec<u32>) {
    let begin = |row: usize| lists.offsets.range(row).start;
    let first = if rows.is_empty() { 0 } else { begin(rows.start) };
    let past = if rows.is_empty() { 0 } else { lists.offsets.range(rows.end - 1).end };
    let mut offsets: Vec<u32> = Vec::with_capacity(rows.len() + 1);
    offsets.extend(rows.map(|row| (begin(row) - first) as u32));
    offsets.push((past - first) as u32);
    (first..past, offsets)
}

/// Marks the rows that have a marked member.
fn outward(members: &[u8], offsets: &[u32], rows: &mut [u8]) {
    for (row, range) in rows.iter_mut().zip(offsets.windows(2)) {
        *row |= members[range[0] as usize..range[1] as usize].iter().fold(0, |all, m| all | m);
    }
}

/// The rows that are null, as bits.
fn invert(nulls: &NullBuffer, range: Range<usize>, open: &mut Bits) {
    let stretch = nulls.inner().slice(range.start, range.len());
    let words = stretch.bit_chunks();
    open.resize(range.len() / 64, 0);
    open.iter_mut().zip(words.iter()).for_each(|(open, valid)| *open = !valid);
    if words.remainder_len() > 0 {
        open.push(!words.remainder_bits());
    }
    if open.iter().all(|word| *word == 0) {
        open.clear();
    }
}

fn lanes_of<'s>(cells: &Cells<'s>, range: Range<usize>) -> Lanes<'s> {
    match cells {
        Cells::Days(v) => Lanes::Ints(&v[range]),
        Cells::Whole(Whole::U8(v)) => Lanes::Bytes(&v[range]),
        Cells::Whole(Whole::I32(v)) => Lanes::Ints(&v[range]),
        Cells::Whole(Whole::I64(v)) => Lanes::Longs(&v[range]),
        Cells::Decimals(Decimals::D64(v), _) => Lanes::Longs(&v[range]),
        Cells::Coded(Whole::I8(keys), _) => Lanes::Bytes(bytemuck::cast_slice(&keys[range])),
        Cells::Coded(Whole::U8(keys), _) => Lanes::Bytes(&keys[range]),
        _ => Lanes::Bytes(&[]),
    }
}

/// How a column becomes a vector, and between which ends its values lie.
fn form(graph: &Graph, fact: &Fact, bound: &BoundFact, width: Width) -> (Form, (i64, i64)) {
    let ty = &fact.ty;
    let scale = describe::shown_scale(ty);
    let is_plain = scale == 0 || bound.told.is_minor;
    let numeric = ty.kind.is_numeric() && ty.kind != Kind::Date;
    let form = match (&bound.column.cells, width) {
        (Cells::Days(_), Width::Int) if ty.kind == Kind::Date => Form::InPlace,
        (Cells::Whole(Whole::U8(_)), Width::Byte) if numeric && is_plain => Form::InPlace,
        (Cells::Whole(Whole::I32(_)), Width::Int) if numeric && is_plain => Form::InPlace,
        (Cells::Whole(Whole::I64(_)), Width::Long) if numeric && is_plain => Form::InPlace,
        (Cells::Decimals(Decimals::D64(_), own), Width::Long) if numeric && i16::from(*own) == i16::from(scale) => {
            Form::InPlace
        }
        (Cells::Coded(keys, values), Width::Byte) if matches!(ty.kind, Kind::Enum(_)) => {
            match (keys_of(graph, ty, values), keys) {
                // Keys past the values can only stand under a null.
                (Form::Keys { are_places: true, .. }, Whole::I8(_) | Whole::U8(_)) => Form::InPlace,
                (form, _) => form,
            }
        }
        _ => Form::Converted,
    };
    let ends = if ty.kind.is_numeric() { ty.bounds() } else { (i64::MIN, i64::MAX) };
    (form, ends)
}

/// What each value of a dictionary stands for.
fn keys_of(graph: &Graph, ty: &Type, values: &Column) -> Form {
    let Cells::Texts(texts) = &values.cells else { return Form::Converted };
    let count = texts.len();
    let code = |at: usize| match values.is_null(at) {
        true => 0,
        false => read::code(graph, ty, texts.get(at)).map_or(256, |c| c as u16),
    };
    let codes: Vec<u16> = (0..count).map(code).collect();
    let are_places = codes.iter().enumerate().all(|(at, code)| at == usize::from(*code));
    Form::Keys { codes, are_places }
}

/// Keys as places of the enumeration; marks the rows whose key stands for none.
fn keys(
    cells: &Cells,
    range: Range<usize>,
    codes: &[u16],
    are_places: bool,
    bytes: &mut Vec<u8>,
    open: &[u64],
    wrong: &mut [u8],
) -> bool {
    let Cells::Coded(keys, _) = cells else { return false };
    bytes.clear();
    match keys {
        // Keys past the values can only stand under a null.
        Whole::I32(keys) if are_places => {
            bytes.extend(keys[range].iter().map(|k| *k as u8));
            return false;
        }
        Whole::U32(keys) if are_places => {
            bytes.extend(keys[range].iter().map(|k| *k as u8));
            return false;
        }
        _ => {}
    }
    let mut any = false;
    let code = |key: i128| usize::try_from(key).ok().and_then(|k| codes.get(k)).copied().unwrap_or(256);
    for (i, row) in range.enumerate() {
        let code = code(keys.get(row));
        bytes.push(code as u8);
        if code > 255 && !is_set(open, i) {
            wrong[i] = 1;
            any = true;
        }
    }
    any
}

/// Converts a whole stretch at once, where no value can lose anything but its range; false where it cannot.
fn quick<T: Lane>(leaf: &Leaf, range: Range<usize>, values: &mut Vec<T>) -> bool {
    let Some((_, fact)) = leaf.fact else { return false };
    let scale = describe::shown_scale(&fact.ty);
    let is_plain = scale == 0 || leaf.bound.told.is_minor;
    match &leaf.bound.column.cells {
        Cells::Truths(truths) => {
            let mut bytes = vec![0; range.len()];
            let stretch = truths.values().slice(range.start, range.len());
            batch::bytes(&mut bytes, stretch.bit_chunks().iter_padded(), false);
            values.extend(bytes.into_iter().map(|b| T::of(b.into())));
            true
        }
        Cells::Whole(whole) if fact.ty.kind.is_numeric() && fact.ty.kind != Kind::Date => {
            let by = 10i64.pow(if is_plain { 0 } else { scale.into() });
            // What does not fit 64 bits is past every range as well.
            let scaled = |v: i64| T::of(v.saturating_mul(by));
            match whole {
                Whole::I8(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::I16(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::I32(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::I64(v) => values.extend(v[range].iter().map(|v| scaled(*v))),
                Whole::U8(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::U16(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::U32(v) => values.extend(v[range].iter().map(|v| scaled((*v).into()))),
                Whole::U64(v) => values.extend(v[range].iter().map(|v| scaled(i64::try_from(*v).unwrap_or(i64::MAX)))),
            }
            true
        }
        Cells::Decimals(Decimals::D128(v), own) if i16::from(*own) == i16::from(scale) => {
            let far = |v: i128| if v < 0 { i64::MIN } else { i64::MAX };
            values.extend(v[range].iter().map(|v| T::of(i64::try_from(*v).unwrap_or(far(*v)))));
            true
        }
        _ => false,
    }
}
