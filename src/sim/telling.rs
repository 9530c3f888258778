//! Telling a function one thing, and doing what it wants done: sending, timing, answering its questions of chance.

use std::sync::Arc;

use super::layout::Layout;
use super::observer::Observer;
use super::world::{Event, Running, World};
use crate::delivery::{Answer, FunctionId, Input, MessageId, Output, Question, Timer, TimerToken};
use crate::engine::Class;
use crate::judge::Moment;
use crate::model::{FunctionKind, Model};
use crate::units::{Chooser, Law, Purpose, SimTime, Site, Span, SubjectId, bernoulli, make_room, uniform_open};

impl World {
    /// Tells a function one thing, and does what it wants done.
    #[inline]
    pub fn tell<O: Observer>(&mut self, to: FunctionId, input: Input, observer: &mut O) {
        self.functions.handle(to, self.now, input, &mut self.outbox);
        if self.outbox.outputs().is_empty() {
            return;
        }
        let mut outputs = self.outbox.take();
        self.outbox.give_back(self.spare.pop().unwrap_or_default());
        for output in outputs.drain(..) {
            match output {
                Output::Send { to: receiver, pdu } => {
                    self.oracles.sent(Moment { now: self.now, event: self.id, by: to }, &pdu, &self.ledger);
                    self.send(to, receiver, pdu, observer);
                }
                Output::SetTimer { token, timer, after } => self.set_timer(to, token, timer, after),
                Output::CancelTimer { token } => {
                    self.outbox.tokens().retire(token);
                    self.calendar.note_dead();
                }
                Output::Ask(question) => {
                    let answer = self.answer(to, question);
                    self.tell(to, Input::Told(question, answer), observer);
                }
                Output::Milestone(tag, milestone) => self.book(to, tag, &milestone, observer),
            }
        }
        self.spare.push(outputs);
    }

    fn set_timer(&mut self, owner: FunctionId, token: TimerToken, timer: Timer, after: Span) {
        let slot = token.slot as usize;
        let running = Running { timer, owner, cause: self.id };
        if slot >= self.running.len() {
            make_room(&mut self.running);
            self.running.resize(slot + 1, running);
        }
        self.running[slot] = running;
        let at = self.now.saturating_add(after);
        if let Some(key) = self.key_for(at, Class::Timer, owner.0, owner.0) {
            self.calendar.schedule_after(after, key, Event::Timer(token));
        }
    }

    /// Draws the answer to a function's question.
    fn answer(&mut self, who: FunctionId, question: Question) -> Answer {
        if let Some(answer) = self.wish(who, question) {
            return answer;
        }
        let zero = Law::Constant(Span::ZERO);
        match question {
            Question::DisplayDelay { message } => return self.display_delay(who, message),
            Question::SyncDelay { nth } => return self.sync_delay(who, nth),
            Question::StoreFails { message, owner, nth } => {
                let failure = match self.model.functions.get(who.0 as usize).map(|f| &f.kind) {
                    Some(FunctionKind::Mss(mss)) => mss.failure,
                    _ => 0.0,
                };
                let subject = self.subject_of_message(message).with(self.layout.user(owner).subject);
                let site = Site::new(Purpose::StoreFailure, subject, nth);
                return Answer::Yes(failure > 0.0 && bernoulli(self.chooser.bits(site), failure));
            }
            _ => {}
        }
        let World { model, layout, chooser, ledger, function_subjects, .. } = self;
        let kind = model.functions.get(who.0 as usize).map(|f| &f.kind);
        let user_subject = |user: crate::delivery::UserId| layout.user(user).subject;
        let (law, purpose, subject, nth) = match (question, kind) {
            (Question::RegisterDelay { nth }, _) => {
                let device = layout.device(who).expect("a client asks");
                let subject = layout.devices[device as usize].subject;
                (&layout.class(model, device).registration.own_delay, Purpose::Reaction, subject, nth)
            }
            (Question::RetryJitter { nth }, _) => {
                let device = layout.device(who).expect("a client asks");
                let subject = layout.devices[device as usize].subject;
                let u = uniform_open(chooser.bits(Site::new(Purpose::TimerSpread, subject, nth)));
                return Answer::Thousandths(500 + (u * 501.0) as u32);
            }
            (Question::AgainShare { user, nth }, _) => {
                let subject = user_subject(user).with(AGAIN).with(function_subjects[who.0 as usize]);
                let u = uniform_open(chooser.bits(Site::new(Purpose::TimerSpread, subject, nth)));
                return Answer::Thousandths(500 + (u * 501.0) as u32);
            }
            (Question::KeepAliveShare { nth }, _) => {
                let device = layout.device(who).expect("a client asks");
                let subject = layout.devices[device as usize].subject.with(KEEP_ALIVE);
                let u = uniform_open(chooser.bits(Site::new(Purpose::TimerSpread, subject, nth)));
                return Answer::Thousandths(800 + (u * 201.0) as u32);
            }
            (Question::NotifyDelay { user, nth }, Some(FunctionKind::Core(core))) => {
                (&core.notify_delay, Purpose::Service, user_subject(user), nth)
            }
            (Question::MtDelivery { message, attempt, .. }, Some(FunctionKind::Msc(msc))) => {
                let slot = ledger.slot(message);
                let subject = slot.map_or(SubjectId(u64::from(message.0)), |slot| ledger.book(slot).subject);
                let phone = slot.map(|slot| ledger.book(slot).to).and_then(|user| primary_of(layout, model, user));
                let own = phone.and_then(|device| layout.class(model, device).sms_transfer.as_ref());
                (own.unwrap_or(&msc.mt_delivery), Purpose::Service, subject, attempt)
            }
            (Question::MtDelivery { message, attempt, .. }, Some(FunctionKind::Sgsn(sgsn))) => {
                let slot = ledger.slot(message);
                let subject = slot.map_or(SubjectId(u64::from(message.0)), |slot| ledger.book(slot).subject).with(PS);
                (&sgsn.mt_delivery, Purpose::Service, subject, attempt)
            }
            (Question::AlertDelay { user, nth }, Some(FunctionKind::Hlr(hlr))) => {
                (&hlr.alert_delay, Purpose::Service, user_subject(user).with(HLR), nth)
            }
            (Question::AlertLost { user, nth, place, .. }, Some(FunctionKind::Hlr(hlr))) => {
                let subject = user_subject(user).with(HLR);
                let subject = if place == 0 { subject } else { subject.part(u64::from(place)) };
                let site = Site::new(Purpose::LinkLoss, subject, nth);
                return Answer::Yes(hlr.alert_loss > 0.0 && bernoulli(chooser.bits(site), hlr.alert_loss));
            }
            (Question::AlertReaction { user, nth }, Some(FunctionKind::Iwf(iwf))) => {
                (&iwf.alert_reaction, Purpose::Reaction, user_subject(user).with(IWF), nth)
            }
            (Question::PushDelay { device, nth, .. }, Some(FunctionKind::Push(push))) => {
                let place = layout.device(device).expect("a push is for a device");
                (&push.latency, Purpose::Service, layout.devices[place as usize].subject.with(PUSH), nth)
            }
            _ => (&zero, Purpose::Service, SubjectId(0), 0),
        };
        Answer::Span(law.sample(chooser, Site::new(purpose, subject, nth)))
    }
}

impl World {
    /// Whether and when the user opens a message on a device. Until then the message's book stays open.
    fn display_delay(&mut self, who: FunctionId, message: MessageId) -> Answer {
        let model = Arc::clone(&self.model);
        let device = self.layout.device(who).expect("a client asks");
        let subject = self.subject_of_message(message).with(self.layout.devices[device as usize].subject);
        let chance = model.client.display;
        if chance <= 0.0 || !bernoulli(self.chooser.bits(Site::new(Purpose::Display, subject, 0)), chance) {
            return Answer::Never;
        }
        let after = model.client.display_delay.sample(&mut self.chooser, Site::new(Purpose::Display, subject, 1));
        let at = self.now.saturating_add(after);
        if at == SimTime::NEVER {
            return Answer::Never;
        }
        if let Some(slot) = self.ledger.slot(message) {
            self.ledger.hold(slot);
            self.schedule(at, Class::Measurement, who.0, who.0, Event::Opened { message });
        }
        Answer::Span(after)
    }

    fn sync_delay(&mut self, who: FunctionId, nth: u32) -> Answer {
        let World { model, layout, chooser, .. } = self;
        let device = layout.device(who).expect("a client asks");
        let Some(law) = &model.client.sync else { return Answer::Never };
        match law.sample(chooser, Site::new(Purpose::Sync, layout.devices[device as usize].subject, nth)) {
            Span::FOREVER => Answer::Never,
            after => Answer::Span(after),
        }
    }

    /// The subject of a message, also after its book is closed if an object of it was stored.
    pub(super) fn subject_of_message(&self, message: MessageId) -> SubjectId {
        match self.ledger.slot(message) {
            Some(slot) => self.ledger.record(slot).subject,
            None => self.stored_subjects.get(&message).copied().unwrap_or(SubjectId(u64::from(message.0))),
        }
    }
}

const HLR: SubjectId = SubjectId::of_name("own.alert");
const PS: SubjectId = SubjectId::of_name("own.packet-transfer");
const IWF: SubjectId = SubjectId::of_name("own.alert-reaction");

const AGAIN: SubjectId = SubjectId::of_name("own.again");
const KEEP_ALIVE: SubjectId = SubjectId::of_name("own.keep-alive");

const PUSH: SubjectId = SubjectId::of_name("own.push");

/// The device that bears the user's SIM.
fn primary_of(layout: &Layout, model: &Model, user: crate::delivery::UserId) -> Option<u32> {
    let (first, end) = layout.user(user).devices;
    (first..end).find(|device| layout.spec(model, *device).primary)
}
