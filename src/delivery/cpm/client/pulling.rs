//! Acting on deferred messages: the user's choice, the INVITE with or without a URI list, its answer, and trying again.
//!
//! The user is asked about each message that he has not chosen for. What he chose stands until the client has the message or gives
//! it up; only what he keeps deferred he is asked about again, at the next notification. Several INVITEs can be under way: the user
//! may act a second time before the first is answered (H-12).
//!
//! Left out: conversations (the session of a pull is none, SD23-5.2.2.2.2-07), and the body of an offer, which the wire form has.

use super::notices::{Deferred, Known};
use super::sessions::Session;
use super::{Client, Purpose, TIMED_OUT};
use crate::delivery::{
    Body, CpmAction, Icsi, Instruction, MessageId, Method, Milestone, Outbox, Pull, Question, Reason, Tag, Target, Timer,
    TimerToken, TxnId, Warning,
};
use crate::units::{SimTime, Span};

/// An INVITE under way.
#[derive(Clone, Debug)]
struct Sent {
    serial: u32,
    invite: TxnId,
    selective: bool,
    /// The messages of its list; without one, those the client knew of.
    named: Vec<MessageId>,
    /// Messages it asks for beside those.
    unlisted: u32,
}

/// What a user is being asked, or still has to see to.
#[derive(Clone, Debug, Default)]
pub(super) struct Pulls {
    sent: Vec<Sent>,
    serial: u32,
    /// The user wants all of them, as he last said.
    all: bool,
    /// Answers outstanding about single messages, or entries.
    open: u32,
    /// The list as it grows while each entry is asked about.
    list: Vec<Instruction>,
    /// The user has acted on a device that could not pull.
    unheard: bool,
    /// A pull has come to nothing, or what it asked for did not come: tried again after the next registration.
    owed: bool,
    again: Option<TimerToken>,
    waits: u32,
}

impl Pulls {
    /// Whether an INVITE without a final answer asks for something to be done with the message.
    pub fn name(&self, message: MessageId) -> bool {
        self.sent.iter().any(|sent| sent.named.contains(&message))
    }
}

impl Client {
    /// The user acts on what waits.
    pub(super) fn act(&mut self, now: SimTime, out: &mut Outbox) {
        let registered = self.registered();
        let deferred = self.deferred();
        if !registered {
            deferred.pulls.unheard = true;
            return;
        }
        deferred.pulls.unheard = false;
        let first = deferred.waiting().next().copied();
        match first {
            None if deferred.unlisted == 0 => {}
            Some(Known { message, asked, .. }) if out.holds(Tag::UserChooses) => {
                out.milestone(Tag::UserChooses, Milestone::Told);
                out.ask(Question::TakesAll { message, nth: asked + 1 });
            }
            // Of messages whose number alone is known there is nothing to choose.
            _ => {
                deferred.pulls.all = true;
                self.invite(now, None, out);
            }
        }
    }

    pub(super) fn on_takes_all(&mut self, now: SimTime, all: bool, out: &mut Outbox) {
        let deferred = self.deferred();
        deferred.pulls.all = all;
        if all {
            return self.invite(now, None, out);
        }
        let undecided = deferred.known.iter_mut().filter(|k| !k.awaited && k.choice.is_none());
        deferred.pulls.open = 0;
        for known in undecided {
            known.asked += 1;
            deferred.pulls.open += 1;
            out.ask(Question::Choice { message: known.message, nth: known.asked });
        }
        if deferred.pulls.open == 0 {
            self.list(now, out);
        }
    }

    pub(super) fn on_choice(&mut self, now: SimTime, message: MessageId, choice: Option<CpmAction>, out: &mut Outbox) {
        let deferred = self.deferred();
        if let Some(known) = deferred.entry(message) {
            known.choice = choice;
        }
        deferred.pulls.open = deferred.pulls.open.saturating_sub(1);
        if deferred.pulls.open == 0 {
            self.list(now, out);
        }
    }

    /// Everything is chosen: no list if all is to be retrieved, none sent if nothing is to be done.
    fn list(&mut self, now: SimTime, out: &mut Outbox) {
        let deferred = self.deferred();
        let chosen: Vec<MessageId> = deferred.waiting().filter(|k| k.choice.is_some()).map(|k| k.message).collect();
        let all = deferred.waiting().all(|k| k.choice == Some(CpmAction::Deliver));
        if chosen.is_empty() {
            return;
        }
        if all && out.holds(Tag::PullAll) {
            return self.invite(now, None, out);
        }
        deferred.pulls.list.clear();
        deferred.pulls.open = chosen.len() as u32;
        for message in chosen {
            let known = deferred.entry(message).expect("it was chosen for");
            known.listed += 1;
            out.ask(Question::EntryFaulty { message, nth: known.listed });
        }
    }

    /// Whether an entry of the list goes wrong; with the last of them the list is whole.
    pub(super) fn on_entry(&mut self, now: SimTime, message: MessageId, faulty: bool, out: &mut Outbox) {
        let deferred = self.deferred();
        let choice = deferred.entry(message).and_then(|k| k.choice).filter(|_| !faulty && out.holds(Tag::PullActions));
        out.milestone(Tag::PullActions, Milestone::Told);
        deferred.pulls.list.push(Instruction { uri_id: message, action: choice });
        deferred.pulls.open = deferred.pulls.open.saturating_sub(1);
        if deferred.pulls.open == 0 {
            let list = std::mem::take(&mut deferred.pulls.list);
            self.invite(now, Some(list), out);
        }
    }

    /// Sends the INVITE (PULL-7.2.3.2.1, steps 1 to 7).
    fn invite(&mut self, now: SimTime, list: Option<Vec<Instruction>>, out: &mut Outbox) {
        if !out.holds(Tag::PullInvites) {
            return;
        }
        let (user, client, limit) = (self.user, self.id, self.setup.limit);
        let deferred = self.deferred();
        let named: Vec<MessageId> = match &list {
            Some(list) => list.iter().map(|entry| entry.uri_id).collect(),
            None => deferred.waiting().map(|k| k.message).collect(),
        };
        let (selective, unlisted) = (list.is_some(), if list.is_some() { 0 } else { deferred.unlisted });
        let pulls = &mut deferred.pulls;
        if let Some(again) = pulls.again.take() {
            out.cancel_timer(again);
        }
        pulls.owed = false;
        pulls.serial += 1;
        let serial = pulls.serial;
        let invite = self.txns.begin(now, Method::Invite, None, limit, Purpose::Pull { serial }, out);
        self.deferred().pulls.sent.push(Sent { serial, invite, selective, named, unlisted });
        out.milestone(Tag::PullInvites, Milestone::PullSent { pull: invite.number(), device: client, selective });
        for tag in [Tag::PullAddress, Tag::PullTag, if selective { Tag::PullList } else { Tag::PullAll }] {
            out.milestone(tag, Milestone::Told);
        }
        let list = list.filter(|_| out.holds(Tag::PullList)).map(Vec::into_boxed_slice);
        let target = if out.holds(Tag::PullAddress) { Target::User(user) } else { Target::Function(self.setup.core) };
        let icsi = if out.holds(Tag::PullTag) { Icsi::Deferred } else { Icsi::None };
        let pull = Body::Pull(Box::new(Pull { user, client, list }));
        self.request(invite, Method::Invite, target, icsi, pull, out);
    }

    /// Whether the INVITE of this transaction has no final answer yet.
    pub(super) fn asks(&self, invite: TxnId) -> bool {
        self.deferred.as_ref().is_some_and(|d| d.pulls.sent.iter().any(|sent| sent.invite == invite))
    }

    /// The final answer to an INVITE, or none within its time ([`TIMED_OUT`] without a response).
    pub(super) fn on_pull_answer(&mut self, now: SimTime, serial: u32, code: u16, reason: Reason, out: &mut Outbox) {
        let drops = self.setup.behaviour.drop_after_480;
        let deferred = self.deferred();
        let Some(at) = deferred.pulls.sent.iter().position(|sent| sent.serial == serial) else { return };
        let sent = deferred.pulls.sent.remove(at);
        match (code, reason) {
            (200..=299, _) => self.on_accepted(now, sent, out),
            (488, Reason::Warning(Warning::NoMessages)) if out.holds(Tag::PullGivesUp) => {
                out.milestone(Tag::PullGivesUp, Milestone::Told);
                deferred.give_up(&sent);
            }
            (_, Reason::RetryAfter(seconds)) if out.holds(Tag::PullOtherErrors) => {
                out.milestone(Tag::PullOtherErrors, Milestone::Told);
                self.try_again(Span::from_secs(u64::from(seconds)), out);
            }
            (480, _) if drops => deferred.leave_to_the_user(&sent),
            (480, _) => self.ask_again(Tag::PullAgain, out),
            (TIMED_OUT, _) => self.ask_again(Tag::OwnPullUnanswered, out),
            // No action on the messages (PULL-7.2.3.2.1-24): they wait for the next registration or notification.
            _ => {
                out.milestone(Tag::PullOtherErrors, Milestone::Told);
                if out.holds(Tag::PullOtherErrors) {
                    deferred.pulls.owed = true;
                } else {
                    deferred.give_up(&sent);
                }
            }
        }
    }

    /// The PF has taken the instructions.
    fn on_accepted(&mut self, now: SimTime, sent: Sent, out: &mut Outbox) {
        let unnamed_stay = out.holds(Tag::UnnamedStay);
        let deferred = self.deferred();
        let mut awaited = Vec::new();
        for message in &sent.named {
            let Some(known) = deferred.entry(*message) else { continue };
            if sent.selective && known.choice != Some(CpmAction::Deliver) {
                deferred.forget(*message);
            } else {
                known.awaited = true;
                awaited.push(*message);
            }
        }
        if !sent.selective {
            deferred.unlisted = 0;
        } else {
            out.milestone(Tag::UnnamedStay, Milestone::Told);
            deferred.known.retain(|k| unnamed_stay || k.awaited);
        }
        self.open_session(now, Session::new(sent.invite, awaited, sent.unlisted), out);
    }

    fn ask_again(&mut self, tag: Tag, out: &mut Outbox) {
        if !out.holds(tag) {
            return;
        }
        out.milestone(tag, Milestone::Told);
        let pulls = &mut self.deferred().pulls;
        pulls.owed = true;
        pulls.waits += 1;
        out.ask(Question::PullJitter { nth: pulls.waits });
    }

    pub(super) fn on_jitter(&mut self, thousandths: u32, out: &mut Outbox) {
        let wait = u128::from(self.setup.pull_backoff.ns()) * u128::from(thousandths) / 1000;
        self.try_again(Span::from_ns(wait as u64), out);
    }

    fn try_again(&mut self, after: Span, out: &mut Outbox) {
        let pulls = &mut self.deferred().pulls;
        pulls.owed = true;
        if pulls.again.is_none() {
            pulls.again = Some(out.set_timer(Timer::PullAgain, after));
        }
    }

    pub(super) fn on_again_due(&mut self, now: SimTime, out: &mut Outbox) {
        self.deferred().pulls.again = None;
        self.take_up(now, out);
    }

    /// Does again, without asking the user anew, what came to nothing.
    fn take_up(&mut self, now: SimTime, out: &mut Outbox) {
        let registered = self.registered();
        let deferred = self.deferred();
        if !registered || !std::mem::take(&mut deferred.pulls.owed) {
            return;
        }
        let waits = deferred.waiting().next().is_some() || deferred.unlisted > 0;
        match deferred.pulls.all {
            true if waits => self.invite(now, None, out),
            true => {}
            false => self.list(now, out),
        }
    }

    /// Registered: what the user wanted done meanwhile, and what came to nothing, is done now.
    pub(super) fn resume(&mut self, now: SimTime, out: &mut Outbox) {
        let Some(deferred) = &mut self.deferred else { return };
        if deferred.pulls.unheard {
            self.act(now, out);
        } else if deferred.pulls.owed {
            self.take_up(now, out);
        }
    }

    /// The device has lost its connection: nothing under way comes to an end, and what was asked for may not come.
    pub(super) fn lose_pulls(&mut self, out: &mut Outbox) {
        let Some(deferred) = &mut self.deferred else { return };
        let sent = std::mem::take(&mut deferred.pulls.sent);
        if let Some(again) = deferred.pulls.again.take() {
            out.cancel_timer(again);
        }
        let awaited = deferred.known.iter().any(|k| k.awaited);
        deferred.known.iter_mut().for_each(|k| k.awaited = false);
        let left = awaited || !sent.is_empty();
        deferred.pulls.owed |= left && out.holds(Tag::OwnPullResumed);
        if left {
            out.milestone(Tag::OwnPullResumed, Milestone::Told);
        }
        for sent in sent {
            self.txns.abandon(sent.invite, out);
        }
        self.lose_sessions(out);
    }
}

impl Deferred {
    /// Nothing waits: the messages of the INVITE are given up.
    fn give_up(&mut self, sent: &Sent) {
        sent.named.iter().for_each(|message| self.forget(*message));
        if !sent.selective {
            self.unlisted = 0;
        }
    }

    /// The messages wait on, and the user is asked about them at the next notification.
    fn leave_to_the_user(&mut self, sent: &Sent) {
        for message in &sent.named {
            if let Some(known) = self.entry(*message) {
                known.choice = None;
            }
        }
    }
}
