//! A results folder as this room sees it: estimates, histograms and figures. Nothing else is opened, and nothing is run.
//!
//! Figures come from `figures.json`, which the sweep copied there from the experiment file; a folder without any gets figures of
//! the headline metrics. Left out: runs, messages and levels, which no chart here needs.

use super::data::{Axis, Data, PointHistograms, Row};
use super::fault::Fault;
use super::figure::{Figure, Kind, Known, Scale};
use super::reading::read_figures;
use super::words;
use crate::results::{FileProblem, Metric, Results, ResultsError, Stat, Unit};
use serde_json::Value;
use std::path::Path;

/// Name of the file that holds the figures of an experiment.
pub const FIGURES: &str = "figures.json";
/// Folder, within a results folder, in which figures are drawn.
pub const PLOTS: &str = "plots";

/// An opened results folder with its summary.
#[derive(Clone, Debug)]
pub struct Folder {
    results: Results,
    data: Data,
}

/// Files that figures and tables are made from; figures drawn from changed ones would lie.
fn is_evidence(file: &str) -> bool {
    file.starts_with("summary.") || file.starts_with("latency.")
}

impl Folder {
    /// Opens a results folder and reads its summary.
    pub fn open(dir: &Path) -> Result<Folder, ResultsError> {
        let results = Results::open(dir)?;
        let data = read_data(&results, dir)?;
        Ok(Folder { results, data })
    }

    /// Estimates and axes.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The opened folder itself.
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// The histograms of a family, point by point, in parts (a run, or a group of runs): curves get bands from them.
    pub fn histograms(&self, family: &str) -> Result<Vec<PointHistograms>, ResultsError> {
        let manifest = self.results.manifest();
        // Bands need ten parts; a hundred are plenty, and thousands of points share what memory may be taken.
        let most = (4_000 / manifest.points.len().max(1)).clamp(1, 100) as u32;
        let mut parts = self.results.latency_in_parts(family, most)?;
        let points = manifest.points.iter().enumerate().map(|(number, point)| {
            let number = number as u32;
            let not_done = manifest.not_done.iter().filter(|run| run.point == number).count() as u32;
            let values: Vec<String> = point.values.iter().map(ToString::to_string).collect();
            PointHistograms {
                at: self.data.place(&values),
                n: point.replicates.saturating_sub(not_done),
                parts: parts.remove(&number).unwrap_or_default(),
            }
        });
        Ok(points.collect())
    }

    /// The figures of the folder, checked against what is there; every fault is told at once.
    pub fn figures(&self) -> Result<Vec<Figure>, Vec<Fault>> {
        let path = self.results.dir().join(FIGURES);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(default_figures(&self.data)),
            Err(e) => return Err(vec![Fault::new(FIGURES, format!("cannot be read: {e}"), "check the rights of the file")]),
        };
        let block: Value = serde_json::from_str(&text).map_err(|e| {
            vec![Fault::new(FIGURES, format!("this is not JSON: {e}"), "run the sweep again: it writes this file anew")]
        })?;
        let figures = read_figures(FIGURES, &block)?;
        if figures.is_empty() {
            return Ok(default_figures(&self.data));
        }
        let known = self.data.known();
        let faults: Vec<Fault> = figures.iter().flat_map(|figure| figure.check(FIGURES, &known)).collect();
        if faults.is_empty() { Ok(figures) } else { Err(faults) }
    }

    /// What has changed in the folder since it was written: faults in what figures are made from, and whether anything else but
    /// figures differs.
    pub(super) fn changes(&self) -> Result<(Vec<Fault>, bool), ResultsError> {
        let found = self.results.verify()?;
        let outside = || found.iter().filter(|fault| !fault.file.starts_with(PLOTS));
        let evidence = outside().filter(|fault| is_evidence(&fault.file) && fault.problem != FileProblem::Unknown);
        let faults = evidence.map(|fault| {
            let problem = match fault.problem {
                FileProblem::Missing => "the file is gone",
                _ => "the file has changed since the sweep wrote it",
            };
            let remedy = "run the sweep again: finished runs are kept and only the tables are made anew";
            Fault::new(self.results.dir().join(&fault.file).display().to_string(), problem, remedy)
        });
        Ok((faults.collect(), outside().next().is_some()))
    }
}

fn read_data(results: &Results, dir: &Path) -> Result<Data, ResultsError> {
    let manifest = results.manifest();
    let mut axes: Vec<Axis> = manifest.axes.iter().map(|name| Axis { name: name.clone(), values: Vec::new() }).collect();
    for point in &manifest.points {
        for (axis, value) in axes.iter_mut().zip(&point.values) {
            let label = value.to_string();
            if !axis.values.contains(&label) {
                axis.values.push(label);
            }
        }
    }
    let named = manifest.inputs.get("experiment").and_then(Value::as_str).map(str::to_owned);
    let name = named.or_else(|| Some(dir.file_name()?.to_string_lossy().into_owned())).unwrap_or_default();
    // In plan order, so that the one named is that of the first point.
    let mut models: Vec<&str> = Vec::new();
    for point in &manifest.points {
        let short = point.model_id.get(..8).unwrap_or(&point.model_id);
        if !models.contains(&short) {
            models.push(short);
        }
    }
    let model = match models[..] {
        [] => String::new(),
        [only] => format!("model {only}, "),
        [first, ..] => format!("model {first} and {} more, ", models.len() - 1),
    };
    let partial = if manifest.complete { "" } else { ", incomplete: some runs are missing" };
    let origin = format!("{model}results version {}, cpmsim {}{partial}", manifest.results_version, manifest.program_version);
    let mut data = Data { name, axes, rows: Vec::new(), level: manifest.level, origin };
    for row in results.summary()? {
        let values: Vec<String> = row.values.iter().map(ToString::to_string).collect();
        data.rows.push(Row {
            at: data.place(&values),
            metric: row.metric,
            n: row.n,
            estimate: row.estimate,
            interval: row.ci_low.zip(row.ci_high),
            method: row.method.word().to_owned(),
            note: row.note,
        });
    }
    Ok(data)
}

impl Data {
    /// The point with these values; a value that no point has stands past the end and is never drawn.
    fn place(&self, values: &[String]) -> Vec<usize> {
        let find = |(axis, value): (&Axis, &String)| axis.values.iter().position(|other| other == value).unwrap_or(usize::MAX);
        self.axes.iter().zip(values).map(find).collect()
    }

    /// What figures may ask for.
    pub fn known(&self) -> Known<'_> {
        let axes = self.axes.iter().map(|axis| (axis.name.as_str(), axis.values.iter().map(String::as_str).collect()));
        let families = Metric::built().filter(|metric| metric.stat == Some(Stat::P50) && metric.unit == Unit::Seconds);
        Known {
            axes: axes.collect(),
            metrics: self.metrics(),
            families: Some(families.map(|metric| metric.family.as_str()).collect()),
        }
    }
}

/// Metrics worth looking at when nobody says which, the first ones first.
pub(super) const HEADLINE: [&str; 8] = [
    "sms_share_ratio",
    "deferred_excess_mean_s",
    "deferred_excess_p95_s",
    "deferred_latency_mean_s",
    "deferral_ratio",
    "delivery_ratio",
    "expired_accepted_ratio",
    "first_device_latency_mean_s",
];

/// Figures for a folder that has none of its own: headline metrics against the first axis of numbers, and the tail of the deferred
/// latency.
pub fn default_figures(data: &Data) -> Vec<Figure> {
    let wide: Vec<&Axis> = data.axes.iter().filter(|axis| axis.values.len() > 1).collect();
    let numeric = wide.iter().find(|axis| words::axis_numbers(&axis.values).is_some()).or(wide.first()).copied();
    let series = wide.iter().find(|axis| Some(axis.name.as_str()) != numeric.map(|x| x.name.as_str())).copied();
    let drawn = |axis: &Axis, series: Option<&Axis>| series.is_some_and(|series| series.name == axis.name);
    let select = |kept: &dyn Fn(&Axis) -> bool| {
        wide.iter().filter(|axis| !kept(axis)).map(|axis| (axis.name.clone(), vec![axis.values[0].clone()])).collect::<Vec<_>>()
    };
    let base = |name: &str, series: Option<&Axis>, select: Vec<(String, Vec<String>)>, kind: Kind| Figure {
        name: name.to_owned(),
        title: None,
        caption: None,
        series: series.map(|axis| axis.name.clone()),
        series_label: None,
        select,
        kind,
    };
    let has = |metric: &&str| data.rows.iter().any(|row| row.metric == **metric && row.value().is_some());
    let mut figures = Vec::new();
    let shown: Vec<String> = HEADLINE.iter().filter(|metric| has(metric)).take(2).map(|metric| (*metric).to_owned()).collect();
    if let Some(x) = numeric
        && !shown.is_empty()
    {
        let kind = Kind::Lines {
            x: x.name.clone(),
            x_label: None,
            x_scale: Scale::Auto,
            y: shown,
            y_label: Vec::new(),
            y_scale: Scale::Auto,
            y_zero: true,
        };
        figures.push(base("headline", series, select(&|axis| axis.name == x.name || drawn(axis, series)), kind));
    }
    if has(&"deferred_latency_mean_s") {
        let along = series.or(numeric);
        let kind = Kind::Ccdf { family: "deferred_latency".to_owned(), x_label: None, x_scale: Scale::Auto, y_scale: Scale::Auto };
        figures.push(base("deferred_latency_tail", along, select(&|axis| drawn(axis, along)), kind));
    }
    figures.iter_mut().for_each(|figure| figure.limit_lines(data));
    figures
}

impl Figure {
    /// Keeps the first lines of a default figure whose series is too long.
    fn limit_lines(&mut self, data: &Data) {
        let Some(axis) = self.series.as_deref().and_then(|name| data.axes.iter().find(|axis| axis.name == name)) else { return };
        if axis.values.len() > super::figure::MAX_LINES {
            self.select.push((axis.name.clone(), axis.values[..super::figure::MAX_LINES].to_vec()));
        }
    }
}
