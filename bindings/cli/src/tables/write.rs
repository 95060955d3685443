//! Columns of decisions as files.

use super::pages::{ColumnChunk, ColumnWriter, LEVEL, Squeezer};
use super::text::{Csv, Lines};
use crate::failure::Failure;
use crate::files::Out;
use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
pub struct Sink {
    kind: Kind,
    /// What messages call it.
    path: String,
}

enum Kind {
    Parquet(SerializedFileWriter<Out>),
    ArrowFile(Box<FileWriter<Out>>),
    ArrowStream(Box<StreamWriter<Out>>),
    Text(Out),
}

/// Makes bytes of decisions, on any core.
pub enum Encoder {
    Parquet(Groups),
    /// Columns whose dictionaries may differ from batch to batch are written plain: Arrow's files take one dictionary a column.
    Arrow(SchemaRef),
    Csv(Csv),
    Lines(Lines),
}

/// A unit on its way.
pub enum Encoding<'a> {
    Parquet { columns: Vec<ColumnWriter>, groups: &'a Groups, squeezer: Squeezer },
    Arrow { batches: Vec<RecordBatch>, schema: &'a SchemaRef },
    Csv { csv: &'a Csv, bytes: Vec<u8> },
    Lines { lines: &'a Lines, bytes: Vec<u8> },
}

/// A unit ready to be written.
pub enum Encoded {
    /// A row group.
    Parquet(Vec<ColumnChunk>),
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
        let path = path.unwrap_or("standard output").to_owned();
        let plain = plain(schema, carried);
        let (kind, encoder) = match form {
            Form::Parquet => {
                let properties = properties(schema, carried)?;
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
                let writer = writer.and_then(ArrowWriter::into_serialized_writer);
                let (writer, factory) = writer.map_err(|e| Failure::written(&path, &e))?;
                let columns = writer.schema_descr().columns().to_vec();
                let groups = Groups { factory, schema: schema.clone(), columns, carried, idle: Mutex::default() };
                (Kind::Parquet(writer), Encoder::Parquet(groups))
            }
            Form::ArrowFile => {
                let writer = FileWriter::try_new(out, &plain).map_err(|e| Failure::written(&path, &e))?;
                (Kind::ArrowFile(Box::new(writer)), Encoder::Arrow(plain))
            }
            Form::ArrowStream => {
                let writer = StreamWriter::try_new(out, &plain).map_err(|e| Failure::written(&path, &e))?;
                (Kind::ArrowStream(Box::new(writer)), Encoder::Arrow(plain))
            }
            Form::Csv => {
                let csv = Csv::new(schema)?;
                out.bytes(&csv.head()?)?;
                (Kind::Text(out), Encoder::Csv(csv))
            }
            Form::Lines => (Kind::Text(out), Encoder::Lines(Lines::new(schema)?)),
        };
        Ok((Sink { kind, path }, encoder))
    }

    /// Writes the next unit.
    pub fn append(&mut self, unit: Encoded) -> Result<(), Failure> {
        let path = &self.path;
        match (&mut self.kind, unit) {
            (Kind::Parquet(writer), Encoded::Parquet(columns)) => {
                let written = writer.next_row_group().and_then(|mut group| {
                    columns.into_iter().try_for_each(|column| column.append(&mut group))?;
                    group.close()
                });
                written.map(drop).map_err(|e| Failure::written(path, &e))
            }
            (Kind::ArrowFile(writer), Encoded::Arrow(batches)) => {
                batches.iter().try_for_each(|b| writer.write(b)).map_err(|e| Failure::written(path, &e))
            }
            (Kind::ArrowStream(writer), Encoded::Arrow(batches)) => {
                batches.iter().try_for_each(|b| writer.write(b)).map_err(|e| Failure::written(path, &e))
            }
            (Kind::Text(out), Encoded::Text(bytes)) => out.bytes(&bytes),
            _ => Err(Failure::Internal("a unit was encoded for another kind of file".to_owned())),
        }
    }

    /// Says that it is whole.
    pub fn done(self) -> Result<(), Failure> {
        let path = &self.path;
        match self.kind {
            Kind::Parquet(writer) => writer.into_inner().map_err(|e| Failure::written(path, &e))?.done(),
            Kind::ArrowFile(writer) => writer.into_inner().map_err(|e| Failure::written(path, &e))?.done(),
            Kind::ArrowStream(writer) => writer.into_inner().map_err(|e| Failure::written(path, &e))?.done(),
            Kind::Text(out) => out.done(),
        }
    }
}

impl Encoder {
    /// Begins a unit, by its number.
    pub fn unit(&self, number: usize) -> Result<Encoding<'_>, Failure> {
        Ok(match self {
            Encoder::Parquet(groups) => {
                Encoding::Parquet { columns: groups.columns(number)?, groups, squeezer: groups.squeezer()? }
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
        if batch.num_rows() == 0 {
            // Readers of lists stumble over a page without rows.
            return Ok(());
        }
        match self {
            Encoding::Parquet { columns, groups, squeezer } => {
                let fields = groups.schema.fields().iter().zip(batch.columns());
                let mut write = |(column, (field, array)): (&mut ColumnWriter, (&Arc<Field>, &ArrayRef))| {
                    column.write(field, array, squeezer)
                };
                columns.iter_mut().zip(fields).try_for_each(&mut write)?;
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
            Encoding::Parquet { columns, groups, mut squeezer } => {
                let chunks: Result<Vec<_>, _> = columns.into_iter().map(|column| column.close(&mut squeezer)).collect();
                groups.idle().push(squeezer);
                Encoded::Parquet(chunks?.into_iter().flatten().collect())
            }
            Encoding::Arrow { batches, .. } => Encoded::Arrow(batches),
            Encoding::Csv { bytes, .. } | Encoding::Lines { bytes, .. } => Encoded::Text(bytes),
        })
    }
}

/// What makes the columns of row groups.
pub struct Groups {
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    /// The leaves.
    columns: Vec<ColumnDescPtr>,
    carried: usize,
    /// Squeezers that nobody uses now: to make one takes longer than many pages.
    idle: Mutex<Vec<Squeezer>>,
}

impl Groups {
    fn idle(&self) -> MutexGuard<'_, Vec<Squeezer>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn squeezer(&self) -> Result<Squeezer, Failure> {
        let idle = self.idle().pop();
        idle.map_or_else(Squeezer::new, Ok)
    }

    /// The columns of a row group, by its number.
    fn columns(&self, number: usize) -> Result<Vec<ColumnWriter>, Failure> {
        let writers = self.factory.create_column_writers(number).map_err(|e| failure(&e))?;
        let mut leaves = self.columns.iter().cloned().zip(writers).peekable();
        let mut columns = Vec::new();
        for (place, field) in self.schema.fields().iter().enumerate() {
            // A path begins with the field it belongs to.
            let is_own = |(column, _): &(ColumnDescPtr, _)| column.path().parts().first() == Some(field.name());
            let mut own = Vec::new();
            while let Some(leaf) = leaves.next_if(is_own) {
                own.push(leaf);
            }
            columns.push(match (own.len(), own.pop()) {
                (1, Some((column, writer))) => ColumnWriter::new(field, place < self.carried, column, writer),
                (_, last) => ColumnWriter::Any(own.into_iter().chain(last).map(|(_, writer)| writer).collect()),
            });
        }
        Ok(columns)
    }
}

/// How Parquet is written where a general writer does it. Of the engine's own columns every row group has nearly all values: what is
/// smallest and largest tells nobody anything.
fn properties(schema: &SchemaRef, carried: usize) -> Result<WriterProperties, Failure> {
    let level = ZstdLevel::try_new(LEVEL).map_err(|e| failure(&e))?;
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    let stored = ArrowSchemaConverter::new().convert(schema).map_err(|e| failure(&e))?;
    for (leaf, column) in stored.columns().iter().enumerate() {
        let place = stored.get_column_root_idx(leaf);
        if place < carried {
            builder = builder.set_column_statistics_enabled(column.path().clone(), EnabledStatistics::Chunk);
        }
        // What squeezes pages is set up for every row group, needed or not.
        if ColumnWriter::makes(schema.field(place), place < carried) {
            builder = builder.set_column_compression(column.path().clone(), Compression::UNCOMPRESSED);
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
