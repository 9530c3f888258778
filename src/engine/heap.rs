//! A 4-ary heap in one vector: the plain queue.
//!
//! Good up to some thousand events; beyond that every step of a sift is a cache miss (see `performance.md`).

use super::Key;
use super::future_events::{Entry, FutureEvents, assert_not_past};
use crate::units::{SimTime, make_room};

/// A queue of future events as a 4-ary heap.
#[derive(Clone, Debug)]
pub struct Heap<E> {
    entries: Vec<Entry<E>>,
    last: Key,
}

/// Before every key of a run.
pub(super) const START: Key = Key::of_lane(SimTime::ZERO, 0);

impl<E> Default for Heap<E> {
    fn default() -> Self {
        Heap { entries: Vec::new(), last: START }
    }
}

impl<E: Copy> Heap<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first entry.
    #[inline]
    pub(super) fn first(&self) -> Option<&Entry<E>> {
        self.entries.first()
    }

    /// Adds an entry without asking whether it is in the past.
    #[inline]
    pub(super) fn add(&mut self, entry: Entry<E>) {
        make_room(&mut self.entries);
        self.entries.push(entry);
        self.rise(self.entries.len() - 1, entry);
    }

    /// Takes the first entry.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Entry<E>> {
        let last = self.entries.pop()?;
        match self.entries.first() {
            None => Some(last),
            Some(&first) => {
                self.sink(0, last);
                Some(first)
            }
        }
    }

    /// Moves the hole at `hole` up until `entry` fits.
    fn rise(&mut self, mut hole: usize, entry: Entry<E>) {
        while hole > 0 {
            let parent = (hole - 1) / 4;
            if self.entries[parent].key <= entry.key {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        self.entries[hole] = entry;
    }

    /// Moves the hole at `hole` down until `entry` fits.
    fn sink(&mut self, mut hole: usize, entry: Entry<E>) {
        let n = self.entries.len();
        loop {
            let first = 4 * hole + 1;
            if first >= n {
                break;
            }
            let mut least = first;
            for child in first + 1..(first + 4).min(n) {
                if self.entries[child].key < self.entries[least].key {
                    least = child;
                }
            }
            if entry.key <= self.entries[least].key {
                break;
            }
            self.entries[hole] = self.entries[least];
            hole = least;
        }
        self.entries[hole] = entry;
    }

    /// Moves all entries to `others`, in no particular order.
    pub(super) fn drain_into(&mut self, others: &mut Vec<Entry<E>>) {
        others.append(&mut self.entries);
    }
}

impl<E: Copy> FutureEvents<E> for Heap<E> {
    fn push(&mut self, key: Key, event: E) {
        assert_not_past(&self.last, &key);
        self.add(Entry { key, event });
    }

    fn pop(&mut self) -> Option<(Key, E)> {
        let entry = self.take()?;
        self.last = entry.key;
        Some((entry.key, entry.event))
    }

    fn peek(&mut self) -> Option<Key> {
        self.first().map(|entry| entry.key)
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn retain(&mut self, mut keep: impl FnMut(&Key, &E) -> bool) {
        self.entries.retain(|entry| keep(&entry.key, &entry.event));
        for k in (0..self.entries.len().div_ceil(4)).rev() {
            self.sink(k, self.entries[k]);
        }
    }

    fn resume_from(&mut self, last: Key) {
        assert!(self.entries.is_empty(), "only an empty queue can resume");
        self.last = last;
    }

    fn for_each(&self, mut visit: impl FnMut(&Key, &E)) {
        self.entries.iter().for_each(|entry| visit(&entry.key, &entry.event));
    }
}
