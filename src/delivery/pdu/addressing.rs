//! How requests are addressed: to a user, to clients of his, to a function; and by which service they are routed.

use super::{FunctionId, UserId};
use crate::units::places_of;

/// Clients of one user: his devices stand side by side, so that a set of them is a first number and a word of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientSet {
    first: FunctionId,
    bits: u64,
}

/// Devices that one user may have.
pub const MOST_DEVICES: u32 = 64;

impl ClientSet {
    /// No client; others are named relative to `first`, the first client of the user.
    pub const fn none(first: FunctionId) -> ClientSet {
        ClientSet { first, bits: 0 }
    }

    /// Exactly these clients of one user.
    pub fn of(clients: &[FunctionId]) -> ClientSet {
        let first = clients.iter().copied().min().unwrap_or(FunctionId(0));
        clients.iter().fold(ClientSet::none(first), |set, c| set.with(*c))
    }

    pub fn with(mut self, client: FunctionId) -> ClientSet {
        let at = client.0.checked_sub(self.first.0).filter(|at| *at < MOST_DEVICES).expect("clients of one user, at most 64");
        self.bits |= 1 << at;
        self
    }

    pub fn without(mut self, client: FunctionId) -> ClientSet {
        if self.has(client) {
            self.bits &= !(1 << (client.0 - self.first.0));
        }
        self
    }

    pub fn has(self, client: FunctionId) -> bool {
        client.0.checked_sub(self.first.0).is_some_and(|at| at < MOST_DEVICES && self.bits & (1 << at) != 0)
    }

    pub const fn len(self) -> u32 {
        self.bits.count_ones()
    }

    pub const fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// The clients, in order of their numbers.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = FunctionId> + Clone {
        places_of(self.bits).map(move |at| FunctionId(self.first.0 + at))
    }
}

/// Whom a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A user's public address: originating or terminating services apply, then all registered contacts.
    User(UserId),
    /// One registered contact of a user, by its address in the Request-URI (`client-addressing=request-uri`).
    Contact(UserId, FunctionId),
    /// Clients of a user, named by `+sip.instance` in Accept-Contact; the Core forks to those of them that are registered.
    Instances(UserId, ClientSet),
    /// A function itself (a PF's or the Core's own address).
    Function(FunctionId),
}

/// Who stands in From or To: a subscriber, or a function that speaks for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    User(UserId),
    Function(FunctionId),
    /// CPMDeferredMsgMgmtURI: the PF, as the one that manages deferred messages (PULL-7.2.3.2.1-06, PULL-8.3.1.6.3-09).
    Management,
}

impl Party {
    pub const fn user(self) -> Option<UserId> {
        match self {
            Party::User(user) => Some(user),
            Party::Function(_) | Party::Management => None,
        }
    }
}

impl Target {
    /// Whom a request to this target is for, as To says.
    pub const fn party(self) -> Party {
        match self {
            Target::User(user) | Target::Contact(user, _) | Target::Instances(user, _) => Party::User(user),
            Target::Function(function) => Party::Function(function),
        }
    }
}

/// IMS Communication Service Identifier in Accept-Contact and P-Preferred-Service (`domain.md` 3.1): initial filter criteria
/// route by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Icsi {
    /// No CPM feature tag: no CPM function is asked.
    None,
    #[default]
    Msg,
    SystemMsg,
    /// Sessions about deferred messages.
    Deferred,
}

impl Icsi {
    /// The service in plain form.
    pub const fn urn(self) -> Option<&'static str> {
        match self {
            Icsi::None => None,
            Icsi::Msg => Some("urn:urn-7:3gpp-service.ims.icsi.oma.cpm.msg"),
            Icsi::SystemMsg => Some("urn:urn-7:3gpp-service.ims.icsi.oma.cpm.systemmsg"),
            Icsi::Deferred => Some("urn:urn-7:3gpp-service.ims.icsi.oma.cpm.deferred"),
        }
    }
}

/// Who inserted the target CPM Address (`target-address-insert`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertedBy {
    Core,
    Pf,
}

/// Max-Forwards of a new request (RFC 3261 8.1.1.6).
pub const MAX_FORWARDS: u8 = 70;
