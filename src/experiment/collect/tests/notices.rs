//! Notifications, and the end of do-not-disturb.

use super::*;
use crate::sim::seen::{Channel, DeferReason, NoticeKind};
use Channel::{InBand, OutOfBand};
use NoticeKind::{Expired, Reminder, Waiting};

const U: UserId = UserId(1);

fn defer(id: u32) -> Milestone {
    Milestone::Defer { message: MessageId(id), user: U, reason: DeferReason::NoClient }
}

fn leave(id: u32) -> Milestone {
    Milestone::Leave { message: MessageId(id), user: U }
}

fn settled(id: u32) -> Milestone {
    Milestone::Settled { message: MessageId(id) }
}

fn pull(device: FunctionId, pull: u32) -> Milestone {
    Milestone::PullSent { pull, device, selective: false }
}

impl Stream {
    /// A round to a device, and what it lists.
    fn notify(&mut self, s: u64, device: FunctionId, round: u32, (channel, kind): (Channel, NoticeKind), list: &[u32]) {
        let number = list.len() as u32;
        self.milestone(s, Milestone::Notify { user: U, round, device, channel, kind, number });
        for id in list {
            self.milestone(s, Milestone::NotifyLists { round, device, message: MessageId(*id) });
        }
    }

    /// It comes, and is read.
    fn comes(&mut self, s: u64, device: FunctionId, round: u32, channel: Channel, list: &[u32]) {
        for id in list {
            self.milestone(s, Milestone::ReadsOf { device, message: MessageId(*id) });
        }
        self.milestone(s, Milestone::NotifyReceived { round, device, channel });
    }
}

/// A deferred message that is closed as expired.
fn expired(id: u32) -> MessageRecord {
    MessageRecord { defer: at(200), defer_reason: Some(DeferReason::NoClient), outcome: Outcome::Expired, ..accepted(id, 200) }
}

#[test]
fn rounds_by_channel_their_latency_and_those_that_are_lost() {
    let mut s = Stream::new();
    let (p, t) = (phone(1), tablet(1));
    (0..3).for_each(|id| s.milestone(50, defer(id)));
    // Before the end of the warm-up: counts nowhere.
    s.notify(99, p, 1, (InBand, Waiting), &[0, 1, 2]);
    s.comes(105, p, 1, InBand, &[0, 1, 2]);
    // In band, of two MESSAGEs: it has come with the second. One that failed; one that failed at the PF and came all the same.
    s.notify(200, p, 2, (InBand, Waiting), &[0, 1]);
    s.milestone(201, Milestone::ReadsOf { device: p, message: MessageId(0) });
    s.comes(204, p, 2, InBand, &[1]);
    s.notify(200, t, 2, (InBand, Waiting), &[0, 1]);
    s.milestone(232, Milestone::NotifyFailed { round: 2, device: t });
    s.notify(300, t, 3, (InBand, Waiting), &[0, 1]);
    s.milestone(332, Milestone::NotifyFailed { round: 3, device: t });
    s.comes(340, t, 3, InBand, &[0, 1]);
    // Out of band: one comes, one does not.
    s.notify(400, p, 4, (OutOfBand, Waiting), &[]);
    s.comes(402, p, 4, OutOfBand, &[]);
    s.notify(400, t, 4, (OutOfBand, Waiting), &[]);
    // Under way at the end.
    s.notify(1995, p, 5, (InBand, Waiting), &[0, 1, 2]);
    (0..3).for_each(|id| s.closed(&MessageRecord { outcome: Outcome::Pending, ..expired(id) }));
    s.closed(&accepted(9, 300));
    let c = s.finish();
    assert_eq!(c.sum("notifications_inband_per_deferred"), Some((4, 3)));
    assert_eq!(c.sum("notifications_oob_per_deferred"), Some((2, 3)));
    assert_eq!(c.sum("notification_lost_ratio"), Some((2, 6)), "to the tablet: the second round, and the push");
    assert_eq!(c.seconds("notification_latency"), Some((4 + 40 + 2, 3)));
    c.censored("notification_latency", &[5]);
    let part = |channel: &str| c.tables.breakdowns[&*format!("notification_latency_mean_s__by_channel_{channel}")];
    assert_eq!(part("in_band"), Sum { num: 44 * SEC, den: 2 });
    assert_eq!(part("oob"), Sum { num: 2 * SEC, den: 1 });
}

#[test]
fn a_round_without_news_is_redundant() {
    let mut s = Stream::new();
    let (p, t) = (phone(1), tablet(1));
    s.milestone(150, defer(0));
    s.notify(200, p, 1, (InBand, Waiting), &[0]);
    // The first round was not read: the second is news too.
    s.notify(210, p, 2, (InBand, Waiting), &[0]);
    s.comes(211, p, 2, InBand, &[0]);
    s.notify(220, p, 3, (InBand, Reminder), &[0]);
    // Another device was told of nothing.
    s.notify(220, t, 3, (InBand, Waiting), &[0]);
    s.comes(221, t, 3, InBand, &[0]);
    s.milestone(230, defer(1));
    s.notify(240, p, 4, (InBand, Waiting), &[0, 1]);
    // A summary tells of the queue: of message 1 the tablet does not know.
    s.notify(250, t, 5, (OutOfBand, Waiting), &[]);
    s.comes(251, t, 5, OutOfBand, &[]);
    s.notify(260, t, 6, (OutOfBand, Waiting), &[]);
    // News of an end is no repetition, and in neither number.
    s.notify(270, t, 7, (InBand, Expired), &[0]);
    let c = s.finish();
    assert_eq!(c.sum("notification_redundant_ratio"), Some((2, 7)), "the reminder, and the second summary");
}

#[test]
fn a_round_is_wasted_if_nobody_acts_before_the_last_of_it_is_settled() {
    let mut s = Stream::new();
    let (p, t) = (phone(1), tablet(1));
    (0..4).for_each(|id| s.milestone(150, defer(id)));
    // The phone acts in time, though one message has gone; the tablet, which was told of the same, does not.
    s.notify(200, p, 1, (InBand, Waiting), &[0, 1]);
    s.comes(201, p, 1, InBand, &[0, 1]);
    s.notify(200, t, 1, (InBand, Waiting), &[0, 1]);
    s.comes(201, t, 1, InBand, &[0, 1]);
    s.milestone(250, settled(0));
    s.milestone(260, pull(p, 1));
    s.milestone(270, settled(1));
    // Too late, and without it having come: the pull is not about this one.
    s.milestone(280, pull(t, 1));
    s.notify(300, t, 2, (InBand, Waiting), &[2]);
    s.milestone(310, pull(t, 2));
    // Its message ends as its book is closed. Message 3 stays: that round is open.
    s.notify(320, p, 3, (InBand, Waiting), &[3]);
    s.comes(321, p, 3, InBand, &[3]);
    s.closed(&expired(2));
    s.closed(&MessageRecord { outcome: Outcome::Pending, ..expired(3) });
    let c = s.finish();
    assert_eq!(c.sum("notification_wasted_ratio"), Some((2, 4)), "the two to the tablet");
}

#[test]
fn what_a_pulling_client_was_not_told_of() {
    let mut s = Stream::new();
    let (p, t) = (phone(1), tablet(1));
    (0..3).for_each(|id| s.milestone(150, defer(id)));
    s.notify(200, p, 1, (InBand, Waiting), &[0, 1]);
    s.comes(201, p, 1, InBand, &[0]);
    // Of the three the phone has read of one. The tablet heard a number only.
    s.milestone(210, pull(p, 1));
    s.notify(220, t, 2, (OutOfBand, Waiting), &[]);
    s.comes(221, t, 2, OutOfBand, &[]);
    s.milestone(230, leave(0));
    s.milestone(240, pull(t, 1));
    // In the warm-up, and with an empty queue.
    let mut early = Stream::new();
    early.milestone(50, defer(0));
    early.milestone(60, pull(p, 1));
    assert_eq!(early.finish().sum("unknown_to_client_ratio"), None);
    assert_eq!(s.finish().sum("unknown_to_client_ratio"), Some((2 + 2, 3 + 2)));
}

#[test]
fn the_end_of_do_not_disturb_is_followed_by_a_notification() {
    let mut s = Stream::new();
    let dnd = |user, on| Truth::DoNotDisturb { user: UserId(user), on };
    let p = phone(1);
    // Nothing waits; then two wait, and the user is told of them twice, 7 s after.
    s.truth(110, dnd(1, true));
    s.truth(120, dnd(1, false));
    s.milestone(130, defer(0));
    s.truth(140, dnd(1, true));
    s.truth(150, dnd(1, false));
    s.notify(157, p, 1, (InBand, Waiting), &[0]);
    s.notify(158, tablet(1), 1, (InBand, Waiting), &[0]);
    // The wish comes back before he is told; the queue empties before he is told.
    s.truth(200, dnd(1, true));
    s.truth(210, dnd(1, false));
    s.truth(220, dnd(1, true));
    s.notify(230, p, 2, (InBand, Waiting), &[0]);
    s.truth(240, dnd(1, false));
    s.milestone(250, leave(0));
    s.milestone(260, defer(1));
    s.notify(270, p, 3, (InBand, Waiting), &[1]);
    // Open at the end.
    s.truth(300, dnd(1, true));
    s.truth(310, dnd(1, false));
    let c = s.finish();
    assert_eq!(c.seconds("dnd_release_latency"), Some((7, 1)));
    c.censored("dnd_release_latency", &[END - 310]);
}
