//! The way back in: a results folder opened for charts, reports, comparisons and verification. Nothing is changed and nothing is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::csv_in::{self, TextTable};
use super::error::ResultsError;
use super::manifest::{FileFault, Manifest};
use super::metric::{Code, Metric, Stat};
use super::point::{Kept, PointData};
use super::rows::{latency_table, levels_table};
use super::run_record::Status;
use super::summary::{SummaryRow, of_json};
use super::table::{Cell, Column, Kind, Table};
use crate::stats::{Histogram, Level, Levels, Packed, Sum, bucket_bounds, bucket_number};

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
        self.buckets(Some(family), |point, _, _, number, delivered, censored| {
            pooled.entry(point).or_default().add(number, delivered, censored);
        })?;
        Ok(pooled)
    }

    /// The histograms of a duration family in parts: by point, and there in replicate order, one for each run that has items; of more than
    /// `most` runs, one for each of `most` groups of consecutive replicates, so that memory is bounded.
    pub fn latency_in_parts(&self, family: &str, most: u32) -> Result<BTreeMap<u32, Vec<Histogram>>, ResultsError> {
        let mut parts: BTreeMap<(u32, u32), Histogram> = BTreeMap::new();
        let group = |point: u32, replicate: u32| {
            let runs = self.manifest.points.get(point as usize).map_or(1, |p| p.replicates).max(1);
            (u64::from(replicate) * u64::from(runs.min(most.max(1))) / u64::from(runs)) as u32
        };
        self.buckets(Some(family), |point, replicate, _, number, delivered, censored| {
            parts.entry((point, group(point, replicate))).or_default().add(number, delivered, censored);
        })?;
        let mut points: BTreeMap<u32, Vec<Histogram>> = BTreeMap::new();
        parts.into_iter().for_each(|((point, _), histogram)| points.entry(point).or_default().push(histogram));
        Ok(points)
    }

    /// The levels of a family (`queue_length`) at every point that has some, pooled over replicates.
    pub fn levels(&self, family: &str) -> Result<BTreeMap<u32, Levels>, ResultsError> {
        let mut pooled: BTreeMap<u32, Levels> = BTreeMap::new();
        self.each_level(Some(family), |point, _, _, level, what| pooled.entry(point).or_default().add(level, what))?;
        Ok(pooled)
    }

    /// The runs of every point, as they were when the folder was assembled: what further estimates and differences between folders are
    /// made from. The journal is not needed.
    pub fn points(&self) -> Result<Vec<PointData>, ResultsError> {
        let mut points: Vec<PointData> = self.manifest.points.iter().map(|_| PointData::new()).collect();
        self.put_runs(&mut points)?;
        for run in &self.manifest.not_done {
            if let Some(point) = points.get_mut(run.point as usize).filter(|_| run.status == "missing") {
                point.push_missing(run.replicate);
            }
        }
        let mut at: Option<(u32, u32)> = None;
        let mut open: BTreeMap<String, Histogram> = BTreeMap::new();
        // Rows stand by run: each is packed as soon as the next begins.
        let mut close = |at: Option<(u32, u32)>, open: &mut BTreeMap<String, Histogram>| {
            let Some(run) = at.and_then(|(point, replicate)| points.get_mut(point as usize)?.kept_mut(replicate)) else { return };
            run.histograms
                .extend(std::mem::take(open).into_iter().map(|(family, histogram)| (family.into(), Packed::of(&histogram))));
        };
        self.buckets(None, |point, replicate, family, number, delivered, censored| {
            if at != Some((point, replicate)) {
                close(at, &mut open);
                at = Some((point, replicate));
            }
            if !open.contains_key(family) {
                open.insert(family.to_owned(), Histogram::new());
            }
            open.get_mut(family).expect("it was just put there").add(number, delivered, censored);
        })?;
        close(at, &mut open);
        self.each_level(None, |point, replicate, family, level, what| {
            if let Some(run) = points.get_mut(point as usize).and_then(|data| data.kept_mut(replicate)) {
                run.levels.entry(family.to_owned().into()).or_default().add(level, what);
            }
        })?;
        Ok(points)
    }

    /// Puts the rows of `runs.csv` in their points: sums and values, without histograms and levels.
    fn put_runs(&self, points: &mut [PointData]) -> Result<(), ResultsError> {
        let path = self.dir.join("runs.csv");
        let runs = csv_in::read(&path)?;
        let column =
            |name: &str| runs.column(name).ok_or_else(|| ResultsError::damaged(&path, format!("it has no column \"{name}\"")));
        let whole =
            |text: &str| text.parse::<i64>().map_err(|_| ResultsError::damaged(&path, format!("\"{text}\" is no whole number")));
        let (point, replicate, status) = (column("point")?, column("replicate")?, column("status")?);
        let (submitted, pending) = (column("submitted")?, column("pending")?);
        // Places of value, numerator and denominator; a column that this program does not know is passed over.
        let places: Vec<Places> = Metric::built()
            .filter_map(|metric| {
                let sum = runs.column(&format!("{}__num", metric.name)).zip(runs.column(&format!("{}__den", metric.name)));
                runs.column(&metric.name).map(|value| (metric, value, sum))
            })
            .collect();
        for row in &runs.rows {
            let index = |at: usize| {
                u32::try_from(whole(&row[at])?).map_err(|_| ResultsError::damaged(&path, "a negative point or replicate"))
            };
            let Some(data) = points.get_mut(index(point)? as usize) else {
                return Err(ResultsError::damaged(&path, format!("the manifest has no point {}", row[point])));
            };
            let mut kept = Kept::empty(row[status] == Status::Done.word());
            (kept.submitted, kept.pending) = (whole(&row[submitted])?, whole(&row[pending])?);
            for (metric, value, sum) in &places {
                let number = |at: usize| {
                    row[at].parse::<i128>().map_err(|_| ResultsError::damaged(&path, format!("\"{}\" is no sum", row[at])))
                };
                if let Some((num, den)) = sum {
                    if !row[*den].is_empty() {
                        kept.sums.insert(metric.key().to_owned().into(), Sum { num: number(*num)?, den: number(*den)? });
                    }
                } else if matches!(metric.code, Code::C | Code::T | Code::X)
                    && metric.stat.and_then(Stat::quantile).is_none()
                    && !row[*value].is_empty()
                {
                    let parsed = row[*value]
                        .parse()
                        .map_err(|_| ResultsError::damaged(&path, format!("\"{}\" is no number", row[*value])))?;
                    kept.values.insert(metric.name.clone().into(), parsed);
                }
            }
            data.insert(index(replicate)?, kept);
        }
        Ok(())
    }

    /// Hands over point, replicate, family, bucket number, delivered and censored of the rows of `latency`, of one family or of all.
    fn buckets(&self, family: Option<&str>, mut take: impl FnMut(u32, u32, &str, u32, u64, u64)) -> Result<(), ResultsError> {
        self.numbers("latency", &latency_table(), family, |path, point, replicate, family, [lower, upper, delivered, censored]| {
            let bounds = u64::try_from(lower).ok().map(|lower| (bucket_number(lower), bucket_bounds(lower)));
            match (bounds, u64::try_from(delivered), u64::try_from(censored)) {
                // The last bucket's upper bound is cut to what 64 signed bits hold.
                (Some((number, (low, high))), Ok(delivered), Ok(censored))
                    if low == lower as u64 && i64::try_from(high).unwrap_or(i64::MAX) == upper =>
                {
                    take(point, replicate, family, number, delivered, censored);
                    Ok(())
                }
                _ => Err(ResultsError::damaged(
                    path,
                    format!("[{lower}, {upper}) with {delivered} and {censored} items is no bucket"),
                )),
            }
        })
    }

    /// The same for the rows of `levels`.
    fn each_level(&self, family: Option<&str>, mut take: impl FnMut(u32, u32, &str, i64, Level)) -> Result<(), ResultsError> {
        self.numbers("levels", &levels_table(), family, |path, point, replicate, family, [level, weight, items, censored]| {
            match (u64::try_from(weight), u64::try_from(items), u64::try_from(censored)) {
                (Ok(weight), Ok(items), Ok(censored)) => {
                    take(point, replicate, family, level, Level { weight_ns: u128::from(weight), items, censored });
                    Ok(())
                }
                _ => Err(ResultsError::damaged(path, format!("level {level} has a negative weight or count"))),
            }
        })
    }

    /// Hands over point, replicate, family and the four numbers of the rows of a table of that shape.
    fn numbers(
        &self,
        name: &str,
        shape: &Table,
        family: Option<&str>,
        mut take: impl FnMut(&Path, u32, u32, &str, [i64; 4]) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        let (path, each) = self.open_table(name);
        each(&path, shape, &mut |table| {
            let [Column::I32(point), Column::I32(replicate), Column::Text(metric), numbers @ ..] = &table.columns[..] else {
                panic!("a table of numbers begins with point, replicate and metric");
            };
            let null = || ResultsError::damaged(&path, "a row has no number where one must be");
            let index = |n: Option<i32>| n.and_then(|n| u32::try_from(n).ok()).ok_or_else(null);
            for row in 0..table.rows() {
                let Some(here) = metric[row].as_deref() else { return Err(null()) };
                if family.is_some_and(|family| family != here) {
                    continue;
                }
                let mut values = [0; 4];
                for (value, column) in values.iter_mut().zip(numbers) {
                    let Column::I64(column) = column else { panic!("a table of numbers ends in four of them") };
                    *value = column[row].ok_or_else(null)?;
                }
                take(&path, index(point[row])?, index(replicate[row])?, here, values)?;
            }
            Ok(())
        })
    }

    /// The file of a table and how it is read: Parquet where it is there and built in, else its text twin.
    fn open_table(&self, name: &str) -> (PathBuf, ReadTable) {
        let parquet = self.dir.join(format!("{name}.parquet"));
        #[cfg(feature = "parquet")]
        if parquet.exists() || !self.dir.join(format!("{name}.csv")).exists() {
            return (parquet, |path, shape, take| super::parquet_in::read(path, &shape.fields, &mut *take));
        }
        let text = self.dir.join(format!("{name}.csv"));
        (if text.exists() || !parquet.exists() { text } else { parquet }, read_text)
    }
}

/// A metric with the places of its columns in `runs`: value, and numerator and denominator where it has them.
type Places = (&'static Metric, usize, Option<(usize, usize)>);

/// Reads a table of a given shape part by part.
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
        table.push(
            cells.ok_or_else(|| ResultsError::damaged(path, format!("\"{}\" has something that is no number", row.join(","))))?,
        );
    }
    take(table)
}
