//! What oracles know of a model: who is who, and the bounds that a message lives under. No state of a function is in it.

use super::table::ModelFact;
use crate::delivery::{FunctionId, UserId};
use crate::units::Span;

/// What a function of the model is, as far as judging goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Station {
    Pf {
        /// Messages of one user that its queue may hold; none: unbounded.
        max_queue: Option<u32>,
        /// Returns of one message from interworking.
        handover_limit: u32,
    },
    /// ISF or IWF.
    Interworking,
    Other,
}

/// The users of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct People {
    /// The PF that serves them.
    pub pf: FunctionId,
    /// Their devices are always on, and nothing of theirs or of their provider holds a report back (I-31).
    pub hears: bool,
    /// Neither rules nor the network hold their messages back, and they act when they are notified (I-16).
    pub takes: bool,
}

/// A device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    pub user: UserId,
    /// Takes every kind of content.
    pub full: bool,
    /// Registers anew so often that the PF hears of it within the bound of I-16.
    pub refreshes: bool,
}

/// What is known before a run.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The functions of the model, by number; the clients of `devices` follow.
    pub stations: Vec<Station>,
    pub devices: Vec<DeviceFacts>,
    pub people: Vec<People>,
    /// Of each user his place in `people`, and his devices: from, to (exclusive).
    pub users: Vec<(u32, u32, u32)>,
    pub model: Vec<ModelFact>,
    /// Retargetings that any PF allows.
    pub forward_hops: u8,
    /// Longest time from expiry to the end of what was begun before (I-15).
    pub longest: Span,
    /// For so long at least a server remembers a request: the shortest 64 T1.
    pub remembers: Span,
    /// Delivery to the store may follow an attempt and end the message (`policy-recheck=on`).
    pub policy_recheck: bool,
    /// 202 of a client is no confirmation (`on-client-202=unconfirmed`).
    pub unconfirmed_202: bool,
    /// What is being delivered is hidden from further pulls and pushes (`guard.hide-in-delivery=on`).
    pub hides: bool,
    /// Each step hands over for itself (`guard.single-isf-handover=off`).
    pub double_handover: bool,
}

impl Facts {
    #[inline]
    pub(super) fn is_pf(&self, function: FunctionId) -> bool {
        matches!(self.stations.get(function.0 as usize), Some(Station::Pf { .. }))
    }

    #[inline]
    pub(super) fn is_interworking(&self, function: FunctionId) -> bool {
        matches!(self.stations.get(function.0 as usize), Some(Station::Interworking))
    }

    /// Whether it passes on what others answer to sessions.
    #[inline]
    pub(super) fn relays(&self, function: FunctionId) -> bool {
        matches!(self.stations.get(function.0 as usize), Some(Station::Other))
    }

    /// The number of the device of a client.
    #[inline]
    pub(super) fn device(&self, function: FunctionId) -> Option<usize> {
        (function.0 as usize).checked_sub(self.stations.len()).filter(|d| *d < self.devices.len())
    }

    pub(super) fn people(&self, user: UserId) -> &People {
        &self.people[self.users[user.0 as usize].0 as usize]
    }
}

/// How long a suitable device must have been there before a message's expiry is held against the PF (I-16).
pub const THERE: Span = Span::from_secs(800);

/// How long after an arrival or a storing a report may be under way at the end of a run (I-31).
pub const REPORTS_BY: Span = Span::from_secs(300);
