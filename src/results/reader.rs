//! The way back in: a results folder opened for charts, reports, comparisons and verification. Nothing is changed and nothing is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::csv_in::{self, TextTable};
use super::error::ResultsError;
use super::manifest::{FileFault, Manifest};
use super::rows::{latency_table, levels_table};
use super::summary::{SummaryRow, of_json};
use super::table::{Cell, Kind, Table};
use crate::stats::{Histogram, Level, Levels, bucket_bounds, bucket_number};

/// An opened results folder.
#[derive(Clone, Debug)]
pub struct Results {
    dir: PathBuf,
    manifest: Manifest,
}

impl Results {
    /// Opens a folder by its manifest. Rows of another results version are refused.
    pub fn open(dir: &Path) -> Result<Results, ResultsError> {
        let manifest = Manifest::read(dir)?;
        if manifest.results_version != super::RESULTS_VERSION {
            let (found, ours) = (manifest.results_version, super::RESULTS_VERSION);
            return Err(ResultsError::OtherVersion { file: dir.join(super::MANIFEST), found, ours });
        }
        Ok(Results { dir: dir.to_owned(), manifest })
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Compares every file with its hash; empty if all is as it was written.
    pub fn verify(&self) -> Result<Vec<FileFault>, ResultsError> {
        self.manifest.faults(&self.dir)
    }

    /// The rows of the summary, in their order.
    pub fn summary(&self) -> Result<Vec<SummaryRow>, ResultsError> {
        let path = self.dir.join("summary.json");
        let text = fs::read_to_string(&path).map_err(ResultsError::io(&path, "read"))?;
        of_json(&self.manifest.axes, &text).map_err(|problem| ResultsError::damaged(&path, problem))
    }

    /// The rows of `runs.csv`, as text.
    pub fn runs(&self) -> Result<TextTable, ResultsError> {
        csv_in::read(&self.dir.join("runs.csv"))
    }

    /// The histogram of a duration family (`deferred_latency`) at every point that has one, pooled over replicates.
    pub fn latency(&self, family: &str) -> Result<BTreeMap<u32, Histogram>, ResultsError> {
        let mut pooled: BTreeMap<u32, Histogram> = BTreeMap::new();
        self.latency_by_run(family, |point, _, number, delivered, censored| {
            pooled.entry(point).or_default().add(number, delivered, censored);
        })?;
        Ok(pooled)
    }

    /// The same for each run: (point, replicate) to histogram.
    pub fn latency_of_runs(&self, family: &str) -> Result<BTreeMap<(u32, u32), Histogram>, ResultsError> {
        let mut runs: BTreeMap<(u32, u32), Histogram> = BTreeMap::new();
        self.latency_by_run(family, |point, replicate, number, delivered, censored| {
            runs.entry((point, replicate)).or_default().add(number, delivered, censored);
        })?;
        Ok(runs)
    }

    fn latency_by_run(&self, family: &str, mut take: impl FnMut(u32, u32, u32, u64, u64)) -> Result<(), ResultsError> {
        self.numbers("latency", &latency_table(), family, |path, point, replicate, [lower, upper, delivered, censored]| {
            let bounds = u64::try_from(lower).ok().map(|lower| (bucket_number(lower), bucket_bounds(lower)));
            match (bounds, u64::try_from(delivered), u64::try_from(censored)) {
                // The last bucket's upper bound is cut to what 64 signed bits hold.
                (Some((number, (low, high))), Ok(delivered), Ok(censored))
                    if low == lower as u64 && i64::try_from(high).unwrap_or(i64::MAX) == upper =>
                {
                    take(point, replicate, number, delivered, censored);
                    Ok(())
                }
                _ => Err(ResultsError::damaged(path, format!("[{lower}, {upper}) with {delivered} and {censored} items is no bucket"))),
            }
        })
    }

    /// The levels of a family (`queue_length`) at every point that has some, pooled over replicates.
    pub fn levels(&self, family: &str) -> Result<BTreeMap<u32, Levels>, ResultsError> {
        let mut pooled: BTreeMap<u32, Levels> = BTreeMap::new();
        self.numbers("levels", &levels_table(), family, |path, point, _, [level, weight, items, censored]| {
            match (u64::try_from(weight), u64::try_from(items), u64::try_from(censored)) {
                (Ok(weight), Ok(items), Ok(censored)) => {
                    let what = Level { weight_ns: u128::from(weight), items, censored };
                    pooled.entry(point).or_default().add(level, what);
                    Ok(())
                }
                _ => Err(ResultsError::damaged(path, format!("level {level} has a negative weight or count"))),
            }
        })?;
        Ok(pooled)
    }

    /// Hands over point, replicate and the four numbers of every row of `family` in a table of that shape.
    fn numbers(
        &self,
        name: &str,
        shape: &Table,
        family: &str,
        mut take: impl FnMut(&Path, u32, u32, [i64; 4]) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        let (path, each) = self.open_table(name);
        each(&path, shape, &mut |table| {
            for row in 0..table.rows() {
                if !matches!(table.columns[2].cell(row), Cell::Text(name) if name == family) {
                    continue;
                }
                let number = |at: usize| match table.columns[at].cell(row) {
                    Cell::I32(v) => Ok(i64::from(v)),
                    Cell::I64(v) => Ok(v),
                    _ => Err(ResultsError::damaged(&path, "a row has no number where one must be")),
                };
                let index = |at: usize| u32::try_from(number(at)?).map_err(|_| ResultsError::damaged(&path, "a negative point or replicate"));
                take(&path, index(0)?, index(1)?, [number(3)?, number(4)?, number(5)?, number(6)?])?;
            }
            Ok(())
        })
    }

    /// The file of a table and how it is read: Parquet where it is there and built in, else its text twin.
    fn open_table(&self, name: &str) -> (PathBuf, ReadTable) {
        let parquet = self.dir.join(format!("{name}.parquet"));
        #[cfg(feature = "parquet")]
        if parquet.exists() || !self.dir.join(format!("{name}.csv")).exists() {
            return (parquet, |path, shape, take| super::parquet_in::read(path, &shape.fields, |table| take(table)));
        }
        let text = self.dir.join(format!("{name}.csv"));
        (if text.exists() || !parquet.exists() { text } else { parquet }, read_text)
    }
}

type ReadTable = fn(&Path, &Table, &mut dyn FnMut(Table) -> Result<(), ResultsError>) -> Result<(), ResultsError>;

/// Reads a text twin into a table of the same shape.
fn read_text(path: &Path, shape: &Table, take: &mut dyn FnMut(Table) -> Result<(), ResultsError>) -> Result<(), ResultsError> {
    if path.extension().is_some_and(|ext| ext == "parquet") {
        return Err(ResultsError::Parquet { file: path.to_owned(), problem: "this program was built without Parquet".into() });
    }
    let text = csv_in::read(path)?;
    let names: Vec<&str> = shape.fields.iter().map(|field| field.name.as_str()).collect();
    if text.names != names {
        return Err(ResultsError::damaged(path, format!("its columns are not {}", names.join(", "))));
    }
    let mut table = Table::new(shape.fields.clone());
    for row in &text.rows {
        let cells = shape.fields.iter().zip(row).map(|(field, text)| match field.kind {
            Kind::I32 => text.parse().ok().map(Cell::I32),
            Kind::I64 => text.parse().ok().map(Cell::I64),
            _ => Some(Cell::Text(text.clone().into())),
        });
        let cells = cells.collect::<Option<Vec<Cell>>>();
        table.push(cells.ok_or_else(|| ResultsError::damaged(path, format!("\"{}\" has something that is no number", row.join(","))))?);
    }
    take(table)
}
