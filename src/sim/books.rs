//! What functions report: into the ledger, the truth it touches, the counts of tags, and the observers.

use super::device::Rare;
use super::hops::is_of_hop;
use super::observer::{Observer, Truth};
use super::outcome::{RunFailure, RunOutcome};
use super::world::{Running, World};
use crate::delivery::{FunctionId, ImdnFate, Milestone, Tag, UserId};
use crate::judge::{Moment, NEVER};
use crate::units::SimTime;

impl World {
    /// Writes one milestone down everywhere.
    pub(super) fn book<O: Observer>(&mut self, by: FunctionId, tag: Tag, milestone: &Milestone, observer: &mut O) {
        self.tags[tag as usize] += 1;
        if matches!(milestone, Milestone::Told) {
            if O::TRACE {
                observer.told(tag);
            }
            return;
        }
        let slot = milestone.message().and_then(|m| self.ledger.slot(m));
        let at = Moment { now: self.now, event: self.id, by };
        self.oracles.reported(at, tag, milestone, &self.ledger, slot);
        if let Some(slot) = slot {
            if let Err(broken) = self.ledger.write(self.now, slot, by, tag, milestone) {
                self.failure.get_or_insert(RunFailure::Conservation { at: self.now, what: broken.0 });
            }
            self.follow(slot, tag, milestone, observer);
        }
        match *milestone {
            Milestone::Bound { device, on, .. } => {
                let device = self.layout.device(device).expect("a contact is a client");
                observer.milestone(self.now, by, tag, milestone, true);
                return self.on_bound(device, on, observer);
            }
            Milestone::TxnStart { .. } => self.open_transactions += 1,
            Milestone::TxnEnd { .. } => self.open_transactions -= 1,
            Milestone::Undefined { state, input } => {
                self.undefined += 1;
                let kind = (self.kind_name(by), state, input);
                if !self.undefined_kinds.contains(&kind) {
                    self.undefined_kinds.push(kind);
                }
            }
            _ => {}
        }
        let measured = match slot {
            Some(slot) => self.ledger.book(slot).measured,
            None => milestone.message().is_none(),
        };
        observer.milestone(self.now, by, tag, milestone, measured);
    }

    fn kind_name(&self, function: FunctionId) -> &'static str {
        use super::draws::Station::*;
        match self.functions.station(function) {
            Client => "client",
            Core => "core",
            Pf => "pf",
            Isf => "isf",
            Iwf => "iwf",
            Hlr => "hlr",
            Msc => "msc",
            Mss => "mss",
            Push => "push",
            Smsc => "smsc",
        }
    }

    /// The truth that a message's milestone touches, and what holds its book open.
    fn follow<O: Observer>(&mut self, slot: u32, tag: Tag, milestone: &Milestone, observer: &mut O) {
        match *milestone {
            Milestone::Submit { .. } => {
                let window = (SimTime::ZERO.saturating_add(self.model.run.warm_up), self.model.run.arrivals_until);
                self.ledger.book(slot).measured = window.0 <= self.now && self.now < window.1;
                self.ledger.release(slot);
            }
            Milestone::TxnStart { .. } => self.ledger.hold(slot),
            Milestone::TxnEnd { .. } => {
                self.ledger.release(slot);
                self.touched.push(slot);
            }
            Milestone::CopyEnd { .. } | Milestone::CopyGivenUp { .. } => self.touched.push(slot),
            Milestone::Defer { user, .. } => {
                self.users[user.0 as usize].queued += 1;
                let measured = self.ledger.book(slot).measured;
                self.chains.note_deferred(user, measured);
                if self.ledger.book(slot).defers == 1 {
                    self.note_deferred(slot);
                }
            }
            Milestone::Leave { user, .. } => self.users[user.0 as usize].queued -= 1,
            Milestone::Expire { .. } => self.note_expired(slot),
            Milestone::Attempt { device, .. } => {
                let number = self.layout.device(device).expect("a contact is a client");
                self.note_rules_at_attempt(slot, Some(number));
                let state = &self.devices[number as usize];
                if state.bound && !state.connected {
                    self.ledger.book(slot).ghost_attempts += 1;
                    self.extras[slot as usize].rare_mut().ghosts.push((number, self.now));
                }
            }
            Milestone::AttemptEnd { device, .. } => {
                let number = self.layout.device(device).expect("a contact is a client");
                let ghosts = |rare: &Rare| rare.ghosts.iter().position(|g| g.0 == number);
                if let Some(at) = self.extras[slot as usize].rare().and_then(ghosts) {
                    let (_, began) = self.extras[slot as usize].rare_mut().ghosts.swap_remove(at);
                    let measured = self.ledger.book(slot).measured;
                    observer.truth(self.now, Truth::GhostAttemptEnd { measured, after: self.now - began });
                }
            }
            Milestone::Answer { code, .. } => self.on_answer(slot, code),
            Milestone::ImdnReceived { .. } => self.on_belief(slot),
            Milestone::Forward { into, to, .. } => self.on_forward(slot, into, to),
            // What waits behind its user's queue (`overtake-queue=behind-queue`) was left out knowingly.
            Milestone::Decided { .. } if tag == Tag::DeferKeep => {}
            Milestone::Decided { .. } => self.note_exclusions(slot, observer),
            Milestone::Handover { attempt, .. } => {
                self.note_rules_at_attempt(slot, None);
                self.watch(slot, attempt, false);
            }
            Milestone::SmsSubmit { attempt, .. } => {
                let (user, measured) = (self.ledger_user(slot), self.ledger.book(slot).measured);
                self.chains.note_sent(user, measured);
                self.watch(slot, attempt, true);
            }
            Milestone::SmsResult { ok: false, .. } => {
                let settled = self.ledger.book(slot).settled != NEVER;
                if !settled && !std::mem::replace(&mut self.extras[slot as usize].sms_failed, true) {
                    let user = self.ledger_user(slot);
                    self.users[user.0 as usize].sms_failed += 1;
                }
            }
            // A notification that is held is still to come: its message stays open.
            Milestone::ImdnScreened { fate: ImdnFate::Deferred, .. } => self.ledger.hold(slot),
            Milestone::ImdnScreened { fate: ImdnFate::Released | ImdnFate::Expired, .. } => {
                self.ledger.release(slot);
                self.touched.push(slot);
            }
            Milestone::Settled { .. } => self.sms_failure_is_over(slot),
            _ => {}
        }
    }

    /// I-24, at the end of a run: no timer of a PF runs on for what has ended.
    pub(super) fn check_timers(&mut self) {
        for token in self.outbox.tokens().live() {
            let Some(&Running { timer, owner, .. }) = self.running.get(token.slot as usize) else { continue };
            if !is_of_hop(timer) && self.functions.timer_is_idle(owner, token, timer) {
                let what = format!("timer {timer:?} of function {} runs for nothing", owner.0);
                self.failure.get_or_insert(RunFailure::Conservation { at: self.now, what });
            }
        }
    }

    /// A message whose SMS had failed has found its end.
    fn sms_failure_is_over(&mut self, slot: u32) {
        if std::mem::replace(&mut self.extras[slot as usize].sms_failed, false) {
            let user = self.ledger_user(slot);
            self.users[user.0 as usize].sms_failed -= 1;
        }
    }

    fn ledger_user(&mut self, slot: u32) -> UserId {
        self.ledger.book(slot).to
    }

    /// Devices that could have taken a new message and were not tried, for want of knowledge.
    fn note_exclusions<O: Observer>(&mut self, slot: u32, observer: &mut O) {
        let user = self.ledger.book(slot).to;
        if self.users[user.0 as usize].ip_ready == 0 || !self.ledger.book(slot).measured {
            return;
        }
        // By the attempts, not by the copies: of a request that the core forks the PF makes one copy for all.
        let tried = &self.ledger.record(slot).selected;
        let left_out = self.ready_and_chosen(slot).iter().filter(|client| !tried.iter().any(|(d, _)| d == client)).count();
        if left_out > 0 {
            observer.truth(self.now, Truth::WrongExclusion { devices: left_out as u32 });
        }
    }

    /// Closes the books of messages for which nothing is open any more.
    pub(super) fn close_touched<O: Observer>(&mut self, observer: &mut O) {
        while let Some(slot) = self.touched.pop() {
            if self.ledger.is_open(slot) && self.ledger.at_rest(slot) {
                self.settle_truth(slot);
                self.close(slot, observer);
            }
        }
    }

    /// Shows a book for the last time and forgets it.
    pub(super) fn close<O: Observer>(&mut self, slot: u32, observer: &mut O) {
        self.sms_failure_is_over(slot);
        self.ledger.close(slot);
        self.oracles.closed(self.now, slot, self.ledger.peek(slot));
        let record = self.ledger.record(slot);
        let path = record.first_path.map_or(0, |p| p as u64 + 1);
        self.fate.absorb([
            record.subject.0,
            record.outcome as u64 | path << 8 | (record.told as u64) << 16 | u64::from(record.answer_code) << 32,
            record.submit.ns(),
            record.accept.ns(),
            record.defer.ns(),
            record.first_arrival.ns(),
            record.settled.ns(),
            record.told_at.ns()
                ^ u64::from(record.handovers) << 48
                ^ u64::from(record.stored_objects + record.recorded_objects) << 40
                ^ (record.displayed.len() as u64) << 32,
        ]);
        if record.submit != NEVER {
            observer.closed(self.now, record);
        }
        let before = record.forwarded_from;
        self.ledger.forget(slot);
        if let Some(ancestor) = before.and_then(|message| self.ledger.slot(message)) {
            self.ledger.release(ancestor);
            self.touched.push(ancestor);
        }
    }

    /// The end of a run: what is open is pending, and all is shown for the last time.
    pub(super) fn finish<O: Observer>(mut self, observer: &mut O) -> Result<RunOutcome, RunFailure> {
        self.oracles.end();
        for slot in self.ledger.open_slots() {
            self.settle_truth(slot);
            self.note_open_wait(slot);
            if self.outbox.holds(Tag::OwnEnd) {
                self.ledger.end_pending(slot, self.now);
            }
            self.close(slot, observer);
        }
        if self.failure.is_none() {
            self.check_timers();
        }
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let (made, ended) = self.ledger.copies();
        if made != ended {
            return Err(RunFailure::Conservation { at: self.now, what: format!("{made} copies were made and {ended} ended") });
        }
        let tags = Tag::ALL.iter().copied().filter(|t| self.tags[*t as usize] > 0).map(|t| (t, self.tags[t as usize])).collect();
        Ok(RunOutcome {
            end: self.now,
            window: (SimTime::ZERO.saturating_add(self.model.run.warm_up), self.model.run.arrivals_until),
            events: self.id,
            trace_fingerprint: self.trace.value(),
            fate_fingerprint: self.fate.value(),
            ties: self.ties,
            undefined: self.undefined,
            undefined_kinds: self.undefined_kinds,
            tags,
            messages: self.messages,
            oracles: self.oracles.finish(),
        })
    }
}
