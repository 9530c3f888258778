//! Statements that had a part in a decision without a step of their own, so that it can be counted what a run exercises: which
//! rules were looked at and passed over, which conditions were held against the message.
//!
//! A user who has laid nothing down exercises none of them.

use super::{Decision, Situation, rules};
use crate::delivery::Tag;
use crate::delivery::behaviour::{Behaviour, DeliveryRule};
use crate::delivery::policy::{Conditions, MediaName, ServiceName};

/// The decision with the statements that the procedure in force looked at.
pub fn noted(behaviour: &Behaviour, situation: &Situation, decision: Decision) -> Decision {
    let policy = situation.policy;
    if policy.rules.is_empty() && policy.active.is_none() {
        return decision;
    }
    match behaviour.delivery_rule {
        DeliveryRule::Im2008 => merged(behaviour, situation, decision),
        DeliveryRule::Sd2009 => merged(behaviour, situation, of_2009(situation, decision)),
        DeliveryRule::TsDraft => of_the_draft(situation, decision),
        DeliveryRule::Iw2015 => merged(behaviour, situation, of_2015(situation, decision)),
    }
}

fn of_2009(situation: &Situation, decision: Decision) -> Decision {
    let inputs = |c: &Conditions| c.senders.is_some() || c.anonymous.is_some() || c.contents.is_some() || c.available.is_some();
    let decision = note(decision, Tag::Sd23PreferenceInputs, any(situation, inputs));
    let excludes = decision.selection.is_some_and(|s| s.excluded.iter().any(|set| !set.is_empty()));
    note(decision, Tag::Sd23Excluded, excludes)
}

fn of_the_draft(situation: &Situation, decision: Decision) -> Decision {
    let looked = !situation.policy.rules.is_empty();
    let decision = note(decision, Tag::Ts83AccessFirst, looked);
    let decision = note(decision, Tag::Ts83ServiceRules, any(situation, |c| !c.names_service(ServiceName::FeatureTag)));
    let decision = note(decision, Tag::Ts83MediaRules, any(situation, |c| !c.names_media(MediaName::PagerModeMessage)));
    let decision = note(decision, Tag::Ts83SenderRules, any(situation, |c| c.senders.is_some()));
    let profile = situation.policy.active.is_some();
    let absent = situation.clients.is_empty() || situation.policy.active_profile().unavailable;
    note(note(decision, Tag::Ts83Profile, profile), Tag::Ts83Unavailable, profile && absent)
}

fn of_2015(situation: &Situation, decision: Decision) -> Decision {
    let forwards = situation.policy.rules.iter().any(|r| r.actions.forward.is_some());
    let decision = note(decision, Tag::ImdnNotForwarded, situation.message.imdn && forwards);
    // Clients were chosen, so that step 8 was run.
    let chose = decision.selection.is_some();
    let decision = note(decision, Tag::Step8Runs, chose);
    note(decision, Tag::ClientRuleNeeds, chose && any(situation, |c| c.profiles.is_some()))
}

/// Several rules matched.
fn merged(behaviour: &Behaviour, situation: &Situation, decision: Decision) -> Decision {
    note(decision, Tag::OwnRuleMerge, rules::several(behaviour, situation))
}

fn any(situation: &Situation, which: impl Fn(&Conditions) -> bool) -> bool {
    situation.policy.rules.iter().any(|r| which(&r.conditions))
}

fn note(decision: Decision, tag: Tag, had_a_part: bool) -> Decision {
    if had_a_part { decision.also(tag) } else { decision }
}
