//! A message for a user of this PF: acceptance and its end. What lies between is decided in [`decision`](super::super::decision)
//! and done in `carrying_out`.

use super::Pf;
use super::entry::{Came, Entry, EntryId};
use super::relay::unanswered;
use crate::delivery::behaviour::DeliveryRule;
use crate::delivery::cpm::decision::Screened;
use crate::delivery::{Body, Disposition, Fate, HoldEnd, Milestone, Origin, Outbox, Path, Pdu, Reason, Request, Response, Tag};
use crate::units::SimTime;

impl Pf {
    /// A MESSAGE came to the terminating side; it was complete at `at`.
    pub(super) fn accept(&mut self, now: SimTime, at: SimTime, request: Request, out: &mut Outbox) {
        let Body::Pager(pager) = &request.body else { unreachable!("dispatched by its body") };
        let pager = **pager;
        let id = self.take_in(at, &request, out);
        let decision = self.decide(now, pager.to, Screened::message(&pager));
        let latest = self.behaviour.delivery_rule == DeliveryRule::Iw2015;
        if latest && decision.selection.is_some() {
            out.milestone(Tag::StartFromRegistered, Milestone::Told);
        }
        self.carry_out(now, id, &decision, out);
        // By the statement of the last step: the one that ended the procedure.
        let ended_by = decision.steps().last().map_or(self.takes_in(), |step| step.tag);
        out.milestone(ended_by, Milestone::Decided { message: pager.message });
    }

    /// The statement by which this generation's PF takes a message in.
    fn takes_in(&self) -> Tag {
        match self.behaviour.delivery_rule {
            DeliveryRule::Im2008 | DeliveryRule::Sd2009 => Tag::RouteToTerminating,
            DeliveryRule::TsDraft => Tag::Ts83AccessFirst,
            DeliveryRule::Iw2015 => Tag::Accept,
        }
    }

    /// The statement by which this generation's PF delivers to clients.
    pub(super) fn delivers(&self) -> Tag {
        match self.behaviour.delivery_rule {
            DeliveryRule::Im2008 => Tag::Im08Deliver,
            DeliveryRule::Sd2009 => Tag::Sd23Deliver,
            DeliveryRule::TsDraft => Tag::Ts83OneRequest,
            DeliveryRule::Iw2015 => Tag::DeliverToClients,
        }
    }

    /// Takes a message over from the copy that brought it.
    pub(super) fn take_in(&mut self, at: SimTime, request: &Request, out: &mut Outbox) -> EntryId {
        let Body::Pager(pager) = &request.body else { unreachable!("dispatched by its body") };
        let pager = **pager;
        let (message, user) = (pager.message, pager.to);
        let due = pager.expires.min(at.saturating_add(self.setup.expiry));
        let rule = self.takes_in();
        out.milestone(rule, Milestone::Accept { message, at, due });
        let copy = out.mint_copy();
        let made = Milestone::CopyMade {
            copy,
            message,
            parent: Some(pager.copy),
            origin: Origin::Acceptance,
            path: Path::Ip,
            device: None,
        };
        out.milestone(rule, made);
        out.milestone(rule, Milestone::CopyEnd { copy: pager.copy, message, fate: Fate::Superseded });
        let came = Came {
            copy,
            due,
            turn: self.turn,
            first: self.setup.devices.first_of[user.0 as usize],
            policy: self.users[user.0 as usize].policy,
        };
        let id = self.entries.insert(Entry::fresh(request, pager, came), unanswered(request));
        self.user(user).held.push(id);
        id
    }

    /// What local policy does with a message that is no longer valid at arrival: it is accepted and ends as expired
    /// (TS83-8.3.2.1-16).
    pub(super) fn discard(&mut self, now: SimTime, id: EntryId, tag: Tag, out: &mut Outbox) {
        self.answer(id, 200, out);
        self.expire(now, id, tag, out);
    }

    /// Whether messages of this PF's users may go by a non-CPM service at all.
    pub(super) fn may_interwork(&self) -> bool {
        self.setup.isf.is_some() && self.setup.provider.interworking
    }

    /// Answers the originating side, once.
    pub(super) fn answer(&mut self, id: EntryId, code: u16, out: &mut Outbox) {
        self.answer_for(id, code, Reason::None, out);
    }

    /// Answers the originating side, once, with the header that says why.
    pub(super) fn answer_for(&mut self, id: EntryId, code: u16, reason: Reason, out: &mut Outbox) {
        if let Some((to, response)) = self.entries.take_answer(id) {
            out.send(to, Pdu::Response(Response { code, reason, ..response }));
        }
    }

    /// Answers the originating side, once, as the statement of `rule` demands. Without that rule nothing is answered.
    pub(super) fn answer_under(&mut self, id: EntryId, code: u16, rule: Tag, out: &mut Outbox) {
        if !out.holds(rule) {
            self.entries.take_answer(id);
        } else if self.entries.at(id).answer.is_some() {
            out.milestone(rule, Milestone::Told);
            self.answer(id, code, out);
        }
    }

    /// Refuses a message before any attempt; one that has been accepted before fails.
    pub(super) fn refuse(&mut self, now: SimTime, id: EntryId, refusal: (u16, Reason), tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy, (code, reason)) = (entry.pager.message, entry.copy, refusal);
        if entry.answer.is_none() {
            return self.fail(now, id, refusal, tag, out);
        }
        out.milestone(tag, Milestone::Reject { message, code });
        self.answer_for(id, code, reason, out);
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) });
        self.settle(id, tag, out);
    }

    /// Gives a message up: the sender's side is answered, or told if it asked.
    pub(super) fn fail(&mut self, now: SimTime, id: EntryId, (code, reason): (u16, Reason), tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (pager, copy, unanswered, reached) = (entry.pager, entry.copy, entry.answer.is_some(), entry.has_arrived());
        let message = pager.message;
        out.milestone(tag, Milestone::Failed { message, code });
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) });
        self.answer_for(id, code, reason, out);
        if !unanswered && !reached && pager.dispositions.negative {
            self.report(now, pager, Disposition::Failed, tag, out);
        }
        self.settle(id, tag, out);
    }

    /// The message has reached the user: the PF's copy has done its duty.
    pub(super) fn delivered(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        if !entry.settled {
            out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Superseded });
            self.settle(id, tag, out);
        }
    }

    /// The message's end is decided: it leaves queue and lists, and its timers stop.
    pub(super) fn settle(&mut self, id: EntryId, tag: Tag, out: &mut Outbox) {
        self.end_message_wait(id, HoldEnd::NothingWaits, out);
        let entry = self.entries.at(id);
        assert!(!entry.settled, "a message is settled once");
        entry.settled = true;
        (entry.in_line, entry.lined_up) = (false, false);
        let (message, user) = (entry.pager.message, entry.pager.to);
        if let Some(timer) = entry.expiry.take() {
            out.cancel_timer(timer);
        }
        self.leave_queue(id, tag, out);
        if self.entries.at(id).sms_open && self.keeps_copy() {
            out.milestone(tag, Milestone::Retained { message, on: false });
        }
        out.milestone(tag, Milestone::Settled { message });
        let state = self.user(user);
        state.held.retain(|held| *held != id);
        state.line.retain(|waiting| *waiting != id);
        self.stop_watching(user, out);
        let state = self.user(user);
        if state.queued == 0 {
            self.end_wait(user, HoldEnd::NothingWaits, out);
        }
        self.let_go(id);
    }

    /// Forgets a settled message once nothing is under way for it.
    pub(super) fn let_go(&mut self, id: EntryId) {
        if let Some(entry) = self.entries.get(id)
            && entry.settled
            && entry.at_rest()
            && entry.answer.is_none()
        {
            self.entries.remove(id);
        }
    }
}
