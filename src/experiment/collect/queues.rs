//! Deferred queues and servers (`metrics.md` 3.3).
//!
//! Levels count every message, measured or not, and are cut to the window; stays in the queue are those of measured messages. Queue
//! length is per recipient: a user to whom some stream of the model goes, also one who never gets a message. Left out: refusals for a
//! full queue.

use std::collections::VecDeque;

use super::fold::{By, Share, Standing, Times, Window, stood_at_zero};
use super::tables::Tables;
use crate::model::Model;
use crate::sim::seen::{FunctionId, MessageId, UserId};
use crate::stats::Levels;
use crate::units::{SimTime, Span};

/// A message in a queue.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    message: MessageId,
    measured: bool,
    since: SimTime,
}

/// The deferred queue of a user, in the order in which messages entered it.
#[derive(Clone, Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    standing: Standing,
    touched: bool,
}

/// A job whose end lies ahead.
#[derive(Clone, Copy, Debug)]
struct Job {
    arrived: SimTime,
    wait: Span,
    stay: Span,
}

/// Jobs that wait for service at a function. Service is in order of arrival, so that the starts rise.
#[derive(Clone, Debug, Default)]
struct Line {
    starts: VecDeque<SimTime>,
    standing: Standing,
}

impl Line {
    /// Time has come to `now`: the jobs whose service has started wait no more.
    fn come_to(&mut self, now: SimTime, window: &Window, levels: &mut Levels) {
        while let Some(start) = self.starts.front().copied().filter(|start| *start <= now) {
            self.starts.pop_front();
            self.standing.set(start, self.starts.len() as u32, window, levels);
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Queues {
    /// Users who can have a queue, PFs that keep one, functions with a server, in the model.
    recipients: u64,
    keepers: u64,
    servers: u64,

    users: By<Queue>,
    pfs: Vec<(FunctionId, Standing)>,
    length: Levels,
    total: Levels,
    retained: Standing,
    retained_levels: Levels,
    wait: Times,

    off_end: Levels,
    off_end_empty: Share,
    off_end_many: Share,

    lines: Vec<(FunctionId, Line)>,
    line_levels: Levels,
    jobs: Vec<Job>,
    jobs_limit: usize,
    server_wait: Times,
    server_stay: Times,
}

/// What belongs to `function` in a short list.
fn entry_of<T: Default>(list: &mut Vec<(FunctionId, T)>, function: FunctionId) -> &mut T {
    let at = list.iter().position(|(f, _)| *f == function).unwrap_or_else(|| {
        list.push((function, T::default()));
        list.len() - 1
    });
    &mut list[at].1
}

impl Queues {
    pub fn new(model: &Model) -> Queues {
        let mut to: Vec<usize> = model.traffic.iter().map(|t| t.to).collect();
        to.sort_unstable();
        to.dedup();
        let mut pfs: Vec<usize> = to.iter().map(|p| model.populations[*p].pf).collect();
        pfs.sort_unstable();
        pfs.dedup();
        Queues {
            recipients: to.iter().map(|p| u64::from(model.populations[*p].count)).sum(),
            keepers: pfs.len() as u64,
            servers: model.functions.iter().filter(|f| !f.service.is_instant()).count() as u64,
            users: By::default(),
            pfs: Vec::new(),
            length: Levels::new(),
            total: Levels::new(),
            retained: Standing::default(),
            retained_levels: Levels::new(),
            wait: Times::default(),
            off_end: Levels::new(),
            off_end_empty: Share::default(),
            off_end_many: Share::default(),
            lines: Vec::new(),
            line_levels: Levels::new(),
            jobs: Vec::new(),
            jobs_limit: 64,
            server_wait: Times::default(),
            server_stay: Times::default(),
        }
    }

    pub fn defer(&mut self, now: SimTime, pf: FunctionId, message: MessageId, user: UserId, measured: bool, window: &Window) {
        let queue = self.users.at(user.0);
        queue.touched = true;
        queue.waiting.push_back(Waiting { message, measured, since: now });
        queue.standing.set(now, queue.waiting.len() as u32, window, &mut self.length);
        let total = entry_of(&mut self.pfs, pf);
        total.set(now, total.level() + 1, window, &mut self.total);
    }

    pub fn leave(&mut self, now: SimTime, pf: FunctionId, message: MessageId, user: UserId, window: &Window) {
        let queue = self.users.at(user.0);
        let at = queue.waiting.iter().position(|w| w.message == message).expect("a message leaves the queue that it entered");
        let stay = queue.waiting.remove(at).expect("it was found");
        if stay.measured {
            self.wait.between(stay.since, now);
        }
        queue.standing.set(now, queue.waiting.len() as u32, window, &mut self.length);
        let total = entry_of(&mut self.pfs, pf);
        let left = total.level().checked_sub(1).expect("the PF whose queue a message entered lets it go");
        total.set(now, left, window, &mut self.total);
    }

    /// Messages in a user's queue.
    pub fn waiting(&self, user: UserId) -> impl Iterator<Item = MessageId> + '_ {
        self.users.get(user.0).into_iter().flat_map(|q| q.waiting.iter().map(|w| w.message))
    }

    pub fn retained(&mut self, now: SimTime, on: bool, window: &Window) {
        let level = self.retained.level();
        let level = if on { level + 1 } else { level.checked_sub(1).expect("a copy let go was retained") };
        self.retained.set(now, level, window, &mut self.retained_levels);
    }

    pub fn off_end(&mut self, now: SimTime, queued: u32, window: &Window) {
        if window.holds(now) {
            self.off_end.count(i64::from(queued));
            self.off_end_empty.item(queued == 0);
            self.off_end_many.item(queued >= 10);
        }
    }

    /// A job was admitted at `function` just now: its wait and stay lie ahead.
    pub fn served(&mut self, function: FunctionId, arrived: SimTime, wait: Span, stay: Span, window: &Window) {
        let now = arrived;
        if wait > Span::ZERO {
            let line = entry_of(&mut self.lines, function);
            line.come_to(now, window, &mut self.line_levels);
            line.starts.push_back(arrived + wait);
            line.standing.set(now, line.starts.len() as u32, window, &mut self.line_levels);
        }
        if !window.holds(arrived) {
            return;
        }
        self.jobs.push(Job { arrived, wait, stay });
        if self.jobs.len() > self.jobs_limit {
            let jobs = std::mem::take(&mut self.jobs);
            for job in jobs {
                if job.arrived + job.stay <= now { self.job_over(job) } else { self.jobs.push(job) }
            }
            // As many again may come before the list is looked through once more: a constant cost for each job.
            self.jobs_limit = 64 + 2 * self.jobs.len();
        }
    }

    fn job_over(&mut self, job: Job) {
        self.server_wait.ended(job.wait);
        self.server_stay.ended(job.stay);
    }

    pub fn finish(mut self, end: SimTime, window: &Window, out: &mut Tables) {
        let mut touched = 0;
        for queue in self.users.iter().filter(|q| q.touched) {
            touched += 1;
            queue.standing.finish(window, &mut self.length);
            queue.waiting.iter().filter(|w| w.measured).for_each(|w| self.wait.open(w.since, end));
        }
        let untouched = self.recipients.checked_sub(touched).expect("only recipients of some stream have a queue");
        stood_at_zero(&mut self.length, untouched, window);
        finish_all(self.pfs, self.keepers, window, &mut self.total);
        let lines = self.lines.into_iter().map(|(function, mut line)| {
            line.come_to(end.min(window.end), window, &mut self.line_levels);
            (function, line.standing)
        });
        let lines = lines.collect();
        finish_all(lines, self.servers, window, &mut self.line_levels);
        self.retained.finish(window, &mut self.retained_levels);
        for job in self.jobs {
            for (times, span) in [(&mut self.server_wait, job.wait), (&mut self.server_stay, job.stay)] {
                if job.arrived + span <= end { times.ended(span) } else { times.open(job.arrived, end) }
            }
        }
        out.levels("queue_length", self.length);
        out.levels("queue_total", self.total);
        out.levels("queue_at_off_end", self.off_end);
        out.share("queue_at_off_end_empty_ratio", self.off_end_empty);
        out.share("queue_at_off_end_10plus_ratio", self.off_end_many);
        out.times("queue_wait", self.wait);
        out.levels("retained_copies", self.retained_levels);
        out.times("server_wait", self.server_wait);
        out.times("server_sojourn", self.server_stay);
        out.levels("server_waiting", self.line_levels);
    }
}

/// Ends the standings of a list of `all`, of which some were never touched.
fn finish_all(list: Vec<(FunctionId, Standing)>, all: u64, window: &Window, levels: &mut Levels) {
    stood_at_zero(levels, all.saturating_sub(list.len() as u64), window);
    list.into_iter().for_each(|(_, standing)| standing.finish(window, levels));
}
