//! What is written about deferred messages: the notification, the offer and answer of a session, the URI list of a pull.
//!
//! The clauses with the element names of a notification are not among the documents: names and content type are ours. Inside a
//! session MSRP itself has no wire form here.

use super::head::instance;
use super::size::Sink;
use crate::delivery::{Content, CpmAction, FunctionId, Icsi, Instruction, Notice, NoticeKind, TxnId, UserId, Waiting};
use crate::units::SimTime;

/// The host of CPMDeferredMsgMgmtURI and of every message-URI-ID: the CPM service of the home network.
pub(super) const HOST: &str = "cpm.example";
/// CPMDeferredMsgMgmtURI.
pub(super) const MANAGEMENT: &str = "sip:deferred@cpm.example";
/// A sender who hides (RFC 3261 8.1.1.3).
pub(super) const HIDDEN: &str = "sip:anonymous@anonymous.invalid";
/// The event of a notification that is a NOTIFY.
pub(super) const EVENT: &str = "x-sim-cpm-deferred";
pub(super) const NOTICE: &str = "application/x-sim-cpm-deferred+xml";
pub(super) const SDP: &str = "application/sdp";
pub(super) const MULTIPART: &str = "multipart/mixed;boundary=b";
/// A request with a URI list demands that it be understood (RFC 5366 4).
pub(super) const REQUIRE: &str = "recipient-list-invite";

impl NoticeKind {
    pub(super) const ALL: [NoticeKind; 3] = [NoticeKind::Waiting, NoticeKind::Reminder, NoticeKind::Expired];

    pub(super) const fn word(self) -> &'static str {
        match self {
            NoticeKind::Waiting => "waiting",
            NoticeKind::Reminder => "reminder",
            NoticeKind::Expired => "expired",
        }
    }
}

/// One end of a session: a client, or the PF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Client(UserId, FunctionId),
    Management,
}

/// Who says it in a session: the two have paths of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Offer,
    Answer,
}

/// Contact of an INVITE or of its 200, without the name of the header.
pub(super) fn contact<S: Sink>(s: &mut S, end: End) {
    match end {
        End::Client(user, client) => {
            s.text("<sip:");
            s.msisdn(user.0);
            s.text("@[");
            s.address(client);
            s.text("]>;+sip.instance=\"<");
            instance(s, client);
            s.text(">\"");
        }
        End::Management => {
            s.text("<");
            s.text(MANAGEMENT);
            s.text(">");
        }
    }
    if let Some(encoded) = Icsi::Deferred.encoded() {
        s.text(";+g.3gpp.icsi-ref=\"");
        s.text(encoded);
        s.text("\"");
    }
}

/// Offer or answer (RFC 4566, RFC 4975). A client receives, the PF sends; `txn` is that of the INVITE.
pub(super) fn sdp<S: Sink>(s: &mut S, end: End, side: Side, txn: TxnId) {
    s.text("v=0\r\no=- 1 1 IN IP6 ");
    host(s, end, ["", ""]);
    s.text("\r\ns=-\r\nc=IN IP6 ");
    host(s, end, ["", ""]);
    s.text("\r\nt=0 0\r\nm=message 7777 TCP/MSRP *\r\na=accept-types:message/cpim\r\na=path:msrp://");
    host(s, end, ["[", "]"]);
    s.text(if side == Side::Offer { ":7777/s" } else { ":7777/a" });
    s.hex(txn.slot);
    s.text("-");
    s.hex(txn.generation);
    s.text(if end == End::Management { ";tcp\r\na=sendonly\r\n" } else { ";tcp\r\na=recvonly\r\n" });
}

fn host<S: Sink>(s: &mut S, end: End, [before, behind]: [&str; 2]) {
    match end {
        End::Client(_, client) => {
            s.text(before);
            s.address(client);
            s.text(behind);
        }
        End::Management => s.text(HOST),
    }
}

/// Before the offer, between it and the list, and after the list.
pub(super) const PARTS: [&str; 3] = [
    "--b\r\nContent-Type: application/sdp\r\n\r\n",
    "\r\n--b\r\nContent-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n",
    "\r\n--b--\r\n",
];
pub(super) const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n";
pub(super) const LISTS: &str = "urn:ietf:params:xml:ns:resource-lists";

/// Offer and URI list (RFC 5366) of a client that does not want all of its messages delivered.
pub(super) fn offer_and_list<S: Sink>(s: &mut S, end: End, txn: TxnId, list: &[Instruction]) {
    s.text(PARTS[0]);
    sdp(s, end, Side::Offer, txn);
    s.text(PARTS[1]);
    s.text(XML);
    s.text("<resource-lists xmlns=\"");
    s.text(LISTS);
    s.text("\"><list>\r\n");
    for entry in list {
        s.text("  <entry uri=\"");
        uri_id(s, entry.uri_id.0);
        if let Some(action) = entry.action {
            s.text(ACTION);
            s.text(CpmAction::word(action));
        }
        s.text("\"/>\r\n");
    }
    s.text("</list></resource-lists>");
    s.text(PARTS[2]);
}

pub(super) const ACTION: &str = "?cpm_action=";

/// The message-URI-ID.
fn uri_id<S: Sink>(s: &mut S, id: u32) {
    s.text("sip:dm-");
    s.hex(id);
    s.text("@");
    s.text(HOST);
}

/// The body of a notification.
pub(super) fn notice<S: Sink>(s: &mut S, notice: &Notice) {
    s.text(XML);
    s.text("<deferred-messages number=\"");
    s.number(u64::from(notice.number));
    s.text("\" round=\"");
    s.number(u64::from(notice.round));
    s.text("\" part=\"");
    s.number(u64::from(notice.part));
    s.text("\" parts=\"");
    s.number(u64::from(notice.parts));
    s.text("\" kind=\"");
    s.text(notice.kind.word());
    s.text("\">\r\n");
    for message in &notice.list {
        waiting(s, message);
    }
    s.text("</deferred-messages>");
}

fn waiting<S: Sink>(s: &mut S, message: &Waiting) {
    s.text("  <message uri-id=\"");
    uri_id(s, message.uri_id.0);
    s.text("\" mode=\"pager\" from=\"");
    match message.from {
        Some(user) => {
            s.text("tel:");
            s.msisdn(user.0);
        }
        None => s.text(HIDDEN),
    }
    s.text("\"\r\n    date=\"");
    s.instant(message.sent);
    s.text("\" size=\"");
    s.number(u64::from(message.bytes));
    s.text("\" type=\"");
    s.text(Content::media_type(message.content));
    if message.expires != SimTime::NEVER {
        s.text("\" expires=\"");
        s.instant(message.expires);
    }
    if message.subject == 0 {
        s.text("\"/>\r\n");
        return;
    }
    s.text("\"><subject>");
    for _ in 0..message.subject {
        s.text("s");
    }
    s.text("</subject></message>\r\n");
}
