//! A plain table of chosen metrics: one row per point, estimates with their intervals, for the end of a sweep and for documents.
//!
//! ```text
//! pf.wait_ip  sms_share_ratio         deferred_excess_mean_s
//! 0 s         1 [0.9996, 1]           2.03 [1.99, 2.07]
//! 10 s        0.4346 [0.4301, 0.4391] 6.75 [6.62, 6.88]
//! ```
//!
//! Where the metrics do not fit beside one another they follow in further blocks, each with the axes again.

use super::data::{Data, Row};
use super::fault::{Fault, known_words};
use super::folder::HEADLINE;
use super::words::number;

/// Narrowest table; columns are never cut.
const LEAST_WIDTH: usize = 40;

/// The table of `metrics` (headline metrics that have data if there are none), in lines of about `width` characters.
pub fn table(data: &Data, metrics: &[String], width: usize) -> Result<String, Vec<Fault>> {
    let known = data.metrics();
    let unknown = metrics.iter().filter(|metric| !known.contains(&metric.as_str()));
    let faults: Vec<Fault> = unknown
        .map(|metric| Fault::new("metrics", format!("there is no metric \"{metric}\""), known_words(metric, known.iter().copied())))
        .collect();
    if !faults.is_empty() {
        return Err(faults);
    }
    let chosen: Vec<&str> = match metrics.is_empty() {
        false => metrics.iter().map(String::as_str).collect(),
        true => {
            let has = |metric: &&str| data.rows.iter().any(|row| row.metric == *metric && row.value().is_some());
            HEADLINE.into_iter().filter(has).take(4).collect()
        }
    };
    let mut points: Vec<&[usize]> = Vec::new();
    for row in &data.rows {
        // Rows of a point stand together.
        if points.last() != Some(&row.at.as_slice()) {
            points.push(&row.at);
        }
    }
    let axes: Vec<Vec<String>> = data
        .axes
        .iter()
        .enumerate()
        .map(|(at, axis)| {
            let value = |point: &&[usize]| axis.values.get(point[at]).cloned().unwrap_or_default();
            std::iter::once(axis.name.clone()).chain(points.iter().map(value)).collect()
        })
        .collect();
    let columns: Vec<Vec<String>> = chosen
        .iter()
        .map(|metric| {
            let rows = data.rows.iter().filter(|row| row.metric == *metric);
            let by_point: std::collections::BTreeMap<&[usize], &Row> = rows.map(|row| (row.at.as_slice(), row)).collect();
            let cell = |point: &&[usize]| by_point.get(*point).map_or_else(|| "-".to_owned(), |row| estimate(row));
            std::iter::once((*metric).to_owned()).chain(points.iter().map(cell)).collect()
        })
        .collect();
    Ok(blocks(&axes, &columns, width.max(LEAST_WIDTH)))
}

/// An estimate for a reader: `0.4346 [0.4301, 0.4391]`, or `-` without data. An estimate without an interval has none printed.
fn estimate(row: &Row) -> String {
    const DIGITS: usize = 4;
    match (row.value(), row.bounds()) {
        (None, _) => "-".to_owned(),
        (Some(value), None) => number(value, DIGITS),
        (Some(value), Some((low, high))) => {
            format!("{} [{}, {}]", number(value, DIGITS), number(low, DIGITS), number(high, DIGITS))
        }
    }
}

fn width_of(column: &[String]) -> usize {
    column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)
}

/// Columns side by side, as many as fit, then the next ones below with the axes again.
fn blocks(axes: &[Vec<String>], columns: &[Vec<String>], width: usize) -> String {
    let room = |columns: &[Vec<String>]| columns.iter().map(|column| width_of(column) + 2).sum::<usize>();
    let fixed = room(axes);
    let mut text = String::new();
    let mut rest = columns;
    loop {
        let fits = (1..=rest.len()).rev().find(|n| fixed + room(&rest[..*n]) <= width + 2).unwrap_or(1).min(rest.len());
        let (block, later) = rest.split_at(fits);
        let together: Vec<&Vec<String>> = axes.iter().chain(block).collect();
        let rows = together.first().map_or(0, |column| column.len());
        for row in 0..rows {
            let cells: Vec<String> = together.iter().map(|column| format!("{:<1$}", column[row], width_of(column))).collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        if later.is_empty() {
            return text;
        }
        text.push('\n');
        rest = later;
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::Axis;
    use super::*;

    fn data() -> Data {
        let row = |at: usize, metric: &str, estimate: Option<f64>, interval: Option<(f64, f64)>| Row {
            at: vec![at],
            metric: metric.to_owned(),
            n: 100,
            estimate,
            interval,
            method: "jackknife".to_owned(),
            note: String::new(),
        };
        Data {
            axes: vec![Axis { name: "pf.wait_ip".to_owned(), values: vec!["0 s".to_owned(), "10 s".to_owned()] }],
            rows: vec![
                row(0, "sms_share_ratio", Some(1.0), Some((0.9996, 1.0))),
                row(0, "deferred_excess_mean_s", Some(2.034), Some((1.99, 2.07))),
                row(1, "sms_share_ratio", Some(0.43460), None),
                row(1, "deferred_excess_mean_s", None, None),
            ],
            ..Data::default()
        }
    }

    #[test]
    fn points_are_rows_and_metrics_columns() {
        let expected = "pf.wait_ip  sms_share_ratio  deferred_excess_mean_s\n\
                        0 s         1 [0.9996, 1]    2.034 [1.99, 2.07]\n\
                        10 s        0.4346           -\n";
        assert_eq!(table(&data(), &[], 100), Ok(expected.to_owned()));
    }

    #[test]
    fn what_does_not_fit_follows_below() {
        let expected = "pf.wait_ip  sms_share_ratio\n0 s         1 [0.9996, 1]\n10 s        0.4346\n\n\
                        pf.wait_ip  deferred_excess_mean_s\n0 s         2.034 [1.99, 2.07]\n10 s        -\n";
        assert_eq!(table(&data(), &[], 40), Ok(expected.to_owned()));
    }

    #[test]
    fn unknown_metrics_are_all_told() {
        let asked = ["sms_share".to_owned(), "nothing_ratio".to_owned(), "sms_share_ratio".to_owned()];
        let faults = table(&data(), &asked, 100).expect_err("two are unknown");
        assert_eq!(faults.len(), 2);
        assert!(faults[0].remedy.contains("sms_share_ratio"), "{faults:?}");
    }

    #[test]
    fn a_folder_without_points_has_an_empty_table() {
        assert_eq!(table(&Data::default(), &[], 100), Ok(String::new()));
    }
}
