//! Disposition notifications for a user of this PF: the screening that the texts apply to every MESSAGE (H-38), and the way to his
//! clients (IW15-8.3.1.1-27, A-27).
//!
//! A notification that a rule or do-not-disturb defers is held, for at most the life of a deferred message, and goes out when a
//! client of the user registers. Left out: the object of a notification that a rule stores (it is answered and counted; nobody
//! reads it), and its recording.

use std::collections::BTreeMap;

use super::relay::unanswered;
use super::{Final, NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::cpm::decision::{Act, Screened};
use crate::delivery::ims::better;
use crate::delivery::{
    Body, Case, DeferReason, FunctionId, Icsi, Imdn, ImdnFate, MAX_FORWARDS, MessageId, Method, Milestone, Outbox, Pdu, Reason,
    Request, Response, Tag, Target, Timer, TimerToken, UserId,
};
use crate::units::SimTime;

/// A notification that is held for its user.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldImdn {
    serial: u32,
    pub timer: TimerToken,
    onward: Onward,
    pub reason: DeferReason,
}

impl HeldImdn {
    pub fn imdn(&self) -> &Imdn {
        &self.onward.imdn
    }
}

/// A notification and what goes on with it.
#[derive(Clone, Copy, Debug)]
struct Onward {
    imdn: Imdn,
    icsi: Icsi,
    max_forwards: u8,
}

/// Requests with one notification, one to each client (`imdn-target=per-client`).
#[derive(Clone, Copy, Debug)]
pub(super) struct ImdnLegs {
    /// The reporter's side waits for this answer.
    answer: Option<(FunctionId, Response)>,
    open: u32,
    best: Option<(u16, Reason)>,
}

/// What the PF keeps of notifications beside those it holds for its users.
#[derive(Clone, Debug, Default)]
pub(super) struct Notifications {
    legs: BTreeMap<u32, ImdnLegs>,
    last: u32,
    /// Messages whose display has been reported, a bit for each.
    displayed: BTreeMap<u32, u64>,
}

impl Notifications {
    /// Writes down that a display disposition has gone; true if it is the first.
    pub fn display_once(&mut self, message: MessageId) -> bool {
        let (word, bit) = (self.displayed.entry(message.0 / 64).or_default(), 1u64 << (message.0 % 64));
        let first = *word & bit == 0;
        *word |= bit;
        first
    }

    /// A restart: nobody waits for an answer any more.
    pub fn forget(&mut self) {
        self.legs.clear();
    }

    fn next(&mut self) -> u32 {
        self.last += 1;
        self.last
    }
}

impl Pf {
    /// A notification has come for a user of this PF, the sender of the message that it is about.
    pub(super) fn on_notification(&mut self, now: SimTime, request: Request, out: &mut Outbox) {
        let (upstream, answer) = unanswered(&request);
        let answered = |code, reason| Pdu::Response(Response { code, reason, ..answer });
        let Body::Imdn(came_in) = request.body else { unreachable!("dispatched by its body") };
        let imdn = *came_in;
        // It goes on in the box that it came in.
        let mut came_in = Some(came_in);
        let user = imdn.to;
        let decision = self.decide(now, user, Screened::notification(&imdn));
        for tag in decision.noted() {
            out.milestone(tag, Milestone::Told);
        }
        let onward = Onward { imdn, icsi: request.icsi, max_forwards: request.max_forwards };
        let to_user = decision.steps().any(|s| s.act == Act::ToUser);
        // One answer goes back: that of the ISF only where no other step gives one.
        let alone = decision.steps().all(|s| matches!(s.act, Act::HandOver | Act::Record));
        let mut of_isf = alone.then_some((upstream, answer));
        for step in decision.steps() {
            let tag = step.tag;
            match step.act {
                Act::ToUser => {
                    out.milestone(tag, Milestone::Told);
                    self.send_to_clients(now, onward, came_in.take(), Some((upstream, answer)), out);
                }
                // Step 8, as for a message: what the texts say where step 7 is left out.
                Act::Deliver(clients) => {
                    let clients: Vec<FunctionId> = clients.iter().collect();
                    self.send_each(now, onward, &clients, Some((upstream, answer)), out);
                }
                // What goes to the user now need not wait for him.
                Act::Defer(_) | Act::DeferAndWait if to_user => {}
                Act::Defer(reason) => self.hold(now, user, onward, reason, tag, (upstream, answer), out),
                Act::DeferAndWait => self.hold(now, user, onward, DeferReason::WaitIp, tag, (upstream, answer), out),
                Act::Store if self.setup.mss.is_none() => {
                    self.hold(now, user, onward, DeferReason::AttemptFailed, tag, (upstream, answer), out)
                }
                Act::Store => {
                    out.send(upstream, answered(200, Reason::None));
                    screened(&imdn, ImdnFate::Stored, tag, out);
                }
                Act::Reject { code, reason } => {
                    screened(&imdn, ImdnFate::Refused(code), tag, out);
                    out.send(upstream, answered(code, reason));
                }
                Act::HandOver => {
                    screened(&imdn, ImdnFate::HandedOver, tag, out);
                    self.hand_over_notification(now, onward, of_isf.take(), out);
                }
                // Never, by IW15-8.3.1.1-19: only where that statement is left out.
                Act::Forward(to) => self.forward_notification(now, onward, to, (upstream, answer), out),
                Act::Discard => {
                    out.send(upstream, answered(200, Reason::None));
                    screened(&imdn, ImdnFate::Dropped, tag, out);
                }
                Act::NoOutcome => screened(&imdn, ImdnFate::Dropped, tag, out),
                Act::Record => out.milestone(tag, Milestone::Told),
            }
        }
    }

    // --- to the clients

    /// One request for the user, which the core forks, or one to each registered client (`imdn-target`). Where the PF knows of none
    /// the core is asked all the same, and its error goes back.
    fn send_to_clients(
        &mut self,
        now: SimTime,
        onward: Onward,
        came_in: Option<Box<Imdn>>,
        answer: Option<(FunctionId, Response)>,
        out: &mut Outbox,
    ) {
        let known = &self.users[onward.imdn.to.0 as usize].clients;
        if self.behaviour.imdn_per_client && out.holds(Tag::OwnImdnTarget) && !known.is_empty() {
            let clients: Vec<FunctionId> = known.iter().map(|c| c.id).collect();
            out.milestone(Tag::OwnImdnTarget, Milestone::Told);
            return self.send_each(now, onward, &clients, answer, out);
        }
        let purpose = answer.map_or(Purpose::OwnImdn, |(upstream, answer)| Purpose::Relay { upstream, answer });
        let body = came_in.unwrap_or_else(|| Box::new(onward.imdn));
        self.send_onward(now, onward, body, Target::User(onward.imdn.to), purpose, out);
    }

    fn send_each(
        &mut self,
        now: SimTime,
        onward: Onward,
        clients: &[FunctionId],
        answer: Option<(FunctionId, Response)>,
        out: &mut Outbox,
    ) {
        let legs = self.notifications.next();
        self.notifications.legs.insert(legs, ImdnLegs { answer, open: clients.len() as u32, best: None });
        for &client in clients {
            let body = Box::new(onward.imdn);
            self.send_onward(now, onward, body, Target::Contact(onward.imdn.to, client), Purpose::ImdnLeg { legs }, out);
        }
    }

    fn send_onward(&mut self, now: SimTime, onward: Onward, body: Box<Imdn>, target: Target, purpose: Purpose, out: &mut Outbox) {
        let Onward { imdn, icsi, max_forwards } = onward;
        let txn = self.txns.begin(now, Method::Message, Some(imdn.about), self.setup.limit, purpose, out);
        let max_forwards = max_forwards.saturating_sub(1);
        let body = Body::Imdn(body);
        let onward = OwnRequest { txn, target, case: Case::Done, from: imdn.from, icsi, max_forwards, body };
        self.send_addressed(onward, out);
    }

    /// One of the requests to each client has its final response: the first 2xx goes back, or in the end the best error.
    pub(super) fn on_imdn_leg(&mut self, number: u32, last: Final, out: &mut Outbox) {
        let legs = self.notifications.legs.get_mut(&number).expect("legs are kept until the last has ended");
        legs.open -= 1;
        let Final { code, reason } = last;
        if code != NO_ANSWER && legs.best.is_none_or(|(best, _)| better(best, code) != best) {
            legs.best = Some((code, reason));
        }
        let decided = (200..300).contains(&code) || legs.open == 0;
        if decided
            && let Some((code, reason)) = legs.best
            && let Some((upstream, answer)) = legs.answer.take()
        {
            out.send(upstream, Pdu::Response(Response { code, reason, ..answer }));
        }
        if legs.open == 0 {
            self.notifications.legs.remove(&number);
        }
    }

    // --- elsewhere

    /// To the ISF (`imdn-interwork=client-and-isf`), whose answer goes back where the notification goes nowhere else.
    fn hand_over_notification(&mut self, now: SimTime, onward: Onward, answer: Option<(FunctionId, Response)>, out: &mut Outbox) {
        let Some(isf) = self.setup.isf else { return };
        let Onward { imdn, icsi, .. } = onward;
        let purpose = answer.map_or(Purpose::OwnImdn, |(upstream, answer)| Purpose::Relay { upstream, answer });
        let txn = self.txns.begin(now, Method::Message, Some(imdn.about), self.setup.limit, purpose, out);
        let onward = OwnRequest {
            txn,
            target: Target::User(imdn.to),
            case: Case::Done,
            from: imdn.from,
            icsi,
            max_forwards: MAX_FORWARDS,
            body: Body::Imdn(Box::new(imdn)),
        };
        out.send(isf, own_request(self.setup.id, Method::Message, onward));
    }

    fn forward_notification(
        &mut self,
        now: SimTime,
        onward: Onward,
        to: UserId,
        (upstream, answer): (FunctionId, Response),
        out: &mut Outbox,
    ) {
        let imdn = Imdn { to, ..onward.imdn };
        let purpose = Purpose::Relay { upstream, answer };
        let txn = self.txns.begin(now, Method::Message, Some(imdn.about), self.setup.limit, purpose, out);
        let onward = OwnRequest {
            txn,
            target: Target::User(to),
            case: Case::Terminating,
            from: imdn.from,
            icsi: onward.icsi,
            max_forwards: onward.max_forwards.saturating_sub(1),
            body: Body::Imdn(Box::new(imdn)),
        };
        out.send(self.setup.core, own_request(self.setup.id, Method::Message, onward));
    }

    // --- held

    #[allow(clippy::too_many_arguments)] // one notification, spelt out
    fn hold(
        &mut self,
        now: SimTime,
        user: UserId,
        onward: Onward,
        reason: DeferReason,
        tag: Tag,
        (upstream, answer): (FunctionId, Response),
        out: &mut Outbox,
    ) {
        let serial = self.notifications.next();
        let timer = out.set_timer(Timer::HeldImdn { user, serial }, self.setup.expiry);
        self.user(user).notifications.push(HeldImdn { serial, timer, onward, reason });
        screened(&onward.imdn, ImdnFate::Deferred, tag, out);
        out.send(upstream, Pdu::Response(Response { code: 202, reason: Reason::None, ..answer }));
        self.watch_hours(now, user, out);
    }

    /// A client of `user` `registered`, or do-not-disturb may be over: what was held for that goes out.
    pub(super) fn release_notifications(&mut self, now: SimTime, user: UserId, registered: bool, out: &mut Outbox) {
        if self.user(user).notifications.is_empty() || self.users[user.0 as usize].clients.is_empty() {
            return;
        }
        for held in std::mem::take(&mut self.user(user).notifications) {
            let disturbs = held.reason == DeferReason::DoNotDisturb;
            if (disturbs && self.disturbs(now, user, &held.onward.imdn)) || (!disturbs && !registered) {
                self.user(user).notifications.push(held);
                continue;
            }
            out.cancel_timer(held.timer);
            self.send_to_clients(now, held.onward, None, None, out);
            screened(&held.onward.imdn, ImdnFate::Released, Tag::RegistrationTriggerPush, out);
        }
        self.stop_watching(user, out);
    }

    /// Whether notifications that do-not-disturb held could go to a client now.
    pub(super) fn frees_notifications(&self, now: SimTime, user: UserId) -> bool {
        let state = &self.users[user.0 as usize];
        let free = |h: &HeldImdn| h.reason == DeferReason::DoNotDisturb && !self.disturbs(now, user, &h.onward.imdn);
        !state.clients.is_empty() && state.notifications.iter().any(free)
    }

    /// Whether do-not-disturb still holds a notification.
    fn disturbs(&self, now: SimTime, user: UserId, imdn: &Imdn) -> bool {
        self.dnd_stands(now, user, Screened::notification(imdn))
    }

    /// The life of a held notification is over.
    pub(super) fn on_held_imdn_end(&mut self, user: UserId, serial: u32, out: &mut Outbox) {
        let held = &mut self.user(user).notifications;
        let at = held.iter().position(|h| h.serial == serial).expect("the timer of a held notification runs while it is held");
        let imdn = held.remove(at).onward.imdn;
        screened(&imdn, ImdnFate::Expired, Tag::Expire, out);
        self.stop_watching(user, out);
    }
}

/// Counts what became of a notification that was not passed on at once.
pub(super) fn screened(imdn: &Imdn, fate: ImdnFate, tag: Tag, out: &mut Outbox) {
    out.milestone(tag, Milestone::ImdnScreened { message: imdn.about, disposition: imdn.disposition, fate });
}
