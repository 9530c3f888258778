//! Client transactions: what a function has asked and not been answered.
//!
//! One for each request, ended by its final response or by timer F (64 T1). Retransmission over unreliable transports is
//! not here: [`sip`](crate::delivery::sip) does it on each hop.
//!
//! With the rule of timer F left out a transaction waits for its response without end; with that of late responses left out, one
//! that comes after the end is taken as if it had come in time.

use crate::delivery::{FunctionId, LegResult, MessageId, Method, Milestone, Outbox, Tag, Timer, TimerToken, TxnId};
use crate::units::{SimTime, Span, make_room};

/// First and longest wait before a PF is told again what it has not taken (1 to 5 s after a server error, `domain.md` 3.4; the bound
/// is ours).
const FIRST_WAIT: Span = Span::from_secs(2);
const LONGEST_WAIT: Span = Span::from_secs(64);

/// How long to wait after that many refusals in a row, from one on: twice as long each time, up to a bound.
pub fn wait_after(refusals: u32) -> Span {
    Span::from_ns(FIRST_WAIT.ns() << (refusals - 1).min(10)).min(LONGEST_WAIT)
}

/// The open client transactions of one function; `U` says what each is for.
#[derive(Clone, Debug)]
pub struct Transactions<U> {
    owner: FunctionId,
    slots: Vec<Slot<U>>,
    free: Vec<u32>,
}

#[derive(Clone, Debug)]
struct Slot<U> {
    generation: u32,
    open: Option<Open<U>>,
    /// The one before, if it timed out and late responses are taken: rare, and out of the way.
    ended: Option<Box<(U, SimTime)>>,
}

#[derive(Clone, Debug)]
struct Open<U> {
    purpose: U,
    method: Method,
    about: Option<MessageId>,
    started: SimTime,
    timer: Option<TimerToken>,
}

impl<U: Clone> Transactions<U> {
    pub fn new(owner: FunctionId) -> Self {
        Transactions { owner, slots: Vec::new(), free: Vec::new() }
    }

    /// Begins a transaction that ends without an answer after `limit`.
    pub fn begin(
        &mut self,
        now: SimTime,
        method: Method,
        about: Option<MessageId>,
        limit: Span,
        purpose: U,
        out: &mut Outbox,
    ) -> TxnId {
        let slot = self.free.pop().unwrap_or_else(|| {
            if self.slots.is_empty() {
                // A client seldom has more than one under way.
                self.slots.reserve_exact(1);
                self.free.reserve_exact(1);
            }
            make_room(&mut self.slots);
            self.slots.push(Slot { generation: 0, open: None, ended: None });
            (self.slots.len() - 1) as u32
        });
        let generation = self.slots[slot as usize].generation;
        let timed = out.holds(Tag::OwnTransactionTimeout);
        let timer = timed.then(|| out.set_timer(Timer::TransactionEnd { slot, generation }, limit));
        self.slots[slot as usize].open = Some(Open { purpose, method, about, started: now, timer });
        let txn = TxnId { owner: self.owner, slot, generation };
        out.milestone(Tag::OwnTransactionTimeout, Milestone::TxnStart { txn, method, about, device: None });
        txn
    }

    /// What the transaction was for, if its final response `code` finds it open. A response to what another function asked
    /// matches none (RFC 3261 17.1.3).
    pub fn answered(&mut self, txn: TxnId, code: u16, out: &mut Outbox) -> Option<(U, SimTime)> {
        if txn.owner != self.owner {
            return None;
        }
        let Some(open) = self.take(txn.slot, txn.generation) else { return self.late(txn, out) };
        Self::stop(&open, out);
        Some(Self::ended(txn, open, LegResult::Code(code), out))
    }

    /// What the transaction was for whose timer ended.
    pub fn timed_out(&mut self, slot: u32, generation: u32, out: &mut Outbox) -> Option<(U, SimTime)> {
        let open = self.take(slot, generation)?;
        let ended = Self::ended(TxnId { owner: self.owner, slot, generation }, open, LegResult::Timeout, out);
        if !out.holds(Tag::OwnLateResponse) {
            self.slots[slot as usize].ended = Some(Box::new(ended.clone()));
        }
        Some(ended)
    }

    /// Gives up a transaction before its end: its owner lost its connection.
    pub fn abandon(&mut self, txn: TxnId, out: &mut Outbox) -> Option<U> {
        let open = self.take(txn.slot, txn.generation)?;
        Self::stop(&open, out);
        Some(Self::ended(txn, open, LegResult::Abandoned, out).0)
    }

    /// Gives up all transactions: their owner has restarted. What they were for, in order of their slots.
    pub fn abandon_all(&mut self, out: &mut Outbox) -> Vec<U> {
        self.abandon_all_but(|_| false, out)
    }

    /// Gives up all transactions but those that are kept, as by one who has written them down.
    pub fn abandon_all_but(&mut self, kept: impl Fn(&U) -> bool, out: &mut Outbox) -> Vec<U> {
        let given_up = |slot: &Slot<U>| slot.open.as_ref().is_some_and(|open| !kept(&open.purpose));
        let open: Vec<(u32, u32)> =
            self.slots.iter().zip(0..).filter(|(s, _)| given_up(s)).map(|(s, slot)| (slot, s.generation)).collect();
        let owner = self.owner;
        let txns = open.into_iter().map(|(slot, generation)| TxnId { owner, slot, generation });
        txns.filter_map(|txn| self.abandon(txn, out)).collect()
    }

    /// Whether the transaction of this name is open.
    pub fn is_open(&self, slot: u32, generation: u32) -> bool {
        self.slots.get(slot as usize).is_some_and(|s| s.generation == generation && s.open.is_some())
    }

    /// A late response goes no further (RFC 4320 4.2).
    fn late(&mut self, txn: TxnId, out: &Outbox) -> Option<(U, SimTime)> {
        let place = self.slots.get_mut(txn.slot as usize)?;
        let last = !out.holds(Tag::OwnLateResponse) && place.open.is_none() && place.generation == txn.generation.wrapping_add(1);
        if last { place.ended.take().map(|ended| *ended) } else { None }
    }

    fn stop(open: &Open<U>, out: &mut Outbox) {
        if let Some(timer) = open.timer {
            out.cancel_timer(timer);
        }
    }

    fn ended(txn: TxnId, open: Open<U>, result: LegResult, out: &mut Outbox) -> (U, SimTime) {
        let Open { purpose, method, about, started, .. } = open;
        out.milestone(Tag::OwnTransactionTimeout, Milestone::TxnEnd { txn, method, about, started, result });
        (purpose, started)
    }

    fn take(&mut self, slot: u32, generation: u32) -> Option<Open<U>> {
        let place = self.slots.get_mut(slot as usize).filter(|s| s.generation == generation)?;
        let open = place.open.take()?;
        place.generation = generation.wrapping_add(1);
        make_room(&mut self.free);
        self.free.push(slot);
        Some(open)
    }
}
