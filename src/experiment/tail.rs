//! A tail of a duration as something to expect: `P(server_sojourn > 200 ms)`.
//!
//! Tails have no column in results; they are read from the exact histograms when an expectation asks for them.

use std::fmt;

use crate::results::{Metric, Stat, Unit};
use crate::units::{Span, parse_span};

/// The share of a family's items that are longer than a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// Family of a duration, without statistic and unit: `server_sojourn`.
    pub family: String,
    pub above: Span,
    /// The time as it was written.
    text: String,
}

impl Tail {
    /// Err says which of the two is wrong, and why.
    pub fn new(family: &str, above: &str) -> Result<Tail, TailFault> {
        if !Tail::families().any(|known| known == family) {
            return Err(TailFault::Family);
        }
        let above_span = parse_span(above).map_err(|problem| TailFault::Above(problem.to_string()))?;
        Ok(Tail { family: family.to_owned(), above: above_span, text: above.trim().to_owned() })
    }

    /// Reads what `Tail::to_string` wrote; none for the name of a metric.
    pub fn named(name: &str) -> Option<Tail> {
        let (family, above) = name.strip_prefix("P(")?.strip_suffix(')')?.split_once(" > ")?;
        Tail::new(family, above).ok()
    }

    /// Families of durations, for which there are histograms.
    pub fn families() -> impl Iterator<Item = &'static str> {
        Metric::built().filter(|m| m.stat == Some(Stat::P50) && m.unit == Unit::Seconds).map(|m| m.family.as_str())
    }
}

impl fmt::Display for Tail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P({} > {})", self.family, self.text)
    }
}

/// Why a tail cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TailFault {
    /// No duration has this name.
    Family,
    /// The time cannot be read.
    Above(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_is_found_again_by_its_name() {
        let tail = Tail::new("server_sojourn", "200 ms").unwrap();
        assert_eq!(tail.to_string(), "P(server_sojourn > 200 ms)");
        assert_eq!(Tail::named(&tail.to_string()), Some(tail));
        assert_eq!(Tail::named("server_sojourn_mean_s"), None);
        assert_eq!(Tail::new("server_sojourn_p50_s", "1 s"), Err(TailFault::Family));
        assert!(matches!(Tail::new("server_sojourn", "soon"), Err(TailFault::Above(_))));
    }
}
