//! How lines are told apart: by colour, by dashes and by markers, each alone enough for a handful of lines.
//!
//! The colours are those of Okabe and Ito, which readers with any common colour vision can tell apart, without the yellow that is
//! lost on white. Cycles of 7, 5 and 6 repeat together only after 210 lines.

use super::scene::Place;

/// A colour by its red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    pub(super) const WHITE: Colour = Colour(255, 255, 255);
    /// Titles.
    pub(super) const INK: Colour = Colour(26, 26, 26);
    /// Labels of ticks, footnotes.
    pub(super) const GREY: Colour = Colour(89, 89, 89);
    /// Axes.
    pub(super) const AXIS: Colour = Colour(120, 120, 120);
    /// Grid lines.
    pub(super) const GRID: Colour = Colour(228, 228, 228);

    /// Half way to white.
    pub(super) fn paler(self) -> Colour {
        let half = |part: u8| part + (255 - part) / 2;
        Colour(half(self.0), half(self.1), half(self.2))
    }
}

const COLOURS: [Colour; 7] = [
    Colour(0, 114, 178),
    Colour(213, 94, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(0, 0, 0),
    Colour(230, 159, 0),
    Colour(86, 180, 233),
];

const DASHES: [&[f64]; 5] = [&[], &[7.0, 3.5], &[1.8, 2.6], &[9.0, 3.0, 1.8, 3.0], &[4.0, 2.0]];

const MARKERS: [Marker; 6] = [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Cross, Marker::Inverted];

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Cross,
    Inverted,
}

impl Marker {
    /// Corners for a marker two units across.
    pub(super) fn outline(self) -> Vec<Place> {
        match self {
            Marker::Circle => (0..24).map(|k| f64::from(k) * std::f64::consts::TAU / 24.0).map(|a| (a.cos(), a.sin())).collect(),
            Marker::Square => vec![(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
            Marker::Triangle => vec![(0.0, -1.15), (1.05, 0.8), (-1.05, 0.8)],
            Marker::Inverted => vec![(0.0, 1.15), (-1.05, -0.8), (1.05, -0.8)],
            Marker::Diamond => vec![(0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)],
            Marker::Cross => [(0.0, -0.5), (0.6, -1.1), (1.1, -0.6), (0.5, 0.0)]
                .into_iter()
                .chain([(1.1, 0.6), (0.6, 1.1), (0.0, 0.5), (-0.6, 1.1), (-1.1, 0.6), (-0.5, 0.0), (-1.1, -0.6), (-0.6, -1.1)])
                .collect(),
        }
    }
}

/// How one series is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub colour: Colour,
    pub dashes: &'static [f64],
    pub marker: Marker,
}

/// The style of series `number`, counted from 0.
pub(super) fn style(number: usize) -> Style {
    Style {
        colour: COLOURS[number % COLOURS.len()],
        dashes: DASHES[number % DASHES.len()],
        marker: MARKERS[number % MARKERS.len()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_two_hundred_series_look_alike() {
        let styles: Vec<Style> = (0..210).map(style).collect();
        for (at, one) in styles.iter().enumerate() {
            assert!(!styles[..at].contains(one), "series {at} repeats another");
        }
    }

    /// Contrast with white by the formula of WCAG 2: a line of 1.6 pixels stays visible at 2 or more.
    #[test]
    fn every_colour_stands_out_from_white_paper() {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        for Colour(r, g, b) in COLOURS {
            let light = 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
            assert!(1.05 / (light + 0.05) > 2.0, "{r},{g},{b}");
        }
    }
}
