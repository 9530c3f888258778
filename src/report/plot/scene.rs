//! A figure before it has a format: lines, areas and texts at places in pixels, drawn alike by every backend.
//!
//! Charts put shapes here; [`write`](super::write) hands them to plotters. Since the places of texts are known, a test can see
//! whether one leaves the figure or lies over another. Left out: rotation, which no label needs.

use super::font::font;
use super::palette::{Colour, Marker};

/// A point in pixels, from the top left corner.
pub(super) type Place = (f64, f64);

/// A finished figure.
#[derive(Clone, Debug, Default)]
pub(super) struct Scene {
    pub width: f64,
    pub height: f64,
    /// Painted in this order.
    pub shapes: Vec<Shape>,
}

#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// A line through `points`, without dashes: dashes are laid out as lines of their own.
    Line { points: Vec<Place>, colour: Colour, width: f64 },
    /// A filled polygon; `cover` is its opacity, 0 to 1.
    Area { points: Vec<Place>, colour: Colour, cover: f64 },
    /// A line of text whose baseline begins, is centred or ends at `at`.
    Text { at: Place, anchor: Anchor, size: f64, colour: Colour, text: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle: left, top, right, bottom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub(super) fn overlaps(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// The box of a text: ascenders and descenders included.
pub(super) fn text_box(at: Place, anchor: Anchor, size: f64, text: &str) -> Area {
    let width = font().width(text, size);
    let left = match anchor {
        Anchor::Start => at.0,
        Anchor::Middle => at.0 - width / 2.0,
        Anchor::End => at.0 - width,
    };
    Area { left, top: at.1 - 0.76 * size, right: left + width, bottom: at.1 + 0.24 * size }
}

impl Scene {
    pub(super) fn line(&mut self, points: Vec<Place>, colour: Colour, width: f64) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line { points, colour, width });
        }
    }

    /// A line in dashes: lengths drawn and left out in turn. Without lengths it is solid.
    pub(super) fn dashed(&mut self, points: &[Place], colour: Colour, width: f64, dashes: &[f64]) {
        if dashes.is_empty() {
            return self.line(points.to_vec(), colour, width);
        }
        for piece in dash_pieces(points, dashes) {
            self.line(piece, colour, width);
        }
    }

    pub(super) fn area(&mut self, points: Vec<Place>, colour: Colour, cover: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area { points, colour, cover });
        }
    }

    pub(super) fn text(&mut self, at: Place, anchor: Anchor, size: f64, colour: Colour, text: &str) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text { at, anchor, size, colour, text: text.to_owned() });
        }
    }

    /// A marker of about `size` pixels across. Hollow ones say that something is missing.
    pub(super) fn marker(&mut self, at: Place, marker: Marker, size: f64, colour: Colour, hollow: bool) {
        let grown = |by: f64| {
            let half = size / 2.0 + by;
            marker.outline().iter().map(|(x, y)| (at.0 + x * half, at.1 + y * half)).collect::<Vec<Place>>()
        };
        // A white rim keeps markers apart where they crowd.
        self.area(grown(1.2), Colour::WHITE, 1.0);
        self.area(grown(if hollow { 0.3 } else { 0.0 }), colour, 1.0);
        if hollow {
            self.area(grown(-1.4), Colour::WHITE, 1.0);
        }
    }
}

/// Cuts a line into its dashes.
fn dash_pieces(points: &[Place], dashes: &[f64]) -> Vec<Vec<Place>> {
    let mut pieces = Vec::new();
    let Some(first) = points.first() else { return pieces };
    let (mut which, mut left, mut piece) = (0, dashes[0], vec![*first]);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let length = (x1 - x0).hypot(y1 - y0);
        let mut done = 0.0;
        while length - done > left {
            done += left;
            let at = (x0 + (x1 - x0) * done / length, y0 + (y1 - y0) * done / length);
            if which % 2 == 0 {
                piece.push(at);
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![at];
            which += 1;
            left = dashes[which % dashes.len()];
        }
        left -= length - done;
        if which % 2 == 0 {
            piece.push((x1, y1));
        }
    }
    if which % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

/// Breaks a text into lines no wider than `width`; a word that is wider alone is cut with an ellipsis. At most `most` lines.
pub(super) fn wrap(text: &str, size: f64, width: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shorten(word, size, width);
        match lines.last_mut() {
            Some(line) if font().width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = shorten(&format!("{last} …………"), size, width).trim_end_matches(['…', ' ']).to_owned() + " …";
            *last = shorten(last, size, width);
        }
    }
    lines
}

/// The text, or as much of its beginning as fits with an ellipsis.
pub(super) fn shorten(text: &str, size: f64, width: f64) -> String {
    if font().width(text, size) <= width {
        return text.to_owned();
    }
    let mut kept: String = text.to_owned();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.trim_end());
        if font().width(&cut, size) <= width {
            return cut;
        }
    }
    "…".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_cover_their_share_of_a_line_round_its_corners() {
        let pieces = dash_pieces(&[(0.0, 0.0), (30.0, 0.0), (30.0, 30.0)], &[5.0, 5.0]);
        assert_eq!(pieces.len(), 6);
        assert_eq!(pieces[0], [(0.0, 0.0), (5.0, 0.0)]);
        assert_eq!(pieces[3], [(30.0, 0.0), (30.0, 5.0)]);
        let around = dash_pieces(&[(0.0, 0.0), (8.0, 0.0), (8.0, 8.0)], &[10.0, 100.0]);
        assert_eq!(around, [[(0.0, 0.0), (8.0, 0.0), (8.0, 2.0)]]);
        assert!(dash_pieces(&[], &[1.0, 1.0]).is_empty());
    }

    #[test]
    fn texts_are_broken_between_words_and_cut_within() {
        let lines = wrap("one two three four five six", 10.0, 60.0, 9);
        assert!(lines.len() > 1 && lines.iter().all(|line| font().width(line, 10.0) <= 60.0), "{lines:?}");
        assert_eq!(lines.join(" "), "one two three four five six");
        let cut = wrap("one two three four five six", 10.0, 60.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…') && font().width(&cut[1], 10.0) <= 60.0, "{cut:?}");
        let long = shorten("incomprehensibilities", 10.0, 50.0);
        assert!(long.ends_with('…') && long.len() > 5 && font().width(&long, 10.0) <= 50.0, "{long}");
        assert!(wrap("", 10.0, 60.0, 2).is_empty());
    }
}
