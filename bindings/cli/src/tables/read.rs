//! Files of columns, cut into units.

use super::decode::{Asked, Desk};
use super::{options, unusable};
use crate::args::Decide;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sources::{Kind, Source};
use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::metadata::RowGroupMetaData;
use placet::Bundle;
use placet::columns::{BatchOptions, Batches};
use placet::value::{Date, Kind as FactKind};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::sync::Arc;

/// How many rows a unit has at least, where there are as many.
const ROWS: usize = 1 << 17;
/// How many units each core should have at least: they do not all end at once.
const EACH: usize = 4;
/// How many rows of a large row group a unit has at most: what comes of them is held until it is their turn to be written.
const MOST: usize = 4 * ROWS;
/// How many rows are decoded at a time.
const DECODED: usize = 1 << 17;

/// Rows that are worked on together.
pub struct Unit {
    pub file: Arc<Opened>,
    part: Part,
    pub bytes: u64,
}

enum Part {
    /// Row groups of a Parquet file; of a large one only so many rows after so many others.
    Groups(Vec<usize>, Option<(usize, usize)>),
    Batches(Vec<RecordBatch>),
}

/// A file whose columns are known.
pub struct Opened {
    pub path: String,
    pub batches: Arc<Batches>,
    parquet: Option<Arc<Asked>>,
}

/// Units of all files, in order.
pub struct Units<'a> {
    bundle: &'a Bundle,
    options: BatchOptions,
    on: Date,
    sources: VecDeque<Source>,
    current: Option<Current>,
    /// What the last file was readied as: the next is mostly alike.
    readied: Option<Readied>,
    progress: Progress,
}

struct Readied {
    schema: SchemaRef,
    batches: Arc<Batches>,
    columns: Vec<usize>,
}

struct Current {
    file: Arc<Opened>,
    rest: Rest,
}

enum Rest {
    /// Parts, and how many bytes each has.
    Groups(VecDeque<(Part, u64)>),
    /// Batches still to be read, and what of the last is left.
    Batches(Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>, Option<RecordBatch>),
}

impl<'a> Units<'a> {
    /// Opens the first file; from it the decisions' columns are known, and how many of them are carried.
    pub fn new(
        bundle: &'a Bundle,
        a: &Decide,
        sources: &[Source],
        progress: &Progress,
    ) -> Result<(Units<'a>, SchemaRef, usize), Failure> {
        let mut units = Units {
            bundle,
            options: options(a),
            // Where each row tells its day, this one is never asked for.
            on: a.on.unwrap_or(Date::MIN),
            sources: sources.iter().cloned().collect(),
            current: None,
            readied: None,
            progress: progress.clone(),
        };
        units.open_next()?;
        let decided = units.readied.as_ref().map(|r| r.batches.schema());
        let decided = decided.ok_or_else(|| Failure::Usage("there is no file of facts".to_owned()))?;
        // A carried column may have gaps in one file and none in the next.
        let carried = carried(a, &decided);
        let field = |(at, field): (usize, &Arc<Field>)| match at < carried {
            true => Arc::new(field.as_ref().clone().with_nullable(true)),
            false => field.clone(),
        };
        let fields: Vec<_> = decided.fields().iter().enumerate().map(field).collect();
        Ok((units, Arc::new(Schema::new(fields)), carried))
    }

    /// The next unit.
    pub fn next(&mut self) -> Result<Option<Unit>, Failure> {
        loop {
            let Some(current) = &mut self.current else { return Ok(None) };
            if let Some(unit) = current.next()? {
                return Ok(Some(unit));
            }
            self.open_next()?;
        }
    }

    fn open_next(&mut self) -> Result<(), Failure> {
        self.current = match self.sources.pop_front() {
            Some(source) if source.kind == Kind::Parquet => Some(self.open_parquet(&source.path)?),
            Some(source) => Some(self.open_arrow(&source.path)?),
            None => None,
        };
        Ok(())
    }

    /// Readies the policies for a file's columns; tells which are read, too.
    fn ready(&mut self, path: &str, schema: &SchemaRef) -> Result<(Arc<Batches>, Vec<usize>), Failure> {
        if let Some(readied) = self.readied.as_ref().filter(|r| r.schema == *schema) {
            return Ok((readied.batches.clone(), readied.columns.clone()));
        }
        let ready = |schema: &Schema, options: &BatchOptions| {
            Batches::new(self.bundle, schema, self.on, options.clone()).map_err(|e| unusable(path, &e))
        };
        let columns = ready(schema, &self.options)?.columns();
        let read = schema.project(&columns).map_err(|e| failure(path, &e))?;
        let batches = Arc::new(ready(&read, &BatchOptions { other_columns: true, ..self.options.clone() })?);
        if let Some(before) = &self.readied {
            let (own, other) = (batches.schema(), before.batches.schema());
            let mut pairs = own.fields().iter().zip(other.fields());
            let differ = pairs.find(|(a, b)| a.name() != b.name() || a.data_type() != b.data_type());
            if let Some((field, _)) = differ {
                let name = field.name();
                let text = format!(
                    "`{path}`: the column `{name}`, which is carried, is not of the same kind as in the files before"
                );
                return Err(Failure::Data(text));
            }
        }
        self.readied = Some(Readied { schema: schema.clone(), batches: batches.clone(), columns: columns.clone() });
        Ok((batches, columns))
    }

    fn open_parquet(&mut self, path: &str) -> Result<Current, Failure> {
        let file = File::open(path).map_err(|e| Failure::io("read", path, &e))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| failure(path, &e))?;
        let asked = ArrowReaderOptions::new().with_schema(self.coded(metadata.schema()));
        // As it is, where the file does not let itself be read in another way.
        let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), asked).unwrap_or(metadata);
        let (batches, columns) = self.ready(path, metadata.schema())?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), columns.iter().copied());
        let parts = parts(&metadata, &mask, rayon::current_num_threads());
        let schema = Arc::new(metadata.schema().project(&columns).map_err(|e| failure(path, &e))?);
        let parquet = Some(Arc::new(Asked { metadata, columns, schema, rows: DECODED }));
        Ok(Current { file: Arc::new(Opened { path: path.to_owned(), batches, parquet }), rest: Rest::Groups(parts) })
    }

    /// Texts that are values of an enumeration, as keys: so they stand in the file, and so they are decided fastest.
    fn coded(&self, schema: &SchemaRef) -> SchemaRef {
        let (graph, names) = (&self.bundle.program().graph, self.bundle.names());
        let coded = |field: &Arc<Field>| {
            let fact = names.find(graph, None, field.name()).map(|id| graph.fact(id));
            let is_enum = fact.is_some_and(|f| matches!(f.ty.kind, FactKind::Enum(_)));
            let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
            match is_enum && is_text && !self.options.carry.contains(field.name()) {
                true => {
                    let keys = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    Arc::new(field.as_ref().clone().with_data_type(keys))
                }
                false => field.clone(),
            }
        };
        let fields: Vec<_> = schema.fields().iter().map(coded).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }

    fn open_arrow(&mut self, path: &str) -> Result<Current, Failure> {
        let io = |e: std::io::Error| Failure::io("read", path, &e);
        let mut file = File::open(path).map_err(io)?;
        let mut start = Vec::new();
        Read::by_ref(&mut file).take(6).read_to_end(&mut start).map_err(io)?;
        file.rewind().map_err(io)?;
        let is_file = start == *b"ARROW1";
        let schema = match is_file {
            true => FileReader::try_new(&file, None).map_err(|e| failure(path, &e))?.schema(),
            false => StreamReader::try_new(&file, None).map_err(|e| failure(path, &e))?.schema(),
        };
        file.rewind().map_err(io)?;
        let (batches, columns) = self.ready(path, &schema)?;
        let projected = Some(columns).filter(|c| c.len() < schema.fields().len());
        let reader = BufReader::with_capacity(1 << 16, Moving { file, progress: self.progress.clone() });
        let all: Box<dyn Iterator<Item = _> + Send> = match is_file {
            true => Box::new(FileReader::try_new(reader, projected).map_err(|e| failure(path, &e))?),
            false => Box::new(StreamReader::try_new(reader, projected).map_err(|e| failure(path, &e))?),
        };
        let file = Arc::new(Opened { path: path.to_owned(), batches, parquet: None });
        Ok(Current { file, rest: Rest::Batches(all, None) })
    }
}

/// A Parquet file in parts: small row groups together, large ones in stretches, so that all cores have something to do until the end. In no
/// more than that takes: for every stretch its columns are opened, and what stands in their pages before it is passed over.
fn parts(metadata: &ArrowReaderMetadata, mask: &ProjectionMask, cores: usize) -> VecDeque<(Part, u64)> {
    let schema = metadata.parquet_schema();
    // Pages of lists do not tell how many rows they hold: to pass over rows they would have to be decoded.
    let is_flat =
        (0..schema.num_columns()).all(|leaf| !mask.leaf_included(leaf) || schema.column(leaf).max_rep_level() == 0);
    let mut parts: VecDeque<(Part, u64)> = VecDeque::new();
    let mut together = ROWS;
    let rows_of = |group: &RowGroupMetaData| usize::try_from(group.num_rows()).unwrap_or(0);
    let all: usize = metadata.metadata().row_groups().iter().map(rows_of).sum();
    let length = (all / (EACH * cores.max(1))).next_multiple_of(ROWS).clamp(ROWS, MOST);
    for (at, group) in metadata.metadata().row_groups().iter().enumerate() {
        let rows = rows_of(group);
        let bytes = u64::try_from(group.compressed_size()).unwrap_or(0);
        if is_flat && rows >= 2 * ROWS {
            let stretches = (rows / length).max(1);
            for first in (0..stretches).map(|n| n * length) {
                let is_last = first + 2 * length > rows;
                let stretch = Some((first, if is_last { rows - first } else { length }));
                parts.push_back((Part::Groups(vec![at], stretch), bytes / stretches as u64));
            }
            together = ROWS;
            continue;
        }
        match parts.back_mut() {
            Some((Part::Groups(groups, None), sum)) if together < ROWS => {
                groups.push(at);
                *sum += bytes;
                together += rows;
            }
            _ => {
                parts.push_back((Part::Groups(vec![at], None), bytes));
                together = rows;
            }
        }
    }
    parts
}

/// How many columns are carried: they stand before all others.
fn carried(a: &Decide, schema: &Schema) -> usize {
    let id = a.columns.id.as_deref().unwrap_or("id");
    let is_carried = |name: &String| name == id || a.columns.carry.contains(name);
    schema.fields().iter().take_while(|f| is_carried(f.name())).count()
}

/// A file that moves the progress on as it is read.
struct Moving {
    file: File,
    progress: Progress,
}

impl Read for Moving {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.progress.read(read as u64);
        Ok(read)
    }
}

impl Seek for Moving {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

impl Current {
    fn next(&mut self) -> Result<Option<Unit>, Failure> {
        let unit = |part, bytes| Unit { file: self.file.clone(), part, bytes };
        match &mut self.rest {
            Rest::Groups(parts) => Ok(parts.pop_front().map(|(part, bytes)| unit(part, bytes))),
            Rest::Batches(reader, left) => {
                let (mut batches, mut rows) = (Vec::new(), 0);
                while rows < ROWS {
                    let next = match left.take() {
                        Some(batch) => Some(Ok(batch)),
                        None => reader.next(),
                    };
                    let Some(batch) = next else { break };
                    let batch = batch.map_err(|e| failure(&self.file.path, &e))?;
                    let taken = batch.num_rows().min(ROWS - rows);
                    if taken < batch.num_rows() {
                        *left = Some(batch.slice(taken, batch.num_rows() - taken));
                    }
                    rows += taken;
                    batches.push(batch.slice(0, taken));
                }
                Ok((!batches.is_empty()).then(|| unit(Part::Batches(batches), 0)))
            }
        }
    }
}

impl Unit {
    /// Its rows, decoded a stretch at a time.
    pub fn batches(self, desk: &Desk) -> Result<Box<dyn Iterator<Item = Result<RecordBatch, Failure>>>, Failure> {
        let path = self.file.path.clone();
        match (self.part, &self.file.parquet) {
            (Part::Groups(groups, stretch), Some(parquet)) => {
                // Opened anew: handles that are cloned share the place they read at, and other cores read other places.
                let file = File::open(&path).map_err(|e| Failure::io("read", &path, &e))?;
                let rows = parquet.rows(file, groups, stretch, desk).map_err(|e| failure(&path, &e))?;
                Ok(Box::new(rows.map(move |batch| batch.map_err(|e| failure(&path, &e)))))
            }
            (Part::Batches(batches), _) => Ok(Box::new(batches.into_iter().map(Ok))),
            (Part::Groups(..), None) => Err(Failure::Internal(format!("`{path}` has no row groups"))),
        }
    }
}

fn failure(path: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::Data(format!("cannot read `{path}`: {error}"))
}
