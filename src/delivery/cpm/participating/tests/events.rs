//! Registration, readiness for SMS, results and the end of a message's life: what moves a message that waits.

use super::notifying::{rig_of, told};
use super::pulling::interwork;
use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Domain, axes as axis};

fn rig(rules: Rules, set: Set, devices: &[u32]) -> Rig {
    let mut rig = Rig::new(rules, Profile::Latest, set, |s| s.isf = Some(ISF));
    rig.register(devices);
    rig
}

/// A message that waits in the queue since its short message failed.
fn failed(rig: &mut Rig) -> Pager {
    let pager = rig.pager();
    let said = rig.send(pager);
    rig.answer(&said.handed()[0], 200, Reason::None);
    fail(rig, &pager, 1);
    pager
}

fn fail(rig: &mut Rig, pager: &Pager, attempt: u32) -> Said {
    rig.event(IwEvent::FailedIw { user: TO, message: pager.message, domain: Domain::Cs, attempt })
}

fn ready(rig: &mut Rig) -> Said {
    rig.event(IwEvent::ReadyForSms { user: TO, domain: Domain::Cs })
}

fn waits(timer: &Timer) -> bool {
    matches!(timer, Timer::WaitForIpUser { .. })
}

clause_tests! {
    fn iw15_8_3_1_1_01_a_message_is_taken_in_once(rules) {
        let mut rig = rig(rules, &[], &[0]);
        let pager = rig.pager();
        let said = rig.send(pager);
        assert!(said.says(|m| matches!(m, Milestone::Accept { message, .. } if *message == pager.message)));
        assert!(said.says(|m| matches!(m, Milestone::CopyEnd { copy, fate: Fate::Superseded, .. } if *copy == pager.copy)));
    }

    fn iw15_r_08_a_registration_starts_the_delivery(rules) {
        let mut rig = rig(rules, &[], &[]);
        let pager = failed(&mut rig);
        let said = rig.register(&[0]);
        assert_eq!(pager_of(&said.leg()).message, pager.message);
    }

    fn sd23_5_2_2_2_06_all_that_waits_is_pushed(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::PUSH_PACING, "on-2xx")], |_| {});
        rig.message();
        rig.message();
        let first = rig.register(&[0]).leg();
        assert_eq!(rig.ok(&first).legs().len(), 1, "each after the success of the one before");
    }

    fn sd23_5_2_2_2_3_01_a_push_goes_to_one_client(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        rig.message();
        assert_eq!(rig.register(&[0, 1, 2]).legs().len(), 1);
        let mut all = Rig::new(rules, Profile::Latest, &[(axis::PUSH_TARGET, "all-suitable")], |_| {});
        all.message();
        assert_eq!(all.register(&[0, 1]).legs().len(), 2);
    }

    fn sd23_5_2_2_2_3_03_a_push_delivers_every_message(rules) {
        let mut rig = Rig::new(rules, Profile::Latest, &[(axis::PUSH_PACING, "pipelined")], |_| {});
        for _ in 0..3 {
            rig.message();
        }
        assert_eq!(rig.register(&[0]).legs().len(), 3);
    }

    fn sd23_5_2_2_2_02_what_a_client_does_not_take_is_held(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        rig.message();
        rig.register(&[0]);
        let said = rig.fire(is_end);
        assert!(said.says(|m| matches!(m, Milestone::Released { .. })) && !said.settles());
        assert_eq!(rig.register(&[0]).legs().len(), 1);
    }

    fn iw15_r_09_readiness_moves_what_waits(rules) {
        let mut rig = rig(rules, &[], &[]);
        failed(&mut rig);
        ready(&mut rig);
        assert!(rig.runs(waits), "after the wait for IP");
    }

    fn iw15_r_13_what_waits_goes_by_sms(rules) {
        let mut rig = rig(rules, &[(axis::IP_WAIT, "none")], &[]);
        failed(&mut rig);
        assert_eq!(ready(&mut rig).handed().len(), 1);
        let mut never = super::events::rig(rules, &[(axis::IP_WAIT, "none"), (axis::READY_SMS_ACTION, "wait-for-client")], &[]);
        failed(&mut never);
        assert!(ready(&mut never).handed().is_empty());
    }

    fn iw15_r_14_sms_waits_for_ip(rules) {
        let mut rig = rig(rules, &[], &[]);
        failed(&mut rig);
        assert!(ready(&mut rig).handed().is_empty(), "not before the wait is over");
        let before = rig.now;
        assert_eq!(rig.fire(waits).handed().len(), 1);
        assert!(rig.now >= before.saturating_add(Span::from_secs(60)));
    }

    fn iw15_r_07_a_registration_ends_the_wait(rules) {
        let mut rig = rig(rules, &[], &[]);
        failed(&mut rig);
        ready(&mut rig);
        let leg = rig.register(&[0]).leg();
        assert!(!rig.runs(waits));
        rig.ok(&leg);
    }

    fn iw15_r_07_only_a_client_that_can_take_it_ends_the_wait(rules) {
        for scope in ["user", "message"] {
            let mut rig = rig(rules, &[(axis::WAIT_IP_SCOPE, scope)], &[]);
            failed(&mut rig);
            ready(&mut rig);
            let deaf = Contact {
                client: device(1),
                active: true,
                event: ContactEvent::Registered,
                primary: false,
                capabilities: Capabilities { most_bytes: 50, ..Capabilities::FULL },
            };
            assert!(rig.register_as([deaf].into()).legs().is_empty());
            let either = |t: &Timer| waits(t) || matches!(t, Timer::WaitForIpMessage { .. });
            assert_eq!(rig.fire(either).handed().len(), 1, "SMS is the one access there is");
        }
    }

    fn iw15_r_10_a_failed_short_message_is_deferred(rules) {
        let mut rig = rig(rules, &[], &[]);
        let pager = rig.pager();
        let said = rig.send(pager);
        rig.answer(&said.handed()[0], 200, Reason::None);
        assert!(fail(&mut rig, &pager, 1).defers());
        let mut off = super::events::rig(rules, &[(axis::SMS_FAILURE_DEFER, "off")], &[]);
        let pager = off.pager();
        off.send(pager);
        assert!(fail(&mut off, &pager, 1).says(|m| matches!(m, Milestone::Failed { .. })));
    }

    fn iw15_r_10_the_primary_device_is_the_only_suitable_one(rules) {
        let interworked = |value: &str, devices: &[u32]| {
            let mut rig = Rig::new(rules, Profile::Latest, &[(axis::PRIMARY_ONLY_TEST, value)], |s| {
                s.isf = Some(ISF);
                with(s, rule(Actions { interwork: true, ..Actions::default() }));
            });
            rig.register(devices);
            rig
        };
        let fails = |mut rig: Rig| {
            let pager = rig.pager();
            assert_eq!(rig.send(pager).handed().len(), 1);
            fail(&mut rig, &pager, 1)
        };
        let failed = |said: &Said| said.says(|m| matches!(m, Milestone::Failed { code: 480, .. }));
        let [ours, literal] = ["no-other-suitable", "literal"];
        assert!(fails(interworked(ours, &[])).defers(), "CS access only: suitable by our reading");
        assert!(failed(&fails(interworked(literal, &[]))), "literally there is no registered client, and it is not");
        for value in [ours, literal] {
            assert!(fails(interworked(value, &[0])).defers(), "{value}: it is registered and suitable");
            let said = fails(interworked(value, &[1]));
            assert_eq!(said.leg().target, Target::Contact(TO, device(1)), "{value}: another client is suitable");
        }
        let mut unconnected = interworked(literal, &[0]);
        unconnected.tell(Input::Connectivity { user: TO, client: device(0), on: false });
        assert!(failed(&fails(unconnected)), "registered, and not suitable");
    }

    fn iw15_r_10_an_unanswered_request_leaves_the_primary_device_suitable(rules) {
        let set = [(axis::PRIMARY_ONLY_TEST, "literal"), (axis::TIMEOUT_BINDING, "keep")];
        let unanswered = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            let pager = rig.pager();
            rig.send(pager);
            assert_eq!(rig.fire(is_end).handed().len(), 1);
            fail(&mut rig, &pager, 1).defers()
        };
        assert!(unanswered(&set));
        assert!(!unanswered(&[set[0], (axis::TIMEOUT_BINDING, "suspect")]), "its registration no longer counts");
    }

    fn iw15_r_04_and_iw15_r_12_what_no_client_took_goes_by_sms(rules) {
        let mut rig = rig(rules, &[], &[0]);
        rig.message();
        let said = rig.fire(is_end);
        assert_eq!(said.handed().len(), 1, "the next access the PF knows of");
    }

    fn iw15_r_12_an_alert_that_is_used_up_leaves_sms_as_a_way(rules) {
        let mut rig = rig(rules, &[], &[]);
        failed(&mut rig);
        ready(&mut rig);
        let leg = rig.register(&[0]).leg();
        // IP goes in the middle of the delivery; the HLR has alerted already and will not do so again.
        rig.register(&[]);
        rig.answer(&leg, 480, Reason::None);
        assert_eq!(rig.fire(waits).handed().len(), 1);
    }

    fn iw15_r_18_a_delivered_short_message_settles(rules) {
        let mut rig = rig(rules, &[], &[]);
        let pager = rig.pager();
        rig.send(pager);
        let arrived = IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 };
        assert!(rig.event(arrived).settles());
        assert!(rig.register(&[0]).legs().is_empty(), "nothing is left to push");
    }

    fn own_guard_ignore_late_failure(rules) {
        let deliver = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            let pager = rig.pager();
            let said = rig.send(pager);
            rig.event(IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 });
            // The ISF's own answer is still out, so that the message is not forgotten.
            assert!(said.codes().is_empty());
            fail(&mut rig, &pager, 1).defers()
        };
        assert!(!deliver(&[]));
        assert!(deliver(&[(axis::GUARD_IGNORE_LATE_FAILURE, "off")]));
    }

    fn own_guard_expiry_action_once(rules) {
        let late = |set: Set| {
            let mut rig = rig(rules, &[&[(axis::GUARD_EXPIRY_STOPS_AT_CLAIM, "off")], set].concat(), &[]);
            let pager = failed(&mut rig);
            ready(&mut rig);
            rig.fire(waits);
            assert!(rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. })).settles());
            let said = fail(&mut rig, &pager, 2);
            assert!(said.guards(axis::GUARD_EXPIRY_ACTION_ONCE), "its own counter, not that of late failures");
            said.says(|m| matches!(m, Milestone::Expire { .. }))
        };
        assert_eq!((late(&[]), late(&[(axis::GUARD_EXPIRY_ACTION_ONCE, "off")])), (false, true));
    }

    fn own_guard_push_ack_per_message(rules) {
        let pushed = |set: Set| {
            let mut rig = Rig::new(rules, Profile::Latest, set, |_| {});
            rig.message();
            let said = rig.register(&[0]);
            assert!(said.guards(axis::GUARD_PUSH_ACK_PER_MESSAGE), "met by each message that is pushed");
            said.settles()
        };
        assert_eq!((pushed(&[]), pushed(&[(axis::GUARD_PUSH_ACK_PER_MESSAGE, "off")])), (false, true));
    }

    fn own_guard_claim_per_message(rules) {
        let push = |set: Set| {
            let mut rig = rig(rules, set, &[0]);
            rig.message();
            rig.register(&[0, 1]).legs().len()
        };
        assert_eq!(push(&[]), 0, "the first attempt holds it");
        assert!(push(&[(axis::GUARD_CLAIM_PER_MESSAGE, "off")]) > 0);
    }

    /// H-13: once its life is over nothing more is begun for it, so that triggers that follow each other do not keep it for ever.
    fn own_guard_claim_per_message_off_begins_nothing_for_an_overdue_message(rules) {
        let pushed = |life: u64| {
            let mut rig = rig(rules, &[(axis::GUARD_CLAIM_PER_MESSAGE, "off")], &[0]);
            let pager = rig.pager();
            let expires = rig.now.saturating_add(Span::from_secs(life));
            assert_eq!(rig.send(Pager { expires, ..pager }).legs().len(), 1);
            rig.now = rig.now.saturating_add(Span::from_secs(10));
            let again = rig.register(&[0, 1]).legs().len() + ready(&mut rig).handed().len();
            (again, rig.fire(is_end).says(|m| matches!(m, Milestone::Expire { .. })))
        };
        assert!(pushed(60).0 > 0, "the second trigger acts on what the first holds");
        assert_eq!(pushed(5), (0, true), "it expires as its one attempt comes to nothing");
    }

    fn own_on_register_inflight_of_an_overdue_message(rules) {
        let pushed = |life: u64| {
            let mut rig = rig(rules, &[(axis::ON_REGISTER_INFLIGHT, "push")], &[]);
            let pager = rig.pager();
            let expires = rig.now.saturating_add(Span::from_secs(life));
            assert_eq!(rig.send(Pager { expires, ..pager }).handed().len(), 1);
            rig.now = rig.now.saturating_add(Span::from_secs(10));
            rig.register(&[0]).legs().len()
        };
        assert_eq!((pushed(60), pushed(5)), (1, 0));
    }

    fn own_on_register_inflight(rules) {
        let push = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            rig.message();
            rig.register(&[0]).legs().len()
        };
        assert_eq!((push(&[]), push(&[(axis::ON_REGISTER_INFLIGHT, "push")])), (0, 1));
    }

    fn own_guard_re_evaluate_after_insertion(rules) {
        let again = |set: Set| {
            let mut rig = Rig::new(rules, Profile::Latest, set, |_| {});
            rig.register(&[0]);
            rig.message();
            // Another client registers while the first is tried.
            rig.register(&[0, 1]);
            rig.fire(is_end).legs().len()
        };
        assert_eq!((again(&[]), again(&[(axis::GUARD_RE_EVALUATE_AFTER_INSERTION, "off")])), (1, 0));
    }

    fn own_guard_late_sms_look_again(rules) {
        let looked = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            let pager = rig.pager();
            rig.send(pager);
            rig.register(&[0]);
            fail(&mut rig, &pager, 1).legs().len()
        };
        let other_off = (axis::GUARD_RE_EVALUATE_AFTER_INSERTION, "off");
        assert_eq!(looked(&[other_off]), 1, "a client came while the short message was out");
        assert_eq!(looked(&[other_off, (axis::GUARD_LATE_SMS_LOOK_AGAIN, "off")]), 0);
    }

    fn own_guard_handover_limit(rules) {
        let handed = |set: Set| {
            let mut rig = rig(rules, set, &[]);
            let pager = failed(&mut rig);
            for attempt in 2..=3 {
                ready(&mut rig);
                rig.fire(waits);
                fail(&mut rig, &pager, attempt);
            }
            assert!(ready(&mut rig).guards(axis::GUARD_HANDOVER_LIMIT), "the limit leaves its mark");
            rig.runs(waits)
        };
        assert!(!handed(&[]), "three returns are the limit");
        assert!(handed(&[(axis::GUARD_HANDOVER_LIMIT, "off")]));
    }

    fn own_guard_handover_limit_of_a_second_look(rules) {
        // It has returned as often as it may; the policy that is looked at again asks for both ways, and IP remains.
        let looked = |guard: &'static str| {
            let set = [(axis::POLICY_RECHECK, "on"), (axis::GUARD_HANDOVER_LIMIT, guard)];
            let mut rig = Rig::new(rules, Profile::Latest, &set, |s| {
                with(s, rule(Actions { deliver_and_interwork: true, ..Actions::default() }));
                (s.isf, s.handover_limit) = (Some(ISF), 1);
            });
            failed(&mut rig);
            let said = rig.register(&[0]);
            assert!(said.guards(axis::GUARD_HANDOVER_LIMIT), "the limit leaves its mark");
            (said.handed().len(), said.legs().len())
        };
        assert_eq!(looked("on"), (0, 1));
        assert_eq!(looked("off"), (1, 1));
    }

    fn own_guard_handover_limit_of_a_pull(rules) {
        // The user asks again for the short message that failed: it stays, and nobody is told of it before a sign of life.
        let asked = |guard: &'static str| {
            let set = [(axis::GUARD_HANDOVER_LIMIT, guard)];
            let mut rig = rig_of(rules, &set, &[0], |s| (s.isf, s.handover_limit) = (Some(ISF), 1));
            let pager = rig.pager();
            rig.send(pager);
            let handed = interwork(&mut rig, 0, 0).handed();
            rig.answer(&handed[0], 200, Reason::None);
            assert_eq!(told(&fail(&mut rig, &pager, 1)), [device(0)]);
            let said = interwork(&mut rig, 0, 1);
            assert!(said.guards(axis::GUARD_HANDOVER_LIMIT), "the limit leaves its mark");
            (said.handed().len(), told(&said).len(), told(&rig.register(&[0])).len())
        };
        assert_eq!(asked("on"), (0, 0, 1));
        assert_eq!(asked("off"), (1, 0, 0));
    }

    fn sd23_5_2_2_2_07_a_deferred_message_expires(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        rig.message();
        let said = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
        assert!(said.says(|m| matches!(m, Milestone::Expire { .. })) && said.settles());
    }

    fn sd23_5_2_2_2_08_the_expiry_action_deletes(rules) {
        let mut rig = Rig::latest(rules, Policy::default(), &[]);
        rig.message();
        let said = rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. }));
        assert!(said.says(|m| matches!(m, Milestone::CopyEnd { fate: Fate::Expired, .. })));
        assert_eq!(rig.held(&[]), 0);
        assert!(rig.register(&[0]).legs().is_empty());
    }

    fn own_expiry_imdn(rules) {
        let reports = |set: Set| {
            let mut rig = Rig::new(rules, Profile::Latest, set, |_| {});
            rig.message();
            rig.fire(|t| matches!(t, Timer::DeferredExpiry { .. })).reports()
        };
        assert_eq!(reports(&[]), [Disposition::Failed]);
        assert!(reports(&[(axis::EXPIRY_IMDN, "none")]).is_empty());
    }

    fn rfc3680_4_registration_state_is_taken_in(rules) {
        let mut rig = rig(rules, &[], &[]);
        assert!(rig.register(&[0]).says(|m| matches!(*m, Milestone::View { device: d, on: true, .. } if d == device(0))));
        assert!(rig.register(&[]).says(|m| matches!(*m, Milestone::View { device: d, on: false, .. } if d == device(0))));
    }

    fn ts24_229_5_4_2_1_2_a_registered_user_is_subscribed_to(rules) {
        let mut rig = rig(rules, &[], &[]);
        let body = Body::ThirdPartyRegister { user: TO, expires_s: 600 };
        let request = rig.request(Method::Register, Case::Done, Target::Function(PF), body);
        let said = rig.receive(CORE, Pdu::Request(request));
        let subscribes = |o: &&Output| matches!(o, Output::Send { pdu: Pdu::Request(r), .. } if r.method == Method::Subscribe);
        assert_eq!(said.0.iter().filter(subscribes).count(), 1);
    }

    fn own_undefined_inputs_have_names(rules) {
        let mut rig = rig(rules, &[], &[]);
        let undefined = |said: &Said, state: &str, input: &str| {
            said.says(|m| matches!(m, Milestone::Undefined { state: s, input: i } if (*s, *i) == (state, input)))
        };
        let said = rig.tell(Input::Access(crate::delivery::Access::Gone));
        assert!(undefined(&said, "serving", "input of a client"));
        let request = rig.request(Method::Subscribe, Case::Done, Target::Function(PF), Body::None);
        let said = rig.receive(CORE, Pdu::Request(request));
        assert!(undefined(&said, "serving", "SUBSCRIBE"));
        // Where a message is concerned, its state is named.
        let mut plain = Rig::latest(rules, Policy::default(), &[]);
        let pager = plain.pager();
        plain.send(pager);
        let said = fail(&mut plain, &pager, 1);
        assert!(undefined(&said, "deferred", "failed-iw of a message never handed over"));
        plain.register(&[0]);
        let said = plain.event(IwEvent::DeliveredIw { user: TO, message: pager.message, attempt: 1 });
        assert!(undefined(&said, "attempting", "delivered-iw of a message never handed over"));
    }
}
