//! What travels between functions, named as on the interface that carries it, as typed values with their wire size.
//!
//! A PDU holds what the receiving procedure reads and no more. The bytes are written by [`wire`](super::wire).

mod addressing;
mod content;
mod deferred;
mod plant;
mod registration;
mod response;
mod storage;

pub use addressing::*;
pub use content::*;
pub use deferred::*;
pub use plant::*;
pub use registration::*;
pub use response::*;
pub use storage::*;

/// A function of the network or a client on a device, as others address it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A subscriber, by the address that identifies him (an MSISDN or a SIP address).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub u32);

/// A message: one delivery duty (content, recipient), by its imdn.Message-ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub u32);

/// A copy of a message, in the books of the run. It travels with the copy so that its end can be written down; no procedure reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CopyId(pub u32);

/// A client transaction: who began it and in which of its slots. A slot used again has another generation, so that a late
/// response is not taken for an answer to a later request (the branch parameter of RFC 3261 8.1.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxnId {
    pub owner: FunctionId,
    pub slot: u32,
    pub generation: u32,
}

impl TxnId {
    /// A number that no two transactions of one owner share while less than 2^20 of them have used the slot: the slot in the upper
    /// bits, of which a client uses few, and its turn in the lower.
    pub const fn number(self) -> u32 {
        self.slot << 20 | self.generation & 0xf_ffff
    }
}

/// SIP methods in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Method {
    Register,
    Subscribe,
    Notify,
    Message,
    Invite,
    Ack,
    Bye,
    Cancel,
}

impl Method {
    pub const fn name(self) -> &'static str {
        match self {
            Method::Register => "REGISTER",
            Method::Subscribe => "SUBSCRIBE",
            Method::Notify => "NOTIFY",
            Method::Message => "MESSAGE",
            Method::Invite => "INVITE",
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
        }
    }
}

/// The way a response goes back: the elements that added themselves, first the one that began (Via, RFC 3261 18.2.2).
#[derive(Clone, Copy, Debug)]
pub struct Via {
    hops: [FunctionId; 4],
    len: u8,
    /// How many stand before the first of them that are not part of it: those of the request that an ACK of a hop belongs to.
    before: u8,
}

/// Places beyond the end are not part of a path.
impl PartialEq for Via {
    fn eq(&self, other: &Via) -> bool {
        self.hops() == other.hops() && self.before == other.before
    }
}

impl Eq for Via {}

impl Via {
    pub const fn of(first: FunctionId) -> Via {
        Via { hops: [first; 4], len: 1, before: 0 }
    }

    /// This path with one more element. A request crosses at most four elements between two user agents.
    pub fn with(mut self, hop: FunctionId) -> Via {
        assert!(self.len < 4, "a request crosses at most four elements between two user agents");
        self.hops[self.len as usize] = hop;
        self.len += 1;
        self
    }

    /// The path without an element: nothing is left to go back to.
    pub const NONE: Via = Via { hops: [FunctionId(0); 4], len: 0, before: 0 };

    /// The topmost element alone, as it stands in this path (RFC 3261 17.1.1.3).
    pub fn top(self) -> Via {
        let last = self.len.checked_sub(1).expect("an element added itself");
        Via { before: self.before + last, ..Via::of(self.hops[usize::from(last)]) }
    }

    /// This path as that of a request which had so many elements before.
    pub const fn after(self, before: u8) -> Via {
        Via { before, ..self }
    }

    /// How far on its way a request with this path is: the place of its topmost element, from 1, which tells the branches of one
    /// transaction apart.
    #[inline]
    pub fn depth(&self) -> usize {
        usize::from(self.before) + usize::from(self.len)
    }

    /// The elements, first the one that began.
    #[inline]
    pub fn hops(&self) -> &[FunctionId] {
        &self.hops[..usize::from(self.len)]
    }

    /// The element to answer to, and the path that is left; none at the end.
    pub fn back(mut self) -> Option<(FunctionId, Via)> {
        self.len = self.len.checked_sub(1)?;
        Some((self.hops[self.len as usize], self))
    }
}

/// For whom an application server is asked to act (session case on ISC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Originating,
    Terminating,
    /// Services have been applied, or none apply.
    Done,
}

/// The access an SMS takes or a user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domain {
    Cs,
    Ps,
}

/// What the IWF tells the PF inside `cpm-event-iw` (IW15-6.7.5.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IwEvent {
    /// A delivery by SMS failed.
    FailedIw { user: UserId, message: MessageId, domain: Domain, attempt: u32 },
    /// A user with an earlier failed delivery can receive SMS.
    ReadyForSms { user: UserId, domain: Domain },
    /// Interworking data of a successful delivery (IW15-R-18); the texts give it no name.
    DeliveredIw { user: UserId, message: MessageId, attempt: u32 },
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    None,
    /// Boxed, as is the next, to keep PDUs small: each is moved several times a hop.
    Pager(Box<Pager>),
    Imdn(Box<Imdn>),
    IwEvent(IwEvent),
    RegInfo(RegInfo),
    /// Binding asked for: life in seconds, zero to remove; whether credentials are included; whether from the Primary Device;
    /// what the client can receive.
    Register {
        expires_s: u32,
        authorised: bool,
        primary: bool,
        capabilities: Capabilities,
    },
    /// The Core tells an application server that a user is registered, or no more (expires zero).
    ThirdPartyRegister {
        user: UserId,
        expires_s: u32,
    },
    /// A notification of deferred messages, in MESSAGE or NOTIFY (`notification-method`).
    Notice(Box<Notice>),
    /// INVITE of a client that pulls.
    Pull(Box<Pull>),
    /// INVITE of the PF that pushes (SD23-5.2.2.2.3-02).
    PushSession {
        user: UserId,
        client: FunctionId,
    },
    /// ACK, BYE or CANCEL of a session that a pull or a push began.
    Session(Dialog),
}

/// A SIP request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    pub txn: TxnId,
    pub via: Via,
    pub target: Target,
    pub case: Case,
    pub from: UserId,
    /// Accept-Contact: the service asked for, by which the Core routes.
    pub icsi: Icsi,
    pub max_forwards: u8,
    /// The target CPM Address is in the request, and who put it there.
    pub target_address: Option<InsertedBy>,
    pub body: Body,
}

impl Request {
    /// What it carries, without its values.
    pub fn kind(&self) -> Kind {
        match self.body {
            Body::Pager(_) => Kind::Pager,
            Body::Imdn(_) => Kind::Imdn,
            Body::IwEvent(_) => Kind::IwEvent,
            Body::None if self.method == Method::Ack => Kind::Session,
            Body::None | Body::RegInfo(_) | Body::Register { .. } | Body::ThirdPartyRegister { .. } => Kind::Registration,
            Body::Notice(_) => Kind::Notice,
            Body::Pull(_) | Body::PushSession { .. } | Body::Session(_) => Kind::Session,
        }
    }

    /// The message it is about, if any.
    pub fn about(&self) -> Option<MessageId> {
        match &self.body {
            Body::Pager(p) => Some(p.message),
            Body::Imdn(i) => Some(i.about),
            Body::IwEvent(IwEvent::FailedIw { message, .. } | IwEvent::DeliveredIw { message, .. }) => Some(*message),
            _ => None,
        }
    }

    /// Whose request it is among those about one message: the contact it is for, or the maker of the notification it carries.
    pub fn party(&self) -> Option<FunctionId> {
        match (&self.body, self.target) {
            (Body::Imdn(imdn), _) => Some(imdn.reporter),
            (Body::Pull(pull), _) => Some(pull.client),
            (Body::Session(dialog), _) => Some(dialog.client),
            (_, Target::Contact(_, client)) => Some(client),
            // One named instance is one party; several are the user's affair until the Core forks.
            (_, Target::Instances(_, clients)) if clients.len() == 1 => clients.iter().next(),
            (_, Target::User(_) | Target::Instances(..) | Target::Function(_)) => None,
        }
    }

    /// From and To: between whom it passes, whoever carries it (skeletons of `domain.md` 3.5).
    #[inline]
    pub fn parties(&self) -> (Party, Party) {
        let own = Party::Function(self.txn.owner);
        match &self.body {
            Body::Pager(pager) => (Party::User(self.from), Party::User(pager.to)),
            Body::Imdn(imdn) => (Party::User(self.from), Party::User(imdn.to)),
            Body::IwEvent(_) => (own, self.target.party()),
            Body::RegInfo(info) => (Party::User(info.user), self.target.party()),
            Body::Register { .. } => (Party::User(self.from), Party::User(self.from)),
            Body::ThirdPartyRegister { user, .. } => (own, Party::User(*user)),
            // Of a hop, after a failure: of the INVITE that failed (RFC 3261 17.1.1.3).
            Body::None if self.method == Method::Ack => match self.target {
                Target::Contact(user, _) => (Party::Management, Party::User(user)),
                _ => (Party::User(self.from), Party::Management),
            },
            Body::None => (own, Party::User(self.from)),
            Body::Notice(notice) => (Party::Management, Party::User(notice.user)),
            Body::Pull(pull) => (Party::User(pull.user), Party::Management),
            Body::PushSession { user, .. } => (Party::Management, Party::User(*user)),
            // Inside a dialog either end may speak.
            Body::Session(dialog) if self.txn.owner == dialog.client => (Party::User(dialog.user), Party::Management),
            Body::Session(dialog) => (Party::Management, Party::User(dialog.user)),
        }
    }

    /// The answer to it with `code`, and the element it goes to first.
    pub fn answer(&self, code: u16) -> (FunctionId, Pdu) {
        self.answer_for(code, Reason::None)
    }

    /// The answer to it with `code` and the header that says why.
    pub fn answer_for(&self, code: u16, reason: Reason) -> (FunctionId, Pdu) {
        let (to, via) = self.via.back().expect("a request bears the name of its sender");
        let party = self.party();
        let (from_header, to_header) = self.parties();
        let response = Response {
            method: self.method,
            code,
            reason,
            txn: self.txn,
            via,
            case: self.case,
            party,
            user: self.from,
            from: from_header,
            to: to_header,
            dialog: if let Body::Session(dialog) = &self.body { Some(dialog.invite) } else { None },
            kind: self.kind(),
            about: self.about(),
        };
        (to, Pdu::Response(response))
    }
}

/// What a request carries, without its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    Pager,
    Imdn,
    IwEvent,
    Registration,
    /// Notifications of deferred messages.
    Notice,
    /// INVITE, ACK, BYE and CANCEL of sessions for deferred messages.
    Session,
}

/// What travels between functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pdu {
    Request(Request),
    Response(Response),
    Map(Map),
    Nas(Nas),
    Imap(Imap),
    Msrp(Msrp),
    Push(Push),
    KeepAlive(KeepAlive),
}

impl Pdu {
    /// The message this PDU is about, if any: content, its answers, its dispositions, its short messages and their results.
    pub fn about(&self) -> Option<MessageId> {
        match self {
            Pdu::Request(r) => r.about(),
            Pdu::Response(r) => r.about,
            Pdu::Map(m) => match m {
                Map::SriSm { about, .. }
                | Map::SriSmAck { about, .. }
                | Map::MtForwardSmAck { about, .. }
                | Map::InformSc { about, .. }
                | Map::WaitingListFull { about, .. }
                | Map::ReportSmDeliveryStatus { about, .. } => Some(*about),
                Map::MtForwardSm { sms, .. } => Some(sms.message),
                Map::ReadyForSm { .. }
                | Map::AlertSc { .. }
                | Map::AlertScAck { .. }
                | Map::UpdateLocation { .. }
                | Map::Purge { .. } => None,
            },
            Pdu::Nas(n) => match n {
                Nas::SmsDeliver { sms, .. } => Some(sms.message),
                Nas::SmsAck { about, .. }
                | Nas::SmsError { about, .. }
                | Nas::Page { about, .. }
                | Nas::PageResponse { about, .. } => Some(*about),
                Nas::LocationUpdate { .. } | Nas::ImsiDetach { .. } | Nas::MemoryAvailable { .. } => None,
            },
            Pdu::Imap(i) => match i {
                Imap::Append { object, .. } => Some(object.message),
                Imap::Appended { message, .. } => Some(*message),
                Imap::Sync { .. } | Imap::Synced { .. } => None,
            },
            Pdu::Msrp(Msrp::Send { pager, .. }) => Some(pager.message),
            Pdu::Msrp(Msrp::Response { about, .. }) => Some(*about),
            Pdu::Push(_) | Pdu::KeepAlive(_) => None,
        }
    }

    /// Whether this is SIP, for the count of SIP messages.
    pub fn is_sip(&self) -> bool {
        matches!(self, Pdu::Request(_) | Pdu::Response(_))
    }

    /// Bytes on the wire. SIP: exactly those of its [wire form](super::wire). MAP and NAS: sizes of `domain.md` 3.3, IMAP: our own
    /// (assumption class c), since these have no wire form here.
    #[inline]
    pub fn wire_bytes(&self) -> u32 {
        match self {
            Pdu::Request(_) | Pdu::Response(_) => super::wire::size(self).expect("SIP has a wire form"),
            Pdu::Map(m) => match m {
                Map::SriSm { .. } | Map::SriSmAck { .. } => 200,
                Map::MtForwardSm { sms, .. } => 130 + sms.bytes.min(140),
                Map::MtForwardSmAck { .. } => 120,
                Map::ReportSmDeliveryStatus { .. } => 150,
                Map::WaitingListFull { .. } | Map::InformSc { .. } => 100,
                Map::ReadyForSm { .. } | Map::Purge { .. } => 110,
                Map::AlertSc { .. } | Map::AlertScAck { .. } => 120,
                Map::UpdateLocation { .. } => 600,
            },
            Pdu::Nas(n) => match n {
                Nas::SmsDeliver { sms, .. } => 40 + sms.bytes.min(140),
                _ => 30,
            },
            Pdu::Imap(i) => match i {
                Imap::Append { object, .. } => 250 + object.bytes,
                Imap::Appended { .. } => 60,
                Imap::Sync { .. } => 80,
                Imap::Synced { objects, .. } => {
                    objects.iter().fold(60, |sum: u32, o| sum.saturating_add(250).saturating_add(o.bytes))
                }
            },
            // A SEND is 223 bytes and its content, a push 100 and 170 for each message that it describes (`domain.md` 3.2).
            Pdu::Msrp(Msrp::Send { pager, .. }) => 223u32.saturating_add(pager.bytes),
            Pdu::Msrp(Msrp::Response { .. }) => 130,
            Pdu::Push(Push::Submit { notice, .. } | Push::Message { notice, .. }) => {
                100u32.saturating_add(170u32.saturating_mul(notice.list.len() as u32))
            }
            Pdu::Push(Push::Connect { .. }) => 60,
            Pdu::KeepAlive(k) => k.wire_bytes(),
        }
    }

    /// The name on the interface, for charts and stories.
    pub fn name(&self) -> &'static str {
        match self {
            Pdu::Request(r) => match (&r.body, r.method) {
                (Body::Pager(_), _) => "MESSAGE",
                (Body::Imdn(i), _) => match i.disposition {
                    Disposition::Delivered => "MESSAGE imdn delivered",
                    Disposition::Failed => "MESSAGE imdn failed",
                    Disposition::Displayed => "MESSAGE imdn displayed",
                },
                (Body::IwEvent(IwEvent::FailedIw { .. }), _) => "MESSAGE failed-iw",
                (Body::IwEvent(IwEvent::ReadyForSms { .. }), _) => "MESSAGE ready-for-sms",
                (Body::IwEvent(IwEvent::DeliveredIw { .. }), _) => "MESSAGE delivered-iw",
                (Body::ThirdPartyRegister { .. }, _) => "REGISTER third-party",
                (Body::Notice(_), Method::Notify) => "NOTIFY deferred",
                (Body::Notice(_), _) => "MESSAGE deferred",
                (Body::Pull(_), _) => "INVITE pull",
                (Body::PushSession { .. }, _) => "INVITE push",
                (_, m) => m.name(),
            },
            Pdu::Response(r) => status_line(r.code),
            Pdu::Map(m) => match m {
                Map::SriSm { .. } => "SEND-ROUTING-INFO-FOR-SM",
                Map::SriSmAck { result: Routing::At(_), .. } => "SEND-ROUTING-INFO-FOR-SM ack",
                Map::InformSc { .. } => "INFORM-SERVICE-CENTRE",
                Map::SriSmAck { .. } => "SEND-ROUTING-INFO-FOR-SM absentSubscriber",
                Map::MtForwardSm { .. } => "MT-FORWARD-SHORT-MESSAGE",
                Map::MtForwardSmAck { result: MtResult::Ok, .. } => "MT-FORWARD-SHORT-MESSAGE ack",
                Map::MtForwardSmAck { result: MtResult::Absent(_), .. } => "MT-FORWARD-SHORT-MESSAGE absentSubscriber",
                Map::MtForwardSmAck { result: MtResult::MemoryFull, .. } => "MT-FORWARD-SHORT-MESSAGE memoryCapacityExceeded",
                Map::MtForwardSmAck { result: MtResult::Busy, .. } => "MT-FORWARD-SHORT-MESSAGE subscriberBusy",
                Map::ReportSmDeliveryStatus { .. } => "REPORT-SM-DELIVERY-STATUS",
                Map::WaitingListFull { .. } => "REPORT-SM-DELIVERY-STATUS messageWaitingListFull",
                Map::ReadyForSm { .. } => "READY-FOR-SM",
                Map::AlertSc { .. } => "ALERT-SERVICE-CENTRE",
                Map::AlertScAck { .. } => "ALERT-SERVICE-CENTRE ack",
                Map::UpdateLocation { domain: SmsDomain::Cs, .. } => "UPDATE-LOCATION",
                Map::UpdateLocation { domain: SmsDomain::Ps, .. } => "UPDATE-GPRS-LOCATION",
                Map::UpdateLocation { domain: SmsDomain::Ims, .. } => "IP-SM-GW registration",
                Map::Purge { .. } => "PURGE-MS",
            },
            Pdu::Nas(n) => match n {
                Nas::LocationUpdate { .. } => "location update",
                Nas::ImsiDetach { .. } => "IMSI detach",
                Nas::Page { .. } => "paging",
                Nas::PageResponse { .. } => "paging response",
                Nas::SmsDeliver { .. } => "SMS-DELIVER",
                Nas::SmsAck { .. } => "RP-ACK",
                Nas::SmsError { .. } => "RP-ERROR memory",
                Nas::MemoryAvailable { .. } => "RP-SMMA",
            },
            Pdu::Imap(i) => match i {
                Imap::Append { .. } => "IMAP APPEND",
                Imap::Appended { uid: Some(_), .. } => "IMAP OK APPENDUID",
                Imap::Appended { uid: None, .. } => "IMAP NO",
                Imap::Sync { .. } => "IMAP FETCH",
                Imap::Synced { .. } => "IMAP OK FETCH",
            },
            Pdu::Msrp(Msrp::Send { .. }) => "MSRP SEND",
            Pdu::Msrp(Msrp::Response { .. }) => "MSRP response",
            Pdu::Push(Push::Submit { .. }) => "push submission",
            Pdu::Push(Push::Message { .. }) => "push",
            Pdu::Push(Push::Connect { .. }) => "push connect",
            Pdu::KeepAlive(KeepAlive::Ping { .. }) => "keep-alive",
            Pdu::KeepAlive(KeepAlive::Pong { .. }) => "keep-alive answer",
        }
    }
}

/// Code and reason phrase, for charts and stories.
fn status_line(code: u16) -> &'static str {
    match code {
        200 => "200 OK",
        202 => "202 Accepted",
        401 => "401 Unauthorized",
        403 => "403 Forbidden",
        404 => "404 Not Found",
        408 => "408 Request Timeout",
        430 => "430 Flow Failed",
        413 => "413 Request Entity Too Large",
        415 => "415 Unsupported Media Type",
        480 => "480 Temporarily Unavailable",
        481 => "481 Call/Transaction Does Not Exist",
        483 => "483 Too Many Hops",
        488 => "488 Not Acceptable Here",
        503 => "503 Service Unavailable",
        _ => "response",
    }
}
