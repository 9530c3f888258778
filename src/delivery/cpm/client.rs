//! The CPM Client on a device: sends, receives, answers, reports, recognises repeats; and its registration.
//!
//! A user opens a message on a device that is registered at that moment, or not at all: one that is off shows nothing and reports
//! nothing later. Left out: resending of what was lost while the device was away, network-initiated de-registration.

use std::collections::VecDeque;
use std::sync::Arc;

use super::synchronising::{SyncSetup, Synchronising};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::ims::Transactions;
use crate::delivery::{
    Access, Answer, Body, Capabilities, Case, CopyId, Disposition, Fate, Function, FunctionId, Icsi, Imap, Imdn, Indications,
    Input, MAX_FORWARDS, MessageId, Method, Milestone, Nas, Object, Origin, Outbox, Pager, Path, Pdu, Question, Request, Response,
    Sms, Tag, Target, Timer, TimerToken, TxnId, UserId, Version, Via,
};
use crate::units::{SimTime, Span};

/// What clients on devices of one kind are set up with: they share it.
#[derive(Clone, Copy, Debug)]
pub struct ClientSetup {
    pub behaviour: Behaviour,
    /// On the Primary Device.
    pub primary: bool,
    pub core: FunctionId,
    /// What it says in its registration that it can receive.
    pub capabilities: Capabilities,
    /// Serves the SMS of the Primary Device.
    pub msc: Option<FunctionId>,
    /// Life asked for in a registration.
    pub expires: Span,
    /// First and longest wait before a failed registration is tried again.
    pub retry_base: Span,
    pub retry_max: Span,
    pub dedupe_window: Span,
    /// Its message store; none: the user has none.
    pub sync: Option<SyncSetup>,
    /// 64 T1 of the access set.
    pub limit: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// With credentials or without.
    Register {
        authorised: bool,
    },
    Message {
        message: MessageId,
    },
    Imdn,
}

/// How far the registration has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registration {
    None,
    /// Own work is being done.
    Preparing(Option<TimerToken>),
    Asking(TxnId),
    Registered(TimerToken),
    Refreshing(TxnId),
}

/// A CPM Client.
#[derive(Clone, Debug)]
pub struct Client {
    id: FunctionId,
    user: UserId,
    setup: Arc<ClientSetup>,
    connected: bool,
    attached: bool,
    registration: Registration,
    registrations: u32,
    retries: u32,
    /// Waits for a retry so far, over all series: each has a jitter of its own.
    waits: u32,
    /// Message-IDs presented, rising, and when.
    seen: VecDeque<(MessageId, SimTime)>,
    /// Composed while not registered.
    unsent: Vec<(Pager, Icsi)>,
    /// Presented, and may be opened: with the service by which it came.
    unopened: Vec<(Pager, Icsi)>,
    /// With the message store, if the user has one.
    sync: Option<Box<Synchronising>>,
    txns: Transactions<Purpose>,
}

impl Client {
    pub fn new(id: FunctionId, user: UserId, setup: Arc<ClientSetup>) -> Client {
        let sync = setup.sync.map(|store| Box::new(Synchronising::new(id, user, Some(store))));
        Client {
            id,
            user,
            setup,
            connected: false,
            attached: false,
            registration: Registration::None,
            registrations: 0,
            retries: 0,
            waits: 0,
            seen: VecDeque::new(),
            unsent: Vec::new(),
            unopened: Vec::new(),
            sync,
            txns: Transactions::new(id),
        }
    }

    fn synchronising(&mut self, act: impl FnOnce(&mut Synchronising)) {
        if let Some(sync) = &mut self.sync {
            act(sync);
        }
    }

    fn registered(&self) -> bool {
        matches!(self.registration, Registration::Registered(_) | Registration::Refreshing(_))
    }

    // --- access and registration

    fn on_access(&mut self, now: SimTime, access: Access, out: &mut Outbox) {
        match access {
            Access::Connected { register } => {
                self.connected = true;
                if register {
                    self.prepare(out);
                }
            }
            Access::MayRegister => self.prepare(out),
            Access::SmsAttached => {
                self.attached = true;
                if let Some(msc) = self.setup.msc {
                    out.send(msc, Pdu::Nas(Nas::LocationUpdate { user: self.user }));
                }
            }
            Access::LeavingInOrder => self.leave(now, out),
            Access::Gone => self.gone(out),
        }
    }

    fn prepare(&mut self, out: &mut Outbox) {
        if self.connected && self.registration == Registration::None && out.holds(Tag::OwnRegister) {
            self.registration = Registration::Preparing(None);
            self.registrations += 1;
            out.ask(Question::RegisterDelay { nth: self.registrations });
        }
    }

    fn register(&mut self, now: SimTime, authorised: bool, out: &mut Outbox) {
        let refresh = self.registered();
        let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register { authorised }, out);
        if !refresh && !authorised {
            out.milestone(Tag::OwnRegister, Milestone::RegisterSent { device: self.id });
        }
        self.registration = if refresh { Registration::Refreshing(txn) } else { Registration::Asking(txn) };
        self.send_register(txn, self.setup.expires.ns().div_ceil(1_000_000_000) as u32, authorised, out);
    }

    fn send_register(&self, txn: TxnId, expires_s: u32, authorised: bool, out: &mut Outbox) {
        let ClientSetup { primary, capabilities, .. } = *self.setup;
        let body = Body::Register { expires_s, authorised, primary, capabilities };
        self.request(txn, Method::Register, Target::Function(self.setup.core), Icsi::None, body, out);
    }

    /// Credentials that were refused are not sent again at once (RFC 3261 22.1): a second 401 is a refusal like others.
    fn on_register_answer(&mut self, now: SimTime, authorised: bool, code: u16, out: &mut Outbox) {
        match (self.registration, code) {
            (Registration::Asking(_), 401) if !authorised => self.register(now, true, out),
            (Registration::Asking(_) | Registration::Refreshing(_), 200..=299) => {
                let first = matches!(self.registration, Registration::Asking(_));
                self.retries = 0;
                let refresh = out.set_timer(Timer::RefreshDue, refresh_after(self.setup.expires));
                self.registration = Registration::Registered(refresh);
                if first {
                    out.milestone(Tag::OwnRegister, Milestone::Registered { device: self.id });
                    self.synchronising(|sync| sync.registered(out));
                }
                for (pager, icsi) in std::mem::take(&mut self.unsent) {
                    self.submit(now, pager, icsi, out);
                }
            }
            (Registration::Asking(_) | Registration::Refreshing(_), _) => {
                // Refused, overloaded or unanswered: wait, twice as long each time, and begin anew.
                self.registration = Registration::Preparing(None);
                self.retries += 1;
                self.waits += 1;
                out.ask(Question::RetryJitter { nth: self.waits });
            }
            _ => self.undefined("answer to REGISTER", out),
        }
    }

    /// Base 2^(n-1) times the jitter, at most the maximum (RFC 5626 4.5).
    fn retry_wait(&self, jitter: u32) -> Span {
        let doubled = self.setup.retry_base.ns().saturating_mul(1 << (self.retries - 1).min(30));
        let wait = u128::from(doubled.min(self.setup.retry_max.ns())) * u128::from(jitter) / 1000;
        Span::from_ns(wait as u64)
    }

    /// The last words of a device that goes in good order.
    fn leave(&mut self, now: SimTime, out: &mut Outbox) {
        if self.connected && self.registered() {
            let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register { authorised: true }, out);
            self.send_register(txn, 0, true, out);
            self.stop_registration(out);
            // The answer cannot reach a device that is gone: nothing waits for it.
            self.txns.abandon(txn, out);
        }
        if let (true, Some(msc)) = (self.attached, self.setup.msc) {
            out.send(msc, Pdu::Nas(Nas::ImsiDetach { user: self.user }));
        }
    }

    fn gone(&mut self, out: &mut Outbox) {
        self.connected = false;
        self.attached = false;
        self.synchronising(|sync| sync.stop(out));
        self.stop_registration(out);
    }

    fn stop_registration(&mut self, out: &mut Outbox) {
        match std::mem::replace(&mut self.registration, Registration::None) {
            Registration::Preparing(Some(timer)) | Registration::Registered(timer) => out.cancel_timer(timer),
            Registration::Asking(txn) | Registration::Refreshing(txn) => {
                self.txns.abandon(txn, out);
            }
            Registration::None | Registration::Preparing(None) => {}
        }
    }

    // --- messages

    fn request(&self, txn: TxnId, method: Method, target: Target, icsi: Icsi, body: Body, out: &mut Outbox) {
        let request = Request {
            method,
            txn,
            via: Via::of(self.id),
            target,
            case: Case::Originating,
            from: self.user,
            icsi,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        out.send(self.setup.core, Pdu::Request(request));
    }

    /// Sends a message by the service `icsi`. The user's other clients get nothing: one request goes to the recipient
    /// (IM08-5.2.2.1-04).
    fn submit(&mut self, now: SimTime, mut pager: Pager, icsi: Icsi, out: &mut Outbox) {
        if !out.holds(Tag::OwnSubmit) {
            return;
        }
        let message = pager.message;
        self.synchronising(|sync| sync.has(now, message));
        pager.copy = out.mint_copy();
        let made = Milestone::CopyMade {
            copy: pager.copy,
            message,
            parent: None,
            origin: Origin::Submission,
            path: Path::Ip,
            device: None,
        };
        out.milestone(Tag::OwnSubmit, made);
        out.milestone(Tag::OwnSubmit, Milestone::Submit { message });
        out.milestone(Tag::ClientAddresses, Milestone::Told);
        let target = if out.holds(Tag::ClientAddresses) { Target::User(pager.to) } else { Target::Function(self.setup.core) };
        let icsi = if out.holds(Tag::ClientTags) { icsi } else { Icsi::None };
        if icsi != Icsi::None {
            out.milestone(Tag::ClientTags, Milestone::Told);
        }
        if pager.reply_to.is_some() {
            out.milestone(Tag::ReplyTo, Milestone::Told);
            pager.reply_to = pager.reply_to.filter(|_| out.holds(Tag::ReplyTo));
        }
        out.milestone(Tag::Indicate, Milestone::Told);
        if !out.holds(Tag::Indicate) {
            pager.indications = Indications::default();
        }
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Message { message }, out);
        if out.holds(Tag::ClientSends) {
            out.milestone(Tag::ClientSends, Milestone::Told);
            self.request(txn, Method::Message, target, icsi, Body::Pager(Box::new(pager)), out);
        }
    }

    fn on_request(&mut self, now: SimTime, request: Request, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        match request.body {
            Body::Pager(pager) => {
                out.milestone(Tag::OwnClientReceives, Milestone::Told);
                if out.holds(Tag::OwnClientReceives) {
                    out.send(to, ok);
                }
                self.on_pager(now, *pager, request.icsi, out);
            }
            Body::Imdn(imdn) => {
                let Imdn { about, disposition, .. } = *imdn;
                out.send(to, ok);
                if out.holds(Tag::OwnImdnReceived) {
                    out.milestone(Tag::OwnImdnReceived, Milestone::ImdnReceived { message: about, disposition });
                }
            }
            Body::IwEvent(_) => self.undefined("interworking event", out),
            Body::RegInfo(_) => self.undefined("NOTIFY", out),
            Body::Register { .. } | Body::ThirdPartyRegister { .. } => self.undefined("REGISTER", out),
            Body::None => self.undefined("request without content", out),
        }
    }

    /// An input that the table has no row for.
    fn undefined(&self, input: &'static str, out: &mut Outbox) {
        out.milestone(Tag::OwnClientReceives, Milestone::Undefined { state: self.state(), input });
    }

    /// The state of the client, as the table of states and inputs names it.
    fn state(&self) -> &'static str {
        match self.registration {
            Registration::None if !self.connected => "not connected",
            Registration::None => "not registered",
            Registration::Preparing(_) => "preparing to register",
            Registration::Asking(_) => "registering",
            Registration::Registered(_) => "registered",
            Registration::Refreshing(_) => "refreshing",
        }
    }

    fn on_pager(&mut self, now: SimTime, pager: Pager, icsi: Icsi, out: &mut Outbox) {
        let Pager { message, copy, .. } = pager;
        if self.recognises(now, message) {
            out.milestone(Tag::OwnDedupe, Milestone::Discard { message, copy });
            out.milestone(Tag::OwnDedupe, Milestone::CopyEnd { copy, message, fate: Fate::Absorbed });
            return;
        }
        self.synchronising(|sync| sync.has(now, message));
        out.milestone(Tag::OwnClientReceives, Milestone::Present { message, copy, path: Path::Ip });
        out.milestone(Tag::OwnClientReceives, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        if pager.dispositions.positive && out.holds(Tag::OwnImdnFromClient) {
            self.report(now, &pager, icsi, Disposition::Delivered, Tag::OwnImdnFromClient, out);
        }
        if pager.dispositions.display {
            self.unopened.push((pager, icsi));
            out.ask(Question::DisplayDelay { message });
        }
    }

    /// The device found a message in the store that it did not have: a copy that comes by SIP later is a repeat. What is still
    /// asked for in the object is done (IW15-8.3.1.1-14); that is no presentation.
    fn on_object(&mut self, now: SimTime, object: &Object, out: &mut Outbox) {
        self.recognises(now, object.message);
        if object.from == self.user {
            return;
        }
        let pager = pager_of(object);
        if pager.dispositions.positive && out.holds(Tag::OwnImdnFromClient) {
            self.report(now, &pager, Icsi::Msg, Disposition::Delivered, Tag::OwnImdnFromClient, out);
        }
        if pager.dispositions.display {
            self.unopened.push((pager, Icsi::Msg));
            out.ask(Question::DisplayDelay { message: object.message });
        }
    }

    /// The user opens a message, or will not.
    fn on_opened(&mut self, now: SimTime, message: MessageId, opens: bool, out: &mut Outbox) {
        let Some(at) = self.unopened.iter().position(|(pager, _)| pager.message == message) else {
            return self.undefined("opening of a message that waits for none", out);
        };
        let (pager, icsi) = self.unopened.remove(at);
        if opens && self.registered() && out.holds(Tag::OwnDisplay) {
            out.milestone(Tag::OwnDisplay, Milestone::Display { message, device: self.id });
            self.report(now, &pager, icsi, Disposition::Displayed, Tag::OwnDisplay, out);
        }
    }

    /// Whether this message was presented before; a first one is written down.
    fn recognises(&mut self, now: SimTime, message: MessageId) -> bool {
        let window = self.setup.dedupe_window;
        if !self.setup.behaviour.client_dedupe || !self.setup.behaviour.rules.holds(Tag::OwnDedupe) {
            return false;
        }
        // Identities are given in order of time, so that the oldest stand first.
        while self.seen.front().is_some_and(|(_, at)| at.saturating_add(window) < now) {
            self.seen.pop_front();
        }
        // Most are the newest of all.
        if self.seen.back().is_none_or(|(last, _)| *last < message) {
            self.seen.push_back((message, now));
            return false;
        }
        match self.seen.binary_search_by_key(&message, |(known, _)| *known) {
            Ok(at) => {
                let presented = &mut self.seen[at].1;
                let repeat = presented.saturating_add(window) >= now;
                if !repeat {
                    *presented = now;
                }
                repeat
            }
            Err(at) => {
                self.seen.insert(at, (message, now));
                false
            }
        }
    }

    /// Tells the sender what became of his message here, by the service by which it came.
    fn report(&mut self, now: SimTime, pager: &Pager, icsi: Icsi, disposition: Disposition, tag: Tag, out: &mut Outbox) {
        let message = pager.message;
        let imdn = Imdn {
            about: message,
            original: pager.original,
            from: self.user,
            to: pager.from,
            disposition,
            reporter: self.id,
            agent: self.setup.capabilities.agent,
            indications: pager.indications,
        };
        out.milestone(tag, Milestone::ImdnSent { message, disposition, by: self.id });
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Imdn, out);
        self.request(txn, Method::Message, Target::User(pager.from), icsi, Body::Imdn(Box::new(imdn)), out);
    }

    fn on_sms(&mut self, sms: Sms, paging: u32, from: FunctionId, out: &mut Outbox) {
        let Sms { message, copy, user, .. } = sms;
        out.milestone(Tag::OwnSmsPlant, Milestone::Present { message, copy, path: Path::Sms });
        out.milestone(Tag::OwnSmsPlant, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        out.send(from, Pdu::Nas(Nas::SmsAck { user, paging, about: message }));
    }

    fn ended(&mut self, now: SimTime, purpose: Purpose, code: u16, out: &mut Outbox) {
        match purpose {
            Purpose::Register { authorised } => self.on_register_answer(now, authorised, code, out),
            Purpose::Message { message } => {
                let code = if code == TIMED_OUT { 0 } else { code };
                if !out.holds(Tag::OwnAnswer) {
                    return;
                }
                out.milestone(Tag::OwnAnswer, Milestone::Answer { message, code });
            }
            Purpose::Imdn => {}
        }
    }

    fn on_response(&mut self, now: SimTime, response: Response, out: &mut Outbox) {
        match self.txns.answered(response.txn, response.code, out) {
            Some((purpose, _)) => self.ended(now, purpose, response.code, out),
            None => out.milestone(Tag::OwnLateResponse, Milestone::LateResponse),
        }
    }
}

/// A stored message as its recipient's client reads it.
fn pager_of(object: &Object) -> Pager {
    let Object { message, original, owner, from, content, bytes, dispositions, indications, .. } = *object;
    Pager {
        message,
        original,
        copy: CopyId(0),
        from,
        to: owner,
        bytes,
        content,
        dispositions,
        anonymous: false,
        agent: Version::default(),
        reply_to: None,
        expires: SimTime::NEVER,
        indications,
        retargets: 0,
        attempt: 0,
    }
}

/// Stands for "no answer" where a code is wanted.
const TIMED_OUT: u16 = 408;

/// When a binding is refreshed: 600 s before its end if it is longer than 1200 s, else half way (TS 24.229 5.1.1.4).
fn refresh_after(expires: Span) -> Span {
    let (long, before) = (Span::from_secs(1200), Span::from_secs(600));
    Span::from_ns(if expires > long { expires.ns() - before.ns() } else { expires.ns() / 2 })
}

impl Function for Client {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Compose(pager, icsi) if self.registered() => self.submit(now, pager, icsi, out),
            Input::Compose(pager, icsi) => self.unsent.push((pager, icsi)),
            Input::Access(access) => self.on_access(now, access, out),
            Input::Received { pdu: Pdu::Request(request), .. } => self.on_request(now, request, out),
            Input::Received { pdu: Pdu::Response(response), .. } => self.on_response(now, response, out),
            Input::Received { from, pdu: Pdu::Nas(Nas::Page { user, paging, about }), .. } => {
                out.send(from, Pdu::Nas(Nas::PageResponse { user, paging, about }));
            }
            Input::Received { from, pdu: Pdu::Nas(Nas::SmsDeliver { sms, paging }), .. } => self.on_sms(sms, paging, from, out),
            Input::Told(Question::RegisterDelay { .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.register(now, false, out);
                } else {
                    self.registration = Registration::Preparing(Some(out.set_timer(Timer::RegisterDue, after)));
                }
            }
            Input::Told(Question::RetryJitter { .. }, Answer::Thousandths(jitter)) => {
                let timer = out.set_timer(Timer::RegisterDue, self.retry_wait(jitter));
                self.registration = Registration::Preparing(Some(timer));
            }
            Input::Expired(Timer::RegisterDue) => {
                self.registration = Registration::Preparing(None);
                self.register(now, false, out);
            }
            Input::Told(Question::DisplayDelay { message }, Answer::Span(after)) => {
                out.set_timer(Timer::DisplayDue { message }, after);
            }
            Input::Told(Question::DisplayDelay { message }, _) => self.on_opened(now, message, false, out),
            Input::Expired(Timer::DisplayDue { message }) => self.on_opened(now, message, true, out),
            Input::Received { pdu: Pdu::Imap(Imap::Synced { tag, last, objects, .. }), .. } => {
                let new = self.sync.as_mut().map(|sync| sync.on_synced(now, tag, last, &objects, out));
                for object in new.unwrap_or_default() {
                    self.on_object(now, &object, out);
                }
            }
            Input::Told(Question::SyncDelay { .. }, Answer::Span(after)) => {
                self.synchronising(|sync| sync.on_delay(Some(after), out));
            }
            Input::Told(Question::SyncDelay { .. }, Answer::Never) => {
                self.synchronising(|sync| sync.on_delay(None, out));
            }
            Input::Expired(Timer::SyncDue) => self.synchronising(|sync| sync.on_due(out)),
            Input::Expired(Timer::StoreEnd { tag }) => self.synchronising(|sync| sync.on_no_answer(tag, out)),
            Input::Expired(Timer::RefreshDue) => self.register(now, true, out),
            Input::Expired(Timer::TransactionEnd { slot, generation }) => {
                if let Some((purpose, _)) = self.txns.timed_out(slot, generation, out) {
                    self.ended(now, purpose, TIMED_OUT, out);
                }
            }
            Input::Received { pdu: Pdu::Map(_) | Pdu::Nas(_), .. } => self.undefined("PDU of the SMS plant", out),
            Input::Received { pdu: Pdu::Imap(_), .. } => self.undefined("operation of a message store that it does not take", out),
            Input::Overloaded { .. } => self.undefined("PDU without room", out),
            Input::Expired(_) => self.undefined("timer of another function", out),
            Input::Told(..) => self.undefined("answer to another question", out),
            Input::Policy { .. } | Input::Connectivity { .. } => self.undefined("input of a PF", out),
        }
    }
}
