//! Assembles a results folder from finished runs, point by point in plan order, whatever order they finished in.
//!
//! Every file is written under a temporary name and renamed; the manifest comes last, so that a folder with a manifest is whole. Only one
//! point's runs are in memory at a time, beside one light row for each run.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use super::atomic::{AtomicFile, write_file};
use super::csv_out;
use super::error::ResultsError;
use super::identity::hex;
use super::journal::Journal;
use super::manifest::{Manifest, ManifestPoint, NotDone};
use super::oracles::OracleRows;
use super::plan::Plan;
use super::point::PointData;
use super::rows::{
    AxisKinds, RunRow, latency_table, levels_table, messages_table, push_latency, push_levels, push_messages, runs_table,
};
use super::run_record::{RunRecord, Status};
use super::summary::{Summary, SummaryRow, put_csv, put_json};
use super::table::{Field, Table};

/// How a folder is assembled.
#[derive(Clone, Debug)]
pub struct AssembleOptions {
    /// Confidence level of the summary.
    pub level: f64,
    /// Whether to write one row per copy.
    pub messages: bool,
    /// What the manifest says it was made from.
    pub inputs: Value,
}

impl Default for AssembleOptions {
    fn default() -> Self {
        AssembleOptions { level: 0.95, messages: false, inputs: Value::Null }
    }
}

/// What was assembled.
#[derive(Clone, Debug, PartialEq)]
pub struct Assembled {
    pub manifest: Manifest,
    pub summary: Vec<SummaryRow>,
}

/// Rows of a row group of `latency` and `levels`, and of `messages`, whose rows are wide.
const ROWS: usize = 1 << 18;
const WIDE_ROWS: usize = 1 << 15;

/// Writes all tables, summaries and the manifest of folder `dir` from its journal.
pub fn assemble(dir: &Path, plan: &Plan, journal: &Journal, options: &AssembleOptions) -> Result<Assembled, ResultsError> {
    assemble_from(dir, plan, options, |run_id| journal.get(run_id))
}

/// The same from any source of records: `get` gives the record of a run, or none if there is none yet.
pub fn assemble_from(
    dir: &Path,
    plan: &Plan,
    options: &AssembleOptions,
    mut get: impl FnMut(&[u8; 16]) -> Result<Option<RunRecord>, ResultsError>,
) -> Result<Assembled, ResultsError> {
    super::folder::claim(dir)?;
    for point in &plan.points {
        assert_eq!(point.values.len(), plan.axes.len(), "a point has a value for every axis");
    }
    super::folder::begin_assembly(dir, tables(options.messages))?;
    let mut manifest = Manifest::new(options.inputs.clone(), options.level);
    manifest.axes.clone_from(&plan.axes);
    let axes = AxisKinds::of(plan);
    let mut files = Streams::create(dir, options.messages)?;
    let mut rows = Vec::new();
    let mut summary = Summary::new();
    let mut oracles = OracleRows::default();
    for (number, point) in plan.points.iter().enumerate() {
        manifest.points.push(ManifestPoint {
            values: point.values.clone(),
            model_id: hex(&point.model_id),
            replicates: point.runs.len() as u32,
        });
        let mut data = PointData::new();
        for (replicate, run_id) in point.runs.iter().enumerate() {
            let (number, replicate) = (number as u32, replicate as u32);
            let Some(mut run) = get(run_id)? else {
                data.push_missing(replicate);
                manifest.not_done.push(NotDone { point: number, replicate, status: "missing".into(), problem: None });
                continue;
            };
            assert_eq!(run.replicate, replicate, "a run's identity holds its replicate");
            run.point = number;
            note_run(&mut manifest, &run);
            oracles.push(&run);
            data.push(&run);
            rows.push(RunRow::of(&run, &axes, &point.values));
            files.push(&mut run)?;
        }
        summary.push(&data, options.level);
        oracles.end_point(&point.values);
    }
    files.finish()?;
    let runs = runs_table(&axes, rows);
    write_table(dir, "runs", &runs)?;
    write_with(&dir.join("runs.csv"), |out| {
        csv_out::put_head(&runs, out)?;
        csv_out::put_rows(&runs, out)
    })?;
    let summary = summary.rows(plan, options.level);
    write_with(&dir.join("summary.csv"), |out| put_csv(&plan.axes, &summary, out))?;
    write_with(&dir.join("summary.json"), |out| put_json(&plan.axes, &summary, out))?;
    write_with(&dir.join("oracles.csv"), |out| oracles.put(&plan.axes, out))?;
    manifest.complete = manifest.not_done.is_empty();
    manifest.write(dir)?;
    Ok(Assembled { manifest, summary })
}

/// Names of the tables that an assembly writes.
fn tables(messages: bool) -> &'static [&'static str] {
    match (cfg!(feature = "parquet"), messages) {
        (true, true) => &["latency.parquet", "levels.parquet", "runs.parquet", "runs.csv", "messages.parquet"],
        (true, false) => &["latency.parquet", "levels.parquet", "runs.parquet", "runs.csv"],
        (false, true) => &["latency.csv", "levels.csv", "runs.csv", "messages.csv"],
        (false, false) => &["latency.csv", "levels.csv", "runs.csv"],
    }
}

fn note_run(manifest: &mut Manifest, run: &RunRecord) {
    let statements: &mut BTreeMap<String, u64> = &mut manifest.statements;
    for (tag, times) in &run.tags {
        *statements.entry(tag.to_string()).or_default() += times;
    }
    if run.status != Status::Done {
        let (status, problem) = (run.status.word().to_owned(), run.failure.clone());
        manifest.not_done.push(NotDone { point: run.point, replicate: run.replicate, status, problem });
    }
}

/// The tables that are written while runs come in.
struct Streams {
    latency: TableFile,
    levels: TableFile,
    messages: Option<TableFile>,
}

impl Streams {
    fn create(dir: &Path, messages: bool) -> Result<Streams, ResultsError> {
        Ok(Streams {
            latency: TableFile::create(dir, "latency", latency_table(), ROWS)?,
            levels: TableFile::create(dir, "levels", levels_table(), ROWS)?,
            messages: if messages { Some(TableFile::create(dir, "messages", messages_table(), WIDE_ROWS)?) } else { None },
        })
    }

    fn push(&mut self, run: &mut RunRecord) -> Result<(), ResultsError> {
        self.latency.push(|table| push_latency(table, run))?;
        self.levels.push(|table| push_levels(table, run))?;
        match &mut self.messages {
            Some(messages) => messages.push(|table| push_messages(table, run)),
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<(), ResultsError> {
        self.latency.finish()?;
        self.levels.finish()?;
        self.messages.map_or(Ok(()), TableFile::finish)
    }
}

/// A table written in parts: Parquet where it is built in, else comma-separated text.
struct TableFile {
    rows: Table,
    at_once: usize,
    sink: Sink,
}

impl TableFile {
    fn create(dir: &Path, name: &str, rows: Table, at_once: usize) -> Result<TableFile, ResultsError> {
        let sink = Sink::create(dir, name, &rows)?;
        Ok(TableFile { rows, at_once, sink })
    }

    fn push(&mut self, add: impl FnOnce(&mut Table)) -> Result<(), ResultsError> {
        add(&mut self.rows);
        if self.rows.rows() >= self.at_once {
            self.sink.write(&self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), ResultsError> {
        self.sink.write(&self.rows)?;
        self.sink.finish()
    }
}

#[cfg(feature = "parquet")]
struct Sink(super::parquet_out::ParquetFile);

#[cfg(feature = "parquet")]
impl Sink {
    fn create(dir: &Path, name: &str, table: &Table) -> Result<Sink, ResultsError> {
        let file = AtomicFile::create(&dir.join(format!("{name}.parquet")))?;
        super::parquet_out::ParquetFile::create(file, fields(table)).map(Sink)
    }

    fn write(&mut self, table: &Table) -> Result<(), ResultsError> {
        self.0.write(table)
    }

    fn finish(self) -> Result<(), ResultsError> {
        self.0.finish()
    }
}

#[cfg(not(feature = "parquet"))]
struct Sink {
    file: AtomicFile,
    path: std::path::PathBuf,
}

#[cfg(not(feature = "parquet"))]
impl Sink {
    fn create(dir: &Path, name: &str, table: &Table) -> Result<Sink, ResultsError> {
        let path = dir.join(format!("{name}.csv"));
        let mut file = AtomicFile::create(&path)?;
        let empty = Table::new(fields(table).to_vec());
        csv_out::put_head(&empty, &mut file).map_err(ResultsError::io(&path, "write"))?;
        Ok(Sink { file, path })
    }

    fn write(&mut self, table: &Table) -> Result<(), ResultsError> {
        csv_out::put_rows(table, &mut self.file).map_err(ResultsError::io(&self.path, "write"))
    }

    fn finish(self) -> Result<(), ResultsError> {
        self.file.commit()
    }
}

fn fields(table: &Table) -> &[Field] {
    &table.fields
}

#[cfg(feature = "parquet")]
fn write_table(dir: &Path, name: &str, table: &Table) -> Result<(), ResultsError> {
    let mut sink = Sink::create(dir, name, table)?;
    sink.write(table)?;
    sink.finish()
}

/// Without Parquet `runs.csv` stands alone.
#[cfg(not(feature = "parquet"))]
fn write_table(_dir: &Path, _name: &str, _table: &Table) -> Result<(), ResultsError> {
    Ok(())
}

fn write_with(path: &Path, put: impl FnOnce(&mut AtomicFile) -> std::io::Result<()>) -> Result<(), ResultsError> {
    let mut file = AtomicFile::create(path)?;
    put(&mut file).and_then(|()| file.flush()).map_err(ResultsError::io(path, "write"))?;
    file.commit()
}

/// Writes a further file of a results folder whole: expectations, a figure, a report. The manifest is to be written again after.
pub fn put_file(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), ResultsError> {
    let path = dir.join(name);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(ResultsError::io(folder, "create the folder"))?;
    }
    write_file(&path, bytes)
}

#[cfg(test)]
mod tests;
