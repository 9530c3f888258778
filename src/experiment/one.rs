//! One run of a plan, folded into its record.

use std::sync::Arc;

use super::collect::Collector;
use super::oracles::counts;
use crate::model::Model;
use crate::results::RunRecord;
use crate::sim::{self, Observer, RunFailure, RunOptions, RunOutcome, RunSeed};

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub enum Broken {
    /// A bound of the model stopped it.
    Stopped(String),
    /// The program is wrong.
    Bug(String),
}

impl From<RunFailure> for Broken {
    fn from(failure: RunFailure) -> Broken {
        match &failure {
            RunFailure::TooManyEvents { .. } | RunFailure::Cycle { .. } => Broken::Stopped(failure.to_string()),
            RunFailure::Conservation { .. } | RunFailure::Invariant { .. } => Broken::Bug(failure.to_string()),
        }
    }
}

/// Makes one run. `messages`: keep a row for each copy.
pub fn make(
    model: &Arc<Model>,
    model_id: [u8; 16],
    run_id: [u8; 16],
    seed: u64,
    replicate: u32,
    messages: bool,
) -> Result<RunRecord, Broken> {
    make_watched(model, model_id, run_id, seed, replicate, messages, sim::Blind).map(|run| run.record)
}

/// A run that was watched.
pub struct Watched<O> {
    pub record: RunRecord,
    /// What the run says of itself.
    pub outcome: RunOutcome,
    pub watcher: O,
}

/// The same, watched by one more observer.
pub fn make_watched<O: Observer>(
    model: &Arc<Model>,
    model_id: [u8; 16],
    run_id: [u8; 16],
    seed: u64,
    replicate: u32,
    messages: bool,
    watcher: O,
) -> Result<Watched<O>, Broken> {
    let mut both = (Collector::new(model, messages), watcher);
    let outcome = sim::run(model, RunSeed { seed, replicate }, &RunOptions::default(), &mut both)?;
    let mut record = RunRecord::new(run_id, model_id, replicate, seed);
    record.profile = model.profile.name().to_owned();
    record.end_ns = ns(outcome.end.ns());
    (record.window_start_ns, record.window_end_ns) = (ns(outcome.window.0.ns()), ns(outcome.window.1.ns()));
    record.trace_fingerprint = outcome.trace_fingerprint.to_be_bytes();
    record.fate_fingerprint = outcome.fate_fingerprint.to_be_bytes();
    record.oracles = counts(&outcome.oracles, model, RunSeed { seed, replicate });
    let (collector, watcher) = both;
    collector.finish(&outcome).pour_into(&mut record);
    Ok(Watched { record, outcome, watcher })
}

fn ns(value: u64) -> i64 {
    i64::try_from(value).expect("a run ends within 292 years")
}
