//! Duplicates (`metrics.md` 3.6): copies that arrived beyond the one that was due, before and after the clients' de-duplication.
//!
//! Cross-device duplicates are counted over deferred messages where a push goes to one device: what finds clients at its acceptance is
//! sent to all of them by the rule. Copies over both technologies that a
//! deliver-and-interwork rule asked for are duplicates by mandate, and no others.

use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::model::Model;
use crate::sim::seen::{FunctionId, Path, axes};
use crate::stats::Levels;

/// A copy that arrived: where, how, and whether it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Arrival {
    device: Option<FunctionId>,
    path: Path,
    presented: bool,
}

/// Counts before and after de-duplication.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    arrived: u64,
    presented: u64,
}

impl Pair {
    fn add(&mut self, arrived: u64, presented: u64) {
        self.arrived += arrived;
        self.presented += presented;
    }
}

#[derive(Clone, Debug)]
pub(super) struct Duplicates {
    one_device: bool,
    accepted: u64,
    pushed_to_one: u64,
    same_device: Pair,
    cross_technology: Pair,
    mandated: u64,
    cross_device: Pair,
    copies: Levels,
    /// Arrivals of the message in hand; kept for its room.
    arrivals: Vec<Arrival>,
}

impl Duplicates {
    pub fn new(model: &Model) -> Duplicates {
        Duplicates {
            one_device: !model.axes.is(axes::PUSH_TARGET, "all-suitable"),
            accepted: 0,
            pushed_to_one: 0,
            same_device: Pair::default(),
            cross_technology: Pair::default(),
            mandated: 0,
            cross_device: Pair::default(),
            copies: Levels::new(),
            arrivals: Vec::new(),
        }
    }

    pub fn closed(&mut self, m: &MessageRecord) {
        if !m.accepted() {
            return;
        }
        self.accepted += 1;
        let one_device = self.one_device && m.deferred();
        self.pushed_to_one += u64::from(one_device);
        self.arrivals.clear();
        self.arrivals.extend(m.copies.iter().filter(|c| c.arrived != NEVER).map(|c| Arrival {
            device: c.device,
            path: c.path,
            presented: c.presented != NEVER,
        }));
        if m.delivered() {
            self.copies.count(self.arrivals.len() as i64);
        }
        if self.arrivals.len() < 2 {
            return;
        }
        self.arrivals.sort_unstable();
        let arrivals = &self.arrivals[..];
        let shown = || arrivals.iter().filter(|a| a.presented);
        self.same_device.add(extra(arrivals.iter()), extra(shown()));
        if m.asked_both {
            self.mandated += both_ways(arrivals.iter());
        } else {
            self.cross_technology.add(both_ways(arrivals.iter()), both_ways(shown()));
        }
        if one_device {
            self.cross_device.add(u64::from(devices(arrivals.iter()) > 1), u64::from(devices(shown()) > 1));
        }
    }

    pub fn finish(self, out: &mut Tables) {
        out.ratio("duplicate_same_device_per_1000", self.same_device.arrived, self.accepted);
        out.ratio("duplicate_same_device_presented_per_1000", self.same_device.presented, self.accepted);
        out.ratio("duplicate_cross_technology_per_1000", self.cross_technology.arrived, self.accepted);
        out.ratio("duplicate_cross_technology_presented_per_1000", self.cross_technology.presented, self.accepted);
        out.ratio("duplicate_cross_device_per_1000", self.cross_device.arrived, self.pushed_to_one);
        out.ratio("duplicate_cross_device_presented_per_1000", self.cross_device.presented, self.pushed_to_one);
        out.ratio("duplicate_mandated_per_1000", self.mandated, self.accepted);
        out.levels("copies", self.copies);
    }
}

/// Copies beyond the first of each device and technology. The arrivals are sorted.
fn extra<'a>(arrivals: impl Iterator<Item = &'a Arrival>) -> u64 {
    let mut last = None;
    arrivals.map(|a| u64::from(last.replace((a.device, a.path)) == Some((a.device, a.path)))).sum()
}

/// Whether both technologies came to one device: the Primary Device, since no other takes SMS. The arrivals are sorted.
fn both_ways<'a>(arrivals: impl Iterator<Item = &'a Arrival>) -> u64 {
    let mut last = None;
    let mut turns = arrivals.map(|a| last.replace((a.device, a.path)).is_some_and(|(d, path)| d == a.device && path != a.path));
    u64::from(turns.any(|turn| turn))
}

/// Number of different devices. The arrivals are sorted.
fn devices<'a>(arrivals: impl Iterator<Item = &'a Arrival>) -> usize {
    let mut last = None;
    arrivals.filter(|a| last.replace(a.device) != Some(a.device)).count()
}
