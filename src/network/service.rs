//! A function's servers: how long a job waits and is served, first come, first served.

use crate::units::{Law, SimTime, Span};

/// Processing at a function.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceSpec {
    /// Time that one job takes.
    pub time: Law,
    /// Jobs served at once, at least one.
    pub servers: u32,
    /// Jobs that may wait; none: unlimited. A job that does not fit is refused.
    pub queue: Option<u32>,
    /// What a refusal says of when to try again (Retry-After, RFC 3261 20.33); none: nothing.
    pub retry_after: Option<Span>,
}

impl ServiceSpec {
    /// No time, no limit: the default.
    pub fn instant() -> Self {
        ServiceSpec { time: Law::Constant(Span::ZERO), servers: 1, queue: None, retry_after: None }
    }

    /// Whether jobs pass without being noticed.
    pub fn is_instant(&self) -> bool {
        self.time.is_zero()
    }
}

/// What became of a job that asked for service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Served from `start` to `end`.
    Served { start: SimTime, end: SimTime },
    /// The waiting room is full.
    Full,
}

/// The servers of one function. Since service is in order of arrival, start and end are known when a job arrives.
#[derive(Clone, Debug, Default)]
pub struct ServerState {
    /// When each server is free.
    free: Vec<SimTime>,
    /// Starts of the jobs admitted and possibly still waiting, in order.
    starts: std::collections::VecDeque<SimTime>,
}

impl ServerState {
    /// Admits a job of length `time` at `now`. Of two free servers the first takes it.
    pub fn admit(&mut self, spec: &ServiceSpec, now: SimTime, time: Span) -> Admission {
        if self.free.is_empty() {
            self.free = vec![SimTime::ZERO; spec.servers as usize];
        }
        while self.starts.front().is_some_and(|s| *s <= now) {
            self.starts.pop_front();
        }
        let (server, free) = self.free.iter().copied().enumerate().min_by_key(|&(i, t)| (t, i)).expect("at least one server");
        let start = free.max(now);
        if start > now && spec.queue.is_some_and(|bound| self.starts.len() >= bound as usize) {
            return Admission::Full;
        }
        let end = start.saturating_add(time);
        self.free[server] = end;
        if start > now {
            self.starts.push_back(start);
        }
        Admission::Served { start, end }
    }

    /// Jobs that wait at `now`. Starts rise, since service is in order of arrival.
    pub fn waiting(&self, now: SimTime) -> usize {
        self.starts.len() - self.starts.partition_point(|s| *s <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> SimTime {
        SimTime::ZERO + Span::from_secs(s)
    }

    fn served(servers: u32) -> ServiceSpec {
        ServiceSpec { time: Law::Constant(Span::from_secs(10)), servers, ..ServiceSpec::instant() }
    }

    #[test]
    fn one_server_with_room_for_one() {
        let spec = ServiceSpec { queue: Some(1), ..served(1) };
        let mut state = ServerState::default();
        let ten = Span::from_secs(10);
        assert_eq!(state.admit(&spec, at(0), ten), Admission::Served { start: at(0), end: at(10) });
        assert_eq!(state.admit(&spec, at(1), ten), Admission::Served { start: at(10), end: at(20) });
        assert_eq!(state.admit(&spec, at(2), ten), Admission::Full);
        assert_eq!(state.admit(&spec, at(10), ten), Admission::Served { start: at(20), end: at(30) });
    }

    #[test]
    fn two_servers_serve_at_once() {
        let spec = served(2);
        let mut state = ServerState::default();
        let ten = Span::from_secs(10);
        state.admit(&spec, at(0), ten);
        assert_eq!(state.admit(&spec, at(1), ten), Admission::Served { start: at(1), end: at(11) });
        assert_eq!(state.admit(&spec, at(2), ten), Admission::Served { start: at(10), end: at(20) });
        assert_eq!(state.waiting(at(5)), 1);
        // Of different lengths, too, starts rise: what comes later begins later.
        let starts: Vec<u64> = [7, 1, 9, 2]
            .into_iter()
            .map(|s| match state.admit(&spec, at(2), Span::from_secs(s)) {
                Admission::Served { start, .. } => start.ns() / 1_000_000_000,
                Admission::Full => panic!("its room is unlimited"),
            })
            .collect();
        assert_eq!(starts, [11, 18, 19, 20]);
        assert_eq!([2, 9, 10, 17, 18, 20].map(|s| state.waiting(at(s))), [5, 5, 4, 3, 2, 0]);
    }
}
