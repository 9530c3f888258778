//! When a message is deferred on arrival (K-04, K-15): the condition of one generation in the procedure of another.
//!
//! The axis `defer-condition` brings a generation's condition in full: whose wish counts and when. The delivery rule says at
//! which point of the procedure it is looked at, and which rules match.
//!
//! | value | wish | holds |
//! |---|---|---|
//! | `no-eligible-client` (2008) | allow-defer, or the active profile's handling | with no eligible client |
//! | `pref-any-time` (2009) | allow-defer; the active profile's handling | at any time; with no client registered |
//! | `unregistered-or-unavailable` (TS draft) | the active profile's handling | not registered, or 'not available' |
//! | `rule` (2015) | allow-defer | whatever the registration |
//!
//! Points of the procedures: 2008 before the delivery, or with no client left under its own condition; 2009 step 3; TS draft step
//! 4a-ii; 2015 step 4e, where a wish that does not hold is no true action. A deferral for want of a client counts as
//! [`DeferReason::NoClient`], since the cause is the access; any other as [`DeferReason::Rule`].

use super::Situation;
use super::suitability::select;
use crate::delivery::DeferReason;
use crate::delivery::behaviour::{Behaviour, DeferCondition};

/// Why the message is deferred, if it is. `rule`: rules that match ask for it; `handling`: the active profile does.
pub fn deferral(behaviour: &Behaviour, situation: &Situation, rule: bool, handling: bool) -> Option<DeferReason> {
    let registered = !situation.clients.is_empty();
    let unavailable = situation.policy.active_profile().unavailable;
    match behaviour.defer_condition {
        DeferCondition::Rule => rule.then_some(DeferReason::Rule),
        DeferCondition::PrefAnyTime if rule => Some(DeferReason::Rule),
        DeferCondition::PrefAnyTime => (handling && !registered).then_some(DeferReason::NoClient),
        DeferCondition::UnregisteredOrUnavailable if !handling => None,
        DeferCondition::UnregisteredOrUnavailable if !registered => Some(DeferReason::NoClient),
        DeferCondition::UnregisteredOrUnavailable => unavailable.then_some(DeferReason::Rule),
        DeferCondition::NoEligibleClient => {
            let wished = rule || handling;
            (wished && select(behaviour, situation).suitable.is_empty()).then_some(DeferReason::NoClient)
        }
    }
}
