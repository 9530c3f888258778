//! Out-of-band notification: by the Push Enabler, to the devices that provisioning knows, where no registered client is suitable.
//!
//! The enabler takes a push and says nothing more of it: whether it arrived is not known here, and no message counts as told of by
//! it, so that a client that registers after a push is notified in band, too (H-20).

use super::Pf;
use super::entry::EntryId;
use crate::delivery::milestone::Channel;
use crate::delivery::{FunctionId, Milestone, Notice, NoticeKind, Outbox, Pdu, Push, Question, Tag, UserId};
use crate::units::SimTime;

/// Pushes that wait for the word whether their device is one of the selected (`oob-target=selected`).
#[derive(Clone, Debug, Default)]
pub(super) struct OutOfBand {
    asked: Vec<(FunctionId, Notice)>,
}

impl Pf {
    /// Tells the devices of `user` out of band, if provider policy does not pause retrieval (PULL-8.3.1.6.3-14, -15).
    pub(super) fn notify_out_of_band(
        &mut self,
        now: SimTime,
        user: UserId,
        waiting: &[EntryId],
        kind: NoticeKind,
        out: &mut Outbox,
    ) {
        if self.setup.deferred.push.is_none() || !out.holds(Tag::OutOfBand) {
            return;
        }
        if self.retrieval_paused(now) {
            out.milestone(Tag::OutOfBandPaused, Milestone::Told);
            if out.holds(Tag::OutOfBandPaused) {
                return;
            }
        }
        let round = self.next_round();
        let number = waiting.len() as u32;
        // One message is never told of by its number alone (PULL-8.3.1.6.3-17).
        let summary = !self.behaviour.oob_full && number > 1 && out.holds(Tag::OutOfBandSummary);
        let list = if summary { Box::default() } else { waiting.iter().map(|id| self.describe(*id, out)).collect() };
        let notice = Notice { user, round, part: 1, parts: 1, kind, number, list };
        out.milestone(Tag::OutOfBand, Milestone::Told);
        for device in self.known_devices(user) {
            if self.behaviour.oob_selected && out.holds(Tag::OutOfBandTargets) {
                self.out_of_band.asked.push((device, notice.clone()));
                out.ask(Question::PushSelected { device });
            } else {
                self.submit(device, notice.clone(), out);
            }
        }
    }

    /// Whether a device is one of those that get pushes.
    pub(super) fn on_push_selected(&mut self, device: FunctionId, yes: bool, out: &mut Outbox) {
        let Some(at) = self.out_of_band.asked.iter().position(|(asked, _)| *asked == device) else {
            return self.undefined(None, "answer to another question", out);
        };
        let (_, notice) = self.out_of_band.asked.remove(at);
        if yes {
            self.submit(device, notice, out);
        }
    }

    fn submit(&mut self, device: FunctionId, notice: Notice, out: &mut Outbox) {
        let Some(enabler) = self.setup.deferred.push else { return };
        let Notice { user, round, kind, number, .. } = notice;
        let channel = Channel::OutOfBand;
        out.milestone(Tag::OutOfBandTargets, Milestone::Notify { user, round, device, channel, kind, number });
        for listed in &notice.list {
            out.milestone(Tag::OutOfBandTargets, Milestone::NotifyLists { round, device, message: listed.uri_id });
        }
        let by_sip_uri = self.behaviour.oob_by_sip_uri || !out.holds(Tag::OutOfBandAddress);
        out.send(enabler, Pdu::Push(Push::Submit { device, by_sip_uri, notice: Box::new(notice) }));
    }

    /// Whether provider policy pauses retrieval now (PULL-8.3.1.6.3-15).
    pub(super) fn retrieval_paused(&self, now: SimTime) -> bool {
        self.setup.deferred.paused.iter().any(|(from, to)| *from <= now && now < *to)
    }

    /// The devices of `user` that provisioning knows: they stand side by side, up to the first of the next user.
    fn known_devices(&self, user: UserId) -> impl Iterator<Item = FunctionId> + use<> {
        let devices = &self.setup.devices;
        let first = devices.first_of[user.0 as usize].0;
        let end = devices.first.0 + devices.kinds.len() as u32;
        let next = devices.first_of.get(user.0 as usize + 1).map_or(end, |next| next.0);
        (first..next).map(FunctionId)
    }
}
