//! The suite of the Participating Function: it is told one thing at a time and its answers are looked at.
//!
//! The rig plays everybody else: it takes what the PF sends, keeps its timers, and checks of every copy that it is made before it
//! ends and ends once.

pub(crate) mod answers;
mod capacity;
pub(crate) mod drafts;
pub(crate) mod events;
pub(crate) mod holding;
pub(crate) mod latest;
pub(crate) mod notifying;
pub(crate) mod own;
pub(crate) mod pulling;
pub(crate) mod responses;
pub(crate) mod restart;
pub(crate) mod sessions;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Devices, Pf, PfSetup};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::policy::{
    Actions, Conditions, ForwardTo, MediaName, Policy, PreferenceProfile, ProviderPolicy, Rule, ServiceName, Users,
};
use crate::delivery::profile::{Axes, AxisId, Profile};
use crate::delivery::suite::Case as SuiteCase;
use crate::delivery::{
    Body, Capabilities, Case, Contact, ContactEvent, Content, CopyId, Disposition, Dispositions, Fate, Function, FunctionId, Icsi,
    Imap, Imdn, Indications, Input, IwEvent, Method, Milestone, Object, Outbox, Output, Pager, Pdu, Reason, RegInfo, Request,
    Response, Rules, Tag, Target, Timer, TimerToken, TxnId, UserId, Version, Via,
};
use crate::units::{SimTime, Span};

/// All cases, for the table of survivors.
pub(crate) fn cases() -> impl Iterator<Item = &'static SuiteCase> {
    let all = [
        answers::CASES,
        capacity::CASES,
        drafts::CASES,
        events::CASES,
        holding::CASES,
        latest::CASES,
        notifying::CASES,
        own::CASES,
        pulling::CASES,
        responses::CASES,
        restart::CASES,
        sessions::CASES,
    ];
    all.into_iter().flatten()
}

const CORE: FunctionId = FunctionId(0);
const PF: FunctionId = FunctionId(1);
const ISF: FunctionId = FunctionId(2);
const MSS: FunctionId = FunctionId(3);
const ORIGIN: FunctionId = FunctionId(4);

/// The recipient, with three devices; the first is the Primary Device.
const TO: UserId = UserId(0);
/// The sender.
const FROM: UserId = UserId(1);
/// To whom messages are forwarded.
const OTHER: UserId = UserId(2);

/// A device of the recipient, from 0 to 2.
const fn device(n: u32) -> FunctionId {
    FunctionId(10 + n)
}

/// A PF and all who talk to it.
struct Rig {
    pf: Pf,
    out: Outbox,
    now: SimTime,
    timers: Vec<(TimerToken, Timer, SimTime)>,
    copies: BTreeMap<u32, Option<Fate>>,
    registrations: u32,
}

/// What the PF did at one input.
struct Said(Vec<Output>);

/// Axes that differ from those of the profile.
type Set<'a> = &'a [(AxisId, &'a str)];

impl PfSetup {
    /// A PF for tests that serves the users of `devices`: no ISF, no store, policies that say nothing.
    pub(crate) fn plain(id: FunctionId, core: FunctionId, devices: Devices) -> PfSetup {
        PfSetup {
            id,
            core,
            isf: None,
            provider: ProviderPolicy::default(),
            policies: Arc::from([Policy::default()]),
            policy_of: devices.first_of.iter().map(|_| 0).collect(),
            devices: Arc::new(devices),
            forward_hops: 3,
            optional_warning: true,
            mss: None,
            content_store_over: 1000,
            server_retry: Span::from_secs(3),
            responses: crate::delivery::responses::Responses::default(),
            wait_ip: Span::from_secs(60),
            expiry: Span::from_secs(86_400),
            push_gap: Span::ZERO,
            max_queue: None,
            handover_limit: 3,
            reject_code: 480,
            limit: Span::from_secs(32),
            deferred: crate::delivery::cpm::DeferredSetup::default(),
        }
    }
}

fn setup() -> PfSetup {
    let first_of = vec![device(0), FunctionId(13), FunctionId(14)];
    let devices = Devices { first: device(0), kinds: vec![0, 1, 2, 0, 0], first_of };
    PfSetup { mss: Some(MSS), ..PfSetup::plain(PF, CORE, devices) }
}

impl Rig {
    fn new(rules: Rules, profile: Profile, set: Set, change: impl FnOnce(&mut PfSetup)) -> Rig {
        let mut axes = Axes::of(profile);
        // Most of the suite is about what the PF does by itself; the cases of notification and pull say so.
        assert!(axes.set(AxisId::named("deferred-mode").expect("an axis"), "auto-push"));
        for (axis, value) in set {
            assert!(axes.set(*axis, value), "{} has no value {value}", axis.info().name);
        }
        let mut setup = setup();
        change(&mut setup);
        Rig {
            pf: Pf::new(setup, Behaviour::of(&axes, rules)),
            out: Outbox::under(rules),
            now: SimTime::ZERO,
            timers: Vec::new(),
            copies: BTreeMap::new(),
            registrations: 0,
        }
    }

    /// A PF of 2015 whose recipient has this policy, and is registered with these devices.
    fn latest(rules: Rules, policy: Policy, devices: &[u32]) -> Rig {
        let mut rig = Rig::new(rules, Profile::Latest, &[], |s| with(s, policy));
        rig.register(devices);
        rig
    }

    fn tell(&mut self, input: Input) -> Said {
        self.now = self.now.saturating_add(Span::from_millis(1));
        self.pf.handle(self.now, input, &mut self.out);
        let outputs = self.out.take();
        for output in &outputs {
            match output {
                Output::SetTimer { token, timer, after } => self.timers.push((*token, *timer, self.now.saturating_add(*after))),
                Output::CancelTimer { token } => self.end_timer(*token),
                Output::Milestone(_, Milestone::CopyMade { copy, .. }) => {
                    assert!(self.copies.insert(copy.0, None).is_none(), "a copy is made once");
                }
                Output::Milestone(_, Milestone::CopyEnd { copy, fate, .. }) => {
                    let open = self.copies.get_mut(&copy.0).expect("a copy is made before it ends");
                    assert!(open.replace(*fate).is_none(), "a copy ends once: {copy:?}");
                }
                _ => {}
            }
        }
        Said(outputs)
    }

    fn end_timer(&mut self, token: TimerToken) {
        self.timers.retain(|(running, ..)| *running != token);
        self.out.tokens().retire(token);
    }

    fn receive(&mut self, from: FunctionId, pdu: Pdu) -> Said {
        self.tell(Input::Received { from, at: self.now, pdu })
    }

    /// The first timer that this is true of ends; the clock goes on to it.
    fn fire(&mut self, which: impl Fn(&Timer) -> bool) -> Said {
        let (token, timer, at) = *self.timers.iter().find(|(_, timer, _)| which(timer)).expect("such a timer runs");
        assert!(self.pf.waits_for(token, timer), "a timer runs for something: {timer:?}");
        self.now = self.now.max(at);
        self.end_timer(token);
        self.tell(Input::Expired(timer))
    }

    fn runs(&self, which: impl Fn(&Timer) -> bool) -> bool {
        self.timers.iter().any(|(_, timer, _)| which(timer))
    }

    /// The registration state of the recipient: these devices, of which those that were not there before have just registered.
    fn register(&mut self, devices: &[u32]) -> Said {
        let contact = |n: &u32| Contact {
            client: device(*n),
            active: true,
            event: ContactEvent::Registered,
            primary: *n == 0,
            capabilities: Capabilities::FULL,
        };
        self.register_as(devices.iter().map(contact).collect())
    }

    fn register_as(&mut self, contacts: Box<[Contact]>) -> Said {
        self.registrations += 1;
        let body = Body::RegInfo(RegInfo { user: TO, version: self.registrations, full: true, contacts });
        let pdu = Pdu::Request(self.request(Method::Notify, Case::Done, Target::Function(PF), body));
        self.receive(CORE, pdu)
    }

    fn request(&self, method: Method, case: Case, target: Target, body: Body) -> Request {
        Request {
            method,
            txn: TxnId { owner: ORIGIN, slot: 0, generation: 0 },
            via: Via::of(ORIGIN).with(CORE),
            target,
            case,
            from: FROM,
            icsi: Icsi::Msg,
            max_forwards: 60,
            target_address: None,
            body,
        }
    }

    /// A message of 100 bytes for the recipient that asks for every report.
    fn pager(&mut self) -> Pager {
        let message = self.out.mint_message();
        let copy = self.out.mint_copy();
        self.copies.insert(copy.0, None);
        Pager {
            copy,
            bytes: 100,
            dispositions: Dispositions { positive: true, negative: true, display: true },
            indications: Indications { subject: 12, conversation: 7, contribution: 9, ..Indications::default() },
            ..Pager::plain(message, FROM, TO)
        }
    }

    /// The message comes to the PF.
    fn send(&mut self, pager: Pager) -> Said {
        let request = self.request(Method::Message, Case::Terminating, Target::User(TO), Body::Pager(Box::new(pager)));
        self.receive(CORE, Pdu::Request(request))
    }

    /// A plain message comes.
    fn message(&mut self) -> Said {
        let pager = self.pager();
        self.send(pager)
    }

    /// The far side answers a request of the PF. The copy in it ends where it was taken or refused.
    fn answer(&mut self, request: &Request, code: u16, reason: Reason) -> Said {
        if let Body::Pager(pager) = &request.body {
            let fate = if code < 300 { Fate::Delivered } else { Fate::Refused(code) };
            let open = self.copies.get_mut(&pager.copy.0).expect("a copy is made before it is sent");
            open.get_or_insert(fate);
        }
        let (to, response) = request.answer_for(code, reason);
        assert_eq!(to, PF, "the PF sent it for itself");
        self.receive(CORE, response)
    }

    fn ok(&mut self, request: &Request) -> Said {
        self.answer(request, 200, Reason::None)
    }

    /// The message store answers the only operation in `said`.
    fn appended(&mut self, said: &Said, written: bool) -> Said {
        let (object, tag) = said.appends()[0];
        if let Some(copy) = object.copy {
            let fate = if written { Fate::Stored } else { Fate::Refused(500) };
            *self.copies.get_mut(&copy.0).expect("a copy is made before it is sent") = Some(fate);
        }
        let Object { message, owner, .. } = object;
        self.receive(MSS, Pdu::Imap(Imap::Appended { message, owner, tag, uid: written.then_some(1) }))
    }

    fn event(&mut self, event: IwEvent) -> Said {
        let request = self.request(Method::Message, Case::Done, Target::Function(PF), Body::IwEvent(event));
        self.receive(ISF, Pdu::Request(request))
    }

    /// Copies that the PF holds: made, without an end, and not under way.
    fn held(&self, sent: &[&Request]) -> usize {
        let under_way = |copy: u32| sent.iter().any(|r| matches!(&r.body, Body::Pager(p) if p.copy == CopyId(copy)));
        self.copies.iter().filter(|(copy, end)| end.is_none() && !under_way(**copy)).count()
    }
}

impl Said {
    /// Messages sent to the core or the ISF.
    fn messages_to(&self, function: FunctionId) -> Vec<Request> {
        let sent = self.0.iter().filter_map(|o| match o {
            Output::Send { to, pdu: Pdu::Request(r) } if *to == function && matches!(r.body, Body::Pager(_)) => Some(r.clone()),
            _ => None,
        });
        sent.collect()
    }

    fn legs(&self) -> Vec<Request> {
        self.messages_to(CORE)
    }

    /// The one message sent to the core.
    fn leg(&self) -> Request {
        let legs = self.legs();
        assert_eq!(legs.len(), 1, "one MESSAGE leaves the PF: {:?}", self.0);
        legs[0].clone()
    }

    fn handed(&self) -> Vec<Request> {
        self.messages_to(ISF)
    }

    /// What the originator is answered.
    fn answers(&self) -> Vec<(u16, Reason)> {
        let sent = self.0.iter().filter_map(|o| match o {
            Output::Send { pdu: Pdu::Response(Response { code, reason, txn, .. }), .. } if txn.owner == ORIGIN => {
                Some((*code, *reason))
            }
            _ => None,
        });
        sent.collect()
    }

    fn codes(&self) -> Vec<u16> {
        self.answers().iter().map(|(code, _)| *code).collect()
    }

    fn appends(&self) -> Vec<(Object, u32)> {
        let sent = self.0.iter().filter_map(|o| match o {
            Output::Send { to: MSS, pdu: Pdu::Imap(Imap::Append { object, tag }) } => Some((*object, *tag)),
            _ => None,
        });
        sent.collect()
    }

    fn reports(&self) -> Vec<Disposition> {
        let sent = self.0.iter().filter_map(|o| match o {
            Output::Send { pdu: Pdu::Request(Request { body: Body::Imdn(imdn), .. }), .. } => Some(imdn.disposition),
            _ => None,
        });
        sent.collect()
    }

    fn says(&self, wanted: impl Fn(&Milestone) -> bool) -> bool {
        self.0.iter().any(|o| matches!(o, Output::Milestone(_, m) if wanted(m)))
    }

    fn guards(&self, guard: AxisId) -> bool {
        self.says(|m| matches!(m, Milestone::GuardReached { guard: met } if *met == guard))
    }

    /// Whether something was done under this rule.
    fn bears(&self, tag: Tag) -> bool {
        self.0.iter().any(|o| matches!(o, Output::Milestone(by, _) if *by == tag))
    }

    fn defers(&self) -> bool {
        self.says(|m| matches!(m, Milestone::Defer { .. }))
    }

    fn settles(&self) -> bool {
        self.says(|m| matches!(m, Milestone::Settled { .. }))
    }

    /// Where in the outputs the first one stands that this is true of.
    fn place(&self, wanted: impl Fn(&Output) -> bool) -> usize {
        self.0.iter().position(wanted).expect("it is among what was done")
    }
}

/// Gives the recipient this policy, beside one that says nothing.
fn with(setup: &mut PfSetup, policy: Policy) {
    setup.policies = Arc::from([Policy::default(), policy]);
    setup.policy_of = Arc::from([1u16, 0, 0]);
}

/// A policy of one rule, for CPM and standalone messages as every generation names them.
fn rule(actions: Actions) -> Policy {
    let conditions = Conditions {
        services: Some(vec![ServiceName::Enabler, ServiceName::FeatureTag]),
        media: Some(vec![MediaName::StandaloneMessage, MediaName::PagerModeMessage]),
        ..Conditions::default()
    };
    Policy { rules: vec![Rule { conditions, actions }], ..Policy::default() }
}

fn forward_to(user: UserId) -> Actions {
    Actions { forward: Some(ForwardTo(Users { from: user, to: UserId(user.0 + 1) })), ..Actions::default() }
}

/// A policy that is no rule: an active profile.
fn profile(profile: PreferenceProfile) -> Policy {
    Policy { profiles: vec![profile], active: Some(0), ..Policy::default() }
}

fn is_end(timer: &Timer) -> bool {
    matches!(timer, Timer::TransactionEnd { .. })
}

fn imdn_of(client: FunctionId, pager: &Pager, disposition: Disposition) -> Imdn {
    Imdn {
        about: pager.message,
        original: pager.original,
        from: pager.to,
        to: pager.from,
        disposition,
        reporter: client,
        indications: Default::default(),
        agent: Version::default(),
    }
}

fn pager_of(request: &Request) -> Pager {
    let Body::Pager(pager) = &request.body else { panic!("it carries a message") };
    **pager
}

/// The rules that the PF carries out: each is missed by some case when it is left out.
const BORNE: &[Tag] = &[
    Tag::Accept,
    Tag::ByConnectivity,
    Tag::ByCapability,
    Tag::DeferAccepted,
    Tag::DeferKeep,
    Tag::DeferNoClient,
    Tag::DeliverToClients,
    Tag::Dnd202,
    Tag::DndDefers,
    Tag::Expire,
    Tag::ExpireDelete,
    Tag::FirstSmsAttempt,
    Tag::HandToIsf,
    Tag::HopLimit,
    Tag::KeepDisplay,
    Tag::KeepInterworked,
    Tag::NameInstances,
    Tag::NextAccess,
    Tag::OfflineRecords,
    Tag::OneStorage,
    Tag::OneSuitability,
    Tag::OwnArrivalExpired,
    Tag::OwnClaim,
    Tag::OwnContentAdapt,
    Tag::OwnDeferMissing,
    Tag::OwnDndBlocks,
    Tag::OwnDndWatched,
    Tag::OwnExpiryImdn,
    Tag::OwnForwardLimit,
    Tag::OwnHandoverLimit,
    Tag::OwnIgnoreLateFailure,
    Tag::OwnLookAgain,
    Tag::OwnNoOutcome,
    Tag::OwnPolicyChange,
    Tag::OwnPolicyRecheck,
    Tag::OwnQueueFull,
    Tag::OwnReEvaluate,
    Tag::OwnRefusalFails,
    Tag::OwnRegEvent,
    Tag::OwnRegisterInflight,
    Tag::OwnRuleDeferBlocks,
    Tag::OwnServerError,
    Tag::OwnSingleHandover,
    Tag::OwnSingleStored,
    Tag::OwnStoreFailed,
    Tag::OwnThirdParty,
    Tag::OwnTimeoutDefers,
    Tag::OwnUnconfirmed,
    Tag::OwnUnreachableDefers,
    Tag::PfInsertsTarget,
    Tag::PreserveTerminating,
    Tag::PushAll,
    Tag::PushOneClient,
    Tag::ReadyInterwork,
    Tag::RegistrationTrigger,
    Tag::RegistrationTriggerPush,
    Tag::RuleDefers,
    Tag::RuleForwards,
    Tag::RuleInterworks,
    Tag::RuleStores,
    Tag::Sd23Deliver,
    Tag::Sd23Store,
    Tag::SmsFailureDefers,
    Tag::SmsSuccess,
    Tag::SmsTrigger,
    Tag::Store200,
    Tag::StoreReports,
    Tag::StripDelivery,
    Tag::Ts83ContentStore,
    Tag::Ts83Defer,
    Tag::Ts83Defer202,
    Tag::Ts83ForwardResponse,
    Tag::Ts83HistoryActive,
    Tag::Ts83NonCpm,
    Tag::Ts83OneRequest,
    Tag::Ts83Record,
    Tag::Ts83Store,
    Tag::Ts83Store200,
    Tag::WaitEndsByIp,
    Tag::WaitForIp,
    Tag::ConnectivityLooked,
    Tag::TwoMechanisms,
    Tag::NotifyAtTrigger,
    Tag::NotifyAndWait,
    Tag::NotifyUndisturbed,
    Tag::NotifyAfterRule,
    Tag::NotifyEach,
    Tag::NotifySuitable,
    Tag::NotifyRelaxed,
    Tag::NotifyByMessage,
    Tag::NotifyByNotify,
    Tag::NotifySystemTag,
    Tag::NotifyAddress,
    Tag::NotifyLists,
    Tag::NotifyMetadata,
    Tag::NotifySplit,
    Tag::OutOfBand,
    Tag::OutOfBandPaused,
    Tag::OutOfBandTargets,
    Tag::OutOfBandAddress,
    Tag::OutOfBandSummary,
    Tag::OwnFailedNotification,
    Tag::OwnRenotify,
    Tag::OwnReminder,
    Tag::OwnExpiryNotice,
    Tag::OwnPushAfter,
    Tag::ExpireStores,
    Tag::OwnRequeueNotice,
    Tag::OwnRefresh,
    Tag::PullStarts,
    Tag::PullEmpty,
    Tag::PullWarning,
    Tag::PullAccepted,
    Tag::PullDeletes,
    Tag::PullDeleteReports,
    Tag::PullInterworks,
    Tag::PullStores,
    Tag::PullStoreReports,
    Tag::DeliverAll,
    Tag::PullDelivers,
    Tag::PullLeaves,
    Tag::PullIgnoresGone,
    Tag::AckIgnored,
    Tag::ByeProcessed,
    Tag::PullAnyTime,
    Tag::PullInOrder,
    Tag::PullRefused,
    Tag::PullSteps,
    Tag::PullRemoves,
    Tag::OwnFaultyEntry,
    Tag::OwnSameClient,
    Tag::OwnHideInDelivery,
    Tag::OwnPausedPull,
    Tag::OwnDndPull,
    Tag::OwnCheckEmpty,
    Tag::OwnNothingListed,
    Tag::OwnAllScope,
    Tag::OwnAllUnsuitable,
    Tag::OwnPullTeardown,
    Tag::OwnInSession,
    Tag::OwnDialogEnd,
    Tag::OwnLateSuccess,
    Tag::PushSession,
    Tag::PushSessionEnds,
    Tag::OwnRestart,
];

#[test]
fn every_rule_that_the_pf_carries_out_is_missed_when_left_out() {
    let fails = |case: &SuiteCase, tag: Tag| std::panic::catch_unwind(|| (case.run)(Rules::without(tag))).is_err();
    let survivors: Vec<&str> = BORNE.iter().filter(|tag| !cases().any(|case| fails(case, **tag))).map(|tag| tag.id()).collect();
    assert!(survivors.is_empty(), "no case misses {survivors:?}");
}
