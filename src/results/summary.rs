//! The summary: one row for each point and metric, as `summary.csv` and `summary.json`.

use std::io::{self, Write};

use serde_json::Value;

use super::csv_out::{float, quoted};
use super::metric::{Code, Metric};
use super::plan::{AxisValue, Plan};
use super::point::{PointData, Waits, wait_ip_efficiency};
use super::rows::axis_column;
use crate::stats::{Estimate, Method};

/// One row of the summary.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryRow {
    /// One value for each axis of the plan.
    pub values: Vec<AxisValue>,
    /// Full name.
    pub metric: String,
    /// Replicates that contributed.
    pub n: u32,
    pub estimate: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    pub level: f64,
    pub method: Method,
    /// Words of `metrics.md` 6, separated by `;`.
    pub note: String,
}

/// Makes the summary point by point: only what crosses points is kept of a point when the next one comes.
#[derive(Debug, Default)]
pub struct Summary {
    points: Vec<SummaryPoint>,
}

/// What is kept of a point.
#[derive(Debug)]
struct SummaryPoint {
    /// None for metrics across points.
    estimates: Vec<(&'static Metric, Option<Estimate>)>,
    waits: Waits,
}

impl Summary {
    pub fn new() -> Summary {
        Summary::default()
    }

    /// Adds the next point of the plan.
    pub fn push(&mut self, point: &PointData, level: f64) {
        let (across, here): (Vec<&Metric>, Vec<&Metric>) = Metric::built().partition(|metric| metric.code == Code::Z);
        let mut made = point.estimates(&here, level).into_iter();
        let estimates = Metric::built().map(|metric| (metric, if across.contains(&metric) { None } else { made.next() })).collect();
        self.points.push(SummaryPoint { estimates, waits: point.waits() });
    }

    /// The rows of all points, in the order of points and columns. A metric across points has rows where the other point is in the plan.
    pub fn rows(self, plan: &Plan, level: f64) -> Vec<SummaryRow> {
        assert_eq!(self.points.len(), plan.points.len(), "every point of the plan was pushed");
        let waits: Vec<Waits> = self.points.iter().map(|point| point.waits.clone()).collect();
        let mut rows = Vec::new();
        for (number, point) in self.points.into_iter().enumerate() {
            for (metric, estimate) in point.estimates {
                let estimate = estimate.or_else(|| {
                    let pair = plan.without_wait(number as u32)?;
                    Some(wait_ip_efficiency(&waits[number], &waits[pair as usize], pair, level))
                });
                if let Some(estimate) = estimate {
                    rows.push(SummaryRow::new(plan.points[number].values.clone(), metric, &estimate));
                }
            }
        }
        rows
    }
}

impl SummaryRow {
    fn new(values: Vec<AxisValue>, metric: &Metric, estimate: &Estimate) -> SummaryRow {
        SummaryRow {
            values,
            metric: metric.name.clone(),
            n: estimate.n,
            estimate: estimate.estimate,
            ci_low: estimate.ci_low,
            ci_high: estimate.ci_high,
            level: estimate.level,
            method: estimate.method,
            note: estimate.note_text(),
        }
    }
}

pub(super) const COLUMNS: [&str; 8] = ["metric", "n", "estimate", "ci_low", "ci_high", "level", "method", "note"];

/// Writes `summary.csv`.
pub(super) fn put_csv(axes: &[String], rows: &[SummaryRow], out: &mut impl Write) -> io::Result<()> {
    let names: Vec<String> = axes.iter().map(|axis| quoted(&axis_column(axis))).chain(COLUMNS.map(str::to_owned)).collect();
    writeln!(out, "{}", names.join(","))?;
    let number = |value: Option<f64>| value.map(float).unwrap_or_default();
    for row in rows {
        let mut fields: Vec<String> = row.values.iter().map(|value| quoted(&value.to_string())).collect();
        fields.extend([row.metric.clone(), row.n.to_string(), number(row.estimate), number(row.ci_low), number(row.ci_high)]);
        fields.extend([float(row.level), row.method.word().to_owned(), quoted(&row.note)]);
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

/// Writes `summary.json`: a list with one object per row on a line of its own, keys in the order of the columns.
pub(super) fn put_json(axes: &[String], rows: &[SummaryRow], out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"[")?;
    let text = |text: &str| Value::from(text).to_string();
    let number = |value: Option<f64>| value.map_or_else(|| "null".to_owned(), float);
    for (at, row) in rows.iter().enumerate() {
        // A whole number of a fractional axis keeps its point here, so that it reads back as what it was.
        let axis_value = |value: &AxisValue| Value::from(value.clone()).to_string();
        let mut pairs: Vec<(String, String)> =
            axes.iter().zip(&row.values).map(|(axis, value)| (axis_column(axis), axis_value(value))).collect();
        let values = [
            text(&row.metric),
            row.n.to_string(),
            number(row.estimate),
            number(row.ci_low),
            number(row.ci_high),
            float(row.level),
            text(row.method.word()),
            text(&row.note),
        ];
        pairs.extend(COLUMNS.map(str::to_owned).into_iter().zip(values));
        let fields: Vec<String> = pairs.iter().map(|(key, value)| format!("{}:{value}", text(key))).collect();
        write!(out, "{}{{{}}}", if at == 0 { "\n" } else { ",\n" }, fields.join(","))?;
    }
    out.write_all(b"\n]\n")
}

/// Reads `summary.json`.
pub(super) fn of_json(axes: &[String], text: &str) -> Result<Vec<SummaryRow>, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let rows = value.as_array().ok_or("it is not a list of rows")?;
    rows.iter().enumerate().map(|(at, row)| row_of(axes, row).map_err(|problem| format!("row {}: {problem}", at + 1))).collect()
}

fn row_of(axes: &[String], row: &Value) -> Result<SummaryRow, String> {
    let field = |name: &str| row.get(name).ok_or_else(|| format!("it has no \"{name}\""));
    let wrong = |name: &str| format!("\"{name}\" is of another kind");
    let number = |name: &str| match field(name)? {
        Value::Null => Ok(None),
        value => value.as_f64().map(Some).ok_or_else(|| wrong(name)),
    };
    let text = |name: &str| Ok::<_, String>(field(name)?.as_str().ok_or_else(|| wrong(name))?.to_owned());
    Ok(SummaryRow {
        values: axes.iter().map(|axis| AxisValue::try_from(field(&axis_column(axis))?.clone())).collect::<Result<_, _>>()?,
        metric: text("metric")?,
        n: field("n")?.as_u64().and_then(|n| u32::try_from(n).ok()).ok_or_else(|| wrong("n"))?,
        estimate: number("estimate")?,
        ci_low: number("ci_low")?,
        ci_high: number("ci_high")?,
        level: number("level")?.ok_or_else(|| wrong("level"))?,
        method: Method::of_word(&text("method")?).ok_or_else(|| wrong("method"))?,
        note: text("note")?,
    })
}
