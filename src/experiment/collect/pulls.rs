//! Pulls (`metrics.md` 3.9), and deletion against another client's wish (3.4).
//!
//! A pull counts when it is complete at the PF at the end of the warm-up or later. One that is refused asks for nothing: its list
//! was not looked into. Sessions of one client are told apart by their order. Left out: what a refused pull with a list would have
//! asked to deliver, which nothing stamps.

use std::collections::BTreeMap;

use super::fold::{By, Share, Times, Window};
use super::tables::Tables;
use crate::judge::{MessageRecord, NEVER};
use crate::sim::seen::{CpmAction, FunctionId, ItemResult, MessageId, UserId};
use crate::units::SimTime;

/// One pull that is not over.
#[derive(Clone, Copy, Debug)]
struct Pull {
    user: Option<UserId>,
    sent: SimTime,
    received: SimTime,
    counted: bool,
    selective: bool,
    paused: bool,
    /// Messages in the queue when it came, if it asks for all.
    queued: u64,
    /// Its 200.
    answered: SimTime,
    /// Its dialog is not over.
    dialog: bool,
    /// Deliver actions that are finished, and those of them that moved their message.
    delivers: u64,
    moved: u64,
}

impl Pull {
    /// Deliver actions it asks for, as far as they are known.
    fn actions(&self) -> u64 {
        if self.selective { self.delivers } else { self.delivers.max(self.queued) }
    }
}

/// A message that one client has had deleted.
#[derive(Clone, Copy, Debug)]
struct Deletion {
    by: FunctionId,
    at: SimTime,
    measured: bool,
    /// Another client had asked for the message.
    wanted: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Pulls {
    /// By client and the number it gave.
    open: BTreeMap<(FunctionId, u32), Pull>,
    /// By user: pulls of his that are not done.
    active: By<u32>,
    /// When clients first asked for the delivery of messages.
    asked: BTreeMap<(MessageId, FunctionId), SimTime>,
    deleted: BTreeMap<MessageId, Deletion>,

    received: u64,
    conflicts: u64,
    refused_488: u64,
    refused_480: u64,
    selective: u64,
    paused: u64,
    hollow: Share,
    efficiency: Share,
    stale: Share,
    wanted: u64,
    completion: Times,
    dialog: Times,
}

impl Pulls {
    pub fn sent(&mut self, now: SimTime, device: FunctionId, pull: u32) {
        let before = Pull {
            user: None,
            sent: now,
            received: NEVER,
            counted: false,
            selective: false,
            paused: false,
            queued: 0,
            answered: NEVER,
            dialog: false,
            delivers: 0,
            moved: 0,
        };
        self.open.insert((device, pull), before);
    }

    /// It is complete at the PF, while `queue` stands in the user's queue.
    pub fn received(
        &mut self,
        now: SimTime,
        (user, device, pull): (UserId, FunctionId, u32),
        (selective, paused): (bool, bool),
        queue: impl Iterator<Item = MessageId>,
        window: &Window,
    ) {
        let Some(open) = self.open.get_mut(&(device, pull)) else { return };
        (open.user, open.received, open.counted) = (Some(user), now, window.begun(now));
        (open.selective, open.paused) = (selective, paused);
        if !selective {
            for message in queue {
                open.queued += 1;
                self.asked.entry((message, device)).or_insert(now);
            }
        }
        let active = self.active.at(user.0);
        if window.begun(now) {
            self.received += 1;
            self.conflicts += u64::from(*active > 0);
            self.selective += u64::from(selective);
        }
        *active += 1;
    }

    /// Its final response.
    pub fn answered(&mut self, now: SimTime, device: FunctionId, pull: u32, code: u16) {
        let Some(open) = self.open.get_mut(&(device, pull)) else { return };
        if (200..300).contains(&code) {
            (open.answered, open.dialog) = (now, true);
            if open.counted {
                self.hollow.den += 1;
                self.paused += u64::from(open.paused);
            }
            return;
        }
        if open.counted {
            self.refused_488 += u64::from(code == 488);
            self.refused_480 += u64::from(code == 480);
        }
        self.over(device, pull);
    }

    /// One instruction is finished. `measured`: its message is.
    pub fn item(
        &mut self,
        now: SimTime,
        (device, pull): (FunctionId, u32),
        (message, measured): (MessageId, bool),
        action: Option<CpmAction>,
        result: ItemResult,
    ) {
        let Some(open) = self.open.get_mut(&(device, pull)) else { return };
        if open.counted {
            self.stale.item(matches!(result, ItemResult::Gone | ItemResult::ClaimedElsewhere));
        }
        match action {
            Some(CpmAction::Deliver) => {
                open.delivers += 1;
                open.moved += u64::from(result == ItemResult::Moved);
                let received = open.received;
                self.asked_for(message, device, received);
            }
            Some(CpmAction::Delete) if result == ItemResult::Moved => self.delete(now, message, device, measured),
            _ => {}
        }
    }

    /// A client asked at `at` for the delivery of a message, which another may have had deleted since.
    fn asked_for(&mut self, message: MessageId, device: FunctionId, at: SimTime) {
        match self.deleted.get_mut(&message) {
            None => drop(self.asked.entry((message, device)).or_insert(at)),
            Some(deletion) if deletion.by != device && at <= deletion.at && !deletion.wanted => {
                deletion.wanted = true;
                self.wanted += u64::from(deletion.measured);
            }
            Some(_) => {}
        }
    }

    fn delete(&mut self, now: SimTime, message: MessageId, by: FunctionId, measured: bool) {
        let clients = (message, FunctionId(0))..=(message, FunctionId(u32::MAX));
        let wanted = self.asked.range(clients).any(|((_, other), at)| *other != by && *at <= now);
        self.deleted.insert(message, Deletion { by, at: now, measured, wanted });
        self.wanted += u64::from(wanted && measured);
    }

    /// The BYE of a session with this client has come, or its dialog was given up: that of the pull answered first.
    pub fn dialog_over(&mut self, now: SimTime, device: FunctionId) {
        let standing = self.open.range((device, 0)..=(device, u32::MAX)).filter(|(_, p)| p.dialog);
        if let Some((_, pull)) = standing.min_by_key(|(name, p)| (p.answered, **name)).map(|(name, _)| *name) {
            self.end_dialog(now, device, pull);
        }
    }

    fn end_dialog(&mut self, now: SimTime, device: FunctionId, pull: u32) {
        let Some(open) = self.open.get_mut(&(device, pull)) else { return };
        if std::mem::replace(&mut open.dialog, false) && open.counted {
            self.dialog.between(open.answered, now);
        }
    }

    /// Its last instruction is finished and its session over.
    pub fn done(&mut self, now: SimTime, device: FunctionId, pull: u32) {
        self.end_dialog(now, device, pull);
        let Some(open) = self.open.get(&(device, pull)).copied() else { return };
        if open.counted && open.answered != NEVER {
            self.completion.between(open.sent, now);
            self.hollow.num += u64::from(open.moved == 0 && (!open.selective || open.delivers > 0));
        }
        self.over(device, pull);
    }

    fn over(&mut self, device: FunctionId, pull: u32) {
        let Some(open) = self.open.remove(&(device, pull)) else { return };
        self.count_actions(&open);
        if let Some(user) = open.user {
            let active = self.active.at(user.0);
            *active = active.checked_sub(1).expect("a pull that ends was received");
        }
    }

    fn count_actions(&mut self, pull: &Pull) {
        if pull.counted && pull.answered != NEVER {
            self.efficiency.num += pull.moved;
            self.efficiency.den += pull.actions();
        }
    }

    pub fn closed(&mut self, m: &MessageRecord) {
        if m.defer == NEVER {
            return;
        }
        let clients = (m.id, FunctionId(0))..=(m.id, FunctionId(u32::MAX));
        while let Some(key) = self.asked.range(clients.clone()).next().map(|(key, _)| *key) {
            self.asked.remove(&key);
        }
    }

    /// `deferred`: the size of D.
    pub fn finish(mut self, end: SimTime, deferred: u64, out: &mut Tables) {
        let open = std::mem::take(&mut self.open);
        for pull in open.values().filter(|p| p.counted && p.answered != NEVER) {
            self.completion.open(pull.sent, end);
            if pull.dialog {
                self.dialog.open(pull.answered, end);
            }
            self.count_actions(pull);
        }
        out.ratio("pull_conflict_ratio", self.conflicts, self.received);
        out.share("pull_hollow_ratio", self.hollow);
        out.ratio("pull_488_ratio", self.refused_488, self.received);
        out.ratio("pull_480_ratio", self.refused_480, self.received);
        out.share("pull_efficiency_ratio", self.efficiency);
        out.share("pull_stale_instruction_ratio", self.stale);
        out.ratio("pull_selective_ratio", self.selective, self.received);
        out.times("pull_completion", self.completion);
        out.ratio("pull_paused_ratio", self.paused, self.received);
        out.times("dialog_open", self.dialog);
        out.ratio("deleted_but_wanted_per_1000", self.wanted, deferred);
    }
}
