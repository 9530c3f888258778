//! A share or probability: a number in [0, 1].

use std::fmt;

/// A number in [0, 1], never NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// Never, nothing.
    pub const ZERO: Ratio = Ratio(0.0);
    /// Always, all.
    pub const ONE: Ratio = Ratio(1.0);

    /// `value` as a ratio, or none if it is not in [0, 1].
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Ratio(value))
    }

    /// `part / whole`, or none if `whole` is zero or `part` is more.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        if whole == 0 { None } else { Self::new(part as f64 / whole as f64) }
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// What is missing to one.
    pub fn complement(self) -> Self {
        Ratio(1.0 - self.0)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_lies_between_zero_and_one() {
        assert_eq!(Ratio::new(0.25).map(Ratio::get), Some(0.25));
        assert_eq!(Ratio::new(0.25).unwrap().complement(), Ratio::new(0.75).unwrap());
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(Ratio::new(wrong), None);
        }
        assert_eq!(Ratio::of(1, 4), Ratio::new(0.25));
        assert_eq!((Ratio::of(1, 0), Ratio::of(2, 1)), (None, None));
    }
}
