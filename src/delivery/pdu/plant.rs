//! The SMS plant: MAP operations, short messages, and what passes between phone and switching centre.

use super::{CopyId, Domain, FunctionId, MessageId, UserId};

/// A way on which the plant reaches a subscriber; each has its serving node and its waiting flag (3GPP TS 23.204 6.5a,
/// TS 23.008 2.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmsDomain {
    /// Over an MSC, or over an MME by SGs; flag MNRF.
    Cs,
    /// Over an SGSN, or over an MME by SGd; flag MNRG.
    Ps,
    /// Over the IP-SM-GW to a registered client; flag UNRI.
    Ims,
}

impl SmsDomain {
    pub const ALL: [SmsDomain; 3] = [SmsDomain::Cs, SmsDomain::Ps, SmsDomain::Ims];

    /// The value of `domain` in an interworking event, `CS` or `PS` (IW15-6.7.5.2.1-06, -10): what goes over IP goes by packets.
    pub const fn told(self) -> Domain {
        match self {
            SmsDomain::Cs => Domain::Cs,
            SmsDomain::Ps | SmsDomain::Ims => Domain::Ps,
        }
    }
}

impl From<Domain> for SmsDomain {
    fn from(domain: Domain) -> SmsDomain {
        match domain {
            Domain::Cs => SmsDomain::Cs,
            Domain::Ps => SmsDomain::Ps,
        }
    }
}

/// The serving node of a subscriber in each domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nodes([Option<FunctionId>; 3]);

impl Nodes {
    /// Served in one domain only.
    pub fn only(domain: SmsDomain, node: FunctionId) -> Nodes {
        let mut nodes = Nodes::default();
        nodes.set(domain, Some(node));
        nodes
    }

    pub const fn at(self, domain: SmsDomain) -> Option<FunctionId> {
        self.0[domain as usize]
    }

    pub fn set(&mut self, domain: SmsDomain, node: Option<FunctionId>) {
        self.0[domain as usize] = node;
    }

    pub fn is_empty(self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// The waiting flags of a subscriber: not reachable, by domain, and memory full (TS 23.040 3.2.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    absent: [bool; 3],
    /// MCEF, memory capacity exceeded.
    pub memory: bool,
}

impl Flags {
    /// MNRF, MNRG or UNRI.
    pub const fn absent(self, domain: SmsDomain) -> bool {
        self.absent[domain as usize]
    }

    pub fn set_absent(&mut self, domain: SmsDomain, on: bool) {
        self.absent[domain as usize] = on;
    }

    pub fn any_absent(self) -> bool {
        self.absent.contains(&true)
    }

    pub fn any(self) -> bool {
        self.memory || self.any_absent()
    }
}

/// MAP operations of the SMS plant (3GPP TS 29.002). Of the answers those without news are left out: to REPORT-SM-DELIVERY-STATUS
/// without an error, READY-FOR-SM, UPDATE-LOCATION and PURGE-MS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Map {
    /// SEND-ROUTING-INFO-FOR-SM; `sc` enters the waiting list if the subscriber is absent.
    SriSm {
        user: UserId,
        sc: FunctionId,
        invoke: u32,
        about: MessageId,
    },
    SriSmAck {
        invoke: u32,
        result: Routing,
        about: MessageId,
    },
    /// INFORM-SERVICE-CENTRE, after an enquiry for a subscriber with waiting data: whether the asking service centre stands in the
    /// waiting list, so that an alert will come, and the flags.
    InformSc {
        user: UserId,
        listed: bool,
        flags: Flags,
        about: MessageId,
    },
    MtForwardSm {
        sms: Sms,
        invoke: u32,
    },
    MtForwardSmAck {
        invoke: u32,
        result: MtResult,
        about: MessageId,
    },
    /// How an attempt in one domain ended; several domains are reported one by one.
    ReportSmDeliveryStatus {
        user: UserId,
        sc: FunctionId,
        domain: SmsDomain,
        outcome: Outcome,
        about: MessageId,
    },
    /// Error messageWaitingListFull of a report: `sc` is not in the list, and no alert will come.
    WaitingListFull {
        user: UserId,
        about: MessageId,
    },
    ReadyForSm {
        user: UserId,
        domain: SmsDomain,
        reason: Ready,
    },
    AlertSc {
        user: UserId,
    },
    AlertScAck {
        user: UserId,
    },
    /// UPDATE-LOCATION of a VLR, UPDATE-GPRS-LOCATION of an SGSN, or the registration of an IP-SM-GW for a user.
    UpdateLocation {
        user: UserId,
        domain: SmsDomain,
        node: FunctionId,
    },
    /// PURGE-MS, or the end of the registration of an IP-SM-GW: the node serves the subscriber no more.
    Purge {
        user: UserId,
        domain: SmsDomain,
    },
}

/// Answer to a routing enquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    /// Nodes of the domains in which the subscriber is not known to be absent, at least one.
    At(Nodes),
    AbsentSubscriber,
}

/// Result of forwarding a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtResult {
    Ok,
    /// absentSubscriberSM.
    Absent(Absence),
    /// SM-DeliveryFailure, memoryCapacityExceeded.
    MemoryFull,
    /// subscriberBusyForMT-SMS.
    Busy,
}

/// Absent-subscriber diagnostic (TS 23.040 3.3.2); which node it concerns follows from the domain of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// No paging response.
    NoPagingResponse,
    /// IMSI or GPRS detached, of its own accord or implicitly.
    Detached,
    /// The node does not know the subscriber, or not any more.
    Purged,
    /// Deregistered from IMS.
    Deregistered,
    /// No response by way of the IP-SM-GW.
    NoResponse,
}

/// What a gateway reports of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Success,
    Absent,
    MemoryFull,
}

/// Why a subscriber can receive again (alertReason).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    Present,
    MemoryAvailable,
}

/// A short message on its way to the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sms {
    pub message: MessageId,
    pub copy: CopyId,
    pub user: UserId,
    /// Bytes of the text.
    pub bytes: u32,
    /// The attempt of the PF that it belongs to.
    pub attempt: u32,
}

/// Between phone and serving node: the MSC, or the packet node, to which a location update is an attach or a routing or tracking area
/// update, and a detach one of the packet domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nas {
    LocationUpdate {
        user: UserId,
    },
    ImsiDetach {
        user: UserId,
    },
    /// For one short message.
    Page {
        user: UserId,
        paging: u32,
        about: MessageId,
    },
    PageResponse {
        user: UserId,
        paging: u32,
        about: MessageId,
    },
    SmsDeliver {
        sms: Sms,
        paging: u32,
    },
    /// RP-ACK.
    SmsAck {
        user: UserId,
        paging: u32,
        about: MessageId,
    },
    /// RP-ERROR, cause 22: the phone has no memory for it.
    SmsError {
        user: UserId,
        paging: u32,
        about: MessageId,
    },
    /// RP-SMMA: a phone that refused for want of memory has room again.
    MemoryAvailable {
        user: UserId,
    },
}
