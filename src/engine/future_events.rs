//! The narrow interface of a queue of future events.
//!
//! Two queues stand behind it: [`Wheel`](super::Wheel), which runs the simulations, and [`Heap`](super::Heap), plain enough
//! to be seen right, against which the wheel is checked. Cancelling is the calendar's business.

use super::Key;

/// An event with its place in the order.
#[derive(Clone, Copy, Debug)]
pub struct Entry<E> {
    pub key: Key,
    pub event: E,
}

/// A queue from which events leave in the order of their keys.
///
/// Events are small and `Copy`. Nothing may be scheduled before what has left last: that is an assertion.
pub trait FutureEvents<E: Copy>: Clone {
    /// Puts `event` into the queue. Panics if `key` stands before the event that left last.
    fn push(&mut self, key: Key, event: E);

    /// Takes the first event.
    fn pop(&mut self) -> Option<(Key, E)>;

    /// The key of the first event. It may arrange the queue for the next [`FutureEvents::pop`].
    fn peek(&mut self) -> Option<Key>;

    /// How many events are waiting.
    fn len(&self) -> usize;

    /// Whether nothing is waiting.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// When the first event is due.
    fn peek_time(&mut self) -> Option<crate::units::SimTime> {
        self.peek().map(|key| key.time)
    }

    /// Throws away every event that `keep` refuses.
    fn retain(&mut self, keep: impl FnMut(&Key, &E) -> bool);

    /// Forgets what left last in favour of `last`. Only an empty queue can: it is how a calendar that has thrown away dead
    /// events to the very end lets its caller go on from the last live one.
    fn resume_from(&mut self, last: Key);

    /// Every waiting event, in no particular order.
    fn for_each(&self, visit: impl FnMut(&Key, &E));
}

/// Asserts that `key` may still be scheduled.
#[inline]
pub(super) fn assert_not_past(last: &Key, key: &Key) {
    assert!(key >= last, "an event may not be scheduled before the one that left last");
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
