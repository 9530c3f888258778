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
    /// Taken away by the network: its flow has failed (RFC 5626), and the client is free to register anew.
    Deactivated,
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

/// Registration state of one address (RFC 3680 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegInfo {
    pub user: UserId,
    pub version: u32,
    /// It names every contact that is registered; else only those that changed since the version before.
    pub full: bool,
    pub contacts: Box<[Contact]>,
}

/// What keeps the flow between a client and its Core alive (RFC 5626 4.4): over a stream two CRLFs and one for an answer, over UDP a
/// STUN Binding request and its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepAlive {
    /// `nth`: the how-manieth of this client. One that is sent again over UDP keeps its number, as a STUN transaction does.
    Ping {
        user: UserId,
        nth: u32,
        stun: bool,
    },
    Pong {
        user: UserId,
        nth: u32,
        stun: bool,
    },
}

impl KeepAlive {
    pub const fn user(self) -> UserId {
        match self {
            KeepAlive::Ping { user, .. } | KeepAlive::Pong { user, .. } => user,
        }
    }

    /// Goes by datagram, and is lost where a link loses it.
    pub const fn stun(self) -> bool {
        match self {
            KeepAlive::Ping { stun, .. } | KeepAlive::Pong { stun, .. } => stun,
        }
    }

    /// CRLFs, or a STUN header and, in the response, an IPv6 address (RFC 5389 6, 15.2).
    pub const fn wire_bytes(self) -> u32 {
        match self {
            KeepAlive::Ping { stun: false, .. } => 4,
            KeepAlive::Pong { stun: false, .. } => 2,
            KeepAlive::Ping { stun: true, .. } => 20,
            KeepAlive::Pong { stun: true, .. } => 44,
        }
    }
}
