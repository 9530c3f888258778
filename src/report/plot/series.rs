//! Which points of the experiment a figure draws, line by line, and the footnotes that every chart needs.

use super::super::data::{Data, Row};
use super::super::figure::Figure;
use super::super::words;
use super::labels;
use std::collections::BTreeMap;

/// The points of one line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    /// Value of the series axis; empty if the figure has one line only.
    pub label: String,
    /// Number of the value along the drawn axis, and the point.
    pub points: Vec<(usize, Vec<usize>)>,
}

/// The lines of a checked figure. `along` is the axis drawn along; without one every line is a single point.
pub(super) fn series(figure: &Figure, data: &Data, along: Option<&str>) -> Vec<Series> {
    let base: Vec<usize> = data.axes.iter().map(|axis| chosen(figure, data, &axis.name).first().copied().unwrap_or(0)).collect();
    let along = along.and_then(|name| Some((data.axis(name)?, chosen(figure, data, name))));
    let line = |label: &str, at: Vec<usize>| {
        let points = match &along {
            None => vec![(0, at)],
            Some((axis, values)) => values
                .iter()
                .map(|value| {
                    let mut at = at.clone();
                    at[*axis] = *value;
                    (*value, at)
                })
                .collect(),
        };
        Series { label: label.to_owned(), points }
    };
    match figure.series.as_deref().and_then(|name| Some((data.axis(name)?, name))) {
        None => vec![line("", base)],
        Some((axis, name)) => {
            let lines = chosen(figure, data, name).into_iter().map(|value| {
                let mut at = base.clone();
                at[axis] = value;
                line(&data.axes[axis].values[value], at)
            });
            lines.collect()
        }
    }
}

/// Numbers of the values of an axis that the figure draws: those selected, in plan order, or all.
pub(super) fn chosen(figure: &Figure, data: &Data, axis: &str) -> Vec<usize> {
    let values = data.axis(axis).map_or(&[][..], |at| &data.axes[at].values[..]);
    match figure.select.iter().find(|(name, _)| name == axis) {
        None => (0..values.len()).collect(),
        Some((_, wanted)) => {
            let mut found: Vec<usize> = wanted.iter().filter_map(|value| words::find_value(values, value)).collect();
            found.sort_unstable();
            found.dedup();
            found
        }
    }
}

/// The rows of one metric by point.
pub(super) fn rows_of<'a>(data: &'a Data, metric: &str) -> BTreeMap<&'a [usize], &'a Row> {
    data.rows.iter().filter(|row| row.metric == metric).map(|row| (row.at.as_slice(), row)).collect()
}

/// Title of the legend.
pub(super) fn legend_title(figure: &Figure) -> String {
    figure.series_label.clone().or_else(|| figure.series.as_deref().map(labels::spoken_axis)).unwrap_or_default()
}

/// What the drawn rows have in common: replicates, how the intervals were made, and what is missing.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    n: Option<(u32, u32)>,
    methods: std::collections::BTreeSet<String>,
    censored: f64,
    pub hollow: usize,
    pub absent: usize,
    pub below: usize,
}

impl Remarks {
    pub(super) fn saw(&mut self, row: Option<&Row>) {
        let Some(row) = row.filter(|row| row.value().is_some()) else {
            self.absent += 1;
            return;
        };
        let (least, most) = self.n.unwrap_or((row.n, row.n));
        self.n = Some((least.min(row.n), most.max(row.n)));
        match row.bounds() {
            Some(_) => drop(self.methods.insert(row.method.clone())),
            None => self.hollow += 1,
        }
        let share = row.note.split(';').find_map(|part| part.strip_prefix("censored=")?.parse::<f64>().ok());
        self.censored = self.censored.max(share.unwrap_or(0.0));
    }

    pub(super) fn replicates(&mut self, n: u32) {
        let (least, most) = self.n.unwrap_or((n, n));
        self.n = Some((least.min(n), most.max(n)));
    }

    /// The footnotes, in order: the author's caption, numbers and intervals, what is missing, origin.
    pub(super) fn footnotes(&self, figure: &Figure, data: &Data, interval: &str) -> Vec<String> {
        let mut sentences = Vec::new();
        match self.n {
            Some((_, 1)) => sentences.push("n = 1 replicate at each point.".to_owned()),
            Some((least, most)) if least == most => sentences.push(format!("n = {least} replicates at each point.")),
            Some((least, most)) => sentences.push(format!("n = {least} to {most} replicates at each point.")),
            None => {}
        }
        let level = words::number(data.level * 100.0, 6);
        if !self.methods.is_empty() {
            let methods: Vec<&str> = self.methods.iter().map(String::as_str).filter(|method| !method.is_empty()).collect();
            let methods =
                methods.join(", ").replace("exact_zero", "exact bounds where none or all were seen").replace("t,", "Student t,");
            let methods = if methods == "t" { "Student t".to_owned() } else { methods };
            sentences.push(format!("{interval}: {level} % confidence intervals ({methods})."));
        }
        if self.hollow > 0 {
            sentences.push("Hollow markers: no interval.".to_owned());
        }
        if self.absent > 0 {
            sentences.push(format!("{} without data.", points(self.absent)));
        }
        if self.below > 0 {
            sentences.push(format!("{} not above zero cannot be shown on this scale.", points(self.below)));
        }
        if self.censored > 0.001 {
            sentences.push(format!("Up to {} % of the items were still open at the end.", words::number(self.censored * 100.0, 2)));
        }
        let fixed: Vec<String> = data
            .axes
            .iter()
            .filter(|axis| !figure.axes().iter().any(|(_, drawn)| *drawn == axis.name) && axis.values.len() > 1)
            .filter_map(|axis| {
                let value = chosen(figure, data, &axis.name).first().map(|value| &axis.values[*value])?;
                Some(format!("{} = {value}", axis.name))
            })
            .collect();
        if !fixed.is_empty() {
            sentences.push(format!("At {}.", fixed.join(", ")));
        }
        let mut notes: Vec<String> = figure.caption.iter().cloned().collect();
        notes.push(sentences.join(" "));
        notes.push(
            [data.name.as_str(), data.origin.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "),
        );
        notes.retain(|note| !note.is_empty());
        notes
    }
}

fn points(count: usize) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}
