//! What the folds are made of: durations, levels in time, shares, the window, and state per user or device.
//!
//! Plain fields and arrays, for millions of stamps a second; nothing here knows a metric's name.

use std::collections::VecDeque;

use crate::stats::{Histogram, Level, Levels, Sum};
use crate::units::{SimTime, Span};

/// The window of a run: [start, end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub start: SimTime,
    pub end: SimTime,
}

impl Window {
    #[inline]
    pub fn holds(&self, at: SimTime) -> bool {
        self.start <= at && at < self.end
    }

    /// Not before the end of the warm-up. Most items that are no messages count from there on, since the page bounds only some of
    /// them by the window's end.
    #[inline]
    pub fn begun(&self, at: SimTime) -> bool {
        self.start <= at
    }

    /// Nanoseconds of [from, to) inside the window.
    #[inline]
    pub fn overlap(&self, from: SimTime, to: SimTime) -> u64 {
        to.min(self.end).since(from.max(self.start)).map_or(0, Span::ns)
    }

    pub fn ns(&self) -> u64 {
        self.overlap(self.start, self.end)
    }
}

/// Items that have a duration: code M and Q, open ones by `elapsed`.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    pub sum: i128,
    pub histogram: Histogram,
}

impl Times {
    /// An item that lasted from `from` to `to`.
    #[inline]
    pub fn between(&mut self, from: SimTime, to: SimTime) {
        self.ended(to - from);
    }

    /// An item that lasted `span`.
    #[inline]
    pub fn ended(&mut self, span: Span) {
        self.sum += i128::from(span.ns());
        self.histogram.record(span.ns());
    }

    /// An item that began at `from` and is still open at `now`.
    #[inline]
    pub fn open(&mut self, from: SimTime, now: SimTime) {
        self.histogram.record_censored((now - from).ns());
    }

    pub fn sum(&self) -> Sum {
        Sum { num: self.sum, den: i128::from(self.histogram.delivered()) }
    }
}

/// Cases among items, or events per item.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    pub num: u64,
    pub den: u64,
}

impl Share {
    /// One item, which is a case or not.
    #[inline]
    pub fn item(&mut self, case: bool) {
        self.num += u64::from(case);
        self.den += 1;
    }
}

/// A level that stands until it changes: 0 from the start of the run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Standing {
    level: u32,
    since: SimTime,
}

impl Standing {
    pub fn level(&self) -> u32 {
        self.level
    }

    /// The level becomes `level` at `now`; the time it stood is added to `levels`, cut to the window.
    #[inline]
    pub fn set(&mut self, now: SimTime, level: u32, window: &Window, levels: &mut Levels) {
        let ns = window.overlap(self.since, now);
        if ns > 0 {
            levels.stand(i64::from(self.level), ns);
        }
        *self = Standing { level, since: now };
    }

    /// The window ends.
    pub fn finish(self, window: &Window, levels: &mut Levels) {
        let ns = window.overlap(self.since, window.end);
        if ns > 0 {
            levels.stand(i64::from(self.level), ns);
        }
    }
}

/// Adds `count` processes that stood at 0 for the whole window.
pub(super) fn stood_at_zero(levels: &mut Levels, count: u64, window: &Window) {
    let weight_ns = u128::from(count) * u128::from(window.ns());
    if weight_ns > 0 {
        levels.add(0, Level { weight_ns, items: 0, censored: 0 });
    }
}

/// State by a dense number: user, device, function. What was never touched has the default state.
#[derive(Clone, Debug, Default)]
pub(super) struct By<T>(Vec<T>);

impl<T: Default> By<T> {
    #[inline]
    pub fn at(&mut self, number: u32) -> &mut T {
        let number = number as usize;
        if number >= self.0.len() {
            self.grow(number);
        }
        &mut self.0[number]
    }

    #[cold]
    fn grow(&mut self, number: usize) {
        self.0.resize_with(number + 1, T::default);
    }

    pub fn get(&self, number: u32) -> Option<&T> {
        self.0.get(number as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }

    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.0.into_iter()
    }
}

/// Starts of things that are open, by nothing but the instant: enough to know how long each has been open at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenStarts {
    /// Instants, rising, and how many began there and are open.
    starts: VecDeque<(SimTime, u32)>,
    /// Entries that still count something.
    live: usize,
}

impl OpenStarts {
    #[inline]
    pub fn begin(&mut self, now: SimTime) {
        match self.starts.back_mut() {
            Some((at, count)) if *at == now => {
                self.live += usize::from(*count == 0);
                *count += 1;
            }
            last => {
                assert!(last.is_none_or(|(at, _)| *at < now), "time goes forward");
                self.starts.push_back((now, 1));
                self.live += 1;
            }
        }
    }

    /// Something that began at `start` ended.
    #[inline]
    pub fn end(&mut self, start: SimTime) {
        let at = self.starts.binary_search_by_key(&start, |(at, _)| *at).expect("what ends has begun");
        let count = &mut self.starts[at].1;
        *count = count.checked_sub(1).expect("what ends is open");
        if *count > 0 {
            return;
        }
        self.live -= 1;
        while self.starts.front().is_some_and(|(_, count)| *count == 0) {
            self.starts.pop_front();
        }
        // One that stays open for long must not keep all the ended ones behind it.
        if self.starts.len() > 2 * self.live + 1024 {
            self.starts.retain(|(_, count)| *count > 0);
        }
    }

    /// Starts of what is open.
    pub fn iter(&self) -> impl Iterator<Item = SimTime> + '_ {
        self.starts.iter().flat_map(|(at, count)| std::iter::repeat_n(*at, *count as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(s: u64) -> SimTime {
        SimTime::ZERO + Span::from_secs(s)
    }

    const WINDOW: Window = Window { start: SimTime::from_ns(10_000_000_000), end: SimTime::from_ns(20_000_000_000) };

    #[test]
    fn the_window_is_half_open() {
        assert_eq!([9, 10, 19, 20].map(|s| WINDOW.holds(at(s))), [false, true, true, false]);
        assert!(WINDOW.begun(at(20)) && !WINDOW.begun(at(9)));
        let overlaps =
            [(0, 9), (0, 11), (12, 13), (19, 30), (20, 30), (0, 30)].map(|(a, b)| WINDOW.overlap(at(a), at(b)) / 1_000_000_000);
        assert_eq!(overlaps, [0, 1, 1, 1, 0, 10]);
    }

    #[test]
    fn a_level_is_cut_at_both_edges_of_the_window() {
        let (mut standing, mut levels) = (Standing::default(), Levels::new());
        for (s, level) in [(5, 1), (12, 3), (12, 2), (15, 0), (25, 9)] {
            standing.set(at(s), level, &WINDOW, &mut levels);
        }
        standing.finish(&WINDOW, &mut levels);
        let seen: Vec<(i64, u128)> = levels.iter().map(|(level, what)| (level, what.weight_ns / 1_000_000_000)).collect();
        assert_eq!(seen, [(0, 5), (1, 2), (2, 3)], "level 3 stood for no time, level 9 not in the window");
    }

    #[test]
    fn open_starts_are_found_again_and_forgotten() {
        let mut open = OpenStarts::default();
        open.begin(at(0));
        for s in 1..5000 {
            open.begin(at(s));
            open.begin(at(s));
            open.end(at(s));
            open.end(at(s));
        }
        assert!(open.starts.len() < 2000);
        open.begin(at(4999));
        assert_eq!(open.iter().collect::<Vec<_>>(), [at(0), at(4999)]);
    }
}
