//! Labels of figures: what a metric's name says, and the unit in which a range of values is shown.
//!
//! Left out: the list of metrics, which is in `results`; whatever stands in a summary can be drawn.

use super::super::words::Unit;
use crate::results::{self, Stat};

/// What the full name of a metric says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MetricWords {
    /// As in "SMS share": the metric for a reader, with its statistic.
    pub label: String,
    pub unit: Unit,
}

/// The words of a unit of metrics.
fn unit_words(unit: results::Unit) -> Unit {
    Unit::Words(match unit {
        results::Unit::Ratio => return Unit::Ratio,
        results::Unit::Seconds => return Unit::Seconds,
        results::Unit::Bytes => return Unit::Bytes,
        results::Unit::Per1000 => "per 1000",
        results::Unit::PerMillion => "per million",
        results::Unit::PerSecond => "per second",
        results::Unit::PerDelivered => "per delivered message",
        results::Unit::PerDeferred => "per deferred message",
        results::Unit::Messages => "messages",
        results::Unit::Copies => "copies",
        results::Unit::Attempts => "attempts",
        results::Unit::Hops => "hops",
        results::Unit::Transmissions => "transmissions",
        results::Unit::Count => "",
        results::Unit::MessagesPerDelivered => "messages per delivered message",
        results::Unit::BytesPerDelivered => "bytes per delivered message",
        results::Unit::EventsPerMessage => "events per message",
    })
}

fn stat_words(stat: Stat) -> &'static str {
    match stat {
        Stat::Mean => "mean",
        Stat::P50 => "median",
        Stat::P90 => "90th percentile",
        Stat::P95 => "95th percentile",
        Stat::P99 => "99th percentile",
        Stat::Max => "maximum",
    }
}

/// Takes a full metric name apart.
pub(super) fn metric_words(name: &str) -> MetricWords {
    let (rest, unit) = results::Unit::of_name(name).map_or((name, Unit::Words("")), |(rest, unit)| (rest, unit_words(unit)));
    let ends = |stat: Stat| Some((rest.strip_suffix(stat.word())?.strip_suffix('_')?, stat_words(stat)));
    let stat = Stat::ALL.into_iter().find_map(ends);
    match stat {
        Some((metric, spoken)) => MetricWords { label: format!("{}, {spoken}", spoken_name(metric)), unit },
        None => MetricWords { label: spoken_name(rest), unit },
    }
}

/// The last part of a dotted path for a reader: `pf.wait_ip` as "Wait IP".
pub(super) fn spoken_axis(path: &str) -> String {
    spoken_name(path.rsplit('.').next().unwrap_or(path))
}

/// `deferred_latency` as "Deferred latency", with abbreviations in capitals.
pub(super) fn spoken_name(name: &str) -> String {
    const CAPITALS: [&str; 12] = ["sms", "ip", "mms", "imdn", "pf", "sip", "cs", "ps", "isf", "iwf", "hlr", "msrp"];
    let words = name.split(['_', '-']).filter(|word| !word.is_empty()).enumerate().map(|(at, word)| {
        if CAPITALS.contains(&word) {
            return word.to_uppercase();
        }
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if at == 0 => first.to_uppercase().chain(letters).collect(),
            _ => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// How numbers of a unit are shown: multiplied by `factor`, with `suffix` beside the label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shown {
    pub factor: f64,
    pub suffix: &'static str,
}

impl Unit {
    /// How to show values up to `most`.
    pub(super) fn shown(self, most: f64) -> Shown {
        let most = most.abs();
        let (factor, suffix) = match self {
            Unit::Ratio => (100.0, "%"),
            Unit::Words(words) => (1.0, words),
            Unit::Seconds if most == 0.0 => (1.0, "s"),
            Unit::Seconds if most < 1e-3 => (1e6, "µs"),
            Unit::Seconds if most < 1.0 => (1e3, "ms"),
            Unit::Seconds if most <= 600.0 => (1.0, "s"),
            Unit::Seconds if most <= 3.0 * 3600.0 => (1.0 / 60.0, "min"),
            Unit::Seconds if most <= 96.0 * 3600.0 => (1.0 / 3600.0, "h"),
            Unit::Seconds => (1.0 / 86_400.0, "d"),
            Unit::Bytes if most < 10_000.0 => (1.0, "B"),
            Unit::Bytes if most < 10_000_000.0 => (1e-3, "kB"),
            Unit::Bytes => (1e-6, "MB"),
        };
        Shown { factor, suffix }
    }
}

/// How values up to `most` are shown under a label of the author's, and the label with its unit. A label that already names a unit of
/// this kind, as in "Timer (s)", decides the unit; any other label gets the one that suits the range.
pub(super) fn labelled(label: &str, unit: Unit, most: f64) -> (Shown, String) {
    let written = label.trim_end().strip_suffix(')').and_then(|rest| Some(rest.rsplit_once('(')?.1.trim()));
    let scales: &[(&str, Shown)] = match unit {
        Unit::Seconds => &TIMES,
        Unit::Bytes => &SIZES,
        Unit::Ratio => &SHARES,
        Unit::Words(_) => &[],
    };
    if let Some((_, shown)) = scales.iter().find(|(name, _)| Some(*name) == written) {
        return (*shown, label.to_owned());
    }
    let shown = unit.shown(most);
    if shown.suffix.is_empty() || written == Some(shown.suffix) {
        return (shown, label.to_owned());
    }
    (shown, format!("{label} ({})", shown.suffix))
}

const fn shown(factor: f64, suffix: &'static str) -> Shown {
    Shown { factor, suffix }
}

const TIMES: [(&str, Shown); 8] = [
    ("ns", shown(1e9, "ns")),
    ("us", shown(1e6, "µs")),
    ("µs", shown(1e6, "µs")),
    ("ms", shown(1e3, "ms")),
    ("s", shown(1.0, "s")),
    ("min", shown(1.0 / 60.0, "min")),
    ("h", shown(1.0 / 3600.0, "h")),
    ("d", shown(1.0 / 86_400.0, "d")),
];
const SIZES: [(&str, Shown); 3] = [("B", shown(1.0, "B")), ("kB", shown(1e-3, "kB")), ("MB", shown(1e-6, "MB"))];
const SHARES: [(&str, Shown); 2] = [("%", shown(100.0, "%")), ("ratio", shown(1.0, "ratio"))];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_by_the_longest_unit() {
        let cases = [
            ("sms_share_ratio", "SMS share", Unit::Ratio),
            ("deferred_excess_p95_s", "Deferred excess, 95th percentile", Unit::Seconds),
            ("wait_ip_efficiency_per_s", "Wait IP efficiency", Unit::Words("per second")),
            ("signalling_gm_messages_per_delivered", "Signalling gm", Unit::Words("messages per delivered message")),
            ("server_waiting_mean_messages", "Server waiting, mean", Unit::Words("messages")),
            ("engine_events_per_message", "Engine", Unit::Words("events per message")),
            ("undefined_count", "Undefined", Unit::Words("")),
        ];
        for (name, label, unit) in cases {
            assert_eq!(metric_words(name), MetricWords { label: label.to_owned(), unit }, "{name}");
        }
    }

    #[test]
    fn times_are_shown_in_a_unit_that_suits_them() {
        let suffixes = [0.0, 5e-4, 0.5, 30.0, 600.0, 7200.0, 259_200.0, 1e6].map(|most| Unit::Seconds.shown(most).suffix);
        assert_eq!(suffixes, ["s", "µs", "ms", "s", "s", "min", "h", "d"]);
    }

    #[test]
    fn the_author_may_decide_the_unit() {
        let of = |label: &str, unit: Unit, most: f64| {
            let (shown, label) = labelled(label, unit, most);
            (shown.factor, label)
        };
        assert_eq!(of("Timer", Unit::Seconds, 7200.0), (1.0 / 60.0, "Timer (min)".to_owned()));
        assert_eq!(of("Timer (s)", Unit::Seconds, 7200.0), (1.0, "Timer (s)".to_owned()));
        assert_eq!(of("Wait (all phones)", Unit::Seconds, 5.0), (1.0, "Wait (all phones) (s)".to_owned()));
        assert_eq!(of("Share (ratio)", Unit::Ratio, 1.0), (1.0, "Share (ratio)".to_owned()));
        assert_eq!(of("Share", Unit::Ratio, 1.0), (100.0, "Share (%)".to_owned()));
        assert_eq!(of("Lost (per 1000)", Unit::Words("per 1000"), 3.0), (1.0, "Lost (per 1000)".to_owned()));
        assert_eq!(of("Events", Unit::Words(""), 3.0), (1.0, "Events".to_owned()));
    }
}
