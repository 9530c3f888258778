//! The transactions of SIP on each hop, between functions and links.
//!
//! Over a way with a datagram link everything of SIP passes the [`Hops`] of both its ends; over streams only INVITE, ACK and CANCEL with
//! their answers do. Functions know nothing of it.

use super::draws::Station;
use super::observer::{EventView, Observer, Truth, What};
use super::world::{Event, Running, Travelling, World};
use crate::delivery::sip::{Carrier, Coming, HopBox, HopRef, Hops, MOST_BY_DATAGRAM, Mark, Order, Received, Sent, TimerSet};
use crate::delivery::{FunctionId, Input, Method, Pdu, Request, Response, Target, Timer, TimerToken};
use crate::engine::Class;
use crate::units::{Span, make_room};

/// Marks the target of a hop's timer, which is no event of the function itself: neither races with the other.
const HOP_TARGET: u32 = 1 << 31;

/// The function of an event's target.
pub(super) fn owner_of(target: u32) -> u32 {
    target & !HOP_TARGET
}

/// How a PDU crosses the links of its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passage {
    /// What carries it, where hops look after it.
    pub carrier: Option<Carrier>,
    pub hop: HopRef,
    /// The how-manieth transmission it is, and what the first one was drawn for.
    pub nth: u32,
    pub mark: Mark,
    /// Made by a hop: no draw of what functions send moves for it.
    pub of_hop: bool,
    /// Its size, if known.
    pub bytes: Option<u32>,
}

impl Passage {
    /// Of what no hop looks after.
    pub const PLAIN: Passage = Passage { carrier: None, hop: HopRef::NONE, nth: 1, mark: Mark(None), of_hop: false, bytes: None };
}

/// Whether a timer is one of a hop.
pub(super) fn is_of_hop(timer: Timer) -> bool {
    matches!(timer, Timer::Retransmit { .. } | Timer::HopEnd { .. })
}

/// Whether it belongs to the establishment of a session, which has timers over every transport.
pub(super) fn is_of_invite(pdu: &Pdu) -> bool {
    match pdu {
        Pdu::Request(Request { method, .. }) => matches!(method, Method::Invite | Method::Ack | Method::Cancel),
        Pdu::Response(Response { method, .. }) => matches!(method, Method::Invite | Method::Cancel),
        _ => false,
    }
}

impl World {
    fn timer_set(&self, access: bool) -> TimerSet {
        if access { self.model.sip.access() } else { self.model.sip.core() }
    }

    /// Asks the hops of a function and does what they want done.
    fn with_hops<R, O: Observer>(
        &mut self,
        owner: FunctionId,
        observer: &mut O,
        ask: impl FnOnce(&mut Hops, &mut HopBox<'_>) -> R,
    ) -> R {
        let mut orders = self.spare_orders.pop().unwrap_or_default();
        let longest = self.model.sip.core().end().max(self.model.sip.access().end());
        let hops = self.hops[owner.0 as usize].get_or_insert_with(|| Box::new(Hops::new(owner, longest)));
        let answer = ask(hops, &mut HopBox { orders: &mut orders, tokens: self.outbox.tokens() });
        for order in orders.drain(..) {
            self.obey(owner, order, observer);
        }
        self.spare_orders.push(orders);
        answer
    }

    fn obey<O: Observer>(&mut self, owner: FunctionId, order: Order, observer: &mut O) {
        match order {
            Order::SetTimer { token, timer, after } => self.set_hop_timer(owner, token, timer, after),
            Order::CancelTimer { token } => {
                self.outbox.tokens().retire(token);
                self.calendar.note_dead();
            }
            Order::Transmit { to, pdu, nth, mark, hop, carrier, .. } => {
                self.repeat(owner, to, pdu, nth, Passage { carrier: Some(carrier), hop, nth, mark, ..Passage::PLAIN }, observer);
            }
            Order::Pass { from, pdu } => self.tell(owner, Input::Received { from, at: self.now, pdu }, observer),
            Order::Release { to, request } => self.send(owner, to, Pdu::Request(*request), observer),
            Order::Over { to, about, lost } => {
                if let Some(request) = lost {
                    self.lost(owner, to, &Pdu::Request(*request), observer);
                }
                self.let_go_of(about);
            }
        }
    }

    fn set_hop_timer(&mut self, owner: FunctionId, token: TimerToken, timer: Timer, after: Span) {
        let slot = token.slot as usize;
        let running = Running { timer, owner, cause: self.id };
        if slot >= self.running.len() {
            make_room(&mut self.running);
            self.running.resize(slot + 1, running);
        }
        self.running[slot] = running;
        let at = self.now.saturating_add(after);
        if let Some(key) = self.key_for(at, Class::Timer, owner.0 | HOP_TARGET, owner.0) {
            self.calendar.schedule_after(after, key, Event::Timer(token));
        }
    }

    /// A hop sends something itself.
    fn repeat<O: Observer>(&mut self, from: FunctionId, to: FunctionId, pdu: Pdu, nth: u32, passage: Passage, observer: &mut O) {
        // A device out of reach puts nothing on the air.
        if self.layout.device(from).is_some_and(|device| !self.devices[device as usize].connected) {
            return;
        }
        if let Pdu::Request(request) = &pdu
            && nth > 1
            && request.txn.owner == from
            && request.method != Method::Ack
        {
            observer.truth(self.now, Truth::Repeated { txn: request.txn, nth });
        }
        let way = self.routes.between(&self.layout, from, to);
        let hop = passage.hop;
        let mut passage = Passage { of_hop: passage.mark.0.is_none(), ..passage };
        if self.transmit(from, to, pdu, way, &mut passage, observer).is_ok() && hop.is_some() {
            self.launched(from, hop);
        }
    }

    fn launched(&mut self, from: FunctionId, hop: HopRef) {
        if let Some(hops) = &mut self.hops[from.0 as usize] {
            hops.launched(hop);
        }
    }

    /// A function sends SIP over a hop.
    pub(super) fn send_over_hop<O: Observer>(&mut self, from: FunctionId, to: FunctionId, pdu: Pdu, way: usize, observer: &mut O) {
        let (datagram, access) = (self.routes.at(way).datagram, self.routes.at(way).access);
        let (now, set, bytes) = (self.now, self.timer_set(access), pdu.wire_bytes());
        let short = if datagram && bytes <= MOST_BY_DATAGRAM { Carrier::Datagram } else { Carrier::Stream };
        let (hop, carrier) = match &pdu {
            Pdu::Request(request) => {
                let sent = self.with_hops(from, observer, |hops, out| hops.request_sent(now, to, request, short, &set, out));
                let Sent::Go(hop) = sent else { return };
                if hop.is_some()
                    && let Some(slot) = request.about().and_then(|m| self.ledger.slot(m))
                {
                    self.ledger.hold(slot);
                }
                (hop, short)
            }
            Pdu::Response(response) => {
                let sent = self.with_hops(from, observer, |hops, out| hops.response_sent(now, response, out));
                let (carrier, hop) = sent.unwrap_or((short, HopRef::NONE));
                (hop, carrier)
            }
            _ => unreachable!("hops are for SIP"),
        };
        let request = matches!(pdu, Pdu::Request(_));
        let with = if request { hop } else { HopRef::NONE };
        let mut passage = Passage { carrier: Some(carrier), hop: with, bytes: Some(bytes), ..Passage::PLAIN };
        let gone = self.transmit(from, to, pdu, way, &mut passage, observer);
        if let (true, Some(hops)) = (passage.mark.0.is_some(), &mut self.hops[from.0 as usize]) {
            hops.note_mark(hop, passage.mark);
        }
        if request && hop.is_some() {
            match gone {
                Ok(()) => self.launched(from, hop),
                Err(_) => self.with_hops(from, observer, |hops, out| hops.missed(hop, out)),
            }
        }
    }

    /// What comes over a hop: whether it is for the function.
    pub(super) fn comes_over_hop<O: Observer>(&mut self, place: u32, cause: u64, observer: &mut O) -> bool {
        let Travelling { pdu, from, to, carrier, hop, .. } = &mut self.travelling[place as usize];
        let (from, to, hop) = (*from, *to, *hop);
        let carrier = carrier.expect("only what hops look after is asked about");
        let pdu = pdu.take().expect("what travels is kept");
        let reached = self.layout.device(to).is_none_or(|device| self.devices[device as usize].connected);
        let again = hop.is_some() && self.with_hops(from, observer, |hops, out| hops.landed(hop, reached, out));
        let (now, id) = (self.now, self.id);
        if !reached {
            if O::TRACE {
                observer.event(EventView { id, cause, now, target: to, what: What::Lost { from, pdu: &pdu } });
            }
            self.take_travelling(place);
            return false;
        }
        let way = self.routes.between(&self.layout, from, to);
        let set = self.timer_set(self.routes.at(way).access);
        let coming = Coming { from, carrier, set: &set, again };
        match self.with_hops(to, observer, |hops, out| hops.received(now, pdu, coming, out)) {
            Received::Pass(pdu) => {
                self.travelling[place as usize].pdu = Some(pdu);
                true
            }
            Received::Absorbed(pdu) => {
                self.oracles.absorbed();
                if O::TRACE {
                    observer.event(EventView { id, cause, now, target: to, what: What::Absorbed { from, pdu: &pdu } });
                }
                self.take_travelling(place);
                false
            }
        }
    }

    pub(super) fn hop_expired<O: Observer>(&mut self, owner: FunctionId, timer: Timer, observer: &mut O) {
        let now = self.now;
        self.with_hops(owner, observer, |hops, out| hops.expired(now, timer, out));
    }

    /// A device is out of reach: what its client began is over.
    pub(super) fn hop_disconnected<O: Observer>(&mut self, client: FunctionId, observer: &mut O) {
        if self.hops[client.0 as usize].is_some() {
            self.with_hops(client, observer, |hops, out| hops.disconnected(out));
        }
    }

    /// Tells observers of a request that has come to the function that answers it.
    pub(super) fn note_seen<O: Observer>(&self, place: u32, to: FunctionId, observer: &mut O) {
        let Some(Pdu::Request(request)) = &self.travelling[place as usize].pdu else { return };
        let relayed = self.functions.station(to) == Station::Core
            && !matches!(request.method, Method::Register | Method::Subscribe)
            && request.target != Target::Function(to);
        let reached = self.layout.device(to).is_none_or(|device| self.devices[device as usize].connected);
        if !relayed && reached {
            observer.truth(self.now, Truth::Seen { txn: request.txn });
        }
    }
}
