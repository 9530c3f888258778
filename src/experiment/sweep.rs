//! Making the runs of a plan that are missing, and keeping them as they end.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::one::{Broken, make};
use super::plan::{Plan, PlannedRun};
use super::runner::{Ended, run_all};
use super::shard::Shard;
use crate::results::{Journal, ResultsError, RunRecord, Status};

/// Finished runs are written together, so many at most.
const TOGETHER: usize = 64;
/// And none waits longer than this to be written.
const PATIENCE: Duration = Duration::from_secs(2);

/// What became of the runs.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// Runs of the plan that were there already.
    pub kept: usize,
    /// Runs made now.
    pub done: usize,
    /// Runs that a bound of the model stopped.
    pub stopped: Vec<Trouble>,
    /// Runs in which the program was wrong.
    pub bugs: Vec<Trouble>,
    /// Runs not begun because of an interruption.
    pub left: usize,
}

/// A run that did not come to its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    pub run: PlannedRun,
    pub what: String,
}

/// The runs of a shard of the plan that the journal does not hold, in plan order, each identity once.
pub fn missing(plan: &Plan, journal: &Journal, messages: bool, shard: Shard) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    (0..plan.len())
        .filter(|n| shard.holds(*n))
        .filter(|n| {
            let id = plan.run(*n).id;
            !journal.has(&id, messages) && seen.insert(id)
        })
        .collect()
}

/// Makes the missing runs of a shard on `jobs` threads. `told` hears of each run that ended. Once `stop` is set, running ones are finished and kept.
pub fn sweep(
    plan: &Plan,
    journal: &mut Journal,
    messages: bool,
    shard: Shard,
    jobs: usize,
    stop: &AtomicBool,
    mut told: impl FnMut(&Made),
) -> Result<Made, ResultsError> {
    let todo = missing(plan, journal, messages, shard);
    let of = (0..plan.len()).filter(|n| shard.holds(*n)).count();
    let mut made = Made { kept: of - todo.len(), ..Made::default() };
    let mut waiting: Vec<RunRecord> = Vec::new();
    let mut written = Instant::now();
    run_all(
        &todo,
        jobs,
        stop,
        |n| {
            let run = plan.run(n);
            let point = &plan.points[run.point];
            make(&point.resolved.model, point.model_id, run.id, plan.seed, run.replicate, messages)
        },
        |n, ended| {
            let run = plan.run(n);
            waiting.push(enter(plan, run, ended, &mut made));
            if waiting.len() >= TOGETHER || written.elapsed() >= PATIENCE {
                journal.append(&waiting)?;
                waiting.clear();
                written = Instant::now();
            }
            told(&made);
            Ok(())
        },
    )?;
    journal.append(&waiting)?;
    let ended = made.done + made.stopped.len() + made.bugs.len();
    made.left = if stop.load(Ordering::Relaxed) { todo.len() - ended } else { 0 };
    Ok(made)
}

/// Counts an end and gives the record to keep.
fn enter(plan: &Plan, run: PlannedRun, ended: Ended<RunRecord, Broken>, made: &mut Made) -> RunRecord {
    let (status, what) = match ended {
        Ended::Done(record) => {
            made.done += 1;
            return record;
        }
        Ended::Failed(Broken::Stopped(what)) => {
            made.stopped.push(Trouble { run, what: what.clone() });
            (Status::Stopped, what)
        }
        Ended::Failed(Broken::Bug(what)) | Ended::Panicked(what) => {
            made.bugs.push(Trouble { run, what: what.clone() });
            (Status::Failed, what)
        }
    };
    let point = &plan.points[run.point];
    let mut record = RunRecord::new(run.id, point.model_id, run.replicate, plan.seed);
    record.profile = point.resolved.model.profile.name().to_owned();
    record.status = status;
    record.failure = Some(what);
    record
}
