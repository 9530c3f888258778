//! Whether a run that ends drained comes to rest: warnings about messages that can never be submitted or never arrive.
//!
//! It looks for what holds for good: a client without IP, a radio that stays off, a time that may last forever. What merely takes
//! long is not looked for; a run that meets its limit of events says what is open.

use super::access::{self, Pattern};
use super::check::Check;
use super::report::At;
use super::resolved::{DeviceClass, End, Gives, Model, Radio};
use crate::units::{Law, SimTime, Span};

const CODE: &str = "never-drains";

/// All warnings of a model that ends drained.
pub fn warn(check: &mut Check<'_, '_, '_>, model: &Model) {
    if model.run.end != End::Drained || model.traffic.is_empty() {
        return;
    }
    for place in 0..model.populations.len() {
        let streams: Vec<&str> = model.traffic.iter().filter(|t| t.from == place).map(|t| t.name.as_str()).collect();
        if !streams.is_empty() {
            writers(check, model, place, &streams);
        }
    }
    for link in &model.links {
        may_stay_away(check, &format!("links.{}.delay", link.spec.name), &link.spec.delay);
    }
    for function in &model.functions {
        may_stay_away(check, &format!("functions.{}.service.time", function.name), &function.service.time);
    }
}

/// A message is submitted by the first device that its sender owns, once that is registered.
fn writers(check: &mut Check<'_, '_, '_>, model: &Model, place: usize, streams: &[&str]) {
    let (population, until) = (&model.populations[place], model.run.arrivals_until);
    let Some(devices) = check.root.find(&format!("populations.{}.devices", population.name)) else { return };
    let remedy = "write from users whose first device gets IP and comes back, or give `run.end` an instant";
    for (nth, device) in population.devices.iter().enumerate() {
        let Some(at) = devices.get(&device.name) else { continue };
        let what = format!("so that {} from \"{}\" may never be submitted, and the run not end", listed(streams), population.name);
        for (weight, class) in &device.classes {
            if *weight > 0.0 && !registers(class) {
                let place = at.get("classes").and_then(|c| c.get(&class.name)).unwrap_or_else(|| at.clone());
                let problem = format!("devices of class \"{}\" never get IP, {what}", class.name);
                check.report.warning(CODE, &place, problem, remedy);
            }
        }
        if stays_off(&device.radio, until, &model.patterns, (place, nth)) {
            let place = at.get("radio").unwrap_or_else(|| at.clone());
            check.report.warning(CODE, &place, format!("the radio may stay off for good, {what}"), remedy);
        }
        if device.owned_by >= 1.0 {
            return;
        }
    }
}

fn listed(streams: &[&str]) -> String {
    let plural = if streams.len() == 1 { "the messages of stream" } else { "the messages of streams" };
    format!("{plural} {}", streams.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(", "))
}

/// Whether a device of this class comes to have IP, and to register, while its radio is on.
fn registers(class: &DeviceClass) -> bool {
    // Phases stand after those that they wait for.
    let mut ends: Vec<bool> = Vec::with_capacity(class.phases.len());
    for phase in &class.phases {
        ends.push(!is_forever(&phase.takes) && phase.after.iter().all(|before| ends[*before]));
    }
    let comes = |gift: Gives| class.phases.iter().position(|p| p.gives.contains(&gift)).map(|phase| ends[phase]);
    comes(Gives::Ip) == Some(true) && comes(Gives::Register).unwrap_or(true) && !is_forever(&class.registration.own_delay)
}

fn is_forever(law: &Law) -> bool {
    law.constant() == Some(Span::FOREVER)
}

/// Whether messages may be written while the radio is off for good.
fn stays_off(radio: &Radio, until: SimTime, patterns: &[Pattern], who: (usize, usize)) -> bool {
    match radio {
        Radio::AlwaysOn => false,
        Radio::Dwell { off, .. } => off.may_last_forever(),
        Radio::Schedule { on_at_start, changes } => match changes.last() {
            None => !on_at_start,
            Some((at, on)) => !on && *at < until,
        },
        Radio::Pattern(place) => access::stays_off(patterns, *place, until, who),
    }
}

/// Warns of a link or a service that may keep what it takes forever.
fn may_stay_away(check: &mut Check<'_, '_, '_>, path: &str, law: &Law) {
    if !law.may_last_forever() {
        return;
    }
    let at: At<'_> = check.root.find(path).unwrap_or_else(|| check.root.clone());
    let problem = "it may last forever: what it takes never arrives, and a run that waits for it does not end";
    check.report.warning(CODE, &at, problem, "write a law with an end, or give `run.end` an instant");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::model::{Fault, Tree, resolve};

    const MODEL: &str = r#"{
      "extends": ["lib/one_operator.json", "lib/phones.json"],
      "axes": {"deferred-mode": "auto-push"},
      "run": {"arrivals_until": "20 h"},
      "populations": {
        "readers": {"count": 2, "devices": {"phone": {"primary": true, "classes": {"N": 1}}}},
        "writers": {"count": 5, "devices": {
          "a": {"owned_by": 0.5, "classes": {"plain": 1}}, "b": {"classes": {"plain": 1}}, "c": {"classes": {"plain": 1}}
        }}
      },
      "traffic": {"main": {"from": "writers", "to": "readers", "arrivals": {"poisson": {"rate": "1/600 s"}}}}
    }"#;

    fn warned(overrides: &[(&str, Value)]) -> Vec<String> {
        let overrides: Vec<_> = overrides.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect();
        let warnings =
            resolve(&Tree::from_text("m", MODEL).expect("a tree"), &overrides).unwrap_or_else(|f| panic!("{f}")).warnings;
        let rest = |w: &&Fault| w.code == super::CODE;
        warnings.iter().filter(rest).map(|w| w.path.clone()).collect()
    }

    /// A reader without IP is no matter, a writer without IP is; his first device counts, and others where he may lack it.
    #[test]
    fn writers_who_never_register_are_warned_of() {
        assert_eq!(warned(&[]), Vec::<String>::new());
        let class = |device: &str| format!("populations.writers.devices.{device}.classes");
        for device in ["a", "b"] {
            let found = warned(&[(&class(device), json!({"plain": 1, "N": 1}))]);
            assert_eq!(found, [format!("/populations/writers/devices/{device}/classes/N")]);
        }
        assert_eq!(warned(&[(&class("c"), json!({"N": 1}))]), Vec::<String>::new(), "everybody has b");
        assert_eq!(warned(&[(&class("b"), json!({"plain": 1, "N": 0}))]), Vec::<String>::new(), "nobody draws it");
        assert_eq!(warned(&[(&class("b"), json!({"N": 1})), ("run.end", json!("100 h"))]), Vec::<String>::new(), "it ends anyhow");
        let never = [("phones.plain.phases.on.takes", json!("forever"))];
        assert_eq!(warned(&never).len(), 2, "both devices that write");
        assert_eq!(warned(&[("phones.plain.registration.own_delay", json!("forever"))]).len(), 2);
    }

    #[test]
    fn radios_that_stay_off_are_warned_of() {
        let radio = |value: Value| warned(&[("populations.writers.devices.b.radio", value)]);
        let place = ["/populations/writers/devices/b/radio"];
        assert_eq!(radio(json!({"schedule": {"start": "off", "changes": []}})), place);
        assert_eq!(radio(json!({"schedule": {"start": "on", "changes": [{"at": "1 h", "to": "off"}]}})), place);
        let later = json!({"schedule": {"start": "on", "changes": [{"at": "1 h", "to": "off"}, {"at": "2 h", "to": "on"}]}});
        assert_eq!(radio(later), Vec::<String>::new());
        let after = json!({"schedule": {"start": "on", "changes": [{"at": "20 h", "to": "off"}]}});
        assert_eq!(radio(after), Vec::<String>::new(), "nothing is written then");
        let off = json!({"discrete": [{"weight": 1, "value": "1 h"}, {"weight": 1, "value": "forever"}]});
        assert_eq!(radio(json!({"dwell": {"on": "1 h", "off": off, "start": "all_on"}})), place);
        assert_eq!(radio(json!({"dwell": {"on": "forever", "off": "1 h", "start": "all_on"}})), Vec::<String>::new());
    }

    #[test]
    fn links_and_services_that_may_keep_what_they_take_are_warned_of() {
        let sum = json!({"mixture": [{"weight": 1, "law": "1 s"}, {"weight": 1, "law": {"sum": ["1 s", "forever"]}}]});
        assert_eq!(warned(&[("links.gm.delay", sum.clone())]), ["/links/gm/delay"]);
        assert_eq!(warned(&[("links.gm.delay", sum), ("run.end", json!("100 h"))]), Vec::<String>::new());
        assert_eq!(warned(&[("functions.pf.service", json!({"time": "forever"}))]), ["/functions/pf/service/time"]);
        let capped = json!({"pareto": {"min": "1 s", "alpha": 0.5, "cap": "forever"}});
        assert_eq!(warned(&[("links.gm.delay", capped)]), Vec::<String>::new(), "no mean, but always an end");
    }
}
