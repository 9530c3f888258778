//! SD23 5.2.2.1.1, with the profile of 2009.

use super::super::Act;
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Exclusion, Handling};
use crate::delivery::profile::Profile;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Content, Contents, Factor, Rules, Tag};

fn stage(rules: Rules) -> Stage {
    Stage::of(Profile::Sd2009, rules)
}

/// Every client has a profile of its own; a rule bars those of `barred`.
fn barred(rules: Rules, barred: &[u16]) -> Stage {
    let rule = rule_if(REJECT, |c| c.profiles = Some(barred.to_vec()));
    stage(rules).profiles(None, &[Some(0), Some(1)]).rules([rule])
}

/// Four clients, each of the last three excluded by another factor besides preference.
fn each_factor(rules: Rules) -> Stage {
    barred(rules, &[1]).with(|s| {
        s.clients = (0..5).map(client).collect();
        s.policy.active_of = vec![Some(0), Some(1)];
        s.clients[2].connected = Some(false);
        s.clients[3].capabilities.contents = Contents::NONE.with(Content::Image);
        s.provider.exclusions = vec![Exclusion { primary: Some(true), larger_than: 0, contents: Contents::EVERY }];
    })
}

const ALL: [u32; 2] = [0, 1];

clause_tests! {
    fn sd23_r_02_the_factor_is_known(rules) {
        let decision = each_factor(rules).decide();
        let selection = decision.selection.expect("clients were chosen");
        assert_eq!(selection.suitable, these(&[4]));
        assert_eq!(selection.excluded_by(Factor::Preference), these(&[1]));
        assert_eq!(selection.excluded_by(Factor::Connectivity), these(&[2]));
        assert_eq!(selection.excluded_by(Factor::Capability), these(&[3]));
        assert_eq!(selection.excluded_by(Factor::ProviderPolicy), these(&[0]));
    }

    fn sd23_5_2_2_1_1_11_every_clients_preferences_reject(rules) {
        assert_eq!(barred(rules, &[0, 1]).steps(), [(Tag::Sd23RejectAllClients, rejected(OWN_CODE))]);
        assert_eq!(barred(rules, &[0]).acts(), [Act::Deliver(these(&[1]))], "one does not reject");
        assert_eq!(barred(rules, &[0, 1]).unregistered().acts(), [NO_CLIENT], "nobody is registered to reject");
    }

    fn sd23_5_2_2_1_1_12_overall_preferences_reject(rules) {
        assert_eq!(stage(rules).rules([rule(REJECT)]).steps(), [(Tag::Sd23RejectOverall, rejected(OWN_CODE))]);
        assert_eq!(stage(rules).rules([rule(REJECT)]).unregistered().acts(), [rejected(OWN_CODE)]);
        assert_eq!(stage(rules).acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_13_rejected_in_the_state_without_a_client(rules) {
        let stage = || stage(rules).profile(false, Handling::Reject);
        assert_eq!(stage().unregistered().steps(), [(Tag::Sd23RejectUnregistered, rejected(OWN_CODE))]);
        assert_eq!(stage().acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_14_preferences_per_device_or_overall(rules) {
        let stage = |value| {
            let stage = barred(rules, &[1]).axis(axis::DEVICE_PREFS, value);
            stage.with(|s| s.policy.active = Some(0))
        };
        assert_eq!(stage("per-device").delivered(), these(&[0]));
        assert_eq!(stage("overall").delivered(), these(&ALL), "the user's profile is not named");
        let named = stage("overall").with(|s| s.policy.active = Some(1));
        assert_eq!(named.steps(), [(Tag::Sd23RejectOverall, rejected(OWN_CODE))]);
    }

    fn sd23_5_2_2_1_1_15_what_preferences_depend_on(rules) {
        let reject = rejected(OWN_CODE);
        let deliver = Act::Deliver(these(&ALL));
        let by_sender = |number| stage(rules).rules([rule_if(REJECT, |c| c.senders = Some(vec![user(number)]))]);
        assert_eq!((by_sender(SENDER.0).acts(), by_sender(SENDER.0 + 1).acts()), (vec![reject], vec![deliver]));
        let by_identity = |hidden| {
            let only_hidden = rule_if(REJECT, |c| c.anonymous = Some(true));
            stage(rules).rules([only_hidden]).with(|s| s.message.anonymous = hidden)
        };
        assert_eq!((by_identity(true).acts(), by_identity(false).acts()), (vec![reject], vec![deliver]));
        let by_availability = |unavailable| {
            let only_unavailable = rule_if(REJECT, |c| c.available = Some(false));
            stage(rules).rules([only_unavailable]).profile(unavailable, Handling::Unsaid)
        };
        assert_eq!((by_availability(true).acts(), by_availability(false).acts()), (vec![reject], vec![deliver]));
        let by_content = |content| {
            let only_images = rule_if(REJECT, |c| c.contents = Some(Contents::NONE.with(Content::Image)));
            stage(rules).rules([only_images]).with(|s| s.message.content = content)
        };
        assert_eq!((by_content(Content::Image).acts(), by_content(Content::Text).acts()), (vec![reject], vec![deliver]));
    }

    fn sd23_5_2_2_1_1_16_to_each_client_that_passes_all(rules) {
        let decision = each_factor(rules).steps();
        assert_eq!(decision, [(Tag::Sd23Deliver, Act::Deliver(these(&[4])))]);
        assert_eq!(stage(rules).acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_17_preferences_are_a_filter(rules) {
        assert_eq!(barred(rules, &[1]).delivered(), these(&[0]));
        assert_eq!(barred(rules, &[]).delivered(), these(&ALL));
    }

    fn sd23_5_2_2_1_1_18_capabilities_are_a_filter(rules) {
        let stage = || stage(rules).with(|s| s.clients[1].capabilities.contents = Contents::NONE.with(Content::Image));
        assert_eq!(stage().delivered(), these(&[0]));
        assert_eq!(stage().with(|s| s.message.content = Content::Image).delivered(), these(&ALL));
    }

    fn sd23_5_2_2_1_1_19_connectivity_is_a_filter(rules) {
        let stage = |connected| stage(rules).with(|s| s.clients[0].connected = connected);
        assert_eq!(stage(Some(false)).delivered(), these(&[1]));
        assert_eq!((stage(Some(true)).delivered(), stage(None).delivered()), (these(&ALL), these(&ALL)));
    }

    fn sd23_5_2_2_1_1_20_provider_policies_are_a_filter(rules) {
        let stage = |bytes| {
            stage(rules).with(|s| {
                s.message.bytes = bytes;
                s.provider.exclusions = vec![Exclusion { primary: Some(true), larger_than: 160, contents: Contents::EVERY }];
            })
        };
        assert_eq!((stage(161).delivered(), stage(160).delivered()), (these(&[1]), these(&ALL)));
    }

    fn sd23_5_2_2_1_1_22_an_excluded_client_gets_nothing(rules) {
        let reached = each_factor(rules).delivered();
        for n in 0..4 {
            assert!(!reached.has(client(n).id), "client {n} is excluded");
        }
    }

    fn sd23_5_2_2_1_1_23_a_copy_is_recorded_if_active(rules) {
        let recording = |s: &mut Stage| s.policy.history = true;
        assert_eq!(stage(rules).with(recording).acts(), [Act::Record, Act::Deliver(these(&ALL))]);
        assert_eq!(stage(rules).rules([rule(OFFLINE)]).acts(), [Act::Record, Act::Deliver(these(&ALL))]);
        assert_eq!(stage(rules).rules([rule(DEFER)]).with(recording).acts(), [Act::Record, BY_RULE]);
        assert_eq!(stage(rules).rules([rule(REJECT)]).with(recording).acts(), [rejected(OWN_CODE)]);
    }

    fn sd23_5_2_2_1_1_24_check_back_with_the_recipient(rules) {
        let asked = stage(rules).rules([rule(CHECK_BACK), rule(DEFER), rule(STORE)]);
        assert_eq!(asked.steps(), [(Tag::Sd23CheckBack, BY_RULE)]);
        let by_profile = || stage(rules).profile(false, Handling::CheckBack);
        assert_eq!(by_profile().unregistered().steps(), [(Tag::Sd23CheckBack, BY_RULE)]);
        assert_eq!(by_profile().acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_28_deferred_whatever_the_registration(rules) {
        let stage = || stage(rules).rules([rule(DEFER), rule(INTERWORK), rule(STORE)]).interworking();
        assert_eq!(stage().steps(), [(Tag::Sd23DeferAnyTime, BY_RULE)]);
        assert_eq!(stage().unregistered().steps(), [(Tag::Sd23DeferAnyTime, BY_RULE)]);
    }

    fn sd23_5_2_2_1_1_29_deferred_in_the_state_without_a_client(rules) {
        let stage = || stage(rules).profile(false, Handling::Defer).axis(axis::NO_SUITABLE_CLIENT, "reject");
        assert_eq!(stage().unregistered().steps(), [(Tag::Sd23DeferUnregistered, NO_CLIENT)]);
        assert_eq!(stage().acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_30_to_the_isf_by_preference(rules) {
        let asked = || stage(rules).rules([rule(INTERWORK), rule(STORE)]);
        assert_eq!(asked().interworking().steps(), [(Tag::Sd23Interwork, Act::HandOver)]);
        assert_eq!(asked().acts(), [Act::Store], "no ISF can take it, and the next preference holds");
        let by_profile = || stage(rules).profile(false, Handling::NonCpm).interworking();
        assert_eq!(by_profile().unregistered().acts(), [Act::HandOver]);
        assert_eq!(by_profile().acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_31_to_the_store_by_preference(rules) {
        assert_eq!(stage(rules).rules([rule(STORE)]).steps(), [(Tag::Sd23Store, Act::Store)]);
        let by_profile = || stage(rules).profile(false, Handling::Store);
        assert_eq!(by_profile().unregistered().acts(), [Act::Store]);
        assert_eq!(by_profile().acts(), [Act::Deliver(these(&ALL))]);
    }

    fn sd23_5_2_2_1_1_32_delivery_to_the_store_is_not_recording(rules) {
        let delivered_there = stage(rules).rules([rule(STORE)]).acts();
        let recorded = stage(rules).with(|s| s.policy.history = true).acts();
        assert!(delivered_there.contains(&Act::Store) && !delivered_there.contains(&Act::Record));
        assert!(recorded.contains(&Act::Record) && !recorded.contains(&Act::Store));
    }

    fn sd23_5_2_2_1_1_33_one_storage_operation(rules) {
        let stage = || stage(rules).rules([rule(STORE)]).with(|s| s.policy.history = true);
        assert_eq!(stage().acts(), [Act::Store]);
        assert_eq!(stage().axis(axis::GUARD_SINGLE_STORED_COPY, "off").acts(), [Act::Record, Act::Store]);
    }

    fn sd23_5_2_2_2_01_causes_of_being_unreachable(rules) {
        assert_eq!(stage(rules).unregistered().steps(), [(Tag::DeferNoClient, NO_CLIENT)]);
        let unwilling = stage(rules).rules([rule(DEFER)]);
        assert_eq!(unwilling.acts(), [BY_RULE], "the cause is another one");
        let lost = stage(rules).with(|s| s.clients.iter_mut().for_each(|c| c.connected = Some(false)));
        assert_eq!(lost.acts(), [NO_CLIENT]);
        assert_eq!(lost.select().excluded_by(Factor::Connectivity), these(&ALL));
    }

    fn sd23_5_2_2_2_02_held_or_not_by_configuration(rules) {
        let stage = |value| stage(rules).unregistered().axis(axis::NO_SUITABLE_CLIENT, value);
        assert_eq!(stage("keep").acts(), [NO_CLIENT]);
        assert_eq!(stage("reject").steps(), [(Tag::OwnNoSuitableReject, rejected(OWN_CODE))]);
    }

    fn own_sd_2009_the_list_is_taken_in_order(rules) {
        let every = [CHECK_BACK, DEFER, INTERWORK, STORE];
        let expected = [BY_RULE, BY_RULE, Act::HandOver, Act::Store];
        for (at, act) in expected.into_iter().enumerate() {
            let stage = stage(rules).rules(every[at..].iter().map(|a| rule(*a))).interworking();
            assert_eq!(stage.acts(), [act]);
            assert_eq!(stage.rules([rule(REJECT)]).acts(), [rejected(OWN_CODE)]);
        }
    }

    fn own_sd_2009_notifications_are_screened(rules) {
        assert_eq!(stage(rules).imdn().rules([rule(DEFER), rule(STORE)]).acts(), [Act::ToUser]);
        assert_eq!(stage(rules).imdn().rules([rule(REJECT)]).acts(), [rejected(OWN_CODE)]);
    }
}
