//! The suite of the client and deferred messages: it is told one thing at a time and its answers are looked at.
//!
//! The rig plays its user, its device, the Core and the PF. It keeps the timers and checks that a copy ends once.

pub(crate) mod answers;
pub(crate) mod choosing;
pub(crate) mod notices;
pub(crate) mod sessions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Client, ClientSetup};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::profile::{Axes, AxisId};
use crate::delivery::suite::Case as SuiteCase;
use crate::delivery::{
    Access, Answer, Body, Capabilities, Case, Content, CpmAction, Dialog, Dispositions, Fate, Function, FunctionId, Icsi, Input,
    MAX_FORWARDS, MessageId, Method, Milestone, Msrp, Notice, NoticeKind, Outbox, Output, Pager, Pdu, Pull, Push, Question, Reason,
    Request, Rules, Tag, Target, Timer, TimerToken, TxnId, UserId, Via, Waiting, Warning,
};
use crate::units::{SimTime, Span};

/// All cases, for the table of survivors.
pub(crate) fn cases() -> impl Iterator<Item = &'static SuiteCase> {
    [answers::CASES, choosing::CASES, notices::CASES, sessions::CASES].into_iter().flatten()
}

const CORE: FunctionId = FunctionId(0);
const PF: FunctionId = FunctionId(1);
const PUSH: FunctionId = FunctionId(2);
const PHONE: FunctionId = FunctionId(10);
const USER: UserId = UserId(0);
const SENDER: UserId = UserId(1);

/// Axes that differ from their defaults.
type Set<'a> = &'a [(AxisId, &'a str)];

const fn m(n: u32) -> MessageId {
    MessageId(n)
}

/// A client, its user and all who talk to it.
struct Rig {
    client: Client,
    out: Outbox,
    now: SimTime,
    timers: Vec<(TimerToken, Timer, SimTime)>,
    /// When the user acts after he is told; none: never.
    reacts: Option<u64>,
    /// Takes all without looking.
    all: bool,
    /// What he wants with a message; those not named he retrieves.
    wants: BTreeMap<MessageId, Option<CpmAction>>,
    faulty: BTreeSet<MessageId>,
    sent: Vec<(FunctionId, Pdu)>,
    said: Vec<(Tag, Milestone)>,
    asked: Vec<Question>,
    serial: u32,
}

impl Rig {
    /// A client that is away; its user acts 30 s after he is told, and chooses message by message.
    fn away(rules: Rules, set: Set) -> Rig {
        let mut axes = Axes::default();
        for (axis, value) in set {
            assert!(axes.set(*axis, value), "{} has no value {value}", axis.info().name);
        }
        let setup = ClientSetup {
            behaviour: Behaviour::of(&axes, rules),
            primary: true,
            core: CORE,
            capabilities: Capabilities::FULL,
            msc: None,
            sgsn: None,
            periodic: [None; 2],
            expires: Span::from_secs(600_000),
            retry_base: Span::from_secs(30),
            retry_max: Span::from_secs(1800),
            flow: None,
            dedupe_window: Span::from_secs(86_400),
            sync: None,
            limit: Span::from_secs(128),
            push: Some(PUSH),
            pull_backoff: Span::from_secs(5),
        };
        Rig {
            client: Client::new(PHONE, USER, Arc::new(setup)),
            out: Outbox::under(rules),
            now: SimTime::ZERO,
            timers: Vec::new(),
            reacts: Some(30),
            all: false,
            wants: BTreeMap::new(),
            faulty: BTreeSet::new(),
            sent: Vec::new(),
            said: Vec::new(),
            asked: Vec::new(),
            serial: 0,
        }
    }

    /// The same, registered, and nothing written down yet.
    fn new(rules: Rules, set: Set) -> Rig {
        let mut rig = Rig::away(rules, set);
        rig.connect();
        rig.forget();
        rig
    }

    /// A registered client that has read of these messages, and whose user has acted.
    fn told(rules: Rules, set: Set, messages: &[u32]) -> Rig {
        let mut rig = Rig::new(rules, set);
        rig.notice(messages);
        rig.pass(30);
        rig
    }

    /// The same, its pull accepted.
    fn pulled(rules: Rules, set: Set, messages: &[u32]) -> Rig {
        let mut rig = Rig::told(rules, set, messages);
        rig.answer(200);
        rig
    }

    fn tell(&mut self, input: Input) {
        self.client.handle(self.now, input, &mut self.out);
        for output in self.out.take() {
            match output {
                Output::Send { to, pdu } => self.sent.push((to, pdu)),
                Output::SetTimer { token, timer, after } => self.timers.push((token, timer, self.now.saturating_add(after))),
                Output::CancelTimer { token } => {
                    self.timers.retain(|t| t.0 != token);
                    self.out.tokens().retire(token);
                }
                Output::Ask(question) => {
                    self.asked.push(question);
                    let answer = self.wish(question);
                    self.tell(Input::Told(question, answer));
                }
                Output::Milestone(_, Milestone::Undefined { state, input }) => panic!("undefined: {input} in state {state}"),
                Output::Milestone(tag, milestone) => self.said.push((tag, milestone)),
            }
        }
    }

    fn wish(&self, question: Question) -> Answer {
        match question {
            Question::Reaction { .. } => self.reacts.map_or(Answer::Never, |s| Answer::Span(Span::from_secs(s))),
            Question::TakesAll { .. } => Answer::Yes(self.all),
            Question::Choice { message, .. } => {
                Answer::Action(self.wants.get(&message).copied().unwrap_or(Some(CpmAction::Deliver)))
            }
            Question::EntryFaulty { message, .. } => Answer::Yes(self.faulty.contains(&message)),
            Question::PullJitter { .. } | Question::RetryJitter { .. } | Question::KeepAliveShare { .. } => {
                Answer::Thousandths(1000)
            }
            Question::DisplayDelay { .. } | Question::SyncDelay { .. } => Answer::Never,
            _ => Answer::Span(Span::ZERO),
        }
    }

    fn forget(&mut self) {
        self.sent.clear();
        self.said.clear();
        self.asked.clear();
    }

    /// Lets seconds pass: timers expire in their order.
    fn pass(&mut self, seconds: u64) {
        let until = self.now.saturating_add(Span::from_secs(seconds));
        while let Some(next) = self.timers.iter().filter(|t| t.2 <= until).min_by_key(|t| (t.2, t.0.slot)).copied() {
            self.timers.retain(|t| t.0 != next.0);
            self.out.tokens().retire(next.0);
            self.now = next.2;
            self.tell(Input::Expired(next.1));
        }
        self.now = until;
    }

    // --- what happens to it

    /// The device gets IP and the Core takes the registration.
    fn connect(&mut self) {
        self.tell(Input::Access(Access::Connected { register: true }));
        let register = self.requests(Method::Register).pop().expect("it registers");
        self.respond(&register, 200, Reason::None);
    }

    fn vanish(&mut self) {
        self.tell(Input::Access(Access::Gone));
    }

    fn receive(&mut self, from: FunctionId, pdu: Pdu) {
        self.tell(Input::Received { from, at: self.now, pdu });
    }

    fn respond(&mut self, request: &Request, code: u16, reason: Reason) {
        let (_, pdu) = request.answer_for(code, reason);
        self.receive(CORE, pdu);
    }

    /// A final response to its last INVITE.
    fn answer(&mut self, code: u16) {
        self.answer_for(code, Reason::None);
    }

    fn answer_for(&mut self, code: u16, reason: Reason) {
        let invite = self.requests(Method::Invite).pop().expect("it pulls");
        self.respond(&invite, code, reason);
    }

    /// 488 with the Warning that says that nothing waits.
    fn nothing_waits(&mut self) {
        self.answer_for(488, Reason::Warning(Warning::NoMessages));
    }

    /// A request of the PF, by way of the Core; its transaction.
    fn ask(&mut self, method: Method, icsi: Icsi, body: Body) -> TxnId {
        self.serial += 1;
        let txn = TxnId { owner: PF, slot: 0, generation: self.serial };
        let request = Request {
            method,
            txn,
            via: Via::of(PF).with(CORE),
            target: Target::Contact(USER, PHONE),
            case: Case::Done,
            from: USER,
            icsi,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        self.receive(CORE, Pdu::Request(request));
        txn
    }

    /// A notification in band that lists these messages: the whole of a round.
    fn notice(&mut self, messages: &[u32]) {
        let round = self.serial + 100;
        self.part(round, (1, 1), messages, messages.len() as u32);
    }

    /// One MESSAGE of a round.
    fn part(&mut self, round: u32, (part, parts): (u16, u16), messages: &[u32], number: u32) {
        let notice = notice(round, (part, parts), NoticeKind::Waiting, messages, number);
        self.ask(Method::Message, Icsi::SystemMsg, Body::Notice(Box::new(notice)));
    }

    fn expired(&mut self, messages: &[u32]) {
        let notice = notice(900, (1, 1), NoticeKind::Expired, messages, messages.len() as u32);
        self.ask(Method::Message, Icsi::SystemMsg, Body::Notice(Box::new(notice)));
    }

    /// A push that tells a number of messages.
    fn push(&mut self, round: u32, messages: &[u32], number: u32) {
        let notice = Box::new(notice(round, (1, 1), NoticeKind::Waiting, messages, number));
        self.receive(PUSH, Pdu::Push(Push::Message { device: PHONE, notice }));
    }

    /// A message comes as a request of its own.
    fn deliver(&mut self, message: u32) {
        let pager = self.pager(message);
        self.ask(Method::Message, Icsi::Msg, Body::Pager(Box::new(pager)));
    }

    /// A message comes inside a session.
    fn send_in(&mut self, invite: TxnId, transaction: u32, message: u32) {
        let dialog = Dialog { invite, client: PHONE, user: USER };
        let pager = Box::new(self.pager(message));
        self.receive(PF, Pdu::Msrp(Msrp::Send { dialog, transaction, pager }));
    }

    fn in_session(&mut self, method: Method, invite: TxnId) {
        self.ask(method, Icsi::Deferred, Body::Session(Dialog { invite, client: PHONE, user: USER }));
    }

    fn pager(&mut self, message: u32) -> Pager {
        Pager {
            copy: self.out.mint_copy(),
            dispositions: Dispositions { positive: true, negative: true, display: false },
            attempt: 1,
            ..Pager::plain(m(message), SENDER, USER)
        }
    }

    // --- what it did

    /// Its requests of this method, oldest first.
    fn requests(&self, method: Method) -> Vec<Request> {
        let all = self.sent.iter().filter_map(|(_, pdu)| match pdu {
            Pdu::Request(request) if request.method == method => Some(request.clone()),
            _ => None,
        });
        all.collect()
    }

    /// What its INVITEs say.
    fn pulls(&self) -> Vec<Pull> {
        let pull = |request: Request| match request.body {
            Body::Pull(pull) => *pull,
            other => panic!("an INVITE of a client pulls: {other:?}"),
        };
        self.requests(Method::Invite).into_iter().map(pull).collect()
    }

    /// The one pull that it sent.
    fn pull(&self) -> Pull {
        let [pull] = &self.pulls()[..] else { panic!("one pull, not {}", self.pulls().len()) };
        pull.clone()
    }

    /// The list of its one pull, as message and action.
    fn list(&self) -> Vec<(u32, Option<CpmAction>)> {
        let list = self.pull().list.expect("there is a list");
        list.iter().map(|entry| (entry.uri_id.0, entry.action)).collect()
    }

    /// Codes of its responses to requests of this method.
    fn codes(&self, method: Method) -> Vec<u16> {
        let all = self.sent.iter().filter_map(|(_, pdu)| match pdu {
            Pdu::Response(response) if response.method == method => Some(response.code),
            _ => None,
        });
        all.collect()
    }

    /// Codes of its responses over MSRP, by transaction.
    fn msrp(&self) -> Vec<(u32, u16)> {
        let all = self.sent.iter().filter_map(|(_, pdu)| match pdu {
            Pdu::Msrp(Msrp::Response { transaction, code, .. }) => Some((*transaction, *code)),
            _ => None,
        });
        all.collect()
    }

    fn count(&self, what: impl Fn(&Milestone) -> bool) -> usize {
        self.said.iter().filter(|(_, milestone)| what(milestone)).count()
    }

    fn presented(&self) -> Vec<u32> {
        let all = self.said.iter().filter_map(|(_, milestone)| match milestone {
            Milestone::Present { message, .. } => Some(message.0),
            _ => None,
        });
        all.collect()
    }

    /// How the copies of messages ended.
    fn ends(&self) -> Vec<Fate> {
        let all = self.said.iter().filter_map(|(_, milestone)| match milestone {
            Milestone::CopyEnd { fate, .. } => Some(*fate),
            _ => None,
        });
        all.collect()
    }

    /// Timers of this kind that run.
    fn runs(&self, kind: impl Fn(&Timer) -> bool) -> bool {
        self.timers.iter().any(|(_, timer, _)| kind(timer))
    }
}

fn notice(round: u32, (part, parts): (u16, u16), kind: NoticeKind, messages: &[u32], number: u32) -> Notice {
    let waiting = |message: &u32| Waiting {
        uri_id: m(*message),
        from: Some(SENDER),
        sent: SimTime::ZERO,
        bytes: 20,
        content: Content::Text,
        subject: 0,
        expires: SimTime::NEVER,
    };
    let list = messages.iter().map(waiting).collect();
    Notice { user: USER, round, part, parts, kind, number, list }
}
