//! The Core as registrar and reg-event notifier: bindings, and telling the PF of them (RFC 3261 10, RFC 3680).
//!
//! A notification or third-party REGISTER that the PF refuses or does not answer is made good: it is repeated after a wait that
//! doubles up to a bound, and what it told is told again, unless a later one has told it. The answer to a subscription is followed by
//! the whole state; later changes are told by the whole state too, or alone (`ims.notify_state`).

use super::core::{Core, Purpose};
use super::flow::{Flow, leave};
use super::transaction::wait_after;
use crate::delivery::{
    Body, Capabilities, Case, Contact, ContactEvent, FunctionId, Icsi, MAX_FORWARDS, Method, Milestone, Outbox, Pdu, Question,
    Reason, RegInfo, Request, Tag, Target, Timer, TimerToken, UserId, Via,
};
use crate::units::{SimTime, Span};

/// One contact of a user.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub client: FunctionId,
    pub primary: bool,
    pub capabilities: Capabilities,
    pub end: TimerToken,
    pub flow: Flow,
}

/// Registration state of one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Aor {
    pub bindings: Vec<Binding>,
    /// Changes since the last notification: contact, event.
    changes: Vec<Contact>,
    /// Changes told by the notification of that version, which has not been answered.
    unconfirmed: Vec<(u32, Contact)>,
    subscribed: bool,
    version: u32,
    /// Of the last notification of the whole state, and whether that one is still owed to the PF.
    whole: u32,
    owes_whole: bool,
    /// When the last notification went.
    notified: Option<SimTime>,
    /// Notifications put off so far.
    nth: u32,
    /// The delay of the pending notification has been asked for or is running.
    pending: bool,
    /// The PF has to be told by a third-party REGISTER first.
    pub third_party: bool,
    /// Refusals of the PF since it last took one, and the wait before it is told again.
    refusals: u32,
    retry_after: Span,
    /// Shares of such waits asked for so far.
    asked: u32,
    again: Option<TimerToken>,
}

impl Core {
    /// Whether `client` is bound, as the truth recorder observes it.
    pub fn is_bound(&self, user: UserId, client: FunctionId) -> bool {
        self.users[user.0 as usize].bindings.iter().any(|b| b.client == client)
    }

    pub(super) fn on_register(&mut self, client: FunctionId, request: &Request, out: &mut Outbox) {
        let Body::Register { expires_s, authorised, primary, capabilities } = request.body else {
            unreachable!("dispatched by its body")
        };
        let user = request.from;
        let known = self.is_bound(user, client);
        let (to, response) = request.answer(if authorised { 200 } else { 401 });
        out.send(to, response);
        if !authorised || !out.holds(Tag::OwnBinding) {
            return;
        }
        let aor = &mut self.users[user.0 as usize];
        let event = if expires_s == 0 {
            let Some(at) = aor.bindings.iter().position(|b| b.client == client) else { return };
            let gone = aor.bindings.remove(at);
            out.cancel_timer(gone.end);
            leave(gone.flow, out);
            out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: false });
            aor.third_party |= aor.bindings.is_empty();
            ContactEvent::Unregistered
        } else {
            let end = out.set_timer(Timer::BindingExpiry { user, client }, Span::from_secs(u64::from(expires_s)));
            let flow = self.new_flow(user, client, out);
            let aor = &mut self.users[user.0 as usize];
            match aor.bindings.iter_mut().find(|b| b.client == client) {
                Some(binding) => {
                    out.cancel_timer(binding.end);
                    binding.end = end;
                    leave(std::mem::replace(&mut binding.flow, flow), out);
                    binding.capabilities = capabilities;
                }
                None => {
                    aor.third_party |= aor.bindings.is_empty();
                    // Most users have one or two.
                    aor.bindings.reserve_exact(1);
                    aor.bindings.push(Binding { client, primary, capabilities, end, flow });
                    out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: true });
                }
            }
            if known { ContactEvent::Refreshed } else { ContactEvent::Registered }
        };
        self.changed(user, Contact { client, active: expires_s != 0, event, primary, capabilities }, out);
    }

    /// A binding has reached its end.
    pub(super) fn on_binding_end(&mut self, user: UserId, client: FunctionId, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        let at = aor.bindings.iter().position(|b| b.client == client).expect("a binding lives until its timer ends");
        let Binding { primary, capabilities, flow, .. } = aor.bindings.remove(at);
        leave(flow, out);
        aor.third_party |= aor.bindings.is_empty();
        out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: false });
        self.changed(user, Contact { client, active: false, event: ContactEvent::Expired, primary, capabilities }, out);
    }

    /// A binding changed: the PF is told once the Core has got round to it.
    pub(super) fn changed(&mut self, user: UserId, contact: Contact, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        aor.changes.retain(|c| c.client != contact.client);
        // One, as a rule: all users may register at once.
        aor.changes.reserve_exact(1);
        aor.changes.push(contact);
        if !aor.pending {
            aor.pending = true;
            aor.nth += 1;
            out.ask(Question::NotifyDelay { user, nth: aor.nth });
        }
    }

    /// The delay of a notification, as long as it takes to keep the distance from the last one.
    pub(super) fn throttled(&self, now: SimTime, user: UserId, delay: Span, out: &mut Outbox) -> Span {
        let last = self.users[user.0 as usize].notified;
        let earliest = last.map(|at| at.saturating_add(self.setup.throttle)).and_then(|at| at.since(now));
        match earliest {
            Some(wait) if wait > delay && out.holds(Tag::OwnThrottle) => {
                out.milestone(Tag::OwnThrottle, Milestone::Told);
                wait
            }
            _ => delay,
        }
    }

    pub(super) fn on_notify_due(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        aor.pending = false;
        if let Some(timer) = aor.again.take() {
            out.cancel_timer(timer);
        }
        self.tell_pf(now, user, out);
    }

    fn tell_pf(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        if out.holds(Tag::OwnThirdParty) && std::mem::take(&mut aor.third_party) {
            let expires_s = if aor.bindings.is_empty() { 0 } else { 600_000 };
            let body = Body::ThirdPartyRegister { user, expires_s };
            if let Some(gateway) = self.setup.homes[user.0 as usize].gateway {
                let purpose = Purpose::ThirdParty { user };
                self.ask_server(now, gateway, user, (Method::Register, body.clone()), purpose, Tag::OwnThirdParty, out);
            }
            self.ask_pf(now, user, Method::Register, body, Purpose::ThirdParty { user }, Tag::OwnThirdParty, out);
        }
        let aor = &self.users[user.0 as usize];
        let full = !self.setup.partial || aor.owes_whole;
        if aor.subscribed && (full || !aor.changes.is_empty()) {
            self.notify(now, user, full, out);
        }
    }

    /// The registration state of `user`, whole or what changed of it; contacts that went since the last time are named with the
    /// reason.
    fn notify(&mut self, now: SimTime, user: UserId, full: bool, out: &mut Outbox) {
        if !out.holds(Tag::OwnRegEvent) {
            return;
        }
        let aor = &mut self.users[user.0 as usize];
        let changes = std::mem::take(&mut aor.changes);
        let told = |b: &&Binding| full || changes.iter().any(|c| c.client == b.client && c.active);
        let standing = aor.bindings.iter().filter(told).map(|b| {
            let event = changes.iter().find(|c| c.client == b.client && c.active).map(|c| c.event);
            Contact {
                client: b.client,
                active: true,
                event: event.unwrap_or(ContactEvent::Created),
                primary: b.primary,
                capabilities: b.capabilities,
            }
        });
        let gone = changes.iter().filter(|c| !c.active).copied();
        let contacts = standing.chain(gone).collect();
        aor.version += 1;
        if full {
            (aor.whole, aor.owes_whole) = (aor.version, false);
        }
        aor.notified = Some(now);
        let version = aor.version;
        aor.unconfirmed.retain(|(_, told)| !changes.iter().any(|c| c.client == told.client));
        aor.unconfirmed.reserve_exact(changes.len());
        aor.unconfirmed.extend(changes.into_iter().map(|c| (version, c)));
        let body = Body::RegInfo(RegInfo { user, version, full, contacts });
        self.ask_pf(now, user, Method::Notify, body, Purpose::Notify { user, version }, Tag::OwnRegEvent, out);
    }

    /// The PF has taken the notification of that version.
    pub(super) fn told(&mut self, user: UserId, version: u32, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        aor.unconfirmed.retain(|(told, _)| *told > version);
        if aor.unconfirmed.is_empty() {
            aor.unconfirmed = Vec::new();
        }
        aor.refusals = 0;
        // What it refused before is told by this one: the state in it is the whole state.
        if aor.changes.is_empty()
            && !aor.third_party
            && let Some(timer) = aor.again.take()
        {
            out.cancel_timer(timer);
        }
    }

    /// The PF has not taken a notification (of that version) or a third-party REGISTER: it is told again after a wait.
    pub(super) fn not_told(&mut self, user: UserId, version: Option<u32>, last: Option<(u16, Reason)>, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        match version {
            None => aor.third_party = true,
            Some(version) => {
                // What changed since it counts for nothing without the whole.
                aor.owes_whole |= aor.whole == version;
                let (lost, rest) = std::mem::take(&mut aor.unconfirmed).into_iter().partition(|(told, _)| *told == version);
                aor.unconfirmed = rest;
                let lost: Vec<(u32, Contact)> = lost;
                let newer: Vec<FunctionId> = aor.changes.iter().map(|c| c.client).collect();
                aor.changes.extend(lost.into_iter().map(|(_, c)| c).filter(|c| !newer.contains(&c.client)));
            }
        }
        aor.refusals += 1;
        if let Some((_, Reason::RetryAfter(seconds))) = last {
            aor.retry_after = Span::from_secs(u64::from(seconds));
        }
        if !aor.pending && aor.again.is_none() {
            aor.asked += 1;
            out.ask(Question::AgainShare { user, nth: aor.asked });
        }
    }

    /// The wait before the PF is told again: as long as it asks, and no less than this share of one that doubles, so that users
    /// refused together do not come back together.
    pub(super) fn on_again_share(&mut self, user: UserId, thousandths: u32, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        let wait = u128::from(wait_after(aor.refusals.max(1)).ns()) * u128::from(thousandths) / 1000;
        let wait = Span::from_ns(wait as u64).max(std::mem::take(&mut aor.retry_after));
        if !aor.pending && aor.again.is_none() {
            aor.again = Some(out.set_timer(Timer::NotifyAgain { user }, wait));
        }
    }

    pub(super) fn on_notify_again(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.users[user.0 as usize].again = None;
        self.tell_pf(now, user, out);
    }

    #[allow(clippy::too_many_arguments)] // one request, spelt out
    fn ask_pf(&mut self, now: SimTime, user: UserId, method: Method, body: Body, purpose: Purpose, tag: Tag, out: &mut Outbox) {
        let pf = self.setup.homes[user.0 as usize].pf;
        self.ask_server(now, pf, user, (method, body), purpose, tag, out);
    }

    #[allow(clippy::too_many_arguments)] // one request, spelt out
    fn ask_server(
        &mut self,
        now: SimTime,
        server: FunctionId,
        user: UserId,
        (method, body): (Method, Body),
        purpose: Purpose,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let txn = self.txns.begin(now, method, None, self.setup.limit, purpose, out);
        out.milestone(tag, Milestone::Told);
        let request = Request {
            method,
            txn,
            via: Via::of(self.setup.id),
            target: Target::Function(server),
            case: Case::Done,
            from: user,
            icsi: Icsi::None,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        out.send(server, Pdu::Request(request));
    }

    pub(super) fn on_subscribe(&mut self, now: SimTime, request: &Request, out: &mut Outbox) {
        let (to, response) = request.answer(200);
        out.send(to, response);
        let user = request.from;
        self.users[user.0 as usize].subscribed = true;
        // The first notification follows the 200 at once, whatever a later change still waits for (RFC 3680 4.7).
        self.notify(now, user, true, out);
    }
}
