//! Latency, outcomes, interworking and duplicates: what is folded from the books of messages.

use super::*;
use crate::sim::seen::{DeferReason, Place};

fn deferred(id: u32, accept: u64, defer: u64, reason: DeferReason) -> MessageRecord {
    MessageRecord { defer: at(defer), defer_reason: Some(reason), defers: 1, ..accepted(id, accept) }
}

fn fold(messages: &[MessageRecord]) -> Collected {
    let mut stream = Stream::new();
    messages.iter().for_each(|m| stream.closed(m));
    stream.finish()
}

#[test]
fn a_run_without_messages_has_no_number_of_any() {
    let none = fold(&[]);
    assert_eq!(none.sizes, Default::default());
    for key in ["deferral_ratio", "deferred_latency", "outcome_lost_ratio", "sms_share_ratio", "copies", "lost_per_million"] {
        assert_eq!(none.sum(key), None, "missing, never a zero: {key}");
        assert!(!none.tables.histograms.contains_key(key));
    }
    assert_eq!(none.value("events_count"), 5000.0, "a count is there without items");
    assert_eq!(none.value("background_gm_per_s"), 0.0);
}

#[test]
fn latency_from_submission_acceptance_and_access() {
    let immediate = arrived(accepted(0, 200), phone(1), Path::Ip, 203);
    // Accepted 300, deferred 304, access from 400, arrived 430, usable for 26 s of its wait.
    let late = arrived(
        MessageRecord { reach: at(400), usable_wait: span(26), ..deferred(1, 300, 304, DeferReason::AttemptFailed) },
        phone(1),
        Path::Ip,
        430,
    );
    let c = fold(&[immediate, late]);
    assert_eq!(c.seconds("immediate_latency"), Some((4, 1)));
    assert_eq!(c.seconds("end_to_end_latency"), Some((4 + 131, 2)));
    assert_eq!(c.seconds("first_device_latency"), Some((3 + 130, 2)));
    assert_eq!(c.seconds("deferred_latency"), Some((130, 1)));
    assert_eq!(c.seconds("deferred_excess"), Some((30, 1)));
    assert_eq!(c.seconds("reachable_wait"), Some((26, 2)));
    assert_eq!(c.seconds("time_to_defer"), Some((4, 1)));
    assert_eq!(c.seconds("response_latency"), Some((4, 2)), "answers a second after acceptance");
    assert_eq!(c.sum("deferral_ratio"), Some((1, 2)));
    assert_eq!(c.tables.breakdowns["deferral_ratio__by_reason_attempt_failed"], Sum { num: 1, den: 2 });
    assert_eq!(c.tables.breakdowns["deferral_ratio__by_reason_no_client"], Sum { num: 0, den: 2 });
    let sizes = c.sizes;
    assert_eq!((sizes.submitted, sizes.accepted, sizes.deferred, sizes.delivered, sizes.pending), (2, 2, 1, 2, 0));
}

#[test]
fn a_zero_latency_is_an_item_in_the_bucket_of_zero() {
    let c = fold(&[arrived(accepted(0, 200), phone(1), Path::Ip, 200)]);
    assert_eq!(c.seconds("first_device_latency"), Some((0, 1)));
    let bucket = c.tables.histograms["first_device_latency"].buckets().next().unwrap();
    assert_eq!((bucket.lower, bucket.upper, bucket.delivered), (0, 1, 1));
}

#[test]
fn what_arrived_before_any_access_has_no_excess() {
    // Its attempt's answer was lost: it was deferred at 210 though it had arrived at 205, and access came at 400.
    let m = MessageRecord { reach: at(400), ..deferred(0, 200, 210, DeferReason::AttemptFailed) };
    let c = fold(&[arrived(m, phone(1), Path::Ip, 205)]);
    assert_eq!(c.seconds("deferred_excess"), Some((0, 1)));
    assert_eq!(c.seconds("deferred_latency"), Some((5, 1)));
}

#[test]
fn open_messages_are_censored_and_expired_ones_are_not() {
    let pending = |m: MessageRecord| MessageRecord { outcome: Outcome::Pending, ..m };
    let c = fold(&[
        pending(MessageRecord { reach: at(1900), ..deferred(0, 500, 500, DeferReason::NoClient) }),
        pending(deferred(1, 600, 600, DeferReason::NoClient)),
        pending(accepted(2, 700)),
        pending(MessageRecord { accept: NEVER, answer: NEVER, answer_code: 0, ..accepted(3, 801) }),
        MessageRecord { outcome: Outcome::Expired, expire: at(900), ..deferred(4, 400, 400, DeferReason::NoClient) },
    ]);
    assert_eq!(c.sum("deferred_latency"), None, "no item ended");
    c.censored("deferred_latency", &[1400, 1500]);
    c.censored("deferred_excess", &[0, 100]);
    c.censored("first_device_latency", &[1300, 1400, 1500]);
    c.censored("immediate_latency", &[1200, 1301]); // Not deferred yet.
    c.censored("response_latency", &[1200]);
    assert_eq!(c.seconds("response_latency"), Some((8, 4)));
    assert_eq!(c.sum("outcome_pending_ratio"), Some((4, 5)));
    assert_eq!(c.sum("delivery_ratio"), Some((0, 4)), "not yet: in the denominator, out of the numerator");
    assert_eq!(c.sum("expired_ratio"), Some((1, 3)));
    assert_eq!(c.sum("expired_accepted_ratio"), Some((1, 4)));
    assert_eq!(c.sizes.pending, 4);
}

#[test]
fn only_measured_messages_count_and_refused_ones_are_not_accepted() {
    let c = fold(&[
        MessageRecord { measured: false, ..arrived(accepted(0, 50), phone(1), Path::Ip, 60) },
        MessageRecord { reject: at(200), reject_code: 403, outcome: Outcome::Rejected, ..accepted(1, 200) },
    ]);
    assert_eq!((c.sizes.submitted, c.sizes.accepted), (1, 0));
    assert_eq!(c.sum("outcome_rejected_ratio"), Some((1, 1)));
    assert_eq!(c.sum("delivery_ratio"), None);
}

#[test]
fn the_eleven_outcomes_add_up() {
    let all: Vec<MessageRecord> =
        Outcome::ALL.iter().enumerate().map(|(i, o)| MessageRecord { outcome: *o, ..accepted(i as u32, 200) }).collect();
    let c = fold(&all);
    for outcome in Outcome::ALL {
        assert_eq!(c.sum(&format!("outcome_{}_ratio", outcome.name())), Some((1, 11)));
    }
}

#[test]
fn stuck_late_and_lost() {
    let expired = |id, usable| MessageRecord {
        outcome: Outcome::Expired,
        expire: at(400),
        usable_until_expire: span(usable),
        ..deferred(id, 200, 200, DeferReason::NoClient)
    };
    // Due at 1200: an attempt then is in time, one after it is late, and counts only if something arrived.
    let tried = |id, attempt| MessageRecord { last_attempt: at(attempt), ..accepted(id, 200) };
    let handed = MessageRecord { last_handover: at(1300), ..accepted(4, 200) };
    let lost = |id, fates: &[(u64, Fate)]| MessageRecord {
        copies: fates
            .iter()
            .zip(0..)
            .map(|((s, f), i)| CopyRecord { arrived: NEVER, ..copy(i, phone(1), Path::Ip, *s, *f) })
            .collect(),
        ..accepted(id, 200)
    };
    let c = fold(&[
        expired(0, 60),
        expired(1, 61),
        arrived(tried(2, 1200), phone(1), Path::Ip, 1201),
        arrived(tried(3, 1201), phone(1), Path::Ip, 1202),
        arrived(handed, phone(1), Path::Sms, 1301),
        MessageRecord { outcome: Outcome::Failed, ..tried(5, 1300) },
        lost(6, &[(300, Fate::Lost(Place::Access)), (310, Fate::Lost(Place::Sms))]),
        lost(7, &[(300, Fate::Lost(Place::Access)), (200, Fate::Lost(Place::Pf))]),
        lost(8, &[(300, Fate::Lost(Place::Iwf))]),
        lost(9, &[(300, Fate::Superseded)]),
        lost(10, &[(300, Fate::Lost(Place::Restart))]),
        // Its copy for a client, given up with the queued one, is found lost when the Core has repeated it for the last time.
        lost(11, &[(300, Fate::Lost(Place::Restart)), (332, Fate::Lost(Place::Access))]),
        lost(12, &[(300, Fate::Lost(Place::Restart)), (330, Fate::Lost(Place::Sms)), (200, Fate::Lost(Place::Access))]),
    ]);
    assert_eq!(c.sum("stuck_ratio"), Some((1, 2)), "more than 60 s of usable time");
    assert_eq!(c.sum("late_delivery_per_1000"), Some((2, 13)));
    assert_eq!(c.sum("lost_per_million"), Some((7, 13)));
    assert_eq!(c.sum("lost_sms_per_million"), Some((1, 13)), "the last lost copy says where");
    assert_eq!(c.sum("lost_access_per_million"), Some((1, 13)));
    assert_eq!(c.sum("lost_functions_per_million"), Some((2, 13)));
    assert_eq!(c.sum("lost_restart_per_million"), Some((3, 13)));
}

#[test]
fn short_messages_needless_and_repeated() {
    let handed = |id, n| MessageRecord { handovers: n, ..accepted(id, 200) };
    let needless = MessageRecord { ip_ready_around_handover: true, ip_ready_after_submit: true, ..handed(0, 1) };
    let both = arrived(
        arrived(MessageRecord { ip_ready_after_submit: true, ..handed(1, 3) }, phone(1), Path::Ip, 210),
        phone(1),
        Path::Sms,
        220,
    );
    let c = fold(&[
        arrived(needless, phone(1), Path::Sms, 210),
        both,
        arrived(handed(2, 2), phone(1), Path::Sms, 230),
        arrived(accepted(3, 200), phone(1), Path::Ip, 201),
        MessageRecord { outcome: Outcome::Pending, late_failures: 2, ..handed(4, 5) },
    ]);
    assert_eq!(c.sum("sms_share_ratio"), Some((2, 4)));
    assert_eq!(c.sum("sms_needless_around_ratio"), Some((1, 2)), "first arrivals by SMS only");
    assert_eq!(c.sum("sms_needless_after_ratio"), Some((2, 3)), "every message with an SMS arrival");
    assert_eq!(c.items("interworking_attempts"), [(1, 1, 0), (2, 1, 0), (3, 1, 0), (5, 0, 1)]);
    assert_eq!(c.sum("failure_event_late_per_1000"), Some((2, 4)));
    assert_eq!(c.sum("duplicate_cross_technology_per_1000"), Some((1, 5)));
}

#[test]
fn duplicates_by_kind_before_and_after_deduplication() {
    // Phone: three by IP (one shown), two by SMS (both shown). Same device: 2 + 1 before, 0 + 1 after; cross technology once.
    let mut many = accepted(0, 200);
    many.copies = vec![
        copy(1, phone(1), Path::Ip, 210, Fate::Delivered),
        copy(2, phone(1), Path::Sms, 211, Fate::Delivered),
        copy(3, phone(1), Path::Ip, 212, Fate::Absorbed),
        copy(4, phone(1), Path::Sms, 213, Fate::Delivered),
        copy(5, phone(1), Path::Ip, 214, Fate::Absorbed),
    ];
    (many.first_arrival, many.first_path, many.outcome) = (at(210), Some(Path::Ip), Outcome::DeliveredIp);
    // Pushed to two devices, though one was chosen; the tablet's copy was not shown.
    let mut pushed = arrived(deferred(1, 300, 300, DeferReason::NoClient), phone(1), Path::Ip, 310);
    pushed.copies.push(copy(7, tablet(1), Path::Ip, 311, Fate::Absorbed));
    // Offered to both devices at acceptance, as the rule says.
    let fanned = arrived(arrived(accepted(2, 400), phone(1), Path::Ip, 401), tablet(1), Path::Ip, 402);
    // An SMS at the phone and IP at the tablet are not two at the Primary Device.
    let apart = arrived(arrived(accepted(3, 500), phone(1), Path::Sms, 501), tablet(1), Path::Ip, 502);
    let c = fold(&[many, pushed, fanned, apart]);
    assert_eq!(c.sum("duplicate_same_device_per_1000"), Some((3, 4)));
    assert_eq!(c.sum("duplicate_same_device_presented_per_1000"), Some((1, 4)));
    assert_eq!(c.sum("duplicate_cross_technology_per_1000"), Some((1, 4)));
    assert_eq!(c.sum("duplicate_cross_technology_presented_per_1000"), Some((1, 4)));
    assert_eq!(c.sum("duplicate_cross_device_per_1000"), Some((1, 1)));
    assert_eq!(c.sum("duplicate_cross_device_presented_per_1000"), Some((0, 1)));
    assert_eq!(c.items("copies"), [(2, 3, 0), (5, 1, 0)]);
}

#[test]
fn where_a_push_goes_to_all_no_device_is_one_too_many() {
    let mut all = model();
    assert!(all.axes.set(crate::sim::seen::axes::PUSH_TARGET, "all-suitable"));
    let mut stream = Stream::of(&all, false);
    let m = deferred(0, 300, 300, DeferReason::NoClient);
    stream.closed(&arrived(arrived(m, phone(1), Path::Ip, 310), tablet(1), Path::Ip, 311));
    assert_eq!(stream.finish().sum("duplicate_cross_device_per_1000"), None);
}
