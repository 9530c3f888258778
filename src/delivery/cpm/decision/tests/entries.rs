//! The predicates of policy: hours, ranges, and conditions that are absent, true or false.

use super::stage::*;
use crate::delivery::policy::{
    Actions, Circumstances, Conditions, ForwardTo, Handling, Hours, MediaName, Policy, PreferenceProfile, ProviderPolicy,
    ServiceName, Users, stripped,
};
use crate::delivery::{Content, Contents, Dispositions, Imdn, MessageId, Reason, UserId, Version};
use crate::units::{SimTime, Span};

const SECOND: u64 = 1_000_000_000;
const DAY: u64 = 86_400 * SECOND;

fn at(ns: u64) -> SimTime {
    SimTime::from_ns(ns)
}

fn hour(h: u64) -> Span {
    Span::from_secs(3_600 * h)
}

fn circumstances() -> Circumstances {
    Circumstances { now: NOW, sender: SENDER, anonymous: false, content: Content::Text, available: true }
}

#[test]
fn a_range_has_its_first_and_not_its_last() {
    let range = Users { from: UserId(3), to: UserId(5) };
    assert_eq!([2, 3, 4, 5].map(|n| range.has(UserId(n))), [false, true, true, false]);
    assert!(!Users { from: UserId(3), to: UserId(3) }.has(UserId(3)));
}

#[test]
fn hours_of_each_day() {
    let office = Hours::Daily { from: hour(9), to: hour(17) };
    for day in [0, 1, 400] {
        let holds = |ns: u64| office.holds(at(day * DAY + ns));
        assert!(holds(9 * 3_600 * SECOND) && holds(17 * 3_600 * SECOND - 1));
        assert!(!holds(9 * 3_600 * SECOND - 1) && !holds(17 * 3_600 * SECOND) && !holds(0));
    }
}

#[test]
fn hours_past_midnight() {
    let night = Hours::Daily { from: hour(22), to: hour(6) };
    for day in [0, 3] {
        let holds = |ns: u64| night.holds(at(day * DAY + ns));
        assert!(holds(22 * 3_600 * SECOND) && holds(DAY - 1) && holds(0) && holds(6 * 3_600 * SECOND - 1));
        assert!(!holds(6 * 3_600 * SECOND) && !holds(22 * 3_600 * SECOND - 1));
    }
    let never = Hours::Daily { from: hour(8), to: hour(8) };
    assert!(!never.holds(at(8 * 3_600 * SECOND)) && !never.holds(at(0)), "from an instant to the same: no time");
}

#[test]
fn hours_once() {
    let once = Hours::Once { from: at(10), to: at(20) };
    assert_eq!([9, 10, 19, 20].map(|ns| once.holds(at(ns))), [false, true, true, false]);
    assert!(!once.holds(at(DAY + 15)), "not every day");
}

#[test]
fn an_absent_condition_holds() {
    assert!(Conditions::default().hold(&circumstances()));
    let hidden = Circumstances { anonymous: true, available: false, content: Content::Video, ..circumstances() };
    assert!(Conditions::default().hold(&hidden));
}

#[test]
fn a_condition_that_says_no_is_not_absent() {
    let holds = |change: fn(&mut Conditions), at: Circumstances| {
        let mut conditions = Conditions::default();
        change(&mut conditions);
        conditions.hold(&at)
    };
    let (plain, hidden) = (circumstances(), Circumstances { anonymous: true, ..circumstances() });
    assert!(holds(|c| c.anonymous = Some(false), plain) && !holds(|c| c.anonymous = Some(false), hidden));
    assert!(holds(|c| c.anonymous = Some(true), hidden) && !holds(|c| c.anonymous = Some(true), plain));
    let away = Circumstances { available: false, ..plain };
    assert!(holds(|c| c.available = Some(false), away) && !holds(|c| c.available = Some(false), plain));
    assert!(holds(|c| c.available = Some(true), plain) && !holds(|c| c.available = Some(true), away));
    assert!(!holds(|c| c.senders = Some(vec![]), plain), "a list of nobody");
    assert!(holds(|c| c.senders = Some(vec![user(1), user(SENDER.0)]), plain));
    assert!(!holds(|c| c.senders = Some(vec![user(1)]), plain));
    assert!(!holds(|c| c.contents = Some(Contents::NONE), plain));
    assert!(holds(|c| c.contents = Some(Contents::NONE.with(Content::Text)), plain));
    assert!(!holds(|c| c.hours = Some(vec![]), plain));
    let wrong = |c: &mut Conditions| c.hours = Some(vec![Hours::Once { from: at(0), to: NOW }]);
    let right = |c: &mut Conditions| {
        c.hours = Some(vec![Hours::Once { from: at(0), to: NOW }, Hours::Once { from: NOW, to: SimTime::NEVER }])
    };
    assert!(!holds(wrong, plain) && holds(right, plain));
}

#[test]
fn every_written_condition_must_hold() {
    let written = || Conditions {
        senders: Some(vec![user(SENDER.0)]),
        anonymous: Some(false),
        contents: Some(Contents::NONE.with(Content::Text)),
        available: Some(true),
        hours: Some(vec![Hours::Once { from: NOW, to: SimTime::NEVER }]),
        ..Conditions::default()
    };
    let plain = circumstances();
    assert!(written().hold(&plain));
    let failing = [
        Circumstances { sender: RECIPIENT, ..plain },
        Circumstances { anonymous: true, ..plain },
        Circumstances { content: Content::Audio, ..plain },
        Circumstances { available: false, ..plain },
        Circumstances { now: at(0), ..plain },
    ];
    for circumstances in failing {
        assert!(!written().hold(&circumstances), "{circumstances:?}");
    }
}

#[test]
fn names_of_service_and_media() {
    let named = Conditions {
        services: Some(vec![ServiceName::Enabler]),
        media: Some(vec![MediaName::StandaloneMessage, MediaName::Other]),
        ..Conditions::default()
    };
    assert!(named.names_service(ServiceName::Enabler) && !named.names_service(ServiceName::FeatureTag));
    assert!(named.names_media(MediaName::Other) && !named.names_media(MediaName::PagerModeMessage));
    let none = Conditions::default();
    assert!(!none.names_service(ServiceName::Enabler) && !none.names_media(MediaName::StandaloneMessage));
}

#[test]
fn actions_of_step_4_and_others() {
    let forward = Actions { forward: Some(ForwardTo(user(9))), ..NO_ACTION };
    for actions in [REJECT, INTERWORK, BOTH, STORE, DEFER, forward] {
        assert!(actions.any_of_step_4(), "{actions:?}");
    }
    for actions in [NO_ACTION, DND, OFFLINE, CHECK_BACK] {
        assert!(!actions.any_of_step_4(), "{actions:?}");
    }
}

#[test]
fn united_actions_are_those_of_both() {
    let forward = |n| Actions { forward: Some(ForwardTo(user(n))), ..NO_ACTION };
    let single = [REJECT, INTERWORK, BOTH, STORE, DEFER, DND, OFFLINE, CHECK_BACK, forward(9)];
    for actions in single {
        assert_eq!(actions.united(NO_ACTION), actions);
        assert_eq!(NO_ACTION.united(actions), actions);
    }
    assert_eq!(forward(9).united(forward(8)), forward(9), "the first new recipient stands");
    assert_eq!(REJECT.united(STORE), Actions { reject_invite: true, store: true, ..NO_ACTION });
}

#[test]
fn a_new_recipient_is_counted_round() {
    let to = |from, to| ForwardTo(Users { from: UserId(from), to: UserId(to) });
    assert_eq!(to(200, 201).of(RECIPIENT), UserId(200));
    assert_eq!([0, 9, 10, 42].map(|n| to(200, 210).of(UserId(n)).0), [200, 209, 200, 202]);
}

#[test]
fn active_profiles() {
    let away = PreferenceProfile { unavailable: true, handling: Handling::Store };
    let policy = Policy {
        profiles: vec![PreferenceProfile::default(), away],
        active: Some(1),
        active_of: vec![None, Some(0)],
        ..Policy::default()
    };
    assert_eq!(policy.active_profile(), away);
    assert_eq!([0, 1, 2].map(|kind| policy.active_of(kind)), [Some(1), Some(0), Some(1)], "his own, or the user's");
    assert_eq!(Policy::default().active_profile(), PreferenceProfile { unavailable: false, handling: Handling::Unsaid });
    assert_eq!(Policy::default().active_of(0), None);
}

#[test]
fn a_stored_message_asks_for_a_read_report_at_most() {
    for bits in 0..8_u8 {
        let asked = Dispositions { positive: bits & 1 != 0, negative: bits & 2 != 0, display: bits & 4 != 0 };
        assert_eq!(stripped(asked), Dispositions { positive: false, negative: false, display: asked.display });
    }
}

#[test]
fn the_neutral_provider_lets_everything_through() {
    let provider = ProviderPolicy::default();
    assert_eq!((provider.version, provider.anonymity_refused, provider.most_bytes), (None, false, u32::MAX));
    assert!(Content::ALL.iter().all(|c| provider.contents.has(*c)) && provider.exclusions.is_empty() && provider.interworking);
}

#[test]
fn a_notification_is_screened_by_its_own_headers() {
    let imdn = Imdn {
        about: MessageId(1),
        original: MessageId(1),
        from: SENDER,
        to: RECIPIENT,
        disposition: crate::delivery::Disposition::Delivered,
        reporter: client(0).id,
        indications: Default::default(),
        agent: Version { major: 1, minor: 0 },
    };
    let screened = super::super::Screened::notification(&imdn);
    assert!(screened.imdn && !screened.anonymous && screened.expires == SimTime::NEVER);
    assert_eq!((screened.sender, screened.agent, screened.bytes), (SENDER, imdn.agent, 0));
    assert_eq!(Reason::default(), Reason::None);
}
