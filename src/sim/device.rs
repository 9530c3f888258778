//! The access of one device: its radio, the phases of its way back, and what it can do now. Ground truth.

use super::usable::Usable;
use crate::model::{DeviceClass, Gives};
use crate::units::SimTime;

/// What is true of a device.
#[derive(Clone, Debug, Default)]
pub(super) struct Device {
    pub radio: bool,
    /// On at the start of the run, and has found its way already.
    pub on_at_start: bool,
    /// How often the radio has come on: phases of an earlier time do not count.
    pub epoch: u32,
    /// Phases done, by place: one bit each.
    pub done: u64,
    /// Phases begun.
    pub begun: u64,
    pub connected: bool,
    pub may_register: bool,
    /// In the CS and in the packet domain.
    pub attached: [bool; 2],
    /// The Core holds a binding (observed).
    pub bound: bool,
    /// Dwell times drawn so far.
    pub dwells: u32,
    /// The next change of its schedule.
    pub next_change: u32,
    /// Its phases gave IP, and attachment in the domains: what it has while no layer takes it.
    pub has_ip: bool,
    pub has_sms: [bool; 2],
    /// What its layers take.
    pub cut: Cut,
    /// By domain: out of it, and the client does not know.
    pub hushed: [bool; 2],
    /// IP is away and the registration stands.
    pub suspended: bool,
    /// What takes the radio away says how probably the device leaves without saying so.
    pub silent: Option<f64>,
    /// The event that changed its radio last: the cause of its phases.
    pub cause: u64,
}

/// What layers take from a device while its radio is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cut {
    pub ip: bool,
    /// By domain, CS and PS.
    pub sms: [bool; 2],
    /// The memory for short messages is full.
    pub memory: bool,
}

impl Device {
    pub fn ip_ready(&self) -> bool {
        self.connected && self.bound
    }

    /// The radio came on: nothing of the way back is done.
    pub fn begin(&mut self, cause: u64) {
        self.radio = true;
        self.epoch += 1;
        self.done = 0;
        self.begun = 0;
        self.cause = cause;
    }

    /// The radio went off.
    pub fn end(&mut self, cause: u64) {
        *self = Device {
            epoch: self.epoch + 1,
            bound: self.bound,
            dwells: self.dwells,
            next_change: self.next_change,
            cut: self.cut,
            cause,
            ..Device::default()
        };
    }

    /// Phases that can begin now; they are marked as begun.
    pub fn take_ready(&mut self, class: &DeviceClass) -> Vec<usize> {
        let ready: Vec<usize> = class
            .phases
            .iter()
            .enumerate()
            .filter(|(at, phase)| self.begun & (1 << at) == 0 && phase.after.iter().all(|before| self.done & (1 << before) != 0))
            .map(|(at, _)| at)
            .collect();
        ready.iter().for_each(|at| self.begun |= 1 << at);
        ready
    }
}

/// Whether the class has a phase that starts the registration; without one the client registers as soon as it has IP.
pub(super) fn registers_by_phase(class: &DeviceClass) -> bool {
    class.phases.iter().any(|p| p.gives.contains(&Gives::Register))
}

/// What is true of a user, over his devices.
#[derive(Clone, Debug, Default)]
pub(super) struct UserTruth {
    pub sms_ready: bool,
    /// Devices that are ip_ready.
    pub ip_ready: u32,
    /// When the last of them ceased to be.
    pub last_ip: Option<SimTime>,
    /// One of his devices has come on since the start.
    pub has_returned: bool,
    /// Something is usable for a plain text message, since then; and for how long so far.
    pub usable_since: Option<SimTime>,
    pub usable_ns: u64,
    /// Messages in his deferred queue.
    pub queued: u32,
    /// Messages deferred while nothing was usable: they reach when something is.
    pub unreached: Vec<crate::delivery::MessageId>,
    /// Messages of which an SMS has failed and which are not settled.
    pub sms_failed: u32,
    /// His messages that are judged one by one, in models where that is needed.
    pub followed: Vec<crate::delivery::MessageId>,
    /// Hand-overs and submissions whose surroundings are still watched, oldest first.
    pub watches: Vec<Watch>,
}

/// Waits to see whether IP comes within the window after a hand-over or a submission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pub message: crate::delivery::MessageId,
    pub attempt: u32,
    pub until: SimTime,
    pub submission: bool,
}

impl UserTruth {
    /// Usable time up to `now`.
    pub fn usable_at(&self, now: SimTime) -> u64 {
        self.usable_ns + self.usable_since.map_or(0, |since| (now - since).ns())
    }
}

/// How often places were crossed: party, place, times beyond the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Turns(Vec<(u64, u8, u32)>);

impl Turns {
    /// The how-manieth time, from 0, that `place` of the way of `party` is crossed.
    pub fn turn(&mut self, party: u64, place: usize) -> u32 {
        for (who, where_, times) in &mut self.0 {
            if *who == party && *where_ == place as u8 {
                *times += 1;
                return *times;
            }
        }
        self.0.push((party, place as u8, 0));
        0
    }
}

/// What is remembered of a message beside its book.
#[derive(Clone, Debug, Default)]
pub(super) struct Extra {
    /// How often each place of its way was crossed.
    pub turns: Turns,
    pub sms_failed: bool,
    /// Where messages are judged one by one: it was deferred while nothing was usable.
    pub unreached: bool,
    /// Made when first needed, since a book that waits is one of many, and kept for the next message of this slot.
    rare: Option<Box<Rare>>,
}

/// What only messages have that are judged one by one, go to SMS or are sent to a device without a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    pub handovers: Vec<HandoverLog>,
    /// Attempts towards a bound, unconnected device: device, begin.
    pub ghosts: Vec<(u32, SimTime)>,
    /// Where messages are judged one by one: usable time.
    pub usable: Usable,
    /// Attempts by device, by SMS where none is named: whether the rules in force allowed the latest.
    pub allowed: Vec<(Option<u32>, bool)>,
    /// Parts of its short messages that are at the phone: hand-over, and number of the part.
    pub parts: Vec<(u32, u8)>,
}

/// One hand-over to SMS and what IP did around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandoverLog {
    pub attempt: u32,
    pub at: SimTime,
    pub submitted: SimTime,
    pub ip_around: bool,
    pub ip_at_submit: bool,
    pub ip_after: bool,
}

impl Extra {
    pub fn clear(&mut self) {
        self.turns.0.clear();
        self.sms_failed = false;
        self.unreached = false;
        if let Some(rare) = &mut self.rare {
            rare.handovers.clear();
            rare.ghosts.clear();
            rare.usable = Usable::default();
            rare.allowed.clear();
            rare.parts.clear();
        }
    }

    /// What few messages have; none: nothing of it.
    pub fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    pub fn handover(&mut self, attempt: u32) -> Option<&mut HandoverLog> {
        self.rare.as_mut()?.handovers.iter_mut().find(|h| h.attempt == attempt)
    }
}
