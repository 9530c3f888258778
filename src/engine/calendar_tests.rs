//! The calendar with lanes against an ordered map of all events.

use super::*;
use crate::engine::Class;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Act {
    /// Starts a timer of the lane with this number.
    Start(usize, u32, u8),
    /// Schedules an event so many steps of time ahead.
    Schedule(u64, u32, u8),
    /// Cancels the event with this number, counted back from the newest.
    Cancel(usize),
    Pop,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => (0..20usize, 0..3u32, 0..5u8).prop_map(|(l, t, c)| Act::Start(l, t, c)),
        2 => (0..12u64, 0..3u32, 0..5u8).prop_map(|(s, t, c)| Act::Schedule(s, t, c)),
        3 => (0..40usize).prop_map(Act::Cancel),
        4 => Just(Act::Pop),
    ]
}

const CLASSES: [Class; 5] = [Class::Access, Class::Arrival, Class::Timer, Class::Workload, Class::Measurement];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Lengths of a few nanoseconds make every kind of tie; twenty of them need more than the lanes there are.
    #[test]
    fn lanes_change_nothing(acts in proptest::collection::vec(act(), 1..500)) {
        let mut calendar = Calendar::<u32>::new();
        let mut plain = BTreeMap::<Key, u32>::new();
        let mut dead = vec![false; acts.len()];
        let mut waiting = vec![false; acts.len()];
        let mut last = Key::fresh(SimTime::ZERO, Class::Access, 0, 0, 0);
        for (n, act) in acts.iter().enumerate() {
            let number = n as u32;
            match *act {
                Act::Start(lane, target, class) => {
                    let span = Span::from_ns(lane as u64);
                    let key = Key::effect_of(&last, last.time + span, CLASSES[class as usize], target, 1, number).unwrap();
                    calendar.schedule_after(span, key, number);
                    plain.insert(key, number);
                    waiting[n] = true;
                }
                Act::Schedule(span, target, class) => {
                    let time = last.time + Span::from_ns(span);
                    let key = Key::effect_of(&last, time, CLASSES[class as usize], target, 1, number).unwrap();
                    calendar.schedule(key, number);
                    plain.insert(key, number);
                    waiting[n] = true;
                }
                Act::Cancel(back) => {
                    let Some(n) = n.checked_sub(back) else { continue };
                    if waiting[n] && !dead[n] {
                        dead[n] = true;
                        calendar.note_dead();
                    }
                }
                Act::Pop => {
                    let next = std::iter::from_fn(|| plain.pop_first()).find(|(_, n)| !dead[*n as usize]);
                    prop_assert_eq!(calendar.pop(|n| !dead[*n as usize]), next);
                    if let Some((key, n)) = next {
                        last = key;
                        waiting[n as usize] = false;
                        prop_assert_eq!(calendar.now(), key.time);
                    }
                }
            }
            if n % 50 == 0 {
                calendar = calendar.clone();
            }
        }
        let mut inside = 0;
        calendar.for_each(|_, n| inside += usize::from(!dead[*n as usize]));
        let mut left = 0;
        while let Some((key, n)) = plain.pop_first() {
            if !dead[n as usize] {
                prop_assert_eq!(calendar.pop(|n| !dead[*n as usize]), Some((key, n)));
                left += 1;
            }
        }
        prop_assert_eq!(calendar.pop(|n| !dead[*n as usize]), None);
        prop_assert_eq!(left, inside);
        prop_assert_eq!(calendar.len_live_upper_bound(), 0);
    }
}

fn start(calendar: &mut Calendar<u32>, now: u64, span: u64, n: u32) {
    let key = Key::fresh(SimTime::from_ns(now + span), Class::Timer, n, 0, n);
    calendar.schedule_after(Span::from_ns(span), key, n);
}

/// Timers that are all cancelled leave few of their dead behind, in a lane and in the queue.
#[test]
fn the_dead_are_bounded() {
    let mut calendar = Calendar::<u32>::new();
    let mut most = 0;
    for n in 0..100_000u32 {
        let now = u64::from(n) * 1000;
        calendar.schedule(Key::fresh(SimTime::from_ns(now), Class::Workload, 0, 0, 2 * n), 0);
        assert_eq!(calendar.pop(|n| *n == 0).map(|(key, _)| key.time.ns()), Some(now));
        start(&mut calendar, now, 1 << 40, 1);
        calendar.schedule(Key::fresh(SimTime::from_ns(now + (1 << 41)), Class::Timer, 0, 1, n), 1);
        calendar.note_dead();
        calendar.note_dead();
        let mut inside = 0;
        if n % 100 == 0 {
            calendar.for_each(|_, _| inside += 1);
        }
        most = most.max(inside);
    }
    assert!(most > 100 && most <= 1200, "{most} dead events were kept");
    assert_eq!(calendar.len_live_upper_bound(), 0);
}

/// Cancelled timers of a lane never enter the queue: only the lane's own entry surfaces.
#[test]
fn a_lane_of_cancelled_timers_is_one_entry() {
    let mut calendar = Calendar::<u32>::new();
    for n in 0..500 {
        start(&mut calendar, 0, 32_000, n);
    }
    assert_eq!(calendar.queue.len(), 1);
    assert_eq!(calendar.len_live_upper_bound(), 500);
    (0..500).for_each(|_| calendar.note_dead());
    assert_eq!(calendar.pop(|_| false), None);
    assert_eq!((calendar.queue.len(), calendar.in_lanes, calendar.dead), (0, 0, 0));
}

#[test]
fn peek_time_is_never_late() {
    let mut calendar = Calendar::<u32>::new();
    assert_eq!(calendar.peek_time(), None);
    start(&mut calendar, 0, 50, 1);
    assert_eq!(calendar.peek_time(), Some(SimTime::from_ns(50)));
    calendar.schedule(Key::fresh(SimTime::from_ns(20), Class::Arrival, 0, 0, 9), 9);
    assert_eq!(calendar.peek_time(), Some(SimTime::from_ns(20)));
}

/// A timer that never ends is no lane's business and still leaves last.
#[test]
fn endless_timers() {
    let mut calendar = Calendar::<u32>::new();
    let key = Key::fresh(SimTime::NEVER, Class::Timer, 0, 0, 0);
    calendar.schedule_after(Span::FOREVER, key, 7);
    start(&mut calendar, 0, 10, 8);
    assert_eq!(calendar.pop(|_| true).map(|(_, n)| n), Some(8));
    assert_eq!(calendar.pop(|_| true), Some((key, 7)));
}
