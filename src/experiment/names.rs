//! The names of functions, clients and users of a run, for people.

use std::collections::BTreeMap;

use crate::model::Model;
use crate::sim::Truth;
use crate::sim::seen::{FunctionId, UserId};

/// Names by number. What has no name here is shown by its number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    functions: Vec<String>,
    users: Vec<String>,
    /// Names of the devices of each population.
    devices: Vec<Vec<String>>,
    /// Clients, as the run tells them.
    clients: BTreeMap<u32, String>,
}

impl Names {
    /// The names of a model's functions and users. Functions have the first numbers, in the model's order; users count through the
    /// populations.
    pub fn of(model: &Model) -> Names {
        let functions = model.functions.iter().map(|f| f.name.clone()).collect();
        let users = model.populations.iter().flat_map(|p| (1..=p.count).map(move |n| format!("{}-{n}", p.name))).collect();
        let devices = model.populations.iter().map(|p| p.devices.iter().map(|d| d.name.clone()).collect()).collect();
        Names { functions, users, devices, clients: BTreeMap::new() }
    }

    /// Learns the client of a device, where the truth tells of one.
    pub fn learn(&mut self, truth: &Truth) {
        if let Truth::Device { user, device, population, spec, .. } = truth {
            let kind = self.devices.get(*population as usize).and_then(|p| p.get(usize::from(*spec)));
            let name = format!("{}.{}", self.user(*user), kind.map_or("device", String::as_str));
            self.clients.insert(device.0, name);
        }
    }

    /// A function, or a client on a device.
    pub fn function(&self, id: FunctionId) -> String {
        let known = self.functions.get(id.0 as usize).or_else(|| self.clients.get(&id.0));
        known.cloned().unwrap_or_else(|| format!("client {}", id.0))
    }

    pub fn user(&self, id: UserId) -> String {
        self.users.get(id.0 as usize).cloned().unwrap_or_else(|| format!("user {}", id.0))
    }
}
