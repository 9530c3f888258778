//! Bytes read back to a typed PDU. The reader knows one form, and what is not of this form is refused: a wrong length, a
//! missing, doubled or unknown header, stray blanks, parts that contradict each other, elements it does not know. Here are what
//! requests and responses share, and responses; requests are in `read_request`.

use super::carried::kind_of;
use super::deferred::End;
use super::dialog::{self, Call};
use super::head::CHALLENGE;
use super::read_deferred;
use super::read_request::request;
use super::scan::{Fault, Headers, Scan, named};
use super::{Hop, Transport, Written};
use crate::delivery::{
    Body, Case, Content, Contents, FunctionId, MessageId, Method, Party, Pdu, Reason, Request, Response, TxnId, UserId, Via,
    Warning, phrase,
};

/// Reads one SIP message.
///
/// # Errors
/// The first part that is malformed.
pub fn read(bytes: &[u8]) -> Result<Written, Fault> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").ok_or(Fault("end of the headers"))?;
    let (head, body) = (&bytes[..end + 2], &bytes[end + 4..]);
    let head = std::str::from_utf8(head).map_err(|_| Fault("character in a header"))?;
    let mut head = Scan::of(head, "start line");
    let mut start = Scan::of(head.until("\r\n")?, "start line");
    let mut headers = Headers::read(head.left, "headers")?;
    let written =
        if start.next_is("SIP/2.0 ") { response(start, &mut headers, body)? } else { request(start, &mut headers, body)? };
    headers.end()?;
    // What was understood, written again, has to be what was read: nothing but the content may be free.
    let hop = Hop { to: written.to.unwrap_or(FunctionId(0)), transport: written.transport };
    let again = super::write(&written.pdu, hop).ok_or(Fault("form"))?;
    let content = match &written.pdu {
        Pdu::Request(Request { body: Body::Pager(pager), .. }) => pager.bytes as usize,
        _ => 0,
    };
    let fixed = again.len().saturating_sub(content);
    let same = again.len() == bytes.len() && again[..fixed] == bytes[..fixed];
    if same || extended(&written.pdu, &again, bytes) { Ok(written) } else { Err(Fault("form")) }
}

/// Whether `read` is the event that `again` is, with elements beside its own: but for its length the head is the same.
fn extended(pdu: &Pdu, again: &[u8], read: &[u8]) -> bool {
    let parts = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        let (head, body) = text.split_once("\r\n\r\n")?;
        let (head, length) = head.rsplit_once(' ')?;
        (length == body.len().to_string()).then(|| (head.to_owned(), body.to_owned()))
    };
    let event = matches!(pdu, Pdu::Request(Request { body: Body::IwEvent(_), .. }));
    let (Some((head, _)), Some((other, body))) = (parts(again), parts(read)) else { return false };
    event && head == other && super::read_body::more_than_an_event(body.as_bytes())
}

pub(super) const METHODS: [Method; 8] = [
    Method::Register,
    Method::Subscribe,
    Method::Notify,
    Method::Message,
    Method::Invite,
    Method::Ack,
    Method::Bye,
    Method::Cancel,
];

/// What all elements of a path say.
pub(super) struct Path {
    pub hops: Vec<FunctionId>,
    /// Those before them: the ACK of a hop has one Via, equal to the topmost of its INVITE (RFC 3261 17.1.1.3).
    pub before: u8,
    pub txn: TxnId,
    pub transport: Transport,
    /// The branches are those of the ACK of a success.
    pub of_success: bool,
}

pub(super) fn path(headers: &mut Headers<'_>) -> Result<Path, Fault> {
    let mut hops = Vec::new();
    let mut common: Option<(TxnId, Transport, bool)> = None;
    let mut places = Vec::new();
    while let Some(mut via) = headers.next("Via") {
        via.eat("SIP/2.0/")?;
        let transport = match via.take(3)? {
            "UDP" => Transport::Udp,
            "TCP" => Transport::Tcp,
            _ => return via.fault(),
        };
        via.eat(" [")?;
        hops.push(via.address()?);
        via.eat("]:5060;branch=z9hG4bK-")?;
        let owner = FunctionId(via.hex()?);
        via.eat("-")?;
        let slot = via.hex()?;
        via.eat("-")?;
        let generation = via.hex()?;
        via.eat("-")?;
        let of_success = via.next_is("ack-");
        places.push(via.number(4)?);
        via.end()?;
        let of = (TxnId { owner, slot, generation }, transport, of_success);
        if *common.get_or_insert(of) != of {
            return via.fault();
        }
    }
    let (txn, transport, of_success) = common.ok_or(Fault("Via"))?;
    hops.reverse();
    places.reverse();
    let before = places[0];
    if !places.iter().copied().eq(before..before + hops.len() as u64) || before > 0 && hops.len() > 1 {
        return Err(Fault("Via"));
    }
    Ok(Path { hops, before: before as u8, txn, transport, of_success })
}

pub(super) fn via(hops: &[FunctionId]) -> Result<Via, Fault> {
    let (first, rest) = hops.split_first().ok_or(Fault("Via"))?;
    if rest.len() > 3 {
        return Err(Fault("Via"));
    }
    Ok(rest.iter().fold(Via::of(*first), |via, hop| via.with(*hop)))
}

/// From, To, Call-ID and CSeq.
pub(super) struct Ends {
    pub from: Party,
    pub to: Party,
    pub about: Option<MessageId>,
    pub method: Method,
    /// The transaction that named the call.
    pub name: TxnId,
}

impl Ends {
    /// The INVITE of the dialog or of the request that is given up.
    pub fn dialog(&self) -> Option<TxnId> {
        dialog::is_of_session(self.method).then_some(self.name)
    }
}

/// An address, and the tag behind it where there is one.
fn tagged(mut value: Scan<'_>) -> Result<(Party, Option<u32>, Scan<'_>), Fault> {
    let party = value.party()?;
    let tag = if value.next_is(";tag=") { Some(value.hex()?) } else { None };
    value.end()?;
    Ok((party, tag, value))
}

/// A response and what is said inside a dialog bear a tag in To.
pub(super) fn ends(headers: &mut Headers<'_>, txn: TxnId, is_response: bool) -> Result<Ends, Fault> {
    let (from, from_tag, sender) = tagged(headers.must("From")?)?;
    let (to, to_tag, receiver) = tagged(headers.must("To")?)?;
    let mut id = headers.must("Call-ID")?;
    let none = id.next_is("n");
    if !none {
        id.eat("m")?;
    }
    let message = id.hex()?;
    id.eat("-")?;
    let slot = id.hex()?;
    id.eat("-")?;
    let generation = id.hex()?;
    id.eat("@[")?;
    let owner = id.address()?;
    id.eat("]")?;
    id.end()?;
    let name = TxnId { owner, slot, generation };
    let mut sequence = headers.must("CSeq")?;
    let number = sequence.number(u64::from(u32::MAX))?;
    sequence.eat(" ")?;
    let method = named(&METHODS, |m| Some(m.name()), &sequence)?;
    let call = Call::of(method, txn, Some(name));
    if call.name != name || (none && message != 0) {
        return id.fault();
    }
    if from_tag != Some(call.from_tag) {
        return sender.fault();
    }
    if to_tag != (is_response || dialog::is_inside(method)).then_some(call.to_tag) {
        return receiver.fault();
    }
    if number != call.sequence {
        return sequence.fault();
    }
    // A CANCEL is known by the branch of its INVITE (RFC 3261 9.1).
    if method == Method::Cancel && name != txn {
        return id.fault();
    }
    Ok(Ends { from, to, about: (!none).then_some(MessageId(message)), method, name })
}

fn response(mut start: Scan<'_>, headers: &mut Headers<'_>, body: &[u8]) -> Result<Written, Fault> {
    let code = start.number(999)? as u16;
    start.eat(" ")?;
    start.eat(phrase(code))?;
    start.end()?;
    let Path { mut hops, before, txn, transport, .. } = path(headers)?;
    if before > 0 {
        return Err(Fault("Via"));
    }
    let to = hops.pop().ok_or(Fault("Via"))?;
    let via = if hops.is_empty() { Via::NONE } else { via(&hops)? };
    let call = ends(headers, txn, true)?;
    let Ends { from, to: receiver, about, method, .. } = call;
    let reason = reason(headers)?;
    if code == 401 {
        let challenge = CHALLENGE.strip_prefix("WWW-Authenticate: ").and_then(|c| c.strip_suffix("\r\n"));
        headers.fixed("WWW-Authenticate", challenge.unwrap_or_default())?;
    }
    let user = from.user().or(receiver.user()).unwrap_or(UserId(0));
    let (case, kind, dialog) = (Case::Done, kind_of(method), call.dialog());
    let mut response =
        Response { method, code, reason, txn, via, case, party: None, user, from, to: receiver, dialog, kind, about };
    if dialog::answers(&response).is_some() {
        let end = read_deferred::answer(headers, body, txn)?;
        response.party = if let End::Client(_, client) = end { Some(client) } else { None };
        if dialog::answers(&response) != Some(end) {
            return Err(Fault("Contact"));
        }
    } else {
        headers.fixed("Content-Length", "0")?;
        if !body.is_empty() {
            return Err(Fault("Content-Length"));
        }
    }
    Ok(Written { pdu: Pdu::Response(response), to: Some(to), transport })
}

const WARNINGS: [Warning; 4] =
    [Warning::AnonymityNotAllowed, Warning::FunctionNotAllowed, Warning::NoMessages, Warning::VersionNotSupported];

fn reason(headers: &mut Headers<'_>) -> Result<Reason, Fault> {
    if let Some(mut value) = headers.next("Warning") {
        value.eat("399 cpm \"")?;
        let text = Scan::of(value.until("\"")?, value.part);
        value.end()?;
        return Ok(Reason::Warning(named(&WARNINGS, |w| Some(w.text()), &text)?));
    }
    if let Some(mut value) = headers.next("Error-Info") {
        value.eat("<data:,")?;
        let text = value.until(">")?;
        value.end()?;
        let found = WARNINGS.into_iter().find(|w| w.text().split(' ').eq(text.split("%20")));
        return Ok(Reason::ErrorInfo(found.ok_or(Fault(value.part))?));
    }
    if let Some(value) = headers.next("Accept") {
        let mut contents = Contents::NONE;
        let mut last = None;
        for word in value.left.split(", ").filter(|_| !value.left.is_empty()) {
            let content = named(&Content::ALL, |c| Some(c.media_type()), &Scan::of(word, value.part))?;
            if last.is_some_and(|l| l >= content) {
                return value.fault();
            }
            last = Some(content);
            contents = contents.with(content);
        }
        return Ok(Reason::Accept(contents));
    }
    if let Some(mut value) = headers.next("Retry-After") {
        let seconds = value.number32()?;
        value.end()?;
        return Ok(Reason::RetryAfter(seconds));
    }
    Ok(Reason::None)
}
