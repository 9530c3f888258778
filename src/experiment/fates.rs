//! A digest for each message of a run: what a gate compares, so that the first message that differs can be named.
//!
//! A digest covers what `fate` covers in a fingerprint: outcome, instants, copies and what the sender was told. Signalling and
//! waits are left out: they may change without a message faring differently.

use crate::judge::MessageRecord;
use crate::sim::Observer;
use crate::sim::seen::Fate;
use crate::units::{SimTime, fold};

/// Collects the digests of all messages of a run, measured or not.
#[derive(Clone, Debug, Default)]
pub struct Fates {
    /// By message number; numbers follow the order of submission.
    seen: Vec<(u32, u32)>,
}

impl Fates {
    /// The digests in order of message number. Numbers without a message have none.
    pub fn finish(mut self) -> Vec<(u32, u32)> {
        self.seen.sort_unstable();
        self.seen
    }
}

impl Observer for Fates {
    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.seen.push((record.id.0, digest(record)));
    }
}

/// 32 bits over the fate of a message.
pub fn digest(record: &MessageRecord) -> u32 {
    let mut state = record.subject.0;
    let words = [
        record.submit.ns(),
        record.accept.ns(),
        record.answer.ns(),
        u64::from(record.answer_code),
        record.first_arrival.ns(),
        record.outcome as u64,
        record.told as u64,
        record.told_at.ns(),
        record.copies.len() as u64,
    ];
    for word in words {
        state = fold(state, word);
    }
    for copy in &record.copies {
        let device = copy.device.map_or(u64::MAX, |d| u64::from(d.0));
        for word in [copy.origin as u64, copy.path as u64, device, fate_word(copy.fate), copy.ended.ns()] {
            state = fold(state, word);
        }
    }
    (state ^ (state >> 32)) as u32
}

/// A number for each fate; baselines hang on these, so none is ever used again for another.
fn fate_word(fate: Option<Fate>) -> u64 {
    match fate {
        None => 0,
        Some(Fate::Delivered) => 1,
        Some(Fate::Stored) => 2,
        Some(Fate::Absorbed) => 3,
        Some(Fate::Withdrawn) => 4,
        Some(Fate::Refused(code)) => 0x1_0000 + u64::from(code),
        Some(Fate::Lost(place)) => 0x2_0000 + place as u64,
        Some(Fate::Expired) => 5,
        Some(Fate::Deleted) => 6,
        Some(Fate::Superseded) => 7,
        Some(Fate::Pending) => 8,
    }
}
