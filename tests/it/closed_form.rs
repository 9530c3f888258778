//! The closed forms at a tenth of their size and three times their half-widths; `.ci/nightly` runs them whole.
//!
//! Seeds and sizes stand in the files and are never changed to pass.

use std::fs;

use serde_json::Value;

use super::common;

/// The experiment with a tenth of its replicates and three times its half-widths.
fn tenth(name: &str) -> Value {
    let path = common::root().join("experiments/closed_form").join(format!("{name}.json"));
    let text = fs::read_to_string(path).expect("the experiment is there");
    let mut experiment: Value =
        jsonc_parser::parse_to_serde_value(&text, &Default::default()).expect("the experiment is JSON with comments");
    let replicates = experiment["replicates"].as_u64().expect("the experiment has replicates");
    assert!(replicates >= 100, "a tenth of {replicates} has no intervals");
    experiment["replicates"] = (replicates / 10).into();
    for expectation in experiment["expect"].as_array_mut().expect("the experiment expects something") {
        if let Some(width) = expectation.get_mut("half_width") {
            let percent: f64 =
                width.as_str().and_then(|w| w.strip_suffix(" %")).and_then(|w| w.parse().ok()).expect("a percentage");
            assert!(percent <= 2.0, "the half-width of {name} is wider than it may be");
            *width = format!("{} %", 3.0 * percent).into();
        }
    }
    experiment
}

fn holds(name: &str) {
    let folder = common::folder("closed_form", name);
    fs::write(folder.join(format!("{name}.json")), tenth(name).to_string()).expect("the scaled experiment can be written");
    let (status, said, warned) = common::told(&folder, &["sweep", &format!("{name}.json"), "--out", "out"]);
    assert_eq!(status, 0, "{said}\n{warned}");
    assert!(said.contains("0 imprecise, 0 fail"), "{said}");
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn c1_exponential_on_and_off_times() {
    holds("c1");
}

#[test]
fn c2_wait_against_an_exponential_gap() {
    holds("c2_exponential");
}

#[test]
fn c2_wait_against_a_lognormal_gap() {
    holds("c2_lognormal");
}

#[test]
fn c2_registration_while_the_sms_is_in_flight() {
    holds("c2_inflight");
}

#[test]
fn c3_which_access_comes_first() {
    holds("c3");
}

#[test]
fn c4_residual_life_of_the_off_time() {
    holds("c4");
}

#[test]
fn c5_repetition_over_a_link_that_loses() {
    holds("c5");
}

#[test]
fn c5_a_rare_timeout() {
    holds("c5_rare");
}

#[test]
fn c6_one_server() {
    holds("c6");
}

#[test]
fn c6_the_tail_of_the_sojourn() {
    holds("c6_tail");
}

#[test]
fn c8_expiry_and_queue() {
    holds("c8");
}
