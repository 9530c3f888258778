//! The Participating Function (PF): the edge of a user's home network, for what he sends and for what comes to him.
//!
//! For what comes it decides one thing for each message: offer it to the suitable clients, defer it, hand it to the
//! Interworking Selection Function, or refuse it. [`decision`](super::decision) decides; the files here carry it out:
//! `terminating` accepts and settles, `carrying_out` goes through the steps of a decision, `legs` sends to clients and `answers`
//! takes what they say, `storing` delivers to the message store and records, `forwarding` sends to another recipient, `queue`
//! defers, pushes and lets expire, `interworking` hands over and waits, `relay` forwards what the user sends and reports,
//! `notifications` treats disposition notifications for him, `knowledge` keeps what it was told of access, `preferences` what it was told of policy.
//! Deferred messages leave the queue by way of `notifying`, `out_of_band` and `following`, which tell clients and devices of them, `pulling` and
//! `instructions`, which do what clients ask, and `session`; `restart` says what a PF has left when it stopped.
//!
//! Left out: large messages, references.

mod answers;
mod carrying_out;
mod entry;
mod following;
mod forwarding;
mod full;
mod instructions;
mod interworking;
mod knowledge;
mod legs;
mod notifications;
mod notifying;
mod out_of_band;
mod preferences;
mod pulling;
mod queue;
mod relay;
mod restart;
mod session;
mod storing;
mod taking_back;
mod terminating;
#[cfg(test)]
pub(crate) mod tests;

use entry::{Entries, Entry, EntryId, Turn};
use forwarding::Forwarding;
use knowledge::UserState;
use notifications::Notifications;
use notifying::{Due, Notifying, Told};
use out_of_band::OutOfBand;
use pulling::Pulls;
use session::Sessions;
use storing::StoreOperation;

use crate::delivery::behaviour::Behaviour;
use crate::delivery::cpm::decision::Known;
use crate::delivery::ims::Transactions;
use crate::delivery::policy::{Policy, ProviderPolicy};
use crate::delivery::responses::Responses;
use crate::delivery::{
    Answer, Body, Case, ClientSet, Function, FunctionId, Icsi, Imap, Input, IwEvent, Method, Milestone, Outbox, Pdu, Question,
    Reason, Request, Response, Tag, Target, Timer, TimerToken, TxnId, UserId, Via,
};
use crate::units::{SimTime, Span};
use std::cell::RefCell;
use std::collections::BTreeMap;
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
    /// The message store of the users served here.
    pub mss: Option<FunctionId>,
    /// Content of more bytes goes to the content store (TS83-8.3.2.1-24).
    pub content_store_over: u32,
    /// Wait before a request answered with a server error is repeated.
    pub server_retry: Span,
    /// What final responses of clients lead to, where that is not what the axes say.
    pub responses: Responses,
    pub wait_ip: Span,
    pub expiry: Span,
    pub push_gap: Span,
    pub max_queue: Option<u32>,
    pub handover_limit: u32,
    pub reject_code: u16,
    /// 64 T1.
    pub limit: Span,
    pub deferred: DeferredSetup,
}

/// What a PF is set up with for the way of deferred messages out of the queue.
#[derive(Clone, Debug)]
pub struct DeferredSetup {
    /// Where out-of-band notifications are submitted; none: there are none.
    pub push: Option<FunctionId>,
    /// From the first notification answered with success to the push of what is still queued (`deferred-mode=pull-then-push`).
    pub push_after: Span,
    /// Reminders of one round of notification, and the time before each; 0: none.
    pub reminders: u32,
    pub reminder_every: Span,
    /// Longest MESSAGE that carries a notification (RFC 3428 8).
    pub notify_bytes: u32,
    /// When provider policy pauses retrieval: from, to (exclusive), rising (PULL-8.3.1.6.3-15).
    pub paused: Arc<[(SimTime, SimTime)]>,
    /// How long a session may stand without its ACK or BYE.
    pub dialog_limit: Span,
    /// MSRP sessions that may stand or be offered at once.
    pub sessions: u32,
}

impl Default for DeferredSetup {
    fn default() -> DeferredSetup {
        DeferredSetup {
            push: None,
            push_after: Span::from_secs(600),
            reminders: 0,
            reminder_every: Span::from_secs(3600),
            notify_bytes: 1300,
            paused: Arc::new([]),
            dialog_limit: Span::from_secs(32),
            sessions: 2000,
        }
    }
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
#[derive(Clone, Debug)]
enum Purpose {
    /// Forwarded for a user; the answer goes back there.
    Relay {
        upstream: FunctionId,
        answer: Response,
    },
    /// One request, to one client or to several that the core forks to.
    Leg {
        entry: EntryId,
        clients: ClientSet,
        /// The pull that asked for it.
        pull: Option<u32>,
    },
    /// The INVITE of a push.
    PushSession {
        user: UserId,
    },
    /// The end of a session: nothing follows from its answer.
    Bye,
    /// A message sent on to another recipient. Out of the way: it is rare, and large.
    Forward(Box<Forwarding>),
    /// A hand-over to the ISF.
    HandOver {
        entry: EntryId,
        attempt: u32,
    },
    Subscribe {
        user: UserId,
    },
    /// A disposition notification of the PF's own, or one whose answer nobody waits for.
    OwnImdn,
    /// A notification of deferred messages.
    Notice(Box<Told>),
    /// The news that a message has expired: nothing follows from its answer.
    ExpiryNotice,
    /// One of several requests with one disposition notification.
    ImdnLeg {
        legs: u32,
    },
}

/// A Participating Function.
#[derive(Clone, Debug)]
pub struct Pf {
    setup: PfSetup,
    behaviour: Behaviour,
    users: Vec<UserState>,
    entries: Entries,
    txns: Transactions<Purpose>,
    /// Storage operations that deliver a message, by their tags, and how many operations there have been.
    operations: BTreeMap<u32, StoreOperation>,
    last_operation: u32,
    notifications: Notifications,
    /// Rounds of notification: those due, what is kept of each user, how many there have been, and what goes out of band.
    due: Vec<Due>,
    notifying: BTreeMap<UserId, Notifying>,
    rounds: u32,
    out_of_band: OutOfBand,
    pulls: Pulls,
    sessions: Sessions,
    /// Inputs so far.
    turn: Turn,
    /// Room for the clients that a decision is about.
    known: RefCell<Vec<Known>>,
}

/// A final response, or `NO_ANSWER`.
#[derive(Clone, Copy, Debug)]
struct Final {
    code: u16,
    reason: Reason,
}

impl Pf {
    pub fn new(setup: PfSetup, behaviour: Behaviour) -> Pf {
        let users = setup.policy_of.iter().map(|policy| UserState { policy: *policy, ..UserState::default() }).collect();
        let txns = Transactions::new(setup.id);
        let operations = BTreeMap::new();
        Pf {
            setup,
            behaviour,
            users,
            entries: Entries::default(),
            txns,
            operations,
            last_operation: 0,
            notifications: Notifications::default(),
            due: Vec::new(),
            notifying: BTreeMap::new(),
            rounds: 0,
            out_of_band: OutOfBand::default(),
            pulls: Pulls::default(),
            sessions: Sessions::default(),
            turn: 0,
            known: RefCell::default(),
        }
    }

    fn user(&mut self, user: UserId) -> &mut UserState {
        &mut self.users[user.0 as usize]
    }

    fn on_request(&mut self, now: SimTime, from: FunctionId, at: SimTime, request: Request, out: &mut Outbox) {
        match (&request.body, request.case) {
            // Without a CPM feature tag the procedures do not start: the request goes on as it came (IW15-8.3.1.1-01).
            (Body::Pager(_) | Body::Imdn(_), Case::Terminating) if !self.starts(&request) => {
                self.relay(now, Case::Done, request, out);
            }
            (Body::Pager(_), Case::Terminating) if out.holds(Tag::Accept) => self.accept(now, at, request, out),
            (Body::Pager(_), Case::Originating) => self.relay(now, Case::Terminating, request, out),
            (Body::Imdn(imdn), Case::Originating) => {
                let imdn = **imdn;
                self.relay(now, Case::Terminating, request, out);
                self.on_report_from_client(now, &imdn, out);
            }
            (Body::Imdn(imdn), Case::Done) if from != self.setup.core => {
                // From the IWF: news of a short message, on its way to the sender.
                let imdn = **imdn;
                self.on_interworking_imdn(now, imdn, request, out);
            }
            (Body::Imdn(_), Case::Terminating) => self.on_notification(now, request, out),
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
                    IwEvent::FailedIw { message, attempt, .. } | IwEvent::FailedMms { message, attempt, .. } => {
                        self.on_sms_failed(now, message, attempt, out)
                    }
                    IwEvent::DeliveredIw { message, attempt, .. } => self.on_sms_delivered(now, message, attempt, out),
                    IwEvent::ReadyForSms { user, .. } => self.on_ready_for_sms(now, user, out),
                    IwEvent::CancelIw { .. } => self.undefined(None, "cancel-iw, which is for a gateway", out),
                }
            }
            (Body::Pull(_), _) => self.on_pull(now, request, out),
            (Body::Session(dialog), _) => {
                let dialog = *dialog;
                self.on_session_request(now, request, dialog, out);
            }
            _ => {
                let input = match request.method {
                    Method::Register => "REGISTER from a client",
                    Method::Subscribe => "SUBSCRIBE",
                    Method::Notify => "NOTIFY without registration state",
                    Method::Message => "MESSAGE for nobody",
                    Method::Invite | Method::Ack | Method::Bye | Method::Cancel => "request of a session",
                };
                self.undefined(None, input, out);
            }
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
            Timer::DisturbanceEdge { user } => self.users[user.0 as usize].edge == Some(token) && self.holds_undisturbed(user),
            Timer::TransactionEnd { slot, generation } => self.txns.is_open(slot, generation),
            Timer::HeldImdn { user, .. } => self.users[user.0 as usize].notifications.iter().any(|h| h.timer == token),
            Timer::SubscribeAgain { user } => self.users[user.0 as usize].subscribe_again == Some(token),
            Timer::FullOver { user } => self.users[user.0 as usize].refused.as_ref().is_some_and(|r| r.timer == Some(token)),
            Timer::StoreEnd { tag } => self.operations.get(&tag).is_some_and(|o| o.timer == token),
            Timer::ReminderDue { user } => self.notifying.get(&user).is_some_and(|n| n.reminder == Some(token)),
            Timer::PushAfter { user } => self.notifying.get(&user).is_some_and(|n| n.push_after == Some(token)),
            Timer::PullGap { pull } => self.pulls.under_way.get(&pull).is_some_and(|p| p.gap == Some(token)),
            Timer::DialogEnd { slot, .. } => self.session_timer(slot) == Some(token),
            Timer::ServerRetry { entry, .. } => {
                let repeats = self.entries.get(self.entries.id_of(entry)).map(|e| &e.repeats[..]);
                repeats.is_some_and(|r| r.iter().any(|r| r.token == token))
            }
            _ => false,
        }
    }

    /// An input for which the table has no row in the state of the message it concerns, or of the PF where it concerns none.
    fn undefined(&self, entry: Option<EntryId>, input: &'static str, out: &mut Outbox) {
        let state = entry.and_then(|id| self.entries.get(id)).map_or("serving", Entry::state);
        out.milestone(Tag::Accept, Milestone::Undefined { state, input });
    }

    fn confirm(&self, request: &Request, out: &mut Outbox) {
        let (to, ok) = request.answer(200);
        out.send(to, ok);
    }

    fn on_response(&mut self, now: SimTime, response: Response, out: &mut Outbox) {
        match self.txns.answered(response.txn, response.code, out) {
            Some((purpose, _)) => self.ended(now, purpose, Final { code: response.code, reason: response.reason }, out),
            None => {
                out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
                if response.method == Method::Invite && (200..300).contains(&response.code) && out.holds(Tag::OwnLateSuccess) {
                    self.on_late_success(now, &response, out);
                }
            }
        }
    }

    /// A transaction has its final response, or `NO_ANSWER`.
    fn ended(&mut self, now: SimTime, purpose: Purpose, last: Final, out: &mut Outbox) {
        let Final { code, reason } = last;
        match purpose {
            Purpose::Relay { upstream, answer } => {
                // Without an answer nothing goes back: a 408 to a non-INVITE request helps nobody (RFC 4320 4.2).
                if code != NO_ANSWER {
                    out.milestone(Tag::OwnRelay, Milestone::Told);
                    out.send(upstream, Pdu::Response(Response { code, reason, ..answer }));
                }
            }
            Purpose::Leg { entry, clients, pull } => self.on_leg_ended(now, entry, clients, pull, last, out),
            Purpose::PushSession { user } => self.on_push_answer(now, user, last, out),
            Purpose::HandOver { entry, attempt } => self.on_isf_answer(now, entry, attempt, last, out),
            Purpose::Forward(forwarding) => self.on_forwarded(now, *forwarding, last, out),
            Purpose::Subscribe { user } if !(200..300).contains(&code) => self.subscription_failed(user, out),
            Purpose::ImdnLeg { legs } => self.on_imdn_leg(legs, last, out),
            Purpose::Notice(told) => self.on_notice_ended(*told, last, out),
            Purpose::Subscribe { .. } | Purpose::OwnImdn | Purpose::ExpiryNotice | Purpose::Bye => {}
        }
    }

    fn on_timer(&mut self, now: SimTime, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::TransactionEnd { slot, generation } => {
                if let Some((purpose, _)) = self.txns.timed_out(slot, generation, out) {
                    self.ended(now, purpose, Final { code: NO_ANSWER, reason: Reason::None }, out);
                }
            }
            Timer::DeferredExpiry { entry } => self.on_expiry(now, self.entries.id_of(entry), out),
            Timer::WaitForIpUser { user } => self.on_wait_ended(now, user, out),
            Timer::WaitForIpMessage { entry } => self.on_message_wait_ended(now, self.entries.id_of(entry), out),
            Timer::PushGap { user } => self.on_push_gap(now, user, out),
            Timer::DisturbanceEdge { user } => self.on_disturbance_edge(now, user, out),
            Timer::ServerRetry { entry, client } => self.on_server_retry(now, entry, client, out),
            Timer::StoreEnd { tag } => self.on_store_end(now, tag, out),
            Timer::HeldImdn { user, serial } => self.on_held_imdn_end(user, serial, out),
            Timer::SubscribeAgain { user } => self.on_subscribe_again(now, user, out),
            Timer::FullOver { user } => self.on_full_over(now, user, out),
            Timer::ReminderDue { user } => self.on_reminder(user, out),
            Timer::PushAfter { user } => self.on_push_after(now, user, out),
            Timer::PullGap { pull } => self.on_pull_gap(now, pull, out),
            Timer::DialogEnd { slot, .. } => self.on_dialog_end(now, slot, out),
            _ => self.undefined(None, "timer of another function", out),
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
            // An ACK has no answer, and moves nothing.
            Input::Overloaded { pdu: Pdu::Request(Request { method: Method::Ack, .. }), .. } => {
                out.milestone(Tag::OwnServerFull, Milestone::Told);
            }
            Input::Overloaded { pdu: Pdu::Request(request), retry_after, .. } => {
                crate::delivery::ims::refuse(&request, retry_after, out);
            }
            Input::Expired(timer) => self.on_timer(now, timer, out),
            Input::Policy { user, policy } => self.on_policy(now, user, policy, out),
            Input::Connectivity { user, client, on } => self.on_connectivity(now, user, client, on, out),
            Input::Received { pdu: Pdu::Imap(Imap::Appended { tag, uid, .. }), .. } => {
                self.on_appended(now, tag, uid.is_some(), out);
            }
            Input::Received { pdu: Pdu::Imap(_), .. } => self.undefined(None, "operation of a message store", out),
            Input::Received { pdu: Pdu::Map(_) | Pdu::Nas(_) | Pdu::Sc(_), .. } => {
                self.undefined(None, "PDU of the SMS plant", out)
            }
            Input::Received { pdu: Pdu::Msrp(msrp), .. } => self.on_msrp(now, msrp, out),
            Input::Received { pdu: Pdu::Push(_), .. } => self.undefined(None, "push", out),
            Input::Received { pdu: Pdu::KeepAlive(_), .. } => self.undefined(None, "keep-alive", out),
            Input::Restarted => self.on_restart(now, out),
            // Its line was full. A response has no answer: the transaction ends by its timer.
            Input::Overloaded { .. } => self.undefined(None, "response or storage PDU without room", out),
            Input::Told(Question::PushSelected { device }, Answer::Yes(yes)) => self.on_push_selected(device, yes, out),
            Input::Told(Question::AgainShare { user, .. }, Answer::Thousandths(share)) => self.on_again_share(user, share, out),
            Input::Told(..) => self.undefined(None, "answer to another question", out),
            Input::Access(_) | Input::Compose(..) => self.undefined(None, "input of a client", out),
        }
        self.join_pulls(now, out);
        self.run_rounds(now, out);
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
