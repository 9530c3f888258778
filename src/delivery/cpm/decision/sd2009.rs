//! SD23 5.2.2.1.1 at the terminating PF (requirements digest 6.2), 2009. The text is a list without order; ours is that of A-08, and
//! the first that holds ends the procedure.
//!
//! 1. Refused: the overall preferences say so (SD23-5.2.2.1.1-12), those of every registered client do (-11), or those for the state
//!    without a registered client (-13).
//! 2. Check back with the recipient (-24): deferred; telling and asking him is the affair of notifications.
//! 3. Deferred (-28, -29).
//! 4. To the ISF (-30).
//! 5. To the message store (-31); with recording active one storage operation (-33).
//! 6. To each registered client that passes preferences, capabilities, connectivity and provider policies (-16 to -20, -22).
//!
//! Gaps: no client passes and no preference covers the case, which A-01 fills ([`gap`]); the code of a refusal, which is
//! `pf.reject_code`, without a Warning. Readings: overall preferences are the rules without upp-list, or those that name the user's
//! active profile; the handling of his active profile is the preference for the state without a registered client. Recording
//! (history, or allow-offline-storage) makes a copy of every message that is not refused. A notification is screened by step 1 and
//! goes to the user.

use super::deferral::deferral;
use super::suitability::{registered, select};
use super::{Act, Decision, Situation, gap, rules};
use crate::delivery::behaviour::Behaviour;
use crate::delivery::policy::{Actions, Handling};
use crate::delivery::{DeferReason, Tag};

/// Decides, and names the statements.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let asked = rules::actions(behaviour, situation).unwrap_or_default();
    if let Some(decision) = refused(behaviour, situation, asked) {
        return decision;
    }
    if let Some(decision) = gap::notification(behaviour, situation, Decision::default()) {
        return decision;
    }
    if let Some(decision) = gap::expired(behaviour, situation) {
        return decision;
    }
    let decision = by_preference(behaviour, situation, asked).unwrap_or_else(|| deliver(behaviour, situation));
    let stores = decision.steps().any(|s| s.act == Act::Store);
    let one =
        behaviour.guard_single_stored && behaviour.rules.holds(Tag::OneStorage) && behaviour.rules.holds(Tag::OwnSingleStored);
    let records = situation.policy.history || asked.offline_storage;
    match stores && records && one {
        true => decision.also(Tag::OneStorage),
        false => gap::recorded(behaviour, records, decision),
    }
}

/// What the active profile says of the state without a registered client.
fn unregistered(situation: &Situation) -> Handling {
    if situation.clients.is_empty() { situation.policy.active_profile().handling } else { Handling::Unsaid }
}

/// Step 1.
fn refused(behaviour: &Behaviour, situation: &Situation, asked: Actions) -> Option<Decision> {
    let at = situation.circumstances();
    let clients = situation.clients;
    let refuse = |holds: bool, tag| if holds { gap::refused(behaviour, situation, tag) } else { None };
    let every = !clients.is_empty() && clients.iter().all(|c| rules::bars_alone(behaviour, situation, &at, c));
    refuse(asked.reject_invite, Tag::Sd23RejectOverall)
        .or_else(|| refuse(every, Tag::Sd23RejectAllClients))
        .or_else(|| refuse(unregistered(situation) == Handling::Reject, Tag::Sd23RejectUnregistered))
}

/// Steps 2 to 5.
fn by_preference(behaviour: &Behaviour, situation: &Situation, asked: Actions) -> Option<Decision> {
    let holds = |tag| behaviour.rules.holds(tag);
    let handling = unregistered(situation);
    if (asked.check_back || handling == Handling::CheckBack) && holds(Tag::Sd23CheckBack) {
        return Some(Decision::only(Tag::Sd23CheckBack, Act::Defer(DeferReason::Rule)));
    }
    let by_rule = asked.defer && holds(Tag::Sd23DeferAnyTime);
    let by_profile = situation.policy.active_profile().handling == Handling::Defer && holds(Tag::Sd23DeferUnregistered);
    if let Some(reason) = deferral(behaviour, situation, by_rule, by_profile) {
        let tag = if by_rule { Tag::Sd23DeferAnyTime } else { Tag::Sd23DeferUnregistered };
        return Some(Decision::only(tag, Act::Defer(reason)));
    }
    if (asked.interwork || handling == Handling::NonCpm)
        && let Some(decision) = gap::handed_over(behaviour, situation, Tag::Sd23Interwork)
    {
        return Some(decision);
    }
    let stores = (asked.store || handling == Handling::Store) && holds(Tag::Sd23Store);
    stores.then(|| Decision::only(Tag::Sd23Store, Act::Store))
}

/// Step 6.
fn deliver(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let selection = select(behaviour, situation);
    let excludes = behaviour.rules.holds(Tag::Sd23Excluded);
    let chosen = if excludes { selection.suitable } else { registered(situation) };
    gap::to_clients(behaviour, situation, Tag::Sd23Deliver, chosen, selection, Decision::default())
}
