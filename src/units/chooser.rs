//! The one door for every choice: what a draw is for, for whom, and the how-manieth.

use super::SubjectId;

/// What a choice is made for. These numbers are part of every published result: never reuse or renumber one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum Purpose {
    /// Instants at which a traffic stream submits messages; the subject is the stream and the recipient.
    Arrivals = 1,
    /// Delay of one PDU on one leg; the subject is the message or transaction with the leg.
    LinkDelay = 2,
    /// Loss of one PDU on one leg; subject as for the delay.
    LinkLoss = 3,
    /// Dwell times of a device's radio; the subject is the device.
    Reachability = 4,
    /// A user's or client's own reaction time; the subject is the user with what is reacted to.
    Reaction = 5,
    /// Service time of a function; the subject is the message or transaction with the function.
    Service = 6,
    /// Time taken by a phase of attachment; the subject is the device with the phase's name.
    Phase = 7,
    /// Class of a phone within its population; the subject is the device.
    DeviceClass = 8,
    /// Whether a device that leaves says so; the subject is the device.
    SilentLoss = 9,
    /// Content of a message: length, kind, requested dispositions; the subject is the message.
    Content = 10,
    /// State of a device at the start of a run, and what is left of it; the subject is the device.
    Start = 11,
    /// The spread of a timer (jitter); the subject is the timer's owner with the timer's name.
    TimerSpread = 12,
    /// The order of tied events under `--ties permute`; the subject is the tied event.
    Tie = 13,
    /// Draws that tests add to show that no other draw moves.
    Dummy = 14,
    /// The policy of a user, and the times at which it changes; the subject is the user.
    Policy = 15,
    /// Whether and when a user opens a message; the subject is the message with the device.
    Display = 16,
    /// Whether the message store fails to write; the subject is the message with the owner of the store.
    StoreFailure = 17,
    /// Time to a client's next synchronisation; the subject is the device.
    Sync = 18,
    /// Time from a change of a device's connectivity to the PF's hearing of it; the subject is the device.
    Connectivity = 19,
}

/// Where a choice is made: what for, for whom, and the how-manieth for that subject and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    pub purpose: Purpose,
    pub subject: SubjectId,
    pub nth: u32,
}

impl Site {
    pub const fn new(purpose: Purpose, subject: SubjectId, nth: u32) -> Self {
        Site { purpose, subject, nth }
    }
}

/// Gives the answer to a choice. The answer depends on the chooser's key and the site alone, never on the order of asking.
pub trait Chooser {
    /// 64 random bits for `site`.
    fn bits(&mut self, site: Site) -> u64;
}
