//! The workloads that measure the engine: `deferred`, `phold`, `mm1` and `reps`, as `performance.md` of the design sets them.
//!
//! [`ours`] runs them on the project's engine, [`limit`] as programs written by hand for the one purpose: what a machine can
//! do at all. Both count the same happenings as events and must come to the same outcomes.
#![allow(dead_code, reason = "the bench and the example each use a part")]

pub mod limit;
pub mod ours;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// One second in nanoseconds.
pub const S: u64 = 1_000_000_000;
/// A user's time on, and off, the time between messages to a user, and the life of a queued message.
pub const ON: u64 = 600 * S;
pub const OFF: u64 = 300 * S;
pub const BETWEEN: u64 = 60 * S;
pub const LIFE: u64 = 400 * S;
/// Delay of a delivery: at once, and after a return; each has an exponential part more.
pub const DIRECT: u64 = S / 20;
pub const PUSHED: u64 = S / 2;
pub const TAIL: u64 = S / 20;

/// When a run of `deferred` ends.
#[derive(Clone, Copy)]
pub enum Until {
    /// After so many messages, when none is open.
    Messages(u64),
    /// At this instant, in nanoseconds.
    Horizon(u64),
}

/// What a run of `deferred` came to.
#[derive(Clone, Default)]
pub struct Deferred {
    pub events: u64,
    pub messages: u64,
    pub direct: u64,
    pub pushed: u64,
    pub expired: u64,
    /// Nanoseconds from submission to delivery, of the deferred and delivered.
    pub latencies: Vec<u64>,
}

impl Deferred {
    /// Mean and 99th percentile of the latencies, in seconds.
    pub fn latency(&mut self) -> (f64, f64) {
        if self.latencies.is_empty() {
            return (0.0, 0.0);
        }
        self.latencies.sort_unstable();
        let n = self.latencies.len();
        let mean = self.latencies.iter().map(|ns| *ns as f64).sum::<f64>() / n as f64 / 1e9;
        (mean, self.latencies[(n - 1) * 99 / 100] as f64 / 1e9)
    }

    /// Shares of messages delivered at once, delivered after deferral, and expired.
    pub fn shares(&self) -> [f64; 3] {
        [self.direct, self.pushed, self.expired].map(|n| n as f64 / self.messages.max(1) as f64)
    }
}

/// Wall and CPU time of something done on this thread.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub wall: f64,
    pub cpu: f64,
}

/// Runs `work` and tells what it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let out = work();
    let wall = start.elapsed().as_secs_f64();
    let cpu = match (cpu, cpu_seconds()) {
        (Some(before), Some(after)) => after - before,
        // Where the system does not tell, the wall is the best we know.
        _ => wall,
    };
    (out, Cost { wall, cpu })
}

/// CPU seconds of this thread, where the system tells.
pub fn cpu_seconds() -> Option<f64> {
    // Giving way makes the system bring its account up to date.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split_whitespace().next()?.parse::<u64>().ok()? as f64 / 1e9)
}

/// The largest resident size of this process so far, in MiB.
pub fn rss_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    kib.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// Many short runs, shared out over threads. What each comes to depends on its number alone, and their sum on none of
/// the threads.
pub fn reps(runs: u64, threads: u64, one: impl Fn(u64) -> Deferred + Sync) -> (Deferred, Cost) {
    let next = AtomicU64::new(0);
    let work = || {
        timed(|| {
            let mut done: Vec<(u64, Deferred)> = Vec::new();
            loop {
                let replicate = next.fetch_add(1, Ordering::Relaxed);
                if replicate >= runs {
                    return done;
                }
                done.push((replicate, one(replicate)));
            }
        })
    };
    let start = Instant::now();
    let parts: Vec<(Vec<(u64, Deferred)>, Cost)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect()
    });
    let cost = Cost { wall: start.elapsed().as_secs_f64(), cpu: parts.iter().map(|(_, cost)| cost.cpu).sum() };
    let mut done: Vec<(u64, Deferred)> = parts.into_iter().flat_map(|(done, _)| done).collect();
    done.sort_by_key(|(replicate, _)| *replicate);
    let mut all = Deferred::default();
    for (_, run) in done {
        all.events += run.events;
        all.messages += run.messages;
        all.direct += run.direct;
        all.pushed += run.pushed;
        all.expired += run.expired;
        all.latencies.extend(run.latencies);
    }
    (all, cost)
}
