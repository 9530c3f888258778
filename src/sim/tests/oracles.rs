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

/// Findings that are not explained yet, by model that pulls: 7 messages of model 88 come in sessions, and no delivery report of them
/// reaches the sender (docs/limitations.md).
const OPEN: &[(u64, &str)] = &[(88, "I-31")];

fn judge(numbers: std::ops::Range<u64>) {
    let mut found = Found::new();
    let all = numbers.clone();
    numbers.clone().for_each(|number| found.judge(number, chaos::models::model(number)));
    numbers.for_each(|number| found.judge(number, pulling(number)));
    let mut open = 0;
    for (number, name) in OPEN {
        let start = format!("model {number}:");
        if let Some(list) = found.broken.get_mut(name) {
            let before = list.len();
            list.retain(|what| !what.starts_with(&start));
            open += before - list.len();
        }
    }
    found.broken.retain(|_, list| !list.is_empty());
    let text: Vec<String> = found
        .broken
        .iter()
        .map(|(name, list)| format!("{name}: {} models\n  {}", list.len(), list[..list.len().min(6)].join("\n  ")))
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
    assert_eq!(open, OPEN.iter().filter(|o| all.contains(&o.0)).count(), "a finding that is gone is to be taken off the list");
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
