//! What a device has while its radio is on: IP, attachment in the domains of SMS, room for short messages. Ground truth.
//!
//! Phases give IP and attachment; layers take them away and give them back. Left out: when they do, which is `patterns`'s.

use super::device::Cut;
use super::observer::{Observer, Truth};
use super::world::World;
use crate::delivery::{Access, Domain, FunctionId, Input, Pdu};
use crate::model::{FunctionKind, Model};

const DOMAINS: [Domain; 2] = [Domain::Cs, Domain::Ps];

impl World {
    /// A phase is done that attaches the phone in a domain that carries SMS.
    pub(super) fn attach<O: Observer>(&mut self, model: &Model, device: u32, domain: Domain, observer: &mut O) {
        let user = self.layout.devices[device as usize].user;
        let population = &model.populations[self.layout.user(user).population as usize];
        let node = match domain {
            Domain::Cs => population.msc,
            Domain::Ps => population.sgsn,
        };
        if !self.layout.spec(model, device).primary || node.is_none() {
            return;
        }
        self.devices[device as usize].has_sms[domain as usize] = true;
        if !self.devices[device as usize].cut.sms[domain as usize] {
            self.attach_now(model, device, domain, observer);
        }
    }

    fn attach_now<O: Observer>(&mut self, model: &Model, device: u32, domain: Domain, observer: &mut O) {
        self.devices[device as usize].attached[domain as usize] = true;
        self.refresh_sms(model, device, observer);
        let client = self.layout.client(device);
        if self.devices[device as usize].cut.memory {
            self.tell(client, Input::Access(Access::Memory { full: true }), observer);
        }
        self.tell(client, Input::Access(Access::SmsAttached(domain)), observer);
    }

    fn detach_now<O: Observer>(&mut self, model: &Model, device: u32, domain: Domain, observer: &mut O) {
        self.devices[device as usize].attached[domain as usize] = false;
        self.refresh_sms(model, device, observer);
        self.tell(self.layout.client(device), Input::Access(Access::SmsDetached { domain, in_order: false }), observer);
    }

    /// Whether a short message can be taken, by a domain that is tried.
    fn refresh_sms<O: Observer>(&mut self, model: &Model, device: u32, observer: &mut O) {
        let user = self.layout.devices[device as usize].user;
        let population = &model.populations[self.layout.user(user).population as usize];
        let gateway = model.gateway(population);
        let tried = |domain: Domain| gateway.is_none_or(|(_, iwf)| iwf.domains.contains(&domain.into()));
        let state = &self.devices[device as usize];
        let on = !state.cut.memory && DOMAINS.into_iter().any(|domain| state.attached[domain as usize] && tried(domain));
        self.change_sms_ready(user, on, observer);
    }

    /// A phase is done that gives IP.
    pub(super) fn connect<O: Observer>(&mut self, device: u32, register: bool, observer: &mut O) {
        self.devices[device as usize].has_ip = true;
        if !self.devices[device as usize].cut.ip {
            self.connect_now(device, register, observer);
        }
    }

    fn connect_now<O: Observer>(&mut self, device: u32, register: bool, observer: &mut O) {
        let (user, client) = (self.layout.devices[device as usize].user, self.layout.client(device));
        let state = &mut self.devices[device as usize];
        state.connected = true;
        let register = register || state.may_register;
        observer.truth(self.now, Truth::Connected { user, device: client, on: true });
        self.on_connection(device, true);
        self.change_ip_ready(device, false, observer);
        self.tell(client, Input::Access(Access::Connected { register }), observer);
    }

    /// IP goes while the radio stays.
    fn disconnect<O: Observer>(&mut self, device: u32, kept: bool, observer: &mut O) {
        let (user, client) = (self.layout.devices[device as usize].user, self.layout.client(device));
        let before = self.devices[device as usize].ip_ready();
        let state = &mut self.devices[device as usize];
        (state.connected, state.suspended) = (false, kept);
        observer.truth(self.now, Truth::Connected { user, device: client, on: false });
        self.on_connection(device, false);
        self.change_ip_ready(device, before, observer);
        self.tell(client, Input::Access(Access::NoIp { kept }), observer);
        if !kept {
            self.hop_disconnected(client, observer);
        }
    }

    /// A client whose data is suspended, or that is out of a domain without having heard of it, does not know that it speaks to
    /// nobody.
    pub(super) fn is_on_no_air(&self, from: FunctionId, to: FunctionId, pdu: &Pdu) -> bool {
        let Some(device) = self.layout.device(from) else { return false };
        let state = &self.devices[device as usize];
        match pdu {
            Pdu::Nas(_) => {
                let packet = matches!(self.model.functions.get(to.0 as usize).map(|f| &f.kind), Some(FunctionKind::Sgsn(_)));
                state.hushed[usize::from(packet)]
            }
            _ => state.suspended,
        }
    }

    /// Out of a domain, or back in it, without a word on either side.
    fn hush<O: Observer>(&mut self, model: &Model, device: u32, domain: Domain, out: bool, observer: &mut O) {
        let state = &mut self.devices[device as usize];
        (state.attached[domain as usize], state.hushed[domain as usize]) = (!out, out);
        self.refresh_sms(model, device, observer);
    }

    /// The layers of a device now take this.
    pub(super) fn on_layers<O: Observer>(&mut self, model: &Model, device: u32, cut: Cut, observer: &mut O) {
        let before = std::mem::replace(&mut self.devices[device as usize].cut, cut);
        if cut.memory != before.memory && self.devices[device as usize].attached.contains(&true) {
            self.refresh_sms(model, device, observer);
            self.tell(self.layout.client(device), Input::Access(Access::Memory { full: cut.memory }), observer);
        }
        for domain in DOMAINS {
            let at = domain as usize;
            let state = &self.devices[device as usize];
            let quiet = self.layout.spec(model, device).layers.quiet;
            match (state.attached[at], state.has_sms[at] && !cut.sms[at]) {
                (true, false) if quiet => self.hush(model, device, domain, true, observer),
                (false, true) if state.hushed[at] => self.hush(model, device, domain, false, observer),
                (true, false) => self.detach_now(model, device, domain, observer),
                (false, true) => self.attach_now(model, device, domain, observer),
                _ => {}
            }
        }
        let state = &self.devices[device as usize];
        match (state.connected, state.has_ip && !cut.ip) {
            (true, false) => {
                let kept = self.layout.spec(model, device).layers.ip.is_some_and(|(_, kept)| kept);
                self.disconnect(device, kept, observer);
            }
            (false, true) => {
                self.devices[device as usize].suspended = false;
                let register = !super::device::registers_by_phase(self.layout.class(model, device));
                self.connect_now(device, register, observer);
            }
            _ => {}
        }
    }
}
