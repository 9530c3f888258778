//! Every kind of input, in words and as a value that fits the state of a rig.

use super::machines::{CORE, FROM, HLR, ISF, IWF, MSC, MSS, PF, PHONE, PUSH, SENDER, SMSC, TO};
use super::{Rig, word};
use crate::delivery::KeepAlive;
use crate::delivery::{
    Absence, Access, Answer, Body, Capabilities, Case, Contact, ContactEvent, Content, CopyId, CpmAction, Dialog, Disposition,
    Dispositions, Domain, Flags, Function, FunctionId, Icsi, Imap, Imdn, Indications, Input, IwEvent, MAX_FORWARDS, Map, MessageId,
    Method, Msrp, MtResult, Nas, Nodes, Notice, NoticeKind, Object, Outcome, Pager, Part, Pdu, Pull, Push, Question, Ready, Reason,
    RegInfo, Request, Response, Routing, Sc, SmStatus, Sms, SmsDomain, Storing, Submission, Target, Timer, TxnId, UserId, Version,
    Via, Waiting, Warning,
};
use crate::units::SimTime;

const MESSAGE: MessageId = MessageId(0);

pub fn received(from: FunctionId, pdu: Pdu) -> Input {
    Input::Received { from, at: SimTime::ZERO, pdu }
}

/// A PDU for which its receiver has no room.
fn overloaded(from: FunctionId, pdu: Pdu) -> Input {
    Input::Overloaded { from, at: SimTime::ZERO, retry_after: None, pdu }
}

pub fn hand(from: FunctionId, map: Map) -> Input {
    received(from, Pdu::Map(map))
}

pub fn nas(nas: Nas) -> Input {
    received(PHONE, Pdu::Nas(nas))
}

pub fn imap(from: FunctionId, imap: Imap) -> Input {
    received(from, Pdu::Imap(imap))
}

/// The message that all is about.
pub fn pager() -> Pager {
    Pager {
        copy: CopyId(1000),
        dispositions: Dispositions { positive: true, negative: true, display: false },
        attempt: 1,
        ..Pager::plain(MESSAGE, FROM, TO)
    }
}

fn imdn() -> Imdn {
    Imdn {
        about: MESSAGE,
        original: MESSAGE,
        from: TO,
        to: FROM,
        disposition: Disposition::Delivered,
        reporter: PHONE,
        agent: Version::default(),
        indications: Indications::default(),
    }
}

pub fn object() -> Object {
    Object {
        message: MESSAGE,
        original: MESSAGE,
        copy: Some(CopyId(1001)),
        owner: TO,
        from: FROM,
        storing: Storing::Delivery,
        content: Content::Text,
        bytes: 20,
        dispositions: Dispositions::default(),
        indications: Indications::default(),
        apart: false,
    }
}

pub fn failed_iw() -> IwEvent {
    IwEvent::FailedIw { user: TO, message: MESSAGE, domain: Domain::Cs, attempt: 1 }
}

pub fn ready_for_sms() -> IwEvent {
    IwEvent::ReadyForSms { user: TO, domain: Domain::Cs }
}

fn sms() -> Sms {
    Sms {
        message: MESSAGE,
        copy: CopyId(1002),
        user: TO,
        bytes: 20,
        attempt: 1,
        part: Part::WHOLE,
        service: crate::delivery::Service::Sms,
    }
}

pub fn report(domain: SmsDomain, outcome: Outcome) -> Map {
    Map::ReportSmDeliveryStatus { user: TO, sc: IWF, domain, outcome, about: MESSAGE }
}

pub fn submission(reference: u32) -> Submission {
    let (copy, validity) = (CopyId(1003), crate::units::Span::from_secs(3600));
    Submission { message: MESSAGE, copy, user: TO, bytes: 20, parts: 1, attempt: 1, reference, validity, single_shot: false }
}

pub fn forward() -> Input {
    hand(IWF, Map::MtForwardSm { sms: sms(), invoke: 1 })
}

pub fn compose() -> Input {
    Input::Compose(Pager { from: TO, to: FROM, message: MessageId(9), original: MessageId(9), ..pager() }, Icsi::Msg)
}

pub fn registration(client: FunctionId, expires_s: u32, authorised: bool) -> Body {
    Body::Register { expires_s, authorised, primary: client == PHONE, capabilities: Capabilities::FULL }
}

pub fn reg_info(version: u32, clients: &[FunctionId]) -> Body {
    let contact = |client: &FunctionId| Contact {
        client: *client,
        active: true,
        event: ContactEvent::Registered,
        primary: *client == PHONE,
        capabilities: Capabilities::FULL,
    };
    Body::RegInfo(RegInfo { user: TO, version, full: true, contacts: clients.iter().map(contact).collect() })
}

/// A request of `by`, for `user`; the method follows from what it carries.
pub fn ask(by: FunctionId, user: UserId, target: Target, case: Case, body: Body) -> Pdu {
    let method = match body {
        Body::Pager(_) | Body::Imdn(_) | Body::IwEvent(_) => Method::Message,
        Body::Register { .. } | Body::ThirdPartyRegister { .. } => Method::Register,
        Body::RegInfo(_) => Method::Notify,
        Body::None => Method::Subscribe,
        Body::Notice(_) => Method::Message,
        Body::Pull(_) | Body::PushSession { .. } => Method::Invite,
        Body::Session(_) => Method::Bye,
    };
    let icsi = match body {
        Body::Pager(_) | Body::Imdn(_) => Icsi::Msg,
        Body::IwEvent(_) | Body::Notice(_) => Icsi::SystemMsg,
        Body::Pull(_) | Body::PushSession { .. } | Body::Session(_) => Icsi::Deferred,
        _ => Icsi::None,
    };
    let txn = TxnId { owner: by, slot: 90, generation: 0 };
    let via = Via::of(by);
    Pdu::Request(Request {
        method,
        txn,
        via,
        target,
        case,
        from: user,
        icsi,
        max_forwards: MAX_FORWARDS,
        target_address: None,
        body,
    })
}

/// A final response to the last request that the function of the rig began.
pub fn final_response<F>(rig: &Rig<F>, code: u16) -> Input {
    let (txn, Pdu::Request(request)) = rig.asked.last().expect("it has sent a request") else { panic!("requests are kept") };
    assert!(rig.timers.iter().any(
        |(_, t)| matches!(t, Timer::TransactionEnd { slot, generation } if (*slot, *generation) == (txn.slot, txn.generation))
    ));
    let (_, Pdu::Response(response)) = request.answer(code) else { panic!("an answer is a response") };
    received(CORE, Pdu::Response(response))
}

/// All inputs that the state of `rig` can meet, with their names.
pub fn all<F: Function + Clone>(rig: &Rig<F>) -> Vec<(String, Input)> {
    let mut all: Vec<(String, Input)> = Vec::new();
    let mut add = |name: &str, input: Input| all.push((name.to_owned(), input));
    requests(&mut add);
    deferred(rig, &mut add);
    responses(rig, &mut add);
    plant(appended_tag(rig), &mut add);
    for access in [
        Access::Connected { register: true },
        Access::MayRegister,
        Access::NoIp { kept: true },
        Access::NoIp { kept: false },
        Access::SmsAttached(Domain::Cs),
        Access::SmsAttached(Domain::Ps),
        Access::SmsDetached { domain: Domain::Cs, in_order: true },
        Access::Memory { full: true },
        Access::Memory { full: false },
        Access::LeavingInOrder,
        Access::Gone,
    ] {
        add(&format!("access: {access:?}"), Input::Access(access));
    }
    add("compose", compose());
    add("policy", Input::Policy { user: TO, policy: 0 });
    add("connectivity on", Input::Connectivity { user: TO, client: PHONE, on: true });
    for (name, from, nth) in
        [("keep-alive", PHONE, 1), ("answer to a keep-alive", CORE, 1), ("answer to an earlier keep-alive", CORE, 0)]
    {
        let said = if from == PHONE {
            KeepAlive::Ping { user: TO, nth, stun: true }
        } else {
            KeepAlive::Pong { user: TO, nth, stun: true }
        };
        add(name, received(from, Pdu::KeepAlive(said)));
    }
    add("connectivity off", Input::Connectivity { user: TO, client: PHONE, on: false });
    if rig.id == Some(MSS) {
        let sync = Imap::Sync { owner: TO, device: PHONE, after: 0, tag: 1 };
        for (name, from, imap) in [("APPEND", PF, Imap::Append { object: object(), tag: 1 }), ("FETCH", PHONE, sync)] {
            add(&format!("IMAP {name} without room"), overloaded(from, Pdu::Imap(imap)));
        }
    }
    for question in &rig.questions {
        add(&format!("answer to {}", word(format!("{question:?}"))), Input::Told(*question, an_answer(question)));
        if let Some((name, other)) = another_answer(question) {
            add(&format!("{name}, answer to {}", word(format!("{question:?}"))), Input::Told(*question, other));
        }
    }
    let mut timers: Vec<Timer> = rig.timers.iter().map(|(_, t)| *t).collect();
    timers.dedup();
    for timer in timers {
        add(&format!("end of {}", word(format!("{timer:?}"))), Input::Expired(timer));
    }
    all
}

fn an_answer(question: &Question) -> Answer {
    match question {
        Question::RetryJitter { .. } => Answer::Thousandths(500),
        Question::AgainShare { .. } => Answer::Thousandths(1000),
        Question::KeepAliveShare { .. } => Answer::Thousandths(900),
        Question::PullJitter { .. } => Answer::Thousandths(1000),
        Question::Choice { .. } => Answer::Action(Some(CpmAction::Delete)),
        Question::AlertLost { .. }
        | Question::SmLost { .. }
        | Question::AckLost { .. }
        | Question::StoreFails { .. }
        | Question::TakesAll { .. }
        | Question::EntryFaulty { .. }
        | Question::PushSelected { .. } => Answer::Yes(false),
        _ => Answer::Span(crate::units::Span::from_secs(1)),
    }
}

/// The answer that the other way of a function follows from, with its name.
fn another_answer(question: &Question) -> Option<(&'static str, Answer)> {
    match question {
        Question::StoreFails { .. } => Some(("it fails", Answer::Yes(true))),
        Question::SmLost { .. } | Question::AckLost { .. } => Some(("it is lost", Answer::Yes(true))),
        Question::DisplayDelay { .. } | Question::SyncDelay { .. } | Question::Reaction { .. } => Some(("never", Answer::Never)),
        Question::TakesAll { .. } | Question::PushSelected { .. } => Some(("yes", Answer::Yes(true))),
        Question::EntryFaulty { .. } => Some(("it goes wrong", Answer::Yes(true))),
        Question::Choice { .. } => Some(("kept", Answer::Action(None))),
        Question::PushDelay { .. } => Some(("at once", Answer::Span(crate::units::Span::ZERO))),
        Question::RegisterDelay { .. } | Question::NotifyDelay { .. } | Question::AlertReaction { .. } => {
            Some(("at once", Answer::Span(crate::units::Span::ZERO)))
        }
        _ => None,
    }
}

fn requests(add: &mut impl FnMut(&str, Input)) {
    let message = |by, target, case| received(CORE, ask(by, FROM, target, case, Body::Pager(pager().into())));
    let user = Target::User(TO);
    add("MESSAGE, originating", message(SENDER, user, Case::Originating));
    add("MESSAGE, terminating", message(CORE, user, Case::Terminating));
    add("MESSAGE, services applied", message(PF, user, Case::Done));
    add("MESSAGE to one contact", message(PF, Target::Contact(TO, PHONE), Case::Done));
    let report = |from, by, case| received(from, ask(by, TO, Target::User(FROM), case, Body::Imdn(imdn().into())));
    add("IMDN, originating", report(CORE, PHONE, Case::Originating));
    add("IMDN, terminating", report(CORE, CORE, Case::Terminating));
    add("IMDN, services applied", report(CORE, CORE, Case::Done));
    add("IMDN of the IWF", report(IWF, IWF, Case::Done));
    let event = |event| received(IWF, ask(IWF, TO, Target::Function(PF), Case::Done, Body::IwEvent(event)));
    add("failed-iw", event(failed_iw()));
    add("ready-for-sms", event(ready_for_sms()));
    add("delivered-iw", event(IwEvent::DeliveredIw { user: TO, message: MESSAGE, attempt: 1 }));
    let register = |expires, authorised| {
        received(PHONE, ask(PHONE, TO, Target::Function(CORE), Case::Originating, registration(PHONE, expires, authorised)))
    };
    add("REGISTER without credentials", register(3600, false));
    add("REGISTER", register(3600, true));
    add("REGISTER, expires 0", register(0, true));
    let third = |expires_s| {
        received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, Body::ThirdPartyRegister { user: TO, expires_s }))
    };
    add("third-party REGISTER", third(600));
    add("third-party REGISTER, expires 0", third(0));
    add("SUBSCRIBE", received(PF, ask(PF, TO, Target::Function(CORE), Case::Done, Body::None)));
    let notify = |clients: &[FunctionId]| received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, reg_info(9, clients)));
    add("NOTIFY, client registered", notify(&[PHONE]));
    add("NOTIFY, nobody registered", notify(&[]));
    let pdu = ask(CORE, FROM, user, Case::Terminating, Body::Pager(pager().into()));
    add("MESSAGE without room", overloaded(CORE, pdu));
}

/// What the PF tells of deferred messages.
pub fn notice(kind: NoticeKind) -> Notice {
    let waiting = Waiting {
        uri_id: MESSAGE,
        from: Some(FROM),
        sent: SimTime::ZERO,
        bytes: 20,
        content: Content::Text,
        subject: 0,
        expires: SimTime::NEVER,
    };
    Notice { user: TO, round: 1, part: 1, parts: 1, kind, number: 1, list: [waiting].into() }
}

/// A session of which one end is the phone, by the owner of its INVITE: that of the last INVITE of the rig, if it sent one.
fn dialog<F>(rig: &Rig<F>, owner: FunctionId) -> Dialog {
    let mut invites = rig.asked.iter().rev().filter(|(_, pdu)| matches!(pdu, Pdu::Request(r) if r.method == Method::Invite));
    let own = invites.next().map(|(txn, _)| *txn).filter(|txn| txn.owner == owner);
    Dialog { invite: own.unwrap_or(TxnId { owner, slot: 90, generation: 0 }), client: PHONE, user: TO }
}

/// Notifications, pulls and pushes of deferred messages.
fn deferred<F>(rig: &Rig<F>, add: &mut impl FnMut(&str, Input)) {
    let contact = Target::Contact(TO, PHONE);
    let told = |kind| Body::Notice(Box::new(notice(kind)));
    add("MESSAGE deferred", received(CORE, ask(PF, TO, contact, Case::Done, told(NoticeKind::Waiting))));
    add("MESSAGE deferred, expired", received(CORE, ask(PF, TO, contact, Case::Done, told(NoticeKind::Expired))));
    let Pdu::Request(request) = ask(PF, TO, contact, Case::Done, told(NoticeKind::Waiting)) else { unreachable!("a request") };
    add("NOTIFY deferred", received(CORE, Pdu::Request(Request { method: Method::Notify, ..request })));
    let all = Body::Pull(Box::new(Pull { user: TO, client: PHONE, list: None }));
    add("INVITE pull", received(CORE, ask(PHONE, TO, Target::User(TO), Case::Originating, all)));
    let push = Body::PushSession { user: TO, client: PHONE };
    add("INVITE push", received(CORE, ask(PF, TO, contact, Case::Done, push)));
    for (whose, owner, target) in [("of a push", PF, contact), ("of a pull", PHONE, Target::User(TO))] {
        for method in [Method::Ack, Method::Bye, Method::Cancel] {
            let case = if owner == PF { Case::Done } else { Case::Originating };
            let Pdu::Request(request) = ask(owner, TO, target, case, Body::Session(dialog(rig, owner))) else {
                unreachable!("a request")
            };
            add(&format!("{} {whose}", method.name()), received(CORE, Pdu::Request(Request { method, ..request })));
        }
    }
    for (whose, owner) in [("of a push", PF), ("of a pull", PHONE)] {
        let send = Msrp::Send { dialog: dialog(rig, owner), transaction: 0, pager: Box::new(pager()) };
        add(&format!("MSRP SEND {whose}"), received(PF, Pdu::Msrp(send)));
    }
    let response = Msrp::Response { dialog: dialog(rig, PF), transaction: 0, about: MESSAGE, code: 200 };
    add("MSRP response", received(PHONE, Pdu::Msrp(response)));
    let pushed = || Box::new(notice(NoticeKind::Waiting));
    add("push submission", received(PF, Pdu::Push(Push::Submit { device: PHONE, by_sip_uri: false, notice: pushed() })));
    add("push", received(PUSH, Pdu::Push(Push::Message { device: PHONE, notice: pushed() })));
    for on in [true, false] {
        add(&format!("push connect: {on}"), received(PHONE, Pdu::Push(Push::Connect { device: PHONE, user: TO, on })));
    }
}

fn responses<F>(rig: &Rig<F>, add: &mut impl FnMut(&str, Input)) {
    let open = rig.asked.iter().rev().find(|(txn, _)| {
        rig.timers.iter().any(
            |(_, t)| matches!(t, Timer::TransactionEnd { slot, generation } if (*slot, *generation) == (txn.slot, txn.generation)),
        )
    });
    if let Some((_, pdu)) = open {
        let Pdu::Request(request) = pdu else { unreachable!("requests are kept") };
        for code in [200, 202, 401, 403, 408, 415, 480, 503] {
            let (_, response) = request.answer(code);
            add(&format!("{code} to its {}", pdu.name()), received(CORE, response));
        }
        if request.method == Method::Invite {
            for (name, code, reason) in [
                ("488, nothing waits", 488, Reason::Warning(Warning::NoMessages)),
                ("488", 488, Reason::None),
                ("503, later", 503, Reason::RetryAfter(5)),
            ] {
                add(&format!("{name} to its {}", pdu.name()), received(CORE, request.answer_for(code, reason).1));
            }
        }
    }
    // Of a transaction of its own that has ended: no slot has this generation.
    let owner = rig.id.unwrap_or_else(|| rig.asked.last().map_or(CORE, |(txn, _)| txn.owner));
    let Pdu::Request(request) = ask(owner, TO, Target::User(FROM), Case::Done, Body::Pager(pager().into())) else {
        unreachable!("a request was asked for")
    };
    let (_, Pdu::Response(response)) = request.answer(200) else { unreachable!("an answer is a response") };
    let late = Response { txn: TxnId { owner, slot: 0, generation: 99 }, ..response };
    add("200 that comes too late", received(CORE, Pdu::Response(late)));
    // Whoever reads it has taken his own Via off.
    let via = if rig.id == Some(CORE) { Via::of(PF) } else { Via::of(PF).with(CORE) };
    let pdu = Pdu::Response(Response { via, txn: TxnId { owner: PF, slot: 0, generation: 99 }, ..response });
    add("200 on its way to another", received(CORE, pdu));
}

/// The storage operation that it asked for last, or one it never asked for.
fn appended_tag<F: Function + Clone>(rig: &Rig<F>) -> u32 {
    let asked = rig.sent.iter().rev().find_map(|(_, pdu)| match pdu {
        Pdu::Imap(Imap::Append { tag, .. }) => Some(*tag),
        _ => None,
    });
    asked.unwrap_or(1)
}

fn plant(tag: u32, add: &mut impl FnMut(&str, Input)) {
    let about = MESSAGE;
    for (name, from, map) in [
        ("SRI-SM", IWF, Map::SriSm { user: TO, sc: IWF, invoke: 1, about }),
        ("SRI-SM ack", HLR, Map::SriSmAck { invoke: 1, result: Routing::At(Nodes::only(SmsDomain::Cs, MSC)), about }),
        ("SRI-SM absentSubscriber", HLR, Map::SriSmAck { invoke: 1, result: Routing::AbsentSubscriber, about }),
        ("MT-FORWARD-SM", IWF, Map::MtForwardSm { sms: sms(), invoke: 1 }),
        ("MT-FORWARD-SM ack", MSC, Map::MtForwardSmAck { invoke: 1, result: MtResult::Ok, about }),
        (
            "MT-FORWARD-SM absentSubscriber",
            MSC,
            Map::MtForwardSmAck { invoke: 1, result: MtResult::Absent(Absence::NoPagingResponse), about },
        ),
        ("REPORT-SM-DELIVERY-STATUS, failure", IWF, report(SmsDomain::Cs, Outcome::Absent)),
        ("REPORT-SM-DELIVERY-STATUS, success", IWF, report(SmsDomain::Cs, Outcome::Success)),
        ("READY-FOR-SM", MSC, Map::ReadyForSm { user: TO, domain: SmsDomain::Cs, reason: Ready::Present }),
        ("REPORT-SM-DELIVERY-STATUS, memory", IWF, report(SmsDomain::Cs, Outcome::MemoryFull)),
        ("REPORT-SM-DELIVERY-STATUS, UNRI", IWF, report(SmsDomain::Ims, Outcome::Absent)),
        ("messageWaitingListFull", HLR, Map::WaitingListFull { user: TO, about }),
        ("INFORM-SERVICE-CENTRE", HLR, Map::InformSc { user: TO, listed: true, flags: Flags::default(), about }),
        ("MT-FORWARD-SM memory", MSC, Map::MtForwardSmAck { invoke: 1, result: MtResult::MemoryFull, about }),
        ("MT-FORWARD-SM busy", MSC, Map::MtForwardSmAck { invoke: 1, result: MtResult::Busy, about }),
        ("READY-FOR-SM, memory", MSC, Map::ReadyForSm { user: TO, domain: SmsDomain::Cs, reason: Ready::MemoryAvailable }),
        ("PURGE-MS", MSC, Map::Purge { user: TO, domain: SmsDomain::Cs }),
        ("ALERT-SERVICE-CENTRE", HLR, Map::AlertSc { user: TO }),
        ("ALERT-SERVICE-CENTRE ack", IWF, Map::AlertScAck { user: TO }),
        ("UPDATE-LOCATION", MSC, Map::UpdateLocation { user: TO, domain: SmsDomain::Cs, node: MSC }),
    ] {
        add(name, hand(from, map));
    }
    for (name, from, nas) in [
        ("location update", PHONE, Nas::LocationUpdate { user: TO }),
        ("IMSI detach", PHONE, Nas::ImsiDetach { user: TO }),
        ("paging", MSC, Nas::Page { user: TO, paging: 1, about }),
        ("paging response", PHONE, Nas::PageResponse { user: TO, paging: 1, about }),
        ("SMS-DELIVER", MSC, Nas::SmsDeliver { sms: sms(), paging: 1 }),
        ("RP-ERROR memory", PHONE, Nas::SmsError { user: TO, paging: 1, about }),
        ("RP-SMMA", PHONE, Nas::MemoryAvailable { user: TO }),
        ("RP-ACK", PHONE, Nas::SmsAck { user: TO, paging: 1, about }),
    ] {
        add(name, received(from, Pdu::Nas(nas)));
    }
    let (user, reference) = (TO, 1);
    for (name, from, sc) in [
        ("SMS-SUBMIT", IWF, Sc::Submit(submission(2))),
        ("SMS-SUBMIT-REPORT", SMSC, Sc::SubmitReport { user, reference, about, accepted: true }),
        ("SMS-SUBMIT-REPORT congestion", SMSC, Sc::SubmitReport { user, reference, about, accepted: false }),
        ("SMS-STATUS-REPORT received", SMSC, Sc::StatusReport { user, reference, about, status: SmStatus::Received }),
        (
            "SMS-STATUS-REPORT validity expired",
            SMSC,
            Sc::StatusReport { user, reference, about, status: SmStatus::ValidityExpired },
        ),
        ("SMS-COMMAND delete", IWF, Sc::Delete { user, reference, about }),
        ("SMS-COMMAND report", SMSC, Sc::DeleteReport { user, reference, about, deleted: true }),
        ("SMS-COMMAND report, not deleted", SMSC, Sc::DeleteReport { user, reference, about, deleted: false }),
        ("alert_notification", SMSC, Sc::AlertNotification { user }),
    ] {
        add(name, received(from, Pdu::Sc(sc)));
    }
    add("SMS-SUBMIT without room", overloaded(IWF, Pdu::Sc(Sc::Submit(submission(2)))));
    let cancel = Body::IwEvent(IwEvent::CancelIw { user, message: about, attempt: 1 });
    add("MESSAGE cancel-iw", received(ISF, ask(PF, TO, Target::User(TO), Case::Done, cancel)));
    add("IMAP APPEND", imap(PF, Imap::Append { object: object(), tag: 1 }));
    add("IMAP OK APPENDUID", imap(MSS, Imap::Appended { message: about, owner: TO, tag, uid: Some(1) }));
    add("IMAP NO", imap(MSS, Imap::Appended { message: about, owner: TO, tag, uid: None }));
    add("IMAP FETCH", imap(PHONE, Imap::Sync { owner: TO, device: PHONE, after: 0, tag: 1 }));
    add("IMAP OK FETCH", imap(MSS, Imap::Synced { owner: TO, device: PHONE, tag: 1, last: 1, objects: [object()].into() }));
    let pdu = Pdu::Map(Map::SriSm { user: TO, sc: ISF, invoke: 7, about });
    add("MAP without room", overloaded(ISF, pdu));
}
