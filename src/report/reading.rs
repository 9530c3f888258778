//! Reading of a `figures` block: its shape, with every fault told at once.
//!
//! Left out: whether the axes, values and metrics exist, which [`Figure::check`] knows.

use super::fault::{Fault, known_words};
use super::figure::{Figure, Kind, MAX_PANELS, MAX_ROWS, Scale};
use serde_json::{Map, Value};

/// Reads a `figures` block. Every fault of shape is told at once; `place` is where the block stands, as in `/figures`.
pub fn read_figures(place: &str, block: &Value) -> Result<Vec<Figure>, Vec<Fault>> {
    let mut faults = Vec::new();
    let Value::Object(map) = block else {
        return Err(vec![Fault::new(place, "figures are written as an object", "write {\"name\": {\"kind\": \"lines\", …}}")]);
    };
    let mut figures = Vec::new();
    for (name, spec) in map {
        let place = format!("{place}/{name}");
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-') {
            let remedy = "use lower case letters, digits, _ and -: it becomes the name of files";
            faults.push(Fault::new(&place, "this is no name for a figure", remedy));
        }
        match spec {
            Value::Object(fields) => figures.extend(read_figure(name, &place, fields, &mut faults)),
            _ => faults.push(Fault::new(&place, "a figure is written as an object", "write {\"kind\": \"lines\", …}")),
        }
    }
    if faults.is_empty() { Ok(figures) } else { Err(faults) }
}

fn read_figure(name: &str, place: &str, fields: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Figure> {
    let before = faults.len();
    let mut reader = Reader { place, fields, faults, seen: vec!["kind", "description"] };
    let kind = match fields.get("kind").and_then(Value::as_str) {
        Some("lines") => reader.lines(),
        Some("ccdf") => reader.ccdf(),
        Some("frontier") => reader.frontier(),
        Some("dots") => reader.dots(),
        Some(other) => {
            let remedy = known_words(other, ["lines", "ccdf", "frontier", "dots"]);
            reader.fault("kind", format!("\"{other}\" is not a kind of figure"), remedy);
            return None;
        }
        None => {
            reader.fault("kind", "the kind of figure is missing", "write \"lines\", \"ccdf\", \"frontier\" or \"dots\"");
            return None;
        }
    };
    let figure = Figure {
        name: name.to_owned(),
        title: reader.text("title"),
        caption: reader.text("caption"),
        series: reader.text("series"),
        series_label: reader.text("series_label"),
        select: reader.select(),
        kind: kind?,
    };
    reader.unknown_fields();
    (faults.len() == before).then_some(figure)
}

/// Reads the fields of one figure, and remembers which it was asked for.
struct Reader<'a> {
    place: &'a str,
    fields: &'a Map<String, Value>,
    faults: &'a mut Vec<Fault>,
    seen: Vec<&'static str>,
}

impl Reader<'_> {
    fn fault(&mut self, field: &str, problem: impl Into<String>, remedy: impl Into<String>) {
        self.faults.push(Fault::new(format!("{}/{field}", self.place), problem, remedy));
    }

    fn get(&mut self, field: &'static str) -> Option<&Value> {
        self.seen.push(field);
        self.fields.get(field)
    }

    fn text(&mut self, field: &'static str) -> Option<String> {
        match self.get(field).cloned() {
            None => None,
            Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
            Some(_) => {
                self.fault(field, "this is not a text", "write a text between quotation marks, or leave it out");
                None
            }
        }
    }

    fn needed(&mut self, field: &'static str, what: &str) -> String {
        if self.fields.contains_key(field) {
            return self.text(field).unwrap_or_default();
        }
        self.seen.push(field);
        self.fault(field, format!("{what} is missing"), format!("write \"{field}\": \"…\""));
        String::new()
    }

    /// One text, or a list of texts.
    fn texts(&mut self, field: &'static str) -> Vec<String> {
        match self.get(field).cloned() {
            None => Vec::new(),
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(list)) if !list.is_empty() && list.iter().all(Value::is_string) => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.fault(field, "this is neither a text nor a list of texts", "write \"a\" or [\"a\", \"b\"]");
                Vec::new()
            }
        }
    }

    fn scale(&mut self, field: &'static str, axis: bool) -> Scale {
        let Some(word) = self.text(field) else { return Scale::Auto };
        match word.as_str() {
            "auto" => Scale::Auto,
            "linear" => Scale::Linear,
            "log" => Scale::Log,
            "category" if axis => Scale::Category,
            _ => {
                let all = ["auto", "linear", "log", "category"];
                let remedy = known_words(&word, all.into_iter().take(if axis { 4 } else { 3 }));
                self.fault(field, format!("\"{word}\" is not a scale"), remedy);
                Scale::Auto
            }
        }
    }

    fn lines(&mut self) -> Option<Kind> {
        let x = self.needed("x", "the axis of the experiment along the bottom");
        let (x_label, x_scale) = (self.text("x_label"), self.scale("x_scale", true));
        if !self.fields.contains_key("y") {
            self.fault("y", "the metric is missing", "write a full metric name, as in \"y\": \"sms_share_ratio\"");
        }
        let (y, y_label, y_scale) = (self.texts("y"), self.texts("y_label"), self.scale("y_scale", false));
        if y.len() > MAX_PANELS {
            self.fault("y", format!("{} panels are too many", y.len()), format!("write at most {MAX_PANELS} metrics"));
        }
        if !y_label.is_empty() && y_label.len() != y.len() {
            let problem = format!("{} labels for {} metrics", y_label.len(), y.len());
            self.fault("y_label", problem, "write one label for each metric, in the same order, or none");
        }
        let y_zero = match self.get("y_zero") {
            None => true,
            Some(Value::Bool(zero)) => *zero,
            Some(_) => {
                self.fault("y_zero", "this is neither true nor false", "write true or false without quotation marks");
                true
            }
        };
        Some(Kind::Lines { x, x_label, x_scale, y, y_label, y_scale, y_zero })
    }

    fn ccdf(&mut self) -> Option<Kind> {
        let family = self.needed("family", "the family of the duration");
        let (x_label, x_scale, y_scale) = (self.text("x_label"), self.scale("x_scale", false), self.scale("y_scale", false));
        Some(Kind::Ccdf { family, x_label, x_scale, y_scale })
    }

    fn frontier(&mut self) -> Option<Kind> {
        let (x, y) = (self.needed("x", "the metric along the bottom"), self.needed("y", "the metric up the side"));
        let along = self.needed("along", "the axis whose values are the points");
        let (x_label, y_label) = (self.text("x_label"), self.text("y_label"));
        let (x_scale, y_scale) = (self.scale("x_scale", false), self.scale("y_scale", false));
        Some(Kind::Frontier { x, y, x_label, y_label, x_scale, y_scale, along })
    }

    fn dots(&mut self) -> Option<Kind> {
        if !self.fields.contains_key("metrics") {
            self.fault("metrics", "the metrics are missing", "write full metric names, as in [\"sms_share_ratio\"]");
        }
        let (metrics, labels) = (self.texts("metrics"), self.texts("labels"));
        if metrics.len() > MAX_ROWS {
            self.fault("metrics", format!("{} rows are too many", metrics.len()), format!("write at most {MAX_ROWS} metrics"));
        }
        if !labels.is_empty() && labels.len() != metrics.len() {
            let problem = format!("{} labels for {} metrics", labels.len(), metrics.len());
            self.fault("labels", problem, "write one label for each metric, in the same order, or none");
        }
        let (x_label, x_scale) = (self.text("x_label"), self.scale("x_scale", false));
        Some(Kind::Dots { metrics, labels, x_label, x_scale })
    }

    fn select(&mut self) -> Vec<(String, Vec<String>)> {
        let chosen = match self.get("select").cloned() {
            None => return Vec::new(),
            Some(Value::Object(map)) => map,
            Some(_) => {
                self.fault("select", "this is not an object", "write {\"axis\": \"value\"}");
                return Vec::new();
            }
        };
        let mut select = Vec::new();
        for (axis, values) in chosen {
            let list = match values {
                Value::Array(list) if !list.is_empty() => list,
                one => vec![one],
            };
            let texts: Option<Vec<String>> = list.iter().map(as_label).collect();
            match texts {
                Some(values) => select.push((axis, values)),
                None => self.fault(
                    &format!("select/{axis}"),
                    "this is no value of an axis",
                    "write a text or a number, or a list of them, as in \"10 s\"",
                ),
            }
        }
        select
    }

    fn unknown_fields(&mut self) {
        for field in self.fields.keys() {
            if !self.seen.contains(&field.as_str()) {
                let remedy = known_words(field, self.seen.iter().copied());
                self.faults.push(Fault::new(format!("{}/{field}", self.place), "this field is unknown", remedy));
            }
        }
    }
}

/// The label of a value as it stands in the files: texts as they are, numbers and truth values as JSON writes them.
fn as_label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(spec: Value) -> Result<Vec<Figure>, Vec<Fault>> {
        read_figures("/figures", &spec)
    }

    fn places(faults: &[Fault]) -> Vec<&str> {
        faults.iter().map(|fault| fault.place.as_str()).collect()
    }

    #[test]
    fn a_figure_says_what_it_draws() {
        let figures = read(json!({"share": {"kind": "lines", "description": "for people", "title": "T", "x": "wait",
            "y": ["sms_share_ratio", "deferred_excess_mean_s"], "y_label": ["A", "B"], "series": "mix", "y_scale": "log",
            "y_zero": false, "select": {"loss": 0.1, "mix": ["a", "b"]}}}))
        .expect("a figure");
        let figure = &figures[0];
        assert_eq!((figure.name.as_str(), figure.title.as_deref(), figure.series.as_deref()), ("share", Some("T"), Some("mix")));
        assert_eq!(
            figure.select,
            [("loss".to_owned(), vec!["0.1".to_owned()]), ("mix".to_owned(), vec!["a".to_owned(), "b".to_owned()])]
        );
        let Kind::Lines { x, y, y_label, y_scale, y_zero, x_scale, .. } = &figure.kind else { panic!("lines") };
        assert_eq!((x.as_str(), y.len(), y_label.len()), ("wait", 2, 2));
        assert_eq!((*y_scale, *y_zero, *x_scale), (Scale::Log, false, Scale::Auto));
    }

    #[test]
    fn every_fault_of_shape_is_told_at_once() {
        let faults = read(json!({
            "a": {"kind": "lines", "x": 3, "y_scale": "category", "y_zero": "yes", "select": "10 s", "colour": "red"},
            "b": {"kind": "pie"},
            "c": {},
            "d": 4,
            "Bad name": {"kind": "ccdf", "family": "deferred_latency"},
            "f": {"kind": "lines", "x": "wait", "y": ["a", "b"], "y_label": "one"},
            "g": {"kind": "frontier", "x": "sms_share_ratio", "select": {"wait": {"no": 1}}},
            "h": {"kind": "lines", "x": "wait", "y": ["1", "2", "3", "4", "5"]},
        }))
        .expect_err("faulty");
        assert_eq!(
            places(&faults),
            [
                "/figures/Bad name",
                "/figures/a/x",
                "/figures/a/y",
                "/figures/a/y_scale",
                "/figures/a/y_zero",
                "/figures/a/select",
                "/figures/a/colour",
                "/figures/b/kind",
                "/figures/c/kind",
                "/figures/d",
                "/figures/f/y_label",
                "/figures/g/y",
                "/figures/g/along",
                "/figures/g/select/wait",
                "/figures/h/y",
            ]
        );
        assert_eq!(read(json!([])).expect_err("a list").len(), 1);
        assert_eq!(read(json!({})), Ok(vec![]));
    }
}
