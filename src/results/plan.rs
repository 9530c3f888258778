//! What a folder is assembled from: axes, points in order, and the runs that belong to each.
//!
//! The experiment room makes a plan and this room only reads it; how axes cross is not known here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Axes, points and runs of a results folder.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Dotted paths of the swept fields, in the order of columns.
    pub axes: Vec<String>,
    /// In the order of their numbers.
    pub points: Vec<PlanPoint>,
}

/// One point of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanPoint {
    /// One value for each axis.
    pub values: Vec<AxisValue>,
    pub model_id: [u8; 16],
    /// Identities of the runs, one for each replicate, from replicate 0.
    pub runs: Vec<[u8; 16]>,
}

/// Value of an axis at a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum AxisValue {
    Text(String),
    Integer(i64),
    Number(f64),
    Boolean(bool),
}

impl Plan {
    /// The number of the point that is equal to `point` but has no wait-for-IP timer: the other half of `wait_ip_efficiency_per_s`.
    /// The timer's axis is the one whose path ends in `wait_ip`.
    pub fn without_wait(&self, point: u32) -> Option<u32> {
        let axis = self.axes.iter().position(|axis| axis.rsplit('.').next() == Some("wait_ip"))?;
        let mine = &self.points.get(point as usize)?.values;
        if mine[axis].is_zero() {
            return None;
        }
        let equal = |other: &PlanPoint| {
            other.values[axis].is_zero() && other.values.iter().zip(mine).enumerate().all(|(at, (a, b))| at == axis || a == b)
        };
        self.points.iter().position(equal).map(|at| at as u32)
    }
}

impl AxisValue {
    /// Whether this is nothing: 0, or a quantity of zero such as "0 s".
    fn is_zero(&self) -> bool {
        match self {
            AxisValue::Integer(value) => *value == 0,
            AxisValue::Number(value) => *value == 0.0,
            AxisValue::Text(text) => text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok()) == Some(0.0),
            AxisValue::Boolean(_) => false,
        }
    }
}

impl std::fmt::Display for AxisValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AxisValue::Text(text) => f.write_str(text),
            AxisValue::Integer(value) => write!(f, "{value}"),
            AxisValue::Number(value) => f.write_str(&super::csv_out::float(*value)),
            AxisValue::Boolean(value) => write!(f, "{value}"),
        }
    }
}

impl From<AxisValue> for Value {
    fn from(value: AxisValue) -> Value {
        match value {
            AxisValue::Text(text) => text.into(),
            AxisValue::Integer(value) => value.into(),
            AxisValue::Number(value) => value.into(),
            AxisValue::Boolean(value) => value.into(),
        }
    }
}

impl TryFrom<Value> for AxisValue {
    type Error = String;
    fn try_from(value: Value) -> Result<AxisValue, String> {
        match value {
            Value::String(text) => Ok(AxisValue::Text(text)),
            Value::Bool(value) => Ok(AxisValue::Boolean(value)),
            Value::Number(number) => match number.as_i64() {
                Some(value) => Ok(AxisValue::Integer(value)),
                None => number.as_f64().map(AxisValue::Number).ok_or_else(|| format!("{number} is too large a number")),
            },
            // Objects and lists are swept too (a law, a schedule): they stand as their text.
            other => Ok(AxisValue::Text(super::manifest::sorted_json(&other, false))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(axes: &[&str], rows: &[&[&str]]) -> Plan {
        let point = |row: &&[&str]| PlanPoint {
            values: row.iter().map(|v| AxisValue::Text((*v).to_owned())).collect(),
            model_id: [0; 16],
            runs: Vec::new(),
        };
        Plan { axes: axes.iter().map(|a| (*a).to_owned()).collect(), points: rows.iter().map(point).collect() }
    }

    #[test]
    fn the_pair_of_a_wait_is_the_same_point_without_it() {
        let plan = plan(&["mix", "pf.wait_ip"], &[&["a", "0 s"], &["a", "10 s"], &["b", "0.0 ms"], &["b", "10 s"], &["c", "10 s"]]);
        assert_eq!((0..5).map(|k| plan.without_wait(k)).collect::<Vec<_>>(), [None, Some(0), None, Some(2), None]);
        assert_eq!(super::Plan::default().without_wait(0), None);
    }

    #[test]
    fn values_go_to_json_and_back() {
        for value in [AxisValue::Text("20 s".into()), AxisValue::Integer(-3), AxisValue::Number(0.25), AxisValue::Boolean(true)] {
            assert_eq!(AxisValue::try_from(Value::from(value.clone())), Ok(value));
        }
        assert_eq!(AxisValue::try_from(serde_json::json!({"b": 1, "a": [2]})), Ok(AxisValue::Text("{\"a\":[2],\"b\":1}".into())));
    }
}
