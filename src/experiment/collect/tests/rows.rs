//! Rows of messages.

use super::*;
use crate::sim::seen::{DeferReason, Place};

#[test]
fn one_row_for_each_copy_with_the_words_of_the_page() {
    let mut stream = Stream::of(&model(), true);
    let mut m = accepted(7, 200);
    m.dispositions = Dispositions { positive: true, negative: false, display: true };
    (m.defer, m.defer_reason, m.defers, m.reach) = (at(201), Some(DeferReason::SmsFailed), 2, at(300));
    (m.imdn_delivered_received, m.told, m.told_at) = (2, Told::Delivered, at(405));
    m.usable_wait = span(5);
    let submission =
        CopyRecord { device: None, arrived: NEVER, presented: NEVER, ..copy(40, phone(1), Path::Ip, 200, Fate::Superseded) };
    m.copies.push(CopyRecord { origin: Origin::Submission, ..submission });
    // Handed over in this order, told in another.
    let child = |id, device, path, fate| CopyRecord { parent: Some(CopyId(40)), ..copy(id, device, path, 400, fate) };
    m.copies.push(CopyRecord { arrived: NEVER, presented: NEVER, ..child(60, phone(1), Path::Sms, Fate::Lost(Place::Sms)) });
    m.copies.push(child(50, tablet(1), Path::Ip, Fate::Delivered));
    m.copies.push(CopyRecord { arrived: NEVER, presented: NEVER, ..child(70, phone(1), Path::Ip, Fate::Refused(486)) });
    (m.first_arrival, m.first_path, m.outcome) = (at(400), Some(Path::Ip), Outcome::DeliveredIp);
    stream.closed(&m);
    stream.closed(&MessageRecord { outcome: Outcome::Rejected, answer_code: 0, ..accepted(3, 200) });
    stream.closed(&MessageRecord { measured: false, ..accepted(4, 50) });
    let rows = stream.finish().messages;

    let seen: Vec<_> = rows.iter().map(|r| (r.message, r.copy, r.parent_copy, r.fate.as_deref(), r.is_first)).collect();
    assert_eq!(
        seen,
        [
            (3, 0, None, None, false),
            (7, 1, None, Some("superseded"), false),
            (7, 2, Some(1), Some("delivered"), true),
            (7, 3, Some(1), Some("lost"), false),
            (7, 4, Some(1), Some("refused"), false),
        ]
    );
    let (bare, first, lost, refused) = (&rows[0], &rows[2], &rows[3], &rows[4]);
    assert_eq!((&*bare.outcome, &*bare.truth, bare.answer_ns, bare.answer_code), ("rejected", "undelivered", None, None));
    assert_eq!((&*first.recipient, &*first.conversation, &*first.kind), ("bob-1", "alice-1>bob-1/chat", "pager"));
    assert_eq!((first.device.as_deref(), first.device_class.as_deref()), (Some("tablet"), Some("tablet-class")));
    assert_eq!((first.path.as_deref(), first.origin.as_deref(), first.presented), (Some("ip"), Some("fan_out"), true));
    assert_eq!((first.submit_ns, first.accept_ns), (Some(199_000_000_000), Some(200_000_000_000)));
    assert_eq!((first.arrive_ns, first.usable_wait_ns), (Some(400_000_000_000), Some(5_000_000_000)));
    assert_eq!((first.attempt_ns, first.hold_ns, first.display_ns), (None, None, None));
    assert_eq!((first.defer_reason.as_deref(), first.defers), (Some("sms_failed"), 2));
    assert_eq!((first.imdn_requested.as_deref(), first.imdn_received.as_deref()), (Some("positive+display"), Some("delivered*2")));
    assert_eq!((&*first.told, first.told_ns, &*first.truth), ("delivered", Some(405_000_000_000), "delivered"));
    assert_eq!((lost.fate_where.as_deref(), lost.arrive_ns, lost.path.as_deref()), (Some("sms"), None, Some("sms")));
    assert_eq!((refused.fate_code, refused.fate_where.as_deref()), (Some(486), None));
}

#[test]
fn no_rows_unless_asked_for() {
    let mut stream = Stream::new();
    stream.closed(&arrived(accepted(0, 200), phone(1), Path::Ip, 201));
    assert_eq!(stream.finish().messages, []);
}
