//! Columns of decisions as files.

use super::text::{Csv, Lines};
use crate::failure::Failure;
use crate::files::Out;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding as Stored, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use std::sync::Arc;

/// How decisions are written, told by the file's ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Parquet,
    ArrowFile,
    ArrowStream,
    Csv,
    /// A JSON object a line.
    Lines,
}

impl Form {
    /// By a file's ending; else lines.
    pub fn of(path: Option<&str>) -> Form {
        let ending = path.and_then(|p| p.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("parquet" | "pq") => Form::Parquet,
            Some("arrow" | "feather" | "ipc") => Form::ArrowFile,
            Some("arrows") => Form::ArrowStream,
            Some("csv") => Form::Csv,
            _ => Form::Lines,
        }
    }

    /// Whether it is nothing to be printed.
    pub fn is_binary(self) -> bool {
        !matches!(self, Form::Csv | Form::Lines)
    }
}

/// Where decisions go. It takes what an [`Encoder`] has made, in order.
pub struct Sink(Kind);

enum Kind {
    Parquet(SerializedFileWriter<Out>),
    ArrowFile(Box<FileWriter<Out>>),
    ArrowStream(Box<StreamWriter<Out>>),
    Text(Out),
}

/// Makes bytes of decisions, on any core.
pub enum Encoder {
    Parquet(ArrowRowGroupWriterFactory, SchemaRef),
    /// Columns whose dictionaries may differ from batch to batch are written plain: Arrow's files take one dictionary a column.
    Arrow(SchemaRef),
    Csv(Csv),
    Lines(Lines),
}

/// A unit on its way.
pub enum Encoding<'a> {
    Parquet { columns: Vec<ArrowColumnWriter>, schema: &'a Schema },
    Arrow { batches: Vec<RecordBatch>, schema: &'a SchemaRef },
    Csv { csv: &'a Csv, bytes: Vec<u8> },
    Lines { lines: &'a Lines, bytes: Vec<u8> },
}

/// A unit ready to be written.
pub enum Encoded {
    /// A row group.
    Parquet(Vec<ArrowColumnChunk>),
    Arrow(Vec<RecordBatch>),
    Text(Vec<u8>),
}

impl Sink {
    /// Opens a file of a form for decisions of a schema, whose first columns are carried.
    pub fn open(
        form: Form,
        path: Option<&str>,
        schema: &SchemaRef,
        carried: usize,
    ) -> Result<(Sink, Encoder), Failure> {
        let mut out = Out::open(path)?;
        let plain = plain(schema, carried);
        Ok(match form {
            Form::Parquet => {
                let properties = properties(schema, carried)?;
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties)).map_err(|e| failure(&e))?;
                let (writer, factory) = writer.into_serialized_writer().map_err(|e| failure(&e))?;
                (Sink(Kind::Parquet(writer)), Encoder::Parquet(factory, schema.clone()))
            }
            Form::ArrowFile => {
                let writer = FileWriter::try_new(out, &plain).map_err(|e| failure(&e))?;
                (Sink(Kind::ArrowFile(Box::new(writer))), Encoder::Arrow(plain))
            }
            Form::ArrowStream => {
                let writer = StreamWriter::try_new(out, &plain).map_err(|e| failure(&e))?;
                (Sink(Kind::ArrowStream(Box::new(writer))), Encoder::Arrow(plain))
            }
            Form::Csv => {
                let csv = Csv::new(schema)?;
                out.bytes(&csv.head()?)?;
                (Sink(Kind::Text(out)), Encoder::Csv(csv))
            }
            Form::Lines => (Sink(Kind::Text(out)), Encoder::Lines(Lines::new(schema)?)),
        })
    }

    /// Writes the next unit.
    pub fn append(&mut self, unit: Encoded) -> Result<(), Failure> {
        match (&mut self.0, unit) {
            (Kind::Parquet(writer), Encoded::Parquet(columns)) => {
                let mut group = writer.next_row_group().map_err(|e| failure(&e))?;
                let mut all = columns.into_iter();
                all.try_for_each(|c| c.append_to_row_group(&mut group)).map_err(|e| failure(&e))?;
                group.close().map(drop).map_err(|e| failure(&e))
            }
            (Kind::ArrowFile(writer), Encoded::Arrow(batches)) => {
                batches.iter().try_for_each(|b| writer.write(b)).map_err(|e| failure(&e))
            }
            (Kind::ArrowStream(writer), Encoded::Arrow(batches)) => {
                batches.iter().try_for_each(|b| writer.write(b)).map_err(|e| failure(&e))
            }
            (Kind::Text(out), Encoded::Text(bytes)) => out.bytes(&bytes),
            _ => Err(Failure::Internal("a unit was encoded for another kind of file".to_owned())),
        }
    }

    /// Says that it is whole.
    pub fn done(self) -> Result<(), Failure> {
        match self.0 {
            Kind::Parquet(writer) => writer.into_inner().map_err(|e| failure(&e))?.done(),
            Kind::ArrowFile(writer) => writer.into_inner().map_err(|e| failure(&e))?.done(),
            Kind::ArrowStream(writer) => writer.into_inner().map_err(|e| failure(&e))?.done(),
            Kind::Text(out) => out.done(),
        }
    }
}

impl Encoder {
    /// Begins a unit, by its number.
    pub fn unit(&self, number: usize) -> Result<Encoding<'_>, Failure> {
        Ok(match self {
            Encoder::Parquet(factory, schema) => {
                let columns = factory.create_column_writers(number).map_err(|e| failure(&e))?;
                Encoding::Parquet { columns, schema }
            }
            Encoder::Arrow(schema) => Encoding::Arrow { batches: Vec::new(), schema },
            Encoder::Csv(csv) => Encoding::Csv { csv, bytes: Vec::new() },
            Encoder::Lines(lines) => Encoding::Lines { lines, bytes: Vec::new() },
        })
    }
}

impl Encoding<'_> {
    /// Adds decisions.
    pub fn write(&mut self, batch: RecordBatch) -> Result<(), Failure> {
        match self {
            Encoding::Parquet { columns, schema } => {
                let mut writers = columns.iter_mut();
                for (field, array) in schema.fields().iter().zip(batch.columns()) {
                    let leaves = compute_leaves(field, array).map_err(|e| failure(&e))?;
                    for (leaf, writer) in leaves.iter().zip(&mut writers) {
                        writer.write(leaf).map_err(|e| failure(&e))?;
                    }
                }
            }
            Encoding::Arrow { batches, schema } => {
                let each = schema.fields().iter().zip(batch.columns());
                let columns = each.map(|(field, array)| unfolded(field, array)).collect::<Result<Vec<_>, _>>()?;
                batches.push(RecordBatch::try_new(schema.clone(), columns).map_err(|e| failure(&e))?);
            }
            Encoding::Csv { csv, bytes } => csv.write(&batch, bytes)?,
            Encoding::Lines { lines, bytes } => lines.write(&batch, bytes)?,
        }
        Ok(())
    }

    /// Ends the unit.
    pub fn finish(self) -> Result<Encoded, Failure> {
        Ok(match self {
            Encoding::Parquet { columns, .. } => {
                let chunks = columns.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>();
                Encoded::Parquet(chunks.map_err(|e| failure(&e))?)
            }
            Encoding::Arrow { batches, .. } => Encoded::Arrow(batches),
            Encoding::Csv { bytes, .. } | Encoding::Lines { bytes, .. } => Encoded::Text(bytes),
        })
    }
}

/// How Parquet is written. Carried whole numbers are mostly keys, of which no two are alike: a dictionary of them is work for
/// nothing. Of the engine's own columns every row group has nearly all values: what is smallest and largest tells nobody anything.
fn properties(schema: &SchemaRef, carried: usize) -> Result<WriterProperties, Failure> {
    let level = ZstdLevel::try_new(1).map_err(|e| failure(&e))?;
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::None);
    for field in schema.fields().iter().take(carried) {
        let column = ColumnPath::from(field.name().as_str());
        builder = builder.set_column_statistics_enabled(column.clone(), EnabledStatistics::Chunk);
        if field.data_type().is_integer() {
            builder = builder
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Stored::DELTA_BINARY_PACKED);
        }
    }
    Ok(builder.build())
}

/// The schema with the dictionaries of its first columns, which are carried, as plain values. The engine's own are the same in
/// every batch.
fn plain(schema: &SchemaRef, carried: usize) -> SchemaRef {
    let field = |(at, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::Dictionary(_, values) if at < carried => {
            Arc::new(field.as_ref().clone().with_data_type(values.as_ref().clone()))
        }
        _ => field.clone(),
    };
    let fields: Vec<_> = schema.fields().iter().enumerate().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn unfolded(field: &Field, array: &ArrayRef) -> Result<ArrayRef, Failure> {
    match array.as_any_dictionary_opt() {
        Some(coded) if !matches!(field.data_type(), DataType::Dictionary(..)) => {
            arrow_select::take::take(coded.values(), coded.keys(), None).map_err(|e| failure(&e))
        }
        _ => Ok(array.clone()),
    }
}

fn failure(error: &dyn std::fmt::Display) -> Failure {
    Failure::Usage(format!("the decisions cannot be written: {error}"))
}
