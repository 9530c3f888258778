//! Hazards of the requirements digest, each with its guard on and off, in runs small enough to follow by hand.

use super::*;
use crate::delivery::Fate;

/// A phone whose radio follows a schedule and that leaves without a word.
fn silent(changes: &[(u64, bool)], on_at_start: bool) -> (Radio, DeviceClass) {
    let radio = Radio::Schedule { on_at_start, changes: changes.iter().map(|(t, on)| (at(*t), *on)).collect() };
    (radio, DeviceClass { silent_loss: 1.0, ..plain() })
}

fn only(kept: &Kept) -> &MessageRecord {
    let [record] = &kept.records[..] else { panic!("one message, not {}", kept.records.len()) };
    record
}

/// H-26 and A-04: a message for a client that went silently is deferred after 64 T1, not lost, and comes at the return.
#[test]
fn h_26_a_ghost_costs_32_s_and_the_message_comes_late() {
    let (radio, class) = silent(&[(100, false), (500, true)], true);
    let (kept, _) = kept(one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(400)), 0);
    let record = only(&kept);
    assert_eq!(record.defer, at(232));
    assert_eq!(record.first_arrival, at(500));
    assert_eq!(record.ghost_attempts, 1);
    // RFC 4320 4.2: a transaction that timed out upstream as well is not answered late.
    assert_eq!(record.answer_code, 0);
    assert_eq!(record.answer, at(200 + 128), "the access timer F");
    assert!(kept.truths.contains(&(at(232), Truth::GhostAttemptEnd { measured: true, after: seconds(32) })));
}

/// H-07: the client is back while the attempt to its ghost still runs; nothing comes after the message entered the queue.
#[test]
fn h_07_access_is_evaluated_again_after_insertion() {
    let (radio, class) = silent(&[(100, false), (210, true)], true);
    let model = || one_operator(radio.clone(), class.clone(), 1, Arrivals::At(vec![at(200)]), at(400));
    let (on, _) = kept(model(), 0);
    assert_eq!(only(&on).first_arrival, at(232), "at the instant of insertion");
    let (off, _) = kept(with(model(), &[(axis::GUARD_RE_EVALUATE_AFTER_INSERTION, "off")]), 0);
    assert_eq!(only(&off).outcome, Outcome::Expired, "the lost wake-up: nothing happens until its life ends");
}

/// The phone's IP comes during the flight of an SMS that then fails, since its CS access goes at the same time.
fn late_ip() -> Model {
    let cs = phase("cs", vec![], zero(), vec![Gives::Sms]);
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true), (at(1015), false), (at(1016), true)] };
    let ip_late = phase("ip", vec![0], Law::Constant(seconds(12)), vec![Gives::Ip]);
    let class = DeviceClass { phases: vec![cs, ip_late], ..gap_phone(zero()) };
    let mut model = with_isf(one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(900)), seconds(10));
    let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
    msc.mt_delivery = Law::Constant(seconds(4));
    model
}

/// H-03: IP comes just after the wait ended; the SMS outstanding keeps its claim and, when it fails, the PF looks again.
#[test]
fn h_03_a_failed_sms_is_followed_by_a_look_at_the_access() {
    // Ready at 1000, wait to 1010, SMS under way to 1014; IP at 1012. Nothing fails: the SMS arrives, once.
    let (kept_one, _) = kept(late_ip(), 0);
    let record = only(&kept_one);
    assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredSms, at(1014)));
    assert_eq!(record.copies.iter().filter(|c| c.arrived != NEVER).count(), 1);
    // The transfer takes longer than the phone stays: no acknowledgement, 40 s of supervision, then the failure.
    let longer = |set: &[(AxisId, &str)]| {
        let mut model = with(late_ip(), set);
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        msc.mt_delivery = Law::Constant(Span::from_millis(5500));
        kept(model, 0).0
    };
    // 1010 + 5.5: the phone is gone (1015 to 1016); TR1N ends at 1055.5. It is registered again since 1028.
    let on = longer(&[]);
    assert_eq!(only(&on).first_arrival, at(1055) + Span::from_millis(500));
    assert_eq!(only(&on).outcome, Outcome::DeliveredIp);
    let half = longer(&[(axis::GUARD_LATE_SMS_LOOK_AGAIN, "off")]);
    assert_eq!(only(&half).outcome, Outcome::DeliveredIp, "the other guard looks as well");
    let off = longer(&[(axis::GUARD_LATE_SMS_LOOK_AGAIN, "off"), (axis::GUARD_RE_EVALUATE_AFTER_INSERTION, "off")]);
    assert_eq!(only(&off).outcome, Outcome::Expired);
}

/// H-05: the PF keeps a message it handed over; without the guard a failed SMS is the end of it.
#[test]
fn h_05_a_message_handed_over_is_kept_until_its_result() {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    let model = || with_isf(one_operator(radio.clone(), plain(), 1, Arrivals::At(vec![at(10)]), at(900)), seconds(10));
    assert_eq!(only(&kept(model(), 0).0).outcome, Outcome::DeliveredIp);
    let off = kept(with(model(), &[(axis::GUARD_KEEP_COPY_UNTIL_FINAL, "off")]), 0).0;
    assert_eq!(only(&off).outcome, Outcome::Lost);
}

/// `design.md` 2.2: a registration that arrives exactly when the wait ends cancels it.
#[test]
fn a_registration_at_the_very_end_of_the_wait_wins() {
    let (kept_one, _) = kept(landing(Law::Constant(seconds(20)), 3, seconds(20)), 0);
    assert!(kept_one.records.iter().all(|r| r.outcome == Outcome::DeliveredIp && r.first_arrival == at(1020)));
    let later = landing(Law::Constant(seconds(20) + Span::from_ns(1)), 3, seconds(20));
    assert!(kept(later, 0).0.records.iter().all(|r| r.outcome == Outcome::DeliveredSms && r.first_arrival == at(1020)));
}

/// SD23-5.2.2.2-07 and -08: a deferred message that expires is deleted, and a sender who asked is told.
#[test]
fn sd23_5_2_2_2_08_an_expired_message_is_deleted_and_reported() {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    let mut model = one_operator(radio, plain(), 1, Arrivals::At(vec![at(10)]), at(900));
    model.traffic[0].message.expires = Some(seconds(500));
    let (kept_one, _) = kept(model.clone(), 0);
    let record = only(&kept_one);
    assert_eq!((record.outcome, record.expire), (Outcome::Expired, at(510)));
    assert_eq!((record.answer_code, record.imdn_failed_received), (202, 1));
    let quiet = kept(with(model.clone(), &[(axis::EXPIRY_IMDN, "none")]), 0).0;
    assert_eq!(only(&quiet).imdn_failed_received, 0);
    // Reachable exactly at the end of its life: access goes before timers.
    model.traffic[0].message.expires = Some(seconds(990));
    assert_eq!(only(&kept(model, 0).0).outcome, Outcome::DeliveredIp);
}

/// H-13: a message whose delivery is under way does not expire; one that fails overdue expires at once.
#[test]
fn h_13_expiry_stops_at_a_claim() {
    let (radio, class) = silent(&[(100, false), (5000, true)], true);
    let mut model = one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(400));
    model.traffic[0].message.expires = Some(seconds(20));
    // The first attempt is not a stay in the queue: its life ends when it comes back, at 232.
    let (kept_one, _) = kept(model, 0);
    let record = only(&kept_one);
    assert_eq!((record.outcome, record.expire), (Outcome::Expired, at(232)));
}

/// IW15-R-14 with `wait-ip-scope`: a second message joins the user's wait, or has one of its own.
#[test]
fn iw15_r_14_one_wait_for_the_user_or_one_for_each_message() {
    // The phone comes at 1000 and never gets IP; the second message comes at 1004, when SMS access is known.
    let class = gap_phone(Law::Constant(Span::FOREVER));
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    let arrivals = Arrivals::At(vec![at(10), at(1004)]);
    let model = with_isf(one_operator(radio, class, 1, arrivals, at(1100)), seconds(20));
    let arrivals = |kept: Kept| kept.records.iter().map(|r| r.first_arrival).collect::<Vec<_>>();
    let user = arrivals(kept(model.clone(), 0).0);
    assert_eq!(user, [at(1020), at(1020)]);
    let message = arrivals(kept(with(model.clone(), &[(axis::WAIT_IP_SCOPE, "message")]), 0).0);
    assert_eq!(message, [at(1020), at(1024)]);
    let none = arrivals(kept(with(model.clone(), &[(axis::IP_WAIT, "none")]), 0).0);
    assert_eq!(none, [at(1000), at(1004)]);
    let ready_only = arrivals(kept(with(model, &[(axis::WAIT_IP_START, "ready-only")]), 0).0);
    assert_eq!(ready_only, [at(1004), at(1020)], "the second is tried at once");
}

/// H-12: without order and without claims, one pull waits for the answer to what the other one has sent. Both come to their end.
#[test]
fn h_12_two_pulls_of_one_client_that_take_hold_of_the_same_messages_end() {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
    let arrivals = Arrivals::At(vec![at(10), at(20), at(30), at(1017)]);
    let mut model = one_operator(radio, plain(), 1, arrivals, at(3000));
    model.links[1].spec.delay = Law::Constant(seconds(4));
    model.client.pull.react = zero();
    let model = with(
        model,
        &[
            (axis::DEFERRED_MODE, "notify-pull"),
            (axis::OVERTAKE_QUEUE, "behind-queue"),
            (axis::PUSH_PACING, "on-2xx"),
            (axis::GUARD_SAME_CLIENT_IN_ORDER, "off"),
            (axis::GUARD_CLAIM_PER_MESSAGE, "off"),
        ],
    );
    let (kept, _) = kept(model, 0);
    assert!(kept.records.iter().all(|r| r.outcome == Outcome::DeliveredIp && r.defer != NEVER), "{:?}", kept.records.len());
}

/// H-46: the way from the gateway to the PF takes 20 s, so that it says again at 1034 what the PF knows since 1020. The short message
/// that was started then is under way until 1050, and its report is at the PF at 1070.
#[test]
fn h_46_readiness_that_is_told_twice_starts_one_short_message() {
    let run = |guard: &[(AxisId, &str)]| {
        let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
        let class = gap_phone(Law::Constant(Span::FOREVER));
        let mut model = with_isf(one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(900)), Span::ZERO);
        let way = model.links.iter_mut().find(|l| l.spec.name == "iwf-pf").expect("there is one");
        (way.spec.delay, way.spec.transport) = (Law::Constant(seconds(20)), Transport::Stream);
        let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
        (msc.mt_delivery, msc.paging_timeout) = (Law::Constant(seconds(30)), Span::ZERO);
        let (kept, _) = kept(with(model, &[&[(axis::IP_WAIT, "none")], guard].concat()), 0);
        let record = only(&kept);
        let came: Vec<SimTime> = record.copies.iter().filter(|c| c.arrived != NEVER).map(|c| c.arrived).collect();
        (record.outcome, record.handovers, came)
    };
    assert_eq!(run(&[]), (Outcome::DeliveredSms, 2, vec![at(1050)]));
    let twice = vec![at(1050), at(1084)];
    assert_eq!(run(&[(axis::GUARD_CLAIM_PER_MESSAGE, "off")]), (Outcome::DeliveredSms, 3, twice));
}

/// SD23: a client discards a message it has seen; without de-duplication it is shown twice.
#[test]
fn a_late_answer_makes_a_repeat_that_the_client_recognises() {
    // The way to the phone takes 40 s: the PF gives up after 32 s, and pushes again at the next registration.
    let (radio, class) = silent(&[(300, false), (400, true)], true);
    let mut model = one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(250));
    model.links[1].spec.delay = Law::Constant(seconds(20));
    let shown = |model: Model| {
        let (kept, _) = kept(model, 0);
        only(&kept).copies.iter().filter(|c| c.presented != NEVER).count()
    };
    assert_eq!(shown(model.clone()), 1);
    assert_eq!(shown(with(model, &[(axis::CLIENT_DEDUPE, "off")])), 2);
}

/// I-25: the switching centre gives a short message up (TR1N) while it is still on its way to the phone, where it then arrives.
#[test]
fn a_short_message_that_was_given_up_and_arrives_is_delivered_once() {
    // Page, response and short message take 45 s each on the air: given up after 40 s, and there after 45 s.
    let class = gap_phone(Law::Constant(Span::FOREVER));
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(100), true)] };
    let mut model = with_isf(one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(250)), Span::ZERO);
    model.links[0].spec.delay = Law::Constant(seconds(45));
    model.traffic[0].message.expires = Some(seconds(50));
    let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
    msc.paging_timeout = seconds(100);
    let (kept_one, _) = kept(model, 0);
    let record = only(&kept_one);
    assert_eq!((record.sms_failed, record.expire), (1, at(330)), "its failure is told at 200 + 45 + 45 + 40");
    assert_eq!((record.outcome, record.first_arrival), (Outcome::DeliveredSms, at(335)));
    let short: Vec<_> = record.copies.iter().filter(|c| c.arrived != NEVER).map(|c| (c.fate, c.ended)).collect();
    assert_eq!(short, [(Some(Fate::Delivered), at(335))]);
}
