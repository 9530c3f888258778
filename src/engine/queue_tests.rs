//! The wheel against the heap, and both against a sorted list.

use super::*;
use crate::engine::{Class, Heap, Wheel};
use crate::units::{SimTime, fold};
use proptest::prelude::*;

/// What a test does next.
#[derive(Clone, Debug)]
enum Act {
    /// Schedules so many nanoseconds after the last event, to this target, in this class.
    Push(u64, u32, u8),
    Pop,
    Peek,
    /// Throws away the events whose number is divisible by this.
    Drop(u32),
}

/// Spans from nothing to the end of time: mostly near, sometimes years.
fn span() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => Just(0u64),
        3 => 0..3u64,
        3 => 0..5_000u64,
        4 => 0..2_000_000u64,
        4 => 0..10_000_000_000u64,
        2 => 0..1u64 << 50,
        1 => any::<u64>(),
        1 => Just(u64::MAX),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        60 => (span(), 0..4u32, 0..5u8).prop_map(|(s, t, c)| Act::Push(s, t, c)),
        50 => Just(Act::Pop),
        5 => Just(Act::Peek),
        1 => (2..5u32).prop_map(Act::Drop),
    ]
}

const CLASSES: [Class; 5] = [Class::Access, Class::Arrival, Class::Timer, Class::Workload, Class::Measurement];

/// Does the same to a wheel, a heap and a list.
fn agree(acts: &[Act]) {
    let (mut wheel, mut heap, mut list) = (Wheel::new(), Heap::new(), Vec::<(Key, u32)>::new());
    let mut last = Key::fresh(SimTime::ZERO, Class::Access, 0, 0, 0);
    for (n, act) in (1u32..).zip(acts) {
        match act {
            Act::Push(span, target, class) => {
                let time = SimTime::from_ns(last.time.ns().saturating_add(*span));
                let key = Key::effect_of(&last, time, CLASSES[*class as usize], *target, 1, n).unwrap();
                wheel.push(key, n);
                heap.push(key, n);
                list.push((key, n));
                list.sort_by_key(|entry| std::cmp::Reverse(entry.0));
            }
            Act::Pop => {
                let next = list.pop();
                assert_eq!(wheel.pop(), next);
                assert_eq!(heap.pop(), next);
                last = next.map_or(last, |(key, _)| key);
            }
            Act::Peek => {
                let next = list.last().map(|(key, _)| *key);
                assert_eq!(wheel.peek(), next);
                assert_eq!(heap.peek(), next);
            }
            Act::Drop(divisor) => {
                let keep = |n: u32| !n.is_multiple_of(*divisor);
                wheel.retain(|_, n| keep(*n));
                heap.retain(|_, n| keep(*n));
                list.retain(|(_, n)| keep(*n));
            }
        }
        assert_eq!(wheel.len(), list.len());
        assert_eq!(heap.len(), list.len());
        if n % 97 == 0 {
            (wheel, heap) = (wheel.clone(), heap.clone());
            let mut seen = Vec::new();
            wheel.for_each(|key, n| seen.push((*key, *n)));
            seen.sort_by_key(|entry| std::cmp::Reverse(entry.0));
            assert_eq!(seen, list);
        }
    }
    while let Some(next) = list.pop() {
        assert_eq!(wheel.pop(), Some(next));
        assert_eq!(heap.pop(), Some(next));
    }
    assert_eq!((wheel.pop(), heap.pop()), (None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn wheel_heap_and_list_agree(acts in proptest::collection::vec(act(), 1..600)) {
        agree(&acts);
    }
}

/// Long runs at several densities, wheel against heap: hold (take one, schedule one) with bursts and ties.
#[test]
fn wheel_and_heap_agree_at_length() {
    for (pending, mean) in [(1u32, 1u64 << 30), (50, 1 << 12), (3_000, 1 << 30), (20_000, 1 << 22), (5_000, 1 << 42)] {
        let (mut wheel, mut heap) = (Wheel::new(), Heap::new());
        let mut state = u64::from(pending);
        let mut draw = |n: u64| {
            state = fold(state, 5);
            state % n
        };
        for n in 0..pending {
            let key = Key::fresh(SimTime::from_ns(draw(mean)), Class::Arrival, n, 0, n);
            wheel.push(key, n);
            heap.push(key, n);
        }
        for n in pending..pending + 60_000 {
            let (key, event) = heap.pop().unwrap();
            assert_eq!(wheel.pop(), Some((key, event)));
            // Every so often a burst within the instant, or all at one later instant, or far beyond all others.
            let span = match draw(16) {
                0 => 0,
                1 => mean / 2 - (key.time.ns() % (mean / 2)),
                2 => draw(1 + mean / 1000),
                3 => draw(mean * 1000),
                _ => draw(2 * mean),
            };
            let time = SimTime::from_ns(key.time.ns() + span);
            let key = Key::effect_of(&key, time, Class::Arrival, event % 64, event, n).unwrap();
            wheel.push(key, event);
            heap.push(key, event);
        }
        assert_eq!(wheel.len(), pending as usize);
        while let Some(next) = heap.pop() {
            assert_eq!(wheel.pop(), Some(next));
        }
    }
}

/// A storm: very many events at one instant, each with an effect at the same instant.
#[test]
fn many_ties_leave_in_order() {
    const N: u32 = 30_000;
    let mut wheel = Wheel::new();
    let storm = SimTime::from_ns(3_600_000_000_000);
    for n in 0..N {
        wheel.push(Key::fresh(storm, Class::Arrival, n.wrapping_mul(2_654_435_761) % N, 0, n), n);
    }
    let mut last = Key::fresh(SimTime::ZERO, Class::Access, 0, 0, 0);
    let mut left = 0;
    while let Some((key, n)) = wheel.pop() {
        assert!(key > last);
        last = key;
        left += 1;
        if key.step() == 0 && key.class() == Class::Arrival {
            let class = if n % 2 == 0 { Class::Arrival } else { Class::Timer };
            wheel.push(Key::effect_of(&key, storm, class, N - n, 1, n).unwrap(), n);
        }
    }
    assert_eq!(left, 2 * N);
}

/// A look ahead opens a stretch far away; then very many events are scheduled before it, and leave in order.
#[test]
fn a_look_ahead_does_not_disturb_what_comes_before() {
    for far in [1u64 << 20, 1 << 31, 1 << 44, u64::MAX] {
        for others in [0u32, 1, 40, 200] {
            let (mut wheel, mut heap) = (Wheel::new(), Heap::new());
            let mut n = 0;
            let mut push = |wheel: &mut Wheel<u32>, heap: &mut Heap<u32>, time: u64| {
                n += 1;
                let key = Key::fresh(SimTime::from_ns(time), Class::Arrival, n % 7, 0, n);
                wheel.push(key, n);
                heap.push(key, n);
            };
            for k in 0..u64::from(others) {
                push(&mut wheel, &mut heap, far - k * (far / 1000));
            }
            push(&mut wheel, &mut heap, far);
            assert_eq!(wheel.peek(), heap.peek());
            for k in 0..600 {
                push(&mut wheel, &mut heap, fold(k, far) % (far / 2));
            }
            assert_eq!(wheel.peek(), heap.peek());
            for k in 0..400 {
                assert_eq!(wheel.pop(), heap.pop());
                if k % 3 == 0 {
                    let now = heap.peek().expect("many are waiting").time.ns();
                    push(&mut wheel, &mut heap, now + fold(k, 3) % (far - now));
                }
            }
            while let Some(next) = heap.pop() {
                assert_eq!(wheel.pop(), Some(next));
            }
            assert_eq!(wheel.pop(), None);
        }
    }
}

/// After it has grown, the wheel allocates nothing: its vectors keep their capacity through a million events.
#[test]
fn a_warm_wheel_does_not_grow() {
    let mut wheel = Wheel::new();
    let mut state = 3u64;
    let mut hold = |wheel: &mut Wheel<u32>, times: u32| {
        for _ in 0..times {
            let (key, n) = wheel.pop().unwrap();
            state = fold(state, 5);
            let time = SimTime::from_ns(key.time.ns() + 1 + state % 2_000_000_000);
            wheel.push(Key::fresh(time, Class::Arrival, n, 0, n), n);
        }
    };
    for n in 0..1000 {
        wheel.push(Key::fresh(SimTime::from_ns(u64::from(n) * 1_000_000), Class::Arrival, n, 0, n), n);
    }
    hold(&mut wheel, 200_000);
    let before = wheel.capacity();
    hold(&mut wheel, 200_000);
    assert_eq!(wheel.capacity(), before);
}

#[test]
#[should_panic(expected = "may not be scheduled before")]
fn the_past_is_closed_to_the_wheel() {
    let mut wheel = Wheel::new();
    wheel.push(Key::fresh(SimTime::from_ns(10), Class::Arrival, 0, 0, 0), ());
    wheel.pop();
    wheel.push(Key::fresh(SimTime::from_ns(9), Class::Arrival, 0, 0, 1), ());
}

#[test]
#[should_panic(expected = "may not be scheduled before")]
fn the_past_is_closed_to_the_heap() {
    let mut heap = Heap::new();
    heap.push(Key::fresh(SimTime::from_ns(10), Class::Timer, 0, 0, 0), ());
    heap.pop();
    heap.push(Key::fresh(SimTime::from_ns(10), Class::Arrival, 0, 0, 1), ());
}
