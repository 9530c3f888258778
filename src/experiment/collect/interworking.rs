//! Interworking (`metrics.md` 3.5): what went by SMS, whether it was needed, how often it was tried, and the events that tell of
//! readiness and failure.

use super::fold::{By, Share, Times, Window};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{Path, UserId};
use crate::stats::Levels;
use crate::units::SimTime;

/// The latest need of a user to be told ready; no `start`: none yet.
#[derive(Clone, Copy, Debug)]
struct Need {
    start: SimTime,
    on: bool,
    /// Events received, and whether one came before the need ended.
    told: u32,
    in_time: bool,
}

impl Default for Need {
    fn default() -> Self {
        Need { start: NEVER, on: false, told: 0, in_time: false }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Interworking {
    by_sms: Share,
    by_mms: Share,
    needless_around: Share,
    needless_after: Share,
    attempts: Levels,
    failed_attempts: Share,
    late_failures: u64,
    handed_over: u64,
    needs: By<Need>,
    lost: Share,
    repeated: Share,
    latency: Times,
    indicated: Share,
}

impl Interworking {
    pub fn closed(&mut self, m: &MessageRecord) {
        if m.handovers > 0 {
            self.handed_over += 1;
            self.late_failures += u64::from(m.late_failures);
        }
        if m.copies.iter().any(|c| c.path != Path::Ip && c.arrived != NEVER) {
            self.needless_after.item(m.ip_ready_after_submit);
        }
        if !m.accepted() {
            return;
        }
        if m.handovers > 0 {
            let attempts = i64::from(m.handovers);
            if m.open() { self.attempts.count_censored(attempts) } else { self.attempts.count(attempts) }
        }
        if m.delivered() {
            let legacy = m.first_path != Some(Path::Ip);
            self.by_sms.item(m.first_path == Some(Path::Sms));
            self.by_mms.item(m.first_path == Some(Path::Mms));
            if m.imdn_interworked_received > 0 {
                self.indicated.item(legacy);
            }
            if legacy {
                self.needless_around.item(m.ip_ready_around_handover);
            }
        }
    }

    /// The result of an SMS of a measured message.
    pub fn result(&mut self, ok: bool) {
        self.failed_attempts.item(!ok);
    }

    pub fn need(&mut self, now: SimTime, user: UserId, on: bool, window: &Window) {
        let need = self.needs.at(user.0);
        if !on || need.on {
            need.on = on;
            return;
        }
        let before = std::mem::replace(need, Need { start: now, on: true, told: 0, in_time: false });
        self.over(before, window);
    }

    /// The PF was told that the user is ready: about the latest need that has begun.
    pub fn told(&mut self, now: SimTime, user: UserId, window: &Window) {
        let need = self.needs.at(user.0);
        if need.start == NEVER {
            return;
        }
        need.told += 1;
        need.in_time |= need.on;
        if need.told == 1 && window.begun(need.start) {
            self.latency.between(need.start, now);
        }
    }

    /// No more events can belong to this need: another has begun, or the run is over.
    fn over(&mut self, need: Need, window: &Window) {
        if need.start != NEVER && window.begun(need.start) {
            // One that still lasts may yet be told.
            self.lost.item(!need.in_time && !need.on);
            self.repeated.item(need.told >= 2);
        }
    }

    pub fn finish(mut self, end: SimTime, window: &Window, out: &mut Tables) {
        for need in std::mem::take(&mut self.needs).iter() {
            self.over(*need, window);
            if need.on && need.told == 0 && window.begun(need.start) {
                self.latency.open(need.start, end);
            }
        }
        out.share("sms_share_ratio", self.by_sms);
        out.share("mms_share_ratio", self.by_mms);
        out.share("sms_needless_around_ratio", self.needless_around);
        out.share("sms_needless_after_ratio", self.needless_after);
        out.levels("interworking_attempts", self.attempts);
        out.share("sms_attempt_failed_ratio", self.failed_attempts);
        out.share("ready_event_lost_ratio", self.lost);
        out.share("ready_event_duplicate_ratio", self.repeated);
        out.times("ready_event_latency", self.latency);
        out.ratio("failure_event_late_per_1000", self.late_failures, self.handed_over);
        out.share("legacy_indication_correct_ratio", self.indicated);
    }
}
