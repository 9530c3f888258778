//! A client's synchronisation with the message store: after each registration, and then again and again as its user has set it.
//!
//! What comes from the store is no arrival and no presentation: the user finds it there. The client knows by it what it need not
//! take again. A device remembers what it has for as long as it recognises repeats.
//!
//! Left out: what the user does with an object on the device (flags, deletion), and how it looks.

use std::collections::VecDeque;

use crate::delivery::{FunctionId, Imap, MessageId, Milestone, Object, Outbox, Pdu, Question, Tag, Timer, TimerToken, UserId};
use crate::units::{SimTime, Span};

/// What a client needs to synchronise.
#[derive(Clone, Copy, Debug)]
pub struct SyncSetup {
    pub mss: FunctionId,
    /// Answer to a question to the store at the latest.
    pub limit: Span,
    /// How long the device remembers what it has.
    pub window: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// Until the next time.
    Waiting(TimerToken),
    Asking(TimerToken),
}

/// How far a client has come with its message store.
#[derive(Clone, Debug)]
pub struct Synchronising {
    device: FunctionId,
    user: UserId,
    setup: Option<SyncSetup>,
    state: State,
    /// Question under way, or the last one.
    tag: u32,
    /// Waits so far.
    waits: u32,
    /// The store was read up to this object.
    read: u32,
    /// Messages that the device has, rising, and since when.
    has: VecDeque<(MessageId, SimTime)>,
}

impl Synchronising {
    pub fn new(device: FunctionId, user: UserId, setup: Option<SyncSetup>) -> Synchronising {
        let has = VecDeque::new();
        Synchronising { device, user, setup, state: State::Idle, tag: 0, waits: 0, read: 0, has }
    }

    /// The device has this message by another way: it received it, or sent it itself.
    pub fn has(&mut self, now: SimTime, message: MessageId) {
        if let Some(setup) = self.setup {
            self.take(now, setup.window, message);
        }
    }

    /// Whether the message is new to the device, which has it from now on.
    fn take(&mut self, now: SimTime, window: Span, message: MessageId) -> bool {
        while self.has.front().is_some_and(|(_, since)| since.saturating_add(window) < now) {
            self.has.pop_front();
        }
        match self.has.binary_search_by_key(&message, |(known, _)| *known) {
            Ok(_) => false,
            Err(at) => {
                self.has.insert(at, (message, now));
                true
            }
        }
    }

    /// The client has registered.
    pub fn registered(&mut self, out: &mut Outbox) {
        if !matches!(self.state, State::Asking(_)) {
            self.stop(out);
            self.ask(out);
        }
    }

    /// No radio any more.
    pub fn stop(&mut self, out: &mut Outbox) {
        if let State::Waiting(timer) | State::Asking(timer) = std::mem::replace(&mut self.state, State::Idle) {
            out.cancel_timer(timer);
        }
    }

    fn ask(&mut self, out: &mut Outbox) {
        let Some(setup) = self.setup.filter(|_| out.holds(Tag::OwnSync)) else { return };
        self.tag += 1;
        self.state = State::Asking(out.set_timer(Timer::StoreEnd { tag: self.tag }, setup.limit));
        let (owner, device, after, tag) = (self.user, self.device, self.read, self.tag);
        out.milestone(Tag::OwnSync, Milestone::Told);
        out.send(setup.mss, Pdu::Imap(Imap::Sync { owner, device, after, tag }));
    }

    /// The time to the next synchronisation; none: not before the next registration.
    pub fn on_delay(&mut self, after: Option<Span>, out: &mut Outbox) {
        if let (State::Idle, Some(after)) = (self.state, after) {
            self.state = State::Waiting(out.set_timer(Timer::SyncDue, after));
        }
    }

    /// It is time again.
    pub fn on_due(&mut self, out: &mut Outbox) {
        self.state = State::Idle;
        self.ask(out);
    }

    /// The store has not answered: the client asks again the next time.
    pub fn on_no_answer(&mut self, tag: u32, out: &mut Outbox) {
        if tag == self.tag && matches!(self.state, State::Asking(_)) {
            self.state = State::Idle;
            self.wait(out);
        }
    }

    fn wait(&mut self, out: &mut Outbox) {
        self.waits += 1;
        out.ask(Question::SyncDelay { nth: self.waits });
    }

    /// The store has answered: the objects that the device did not have.
    pub fn on_synced(&mut self, now: SimTime, tag: u32, last: u32, objects: &[Object], out: &mut Outbox) -> Vec<Object> {
        let (State::Asking(timer), true) = (self.state, tag == self.tag) else { return Vec::new() };
        let Some(setup) = self.setup else { return Vec::new() };
        out.cancel_timer(timer);
        self.state = State::Idle;
        self.read = last;
        let new: Vec<Object> = objects.iter().filter(|o| self.take(now, setup.window, o.message)).copied().collect();
        for object in &new {
            out.milestone(Tag::OwnSync, Milestone::Synced { message: object.message, device: self.device });
        }
        self.wait(out);
        new
    }
}
