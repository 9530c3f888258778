//! What an experiment file may say, read with all its faults at once.
//!
//! Places are JSON paths into the file; whoever read the text knows the lines. Left out: whether the paths that are set exist,
//! which only the model can tell (`plan.rs`), and what figures may say, which `report` knows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::axis::{Axis, AxisValue, label_of, number_of};
use super::expect::{Bound, Expectation, Relation};
use super::formula::Formula;
use super::tail::{Tail, TailFault};
use super::wrong::Wrong;
use crate::results::Metric;

/// An experiment as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentFile {
    pub description: Option<String>,
    pub model: ModelSource,
    pub seed: u64,
    pub replicates: u32,
    /// Overrides of every point, in the order written.
    pub set: Vec<(String, Value)>,
    /// Sorted by name: the order of crossing, the last varies fastest.
    pub axes: Vec<Axis>,
    /// Metrics that summaries show first.
    pub metrics: Vec<String>,
    /// Figures by name, as they are written.
    pub figures: Map<String, Value>,
    pub expect: Vec<Expectation>,
    /// Replicates of each point that a gate makes.
    pub gate_replicates: u32,
}

/// Where the model stands.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelSource {
    /// A file, by a path relative to the experiment's.
    Path(String),
    /// In the experiment itself.
    Inline(Value),
}

/// Bounds on what a file may ask for; each is named where it is exceeded.
pub const MOST_REPLICATES: u64 = 1_000_000;
pub const MOST_VALUES: usize = 10_000;
const GATE_REPLICATES: u32 = 3;

const FIELDS: [&str; 11] =
    ["$schema", "description", "model", "seed", "replicates", "set", "axes", "metrics", "figures", "expect", "gate"];

/// Whether this looks like an experiment rather than a model: it names a model, or has replicates or expectations.
pub fn is_experiment(value: &Value) -> bool {
    value.as_object().is_some_and(|o| ["model", "replicates", "expect", "figures"].iter().any(|key| o.contains_key(*key)))
}

/// Reads an experiment. Err holds every fault.
pub fn read(value: &Value) -> Result<ExperimentFile, Vec<Wrong>> {
    let mut reader = Reader { wrong: Vec::new() };
    let file = reader.experiment(value);
    if reader.wrong.is_empty() { Ok(file.expect("a file without faults was read")) } else { Err(reader.wrong) }
}

struct Reader {
    wrong: Vec<Wrong>,
}

impl Reader {
    fn fault(&mut self, path: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        self.wrong.push(Wrong::new(path, problem, remedy));
    }

    fn object<'v>(&mut self, value: &'v Value, path: &str, what: &str, fields: &[&str]) -> Option<&'v Map<String, Value>> {
        let Some(object) = value.as_object() else {
            self.fault(path, format!("{what} is an object, not {}", kind(value)), "write it in braces, as in {\"name\": ...}");
            return None;
        };
        for name in object.keys().filter(|name| !fields.is_empty() && !fields.contains(&name.as_str())) {
            self.wrong.push(Wrong::unknown(&at(path, name), &format!("{what} has no field \"{name}\""), name, fields));
        }
        Some(object)
    }

    fn text(&mut self, value: &Value, path: &str, what: &str) -> Option<String> {
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            self.fault(path, format!("{what} is a text, not {}", kind(value)), "write it in double quotes");
        }
        text
    }

    fn whole(&mut self, value: &Value, path: &str, what: &str, least: u64, most: u64) -> Option<u64> {
        match value.as_u64() {
            Some(n) if (least..=most).contains(&n) => Some(n),
            _ => {
                let written = shortened(value);
                self.fault(path, format!("{what} is a whole number from {least} to {most}, not {written}"), "write such a number");
                None
            }
        }
    }

    fn experiment(&mut self, value: &Value) -> Option<ExperimentFile> {
        let object = self.object(value, "", "an experiment", &FIELDS)?;
        let get = |name: &str| object.get(name);
        let description = get("description").and_then(|v| self.text(v, "/description", "the description"));
        let model = match get("model") {
            Some(Value::String(path)) => Some(ModelSource::Path(path.clone())),
            Some(inline @ Value::Object(_)) => Some(ModelSource::Inline(inline.clone())),
            Some(other) => {
                self.fault(
                    "/model",
                    format!("a model is a path or an object, not {}", kind(other)),
                    "write the path of a model file",
                );
                None
            }
            None => {
                self.fault(
                    "",
                    "the field \"model\" is missing",
                    "add \"model\": \"../models/airplane_exit.json\", or a model itself",
                );
                None
            }
        };
        let seed = get("seed").map_or(Some(1), |v| self.whole(v, "/seed", "the seed", 0, u64::MAX));
        let replicates =
            get("replicates").map_or(Some(1), |v| self.whole(v, "/replicates", "the number of replicates", 1, MOST_REPLICATES));
        let set = get("set").map_or(Some(Vec::new()), |v| self.settings(v, "/set"));
        let before = self.wrong.len();
        let axes = get("axes").map_or(Some(Vec::new()), |v| self.axes(v));
        // Expectations are not blamed for axes that could not be read.
        let known_axes = axes.clone().filter(|_| self.wrong.len() == before);
        let metrics = get("metrics").map_or(Some(Vec::new()), |v| self.metrics(v));
        let figures = match get("figures") {
            Some(v) => self.object(v, "/figures", "the map of figures", &[]).cloned(),
            None => Some(Map::new()),
        };
        let gate = get("gate").map_or(Some(GATE_REPLICATES), |v| self.gate(v));
        let expect = get("expect").map_or(Some(Vec::new()), |v| self.expectations(v, known_axes.as_deref()));
        Some(ExperimentFile {
            description,
            model: model?,
            seed: seed?,
            replicates: replicates? as u32,
            set: set?,
            axes: axes?,
            metrics: metrics?,
            figures: figures?,
            expect: expect?,
            gate_replicates: gate?,
        })
    }

    fn settings(&mut self, value: &Value, path: &str) -> Option<Vec<(String, Value)>> {
        let object = self.object(value, path, "a map of settings", &[])?;
        for name in object.keys().filter(|name| !is_dotted(name)) {
            self.fault(&at(path, name), format!("\"{name}\" is not a path"), "write dotted names, as in \"pf.wait_ip\"");
        }
        Some(object.iter().map(|(path, value)| (path.clone(), value.clone())).collect())
    }

    fn gate(&mut self, value: &Value) -> Option<u32> {
        let object = self.object(value, "/gate", "the gate block", &["replicates"])?;
        let n = object.get("replicates")?;
        self.whole(n, "/gate/replicates", "the number of replicates", 1, MOST_REPLICATES).map(|n| n as u32)
    }

    fn metrics(&mut self, value: &Value) -> Option<Vec<String>> {
        let Some(list) = value.as_array() else {
            self.fault("/metrics", format!("a list of metrics was expected, not {}", kind(value)), "write [\"sms_share_ratio\"]");
            return None;
        };
        let names = list.iter().enumerate().filter_map(|(i, v)| self.metric(v, &format!("/metrics/{i}")));
        Some(names.collect())
    }

    fn metric(&mut self, value: &Value, path: &str) -> Option<String> {
        let name = self.text(value, path, "a metric")?;
        match Metric::named(&name) {
            Ok(_) => Some(name),
            Err(problem) => {
                self.fault(path, problem.to_string(), "metrics are named as in the columns of summary.csv");
                None
            }
        }
    }

    fn axes(&mut self, value: &Value) -> Option<Vec<Axis>> {
        let object = self.object(value, "/axes", "the map of axes", &[])?;
        let axes: Vec<Axis> = object.iter().filter_map(|(name, v)| self.axis(name, v)).collect();
        let mut variables: Vec<String> = axes.iter().map(|a| Axis::variable(&a.name)).collect();
        variables.sort();
        if variables.windows(2).any(|pair| pair[0] == pair[1]) {
            self.fault("/axes", "two axes differ only by - and _", "give them names that differ otherwise");
        }
        Some(axes)
    }

    fn axis(&mut self, name: &str, value: &Value) -> Option<Axis> {
        let path = at("/axes", name);
        if !is_name(name) {
            self.fault(&path, format!("\"{name}\" cannot name an axis"), "use letters, digits, - and _, a letter first");
        }
        let object = self.object(value, &path, "an axis", &["path", "values", "description"])?;
        let field = match object.get("path") {
            Some(v) => {
                let text = self.text(v, &at(&path, "path"), "a path")?;
                if !is_dotted(&text) {
                    self.fault(&at(&path, "path"), format!("\"{text}\" is not a path"), "write dotted names, as in \"pf.wait_ip\"");
                }
                Some(text)
            }
            None => None,
        };
        let here = at(&path, "values");
        let Some(list) = object.get("values").and_then(Value::as_array).filter(|l| !l.is_empty()) else {
            self.fault(&here, "an axis needs a list of values, at least one", "write \"values\": [\"0 s\", \"2 s\"]");
            return None;
        };
        if list.len() > MOST_VALUES {
            self.fault(&here, format!("{} values are more than {MOST_VALUES}", list.len()), "part the experiment in several");
            return None;
        }
        let values: Vec<AxisValue> = match &field {
            Some(field) => Axis::of_path(name, field, list).values,
            None => list.iter().enumerate().filter_map(|(i, v)| self.joint(v, &format!("{here}/{i}"))).collect(),
        };
        for (i, value) in values.iter().enumerate() {
            if values[..i].iter().any(|other| other.label == value.label) {
                self.fault(&format!("{here}/{i}"), format!("the value \"{}\" stands here twice", value.label), "leave one out");
            }
        }
        Some(Axis { name: name.to_owned(), path: field, values })
    }

    /// A value of an axis without a path: a label and what it sets.
    fn joint(&mut self, value: &Value, path: &str) -> Option<AxisValue> {
        if !value.is_object() {
            let remedy = "add \"path\" to the axis, or write {\"label\": ..., \"set\": {...}} here";
            self.fault(path, "the axis has no \"path\" that this value could set", remedy);
            return None;
        }
        let object = self.object(value, path, "a value", &["label", "set"])?;
        let label = match object.get("label") {
            Some(label @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => label_of(label),
            Some(other) => {
                self.fault(
                    &at(path, "label"),
                    format!("a label is a text or a number, not {}", kind(other)),
                    "write \"label\": \"old phones\"",
                );
                return None;
            }
            None => {
                self.fault(path, "the field \"label\" is missing", "add \"label\": \"old phones\"");
                return None;
            }
        };
        let Some(set) = object.get("set") else {
            self.fault(path, "the field \"set\" is missing", "add \"set\": {\"pf.wait_ip\": \"10 s\"}, or an empty one");
            return None;
        };
        let set = self.settings(set, &at(path, "set"))?;
        Some(AxisValue { number: number_of(&label), label, set })
    }

    fn expectations(&mut self, value: &Value, axes: Option<&[Axis]>) -> Option<Vec<Expectation>> {
        let Some(list) = value.as_array() else {
            self.fault("/expect", format!("a list of expectations was expected, not {}", kind(value)), "write [{\"metric\": ...}]");
            return None;
        };
        Some(list.iter().enumerate().filter_map(|(i, v)| self.expectation(v, &format!("/expect/{i}"), axes)).collect())
    }

    fn expectation(&mut self, value: &Value, path: &str, axes: Option<&[Axis]>) -> Option<Expectation> {
        const RELATIONS: [&str; 4] = ["equals", "between", "less_than", "equivalent_to"];
        let fields = ["description", "metric", "family", "above", "at", "half_width", "tolerance", "margin"];
        let object = self.object(value, path, "an expectation", &[&fields[..], &RELATIONS[..]].concat())?;
        let tail = object.contains_key("family") || object.contains_key("above");
        let metric = match object.get("metric") {
            Some(_) if tail => {
                let problem = "a metric and the tail of a family are said at once";
                self.fault(path, problem, "write \"metric\", or \"family\" and \"above\"");
                None
            }
            Some(v) => self.metric(v, &at(path, "metric")),
            None if tail => self.tail(object, path),
            None => {
                self.fault(path, "the field \"metric\" is missing", "add \"metric\": \"sms_share_ratio\"");
                None
            }
        };
        if tail && object.contains_key("equivalent_to") {
            let problem = "a baseline holds metrics, not tails of families";
            self.fault(&at(path, "equivalent_to"), problem, "write equals, between or less_than");
        }
        let place = object.get("at").map_or(Some(BTreeMap::new()), |v| self.place(v, &at(path, "at"), axes));
        let half_width = self.bound(object, path, "half_width");
        let tolerance = self.bound(object, path, "tolerance");
        let said: Vec<&str> = RELATIONS.into_iter().filter(|r| object.contains_key(*r)).collect();
        let [said] = said[..] else {
            let problem = if said.is_empty() {
                "nothing is expected of the metric".to_owned()
            } else {
                format!("{} are said at once", said.join(" and "))
            };
            self.fault(path, problem, format!("write one of {}", RELATIONS.join(", ")));
            return None;
        };
        for (field, wants) in [("tolerance", "equals"), ("margin", "equivalent_to")] {
            if object.contains_key(field) && said != wants {
                self.fault(&at(path, field), format!("\"{field}\" belongs to \"{wants}\", not to \"{said}\""), "leave it out");
            }
        }
        let relation = self.relation(object, said, path, axes);
        Some(Expectation { place: path.to_owned(), metric: metric?, at: place?, relation: relation?, half_width, tolerance })
    }

    /// `{"family": "server_sojourn", "above": "200 ms"}`, as the name that evidence knows it by.
    fn tail(&mut self, object: &Map<String, Value>, path: &str) -> Option<String> {
        let mut text = |field: &str, example: &str| match object.get(field) {
            Some(v) => self.text(v, &at(path, field), field),
            None => {
                self.fault(path, format!("the field \"{field}\" is missing"), format!("add \"{field}\": \"{example}\""));
                None
            }
        };
        let (family, above) = (text("family", "server_sojourn"), text("above", "200 ms"));
        match Tail::new(&family?, &above?) {
            Ok(tail) => Some(tail.to_string()),
            Err(TailFault::Family) => {
                let name = object["family"].as_str().unwrap_or_default();
                let known: Vec<&str> = Tail::families().collect();
                self.wrong.push(Wrong::unknown(&at(path, "family"), &format!("no duration is named {name:?}"), name, &known));
                None
            }
            Err(TailFault::Above(problem)) => {
                self.fault(&at(path, "above"), problem, "write a time, as in \"200 ms\"");
                None
            }
        }
    }

    fn relation(&mut self, object: &Map<String, Value>, said: &str, path: &str, axes: Option<&[Axis]>) -> Option<Relation> {
        let value = &object[said];
        let here = at(path, said);
        match said {
            "equals" => self.formula(value, &here, axes).map(Relation::Equals),
            "between" => match value.as_array().map(Vec::as_slice) {
                Some([low, high]) => {
                    let low = self.formula(low, &format!("{here}/0"), axes);
                    let high = self.formula(high, &format!("{here}/1"), axes);
                    Some(Relation::Between(low?, high?))
                }
                _ => {
                    self.fault(&here, "two bounds were expected", "write [0.1, 0.2]");
                    None
                }
            },
            "less_than" => {
                let object = self.object(value, &here, "the other point", &["at", "metric"])?;
                if object.is_empty() {
                    self.fault(
                        &here,
                        "nothing differs from the point itself",
                        "add \"at\" with another value of an axis, or \"metric\"",
                    );
                }
                let place = object.get("at").map_or(Some(BTreeMap::new()), |v| self.place(v, &at(&here, "at"), axes));
                let metric = match object.get("metric") {
                    Some(v) => Some(self.metric(v, &at(&here, "metric"))?),
                    None => None,
                };
                Some(Relation::LessThan { at: place?, metric })
            }
            _ => {
                if value.as_str() != Some("baseline") {
                    self.fault(&here, format!("{} is not something to be equivalent to", shortened(value)), "write \"baseline\"");
                }
                match self.bound(object, path, "margin") {
                    Some(margin) => Some(Relation::EquivalentToBaseline { margin }),
                    None => {
                        if !object.contains_key("margin") {
                            self.fault(path, "the field \"margin\" is missing", "add \"margin\": \"1 %\"");
                        }
                        None
                    }
                }
            }
        }
    }

    fn formula(&mut self, value: &Value, path: &str, axes: Option<&[Axis]>) -> Option<Formula> {
        let text = match value {
            Value::Number(n) => n.to_string(),
            Value::String(text) => text.clone(),
            other => {
                self.fault(
                    path,
                    format!("a number or a formula was expected, not {}", kind(other)),
                    "write 0.5 or \"exp(-wait/12)\"",
                );
                return None;
            }
        };
        match Formula::parse(&text) {
            Ok(formula) => {
                let Some(axes) = axes else { return Some(formula) };
                let names: Vec<String> = axes.iter().map(|a| Axis::variable(&a.name)).collect();
                let paths: Vec<&str> = axes.iter().filter_map(|a| a.path.as_deref()).collect();
                let known: Vec<&str> = names.iter().map(String::as_str).chain(paths).collect();
                for name in formula.names().into_iter().filter(|n| !known.contains(n)) {
                    self.wrong.push(Wrong::unknown(path, &format!("no axis is named \"{name}\""), name, &known));
                }
                Some(formula)
            }
            Err(fault) => {
                self.fault(path, fault.to_string(), fault.remedy);
                None
            }
        }
    }

    /// `{"wait": "20 s"}`: axes by name or by the path they set, values by label or number.
    fn place(&mut self, value: &Value, path: &str, axes: Option<&[Axis]>) -> Option<BTreeMap<String, String>> {
        let object = self.object(value, path, "a place", &[])?;
        let axes = axes?;
        let mut place = BTreeMap::new();
        for (name, value) in object {
            let here = at(path, name);
            let Some(axis) = axes.iter().find(|a| a.name == *name || a.path.as_deref() == Some(name)) else {
                let known: Vec<&str> = axes.iter().map(|a| a.name.as_str()).collect();
                self.wrong.push(Wrong::unknown(&here, &format!("no axis is named \"{name}\", and none sets it"), name, &known));
                continue;
            };
            let label = label_of(value);
            match axis.find(&label) {
                Some(i) => {
                    place.insert(axis.name.clone(), axis.values[i].label.clone());
                }
                None => {
                    let known: Vec<&str> = axis.values.iter().map(|v| v.label.as_str()).collect();
                    self.wrong.push(Wrong::unknown(
                        &here,
                        &format!("the axis \"{}\" has no value \"{label}\"", axis.name),
                        &label,
                        &known,
                    ));
                }
            }
        }
        Some(place)
    }

    /// `"1 %"` is a share of the value; a number or a quantity is in the unit of the metric.
    fn bound(&mut self, object: &Map<String, Value>, path: &str, field: &str) -> Option<Bound> {
        let value = object.get(field)?;
        let number = match value {
            Value::Number(n) => n.as_f64().map(Bound::Absolute),
            Value::String(text) => {
                number_of(text).map(|n| if text.contains('%') { Bound::Relative(n) } else { Bound::Absolute(n) })
            }
            _ => None,
        };
        let fits = number.filter(|b| matches!(b, Bound::Absolute(n) | Bound::Relative(n) if n.is_finite() && *n >= 0.0));
        if fits.is_none() {
            let remedy = "write a share as in \"1 %\", or a number in the unit of the metric, as in 0.01 or \"5 s\"";
            self.fault(&at(path, field), format!("{} is no length", shortened(value)), remedy);
        }
        fits
    }
}

/// A path one step down.
fn at(path: &str, name: &str) -> String {
    format!("{path}/{name}")
}

fn is_dotted(path: &str) -> bool {
    !path.is_empty() && path.split('.').all(|part| !part.is_empty())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// What kind of value stands there, with its article.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value as it is quoted in a fault.
fn shortened(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() > 60 { format!("{}...", text.chars().take(60).collect::<String>()) } else { text }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
