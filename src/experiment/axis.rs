//! Axes: what an experiment varies, and the numbers that formulas read from their labels.

use serde_json::Value;

use crate::units::{parse_bytes, parse_span};

/// One thing that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub name: String,
    /// The dotted path, where the axis sets one field.
    pub path: Option<String>,
    /// In the order written.
    pub values: Vec<AxisValue>,
}

/// One setting of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisValue {
    pub label: String,
    /// What is set: dotted paths and values, in the order written.
    pub set: Vec<(String, Value)>,
    /// What a formula reads: a number, seconds of a duration, a share of a percentage; none of a word.
    pub number: Option<f64>,
}

impl Axis {
    /// An axis that sets one field.
    pub fn of_path(name: &str, path: &str, values: &[Value]) -> Axis {
        let values = values.iter().map(|v| AxisValue {
            label: label_of(v),
            set: vec![(path.to_owned(), v.clone())],
            number: number_of(&label_of(v)),
        });
        Axis { name: name.to_owned(), path: Some(path.to_owned()), values: values.collect() }
    }

    /// The place of the value that `label` names, as it is written or as a number (`"20 s"`, `"20000 ms"`).
    pub fn find(&self, label: &str) -> Option<usize> {
        let number = number_of(label);
        self.values
            .iter()
            .position(|v| v.label == label)
            .or_else(|| self.values.iter().position(|v| number.is_some() && v.number == number))
    }

    /// The name that formulas use.
    pub fn variable(name: &str) -> String {
        name.replace('-', "_")
    }
}

/// A value as a label: a text as it is, anything else as JSON.
pub fn label_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The number a label stands for.
pub fn number_of(label: &str) -> Option<f64> {
    let text = label.trim();
    if let Ok(number) = text.parse::<f64>() {
        // "inf" and "nan" are words here.
        return number.is_finite().then_some(number);
    }
    if let Some(percent) = text.strip_suffix('%') {
        return percent.trim().parse::<f64>().ok().filter(|v| v.is_finite()).map(|v| v / 100.0);
    }
    match parse_span(text) {
        Ok(span) if span != crate::units::Span::FOREVER => Some(span.seconds()),
        Ok(_) => None,
        Err(_) => parse_bytes(text).ok().map(|b| b as f64),
    }
}

/// Reads `A,B,C` of a command line: commas inside brackets or quotes part nothing; what is no JSON is a text.
pub fn split_values(text: &str) -> Vec<Value> {
    let mut parts = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
    for c in text.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        parts.last_mut().expect("there is always a part").push(c);
    }
    parts.iter().map(|part| value_of(part.trim())).collect()
}

/// A value of a command line: JSON, or else a text.
pub fn value_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn labels_stand_for_numbers() {
        for (label, number) in [
            ("20 s", Some(20.0)),
            ("1.5 min", Some(90.0)),
            ("0.1", Some(0.1)),
            ("5 %", Some(0.05)),
            ("2 kB", Some(2000.0)),
            ("latest", None),
            ("inf", None),
            ("nan", None),
            ("forever", None),
            ("", None),
        ] {
            assert_eq!(number_of(label), number, "{label}");
        }
    }

    #[test]
    fn a_value_is_found_by_its_label_or_its_number() {
        let axis = Axis::of_path("wait", "pf.wait_ip", &[json!("0 s"), json!("20 s"), json!(7)]);
        assert_eq!([axis.find("20 s"), axis.find("20000 ms"), axis.find("7"), axis.find("8 s")], [Some(1), Some(1), Some(2), None]);
        assert_eq!(axis.values[1].set, [("pf.wait_ip".to_owned(), json!("20 s"))]);
    }

    #[test]
    fn commas_part_values_but_not_inside_them() {
        assert_eq!(split_values("0 s, 2 s"), [json!("0 s"), json!("2 s")]);
        assert_eq!(
            split_values(r#"{"exponential":{"mean":"1 s"}},[1,2],"a,b",true,3"#),
            [json!({"exponential": {"mean": "1 s"}}), json!([1, 2]), json!("a,b"), json!(true), json!(3)]
        );
        assert_eq!(split_values(""), [json!("")]);
    }
}
