//! Reading and writing of quantities with units: lengths of time, rates, sizes and probabilities.
//!
//! Lengths of time and sizes are read exactly, digit by digit, never through a float. Every quantity but a probability
//! needs its unit, zero included. Left out: files, places in files and defaults, which are the model's business.

use super::Span;
use thiserror::Error;

/// Why a text is not the quantity it should be. `code` is stable; `remedy` says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("\"{written}\" is not {wanted}: {problem}; {remedy}")]
pub struct QuantityError {
    /// What kind of fault it is.
    pub code: QuantityFault,
    /// The text as it was written.
    pub written: String,
    /// What was expected, with its article: "a duration".
    pub wanted: &'static str,
    /// What is wrong with it.
    pub problem: String,
    /// What to write instead.
    pub remedy: String,
}

/// The kinds of fault a written quantity can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityFault {
    /// There is no number where one should stand.
    NotANumber,
    /// The number is below zero.
    Negative,
    /// The number has no unit.
    MissingUnit,
    /// The unit is not one we know.
    UnknownUnit,
    /// The number is finer than the smallest step (1 ns, 1 B).
    TooPrecise,
    /// The number is larger than can be held.
    TooLarge,
    /// The number lies outside its range (probabilities).
    OutOfRange,
}

const SPAN_REMEDY: &str = "write a number and a unit, as in \"72 h\" or \"250 ms\" (units: ns, us, ms, s, min, h, d, week)";
const RATE_REMEDY: &str = "write events per time, as in \"0.2/s\", \"20/d\" or \"1/600 s\"";
const BYTES_REMEDY: &str = "write a number and a unit, as in \"1300 B\" or \"250 KiB\" (units: B, kB, MB, GB, KiB, MiB, GiB)";
const BYTE_RATE_REMEDY: &str = "write a size per time, as in \"250 kB/s\" or \"2 Mbit/s\"";
const PROBABILITY_REMEDY: &str = "write a number from 0 to 1, or a percentage, as in \"5 %\"";

/// Builds the errors of one text.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    wanted: &'static str,
    remedy: &'static str,
}

impl Reader<'_> {
    fn fault(&self, code: QuantityFault, problem: impl Into<String>) -> QuantityError {
        self.fault_with(code, problem, self.remedy)
    }

    fn fault_with(&self, code: QuantityFault, problem: impl Into<String>, remedy: impl Into<String>) -> QuantityError {
        QuantityError { code, written: self.text.to_owned(), wanted: self.wanted, problem: problem.into(), remedy: remedy.into() }
    }

    /// Parts `text` into its number and what follows it, both trimmed.
    fn split<'t>(&self, text: &'t str) -> Result<(&'t str, &'t str), QuantityError> {
        let text = text.trim();
        if text.starts_with('-') || text.starts_with('\u{2212}') {
            return Err(self.fault(QuantityFault::Negative, "it is negative"));
        }
        let body = text.strip_prefix('+').unwrap_or(text);
        let mut end = body.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(body.len());
        // An exponent belongs to the number only if digits follow it.
        let rest = &body[end..];
        if let Some(after) = rest.strip_prefix(['e', 'E']) {
            let signed = after.strip_prefix(['+', '-']).unwrap_or(after);
            let digits = signed.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 && end > 0 {
                end += rest.len() - signed.len() + digits;
            }
        }
        let (number, unit) = body.split_at(end);
        if !number.bytes().any(|b| b.is_ascii_digit()) || number.matches('.').count() > 1 {
            return Err(self.fault(QuantityFault::NotANumber, "it does not begin with a number"));
        }
        Ok((number, unit.trim()))
    }

    /// `number * unit` as a whole number, exactly.
    fn whole(&self, number: &str, unit: u64, step: &str) -> Result<u64, QuantityError> {
        let (mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((m, e)) => (m, e.parse::<i32>().map_err(|_| self.fault(QuantityFault::TooLarge, "its exponent is too large"))?),
            None => (number, 0),
        };
        let (units, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{units}{fraction}");
        let significant = digits.trim_end_matches('0');
        let mut scale = i64::from(exponent) - fraction.len() as i64 + (digits.len() - significant.len()) as i64;
        let significant = significant.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(0);
        }
        let too_precise = || self.fault(QuantityFault::TooPrecise, format!("it is finer than {step}"));
        let too_large = || self.fault(QuantityFault::TooLarge, "it is too large");
        // 20 digits fill 64 bits; with 16 decimal places after a large unit no exact value has more than 36.
        if significant.len() > 36 {
            return Err(if scale < 0 { too_precise() } else { too_large() });
        }
        let mut value: u128 = significant.parse().map_err(|_| too_large())?;
        let mut unit = u128::from(unit);
        // Cancel common factors first, so that no intermediate value is larger than it must be.
        while scale < 0 {
            for prime in [2u128, 5] {
                if unit.is_multiple_of(prime) {
                    unit /= prime;
                } else if value.is_multiple_of(prime) {
                    value /= prime;
                } else {
                    return Err(too_precise());
                }
            }
            scale += 1;
        }
        for _ in 0..scale.min(64) {
            value = value.checked_mul(10).ok_or_else(too_large)?;
        }
        let total = value.checked_mul(unit).ok_or_else(too_large)?;
        u64::try_from(total).map_err(|_| too_large())
    }

    /// A finite float that is not negative.
    fn float(&self, number: &str) -> Result<f64, QuantityError> {
        match number.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(self.fault(QuantityFault::TooLarge, "it is too large")),
        }
    }

    fn unknown_unit(&self, unit: &str) -> QuantityError {
        let remedy = match unit {
            "m" | "M" => "write \"min\" for minutes or \"ms\" for milliseconds".to_owned(),
            "kb" | "Kb" | "KB" | "k" | "K" => "write \"kB\" for 1000 bytes or \"KiB\" for 1024".to_owned(),
            _ => self.remedy.to_owned(),
        };
        self.fault_with(QuantityFault::UnknownUnit, format!("unknown unit \"{unit}\""), remedy)
    }
}

/// Nanoseconds in one of the unit named.
fn time_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" | "sec" | "second" | "seconds" => 1_000_000_000,
        "min" | "minute" | "minutes" => 60_000_000_000,
        "h" | "hour" | "hours" => 3_600_000_000_000,
        "d" | "day" | "days" => 86_400_000_000_000,
        "week" | "weeks" => 604_800_000_000_000,
        _ => return None,
    })
}

/// Bytes in one of the unit named.
fn byte_unit(unit: &str) -> Option<u64> {
    Some(match unit {
        "B" | "byte" | "bytes" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    })
}

/// Reads a length of time such as `"30 s"`, `"1.5 h"`, `"250 ms"`, or `"forever"`.
///
/// Exact: refuses what is negative, not a number, without a known unit, finer than 1 ns, or longer than 584 years.
pub fn parse_span(text: &str) -> Result<Span, QuantityError> {
    let reader = Reader { text, wanted: "a duration", remedy: SPAN_REMEDY };
    if text.trim() == "forever" {
        return Ok(Span::FOREVER);
    }
    let (number, unit) = reader.split(text)?;
    if unit.is_empty() {
        let remedy = format!("add the unit, as in \"{number} s\"");
        return Err(reader.fault_with(QuantityFault::MissingUnit, "its unit is missing", remedy));
    }
    let unit = time_unit(unit).ok_or_else(|| reader.unknown_unit(unit))?;
    match reader.whole(number, unit, "1 ns")? {
        // The largest word stands for "forever" and for nothing else.
        u64::MAX => Err(reader.fault(QuantityFault::TooLarge, "it is too large")),
        ns => Ok(Span::from_ns(ns)),
    }
}

/// The shortest text that [`parse_span`] reads back as `span`; of equally short ones the one without a fraction.
pub fn format_span(span: Span) -> String {
    const UNITS: [(&str, u64); 7] = [
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
        ("us", 1_000),
        ("ns", 1),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    if span == Span::FOREVER {
        return "forever".to_owned();
    }
    UNITS
        .iter()
        .filter_map(|&(name, unit)| exact_decimal(span.ns(), unit).map(|number| format!("{number} {name}")))
        .min_by_key(|text| (text.len(), text.contains('.')))
        .expect("nanoseconds write every span")
}

/// `value / unit` in decimal digits, if it has a finite decimal form of at most 18 places.
fn exact_decimal(value: u64, unit: u64) -> Option<String> {
    let mut text = (value / unit).to_string();
    let mut rest = u128::from(value % unit);
    let unit = u128::from(unit);
    if rest > 0 {
        text.push('.');
        for _ in 0..18 {
            rest *= 10;
            text.push(char::from(b'0' + u8::try_from(rest / unit).expect("one digit at a time")));
            rest %= unit;
            if rest == 0 {
                return Some(text);
            }
        }
        return None;
    }
    Some(text)
}

/// Reads a rate such as `"0.2/s"`, `"20/d"` or `"1/600 s"` (one in 600 s), in events per second.
pub fn parse_rate(text: &str) -> Result<f64, QuantityError> {
    let reader = Reader { text, wanted: "a rate", remedy: RATE_REMEDY };
    let Some((count, time)) = text.split_once('/') else {
        reader.split(text)?;
        return Err(reader.fault(QuantityFault::MissingUnit, "it has no time after a \"/\""));
    };
    let (number, rest) = reader.split(count)?;
    if !rest.is_empty() {
        return Err(reader.unknown_unit(rest));
    }
    let seconds = per(&reader, time)?;
    let rate = reader.float(number)? / seconds;
    if rate.is_finite() { Ok(rate) } else { Err(reader.fault(QuantityFault::TooLarge, "it is too large")) }
}

/// Reads what stands after the "/" of a rate: a unit of time, or a number of them. In seconds, never zero.
fn per(reader: &Reader<'_>, time: &str) -> Result<f64, QuantityError> {
    let time = time.trim();
    let ns = match time_unit(time) {
        Some(ns) => ns,
        None => {
            let begins_with_number = time.starts_with(|c: char| c.is_ascii_digit() || ".+-".contains(c));
            let (number, unit) = if begins_with_number { reader.split(time)? } else { ("1", time) };
            if unit.is_empty() {
                return Err(reader.fault(QuantityFault::MissingUnit, "the time after the \"/\" has no unit"));
            }
            let unit = time_unit(unit).ok_or_else(|| reader.unknown_unit(unit))?;
            reader.whole(number, unit, "1 ns")?
        }
    };
    if ns == 0 {
        return Err(reader.fault(QuantityFault::OutOfRange, "the time after the \"/\" is zero"));
    }
    Ok(ns as f64 / 1e9)
}

/// Reads a size such as `"1300 B"`, `"2 kB"` (2000) or `"250 KiB"` (256,000), in bytes, exactly.
pub fn parse_bytes(text: &str) -> Result<u64, QuantityError> {
    let reader = Reader { text, wanted: "a size", remedy: BYTES_REMEDY };
    let (number, unit) = reader.split(text)?;
    if unit.is_empty() {
        let remedy = format!("add the unit, as in \"{number} B\"");
        return Err(reader.fault_with(QuantityFault::MissingUnit, "its unit is missing", remedy));
    }
    let unit = byte_unit(unit).ok_or_else(|| reader.unknown_unit(unit))?;
    reader.whole(number, unit, "1 B")
}

/// The shortest text that [`parse_bytes`] reads back as `bytes`; of equally short ones the one in decimal units.
pub fn format_bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 7] =
        [("B", 1), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    UNITS
        .iter()
        .filter_map(|&(name, unit)| exact_decimal(bytes, unit).map(|number| format!("{number} {name}")))
        .min_by_key(|text| (text.len(), text.contains('.')))
        .expect("bytes write every size")
}

/// Reads a capacity such as `"250 kB/s"` or `"2 Mbit/s"`, in bytes per second.
pub fn parse_byte_rate(text: &str) -> Result<f64, QuantityError> {
    let reader = Reader { text, wanted: "a capacity", remedy: BYTE_RATE_REMEDY };
    let (number, unit) = reader.split(text)?;
    let Some((size, time)) = unit.split_once('/') else {
        return Err(reader.fault(QuantityFault::MissingUnit, "it has no time after a \"/\""));
    };
    let size = size.trim();
    let bytes = match size {
        "bit" => 0.125,
        "kbit" => 125.0,
        "Mbit" => 125_000.0,
        "Gbit" => 125_000_000.0,
        _ => byte_unit(size).ok_or_else(|| reader.unknown_unit(size))? as f64,
    };
    let rate = reader.float(number)? * bytes / per(&reader, time)?;
    if rate.is_finite() { Ok(rate) } else { Err(reader.fault(QuantityFault::TooLarge, "it is too large")) }
}

/// Reads a probability: a number in [0, 1] such as `"0.05"`, or a percentage such as `"5 %"`.
pub fn parse_probability(text: &str) -> Result<f64, QuantityError> {
    let reader = Reader { text, wanted: "a probability", remedy: PROBABILITY_REMEDY };
    let (number, unit) = reader.split(text)?;
    let value = match unit {
        "" => reader.float(number)?,
        // The exponent is moved in the text, so that "5 %" is the float nearest to 0.05.
        "%" => match number.split_once(['e', 'E']) {
            None => reader.float(&format!("{number}e-2"))?,
            Some(_) => reader.float(number)? / 100.0,
        },
        other => return Err(reader.unknown_unit(other)),
    };
    if value > 1.0 { Err(reader.fault(QuantityFault::OutOfRange, "it is more than 1")) } else { Ok(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use QuantityFault::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_exactly() {
        for (text, ns) in [
            ("30 s", 30_000_000_000),
            ("250 ms", 250_000_000),
            ("250ms", 250_000_000),
            ("1.5 h", 5_400_000_000_000),
            ("3 d", 259_200_000_000_000),
            ("10 us", 10_000),
            ("10 \u{b5}s", 10_000),
            ("5 ns", 5),
            ("2 min", 120_000_000_000),
            ("1 week", 604_800_000_000_000),
            ("2 weeks", 1_209_600_000_000_000),
            ("0 s", 0),
            ("0.000 h", 0),
            ("1e3 s", 1_000_000_000_000),
            ("2.5e-3 s", 2_500_000),
            (".5 s", 500_000_000),
            ("0.1 s", 100_000_000),
            ("123456789.123456789 s", 123_456_789_123_456_789),
            ("18446744073.709551614 s", u64::MAX - 1),
            ("forever", u64::MAX),
        ] {
            assert_eq!(parse_span(text), Ok(Span::from_ns(ns)), "{text}");
        }
    }

    #[test]
    fn a_wrong_span_names_its_fault_and_a_remedy() {
        for (text, code, says) in [
            ("0", MissingUnit, "\"0 s\""),
            ("30", MissingUnit, "\"30 s\""),
            ("-1 s", Negative, "negative"),
            ("NaN s", NotANumber, "number"),
            ("", NotANumber, "72 h"),
            ("inf s", NotANumber, "number"),
            ("1.2.3 s", NotANumber, "number"),
            ("7 dasy", UnknownUnit, "dasy"),
            ("5 m", UnknownUnit, "\"min\""),
            ("0.1 ns", TooPrecise, "1 ns"),
            ("1.0000000001 s", TooPrecise, "1 ns"),
            ("0.3333333333333333333 min", TooPrecise, "1 ns"),
            ("18446744073.709551615 s", TooLarge, "too large"),
            ("600 years", UnknownUnit, "years"),
            ("1e400 d", TooLarge, "too large"),
            ("1e99999999999 d", TooLarge, "exponent"),
            ("99999999999999999999999999999999999999999 s", TooLarge, "too large"),
        ] {
            let error = parse_span(text).expect_err(text);
            assert_eq!(error.code, code, "{text}: {error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn spans_are_written_short() {
        for text in ["30 s", "250 ms", "1.5 h", "3 d", "10 us", "5 ns", "0 s", "60 s", "90 s", "36 h", "1.5 s", "forever", "7 d"] {
            assert_eq!(format_span(parse_span(text).unwrap()), text);
        }
    }

    #[test]
    fn rates_sizes_and_probabilities() {
        assert_eq!(parse_rate("1/600 s"), Ok(1.0 / 600.0));
        assert_eq!(parse_rate("0.2/s"), Ok(0.2));
        assert_eq!(parse_rate("20/d"), Ok(20.0 / 86400.0));
        assert_eq!(parse_rate("3 / 2 min"), Ok(0.025));
        assert_eq!(parse_rate("0/s"), Ok(0.0));
        assert_eq!(parse_rate("20").unwrap_err().code, MissingUnit);
        assert_eq!(parse_rate("1/0 s").unwrap_err().code, OutOfRange);
        assert_eq!(parse_rate("-1/s").unwrap_err().code, Negative);
        assert_eq!(parse_rate("1/600").unwrap_err().code, MissingUnit);
        assert_eq!(parse_bytes("1300 B"), Ok(1300));
        assert_eq!(parse_bytes("2 kB"), Ok(2000));
        assert_eq!(parse_bytes("250 KiB"), Ok(256_000));
        assert_eq!(parse_bytes("1.5 KiB"), Ok(1536));
        assert_eq!(parse_bytes("0.5 B").unwrap_err().code, TooPrecise);
        assert_eq!(parse_bytes("1 KB").unwrap_err().code, UnknownUnit);
        assert_eq!(parse_bytes("12").unwrap_err().code, MissingUnit);
        assert_eq!(parse_byte_rate("2 Mbit/s"), Ok(250_000.0));
        assert_eq!(parse_byte_rate("250 kB/s"), Ok(250_000.0));
        assert_eq!(parse_probability("0.05"), Ok(0.05));
        assert_eq!(parse_probability("5 %"), Ok(0.05));
        assert_eq!(parse_probability("0.1%"), Ok(0.001));
        assert_eq!(parse_probability("100 %"), Ok(1.0));
        assert_eq!(parse_probability("0"), Ok(0.0));
        assert_eq!(parse_probability("1.01").unwrap_err().code, OutOfRange);
        assert_eq!(parse_probability("-0.1").unwrap_err().code, Negative);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(ns in any::<u64>(), zeros in 0u32..20) {
            let ns = (ns / 10u64.pow(zeros.min(19))).saturating_mul(10u64.pow(zeros.min(19)));
            for span in [Span::from_ns(ns), Span::from_ns(ns >> 20)] {
                prop_assert_eq!(parse_span(&format_span(span)), Ok(span));
            }
            prop_assert_eq!(parse_bytes(&format_bytes(ns)), Ok(ns));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9a-z./ %eE]{0,24}") {
            let _ = (parse_span(&text), parse_rate(&text), parse_bytes(&text), parse_byte_rate(&text), parse_probability(&text));
        }
    }
}
