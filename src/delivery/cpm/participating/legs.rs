//! Requests to clients, one for each (IW15-8.3.1.1-39), and what their answers come to (`domain.md` 3.4).

use super::entry::EntryId;
use super::{NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::axes as axis;
use crate::delivery::behaviour::{AllFailed, FirstAttempt};
use crate::delivery::ims::better;
use crate::delivery::{
    Body, Case, Claim, CopyId, DeferReason, Fate, FunctionId, Icsi, LegResult, MAX_FORWARDS, Method, Milestone, Origin, Outbox,
    Pager, Path, Place, Tag, Target,
};
use crate::units::SimTime;

impl Pf {
    /// Sends the message to each of `clients`.
    pub(super) fn attempt(
        &mut self,
        now: SimTime,
        id: EntryId,
        clients: &[FunctionId],
        origin: Origin,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let turn = self.turn;
        let entry = self.entries.at(id);
        let (pager, parent) = (entry.pager, entry.copy);
        let message = pager.message;
        entry.legs += clients.len() as u32;
        entry.attempt_began = turn;
        entry.best = 480;
        entry.deferrable = false;
        out.milestone(Tag::OwnClaim, Milestone::Claimed { message, by: Claim::Push });
        for &client in clients {
            let copy = out.mint_copy();
            let device = Some(client);
            out.milestone(tag, Milestone::CopyMade { copy, message, parent: Some(parent), origin, path: Path::Ip, device });
            out.milestone(tag, Milestone::Attempt { message, device: client });
            let purpose = Purpose::Leg { entry: id, client, copy };
            let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, purpose, out);
            let target = Target::Contact(pager.to, client);
            let body = Body::Pager(Pager { copy, ..pager });
            let request =
                OwnRequest { txn, target, case: Case::Done, from: pager.from, icsi: Icsi::Msg, max_forwards: MAX_FORWARDS, body };
            out.send(self.setup.core, own_request(self.setup.id, Method::Message, request));
        }
    }

    /// One client has answered, or not in time.
    pub(super) fn on_leg_ended(
        &mut self,
        now: SimTime,
        id: EntryId,
        client: FunctionId,
        _copy: CopyId,
        code: u16,
        out: &mut Outbox,
    ) {
        let entry = self.entries.at(id);
        entry.legs -= 1;
        let began = entry.attempt_began;
        let (message, user, settled) = (entry.pager.message, entry.pager.to, entry.settled);
        let success = (200..300).contains(&code);
        let result = if code == NO_ANSWER { LegResult::Timeout } else { LegResult::Code(code) };
        let tag = if success { Tag::DeliverToClients } else { self.class_of(code).1 };
        out.milestone(tag, Milestone::AttemptEnd { message, device: client, result });
        if success {
            if self.behaviour.answer_at_first_2xx || self.entries.at(id).legs == 0 {
                self.answer(id, 200, out);
            }
            self.delivered(id, tag, out);
        } else {
            let (defers, _) = self.class_of(code);
            let code = if code == NO_ANSWER { 408 } else { code };
            if code == 408 && self.behaviour.timeout_suspects {
                self.user(user).clients.iter_mut().filter(|c| c.id == client).for_each(|c| c.suspect = true);
            }
            let entry = self.entries.at(id);
            entry.best = better(entry.best, code);
            entry.deferrable |= defers;
            if entry.legs == 0 && settled {
                // Delivered by another leg, or ended otherwise: the answer that waited for all of them goes now.
                self.answer(id, 200, out);
            } else if entry.legs == 0 {
                self.on_all_failed(now, id, out);
            }
        }
        self.next_in_line(now, user, (!success).then_some(began), out);
        self.let_go(id);
    }

    /// Whether an answer of this code allows deferral, and the rule that says so.
    fn class_of(&self, code: u16) -> (bool, Tag) {
        match code {
            NO_ANSWER | 408 => (self.behaviour.timeout_defers, Tag::OwnTimeoutDefers),
            404 | 410 | 430 | 480 | 503 => (self.behaviour.unreachable_defers, Tag::OwnUnreachableDefers),
            _ => (self.behaviour.refusal_defers, Tag::OwnRefusalFails),
        }
    }

    /// No client took the message.
    fn on_all_failed(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.failed_attempt = Some(entry.attempt_began);
        let (message, best, deferrable) = (entry.pager.message, entry.best, entry.deferrable);
        let (pushed, sms_open, overdue) = (entry.in_queue, entry.sms_open, entry.overdue_at(now));
        if sms_open {
            return; // The short message is still to come back with its result.
        }
        if overdue {
            self.answer(id, 202, out);
            return self.expire(now, id, Tag::Expire, out);
        }
        let defers = match self.behaviour.all_failed {
            AllFailed::ByClass => deferrable,
            AllFailed::Defer => true,
            AllFailed::BestError => false,
        };
        if !defers {
            return self.fail(now, id, best, Tag::OwnRefusalFails, out);
        }
        if pushed {
            out.milestone(Tag::DeferKeep, Milestone::Released { message });
            out.milestone(Tag::DeferKeep, Milestone::GuardReached { guard: axis::GUARD_REQUEUE_ON_FAILURE });
            if !self.behaviour.guard_requeue {
                return self.lose(id, out);
            }
        } else if !self.defer(now, id, DeferReason::AttemptFailed, Tag::OwnTimeoutDefers, out) {
            return;
        }
        self.after_failed_attempt(now, id, out);
    }

    /// A message that no client took looks for its next access (IW15-R-12).
    pub(super) fn after_failed_attempt(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        out.milestone(Tag::OwnReEvaluate, Milestone::GuardReached { guard: axis::GUARD_RE_EVALUATE_AFTER_INSERTION });
        if self.behaviour.guard_re_evaluate && self.behaviour.rules.holds(Tag::OwnReEvaluate) && self.look_at_access(now, id, out) {
            return;
        }
        let entry = self.entries.at(id);
        let first = entry.handovers == 0;
        let (user, failed) = (entry.pager.to, entry.failed_attempt);
        let by_sms =
            self.may_interwork() && self.behaviour.primary_iw_trigger && self.behaviour.first_attempt == FirstAttempt::AtOnce;
        if first && by_sms && self.suitable(user, failed).is_empty() && self.behaviour.rules.holds(Tag::NextAccess) {
            self.hand_over(now, id, Tag::NextAccess, out);
        }
    }

    /// Tries what access the PF knows of now; true if it found any.
    pub(super) fn look_at_access(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        let (user, failed) = (entry.pager.to, entry.failed_attempt);
        let suitable = self.suitable(user, failed);
        if !suitable.is_empty() {
            let clients = self.chosen(user, suitable, None);
            self.attempt(now, id, &clients, Origin::Push, Tag::NextAccess, out);
            return true;
        }
        if self.sms_ready_acts() && self.user(user).sms_ready.is_some() && self.waits_for_sms(id) {
            self.on_sms_access(now, user, out);
            return true;
        }
        false
    }

    /// A message is gone without a decision, since a guard is off.
    pub(super) fn lose(&mut self, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        out.milestone(Tag::OwnLost, Milestone::CopyEnd { copy, message, fate: Fate::Lost(Place::Pf) });
        self.settle(id, Tag::OwnLost, out);
    }
}
