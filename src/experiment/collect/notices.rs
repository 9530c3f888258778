//! Notifications of deferred messages (`metrics.md` 3.9): how many, how soon, lost, redundant, wasted, what clients were not told of,
//! and how soon the end of do-not-disturb is followed by one.
//!
//! Rounds sent from the end of the warm-up on count, whatever message they tell of. A summary tells of what stands in the user's
//! queue when it is sent, though it lists nothing. A user acts on a notification by a pull of the device that had received it: an
//! act that leaves everything as it is has no stamp. A message is settled when the PF has decided its end. Notices of expiry are
//! neither wasted nor redundant. An out-of-band notification that has not come by the end is lost: nothing tells of those under way.

use std::collections::BTreeMap;

use super::fold::{By, Share, Times, Window};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{Channel, FunctionId, MessageId, NoticeKind, UserId};
use crate::stats::Sum;
use crate::units::SimTime;

/// One round of notification to one device.
#[derive(Clone, Debug)]
struct Notice {
    device: FunctionId,
    round: u32,
    sent: SimTime,
    counted: bool,
    channel: Channel,
    /// It names no message: it tells of the queue.
    summary: bool,
    received: bool,
    failed: bool,
    /// It tells of something that its device was not told before.
    news: bool,
    /// What it tells of, until it is known whether it is wasted; and how many of those are not settled.
    listed: Vec<MessageId>,
    left: u32,
    /// Whether it is wasted is open.
    undecided: bool,
}

impl Notice {
    /// Whether it is wasted is known, and it has come: nothing more is asked of it.
    fn is_over(&self) -> bool {
        self.received && !self.undecided
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Notices {
    /// By user: those of which something is still to be known, in the order in which they were sent.
    open: By<Vec<Notice>>,
    /// Whom messages are for of which some notice tells.
    of: BTreeMap<MessageId, UserId>,
    /// What devices were told of; true: by its name.
    told: BTreeMap<(MessageId, FunctionId), bool>,
    /// Users whose wish not to be disturbed has ended, with messages in their queues, and who have not been notified since.
    released: By<Option<SimTime>>,

    by_channel: [u64; 2],
    wasted: Share,
    redundant: Share,
    lost: Share,
    latency: Times,
    latency_by_channel: [Sum; 2],
    unknown: Share,
    release: Times,
}

impl Notices {
    /// A round is sent to a device of `user`, in whose queue `queue` stands. What it lists follows.
    pub fn sent(&mut self, now: SimTime, user: UserId, notice: Sent, queue: impl Iterator<Item = MessageId>, window: &Window) {
        if let Some(since) = self.released.at(user.0).take() {
            self.release.between(since, now);
        }
        let Sent { device, round, channel, kind } = notice;
        let (counted, waits) = (window.begun(now), kind != NoticeKind::Expired);
        let listed: Vec<MessageId> = queue.collect();
        self.of.extend(listed.iter().map(|message| (*message, user)));
        let news = listed.iter().any(|message| !self.told.contains_key(&(*message, device)));
        if counted {
            self.by_channel[channel as usize] += 1;
            self.lost.den += 1;
            self.wasted.den += u64::from(waits);
            self.redundant.den += u64::from(waits);
            self.redundant.num += u64::from(waits && !news);
        }
        self.open.at(user.0).push(Notice {
            device,
            round,
            sent: now,
            counted,
            channel,
            summary: true,
            received: false,
            failed: false,
            news,
            left: listed.len() as u32,
            listed,
            undecided: counted && waits,
        });
    }

    /// The round names this message.
    pub fn lists(&mut self, user: UserId, device: FunctionId, round: u32, message: MessageId) {
        let Some(notice) = find(self.open.at(user.0), device, round) else { return };
        if std::mem::replace(&mut notice.summary, false) {
            // It is no summary: it tells of what it names.
            self.redundant.num += u64::from(notice.undecided && notice.news);
            (notice.left, notice.news) = (0, false);
            notice.listed.clear();
        }
        notice.listed.push(message);
        notice.left += 1;
        if !notice.news && !self.told.contains_key(&(message, device)) {
            notice.news = true;
            self.redundant.num -= u64::from(notice.undecided);
        }
        self.of.insert(message, user);
    }

    pub fn failed(&mut self, user: UserId, device: FunctionId, round: u32) {
        if let Some(notice) = find(self.open.at(user.0), device, round) {
            notice.failed = true;
        }
    }

    /// It is complete at the device.
    pub fn received(&mut self, now: SimTime, user: UserId, device: FunctionId, round: u32) {
        let open = self.open.at(user.0);
        let Some(notice) = find(open, device, round).filter(|n| !n.received) else { return };
        notice.received = true;
        if notice.counted {
            self.latency.between(notice.sent, now);
            self.latency_by_channel[notice.channel as usize].item(i128::from((now - notice.sent).ns()));
        }
        if notice.summary {
            for message in &notice.listed {
                self.told.entry((*message, device)).or_insert(false);
            }
        }
        open.retain(|n| !n.is_over());
    }

    /// The device has read the name of a message in a notification.
    pub fn reads_of(&mut self, device: FunctionId, message: MessageId) {
        self.told.insert((message, device), true);
    }

    /// A device of `user` pulls, while `queue` stands in his queue.
    pub fn pulls(
        &mut self,
        now: SimTime,
        user: UserId,
        device: FunctionId,
        queue: impl Iterator<Item = MessageId>,
        window: &Window,
    ) {
        if window.begun(now) {
            queue.for_each(|message| self.unknown.item(self.told.get(&(message, device)) != Some(&true)));
        }
        let open = self.open.at(user.0);
        for notice in open.iter_mut().filter(|n| n.device == device && n.received) {
            (notice.undecided, notice.listed) = (false, Vec::new());
        }
        open.retain(|n| !n.is_over());
    }

    /// The end of a message is decided: what told of it and of nothing else that waits is wasted, unless its user has acted.
    pub fn settled(&mut self, message: MessageId) {
        let Some(user) = self.of.remove(&message) else { return };
        let open = self.open.at(user.0);
        for notice in open.iter_mut().filter(|n| n.undecided && n.listed.contains(&message)) {
            notice.left -= 1;
            if notice.left == 0 {
                (notice.undecided, notice.listed) = (false, Vec::new());
                self.wasted.num += 1;
            }
        }
        open.retain(|n| !n.is_over());
    }

    pub fn closed(&mut self, m: &MessageRecord) {
        if m.open() || m.defer == NEVER {
            return;
        }
        self.settled(m.id);
        let of = |device| (m.id, FunctionId(device));
        while let Some(key) = self.told.range(of(0)..=of(u32::MAX)).next().map(|(key, _)| *key) {
            self.told.remove(&key);
        }
    }

    /// The user's wish not to be disturbed begins or ends; `waiting`: his queue is not empty.
    pub fn do_not_disturb(&mut self, now: SimTime, user: UserId, on: bool, waiting: bool, window: &Window) {
        *self.released.at(user.0) = (!on && waiting && window.begun(now)).then_some(now);
    }

    /// The user's queue is empty: there is nothing left to tell him of.
    pub fn emptied(&mut self, user: UserId) {
        if self.released.get(user.0).is_some_and(Option::is_some) {
            *self.released.at(user.0) = None;
        }
    }

    /// `deferred`: the size of D.
    pub fn finish(mut self, end: SimTime, deferred: u64, out: &mut Tables) {
        for notice in self.open.iter().flatten().filter(|n| n.counted && !n.received) {
            if notice.failed || notice.channel == Channel::OutOfBand {
                self.lost.num += 1;
            } else {
                self.latency.open(notice.sent, end);
            }
        }
        self.released.iter().flatten().for_each(|since| self.release.open(*since, end));
        out.ratio("notifications_inband_per_deferred", self.by_channel[0], deferred);
        out.ratio("notifications_oob_per_deferred", self.by_channel[1], deferred);
        out.share("notification_wasted_ratio", self.wasted);
        out.share("notification_redundant_ratio", self.redundant);
        out.share("notification_lost_ratio", self.lost);
        out.times("notification_latency", self.latency);
        for (channel, sum) in ["in_band", "oob"].into_iter().zip(self.latency_by_channel) {
            out.part_sum("notification_latency_mean_s", "channel", channel, sum);
        }
        out.share("unknown_to_client_ratio", self.unknown);
        out.times("dnd_release_latency", self.release);
    }
}

/// What is sent to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub device: FunctionId,
    pub round: u32,
    pub channel: Channel,
    pub kind: NoticeKind,
}

/// The last notice of a round to a device.
fn find(open: &mut [Notice], device: FunctionId, round: u32) -> Option<&mut Notice> {
    open.iter_mut().rev().find(|n| (n.device, n.round) == (device, round))
}
