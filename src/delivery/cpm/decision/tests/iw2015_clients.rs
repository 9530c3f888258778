//! IW15 8.3.1.1, step 8: which clients, and what happens without one; the same notion for every use.

use super::super::suitability::registered;
use super::super::{Act, FACTORS};
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Exclusion, MediaName, ServiceName};
use crate::delivery::suite::clause_tests;
use crate::delivery::{Content, Contents, Factor, Rules, Tag};

fn stage(rules: Rules) -> Stage {
    Stage::latest(rules)
}

/// Two clients with a profile each, and a rule about those with the second.
fn second_barred(rules: Rules) -> Stage {
    let rule = rule_if(REJECT, |c| (c.profiles, c.media) = (Some(vec![1]), None));
    stage(rules).profiles(None, &[Some(0), Some(1)]).rules([rule])
}

/// Five clients, of which each factor excludes one and none excludes the last.
fn each_factor(rules: Rules) -> Stage {
    second_barred(rules).with(|s| {
        s.clients = (0..5).map(client).collect();
        s.clients[2].connected = Some(false);
        s.clients[3].capabilities.contents = Contents::NONE.with(Content::Image);
        s.provider.exclusions = vec![Exclusion { primary: Some(true), larger_than: 0, contents: Contents::EVERY }];
    })
}

fn excluded(stage: &Stage) -> [u32; 4] {
    FACTORS.map(|f| stage.select().excluded_by(f).iter().map(|c| c.0 - FIRST).next().unwrap_or(99))
}

/// Only one exclusion, of the sort under test.
fn exclusion(rules: Rules, exclusion: Exclusion) -> Stage {
    stage(rules).with(|s| s.provider.exclusions = vec![exclusion])
}

const ALL: [u32; 2] = [0, 1];

clause_tests! {
    fn iw15_8_3_1_1_29_rules_about_single_clients(rules) {
        assert_eq!(second_barred(rules).delivered(), these(&[0]));
        let overall = second_barred(rules).axis(axis::DEVICE_PREFS, "overall");
        assert_eq!(overall.delivered(), these(&ALL), "the user's own profile counts, and is none");
        let of_user = overall.with(|s| s.policy.active = Some(1));
        assert_eq!(of_user.acts(), [NO_CLIENT], "it counts for every client");
    }

    fn iw15_8_3_1_1_30_such_a_rule_needs_all_criteria(rules) {
        let lacking: [fn(&mut Stage); 6] = [
            |s| s.policy.rules[0].conditions.services = Some(vec![ServiceName::Other]),
            |s| s.policy.rules[0].conditions.services = None,
            |s| s.policy.rules[0].conditions.media = Some(vec![MediaName::Other]),
            |s| s.policy.rules[0].conditions.senders = Some(vec![user(SENDER.0 + 1)]),
            |s| s.policy.rules[0].actions = NO_ACTION,
            |s| s.policy.rules[0].conditions.profiles = Some(vec![2]),
        ];
        for (at, lacks) in lacking.into_iter().enumerate() {
            assert_eq!(second_barred(rules).with(lacks).delivered(), these(&ALL), "criterion {at} is lacking");
        }
        let media_named = second_barred(rules)
            .with(|s| s.policy.rules[0].conditions.media = Some(vec![MediaName::StandaloneMessage]));
        assert_eq!(media_named.acts(), [Act::Deliver(these(&[0]))], "it is about single clients and not for step 4");
    }

    fn iw15_8_3_1_1_31_clients_with_a_named_profile_are_excluded(rules) {
        let stage = second_barred(rules);
        assert_eq!(stage.steps(), [(Tag::DeliverToClients, Act::Deliver(these(&[0])))]);
        assert_eq!(stage.select().excluded_by(Factor::Preference), these(&[1]));
        let follows = second_barred(rules).with(|s| (s.policy.active, s.policy.active_of) = (Some(1), vec![Some(0)]));
        assert_eq!(follows.delivered(), these(&[0]), "a device without a profile of its own has the user's");
        let of_user = second_barred(rules).with(|s| (s.policy.active, s.policy.active_of) = (Some(1), vec![Some(0), Some(0)]));
        assert_eq!(of_user.delivered(), these(&ALL));
    }

    fn iw15_8_3_1_1_32_sources_for_connectivity(rules) {
        let stage = |known, value| {
            let known = stage(rules).with(|s| s.clients[1].connected = known);
            known.with(|s| s.clients[0].connected = Some(true)).axis(axis::CONNECTIVITY_CHECK, value)
        };
        assert_eq!(stage(None, "if-available").delivered(), these(&ALL));
        assert_eq!(stage(None, "mandatory").delivered(), these(&[0]), "no information");
        for value in ["if-available", "mandatory"] {
            assert_eq!(stage(Some(true), value).delivered(), these(&ALL));
            assert_eq!(stage(Some(false), value).delivered(), these(&[0]));
        }
    }

    fn iw15_8_3_1_1_33_connectivity_excludes(rules) {
        let stage = stage(rules).with(|s| s.clients[0].connected = Some(false));
        assert_eq!(stage.delivered(), these(&[1]));
        assert_eq!(stage.select().excluded_by(Factor::Connectivity), these(&[0]));
    }

    fn iw15_8_3_1_1_34_capabilities_exclude(rules) {
        let stage = |change: fn(&mut Stage)| stage(rules).with(change);
        let excluded = |change| {
            let stage = stage(change);
            (stage.delivered() == these(&[1])) && stage.select().excluded_by(Factor::Capability) == these(&[0])
        };
        assert!(excluded(|s| s.clients[0].capabilities.pager = false));
        assert!(excluded(|s| s.clients[0].capabilities.contents = Contents::NONE.with(Content::Image)));
        assert!(excluded(|s| s.clients[0].capabilities.most_bytes = 159));
        assert!(!excluded(|s| s.clients[0].capabilities.most_bytes = 160), "just not too large");
        assert!(!excluded(|s| s.clients[0].capabilities.contents = Contents::NONE.with(Content::Text)));
    }

    fn iw15_8_3_1_1_35_provider_policies_exclude(rules) {
        let every = Exclusion { primary: None, larger_than: 159, contents: Contents::EVERY };
        let reached = |e| exclusion(rules, e).delivered();
        assert_eq!(reached(every), these(&[]));
        assert_eq!(reached(Exclusion { larger_than: 160, ..every }), these(&ALL), "just not larger");
        assert_eq!(reached(Exclusion { primary: Some(true), ..every }), these(&[1]));
        assert_eq!(reached(Exclusion { primary: Some(false), ..every }), these(&[0]));
        let images = Contents::NONE.with(Content::Image);
        assert_eq!(reached(Exclusion { contents: images, ..every }), these(&ALL));
        assert_eq!(exclusion(rules, every).select().excluded_by(Factor::ProviderPolicy), these(&ALL));
    }

    fn iw15_8_3_1_1_36_all_four_exclusions_count(rules) {
        let stage = each_factor(rules);
        assert_eq!(stage.select().suitable, these(&[4]));
        assert_eq!(excluded(&stage), [1, 2, 3, 0]);
        let first_counts = each_factor(rules).with(|s| {
            s.clients[1].connected = Some(false);
            s.clients[1].capabilities.pager = false;
        });
        assert_eq!(excluded(&first_counts), [1, 2, 3, 0], "the first factor is written down");
        let connectivity_first = each_factor(rules).with(|s| s.clients[2].capabilities.pager = false);
        assert_eq!(excluded(&connectivity_first), [1, 2, 3, 0]);
        let capability_first = each_factor(rules).with(|s| s.clients[0].capabilities.pager = false);
        assert_eq!(capability_first.select().excluded_by(Factor::Capability), these(&[0, 3]));
    }

    fn iw15_8_3_1_1_37_the_same_for_other_requests(rules) {
        // The predicate reads what a request carries and for whom, not its kind: the large and the small are held alike.
        let stage = |bytes| each_factor(rules).with(|s| s.message.bytes = bytes);
        assert_eq!(stage(1_000_000).select(), stage(160).select());
        assert_eq!(stage(160).select().suitable, these(&[4]));
    }

    fn pull_8_3_1_6_3_40_the_same_for_notifications(rules) {
        let stage = each_factor(rules);
        assert_eq!(Some(stage.select()), stage.decide().selection, "as for delivery");
        assert_eq!(stage.select().suitable, these(&[4]));
    }

    fn iw15_8_3_1_1_39_one_message_for_each_client_selected(rules) {
        for n in 1..=4_u16 {
            let stage = stage(rules).with(|s| s.clients = (0..n).map(client).collect());
            assert_eq!(stage.delivered().len(), u32::from(n));
        }
    }

    fn iw15_8_3_1_1_42_chosen_from_the_registered(rules) {
        assert_eq!(stage(rules).delivered(), these(&ALL));
        let passed_over = stage(rules).with(|s| s.clients[0].passed_over = true);
        assert_eq!(passed_over.delivered(), these(&[1]));
        assert_eq!(FACTORS.map(|f| passed_over.select().excluded_by(f).len()), [0; 4], "no factor of the texts");
        assert_eq!(passed_over.asked(|_, s| registered(s)), these(&[1]));
        assert_eq!(stage(rules).unregistered().delivered(), these(&[]));
    }

    fn own_eligibility_prefs_only(rules) {
        let stage = each_factor(rules).axis(axis::ELIGIBILITY, "prefs-only");
        assert_eq!(stage.delivered(), these(&[0, 2, 3, 4]));
    }

    fn iw15_r_03_without_ip_the_request_may_go_by_sms(rules) {
        let stage = || stage(rules).unregistered().interworking();
        assert_eq!(stage().steps(), [(Tag::FirstSmsAttempt, Act::HandOver)]);
        assert_eq!(stage().with(|s| s.interworking = false).steps(), [(Tag::DeferNoClient, NO_CLIENT)]);
        assert_eq!(stage().with(|s| s.clients = vec![client(0)]).acts(), [Act::Deliver(these(&[0]))], "IP is there");
    }

    fn iw15_c_04_primary_device_without_ip(rules) {
        let stage = |value| stage(rules).unregistered().interworking().axis(axis::PRIMARY_IW_TRIGGER, value);
        assert_eq!((stage("on").acts(), stage("off").acts()), (vec![Act::HandOver], vec![NO_CLIENT]));
        let other = stage("on").with(|s| s.clients = vec![client(1)]);
        assert_eq!(other.acts(), [Act::Deliver(these(&[1]))], "another client is suitable");
    }
}
