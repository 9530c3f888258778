//! Bodies: CPIM (RFC 3862), disposition notifications (RFC 5438), interworking events, registration state (RFC 3680). Those about
//! deferred messages are in `deferred`.

use super::deferred::{self, Side, XML};
use super::dialog;
use super::head::{instance, party, types};
use super::size::Sink;
use crate::delivery::{
    Body, Contact, ContactEvent, Content, ContentDisposition, Contents, Disposition, Dispositions, Domain, Imdn, IwEvent, Pager,
    Party, RegInfo, Request, Sensitivity, UserId,
};
use crate::units::SimTime;

/// Longest life that delta-seconds can say (RFC 3261 20.19).
pub(super) const MOST_SECONDS: u64 = u32::MAX as u64;

/// The value of Expires: whole seconds from the date of sending, rounded up; none where the header is left out.
#[inline(always)]
pub(super) fn expires_after(pager: &Pager) -> Option<u64> {
    let life = pager.expires.ns().saturating_sub(pager.indications.sent.ns());
    (pager.expires != SimTime::NEVER).then(|| life.div_ceil(1_000_000_000).min(MOST_SECONDS))
}

/// Characters of the content as it is written: in UTF-8 one takes one byte to four. Content that no such text has is written, and
/// read, as one of a byte each.
pub(super) fn characters(pager: &Pager) -> u32 {
    let (chars, bytes) = (u64::from(pager.chars), u64::from(pager.bytes));
    if (chars..=4 * chars).contains(&bytes) { pager.chars } else { pager.bytes }
}

/// Content-Type of a request; none without a body.
pub(super) const fn media_type(body: &Body) -> Option<&'static str> {
    match body {
        Body::Pager(_) | Body::Imdn(_) => Some("message/cpim"),
        Body::IwEvent(_) => Some("application/vnd.oma.cpm-eventfw+xml"),
        Body::RegInfo(_) => Some("application/reginfo+xml"),
        Body::None | Body::Register { .. } | Body::ThirdPartyRegister { .. } => None,
        Body::Notice(_) => Some(deferred::NOTICE),
        Body::Pull(pull) if pull.list.is_some() => Some(deferred::MULTIPART),
        Body::Pull(_) | Body::PushSession { .. } => Some(deferred::SDP),
        Body::Session(_) => None,
    }
}

/// The value of the `type` feature tag for a kind of content: its media type, encoded.
pub(super) const fn type_tag(content: Content) -> &'static str {
    match content {
        Content::Text => "text%2Fplain",
        Content::Vcard => "text%2Fvcard",
        Content::Geolocation => "application%2Fvnd.gsma.rcspushlocation%2Bxml",
        Content::Image => "image%2Fjpeg",
        Content::Audio => "audio%2Famr",
        Content::Video => "video%2Fmp4",
    }
}

impl Disposition {
    /// The element around the status, and the status (RFC 5438 7.2.1.2).
    pub(super) const fn elements(self) -> (&'static str, &'static str) {
        match self {
            Disposition::Delivered => ("delivery-notification", "delivered"),
            Disposition::Failed => ("delivery-notification", "failed"),
            Disposition::Displayed => ("display-notification", "displayed"),
            // Not confirmed: the element is, its children are ours (domain facts 2.8).
            Disposition::Interworked => ("interworking-notification", "interworked"),
        }
    }

    /// What follows the name of the element around the status: the namespace of the extension.
    pub(super) const fn namespace(self) -> &'static str {
        match self {
            Disposition::Interworked => " xmlns=\"urn:oma:xml:cpm:imdn-extensions:1.0\"",
            _ => "",
        }
    }
}

impl Sensitivity {
    /// The value of Sensitivity (RFC 2156 2.3.1.12); none where it is left out.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            Sensitivity::Unmarked => None,
            Sensitivity::Personal => Some("Personal"),
            Sensitivity::Private => Some("Private"),
            Sensitivity::Confidential => Some("Company-Confidential"),
        }
    }
}

impl ContentDisposition {
    /// The value of Content-Disposition; none where it is left out.
    pub(super) const fn word(self) -> Option<&'static str> {
        match self {
            ContentDisposition::Unmarked => None,
            ContentDisposition::Render => Some("render"),
            ContentDisposition::Attachment => Some("attachment"),
        }
    }
}

impl Domain {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Domain::Cs => "CS",
            Domain::Ps => "PS",
        }
    }
}

impl ContactEvent {
    pub(super) const ALL: [ContactEvent; 6] = [
        ContactEvent::Created,
        ContactEvent::Registered,
        ContactEvent::Refreshed,
        ContactEvent::Expired,
        ContactEvent::Unregistered,
        ContactEvent::Deactivated,
    ];

    /// The value of `event` (RFC 3680 5.2).
    pub(super) const fn word(self) -> &'static str {
        match self {
            ContactEvent::Created => "created",
            ContactEvent::Registered => "registered",
            ContactEvent::Refreshed => "refreshed",
            ContactEvent::Expired => "expired",
            ContactEvent::Unregistered => "unregistered",
            ContactEvent::Deactivated => "deactivated",
        }
    }
}

impl Dispositions {
    /// The value of imdn.Disposition-Notification; none where nothing is asked for.
    pub(super) const fn list(self) -> Option<&'static str> {
        Some(match (self.positive, self.negative, self.display) {
            (false, false, false) => return None,
            (true, false, false) => "positive-delivery",
            (false, true, false) => "negative-delivery",
            (false, false, true) => "display",
            (true, true, false) => "positive-delivery, negative-delivery",
            (true, false, true) => "positive-delivery, display",
            (false, true, true) => "negative-delivery, display",
            (true, true, true) => "positive-delivery, negative-delivery, display",
        })
    }
}

#[inline(always)]
pub(super) fn write<S: Sink>(s: &mut S, request: &Request) {
    match &request.body {
        Body::Pager(pager) => cpim(s, pager),
        Body::Imdn(report) => imdn(s, report),
        Body::IwEvent(event) => iw_event(s, event),
        Body::RegInfo(info) => reg_info(s, info),
        // Said in headers.
        Body::None | Body::Register { .. } | Body::ThirdPartyRegister { .. } | Body::Session(_) => {}
        Body::Notice(notice) => deferred::notice(s, notice),
        Body::Pull(_) | Body::PushSession { .. } => offer(s, request),
    }
}

fn offer<S: Sink>(s: &mut S, request: &Request) {
    let Some(end) = dialog::offers(request) else { return };
    let list = if let Body::Pull(pull) = &request.body { pull.list.as_deref() } else { None };
    match list {
        Some(list) => deferred::offer_and_list(s, end, request.txn, list),
        None => deferred::sdp(s, end, Side::Offer, request.txn),
    }
}

#[inline(always)]
fn ends<S: Sink>(s: &mut S, from: UserId, to: UserId) {
    s.text("From: ");
    party(s, Party::User(from));
    s.text("\r\nTo: ");
    party(s, Party::User(to));
    s.text("\r\n");
}

#[inline(always)]
fn cpim<S: Sink>(s: &mut S, pager: &Pager) {
    ends(s, pager.from, pager.to);
    s.text("DateTime: ");
    s.instant(pager.indications.sent);
    s.text("\r\n");
    if pager.indications.subject > 0 {
        s.text("Subject: ");
        for _ in 0..pager.indications.subject {
            s.text("s");
        }
        s.text("\r\n");
    }
    s.text("NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m-");
    s.hex(pager.original.0);
    s.text("\r\n");
    if let Some(list) = pager.dispositions.list() {
        s.text("imdn.Disposition-Notification: ");
        s.text(list);
        s.text("\r\n");
    }
    s.text("\r\nContent-Type: ");
    s.text(pager.content.media_type());
    s.text("\r\n");
    if let Some(word) = pager.indications.disposition.word() {
        s.text("Content-Disposition: ");
        s.text(word);
        s.text("\r\n");
    }
    if let Some(word) = pager.indications.sensitivity.word() {
        s.text("Sensitivity: ");
        s.text(word);
        s.text("\r\n");
    }
    s.text("Content-Length: ");
    s.number(u64::from(pager.bytes));
    s.text("\r\n\r\n");
    s.content(characters(pager), pager.bytes);
}

#[inline(always)]
fn imdn<S: Sink>(s: &mut S, report: &Imdn) {
    ends(s, report.from, report.to);
    s.text("NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: r-");
    s.hex(report.reporter.0);
    s.text("-");
    s.hex(report.about.0);
    let (around, status) = report.disposition.elements();
    s.text("-");
    s.text(status);
    s.text("\r\n\r\nContent-Type: message/imdn+xml\r\nContent-Disposition: notification\r\nContent-Length: ");
    let mut length = super::size::Count::default();
    imdn_xml(&mut length, report, around, status);
    s.number(length.0);
    s.text("\r\n\r\n");
    s.body(length.0, |s| imdn_xml(s, report, around, status));
}

#[inline(always)]
fn imdn_xml<S: Sink>(s: &mut S, report: &Imdn, around: &str, status: &str) {
    s.text(XML);
    s.text("<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\r\n  <message-id>m-");
    s.hex(report.original.0);
    s.text("</message-id>\r\n  <datetime>");
    s.instant(report.indications.sent);
    s.text("</datetime>\r\n  <recipient-uri>tel:");
    s.msisdn(report.from.0);
    s.text("</recipient-uri>\r\n  <");
    s.text(around);
    s.text(report.disposition.namespace());
    s.text("><status><");
    s.text(status);
    s.text("/></status></");
    s.text(around);
    s.text(">\r\n</imdn>");
}

/// Values of Message-Context (IW15-6.7.5.2.1-05).
pub(super) const PAGER: &str = "pager-message";
pub(super) const MULTIMEDIA: &str = "multimedia-message";

/// The interworking event. The document gives no name to the report of a success: `delivered-iw` is ours, as is `cancel-iw`.
#[inline(always)]
fn iw_event<S: Sink>(s: &mut S, event: &IwEvent) {
    s.text(XML);
    s.text("<cpm-evfw xmlns=\"urn:oma:xml:cpm:evfw\">\r\n  <cpm-event-iw>\r\n");
    match *event {
        IwEvent::FailedIw { user, message, domain, .. } | IwEvent::FailedMms { user, message, domain, .. } => {
            let multimedia = matches!(event, IwEvent::FailedMms { .. });
            s.text("    <failed-iw>\r\n");
            event_user(s, user);
            event_message(s, message.0, if multimedia { MULTIMEDIA } else { PAGER });
            event_domain(s, domain);
            s.text("    </failed-iw>\r\n");
        }
        IwEvent::ReadyForSms { user, domain } => {
            s.text("    <ready-for-sms>\r\n");
            event_user(s, user);
            event_domain(s, domain);
            s.text("    </ready-for-sms>\r\n");
        }
        IwEvent::DeliveredIw { user, message, .. } => {
            s.text("    <delivered-iw>\r\n");
            event_user(s, user);
            event_message(s, message.0, PAGER);
            s.text("    </delivered-iw>\r\n");
        }
        IwEvent::CancelIw { user, message, .. } => {
            s.text("    <cancel-iw>\r\n");
            event_user(s, user);
            event_message(s, message.0, PAGER);
            s.text("    </cancel-iw>\r\n");
        }
    }
    s.text("  </cpm-event-iw>\r\n</cpm-evfw>");
}

#[inline(always)]
fn event_user<S: Sink>(s: &mut S, user: UserId) {
    s.text("      <cpm-user-address>tel:");
    s.msisdn(user.0);
    s.text("</cpm-user-address>\r\n");
}

#[inline(always)]
fn event_message<S: Sink>(s: &mut S, message: u32, context: &str) {
    s.text("      <message-id>m-");
    s.hex(message);
    s.text("</message-id>\r\n      <Message-Context>");
    s.text(context);
    s.text("</Message-Context>\r\n");
}

#[inline(always)]
fn event_domain<S: Sink>(s: &mut S, domain: Domain) {
    s.text("      <domain>");
    s.text(domain.word());
    s.text("</domain>\r\n");
}

fn reg_info<S: Sink>(s: &mut S, info: &RegInfo) {
    s.text("<?xml version=\"1.0\"?>\r\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"");
    s.number(u64::from(info.version));
    s.text("\" state=\"");
    s.text(if info.full { "full" } else { "partial" });
    s.text("\">\r\n  <registration aor=\"tel:");
    s.msisdn(info.user.0);
    s.text("\" id=\"r1\" state=\"");
    s.text(registration_state(info));
    s.text("\">\r\n");
    for contact in &info.contacts {
        reg_contact(s, info.user, contact);
    }
    s.text("  </registration>\r\n</reginfo>");
}

/// A registration is active while any of its contacts is (RFC 3680 4.7.1).
pub(super) fn registration_state(info: &RegInfo) -> &'static str {
    if info.contacts.iter().any(|c| c.active) { "active" } else { "terminated" }
}

fn reg_contact<S: Sink>(s: &mut S, user: UserId, contact: &Contact) {
    s.text("    <contact id=\"k");
    s.hex(contact.client.0);
    s.text("\" state=\"");
    s.text(if contact.active { "active" } else { "terminated" });
    s.text("\" event=\"");
    s.text(contact.event.word());
    s.text("\">\r\n      <uri>sip:");
    s.msisdn(user.0);
    s.text("@[");
    s.address(contact.client);
    s.text("]</uri>\r\n");
    param(s, "+sip.instance", |s| {
        s.text("&quot;&lt;");
        instance(s, contact.client);
        s.text("&gt;&quot;");
    });
    let can = &contact.capabilities;
    if can.pager {
        param(s, "+g.3gpp.icsi-ref", |s| s.text("&quot;urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg&quot;"));
    }
    if can.contents != Contents::NONE {
        param(s, "type", |s| {
            s.text("&quot;");
            types(s, can.contents);
            s.text("&quot;");
        });
    }
    param(s, "+sim.most-bytes", |s| {
        s.text("&quot;#&lt;=");
        s.number(u64::from(can.most_bytes));
        s.text("&quot;");
    });
    if contact.primary {
        param(s, "+sim.primary", |_| {});
    }
    param(s, "+sim.user-agent", |s| {
        s.text("&quot;CPM-client/OMA");
        s.version(can.agent);
        s.text("&quot;");
    });
    s.text("    </contact>\r\n");
}

fn param<S: Sink>(s: &mut S, name: &str, value: impl FnOnce(&mut S)) {
    s.text("      <unknown-param name=\"");
    s.text(name);
    s.text("\">");
    value(s);
    s.text("</unknown-param>\r\n");
}
