//! The Interworking Function (IWF) as gateway itself: service centre and gateway MSC towards the SMS plant (`iw-mode=direct`).
//!
//! It takes a message with 202, asks the HLR for routing, forwards the short message, and tells the PF of the result: a
//! disposition notification where one was asked for, else an interworking event. When the subscriber is absent its own
//! address enters the HLR's waiting list, and the alert that follows becomes `ready-for-sms`.
//!
//! Which domain it tries, and what it reports of it, stands in `reaching`.
//!
//! Left out: segmentation, submission to a service centre (`iw-mode=smsc`).

#[path = "reaching.rs"]
mod reaching;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::delivery::ims::{Home, Transactions, refuse, wait_after};
use crate::delivery::sms::ABSENT_SUBSCRIBER_SM;
use crate::delivery::{
    Answer, Body, Case, Disposition, Domain, Fate, Function, FunctionId, Icsi, Imdn, Input, IwEvent, MAX_FORWARDS, Map, MessageId,
    Method, Milestone, MtResult, Nodes, Origin, Outbox, Outcome, Pager, Path, Pdu, Question, Reason, Request, Response, Routing,
    Sms, Tag, Target, Timer, TimerToken, TxnId, UserId, Version, Via,
};
use crate::units::{SimTime, Span};

pub use reaching::Reaching;
use reaching::{Course, SUPERVISION};

/// What an IWF is set up with.
#[derive(Clone, Debug)]
pub struct IwfSetup {
    pub id: FunctionId,
    pub hlr: FunctionId,
    pub homes: Arc<[Home]>,
    /// A routing enquiry without an answer in this time has failed (timer m).
    pub map_guard: Span,
    /// A forwarded short message without a result in this time has failed (timer ml).
    pub forward_guard: Span,
    pub reaching: Reaching,
    /// 64 T1.
    pub limit: Span,
}

/// A short message on its way.
#[derive(Clone, Debug)]
struct Job {
    pager: Pager,
    sms: Sms,
    /// None once it has expired.
    guard: Option<TimerToken>,
    forwarded: bool,
    course: Course,
    supervision: Option<TimerToken>,
}

/// News for a PF, and how often the PF has not taken them.
#[derive(Clone, Debug)]
struct News {
    /// Only rises.
    number: u32,
    user: UserId,
    body: Body,
    refusals: u32,
}

/// What has been said to PFs and is not known to be taken.
#[derive(Clone, Debug, Default)]
struct Telling {
    last: u32,
    /// What waits to be told again, by number.
    waiting: BTreeMap<u32, (News, TimerToken)>,
    /// Slot and generation of the requests that ended without an answer, with the number of what they said.
    unanswered: BTreeMap<(u32, u32), u32>,
    /// What was taken while it was being told once more.
    taken: BTreeSet<u32>,
}

/// An IWF.
#[derive(Clone, Debug)]
pub struct Iwf {
    setup: IwfSetup,
    /// By invoke identity, which only rises.
    jobs: BTreeMap<u32, Job>,
    last_invoke: u32,
    /// Reactions to alerts so far, by user.
    reactions: BTreeMap<UserId, u32>,
    /// Users whose alert has not been acted on yet.
    reacting: BTreeSet<UserId>,
    /// Who is registered in IMS, as the Core has told; who was missed there since (UNRI).
    registered: BTreeSet<UserId>,
    unri: BTreeSet<UserId>,
    /// The message of each user whose attempt failed last, and enquiries after where an alerted user is.
    missed: BTreeMap<UserId, MessageId>,
    look_ups: BTreeMap<u32, (UserId, Option<TimerToken>)>,
    txns: Transactions<News>,
    telling: Telling,
}

impl Iwf {
    pub fn new(setup: IwfSetup) -> Iwf {
        let txns = Transactions::new(setup.id);
        Iwf {
            setup,
            jobs: BTreeMap::new(),
            last_invoke: 0,
            reactions: BTreeMap::new(),
            reacting: BTreeSet::new(),
            registered: BTreeSet::new(),
            unri: BTreeSet::new(),
            missed: BTreeMap::new(),
            look_ups: BTreeMap::new(),
            txns,
            telling: Telling::default(),
        }
    }

    fn on_message(&mut self, pager: Pager, request: &Request, out: &mut Outbox) {
        let (to, accepted) = request.answer(202);
        out.send(to, accepted);
        let message = pager.message;
        let copy = out.mint_copy();
        let made = Milestone::CopyMade {
            copy,
            message,
            parent: Some(pager.copy),
            origin: Origin::Acceptance,
            path: Path::Sms,
            device: None,
        };
        out.milestone(Tag::OwnSmsPlant, made);
        out.milestone(Tag::OwnSmsPlant, Milestone::CopyEnd { copy: pager.copy, message, fate: Fate::Superseded });
        let sms = Sms { message, copy, user: pager.to, bytes: pager.bytes, attempt: pager.attempt };
        self.last_invoke += 1;
        let invoke = self.last_invoke;
        let guard = Some(self.guard(invoke, out));
        self.jobs.insert(invoke, Job { pager, sms, guard, forwarded: false, course: Course::default(), supervision: None });
        self.on_accepted(sms, out);
        let enquiry = Map::SriSm { user: pager.to, sc: self.setup.id, invoke, about: message };
        out.send(self.setup.hlr, Pdu::Map(enquiry));
    }

    fn guard(&self, invoke: u32, out: &mut Outbox) -> TimerToken {
        out.set_timer(Timer::MapGuard { slot: invoke, generation: 0 }, self.setup.map_guard)
    }

    fn on_routing(&mut self, now: SimTime, invoke: u32, result: Routing, out: &mut Outbox) {
        if self.look_ups.contains_key(&invoke) {
            return self.on_looked_up(now, invoke, Some(result), out);
        }
        let Some(job) = self.jobs.get_mut(&invoke).filter(|j| !j.forwarded) else {
            return; // Given up before the answer came.
        };
        match result {
            Routing::At(nodes) => {
                if let Some(timer) = job.guard.take() {
                    out.cancel_timer(timer);
                }
                self.reach(now, invoke, nodes, out);
            }
            // The HLR has written the service centre down itself; over IP the user is missed too.
            Routing::AbsentSubscriber => self.reach(now, invoke, Nodes::default(), out),
        }
    }

    fn on_forwarded(&mut self, now: SimTime, invoke: u32, result: MtResult, out: &mut Outbox) {
        let Some(job) = self.jobs.get(&invoke) else { return };
        if !job.forwarded {
            return out
                .milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "iwf, not forwarded", input: "result of forwarding" });
        }
        match result {
            MtResult::Ok => {
                self.on_reached(invoke, out);
                self.arrived(now, invoke, out);
            }
            MtResult::Absent(_) => self.on_domain_failed(now, invoke, Some(Outcome::Absent), out),
            MtResult::MemoryFull => self.on_domain_failed(now, invoke, Some(Outcome::MemoryFull), out),
            MtResult::Busy => self.on_domain_failed(now, invoke, None, out),
        }
    }

    fn take(&mut self, invoke: u32, out: &mut Outbox) -> Job {
        let job = self.jobs.remove(&invoke).expect("a job stands until its result");
        for timer in [job.guard, job.supervision].into_iter().flatten() {
            out.cancel_timer(timer);
        }
        job
    }

    fn arrived(&mut self, now: SimTime, invoke: u32, out: &mut Outbox) {
        let Job { pager, sms, .. } = self.take(invoke, out);
        let Sms { message, attempt, user, .. } = sms;
        out.milestone(Tag::OwnSmsPlant, Milestone::SmsResult { message, attempt, ok: true });
        if pager.dispositions.positive {
            let imdn = Imdn {
                about: message,
                original: pager.original,
                from: user,
                to: pager.from,
                disposition: Disposition::Delivered,
                reporter: self.setup.id,
                agent: Version::default(),
                indications: pager.indications,
            };
            out.milestone(Tag::SmsSuccess, Milestone::ImdnSent { message, disposition: Disposition::Delivered, by: self.setup.id });
            self.tell(now, user, Body::Imdn(Box::new(imdn)), out);
        } else {
            let event = IwEvent::DeliveredIw { user, message, attempt };
            self.tell(now, user, Body::IwEvent(event), out);
        }
    }

    fn failed(&mut self, now: SimTime, invoke: u32, out: &mut Outbox) {
        let Job { pager, sms, forwarded, course, .. } = self.take(invoke, out);
        let Sms { message, attempt, user, copy, .. } = sms;
        out.milestone(Tag::OwnSmsPlant, Milestone::SmsResult { message, attempt, ok: false });
        // What was forwarded is in the switching centre's hands, and may arrive although nobody waits for it here any more.
        if !forwarded {
            out.milestone(Tag::OwnSmsPlant, Milestone::CopyEnd { copy, message, fate: Fate::Refused(ABSENT_SUBSCRIBER_SM) });
        }
        // Under negative-delivery the text implies a notification in place of the event; the PF learns of every failure.
        let tag = if pager.dispositions.positive { Tag::FailedEventPositive } else { Tag::FailedEvent };
        if !out.holds(tag) {
            return;
        }
        out.milestone(tag, Milestone::Told);
        self.missed.insert(user, message);
        // The domain that was tried, and of several the last.
        let domain = course.domain.unwrap_or(self.first_domain()).told();
        let event = IwEvent::FailedIw { user, message, domain, attempt };
        self.tell(now, user, Body::IwEvent(event), out);
    }

    fn on_alert(&mut self, user: UserId, hlr: FunctionId, out: &mut Outbox) {
        out.send(hlr, Pdu::Map(Map::AlertScAck { user }));
        out.milestone(Tag::OwnWaitingData, Milestone::Alerted { user });
        // The event that is about to go says it for this alert too (IW15-6.7.5.2-05: one event).
        if !self.reacting.insert(user) {
            return;
        }
        let nth = self.reactions.entry(user).or_default();
        *nth += 1;
        out.ask(Question::AlertReaction { user, nth: *nth });
    }

    /// The reaction to an alert is over: the PF is told, once it is known where the user is.
    fn reacted(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.reacting.remove(&user);
        if !self.look_up(user, out) {
            self.ready(now, user, self.first_domain().told(), out);
        }
    }

    fn on_looked_up(&mut self, now: SimTime, invoke: u32, result: Option<Routing>, out: &mut Outbox) {
        if let Some((user, domain)) = self.looked_up(invoke, result, out) {
            self.ready(now, user, domain.told(), out);
        }
    }

    fn ready(&mut self, now: SimTime, user: UserId, domain: Domain, out: &mut Outbox) {
        if !out.holds(Tag::ReadyEvent) {
            return;
        }
        out.milestone(Tag::ReadyEvent, Milestone::Told);
        let event = IwEvent::ReadyForSms { user, domain };
        self.tell(now, user, Body::IwEvent(event), out);
    }

    /// News for the PF that serves the user.
    fn tell(&mut self, now: SimTime, user: UserId, body: Body, out: &mut Outbox) {
        self.telling.last += 1;
        self.say(now, News { number: self.telling.last, user, body, refusals: 0 }, out);
    }

    /// A MESSAGE with news.
    fn say(&mut self, now: SimTime, news: News, out: &mut Outbox) {
        let News { user, body, .. } = news.clone();
        let pf = self.setup.homes[user.0 as usize].pf;
        let about = match &body {
            Body::Imdn(imdn) => Some(imdn.about),
            Body::IwEvent(IwEvent::FailedIw { message, .. } | IwEvent::DeliveredIw { message, .. }) => Some(*message),
            _ => None,
        };
        let txn = self.txns.begin(now, Method::Message, about, self.setup.limit, news, out);
        let request = Request {
            method: Method::Message,
            txn,
            via: Via::of(self.setup.id),
            target: Target::Function(pf),
            case: Case::Done,
            from: user,
            icsi: Icsi::SystemMsg,
            max_forwards: MAX_FORWARDS,
            target_address: None,
            body,
        };
        out.send(pf, Pdu::Request(request));
    }

    /// The PF has not taken the news, for want of room or of an answer: it is told again after a wait, twice as long each time.
    /// What depends on it there would wait for ever (I-15).
    fn tell_later(&mut self, news: News, reason: Reason, out: &mut Outbox) {
        if self.telling.taken.remove(&news.number) || self.telling.waiting.contains_key(&news.number) {
            return;
        }
        let refusals = news.refusals + 1;
        let asked = if let Reason::RetryAfter(seconds) = reason { Span::from_secs(u64::from(seconds)) } else { Span::ZERO };
        let timer = out.set_timer(Timer::TellAgain { serial: news.number }, wait_after(refusals).max(asked));
        self.telling.waiting.insert(news.number, (News { refusals, ..news }, timer));
    }

    /// The PF has taken the news: no answer to an earlier request with them is of interest any more.
    fn told(&mut self, number: u32) {
        self.telling.unanswered.retain(|_, of| *of != number);
        self.telling.taken.remove(&number);
    }

    /// A response that no transaction waits for is the gateway's own to deal with (RFC 3261 18.1.2). A success says that the
    /// news was taken, so that over links slower than 64 T1 it is not told for ever.
    fn on_late_response(&mut self, response: &Response, out: &mut Outbox) {
        out.milestone(Tag::OwnLateResponse, Milestone::LateResponse);
        let TxnId { owner, slot, generation } = response.txn;
        let earlier = if owner == self.setup.id { self.telling.unanswered.remove(&(slot, generation)) } else { None };
        let Some(number) = earlier else { return };
        if (200..300).contains(&response.code) {
            self.told(number);
            match self.telling.waiting.remove(&number) {
                Some((_, timer)) => out.cancel_timer(timer),
                None => drop(self.telling.taken.insert(number)),
            }
        }
    }
}

impl Function for Iwf {
    fn handle(&mut self, now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { pdu: Pdu::Request(request), .. } if matches!(request.body, Body::Pager(_)) => {
                let Body::Pager(pager) = &request.body else { unreachable!("matched above") };
                self.on_message(**pager, &request, out);
            }
            Input::Received { pdu: Pdu::Request(request), .. } if matches!(request.body, Body::ThirdPartyRegister { .. }) => {
                let Body::ThirdPartyRegister { user, expires_s } = request.body else { unreachable!("matched above") };
                let (to, accepted) = request.answer(200);
                out.send(to, accepted);
                self.on_registered(user, expires_s > 0, out);
            }
            Input::Received { pdu: Pdu::Response(response), .. } => match self.txns.answered(response.txn, response.code, out) {
                Some((news, _)) if response.code >= 300 => self.tell_later(news, response.reason, out),
                Some((news, _)) => self.told(news.number),
                None => self.on_late_response(&response, out),
            },
            Input::Received { pdu: Pdu::Map(Map::SriSmAck { invoke, result, .. }), .. } => {
                self.on_routing(now, invoke, result, out)
            }
            Input::Received { pdu: Pdu::Map(Map::MtForwardSmAck { invoke, result, .. }), .. } => {
                self.on_forwarded(now, invoke, result, out)
            }
            // No alert will come, or what comes is known: the PF waits for the next access in either case.
            Input::Received { pdu: Pdu::Map(Map::WaitingListFull { .. } | Map::InformSc { .. }), .. } => {
                out.milestone(Tag::OwnListFull, Milestone::Told);
            }
            Input::Received { from, pdu: Pdu::Map(Map::AlertSc { user }), .. } => self.on_alert(user, from, out),
            Input::Overloaded { pdu: Pdu::Request(request), retry_after, .. } => refuse(&request, retry_after, out),
            Input::Told(Question::AlertReaction { user, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.reacted(now, user, out);
                } else {
                    out.set_timer(Timer::AlertReaction { user }, after);
                }
            }
            Input::Expired(Timer::AlertReaction { user }) => self.reacted(now, user, out),
            Input::Expired(Timer::MapGuard { slot, generation: SUPERVISION }) => {
                self.jobs.get_mut(&slot).expect("supervision runs while its job stands").supervision = None;
                self.report_failures(slot, out);
                self.failed(now, slot, out);
            }
            Input::Expired(Timer::MapGuard { slot, .. }) if self.look_ups.contains_key(&slot) => {
                self.on_looked_up(now, slot, None, out);
            }
            Input::Expired(Timer::MapGuard { slot, .. }) => {
                self.jobs.get_mut(&slot).expect("a guard runs while its job stands").guard = None;
                self.failed(now, slot, out);
            }
            Input::Expired(Timer::TransactionEnd { slot, generation }) => {
                if let Some((news, _)) = self.txns.timed_out(slot, generation, out) {
                    if !self.telling.taken.contains(&news.number) {
                        self.telling.unanswered.insert((slot, generation), news.number);
                    }
                    self.tell_later(news, Reason::None, out);
                }
            }
            Input::Expired(Timer::TellAgain { serial }) => {
                let (news, _) = self.telling.waiting.remove(&serial).expect("what is told again was kept");
                self.say(now, news, out);
            }
            _ => out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "iwf", input: "other" }),
        }
    }
}

#[cfg(test)]
#[path = "interworking_tests.rs"]
pub(crate) mod tests;
