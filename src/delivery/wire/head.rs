//! Start lines and headers of requests and responses (RFC 3261 7 and 20), in the order of the skeletons of `domain.md` 3.5.

use super::body;
use super::deferred::{self, End};
use super::dialog::{self, Call};
use super::size::{Count, Sink};
use super::{Hop, Transport};
use crate::delivery::{
    Body, Capabilities, Case, ClientSet, Contents, FunctionId, Icsi, InsertedBy, Method, Pager, Party, Priority, Reason, Request,
    Response, Target, TxnId, UserId, Via, phrase,
};

/// Where a client's credentials and a challenge stand: fixed text, since authentication proper is not simulated.
pub(super) const CREDENTIALS: &str = "Authorization: Digest realm=\"ims.example\",nonce=\"c0ffee00c0ffee00c0ffee00c0ffee00\",\
algorithm=AKAv1-MD5,response=\"00000000000000000000000000000000\"\r\n";
pub(super) const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"ims.example\",nonce=\"c0ffee00c0ffee00c0ffee00c0ffee00\",algorithm=AKAv1-MD5\r\n";
/// An earlier target of a retargeted message: who it was is not told on (RFC 7044 10.1.2).
pub(super) const EARLIER: &str = "History-Info: <sip:anonymous@anonymous.invalid>;index=1";
/// Life of a subscription to the registration state, in seconds.
pub(super) const SUBSCRIPTION: &str = "599000";

impl Icsi {
    /// The value of `+g.3gpp.icsi-ref`.
    pub(super) const fn encoded(self) -> Option<&'static str> {
        match self {
            Icsi::None => None,
            Icsi::Msg => Some("urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg"),
            Icsi::SystemMsg => Some("urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.systemmsg"),
            Icsi::Deferred => Some("urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.deferred"),
        }
    }
}

impl Priority {
    /// The value of Priority (RFC 3261 20.26); none where it is left out.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Priority::Unmarked => None,
            Priority::NonUrgent => Some("non-urgent"),
            Priority::Normal => Some("normal"),
            Priority::Urgent => Some("urgent"),
            Priority::Emergency => Some("emergency"),
        }
    }
}

/// Whether a request comes from a client and not from the network: it is the first element, and services of its own side apply.
pub(super) fn from_client(request: &Request) -> bool {
    request.case == Case::Originating && request.via.depth() == 1
}

#[inline(always)]
pub(super) fn request<S: Sink>(s: &mut S, request: &Request, hop: Hop) {
    let mut length = Count::default();
    body::write(&mut length, request);
    let (from, to) = request.parties();
    let call = Call::of_request(request);
    start_line(s, request);
    vias(s, &request.via, Branch { txn: request.txn, of_success: dialog::is_of_success(request) }, hop.transport);
    s.text("Max-Forwards: ");
    s.number(u64::from(request.max_forwards));
    s.text("\r\n");
    route(s, request.case, hop.to);
    s.text("From: ");
    party(s, from);
    s.text(";tag=");
    s.hex(call.from_tag);
    s.text("\r\nTo: ");
    party(s, to);
    if dialog::is_inside(request.method) {
        s.text(";tag=");
        s.hex(call.to_tag);
    }
    s.text("\r\n");
    call_lines(s, &call, request.about().map(|m| m.0), request.method);
    if !dialog::is_of_session(request.method) {
        asserted(s, request, from, to);
    }
    if let Some(end) = dialog::offers(request) {
        s.text("Contact: ");
        deferred::contact(s, end);
        s.text("\r\n");
    }
    accept_contact(s, request);
    match &request.body {
        Body::Pager(pager) => pager_headers(s, pager),
        Body::Imdn(imdn) => {
            threads(s, imdn.indications.conversation, imdn.indications.contribution);
            s.text("User-Agent: CPM-client/OMA");
            s.version(imdn.agent);
            s.text("\r\n");
        }
        Body::IwEvent(_) => s.text("User-Agent: CPM-serv/OMA2.1\r\n"),
        Body::RegInfo(_) => {
            s.text("Event: reg\r\nSubscription-State: active;expires=");
            s.text(SUBSCRIPTION);
            own_contact(s, request.txn.owner);
        }
        Body::Register { expires_s, authorised, primary, capabilities } => {
            contact(s, request.from, request.txn.owner, *primary, capabilities);
            expires(s, u64::from(*expires_s));
            if *authorised {
                s.text(CREDENTIALS);
            }
            s.text("User-Agent: CPM-client/OMA");
            s.version(capabilities.agent);
            s.text("\r\n");
        }
        Body::ThirdPartyRegister { expires_s, .. } => {
            s.text("Contact: <sip:[");
            s.address(request.txn.owner);
            s.text("]>\r\n");
            expires(s, u64::from(*expires_s));
        }
        Body::None if request.method == Method::Ack => {}
        Body::None => {
            s.text("Event: reg\r\nExpires: ");
            s.text(SUBSCRIPTION);
            own_contact(s, request.txn.owner);
            s.text("Accept: application/reginfo+xml\r\n");
        }
        Body::Notice(_) | Body::PushSession { .. } => {
            s.text("User-Agent: CPM-serv/OMA2.1\r\n");
            if request.method == Method::Notify {
                notify_headers(s);
            }
        }
        Body::Pull(pull) => {
            if pull.list.is_some() {
                s.text("Require: ");
                s.text(deferred::REQUIRE);
                s.text("\r\n");
            }
        }
        Body::Session(_) => {}
    }
    if let Some(media) = body::media_type(&request.body) {
        s.text("Content-Type: ");
        s.text(media);
        s.text("\r\n");
    }
    s.text("Content-Length: ");
    s.number(length.0);
    s.text("\r\n\r\n");
    s.body(length.0, |s| body::write(s, request));
}

/// Of a notification of deferred messages that is a NOTIFY: its subscription is as old as the registration.
fn notify_headers<S: Sink>(s: &mut S) {
    s.text("Event: ");
    s.text(deferred::EVENT);
    s.text("\r\nSubscription-State: active;expires=");
    s.text(SUBSCRIPTION);
    s.text("\r\nContact: <");
    s.text(deferred::MANAGEMENT);
    s.text(">\r\n");
}

#[inline(always)]
pub(super) fn response<S: Sink>(s: &mut S, response: &Response, hop: Hop) {
    s.text("SIP/2.0 ");
    s.number(u64::from(response.code));
    s.text(" ");
    s.text(phrase(response.code));
    s.text("\r\n");
    // The element that receives it stands on top: its place is behind those it still has to pass.
    let branch = Branch { txn: response.txn, of_success: false };
    via(s, hop.to, branch, response.via.depth(), hop.transport);
    vias(s, &response.via, branch, hop.transport);
    let call = Call::of(response.method, response.txn, response.dialog);
    s.text("From: ");
    party(s, response.from);
    s.text(";tag=");
    s.hex(call.from_tag);
    s.text("\r\nTo: ");
    party(s, response.to);
    s.text(";tag=");
    s.hex(call.to_tag);
    s.text("\r\n");
    call_lines(s, &call, response.about.map(|m| m.0), response.method);
    reason(s, response.reason);
    if response.code == 401 {
        s.text(CHALLENGE);
    }
    match dialog::answers(response) {
        Some(end) => answer(s, end, response.txn),
        None => s.text("Content-Length: 0\r\n\r\n"),
    }
}

/// The rest of a response that takes an offer.
fn answer<S: Sink>(s: &mut S, end: End, txn: TxnId) {
    let mut length = Count::default();
    deferred::sdp(&mut length, end, deferred::Side::Answer, txn);
    s.text("Contact: ");
    deferred::contact(s, end);
    s.text("\r\nContent-Type: ");
    s.text(deferred::SDP);
    s.text("\r\nContent-Length: ");
    s.number(length.0);
    s.text("\r\n\r\n");
    s.body(length.0, |s| deferred::sdp(s, end, deferred::Side::Answer, txn));
}

fn reason<S: Sink>(s: &mut S, reason: Reason) {
    match reason {
        Reason::None => {}
        Reason::Warning(warning) => {
            s.text("Warning: 399 cpm \"");
            s.text(warning.text());
            s.text("\"\r\n");
        }
        Reason::ErrorInfo(warning) => {
            s.text("Error-Info: <data:,");
            for (nth, word) in warning.text().split(' ').enumerate() {
                s.text(if nth == 0 { "" } else { "%20" });
                s.text(word);
            }
            s.text(">\r\n");
        }
        Reason::Accept(contents) => {
            s.text("Accept:");
            for (nth, content) in contents.iter().enumerate() {
                s.text(if nth == 0 { " " } else { ", " });
                s.text(content.media_type());
            }
            s.text("\r\n");
        }
        Reason::RetryAfter(seconds) => {
            s.text("Retry-After: ");
            s.number(u64::from(seconds));
            s.text("\r\n");
        }
    }
}

#[inline(always)]
fn start_line<S: Sink>(s: &mut S, request: &Request) {
    s.text(request.method.name());
    match request.target {
        Target::User(_) if dialog::is_to_management(request) => {
            s.text(" ");
            s.text(deferred::MANAGEMENT);
        }
        Target::User(user) | Target::Instances(user, _) => {
            s.text(" tel:");
            s.msisdn(user.0);
        }
        Target::Contact(user, client) => {
            s.text(" sip:");
            s.msisdn(user.0);
            s.text("@[");
            s.address(client);
            s.text("]");
        }
        Target::Function(function) => {
            s.text(" sip:[");
            s.address(function);
            s.text("]");
        }
    }
    s.text(" SIP/2.0\r\n");
}

/// What the branches of a request say.
#[derive(Clone, Copy)]
struct Branch {
    txn: TxnId,
    /// The ACK of a success: no part of the transaction of its INVITE.
    of_success: bool,
}

/// Who has passed it on, the last first.
#[inline(always)]
fn vias<S: Sink>(s: &mut S, path: &Via, branch: Branch, transport: Transport) {
    let before = path.depth() - path.hops().len();
    for (nth, &hop) in path.hops().iter().enumerate().rev() {
        via(s, hop, branch, before + nth, transport);
    }
}

/// Of one element. Every element derives its branch from the transaction of the first (RFC 3261 16.11).
#[inline(always)]
fn via<S: Sink>(s: &mut S, hop: FunctionId, branch: Branch, nth: usize, transport: Transport) {
    s.text("Via: SIP/2.0/");
    s.text(transport.word());
    s.text(" [");
    s.address(hop);
    s.text("]:5060;branch=z9hG4bK-");
    s.hex(branch.txn.owner.0);
    s.text("-");
    s.hex(branch.txn.slot);
    s.text("-");
    s.hex(branch.txn.generation);
    s.text(if branch.of_success { "-ack-" } else { "-" });
    s.number(nth as u64);
    s.text("\r\n");
}

/// The element whose services are asked for, and for which side (TS 24.229 5.2.6.3, 5.4.3.2).
#[inline(always)]
fn route<S: Sink>(s: &mut S, case: Case, to: FunctionId) {
    let end = match case {
        Case::Originating => "];lr;orig>\r\n",
        Case::Terminating => "];lr>\r\n",
        Case::Done => return,
    };
    s.text("Route: <sip:[");
    s.address(to);
    s.text(end);
}

#[inline(always)]
pub(super) fn party<S: Sink>(s: &mut S, party: Party) {
    match party {
        Party::User(user) => {
            s.text("<tel:");
            s.msisdn(user.0);
            s.text(">");
        }
        Party::Function(function) => {
            s.text("<sip:[");
            s.address(function);
            s.text("]>");
        }
        Party::Management => {
            s.text("<");
            s.text(deferred::MANAGEMENT);
            s.text(">");
        }
    }
}

/// Call-ID and CSeq. The name of a call begins with the message that it is about, or with n for none.
#[inline(always)]
fn call_lines<S: Sink>(s: &mut S, call: &Call, about: Option<u32>, method: Method) {
    s.text(if about.is_some() { "Call-ID: m" } else { "Call-ID: n" });
    s.hex(about.unwrap_or(0));
    s.text("-");
    s.hex(call.name.slot);
    s.text("-");
    s.hex(call.name.generation);
    s.text("@[");
    s.address(call.name.owner);
    s.text("]\r\nCSeq: ");
    s.number(call.sequence);
    s.text(" ");
    s.text(method.name());
    s.text("\r\n");
}

/// What a client prefers and the network asserts (RFC 6050, RFC 3325, RFC 5502, RFC 7315), and the wish to hide it.
#[inline(always)]
fn asserted<S: Sink>(s: &mut S, request: &Request, from: Party, to: Party) {
    let by_client = from_client(request);
    if request.method != Method::Register
        && let Some(urn) = request.icsi.urn()
    {
        s.text(if by_client { "P-Preferred-Service: " } else { "P-Asserted-Service: " });
        s.text(urn);
        s.text("\r\n");
    }
    if !by_client {
        s.text("P-Asserted-Identity: ");
        party(s, from);
        s.text("\r\n");
    }
    if request.case == Case::Terminating {
        s.text("P-Served-User: ");
        party(s, to);
        s.text(";sescase=term\r\n");
    }
    if let Some(by) = request.target_address {
        s.text("P-Called-Party-ID: ");
        party(s, to);
        s.text(match by {
            InsertedBy::Core => "\r\n",
            InsertedBy::Pf => ";inserted-by=pf\r\n",
        });
    }
}

/// The service, and the clients it is meant for, if they are named: one value for each (RFC 3841 9.2).
#[inline(always)]
fn accept_contact<S: Sink>(s: &mut S, request: &Request) {
    if request.method == Method::Register {
        return;
    }
    match request.target {
        Target::Instances(_, clients) if !clients.is_empty() => instances(s, request.icsi, clients),
        _ => {
            if let Some(encoded) = request.icsi.encoded() {
                s.text("Accept-Contact: *;+g.3gpp.icsi-ref=\"");
                s.text(encoded);
                s.text("\";require;explicit\r\n");
            }
        }
    }
}

fn instances<S: Sink>(s: &mut S, icsi: Icsi, clients: ClientSet) {
    for client in clients.iter() {
        s.text("Accept-Contact: *;");
        if let Some(encoded) = icsi.encoded() {
            s.text("+g.3gpp.icsi-ref=\"");
            s.text(encoded);
            s.text("\";");
        }
        s.text("+sip.instance=\"<");
        instance(s, client);
        s.text(">\";require;explicit\r\n");
    }
}

/// The instance identity of a client.
pub(super) fn instance<S: Sink>(s: &mut S, client: FunctionId) {
    s.text("urn:uuid:00000000-0000-1000-8000-0000");
    s.hex(client.0);
}

#[inline(always)]
fn threads<S: Sink>(s: &mut S, conversation: u32, contribution: u32) {
    s.text("Conversation-ID: ");
    s.hex(conversation);
    s.text("-conv\r\nContribution-ID: ");
    s.hex(contribution);
    s.text("-cont\r\n");
}

#[inline(always)]
fn pager_headers<S: Sink>(s: &mut S, pager: &Pager) {
    if pager.anonymous {
        s.text("Privacy: id\r\n");
    }
    if pager.retargets > 0 {
        history(s, pager.retargets);
    }
    threads(s, pager.indications.conversation, pager.indications.contribution);
    if pager.indications.in_reply_to != 0 {
        s.text("InReplyTo-Contribution-ID: ");
        s.hex(pager.indications.in_reply_to);
        s.text("-cont\r\n");
    }
    if let Some(seconds) = body::expires_after(pager) {
        expires(s, seconds);
    }
    if let Some(priority) = pager.indications.priority.word() {
        s.text("Priority: ");
        s.text(priority);
        s.text("\r\n");
    }
    if let Some(user) = pager.reply_to {
        s.text("Reply-To: ");
        party(s, Party::User(user));
        s.text("\r\n");
    }
    s.text("User-Agent: CPM-client/OMA");
    s.version(pager.agent);
    s.text("\r\n");
}

/// The first target and every later one: one entry more than there were retargetings (RFC 7044).
fn history<S: Sink>(s: &mut S, retargets: u8) {
    for nth in 0..=retargets {
        s.text(EARLIER);
        for _ in 0..nth {
            s.text(".1");
        }
        s.text("\r\n");
    }
}

fn expires<S: Sink>(s: &mut S, seconds: u64) {
    s.text("Expires: ");
    s.number(seconds);
    s.text("\r\n");
}

/// Ends the line before it.
fn own_contact<S: Sink>(s: &mut S, function: FunctionId) {
    s.text("\r\nContact: <sip:[");
    s.address(function);
    s.text("]>\r\n");
}

/// The address of a client and what it can receive (RFC 3840, RFC 5626). Names with `sim` are ours.
fn contact<S: Sink>(s: &mut S, user: UserId, client: FunctionId, primary: bool, can: &Capabilities) {
    s.text("Contact: <sip:");
    s.msisdn(user.0);
    s.text("@[");
    s.address(client);
    s.text("]>;+sip.instance=\"<");
    instance(s, client);
    s.text(">\"");
    if can.pager {
        s.text(";+g.3gpp.icsi-ref=\"");
        s.text("urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg");
        s.text("\"");
    }
    if can.contents != Contents::NONE {
        s.text(";type=\"");
        types(s, can.contents);
        s.text("\"");
    }
    s.text(";+sim.most-bytes=\"#<=");
    s.number(u64::from(can.most_bytes));
    s.text("\"");
    s.text(if primary { ";+sim.primary\r\n" } else { "\r\n" });
}

/// Media types as values of the `type` feature tag.
pub(super) fn types<S: Sink>(s: &mut S, contents: Contents) {
    for (nth, content) in contents.iter().enumerate() {
        s.text(if nth == 0 { "" } else { "," });
        s.text(body::type_tag(content));
    }
}
