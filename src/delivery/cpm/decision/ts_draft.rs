//! TS83 8.3.2.1 (requirements digest 6.3), 2009.
//!
//! 1. Access policy: a rule for the CPM service, pager mode messages and the sender with allow-reject-invite refuses with 403, which
//!    should carry Warning 122 (TS83-8.3.2.1-01 to -11).
//! 2. Provider policy on size and content: 415 with the formats supported (-12 to -14); for the size a code of the provider.
//! 3. No longer valid: discarded, if `arrival-expiry-check` is on (-15, -16).
//! 4. a. Not registered or 'not available': what the active profile says: refused with 403, deferred, stored, or to the ISF; each ends
//!    the procedure (-17 to -26; ). b. Registered: on (-29).
//! 5. History recording active: recorded (-31, -32).
//! 6. Several registered devices: those that preference, capability, connectivity and provider policy leave (-33).
//! 7. One request, which the core forks (-35, -36).
//!
//! Gaps: not registered and the profile says nothing, and an empty selection in step 6; A-01 fills both ([`gap`]). Readings: with one
//! registered device nothing is selected, as the text says. A notification is screened by steps 1 and 4a-i and goes to the user;
//! step 2 is about the content of messages. Where no ISF can take it, non-CPM delivery counts as unsaid.

use super::deferral::deferral;
use super::suitability::{Selection, select};
use super::{Act, Decision, Situation, gap, reject, rules};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::policy::Handling;
use crate::delivery::{DeferReason, Reason, Tag, Warning};

/// Decides, and names the statements.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let first = behaviour.rules.holds(Tag::Ts83AccessFirst);
    let access = || access(behaviour, situation);
    let provider = || if situation.message.imdn { None } else { provider(behaviour, situation) };
    let screened = if first { access().or_else(provider) } else { provider().or_else(access) };
    let ended = screened.or_else(|| gap::expired(behaviour, situation)).or_else(|| handled(behaviour, situation));
    if let Some(decision) = ended {
        return decision;
    }
    if let Some(decision) = gap::notification(behaviour, situation, Decision::default()) {
        return decision;
    }
    if situation.clients.is_empty() || !behaviour.rules.holds(Tag::Ts83Registered) {
        return gap::no_client(behaviour, situation, Decision::default());
    }
    deliver(behaviour, situation)
}

/// Step 1.
fn access(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let holds = |tag| behaviour.rules.holds(tag);
    let rejects = rules::rejects_sender(behaviour, situation) && holds(Tag::Ts83RejectRule);
    rejects.then(|| {
        let code = if holds(Tag::Ts83Reject403) { 403 } else { situation.reject_code };
        let warned = Tag::Ts83RejectWarning;
        let reason = reject::warn(behaviour, situation, warned, Reason::Warning(Warning::FunctionNotAllowed));
        Decision::only(Tag::Ts83RejectRule, Act::Reject { code, reason }).also(Tag::Ts83Reject403)
    })
}

/// Step 2.
fn provider(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let holds = |tag| behaviour.rules.holds(tag);
    let (message, policy) = (situation.message, situation.provider);
    if message.bytes > policy.most_bytes && holds(Tag::Ts83Size) {
        return Some(Decision::only(Tag::Ts83Size, Act::Reject { code: policy.size_code, reason: Reason::None }));
    }
    let formats = reject::formats(policy.contents, situation.policy);
    if formats.has(message.content) || !holds(Tag::Ts83Content) {
        return None;
    }
    Some(match holds(Tag::Ts83Content415) {
        true => {
            let act = Act::Reject { code: 415, reason: Reason::Accept(formats) };
            Decision::only(Tag::Ts83Content, act).also(Tag::Ts83Content415)
        }
        false => reject::without_code(situation, Tag::Ts83Content),
    })
}

/// Step 4a.
fn handled(behaviour: &Behaviour, situation: &Situation) -> Option<Decision> {
    let holds = |tag| behaviour.rules.holds(tag);
    let profile = situation.policy.active_profile();
    let absent = situation.clients.is_empty() || profile.unavailable || !holds(Tag::Ts83Unavailable);
    let handling = if holds(Tag::Ts83Profile) { profile.handling } else { Handling::Unsaid };
    if absent && handling == Handling::Reject {
        let (tag, warned) = (Tag::Ts83HandlingReject, Tag::Ts83HandlingWarning);
        return reject::forbidden(behaviour, situation, tag, warned, Warning::FunctionNotAllowed);
    }
    if situation.message.imdn {
        return None;
    }
    let by_rule = rules::actions(behaviour, situation).is_some_and(|a| a.defer);
    let reason = deferral(behaviour, situation, by_rule, handling == Handling::Defer);
    let unasked = (handling == Handling::Defer && !holds(Tag::Ts83Unavailable)).then_some(DeferReason::Rule);
    if let Some(reason) = reason.or(unasked)
        && holds(Tag::Ts83Defer)
    {
        return Some(Decision::only(Tag::Ts83Defer, Act::Defer(reason)));
    }
    match handling {
        Handling::Store if absent && holds(Tag::Ts83Store) => Some(Decision::only(Tag::Ts83Store, Act::Store)),
        Handling::NonCpm if absent => gap::handed_over(behaviour, situation, Tag::Ts83NonCpm),
        _ => None,
    }
}

/// Steps 5 to 7.
fn deliver(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let holds = |tag| behaviour.rules.holds(tag);
    let mut decision = Decision::default().also(Tag::Ts83Registered);
    if situation.policy.history && holds(Tag::Ts83HistoryActive) && holds(Tag::Ts83Record) {
        decision = decision.then(Tag::Ts83Record, Act::Record).also(Tag::Ts83HistoryActive);
    }
    let selects = situation.clients.len() > 1 && holds(Tag::Ts83Select);
    let (selection, decision) = match selects {
        true => (select(behaviour, situation), decision.also(Tag::Ts83Select)),
        false => (Selection::everyone(situation), decision),
    };
    gap::to_clients(behaviour, situation, Tag::Ts83OneRequest, selection.suitable, selection, decision)
}
