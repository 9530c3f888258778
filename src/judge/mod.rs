//! The study's second desk: fate ledger, outcomes, fingerprints and oracles.

mod fingerprint;
mod ledger;
mod oracles;
mod record;

pub use fingerprint::Fingerprint;
pub use ledger::{Broken, Ledger};
pub use oracles::{
    Break, Condition, DeviceFacts, Facts, Mandate, ModelFact, Moment, ORACLES, Oracle, OracleId, Oracles, People, Sort, Station,
    Verdict, Verdicts,
};
pub use record::{CopyRecord, Heading, MessageRecord, NEVER, Outcome, Told};
