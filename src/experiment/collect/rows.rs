//! Rows of messages (`metrics.md` 6, `messages.parquet`): one for each copy of a measured message, or one for a message without any.
//!
//! A copy on its way to a message store has the path `store`. Left out, and null in every row: `hold_ns`, `segments` beyond 1; nothing
//! stamps them yet.

use super::roster::Roster;
use super::told::{belief_word, truth_word};
use crate::judge::{CopyRecord, MessageRecord, NEVER};
use crate::results::{Key, MessageRow};
use crate::sim::seen::{DeferReason, Fate, Origin, Path, Place, Tag};
use crate::units::SimTime;

/// Appends the rows of a message, its copies in order of their making.
pub(super) fn add(rows: &mut Vec<MessageRow>, m: &MessageRecord, roster: &Roster) {
    let shared = shared(m, roster);
    if m.copies.is_empty() {
        rows.push(shared);
        return;
    }
    let first = m.copies.iter().filter(|c| c.arrived != NEVER).min_by_key(|c| (c.arrived, c.id)).map(|c| c.id);
    let mut order: Vec<usize> = (0..m.copies.len()).collect();
    order.sort_by_key(|at| m.copies[*at].id);
    for (number, at) in order.iter().enumerate() {
        let copy = &m.copies[*at];
        let parent = copy.parent.and_then(|p| order.iter().position(|at| m.copies[*at].id == p));
        let mut row = of_copy(&shared, m, copy, roster);
        // Numbered within the message, from 1: the run's own numbers say nothing to a reader.
        row.copy = number as i32 + 1;
        row.parent_copy = parent.map(|p| p as i32 + 1);
        row.is_first = first == Some(copy.id);
        rows.push(row);
    }
}

fn at(time: SimTime) -> Option<i64> {
    (time != NEVER).then(|| time.ns() as i64)
}

fn word(text: &'static str) -> Option<Key> {
    Some(text.into())
}

/// What every row of a message repeats.
fn shared(m: &MessageRecord, roster: &Roster) -> MessageRow {
    let recipient = roster.user_name(m.to);
    let conversation = format!("{}>{recipient}/{}", roster.user_name(m.from), roster.traffic_name(m.traffic));
    MessageRow {
        message: i64::from(m.id.0),
        recipient,
        conversation: conversation.into(),
        kind: "pager".into(),
        submit_ns: at(m.submit),
        accept_ns: at(m.accept),
        answer_ns: at(m.answer).filter(|_| m.answer_code != 0),
        due_ns: at(m.due),
        defer_ns: at(m.defer),
        reach_ns: at(m.reach),
        usable_wait_ns: (m.first_arrival != NEVER).then(|| m.usable_wait.ns() as i64),
        handover_ns: at(m.first_handover),
        sms_submit_ns: at(m.first_sms_submit),
        attempt_ns: at(m.first_attempt),
        defer_reason: m.defer_reason.and_then(|reason| {
            word(match reason {
                DeferReason::NoClient => "no_client",
                DeferReason::Rule => "rule",
                DeferReason::DoNotDisturb => "dnd",
                DeferReason::AttemptFailed => "attempt_failed",
                DeferReason::SmsFailed => "sms_failed",
                DeferReason::WaitIp => "wait_ip",
            })
        }),
        defers: m.defers as i32,
        attempts: m.attempts as i32,
        handovers: m.handovers as i32,
        segments: 1,
        bytes: i64::from(m.bytes),
        clause: word(m.last_clause.id()),
        outcome: m.outcome.name().into(),
        truth: truth_word(m.outcome).into(),
        told: belief_word(m.told).into(),
        told_ns: at(m.told_at),
        answer_code: (m.answer != NEVER && m.answer_code != 0).then_some(i32::from(m.answer_code)),
        imdn_requested: requested(m),
        imdn_received: received(m),
        ..MessageRow::default()
    }
}

/// `positive+negative`; none if nothing was asked for.
fn requested(m: &MessageRecord) -> Option<Key> {
    let asked = [(m.dispositions.positive, "positive"), (m.dispositions.negative, "negative"), (m.dispositions.display, "display")];
    joined(asked.into_iter().filter(|(asked, _)| *asked).map(|(_, word)| word.to_owned()))
}

/// `delivered+failed`, a kind that came n times as `delivered*n`; none if nothing came.
fn received(m: &MessageRecord) -> Option<Key> {
    let kinds =
        [(m.imdn_delivered_received, "delivered"), (m.imdn_failed_received, "failed"), (m.imdn_displayed_received, "displayed")];
    joined(kinds.into_iter().filter(|(n, _)| *n > 0).map(|(n, kind)| if n == 1 { kind.to_owned() } else { format!("{kind}*{n}") }))
}

fn joined(words: impl Iterator<Item = String>) -> Option<Key> {
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join("+").into())
}

fn of_copy(shared: &MessageRow, m: &MessageRecord, copy: &CopyRecord, roster: &Roster) -> MessageRow {
    let names = copy.device.and_then(|d| roster.device_names(d));
    let (device, device_class) = names.map_or((None, None), |(device, class)| (Some(device), Some(class)));
    let (fate, place, code) = fate_words(copy.fate.unwrap_or(Fate::Pending));
    MessageRow {
        origin: word(origin_word(copy.origin)),
        device,
        device_class,
        path: word(path_word(copy)),
        arrive_ns: at(copy.arrived),
        present_ns: at(copy.presented),
        fate_ns: copy.fate.and_then(|_| at(copy.ended)),
        display_ns: copy.device.and_then(|d| m.displayed.iter().find(|(device, _)| *device == d)).and_then(|(_, t)| at(*t)),
        presented: copy.presented != NEVER,
        fate: word(fate),
        fate_where: place.map(Key::from),
        fate_code: code.map(i32::from),
        clause: word(copy.clause.id()),
        ..shared.clone()
    }
}

fn path_word(copy: &CopyRecord) -> &'static str {
    let by_store = matches!(copy.clause, Tag::OwnStoreObject | Tag::OwnSingleStored | Tag::OneStorage);
    match copy.path {
        _ if by_store || copy.fate == Some(Fate::Stored) => "store",
        Path::Ip => "ip",
        Path::Sms => "sms",
        Path::Mms => "mms",
    }
}

fn origin_word(origin: Origin) -> &'static str {
    match origin {
        // The copy that a function takes over from the one that travelled to it continues the submission.
        Origin::Submission | Origin::Acceptance => "submission",
        Origin::FanOut => "fan_out",
        Origin::Push => "push",
        Origin::Pull => "pull",
        Origin::HandOver => "hand_over",
        Origin::Retarget => "retarget",
        Origin::Repetition => "repetition",
    }
}

fn fate_words(fate: Fate) -> (&'static str, Option<&'static str>, Option<u16>) {
    match fate {
        Fate::Delivered => ("delivered", None, None),
        Fate::Stored => ("stored", None, None),
        Fate::Absorbed => ("absorbed", None, None),
        Fate::Withdrawn => ("withdrawn", None, None),
        Fate::Refused(code) => ("refused", None, Some(code)),
        Fate::Lost(place) => ("lost", Some(place_word(place)), None),
        Fate::Expired => ("expired", None, None),
        Fate::Deleted => ("deleted", None, None),
        Fate::Superseded => ("superseded", None, None),
        Fate::Pending => ("pending", None, None),
    }
}

fn place_word(place: Place) -> &'static str {
    match place {
        Place::Pf => "pf",
        Place::Isf => "isf",
        Place::Iwf => "iwf",
        Place::Sms => "sms",
        Place::Access => "access",
        Place::Upstream => "upstream",
        Place::Restart => "restart",
    }
}
