//! The deferred queue: entry, push, expiry.

use super::Pf;
use super::entry::{EntryId, Turn};
use super::notifying::Scope;
use crate::delivery::axes as axis;
use crate::delivery::behaviour::QueueFull;
use crate::delivery::{Claim, DeferReason, Disposition, Fate, FunctionId, Milestone, Origin, Outbox, Reason, Tag, Timer, UserId};
use crate::units::{SimTime, Span};

impl Pf {
    /// Puts a message in its user's queue and answers 202 (IW15-8.3.1.1-21); false if it did not get in.
    pub(super) fn defer(&mut self, now: SimTime, id: EntryId, reason: DeferReason, tag: Tag, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        let (message, user, due) = (entry.pager.message, entry.pager.to, entry.due);
        let bound = self.setup.max_queue.filter(|_| out.holds(Tag::OwnQueueFull));
        if bound.is_some_and(|bound| self.users[user.0 as usize].queued >= bound) && !self.make_room(now, id, out) {
            return false;
        }
        out.milestone(tag, Milestone::Defer { message, user, reason });
        self.user(user).queued += 1;
        let entry = self.entries.at(id);
        entry.in_queue = true;
        if entry.expiry.is_none() && due != SimTime::NEVER {
            let left = due.since(now).unwrap_or(Span::ZERO);
            entry.expiry = Some(out.set_timer(Timer::DeferredExpiry { entry: id.index }, left));
        }
        self.answer_under(id, 202, answered(tag), out);
        self.notify_later(user, Scope::All);
        if !self.pulls.under_way.is_empty() {
            self.pulls.arrived.push(id);
        }
        true
    }

    /// The queue is full: what `queue-full` says. True if there is room now.
    fn make_room(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        let (message, user, unanswered) = (entry.pager.message, entry.pager.to, entry.answer.is_some());
        out.milestone(Tag::OwnQueueFull, Milestone::QueueFull { message });
        match self.behaviour.queue_full {
            QueueFull::RefuseNew if unanswered => self.refuse(now, id, (480, Reason::None), Tag::OwnQueueFull, out),
            QueueFull::DropNew | QueueFull::RefuseNew => {
                self.answer(id, 202, out);
                self.fail(now, id, (480, Reason::None), Tag::OwnQueueFull, out);
            }
            QueueFull::DropOldest => {
                let held = self.user(user).held.clone();
                let oldest = held.into_iter().find(|h| {
                    let entry = self.entries.at(*h);
                    entry.in_queue && !entry.claimed()
                });
                match oldest {
                    Some(oldest) => {
                        self.fail(now, oldest, (480, Reason::None), Tag::OwnQueueFull, out);
                        return true;
                    }
                    // All that waits is under way: the new message is the one to go.
                    None => {
                        self.answer(id, 202, out);
                        self.fail(now, id, (480, Reason::None), Tag::OwnQueueFull, out);
                    }
                }
            }
        }
        false
    }

    /// Takes a message out of the queue, if it is in it.
    pub(super) fn leave_queue(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, user) = (entry.pager.message, entry.pager.to);
        if std::mem::replace(&mut entry.in_queue, false) {
            let state = self.user(user);
            state.queued -= 1;
            let empty = state.queued == 0;
            out.milestone(tag, Milestone::Leave { message, user });
            if empty {
                self.queue_is_empty(user, out);
            }
        }
    }

    // --- push

    /// Pushes what waits for `user`, after `client` gave a sign of life (SD23-5.2.2.2-06, 5.2.2.2.3).
    pub(super) fn push(&mut self, now: SimTime, user: UserId, client: FunctionId, out: &mut Outbox) {
        if !self.behaviour.rules.holds(Tag::RegistrationTriggerPush) {
            return;
        }
        let mut line = Vec::new();
        for id in self.user(user).held.clone() {
            if self.held_back(now, id) {
                continue;
            }
            let entry = self.entries.at(id);
            if !entry.claimed() {
                line.push(id);
                continue;
            }
            if entry.overdue_at(now) {
                continue; // Its life is over: what is under way is its last, whatever the guard says.
            }
            // A trigger meets a message that another one holds.
            let in_flight = entry.sms_open && entry.legs == 0;
            let guard = self.behaviour.guard_claim && self.behaviour.rules.holds(Tag::OwnClaim);
            out.milestone(Tag::OwnClaim, Milestone::GuardReached { guard: axis::GUARD_CLAIM_PER_MESSAGE });
            if in_flight {
                out.milestone(Tag::OwnRegisterInflight, Milestone::Told);
            }
            let hides = self.behaviour.guard_hide_in_delivery && out.holds(Tag::OwnHideInDelivery);
            let in_delivery = entry.legs > 0 && entry.in_queue;
            if in_delivery {
                out.milestone(Tag::OwnHideInDelivery, Milestone::GuardReached { guard: axis::GUARD_HIDE_IN_DELIVERY });
            }
            let pushes = self.behaviour.inflight_push || !out.holds(Tag::OwnRegisterInflight);
            if !guard || (in_flight && pushes) || (in_delivery && !hides) {
                line.push(id);
            }
        }
        if !out.holds(Tag::PushAll) {
            line.truncate(1);
        }
        if self.behaviour.push_newest_first {
            line.reverse();
        }
        if line.is_empty() {
            return;
        }
        out.milestone(Tag::PushOneClient, Milestone::Told);
        out.milestone(Tag::PushAll, Milestone::Told);
        // If a push is under way, what is new joins its end.
        let state = self.user(user);
        line.retain(|id| !state.line.contains(id));
        for id in line {
            self.line_up(user, id, out);
        }
        let state = self.user(user);
        state.line_to = Some(client);
        if self.user(user).gap.is_none() && !(self.behaviour.push_on_2xx && self.leg_of_push_open(user)) {
            self.send_next(now, user, out);
        }
    }

    /// A message deferred behind its user's queue goes with the push of what stands before it, if one is under way
    /// (`overtake-queue=behind-queue`); else it waits, as they do, for the next sign of life.
    pub(super) fn join_push(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let user = self.entries.at(id).pager.to;
        let held = self.user(user).held.clone();
        let ahead_wait = held.into_iter().any(|before| {
            let entry = self.entries.at(before);
            before != id && entry.in_queue && !entry.claimed()
        });
        let under_way = !self.user(user).line.is_empty() || self.leg_of_push_open(user);
        let settled = self.entries.get(id).is_none_or(|e| e.settled);
        if ahead_wait || !under_way || settled || !self.behaviour.rules.holds(Tag::RegistrationTriggerPush) {
            return;
        }
        self.line_up(user, id, out);
        if self.user(user).gap.is_none() && !(self.behaviour.push_on_2xx && self.leg_of_push_open(user)) {
            self.send_next(now, user, out);
        }
    }

    /// The push of `user` has taken hold of a message, whose turn comes later.
    fn line_up(&mut self, user: UserId, id: EntryId, out: &mut Outbox) {
        self.user(user).line.push(id);
        let entry = self.entries.at(id);
        (entry.in_line, entry.lined_up) = (true, true);
        let message = entry.pager.message;
        out.milestone(Tag::OwnClaim, Milestone::Claimed { message, by: Claim::Push });
    }

    /// A push lets go of a message that it has not sent.
    pub(super) fn leave_line(&mut self, id: EntryId, out: &mut Outbox) {
        let Some(entry) = self.entries.get_mut(id) else { return };
        entry.in_line = false;
        if std::mem::take(&mut entry.lined_up) && !entry.settled && !entry.claimed() {
            let message = entry.pager.message;
            out.milestone(Tag::DeferKeep, Milestone::Released { message });
        }
    }

    /// Whether a message of a push is under way. What a pull has hold of is none of it.
    fn leg_of_push_open(&mut self, user: UserId) -> bool {
        let held = self.user(user).held.clone();
        held.into_iter().any(|id| {
            let entry = self.entries.at(id);
            entry.in_queue && entry.legs > 0 && entry.pull.is_none()
        })
    }

    /// Sends what stands in the line as the pacing says.
    fn send_next(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        if self.in_session(out) && out.holds(Tag::PushSession) {
            return self.push_in_session(now, user, out);
        }
        while let Some(id) = self.take_first(user) {
            let triggering = self.user(user).line_to;
            let entry = self.entries.at(id);
            entry.in_line = false;
            let clients = if self.held_back(now, id) { Vec::new() } else { self.next_clients(now, id, triggering) };
            if clients.is_empty() {
                // Its clients went while it stood in the line, or it may not be disturbed now: it waits for the next event.
                self.leave_line(id, out);
                self.expire_if_overdue(now, id, out);
                continue;
            }
            if self.rechecks() {
                self.decide_and_follow(now, id, triggering, out);
                if self.entries.get(id).is_none_or(|e| e.legs == 0) {
                    // Policy has another end for it now, or another way.
                    self.leave_line(id, out);
                    self.expire_if_overdue(now, id, out);
                    continue;
                }
            } else {
                self.attempt(now, id, clients.iter().copied(), Origin::Push, Tag::RegistrationTriggerPush, out);
            }
            out.milestone(Tag::RegistrationTriggerPush, Milestone::GuardReached { guard: axis::GUARD_PUSH_ACK_PER_MESSAGE });
            if !self.behaviour.guard_push_ack {
                self.delivered(id, Tag::RegistrationTriggerPush, out);
            }
            if self.behaviour.push_on_2xx {
                return;
            }
            self.wait_between(user, out);
            if self.user(user).gap.is_some() {
                return;
            }
        }
    }

    /// The time between two messages of a push, if more stand in the line.
    pub(super) fn wait_between(&mut self, user: UserId, out: &mut Outbox) {
        if self.setup.push_gap > Span::ZERO && !self.user(user).line.is_empty() {
            let gap = out.set_timer(Timer::PushGap { user }, self.setup.push_gap);
            self.user(user).gap = Some(gap);
        }
    }

    pub(super) fn take_first(&mut self, user: UserId) -> Option<EntryId> {
        let line = &mut self.user(user).line;
        (!line.is_empty()).then(|| line.remove(0))
    }

    pub(super) fn on_push_gap(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.user(user).gap = None;
        self.send_next(now, user, out);
    }

    /// A leg ended: the next of a push that goes one by one is sent, or the push has broken and the rest stays queued. `began`:
    /// when the attempt began, if it failed.
    pub(super) fn next_in_line(&mut self, now: SimTime, user: UserId, began: Option<Turn>, out: &mut Outbox) {
        let success = began.is_none();
        if !self.behaviour.push_on_2xx || self.user(user).line.is_empty() || self.leg_of_push_open(user) {
            return;
        }
        if success {
            return self.send_next(now, user, out);
        }
        // The client that did not take one is not offered the others either, until it gives a sign of life: they look for
        // their next access as the first did.
        let line = std::mem::take(&mut self.user(user).line);
        for &id in &line {
            self.leave_line(id, out);
            let entry = self.entries.at(id);
            entry.failed_attempt = entry.failed_attempt.max(began);
        }
        for id in line {
            let Some(entry) = self.entries.get(id) else { continue };
            if entry.claimed() || entry.settled {
                continue;
            }
            if self.lost_with_push(id, out) {
                continue;
            }
            let entry = self.entries.at(id);
            if entry.overdue_at(now) {
                self.expire_if_overdue(now, id, out);
            } else {
                self.after_failed_attempt(now, id, out);
            }
        }
    }

    /// A push has broken before it sent the message, which without `guard.push-ack-per-message` counted as settled since it began.
    pub(super) fn lost_with_push(&mut self, id: EntryId, out: &mut Outbox) -> bool {
        let lost = !self.behaviour.guard_push_ack && self.entries.get(id).is_some_and(|e| !e.settled && !e.claimed());
        if lost {
            self.lose(id, Tag::OwnLost, out);
        }
        lost
    }

    // --- expiry

    pub(super) fn on_expiry(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.expiry = None;
        if !out.holds(Tag::Expire) {
            return;
        }
        if entry.busy() || entry.sms_open {
            out.milestone(Tag::Expire, Milestone::GuardReached { guard: axis::GUARD_EXPIRY_STOPS_AT_CLAIM });
            if self.behaviour.guard_expiry_stops_at_claim {
                let entry = self.entries.at(id);
                entry.overdue = true;
                if !entry.busy() {
                    self.leave_to_sms(id, Tag::Expire, out);
                }
                return;
            }
        }
        self.expire(now, id, Tag::Expire, out);
    }

    /// A message that overran its life while it was claimed expires once the claim has come to nothing.
    pub(super) fn expire_if_overdue(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let Some(entry) = self.entries.get(id).filter(|e| !e.settled && !e.claimed() && e.overdue_at(now)) else { return };
        if entry.sms_open { self.leave_to_sms(id, Tag::Expire, out) } else { self.expire(now, id, Tag::Expire, out) }
    }

    /// The CPM message is not due any more beside the short one (`dnd-after-interwork=both`): that one decides, as any that is out.
    pub(super) fn leave_to_sms(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        self.entries.at(id).both = false;
        self.leave_queue(id, tag, out);
    }

    /// The expiry action: once for each message (SD23-5.2.2.2-07, -08).
    pub(super) fn expire(&mut self, now: SimTime, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        // The store may still be at it.
        if entry.expired && entry.storing.is_some() && self.behaviour.guard_expiry_once {
            return;
        }
        entry.expired = true;
        let (message, arrived) = (entry.pager.message, entry.has_arrived());
        out.milestone(tag, Milestone::Claimed { message, by: Claim::Expiry });
        out.milestone(tag, Milestone::Expire { message });
        self.notify_expired(now, id, out);
        // What is no longer valid at arrival is discarded by a policy of its own (TS83-8.3.2.1-16), and a user who has the message
        // already needs no object of it.
        let stores = self.behaviour.expiry_stores && tag == Tag::Expire && !arrived && self.setup.mss.is_some();
        if stores && out.holds(Tag::ExpireStores) {
            self.leave_queue(id, Tag::ExpireStores, out);
            return self.store(now, id, Tag::ExpireStores, out);
        }
        self.delete_expired(now, id, tag, out);
    }

    /// The expiry action is to delete, or the store did not take the message.
    pub(super) fn delete_expired(&mut self, now: SimTime, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (pager, copy, reached) = (entry.pager, entry.copy, entry.has_arrived());
        let message = pager.message;
        if out.holds(Tag::ExpireDelete) {
            out.milestone(Tag::ExpireDelete, Milestone::CopyEnd { copy, message, fate: Fate::Expired });
        }
        if self.behaviour.expiry_imdn && !reached && pager.dispositions.negative && self.behaviour.rules.holds(Tag::OwnExpiryImdn) {
            self.report(now, pager, Disposition::Failed, Tag::OwnExpiryImdn, out);
        }
        self.settle(id, tag, out);
    }
}

/// The statement that demands the 202 of a deferral.
fn answered(tag: Tag) -> Tag {
    match tag {
        Tag::DndDefers => Tag::Dnd202,
        Tag::Ts83Defer => Tag::Ts83Defer202,
        _ => Tag::DeferAccepted,
    }
}
