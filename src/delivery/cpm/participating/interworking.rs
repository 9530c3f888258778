//! The SMS side of the terminating PF: hand-over to the ISF, results, readiness, and the wait for IP (CPM-MLD-035).

use super::entry::{EntryId, Mark};
use super::relay::preserved;
use super::{Final, NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::axes as axis;
use crate::delivery::behaviour::ServerError;
use crate::delivery::{
    Body, Case, Claim, DeferReason, Disposition, Fate, FunctionId, HoldEnd, Icsi, Imdn, MAX_FORWARDS, MessageId, Method, Milestone,
    Origin, Outbox, Pager, Path, Reason, Request, Tag, Target, Timer, UserId,
};
use crate::units::{SimTime, Span};

impl Pf {
    /// Hands a message to the ISF (IW15-8.3.1.1-40) and keeps a copy until its result.
    pub(super) fn hand_over(&mut self, now: SimTime, id: EntryId, tag: Tag, out: &mut Outbox) {
        let isf = self.setup.isf.expect("only what may be interworked is handed over");
        self.end_message_wait(id, HoldEnd::Expiry, out);
        let message = self.entries.at(id).pager.message;
        out.milestone(Tag::OwnClaim, Milestone::Claimed { message, by: Claim::Interwork });
        self.leave_queue(id, tag, out);
        if self.keeps_copy() && !self.entries.at(id).sms_open {
            out.milestone(Tag::KeepInterworked, Milestone::Retained { message, on: true });
        }
        self.send_to_isf(now, isf, id, tag, out);
        if self.behaviour.interwork_accept_202 {
            self.answer(id, 202, out);
        }
    }

    /// A hand-over that met a server error is made once more (`on-server-error=retry-then-defer`).
    pub(super) fn hand_over_again(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        if entry.settled {
            entry.sms_open = false;
            return self.let_go(id);
        }
        if entry.overdue_at(now) {
            // What was retained is let go as the message is settled.
            self.answer(id, 202, out);
            self.expire(now, id, Tag::Expire, out);
            self.entries.at(id).sms_open = false;
            return self.let_go(id);
        }
        let isf = self.setup.isf.expect("it has been handed over before");
        self.send_to_isf(now, isf, id, Tag::OwnServerError, out);
    }

    fn send_to_isf(&mut self, now: SimTime, isf: FunctionId, id: EntryId, tag: Tag, out: &mut Outbox) {
        let turn = self.turn;
        let entry = self.entries.at(id);
        entry.handovers += 1;
        entry.handed_at = turn;
        entry.sms_open = true;
        entry.isf_open += 1;
        entry.held_for = None;
        let (pager, parent, attempt) = (entry.pager, entry.copy, entry.handovers);
        self.stop_watching(pager.to, out);
        let message = pager.message;
        out.milestone(tag, Milestone::Handover { message, attempt });
        out.milestone(Tag::HandToIsf, Milestone::Told);
        let copy = out.mint_copy();
        let made =
            Milestone::CopyMade { copy, message, parent: Some(parent), origin: Origin::HandOver, path: Path::Sms, device: None };
        out.milestone(tag, made);
        let purpose = Purpose::HandOver { entry: id, attempt };
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, purpose, out);
        let indications = preserved(&pager, Tag::PreserveTerminating, out);
        let body = Body::Pager(Box::new(Pager { copy, attempt, indications, ..pager }));
        let request = OwnRequest {
            txn,
            target: Target::User(pager.to),
            case: Case::Done,
            from: pager.from,
            icsi: Icsi::Msg,
            max_forwards: MAX_FORWARDS,
            body,
        };
        let to = if out.holds(Tag::HandToIsf) { isf } else { self.setup.core };
        out.send(to, own_request(self.setup.id, Method::Message, request));
    }

    /// The ISF's side has taken the message or refused it.
    pub(super) fn on_isf_answer(&mut self, now: SimTime, id: EntryId, attempt: u32, last: Final, out: &mut Outbox) {
        let code = last.code;
        self.entries.at(id).isf_open -= 1;
        if (200..300).contains(&code) {
            self.answer(id, code, out);
        } else if !self.hands_over_later(now, id, attempt, last, out) {
            let entry = self.entries.at(id);
            let (message, user) = (entry.pager.message, entry.pager.to);
            entry.not_by_sms |= matches!(code, 413 | 415);
            if code == NO_ANSWER {
                // Nothing came back in time: the hand-over may still arrive, but counts as failed.
                out.milestone(Tag::OwnTransactionTimeout, Milestone::Told);
            }
            self.on_sms_failed(now, message, attempt, out);
            self.handover_refused(user, id, last, out);
            if self.entries.get(id).is_some_and(|e| e.settled && e.legs == 0) {
                // Its end came before the answer of the ISF's side, which now never comes.
                self.answer(id, 202, out);
            }
        }
        self.let_go(id);
    }

    /// A server error of the ISF's side, its 503 among them: no short message will come of this hand-over and no waiting data
    /// stand for it, so it is made once more after a wait. False where the axis has no repetition, or there has been one.
    fn hands_over_later(&mut self, now: SimTime, id: EntryId, attempt: u32, last: Final, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        let current = entry.sms_open && entry.handovers == attempt && !entry.settled && !entry.overdue_at(now);
        let rule = self.behaviour.server_error == ServerError::RetryThenDefer && out.holds(Tag::OwnServerError);
        if !(500..600).contains(&last.code) || !current || !rule || std::mem::replace(&mut entry.isf_repeated, true) {
            return false;
        }
        let wait = match last.reason {
            Reason::RetryAfter(seconds) => Span::from_secs(u64::from(seconds)),
            _ => self.setup.server_retry,
        };
        let isf = self.setup.isf.expect("it has been handed over");
        self.repeat_later(id, isf, None, wait, out);
        true
    }

    /// An SMS failed: the message waits for the next access (IW15-R-10, -12).
    pub(super) fn on_sms_failed(&mut self, now: SimTime, message: MessageId, attempt: u32, out: &mut Outbox) {
        let Mark::Held(index) = self.entries.mark(message.0) else {
            out.milestone(Tag::OwnIgnoreLateFailure, Milestone::LateFailure { message });
            return;
        };
        let id = self.entries.id_of(index);
        if self.entries.at(id).handovers == 0 {
            return self.undefined(Some(id), "failed-iw of a message never handed over", out);
        }
        let entry = self.entries.at(id);
        let current = entry.sms_open && entry.handovers == attempt;
        let (settled, expired, handed_at, user) = (entry.settled, entry.expired, entry.handed_at, entry.pager.to);
        if current {
            entry.sms_open = false;
            // What was known of SMS access was wrong, unless the news of it is younger than the hand-over.
            let state = self.user(user);
            if state.sms_ready.is_some_and(|since| since <= handed_at) {
                state.sms_ready = None;
            }
        }
        if settled || !current {
            out.milestone(Tag::OwnIgnoreLateFailure, Milestone::LateFailure { message });
            let (guard, on) = match settled && expired {
                true => (axis::GUARD_EXPIRY_ACTION_ONCE, self.behaviour.guard_expiry_once),
                false => (axis::GUARD_IGNORE_LATE_FAILURE, self.behaviour.guard_ignore_late_failure),
            };
            out.milestone(Tag::OwnIgnoreLateFailure, Milestone::GuardReached { guard });
            let ignored = on && out.holds(Tag::OwnIgnoreLateFailure);
            if ignored || !settled || !self.behaviour.sms_failure_defers {
                return self.let_go(id);
            }
            self.take_up_again(id, out);
        } else {
            out.milestone(Tag::KeepInterworked, Milestone::GuardReached { guard: axis::GUARD_KEEP_COPY_UNTIL_FINAL });
            if !self.keeps_copy() {
                return self.lose(id, Tag::OwnLost, out);
            }
            out.milestone(Tag::SmsFailureDefers, Milestone::Retained { message, on: false });
            if expired {
                return; // Its expiry action is under way, once (SD23-5.2.2.2-07): the store is still to answer.
            }
        }
        let entry = self.entries.at(id);
        entry.returns += 1;
        if std::mem::take(&mut entry.both) && entry.in_queue {
            return; // The CPM message was deferred beside the short one, and waits on, alone.
        }
        if entry.legs > 0 {
            return; // Delivered to a client meanwhile, or about to be: that attempt decides.
        }
        if entry.overdue_at(now) {
            self.answer(id, 202, out);
            return self.expire(now, id, Tag::Expire, out);
        }
        // Put off beside the short message, since the store or some client did not take it, it is in the queue and stays there.
        if !entry.in_queue {
            let demanded = self.behaviour.sms_failure_defers && self.behaviour.rules.holds(Tag::SmsFailureDefers);
            if !demanded || !self.waits_after_sms(now, id) {
                return self.fail(now, id, (480, Reason::None), Tag::SmsFailureDefers, out);
            }
            if !self.defer(now, id, DeferReason::SmsFailed, Tag::SmsFailureDefers, out) {
                return;
            }
        }
        out.milestone(Tag::OwnLookAgain, Milestone::GuardReached { guard: axis::GUARD_LATE_SMS_LOOK_AGAIN });
        let look = self.behaviour.guard_look_again && self.behaviour.rules.holds(Tag::OwnLookAgain);
        let again = self.behaviour.guard_re_evaluate && self.behaviour.rules.holds(Tag::OwnReEvaluate);
        if look || again {
            self.look_at_access(now, id, out);
        }
    }

    /// A settled message is deferred a second time, since the guard against it is off: the second delivery is the hazard.
    fn take_up_again(&mut self, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, parent, user) = (entry.pager.message, entry.copy, entry.pager.to);
        let copy = out.mint_copy();
        let made =
            Milestone::CopyMade { copy, message, parent: Some(parent), origin: Origin::Repetition, path: Path::Ip, device: None };
        out.milestone(Tag::OwnIgnoreLateFailure, made);
        entry.copy = copy;
        entry.settled = false;
        entry.expired = false;
        self.user(user).held.push(id);
    }

    /// An SMS arrived (IW15-R-18).
    pub(super) fn on_sms_delivered(&mut self, now: SimTime, message: MessageId, attempt: u32, out: &mut Outbox) {
        let Some(id) = self.entries.held(message).filter(|_| out.holds(Tag::SmsSuccess)) else { return };
        if self.entries.at(id).handovers == 0 {
            return self.undefined(Some(id), "delivered-iw of a message never handed over", out);
        }
        let entry = self.entries.at(id);
        // The user has it, whichever hand-over it was: one that counted as failed decides the message all the same.
        let current = entry.sms_open && entry.handovers == attempt;
        if current {
            entry.sms_open = false;
        }
        if !entry.settled {
            if current && self.keeps_copy() {
                out.milestone(Tag::SmsSuccess, Milestone::Retained { message, on: false });
            }
            let entry = self.entries.at(id);
            entry.sms_delivered = true;
            let (user, pager) = (entry.pager.to, entry.pager);
            if self.behaviour.legacy_indication && pager.dispositions.positive && out.holds(Tag::LegacyIndication) {
                self.report(now, pager, Disposition::Interworked, Tag::LegacyIndication, out);
            }
            let entry = self.entries.at(id);
            if !(entry.both && entry.in_queue) {
                self.delivered(id, Tag::SmsSuccess, out);
                self.next_in_line(now, user, None, out);
            }
        }
        self.let_go(id);
    }

    /// A disposition notification that the IWF made of an SMS result passes on its way to the sender.
    pub(super) fn on_interworking_imdn(&mut self, now: SimTime, imdn: Imdn, request: Request, out: &mut Outbox) {
        self.confirm(&request, out);
        let passes = self.passes(&imdn, out);
        if let Mark::Held(index) = self.entries.mark(imdn.about.0) {
            let id = self.entries.id_of(index);
            let attempt = self.entries.at(id).handovers;
            match imdn.disposition {
                Disposition::Delivered => self.on_sms_delivered(now, imdn.about, attempt, out),
                // The PF learns of the failure by the notification on its way; or, by the letter, it does not.
                Disposition::Failed if self.behaviour.failure_report_literal && out.holds(Tag::OwnFailureReport) => {
                    self.end_unheard(id, out);
                }
                Disposition::Failed => self.on_sms_failed(now, imdn.about, attempt, out),
                Disposition::Displayed | Disposition::Interworked => {}
            }
        }
        if passes {
            self.send_imdn(now, imdn, out);
        }
    }

    /// No event tells of the failure, so that the message is not deferred: its sender hears of it by the notification alone
    /// (`iw-failure-report=literal`).
    fn end_unheard(&mut self, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        let current = std::mem::replace(&mut entry.sms_open, false);
        if std::mem::take(&mut entry.both) && entry.in_queue {
            return; // The CPM message is due beside the short one, and waits on, alone.
        }
        if entry.settled || entry.legs > 0 {
            return self.let_go(id);
        }
        if current && self.keeps_copy() {
            out.milestone(Tag::OwnFailureReport, Milestone::Retained { message, on: false });
        }
        self.answer(id, 202, out);
        out.milestone(Tag::OwnFailureReport, Milestone::Failed { message, code: 480 });
        out.milestone(Tag::OwnFailureReport, Milestone::CopyEnd { copy, message, fate: Fate::Refused(480) });
        self.settle(id, Tag::OwnFailureReport, out);
    }

    /// Whether the PF keeps a message handed over until its result (IW15-R-20, `guard.keep-copy-until-final`).
    pub(super) fn keeps_copy(&self) -> bool {
        self.behaviour.guard_keep_copy && self.behaviour.rules.holds(Tag::KeepInterworked)
    }

    // --- readiness and the wait

    /// IW15-R-09, -13: the Primary Device can take SMS.
    pub(super) fn on_ready_for_sms(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        out.milestone(Tag::SmsTrigger, Milestone::ReadyReceived { user });
        if self.behaviour.guard_failed_before_ready {
            let turn = Some(self.turn);
            let state = self.user(user);
            (state.sms_ready, state.alerted) = (turn, turn);
        }
        out.milestone(Tag::SmsTrigger, Milestone::GuardReached { guard: axis::GUARD_FAILED_BEFORE_READY });
        if self.behaviour.rules.holds(Tag::SmsTrigger) {
            self.on_sms_access(now, user, out);
        }
    }

    /// Whether readiness for SMS moves what waits (`ready-sms-action`, `primary-iw-trigger`, provider policy).
    pub(super) fn sms_ready_acts(&self) -> bool {
        self.behaviour.ready_interworks && self.behaviour.primary_iw_trigger && self.may_interwork()
    }

    /// SMS is a way to `user`: what waits for access goes by it, after the wait for IP.
    pub(super) fn on_sms_access(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        if !self.sms_ready_acts() || !out.holds(Tag::ReadyInterwork) {
            return;
        }
        let held = self.user(user).held.clone();
        let waiting: Vec<EntryId> = held.into_iter().filter(|id| self.waits_for_sms(now, *id, out)).collect();
        for id in waiting {
            if self.behaviour.waits_for_ip() {
                self.start_wait(user, id, out);
            } else {
                self.hand_over(now, id, Tag::ReadyInterwork, out);
            }
        }
    }

    /// Whether a message waits for access and may go by SMS: queued, not claimed, no suitable client, hand-overs left, and not put
    /// off by a rule that blocks interworking. Without claims every message that the PF still holds waits and is not overdue, one whose short
    /// message is under way among them (H-46).
    pub(super) fn waits_for_sms(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) -> bool {
        let claims = self.behaviour.guard_claim && self.behaviour.rules.holds(Tag::OwnClaim);
        let entry = self.entries.at(id);
        if entry.not_by_sms {
            return false;
        }
        let free = if claims { entry.in_queue && !entry.claimed() } else { !entry.settled && !entry.overdue_at(now) };
        let under_way = claims && entry.sms_open;
        let first_copy = !under_way && !entry.sms_delivered && !entry.reached;
        let waits = free && first_copy && (!claims || self.suitable(now, id).is_empty());
        waits && !self.kept_from_sms(now, id, out) && !self.returned_too_often(id, out)
    }

    /// Whether a message has come back from the ISF as often as it may: IP delivery or expiry remain (H-39).
    pub(super) fn returned_too_often(&mut self, id: EntryId, out: &mut Outbox) -> bool {
        let over = self.entries.at(id).returns >= self.setup.handover_limit;
        if over {
            out.milestone(Tag::OwnHandoverLimit, Milestone::GuardReached { guard: axis::GUARD_HANDOVER_LIMIT });
        }
        over && self.behaviour.guard_handover_limit && out.holds(Tag::OwnHandoverLimit)
    }

    /// Starts the wait for IP, of the user or of the message, unless it runs.
    pub(super) fn start_wait(&mut self, user: UserId, id: EntryId, out: &mut Outbox) {
        let wait = self.setup.wait_ip;
        if self.behaviour.wait_per_message {
            let entry = self.entries.at(id);
            if entry.wait.is_none() {
                let message = Some(entry.pager.message);
                entry.wait = Some(out.set_timer(Timer::WaitForIpMessage { entry: id.index }, wait));
                out.milestone(Tag::WaitForIp, Milestone::HoldStart { user, message });
            }
        } else if self.user(user).wait.is_none() {
            let timer = out.set_timer(Timer::WaitForIpUser { user }, wait);
            self.user(user).wait = Some(timer);
            out.milestone(Tag::WaitForIp, Milestone::HoldStart { user, message: None });
        }
    }

    pub(super) fn end_wait(&mut self, user: UserId, why: HoldEnd, out: &mut Outbox) {
        if let Some(timer) = self.user(user).wait.take() {
            out.cancel_timer(timer);
            out.milestone(Tag::WaitEndsByIp, Milestone::HoldEnd { user, message: None, why });
        }
    }

    pub(super) fn end_message_wait(&mut self, id: EntryId, why: HoldEnd, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (user, message) = (entry.pager.to, Some(entry.pager.message));
        if let Some(timer) = entry.wait.take() {
            out.cancel_timer(timer);
            out.milestone(Tag::WaitEndsByIp, Milestone::HoldEnd { user, message, why });
        }
    }

    /// No IP came in time: what waits goes by SMS (IW15-R-13).
    pub(super) fn on_wait_ended(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.user(user).wait = None;
        out.milestone(Tag::WaitForIp, Milestone::HoldEnd { user, message: None, why: HoldEnd::Expiry });
        for id in self.user(user).held.clone() {
            if self.waits_for_sms(now, id, out) {
                self.hand_over(now, id, Tag::ReadyInterwork, out);
            }
        }
    }

    pub(super) fn on_message_wait_ended(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.wait = None;
        let (user, message) = (entry.pager.to, Some(entry.pager.message));
        out.milestone(Tag::WaitForIp, Milestone::HoldEnd { user, message, why: HoldEnd::Expiry });
        if self.waits_for_sms(now, id, out) {
            self.hand_over(now, id, Tag::ReadyInterwork, out);
        }
    }
}
