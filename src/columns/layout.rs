//! Which column tells which fact: found once for a schema.

use super::cells::{Cells, Column, Lists, suits};
use super::{BatchError, BatchOptions, load};
use crate::eval::batch::Width;
use crate::facts::{Attested, Facts, FactsError, FactsErrors, Input, Names, Record, State, describe, inherit};
use crate::graph::{FactId, Graph};
use crate::value::{Date, EntityId, Kind};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Fields, Schema};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The columns of the case's own facts, and those of its lists.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub case: Owner,
    /// The column of the case's name.
    pub id: Option<usize>,
    /// The column of the decision date.
    pub on: Option<Told>,
    /// Columns that go through to the results as they are.
    pub carried: Vec<usize>,
}

/// The facts of the case or of an entity, by place.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub facts: Vec<Option<Told>>,
}

/// Where a fact is told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub fact: FactId,
    pub column: usize,
    /// Who told it, and when it was observed.
    source: Option<usize>,
    observed: Option<usize>,
    /// Whole numbers are of the smallest unit: cents.
    pub is_minor: bool,
    pub null_is_none: bool,
    /// In what width its values become vectors.
    pub width: Width,
    /// The facts of a list's members.
    members: Option<Owner>,
}

/// The columns of one batch, or of all members of a list.
#[derive(Clone)]
pub(crate) struct Bound<'a> {
    pub facts: Vec<Option<BoundFact<'a>>>,
    /// The members themselves: whether one is null as a whole.
    pub records: Option<&'a StructArray>,
}

/// A fact's column of one batch.
#[derive(Clone)]
pub(crate) struct BoundFact<'a> {
    pub told: &'a Told,
    pub column: Column<'a>,
    source: Option<Column<'a>>,
    observed: Option<Column<'a>>,
    pub members: Option<Box<Bound<'a>>>,
}

impl Layout {
    /// Finds every column's part.
    pub fn new(graph: &Graph, names: &Names, schema: &Schema, options: &BatchOptions) -> Result<Layout, BatchError> {
        let mut finder = Finder { graph, names, options, errors: Vec::new(), asked: BTreeSet::new() };
        let mut layout =
            Layout { case: finder.owner(None, schema.fields(), ""), id: None, on: None, carried: Vec::new() };
        let taken = |i: usize| layout.case.facts.iter().flatten().any(|t| t.uses(i));
        let own: Vec<bool> = (0..schema.fields().len()).map(taken).collect();
        for (what, name) in [("id", &options.id), ("on", &options.on_column)] {
            let Some(name) = name else { continue };
            match schema.fields().iter().position(|f| f.name() == name) {
                Some(at) if what == "id" => layout.id = Some(at),
                Some(at) => layout.on = Some(Told::alone(at)),
                None => finder.errors.push(FactsError::new(format!("a column `{name}`"), "none").of(&**name)),
            }
        }
        if options.id.is_none() {
            layout.id = schema.fields().iter().position(|f| f.name() == "id").filter(|i| !own[*i]);
        }
        let on = layout.on.as_ref().map(|t| t.column);
        if let Some(at) = on
            && let Err(help) = suits(&crate::value::Type::new(Kind::Date, 0), schema.field(at).data_type())
        {
            let found = schema.field(at).data_type().to_string();
            finder.errors.push(FactsError::new("dates", found).of(schema.field(at).name()).help(help));
        }
        for (at, field) in schema.fields().iter().enumerate() {
            if options.carry.contains(field.name()) || (layout.id == Some(at) && !own[at]) {
                layout.carried.push(at);
            } else if !own[at] && on != Some(at) && !options.other_columns {
                finder.unknown(None, field.name(), field.name());
            }
        }
        for name in options.carry.iter().filter(|n| schema.index_of(n).is_err()) {
            finder.errors.push(FactsError::new(format!("a column `{name}` to carry"), "none").of(name));
        }
        for name in options.none_where_null.iter().chain(&options.minor_units) {
            if !finder.asked.contains(name) {
                let expected = "a column of a fact that may be none, or of whole numbers of a smaller unit";
                finder.errors.push(FactsError::new(expected, "none that suits").of(name));
            }
        }
        if finder.errors.is_empty() { Ok(layout) } else { Err(BatchError::Columns(FactsErrors(finder.errors))) }
    }

    /// Whether a column is read or carried.
    pub fn uses(&self, column: usize) -> bool {
        let is_told = self.case.facts.iter().flatten().any(|t| t.uses(column));
        is_told
            || self.id == Some(column)
            || self.on.as_ref().is_some_and(|on| on.uses(column))
            || self.carried.contains(&column)
    }

    /// Where facts are told, by fact.
    pub fn told(&self) -> BTreeMap<FactId, &Told> {
        let mut found = BTreeMap::new();
        let mut waiting = vec![&self.case];
        while let Some(owner) = waiting.pop() {
            for told in owner.facts.iter().flatten() {
                found.insert(told.fact, told);
                waiting.extend(&told.members);
            }
        }
        found
    }

    /// The arrays of one batch.
    pub fn bind<'a>(&'a self, batch: &'a RecordBatch) -> Bound<'a> {
        Bound { facts: self.case.bind(&|column| batch.column(column)), records: None }
    }
}

impl Told {
    /// A column of days that is no fact.
    fn alone(column: usize) -> Told {
        Told {
            fact: FactId(u32::MAX),
            column,
            source: None,
            observed: None,
            is_minor: false,
            null_is_none: false,
            width: Width::Int,
            members: None,
        }
    }

    fn uses(&self, column: usize) -> bool {
        self.column == column || self.source == Some(column) || self.observed == Some(column)
    }

    /// Whether its values count only if their source and age allow it.
    pub fn is_attested(&self) -> bool {
        self.source.is_some() || self.observed.is_some()
    }
}

impl<'a> BoundFact<'a> {
    /// A column by itself, such as that of the decision date.
    pub fn alone(told: &'a Told, column: Column<'a>) -> BoundFact<'a> {
        BoundFact { told, column, source: None, observed: None, members: None }
    }

    /// Who told a row's value, and when it was observed; absent if that day is none.
    pub fn provenance(&self, row: usize) -> Option<(Option<&'a str>, Option<Date>)> {
        let source = self.source.as_ref().and_then(|c| c.text(row));
        match self.observed.as_ref().filter(|c| !c.is_null(row)) {
            None => Some((source, None)),
            Some(column) => Some((source, Some(column.day(row).ok().and_then(Date::from_days)?))),
        }
    }
}

impl Owner {
    fn bind<'a>(&'a self, array: &dyn Fn(usize) -> &'a ArrayRef) -> Vec<Option<BoundFact<'a>>> {
        let fact = |told: &'a Told| {
            let column = Column::new(&**array(told.column))?;
            let other = |at: Option<usize>| at.and_then(|at| Column::new(&**array(at)));
            let members = match (&told.members, &column.cells) {
                (Some(owner), Cells::Lists(lists)) => {
                    lists.members.as_any().downcast_ref().map(|s: &StructArray| {
                        Box::new(Bound { facts: owner.bind(&|at| s.column(at)), records: Some(s) })
                    })
                }
                _ => None,
            };
            let (source, observed) = (other(told.source), other(told.observed));
            Some(BoundFact { told, column, source, observed, members })
        };
        self.facts.iter().map(|told| told.as_ref().and_then(fact)).collect()
    }
}

struct Finder<'a> {
    graph: &'a Graph,
    names: &'a Names,
    options: &'a BatchOptions,
    errors: Vec<FactsError>,
    /// Columns named by options that have been found to suit.
    asked: BTreeSet<String>,
}

impl Finder<'_> {
    fn owner(&mut self, owner: Option<EntityId>, fields: &Fields, before: &str) -> Owner {
        let facts = self.names.facts(owner).to_vec();
        Owner { facts: facts.iter().map(|id| self.fact(*id, fields, before)).collect() }
    }

    fn fact(&mut self, id: FactId, fields: &Fields, before: &str) -> Option<Told> {
        let fact = self.graph.fact(id);
        let at = |name: &str| fields.iter().position(|f| f.name() == name);
        let column = at(&fact.name)?;
        let path = format!("{before}{}", fact.name);
        if fields.iter().filter(|f| **f.name() == *fact.name).count() > 1 {
            self.errors.push(FactsError::new("one column", "a second one").of(&*path));
        }
        let form = fields[column].data_type();
        if let Err(help) = suits(&fact.ty, form) {
            let error = FactsError::new(describe::describe(self.graph, &fact.ty), format!("values of type {form}"));
            self.errors.push(error.of(&*path).help(help));
            return None;
        }
        let is_whole = form.is_integer() || matches!(form, DataType::Dictionary(_, v) if v.is_integer());
        let is_minor = self.options.minor_units.contains(&path) && is_whole;
        let null_is_none = self.options.none_where_null.contains(&path) && fact.ty.optional;
        if is_minor || null_is_none {
            self.asked.insert(path.clone());
        }
        let part = |part: &str| at(&format!("{}.{part}", fact.name));
        let (source, observed) = (part("source"), part("observed"));
        for (at, suits_as) in [(source, Kind::Text), (observed, Kind::Date)] {
            let Some(at) = at else { continue };
            if let Err(help) = suits(&crate::value::Type::new(suits_as, 0), fields[at].data_type()) {
                let expected = if suits_as == Kind::Text { "texts" } else { "dates" };
                let error = FactsError::new(expected, format!("values of type {}", fields[at].data_type()));
                self.errors.push(error.of(format!("{before}{}", fields[at].name())).help(help));
            }
        }
        let members = self.members(&fact.ty.kind, form, &path);
        let width = load::width(&fact.ty, form, is_minor);
        Some(Told { fact: id, column, source, observed, is_minor, null_is_none, width, members })
    }

    fn members(&mut self, kind: &Kind, form: &DataType, path: &str) -> Option<Owner> {
        let Kind::List(entity) = *kind else { return None };
        let (DataType::List(f) | DataType::LargeList(f) | DataType::FixedSizeList(f, _)) = form else { return None };
        let DataType::Struct(fields) = f.data_type() else { return None };
        let owner = self.owner(Some(entity), fields, &format!("{path}."));
        if !self.options.other_columns {
            for (at, field) in fields.iter().enumerate() {
                if !owner.facts.iter().flatten().any(|t| t.uses(at)) {
                    self.unknown(Some(entity), field.name(), &format!("{path}.{}", field.name()));
                }
            }
        }
        Some(owner)
    }

    /// A column that tells no fact.
    fn unknown(&mut self, owner: Option<EntityId>, name: &str, path: &str) {
        // A fact's column that does not suit has been told of.
        if self.names.find(self.graph, owner, name).is_some() {
            return;
        }
        let facts = self.names.facts(owner).iter().map(|f| &*self.graph.fact(*f).name);
        let entity = owner.and_then(|e| self.graph.entities.get(e.0 as usize)).map(|e| &*e.name);
        let mut error = FactsError::unknown(name, entity, facts).of(path);
        if error.help.as_deref().is_none_or(|h| !h.starts_with("did you mean")) {
            error.help = Some("leave the column out, name it among those to carry, or allow other columns".to_owned());
        }
        self.errors.push(error);
    }
}

/// How rows become facts.
pub(crate) struct Rows<'a> {
    pub graph: &'a Graph,
    pub bound: Bound<'a>,
    pub id: Option<Column<'a>>,
    /// What is missing will never come.
    pub complete: bool,
}

impl Rows<'_> {
    /// The facts of a row, or all that is wrong with them.
    pub fn facts(&self, row: usize) -> Result<Facts, FactsErrors> {
        let mut errors = Vec::new();
        let states = self.states(&self.bound, row, "", &mut errors);
        errors.truncate(crate::facts::MOST_ERRORS);
        if errors.is_empty() {
            Ok(Facts { id: self.name(row), complete: self.complete, states })
        } else {
            Err(FactsErrors(errors))
        }
    }

    /// The case's own name.
    pub fn name(&self, row: usize) -> Option<Box<str>> {
        let column = self.id.as_ref().filter(|c| !c.is_null(row))?;
        match &column.cells {
            Cells::Whole(values) => Some(values.get(row).to_string().into()),
            _ => column.text(row).map(Into::into),
        }
    }

    fn states(&self, owner: &Bound, row: usize, before: &str, errors: &mut Vec<FactsError>) -> Vec<State> {
        let state = |fact: &Option<BoundFact>| {
            let Some(fact) = fact else { return State::Pending };
            let name = &self.graph.fact(fact.told.fact).name;
            match self.state(fact, row, before, errors) {
                Ok(state) => state,
                Err(error) => {
                    errors.push(error.of(format!("{before}{name}")));
                    State::Pending
                }
            }
        };
        owner.facts.iter().map(state).collect()
    }

    fn state(
        &self,
        bound: &BoundFact,
        row: usize,
        before: &str,
        errors: &mut Vec<FactsError>,
    ) -> Result<State, FactsError> {
        let told = bound.told;
        let fact = self.graph.fact(told.fact);
        let source: Option<Arc<str>> = bound.source.as_ref().and_then(|c| c.text(row)).map(Into::into);
        let observed = match bound.observed.as_ref().filter(|c| !c.is_null(row)) {
            None => None,
            Some(column) => match column.day(row) {
                Ok(day) => Date::from_days(day),
                Err(error) => {
                    errors.push(error.of(format!("{before}{}.observed", fact.name)));
                    None
                }
            },
        };
        let input = if bound.column.is_null(row) {
            match told.null_is_none {
                true => Input::None,
                false => return Ok(State::Pending),
            }
        } else if let (Kind::List(_), Cells::Lists(lists)) = (fact.ty.kind, &bound.column.cells) {
            let mut records = self.records(bound, lists, row, before, errors)?;
            if source.is_some() || observed.is_some() {
                inherit(&mut records, source.as_ref(), observed);
            }
            Input::List(records.into())
        } else {
            bound.column.read(self.graph, fact, row, told.is_minor)?
        };
        Ok(match source.is_some() || observed.is_some() {
            true => State::Attested(Box::new([Attested { value: input, source, observed }])),
            false => State::Given(input),
        })
    }

    fn records(
        &self,
        bound: &BoundFact,
        lists: &Lists,
        row: usize,
        before: &str,
        errors: &mut Vec<FactsError>,
    ) -> Result<Vec<Record>, FactsError> {
        let fact = self.graph.fact(bound.told.fact);
        let range = lists.offsets.range(row);
        if range.len() > describe::most_members(&fact.ty) {
            let found = format!("{} of them", range.len());
            return Err(FactsError::new(describe::describe(self.graph, &fact.ty), found));
        }
        let Some(members) = &bound.members else { return Ok(Vec::new()) };
        let record = |(index, member): (usize, usize)| {
            if members.records.is_some_and(|s| s.is_null(member)) {
                errors.push(FactsError::new("a record", "null").of(format!("{before}{}[{index}]", fact.name)));
                // What stands under it means nothing.
                return Record { states: Vec::new() };
            }
            let inner = format!("{before}{}[{index}].", fact.name);
            Record { states: self.states(members, member, &inner, errors) }
        };
        Ok(range.enumerate().map(record).collect())
    }
}
