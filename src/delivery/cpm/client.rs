//! The CPM Client on a device: sends, receives, answers, reports, recognises repeats; and its registration.
//!
//! Left out: display by the user, resending of what was lost while the device was away, network-initiated de-registration.

use std::collections::VecDeque;

use crate::delivery::behaviour::Behaviour;
use crate::delivery::ims::Transactions;
use crate::delivery::{
    Access, Answer, Body, Capabilities, Case, Disposition, Dispositions, Fate, Function, FunctionId, Icsi, Imdn, Input,
    MAX_FORWARDS, MessageId, Method, Milestone, Nas, Origin, Outbox, Pager, Path, Pdu, Question, Request, Response, Sms, Tag,
    Target, Timer, TimerToken, TxnId, UserId, Via,
};
use crate::units::{SimTime, Span};

/// What a client is set up with.
#[derive(Clone, Copy, Debug)]
pub struct ClientSetup {
    pub id: FunctionId,
    pub user: UserId,
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
    /// 64 T1 of the access set.
    pub limit: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Register,
    Message { message: MessageId },
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
    setup: ClientSetup,
    behaviour: Behaviour,
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
    unsent: Vec<Pager>,
    txns: Transactions<Purpose>,
}

impl Client {
    pub fn new(setup: ClientSetup, behaviour: Behaviour) -> Client {
        Client {
            setup,
            behaviour,
            connected: false,
            attached: false,
            registration: Registration::None,
            registrations: 0,
            retries: 0,
            waits: 0,
            seen: VecDeque::new(),
            unsent: Vec::new(),
            txns: Transactions::new(setup.id),
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
                    out.send(msc, Pdu::Nas(Nas::LocationUpdate { user: self.setup.user }));
                }
            }
            Access::LeavingInOrder => self.leave(now, out),
            Access::Gone => self.gone(out),
        }
    }

    fn prepare(&mut self, out: &mut Outbox) {
        if self.connected && self.registration == Registration::None {
            self.registration = Registration::Preparing(None);
            self.registrations += 1;
            out.ask(Question::RegisterDelay { nth: self.registrations });
        }
    }

    fn register(&mut self, now: SimTime, authorised: bool, out: &mut Outbox) {
        let refresh = self.registered();
        let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register, out);
        if !refresh && !authorised {
            out.milestone(Tag::OwnRegister, Milestone::RegisterSent { device: self.setup.id });
        }
        self.registration = if refresh { Registration::Refreshing(txn) } else { Registration::Asking(txn) };
        self.send_register(txn, self.setup.expires.ns().div_ceil(1_000_000_000) as u32, authorised, out);
    }

    fn send_register(&self, txn: TxnId, expires_s: u32, authorised: bool, out: &mut Outbox) {
        let ClientSetup { primary, capabilities, .. } = self.setup;
        let body = Body::Register { expires_s, authorised, primary, capabilities };
        self.request(txn, Method::Register, Target::Function(self.setup.core), body, out);
    }

    fn on_register_answer(&mut self, now: SimTime, code: u16, out: &mut Outbox) {
        match (self.registration, code) {
            (Registration::Asking(_), 401) => self.register(now, true, out),
            (Registration::Asking(_) | Registration::Refreshing(_), 200) => {
                let first = matches!(self.registration, Registration::Asking(_));
                self.retries = 0;
                let refresh = out.set_timer(Timer::RefreshDue, refresh_after(self.setup.expires));
                self.registration = Registration::Registered(refresh);
                if first {
                    out.milestone(Tag::OwnRegister, Milestone::Registered { device: self.setup.id });
                }
                for pager in std::mem::take(&mut self.unsent) {
                    self.submit(now, pager, out);
                }
            }
            (Registration::Asking(_) | Registration::Refreshing(_), _) => {
                // Refused, overloaded or unanswered: wait, twice as long each time, and begin anew.
                self.registration = Registration::Preparing(None);
                self.retries += 1;
                self.waits += 1;
                out.ask(Question::RetryJitter { nth: self.waits });
            }
            _ => out
                .milestone(Tag::OwnRegister, Milestone::Undefined { state: "client not registering", input: "answer to REGISTER" }),
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
            let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register, out);
            self.send_register(txn, 0, true, out);
            self.stop_registration(out);
            // The answer cannot reach a device that is gone: nothing waits for it.
            self.txns.abandon(txn, out);
        }
        if let (true, Some(msc)) = (self.attached, self.setup.msc) {
            out.send(msc, Pdu::Nas(Nas::ImsiDetach { user: self.setup.user }));
        }
    }

    fn gone(&mut self, out: &mut Outbox) {
        self.connected = false;
        self.attached = false;
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

    fn request(&self, txn: TxnId, method: Method, target: Target, body: Body, out: &mut Outbox) {
        let request = Request {
            method,
            txn,
            via: Via::of(self.setup.id),
            target,
            case: Case::Originating,
            from: self.setup.user,
            icsi: Icsi::Msg,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        out.send(self.setup.core, Pdu::Request(request));
    }

    fn submit(&mut self, now: SimTime, mut pager: Pager, out: &mut Outbox) {
        let message = pager.message;
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
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Message { message }, out);
        self.request(txn, Method::Message, Target::User(pager.to), Body::Pager(pager), out);
    }

    fn on_request(&mut self, now: SimTime, request: Request, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        match request.body {
            Body::Pager(pager) => {
                out.milestone(Tag::OwnClientReceives, Milestone::Told);
                out.send(to, ok);
                self.on_pager(now, pager, out);
            }
            Body::Imdn(imdn) => {
                out.send(to, ok);
                out.milestone(Tag::OwnImdnReceived, Milestone::ImdnReceived { message: imdn.about, disposition: imdn.disposition });
            }
            _ => out.milestone(Tag::OwnClientReceives, Milestone::Undefined { state: "client", input: "request" }),
        }
    }

    fn on_pager(&mut self, now: SimTime, pager: Pager, out: &mut Outbox) {
        let Pager { message, copy, .. } = pager;
        if self.recognises(now, message) {
            out.milestone(Tag::OwnDedupe, Milestone::Discard { message, copy });
            out.milestone(Tag::OwnDedupe, Milestone::CopyEnd { copy, message, fate: Fate::Absorbed });
            return;
        }
        out.milestone(Tag::OwnClientReceives, Milestone::Present { message, copy, path: Path::Ip });
        out.milestone(Tag::OwnClientReceives, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        if let Dispositions { positive: true, .. } = pager.dispositions {
            self.report(now, pager, out);
        }
    }

    /// Whether this message was presented before; a first one is written down.
    fn recognises(&mut self, now: SimTime, message: MessageId) -> bool {
        let window = self.setup.dedupe_window;
        if !self.behaviour.client_dedupe || !self.behaviour.rules.holds(Tag::OwnDedupe) {
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

    fn report(&mut self, now: SimTime, pager: Pager, out: &mut Outbox) {
        let message = pager.message;
        let imdn = Imdn {
            about: message,
            original: pager.original,
            from: self.setup.user,
            to: pager.from,
            disposition: Disposition::Delivered,
            reporter: self.setup.id,
            agent: self.setup.capabilities.agent,
            indications: pager.indications,
        };
        let sent = Milestone::ImdnSent { message, disposition: Disposition::Delivered, by: self.setup.id };
        out.milestone(Tag::OwnImdnFromClient, sent);
        let txn = self.txns.begin(now, Method::Message, Some(message), self.setup.limit, Purpose::Imdn, out);
        self.request(txn, Method::Message, Target::User(pager.from), Body::Imdn(imdn), out);
    }

    fn on_sms(&mut self, sms: Sms, paging: u32, from: FunctionId, out: &mut Outbox) {
        let Sms { message, copy, user, .. } = sms;
        out.milestone(Tag::OwnSmsPlant, Milestone::Present { message, copy, path: Path::Sms });
        out.milestone(Tag::OwnSmsPlant, Milestone::CopyEnd { copy, message, fate: Fate::Delivered });
        out.send(from, Pdu::Nas(Nas::SmsAck { user, paging, about: message }));
    }

    fn ended(&mut self, now: SimTime, purpose: Purpose, code: u16, out: &mut Outbox) {
        match purpose {
            Purpose::Register => self.on_register_answer(now, code, out),
            Purpose::Message { message } => {
                let code = if code == TIMED_OUT { 0 } else { code };
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
            Input::Compose(pager) if self.registered() => self.submit(now, pager, out),
            Input::Compose(pager) => self.unsent.push(pager),
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
            Input::Expired(Timer::RefreshDue) => self.register(now, true, out),
            Input::Expired(Timer::TransactionEnd { slot, generation }) => {
                if let Some((purpose, _)) = self.txns.timed_out(slot, generation, out) {
                    self.ended(now, purpose, TIMED_OUT, out);
                }
            }
            _ => out.milestone(Tag::OwnClientReceives, Milestone::Undefined { state: "client", input: "other" }),
        }
    }
}
