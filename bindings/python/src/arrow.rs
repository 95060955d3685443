//! Arrow's tables in and out, by the PyCapsule protocol: pointers change hands, no value is copied.
#![allow(unsafe_code)]

use arrow_array::cast::AsArray;
use arrow_array::ffi::{self, FFI_ArrowArray};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{
    Array, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchOptions, RecordBatchReader, make_array,
};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::{CStr, c_void};
use std::sync::Arc;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// What gives record batches, one after another.
pub type Reader = Box<dyn RecordBatchReader + Send>;

/// The reader that an object offers, if it offers one.
pub fn reader(object: &Bound<'_, PyAny>) -> PyResult<Option<Reader>> {
    if let Some(offered) = offer(object, "__arrow_c_stream__")? {
        let arrays = arrays("", &offered)?;
        let kind = DataType::try_from(&arrays.schema).map_err(|error| failed(&error))?;
        let DataType::Struct(fields) = kind else { return Err(no_columns(&kind)) };
        return Ok(Some(Box::new(Batches { schema: Arc::new(Schema::new(fields)), arrays })));
    }
    let Some(offered) = offer(object, "__arrow_c_array__")? else { return Ok(None) };
    let array = array("", &offered)?;
    let Some(records) = array.as_struct_opt() else { return Err(no_columns(array.data_type())) };
    let schema = SchemaRef::new(Schema::new(records.fields().clone()));
    let batch = batch(array, &schema).map_err(|error| failed(&error))?;
    Ok(Some(Box::new(RecordBatchIterator::new([Ok(batch)], schema))))
}

fn no_columns(kind: &DataType) -> PyErr {
    PyValueError::new_err(format!("a table has named columns; found a single one of {kind}"))
}

/// Records as a batch.
fn batch(records: ArrayRef, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let rows = records.len();
    let (_, columns, nulls) = records.as_struct().clone().into_parts();
    if let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) {
        let row = nulls.iter().position(|is_given| !is_given).unwrap_or_default();
        return Err(ArrowError::CDataInterface(format!("row {row} is null as a whole")));
    }
    let counted = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(schema.clone(), columns, &counted)
}

/// The arrays that a column of a name offers, if it offers any.
pub fn column(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if let Some(offered) = offer(object, "__arrow_c_array__")? {
        return Ok(Some(vec![array(name, &offered)?]));
    }
    let Some(offered) = offer(object, "__arrow_c_stream__")? else { return Ok(None) };
    let arrays = arrays(name, &offered)?;
    object.py().detach(|| arrays.collect::<Result<_, _>>()).map(Some).map_err(|error| failed(&error))
}

/// Something that Arrow takes amiss: a stream that fails, columns that do not fit together.
pub fn failed(error: &ArrowError) -> PyErr {
    PyValueError::new_err(match error {
        ArrowError::CDataInterface(message) => format!("the table cannot be read: {message}"),
        error => error.to_string(),
    })
}

/// A schema for whoever asks by `__arrow_c_schema__`.
pub fn schema_capsule<'py>(py: Python<'py>, schema: &Schema) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(|e| failed(&e))?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

/// A reader for whoever asks by `__arrow_c_stream__`.
pub fn stream_capsule<'py>(py: Python<'py>, reader: Reader) -> PyResult<Bound<'py, PyCapsule>> {
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(reader), STREAM)
}

/// What a method of the protocol returns; absent where an object does not have it.
fn offer<'py>(object: &Bound<'py, PyAny>, method: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    // A class that has the method is no table, its instances are.
    if object.is_instance_of::<pyo3::types::PyType>() || !object.hasattr(method)? {
        return Ok(None);
    }
    object.call_method0(method).map(Some)
}

fn array(name: &str, capsules: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) = capsules.extract()?;
    let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?;
    let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?;
    // SAFETY: capsules of these names hold a schema and an array by the protocol. The schema is borrowed while its capsule
    // lives; taking the array leaves a released one behind.
    let (schema, array) = unsafe { (schema.cast().as_ref(), FFI_ArrowArray::from_raw(array.cast().as_ptr())) };
    import(name, array, schema).map_err(|error| failed(&error))
}

fn arrays(name: &str, capsule: &Bound<'_, PyAny>) -> PyResult<Arrays> {
    let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?;
    // SAFETY: a capsule of this name holds a stream by the protocol. Taking it leaves a released stream behind, so that the
    // capsule's destructor lets go of nothing; the interpreter is held meanwhile.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) };
    capsule.py().detach(|| Arrays::new(name, stream)).map_err(|error| failed(&error))
}

/// The arrays of a stream: records of a table, or pieces of a column.
struct Arrays {
    /// What the column is called, if it is one.
    name: String,
    stream: FFI_ArrowArrayStream,
    schema: FFI_ArrowSchema,
}

impl Arrays {
    fn new(name: &str, stream: FFI_ArrowArrayStream) -> Result<Arrays, ArrowError> {
        let mut arrays = Arrays { name: name.to_owned(), stream, schema: FFI_ArrowSchema::empty() };
        let Some(get_schema) = arrays.stream.get_schema else {
            return Err(ArrowError::CDataInterface("it has been read before".to_owned()));
        };
        // SAFETY: the stream is not released, and the schema is there to be written.
        match unsafe { get_schema(&mut arrays.stream, &mut arrays.schema) } {
            0 => Ok(arrays),
            code => Err(arrays.failed(code)),
        }
    }

    fn failed(&mut self, code: i32) -> ArrowError {
        let told = self.stream.get_last_error.and_then(|get_last_error| {
            // SAFETY: the stream is not released; what it tells is null or a text that lives until it is asked for more.
            unsafe { get_last_error(&mut self.stream).as_ref().map(|text| CStr::from_ptr(text)) }
        });
        let told = told.map_or_else(|| format!("error {code}"), |text| text.to_string_lossy().into_owned());
        ArrowError::CDataInterface(told)
    }
}

impl Iterator for Arrays {
    type Item = Result<ArrayRef, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let get_next = self.stream.get_next?;
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is not released, and the array is there to be written.
        match unsafe { get_next(&mut self.stream, &mut array) } {
            0 if array.is_released() => None,
            0 => Some(import(&self.name, array, &self.schema)),
            code => Some(Err(self.failed(code))),
        }
    }
}

/// The record batches of a stream.
struct Batches {
    schema: SchemaRef,
    arrays: Arrays,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.arrays.next().map(|array| batch(array?, &self.schema))
    }
}

impl RecordBatchReader for Batches {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }
}

/// An array that has been handed over, of the type that its schema says.
fn import(name: &str, mut array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> Result<ArrayRef, ArrowError> {
    // SAFETY: whoever handed the array over says that its type is the schema; the head has the layout of the C data interface.
    unsafe {
        readied(name, (&raw mut array).cast(), schema)?;
        ffi::from_ffi(array, schema).map(make_array)
    }
}

/// The first members of an array, as the C data interface lays them out.
#[repr(C)]
struct Head {
    length: i64,
    null_count: i64,
    offset: i64,
    count_of_buffers: i64,
    count_of_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Head,
    dictionary: *mut Head,
}

/// Makes an array one that arrow-rs takes: columns of nothing but null have no buffers, polars hands one over all the same. Refuses one
/// that it would read past the end of: how long a buffer is it takes from the array unseen.
///
/// # Safety
/// `array` points to an array of the schema's type, that nobody else reads.
unsafe fn readied(name: &str, array: *mut Head, schema: &FFI_ArrowSchema) -> Result<(), ArrowError> {
    // SAFETY: an array of this type has the buffers of its type, and the children and the dictionary that its schema has.
    unsafe {
        let is_sound = match schema.format() {
            "n" => {
                (*array).count_of_buffers = 0;
                true
            }
            "u" | "z" => ends_well::<i32>(&*array),
            "U" | "Z" => ends_well::<i64>(&*array),
            "vu" | "vz" => lengths(&*array).iter().all(|length| *length >= 0),
            _ => true,
        };
        if !is_sound {
            return Err(ArrowError::CDataInterface(format!("`{name}`: its texts are of a length less than nothing")));
        }
        for (at, child) in schema.children().enumerate() {
            readied(child.name().unwrap_or(name), *(*array).children.add(at), child)?;
        }
        schema.dictionary().map_or(Ok(()), |values| readied(name, (*array).dictionary, values))
    }
}

/// Whether the last offset of an array of texts or bytes, which is how many bytes it has, is none below zero.
///
/// # Safety
/// The array's second buffer holds an offset for each value, and one more.
unsafe fn ends_well<O: Into<i64>>(array: &Head) -> bool {
    if array.length <= 0 {
        return true;
    }
    // SAFETY: there is a second buffer; its offset past the last value is within it, though perhaps not aligned.
    unsafe {
        let offsets = (*array.buffers.add(1)).cast::<O>();
        !offsets.is_null() && offsets.add((array.offset + array.length) as usize).read_unaligned().into() >= 0
    }
}

/// The lengths of the buffers that views point into.
///
/// # Safety
/// The array's last buffer holds them.
unsafe fn lengths(array: &Head) -> &[i64] {
    // The bits of what is null, the views, and the lengths are no such buffers.
    let count = usize::try_from(array.count_of_buffers - 3).unwrap_or(0);
    if count == 0 {
        return &[];
    }
    // SAFETY: there are so many of them in the last buffer, as arrow-rs reads them, too.
    unsafe { std::slice::from_raw_parts((*array.buffers.add(count + 2)).cast(), count) }
}
