//! SIP client transactions and signalling (`metrics.md` 3.10).
//!
//! Transactions are those that start in the window: of a function with the one that answers it, over any number of hops. What is counted of
//! transmissions is what its beginner sends; what proxies on the way repeat counts in `retransmissions_<class>`. Left out: the breakdown
//! by link class (a transaction may cross several).

use std::collections::BTreeMap;

use super::fold::{By, OpenStarts, Share, Times, Window};
use super::tables::Tables;
use crate::results::LINK_CLASSES;
use crate::sim::seen::{LegResult, LinkClass, Method, TxnId};
use crate::stats::{Level, Levels};
use crate::units::SimTime;

const METHODS: [Method; 8] = [
    Method::Register,
    Method::Subscribe,
    Method::Notify,
    Method::Message,
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
];

/// The last transaction of a slot.
#[derive(Clone, Copy, Debug)]
struct Last {
    generation: u32,
    started: SimTime,
    sent: u32,
    seen: bool,
    open: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// By method: those that timed out, of those that started.
    timeouts: [Share; METHODS.len()],
    /// Of those that timed out, those whose request came to its server, before or after.
    timed_out_seen: u64,
    open: OpenStarts,
    /// Starts of those that are open and not seen.
    on_the_way: OpenStarts,
    /// Ended ones by their number of transmissions; open ones count as sent once or more.
    transmissions: Levels,
    completion: Times,
    arrival: Times,
    /// By owner and slot.
    last: By<Vec<Option<Last>>>,
    /// Timed out and not seen: may still be.
    overdue: BTreeMap<(u32, u32, u32), SimTime>,
}

impl Transactions {
    #[inline]
    pub fn start(&mut self, now: SimTime, txn: TxnId, method: Method, window: &Window) {
        let slots = self.last.at(txn.owner.0);
        if txn.slot as usize >= slots.len() {
            slots.resize(txn.slot as usize + 1, None);
        }
        slots[txn.slot as usize] = Some(Last { generation: txn.generation, started: now, sent: 1, seen: false, open: true });
        if window.holds(now) {
            self.timeouts[method as usize].den += 1;
            self.open.begin(now);
            self.on_the_way.begin(now);
        }
    }

    #[inline]
    fn last(&mut self, txn: TxnId) -> Option<&mut Last> {
        self.last.at(txn.owner.0).get_mut(txn.slot as usize)?.as_mut().filter(|last| last.generation == txn.generation)
    }

    #[inline]
    pub fn end(&mut self, now: SimTime, txn: TxnId, method: Method, started: SimTime, result: LegResult, window: &Window) {
        let last = self.last(txn).map(|last| {
            last.open = false;
            *last
        });
        if !window.holds(started) {
            return;
        }
        self.open.end(started);
        let seen = last.is_some_and(|l| l.seen);
        if !seen {
            self.on_the_way.end(started);
        }
        self.transmissions.count(i64::from(last.map_or(1, |l| l.sent)));
        match result {
            LegResult::Code(_) => self.completion.between(started, now),
            LegResult::Timeout => {
                self.timeouts[method as usize].num += 1;
                self.timed_out_seen += u64::from(seen);
                if !seen {
                    self.overdue.insert((txn.owner.0, txn.slot, txn.generation), started);
                }
            }
            LegResult::Abandoned => {}
        }
    }

    /// Its beginner sent its request for the `nth` time.
    pub fn repeated(&mut self, txn: TxnId, nth: u32) {
        if let Some(last) = self.last(txn) {
            last.sent = last.sent.max(nth);
        }
    }

    /// Its request is complete at its server.
    #[inline]
    pub fn seen(&mut self, now: SimTime, txn: TxnId, window: &Window) {
        if !self.overdue.is_empty()
            && let Some(started) = self.overdue.remove(&(txn.owner.0, txn.slot, txn.generation))
        {
            self.timed_out_seen += 1;
            return self.arrival.between(started, now);
        }
        let Some(last) = self.last(txn).filter(|l| !l.seen) else { return };
        last.seen = true;
        let (started, open) = (last.started, last.open);
        if window.holds(started) {
            // One that was given up may still come.
            if open {
                self.on_the_way.end(started);
            }
            self.arrival.between(started, now);
        }
    }

    pub fn finish(mut self, end: SimTime, out: &mut Tables) {
        let open = self.open.iter().count() as u64;
        for start in self.open.iter() {
            self.completion.open(start, end);
        }
        for start in self.on_the_way.iter() {
            self.arrival.open(start, end);
        }
        if open > 0 {
            self.transmissions.add(1, Level { weight_ns: 0, items: 0, censored: open });
        }
        let all = |of: fn(&Share) -> u64| self.timeouts.iter().map(of).sum::<u64>();
        out.ratio("timeout_ratio", all(|s| s.num), all(|s| s.den));
        out.ratio("timeout_delivered_ratio", self.timed_out_seen, all(|s| s.num));
        for (method, share) in METHODS.iter().zip(self.timeouts) {
            out.part("timeout_ratio", "method", &method.name().to_lowercase(), share.num, share.den);
        }
        out.levels("transmissions", self.transmissions);
        out.times("completion", self.completion);
        out.times("request_arrival", self.arrival);
    }
}

/// Traversals of links of one class.
#[derive(Clone, Copy, Debug, Default)]
struct Traffic {
    messages: u64,
    bytes: u64,
    background: u64,
    again: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Signalling {
    classes: [Traffic; LinkClass::ALL.len()],
    sip: u64,
}

/// One traversal of one link.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hop {
    pub class: LinkClass,
    pub bytes: u32,
    pub sip: bool,
    /// Not for the first time.
    pub again: bool,
    /// For a measured message.
    pub measured: bool,
    /// For no message at all.
    pub background: bool,
}

impl Signalling {
    #[inline]
    pub fn hop(&mut self, now: SimTime, hop: Hop, window: &Window) {
        let class = &mut self.classes[hop.class as usize];
        if hop.measured && hop.again {
            class.again += 1;
        } else if hop.measured {
            class.messages += 1;
            class.bytes += u64::from(hop.bytes);
            self.sip += u64::from(hop.sip);
        } else if hop.background && window.holds(now) {
            class.background += 1;
        }
    }

    /// `delivered`: the size of V.
    pub fn finish(self, delivered: u64, window: &Window, out: &mut Tables) {
        for name in LINK_CLASSES {
            // Classes that no link can have yet carried nothing.
            let class = LinkClass::ALL.iter().position(|c| c.name() == name).map_or(Traffic::default(), |at| self.classes[at]);
            out.ratio(format!("signalling_{name}_messages_per_delivered"), class.messages, delivered);
            out.ratio(format!("signalling_{name}_bytes_per_delivered"), class.bytes, delivered);
            out.ratio(format!("retransmissions_{name}_messages_per_delivered"), class.again, delivered);
            let seconds = window.ns() as f64 / 1e9;
            let rate = if seconds > 0.0 { class.background as f64 / seconds } else { 0.0 };
            out.value(format!("background_{name}_per_s"), rate);
        }
        let total = |of: fn(&Traffic) -> u64| self.classes.iter().map(of).sum();
        out.ratio("signalling_sip_messages_per_delivered", self.sip, delivered);
        out.ratio("signalling_total_messages_per_delivered", total(|c| c.messages), delivered);
        out.ratio("signalling_total_bytes_per_delivered", total(|c| c.bytes), delivered);
    }
}
