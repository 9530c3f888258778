//! The total order of events: what happens before what at one instant.
//!
//! Events leave by (time, round, class, step, target, source, the source's counter) and by nothing else. An event
//! scheduled from an earlier instant has round 0 and step 0. An effect at the instant of its cause keeps the round if its
//! class is the same (one step more) or later (step 0); if its class is earlier, it is one round later, at step 0. So an
//! effect never precedes its cause, and what arrives at an instant, over however many hops without delay, is handled
//! before a timer that ends then. Left out: what the events are.

use crate::units::SimTime;
use std::cmp::Ordering;
use thiserror::Error;

/// What kind of happening an event is. At one instant and round, earlier classes are handled first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Ground truth of access: a radio comes or goes.
    Access = 0,
    /// A PDU arrives.
    Arrival = 1,
    /// A timer ends.
    Timer = 2,
    /// A user or a traffic stream acts.
    Workload = 3,
    /// The state is measured.
    Measurement = 4,
}

impl Class {
    const ALL: [Class; 5] = [Class::Access, Class::Arrival, Class::Timer, Class::Workload, Class::Measurement];
}

/// Where an event stands in the total order. Keys of one run are all different: a source counts what it schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
// The fields lie so that (phase, target) and (source, serial) are each one little-endian word to compare.
#[repr(C)]
pub struct Key {
    /// When.
    pub time: SimTime,
    /// To whom.
    pub target: u32,
    /// Round, class and step in one number: see [`Key::round`], [`Key::class`], [`Key::step`].
    pub phase: u32,
    /// The how-manieth event of its source.
    pub serial: u32,
    /// By whom.
    pub source: u32,
}

const STEP_BITS: u32 = 14;
const CLASS_BITS: u32 = 3;
const STEP_MASK: u32 = (1 << STEP_BITS) - 1;

/// How many steps and rounds one instant may have. Beyond them the run stops, for then something goes in circles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Effects of effects within one class, up to 16,383.
    pub steps: u32,
    /// Returns to an earlier class, up to 16,383.
    pub rounds: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { steps: 10_000, rounds: 10_000 }
    }
}

/// An instant that does not end: each effect has another one at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EndlessInstant {
    /// Too many effects of effects within one class.
    #[error("more than {bound} steps at {time} in class {class:?}, at last from {source_of_last} to {target}")]
    Steps { time: SimTime, class: Class, bound: u32, source_of_last: u32, target: u32 },
    /// Too many returns to an earlier class.
    #[error("more than {bound} rounds at {time}, at last class {class:?} from {source_of_last} to {target}")]
    Rounds { time: SimTime, class: Class, bound: u32, source_of_last: u32, target: u32 },
}

const fn pack(round: u32, class: Class, step: u32) -> u32 {
    // The class is counted from one, so that no event's phase is zero: zero is left to the calendar's own entries.
    (round << (STEP_BITS + CLASS_BITS)) | ((class as u32 + 1) << STEP_BITS) | step
}

impl Key {
    /// The key of an event scheduled from an earlier instant, or before the run.
    pub const fn fresh(time: SimTime, class: Class, target: u32, source: u32, serial: u32) -> Self {
        Key { time, target, phase: pack(0, class, 0), serial, source }
    }

    /// The key of an event at `time` that the event of `cause` schedules, under the default bounds.
    pub fn effect_of(
        cause: &Key,
        time: SimTime,
        class: Class,
        target: u32,
        source: u32,
        serial: u32,
    ) -> Result<Self, EndlessInstant> {
        Self::effect_within(Bounds::default(), cause, time, class, target, source, serial)
    }

    /// As [`Key::effect_of`], under these bounds.
    pub fn effect_within(
        bounds: Bounds,
        cause: &Key,
        time: SimTime,
        class: Class,
        target: u32,
        source: u32,
        serial: u32,
    ) -> Result<Self, EndlessInstant> {
        if time != cause.time {
            assert!(time > cause.time, "an effect at {time} cannot precede its cause at {}", cause.time);
            return Ok(Self::fresh(time, class, target, source, serial));
        }
        let (round, step) = match class.cmp(&cause.class()) {
            Ordering::Equal => (cause.round(), cause.step() + 1),
            Ordering::Greater => (cause.round(), 0),
            Ordering::Less => (cause.round() + 1, 0),
        };
        if step > bounds.steps.min(STEP_MASK) {
            return Err(EndlessInstant::Steps { time, class, bound: bounds.steps, source_of_last: source, target });
        }
        if round > bounds.rounds.min(STEP_MASK) {
            return Err(EndlessInstant::Rounds { time, class, bound: bounds.rounds, source_of_last: source, target });
        }
        Ok(Key { time, target, phase: pack(round, class, step), serial, source })
    }

    /// How often this instant has gone back to an earlier class.
    pub const fn round(&self) -> u32 {
        self.phase >> (STEP_BITS + CLASS_BITS)
    }

    /// The class.
    pub fn class(&self) -> Class {
        let number = (self.phase >> STEP_BITS) & ((1 << CLASS_BITS) - 1);
        Class::ALL[number as usize - 1]
    }

    /// How many causes of the same class and instant stand before this event.
    pub const fn step(&self) -> u32 {
        self.phase & STEP_MASK
    }

    /// Whether two events have equal time, round, class and target: they are tied unless one causes the other.
    pub fn meets(&self, other: &Key) -> bool {
        self.time == other.time && self.target == other.target && (self.phase ^ other.phase) >> STEP_BITS == 0
    }

    /// Phase and target as one number.
    const fn middle(&self) -> u64 {
        ((self.phase as u64) << 32) | self.target as u64
    }

    /// Source and serial as one number.
    const fn low(&self) -> u64 {
        ((self.source as u64) << 32) | self.serial as u64
    }

    /// The entry that stands for lane `lane` at `time`: before every event of that instant.
    pub(super) const fn of_lane(time: SimTime, lane: u32) -> Self {
        Key { time, target: 0, phase: 0, serial: lane, source: 0 }
    }

    /// The lane an entry stands for, if it is not an event.
    pub(super) const fn lane(&self) -> Option<u32> {
        if self.phase == 0 { Some(self.serial) } else { None }
    }
}

impl Ord for Key {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.cmp(&other.time).then(self.middle().cmp(&other.middle())).then(self.low().cmp(&other.low()))
    }

    // Spelled out because queues compare little else.
}

impl PartialOrd for Key {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }

    #[inline]
    fn lt(&self, other: &Self) -> bool {
        if self.time != other.time {
            return self.time < other.time;
        }
        (self.middle(), self.low()) < (other.middle(), other.low())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ns: u64) -> SimTime {
        SimTime::from_ns(ns)
    }

    /// design.md 2.2, sentence by sentence.
    #[test]
    fn effects_follow_their_causes() {
        let cause = Key::fresh(at(5), Class::Arrival, 1, 2, 3);
        assert_eq!((cause.round(), cause.class(), cause.step()), (0, Class::Arrival, 0));
        let place = |class, time| {
            let key = Key::effect_of(&cause, time, class, 9, 1, 1).unwrap();
            assert!(key > cause);
            (key.round(), key.class(), key.step())
        };
        assert_eq!(place(Class::Arrival, at(5)), (0, Class::Arrival, 1));
        assert_eq!(place(Class::Timer, at(5)), (0, Class::Timer, 0));
        assert_eq!(place(Class::Access, at(5)), (1, Class::Access, 0));
        assert_eq!(place(Class::Arrival, at(6)), (0, Class::Arrival, 0));
        assert_eq!(place(Class::Access, at(6)), (0, Class::Access, 0));
    }

    /// What arrives over any number of hops without delay is handled before a timer that ends then.
    #[test]
    fn a_timer_waits_for_all_that_arrives() {
        let timer = Key::fresh(at(5), Class::Timer, 0, 0, 0);
        let mut hop = Key::fresh(at(5), Class::Arrival, 1, 7, 0);
        for n in 1..=10_000 {
            hop = Key::effect_of(&hop, at(5), Class::Arrival, 1, 7, n).unwrap();
            assert!(hop < timer);
        }
        let error = Key::effect_of(&hop, at(5), Class::Arrival, 4, 7, 10_001).unwrap_err();
        assert!(matches!(error, EndlessInstant::Steps { bound: 10_000, class: Class::Arrival, target: 4, .. }));
        assert!(error.to_string().contains("10000 steps"), "{error}");
    }

    #[test]
    fn rounds_are_bounded() {
        let mut key = Key::fresh(at(5), Class::Arrival, 1, 7, 0);
        let bounds = Bounds { steps: 10, rounds: 3 };
        for round in 1..=4 {
            let timer = Key::effect_within(bounds, &key, at(5), Class::Timer, 1, 7, 0).unwrap();
            match Key::effect_within(bounds, &timer, at(5), Class::Arrival, 1, 7, 0) {
                Ok(next) => key = next,
                Err(error) => {
                    assert_eq!(round, 4);
                    assert!(matches!(error, EndlessInstant::Rounds { bound: 3, .. }));
                    return;
                }
            }
        }
        panic!("the fourth round must be refused");
    }

    #[test]
    #[should_panic(expected = "cannot precede its cause")]
    fn an_effect_before_its_cause_is_our_fault() {
        let cause = Key::fresh(at(5), Class::Arrival, 1, 2, 3);
        let _ = Key::effect_of(&cause, at(4), Class::Arrival, 1, 2, 3);
    }

    #[test]
    fn ties_have_equal_time_round_class_and_target() {
        let a = Key::fresh(at(5), Class::Arrival, 1, 2, 3);
        assert!(a.meets(&Key::fresh(at(5), Class::Arrival, 1, 9, 0)));
        assert!(a.meets(&Key::effect_of(&a, at(5), Class::Arrival, 1, 9, 0).unwrap()), "steps do not part a tie");
        assert!(!a.meets(&Key::fresh(at(5), Class::Arrival, 2, 9, 0)));
        assert!(!a.meets(&Key::fresh(at(5), Class::Timer, 1, 9, 0)));
        assert!(!a.meets(&Key::fresh(at(6), Class::Arrival, 1, 9, 0)));
    }

    type Parts = (u64, u32, u8, u32, u32, u32, u32);

    fn parts() -> impl Strategy<Value = Parts> {
        (0..3u64, 0..3u32, 0..5u8, 0..3u32, 0..3u32, 0..3u32, 0..3u32)
    }

    fn key_of(p: Parts) -> Key {
        let class = Class::ALL[p.2 as usize];
        Key { time: at(p.0), phase: pack(p.1, class, p.3), target: p.4, source: p.5, serial: p.6 }
    }

    proptest! {
        /// The packed comparison is that of the seven parts in their order.
        #[test]
        fn the_order_is_that_of_its_parts(a in parts(), b in parts()) {
            prop_assert_eq!(key_of(a).cmp(&key_of(b)), a.cmp(&b));
            prop_assert_eq!(key_of(a) < key_of(b), a < b);
            prop_assert!(Key::of_lane(at(a.0), 9) < key_of(a));
        }
    }
}
