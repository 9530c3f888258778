//! What a run hands back, and why it can stop short.

use thiserror::Error;

use crate::delivery::Tag;
use crate::judge::Verdicts;
use crate::units::SimTime;

/// Which run of a model: the weather it meets depends on these two alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSeed {
    pub seed: u64,
    pub replicate: u32,
}

/// A run that came to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct RunOutcome {
    pub end: SimTime,
    /// [warm-up, end of arrivals).
    pub window: (SimTime, SimTime),
    pub events: u64,
    /// Over every event.
    pub trace_fingerprint: u128,
    /// Over outcomes and times of messages.
    pub fate_fingerprint: u128,
    pub ties: u64,
    pub undefined: u64,
    /// Kinds of undefined pairs met: (function kind, state, input).
    pub undefined_kinds: Vec<(&'static str, &'static str, &'static str)>,
    /// How often each tag was exercised, in the order of [`Tag::ALL`], those never met left out.
    pub tags: Vec<(Tag, u64)>,
    /// Messages submitted, measured or not.
    pub messages: u64,
    /// What the oracles found.
    pub oracles: Verdicts,
}

/// A run that could not go on. All of these but the limits are faults of the program.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RunFailure {
    #[error(
        "more than {limit} events at {at}: the model does not come to rest; {open} messages are open, {waiting} of them never submitted; raise limits.events, shorten the run or give run.end an instant"
    )]
    TooManyEvents {
        limit: u64,
        at: SimTime,
        /// Messages that the run waits for.
        open: u64,
        /// Those of them that wait in a client which is not registered.
        waiting: u64,
    },
    #[error(
        "more than {limit} {what} at the instant {at}: a cycle without delay, last at {function}; give one of its links or timers a delay"
    )]
    Cycle { what: &'static str, limit: u32, at: SimTime, function: String },
    #[error("conservation broken at {at}: {what}")]
    Conservation { at: SimTime, what: String },
    #[error("invariant broken at {at}: {what}")]
    Invariant { at: SimTime, what: String },
}
