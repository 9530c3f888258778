//! Push drain (`metrics.md` 3.1): from the return of a user to the last first arrival of what stood in his queue then.

use std::collections::BTreeSet;

use super::fold::Times;
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::MessageId;
use crate::units::SimTime;

/// One return with a non-empty queue.
#[derive(Clone, Copy, Debug)]
struct Drain {
    off_end: SimTime,
    /// Messages whose end is not known yet.
    left: u32,
    last: Option<SimTime>,
    /// Some message has neither arrived nor otherwise ended.
    open: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Drains {
    drains: Vec<Drain>,
    free: Vec<u32>,
    /// (message, drain): whom the end of a message concerns.
    waiting: BTreeSet<(MessageId, u32)>,
    times: Times,
}

impl Drains {
    /// A user with these messages in his queue came back.
    pub fn begin(&mut self, off_end: SimTime, queue: impl Iterator<Item = MessageId>) {
        let slot = self.free.pop().unwrap_or(self.drains.len() as u32);
        let mut left = 0;
        for message in queue {
            left += u32::from(self.waiting.insert((message, slot)));
        }
        if left == 0 {
            self.free.extend((slot < self.drains.len() as u32).then_some(slot));
            return;
        }
        let drain = Drain { off_end, left, last: None, open: false };
        match self.drains.get_mut(slot as usize) {
            Some(place) => *place = drain,
            None => self.drains.push(drain),
        }
    }

    pub fn closed(&mut self, now: SimTime, m: &MessageRecord) {
        if m.defer == NEVER {
            return;
        }
        while let Some(&(message, slot)) = self.waiting.range((m.id, 0)..=(m.id, u32::MAX)).next() {
            self.waiting.remove(&(message, slot));
            let drain = &mut self.drains[slot as usize];
            drain.left -= 1;
            if m.first_arrival == NEVER {
                drain.open |= m.open();
            } else if m.first_arrival >= drain.off_end {
                drain.last = drain.last.max(Some(m.first_arrival));
            }
            if drain.left > 0 {
                continue;
            }
            match (drain.open, drain.last) {
                (true, _) => self.times.open(drain.off_end, now),
                (false, Some(last)) => self.times.between(drain.off_end, last),
                // All expired: nothing was drained.
                (false, None) => {}
            }
            self.free.push(slot);
        }
    }

    pub fn finish(self, out: &mut Tables) {
        assert!(self.waiting.is_empty(), "every message is closed by the end of a run");
        out.times("push_drain", self.times);
    }
}
