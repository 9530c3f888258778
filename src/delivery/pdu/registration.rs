//! Registration: what a client says of itself, and what the Core tells the PF of it (RFC 3680).

use super::{Contents, FunctionId, UserId, Version};

/// What a client can receive, from the feature tags and the User-Agent of its registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It registered the ICSI of pager messages; without it no CPM message can go to it.
    pub pager: bool,
    pub contents: Contents,
    /// Largest content, in bytes.
    pub most_bytes: u32,
    pub agent: Version,
}

impl Capabilities {
    /// Takes everything.
    pub const FULL: Capabilities =
        Capabilities { pager: true, contents: Contents::EVERY, most_bytes: u32::MAX, agent: Version { major: 2, minor: 1 } };
}

/// Why a contact stands in a reg-event notification (RFC 3680 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactEvent {
    /// Stands without news since the last notification.
    Created,
    Registered,
    Refreshed,
    Expired,
    Unregistered,
}

/// One contact of a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contact {
    pub client: FunctionId,
    pub active: bool,
    pub event: ContactEvent,
    /// The Primary Device says so by its instance identity.
    pub primary: bool,
    pub capabilities: Capabilities,
}

/// Registration state of one address (RFC 3680), always in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegInfo {
    pub user: UserId,
    pub version: u32,
    pub contacts: Box<[Contact]>,
}
