//! A grid of situations, and what holds for every decision among them.

use super::super::{Act, Decision};
use super::stage::*;
use crate::delivery::axes as axis;
use crate::delivery::policy::{Actions, ForwardTo, Handling};
use crate::delivery::profile::{AxisId, Profile};
use crate::delivery::{DeferReason, Reason, Rules, Tag, Warning};

/// The actions whose bits are set.
fn actions(bits: u16) -> Actions {
    let on = |bit: u16| bits & 1 << bit != 0;
    Actions {
        reject_invite: on(0),
        interwork: on(1),
        deliver_and_interwork: on(2),
        store: on(3),
        forward: on(4).then(|| ForwardTo(user(200))),
        defer: on(5),
        do_not_disturb: on(6),
        offline_storage: on(7),
        check_back: on(8),
    }
}

const HANDLINGS: [Handling; 6] =
    [Handling::Unsaid, Handling::Reject, Handling::Defer, Handling::Store, Handling::NonCpm, Handling::CheckBack];

/// Axes set against the profile, one lot for each variant.
const VARIANTS: [&[(AxisId, &str)]; 5] = [
    &[],
    &[(axis::RULE_MERGE, "first-match"), (axis::DND_DEFER_ENDS, "off"), (axis::NO_SUITABLE_CLIENT, "reject")],
    &[(axis::EMPTY_RULE, "no-outcome"), (axis::IMDN_INTERWORK, "client-and-isf"), (axis::DEFER_CONDITION, "no-eligible-client")],
    &[
        (axis::GUARD_SINGLE_ISF_HANDOVER, "off"),
        (axis::GUARD_SINGLE_STORED_COPY, "off"),
        (axis::GUARD_FORWARD_HOP_LIMIT, "off"),
        (axis::DND_AFTER_INTERWORK, "defer-only"),
    ],
    &[(axis::OVERTAKE_QUEUE, "behind-queue"), (axis::ELIGIBILITY, "prefs-only"), (axis::DEFER_CONDITION, "pref-any-time")],
];

/// Nobody; two; two of which one has lost its connection and the other is passed over; three of which one cannot.
fn clients(which: usize) -> Vec<super::super::Known> {
    let mut clients: Vec<_> = (0..[0, 2, 2, 3][which]).map(client).collect();
    match which {
        2 => (clients[0].connected, clients[1].passed_over) = (Some(false), true),
        3 => clients[2].capabilities.pager = false,
        _ => {}
    }
    clients
}

#[test]
fn what_holds_for_every_decision() {
    let mut seen = 0_u32;
    for profile in [Profile::Im2008, Profile::Sd2009, Profile::TsDraft, Profile::Latest] {
        for variant in VARIANTS {
            let mut stage = Stage::of(profile, Rules::ALL);
            for (axis, value) in variant {
                stage = stage.axis(*axis, value);
            }
            for bits in 0..512_u16 {
                stage.policy.rules = vec![rule(actions(bits)), rule(actions(bits >> 3 & 0x28))];
                for place in 0..24_usize {
                    // What is left of the grid goes round with the place, so that every pair of values occurs.
                    let turn = place + usize::from(bits);
                    stage = stage.profile(turn % 2 == 0, HANDLINGS[place % 6]);
                    stage.clients = clients(place / 6);
                    stage.policy.history = turn % 3 == 0;
                    stage.interworking = turn % 5 != 0;
                    stage.queue_stands = turn % 7 == 0;
                    stage.message.retargets = (turn % 5) as u8;
                    stage.message.imdn = turn % 4 == 3;
                    check(profile, &stage);
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 4 * 5 * 512 * 24);
}

fn terminal(act: &Act) -> bool {
    !matches!(act, Act::HandOver | Act::Record)
}

fn check(profile: Profile, stage: &Stage) {
    let decision = stage.decide();
    let acts: Vec<Act> = decision.steps().map(|s| s.act).collect();
    let say = || format!("{profile:?} {:?} {:?} {acts:?}", stage.policy.rules, stage.message);
    let count = |which: fn(&Act) -> bool| acts.iter().filter(|a| which(a)).count();

    assert!(!acts.is_empty(), "something is done: {}", say());
    let dnd_goes_on = !stage.axes.on(axis::DND_DEFER_ENDS) && acts.contains(&Act::Defer(DeferReason::DoNotDisturb));
    if dnd_goes_on {
        assert!(count(terminal) <= 2, "a deferral that does not end, and one end: {}", say());
    } else {
        assert!(count(terminal) <= 1, "at most one end: {}", say());
        assert!(acts.iter().rev().skip(1).all(|a| !terminal(a)), "nothing after the end: {}", say());
    }
    assert!(count(|a| matches!(a, Act::Defer(_) | Act::DeferAndWait)) <= 1, "deferred once: {}", say());
    assert!(count(|a| *a == Act::Record) <= 1, "recorded once: {}", say());
    let handed = count(|a| *a == Act::HandOver);
    let most = if stage.axes.on(axis::GUARD_SINGLE_ISF_HANDOVER) { 1 } else { 2 };
    assert!(handed <= most && (handed == 0 || stage.interworking), "hand-overs: {}", say());
    if stage.axes.on(axis::GUARD_SINGLE_STORED_COPY) {
        assert!(count(|a| matches!(a, Act::Record | Act::Store)) <= 1, "one stored copy: {}", say());
    }
    check_clients(stage, &decision, &say);
    check_refusals(stage, &acts, &say);
    check_notifications(stage, &acts, &say);
    check_generation(profile, stage, &decision, &say);
}

/// A delivery set is a subset of the registered, without those that a factor excludes.
fn check_clients(stage: &Stage, decision: &Decision, say: &dyn Fn() -> String) {
    let registered: Vec<_> = stage.clients.iter().filter(|c| !c.passed_over).map(|c| c.id).collect();
    for step in decision.steps() {
        let Act::Deliver(set) = step.act else { continue };
        assert!(!set.is_empty() && set.iter().all(|c| registered.contains(&c)), "{}", say());
        let selection = decision.selection.expect("clients were chosen");
        assert!(set.iter().all(|c| selection.suitable.has(c)), "{}", say());
    }
    if let Some(selection) = decision.selection {
        let sets = selection.excluded.into_iter().chain([selection.suitable]);
        let mut all: Vec<_> = sets.flat_map(|s| s.iter()).collect();
        all.sort_unstable();
        assert_eq!(all, registered, "each in one set: {}", say());
    }
}

fn check_refusals(stage: &Stage, acts: &[Act], say: &dyn Fn() -> String) {
    for act in acts {
        match act {
            Act::Reject { code: 403, reason } => {
                assert!(matches!(reason, Reason::Warning(Warning::FunctionNotAllowed) | Reason::None), "{}", say());
            }
            Act::Reject { code, reason } => {
                let limit = stage.axes.on(axis::GUARD_FORWARD_HOP_LIMIT) && stage.message.retargets >= 3;
                assert!(*reason == Reason::None && (*code == OWN_CODE || *code == 483 && limit), "{}", say());
            }
            Act::Forward(_) if stage.axes.on(axis::GUARD_FORWARD_HOP_LIMIT) => {
                assert!(stage.message.retargets < 3, "{}", say());
            }
            _ => {}
        }
    }
}

/// A notification is never forwarded or selected for; an ordinary message never goes the way of one.
fn check_notifications(stage: &Stage, acts: &[Act], say: &dyn Fn() -> String) {
    for act in acts {
        let of_messages = matches!(act, Act::Forward(_) | Act::Deliver(_) | Act::DeferAndWait | Act::NoOutcome);
        assert!(!(stage.message.imdn && of_messages), "{}", say());
        assert!(stage.message.imdn || *act != Act::ToUser, "{}", say());
    }
}

fn check_generation(profile: Profile, stage: &Stage, decision: &Decision, say: &dyn Fn() -> String) {
    let has = |tags: &[Tag]| decision.steps().any(|s| tags.contains(&s.tag));
    let acts: Vec<Act> = decision.steps().map(|s| s.act).collect();
    let registered = !stage.clients.is_empty();
    let unavailable = stage.policy.active_profile().unavailable;
    match profile {
        Profile::Im2008 => {
            assert!(!has(&[Tag::Sd23Store, Tag::RuleStores]) && !acts.contains(&Act::Store), "{}", say());
            let eligible = decision.selection.is_some_and(|s| !s.suitable.is_empty());
            let own = stage.axes.is(axis::DEFER_CONDITION, "no-eligible-client");
            assert!(!(own && eligible && has(&[Tag::Im08Defer, Tag::Im08Interwork])), "IM08-5.2.2.1-20: {}", say());
        }
        Profile::Sd2009 => {
            let overall = stage.policy.rules[0].actions.reject_invite;
            assert_eq!(has(&[Tag::Sd23RejectOverall]), overall, "SD23-5.2.2.1.1-12: {}", say());
        }
        Profile::TsDraft => {
            let step_4 = [Tag::Ts83HandlingReject, Tag::Ts83Store, Tag::Ts83NonCpm];
            assert!(!(registered && !unavailable && has(&step_4)), "TS83-8.3.2.1-18: {}", say());
            let own = stage.axes.is(axis::DEFER_CONDITION, "unregistered-or-unavailable");
            assert!(!(own && registered && !unavailable && has(&[Tag::Ts83Defer])), "TS83-8.3.2.1-18: {}", say());
            let recorded = acts.iter().position(|a| *a == Act::Record);
            assert!(recorded.is_none_or(|at| at == 0), "TS83-8.3.2.1-32: {}", say());
        }
        Profile::PullR00 | Profile::Latest => {
            let rejects = if stage.axes.is(axis::RULE_MERGE, "first-match") { 1 } else { 2 };
            let rejects = stage.policy.rules.iter().take(rejects).any(|r| r.actions.reject_invite);
            assert_eq!(has(&[Tag::RuleRejects403]), rejects, "IW15-8.3.1.1-10: {}", say());
            assert!(!has(&[Tag::OfflineRecords]) || !has(&[Tag::RuleStores, Tag::RuleForwards, Tag::RuleDefers]), "{}", say());
        }
    }
}
