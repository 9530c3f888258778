//! A message for a user of this PF: acceptance, the decision, and its end.

use super::entry::EntryId;
use super::relay::unanswered;
use super::{Pf, fresh};
use crate::delivery::cpm::decision::{Act, Decision, Known, Screened, Situation, decide};
use crate::delivery::{
    Body, DeferReason, Disposition, Fate, FunctionId, HoldEnd, Milestone, Origin, Outbox, Path, Pdu, Request, Response, Tag, UserId,
};
use crate::units::SimTime;

impl Pf {
    /// A MESSAGE came to the terminating side; it was complete at `at`.
    pub(super) fn accept(&mut self, now: SimTime, at: SimTime, request: Request, out: &mut Outbox) {
        let Body::Pager(pager) = request.body else { unreachable!("dispatched by its body") };
        let (message, user) = (pager.message, pager.to);
        let due = pager.expires.min(at.saturating_add(self.setup.expiry));
        out.milestone(Tag::Accept, Milestone::Accept { message, at, due });
        let copy = out.mint_copy();
        let made = Milestone::CopyMade {
            copy,
            message,
            parent: Some(pager.copy),
            origin: Origin::Acceptance,
            path: Path::Ip,
            device: None,
        };
        out.milestone(Tag::Accept, made);
        out.milestone(Tag::Accept, Milestone::CopyEnd { copy: pager.copy, message, fate: Fate::Superseded });

        let id = self.entries.insert(fresh(pager, copy, due, unanswered(&request), self.turn));
        self.user(user).held.push(id);
        if self.behaviour.arrival_expiry_check && pager.expires <= now && self.behaviour.rules.holds(Tag::OwnArrivalExpired) {
            self.answer(id, 200, out);
            self.expire(now, id, Tag::OwnArrivalExpired, out);
            return;
        }
        out.milestone(Tag::StartFromRegistered, Milestone::Told);
        let decision = self.decide(now, user, Screened::message(&pager));
        self.carry_out(now, id, &decision, out);
        out.milestone(Tag::StartFromRegistered, Milestone::Decided { message });
    }

    /// What the procedure in force says of a message for `user`.
    fn decide(&self, now: SimTime, user: UserId, message: Screened) -> Decision {
        let state = &self.users[user.0 as usize];
        let kinds = &self.setup.devices;
        let known = |c: &super::knowledge::Client| Known {
            id: c.id,
            kind: kinds.kinds[(c.id.0 - kinds.first.0) as usize],
            primary: c.primary,
            capabilities: c.capabilities,
            connected: c.connected,
            passed_over: c.suspect,
        };
        let clients: Vec<Known> = state.clients.iter().map(known).collect();
        decide(
            &self.behaviour,
            &Situation {
                now,
                message,
                recipient: user,
                policy: &self.setup.policies[state.policy as usize],
                provider: &self.setup.provider,
                first: self.setup.devices.first_of[user.0 as usize],
                clients: &clients,
                queue_stands: state.queued > 0,
                interworking: self.may_interwork(),
                sms_ready: state.sms_ready.is_some(),
                forward_hops: self.setup.forward_hops,
                reject_code: self.setup.reject_code,
                optional_warning: self.setup.optional_warning,
            },
        )
    }

    /// Does what was decided, step by step.
    fn carry_out(&mut self, now: SimTime, id: EntryId, decision: &Decision, out: &mut Outbox) {
        let user = self.entries.at(id).pager.to;
        for step in decision.steps() {
            let tag = step.tag;
            match step.act {
                Act::Deliver(clients) => {
                    let clients: Vec<FunctionId> = clients.iter().collect();
                    self.attempt(now, id, &clients, Origin::FanOut, tag, out);
                }
                Act::Defer(reason) => {
                    let clients_stand = decision.selection.is_some_and(|s| !s.suitable.is_empty());
                    if self.defer(now, id, reason, tag, out) && clients_stand {
                        self.join_push(now, id, out);
                    }
                }
                Act::DeferAndWait => {
                    if self.defer(now, id, DeferReason::WaitIp, tag, out) {
                        self.start_wait(user, id, out);
                    }
                }
                Act::HandOver => self.hand_over(now, id, tag, out),
                Act::Reject { code, .. } => self.refuse(id, code, tag, out),
                Act::Discard | Act::Store | Act::Forward(_) | Act::Record | Act::ToUser | Act::NoOutcome => {
                    unreachable!("no procedure that is built asks for it")
                }
            }
        }
    }

    /// Whether messages of this PF's users may go by a non-CPM service at all.
    pub(super) fn may_interwork(&self) -> bool {
        self.setup.isf.is_some() && self.setup.provider.interworking
    }

    /// Answers the originating side, once.
    pub(super) fn answer(&mut self, id: EntryId, code: u16, out: &mut Outbox) {
        if let Some((to, response)) = self.entries.at(id).answer.take() {
            if code == 202 {
                out.milestone(Tag::DeferAccepted, Milestone::Told);
            }
            out.send(to, Pdu::Response(Response { code, ..response }));
        }
    }

    /// Refuses a message before any attempt.
    pub(super) fn refuse(&mut self, id: EntryId, code: u16, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (message, copy) = (entry.pager.message, entry.copy);
        out.milestone(tag, Milestone::Reject { message, code });
        self.answer(id, code, out);
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) });
        self.settle(id, tag, out);
    }

    /// Gives a message up: the sender's side is answered, or told if it asked.
    pub(super) fn fail(&mut self, now: SimTime, id: EntryId, code: u16, tag: Tag, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let (pager, copy, unanswered) = (entry.pager, entry.copy, entry.answer.is_some());
        let message = pager.message;
        out.milestone(tag, Milestone::Failed { message, code });
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) });
        self.answer(id, code, out);
        if !unanswered && pager.dispositions.negative {
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
        entry.in_line = false;
        let (message, user) = (entry.pager.message, entry.pager.to);
        if let Some(timer) = entry.expiry.take() {
            out.cancel_timer(timer);
        }
        self.leave_queue(id, tag, out);
        if self.entries.at(id).sms_open && self.behaviour.guard_keep_copy {
            out.milestone(tag, Milestone::Retained { message, on: false });
        }
        out.milestone(tag, Milestone::Settled { message });
        let state = self.user(user);
        state.held.retain(|held| *held != id);
        state.line.retain(|waiting| *waiting != id);
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

    /// The clients that a push or a second try goes to.
    pub(super) fn chosen(&self, user: UserId, suitable: Vec<FunctionId>, triggering: Option<FunctionId>) -> Vec<FunctionId> {
        use crate::delivery::behaviour::PushTarget;
        match self.behaviour.push_target {
            PushTarget::AllSuitable => suitable,
            PushTarget::OnePrimary => self.one_of(user, &suitable, true).into_iter().collect(),
            PushTarget::OneTriggering => {
                let named = triggering.filter(|t| suitable.contains(t));
                named.or_else(|| self.one_of(user, &suitable, false)).into_iter().collect()
            }
        }
    }
}
