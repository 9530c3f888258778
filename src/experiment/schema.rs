//! The JSON Schema of experiment files, for editors. `file.rs` reads them; a test holds the two together.

use serde_json::{Value, json};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let number_or_text = json!({"type": ["number", "string"]});
    let scalar = json!({"type": ["string", "number", "boolean"]});
    let settings = json!({
        "type": "object",
        "description": "Dotted paths into the model and the values they get, as in {\"pf.wait_ip\": \"10 s\"}.",
        "propertyNames": {"pattern": "^[^.]+(\\.[^.]+)*$"}
    });
    let bound = |says: &str| json!({"type": ["number", "string"], "description": says});
    let place = json!({
        "type": "object",
        "description": "Axes by name or by the path they set, with the value at which this holds. Axes left out take all their values.",
        "additionalProperties": scalar
    });
    let formula = json!({
        "type": ["number", "string"],
        "description": "A number or a formula: + - * / ^, parentheses, pi, exp ln sqrt abs phi min max, units (s, ms, min, h, d, %), and axis names (durations in seconds)."
    });
    let tails = json!({
        "family": {"required": ["above"], "not": {"anyOf": [{"required": ["metric"]}, {"required": ["equivalent_to"]}]}},
        "above": {"required": ["family"]}
    });
    let expectation = json!({
        "type": "object",
        "anyOf": [{"required": ["metric"]}, {"required": ["family", "above"]}],
        "dependentSchemas": tails,
        "additionalProperties": false,
        "properties": {
            "description": {"type": "string"},
            "metric": {"type": "string", "description": "Full name, as sms_share_ratio."},
            "family": {"type": "string", "description": "A duration without statistic and unit, as server_sojourn: the share of its items longer than `above`."},
            "above": {"type": "string", "description": "A time, as \"200 ms\"."},
            "at": place,
            "equals": formula,
            "between": {"type": "array", "minItems": 2, "maxItems": 2, "items": formula},
            "less_than": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": false,
                "properties": {"at": place, "metric": {"type": "string"}},
                "description": "The metric is less than at another point, or than another metric."
            },
            "equivalent_to": {"const": "baseline", "description": "The metric differs from the baseline of the gate by no more than `margin`."},
            "margin": bound("How far the baseline may be missed: \"1 %\" of its value, or a length in the unit of the metric."),
            "half_width": bound("Largest half-width of the printed 95 % interval: \"1 %\" of the value, or a length in the unit of the metric."),
            "tolerance": number_or_text
        },
        "oneOf": [{"required": ["equals"]}, {"required": ["between"]}, {"required": ["less_than"]}, {"required": ["equivalent_to", "margin"]}]
    });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cpmsim experiment",
        "type": "object",
        "required": ["model"],
        "additionalProperties": false,
        "properties": {
            "$schema": {},
            "description": {"type": "string", "description": "The question, in a sentence."},
            "model": {"type": ["string", "object"], "description": "Path of a model file, relative to this file; or a model itself."},
            "seed": {"type": "integer", "minimum": 0, "default": 1, "description": "Together with the replicate it fixes all chance."},
            "replicates": {"type": "integer", "minimum": 1, "maximum": super::file::MOST_REPLICATES, "default": 1, "description": "Runs of each point."},
            "set": settings,
            "axes": {
                "type": "object",
                "description": "What is varied, by name. Axes cross in the order of their names, the last varies fastest.",
                "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_-]*$"},
                "additionalProperties": {
                    "type": "object",
                    "required": ["values"],
                    "additionalProperties": false,
                    "properties": {
                        "description": {"type": "string"},
                        "path": {"type": "string", "description": "The field that each value sets; `profile` and `axes.<name>` are fields like any other."},
                        "values": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": super::file::MOST_VALUES,
                            "description": "Values of the field; or, without a path, labelled joint settings {\"label\": ..., \"set\": {...}}."
                        }
                    },
                    "if": {"not": {"required": ["path"]}},
                    "then": {"properties": {"values": {"items": {
                        "type": "object",
                        "required": ["label", "set"],
                        "additionalProperties": false,
                        "properties": {"label": scalar, "set": settings}
                    }}}}
                }
            },
            "metrics": {"type": "array", "items": {"type": "string"}, "description": "Full names of metrics that summaries show first."},
            "figures": {"type": "object", "description": "Figures by name: kinds lines, ccdf and frontier.", "additionalProperties": {"type": "object"}},
            "gate": {
                "type": "object",
                "additionalProperties": false,
                "properties": {"replicates": {"type": "integer", "minimum": 1, "maximum": super::file::MOST_REPLICATES, "default": 3, "description": "Runs of each point that the gate pins."}}
            },
            "expect": {
                "type": "array",
                "description": "What the metrics should be. All interval tests of a file are judged together at 99 %.",
                "items": expectation
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::file;

    /// Structural faults: reader and schema must refuse the same files and take the same.
    #[test]
    fn schema_and_reader_agree() {
        let validator = jsonschema::validator_for(&schema()).expect("a schema");
        let wait = json!({"wait": {"path": "pf.wait_ip", "values": ["0 s", "2 s"]}});
        let expect = |e: Value| json!({"model": "m.json", "axes": wait, "expect": [e]});
        let good = [
            json!({"model": "m.json"}),
            json!({"$schema": "x", "model": {}, "seed": 3, "replicates": 5, "set": {"a.b": 1}, "axes": wait, "figures": {"f": {"kind": "lines"}}}),
            expect(
                json!({"metric": "sms_share_ratio", "equals": "exp(-wait)", "at": {"wait": "2 s"}, "half_width": "1 %", "tolerance": 0.1}),
            ),
            expect(json!({"metric": "sms_share_ratio", "between": [0, "1"]})),
            expect(json!({"family": "server_sojourn", "above": "200 ms", "equals": "exp(-4)"})),
            expect(json!({"metric": "sms_share_ratio", "less_than": {"at": {"wait": "2 s"}}})),
            expect(json!({"metric": "sms_share_ratio", "equivalent_to": "baseline", "margin": 0.1})),
            json!({"model": "m.json", "axes": {"mix": {"values": [{"label": 0.1, "set": {}}]}}}),
        ];
        for file in &good {
            assert!(validator.is_valid(file), "schema refuses {file}");
            file::read(file).unwrap_or_else(|wrong| panic!("reader refuses {file}: {wrong:?}"));
        }
        let bad = [
            json!([]),
            json!({}),
            json!({"model": 1}),
            json!({"model": "m.json", "sede": 1}),
            json!({"model": "m.json", "seed": -1}),
            json!({"model": "m.json", "seed": "1"}),
            json!({"model": "m.json", "replicates": 0}),
            json!({"model": "m.json", "set": {"a..b": 1}}),
            json!({"model": "m.json", "set": {"": 1}}),
            json!({"model": "m.json", "axes": {"1": {"path": "a", "values": [1]}}}),
            json!({"model": "m.json", "axes": {"a": {"path": "a", "values": []}}}),
            json!({"model": "m.json", "axes": {"a": {"values": [1]}}}),
            json!({"model": "m.json", "axes": {"a": {"values": [{"label": "x"}]}}}),
            json!({"model": "m.json", "axes": {"a": {"path": "a", "values": [1], "step": 1}}}),
            json!({"model": "m.json", "gate": {"replicates": 0}}),
            json!({"model": "m.json", "figures": []}),
            expect(json!({"equals": 1})),
            expect(json!({"family": "server_sojourn", "equals": 1})),
            expect(json!({"above": "1 s", "equals": 1})),
            expect(json!({"family": "server_sojourn", "above": "1 s", "metric": "sms_share_ratio", "equals": 1})),
            expect(json!({"family": "server_sojourn", "above": "1 s", "equivalent_to": "baseline", "margin": 0.1})),
            expect(json!({"family": "server_sojourn", "above": 1, "equals": 1})),
            expect(json!({"metric": "sms_share_ratio"})),
            expect(json!({"metric": "sms_share_ratio", "equals": true})),
            expect(json!({"metric": "sms_share_ratio", "equals": 1, "between": [1, 2]})),
            expect(json!({"metric": "sms_share_ratio", "between": [1]})),
            expect(json!({"metric": "sms_share_ratio", "less_than": {}})),
            expect(json!({"metric": "sms_share_ratio", "equivalent_to": "baseline"})),
            expect(json!({"metric": "sms_share_ratio", "equivalent_to": "x", "margin": 1})),
        ];
        for file in &bad {
            assert!(!validator.is_valid(file), "schema takes {file}");
            assert!(file::read(file).is_err(), "reader takes {file}");
        }
    }
}
