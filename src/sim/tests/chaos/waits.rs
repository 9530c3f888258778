//! What random models have of deferred delivery and of SIP that loses: notifications, pulls, restarts, pauses, timers, loss.

use super::super::*;
use super::models::{Dice, Plan};
use crate::network::LinkSpec;

/// What kind of model is made, as far as this goes.
pub(super) struct Deferred {
    /// A PF stops and is there again.
    restarts: bool,
    /// Provider policy pauses retrieval.
    pauses: bool,
    /// Users do other things than retrieving all, at other times than at once, and their clients err.
    choosy: bool,
    /// Links lose.
    lossy: bool,
    /// Other timers than those of the standards.
    timers: bool,
}

impl Dice {
    pub fn plan_deferred(&mut self) -> Deferred {
        Deferred {
            restarts: self.one_in(6),
            pauses: self.one_in(6),
            choosy: self.one_in(2),
            lossy: self.one_in(4),
            timers: self.one_in(8),
        }
    }

    pub fn lossy(&mut self, link: &mut LinkSpec, plan: &Plan) {
        if plan.deferred.lossy && self.one_in(3) {
            link.loss = self.of_list(&[0.01, 0.1, 0.3]);
        }
    }

    /// How deferred messages leave the queue of a PF, whose Push Enabler is at that place.
    pub fn waiting(&mut self, push: usize, plan: &Plan) -> DeferredParams {
        DeferredParams {
            push: self.one_in(2).then_some(push),
            push_after: seconds(self.of_list(&[1, 60, 600])),
            reminders: self.of_list(&[0, 0, 1, 3]),
            reminder_every: seconds(self.of_list(&[20, 300])),
            notify_bytes: self.of_list(&[1, 1300, 1300, 4000]),
            sessions: self.of_list(&[0, 1, 2000, 2000]),
            paused: if plan.deferred.pauses { self.intervals(plan) } else { vec![] },
            restarts: if plan.deferred.restarts { self.instants(plan, 3) } else { vec![] },
        }
    }

    /// Some of the hostile instants, rising.
    fn instants(&mut self, plan: &Plan, most: usize) -> Vec<SimTime> {
        let mut all: Vec<u64> = (0..1 + self.below(most)).map(|_| self.of_list(&plan.hostile)).collect();
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|ms| SimTime::ZERO + Span::from_millis(ms)).collect()
    }

    fn intervals(&mut self, plan: &Plan) -> Vec<(SimTime, SimTime)> {
        self.instants(plan, 6).chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// The users and their clients, and the timers of SIP.
    pub fn deferred(&mut self, model: &mut Model, plan: &Plan) {
        let pull = &mut model.client.pull;
        pull.react = match self.below(4) {
            0 => Law::Constant(Span::ZERO),
            1 => Law::Constant(seconds(10)),
            _ => self.law(20_000),
        };
        pull.backoff = seconds(self.of_list(&[1, 5]));
        if plan.deferred.choosy {
            pull.all = self.of_list(&[0.0, 0.0, 0.5]);
            let mut weight = || self.of_list(&[0.0, 0.0, 1.0]);
            // What is kept is asked about again at each notification.
            pull.choice = [1.0, weight(), weight(), weight(), weight()];
            pull.faulty = self.of_list(&[0.0, 0.0, 0.3]);
            if self.one_in(6) {
                let forever = Law::Constant(Span::FOREVER);
                pull.react = Law::Mixture(vec![(0.5, pull.react.clone()), (0.5, forever)]);
            }
        }
        if plan.deferred.timers {
            model.sip.core_t1 = Span::from_millis(self.of_list(&[100, 500]));
            model.sip.access_t1 = Span::from_millis(self.of_list(&[500, 2000]));
            model.sip.core_t2 = Span::from_millis(self.of_list(&[500, 4000]));
            model.sip.access_t2 = Span::from_millis(self.of_list(&[4000, 16_000]));
            model.sip.core_t4 = seconds(self.of_list(&[1, 5]));
            model.sip.access_t4 = seconds(self.of_list(&[5, 17]));
            model.sip.timer_c = seconds(self.of_list(&[181, 300]));
        }
        // Where nothing waits for a push or a rule, sessions and pulls have the more to do.
        if self.one_in(8) {
            for function in &mut model.functions {
                if let FunctionKind::Pf(pf) = &mut function.kind {
                    pf.max_queue = None;
                    pf.expiry = seconds(2000);
                }
            }
        }
    }
}
