//! What oracles remember of an open message, beside its book, and of transactions.

use crate::delivery::{FunctionId, TxnId};
use crate::units::{SimTime, Span, make_room};

/// Nobody, as the number of a function.
pub(super) const NOBODY: FunctionId = FunctionId(u32::MAX);

/// One thing that is known of a message or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Mark {
    /// The PF of the recipient answered 200 or 202.
    Taken,
    /// It has written the message down, or decided it.
    Recorded,
    /// A leg or a hand-over ended without an answer: what it carried may still arrive (R4, H-47).
    GivenUp,
    /// A client answered 202.
    Leg202,
    /// Rules asked for delivery and for interworking.
    BothAsked,
    /// In the event `State::decision`: handed over by a rule; tried, deferred or stored.
    HandedHere,
    KeptHere,
    /// The message store has it, and that ended it.
    Stored,
    /// The PF has given up its last delivery to the store, refused or without an answer in time: what the store has all the same is a
    /// copy, and the PF owns the message (R4).
    StoreGivenUp,
    /// A delivery request or a hand-over has begun.
    Begun,
    /// An instruction of its user deleted it.
    Deleted,
    InQueue,
    /// It was shown, stored, or came by SMS.
    Come,
    Synced,
    /// The ISF or IWF answered a hand-over with a server error, after which it is repeated.
    HandoverRefused,
    /// A disposition about it was lost under way.
    ReportLost,
    /// The PF has reported it as failed.
    ReportedFailed,
    /// It expired although a device was there.
    ExpiredThere,
    /// A request about it came once more after its transaction had ended: a datagram that was under way for longer than SIP allows for.
    Repeated,
}

/// What is remembered of one message.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// The PF that accepted it.
    pub pf: FunctionId,
    marks: u32,
    /// The hand-over that is out, and the last one: its number and one more, 0 for none.
    pub handed: u32,
    pub last_handed: u32,
    /// The hand-over that a rule asked for, likewise, unless it has come back.
    pub beside: u32,
    /// The event of the last decision that began something.
    pub decision: u64,
    /// Dispositions that its PF has emitted: terminal ones, and display ones.
    pub terminal: u8,
    pub display: u8,
    /// Devices to which a delivery request is open.
    pub legs: Vec<FunctionId>,
    /// Devices that have reported delivery, where display is asked for too.
    pub reporters: Vec<FunctionId>,
}

impl Default for State {
    fn default() -> State {
        State {
            pf: NOBODY,
            marks: 0,
            handed: 0,
            last_handed: 0,
            beside: 0,
            decision: 0,
            terminal: 0,
            display: 0,
            legs: Vec::new(),
            reporters: Vec::new(),
        }
    }
}

impl State {
    #[inline]
    pub fn has(&self, mark: Mark) -> bool {
        self.marks & (1 << mark as u32) != 0
    }

    #[inline]
    pub fn set(&mut self, mark: Mark) {
        self.marks |= 1 << mark as u32;
    }

    #[inline]
    pub fn clear(&mut self, mark: Mark) {
        self.marks &= !(1 << mark as u32);
    }

    /// For the next message of this slot: the lists keep their room.
    pub fn reset(&mut self) {
        let (mut legs, mut reporters) = (std::mem::take(&mut self.legs), std::mem::take(&mut self.reporters));
        legs.clear();
        reporters.clear();
        *self = State { legs, reporters, ..State::default() };
    }

    /// One decision hands over by a rule and keeps the message too: both paths were asked for.
    pub fn decides(&mut self, event: u64, mark: Mark) {
        if self.decision != event {
            self.decision = event;
            self.clear(Mark::HandedHere);
            self.clear(Mark::KeptHere);
        }
        self.set(mark);
        if self.has(Mark::HandedHere) && self.has(Mark::KeptHere) {
            self.set(Mark::BothAsked);
        }
    }
}

/// Elements that a request passes at most, the one that answers included.
const ELEMENTS: usize = 5;

/// What one function has done with a transaction.
#[derive(Clone, Copy, Debug)]
struct Doer {
    who: u32,
    answered: bool,
    /// It was handed the request once more after the transaction had ended.
    again: bool,
    /// When it was handed the request.
    taken: SimTime,
}

/// The present transaction of a slot.
#[derive(Clone, Copy, Debug)]
struct Slot {
    generation: u32,
    count: u8,
    doers: [Doer; ELEMENTS],
}

impl Slot {
    fn new(generation: u32) -> Slot {
        Slot { generation, count: 0, doers: [Doer { who: 0, answered: false, again: false, taken: SimTime::NEVER }; ELEMENTS] }
    }
}

/// What came of doing something with a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    First,
    /// Again, though the transaction stood.
    Again,
    /// Again, after the transaction had ended at that function: what comes then is a request like any other (RFC 3261 17.2.2, timer J).
    AfterItsEnd,
    /// Of a transaction whose slot has begun another: whether it was done before is not known any more.
    Unknown,
}

/// What functions have done with transactions, by their owners and slots.
#[derive(Clone, Debug, Default)]
pub(super) struct Once {
    owners: Vec<Vec<Slot>>,
    /// For so long at least a server remembers a request.
    remembers: Span,
}

impl Once {
    pub fn new(owners: usize, remembers: Span) -> Once {
        Once { owners: vec![Vec::new(); owners], remembers }
    }

    /// `who` is handed the request.
    #[inline]
    pub fn taken(&mut self, now: SimTime, txn: TxnId, who: FunctionId) -> Done {
        let remembers = self.remembers;
        let Some(doer) = self.doer(txn, who) else { return Done::Unknown };
        if doer.taken == SimTime::NEVER {
            doer.taken = now;
            return Done::First;
        }
        if now <= doer.taken.saturating_add(remembers) {
            return Done::Again;
        }
        (doer.taken, doer.again) = (now, true);
        Done::AfterItsEnd
    }

    /// `who` gives a final answer.
    #[inline]
    pub fn answered(&mut self, txn: TxnId, who: FunctionId) -> Done {
        let Some(doer) = self.doer(txn, who) else { return Done::Unknown };
        match (std::mem::replace(&mut doer.answered, true), doer.again) {
            (false, _) => Done::First,
            (true, false) => Done::Again,
            (true, true) => Done::AfterItsEnd,
        }
    }

    /// A slot that has begun its next transaction remembers nothing of the last.
    #[inline]
    fn doer(&mut self, txn: TxnId, who: FunctionId) -> Option<&mut Doer> {
        let slots = self.owners.get_mut(txn.owner.0 as usize)?;
        let slot = txn.slot as usize;
        if slots.len() <= slot {
            make_room(slots);
            slots.resize(slot + 1, Slot::new(txn.generation));
        }
        let slot = &mut slots[slot];
        if slot.generation != txn.generation {
            if (slot.generation.wrapping_sub(txn.generation) as i32) > 0 {
                return None;
            }
            *slot = Slot::new(txn.generation);
        }
        let count = usize::from(slot.count);
        let at = match slot.doers[..count].iter().position(|d| d.who == who.0) {
            Some(at) => at,
            None if count < ELEMENTS => {
                slot.count += 1;
                slot.doers[count].who = who.0;
                count
            }
            None => return None,
        };
        Some(&mut slot.doers[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_knows_the_present_transaction_of_a_slot() {
        let txn = |slot, generation| TxnId { owner: FunctionId(1), slot, generation };
        let at = |s| SimTime::ZERO + Span::from_secs(s);
        let mut once = Once::new(2, Span::from_secs(32));
        let (a, b) = (FunctionId(7), FunctionId(8));
        assert_eq!((once.taken(at(1), txn(3, 0), a), once.taken(at(1), txn(3, 0), b)), (Done::First, Done::First));
        assert_eq!((once.answered(txn(3, 0), a), once.answered(txn(3, 0), a)), (Done::First, Done::Again));
        assert_eq!(once.taken(at(33), txn(3, 0), a), Done::Again);
        assert_eq!((once.taken(at(34), txn(3, 0), a), once.answered(txn(3, 0), a)), (Done::AfterItsEnd, Done::AfterItsEnd));
        assert_eq!(once.taken(at(35), txn(3, 1), a), Done::First, "the next transaction of the slot");
        assert_eq!(once.taken(at(36), txn(3, 0), a), Done::Unknown, "of one that is over nothing is known");
        assert_eq!(once.taken(at(36), txn(3, 1), a), Done::Again, "and that forgets nothing");
    }
}
