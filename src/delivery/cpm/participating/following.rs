//! What follows a round of notification: the wait for a client, reminders, the push of what nobody asked for, and the news that a
//! message has expired.

use super::entry::EntryId;
use super::notifying::{Due, Scope};
use super::{Pf, Purpose};
use crate::delivery::behaviour::DeferredMode;
use crate::delivery::milestone::Channel;
use crate::delivery::{FunctionId, Milestone, Notice, NoticeKind, Outbox, Tag, Timer, UserId};
use crate::units::{SimTime, Span};

impl Pf {
    /// The PF waits for a client to act, with a reminder where that is set.
    pub(super) fn wait_for_client(&mut self, user: UserId, out: &mut Outbox) {
        out.milestone(Tag::NotifyAndWait, Milestone::Told);
        self.stop_reminding(user, out);
        self.remind_later(user, out);
    }

    /// A client has been told: what it does not fetch is pushed in the end, where that is set. The time runs from the first to be
    /// told of what is queued.
    pub(super) fn wait_for_push(&mut self, user: UserId, out: &mut Outbox) {
        let runs = self.notifying.get(&user).is_some_and(|n| n.push_after.is_some());
        if self.behaviour.deferred_mode != DeferredMode::PullThenPush || runs || !out.holds(Tag::OwnPushAfter) {
            return;
        }
        let token = out.set_timer(Timer::PushAfter { user }, self.setup.deferred.push_after);
        self.notifying.entry(user).or_default().push_after = Some(token);
    }

    fn remind_later(&mut self, user: UserId, out: &mut Outbox) {
        let (most, every) = (self.setup.deferred.reminders, self.setup.deferred.reminder_every);
        let state = self.notifying.entry(user).or_default();
        if state.reminded < most && every > Span::ZERO && out.holds(Tag::OwnReminder) {
            state.reminder = Some(out.set_timer(Timer::ReminderDue { user }, every));
        }
    }

    /// A client has acted, or nothing waits any more.
    pub(super) fn stop_reminding(&mut self, user: UserId, out: &mut Outbox) {
        if let Some(state) = self.notifying.get_mut(&user) {
            state.reminded = 0;
            if let Some(token) = state.reminder.take() {
                out.cancel_timer(token);
            }
        }
    }

    /// Nothing waits for this user any more: nothing is to be reminded of, or pushed.
    pub(super) fn queue_is_empty(&mut self, user: UserId, out: &mut Outbox) {
        self.stop_reminding(user, out);
        if let Some(state) = self.notifying.get_mut(&user) {
            state.held = false;
            if let Some(token) = state.push_after.take() {
                out.cancel_timer(token);
            }
        }
    }

    pub(super) fn on_reminder(&mut self, user: UserId, out: &mut Outbox) {
        let state = self.notifying.entry(user).or_default();
        state.reminder = None;
        state.reminded += 1;
        out.milestone(Tag::OwnReminder, Milestone::Told);
        self.due.push(Due { user, scope: Scope::All, kind: NoticeKind::Reminder });
        self.remind_later(user, out);
    }

    /// What is still queued is pushed (`deferred-mode=pull-then-push`).
    pub(super) fn on_push_after(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.notifying.entry(user).or_default().push_after = None;
        out.milestone(Tag::OwnPushAfter, Milestone::Told);
        let registered: Vec<FunctionId> = self.users[user.0 as usize].clients.iter().map(|c| c.id).collect();
        if let Some(client) = self.one_of(user, &registered, false) {
            self.push(now, user, client, out);
        }
    }

    /// Messages have expired: the clients that were told of them are told so (`expiry-notice=on`).
    pub(super) fn notify_expired(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        if !self.notifies() || !self.behaviour.expiry_notice || !out.holds(Tag::OwnExpiryNotice) {
            return;
        }
        let entry = self.entries.at(id);
        let (user, message, notified) = (entry.pager.to, entry.pager.message, entry.notified);
        let registered = self.users[user.0 as usize].clients.iter().map(|c| c.id);
        let to: Vec<FunctionId> = registered.filter(|c| notified.has(*c)).collect();
        if to.is_empty() {
            return;
        }
        let round = self.next_round();
        let by_notify = self.behaviour.notify_by_notify && out.holds(Tag::NotifyByNotify);
        for client in to {
            let (channel, kind) = (Channel::InBand, NoticeKind::Expired);
            out.milestone(Tag::OwnExpiryNotice, Milestone::Notify { user, round, device: client, channel, kind, number: 1 });
            out.milestone(Tag::OwnExpiryNotice, Milestone::NotifyLists { round, device: client, message });
            let list = Box::from([self.describe(id, out)]);
            let notice = Notice { user, round, part: 1, parts: 1, kind, number: 1, list };
            self.send_notice(now, client, notice, Purpose::ExpiryNotice, by_notify, out);
        }
    }
}
