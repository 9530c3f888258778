//! What a function without room refused with 503 is tried again: no client has failed to answer, so that no registration event and no
//! alert would ever come to set it going.
//!
//! The refusal defers (`domain.md` 3.4); this is the trigger after it, one for each user: after Retry-After, or a wait that doubles up
//! to 64 s and of which chance takes up to a half, so that users refused together do not come back together. Left out: disposition
//! notifications that are refused.

use super::entry::EntryId;
use super::notifying::Scope;
use super::{Final, Pf};
use crate::delivery::ims::wait_after;
use crate::delivery::{ClientSet, FunctionId, Milestone, Outbox, Question, Reason, Tag, Timer, TimerToken, UserId};
use crate::units::{SimTime, Span};

/// What was refused for want of room, of one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Refused {
    /// Clients towards whom a request was refused, and messages whose hand-over was.
    clients: Vec<FunctionId>,
    handovers: Vec<EntryId>,
    /// Waits since something last got through, and whether one runs.
    times: u32,
    pub timer: Option<TimerToken>,
    /// The longest Retry-After since the last wait.
    retry_after: Span,
}

impl Pf {
    /// A request towards these clients has met a full function.
    pub(super) fn refused_on_the_way(&mut self, user: UserId, clients: ClientSet, last: Final, out: &mut Outbox) {
        if last.code == 503 {
            let refused = self.user(user).refused.get_or_insert_default();
            let new: Vec<FunctionId> = clients.iter().filter(|c| !refused.clients.contains(c)).collect();
            refused.clients.extend(new);
            self.come_back(user, last.reason, out);
        }
    }

    /// The hand-over of a message has met a full function, and will not be repeated at once.
    pub(super) fn handover_refused(&mut self, user: UserId, id: EntryId, last: Final, out: &mut Outbox) {
        if last.code == 503 && self.entries.get(id).is_some_and(|e| !e.settled) {
            self.user(user).refused.get_or_insert_default().handovers.push(id);
            self.come_back(user, last.reason, out);
        }
    }

    fn come_back(&mut self, user: UserId, reason: Reason, out: &mut Outbox) {
        let refused = self.user(user).refused.get_or_insert_default();
        if let Reason::RetryAfter(seconds) = reason {
            refused.retry_after = refused.retry_after.max(Span::from_secs(u64::from(seconds)));
        }
        if refused.timer.is_none() && out.holds(Tag::OwnMadeGood) {
            refused.times += 1;
            out.ask(Question::AgainShare { user, nth: refused.times });
        }
    }

    pub(super) fn on_again_share(&mut self, user: UserId, thousandths: u32, out: &mut Outbox) {
        let refused = self.user(user).refused.get_or_insert_default();
        let wait = u128::from(wait_after(refused.times.max(1)).ns()) * u128::from(thousandths) / 1000;
        let wait = Span::from_ns(wait as u64).max(std::mem::take(&mut refused.retry_after));
        if refused.timer.is_none() {
            refused.timer = Some(out.set_timer(Timer::FullOver { user }, wait));
        }
    }

    /// What waits is pushed to the clients, they are told of it, or it goes by SMS: as if an event had come from each.
    pub(super) fn on_full_over(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        out.milestone(Tag::OwnMadeGood, Milestone::Told);
        let turn = self.turn;
        let notifies = self.notifies();
        let state = self.user(user);
        let refused = state.refused.get_or_insert_default();
        refused.timer = None;
        let (clients, handovers) = (std::mem::take(&mut refused.clients), std::mem::take(&mut refused.handovers));
        for client in clients {
            let Some(known) = self.user(user).clients.iter_mut().find(|c| c.id == client) else { continue };
            known.changed = turn;
            if !notifies {
                self.push(now, user, client, out);
                continue;
            }
            for id in self.user(user).held.clone() {
                let entry = self.entries.at(id);
                entry.failed_to = entry.failed_to.without(client);
            }
            self.notify_later(user, Scope::Client(client));
        }
        for id in handovers {
            if self.entries.get(id).is_some() && self.waits_for_sms(now, id, out) {
                self.hand_over(now, id, Tag::OwnMadeGood, out);
            }
        }
    }

    /// Something got through to a client of this user.
    pub(super) fn got_through(&mut self, user: UserId) {
        let state = self.user(user);
        if state.refused.as_ref().is_some_and(|r| r.timer.is_none()) {
            state.refused = None;
        }
    }

    /// A restart: nothing of it is known any more, and nothing needs to be.
    pub(super) fn forget_refused(&mut self, user: UserId, out: &mut Outbox) {
        if let Some(timer) = self.user(user).refused.take().and_then(|r| r.timer) {
            out.cancel_timer(timer);
        }
    }
}
