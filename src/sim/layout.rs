//! Who is who in one run: functions, users, devices, by number and by name.
//!
//! Functions of the model come first, in the order of their names; the clients of the devices follow, user by user.

use std::sync::Arc;

use crate::delivery::ims::Home;
use crate::delivery::{FunctionId, UserId};
use crate::model::{DeviceClass, DeviceSpec, Model};
use crate::units::{Chooser, Purpose, Site, SubjectId, bernoulli, choose_index};

/// One device of one user.
#[derive(Clone, Debug)]
pub(super) struct DevicePlace {
    pub user: UserId,
    pub subject: SubjectId,
    /// Place of its description in its population, and of its class in that.
    pub spec: u16,
    pub class: u16,
}

/// One user.
#[derive(Clone, Debug)]
pub(super) struct UserPlace {
    pub population: u32,
    /// From 1.
    pub number: u32,
    pub subject: SubjectId,
    /// His devices: from, to (exclusive).
    pub devices: (u32, u32),
}

/// Who is who.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub functions: u32,
    pub users: Vec<UserPlace>,
    pub devices: Vec<DevicePlace>,
    pub homes: Arc<[Home]>,
    /// The policy of each user at the start, by its place in the model.
    pub policies: Arc<[u16]>,
    /// First user of each population.
    pub first_user: Vec<u32>,
}

impl Layout {
    pub fn of<C: Chooser>(model: &Model, chooser: &mut C) -> Layout {
        let total = model.populations.iter().map(|p| p.count as usize).sum();
        let mut users = Vec::with_capacity(total);
        let mut homes = Vec::with_capacity(total);
        let mut policies = Vec::with_capacity(total);
        let mut devices = Vec::with_capacity(total);
        let mut first_user = Vec::with_capacity(model.populations.len());
        for (at, population) in model.populations.iter().enumerate() {
            first_user.push(users.len() as u32);
            let gateway = model.ip_sm_gw(population).map(|place| FunctionId(place as u32));
            let name = SubjectId::of_name(&population.name);
            let names: Vec<SubjectId> = population.devices.iter().map(|d| SubjectId::of_name(&d.name)).collect();
            let weights: Vec<Vec<f64>> = population.devices.iter().map(|d| d.classes.iter().map(|c| c.0).collect()).collect();
            for number in 1..=population.count {
                let subject = name.part(u64::from(number));
                let user = UserId(users.len() as u32);
                let first = devices.len() as u32;
                policies.push(match population.policies.as_slice() {
                    [] => 0,
                    [(_, only)] => *only,
                    several => {
                        let weights: Vec<f64> = several.iter().map(|p| p.0).collect();
                        several[choose_index(chooser.bits(Site::new(Purpose::Policy, subject, 0)), &weights)].1
                    }
                });
                for (spec, device) in population.devices.iter().enumerate() {
                    let subject = subject.with(names[spec]);
                    let owned = device.owned_by >= 1.0
                        || bernoulli(chooser.bits(Site::new(Purpose::DeviceClass, subject, 1)), device.owned_by);
                    if !owned {
                        continue;
                    }
                    let class = match weights[spec].len() {
                        1 => 0,
                        _ => choose_index(chooser.bits(Site::new(Purpose::DeviceClass, subject, 0)), &weights[spec]),
                    };
                    devices.push(DevicePlace { user, subject, spec: spec as u16, class: class as u16 });
                }
                users.push(UserPlace { population: at as u32, number, subject, devices: (first, devices.len() as u32) });
                let (core, pf) = (FunctionId(population.core as u32), FunctionId(population.pf as u32));
                homes.push(Home { core, pf, gateway });
            }
        }
        Layout {
            functions: model.functions.len() as u32,
            users,
            devices,
            homes: homes.into(),
            policies: policies.into(),
            first_user,
        }
    }

    /// The client on a device.
    pub fn client(&self, device: u32) -> FunctionId {
        FunctionId(self.functions + device)
    }

    /// The device of a client; none for a function of the model.
    pub fn device(&self, function: FunctionId) -> Option<u32> {
        function.0.checked_sub(self.functions)
    }

    pub fn user(&self, user: UserId) -> &UserPlace {
        &self.users[user.0 as usize]
    }

    /// How a device is described.
    pub fn spec<'m>(&self, model: &'m Model, device: u32) -> &'m DeviceSpec {
        let place = &self.devices[device as usize];
        &model.populations[self.user(place.user).population as usize].devices[place.spec as usize]
    }

    pub fn class<'m>(&self, model: &'m Model, device: u32) -> &'m DeviceClass {
        &self.spec(model, device).classes[self.devices[device as usize].class as usize].1
    }

    /// The name of a function, as stories and traces give it.
    pub fn name(&self, model: &Model, function: FunctionId) -> String {
        match self.device(function) {
            None => model.functions[function.0 as usize].name.clone(),
            Some(device) => {
                let user = self.devices[device as usize].user;
                format!("{}.{}", self.user_name(model, user), self.spec(model, device).name)
            }
        }
    }

    pub fn user_name(&self, model: &Model, user: UserId) -> String {
        let place = self.user(user);
        format!("{}-{}", model.populations[place.population as usize].name, place.number)
    }
}
