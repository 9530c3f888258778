//! What rules, stores and users do to messages.

use super::*;
use crate::sim::seen::{DeferReason, Storing};
use crate::stats::Sum;

fn fold(messages: &[MessageRecord]) -> Collected {
    let mut stream = Stream::new();
    messages.iter().for_each(|m| stream.closed(m));
    stream.finish()
}

fn deferred(id: u32, reason: DeferReason) -> MessageRecord {
    MessageRecord { defer: at(200), defer_reason: Some(reason), defers: 1, ..accepted(id, 200) }
}

#[test]
fn deferral_by_rule_and_by_do_not_disturb() {
    let expired = |id, stands| MessageRecord {
        outcome: Outcome::Expired,
        expire: at(900),
        dnd_at_expiry: stands,
        ..deferred(id, DeferReason::DoNotDisturb)
    };
    let c = fold(&[
        deferred(0, DeferReason::Rule),
        expired(1, true),
        expired(2, false),
        arrived(deferred(3, DeferReason::DoNotDisturb), phone(1), Path::Ip, 300),
        MessageRecord { outcome: Outcome::Expired, expire: at(900), ..deferred(4, DeferReason::Rule) },
    ]);
    assert_eq!(c.tables.breakdowns["deferral_ratio__by_reason_rule"], Sum { num: 2, den: 5 });
    assert_eq!(c.tables.breakdowns["deferral_ratio__by_reason_dnd"], Sum { num: 3, den: 5 });
    assert_eq!(c.sum("dnd_expired_ratio"), Some((1, 3)), "expired while the rule stood, of those it deferred");
}

#[test]
fn the_first_display_on_any_device_counts() {
    let shown = |id, displayed| MessageRecord { displayed, ..arrived(accepted(id, 200), phone(1), Path::Ip, 203) };
    let c =
        fold(&[shown(0, vec![(tablet(1), at(260)), (phone(1), at(240))]), shown(1, vec![(phone(1), at(210))]), shown(2, vec![])]);
    assert_eq!(c.seconds("display_latency"), Some((40 + 10, 2)));
}

#[test]
fn the_last_of_the_devices_addressed_at_acceptance() {
    let both = vec![(phone(1), Some(true)), (tablet(1), Some(true))];
    let to_phone = |id| MessageRecord { selected: both.clone(), ..arrived(accepted(id, 200), phone(1), Path::Ip, 203) };
    let under_way = |id| {
        let mut m = to_phone(id);
        let mut copy = copy(77, tablet(1), Path::Ip, 0, Fate::Pending);
        copy.arrived = NEVER;
        m.copies.push(copy);
        m
    };
    let open = MessageRecord { selected: both.clone(), outcome: Outcome::Pending, ..accepted(3, 300) };
    let by_sms = MessageRecord { selected: vec![(phone(1), None)], ..arrived(accepted(4, 200), phone(1), Path::Sms, 210) };
    let c = fold(&[
        arrived(to_phone(0), tablet(1), Path::Ip, 208),
        // The tablet's copy was lost: the message did not reach all of them.
        to_phone(1),
        // Synchronised later: that does not count.
        MessageRecord { synced: 1, ..to_phone(2) },
        open,
        by_sms,
        // Addressed to nobody at acceptance.
        arrived(accepted(5, 200), phone(1), Path::Ip, 900),
    ]);
    assert_eq!(c.seconds("all_devices_latency"), Some((8, 1)));
    c.censored("all_devices_latency", &[END - 300]);
    let mut stream = Stream::new();
    stream.collector.closed(at(END), &under_way(6));
    stream.finish().censored("all_devices_latency", &[END - 200]);
}

#[test]
fn two_technologies_by_rule_are_no_fault() {
    let both = |id, asked_both| {
        let m = MessageRecord { asked_both, ..accepted(id, 200) };
        arrived(arrived(m, phone(1), Path::Ip, 210), phone(1), Path::Sms, 220)
    };
    let c = fold(&[both(0, true), both(1, false), arrived(accepted(2, 200), phone(1), Path::Ip, 201)]);
    assert_eq!(c.sum("duplicate_mandated_per_1000"), Some((1, 3)));
    assert_eq!(c.sum("duplicate_cross_technology_per_1000"), Some((1, 3)));
    assert_eq!(c.sum("duplicate_cross_technology_presented_per_1000"), Some((1, 3)));
}

#[test]
fn refusals_and_answers_by_code() {
    let refused = |id, code| MessageRecord {
        reject: at(200),
        reject_code: code,
        answer_code: code,
        outcome: Outcome::Rejected,
        ..accepted(id, 200)
    };
    let c = fold(&[
        refused(0, 403),
        refused(1, 403),
        refused(2, 415),
        MessageRecord { answer_code: 200, ..accepted(3, 200) },
        accepted(4, 200),
    ]);
    let part = |name: &str| c.tables.breakdowns[name];
    assert_eq!(part("outcome_rejected_ratio__by_code_403"), Sum { num: 2, den: 5 });
    assert_eq!(part("outcome_rejected_ratio__by_code_415"), Sum { num: 1, den: 5 });
    assert_eq!(part("answer_4xx_ratio__by_code_403"), Sum { num: 2, den: 5 });
    assert_eq!(part("answer_2xx_ratio__by_code_202"), Sum { num: 1, den: 5 });
    assert_eq!(part("answer_2xx_ratio__by_code_200"), Sum { num: 1, den: 5 });
}

#[test]
fn a_read_report_is_implied_by_a_display() {
    let asked = Dispositions { positive: false, negative: false, display: true };
    let m = |id, displayed, received| MessageRecord {
        dispositions: asked,
        displayed,
        imdn_displayed_received: received,
        ..arrived(accepted(id, 200), phone(1), Path::Ip, 201)
    };
    let shown = || vec![(phone(1), at(250))];
    let by_sms = MessageRecord { dispositions: asked, ..arrived(accepted(5, 200), phone(1), Path::Sms, 201) };
    let c = fold(&[m(0, shown(), 1), m(1, shown(), 0), m(2, shown(), 2), m(3, vec![], 0), m(4, vec![], 1), by_sms]);
    assert_eq!(c.sum("imdn_correct_ratio"), Some((3, 6)), "0, 3 and 5");
    assert_eq!(c.sum("imdn_missing_ratio"), Some((1, 6)));
    assert_eq!(c.sum("imdn_duplicate_ratio"), Some((1, 6)));
    // Within the grace of the end it is open.
    assert_eq!(fold(&[m(0, vec![(phone(1), at(1941))], 0)]).sum("imdn_missing_ratio"), Some((0, 1)));
}

#[test]
fn reports_before_any_arrival() {
    let asked = Dispositions { positive: true, negative: false, display: false };
    let m = |id, early| MessageRecord { dispositions: asked, positive_before_arrival: early, ..accepted(id, 200) };
    let stored = MessageRecord { outcome: Outcome::Stored, ..m(0, 1) };
    let c = fold(&[stored, arrived(m(1, 0), phone(1), Path::Ip, 201), accepted(2, 200)]);
    assert_eq!(c.sum("positive_without_client_per_1000"), Some((1, 2)), "of those that asked");
}

#[test]
fn a_forwarded_message_and_the_duty_that_took_over() {
    let forwarded = MessageRecord {
        outcome: Outcome::Forwarded,
        forwarded: at(200),
        forwarded_into: Some(MessageId(1)),
        told: Told::Delivered,
        ever_told_delivered: true,
        ..accepted(0, 200)
    };
    let heir = MessageRecord {
        forwarded_from: Some(MessageId(0)),
        retargets: 1,
        told: Told::Delivered,
        ever_told_delivered: true,
        ..arrived(accepted(1, 201), phone(2), Path::Ip, 202)
    };
    let c = fold(&[forwarded, heir]);
    assert_eq!(c.sum("outcome_forwarded_ratio"), Some((1, 2)));
    assert_eq!(c.sum("outcome_delivered_ip_ratio"), Some((1, 2)));
    assert_eq!(c.sum("belief_open_told_delivered_ratio"), Some((1, 2)));
    assert_eq!(c.sum("belief_delivered_told_delivered_ratio"), Some((1, 2)));
    assert_eq!(c.sum("false_positive_per_million"), Some((0, 2)), "the new recipient has it");
    assert_eq!(c.seconds("response_latency"), Some((2, 1)), "one request, one response");
    assert_eq!(c.items("forward_hops"), [(0, 1, 0), (1, 1, 0)]);
}

#[test]
fn some_but_not_all_selected_clients() {
    let m = |id, selected| MessageRecord { selected, ..accepted(id, 200) };
    let two = |a, b| vec![(phone(1), a), (tablet(1), b)];
    let c = fold(&[
        m(0, two(Some(true), Some(true))),
        m(1, two(Some(true), Some(false))),
        m(2, two(Some(false), Some(false))),
        m(3, two(Some(true), None)),
        m(4, vec![(phone(1), Some(false))]),
    ]);
    assert_eq!(c.sum("partial_delivery_ratio"), Some((1, 4)), "an open one is not yet partial");
}

#[test]
fn objects_of_a_message_and_of_the_stores() {
    let mut stream = Stream::new();
    let put =
        |message, uid| Milestone::StorePut { message: MessageId(message), owner: UserId(1), uid, storing: Storing::Recording };
    stream.milestone(50, put(0, 1));
    stream.unmeasured(300, put(1, 2));
    stream.milestone(600, put(2, 3));
    stream.milestone(1200, put(3, 4));
    stream.closed(&MessageRecord { recorded_objects: 2, duplicate_objects: true, ..accepted(0, 200) });
    stream.closed(&MessageRecord { recorded_objects: 1, ..accepted(1, 200) });
    let c = stream.finish();
    assert_eq!(c.times("store_objects"), [(1, 200), (2, 300), (3, 400)], "cut to [100 s, 1000 s)");
    assert_eq!(c.sum("store_duplicate_per_1000"), Some((1, 2)));
}

#[test]
fn deliveries_that_the_rules_no_longer_allow() {
    let stale = |m: MessageRecord| MessageRecord { policy_stale: true, ..m };
    let c = fold(&[
        stale(arrived(accepted(0, 200), phone(1), Path::Ip, 201)),
        arrived(accepted(1, 200), phone(1), Path::Ip, 201),
        accepted(2, 200),
    ]);
    assert_eq!(c.sum("policy_stale_per_1000"), Some((1, 2)));
}

#[test]
fn rows_say_what_went_to_a_store_and_what_was_opened() {
    let mut stream = Stream::of(&model(), true);
    let mut m = MessageRecord { displayed: vec![(phone(1), at(240))], ..arrived(accepted(0, 200), phone(1), Path::Ip, 203) };
    m.copies.push(CopyRecord {
        device: None,
        arrived: NEVER,
        presented: NEVER,
        ..copy(900, phone(1), Path::Ip, 210, Fate::Stored)
    });
    m.copies.push(CopyRecord {
        device: None,
        origin: Origin::Retarget,
        arrived: NEVER,
        presented: NEVER,
        ..copy(901, phone(1), Path::Ip, 210, Fate::Superseded)
    });
    stream.closed(&m);
    let rows = stream.finish().messages;
    let words = |f: fn(&crate::results::MessageRow) -> Option<crate::results::Key>| {
        rows.iter().map(|row| f(row).map(|k| k.to_string())).collect::<Vec<_>>()
    };
    let some = |words: [&str; 3]| words.map(|w| Some(w.to_owned())).to_vec();
    assert_eq!(words(|r| r.path.clone()), some(["ip", "store", "ip"]));
    assert_eq!(words(|r| r.fate.clone()), some(["delivered", "stored", "superseded"]));
    assert_eq!(words(|r| r.origin.clone()), some(["fan_out", "fan_out", "retarget"]));
    assert_eq!(rows.iter().map(|r| r.display_ns).collect::<Vec<_>>(), [Some(240_000_000_000), None, None]);
}
