//! Latency (`metrics.md` 3.1): how long messages take, from submission, from acceptance, and from the first usable access.
//!
//! Folded from the book of each measured message when it is closed. The draining of a queue is in
//! `drain.rs`. A duty that took over from a forwarded message has no response of its own.

use super::fold::Times;
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{DeferReason, Fate, Path};
use crate::units::{SimTime, Span};

#[derive(Clone, Debug, Default)]
pub(super) struct Latency {
    immediate: Times,
    end_to_end: Times,
    first_device: Times,
    deferred: Times,
    excess: Times,
    reachable_wait: Times,
    time_to_defer: Times,
    response: Times,
    all_devices: Times,
    display: Times,
}

impl Latency {
    pub fn closed(&mut self, now: SimTime, m: &MessageRecord) {
        if m.forwarded_from.is_some() {
            // The response is that of the message it took over from.
        } else if m.answer == NEVER {
            self.response.open(m.submit, now);
        } else if m.answer_code != 0 {
            self.response.between(m.submit, m.answer);
        }
        if m.deferred() && m.defer_reason == Some(DeferReason::AttemptFailed) {
            self.time_to_defer.between(m.accept, m.defer);
        }
        if m.delivered() {
            self.delivered(now, m);
        } else if m.open() && m.reject == NEVER {
            self.still_open(now, m);
        }
    }

    fn delivered(&mut self, now: SimTime, m: &MessageRecord) {
        let at = m.first_arrival;
        self.end_to_end.between(m.submit, at);
        self.first_device.between(m.accept, at);
        self.reachable_wait.ended(m.usable_wait);
        if m.first_display() != NEVER {
            self.display.between(m.accept, m.first_display());
        }
        self.all_devices(now, m);
        if m.deferred() {
            self.deferred.between(m.accept, at);
            // What came before there was an access at all, by an attempt whose answer was lost, came without excess.
            self.excess.ended(at.since(m.reach).unwrap_or(Span::ZERO));
        } else {
            self.immediate.between(m.submit, at);
        }
    }

    /// The last of the devices addressed at acceptance, if the message came to all of them over IP.
    fn all_devices(&mut self, now: SimTime, m: &MessageRecord) {
        let first = |device| {
            let arrivals = m.copies.iter().filter(|c| c.path == Path::Ip && c.device == Some(device) && c.arrived != NEVER);
            arrivals.map(|c| c.arrived).min().unwrap_or(NEVER)
        };
        match m.selected.iter().map(|(device, _)| first(*device)).max() {
            None => {}
            Some(NEVER) if m.copies.iter().any(|c| c.fate == Some(Fate::Pending)) => self.all_devices.open(m.accept, now),
            Some(NEVER) => {}
            Some(last) => self.all_devices.between(m.accept, last),
        }
    }

    /// Neither arrived nor otherwise ended: each clock that has begun is read.
    fn still_open(&mut self, now: SimTime, m: &MessageRecord) {
        self.end_to_end.open(m.submit, now);
        if !m.deferred() {
            self.immediate.open(m.submit, now);
        }
        if m.accepted() {
            self.first_device.open(m.accept, now);
            self.reachable_wait.histogram.record_censored(m.usable_wait.ns());
            if !m.selected.is_empty() {
                self.all_devices.open(m.accept, now);
            }
        }
        if m.deferred() {
            self.deferred.open(m.accept, now);
            self.excess.open(m.reach.min(now), now);
        }
    }

    pub fn finish(self, out: &mut Tables) {
        out.times("immediate_latency", self.immediate);
        out.times("end_to_end_latency", self.end_to_end);
        out.times("first_device_latency", self.first_device);
        out.times("deferred_latency", self.deferred);
        out.times("deferred_excess", self.excess);
        out.times("reachable_wait", self.reachable_wait);
        out.times("time_to_defer", self.time_to_defer);
        out.times("response_latency", self.response);
        out.times("all_devices_latency", self.all_devices);
        out.times("display_latency", self.display);
    }
}
