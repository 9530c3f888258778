//! The book of one message: when what happened to it, its copies, and how it ended.
//!
//! Written by the ledger while the run goes on, read by the fold of metrics when the message is closed: no copy open, no
//! transaction or report about it under way, or the run at its end. [`NEVER`] stands for "did not happen".

use crate::delivery::{
    Content, CopyId, DeferReason, Dispositions, Fate, FunctionId, MessageId, Origin, Pager, Path, Tag, UserId, Version,
};
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
    /// imdn.Message-ID: the message it was submitted as.
    pub original: MessageId,
    /// The message whose duty this one took over, the one that took this one's duty over, and when.
    pub forwarded_from: Option<MessageId>,
    pub forwarded_into: Option<MessageId>,
    pub forwarded: SimTime,
    /// Retargetings before it.
    pub retargets: u8,
    pub content: Content,
    pub anonymous: bool,
    /// Of the sender's client.
    pub agent: Version,
    /// The instant that its Expires header gives.
    pub expires: SimTime,
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

    /// Clients addressed at acceptance, and how each ended: success, no success, open.
    pub selected: Vec<(FunctionId, Option<bool>)>,
    /// The clients for it have been chosen.
    pub decided: bool,
    /// Registered clients that will not get it, by [`Factor`](crate::delivery::Factor).
    pub excluded: [u32; 4],
    /// A deliver-and-interwork rule asked for delivery over both technologies.
    pub asked_both: bool,
    /// It expired while a do-not-disturb rule stood.
    pub dnd_at_expiry: bool,
    /// Its first arrival was by a delivery that the rules in force at the attempt would have refused.
    pub policy_stale: bool,

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

    /// Devices on which the user opened it, and when.
    pub displayed: Vec<(FunctionId, SimTime)>,
    /// Objects written in message stores: as a delivery, as history; and what could not be written.
    pub stored_objects: u32,
    pub recorded_objects: u32,
    pub store_failures: u32,
    /// Two different objects of one store.
    pub duplicate_objects: bool,
    /// Devices that got it from a store while its book was open.
    pub synced: u32,
    /// Copies that came to a device they were not addressed to.
    pub wrong_devices: u32,

    pub imdn_positive_sent: u32,
    /// Positive reports sent before anything had arrived.
    pub positive_before_arrival: u32,
    /// Notifications that another device of the sender had received already.
    pub imdn_repeats_at_devices: u32,
    pub first_positive_sent: SimTime,
    pub imdn_delivered_received: u32,
    pub imdn_failed_received: u32,
    pub imdn_displayed_received: u32,
    /// Indications that the delivery was by a legacy service.
    pub imdn_interworked_received: u32,
    pub first_imdn_delivered: SimTime,
    pub told: Told,
    pub told_at: SimTime,
    pub ever_told_delivered: bool,
    pub ever_told_failed: bool,

    /// Link traversals about this message, by link class (order of `LinkClass::ALL`), first transmissions.
    pub hops: [u32; 7],
    pub hop_bytes: [u64; 7],
    pub sip_hops: u32,

    pub copies: Vec<CopyRecord>,
    /// Set when the message is closed.
    pub outcome: Outcome,
    /// Statement or rule of the last decision.
    pub last_clause: Tag,
}

/// What is known of a message when it is composed.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    pub subject: SubjectId,
    pub traffic: u32,
    pub sequence: u32,
}

impl MessageRecord {
    /// The book of a message to which nothing has happened.
    pub fn new(heading: Heading, pager: &Pager) -> MessageRecord {
        MessageRecord {
            id: pager.message,
            subject: heading.subject,
            from: pager.from,
            to: pager.to,
            traffic: heading.traffic,
            sequence: heading.sequence,
            measured: false,
            original: pager.original,
            forwarded_from: None,
            forwarded_into: None,
            forwarded: NEVER,
            retargets: pager.retargets,
            content: pager.content,
            anonymous: pager.anonymous,
            agent: pager.agent,
            expires: pager.expires,
            bytes: pager.bytes,
            dispositions: pager.dispositions,
            submit: NEVER,
            accept_originating: NEVER,
            accept: NEVER,
            due: NEVER,
            reject: NEVER,
            reject_code: 0,
            answer: NEVER,
            answer_code: 0,
            defer: NEVER,
            defer_reason: None,
            defers: 0,
            reach: NEVER,
            usable_at_accept: Span::ZERO,
            usable_wait: Span::ZERO,
            usable_at_defer: Span::ZERO,
            usable_until_expire: Span::ZERO,
            expire: NEVER,
            settled: NEVER,
            selected: Vec::new(),
            decided: false,
            excluded: [0; 4],
            asked_both: false,
            dnd_at_expiry: false,
            policy_stale: false,
            attempts: 0,
            first_attempt: NEVER,
            last_attempt: NEVER,
            ghost_attempts: 0,
            handovers: 0,
            first_handover: NEVER,
            last_handover: NEVER,
            first_sms_submit: NEVER,
            last_sms_submit: NEVER,
            arrived_sms_submit: NEVER,
            arrived_handover: NEVER,
            ip_ready_around_handover: false,
            ip_ready_after_submit: false,
            sms_failed: 0,
            sms_ok: 0,
            late_failures: 0,
            first_arrival: NEVER,
            first_path: None,
            first_device: None,
            displayed: Vec::new(),
            stored_objects: 0,
            recorded_objects: 0,
            store_failures: 0,
            duplicate_objects: false,
            synced: 0,
            wrong_devices: 0,

            imdn_positive_sent: 0,
            positive_before_arrival: 0,
            imdn_repeats_at_devices: 0,
            first_positive_sent: NEVER,
            imdn_delivered_received: 0,
            imdn_failed_received: 0,
            imdn_displayed_received: 0,
            imdn_interworked_received: 0,
            first_imdn_delivered: NEVER,
            told: Told::Nothing,
            told_at: NEVER,
            ever_told_delivered: false,
            ever_told_failed: false,
            hops: [0; 7],
            hop_bytes: [0; 7],
            sip_hops: 0,
            copies: Vec::new(),
            outcome: Outcome::Pending,
            last_clause: Tag::OwnSubmit,
        }
    }

    /// Accepted without a refusal: population A.
    pub fn accepted(&self) -> bool {
        self.accept != NEVER && self.reject == NEVER
    }

    /// The message as a request would carry it; what stays the same on its way.
    pub(super) fn pager(&self) -> Pager {
        Pager {
            message: self.id,
            original: self.original,
            copy: CopyId(0),
            from: self.from,
            to: self.to,
            bytes: self.bytes,
            chars: self.bytes,
            content: self.content,
            dispositions: self.dispositions,
            anonymous: self.anonymous,
            agent: self.agent,
            reply_to: None,
            expires: self.expires,
            indications: crate::delivery::Indications::default(),
            retargets: self.retargets,
            attempt: 0,
        }
    }

    /// When the user first opened it, on any device.
    pub fn first_display(&self) -> SimTime {
        self.displayed.iter().map(|(_, at)| *at).min().unwrap_or(NEVER)
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
