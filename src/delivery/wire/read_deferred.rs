//! Requests and bodies about deferred messages, read back to typed values.

use super::deferred::{self, ACTION, EVENT, End, HIDDEN, HOST, LISTS, MANAGEMENT, MULTIPART, NOTICE, PARTS, REQUIRE, SDP, Side};
use super::head::SUBSCRIPTION;
use super::read_body::{UTF8, date, tel, text};
use super::read_request::Own;
use super::scan::{Fault, Headers, Scan, named};
use super::xml::{self, Element};
use crate::delivery::{
    Body, Content, CpmAction, Dialog, Instruction, MessageId, Method, Notice, NoticeKind, Pull, Target, TxnId, UserId, Waiting,
};
use crate::units::SimTime;

/// The end that a Contact names.
pub(super) fn contact(headers: &mut Headers<'_>) -> Result<End, Fault> {
    let mut value = headers.must("Contact")?;
    let end = if value.left.starts_with("<sip:+") {
        value.eat("<sip:")?;
        let user = value.msisdn()?;
        value.eat("@[")?;
        End::Client(user, value.address()?)
    } else {
        End::Management
    };
    // What follows hangs on the end alone.
    let mut whole: Vec<u8> = Vec::new();
    deferred::contact(&mut whole, end);
    if whole.ends_with(value.left.as_bytes()) && !value.left.is_empty() { Ok(end) } else { value.fault() }
}

/// Whether this is the offer or answer of an end; it hangs on nothing but the end and the transaction.
fn sdp(found: &str, end: End, side: Side, txn: TxnId) -> Result<(), Fault> {
    let mut expected: Vec<u8> = Vec::new();
    deferred::sdp(&mut expected, end, side, txn);
    if expected == found.as_bytes() { Ok(()) } else { Err(Fault("SDP")) }
}

/// The rest of a response that takes an offer, and who took it.
pub(super) fn answer(headers: &mut Headers<'_>, body: &[u8], txn: TxnId) -> Result<End, Fault> {
    let end = contact(headers)?;
    headers.fixed("Content-Type", SDP)?;
    let mut length = headers.must("Content-Length")?;
    if length.number(u64::MAX)? != body.len() as u64 {
        return length.fault();
    }
    length.end()?;
    sdp(text(body)?, end, Side::Answer, txn)?;
    Ok(end)
}

impl Own<'_> {
    /// What follows in a session, or gives its INVITE up.
    pub(super) fn session(&self) -> Result<Body, Fault> {
        let (client, user) = match (self.call.from.user(), self.target) {
            (Some(user), _) => (self.txn.owner, user),
            (None, Target::Contact(user, client)) => (client, user),
            _ => return Err(Fault("Request-URI")),
        };
        Ok(Body::Session(Dialog { invite: self.call.name, client, user }))
    }

    /// The ACK of a hop: in all but its tag what its INVITE was.
    pub(super) fn of_hop(&self) -> Result<Body, Fault> {
        if self.call.name == self.txn { Ok(Body::None) } else { Err(Fault("Call-ID")) }
    }

    /// An INVITE: of a client that pulls, or of the PF that pushes.
    pub(super) fn offer(&self, offerer: End, headers: &mut Headers<'_>, body: &[u8]) -> Result<Body, Fault> {
        match (offerer, self.target) {
            (End::Client(user, client), _) => {
                let list = match headers.next("Require") {
                    Some(value) if value.left == REQUIRE => {
                        headers.fixed("Content-Type", MULTIPART)?;
                        Some(self.parts(offerer, text(body)?)?)
                    }
                    Some(value) => return value.fault(),
                    None => {
                        headers.fixed("Content-Type", SDP)?;
                        sdp(text(body)?, offerer, Side::Offer, self.txn)?;
                        None
                    }
                };
                Ok(Body::Pull(Box::new(Pull { user, client, list })))
            }
            (End::Management, Target::Contact(user, client)) => {
                headers.fixed("User-Agent", "CPM-serv/OMA2.1")?;
                headers.fixed("Content-Type", SDP)?;
                sdp(text(body)?, offerer, Side::Offer, self.txn)?;
                Ok(Body::PushSession { user, client })
            }
            (End::Management, _) => Err(Fault("Request-URI")),
        }
    }

    /// Offer and URI list.
    fn parts(&self, end: End, body: &str) -> Result<Box<[Instruction]>, Fault> {
        let mut body = Scan::of(body, "multipart body");
        let [before, between, behind] = PARTS;
        body.eat(before)?;
        sdp(body.until(between)?, end, Side::Offer, self.txn)?;
        let list = body.left.strip_suffix(behind).ok_or(Fault(body.part))?;
        let mut root = xml::document(list, UTF8)?.namespace("resource-lists", LISTS)?;
        let (_, mut entries) = root.must("list")?.inside("list", &[])?;
        root.end("resource-lists")?;
        let mut read = Vec::new();
        while let Some(entry) = entries.any() {
            read.push(instruction(entry)?);
        }
        Ok(read.into())
    }

    /// A notification of deferred messages.
    pub(super) fn notice(&self, headers: &mut Headers<'_>, body: &[u8]) -> Result<Body, Fault> {
        headers.fixed("User-Agent", "CPM-serv/OMA2.1")?;
        if self.call.method == Method::Notify {
            headers.fixed("Event", EVENT)?;
            let mut state = headers.must("Subscription-State")?;
            state.eat("active;expires=")?;
            state.eat(SUBSCRIPTION)?;
            state.end()?;
            let mut contact = headers.must("Contact")?;
            contact.eat("<")?;
            contact.eat(MANAGEMENT)?;
            contact.eat(">")?;
            contact.end()?;
        }
        headers.fixed("Content-Type", NOTICE)?;
        Ok(Body::Notice(Box::new(notice(self.call.to.user().ok_or(Fault("To"))?, body)?)))
    }
}

/// An entry without an action is faulty, and one that can be read.
fn instruction(entry: Element) -> Result<Instruction, Fault> {
    let (values, inside) = entry.inside("entry", &["uri"])?;
    inside.end("entry")?;
    let mut uri = Scan::of(values.first().map_or("", String::as_str), "entry");
    let uri_id = uri_id(&mut uri)?;
    let action = if uri.next_is(ACTION) {
        let action = named(&CpmAction::IN_ORDER, |a| Some(a.word()), &uri)?;
        uri.left = "";
        Some(action)
    } else {
        None
    };
    uri.end()?;
    Ok(Instruction { uri_id, action })
}

fn uri_id(uri: &mut Scan<'_>) -> Result<MessageId, Fault> {
    uri.eat("sip:dm-")?;
    let id = MessageId(uri.hex()?);
    uri.eat("@")?;
    uri.eat(HOST)?;
    Ok(id)
}

fn notice(user: UserId, body: &[u8]) -> Result<Notice, Fault> {
    let (mut has, mut messages) = xml::document(text(body)?, UTF8)?.open("deferred-messages")?;
    let number = has.must("number", |s| s.number32())?;
    let round = has.must("round", |s| s.number32())?;
    let part = has.must("part", number16)?;
    let parts = has.must("parts", number16)?;
    let kind = has.must("kind", |s| one_of(&NoticeKind::ALL, |k| Some(k.word()), s))?;
    has.end()?;
    let mut list = Vec::new();
    while let Some(message) = messages.any() {
        list.push(waiting(message)?);
    }
    Ok(Notice { user, round, part, parts, kind, number, list: list.into() })
}

fn waiting(message: Element) -> Result<Waiting, Fault> {
    let (mut has, mut inside) = message.open("message")?;
    let uri_id = has.must("uri-id", uri_id)?;
    has.must("mode", |s| s.eat("pager"))?;
    let from = has.must("from", |s| if s.next_is(HIDDEN) { Ok(None) } else { tel(s).map(Some) })?;
    let sent = has.must("date", date)?;
    let bytes = has.must("size", |s| s.number32())?;
    let content = has.must("type", |s| one_of(&Content::ALL, |c| Some(c.media_type()), s))?;
    let expires = has.next("expires", date)?.unwrap_or(SimTime::NEVER);
    has.end()?;
    let subject = match inside.any() {
        None => 0,
        Some(subject) => subject.read("subject", |s| {
            let long = u8::try_from(s.left.len()).ok().filter(|n| *n > 0 && s.left.bytes().all(|b| b == b's'));
            s.left = "";
            long.ok_or(Fault("subject"))
        })?,
    };
    inside.end("message")?;
    Ok(Waiting { uri_id, from, sent, bytes, content, subject, expires })
}

fn number16(scan: &mut Scan<'_>) -> Result<u16, Fault> {
    let n = scan.number(u64::from(u16::MAX))?;
    u16::try_from(n).or_else(|_| scan.fault())
}

/// The one whose word this is, and nothing is left.
fn one_of<T: Copy>(all: &[T], word: impl Fn(T) -> Option<&'static str>, scan: &mut Scan<'_>) -> Result<T, Fault> {
    let found = named(all, word, scan)?;
    scan.left = "";
    Ok(found)
}
