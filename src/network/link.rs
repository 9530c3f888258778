//! One link: its nature, fixed by the model, and what it remembers between traversals.

use crate::units::{Law, SimTime, Span};

/// How a link treats the order of what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// First in, first out for each direction and flow: arrival = max(previous arrival, now + delay).
    Stream,
    /// Every traversal stands alone and may overtake another.
    Datagram,
}

/// What a link joins, for the accounts of signalling (`metrics.md` 3.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum LinkClass {
    /// Client to core.
    Gm,
    /// Core to core and to application servers.
    Isc,
    /// PF, ISF and IWF among themselves.
    Iw,
    /// MAP or Diameter between gateways, switching centres and the home register.
    Map,
    /// The radio side of SMS.
    Air,
    /// Anything else.
    Other,
    /// The Push Enabler to PFs and devices.
    Push,
}

impl LinkClass {
    pub const ALL: [LinkClass; 7] =
        [LinkClass::Gm, LinkClass::Isc, LinkClass::Iw, LinkClass::Map, LinkClass::Air, LinkClass::Other, LinkClass::Push];

    /// The word used in metric names and model files.
    pub const fn name(self) -> &'static str {
        match self {
            LinkClass::Gm => "gm",
            LinkClass::Isc => "isc",
            LinkClass::Iw => "iw",
            LinkClass::Map => "map",
            LinkClass::Air => "air",
            LinkClass::Other => "other",
            LinkClass::Push => "push",
        }
    }
}

/// First and longest retransmission time-out of what carries a stream (RFC 6298 2.1, 2.5).
const RTO: Span = Span::from_secs(1);
const LONGEST_RTO: Span = Span::from_secs(60);
/// Bytes of one segment of a stream: 1500 less the headers of IPv6 and TCP.
const SEGMENT: u32 = 1440;

/// Segments of a PDU of `bytes`, at least one.
pub fn segments(bytes: u32) -> u32 {
    bytes.div_ceil(SEGMENT).max(1)
}

/// How long a segment is late that was lost `times` in a row: a time-out each, which doubles up to a minute.
pub fn lateness(times: u32) -> Span {
    let mut sum = Span::ZERO;
    let mut wait = RTO;
    for _ in 0..times {
        sum = sum.saturating_add(wait);
        wait = Span::from_ns(wait.ns() * 2).min(LONGEST_RTO);
    }
    sum
}

/// A bounded first-in-first-out line of bytes, one for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Bytes carried in a second, above zero.
    pub bytes_per_second: u64,
    /// Bytes that may wait or be under way; what does not fit is lost.
    pub queue_bytes: u64,
}

/// The nature of a link.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkSpec {
    pub name: String,
    pub class: LinkClass,
    pub transport: Transport,
    /// One-way delay of one traversal.
    pub delay: Law,
    /// Probability that a traversal, or a segment of a stream, is lost, in [0, 1].
    pub loss: f64,
    pub capacity: Option<Capacity>,
}

/// Which way a link is crossed: from its first end to its second, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Direction {
    Forth,
    Back,
}

/// What one joined pair of ends remembers, per direction: the last arrival (for streams) and when the line is free (for
/// capacity). A link that joins many devices to one function has one state for each device: a flow.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkState {
    last_arrival: [SimTime; 2],
    line_free: [SimTime; 2],
}

impl LinkState {
    /// The arrival of `bytes` sent at `now` with the drawn `delay`, or none if the bounded line is full.
    pub fn traverse(&mut self, spec: &LinkSpec, direction: Direction, now: SimTime, bytes: u64, delay: Span) -> Option<SimTime> {
        let way = direction as usize;
        let mut leaves = now;
        if let Some(capacity) = spec.capacity {
            let start = self.line_free[way].max(now);
            let waiting = bytes_in(start - now, capacity.bytes_per_second);
            if waiting.saturating_add(bytes) > capacity.queue_bytes {
                return None;
            }
            leaves = start.saturating_add(time_for(bytes, capacity.bytes_per_second));
            self.line_free[way] = leaves;
        }
        // Laws may say "forever": then the end of time is the arrival, which no run reaches.
        let mut arrival = leaves.saturating_add(delay);
        if spec.transport == Transport::Stream {
            arrival = arrival.max(self.last_arrival[way]);
            self.last_arrival[way] = arrival;
        }
        Some(arrival)
    }
}

/// Time on the line for `bytes`, rounded up to a nanosecond.
fn time_for(bytes: u64, per_second: u64) -> Span {
    Span::from_ns(u64::try_from((u128::from(bytes) * 1_000_000_000).div_ceil(u128::from(per_second))).unwrap_or(u64::MAX))
}

/// Bytes that a line carries in `span`, rounded up.
fn bytes_in(span: Span, per_second: u64) -> u64 {
    u64::try_from((u128::from(span.ns()) * u128::from(per_second)).div_ceil(1_000_000_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(transport: Transport, capacity: Option<Capacity>) -> LinkSpec {
        LinkSpec { name: "l".into(), class: LinkClass::Other, transport, delay: Law::Constant(Span::ZERO), loss: 0.0, capacity }
    }

    #[test]
    fn a_stream_keeps_order_and_a_datagram_does_not() {
        let (early, late) = (Span::from_ns(10), Span::from_ns(100));
        let mut state = LinkState::default();
        let stream = link(Transport::Stream, None);
        assert_eq!(state.traverse(&stream, Direction::Forth, SimTime::ZERO, 1, late), Some(SimTime::from_ns(100)));
        assert_eq!(state.traverse(&stream, Direction::Forth, SimTime::from_ns(5), 1, early), Some(SimTime::from_ns(100)));
        assert_eq!(state.traverse(&stream, Direction::Back, SimTime::from_ns(5), 1, early), Some(SimTime::from_ns(15)));
        let datagram = link(Transport::Datagram, None);
        let mut state = LinkState::default();
        state.traverse(&datagram, Direction::Forth, SimTime::ZERO, 1, late);
        assert_eq!(state.traverse(&datagram, Direction::Forth, SimTime::from_ns(5), 1, early), Some(SimTime::from_ns(15)));
    }

    /// RFC 6298: 1 s, doubled after each loss.
    #[test]
    fn a_lost_segment_costs_a_second_and_twice_as_much_each_time() {
        assert_eq!([0, 1, 2, 3, 6, 7, 8].map(|n| lateness(n).ns() / 1_000_000_000), [0, 1, 3, 7, 63, 123, 183]);
        assert_eq!([0, 1, 1440, 1441].map(segments), [1, 1, 1, 2]);
    }

    #[test]
    fn a_line_of_1000_bytes_a_second_serves_in_turn_and_refuses_what_does_not_fit() {
        let spec = link(Transport::Datagram, Some(Capacity { bytes_per_second: 1000, queue_bytes: 250 }));
        let mut state = LinkState::default();
        let ms = |n: u64| Some(SimTime::ZERO + Span::from_millis(n));
        assert_eq!(state.traverse(&spec, Direction::Forth, SimTime::ZERO, 100, Span::ZERO), ms(100));
        assert_eq!(state.traverse(&spec, Direction::Forth, SimTime::ZERO, 100, Span::ZERO), ms(200));
        assert_eq!(state.traverse(&spec, Direction::Forth, SimTime::ZERO, 100, Span::ZERO), None, "200 of 250 bytes are taken");
        assert_eq!(state.traverse(&spec, Direction::Forth, SimTime::ZERO + Span::from_millis(100), 100, Span::ZERO), ms(300));
    }
}
