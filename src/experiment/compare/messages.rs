//! The messages of two runs of the same weather, paired by subject, and those whose fate is not the same.
//!
//! A fate here is what the sender and the recipient are left with: the outcome, what the sender was told, and the code that answered
//! him. Instants are left out: a message that comes later has not fared otherwise. Two passes as in `explain`: the first keeps a few
//! words for each message, the second the reports about those that differ, of one replicate at a time.

use std::collections::BTreeMap;

use crate::judge::{MessageRecord, NEVER, Outcome, Told};
use crate::sim::Observer;
use crate::units::SimTime;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fate {
    pub outcome: Outcome,
    pub told: Told,
    /// Final response at the sender's client; none yet, or 0 for none within the transaction's time.
    pub code: Option<u16>,
}

impl Fate {
    /// In words, as in "delivered_ip, answered 200, told delivered".
    pub fn words(&self) -> String {
        let answer = match self.code {
            None => "not answered".to_owned(),
            Some(0) => "answered by a timeout".to_owned(),
            Some(code) => format!("answered {code}"),
        };
        format!("{}, {answer}, told {}", self.outcome.name(), told_word(self.told))
    }
}

/// What the sender believes, in a word.
pub const fn told_word(told: Told) -> &'static str {
    match told {
        Told::Nothing => "nothing",
        Told::Delivered => "delivered",
        Told::Failed => "failed",
    }
}

/// A message as the first pass keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Brief {
    pub(super) subject: u64,
    /// Number in its run: what `explain` takes.
    pub number: u32,
    pub traffic: u32,
    pub to: u32,
    pub sequence: u32,
    pub fate: Fate,
}

/// First pass: the fates of the messages of the window.
#[derive(Clone, Debug, Default)]
pub struct Fates {
    pub(super) seen: Vec<Brief>,
}

impl Observer for Fates {
    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        if !record.measured {
            return;
        }
        let code = (record.answer != NEVER).then_some(record.answer_code);
        self.seen.push(Brief {
            subject: record.subject.0,
            number: record.id.0,
            traffic: record.traffic,
            to: record.to.0,
            sequence: record.sequence,
            fate: Fate { outcome: record.outcome, told: record.told, code },
        });
    }
}

/// The messages of two runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    /// Messages that both runs have.
    pub both: u64,
    /// Messages of one run alone, as a duty that only one of them made by forwarding.
    pub alone: [u64; 2],
    /// Codes that senders saw on both sides; the key 0 is a timeout.
    pub codes: [BTreeMap<u16, u64>; 2],
    /// Those that fare otherwise, in the order of A's numbers; those of B alone last.
    pub differ: Vec<(Option<Brief>, Option<Brief>)>,
}

impl Fates {
    fn sorted(mut self) -> Vec<Brief> {
        self.seen.sort_unstable();
        self.seen
    }

    fn codes(&self) -> BTreeMap<u16, u64> {
        let mut codes = BTreeMap::new();
        for code in self.seen.iter().filter_map(|m| m.fate.code) {
            *codes.entry(code).or_default() += 1;
        }
        codes
    }

    /// Pairs the messages of two runs by subject. Where several have the same subject, they are paired in the order of their numbers.
    pub fn pair(a: Fates, b: Fates) -> Paired {
        let codes = [a.codes(), b.codes()];
        let (a, b) = (a.sorted(), b.sorted());
        let mut paired = Paired { codes, ..Paired::default() };
        let (mut i, mut j) = (0, 0);
        while i < a.len() || j < b.len() {
            let (left, right) = (a.get(i), b.get(j));
            let pair = match (left, right) {
                (Some(x), Some(y)) if x.subject == y.subject => (Some(*x), Some(*y)),
                (Some(x), Some(y)) if x.subject < y.subject => (Some(*x), None),
                (Some(x), None) => (Some(*x), None),
                (_, y) => (None, y.copied()),
            };
            i += usize::from(pair.0.is_some());
            j += usize::from(pair.1.is_some());
            match pair {
                (Some(x), Some(y)) => {
                    paired.both += 1;
                    if x.fate != y.fate {
                        paired.differ.push(pair);
                    }
                }
                (one, _) => {
                    paired.alone[usize::from(one.is_none())] += 1;
                    paired.differ.push(pair);
                }
            }
        }
        paired.differ.sort_by_key(|(a, b)| (a.is_none(), a.or(*b).map(|m| m.number)));
        paired
    }
}
