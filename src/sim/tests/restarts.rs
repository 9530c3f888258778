//! Restarts of PFs, and hours of do-not-disturb, as the run tells them.

use super::*;
use crate::delivery::FunctionId;
use crate::delivery::milestone::{Fate, Place};
use crate::delivery::policy::{Actions, Conditions, Hours, NO_ACTION, Policy, Rule};
use crate::sim::{EventView, What};

/// When functions are told that they were restarted, and when do-not-disturb begins and ends.
#[derive(Default)]
struct Told {
    restarts: Vec<(SimTime, FunctionId)>,
    wishes: Vec<(SimTime, bool)>,
}

impl Observer for Told {
    const TRACE: bool = true;
    fn event(&mut self, event: EventView<'_>) {
        if let What::Access("stops and is there again") = event.what {
            self.restarts.push((event.now, event.target));
        }
    }
    fn truth(&mut self, now: SimTime, truth: Truth) {
        if let Truth::DoNotDisturb { on, .. } = truth {
            self.wishes.push((now, on));
        }
    }
}

fn told(model: Model) -> Told {
    let mut told = Told::default();
    let seed = RunSeed { seed: 7, replicate: 0 };
    run(&Arc::new(model), seed, &RunOptions::default(), &mut told).expect("the run comes to its end");
    told
}

fn model() -> Model {
    let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10)]), at(100));
    model.run.end = End::At(at(172_900));
    model
}

#[test]
fn a_pf_is_told_of_each_restart_at_its_instant() {
    let mut model = model();
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf.deferred.restarts = vec![at(30), at(60), at(200_000)];
    assert_eq!(told(model).restarts, [(at(30), FunctionId(5)), (at(60), FunctionId(5))], "the run ends before the last");
    assert_eq!(told(self::model()).restarts, []);
}

/// A rule that holds from 22 h to 6 h stands at the start, at midnight, and is told of where it begins and ends.
#[test]
fn hours_of_do_not_disturb_begin_and_end_by_the_clock() {
    let mut model = model();
    let hour = |h: u64| seconds(3600 * h);
    let conditions = Conditions { hours: Some(vec![Hours::Daily { from: hour(22), to: hour(6) }]), ..Conditions::default() };
    let rule = Rule { conditions, actions: Actions { do_not_disturb: true, ..NO_ACTION } };
    model.policies.push(("night".into(), Policy { rules: vec![rule], ..Policy::default() }));
    model.populations[0].policies = vec![(1.0, 1)];
    let wishes = told(model).wishes;
    let instant = |h: u64| at(3600 * h);
    assert_eq!(wishes, [(instant(6), false), (instant(22), true), (instant(30), false), (instant(46), true)]);
}

/// The instants of a run's events.
#[derive(Default)]
struct Instants(Vec<SimTime>);

impl Observer for Instants {
    const TRACE: bool = true;
    fn event(&mut self, event: EventView<'_>) {
        self.0.push(event.now);
    }
}

/// Ten messages for a phone that comes and goes, over links that take their time, with SMS beside IP.
fn busy(mode: &str, durability: &str) -> Model {
    let radio =
        Radio::Dwell { on: Law::Exponential { mean: seconds(40) }, off: Law::Exponential { mean: seconds(40) }, start: None };
    let arrivals = Arrivals::Count { count: 10, from: at(10), to: at(300) };
    let mut model = with_isf(one_operator(radio, plain(), 2, arrivals, at(400)), seconds(5));
    let delay = Law::Uniform { low: Span::from_millis(100), high: Span::from_millis(900) };
    model.links.iter_mut().for_each(|link| link.spec.delay = delay.clone());
    model.client.pull.react = Law::Exponential { mean: seconds(5) };
    model.run.start = Start::AllOn;
    with(model, &[(axis::DEFERRED_MODE, mode), (axis::QUEUE_DURABILITY, durability)])
}

fn restarted(mut model: Model, instant: SimTime) -> Model {
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf.deferred.restarts = vec![instant];
    model
}

/// Messages lost when the PF stops at events of a run, one event a run, spread over its `runs` replicates.
fn lost_by_restarts(durability: &str, restarts: u32) -> usize {
    let mut lost = 0;
    for n in 0..restarts {
        let mode = ["auto-push", "notify-pull", "pull-then-push"][n as usize % 3];
        let replicate = n / 30;
        let mut instants = Instants::default();
        let seed = RunSeed { seed: 7, replicate };
        run(&Arc::new(busy(mode, durability)), seed, &RunOptions::default(), &mut instants).expect("the run comes to its end");
        // A multiplier without a common factor with any small number of events: each restart meets another one.
        let instant = instants.0[(n as usize).wrapping_mul(2_654_435_761) % instants.0.len()];
        let (kept, _) = kept(restarted(busy(mode, durability), instant), replicate);
        assert_eq!(kept.records.len(), 20, "{mode} {n}");
        // What it was only passing on as the sender's function was not accepted yet.
        for record in kept.records.iter().filter(|r| r.outcome == Outcome::Lost && r.accept != NEVER) {
            lost += 1;
            assert!(record.copies.iter().any(|c| c.fate == Some(Fate::Lost(Place::Restart))), "{mode} {n}: lost elsewhere");
        }
    }
    lost
}

#[test]
fn a_restart_at_an_event_loses_nothing_that_is_durable() {
    assert_eq!(lost_by_restarts("durable", 30), 0);
    assert!(lost_by_restarts("volatile", 60) > 0, "what is not durable is lost, and counted as such");
}

#[test]
#[ignore = "ten thousand restarts: .ci/nightly"]
fn ten_thousand_restarts_lose_nothing_that_is_durable() {
    assert_eq!(lost_by_restarts("durable", 10_000), 0);
    assert!(lost_by_restarts("volatile", 1_000) > 30);
}
