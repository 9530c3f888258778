//! The SMS service centre (SC) with its gateway MSC: it stores what is submitted, forwards it, tries again by its schedule and at
//! alerts until the validity ends, and reports what became of it (3GPP TS 23.040 3, 10; TS 29.002 23.3).
//!
//! One attempt at a time for a subscriber, in order of submission; each message keeps a schedule of its own. An attempt sends the parts of a
//! long message one after another, those that are not at the phone yet.
//! An attempt goes to the node of the CS domain, and after an absence there to that of the packet domain.
//! Left out: delivery by way of an IP-SM-GW, priorities, replacement of one short message by another, a success of one message as a
//! reason to try another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{RetrySchedule, bytes_of};
use crate::delivery::{
    Answer, CopyId, Fate, Function, FunctionId, Input, Map, Milestone, MtResult, Nodes, Origin, Outbox, Outcome, Part, Path, Pdu,
    Place, Question, Routing, Sc, Service, SmStatus, Sms, SmsDomain, Submission, Tag, Timer, TimerToken, UserId,
};
use crate::units::{SimTime, Span};

/// What a service centre is set up with.
#[derive(Clone, Debug)]
pub struct SmscSetup {
    pub id: FunctionId,
    pub hlr: FunctionId,
    /// Wait before the first attempt (`smsc.first_delay`).
    pub first_delay: Span,
    pub retry: RetrySchedule,
    /// Wait after an attempt that found the subscriber busy (`smsc.busy_retry`).
    pub busy_retry: Span,
    /// Short messages that it holds; none: unbounded.
    pub capacity: Option<u32>,
    /// A routing enquiry without an answer in this time has failed (timer m).
    pub map_guard: Span,
    /// A forwarded short message without a result in this time has failed (timer ml).
    pub forward_guard: Span,
}

/// What a stored short message does.
#[derive(Clone, Copy, Debug)]
enum State {
    /// For its first attempt, the next one, or an alert.
    Waits(TimerToken),
    /// Behind another one for the same subscriber.
    InLine,
    Attempt(Attempt),
}

/// An attempt under way.
#[derive(Clone, Copy, Debug)]
struct Attempt {
    guard: Option<TimerToken>,
    /// The domain in which it is forwarded; none: its routing is not known yet.
    domain: Option<SmsDomain>,
    /// Serving nodes that have not been tried.
    nodes: Nodes,
    /// The HLR has said that flags are set, and wants to hear of a success.
    flagged: bool,
    /// The node that it is forwarded to, and the copy that it sends.
    sending: Option<(FunctionId, CopyId)>,
}

/// A short message in the store.
#[derive(Clone, Debug)]
struct Stored {
    sm: Submission,
    submitter: FunctionId,
    state: State,
    /// End of its validity; none once that has passed, and for a single attempt.
    validity: Option<TimerToken>,
    /// Parts that are not at the phone yet, by number; and whether one of them is lost, so that nobody will hear of the end.
    pending: VecDeque<u8>,
    part_lost: bool,
    failures: u32,
    attempts: u32,
    /// Its end is decided; it comes with the result of the attempt under way.
    over: Option<SmStatus>,
}

/// The attempts for one subscriber.
#[derive(Clone, Debug, Default)]
struct Line {
    /// Short messages by their numbers: that of the attempt, and those behind it.
    current: Option<u32>,
    waiting: VecDeque<u32>,
    alerts: u32,
    reacting: bool,
    /// Gateways to tell when he is back.
    to_notify: BTreeSet<FunctionId>,
}

/// A service centre.
#[derive(Clone, Debug)]
pub struct Smsc {
    setup: SmscSetup,
    /// By number, which only rises.
    stored: BTreeMap<u32, Stored>,
    last: u32,
    /// Number of the short message of each attempt under way.
    invoked: BTreeMap<u32, u32>,
    last_invoke: u32,
    lines: BTreeMap<UserId, Line>,
}

impl Smsc {
    pub fn new(setup: SmscSetup) -> Smsc {
        let (stored, invoked, lines) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Smsc { setup, stored, last: 0, invoked, last_invoke: 0, lines }
    }

    fn at(&mut self, number: u32) -> &mut Stored {
        self.stored.get_mut(&number).expect("a short message stands in the store until its end")
    }

    fn line(&mut self, user: UserId) -> &mut Line {
        self.lines.entry(user).or_default()
    }

    // --- submission and its end

    fn on_submit(&mut self, submitter: FunctionId, sm: Submission, out: &mut Outbox) {
        let full = self.setup.capacity.is_some_and(|most| self.stored.len() >= most as usize);
        if full && out.holds(Tag::ScCapacity) {
            return self.refuse(submitter, &sm, out);
        }
        let (user, reference, about) = (sm.user, sm.reference, sm.message);
        out.send(submitter, Pdu::Sc(Sc::SubmitReport { user, reference, about, accepted: true }));
        if !out.holds(Tag::ScStores) {
            return out.milestone(Tag::ScStores, lost(&sm));
        }
        out.milestone(Tag::ScStores, Milestone::Told);
        self.last += 1;
        let number = self.last;
        let validity = (!sm.single_shot).then(|| out.set_timer(Timer::SmValidity { number }, sm.validity));
        let waits = out.set_timer(Timer::SmDue { number }, self.setup.first_delay);
        let state = State::Waits(waits);
        let pending = (1..=sm.parts).collect();
        let stored = Stored { sm, submitter, state, validity, pending, part_lost: false, failures: 0, attempts: 0, over: None };
        self.stored.insert(number, stored);
        for part in 1..=sm.parts {
            out.ask(Question::SmLost { message: sm.message, attempt: sm.attempt, number, part });
        }
    }

    /// There is no room.
    fn refuse(&mut self, submitter: FunctionId, sm: &Submission, out: &mut Outbox) {
        let (user, reference, about) = (sm.user, sm.reference, sm.message);
        out.milestone(Tag::ScCapacity, Milestone::Told);
        out.send(submitter, Pdu::Sc(Sc::SubmitReport { user, reference, about, accepted: false }));
    }

    /// A short message, or a part of one, may be gone from the store without a trace (`sms.random_loss`): nobody hears of it any more.
    fn on_loss(&mut self, number: u32, part: u8, out: &mut Outbox) {
        if !out.holds(Tag::OwnSmLoss) {
            return;
        }
        let stored = self.at(number);
        stored.pending.retain(|p| *p != part);
        stored.part_lost = true;
        if !stored.pending.is_empty() {
            return out.milestone(Tag::OwnSmLoss, Milestone::Told);
        }
        let stored = self.stored.remove(&number).expect("it was stored a moment ago");
        out.milestone(Tag::OwnSmLoss, lost(&stored.sm));
        let State::Waits(timer) = stored.state else { unreachable!("nothing has happened to it yet") };
        out.cancel_timer(timer);
        if let Some(timer) = stored.validity {
            out.cancel_timer(timer);
        }
    }

    /// The end of a short message for which no attempt is under way: out of the store, and reported.
    fn finish(&mut self, number: u32, status: SmStatus, tag: Tag, out: &mut Outbox) {
        let stored = self.take(number, out);
        let Submission { user, reference, message, copy, single_shot, .. } = stored.sm;
        let fate = match status {
            SmStatus::Received => Fate::Superseded,
            SmStatus::Deleted => Fate::Withdrawn,
            SmStatus::ValidityExpired | SmStatus::NoMoreAttempts => Fate::Refused(status.code()),
        };
        let fate = if stored.part_lost && status == SmStatus::Received { Fate::Lost(Place::Sms) } else { fate };
        out.milestone(tag, Milestone::CopyEnd { copy, message, fate });
        if stored.part_lost {
            return; // Nor does a report come of a message of which a part is gone.
        }
        if single_shot && status != SmStatus::Received {
            self.line(user).to_notify.insert(stored.submitter);
        }
        if out.holds(Tag::ScReports) {
            out.milestone(Tag::ScReports, Milestone::Told);
            out.send(stored.submitter, Pdu::Sc(Sc::StatusReport { user, reference, about: message, status }));
        }
    }

    fn take(&mut self, number: u32, out: &mut Outbox) -> Stored {
        let stored = self.stored.remove(&number).expect("a short message ends once");
        match stored.state {
            State::Waits(timer) => out.cancel_timer(timer),
            State::InLine => self.line(stored.sm.user).waiting.retain(|n| *n != number),
            State::Attempt(_) => {}
        }
        if let Some(timer) = stored.validity {
            out.cancel_timer(timer);
        }
        stored
    }

    /// TP-VP: after it no attempt begins; one that is under way may still succeed.
    fn on_validity_end(&mut self, number: u32, out: &mut Outbox) {
        let stored = self.at(number);
        stored.validity = None;
        if !out.holds(Tag::ScValidity) {
            return;
        }
        match stored.state {
            State::Attempt(_) => _ = stored.over.get_or_insert(SmStatus::ValidityExpired),
            State::Waits(_) | State::InLine => self.finish(number, SmStatus::ValidityExpired, Tag::ScValidity, out),
        }
    }

    /// The gateway takes a submission back.
    fn on_delete(&mut self, submitter: FunctionId, user: UserId, reference: u32, out: &mut Outbox) {
        if !out.holds(Tag::ScDeletes) {
            return;
        }
        let of = |s: &Stored| (s.submitter, s.sm.reference) == (submitter, reference);
        let Some((number, about)) = self.stored.iter().find(|(_, s)| of(s)).map(|(n, s)| (*n, s.sm.message)) else {
            return; // It has ended: the report says so.
        };
        let waits = !matches!(self.at(number).state, State::Attempt(_));
        if waits {
            let stored = self.take(number, out);
            let gone = Milestone::CopyEnd { copy: stored.sm.copy, message: about, fate: Fate::Withdrawn };
            out.milestone(Tag::ScDeletes, gone);
        } else {
            out.milestone(Tag::ScDeletes, Milestone::Told);
            self.at(number).over = Some(SmStatus::Deleted);
        }
        out.send(submitter, Pdu::Sc(Sc::DeleteReport { user, reference, about, deleted: waits }));
    }

    // --- attempts

    /// An attempt for it is due: at once, or behind the one for the same subscriber that is under way.
    fn due(&mut self, number: u32, out: &mut Outbox) {
        let user = self.at(number).sm.user;
        let line = self.line(user);
        if line.current.is_some() && out.holds(Tag::ScInOrder) {
            let place = line.waiting.partition_point(|n| *n < number);
            line.waiting.insert(place, number);
            self.at(number).state = State::InLine;
        } else {
            self.attempt(number, out);
        }
    }

    fn attempt(&mut self, number: u32, out: &mut Outbox) {
        self.last_invoke += 1;
        let (invoke, sc) = (self.last_invoke, self.setup.id);
        let timer = Timer::MapGuard { slot: invoke, generation: 0 };
        let guard = Some(out.set_timer(timer, self.setup.map_guard));
        let stored = self.at(number);
        let nodes = Nodes::default();
        stored.state = State::Attempt(Attempt { guard, domain: None, nodes, flagged: false, sending: None });
        stored.attempts += 1;
        let Submission { user, message: about, .. } = stored.sm;
        self.line(user).current = Some(number);
        self.invoked.insert(invoke, number);
        out.send(self.setup.hlr, Pdu::Map(Map::SriSm { user, sc, invoke, about }));
    }

    /// The attempt of this invocation, if it is still under way.
    fn under_way(&mut self, invoke: u32) -> Option<(u32, Attempt)> {
        let number = *self.invoked.get(&invoke)?;
        match self.at(number).state {
            State::Attempt(attempt) => Some((number, attempt)),
            State::Waits(_) | State::InLine => unreachable!("an invocation stands while its attempt does"),
        }
    }

    fn on_routing(&mut self, invoke: u32, result: Routing, out: &mut Outbox) {
        let Some((number, attempt)) = self.under_way(invoke).filter(|(_, a)| a.domain.is_none()) else { return };
        match result {
            Routing::At(nodes) => {
                self.at(number).state = State::Attempt(Attempt { nodes, ..attempt });
                self.forward(invoke, out);
            }
            // The HLR has written the service centre down itself.
            Routing::AbsentSubscriber => self.failed(invoke, None, out),
        }
    }

    /// To the next node that serves the subscriber; without one the attempt has failed.
    fn forward(&mut self, invoke: u32, out: &mut Outbox) {
        let Some((number, mut attempt)) = self.under_way(invoke) else { return };
        let served = [SmsDomain::Cs, SmsDomain::Ps].into_iter().find_map(|d| Some((d, attempt.nodes.at(d)?)));
        let Some((domain, node)) = served else { return self.failed(invoke, None, out) };
        if let Some(timer) = attempt.guard {
            out.cancel_timer(timer);
        }
        attempt.nodes.set(domain, None);
        attempt.domain = Some(domain);
        attempt.guard = None;
        let copy = out.mint_copy();
        attempt.sending = Some((node, copy));
        let stored = self.at(number);
        stored.state = State::Attempt(attempt);
        let Submission { message, copy: parent, .. } = stored.sm;
        let (parent, origin) = (Some(parent), Origin::Repetition);
        let made = Milestone::CopyMade { copy, message, parent, origin, path: Path::Sms, device: None };
        out.milestone(Tag::OwnSmsPlant, made);
        self.send_part(invoke, out);
    }

    /// The first part that is not at the phone yet goes to the node of the attempt.
    fn send_part(&mut self, invoke: u32, out: &mut Outbox) {
        let (number, mut attempt) = self.under_way(invoke).expect("an attempt sends");
        let (node, copy) = attempt.sending.expect("it is known where");
        if let Some(timer) = attempt.guard {
            out.cancel_timer(timer);
        }
        attempt.guard = Some(out.set_timer(Timer::MapGuard { slot: invoke, generation: 0 }, self.setup.forward_guard));
        let stored = self.at(number);
        stored.state = State::Attempt(attempt);
        let Submission { message, user, bytes, attempt, parts, .. } = stored.sm;
        let part = Part { number: *stored.pending.front().expect("what has no part left has ended"), of: parts };
        let sms = Sms { message, copy, user, bytes: bytes_of(part, bytes), attempt, part, service: Service::Sms };
        out.send(node, Pdu::Map(Map::MtForwardSm { sms, invoke }));
    }

    fn on_forwarded(&mut self, invoke: u32, result: MtResult, out: &mut Outbox) {
        let Some((number, attempt)) = self.under_way(invoke) else { return };
        let Some(domain) = attempt.domain else {
            return out.milestone(Tag::OwnSmsPlant, Milestone::Undefined { state: "smsc, not forwarded", input: "result" });
        };
        let (sm, attempts) = (self.at(number).sm, self.at(number).attempts);
        match result {
            MtResult::Ok => out.ask(Question::AckLost { message: sm.message, invoke, attempt: attempts }),
            MtResult::Absent(_) => {
                self.report(&sm, domain, Outcome::Absent, out);
                self.forward(invoke, out);
            }
            MtResult::MemoryFull => {
                self.report(&sm, domain, Outcome::MemoryFull, out);
                self.failed(invoke, None, out);
            }
            MtResult::Busy => self.failed(invoke, Some(self.setup.busy_retry), out),
        }
    }

    /// Tells the HLR how an attempt ended: after a failure it wants an alert.
    fn report(&self, sm: &Submission, domain: SmsDomain, outcome: Outcome, out: &mut Outbox) {
        let (user, sc, about) = (sm.user, self.setup.id, sm.message);
        out.send(self.setup.hlr, Pdu::Map(Map::ReportSmDeliveryStatus { user, sc, domain, outcome, about }));
    }

    /// The HLR holds waiting data for a subscriber whose routing was asked for.
    fn on_informed(&mut self, user: UserId, flagged: bool) {
        let current = self.lines.get(&user).and_then(|line| line.current);
        if let Some(number) = current
            && let State::Attempt(attempt) = &mut self.at(number).state
        {
            attempt.flagged = flagged;
        }
    }

    /// The phone has it. Where the acknowledgement is lost on its last stretch (`sms.duplicate`) the attempt ends by its guard, and
    /// the phone gets it again.
    fn on_acknowledged(&mut self, invoke: u32, ack_lost: bool, out: &mut Outbox) {
        if ack_lost && out.holds(Tag::OwnSmRepeat) {
            return out.milestone(Tag::OwnSmRepeat, Milestone::Told);
        }
        let (number, attempt) = self.under_way(invoke).expect("the answer comes before anything else");
        let pending = &mut self.at(number).pending;
        pending.pop_front();
        if !pending.is_empty() {
            return self.send_part(invoke, out);
        }
        if let (true, Some(domain)) = (attempt.flagged, attempt.domain) {
            let sm = self.at(number).sm;
            self.report(&sm, domain, Outcome::Success, out);
        }
        let user = self.end_attempt(invoke, out);
        self.finish(number, SmStatus::Received, Tag::OwnSmsPlant, out);
        self.next(user, out);
    }

    /// An attempt without success: the schedule says when the next one is, unless something else does.
    fn failed(&mut self, invoke: u32, wait: Option<Span>, out: &mut Outbox) {
        let (number, _) = self.under_way(invoke).expect("an attempt ends once");
        let user = self.end_attempt(invoke, out);
        let stored = self.at(number);
        stored.failures += 1;
        let (failures, over, single_shot) = (stored.failures, stored.over, stored.sm.single_shot);
        if single_shot {
            self.finish(number, SmStatus::NoMoreAttempts, Tag::ScRetries, out);
        } else if let Some(status) = over {
            self.finish(number, status, Tag::ScValidity, out);
        } else {
            let wait = wait.unwrap_or_else(|| self.setup.retry.after(failures));
            // Without the rule nothing but an alert moves it.
            let wait = if out.holds(Tag::ScRetries) { wait } else { Span::FOREVER };
            out.milestone(Tag::ScRetries, Milestone::Told);
            let timer = out.set_timer(Timer::SmDue { number }, wait);
            self.at(number).state = State::Waits(timer);
        }
        self.next(user, out);
    }

    /// Ends the attempt of this invocation; the subscriber it was for. The short message is waiting for nothing.
    fn end_attempt(&mut self, invoke: u32, out: &mut Outbox) -> UserId {
        let (number, attempt) = self.under_way(invoke).expect("an attempt ends once");
        if let Some(timer) = attempt.guard {
            out.cancel_timer(timer);
        }
        self.invoked.remove(&invoke);
        let Submission { user, message, parts, .. } = self.at(number).sm;
        if let Some((_, copy)) = attempt.sending.filter(|_| parts > 1) {
            // What came of it came in parts, and may have been at the phone already: only a copy that made the message whole has ended.
            out.milestone(Tag::Concatenates, Milestone::CopyGivenUp { copy, message, fate: Fate::Absorbed });
        }
        let current = &mut self.line(user).current;
        *current = current.filter(|n| *n != number);
        user
    }

    /// The next in the subscriber's line.
    fn next(&mut self, user: UserId, out: &mut Outbox) {
        if let Some(number) = self.line(user).waiting.pop_front() {
            self.attempt(number, out);
        }
    }

    // --- alerts

    fn on_alert(&mut self, user: UserId, hlr: FunctionId, out: &mut Outbox) {
        out.send(hlr, Pdu::Map(Map::AlertScAck { user }));
        out.milestone(Tag::OwnWaitingData, Milestone::Alerted { user });
        let line = self.line(user);
        if std::mem::replace(&mut line.reacting, true) {
            return;
        }
        line.alerts += 1;
        let nth = line.alerts;
        out.ask(Question::AlertReaction { user, nth });
    }

    /// What waits for a subscriber who is back is tried at once, in order; gateways that asked for it are told.
    fn awake(&mut self, user: UserId, out: &mut Outbox) {
        self.line(user).reacting = false;
        if !out.holds(Tag::ScAlert) {
            return;
        }
        out.milestone(Tag::ScAlert, Milestone::Told);
        for gateway in std::mem::take(&mut self.line(user).to_notify) {
            out.send(gateway, Pdu::Sc(Sc::AlertNotification { user }));
        }
        let waits = |s: &Stored| s.sm.user == user && matches!(s.state, State::Waits(_));
        let numbers: Vec<u32> = self.stored.iter().filter(|(_, s)| waits(s)).map(|(n, _)| *n).collect();
        for number in numbers {
            if let State::Waits(timer) = self.at(number).state {
                out.cancel_timer(timer);
            }
            self.due(number, out);
        }
    }
}

/// It is gone from the service centre.
fn lost(sm: &Submission) -> Milestone {
    Milestone::CopyEnd { copy: sm.copy, message: sm.message, fate: Fate::Lost(Place::Sms) }
}

impl Function for Smsc {
    fn handle(&mut self, _now: SimTime, input: Input, out: &mut Outbox) {
        match input {
            Input::Received { from, pdu: Pdu::Sc(sc), .. } => match sc {
                Sc::Submit(sm) => self.on_submit(from, sm, out),
                Sc::Delete { user, reference, .. } => self.on_delete(from, user, reference, out),
                _ => out.milestone(Tag::ScStores, Milestone::Undefined { state: "smsc", input: "report to a gateway" }),
            },
            Input::Overloaded { from, pdu: Pdu::Sc(Sc::Submit(sm)), .. } => self.refuse(from, &sm, out),
            Input::Received { pdu: Pdu::Map(Map::SriSmAck { invoke, result, .. }), .. } => self.on_routing(invoke, result, out),
            Input::Received { pdu: Pdu::Map(Map::MtForwardSmAck { invoke, result, .. }), .. } => {
                self.on_forwarded(invoke, result, out)
            }
            Input::Received { from, pdu: Pdu::Map(Map::AlertSc { user }), .. } => self.on_alert(user, from, out),
            Input::Received { pdu: Pdu::Map(Map::InformSc { user, flags, .. }), .. } => self.on_informed(user, flags.any()),
            // No alert will come: the schedule is all there is.
            Input::Received { pdu: Pdu::Map(Map::WaitingListFull { .. }), .. } => out.milestone(Tag::ScRetries, Milestone::Told),
            Input::Told(Question::SmLost { number, part, .. }, Answer::Yes(true)) => self.on_loss(number, part, out),
            Input::Told(Question::SmLost { .. }, Answer::Yes(false)) => {}
            Input::Told(Question::AckLost { invoke, .. }, Answer::Yes(ack_lost)) => self.on_acknowledged(invoke, ack_lost, out),
            Input::Told(Question::AlertReaction { user, .. }, Answer::Span(after)) => {
                if after == Span::ZERO {
                    self.awake(user, out);
                } else {
                    out.set_timer(Timer::AlertReaction { user }, after);
                }
            }
            Input::Expired(Timer::AlertReaction { user }) => self.awake(user, out),
            Input::Expired(Timer::SmDue { number }) => self.due(number, out),
            Input::Expired(Timer::SmValidity { number }) => self.on_validity_end(number, out),
            Input::Expired(Timer::MapGuard { slot, .. }) => {
                let (number, attempt) = self.under_way(slot).expect("a guard runs while its attempt does");
                self.at(number).state = State::Attempt(Attempt { guard: None, ..attempt });
                self.failed(slot, None, out);
            }
            _ => out.milestone(Tag::ScStores, Milestone::Undefined { state: "smsc", input: "other" }),
        }
    }
}
