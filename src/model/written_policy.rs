//! Policies put back into words: documents, provider policy, capabilities, headers.
//!
//! Users stand in a policy by their numbers; here they are called by their population again.

use serde_json::{Map, Value, json};

use super::resolved::*;
use super::written::Style;
use crate::delivery::policy::{Actions, Conditions, Exclusion, Handling, Hours, MediaName, PreferenceProfile, ServiceName, Users};
use crate::delivery::{Capabilities, ContentDisposition, Contents, Priority, Sensitivity, Version};
use crate::units::{SimTime, format_bytes};

/// All policies in use, by name. Those that stand for several kinds of population become one again.
pub fn policies(model: &Model, s: Style) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for (place, (name, _)) in model.policies.iter().enumerate().skip(1) {
        let active_of = active_of(model, place);
        let written = all.entry(name.clone()).or_insert_with(|| document(model, place, s));
        if let Some(more) = active_of {
            for (device, profile) in more {
                written["active-of"][device] = profile;
            }
        }
    }
    Value::Object(all)
}

fn names(model: &Model, place: usize) -> PolicyNames {
    let mut names = model.policy_names.get(place).cloned().unwrap_or_default();
    // Numbers of three digits keep the order.
    names.rules.extend((names.rules.len()..model.policies[place].1.rules.len()).map(|i| format!("rule-{i:03}")));
    names.profiles.extend((names.profiles.len()..model.policies[place].1.profiles.len()).map(|i| format!("profile-{i:03}")));
    names
}

fn document(model: &Model, place: usize, s: Style) -> Value {
    let policy = &model.policies[place].1;
    let names = names(model, place);
    let rules: Vec<Value> = policy
        .rules
        .iter()
        .zip(&names.rules)
        .map(|(rule, id)| {
            let conditions = conditions(model, &rule.conditions, &names.profiles, s);
            json!({"id": id, "conditions": conditions, "actions": actions(model, rule.actions)})
        })
        .collect();
    let profiles: Map<_, _> = names.profiles.iter().cloned().zip(policy.profiles.iter().map(profile)).collect();
    let mut written = json!({
        "rules": rules,
        "profiles": profiles,
        "blacklist": users(model, &policy.blacklist),
        "anonymity": if policy.anonymity_refused { "refused" } else { "allowed" },
        "history": policy.history,
        "may-send": !policy.barred,
    });
    if let Some(formats) = policy.formats {
        written["formats"] = contents(formats);
    }
    if let Some(active) = policy.active {
        written["active"] = names.profiles[active as usize].as_str().into();
    }
    written
}

/// The active profiles by the names of devices, of all populations that use the policy at `place`.
fn active_of(model: &Model, place: usize) -> Option<Map<String, Value>> {
    let policy = &model.policies[place].1;
    let names = names(model, place);
    let uses = |population: &&Population| {
        let mut used: Vec<u16> = population.policies.iter().map(|(_, p)| *p).collect();
        match &population.policy_changes {
            PolicyChanges::None => {}
            PolicyChanges::Schedule(list) => used.extend(list.iter().map(|(_, p)| *p)),
            PolicyChanges::Alternate { policy, .. } => used.push(*policy),
        }
        used.iter().any(|p| *p as usize == place)
    };
    let mut found = Map::new();
    for population in model.populations.iter().filter(uses) {
        for (device, profile) in population.devices.iter().zip(&policy.active_of) {
            if let Some(profile) = profile {
                found.insert(device.name.clone(), names.profiles[*profile as usize].as_str().into());
            }
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The populations that these ranges of users are.
fn users(model: &Model, ranges: &[Users]) -> Vec<String> {
    ranges.iter().map(|range| population_of(model, *range)).collect()
}

fn population_of(model: &Model, range: Users) -> String {
    let mut first = 0;
    for population in &model.populations {
        if first == range.from.0 {
            return population.name.clone();
        }
        first += population.count;
    }
    unreachable!("users of a policy are those of a population")
}

fn conditions(model: &Model, conditions: &Conditions, profiles: &[String], s: Style) -> Value {
    let mut written = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            written.insert(name.to_owned(), value);
        }
    };
    let service = |name: &ServiceName| match name {
        ServiceName::Enabler => "CPM",
        ServiceName::FeatureTag => "+g.oma.sip-cpm",
        ServiceName::Other => "other",
    };
    let media = |name: &MediaName| match name {
        MediaName::StandaloneMessage => "standalone-message",
        MediaName::PagerModeMessage => "pager-mode-message",
        MediaName::Other => "other",
    };
    put("service-list", conditions.services.as_ref().map(|l| l.iter().map(service).collect()));
    put("media-list", conditions.media.as_ref().map(|l| l.iter().map(media).collect()));
    put("identity", conditions.senders.as_ref().map(|l| users(model, l).into()));
    put("anonymous", conditions.anonymous.map(Value::from));
    put("upp-list", conditions.profiles.as_ref().map(|l| l.iter().map(|p| profiles[*p as usize].clone()).collect()));
    put("time", conditions.hours.as_ref().map(|l| l.iter().map(|h| window(*h, s)).collect()));
    put("content", conditions.contents.map(contents));
    put("availability", conditions.available.map(availability));
    Value::Object(written)
}

fn window(hours: Hours, s: Style) -> Value {
    match hours {
        Hours::Daily { from, to } => json!({"daily": {"from": s.span(from), "to": s.span(to)}}),
        Hours::Once { from, to } => json!({"once": {"from": s.time(from), "to": s.time(to)}}),
    }
}

fn availability(available: bool) -> Value {
    if available { "available" } else { "not-available" }.into()
}

/// A list of kinds of content.
pub fn contents(contents: Contents) -> Value {
    contents.iter().map(|c| c.name()).collect()
}

fn actions(model: &Model, actions: Actions) -> Value {
    let flags = [
        ("allow-reject-invite", actions.reject_invite),
        ("allow-interwork", actions.interwork),
        ("allow-deliver-and-interwork", actions.deliver_and_interwork),
        ("allow-store", actions.store),
        ("allow-defer", actions.defer),
        ("allow-do-not-disturb", actions.do_not_disturb),
        ("allow-offline-storage", actions.offline_storage),
        ("check-back", actions.check_back),
    ];
    let mut written: Map<String, Value> =
        flags.into_iter().filter(|(_, on)| *on).map(|(name, _)| (name.to_owned(), true.into())).collect();
    if let Some(to) = actions.forward {
        written.insert("allow-forward".to_owned(), population_of(model, to.0).into());
    }
    Value::Object(written)
}

fn profile(profile: &PreferenceProfile) -> Value {
    let mut written = json!({"availability": availability(!profile.unavailable)});
    let handling = match profile.handling {
        Handling::Unsaid => return written,
        Handling::Reject => "reject",
        Handling::Defer => "defer",
        Handling::Store => "store",
        Handling::NonCpm => "non-cpm",
        Handling::CheckBack => "check-back",
    };
    written["handling"] = handling.into();
    written
}

fn version(version: Version) -> Value {
    format!("{}.{}", version.major, version.minor).into()
}

/// A largest size, or none.
pub fn largest(bytes: u32, s: Style) -> Value {
    if bytes == u32::MAX { "unbounded".into() } else { size(bytes, s) }
}

fn size(bytes: u32, s: Style) -> Value {
    match s {
        Style::Canonical => bytes.into(),
        Style::Readable => format_bytes(u64::from(bytes)).into(),
    }
}

/// The parameters of a PF that are provider policy, and those beside them, put into `block`.
pub fn provider(block: &mut Value, pf: &PfParams, s: Style) {
    let exclusion = |e: &Exclusion| {
        let device = match e.primary {
            Some(true) => "primary",
            Some(false) => "secondary",
            None => "any",
        };
        json!({"device": device, "larger_than": size(e.larger_than, s), "content": contents(e.contents)})
    };
    let policy = &pf.provider;
    let more = json!({
        "interworking": if policy.interworking { "allowed" } else { "refused" },
        "version": policy.version.map(version),
        "anonymity": if policy.anonymity_refused { "refused" } else { "allowed" },
        "content": contents(policy.contents),
        "largest": largest(policy.most_bytes, s),
        "size_code": policy.size_code,
        "exclude": policy.exclusions.iter().map(exclusion).collect::<Vec<_>>(),
        "forward_hops": pf.forward_hops,
        "optional_warning": pf.optional_warning,
        "connectivity": pf.connectivity.as_ref().map(|law| s.law(law)),
        "policy_delay": s.law(&pf.policy_delay),
        "server_retry": s.span(pf.server_retry),
        "content_store_over": pf.content_store_over.map(|bytes| size(bytes, s)),
    });
    let (Some(block), Value::Object(more)) = (block.as_object_mut(), more) else { unreachable!("both are objects") };
    block.extend(more);
}

/// What the client of a phone class takes; none: everything.
pub fn client(capabilities: Capabilities, s: Style) -> Option<Value> {
    (capabilities != Capabilities::FULL).then(|| {
        let mut written =
            json!({"version": version(capabilities.agent), "content": contents(capabilities.contents), "pager": capabilities.pager});
        if capabilities.most_bytes != u32::MAX {
            written["largest"] = size(capabilities.most_bytes, s);
        }
        written
    })
}

/// What a population uses, put into `block`.
pub fn uses(block: &mut Value, model: &Model, population: &Population, s: Style) {
    let name = |place: u16| model.policies[place as usize].0.clone();
    let at = |(at, place): &(SimTime, u16)| json!({"at": s.time(*at), "policy": name(*place)});
    if !population.policies.is_empty() {
        block["policy"] = Value::Object(population.policies.iter().map(|(w, place)| (name(*place), (*w).into())).collect());
    }
    match &population.policy_changes {
        PolicyChanges::None => {}
        PolicyChanges::Schedule(list) => {
            block["policy-changes"] = json!({"schedule": list.iter().map(at).collect::<Vec<_>>()});
        }
        PolicyChanges::Alternate { policy, between, lasts } => {
            let alternate = json!({"policy": name(*policy), "between": s.law(between), "lasts": s.law(lasts)});
            block["policy-changes"] = json!({"alternate": alternate});
        }
    }
}

/// What senders say of messages, put into `block`; what is left out says nothing.
pub fn headers(block: &mut Value, model: &Model, headers: &MessageHeaders) {
    if !headers.contents.is_empty() {
        let weights = headers.contents.iter().map(|(w, c)| (c.name().to_owned(), (*w).into())).collect();
        block["content"] = Value::Object(weights);
    }
    if headers.anonymous != 0.0 {
        block["anonymous"] = headers.anonymous.into();
    }
    if headers.untagged {
        block["tag"] = "none".into();
    }
    if let Some(to) = headers.reply_to {
        block["reply_to"] = model.populations[to].name.as_str().into();
    }
    let said = &headers.indications;
    if said.subject != 0 {
        block["subject"] = said.subject.into();
    }
    if said.in_reply_to != 0 {
        block["in_reply_to"] = said.in_reply_to.into();
    }
    let sensitivity = match said.sensitivity {
        Sensitivity::Unmarked => None,
        Sensitivity::Personal => Some("personal"),
        Sensitivity::Private => Some("private"),
        Sensitivity::Confidential => Some("confidential"),
    };
    let priority = match said.priority {
        Priority::Unmarked => None,
        Priority::NonUrgent => Some("non-urgent"),
        Priority::Normal => Some("normal"),
        Priority::Urgent => Some("urgent"),
        Priority::Emergency => Some("emergency"),
    };
    let disposition = match said.disposition {
        ContentDisposition::Unmarked => None,
        ContentDisposition::Render => Some("render"),
        ContentDisposition::Attachment => Some("attachment"),
    };
    for (field, word) in [("sensitivity", sensitivity), ("priority", priority), ("disposition", disposition)] {
        if let Some(word) = word {
            block[field] = word.into();
        }
    }
}
