//! What is said about a point: an estimate, its interval, how it was made and what must be known about it.

use std::fmt;

/// An estimate with its interval. Values are in the unit of the metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Replicates that contributed.
    pub n: u32,
    /// None if no replicate had data.
    pub estimate: Option<f64>,
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    /// Confidence level asked for, also where no interval is printed.
    pub level: f64,
    pub method: Method,
    /// In the order of [`Note`].
    pub notes: Vec<Note>,
}

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Student t on values of runs.
    T,
    /// Delete-one-replicate jackknife.
    Jackknife,
    /// Sections of replicates, for quantiles.
    Sectioning,
    /// Exact binomial bound where no case, or nothing but cases, was seen.
    ExactZero,
    /// No interval.
    None,
}

impl Method {
    /// The word in a summary.
    pub const fn word(self) -> &'static str {
        match self {
            Method::T => "t",
            Method::Jackknife => "jackknife",
            Method::Sectioning => "sectioning",
            Method::ExactZero => "exact_zero",
            Method::None => "none",
        }
    }

    /// The method of a word.
    pub fn of_word(word: &str) -> Option<Method> {
        [Method::T, Method::Jackknife, Method::Sectioning, Method::ExactZero, Method::None].into_iter().find(|m| m.word() == word)
    }
}

/// What must be known about an estimate (`metrics.md` 6, `summary.csv`). Nothing else is ever put in a note.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Note {
    /// Replicates without data.
    Missing(u32),
    /// Share of items still open at the end, where it exceeds 0.1 %.
    Censored(f64),
    /// Items at the point.
    Items(u64),
    /// Too few replicates for an interval.
    FewReplicates,
    /// Too few items for an interval.
    FewItems,
    /// The interval was cut to the possible range.
    Clipped,
    /// The exact bound takes the messages as independent.
    ZeroCountIndependence,
    /// Relative bucket error, where the interval is narrower.
    Bucket(f64),
    /// Number of sections.
    Sections(u32),
    /// The point that this one was compared with.
    Pair(u32),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Missing(k) => write!(f, "missing={k}"),
            Note::Censored(share) => write!(f, "censored={}", four_digits(*share)),
            Note::Items(n) => write!(f, "items={n}"),
            Note::FewReplicates => f.write_str("few_replicates"),
            Note::FewItems => f.write_str("few_items"),
            Note::Clipped => f.write_str("clipped"),
            Note::ZeroCountIndependence => f.write_str("zero_count_independence"),
            Note::Bucket(relative) => write!(f, "bucket={}", four_digits(*relative)),
            Note::Sections(b) => write!(f, "sections={b}"),
            Note::Pair(point) => write!(f, "pair={point}"),
        }
    }
}

/// Four significant digits are enough for a remark.
fn four_digits(value: f64) -> f64 {
    format!("{value:.3e}").parse().expect("a printed number reads back")
}

impl Estimate {
    /// An estimate without interval or note.
    pub fn plain(n: u32, estimate: Option<f64>, level: f64) -> Estimate {
        Estimate { n, estimate, ci_low: None, ci_high: None, level, method: Method::None, notes: Vec::new() }
    }

    /// The same with a note, in its place.
    pub fn with(mut self, note: Note) -> Estimate {
        self.note(note);
        self
    }

    /// Adds a note in its place.
    pub fn note(&mut self, note: Note) {
        let rank = |n: &Note| match n {
            Note::Missing(_) => 0,
            Note::Censored(_) => 1,
            Note::Items(_) => 2,
            Note::FewReplicates => 3,
            Note::FewItems => 4,
            Note::Clipped => 5,
            Note::ZeroCountIndependence => 6,
            Note::Bucket(_) => 7,
            Note::Sections(_) => 8,
            Note::Pair(_) => 9,
        };
        let at = self.notes.iter().position(|other| rank(other) > rank(&note)).unwrap_or(self.notes.len());
        self.notes.insert(at, note);
    }

    /// The interval, if one is printed.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.ci_low.zip(self.ci_high)
    }

    /// The larger distance of a bound from the estimate.
    pub fn half_width(&self) -> Option<f64> {
        let (low, high) = self.interval()?;
        let middle = self.estimate?;
        Some((high - middle).max(middle - low))
    }

    /// The notes as they stand in a summary, separated by `;`.
    pub fn note_text(&self) -> String {
        self.notes.iter().map(Note::to_string).collect::<Vec<_>>().join(";")
    }

    /// The estimate in another unit: every value times `factor`, which is above 0.
    pub fn scaled(mut self, scale: impl Fn(f64) -> f64) -> Estimate {
        for value in [&mut self.estimate, &mut self.ci_low, &mut self.ci_high] {
            *value = value.map(&scale);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_in_their_order_whoever_comes_first() {
        let estimate = Estimate::plain(3, Some(1.0), 0.95)
            .with(Note::Pair(4))
            .with(Note::Sections(12))
            .with(Note::FewItems)
            .with(Note::Censored(0.012_345_678))
            .with(Note::Items(7))
            .with(Note::Missing(2));
        assert_eq!(estimate.note_text(), "missing=2;censored=0.01235;items=7;few_items;sections=12;pair=4");
    }

    #[test]
    fn a_word_leads_back_to_its_method() {
        for method in [Method::T, Method::Jackknife, Method::Sectioning, Method::ExactZero, Method::None] {
            assert_eq!(Method::of_word(method.word()), Some(method));
        }
        assert_eq!(Method::of_word("guess"), None);
    }
}
