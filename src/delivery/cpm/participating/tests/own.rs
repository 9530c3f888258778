//! What the texts leave open, where a decision is carried out.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, Domain, Place, axes as axis};

fn rig(rules: Rules, set: Set, policy: Policy, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, Profile::Latest, set, |s| {
        with(s, policy);
        s.isf = Some(ISF);
    });
    rig.register(devices);
    rig
}

fn nothing() -> Policy {
    rule(Actions::default())
}

clause_tests! {
    fn own_empty_rule(rules) {
        let mut literal = rig(rules, &[(axis::EMPTY_RULE, "no-outcome")], nothing(), &[0]);
        let said = literal.message();
        assert!(said.codes().is_empty() && said.legs().is_empty() && !said.defers(), "no outcome, not even an answer");
        assert!(said.says(|m| matches!(m, Milestone::CopyEnd { fate: Fate::Lost(Place::Pf), .. })));
        assert_eq!(literal.held(&[]), 0);
        assert_eq!(rig(rules, &[], nothing(), &[0]).message().legs().len(), 1, "as no match");
    }

    fn own_guard_single_isf_handover(rules) {
        let policy = || rule(Actions { deliver_and_interwork: true, ..Actions::default() });
        assert_eq!(rig(rules, &[], policy(), &[0]).message().handed().len(), 1);
        let off = [(axis::GUARD_SINGLE_ISF_HANDOVER, "off")];
        let mut twice = rig(rules, &off, policy(), &[0]);
        let said = twice.message();
        assert_eq!(said.handed().len(), 2, "each step makes its own");
        assert_eq!((pager_of(&said.handed()[0]).attempt, pager_of(&said.handed()[1]).attempt), (1, 2));
        assert_eq!(twice.message().legs().len(), 1);
    }

    fn own_guard_forward_hop_limit(rules) {
        let mut limited = rig(rules, &[], rule(forward_to(OTHER)), &[0]);
        let pager = limited.pager();
        let said = limited.send(Pager { retargets: 3, ..pager });
        assert_eq!((said.codes(), said.legs().len()), (vec![483], 0));
        assert!(said.guards(axis::GUARD_FORWARD_HOP_LIMIT));
        let pager = limited.pager();
        assert_eq!(limited.send(Pager { retargets: 2, ..pager }).legs().len(), 1, "the last one allowed");
        let mut off = rig(rules, &[(axis::GUARD_FORWARD_HOP_LIMIT, "off")], rule(forward_to(OTHER)), &[0]);
        let pager = off.pager();
        let said = off.send(Pager { retargets: 3, ..pager });
        assert!(said.legs().len() == 1 && said.guards(axis::GUARD_FORWARD_HOP_LIMIT));
    }

    fn rfc3261_16_3_a_request_without_hops_is_not_forwarded(rules) {
        let mut rig = rig(rules, &[], rule(forward_to(OTHER)), &[0]);
        let pager = rig.pager();
        let request = rig.request(Method::Message, Case::Terminating, Target::User(TO), Body::Pager(Box::new(pager)));
        let said = rig.receive(CORE, Pdu::Request(Request { max_forwards: 0, ..request }));
        assert_eq!((said.codes(), said.legs().len()), (vec![483], 0));
    }

    fn own_store_failed(rules) {
        let stores = || rule(Actions { store: true, ..Actions::default() });
        let mut failing = rig(rules, &[], stores(), &[0]);
        let said = failing.message();
        let over = failing.appended(&said, false);
        assert!(over.says(|m| matches!(m, Milestone::Store { ok: false, .. })));
        assert!(over.defers() && over.codes() == [202] && over.reports().is_empty());
        // The same where the store says nothing; its late answer goes no further.
        let mut silent = rig(rules, &[], stores(), &[0]);
        let said = silent.message();
        assert!(silent.fire(|t| matches!(t, Timer::StoreEnd { .. })).defers());
        assert!(silent.appended(&said, true).says(|m| matches!(m, Milestone::LateResponse)));
        assert_eq!(silent.register(&[0, 1]).legs().len(), 1);
        // There is no store, and no room in the queue.
        let mut full = Rig::new(rules, Profile::Latest, &[(axis::QUEUE_FULL, "refuse-new")], |s| {
            with(s, stores());
            (s.mss, s.max_queue) = (None, Some(1));
        });
        assert_eq!(full.message().codes(), [202]);
        assert_eq!(full.message().codes(), [480]);
    }

    fn own_store_failed_beside_a_short_message(rules) {
        // The store does not take it while the short message is out: it is deferred once, and takes one place in the queue.
        let both = Actions { deliver_and_interwork: true, store: true, ..Actions::default() };
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::QUEUE_FULL, "drop-oldest")], |s| {
            with(s, rule(both));
            (s.isf, s.max_queue) = (Some(ISF), Some(1));
        });
        let pager = rig.pager();
        let said = rig.send(pager);
        assert_eq!(said.handed().len(), 1);
        let deferred = rig.appended(&said, false);
        assert!(deferred.defers() && deferred.codes() == [202]);
        rig.answer(&said.handed()[0], 202, Reason::None);
        let event = IwEvent::FailedIw { user: TO, message: pager.message, domain: crate::delivery::Domain::Cs, attempt: 1 };
        let failed = rig.event(event);
        assert!(!failed.defers() && !failed.settles() && failed.bears(Tag::SmsFailureDefers));
        assert!(rig.register(&[0]).legs().len() == 1, "it waits on for its next access");
    }

    fn own_store_failed_beside_a_hand_over(rules) {
        let asked = Actions { interwork: true, store: true, ..Actions::default() };
        let mut rig = Rig::new(rules, Profile::Latest, &[], |s| {
            with(s, rule(asked));
            (s.isf, s.max_queue) = (Some(ISF), Some(1));
        });
        let said = rig.message();
        let message = pager_of(&said.handed()[0]).message;
        assert!(rig.appended(&said, false).defers());
        let over = rig.event(IwEvent::FailedIw { user: TO, message, domain: Domain::Cs, attempt: 1 });
        assert!(!over.defers() && !over.settles(), "it is in the queue, and once");
        assert_eq!(rig.register(&[0]).legs().len(), 1);
    }

    /// A message that was overdue when the store refused it is stored by its expiry action; the failure of the short message beside it
    /// comes meanwhile, and expires nothing a second time (I-08).
    fn own_guard_expiry_action_once_while_the_store_is_asked(rules) {
        let asked = Actions { interwork: true, store: true, ..Actions::default() };
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::EXPIRY_POLICY, "store")], |s| {
            with(s, rule(asked));
            s.isf = Some(ISF);
        });
        let pager = Pager { expires: rig.now, ..rig.pager() };
        let said = rig.send(pager);
        let expires = |said: &Said| said.says(|m| matches!(m, Milestone::Expire { .. }));
        let overdue = rig.appended(&said, false);
        assert!(expires(&overdue) && overdue.appends().len() == 1);
        let failed = rig.event(IwEvent::FailedIw { user: TO, message: pager.message, domain: Domain::Cs, attempt: 1 });
        assert!(!expires(&failed) && !failed.settles());
        assert!(rig.appended(&overdue, true).settles());
    }

    fn own_queue_full(rules) {
        let bounded = |value| {
            let mut rig = Rig::new(rules, Profile::Latest, &[(axis::QUEUE_FULL, value)], |s| s.max_queue = Some(1));
            let pager = rig.pager();
            rig.send(pager);
            let said = rig.message();
            let first_went = said.says(|m| matches!(m, Milestone::Failed { message, .. } if *message == pager.message));
            (said.codes(), first_went, said.says(|m| matches!(m, Milestone::QueueFull { .. })))
        };
        assert_eq!(bounded("refuse-new"), (vec![480], false, true));
        assert_eq!(bounded("drop-new"), (vec![202], false, true));
        assert_eq!(bounded("drop-oldest"), (vec![202], true, true));
    }

    fn own_policy_recheck(rules) {
        let ask = |set: Set| {
            let mut rig = Rig::new(rules, Profile::Latest, set, |s| {
                s.policies = Arc::from([Policy::default(), rule(Actions { reject_invite: true, ..Actions::default() })]);
            });
            rig.message();
            rig.tell(Input::Policy { user: TO, policy: 1 });
            let said = rig.register(&[0]);
            (said.legs().len(), said.reports())
        };
        assert_eq!(ask(&[]), (1, vec![]), "it has been accepted");
        assert_eq!(ask(&[(axis::POLICY_RECHECK, "on")]), (0, vec![Disposition::Failed]), "the present policy decides");
        // Unchanged policy delivers.
        let mut same = rig(rules, &[(axis::POLICY_RECHECK, "on")], Policy::default(), &[]);
        let said = same.message();
        same.answer(&said.handed()[0], 200, Reason::None);
        let (user, message) = (TO, pager_of(&said.handed()[0]).message);
        same.event(IwEvent::FailedIw { user, message, domain: crate::delivery::Domain::Cs, attempt: 1 });
        assert_eq!(same.register(&[0]).legs().len(), 1);
    }

    fn own_policy_recheck_stores_forwards_and_defers(rules) {
        let ask = |actions: Actions| {
            let mut rig = Rig::new(rules, Profile::Latest, &[(axis::POLICY_RECHECK, "on")], |s| {
                s.policies = Arc::from([Policy::default(), rule(actions)]);
            });
            rig.message();
            rig.tell(Input::Policy { user: TO, policy: 1 });
            let said = rig.register(&[0]);
            (rig, said)
        };
        let (mut rig, said) = ask(Actions { store: true, ..Actions::default() });
        assert!(said.legs().is_empty() && rig.appended(&said, true).settles());
        assert_eq!(rig.held(&[]), 0);
        let (mut rig, said) = ask(forward_to(OTHER));
        assert_eq!(said.leg().target, Target::User(OTHER));
        assert_eq!(rig.answer(&said.leg(), 480, Reason::None).reports(), [Disposition::Failed], "its sender has an answer already");
        let (mut rig, said) = ask(Actions { defer: true, ..Actions::default() });
        assert!(said.0.iter().all(|o| !matches!(o, Output::Milestone(_, Milestone::Defer { .. }))), "it is in the queue");
        rig.tell(Input::Policy { user: TO, policy: 0 });
        assert_eq!(rig.register(&[0, 1]).legs().len(), 1);
    }

    fn own_guard_keep_copy_until_final(rules) {
        let mut keeping = rig(rules, &[], Policy::default(), &[]);
        let said = keeping.message();
        assert!(said.says(|m| matches!(m, Milestone::Retained { on: true, .. })));
        let failed = |rig: &mut Rig, said: &Said| {
            let message = pager_of(&said.handed()[0]).message;
            rig.event(IwEvent::FailedIw { user: TO, message, domain: crate::delivery::Domain::Cs, attempt: 1 })
        };
        assert!(failed(&mut keeping, &said).says(|m| matches!(m, Milestone::Defer { reason: DeferReason::SmsFailed, .. })));
        let mut off = rig(rules, &[(axis::GUARD_KEEP_COPY_UNTIL_FINAL, "off")], Policy::default(), &[]);
        let said = off.message();
        assert!(failed(&mut off, &said).says(|m| matches!(m, Milestone::CopyEnd { fate: Fate::Lost(Place::Pf), .. })));
    }

    fn own_states_have_names(rules) {
        let state = |rig: &Rig, pager: &Pager| rig.pf.entries.held(pager.message).map(|id| rig.pf.entries.get(id).unwrap().state());
        let mut rig = rig(rules, &[], Policy::default(), &[]);
        let pager = rig.pager();
        rig.send(pager);
        assert_eq!(state(&rig, &pager), Some("interworked"));
        let mut waiting = Rig::latest(rules, Policy::default(), &[]);
        let pager = waiting.pager();
        waiting.send(pager);
        assert_eq!(state(&waiting, &pager), Some("deferred"));
        let leg = waiting.register(&[0]).leg();
        assert_eq!(state(&waiting, &pager), Some("attempting"));
        waiting.ok(&leg);
        assert_eq!(state(&waiting, &pager), None);
        let mut storing = Rig::latest(rules, rule(Actions { store: true, ..Actions::default() }), &[]);
        let pager = storing.pager();
        storing.send(pager);
        assert_eq!(state(&storing, &pager), Some("storing"));
    }
}
