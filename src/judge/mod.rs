//! The study's second desk: fate ledger, outcomes and fingerprints.

mod fingerprint;
mod ledger;
mod record;

pub use fingerprint::Fingerprint;
pub use ledger::{Broken, Heading, Ledger};
pub use record::{CopyRecord, MessageRecord, NEVER, Outcome, Told};
