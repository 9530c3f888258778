//! What the answers of clients come to (`domain.md` 3.4): success, deferral, another way, or the best error to the originator.

use super::entry::EntryId;
use super::notifying::Scope;
use super::{Final, NO_ANSWER, Pf};
use crate::delivery::axes as axis;
use crate::delivery::behaviour::{AllFailed, FirstAttempt, ServerError};
use crate::delivery::ims::better;
use crate::delivery::responses::OnResponse;
use crate::delivery::{
    ClientSet, DeferReason, Disposition, Imdn, LegResult, Milestone, Origin, Outbox, Reason, Tag, Timer, UserId,
};
use crate::units::{SimTime, Span};

/// What kind of failure an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// 408, or no answer in time.
    Timeout,
    /// 404, 410, 430, 480, 503.
    Unreachable,
    /// 413, 415, 488.
    Content,
    /// Another 5xx.
    Server,
    /// The rest: refused by user or client.
    Refusal,
}

impl Class {
    fn of(code: u16) -> Class {
        match code {
            NO_ANSWER | 408 => Class::Timeout,
            404 | 410 | 430 | 480 | 503 => Class::Unreachable,
            413 | 415 | 488 => Class::Content,
            500..=599 => Class::Server,
            _ => Class::Refusal,
        }
    }

    /// Our rule for the kind.
    fn tag(self) -> Tag {
        match self {
            Class::Timeout => Tag::OwnTimeoutDefers,
            Class::Unreachable => Tag::OwnUnreachableDefers,
            Class::Content => Tag::OwnContentAdapt,
            Class::Server => Tag::OwnServerError,
            Class::Refusal => Tag::OwnRefusalFails,
        }
    }
}

impl Pf {
    /// A request to clients has its final response, or none in time.
    pub(super) fn on_leg_ended(
        &mut self,
        now: SimTime,
        id: EntryId,
        clients: ClientSet,
        pull: Option<u32>,
        last: Final,
        out: &mut Outbox,
    ) {
        let entry = self.entries.at(id);
        entry.legs -= 1;
        let held = if entry.pull == pull { entry.pull.take() } else { None };
        // Another pull has taken hold of it meanwhile, since a guard is off, and may have waited for this answer.
        let waiting = entry.pull;
        let (began, message, user) = (entry.attempt_began, entry.pager.message, entry.pager.to);
        let success = (200..300).contains(&last.code);
        let result = if last.code == NO_ANSWER { LegResult::Timeout } else { LegResult::Code(last.code) };
        let tag = if success { self.delivers() } else { Class::of(last.code).tag() };
        // Of a request that the core forked, the one result is that of each device: the PF cannot tell which took it.
        for device in clients.iter() {
            out.milestone(tag, Milestone::AttemptEnd { message, device, result });
        }
        if success && pull.is_some() && !out.holds(Tag::PullRemoves) {
            out.milestone(Tag::PullRemoves, Milestone::Released { message });
        } else if success {
            self.got_through(user);
            self.on_success(now, id, clients, last.code, out);
        } else if self.on_failure(now, id, user, clients, last, out) {
            self.entries.at(id).pull = held.or(self.entries.at(id).pull);
            return;
        }
        if self.entries.get(id).is_some_and(|e| !e.settled) {
            self.refused_on_the_way(user, clients, last, out);
        }
        if let Some(serial) = pull {
            let lost = matches!(Class::of(last.code), Class::Timeout | Class::Unreachable);
            self.pulled_leg_ended(now, serial, id, success, lost, out);
        }
        if let Some(serial) = waiting {
            self.send_pulled(now, serial, out);
            self.go_on_if_finished(now, serial, out);
        }
        self.next_in_line(now, user, (!success).then_some(began), out);
        self.let_go(id);
    }

    fn on_success(&mut self, now: SimTime, id: EntryId, clients: ClientSet, code: u16, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.missing = clients.iter().fold(entry.missing, ClientSet::without);
        let (settled, reports) = (entry.settled, entry.pager.dispositions.positive);
        if code == 202 && self.behaviour.unconfirmed_202 && reports && !settled && out.holds(Tag::OwnUnconfirmed) {
            return self.on_unconfirmed(now, id, clients, out);
        }
        if self.behaviour.answer_at_first_2xx || self.entries.at(id).legs == 0 {
            self.answer(id, code, out);
        }
        if !settled && self.behaviour.defer_missing && out.holds(Tag::OwnDeferMissing) {
            let entry = self.entries.at(id);
            entry.reached = true;
            if entry.legs == 0 {
                self.conclude_reached(now, id, out);
            }
        } else {
            self.delivered(id, self.delivers(), out);
        }
    }

    /// One or more clients did not take it. True if the request is to be sent once more: nothing has ended.
    fn on_failure(&mut self, now: SimTime, id: EntryId, user: UserId, clients: ClientSet, last: Final, out: &mut Outbox) -> bool {
        let class = Class::of(last.code);
        let said = self.said_of(last.code, out);
        let repeats = said.map_or(class == Class::Server && self.repeats_server_errors(out), |s| s == OnResponse::Retry);
        if repeats && self.repeats(now, id, clients, last.reason, out) {
            return true;
        }
        if class == Class::Timeout && self.behaviour.timeout_suspects {
            self.user(user).clients.iter_mut().filter(|c| clients.has(c.id)).for_each(|c| c.suspect = true);
        }
        let defers = match said {
            None => self.defers(class, out),
            // Content that can go no other way is a refusal.
            Some(OnResponse::Adapt) => self.behaviour.refusal_defers,
            Some(said) => said != OnResponse::Fail,
        };
        let missing = class == Class::Timeout && self.behaviour.defer_missing;
        let adapts = match said {
            None => class == Class::Content && self.behaviour.content_error_adapts && out.holds(Tag::OwnContentAdapt),
            Some(said) => said == OnResponse::Adapt,
        };
        let entry = self.entries.at(id);
        entry.failed_to = clients.iter().fold(entry.failed_to, ClientSet::with);
        note(&mut entry.best, class, last);
        if defers || !entry.deferrable {
            entry.deciding = if said.is_some() { Tag::OwnResponses } else { class.tag() };
        }
        entry.deferrable |= defers;
        entry.adapt |= adapts;
        if missing {
            entry.missing = clients.iter().fold(entry.missing, ClientSet::with);
        } else if !defers {
            entry.missing = clients.iter().fold(entry.missing, ClientSet::without);
        }
        self.conclude_failed(now, id, out);
        false
    }

    /// A leg has failed, and what that comes to if it was the last.
    pub(super) fn conclude_failed(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        match (entry.legs, entry.settled, entry.reached) {
            // Delivered by another leg, or ended otherwise: the answer that waited for all of them goes now.
            (0, true, _) => self.answer(id, 200, out),
            (0, false, true) => self.conclude_reached(now, id, out),
            (0, false, false) => self.on_all_failed(now, id, out),
            _ => {}
        }
    }

    /// Whether an answer of this class allows deferral.
    fn defers(&self, class: Class, out: &Outbox) -> bool {
        match class {
            Class::Timeout => self.behaviour.timeout_defers && out.holds(Tag::OwnTimeoutDefers),
            Class::Unreachable => self.behaviour.unreachable_defers && out.holds(Tag::OwnUnreachableDefers),
            Class::Server => self.behaviour.server_error != ServerError::Fail && out.holds(Tag::OwnServerError),
            // Content that can go no other way is a refusal.
            Class::Content | Class::Refusal => self.behaviour.refusal_defers || !out.holds(Tag::OwnRefusalFails),
        }
    }

    /// What the model says of a code, where that is not what the axes say (`pf.responses`).
    fn said_of(&self, code: u16, out: &mut Outbox) -> Option<OnResponse> {
        let said = self.setup.responses.exception(code)?;
        out.milestone(Tag::OwnResponses, Milestone::Told);
        out.holds(Tag::OwnResponses).then_some(said)
    }

    /// Whether a server error is met with a repetition (`on-server-error=retry-then-defer`).
    fn repeats_server_errors(&self, out: &Outbox) -> bool {
        self.behaviour.server_error == ServerError::RetryThenDefer && out.holds(Tag::OwnServerError)
    }

    /// Has a request sent once more; false if it has been already.
    fn repeats(&mut self, now: SimTime, id: EntryId, clients: ClientSet, reason: Reason, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        let mut of_them = clients.iter();
        let key = of_them.next().expect("a request is for some client");
        let once = !entry.repeated.has(key) && !entry.expired && !entry.overdue_at(now);
        if !once {
            return false;
        }
        entry.repeated = clients.iter().fold(entry.repeated, ClientSet::with);
        entry.legs += 1;
        let wait = match reason {
            Reason::RetryAfter(seconds) => Span::from_secs(u64::from(seconds)),
            _ => self.setup.server_retry,
        };
        self.repeat_later(id, key, Some(clients), wait, out);
        true
    }

    /// All clients have answered and some have it: it stays for those that did not answer, or it is done.
    fn conclude_reached(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        self.answer(id, 200, out);
        let entry = self.entries.at(id);
        if entry.missing.is_empty() || entry.overdue_at(now) {
            return self.delivered(id, self.delivers(), out);
        }
        entry.failed_attempt = Some(entry.attempt_began);
        let message = entry.pager.message;
        if entry.in_queue {
            out.milestone(Tag::OwnDeferMissing, Milestone::Released { message });
        } else {
            self.defer(now, id, DeferReason::AttemptFailed, Tag::OwnDeferMissing, out);
        }
    }

    // --- 202 from a client

    /// A 202 is open until a report of its delivery comes, at the latest until the message's life ends. Only a message whose
    /// sender asked for a report can be confirmed; without that a 202 counts as delivered.
    fn on_unconfirmed(&mut self, now: SimTime, id: EntryId, clients: ClientSet, out: &mut Outbox) {
        out.milestone(Tag::OwnUnconfirmed, Milestone::Told);
        self.answer(id, 202, out);
        let entry = self.entries.at(id);
        entry.unconfirmed = clients.iter().fold(entry.unconfirmed, ClientSet::with);
        if entry.overdue_at(now) && !entry.busy() {
            return self.expire(now, id, Tag::Expire, out);
        }
        if entry.expiry.is_none() && entry.due != SimTime::NEVER {
            let left = entry.due.since(now).unwrap_or(Span::ZERO);
            entry.expiry = Some(out.set_timer(Timer::DeferredExpiry { entry: id.index }, left));
        }
    }

    /// A disposition notification of a client of this PF passes: it may settle a message that is open until then.
    pub(super) fn on_report_from_client(&mut self, now: SimTime, imdn: &Imdn, out: &mut Outbox) {
        let Some(id) = self.entries.held(imdn.about) else { return };
        let entry = self.entries.at(id);
        if !entry.unconfirmed.has(imdn.reporter) || entry.settled {
            return;
        }
        entry.unconfirmed = entry.unconfirmed.without(imdn.reporter);
        let (user, began, legs) = (entry.pager.to, entry.attempt_began, entry.legs);
        let took = imdn.disposition != Disposition::Failed;
        if took {
            self.delivered(id, Tag::OwnUnconfirmed, out);
        } else if legs == 0 {
            let entry = self.entries.at(id);
            (entry.deferrable, entry.deciding) = (true, Tag::OwnUnconfirmed);
            self.on_all_failed(now, id, out);
        }
        self.next_in_line(now, user, (!took).then_some(began), out);
        self.let_go(id);
    }

    // --- no client took it

    fn on_all_failed(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.failed_attempt = Some(entry.attempt_began);
        let (message, deferrable, adapt) = (entry.pager.message, entry.deferrable, entry.adapt);
        let (pushed, handovers, deciding, pulled) = (entry.in_queue, entry.handovers, entry.deciding, entry.by_pull);
        if entry.sms_open && (!entry.both || entry.overdue_at(now)) {
            return self.leave_to_sms(id, Tag::Expire, out); // The short message is still to come back with its result.
        }
        if entry.overdue_at(now) {
            self.answer(id, 202, out);
            return self.expire(now, id, Tag::Expire, out);
        }
        if !entry.unconfirmed.is_empty() {
            return; // A client is still to report.
        }
        // What a pull did not bring to the client goes back to the queue, whatever the client said.
        if adapt && handovers == 0 && self.may_interwork() && !pulled {
            return self.hand_over(now, id, Tag::OwnContentAdapt, out);
        }
        let (defers, tag) = match self.behaviour.all_failed {
            _ if pulled && pushed => (true, deciding),
            AllFailed::ByClass => (deferrable, deciding),
            AllFailed::Defer => (true, deciding),
            AllFailed::BestError => (false, Tag::Ts83ForwardResponse),
        };
        if !defers {
            let best = self.best_error(id, out);
            return self.fail(now, id, best, tag, out);
        }
        if pushed {
            out.milestone(Tag::DeferKeep, Milestone::Released { message });
            out.milestone(Tag::DeferKeep, Milestone::GuardReached { guard: axis::GUARD_REQUEUE_ON_FAILURE });
            if !self.behaviour.guard_requeue || !out.holds(Tag::DeferKeep) {
                return self.lose(id, Tag::OwnLost, out);
            }
            self.tell_anew(id, out);
        } else if !self.defer(now, id, DeferReason::AttemptFailed, tag, out) {
            return;
        }
        self.after_failed_attempt(now, id, out);
    }

    /// The final response that goes to the originator, with its headers (TS83-8.3.2.1-37): the best error, or 480 where no
    /// client gave one that may be passed on.
    fn best_error(&mut self, id: EntryId, out: &mut Outbox) -> (u16, Reason) {
        let best = self.entries.at(id).best;
        out.milestone(Tag::Ts83ForwardResponse, Milestone::Told);
        best.filter(|_| out.holds(Tag::Ts83ForwardResponse)).unwrap_or((480, Reason::None))
    }

    /// A message that no client took looks for its next access (IW15-R-12).
    pub(super) fn after_failed_attempt(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        out.milestone(Tag::OwnReEvaluate, Milestone::GuardReached { guard: axis::GUARD_RE_EVALUATE_AFTER_INSERTION });
        if self.behaviour.guard_re_evaluate && self.behaviour.rules.holds(Tag::OwnReEvaluate) && self.look_at_access(now, id, out) {
            return;
        }
        let first = self.entries.at(id).handovers == 0;
        let by_sms =
            self.may_interwork() && self.behaviour.primary_iw_trigger && self.behaviour.first_attempt == FirstAttempt::AtOnce;
        if first && by_sms && self.suitable(now, id).is_empty() && self.behaviour.rules.holds(Tag::NextAccess) {
            self.hand_over(now, id, Tag::NextAccess, out);
        }
    }

    /// Tries what access the PF knows of now; true if it found any.
    pub(super) fn look_at_access(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) -> bool {
        if self.held_back(now, id) {
            return false;
        }
        let clients = if self.notifies() { Vec::new() } else { self.next_clients(now, id, None) };
        if self.notifies() && self.has_client_to_tell(now, id) {
            // It is told, and asks for it.
            let user = self.entries.at(id).pager.to;
            self.notify_later(user, Scope::All);
            return true;
        }
        if !clients.is_empty() {
            self.attempt(now, id, clients.iter().copied(), Origin::Push, Tag::NextAccess, out);
            return true;
        }
        let entry = self.entries.at(id);
        let (user, handed_at) = (entry.pager.to, (entry.handovers > 0).then_some(entry.handed_at));
        let state = self.user(user);
        // The alert that its failed short message had armed has come and no other will: only another attempt can arm one.
        let unarmed = handed_at.is_some() && state.alerted > handed_at;
        if (state.sms_ready.is_some() || unarmed) && self.sms_ready_acts() && self.waits_for_sms(now, id, out) {
            self.on_sms_access(now, user, out);
            return true;
        }
        false
    }
}

/// Keeps the better of two errors (RFC 3261 16.7). A 408 and a 503 say nothing that the originator should take for an answer of
/// the recipient (RFC 4320 4.2, RFC 3261 16.7).
fn note(best: &mut Option<(u16, Reason)>, class: Class, last: Final) {
    let Final { code, reason } = last;
    if class == Class::Timeout || code == 503 {
        return;
    }
    match *best {
        Some((standing, _)) if better(standing, code) == standing => {}
        _ => *best = Some((code, reason)),
    }
}
