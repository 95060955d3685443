//! Python's values as facts are read from them: dictionaries, lists, dates and decimals as they are.

use placet::Bundle;
use placet::facts::values::{self, Foreign, Look};
use placet::facts::{Facts, FactsErrors, Row};
use placet::value::Date;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple, PyType};
use std::borrow::Cow;
use std::cell::RefCell;

/// The day number of 1970-01-01 in Python's count, where 0001-01-01 is 1.
const EPOCH: i64 = 719_163;

/// Reads one case. What Python itself raises on the way (a mapping that fails) comes before what is wrong with the facts.
pub fn case(bundle: &Bundle, case: &Bound<'_, PyAny>) -> PyResult<Result<Facts, FactsErrors>> {
    row(bundle, 0, case).map(|row| row.facts)
}

/// Reads one case of many.
pub fn row(bundle: &Bundle, number: u64, case: &Bound<'_, PyAny>) -> PyResult<Row> {
    let raised = RefCell::new(None);
    let value = Value { object: case.clone(), raised: &raised };
    let row = values::read_row(&bundle.program().graph, bundle.names(), number, &value);
    match raised.into_inner() {
        Some(error) => Err(error),
        None => Ok(row),
    }
}

/// A date, or a text that is one.
pub fn date(object: &Bound<'_, PyAny>) -> PyResult<Date> {
    let raised = RefCell::new(None);
    let value = Value { object: object.clone(), raised: &raised };
    let (day, found) = match value.look() {
        Look::Date(day) => (Some(day), String::new()),
        Look::Text(text) => (Date::parse(&text), format!("`{text}`")),
        Look::Other { what, help } => (None, format!("{what}{}", help.map(|h| format!("; {h}")).unwrap_or_default())),
        _ => (None, format!("a `{}`", object.get_type().name()?)),
    };
    day.ok_or_else(|| {
        let message =
            format!("`on` is a `datetime.date`, or a text such as `2026-03-02` for a day that exists; found {found}");
        pyo3::exceptions::PyValueError::new_err(message)
    })
}

/// A value that Python holds.
#[derive(Clone)]
struct Value<'r, 'py> {
    object: Bound<'py, PyAny>,
    /// What Python raised first while it was being looked at.
    raised: &'r RefCell<Option<PyErr>>,
}

impl<'py> Value<'_, 'py> {
    fn part(&self, object: Bound<'py, PyAny>) -> Self {
        Value { object, raised: self.raised }
    }

    /// What came of a call, unless Python raised something.
    fn done<T>(&self, result: PyResult<T>) -> Option<T> {
        result.map_err(|error| self.raised.borrow_mut().get_or_insert(error).clone_ref(self.object.py())).ok()
    }

    fn digits(&self) -> Look<'_> {
        match self.done(self.object.str().and_then(|text| Ok(text.to_str()?.to_owned()))) {
            Some(digits) => Look::Digits(digits.into()),
            None => Look::Nothing,
        }
    }

    fn whole(&self) -> Look<'_> {
        // Python refuses to write out the longest of them; one of so many digits is no fact, and nothing to raise for.
        let is_long =
            || self.object.call_method0("bit_length").and_then(|n| n.extract::<u64>()).is_ok_and(|n| n > LONGEST);
        match self.object.extract() {
            Ok(number) => Look::Whole(number),
            Err(_) if is_long() => other("a whole number of more than 300 digits", None),
            Err(_) => self.digits(),
        }
    }

    fn day(&self) -> Look<'_> {
        let py = self.object.py();
        let ordinal = self.object.call_method0(pyo3::intern!(py, "toordinal")).and_then(|n| n.extract::<i64>());
        self.done(ordinal).and_then(|n| Date::from_days(n - EPOCH)).map_or(Look::Nothing, Look::Date)
    }

    fn text<'a>(&self, text: &'a Bound<'py, PyString>) -> Look<'a> {
        match text.to_str() {
            Ok(text) => Look::Text(Cow::Borrowed(text)),
            Err(_) => other("a text with half a character in it", None),
        }
    }

    /// A `Decimal`, which may be written with an exponent, or be no number.
    fn decimal(&self) -> Look<'_> {
        match self.digits() {
            Look::Digits(digits) if digits.contains("NaN") || digits.contains("Inf") => {
                other("a `Decimal` that is no number", MISSING)
            }
            // Written out, `1E+999999999` would fill the memory.
            Look::Digits(digits) if exponent(&digits).is_some_and(|e| e.unsigned_abs() <= LONGEST) => {
                let plain = self.object.call_method1("__format__", ("f",)).and_then(|text| text.extract::<String>());
                self.done(plain).map_or(Look::Nothing, |digits| Look::Digits(digits.into()))
            }
            look => look,
        }
    }

    /// What comes seldom: subclasses, enumerations, mappings, dataclasses, and the scalars of numpy.
    #[cold]
    fn seldom(&self) -> Look<'_> {
        let object = &self.object;
        if let Ok(text) = object.cast::<PyString>() {
            return self.text(text);
        }
        if object.cast::<PyFloat>().is_ok() {
            let missing = object.ne(object).unwrap_or(false);
            return if missing { other("NaN", MISSING) } else { other("a binary float", Some(FLOAT)) };
        }
        if object.cast::<PyDateTime>().is_ok() {
            let missing = object.ne(object).unwrap_or(false);
            return if missing {
                other("NaT", MISSING)
            } else {
                other("a `datetime`, which has a time of day", Some(DAY))
            };
        }
        if object.cast::<PyDate>().is_ok() {
            return self.day();
        }
        if object.cast::<PyInt>().is_ok() {
            return self.whole();
        }
        let Some(types) = self.done(Types::of(object.py())) else { return Look::Nothing };
        if object.is_instance(types.decimal.bind(object.py())).unwrap_or(false) {
            return self.decimal();
        }
        if object.cast::<PyMapping>().is_ok() || is_dataclass(object) {
            return Look::Object;
        }
        // An enumeration's member stands for its value, a scalar of numpy for its item.
        let inner = match object.is_instance(types.enumeration.bind(object.py())).unwrap_or(false) {
            true => object.getattr("value").ok(),
            false if is_scalar(object) => object.call_method0("item").ok(),
            false => None,
        };
        if let Some(inner) = inner.filter(|inner| !inner.get_type().is(object.get_type())) {
            return owned(self.part(inner).look());
        }
        let name = object.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
        let has = |name: &str| object.hasattr(name).unwrap_or(false);
        let help = match &*name {
            "NAType" => MISSING,
            "datetime64" => Some("take its day: `.astype(\"datetime64[D]\")`"),
            "timedelta64" | "timedelta" => Some("write how many as a whole number"),
            _ if has("__arrow_c_stream__") && has("columns") => Some("a table is decided by `decide_batch`"),
            _ if has("to_dict") => Some("take its `.to_dict()`"),
            _ => None,
        };
        Look::Other { what: format!("an object of type `{name}`").into(), help }
    }
}

/// Whole numbers of more bits, and decimals of larger exponents, are not written out.
const LONGEST: u64 = 1_000;

/// The exponent that a number is written with.
fn exponent(digits: &str) -> Option<i64> {
    digits.split_once('E').and_then(|(_, exponent)| exponent.parse().ok())
}

const MISSING: Option<&str> = Some("write `None` for what is not known");
const FLOAT: &str = "it is not exact: write a `Decimal(\"12.50\")`, a text or a whole number";
const DAY: &str = "take its `.date()`";

fn other(what: &'static str, help: Option<&'static str>) -> Look<'static> {
    Look::Other { what: what.into(), help }
}

fn owned(look: Look<'_>) -> Look<'static> {
    match look {
        Look::Nothing => Look::Nothing,
        Look::Truth(value) => Look::Truth(value),
        Look::Whole(value) => Look::Whole(value),
        Look::Date(day) => Look::Date(day),
        Look::Digits(text) => Look::Digits(text.into_owned().into()),
        Look::Text(text) => Look::Text(text.into_owned().into()),
        // The members would be those of the outer object.
        Look::Object => other("an object within a scalar", None),
        Look::List => other("a list within a scalar", None),
        Look::Other { what, help } => Look::Other { what: what.into_owned().into(), help },
    }
}

/// Whether it is a scalar of numpy. Arrays have items, however few; and of a stretch of time, or of one moment in parts of a second,
/// `item` counts units that nobody has named.
fn is_scalar(object: &Bound<'_, PyAny>) -> bool {
    let kind = object.getattr("dtype").and_then(|dtype| dtype.getattr("kind")?.extract::<String>());
    let is_one = !object.hasattr("__len__").unwrap_or(true);
    let is_counted =
        |object: &Bound<'_, PyAny>| object.call_method0("item").is_ok_and(|item| item.is_exact_instance_of::<PyInt>());
    is_one && kind.is_ok_and(|kind| !(matches!(&*kind, "m" | "M") && is_counted(object)))
}

fn is_dataclass(object: &Bound<'_, PyAny>) -> bool {
    object.hasattr(pyo3::intern!(object.py(), "__dataclass_fields__")).unwrap_or(false)
        && object.cast::<PyType>().is_err()
}

impl Foreign for Value<'_, '_> {
    #[inline]
    fn look(&self) -> Look<'_> {
        let object = &self.object;
        if let Ok(text) = object.cast_exact::<PyString>() {
            self.text(text)
        } else if object.cast_exact::<PyInt>().is_ok() {
            self.whole()
        } else if let Ok(truth) = object.cast::<PyBool>() {
            Look::Truth(truth.is_true())
        } else if object.is_none() {
            Look::Nothing
        } else if object.cast_exact::<PyDate>().is_ok() {
            self.day()
        } else if object.cast_exact::<PyDict>().is_ok() {
            Look::Object
        } else if object.cast::<PyList>().is_ok() || object.cast_exact::<PyTuple>().is_ok() {
            Look::List
        } else if self.done(Types::of(object.py())).is_some_and(|types| object.get_type().is(&types.decimal)) {
            self.decimal()
        } else {
            self.seldom()
        }
    }

    #[inline]
    fn members(&self, mut each: impl FnMut(&str, &Self)) {
        let mut member =
            |name: &Bound<'_, PyAny>, value| match name.cast::<PyString>().ok().and_then(|n| n.to_str().ok()) {
                Some(name) => each(name, &self.part(value)),
                None => each(&name.to_string(), &self.part(value)),
            };
        if let Ok(dict) = self.object.cast::<PyDict>() {
            dict.iter().for_each(|(name, value)| member(&name, value));
            return;
        }
        let pairs = match self.object.cast::<PyMapping>() {
            Ok(mapping) => mapping.items().map(|items| items.into_any()),
            Err(_) => Types::of(self.object.py()).and_then(|_| dataclass(&self.object)),
        };
        for pair in self.done(pairs.and_then(|pairs| pairs.try_iter())).into_iter().flatten() {
            let pair = pair.and_then(|pair| pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>());
            if let Some((name, value)) = self.done(pair) {
                member(&name, value);
            }
        }
    }

    fn items(&self, mut each: impl FnMut(&Self)) {
        for item in self.done(self.object.try_iter()).into_iter().flatten() {
            if let Some(item) = self.done(item) {
                each(&self.part(item));
            }
        }
    }
}

/// The fields of a dataclass's instance, with their values.
fn dataclass<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let fields = object.py().import("dataclasses")?.call_method1("fields", (object,))?;
    let pairs = PyList::empty(object.py());
    for field in fields.try_iter()? {
        let name = field?.getattr("name")?;
        let value = object.getattr(name.cast::<PyString>()?)?;
        pairs.append((name, value))?;
    }
    Ok(pairs.into_any())
}

/// Classes that are told apart, and what makes them, looked up once.
pub struct Types {
    /// `decimal.Decimal`
    pub decimal: Py<PyType>,
    /// `enum.Enum`
    enumeration: Py<PyType>,
    /// `datetime.date.fromordinal`
    from_ordinal: Py<PyAny>,
}

impl Types {
    /// The classes.
    pub fn of(py: Python<'_>) -> PyResult<&Types> {
        static TYPES: PyOnceLock<Types> = PyOnceLock::new();
        TYPES.get_or_try_init(py, || {
            Ok(Types {
                decimal: py.import("decimal")?.getattr("Decimal")?.extract()?,
                enumeration: py.import("enum")?.getattr("Enum")?.extract()?,
                from_ordinal: py.import("datetime")?.getattr("date")?.getattr("fromordinal")?.unbind(),
            })
        })
    }

    /// A `datetime.date`.
    pub fn date<'py>(py: Python<'py>, date: Date) -> PyResult<Bound<'py, PyAny>> {
        Types::of(py)?.from_ordinal.bind(py).call1((date.days() + EPOCH,))
    }
}
