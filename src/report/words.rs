//! Numbers for readers: what the values of an axis are, and how numbers are written.
//!
//! Left out: names of metrics and labels of figures, which are with the charts.

use crate::units::{parse_bytes, parse_span};

/// Unit of an axis, or of a metric in a figure.
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

/// The values of an axis as numbers, if all are quantities of one kind: lengths of time in seconds, sizes in bytes, shares,
/// numbers.
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

/// A number in at most `digits` significant digits, without an exponent where that stays short.
pub fn number(value: f64, digits: usize) -> String {
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
}
