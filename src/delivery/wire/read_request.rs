//! Requests read back to typed values.

use super::Written;
use super::deferred::MANAGEMENT;
use super::head::{EARLIER, SUBSCRIPTION};
use super::read::{Ends, METHODS, Path, ends, path, via};
use super::read_body::{self, Cpim, types};
use super::read_deferred;
use super::scan::{Fault, Headers, Scan, named};
use crate::delivery::{
    Body, Capabilities, Case, ClientSet, Contents, FunctionId, Icsi, Imdn, InsertedBy, IwEvent, MOST_DEVICES, Method, Pager, Party,
    Pdu, Priority, Request, Target, TxnId, UserId, Version,
};
use crate::units::{SimTime, Span};

pub(super) fn request(mut start: Scan<'_>, headers: &mut Headers<'_>, body: &[u8]) -> Result<Written, Fault> {
    let word = Scan::of(start.until(" ")?, "method");
    let method = named(&METHODS, |m| Some(m.name()), &word)?;
    let target = request_uri(&mut start)?;
    start.eat(" SIP/2.0")?;
    start.end()?;
    let Path { hops, before, txn, transport, of_success } = path(headers)?;
    if before > 0 && method != Method::Ack {
        return Err(Fault("Via"));
    }
    let via = via(&hops)?.after(before);
    let mut forwards = headers.must("Max-Forwards")?;
    let max_forwards = forwards.number(255)? as u8;
    forwards.end()?;
    let (to, orig) = route(headers)?;
    let call = ends(headers, txn, false)?;
    if call.method != method {
        return Err(Fault("CSeq"));
    }
    let case = match (to.is_some(), orig) {
        (true, true) => Case::Originating,
        (true, false) => Case::Terminating,
        (false, _) => Case::Done,
    };
    // What follows in a session is not asserted again.
    let Asserted { icsi, target_address } = match call.dialog() {
        Some(_) => Asserted { icsi: tag(headers), target_address: None },
        None => asserted(headers, &call, case, via.depth())?,
    };
    let target = target.map_or_else(|| call.from.user().map(Target::User).ok_or(Fault("Request-URI")), Ok)?;
    let mut own = Own { txn, target, call: &call, of_success, from: None };
    let (body, named_clients) = own.read(icsi, headers, body)?;
    let from = own.from.or(call.from.user()).or(call.to.user()).ok_or(Fault("From"))?;
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

/// None for CPMDeferredMsgMgmtURI.
fn request_uri(start: &mut Scan<'_>) -> Result<Option<Target>, Fault> {
    if start.next_is(MANAGEMENT) {
        return Ok(None);
    }
    if start.next_is("tel:") {
        return Ok(Some(Target::User(start.msisdn()?)));
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
    Ok(Some(user.map_or(Target::Function(function), |user| Target::Contact(user, function))))
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

/// What a client prefers and the network asserts.
struct Asserted {
    icsi: Icsi,
    target_address: Option<InsertedBy>,
}

fn asserted(headers: &mut Headers<'_>, call: &Ends, case: Case, hops: usize) -> Result<Asserted, Fault> {
    let by_client = case == Case::Originating && hops == 1;
    let icsi = service(headers, by_client)?;
    if !by_client {
        repeated(headers.must("P-Asserted-Identity")?, call.from, "")?;
    }
    let served = match headers.next("P-Served-User") {
        Some(value) => repeated(value, call.to, ";sescase=term").map(|()| true)?,
        None => false,
    };
    if served != (case == Case::Terminating) {
        return Err(Fault("P-Served-User"));
    }
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
    Ok(Asserted { icsi, target_address })
}

const SERVICES: [Icsi; 3] = [Icsi::Msg, Icsi::SystemMsg, Icsi::Deferred];

/// The service that Accept-Contact names, if it comes next: inside a session nothing else says it.
fn tag(headers: &Headers<'_>) -> Icsi {
    let value = headers.peek("Accept-Contact").unwrap_or_default();
    let named = |icsi: &Icsi| icsi.encoded().is_some_and(|e| value.split('"').nth(1) == Some(e));
    SERVICES.into_iter().find(named).unwrap_or(Icsi::None)
}

fn service(headers: &mut Headers<'_>, by_client: bool) -> Result<Icsi, Fault> {
    let name = if by_client { "P-Preferred-Service" } else { "P-Asserted-Service" };
    match headers.next(name) {
        Some(value) => named(&SERVICES, Icsi::urn, &value),
        None => Ok(Icsi::None),
    }
}

/// An address that stands elsewhere too, and what follows it.
pub(super) fn repeated(mut value: Scan<'_>, expected: Party, end: &str) -> Result<(), Fault> {
    if value.party()? != expected {
        return value.fault();
    }
    value.eat(end)?;
    value.end()
}

/// What is particular to the kinds of request.
pub(super) struct Own<'a> {
    pub txn: TxnId,
    pub target: Target,
    pub call: &'a Ends,
    pub of_success: bool,
    /// The user for whom it is sent, where From does not say it.
    from: Option<UserId>,
}

impl Own<'_> {
    fn read(&mut self, icsi: Icsi, headers: &mut Headers<'_>, body: &[u8]) -> Result<(Body, Option<ClientSet>), Fault> {
        let method = self.call.method;
        let offerer = if method == Method::Invite { Some(read_deferred::contact(headers)?) } else { None };
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
            Method::Notify | Method::Message if self.call.from == Party::Management => self.notice(headers, body)?,
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
            Method::Invite => self.offer(offerer.ok_or(Fault("Contact"))?, headers, body)?,
            Method::Ack if !self.of_success => self.of_hop()?,
            Method::Ack | Method::Bye | Method::Cancel => self.session()?,
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
            let (IwEvent::FailedIw { user, .. }
            | IwEvent::FailedMms { user, .. }
            | IwEvent::ReadyForSms { user, .. }
            | IwEvent::DeliveredIw { user, .. }
            | IwEvent::CancelIw { user, .. }) = event;
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
