//! The ledger of one run in short: how many messages had which outcome, how many copies which fate.

use std::collections::BTreeMap;

use crate::judge::{MessageRecord, Outcome};
use crate::sim::Observer;
use crate::sim::seen::Fate;
use crate::units::SimTime;

/// Counts over all messages of a run, measured or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub messages: u64,
    pub measured: u64,
    pub outcomes: BTreeMap<&'static str, u64>,
    pub copies: u64,
    /// By fate, with the place of a loss or the code of a refusal.
    pub fates: BTreeMap<String, u64>,
}

impl Observer for Tally {
    fn closed(&mut self, _now: SimTime, record: &MessageRecord) {
        self.messages += 1;
        self.measured += u64::from(record.measured);
        *self.outcomes.entry(record.outcome.name()).or_default() += 1;
        for copy in &record.copies {
            self.copies += 1;
            *self.fates.entry(copy.fate.map_or("open".to_owned(), fate_name)).or_default() += 1;
        }
    }
}

impl Tally {
    /// Outcomes in their order, those that never happened left out.
    pub fn outcomes(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Outcome::ALL.iter().filter_map(|o| Some((o.name(), *self.outcomes.get(o.name())?)))
    }
}

/// A fate in words.
pub fn fate_name(fate: Fate) -> String {
    match fate {
        Fate::Delivered => "delivered".to_owned(),
        Fate::Stored => "stored".to_owned(),
        Fate::Absorbed => "absorbed".to_owned(),
        Fate::Withdrawn => "withdrawn".to_owned(),
        Fate::Refused(code) => format!("refused {code}"),
        Fate::Lost(place) => format!("lost {}", format!("{place:?}").to_lowercase()),
        Fate::Expired => "expired".to_owned(),
        Fate::Deleted => "deleted".to_owned(),
        Fate::Superseded => "superseded".to_owned(),
        Fate::Pending => "pending".to_owned(),
    }
}
