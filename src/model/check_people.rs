//! Phones, devices and populations.

use std::collections::BTreeMap;

use super::check::{Check, start};
use super::check_access::{Who, follow, layers};
use super::check_provider::capabilities;
use super::file::MOST_USERS;
use super::leaf;
use super::names::remedy;
use super::report::At;
use super::resolved::{DeviceClass, DeviceSpec, Gives, Phase, PolicyChanges, Population, Radio, Registration, Start};
use crate::units::{Law, SimTime, Span};

/// All populations, sorted by name.
pub fn populations(check: &mut Check<'_, '_, '_>) -> Option<Vec<Population>> {
    let phones = check.root.members_of("phones").into_iter();
    let classes: BTreeMap<&str, Option<DeviceClass>> = phones.map(|(name, at)| (name, device_class(check, name, &at))).collect();
    let all = check.root.get("populations")?;
    let read: Vec<_> = all.members().enumerate().map(|(place, (name, at))| population(check, place, name, &at, &classes)).collect();
    read.into_iter().collect()
}

/// The clients of a user are kept as the bits of one word.
const MOST_DEVICES: usize = 64;

fn population<'t>(
    check: &mut Check<'t, '_, '_>,
    place: usize,
    name: &str,
    at: &At<'t>,
    classes: &BTreeMap<&str, Option<DeviceClass>>,
) -> Option<Population> {
    if name == "devices" {
        check.fault("bad-name", at, "\"devices\" means the devices of all populations", "choose another name");
    }
    let count = at.get("count").and_then(|c| leaf::whole(c.node, 1, MOST_USERS).ok());
    let core = check.function(at.get("core"), at, "core", "core", false);
    let pf = check.function(at.get("pf"), at, "pf", "pf", false);
    let msc = check.function(at.get("msc"), at, "msc", "msc", true);
    let sgsn = check.function(at.get("sgsn"), at, "sgsn", "sgsn", true);
    let all = at.get("devices")?;
    let users = count.map(|count| count as u32);
    let mut devices = Vec::new();
    for (device, (device_name, at)) in all.members().enumerate() {
        let who = Who { population: place, device, name, device_name, count: users, owned: true };
        devices.push(self::device(check, who, &at, classes));
    }
    if devices.len() > MOST_DEVICES {
        let problem = format!("{} devices are more than {MOST_DEVICES}", devices.len());
        check.fault("too-many", &all, problem, "give each user fewer devices");
    }
    for (device, (_, at)) in devices.iter().zip(all.members()) {
        let Some(DeviceSpec { primary, layers, .. }) = device else { continue };
        let lacks = [
            ("cs", layers.cs.is_some() && !(*primary && msc.is_some_and(|msc| msc.is_some()))),
            ("ps", layers.ps.is_some() && !(*primary && sgsn.is_some_and(|sgsn| sgsn.is_some()))),
            ("memory", layers.memory.is_some() && !primary),
        ];
        for (field, _) in lacks.into_iter().filter(|(_, lacks)| *lacks) {
            let place = at.get(field).unwrap_or_else(|| at.clone());
            let problem = format!("`{field}` takes nothing away: the device takes no SMS in that way");
            check.fault("takes-nothing", &place, problem, "write it of a Primary Device that a node of the domain serves");
        }
    }
    let primary: Vec<_> = devices.iter().flatten().filter(|d| d.primary).map(|d| d.name.as_str()).collect();
    if primary.len() > 1 {
        let problem = format!("{} are all primary, but one SIM is in one device", primary.join(" and "));
        check.fault("two-primaries", &all, problem, "let one device be primary");
    }
    Some(Population {
        name: name.to_owned(),
        count: count? as u32,
        core: core??,
        pf: pf??,
        msc: msc?,
        sgsn: sgsn?,
        devices: devices.into_iter().collect::<Option<_>>()?,
        policies: Vec::new(),
        policy_changes: PolicyChanges::None,
    })
}

fn device<'t>(
    check: &mut Check<'t, '_, '_>,
    who: Who<'_>,
    at: &At<'t>,
    classes: &BTreeMap<&str, Option<DeviceClass>>,
) -> Option<DeviceSpec> {
    let primary = at.get("primary").is_some_and(|p| p.node.data == super::tree::Data::Flag(true));
    let owned_by = match at.get("owned_by") {
        Some(share) => leaf::probability(share.node).ok(),
        None => Some(1.0),
    };
    let who = Who { owned: owned_by.is_none_or(|share| share >= 1.0), ..who };
    let layers = layers(check, at, &who);
    let radio = match at.get("radio") {
        Some(radio) => self::radio(check, &radio, &who),
        None => Some(Radio::AlwaysOn),
    };
    let weights = at.get("classes")?;
    let mut chosen = Vec::new();
    let mut whole = true;
    for (class, weight_at) in weights.members() {
        let weight = leaf::number(weight_at.node, false).ok();
        match classes.get(class) {
            None => {
                let help = remedy(class, "phone classes", classes.keys().copied());
                let problem = format!("no phone class is named \"{}\"", leaf::shorten(class));
                check.fault("dangling-name", &weight_at, problem, help);
                whole = false;
            }
            Some(found) => match (weight, found) {
                (Some(weight), Some(found)) => chosen.push((weight, found.clone())),
                _ => whole = false,
            },
        }
    }
    let sum: f64 = chosen.iter().map(|(w, _)| w).sum();
    if whole && !chosen.is_empty() && !(sum > 0.0 && sum.is_finite()) {
        let problem = if sum == 0.0 { "all weights are zero" } else { "the sum of the weights is not finite" };
        check.fault("bad-weights", &weights, problem, "give at least one class a weight above zero, and none a huge one");
    }
    Some(DeviceSpec {
        name: who.device_name.to_owned(),
        primary,
        owned_by: owned_by?,
        radio: radio?,
        layers: layers?,
        classes: if whole && !chosen.is_empty() { chosen } else { return None },
    })
}

fn radio<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, who: &Who<'_>) -> Option<Radio> {
    if at.text().is_some() {
        return Some(Radio::AlwaysOn);
    }
    match at.only()? {
        ("dwell", dwell) => {
            let (on, off, start) = self::dwell(check, &dwell)?;
            Some(Radio::Dwell { on, off, start })
        }
        ("schedule", schedule) => {
            let (on_at_start, changes) = self::schedule(check, &schedule)?;
            Some(Radio::Schedule { on_at_start, changes })
        }
        ("pattern", name) => follow(check, &name, who).map(Radio::Pattern),
        _ => None,
    }
}

/// Times on and off, and the state at the start where it is not the run's.
pub fn dwell<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<(Law, Law, Option<Start>)> {
    let on = at.get("on").and_then(|a| check.law(&a));
    let off = at.get("off").and_then(|a| check.law(&a));
    let own = match at.get("start") {
        Some(a) => Some(start(&a)?),
        None => None,
    };
    let (on, off) = (on?, off?);
    if on.is_zero() && off.is_zero() {
        check.fault("never-moves", at, "both times are zero, so that time would stand still", "let one be above zero");
    }
    let in_force = own.or_else(|| check.root.find("run.start").map_or(Some(Start::Equilibrium), |a| start(&a)))?;
    if in_force == Start::Equilibrium {
        equilibrium(check, at, &on, &off);
    }
    Some((on, off, own))
}

/// The state at the start and the changes, in order of time.
pub fn schedule<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<(bool, Vec<(SimTime, bool)>)> {
    let on_at_start = at.get("start")?.text()? == "on";
    let mut changes: Vec<(SimTime, bool)> = Vec::new();
    for change in at.get("changes")?.elements() {
        let at = change.get("at")?;
        let instant = SimTime::ZERO + leaf::span(at.node, false).ok()?;
        if changes.last().is_some_and(|(last, _)| *last >= instant) {
            check.fault("out-of-order", &at, "it is not later than the change before", "write changes in order of time");
        }
        changes.push((instant, change.get("to")?.text()? == "on"));
    }
    Some((on_at_start, changes))
}

/// A renewal process that has run for ever needs finite means, or one side that never ends.
fn equilibrium<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, on: &Law, off: &Law) {
    let lasts = |law: &Law| law.constant() == Some(Span::FOREVER);
    let endless = |law: &Law| !law.mean().is_finite() && !lasts(law);
    let remedy = "write other laws (a cap, say), or \"start\": \"all_on\" or \"all_off\"";
    if lasts(on) && lasts(off) {
        check.fault("no-equilibrium", at, "both times last forever, so that there is no equilibrium to start from", remedy);
    } else if endless(on) || endless(off) {
        check.fault("no-equilibrium", at, "a time has no finite mean, so that there is no equilibrium to start from", remedy);
    }
}

fn device_class<'t>(check: &mut Check<'t, '_, '_>, name: &str, at: &At<'t>) -> Option<DeviceClass> {
    let own = |field: &str| at.find(&format!("registration.{field}"));
    let expires = check.span_or(own("expires"), "ims.expiry_native");
    let own_delay = check.law_or(own("own_delay"), "ims.reg_native");
    let retry_base = check.span_or(own("retry_base"), "ims.retry.base");
    let retry_max = check.span_or(own("retry_max"), "ims.retry.max");
    let silent_loss = check.probability_or(at.get("silent_loss"), "silent_loss_fraction.airplane");
    for (field, span) in [("expires", expires), ("retry_base", retry_base)] {
        if span == Some(Span::ZERO) {
            let place = own(field).unwrap_or_else(|| at.clone());
            let problem = format!("`{field}` is zero, so that time would stand still");
            check.fault("never-moves", &place, problem, "write a time above zero");
        }
    }
    if let (Some(base), Some(max)) = (retry_base, retry_max)
        && base > max
    {
        let place = own("retry_base").or_else(|| own("retry_max")).unwrap_or_else(|| at.clone());
        check.fault(
            "out-of-order",
            &place,
            "the first wait is longer than the longest",
            "write `retry_base` of at most `retry_max`",
        );
    }
    let capabilities = capabilities(check, at);
    let phases = phases(check, &at.get("phases")?);
    let registration = Registration { expires: expires?, own_delay: own_delay?, retry_base: retry_base?, retry_max: retry_max? };
    let sms_transfer = match at.get("sms_transfer") {
        Some(own) => Some(check.law(&own)?),
        None => None,
    };
    Some(DeviceClass {
        name: name.to_owned(),
        phases: phases?,
        registration,
        silent_loss: silent_loss?,
        sms_transfer,
        capabilities: capabilities?,
    })
}

/// A device's phases are kept as the bits of one word.
const MOST_PHASES: usize = 64;

/// The phases in an order in which each follows those it waits for; among those that may come next the first by name.
fn phases<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>) -> Option<Vec<Phase>> {
    let names: Vec<&str> = at.members().map(|(name, _)| name).collect();
    let mut read = Vec::new();
    let mut whole = true;
    if names.len() > MOST_PHASES {
        let problem = format!("{} phases are more than {MOST_PHASES}", names.len());
        check.fault("too-many", at, problem, "join phases that follow each other: the sum of laws is a law");
        return None;
    }
    for (name, phase) in at.members() {
        let takes = phase.get("takes").and_then(|a| check.law(&a));
        let mut after: Vec<usize> = Vec::new();
        for a in phase.elements_of("after") {
            let Some(before) = a.text() else { continue };
            match names.iter().position(|n| *n == before) {
                Some(i) => after.push(i),
                None => {
                    let problem = format!("no phase is named \"{}\"", leaf::shorten(before));
                    check.fault("dangling-name", &a, problem, remedy(before, "phases", names.iter().copied()));
                    whole = false;
                }
            }
        }
        after.sort_unstable();
        after.dedup();
        let mut gives: Vec<Gives> = phase.elements_of("gives").iter().filter_map(gift).collect();
        gives.sort_unstable();
        gives.dedup();
        match takes {
            Some(takes) => read.push(Phase { name: name.to_owned(), after, takes, gives }),
            None => whole = false,
        }
    }
    gifts(check, at, &read);
    if !whole {
        return None;
    }
    order(check, at, read)
}

fn gift(at: &At<'_>) -> Option<Gives> {
    match at.text()? {
        "sms" => Some(Gives::Sms),
        "sms_ps" => Some(Gives::SmsPs),
        "ip" => Some(Gives::Ip),
        "register" => Some(Gives::Register),
        _ => None,
    }
}

fn gifts<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, read: &[Phase]) {
    for (gift, word) in [(Gives::Sms, "sms"), (Gives::SmsPs, "sms_ps"), (Gives::Ip, "ip"), (Gives::Register, "register")] {
        let givers: Vec<_> = read.iter().filter(|p| p.gives.contains(&gift)).map(|p| p.name.as_str()).collect();
        if givers.len() > 1 {
            let problem = format!("\"{word}\" is given by {}", givers.join(" and "));
            check.fault("given-twice", at, problem, "let one phase give it");
        }
        if gift == Gives::Register && givers.len() == 1 && !read.iter().any(|p| p.gives.contains(&Gives::Ip)) {
            let problem = "\"register\" is given, but no phase gives \"ip\"";
            check.fault("register-without-ip", at, problem, "let a phase give \"ip\"");
        }
    }
}

fn order<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, mut read: Vec<Phase>) -> Option<Vec<Phase>> {
    let mut placed: Vec<usize> = Vec::new();
    while placed.len() < read.len() {
        let next = (0..read.len()).find(|i| !placed.contains(i) && read[*i].after.iter().all(|a| placed.contains(a)));
        match next {
            Some(next) => placed.push(next),
            None => {
                let stuck: Vec<_> = (0..read.len()).filter(|i| !placed.contains(i)).map(|i| read[i].name.as_str()).collect();
                let problem = format!("the phases {} wait for each other", stuck.join(", "));
                check.fault("circular-phases", at, problem, "take one name out of an `after`");
                return None;
            }
        }
    }
    for phase in &mut read {
        for after in &mut phase.after {
            *after = placed.iter().position(|p| p == after).expect("every phase has been placed");
        }
        phase.after.sort_unstable();
    }
    let mut by_name: Vec<Option<Phase>> = read.into_iter().map(Some).collect();
    Some(placed.into_iter().map(|i| by_name[i].take().expect("each phase is placed once")).collect())
}
