//! Guards off and on, where `hazards` does not show it.

use super::*;

/// A phone that is back at 1000, goes without a word before the push of 1003 reaches it at 1004, and comes again at 2000.
fn broken_push(set: &[(AxisId, &str)]) -> Model {
    let changes = vec![(at(1000), true), (at(1003) + Span::from_millis(500), false), (at(2000), true)];
    let radio = Radio::Schedule { on_at_start: false, changes };
    let class = DeviceClass { silent_loss: 1.0, ..plain() };
    let mut model = one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(900));
    let gm = model.links.iter_mut().find(|l| l.spec.name == "gm").expect("there is one");
    gm.spec.delay = Law::Constant(seconds(1));
    with(model, set)
}

fn only(model: Model) -> MessageRecord {
    let (kept, _) = kept(model, 0);
    let [record] = &kept.records[..] else { panic!("one message, not {}", kept.records.len()) };
    record.clone()
}

/// A push that fails puts its message back; without the guard it is gone.
#[test]
fn a_failed_push_keeps_its_message() {
    let on = only(broken_push(&[]));
    // Registered again after two exchanges of 2 s and 1 s each way: pushed at 2003.
    assert_eq!((on.outcome, on.first_arrival), (Outcome::DeliveredIp, at(2004)));
    assert_eq!(only(broken_push(&[(axis::GUARD_REQUEUE_ON_FAILURE, "off")])).outcome, Outcome::Lost);
}

/// A pushed message leaves the queue with its own 2xx; without the guard, when it is sent.
#[test]
fn a_pushed_message_stays_until_its_own_2xx() {
    assert_eq!(only(broken_push(&[])).outcome, Outcome::DeliveredIp);
    assert_eq!(only(broken_push(&[(axis::GUARD_PUSH_ACK_PER_MESSAGE, "off")])).outcome, Outcome::Lost);
}

/// H-29: of three messages that are pushed one by one, the phone is gone before the second arrives. Without the guard the whole queue
/// counted as settled when the push began: the third is lost as well, in a session like without one.
#[test]
fn h_29_what_a_broken_push_has_not_sent_stays_queued() {
    let session = [(axis::PULL_TRANSPORT, "in-session"), (axis::PULL_TEARDOWN, "after-retrieval")];
    for in_session in [&[][..], &session] {
        let run = |guard: &[(AxisId, &str)]| {
            let mut model = broken_push(&[&[(axis::PUSH_PACING, "on-2xx")], in_session, guard].concat());
            model.traffic[0].arrivals = Arrivals::At(vec![at(10), at(20), at(30)]);
            // Bound at 1003; the first goes at once, or in a session that stands at 1005. It is answered two seconds later.
            let gone = if in_session.is_empty() { at(1005) } else { at(1007) } + Span::from_millis(500);
            model.populations[0].devices[0].radio =
                Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true), (gone, false), (at(2000), true)] };
            let mut records = kept(model, 0).0.records;
            records.sort_by_key(|r| r.submit);
            records.iter().map(|r| r.outcome).collect::<Vec<_>>()
        };
        let [came, lost] = [Outcome::DeliveredIp, Outcome::Lost];
        assert_eq!(run(&[]), [came, came, came], "{in_session:?}");
        assert_eq!(run(&[(axis::GUARD_PUSH_ACK_PER_MESSAGE, "off")]), [came, lost, lost], "{in_session:?}");
    }
}

/// H-13: under way from 1003 to 1035, its life ends at 1011 (submitted at 10, 1 s before acceptance; 1001 s of life).
#[test]
fn h_13_expiry_in_mid_delivery() {
    let expired = |set: &[(AxisId, &str)]| {
        let mut model = broken_push(set);
        model.traffic[0].message.expires = Some(seconds(1001));
        let record = only(model);
        assert_eq!(record.outcome, Outcome::Expired);
        record.expire
    };
    assert_eq!(expired(&[]), at(1035));
    assert_eq!(expired(&[(axis::GUARD_EXPIRY_STOPS_AT_CLAIM, "off")]), at(1011));
}

/// H-13: a first attempt is a claim too. It fails at 232, the message has been overdue since 220: no second attempt begins,
/// although the client has registered again at 210.
#[test]
fn h_13_an_overdue_first_attempt_is_the_last() {
    let radio = Radio::Schedule { on_at_start: true, changes: vec![(at(100), false), (at(210), true)] };
    let class = DeviceClass { silent_loss: 1.0, ..plain() };
    let mut model = one_operator(radio, class, 1, Arrivals::At(vec![at(200)]), at(400));
    model.traffic[0].message.expires = Some(seconds(20));
    let record = only(model);
    assert_eq!((record.outcome, record.expire, record.attempts), (Outcome::Expired, at(232), 1));
}

/// H-39: after one return from the ISF nothing but IP or the end of its life is left, if the limit is one.
#[test]
fn h_39_returns_from_the_isf_are_limited() {
    let model = |set: &[(AxisId, &str)]| {
        let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true)] };
        let mut model = with_isf(
            one_operator(radio, gap_phone(Law::Constant(Span::FOREVER)), 1, Arrivals::At(vec![at(10)]), at(900)),
            seconds(20),
        );
        let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
        pf.handover_limit = 1;
        only(with(model, set))
    };
    let on = model(&[]);
    assert_eq!((on.outcome, on.handovers), (Outcome::Expired, 1));
    let off = model(&[(axis::GUARD_HANDOVER_LIMIT, "off")]);
    assert_eq!((off.outcome, off.first_arrival, off.handovers), (Outcome::DeliveredSms, at(1020), 2));
}

/// A phone whose SMS, handed over at 1010 after the wait, breaks off at 1015 and counts as failed at 1055.5. IP comes `gap` after
/// each return of the radio (1000 and 1016).
fn broken_sms(gap: Span, set: &[(AxisId, &str)]) -> Model {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true), (at(1015), false), (at(1016), true)] };
    let class = DeviceClass { silent_loss: 1.0, ..gap_phone(Law::Constant(gap)) };
    let mut model = with_isf(one_operator(radio, class, 1, Arrivals::At(vec![at(10)]), at(900)), seconds(10));
    let FunctionKind::Msc(msc) = &mut model.functions[4].kind else { panic!("the MSC is the fifth") };
    msc.mt_delivery = Law::Constant(Span::from_millis(5500));
    with(model, set)
}

/// I-19, I-27: pushed by IP at 1012 while its SMS is under way, and settled; the failure of the SMS comes late. Without the guard
/// the message is deferred once more and delivered once more.
#[test]
fn i_27_a_late_failure_does_not_wake_a_settled_message() {
    let run = |set: &[(AxisId, &str)]| {
        let push = [(axis::ON_REGISTER_INFLIGHT, "push")];
        only(broken_sms(seconds(12), &[&push, set].concat()))
    };
    let on = run(&[]);
    assert_eq!((on.outcome, on.first_arrival, on.attempts, on.late_failures), (Outcome::DeliveredIp, at(1012), 1, 1));
    let off = run(&[(axis::GUARD_IGNORE_LATE_FAILURE, "off")]);
    assert_eq!((off.first_arrival, off.attempts, off.defers), (at(1012), 2, 2));
    assert!(off.copies.iter().any(|c| c.fate == Some(crate::delivery::Fate::Absorbed)), "the repeat is recognised");
}

/// I-08, I-27: its life ends at 1020 while its SMS is under way (without `guard.expiry-stops-at-claim`), and the failure comes after
/// that. Without the guard the expiry action runs a second time.
#[test]
fn i_08_the_expiry_action_runs_once() {
    let run = |set: &[(AxisId, &str)]| {
        let early = [(axis::GUARD_EXPIRY_STOPS_AT_CLAIM, "off")];
        let mut model = broken_sms(Span::FOREVER, &[&early, set].concat());
        model.traffic[0].message.expires = Some(seconds(1010));
        only(model)
    };
    let on = run(&[]);
    assert_eq!((on.outcome, on.expire, on.late_failures), (Outcome::Expired, at(1020), 1));
    let off = run(&[(axis::GUARD_EXPIRY_ACTION_ONCE, "off")]);
    assert_eq!((off.outcome, off.expire), (Outcome::Expired, at(1055) + Span::from_millis(500)), "expired again");
    let expired = off.copies.iter().filter(|c| c.fate == Some(crate::delivery::Fate::Expired)).count();
    assert_eq!(expired, 2);
}

/// I-18, H-08: the first message armed the waiting data and expires at 1005. The second goes by SMS at 1001, breaks off, and is
/// given up by the gateway at 1021; `ready-for-sms` came at 1010. The PF remembers it; without the guard the wake-up is lost.
#[test]
fn i_18_readiness_that_comes_before_the_failure_is_remembered() {
    let run = |set: &[(AxisId, &str)]| {
        let radio = Radio::Schedule { on_at_start: false, changes: vec![(at(1000), true), (at(1002), false), (at(1012), true)] };
        let class = DeviceClass { silent_loss: 1.0, ..gap_phone(Law::Constant(Span::FOREVER)) };
        let arrivals = Arrivals::At(vec![at(10), at(1001)]);
        let mut model = with_isf(one_operator(radio, class, 1, arrivals, at(1100)), Span::ZERO);
        model.traffic[0].message.expires = Some(seconds(995));
        for function in &mut model.functions {
            match &mut function.kind {
                FunctionKind::Hlr(hlr) => hlr.alert_delay = Law::Constant(seconds(10)),
                FunctionKind::Msc(msc) => msc.mt_delivery = Law::Constant(seconds(3)),
                FunctionKind::Iwf(iwf) => iwf.forward_guard = seconds(20),
                _ => {}
            }
        }
        let (kept, _) = kept(with(model, set), 0);
        let second = kept.records.iter().find(|r| r.submit == at(1001)).expect("two messages were sent").clone();
        assert_eq!((second.first_handover, second.sms_failed), (at(1001), 1));
        second
    };
    let on = run(&[]);
    assert_eq!((on.outcome, on.first_arrival, on.handovers), (Outcome::DeliveredSms, at(1024), 2));
    let off = run(&[(axis::GUARD_FAILED_BEFORE_READY, "off")]);
    assert_eq!((off.outcome, off.expire, off.handovers), (Outcome::Expired, at(1996), 1));
}

/// I-15: a busy PF has no room for the result of an SMS. It is told again, so that the message comes to its end.
#[test]
fn i_15_a_result_that_finds_no_room_is_told_again() {
    let radio = Radio::Schedule { on_at_start: false, changes: vec![] };
    let ms = |ms| SimTime::ZERO + Span::from_millis(ms);
    // Each message is served twice, 1 s each: the first is handed over at 12, and its failure comes at 12.7, when the second is
    // being served and the third waits.
    let arrivals = Arrivals::At(vec![ms(10_000), ms(11_200), ms(12_200)]);
    let mut model = with_isf(one_operator(radio, gap_phone(Law::Constant(Span::FOREVER)), 1, arrivals, at(900)), seconds(20));
    model.functions[5].service = ServiceSpec { time: Law::Constant(seconds(1)), servers: 1, queue: Some(1), retry_after: None };
    model.links.iter_mut().find(|l| l.spec.name == "iwf-pf").expect("there is one").spec.delay =
        Law::Constant(Span::from_millis(700));
    model.traffic[0].message.expires = Some(seconds(100));
    model.traffic[0].message.imdn = ImdnRequested::default();
    model.run.end = End::At(at(1000));
    let (kept, _) = kept(model, 0);
    let first = kept.records.iter().find(|r| r.submit == at(10)).expect("it was sent");
    assert_eq!((first.first_handover, first.sms_failed), (at(12), 1));
    // Refused at 12.7, told again 2 s after the answer (13.4) came back, and served after that.
    assert!(first.defer > at(15), "{:?}", first.defer);
    assert_eq!((first.outcome, first.expire), (Outcome::Expired, at(110)));
}
