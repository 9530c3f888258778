//! The end of every procedure: delivery to the clients chosen, or what the texts leave open where there is none.
//!
//! Recommended readings: with no suitable client the message goes to the ISF if interworking is allowed, as `first-attempt` says,
//! and is deferred otherwise; under `no-suitable-client=reject` it is refused. A hand-over that the procedure has made before
//! stands for the one of this gap, and so does a deferral.

use super::suitability::Selection;
use super::{Act, Decision, Situation, reject};
use crate::delivery::behaviour::{Behaviour, FirstAttempt};
use crate::delivery::{ClientSet, DeferReason, Tag};
use crate::units::SimTime;

/// Delivers to `chosen` by the statement of `tag`; with nobody chosen the gap decides.
pub fn to_clients(
    behaviour: &Behaviour,
    situation: &Situation,
    tag: Tag,
    chosen: ClientSet,
    selection: Selection,
    so_far: Decision,
) -> Decision {
    let so_far = Decision { selection: Some(selection), ..so_far };
    let rules = behaviour.rules;
    if chosen.is_empty() || !rules.holds(tag) {
        return no_client(behaviour, situation, so_far);
    }
    let behind_queue = behaviour.behind_queue && situation.queue_stands && rules.holds(Tag::DeferKeep);
    match behind_queue {
        true if so_far.defers() => so_far,
        true => so_far.then(Tag::DeferKeep, Act::Defer(DeferReason::NoClient)),
        false => so_far.then(tag, Act::Deliver(chosen)),
    }
}

/// nobody can be delivered to, and no rule or preference covers the case.
pub fn no_client(behaviour: &Behaviour, situation: &Situation, so_far: Decision) -> Decision {
    let rules = behaviour.rules;
    if so_far.hands_over() || so_far.defers() {
        return so_far;
    }
    let refuse = Act::Reject { code: situation.reject_code, reason: crate::delivery::Reason::None };
    if !behaviour.keep_without_client && rules.holds(Tag::OwnNoSuitableReject) {
        return so_far.then(Tag::OwnNoSuitableReject, refuse);
    }
    if situation.interworking && behaviour.primary_iw_trigger {
        let wait = so_far.then(Tag::WaitForIp, Act::DeferAndWait);
        let at_once = so_far.then(Tag::FirstSmsAttempt, Act::HandOver);
        let waits = rules.holds(Tag::WaitForIp) && !behaviour.leaves_wait_to_client();
        if situation.sms_ready && behaviour.waits_for_ip() && behaviour.wait_at_acceptance {
            return wait;
        }
        match behaviour.first_attempt {
            FirstAttempt::AfterWait if waits => return wait,
            FirstAttempt::AfterWait => return at_once,
            FirstAttempt::AtOnce if rules.holds(Tag::FirstSmsAttempt) => return at_once,
            FirstAttempt::AtOnce | FirstAttempt::None => {}
        }
    }
    if rules.holds(Tag::DeferNoClient) {
        return so_far.then(Tag::DeferNoClient, Act::Defer(DeferReason::NoClient));
    }
    so_far.then(Tag::OwnNoSuitableReject, refuse)
}

/// A message that is no longer valid at arrival, under `arrival-expiry-check=on`: discarded (TS83-8.3.2.1-15, -16).
pub fn expired(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let over: SimTime = situation.message.expires;
    let checks = behaviour.arrival_expiry_check && behaviour.rules.holds(Tag::OwnArrivalExpired);
    (checks && over <= situation.now).then(|| Decision::only(Tag::OwnArrivalExpired, Act::Discard))
}

/// A notification goes to the user's client or clients, and nothing else happens (IW15-8.3.1.1-27).
pub fn notification(behaviour: &Behaviour, situation: &Situation, so_far: Decision) -> Option<Decision> {
    let to_user = situation.message.imdn && behaviour.rules.holds(Tag::ImdnToClient);
    to_user.then(|| so_far.then(Tag::ImdnToClient, Act::ToUser))
}

/// History recording of 2008 and 2009: a copy of every message that is not refused, made first.
pub fn recorded(behaviour: &Behaviour, active: bool, decision: Decision) -> Decision {
    let accepted = !decision.steps().any(|s| matches!(s.act, Act::Reject { .. }));
    if active && accepted && behaviour.rules.holds(Tag::OwnSync) {
        return decision.preceded(Tag::OwnSync, Act::Record);
    }
    decision
}

/// Hand-over that a preference asks for; none where no ISF can take it.
pub fn handed_over(behaviour: &Behaviour, situation: &Situation, tag: Tag) -> Option<Decision> {
    (situation.interworking && behaviour.rules.holds(tag)).then(|| Decision::only(tag, Act::HandOver))
}

/// A refusal by preference that the text gives no code.
pub fn refused(behaviour: &Behaviour, situation: &Situation, tag: Tag) -> Option<Decision> {
    behaviour.rules.holds(tag).then(|| reject::without_code(situation, tag))
}
