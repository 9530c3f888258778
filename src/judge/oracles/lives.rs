//! Oracles of how messages live and end: I-08, I-09, I-14 to I-16, I-19, I-22, I-27, I-29, I-30.

use super::facts::{Station, THERE};
use super::state::Mark;
use super::{Full, Moment, OracleId, Oracles};
use crate::delivery::milestone::ItemResult;
use crate::delivery::{
    Claim, CpmAction, Fate, FunctionId, LegResult, MessageId, Milestone, NoticeKind, Path, Storing, Tag, UserId,
};
use crate::judge::ledger::{Book, Ledger};
use crate::judge::{MessageRecord, NEVER, Outcome};
use crate::units::{SimTime, Span};

impl Oracles {
    /// What is reported about a message whose book is open.
    pub(super) fn about_message(&mut self, at: Moment, tag: Tag, milestone: &Milestone, slot: u32, book: &Book) {
        let r = &book.record;
        if writes_down(milestone) {
            self.states[slot as usize].set(Mark::Recorded);
            self.early = self.early.filter(|(_, message)| *message != r.id);
        }
        if self.stale == Some((at.event, r.id)) {
            self.moves_nothing(at, milestone, r);
        }
        let state = &mut self.states[slot as usize];
        match *milestone {
            Milestone::TxnEnd { result: LegResult::Timeout, .. } if self.facts.device(at.by).is_none() => {
                state.set(Mark::GivenUp);
            }
            Milestone::CopyMade { origin, .. } => self.made(at, slot, origin, r),
            Milestone::CopyEnd { fate: Fate::Deleted, .. } => self.deleted(slot),
            Milestone::Accept { .. } => state.pf = at.by,
            Milestone::Attempt { device, .. } => self.attempt(at, slot, device, r),
            Milestone::AttemptEnd { device, result, .. } => {
                if let Some(leg) = state.legs.iter().position(|d| *d == device) {
                    state.legs.swap_remove(leg);
                }
                match result {
                    LegResult::Timeout | LegResult::Code(408) => state.set(Mark::GivenUp),
                    LegResult::Code(202) => state.set(Mark::Leg202),
                    _ => {}
                }
            }
            Milestone::Handover { attempt, .. } => self.handover(at, slot, attempt, tag == Tag::RuleInterworks, r),
            Milestone::Defer { user, .. } => {
                state.set(Mark::InQueue);
                state.decides(at.event, Mark::KeptHere);
                self.deferred(at, user, r);
            }
            Milestone::Leave { user, .. } => {
                state.clear(Mark::InQueue);
                self.users[user.0 as usize].queued -= 1;
            }
            Milestone::Claimed { by, .. } => self.claimed(at, slot, by, r),
            Milestone::Expire { .. } => self.expires(at, slot, r),
            Milestone::Settled { .. } => {
                self.reach(OracleId::I27);
                self.after_the_end(at, r);
            }
            Milestone::Failed { .. } | Milestone::Reject { .. } => {
                if matches!(milestone, Milestone::Failed { .. }) {
                    self.after_the_end(at, r);
                }
                // Under `queue-full=drop-oldest` it is another message that goes.
                if let Some(full) = &mut self.full {
                    full.told = true;
                }
            }
            Milestone::Forward { .. } => {
                self.after_the_end(at, r);
                self.forwards(at, r);
            }
            Milestone::QueueFull { message } => self.found_full(at, message, r.to),
            Milestone::StorePut { storing: Storing::Delivery, .. } => self.stored(slot),
            Milestone::Store { ok: true, .. } => state.set(Mark::Come),
            Milestone::Store { ok: false, .. } => {
                state.set(Mark::StoreGivenUp);
                state.clear(Mark::Stored);
            }
            Milestone::Synced { .. } => {
                state.set(Mark::Come);
                state.set(Mark::Synced);
            }
            Milestone::Present { path, copy, .. } => {
                state.set(Mark::Come);
                if path == Path::Ip {
                    self.shown(at, copy, r);
                }
            }
            Milestone::ImdnReceived { disposition, .. } => self.hears(at, disposition, book),
            Milestone::NotifyLists { message, .. } => self.listed(at, message, Some(slot)),
            Milestone::PullItem { action: Some(CpmAction::Delete), result: ItemResult::Moved, .. } => self.deleted(slot),
            _ => {}
        }
    }

    /// What is reported about no message, or about one that is over.
    pub(super) fn about_nothing_open(&mut self, at: Moment, milestone: &Milestone) {
        match *milestone {
            Milestone::Notify { kind, .. } => self.notice = kind,
            Milestone::NotifyLists { message, .. } => self.listed(at, message, None),
            Milestone::PullReceived { user, .. } => {
                let pulls = &mut self.users[user.0 as usize].pulls;
                *pulls += 1;
                if *pulls > 1 {
                    self.reach(OracleId::I11);
                }
            }
            Milestone::PullAnswer { user, code, .. } => {
                let empty = self.users[user.0 as usize].queued == 0;
                self.reach(OracleId::I22);
                if code >= 300 {
                    self.pull_over(user);
                } else if empty {
                    self.broken(OracleId::I22, false, at, None, "a pull of an empty queue was accepted");
                }
            }
            Milestone::PullDone { user, .. } => self.pull_over(user),
            Milestone::View { user, on: true, .. } => {
                let user = &mut self.users[user.0 as usize];
                user.first_view = user.first_view.min(at.now);
            }
            Milestone::Leave { user, .. } => self.users[user.0 as usize].queued -= 1,
            Milestone::Restarted => self.restarted(at.by),
            _ => {}
        }
    }

    fn pull_over(&mut self, user: UserId) {
        let pulls = &mut self.users[user.0 as usize].pulls;
        *pulls = pulls.saturating_sub(1);
    }

    /// What a PF had sent to clients before it stopped is open no more for it, and may still arrive.
    fn restarted(&mut self, pf: FunctionId) {
        for state in self.states.iter_mut().filter(|s| s.pf == pf) {
            if !state.legs.is_empty() {
                state.set(Mark::GivenUp);
            }
            state.legs.clear();
        }
        self.users.iter_mut().zip(&self.facts.users).for_each(|(user, place)| {
            if self.facts.people[place.0 as usize].pf == pf {
                user.pulls = 0;
            }
        });
    }

    // --- beginning and ending

    /// A delivery or a hand-over begins: not after the end, expiry or deletion.
    pub(super) fn begins(&mut self, at: Moment, slot: u32, r: &MessageRecord) {
        if r.expire != NEVER {
            self.broken(OracleId::I08, false, at, Some(r.id), "a delivery began after expiry");
        }
        if self.states[slot as usize].has(Mark::Deleted) {
            self.broken(OracleId::I09, false, at, Some(r.id), "a delivery began after the message was deleted");
        }
        self.after_the_end(at, r);
    }

    /// I-27: what is decided is decided.
    fn after_the_end(&mut self, at: Moment, r: &MessageRecord) {
        if r.settled != NEVER && self.facts.is_pf(at.by) {
            self.broken(OracleId::I27, false, at, Some(r.id), "something was begun after the message was settled");
        }
    }

    fn claimed(&mut self, at: Moment, slot: u32, by: Claim, r: &MessageRecord) {
        self.after_the_end(at, r);
        if by == Claim::Pull && !self.states[slot as usize].has(Mark::InQueue) {
            self.broken(OracleId::I22, false, at, Some(r.id), "a pull took hold of a message that was not in the queue");
        }
    }

    fn deleted(&mut self, slot: u32) {
        let state = &mut self.states[slot as usize];
        if !state.has(Mark::Deleted) {
            state.set(Mark::Deleted);
            self.reach(OracleId::I09);
        }
    }

    fn expires(&mut self, at: Moment, slot: u32, r: &MessageRecord) {
        self.reach(OracleId::I08);
        self.after_the_end(at, r);
        if r.expire != NEVER {
            self.broken(OracleId::I08, false, at, Some(r.id), "expiry was decided twice");
        }
        if at.now < r.due {
            self.broken(OracleId::I08, false, at, Some(r.id), "it expired before its time");
        }
        let there = self.was_there(at.now.min(r.due), r);
        if there {
            self.states[slot as usize].set(Mark::ExpiredThere);
        }
    }

    /// A device that takes everything has been there for as long as the bound says, and the PF could hear of it: it came after the
    /// last attempt, or registers anew often enough.
    fn was_there(&self, by: SimTime, r: &MessageRecord) -> bool {
        let (_, first, end) = self.facts.users[r.to.0 as usize];
        (first..end).any(|device| {
            let (facts, since) = (&self.facts.devices[device as usize], self.there_since[device as usize]);
            let tried = r.last_attempt != NEVER && r.last_attempt >= since;
            since != NEVER && facts.full && (facts.refreshes || !tried) && since.max(r.accept).saturating_add(THERE) < by
        })
    }

    /// I-15 and I-16.
    pub(super) fn came_to_an_end(&mut self, at: Moment, slot: u32, r: &MessageRecord) {
        if r.accept == NEVER || r.reject != NEVER || r.due == NEVER {
            return;
        }
        let overdue = at.now >= r.due.saturating_add(self.facts.longest);
        if r.outcome != Outcome::Pending || overdue {
            self.reach(OracleId::I15);
        }
        if r.outcome == Outcome::Pending && overdue {
            self.broken(OracleId::I15, false, at, Some(r.id), "it is open long after its expiry");
        }
        let long = r.due >= r.accept.saturating_add(THERE).saturating_add(Span::from_secs(400));
        if r.defer != NEVER && long && self.facts.people(r.to).takes {
            self.reach(OracleId::I16);
            let open = r.outcome == Outcome::Pending && at.now >= r.due && self.was_there(r.due, r);
            let expired = r.outcome == Outcome::Expired && self.states[slot as usize].has(Mark::ExpiredThere);
            if open || expired {
                self.broken(OracleId::I16, false, at, Some(r.id), "it expired while a suitable device was there");
            }
        }
    }

    // --- reports that come late

    /// The PF is told that a hand-over failed.
    pub(super) fn failure_report(&mut self, at: Moment, message: MessageId, attempt: u32, ledger: &Ledger) {
        let Some(slot) = ledger.slot(message) else { return };
        if self.states[slot as usize].last_handed > attempt + 1 {
            self.reach(OracleId::I19);
            self.stale = Some((at.event, message));
        }
    }

    /// I-19: nothing follows from a report about an earlier attempt.
    fn moves_nothing(&mut self, at: Moment, milestone: &Milestone, r: &MessageRecord) {
        let moves = matches!(
            milestone,
            Milestone::Defer { .. }
                | Milestone::Released { .. }
                | Milestone::Claimed { .. }
                | Milestone::Attempt { .. }
                | Milestone::Handover { .. }
                | Milestone::Expire { .. }
                | Milestone::Failed { .. }
                | Milestone::Retained { .. }
        );
        if moves {
            self.broken(OracleId::I19, false, at, Some(r.id), "a failure report for an earlier attempt moved it");
        }
    }

    // --- notifications

    /// I-22: what a notification names is there; one of expired messages names what has expired.
    fn listed(&mut self, at: Moment, message: MessageId, slot: Option<u32>) {
        if self.notice == NoticeKind::Expired {
            return;
        }
        self.reach(OracleId::I22);
        if !slot.is_some_and(|slot| self.states[slot as usize].has(Mark::InQueue)) {
            self.broken(OracleId::I22, false, at, Some(message), "a notification names a message that is not in the queue");
        }
    }

    // --- bounds

    /// I-29: after as many returns as the limit says there is no other; one is repeated after a server error. What went by SMS beside
    /// what was kept, and has not come back, is no return.
    pub(super) fn returns(&mut self, at: Moment, slot: u32, r: &MessageRecord) {
        if r.handovers == 0 {
            return;
        }
        self.reach(OracleId::I29);
        let Some(Station::Pf { handover_limit, .. }) = self.facts.stations.get(at.by.0 as usize) else { return };
        let times = if self.facts.double_handover { 2 } else { 1 };
        let state = &self.states[slot as usize];
        let refused = u32::from(state.has(Mark::HandoverRefused));
        let beside = u32::from(state.has(Mark::BothAsked) && state.beside > 0);
        if r.handovers + 1 > times * handover_limit.max(&1) + refused + beside {
            self.broken(OracleId::I29, false, at, Some(r.id), "it was handed over more often than the limit says");
        }
    }

    fn forwards(&mut self, at: Moment, r: &MessageRecord) {
        self.reach(OracleId::I29);
        if r.retargets >= self.facts.forward_hops {
            self.broken(OracleId::I29, false, at, Some(r.id), "it was forwarded more often than the limit says");
        }
    }

    fn max_queue(&self, pf: FunctionId) -> Option<u32> {
        match self.facts.stations.get(pf.0 as usize) {
            Some(Station::Pf { max_queue, .. }) => *max_queue,
            _ => None,
        }
    }

    fn deferred(&mut self, at: Moment, user: UserId, r: &MessageRecord) {
        self.after_the_end(at, r);
        let queued = &mut self.users[user.0 as usize].queued;
        *queued += 1;
        let held = *queued;
        if self.max_queue(at.by).is_some_and(|bound| held > bound) {
            self.broken(OracleId::I30, false, at, Some(r.id), "a queue holds more than it may");
        }
    }

    fn found_full(&mut self, at: Moment, message: MessageId, user: UserId) {
        self.reach(OracleId::I30);
        let held = self.users[user.0 as usize].queued;
        if self.max_queue(at.by).is_none_or(|bound| held < bound) {
            self.broken(OracleId::I30, false, at, Some(message), "a queue with room was called full");
        }
        self.full = Some(Full { event: at.event, at: at.now, message, by: at.by, told: false });
    }

    /// An event has begun: what found a queue full in the last one has its end told, and what was answered 202 is written down.
    #[inline]
    pub(super) fn event_over(&mut self, event: u64) {
        if let Some((at, message)) = self.early.filter(|(at, _)| at.event != event) {
            (self.early, self.about) = (None, None);
            self.broken(OracleId::I14, false, at, Some(message), "202 left before the message was written down");
        }
        if let Some(full) = self.full.filter(|f| f.event != event) {
            self.about = None;
            self.full = None;
            if !full.told {
                let at = Moment { now: full.at, event: full.event, by: full.by };
                self.broken(OracleId::I30, false, at, Some(full.message), "it found the queue full and nobody was told");
            }
        }
    }
}

/// Whether this says that the PF has taken the message into its keeping, or decided it.
fn writes_down(milestone: &Milestone) -> bool {
    matches!(
        milestone,
        Milestone::Defer { .. }
            | Milestone::Handover { .. }
            | Milestone::Attempt { .. }
            | Milestone::QueueFull { .. }
            | Milestone::Expire { .. }
            | Milestone::Settled { .. }
            | Milestone::Forward { .. }
            | Milestone::Store { ok: true, .. }
    )
}
