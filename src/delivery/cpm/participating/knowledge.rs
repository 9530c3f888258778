//! What the PF knows of a user's access: by events only, never by looking.

use super::Pf;
use super::entry::{EntryId, Turn};
use super::notifications::HeldImdn;
use crate::delivery::behaviour::{Behaviour, PushTarget};
use crate::delivery::cpm::decision::iw2015::do_not_disturb;
use crate::delivery::cpm::decision::suitability::select;
use crate::delivery::cpm::decision::{Decision, Known, Screened, Situation, decide};
use crate::delivery::{
    Capabilities, Contact, ContactEvent, FunctionId, HoldEnd, Milestone, Outbox, RegInfo, Tag, TimerToken, UserId,
};
use crate::units::SimTime;

/// A registered client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub id: FunctionId,
    pub primary: bool,
    pub capabilities: Capabilities,
    /// When the last registration event came in.
    pub changed: Turn,
    /// A timeout has made it suspect until the next registration event (`timeout-binding=suspect`).
    pub suspect: bool,
}

/// One user.
#[derive(Clone, Debug, Default)]
pub(super) struct UserState {
    pub clients: Vec<Client>,
    /// The policy in force, by its place among those of the PF.
    pub policy: u16,
    pub subscribed: bool,
    /// A subscription that was refused is asked for again.
    pub subscribe_again: Option<TimerToken>,
    /// What was refused for want of room and waits to be tried again.
    pub refused: Option<Box<super::full::Refused>>,
    /// Of the last notification taken in.
    pub version: u32,
    /// The whole state has been asked for since a notification was found missing.
    pub refreshing: bool,
    /// What a source for connectivity last said of each client it spoke of.
    pub connectivity: Vec<(FunctionId, bool)>,
    /// The Primary Device is ready for SMS since then.
    pub sms_ready: Option<Turn>,
    /// When readiness was last told: alerts for what failed before are used up, whatever became of the device since.
    pub alerted: Option<Turn>,
    /// The next edge of the hours of a do-not-disturb rule that holds something back.
    pub edge: Option<TimerToken>,
    /// Wait for IP of the user.
    pub wait: Option<TimerToken>,
    /// Messages not settled, in order of acceptance.
    pub held: Vec<EntryId>,
    /// Messages of these in the deferred queue.
    pub queued: u32,
    /// Messages that a push has still to send, and to whom.
    pub line: Vec<EntryId>,
    pub line_to: Option<FunctionId>,
    pub gap: Option<TimerToken>,
    /// Disposition notifications held for him.
    pub notifications: Vec<HeldImdn>,
}

/// How a situation is looked at.
struct View {
    /// The place of the policy that counts.
    policy: u16,
    /// When the attempt began that failed, if one has.
    failed: Option<Turn>,
    queue_stands: bool,
}

impl Client {
    /// Whether it is not offered a message whose attempt of that turn failed: suspect, or not heard of since.
    fn passed_over(&self, failed: Option<Turn>) -> bool {
        self.suspect || failed.is_some_and(|at| self.changed <= at)
    }
}

impl Pf {
    pub(super) fn on_third_party_register(&mut self, now: SimTime, user: UserId, registered: bool, out: &mut Outbox) {
        if registered && !self.user(user).subscribed && out.holds(Tag::OwnThirdParty) {
            self.user(user).subscribed = true;
            self.subscribe(now, user, out);
        }
    }

    /// The registration state of a user, whole or what changed of it (RFC 3680).
    pub(super) fn on_reg_info(&mut self, now: SimTime, info: &RegInfo, out: &mut Outbox) {
        let user = info.user;
        let turn = self.turn;
        let notifies = self.notifies();
        let state = &mut self.users[user.0 as usize];
        // A notification that another one overtook says nothing new (RFC 3680 5.1).
        if info.version <= state.version || !out.holds(Tag::OwnRegEvent) {
            return;
        }
        let gap = !info.full && info.version > state.version + 1;
        state.version = info.version;
        state.refreshing &= !info.full;
        let mut triggering = None;
        let mut others: Vec<FunctionId> = Vec::new();
        let before = std::mem::take(&mut state.clients);
        let contacts = in_force(&before, info);
        state.clients.reserve_exact(contacts.len());
        for contact in &contacts {
            let known = before.iter().find(|c| c.id == contact.client).copied();
            let event = matches!(contact.event, ContactEvent::Registered | ContactEvent::Refreshed) || known.is_none();
            if known.is_none() {
                out.milestone(Tag::OwnRegEvent, Milestone::View { user, device: contact.client, on: true });
            }
            state.clients.push(match known {
                Some(client) if !event => client,
                _ => Client {
                    id: contact.client,
                    primary: contact.primary,
                    capabilities: contact.capabilities,
                    changed: turn,
                    suspect: false,
                },
            });
            if event {
                // A push goes to one of them; each of them is to be told.
                others.extend(triggering.filter(|_| notifies));
                triggering = Some(contact.client);
            }
        }
        for gone in before.iter().filter(|c| !state.clients.iter().any(|s| s.id == c.id)) {
            out.milestone(Tag::OwnRegEvent, Milestone::View { user, device: gone.id, on: false });
            if gone.primary {
                state.sms_ready = None;
            }
        }
        if let Some(client) = triggering {
            self.on_registered(now, user, client, out);
            for other in others {
                self.wake(now, user, other, out);
            }
        }
        if gap {
            self.ask_for_whole(now, user, out);
        }
    }

    /// A notification is missing: what it told is learned from the whole state, which follows a refresh of the subscription.
    fn ask_for_whole(&mut self, now: SimTime, user: UserId, out: &mut Outbox) {
        out.milestone(Tag::OwnVersionGap, Milestone::Told);
        let state = self.user(user);
        if state.subscribed && !state.refreshing && out.holds(Tag::OwnVersionGap) {
            state.refreshing = true;
            self.subscribe(now, user, out);
        }
    }

    /// A client of `user` registered or refreshed its binding: IW15-R-08.
    fn on_registered(&mut self, now: SimTime, user: UserId, client: FunctionId, out: &mut Outbox) {
        if !self.behaviour.rules.holds(Tag::RegistrationTrigger) {
            return;
        }
        out.milestone(Tag::RegistrationTrigger, Milestone::Told);
        if out.holds(Tag::WaitEndsByIp) {
            let held = self.user(user).held.clone();
            // Clients that can take none of what waits are no access to it (IW15-R-12): the wait goes on for that.
            let stays: Vec<bool> = held.iter().map(|id| self.has_no_client(now, *id)).collect();
            if !stays.contains(&true) {
                self.end_wait(user, HoldEnd::Registration, out);
            }
            for (id, _) in held.into_iter().zip(stays).filter(|(_, stays)| !stays) {
                self.end_message_wait(id, HoldEnd::Registration, out);
            }
        }
        self.wake(now, user, client, out);
        self.release_notifications(now, user, true, out);
    }

    /// Whether a message waits in the queue for want of any client that can take it.
    fn has_no_client(&self, now: SimTime, id: EntryId) -> bool {
        let waits = self.entries.get(id).is_some_and(|e| e.in_queue && !e.claimed());
        waits && self.suitable(now, id).is_empty()
    }

    /// What the procedure in force says of a message or notification for `user`.
    pub(super) fn decide(&self, now: SimTime, user: UserId, message: Screened) -> Decision {
        let state = &self.users[user.0 as usize];
        self.in_situation(now, user, message, View { policy: state.policy, failed: None, queue_stands: state.queued > 0 }, decide)
    }

    /// Whether a do-not-disturb rule of `user` stands for what it put off, whatever the other rules say by now.
    pub(super) fn dnd_stands(&self, now: SimTime, user: UserId, message: Screened) -> bool {
        let view = View { policy: self.users[user.0 as usize].policy, failed: None, queue_stands: false };
        self.in_situation(now, user, message, view, do_not_disturb)
    }

    /// The same again for a message that the PF holds: its turn has come, and clients that did not answer are passed over.
    pub(super) fn decide_again(&self, now: SimTime, id: EntryId) -> Decision {
        let entry = self.entries.get(id).expect("a message that waits has its entry");
        let user = entry.pager.to;
        let view = View { policy: self.users[user.0 as usize].policy, failed: entry.failed_attempt, queue_stands: false };
        self.in_situation(now, user, Screened::message(&entry.pager), view, decide)
    }

    /// Asks something about a message for `user` under the policy in force now.
    pub(super) fn ask_now<T>(
        &self,
        now: SimTime,
        user: UserId,
        message: Screened,
        ask: impl FnOnce(&Behaviour, &Situation) -> T,
    ) -> T {
        let policy = self.users[user.0 as usize].policy;
        self.in_situation(now, user, message, View { policy, failed: None, queue_stands: false }, ask)
    }

    fn in_situation<T>(
        &self,
        now: SimTime,
        recipient: UserId,
        message: Screened,
        view: View,
        ask: impl FnOnce(&Behaviour, &Situation) -> T,
    ) -> T {
        let state = &self.users[recipient.0 as usize];
        let kinds = &self.setup.devices;
        let known = |c: &Client| Known {
            id: c.id,
            kind: kinds.kinds[(c.id.0 - kinds.first.0) as usize],
            primary: c.primary,
            capabilities: c.capabilities,
            connected: state.connectivity.iter().find(|(client, _)| *client == c.id).map(|(_, on)| *on),
            passed_over: c.passed_over(view.failed),
        };
        // The list of the decision before: an allocation less for each message.
        let mut clients = self.known.take();
        clients.clear();
        clients.extend(state.clients.iter().map(known));
        let situation = Situation {
            now,
            message,
            recipient,
            policy: &self.setup.policies[view.policy as usize],
            provider: &self.setup.provider,
            first: kinds.first_of[recipient.0 as usize],
            clients: &clients,
            queue_stands: view.queue_stands,
            interworking: self.may_interwork(),
            sms_ready: state.sms_ready.is_some(),
            forward_hops: self.setup.forward_hops,
            reject_code: self.setup.reject_code,
            optional_warning: self.setup.optional_warning,
        };
        let told = ask(&self.behaviour, &situation);
        self.known.replace(clients);
        told
    }

    /// Clients that can take a message that the PF holds: the suitable ones (IW15-8.3.1.1-36), but for those that did not answer
    /// its last attempt and have given no sign of life since. Preferences count as they stood when it came, unless
    /// `policy-recheck=on`.
    pub(super) fn suitable(&self, now: SimTime, id: EntryId) -> Vec<FunctionId> {
        let entry = self.entries.get(id).expect("a message that waits has its entry");
        let (user, failed) = (entry.pager.to, entry.failed_attempt);
        let state = &self.users[user.0 as usize];
        let registered = state.clients.iter().filter(|c| !entry.reached || entry.missing.has(c.id));
        if !self.behaviour.rules.holds(Tag::OneSuitability) {
            return registered.filter(|c| !c.passed_over(failed)).map(|c| c.id).collect();
        }
        let view = View { policy: self.policy_on(id), failed, queue_stands: false };
        let chosen = self.in_situation(now, user, Screened::message(&entry.pager), view, select).suitable;
        registered.map(|c| c.id).filter(|c| chosen.has(*c)).collect()
    }

    /// Whether a message whose short message failed waits on (IW15-R-10; A-26, `primary-only-test`): the Primary Device, which it was
    /// handed over for, is the only suitable one. In our reading it needs no registration for that; literally it is a suitable
    /// client, and a request that it left unanswered does not change that. Of another suitable client the statement says nothing:
    /// the message waits for that one under both readings.
    pub(super) fn waits_after_sms(&self, now: SimTime, id: EntryId) -> bool {
        let entry = self.entries.get(id).expect("a message that was handed over has its entry");
        let view = View { policy: self.policy_on(id), failed: None, queue_stands: false };
        let suitable = || self.in_situation(now, entry.pager.to, Screened::message(&entry.pager), view, select).suitable;
        !self.behaviour.primary_only_literal || !suitable().is_empty()
    }

    /// The policy under which clients are chosen for a message that the PF holds.
    fn policy_on(&self, id: EntryId) -> u16 {
        let entry = self.entries.get(id).expect("a message that waits has its entry");
        if self.rechecks() { self.users[entry.pager.to.0 as usize].policy } else { entry.policy }
    }

    /// Whether policy is evaluated again when a deferred message is delivered.
    pub(super) fn rechecks(&self) -> bool {
        self.behaviour.policy_recheck && self.behaviour.rules.holds(Tag::OwnPolicyRecheck)
    }

    /// The clients that a push or a second try goes to.
    pub(super) fn chosen(&self, user: UserId, suitable: Vec<FunctionId>, triggering: Option<FunctionId>) -> Vec<FunctionId> {
        match self.behaviour.push_target {
            _ if !self.behaviour.rules.holds(Tag::PushOneClient) => suitable,
            PushTarget::AllSuitable => suitable,
            PushTarget::OnePrimary => self.one_of(user, &suitable, true).into_iter().collect(),
            PushTarget::OneTriggering => {
                let named = triggering.filter(|t| suitable.contains(t));
                named.or_else(|| self.one_of(user, &suitable, false)).into_iter().collect()
            }
        }
    }

    /// The clients that the next request for a message goes to.
    pub(super) fn next_clients(&self, now: SimTime, id: EntryId, triggering: Option<FunctionId>) -> Vec<FunctionId> {
        let suitable = self.suitable(now, id);
        let entry = self.entries.get(id).expect("a message that waits has its entry");
        // What waits for certain clients goes to each of them.
        if entry.reached { suitable } else { self.chosen(entry.pager.to, suitable, triggering) }
    }

    /// The client that heard of last among `suitable`, or the Primary Device's under `push-target=one-primary`.
    pub(super) fn one_of(&self, user: UserId, suitable: &[FunctionId], primary: bool) -> Option<FunctionId> {
        let clients = || self.users[user.0 as usize].clients.iter().filter(|c| suitable.contains(&c.id));
        let of_primary = clients().find(|c| primary && c.primary).map(|c| c.id);
        of_primary.or_else(|| clients().max_by_key(|c| (c.changed, std::cmp::Reverse(c.id))).map(|c| c.id))
    }
}

/// The contacts that are registered after this notification: those in it, and of what it leaves out those known before.
fn in_force(before: &[Client], info: &RegInfo) -> Vec<Contact> {
    let said = |client: FunctionId| info.contacts.iter().find(|c| c.client == client).copied();
    let unsaid = |c: &Client| Contact {
        client: c.id,
        active: true,
        event: ContactEvent::Created,
        primary: c.primary,
        capabilities: c.capabilities,
    };
    let kept = before.iter().filter(|_| !info.full).map(|c| said(c.id).unwrap_or_else(|| unsaid(c)));
    let new = info.contacts.iter().copied().filter(|c| info.full || !before.iter().any(|b| b.id == c.client));
    kept.chain(new).filter(|c| c.active).collect()
}
