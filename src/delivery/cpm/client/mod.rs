//! The CPM Client on a device: sends, receives, answers, reports, recognises repeats; and its registration.
//!
//! A user opens a message on a device that is registered at that moment, or not at all: one that is off shows nothing and reports
//! nothing later. Left out: resending of what was lost while the device was away, network-initiated de-registration.

mod access;
mod flow;
mod joining;
mod messages;
mod notices;
mod pulling;
mod registration;
mod reports;
mod sessions;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use flow::Flow;
pub use flow::FlowSetup;
use joining::Joining;
use notices::Deferred;

use super::synchronising::{SyncSetup, Synchronising};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::ims::Transactions;
use crate::delivery::{
    Answer, Body, Capabilities, Case, Channel, Function, FunctionId, Icsi, Imap, Imdn, Input, KeepAlive, MAX_FORWARDS, MessageId,
    Method, Milestone, Msrp, Nas, Outbox, Pager, Pdu, Push, Question, Reason, Request, Response, Tag, Target, Timer, TimerToken,
    TxnId, UserId, Via,
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
    /// Serves this phone for SMS in the packet domain, if anyone does.
    pub sgsn: Option<FunctionId>,
    /// How often it gives a sign of life in the CS and in the packet domain; none: only when it attaches.
    pub periodic: [Option<Span>; 2],
    /// Life asked for in a registration.
    pub expires: Span,
    /// Base time and longest wait before a failed registration is tried again (RFC 5626 4.5).
    pub retry_base: Span,
    pub retry_max: Span,
    /// How it keeps its flow alive; none: it does not.
    pub flow: Option<FlowSetup>,
    pub dedupe_window: Span,
    /// Its message store; none: the user has none.
    pub sync: Option<SyncSetup>,
    /// 64 T1 of the access set.
    pub limit: Span,
    /// Push Enabler of its PF; none: no push comes.
    pub push: Option<FunctionId>,
    /// Wait, on average, before a pull is tried again (`client.pull_backoff`).
    pub pull_backoff: Span,
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
    Pull {
        serial: u32,
    },
    Bye,
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
    /// By domain, CS and PS.
    attached: [bool; 2],
    periodic: [Option<TimerToken>; 2],
    /// No memory for short messages, and one was refused for that since it was last free.
    memory_full: bool,
    refused_for_memory: bool,
    joining: Joining,
    registration: Registration,
    registrations: u32,
    /// Failures in a row, and what the last refusal said of when to try again.
    retries: u32,
    retry_after: Span,
    flow: Flow,
    /// Keep-alives so far.
    pings: u32,
    /// Waits for a retry so far, over all series: each has a jitter of its own.
    waits: u32,
    /// Message-IDs presented, rising, and when.
    seen: VecDeque<(MessageId, SimTime)>,
    /// Composed while not registered, or without IP.
    unsent: Vec<(Pager, Icsi)>,
    /// Presented, and may be opened: with the service by which it came.
    unopened: Vec<(Pager, Icsi)>,
    /// With the message store, if the user has one.
    sync: Option<Box<Synchronising>>,
    /// What it knows of deferred messages; none: it never heard of one.
    deferred: Option<Box<Deferred>>,
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
            attached: [false; 2],
            periodic: [None; 2],
            memory_full: false,
            refused_for_memory: false,
            joining: Joining::default(),
            registration: Registration::None,
            registrations: 0,
            retries: 0,
            retry_after: Span::ZERO,
            flow: Flow::Unwatched,
            pings: 0,
            waits: 0,
            seen: VecDeque::new(),
            unsent: Vec::new(),
            unopened: Vec::new(),
            sync,
            deferred: None,
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
            Body::Notice(ref notice) => self.on_notice(now, &request, notice, out),
            Body::Pull(_) => self.undefined("INVITE of another client", out),
            Body::PushSession { .. } => self.on_push_session(&request, out),
            Body::Session(dialog) => self.on_session(&request, dialog, out),
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

    fn ended(&mut self, now: SimTime, purpose: Purpose, code: u16, reason: Reason, out: &mut Outbox) {
        match purpose {
            Purpose::Register { authorised } => self.on_register_answer(now, authorised, code, reason, out),
            Purpose::Message { message } => {
                let code = if code == TIMED_OUT { 0 } else { code };
                if !out.holds(Tag::OwnAnswer) {
                    return;
                }
                out.milestone(Tag::OwnAnswer, Milestone::Answer { message, code });
            }
            Purpose::Pull { serial } => self.on_pull_answer(now, serial, code, reason, out),
            Purpose::Imdn | Purpose::Bye => {}
        }
    }

    fn on_response(&mut self, now: SimTime, response: Response, out: &mut Outbox) {
        match self.txns.answered(response.txn, response.code, out) {
            Some((purpose, _)) => {
                if let (Purpose::Pull { .. }, 200..=299) = (purpose, response.code) {
                    self.acknowledge(response.txn, out);
                }
                self.ended(now, purpose, response.code, response.reason, out);
            }
            None => {
                out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
                if response.method == Method::Invite && (200..300).contains(&response.code) && out.holds(Tag::OwnLateSuccess) {
                    self.on_late_success(now, response.txn, out);
                }
            }
        }
    }
}

/// Stands for "no answer" where a code is wanted.
const TIMED_OUT: u16 = 408;

impl Function for Client {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Compose(pager, icsi) if self.registered() && (self.connected || !out.holds(Tag::OwnSuspension)) => {
                self.submit(now, pager, icsi, out);
            }
            Input::Compose(pager, icsi) => self.unsent.push((pager, icsi)),
            Input::Access(access) => self.on_access(now, access, out),
            Input::Received { pdu: Pdu::Request(request), .. } => self.on_request(now, request, out),
            Input::Received { pdu: Pdu::Response(response), .. } => self.on_response(now, response, out),
            Input::Received { from, pdu: Pdu::Nas(Nas::Page { user, paging, about }), .. } => {
                out.send(from, Pdu::Nas(Nas::PageResponse { user, paging, about }));
            }
            Input::Received { from, pdu: Pdu::Nas(Nas::SmsDeliver { sms, paging }), .. } => {
                self.on_sms(now, sms, paging, from, out)
            }
            Input::Told(Question::RegisterDelay { .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.register(now, false, out);
                } else {
                    self.registration = Registration::Preparing(Some(out.set_timer(Timer::RegisterDue, after)));
                }
            }
            Input::Told(Question::RetryJitter { .. }, Answer::Thousandths(jitter)) => {
                let wait = self.retry_wait(jitter, out);
                let timer = out.set_timer(Timer::RegisterDue, wait);
                self.registration = Registration::Preparing(Some(timer));
            }
            Input::Told(Question::KeepAliveShare { .. }, Answer::Thousandths(share)) => self.on_keep_alive_share(share, out),
            Input::Expired(Timer::PeriodicUpdate { domain }) => self.on_periodic(domain, out),
            Input::Expired(Timer::KeepAlive) => self.on_keep_alive_due(out),
            Input::Received { pdu: Pdu::KeepAlive(KeepAlive::Pong { nth, .. }), .. } => self.on_pong(nth, out),
            Input::Received { pdu: Pdu::KeepAlive(KeepAlive::Ping { .. }), .. } => {
                self.undefined("keep-alive of another client", out);
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
                    self.ended(now, purpose, TIMED_OUT, Reason::None, out);
                }
            }
            Input::Received { pdu: Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_), .. } => self.undefined("PDU of the SMS plant", out),
            Input::Received { pdu: Pdu::Imap(_), .. } => self.undefined("operation of a message store that it does not take", out),
            Input::Overloaded { .. } => self.undefined("PDU without room", out),
            Input::Received { pdu: Pdu::Push(Push::Message { notice, .. }), .. } => {
                self.read(now, &notice, Channel::OutOfBand, out)
            }
            Input::Received { from, pdu: Pdu::Msrp(Msrp::Send { dialog, transaction, pager }), .. } => {
                self.on_send(now, from, dialog, transaction, *pager, out);
            }
            Input::Told(Question::Reaction { .. }, answer) => self.on_reaction(answer, out),
            Input::Expired(Timer::ReactionDue) => self.on_reaction_due(now, out),
            Input::Told(Question::TakesAll { .. }, Answer::Yes(all)) => self.on_takes_all(now, all, out),
            Input::Told(Question::Choice { message, .. }, Answer::Action(choice)) => self.on_choice(now, message, choice, out),
            Input::Told(Question::EntryFaulty { message, .. }, Answer::Yes(faulty)) => self.on_entry(now, message, faulty, out),
            Input::Told(Question::PullJitter { .. }, Answer::Thousandths(jitter)) => self.on_jitter(jitter, out),
            Input::Expired(Timer::PullAgain) => self.on_again_due(now, out),
            Input::Expired(Timer::RetrievalEnd { slot, .. }) => self.on_retrieval_end(now, slot, out),
            Input::Received { pdu: Pdu::Msrp(_), .. } => self.undefined("MSRP response to another", out),
            Input::Received { pdu: Pdu::Push(_), .. } => self.undefined("push that is for the Push Enabler", out),
            Input::Expired(_) => self.undefined("timer of another function", out),
            Input::Told(..) => self.undefined("answer to another question", out),
            Input::Policy { .. } | Input::Connectivity { .. } | Input::Restarted => self.undefined("input of a PF", out),
        }
    }
}
