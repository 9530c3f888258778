//! Metrics of one unit under one another, a row for each, and in every row a mark with its interval for each series.
//!
//! What several settings do to several shares is read off row by row. Series are told apart by their markers, so that print without
//! colour loses nothing.

use super::super::data::{Data, Row};
use super::super::figure::{Figure, Kind, Scale};
use super::frame::{AxisSpec, Frame, Legend, Panel, PanelSpec, TICK, lay_out, say_empty};
use super::labels;
use super::palette::{Colour, Style, style};
use super::scale::{Mapping, Tick};
use super::scene::{Scene, shorten};
use super::series::{Remarks, legend_title, rows_of, series};

/// Height of a series within its row, in pixels, and of the room between rows.
const STEP: f64 = 11.0;
const GAP: f64 = 14.0;
/// Widest name of a row.
const NAME: f64 = 270.0;

/// A mark in its row, in the unit shown.
struct Dot {
    value: f64,
    interval: Option<(f64, f64)>,
}

/// Draws the figure. It has been checked against `data`.
pub(super) fn draw(figure: &Figure, data: &Data) -> Scene {
    let Kind::Dots { metrics, labels: written, x_label, x_scale } = &figure.kind else {
        unreachable!("the chart of dots draws figures of that kind");
    };
    let lines = series(figure, data, None);
    let mut remarks = Remarks::default();
    // By metric, then by series.
    let found: Vec<Vec<Option<&Row>>> = metrics
        .iter()
        .map(|metric| {
            let rows = rows_of(data, metric);
            lines.iter().map(|line| rows.get(line.points[0].1.as_slice()).copied()).collect()
        })
        .collect();
    found.iter().flatten().for_each(|row| remarks.saw(*row));
    let unit = labels::metric_words(&metrics[0]).unit;
    let reach = |row: &Row| [row.value(), row.bounds().map(|b| b.0), row.bounds().map(|b| b.1)];
    let all: Vec<f64> = found.iter().flatten().flatten().flat_map(|row| reach(row).into_iter().flatten()).collect();
    let most = all.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
    let (shown, label) = labels::labelled(x_label.as_deref().unwrap_or("Value"), unit, most);
    let scaled: Vec<f64> = all.iter().map(|value| value * shown.factor).collect();
    let mapping = match x_scale {
        // A bound of zero is drawn to the foot of the scale; only an estimate of zero needs the place of zero.
        Scale::Log => {
            let values = found.iter().flatten().flatten().filter_map(|row| row.value()).map(|v| v * shown.factor);
            Mapping::log(&values.chain(scaled.iter().copied().filter(|v| *v > 0.0)).collect::<Vec<_>>())
        }
        _ => Mapping::linear(&scaled, true, (unit == super::super::words::Unit::Ratio).then_some(shown.factor)),
    };
    let dots: Vec<Vec<Option<Dot>>> =
        found.iter().map(|row| row.iter().map(|row| dot(*row, shown.factor, &mapping, &mut remarks)).collect()).collect();
    let count = metrics.len();
    let name = |k: usize| {
        let own = written.get(k).cloned().unwrap_or_else(|| labels::metric_words(&metrics[k]).label);
        shorten(&own, TICK, NAME)
    };
    // The first metric stands on top; ticks are given in rising order.
    let ticks = (0..count).rev().map(|k| Tick { value: (count - 1 - k) as f64, label: name(k) }).collect();
    let values: Vec<f64> = mapping.ticks(8).iter().map(|tick| tick.value).collect();
    let spec = PanelSpec {
        x: AxisSpec { ticks: mapping.ticks(8), mapping, label },
        y: AxisSpec { mapping: Mapping::Places { count }, ticks, label: String::new() },
    };
    let entries = lines.iter().enumerate().map(|(k, line)| (line.label.clone(), style(k)));
    let entries = if figure.series.is_some() { entries.collect() } else { Vec::new() };
    let legend = Legend { title: legend_title(figure), entries, markers: true, lines: false };
    let least = count as f64 * (STEP * lines.len() as f64 + GAP);
    let footnotes = remarks.footnotes(figure, data, "Bars");
    let (mut scene, areas) = lay_out(&Frame { title: figure.title.clone(), panels: vec![spec], legend, footnotes, least });
    let panel = &areas[0];
    if dots.iter().flatten().all(Option::is_none) {
        say_empty(&mut scene, panel, "no point has a value of these metrics");
        return scene;
    }
    for at in values.iter().filter_map(|value| panel.x.fraction(*value)).filter(|at| *at > 0.0) {
        let x = panel.across(at);
        scene.line(vec![(x, panel.area.top), (x, panel.area.bottom)], Colour::GRID, 1.0);
    }
    let slot = (panel.area.bottom - panel.area.top) / count as f64;
    let step = STEP.min((slot - 4.0) / lines.len() as f64);
    for (k, row) in dots.iter().enumerate() {
        let middle = panel.area.top + slot * (k as f64 + 0.5);
        if k > 0 {
            let top = panel.area.top + slot * k as f64;
            scene.line(vec![(panel.area.left, top), (panel.area.right, top)], Colour::AXIS.paler(), 0.8);
        }
        for (number, dot) in row.iter().enumerate() {
            let y = middle + step * (number as f64 - (row.len() - 1) as f64 / 2.0);
            if let Some(dot) = dot {
                draw_dot(&mut scene, panel, dot, y, style(number));
            }
        }
    }
    scene
}

/// The mark of a row of the summary; none where it has no value, or no place on the scale.
fn dot(row: Option<&Row>, factor: f64, mapping: &Mapping, remarks: &mut Remarks) -> Option<Dot> {
    let row = row?;
    let value = row.value()? * factor;
    if mapping.fraction(value).is_none() {
        remarks.below += 1;
        return None;
    }
    Some(Dot { value, interval: row.bounds().map(|(low, high)| (low * factor, high * factor)) })
}

fn draw_dot(scene: &mut Scene, panel: &Panel, dot: &Dot, y: f64, style: Style) {
    if let Some((low, high)) = dot.interval {
        let (left, right) = (panel.across(panel.x.floor(low)), panel.across(panel.x.floor(high)));
        scene.line(vec![(left, y), (right, y)], style.colour, 1.3);
        for x in [left, right] {
            scene.line(vec![(x, y - 3.0), (x, y + 3.0)], style.colour, 1.3);
        }
    }
    let x = panel.across(panel.x.fraction(dot.value).expect("what has no place was left out"));
    scene.marker((x, y), style.marker, 6.5, style.colour, dot.interval.is_none());
}
