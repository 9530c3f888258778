//! Restarts of PFs, and hours of do-not-disturb, as the run tells them.

use super::*;
use crate::delivery::FunctionId;
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
