//! The book of one message: when what happened to it, its copies, and how it ended.
//!
//! Written by the ledger while the run goes on, read by the fold of metrics when the message is closed: no copy open, no
//! transaction or report about it under way, or the run at its end. [`NEVER`] stands for "did not happen".

use crate::delivery::{CopyId, DeferReason, Dispositions, Fate, FunctionId, MessageId, Origin, Path, Tag, UserId};
use crate::units::{SimTime, Span, SubjectId};

/// Did not happen.
pub const NEVER: SimTime = SimTime::NEVER;

/// The outcome of a message, in the order of precedence of `invariants.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    DeliveredIp,
    DeliveredSms,
    DeliveredMms,
    Rejected,
    Forwarded,
    Deleted,
    Stored,
    Expired,
    Failed,
    Pending,
    Lost,
}

impl Outcome {
    pub const ALL: [Outcome; 11] = [
        Outcome::DeliveredIp,
        Outcome::DeliveredSms,
        Outcome::DeliveredMms,
        Outcome::Rejected,
        Outcome::Forwarded,
        Outcome::Deleted,
        Outcome::Stored,
        Outcome::Expired,
        Outcome::Failed,
        Outcome::Pending,
        Outcome::Lost,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Outcome::DeliveredIp => "delivered_ip",
            Outcome::DeliveredSms => "delivered_sms",
            Outcome::DeliveredMms => "delivered_mms",
            Outcome::Rejected => "rejected",
            Outcome::Forwarded => "forwarded",
            Outcome::Deleted => "deleted",
            Outcome::Stored => "stored",
            Outcome::Expired => "expired",
            Outcome::Failed => "failed",
            Outcome::Pending => "pending",
            Outcome::Lost => "lost",
        }
    }
}

/// What the sender believes at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    #[default]
    Nothing,
    Delivered,
    Failed,
}

/// One copy in the books.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopyRecord {
    pub id: CopyId,
    pub parent: Option<CopyId>,
    pub origin: Origin,
    pub path: Path,
    /// The client or phone it is for, if it is for one.
    pub device: Option<FunctionId>,
    pub made: SimTime,
    /// None while it is open.
    pub fate: Option<Fate>,
    pub ended: SimTime,
    /// Complete at the device's boundary.
    pub arrived: SimTime,
    pub presented: SimTime,
    /// Demanded its end.
    pub clause: Tag,
}

/// One message and its history.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageRecord {
    pub id: MessageId,
    pub subject: SubjectId,
    pub from: UserId,
    pub to: UserId,
    /// Place of the traffic stream in the model.
    pub traffic: u32,
    /// The n-th message of this stream to this recipient: its place in the conversation.
    pub sequence: u32,
    /// Submitted in the window: belongs to the run's metrics.
    pub measured: bool,
    pub bytes: u32,
    pub dispositions: Dispositions,

    pub submit: SimTime,
    pub accept_originating: SimTime,
    pub accept: SimTime,
    pub due: SimTime,
    pub reject: SimTime,
    pub reject_code: u16,
    /// Final response at the sender's client; code 0: none within the transaction's time.
    pub answer: SimTime,
    pub answer_code: u16,

    /// First entry in the deferred queue.
    pub defer: SimTime,
    pub defer_reason: Option<DeferReason>,
    pub defers: u32,
    /// First instant at or after `defer` with usable access.
    pub reach: SimTime,
    /// The recipient's usable time, accumulated up to `accept`; and over [accept, first_arrival).
    pub usable_at_accept: Span,
    pub usable_wait: Span,
    /// Usable time accumulated up to `defer`, and between `defer` and `expire`.
    pub usable_at_defer: Span,
    pub usable_until_expire: Span,
    pub expire: SimTime,
    pub settled: SimTime,

    pub attempts: u32,
    pub first_attempt: SimTime,
    pub last_attempt: SimTime,
    /// An attempt went to a device that was bound but not connected.
    pub ghost_attempts: u32,
    pub handovers: u32,
    pub first_handover: SimTime,
    pub last_handover: SimTime,
    pub first_sms_submit: SimTime,
    pub last_sms_submit: SimTime,
    /// Hand-over whose SMS arrived.
    pub arrived_sms_submit: SimTime,
    pub arrived_handover: SimTime,
    /// A suitable device was ip_ready at some instant of [handover - W, handover + W] of the hand-over that arrived first.
    pub ip_ready_around_handover: bool,
    /// No device ip_ready at the submission of the SMS that arrived, one within W after.
    pub ip_ready_after_submit: bool,
    pub sms_failed: u32,
    pub sms_ok: u32,
    pub late_failures: u32,

    pub first_arrival: SimTime,
    pub first_path: Option<Path>,
    pub first_device: Option<FunctionId>,

    pub imdn_positive_sent: u32,
    pub first_positive_sent: SimTime,
    pub imdn_delivered_received: u32,
    pub imdn_failed_received: u32,
    pub imdn_displayed_received: u32,
    pub first_imdn_delivered: SimTime,
    pub told: Told,
    pub told_at: SimTime,
    pub ever_told_delivered: bool,
    pub ever_told_failed: bool,

    /// Link traversals about this message, by link class (order of `LinkClass::ALL`), first transmissions.
    pub hops: [u32; 6],
    pub hop_bytes: [u64; 6],
    pub sip_hops: u32,

    pub copies: Vec<CopyRecord>,
    /// Set when the message is closed.
    pub outcome: Outcome,
    /// Statement or rule of the last decision.
    pub last_clause: Tag,
}

impl MessageRecord {
    /// Accepted without a refusal: population A.
    pub fn accepted(&self) -> bool {
        self.accept != NEVER && self.reject == NEVER
    }

    /// Population D.
    pub fn deferred(&self) -> bool {
        self.accepted() && self.defer != NEVER
    }

    /// Population V.
    pub fn delivered(&self) -> bool {
        self.accepted() && self.first_arrival != NEVER
    }

    /// Still open at the end.
    pub fn open(&self) -> bool {
        self.outcome == Outcome::Pending
    }
}
