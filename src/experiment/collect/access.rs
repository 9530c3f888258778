//! Access as the network sees it (`metrics.md` 3.2): registrations, what the PF learns of them and when, waits for IP, devices left
//! out for want of knowledge, and attempts towards ghosts.
//!
//! Registrations and changes of a binding that begin during the warm-up are left out. Left out too: the delay of a registration that
//! finds an old binding of its device still standing (the Core does not stamp it as a new one).

use super::fold::{By, OpenStarts, Share, Times, Window};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{FunctionId, HoldEnd, MessageId, UserId};
use crate::units::{SimTime, Span};

/// What is remembered of a client.
#[derive(Clone, Copy, Debug)]
struct Client {
    /// First REGISTER of a registration under way.
    register: SimTime,
    /// Last changes of its binding that the PF has not learnt: off, on.
    changed: [SimTime; 2],
    /// What the PF believes.
    view: bool,
    connected: bool,
    bound: bool,
}

impl Default for Client {
    fn default() -> Self {
        Client { register: NEVER, changed: [NEVER; 2], view: false, connected: false, bound: false }
    }
}

/// What is remembered of a user.
#[derive(Clone, Debug, Default)]
struct User {
    /// A measured message of his has been deferred.
    measured: bool,
    /// Waits for IP under way; one at most where the wait is per user.
    holds: Vec<(Option<MessageId>, SimTime)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Access {
    clients: By<Client>,
    users: By<User>,
    registration: Times,
    view: Times,
    hold: Times,
    hold_expired: Share,
    excluded: u64,
    exposed: Share,
    ghosts: OpenStarts,
    ghost_delay: Times,
}

impl Access {
    pub fn register_sent(&mut self, now: SimTime, device: FunctionId) {
        let client = self.clients.at(device.0);
        client.register = client.register.min(now);
    }

    /// The client has its answer, or lost its radio: no registration is under way.
    pub fn register_over(&mut self, device: FunctionId) {
        self.clients.at(device.0).register = NEVER;
    }

    pub fn bound(&mut self, now: SimTime, device: FunctionId, on: bool, window: &Window) {
        let client = self.clients.at(device.0);
        client.bound = on;
        client.changed[usize::from(on)] = now;
        let first = std::mem::replace(&mut client.register, NEVER);
        if on && first != NEVER && window.begun(first) {
            self.registration.between(first, now);
        }
    }

    /// The PF has learnt that the client is registered, or no more.
    pub fn view(&mut self, now: SimTime, device: FunctionId, on: bool, window: &Window) {
        let client = self.clients.at(device.0);
        client.view = on;
        let changed = std::mem::replace(&mut client.changed[usize::from(on)], NEVER);
        if changed == NEVER {
            return;
        }
        // An older change the other way was overtaken by this one and will not be learnt.
        let other = &mut client.changed[usize::from(!on)];
        if *other < changed {
            *other = NEVER;
        }
        if window.begun(changed) {
            self.view.between(changed, now);
        }
    }

    pub fn deferred(&mut self, user: UserId, measured: bool) {
        if measured {
            self.users.at(user.0).measured = true;
        }
    }

    pub fn hold_start(&mut self, now: SimTime, user: UserId, message: Option<MessageId>) {
        self.users.at(user.0).holds.push((message, now));
    }

    pub fn hold_end(&mut self, now: SimTime, user: UserId, message: Option<MessageId>, why: HoldEnd) {
        let user = self.users.at(user.0);
        let at = user.holds.iter().position(|(m, _)| *m == message).expect("a wait that ends has begun");
        let (_, since) = user.holds.remove(at);
        if user.measured {
            self.hold.between(since, now);
            self.hold_expired.item(why == HoldEnd::Expiry);
        }
    }

    pub fn wrong_exclusion(&mut self, devices: u32) {
        self.excluded += u64::from(devices);
    }

    pub fn connected(&mut self, device: FunctionId, on: bool) {
        self.clients.at(device.0).connected = on;
    }

    /// A delivery request for a measured message left for a client.
    pub fn attempt(&mut self, now: SimTime, device: FunctionId) {
        let client = self.clients.at(device.0);
        if client.bound && !client.connected {
            self.ghosts.begin(now);
        }
    }

    pub fn ghost_end(&mut self, now: SimTime, after: Span) {
        self.ghosts.end(SimTime::from_ns(now.ns() - after.ns()));
        self.ghost_delay.ended(after);
    }

    pub fn closed(&mut self, m: &MessageRecord) {
        if m.accepted() {
            self.exposed.item(m.ghost_attempts > 0);
        }
    }

    pub fn finish(mut self, end: SimTime, window: &Window, out: &mut Tables) {
        for client in self.clients.iter() {
            if client.register != NEVER && window.begun(client.register) {
                self.registration.open(client.register, end);
            }
            // The binding is as its last change left it; where the PF believes just that, it has nothing to learn.
            let [off, on] = client.changed.map(|at| if at == NEVER { None } else { Some(at) });
            let last = off.max(on);
            if let Some(at) = last.filter(|at| window.begun(*at) && (on == last) != client.view) {
                self.view.open(at, end);
            }
        }
        for user in self.users.iter().filter(|u| u.measured) {
            user.holds.iter().for_each(|(_, since)| self.hold.open(*since, end));
        }
        self.ghosts.iter().for_each(|since| self.ghost_delay.open(since, end));
        out.times("registration_delay", self.registration);
        out.times("view_delay", self.view);
        out.times("wait_ip_hold", self.hold);
        out.share("wait_ip_expired_ratio", self.hold_expired);
        out.ratio("wrong_exclusion_per_1000", self.excluded, self.exposed.den);
        out.share("ghost_exposure_ratio", self.exposed);
        out.times("ghost_delay", self.ghost_delay);
    }
}
