//! Client transactions: what a function has asked and not been answered.
//!
//! One for each request, ended by its final response or by timer F (64 T1). Retransmission over unreliable transports is
//! not here: links do not lose SIP.

use crate::delivery::{FunctionId, LegResult, MessageId, Method, Milestone, Outbox, Tag, Timer, TimerToken, TxnId};
use crate::units::{SimTime, Span};

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
}

#[derive(Clone, Debug)]
struct Open<U> {
    purpose: U,
    method: Method,
    about: Option<MessageId>,
    started: SimTime,
    timer: TimerToken,
}

impl<U> Transactions<U> {
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
            self.slots.push(Slot { generation: 0, open: None });
            (self.slots.len() - 1) as u32
        });
        let generation = self.slots[slot as usize].generation;
        let timer = out.set_timer(Timer::TransactionEnd { slot, generation }, limit);
        self.slots[slot as usize].open = Some(Open { purpose, method, about, started: now, timer });
        out.milestone(Tag::OwnTransactionTimeout, Milestone::TxnStart { method, about, device: None });
        TxnId { owner: self.owner, slot, generation }
    }

    /// What the transaction was for, if its final response `code` finds it open.
    pub fn answered(&mut self, txn: TxnId, code: u16, out: &mut Outbox) -> Option<(U, SimTime)> {
        let open = self.take(txn.slot, txn.generation)?;
        out.cancel_timer(open.timer);
        Some(Self::ended(open, LegResult::Code(code), out))
    }

    /// What the transaction was for whose timer ended.
    pub fn timed_out(&mut self, slot: u32, generation: u32, out: &mut Outbox) -> Option<(U, SimTime)> {
        let open = self.take(slot, generation)?;
        Some(Self::ended(open, LegResult::Timeout, out))
    }

    /// Gives up a transaction before its end: its owner lost its connection.
    pub fn abandon(&mut self, txn: TxnId, out: &mut Outbox) -> Option<U> {
        let open = self.take(txn.slot, txn.generation)?;
        out.cancel_timer(open.timer);
        Some(Self::ended(open, LegResult::Abandoned, out).0)
    }

    /// Whether the transaction of this name is open.
    pub fn is_open(&self, slot: u32, generation: u32) -> bool {
        self.slots.get(slot as usize).is_some_and(|s| s.generation == generation && s.open.is_some())
    }

    fn ended(open: Open<U>, result: LegResult, out: &mut Outbox) -> (U, SimTime) {
        let Open { purpose, method, about, started, .. } = open;
        out.milestone(Tag::OwnTransactionTimeout, Milestone::TxnEnd { method, about, started, result });
        (purpose, started)
    }

    fn take(&mut self, slot: u32, generation: u32) -> Option<Open<U>> {
        let place = self.slots.get_mut(slot as usize).filter(|s| s.generation == generation)?;
        let open = place.open.take()?;
        place.generation = generation.wrapping_add(1);
        self.free.push(slot);
        Some(open)
    }
}
