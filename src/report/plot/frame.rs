//! The paper around the data: title, panels with their axes, legend outside the data, footnotes.
//!
//! [`lay_out`] measures everything first and then fixes the places, so that a long label takes room instead of being cut. Values
//! come in the unit in which they are shown. Left out: the data, which each chart draws into the panels it gets back.

use super::palette::{Colour, Style};
use super::scale::{BREAK, Mapping, Tick};
use super::scene::{Anchor, Area, Place, Scene, shorten, text_box, wrap};

/// Width of every figure in pixels of a screen; its height follows from its contents.
pub(super) const WIDTH: f64 = 880.0;
const MARGIN: f64 = 18.0;
const TITLE: f64 = 15.0;
const LABEL: f64 = 12.0;
pub(super) const TICK: f64 = 11.0;
const NOTE: f64 = 9.5;
const LEGEND_ROW: f64 = 18.0;
const SWATCH: f64 = 38.0;
/// Heights of the data area of one panel, when it is alone and when there are more.
const ALONE: f64 = 360.0;
const STACKED: f64 = 230.0;

/// One axis of a panel.
#[derive(Clone, Debug)]
pub(super) struct AxisSpec {
    pub mapping: Mapping,
    /// With labels, in rising order; those for which there is no room lose them.
    pub ticks: Vec<Tick>,
    pub label: String,
}

/// What a panel needs to know.
#[derive(Clone, Debug)]
pub(super) struct PanelSpec {
    pub x: AxisSpec,
    pub y: AxisSpec,
}

/// The list that says which line is which.
#[derive(Clone, Debug, Default)]
pub(super) struct Legend {
    pub title: String,
    pub entries: Vec<(String, Style)>,
    /// Whether points are marked; curves without points show their line alone.
    pub markers: bool,
    /// Whether points are joined.
    pub lines: bool,
}

/// The parts of a figure.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub title: Option<String>,
    pub panels: Vec<PanelSpec>,
    /// Nothing is drawn for a legend without entries.
    pub legend: Legend,
    pub footnotes: Vec<String>,
    /// Least height of a panel, where its contents need more than usual; 0 where they do not.
    pub least: f64,
}

/// Where a panel's data go.
#[derive(Clone, Debug)]
pub(super) struct Panel {
    pub area: Area,
    pub x: Mapping,
    pub y: Mapping,
}

impl Panel {
    pub(super) fn across(&self, fraction: f64) -> f64 {
        self.area.left + (self.area.right - self.area.left) * fraction
    }

    pub(super) fn up(&self, fraction: f64) -> f64 {
        self.area.bottom - (self.area.bottom - self.area.top) * fraction
    }

    /// The place of a pair of values; none if one of them has none.
    pub(super) fn at(&self, x: f64, y: f64) -> Option<Place> {
        Some((self.across(self.x.fraction(x)?), self.up(self.y.fraction(y)?)))
    }
}

/// Draws everything but the data, and says where the data go.
pub(super) fn lay_out(frame: &Frame) -> (Scene, Vec<Panel>) {
    let mut scene = Scene { width: WIDTH, ..Scene::default() };
    let inner = WIDTH - 2.0 * MARGIN;
    let mut top = MARGIN;
    for line in wrap(frame.title.as_deref().unwrap_or(""), TITLE, inner, 3) {
        top += TITLE * 1.3;
        scene.text((MARGIN, top), Anchor::Start, TITLE, Colour::INK, &line);
    }
    top += 10.0;
    let legend = LegendBox::measure(&frame.legend);
    let widest = |panel: &PanelSpec| panel.y.ticks.iter().map(|tick| width_of(&tick.label)).fold(0.0, f64::max);
    let left = MARGIN + frame.panels.iter().map(widest).fold(0.0, f64::max) + 9.0;
    let right = WIDTH - MARGIN - if legend.width > 0.0 { legend.width + 22.0 } else { 8.0 };
    // The legend may be longer than the panels: then the panels grow with it.
    let usual = if frame.panels.len() == 1 { ALONE } else { STACKED };
    let height = usual.max(frame.least).max((legend.height - 60.0) / frame.panels.len().max(1) as f64 - 50.0);
    let legend_top = top + 18.0;
    let mut panels = Vec::new();
    for (number, spec) in frame.panels.iter().enumerate() {
        for line in wrap(&spec.y.label, LABEL, right - MARGIN, 2) {
            top += LABEL * 1.3;
            scene.text((MARGIN, top), Anchor::Start, LABEL, Colour::INK, &line);
        }
        top += 11.0;
        let area = Area { left, top, right, bottom: top + height };
        let last = number + 1 == frame.panels.len();
        top = area.bottom + draw_axes(&mut scene, &area, spec, last);
        if !last {
            top += 8.0;
        }
        panels.push(Panel { area, x: spec.x.mapping.clone(), y: spec.y.mapping.clone() });
    }
    legend.draw(&mut scene, &frame.legend, (right + 22.0, legend_top));
    top = top.max(legend_top + legend.height) + 8.0;
    for note in &frame.footnotes {
        for line in wrap(note, NOTE, inner, 4) {
            top += NOTE * 1.4;
            scene.text((MARGIN, top), Anchor::Start, NOTE, Colour::GREY, &line);
        }
    }
    scene.height = (top + MARGIN).ceil();
    (scene, panels)
}

fn width_of(label: &str) -> f64 {
    super::font::font().width(label, TICK)
}

/// Grid, axes, ticks and their labels. Returns the room taken below the area.
fn draw_axes(scene: &mut Scene, area: &Area, spec: &PanelSpec, x_label: bool) -> f64 {
    let panel = Panel { area: *area, x: spec.x.mapping.clone(), y: spec.y.mapping.clone() };
    let mut last_top = f64::INFINITY;
    for tick in &spec.y.ticks {
        let Some(fraction) = spec.y.mapping.fraction(tick.value) else { continue };
        let y = panel.up(fraction);
        scene.line(vec![(area.left, y), (area.right, y)], Colour::GRID, 1.0);
        if y + TICK / 2.0 <= last_top {
            scene.text((area.left - 7.0, y + TICK * 0.36), Anchor::End, TICK, Colour::GREY, &tick.label);
            last_top = y - TICK / 2.0 - 1.0;
        }
    }
    let below = match spec.x.mapping {
        Mapping::Places { count } => draw_places(scene, &panel, &spec.x.ticks, count),
        _ => draw_x_ticks(scene, &panel, &spec.x.ticks),
    };
    scene.line(vec![(area.left, area.bottom), (area.right, area.bottom)], Colour::AXIS, 1.2);
    scene.line(vec![(area.left, area.top), (area.left, area.bottom)], Colour::AXIS, 1.2);
    if let Mapping::Log { zero: true, .. } = spec.x.mapping {
        draw_break(scene, (panel.across(BREAK / 2.0), area.bottom), true);
    }
    if let Mapping::Log { zero: true, .. } = spec.y.mapping {
        draw_break(scene, (area.left, panel.up(BREAK / 2.0)), false);
    }
    let mut room = below;
    if x_label {
        for line in wrap(&spec.x.label, LABEL, area.right - area.left, 2) {
            room += LABEL * 1.35;
            let at = ((area.left + area.right) / 2.0, area.bottom + room);
            scene.text(at, Anchor::Middle, LABEL, Colour::INK, &line);
        }
    }
    room
}

/// Ticks along the bottom; first and last keep their labels, those between keep theirs where there is room.
fn draw_x_ticks(scene: &mut Scene, panel: &Panel, ticks: &[Tick]) -> f64 {
    let line = panel.area.bottom + 7.0 + TICK;
    let placed = ticks.iter().filter_map(|tick| Some((panel.across(panel.x.fraction(tick.value)?), tick)));
    let placed: Vec<(f64, &Tick)> = placed.collect();
    let mut order: Vec<usize> = (0..placed.len()).collect();
    order.sort_by_key(|at| (*at != 0 && *at + 1 != placed.len(), *at));
    let mut taken: Vec<Area> = Vec::new();
    for at in order {
        let (x, tick) = placed[at];
        scene.line(vec![(x, panel.area.bottom), (x, panel.area.bottom + 4.0)], Colour::AXIS, 1.0);
        let mut room = text_box((x, line), Anchor::Middle, TICK, &tick.label);
        (room.left, room.right) = (room.left - 3.0, room.right + 3.0);
        if !taken.iter().any(|other| other.overlaps(&room)) {
            scene.text((x, line), Anchor::Middle, TICK, Colour::GREY, &tick.label);
            taken.push(room);
        }
    }
    7.0 + TICK * 1.5
}

/// Labels of places: broken into lines where they are narrow, every second or third one where they are very narrow.
fn draw_places(scene: &mut Scene, panel: &Panel, ticks: &[Tick], count: usize) -> f64 {
    let slot = (panel.area.right - panel.area.left) / count.max(1) as f64;
    let word = ticks.iter().flat_map(|tick| tick.label.split_whitespace()).map(width_of).fold(0.0, f64::max);
    // Room for the longest word, but never for fewer than three labels.
    let wanted = word.min((panel.area.right - panel.area.left) / 3.0 - 6.0) + 6.0;
    let every = (wanted.max(34.0) / slot - 1e-9).ceil().max(1.0) as usize;
    let width = slot * every as f64 - 6.0;
    let mut most = 1;
    for tick in ticks {
        let Some(fraction) = panel.x.fraction(tick.value) else { continue };
        let x = panel.across(fraction);
        scene.line(vec![(x, panel.area.bottom), (x, panel.area.bottom + 4.0)], Colour::AXIS, 1.0);
        if (tick.value as usize).is_multiple_of(every) {
            // A label at the edge may be wider than the half slot beside it.
            let room = width.min(2.0 * (x - MARGIN).min(WIDTH - MARGIN - x));
            let lines = wrap(&tick.label, TICK, room, 3);
            most = most.max(lines.len());
            for (k, line) in lines.iter().enumerate() {
                let at = (x, panel.area.bottom + 7.0 + TICK * (1.0 + 1.25 * k as f64));
                scene.text(at, Anchor::Middle, TICK, Colour::GREY, line);
            }
        }
    }
    7.0 + TICK * (0.25 + 1.25 * most as f64)
}

/// Two short strokes that say: the axis is broken here, zero stands apart.
fn draw_break(scene: &mut Scene, at: Place, along_x: bool) {
    let (x, y) = at;
    let gap = if along_x { vec![(x - 3.0, y), (x + 3.0, y)] } else { vec![(x, y - 3.0), (x, y + 3.0)] };
    scene.line(gap, Colour::WHITE, 3.0);
    for shift in [-3.0, 3.0] {
        let stroke = match along_x {
            true => vec![(x + shift - 2.0, y + 5.0), (x + shift + 2.0, y - 5.0)],
            false => vec![(x - 5.0, y + shift + 2.0), (x + 5.0, y + shift - 2.0)],
        };
        scene.line(stroke, Colour::AXIS, 1.2);
    }
}

/// A legend with its lines broken and its size known.
struct LegendBox {
    title: Vec<String>,
    labels: Vec<Vec<String>>,
    width: f64,
    height: f64,
}

const LEGEND_TEXT: f64 = 190.0;

impl LegendBox {
    fn measure(legend: &Legend) -> LegendBox {
        if legend.entries.is_empty() {
            return LegendBox { title: Vec::new(), labels: Vec::new(), width: 0.0, height: 0.0 };
        }
        let title = wrap(&legend.title, LABEL, LEGEND_TEXT + SWATCH, 3);
        let labels: Vec<Vec<String>> = legend.entries.iter().map(|(label, _)| wrap(label, TICK, LEGEND_TEXT, 2)).collect();
        let font = super::font::font();
        let titles = title.iter().map(|line| font.width(line, LABEL));
        let entries = labels.iter().flatten().map(|line| SWATCH + font.width(line, TICK));
        let width = titles.chain(entries).fold(0.0, f64::max);
        let rows: f64 = labels.iter().map(|lines| row_height(lines)).sum();
        LegendBox { height: title.len() as f64 * LABEL * 1.35 + 6.0 + rows, title, labels, width }
    }

    fn draw(&self, scene: &mut Scene, legend: &Legend, (left, mut top): Place) {
        for line in &self.title {
            top += LABEL * 1.35;
            scene.text((left, top - 3.0), Anchor::Start, LABEL, Colour::INK, line);
        }
        top += 6.0;
        for (lines, (_, style)) in self.labels.iter().zip(&legend.entries) {
            let middle = top + LEGEND_ROW / 2.0;
            if legend.lines {
                scene.dashed(&[(left, middle), (left + SWATCH - 8.0, middle)], style.colour, 1.8, style.dashes);
            }
            if legend.markers {
                scene.marker((left + (SWATCH - 8.0) / 2.0, middle), style.marker, 6.5, style.colour, false);
            }
            for (k, line) in lines.iter().enumerate() {
                let at = (left + SWATCH, middle + TICK * (0.36 + 1.2 * k as f64));
                scene.text(at, Anchor::Start, TICK, Colour::INK, line);
            }
            top += row_height(lines);
        }
    }
}

fn row_height(lines: &[String]) -> f64 {
    LEGEND_ROW + TICK * 1.2 * lines.len().saturating_sub(1) as f64
}

/// A panel that has nothing to show says so.
pub(super) fn say_empty(scene: &mut Scene, panel: &Panel, words: &str) {
    let at = ((panel.area.left + panel.area.right) / 2.0, (panel.area.top + panel.area.bottom) / 2.0);
    let words = shorten(words, LABEL, panel.area.right - panel.area.left - 20.0);
    let room = text_box(at, Anchor::Middle, LABEL, &words);
    let (left, right, top, bottom) = (room.left - 8.0, room.right + 8.0, room.top - 5.0, room.bottom + 5.0);
    scene.area(vec![(left, top), (right, top), (right, bottom), (left, bottom)], Colour::WHITE, 1.0);
    scene.text(at, Anchor::Middle, LABEL, Colour::GREY, &words);
}
