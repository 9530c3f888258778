//! IM08 5.2.2.1 at the terminating PF (requirements digest 6.1), 2008.
//!
//! 1. E: registered clients that the preferences allow (IM08-5.2.2.1-16, -18).
//! 2. E not empty: to each client in E (-16).
//! 3. E empty and the preference is defer: deferred (-20).
//! 4. E empty and the preference is interwork: to the ISF (-21).
//!
//! Gap: E empty and no such preference, which A-01 fills ([`gap`]). Preferences are the rules of the user (allow-defer,
//! allow-interwork, allow-reject-invite, which bars clients) and the handling of his active profile. With history recording active a
//! copy is recorded first (-19); the text does not say when. Notifications are not named: they go to the user, since no step of
//! this text refuses anything.

use super::deferral::deferral;
use super::suitability::select;
use super::{Act, Decision, Situation, gap, rules};
use crate::delivery::Tag;
use crate::delivery::behaviour::{Behaviour, DeferCondition};
use crate::delivery::policy::Handling;

/// Decides, and names the statements.
pub fn decide(behaviour: &Behaviour, situation: &Situation) -> Decision {
    if let Some(decision) = gap::notification(behaviour, situation, Decision::default()) {
        return decision;
    }
    if let Some(decision) = gap::expired(behaviour, situation) {
        return decision;
    }
    gap::recorded(behaviour, situation.policy.history, choose(behaviour, situation))
}

/// Steps 1 to 4.
fn choose(behaviour: &Behaviour, situation: &Situation) -> Decision {
    let asked = rules::actions(behaviour, situation).unwrap_or_default();
    let handling = situation.policy.active_profile().handling;
    let deferred = || {
        let reason = deferral(behaviour, situation, asked.defer, handling == Handling::Defer)?;
        behaviour.rules.holds(Tag::Im08Defer).then(|| Decision::only(Tag::Im08Defer, Act::Defer(reason)))
    };
    // The condition of another generation may hold with clients in E.
    if behaviour.defer_condition != DeferCondition::NoEligibleClient
        && let Some(decision) = deferred()
    {
        return decision;
    }
    let selection = select(behaviour, situation);
    if !selection.suitable.is_empty() {
        return gap::to_clients(behaviour, situation, Tag::Im08Deliver, selection.suitable, selection, Decision::default());
    }
    let interworks = asked.interwork || handling == Handling::NonCpm;
    let handed = || if interworks { gap::handed_over(behaviour, situation, Tag::Im08Interwork) } else { None };
    let decision = deferred().or_else(handed).unwrap_or_else(|| gap::no_client(behaviour, situation, Decision::default()));
    Decision { selection: Some(selection), ..decision }
}
