//! Patterns put back into words.

use serde_json::{Map, Value, json};

use super::access::{Daily, Layers, Pattern, PatternKind, Portion, Trace};
use super::resolved::{Model, Start};
use super::written::Style;
use crate::units::{Law, SimTime};

/// The table of patterns. For an identity a recording is its digest: what it holds, however it was written.
pub fn patterns(model: &Model, s: Style) -> Value {
    Value::Object(model.patterns.iter().map(|p| (p.name.clone(), pattern(model, p, s))).collect())
}

fn pattern(model: &Model, pattern: &Pattern, s: Style) -> Value {
    let names = |parts: &[usize]| parts.iter().map(|part| model.patterns[*part].name.clone()).collect::<Vec<_>>();
    let (word, mut inner) = match &pattern.kind {
        PatternKind::Dwell { on, off, start } => ("dwell", dwell(on, off, *start, s)),
        PatternKind::Schedule { on_at_start, changes } => ("schedule", schedule(*on_at_start, changes, s)),
        PatternKind::Daily(daily) => ("daily", self::daily(daily, s)),
        PatternKind::Trace(trace) => ("trace", self::trace(model, trace, s)),
        PatternKind::Common(common) => {
            let of: Map<_, _> = common.of.iter().map(|(weight, of)| (model.patterns[*of].name.clone(), (*weight).into())).collect();
            ("common", json!({"of": of, "share": common.share}))
        }
        PatternKind::All(parts) => return json!({"all": names(parts)}),
        PatternKind::Any(parts) => return json!({"any": names(parts)}),
    };
    if let Some(share) = pattern.silent_loss {
        inner["silent_loss"] = share.into();
    }
    json!({word: inner})
}

/// What a device has while its radio is on, put into `device`; what it always has is not written.
pub fn layers(device: &mut Value, model: &Model, layers: &Layers) {
    let name = |place: usize| model.patterns[place].name.as_str();
    if let Some((ip, kept)) = layers.ip {
        device["ip"] = json!({"pattern": name(ip), "registration": if kept { "kept" } else { "lost" }});
    }
    if layers.quiet {
        device["returns"] = "quiet".into();
    }
    for (field, place) in [("cs", layers.cs), ("ps", layers.ps), ("memory", layers.memory)] {
        if let Some(place) = place {
            device[field] = name(place).into();
        }
    }
}

/// Times on and off.
pub fn dwell(on: &Law, off: &Law, start: Option<Start>, s: Style) -> Value {
    let mut written = json!({"on": s.law(on), "off": s.law(off)});
    if let Some(own) = start {
        written["start"] = super::written::start(own).into();
    }
    written
}

/// A state at the start, and changes.
pub fn schedule(on_at_start: bool, changes: &[(SimTime, bool)], s: Style) -> Value {
    let changes: Vec<_> = changes.iter().map(|(at, on)| json!({"at": s.time(*at), "to": on_off(*on)})).collect();
    json!({"start": on_off(on_at_start), "changes": changes})
}

fn daily(daily: &Daily, s: Style) -> Value {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let days: Vec<&str> = names.into_iter().enumerate().filter(|(i, _)| daily.days & 1 << i != 0).map(|(_, day)| day).collect();
    let (from, lasts) = (s.law(&daily.from), s.law(&daily.lasts));
    json!({"from": from, "lasts": lasts, "state": on_off(daily.on), "days": days, "share": daily.share})
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn trace(model: &Model, trace: &Trace, s: Style) -> Value {
    let names = |p: &Portion| {
        let population = &model.populations[p.population];
        (population.name.as_str(), population.devices[p.device].name.as_str())
    };
    if s == Style::Canonical {
        let digest = |p: &Portion| (format!("{}.{}", names(p).0, names(p).1), p.digest().into());
        return Value::Object(trace.portions.iter().map(digest).collect::<Map<_, _>>());
    }
    let mut rows: Vec<Value> = vec!["device,time,state".into()];
    for portion in &trace.portions {
        let (population, device) = names(portion);
        for (user, replay) in portion.users.iter().enumerate() {
            let mut row = |at: Value, on: bool| {
                let at = at.as_str().unwrap_or("0 s").to_owned();
                rows.push(format!("{population}-{}.{device},{at},{}", user + 1, on_off(on)).into());
            };
            row("0 s".into(), replay.on_at_start);
            replay.changes.iter().enumerate().for_each(|(i, at)| row(s.time(*at), replay.after(i)));
        }
    }
    json!({"of": {"rows": rows}})
}
