//! Whole runs in which several devices of a user are told of what waits, and pull.

use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::sim::seen::axes;
use crate::sim::{RunOptions, RunSeed, run};

/// Ten users with three devices, each off half of the time; one message every four minutes to each. They answer a
/// notification after a time, and retrieve all.
fn pulled(set: &[(String, Value)]) -> (Collected, RunOutcome) {
    let text = r#"{
      "extends": ["lib/one_operator.json", "lib/phones.json", "lib/push_enabler.json"],
      "axes": {"deferred-mode": "notify-pull"},
      "run": {"arrivals_until": "20 h"},
      "functions": {"pf": {"isf": null}},
      "user": {"react": {"exponential": {"mean": "30 s"}}, "ignore_forever": 0, "choice": {"all": 1, "delete": 0, "interwork": 0, "store": 0, "keep": 0}},
      "populations": {
        "readers": {"count": 10, "msc": null, "devices": {
          "a": {"classes": {"plain": 1}, "radio": {"dwell": {"on": {"exponential": {"mean": "30 min"}}, "off": {"exponential": {"mean": "30 min"}}}}},
          "b": {"classes": {"plain": 1}, "radio": {"dwell": {"on": {"exponential": {"mean": "30 min"}}, "off": {"exponential": {"mean": "30 min"}}}}},
          "c": {"classes": {"plain": 1}, "radio": {"dwell": {"on": {"exponential": {"mean": "30 min"}}, "off": {"exponential": {"mean": "30 min"}}}}}
        }},
        "writers": {"count": 10, "msc": null, "devices": {"pc": {"classes": {"plain": 1}}}}
      },
      "traffic": {"main": {"from": "writers", "to": "readers", "arrivals": {"poisson": {"rate": "15/h"}},
        "message": {"length": {"fixed": 20}, "imdn": ["positive-delivery", "negative-delivery"]}}}
    }"#;
    let tree = crate::model::Tree::from_text("pulled", text).unwrap_or_else(|f| panic!("{f}"));
    let model = Arc::new(crate::model::resolve(&tree, set).unwrap_or_else(|f| panic!("{f}")).model);
    assert!(model.axes.is(axes::DEFERRED_MODE, "notify-pull"));
    let mut collector = Collector::new(&model, false);
    let seed = RunSeed { seed: 5, replicate: 0 };
    let outcome = run(&model, seed, &RunOptions::default(), &mut collector).expect("it ends");
    (collector.finish(&outcome), outcome)
}

fn share(c: &Collected, key: &str) -> f64 {
    let (num, den) = c.sum(key).unwrap_or_else(|| panic!("{key} has items"));
    num as f64 / den as f64
}

#[test]
fn what_is_pulled_is_told_of_moved_and_counted() {
    let (c, outcome) = pulled(&[]);
    assert_eq!(outcome.undefined, 0, "{:?}", outcome.undefined_kinds);
    assert!(c.sizes.deferred > 100, "{:?}", c.sizes);
    assert_eq!(c.sum("lost_per_million").map(|s| s.0), Some(0));
    // Each delivered message that was deferred was moved by one deliver action, and by one only.
    let (moved, asked) = c.sum("pull_efficiency_ratio").expect("there were pulls");
    assert!(0 < moved && moved <= asked, "{moved} of {asked}");
    assert!(share(&c, "notifications_inband_per_deferred") > 0.0);
    for ratio in [
        "notification_wasted_ratio",
        "notification_redundant_ratio",
        "notification_lost_ratio",
        "unknown_to_client_ratio",
        "pull_conflict_ratio",
        "pull_hollow_ratio",
        "pull_488_ratio",
        "pull_stale_instruction_ratio",
    ] {
        assert!((0.0..=1.0).contains(&share(&c, ratio)), "{ratio}: {}", share(&c, ratio));
    }
    assert_eq!(share(&c, "pull_480_ratio"), 0.0, "the latest texts serve in order");
    assert_eq!(share(&c, "pull_selective_ratio"), 0.0);
    let (completed, dialogs) = (c.sum("pull_completion").expect("some"), c.sum("dialog_open").expect("some"));
    assert_eq!(completed.1, dialogs.1, "each pull that is done has had its session");
    assert!(dialogs.0 <= completed.0, "a pull is done when its session is over, and not before it was sent");
    let served = c.sum("pull_hollow_ratio").expect("some").1;
    let (all, refused) = (c.sum("pull_488_ratio").expect("some").1, c.sum("pull_488_ratio").expect("some").0);
    assert_eq!(served + refused, all, "each is answered 200 or 488");
    let (first, second) = (c, pulled(&[]).0);
    assert_eq!(first, second);
}
