//! The client side: a request is sent again until something answers it (RFC 3261 17.1).
//!
//! | | while nothing has come | after a provisional response | after a final one |
//! |---|---|---|---|
//! | INVITE | A, doubling; ends with B | C at a proxy | other than 2xx: ACK each time it comes (D); 2xx: M |
//! | other | E, doubling up to T2; ends with F | E = T2 | K |

use super::{Branch, Carrier, HopBox, HopRef, Hops, Mark, Order, Side, TimerSet, in_room, keep_room, times};
use crate::delivery::{Body, FunctionId, MAX_FORWARDS, Method, Pdu, Request, Response, Timer, TimerToken};
use crate::units::{SimTime, Span};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Trying or Calling.
    Waiting,
    Proceeding,
    /// INVITE with a final response other than 2xx, and with a 2xx.
    Completed,
    Accepted,
    /// Its time is over, but copies are under way.
    Ended,
}

#[derive(Clone, Debug)]
pub(super) struct Client {
    state: State,
    to: FunctionId,
    request: Request,
    carrier: Carrier,
    set: TimerSet,
    began: SimTime,
    sent: u32,
    /// The wait before the next transmission.
    wait: Span,
    timer: Option<TimerToken>,
    mark: Mark,
    /// Copies on the link, and whether one came through.
    under_way: u32,
    landed: bool,
    /// A CANCEL that waits for a provisional response (RFC 3261 9.1).
    held: Option<(FunctionId, Box<Request>)>,
    /// The ACK of a 2xx, and how often it was sent.
    ack: Option<(FunctionId, Box<Request>, Mark)>,
    acks: u32,
}

impl Client {
    fn end(&self) -> SimTime {
        self.began.saturating_add(self.set.end())
    }

    fn is_invite(&self) -> bool {
        self.request.method == Method::Invite
    }
}

/// What becomes of a request that a function sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It goes, for this transaction.
    Go(HopRef),
    /// It waits for its time, or is not needed any more.
    Held,
}

impl Hops {
    /// The function sends a request over a hop.
    pub fn request_sent(
        &mut self,
        now: SimTime,
        to: FunctionId,
        request: &Request,
        carrier: Carrier,
        set: &TimerSet,
        out: &mut HopBox<'_>,
    ) -> Sent {
        self.forget_faded(now);
        match request.method {
            Method::Ack => {
                self.ack_sent(to, request);
                return Sent::Go(HopRef::NONE);
            }
            Method::Cancel if self.holds_back(to, request, out) => return Sent::Held,
            Method::Invite => self.passes_on(request),
            _ => {}
        }
        let branch = Branch::of(request.txn, request.via.depth(), false);
        let client = Client {
            state: State::Waiting,
            to,
            request: request.clone(),
            carrier,
            set: *set,
            began: now,
            sent: 1,
            wait: set.t1,
            timer: None,
            mark: Mark::default(),
            under_way: 0,
            landed: false,
            held: None,
            ack: None,
            acks: 0,
        };
        let first = if carrier == Carrier::Datagram { set.t1.min(set.end()) } else { set.end() };
        let room = in_room(&mut self.spare_clients, client);
        let hop = self.add(branch, Side::Client(room));
        let timer = Timer::Retransmit { slot: hop.slot, generation: hop.generation };
        let token = out.set(timer, first);
        self.client(hop).expect("just made").timer = Some(token);
        Sent::Go(hop)
    }

    /// What the first transmission of a request or its response is drawn for.
    pub fn note_mark(&mut self, hop: HopRef, mark: Mark) {
        if let Some(client) = self.client(hop) {
            client.mark = mark;
        } else if let Some(server) = self.server(hop) {
            server.mark = mark;
        }
    }

    /// A copy of the request is on the link.
    pub fn launched(&mut self, hop: HopRef) {
        if let Some(client) = self.client(hop) {
            client.under_way += 1;
        }
    }

    /// A copy came to its receiver, or to where he should be. Whether another has come through before: it has, where the transaction has
    /// its answer or is forgotten.
    pub fn landed(&mut self, hop: HopRef, reached: bool, out: &mut HopBox<'_>) -> bool {
        let Some(client) = self.client(hop) else { return true };
        client.under_way -= 1;
        let again = client.landed;
        client.landed |= reached;
        let hopeless = client.carrier == Carrier::Stream && !reached && !client.is_invite();
        if (client.state == State::Ended || hopeless) && client.under_way == 0 {
            self.close(hop, out);
        }
        again
    }

    /// The only copy over a stream found no way.
    pub fn missed(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        let Some(client) = self.client(hop) else { return };
        if client.carrier == Carrier::Stream && !client.is_invite() {
            self.close(hop, out);
        }
    }

    /// The function lost its connection: nothing that it began is repeated any more. Its memory of others' requests stays.
    pub fn disconnected(&mut self, out: &mut HopBox<'_>) {
        let open: Vec<HopRef> = (0..).zip(&self.slots).map(|(slot, place)| HopRef { slot, generation: place.generation }).collect();
        for hop in open {
            let Some(client) = self.client(hop) else { continue };
            out.cancel(&mut client.timer);
            if matches!(client.state, State::Completed | State::Accepted) {
                self.forget(hop);
                continue;
            }
            client.state = State::Ended;
            if client.under_way == 0 {
                self.close(hop, out);
            }
        }
    }

    /// Nothing of it is to come: says so, and forgets it.
    fn close(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        let client = self.client(hop).expect("an open transaction");
        out.cancel(&mut client.timer);
        let (to, about) = (client.to, client.request.about());
        let lost = (!client.landed).then(|| Box::new(client.request.clone()));
        out.orders.push(Order::Over { to, about, lost });
        self.drop_cancel(hop, out);
        self.forget(hop);
    }

    pub(super) fn client_timer(&mut self, now: SimTime, hop: HopRef, ends: bool, out: &mut HopBox<'_>) {
        let me = self.me;
        let client = self.client(hop).expect("looked up");
        client.timer = None;
        if ends && client.state != State::Waiting && client.state != State::Proceeding {
            // D or M.
            return self.forget(hop);
        }
        if ends || now >= client.end() && !(client.is_invite() && client.state == State::Proceeding) {
            // A proxy takes the end of an INVITE for a 408 (RFC 3261 16.8); of others nobody hears (RFC 4320 4.2).
            if client.is_invite() && client.request.txn.owner != me {
                let (from, pdu) = (client.to, local(&client.request, 408));
                out.orders.push(Order::Pass { from, pdu });
            }
            client.state = State::Ended;
            if client.under_way == 0 {
                self.close(hop, out);
            }
            return;
        }
        client.sent += 1;
        client.wait = match (client.is_invite(), client.state) {
            (true, _) => times(client.wait, 2),
            (false, State::Proceeding) => client.set.t2,
            (false, _) => times(client.wait, 2).min(client.set.t2),
        };
        let after = client.wait.min(client.end() - now);
        out.orders.push(Order::Transmit {
            to: client.to,
            pdu: Pdu::Request(client.request.clone()),
            nth: client.sent,
            mark: client.mark,
            hop,
            carrier: client.carrier,
            began: client.began,
        });
        client.timer = Some(out.set(Timer::Retransmit { slot: hop.slot, generation: hop.generation }, after));
    }

    /// Whether a response is for the function.
    pub(super) fn response_received(&mut self, now: SimTime, from: FunctionId, response: &Response, out: &mut HopBox<'_>) -> bool {
        let own = response.txn.owner == self.me;
        let branch = Branch::of(response.txn, response.via.depth() + 1, false);
        // What belongs to nothing goes no further (RFC 6026 7.2), but to who asked, who knows for himself.
        let Some(hop) = self.find(branch) else { return own && response.code >= 200 };
        if let Side::Answered(until) = self.slots[hop.slot as usize].side {
            return own && now > until;
        }
        let client = self.client(hop).expect("a client's branch");
        match (response.code, client.state) {
            (..200, State::Waiting | State::Proceeding) => {
                self.provisional(hop, out);
                response.code > 100
            }
            (..200, _) => false,
            (_, State::Ended) => own,
            (200..300, State::Accepted) => {
                self.ack_again(hop, out);
                !own
            }
            (_, State::Accepted) => false,
            (_, State::Completed) => {
                self.acknowledge(hop, out);
                false
            }
            (code, State::Waiting | State::Proceeding) => {
                self.final_response(now, hop, from, code, out);
                true
            }
        }
    }

    fn provisional(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        let client = self.client(hop).expect("looked up");
        client.state = State::Proceeding;
        if !client.is_invite() {
            return;
        }
        out.cancel(&mut client.timer);
        client.timer = Some(out.set(Timer::HopEnd { slot: hop.slot, generation: hop.generation }, client.set.c));
        if let Some((to, request)) = client.held.take() {
            out.orders.push(Order::Release { to, request });
        }
    }

    fn final_response(&mut self, now: SimTime, hop: HopRef, from: FunctionId, code: u16, out: &mut HopBox<'_>) {
        self.drop_cancel(hop, out);
        let client = self.client(hop).expect("looked up");
        out.cancel(&mut client.timer);
        let (to, streamed, set) = (client.to, client.carrier == Carrier::Stream, client.set);
        debug_assert_eq!(from, to, "a response comes from whom the request went to");
        let end = Timer::HopEnd { slot: hop.slot, generation: hop.generation };
        if client.is_invite() {
            out.orders.push(Order::Over { to, about: client.request.about(), lost: None });
            client.state = if (200..300).contains(&code) { State::Accepted } else { State::Completed };
            if client.state == State::Accepted {
                client.timer = Some(out.set(end, set.end()));
                return;
            }
            self.acknowledge(hop, out);
            match streamed {
                true => self.forget(hop),
                false => {
                    let token = out.set(end, set.d());
                    self.client(hop).expect("kept").timer = Some(token);
                }
            }
            return;
        }
        let place = &mut self.slots[hop.slot as usize];
        let until = if streamed { now } else { now.saturating_add(set.t4) };
        let Side::Client(client) = std::mem::replace(&mut place.side, Side::Answered(until)) else { unreachable!("looked up") };
        out.orders.push(Order::Over { to, about: client.request.about(), lost: None });
        keep_room(&mut self.spare_clients, client);
        if streamed {
            self.forget(hop);
        } else {
            self.fade(now, hop);
        }
    }

    // --- ACK

    /// The ACK of a final response other than 2xx goes over this hop only, and bears its Via alone (RFC 3261 17.1.1.3).
    fn acknowledge(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        let client = self.client(hop).expect("looked up");
        client.acks += 1;
        let via = client.request.via.top();
        let (max_forwards, body) = (MAX_FORWARDS, Body::None);
        let Request { txn, target, case, from, icsi, target_address, .. } = client.request;
        let request = Request { method: Method::Ack, txn, via, target, case, from, icsi, max_forwards, target_address, body };
        out.orders.push(Order::Transmit {
            to: client.to,
            pdu: Pdu::Request(request),
            nth: client.acks,
            mark: Mark::default(),
            hop: HopRef::NONE,
            carrier: client.carrier,
            began: client.began,
        });
    }

    /// The function acknowledges a 2xx: kept, for the next time it comes.
    fn ack_sent(&mut self, to: FunctionId, ack: &Request) {
        if let Body::Session(dialog) = &ack.body
            && dialog.invite.owner == self.me
            && let Some(hop) = self.named(dialog.invite, false)
            && let Some(client) = self.client(hop)
        {
            client.acks += 1;
            client.ack.get_or_insert_with(|| (to, Box::new(ack.clone()), Mark::default()));
        }
    }

    /// A 2xx came once more (RFC 3261 13.2.2.4).
    fn ack_again(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        let client = self.client(hop).expect("looked up");
        if let Some((to, ack, mark)) = client.ack.clone() {
            client.acks += 1;
            let (nth, carrier, began) = (client.acks, client.carrier, client.began);
            out.orders.push(Order::Transmit { to, pdu: Pdu::Request(*ack), nth, mark, hop: HopRef::NONE, carrier, began });
        }
    }

    // --- CANCEL

    /// Whether a CANCEL is to wait: nothing has come back of its INVITE.
    fn holds_back(&mut self, to: FunctionId, cancel: &Request, out: &mut HopBox<'_>) -> bool {
        let Body::Session(dialog) = &cancel.body else { return false };
        let Some(hop) = self.named(dialog.invite, false) else { return false };
        let Some(client) = self.client(hop) else { return false };
        match client.state {
            State::Waiting => {
                client.held = Some((to, Box::new(cancel.clone())));
                true
            }
            State::Proceeding => false,
            // There is nothing to cancel any more.
            State::Completed | State::Accepted | State::Ended => {
                out.orders.push(Order::Pass { from: to, pdu: local(cancel, 481) });
                true
            }
        }
    }

    /// A CANCEL that waited is not needed any more: its sender hears that there is nothing to cancel.
    fn drop_cancel(&mut self, hop: HopRef, out: &mut HopBox<'_>) {
        if let Some((from, cancel)) = self.client(hop).and_then(|c| c.held.take()) {
            out.orders.push(Order::Pass { from, pdu: local(&cancel, 481) });
        }
    }
}

/// A response that the hop makes itself for the function that sent `request`.
fn local(request: &Request, code: u16) -> Pdu {
    request.answer(code).1
}
