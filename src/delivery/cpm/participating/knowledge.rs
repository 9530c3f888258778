//! What the PF knows of a user's access: by events only, never by looking.

use super::Pf;
use super::entry::{EntryId, Turn};
use crate::delivery::{Capabilities, ContactEvent, FunctionId, HoldEnd, Milestone, Outbox, RegInfo, Tag, TimerToken, UserId};
use crate::units::SimTime;

/// A registered client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Client {
    pub id: FunctionId,
    pub primary: bool,
    pub capabilities: Capabilities,
    /// What a source for connectivity last said.
    pub connected: Option<bool>,
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
    /// Of the last notification taken in.
    pub version: u32,
    /// The Primary Device is ready for SMS since then.
    pub sms_ready: Option<Turn>,
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
}

impl Pf {
    pub(super) fn on_third_party_register(&mut self, now: SimTime, user: UserId, registered: bool, out: &mut Outbox) {
        if registered && !self.user(user).subscribed {
            self.user(user).subscribed = true;
            self.subscribe(now, user, out);
        }
    }

    /// The registration state of a user, in full (RFC 3680).
    pub(super) fn on_reg_info(&mut self, now: SimTime, info: &RegInfo, out: &mut Outbox) {
        let user = info.user;
        let turn = self.turn;
        let state = &mut self.users[user.0 as usize];
        // A notification that another one overtook says nothing new (RFC 3680 5.1).
        if info.version <= state.version {
            return;
        }
        state.version = info.version;
        let mut triggering = None;
        let before = std::mem::take(&mut state.clients);
        for contact in info.contacts.iter().filter(|c| c.active) {
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
                    connected: known.and_then(|c| c.connected),
                    changed: turn,
                    suspect: false,
                },
            });
            if event {
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
        }
    }

    /// A client of `user` registered or refreshed its binding: IW15-R-08.
    fn on_registered(&mut self, now: SimTime, user: UserId, client: FunctionId, out: &mut Outbox) {
        if !self.behaviour.rules.holds(Tag::RegistrationTrigger) {
            return;
        }
        out.milestone(Tag::RegistrationTrigger, Milestone::Told);
        self.end_wait(user, HoldEnd::Registration, out);
        for id in self.user(user).held.clone() {
            self.end_message_wait(id, HoldEnd::Registration, out);
        }
        self.push(now, user, client, out);
    }

    /// Clients of `user` that can take a message whose last failed attempt began at `failed`: registered, not suspect, and
    /// heard of since. A client that did not answer is not tried again until it gives a sign of life.
    pub(super) fn suitable(&self, user: UserId, failed: Option<Turn>) -> Vec<FunctionId> {
        let fresh = |c: &&Client| !c.suspect && failed.is_none_or(|at| c.changed > at);
        self.users[user.0 as usize].clients.iter().filter(fresh).map(|c| c.id).collect()
    }

    /// The client that heard of last among `suitable`, or the Primary Device's under `push-target=one-primary`.
    pub(super) fn one_of(&self, user: UserId, suitable: &[FunctionId], primary: bool) -> Option<FunctionId> {
        let clients = || self.users[user.0 as usize].clients.iter().filter(|c| suitable.contains(&c.id));
        let of_primary = clients().find(|c| primary && c.primary).map(|c| c.id);
        of_primary.or_else(|| clients().max_by_key(|c| (c.changed, std::cmp::Reverse(c.id))).map(|c| c.id))
    }
}
