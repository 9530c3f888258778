//! A scene as bytes: SVG and PNG by plotters, from the same shapes.
//!
//! Both are drawn on a grid four times finer than a pixel, because plotters counts in whole units: the SVG says its size in pixels
//! and keeps the fine grid inside, the PNG is averaged down to two dots a pixel. The same scene gives the same bytes.

use super::font::{FAMILY, font};
use super::palette::Colour;
use super::scene::{Anchor, Place, Scene, Shape, text_box};
use plotters::backend::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBAColor, RGBColor, ShapeStyle, TextStyle};
use std::path::Path;

/// Grid units to a pixel.
const FINE: u32 = 4;
/// Dots of the PNG to a pixel.
const DOTS: u32 = 2;

/// Why a scene could not be drawn, in the words of plotters.
#[derive(Debug)]
pub(super) struct DrawError(pub String);

fn pen(colour: Colour, cover: f64, width: f64) -> ShapeStyle {
    let stroke_width = (width * f64::from(FINE)).round().max(1.0) as u32;
    ShapeStyle { color: RGBAColor(colour.0, colour.1, colour.2, cover), filled: true, stroke_width }
}

fn grid((x, y): Place) -> (i32, i32) {
    let fine = f64::from(FINE);
    ((x * fine).round() as i32, (y * fine).round() as i32)
}

fn size_of(scene: &Scene) -> (u32, u32) {
    ((scene.width * f64::from(FINE)).ceil() as u32, (scene.height * f64::from(FINE)).ceil() as u32)
}

fn text_style(size: f64, colour: Colour, anchor: Anchor) -> TextStyle<'static> {
    let h_pos = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::Name(FAMILY), size, FontStyle::Normal);
    let mut style = TextStyle::from(font);
    style.color = RGBColor(colour.0, colour.1, colour.2).to_backend_color();
    style.pos = Pos::new(h_pos, VPos::Top);
    style
}

/// Lines and areas are the same for both backends; texts are handed to `text`.
fn draw<B: DrawingBackend>(
    scene: &Scene,
    backend: &mut B,
    mut text: impl FnMut(&mut B, &Shape) -> Result<(), DrawError>,
) -> Result<(), DrawError> {
    let failed = |e: &dyn std::fmt::Display| DrawError(e.to_string());
    let (width, height) = size_of(scene);
    let paper = pen(Colour::WHITE, 1.0, 0.0);
    backend.draw_rect((0, 0), (width as i32, height as i32), &paper, true).map_err(|e| failed(&e))?;
    for shape in &scene.shapes {
        match shape {
            Shape::Line { points, colour, width } => {
                backend.draw_path(distinct(points), &pen(*colour, 1.0, *width)).map_err(|e| failed(&e))?;
            }
            Shape::Area { points, colour, cover } => {
                backend.fill_polygon(distinct(points), &pen(*colour, *cover, 0.0)).map_err(|e| failed(&e))?;
            }
            Shape::Text { .. } => text(backend, shape)?,
        }
    }
    backend.present().map_err(|e| failed(&e))
}

/// Places on the grid without immediate repeats, which plotters would turn into spikes.
fn distinct(points: &[Place]) -> Vec<(i32, i32)> {
    let mut places: Vec<(i32, i32)> = points.iter().copied().map(grid).collect();
    places.dedup();
    places
}

/// The figure as an SVG file.
pub(super) fn svg(scene: &Scene) -> Result<String, DrawError> {
    let mut drawn = String::new();
    // Registers the font; plotters asks for it when a style is made.
    font();
    let mut backend = SVGBackend::with_string(&mut drawn, size_of(scene));
    draw(scene, &mut backend, |backend, shape| {
        let Shape::Text { at, anchor, size, colour, text } = shape else { return Ok(()) };
        // plotters writes size / 1.24 as the em, and sets the top 0.76 em above the base line.
        let style = text_style(size * f64::from(FINE) * 1.24, *colour, *anchor);
        let top = (at.0, at.1 - 0.76 * size);
        backend.draw_text(text, &style, grid(top)).map_err(|e| DrawError(e.to_string()))
    })?;
    drop(backend);
    let (width, height) = size_of(scene);
    let fine = format!("<svg width=\"{width}\" height=\"{height}\" ");
    let shown = format!("<svg width=\"{}\" height=\"{}\" ", width / FINE, height / FINE);
    if !drawn.contains(&fine) {
        return Err(DrawError("the SVG does not begin with its size".to_owned()));
    }
    Ok(drawn.replacen(&fine, &shown, 1))
}

/// Writes the figure as a PNG file to `path`, which ends in `.png`.
pub(super) fn png(scene: &Scene, path: &Path) -> Result<(), DrawError> {
    font();
    let (width, height) = size_of(scene);
    let mut fine = vec![255u8; width as usize * height as usize * 3];
    let mut backend = BitMapBackend::with_buffer(&mut fine, (width, height));
    draw(scene, &mut backend, draw_letters)?;
    drop(backend);
    let by = FINE / DOTS;
    let (wide, high) = (width / by, height / by);
    let small = average(&fine, width as usize, (wide as usize, high as usize), by as usize);
    let failed = |e: &dyn std::fmt::Display| DrawError(e.to_string());
    let mut file = BitMapBackend::new(path, (wide, high));
    file.blit_bitmap((0, 0), (wide, high), &small).map_err(|e| failed(&e))?;
    file.present().map_err(|e| failed(&e))
}

/// plotters sets every letter's ink at the pen and so loses the room to the left of it: each letter is placed here.
fn draw_letters<B: DrawingBackend>(backend: &mut B, shape: &Shape) -> Result<(), DrawError> {
    let Shape::Text { at, anchor, size, colour, text } = shape else { return Ok(()) };
    let left = text_box(*at, *anchor, *size, text).left;
    let raster = font().raster_size(size * f64::from(FINE));
    let style = text_style(raster, *colour, Anchor::Start);
    // The rasteriser puts the base line half its size below the place it is given.
    let top = (at.1 * f64::from(FINE) - raster / 2.0).round() as i32;
    for (letter, pen) in font().pens(text, *size) {
        if !letter.is_whitespace() {
            let x = ((left + pen) * f64::from(FINE)).round() as i32;
            backend.draw_text(letter.encode_utf8(&mut [0; 4]), &style, (x, top)).map_err(|e| DrawError(e.to_string()))?;
        }
    }
    Ok(())
}

/// Averages squares of `by` times `by` dots.
fn average(fine: &[u8], stride: usize, (wide, high): (usize, usize), by: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(wide * high * 3);
    for y in 0..high {
        for x in 0..wide {
            for part in 0..3 {
                let dots = (0..by * by).map(|k| usize::from(fine[((y * by + k / by) * stride + x * by + k % by) * 3 + part]));
                small.push(((dots.sum::<usize>() + by * by / 2) / (by * by)) as u8);
            }
        }
    }
    small
}
