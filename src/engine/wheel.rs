//! A hierarchical timing wheel that keeps exactly the order of the keys.
//!
//! Nine levels of 64 slots, each level with one 64-bit map of the slots in use; a slot of level 0 is a tick of 1,024 ns, a
//! slot of each further level is a whole turn of the level before it, and together they cover all 64-bit times. An event
//! lies in the level where its tick first differs from the cursor's, so that the first slot of the lowest level in use
//! always holds the next events. That slot is *opened*: if it holds few events (or is a single tick) they are sorted by the
//! full key into the *run*, from whose end events leave; if it holds many, they are spread over the lower levels. So the
//! width of what is sorted follows the density of events by itself, from microseconds to days, and no tick need be tuned.
//! Events that are scheduled into the opened stretch of time join the run in their place. If too many do (a wide stretch
//! was opened when little was known), the run is put back into the wheel and opened again, narrower.
//!
//! Slots are lists of chunks in one vector, so that moving a slot reads memory in order, and nothing is allocated once the
//! vector has grown.

use super::Key;
use super::future_events::{Entry, FutureEvents, assert_not_past};
use super::heap::{Heap, START};
use crate::units::{make_room, make_room_for};
use std::cmp::Reverse;

/// Nanoseconds in a tick, as a power of two. Finer would cascade bursts needlessly; coarser would sort dense traffic whole.
const TICK_BITS: u32 = 10;
const LEVEL_BITS: u32 = 6;
const SLOTS: usize = 1 << LEVEL_BITS;
/// Levels that cover the 54 bits of a tick's number.
const LEVELS: usize = 9;
/// Entries of one chunk.
const CHUNK: usize = 8;
/// A slot with up to so many events is sorted as it is.
const FEW: u32 = 32;
/// While nothing waits in a slot, all of time is opened, as long as the run is not longer than this.
const SOLE: usize = 12;
/// The ticks there are.
const END: u64 = 1 << (64 - TICK_BITS);
/// A run with more events than this that is wider than a tick is put back.
const MANY: usize = 128;
/// How far from its end an entry may be put into the run by moving others; farther ones go to the side.
const NEAR: usize = 64;
/// Bits that tell where in a slot of few an event lies.
const PLACE_BITS: u32 = 6;
/// No chunk.
const NIL: u32 = u32::MAX;

/// One slot: a list of chunks, of which only the first may be partly filled.
#[derive(Clone, Copy, Debug)]
struct Slot {
    head: u32,
    count: u32,
}

const EMPTY: Slot = Slot { head: NIL, count: 0 };

/// A queue of future events as a timing wheel.
#[derive(Clone, Debug)]
pub struct Wheel<E> {
    /// The opened events, last first.
    run: Vec<Entry<E>>,
    /// Opened events that came later and belong far from the end of the run.
    side: Heap<E>,
    /// The first tick after the opened stretch.
    open_until: u64,
    /// The first tick of the opened stretch. Waiting events lie at or after it.
    cursor: u64,
    /// The longest run before the opened stretch is closed again; a single tick never is.
    longest: usize,
    /// How many events are waiting in slots.
    waiting: usize,
    last: Key,
    used: [u64; LEVELS],
    slots: Box<[Slot]>,
    chunks: Vec<Entry<E>>,
    next_chunk: Vec<u32>,
    free: u32,
}

impl<E: Copy> Default for Wheel<E> {
    fn default() -> Self {
        Wheel {
            run: Vec::with_capacity(MANY + 1),
            side: Heap::new(),
            open_until: 0,
            cursor: 0,
            longest: usize::MAX,
            waiting: 0,
            last: START,
            used: [0; LEVELS],
            slots: vec![EMPTY; LEVELS * SLOTS].into_boxed_slice(),
            chunks: Vec::new(),
            next_chunk: Vec::new(),
            free: NIL,
        }
    }
}

#[inline]
fn tick_of(key: &Key) -> u64 {
    key.time.ns() >> TICK_BITS
}

impl<E: Copy> Wheel<E> {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an entry at or after the cursor into its slot.
    #[inline(always)]
    fn place(&mut self, entry: Entry<E>) {
        let tick = tick_of(&entry.key);
        let apart = tick ^ self.cursor;
        let level = (63 - (apart | 1).leading_zeros()) / LEVEL_BITS;
        let place = (tick >> (level * LEVEL_BITS)) as usize % SLOTS;
        self.used[level as usize] |= 1 << place;
        let index = level as usize * SLOTS + place;
        let slot = self.slots[index];
        let filled = slot.count as usize % CHUNK;
        let head = if filled == 0 { self.new_chunk(slot.head, entry) } else { slot.head };
        self.chunks[head as usize * CHUNK + filled] = entry;
        self.slots[index] = Slot { head, count: slot.count + 1 };
        self.waiting += 1;
    }

    /// A chunk that is followed by `next`. A chunk never used before is filled with copies of `filler`.
    #[inline]
    fn new_chunk(&mut self, next: u32, filler: Entry<E>) -> u32 {
        let chunk = self.free;
        if chunk != NIL {
            self.free = self.next_chunk[chunk as usize];
            self.next_chunk[chunk as usize] = next;
            return chunk;
        }
        self.grow(next, filler)
    }

    #[cold]
    fn grow(&mut self, next: u32, filler: Entry<E>) -> u32 {
        let chunk = u32::try_from(self.next_chunk.len()).expect("fewer than 2^35 events are pending");
        make_room_for(&mut self.chunks, CHUNK);
        self.chunks.resize(self.chunks.len() + CHUNK, filler);
        make_room(&mut self.next_chunk);
        self.next_chunk.push(next);
        chunk
    }

    /// Takes a slot out of the wheel, as it was.
    #[inline]
    fn take_slot(&mut self, level: usize, place: usize) -> Slot {
        let slot = std::mem::replace(&mut self.slots[level * SLOTS + place], EMPTY);
        self.used[level] &= !(1 << place);
        self.waiting -= slot.count as usize;
        slot
    }

    /// Gives back `chunk` and tells which one follows it.
    #[inline]
    fn release(&mut self, chunk: u32) -> u32 {
        std::mem::swap(&mut self.next_chunk[chunk as usize], &mut self.free);
        std::mem::replace(&mut self.free, chunk)
    }

    /// Opens slots until the run holds the next events. False if nothing is waiting.
    fn open(&mut self) -> bool {
        debug_assert!(self.run.is_empty() && self.side.is_empty());
        loop {
            let Some(level) = self.used.iter().position(|used| *used != 0) else { return false };
            let place = self.used[level].trailing_zeros() as usize;
            let slot = self.take_slot(level, place);
            let shift = level as u32 * LEVEL_BITS;
            // The ticks of the slot: the cursor's bits above this level, the slot's place, zeros.
            let above = (self.cursor >> shift) & !(SLOTS as u64 - 1);
            self.cursor = (above | place as u64) << shift;
            if slot.count <= FEW || level == 0 {
                (self.open_until, self.longest) = match level {
                    _ if self.waiting == 0 => (END, SOLE.max(slot.count as usize)),
                    0 => (self.cursor + 1, usize::MAX),
                    _ => (self.cursor + (1 << shift), MANY),
                };
                self.gather(slot);
                return true;
            }
            self.open_until = self.cursor;
            self.spread(slot);
        }
    }

    /// Moves a slot into the run, in order.
    fn gather(&mut self, slot: Slot) {
        if slot.count > FEW {
            return self.gather_many(slot);
        }
        // Of each event one number is sorted: its time within the slot, and where it lies. A slot spans at most 2^58 ns.
        let (mut chunk, mut left) = (slot.head, slot.count as usize);
        let mut order = [0u64; FEW as usize];
        let mut starts = [0usize; FEW as usize / CHUNK + 1];
        let from = self.cursor << TICK_BITS;
        let mut n = 0;
        for start in &mut starts {
            if left == 0 {
                break;
            }
            let filled = (left - 1) % CHUNK + 1;
            *start = chunk as usize * CHUNK;
            for (k, entry) in self.chunks[*start..*start + filled].iter().enumerate() {
                let lies = (n / CHUNK * CHUNK + k) as u64;
                order[left - filled + k] = ((entry.key.time.ns() - from) << PLACE_BITS) | lies;
            }
            chunk = self.release(chunk);
            left -= filled;
            n += CHUNK;
        }
        let order = &mut order[..slot.count as usize];
        order.sort_unstable();
        let chunks = &self.chunks;
        self.run.extend(order.iter().rev().map(|word| {
            let lies = (word % (1 << PLACE_BITS)) as usize;
            chunks[starts[lies / CHUNK] + lies % CHUNK]
        }));
        if order.windows(2).any(|pair| pair[0] >> PLACE_BITS == pair[1] >> PLACE_BITS) {
            self.run.sort_unstable_by_key(|entry| Reverse(entry.key));
        }
    }

    /// As [`Wheel::gather`], for any number of events.
    #[cold]
    fn gather_many(&mut self, slot: Slot) {
        let (mut chunk, mut left) = (slot.head, slot.count as usize);
        while left > 0 {
            let filled = (left - 1) % CHUNK + 1;
            let start = chunk as usize * CHUNK;
            self.run.extend_from_slice(&self.chunks[start..start + filled]);
            chunk = self.release(chunk);
            left -= filled;
        }
        self.run.sort_unstable_by_key(|entry| Reverse(entry.key));
    }

    /// Moves a slot to the levels below it.
    fn spread(&mut self, slot: Slot) {
        let (mut chunk, mut left) = (slot.head, slot.count as usize);
        while left > 0 {
            let filled = (left - 1) % CHUNK + 1;
            let start = chunk as usize * CHUNK;
            for k in start..start + filled {
                let entry = self.chunks[k];
                self.place(entry);
            }
            chunk = self.release(chunk);
            left -= filled;
        }
    }

    /// Puts an entry of the opened stretch into the run, or to the side where it would move too many others.
    #[inline(never)]
    fn join(&mut self, entry: Entry<E>) {
        let n = self.run.len();
        if n >= NEAR && self.run[n - NEAR].key < entry.key {
            self.side.add(entry);
        } else {
            let behind = n - self.run.iter().rev().take_while(|other| other.key < entry.key).count();
            self.run.insert(behind, entry);
        }
        if self.run.len() + self.side.len() > self.longest {
            self.close();
        }
    }

    /// Puts the opened events back into the wheel, with the cursor as near to them as it may be.
    #[cold]
    #[inline(never)]
    fn close(&mut self) {
        // Nothing can be scheduled before what left last. Where nothing waits, the cursor may even go back there; else it
        // stays within the opened slot, and events before it (a look ahead had opened a later slot) stay in the run.
        let now = tick_of(&self.last);
        self.cursor = if self.waiting == 0 { now } else { self.cursor.max(now) };
        self.open_until = self.cursor;
        self.longest = usize::MAX;
        let mut opened = std::mem::take(&mut self.run);
        self.side.drain_into(&mut opened);
        opened.sort_unstable_by_key(|entry| Reverse(entry.key));
        let later = opened.partition_point(|entry| tick_of(&entry.key) >= self.cursor);
        for entry in opened.drain(..later) {
            self.place(entry);
        }
        self.run = opened;
    }

    /// Makes sure that the next event is in the run or at the side. False if there is none.
    #[inline]
    fn ready(&mut self) -> bool {
        !(self.run.is_empty() && self.side.is_empty()) || self.open()
    }

    /// The next event, where the run has ended or events stand at the side; `first` has been taken from the run.
    #[inline(never)]
    fn pop_with_care(&mut self, first: Option<Entry<E>>) -> Option<Entry<E>> {
        self.run.extend(first);
        if !self.ready() {
            return None;
        }
        if self.side_first() { self.side.take() } else { self.run.pop() }
    }

    /// Whether the next event is at the side.
    #[inline]
    fn side_first(&self) -> bool {
        match (self.side.first(), self.run.last()) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(side), Some(run)) => side.key < run.key,
        }
    }

    /// How many entries the vectors could hold without growing.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> (usize, usize, usize) {
        (self.run.capacity(), self.chunks.capacity(), self.next_chunk.capacity())
    }

    /// The entries of every slot.
    fn visit_slots(&self, mut visit: impl FnMut(&Entry<E>)) {
        for slot in &self.slots {
            let (mut chunk, mut left) = (slot.head, slot.count as usize);
            while left > 0 {
                let filled = (left - 1) % CHUNK + 1;
                let start = chunk as usize * CHUNK;
                self.chunks[start..start + filled].iter().for_each(&mut visit);
                chunk = self.next_chunk[chunk as usize];
                left -= filled;
            }
        }
    }
}

impl<E: Copy> FutureEvents<E> for Wheel<E> {
    #[inline(always)]
    fn push(&mut self, key: Key, event: E) {
        assert_not_past(&self.last, &key);
        let entry = Entry { key, event };
        if tick_of(&key) < self.open_until {
            self.join(entry);
        } else {
            self.place(entry);
        }
    }

    #[inline]
    fn pop(&mut self) -> Option<(Key, E)> {
        let entry = match self.run.pop() {
            Some(entry) if self.side.first().is_none() => entry,
            first => self.pop_with_care(first)?,
        };
        self.last = entry.key;
        Some((entry.key, entry.event))
    }

    #[inline]
    fn peek(&mut self) -> Option<Key> {
        if !self.ready() {
            return None;
        }
        let entry = if self.side_first() { self.side.first() } else { self.run.last() }?;
        Some(entry.key)
    }

    fn len(&self) -> usize {
        self.waiting + self.run.len() + self.side.len()
    }

    fn retain(&mut self, mut keep: impl FnMut(&Key, &E) -> bool) {
        let mut kept = Vec::with_capacity(self.waiting);
        self.visit_slots(|entry| {
            if keep(&entry.key, &entry.event) {
                kept.push(*entry);
            }
        });
        self.slots.fill(EMPTY);
        self.used = [0; LEVELS];
        self.waiting = 0;
        self.free = NIL;
        self.chunks.clear();
        self.next_chunk.clear();
        for entry in kept {
            self.place(entry);
        }
        self.run.retain(|entry| keep(&entry.key, &entry.event));
        self.side.retain(|key, event| keep(key, event));
    }

    fn resume_from(&mut self, last: Key) {
        assert!(self.is_empty(), "only an empty queue can resume");
        self.last = last;
        self.cursor = tick_of(&last);
        self.open_until = self.cursor;
    }

    fn for_each(&self, mut visit: impl FnMut(&Key, &E)) {
        self.visit_slots(|entry| visit(&entry.key, &entry.event));
        self.run.iter().for_each(|entry| visit(&entry.key, &entry.event));
        self.side.for_each(visit);
    }
}
