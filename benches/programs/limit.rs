//! The limit: each workload as a program written by hand.
//!
//! A flat 4-ary heap of 16-byte `Copy` events with branch-free compares, preallocated; no dispatch through traits, state in
//! flat arrays, one plain xoshiro256++ stream. Ties are broken by the event's own bits: it keeps no total order of causes,
//! counts no sources and draws by no subject.

use super::{BETWEEN, DIRECT, Deferred, LIFE, OFF, ON, PUSHED, S, TAIL, Until};
use std::collections::VecDeque;

/// xoshiro256++.
struct Rng([u64; 4]);

impl Rng {
    fn new(seed: u64) -> Self {
        let mut x = seed;
        Rng(std::array::from_fn(|_| {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let z = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        }))
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        let s = &mut self.0;
        let out = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        out
    }

    /// Exponential nanoseconds.
    #[inline]
    fn exp(&mut self, mean: u64) -> u64 {
        let u = ((self.bits() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64);
        (-u.ln() * mean as f64) as u64
    }

    #[inline]
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }
}

/// An event: the instant above, what and who below.
type Event = u128;

fn event(time: u64, what: u64, who: u64) -> Event {
    (u128::from(time) << 64) | u128::from((what << 32) | who)
}

/// A 4-ary heap whose emptied root is filled by the next push.
struct Heap {
    /// Padded with the largest event, so that every node has four children.
    events: Vec<Event>,
    len: usize,
    hole: bool,
}

impl Heap {
    fn with_capacity(n: usize) -> Self {
        let mut events = Vec::with_capacity(4 * n + 8);
        events.resize(8, Event::MAX);
        Heap { events, len: 0, hole: false }
    }

    #[inline]
    fn push(&mut self, event: Event) {
        if self.hole {
            self.hole = false;
            self.sink(event);
            return;
        }
        let mut at = self.len;
        self.len += 1;
        if 4 * self.len + 4 > self.events.len() {
            self.events.resize(8 * self.len + 8, Event::MAX);
        }
        while at > 0 {
            let parent = (at - 1) / 4;
            if self.events[parent] <= event {
                break;
            }
            self.events[at] = self.events[parent];
            at = parent;
        }
        self.events[at] = event;
    }

    #[inline]
    fn sink(&mut self, event: Event) {
        let mut at = 0;
        loop {
            let first = 4 * at + 1;
            let Some(&[a, b, c, d]) = self.events.get(first..first + 4).and_then(|s| <&[Event; 4]>::try_from(s).ok()) else {
                break;
            };
            let (left, least_left) = if b < a { (first + 1, b) } else { (first, a) };
            let (right, least_right) = if d < c { (first + 3, d) } else { (first + 2, c) };
            let (child, least) = if least_right < least_left { (right, least_right) } else { (left, least_left) };
            if event <= least {
                break;
            }
            self.events[at] = least;
            at = child;
        }
        self.events[at] = event;
    }

    #[inline]
    fn pop(&mut self) -> Option<Event> {
        if self.hole {
            self.hole = false;
            self.len -= 1;
            let last = std::mem::replace(&mut self.events[self.len], Event::MAX);
            if self.len > 0 {
                self.sink(last);
            }
        }
        if self.len == 0 {
            return None;
        }
        self.hole = true;
        Some(self.events[0])
    }
}

/// PHOLD: the mean delay in seconds of `events` events among `n` processes.
pub fn phold(n: u64, events: u64, seed: u64) -> f64 {
    let mut rng = Rng::new(seed);
    let mut heap = Heap::with_capacity(n as usize);
    for process in 0..n {
        let delay = S / 10 + rng.exp(S);
        heap.push(event(delay, 0, process));
    }
    let mut sum = 0u64;
    let mut handled = vec![0u32; n as usize];
    for _ in 0..events {
        let next = heap.pop().expect("as many events as processes");
        handled[next as u32 as usize] += 1;
        let delay = S / 10 + rng.exp(S);
        sum += delay / 1000;
        heap.push(event((next >> 64) as u64 + delay, 0, rng.below(n)));
    }
    assert!(handled.iter().map(|n| u64::from(*n)).sum::<u64>() == events);
    sum as f64 / events as f64 / 1e6
}

/// M/M/1: the mean time in the system of `customers` customers.
pub fn mm1(customers: u64, seed: u64) -> f64 {
    let mut rng = Rng::new(seed);
    let mut heap = Heap::with_capacity(4);
    let mut queue = VecDeque::with_capacity(1024);
    let (mut arrived, mut sum) = (0u64, 0u64);
    heap.push(event(rng.exp(S * 5 / 4), 0, 0));
    while let Some(next) = heap.pop() {
        let now = (next >> 64) as u64;
        if (next >> 32) as u32 == 0 {
            arrived += 1;
            queue.push_back(now);
            if arrived < customers {
                heap.push(event(now + rng.exp(S * 5 / 4), 0, 0));
            }
            if queue.len() == 1 {
                heap.push(event(now + rng.exp(S), 1, 0));
            }
        } else {
            sum += now - queue.pop_front().expect("a customer is served");
            if !queue.is_empty() {
                heap.push(event(now + rng.exp(S), 1, 0));
            }
        }
    }
    sum as f64 / customers as f64 / 1e9
}

const ARRIVAL: u64 = 0;
const TOGGLE: u64 = 1;
const DELIVERED_DIRECT: u64 = 2;
const DELIVERED_PUSHED: u64 = 3;
const EXPIRED: u64 = 4;

/// The deferred workload: replicate `replicate` of the experiment with this seed.
pub fn deferred(users: u64, until: Until, seed: u64, replicate: u64) -> Deferred {
    let mut rng = Rng::new(seed ^ replicate.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (most, horizon) = match until {
        Until::Messages(m) => (m, u64::MAX),
        Until::Horizon(end) => (users * end / BETWEEN * 2, end),
    };
    let mut heap = Heap::with_capacity(users as usize * 5);
    let mut on = vec![false; users as usize];
    let mut queues: Vec<Vec<u32>> = (0..users).map(|_| Vec::with_capacity(8)).collect();
    let mut submitted: Vec<u64> = Vec::with_capacity(most as usize);
    let mut queued: Vec<bool> = Vec::with_capacity(most as usize);
    let mut out = Deferred { latencies: Vec::with_capacity(most as usize / 3 + 8), ..Deferred::default() };
    for user in 0..users {
        let is_on = rng.below(3) < 2;
        on[user as usize] = is_on;
        heap.push(event(rng.exp(if is_on { ON } else { OFF }), TOGGLE, user));
        heap.push(event(rng.exp(BETWEEN), ARRIVAL, user));
    }
    let mut open = 0u64;
    while let Some(next) = heap.pop() {
        let now = (next >> 64) as u64;
        if now >= horizon {
            break;
        }
        let who = u64::from(next as u32);
        let at = who as usize;
        match (next >> 32) as u32 as u64 {
            ARRIVAL => {
                if out.messages == most {
                    continue;
                }
                out.messages += 1;
                open += 1;
                let message = submitted.len() as u64;
                submitted.push(now);
                queued.push(!on[at]);
                heap.push(event(now + rng.exp(BETWEEN), ARRIVAL, who));
                if on[at] {
                    heap.push(event(now + DIRECT + rng.exp(TAIL), DELIVERED_DIRECT, message));
                } else {
                    queues[at].push(message as u32);
                    heap.push(event(now + LIFE, EXPIRED, message));
                }
            }
            TOGGLE => {
                on[at] = !on[at];
                heap.push(event(now + rng.exp(if on[at] { ON } else { OFF }), TOGGLE, who));
                if on[at] {
                    for &message in &queues[at] {
                        if queued[message as usize] {
                            queued[message as usize] = false;
                            heap.push(event(now + PUSHED + rng.exp(TAIL), DELIVERED_PUSHED, u64::from(message)));
                        }
                    }
                    queues[at].clear();
                }
            }
            DELIVERED_DIRECT => {
                out.direct += 1;
                open -= 1;
            }
            DELIVERED_PUSHED => {
                out.pushed += 1;
                open -= 1;
                out.latencies.push(now - submitted[at]);
            }
            _ => {
                // A timer whose message has gone is no event.
                if !queued[at] {
                    continue;
                }
                queued[at] = false;
                out.expired += 1;
                open -= 1;
            }
        }
        out.events += 1;
        if open == 0 && out.messages == most {
            break;
        }
    }
    out
}
