//! JSON Schema of a `figures` block, for editors and for `schema experiment`.
//!
//! Written by hand beside the reader, whose shape it tells; a test holds the two together. Left out: which axes, values and metrics
//! there are.

use super::figure::{MAX_PANELS, MAX_ROWS};
use serde_json::{Map, Value, json};

/// The schema of the object that maps names of figures to figures.
pub fn figures_schema() -> Value {
    json!({
        "description": "Figures drawn by `plot`, by name; the name is also that of the files.",
        "type": "object",
        "propertyNames": {"pattern": "^[a-z0-9_-]+$"},
        "additionalProperties": {"oneOf": [lines(), ccdf(), frontier(), dots()]},
    })
}

fn text(description: &str) -> Value {
    // A text of blanks says nothing.
    json!({"description": description, "type": "string", "pattern": "\\S"})
}

fn scale(category: bool) -> Value {
    let mut words = vec!["auto", "linear", "log"];
    words.extend(category.then_some("category"));
    json!({"description": "How values are laid along the axis; zero has a place of its own on a logarithmic one.", "enum": words})
}

/// A kind of figure: the fields that all have, and its own.
fn kind(name: &str, description: &str, own: Value, needed: &[&str]) -> Value {
    let label = json!({"type": ["string", "number", "boolean"]});
    let mut properties: Map<String, Value> = Map::new();
    properties.insert("kind".to_owned(), json!({ "const": name }));
    properties.insert("description".to_owned(), json!({"description": "For readers of the file; not drawn."}));
    properties.insert("title".to_owned(), text("Line at the top."));
    properties.insert("caption".to_owned(), text("A sentence for the foot of the figure."));
    properties.insert("series".to_owned(), text("Axis of the experiment whose values become lines, one each."));
    properties.insert("series_label".to_owned(), text("Title of the legend."));
    let select = json!({
        "description": "Which values of an axis are drawn; axes with one value need none.",
        "type": "object",
        "additionalProperties": {"anyOf": [label, {"type": "array", "items": label, "minItems": 1}]},
    });
    properties.insert("select".to_owned(), select);
    if let Value::Object(own) = own {
        properties.extend(own);
    }
    let required: Vec<&str> = ["kind"].iter().chain(needed).copied().collect();
    json!({
        "description": description,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn lines() -> Value {
    let list = json!({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_PANELS});
    let own = json!({
        "x": text("Axis of the experiment along the bottom."),
        "x_label": text("Label of that axis, without unit."),
        "x_scale": scale(true),
        "y": {"description": "Full names of metrics, one panel each.", "anyOf": [{"type": "string"}, list]},
        "y_label": {"description": "As many labels as metrics, without units.", "anyOf": [{"type": "string"}, list]},
        "y_scale": scale(false),
        "y_zero": {"description": "Whether a linear y axis begins at zero; true unless written otherwise.", "type": "boolean"},
    });
    kind("lines", "Metrics against an axis of the experiment, with interval bands.", own, &["x", "y"])
}

fn ccdf() -> Value {
    let own = json!({
        "family": text("A duration without statistic and unit, as in `deferred_latency`."),
        "x_label": text("Label of the duration, without unit."),
        "x_scale": scale(false),
        "y_scale": scale(false),
    });
    kind("ccdf", "Share of items above each value of a duration.", own, &["family"])
}

fn frontier() -> Value {
    let own = json!({
        "x": text("Full name of the metric along the bottom."),
        "y": text("Full name of the metric up the side."),
        "x_label": text("Label without unit."),
        "y_label": text("Label without unit."),
        "x_scale": scale(false),
        "y_scale": scale(false),
        "along": text("Axis of the experiment whose values are the points of a line."),
    });
    kind("frontier", "One metric against another, point by point of an axis.", own, &["x", "y", "along"])
}

fn dots() -> Value {
    let list = json!({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_ROWS});
    let own = json!({
        "metrics": {"description": "Full names of metrics of one unit, one row each.", "anyOf": [{"type": "string"}, list]},
        "labels": {"description": "As many labels as metrics.", "anyOf": [{"type": "string"}, list]},
        "x_label": text("Label of the scale, without unit."),
        "x_scale": scale(false),
    });
    kind("dots", "Metrics under one another, with a mark and its interval for each series.", own, &["metrics"])
}

#[cfg(test)]
mod tests {
    use super::super::reading::read_figures;
    use super::*;

    /// What the reader takes the schema takes, and what the reader refuses the schema refuses.
    #[test]
    fn schema_and_reader_agree() {
        let validator = jsonschema::validator_for(&figures_schema()).expect("a schema");
        let full = json!({"kind": "lines", "description": "d", "title": "t", "caption": "c", "x": "wait", "x_label": "l",
            "x_scale": "category", "y": ["a", "b"], "y_label": ["A", "B"], "y_scale": "log", "y_zero": false, "series": "s",
            "series_label": "S", "select": {"loss": 0.1, "mix": ["a", 1, true]}});
        let ccdf = json!({"kind": "ccdf", "family": "deferred_latency", "x_scale": "linear", "y_scale": "log", "x_label": "l"});
        let frontier =
            json!({"kind": "frontier", "x": "a", "y": "b", "along": "w", "x_label": "l", "y_label": "m", "x_scale": "log"});
        let mut cases =
            vec![json!({}), json!([]), json!({"Bad name": ccdf}), json!({"f": 3}), json!({"f": {"kind": "pie"}}), json!({"f": {}})];
        let dots = json!({"kind": "dots", "metrics": ["a", "b"], "labels": ["A", "B"], "x_label": "l", "x_scale": "log"});
        for spec in [&full, &ccdf, &frontier, &dots] {
            cases.push(json!({ "f": spec }));
            let fields = spec.as_object().expect("an object");
            for field in fields.keys() {
                let mut without = fields.clone();
                without.remove(field);
                cases.push(json!({ "f": without }));
                for odd in [
                    json!(null),
                    json!(3),
                    json!("odd"),
                    json!(" "),
                    json!(true),
                    json!({}),
                    json!([]),
                    json!(["one"]),
                    json!({"a": []}),
                ] {
                    let mut with = fields.clone();
                    with.insert(field.clone(), odd);
                    cases.push(json!({ "f": with }));
                }
            }
            let mut unknown = fields.clone();
            unknown.insert("colour".to_owned(), json!("red"));
            cases.push(json!({ "f": unknown }));
        }
        let (mut taken, mut refused) = (0, 0);
        for case in cases {
            let reader = read_figures("/figures", &case);
            // A schema cannot count labels against metrics.
            let counted =
                |faults: &Vec<super::super::fault::Fault>| faults.iter().all(|fault| fault.problem.contains(" labels for "));
            if reader.as_ref().is_err_and(counted) {
                continue;
            }
            assert_eq!(validator.is_valid(&case), reader.is_ok(), "{case}: {reader:?}");
            match reader {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
        }
        assert!(taken > 20 && refused > 100, "{taken} taken, {refused} refused");
    }
}
