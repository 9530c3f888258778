//! Policy in model files: what documents become, who uses them, what is odd about them, and the shipped ones.

use std::path::Path;

use serde_json::{Value, json};

use crate::delivery::policy::{Handling, Hours, MediaName, ServiceName};
use crate::delivery::profile::Profile;
use crate::delivery::{Content, UserId, Version};
use crate::model::*;
use crate::units::Span;

fn set(path: &str, value: Value) -> (String, Value) {
    (path.to_owned(), value)
}

/// Two populations, a store, an ISF; `documents` are the policies and `b` uses `policy`.
fn small(documents: Value, policy: Value) -> Result<Loaded, Faults> {
    let text = json!({
        "extends": ["lib/zero_links.json", "lib/phones.json"],
        "axes": {"deferred-mode": "auto-push"},
        "run": {"arrivals_until": "1 h"},
        "functions": {"mss": {"kind": "mss"}},
        "links": {
            "pf_mss": {"from": "pf", "to": "mss", "delay": "0 s"},
            "sync": {"from": "devices", "to": "mss", "delay": "0 s"},
        },
        "policies": documents,
        "populations": {
            "a": {"count": 3, "devices": {"phone": {"classes": {"plain": 1}}}},
            "b": {"count": 4, "policy": policy, "devices": {"phone": {"classes": {"plain": 1}}, "tablet": {"classes": {"plain": 1}}}},
            "c": {"count": 5, "devices": {"pc": {"classes": {"plain": 1}}, "tablet": {"classes": {"plain": 1}}}},
        },
    });
    resolve(&Tree::from_text("small", &text.to_string()).unwrap(), &[])
}

fn loaded(documents: Value, policy: Value) -> Loaded {
    small(documents, policy).unwrap_or_else(|f| panic!("{f}"))
}

fn warned(rules: Value) -> Vec<&'static str> {
    loaded(json!({"p": {"rules": rules}}), json!("p")).warnings.iter().map(|w| w.code).collect()
}

fn read_back(model: &Model) {
    let again = resolve(&Tree::from_text(&model.name, &resolved_text(model)).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(&again.model, model);
}

#[test]
fn a_rule_without_lists_names_cpm_by_both_names_and_an_empty_list_names_nothing() {
    let conditions = |written: Value| {
        let loaded = loaded(json!({"p": {"rules": [{"id": "r", "conditions": written, "actions": {}}]}}), json!("p"));
        loaded.model.policies[1].1.rules[0].conditions.clone()
    };
    let open = conditions(json!({}));
    assert_eq!(open.services, Some(vec![ServiceName::Enabler, ServiceName::FeatureTag]));
    assert_eq!(open.media, Some(vec![MediaName::StandaloneMessage, MediaName::PagerModeMessage]));
    assert_eq!((open.senders, open.profiles, open.hours, open.contents), (None, None, None, None));
    let none = conditions(json!({"service-list": [], "media-list": []}));
    assert_eq!((none.services, none.media), (Some(vec![]), Some(vec![])));
    let one = conditions(json!({"service-list": ["CPM"], "media-list": ["pager-mode-message"]}));
    assert_eq!((one.services, one.media), (Some(vec![ServiceName::Enabler]), Some(vec![MediaName::PagerModeMessage])));
}

#[test]
fn all_that_is_wrong_in_a_rule_is_told_at_once() {
    let conditions = json!({
        "identity": ["ghosts"], "upp-list": ["nope"], "content": ["smell"],
        "time": [{"daily": {"from": "25 h", "to": "1 h"}}, {"once": {"from": "2 h", "to": "1 h"}}],
    });
    let actions = json!({"allow-forward": "ghosts", "allow-reject-invite": true, "allow-interwork": true});
    let rules = json!([{"id": "r", "conditions": conditions, "actions": actions}]);
    let mut found: Vec<_> = small(json!({"p": {"rules": rules}}), json!("p")).expect_err("faults").0;
    found.iter_mut().for_each(|f| f.path = f.path.replace("/policies/p/rules/0/", ""));
    let places: Vec<_> = found.iter().map(|f| f.path.as_str()).collect();
    for place in [
        "conditions/identity/0",
        "conditions/upp-list/0",
        "conditions/content/0",
        "conditions/time/0/daily/from",
        "conditions/time/1/once/to",
        "actions/allow-forward",
        "actions/allow-interwork",
    ] {
        assert!(places.contains(&place), "{place}: {places:?}");
    }
}

#[test]
fn a_name_that_a_terminal_would_obey_is_told_as_it_is_spelt() {
    let rule = json!({"id": "\u{1b}[31mred", "actions": {}});
    let faults = small(json!({"p": {"rules": [rule.clone(), rule]}}), json!("p")).expect_err("one name twice");
    let told = faults.to_string();
    assert!(told.contains("\\u{1b}[31mred") && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn names_become_numbers_of_users_and_places_of_profiles() {
    let documents = json!({"p": {
        "rules": [{
            "id": "r",
            "conditions": {"identity": ["c", "a"], "upp-list": ["work"], "time": [{"daily": {"from": "22 h", "to": "7 h"}}], "content": ["video"]},
            "actions": {"allow-forward": "c"},
        }],
        "profiles": {"work": {"handling": "non-cpm"}, "home": {"availability": "not-available"}},
        "active": "work", "blacklist": ["a"], "may-send": false,
    }});
    let model = loaded(documents, json!("p")).model;
    let (name, policy) = &model.policies[1];
    let rule = &policy.rules[0];
    let ranges = |list: &[crate::delivery::policy::Users]| list.iter().map(|u| (u.from, u.to)).collect::<Vec<_>>();
    assert_eq!(ranges(rule.conditions.senders.as_ref().unwrap()), [(UserId(7), UserId(12)), (UserId(0), UserId(3))]);
    assert_eq!(ranges(&policy.blacklist), [(UserId(0), UserId(3))]);
    assert_eq!(ranges(&[rule.actions.forward.unwrap().0]), [(UserId(7), UserId(12))]);
    assert_eq!(rule.conditions.profiles, Some(vec![1]), "profiles stand in the order of their names");
    assert_eq!(rule.conditions.hours, Some(vec![Hours::Daily { from: Span::from_secs(79_200), to: Span::from_secs(25_200) }]));
    let contents = rule.conditions.contents.unwrap();
    assert!(contents.has(Content::Video) && !contents.has(Content::Text));
    assert_eq!((name.as_str(), policy.active, policy.barred, policy.anonymity_refused), ("p", Some(1), true, false));
    assert_eq!((policy.profiles[0].unavailable, policy.profiles[1].handling), (true, Handling::NonCpm));
    assert_eq!(model.policy_names[1].profiles, ["home", "work"]);
    read_back(&model);
}

#[test]
fn only_policies_in_use_are_kept_and_those_of_devices_stand_once_for_each_reading() {
    let documents = json!({
        "p": {"profiles": {"small": {}, "large": {}}, "active": "large", "active-of": {"tablet": "small"}},
        "plain": {"rules": []},
        "unused": {"rules": [{"id": "r", "conditions": {"identity": ["nobody"]}, "actions": {"allow-forward": "nobody"}}]},
    });
    let tree = |policy_of_c: Value| {
        let text = resolved_text(&loaded(documents.clone(), json!({"p": 1, "plain": 3})).model);
        resolve(&Tree::from_text("t", &text).unwrap(), &[set("populations.c.policy", policy_of_c)])
            .unwrap_or_else(|f| panic!("{f}"))
    };
    let model = tree(json!("p")).model;
    let names: Vec<_> = model.policies.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["", "p", "plain"], "both populations have the tablet in the second place");
    assert_eq!(model.policies[1].1.active_of, [None, Some(1)]);
    assert_eq!(model.populations[1].policies, [(1.0, 1), (3.0, 2)]);
    assert_eq!(model.populations[2].policies, [(1.0, 1)]);
    assert_eq!(model.populations[0].policies, []);
    read_back(&model);
    // Where the tablet is the only device, its place is another one.
    let text = resolved_text(&model);
    let other = [set("populations.c.devices.pc", Value::Null)];
    let model = resolve(&Tree::from_text("t", &text).unwrap(), &other).unwrap_or_else(|f| panic!("{f}")).model;
    let names: Vec<_> = model.policies.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["", "p", "p", "plain"]);
    assert_eq!((model.populations[1].policies[0].1, model.populations[2].policies[0].1), (1, 2));
    read_back(&model);
}

#[test]
fn what_never_acts_is_warned_of() {
    let rule = |conditions: Value, actions: Value| json!({"id": "r", "conditions": conditions, "actions": actions});
    for list in ["service-list", "media-list", "identity", "time", "content"] {
        assert_eq!(warned(json!([rule(json!({list: []}), json!({"allow-defer": true}))])), ["unreachable-rule"], "{list}");
    }
    assert_eq!(warned(json!([rule(json!({"service-list": ["other"]}), json!({"allow-defer": true}))])), ["unreachable-rule"]);
    assert_eq!(warned(json!([rule(json!({}), json!({"allow-store": true, "allow-defer": true}))])), ["shadowed-action"]);
    assert_eq!(warned(json!([rule(json!({}), json!({"check-back": true}))])), ["not-asked"]);
    let both = json!([
        {"id": "one", "actions": {"allow-defer": true}},
        {"id": "two", "conditions": {}, "actions": {"allow-offline-storage": true}},
    ]);
    assert_eq!(warned(both), ["same-conditions"]);
    let apart = json!([
        {"id": "one", "actions": {"allow-defer": true}},
        {"id": "two", "conditions": {"anonymous": true}, "actions": {"allow-reject-invite": true}},
    ]);
    assert_eq!(warned(apart), [""; 0]);
}

#[test]
fn a_loop_of_two_is_no_fault_but_a_loop_of_one_is() {
    let forward = |to: &str| json!({"p": {"rules": [{"id": "r", "actions": {"allow-forward": to}}]}});
    assert_eq!(loaded(forward("a"), json!("p")).warnings, []);
    assert_eq!(small(forward("b"), json!("p")).unwrap_err().0[0].code, "forwards-to-itself");
    // A policy that nobody has forwards to nobody.
    assert_eq!(loaded(forward("b"), json!(null)).model.policies.len(), 1);
}

#[test]
fn providers_clients_and_senders_say_what_they_take() {
    let set = [
        set("pf.version", json!("1.1")),
        set("functions.pf.pf.exclude", json!([{"device": "secondary", "larger_than": "1 kB", "content": ["image"]}])),
        set("functions.pf.pf.largest", json!("20 kB")),
        set("pf.connectivity", json!("200 ms")),
        set("phones.plain.client", json!({"version": "1.0", "content": ["text"], "largest": "160 B", "pager": false})),
        set(
            "traffic",
            json!({"t": {"from": "a", "to": "b", "arrivals": {"at": []},
                "message": {"content": {"text": 9, "image": 1}, "anonymous": 0.5, "tag": "none", "reply_to": "c", "in_reply_to": 7}}}),
        ),
    ];
    let text = resolved_text(&loaded(json!({}), json!(null)).model);
    let model = resolve(&Tree::from_text("t", &text).unwrap(), &set).unwrap_or_else(|f| panic!("{f}")).model;
    let pf = model.functions.iter().find_map(|f| if let FunctionKind::Pf(pf) = &f.kind { Some(pf) } else { None }).unwrap();
    // What is written for the model yields to what the PF itself writes, and the resolved text writes all of it.
    assert_eq!((pf.provider.version, pf.connectivity.is_some()), (None, false));
    assert_eq!((pf.provider.exclusions[0].primary, pf.provider.exclusions[0].larger_than), (Some(false), 1000));
    assert_eq!((pf.provider.most_bytes, pf.mss.is_some()), (20_000, true));
    let client = model.populations[0].devices[0].classes[0].1.capabilities;
    assert_eq!((client.agent, client.most_bytes, client.pager), (Version { major: 1, minor: 0 }, 160, false));
    let headers = &model.traffic[0].message.headers;
    assert_eq!(headers.contents, [(9.0, Content::Text), (1.0, Content::Image)]);
    assert_eq!((headers.anonymous, headers.untagged, headers.reply_to, headers.indications.in_reply_to), (0.5, true, Some(2), 7));
    read_back(&model);
}

/// The shipped comparison is a model under every generation, and only the axes differ.
#[test]
fn two_operators_is_a_model_under_every_profile() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/two_operators.json");
    let tree = Tree::read(&path).unwrap_or_else(|f| panic!("{f}"));
    let base = resolve(&tree, &[]).unwrap_or_else(|f| panic!("{f}"));
    assert_eq!(base.warnings, []);
    assert!(base.model.policies.iter().all(|(_, p)| {
        p.rules.iter().all(|r| !r.actions.check_back) && p.profiles.iter().all(|p| p.handling != Handling::CheckBack)
    }));
    let devices = base.model.populations.iter().map(|p| p.devices.len()).collect::<Vec<_>>();
    assert_eq!((devices.iter().min(), devices.iter().max()), (Some(&1), Some(&5)));
    for profile in Profile::ALL {
        let loaded = resolve(&tree, &[set("profile", json!(profile.name()))]).unwrap_or_else(|f| panic!("{f}"));
        let same = Model { profile: base.model.profile, axes: base.model.axes.clone(), ..loaded.model.clone() };
        assert_eq!(same, base.model, "{profile:?}");
        read_back(&loaded.model);
    }
}

/// Every typical policy can be used: alone, by users of an operator that has what it asks for.
#[test]
fn every_policy_of_the_library_can_be_used() {
    let text = |policy: &str| {
        json!({
            "extends": ["lib/two_operators.json", "lib/phones.json", "lib/policies.json"],
            "axes": {"deferred-mode": "auto-push"},
            "run": {"arrivals_until": "1 h"},
            "populations": {
                "users": {"count": 1, "core": "core_a", "pf": "pf_a", "msc": "msc_a", "policy": policy,
                    "devices": {"phone": {"classes": {"plain": 1}}, "tablet": {"classes": {"plain": 1}}}},
                "friends": {"count": 1, "core": "core_a", "pf": "pf_a", "msc": null, "devices": {"phone": {"classes": {"plain": 1}}}},
                "strangers": {"count": 1, "core": "core_b", "pf": "pf_b", "msc": null, "devices": {"phone": {"classes": {"plain": 1}}}},
                "assistants": {"count": 1, "core": "core_b", "pf": "pf_b", "msc": null, "devices": {"phone": {"classes": {"plain": 1}}}},
            },
        })
        .to_string()
    };
    let (_, library) = LIBRARY.iter().find(|(name, _)| *name == "policies.json").unwrap();
    let document = parse_document(std::sync::Arc::new(Source::text("policies.json", library)), 0).unwrap().root;
    let names: Vec<String> = document.get("policies").unwrap().map().unwrap().keys().cloned().collect();
    assert!(names.len() >= 10);
    for name in names {
        let tree = Tree::from_text("t", &text(&name)).unwrap_or_else(|f| panic!("{f}"));
        let loaded = resolve(&tree, &[]).unwrap_or_else(|f| panic!("{name}: {f}"));
        assert_eq!((loaded.model.policies[1].0.as_str(), loaded.warnings.len()), (name.as_str(), 0));
    }
}
