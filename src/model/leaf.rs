//! The reading of single values: a node becomes a length of time, a number, a name, or the reason why it cannot.
//!
//! Left out: places; the caller knows the node.

use super::shape::LONGEST_DAYS;
use super::tree::{Data, Node};
use crate::units::{QuantityError, QuantityFault, Span, parse_byte_rate, parse_bytes, parse_probability, parse_rate, parse_span};

/// Why a value cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub code: &'static str,
    pub problem: String,
    pub remedy: String,
}

impl Wrong {
    pub fn new(code: &'static str, problem: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { code, problem: problem.into(), remedy: remedy.into() }
    }

    /// Something of another kind stands where `wanted` (with its article) should.
    pub fn kind(node: &Node, wanted: &str, remedy: impl Into<String>) -> Wrong {
        Wrong::new("wrong-type", format!("{} stands where {wanted} should", node.kind()), remedy)
    }
}

impl From<QuantityError> for Wrong {
    fn from(e: QuantityError) -> Wrong {
        let code = match e.code {
            QuantityFault::NotANumber => "not-a-quantity",
            QuantityFault::Negative => "negative",
            QuantityFault::MissingUnit => "missing-unit",
            QuantityFault::UnknownUnit => "unknown-unit",
            QuantityFault::TooPrecise => "too-precise",
            QuantityFault::TooLarge => "too-large",
            QuantityFault::OutOfRange => "out-of-range",
        };
        Wrong::new(code, format!("\"{}\" is not {}: {}", shorten(&e.written), e.wanted, e.problem), e.remedy)
    }
}

/// At most 60 characters of a text, for messages.
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).chain("...".chars()).collect() }
}

/// A length of time. `forever`: whether that word may stand.
pub fn span(node: &Node, forever: bool) -> Result<Span, Wrong> {
    let span = match &node.data {
        Data::Text(text) => parse_span(text)?,
        Data::Number(number) => {
            let problem = format!("the number {} has no unit of time", shorten(number));
            return Err(Wrong::new(
                "missing-unit",
                problem,
                format!("write it as a text with its unit: \"{} s\"", shorten(number)),
            ));
        }
        _ => return Err(Wrong::kind(node, "a length of time", "write a text such as \"30 s\"")),
    };
    if span == Span::FOREVER {
        return if forever {
            Ok(span)
        } else {
            Err(Wrong::new("out-of-range", "it may not be \"forever\"", "write a time that ends"))
        };
    }
    if span.ns() > LONGEST_DAYS * 86_400_000_000_000 {
        let remedy = if forever { "write \"forever\", or less" } else { "write less" };
        return Err(Wrong::new("too-large", format!("it is longer than {LONGEST_DAYS} d"), remedy));
    }
    Ok(span)
}

fn quantity<T>(node: &Node, wanted: &str, example: &str, read: impl Fn(&str) -> Result<T, QuantityError>) -> Result<T, Wrong> {
    match &node.data {
        Data::Text(text) => Ok(read(text)?),
        Data::Number(number) => {
            let problem = format!("the number {} has no unit", shorten(number));
            Err(Wrong::new("missing-unit", problem, format!("write it as a text with its unit, as in {example}")))
        }
        _ => Err(Wrong::kind(node, wanted, format!("write a text such as {example}"))),
    }
}

/// Events per second.
pub fn rate(node: &Node) -> Result<f64, Wrong> {
    let rate = quantity(node, "a rate", "\"20/d\"", parse_rate)?;
    // A billion events a second for each recipient is a slip of the pen.
    if rate > 1e9 { Err(Wrong::new("too-large", "it is more than 1e9 a second", "write a smaller rate")) } else { Ok(rate) }
}

/// A size in bytes.
pub fn bytes(node: &Node, least: u64) -> Result<u64, Wrong> {
    let bytes = quantity(node, "a size", "\"64 kB\"", parse_bytes)?;
    if bytes < least {
        return Err(Wrong::new("out-of-range", format!("it is less than {least} B"), format!("write at least \"{least} B\"")));
    }
    Ok(bytes)
}

/// Whole bytes per second, at least one.
pub fn byte_rate(node: &Node) -> Result<u64, Wrong> {
    let rate = quantity(node, "a capacity", "\"250 kB/s\"", parse_byte_rate)?;
    if rate < 1.0 {
        return Err(Wrong::new("out-of-range", "it is less than 1 B/s", "write at least \"1 B/s\", or leave the capacity out"));
    }
    if rate > 1e15 {
        return Err(Wrong::new("too-large", "it is more than 1e15 B/s", "leave the capacity out: the line is then not limited"));
    }
    Ok(rate.round() as u64)
}

/// A number in [0, 1].
pub fn probability(node: &Node) -> Result<f64, Wrong> {
    match &node.data {
        // Minus zero is zero.
        Data::Number(number) => Ok(parse_probability(if number.parse() == Ok(0.0) { "0" } else { number })?),
        Data::Text(text) => Ok(parse_probability(text)?),
        _ => Err(Wrong::kind(node, "a probability", "write a number from 0 to 1, or a percentage such as \"5 %\"")),
    }
}

/// A finite number of zero or more; `above_zero`: more than zero.
pub fn number(node: &Node, above_zero: bool) -> Result<f64, Wrong> {
    let Data::Number(text) = &node.data else {
        return Err(Wrong::kind(node, "a number", "write a number such as 0.5, without quotes"));
    };
    let value: f64 = text.parse().unwrap_or(f64::NAN);
    if !value.is_finite() {
        return Err(Wrong::new("too-large", format!("{} is too large", shorten(text)), "write a smaller number"));
    }
    if value < 0.0 {
        return Err(Wrong::new("negative", format!("{} is negative", shorten(text)), "write a number that is not below zero"));
    }
    if above_zero && value == 0.0 {
        return Err(Wrong::new("out-of-range", "it is zero", "write a number above zero"));
    }
    // Minus zero would be another text for the same value.
    Ok(value + 0.0)
}

/// A whole number in these bounds.
pub fn whole(node: &Node, least: u64, most: u64) -> Result<u64, Wrong> {
    let bounds = || format!("write a whole number from {least} to {most}");
    let Data::Number(text) = &node.data else {
        return Err(Wrong::kind(node, "a whole number", bounds()));
    };
    let value = match text.parse::<u64>() {
        Ok(value) => value,
        Err(_) => {
            let value: f64 = text.parse().unwrap_or(f64::NAN);
            if value < 0.0 {
                return Err(Wrong::new("negative", format!("{} is negative", shorten(text)), bounds()));
            }
            // Beyond 2^53 a float does not know its last digit.
            if value.is_nan() || value >= 9_007_199_254_740_992.0 {
                return Err(Wrong::new("too-large", format!("{} is too large", shorten(text)), bounds()));
            }
            if value.fract() != 0.0 {
                return Err(Wrong::new("not-whole", format!("{} is not a whole number", shorten(text)), bounds()));
            }
            value as u64
        }
    };
    if (least..=most).contains(&value) {
        Ok(value)
    } else {
        Err(Wrong::new("out-of-range", format!("{value} is not between {least} and {most}"), bounds()))
    }
}

/// Letters, digits, "-" and "_", not empty, at most 64.
pub fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source::Source;
    use crate::model::tree::parse_document;

    fn node(text: &str) -> Node {
        parse_document(std::sync::Arc::new(Source::text("t", text)), 0).unwrap().root
    }

    #[test]
    fn weird_numbers_are_named() {
        for (text, code) in [("1e400", "too-large"), ("-1", "negative"), ("\"1\"", "wrong-type"), ("-1e-400", "")] {
            assert_eq!(number(&node(text), false).map_or_else(|w| w.code, |_| ""), code, "{text}");
        }
        assert!(number(&node("-0"), false).unwrap().is_sign_positive());
        for (text, code) in [
            ("1e400", "too-large"),
            ("9007199254740993e0", "too-large"),
            ("1.5", "not-whole"),
            ("0", "out-of-range"),
            ("-3", "negative"),
        ] {
            assert_eq!(whole(&node(text), 1, 10).unwrap_err().code, code, "{text}");
        }
        assert_eq!(whole(&node("9007199254740993"), 0, u64::MAX), Ok(9_007_199_254_740_993), "2^53 + 1 is read exactly");
        assert_eq!(whole(&node("1e3"), 0, 2000), Ok(1000));
        assert_eq!(whole(&node("-0"), 0, 1), Ok(0));
        for (text, code) in [("1.2", "out-of-range"), ("-0.1", "negative"), ("1e400", "too-large"), ("null", "wrong-type")] {
            assert_eq!(probability(&node(text)).unwrap_err().code, code, "{text}");
        }
        assert_eq!(probability(&node("-0")), Ok(0.0));
        assert_eq!(probability(&node("\"5 %\"")), Ok(0.05));
        for (text, code) in [
            ("30", "missing-unit"),
            ("\"1e308 s\"", "too-large"),
            ("\"200 y\"", "unknown-unit"),
            ("\"36501 d\"", "too-large"),
            ("\"forever\"", "out-of-range"),
        ] {
            assert_eq!(span(&node(text), false).unwrap_err().code, code, "{text}");
        }
        assert_eq!(span(&node("\"36500 d\""), false).unwrap().ns(), 36_500 * 86_400_000_000_000);
        assert_eq!(byte_rate(&node("\"0 B/s\"")).unwrap_err().code, "out-of-range");
    }
}
