//! Which rules of a user match: by service, media, preference profile and the other conditions, as each document generation
//! names them; and how several combine.
//!
//! | generation | service | media |
//! |---|---|---|
//! | 2008, 2009 | if written, by any name of CPM | if written, by any name of pager messages |
//! | TS draft, step 1 | must be written, `+g.oma.sip-cpm` | must be written, `pager-mode-message` |
//! | TS draft, step 6 | must be written, `+g.oma.sip-cpm` | if written, `pager-mode-message` |
//! | 2015, step 4 | must be written, `CPM` | must be written, `standalone-message` |
//! | 2015, steps 5, 6 and 8a-i | must be written, `CPM` | if written, `standalone-message` |
//!
//! Our reading of upp-list outside step 8a-i: it is a condition, true when it names the user's own active profile. Under
//! `device-prefs=per-device` a rule with upp-list and allow-reject-invite is about single clients and counts for them alone.

use super::{Known, Situation};
use crate::delivery::Tag;
use crate::delivery::behaviour::{Behaviour, DeliveryRule};
use crate::delivery::policy::{Actions, Circumstances, Conditions, MediaName, Rule, ServiceName};

/// The rules that match, in their order.
fn matching<'a>(behaviour: &'a Behaviour, situation: &'a Situation<'a>) -> impl DoubleEndedIterator<Item = Actions> + 'a {
    let at = situation.circumstances();
    let matches = move |r: &&Rule| {
        service(behaviour, &r.conditions)
            && media(behaviour, &r.conditions)
            && conditions(behaviour, &r.conditions, &at)
            && about_user(behaviour, situation, r)
    };
    situation.policy.rules.iter().filter(matches).map(|r| r.actions)
}

/// Whether more than one rule matches.
pub fn several(behaviour: &Behaviour, situation: &Situation) -> bool {
    matching(behaviour, situation).nth(1).is_some()
}

/// What all rules that match say together; none: no rule matches.
pub fn actions(behaviour: &Behaviour, situation: &Situation) -> Option<Actions> {
    let mut found = matching(behaviour, situation);
    let first = found.next()?;
    if !behaviour.rules.holds(Tag::OwnRuleMerge) {
        return Some(found.next_back().unwrap_or(first));
    }
    Some(if behaviour.first_match { first } else { found.fold(first, Actions::united) })
}

/// Whether a rule for CPM, wherever it stands, has this action (steps 5 and 6).
pub fn any(behaviour: &Behaviour, situation: &Situation, action: fn(Actions) -> bool) -> bool {
    let at = situation.circumstances();
    situation.policy.rules.iter().any(|r| {
        action(r.actions)
            && service(behaviour, &r.conditions)
            && media_if_written(behaviour, &r.conditions)
            && conditions(behaviour, &r.conditions, &at)
            && about_user(behaviour, situation, r)
    })
}

/// Whether the preferences bar this client: a rule with allow-reject-invite names its active profile (step 8a-i).
///
/// In 2008 and 2009 a rule without upp-list bars every client, too.
pub fn bars(behaviour: &Behaviour, situation: &Situation, at: &Circumstances, client: &Known) -> bool {
    let generation = behaviour.delivery_rule;
    let for_all = matches!(generation, DeliveryRule::Im2008 | DeliveryRule::Sd2009);
    let needs_all = generation != DeliveryRule::Iw2015 || behaviour.rules.holds(Tag::ClientRuleNeeds);
    situation.policy.rules.iter().any(|r| {
        let named = match r.conditions.profiles {
            None => for_all,
            Some(_) => names_profile_of(behaviour, situation, r, client),
        };
        named && (!needs_all || rejects(behaviour, at, r))
    })
}

/// Whether the preferences of this client alone bar it (SD23-5.2.2.1.1-11).
pub fn bars_alone(behaviour: &Behaviour, situation: &Situation, at: &Circumstances, client: &Known) -> bool {
    let mut rules = situation.policy.rules.iter();
    rules.any(|r| names_profile_of(behaviour, situation, r, client) && rejects(behaviour, at, r))
}

/// Whether the upp-list names the active profile of `client`.
fn names_profile_of(behaviour: &Behaviour, situation: &Situation, rule: &Rule, client: &Known) -> bool {
    let policy = situation.policy;
    let active = if behaviour.per_device_prefs { policy.active_of(client.kind) } else { policy.active };
    rule.conditions.profiles.as_ref().is_some_and(|list| active.is_some_and(|a| list.contains(&a)))
}

/// The criteria of step 8a-i other than upp-list.
fn rejects(behaviour: &Behaviour, at: &Circumstances, rule: &Rule) -> bool {
    let written = &rule.conditions;
    rule.actions.reject_invite
        && service(behaviour, written)
        && media_if_written(behaviour, written)
        && conditions(behaviour, written, at)
}

fn service(behaviour: &Behaviour, written: &Conditions) -> bool {
    match behaviour.delivery_rule {
        DeliveryRule::Im2008 | DeliveryRule::Sd2009 => {
            written.services.is_none()
                || written.names_service(ServiceName::Enabler)
                || written.names_service(ServiceName::FeatureTag)
        }
        DeliveryRule::TsDraft => !behaviour.rules.holds(Tag::Ts83ServiceRules) || written.names_service(ServiceName::FeatureTag),
        DeliveryRule::Iw2015 => written.names_service(ServiceName::Enabler),
    }
}

fn media(behaviour: &Behaviour, written: &Conditions) -> bool {
    match behaviour.delivery_rule {
        DeliveryRule::Im2008 | DeliveryRule::Sd2009 => {
            written.media.is_none()
                || written.names_media(MediaName::StandaloneMessage)
                || written.names_media(MediaName::PagerModeMessage)
        }
        DeliveryRule::TsDraft => !behaviour.rules.holds(Tag::Ts83MediaRules) || written.names_media(MediaName::PagerModeMessage),
        DeliveryRule::Iw2015 => written.names_media(MediaName::StandaloneMessage),
    }
}

fn media_if_written(behaviour: &Behaviour, written: &Conditions) -> bool {
    written.media.is_none() || media(behaviour, written)
}

/// All conditions but service, media and upp-list.
fn conditions(behaviour: &Behaviour, written: &Conditions, at: &Circumstances) -> bool {
    match behaviour.delivery_rule {
        DeliveryRule::Sd2009 if !behaviour.rules.holds(Tag::Sd23PreferenceInputs) => true,
        DeliveryRule::TsDraft if !behaviour.rules.holds(Tag::Ts83SenderRules) => {
            Conditions { senders: None, ..written.clone() }.hold(at)
        }
        _ => written.hold(at),
    }
}

/// The upp-list as a condition on the user.
fn about_user(behaviour: &Behaviour, situation: &Situation, rule: &Rule) -> bool {
    rule.conditions.profiles.as_ref().is_none_or(|list| {
        let about_clients = behaviour.per_device_prefs && rule.actions.reject_invite;
        !about_clients && situation.policy.active.is_some_and(|a| list.contains(&a))
    })
}

/// Step 1 of the TS draft: a rule that matches has allow-reject-invite. Rules do not combine here: any of them rejects.
pub fn rejects_sender(behaviour: &Behaviour, situation: &Situation) -> bool {
    let at = situation.circumstances();
    situation
        .policy
        .rules
        .iter()
        .any(|r| rejects(behaviour, &at, r) && media(behaviour, &r.conditions) && about_user(behaviour, situation, r))
}
