//! TS83 8.3.2.1, with the profile of the TS draft.

use super::super::{Act, FACTORS};
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Exclusion, Handling, MediaName, ServiceName};
use crate::delivery::profile::Profile;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Content, Contents, Factor, Reason, Rules, Tag};
use crate::units::SimTime;

fn stage(rules: Rules) -> Stage {
    Stage::of(Profile::TsDraft, rules).with(|s| s.optional_warning = true)
}

fn to_both() -> Vec<Act> {
    vec![Act::Deliver(these(&[0, 1]))]
}

/// The formats of the provider are text and cards; the message is an image.
fn wrong_content(stage: Stage) -> Stage {
    stage.with(|s| {
        s.provider.contents = TEXT_AND_CARDS;
        s.message.content = Content::Image;
    })
}

const TEXT_AND_CARDS: Contents = Contents::NONE.with(Content::Text).with(Content::Vcard);
const HANDLINGS: [(Handling, Act); 4] = [
    (Handling::Reject, FORBIDDEN_122),
    (Handling::Defer, NO_CLIENT),
    (Handling::Store, Act::Store),
    (Handling::NonCpm, Act::HandOver),
];

clause_tests! {
    fn ts83_r_01_delivery_to_several_devices(rules) {
        for n in 1..=3_u16 {
            let stage = stage(rules).with(|s| s.clients = (0..n).map(client).collect());
            assert_eq!(stage.delivered().len(), u32::from(n));
        }
    }

    fn ts83_8_3_2_1_01_access_comes_first(rules) {
        let stage = wrong_content(stage(rules)).rules([rule(REJECT)]).with(|s| s.message.expires = SimTime::ZERO);
        assert_eq!(stage.acts(), [FORBIDDEN_122]);
    }

    fn ts83_8_3_2_1_02_only_rules_for_the_service(rules) {
        let named = |services| stage(rules).rules([rule_if(REJECT, |c| c.services = services)]);
        assert_eq!(named(Some(vec![ServiceName::FeatureTag])).acts(), [FORBIDDEN_122]);
        for other in [Some(vec![ServiceName::Other]), Some(vec![ServiceName::Enabler]), None] {
            assert_eq!(named(other).acts(), to_both());
        }
    }

    fn ts83_8_3_2_1_05_the_tag_is_a_name_in_the_rule(rules) {
        // The value may change; a rule refers to it by name, so that another name is another service.
        let stage = stage(rules).rules([rule_if(REJECT, |c| c.services = Some(vec![ServiceName::Enabler]))]);
        assert_eq!(stage.acts(), to_both());
    }

    fn ts83_8_3_2_1_06_only_rules_for_pager_mode(rules) {
        let named = |media| stage(rules).rules([rule_if(REJECT, |c| c.media = media)]);
        assert_eq!(named(Some(vec![MediaName::PagerModeMessage])).acts(), [FORBIDDEN_122]);
        for other in [Some(vec![MediaName::StandaloneMessage]), Some(vec![MediaName::Other]), None] {
            assert_eq!(named(other).acts(), to_both());
        }
    }

    fn ts83_8_3_2_1_07_only_rules_for_the_sender(rules) {
        let named = |senders| stage(rules).rules([rule_if(REJECT, |c| c.senders = senders)]);
        assert_eq!(named(Some(vec![user(SENDER.0)])).acts(), [FORBIDDEN_122]);
        assert_eq!(named(None).acts(), [FORBIDDEN_122], "a rule for every sender");
        assert_eq!(named(Some(vec![user(SENDER.0 + 1)])).acts(), to_both());
    }

    fn ts83_8_3_2_1_08_a_rule_that_rejects_is_looked_for(rules) {
        for others in [INTERWORK, STORE, DEFER, DND] {
            assert_eq!(stage(rules).rules([rule(others)]).interworking().acts(), to_both());
            assert_eq!(stage(rules).rules([rule(others), rule(REJECT)]).acts(), [FORBIDDEN_122]);
        }
    }

    fn ts83_8_3_2_1_09_rejected_and_nothing_else(rules) {
        let stage = stage(rules).rules([rule(REJECT)]).profile(true, Handling::Defer).with(|s| s.policy.history = true);
        assert_eq!(stage.steps(), [(Tag::Ts83RejectRule, FORBIDDEN_122)]);
        assert_eq!(stage.with(|s| s.policy.rules.clear()).acts(), [BY_RULE]);
    }

    fn ts83_8_3_2_1_10_access_rejection_is_403(rules) {
        let acts = stage(rules).rules([rule(REJECT)]).acts();
        assert!(matches!(acts[..], [Act::Reject { code: 403, .. }]), "{acts:?}");
    }

    fn ts83_8_3_2_1_11_it_should_carry_warning_122(rules) {
        let stage = |follows| stage(rules).rules([rule(REJECT)]).with(|s| s.optional_warning = follows);
        assert_eq!(stage(true).acts(), [FORBIDDEN_122]);
        assert_eq!(stage(false).acts(), [rejected(403)]);
        assert_eq!(stage(false).axis(axis::REJECT_WARNING, "mandatory").acts(), [FORBIDDEN_122]);
    }

    fn ts83_8_3_2_1_12_provider_policy_on_size(rules) {
        let stage = |bytes| {
            stage(rules).with(|s| (s.provider.most_bytes, s.provider.size_code, s.message.bytes) = (1_000, 413, bytes))
        };
        assert_eq!(stage(1_000).acts(), to_both());
        assert_eq!(stage(1_001).steps(), [(Tag::Ts83Size, rejected(413))]);
        assert_eq!(stage(1_001).with(|s| s.provider.size_code = 606).acts(), [rejected(606)]);
    }

    fn ts83_8_3_2_1_13_content_by_policies_for_service_and_user(rules) {
        let stage = |service, user| {
            stage(rules).with(|s| (s.provider.contents, s.policy.formats, s.message.content) = (service, user, Content::Vcard))
        };
        let refused = |formats| [Act::Reject { code: 415, reason: Reason::Accept(formats) }];
        let text = Contents::NONE.with(Content::Text);
        assert_eq!(stage(TEXT_AND_CARDS, None).acts(), to_both());
        assert_eq!(stage(text, None).acts(), refused(text));
        assert_eq!(stage(TEXT_AND_CARDS, Some(text)).acts(), refused(text), "not for this user");
        assert_eq!(stage(text, Some(TEXT_AND_CARDS)).acts(), refused(text));
    }

    fn ts83_8_3_2_1_14_refused_with_415_and_the_formats(rules) {
        let expected = Act::Reject { code: 415, reason: Reason::Accept(TEXT_AND_CARDS) };
        assert_eq!(wrong_content(stage(rules)).steps(), [(Tag::Ts83Content, expected)]);
        assert_eq!(wrong_content(stage(rules)).with(|s| s.message.content = Content::Vcard).acts(), to_both());
        assert_eq!(wrong_content(stage(rules)).imdn().acts(), [Act::ToUser], "a notification is no such content");
    }

    fn ts83_8_3_2_1_15_validity_at_arrival(rules) {
        let stage = |expires| stage(rules).with(|s| s.message.expires = expires);
        let after = SimTime::from_ns(NOW.ns() + 1);
        assert_eq!(stage(NOW).steps(), [(Tag::OwnArrivalExpired, Act::Discard)]);
        assert_eq!(stage(after).acts(), to_both());
        assert_eq!(stage(NOW).axis(axis::ARRIVAL_EXPIRY_CHECK, "off").acts(), to_both());
    }

    fn ts83_8_3_2_1_16_an_expired_message_is_discarded(rules) {
        let stage = stage(rules).with(|s| s.message.expires = SimTime::ZERO).profile(true, Handling::Defer);
        assert_eq!(stage.acts(), [Act::Discard], "neither delivered nor queued");
        let acts = wrong_content(stage).acts();
        assert!(matches!(acts[..], [Act::Reject { code: 415, .. }]), "step 2 comes before: {acts:?}");
    }

    fn ts83_8_3_2_1_17_the_active_profile_is_read(rules) {
        for (handling, act) in HANDLINGS {
            assert_eq!(stage(rules).profile(false, handling).unregistered().interworking().acts(), [act]);
            let idle = stage(rules).profile(false, handling).unregistered().with(|s| s.policy.active = None);
            assert_eq!(idle.acts(), [rejected(OWN_CODE)], "another profile is active");
        }
    }

    fn ts83_8_3_2_1_18_only_not_registered_or_not_available(rules) {
        for (handling, act) in HANDLINGS {
            assert_eq!(stage(rules).profile(false, handling).interworking().acts(), to_both());
            let act = if act == NO_CLIENT { BY_RULE } else { act };
            assert_eq!(stage(rules).profile(true, handling).interworking().acts(), [act], "not available");
        }
    }

    fn ts83_8_3_2_1_19_handling_reject_is_403(rules) {
        let stage = stage(rules).profile(true, Handling::Reject);
        assert_eq!(stage.steps(), [(Tag::Ts83HandlingReject, FORBIDDEN_122)]);
    }

    fn ts83_8_3_2_1_20_it_should_carry_warning_122(rules) {
        let stage = |follows| stage(rules).profile(true, Handling::Reject).with(|s| s.optional_warning = follows);
        assert_eq!(stage(true).acts(), [FORBIDDEN_122]);
        assert_eq!(stage(false).acts(), [rejected(403)]);
        assert_eq!(stage(false).axis(axis::REJECT_WARNING, "mandatory").acts(), [FORBIDDEN_122]);
    }

    fn ts83_8_3_2_1_21_handling_defer(rules) {
        let stage = || stage(rules).profile(true, Handling::Defer);
        assert_eq!(stage().steps(), [(Tag::Ts83Defer, BY_RULE)]);
        assert_eq!(stage().unregistered().steps(), [(Tag::Ts83Defer, NO_CLIENT)]);
    }

    fn ts83_8_3_2_1_23_handling_store(rules) {
        assert_eq!(stage(rules).profile(true, Handling::Store).steps(), [(Tag::Ts83Store, Act::Store)]);
    }

    fn ts83_8_3_2_1_26_handling_non_cpm(rules) {
        let stage = || stage(rules).profile(true, Handling::NonCpm);
        assert_eq!(stage().interworking().steps(), [(Tag::Ts83NonCpm, Act::HandOver)]);
        assert_eq!(stage().acts(), to_both(), "no ISF can take it");
    }

    fn ts83_8_3_2_1_27_availability_is_an_input(rules) {
        let stage = |unavailable| stage(rules).profile(unavailable, Handling::Store);
        assert_eq!((stage(true).acts(), stage(false).acts()), (vec![Act::Store], to_both()));
    }

    fn ts83_8_3_2_1_29_a_registered_user_goes_on(rules) {
        assert_eq!(stage(rules).acts(), to_both());
        assert_eq!(stage(rules).profile(true, Handling::Unsaid).acts(), to_both());
        assert_eq!(stage(rules).unregistered().acts(), [rejected(OWN_CODE)], "and one who is not does not");
        let recording = stage(rules).unregistered().with(|s| s.policy.history = true);
        assert_eq!(recording.acts(), [rejected(OWN_CODE)], "so that step 5 records nothing");
    }

    fn ts83_8_3_2_1_30_the_options_of_step_4_are_its_own(rules) {
        let stage = stage(rules).profile(true, Handling::CheckBack);
        assert_eq!(stage.acts(), to_both(), "check back is an option of the System Description");
    }

    fn ts83_8_3_2_1_31_whether_recording_is_active(rules) {
        let stage = |history| stage(rules).with(|s| s.policy.history = history);
        assert_eq!((stage(true).acts()[0], stage(false).acts()), (Act::Record, to_both()));
    }

    fn ts83_8_3_2_1_32_recorded_before_the_fan_out(rules) {
        let stage = || stage(rules).with(|s| s.policy.history = true);
        assert_eq!(stage().steps(), [(Tag::Ts83Record, Act::Record), (Tag::Ts83OneRequest, Act::Deliver(these(&[0, 1])))]);
        assert_eq!(stage().profile(true, Handling::Defer).acts(), [BY_RULE], "not after an outcome of step 4a (K-16)");
    }

    fn ts83_8_3_2_1_33_devices_may_be_selected(rules) {
        let stage = || {
            let barred = rule_if(REJECT, |c| c.profiles = Some(vec![1]));
            stage(rules).axis(axis::DEVICE_PREFS, "per-device").profiles(None, &[None, Some(1)]).rules([barred]).with(|s| {
                s.clients = (0..5).map(client).collect();
                s.clients[2].connected = Some(false);
                s.clients[3].capabilities.pager = false;
                s.provider.exclusions = vec![Exclusion { primary: Some(true), larger_than: 0, contents: Contents::EVERY }];
            })
        };
        assert_eq!(stage().delivered(), these(&[4]));
        assert_eq!(stage().select().excluded_by(Factor::Preference), these(&[1]));
        let single = stage().with(|s| s.clients.truncate(1));
        assert_eq!(single.delivered(), these(&[0]), "with one device nothing is selected");
        let selection = single.decide().selection.expect("clients were chosen");
        let excluded = |factor: &Factor| !selection.excluded_by(*factor).is_empty();
        assert_eq!(FACTORS.iter().find(|f| excluded(f)), None, "and none is left out");
        let none = stage().with(|s| s.clients.truncate(4));
        assert_eq!(none.acts(), [rejected(OWN_CODE)], "an empty selection");
    }

    fn ts83_8_3_2_1_35_one_act_for_all_devices(rules) {
        assert_eq!(stage(rules).steps(), [(Tag::Ts83OneRequest, Act::Deliver(these(&[0, 1])))]);
    }

    fn own_ts_draft_notifications_are_screened(rules) {
        assert_eq!(stage(rules).imdn().rules([rule(REJECT)]).acts(), [FORBIDDEN_122]);
        assert_eq!(stage(rules).imdn().profile(true, Handling::Reject).acts(), [FORBIDDEN_122]);
        for handling in [Handling::Defer, Handling::Store, Handling::NonCpm, Handling::Unsaid] {
            assert_eq!(stage(rules).imdn().profile(true, handling).interworking().unregistered().acts(), [Act::ToUser]);
        }
    }
}
