//! Metrics against an axis of the experiment: one panel per metric, one line per series, interval bands.
//!
//! Where the axis has no numbers the points stand beside one another with bars instead of bands, and are not joined.

use super::super::data::{Data, Row};
use super::super::figure::{Figure, Kind, Scale};
use super::super::words::{self, Unit};
use super::frame::{AxisSpec, Frame, Legend, Panel, PanelSpec, lay_out, say_empty};
use super::labels;
use super::palette::{Style, style};
use super::scale::{Mapping, Tick};
use super::scene::{Place, Scene};
use super::series::{Remarks, Series, chosen, legend_title, rows_of, series};

/// Axes with more values than this get round ticks instead of one at each value.
const TICKS_AT_VALUES: usize = 16;

/// The horizontal axis, and where each value of it stands.
struct Bottom {
    spec: AxisSpec,
    /// By number of the value; none if it cannot be placed.
    places: Vec<f64>,
}

/// One drawn point, in the units shown.
struct Dot {
    x: f64,
    y: Option<f64>,
    interval: Option<(f64, f64)>,
}

/// Draws the figure. It has been checked against `data`.
pub(super) fn draw(figure: &Figure, data: &Data) -> Scene {
    let Kind::Lines { x, x_label, x_scale, y, y_label, y_scale, y_zero } = &figure.kind else {
        unreachable!("the chart of lines draws figures of that kind");
    };
    let lines = series(figure, data, Some(x));
    let bottom = bottom(figure, data, x, x_label.as_deref(), *x_scale);
    let joined = !matches!(bottom.spec.mapping, Mapping::Places { .. });
    let mut remarks = Remarks::default();
    let (mut panels, mut drawn) = (Vec::new(), Vec::new());
    for (number, metric) in y.iter().enumerate() {
        let words = labels::metric_words(metric);
        let label = y_label.get(number).unwrap_or(&words.label);
        let rows = rows_of(data, metric);
        let found: Vec<Vec<(usize, Option<&Row>)>> =
            lines.iter().map(|line| line.points.iter().map(|(k, at)| (*k, rows.get(at.as_slice()).copied())).collect()).collect();
        let (dots, spec) = side(&found, &bottom.places, label, words.unit, *y_scale, *y_zero, &mut remarks);
        panels.push(PanelSpec { x: bottom.spec.clone(), y: spec });
        drawn.push(dots);
    }
    let interval = if joined { "Bands" } else { "Bars" };
    let entries = lines.iter().enumerate().map(|(k, line)| (line.label.clone(), style(k)));
    let entries = if figure.series.is_some() { entries.collect() } else { Vec::new() };
    let legend = Legend { title: legend_title(figure), entries, markers: true, lines: joined };
    let footnotes = remarks.footnotes(figure, data, interval);
    let (mut scene, areas) = lay_out(&Frame { title: figure.title.clone(), panels, legend, footnotes, least: 0.0 });
    for ((panel, dots), metric) in areas.iter().zip(&drawn).zip(y) {
        if dots.iter().flatten().all(|dot| dot.y.is_none()) {
            say_empty(&mut scene, panel, &format!("no point has a value of {metric}"));
        } else if joined {
            draw_joined(&mut scene, panel, dots);
        } else {
            draw_apart(&mut scene, panel, dots, &lines);
        }
    }
    scene
}

/// The axis along the bottom: numbers where all values are quantities of a kind, else places.
fn bottom(figure: &Figure, data: &Data, axis: &str, label: Option<&str>, scale: Scale) -> Bottom {
    let all = data.axis(axis).map_or(&[][..], |at| &data.axes[at].values[..]);
    let drawn = chosen(figure, data, axis);
    let texts: Vec<&str> = drawn.iter().map(|k| all[*k].as_str()).collect();
    let label = label.map_or_else(|| labels::spoken_axis(axis), str::to_owned);
    let numbers = words::axis_numbers(&texts).filter(|_| scale != Scale::Category);
    let mut places = vec![f64::NAN; all.len()];
    let Some((numbers, unit)) = numbers else {
        let ticks = texts.iter().enumerate().map(|(at, text)| Tick { value: at as f64, label: (*text).to_owned() }).collect();
        drawn.iter().enumerate().for_each(|(at, k)| places[*k] = at as f64);
        return Bottom { spec: AxisSpec { mapping: Mapping::Places { count: drawn.len() }, ticks, label }, places };
    };
    let (shown, with_unit) = labels::labelled(&label, unit, numbers.iter().copied().fold(0.0, |most, value| most.max(value.abs())));
    let values: Vec<f64> = numbers.iter().map(|value| value * shown.factor).collect();
    drawn.iter().zip(&values).for_each(|(k, value)| places[*k] = *value);
    let log = scale == Scale::Log || (scale == Scale::Auto && crowded(&values));
    let mapping = if log { Mapping::log_padded(&values) } else { Mapping::padded(&values) };
    // Over many orders of magnitude no one unit suits: there every value keeps the words of the plan.
    let own_words = log && unit != Unit::Words("");
    let mut ticks: Vec<Tick> = values
        .iter()
        .zip(&texts)
        .map(|(value, text)| Tick { value: *value, label: if own_words { (*text).to_owned() } else { words::number(*value, 6) } })
        .collect();
    ticks.sort_by(|a, b| a.value.total_cmp(&b.value).then_with(|| a.label.cmp(&b.label)));
    ticks.dedup_by(|a, b| a.value == b.value);
    if ticks.len() > TICKS_AT_VALUES && !own_words {
        ticks = mapping.ticks(8);
    }
    let label = if own_words { label } else { with_unit };
    Bottom { spec: AxisSpec { mapping, ticks, label }, places }
}

/// Whether a linear scale would press most of the values into its beginning.
fn crowded(values: &[f64]) -> bool {
    let most = values.iter().copied().fold(0.0, f64::max);
    let near = values.iter().filter(|value| **value < most * 0.06).count();
    values.iter().all(|value| *value >= 0.0) && values.len() > 4 && near * 2 > values.len()
}

/// The vertical axis of one panel, and its points in the unit shown.
fn side(
    found: &[Vec<(usize, Option<&Row>)>],
    places: &[f64],
    label: &str,
    unit: Unit,
    scale: Scale,
    zero: bool,
    remarks: &mut Remarks,
) -> (Vec<Vec<Dot>>, AxisSpec) {
    let rows = || found.iter().flatten().filter_map(|(_, row)| *row).filter(|row| row.value().is_some());
    let reach = |row: &Row| [row.value(), row.bounds().map(|b| b.0), row.bounds().map(|b| b.1)];
    let most = rows().flat_map(|row| reach(row).into_iter().flatten()).fold(0.0, |most: f64, value| most.max(value.abs()));
    let (shown, label) = labels::labelled(label, unit, most);
    let mut dots = Vec::new();
    for line in found {
        let dot = |(k, row): &(usize, Option<&Row>)| {
            remarks.saw(*row);
            let scaled = |value: f64| value * shown.factor;
            let y = row.and_then(Row::value).map(scaled);
            let interval = row.and_then(Row::bounds).map(|(low, high)| (scaled(low), scaled(high)));
            let lost = scale == Scale::Log && y.is_some_and(|y| y < 0.0);
            remarks.below += usize::from(lost);
            Dot { x: places[*k], y: y.filter(|_| !lost), interval }
        };
        dots.push(line.iter().map(dot).collect::<Vec<_>>());
    }
    let values: Vec<f64> = dots.iter().flatten().filter_map(|dot| dot.y).collect();
    let ends = dots.iter().flatten().filter(|dot| dot.y.is_some()).filter_map(|dot| dot.interval);
    let mapping = match scale {
        Scale::Log => {
            // A bound of zero is drawn to the foot of the scale; only an estimate of zero needs the place of zero.
            let ends = ends.flat_map(|(low, high)| [low, high]).filter(|value| *value > 0.0);
            Mapping::log(&values.iter().copied().chain(ends).collect::<Vec<_>>())
        }
        _ => {
            let all: Vec<f64> = values.iter().copied().chain(ends.flat_map(|(low, high)| [low, high])).collect();
            match (all.is_empty(), unit) {
                (true, Unit::Ratio) => Mapping::Linear { low: 0.0, high: shown.factor },
                _ => Mapping::linear(&all, zero, (unit == Unit::Ratio).then_some(shown.factor)),
            }
        }
    };
    let ticks = mapping.ticks(6);
    (dots, AxisSpec { mapping, ticks, label })
}

/// Bands first, then lines, then points, so that no band hides a line.
fn draw_joined(scene: &mut Scene, panel: &Panel, lines: &[Vec<Dot>]) {
    let cover = if lines.len() > 6 { 0.09 } else { 0.17 };
    let sorted: Vec<Vec<&Dot>> = lines.iter().map(|line| in_order(line)).collect();
    for (number, line) in sorted.iter().enumerate() {
        for run in runs(line, |dot| dot.y.is_some() && dot.interval.is_some()) {
            draw_band(scene, panel, run, style(number), cover);
        }
    }
    for (number, line) in sorted.iter().enumerate() {
        let style = style(number);
        for run in runs(line, |dot| dot.y.is_some()) {
            let points: Vec<Place> = run.iter().filter_map(|dot| panel.at(dot.x, dot.y?)).collect();
            scene.dashed(&points, style.colour, 1.8, style.dashes);
        }
    }
    for (number, line) in sorted.iter().enumerate() {
        for dot in line {
            draw_point(scene, panel, dot, 0.0, style(number));
        }
    }
}

/// The points of a line from left to right, whatever the order of the plan.
fn in_order(line: &[Dot]) -> Vec<&Dot> {
    let mut sorted: Vec<&Dot> = line.iter().filter(|dot| dot.x.is_finite()).collect();
    sorted.sort_by(|a, b| a.x.total_cmp(&b.x));
    sorted
}

/// The stretches of a line over which something holds.
fn runs<'a, 'd>(line: &'a [&'d Dot], holds: impl Fn(&Dot) -> bool) -> Vec<&'a [&'d Dot]> {
    line.split(|dot| !holds(dot)).filter(|run| !run.is_empty()).collect()
}

/// A band over neighbouring points; a point alone gets a bar.
fn draw_band(scene: &mut Scene, panel: &Panel, run: &[&Dot], style: Style, cover: f64) {
    let edge = |low: bool| {
        run.iter().filter_map(move |dot| {
            let (bottom, top) = dot.interval?;
            let x = panel.across(panel.x.fraction(dot.x)?);
            Some((x, panel.up(panel.y.floor(if low { bottom } else { top }))))
        })
    };
    if let [dot] = run {
        return draw_bar(scene, panel, dot, 0.0, style);
    }
    let (low, high): (Vec<Place>, Vec<Place>) = (edge(true).collect(), edge(false).collect());
    scene.area(low.iter().copied().chain(high.iter().rev().copied()).collect(), style.colour, cover);
    // Thin edges keep bands apart in print without colour.
    scene.line(low, style.colour.paler(), 0.7);
    scene.line(high, style.colour.paler(), 0.7);
}

fn draw_bar(scene: &mut Scene, panel: &Panel, dot: &Dot, shift: f64, style: Style) {
    let (Some((low, high)), Some(fraction)) = (dot.interval, panel.x.fraction(dot.x)) else { return };
    let x = panel.across(fraction) + shift;
    let (bottom, top) = (panel.up(panel.y.floor(low)), panel.up(panel.y.floor(high)));
    scene.line(vec![(x, bottom), (x, top)], style.colour, 1.3);
    for y in [bottom, top] {
        scene.line(vec![(x - 3.0, y), (x + 3.0, y)], style.colour, 1.3);
    }
}

fn draw_point(scene: &mut Scene, panel: &Panel, dot: &Dot, shift: f64, style: Style) {
    if let Some((x, y)) = dot.y.and_then(|y| panel.at(dot.x, y)) {
        scene.marker((x + shift, y), style.marker, 6.5, style.colour, dot.interval.is_none());
    }
}

/// Points with bars, side by side within each place.
fn draw_apart(scene: &mut Scene, panel: &Panel, lines: &[Vec<Dot>], series: &[Series]) {
    let slots = lines.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let slot = (panel.area.right - panel.area.left) / slots as f64;
    let step = (slot * 0.7 / series.len().max(1) as f64).min(16.0);
    for (number, line) in lines.iter().enumerate() {
        let shift = step * (number as f64 - (lines.len() - 1) as f64 / 2.0);
        for dot in line.iter().filter(|dot| dot.y.is_some()) {
            draw_bar(scene, panel, dot, shift, style(number));
            draw_point(scene, panel, dot, shift, style(number));
        }
    }
}
