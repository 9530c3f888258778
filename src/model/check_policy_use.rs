//! Which policies populations use, whether they can, and the list of policies that a model keeps.
//!
//! A policy says `active-of` by the names of devices, and the model by their places among the devices of a population: so a policy
//! stands once for each way in which the populations that use it read those names.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Check;
use super::check_policy::{Document, document, people};
use super::check_provider::check_weights;
use super::leaf;
use super::names::remedy;
use super::report::At;
use super::resolved::{PolicyChanges, PolicyNames, Population};
use super::tree::Data;
use crate::delivery::policy::Policy;
use crate::units::{Law, SimTime};

/// The policies of a model.
pub struct Policies {
    pub table: Vec<(String, Policy)>,
    pub names: Vec<PolicyNames>,
}

/// A policy as a population uses it: its name and the active profiles of the population's devices, by their places.
type Key<'t> = (&'t str, Vec<Option<u16>>);

/// What one population uses.
struct Use<'t> {
    /// By weight.
    own: Vec<(f64, Key<'t>)>,
    changes: Changes<'t>,
}

enum Changes<'t> {
    None,
    Schedule(Vec<(SimTime, Key<'t>)>),
    Alternate(Key<'t>, Law, Law),
}

/// Reads all policies, and tells `populations` which of them are theirs. All is checked even where there are no populations to tell.
pub fn policies<'t>(check: &mut Check<'t, '_, '_>, populations: Option<&mut [Population]>) -> Option<Policies> {
    let populations_at = check.root.members_of("populations");
    let named: Vec<Vec<(&str, At<'t>)>> = populations_at.iter().map(|(_, at)| references(at)).collect();
    let mut users: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (place, (name, _)) in named.iter().enumerate().flat_map(|(p, list)| list.iter().map(move |n| (p, n))) {
        users.entry(name).or_default().insert(place);
    }
    let people = people(check);
    let documents: BTreeMap<&str, Option<Document<'t>>> = check
        .root
        .members_of("policies")
        .into_iter()
        .map(|(name, at)| (name, document(check, &at, &people, users.contains_key(name))))
        .collect();
    let mut whole = documents.values().all(Option::is_some);
    for (name, at) in named.iter().flatten() {
        if !documents.contains_key(name) {
            let help = remedy(name, "policies", documents.keys().copied());
            check.fault("dangling-name", at, format!("no policy is named \"{}\"", leaf::shorten(name)), help);
            whole = false;
        }
    }
    for (name, places) in &users {
        let Some(Some(document)) = documents.get(name) else { continue };
        device_names(check, document, places.iter().map(|p| &populations_at[*p].1));
        for place in places {
            let (name, at) = &populations_at[*place];
            possible(check, (*place, name, at), document);
        }
    }
    let uses: Vec<_> = populations_at.iter().map(|(_, at)| used(check, at, &documents)).collect();
    let uses: Vec<Use<'t>> = uses.into_iter().collect::<Option<_>>()?;
    let populations = populations.filter(|_| whole)?;
    lay_out(check, &documents, uses, populations)
}

/// The names of policies in a population, and where they stand.
fn references<'t>(at: &At<'t>) -> Vec<(&'t str, At<'t>)> {
    let mut found = Vec::new();
    if let Some(own) = at.get("policy") {
        match own.text() {
            Some(name) => found.push((name, own)),
            None => found.extend(own.members()),
        }
    }
    let named = |at: At<'t>| at.text().map(|name| (name, at));
    found.extend(at.find("policy-changes.alternate.policy").and_then(named));
    let schedule = at.find("policy-changes.schedule").into_iter().flat_map(|list| list.elements().collect::<Vec<_>>());
    found.extend(schedule.filter_map(|change| change.get("policy")).filter_map(named));
    found
}

/// A device that `active-of` names belongs to some population that uses the policy.
fn device_names<'a, 't: 'a>(check: &mut Check<'t, '_, '_>, document: &Document<'t>, users: impl Iterator<Item = &'a At<'t>>) {
    if document.active_of.is_empty() {
        return;
    }
    let devices: BTreeSet<&str> = users.flat_map(|at| at.members_of("devices")).map(|(device, _)| device).collect();
    for (device, _, at) in document.active_of.iter().filter(|(device, _, _)| !devices.contains(device)) {
        let help = remedy(device, "devices", devices.iter().copied());
        let problem = format!("no population that uses this policy has a device named \"{}\"", leaf::shorten(device));
        check.fault("dangling-name", at, problem, help);
    }
}

/// What the population at `at` uses, unless it cannot be read.
fn used<'t>(check: &mut Check<'t, '_, '_>, at: &At<'t>, documents: &BTreeMap<&str, Option<Document<'t>>>) -> Option<Use<'t>> {
    let devices: Vec<&str> = at.members_of("devices").into_iter().map(|(name, _)| name).collect();
    let key = |name: &'t str| -> Option<Key<'t>> {
        let document = documents.get(name)?.as_ref()?;
        let of = |device: &&str| document.active_of.iter().find(|(d, _, _)| d == device).map(|(_, profile, _)| *profile);
        let places: Vec<_> = if document.active_of.is_empty() { Vec::new() } else { devices.iter().map(of).collect() };
        Some((name, if places.iter().all(Option::is_none) { Vec::new() } else { places }))
    };
    let mut own = Vec::new();
    if let Some(policy) = at.get("policy") {
        match policy.text() {
            Some(name) => own.push((1.0, key(name)?)),
            None => {
                let weights = policy.members().map(|(_, w)| leaf::number(w.node, false).ok()).collect::<Option<Vec<_>>>()?;
                if !weights.is_empty() {
                    check_weights(check, &policy, weights.iter().copied());
                }
                for ((name, _), weight) in policy.members().zip(weights) {
                    own.push((weight, key(name)?));
                }
            }
        }
    }
    let changes = match at.get("policy-changes").and_then(|c| c.only()) {
        None => Changes::None,
        Some(("schedule", list)) => {
            let mut changes: Vec<(SimTime, Key<'t>)> = Vec::new();
            for change in list.elements() {
                let instant_at = change.get("at")?;
                let instant = SimTime::ZERO + leaf::span(instant_at.node, false).ok()?;
                if changes.last().is_some_and(|(last, _)| *last >= instant) {
                    let problem = "it is not later than the change before";
                    check.fault("out-of-order", &instant_at, problem, "write changes in order of time");
                }
                changes.push((instant, key(change.get("policy")?.text()?)?));
            }
            Changes::Schedule(changes)
        }
        Some((_, alternate)) => {
            let between = alternate.get("between").and_then(|a| check.law(&a));
            let lasts = alternate.get("lasts").and_then(|a| check.law(&a));
            let (between, lasts) = (between?, lasts?);
            if between.is_zero() && lasts.is_zero() {
                let problem = "both times are zero, so that time would stand still";
                check.fault("never-moves", &alternate, problem, "let one be above zero");
            }
            Changes::Alternate(key(alternate.get("policy")?.text()?)?, between, lasts)
        }
    };
    Some(Use { own, changes })
}

/// Whether the PF of a population can do what a document asks for.
fn possible<'t>(check: &mut Check<'t, '_, '_>, (place, name, at): (usize, &str, &At<'t>), document: &Document<'t>) {
    for (to, forward) in &document.forwards {
        if *to == place {
            let problem = format!("users of \"{name}\" have this policy, so that each would forward to himself");
            check.fault("forwards-to-itself", forward, problem, "name another population");
        }
    }
    let Some(pf) = pf_of(check, at) else { return };
    if !has(check, &pf, "isf") {
        for asked in &document.interworks {
            let problem = format!("users of \"{name}\" have this policy, but their PF has no ISF");
            check.fault("no-isf", asked, problem, "add an ISF, or leave this out");
        }
    }
    if !has(check, &pf, "mss") {
        for asked in &document.stores {
            let problem = format!("users of \"{name}\" have this policy, but their PF has no message store");
            let remedy = "add a function with \"kind\": \"mss\", name it in the PF as \"mss\", or leave this out";
            check.fault("no-message-store", asked, problem, remedy);
        }
    }
}

/// The PF of a population, if it is clear which.
fn pf_of<'t>(check: &Check<'t, '_, '_>, population: &At<'t>) -> Option<At<'t>> {
    let name = match population.get("pf") {
        Some(pf) => pf.text()?,
        None => {
            let mut pfs = check.functions.iter().filter(|(_, kind)| *kind == "pf");
            let (only, none) = (pfs.next()?, pfs.next());
            none.is_none().then_some(only.0)?
        }
    };
    check.root.get("functions")?.get(name).filter(|at| at.get("kind").is_some_and(|k| k.text() == Some("pf")))
}

/// Whether the PF has a function of this kind. One that is ambiguous has been reported.
fn has(check: &Check<'_, '_, '_>, pf: &At<'_>, kind: &str) -> bool {
    match pf.get(kind) {
        Some(written) => written.node.data != Data::Null,
        None => check.functions.iter().any(|(_, k)| *k == kind),
    }
}

/// Makes the list of the policies in use, and puts their places into the populations.
fn lay_out<'t>(
    check: &mut Check<'t, '_, '_>,
    documents: &BTreeMap<&str, Option<Document<'t>>>,
    uses: Vec<Use<'t>>,
    populations: &mut [Population],
) -> Option<Policies> {
    let mut keys: Vec<&Key<'t>> = Vec::new();
    for used in &uses {
        keys.extend(used.own.iter().map(|(_, key)| key));
        match &used.changes {
            Changes::None => {}
            Changes::Schedule(list) => keys.extend(list.iter().map(|(_, key)| key)),
            Changes::Alternate(key, _, _) => keys.push(key),
        }
    }
    keys.sort_unstable();
    keys.dedup();
    if keys.len() > usize::from(u16::MAX) {
        let at = check.root.get("policies")?;
        check.fault("too-many", &at, format!("{} policies are in use", keys.len()), "use at most 65535");
        return None;
    }
    let mut made = Policies { table: vec![(String::new(), Policy::default())], names: vec![PolicyNames::default()] };
    for (name, active_of) in &keys {
        let document = documents.get(name)?.as_ref()?;
        made.table.push(((*name).to_owned(), Policy { active_of: active_of.clone(), ..document.policy.clone() }));
        made.names.push(document.names.clone());
    }
    let place = |key: &Key<'t>| keys.binary_search(&key).expect("every key is in the list") as u16 + 1;
    for (used, population) in uses.iter().zip(populations) {
        population.policies = used.own.iter().map(|(weight, key)| (*weight, place(key))).collect();
        population.policy_changes = match &used.changes {
            Changes::None => PolicyChanges::None,
            Changes::Schedule(list) => PolicyChanges::Schedule(list.iter().map(|(at, key)| (*at, place(key))).collect()),
            Changes::Alternate(key, between, lasts) => {
                PolicyChanges::Alternate { policy: place(key), between: between.clone(), lasts: lasts.clone() }
            }
        };
    }
    Some(made)
}
