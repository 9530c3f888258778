//! What rules and stores do (`metrics.md` 3.8 fan-out, 3.11 store, 3.12 policy): partial deliveries, objects and their repetition,
//! deliveries that the rules no longer allow, forwarding.
//!
//! The level of objects counts those of every message, measured or not, and is cut to the window. Left out: references, flags.

use super::fold::{Share, Standing, Window};
use super::tables::Tables;
use crate::judge::MessageRecord;
use crate::stats::Levels;
use crate::units::SimTime;

#[derive(Clone, Debug, Default)]
pub(super) struct RulesAndStores {
    partial: Share,
    wrong_device: u64,
    duplicate_objects: Share,
    stale: Share,
    hops: Levels,
    objects: Standing,
    objects_levels: Levels,
}

impl RulesAndStores {
    /// An object was written.
    pub fn object(&mut self, now: SimTime, window: &Window) {
        let objects = self.objects.level() + 1;
        self.objects.set(now, objects, window, &mut self.objects_levels);
    }

    pub fn closed(&mut self, m: &MessageRecord) {
        self.hops.count(i64::from(m.retargets));
        if m.delivered() {
            self.stale.item(m.policy_stale);
        }
        if !m.accepted() {
            return;
        }
        self.duplicate_objects.item(m.duplicate_objects);
        self.wrong_device += u64::from(m.wrong_devices);
        if m.selected.len() >= 2 {
            let successes = m.selected.iter().filter(|(_, end)| *end == Some(true)).count();
            let ended = m.selected.iter().all(|(_, end)| end.is_some());
            self.partial.item(ended && 0 < successes && successes < m.selected.len());
        }
    }

    pub fn finish(mut self, window: &Window, out: &mut Tables) {
        out.share("partial_delivery_ratio", self.partial);
        out.ratio("wrong_device_per_million", self.wrong_device, self.duplicate_objects.den);
        out.share("store_duplicate_per_1000", self.duplicate_objects);
        out.share("policy_stale_per_1000", self.stale);
        out.levels("forward_hops", self.hops);
        self.objects.finish(window, &mut self.objects_levels);
        out.levels("store_objects", self.objects_levels);
    }
}
