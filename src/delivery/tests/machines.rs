//! The machines and their states, each reached by a few inputs.

use std::sync::Arc;

use super::Rig;
use super::inputs::{ask, hand, nas, object, pager, received, reg_info, registration};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::cpm::{
    Client, ClientSetup, Devices, FlowSetup, Isf, Iwf, IwfSetup, Mss, MssSetup, Pf, PfSetup, Reaching, SyncSetup,
};
use crate::delivery::ims::{Core, CoreSetup, Home};
use crate::delivery::policy::{Actions, Conditions, Hours, MediaName, NO_ACTION, Policy, ProviderPolicy, Rule, ServiceName};
use crate::delivery::profile::Axes;
use crate::delivery::sms::{Hlr, HlrSetup, Msc, MscSetup};
use crate::delivery::{
    Access, Answer, Body, Capabilities, Case, Dispositions, Domain, Function, FunctionId, Imap, Input, Map, MtResult, Nas, Nodes,
    Outcome, Pager, Ready, Routing, Rules, SmsDomain, Target, UserId, axes,
};
use crate::units::{SimTime, Span};

pub const CORE: FunctionId = FunctionId(0);
pub const PF: FunctionId = FunctionId(1);
pub const ISF: FunctionId = FunctionId(2);
pub const IWF: FunctionId = FunctionId(3);
pub const HLR: FunctionId = FunctionId(4);
pub const MSC: FunctionId = FunctionId(5);
pub const MSS: FunctionId = FunctionId(6);
/// The recipient's devices, the first of them the Primary Device, and the sender's.
pub const PHONE: FunctionId = FunctionId(7);
pub const TABLET: FunctionId = FunctionId(8);
pub const SENDER: FunctionId = FunctionId(9);
pub const PUSH: FunctionId = FunctionId(10);

pub const TO: UserId = UserId(0);
pub const FROM: UserId = UserId(1);

pub fn name(id: FunctionId) -> &'static str {
    ["core", "PF", "ISF", "IWF", "HLR", "MSC", "store", "phone", "tablet", "sender", "push enabler"][id.0 as usize]
}

pub type States<F> = Vec<(&'static str, Rig<F>)>;

fn behaviour() -> Behaviour {
    let mut chosen = Axes::default();
    assert!(chosen.set(axes::DEFERRED_MODE, "auto-push"));
    Behaviour::of(&chosen, Rules::ALL)
}

/// The same where the messages of a pull come in its session, which the PF closes.
fn in_session() -> Behaviour {
    let mut chosen = Axes::default();
    for (axis, value) in [(axes::DEFERRED_MODE, "auto-push"), (axes::PULL_TRANSPORT, "in-session"), (axes::PULL_TEARDOWN, "pf")] {
        assert!(chosen.set(axis, value));
    }
    Behaviour::of(&chosen, Rules::ALL)
}

fn homes() -> Arc<[Home]> {
    [Home { core: CORE, pf: PF, gateway: None }; 2].into()
}

pub const SECOND: Answer = Answer::Span(Span::from_secs(1));

/// The state after one more step.
pub fn then<F: Function + Clone>(rig: &Rig<F>, step: impl FnOnce(&mut Rig<F>)) -> Rig<F> {
    let mut rig = rig.clone();
    step(&mut rig);
    rig
}

/// Reviewed row by row against RFC 3261 10.3, 16.3 to 16.7 and 22, RFC 3680, RFC 4320 4.2 and the statements on routing. No run
/// meets an undefined pair. Nor does one meet an answer of the PF other than 200 and 503, or a refusal by a client: those rows say
/// what the RFCs ask for, but that a lone 503 of a branch goes back as it is (16.7 would have 500), and that what the PF refuses
/// is told again whatever the code.
pub fn core() -> States<Core> {
    let setup = CoreSetup { flow_keepalive: Some(Span::from_secs(120)), ..CoreSetup::plain(CORE, homes()) };
    let none = Rig::new(Core::new(setup, behaviour())).named(CORE);
    let bind = |rig: &mut Rig<Core>, client| {
        rig.tell(received(client, ask(client, TO, Target::Function(CORE), Case::Originating, registration(client, 3600, true))));
    };
    let bound = then(&none, |rig| bind(rig, PHONE));
    let told = then(&bound, |rig| {
        rig.answer(SECOND);
        rig.expire("NotifyDue");
        rig.tell(received(PF, ask(PF, TO, Target::Function(CORE), Case::Done, Body::None)));
    });
    let forking = then(&told, |rig| {
        bind(rig, TABLET);
        rig.answer(SECOND);
        rig.tell(received(PF, ask(PF, FROM, Target::User(TO), Case::Done, Body::Pager(pager().into()))));
    });
    let one_left = then(&forking, |rig| drop(rig.tell(super::inputs::final_response(rig, 480))));
    let forked = then(&forking, |rig| drop(rig.tell(super::inputs::final_response(rig, 200))));
    let refused = then(&told, |rig| drop(rig.tell(super::inputs::final_response(rig, 503))));
    let failed = then(&told, |rig| rig.expire("FlowEnd"));
    let sender = then(&none, |rig| {
        let registers = registration(SENDER, 3600, true);
        rig.tell(received(SENDER, ask(SENDER, FROM, Target::Function(CORE), Case::Originating, registers)));
    });
    vec![
        ("no binding", none),
        ("a binding of the sender", sender),
        ("a binding nobody was told of", bound),
        ("a binding, the PF told and subscribed", told),
        ("a notification was refused", refused),
        ("a binding whose flow has failed", failed),
        ("a fork under way", forking),
        ("a fork, one branch refused", one_left),
        ("a fork, one branch successful", forked),
    ]
}

/// Reviewed row by row against RFC 3261 8.1.3, 10.2, 13, 15, 17.1.3 and 22.1, RFC 5438 7 and the statements on clients. No run meets
/// an undefined pair. SIP and IMAP reach a device that is connected, paging and short messages one that is attached: what the table
/// says of them in other states no run meets. One that is connected but not registered answers what comes by an older binding, and
/// reports by it.
pub fn client() -> States<Client> {
    let setup = ClientSetup {
        behaviour: in_session(),
        primary: true,
        core: CORE,
        capabilities: Capabilities::FULL,
        msc: Some(MSC),
        sgsn: None,
        periodic: [None; 2],
        expires: Span::from_secs(3600),
        retry_base: Span::from_secs(30),
        retry_max: Span::from_secs(1800),
        flow: Some(FlowSetup { every: Span::from_secs(120), stun: true }),
        dedupe_window: Span::from_secs(86_400),
        sync: Some(SyncSetup { mss: MSS, limit: Span::from_secs(32), window: Span::from_secs(86_400) }),
        limit: Span::from_secs(128),
        push: Some(PUSH),
        pull_backoff: Span::from_secs(5),
    };
    let away = Rig::new(Client::new(PHONE, TO, std::sync::Arc::new(setup))).named(PHONE);
    let sms = then(&away, |rig| drop(rig.tell(Input::Access(Access::SmsAttached(Domain::Cs)))));
    let preparing = then(&sms, |rig| drop(rig.tell(Input::Access(Access::Connected { register: true }))));
    let due = then(&preparing, |rig| rig.answer(SECOND));
    let asking = then(&preparing, |rig| rig.answer(Answer::Span(Span::ZERO)));
    let challenged = then(&asking, |rig| drop(rig.tell(super::inputs::final_response(rig, 401))));
    let refused = then(&asking, |rig| drop(rig.tell(super::inputs::final_response(rig, 403))));
    let unsent = then(&asking, |rig| drop(rig.tell(super::inputs::compose())));
    let registered = then(&asking, |rig| drop(rig.tell(super::inputs::final_response(rig, 200))));
    let refreshing = then(&registered, |rig| rig.expire("RefreshDue"));
    let sent = then(&registered, |rig| drop(rig.tell(super::inputs::compose())));
    let registered_again = registered.clone();
    let has = then(&registered, |rig| {
        drop(rig.tell(received(CORE, ask(CORE, FROM, Target::Contact(TO, PHONE), Case::Done, Body::Pager(pager().into())))))
    });
    let synchronised = then(&registered, |rig| {
        let answer = Imap::Synced { owner: TO, device: PHONE, tag: 1, last: 0, objects: [].into() };
        rig.tell(super::inputs::imap(MSS, answer));
    });
    let waits = then(&synchronised, |rig| rig.answer(SECOND));
    let shown = then(&registered, |rig| {
        let dispositions = Dispositions { positive: true, negative: true, display: true };
        let pager = Pager { dispositions, ..pager() };
        rig.tell(received(CORE, ask(CORE, FROM, Target::Contact(TO, PHONE), Case::Done, Body::Pager(pager.into()))));
    });
    let to_open = then(&shown, |rig| rig.answer(SECOND));
    let quiet = then(&registered, |rig| rig.answer(Answer::Thousandths(900)));
    let pinged = then(&quiet, |rig| rig.expire("KeepAlive"));
    let gone = then(&to_open, |rig| drop(rig.tell(Input::Access(Access::Gone))));
    let mut states = vec![
        ("away", away),
        ("attached for SMS", sms),
        ("preparing to register", preparing),
        ("due to register", due),
        ("registering", asking),
        ("registering with credentials", challenged),
        ("refused its registration", refused),
        ("registering, a message waits to be sent", unsent),
        ("registered", registered),
        ("has read the store", synchronised),
        ("waits to read the store again", waits),
        ("refreshing its binding", refreshing),
        ("waiting for the answer to a keep-alive", pinged),
        ("waiting for the answer to a message", sent),
        ("has received a message", has),
        ("has received a message whose display is to be reported", shown),
        ("its user is about to open a message", to_open),
        ("away, its user about to open a message", gone),
    ];
    states.extend(super::deferring::pulling(&registered_again));
    states
}

fn pf_setup() -> PfSetup {
    let devices = Devices { first: PHONE, kinds: vec![0, 1, 0], first_of: vec![PHONE, SENDER] };
    PfSetup {
        isf: Some(ISF),
        provider: ProviderPolicy { interworking: true, ..ProviderPolicy::default() },
        mss: Some(MSS),
        ..PfSetup::plain(PF, CORE, devices)
    }
}

/// A PF of 2015 whose user has one rule, with hours if they are given, and one registered client, and a message for him.
fn under(actions: Actions, hours: Option<Vec<Hours>>) -> Rig<Pf> {
    let conditions = Conditions {
        services: Some(vec![ServiceName::Enabler]),
        media: Some(vec![MediaName::StandaloneMessage]),
        hours,
        ..Conditions::default()
    };
    let policy = Policy { rules: vec![Rule { conditions, actions }], ..Policy::default() };
    let policies = Arc::from([Policy::default(), policy]);
    let mut rig = Rig::new(Pf::new(PfSetup { policies, policy_of: Arc::from([1, 0]), ..pf_setup() }, behaviour()));
    rig.tell(received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, reg_info(1, &[PHONE]))));
    rig.tell(received(CORE, ask(CORE, FROM, Target::User(TO), Case::Terminating, Body::Pager(pager().into()))));
    rig
}

/// Reviewed row by row against the statements on delivery, policy, storage, notifications and interworking, and TS 29.002 23.4 where
/// the gateway speaks. No run meets an undefined pair: results come after the hand-over, and of messages that were handed over.
pub fn pf() -> States<Pf> {
    let message = |rig: &mut Rig<Pf>| {
        drop(rig.tell(received(CORE, ask(CORE, FROM, Target::User(TO), Case::Terminating, Body::Pager(pager().into())))))
    };
    let none = Rig::new(Pf::new(pf_setup(), behaviour()));
    let known = then(&none, |rig| {
        rig.tell(received(
            CORE,
            ask(CORE, TO, Target::Function(PF), Case::Done, Body::ThirdPartyRegister { user: TO, expires_s: 600 }),
        ));
        rig.tell(received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, reg_info(1, &[PHONE]))));
    });
    let attempting = then(&known, message);
    let handed = then(&none, message);
    let failed = |rig: &mut Rig<Pf>| {
        rig.tell(super::inputs::final_response(rig, 202));
        rig.tell(received(IWF, ask(IWF, TO, Target::Function(PF), Case::Done, Body::IwEvent(super::inputs::failed_iw()))));
    };
    let deferred = then(&handed, failed);
    let waiting = then(&deferred, |rig| {
        rig.tell(received(IWF, ask(IWF, TO, Target::Function(PF), Case::Done, Body::IwEvent(super::inputs::ready_for_sms()))));
    });
    let relaying = then(&none, |rig| {
        rig.tell(received(CORE, ask(SENDER, FROM, Target::User(TO), Case::Originating, Body::Pager(pager().into()))));
    });
    let delivered = then(&attempting, |rig| drop(rig.tell(super::inputs::final_response(rig, 200))));
    let both_known = then(&known, |rig| {
        rig.tell(received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, reg_info(2, &[PHONE, TABLET]))));
    });
    let one_refused = then(&both_known, |rig| {
        message(rig);
        rig.tell(super::inputs::final_response(rig, 480));
    });
    let repeating = then(&attempting, |rig| drop(rig.tell(super::inputs::final_response(rig, 500))));
    let full = then(&attempting, |rig| {
        rig.tell(super::inputs::final_response(rig, 503));
        rig.answer(Answer::Thousandths(1000));
    });
    let pushing = then(&deferred, |rig| {
        rig.tell(received(CORE, ask(CORE, TO, Target::Function(PF), Case::Done, reg_info(3, &[PHONE]))));
    });
    let evening = vec![Hours::Once { from: SimTime::ZERO, to: SimTime::ZERO + Span::from_secs(3600) }];
    let undisturbed = Actions { do_not_disturb: true, ..NO_ACTION };
    let both = Actions { deliver_and_interwork: true, do_not_disturb: true, ..NO_ACTION };
    vec![
        ("knows of no client", none),
        ("do-not-disturb holds a message", under(undisturbed, Some(evening))),
        ("a rule defers a message", under(Actions { defer: true, ..NO_ACTION }, None)),
        ("a message goes to the store", under(Actions { store: true, ..NO_ACTION }, None)),
        ("a message went by SMS and is held as well", under(both, None)),
        ("one of two clients has refused", one_refused),
        ("a request waits to be repeated", repeating),
        ("a deferred message is pushed", pushing),
        ("knows a registered client", known),
        ("a message is under way to a client", attempting),
        ("a message met a full Core", full),
        ("a message is handed over to the ISF", handed),
        ("a message is deferred after a failed SMS", deferred),
        ("a message waits for IP", waiting),
        ("a message of its user is relayed", relaying),
        ("a message is delivered", delivered),
    ]
}

/// Reviewed row by row; no run meets an undefined pair.
pub fn isf() -> States<Isf> {
    vec![("serving", Rig::new(Isf::new(ISF, IWF)).named(ISF))]
}

/// Reviewed row by row against IW15-6.7.5.2 and TS 29.002 23.3 and 23.4. No run meets an undefined pair: the result of a
/// forwarding comes after the forwarding, and a notification is refused by the ISF. The PF answers 200 or 503: that other refusals
/// are told again is no more than the table says. Whether an SMS of the user failed before an alert the home register knows; the
/// gateway does not ask itself, since the alert may overtake the answer that says so.
pub fn iwf() -> States<Iwf> {
    let setup = IwfSetup {
        id: IWF,
        hlr: HLR,
        homes: homes(),
        map_guard: Span::from_secs(30),
        forward_guard: Span::from_secs(300),
        reaching: Reaching { domains: vec![SmsDomain::Ims, SmsDomain::Cs], ..Reaching::default() },
        limit: Span::from_secs(32),
    };
    let idle = Rig::new(Iwf::new(setup)).named(IWF);
    let enquiring =
        then(&idle, |rig| drop(rig.tell(received(ISF, ask(ISF, FROM, Target::User(TO), Case::Done, Body::Pager(pager().into()))))));
    let forwarded = then(&enquiring, |rig| {
        rig.tell(hand(
            HLR,
            Map::SriSmAck { invoke: 1, result: Routing::At(Nodes::only(SmsDomain::Cs, MSC)), about: pager().message },
        ));
    });
    let reporting = then(&forwarded, |rig| {
        rig.tell(hand(MSC, Map::MtForwardSmAck { invoke: 1, result: MtResult::Ok, about: pager().message }));
    });
    let untold = then(&reporting, |rig| drop(rig.tell(super::inputs::final_response(rig, 503))));
    let failed = then(&forwarded, |rig| rig.expire("MapGuard"));
    let alerted = then(&idle, |rig| drop(rig.tell(hand(HLR, Map::AlertSc { user: TO }))));
    let reacting = then(&alerted, |rig| rig.answer(SECOND));
    vec![
        ("idle", idle),
        ("asks for routing", enquiring),
        ("a short message is forwarded", forwarded),
        ("reports to the PF", reporting),
        ("the PF had no room for the report", untold),
        ("has given a short message up", failed),
        ("alerted", alerted),
        ("reacts to an alert", reacting),
    ]
}

pub fn hlr() -> States<Hlr> {
    let setup = HlrSetup { id: HLR, mwd_max: 1, alert_repeats: 1, alert_every: Span::from_secs(60), users: 2 };
    let unknown = Rig::new(Hlr::new(setup, behaviour()));
    let located =
        then(&unknown, |rig| drop(rig.tell(hand(MSC, Map::UpdateLocation { user: TO, domain: SmsDomain::Cs, node: MSC }))));
    let waiting = then(&located, |rig| {
        rig.tell(hand(IWF, super::inputs::report(SmsDomain::Cs, Outcome::Absent)));
    });
    let back = then(&waiting, |rig| {
        drop(rig.tell(hand(MSC, Map::ReadyForSm { user: TO, domain: SmsDomain::Cs, reason: Ready::Present })))
    });
    let pending = then(&back, |rig| rig.answer(SECOND));
    let alerting = then(&pending, |rig| rig.expire("AlertDue"));
    vec![
        ("subscriber not located", unknown),
        ("subscriber located", located),
        ("absent, a service centre waits", waiting),
        ("back, the delay of the alert is asked for", back),
        ("an alert is due", pending),
        ("an alert goes out", alerting),
    ]
}

pub fn msc() -> States<Msc> {
    let setup = MscSetup {
        id: MSC,
        hlr: HLR,
        domain: Domain::Cs,
        implicit_detach: Some(Span::from_secs(3600)),
        purge_after: Some(Span::from_secs(86400)),
        transfers: Some(1),
        paging_timeout: Span::from_secs(5),
        paging_attempts: 3,
        phones: vec![Some(PHONE), Some(SENDER)],
    };
    let unknown = Rig::new(Msc::new(setup));
    let attached = then(&unknown, |rig| drop(rig.tell(nas(Nas::LocationUpdate { user: TO }))));
    let detached = then(&attached, |rig| drop(rig.tell(nas(Nas::ImsiDetach { user: TO }))));
    let forward = super::inputs::forward;
    let missed = then(&detached, |rig| drop(rig.tell(forward())));
    let paging = then(&attached, |rig| drop(rig.tell(forward())));
    let answered = then(&paging, |rig| drop(rig.tell(nas(Nas::PageResponse { user: TO, paging: 1, about: pager().message }))));
    let transfer = then(&answered, |rig| rig.answer(SECOND));
    let acking = then(&transfer, |rig| rig.expire("MtTransfer"));
    vec![
        ("subscriber not known", unknown),
        ("attached", attached),
        ("detached", detached),
        ("not reachable, MNRF set", missed),
        ("paging", paging),
        ("page answered", answered),
        ("transfer of a short message", transfer),
        ("waits for the acknowledgement", acking),
    ]
}

/// Reviewed row by row against the statements on storage. No run meets an undefined pair, or an operation while the question of
/// another is open: the answer comes first. A store without room says no to APPEND and nothing to FETCH, whose client asks again
/// later.
pub fn mss() -> States<Mss> {
    let empty = Rig::new(Mss::new(MssSetup { id: MSS, clients: [2, 1].into() }, behaviour())).named(MSS);
    let writing = then(&empty, |rig| drop(rig.tell(super::inputs::imap(PF, Imap::Append { object: object(), tag: 1 }))));
    let holding = then(&writing, |rig| rig.answer(Answer::Yes(false)));
    vec![("empty", empty), ("writing an object", writing), ("holds an object", holding)]
}
