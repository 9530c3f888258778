//! The study's second desk: fate ledger, outcomes and fingerprints.

mod fingerprint;
mod ledger;
mod record;

pub use fingerprint::Fingerprint;
pub use ledger::{Broken, Ledger};
pub use record::{CopyRecord, Heading, MessageRecord, NEVER, Outcome, Told};
