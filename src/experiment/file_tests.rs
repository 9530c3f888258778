//! Files as they should be, and every fault of broken ones.

use super::*;
use serde_json::json;

fn whole() -> Value {
    json!({
        "description": "When should the wait end?",
        "model": "../models/airplane_exit.json",
        "seed": 7,
        "replicates": 100,
        "set": {"pf.expiry": "1 d"},
        "axes": {
            "wait": {"path": "pf.wait_ip", "values": ["0 s", "20 s"]},
            "never-ip": {"values": [{"label": "0.1", "set": {"profile": "latest", "axes.deferred-mode": "auto-push"}}, {"label": 0.3, "set": {}}]}
        },
        "metrics": ["sms_share_ratio"],
        "figures": {"share": {"kind": "lines"}},
        "gate": {"replicates": 2},
        "expect": [
            {"metric": "sms_share_ratio", "at": {"pf.wait_ip": "20000 ms"}, "equals": "exp(-wait/12) * (1 - never_ip)", "half_width": "1 %"},
            {"metric": "sms_share_ratio", "between": [0, 0.5]},
            {"metric": "deferred_latency_mean_s", "at": {"wait": "0 s"}, "less_than": {"at": {"wait": "20 s"}}},
            {"metric": "deferred_latency_mean_s", "equivalent_to": "baseline", "margin": "2 s"}
        ]
    })
}

#[test]
fn a_whole_file_is_read() {
    let file = read(&whole()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    assert_eq!((file.seed, file.replicates, file.gate_replicates), (7, 100, 2));
    assert_eq!(file.axes.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["never-ip", "wait"], "by name");
    assert_eq!(file.axes[0].values[1].label, "0.3");
    assert_eq!(file.axes[0].values[0].set[0].0, "axes.deferred-mode");
    assert_eq!(file.expect[0].at, BTreeMap::from([("wait".to_owned(), "20 s".to_owned())]), "found by path and by number");
    assert_eq!(file.expect[0].half_width, Some(Bound::Relative(0.01)));
    assert_eq!(file.expect[3].relation, Relation::EquivalentToBaseline { margin: Bound::Absolute(2.0) });
    let least = read(&json!({"model": {"run": {}}})).expect("the rest has defaults");
    assert_eq!((least.seed, least.replicates, least.axes.len()), (1, 1, 0));
}

/// Changes one place of the whole file and gives the faults as "path: problem".
fn broken(pointer: &str, value: Value) -> Vec<String> {
    let mut file = whole();
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
    match file.pointer_mut(parent).expect("the place is there") {
        Value::Object(object) => {
            object.insert(last.to_owned(), value);
        }
        Value::Array(list) => list[last.parse::<usize>().expect("an index")] = value,
        _ => panic!("nothing lies below {parent}"),
    }
    let wrong = read(&file).expect_err(pointer);
    assert!(wrong.iter().all(|w| !w.remedy.is_empty()), "every fault has a remedy");
    wrong.into_iter().map(|w| format!("{}: {}", w.path, w.problem)).collect()
}

#[test]
fn each_fault_names_its_place() {
    for (pointer, value, fault) in [
        ("/replicats", json!(1), "/replicats: an experiment has no field \"replicats\""),
        ("/model", json!(3), "/model: a model is a path or an object, not a number"),
        ("/seed", json!(-1), "/seed: the seed is a whole number from 0 to 18446744073709551615, not -1"),
        ("/replicates", json!(0), "/replicates: the number of replicates is a whole number from 1 to 1000000, not 0"),
        (
            "/replicates",
            json!(1e12),
            "/replicates: the number of replicates is a whole number from 1 to 1000000, not 1000000000000.0",
        ),
        ("/set", json!([]), "/set: a map of settings is an object, not a list"),
        ("/set/pf..x", json!(1), "/set/pf..x: \"pf..x\" is not a path"),
        ("/axes/wait/values", json!([]), "/axes/wait/values: an axis needs a list of values, at least one"),
        ("/axes/wait/values", json!(["20 s", "20 s"]), "/axes/wait/values/1: the value \"20 s\" stands here twice"),
        ("/axes/never-ip/values/0", json!("x"), "/axes/never-ip/values/0: the axis has no \"path\" that this value could set"),
        ("/axes/never-ip/values/0", json!({"set": {}}), "/axes/never-ip/values/0: the field \"label\" is missing"),
        ("/axes/2nd", json!({"path": "a", "values": [1]}), "/axes/2nd: \"2nd\" cannot name an axis"),
        ("/axes/never_ip", json!({"path": "a", "values": [1]}), "/axes: two axes differ only by - and _"),
        (
            "/metrics",
            json!(["sms_shore_ratio"]),
            "/metrics/0: no metric is named \"sms_shore_ratio\"; did you mean \"sms_share_ratio\"?",
        ),
        ("/figures", json!(1), "/figures: the map of figures is an object, not a number"),
        (
            "/gate",
            json!({"replicates": "3"}),
            "/gate/replicates: the number of replicates is a whole number from 1 to 1000000, not \"3\"",
        ),
        ("/expect", json!({}), "/expect: a list of expectations was expected, not an object"),
        ("/expect/1/between", json!([1]), "/expect/1/between: two bounds were expected"),
        ("/expect/1/equals", json!(1), "/expect/1: equals and between are said at once"),
        ("/expect/1", json!({"metric": "sms_share_ratio"}), "/expect/1: nothing is expected of the metric"),
        ("/expect/0/equals", json!("exp(-wiat/12)"), "/expect/0/equals: no axis is named \"wiat\""),
        (
            "/expect/0/equals",
            json!("exp(-wait/12"),
            "/expect/0/equals: \"exp(-wait/12\", character 13: a parenthesis is not closed",
        ),
        ("/expect/0/half_width", json!("wide"), "/expect/0/half_width: \"wide\" is no length"),
        ("/expect/0/half_width", json!(-1), "/expect/0/half_width: -1 is no length"),
        ("/expect/0/at", json!({"wait": "21 s"}), "/expect/0/at/wait: the axis \"wait\" has no value \"21 s\""),
        ("/expect/0/at", json!({"speed": 1}), "/expect/0/at/speed: no axis is named \"speed\", and none sets it"),
        ("/expect/2/less_than", json!({}), "/expect/2/less_than: nothing differs from the point itself"),
        (
            "/expect/3/equivalent_to",
            json!("last week"),
            "/expect/3/equivalent_to: \"last week\" is not something to be equivalent to",
        ),
        ("/expect/0/margin", json!(1), "/expect/0/margin: \"margin\" belongs to \"equivalent_to\", not to \"equals\""),
    ] {
        assert_eq!(broken(pointer, value), [fault], "{pointer}");
    }
}

#[test]
fn all_faults_come_at_once() {
    let file = json!({"seed": "x", "axes": {"wait": {"path": 3, "values": 4}}, "expect": [{"equals": []}], "metrics": [1]});
    let wrong = read(&file).expect_err("broken");
    let places: Vec<&str> = wrong.iter().map(|w| w.path.as_str()).collect();
    assert_eq!(places, ["", "/seed", "/axes/wait/path", "/metrics/0", "/expect/0", "/expect/0/equals"]);
    assert!(read(&json!([])).is_err() && read(&json!(null)).is_err());
}

#[test]
fn a_model_is_not_taken_for_an_experiment() {
    assert!(is_experiment(&whole()));
    assert!(!is_experiment(&json!({"run": {}, "populations": {}, "axes": {"deferred-mode": "auto-push"}})));
}
