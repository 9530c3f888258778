//! Axes that act in every procedure: deferral conditions, and what happens at the end without a client or behind the queue.

use super::super::{Act, Decision};
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Actions, Conditions, ForwardTo, Handling, MediaName, ServiceName};
use crate::delivery::profile::Profile;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Contents, Rules, Tag};

/// A profile for each procedure.
const GENERATIONS: [Profile; 4] = [Profile::Im2008, Profile::Sd2009, Profile::TsDraft, Profile::Latest];

/// Nobody is registered, and the message is kept and may go by SMS, in every generation.
fn nobody(profile: Profile, rules: Rules) -> Stage {
    let stage = Stage::of(profile, rules).unregistered().interworking();
    let stage = stage.axis(axis::NO_SUITABLE_CLIENT, "keep").axis(axis::PRIMARY_IW_TRIGGER, "on");
    stage.axis(axis::IP_WAIT, "timer")
}

fn deferred(acts: &[Act]) -> bool {
    acts.iter().any(|a| matches!(a, Act::Defer(_)))
}

clause_tests! {
    fn own_no_suitable_client_keep_or_reject(rules) {
        for profile in GENERATIONS {
            let stage = |value| nobody(profile, rules).with(|s| s.interworking = false).axis(axis::NO_SUITABLE_CLIENT, value);
            assert_eq!(stage("keep").steps(), [(Tag::DeferNoClient, NO_CLIENT)]);
            assert_eq!(stage("reject").steps(), [(Tag::OwnNoSuitableReject, rejected(OWN_CODE))]);
        }
        let handed = Stage::latest(rules).unregistered().interworking().rules([rule(BOTH)]);
        assert_eq!(handed.axis(axis::NO_SUITABLE_CLIENT, "reject").acts(), [Act::HandOver], "it is on its way by SMS");
    }

    fn own_first_attempt(rules) {
        for profile in GENERATIONS {
            let stage = |value| nobody(profile, rules).axis(axis::FIRST_ATTEMPT, value);
            assert_eq!(stage("at-once").steps(), [(Tag::FirstSmsAttempt, Act::HandOver)]);
            assert_eq!(stage("after-wait").steps(), [(Tag::WaitForIp, Act::DeferAndWait)]);
            assert_eq!(stage("none").steps(), [(Tag::DeferNoClient, NO_CLIENT)]);
            let off = stage("at-once").axis(axis::PRIMARY_IW_TRIGGER, "off");
            assert_eq!(off.acts(), [NO_CLIENT]);
        }
    }

    fn own_wait_for_ip_at_acceptance(rules) {
        for profile in GENERATIONS {
            let ready = || nobody(profile, rules).with(|s| s.sms_ready = true);
            assert_eq!(ready().steps(), [(Tag::WaitForIp, Act::DeferAndWait)]);
            assert_eq!(ready().axis(axis::FIRST_ATTEMPT, "none").acts(), [Act::DeferAndWait]);
            assert_eq!(ready().axis(axis::IP_WAIT, "none").acts(), [Act::HandOver]);
            assert_eq!(ready().axis(axis::WAIT_IP_START, "ready-only").acts(), [Act::HandOver]);
            assert_eq!(ready().with(|s| s.sms_ready = false).acts(), [Act::HandOver]);
            assert_eq!(ready().with(|s| s.interworking = false).acts(), [NO_CLIENT]);
        }
    }

    fn own_overtake_queue(rules) {
        for profile in GENERATIONS {
            let stage = |value, stands| {
                let stage = Stage::of(profile, rules).axis(axis::OVERTAKE_QUEUE, value);
                stage.with(|s| s.queue_stands = stands)
            };
            let to_both = [Act::Deliver(these(&[0, 1]))];
            assert_eq!(stage("behind-queue", true).steps(), [(Tag::DeferKeep, NO_CLIENT)]);
            assert_eq!(stage("behind-queue", false).acts(), to_both);
            assert_eq!(stage("allowed", true).acts(), to_both);
        }
    }

    fn own_arrival_expiry_check_in_every_procedure(rules) {
        for profile in GENERATIONS {
            let stage = |value| {
                let stage = Stage::of(profile, rules).axis(axis::ARRIVAL_EXPIRY_CHECK, value);
                stage.rules([rule(DEFER), rule(STORE)]).unregistered().with(|s| s.message.expires = NOW)
            };
            assert_eq!(stage("on").steps(), [(Tag::OwnArrivalExpired, Act::Discard)]);
            assert_ne!(stage("off").acts(), [Act::Discard]);
            let recording = stage("on").with(|s| s.policy.history = true);
            assert_eq!(recording.acts(), [Act::Discard], "what is discarded is not recorded");
        }
        let refused = Stage::latest(rules).axis(axis::ARRIVAL_EXPIRY_CHECK, "on").with(|s| {
            (s.message.expires, s.policy.blacklist) = (NOW, vec![user(SENDER.0)]);
        });
        assert_eq!(refused.acts(), [FORBIDDEN_122], "refusals come before");
    }

    fn own_defer_condition_in_every_procedure(rules) {
        // By rule or by the active profile; with clients, without, or 'not available' with clients.
        let expected = [
            ("rule", [[true, true, true], [false, false, false]]),
            ("pref-any-time", [[true, true, true], [false, true, false]]),
            ("unregistered-or-unavailable", [[false, false, false], [false, true, true]]),
            ("no-eligible-client", [[false, true, false], [false, true, false]]),
        ];
        for profile in GENERATIONS {
            for (value, table) in expected {
                for (wish, row) in table.into_iter().enumerate() {
                    for (state, holds) in row.into_iter().enumerate() {
                        let stage = Stage::of(profile, rules).axis(axis::DEFER_CONDITION, value);
                        let stage = stage.axis(axis::NO_SUITABLE_CLIENT, "reject").rules((wish == 0).then(|| rule(DEFER)));
                        let handling = if wish == 1 { Handling::Defer } else { Handling::Unsaid };
                        let stage = stage.profile(state == 2, handling);
                        let stage = if state == 1 { stage.unregistered() } else { stage };
                        assert_eq!(deferred(&stage.acts()), holds, "{profile:?} {value} wish {wish} state {state}");
                    }
                }
            }
        }
    }

    fn own_reason_of_a_deferral(rules) {
        let stage = |value| Stage::latest(rules).axis(axis::DEFER_CONDITION, value).rules([rule(DEFER)]);
        assert_eq!(stage("rule").unregistered().acts(), [BY_RULE]);
        assert_eq!(stage("pref-any-time").unregistered().acts(), [BY_RULE]);
        let absent = |value| stage(value).unregistered().profile(false, Handling::Defer).acts();
        assert_eq!(absent("no-eligible-client"), [NO_CLIENT]);
        assert_eq!(absent("unregistered-or-unavailable"), [NO_CLIENT]);
        let unavailable = stage("unregistered-or-unavailable").profile(true, Handling::Defer).acts();
        assert_eq!(unavailable, [BY_RULE]);
    }

    fn own_imdn_bypass_in_every_procedure(rules) {
        for profile in GENERATIONS {
            let stage = Stage::of(profile, rules).imdn().rules([rule(REJECT)]).profile(true, Handling::Reject);
            assert_eq!(stage.axis(axis::IMDN_SCREENING, "bypass").acts(), [Act::ToUser]);
        }
    }

    fn own_statements_without_a_step_are_noted(rules) {
        let noted = |stage: Stage| stage.decide().noted().collect::<Vec<_>>();
        let blacklisted = Stage::latest(rules).with(|s| s.policy.blacklist = vec![user(SENDER.0)]);
        assert_eq!(noted(blacklisted), [Tag::Blacklist122]);
        assert_eq!(noted(Stage::latest(rules).rules([rule(STORE)])), [Tag::RuleMatches, Tag::StepsInOrder]);
        assert_eq!(noted(Stage::latest(rules).rules([rule(REJECT)])), [Tag::RuleMatches, Tag::RuleRejects122]);
        assert_eq!(noted(Stage::latest(rules).rules([rule(OFFLINE)])), [Tag::OfflineLooked, Tag::Step8Runs]);
        assert_eq!(noted(Stage::latest(rules)), []);
        let twice = Decision::default().also(Tag::StepsInOrder).also(Tag::Accept).also(Tag::StepsInOrder);
        assert_eq!(twice.noted().collect::<Vec<_>>(), [Tag::Accept, Tag::StepsInOrder], "in order, once each");
    }

    fn own_statements_that_were_looked_at_are_noted(rules) {
        let has = |stage: Stage, tag: Tag| stage.decide().noted().any(|t| t == tag);
        let from = |number| move |c: &mut Conditions| c.senders = Some(vec![user(number)]);
        let named = |profile: u16| move |c: &mut Conditions| c.profiles = Some(vec![profile]);
        let draft = || Stage::of(Profile::TsDraft, rules);
        assert!(!has(draft(), Tag::Ts83AccessFirst) && has(draft().rules([rule(DEFER)]), Tag::Ts83AccessFirst));
        assert!(has(draft().rules([rule_if(REJECT, from(1))]), Tag::Ts83SenderRules));
        assert!(!has(draft().rules([rule(DEFER)]), Tag::Ts83SenderRules));
        let unnamed = |c: &mut Conditions| c.services = Some(vec![ServiceName::Enabler]);
        assert!(has(draft().rules([rule_if(REJECT, unnamed)]), Tag::Ts83ServiceRules));
        assert!(!has(draft().rules([rule(DEFER)]), Tag::Ts83ServiceRules));
        let other = |c: &mut Conditions| c.media = Some(vec![MediaName::Other]);
        assert!(has(draft().rules([rule_if(REJECT, other)]), Tag::Ts83MediaRules));
        assert!(!has(draft().rules([rule(DEFER)]), Tag::Ts83MediaRules));
        let here = draft().profile(false, Handling::Unsaid);
        assert!(has(here, Tag::Ts83Profile));
        assert!(!has(draft().profile(false, Handling::Unsaid), Tag::Ts83Unavailable));
        assert!(has(draft().profile(true, Handling::Unsaid), Tag::Ts83Unavailable));
        assert!(has(draft().profile(false, Handling::Unsaid).unregistered(), Tag::Ts83Unavailable));
        let sd = || Stage::of(Profile::Sd2009, rules);
        assert!(has(sd().rules([rule_if(DEFER, from(1))]), Tag::Sd23PreferenceInputs));
        assert!(has(sd().rules([rule_if(DEFER, |c| c.anonymous = Some(true))]), Tag::Sd23PreferenceInputs));
        assert!(has(sd().rules([rule_if(DEFER, |c| c.contents = Some(Contents::NONE))]), Tag::Sd23PreferenceInputs));
        assert!(has(sd().rules([rule_if(DEFER, |c| c.available = Some(false))]), Tag::Sd23PreferenceInputs));
        assert!(!has(sd().rules([rule(DEFER)]), Tag::Sd23PreferenceInputs));
        let barred = || sd().profiles(Some(0), &[Some(1)]);
        assert!(has(barred().rules([rule_if(REJECT, named(1))]), Tag::Sd23Excluded));
        assert!(!has(barred().rules([rule_if(REJECT, named(9))]), Tag::Sd23Excluded));
        let latest = || Stage::latest(rules).profiles(Some(0), &[Some(1)]);
        assert!(has(latest().rules([rule_if(REJECT, named(1))]), Tag::ClientRuleNeeds));
        assert!(!has(latest().rules([rule(OFFLINE)]), Tag::ClientRuleNeeds));
        assert!(has(latest().rules([rule(OFFLINE), rule(DND)]), Tag::OwnRuleMerge));
        assert!(!has(latest().rules([rule(OFFLINE)]), Tag::OwnRuleMerge));
        let forward = Actions { forward: Some(ForwardTo(user(3))), ..Actions::default() };
        assert!(has(Stage::latest(rules).imdn().rules([rule(forward)]), Tag::ImdnNotForwarded));
        assert!(!has(Stage::latest(rules).rules([rule(forward)]), Tag::ImdnNotForwarded));
        assert!(!has(Stage::latest(rules).imdn().rules([rule(OFFLINE)]), Tag::ImdnNotForwarded));
    }
}

/// What a rule that is left out leaves: SMS after a wait that is not known goes at once.
#[test]
fn without_the_wait_an_attempt_after_it_is_made_at_once() {
    let after = |rules| nobody(Profile::Latest, rules).axis(axis::FIRST_ATTEMPT, "after-wait").acts();
    assert_eq!(after(Rules::ALL), [Act::DeferAndWait]);
    assert_eq!(after(Rules::without(Tag::WaitForIp)), [Act::HandOver]);
}

/// The criteria of step 8a-i are those of 2015: what another generation needs does not hang on them.
#[test]
fn the_criteria_of_client_rules_concern_2015_alone() {
    let named = |c: &mut Conditions| c.profiles = Some(vec![1]);
    let barred = |profile, rules| {
        let stage = Stage::of(profile, rules).profiles(Some(0), &[Some(1)]).rules([rule_if(OFFLINE, named)]);
        stage.select().excluded.iter().any(|set| !set.is_empty())
    };
    let without = Rules::without(Tag::ClientRuleNeeds);
    for profile in [Profile::Im2008, Profile::Sd2009, Profile::TsDraft] {
        assert!(!barred(profile, without), "{profile:?}");
    }
    assert!(!barred(Profile::Latest, Rules::ALL) && barred(Profile::Latest, without));
}

/// Without the condition of step 4a the profile's deferral holds for a registered user too, and nothing else defers.
#[test]
fn without_the_condition_of_step_4a_only_a_deferral_defers() {
    let acts = |handling| {
        let stage = Stage::of(Profile::TsDraft, Rules::without(Tag::Ts83Unavailable)).profile(false, handling);
        stage.acts()
    };
    assert_eq!(acts(Handling::Defer), [BY_RULE]);
    assert!(!deferred(&acts(Handling::Unsaid)));
}
