//! SIP transactions on one hop (RFC 3261 17, with the corrections of RFC 6026 and RFC 4320): retransmission and absorption.
//!
//! One [`Hops`] stands beside each function that speaks SIP and works for it between the function and its links: the function
//! sends and receives each request and each final response once, whatever the links lose. `client` repeats requests, `server`
//! absorbs repeated ones and repeats answers. Told, never asking, like a function: it is handed what is sent and what comes, and says in [`Order`]s
//! what else is to be done.
//!
//! Over a stream nothing is repeated and nothing is remembered after a final response (timers A, E, G are off, D, I, J, K are zero).
//! There the world asks for INVITE alone, whose timers B and C, 100 and 2xx are the same over every transport; the end of other
//! transactions (timer F) is the function's own. Left out: the CANCEL that a proxy sends when timer C ends (its branch
//! ends with 408 all the same), the ACK for a late 2xx at a fork, congestion.

mod client;
mod index;
mod server;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use self::client::Client;
pub use self::client::Sent;
use self::index::Index;
use self::server::Server;
use super::{FunctionId, MessageId, Method, Pdu, Request, Timer, TimerToken, Tokens, TxnId};
use crate::units::{SimTime, Span, SubjectId, make_room};

/// Longest request by datagram, in bytes (RFC 3261 18.1.1, path MTU unknown; RFC 3428 8).
pub const MOST_BY_DATAGRAM: u32 = 1300;

/// Timers of a hop. The values of RFC 3261 hold between functions, those of TS 24.229 7.7 towards and at clients (Gm).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSet {
    pub t1: Span,
    pub t2: Span,
    pub t4: Span,
    /// Timer C of a proxy.
    pub c: Span,
}

impl TimerSet {
    /// Timers B, F, H, J, L and M.
    pub fn end(&self) -> Span {
        times(self.t1, 64)
    }

    /// Timer D over datagrams: more than 32 s with the T1 of RFC 3261, 130 s on Gm.
    fn d(&self) -> Span {
        times(self.t1, 65)
    }

    /// When timer E has grown to T2: from then on a server says 100 to a request it has not answered (RFC 4320 4.1).
    fn says_trying(&self) -> Span {
        let (mut sum, mut wait) = (Span::ZERO, self.t1);
        while wait < self.t2 && wait > Span::ZERO {
            sum = sum.saturating_add(wait);
            wait = times(wait, 2);
        }
        sum
    }
}

fn times(span: Span, n: u64) -> Span {
    Span::from_ns(span.ns().saturating_mul(n))
}

/// What carries a request and its answers over this hop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    Datagram,
    #[default]
    Stream,
}

/// A request of one function to the next: the transaction of its beginner, and how far on its way (the topmost Via branch). Client
/// and server side at one function are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Branch {
    owner: u32,
    slot: u32,
    generation: u32,
    depth: u8,
    server: bool,
}

impl Branch {
    fn of(txn: TxnId, depth: usize, server: bool) -> Branch {
        Branch { owner: txn.owner.0, slot: txn.slot, generation: txn.generation, depth: depth as u8, server }
    }
}

/// The name of a client transaction of a hop, which what travels for it bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopRef {
    slot: u32,
    generation: u32,
}

impl HopRef {
    /// No transaction of a hop.
    pub const NONE: HopRef = HopRef { slot: u32::MAX, generation: 0 };

    pub fn is_some(self) -> bool {
        self != HopRef::NONE
    }
}

/// What the run draws the first transmission of a PDU for. Kept for its repetitions, never read here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark(pub Option<(SubjectId, u32)>);

/// What a hop wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Send this: the `nth` transmission of it, from 1. `began`: when the request was sent first.
    Transmit {
        to: FunctionId,
        pdu: Pdu,
        nth: u32,
        mark: Mark,
        hop: HopRef,
        carrier: Carrier,
        began: SimTime,
    },
    /// Give this to the function as if `from` had sent it.
    Pass {
        from: FunctionId,
        pdu: Pdu,
    },
    /// The function sends this held CANCEL now.
    Release {
        to: FunctionId,
        request: Box<Request>,
    },
    SetTimer {
        token: TimerToken,
        timer: Timer,
        after: Span,
    },
    CancelTimer {
        token: TimerToken,
    },
    /// No more copies of a request about this message can come to `to`; if none ever did, this is what is lost.
    Over {
        to: FunctionId,
        about: Option<MessageId>,
        lost: Option<Box<Request>>,
    },
}

/// How a PDU came over a hop.
#[derive(Clone, Copy, Debug)]
pub struct Coming<'a> {
    pub from: FunctionId,
    pub carrier: Carrier,
    pub set: &'a TimerSet,
    /// Another copy of this request has come through before.
    pub again: bool,
}

/// What becomes of a PDU that came over a hop.
#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    Pass(Pdu),
    /// A repetition, or an affair of the hop alone.
    Absorbed(Pdu),
}

/// Where orders and names of timers are put.
pub struct HopBox<'a> {
    pub orders: &'a mut Vec<Order>,
    pub tokens: &'a mut Tokens,
}

impl HopBox<'_> {
    fn set(&mut self, timer: Timer, after: Span) -> TimerToken {
        let token = self.tokens.take();
        self.orders.push(Order::SetTimer { token, timer, after });
        token
    }

    fn cancel(&mut self, token: &mut Option<TimerToken>) {
        if let Some(token) = token.take() {
            self.orders.push(Order::CancelTimer { token });
        }
    }
}

/// The transactions of one function with its neighbours.
#[derive(Clone, Debug)]
pub struct Hops {
    me: FunctionId,
    slots: Vec<Slot>,
    free: Vec<u32>,
    index: Index,
    /// Transactions that are to be forgotten, in the order of their times, and whether for the second time.
    fading: VecDeque<(SimTime, HopRef, bool)>,
    /// How long at most: 64 T1 of the slower set.
    longest: Span,
    /// Room of transactions that are over, for the next ones.
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    spare_clients: Vec<Box<Client>>,
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    spare_servers: Vec<Box<Server>>,
}

/// Rooms that are kept.
const SPARE: usize = 4;

/// Puts a value in a room that is spare, or in a new one.
fn in_room<T>(spare: &mut Vec<Box<T>>, value: T) -> Box<T> {
    match spare.pop() {
        Some(mut room) => {
            *room = value;
            room
        }
        None => Box::new(value),
    }
}

fn keep_room<T>(spare: &mut Vec<Box<T>>, room: Box<T>) {
    if spare.len() < SPARE {
        spare.push(room);
    }
}

#[derive(Clone, Debug)]
struct Slot {
    generation: u32,
    branch: Branch,
    side: Side,
}

#[derive(Clone, Debug)]
enum Side {
    Free,
    Client(Box<Client>),
    /// Had its final response from this neighbour: repetitions until then are absorbed (timer K).
    Answered(SimTime),
    Server(Box<Server>),
}

impl Hops {
    /// The hops of function `me`; `longest`: 64 T1 of the slower set of timers.
    pub fn new(me: FunctionId, longest: Span) -> Hops {
        Hops {
            me,
            slots: Vec::new(),
            free: Vec::new(),
            index: Index::default(),
            fading: VecDeque::new(),
            longest,
            spare_clients: Vec::new(),
            spare_servers: Vec::new(),
        }
    }

    /// Transactions that are remembered.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    pub fn is_empty(&self) -> bool {
        self.index.len() == 0
    }

    fn add(&mut self, branch: Branch, side: Side) -> HopRef {
        let slot = self.free.pop().unwrap_or_else(|| {
            make_room(&mut self.slots);
            self.slots.push(Slot { generation: 0, branch, side: Side::Free });
            (self.slots.len() - 1) as u32
        });
        let place = &mut self.slots[slot as usize];
        (place.branch, place.side) = (branch, side);
        let generation = place.generation;
        self.index.insert(slot, &self.slots);
        HopRef { slot, generation }
    }

    fn forget(&mut self, hop: HopRef) {
        let Some(place) = self.slots.get_mut(hop.slot as usize).filter(|s| s.generation == hop.generation) else { return };
        place.generation = place.generation.wrapping_add(1);
        match std::mem::replace(&mut place.side, Side::Free) {
            Side::Client(room) => keep_room(&mut self.spare_clients, room),
            Side::Server(room) => keep_room(&mut self.spare_servers, room),
            Side::Answered(_) | Side::Free => {}
        }
        self.index.remove(hop.slot, &self.slots);
        make_room(&mut self.free);
        self.free.push(hop.slot);
    }

    /// Looks at it again when it can be forgotten; all wait equally long, so that the first in is the first out.
    fn fade(&mut self, now: SimTime, hop: HopRef) {
        self.fading.push_back((now.saturating_add(self.longest), hop, false));
    }

    /// Forgets what is kept for repetitions that can come no more. It makes no event of its own: what is past is not looked at.
    fn forget_faded(&mut self, now: SimTime) {
        while let Some(&(_, hop, again)) = self.fading.front().filter(|(until, ..)| *until < now) {
            self.fading.pop_front();
            let Some(place) = self.slots.get(hop.slot as usize).filter(|s| s.generation == hop.generation) else { continue };
            match &place.side {
                // Never answered: who asked has given up by then, and his last request has come.
                Side::Server(server) if server.is_open() && !again => {
                    self.fading.push_back((now.saturating_add(self.longest), hop, true));
                }
                Side::Server(server) if !server.is_open() && !server.is_past(now) => {}
                Side::Server(_) | Side::Answered(_) => self.forget(hop),
                Side::Client(_) | Side::Free => {}
            }
        }
    }

    fn find(&self, branch: Branch) -> Option<HopRef> {
        let slot = self.index.find(&branch, &self.slots)?;
        Some(HopRef { slot, generation: self.slots[slot as usize].generation })
    }

    fn client(&mut self, hop: HopRef) -> Option<&mut Client> {
        match self.slots.get_mut(hop.slot as usize) {
            Some(Slot { generation, side: Side::Client(client), .. }) if *generation == hop.generation => Some(client),
            _ => None,
        }
    }

    fn server(&mut self, hop: HopRef) -> Option<&mut Server> {
        match self.slots.get_mut(hop.slot as usize) {
            Some(Slot { generation, side: Side::Server(server), .. }) if *generation == hop.generation => Some(server),
            _ => None,
        }
    }

    /// The transactions of one side with this name, whatever their depth: the one that matters is the only one at its function.
    fn named(&self, txn: TxnId, server: bool) -> Option<HopRef> {
        // A request crosses at most four elements.
        (1..=4).find_map(|depth| self.find(Branch::of(txn, depth, server)))
    }

    /// One of its timers has ended.
    pub fn expired(&mut self, now: SimTime, timer: Timer, out: &mut HopBox<'_>) {
        let (Timer::Retransmit { slot, generation } | Timer::HopEnd { slot, generation }) = timer else {
            unreachable!("other timers are functions' own")
        };
        let hop = HopRef { slot, generation };
        let ends = matches!(timer, Timer::HopEnd { .. });
        if self.client(hop).is_some() {
            self.client_timer(now, hop, ends, out);
        } else if self.server(hop).is_some() {
            self.server_timer(now, hop, ends, out);
        }
    }

    /// A PDU came over a hop.
    pub fn received(&mut self, now: SimTime, pdu: Pdu, coming: Coming<'_>, out: &mut HopBox<'_>) -> Received {
        self.forget_faded(now);
        match &pdu {
            Pdu::Request(request) if request.method == Method::Ack => {
                if self.ack_received(now, request, out) {
                    return Received::Pass(pdu);
                }
            }
            Pdu::Request(request) => {
                if self.request_received(now, request, coming, out) {
                    return Received::Pass(pdu);
                }
            }
            Pdu::Response(response) => {
                if self.response_received(now, coming.from, response, out) {
                    return Received::Pass(pdu);
                }
            }
            _ => return Received::Pass(pdu),
        }
        Received::Absorbed(pdu)
    }
}
