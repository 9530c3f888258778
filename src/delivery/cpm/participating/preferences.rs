//! What the PF is told of policy and connectivity, and what that moves: messages that a rule or do-not-disturb holds.
//!

use super::Pf;
use super::entry::EntryId;
use super::notifying::Scope;
use crate::delivery::axes as axis;
use crate::delivery::behaviour::FirstAttempt;
use crate::delivery::cpm::decision::Screened;
use crate::delivery::{DeferReason, FunctionId, Milestone, Outbox, Tag, Timer, UserId};
use crate::units::SimTime;

impl Pf {
    /// The policy of a user changed, and the change has come to the PF.
    pub(super) fn on_policy(&mut self, now: SimTime, user: UserId, policy: u16, out: &mut Outbox) {
        if !out.holds(Tag::OwnPolicyChange) {
            return;
        }
        self.user(user).policy = policy;
        out.milestone(Tag::OwnPolicyChange, Milestone::PolicyView { user });
        if let Some(edge) = self.user(user).edge.take() {
            out.cancel_timer(edge);
        }
        self.look_at_what_is_held(now, user, out);
        self.watch_hours(now, user, out);
    }

    /// Acts on what do-not-disturb does not hold any more.
    fn look_at_what_is_held(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let held = self.user(user).held.clone();
        let released: Vec<EntryId> = held.into_iter().filter(|id| self.is_released(now, *id)).collect();
        let round = self.round_is_free(now, user);
        if released.is_empty() && !round && !self.frees_notifications(now, user) {
            return;
        }
        out.milestone(Tag::OwnDndWatched, Milestone::GuardReached { guard: axis::GUARD_DND_CHANGE_WATCHED });
        if self.behaviour.guard_dnd_watched && out.holds(Tag::OwnDndWatched) {
            self.release_notifications(now, user, false, out);
            if round && out.holds(Tag::NotifyAfterRule) {
                out.milestone(Tag::NotifyAfterRule, Milestone::Told);
                self.notify_later(user, Scope::All);
            }
            if !released.is_empty() {
                self.act_on(now, user, &released, out);
            }
        }
    }

    /// Whether do-not-disturb has put something off for `user` that has not been taken up since.
    pub(super) fn holds_undisturbed(&self, user: UserId) -> bool {
        let state = &self.users[user.0 as usize];
        let message = |id: &EntryId| {
            let entry = self.entries.get(*id);
            entry.is_some_and(|e| e.held_for == Some(DeferReason::DoNotDisturb) && !e.settled)
        };
        let round = self.notifying.get(&user).is_some_and(|n| n.held);
        round || state.held.iter().any(message) || state.notifications.iter().any(|held| held.reason == DeferReason::DoNotDisturb)
    }

    /// While do-not-disturb holds something back, the PF watches the hours of the rules.
    pub(super) fn watch_hours(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        let watched = self.behaviour.guard_dnd_watched && out.holds(Tag::OwnDndWatched) && self.holds_undisturbed(user);
        if watched && self.user(user).edge.is_none() {
            let policy = self.user(user).policy;
            let edge = self.setup.policies[policy as usize].next_disturbance_edge(now);
            let left = edge.and_then(|edge| edge.since(now));
            self.user(user).edge = left.map(|left| out.set_timer(Timer::DisturbanceEdge { user }, left));
        }
        self.stop_watching(user, out);
    }

    /// The hours are watched no longer once nothing is held back.
    pub(super) fn stop_watching(&mut self, user: UserId, out: &mut Outbox) {
        if self.users[user.0 as usize].edge.is_some()
            && !self.holds_undisturbed(user)
            && let Some(edge) = self.user(user).edge.take()
        {
            out.cancel_timer(edge);
        }
    }

    /// The hours of a do-not-disturb rule begin or end.
    pub(super) fn on_disturbance_edge(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        self.user(user).edge = None;
        self.look_at_what_is_held(now, user, out);
        self.watch_hours(now, user, out);
    }

    /// Whether do-not-disturb put a message off that it does not hold any more.
    fn is_released(&mut self, now: SimTime, id: EntryId) -> bool {
        let entry = self.entries.at(id);
        let put_off = entry.held_for == Some(DeferReason::DoNotDisturb) && !entry.claimed();
        put_off && !self.dnd_holds(now, id)
    }

    /// Whether a do-not-disturb rule holds for a message now.
    fn dnd_holds(&self, now: SimTime, id: EntryId) -> bool {
        let entry = self.entries.get(id).expect("a message that waits has its entry");
        self.dnd_stands(now, entry.pager.to, Screened::message(&entry.pager))
    }

    /// Whether do-not-disturb keeps a message in the queue whatever access there is (IW15-8.3.1.1-23).
    pub(super) fn held_back(&mut self, now: SimTime, id: EntryId) -> bool {
        self.entries.at(id).held_for == Some(DeferReason::DoNotDisturb) && self.dnd_holds(now, id)
    }

    /// Whether what put a message off keeps it from going by SMS too.
    pub(super) fn kept_from_sms(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) -> bool {
        let held_for = self.entries.at(id).held_for;
        let (tag, blocks) = match held_for {
            Some(DeferReason::Rule) => (Tag::OwnRuleDeferBlocks, self.behaviour.rule_defer_blocks_interworking),
            Some(DeferReason::DoNotDisturb) if self.dnd_holds(now, id) => {
                (Tag::OwnDndBlocks, self.behaviour.dnd_blocks_interworking)
            }
            _ => return false,
        };
        out.milestone(tag, Milestone::Told);
        blocks && out.holds(tag)
    }

    /// Delivers released messages as access allows: to a registered client, or by SMS as if they had just come.
    fn act_on(&mut self, now: SimTime, user: UserId, released: &[EntryId], out: &mut Outbox) {
        let registered: Vec<FunctionId> = self.users[user.0 as usize].clients.iter().map(|c| c.id).collect();
        if self.notifies() {
            self.notify_later(user, Scope::All);
        } else if let Some(newest) = self.one_of(user, &registered, false) {
            self.push(now, user, newest, out);
        }
        for &id in released {
            if self.entries.get(id).is_some_and(|e| e.in_queue && !e.claimed() && !e.settled) {
                self.seek_sms(now, id, out);
            }
        }
    }

    /// SMS for a message that waits and has no suitable client: at once where the PF knows of readiness or tries first.
    fn seek_sms(&mut self, now: SimTime, id: EntryId, out: &mut Outbox) {
        let user = self.entries.at(id).pager.to;
        if !self.sms_ready_acts() || !self.waits_for_sms(now, id, out) {
            return;
        }
        if self.user(user).sms_ready.is_some() {
            return self.on_sms_access(now, user, out);
        }
        match self.behaviour.first_attempt {
            FirstAttempt::AfterWait if self.behaviour.leaves_wait_to_client() => self.hand_over(now, id, Tag::NextAccess, out),
            FirstAttempt::AtOnce => self.hand_over(now, id, Tag::NextAccess, out),
            FirstAttempt::AfterWait => self.start_wait(user, id, out),
            FirstAttempt::None => {}
        }
    }

    /// A source for connectivity speaks of a client (IW15-8.3.1.1-32): what waits is pushed to one that can receive again
    /// (IW15-R-12).
    pub(super) fn on_connectivity(&mut self, now: SimTime, user: UserId, client: FunctionId, on: bool, out: &mut Outbox) {
        if !out.holds(Tag::ConnectivityLooked) {
            return;
        }
        out.milestone(Tag::ConnectivityLooked, Milestone::Told);
        let state = self.user(user);
        let before = match state.connectivity.iter_mut().find(|(known, _)| *known == client) {
            Some((_, last)) => Some(std::mem::replace(last, on)),
            None => {
                state.connectivity.push((client, on));
                None
            }
        };
        let registered = state.clients.iter().any(|c| c.id == client);
        if on && before != Some(true) && registered && out.holds(Tag::NextAccess) {
            self.wake(now, user, client, out);
        }
    }
}
