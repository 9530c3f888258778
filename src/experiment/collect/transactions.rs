//! SIP client transactions and signalling (`metrics.md` 3.10).
//!
//! Transactions are those that start in the window. Each is one transmission, since links do not lose SIP and nothing is transmitted
//! again. Left out: when a request was complete at its server (no stamp), and the breakdown by link class (a transaction may cross
//! several).

use super::fold::{OpenStarts, Share, Times, Window};
use super::tables::Tables;
use crate::results::LINK_CLASSES;
use crate::sim::seen::{LegResult, LinkClass, Method};
use crate::stats::{Level, Levels};
use crate::units::SimTime;

const METHODS: [Method; 4] = [Method::Register, Method::Subscribe, Method::Notify, Method::Message];

#[derive(Clone, Debug, Default)]
pub(super) struct Transactions {
    /// By method: those that timed out, of those that started.
    timeouts: [Share; 4],
    open: OpenStarts,
    ended: u64,
    completion: Times,
}

impl Transactions {
    #[inline]
    pub fn start(&mut self, now: SimTime, method: Method, window: &Window) {
        if window.holds(now) {
            self.timeouts[method as usize].den += 1;
            self.open.begin(now);
        }
    }

    #[inline]
    pub fn end(&mut self, now: SimTime, method: Method, started: SimTime, result: LegResult, window: &Window) {
        if !window.holds(started) {
            return;
        }
        self.open.end(started);
        self.ended += 1;
        match result {
            LegResult::Code(_) => self.completion.between(started, now),
            LegResult::Timeout => self.timeouts[method as usize].num += 1,
            LegResult::Abandoned => {}
        }
    }

    pub fn finish(mut self, end: SimTime, out: &mut Tables) {
        let mut transmissions = Levels::new();
        let mut open = 0;
        for start in self.open.iter() {
            open += 1;
            self.completion.open(start, end);
        }
        if self.ended + open > 0 {
            transmissions.add(1, Level { weight_ns: 0, items: self.ended, censored: open });
        }
        let all = |of: fn(&Share) -> u64| self.timeouts.iter().map(of).sum();
        out.ratio("timeout_ratio", all(|s| s.num), all(|s| s.den));
        for (method, share) in METHODS.iter().zip(self.timeouts) {
            out.part("timeout_ratio", "method", &method.name().to_lowercase(), share.num, share.den);
        }
        out.levels("transmissions", transmissions);
        out.times("completion", self.completion);
    }
}

/// Traversals of links of one class.
#[derive(Clone, Copy, Debug, Default)]
struct Traffic {
    messages: u64,
    bytes: u64,
    background: u64,
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
    /// For a measured message.
    pub measured: bool,
    /// For no message at all.
    pub background: bool,
}

impl Signalling {
    #[inline]
    pub fn hop(&mut self, now: SimTime, hop: Hop, window: &Window) {
        let class = &mut self.classes[hop.class as usize];
        if hop.measured {
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
