//! Returns of the Primary Device (`metrics.md` 3.2): which access comes first after the radio is back, and how long each takes.
//!
//! A return lasts from `radio_on` to the next `radio_off`, or to the end of the run; returns that begin during the warm-up are left
//! out. Only the first access of each kind in a return counts.

use super::fold::{By, Share, Times, Window};
use super::tables::Tables;
use crate::judge::NEVER;
use crate::sim::seen::UserId;
use crate::units::SimTime;

/// A return that is going on; no `on`: none is.
#[derive(Clone, Copy, Debug)]
struct Return {
    on: SimTime,
    ip: SimTime,
    sms: SimTime,
}

impl Default for Return {
    fn default() -> Self {
        Return { on: NEVER, ip: NEVER, sms: NEVER }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Returns {
    users: By<Return>,
    ip_first: Share,
    first: Times,
    both: Times,
    gap: Times,
}

impl Returns {
    pub fn radio_on(&mut self, now: SimTime, user: UserId, window: &Window) {
        let on = if window.begun(now) { now } else { NEVER };
        *self.users.at(user.0) = Return { on, ip: NEVER, sms: NEVER };
    }

    pub fn radio_off(&mut self, user: UserId) {
        let over = std::mem::take(self.users.at(user.0));
        self.over(over);
    }

    /// The Primary Device is ready for IP.
    pub fn ip_ready(&mut self, now: SimTime, user: UserId) {
        let current = self.users.at(user.0);
        current.ip = current.ip.min(now);
    }

    pub fn sms_ready(&mut self, now: SimTime, user: UserId) {
        let current = self.users.at(user.0);
        current.sms = current.sms.min(now);
    }

    /// What came in a return is counted when it is over.
    fn over(&mut self, Return { on, ip, sms }: Return) {
        let first = ip.min(sms);
        if on == NEVER || first == NEVER {
            return;
        }
        self.ip_first.item(ip <= sms);
        self.first.between(on, first);
        if ip.max(sms) != NEVER {
            self.both.between(on, ip.max(sms));
            if sms < ip {
                self.gap.between(sms, ip);
            }
        }
    }

    pub fn finish(mut self, end: SimTime, out: &mut Tables) {
        for current in std::mem::take(&mut self.users).iter().filter(|r| r.on != NEVER) {
            if current.ip.min(current.sms) == NEVER {
                self.first.open(current.on, end);
            }
            if current.ip.max(current.sms) == NEVER {
                self.both.open(current.on, end);
            }
            if current.sms != NEVER && current.ip == NEVER {
                self.gap.open(current.sms, end);
            }
            self.over(*current);
        }
        out.share("ip_first_ratio", self.ip_first);
        out.times("first_access_delay", self.first);
        out.times("both_access_delay", self.both);
        out.times("cs_ip_gap", self.gap);
    }
}
