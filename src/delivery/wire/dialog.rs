//! Calls and dialogs: what names a call, its tags and numbers, and who offers and answers a session.
//!
//! Outside a dialog a call has one transaction, whose name it bears. A dialog bears the name of its INVITE, whoever speaks in it;
//! the ends keep their tags (RFC 3261 12). An ACK with a body of the session acknowledges a success and passes from end to end;
//! one without is of a hop, after a failure, and repeats the INVITE's branch.

use super::deferred::End;
use crate::delivery::{Body, FunctionId, Method, Party, Request, Response, Target, TxnId};

/// What Call-ID, From tag, To tag and CSeq say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub name: TxnId,
    pub from_tag: u32,
    pub to_tag: u32,
    pub sequence: u64,
}

impl Call {
    #[inline(always)]
    pub fn of_request(request: &Request) -> Call {
        let dialog = if let Body::Session(dialog) = &request.body { Some(dialog.invite) } else { None };
        Call::of(request.method, request.txn, dialog)
    }

    /// Of a request or its response: `txn` is its own transaction, `invite` that of its dialog.
    #[inline(always)]
    pub fn of(method: Method, txn: TxnId, invite: Option<TxnId>) -> Call {
        let name = match invite {
            Some(invite) if is_of_session(method) => invite,
            _ => txn,
        };
        // The end that began the dialog has the number of its function for a tag, the other the slot.
        let (from_tag, to_tag) = if name.owner == txn.owner { (name.owner.0, name.slot) } else { (name.slot, name.owner.0) };
        // ACK and CANCEL bear the number of the INVITE; a BYE the next of its sender, whose first it may be (RFC 3261 12.2.1.1).
        let sequence = if method == Method::Bye && name.owner == txn.owner { 2 } else { 1 };
        Call { name, from_tag, to_tag, sequence }
    }
}

/// Methods of requests inside a session, and of the one that gives its INVITE up.
pub(super) const fn is_of_session(method: Method) -> bool {
    matches!(method, Method::Ack | Method::Bye | Method::Cancel)
}

/// Whether it acknowledges a success: it is a transaction of its own (RFC 3261 13.2.2.4), though the typed value gives it the name of
/// the INVITE.
pub(super) fn is_of_success(request: &Request) -> bool {
    request.method == Method::Ack && matches!(request.body, Body::Session(_))
}

/// Whether a request of this method stands inside a dialog, so that To has a tag. A CANCEL comes before (RFC 3261 9.1).
pub(super) const fn is_inside(method: Method) -> bool {
    matches!(method, Method::Notify | Method::Ack | Method::Bye)
}

/// Whether its Request-URI is CPMDeferredMsgMgmtURI: a client means the PF of its own user, whose number it does not know.
pub(super) fn is_to_management(request: &Request) -> bool {
    match (&request.body, request.target) {
        (Body::Pull(pull), Target::User(user)) => user == pull.user,
        (Body::Session(dialog), Target::User(user)) => user == dialog.user && request.txn.owner == dialog.client,
        (Body::None, Target::User(user)) => user == request.from && request.method == Method::Ack,
        _ => false,
    }
}

/// The end that offers a session in this INVITE.
pub(super) fn offers(request: &Request) -> Option<End> {
    match &request.body {
        Body::Pull(pull) => Some(End::Client(pull.user, pull.client)),
        Body::PushSession { .. } => Some(End::Management),
        _ => None,
    }
}

/// The end that takes the offer in this response: the one to which the INVITE went.
pub(super) fn answers(response: &Response) -> Option<End> {
    let success = response.method == Method::Invite && (200..300).contains(&response.code);
    success.then(|| match response.to {
        Party::User(user) => End::Client(user, response.party.unwrap_or(FunctionId(0))),
        Party::Function(_) | Party::Management => End::Management,
    })
}
