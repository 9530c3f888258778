//! The server side: a request is given to the function once, and its answer is sent as often as the request comes (RFC 3261 17.2).
//!
//! | | not answered | answered |
//! |---|---|---|
//! | INVITE | 100 after 200 ms, and each time it comes | other than 2xx: again by G until ACK, H at most, then I; 2xx at its sender: again until ACK, L at most |
//! | other | absorbed; 100 from the instant on at which timer E has grown to T2 (RFC 4320 4.1) | the answer each time it comes (J) |

use super::{Branch, Carrier, Coming, HopBox, HopRef, Hops, Mark, Order, Side, TimerSet, in_room, times};
use crate::delivery::{Body, FunctionId, Method, Pdu, Request, Response, Timer, TimerToken};
use crate::units::{SimTime, Span};

/// A server that has not answered an INVITE by then says that it has it (RFC 3261 17.2.1).
const TRYING: Span = Span::from_millis(200);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Trying,
    /// A 100 went back.
    Proceeding,
    /// A final response went back.
    Completed,
    /// INVITE: and was acknowledged.
    Confirmed,
}

#[derive(Clone, Debug)]
pub(super) struct Server {
    state: State,
    from: FunctionId,
    method: Method,
    carrier: Carrier,
    set: TimerSet,
    began: SimTime,
    /// The function sent the request on: a 2xx is not its own.
    relays: bool,
    /// The last response, and how often it was sent.
    last: Option<Response>,
    sent: u32,
    pub(super) mark: Mark,
    wait: Span,
    /// When it is forgotten, or the repetition of its answer ends.
    until: SimTime,
    timer: Option<TimerToken>,
}

impl Server {
    /// Whether it waits for the function's answer.
    pub fn is_open(&self) -> bool {
        self.until == SimTime::NEVER
    }

    /// Whether nothing that comes concerns it any more.
    pub fn is_past(&self, now: SimTime) -> bool {
        now > self.until
    }

    fn again(&mut self) -> Option<Order> {
        self.sent += 1;
        let Server { from, carrier, sent, mark, began, .. } = *self;
        let pdu = Pdu::Response(self.last?);
        Some(Order::Transmit { to: from, pdu, nth: sent, mark, hop: HopRef::NONE, carrier, began })
    }
}

impl Hops {
    /// Whether a request is for the function. A repetition that the links held back until its transaction was forgotten is not, and is
    /// absorbed in silence: RFC 3261 knows no links that are slower than its timers.
    pub(super) fn request_received(&mut self, now: SimTime, request: &Request, coming: Coming<'_>, out: &mut HopBox<'_>) -> bool {
        let branch = Branch::of(request.txn, request.via.depth(), true);
        let known = self.find(branch);
        let Some(hop) = known.filter(|hop| !self.server(*hop).is_none_or(|s| s.is_past(now))) else {
            if !coming.again {
                self.begin(now, branch, request, coming, out);
            }
            return !coming.again;
        };
        let server = self.server(hop).expect("a server's branch");
        let says = server.method == Method::Invite || now - server.began >= server.set.says_trying();
        if server.state == State::Trying && says {
            server.state = State::Proceeding;
            server.sent = 0;
            server.last = trying(request);
            if server.method == Method::Invite {
                out.cancel(&mut server.timer);
            }
        }
        // Of a 2xx to an INVITE its sender is the master (RFC 6026 8.5), of a confirmed answer the ACK.
        let invite = server.method == Method::Invite;
        let accepted = invite && server.last.is_some_and(|r| (200..300).contains(&r.code));
        if server.state != State::Trying && server.state != State::Confirmed && !accepted {
            out.orders.extend(server.again());
        }
        false
    }

    fn begin(&mut self, now: SimTime, branch: Branch, request: &Request, coming: Coming<'_>, out: &mut HopBox<'_>) {
        let Coming { from, carrier, set, .. } = coming;
        if let Some(old) = self.find(branch) {
            self.forget(old);
        }
        let invite = request.method == Method::Invite;
        let server = Server {
            state: State::Trying,
            from,
            method: request.method,
            carrier,
            set: *set,
            began: now,
            relays: false,
            last: if invite { trying(request) } else { None },
            sent: 0,
            mark: Mark::default(),
            wait: set.t1,
            until: SimTime::NEVER,
            timer: None,
        };
        let room = in_room(&mut self.spare_servers, server);
        let hop = self.add(branch, Side::Server(room));
        if invite {
            let token = out.set(Timer::Retransmit { slot: hop.slot, generation: hop.generation }, TRYING);
            self.server(hop).expect("just made").timer = Some(token);
        } else {
            self.fade(now, hop);
        }
    }

    /// The function sends a request on: the INVITE it came with is not its own to answer.
    pub(super) fn passes_on(&mut self, request: &Request) {
        let Some(above) = request.via.depth().checked_sub(1) else { return };
        if let Some(hop) = self.find(Branch::of(request.txn, above, true))
            && let Some(server) = self.server(hop)
        {
            server.relays = true;
        }
    }

    /// The function answers: over what the response is carried, and whether it goes at all.
    pub fn response_sent(&mut self, now: SimTime, response: &Response, out: &mut HopBox<'_>) -> Option<(Carrier, HopRef)> {
        self.forget_faded(now);
        let hop = self.find(Branch::of(response.txn, response.via.depth() + 1, true))?;
        let server = self.server(hop)?;
        let carrier = server.carrier;
        if response.code < 200 {
            (server.state, server.last, server.sent) = (State::Proceeding, Some(*response), 1);
            out.cancel(&mut server.timer);
            return Some((carrier, hop));
        }
        (server.state, server.last, server.sent) = (State::Completed, Some(*response), 1);
        out.cancel(&mut server.timer);
        let end = server.set.end();
        server.until = now.saturating_add(end);
        if server.method != Method::Invite {
            match carrier {
                Carrier::Stream => self.forget(hop),
                Carrier::Datagram => self.fade(now, hop),
            }
            return Some((carrier, hop));
        }
        let success = (200..300).contains(&response.code);
        // A 2xx crosses every hop, so that who sent it repeats it over a stream as well (RFC 3261 13.3.1.4).
        let repeats = if success { !server.relays } else { carrier == Carrier::Datagram };
        let timer = if repeats {
            (Timer::Retransmit { slot: hop.slot, generation: hop.generation }, server.set.t1)
        } else {
            (Timer::HopEnd { slot: hop.slot, generation: hop.generation }, end)
        };
        server.wait = server.set.t1;
        server.timer = Some(out.set(timer.0, timer.1));
        Some((carrier, hop))
    }

    pub(super) fn server_timer(&mut self, now: SimTime, hop: HopRef, ends: bool, out: &mut HopBox<'_>) {
        let server = self.server(hop).expect("looked up");
        server.timer = None;
        if server.state == State::Trying {
            server.state = State::Proceeding;
            out.orders.extend(server.again());
            return;
        }
        if ends || now >= server.until {
            // H, I or L.
            return self.forget(hop);
        }
        server.wait = times(server.wait, 2).min(server.set.t2);
        let after = server.wait.min(server.until - now);
        out.orders.extend(server.again());
        server.timer = Some(out.set(Timer::Retransmit { slot: hop.slot, generation: hop.generation }, after));
    }

    /// Whether an ACK is for the function: that of a 2xx, the first time.
    pub(super) fn ack_received(&mut self, now: SimTime, ack: &Request, out: &mut HopBox<'_>) -> bool {
        let invite = match &ack.body {
            Body::Session(dialog) => dialog.invite,
            _ => ack.txn,
        };
        // Of which no INVITE is known: after a success it is the function's affair, after a failure nobody's.
        let of_success = matches!(ack.body, Body::Session(_));
        let Some(hop) = self.find(Branch::of(invite, ack.via.depth(), true)).or_else(|| self.named(invite, true)) else {
            return of_success;
        };
        let Some(server) = self.server(hop) else { return of_success };
        let end_to_end = server.last.is_none_or(|last| last.code < 300);
        if server.relays && end_to_end {
            return true;
        }
        if server.state != State::Completed {
            return false;
        }
        out.cancel(&mut server.timer);
        server.state = State::Confirmed;
        // I absorbs further ACKs of an error, L those of a 2xx.
        let left = if end_to_end { server.until - now } else { server.set.t4 };
        if server.carrier == Carrier::Stream && !end_to_end {
            self.forget(hop);
        } else {
            server.timer = Some(out.set(Timer::HopEnd { slot: hop.slot, generation: hop.generation }, left));
        }
        end_to_end
    }
}

/// 100, which goes over this hop only.
fn trying(request: &Request) -> Option<Response> {
    match request.answer(100).1 {
        Pdu::Response(response) => Some(response),
        _ => None,
    }
}
