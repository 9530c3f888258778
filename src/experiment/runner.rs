//! Many runs at once: each run on one thread, results handed on as they finish, in any order.
//!
//! What is done with a result (journal, progress) happens on the calling thread, one at a time. Nothing here adds up or sorts:
//! whoever assembles results does so in plan order. A run that panics is caught and named; the others go on.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use rayon::ThreadPoolBuilder;

/// How one run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended<R, F> {
    Done(R),
    /// It could not go on, and says why.
    Failed(F),
    /// The program is wrong; what the panic said.
    Panicked(String),
}

thread_local! {
    static IN_RUN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is within a run, whose panic will be caught and told by whoever started the runs.
pub fn in_run() -> bool {
    IN_RUN.get()
}

/// Makes the runs numbered in `todo`, at most `jobs` at a time, starting them in that order. `work` makes one; `take` gets each result
/// as it ends and may refuse, which stops the rest. Once `stop` is set no further run is started; running ones are finished and taken.
/// Err is what `take` refused with.
pub fn run_all<R, F, E>(
    todo: &[usize],
    jobs: usize,
    stop: &AtomicBool,
    work: impl Fn(usize) -> Result<R, F> + Sync,
    mut take: impl FnMut(usize, Ended<R, F>) -> Result<(), E>,
) -> Result<(), E>
where
    R: Send,
    F: Send,
{
    let jobs = jobs.clamp(1, todo.len().max(1));
    let pool = ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads can be started");
    let next = AtomicUsize::new(0);
    let refused = AtomicBool::new(false);
    // A short line: a slow disk holds the runs back instead of filling the memory.
    let (sender, receiver) = sync_channel(2 * jobs);
    let mut result = Ok(());
    pool.in_place_scope(|scope| {
        for _ in 0..jobs {
            let sender = sender.clone();
            let (work, next, refused) = (&work, &next, &refused);
            scope.spawn(move |_| {
                while !stop.load(Ordering::Relaxed) && !refused.load(Ordering::Relaxed) {
                    let Some(run) = todo.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    if sender.send((*run, caught(|| work(*run)))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        for (run, ended) in receiver {
            if result.is_ok() {
                result = take(run, ended);
                refused.store(result.is_err(), Ordering::Relaxed);
            }
        }
    });
    result
}

/// The result of `work`, a panic included.
pub fn caught<R, F>(work: impl FnOnce() -> Result<R, F>) -> Ended<R, F> {
    IN_RUN.set(true);
    // A run shares nothing that it could leave half-changed: it owns its world and reads the model.
    let result = catch_unwind(AssertUnwindSafe(work));
    IN_RUN.set(false);
    match result {
        Ok(Ok(done)) => Ended::Done(done),
        Ok(Err(failed)) => Ended::Failed(failed),
        Err(payload) => Ended::Panicked(said(payload.as_ref())),
    }
}

/// What a panic said.
pub fn said(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason given".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Got = Vec<(usize, Ended<usize, String>)>;

    fn square(run: usize) -> Result<usize, String> {
        match run {
            13 => Err("unlucky".to_owned()),
            17 => panic!("seventeen"),
            _ => Ok(run * run),
        }
    }

    fn all(todo: &[usize], jobs: usize) -> Got {
        let mut got = Vec::new();
        let taken: Result<(), ()> = run_all(todo, jobs, &AtomicBool::new(false), square, |run, ended| {
            got.push((run, ended));
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        got.sort_by_key(|(run, _)| *run);
        got
    }

    #[test]
    fn every_run_ends_once_on_any_number_of_threads() {
        let todo: Vec<usize> = (0..40).filter(|n| n % 3 != 0).collect();
        let one = all(&todo, 1);
        assert_eq!(one.iter().map(|(run, _)| *run).collect::<Vec<_>>(), todo);
        assert!(one.contains(&(13, Ended::Failed("unlucky".to_owned()))));
        assert!(one.contains(&(17, Ended::Panicked("seventeen".to_owned()))));
        assert!(one.contains(&(4, Ended::Done(16))));
        assert_eq!(all(&todo, 8), one);
        assert!(all(&[], 4).is_empty());
    }

    #[test]
    fn a_stop_finishes_what_runs_and_starts_nothing() {
        let stop = AtomicBool::new(false);
        let mut got = 0;
        let todo: Vec<usize> = (20..1000).collect();
        let taken: Result<(), ()> = run_all(&todo, 2, &stop, square, |_, _| {
            got += 1;
            stop.store(true, Ordering::Relaxed);
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        // The line holds four, two are at work, and each worker may have begun another before it saw the sign.
        assert!((1..=10).contains(&got), "{got}");
    }

    #[test]
    fn what_cannot_be_taken_stops_the_rest() {
        let todo: Vec<usize> = (20..1000).collect();
        let taken = run_all(&todo, 2, &AtomicBool::new(false), square, |_, _| Err("the disk is full"));
        assert_eq!(taken, Err("the disk is full"));
    }
}
