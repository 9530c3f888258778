//! The study's second desk: fate ledger, outcomes, oracles and fingerprints.

mod record;

pub use record::{CopyRecord, MessageRecord, NEVER, Outcome, Told};
