//! The calendar of a run: a queue of future events with lanes for timers of constant length, most of which are cancelled.
//!
//! Timers of one length end in the order in which they were started, so they wait in a *lane*, first in, first out, and only
//! the lane's first stands in the queue. When it surfaces, all entries of the lane with its deadline enter the queue with
//! their own keys: events leave exactly as if each had been queued by itself. A cancelled event stays where it is, dead,
//! until it surfaces or too many are dead; the caller says which are dead ([`Calendar::pop`]) and counts them
//! ([`Calendar::note_dead`]).

use super::{FutureEvents, Key, Wheel};
use crate::units::{SimTime, Span, make_room_in_queue};
use std::collections::VecDeque;
use std::marker::PhantomData;

/// Lanes at most; timers of further lengths go into the queue.
const LANES: usize = 16;
/// So many more dead than live events make a sweep.
const SPARE: usize = 1024;

/// Future events with cancelled ones among them.
#[derive(Clone, Debug)]
pub struct Calendar<E, Q = Wheel<E>> {
    queue: Q,
    lanes: Vec<Lane<E>>,
    /// How many entries of the queue stand for a lane.
    standing: usize,
    /// Events in lanes.
    in_lanes: usize,
    dead: usize,
    now: SimTime,
    event: PhantomData<E>,
}

/// Timers of one length, in the order of their deadlines.
#[derive(Clone, Debug)]
struct Lane<E> {
    span: Span,
    entries: VecDeque<(Key, E)>,
    /// Whether an entry of the queue stands for this lane.
    stands: bool,
}

impl<E: Copy, Q: FutureEvents<E> + Default> Default for Calendar<E, Q> {
    fn default() -> Self {
        Calendar {
            queue: Q::default(),
            lanes: Vec::new(),
            standing: 0,
            in_lanes: 0,
            dead: 0,
            now: SimTime::ZERO,
            event: PhantomData,
        }
    }
}

impl<E: Copy> Calendar<E> {
    /// An empty calendar on the timing wheel.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<E: Copy, Q: FutureEvents<E>> Calendar<E, Q> {
    /// Schedules `event`. Panics if `key` stands before the event that left last.
    #[inline(always)]
    pub fn schedule(&mut self, key: Key, event: E) {
        self.queue.push(key, event);
    }

    /// Schedules `event` at the end of a timer of length `span` that starts now: `key.time` is now + `span`.
    ///
    /// Meant for lengths that many timers share; for others [`Calendar::schedule`] is the same and no dearer.
    pub fn schedule_after(&mut self, span: Span, key: Key, event: E) {
        debug_assert!(key.time == self.now.saturating_add(span), "the timer of {span} does not end at {}", key.time);
        // A timer of no length may end between events of this very instant: it must stand in the queue by itself.
        if span == Span::ZERO || key.time == SimTime::NEVER {
            return self.schedule(key, event);
        }
        let Some(number) = self.lane_of(span) else { return self.schedule(key, event) };
        let lane = &mut self.lanes[number];
        if lane.entries.back().is_some_and(|(last, _)| last.time > key.time) {
            // Started at an instant that lies before the last start: the caller's clock is its own affair.
            return self.queue.push(key, event);
        }
        make_room_in_queue(&mut lane.entries);
        lane.entries.push_back((key, event));
        self.in_lanes += 1;
        if !lane.stands {
            self.stand(number, key.time);
        }
    }

    /// The lane of `span`; a new one while there is room.
    #[inline]
    fn lane_of(&mut self, span: Span) -> Option<usize> {
        if let Some(number) = self.lanes.iter().position(|lane| lane.span == span) {
            return Some(number);
        }
        if self.lanes.len() == LANES {
            return None;
        }
        self.lanes.push(Lane { span, entries: VecDeque::new(), stands: false });
        Some(self.lanes.len() - 1)
    }

    /// Puts an entry into the queue that stands for a lane whose first deadline is `time`.
    fn stand(&mut self, number: usize, time: SimTime) {
        // Entries that stand for a lane carry an event because every entry does; it is never looked at.
        let (_, event) = self.lanes[number].entries[0];
        self.queue.push(Key::of_lane(time, number as u32), event);
        self.lanes[number].stands = true;
        self.standing += 1;
    }

    /// Takes the first event that is `live`. Dead ones before it are thrown away without a word.
    #[inline]
    pub fn pop(&mut self, mut live: impl FnMut(&E) -> bool) -> Option<(Key, E)> {
        if self.dead > SPARE && self.dead > self.len_live_upper_bound() + SPARE {
            self.sweep(&mut live);
        }
        loop {
            let Some((key, event)) = self.queue.pop() else {
                self.queue.resume_from(Key::of_lane(self.now, 0));
                return None;
            };
            if let Some(number) = key.lane() {
                self.surface(number as usize, key.time, &mut live);
            } else if live(&event) {
                self.now = key.time;
                return Some((key, event));
            } else {
                self.dead = self.dead.saturating_sub(1);
            }
        }
    }

    /// The lane's deadline has come: its events of `time` enter the queue, and what follows stands in their place.
    fn surface(&mut self, number: usize, time: SimTime, live: &mut impl FnMut(&E) -> bool) {
        self.standing -= 1;
        let lane = &mut self.lanes[number];
        lane.stands = false;
        while let Some(&(key, event)) = lane.entries.front() {
            let alive = live(&event);
            if alive && key.time > time {
                return self.stand(number, key.time);
            }
            lane.entries.pop_front();
            self.in_lanes -= 1;
            if alive {
                self.queue.push(key, event);
            } else {
                self.dead = self.dead.saturating_sub(1);
            }
        }
    }

    /// Says that one event still in the calendar is dead: `live` will refuse it from now on.
    #[inline]
    pub fn note_dead(&mut self) {
        self.dead += 1;
    }

    /// Throws away every dead event.
    #[cold]
    fn sweep(&mut self, live: &mut impl FnMut(&E) -> bool) {
        for lane in &mut self.lanes {
            lane.entries.retain(|(_, event)| live(event));
        }
        self.in_lanes = self.lanes.iter().map(|lane| lane.entries.len()).sum();
        // An entry that stands for a lane may stay: when it surfaces, it finds what is first then.
        self.queue.retain(|key, event| key.lane().is_some() || live(event));
        self.dead = 0;
    }

    /// The events in the calendar less those noted dead.
    pub fn len_live_upper_bound(&self) -> usize {
        (self.queue.len() - self.standing + self.in_lanes).saturating_sub(self.dead)
    }

    /// No event leaves before this instant. None if the calendar is empty.
    pub fn peek_time(&mut self) -> Option<SimTime> {
        self.queue.peek_time()
    }

    /// The time of the event that left last.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Every event in the calendar, dead ones too, in no particular order.
    pub fn for_each(&self, mut visit: impl FnMut(&Key, &E)) {
        self.queue.for_each(|key, event| {
            if key.lane().is_none() {
                visit(key, event);
            }
        });
        self.lanes.iter().flat_map(|lane| &lane.entries).for_each(|(key, event)| visit(key, event));
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
