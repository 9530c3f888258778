//! Bodies read back to typed values.

use super::body::{MULTIMEDIA, PAGER};
use super::body::{registration_state, type_tag};
use super::scan::{Fault, Headers, Scan, named};
use super::write::instant;
use super::xml::{self, Children, Element};
use crate::delivery::{
    Capabilities, Contact, ContactEvent, Content, ContentDisposition, Contents, CopyId, Disposition, Dispositions, Domain,
    FunctionId, Imdn, Indications, IwEvent, MessageId, Pager, RegInfo, Sensitivity, UserId, Version,
};
use crate::units::SimTime;

/// What a CPIM body carries, as far as the body says it.
pub(super) enum Cpim {
    Pager(Pager),
    Imdn(Imdn),
}

pub(super) fn date(scan: &mut Scan<'_>) -> Result<SimTime, Fault> {
    let at = instant(scan.left).ok_or(Fault(scan.part))?;
    scan.left = "";
    Ok(at)
}

fn message_id(scan: &mut Scan<'_>) -> Result<MessageId, Fault> {
    scan.eat("m-")?;
    Ok(MessageId(scan.hex()?))
}

pub(super) fn tel(scan: &mut Scan<'_>) -> Result<UserId, Fault> {
    scan.eat("tel:")?;
    scan.msisdn()
}

/// Splits lines from what follows the empty line.
fn part<'a>(bytes: &'a [u8], name: &'static str) -> Result<(&'a str, &'a [u8]), Fault> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").ok_or(Fault(name))?;
    let lines = std::str::from_utf8(&bytes[..end + 2]).map_err(|_| Fault(name))?;
    Ok((lines, &bytes[end + 4..]))
}

/// A message/cpim body (RFC 3862): its headers, those of its content, and the content.
pub(super) fn cpim(bytes: &[u8]) -> Result<Cpim, Fault> {
    let (lines, rest) = part(bytes, "CPIM headers")?;
    let (mime, content) = part(rest, "headers of the CPIM content")?;
    let (mut headers, mut mime) = (Headers::read(lines, "CPIM headers")?, Headers::read(mime, "headers of the CPIM content")?);
    let mut from = headers.must("From")?;
    let mut to = headers.must("To")?;
    let ends = (from.user()?, to.user()?);
    from.end()?;
    to.end()?;
    let read = match headers.next("DateTime") {
        Some(mut at) => Cpim::Pager(pager(ends, date(&mut at)?, &mut headers, &mut mime, content)?),
        None => Cpim::Imdn(imdn(ends, &mut headers, &mut mime, content)?),
    };
    headers.end()?;
    mime.end()?;
    Ok(read)
}

fn length(mime: &mut Headers<'_>, content: &[u8]) -> Result<u32, Fault> {
    let mut length = mime.must("Content-Length")?;
    let bytes = length.number32()?;
    length.end()?;
    if bytes as usize == content.len() { Ok(bytes) } else { length.fault() }
}

fn pager(
    (from, to): (UserId, UserId),
    sent: SimTime,
    headers: &mut Headers<'_>,
    mime: &mut Headers<'_>,
    content: &[u8],
) -> Result<Pager, Fault> {
    let subject = match headers.next("Subject") {
        Some(text) if text.left.bytes().all(|b| b == b's') && !text.left.is_empty() => {
            u8::try_from(text.left.len()).map_err(|_| Fault(text.part))?
        }
        Some(text) => return text.fault(),
        None => 0,
    };
    headers.fixed("NS", "imdn <urn:ietf:params:imdn>")?;
    let mut id = headers.must("imdn.Message-ID")?;
    let original = message_id(&mut id)?;
    id.end()?;
    let dispositions = match headers.next("imdn.Disposition-Notification") {
        Some(list) => named(&asked(), Dispositions::list, &list)?,
        None => Dispositions::default(),
    };
    let media = mime.must("Content-Type")?;
    let kind = named(&Content::ALL, |c| Some(c.media_type()), &media)?;
    let disposition = match mime.next("Content-Disposition") {
        Some(word) => named(&[ContentDisposition::Render, ContentDisposition::Attachment], ContentDisposition::word, &word)?,
        None => ContentDisposition::Unmarked,
    };
    let sensitivity = match mime.next("Sensitivity") {
        Some(word) => named(&[Sensitivity::Personal, Sensitivity::Private, Sensitivity::Confidential], Sensitivity::word, &word)?,
        None => Sensitivity::Unmarked,
    };
    Ok(Pager {
        // In the headers of the request.
        message: original,
        agent: Version::default(),
        anonymous: false,
        reply_to: None,
        expires: SimTime::NEVER,
        retargets: 0,
        original,
        copy: CopyId(0),
        from,
        to,
        bytes: length(mime, content)?,
        chars: text(content)?.chars().count() as u32,
        content: kind,
        dispositions,
        indications: Indications { subject, sensitivity, disposition, sent, ..Indications::default() },
        attempt: 0,
    })
}

/// Every wish that can be said.
fn asked() -> [Dispositions; 7] {
    std::array::from_fn(|n| {
        let bits = n + 1;
        Dispositions { positive: bits & 1 != 0, negative: bits & 2 != 0, display: bits & 4 != 0 }
    })
}

fn imdn((from, to): (UserId, UserId), headers: &mut Headers<'_>, mime: &mut Headers<'_>, content: &[u8]) -> Result<Imdn, Fault> {
    headers.fixed("NS", "imdn <urn:ietf:params:imdn>")?;
    let mut id = headers.must("imdn.Message-ID")?;
    id.eat("r-")?;
    let reporter = FunctionId(id.hex()?);
    id.eat("-")?;
    let about = MessageId(id.hex()?);
    id.eat("-")?;
    let all = [Disposition::Delivered, Disposition::Failed, Disposition::Displayed, Disposition::Interworked];
    let disposition = named(&all, |d| Some(d.elements().1), &id)?;
    mime.fixed("Content-Type", "message/imdn+xml")?;
    mime.fixed("Content-Disposition", "notification")?;
    length(mime, content)?;
    let mut inside = xml::document(text(content)?, UTF8)?.namespace("imdn", "urn:ietf:params:xml:ns:imdn")?;
    let original = inside.text("message-id", message_id)?;
    let sent = inside.text("datetime", date)?;
    let recipient = inside.text("recipient-uri", tel)?;
    let (around, status) = disposition.elements();
    let named = if disposition == Disposition::Interworked { &["xmlns"][..] } else { &[] };
    let (_, mut notification) = inside.must(around)?.inside(around, named)?;
    let (_, mut states) = notification.must("status")?.inside("status", &[])?;
    states.text(status, |_| Ok(()))?;
    states.end("status")?;
    notification.end(around)?;
    inside.end("imdn")?;
    if recipient != from {
        return Err(Fault("recipient-uri"));
    }
    let indications = Indications { sent, ..Indications::default() };
    Ok(Imdn { about, original, from, to, disposition, reporter, agent: Version::default(), indications })
}

pub(super) use super::deferred::XML as UTF8;

pub(super) fn text(bytes: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(bytes).map_err(|_| Fault("XML"))
}

impl Element {
    /// The children of a root whose only attribute is its namespace.
    pub(super) fn namespace(self, name: &'static str, namespace: &str) -> Result<Children, Fault> {
        let (values, children) = self.inside(name, &["xmlns"])?;
        if values == [namespace] { Ok(children) } else { Err(Fault("XML namespace")) }
    }
}

/// An interworking event.
pub(super) fn iw_event(bytes: &[u8]) -> Result<IwEvent, Fault> {
    let mut root = xml::document(text(bytes)?, UTF8)?.namespace("cpm-evfw", "urn:oma:xml:cpm:evfw")?;
    let (_, mut events) = root.must("cpm-event-iw")?.inside("cpm-event-iw", &[])?;
    root.end("cpm-evfw")?;
    let event = events.any().ok_or(Fault("cpm-event-iw"))?;
    events.end("cpm-event-iw")?;
    let domain = |scan: &mut Scan<'_>| {
        let domain = named(&[Domain::Cs, Domain::Ps], |d| Some(d.word()), scan)?;
        scan.left = "";
        Ok(domain)
    };
    let message = |inside: &mut Children| {
        let message = inside.text("message-id", message_id)?;
        inside.text("Message-Context", |s| s.eat(PAGER))?;
        Ok(message)
    };
    match event.name.as_str() {
        "failed-iw" => {
            let (_, mut inside) = event.inside("failed-iw", &[])?;
            let user = inside.text("cpm-user-address", tel)?;
            let message = inside.text("message-id", message_id)?;
            let multimedia = inside.text("Message-Context", |scan| {
                let multimedia = scan.next_is(MULTIMEDIA);
                if !multimedia {
                    scan.eat(PAGER)?;
                }
                Ok(multimedia)
            })?;
            let domain = inside.text("domain", domain)?;
            // Others are allowed, for extension (IW15-6.7.5.2.1-07).
            inside.others(&["cpm-user-address", "message-id", "Message-Context", "domain"], "failed-iw")?;
            Ok(match multimedia {
                true => IwEvent::FailedMms { user, message, domain, attempt: 0 },
                false => IwEvent::FailedIw { user, message, domain, attempt: 0 },
            })
        }
        "ready-for-sms" => {
            let (_, mut inside) = event.inside("ready-for-sms", &[])?;
            let user = inside.text("cpm-user-address", tel)?;
            let domain = inside.text("domain", domain)?;
            inside.end("ready-for-sms")?;
            Ok(IwEvent::ReadyForSms { user, domain })
        }
        "delivered-iw" => {
            let (_, mut inside) = event.inside("delivered-iw", &[])?;
            let user = inside.text("cpm-user-address", tel)?;
            let message = message(&mut inside)?;
            inside.end("delivered-iw")?;
            Ok(IwEvent::DeliveredIw { user, message, attempt: 0 })
        }
        "cancel-iw" => {
            let (_, mut inside) = event.inside("cancel-iw", &[])?;
            let user = inside.text("cpm-user-address", tel)?;
            let message = message(&mut inside)?;
            inside.end("cancel-iw")?;
            Ok(IwEvent::CancelIw { user, message, attempt: 0 })
        }
        _ => Err(Fault("interworking event")),
    }
}

/// Whether a failure in an event, which has been read, holds elements beside its own four.
pub(super) fn more_than_an_event(bytes: &[u8]) -> bool {
    let inside = || {
        let mut root = xml::document(text(bytes)?, UTF8)?.namespace("cpm-evfw", "urn:oma:xml:cpm:evfw")?;
        let (_, mut events) = root.must("cpm-event-iw")?.inside("cpm-event-iw", &[])?;
        let (_, mut failed) = events.must("failed-iw")?.inside("failed-iw", &[])?;
        Ok::<bool, Fault>((0..5).all(|_| failed.any().is_some()))
    };
    inside().unwrap_or(false)
}

/// Registration state.
pub(super) fn reg_info(bytes: &[u8]) -> Result<RegInfo, Fault> {
    let root = xml::document(text(bytes)?, "<?xml version=\"1.0\"?>\r\n")?;
    let (values, mut children) = root.inside("reginfo", &["xmlns", "version", "state"])?;
    let [namespace, version, state] = values.as_slice() else { return Err(Fault("reginfo")) };
    let mut version = Scan::of(version, "reginfo version");
    let number = version.number32()?;
    version.end()?;
    let full = match state.as_str() {
        "full" => true,
        "partial" => false,
        _ => return Err(Fault("reginfo state")),
    };
    if namespace != "urn:ietf:params:xml:ns:reginfo" {
        return Err(Fault("reginfo"));
    }
    let (values, mut registration) = children.must("registration")?.inside("registration", &["aor", "id", "state"])?;
    children.end("reginfo")?;
    let [aor, id, state] = values.as_slice() else { return Err(Fault("registration")) };
    let mut aor = Scan::of(aor, "address of record");
    let user = tel(&mut aor)?;
    aor.end()?;
    let mut contacts = Vec::new();
    while let Some(element) = registration.any() {
        contacts.push(contact(element, user)?);
    }
    let info = RegInfo { user, version: number, full, contacts: contacts.into() };
    if id != "r1" || state != registration_state(&info) {
        return Err(Fault("registration"));
    }
    Ok(info)
}

fn contact(element: Element, user: UserId) -> Result<Contact, Fault> {
    let (values, mut inside) = element.inside("contact", &["id", "state", "event"])?;
    let [id, state, event] = values.as_slice() else { return Err(Fault("contact")) };
    let mut id = Scan::of(id, "contact id");
    id.eat("k")?;
    let client = FunctionId(id.hex()?);
    id.end()?;
    let active = match state.as_str() {
        "active" => true,
        "terminated" => false,
        _ => return Err(Fault("contact state")),
    };
    let event = named(&ContactEvent::ALL, |e| Some(e.word()), &Scan::of(event, "contact event"))?;
    inside.text("uri", |s| {
        s.eat("sip:")?;
        let whose = s.msisdn()?;
        s.eat("@[")?;
        let address = s.address()?;
        s.eat("]")?;
        if (whose, address) == (user, client) { Ok(()) } else { s.fault() }
    })?;
    let instance = inside.param("+sip.instance").ok_or(Fault("+sip.instance"))?;
    let mut instance = Scan::of(&instance, "+sip.instance");
    instance.eat("\"<")?;
    let named_client = instance.instance()?;
    instance.eat(">\"")?;
    instance.end()?;
    if named_client != client {
        return instance.fault();
    }
    let pager = match inside.param("+g.3gpp.icsi-ref").as_deref() {
        None => false,
        Some("\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"") => true,
        Some(_) => return Err(Fault("+g.3gpp.icsi-ref")),
    };
    let contents = match inside.param("type") {
        None => Contents::NONE,
        Some(list) => {
            let mut scan = Scan::of(&list, "type");
            scan.eat("\"")?;
            let contents = types(&mut scan)?;
            scan.end()?;
            contents
        }
    };
    let most = inside.param("+sim.most-bytes").ok_or(Fault("+sim.most-bytes"))?;
    let mut most = Scan::of(&most, "+sim.most-bytes");
    most.eat("\"#<=")?;
    let most_bytes = most.number32()?;
    most.eat("\"")?;
    most.end()?;
    let primary = match inside.param("+sim.primary").as_deref() {
        None => false,
        Some("") => true,
        Some(_) => return Err(Fault("+sim.primary")),
    };
    let agent = inside.param("+sim.user-agent").ok_or(Fault("+sim.user-agent"))?;
    let mut scan = Scan::of(&agent, "+sim.user-agent");
    scan.eat("\"")?;
    let agent = scan.agent()?;
    scan.eat("\"")?;
    scan.end()?;
    inside.end("contact")?;
    Ok(Contact { client, active, event, primary, capabilities: Capabilities { pager, contents, most_bytes, agent } })
}

/// Media types up to the closing quotation mark, each once, in their order; at least one.
pub(super) fn types(scan: &mut Scan<'_>) -> Result<Contents, Fault> {
    let list = scan.until("\"")?;
    let mut contents = Contents::NONE;
    let mut last = None;
    for word in list.split(',') {
        let content = named(&Content::ALL, |c| Some(type_tag(c)), &Scan::of(word, scan.part))?;
        if last.is_some_and(|l| l >= content) {
            return scan.fault();
        }
        last = Some(content);
        contents = contents.with(content);
    }
    Ok(contents)
}
