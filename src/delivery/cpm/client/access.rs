//! What the device's access does to the client on it: it comes, it goes in good order, or it is gone.

use super::{Client, Purpose};
use crate::delivery::{Access, Domain, Method, Milestone, Nas, Outbox, Pdu, Push, Tag, Timer};
use crate::units::SimTime;

impl Client {
    pub(super) fn on_access(&mut self, now: SimTime, access: Access, out: &mut Outbox) {
        match access {
            Access::Connected { register } => {
                self.connected = true;
                self.push_line(true, out);
                if register {
                    self.prepare(out);
                }
                self.catch_up(now, out);
            }
            Access::NoIp { kept: true } => self.connected = false,
            Access::NoIp { kept: false } => self.without_ip(out),
            Access::MayRegister => self.prepare(out),
            Access::SmsAttached(domain) => {
                self.attached[domain as usize] = true;
                self.update(domain, out);
                self.on_memory(self.memory_full, out);
            }
            Access::SmsDetached { domain, in_order } => {
                self.stop_periodic(domain, out);
                if std::mem::replace(&mut self.attached[domain as usize], false) && in_order {
                    self.to_node(domain, Nas::ImsiDetach { user: self.user }, out);
                }
            }
            Access::Memory { full } => self.on_memory(full, out),
            Access::LeavingInOrder => self.leave(now, out),
            Access::Gone => self.gone(out),
        }
    }

    /// The last words of a device that goes in good order.
    fn leave(&mut self, now: SimTime, out: &mut Outbox) {
        if self.connected {
            self.push_line(false, out);
        }
        if self.connected && self.registered() {
            let txn = self.txns.begin(now, Method::Register, None, self.setup.limit, Purpose::Register { authorised: true }, out);
            self.send_register(txn, 0, true, out);
            self.stop_registration(out);
            // The answer cannot reach a device that is gone: nothing waits for it.
            self.txns.abandon(txn, out);
        }
        for domain in [Domain::Cs, Domain::Ps] {
            if self.attached[domain as usize] {
                self.to_node(domain, Nas::ImsiDetach { user: self.user }, out);
            }
        }
    }

    /// To the node that serves this phone in a domain, if one does.
    fn to_node(&self, domain: Domain, nas: Nas, out: &mut Outbox) {
        let node = match domain {
            Domain::Cs => self.setup.msc,
            Domain::Ps => self.setup.sgsn,
        };
        if let Some(node) = node {
            out.send(node, Pdu::Nas(nas));
        }
    }

    /// A location update, or one of the packet domain; the next is due when the network says.
    fn update(&mut self, domain: Domain, out: &mut Outbox) {
        self.to_node(domain, Nas::LocationUpdate { user: self.user }, out);
        self.stop_periodic(domain, out);
        if let Some(every) = self.setup.periodic[domain as usize].filter(|_| out.holds(Tag::OwnPeriodicUpdate)) {
            self.periodic[domain as usize] = Some(out.set_timer(Timer::PeriodicUpdate { domain }, every));
        }
    }

    pub(super) fn on_periodic(&mut self, domain: Domain, out: &mut Outbox) {
        self.periodic[domain as usize] = None;
        out.milestone(Tag::OwnPeriodicUpdate, Milestone::Told);
        self.update(domain, out);
    }

    fn stop_periodic(&mut self, domain: Domain, out: &mut Outbox) {
        if let Some(timer) = self.periodic[domain as usize].take() {
            out.cancel_timer(timer);
        }
    }

    /// Memory for short messages is full or free. Who was refused one says so when there is room again (TS 23.040 10.3, RP-SMMA),
    /// over any domain that it is attached in.
    fn on_memory(&mut self, full: bool, out: &mut Outbox) {
        self.memory_full = full;
        if full || !std::mem::take(&mut self.refused_for_memory) {
            return;
        }
        match [Domain::Cs, Domain::Ps].into_iter().find(|d| self.attached[*d as usize]) {
            Some(domain) => self.to_node(domain, Nas::MemoryAvailable { user: self.user }, out),
            // Said as soon as it is attached.
            None => self.refused_for_memory = true,
        }
    }

    fn gone(&mut self, out: &mut Outbox) {
        [Domain::Cs, Domain::Ps].into_iter().for_each(|domain| self.stop_periodic(domain, out));
        self.attached = [false; 2];
        self.without_ip(out);
    }

    /// No address any more, and no registration.
    fn without_ip(&mut self, out: &mut Outbox) {
        self.connected = false;
        self.synchronising(|sync| sync.stop(out));
        self.stop_registration(out);
        self.lose_pulls(out);
    }

    /// A registration that stood while IP was away: what was written meanwhile goes now.
    fn catch_up(&mut self, now: SimTime, out: &mut Outbox) {
        if self.registered() && !self.unsent.is_empty() {
            out.milestone(Tag::OwnSuspension, Milestone::Told);
            for (pager, icsi) in std::mem::take(&mut self.unsent) {
                self.submit(now, pager, icsi, out);
            }
        }
    }

    /// Tells the Push Enabler whether the device is there.
    fn push_line(&self, on: bool, out: &mut Outbox) {
        if let Some(push) = self.setup.push {
            out.milestone(Tag::OwnPushLine, Milestone::Told);
            if out.holds(Tag::OwnPushLine) {
                out.send(push, Pdu::Push(Push::Connect { device: self.id, user: self.user, on }));
            }
        }
    }
}
