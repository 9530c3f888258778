//! Deferred messages between the PF and the recipient's clients: notifications of them, instructions about them, and the sessions
//! in which both older and newer generations move them.

use super::{Content, FunctionId, MessageId, Pager, TxnId, UserId};
use crate::units::SimTime;

/// One deferred message as a notification describes it (PULL-8.3.1.6.3-11, -12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its message-URI-ID: one for each message, given at its first deferral and kept.
    pub uri_id: MessageId,
    /// Its sender; none for one who hides.
    pub from: Option<UserId>,
    /// Date and time of sending.
    pub sent: SimTime,
    pub bytes: u32,
    pub content: Content,
    /// Characters of the subject; 0: none.
    pub subject: u8,
    /// End of its life in the queue, or [`SimTime::NEVER`].
    pub expires: SimTime,
}

/// Why a notification is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum NoticeKind {
    /// Messages wait.
    #[default]
    Waiting,
    /// Messages still wait and nobody has acted (`pf.notify.reminder`).
    Reminder,
    /// The messages in it have expired (`expiry-notice=on`).
    Expired,
}

/// A notification of deferred messages, in band or out of band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub user: UserId,
    /// The round of notification of this PF that it belongs to.
    pub round: u32,
    /// Which of how many MESSAGEs of this round to this client, from 1 (PULL-8.3.1.6.3-18).
    pub part: u16,
    pub parts: u16,
    pub kind: NoticeKind,
    /// All messages it tells of; in a summary that number stands alone.
    pub number: u32,
    /// Empty in a summary (PULL-8.3.1.6.3-17).
    pub list: Box<[Waiting]>,
}

/// `cpm_action` of an entry in the URI list of a pull (PULL-7.2.3.2.1-14 to -18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum CpmAction {
    Deliver,
    Delete,
    Interwork,
    Store,
}

impl CpmAction {
    /// In the order in which the steps of one pull run (PULL-8.3.1.6.3-43).
    pub const IN_ORDER: [CpmAction; 4] = [CpmAction::Delete, CpmAction::Interwork, CpmAction::Store, CpmAction::Deliver];

    /// The value on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            CpmAction::Deliver => "deliver",
            CpmAction::Delete => "delete",
            CpmAction::Interwork => "interwork",
            CpmAction::Store => "store",
        }
    }
}

/// One entry of the URI list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub uri_id: MessageId,
    /// None: a faulty entry, without an action or with one that is none of the four.
    pub action: Option<CpmAction>,
}

/// What the INVITE to CPMDeferredMsgMgmtURI says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    pub user: UserId,
    /// The client that pulls, from its Contact.
    pub client: FunctionId,
    /// None: retrieve all (PULL-7.2.3.2.1-03).
    pub list: Option<Box<[Instruction]>>,
}

/// The session of an INVITE that was answered with success: its dialog bears the name of that transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialog {
    pub invite: TxnId,
    /// The client at its one end, whoever began it.
    pub client: FunctionId,
    pub user: UserId,
}

impl Dialog {
    /// The number that names the pull of this dialog in milestones: that of the transaction of its INVITE at the client.
    pub const fn pull(self) -> u32 {
        self.invite.number()
    }
}

/// What passes inside a session over MSRP (RFC 4975), a whole message at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Msrp {
    Send {
        dialog: Dialog,
        /// Numbers the SENDs of one session, from 0.
        transaction: u32,
        pager: Box<Pager>,
    },
    Response {
        dialog: Dialog,
        transaction: u32,
        about: MessageId,
        code: u16,
    },
}

/// Between the PF, the Push Enabler and a device (SD23-5.2.2.1.1-26).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// The PF asks for a push to a device; the address is an MSISDN or a SIP URI (`oob-address`).
    Submit { device: FunctionId, by_sip_uri: bool, notice: Box<Notice> },
    /// To the device.
    Message { device: FunctionId, notice: Box<Notice> },
    /// A device opens its connection to the enabler, or closes it in good order.
    Connect { device: FunctionId, user: UserId, on: bool },
}

impl Push {
    pub fn user(&self) -> UserId {
        match self {
            Push::Submit { notice, .. } | Push::Message { notice, .. } => notice.user,
            Push::Connect { user, .. } => *user,
        }
    }
}
