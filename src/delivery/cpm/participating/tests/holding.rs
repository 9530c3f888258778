//! Messages that a rule or do-not-disturb holds in the queue, and what lets them go.

use super::*;
use crate::delivery::policy::Hours;
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, Domain, axes as axis};

fn disturbs_not() -> Actions {
    Actions { do_not_disturb: true, ..Actions::default() }
}

/// The recipient's policy has this rule; policy 0 says nothing.
fn rig(rules: Rules, set: Set, actions: Actions, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, Profile::Latest, set, |s| {
        with(s, rule(actions));
        s.isf = Some(ISF);
    });
    rig.register(devices);
    rig
}

fn free(rig: &mut Rig) -> Said {
    rig.tell(Input::Policy { user: TO, policy: 0 })
}

/// A report about a message that the recipient sent comes for him.
fn notification(rig: &mut Rig) -> Said {
    let pager = rig.pager();
    let imdn = imdn_of(ORIGIN, &Pager { from: TO, to: FROM, ..pager }, Disposition::Delivered);
    let request = rig.request(Method::Message, Case::Terminating, Target::User(TO), Body::Imdn(imdn.into()));
    rig.receive(CORE, Pdu::Request(request))
}

fn ready(rig: &mut Rig) -> Said {
    rig.event(IwEvent::ReadyForSms { user: TO, domain: Domain::Cs })
}

fn wait_over(rig: &mut Rig) -> Said {
    rig.fire(|t| matches!(t, Timer::WaitForIpUser { .. }))
}

fn is_expiry(timer: &Timer) -> bool {
    matches!(timer, Timer::DeferredExpiry { .. })
}

clause_tests! {
    fn own_policy_change(rules) {
        let mut rig = rig(rules, &[], Actions { reject_invite: true, ..Actions::default() }, &[0]);
        assert_eq!(rig.message().codes(), [403]);
        assert!(free(&mut rig).says(|m| matches!(m, Milestone::PolicyView { user } if *user == TO)));
        assert_eq!(rig.message().legs().len(), 1);
    }

    fn own_guard_dnd_change_watched(rules) {
        let mut watched = rig(rules, &[], disturbs_not(), &[0]);
        watched.message();
        let said = free(&mut watched);
        assert!(said.guards(axis::GUARD_DND_CHANGE_WATCHED));
        assert_eq!(said.legs().len(), 1, "the PF acts at once");
        // Without a client it goes by SMS, as if it had just come.
        let mut absent = rig(rules, &[], disturbs_not(), &[]);
        absent.message();
        assert_eq!(free(&mut absent).handed().len(), 1);
        let off = [(axis::GUARD_DND_CHANGE_WATCHED, "off")];
        let mut unwatched = rig(rules, &off, disturbs_not(), &[0]);
        unwatched.message();
        let said = free(&mut unwatched);
        assert!(said.guards(axis::GUARD_DND_CHANGE_WATCHED) && said.legs().is_empty(), "the situation is met all the same");
        assert_eq!(unwatched.register(&[0, 1]).legs().len(), 1, "at the next event");
    }

    fn own_guard_dnd_change_watched_at_the_hour(rules) {
        let hour = |h: u64| Span::from_secs(h * 3600);
        let quiet = |from, to| {
            let mut policy = rule(disturbs_not());
            policy.rules[0].conditions.hours = Some(vec![Hours::Daily { from, to }]);
            policy
        };
        let edge = |t: &Timer| matches!(t, Timer::DisturbanceEdge { .. });
        let held = |set: Set| {
            let mut rig = Rig::new(rules, Profile::Latest, set, |s| with(s, quiet(hour(22), hour(7))));
            rig.register(&[0]);
            assert!(rig.message().defers(), "midnight is within the hours");
            rig
        };
        let mut rig = held(&[]);
        let said = rig.fire(edge);
        assert_eq!((said.legs().len(), rig.now.since(SimTime::ZERO)), (1, Some(hour(7) + Span::from_millis(1))), "at seven");
        assert!(!rig.runs(edge), "nothing is held any more");
        // A change of policy before the hour frees at once, and no timer is left over.
        let mut freed = held(&[]);
        assert_eq!(free(&mut freed).legs().len(), 1);
        assert!(!freed.runs(edge));
        assert!(!held(&[(axis::GUARD_DND_CHANGE_WATCHED, "off")]).runs(edge));
    }

    /// H-38: a notification that do-not-disturb holds waits for the same guard as a message.
    fn own_guard_dnd_change_watched_holds_for_notifications(rules) {
        let held = |set: Set| {
            let mut rig = rig(rules, set, disturbs_not(), &[0]);
            let said = notification(&mut rig);
            assert_eq!((said.codes(), said.reports()), (vec![202], vec![]));
            rig
        };
        let said = free(&mut held(&[]));
        assert!(said.guards(axis::GUARD_DND_CHANGE_WATCHED));
        assert_eq!(said.reports(), [Disposition::Delivered], "the PF acts at once");
        let mut unwatched = held(&[(axis::GUARD_DND_CHANGE_WATCHED, "off")]);
        let said = free(&mut unwatched);
        assert!(said.guards(axis::GUARD_DND_CHANGE_WATCHED) && said.reports().is_empty(), "the situation is met all the same");
        assert_eq!(unwatched.register(&[0, 1]).reports(), [Disposition::Delivered], "at the next event");
        // Nothing could go out yet, or do-not-disturb held nothing: the guard is not met.
        let mut gone = held(&[]);
        gone.register(&[]);
        assert!(!free(&mut gone).guards(axis::GUARD_DND_CHANGE_WATCHED));
        let mut by_rule = super::holding::rig(rules, &[], Actions { defer: true, ..Actions::default() }, &[0]);
        notification(&mut by_rule);
        let said = free(&mut by_rule);
        assert!(!said.guards(axis::GUARD_DND_CHANGE_WATCHED) && said.reports().is_empty(), "a rule held it");
    }

    fn iw15_8_3_1_1_23_holds_while_another_rule_matches_too(rules) {
        let hours = Some(vec![Hours::Daily { from: Span::from_secs(3600), to: Span::from_secs(7200) }]);
        let mut policy = rule(disturbs_not());
        let mut other = rule(Actions { defer: true, ..Actions::default() }).rules.remove(0);
        other.conditions.hours = hours;
        policy.rules.push(other);
        let mut rig = Rig::latest(rules, policy, &[]);
        assert!(rig.message().says(|m| matches!(m, Milestone::Defer { reason: DeferReason::DoNotDisturb, .. })));
        rig.now = SimTime::ZERO + Span::from_secs(5000);
        assert!(rig.register(&[0]).legs().is_empty(), "the rule of do-not-disturb stands as before");
        assert_eq!(free(&mut rig).legs().len(), 1);
    }

    /// Step 4b hands it over and the next step disposes of it: one final response goes back (I-12).
    fn own_imdn_interwork_gives_one_answer(rules) {
        let interwork = Actions { interwork: true, ..Actions::default() };
        for (asked, code) in [(Actions { store: true, ..interwork }, 200), (Actions { defer: true, ..interwork }, 202)] {
            let mut rig = rig(rules, &[(axis::IMDN_INTERWORK, "client-and-isf")], asked, &[0]);
            let said = notification(&mut rig);
            assert_eq!(said.codes(), [code]);
            let handed = said.0.iter().find_map(|o| match o {
                Output::Send { to: ISF, pdu: Pdu::Request(request) } => Some(request.clone()),
                _ => None,
            });
            assert!(rig.answer(&handed.expect("it is handed over"), 415, Reason::None).codes().is_empty());
        }
    }

    fn own_guard_dnd_change_watched_only_for_what_it_held(rules) {
        let mut rig = rig(rules, &[], Actions { defer: true, ..Actions::default() }, &[0]);
        rig.message();
        let said = free(&mut rig);
        assert!(!said.guards(axis::GUARD_DND_CHANGE_WATCHED) && said.legs().is_empty(), "a rule held it: the next registration");
        assert_eq!(rig.register(&[0, 1]).legs().len(), 1);
    }

    fn own_dnd_blocks_interworking(rules) {
        let mut blocked = rig(rules, &[], disturbs_not(), &[]);
        blocked.message();
        assert!(ready(&mut blocked).bears(Tag::OwnDndBlocks));
        assert!(!blocked.runs(|t| matches!(t, Timer::WaitForIpUser { .. })), "readiness does not move it");
        let mut off = rig(rules, &[(axis::DND_BLOCKS_INTERWORKING, "off")], disturbs_not(), &[]);
        off.message();
        ready(&mut off);
        assert_eq!(wait_over(&mut off).handed().len(), 1);
    }

    fn own_rule_defer_blocks_interworking(rules) {
        let defers = Actions { defer: true, ..Actions::default() };
        let mut blocked = rig(rules, &[], defers, &[]);
        blocked.message();
        assert!(ready(&mut blocked).bears(Tag::OwnRuleDeferBlocks));
        assert!(!blocked.runs(|t| matches!(t, Timer::WaitForIpUser { .. })));
        let mut off = rig(rules, &[(axis::RULE_DEFER_BLOCKS_INTERWORKING, "off")], defers, &[]);
        off.message();
        ready(&mut off);
        assert_eq!(wait_over(&mut off).handed().len(), 1);
    }

    fn iw15_8_3_1_1_22_short_message_now_and_cpm_later(rules) {
        let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..Actions::default() };
        let mut rig = rig(rules, &[], both, &[0]);
        let pager = rig.pager();
        let said = rig.send(pager);
        assert_eq!((said.handed().len(), said.legs().len()), (1, 0));
        assert!(said.defers() && said.codes() == [202]);
        // The short message arrives; the CPM message waits on, and comes when the rule is gone.
        let arrived = IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 };
        rig.answer(&said.handed()[0], 200, Reason::None);
        assert!(!rig.event(arrived).settles());
        let pushed = free(&mut rig);
        assert!(pushed.handed().is_empty(), "one short message is enough");
        assert!(rig.ok(&pushed.leg()).settles());
        assert_eq!(rig.held(&[]), 0);
        let only = [(axis::DND_AFTER_INTERWORK, "defer-only")];
        assert!(super::holding::rig(rules, &only, both, &[0]).message().handed().is_empty());
    }

    fn iw15_8_3_1_1_22_a_second_look_makes_no_second_short_message(rules) {
        let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..Actions::default() };
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::POLICY_RECHECK, "on")], |s| {
            s.policies = Arc::from([rule(Actions { deliver_and_interwork: true, ..Actions::default() }), rule(both)]);
            s.policy_of = Arc::from([1u16, 0, 0]);
            s.isf = Some(ISF);
        });
        rig.register(&[0]);
        let pager = rig.pager();
        assert_eq!(rig.send(pager).handed().len(), 1);
        rig.event(IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 });
        let said = free(&mut rig);
        assert_eq!((said.handed().len(), said.legs().len()), (0, 1));
    }

    fn iw15_8_3_1_1_22_a_lost_short_message_leaves_the_cpm_message(rules) {
        let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..Actions::default() };
        let mut rig = rig(rules, &[], both, &[0]);
        let pager = rig.pager();
        let said = rig.send(pager);
        // The rule goes while the short message is out: that does not hold the CPM message up.
        let pushed = free(&mut rig);
        assert!(rig.ok(&pushed.leg()).settles());
        rig.answer(&said.handed()[0], 503, Reason::None);
        let failed = IwEvent::FailedIw { user: TO, message: pager.message, domain: Domain::Cs, attempt: 1 };
        assert!(!rig.event(failed).defers());
    }

    fn iw15_r_18_what_came_by_sms_is_not_reported_as_failed(rules) {
        let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..Actions::default() };
        let mut arrived = rig(rules, &[], both, &[0]);
        let pager = arrived.pager();
        arrived.send(pager);
        arrived.event(IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 });
        let over = arrived.fire(is_expiry);
        assert!(over.says(|m| matches!(m, Milestone::Expire { .. })) && over.reports().is_empty());
        // The short message is still out: its result decides, and nothing else is begun.
        let out = |rig: &mut Rig| {
            let pager = rig.pager();
            let handed = rig.send(pager).handed();
            rig.answer(&handed[0], 200, Reason::None);
            let over = rig.fire(is_expiry);
            assert!(over.guards(axis::GUARD_EXPIRY_STOPS_AT_CLAIM) && over.reports().is_empty() && !over.settles());
            assert!(free(rig).legs().is_empty());
            pager.message
        };
        let mut comes = rig(rules, &[], both, &[0]);
        let message = out(&mut comes);
        assert!(comes.event(IwEvent::DeliveredIw { user: TO, message, attempt: 1 }).settles());
        let mut fails = rig(rules, &[], both, &[0]);
        let message = out(&mut fails);
        let over = fails.event(IwEvent::FailedIw { user: TO, message, domain: Domain::Cs, attempt: 1 });
        assert!(over.says(|m| matches!(m, Milestone::Expire { .. })) && over.reports() == [Disposition::Failed]);
    }

    fn own_guard_claim_per_message_holds_the_second_short_message(rules) {
        // The first short message failed beside a deferred CPM message; the next one is the message's only way.
        let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..Actions::default() };
        let mut rig = rig(rules, &[], both, &[]);
        let pager = rig.pager();
        let handed = rig.send(pager).handed();
        rig.answer(&handed[0], 200, Reason::None);
        rig.event(IwEvent::FailedIw { user: TO, message: pager.message, domain: Domain::Cs, attempt: 1 });
        ready(&mut rig);
        free(&mut rig);
        assert_eq!(wait_over(&mut rig).handed().len(), 1);
        assert!(rig.register(&[0]).legs().is_empty(), "a registration finds it claimed");
    }

    fn own_guard_expiry_stops_at_claim_only_while_it_is_claimed(rules) {
        // Two wait; the second overruns its life in the line of a push, and its client goes.
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::PUSH_PACING, "on-2xx")], |_| {});
        rig.message();
        let pager = rig.pager();
        let soon = rig.now.saturating_add(Span::from_secs(5));
        assert!(rig.send(Pager { expires: soon, ..pager }).defers());
        let leg = rig.register(&[0]).leg();
        let due = rig.timers.iter().filter(|(_, t, _)| is_expiry(t)).map(|(_, t, at)| (*at, *t)).min_by_key(|(at, _)| *at);
        let (_, first) = due.expect("both have an expiry");
        assert!(rig.fire(|t| *t == first).guards(axis::GUARD_EXPIRY_STOPS_AT_CLAIM));
        rig.register(&[]);
        let said = rig.ok(&leg);
        assert!(said.legs().is_empty() && said.says(|m| matches!(m, Milestone::Expire { .. })), "no claim holds it any more");
    }

    fn iw15_r_12_a_client_that_can_receive_again_gets_what_waits(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[0]);
        rig.tell(Input::Connectivity { user: TO, client: device(0), on: false });
        assert!(rig.message().defers());
        let on = |client| Input::Connectivity { user: TO, client, on: true };
        assert!(rig.tell(on(device(1))).legs().is_empty(), "that one is not registered");
        assert_eq!(rig.tell(on(device(0))).legs().len(), 1);
    }

    fn own_connectivity_is_no_sign_of_life(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[0]);
        rig.message();
        rig.fire(is_end);
        let on = Input::Connectivity { user: TO, client: device(0), on: true };
        assert!(rig.tell(on).legs().is_empty(), "it did not answer, and has not registered since");
        assert_eq!(rig.register(&[0]).legs().len(), 1);
    }
}
