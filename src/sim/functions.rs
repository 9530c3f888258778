//! The functions of a run, stored by kind, and the one place that hands an input to the right of them.

use super::draws::Station;
use crate::delivery::cpm::{Client, Isf, Iwf, Mss, Pf, PushEnabler};
use crate::delivery::ims::Core;
use crate::delivery::sms::{Hlr, Msc, Smsc};
use crate::delivery::{Function, FunctionId, Input, Outbox, Timer, TimerToken};
use crate::units::SimTime;

/// Functions by kind; a function's number leads to its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Functions {
    pub places: Vec<(Station, u32)>,
    pub cores: Vec<Core>,
    pub pfs: Vec<Pf>,
    pub isfs: Vec<Isf>,
    pub iwfs: Vec<Iwf>,
    pub hlrs: Vec<Hlr>,
    pub mscs: Vec<Msc>,
    pub msss: Vec<Mss>,
    pub pushes: Vec<PushEnabler>,
    pub smscs: Vec<Smsc>,
    pub clients: Vec<Client>,
}

impl Functions {
    /// What kind of function this is.
    #[inline]
    pub fn station(&self, id: FunctionId) -> Station {
        self.places.get(id.0 as usize).map_or(Station::Client, |p| p.0)
    }

    /// Whether a running timer of a PF has nothing left to end.
    pub fn timer_is_idle(&self, owner: FunctionId, token: TimerToken, timer: Timer) -> bool {
        match self.places.get(owner.0 as usize) {
            Some(&(Station::Pf, place)) => !self.pfs[place as usize].waits_for(token, timer),
            _ => false,
        }
    }

    #[inline]
    pub fn handle(&mut self, id: FunctionId, now: SimTime, input: Input, out: &mut Outbox) {
        match self.places.get(id.0 as usize) {
            None => self.clients[id.0 as usize - self.places.len()].handle(now, input, out),
            Some(&(station, place)) => {
                let place = place as usize;
                match station {
                    Station::Core => self.cores[place].handle(now, input, out),
                    Station::Pf => self.pfs[place].handle(now, input, out),
                    Station::Isf => self.isfs[place].handle(now, input, out),
                    Station::Iwf => self.iwfs[place].handle(now, input, out),
                    Station::Hlr => self.hlrs[place].handle(now, input, out),
                    Station::Msc => self.mscs[place].handle(now, input, out),
                    Station::Mss => self.msss[place].handle(now, input, out),
                    Station::Push => self.pushes[place].handle(now, input, out),
                    Station::Smsc => self.smscs[place].handle(now, input, out),
                    Station::Client => unreachable!("clients stand behind the functions of the model"),
                }
            }
        }
    }
}
