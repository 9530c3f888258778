//! Names and numbers for readers: what a metric's name says, what the values of an axis are, how numbers are written.
//!
//! Left out: the list of metrics, which is in `results`; whatever stands in a summary can be drawn.

use crate::results::{self, Stat};
use crate::units::{parse_bytes, parse_span};

/// What the full name of a metric says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MetricWords {
    /// As in "SMS share": the metric for a reader, with its statistic.
    pub label: String,
    pub unit: Unit,
}

/// Unit of a metric or an axis of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// 0 to 1 in files, per cent for readers.
    Ratio,
    /// Seconds in files; for readers the unit that suits the range.
    Seconds,
    /// Bytes.
    Bytes,
    /// Anything else, in these words; empty for pure numbers.
    Words(&'static str),
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

/// The values of an axis as numbers, if all are quantities of one kind: lengths of time in seconds, sizes in bytes, shares, numbers.
pub(super) fn axis_numbers<S: AsRef<str>>(values: &[S]) -> Option<(Vec<f64>, Unit)> {
    type Read = fn(&str) -> Option<f64>;
    let kinds: [(Read, Unit); 4] =
        [(read_number, Unit::Words("")), (read_seconds, Unit::Seconds), (read_percent, Unit::Ratio), (read_bytes, Unit::Bytes)];
    if values.is_empty() {
        return None;
    }
    kinds.into_iter().find_map(|(read, unit)| Some((values.iter().map(|value| read(value.as_ref())).collect::<Option<_>>()?, unit)))
}

fn read_number(text: &str) -> Option<f64> {
    let begins = text.trim_start().starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    text.trim().parse().ok().filter(|value: &f64| begins && value.is_finite())
}

fn read_seconds(text: &str) -> Option<f64> {
    // "forever" has no place on a line of numbers.
    parse_span(text).ok().filter(|_| text.trim() != "forever").map(|span| span.ns() as f64 / 1e9)
}

fn read_percent(text: &str) -> Option<f64> {
    read_number(text.trim().strip_suffix('%')?).map(|value| value / 100.0)
}

fn read_bytes(text: &str) -> Option<f64> {
    parse_bytes(text).ok().map(|bytes| bytes as f64)
}

/// Where `wanted` stands among `values`: the same text, or else the same quantity written otherwise ("10 s" and "10000 ms").
pub(super) fn find_value<S: AsRef<str>>(values: &[S], wanted: &str) -> Option<usize> {
    let same = values.iter().position(|value| value.as_ref() == wanted);
    same.or_else(|| {
        let (wanted, unit) = axis_numbers(&[wanted])?;
        values.iter().position(|value| {
            axis_numbers(&[value.as_ref()]).is_some_and(|(number, other)| other == unit && number[0] == wanted[0])
        })
    })
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

/// A label with its unit: "Timer (s)". A label that already ends with a unit in parentheses is left alone.
pub(super) fn with_unit(label: &str, suffix: &str) -> String {
    if suffix.is_empty() || label.trim_end().ends_with(')') { label.to_owned() } else { format!("{label} ({suffix})") }
}

/// A number in at most `digits` significant digits, without an exponent where that stays short.
pub(super) fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.max(1);
    // The printed form carries the rounding: 9.996 in three digits is 10.0, one place further left.
    let printed = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = printed.split_once('e').expect("an exponent is printed");
    let exponent: i32 = exponent.parse().expect("a printed exponent reads back");
    if !(-4..15).contains(&exponent) {
        let mantissa = if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
        return format!("{mantissa}e{exponent}");
    }
    let places = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
    let rounded: f64 = printed.parse().expect("a printed number reads back");
    let plain = format!("{rounded:.places$}");
    if plain.contains('.') { plain.trim_end_matches('0').trim_end_matches('.').to_owned() } else { plain }
}

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
    fn axes_are_numbers_only_if_every_value_is_one_of_a_kind() {
        assert_eq!(axis_numbers(&["0 s", "250 ms", "2 min"]), Some((vec![0.0, 0.25, 120.0], Unit::Seconds)));
        assert_eq!(axis_numbers(&["0", "0.5", "1e-3"]), Some((vec![0.0, 0.5, 0.001], Unit::Words(""))));
        assert_eq!(axis_numbers(&["0 %", "5 %"]), Some((vec![0.0, 0.05], Unit::Ratio)));
        assert_eq!(axis_numbers(&["1 kB", "30 B"]), Some((vec![1000.0, 30.0], Unit::Bytes)));
        for words in [&["0 s", "forever"][..], &["push", "pull"], &["1", "2 s"], &["nan", "inf"], &[]] {
            assert_eq!(axis_numbers(words), None, "{words:?}");
        }
    }

    #[test]
    fn a_value_is_found_however_it_is_written() {
        let values = ["0 s", "10 s", "push"];
        assert_eq!(find_value(&values, "10000 ms"), Some(1));
        assert_eq!(find_value(&values, "push"), Some(2));
        assert_eq!(find_value(&values, "10"), None, "a number is no length of time");
        assert_eq!(find_value(&["0.10", "0.5"], "0.1"), Some(0));
    }

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, 3, "0"),
            (9.996, 3, "10"),
            (0.123_456, 3, "0.123"),
            (-0.5, 3, "-0.5"),
            (1234.5, 3, "1230"),
            (1e-7, 3, "1e-7"),
            (1.5e20, 3, "1.5e20"),
            (100.0, 1, "100"),
            (0.000_12, 3, "0.00012"),
        ];
        for (value, digits, text) in cases {
            assert_eq!(number(value, digits), text);
        }
    }

    #[test]
    fn times_are_shown_in_a_unit_that_suits_them() {
        let suffixes = [0.0, 5e-4, 0.5, 30.0, 600.0, 7200.0, 259_200.0, 1e6].map(|most| Unit::Seconds.shown(most).suffix);
        assert_eq!(suffixes, ["s", "µs", "ms", "s", "s", "min", "h", "d"]);
        assert_eq!(with_unit("Timer", "s"), "Timer (s)");
        assert_eq!(with_unit("Timer (s)", "s"), "Timer (s)");
        assert_eq!(with_unit("Events", ""), "Events");
    }
}
