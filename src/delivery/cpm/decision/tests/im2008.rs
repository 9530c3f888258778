//! IM08 5.2.2.1, with the profile of 2008.

use super::super::Act;
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::Handling;
use crate::delivery::profile::Profile;
use crate::delivery::suite::clause_tests;
use crate::delivery::{Factor, Rules, Tag};

fn stage(rules: Rules) -> Stage {
    Stage::of(Profile::Im2008, rules)
}

/// Two clients with a profile each, and a rule that bars those with the second.
fn second_barred(rules: Rules) -> Stage {
    let barred = rule_if(REJECT, |c| c.profiles = Some(vec![1]));
    stage(rules).profiles(None, &[Some(0), Some(1)]).rules([barred])
}

clause_tests! {
    fn im08_r_01_one_to_many_clients(rules) {
        for n in 1..=4 {
            let all: Vec<u32> = (0..u32::from(n)).collect();
            let stage = stage(rules).with(|s| s.clients = (0..n).map(client).collect());
            assert_eq!(stage.acts(), [Act::Deliver(these(&all))]);
        }
    }

    fn im08_r_03_registered_and_eligible_get_it(rules) {
        assert_eq!(second_barred(rules).delivered(), these(&[0]));
        let third = second_barred(rules).with(|s| s.clients.push(client(2)));
        assert_eq!(third.delivered(), these(&[0, 2]), "a client that registers is one more");
    }

    fn im08_5_2_2_1_16_preferences_are_the_only_filter(rules) {
        let stage = stage(rules).with(|s| {
            s.clients[0].connected = Some(false);
            s.clients[1].capabilities.pager = false;
        });
        assert_eq!(stage.steps(), [(Tag::Im08Deliver, Act::Deliver(these(&[0, 1])))]);
    }

    fn im08_5_2_2_1_18_barred_and_unregistered_get_nothing(rules) {
        assert_eq!(second_barred(rules).acts(), [Act::Deliver(these(&[0]))]);
        let elsewhere = second_barred(rules).with(|s| s.policy.rules[0].conditions.senders = Some(vec![user(8)]));
        assert_eq!(elsewhere.acts(), [Act::Deliver(these(&[0, 1]))], "the rule is about another sender");
        let all = stage(rules).rules([rule(REJECT)]);
        assert_eq!(all.acts(), [rejected(OWN_CODE)], "a rule without upp-list bars every client");
        assert_eq!(stage(rules).unregistered().acts(), [rejected(OWN_CODE)]);
        // Whatever becomes of the message, the report says which clients preferences barred.
        for wish in [DEFER, INTERWORK, NO_ACTION] {
            let nobody = stage(rules).rules([rule(REJECT), rule(wish)]).interworking();
            let selection = nobody.decide().selection.expect("clients were chosen among");
            assert!(selection.suitable.is_empty());
            assert_eq!(selection.excluded_by(Factor::Preference), these(&[0, 1]), "{wish:?}");
        }
    }

    fn im08_5_2_2_1_19_a_copy_is_recorded_if_active(rules) {
        let recording = |s: &mut Stage| s.policy.history = true;
        assert_eq!(stage(rules).with(recording).acts(), [Act::Record, Act::Deliver(these(&[0, 1]))]);
        let deferred = stage(rules).with(recording).rules([rule(DEFER)]).unregistered();
        assert_eq!(deferred.acts(), [Act::Record, NO_CLIENT]);
        assert_eq!(stage(rules).with(recording).unregistered().acts(), [rejected(OWN_CODE)], "what is refused is not recorded");
        assert_eq!(stage(rules).acts(), [Act::Deliver(these(&[0, 1]))]);
    }

    fn im08_5_2_2_1_20_deferred_only_without_a_client_and_by_preference(rules) {
        for by_profile in [false, true] {
            let asks = |s: Stage| if by_profile { s.profile(false, Handling::Defer) } else { s.rules([rule(DEFER)]) };
            assert_eq!(asks(stage(rules)).acts(), [Act::Deliver(these(&[0, 1]))], "a client is there");
            assert_eq!(asks(stage(rules)).unregistered().steps(), [(Tag::Im08Defer, NO_CLIENT)]);
        }
        let barred = stage(rules).rules([rule(REJECT), rule(DEFER)]);
        assert_eq!(barred.acts(), [NO_CLIENT], "registered, but none allowed");
        assert_eq!(stage(rules).unregistered().acts(), [rejected(OWN_CODE)], "no preference asks for it");
    }

    fn im08_5_2_2_1_21_interworking_in_place_of_deferring(rules) {
        let stage_of = || stage(rules).rules([rule(INTERWORK)]);
        assert_eq!(stage_of().unregistered().interworking().steps(), [(Tag::Im08Interwork, Act::HandOver)]);
        assert_eq!(stage_of().interworking().acts(), [Act::Deliver(these(&[0, 1]))], "a client is there");
        assert_eq!(stage_of().unregistered().acts(), [rejected(OWN_CODE)], "no ISF can take it");
        let by_profile = stage(rules).profile(false, Handling::NonCpm).unregistered().interworking();
        assert_eq!(by_profile.acts(), [Act::HandOver]);
        let defer_first = stage(rules).rules([rule(INTERWORK), rule(DEFER)]).unregistered().interworking();
        assert_eq!(defer_first.acts(), [NO_CLIENT]);
    }

    fn own_im_2008_notifications_go_to_the_user(rules) {
        let stage = stage(rules).imdn().rules([rule(REJECT), rule(DEFER)]).with(|s| s.policy.history = true);
        assert_eq!(stage.steps(), [(Tag::ImdnToClient, Act::ToUser)]);
    }

    fn own_im_2008_all_factors_may_exclude(rules) {
        let stage = stage(rules).axis(axis::ELIGIBILITY, "all-factors").with(|s| s.clients[1].connected = Some(false));
        assert_eq!(stage.delivered(), these(&[0]));
    }

    fn own_im_2008_names_of_service_and_media_may_be_missing(rules) {
        for (services, media) in [(None, None), (Some(0), Some(0)), (Some(1), Some(1))] {
            let stage = second_barred(rules).with(|s| {
                let conditions = &mut s.policy.rules[0].conditions;
                conditions.services = services.map(|at| vec![conditions.services.as_ref().unwrap()[at]]);
                conditions.media = media.map(|at| vec![conditions.media.as_ref().unwrap()[at]]);
            });
            assert_eq!(stage.delivered(), these(&[0]));
        }
        use crate::delivery::policy::{MediaName, ServiceName};
        let other_service = second_barred(rules).with(|s| s.policy.rules[0].conditions.services = Some(vec![ServiceName::Other]));
        let other_media = second_barred(rules).with(|s| s.policy.rules[0].conditions.media = Some(vec![MediaName::Other]));
        assert_eq!((other_service.delivered(), other_media.delivered()), (these(&[0, 1]), these(&[0, 1])));
    }
}
