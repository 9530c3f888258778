//! What functions report of what they did: the raw matter of the fate ledger and of every metric (`metrics.md` 2).

use super::pdu::{CopyId, CpmAction, Disposition, FunctionId, MessageId, Method, NoticeKind, Storing, TxnId, UserId};
use crate::units::SimTime;

/// The technology of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    Ip,
    Sms,
    Mms,
}

impl From<super::Service> for Path {
    fn from(service: super::Service) -> Path {
        match service {
            super::Service::Sms => Path::Sms,
            super::Service::Mms => Path::Mms,
        }
    }
}

/// How a copy came into being (`invariants.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Submission,
    /// Taken over from the copy that travelled to it, by the function that keeps it.
    Acceptance,
    FanOut,
    Push,
    HandOver,
    /// At the instruction of a client that pulled.
    Pull,
    /// Of a forwarded message, towards its new recipient.
    Retarget,
    Repetition,
}

/// Where a copy was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Pf,
    Isf,
    Iwf,
    /// Service centre, MAP, radio of SMS.
    Sms,
    /// Link to the client, or the client.
    Access,
    /// Before acceptance at the terminating PF.
    Upstream,
    /// With the volatile queue of a PF that stopped (`queue-durability=volatile`).
    Restart,
}

/// The end of a copy; each copy has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Delivered,
    Stored,
    Absorbed,
    Withdrawn,
    Refused(u16),
    Lost(Place),
    Expired,
    Deleted,
    Superseded,
    Pending,
}

/// The way of a notification of deferred messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    InBand,
    OutOfBand,
}

/// How an instruction of a pull came out (`metrics.md` 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemResult {
    /// The message was delivered, deleted, handed over or stored as asked.
    Moved,
    /// It is no longer in the queue, or never was.
    Gone,
    ClaimedElsewhere,
    /// The delivery failed; the message is back in the queue, or at its end.
    Failed,
    /// The entry was not well formed.
    Faulty,
}

/// Why a message was written in the deferred queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeferReason {
    NoClient,
    /// A rule or preference asks for it.
    Rule,
    DoNotDisturb,
    AttemptFailed,
    SmsFailed,
    WaitIp,
}

/// Who takes hold of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    Push,
    Pull,
    Interwork,
    Expiry,
}

/// Why a wait for IP ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldEnd {
    Registration,
    Expiry,
    NothingWaits,
}

/// How a delivery request towards a client, or a transaction, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegResult {
    Code(u16),
    Timeout,
    /// Given up by the side that began it.
    Abandoned,
}

/// What excluded a client (SD23-R-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Factor {
    Preference,
    Connectivity,
    Capability,
    ProviderPolicy,
}

/// What becomes of a disposition notification that its addressee's PF does not pass on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ImdnFate {
    Refused(u16),
    /// Held like a deferred message.
    Deferred,
    /// Held no more: sent to the user.
    Released,
    /// Held until its life ended.
    Expired,
    Stored,
    /// Sent to the Interworking Selection Function.
    HandedOver,
    /// Dropped without an answer, or by local policy.
    Dropped,
}

/// What a guard watches was met; the guard's axis stands beside it.
pub use super::profile::AxisId as Guard;

/// One thing done, by the function that reports it. Times are those of the event that reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Milestone {
    /// A copy came into being; it has no end yet.
    CopyMade {
        copy: CopyId,
        message: MessageId,
        parent: Option<CopyId>,
        origin: Origin,
        path: Path,
        device: Option<FunctionId>,
    },
    /// A copy ended.
    CopyEnd {
        copy: CopyId,
        message: MessageId,
        fate: Fate,
    },
    /// Its holder gave a copy up: it ends so unless it has ended already, as one that arrived though its answer did not, or arrives
    /// after all, as one that was under way for longer than the holder waits.
    CopyGivenUp {
        copy: CopyId,
        message: MessageId,
        fate: Fate,
    },

    // Sender's client.
    Submit {
        message: MessageId,
    },
    /// Final response, or none within the transaction's time (code 0).
    Answer {
        message: MessageId,
        code: u16,
    },
    /// A disposition notification reached the device that reports; the sender's others get it for themselves.
    ImdnReceived {
        message: MessageId,
        disposition: Disposition,
    },

    // PF-o and PF-t.
    /// The originating PF has decided whether the sender may send (IM08-5.2.2.1-07).
    Authorised {
        message: MessageId,
        yes: bool,
    },
    AcceptOriginating {
        message: MessageId,
    },
    /// The request was complete at PF-t at `at`, before any service time. `due`: the expiry set for it.
    Accept {
        message: MessageId,
        at: SimTime,
        due: SimTime,
    },
    /// Refusal decided by policy before any attempt.
    Reject {
        message: MessageId,
        code: u16,
    },
    Defer {
        message: MessageId,
        user: UserId,
        reason: DeferReason,
    },
    /// Out of the deferred queue: settled, or handed over.
    Leave {
        message: MessageId,
        user: UserId,
    },
    /// PF-t keeps a message that it handed over, and then no more.
    Retained {
        message: MessageId,
        on: bool,
    },
    Claimed {
        message: MessageId,
        by: Claim,
    },
    Released {
        message: MessageId,
    },
    Attempt {
        message: MessageId,
        device: FunctionId,
    },
    AttemptEnd {
        message: MessageId,
        device: FunctionId,
        result: LegResult,
    },
    HoldStart {
        user: UserId,
        message: Option<MessageId>,
    },
    HoldEnd {
        user: UserId,
        message: Option<MessageId>,
        why: HoldEnd,
    },
    Handover {
        message: MessageId,
        attempt: u32,
    },
    Expire {
        message: MessageId,
    },
    /// PF-t gave the message up: all attempts refused or spent; the sender's side is answered or told.
    Failed {
        message: MessageId,
        code: u16,
    },
    /// PF-t has decided the message's end: nothing more will be tried.
    Settled {
        message: MessageId,
    },
    /// A failure report reached PF-t after the message was settled.
    LateFailure {
        message: MessageId,
    },
    View {
        user: UserId,
        device: FunctionId,
        on: bool,
    },
    ReadyReceived {
        user: UserId,
    },
    ImdnSent {
        message: MessageId,
        disposition: Disposition,
        by: FunctionId,
    },
    ImdnSuppressed {
        message: MessageId,
        disposition: Disposition,
    },
    /// The PF of the sender treated a disposition notification otherwise than by sending it to him (H-38).
    ImdnScreened {
        message: MessageId,
        disposition: Disposition,
        fate: ImdnFate,
    },
    QueueFull {
        message: MessageId,
    },
    /// A registered client will not get the message.
    Excluded {
        message: MessageId,
        device: FunctionId,
        factor: Factor,
    },
    /// PF-t has delivered the message to the message store: done, or refused by the store.
    Store {
        message: MessageId,
        ok: bool,
    },
    /// PF-t forwards: a new duty, `into`, towards a new recipient takes over from `message`.
    Forward {
        message: MessageId,
        into: MessageId,
        to: UserId,
    },
    /// The policy in force for the user, as the PF knows it, changed.
    PolicyView {
        user: UserId,
    },
    /// The clients for a new message have been chosen; its attempts have been reported.
    Decided {
        message: MessageId,
    },
    /// The situation that a guard watches was met.
    GuardReached {
        guard: Guard,
    },

    /// A round of notification of `user` sends to `device`; `listed`: the messages in its list follow as `NotifyLists`.
    Notify {
        user: UserId,
        round: u32,
        device: FunctionId,
        channel: Channel,
        kind: NoticeKind,
        number: u32,
    },
    NotifyLists {
        round: u32,
        device: FunctionId,
        message: MessageId,
    },
    /// The transaction of a notification ended without success; it counts as not sent unless a guard is off.
    NotifyFailed {
        round: u32,
        device: FunctionId,
    },
    /// A pull was complete at the PF; `pull` names it by its transaction at the client (`Dialog::pull`).
    PullReceived {
        user: UserId,
        pull: u32,
        device: FunctionId,
        selective: bool,
        paused: bool,
    },
    PullAnswer {
        user: UserId,
        pull: u32,
        device: FunctionId,
        code: u16,
    },
    PullItem {
        pull: u32,
        device: FunctionId,
        message: MessageId,
        action: Option<CpmAction>,
        result: ItemResult,
    },
    /// The last instruction is finished and the session is over.
    PullDone {
        user: UserId,
        pull: u32,
        device: FunctionId,
    },
    /// A session for deferred messages was offered, refused, set up, ended.
    SessionOffered {
        user: UserId,
        device: FunctionId,
    },
    SessionUp {
        user: UserId,
        device: FunctionId,
    },
    SessionRefused {
        user: UserId,
        device: FunctionId,
        /// For lack of capacity (`pf.sessions`).
        blocked: bool,
    },
    SessionEnd {
        user: UserId,
        device: FunctionId,
        complete: bool,
    },
    /// The PF stopped and is there again; messages that went with a volatile queue have ended as copies lost.
    Restarted,

    // Core.
    Bound {
        user: UserId,
        device: FunctionId,
        on: bool,
    },

    // Recipient's client.
    Discard {
        message: MessageId,
        copy: CopyId,
    },
    Present {
        message: MessageId,
        copy: CopyId,
        path: Path,
    },
    /// The user opens the message on the device.
    Display {
        message: MessageId,
        device: FunctionId,
    },
    /// The device obtained the message from the message store; not an arrival.
    Synced {
        message: MessageId,
        device: FunctionId,
    },
    /// A notification is complete at the device.
    NotifyReceived {
        round: u32,
        device: FunctionId,
        channel: Channel,
    },
    /// One message in it.
    ReadsOf {
        device: FunctionId,
        message: MessageId,
    },
    /// The client sends a pull.
    PullSent {
        pull: u32,
        device: FunctionId,
        selective: bool,
    },
    RegisterSent {
        device: FunctionId,
    },
    Registered {
        device: FunctionId,
    },

    // Message store.
    /// An object was written in the store of `owner`.
    StorePut {
        message: MessageId,
        owner: UserId,
        uid: u32,
        storing: Storing,
    },
    StoreFailed {
        message: MessageId,
        owner: UserId,
        storing: Storing,
    },

    // IWF and the SMS plant.
    SmsSubmit {
        message: MessageId,
        attempt: u32,
    },
    SmsResult {
        message: MessageId,
        attempt: u32,
        ok: bool,
    },
    Alerted {
        user: UserId,
    },

    // Every function.
    TxnStart {
        txn: TxnId,
        method: Method,
        about: Option<MessageId>,
        device: Option<FunctionId>,
    },
    TxnEnd {
        txn: TxnId,
        method: Method,
        about: Option<MessageId>,
        started: SimTime,
        result: LegResult,
    },
    /// A rule acted that leaves no other mark: its tag is counted.
    Told,
    /// A response found its transaction ended.
    LateResponse,
    /// An input for which the function's table has no row in its state.
    Undefined {
        state: &'static str,
        input: &'static str,
    },
}

impl Milestone {
    /// The message it concerns, if it concerns one.
    pub fn message(&self) -> Option<MessageId> {
        use Milestone::*;
        match *self {
            CopyMade { message, .. }
            | CopyEnd { message, .. }
            | CopyGivenUp { message, .. }
            | Submit { message }
            | Answer { message, .. }
            | ImdnReceived { message, .. }
            | ImdnScreened { message, .. }
            | Authorised { message, .. }
            | AcceptOriginating { message }
            | Excluded { message, .. }
            | Store { message, .. }
            | Forward { message, .. }
            | Display { message, .. }
            | Synced { message, .. }
            | StorePut { message, .. }
            | StoreFailed { message, .. }
            | Accept { message, .. }
            | Reject { message, .. }
            | Defer { message, .. }
            | Leave { message, .. }
            | Retained { message, .. }
            | Claimed { message, .. }
            | Released { message }
            | Attempt { message, .. }
            | AttemptEnd { message, .. }
            | Handover { message, .. }
            | Expire { message }
            | Failed { message, .. }
            | Settled { message }
            | LateFailure { message }
            | ImdnSent { message, .. }
            | ImdnSuppressed { message, .. }
            | QueueFull { message }
            | Decided { message }
            | Discard { message, .. }
            | Present { message, .. }
            | NotifyLists { message, .. }
            | PullItem { message, .. }
            | ReadsOf { message, .. }
            | SmsSubmit { message, .. }
            | SmsResult { message, .. } => Some(message),
            HoldStart { message, .. } | HoldEnd { message, .. } => message,
            TxnStart { about, .. } | TxnEnd { about, .. } => about,
            Notify { .. }
            | NotifyFailed { .. }
            | PullReceived { .. }
            | PullAnswer { .. }
            | PullDone { .. }
            | SessionOffered { .. }
            | SessionUp { .. }
            | SessionRefused { .. }
            | SessionEnd { .. }
            | Restarted
            | NotifyReceived { .. }
            | PullSent { .. }
            | View { .. }
            | PolicyView { .. }
            | ReadyReceived { .. }
            | GuardReached { .. }
            | Bound { .. }
            | RegisterSent { .. }
            | Registered { .. }
            | Alerted { .. }
            | Told
            | LateResponse
            | Undefined { .. } => None,
        }
    }
}
