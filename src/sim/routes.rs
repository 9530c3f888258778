//! The ways between functions, found once for each run's model, and what the links on them remember.

use crate::delivery::FunctionId;
use crate::model::{LinkEnd, Model};
use crate::network::{Direction, LinkClass, LinkState, Transport};
use crate::units::Span;

use super::layout::Layout;

/// One way: the links to cross, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    pub links: Vec<(u32, Direction)>,
    /// The delay of the whole way, where it never varies and nothing on it can hold a PDU up.
    pub constant: Option<Span>,
    /// The class of its links, if it is the same for all of them: the usual case.
    pub classes: Vec<LinkClass>,
    /// SIP goes by datagram: nobody keeps for it what a link of the way loses.
    pub datagram: bool,
    /// The timers of Gm hold on it.
    pub access: bool,
}

/// All ways, and the state of every flow of every link.
#[derive(Clone, Debug)]
pub(super) struct Routes {
    nodes: usize,
    functions: usize,
    /// By nodes from and to: functions first, then populations.
    table: Vec<Option<Route>>,
    flows: Flows,
}

/// What the links remember: for each link its flows, one for each device, or one.
#[derive(Clone, Debug)]
pub(super) struct Flows(Vec<Vec<LinkState>>);

impl Routes {
    pub fn of(model: &Model, layout: &Layout) -> Routes {
        let functions = model.functions.len();
        let nodes = functions + model.populations.len();
        // Devices carry nothing for others: ways between functions lead over functions, and a device's way is its own link.
        let (topology, numbers) = model.topology();
        let device_link = |population: usize, function: usize| -> Option<(u32, LinkEnd)> {
            let link = model.device_link(population, function)?;
            Some((link as u32, model.links[link].from))
        };
        let way = |from: usize, to: usize| -> Option<Vec<(u32, Direction)>> {
            if from < functions && to < functions {
                let links = topology.route(from, to).ok()?;
                return Some(links.into_iter().map(|(link, direction)| (numbers[link] as u32, direction)).collect());
            }
            let (population, function) = (from.max(to).checked_sub(functions)?, from.min(to));
            if function >= functions {
                return None;
            }
            let Some((link, first)) = device_link(population, function) else {
                // What no link joins to the devices is reached over the Core.
                let core = model.populations[population].core;
                let (gm, first) = device_link(population, core)?;
                let up = if first == LinkEnd::Function(core) { Direction::Back } else { Direction::Forth };
                let down = if up == Direction::Forth { Direction::Back } else { Direction::Forth };
                let between = |from, to| {
                    let links = topology.route(from, to).ok()?;
                    Some(links.into_iter().map(|(link, direction)| (numbers[link] as u32, direction)).collect::<Vec<_>>())
                };
                return if from == function {
                    between(function, core).map(|links| links.into_iter().chain([(gm, down)]).collect())
                } else {
                    between(core, function).map(|links| [(gm, up)].into_iter().chain(links).collect())
                };
            };
            let forth = (first == LinkEnd::Function(function)) == (from == function);
            Some(vec![(link, if forth { Direction::Forth } else { Direction::Back })])
        };
        let route = |from: usize, to: usize| -> Option<Route> {
            let links = way(from, to)?;
            let specs = || links.iter().map(|(l, _)| &model.links[*l as usize].spec);
            let constant = specs().all(|s| s.capacity.is_none() && s.loss == 0.0 && s.delay.constant().is_some()).then(|| {
                // A stream of constant delay keeps its order by itself.
                specs().fold(Span::ZERO, |sum, s| sum.saturating_add(s.delay.constant().expect("just tested")))
            });
            let classes = specs().map(|s| s.class).collect();
            let datagram = specs().any(|s| s.transport == Transport::Datagram);
            let access = specs().any(|s| s.class == LinkClass::Gm);
            Some(Route { links, constant, classes, datagram, access })
        };
        let table = (0..nodes * nodes).map(|i| route(i / nodes, i % nodes)).collect();
        let flows = model
            .links
            .iter()
            .map(|link| {
                let remembers = link.spec.capacity.is_some()
                    || (link.spec.transport == Transport::Stream && link.spec.delay.constant().is_none());
                let by_device = !matches!((link.from, link.to), (LinkEnd::Function(_), LinkEnd::Function(_)));
                let count = if !remembers {
                    0
                } else if by_device {
                    layout.devices.len()
                } else {
                    1
                };
                vec![LinkState::default(); count]
            })
            .collect();
        Routes { nodes, functions, table, flows: Flows(flows) }
    }

    /// The place of the way from one function to another.
    #[inline]
    pub fn between(&self, layout: &Layout, from: FunctionId, to: FunctionId) -> usize {
        let node = |f: FunctionId| match layout.device(f) {
            None => f.0 as usize,
            Some(device) => self.functions + layout.user(layout.devices[device as usize].user).population as usize,
        };
        node(from) * self.nodes + node(to)
    }

    /// The way at a place.
    #[inline]
    pub fn at(&self, place: usize) -> &Route {
        self.table[place].as_ref().expect("a checked model has a way between all who speak")
    }

    /// The way at a place, and what its links remember.
    #[inline]
    pub fn way_and_flows(&mut self, place: usize) -> (&Route, &mut Flows) {
        (self.table[place].as_ref().expect("a checked model has a way between all who speak"), &mut self.flows)
    }
}

impl Flows {
    /// What a link remembers of the flow of `device`.
    #[inline]
    pub fn of(&mut self, link: u32, device: Option<u32>) -> Option<&mut LinkState> {
        let flows = &mut self.0[link as usize];
        match flows.len() {
            0 => None,
            1 => flows.first_mut(),
            _ => flows.get_mut(device.expect("a link of many flows is crossed by a device's PDUs") as usize),
        }
    }
}
