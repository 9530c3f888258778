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
