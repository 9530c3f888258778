//! A restart of the PF: what it still has, and what it asks for again.
//!
//! It stops and is there again at one instant. With `queue-durability=durable` every message that it had accepted is written down,
//! also one whose request was under way: that is queued again, as what the request came to is not known, and its timer of life
//! runs on. A hand-over to the ISF is written down with its transaction before it leaves: its answer and its result are awaited as
//! before. With a volatile queue the messages are lost. All other transactions, sessions, pulls, waits for answers and all knowledge of
//! access are forgotten under both: the PF subscribes anew, and what waits is delivered or told of when the registration state
//! comes. Who waited for an answer gets none. A short message that the ISF's side had taken is still awaited.
//!
//! Left out: the time that a restart takes. What a PF remembers of messages that it has settled survives.

use super::Pf;
use super::entry::EntryId;
use super::notifications::screened;
use super::{OutOfBand, Purpose};
use crate::delivery::milestone::ItemResult;
use crate::delivery::{ClientSet, DeferReason, Fate, HoldEnd, ImdnFate, LegResult, Milestone, Outbox, Place, Tag, Timer, UserId};
use crate::units::{SimTime, Span};

/// What a message had under way when the PF stopped.
struct Interrupted {
    /// The ISF's side had refused a hand-over that was to be made once more.
    refused: bool,
    waited: bool,
}

impl Pf {
    pub(super) fn on_restart(&mut self, now: SimTime, out: &mut Outbox) {
        out.milestone(Tag::OwnRestart, Milestone::Restarted);
        if !out.holds(Tag::OwnRestart) {
            return;
        }
        self.forget_pulls_and_sessions(out);
        self.forget_requests(out);
        let users: Vec<UserId> = (0..self.users.len() as u32).map(UserId).collect();
        for id in self.entries.live() {
            let interrupted = self.interrupt(id, out);
            if self.entries.at(id).settled {
                self.let_go(id);
            } else if self.behaviour.queue_volatile {
                self.lose_at_restart(id, out);
            } else {
                self.take_up(now, id, &interrupted, out);
            }
        }
        for &user in &users {
            self.forget_user(now, user, out);
        }
        // Nobody is known to be there, and nobody is told of anything before the registration state comes.
        self.due.clear();
        self.pulls.arrived.clear();
        for user in users {
            if self.user(user).subscribed {
                self.subscribe(now, user, out);
            }
        }
    }

    fn forget_pulls_and_sessions(&mut self, out: &mut Outbox) {
        for state in std::mem::take(&mut self.pulls.under_way).into_values() {
            if let Some(gap) = state.gap {
                out.cancel_timer(gap);
            }
            let (pull, device) = (state.dialog.pull(), state.client);
            for item in state.items {
                let (message, action) = (item.message, Some(item.action));
                let result = ItemResult::Failed;
                out.milestone(Tag::OwnRestart, Milestone::PullItem { pull, device, message, action, result });
            }
        }
        for standing in std::mem::take(&mut self.sessions.standing).into_values() {
            if let Some(timer) = standing.timer {
                out.cancel_timer(timer);
            }
            let (user, device) = (standing.dialog.user, standing.dialog.client);
            out.milestone(Tag::OwnRestart, Milestone::SessionEnd { user, device, complete: false });
        }
        self.sessions.pushing.clear();
    }

    fn forget_requests(&mut self, out: &mut Outbox) {
        let durable = !self.behaviour.queue_volatile;
        let kept = |purpose: &Purpose| durable && matches!(purpose, Purpose::HandOver { .. });
        for purpose in self.txns.abandon_all_but(kept, out) {
            if let Purpose::Leg { entry, clients, .. } = purpose {
                let message = self.entries.at(entry).pager.message;
                for device in clients.iter() {
                    out.milestone(Tag::OwnRestart, Milestone::AttemptEnd { message, device, result: LegResult::Abandoned });
                }
            }
        }
        for operation in std::mem::take(&mut self.operations).into_values() {
            out.cancel_timer(operation.timer);
        }
        self.notifications.forget();
        self.out_of_band = OutOfBand::default();
        for state in std::mem::take(&mut self.notifying).into_values() {
            for timer in [state.reminder, state.push_after].into_iter().flatten() {
                out.cancel_timer(timer);
            }
        }
    }

    /// Nothing is under way for a message any more.
    fn interrupt(&mut self, id: EntryId, out: &mut Outbox) -> Interrupted {
        self.entries.take_answer(id);
        let waited = self.entries.at(id).wait.is_some();
        self.end_message_wait(id, HoldEnd::NothingWaits, out);
        let volatile = self.behaviour.queue_volatile;
        let entry = self.entries.at(id);
        let mut refused = false;
        for repeat in std::mem::take(&mut entry.repeats) {
            out.cancel_timer(repeat.token);
            refused |= repeat.clients.is_none();
        }
        if let Some(timer) = entry.expiry.take() {
            out.cancel_timer(timer);
        }
        let (message, attempted) = (entry.pager.message, entry.claimed() && entry.in_queue);
        entry.legs = 0;
        if volatile {
            entry.isf_open = 0;
        }
        (entry.in_line, entry.lined_up) = (false, false);
        entry.storing = None;
        entry.pull = None;
        entry.overdue = false;
        entry.failed_attempt = None;
        entry.notified = entry.notified.iter().fold(entry.notified, ClientSet::without);
        entry.failed_to = entry.notified;
        if attempted && !entry.settled {
            out.milestone(Tag::OwnRestart, Milestone::Released { message });
        }
        if entry.settled {
            entry.sms_open = false;
        }
        Interrupted { refused, waited }
    }

    fn lose_at_restart(&mut self, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        out.milestone(Tag::OwnRestart, Milestone::CopyEnd { copy, message, fate: Fate::Lost(Place::Restart) });
        self.settle(id, Tag::OwnRestart, out);
        if let Some(entry) = self.entries.get_mut(id) {
            entry.sms_open = false;
            self.let_go(id);
        }
    }

    /// A message that was written down goes on where its queue is.
    fn take_up(&mut self, now: SimTime, id: EntryId, interrupted: &Interrupted, out: &mut Outbox) {
        let keeps = self.keeps_copy();
        let entry = self.entries.at(id);
        let (message, user) = (entry.pager.message, entry.pager.to);
        if interrupted.refused && entry.sms_open {
            // No short message comes of it.
            entry.sms_open = false;
            entry.both = false;
            if keeps {
                out.milestone(Tag::OwnRestart, Milestone::Retained { message, on: false });
            }
        }
        let entry = self.entries.at(id);
        let waits_elsewhere = entry.sms_open || !entry.unconfirmed.is_empty();
        if entry.expired {
            // Its expiry action was under way: what the store made of it nobody knows.
            return self.delete_expired(now, id, Tag::Expire, out);
        }
        let queued = entry.in_queue || waits_elsewhere;
        if !queued && !self.defer(now, id, DeferReason::AttemptFailed, Tag::OwnRestart, out) {
            return;
        }
        let entry = self.entries.at(id);
        if entry.expiry.is_none() && entry.due != SimTime::NEVER {
            let left = entry.due.since(now).unwrap_or(Span::ZERO);
            entry.expiry = Some(out.set_timer(Timer::DeferredExpiry { entry: id.index }, left));
        }
        if interrupted.waited {
            self.start_wait(user, id, out);
        }
    }

    /// What was known of a user's access is not known any more.
    fn forget_user(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let state = self.user(user);
        let clients = std::mem::take(&mut state.clients);
        let again = state.subscribe_again.take();
        state.subscribed |= again.is_some();
        for timer in [again, state.edge.take(), state.gap.take()].into_iter().flatten() {
            out.cancel_timer(timer);
        }
        state.version = 0;
        // The subscription that follows a restart brings the whole state.
        state.refreshing = true;
        state.connectivity.clear();
        (state.sms_ready, state.alerted, state.line_to) = (None, None, None);
        state.line.clear();
        let waited = state.wait.is_some();
        self.forget_refused(user, out);
        for client in &clients {
            out.milestone(Tag::OwnRestart, Milestone::View { user, device: client.id, on: false });
        }
        self.end_wait(user, HoldEnd::NothingWaits, out);
        let first = self.waiting(user).first().copied();
        if let Some(id) = first.filter(|_| waited) {
            self.start_wait(user, id, out);
        }
        if self.behaviour.queue_volatile {
            for held in std::mem::take(&mut self.user(user).notifications) {
                out.cancel_timer(held.timer);
                screened(held.imdn(), ImdnFate::Dropped, Tag::OwnRestart, out);
            }
        }
        self.watch_hours(now, user, out);
    }
}
