//! SIP responses, with the headers that say why.

use super::{Case, FunctionId, Kind, MessageId, Method, Party, TxnId, UserId, Via};

/// Warning texts of the CPM procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Warning {
    AnonymityNotAllowed = 119,
    FunctionNotAllowed = 122,
    NoMessages = 125,
    VersionNotSupported = 132,
}

impl Warning {
    /// The text, number included, as the documents write it.
    pub const fn text(self) -> &'static str {
        match self {
            Warning::AnonymityNotAllowed => "119 Anonymity not allowed",
            Warning::FunctionNotAllowed => "122 Function not allowed",
            Warning::NoMessages => "125 No messages",
            Warning::VersionNotSupported => "132 Version not supported",
        }
    }
}

/// The header of an error response that says why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    #[default]
    None,
    Warning(Warning),
    /// Error-Info with the reason (TS83-8.3.2.1.1-06, `version-reject=error-info`).
    ErrorInfo(Warning),
    /// Accept: the formats that are supported (TS83-8.3.2.1-14).
    Accept(super::Contents),
    /// Retry-After, in seconds.
    RetryAfter(u32),
}

/// A SIP response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response {
    pub method: Method,
    pub code: u16,
    pub reason: Reason,
    pub txn: TxnId,
    pub via: Via,
    /// Session case of the request it answers: which stretch of the way it travels back.
    pub case: Case,
    /// The party of the request it answers.
    pub party: Option<FunctionId>,
    /// The user for whom the request was sent.
    pub user: UserId,
    /// From and To of the request, which a response repeats (RFC 3261 8.2.6.2).
    pub from: Party,
    pub to: Party,
    /// The INVITE that began the dialog, of a response to what was sent inside it.
    pub dialog: Option<TxnId>,
    /// What the request carried.
    pub kind: Kind,
    /// The message of the request it answers, for the accounts.
    pub about: Option<MessageId>,
}

/// The reason phrase of a status code (RFC 3261 21, RFC 3265).
pub const fn phrase(code: u16) -> &'static str {
    match code {
        100 => "Trying",
        180 => "Ringing",
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        430 => "Flow Failed",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        483 => "Too Many Hops",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        489 => "Bad Event",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        600 => "Busy Everywhere",
        603 => "Decline",
        606 => "Not Acceptable",
        _ => "Unknown",
    }
}
