//! The oracles over whole runs: random models break nothing that they mandate, and keep every oracle busy.

use std::collections::BTreeMap;

use super::*;
use crate::judge::{ORACLES, OracleId, Verdict};
use crate::sim::Blind;

/// What the oracles found in many models, and what was broken that may not be.
struct Found {
    all: Vec<Verdict>,
    broken: BTreeMap<&'static str, Vec<String>>,
}

impl Found {
    fn new() -> Found {
        Found { all: vec![Verdict::default(); ORACLES.len()], broken: BTreeMap::new() }
    }

    fn judge(&mut self, number: u64, model: Model) {
        let seed = RunSeed { seed: 11, replicate: number as u32 };
        // A model without its limits may go round for ever.
        let Ok(outcome) = run(&Arc::new(model), seed, &RunOptions::default(), &mut Blind) else { return };
        for ((oracle, verdict), sum) in outcome.oracles.rows().zip(&mut self.all) {
            sum.reached += verdict.reached;
            sum.mandated += verdict.mandated;
            sum.expected += verdict.expected;
            if verdict.mandated > 0 {
                let what = format!("model {number}: {} times, first {:?}", verdict.mandated, verdict.first);
                self.broken.entry(oracle.name).or_default().push(what);
            }
        }
    }
}

/// A random model in which users pull what waits, and several of their devices at once.
fn pulling(number: u64) -> Model {
    let mut model = chaos::models::model(number);
    let pull = &mut model.client.pull;
    pull.react = Law::Exponential { mean: seconds(2 + number % 7) };
    (pull.all, pull.choice) = (1.0, [4.0, 1.0, 1.0, 1.0, 1.0]);
    for (axis, values) in [
        (axis::DEFERRED_MODE, ["notify-pull", "pull-then-push"]),
        (axis::OVERLAP_INVITE, ["fcfs", "reject-480"]),
        (axis::PULL_CHECK_EMPTY, ["at-service", "at-arrival"]),
        (axis::PULL_TRANSPORT, ["separate-requests", "in-session"]),
    ] {
        let turn = (number >> (axis.0 % 5)) as usize % 2;
        assert!(model.axes.set(axis, values[turn]));
    }
    model
}

const CASES: u64 = 150;

#[test]
fn random_models_break_nothing_that_they_mandate() {
    judge(0..CASES);
}

/// Many more models: for the nightly run.
#[test]
#[ignore = "takes minutes"]
fn many_more_random_models_break_nothing_that_they_mandate() {
    judge(CASES..20 * CASES);
}

fn judge(numbers: std::ops::Range<u64>) {
    let mut found = Found::new();
    numbers.clone().for_each(|number| found.judge(number, chaos::models::model(number)));
    numbers.for_each(|number| found.judge(number, pulling(number)));
    let text: Vec<String> = found
        .broken
        .iter()
        .map(|(name, list)| format!("{name}: {} models\n  {}", list.len(), list[..list.len().min(6)].join("\n  ")))
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    // What I-16 asks of a model is rare among these: it is reached in the planted breaks.
    let idle: Vec<&str> = ORACLES
        .iter()
        .zip(&found.all)
        .filter(|(o, v)| o.reached.is_some() && v.reached == 0)
        .map(|(o, _)| o.name)
        .filter(|name| *name != "I-16")
        .collect();
    assert!(idle.is_empty(), "had nothing to judge: {idle:?}");
}

/// Found by the oracles and explained: what a client refused over MSRP, after the PF had let go of it, is lost and was not delivered
/// (88); a message that is not hidden while it is delivered is pushed once more (2279); what went by SMS beside what was deferred has not
/// come back (220); reports were hours on their way when the run ended (2250).
#[test]
fn breaks_that_were_none_are_found_no_more() {
    let mut found = Found::new();
    found.judge(88, pulling(88));
    found.judge(220, pulling(220));
    found.judge(2250, chaos::models::model(2250));
    found.judge(2279, chaos::models::model(2279));
    let of = |oracle: OracleId| found.all[oracle as usize];
    assert!(of(OracleId::I01).expected >= 7, "{:?}", of(OracleId::I01));
    assert!(of(OracleId::I23).reached > 0 && of(OracleId::I29).reached > 0);
    assert!(found.broken.is_empty(), "{:?}", found.broken);
}

/// Found by the oracles and mended: an expiry action that the store was still at ran once more when a short message failed; an
/// instruction to interwork went beyond the limit of returns.
#[test]
fn faults_that_were_found_stay_mended() {
    let mut found = Found::new();
    found.judge(257, chaos::models::model(257));
    found.judge(100_008, pulling(8));
    found.judge(100_251, pulling(251));
    let of = |oracle: OracleId| found.all[oracle as usize];
    assert!(of(OracleId::I08).reached > 0 && of(OracleId::I23).reached > 0);
    assert_eq!((of(OracleId::I08).mandated, of(OracleId::I29).mandated), (0, 0), "{:?}", found.broken);
}
