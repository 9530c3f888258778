//! Sessions about deferred messages: of a pull, which the client closes or the PF, and of a push, which the PF closes.
//!
//! The messages of a pull come as separate requests, and then the session has no media; or inside it, over MSRP, as those of a push
//! do. A message that came in a session is presented like any other.
//!
//! A session is forgotten when the device loses its connection, and without a BYE. One that its other end does not close is closed here
//! when nothing has come for 64 T1: the BYE, or the ACK of a push (RFC 3261 13.3.1.4), may be lost for good. Left out: re-INVITE and session
//! timers.

use super::{Client, Purpose};
use crate::delivery::behaviour::PullTeardown;
use crate::delivery::{
    Body, Dialog, Fate, FunctionId, Icsi, MessageId, Method, Milestone, Msrp, Outbox, Pager, Pdu, Request, Tag, Target, Timer,
    TimerToken, TxnId,
};
use crate::units::SimTime;

/// A session that stands.
#[derive(Clone, Debug)]
pub(super) struct Session {
    invite: TxnId,
    /// Which of the client's it is.
    number: u32,
    /// Messages that the pull asked for by name and that have not come.
    awaited: Vec<MessageId>,
    /// Others that it asked for, by their number.
    others: u32,
    /// Its end without them.
    bound: Option<TimerToken>,
}

impl Session {
    pub fn new(invite: TxnId, awaited: Vec<MessageId>, others: u32) -> Session {
        Session { invite, number: 0, awaited, others, bound: None }
    }

    /// One message less to wait for. Which request a message that was not named belongs to nobody can tell.
    fn takes(&mut self, message: MessageId) -> bool {
        match self.awaited.iter().position(|awaited| *awaited == message) {
            Some(at) => drop(self.awaited.remove(at)),
            None if self.others > 0 => self.others -= 1,
            None => return false,
        }
        true
    }

    fn is_complete(&self) -> bool {
        self.awaited.is_empty() && self.others == 0
    }
}

impl Client {
    fn dialog(&self, invite: TxnId) -> Dialog {
        Dialog { invite, client: self.id, user: self.user }
    }

    /// Acknowledges a success. What acknowledges a failure is the transaction on the hop (RFC 3261 17.1.1.3).
    pub(super) fn acknowledge(&self, invite: TxnId, out: &mut Outbox) {
        out.milestone(Tag::PullAck, Milestone::Told);
        if out.holds(Tag::PullAck) {
            self.in_dialog(invite, Method::Ack, invite, out);
        }
    }

    fn in_dialog(&self, txn: TxnId, method: Method, invite: TxnId, out: &mut Outbox) {
        let body = Body::Session(self.dialog(invite));
        self.request(txn, method, Target::User(self.user), Icsi::Deferred, body, out);
    }

    fn add_session(&mut self, session: Session) {
        let deferred = self.deferred();
        deferred.begun += 1;
        let number = deferred.begun;
        deferred.sessions.push(Session { number, ..session });
    }

    /// A pull was accepted.
    pub(super) fn open_session(&mut self, now: SimTime, session: Session, out: &mut Outbox) {
        let invite = session.invite;
        self.add_session(session);
        match self.setup.behaviour.pull_teardown {
            PullTeardown::ClientAfterAck => self.bye(now, invite, Tag::ByeAfterAck, out),
            PullTeardown::AfterRetrieval => self.wait_or_close(now, invite, out),
            PullTeardown::Pf => self.wait_on(invite, out),
        }
    }

    /// A success of an INVITE that was given up, or the success of a session that stands once more: acknowledged, and the session
    /// that nobody wants here is ended.
    pub(super) fn on_late_success(&mut self, now: SimTime, invite: TxnId, out: &mut Outbox) {
        self.acknowledge(invite, out);
        let stands = self.deferred.as_ref().is_some_and(|d| d.sessions.iter().any(|s| s.invite == invite));
        if !stands {
            self.bye(now, invite, Tag::OwnLateSuccess, out);
        }
    }

    /// Closes the session of a pull if all that it asked for has come; waits for the rest if not, up to a bound.
    fn wait_or_close(&mut self, now: SimTime, invite: TxnId, out: &mut Outbox) {
        let Some(session) = self.deferred().sessions.iter().find(|s| s.invite == invite) else { return };
        if session.is_complete() {
            return self.bye(now, invite, Tag::ByeAfterRetrieval, out);
        }
        self.wait_on(invite, out);
    }

    /// Waits for what is to come in a session, from now on.
    fn wait_on(&mut self, invite: TxnId, out: &mut Outbox) {
        let limit = self.setup.limit;
        let Some(session) = self.deferred().sessions.iter_mut().find(|s| s.invite == invite) else { return };
        if let Some(bound) = session.bound.take() {
            out.cancel_timer(bound);
        }
        session.bound = Some(out.set_timer(Timer::RetrievalEnd { slot: session.number, generation: 0 }, limit));
    }

    /// The rest does not come: the PF keeps it and tells of it again.
    pub(super) fn on_retrieval_end(&mut self, now: SimTime, number: u32, out: &mut Outbox) {
        let retrieves = self.setup.behaviour.pull_teardown == PullTeardown::AfterRetrieval;
        let deferred = self.deferred();
        if let Some(session) = deferred.sessions.iter_mut().find(|s| s.number == number) {
            session.bound = None;
            let invite = session.invite;
            let missed = std::mem::take(&mut session.awaited);
            missed.iter().for_each(|message| deferred.missed(*message));
            let tag = if retrieves && invite.owner == self.id { Tag::ByeAfterRetrieval } else { Tag::OwnSessionBound };
            self.bye(now, invite, tag, out);
        }
    }

    fn bye(&mut self, now: SimTime, invite: TxnId, tag: Tag, out: &mut Outbox) {
        out.milestone(tag, Milestone::Told);
        if !out.holds(tag) {
            return;
        }
        let sessions = &mut self.deferred().sessions;
        if let Some(at) = sessions.iter().position(|s| s.invite == invite) {
            sessions.remove(at).bound.into_iter().for_each(|bound| out.cancel_timer(bound));
        }
        let txn = self.txns.begin(now, Method::Bye, None, self.setup.limit, Purpose::Bye, out);
        self.in_dialog(txn, Method::Bye, invite, out);
    }

    /// A message has come that sessions may wait for.
    pub(super) fn retrieved(&mut self, now: SimTime, message: MessageId, out: &mut Outbox) {
        let closes = self.setup.behaviour.pull_teardown == PullTeardown::AfterRetrieval;
        let Some(session) = self.deferred().sessions.iter_mut().find_map(|s| s.takes(message).then_some(s.invite)) else { return };
        if closes && session.owner == self.id {
            self.wait_or_close(now, session, out);
        } else {
            self.wait_on(session, out);
        }
    }

    // --- requests of the PF

    /// The PF opens the session of a push.
    pub(super) fn on_push_session(&mut self, request: &Request, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        out.milestone(Tag::OwnPushSession, Milestone::Told);
        if !out.holds(Tag::OwnPushSession) {
            return;
        }
        if self.deferred().sessions.iter().all(|s| s.invite != request.txn) {
            self.add_session(Session::new(request.txn, Vec::new(), 0));
        }
        out.send(to, ok);
        self.wait_on(request.txn, out);
    }

    /// A request inside a session. ACK has no answer and changes nothing; CANCEL comes after the final response and changes nothing.
    pub(super) fn on_session(&mut self, request: &Request, dialog: Dialog, out: &mut Outbox) {
        if request.method == Method::Ack {
            return;
        }
        let at = self.deferred.as_ref().and_then(|d| d.sessions.iter().position(|s| s.invite == dialog.invite));
        let (to, answer) = request.answer(if at.is_some() { 200 } else { 481 });
        out.milestone(Tag::OwnByeAnswered, Milestone::Told);
        if out.holds(Tag::OwnByeAnswered) {
            out.send(to, answer);
        }
        if let (Some(at), Method::Bye) = (at, request.method) {
            let deferred = self.deferred();
            let session = deferred.sessions.remove(at);
            session.bound.into_iter().for_each(|bound| out.cancel_timer(bound));
            session.awaited.iter().for_each(|message| deferred.missed(*message));
        }
    }

    /// A message over MSRP. It may overtake the response to the INVITE of its session.
    pub(super) fn on_send(
        &mut self,
        now: SimTime,
        from: FunctionId,
        dialog: Dialog,
        transaction: u32,
        pager: Pager,
        out: &mut Outbox,
    ) {
        let Pager { message, copy, .. } = pager;
        let stands = self.deferred.as_ref().is_some_and(|d| d.sessions.iter().any(|s| s.invite == dialog.invite));
        let pulls = dialog.invite.owner == self.id;
        let media = !pulls || self.setup.behaviour.pull_in_session || !out.holds(Tag::PullNoMedia);
        let takes = media && (stands || pulls && self.asks(dialog.invite));
        out.milestone(if media { Tag::OwnMsrpAnswered } else { Tag::PullNoMedia }, Milestone::Told);
        if !takes {
            out.milestone(Tag::OwnMsrpAnswered, Milestone::CopyEnd { copy, message, fate: Fate::Refused(481) });
        }
        if out.holds(Tag::OwnMsrpAnswered) {
            let code = if takes { 200 } else { 481 };
            out.send(from, Pdu::Msrp(Msrp::Response { dialog, transaction, about: message, code }));
        }
        if takes {
            if !pulls {
                self.wait_on(dialog.invite, out);
            }
            self.on_pager(now, pager, Icsi::Msg, out);
        }
    }

    pub(super) fn lose_sessions(&mut self, out: &mut Outbox) {
        for session in std::mem::take(&mut self.deferred().sessions) {
            session.bound.into_iter().for_each(|bound| out.cancel_timer(bound));
        }
    }
}
