//! The texts a model resolves to: the canonical one, which is the ground of its identity, and the readable one.
//!
//! Canonical (`design.md` 2.5): defaults filled in and then what equals its default left out, so that a parameter added later does
//! not change the identity of models that do not write it; names sorted, quantities in nanoseconds or shortest form. What does not
//! act (description, schema, the way a value came to be) is not in it.

use std::sync::OnceLock;

use serde_json::Value;

use super::extend::Tree;
use super::resolved::Model;
use super::written::{self, Style};

/// The canonical text: one line of JSON.
pub fn canonical(model: &Model) -> String {
    let mut value = written::model(model, Style::Canonical);
    let plain = prototype();
    for block in ["profile", "axes", "run", "measure", "limits", "sip", "client", "user"] {
        leave_out(&mut value, plain, block);
    }
    if model.policies.len() <= 1 {
        value.as_object_mut().expect("a model is an object").remove("policies");
    }
    if model.patterns.is_empty() {
        value.as_object_mut().expect("a model is an object").remove("patterns");
    }
    for function in members(&mut value, "functions") {
        let same = plain["functions"].as_object().into_iter().flat_map(|f| f.values()).find(|f| f["kind"] == function["kind"]);
        let Some(same) = same else { unreachable!("the prototype has a function of every kind") };
        let own = function["kind"].as_str().unwrap_or_default().to_owned();
        leave_out(function, same, &own);
        leave_out(function, same, "service");
    }
    for link in members(&mut value, "links") {
        leave_out(link, &plain["links"]["air"], "loss");
    }
    for phone in members(&mut value, "phones") {
        for field in ["registration", "silent_loss"] {
            leave_out(phone, &plain["phones"]["any"], field);
        }
    }
    for population in members(&mut value, "populations") {
        for device in members(population, "devices") {
            for field in ["primary", "owned_by", "radio"] {
                leave_out(device, &plain["populations"]["all"]["devices"]["any"], field);
            }
        }
    }
    for stream in members(&mut value, "traffic") {
        leave_out(stream, &plain["traffic"]["all"], "message");
    }
    value.to_string()
}

/// Everything a model resolves to, in the language of model files, with units.
pub fn resolved_text(model: &Model) -> String {
    let mut text = serde_json::to_string_pretty(&written::model(model, Style::Readable)).expect("JSON values can be written");
    text.push('\n');
    text
}

fn members<'v>(value: &'v mut Value, table: &str) -> impl Iterator<Item = &'v mut Value> {
    value[table].as_object_mut().into_iter().flat_map(|t| t.values_mut())
}

/// Takes `field` out of `value`, or those of its members, that equal what stands in `plain`.
fn leave_out(value: &mut Value, plain: &Value, field: &str) {
    let (Some(object), Some(plain)) = (value.as_object_mut(), plain.get(field)) else { return };
    let Some(own) = object.get_mut(field) else { return };
    if let (Some(own), Some(plain)) = (own.as_object_mut(), plain.as_object()) {
        // A law, a radio or a length is one value; a block is left out member by member.
        if !matches!(field, "radio") {
            own.retain(|name, value| plain.get(name) != Some(value));
        }
    }
    if own == plain || own.as_object().is_some_and(|o| o.is_empty()) {
        object.remove(field);
    }
}

/// A model that writes nothing that has a default.
const PROTOTYPE: &str = r#"{
  "axes": {"deferred-mode": "auto-push"},
  "run": {"arrivals_until": "0 s"},
  "functions": {
    "core": {"kind": "core"}, "pf": {"kind": "pf"}, "isf": {"kind": "isf"}, "iwf": {"kind": "iwf"}, "hlr": {"kind": "hlr"}, "msc": {"kind": "msc"},
    "mss": {"kind": "mss"}, "push": {"kind": "push"}, "smsc": {"kind": "smsc"}, "sgsn": {"kind": "sgsn"}
  },
  "links": {
    "gm": {"from": "devices", "to": "core", "delay": "0 s"},
    "core_pf": {"from": "core", "to": "pf", "delay": "0 s"},
    "pf_isf": {"from": "pf", "to": "isf", "delay": "0 s"},
    "isf_iwf": {"from": "isf", "to": "iwf", "delay": "0 s"},
    "iwf_hlr": {"from": "iwf", "to": "hlr", "delay": "0 s"},
    "hlr_msc": {"from": "hlr", "to": "msc", "delay": "0 s"},
    "air": {"from": "devices", "to": "msc", "delay": "0 s"},
    "hlr_sgsn": {"from": "hlr", "to": "sgsn", "delay": "0 s"},
    "air_ps": {"from": "devices", "to": "sgsn", "delay": "0 s"},
    "pf_mss": {"from": "pf", "to": "mss", "delay": "0 s"},
    "sync": {"from": "devices", "to": "mss", "delay": "0 s"},
    "pf_push": {"from": "pf", "to": "push", "delay": "0 s"},
    "push": {"from": "devices", "to": "push", "delay": "0 s"}
  },
  "phones": {"any": {"phases": {"any": {"takes": "0 s"}}}},
  "populations": {"all": {"count": 1, "sgsn": null, "devices": {"any": {"classes": {"any": 1}}}}},
  "traffic": {"all": {"from": "all", "to": "all", "arrivals": {"at": []}}}
}"#;

/// The prototype in canonical words, with the axes of the default profile.
fn prototype() -> &'static Value {
    static PLAIN: OnceLock<Value> = OnceLock::new();
    PLAIN.get_or_init(|| {
        let tree = Tree::from_text("prototype", PROTOTYPE).unwrap_or_else(|f| panic!("the prototype can be read: {f}"));
        let (mut model, _) = super::load::model_of(&tree, &[]).unwrap_or_else(|f| panic!("the prototype is a model: {f}"));
        model.axes = crate::delivery::profile::Axes::default();
        written::model(&model, Style::Canonical)
    })
}
