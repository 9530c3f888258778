//! IW15 8.3.1.1, steps 1 to 7 and the order of all, with the latest profile.

use super::super::Act;
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Actions, ForwardTo, Handling, MediaName, ServiceName, Users};
use crate::delivery::suite::clause_tests;
use crate::delivery::{DeferReason, Reason, Rules, Tag, UserId, Version, Warning};

const DISTURBED: Act = Act::Defer(DeferReason::DoNotDisturb);
const NEW: UserId = UserId(200);
const FORWARD: Actions = Actions { forward: Some(ForwardTo(Users { from: NEW, to: UserId(NEW.0 + 1) })), ..NO_ACTION };

fn stage(rules: Rules) -> Stage {
    Stage::latest(rules)
}

fn to_both() -> Vec<Act> {
    vec![Act::Deliver(these(&[0, 1]))]
}

/// The provider requires version 2.1.
fn version(rules: Rules, major: u8, minor: u8) -> Stage {
    stage(rules).with(|s| {
        s.provider.version = Some(Version { major: 2, minor: 1 });
        s.message.agent = Version { major, minor };
    })
}

fn anonymous(rules: Rules) -> Stage {
    stage(rules).with(|s| (s.message.anonymous, s.policy.anonymity_refused) = (true, true))
}

fn blacklisted(rules: Rules) -> Stage {
    stage(rules).with(|s| s.policy.blacklist = vec![user(SENDER.0)])
}

/// All that the latest texts refuse for, in one message: each refusal is given with what lifts it.
fn all_refused(rules: Rules) -> Stage {
    version(rules, 1, 0).rules([rule(REJECT), rule(STORE)]).with(|s| {
        (s.message.anonymous, s.provider.anonymity_refused) = (true, true);
        s.policy.blacklist = vec![user(SENDER.0)];
    })
}

clause_tests! {
    fn iw15_8_3_1_1_02_version_compared_if_required(rules) {
        let refused = |major, minor| version(rules, major, minor).acts() != to_both();
        assert_eq!([refused(2, 1), refused(2, 2), refused(3, 0)], [false; 3], "equal or later");
        assert_eq!([refused(2, 0), refused(1, 9)], [true; 2]);
        assert_eq!(version(rules, 1, 0).with(|s| s.provider.version = None).acts(), to_both(), "none required");
    }

    fn iw15_8_3_1_1_03_version_not_supported_is_403(rules) {
        let acts = version(rules, 2, 0).rules([rule(STORE)]).acts();
        assert!(matches!(acts[..], [Act::Reject { code: 403, .. }]), "{acts:?}");
    }

    fn iw15_8_3_1_1_04_with_warning_132(rules) {
        let expected = (Tag::Version403, warned(403, Warning::VersionNotSupported));
        assert_eq!(version(rules, 2, 0).steps(), [expected]);
        assert_eq!(Warning::VersionNotSupported.text(), "132 Version not supported");
        let error_info = version(rules, 2, 0).axis(axis::VERSION_REJECT, "error-info");
        let reason = Reason::ErrorInfo(Warning::VersionNotSupported);
        assert_eq!(error_info.acts(), [Act::Reject { code: 403, reason }]);
        assert_eq!(error_info.axis(axis::REJECT_WARNING, "optional").acts(), [Act::Reject { code: 403, reason }]);
    }

    fn iw15_8_3_1_1_05_anonymity_not_allowed_is_403(rules) {
        for by_provider in [false, true] {
            let stage = |hidden| {
                stage(rules).with(|s| {
                    (s.policy.anonymity_refused, s.provider.anonymity_refused) = (!by_provider, by_provider);
                    s.message.anonymous = hidden;
                })
            };
            let acts = stage(true).acts();
            assert!(matches!(acts[..], [Act::Reject { code: 403, .. }]), "{acts:?}");
            assert_eq!(stage(false).acts(), to_both(), "anonymity is not asked for");
        }
        assert_eq!(stage(rules).with(|s| s.message.anonymous = true).acts(), to_both(), "anonymity is allowed");
    }

    fn iw15_8_3_1_1_06_with_warning_119(rules) {
        assert_eq!(anonymous(rules).steps(), [(Tag::Anonymity403, warned(403, Warning::AnonymityNotAllowed))]);
        assert_eq!(Warning::AnonymityNotAllowed.text(), "119 Anonymity not allowed");
    }

    fn iw15_8_3_1_1_07_blacklisted_is_403(rules) {
        let acts = blacklisted(rules).rules([rule(STORE)]).acts();
        assert!(matches!(acts[..], [Act::Reject { code: 403, .. }]), "{acts:?}");
        let other = stage(rules).with(|s| s.policy.blacklist = vec![user(SENDER.0 + 1), user(SENDER.0 - 1)]);
        assert_eq!(other.acts(), to_both());
    }

    fn iw15_8_3_1_1_08_with_warning_122(rules) {
        assert_eq!(blacklisted(rules).steps(), [(Tag::Blacklist403, FORBIDDEN_122)]);
        assert_eq!(Warning::FunctionNotAllowed.text(), "122 Function not allowed");
    }

    fn iw15_8_3_1_1_09_a_rule_for_cpm_and_standalone_messages(rules) {
        let stored = |services, media| {
            let written = rule_if(STORE, |c| (c.services, c.media) = (services, media));
            stage(rules).rules([written]).acts() == [Act::Store]
        };
        let (cpm, standalone) = (Some(vec![ServiceName::Enabler]), Some(vec![MediaName::StandaloneMessage]));
        assert!(stored(cpm.clone(), standalone.clone()));
        assert!(stored(Some(vec![ServiceName::Other, ServiceName::Enabler]), standalone.clone()), "one of several");
        for other in [ServiceName::FeatureTag, ServiceName::Other] {
            assert!(!stored(Some(vec![other]), standalone.clone()));
        }
        for other in [MediaName::PagerModeMessage, MediaName::Other] {
            assert!(!stored(cpm.clone(), Some(vec![other])));
        }
        assert!(!stored(None, standalone) && !stored(cpm, None), "both are named");
        assert_eq!(stage(rules).rules([rule(STORE)]).unregistered().acts(), [Act::Store], "whatever the registration");
    }

    fn iw15_8_3_1_1_10_allow_reject_invite_is_403(rules) {
        let acts = stage(rules).rules([rule(REJECT)]).acts();
        assert!(matches!(acts[..], [Act::Reject { code: 403, .. }]), "{acts:?}");
        assert_eq!(stage(rules).rules([rule(NO_ACTION)]).acts(), to_both());
    }

    fn iw15_8_3_1_1_11_with_warning_122(rules) {
        let stage = || stage(rules).rules([rule(REJECT)]);
        assert_eq!(stage().steps(), [(Tag::RuleRejects403, FORBIDDEN_122)]);
        assert_eq!(stage().axis(axis::REJECT_WARNING, "optional").acts(), [rejected(403)]);
        let followed = stage().axis(axis::REJECT_WARNING, "optional").with(|s| s.optional_warning = true);
        assert_eq!(followed.acts(), [FORBIDDEN_122]);
    }

    fn iw15_8_3_1_1_12_to_the_isf(rules) {
        let stage = |actions| stage(rules).rules([rule(actions)]).interworking();
        assert_eq!(stage(INTERWORK).steps(), [(Tag::RuleInterworks, Act::HandOver)]);
        assert_eq!(stage(BOTH).acts(), [Act::HandOver, to_both()[0]]);
        assert_eq!(stage(NO_ACTION).acts(), to_both());
        for asked in [INTERWORK, BOTH] {
            let impossible = stage(asked).with(|s| s.interworking = false);
            assert_eq!(impossible.acts(), to_both(), "no ISF can take it");
        }
    }

    fn iw15_8_3_1_1_15_allow_store(rules) {
        assert_eq!(stage(rules).rules([rule(STORE)]).steps(), [(Tag::RuleStores, Act::Store)]);
    }

    fn iw15_8_3_1_1_18_allow_forward(rules) {
        let stage = || stage(rules).rules([rule(FORWARD)]);
        assert_eq!(stage().steps(), [(Tag::RuleForwards, Act::Forward(NEW))]);
        assert_eq!(stage().unregistered().acts(), [Act::Forward(NEW)]);
    }

    fn iw15_8_3_1_1_19_a_notification_keeps_its_recipient(rules) {
        assert_eq!(stage(rules).imdn().rules([rule(FORWARD)]).acts(), [Act::ToUser]);
    }

    fn iw15_8_3_1_1_20_allow_defer(rules) {
        assert_eq!(stage(rules).rules([rule(DEFER)]).steps(), [(Tag::RuleDefers, BY_RULE)]);
        assert_eq!(stage(rules).rules([rule(DEFER)]).unregistered().acts(), [BY_RULE], "whatever the registration");
    }

    fn iw15_8_3_1_1_22_do_not_disturb_is_looked_for(rules) {
        let stage = |actions: Actions| {
            let quiet = rule_if(DND, |c| c.media = None);
            stage(rules).rules([rule(actions), quiet]).interworking()
        };
        assert_eq!(stage(NO_ACTION).acts(), [DISTURBED], "no rule matched in step 4");
        assert_eq!(stage(BOTH).acts(), [Act::HandOver, DISTURBED]);
        assert_eq!(stage(INTERWORK).acts(), [Act::HandOver], "allow-interwork does not lead there");
        let other_media = rule_if(DND, |c| c.media = Some(vec![MediaName::Other]));
        assert_eq!(Stage::latest(rules).rules([other_media]).acts(), to_both());
        let other_service = rule_if(DND, |c| c.services = None);
        assert_eq!(Stage::latest(rules).rules([other_service]).acts(), to_both(), "the service is named");
    }

    fn iw15_8_3_1_1_23_do_not_disturb_defers(rules) {
        assert_eq!(stage(rules).rules([rule(DND)]).steps(), [(Tag::DndDefers, DISTURBED)]);
        assert_eq!(stage(rules).rules([rule(DND)]).axis(axis::DND, "none").acts(), to_both());
        assert_eq!(stage(rules).rules([rule(OFFLINE)]).acts(), [Act::Record, to_both()[0]], "another action is none");
    }

    fn iw15_8_3_1_1_25_offline_storage_is_looked_for(rules) {
        let stage = |actions: Actions| {
            let offline = rule_if(OFFLINE, |c| c.media = None);
            stage(rules).rules([rule(actions), offline]).interworking()
        };
        assert_eq!(stage(NO_ACTION).acts(), [Act::Record, to_both()[0]]);
        assert_eq!(stage(BOTH).acts(), [Act::HandOver, Act::Record, to_both()[0]]);
        assert_eq!(stage(INTERWORK).acts(), [Act::HandOver, Act::Record]);
        for ended in [STORE, DEFER, DND] {
            assert!(!stage(ended).acts().contains(&Act::Record), "the procedure has ended");
        }
    }

    fn iw15_8_3_1_1_26_history_is_recorded(rules) {
        let recorded = stage(rules).rules([rule(OFFLINE)]).steps();
        assert_eq!(recorded, [(Tag::OfflineRecords, Act::Record), (Tag::DeliverToClients, to_both()[0])]);
        let by_history = stage(rules).with(|s| s.policy.history = true);
        assert_eq!(by_history.acts(), to_both(), "only a rule counts (K-16)");
    }

    fn iw15_8_3_1_1_27_a_notification_goes_to_the_client(rules) {
        let stage = |s: Stage| s.imdn().with(|s| s.clients.iter_mut().for_each(|c| c.connected = Some(false)));
        assert_eq!(stage(Stage::latest(rules)).steps(), [(Tag::ImdnToClient, Act::ToUser)], "without a filter");
        assert_eq!(stage(Stage::latest(rules)).unregistered().acts(), [Act::ToUser]);
        assert_eq!(stage(Stage::latest(rules)).rules([rule(OFFLINE)]).acts(), [Act::Record, Act::ToUser]);
    }

    fn iw15_8_3_1_1_28_step_8_runs_without_a_rule_or_with_both(rules) {
        let stage = |actions| stage(rules).rules([rule(actions)]).interworking();
        assert_eq!(stage(BOTH).delivered(), these(&[0, 1]));
        assert_eq!(stage(INTERWORK).delivered(), these(&[]));
        assert_eq!(stage(NO_ACTION).delivered(), these(&[0, 1]), "A-24");
        assert_eq!(Stage::latest(rules).delivered(), these(&[0, 1]));
    }

    fn iw15_8_3_1_1_41_steps_in_order(rules) {
        let all = Actions { reject_invite: true, interwork: true, store: true, defer: true, do_not_disturb: true, ..FORWARD };
        let stage = |actions| stage(rules).rules([rule(actions)]).interworking();
        let ends = |actions, act| assert_eq!(stage(actions).acts(), [Act::HandOver, act]);
        assert_eq!(stage(all).acts(), [FORBIDDEN_122]);
        ends(Actions { reject_invite: false, ..all }, Act::Store);
        ends(Actions { reject_invite: false, store: false, ..all }, Act::Forward(NEW));
        ends(Actions { reject_invite: false, store: false, forward: None, ..all }, BY_RULE);
        let last = Actions { interwork: false, deliver_and_interwork: true, do_not_disturb: true, ..NO_ACTION };
        ends(last, DISTURBED);
    }

    fn own_iw_2015_refusals_come_in_the_order_of_the_steps(rules) {
        let mut stage = all_refused(rules);
        assert_eq!(stage.acts(), [warned(403, Warning::VersionNotSupported)]);
        stage.provider.version = None;
        assert_eq!(stage.acts(), [warned(403, Warning::AnonymityNotAllowed)]);
        stage.message.anonymous = false;
        assert_eq!(stage.steps(), [(Tag::Blacklist403, FORBIDDEN_122)]);
        stage.policy.blacklist.clear();
        assert_eq!(stage.steps(), [(Tag::RuleRejects403, FORBIDDEN_122)]);
        stage.policy.rules.remove(0);
        assert_eq!(stage.acts(), [Act::Store]);
    }

    fn own_imdn_screening_as_message_or_bypass(rules) {
        let cases = [
            (all_refused(rules), warned(403, Warning::VersionNotSupported)),
            (blacklisted(rules), FORBIDDEN_122),
            (stage(rules).rules([rule(REJECT)]), FORBIDDEN_122),
            (stage(rules).rules([rule(STORE)]), Act::Store),
            (stage(rules).rules([rule(DEFER)]), BY_RULE),
            (stage(rules).rules([rule(DND)]), DISTURBED),
        ];
        for (stage, act) in cases {
            let stage = stage.imdn();
            assert_eq!(stage.acts(), [act], "H-38");
            assert_eq!(stage.axis(axis::IMDN_SCREENING, "bypass").acts(), [Act::ToUser]);
        }
    }

    fn own_imdn_interwork_client_only_or_isf_as_well(rules) {
        for asked in [INTERWORK, BOTH] {
            let stage = |value| stage(rules).imdn().rules([rule(asked)]).interworking().axis(axis::IMDN_INTERWORK, value);
            assert_eq!(stage("client-only").acts(), [Act::ToUser]);
            assert_eq!(stage("client-and-isf").acts(), [Act::HandOver, Act::ToUser]);
        }
        let message = stage(rules).rules([rule(INTERWORK)]).interworking();
        assert_eq!(message.acts(), [Act::HandOver], "the axis is about notifications");
    }

    fn own_dnd_after_interwork_both_or_defer_only(rules) {
        let stage = |actions: Actions, value| {
            stage(rules).rules([rule(actions), rule(DND)]).interworking().axis(axis::DND_AFTER_INTERWORK, value)
        };
        assert_eq!(stage(BOTH, "both").acts(), [Act::HandOver, DISTURBED]);
        assert_eq!(stage(BOTH, "defer-only").acts(), [DISTURBED]);
        assert_eq!(stage(INTERWORK, "defer-only").acts(), [Act::HandOver], "step 5 is not reached");
        let stored = Actions { store: true, ..BOTH };
        assert_eq!(stage(stored, "defer-only").acts(), [Act::HandOver, Act::Store], "nor is it here");
        let deferred = Actions { defer: true, ..BOTH };
        assert_eq!(stage(deferred, "defer-only").acts(), [Act::HandOver, BY_RULE]);
        let quiet_gone = stage(BOTH, "defer-only").with(|s| s.policy.rules.truncate(1));
        assert_eq!(quiet_gone.acts(), [Act::HandOver, to_both()[0]]);
    }

    fn own_dnd_defer_ends_or_goes_on(rules) {
        let stage = |value| stage(rules).rules([rule(DND), rule(OFFLINE)]).axis(axis::DND_DEFER_ENDS, value);
        assert_eq!(stage("on").acts(), [DISTURBED]);
        assert_eq!(stage("off").acts(), [DISTURBED, Act::Record, to_both()[0]]);
        assert_eq!(stage("off").unregistered().acts(), [DISTURBED, Act::Record], "deferred once");
        assert_eq!(stage("off").with(|s| s.queue_stands = true).axis(axis::OVERTAKE_QUEUE, "behind-queue").acts(), [
            DISTURBED,
            Act::Record
        ]);
    }

    fn own_guard_single_isf_handover(rules) {
        let stage = |value| stage(rules).rules([rule(BOTH)]).interworking().axis(axis::GUARD_SINGLE_ISF_HANDOVER, value);
        assert_eq!(stage("on").acts(), [Act::HandOver, to_both()[0]]);
        let twice = [(Tag::RuleInterworks, Act::HandOver), (Tag::HandToIsf, Act::HandOver), (Tag::DeliverToClients, to_both()[0])];
        assert_eq!(stage("off").steps(), twice);
        assert_eq!(stage("on").unregistered().acts(), [Act::HandOver], "that of 4b stands for the one of A-01");
        let held_back = stage("off").rules([rule(DND)]).axis(axis::DND_AFTER_INTERWORK, "defer-only");
        let goes_on = held_back.axis(axis::DND_DEFER_ENDS, "off");
        assert_eq!(goes_on.acts(), [DISTURBED, to_both()[0]], "what 4b has not sent, 8c does not send again");
        let no_rule = Stage::latest(rules).interworking().axis(axis::GUARD_SINGLE_ISF_HANDOVER, "off");
        assert_eq!(no_rule.acts(), to_both());
    }

    fn iw15_8_3_1_1_40_by_a_non_cpm_service_to_the_isf(rules) {
        let again = stage(rules).rules([rule(BOTH)]).interworking().axis(axis::GUARD_SINGLE_ISF_HANDOVER, "off");
        assert_eq!(again.acts().iter().filter(|a| **a == Act::HandOver).count(), 2, "4b, and 8c again");
        let nobody = stage(rules).interworking().unregistered();
        assert_eq!(nobody.acts(), [Act::HandOver]);
    }

    fn own_guard_forward_hop_limit(rules) {
        let stage = |retargets| stage(rules).rules([rule(FORWARD)]).with(|s| s.message.retargets = retargets);
        assert_eq!(stage(2).acts(), [Act::Forward(NEW)]);
        assert_eq!(stage(3).steps(), [(Tag::OwnForwardLimit, rejected(483))]);
        assert_eq!(stage(4).acts(), [rejected(483)]);
        assert_eq!(stage(4).axis(axis::GUARD_FORWARD_HOP_LIMIT, "off").acts(), [Act::Forward(NEW)]);
        assert_eq!(stage(4).imdn().acts(), [Act::ToUser]);
    }

    fn own_empty_rule_no_match_or_no_outcome(rules) {
        for actions in [NO_ACTION, DND, OFFLINE] {
            let stage = || stage(rules).rules([rule(actions)]).axis(axis::EMPTY_RULE, "no-outcome");
            assert_eq!(stage().steps(), [(Tag::OwnNoOutcome, Act::NoOutcome)], "steps 5, 6 and 8 are skipped");
            assert_eq!(stage().imdn().acts(), [Act::ToUser], "step 7 is not");
        }
        let stage = |actions| stage(rules).rules([rule(actions)]).axis(axis::EMPTY_RULE, "no-outcome").interworking();
        assert_eq!(stage(INTERWORK).acts(), [Act::HandOver]);
        assert_eq!(stage(BOTH).acts(), [Act::HandOver, to_both()[0]]);
        assert_eq!(Stage::latest(rules).axis(axis::EMPTY_RULE, "no-outcome").acts(), to_both(), "no rule at all");
    }

    fn own_rule_merge_unite_or_first_match(rules) {
        let stage = |first, second, value| {
            stage(rules).rules([rule(first), rule(second)]).interworking().axis(axis::RULE_MERGE, value)
        };
        assert_eq!(stage(STORE, REJECT, "unite").acts(), [FORBIDDEN_122]);
        assert_eq!(stage(STORE, REJECT, "first-match").acts(), [Act::Store]);
        assert_eq!(stage(INTERWORK, STORE, "unite").acts(), [Act::HandOver, Act::Store]);
        assert_eq!(stage(INTERWORK, STORE, "first-match").acts(), [Act::HandOver]);
        assert_eq!(stage(NO_ACTION, STORE, "first-match").acts(), to_both(), "the first match alone counts");
    }

    fn own_upp_list_is_a_condition_on_the_user(rules) {
        let stage = |active| {
            let rule = rule_if(STORE, |c| c.profiles = Some(vec![1]));
            Stage::latest(rules).profiles(active, &[Some(1), Some(1)]).rules([rule])
        };
        assert_eq!(stage(Some(1)).acts(), [Act::Store]);
        assert_eq!((stage(Some(0)).acts(), stage(None).acts()), (to_both(), to_both()));
    }

    fn own_handling_is_not_read_by_rule(rules) {
        for handling in [Handling::Reject, Handling::Defer, Handling::Store, Handling::NonCpm, Handling::CheckBack] {
            assert_eq!(stage(rules).profile(true, handling).interworking().acts(), to_both());
        }
    }
}
