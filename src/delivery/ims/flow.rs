//! The Core as the edge of clients' flows (RFC 5626 5): it answers keep-alives, holds a flow for failed over which none comes, and
//! answers requests for a contact behind such a flow with 430.
//!
//! Edge proxy and registrar are one node here: the 430 of the one makes the other drop the binding. Left out: several flows of one
//! client, refusal of what a client sends over a flow that the Core has lost.

use super::core::Core;
use super::registrar::Binding;
use crate::delivery::{Contact, ContactEvent, FunctionId, KeepAlive, Milestone, Outbox, Pdu, Tag, Timer, TimerToken, UserId};
use crate::units::Span;

/// How long after the longest time between two keep-alives a flow counts as failed (ours): a client over UDP needs 39.5 s to give it up.
const GRACE: Span = Span::from_secs(40);

/// What the Core knows of the flow of a binding.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flow {
    /// Nobody looks after it.
    Unwatched,
    /// A keep-alive or registration has come over it; the timer ends when none comes again.
    Alive(TimerToken),
    Failed,
}

impl Core {
    /// The flow over which a client has just registered.
    pub(super) fn new_flow(&self, user: UserId, client: FunctionId, out: &mut Outbox) -> Flow {
        match self.setup.flow_keepalive {
            Some(every) if out.holds(Tag::OwnFlowFailed) => {
                Flow::Alive(out.set_timer(Timer::FlowEnd { user, client }, every.saturating_add(GRACE)))
            }
            _ => Flow::Unwatched,
        }
    }

    /// Over a flow that the Core does not know there is no answer.
    pub(super) fn on_ping(&mut self, client: FunctionId, ping: KeepAlive, out: &mut Outbox) {
        let KeepAlive::Ping { user, nth, stun } = ping else { unreachable!("dispatched by its kind") };
        let known = self.users[user.0 as usize].bindings.iter().position(|b| b.client == client);
        let alive = known.filter(|at| !matches!(self.users[user.0 as usize].bindings[*at].flow, Flow::Failed));
        out.milestone(Tag::OwnKeepAlive, Milestone::Told);
        let Some(at) = alive else { return };
        let flow = self.new_flow(user, client, out);
        let binding = &mut self.users[user.0 as usize].bindings[at];
        leave(std::mem::replace(&mut binding.flow, flow), out);
        out.send(client, Pdu::KeepAlive(KeepAlive::Pong { user, nth, stun }));
    }

    /// No keep-alive has come in time.
    pub(super) fn on_flow_end(&mut self, user: UserId, client: FunctionId, out: &mut Outbox) {
        out.milestone(Tag::OwnFlowFailed, Milestone::Told);
        let binding = self.users[user.0 as usize].bindings.iter_mut().find(|b| b.client == client);
        binding.expect("the flow of a binding ends with it").flow = Flow::Failed;
    }

    /// The Core has restarted: registrations stand in the home register, connections are gone. What was under way is forgotten.
    pub(super) fn on_restart(&mut self, out: &mut Outbox) {
        if !out.holds(Tag::OwnFlowFailed) {
            return;
        }
        out.milestone(Tag::OwnFlowFailed, Milestone::Told);
        for binding in self.users.iter_mut().flat_map(|aor| &mut aor.bindings) {
            leave(std::mem::replace(&mut binding.flow, Flow::Failed), out);
        }
        self.unheard.clear();
        self.users.iter_mut().for_each(|aor| aor.unheard.clear());
        for purpose in self.txns.abandon_all(out) {
            self.ended(purpose, None, out);
        }
    }

    /// Drops the bindings that a request is for and whose flow has failed; whether there were any.
    pub(super) fn drop_failed(&mut self, user: UserId, matches: impl Fn(&Binding) -> bool, out: &mut Outbox) -> bool {
        let failed = |b: &Binding| matches!(b.flow, Flow::Failed) && matches(b);
        let mut any = false;
        while let Some(at) = self.users[user.0 as usize].bindings.iter().position(failed) {
            any = true;
            let aor = &mut self.users[user.0 as usize];
            let Binding { client, primary, capabilities, end, .. } = aor.bindings.remove(at);
            aor.third_party |= aor.bindings.is_empty();
            out.cancel_timer(end);
            out.milestone(Tag::OwnFlowFailed, Milestone::Bound { user, device: client, on: false });
            let contact = Contact { client, active: false, event: ContactEvent::Deactivated, primary, capabilities };
            self.changed(user, contact, out);
        }
        any
    }
}

/// Nobody waits for keep-alives over a flow that is left.
pub(super) fn leave(flow: Flow, out: &mut Outbox) {
    if let Flow::Alive(timer) = flow {
        out.cancel_timer(timer);
    }
}
