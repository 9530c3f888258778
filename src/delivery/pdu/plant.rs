//! The SMS plant: MAP operations, short messages, and what passes between phone and switching centre.

use super::{CopyId, FunctionId, MessageId, UserId};

/// MAP operations of the SMS plant (3GPP TS 29.002).
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
    MtForwardSm {
        sms: Sms,
        invoke: u32,
    },
    MtForwardSmAck {
        invoke: u32,
        result: MtResult,
        about: MessageId,
    },
    ReportSmDeliveryStatus {
        user: UserId,
        sc: FunctionId,
        success: bool,
        about: MessageId,
    },
    ReadyForSm {
        user: UserId,
    },
    AlertSc {
        user: UserId,
    },
    AlertScAck {
        user: UserId,
    },
    UpdateLocation {
        user: UserId,
        msc: FunctionId,
    },
}

/// Answer to a routing enquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routing {
    At(FunctionId),
    AbsentSubscriber,
}

/// Result of forwarding a short message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtResult {
    Ok,
    AbsentSubscriber,
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

/// Between phone and switching centre.
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
    SmsAck {
        user: UserId,
        paging: u32,
        about: MessageId,
    },
}
