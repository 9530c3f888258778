//! The SIP/IP Core as one node: registrar, reg-event notifier, router by service and session case, and forking proxy.
//!
//! `registrar` keeps the bindings and tells the PF of them, `proxy` sends messages on. As a proxy it is stateless but for forks
//! (RFC 3261 16.7). Left out: authentication proper, the Cx queries behind a registration (their time is part of the phone's
//! own), refresh of subscriptions, the answer 404 (every user of a model has a home, so that none is unknown),
//! whether a sender is registered.

use std::sync::Arc;

use super::Transactions;
use super::proxy::Fork;
use super::registrar::Aor;
use crate::delivery::behaviour::Behaviour;
use crate::delivery::{
    Answer, Body, CopyId, Fate, Function, FunctionId, Input, KeepAlive, MessageId, Method, Milestone, Outbox, Pdu, Question,
    Reason, Request, Response, Tag, Timer, UserId,
};
use crate::units::{SimTime, Span};

/// Where a user is served: what the home register would tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    pub core: FunctionId,
    pub pf: FunctionId,
    /// The IP-SM-GW that is told of registrations; none: no gateway tries the IMS domain.
    pub gateway: Option<FunctionId>,
}

/// What a Core is set up with.
#[derive(Clone, Debug)]
pub struct CoreSetup {
    pub id: FunctionId,
    pub homes: Arc<[Home]>,
    /// 64 T1 towards servers, and towards clients.
    pub limit: Span,
    pub access_limit: Span,
    /// Least time between two notifications of one user's registration state, but for the first of a subscription
    /// (`ims.notify_throttle`).
    pub throttle: Span,
    /// A change of registration state is told alone, not with the whole state (`ims.notify_state`).
    pub partial: bool,
    /// Longest time between two keep-alives of a client (`ims.flow_keepalive`); none: clients send none.
    pub flow_keepalive: Option<Span>,
}

impl CoreSetup {
    /// One that keeps no distance between notifications of the whole state and looks after no flow. Times are those of RFC 3261.
    pub fn plain(id: FunctionId, homes: Arc<[Home]>) -> CoreSetup {
        let (limit, access_limit) = (Span::from_secs(32), Span::from_secs(128));
        CoreSetup { id, homes, limit, access_limit, throttle: Span::ZERO, partial: false, flow_keepalive: None }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    /// One branch of a forked request.
    Branch {
        fork: u32,
        generation: u32,
    },
    Notify {
        user: UserId,
        version: u32,
    },
    ThirdParty {
        user: UserId,
    },
}

/// A SIP/IP Core.
#[derive(Clone, Debug)]
pub struct Core {
    pub(super) setup: CoreSetup,
    pub(super) behaviour: Behaviour,
    pub(super) users: Vec<Aor>,
    pub(super) txns: Transactions<Purpose>,
    pub(super) forks: Vec<Fork>,
    pub(super) free_forks: Vec<u32>,
}

impl Core {
    pub fn new(setup: CoreSetup, behaviour: Behaviour) -> Core {
        let users = vec![Aor::default(); setup.homes.len()];
        let txns = Transactions::new(setup.id);
        Core { setup, behaviour, users, txns, forks: Vec::new(), free_forks: Vec::new() }
    }

    fn on_request(&mut self, now: SimTime, from: FunctionId, request: Request, out: &mut Outbox) {
        match (&request.body, request.method) {
            (Body::Register { .. }, Method::Register) => self.on_register(from, &request, out),
            (_, Method::Subscribe) => self.on_subscribe(now, &request, out),
            (Body::Pager(_) | Body::Imdn(_) | Body::IwEvent(_), Method::Message) => self.route(now, request, out),
            (Body::Notice(_), Method::Message | Method::Notify) => self.route(now, request, out),
            (Body::Pull(_) | Body::PushSession { .. }, Method::Invite) => self.route(now, request, out),
            (Body::Session(_), Method::Ack | Method::Bye | Method::Cancel) => self.route(now, request, out),
            (_, Method::Message) => undefined("MESSAGE without content", out),
            (_, Method::Notify) => undefined("NOTIFY", out),
            (_, Method::Register) => undefined("REGISTER of a third party", out),
            (_, Method::Invite | Method::Ack | Method::Bye | Method::Cancel) => undefined("request of no session", out),
        }
    }

    fn on_response(&mut self, response: Response, out: &mut Outbox) {
        if response.txn.owner != self.setup.id {
            match response.via.back() {
                Some((to, via)) => out.send(to, Pdu::Response(Response { via, ..response })),
                None => undefined("response without a way back", out),
            }
            return;
        }
        let purpose = self.txns.answered(response.txn, response.code, out).map(|(purpose, _)| purpose);
        match purpose {
            Some(purpose) => self.ended(purpose, Some((response.code, response.reason)), out),
            None => out.milestone(Tag::OwnLateResponse, Milestone::LateResponse),
        }
    }

    /// A transaction has its final response, or none in its time.
    pub(super) fn ended(&mut self, purpose: Purpose, last: Option<(u16, Reason)>, out: &mut Outbox) {
        let success = last.is_some_and(|(code, _)| (200..300).contains(&code));
        match purpose {
            Purpose::Branch { fork, generation } => self.branch_ended(fork, generation, last, out),
            Purpose::Notify { user, version } if success => self.told(user, version, out),
            Purpose::Notify { user, version } => self.not_told(user, Some(version), last, out),
            Purpose::ThirdParty { .. } if success => {}
            Purpose::ThirdParty { user } => self.not_told(user, None, last, out),
        }
    }
}

impl Function for Core {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Request(request), .. } => self.on_request(now, from, request, out),
            Input::Received { pdu: Pdu::Response(response), .. } => self.on_response(response, out),
            Input::Received { from, pdu: Pdu::KeepAlive(ping @ KeepAlive::Ping { .. }), .. } => self.on_ping(from, ping, out),
            Input::Received { .. } => undefined("PDU that is not SIP", out),
            Input::Overloaded { pdu: Pdu::Request(request), retry_after, .. } => refuse(&request, retry_after, out),
            Input::Overloaded { .. } => undefined("response without room", out),
            Input::Told(Question::NotifyDelay { user, .. }, Answer::Span(after)) => {
                let after = self.throttled(now, user, after, out);
                if after == Span::ZERO {
                    self.on_notify_due(now, user, out);
                } else {
                    out.set_timer(Timer::NotifyDue { user }, after);
                }
            }
            Input::Told(Question::AgainShare { user, .. }, Answer::Thousandths(share)) => self.on_again_share(user, share, out),
            Input::Expired(Timer::NotifyDue { user }) => self.on_notify_due(now, user, out),
            Input::Expired(Timer::NotifyAgain { user }) => self.on_notify_again(now, user, out),
            Input::Expired(Timer::BindingExpiry { user, client }) => self.on_binding_end(user, client, out),
            Input::Expired(Timer::FlowEnd { user, client }) => self.on_flow_end(user, client, out),
            Input::Restarted => self.on_restart(out),
            Input::Expired(Timer::TransactionEnd { slot, generation }) => {
                if let Some((purpose, _)) = self.txns.timed_out(slot, generation, out) {
                    self.ended(purpose, None, out);
                }
            }
            Input::Expired(_) => undefined("timer of another function", out),
            Input::Told(..) => undefined("answer to another question", out),
            Input::Access(_) | Input::Compose(..) => undefined("input of a client", out),
            Input::Policy { .. } | Input::Connectivity { .. } => undefined("input of a PF", out),
        }
    }
}

/// An input that the table has no row for; the Core has one state.
fn undefined(input: &'static str, out: &mut Outbox) {
    out.milestone(Tag::OwnRelay, Milestone::Undefined { state: "serving", input });
}

/// The message and the copy of it that a request carries.
pub(crate) fn carried(request: &Request) -> Option<(MessageId, CopyId)> {
    match &request.body {
        Body::Pager(p) => Some((p.message, p.copy)),
        _ => None,
    }
}

/// A function without room for another job refuses a request with 503, and says when it may be tried again (RFC 3261 21.5.4).
pub(crate) fn refuse(request: &Request, retry_after: Option<u32>, out: &mut Outbox) {
    turn_away_for(request, (503, retry_after.map_or(Reason::None, Reason::RetryAfter)), Tag::OwnServerFull, out);
}

/// Refuses a request: the copy that it carries ends here. Without the rule of `tag` the request vanishes unanswered, as an ACK
/// does in any case (RFC 3261 17).
pub(crate) fn turn_away(request: &Request, code: u16, tag: Tag, out: &mut Outbox) {
    turn_away_for(request, (code, Reason::None), tag, out);
}

fn turn_away_for(request: &Request, (code, reason): (u16, Reason), tag: Tag, out: &mut Outbox) {
    match carried(request) {
        Some((message, copy)) => out.milestone(tag, Milestone::CopyEnd { copy, message, fate: Fate::Refused(code) }),
        None => out.milestone(tag, Milestone::Told),
    }
    if out.holds(tag) && request.method != Method::Ack {
        let (to, response) = request.answer_for(code, reason);
        out.send(to, response);
    }
}

/// The better of two final responses (RFC 3261 16.7): 2xx, then 6xx, then the lowest class; within the 4xx one that tells the
/// sender what to change. A branch without an answer counts last: its 408 would help nobody (RFC 4320 4.2).
pub(crate) fn better(a: u16, b: u16) -> u16 {
    let rank = |code: u16| match code {
        200..=299 => 0,
        600..=699 => 1,
        408 => 900,
        401 | 407 | 415 | 420 | 484 => 39,
        _ => code / 100 * 10,
    };
    if rank(b) < rank(a) { b } else { a }
}
