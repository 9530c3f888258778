//! The embedded font: DejaVu Sans, with the widths of its letters read from its own tables.
//!
//! Widths are needed before anything is drawn, in fractions of a pixel and the same on every machine; plotters gives whole pixels
//! and sets letters without their left bearing, so the tables are read here. Left out: kerning, and every script that needs
//! shaping.

use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// Name under which the font is registered. SVG viewers take the first family of the list that they have.
pub(super) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

const BYTES: &[u8] = include_bytes!("../fonts/DejaVuSans.ttf");

/// Widths of letters, in font units.
pub(super) struct Font {
    units_per_em: f64,
    /// Ascent and descent of the font's box, which is what the rasteriser scales by; in em.
    height: f64,
    /// (first code, last code, glyph of the first code), upwards, for the letters of the basic plane.
    ranges: Vec<(u32, u32, u32)>,
    /// Advance and left bearing by glyph.
    metrics: Vec<(u16, i16)>,
}

/// The font, read and registered on first use.
pub(super) fn font() -> &'static Font {
    static FONT: OnceLock<Font> = OnceLock::new();
    FONT.get_or_init(|| {
        let taken = register_font(FAMILY, FontStyle::Normal, BYTES);
        assert!(taken.is_ok(), "the embedded font is a font");
        Font::read(BYTES).expect("the embedded font has the tables of a TrueType font")
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn table<'a>(bytes: &'a [u8], tag: &[u8; 4]) -> Option<&'a [u8]> {
    let count = usize::from(u16_at(bytes, 4)?);
    (0..count).map(|k| 12 + 16 * k).find(|at| bytes.get(*at..*at + 4) == Some(&tag[..])).and_then(|at| {
        let (start, length) = (u32_at(bytes, at + 8)? as usize, u32_at(bytes, at + 12)? as usize);
        bytes.get(start..start + length)
    })
}

impl Font {
    /// Reads `head`, `hhea`, `hmtx` and the basic-plane map of `cmap` (format 4).
    fn read(bytes: &[u8]) -> Option<Font> {
        let (head, hhea, hmtx, cmap) =
            (table(bytes, b"head")?, table(bytes, b"hhea")?, table(bytes, b"hmtx")?, table(bytes, b"cmap")?);
        let units_per_em = f64::from(u16_at(head, 18)?);
        let (ascent, descent) = (u16_at(hhea, 4)? as i16, u16_at(hhea, 6)? as i16);
        let height = f64::from(i32::from(ascent) - i32::from(descent)) / units_per_em;
        let count = usize::from(u16_at(hhea, 34)?);
        let metrics = (0..count).map(|k| Some((u16_at(hmtx, 4 * k)?, u16_at(hmtx, 4 * k + 2)? as i16))).collect::<Option<_>>()?;
        Some(Font { units_per_em, height, ranges: read_cmap(cmap)?, metrics })
    }

    fn glyph(&self, letter: char) -> usize {
        let code = u32::from(letter);
        let at = self.ranges.partition_point(|(_, last, _)| *last < code);
        self.ranges.get(at).filter(|(first, ..)| *first <= code).map_or(0, |(first, _, glyph)| (glyph + code - first) as usize)
    }

    fn metric(&self, letter: char) -> (u16, i16) {
        self.metrics[self.glyph(letter).min(self.metrics.len() - 1)]
    }

    /// Width of `text` at `size` (of the em), in the unit of `size`.
    pub(super) fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().map(|letter| f64::from(self.metric(letter).0)).sum::<f64>() * size / self.units_per_em
    }

    /// Where each letter's ink begins, from the start of `text`.
    pub(super) fn pens(&self, text: &str, size: f64) -> Vec<(char, f64)> {
        let mut pen = 0.0;
        let place = |letter: char| {
            let (advance, bearing) = self.metric(letter);
            let at = pen + f64::from(bearing);
            pen += f64::from(advance);
            (letter, at * size / self.units_per_em)
        };
        text.chars().map(place).collect()
    }

    /// The size that the rasteriser must be asked for to draw an em of `size`: it scales the font's whole height.
    pub(super) fn raster_size(&self, size: f64) -> f64 {
        size * self.height
    }
}

/// The segments of a format-4 map as runs of consecutive glyphs.
fn read_cmap(cmap: &[u8]) -> Option<Vec<(u32, u32, u32)>> {
    let tables = usize::from(u16_at(cmap, 2)?);
    let offset = (0..tables).find_map(|k| {
        let at = u32_at(cmap, 4 + 8 * k + 4)? as usize;
        (u16_at(cmap, at)? == 4).then_some(at)
    })?;
    let map = &cmap[offset..];
    let twice = usize::from(u16_at(map, 6)?);
    let mut ranges: Vec<(u32, u32, u32)> = Vec::new();
    for k in (0..twice).step_by(2) {
        let (last, first) = (u32::from(u16_at(map, 14 + k)?), u32::from(u16_at(map, 16 + twice + k)?));
        let (delta, range_at) = (u32::from(u16_at(map, 16 + 2 * twice + k)?), 16 + 3 * twice + k);
        let range = usize::from(u16_at(map, range_at)?);
        for code in first..=last {
            let glyph = match range {
                0 => (code + delta) & 0xffff,
                _ => match u32::from(u16_at(map, range_at + range + 2 * (code - first) as usize)?) {
                    0 => 0,
                    glyph => (glyph + delta) & 0xffff,
                },
            };
            match ranges.last_mut() {
                Some((first, last, start)) if *last + 1 == code && *start + code - *first == glyph => *last = code,
                _ => ranges.push((code, code, glyph)),
            }
        }
    }
    Some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Advances of DejaVu Sans in units of 2048 to the em, as the font's own listing gives them: space 651, A 1401, i 569, 0 1303.
    #[test]
    fn widths_are_those_of_the_font() {
        let width = |text: &str| font().width(text, 2048.0);
        assert_eq!([" ", "A", "i", "0", "%"].map(width), [651.0, 1401.0, 569.0, 1303.0, 1946.0]);
        assert_eq!(width("A0"), 2704.0);
        assert_eq!(width("µ"), 1303.0);
    }

    #[test]
    fn letters_follow_one_another() {
        let pens = font().pens("Ail", 10.0);
        assert_eq!(pens.len(), 3);
        assert!(pens.windows(2).all(|pair| pair[0].1 < pair[1].1), "{pens:?}");
        assert!((font().raster_size(1.0) - 1.164).abs() < 0.001, "1901 above and 483 below the line, of 2048");
    }
}
