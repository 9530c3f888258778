//! In-band notification of deferred messages (8.3.1.6.3): who is told, when, and of what.
//!
//! A round is run at the end of the input that asked for it, so that it lists the queue as that input left it. It goes to each
//! registered client that is suitable for at least one of the messages, and to the devices out of band where none is. A client
//! that has been told of all that waits is not told again, until a reminder is due. Under `notify-suitability=relaxed` every
//! registered client counts, whatever excludes it from a delivery. Do-not-disturb holds a round back while it holds for every
//! message that waits: with one that may disturb, all are listed.

use super::entry::EntryId;
use super::{Final, NO_ANSWER, OwnRequest, Pf, Purpose, own_request};
use crate::delivery::axes as axis;
use crate::delivery::behaviour::{Behaviour, DeferredMode};
use crate::delivery::cpm::decision::{Screened, Situation, rules};
use crate::delivery::milestone::Channel;
use crate::delivery::{
    Body, Case, ClientSet, FunctionId, Icsi, MAX_FORWARDS, Method, Milestone, Notice, NoticeKind, Outbox, Pdu, Tag, Target,
    TimerToken, TxnId, UserId, Waiting, wire,
};
use crate::units::SimTime;

/// What notification keeps of one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Notifying {
    /// Do-not-disturb holds a round back.
    pub held: bool,
    pub reminded: u32,
    pub reminder: Option<TimerToken>,
    pub push_after: Option<TimerToken>,
    /// Notifications that have no answer yet.
    open: u32,
}

/// Whom a round is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// All clients, or the devices out of band.
    All,
    /// This one, which gave a sign of life.
    Client(FunctionId),
    /// These, which were told of messages that another one has pulled since (`pull-refresh-notify=on`).
    Again(ClientSet),
}

/// A round to be run at the end of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub user: UserId,
    pub scope: Scope,
    pub kind: NoticeKind,
}

/// A notification that has not been answered.
#[derive(Clone, Debug)]
pub(super) struct Told {
    user: UserId,
    client: FunctionId,
    round: u32,
    entries: Vec<EntryId>,
}

impl Pf {
    /// Whether deferred messages leave the queue by notification and pull.
    pub(super) fn notifies(&self) -> bool {
        self.behaviour.deferred_mode != DeferredMode::AutoPush && self.behaviour.rules.holds(Tag::TwoMechanisms)
    }

    /// The queue of `user` has something new for his clients: a round is due.
    pub(super) fn notify_later(&mut self, user: UserId, scope: Scope) {
        let due = Due { user, scope, kind: NoticeKind::Waiting };
        if self.notifies() && !self.due.contains(&due) {
            self.due.push(due);
        }
    }

    /// Runs the rounds that this input asked for.
    pub(super) fn run_rounds(&mut self, now: SimTime, out: &mut Outbox) {
        while !self.due.is_empty() {
            let Due { user, scope, kind } = self.due.remove(0);
            // A round for all tells the one client, too.
            if scope != Scope::All && self.due.contains(&Due { user, scope: Scope::All, kind }) {
                continue;
            }
            self.run_round(now, user, scope, kind, out);
        }
    }

    /// A client gave a sign of life: what waits is pushed to it, or it is told of it.
    pub(super) fn wake(&mut self, now: SimTime, user: UserId, client: FunctionId, out: &mut Outbox) {
        self.take_back(now, user, out);
        if !self.notifies() {
            return self.push(now, user, client, out);
        }
        for id in self.user(user).held.clone() {
            let entry = self.entries.at(id);
            entry.failed_to = entry.failed_to.without(client);
        }
        if !out.holds(Tag::NotifyAtTrigger) || self.users[user.0 as usize].queued == 0 {
            return;
        }
        out.milestone(Tag::NotifyAtTrigger, Milestone::Told);
        out.milestone(Tag::OwnRenotify, Milestone::Told);
        let tells = !self.behaviour.renotify_never || !out.holds(Tag::OwnRenotify);
        if tells {
            self.notify_later(user, Scope::Client(client));
        }
        // One that is still to be told starts the time when it is.
        if !tells || self.has_been_told(user, client) {
            self.wait_for_push(user, out);
        }
    }

    /// Whether a client knows of all that waits.
    fn has_been_told(&self, user: UserId, client: FunctionId) -> bool {
        let knows = |id: &EntryId| self.entries.get(*id).is_some_and(|e| e.notified.has(client));
        self.notifying.get(&user).is_none_or(|n| n.open == 0) && self.waiting(user).iter().all(knows)
    }

    /// Messages of `user` that a client may be told of and may ask for: in the queue, and nobody has hold of them.
    pub(super) fn waiting(&self, user: UserId) -> Vec<EntryId> {
        let offered = |id: &EntryId| self.entries.get(*id).is_some_and(|e| e.in_queue && !e.settled && !e.claimed());
        self.users[user.0 as usize].held.iter().copied().filter(offered).collect()
    }

    fn run_round(&mut self, now: SimTime, user: UserId, scope: Scope, kind: NoticeKind, out: &mut Outbox) {
        let waiting = self.waiting(user);
        let refresh = matches!(scope, Scope::Again(_));
        if waiting.is_empty() && !refresh {
            return;
        }
        if self.holds_round(now, user, &waiting, out) {
            return;
        }
        let registered: Vec<FunctionId> = self.users[user.0 as usize].clients.iter().map(|c| c.id).collect();
        let able: Vec<FunctionId> = registered.into_iter().filter(|c| self.may_be_told(now, *c, &waiting, refresh, out)).collect();
        let named = able.iter().copied().filter(|client| match scope {
            Scope::All => true,
            Scope::Client(one) => one == *client,
            Scope::Again(these) => these.has(*client),
        });
        let mut to: Vec<FunctionId> = named.collect();
        if kind == NoticeKind::Waiting && !refresh && out.holds(Tag::NotifyAndWait) {
            let is_news =
                |id: &EntryId, client| self.entries.get(*id).is_some_and(|e| !e.notified.has(client) && !e.failed_to.has(client));
            to.retain(|client| waiting.iter().any(|id| is_news(id, *client)));
        }
        if !out.holds(Tag::NotifyEach) {
            to.truncate(1);
        }
        if able.is_empty() && scope == Scope::All {
            self.notify_out_of_band(now, user, &waiting, kind, out);
        } else if !to.is_empty() {
            let round = self.next_round();
            for client in to {
                self.notify(now, (user, client, round), kind, &waiting, out);
            }
        } else {
            return;
        }
        if kind == NoticeKind::Waiting && !refresh {
            self.wait_for_client(user, out);
        }
    }

    pub(super) fn next_round(&mut self) -> u32 {
        self.rounds += 1;
        self.rounds
    }

    /// Whether do-not-disturb holds the round back (PULL-8.3.1.6.3-01, -02).
    fn holds_round(&mut self, now: SimTime, user: UserId, waiting: &[EntryId], out: &mut Outbox) -> bool {
        let disturbs = |id: &EntryId| self.is_undisturbed(now, *id);
        let held = !waiting.is_empty() && waiting.iter().all(disturbs) && out.holds(Tag::NotifyUndisturbed);
        if held {
            out.milestone(Tag::NotifyUndisturbed, Milestone::Told);
            self.notifying.entry(user).or_default().held = true;
            self.watch_hours(now, user, out);
        } else if let Some(state) = self.notifying.get_mut(&user) {
            state.held = false;
        }
        held
    }

    /// Whether a do-not-disturb rule stands for a message that waits.
    pub(super) fn is_undisturbed(&self, now: SimTime, id: EntryId) -> bool {
        let Some(entry) = self.entries.get(id) else { return false };
        let disturbed = |behaviour: &Behaviour, situation: &Situation| rules::any(behaviour, situation, |a| a.do_not_disturb);
        self.behaviour.dnd_defers && self.ask_now(now, entry.pager.to, Screened::message(&entry.pager), disturbed)
    }

    /// A do-not-disturb rule may be gone: whether a round that it held can go now.
    pub(super) fn round_is_free(&self, now: SimTime, user: UserId) -> bool {
        let held = self.notifying.get(&user).is_some_and(|n| n.held);
        held && self.waiting(user).iter().any(|id| !self.is_undisturbed(now, *id))
    }

    /// Whether a registered client may be told of what waits.
    fn may_be_told(&self, now: SimTime, client: FunctionId, waiting: &[EntryId], refresh: bool, out: &mut Outbox) -> bool {
        if refresh {
            return true;
        }
        let mut for_its_own_sake = waiting.iter().filter(|id| {
            let entry = self.entries.get(**id);
            entry.is_some_and(|e| !e.failed_to.has(client) && (!e.reached || e.missing.has(client)))
        });
        let relaxed = self.behaviour.notify_relaxed && out.holds(Tag::NotifyRelaxed);
        if relaxed || !out.holds(Tag::NotifySuitable) {
            let tag = if relaxed { Tag::NotifyRelaxed } else { Tag::NotifySuitable };
            out.milestone(tag, Milestone::Told);
            return for_its_own_sake.next().is_some() && !self.is_suspect(client, waiting);
        }
        out.milestone(Tag::NotifySuitable, Milestone::Told);
        for_its_own_sake.any(|id| self.takes(now, *id, client))
    }

    /// Whether a timeout has made the client suspect.
    fn is_suspect(&self, client: FunctionId, waiting: &[EntryId]) -> bool {
        let Some(entry) = waiting.first().and_then(|id| self.entries.get(*id)) else { return false };
        self.users[entry.pager.to.0 as usize].clients.iter().any(|c| c.id == client && c.suspect)
    }

    // --- one client

    /// Tells one client, in as many MESSAGEs as it takes.
    pub(super) fn notify(
        &mut self,
        now: SimTime,
        (user, client, round): (UserId, FunctionId, u32),
        kind: NoticeKind,
        waiting: &[EntryId],
        out: &mut Outbox,
    ) {
        let by_notify = self.behaviour.notify_by_notify && out.holds(Tag::NotifyByNotify);
        if !by_notify && !out.holds(Tag::NotifyByMessage) {
            return;
        }
        let tag = if by_notify { Tag::NotifyByNotify } else { Tag::NotifyByMessage };
        let mut listed: Vec<EntryId> = waiting.to_vec();
        if !out.holds(Tag::NotifyLists) {
            listed.retain(|id| self.suitable(now, *id).contains(&client));
        }
        let number = listed.len() as u32;
        out.milestone(tag, Milestone::Notify { user, round, device: client, channel: Channel::InBand, kind, number });
        for id in &listed {
            let entry = self.entries.at(*id);
            entry.notified = entry.notified.with(client);
            let message = entry.pager.message;
            out.milestone(Tag::NotifyLists, Milestone::NotifyLists { round, device: client, message });
        }
        let described: Vec<(EntryId, Waiting)> = listed.iter().map(|id| (*id, self.describe(*id, out))).collect();
        // No more parts than messages; an empty list is one part.
        let most = number.clamp(1, u32::from(u16::MAX)) as u16;
        let bare = Notice { user, round, part: most, parts: most, kind, number, list: Box::default() };
        let parts =
            if out.holds(Tag::NotifySplit) { self.parts(client, bare, &described, by_notify, out) } else { vec![&described[..]] };
        for (at, part) in parts.iter().enumerate() {
            let list = part.iter().map(|(_, waiting)| *waiting).collect();
            let notice = Notice { user, round, part: at as u16 + 1, parts: parts.len() as u16, kind, number, list };
            let told = Told { user, client, round, entries: part.iter().map(|(id, _)| *id).collect() };
            self.notifying.entry(user).or_default().open += 1;
            self.send_notice(now, client, notice, Purpose::Notice(Box::new(told)), by_notify, out);
        }
    }

    /// The list in as many parts as it takes for none to be too long as this PF sends it, one message each at the least
    /// (PULL-8.3.1.6.3-18). `bare`: a notification without its list.
    fn parts<'a>(
        &self,
        client: FunctionId,
        bare: Notice,
        described: &'a [(EntryId, Waiting)],
        by_notify: bool,
        out: &Outbox,
    ) -> Vec<&'a [(EntryId, Waiting)]> {
        let txn = TxnId { owner: self.setup.id, slot: 0, generation: 0 };
        let taken = wire::size(&self.notice_request(txn, client, bare, by_notify, out)).unwrap_or(0);
        let room = self.setup.deferred.notify_bytes.saturating_sub(taken);
        let (mut parts, mut from, mut filled) = (Vec::new(), 0, 0u32);
        for (at, (_, waiting)) in described.iter().enumerate() {
            let more = wire::entry_size(waiting);
            if at > from && filled.saturating_add(more) > room {
                parts.push(&described[from..at]);
                (from, filled) = (at, 0);
            }
            filled = filled.saturating_add(more);
        }
        parts.push(&described[from..]);
        parts
    }

    /// What a notification says of a message (PULL-8.3.1.6.3-12).
    pub(super) fn describe(&mut self, id: EntryId, out: &Outbox) -> Waiting {
        let entry = self.entries.at(id);
        let (pager, due) = (entry.pager, entry.due);
        let described = out.holds(Tag::NotifyMetadata);
        Waiting {
            uri_id: pager.message,
            from: Some(pager.from).filter(|_| described && !pager.anonymous),
            sent: if described { pager.indications.sent } else { SimTime::ZERO },
            bytes: if described { pager.bytes } else { 0 },
            content: pager.content,
            subject: if described { pager.indications.subject } else { 0 },
            expires: if described { due } else { SimTime::NEVER },
        }
    }

    pub(super) fn send_notice(
        &mut self,
        now: SimTime,
        client: FunctionId,
        notice: Notice,
        purpose: Purpose,
        by_notify: bool,
        out: &mut Outbox,
    ) {
        let method = if by_notify { Method::Notify } else { Method::Message };
        let txn = self.txns.begin(now, method, None, self.setup.limit, purpose, out);
        let request = self.notice_request(txn, client, notice, by_notify, out);
        out.send(self.setup.core, request);
    }

    fn notice_request(&self, txn: TxnId, client: FunctionId, notice: Notice, by_notify: bool, out: &Outbox) -> Pdu {
        let user = notice.user;
        let method = if by_notify { Method::Notify } else { Method::Message };
        let marked = !by_notify && out.holds(Tag::NotifySystemTag);
        let request = OwnRequest {
            txn,
            target: if out.holds(Tag::NotifyAddress) { Target::Contact(user, client) } else { Target::User(user) },
            case: Case::Done,
            from: user,
            icsi: if marked { Icsi::SystemMsg } else { Icsi::None },
            max_forwards: MAX_FORWARDS,
            body: Body::Notice(Box::new(notice)),
        };
        own_request(self.setup.id, method, request)
    }

    /// A notification has its final response, or none in time: a failed one counts as not sent (H-19).
    pub(super) fn on_notice_ended(&mut self, told: Told, last: Final, out: &mut Outbox) {
        let Told { user, client, round, entries } = told;
        let state = self.notifying.entry(user).or_default();
        state.open = state.open.saturating_sub(1);
        if (200..300).contains(&last.code) {
            if self.users[user.0 as usize].queued > 0 {
                self.wait_for_push(user, out);
            }
            return self.got_through(user);
        }
        out.milestone(Tag::OwnFailedNotification, Milestone::NotifyFailed { round, device: client });
        let guard = axis::GUARD_FAILED_NOTIFICATION_NOT_SENT;
        out.milestone(Tag::OwnFailedNotification, Milestone::GuardReached { guard });
        if last.code == NO_ANSWER && self.behaviour.timeout_suspects {
            self.user(user).clients.iter_mut().filter(|c| c.id == client).for_each(|c| c.suspect = true);
        }
        if self.behaviour.guard_failed_notification && out.holds(Tag::OwnFailedNotification) {
            for id in entries {
                if let Some(entry) = self.entries.get_mut(id) {
                    entry.notified = entry.notified.without(client);
                }
            }
            self.refused_on_the_way(user, ClientSet::of(&[client]), last, out);
        }
    }

    /// Whether some registered client can take the message and has not failed to.
    pub(super) fn has_client_to_tell(&self, now: SimTime, id: EntryId) -> bool {
        let Some(entry) = self.entries.get(id) else { return false };
        let mut clients = self.users[entry.pager.to.0 as usize].clients.iter();
        clients.any(|c| !entry.failed_to.has(c.id) && self.takes(now, id, c.id))
    }

    /// A message came back to the queue: the clients are told of it as if it had just come (H-15).
    pub(super) fn tell_anew(&mut self, id: EntryId, out: &mut Outbox) {
        if !self.notifies() || !out.holds(Tag::OwnRequeueNotice) {
            return;
        }
        out.milestone(Tag::OwnRequeueNotice, Milestone::Told);
        let entry = self.entries.at(id);
        let user = entry.pager.to;
        entry.notified = entry.notified.iter().fold(entry.notified, ClientSet::without);
        self.notify_later(user, Scope::All);
    }
}
