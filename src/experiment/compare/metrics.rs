//! Metrics of two sides and their paired difference, B less A, over the replicates that both have.

use super::super::wrong::Wrong;
use crate::results::{Code, Metric, MetricError, PointData};
use crate::stats::Estimate;

/// One metric on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub metric: &'static Metric,
    pub a: Estimate,
    pub b: Estimate,
    /// B less A, paired by replicate.
    pub difference: Estimate,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// No data on either side.
    Nothing,
    /// Not a hair between them.
    Same,
    /// Less apart than the interval is wide, or without an interval.
    Unclear,
    /// The interval leaves zero out, or one side has no data.
    Differs,
}

impl Finding {
    /// The word in machine-readable output.
    pub const fn word(self) -> &'static str {
        match self {
            Finding::Nothing => "no_data",
            Finding::Same => "same",
            Finding::Unclear => "unclear",
            Finding::Differs => "differs",
        }
    }
}

impl Line {
    pub fn finding(&self) -> Finding {
        let Some(value) = self.difference.estimate else {
            return match (self.a.estimate, self.b.estimate) {
                (None, None) => Finding::Nothing,
                _ => Finding::Differs,
            };
        };
        match self.difference.interval() {
            Some((low, high)) if low > 0.0 || high < 0.0 => Finding::Differs,
            Some((low, high)) if value == 0.0 && low == 0.0 && high == 0.0 => Finding::Same,
            None if value == 0.0 => Finding::Same,
            _ => Finding::Unclear,
        }
    }
}

/// The lines of these metrics, in their order.
pub fn lines(a: &PointData, b: &PointData, metrics: &[&'static Metric], level: f64) -> Vec<Line> {
    let (of_a, of_b) = (a.estimates(metrics, level), b.estimates(metrics, level));
    let line = |((metric, a_value), b_value): ((&&'static Metric, Estimate), Estimate)| Line {
        metric,
        difference: b.difference(a, metric, level),
        a: a_value,
        b: b_value,
    };
    metrics.iter().zip(of_a).zip(of_b).map(line).collect()
}

/// The metrics of these full names; all that a point has by itself where none is named.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Metric>, Vec<Wrong>> {
    if names.is_empty() {
        return Ok(Metric::built().filter(|metric| metric.code != Code::Z).collect());
    }
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for name in names {
        match Metric::named(name) {
            Ok(metric) if metric.code == Code::Z => {
                let problem = format!("the metric \"{name}\" is made of two points and has no value at one");
                wrong.push(Wrong::new("", problem, "leave it out"));
            }
            Ok(metric) => found.push(metric),
            Err(problem @ MetricError::Unknown { .. }) => {
                wrong.push(Wrong::new("", problem.to_string(), "`cpmsim run MODEL --json` shows the full names"));
            }
            Err(problem @ MetricError::NotBuilt { .. }) => wrong.push(Wrong::new("", problem.to_string(), "leave it out")),
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(wrong) }
}
