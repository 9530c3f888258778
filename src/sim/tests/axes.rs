//! Values of the axes that are built, each in a run small enough to follow by hand.

use super::*;

fn schedule(on_at_start: bool, changes: &[(u64, bool)]) -> Radio {
    Radio::Schedule { on_at_start, changes: changes.iter().map(|(t, on)| (at(*t), *on)).collect() }
}

fn sent(radio: Radio, class: DeviceClass, times: &[u64]) -> Model {
    one_operator(radio, class, 1, Arrivals::At(times.iter().map(|s| at(*s)).collect()), at(3000))
}

/// In order of submission.
fn records(model: Model, set: &[(AxisId, &str)]) -> Vec<MessageRecord> {
    let mut records = kept(with(model, set), 0).0.records;
    records.sort_by_key(|r| r.submit);
    records
}

fn pf(model: &mut Model) -> &mut PfParams {
    let FunctionKind::Pf(pf) = &mut model.functions[5].kind else { panic!("the PF is the sixth") };
    pf
}

fn gm(model: &mut Model, delay: Span) {
    model.links.iter_mut().find(|l| l.spec.name == "gm").expect("there is one").spec.delay = Law::Constant(delay);
}

/// A phone that never gets IP.
fn cs_only() -> DeviceClass {
    gap_phone(Law::Constant(Span::FOREVER))
}

fn ghost() -> (Radio, DeviceClass) {
    (schedule(true, &[(100, false), (500, true)]), DeviceClass { silent_loss: 1.0, ..plain() })
}

#[test]
fn no_suitable_client_keep_or_reject() {
    let model = || sent(schedule(false, &[(1000, true)]), plain(), &[10]);
    let keep = &records(model(), &[])[0];
    assert_eq!((keep.outcome, keep.answer_code, keep.defer), (Outcome::DeliveredIp, 202, at(10)));
    let reject = &records(model(), &[(axis::NO_SUITABLE_CLIENT, "reject")])[0];
    assert_eq!((reject.outcome, reject.answer_code, reject.reject_code), (Outcome::Rejected, 480, 480));
}

#[test]
fn first_attempt_at_once_after_the_wait_or_not_at_all() {
    let first = |value| {
        records(with_isf(sent(schedule(false, &[(1, true)]), cs_only(), &[10]), seconds(20)), &[(axis::FIRST_ATTEMPT, value)])
            .remove(0)
    };
    let [once, wait, none] = [first("at-once"), first("after-wait"), first("none")];
    assert_eq!((once.outcome, once.first_arrival), (Outcome::DeliveredSms, at(10)));
    assert_eq!((wait.outcome, wait.first_arrival), (Outcome::DeliveredSms, at(30)));
    // Nothing has armed the waiting data.
    assert_eq!((none.outcome, none.expire, none.handovers), (Outcome::Expired, at(10 + 259_200), 0));
}

#[test]
fn interwork_answer_forward_or_at_once() {
    let answer = |value| {
        let mut model = with_isf(sent(schedule(false, &[(1, true)]), cs_only(), &[10]), seconds(20));
        let way = model.links.iter_mut().find(|l| l.spec.name == "isf-iwf").expect("there is one");
        way.spec.delay = Law::Constant(seconds(1));
        let record = records(model, &[(axis::INTERWORK_ANSWER, value)]).remove(0);
        (record.answer, record.answer_code)
    };
    assert_eq!(answer("forward"), (at(12), 202));
    assert_eq!(answer("accept-202"), (at(10), 202));
}

#[test]
fn what_readiness_and_a_failed_sms_do() {
    let with_set = |set: &[(AxisId, &str)]| {
        records(with_isf(sent(schedule(false, &[(1000, true)]), cs_only(), &[10]), seconds(20)), set).remove(0)
    };
    let interwork = with_set(&[]);
    assert_eq!((interwork.outcome, interwork.first_arrival, interwork.handovers), (Outcome::DeliveredSms, at(1020), 2));
    let wait = with_set(&[(axis::READY_SMS_ACTION, "wait-for-client")]);
    assert_eq!((wait.outcome, wait.handovers), (Outcome::Expired, 1));
    let none = with_set(&[(axis::PRIMARY_IW_TRIGGER, "off")]);
    assert_eq!((none.outcome, none.handovers), (Outcome::Expired, 0));
    let fails = with_set(&[(axis::SMS_FAILURE_DEFER, "off")]);
    assert_eq!((fails.outcome, fails.handovers, fails.settled), (Outcome::Failed, 1, at(10)));
}

#[test]
fn a_timeout_defers_or_fails_and_all_failed_has_the_last_word() {
    let with_set = |set: &[(AxisId, &str)]| {
        let (radio, class) = ghost();
        records(sent(radio, class, &[200]), set).remove(0)
    };
    let defer = with_set(&[]);
    assert_eq!((defer.outcome, defer.defer, defer.first_arrival), (Outcome::DeliveredIp, at(232), at(500)));
    let fail = with_set(&[(axis::ON_TIMEOUT, "fail")]);
    assert_eq!((fail.outcome, fail.settled), (Outcome::Failed, at(232)));
    let defer = with_set(&[(axis::ON_TIMEOUT, "fail"), (axis::ALL_FAILED, "defer")]);
    assert_eq!((defer.outcome, defer.first_arrival), (Outcome::DeliveredIp, at(500)));
    assert_eq!(with_set(&[(axis::ALL_FAILED, "best-error")]).outcome, Outcome::Failed);
}

#[test]
fn a_timeout_makes_a_binding_suspect_or_not() {
    let second = |value| {
        let (radio, class) = ghost();
        records(sent(radio, class, &[200, 240]), &[(axis::TIMEOUT_BINDING, value)]).remove(1)
    };
    assert_eq!(second("keep").defer, at(272));
    assert_eq!(second("suspect").defer, at(240));
}

#[test]
fn an_unreachable_client_defers_or_fails() {
    // The phone left in good order at 100; the PF hears of it at 150.
    let with_value = |value| {
        let mut model = sent(schedule(true, &[(100, false), (500, true)]), plain(), &[120]);
        let FunctionKind::Core(core) = &mut model.functions[0].kind else { panic!("the core is the first") };
        core.notify_delay = Law::Constant(seconds(50));
        records(model, &[(axis::ON_UNREACHABLE, value)]).remove(0)
    };
    let defer = with_value("defer");
    assert_eq!((defer.outcome, defer.defer, defer.first_arrival), (Outcome::DeliveredIp, at(120), at(550)));
    let fail = with_value("fail");
    assert_eq!((fail.outcome, fail.answer_code), (Outcome::Failed, 480));
}

#[test]
fn a_full_queue_takes_refuses_or_makes_room() {
    let with_value = |value| {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]);
        pf(&mut model).max_queue = Some(1);
        let found: Vec<_> = records(model, &[(axis::QUEUE_FULL, value)])
            .iter()
            .map(|r| (r.outcome, r.answer_code, r.imdn_failed_received))
            .collect();
        found
    };
    let delivered = (Outcome::DeliveredIp, 202, 0);
    assert_eq!(with_value("drop-new"), [delivered, (Outcome::Failed, 202, 1)]);
    assert_eq!(with_value("refuse-new"), [delivered, (Outcome::Rejected, 480, 0)]);
    assert_eq!(with_value("drop-oldest"), [(Outcome::Failed, 202, 1), delivered]);
}

#[test]
fn a_push_goes_in_the_order_of_the_axis() {
    let arrivals = |value| {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]);
        pf(&mut model).push_gap = seconds(5);
        records(model, &[(axis::PUSH_ORDER, value)]).iter().map(|r| r.first_arrival).collect::<Vec<_>>()
    };
    assert_eq!(arrivals("fifo"), [at(1000), at(1005)]);
    assert_eq!(arrivals("newest-first"), [at(1005), at(1000)]);
}

#[test]
fn a_push_goes_at_once_or_one_by_one_and_a_new_message_before_or_behind_it() {
    // 1 s each way to a phone: bound at 1003, the first message there at 1004, its 2xx at the PF at 1005.
    let arrivals = |set: &[(AxisId, &str)]| {
        let mut model = sent(schedule(false, &[(1000, true)]), plain(), &[10, 20]);
        let Arrivals::At(times) = &mut model.traffic[0].arrivals else { panic!("they are given") };
        times.push(at(1003) + Span::from_millis(500));
        gm(&mut model, seconds(1));
        records(model, set).iter().map(|r| (r.first_arrival - at(1000)).seconds()).collect::<Vec<_>>()
    };
    assert_eq!(arrivals(&[]), [4.0, 4.0, 5.5]);
    let on_2xx = (axis::PUSH_PACING, "on-2xx");
    assert_eq!(arrivals(&[on_2xx]), [4.0, 6.0, 5.5]);
    let behind = (axis::OVERTAKE_QUEUE, "behind-queue");
    assert_eq!(arrivals(&[on_2xx, behind]), [4.0, 6.0, 8.0]);
    // Sent at once, the two are under way already: the third follows them.
    assert_eq!(arrivals(&[behind]), [4.0, 4.0, 5.5]);
}

#[test]
fn an_expired_message_is_refused_at_the_door_or_not() {
    let outcome = |value| {
        let mut model = sent(Radio::AlwaysOn, plain(), &[10]);
        model.traffic[0].message.expires = Some(Span::ZERO);
        records(model, &[(axis::ARRIVAL_EXPIRY_CHECK, value)]).remove(0).outcome
    };
    assert_eq!(outcome("on"), Outcome::Expired);
    assert_eq!(outcome("off"), Outcome::DeliveredIp);
}
