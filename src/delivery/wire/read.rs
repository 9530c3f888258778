//! Bytes read back to a typed PDU. The reader knows one form, and what is not of this form is refused: a wrong length, a
//! missing, doubled or unknown header, stray blanks, parts that contradict each other, elements it does not know.

use super::head::{CHALLENGE, EARLIER, SUBSCRIPTION};
use super::read_body::{self, Cpim, types};
use super::scan::{Fault, Headers, Scan, named};
use super::{Hop, Transport, Written};
use crate::delivery::{
    Body, Capabilities, Case, ClientSet, Content, Contents, FunctionId, Icsi, Imdn, InsertedBy, IwEvent, Kind, MOST_DEVICES,
    MessageId, Method, Pager, Party, Pdu, Priority, Reason, Request, Response, Target, TxnId, UserId, Version, Via, Warning,
    phrase,
};
use crate::units::{SimTime, Span};

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
    let written = if start.next_is("SIP/2.0 ") { response(start, &mut headers)? } else { request(start, &mut headers, body)? };
    if matches!(written.pdu, Pdu::Response(_)) && !body.is_empty() {
        return Err(Fault("Content-Length"));
    }
    headers.end()?;
    // What was understood, written again, has to be what was read: nothing but the content may be free.
    let hop = Hop { to: written.to.unwrap_or(FunctionId(0)), transport: written.transport };
    let again = super::write(&written.pdu, hop).ok_or(Fault("form"))?;
    let content = match &written.pdu {
        Pdu::Request(Request { body: Body::Pager(pager), .. }) => pager.bytes as usize,
        _ => 0,
    };
    let fixed = again.len().saturating_sub(content);
    if again.len() == bytes.len() && again[..fixed] == bytes[..fixed] { Ok(written) } else { Err(Fault("form")) }
}

const METHODS: [Method; 4] = [Method::Register, Method::Subscribe, Method::Notify, Method::Message];

/// What all elements of a path say.
struct Path {
    hops: Vec<FunctionId>,
    txn: TxnId,
    transport: Transport,
}

fn path(headers: &mut Headers<'_>) -> Result<Path, Fault> {
    let mut hops = Vec::new();
    let mut common: Option<(TxnId, Transport)> = None;
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
        places.push(via.number(4)?);
        via.end()?;
        let of = (TxnId { owner, slot, generation }, transport);
        if *common.get_or_insert(of) != of {
            return via.fault();
        }
    }
    let (txn, transport) = common.ok_or(Fault("Via"))?;
    hops.reverse();
    places.reverse();
    if !places.iter().copied().eq(0..hops.len() as u64) {
        return Err(Fault("Via"));
    }
    Ok(Path { hops, txn, transport })
}

fn via(hops: &[FunctionId]) -> Result<Via, Fault> {
    let (first, rest) = hops.split_first().ok_or(Fault("Via"))?;
    if rest.len() > 3 {
        return Err(Fault("Via"));
    }
    Ok(rest.iter().fold(Via::of(*first), |via, hop| via.with(*hop)))
}

/// From, To, Call-ID and CSeq.
struct Call {
    from: Party,
    to: Party,
    about: Option<MessageId>,
    method: Method,
}

/// A response and what is said inside a dialog bear a tag in To.
fn call(headers: &mut Headers<'_>, txn: TxnId, to_tag: bool) -> Result<Call, Fault> {
    let mut from = headers.must("From")?;
    let sender = from.party()?;
    from.eat(";tag=")?;
    if from.hex()? != txn.owner.0 {
        return from.fault();
    }
    from.end()?;
    let mut to = headers.must("To")?;
    let receiver = to.party()?;
    if to_tag {
        to.eat(";tag=")?;
        if to.hex()? != txn.slot {
            return to.fault();
        }
    }
    to.end()?;
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
    if (TxnId { owner, slot, generation }) != txn || (none && message != 0) {
        return id.fault();
    }
    let mut sequence = headers.must("CSeq")?;
    sequence.eat("1 ")?;
    let method = named(&METHODS, |m| Some(m.name()), &sequence)?;
    Ok(Call { from: sender, to: receiver, about: (!none).then_some(MessageId(message)), method })
}

fn response(mut start: Scan<'_>, headers: &mut Headers<'_>) -> Result<Written, Fault> {
    let code = start.number(999)? as u16;
    start.eat(" ")?;
    start.eat(phrase(code))?;
    start.end()?;
    let Path { mut hops, txn, transport } = path(headers)?;
    let to = hops.pop().ok_or(Fault("Via"))?;
    let via = if hops.is_empty() { Via::NONE } else { via(&hops)? };
    let Call { from, to: receiver, about, method } = call(headers, txn, true)?;
    let reason = reason(headers)?;
    if code == 401 {
        let challenge = CHALLENGE.strip_prefix("WWW-Authenticate: ").and_then(|c| c.strip_suffix("\r\n"));
        headers.fixed("WWW-Authenticate", challenge.unwrap_or_default())?;
    }
    headers.fixed("Content-Length", "0")?;
    let user = match (from, receiver) {
        (Party::User(user), _) | (_, Party::User(user)) => user,
        _ => UserId(0),
    };
    let kind = if method == Method::Message { Kind::Pager } else { Kind::Registration };
    let response =
        Response { method, code, reason, txn, via, case: Case::Done, party: None, user, from, to: receiver, kind, about };
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

fn request(mut start: Scan<'_>, headers: &mut Headers<'_>, body: &[u8]) -> Result<Written, Fault> {
    let word = Scan::of(start.until(" ")?, "method");
    let method = named(&METHODS, |m| Some(m.name()), &word)?;
    let target = request_uri(&mut start)?;
    start.eat(" SIP/2.0")?;
    start.end()?;
    let Path { hops, txn, transport } = path(headers)?;
    let via = via(&hops)?;
    let mut forwards = headers.must("Max-Forwards")?;
    let max_forwards = forwards.number(255)? as u8;
    forwards.end()?;
    let (to, orig) = route(headers)?;
    let call = call(headers, txn, method == Method::Notify)?;
    if call.method != method {
        return Err(Fault("CSeq"));
    }
    let by_client = orig && hops.len() == 1;
    let icsi = service(headers, by_client)?;
    if !by_client {
        repeated(headers.must("P-Asserted-Identity")?, call.from, "")?;
    }
    let served = match headers.next("P-Served-User") {
        Some(value) => repeated(value, call.to, ";sescase=term").map(|()| true)?,
        None => false,
    };
    let case = match (to.is_some(), orig, served) {
        (true, true, false) => Case::Originating,
        (true, false, true) => Case::Terminating,
        (false, _, false) => Case::Done,
        _ => return Err(Fault("P-Served-User")),
    };
    let target_address = match headers.next("P-Called-Party-ID") {
        None => None,
        Some(value) if value.left.ends_with(";inserted-by=pf") => {
            repeated(value, call.to, ";inserted-by=pf")?;
            Some(InsertedBy::Pf)
        }
        Some(value) => {
            repeated(value, call.to, "")?;
            Some(InsertedBy::Core)
        }
    };
    let mut own = Own { txn, target, call: &call, from: None };
    let (body, named_clients) = own.read(method, icsi, headers, body)?;
    let from = match (own.from, call.from, call.to) {
        (Some(user), ..) | (None, Party::User(user), _) | (None, _, Party::User(user)) => user,
        _ => return Err(Fault("From")),
    };
    let target = match (target, named_clients) {
        (target, None) => target,
        (Target::User(user), Some(clients)) => Target::Instances(user, clients),
        _ => return Err(Fault("Accept-Contact")),
    };
    let request = Request { method, txn, via, target, case, from, icsi, max_forwards, target_address, body };
    if request.parties() != (call.from, call.to) || request.about() != call.about {
        return Err(Fault("From, To or Call-ID"));
    }
    Ok(Written { pdu: Pdu::Request(request), to, transport })
}

fn request_uri(start: &mut Scan<'_>) -> Result<Target, Fault> {
    if start.next_is("tel:") {
        return Ok(Target::User(start.msisdn()?));
    }
    start.eat("sip:")?;
    let user = if start.left.starts_with('+') {
        let user = start.msisdn()?;
        start.eat("@")?;
        Some(user)
    } else {
        None
    };
    start.eat("[")?;
    let function = start.address()?;
    start.eat("]")?;
    Ok(user.map_or(Target::Function(function), |user| Target::Contact(user, function)))
}

/// The next element, and whether originating services are asked for.
fn route(headers: &mut Headers<'_>) -> Result<(Option<FunctionId>, bool), Fault> {
    let Some(mut value) = headers.next("Route") else { return Ok((None, false)) };
    value.eat("<sip:[")?;
    let to = value.address()?;
    value.eat("];lr")?;
    let orig = value.next_is(";orig");
    value.eat(">")?;
    value.end()?;
    Ok((Some(to), orig))
}

fn service(headers: &mut Headers<'_>, by_client: bool) -> Result<Icsi, Fault> {
    let name = if by_client { "P-Preferred-Service" } else { "P-Asserted-Service" };
    match headers.next(name) {
        Some(value) => named(&[Icsi::Msg, Icsi::SystemMsg], Icsi::urn, &value),
        None => Ok(Icsi::None),
    }
}

/// An address that stands elsewhere too, and what follows it.
fn repeated(mut value: Scan<'_>, expected: Party, end: &str) -> Result<(), Fault> {
    if value.party()? != expected {
        return value.fault();
    }
    value.eat(end)?;
    value.end()
}

/// What is particular to the kinds of request.
struct Own<'a> {
    txn: TxnId,
    target: Target,
    call: &'a Call,
    /// The user for whom it is sent, where From does not say it.
    from: Option<UserId>,
}

impl Own<'_> {
    fn read(
        &mut self,
        method: Method,
        icsi: Icsi,
        headers: &mut Headers<'_>,
        body: &[u8],
    ) -> Result<(Body, Option<ClientSet>), Fault> {
        let clients = if method == Method::Register { None } else { accept_contact(headers, icsi)? };
        let read = match method {
            Method::Register => self.register(icsi, headers)?,
            Method::Subscribe => {
                headers.fixed("Event", "reg")?;
                headers.fixed("Expires", SUBSCRIPTION)?;
                self.own_contact(headers)?;
                headers.fixed("Accept", "application/reginfo+xml")?;
                Body::None
            }
            Method::Notify => {
                headers.fixed("Event", "reg")?;
                let mut state = headers.must("Subscription-State")?;
                state.eat("active;expires=")?;
                state.eat(SUBSCRIPTION)?;
                state.end()?;
                self.own_contact(headers)?;
                headers.fixed("Content-Type", "application/reginfo+xml")?;
                let info = read_body::reg_info(body)?;
                self.from = Some(info.user);
                Body::RegInfo(info)
            }
            Method::Message => self.message(headers, body)?,
            Method::Invite | Method::Ack | Method::Bye | Method::Cancel => return Err(Fault("request of a session")),
        };
        let mut length = headers.must("Content-Length")?;
        let bytes = length.number(u64::MAX)?;
        length.end()?;
        if bytes != body.len() as u64 {
            return length.fault();
        }
        Ok((read, clients))
    }

    fn own_contact(&self, headers: &mut Headers<'_>) -> Result<(), Fault> {
        repeated(headers.must("Contact")?, Party::Function(self.txn.owner), "")
    }

    fn register(&mut self, icsi: Icsi, headers: &mut Headers<'_>) -> Result<Body, Fault> {
        if icsi != Icsi::None {
            return Err(Fault("service of a REGISTER"));
        }
        if self.call.from == Party::Function(self.txn.owner) {
            self.own_contact(headers)?;
            let expires_s = expires(headers)?.ok_or(Fault("Expires"))?;
            let Party::User(user) = self.call.to else { return Err(Fault("To")) };
            self.from = Some(user);
            return Ok(Body::ThirdPartyRegister { user, expires_s });
        }
        let mut contact = headers.must("Contact")?;
        let (primary, mut capabilities) = self.contact(&mut contact)?;
        let expires_s = expires(headers)?.ok_or(Fault("Expires"))?;
        let authorised = headers.credentials()?;
        capabilities.agent = agent(headers)?;
        Ok(Body::Register { expires_s, authorised, primary, capabilities })
    }

    fn contact(&self, value: &mut Scan<'_>) -> Result<(bool, Capabilities), Fault> {
        value.eat("<sip:")?;
        let user = value.msisdn()?;
        value.eat("@[")?;
        let address = value.address()?;
        value.eat("]>;+sip.instance=\"<")?;
        let instance = value.instance()?;
        value.eat(">\"")?;
        if (Party::User(user), address, instance) != (self.call.from, self.txn.owner, self.txn.owner) {
            return value.fault();
        }
        let pager = value.next_is(";+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.msg\"");
        let contents = if value.next_is(";type=\"") { types(value)? } else { Contents::NONE };
        value.eat(";+sim.most-bytes=\"#<=")?;
        let most_bytes = value.number32()?;
        value.eat("\"")?;
        let primary = value.next_is(";+sim.primary");
        value.end()?;
        Ok((primary, Capabilities { pager, contents, most_bytes, agent: Version::default() }))
    }

    fn message(&mut self, headers: &mut Headers<'_>, body: &[u8]) -> Result<Body, Fault> {
        if let Party::Function(_) = self.call.from {
            headers.fixed("User-Agent", "CPM-serv/OMA2.1")?;
            headers.fixed("Content-Type", "application/vnd.oma.cpm-eventfw+xml")?;
            let event = read_body::iw_event(body)?;
            let (IwEvent::FailedIw { user, .. } | IwEvent::ReadyForSms { user, .. } | IwEvent::DeliveredIw { user, .. }) = event;
            self.from = Some(user);
            if self.target.party() != self.call.to {
                return Err(Fault("To"));
            }
            return Ok(Body::IwEvent(event));
        }
        let message = self.call.about.ok_or(Fault("Call-ID"))?;
        let anonymous = match headers.next("Privacy") {
            Some(value) if value.left == "id" => true,
            Some(value) => return value.fault(),
            None => false,
        };
        let retargets = retargets(headers)?;
        let conversation = thread(headers.must("Conversation-ID")?, "-conv")?;
        let contribution = thread(headers.must("Contribution-ID")?, "-cont")?;
        let in_reply_to = match headers.next("InReplyTo-Contribution-ID") {
            Some(value) => thread(value, "-cont").and_then(|n| if n == 0 { value.fault() } else { Ok(n) })?,
            None => 0,
        };
        let life = expires(headers)?;
        let priority = match headers.next("Priority") {
            Some(word) => {
                let all = [Priority::NonUrgent, Priority::Normal, Priority::Urgent, Priority::Emergency];
                named(&all, Priority::word, &word)?
            }
            None => Priority::Unmarked,
        };
        let reply_to = match headers.next("Reply-To") {
            Some(mut value) => {
                let user = value.user()?;
                value.end()?;
                Some(user)
            }
            None => None,
        };
        let agent = agent(headers)?;
        headers.fixed("Content-Type", "message/cpim")?;
        match read_body::cpim(body)? {
            Cpim::Pager(mut pager) => {
                let expires = |s: u32| pager.indications.sent.saturating_add(Span::from_secs(u64::from(s)));
                pager.expires = life.map_or(SimTime::NEVER, expires);
                pager.indications.conversation = conversation;
                pager.indications.contribution = contribution;
                pager.indications.in_reply_to = in_reply_to;
                pager.indications.priority = priority;
                Ok(Body::Pager(Box::new(Pager { message, anonymous, retargets, reply_to, agent, ..pager })))
            }
            Cpim::Imdn(mut imdn) => {
                let plain = !anonymous && retargets == 0 && in_reply_to == 0 && life.is_none();
                if !plain || priority != Priority::Unmarked || reply_to.is_some() || imdn.about != message {
                    return Err(Fault("header of a disposition notification"));
                }
                imdn.indications.conversation = conversation;
                imdn.indications.contribution = contribution;
                Ok(Body::Imdn(Box::new(Imdn { agent, ..imdn })))
            }
        }
    }
}

fn agent(headers: &mut Headers<'_>) -> Result<Version, Fault> {
    let mut value = headers.must("User-Agent")?;
    let agent = value.agent()?;
    value.end()?;
    Ok(agent)
}

fn expires(headers: &mut Headers<'_>) -> Result<Option<u32>, Fault> {
    let Some(mut value) = headers.next("Expires") else { return Ok(None) };
    let seconds = value.number32()?;
    value.end()?;
    Ok(Some(seconds))
}

fn thread(mut value: Scan<'_>, end: &str) -> Result<u32, Fault> {
    let number = value.hex()?;
    value.eat(end)?;
    value.end()?;
    Ok(number)
}

/// Entries of the history are as many as there were targets: one more than retargetings.
fn retargets(headers: &mut Headers<'_>) -> Result<u8, Fault> {
    let mut entries: u32 = 0;
    while let Some(mut value) = headers.next("History-Info") {
        value.eat(EARLIER.strip_prefix("History-Info: ").unwrap_or_default())?;
        for _ in 0..entries {
            value.eat(".1")?;
        }
        value.end()?;
        entries += 1;
    }
    match entries {
        0 => Ok(0),
        1 => Err(Fault("History-Info")),
        _ => u8::try_from(entries - 1).map_err(|_| Fault("History-Info")),
    }
}

/// The clients that are named, if any; the service has to be that of the request.
fn accept_contact(headers: &mut Headers<'_>, icsi: Icsi) -> Result<Option<ClientSet>, Fault> {
    let mut clients: Vec<FunctionId> = Vec::new();
    let mut values = 0;
    while let Some(mut value) = headers.next("Accept-Contact") {
        values += 1;
        value.eat("*;")?;
        if let Some(encoded) = icsi.encoded() {
            value.eat("+g.3gpp.icsi-ref=\"")?;
            value.eat(encoded)?;
            value.eat("\";")?;
        }
        if value.next_is("+sip.instance=\"<") {
            clients.push(value.instance()?);
            value.eat(">\";")?;
        } else if icsi == Icsi::None {
            return value.fault();
        }
        value.eat("require;explicit")?;
        value.end()?;
    }
    let rising = clients.windows(2).all(|w| w[0] < w[1]);
    let span = |(first, last): (&FunctionId, &FunctionId)| last.0.checked_sub(first.0);
    let near = clients.first().zip(clients.last()).is_none_or(|ends| span(ends).is_some_and(|s| s < MOST_DEVICES));
    match (values, clients.len()) {
        (0, _) if icsi == Icsi::None => Ok(None),
        (1, 0) => Ok(None),
        (v, c) if v == c && c > 0 && rising && near => Ok(Some(ClientSet::of(&clients))),
        _ => Err(Fault("Accept-Contact")),
    }
}
