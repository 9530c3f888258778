//! Transactions, signalling, the engine, and the whole against the catalogue of metrics.

use std::collections::BTreeSet;

use super::*;
use crate::delivery::axes;
use crate::results::{Code, Metric, RunRecord, Source};
use crate::sim::seen::{Channel, CpmAction, DeferReason, HoldEnd, ItemResult, LegResult, LinkClass, Method, NoticeKind, TxnId};

const TXN: TxnId = TxnId { owner: FunctionId(0), slot: 0, generation: 0 };

fn start(method: Method) -> Milestone {
    Milestone::TxnStart { txn: TXN, method, about: None, device: None }
}

fn end(method: Method, started: u64, result: LegResult) -> Milestone {
    Milestone::TxnEnd { txn: TXN, method, about: None, started: at(started), result }
}

#[test]
fn transactions_that_start_in_the_window() {
    use LegResult::*;
    use Method::*;
    let mut s = Stream::new();
    s.milestone(99, start(Message));
    for method in [Message, Message, Message, Register] {
        s.milestone(100, start(method));
    }
    s.milestone(101, end(Message, 99, Timeout));
    s.milestone(103, end(Message, 100, Code(200)));
    s.milestone(132, end(Message, 100, Timeout));
    s.milestone(140, end(Register, 100, Abandoned));
    s.milestone(999, start(Notify));
    s.milestone(1000, start(Notify));
    s.milestone(1004, end(Notify, 999, Code(480)));
    s.milestone(1004, end(Notify, 1000, Code(200)));
    let c = s.finish();
    assert_eq!(c.sum("timeout_ratio"), Some((1, 5)));
    assert_eq!(c.tables.breakdowns["timeout_ratio__by_method_message"], Sum { num: 1, den: 3 });
    assert_eq!(c.tables.breakdowns["timeout_ratio__by_method_notify"], Sum { num: 0, den: 1 });
    assert!(!c.tables.breakdowns.contains_key("timeout_ratio__by_method_subscribe"));
    assert_eq!(c.seconds("completion"), Some((3 + 5, 2)), "neither a timeout nor one given up is completed");
    c.censored("completion", &[1900]);
    assert_eq!(c.items("transmissions"), [(1, 4, 1)]);
}

/// C5's columns: transmissions, first arrival, and what came although it timed out, in time or not.
#[test]
fn transactions_that_are_repeated() {
    let txn = |slot| TxnId { owner: FunctionId(3), slot, generation: 0 };
    let (method, about) = (Method::Message, None);
    let start = |slot| Milestone::TxnStart { txn: txn(slot), method, about, device: None };
    let end = |slot, result| Milestone::TxnEnd { txn: txn(slot), method, about, started: at(100), result };
    let mut s = Stream::new();
    (0..5).for_each(|slot| s.milestone(100, start(slot)));
    s.truth(100, Truth::Seen { txn: txn(0) });
    s.milestone(101, end(0, LegResult::Code(200)));
    for (t, nth) in [(102, 2), (106, 3)] {
        s.truth(t, Truth::Repeated { txn: txn(1), nth });
        s.truth(t, Truth::Repeated { txn: txn(2), nth });
    }
    s.truth(106, Truth::Seen { txn: txn(1) });
    s.milestone(107, end(1, LegResult::Code(480)));
    // Never seen, and seen too late; the fifth stays open.
    s.milestone(132, end(2, LegResult::Timeout));
    s.milestone(132, end(3, LegResult::Timeout));
    s.truth(162, Truth::Seen { txn: txn(3) });
    let c = s.finish();
    assert_eq!(c.sum("timeout_ratio"), Some((2, 5)));
    assert_eq!(c.sum("timeout_delivered_ratio"), Some((1, 2)));
    assert_eq!(c.seconds("completion"), Some((1 + 7, 2)));
    assert_eq!(c.seconds("request_arrival"), Some((6 + 62, 3)));
    c.censored("request_arrival", &[1900]);
    assert_eq!(c.items("transmissions"), [(1, 2, 1), (3, 2, 0)]);
}

#[test]
fn signalling_of_messages_and_of_the_background() {
    let mut s = Stream::new();
    let hop =
        |class, sip, about_message, background| Truth::Hop { class, bytes: 500, sip, again: false, about_message, background };
    for t in [200, 1500] {
        s.truth(t, hop(LinkClass::Gm, true, true, false));
        s.truth(t, hop(LinkClass::Map, false, true, false));
        s.truth(t, hop(LinkClass::Gm, true, false, true));
        // About a message that is not measured: in neither account.
        s.truth(t, hop(LinkClass::Gm, true, false, false));
    }
    s.truth(1000, hop(LinkClass::Isc, true, false, true));
    for id in 0..3 {
        s.closed(&arrived(accepted(id, 200), phone(1), Path::Ip, 201));
    }
    s.closed(&accepted(3, 200));
    let c = s.finish();
    assert_eq!(c.sum("signalling_gm_messages_per_delivered"), Some((2, 3)));
    assert_eq!(c.sum("signalling_gm_bytes_per_delivered"), Some((1000, 3)));
    assert_eq!(c.sum("signalling_map_messages_per_delivered"), Some((2, 3)));
    assert_eq!(c.sum("signalling_push_messages_per_delivered"), Some((0, 3)));
    assert_eq!(c.sum("signalling_sip_messages_per_delivered"), Some((2, 3)));
    assert_eq!(c.sum("signalling_total_messages_per_delivered"), Some((4, 3)));
    assert_eq!(c.sum("signalling_total_bytes_per_delivered"), Some((2000, 3)));
    assert_eq!(c.value("background_gm_per_s"), 1.0 / 900.0, "in the window");
    assert_eq!(c.value("background_isc_per_s"), 0.0);
}

#[test]
fn guards_and_the_engine() {
    let mut s = Stream::new();
    for guard in [axes::GUARD_CLAIM_PER_MESSAGE, axes::GUARD_CLAIM_PER_MESSAGE, axes::GUARD_FORWARD_HOP_LIMIT] {
        s.milestone(50, Milestone::GuardReached { guard });
    }
    (0..4).for_each(|id| s.closed(&accepted(id, 200)));
    let c = s.finish();
    assert_eq!(c.value("guard_claim_per_message_reached_count"), 2.0, "over the whole run");
    assert_eq!(c.value("guard_forward_hop_limit_reached_count"), 1.0);
    assert_eq!(c.value("guard_handover_limit_reached_count"), 0.0);
    assert_eq!((c.value("events_count"), c.value("ties_count")), (5000.0, 7.0));
    assert_eq!((c.value("undefined_count"), c.value("undefined_kinds_count")), (3.0, 2.0));
    assert_eq!(c.sum("engine_events_per_message"), Some((5000, 4)));
    assert_eq!(c.tags, [("IW15-8.3.1.1-01".into(), 40)].into());
}

/// Something of everything that can be stamped.
fn everything() -> Collected {
    let mut in_session = model();
    assert!(in_session.axes.set(axes::PULL_TRANSPORT, "in-session"));
    let mut s = Stream::of(&in_session, false);
    let user = UserId(1);
    let (p, m) = (phone(1), MessageId(0));
    s.truth(110, Truth::Connected { user, device: p, on: false });
    s.milestone(120, Milestone::RegisterSent { device: p });
    s.milestone(121, Milestone::Bound { user, device: p, on: true });
    s.milestone(122, Milestone::View { user, device: p, on: true });
    s.milestone(200, Milestone::Attempt { message: m, device: p });
    s.truth(232, Truth::GhostAttemptEnd { measured: true, after: span(32) });
    s.milestone(232, Milestone::Defer { message: m, user, reason: DeferReason::AttemptFailed });
    s.milestone(232, Milestone::HoldStart { user, message: None });
    one_pull(&mut s, user, p, m);
    s.milestone(240, Milestone::HoldEnd { user, message: None, why: HoldEnd::Expiry });
    s.milestone(240, Milestone::SmsResult { message: m, attempt: 1, ok: false });
    s.truth(300, Truth::RadioOn { user, device: p });
    s.truth(302, Truth::SmsReady { user, on: true });
    s.truth(302, Truth::ReadyNeed { user, on: true });
    s.truth(302, Truth::OffEnd { user, queued: 1 });
    s.milestone(303, Milestone::ReadyReceived { user });
    s.truth(310, Truth::IpReady { user, device: p, on: true });
    s.truth(320, Truth::RadioOff { user, device: p });
    s.milestone(311, Milestone::Leave { message: m, user });
    s.milestone(311, start(Method::Message));
    s.truth(311, Truth::Seen { txn: TXN });
    s.milestone(312, end(Method::Message, 311, LegResult::Code(200)));
    s.milestone(330, start(Method::Message));
    s.milestone(362, end(Method::Message, 330, LegResult::Timeout));
    s.truth(400, Truth::Served { function: PF, arrived: at(400), wait: Span::ZERO, stay: span(1) });
    let deferred = MessageRecord {
        dispositions: Dispositions { positive: true, negative: true, display: false },
        defer: at(232),
        defer_reason: Some(DeferReason::AttemptFailed),
        reach: at(302),
        handovers: 1,
        imdn_delivered_received: 1,
        imdn_interworked_received: 1,
        first_imdn_delivered: at(315),
        ..accepted(0, 200)
    };
    s.closed(&arrived(arrived(deferred, p, Path::Sms, 312), p, Path::Ip, 313));
    for (id, t) in [(1, 420), (2, 410)] {
        s.closed(&arrived(accepted(id, 400), p, Path::Ip, t));
    }
    let undisturbed = MessageRecord {
        defer: at(500),
        defer_reason: Some(DeferReason::DoNotDisturb),
        outcome: Outcome::Expired,
        ..accepted(3, 500)
    };
    s.closed(&undisturbed);
    let selected = vec![(p, Some(true)), (tablet(1), Some(true))];
    let opened = MessageRecord { selected, displayed: vec![(p, at(609))], ..accepted(4, 600) };
    s.closed(&arrived(arrived(opened, p, Path::Ip, 602), tablet(1), Path::Ip, 603));
    s.finish()
}

/// A notification at the end of do-not-disturb, and a pull on it.
fn one_pull(s: &mut Stream, user: UserId, device: FunctionId, message: MessageId) {
    let (round, pull, channel) = (1, 1, Channel::InBand);
    [(233, true), (234, false)].into_iter().for_each(|(t, on)| s.truth(t, Truth::DoNotDisturb { user, on }));
    s.milestone(235, Milestone::Notify { user, round, device, channel, kind: NoticeKind::Waiting, number: 1 });
    s.milestone(235, Milestone::NotifyLists { round, device, message });
    s.milestone(236, Milestone::ReadsOf { device, message });
    s.milestone(236, Milestone::NotifyReceived { round, device, channel });
    s.milestone(237, Milestone::PullSent { pull, device, selective: false });
    s.milestone(238, Milestone::PullReceived { user, pull, device, selective: false, paused: false });
    s.milestone(238, Milestone::SessionOffered { user, device });
    s.milestone(238, Milestone::PullAnswer { user, pull, device, code: 200 });
    s.milestone(238, Milestone::SessionUp { user, device });
    let action = Some(CpmAction::Deliver);
    s.milestone(239, Milestone::PullItem { pull, device, message, action, result: ItemResult::Failed });
    s.milestone(239, Milestone::SessionEnd { user, device, complete: true });
    s.milestone(239, Milestone::PullDone { user, pull, device });
}

/// Each built metric finds its numbers under its key, and nothing is handed over that no metric reads.
#[test]
fn the_fold_and_the_catalogue_agree() {
    let mut run = RunRecord::new([0; 16], [0; 16], 0, 1);
    everything().pour_into(&mut run);
    assert_eq!(run.stray_keys(), Vec::<String>::new());
    assert_eq!((run.submitted, run.accepted, run.deferred, run.delivered, run.pending), (5, 5, 2, 4, 0));
    let lacking: BTreeSet<&str> = Metric::built()
        .filter(|metric| match metric.source {
            Source::Sum => !run.sums.contains_key(metric.key()),
            Source::Histogram => !run.histograms.contains_key(metric.key()),
            Source::LevelTime | Source::LevelItems => !run.levels.contains_key(metric.key()),
            Source::Value => !run.values.contains_key(metric.key()),
            Source::Points => false,
        })
        .map(|metric| metric.key())
        .collect();
    assert_eq!(lacking, [].into());
    assert!(Metric::built().any(|metric| metric.code == Code::Q), "the catalogue is not empty");
}

#[test]
fn the_same_stream_gives_the_same_numbers() {
    assert_eq!(everything(), everything());
}

/// Values stay exact: nanoseconds are summed as integers.
#[test]
fn sums_of_nanoseconds_are_exact() {
    let mut stream = Stream::new();
    let long = 1u64 << 62;
    for id in 0..5 {
        let m = accepted(id, 200);
        let late = MessageRecord { first_arrival: SimTime::from_ns(long + u64::from(id)), outcome: Outcome::DeliveredIp, ..m };
        stream.closed(&late);
    }
    let expected = 5 * i128::from(long) + 10 - 5 * 200 * SEC;
    assert_eq!(stream.finish().sum("first_device_latency"), Some((expected, 5)));
}
