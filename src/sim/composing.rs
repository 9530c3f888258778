//! The users' side of a run: what the streams of messages submit, and the books that are opened for it and for what is forwarded.

use std::sync::Arc;

use super::device::Extra;
use super::observer::{EventView, Observer, What};
use super::workload::{Stream, content, hides, kind};
use super::world::{Event, RUN, World};
use crate::delivery::{Icsi, Indications, Input, MessageId, Pager, UserId};
use crate::engine::{Class, Key};
use crate::judge::{Heading, NEVER, Told};
use crate::units::{SimTime, SubjectId, make_room};

/// Part of the name of a message that a rule sent to another recipient.
const RETARGET: SubjectId = SubjectId::of_name("own.retarget");

impl World {
    pub(super) fn start_streams(&mut self) {
        let model = Arc::clone(&self.model);
        for (number, traffic) in model.traffic.iter().enumerate() {
            let (from, to) = (&model.populations[traffic.from], &model.populations[traffic.to]);
            let (first_from, first_to) = (self.layout.first_user[traffic.from], self.layout.first_user[traffic.to]);
            for recipient in 0..to.count {
                // A population that writes to itself: each to the one before, so that nobody writes to himself.
                let offset = u32::from(traffic.from == traffic.to);
                let sender = UserId(first_from + (recipient + offset) % from.count);
                let user = UserId(first_to + recipient);
                let subject = self.layout.user(user).subject;
                let mut stream = Stream::new(number as u32, traffic, sender, user, subject, &mut self.chooser);
                let place = self.streams.len() as u32;
                let first = stream.next(traffic, SimTime::ZERO, model.run.arrivals_until, &mut self.chooser);
                self.streams.push(stream);
                if let Some(at) = first {
                    self.active_streams += 1;
                    self.schedule_compose(at, place);
                }
            }
        }
    }

    fn schedule_compose(&mut self, at: SimTime, stream: u32) {
        let sender = self.layout.user(self.streams[stream as usize].from).devices.0;
        let target = self.layout.client(sender).0;
        self.schedule(at, Class::Workload, target, RUN, Event::Compose { stream });
    }

    pub(super) fn on_compose<O: Observer>(&mut self, key: Key, place: u32, observer: &mut O) {
        // The model is shared by threads: counting one more holder for each message would make them wait for each other.
        let World { model, layout, streams, chooser, now, outbox, .. } = self;
        let stream = &mut streams[place as usize];
        let traffic = &model.traffic[stream.traffic as usize];
        let subject = stream.message();
        let (from, to, sequence, number) = (stream.from, stream.to, stream.composed, stream.traffic);
        stream.composed += 1;
        let next = stream.next(traffic, *now, model.run.arrivals_until, chooser);
        let (chars, bytes, dispositions) = content(&traffic.message, subject, chooser);
        let expires = traffic.message.expires.map_or(SimTime::NEVER, |life| now.saturating_add(life));
        let message = outbox.mint_message();
        let copy = crate::delivery::CopyId(0);
        let headers = &traffic.message.headers;
        let indications =
            Indications { sent: *now, conversation: stream.conversation(), contribution: message.0, ..headers.indications };
        let anonymous = hides(headers, subject, chooser);
        let kind = kind(headers, subject, chooser);
        let agent = layout.class(model, layout.user(from).devices.0).capabilities.agent;
        let reply_to = headers.reply_to.map(|population| {
            let count = model.populations[population].count;
            UserId(layout.first_user[population] + (layout.user(from).number - 1) % count)
        });
        let pager = Pager {
            message,
            original: message,
            copy,
            from,
            to,
            bytes,
            chars,
            content: kind,
            dispositions,
            anonymous,
            agent,
            reply_to,
            expires,
            indications,
            retargets: 0,
            attempt: 0,
        };
        self.messages += 1;
        match next {
            Some(at) => self.schedule_compose(at, place),
            None => self.active_streams -= 1,
        }
        self.ledger.open(Heading { subject, traffic: number, sequence }, &pager);
        let slot = self.prepare_extra(message);
        // Held until it is submitted: a client that is not registered keeps it for later.
        self.ledger.hold(slot);
        self.begin_event(key, 0, 7, Some(message), observer);
        let client = self.layout.client(self.layout.user(from).devices.0);
        if O::TRACE {
            observer.event(EventView { id: self.id, cause: 0, now: self.now, target: client, what: What::Compose(message) });
        }
        let icsi = if self.model.traffic[number as usize].message.headers.untagged { Icsi::None } else { Icsi::Msg };
        self.tell(client, Input::Compose(pager, icsi), observer);
    }

    /// What is remembered beside a book that has just been opened: nothing yet.
    fn prepare_extra(&mut self, message: MessageId) -> u32 {
        let slot = self.ledger.slot(message).expect("just opened");
        if self.extras.len() <= slot as usize {
            make_room(&mut self.extras);
            self.extras.resize_with(slot as usize + 1, Extra::default);
        }
        self.extras[slot as usize].clear();
        self.oracles.open(slot);
        slot
    }

    /// A PF forwards a message: the duty towards its new recipient has a book of its own. The book it took over from stays open
    /// until this one is closed, since what the sender is told of the one he is told of the other; and this one until the request
    /// is answered.
    pub(super) fn on_forward(&mut self, slot: u32, into: MessageId, to: UserId) {
        let record = self.ledger.record(slot);
        let subject = record.subject.with(RETARGET).with(self.layout.user(to).subject);
        let unanswered = record.answer == NEVER;
        self.ledger.forward(slot, into, to, subject);
        self.messages += 1;
        let new = self.prepare_extra(into);
        self.ledger.hold(slot);
        if unanswered {
            self.ledger.hold(new);
        }
    }

    /// The request of the message in `slot` is answered with `code`: so are the duties that took over from it.
    pub(super) fn on_answer(&mut self, slot: u32, code: u16) {
        let mut next = self.ledger.record(slot).forwarded_into;
        while let Some(heir) = next.and_then(|message| self.ledger.slot(message)) {
            self.ledger.answered(self.now, heir, code);
            self.ledger.release(heir);
            self.touched.push(heir);
            next = self.ledger.record(heir).forwarded_into;
        }
    }

    /// A notification about the message in `slot` reached the sender: it bears the Message-ID of those it took over from.
    pub(super) fn on_belief(&mut self, slot: u32) {
        let (told, at) = (self.ledger.record(slot).told, self.ledger.record(slot).told_at);
        if told == Told::Nothing {
            return;
        }
        let mut before = self.ledger.record(slot).forwarded_from;
        while let Some(ancestor) = before.and_then(|message| self.ledger.slot(message)) {
            self.ledger.believe(at, ancestor, told);
            before = self.ledger.record(ancestor).forwarded_from;
        }
    }
}
