//! Sessions for deferred messages (`metrics.md` 3.11): how many stand, how long they take to set up, and those over MSRP that break.
//!
//! A pull has one in every case; its media plane is used, and can break off, only under `pull-transport=in-session`. Sessions of one
//! client are told apart by their order. Left out: bytes sent again, references.

use std::collections::{BTreeMap, VecDeque};

use super::fold::{Share, Standing, Times, Window};
use super::tables::Tables;
use crate::model::Model;
use crate::sim::seen::{FunctionId, axes};
use crate::stats::Levels;
use crate::units::SimTime;

/// The sessions of one client that are not over.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Offered, and neither refused nor set up.
    offered: VecDeque<SimTime>,
    /// Set up; true: after the warm-up.
    up: VecDeque<bool>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    /// Whether messages travel in them.
    over_msrp: bool,
    lines: BTreeMap<FunctionId, Line>,
    active: Standing,
    active_levels: Levels,
    setup: Times,
    incomplete: Share,
    /// Offered in the window, and refused of those for lack of capacity.
    blocked: Share,
}

impl Sessions {
    pub fn new(model: &Model) -> Sessions {
        Sessions { over_msrp: model.axes.is(axes::PULL_TRANSPORT, "in-session"), ..Sessions::default() }
    }

    pub fn offered(&mut self, now: SimTime, device: FunctionId, window: &Window) {
        self.blocked.den += u64::from(window.begun(now));
        self.lines.entry(device).or_default().offered.push_back(now);
    }

    /// Refused: the one that came just now, else the one that waited longest.
    pub fn refused(&mut self, now: SimTime, device: FunctionId, blocked: bool, window: &Window) {
        let offered = &mut self.lines.entry(device).or_default().offered;
        let this = if offered.back() == Some(&now) { offered.pop_back() } else { offered.pop_front() };
        self.blocked.num += u64::from(blocked && this.is_some_and(|at| window.begun(at)));
    }

    pub fn up(&mut self, now: SimTime, device: FunctionId, window: &Window) {
        let line = self.lines.entry(device).or_default();
        if let Some(offered) = line.offered.pop_front().filter(|at| window.begun(*at)) {
            self.setup.between(offered, now);
        }
        line.up.push_back(window.begun(now));
        self.incomplete.den += u64::from(window.begun(now));
        self.active.set(now, self.active.level() + 1, window, &mut self.active_levels);
    }

    /// Over, with all that it was to carry or not. One that was never set up was given up.
    pub fn end(&mut self, now: SimTime, device: FunctionId, complete: bool, window: &Window) {
        let line = self.lines.entry(device).or_default();
        match line.up.pop_front() {
            Some(counted) => {
                self.incomplete.num += u64::from(counted && !complete);
                let left = self.active.level().checked_sub(1).expect("a session that ends was up");
                self.active.set(now, left, window, &mut self.active_levels);
            }
            None => _ = line.offered.pop_front(),
        }
    }

    pub fn finish(mut self, end: SimTime, window: &Window, out: &mut Tables) {
        let open = self.lines.values().flat_map(|line| &line.offered);
        open.filter(|at| window.begun(**at)).for_each(|at| self.setup.open(*at, end));
        self.active.finish(window, &mut self.active_levels);
        out.levels("sessions_active", self.active_levels);
        out.times("session_setup", self.setup);
        if self.over_msrp {
            out.share("msrp_incomplete_ratio", self.incomplete);
            out.share("session_blocked_ratio", self.blocked);
        }
    }
}
