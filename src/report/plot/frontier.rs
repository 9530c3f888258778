//! One metric against another: what is paid on one side for what is gained on the other, point by point of an axis.
//!
//! The points of a line are joined in plan order and bear the value of the axis where there is room for it.

use super::super::data::{Data, Row};
use super::super::figure::{Figure, Kind, Scale};
use super::super::words::Unit;
use super::frame::{AxisSpec, Frame, Legend, Panel, PanelSpec, lay_out, say_empty};
use super::labels;
use super::palette::{Colour, Style, style};
use super::scale::Mapping;
use super::scene::{Anchor, Area, Place, Scene, text_box};
use super::series::{Remarks, legend_title, rows_of, series};

/// A value with its interval, in the unit shown.
#[derive(Clone, Copy)]
struct Side {
    value: f64,
    interval: Option<(f64, f64)>,
}

/// One point of a line.
struct Dot {
    x: Side,
    y: Side,
    name: String,
}

/// Draws the figure. It has been checked against `data`.
pub(super) fn draw(figure: &Figure, data: &Data) -> Scene {
    let Kind::Frontier { x, y, x_label, y_label, x_scale, y_scale, along } = &figure.kind else {
        unreachable!("the chart of frontiers draws figures of that kind");
    };
    let lines = series(figure, data, Some(along));
    let names = data.axis(along).map_or(&[][..], |at| &data.axes[at].values[..]);
    let (across, up) = (rows_of(data, x), rows_of(data, y));
    let mut remarks = Remarks::default();
    let mut found: Vec<Vec<(&Row, &Row, String)>> = Vec::new();
    for line in &lines {
        let mut dots = Vec::new();
        for (value, at) in &line.points {
            let (a, b) = (across.get(at.as_slice()).copied(), up.get(at.as_slice()).copied());
            let whole = a.filter(|row| row.value().is_some()).zip(b.filter(|row| row.value().is_some()));
            // A point is missing if either side is; replicates and methods are told of both.
            match whole {
                Some((a, b)) => {
                    remarks.saw(Some(a));
                    remarks.saw(Some(b));
                    dots.push((a, b, names[*value].clone()));
                }
                None => remarks.saw(None),
            }
        }
        found.push(dots);
    }
    remarks.hollow = found.iter().flatten().filter(|(a, b, _)| a.bounds().is_none() && b.bounds().is_none()).count();
    let (x_words, y_words) = (labels::metric_words(x), labels::metric_words(y));
    let all = |side: fn(&(&Row, &Row, String)) -> Row| found.iter().flatten().map(side).collect::<Vec<Row>>();
    let (x_rows, y_rows) = (all(|dot| dot.0.clone()), all(|dot| dot.1.clone()));
    let (x_spec, x_factor) = axis(&x_rows, x_label.as_deref().unwrap_or(&x_words.label), x_words.unit, *x_scale, 8);
    let (y_spec, y_factor) = axis(&y_rows, y_label.as_deref().unwrap_or(&y_words.label), y_words.unit, *y_scale, 6);
    let dots: Vec<Vec<Dot>> = found
        .into_iter()
        .map(|line| line.into_iter().map(|(a, b, name)| Dot { x: side(a, x_factor), y: side(b, y_factor), name }).collect())
        .collect();
    for dot in dots.iter().flatten() {
        let lost = x_spec.mapping.fraction(dot.x.value).is_none() || y_spec.mapping.fraction(dot.y.value).is_none();
        remarks.below += usize::from(lost);
    }
    let entries = lines.iter().enumerate().map(|(k, line)| (line.label.clone(), style(k)));
    let entries = if figure.series.is_some() { entries.collect() } else { Vec::new() };
    let legend = Legend { title: legend_title(figure), entries, markers: true, lines: true };
    let mut footnotes = remarks.footnotes(figure, data, "Bars");
    let at = footnotes.len().saturating_sub(1);
    footnotes.insert(at, format!("Points are labelled with the value of {along}."));
    let panels = vec![PanelSpec { x: x_spec, y: y_spec }];
    let (mut scene, areas) = lay_out(&Frame { title: figure.title.clone(), panels, legend, footnotes, least: 0.0 });
    let panel = &areas[0];
    if dots.iter().all(Vec::is_empty) {
        say_empty(&mut scene, panel, &format!("no point has values of both {x} and {y}"));
        return scene;
    }
    for (number, line) in dots.iter().enumerate() {
        draw_bars(&mut scene, panel, line, style(number));
    }
    for (number, line) in dots.iter().enumerate() {
        let points: Vec<Place> = line.iter().filter_map(|dot| panel.at(dot.x.value, dot.y.value)).collect();
        scene.dashed(&points, style(number).colour, 1.6, style(number).dashes);
    }
    let mut taken = Vec::new();
    for (number, line) in dots.iter().enumerate() {
        for dot in line {
            let Some((x, y)) = panel.at(dot.x.value, dot.y.value) else { continue };
            let hollow = dot.x.interval.is_none() && dot.y.interval.is_none();
            scene.marker((x, y), style(number).marker, 7.0, style(number).colour, hollow);
            taken.push(Area { left: x - 4.0, top: y - 4.0, right: x + 4.0, bottom: y + 4.0 });
        }
    }
    let strokes: Vec<Area> = dots.iter().flat_map(|line| along_line(panel, line)).collect();
    for dot in dots.iter().flatten() {
        if let Some(at) = panel.at(dot.x.value, dot.y.value) {
            name_point(&mut scene, panel, at, &dot.name, &mut taken, &strokes);
        }
    }
    scene
}

fn side(row: &Row, factor: f64) -> Side {
    let interval = row.bounds().map(|(low, high)| (low * factor, high * factor));
    Side { value: row.value().expect("points without a value were left out") * factor, interval }
}

fn axis(rows: &[Row], label: &str, unit: Unit, scale: Scale, ticks: usize) -> (AxisSpec, f64) {
    let ends = |row: &Row| [row.value(), row.bounds().map(|b| b.0), row.bounds().map(|b| b.1)];
    let values: Vec<f64> = rows.iter().flat_map(|row| ends(row).into_iter().flatten()).collect();
    let (shown, label) = labels::labelled(label, unit, values.iter().copied().fold(0.0, |most, value| most.max(value.abs())));
    let values: Vec<f64> = values.into_iter().map(|value| value * shown.factor).collect();
    let mapping = match scale {
        Scale::Log => Mapping::log(&values),
        _ => Mapping::linear(&values, true, (unit == Unit::Ratio).then_some(shown.factor)),
    };
    (AxisSpec { ticks: mapping.ticks(ticks), mapping, label }, shown.factor)
}

fn draw_bars(scene: &mut Scene, panel: &Panel, line: &[Dot], style: Style) {
    for dot in line {
        let Some((x, y)) = panel.at(dot.x.value, dot.y.value) else { continue };
        if let Some((low, high)) = dot.x.interval {
            let ends = [low, high].map(|end| (panel.across(panel.x.floor(end)), y));
            scene.line(ends.to_vec(), style.colour.paler(), 1.2);
        }
        if let Some((low, high)) = dot.y.interval {
            let ends = [low, high].map(|end| (x, panel.up(panel.y.floor(end))));
            scene.line(ends.to_vec(), style.colour.paler(), 1.2);
        }
    }
}

/// Small boxes all along a line, for names to keep away from.
fn along_line(panel: &Panel, line: &[Dot]) -> Vec<Area> {
    let points: Vec<Place> = line.iter().filter_map(|dot| panel.at(dot.x.value, dot.y.value)).collect();
    let mut boxes = Vec::new();
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let steps = ((x1 - x0).hypot(y1 - y0) / 4.0).ceil().max(1.0);
        for k in 0..=steps as u32 {
            let part = f64::from(k) / steps;
            let (x, y) = (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part);
            boxes.push(Area { left: x - 1.0, top: y - 1.0, right: x + 1.0, bottom: y + 1.0 });
        }
    }
    boxes
}

/// Writes a name beside a point, in a corner free of lines if there is one, else over a line, never over another name or point; else not
/// at all.
fn name_point(scene: &mut Scene, panel: &Panel, (x, y): Place, name: &str, taken: &mut Vec<Area>, strokes: &[Area]) {
    const SIZE: f64 = 9.5;
    let corners = [(7.0, -5.0, Anchor::Start), (7.0, 12.0, Anchor::Start), (-7.0, -5.0, Anchor::End), (-7.0, 12.0, Anchor::End)];
    let rooms = corners.map(|(right, down, anchor)| {
        let at = (x + right, y + down);
        (at, anchor, text_box(at, anchor, SIZE, name))
    });
    let fits = |room: &Area| {
        let inside = room.left >= panel.area.left && room.right <= panel.area.right + 4.0 && room.bottom <= panel.area.bottom;
        inside && !taken.iter().any(|other| other.overlaps(room))
    };
    let free: Vec<_> = rooms.into_iter().filter(|(.., room)| fits(room)).collect();
    let clear = free.iter().find(|(.., room)| !strokes.iter().any(|stroke| stroke.overlaps(room)));
    if let Some((at, anchor, room)) = clear.or(free.first()) {
        scene.text(*at, *anchor, SIZE, Colour::GREY, name);
        taken.push(*room);
    }
}
