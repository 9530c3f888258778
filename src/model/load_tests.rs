//! Whole models: what they resolve to, and what changes their identity.

use crate::model::*;
use serde_json::json;

/// A small model over the built-in library.
const SMALL: &str = r#"{
  "extends": ["lib/one_operator.json", "lib/phones.json"],
  "axes": {"deferred-mode": "auto-push"},
  "run": {"arrivals_until": "20 h"},
  "populations": {
    "recipients": {"count": 200, "devices": {"phone": {
      "primary": true,
      "classes": {"V": 45, "D": 35, "L": 10, "N": 10},
      "radio": {"dwell": {"on": {"exponential": {"mean": "4 h"}}, "off": {"exponential": {"mean": "1 h"}}}}
    }}},
    "senders": {"count": 5, "msc": null, "devices": {"pc": {"classes": {"plain": 1}}}}
  },
  "traffic": {"main": {"from": "senders", "to": "recipients", "arrivals": {"poisson": {"rate": "1/600 s"}},
    "message": {"length": {"fixed": 20}, "imdn": ["positive-delivery"], "expires": "3 d"}}}
}"#;

fn set(path: &str, value: serde_json::Value) -> (String, serde_json::Value) {
    (path.to_owned(), value)
}

fn small(overrides: &[(String, serde_json::Value)]) -> Result<Loaded, Faults> {
    resolve(&Tree::from_text("small", SMALL).unwrap(), overrides)
}

fn loaded(overrides: &[(String, serde_json::Value)]) -> Loaded {
    small(overrides).unwrap_or_else(|f| panic!("{f}"))
}

fn faults(overrides: &[(String, serde_json::Value)]) -> Vec<Fault> {
    small(overrides).expect_err("there is a fault").0
}

#[test]
fn a_small_model_is_read() {
    let model = loaded(&[]).model;
    let names: Vec<_> = model.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["core", "hlr", "isf", "iwf", "msc", "pf"]);
    assert_eq!((model.populations[0].count, model.populations[0].msc, model.populations[1].msc), (200, Some(4), None));
    let FunctionKind::Pf(pf) = &model.functions[5].kind else { panic!("the last is the PF") };
    assert_eq!((pf.isf, pf.wait_ip.seconds(), pf.max_queue, pf.provider.interworking), (Some(2), 30.0, Some(1000), true));
    let classes: Vec<_> = model.populations[0].devices[0].classes.iter().map(|(w, c)| (c.name.as_str(), *w)).collect();
    assert_eq!(classes, [("D", 35.0), ("L", 10.0), ("N", 10.0), ("V", 45.0)]);
    let d: Vec<_> = model.populations[0].devices[0].classes[0].1.phases.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(d, ["search", "attach", "wake", "dns", "tls"], "each phase after those it waits for");
    assert_eq!(model.traffic[0].arrivals, Arrivals::Poisson { per_second: 1.0 / 600.0 });
}

#[test]
fn what_resolves_can_be_read_back() {
    for overrides in [
        vec![],
        vec![set("pf.wait_ip", json!("7 s")), set("axes.guard.claim-per-message", json!("off"))],
        vec![set("functions.pf.isf", json!(null)), set("links.gm.capacity", json!({"rate": "2 Mbit/s", "queue": "64 kB"}))],
        vec![set("traffic.main.arrivals", json!({"hourly": {}})), set("traffic.main.message", json!(null))],
        vec![set("links.gm.delay", json!({"mixture": [{"weight": 1, "law": {"empirical": {"values": ["3 s", "1 s"]}}}]}))],
        vec![set(
            "populations.recipients.devices.phone.radio",
            json!({"schedule": {"start": "off", "changes": [{"at": "1 h", "to": "on"}]}}),
        )],
        vec![set("profile", json!("pull-r00")), set("axes.delivery-rule", json!("iw-2015"))],
    ] {
        let Loaded { model, canonical, .. } = loaded(&overrides);
        let again = resolve(&Tree::from_text("small", &resolved_text(&model)).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}"));
        assert_eq!(again.model, model);
        assert_eq!(again.canonical, canonical);
    }
}

#[test]
fn identity_follows_meaning_not_words() {
    let base = loaded(&[]).canonical;
    for same in [
        set("description", json!("other words")),
        set("pf.wait_ip", json!("30000 ms")),
        set("functions.pf.pf.wait_ip", json!("0.5 min")),
        set("functions.pf.isf", json!("isf")),
        set("populations.recipients.devices.phone.owned_by", json!("100 %")),
        set("measure.order_window", json!(20)),
        set("axes.first-attempt", json!("at-once")),
        set("links.gm.delay", json!({"lognormal": {"median": "0.025 s", "sigma": 0.5}})),
    ] {
        assert_eq!(loaded(std::slice::from_ref(&same)).canonical, base, "{same:?}");
    }
    for other in [
        set("pf.wait_ip", json!("29 s")),
        set("axes.first-attempt", json!("none")),
        set("links.gm.delay.lognormal.median", json!("20 ms")),
        set("acc.lte_attach", json!("1 s")),
        set("measure.order_window", json!(21)),
        set("populations.recipients.count", json!(201)),
    ] {
        // A parameter's law is changed where it is used by name.
        let overrides = if other.0.starts_with("links.gm.delay.") {
            vec![set("links.gm.delay", json!({"lognormal": {"median": "1 s", "sigma": 0.5}})), other.clone()]
        } else {
            vec![other.clone()]
        };
        assert_ne!(loaded(&overrides).canonical, base, "{other:?}");
    }
}

/// The canonical text of a model is part of published identities: it changes only on purpose.
#[test]
fn the_canonical_text_leaves_defaults_out() {
    let text = r#"{"extends": ["lib/zero_links.json", "lib/phones.json"], "axes": {"deferred-mode": "auto-push"},
      "run": {"arrivals_until": "1 h"}, "pf": {"wait_ip": "5 s"},
      "links": {"pf_isf": null, "isf_iwf": null, "iwf_hlr": null, "iwf_msc": null, "msc_hlr": null, "air": null},
      "functions": {"isf": null, "iwf": null, "hlr": null, "msc": null},
      "populations": {"all": {"count": 1, "devices": {"phone": {"classes": {"plain": 1}}}}},
      "traffic": {"t": {"from": "all", "to": "all", "arrivals": {"at": ["1 s"]}}}}"#;
    let canonical = resolve(&Tree::from_text("t", text).unwrap(), &[]).unwrap_or_else(|f| panic!("{f}")).canonical;
    assert_eq!(
        canonical,
        concat!(
            r#"{"axes":{"deferred-mode":"auto-push"},"functions":{"core":{"core":{"notify_delay":{"constant":0}},"kind":"core"},"#,
            r#""pf":{"isf":null,"kind":"pf","pf":{"wait_ip":5000000000}}},"#,
            r#""links":{"core_pf":{"class":"isc","delay":{"constant":0},"from":"core","to":"pf","transport":"stream"},"#,
            r#""gm":{"class":"gm","delay":{"constant":0},"from":"devices","to":"core","transport":"datagram"}},"#,
            r#""phones":{"plain":{"phases":{"on":{"after":[],"gives":["sms","ip"],"takes":{"constant":0}}},"#,
            r#""registration":{"own_delay":{"constant":0}},"silent_loss":0.0}},"#,
            r#""populations":{"all":{"core":"core","count":1,"devices":{"phone":{"classes":{"plain":1.0}}},"msc":null,"pf":"pf"}},"#,
            r#""run":{"arrivals_until":3600000000000},"#,
            r#""traffic":{"t":{"arrivals":{"at":[1000000000]},"from":"all","to":"all"}}}"#
        )
    );
}

#[test]
fn overrides_reach_everything_and_are_named_in_faults() {
    let found = faults(&[set("pf.wait_pi", json!("1 s")), set("links.gm.delay", json!({"exponential": {"mean": "-1 s"}}))]);
    let found: Vec<_> = found.iter().map(|f| (f.code, f.file.as_str(), f.path.as_str(), f.line_column)).collect();
    assert_eq!(
        found,
        [
            ("negative", "override links.gm.delay={\"exponential\":{\"mean\":\"-1 s\"}}", "/links/gm/delay/exponential/mean", None),
            ("unknown-field", "override pf.wait_pi=\"1 s\"", "/pf/wait_pi", None),
        ]
    );
    assert_eq!(faults(&[set("pf..x", json!(1))])[0].code, "bad-path");
    assert_eq!(faults(&[set("extends", json!([]))])[0].code, "bad-path");
    assert_eq!(faults(&[set("run", json!(null))])[0].code, "missing-field");
    let weights = loaded(&[set("populations.recipients.devices.phone.classes.N", json!(0))]).model;
    assert_eq!(weights.populations[0].devices[0].classes[2].0, 0.0);
}

#[test]
fn what_is_not_built_is_refused_where_it_acts_or_is_written() {
    for (overrides, code) in [
        (vec![set("axes.iw-mode", json!("smsc"))], "not-built"),
        (vec![set("profile", json!("im-2008")), set("axes.client-fallback", json!("revoke"))], "not-built"),
        (vec![set("smsc.validity", json!("1 h"))], "not-built"),
        (vec![set("link.nni", json!("1 s"))], "unused-parameter"),
    ] {
        assert!(faults(&overrides).iter().all(|f| f.code == code), "{overrides:?}: {}", Faults(faults(&overrides)));
    }
    for overrides in [
        vec![set("axes.dnd", json!("defer"))],
        vec![set("axes.guard.hide-in-delivery", json!("off"))],
        vec![set("axes.dnd-pull", json!("refuse"))],
        vec![set("axes.deferred-mode", json!(null))],
        vec![set("profile", json!("im-2008")), set("axes.deferred-mode", json!(null))],
        vec![set("links.gm.loss", json!(0.1))],
        vec![set("profile", json!("pull-r00"))],
        vec![set("axes.dnd", json!("none"))],
    ] {
        loaded(&overrides);
    }
    for profile in crate::delivery::profile::Profile::ALL {
        loaded(&[set("profile", json!(profile.name()))]);
    }
    let remedy = &faults(&[set("axes.iw-mode", json!("smsc"))])[0];
    assert!(remedy.problem.contains("not built yet") && remedy.remedy.contains("built: direct"), "{remedy}");
}

#[test]
fn a_run_that_may_leave_messages_open_is_warned_of() {
    assert_eq!(loaded(&[]).warnings, []);
    let warned = loaded(&[set("run.end", json!("30 h"))]).warnings;
    assert_eq!((warned.len(), warned[0].code, warned[0].path.as_str()), (1, "open-at-end", "/run/end"));
    assert_eq!(loaded(&[set("run.end", json!("92 h"))]).warnings, [], "20 h of arrivals and 3 d of life");
    assert_eq!(loaded(&[set("run.end", json!("26 h")), set("pf.expiry", json!("6 h"))]).warnings, []);
}

#[test]
fn parameters_are_referred_to_by_name() {
    let law = |overrides: &[_]| loaded(overrides).model.links.iter().find(|l| l.spec.name == "gm").unwrap().spec.delay.clone();
    assert_eq!(law(&[set("air.lte_connected", json!("3 ms"))]), crate::units::Law::Constant(crate::units::Span::from_millis(3)));
    assert_eq!(law(&[set("links.gm.delay", json!({"param": "ims.retry.base"}))]).mean(), 30.0);
    let chain = [set("air.lte_connected", json!({"param": "air.wifi"})), set("air.wifi", json!("12 ms"))];
    assert_eq!(law(&chain).mean(), 0.012);
    for (value, code) in [
        (json!({"param": "air.lte"}), "unknown-parameter"),
        (json!({"param": "smsc.validity"}), "unknown-parameter"),
        (json!({"param": "pf"}), "unknown-parameter"),
        (json!({"param": "hlr.alert_loss"}), "missing-unit"),
    ] {
        assert!(faults(&[set("links.gm.delay", value.clone())]).iter().any(|f| f.code == code), "{value}");
    }
    let circle = [set("air.wifi", json!({"param": "air.gsm"})), set("air.gsm", json!({"param": "air.wifi"}))];
    assert!(faults(&circle).iter().any(|f| f.code == "circular-parameter"));
}

/// `domain.md` 4.2: from SMS readiness to registration, as the phases and the phone's own work make it; quantiles in seconds. The
/// table's gap holds the reg-event notification (median 0.15 s) and legs too, hence the wide tolerance.
#[test]
fn the_gaps_of_the_phone_classes_are_those_of_the_domain() {
    use crate::units::{Chooser, Purpose, Site, SubjectId};
    struct Weyl(u64);
    impl Chooser for Weyl {
        fn bits(&mut self, _: Site) -> u64 {
            // SplitMix64.
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }
    }
    let model = loaded(&[]).model;
    let mut dice = Weyl(1);
    for (name, quantiles) in [("V", [0.5, 1.5, 4.0]), ("D", [3.4, 9.7, 37.0]), ("L", [4.3, 8.8, 18.0])] {
        let class = &model.populations[0].devices[0].classes.iter().find(|(_, c)| c.name == name).unwrap().1;
        let mut gaps: Vec<f64> = (0..20_000)
            .map(|_| {
                let mut done = vec![0.0; class.phases.len()];
                let (mut sms, mut register) = (0.0, 0.0);
                for (i, phase) in class.phases.iter().enumerate() {
                    let begun = phase.after.iter().map(|a| done[*a]).fold(0.0, f64::max);
                    let mut draw =
                        |law: &crate::units::Law| law.sample(&mut dice, Site::new(Purpose::Phase, SubjectId::of_name("x"), 0));
                    done[i] = begun + draw(&phase.takes).seconds();
                    for gift in &phase.gives {
                        match gift {
                            Gives::Sms => sms = done[i],
                            Gives::Register => register = done[i] + draw(&class.registration.own_delay).seconds(),
                            Gives::Ip | Gives::SmsPs => {}
                        }
                    }
                }
                register - sms
            })
            .collect();
        gaps.sort_by(f64::total_cmp);
        for (q, expected) in [0.05, 0.5, 0.95].into_iter().zip(quantiles) {
            let found = gaps[(q * 20_000.0) as usize];
            assert!((found - expected).abs() <= 0.15 * expected + 0.15, "{name} at {q}: {found} against {expected}");
        }
    }
    let never = &model.populations[0].devices[0].classes[2].1;
    assert!(never.name == "N" && never.phases.iter().all(|p| !p.gives.contains(&Gives::Ip)));
}

/// A file of a hundred thousand wrong names is refused in a time that grows with its size, not with its square.
#[test]
fn many_faults_cost_little() {
    let functions: Vec<_> = (0..30_000).map(|i| format!("\"f{i}\": {{\"kind\": \"pf\", \"isf\": \"x{i}\"}}")).collect();
    let text = format!("{{\"functions\": {{{}}}, \"{}\": 1}}", functions.join(","), "x".repeat(1_000_000));
    let tree = Tree::from_text("many", &text).unwrap();
    let faults = resolve(&tree, &[]).expect_err("every name is wrong");
    assert_eq!(faults.0.len(), 10_000, "no more are told");
    assert!(faults.0.iter().all(|f| f.to_string().len() < 2_000), "nothing is told at length");
}
