//! Arrow's tables in and out, by the PyCapsule protocol: pointers change hands, no value is copied.
#![allow(unsafe_code)]

use arrow_array::ffi::{self, FFI_ArrowArray};
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray, make_array};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use std::ffi::CStr;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// What gives record batches, one after another.
pub type Reader = Box<dyn RecordBatchReader + Send>;

/// The reader that an object offers, if it offers one.
pub fn reader(object: &Bound<'_, PyAny>) -> PyResult<Option<Reader>> {
    if let Some(offered) = offer(object, "__arrow_c_stream__")? {
        return Ok(Some(Box::new(stream(&offered)?)));
    }
    let Some(offered) = offer(object, "__arrow_c_array__")? else { return Ok(None) };
    let array = array(&offered)?;
    let Some(records) = array.as_any().downcast_ref::<StructArray>() else {
        return Err(PyValueError::new_err(format!(
            "a table has named columns; found an array of {}",
            array.data_type()
        )));
    };
    let batch = RecordBatch::from(records.clone());
    let schema = batch.schema();
    Ok(Some(Box::new(RecordBatchIterator::new([Ok(batch)], schema))))
}

/// The arrays that a column offers, if it offers any.
pub fn column(object: &Bound<'_, PyAny>) -> PyResult<Option<Vec<ArrayRef>>> {
    if let Some(offered) = offer(object, "__arrow_c_array__")? {
        return Ok(Some(vec![array(&offered)?]));
    }
    let Some(offered) = offer(object, "__arrow_c_stream__")? else { return Ok(None) };
    let stream = take_stream(&offered)?;
    let pieces = object.py().detach(move || chunks(stream));
    pieces.map(Some).map_err(|error| failed(&error))
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

fn take_stream(capsule: &Bound<'_, PyAny>) -> PyResult<FFI_ArrowArrayStream> {
    let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?;
    // SAFETY: a capsule of this name holds a stream by the protocol. Taking it leaves a released stream behind, so that the
    // capsule's destructor lets go of nothing; the interpreter is held meanwhile.
    Ok(unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) })
}

fn stream(capsule: &Bound<'_, PyAny>) -> PyResult<ArrowArrayStreamReader> {
    let stream = take_stream(capsule)?;
    capsule.py().detach(move || ArrowArrayStreamReader::try_new(stream)).map_err(|error| failed(&error))
}

fn array(capsules: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let (schema, array): (Bound<'_, PyAny>, Bound<'_, PyAny>) = capsules.extract()?;
    let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?;
    let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?;
    // SAFETY: capsules of these names hold a schema and an array by the protocol. The schema is borrowed while its capsule
    // lives; taking the array leaves a released one behind.
    let data = unsafe { ffi::from_ffi(FFI_ArrowArray::from_raw(array.cast().as_ptr()), schema.cast().as_ref()) };
    data.map(make_array).map_err(|error| failed(&error))
}

/// The arrays of a stream that is a column: its items need not be records.
fn chunks(mut stream: FFI_ArrowArrayStream) -> Result<Vec<ArrayRef>, ArrowError> {
    let (Some(get_schema), Some(get_next), Some(get_last_error)) =
        (stream.get_schema, stream.get_next, stream.get_last_error)
    else {
        return Err(ArrowError::CDataInterface("it has been read before".to_owned()));
    };
    let failed = |code: i32, stream: &mut FFI_ArrowArrayStream| {
        // SAFETY: the stream is not released; what it tells is null or a text that lives until it is asked for more.
        let told = unsafe { get_last_error(stream).as_ref().map(|text| CStr::from_ptr(text)) };
        let told = told.map_or_else(|| format!("error {code}"), |text| text.to_string_lossy().into_owned());
        ArrowError::CDataInterface(told)
    };
    let mut schema = FFI_ArrowSchema::empty();
    // SAFETY: the stream is not released, and the schema is there to be written.
    match unsafe { get_schema(&mut stream, &mut schema) } {
        0 => {}
        code => return Err(failed(code, &mut stream)),
    }
    let mut arrays = Vec::new();
    loop {
        let mut array = FFI_ArrowArray::empty();
        // SAFETY: the stream is not released, and the array is there to be written.
        match unsafe { get_next(&mut stream, &mut array) } {
            0 if array.is_released() => return Ok(arrays),
            // SAFETY: the stream has just given this array, and says that its type is the schema.
            0 => arrays.push(make_array(unsafe { ffi::from_ffi(array, &schema) }?)),
            code => return Err(failed(code, &mut stream)),
        }
    }
}
