//! Users with two devices: fan-out, target of a push, folding of reports, and legs of which one fails.

use super::*;
use crate::delivery::FunctionId;

const PHONE: FunctionId = FunctionId(6);
const TABLET: FunctionId = FunctionId(7);

fn schedule(on_at_start: bool, changes: &[(u64, bool)]) -> Radio {
    Radio::Schedule { on_at_start, changes: changes.iter().map(|(t, on)| (at(*t), *on)).collect() }
}

fn two(phone: Radio, tablet: Radio, silent_loss: f64, sent: &[u64]) -> Model {
    let class = DeviceClass { silent_loss, ..plain() };
    let arrivals = Arrivals::At(sent.iter().map(|s| at(*s)).collect());
    let mut model = one_operator(phone, class.clone(), 1, arrivals, at(900));
    let tablet = DeviceSpec { name: "tablet".into(), primary: false, ..device(tablet, class) };
    model.populations[0].devices.push(tablet);
    model
}

fn only(model: Model) -> MessageRecord {
    let (kept, _) = kept(model, 0);
    let [record] = &kept.records[..] else { panic!("one message, not {}", kept.records.len()) };
    record.clone()
}

/// IW15-8.3.1.1-39: one MESSAGE to each suitable client; the first notification is passed on, the second is not.
#[test]
fn every_suitable_client_gets_the_message_and_the_sender_one_report() {
    let model = || two(Radio::AlwaysOn, Radio::AlwaysOn, 0.0, &[10]);
    let first = only(model());
    assert_eq!((first.attempts, first.defers, first.answer_code), (2, 0, 200));
    assert_eq!(first.copies.iter().filter(|c| c.presented == at(10)).count(), 2);
    assert_eq!(first.imdn_delivered_received, 1);
    let all = only(with(model(), &[(axis::IMDN_FOLD, "pass-all")]));
    assert_eq!(all.imdn_delivered_received, 2);
}

/// `push-target`: both registrations are told together, the tablet's last.
#[test]
fn a_push_goes_to_whom_the_axis_says() {
    let pushed = |value| {
        let mut model = two(schedule(false, &[(500, true)]), schedule(false, &[(505, true)]), 0.0, &[10]);
        let FunctionKind::Core(core) = &mut model.functions[0].kind else { panic!("the core is the first") };
        core.notify_delay = Law::Constant(seconds(10));
        let record = only(with(model, &[(axis::PUSH_TARGET, value)]));
        assert_eq!(record.first_arrival, at(510));
        let mut to: Vec<FunctionId> = record.copies.iter().filter(|c| c.arrived != NEVER).filter_map(|c| c.device).collect();
        to.sort();
        to
    };
    assert_eq!(pushed("one-triggering"), [TABLET]);
    assert_eq!(pushed("one-primary"), [PHONE]);
    assert_eq!(pushed("all-suitable"), [PHONE, TABLET]);
}

/// one leg succeeds, the other meets a ghost; the message is delivered and not deferred, the answer goes as the axis says.
#[test]
fn a_07_one_success_is_enough_and_the_answer_waits_as_the_axis_says() {
    let model = || two(schedule(true, &[(100, false)]), Radio::AlwaysOn, 1.0, &[200]);
    let first = only(model());
    assert_eq!((first.outcome, first.attempts, first.defers), (Outcome::DeliveredIp, 2, 0));
    assert_eq!((first.answer, first.answer_code, first.first_device), (at(200), 200, Some(TABLET)));
    let mut slow = model();
    // The answer of the tablet alone would come at 200; that of the ghost is the end of its transaction. The way from the sender
    // must live longer than that: T1 of the PF is shortened for all.
    slow.sip.core_t1 = Span::from_millis(500);
    let all = only(with(slow, &[(axis::COMBINED_RESPONSE, "after-all")]));
    assert_eq!((all.outcome, all.defers), (Outcome::DeliveredIp, 0));
    assert!(all.answer >= at(232), "{:?}", all.answer);
}

/// RFC 3261 16.7: a notification for a sender with two devices is forked by the Core; each of them hears of it once.
#[test]
fn a_notification_for_two_devices_is_forked() {
    let mut model = one_operator(Radio::AlwaysOn, plain(), 1, Arrivals::At(vec![at(10)]), at(100));
    model.populations[1].devices.push(DeviceSpec { name: "desk".into(), primary: false, ..device(Radio::AlwaysOn, plain()) });
    let record = only(model);
    assert_eq!(record.outcome, Outcome::DeliveredIp);
    assert_eq!((record.imdn_delivered_received, record.imdn_repeats_at_devices), (1, 1), "the sender is told once, at two devices");
}
