//! The SIP/IP Core as one node: registrar, router by session case, reg-event notifier, and forking proxy.
//!
//! As a proxy it is stateless but for forks (RFC 3261 16.7). Left out: authentication proper, the Cx queries behind a
//! registration (their time is part of the phone's own), refresh of subscriptions.

use std::sync::Arc;

use super::Transactions;
use crate::delivery::{
    Answer, Body, Capabilities, Case, Contact, ContactEvent, CopyId, Fate, Function, FunctionId, Icsi, Input, MAX_FORWARDS,
    MessageId, Method, Milestone, Outbox, Pdu, Question, RegInfo, Request, Response, Tag, Target, Timer, TimerToken, UserId, Via,
};
use crate::units::{SimTime, Span};

/// Where a user is served: what the home register would tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    pub core: FunctionId,
    pub pf: FunctionId,
}

#[derive(Clone, Debug)]
struct Binding {
    client: FunctionId,
    primary: bool,
    capabilities: Capabilities,
    end: TimerToken,
}

/// Registration state of one user.
#[derive(Clone, Debug, Default)]
struct Aor {
    bindings: Vec<Binding>,
    /// Changes since the last notification: contact, event.
    changes: Vec<Contact>,
    subscribed: bool,
    version: u32,
    /// Notifications put off so far.
    nth: u32,
    /// The delay of the pending notification has been asked for or is running.
    pending: bool,
    /// The PF has to be told by a third-party REGISTER first.
    third_party: bool,
}

#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// One branch of a forked request.
    Branch {
        fork: u32,
        generation: u32,
    },
    Notify,
    ThirdParty {
        user: UserId,
    },
}

#[derive(Clone, Debug)]
struct Fork {
    generation: u32,
    /// None once a final response has gone back.
    upstream: Option<Response>,
    open: u32,
    best: u16,
}

/// A SIP/IP Core.
#[derive(Clone, Debug)]
pub struct Core {
    id: FunctionId,
    homes: Arc<[Home]>,
    users: Vec<Aor>,
    txns: Transactions<Purpose>,
    forks: Vec<Fork>,
    free_forks: Vec<u32>,
    /// 64 T1 towards servers, and towards clients.
    limit: Span,
    access_limit: Span,
}

impl Core {
    pub fn new(id: FunctionId, homes: Arc<[Home]>, limit: Span, access_limit: Span) -> Core {
        let users = vec![Aor::default(); homes.len()];
        Core { id, homes, users, txns: Transactions::new(id), forks: Vec::new(), free_forks: Vec::new(), limit, access_limit }
    }

    /// Whether `client` is bound, as the truth recorder observes it.
    pub fn is_bound(&self, user: UserId, client: FunctionId) -> bool {
        self.users[user.0 as usize].bindings.iter().any(|b| b.client == client)
    }

    fn on_request(&mut self, now: SimTime, from: FunctionId, request: Request, out: &mut Outbox) {
        match (&request.body, request.method) {
            (Body::Register { .. }, Method::Register) => self.on_register(from, &request, out),
            (_, Method::Subscribe) => self.on_subscribe(now, &request, out),
            (_, Method::Message) => self.route(now, request, out),
            _ => out.milestone(Tag::OwnRelay, Milestone::Undefined { state: "core", input: "request" }),
        }
    }

    fn on_register(&mut self, client: FunctionId, request: &Request, out: &mut Outbox) {
        let Body::Register { expires_s, authorised, primary, capabilities } = request.body else {
            unreachable!("dispatched by its body")
        };
        let user = request.from;
        let known = self.is_bound(user, client);
        let (to, response) = request.answer(if authorised { 200 } else { 401 });
        out.send(to, response);
        if !authorised {
            return;
        }
        let aor = &mut self.users[user.0 as usize];
        let event = if expires_s == 0 {
            let Some(at) = aor.bindings.iter().position(|b| b.client == client) else { return };
            let gone = aor.bindings.remove(at);
            out.cancel_timer(gone.end);
            out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: false });
            aor.third_party |= aor.bindings.is_empty();
            ContactEvent::Unregistered
        } else {
            let end = out.set_timer(Timer::BindingExpiry { user, client }, Span::from_secs(u64::from(expires_s)));
            match aor.bindings.iter_mut().find(|b| b.client == client) {
                Some(binding) => {
                    out.cancel_timer(binding.end);
                    binding.end = end;
                    binding.capabilities = capabilities;
                }
                None => {
                    aor.third_party |= aor.bindings.is_empty();
                    aor.bindings.push(Binding { client, primary, capabilities, end });
                    out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: true });
                }
            }
            if known { ContactEvent::Refreshed } else { ContactEvent::Registered }
        };
        self.changed(user, Contact { client, active: expires_s != 0, event, primary, capabilities }, out);
    }

    /// A binding changed: the PF is told once the Core has got round to it.
    fn changed(&mut self, user: UserId, contact: Contact, out: &mut Outbox) {
        let aor = &mut self.users[user.0 as usize];
        aor.changes.retain(|c| c.client != contact.client);
        aor.changes.push(contact);
        if !aor.pending {
            aor.pending = true;
            aor.nth += 1;
            out.ask(Question::NotifyDelay { user, nth: aor.nth });
        }
    }

    fn on_notify_due(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let pf = self.homes[user.0 as usize].pf;
        let aor = &mut self.users[user.0 as usize];
        aor.pending = false;
        if std::mem::take(&mut aor.third_party) {
            let expires_s = if aor.bindings.is_empty() { 0 } else { 600_000 };
            let body = Body::ThirdPartyRegister { user, expires_s };
            self.ask_pf(now, pf, user, Method::Register, body, Purpose::ThirdParty { user }, Tag::OwnThirdParty, out);
        }
        if self.users[user.0 as usize].subscribed {
            self.notify(now, user, out);
        }
    }

    /// The whole registration state of `user`; contacts that went since the last time are named with the reason.
    fn notify(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let pf = self.homes[user.0 as usize].pf;
        let aor = &mut self.users[user.0 as usize];
        let changes = std::mem::take(&mut aor.changes);
        let standing = aor.bindings.iter().map(|b| {
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
        let body = Body::RegInfo(RegInfo { user, version: aor.version, contacts });
        self.ask_pf(now, pf, user, Method::Notify, body, Purpose::Notify, Tag::OwnRegEvent, out);
    }

    #[allow(clippy::too_many_arguments)] // one request, spelt out
    fn ask_pf(
        &mut self,
        now: SimTime,
        pf: FunctionId,
        user: UserId,
        method: Method,
        body: Body,
        purpose: Purpose,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let txn = self.txns.begin(now, method, None, self.limit, purpose, out);
        out.milestone(tag, Milestone::Told);
        let via = Via::of(self.id);
        let request = Request {
            method,
            txn,
            via,
            target: Target::Function(pf),
            case: Case::Done,
            from: user,
            icsi: Icsi::None,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        out.send(pf, Pdu::Request(request));
    }

    fn on_subscribe(&mut self, now: SimTime, request: &Request, out: &mut Outbox) {
        let (to, response) = request.answer(200);
        out.send(to, response);
        let user = request.from;
        self.users[user.0 as usize].subscribed = true;
        // The first notification follows the 200 at once, whatever a later change still waits for (RFC 3680 4.7).
        self.notify(now, user, out);
    }

    /// Sends a MESSAGE on by its session case (TS 23.228): originating services, the user's home, terminating services, contacts.
    fn route(&mut self, now: SimTime, mut request: Request, out: &mut Outbox) {
        let previous = request.via;
        request.via = previous.with(self.id);
        match (request.case, request.target) {
            (Case::Originating, _) => out.send(self.homes[request.from.0 as usize].pf, Pdu::Request(request)),
            (_, Target::Function(to)) => out.send(to, Pdu::Request(request)),
            (case, Target::User(user) | Target::Contact(user, _) | Target::Instances(user, _)) => {
                let home = self.homes[user.0 as usize];
                if home.core != self.id {
                    out.send(home.core, Pdu::Request(request));
                } else if case == Case::Terminating {
                    out.send(home.pf, Pdu::Request(request));
                } else {
                    request.via = previous;
                    self.deliver(now, user, request, out);
                }
            }
        }
    }

    fn deliver(&mut self, now: SimTime, user: UserId, mut request: Request, out: &mut Outbox) {
        let bindings = &self.users[user.0 as usize].bindings;
        let only = match request.target {
            Target::Contact(_, client) => bindings.iter().map(|b| b.client).find(|c| *c == client),
            _ if bindings.len() > 1 => return self.fork(now, user, request, out),
            _ => bindings.first().map(|b| b.client),
        };
        match only {
            Some(client) => {
                request.via = request.via.with(self.id);
                out.send(client, Pdu::Request(request));
            }
            None => {
                if let Some((message, copy)) = carried(&request) {
                    out.milestone(Tag::OwnNoBinding, Milestone::CopyEnd { copy, message, fate: Fate::Refused(480) });
                }
                let (to, response) = request.answer(480);
                out.send(to, response);
            }
        }
    }

    /// One branch to each contact; the best final response goes back (RFC 3261 16.7).
    fn fork(&mut self, now: SimTime, user: UserId, request: Request, out: &mut Outbox) {
        let clients: Vec<FunctionId> = self.users[user.0 as usize].bindings.iter().map(|b| b.client).collect();
        let Pdu::Response(upstream) = request.answer(200).1 else { unreachable!("an answer is a response") };
        let via = request.via;
        let fork = self.free_forks.pop().unwrap_or_else(|| {
            self.forks.push(Fork { generation: 0, upstream: None, open: 0, best: 0 });
            (self.forks.len() - 1) as u32
        });
        let place = &mut self.forks[fork as usize];
        place.upstream = Some(Response { via, ..upstream });
        place.open = clients.len() as u32;
        place.best = 408;
        let generation = place.generation;
        for client in clients {
            let purpose = Purpose::Branch { fork, generation };
            let txn = self.txns.begin(now, request.method, request.about(), self.access_limit, purpose, out);
            let mut branch = request.clone();
            branch.txn = txn;
            branch.via = Via::of(self.id);
            branch.target = Target::Contact(user, client);
            out.milestone(Tag::OwnFork, Milestone::Told);
            out.send(client, Pdu::Request(branch));
        }
    }

    fn branch_ended(&mut self, fork: u32, generation: u32, code: u16, out: &mut Outbox) {
        let place = &mut self.forks[fork as usize];
        assert!(place.generation == generation, "a fork outlives its branches");
        place.open -= 1;
        place.best = better(place.best, code);
        let final_now = (200..300).contains(&code) || place.open == 0;
        if final_now && let Some(upstream) = place.upstream.take() {
            let code = if (200..300).contains(&code) { code } else { place.best };
            let (to, via) = upstream.via.back().expect("a request bears the name of its sender");
            out.send(to, Pdu::Response(Response { code, via, ..upstream }));
        }
        if place.open == 0 {
            place.generation = generation.wrapping_add(1);
            self.free_forks.push(fork);
        }
    }

    fn on_response(&mut self, response: Response, out: &mut Outbox) {
        if response.txn.owner != self.id {
            match response.via.back() {
                Some((to, via)) => out.send(to, Pdu::Response(Response { via, ..response })),
                None => out.milestone(Tag::OwnRelay, Milestone::Undefined { state: "core", input: "response without a way back" }),
            }
            return;
        }
        let purpose = self.txns.answered(response.txn, response.code, out).map(|(purpose, _)| purpose);
        self.ended(purpose, response.code, out);
    }

    fn ended(&mut self, purpose: Option<Purpose>, code: u16, out: &mut Outbox) {
        match purpose {
            Some(Purpose::Branch { fork, generation }) => self.branch_ended(fork, generation, code, out),
            // The PF has not been told: the next change of the registration tells it.
            Some(Purpose::ThirdParty { user }) if !(200..300).contains(&code) => self.users[user.0 as usize].third_party = true,
            Some(Purpose::Notify | Purpose::ThirdParty { .. }) => {}
            None => out.milestone(Tag::OwnLateResponse, Milestone::LateResponse),
        }
    }
}

impl Function for Core {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Request(request), .. } => {
                self.on_request(now, from, request, out);
            }
            Input::Received { pdu: Pdu::Response(response), .. } => self.on_response(response, out),
            Input::Overloaded { pdu: Pdu::Request(request), .. } => refuse(&request, out),
            Input::Told(Question::NotifyDelay { user, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.on_notify_due(now, user, out);
                } else {
                    out.set_timer(Timer::NotifyDue { user }, after);
                }
            }
            Input::Expired(Timer::NotifyDue { user }) => self.on_notify_due(now, user, out),
            Input::Expired(Timer::BindingExpiry { user, client }) => {
                let aor = &mut self.users[user.0 as usize];
                let at = aor.bindings.iter().position(|b| b.client == client).expect("a binding lives until its timer ends");
                let gone = aor.bindings.remove(at);
                aor.third_party |= aor.bindings.is_empty();
                out.milestone(Tag::OwnBinding, Milestone::Bound { user, device: client, on: false });
                let Binding { primary, capabilities, .. } = gone;
                let contact = Contact { client, active: false, event: ContactEvent::Expired, primary, capabilities };
                self.changed(user, contact, out);
            }
            Input::Expired(Timer::TransactionEnd { slot, generation }) => {
                let purpose = self.txns.timed_out(slot, generation, out).map(|(purpose, _)| purpose);
                self.ended(purpose, 408, out);
            }
            _ => out.milestone(Tag::OwnRelay, Milestone::Undefined { state: "core", input: "other" }),
        }
    }
}

/// The message and the copy of it that a request carries.
pub(crate) fn carried(request: &Request) -> Option<(MessageId, CopyId)> {
    match request.body {
        Body::Pager(p) => Some((p.message, p.copy)),
        _ => None,
    }
}

/// A function without room for another job refuses a request with 503.
pub(crate) fn refuse(request: &Request, out: &mut Outbox) {
    if let Some((message, copy)) = carried(request) {
        out.milestone(Tag::OwnServerFull, Milestone::CopyEnd { copy, message, fate: Fate::Refused(503) });
    }
    let (to, response) = request.answer(503);
    out.send(to, response);
}

/// The better of two final responses: lowest class first, 6xx above all, a real answer before a timeout (RFC 3261 16.7).
pub(crate) fn better(a: u16, b: u16) -> u16 {
    let rank = |code: u16| match code {
        200..=299 => 0,
        600..=699 => 1,
        408 => 900,
        _ => code / 100 * 10,
    };
    if rank(b) < rank(a) { b } else { a }
}
