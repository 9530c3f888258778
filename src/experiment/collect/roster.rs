//! Who is who in the run that is watched: the Primary Devices, and names for rows of messages.

use super::fold::By;
use crate::model::Model;
use crate::results::Key;
use crate::sim::seen::{FunctionId, UserId};

/// What is known of a device, from its stamp at the start of a run.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    known: bool,
    population: u32,
    spec: u16,
    class: u16,
}

/// The devices and users of a run.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    /// By user: the client on his Primary Device.
    primary: By<Option<FunctionId>>,
    /// By client: its user.
    owners: By<Option<UserId>>,
    /// Places of devices and users are kept only where names are asked for.
    names: Option<Names>,
    /// By population and description: whether it is the Primary Device.
    is_primary: Vec<Vec<bool>>,
}

/// Name of a device, and of its classes.
type DeviceNames = (Key, Vec<Key>);

#[derive(Clone, Debug)]
struct Names {
    devices: By<Place>,
    /// Population, and number in it from 1.
    users: By<(u32, u32)>,
    /// By population: its name, then names of devices, then of their classes.
    populations: Vec<(String, Vec<DeviceNames>)>,
    traffic: Vec<String>,
}

impl Roster {
    pub fn new(model: &Model, names: bool) -> Roster {
        let is_primary = model.populations.iter().map(|p| p.devices.iter().map(|d| d.primary).collect()).collect();
        Roster { primary: By::default(), owners: By::default(), names: names.then(|| Names::of(model)), is_primary }
    }

    pub fn device(&mut self, user: UserId, device: FunctionId, population: u32, number: u32, spec: u16, class: u16) {
        *self.owners.at(device.0) = Some(user);
        if self.is_primary[population as usize][spec as usize] {
            *self.primary.at(user.0) = Some(device);
        }
        if let Some(names) = &mut self.names {
            *names.devices.at(device.0) = Place { known: true, population, spec, class };
            *names.users.at(user.0) = (population, number);
        }
    }

    #[inline]
    pub fn primary(&self, user: UserId) -> Option<FunctionId> {
        self.primary.get(user.0).copied().flatten()
    }

    /// The user of a client.
    pub fn owner(&self, device: FunctionId) -> Option<UserId> {
        self.owners.get(device.0).copied().flatten()
    }

    /// `alice-1`.
    pub fn user_name(&self, user: UserId) -> Key {
        let known = self.names.as_ref().and_then(|n| Some((n, n.users.get(user.0).filter(|u| u.1 > 0)?)));
        known
            .map_or_else(|| format!("user {}", user.0), |(n, (p, number))| format!("{}-{number}", n.populations[*p as usize].0))
            .into()
    }

    /// Name of a device, and of its class.
    pub fn device_names(&self, device: FunctionId) -> Option<(Key, Key)> {
        let names = self.names.as_ref()?;
        let place = names.devices.get(device.0).filter(|p| p.known)?;
        let (name, classes) = &names.populations[place.population as usize].1[usize::from(place.spec)];
        Some((name.clone(), classes[usize::from(place.class)].clone()))
    }

    pub fn traffic_name(&self, traffic: u32) -> &str {
        self.names.as_ref().map_or("", |n| &n.traffic[traffic as usize])
    }
}

impl Names {
    fn of(model: &Model) -> Names {
        let key = |name: &String| Key::from(name.clone());
        let populations = model.populations.iter().map(|p| {
            let devices = p.devices.iter().map(|d| (key(&d.name), d.classes.iter().map(|(_, c)| key(&c.name)).collect()));
            (p.name.clone(), devices.collect())
        });
        Names {
            devices: By::default(),
            users: By::default(),
            populations: populations.collect(),
            traffic: model.traffic.iter().map(|t| t.name.clone()).collect(),
        }
    }
}
