//! A client's flow to its Core (RFC 5626): its keep-alives, how it is found to have failed, and the registration that follows.
//!
//! Over a stream two CRLFs are answered by one within 10 s (4.4.1); over UDP a STUN Binding request is sent up to seven times
//! (4.4.2, RFC 5389 7.2.1). Left out: several flows of one client, the mapped address in a STUN response.

use super::Client;
use crate::delivery::{KeepAlive, Milestone, Outbox, Pdu, Question, Tag, Timer, TimerToken};
use crate::units::Span;

/// How a client keeps its flow alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowSetup {
    /// Longest time between two keep-alives; each is drawn from the last fifth of it (RFC 5626 4.4).
    pub every: Span,
    /// It registers over UDP: keep-alives are STUN requests.
    pub stun: bool,
}

/// Wait for the answer to two CRLFs (RFC 5626 4.4.1).
const PONG: Span = Span::from_secs(10);
/// Retransmission time-out, number of requests and last wait of a STUN transaction (RFC 5389 7.2.1: RTO, Rc, Rm).
const RTO: Span = Span::from_millis(500);
const REQUESTS: u32 = 7;
const LAST_WAIT: u64 = 16;

/// What the client knows of its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// No keep-alives: there is no registration, or none are wanted.
    Unwatched,
    /// The next one is due when the timer ends.
    Quiet(TimerToken),
    /// One is out, sent that many times; the timer ends the wait for its answer.
    Pinged { timer: TimerToken, times: u32 },
}

impl Client {
    /// Keep-alives begin with the registration (RFC 5626 4.4).
    pub(super) fn watch_flow(&mut self, out: &mut Outbox) {
        if self.flow == Flow::Unwatched && self.setup.flow.is_some() && out.holds(Tag::OwnKeepAlive) {
            self.pings += 1;
            out.ask(Question::KeepAliveShare { nth: self.pings });
        }
    }

    pub(super) fn leave_flow(&mut self, out: &mut Outbox) {
        if let Flow::Quiet(timer) | Flow::Pinged { timer, .. } = std::mem::replace(&mut self.flow, Flow::Unwatched) {
            out.cancel_timer(timer);
        }
    }

    pub(super) fn on_keep_alive_share(&mut self, thousandths: u32, out: &mut Outbox) {
        let Some(setup) = self.setup.flow else { return self.undefined("share of a keep-alive that was not asked for", out) };
        let wait = u128::from(setup.every.ns()) * u128::from(thousandths) / 1000;
        // Time moves on, however short the interval.
        self.flow = Flow::Quiet(out.set_timer(Timer::KeepAlive, Span::from_ns((wait as u64).max(1))));
    }

    pub(super) fn on_keep_alive_due(&mut self, out: &mut Outbox) {
        let stun = self.setup.flow.is_some_and(|setup| setup.stun);
        let times = match self.flow {
            Flow::Pinged { times, .. } if !stun || times == REQUESTS => return self.flow_failed(out),
            Flow::Pinged { times, .. } => times,
            Flow::Quiet(_) | Flow::Unwatched => 0,
        };
        let wait = match (stun, times) {
            (false, _) => PONG,
            (true, sent) if sent + 1 == REQUESTS => Span::from_ns(RTO.ns() * LAST_WAIT),
            (true, sent) => Span::from_ns(RTO.ns() << sent),
        };
        out.milestone(Tag::OwnKeepAlive, Milestone::Told);
        out.send(self.setup.core, Pdu::KeepAlive(KeepAlive::Ping { user: self.user, nth: self.pings, stun }));
        self.flow = Flow::Pinged { timer: out.set_timer(Timer::KeepAlive, wait), times: times + 1 };
    }

    /// The flow is alive. An answer to an earlier keep-alive says nothing about the one that is out.
    pub(super) fn on_pong(&mut self, nth: u32, out: &mut Outbox) {
        match self.flow {
            Flow::Pinged { timer, .. } if nth == self.pings => {
                out.cancel_timer(timer);
                self.flow = Flow::Unwatched;
                self.watch_flow(out);
            }
            _ => out.milestone(Tag::OwnKeepAlive, Milestone::Told),
        }
    }

    /// The client registers anew over another flow, after a wait as after a failed registration, of which there has been none
    /// (RFC 5626 4.5).
    fn flow_failed(&mut self, out: &mut Outbox) {
        self.flow = Flow::Unwatched;
        out.milestone(Tag::OwnKeepAlive, Milestone::Told);
        debug_assert!(self.registered(), "only a registered client keeps a flow alive");
        self.stop_registration(out);
        self.register_later(out);
    }
}
