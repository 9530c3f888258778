//! Pulls (8.3.1.6.3, steps 1 to 10): the INVITE of a client, its answer, and the line in which overlapping pulls are served.
//!
//! One pull of a user is served at a time, first come, first served, until what it asked for has come to an end (A-15 holds the
//! same client to the same rule). With `guard.hide-in-delivery` off the next is served as soon as everything has been sent. What
//! the instructions of a pull do is in `instructions`, its session in `session`.
//!
//! Left out: large messages (PULL-8.3.1.6.3-32).

use std::collections::{BTreeMap, VecDeque};

use super::Pf;
use super::entry::EntryId;
use super::notifying::Scope;
use super::relay::unanswered;
use crate::delivery::axes as axis;
use crate::delivery::ims::turn_away;
use crate::delivery::milestone::ItemResult;
use crate::delivery::{
    Body, ClientSet, CpmAction, Dialog, FunctionId, Icsi, Instruction, MessageId, Milestone, Outbox, Pdu, Reason, Request,
    Response, Tag, TimerToken, UserId, Warning,
};
use crate::units::SimTime;

/// Where a pull stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    InLine,
    /// Its steps run.
    Stepping,
    /// What it asked for is under way.
    Serving,
    /// All has been sent, and the next may be served though answers are still to come (`guard.hide-in-delivery=off`).
    Passed,
    /// The last instruction is finished; the session may still stand.
    Finished,
}

/// An instruction that is being carried out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub id: EntryId,
    pub message: MessageId,
    pub action: CpmAction,
}

/// A pull under way.
#[derive(Clone, Debug)]
pub(super) struct PullState {
    pub user: UserId,
    pub client: FunctionId,
    pub dialog: Dialog,
    /// The client waits for this answer.
    answer: Option<(FunctionId, Response)>,
    pub list: Option<Box<[Instruction]>>,
    pub stage: Stage,
    pub items: Vec<Item>,
    /// Messages to be delivered that have not been sent.
    pub to_send: VecDeque<EntryId>,
    pub gap: Option<TimerToken>,
    /// Clients that were told of what it moved.
    pub told: ClientSet,
    pub moved: bool,
}

/// The pulls of a PF, by serial numbers, which go up: the line of a user is in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Pulls {
    pub under_way: BTreeMap<u32, PullState>,
    last: u32,
    /// Messages that this input has put in the queue, while any pull is under way.
    pub arrived: Vec<EntryId>,
}

impl Pulls {
    pub fn at(&mut self, serial: u32) -> &mut PullState {
        self.under_way.get_mut(&serial).expect("a pull stands while something is under way for it")
    }

    /// The pulls of `user` that are not finished.
    fn of(&self, user: UserId) -> impl Iterator<Item = (u32, &PullState)> {
        let unfinished = move |(_, p): &(&u32, &PullState)| p.user == user && p.stage != Stage::Finished;
        self.under_way.iter().filter(unfinished).map(|(serial, p)| (*serial, p))
    }
}

impl Pf {
    /// An INVITE to the management of deferred messages.
    pub(super) fn on_pull(&mut self, now: SimTime, request: Request, out: &mut Outbox) {
        if request.icsi != Icsi::Deferred && out.holds(Tag::PullStarts) {
            return turn_away(&request, 404, Tag::PullStarts, out);
        }
        let (invite, waits) = (request.txn, unanswered(&request));
        let Body::Pull(pull) = request.body else { unreachable!("dispatched by its body") };
        let (user, client) = (pull.user, pull.client);
        let dialog = Dialog { invite, client, user };
        let (number, selective, paused) = (dialog.pull(), pull.list.is_some(), self.retrieval_paused(now));
        let received = Milestone::PullReceived { user, pull: number, device: client, selective, paused };
        out.milestone(Tag::PullStarts, received);
        out.milestone(Tag::PullStarts, Milestone::SessionOffered { user, device: client });
        self.stop_reminding(user, out);
        let none = ClientSet::none(self.setup.devices.first_of[user.0 as usize]);
        let state = PullState {
            user,
            client,
            dialog,
            answer: Some(waits),
            list: pull.list,
            stage: Stage::InLine,
            items: Vec::new(),
            to_send: VecDeque::new(),
            gap: None,
            told: none,
            moved: false,
        };
        let overlaps = self.pulls.of(user).any(|(_, p)| p.stage != Stage::Passed);
        let same = self.pulls.of(user).any(|(_, p)| p.client == client);
        self.pulls.last += 1;
        let serial = self.pulls.last;
        self.pulls.under_way.insert(serial, state);
        if same {
            out.milestone(Tag::OwnSameClient, Milestone::GuardReached { guard: axis::GUARD_SAME_CLIENT_IN_ORDER });
        }
        let parallel = same && !(self.behaviour.guard_same_client_in_order && out.holds(Tag::OwnSameClient));
        if self.refuses_now(now, user, paused, overlaps && !parallel, out) {
            return self.refuse_pull(now, serial, 480, Reason::None, out);
        }
        if self.behaviour.empty_at_arrival && out.holds(Tag::OwnCheckEmpty) {
            out.milestone(Tag::OwnCheckEmpty, Milestone::Told);
            if self.nothing_to_manage(serial, out) {
                return self.refuse_empty(now, serial, out);
            }
            if self.session_blocked(out) {
                return self.refuse_pull(now, serial, 503, Reason::None, out);
            }
            self.accept_pull(serial, out);
        }
        if overlaps && !parallel && out.holds(Tag::PullInOrder) {
            return out.milestone(Tag::PullInOrder, Milestone::Told);
        }
        self.serve(now, serial, out);
    }

    /// Whether a pull is refused whatever waits: while retrieval is paused (H-45) or do-not-disturb stands (H-21), where the axes
    /// say so, and beside another pull in the first version (PULL-R-13). The texts give 480 for the last alone.
    fn refuses_now(&mut self, now: SimTime, user: UserId, paused: bool, overlaps: bool, out: &mut Outbox) -> bool {
        if paused {
            out.milestone(Tag::OwnPausedPull, Milestone::Told);
        }
        let waiting = self.users[user.0 as usize].held.clone();
        let disturbed = self.behaviour.dnd_refuses_pull && waiting.iter().any(|id| self.is_undisturbed(now, *id));
        if disturbed {
            out.milestone(Tag::OwnDndPull, Milestone::Told);
        }
        if overlaps && self.behaviour.overlap_480 {
            out.milestone(Tag::PullRefused, Milestone::Told);
        }
        (paused && self.behaviour.paused_refuses && out.holds(Tag::OwnPausedPull))
            || (disturbed && out.holds(Tag::OwnDndPull))
            || (overlaps && self.behaviour.overlap_480 && out.holds(Tag::PullRefused))
    }

    /// The turn of a pull has come.
    fn serve(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        let state = self.pulls.at(serial);
        state.stage = Stage::Stepping;
        if state.answer.is_some() {
            if self.nothing_to_manage(serial, out) {
                return self.refuse_empty(now, serial, out);
            }
            if self.session_blocked(out) {
                return self.refuse_pull(now, serial, 503, Reason::None, out);
            }
            self.accept_pull(serial, out);
        }
        self.instruct(now, serial, out);
        self.pulls.at(serial).stage = Stage::Serving;
        self.go_on_if_finished(now, serial, out);
    }

    /// Step 1: an empty queue, or under `pull-488-when=nothing-listed` a list of which nothing is there. A message that
    /// another pull has claimed counts only where the test runs at arrival, when it is not known what will be left.
    fn nothing_to_manage(&mut self, serial: u32, out: &mut Outbox) -> bool {
        let at_arrival = self.behaviour.empty_at_arrival && out.holds(Tag::OwnCheckEmpty);
        let state = self.pulls.at(serial);
        let (user, list) = (state.user, state.list.clone());
        let there = |pf: &Pf, id: &EntryId| {
            pf.entries.get(*id).is_some_and(|e| e.in_queue && !e.settled && (at_arrival || pf.is_offered(*id)))
        };
        let queued: Vec<EntryId> = self.users[user.0 as usize].held.iter().copied().filter(|id| there(self, id)).collect();
        if queued.is_empty() {
            return true;
        }
        let Some(list) = list.filter(|_| self.behaviour.refuse_nothing_listed) else { return false };
        out.milestone(Tag::OwnNothingListed, Milestone::Told);
        let named = |id: &EntryId| {
            self.entries.get(*id).is_some_and(|e| list.iter().any(|i| i.uri_id == e.pager.message && i.action.is_some()))
        };
        !queued.iter().any(named) && out.holds(Tag::OwnNothingListed)
    }

    /// Whether a pull or push may take hold of a queued message: nobody has, or the guards against that are off.
    pub(super) fn is_offered(&self, id: EntryId) -> bool {
        let rules = self.behaviour.rules;
        let claims = self.behaviour.guard_claim && rules.holds(Tag::OwnClaim);
        let hides = self.behaviour.guard_hide_in_delivery && rules.holds(Tag::OwnHideInDelivery);
        let free = |e: &super::Entry| !e.claimed() || !claims || (!hides && e.legs > 0 && e.in_queue);
        self.entries.get(id).is_some_and(free)
    }

    // --- answers

    fn refuse_empty(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        out.milestone(Tag::PullEmpty, Milestone::Told);
        out.milestone(Tag::PullWarning, Milestone::Told);
        let reason = if out.holds(Tag::PullWarning) { Reason::Warning(Warning::NoMessages) } else { Reason::None };
        if out.holds(Tag::PullEmpty) {
            return self.refuse_pull(now, serial, 488, reason, out);
        }
        self.accept_pull(serial, out);
        self.pulls.at(serial).stage = Stage::Serving;
        self.go_on_if_finished(now, serial, out);
    }

    /// The pull comes to nothing, and the next in the line is served.
    fn refuse_pull(&mut self, now: SimTime, serial: u32, code: u16, reason: Reason, out: &mut Outbox) {
        self.answer_pull(serial, code, reason, Tag::PullEmpty, out);
        let Some(state) = self.pulls.under_way.remove(&serial) else { return };
        let (user, client) = (state.user, state.client);
        out.milestone(Tag::PullEmpty, Milestone::SessionRefused { user, device: client, blocked: code == 503 });
        if state.stage == Stage::Stepping {
            self.serve_next(now, user, out);
        }
    }

    /// Step 2: 200, and a session stands.
    fn accept_pull(&mut self, serial: u32, out: &mut Outbox) {
        if !out.holds(Tag::PullAccepted) {
            self.pulls.at(serial).answer = None;
            return;
        }
        self.answer_pull(serial, 200, Reason::None, Tag::PullAccepted, out);
        let (dialog, user, client) = {
            let state = self.pulls.at(serial);
            (state.dialog, state.user, state.client)
        };
        out.milestone(Tag::PullAccepted, Milestone::SessionUp { user, device: client });
        self.open_dialog(dialog, Some(serial), out);
    }

    fn answer_pull(&mut self, serial: u32, code: u16, reason: Reason, tag: Tag, out: &mut Outbox) {
        let state = self.pulls.at(serial);
        let (user, device, pull) = (state.user, state.client, state.dialog.pull());
        if let Some((to, response)) = state.answer.take() {
            out.milestone(tag, Milestone::PullAnswer { user, pull, device, code });
            out.send(to, Pdu::Response(Response { code, reason, ..response }));
        }
    }

    // --- the line

    /// Serves the next pull of `user`, if none is being served.
    fn serve_next(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        if self.pulls.of(user).any(|(_, p)| matches!(p.stage, Stage::Stepping | Stage::Serving)) {
            return;
        }
        let next = self.pulls.of(user).find(|(_, p)| p.stage == Stage::InLine).map(|(serial, _)| serial);
        if let Some(serial) = next {
            self.serve(now, serial, out);
        }
    }

    /// An instruction of a pull has come to its end.
    pub(super) fn finish_item(&mut self, now: SimTime, serial: u32, id: EntryId, result: ItemResult, out: &mut Outbox) {
        let Some(state) = self.pulls.under_way.get_mut(&serial) else { return };
        let Some(at) = state.items.iter().position(|item| item.id == id) else { return };
        let Item { message, action, .. } = state.items.remove(at);
        state.moved |= result == ItemResult::Moved;
        let (pull, device) = (state.dialog.pull(), state.client);
        let item = Milestone::PullItem { pull, device, message, action: Some(action), result };
        out.milestone(Tag::PullRemoves, item);
        self.go_on_if_finished(now, serial, out);
    }

    /// Goes on to the next pull if this one is through.
    pub(super) fn go_on_if_finished(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        let hides = self.behaviour.guard_hide_in_delivery && out.holds(Tag::OwnHideInDelivery);
        let Some(state) = self.pulls.under_way.get_mut(&serial) else { return };
        let sent = state.to_send.is_empty() && state.gap.is_none();
        let user = state.user;
        match state.stage {
            Stage::Serving | Stage::Passed if sent && state.items.is_empty() => self.finish_pull(now, serial, out),
            Stage::Serving if sent => {
                let waits = self.pulls.of(user).any(|(_, p)| p.stage == Stage::InLine);
                if waits {
                    out.milestone(Tag::OwnHideInDelivery, Milestone::GuardReached { guard: axis::GUARD_HIDE_IN_DELIVERY });
                }
                if !hides {
                    self.pulls.at(serial).stage = Stage::Passed;
                    self.serve_next(now, user, out);
                }
            }
            _ => {}
        }
    }

    fn finish_pull(&mut self, now: SimTime, serial: u32, out: &mut Outbox) {
        let state = self.pulls.at(serial);
        state.stage = Stage::Finished;
        let (user, client, told, moved, dialog) = (state.user, state.client, state.told, state.moved, state.dialog);
        let others = told.without(client);
        if moved && !others.is_empty() && self.behaviour.pull_refreshes && out.holds(Tag::OwnRefresh) {
            out.milestone(Tag::OwnRefresh, Milestone::Told);
            self.notify_later(user, Scope::Again(others));
        }
        self.pull_is_through(now, dialog, out);
        self.end_pull(serial, out);
        self.serve_next(now, user, out);
    }

    /// Forgets a pull whose instructions are finished and whose session is over.
    pub(super) fn end_pull(&mut self, serial: u32, out: &mut Outbox) {
        let Some(state) = self.pulls.under_way.get(&serial) else { return };
        if state.stage == Stage::Finished && !self.dialog_stands(state.dialog) {
            let (user, pull, device) = (state.user, state.dialog.pull(), state.client);
            self.pulls.under_way.remove(&serial);
            out.milestone(Tag::PullAccepted, Milestone::PullDone { user, pull, device });
        }
    }

    /// Messages that came into the queue while a pull of all is being served: they belong to it under `pull-all-scope=live` (H-17).
    pub(super) fn join_pulls(&mut self, now: SimTime, out: &mut Outbox) {
        for id in std::mem::take(&mut self.pulls.arrived) {
            if self.entries.get(id).is_some_and(|e| e.in_queue && !e.settled && !e.claimed()) {
                self.join_pull(now, id, out);
            }
        }
    }

    fn join_pull(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let user = self.entries.at(id).pager.to;
        let all = self.pulls.of(user).find(|(_, p)| p.stage == Stage::Serving && p.list.is_none()).map(|(serial, _)| serial);
        let Some(serial) = all else { return };
        out.milestone(Tag::OwnAllScope, Milestone::Told);
        if self.behaviour.pull_all_live && out.holds(Tag::OwnAllScope) {
            self.claim_for_pull(serial, id, CpmAction::Deliver, out);
            self.pulls.at(serial).to_send.push_back(id);
            self.send_pulled(now, serial, out);
        }
    }
}
