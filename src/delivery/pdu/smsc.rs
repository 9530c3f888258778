//! Between the interworking gateway and a service centre: submission and its report, status reports, deletion (3GPP TS 23.040 9.2.2),
//! and the notice that a subscriber is back (SMPP 3.4, 4.12.1).
//!
//! One submission is one message, however long: the service centre parts it (SMPP `message_payload`).

use super::{CopyId, MessageId, UserId};
use crate::units::Span;

/// What a gateway submits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    pub message: MessageId,
    pub copy: CopyId,
    pub user: UserId,
    /// Bytes of the text.
    pub bytes: u32,
    /// The hand-over of the PF that it belongs to.
    pub attempt: u32,
    /// Of this gateway: no two of its submissions bear the same (TP-MR).
    pub reference: u32,
    /// How long the service centre may try (TP-VP), from its acceptance.
    pub validity: Span,
    /// One attempt and no other, and the gateway is told when the subscriber is back (SMPP: transaction mode, `set_dpf`).
    pub single_shot: bool,
}

/// How a submission ended (TP-ST, TS 23.040 9.2.3.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmStatus {
    /// Received by the phone.
    Received,
    /// The validity ended.
    ValidityExpired,
    /// Deleted by the gateway that submitted it, after an attempt that was under way.
    Deleted,
    /// The one attempt that was asked for failed.
    NoMoreAttempts,
}

impl SmStatus {
    /// TP-ST.
    pub const fn code(self) -> u16 {
        match self {
            SmStatus::Received => 0x00,
            SmStatus::ValidityExpired => 0x46,
            SmStatus::Deleted => 0x47,
            // Temporary error, and the service centre makes no more attempts: no response from the phone.
            SmStatus::NoMoreAttempts => 0x62,
        }
    }
}

/// What passes between gateway and service centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sc {
    Submit(Submission),
    /// SMS-SUBMIT-REPORT.
    SubmitReport {
        user: UserId,
        reference: u32,
        about: MessageId,
        accepted: bool,
    },
    StatusReport {
        user: UserId,
        reference: u32,
        about: MessageId,
        status: SmStatus,
    },
    /// SMS-COMMAND: delete the submission.
    Delete {
        user: UserId,
        reference: u32,
        about: MessageId,
    },
    /// Whether it is deleted; one that is being sent is not, and gets no further attempt.
    DeleteReport {
        user: UserId,
        reference: u32,
        about: MessageId,
        deleted: bool,
    },
    /// A subscriber for whom a single attempt failed is back.
    AlertNotification {
        user: UserId,
    },
}

impl Sc {
    pub(super) const fn about(&self) -> Option<MessageId> {
        match self {
            Sc::Submit(sm) => Some(sm.message),
            Sc::SubmitReport { about, .. }
            | Sc::StatusReport { about, .. }
            | Sc::Delete { about, .. }
            | Sc::DeleteReport { about, .. } => Some(*about),
            Sc::AlertNotification { .. } => None,
        }
    }

    /// The subscriber it is about.
    pub const fn user(&self) -> UserId {
        match self {
            Sc::Submit(sm) => sm.user,
            Sc::SubmitReport { user, .. }
            | Sc::StatusReport { user, .. }
            | Sc::Delete { user, .. }
            | Sc::DeleteReport { user, .. }
            | Sc::AlertNotification { user } => *user,
        }
    }

    /// Our own sizes (assumption class c), as MO-FORWARD-SHORT-MESSAGE and its kin (`domain.md` 3.3).
    pub(super) const fn wire_bytes(&self) -> u32 {
        match self {
            Sc::Submit(sm) => sm.bytes.saturating_add(150),
            Sc::SubmitReport { .. } | Sc::DeleteReport { .. } => 120,
            Sc::StatusReport { .. } => 180,
            Sc::Delete { .. } => 150,
            Sc::AlertNotification { .. } => 110,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        match self {
            Sc::Submit(_) => "SMS-SUBMIT",
            Sc::SubmitReport { accepted: true, .. } => "SMS-SUBMIT-REPORT",
            Sc::SubmitReport { accepted: false, .. } => "SMS-SUBMIT-REPORT congestion",
            Sc::StatusReport { status: SmStatus::Received, .. } => "SMS-STATUS-REPORT received",
            Sc::StatusReport { status: SmStatus::ValidityExpired, .. } => "SMS-STATUS-REPORT validity expired",
            Sc::StatusReport { status: SmStatus::Deleted, .. } => "SMS-STATUS-REPORT deleted",
            Sc::StatusReport { status: SmStatus::NoMoreAttempts, .. } => "SMS-STATUS-REPORT no more attempts",
            Sc::Delete { .. } => "SMS-COMMAND delete",
            Sc::DeleteReport { deleted: true, .. } => "SMS-COMMAND report",
            Sc::DeleteReport { deleted: false, .. } => "SMS-COMMAND report, not deleted",
            Sc::AlertNotification { .. } => "alert_notification",
        }
    }
}
