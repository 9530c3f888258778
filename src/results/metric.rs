//! What a metric is: its name, how one run and one point get their value, and where the numbers come from.
//!
//! The list itself is in `catalogue.rs`. A name that is not in it is not written to a results folder (`metrics.md`).

use crate::stats;

use super::catalogue::catalogue;

/// One metric: one full name.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Full name, `<metric>[_<stat>]_<unit>`: the name of its column.
    pub name: String,
    /// The name without statistic and unit: `deferred_latency`.
    pub family: String,
    pub stat: Option<Stat>,
    pub unit: Unit,
    pub code: Code,
    pub open: Open,
    pub over: Population,
    pub source: Source,
    /// Possible values of a ratio, before the factor.
    pub range: stats::Range,
    /// Section of the page that defines it.
    pub section: &'static str,
    /// Whether the events that it is made of exist. What is not built is neither written nor accepted in an experiment.
    pub built: bool,
}

/// Statistic of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stat {
    Mean,
    P50,
    P90,
    P95,
    P99,
    Max,
}

impl Stat {
    /// All, in the order of columns.
    pub const ALL: [Stat; 6] = [Stat::Mean, Stat::P50, Stat::P90, Stat::P95, Stat::P99, Stat::Max];

    /// The word in a name.
    pub const fn word(self) -> &'static str {
        match self {
            Stat::Mean => "mean",
            Stat::P50 => "p50",
            Stat::P90 => "p90",
            Stat::P95 => "p95",
            Stat::P99 => "p99",
            Stat::Max => "max",
        }
    }

    /// The quantile, for those that are one.
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Stat::P50 => Some(0.5),
            Stat::P90 => Some(0.9),
            Stat::P95 => Some(0.95),
            Stat::P99 => Some(0.99),
            Stat::Mean | Stat::Max => None,
        }
    }
}

/// Unit of a metric; the factor between the exact sums and the printed value goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    Seconds,
    Ratio,
    Per1000,
    PerMillion,
    PerSecond,
    PerDelivered,
    PerDeferred,
    Messages,
    Copies,
    Attempts,
    Hops,
    Transmissions,
    Bytes,
    Count,
    MessagesPerDelivered,
    BytesPerDelivered,
    EventsPerMessage,
}

impl Unit {
    /// All units; where one suffix ends another, the longer one is found by [`Unit::of_name`].
    pub const ALL: [Unit; 17] = [
        Unit::Seconds,
        Unit::Ratio,
        Unit::Per1000,
        Unit::PerMillion,
        Unit::PerSecond,
        Unit::PerDelivered,
        Unit::PerDeferred,
        Unit::Messages,
        Unit::Copies,
        Unit::Attempts,
        Unit::Hops,
        Unit::Transmissions,
        Unit::Bytes,
        Unit::Count,
        Unit::MessagesPerDelivered,
        Unit::BytesPerDelivered,
        Unit::EventsPerMessage,
    ];

    /// The suffix in a name.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Seconds => "s",
            Unit::Ratio => "ratio",
            Unit::Per1000 => "per_1000",
            Unit::PerMillion => "per_million",
            Unit::PerSecond => "per_s",
            Unit::PerDelivered => "per_delivered",
            Unit::PerDeferred => "per_deferred",
            Unit::Messages => "messages",
            Unit::Copies => "copies",
            Unit::Attempts => "attempts",
            Unit::Hops => "hops",
            Unit::Transmissions => "transmissions",
            Unit::Bytes => "bytes",
            Unit::Count => "count",
            Unit::MessagesPerDelivered => "messages_per_delivered",
            Unit::BytesPerDelivered => "bytes_per_delivered",
            Unit::EventsPerMessage => "events_per_message",
        }
    }

    /// The unit of a full name: the longest suffix in the list, and what stands before it.
    pub fn of_name(name: &str) -> Option<(&str, Unit)> {
        let fits = |unit: Unit| name.strip_suffix(unit.word())?.strip_suffix('_').map(|rest| (rest, unit));
        Unit::ALL.into_iter().filter_map(fits).max_by_key(|(_, unit)| unit.word().len())
    }

    /// From the quotient of exact sums, or a time in nanoseconds, to the printed value.
    pub fn scale(self, value: f64) -> f64 {
        match self {
            Unit::Seconds => value / 1e9,
            Unit::Per1000 => value * 1e3,
            Unit::PerMillion => value * 1e6,
            _ => value,
        }
    }
}

/// How runs and points get their value (`metrics.md` 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Mean of items.
    M,
    /// Quantile of items.
    Q,
    /// Ratio of totals.
    R,
    /// Count per run.
    C,
    /// Level in time.
    T,
    /// Maximum.
    X,
    /// Formula across points.
    Z,
}

impl Code {
    /// Whether a run without items has the value 0 (`zero`), rather than none (`missing`).
    pub const fn absent_is_zero(self) -> bool {
        matches!(self, Code::C | Code::T)
    }
}

/// What becomes of an item still open at the end (`metrics.md` 1.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Open {
    /// Enters `censored` with its elapsed time.
    Elapsed,
    /// Stays in the denominator and out of the numerator.
    NotYet,
    /// Cut at the end of the window.
    Cut,
    /// Cannot be open.
    Never,
}

/// What a metric is counted over (`metrics.md` 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Population {
    Submitted,
    Accepted,
    Deferred,
    Delivered,
    Immediate,
    DeferredDelivered,
    /// Part of one of these, or no messages at all.
    Other,
}

/// Where the numbers lie in a [`RunRecord`](super::RunRecord). The key is [`Metric::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `sums`.
    Sum,
    /// `histograms`.
    Histogram,
    /// `levels`, weighted by time.
    LevelTime,
    /// `levels`, by items.
    LevelItems,
    /// `values`.
    Value,
    /// Other metrics of this and another point.
    Points,
}

/// Why a name cannot be used as a metric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    #[error("no metric is named \"{name}\"{}", hint(.near))]
    Unknown { name: String, near: Vec<String> },
    #[error("the metric \"{name}\" is not built yet: the events that it is made of do not exist")]
    NotBuilt { name: String },
}

fn hint(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; did you mean \"{one}\"?"),
        many => format!("; did you mean one of {}?", many.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ")),
    }
}

impl Metric {
    /// The metric of this full name, built or not.
    pub fn find(name: &str) -> Option<&'static Metric> {
        catalogue().iter().find(|metric| metric.name == name)
    }

    /// The metric of this full name, if it can be measured.
    pub fn named(name: &str) -> Result<&'static Metric, MetricError> {
        match Metric::find(name) {
            Some(metric) if metric.built => Ok(metric),
            Some(_) => Err(MetricError::NotBuilt { name: name.to_owned() }),
            None => Err(MetricError::Unknown { name: name.to_owned(), near: near(name) }),
        }
    }

    /// All metrics that can be measured, in the order of columns.
    pub fn built() -> impl Iterator<Item = &'static Metric> {
        catalogue().iter().filter(|metric| metric.built)
    }

    /// The key of its numbers in a run's record: the family where there is a statistic, else the full name. All statistics of a family
    /// so share one sum, one histogram or one table of levels.
    pub fn key(&self) -> &str {
        if self.stat.is_some() { &self.family } else { &self.name }
    }
}

/// Up to three built names close to `name`: its family's if it names one, else the nearest by edits.
fn near(name: &str) -> Vec<String> {
    let mut family: Vec<String> = Metric::built().filter(|m| m.family == name || m.key() == name).map(|m| m.name.clone()).collect();
    if !family.is_empty() {
        family.truncate(3);
        return family;
    }
    let limit = 2 + name.len() / 6;
    let best = Metric::built().map(|m| (edits(name, &m.name), &m.name)).filter(|(d, _)| *d <= limit).min();
    best.into_iter().map(|(_, name)| name.clone()).collect()
}

/// Number of single-letter insertions, deletions and replacements between two names.
fn edits(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replace.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_is_the_longest_suffix() {
        assert_eq!(Unit::of_name("deferred_latency_mean_s"), Some(("deferred_latency_mean", Unit::Seconds)));
        assert_eq!(Unit::of_name("signalling_gm_messages_per_delivered"), Some(("signalling_gm", Unit::MessagesPerDelivered)));
        assert_eq!(Unit::of_name("wait_ip_efficiency_per_s"), Some(("wait_ip_efficiency", Unit::PerSecond)));
        assert_eq!(Unit::of_name("engine_events_per_message"), Some(("engine", Unit::EventsPerMessage)));
        assert_eq!(Unit::of_name("nonsense"), None);
    }

    #[test]
    fn an_unknown_name_is_told_with_the_nearest() {
        assert_eq!(
            Metric::named("defered_latency_mean_s").unwrap_err().to_string(),
            "no metric is named \"defered_latency_mean_s\"; did you mean \"deferred_latency_mean_s\"?"
        );
        assert_eq!(
            Metric::named("deferred_latency").unwrap_err().to_string(),
            "no metric is named \"deferred_latency\"; did you mean one of \"deferred_latency_mean_s\", \"deferred_latency_p50_s\", \"deferred_latency_p90_s\"?"
        );
        assert_eq!(Metric::named("xyzzy").unwrap_err().to_string(), "no metric is named \"xyzzy\"");
        assert!(matches!(Metric::named("group_member_missed_ratio"), Err(MetricError::NotBuilt { .. })));
    }

    #[test]
    fn edits_are_counted() {
        assert_eq!((edits("", "abc"), edits("kitten", "sitting"), edits("same", "same")), (3, 3, 0));
    }
}
