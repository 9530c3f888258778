//! Sessions about deferred messages: of a pull, which a client begins, and of a push, which the PF begins (SD23-5.2.2.2.3-02).
//!
//! A session is the dialog of its INVITE; it is no CPM Session and makes no conversation. ACK changes nothing, BYE ends it. Where
//! messages travel inside (`pull-transport=in-session`), each is one SEND over MSRP with a response of its own, and the end of the
//! session ends what is under way in it. A session in which nothing happens for its limit is closed.
//!
//! Left out: CANCEL, chunks of a SEND, and the offer and answer, which the wire form has.

use std::collections::BTreeMap;

use super::entry::EntryId;
use super::{Final, NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::axes as axis;
use crate::delivery::behaviour::PullTeardown;
use crate::delivery::cpm::decision::Act;
use crate::delivery::ims::turn_away;
use crate::delivery::{
    Body, Case, ClientSet, Dialog, FunctionId, Icsi, MAX_FORWARDS, Method, Milestone, Msrp, Origin, Outbox, Pager, Path, Pdu,
    Reason, Request, Response, Tag, Target, Timer, TimerToken, TxnId, UserId,
};
use crate::units::SimTime;

/// The name of a dialog, in the order of its INVITE.
pub(super) type Key = (FunctionId, u32, u32);

fn key_of(invite: TxnId) -> Key {
    (invite.owner, invite.slot, invite.generation)
}

/// A session that stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub dialog: Dialog,
    /// The pull that began it; none: a push.
    pub pull: Option<u32>,
    number: u32,
    pub timer: Option<TimerToken>,
    acknowledged: bool,
    /// Messages sent inside it and not answered, by their transactions, and how many there have been.
    sends: BTreeMap<u32, EntryId>,
    next: u32,
}

/// The push of a user that goes in a session: offered, and standing once its dialog is among the sessions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pushing {
    client: FunctionId,
    invite: TxnId,
}

/// The sessions of a PF.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    pub standing: BTreeMap<Key, Standing>,
    pub pushing: BTreeMap<UserId, Pushing>,
    last: u32,
}

impl Pf {
    /// Whether deferred messages travel inside sessions.
    pub(super) fn in_session(&self, out: &mut Outbox) -> bool {
        if self.behaviour.pull_in_session {
            out.milestone(Tag::OwnInSession, Milestone::Told);
        }
        self.behaviour.pull_in_session && out.holds(Tag::OwnInSession)
    }

    /// Whether one more session over MSRP is one too many. The session of a pull whose messages travel as separate requests has no
    /// media, and takes no room.
    pub(super) fn session_blocked(&self, out: &mut Outbox) -> bool {
        let offered = self.sessions.pushing.values().filter(|p| !self.sessions.standing.contains_key(&key_of(p.invite))).count();
        let full = self.sessions.standing.len() + offered >= self.setup.deferred.sessions as usize;
        if !full || !self.in_session(out) {
            return false;
        }
        out.milestone(Tag::OwnSessionLimit, Milestone::Told);
        out.holds(Tag::OwnSessionLimit)
    }

    pub(super) fn open_dialog(&mut self, dialog: Dialog, pull: Option<u32>, out: &mut Outbox) {
        self.sessions.last += 1;
        let number = self.sessions.last;
        let timer = out.set_timer(Timer::DialogEnd { slot: number, generation: 0 }, self.setup.deferred.dialog_limit);
        let standing = Standing { dialog, pull, number, timer: Some(timer), acknowledged: false, sends: BTreeMap::new(), next: 0 };
        self.sessions.standing.insert(key_of(dialog.invite), standing);
    }

    pub(super) fn dialog_stands(&self, dialog: Dialog) -> bool {
        self.sessions.standing.contains_key(&key_of(dialog.invite))
    }

    pub(super) fn session_timer(&self, number: u32) -> Option<TimerToken> {
        self.sessions.standing.values().find(|s| s.number == number).and_then(|s| s.timer)
    }

    // --- ACK and BYE

    /// A request inside a session. It never moves what the pull does (PULL-8.3.1.6.3-36 to -38).
    pub(super) fn on_session_request(&mut self, now: SimTime, request: Request, dialog: Dialog, out: &mut Outbox) {
        match request.method {
            Method::Ack => self.on_ack(now, dialog, out),
            Method::Bye => self.on_bye(now, &request, dialog, out),
            _ => self.undefined(None, "request of a session", out),
        }
    }

    fn on_ack(&mut self, now: SimTime, dialog: Dialog, out: &mut Outbox) {
        out.milestone(Tag::AckIgnored, Milestone::Told);
        if !out.holds(Tag::AckIgnored) {
            return self.undefined(None, "ACK of a session", out);
        }
        if let Some(standing) = self.sessions.standing.get_mut(&key_of(dialog.invite)) {
            standing.acknowledged = true;
            self.close_if_due(now, dialog, out);
        }
    }

    fn on_bye(&mut self, now: SimTime, request: &Request, dialog: Dialog, out: &mut Outbox) {
        if !self.dialog_stands(dialog) {
            return turn_away(request, 481, Tag::OwnDialogEnd, out);
        }
        out.milestone(Tag::ByeProcessed, Milestone::Told);
        if out.holds(Tag::ByeProcessed) {
            self.confirm(request, out);
            self.end_dialog(now, dialog, out);
        }
    }

    /// A session is over, whoever ended it.
    fn end_dialog(&mut self, now: SimTime, dialog: Dialog, out: &mut Outbox) {
        let Some(standing) = self.sessions.standing.remove(&key_of(dialog.invite)) else { return };
        if let Some(timer) = standing.timer {
            out.cancel_timer(timer);
        }
        let Dialog { user, client, .. } = dialog;
        let goes_on = standing.pull.map_or(!standing.sends.is_empty(), |serial| self.pull_goes_on(serial));
        out.milestone(Tag::ByeProcessed, Milestone::SessionEnd { user, device: client, complete: !goes_on });
        let in_session = standing.pull.is_none() || self.in_session(out);
        let lost: Vec<EntryId> = standing.sends.into_values().collect();
        for id in lost {
            self.session_send_ended(now, id, dialog, standing.pull, NO_ANSWER, out);
        }
        match standing.pull {
            // What has not been sent has no way left; with separate requests the session is of no account.
            Some(serial) if in_session || !out.holds(Tag::PullAnyTime) => self.release_unsent(now, serial, out),
            Some(_) => out.milestone(Tag::PullAnyTime, Milestone::Told),
            None => {
                self.sessions.pushing.remove(&user);
                self.lose_line(user, out);
                self.release_line(now, user, out);
            }
        }
        if let Some(serial) = standing.pull {
            self.end_pull(serial, out);
        }
    }

    /// Nothing has happened in a session for its limit.
    pub(super) fn on_dialog_end(&mut self, now: SimTime, number: u32, out: &mut Outbox) {
        let Some(standing) = self.sessions.standing.values_mut().find(|s| s.number == number) else { return };
        standing.timer = None;
        let dialog = standing.dialog;
        let waits = standing.sends.is_empty() && standing.pull.is_some();
        let serial = standing.pull;
        if waits && serial.is_some_and(|serial| self.pull_goes_on(serial)) && !self.in_session(out) {
            // The client may wait for what it asked for (`pull-teardown=after-retrieval`).
            return self.restart_limit(dialog, out);
        }
        out.milestone(Tag::OwnDialogEnd, Milestone::Told);
        if out.holds(Tag::OwnDialogEnd) {
            // The other end may think that it stands (RFC 3261 13.3.1.4).
            self.bye(now, dialog, out);
        }
    }

    /// A success of an INVITE that was given up, or the success of a session that stands once more: acknowledged, and the session
    /// that nobody wants here is ended.
    pub(super) fn on_late_success(&mut self, now: SimTime, response: &Response, out: &mut Outbox) {
        let Some(client) = response.party else { return };
        let dialog = Dialog { invite: response.txn, client, user: response.user };
        self.send_in_dialog(dialog.invite, Method::Ack, dialog, Body::Session(dialog), out);
        if !self.dialog_stands(dialog) {
            self.bye(now, dialog, out);
        }
    }

    fn restart_limit(&mut self, dialog: Dialog, out: &mut Outbox) {
        let limit = self.setup.deferred.dialog_limit;
        if let Some(standing) = self.sessions.standing.get_mut(&key_of(dialog.invite)) {
            if let Some(timer) = standing.timer {
                out.cancel_timer(timer);
            }
            standing.timer = Some(out.set_timer(Timer::DialogEnd { slot: standing.number, generation: 0 }, limit));
        }
    }

    /// The instructions of a pull are finished.
    pub(super) fn pull_is_through(&mut self, now: SimTime, dialog: Dialog, out: &mut Outbox) {
        self.close_if_due(now, dialog, out);
    }

    /// The PF closes the session of a pull under `pull-teardown=pf`: when it has the ACK (RFC 3261 15), and where messages travel
    /// inside also the last response.
    fn close_if_due(&mut self, now: SimTime, dialog: Dialog, out: &mut Outbox) {
        let Some(standing) = self.sessions.standing.get(&key_of(dialog.invite)) else { return };
        let (acknowledged, pull) = (standing.acknowledged, standing.pull);
        let Some(serial) = pull else { return };
        if self.behaviour.pull_teardown != PullTeardown::Pf || !acknowledged || (self.pull_goes_on(serial) && self.in_session(out))
        {
            return;
        }
        out.milestone(Tag::OwnPullTeardown, Milestone::Told);
        if out.holds(Tag::OwnPullTeardown) {
            self.bye(now, dialog, out);
        }
    }

    /// Ends a session from this side.
    fn bye(&mut self, now: SimTime, dialog: Dialog, out: &mut Outbox) {
        let txn = self.txns.begin(now, Method::Bye, None, self.setup.limit, Purpose::Bye, out);
        self.send_in_dialog(txn, Method::Bye, dialog, Body::Session(dialog), out);
        self.end_dialog(now, dialog, out);
    }

    fn send_in_dialog(&self, txn: TxnId, method: Method, dialog: Dialog, body: Body, out: &mut Outbox) {
        let request = OwnRequest {
            txn,
            target: Target::Contact(dialog.user, dialog.client),
            case: Case::Done,
            from: dialog.user,
            icsi: Icsi::Deferred,
            max_forwards: MAX_FORWARDS,
            body,
        };
        out.send(self.setup.core, own_request(self.setup.id, method, request));
    }

    // --- messages inside

    /// Sends a message inside a session.
    pub(super) fn send_in_session(
        &mut self,
        now: SimTime,
        id: EntryId,
        dialog: Dialog,
        origin: Origin,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let Some(standing) = self.sessions.standing.get_mut(&key_of(dialog.invite)) else {
            // It went before the message could be sent.
            self.begin_attempt(id, 1, origin, out);
            let message = self.entries.at(id).pager.message;
            out.milestone(tag, Milestone::Attempt { message, device: dialog.client });
            return self.session_send_ended(now, id, dialog, self.entries.get(id).and_then(|e| e.pull), NO_ANSWER, out);
        };
        let transaction = standing.next;
        standing.next += 1;
        standing.sends.insert(transaction, id);
        self.begin_attempt(id, 1, origin, out);
        let pager = self.new_copy(id, Some(dialog.client), origin, tag, out);
        out.milestone(tag, Milestone::Attempt { message: pager.message, device: dialog.client });
        out.send(dialog.client, Pdu::Msrp(Msrp::Send { dialog, transaction, pager: Box::new(pager) }));
        self.restart_limit(dialog, out);
    }

    /// A copy of a message for this client.
    pub(super) fn new_copy(
        &mut self,
        id: EntryId,
        device: Option<FunctionId>,
        origin: Origin,
        tag: Tag,
        out: &mut Outbox,
    ) -> Pager {
        let entry = self.entries.at(id);
        let (pager, parent) = (entry.pager, entry.copy);
        let message = pager.message;
        let copy = out.mint_copy();
        out.milestone(tag, Milestone::CopyMade { copy, message, parent: Some(parent), origin, path: Path::Ip, device });
        Pager { copy, indications: super::relay::preserved(&pager, Tag::PreserveTerminating, out), ..pager }
    }

    pub(super) fn on_msrp(&mut self, now: SimTime, msrp: Msrp, out: &mut Outbox) {
        let Msrp::Response { dialog, transaction, code, .. } = msrp else {
            return self.undefined(None, "MSRP request", out);
        };
        let Some(standing) = self.sessions.standing.get_mut(&key_of(dialog.invite)) else {
            return out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
        };
        let pull = standing.pull;
        let Some(id) = standing.sends.remove(&transaction) else {
            return out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
        };
        if code == 481 {
            // The client does not know the session any more: it is over, and with it what is under way in it (RFC 4975 7.2).
            standing.sends.insert(transaction, id);
            return self.end_dialog(now, dialog, out);
        }
        self.restart_limit(dialog, out);
        self.session_send_ended(now, id, dialog, pull, code, out);
        if pull.is_none() {
            self.push_in_session(now, dialog.user, out);
        }
    }

    /// A message sent inside a session has its answer, or will have none.
    fn session_send_ended(&mut self, now: SimTime, id: EntryId, dialog: Dialog, pull: Option<u32>, code: u16, out: &mut Outbox) {
        let none = ClientSet::none(self.setup.devices.first_of[dialog.user.0 as usize]);
        self.on_leg_ended(now, id, none.with(dialog.client), pull, Final { code, reason: Reason::None }, out);
    }

    // --- push

    /// Pushes what stands in the line of `user`, in a session with one client.
    pub(super) fn push_in_session(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let Some(pushing) = self.sessions.pushing.get(&user).copied() else { return self.offer_push(now, user, out) };
        let Pushing { client, invite } = pushing;
        let dialog = Dialog { invite, client, user };
        if !self.dialog_stands(dialog) {
            return; // Its answer is awaited.
        }
        while self.user(user).gap.is_none() && !(self.behaviour.push_on_2xx && self.sends_open(dialog)) {
            let Some(id) = self.take_first(user) else { break };
            self.entries.at(id).in_line = false;
            if self.held_back(now, id) || !self.suitable(now, id).contains(&client) {
                self.leave_line(id, out);
                self.expire_if_overdue(now, id, out);
                continue;
            }
            if self.rechecks() && !self.decide_again(now, id).steps().any(|s| matches!(s.act, Act::Deliver(_))) {
                // Policy has another end for it now, or another way.
                self.decide_and_follow(now, id, Some(client), out);
                self.leave_line(id, out);
                self.expire_if_overdue(now, id, out);
                continue;
            }
            self.send_in_session(now, id, dialog, Origin::Push, Tag::RegistrationTriggerPush, out);
            out.milestone(Tag::RegistrationTriggerPush, Milestone::GuardReached { guard: axis::GUARD_PUSH_ACK_PER_MESSAGE });
            if !self.behaviour.guard_push_ack {
                self.delivered(id, Tag::RegistrationTriggerPush, out);
            }
            self.wait_between(user, out);
        }
        if self.user(user).line.is_empty() && self.user(user).gap.is_none() && !self.sends_open(dialog) {
            out.milestone(Tag::PushSessionEnds, Milestone::Told);
            if out.holds(Tag::PushSessionEnds) {
                self.bye(now, dialog, out);
            }
        }
    }

    fn sends_open(&self, dialog: Dialog) -> bool {
        self.sessions.standing.get(&key_of(dialog.invite)).is_some_and(|s| !s.sends.is_empty())
    }

    /// Offers a session to the client that the push goes to: the one that gave the sign of life, if it can take any of it.
    fn offer_push(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let line = self.user(user).line.clone();
        let mut able: Vec<FunctionId> = line.iter().flat_map(|id| self.suitable(now, *id)).collect();
        able.sort_unstable();
        able.dedup();
        let triggering = self.user(user).line_to;
        let Some(client) = self.chosen(user, able, triggering).first().copied() else { return self.release_line(now, user, out) };
        out.milestone(Tag::PushSession, Milestone::SessionOffered { user, device: client });
        if self.session_blocked(out) {
            out.milestone(Tag::OwnSessionLimit, Milestone::SessionRefused { user, device: client, blocked: true });
            return self.release_line(now, user, out);
        }
        let invite = self.txns.begin(now, Method::Invite, None, self.setup.limit, Purpose::PushSession { user }, out);
        self.sessions.pushing.insert(user, Pushing { client, invite });
        let dialog = Dialog { invite, client, user };
        self.send_in_dialog(invite, Method::Invite, dialog, Body::PushSession { user, client }, out);
    }

    /// The client has answered the INVITE of a push, or has not.
    pub(super) fn on_push_answer(&mut self, now: SimTime, user: UserId, last: Final, out: &mut Outbox) {
        let Some(Pushing { client, invite }) = self.sessions.pushing.get(&user).copied() else { return };
        if (200..300).contains(&last.code) {
            let dialog = Dialog { invite, client, user };
            self.send_in_dialog(invite, Method::Ack, dialog, Body::Session(dialog), out);
            out.milestone(Tag::PushSession, Milestone::SessionUp { user, device: client });
            self.open_dialog(dialog, None, out);
            return self.push_in_session(now, user, out);
        }
        self.sessions.pushing.remove(&user);
        out.milestone(Tag::PushSession, Milestone::SessionRefused { user, device: client, blocked: false });
        self.release_line(now, user, out);
    }

    /// The session of a push has broken: without `guard.push-ack-per-message` what it has not sent is lost with it.
    fn lose_line(&mut self, user: UserId, out: &mut Outbox) {
        if self.behaviour.guard_push_ack {
            return;
        }
        for id in std::mem::take(&mut self.user(user).line) {
            self.leave_line(id, out);
            self.lost_with_push(id, out);
        }
    }

    /// What a push has not sent waits for the next event.
    fn release_line(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        for id in std::mem::take(&mut self.user(user).line) {
            self.leave_line(id, out);
            self.expire_if_overdue(now, id, out);
        }
    }
}
