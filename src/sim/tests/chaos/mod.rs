//! Random models over all that is built, judged by what their runs show.
//!
//! `models` and `waits` make them, `witness` keeps what is shown, and `delivery`, `reports`, `lives` and `pulls` judge it by the invariants
//! where these are mandated; `planted` proves that they can. Books, timers and undefined inputs are watched by the run itself. Not judged:
//! I-09 and I-17; I-10, I-20, I-21 and I-32 are counted, never failed.

use std::collections::BTreeMap;

use super::*;
use crate::sim::{RunFailure, RunOutcome};

mod delivery;
mod lives;
pub(super) mod models;
mod planted;
mod pulls;
mod reports;
mod waits;
mod witness;

use witness::{Case, Verdicts, Witness};

/// Runs the model of that number and has it judged.
fn try_one(number: u64, all: &mut Verdicts) {
    let mut model = models::model(number);
    let mut out = Verdicts::default();
    let (mut result, mut witness) = seen(&model, number);
    let mut restless = false;
    let limits = model.axes.on(axis::GUARD_HANDOVER_LIMIT) && model.axes.on(axis::GUARD_FORWARD_HOP_LIMIT);
    if matches!(result, Err(RunFailure::TooManyEvents { .. })) && model.run.end == End::Drained {
        // It did not come to rest: what is still open at a late instant says why. Registrations without end repeat each request ten times
        // where links are slower than its transaction.
        model.run.end = End::At(at(20_000));
        model.limits.events *= 10;
        (result, witness) = seen(&model, number);
        restless = true;
    }
    match result {
        Ok(outcome) => {
            out.hold("undefined", outcome.undefined == 0, || format!("{:?}", outcome.undefined_kinds));
            let case = Case::new(&model, witness, outcome.end);
            drained(&case, restless, &mut out);
            delivery::judge(&case, &mut out);
            delivery::synced(&case, &mut out);
            reports::judge(&case, &mut out);
            lives::judge(&case, &mut out);
            pulls::judge(&case, &mut out);
            if number.is_multiple_of(16) {
                let again = seen(&model, number).0;
                out.hold("equal runs", again.as_ref() == Ok(&outcome), || format!("{outcome:?} and {again:?}"));
            }
        }
        // Without the limits a message can go round for ever; that is what they are for.
        Err(RunFailure::Cycle { .. } | RunFailure::TooManyEvents { .. }) if !limits => {}
        Err(failure) => out.hold("I-29", false, || failure.to_string()),
    }
    for (what, times) in out.judged {
        *all.judged.entry(what).or_default() += times;
    }
    all.broken.extend(out.broken.into_iter().map(|(what, why)| (what, format!("model {number}: {why}"))));
}

/// A run that drains leaves nothing open. Where devices register all the time it may never rest for an instant: what is open then
/// is about registrations alone, and no transaction of any run is older than 64 T1.
fn drained(case: &Case, restless: bool, out: &mut Verdicts) {
    let (messages, transactions) = case.open();
    let overdue: Vec<_> = transactions.iter().filter(|t| case.is_overdue(t)).collect();
    out.hold("drained", overdue.is_empty(), || format!("open since long: {overdue:?}"));
    if is_excused(case.model) || !(restless || case.model.run.end == End::Drained) {
        return;
    }
    let left: Vec<_> = transactions.iter().filter(|t| !restless || t.about.is_some()).collect();
    out.hold("drained", messages.is_empty() && left.is_empty(), || format!("open: {messages:?}, {left:?}"));
}

/// A guard that I-15 or I-29 names is off, or a rule leads nowhere, so that a message may stay for ever.
fn is_excused(model: &Model) -> bool {
    let guards =
        [axis::GUARD_REQUEUE_ON_FAILURE, axis::GUARD_EXPIRY_ACTION_ONCE, axis::GUARD_HANDOVER_LIMIT, axis::GUARD_FORWARD_HOP_LIMIT];
    !guards.iter().all(|g| model.axes.on(*g)) || !model.axes.is(axis::EMPTY_RULE, "as-no-match")
}

fn seen(model: &Model, number: u64) -> (Result<RunOutcome, RunFailure>, Witness) {
    let mut witness = Witness::default();
    let seed = RunSeed { seed: 11, replicate: number as u32 };
    let result = run(&Arc::new(model.clone()), seed, &RunOptions::default(), &mut witness);
    (result, witness)
}

/// Tries the models of these numbers; all that is broken is reported together, a few of each kind.
fn try_all(numbers: std::ops::Range<u64>) -> BTreeMap<&'static str, u64> {
    let mut all = Verdicts::default();
    for number in numbers {
        let tried = std::panic::catch_unwind(|| {
            let mut one = Verdicts::default();
            try_one(number, &mut one);
            one
        });
        match tried {
            Ok(one) => {
                for (what, times) in one.judged {
                    *all.judged.entry(what).or_default() += times;
                }
                all.broken.extend(one.broken);
            }
            Err(_) => all.broken.push(("panic", format!("model {number}"))),
        }
    }
    let mut kinds: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for (what, why) in &all.broken {
        kinds.entry(what).or_default().push(why);
    }
    let text: Vec<String> = kinds
        .iter()
        .map(|(what, why)| {
            let some: Vec<String> = why.iter().take(3).map(|w| w.chars().take(6000).collect()).collect();
            format!("{what}: broken {} times, as in\n{}", why.len(), some.join("\n"))
        })
        .collect();
    assert!(text.is_empty(), "{}", text.join("\n\n"));
    all.judged
}

/// Every judge that the models are to keep busy.
const JUDGES: &[&str] = &[
    "I-01",
    "I-02",
    "I-03",
    "I-04",
    "I-05",
    "I-06",
    "I-07",
    "I-08",
    "I-11",
    "I-12",
    "I-13",
    "I-14",
    "I-15",
    "I-16",
    "I-19",
    "I-22",
    "I-23",
    "I-25",
    "I-26",
    "I-27",
    "I-28",
    "I-29",
    "I-30",
    "I-31",
    "answered",
    "drained",
    "equal runs",
    "indications",
    "undefined",
    "undisturbed",
];

fn busy(judged: &BTreeMap<&'static str, u64>) {
    let idle: Vec<&&str> = JUDGES.iter().filter(|j| !judged.contains_key(*j)).collect();
    assert!(idle.is_empty(), "had nothing to judge: {idle:?}");
}

#[test]
fn whatever_the_model_the_invariants_hold() {
    busy(&try_all(0..CASES));
}

/// Many more models: for the nightly run.
#[test]
#[ignore = "takes minutes"]
fn whatever_the_model_the_invariants_hold_in_many_more() {
    busy(&try_all(CASES..40 * CASES));
}

const CASES: u64 = 1200;
