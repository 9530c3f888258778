//! The Participating Function (PF): the edge of a user's home network, for what he sends and for what comes to him.
//!
//! For what comes it decides one thing for each message: offer it to the suitable clients, defer it, hand it to the
//! Interworking Selection Function, or refuse it. [`decision`](super::decision) decides; the files here carry it out:
//! `terminating` accepts, `legs` delivers to clients, `queue` defers, pushes and lets expire, `interworking` hands over and
//! waits, `relay` forwards what the user sends and every disposition notification, `knowledge` keeps what it was told of access.
//!
//! Left out: access policy, storage, notification and pull, large messages, restart.

mod entry;
mod interworking;
mod knowledge;
mod legs;
mod queue;
mod relay;
mod terminating;

use entry::{Entries, Entry, EntryId, Turn};
use knowledge::UserState;

use crate::delivery::behaviour::Behaviour;
use crate::delivery::ims::Transactions;
use crate::delivery::policy::{Policy, ProviderPolicy};
use crate::delivery::{
    Body, Case, CopyId, Function, FunctionId, Icsi, Input, IwEvent, Method, Milestone, Outbox, Pdu, Request, Response, Tag, Target,
    Timer, TimerToken, TxnId, UserId, Via,
};
use crate::units::{SimTime, Span};
use std::sync::Arc;

/// What a PF is set up with.
#[derive(Clone, Debug)]
pub struct PfSetup {
    pub id: FunctionId,
    pub core: FunctionId,
    /// Where messages for a non-CPM service go, if anywhere.
    pub isf: Option<FunctionId>,
    /// The provider's policy for all users served here.
    pub provider: ProviderPolicy,
    /// Policies that users can have, and the one each user has at first; index 0 says nothing.
    pub policies: Arc<[Policy]>,
    pub policy_of: Arc<[u16]>,
    pub devices: Arc<Devices>,
    /// `pf.forward_hops`.
    pub forward_hops: u8,
    /// Whether a Warning that is only recommended is sent.
    pub optional_warning: bool,
    /// A source for connectivity tells of clients (IW15-8.3.1.1-32).
    pub connectivity_source: bool,
    /// The message store of the users served here.
    pub mss: Option<FunctionId>,
    /// Content of more bytes goes to the content store (TS83-8.3.2.1-24).
    pub content_store_over: u32,
    /// Wait before a request answered with a server error is repeated.
    pub server_retry: Span,
    pub wait_ip: Span,
    pub expiry: Span,
    pub push_gap: Span,
    pub max_queue: Option<u32>,
    pub handover_limit: u32,
    pub reject_code: u16,
    /// 64 T1.
    pub limit: Span,
}

/// What provisioning tells of the users' devices, by their instance identities: which kind of device each is, as policies name
/// them, and which is the first of each user.
#[derive(Clone, Debug, Default)]
pub struct Devices {
    /// The client with the lowest number.
    pub first: FunctionId,
    /// Kinds from that one on.
    pub kinds: Vec<u16>,
    /// The first client of each user.
    pub first_of: Vec<FunctionId>,
}

/// What a client transaction of the PF is for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    /// Forwarded for a user; the answer goes back there.
    Relay {
        upstream: FunctionId,
        answer: Response,
    },
    /// One request to one client.
    Leg {
        entry: EntryId,
        client: FunctionId,
        copy: CopyId,
    },
    /// A hand-over to the ISF.
    HandOver {
        entry: EntryId,
        attempt: u32,
    },
    Subscribe {
        user: UserId,
    },
    /// A disposition notification of the PF's own.
    OwnImdn,
}

/// A Participating Function.
#[derive(Clone, Debug)]
pub struct Pf {
    setup: PfSetup,
    behaviour: Behaviour,
    users: Vec<UserState>,
    entries: Entries,
    txns: Transactions<Purpose>,
    /// Inputs so far.
    turn: Turn,
}

impl Pf {
    pub fn new(setup: PfSetup, behaviour: Behaviour) -> Pf {
        let users = setup.policy_of.iter().map(|policy| UserState { policy: *policy, ..UserState::default() }).collect();
        let txns = Transactions::new(setup.id);
        Pf { setup, behaviour, users, entries: Entries::default(), txns, turn: 0 }
    }

    fn user(&mut self, user: UserId) -> &mut UserState {
        &mut self.users[user.0 as usize]
    }

    fn on_request(&mut self, now: SimTime, from: FunctionId, at: SimTime, request: Request, out: &mut Outbox) {
        match (&request.body, request.case) {
            (Body::Pager(_), Case::Terminating) => self.accept(now, at, request, out),
            (Body::Pager(_) | Body::Imdn(_), Case::Originating) => self.relay(now, Case::Terminating, request, out),
            (Body::Imdn(imdn), Case::Done) if from != self.setup.core => {
                // From the IWF: news of a short message, on its way to the sender.
                let imdn = *imdn;
                self.on_interworking_imdn(now, imdn, request, out);
            }
            (Body::Imdn(_), Case::Terminating) => {
                out.milestone(Tag::ImdnToClient, Milestone::Told);
                self.relay(now, Case::Done, request, out);
            }
            (Body::ThirdPartyRegister { user, expires_s }, _) => {
                let (user, registered) = (*user, *expires_s > 0);
                self.confirm(&request, out);
                self.on_third_party_register(now, user, registered, out);
            }
            (Body::RegInfo(_), _) => {
                self.confirm(&request, out);
                if let Body::RegInfo(info) = request.body {
                    self.on_reg_info(now, &info, out);
                }
            }
            (Body::IwEvent(event), _) => {
                let event = *event;
                self.confirm(&request, out);
                match event {
                    IwEvent::FailedIw { message, attempt, .. } => self.on_sms_failed(now, message, attempt, out),
                    IwEvent::DeliveredIw { message, attempt, .. } => self.on_sms_delivered(now, message, attempt, out),
                    IwEvent::ReadyForSms { user, .. } => self.on_ready_for_sms(now, user, out),
                }
            }
            _ => out.milestone(Tag::Accept, Milestone::Undefined { state: "pf", input: "request" }),
        }
    }

    /// Whether this running timer of the PF still has something to end: an entry that is not settled, a wait, a push or an open
    /// transaction (I-24). For the run that keeps the timers.
    pub fn waits_for(&self, token: TimerToken, timer: Timer) -> bool {
        let of_entry = |index: u32, own: fn(&Entry) -> Option<TimerToken>| {
            self.entries.get(self.entries.id_of(index)).is_some_and(|e| !e.settled && own(e) == Some(token))
        };
        match timer {
            Timer::DeferredExpiry { entry } => of_entry(entry, |e| e.expiry),
            Timer::WaitForIpMessage { entry } => of_entry(entry, |e| e.wait),
            Timer::WaitForIpUser { user } => self.users[user.0 as usize].wait == Some(token),
            Timer::PushGap { user } => self.users[user.0 as usize].gap == Some(token),
            Timer::TransactionEnd { slot, generation } => self.txns.is_open(slot, generation),
            _ => false,
        }
    }

    fn confirm(&self, request: &Request, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        out.send(to, ok);
    }

    fn on_response(&mut self, now: SimTime, response: Response, out: &mut Outbox) {
        match self.txns.answered(response.txn, response.code, out) {
            Some((purpose, _)) => self.ended(now, purpose, response.code, out),
            None => out.milestone(Tag::OwnLateResponse, Milestone::LateResponse),
        }
    }

    /// A transaction has its final response, or `NO_ANSWER`.
    fn ended(&mut self, now: SimTime, purpose: Purpose, code: u16, out: &mut Outbox) {
        match purpose {
            Purpose::Relay { upstream, answer } => {
                // Without an answer nothing goes back: a 408 to a non-INVITE request helps nobody (RFC 4320 4.2).
                if code != NO_ANSWER {
                    out.milestone(Tag::OwnRelay, Milestone::Told);
                    out.send(upstream, Pdu::Response(Response { code, ..answer }));
                }
            }
            Purpose::Leg { entry, client, copy } => self.on_leg_ended(now, entry, client, copy, code, out),
            Purpose::HandOver { entry, attempt } => self.on_isf_answer(now, entry, attempt, code, out),
            // A subscription that did not come about is asked for again at the next third-party REGISTER.
            Purpose::Subscribe { user } if !(200..300).contains(&code) => self.user(user).subscribed = false,
            Purpose::Subscribe { .. } | Purpose::OwnImdn => {}
        }
    }

    fn on_timer(&mut self, now: SimTime, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::TransactionEnd { slot, generation } => {
                if let Some((purpose, _)) = self.txns.timed_out(slot, generation, out) {
                    self.ended(now, purpose, NO_ANSWER, out);
                }
            }
            Timer::DeferredExpiry { entry } => self.on_expiry(now, self.entries.id_of(entry), out),
            Timer::WaitForIpUser { user } => self.on_wait_ended(now, user, out),
            Timer::WaitForIpMessage { entry } => self.on_message_wait_ended(now, self.entries.id_of(entry), out),
            Timer::PushGap { user } => self.on_push_gap(now, user, out),
            _ => out.milestone(Tag::Accept, Milestone::Undefined { state: "pf", input: "timer" }),
        }
    }
}

/// No final response within the transaction's time.
const NO_ANSWER: u16 = 0;

impl Function for Pf {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        self.turn += 1;
        match input {
            Input::Received { from, at, pdu: Pdu::Request(request) } => self.on_request(now, from, at, request, out),
            Input::Received { pdu: Pdu::Response(response), .. } => self.on_response(now, response, out),
            Input::Overloaded { pdu: Pdu::Request(request), .. } => crate::delivery::ims::refuse(&request, out),
            Input::Expired(timer) => self.on_timer(now, timer, out),
            _ => out.milestone(Tag::Accept, Milestone::Undefined { state: "pf", input: "other" }),
        }
    }
}

/// A request that the PF sends for itself.
fn own_request(pf: FunctionId, method: Method, request: OwnRequest) -> Pdu {
    let OwnRequest { txn, target, case, from, icsi, max_forwards, body } = request;
    let via = Via::of(pf);
    Pdu::Request(Request { method, txn, via, target, case, from, icsi, max_forwards, target_address: None, body })
}

/// What is particular to one request of the PF.
struct OwnRequest {
    txn: TxnId,
    target: Target,
    case: Case,
    from: UserId,
    icsi: Icsi,
    max_forwards: u8,
    body: Body,
}

/// An entry for a message that has just come.
fn fresh(pager: crate::delivery::Pager, copy: CopyId, due: SimTime, answer: (FunctionId, Response), turn: Turn) -> Entry {
    Entry {
        generation: 0,
        pager,
        copy,
        due,
        expiry: None,
        wait: None,
        answer: Some(answer),
        in_queue: false,
        in_line: false,
        legs: 0,
        attempt_began: turn,
        failed_attempt: None,
        best: 480,
        deferrable: false,
        handovers: 0,
        handed_at: turn,
        sms_open: false,
        isf_open: 0,
        returns: 0,
        overdue: false,
        expired: false,
        reported: false,
        settled: false,
    }
}
