//! What a pull tells the PF to do, in the order in which the steps run (PULL-8.3.1.6.3-25 to -35): delete, interwork, store, deliver.
//!
//! All messages that a pull names are claimed before the first step, so that the emptiness test of the next pull and every other
//! trigger see them taken. Of two entries for one message the first in that order wins and the second finds it gone.

use super::Pf;
use super::entry::{Entry, EntryId};
use super::pulling::{Item, Stage};
use crate::delivery::axes as axis;
use crate::delivery::cpm::decision::Screened;
use crate::delivery::cpm::decision::suitability::select;
use crate::delivery::milestone::ItemResult;
use crate::delivery::{
    Claim, ClientSet, CpmAction, Disposition, Fate, FunctionId, Instruction, MessageId, Milestone, Origin, Outbox, Tag, Timer,
};
use crate::units::{SimTime, Span};

impl Pf {
    /// Steps 3 to 7.
    pub(super) fn instruct(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        let state = self.pulls.at(serial);
        let (user, client, list) = (state.user, state.client, state.list.clone());
        match &list {
            None => self.claim_all(now, serial, client, out),
            Some(list) => self.claim_listed(serial, list, out),
        }
        let unnamed_too = list.is_some() && !out.holds(Tag::PullLeaves);
        if list.is_some() {
            out.milestone(Tag::PullLeaves, Milestone::Told);
        }
        if unnamed_too {
            for id in self.waiting(user) {
                self.claim_for_pull(serial, id, CpmAction::Deliver, out);
            }
        }
        for Item { id, action, .. } in self.pulls.at(serial).items.clone() {
            match action {
                CpmAction::Delete => self.delete_pulled(now, serial, id, out),
                CpmAction::Interwork => self.interwork_pulled(now, serial, id, out),
                CpmAction::Store => self.store_pulled(now, serial, id, out),
                CpmAction::Deliver => self.pulls.at(serial).to_send.push_back(id),
            }
        }
        if self.behaviour.push_newest_first && list.is_none() {
            self.pulls.at(serial).to_send.make_contiguous().reverse();
        }
        self.send_pulled(now, serial, out);
    }

    /// Without a list all that waits is to be delivered, as it stands now.
    fn claim_all(&mut self, now: SimTime, serial: u32, client: FunctionId, out: &mut Outbox) {
        out.milestone(Tag::DeliverAll, Milestone::Told);
        if !out.holds(Tag::DeliverAll) {
            return;
        }
        let user = self.pulls.at(serial).user;
        let held = self.users[user.0 as usize].held.clone();
        for id in held {
            if !self.entries.get(id).is_some_and(|e| e.in_queue && !e.settled) || !self.may_take(id, out) {
                continue;
            }
            let takes = self.takes(now, id, client);
            if !takes {
                out.milestone(Tag::OwnAllUnsuitable, Milestone::Told);
            }
            if takes || !self.behaviour.pull_all_skips || !out.holds(Tag::OwnAllUnsuitable) {
                self.claim_for_pull(serial, id, CpmAction::Deliver, out);
            }
        }
    }

    /// Whether the client is suitable for the message.
    pub(super) fn takes(&self, now: SimTime, id: EntryId, client: FunctionId) -> bool {
        let Some(entry) = self.entries.get(id) else { return false };
        self.ask_now(now, entry.pager.to, Screened::message(&entry.pager), select).suitable.has(client)
    }

    fn claim_listed(&mut self, serial: u32, list: &[Instruction], out: &mut Outbox) {
        let mut ordered: Vec<&Instruction> = list.iter().collect();
        out.milestone(Tag::PullSteps, Milestone::Told);
        if out.holds(Tag::PullSteps) {
            let step = |i: &&Instruction| CpmAction::IN_ORDER.iter().position(|a| Some(*a) == i.action).unwrap_or(usize::MAX);
            ordered.sort_by_key(step);
        }
        for instruction in ordered {
            let Instruction { uri_id: message, action } = *instruction;
            let action = match action {
                None if out.holds(Tag::OwnFaultyEntry) => {
                    self.say_item(serial, message, None, ItemResult::Faulty, Tag::OwnFaultyEntry, out);
                    continue;
                }
                other => other.unwrap_or(CpmAction::Deliver),
            };
            self.claim_named(serial, message, action, out);
        }
    }

    fn claim_named(&mut self, serial: u32, message: MessageId, action: CpmAction, out: &mut Outbox) {
        let user = self.pulls.at(serial).user;
        let there = |e: &&Entry| e.in_queue && !e.settled && e.pager.to == user && e.pull != Some(serial);
        let found = self.entries.held(message).filter(|id| self.entries.get(*id).as_ref().is_some_and(there));
        let result = match found {
            Some(id) if self.may_take(id, out) => return self.claim_for_pull(serial, id, action, out),
            Some(_) => ItemResult::ClaimedElsewhere,
            None => ItemResult::Gone,
        };
        self.say_item(serial, message, Some(action), result, Tag::PullIgnoresGone, out);
        if !out.holds(Tag::PullIgnoresGone) {
            self.undefined(None, "instruction about a message that is not there", out);
        }
    }

    fn say_item(
        &mut self,
        serial: u32,
        message: MessageId,
        action: Option<CpmAction>,
        result: ItemResult,
        tag: Tag,
        out: &mut Outbox,
    ) {
        let state = self.pulls.at(serial);
        let (pull, device) = (state.dialog.pull(), state.client);
        out.milestone(tag, Milestone::PullItem { pull, device, message, action, result });
    }

    /// Whether a pull may take hold of a message; a guard that keeps it from that is met (H-11, H-28).
    fn may_take(&mut self, id: EntryId, out: &mut Outbox) -> bool {
        let entry = self.entries.at(id);
        if entry.claimed() {
            let guard = if entry.legs > 0 { axis::GUARD_HIDE_IN_DELIVERY } else { axis::GUARD_CLAIM_PER_MESSAGE };
            let tag = if entry.legs > 0 { Tag::OwnHideInDelivery } else { Tag::OwnClaim };
            out.milestone(tag, Milestone::GuardReached { guard });
        }
        self.is_offered(id)
    }

    /// A pull takes hold of a message.
    pub(super) fn claim_for_pull(&mut self, serial: u32, id: EntryId, action: CpmAction, out: &mut Outbox) {
        let entry = self.entries.at(id);
        entry.pull = Some(serial);
        let (message, notified) = (entry.pager.message, entry.notified);
        out.milestone(Tag::OwnClaim, Milestone::Claimed { message, by: Claim::Pull });
        let state = self.pulls.at(serial);
        state.told = notified.iter().fold(state.told, ClientSet::with);
        state.items.push(Item { id, message, action });
    }

    /// The pull lets go of a message that stays in the queue, and clients are told of it anew.
    fn release_pulled(&mut self, now: SimTime, serial: u32, id: EntryId, out: &mut Outbox) {
        self.end_hold(now, serial, id, true, out);
    }

    /// The pull lets go of a message that stays in the queue. Of what the PF cannot do for a user nobody is told anew: he would ask for
    /// it again, and so on until the message expires.
    fn leave_pulled(&mut self, now: SimTime, serial: u32, id: EntryId, out: &mut Outbox) {
        self.end_hold(now, serial, id, false, out);
    }

    fn end_hold(&mut self, now: SimTime, serial: u32, id: EntryId, anew: bool, out: &mut Outbox) {
        if let Some(entry) = self.entries.get_mut(id).filter(|e| e.pull == Some(serial) && !e.settled) {
            entry.pull = None;
            let message = entry.pager.message;
            out.milestone(Tag::DeferKeep, Milestone::Released { message });
            if anew {
                self.tell_anew(id, out);
            }
            self.expire_if_overdue(now, id, out);
        }
        self.finish_item(now, serial, id, ItemResult::Failed, out);
    }

    // --- the steps

    /// Step 3.
    fn delete_pulled(&mut self, now: SimTime, serial: u32, id: EntryId, out: &mut Outbox) {
        if !out.holds(Tag::PullDeletes) {
            return self.leave_pulled(now, serial, id, out);
        }
        let entry = self.entries.at(id);
        let (pager, copy, arrived) = (entry.pager, entry.copy, entry.has_arrived());
        let message = pager.message;
        out.milestone(Tag::PullDeletes, Milestone::CopyEnd { copy, message, fate: Fate::Deleted });
        if pager.dispositions.negative && !arrived && out.holds(Tag::PullDeleteReports) {
            self.report(now, pager, Disposition::Failed, Tag::PullDeleteReports, out);
        }
        self.take_from_pull(id);
        self.settle(id, Tag::PullDeletes, out);
        self.finish_item(now, serial, id, ItemResult::Moved, out);
    }

    /// Step 4. It leaves the queue now, and comes back if the short message fails, as often as it may (H-39).
    fn interwork_pulled(&mut self, now: SimTime, serial: u32, id: EntryId, out: &mut Outbox) {
        let entry = self.entries.at(id);
        let open = entry.sms_open;
        if open || !self.may_interwork() || !out.holds(Tag::PullInterworks) {
            return self.leave_pulled(now, serial, id, out);
        }
        // Whoever asked for it has forgotten it, and has to be told when he next gives a sign of life.
        let over = self.returned_too_often(id, out);
        let entry = self.entries.at(id);
        entry.notified = entry.notified.iter().fold(entry.notified, ClientSet::without);
        if over {
            return self.leave_pulled(now, serial, id, out);
        }
        self.take_from_pull(id);
        self.hand_over(now, id, Tag::PullInterworks, out);
        self.finish_item(now, serial, id, ItemResult::Moved, out);
    }

    /// Step 5. It leaves the queue when the store has taken it.
    fn store_pulled(&mut self, now: SimTime, serial: u32, id: EntryId, out: &mut Outbox) {
        if self.setup.mss.is_none() || self.entries.at(id).storing.is_some() || !out.holds(Tag::PullStores) {
            return self.leave_pulled(now, serial, id, out);
        }
        self.store(now, id, Tag::PullStores, out);
    }

    /// The store has answered for a message of a pull.
    pub(super) fn pulled_stored(&mut self, now: SimTime, id: EntryId, serial: Option<u32>, ok: bool, out: &mut Outbox) {
        let Some(serial) = serial else { return };
        if ok {
            self.finish_item(now, serial, id, ItemResult::Moved, out);
        } else {
            self.release_pulled(now, serial, id, out);
        }
    }

    /// The pull that has hold of a message, which is let go of it.
    pub(super) fn take_from_pull(&mut self, id: EntryId) -> Option<u32> {
        self.entries.get_mut(id).and_then(|e| e.pull.take())
    }

    // --- step 6

    /// Sends what a pull has still to send, as the pacing says.
    pub(super) fn send_pulled(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        while let Some(state) = self.pulls.under_way.get_mut(&serial).filter(|s| s.gap.is_none()) {
            let (client, dialog) = (state.client, state.dialog);
            let one_by_one = self.behaviour.push_on_2xx
                && state.items.iter().any(|i| self.entries.get(i.id).is_some_and(|e| e.legs > 0 && e.pull == Some(serial)));
            if one_by_one {
                return;
            }
            let Some(id) = state.to_send.pop_front() else { return };
            let ours = |e: &&Entry| !e.settled && e.pull == Some(serial);
            if !self.entries.get(id).as_ref().is_some_and(ours) {
                // It ended, or another pull has taken it, since a guard is off.
                self.finish_item(now, serial, id, ItemResult::Gone, out);
                continue;
            }
            if !out.holds(Tag::PullDelivers) {
                self.leave_pulled(now, serial, id, out);
                continue;
            }
            if self.in_session(out) {
                self.send_in_session(now, id, dialog, Origin::Pull, Tag::PullDelivers, out);
            } else {
                self.attempt(now, id, std::iter::once(client), Origin::Pull, Tag::PullDelivers, out);
            }
            if self.behaviour.pull_removes_on_send {
                self.delivered(id, Tag::PullDelivers, out);
            }
            let state = self.pulls.at(serial);
            if self.setup.push_gap > Span::ZERO && !state.to_send.is_empty() && !self.behaviour.push_on_2xx {
                state.gap = Some(out.set_timer(Timer::PullGap { pull: serial }, self.setup.push_gap));
            }
        }
    }

    pub(super) fn on_pull_gap(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        self.pulls.at(serial).gap = None;
        self.send_pulled(now, serial, out);
        self.go_on_if_finished(now, serial, out);
    }

    /// A delivery of a pull has come to its end. One that goes one by one breaks where the client does not answer, and the rest
    /// is queued again; what the client refuses concerns that message alone.
    pub(super) fn pulled_leg_ended(&mut self, now: SimTime, serial: u32, id: EntryId, took: bool, lost: bool, out: &mut Outbox) {
        if lost && self.behaviour.push_on_2xx {
            self.release_unsent(now, serial, out);
        }
        if took {
            out.milestone(Tag::PullRemoves, Milestone::Told);
        }
        self.send_pulled(now, serial, out);
        self.finish_item(now, serial, id, if took { ItemResult::Moved } else { ItemResult::Failed }, out);
    }

    /// What a pull has not sent goes back to the queue.
    pub(super) fn release_unsent(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        let Some(state) = self.pulls.under_way.get_mut(&serial) else { return };
        let rest = std::mem::take(&mut state.to_send);
        if let Some(gap) = state.gap.take() {
            out.cancel_timer(gap);
        }
        for id in rest {
            self.release_pulled(now, serial, id, out);
        }
    }

    /// Whether the pull still has something to do.
    pub(super) fn pull_goes_on(&self, serial: u32) -> bool {
        self.pulls.under_way.get(&serial).is_some_and(|p| p.stage != Stage::Finished)
    }
}
