//! What each rule is good for: with the rule of a tag left out, some case of the suite fails.

use std::panic::catch_unwind;

use super::cases;
use crate::delivery::{Rules, Tag};

/// Tags whose rule the decision asks for.
const OWNED: &[Tag] = &[
    Tag::Im08Deliver,
    Tag::Im08Barred,
    Tag::Im08Defer,
    Tag::Im08Interwork,
    Tag::Sd23RejectAllClients,
    Tag::Sd23RejectOverall,
    Tag::Sd23RejectUnregistered,
    Tag::Sd23PreferenceInputs,
    Tag::Sd23Deliver,
    Tag::ByPreference,
    Tag::ByCapability,
    Tag::ByConnectivity,
    Tag::ByProviderPolicy,
    Tag::Sd23Excluded,
    Tag::Sd23CheckBack,
    Tag::Sd23DeferAnyTime,
    Tag::Sd23DeferUnregistered,
    Tag::Sd23Interwork,
    Tag::Sd23Store,
    Tag::OneStorage,
    Tag::Ts83AccessFirst,
    Tag::Ts83ServiceRules,
    Tag::Ts83MediaRules,
    Tag::Ts83SenderRules,
    Tag::Ts83RejectRule,
    Tag::Ts83Reject403,
    Tag::Ts83RejectWarning,
    Tag::Ts83Size,
    Tag::Ts83Content,
    Tag::Ts83Content415,
    Tag::Ts83Profile,
    Tag::Ts83Unavailable,
    Tag::Ts83HandlingReject,
    Tag::Ts83HandlingWarning,
    Tag::Ts83Defer,
    Tag::Ts83Store,
    Tag::Ts83NonCpm,
    Tag::Ts83Registered,
    Tag::Ts83HistoryActive,
    Tag::Ts83Record,
    Tag::Ts83Select,
    Tag::Ts83OneRequest,
    Tag::VersionRequired,
    Tag::Version403,
    Tag::Version132,
    Tag::Anonymity403,
    Tag::Anonymity119,
    Tag::Blacklist403,
    Tag::Blacklist122,
    Tag::RuleMatches,
    Tag::RuleRejects403,
    Tag::RuleRejects122,
    Tag::RuleInterworks,
    Tag::RuleStores,
    Tag::RuleForwards,
    Tag::ImdnNotForwarded,
    Tag::RuleDefers,
    Tag::DndLooked,
    Tag::DndDefers,
    Tag::OfflineLooked,
    Tag::OfflineRecords,
    Tag::ImdnToClient,
    Tag::Step8Runs,
    Tag::ClientRules,
    Tag::ClientRuleNeeds,
    Tag::ClientRuleExcludes,
    Tag::ConnectivityLooked,
    Tag::OneSuitability,
    Tag::StepsInOrder,
    Tag::StartFromRegistered,
    Tag::DeliverToClients,
    Tag::HandToIsf,
    Tag::DeferNoClient,
    Tag::DeferKeep,
    Tag::FirstSmsAttempt,
    Tag::WaitForIp,
    Tag::OwnArrivalExpired,
    Tag::OwnNoSuitableReject,
    Tag::OwnNoOutcome,
    Tag::OwnRuleMerge,
    Tag::OwnSingleHandover,
    Tag::OwnSingleStored,
    Tag::OwnForwardLimit,
    Tag::OwnImdnBypass,
    Tag::OwnImdnInterwork,
    Tag::OwnSync,
];

#[test]
fn no_rule_of_the_decision_can_be_left_out() {
    let survivors: Vec<Tag> =
        OWNED.iter().copied().filter(|tag| cases().all(|case| catch_unwind(|| (case.run)(Rules::without(*tag))).is_ok())).collect();
    assert!(survivors.is_empty(), "no case fails without {survivors:?}");
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let mut names: Vec<_> = cases().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), cases().count());
}
