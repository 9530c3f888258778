//! Whole runs, small enough to follow by hand, as cases of the suite: what each rule of delivery, deferral and interworking is for.
//!
//! The expected times come from the statements and the parameters of `one_operator`: no delay anywhere but where a case sets one.

use super::*;
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, Fate, FunctionId, Rules};
use crate::judge::Told;

/// A run under these rules. Without one of them it may never come to rest: the bound on events is far above what a case needs.
pub(super) fn under(rules: Rules, mut model: Model) -> (Kept, super::super::RunOutcome) {
    model.limits.events = 20_000;
    let mut kept = Kept::default();
    let seed = RunSeed { seed: 7, replicate: 0 };
    let outcome = run(&Arc::new(model), seed, &RunOptions { rules }, &mut kept).expect("the run comes to its end");
    assert_eq!(outcome.undefined, 0, "{:?}", outcome.undefined_kinds);
    kept.records.sort_by_key(|r| (r.submit, r.id.0));
    (kept, outcome)
}

/// The one message of a run.
pub(super) fn only(rules: Rules, model: Model) -> MessageRecord {
    let (kept, _) = under(rules, model);
    let [record] = &kept.records[..] else { panic!("one message, not {}", kept.records.len()) };
    record.clone()
}

pub(super) fn schedule(on_at_start: bool, changes: &[(u64, bool)]) -> Radio {
    Radio::Schedule { on_at_start, changes: changes.iter().map(|(t, on)| (at(*t), *on)).collect() }
}

pub(super) fn sent(radio: Radio, class: DeviceClass, times: &[u64]) -> Model {
    one_operator(radio, class, 1, Arrivals::At(times.iter().map(|s| at(*s)).collect()), at(3000))
}

/// A phone that never gets IP.
pub(super) fn cs_only() -> DeviceClass {
    gap_phone(Law::Constant(Span::FOREVER))
}

/// Goes without a word at 100 and is back at 500.
fn ghost() -> (Radio, DeviceClass) {
    (schedule(true, &[(100, false), (500, true)]), DeviceClass { silent_loss: 1.0, ..plain() })
}

fn pf(model: &mut Model) -> &mut PfParams {
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf
}

fn way<'a>(model: &'a mut Model, name: &str) -> &'a mut LinkSpec {
    &mut model.links.iter_mut().find(|l| l.spec.name == name).expect("there is one").spec
}

fn asks(model: &mut Model, positive: bool, negative: bool) {
    model.traffic[0].message.imdn = ImdnRequested { positive, negative, display: false };
}

/// Submitted at 10 with the phone away; it comes at 1000 and never gets IP. Wait for IP: 20 s.
fn away_then_cs() -> Model {
    with_isf(sent(schedule(false, &[(1000, true)]), cs_only(), &[10]), seconds(20))
}

/// The users' second device.
pub(super) fn two(phone: Radio, tablet: Radio, silent_loss: f64, times: &[u64]) -> Model {
    let class = DeviceClass { silent_loss, ..plain() };
    let mut model = sent(phone, class.clone(), times);
    let tablet = DeviceSpec { name: "tablet".into(), primary: false, ..device(tablet, class) };
    model.populations[0].devices.push(tablet);
    model
}

fn came(record: &MessageRecord) -> usize {
    record.copies.iter().filter(|c| c.arrived != NEVER).count()
}

clause_tests! {
    fn own_submit_answer_and_report_of_an_immediate_delivery(rules) {
        let record = only(rules, sent(Radio::AlwaysOn, plain(), &[10]));
        assert_eq!((record.outcome, record.sip_hops), (Outcome::DeliveredIp, 24));
        assert_eq!((record.submit, record.accept, record.first_arrival), (at(10), at(10), at(10)));
        assert_eq!((record.answer, record.answer_code), (at(10), 200));
        assert_eq!((record.imdn_positive_sent, record.imdn_delivered_received, record.told), (1, 1, Told::Delivered));
        assert_eq!((record.defers, record.handovers, record.attempts, came(&record)), (0, 0, 1, 1));
    }

    /// RFC 3261 10.2, 10.3; TS 24.229 5.4.2.1.2: without a registration, or with one that nobody is told of, nothing is pushed.
    fn iw15_r_08_a_registration_starts_the_delivery_of_what_is_deferred(rules) {
        let record = only(rules, sent(schedule(false, &[(1000, true)]), plain(), &[10]));
        assert_eq!((record.answer, record.answer_code, record.defer, record.defers), (at(10), 202, at(10), 1));
        assert_eq!((record.outcome, record.first_arrival, record.defer_reason), (Outcome::DeliveredIp, at(1000), Some(DeferReason::NoClient)));
    }

    /// RFC 3261 10.3: a binding that is not refreshed ends, and the PF hears of it.
    fn rfc3261_10_3_a_binding_ends_when_it_is_not_refreshed(rules) {
        let (radio, mut class) = (schedule(true, &[(100, false), (5000, true)]), DeviceClass { silent_loss: 1.0, ..plain() });
        class.registration.expires = seconds(1000);
        // Refreshed half way, at 500 after the registration at 0, but for the phone that went at 100: bound until 1000.
        let record = only(rules, sent(radio, class, &[1500]));
        assert_eq!((record.defer, record.ghost_attempts, record.attempts), (at(1500), 0, 1));
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(5000)));
    }

    /// TS 24.229 5.1.1.4: a device that stays is bound for ever.
    fn rfc3261_10_2_a_client_keeps_its_binding_alive(rules) {
        let mut class = plain();
        class.registration.expires = seconds(1000);
        let record = only(rules, sent(Radio::AlwaysOn, class, &[2600]));
        assert_eq!((record.outcome, record.first_arrival, record.defers), (Outcome::DeliveredIp, at(2600), 0));
    }

    fn sd23_5_2_2_2_06_all_deferred_messages_are_pushed(rules) {
        let (kept, _) = under(rules, sent(schedule(false, &[(1000, true)]), plain(), &[10, 20, 30]));
        assert!(kept.records.iter().all(|r| (r.outcome, r.first_arrival) == (Outcome::DeliveredIp, at(1000))));
        assert_eq!(kept.records.len(), 3);
    }

    fn sd23_5_2_2_2_3_01_a_push_goes_to_one_registered_client(rules) {
        let mut model = two(schedule(false, &[(500, true)]), schedule(false, &[(505, true)]), 0.0, &[10]);
        let FunctionKind::Core(core) = &mut model.functions[0].kind else { panic!("the core is the first") };
        core.notify_delay = Law::Constant(seconds(10));
        let record = only(rules, model);
        assert_eq!((record.attempts, came(&record), record.first_arrival), (1, 1, at(510)));
    }

    /// As it was received: the notification that was asked for is asked for still, and the age of the message is its own.
    fn sd23_5_2_2_2_3_03_a_push_delivers_messages_as_they_were_received(rules) {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]);
        pf(&mut model).push_gap = seconds(5);
        let (kept, _) = under(rules, model);
        let came: Vec<_> = kept.records.iter().map(|r| (r.first_arrival, r.imdn_delivered_received, r.told)).collect();
        assert_eq!(came, [(at(1000), 1, Told::Delivered), (at(1005), 1, Told::Delivered)]);
    }

    fn iw15_8_3_1_1_39_one_message_goes_to_each_suitable_client(rules) {
        let record = only(rules, two(Radio::AlwaysOn, Radio::AlwaysOn, 0.0, &[10]));
        assert_eq!((record.attempts, came(&record), record.defers, record.answer_code), (2, 2, 0, 200));
        assert_eq!(record.imdn_delivered_received, 1, "the second notification is suppressed");
    }

    fn own_no_suitable_client_refuses_where_the_axis_says_so(rules) {
        let model = with(sent(schedule(false, &[(1000, true)]), plain(), &[10]), &[(axis::NO_SUITABLE_CLIENT, "reject")]);
        let record = only(rules, model);
        assert_eq!((record.outcome, record.answer_code, record.reject_code), (Outcome::Rejected, 480, 480));
    }

    // --- SMS

    /// IW15-R-03 and -18: without IP it goes by SMS at once, the sender's side hears 202, and the result is handled: no second attempt.
    fn iw15_r_03_and_iw15_r_18_without_ip_a_message_goes_by_sms_and_is_settled(rules) {
        let record = only(rules, with_isf(sent(schedule(false, &[(1, true)]), cs_only(), &[10]), seconds(20)));
        assert_eq!((record.outcome, record.first_arrival, record.handovers), (Outcome::DeliveredSms, at(10), 1));
        assert_eq!((record.answer_code, record.settled, record.told), (202, at(10), Told::Delivered));
    }

    /// The same where the sender asked for nothing: the PF hears of the success by an event.
    fn iw15_r_18_a_success_is_handled_where_no_report_was_asked_for(rules) {
        let mut model = with_isf(sent(schedule(false, &[(1, true)]), cs_only(), &[10]), seconds(20));
        asks(&mut model, false, false);
        let record = only(rules, model);
        assert_eq!((record.outcome, record.settled, record.imdn_delivered_received), (Outcome::DeliveredSms, at(10), 0));
    }

    fn iw15_8_3_1_1_40_a_message_for_a_non_cpm_service_goes_to_the_isf(rules) {
        let record = only(rules, with_isf(sent(schedule(false, &[(1, true)]), cs_only(), &[10]), seconds(20)));
        assert_eq!((record.outcome, record.first_handover, record.first_sms_submit), (Outcome::DeliveredSms, at(10), at(10)));
    }

    /// IW15-R-09, -10, -12, -13: absent at 10, deferred; available for SMS at 1000, handed over after the wait.
    fn iw15_r_09_and_iw15_r_13_availability_for_sms_starts_interworking(rules) {
        let record = only(rules, away_then_cs());
        assert_eq!((record.defer, record.defers, record.defer_reason), (at(10), 1, Some(DeferReason::SmsFailed)));
        assert_eq!((record.outcome, record.first_arrival, record.handovers), (Outcome::DeliveredSms, at(1020), 2));
    }

    fn iw15_r_10_and_iw15_r_12_a_failed_sms_defers_until_the_next_access(rules) {
        let record = only(rules, with_isf(sent(schedule(false, &[(1000, true)]), plain(), &[10]), seconds(20)));
        assert_eq!((record.defer, record.defer_reason, record.handovers), (at(10), Some(DeferReason::SmsFailed), 1));
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(1000)));
    }

    /// IW15-R-14: SMS is ready at 1000 and IP comes 12 s later; the wait is 20 s, and 10 s.
    fn iw15_r_14_and_iw15_r_07_the_wait_for_ip_ends_by_ip_or_by_its_time(rules) {
        let record = |wait| only(rules, landing(Law::Constant(seconds(12)), 1, seconds(wait)));
        let [long, short] = [record(20), record(10)];
        assert_eq!((long.outcome, long.first_arrival, long.handovers), (Outcome::DeliveredIp, at(1012), 1));
        assert_eq!((short.outcome, short.first_arrival, short.handovers), (Outcome::DeliveredSms, at(1010), 2));
        assert_eq!((came(&long), came(&short)), (1, 1));
    }

    /// Available at 1000, registered at 1003, gone at 1010 without a word, back at 1015 for SMS: IP has ended the wait of 1000, and
    /// a new one begins with the second message's own readiness; none ends at 1020 by the time of the first.
    fn iw15_r_07_a_registration_ends_the_wait_of_what_it_finds(rules) {
        let mut model = landing(Law::Constant(seconds(3)), 1, seconds(20));
        way(&mut model, "gm").delay = Law::Constant(Span::from_millis(500));
        let (kept, _) = under(rules, model);
        // Two exchanges of half a second each way: bound at 1004.5, pushed at once, there half a second later.
        assert_eq!((kept.records[0].outcome, kept.records[0].first_arrival), (Outcome::DeliveredIp, at(1005)));
        assert_eq!(kept.records[0].handovers, 1);
    }

    fn iw15_r_20_the_pf_keeps_what_it_handed_over_until_its_result(rules) {
        let model = with_isf(sent(schedule(false, &[(1000, true)]), plain(), &[10]), seconds(10));
        let record = only(rules, model);
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(1000)), "not lost with the short message");
        assert_eq!((record.defers, record.handovers), (1, 1));
    }

    fn iw15_6_7_5_2_02_a_failure_is_told_where_no_report_was_asked_for(rules) {
        let mut model = away_then_cs();
        asks(&mut model, false, false);
        let record = only(rules, model);
        assert_eq!((record.defer, record.outcome, record.first_arrival), (at(10), Outcome::DeliveredSms, at(1020)));
    }

    fn iw15_6_7_5_2_03_a_failure_is_told_where_positive_delivery_was_asked_for(rules) {
        let mut model = away_then_cs();
        asks(&mut model, true, false);
        let record = only(rules, model);
        assert_eq!((record.defer, record.outcome, record.first_arrival), (at(10), Outcome::DeliveredSms, at(1020)));
    }

    fn iw15_6_7_5_2_05_the_return_of_a_user_with_a_failed_delivery_is_told(rules) {
        let mut model = away_then_cs();
        asks(&mut model, false, false);
        let record = only(rules, model);
        assert_eq!((record.handovers, record.first_arrival), (2, at(1020)));
        // Who has no failed delivery is not told of: a phone that comes before its first message.
        let quiet = only(rules, with_isf(sent(schedule(false, &[(5, true)]), cs_only(), &[10]), seconds(20)));
        assert_eq!((quiet.first_arrival, quiet.handovers), (at(10), 1));
    }

    /// TS 29.002 23.4: the phone is attached but does not answer its pages at 10; MNRF, the waiting list and the alert bring the news.
    fn ts29_002_23_4_a_page_without_answer_sets_the_waiting_data(rules) {
        let (radio, class) = (schedule(false, &[(1, true), (5, false), (1000, true)]), DeviceClass { silent_loss: 1.0, ..cs_only() });
        let record = only(rules, with_isf(sent(radio, class, &[10]), seconds(20)));
        // Three pages of 5 s each.
        assert_eq!((record.sms_failed, record.defer, record.defers), (1, at(25), 1));
        assert_eq!((record.outcome, record.first_arrival, record.handovers), (Outcome::DeliveredSms, at(1020), 2));
    }

    fn own_guard_late_sms_look_again_finds_the_ip_that_came_meanwhile(rules) {
        let cs = phase("cs", vec![], zero(), vec![Gives::Sms]);
        let ip = phase("ip", vec![0], Law::Constant(seconds(12)), vec![Gives::Ip]);
        let radio = schedule(false, &[(1000, true), (1015, false), (1016, true)]);
        let class = DeviceClass { phases: vec![cs, ip], ..gap_phone(zero()) };
        let mut model = with_isf(one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(900)), seconds(10));
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.mt_delivery = Law::Constant(Span::from_millis(5500));
        // One of the two guards is enough: with the other switched off each shows what it is for.
        for other in [axis::GUARD_RE_EVALUATE_AFTER_INSERTION, axis::GUARD_LATE_SMS_LOOK_AGAIN] {
            let record = only(rules, with(model.clone(), &[(other, "off")]));
            assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(1055) + Span::from_millis(500)));
        }
    }

    fn own_guard_re_evaluate_after_insertion_finds_the_client_that_came_meanwhile(rules) {
        let class = DeviceClass { silent_loss: 1.0, ..plain() };
        let record = only(rules, sent(schedule(true, &[(100, false), (210, true)]), class, &[200]));
        assert_eq!(record.first_arrival, at(232));
    }

    fn own_on_register_inflight_a_registration_waits_for_the_result_of_an_sms(rules) {
        // Ready at 1000, handed over at 1010, on the way until 1014.5; IP at 1012.
        let mut model = landing(Law::Constant(seconds(12)), 1, seconds(10));
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.mt_delivery = Law::Constant(Span::from_millis(4500));
        let hold = only(rules, model.clone());
        assert_eq!((hold.outcome, came(&hold), hold.attempts), (Outcome::DeliveredSms, 1, 0));
        let push = only(rules, with(model, &[(axis::ON_REGISTER_INFLIGHT, "push")]));
        assert_eq!((push.outcome, came(&push), push.first_arrival), (Outcome::DeliveredIp, 2, at(1012)));
    }

    fn own_guard_handover_limit_bounds_the_returns_from_the_isf(rules) {
        let mut model = away_then_cs();
        pf(&mut model).handover_limit = 1;
        let record = only(rules, model);
        assert_eq!((record.outcome, record.handovers), (Outcome::Expired, 1));
    }

    fn own_guard_claim_per_message_lets_one_trigger_act(rules) {
        let mut model = landing(Law::Constant(seconds(12)), 1, seconds(10));
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.mt_delivery = Law::Constant(Span::from_millis(4500));
        let record = only(rules, model);
        assert_eq!((came(&record), record.attempts, record.handovers), (1, 0, 2));
    }

    // --- attempts that fail

    /// RFC 3261 17.1.2.2 and A-04: the phone that went without a word costs 64 T1; then the message is deferred.
    fn own_on_timeout_a_leg_without_answer_defers(rules) {
        let (radio, class) = ghost();
        let record = only(rules, sent(radio, class, &[200]));
        assert_eq!((record.defer, record.defer_reason, record.ghost_attempts), (at(232), Some(DeferReason::AttemptFailed), 1));
        assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredIp, at(500)));
    }

    fn rfc3261_17_1_2_2_a_transaction_ends_after_64_t1(rules) {
        let (radio, class) = ghost();
        let record = only(rules, sent(radio, class, &[200]));
        // The client's own T1 is 2 s.
        assert_eq!((record.defer, record.answer, record.answer_code), (at(232), at(328), 0));
    }

    fn rfc4320_4_2_a_response_that_comes_too_late_goes_no_further(rules) {
        let (radio, class) = ghost();
        let record = only(rules, sent(radio, class, &[200]));
        assert_eq!((record.answer, record.answer_code), (at(328), 0), "the 202 of 232 finds the transaction before it ended");
    }

    fn own_on_unreachable_a_leg_answered_480_defers(rules) {
        let mut model = sent(schedule(true, &[(100, false), (500, true)]), plain(), &[120]);
        let FunctionKind::Core(core) = &mut model.functions[0].kind else { panic!("the core is the first") };
        core.notify_delay = Law::Constant(seconds(50));
        let defer = only(rules, model.clone());
        assert_eq!((defer.outcome, defer.defer, defer.first_arrival), (Outcome::DeliveredIp, at(120), at(550)));
        let refused = |r: &MessageRecord| r.copies.iter().any(|c| c.fate == Some(Fate::Refused(480)));
        assert!(refused(&defer), "RFC 3261 16.5: the Core knows no binding");
        let fail = only(rules, with(model, &[(axis::ON_UNREACHABLE, "fail")]));
        assert_eq!((fail.outcome, fail.answer_code), (Outcome::Failed, 480));
    }

    /// RFC 3261 16.7: the notification for a sender with two devices is forked.
    fn rfc3261_16_7_a_request_for_several_contacts_is_forked(rules) {
        let mut model = sent(Radio::AlwaysOn, plain(), &[10]);
        model.populations[1].devices.push(DeviceSpec { name: "desk".into(), primary: false, ..device(Radio::AlwaysOn, plain()) });
        let record = only(rules, model);
        assert_eq!(record.outcome, Outcome::DeliveredIp);
        assert_eq!((record.imdn_delivered_received, record.imdn_repeats_at_devices), (1, 1), "told once, at two devices");
    }

    fn own_imdn_fold_one_terminal_report_reaches_the_sender(rules) {
        let record = only(rules, two(Radio::AlwaysOn, Radio::AlwaysOn, 0.0, &[10]));
        assert_eq!((record.imdn_positive_sent, record.imdn_delivered_received), (2, 1));
    }

    fn own_client_dedupe_a_repeat_is_recognised(rules) {
        // 40 s there and back: given up after 32 s, pushed again at the next registration.
        let mut model = sent(schedule(true, &[(300, false), (400, true)]), DeviceClass { silent_loss: 1.0, ..plain() }, &[200]);
        way(&mut model, "gm").delay = Law::Constant(seconds(20));
        let record = only(rules, model);
        assert_eq!(record.copies.iter().filter(|c| c.presented != NEVER).count(), 1);
        assert!(record.copies.iter().any(|c| c.fate == Some(Fate::Absorbed)));
    }

    fn own_server_full_a_request_that_finds_no_room_is_refused_with_503(rules) {
        let mut model = sent(Radio::AlwaysOn, plain(), &[10]);
        let Arrivals::At(times) = &mut model.traffic[0].arrivals else { panic!("they are given") };
        times.push(at(10) + Span::from_millis(1));
        model.functions[0].service = ServiceSpec { time: Law::Constant(seconds(1)), servers: 1, queue: Some(0), retry_after: None };
        asks(&mut model, false, false);
        let (kept, _) = under(rules, model);
        assert_eq!((kept.records[1].answer_code, kept.records[1].copies[0].fate), (503, Some(Fate::Refused(503))));
    }

    fn own_lost_what_meets_no_device_is_lost(rules) {
        let (radio, class) = ghost();
        let mut model = with(sent(radio, class, &[200]), &[(axis::ON_TIMEOUT, "fail"), (axis::ALL_FAILED, "best-error")]);
        asks(&mut model, false, false);
        let record = only(rules, model);
        assert_eq!((record.outcome, came(&record)), (Outcome::Failed, 0));
        assert!(record.copies.iter().any(|c| matches!(c.fate, Some(Fate::Lost(_)))), "{:?}", record.copies);
    }

    // --- the end of a message's life

    fn sd23_5_2_2_2_07_and_sd23_5_2_2_2_08_an_expired_message_is_deleted(rules) {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10]);
        model.traffic[0].message.expires = Some(seconds(500));
        let record = only(rules, model);
        assert_eq!((record.outcome, record.expire, record.settled), (Outcome::Expired, at(510), at(510)));
        assert_eq!(came(&record), 0, "the registration at 1000 finds nothing");
        assert!(record.copies.iter().any(|c| c.fate == Some(Fate::Expired)));
    }

    fn own_expiry_imdn_tells_a_sender_who_asked(rules) {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10]);
        model.traffic[0].message.expires = Some(seconds(500));
        let asked = only(rules, model.clone());
        assert_eq!((asked.imdn_failed_received, asked.told), (1, Told::Failed));
        asks(&mut model, true, false);
        assert_eq!(only(rules, model).imdn_failed_received, 0, "not asked for");
    }

    fn ts83_8_3_2_1_15_and_ts83_8_3_2_1_16_a_message_no_longer_valid_at_arrival_is_discarded(rules) {
        let mut model = sent(Radio::AlwaysOn, plain(), &[10]);
        model.traffic[0].message.expires = Some(Span::ZERO);
        let on = only(rules, with(model.clone(), &[(axis::ARRIVAL_EXPIRY_CHECK, "on")]));
        assert_eq!((on.outcome, on.attempts), (Outcome::Expired, 0));
        let off = only(rules, with(model, &[(axis::ARRIVAL_EXPIRY_CHECK, "off")]));
        assert_eq!((off.outcome, off.attempts), (Outcome::DeliveredIp, 1));
    }

    fn own_queue_full_takes_refuses_or_makes_room(rules) {
        let ends = |value| {
            let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]);
            pf(&mut model).max_queue = Some(1);
            let (kept, _) = under(rules, with(model, &[(axis::QUEUE_FULL, value)]));
            kept.records.iter().map(|r| (r.outcome, r.answer_code)).collect::<Vec<_>>()
        };
        assert_eq!(ends("drop-new"), [(Outcome::DeliveredIp, 202), (Outcome::Failed, 202)]);
        assert_eq!(ends("refuse-new"), [(Outcome::DeliveredIp, 202), (Outcome::Rejected, 480)]);
        assert_eq!(ends("drop-oldest"), [(Outcome::Failed, 202), (Outcome::DeliveredIp, 202)]);
    }

    /// The books of what is still under way are closed as pending.
    fn own_end_a_run_that_ends_first_leaves_its_messages_pending(rules) {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10]);
        model.run.end = End::At(at(900));
        model.run.arrivals_until = at(800);
        let record = only(rules, model);
        assert_eq!(record.outcome, Outcome::Pending);
        assert!(record.copies.iter().all(|c| c.fate.is_some()));
    }
}

#[test]
fn a_phone_is_where_the_cases_take_it_to_be() {
    assert_eq!(device(Radio::AlwaysOn, plain()).classes.len(), 1);
    let record = only(Rules::ALL, sent(Radio::AlwaysOn, plain(), &[10]));
    assert_eq!(record.first_device, Some(FunctionId(6)));
}
