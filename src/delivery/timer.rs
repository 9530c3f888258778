//! All timers on one page.

use super::pdu::{Domain, FunctionId, MessageId, UserId};

/// What a timer is for; an expiry says which it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Final timeout of a client transaction: timer F, 64 T1 (RFC 3261 17.1.2.2).
    TransactionEnd { slot: u32, generation: u32 },
    /// PF: end of a deferred message's life (SD23-5.2.2.2-07).
    DeferredExpiry { entry: u32 },
    /// PF: wait for IP of a user (IW15-R-14, `wait-ip-scope=user`).
    WaitForIpUser { user: UserId },
    /// PF: wait for IP of one message (`wait-ip-scope=message`).
    WaitForIpMessage { entry: u32 },
    /// PF: time between two pushed messages (`pf.push_gap`).
    PushGap { user: UserId },
    /// PF: the hours of a do-not-disturb rule begin or end while it holds something back (`guard.dnd-change-watched`).
    DisturbanceEdge { user: UserId },
    /// Core: end of a binding (RFC 3261 10.3).
    BindingExpiry { user: UserId, client: FunctionId },
    /// Core: a change of registration is told (`ims.notify_delay`).
    NotifyDue { user: UserId },
    /// Core: the PF, which did not take the news, is told again.
    NotifyAgain { user: UserId },
    /// PF: a subscription that was refused is asked for again.
    SubscribeAgain { user: UserId },
    /// PF: what a full function refused is tried again.
    FullOver { user: UserId },
    /// PF: end of the life of a disposition notification that is held for this user.
    HeldImdn { user: UserId, serial: u32 },
    /// Client: own work before REGISTER is done.
    RegisterDue,
    /// Client: the binding is to be refreshed (TS 24.229 5.1.1.4).
    RefreshDue,
    /// PF: a request answered with a server error is repeated (`on-server-error=retry-then-defer`).
    ServerRetry { entry: u32, client: FunctionId },
    /// Client: the user opens a message.
    DisplayDue { message: MessageId },
    /// Client: synchronisation with the message store.
    SyncDue,
    /// PF or client: an operation of the message store has not been answered.
    StoreEnd { tag: u32 },
    /// PF: notified clients have not emptied the queue within `pf.push_after` (`deferred-mode=pull-then-push`).
    PushAfter { user: UserId },
    /// PF: nobody has acted on a notification (`pf.notify.reminder`).
    ReminderDue { user: UserId },
    /// PF: a session of a pull or push stands without its BYE, or its INVITE without an answer or ACK.
    DialogEnd { slot: u32, generation: u32 },
    /// PF: time between two messages of a pull (`pf.push_gap`).
    PullGap { pull: u32 },
    /// Client: the user reacts to notifications.
    ReactionDue,
    /// Client: a pull that was answered with 480, or not at all, is tried again (`client.pull_backoff`).
    PullAgain,
    /// Client: nothing has come in a session for long.
    RetrievalEnd { slot: u32, generation: u32 },
    /// Push Enabler: a push is at its device.
    PushDue { slot: u32 },
    /// Hop: a request is sent once more (timer A or E), or a final response of an INVITE (timer G).
    Retransmit { slot: u32, generation: u32 },
    /// Hop: a transaction of the transport ends (timer B, C, D, F, H, I, J, K or L).
    HopEnd { slot: u32, generation: u32 },
    /// Client: a keep-alive of its flow is due, or one that was sent has not been answered (RFC 5626 4.4).
    KeepAlive,
    /// Core: no keep-alive has come over the flow of a binding (RFC 5626 5.4).
    FlowEnd { user: UserId, client: FunctionId },
    /// MSC: a page has not been answered (T3113).
    PageEnd { paging: u32 },
    /// MSC: transfer of a short message to the phone is done.
    MtTransfer { paging: u32 },
    /// MSC or packet node: a subscriber has given no sign of life for long.
    ImplicitDetach { user: UserId },
    /// MSC or packet node: a subscriber has been detached for long.
    PurgeDue { user: UserId },
    /// Client: the next periodic update in a domain.
    PeriodicUpdate { domain: Domain },
    /// HLR: an alert has not been answered.
    AlertAgain { user: UserId, sc: FunctionId },
    /// HLR: the alert of a returned subscriber goes out.
    AlertDue { user: UserId },
    /// IWF: reaction to an alert is over.
    AlertReaction { user: UserId },
    /// IWF: what the PF has not taken is told again.
    TellAgain { serial: u32 },
    /// IWF: a MAP operation has not been answered.
    MapGuard { slot: u32, generation: u32 },
}

/// A running timer. A token used again has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerToken {
    pub slot: u32,
    pub generation: u32,
}
