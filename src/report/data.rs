//! What the figures and tables of one results folder are made from, apart from how it is stored.
//!
//! A [`Data`] holds the estimates of the summary, the axes with their values in plan order, and how to find the histograms of a
//! family. [`folder`](super::folder) fills it from files; tests fill it by hand.

use crate::stats::Histogram;

/// The estimates of one experiment, and what must be said beside them.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// Name of the experiment or folder.
    pub name: String,
    /// In plan order.
    pub axes: Vec<Axis>,
    /// In the order of the summary.
    pub rows: Vec<Row>,
    /// Confidence level of the intervals, as 0.95.
    pub level: f64,
    /// What leads a figure back to its origin, as "model 3f2a91c0, results version 1".
    pub origin: String,
}

/// An axis of the experiment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axis {
    pub name: String,
    /// Labels of its values, in plan order.
    pub values: Vec<String>,
}

/// One estimate at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Full metric name.
    pub metric: String,
    /// Replicates that contributed.
    pub n: u32,
    /// In the unit of the metric; none if no replicate had data.
    pub estimate: Option<f64>,
    /// None, or low and high bound.
    pub interval: Option<(f64, f64)>,
    /// How the interval was made (`metrics.md` 6).
    pub method: String,
    /// `metrics.md` 6.
    pub note: String,
}

/// The histograms of one family at one point.
#[derive(Clone, Debug)]
pub struct PointHistograms {
    /// For each axis, which of its values.
    pub at: Vec<usize>,
    /// Replicates that they come from.
    pub n: u32,
    /// One per replicate, or per group of consecutive replicates, in order; one that pools them where there is no more, or none without
    /// items. Intervals need several.
    pub parts: Vec<Histogram>,
}

impl Data {
    /// Where an axis of this name stands.
    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis.name == name)
    }

    /// Full names of the metrics in the summary, each once, in order of first appearance.
    pub fn metrics(&self) -> Vec<&str> {
        let mut seen = std::collections::BTreeSet::new();
        self.rows.iter().map(|row| row.metric.as_str()).filter(|metric| seen.insert(*metric)).collect()
    }

    /// The estimate of `metric` at the point `at`.
    pub fn row(&self, at: &[usize], metric: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.at == at && row.metric == metric)
    }
}

impl Row {
    /// The estimate, if it is a finite number.
    pub fn value(&self) -> Option<f64> {
        self.estimate.filter(|value| value.is_finite())
    }

    /// The interval, if both bounds are finite and hold the estimate between them.
    pub fn bounds(&self) -> Option<(f64, f64)> {
        let value = self.value()?;
        self.interval.filter(|(low, high)| low.is_finite() && high.is_finite() && *low <= value && value <= *high)
    }
}
