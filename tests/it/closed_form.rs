//! The closed forms of `experiments/closed_form/` at a tenth of their replicates and three times their half-widths.
//!
//! Seeds and numbers of replicates were fixed before the first run and are never changed to pass. The full sizes are run by
//! `.ci/nightly`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A tenth of the replicates, three times every half-width. Nothing else of the experiment changes.
fn tenth(mut experiment: Value) -> Value {
    let replicates = experiment["replicates"].as_u64().expect("replicates are written");
    assert_eq!(replicates % 10, 0, "a tenth of {replicates} replicates is no whole number");
    experiment["replicates"] = (replicates / 10).into();
    for expectation in experiment["expect"].as_array_mut().expect("a closed form expects something") {
        let Some(width) = expectation.get_mut("half_width") else { continue };
        let percent: u64 =
            width.as_str().and_then(|w| w.strip_suffix(" %")).and_then(|w| w.parse().ok()).expect("a width in whole %");
        *width = format!("{} %", 3 * percent).into();
    }
    experiment
}

fn holds(name: &str) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/closed_form").join(format!("{name}.json"));
    let text = fs::read_to_string(&source).expect("a closed form of this name");
    let experiment: Value = jsonc_parser::parse_to_serde_value(&text, &Default::default()).expect("JSON with comments");
    let expected = experiment["expect"].as_array().expect("expectations").len();
    let dir: PathBuf = Path::new(env!("CARGO_TARGET_TMPDIR")).join("closed_form").join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("a folder for the test");
    fs::write(dir.join("e.json"), tenth(experiment).to_string()).expect("a scaled experiment");
    let output = Command::new(env!("CARGO_BIN_EXE_cpmsim"))
        .args(["sweep", "e.json", "--out", "out"])
        .current_dir(&dir)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary starts");
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{name}: 1 is a verdict that fails, 3 an imprecise one\n{told}");
    let verdicts: Value = serde_json::from_slice(&fs::read(dir.join("out/expectations.json")).expect("verdicts")).expect("JSON");
    let verdicts = verdicts["expectations"].as_array().expect("a list of verdicts").clone();
    assert!(verdicts.len() >= expected, "{name}: {expected} expectations, {} verdicts", verdicts.len());
    for verdict in &verdicts {
        assert_eq!(verdict["verdict"], "holds", "{name}: {verdict}");
    }
}

#[test]
fn c1_a_device_that_goes_on_and_off() {
    holds("c1");
}

#[test]
fn c2_waiting_for_ip_with_an_exponential_gap() {
    holds("c2_exponential");
}

#[test]
fn c2_registration_while_the_short_message_is_in_flight() {
    holds("c2_inflight");
}

#[test]
fn c2_waiting_for_ip_with_a_lognormal_gap() {
    holds("c2_lognormal");
}

#[test]
fn c3_the_race_of_two_accesses() {
    holds("c3");
}

#[test]
fn c4_absence_of_any_distribution() {
    holds("c4");
}

#[test]
fn c8_expiry_before_reachability() {
    holds("c8");
}

/// No file is forgotten.
#[test]
fn every_closed_form_has_its_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/closed_form");
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("the closed forms")
        .map(|e| e.expect("readable").path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["c1", "c2_exponential", "c2_inflight", "c2_lognormal", "c3", "c4", "c8"]);
}
