//! A restart of the PF at any point of a message's life.

use super::notifying::{rig, told};
use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Domain, Place, axes as axis};

fn restart(rig: &mut Rig) -> Said {
    rig.tell(Input::Restarted)
}

fn subscriptions(said: &Said) -> usize {
    let asks = |o: &&Output| matches!(o, Output::Send { pdu: Pdu::Request(r), .. } if r.method == Method::Subscribe);
    said.0.iter().filter(asks).count()
}

/// The registration state after a restart: a new subscription, whose versions go on.
fn subscribed(rig: &mut Rig) {
    let body = Body::ThirdPartyRegister { user: TO, expires_s: 600 };
    let request = rig.request(Method::Register, Case::Done, Target::Function(PF), body);
    rig.receive(CORE, Pdu::Request(request));
}

const VOLATILE: (AxisId, &str) = (axis::QUEUE_DURABILITY, "volatile");

fn is_lost(said: &Said) -> bool {
    said.says(|m| matches!(m, Milestone::CopyEnd { fate: Fate::Lost(Place::Restart), .. }))
}

clause_tests! {
    fn own_restart_keeps_the_durable_queue(rules) {
        let mut rig = rig(rules, &[], &[0]);
        subscribed(&mut rig);
        rig.message();
        let said = restart(&mut rig);
        assert!(!is_lost(&said) && !said.settles());
        assert_eq!(subscriptions(&said), 1, "it asks again for what it knew");
        assert!(rig.runs(|t| matches!(t, Timer::DeferredExpiry { .. })), "its life goes on");
        assert!(told(&said).is_empty(), "nobody is known to be there");
        assert_eq!(told(&rig.register(&[0, 1])), [device(0), device(1)], "each is told");
        let expired = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
        assert!(expired.settles());
        assert_eq!(rig.held(&[]), 0);
    }

    fn own_restart_loses_the_volatile_queue(rules) {
        let mut rig = rig(rules, &[VOLATILE], &[0]);
        rig.message();
        let said = restart(&mut rig);
        assert!(is_lost(&said) && said.settles());
        assert!(rig.timers.is_empty(), "and nothing runs for it: {:?}", rig.timers);
        assert!(told(&rig.register(&[0, 1])).is_empty());
    }

    fn own_restart_queues_what_was_under_way(rules) {
        // On its way to a client, and not answered.
        let mut rig = Rig::latest(rules, Policy::default(), &[0]);
        let leg = rig.message().leg();
        let said = restart(&mut rig);
        assert!(said.defers() && said.codes().is_empty(), "whoever waited gets no answer");
        let late = rig.ok(&leg);
        assert!(late.says(|m| matches!(m, Milestone::LateResponse)));
        assert_eq!(rig.register(&[0, 1]).legs().len(), 1, "sent again");
        // On its way to the store.
        let policy = rule(Actions { store: true, ..Actions::default() });
        let mut stored = Rig::latest(rules, policy, &[]);
        let said = stored.message();
        assert!(restart(&mut stored).defers());
        assert!(stored.appended(&said, true).says(|m| matches!(m, Milestone::LateResponse)));
    }

    fn own_restart_forgets_pulls(rules) {
        let mut rig = rig(rules, &[], &[0]);
        rig.message();
        let said = super::pulling::pull_all(&mut rig, 0);
        let leg = said.leg();
        let after = restart(&mut rig);
        assert!(after.says(|m| matches!(m, Milestone::PullItem { .. })) && !after.settles());
        assert!(!rig.runs(|t| matches!(t, Timer::DialogEnd { .. } | Timer::TransactionEnd { .. })));
        rig.ok(&leg);
        assert_eq!(told(&rig.register(&[0, 1])).len(), 2, "told anew");
        assert_eq!(super::pulling::pull_again(&mut rig, 0).legs().len(), 1, "and asked for again");
    }

    fn own_restart_keeps_what_goes_by_sms(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[], |s| s.isf = Some(ISF));
        let handed = rig.message().handed()[0].clone();
        rig.ok(&handed);
        let said = restart(&mut rig);
        assert!(!said.defers() && !said.settles());
        let pager = pager_of(&handed);
        let event = IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 };
        assert!(rig.event(event).settles(), "its result still counts");
    }

    /// I-23: the hand-over has been made, and is not made again before it is known to have failed.
    fn own_restart_keeps_a_handover_that_has_no_answer(rules) {
        let handed = |rig: &mut Rig| {
            let handed = rig.message().handed()[0].clone();
            let said = restart(rig);
            assert!(!said.defers() && !said.settles() && said.handed().is_empty());
            handed
        };
        let new = || Rig::new(rules, Profile::Latest, &[], |s| s.isf = Some(ISF));
        let mut taken = new();
        let request = handed(&mut taken);
        taken.ok(&request);
        assert!(taken.event(IwEvent::ReadyForSms { user: TO, domain: Domain::Cs }).handed().is_empty(), "it is under way");
        let event = IwEvent::DeliveredIw { user: TO, message: pager_of(&request).message, attempt: 1 };
        assert!(taken.event(event).settles());
        // Its result may come before its answer.
        let mut overtaken = new();
        let request = handed(&mut overtaken);
        let event = IwEvent::DeliveredIw { user: TO, message: pager_of(&request).message, attempt: 1 };
        assert!(overtaken.event(event).settles());
        overtaken.ok(&request);
        assert_eq!(overtaken.held(&[]), 0);
        let mut refused = new();
        let request = handed(&mut refused);
        assert!(refused.answer(&request, 404, Reason::None).defers(), "refused, it is queued");
        let mut unanswered = new();
        handed(&mut unanswered);
        assert!(unanswered.fire(|t| matches!(t, Timer::TransactionEnd { .. })).defers(), "no answer counts as failed");
        // A volatile queue loses it with its transaction.
        let mut lost = Rig::new(rules, Profile::Latest, &[VOLATILE], |s| s.isf = Some(ISF));
        lost.message();
        assert!(is_lost(&restart(&mut lost)));
        assert!(lost.timers.is_empty());
    }
}
