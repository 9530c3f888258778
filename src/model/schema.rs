//! The JSON Schema of model files, made from the description that the reader uses.
//!
//! It knows structure: fields, types, words, ranges, the form of quantities. Names that dangle, values that do not fit together,
//! and what a file lacks (which may stand in a file it extends) only the reader knows.

use serde_json::{Map, Value, json};

use super::file::MODEL;
use super::laws::LAW;
use super::params::GROUPS;
use super::shape::{Choice, Field, Need, Shape, Word};
use crate::delivery::profile::AxisId;

/// A number in decimal digits, perhaps with an exponent, not negative.
const NUMBER: &str = r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?";
const TIME_UNIT: &str = "(ns|us|\u{b5}s|\u{3bc}s|ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?|weeks?)";
const BYTE_UNIT: &str = "(B|bytes?|kB|MB|GB|KiB|MiB|GiB)";

/// Codes of the faults that a schema can see too, when they stand in the file itself.
pub const STRUCTURAL: &[&str] = &[
    "unknown-field",
    "unknown-word",
    "unknown-axis",
    "unknown-value",
    "wrong-type",
    "missing-unit",
    "unknown-unit",
    "not-a-quantity",
    "negative",
    "not-whole",
    "bad-name",
    "wrong-length",
    "not-one",
    "unknown-parameter",
];

/// The schema of a model file (JSON Schema 2020-12).
pub fn model_schema() -> Value {
    let mut schema = object(&MODEL);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "Model of cpmsim".into();
    schema["description"] = "A model of message delivery. Comments are allowed. Null takes away what an extended file says.".into();
    let parameters: Vec<Value> = super::refer::identifiers().into_iter().map(Value::from).collect();
    schema["$defs"] = json!({
        "law": self::choice(law_choice(), false),
        "law_in_list": self::choice(law_choice(), true),
        "param": {
            "type": "object",
            "description": "The value of a parameter.",
            "properties": {"param": {"enum": parameters}},
            "required": ["param"],
            "additionalProperties": false,
        },
    });
    schema
}

fn law_choice() -> &'static Choice {
    LAW.choice().expect("a law is a choice")
}

/// The schema of an object with fixed fields.
fn object(shape: &'static Shape) -> Value {
    match shape {
        Shape::Record(fields) => record(fields, false),
        _ => unreachable!("a model is an object"),
    }
}

/// An object with fixed fields. `strict`: it stands in a list, which is never merged, so that nothing may be missing or null.
fn record(fields: &'static [Field], strict: bool) -> Value {
    let mut value = json!({"type": "object", "properties": properties(fields, strict), "additionalProperties": false});
    if strict {
        value["required"] = fields.iter().filter(|f| f.need == Need::Required).map(|f| f.name).collect();
    }
    value
}

fn properties(fields: &'static [Field], strict: bool) -> Map<String, Value> {
    fields
        .iter()
        .filter(|f| f.need != Need::NotBuilt)
        .map(|f| (f.name.to_owned(), nullable(described(f, strict), strict)))
        .collect()
}

/// A field may be null, which takes away what an extended file says.
fn nullable(mut value: Value, strict: bool) -> Value {
    if strict {
        return value;
    }
    match value.as_object_mut().and_then(|v| v.remove("description")) {
        Some(description) => json!({"description": description, "anyOf": [value, {"type": "null"}]}),
        None => json!({"anyOf": [value, {"type": "null"}]}),
    }
}

fn described(field: &'static Field, strict: bool) -> Value {
    let mut value = of(field.shape, strict);
    if value.get("$ref").is_some() {
        value = json!({"allOf": [value]});
    }
    value["description"] = field.says.into();
    value
}

/// The value, or a reference to a parameter.
fn or_param(value: Value) -> Value {
    json!({"anyOf": [value, {"$ref": "#/$defs/param"}]})
}

fn text_like(pattern: String) -> Value {
    json!({"type": "string", "pattern": format!(r"^\s*({pattern})\s*$")})
}

fn of(shape: &'static Shape, strict: bool) -> Value {
    match shape {
        Shape::Record(fields) => record(fields, strict),
        Shape::Kinds(kinds) => {
            let one = |kind: &super::shape::Kind| {
                let mut value = record(kind.fields, strict);
                value["description"] = kind.says.into();
                value["properties"]["kind"] = json!({"const": kind.name});
                // A file laid over another need not repeat the kind.
                json!(value)
            };
            json!({"anyOf": kinds.iter().map(one).collect::<Vec<_>>()})
        }
        Shape::Choice(choice) if std::ptr::eq(*choice, law_choice()) => {
            json!({"$ref": if strict { "#/$defs/law_in_list" } else { "#/$defs/law" }})
        }
        Shape::Choice(choice) => self::choice(choice, strict),
        Shape::Table { of: inner, .. } => json!({
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z0-9_-]{1,64}$"},
            "additionalProperties": nullable(of(inner, strict), strict),
        }),
        Shape::List { of: inner, least, most } => {
            json!({"type": "array", "items": of(inner, true), "minItems": least, "maxItems": most})
        }
        Shape::Span { forever } => {
            let word = if *forever { "|forever" } else { "" };
            or_param(text_like(format!("{NUMBER}\\s*{TIME_UNIT}{word}")))
        }
        Shape::Rate => or_param(text_like(format!(r"{NUMBER}\s*/\s*({NUMBER}\s*)?{TIME_UNIT}"))),
        Shape::Bytes { .. } => text_like(format!(r"{NUMBER}\s*{BYTE_UNIT}")),
        Shape::ByteRate => text_like(format!(r"{NUMBER}\s*({BYTE_UNIT}|[kMG]?bit)\s*/\s*({NUMBER}\s*)?{TIME_UNIT}")),
        Shape::Probability => {
            or_param(json!({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, text_like(format!(r"{NUMBER}\s*%?"))]}))
        }
        Shape::Number { above_zero: true } => or_param(json!({"type": "number", "exclusiveMinimum": 0})),
        Shape::Number { above_zero: false } => or_param(json!({"type": "number", "minimum": 0})),
        Shape::Whole { least, most } => or_param(json!({"type": "integer", "minimum": least, "maximum": most})),
        Shape::Word(words) => json!({"enum": words.iter().map(|w| w.word).collect::<Vec<_>>(), "description": meanings(words)}),
        Shape::WordOr(words, inner) => json!({
            "anyOf": [{"enum": words.iter().map(|w| w.word).collect::<Vec<_>>(), "description": meanings(words)}, of(inner, strict)],
        }),
        Shape::NameOr(_, inner) => json!({"anyOf": [{"type": "string"}, of(inner, strict)]}),
        Shape::OrNull(inner) => json!({"anyOf": [of(inner, strict), {"type": "null"}]}),
        Shape::Name(_) | Shape::Text => json!({"type": "string"}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Axes => axes(),
        Shape::Any => json!({}),
    }
}

fn meanings(words: &'static [Word]) -> String {
    words.iter().map(|w| format!("{}: {}", w.word, w.says)).collect::<Vec<_>>().join(" ")
}

fn choice(choice: &'static Choice, strict: bool) -> Value {
    let members: Map<String, Value> = choice.variants.iter().map(|v| (v.name.to_owned(), described(v, strict))).collect();
    // An empty object changes nothing where something lies below it.
    let mut any = vec![
        json!({"type": "object", "properties": members, "maxProperties": 1, "additionalProperties": false}),
        json!({"$ref": "#/$defs/param"}),
    ];
    any.extend(choice.bare.map(|bare| of(bare, strict)));
    json!({"description": choice.noun, "anyOf": any})
}

fn axes() -> Value {
    let one = |axis: AxisId| {
        let info = axis.info();
        (info.name.to_owned(), json!({"enum": info.values, "description": info.says}))
    };
    let all: Map<String, Value> = AxisId::all().map(one).map(|(name, value)| (name, nullable(value, false))).collect();
    json!({"type": "object", "properties": all, "additionalProperties": false})
}

/// The reference of the documentation, as Markdown: every field of a model file, the laws, the parameters.
pub fn reference() -> String {
    let mut text = String::new();
    let Shape::Record(fields) = &MODEL else { unreachable!("a model is an object") };
    text += "### Fields\n\n| field | value | meaning |\n|---|---|---|\n";
    for field in fields.iter().filter(|f| !GROUPS.iter().any(|g| g.name == f.name)) {
        rows(&mut text, "", field, 0);
    }
    text += "\n### Laws\n\n| law | value | meaning |\n|---|---|---|\n";
    for variant in law_choice().variants {
        rows(&mut text, "", variant, 0);
    }
    text += "\n### Parameters\n\n| parameter | value | acts | meaning |\n|---|---|---|---|\n";
    for group in GROUPS {
        parameter_rows(&mut text, "", group);
    }
    text
}

fn parameter_rows(text: &mut String, prefix: &str, field: &'static Field) {
    let id = format!("{prefix}{}", field.name);
    if let Shape::Record(inner) = field.shape {
        return inner.iter().for_each(|f| parameter_rows(text, &format!("{id}."), f));
    }
    let acts = match field.need {
        Need::Library => "where referred to",
        Need::NotBuilt => "not built",
        _ => "always",
    };
    *text += &format!("| `{id}` | {} | {acts} | {} |\n", value_words(field.shape), field.says);
}

fn rows(text: &mut String, prefix: &str, field: &'static Field, depth: usize) {
    let id = format!("{prefix}{}", field.name);
    let need = if field.need == Need::Required && depth < 8 { "" } else { " (optional)" };
    *text += &format!("| `{id}`{need} | {} | {} |\n", value_words(field.shape), field.says.replace('|', "\\|"));
    below(text, &id, field.shape, depth + 1);
}

fn below(text: &mut String, id: &str, shape: &'static Shape, depth: usize) {
    match shape {
        Shape::Record(fields) => fields.iter().for_each(|f| rows(text, &format!("{id}."), f, depth)),
        Shape::Kinds(kinds) => {
            for kind in *kinds {
                *text += &format!("| `{id}` of kind `{}` | an object | {} |\n", kind.name, kind.says);
                for field in kind.fields.iter().filter(|f| f.name != "kind") {
                    *text += &format!("| `{id}.{}` | {} | {} |\n", field.name, value_words(field.shape), field.says);
                    // The parameters of a PF stand in their own table.
                    if !matches!(field.shape, Shape::Record(inner) if inner.iter().any(|f| f.need == Need::Filled)) {
                        below(text, &format!("{id}.{}", field.name), field.shape, depth + 1);
                    }
                }
            }
        }
        Shape::Choice(choice) if std::ptr::eq(*choice, law_choice()) => {}
        Shape::Choice(choice) => choice.variants.iter().for_each(|v| rows(text, &format!("{id}."), v, depth)),
        Shape::Table { of, .. } => below(text, &format!("{id}.*"), of, depth),
        Shape::List { of, .. } => below(text, &format!("{id}[]"), of, depth),
        Shape::WordOr(_, inner) | Shape::NameOr(_, inner) | Shape::OrNull(inner) => below(text, id, inner, depth),
        _ => {}
    }
}

fn value_words(shape: &'static Shape) -> String {
    let words = |words: &'static [Word]| words.iter().map(|w| format!("`\"{}\"`", w.word)).collect::<Vec<_>>().join(", ");
    match shape {
        Shape::Record(_) | Shape::Kinds(_) => "an object".to_owned(),
        Shape::Choice(choice) => choice.noun.to_owned(),
        Shape::Table { noun, .. } => format!("by name: {noun}"),
        Shape::List { of, .. } => format!("list of: {}", value_words(of)),
        Shape::Span { forever: true } => "a time, or `\"forever\"`".to_owned(),
        Shape::Span { forever: false } => "a time".to_owned(),
        Shape::Rate => "a rate".to_owned(),
        Shape::Bytes { .. } => "a size".to_owned(),
        Shape::ByteRate => "a size per time".to_owned(),
        Shape::Probability => "0 to 1, or a percentage".to_owned(),
        Shape::Number { above_zero: true } => "a number above 0".to_owned(),
        Shape::Number { above_zero: false } => "a number from 0".to_owned(),
        Shape::Whole { least, most } if *most == super::params::U32 => format!("whole, from {least}"),
        Shape::Whole { least, most } => format!("whole, {least} to {most}"),
        Shape::Word(list) => words(list),
        Shape::WordOr(list, inner) => format!("{}, or {}", words(list), value_words(inner)),
        Shape::NameOr(noun, inner) => format!("name of: {noun}, or {}", value_words(inner)),
        Shape::OrNull(inner) => format!("{}, or null", value_words(inner)),
        Shape::Name(noun) => format!("name of: {noun}"),
        Shape::Flag => "true or false".to_owned(),
        Shape::Text => "a text".to_owned(),
        Shape::Axes => "by name: the value of an axis".to_owned(),
        Shape::Any => "–".to_owned(),
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
