//! What a figure is: the `figures` block of an experiment file, as it is copied into the results folder as `figures.json`.
//!
//! ```json
//! { "sms_share": { "kind": "lines", "title": "SMS share against the timer", "x": "wait", "x_label": "Wait-for-IP timer",
//!                  "y": ["sms_share_ratio", "deferred_excess_mean_s"], "series": "mix", "series_label": "Phone mix",
//!                  "select": { "loss": "0" } },
//!   "tail":      { "kind": "ccdf", "family": "deferred_latency", "series": "mix", "select": { "wait": "10 s" } },
//!   "shares":    { "kind": "dots", "metrics": ["outcome_failed_ratio", "sms_share_ratio"], "series": "profile" },
//!   "trade":     { "kind": "frontier", "x": "sms_share_ratio", "y": "deferred_excess_mean_s", "along": "wait", "series": "mix" } }
//! ```
//!
//! Reading goes in two steps: [`read_figures`](super::read_figures) knows the shape alone, [`Figure::check`] knows which axes,
//! values and metrics there are. Left out: drawing ([`plot`](super::plot)), and any metric that is not in the summary.

use super::fault::{Fault, known_words};
use super::words;
use crate::results::Unit;

/// Most panels that one figure stacks.
pub const MAX_PANELS: usize = 4;

/// Most rows of a figure of dots.
pub const MAX_ROWS: usize = 24;

/// Most lines that one figure shows.
pub const MAX_LINES: usize = 40;

/// A figure with its name, which is also the name of its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Key in the `figures` block: lower case letters, digits, `_` and `-`.
    pub name: String,
    /// Line at the top. Without one the labels speak for themselves.
    pub title: Option<String>,
    /// A sentence for the foot of the figure.
    pub caption: Option<String>,
    /// Axis whose values become lines, one each.
    pub series: Option<String>,
    /// Title of the legend; the name of the axis without it.
    pub series_label: Option<String>,
    /// Which values of an axis are drawn: one, or several of an axis that is drawn along. Axes with one value need none.
    pub select: Vec<(String, Vec<String>)>,
    /// What is drawn.
    pub kind: Kind,
}

/// What is drawn, by kind of figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Metrics against an axis of the experiment, one panel per metric, one line per series, with interval bands.
    Lines {
        /// Axis of the experiment along the bottom.
        x: String,
        x_label: Option<String>,
        x_scale: Scale,
        /// Full metric names, one panel each, at most [`MAX_PANELS`].
        y: Vec<String>,
        /// As many as panels, or none.
        y_label: Vec<String>,
        y_scale: Scale,
        /// Whether a linear y axis begins at zero. True unless written otherwise.
        y_zero: bool,
    },
    /// Share of items above a value: the complementary distribution of a duration, one curve per series.
    Ccdf {
        /// Family of a duration: the metric's name without statistic and unit, as in `deferred_latency`.
        family: String,
        x_label: Option<String>,
        x_scale: Scale,
        y_scale: Scale,
    },
    /// One metric against another, one line per series, the points joined in the order of an axis.
    Frontier {
        /// Full metric names.
        x: String,
        y: String,
        x_label: Option<String>,
        y_label: Option<String>,
        x_scale: Scale,
        y_scale: Scale,
        /// Axis whose values are the points of a line.
        along: String,
    },
    /// Metrics of one unit under one another, in each row a mark with its interval for each series.
    Dots {
        /// Full metric names, one row each, at most `MAX_ROWS`.
        metrics: Vec<String>,
        /// As many as rows, or none.
        labels: Vec<String>,
        x_label: Option<String>,
        x_scale: Scale,
    },
}

/// How values are laid along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Linear if all values are quantities of one kind, else one place per value.
    Auto,
    Linear,
    /// Logarithmic; zero has a place of its own beyond a break.
    Log,
    /// One place per value, equally far apart.
    Category,
}

/// What there is to draw: names of axes with their values, full metric names, and families of durations.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    pub axes: Vec<(&'a str, Vec<&'a str>)>,
    pub metrics: Vec<&'a str>,
    /// None if families are not known yet (before a run); then any is taken.
    pub families: Option<Vec<&'a str>>,
}

impl Figure {
    /// The axes that the figure is drawn along, with the field that names each: all their values are drawn unless `select` says
    /// otherwise.
    pub(super) fn axes(&self) -> Vec<(&'static str, &str)> {
        let own = match &self.kind {
            Kind::Lines { x, .. } => Some(("x", x.as_str())),
            Kind::Ccdf { .. } | Kind::Dots { .. } => None,
            Kind::Frontier { along, .. } => Some(("along", along.as_str())),
        };
        own.into_iter().chain(self.series.as_deref().map(|series| ("series", series))).collect()
    }

    /// The metrics that the figure reads from the summary, with the field that names each.
    pub(super) fn metrics(&self) -> Vec<(String, &str)> {
        match &self.kind {
            Kind::Lines { y, .. } if y.len() == 1 => vec![("y".to_owned(), y[0].as_str())],
            Kind::Lines { y, .. } => y.iter().enumerate().map(|(at, metric)| (format!("y/{at}"), metric.as_str())).collect(),
            Kind::Ccdf { .. } => Vec::new(),
            Kind::Dots { metrics, .. } => {
                metrics.iter().enumerate().map(|(at, metric)| (format!("metrics/{at}"), metric.as_str())).collect()
            }
            Kind::Frontier { x, y, .. } => vec![("x".to_owned(), x.as_str()), ("y".to_owned(), y.as_str())],
        }
    }

    /// Everything that the figure asks for and that is not there. `place` is where the figures stand, as in `/figures`.
    pub fn check(&self, place: &str, known: &Known<'_>) -> Vec<Fault> {
        let place = format!("{place}/{}", self.name);
        let mut faults = Vec::new();
        let values_of = |axis: &str| known.axes.iter().find(|(name, _)| *name == axis).map(|(_, values)| values);
        let unknown_axis = |field: &str, axis: &str| {
            let remedy = known_words(axis, known.axes.iter().map(|(name, _)| *name));
            Fault::new(format!("{place}/{field}"), format!("the experiment has no axis \"{axis}\""), remedy)
        };
        for (field, axis) in self.axes() {
            if values_of(axis).is_none() {
                faults.push(unknown_axis(field, axis));
            }
        }
        if let [(_, one), (field, other)] = self.axes()[..]
            && one == other
        {
            let problem = format!("\"{one}\" is drawn twice");
            faults.push(Fault::new(format!("{place}/{field}"), problem, "choose another axis, or leave \"series\" out"));
        }
        for (field, metric) in self.metrics() {
            if !known.metrics.contains(&metric) {
                let remedy = known_words(metric, known.metrics.iter().copied());
                faults.push(Fault::new(format!("{place}/{field}"), format!("there is no metric \"{metric}\""), remedy));
            }
        }
        if let Kind::Dots { metrics, .. } = &self.kind {
            faults.extend(other_units(&place, metrics));
        }
        if let (Kind::Ccdf { family, .. }, Some(families)) = (&self.kind, &known.families)
            && !families.contains(&family.as_str())
        {
            let remedy = known_words(family, families.iter().copied());
            let problem = format!("there is no histogram of \"{family}\"");
            faults.push(Fault::new(format!("{place}/family"), problem, remedy));
        }
        if let Some(values) = self.series.as_deref().and_then(values_of) {
            let chosen = self.select.iter().find(|(axis, _)| self.series.as_ref() == Some(axis));
            let lines = chosen.map_or(values.len(), |(_, chosen)| chosen.len());
            if lines > MAX_LINES {
                let remedy = format!("choose at most {MAX_LINES} values of the axis with \"select\"");
                faults.push(Fault::new(format!("{place}/series"), format!("{lines} lines are too many for a figure"), remedy));
            }
        }
        for (axis, chosen) in &self.select {
            let Some(values) = values_of(axis) else {
                faults.push(unknown_axis(&format!("select/{axis}"), axis));
                continue;
            };
            for value in chosen.iter().filter(|value| words::find_value(values, value).is_none()) {
                let remedy = known_words(value, values.iter().copied());
                let problem = format!("axis \"{axis}\" has no value \"{value}\"");
                faults.push(Fault::new(format!("{place}/select/{axis}"), problem, remedy));
            }
            if chosen.len() > 1 && !self.axes().iter().any(|(_, drawn)| drawn == axis) {
                let remedy = "choose one value, or make it the series";
                faults.push(Fault::new(format!("{place}/select/{axis}"), "several values of an axis that is not drawn", remedy));
            }
        }
        for (axis, values) in &known.axes {
            let drawn = self.axes().iter().any(|(_, name)| name == axis);
            if values.len() > 1 && !drawn && !self.select.iter().any(|(name, _)| name == axis) {
                let problem = format!("axis \"{axis}\" has {} values and the figure does not say which", values.len());
                let remedy = format!("add \"select\": {{\"{axis}\": \"{}\"}}, or make it the series", values[0]);
                faults.push(Fault::new(&place, problem, remedy));
            }
        }
        faults
    }
}

/// Rows of a figure of dots that are not in the unit of the first: they have no place on its scale.
fn other_units(place: &str, metrics: &[String]) -> Vec<Fault> {
    let unit = |name: &str| Unit::of_name(name).map(|(_, unit)| unit);
    let Some(first) = metrics.first().and_then(|name| unit(name)) else { return Vec::new() };
    let other = |(at, name): (usize, &String)| {
        let found = unit(name).filter(|found| *found != first)?;
        let problem = format!("\"{name}\" is in \"{}\", the rows above in \"{}\"", found.word(), first.word());
        Some(Fault::new(format!("{place}/metrics/{at}"), problem, "draw it in a figure of its own"))
    };
    metrics.iter().enumerate().filter_map(other).collect()
}

#[cfg(test)]
mod tests {
    use super::super::reading::read_figures;
    use super::*;
    use serde_json::{Value, json};

    fn read(spec: Value) -> Result<Vec<Figure>, Vec<Fault>> {
        read_figures("/figures", &spec)
    }

    fn known() -> Known<'static> {
        Known {
            axes: vec![("wait", vec!["0 s", "10 s"]), ("mix", vec!["a", "b"]), ("loss", vec!["0", "0.1"]), ("one", vec!["x"])],
            metrics: vec!["sms_share_ratio", "deferred_excess_mean_s"],
            families: Some(vec!["deferred_latency", "deferred_excess"]),
        }
    }

    fn places(faults: &[Fault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.place.as_str()).collect()
    }

    #[test]
    fn what_is_asked_for_must_be_there() {
        let check = |spec: Value| {
            let figures = read(json!({ "f": spec })).expect("the shape is right");
            figures[0].check("/figures", &known())
        };
        let faults = check(json!({"kind": "lines", "x": "wiat", "y": ["sms_share_ratio", "sms_shares"], "series": "mixes",
            "select": {"loss": "0.2", "noise": "1", "wait": ["0 s", "10 s"]}}));
        assert_eq!(
            places(&faults),
            [
                "/figures/f/x",
                "/figures/f/series",
                "/figures/f/y/1",
                "/figures/f/select/loss",
                "/figures/f/select/noise",
                "/figures/f/select/wait",
                "/figures/f",
            ]
        );
        assert!(faults[0].remedy.starts_with("did you mean \"wait\"?"));
        let unsaid = check(json!({"kind": "ccdf", "family": "deferred_latenzy", "series": "mix", "select": {"wait": "10000 ms"}}));
        assert_eq!(places(&unsaid), ["/figures/f/family", "/figures/f"]);
        assert!(unsaid[1].problem.contains("\"loss\" has 2 values"), "{unsaid:?}");
        let twice = check(
            json!({"kind": "lines", "x": "wait", "series": "wait", "y": "sms_share_ratio", "select": {"mix": "a", "loss": 0}}),
        );
        assert_eq!(places(&twice), ["/figures/f/series"]);
    }

    #[test]
    fn rows_of_dots_share_a_unit() {
        let spec = json!({"kind": "dots", "metrics": ["sms_share_ratio", "deferred_excess_mean_s"], "series": "mix",
            "select": {"wait": "0 s", "loss": "0"}});
        let faults = read(json!({ "f": spec })).expect("the shape is right")[0].check("/figures", &known());
        assert_eq!(places(&faults), ["/figures/f/metrics/1"]);
        assert!(faults[0].problem.contains("is in \"s\", the rows above in \"ratio\""), "{faults:?}");
    }

    #[test]
    fn a_figure_has_a_limited_number_of_lines() {
        let names: Vec<String> = (0..MAX_LINES + 1).map(|k| k.to_string()).collect();
        let known = Known { axes: vec![("k", names.iter().map(String::as_str).collect())], metrics: vec![], families: None };
        let figure = |select: Value| {
            let spec = json!({"f": {"kind": "ccdf", "family": "any", "series": "k", "select": select}});
            read(spec).expect("a figure").remove(0)
        };
        assert_eq!(places(&figure(json!({})).check("", &known)), ["/f/series"]);
        assert_eq!(figure(json!({"k": ["0", "1"]})).check("", &known), []);
    }
}
