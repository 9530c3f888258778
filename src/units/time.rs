//! Instants and lengths of simulated time, in whole nanoseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant of simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(u64);

/// A length of simulated time in nanoseconds, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64);

impl SimTime {
    /// The start of the run.
    pub const ZERO: SimTime = SimTime(0);
    /// Later than every instant a run can reach.
    pub const NEVER: SimTime = SimTime(u64::MAX);

    /// The instant `ns` nanoseconds after the start.
    pub const fn from_ns(ns: u64) -> Self {
        SimTime(ns)
    }

    /// Nanoseconds since the start.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Seconds since the start, for summaries only.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// The time from `earlier` to `self`, or none if `earlier` is later.
    pub const fn since(self, earlier: SimTime) -> Option<Span> {
        match self.0.checked_sub(earlier.0) {
            Some(ns) => Some(Span(ns)),
            None => None,
        }
    }

    /// `self + span`, or [`SimTime::NEVER`] where that is past the end of time.
    pub const fn saturating_add(self, span: Span) -> SimTime {
        SimTime(self.0.saturating_add(span.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);
    /// Longer than every run: a dwell or a timer that never ends.
    pub const FOREVER: Span = Span(u64::MAX);

    /// `ns` nanoseconds.
    pub const fn from_ns(ns: u64) -> Self {
        Span(ns)
    }

    /// `s` whole seconds.
    pub const fn from_secs(s: u64) -> Self {
        Span(s * 1_000_000_000)
    }

    /// `ms` whole milliseconds.
    pub const fn from_millis(ms: u64) -> Self {
        Span(ms * 1_000_000)
    }

    /// The nearest whole nanosecond to `s` seconds; negative and NaN give zero, what is too long gives [`Span::FOREVER`].
    pub fn from_seconds(s: f64) -> Self {
        // A cast from float to integer saturates and sends NaN to zero.
        Span(libm::round(s * 1e9) as u64)
    }

    /// Nanoseconds.
    pub const fn ns(self) -> u64 {
        self.0
    }

    /// Seconds, for summaries only.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// `self + other`, at most [`Span::FOREVER`].
    pub const fn saturating_add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Add<Span> for SimTime {
    type Output = SimTime;
    fn add(self, span: Span) -> SimTime {
        SimTime(self.0.checked_add(span.0).expect("simulated time stays below 584 years"))
    }
}

impl AddAssign<Span> for SimTime {
    fn add_assign(&mut self, span: Span) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = Span;
    /// The time between two instants; the later one stands first.
    fn sub(self, earlier: SimTime) -> Span {
        self.since(earlier).expect("the later instant stands first")
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.checked_add(other.0).expect("a span stays below 584 years"))
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:09} s", self.0 / 1_000_000_000, self.0 % 1_000_000_000)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimTime(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_to_the_nearest_nanosecond() {
        assert_eq!(Span::from_seconds(1.5e-9).ns(), 2);
        assert_eq!(Span::from_seconds(-3.0), Span::ZERO);
        assert_eq!(Span::from_seconds(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_seconds(1e300), Span::FOREVER);
    }

    #[test]
    fn a_difference_of_instants_is_a_span() {
        let a = SimTime::from_ns(5);
        assert_eq!(a + Span::from_ns(7) - a, Span::from_ns(7));
        assert_eq!(a.since(a + Span::from_ns(1)), None);
    }
}
