//! `compare` as a user meets it: what differs, which message is the first, and what cannot be compared.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::common::{self, told};

/// A folder of one test, with a model and an experiment.
fn folder(test: &str) -> PathBuf {
    let dir = common::folder("compare", test);
    fs::write(dir.join("m.json"), model()).expect("a model");
    fs::write(dir.join("e.json"), EXPERIMENT).expect("an experiment");
    dir
}

/// Six phones for forty minutes.
fn model() -> String {
    common::phones(6, "40 min")
}

const EXPERIMENT: &str = r#"{
  "model": "m.json", "seed": 3, "replicates": 12,
  "axes": {"wait": {"path": "pf.wait_ip", "values": ["0 s", "30 s"]}}
}"#;

/// Without a suitable client the message is refused instead of kept.
const REFUSE: &str = "axes.no-suitable-client=reject";

fn json(dir: &Path, words: &[&str]) -> Value {
    let (status, out, err) = told(dir, &[&["compare"], words, &["--json"]].concat());
    assert_eq!((status, err.as_str()), (0, ""), "{words:?}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn a_model_does_not_differ_from_itself() {
    let dir = folder("itself");
    let (status, out, err) = told(&dir, &["compare", "m.json", "m.json", "--messages", "--replicates", "3"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(out.contains("no difference in any of") && out.contains("compared: none fares otherwise"), "{out}");
    let (_, alone, _) = told(&dir, &["compare", "m.json", "--messages", "--replicates", "3"]);
    assert_eq!(alone, out, "without B it is A again");
}

#[test]
fn the_first_differing_decision_and_its_clause_are_named() {
    let dir = folder("decision");
    let words = ["m.json", "--set-b", REFUSE, "--messages", "--replicates", "3", "--limit", "2"];
    let value = json(&dir, &words);
    let messages = &value["comparisons"][0]["messages"];
    let differ = messages["differ"].as_u64().expect("a count");
    assert!(differ > 0 && differ < messages["compared"].as_u64().expect("a count"));
    let sum = |list: &Value| list.as_array().expect("a list").iter().map(|g| g["messages"].as_u64().expect("a count")).sum::<u64>();
    assert_eq!((sum(&messages["fates"]), sum(&messages["decisions"])), (differ, differ));
    let first = messages["first"].as_array().expect("a list");
    assert_eq!(first.len(), 2, "the limit");
    for message in first {
        assert_eq!(message["b"]["outcome"], "rejected");
        let decision = &message["decision"];
        assert!(decision["shared"].as_u64().expect("a count") > 0, "acceptance is common: {decision}");
        assert!(decision["b"]["what"].as_str().expect("words").starts_with("reject: "), "{decision}");
        assert_eq!(decision["b"]["by"], "pf");
        assert_eq!(decision["b"]["clause"]["ids"][0], "own.no-suitable-client");
        assert_eq!(decision["a"]["t_ns"], decision["b"]["t_ns"], "the same weather up to there");
    }
    // The command that is offered tells the story of that very message.
    let (status, text, _) = told(&dir, &[&["compare"], &words[..]].concat());
    assert_eq!(status, 0);
    let line = text.lines().find(|l| l.contains("story in B: ")).expect("a command").split_once("cpmsim ").expect("a command").1;
    let words: Vec<&str> = line.split_whitespace().collect();
    let (status, story, err) = told(&dir, &words);
    assert!(status == 0 && story.contains("reject") && story.contains("own.no-suitable-client"), "{err}{story}");
}

#[test]
fn differences_are_paired_and_the_same_on_any_number_of_threads() {
    let dir = folder("paired");
    let words = |jobs: &'static str| ["m.json", "--set-b", "pf.wait_ip=0 s", "--replicates", "12", "--jobs", jobs, "--all"];
    let value = json(&dir, &words("1"));
    assert_eq!(value, json(&dir, &words("4")));
    let lines = value["comparisons"][0]["metrics"].as_array().expect("a list");
    let line = |name: &str| lines.iter().find(|l| l["metric"] == name).expect("with --all every metric is there");
    let share = line("sms_share_ratio");
    assert!(share["difference"].as_f64().expect("a number") > 0.0, "without a wait more goes by SMS: {share}");
    assert_eq!(share["finding"], "differs");
    assert_eq!(line("deferral_ratio")["finding"], "same", "the wait is after the deferral");
    let difference = share["b"].as_f64().expect("B") - share["a"].as_f64().expect("A");
    assert!((difference - share["difference"].as_f64().expect("a number")).abs() < 1e-12);
    let (_, text, _) =
        told(&dir, &["compare", "m.json", "--set-b", "pf.wait_ip=0 s", "--metric", "sms_share_ratio,deferral_ratio"]);
    assert!(text.contains("sms_share_ratio  ") && text.contains("deferral_ratio  ") && !text.contains("ties_count"), "{text}");
}

#[test]
fn points_of_experiments_and_folders_compare_alike() {
    let dir = folder("folders");
    let (status, _, err) = told(&dir, &["sweep", "e.json", "--out", "r"]);
    assert_eq!(status, 0, "{err}");
    let of_folder = json(&dir, &["r@wait=0 s", "r@pf.wait_ip=30 s", "--all"]);
    let of_model = json(&dir, &["e.json@wait=0 s", "e.json@wait=30 s", "--all"]);
    let mixed = json(&dir, &["r@wait=0 s", "e.json@wait=30 s", "--all"]);
    let metrics = |value: &Value| value["comparisons"][0]["metrics"].clone();
    assert_eq!(metrics(&of_folder), metrics(&of_model), "kept runs and new ones are the same runs");
    assert_eq!(metrics(&of_folder), metrics(&mixed));
    assert_eq!(of_folder["seed"], 3);
    // Every other point against one: a column each.
    let (status, page, err) = told(&dir, &["compare", "r@wait=0 s", "r", "--markdown", "--metric", "sms_share_ratio"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(page.starts_with("| metric | wait=0 s | wait=30 s |\n|---|---|---|\n| sms_share_ratio | "), "{page}");
}

/// Only 2015 forwards, and a forwarded message is submitted once more: finished runs are of the same weather all the same.
#[test]
fn folders_of_generations_that_forward_and_do_not_compare() {
    let dir = folder("forwarded");
    let policy = r#""policies": {"away": {"rules": [{"id": "all", "actions": {"allow-forward": "senders"}}]}}, "populations": {"#;
    let changed = model().replace("\"populations\": {", policy).replace("\"count\": 6,", "\"count\": 6, \"policy\": \"away\",");
    fs::write(dir.join("m.json"), changed).expect("a model");
    let axis = r#""axes": {"p": {"path": "profile", "values": ["im-2008", "latest"]}}"#;
    let experiment = format!("{{\"model\": \"m.json\", \"replicates\": 4, {axis}}}");
    fs::write(dir.join("e.json"), experiment).expect("an experiment");
    let (status, _, err) = told(&dir, &["sweep", "e.json", "--out", "r"]);
    assert_eq!(status, 0, "{err}");
    let told = json(&dir, &["r@p=im-2008", "r", "--metric", "outcome_forwarded_ratio"]);
    let forwarded = &told["comparisons"][0]["metrics"][0];
    assert!(forwarded.to_string().contains("outcome_forwarded_ratio"), "{told}");
}

#[test]
fn another_weather_is_refused_and_named() {
    let dir = folder("weather");
    let refused = |words: &[&str], said: &[&str]| {
        let (status, out, err) = told(&dir, &[&["compare"], words].concat());
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains("help:") && err.contains("nothing was compared"), "{words:?}: {err}");
        said.iter().for_each(|said| assert!(err.contains(said), "{words:?}: {said}: {err}"));
    };
    refused(&["m.json", "--set-b", "populations.recipients.count=7"], &["not the same weather", "has 6 and 7 users"]);
    refused(
        &["m.json", "--set-b", "traffic.main.arrivals={\"poisson\": {\"rate\": \"1/60 s\"}}"],
        &["the stream \"main\" has other arrivals"],
    );
    refused(&["m.json", "--set-b", "run.arrivals_until=50 min"], &["end of arrivals differ"]);
    fs::write(dir.join("other.json"), EXPERIMENT.replace("\"seed\": 3", "\"seed\": 4")).expect("a file");
    refused(&["e.json", "other.json"], &["its seed is 4", "--seed"]);
    // Other devices are another access under the same arrivals: told, not refused.
    let words = ["compare", "m.json", "--set-b", "populations.recipients.devices.phone.classes.N=90", "--replicates", "2"];
    let (status, _, err) = told(&dir, &words);
    assert!(status == 0 && err.contains("the devices of \"recipients\" differ"), "{err}");
}

#[test]
fn what_cannot_be_compared_is_told_with_a_remedy() {
    let dir = folder("refusals");
    assert_eq!(told(&dir, &["sweep", "e.json", "--replicates", "2", "--out", "r"]).0 & !3, 0);
    fs::write(dir.join("bad.json"), model().replace("\"count\": 6", "\"count\": -6")).expect("a file");
    fs::create_dir_all(dir.join("empty")).expect("a folder");
    let cases: [(&[&str], &str); 14] = [
        (&["m.json", "--metric", "sms_shore_ratio"], "did you mean \"sms_share_ratio\"?"),
        (&["m.json", "--metric", "wait_ip_efficiency_per_s"], "made of two points"),
        (&["m.json", "bad.json"], "count"),
        (&["m.json", "nowhere.json"], "nowhere.json"),
        (&["m.json", "--profile-b", "latset"], "latest"),
        (&["m.json", "empty"], "no results folder"),
        (&["r@wiat=0 s", "r"], "did you mean \"wait\"?"),
        (&["r@wait=1 s", "r"], "has no value \"1 s\""),
        (&["r", "r@wait=0 s"], "A must be one point"),
        (&["r@wait=0 s", "r@wait=30 s,pf.wait_ip=0 s"], "the axis \"pf.wait_ip\" is named twice"),
        (&["r@wait=0 s", "r@wait=30 s", "--replicates", "3"], "2 replicates, and 3 are asked for"),
        (&["r@wait=0 s", "e.json@wait=30 s", "--replicates", "3"], "2 replicates, and 3 are asked for"),
        (&["r@wait=0 s", "r@wait=30 s", "--messages"], "keeps numbers only"),
        (&["r@wait=0 s", "r@wait=30 s", "--set", "pf.wait_ip=1 s"], "nothing can be set in it"),
    ];
    for (words, said) in cases {
        let (status, out, err) = told(&dir, &[&["compare"], words].concat());
        assert_eq!((status, out.as_str()), (2, ""), "{words:?}: {err}");
        assert!(err.contains(said), "{words:?}: {err}");
    }
    // Nothing but A, however often, is A once.
    let (status, out, err) = told(&dir, &["compare", "m.json", "m.json", "m.json", "--replicates", "2"]);
    assert!(status == 0 && out.matches("no difference in any").count() == 1, "{out}{err}");
    // A folder of another results version.
    let path = dir.join("r/manifest.json");
    let manifest: Value = serde_json::from_str(&fs::read_to_string(&path).expect("a manifest")).expect("JSON");
    let version = manifest["results_version"].as_u64().expect("a version");
    let (was, other) = (format!("\"results_version\": {version}"), format!("\"results_version\": {}", version + 1));
    let text = fs::read_to_string(&path).expect("a manifest");
    assert!(text.contains(&was));
    fs::write(&path, text.replace(&was, &other)).expect("written");
    let (status, _, err) = told(&dir, &["compare", "r@wait=0 s", "r@wait=30 s"]);
    assert!(status == 2 && err.contains(&format!("results version {}", version + 1)), "{err}");
}
